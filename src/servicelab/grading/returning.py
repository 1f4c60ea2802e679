"""`servicelab feedback`: one page a trainee, through nbgrader's own step and our scrubbing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from servicelab.errors import UserError
from servicelab.grading.autograding import nothing_collected, opens
from servicelab.grading.course import Course
from servicelab.grading.language import spoken
from servicelab.grading.nbgrader_log import captured
from servicelab.grading.storing import ensure_room, storing
from servicelab.i18n import _


@dataclass(frozen=True)
class Feedback:
    """The pages that `feedback` wrote, the trainees it has none for, and those a person has yet to mark."""

    assignment: str
    pages: tuple[Path, ...]
    failed: tuple[str, ...]
    waiting: tuple[str, ...]
    where: Path

    @property
    def complete(self) -> bool:
        """Whether everybody who submitted has a page."""
        return not self.failed

    @property
    def usable(self) -> bool:
        """Whether there is a page to give back; who has none stops nobody else."""
        return bool(self.pages)

    def sentence(self) -> str:
        """Return it in one sentence."""
        said = _(
            "{assignment}: {count} feedback pages in {where}.",
            assignment=self.assignment,
            count=len(self.pages),
            where=self.where,
        )
        if self.failed:
            said += " " + _("None for {names}: grade them first.", names=", ".join(self.failed))
        if self.waiting:
            said += " " + _(
                "On {count} of them a person has yet to mark a part: mark it in Formgrader and run feedback again.",
                count=len(self.waiting),
            )
        return said


def feedback(assignment: str, *, course: Course) -> Feedback:
    """Write the feedback page of every submission of an assignment.

    A trainee whose notebook could not be opened gets a page that says so and what to do.

    Raises
    ------
    UserError
        The assignment was never released, or nothing was collected.
    """
    with storing(course.root, course.feedback):
        return _feedback(assignment, course)


def _feedback(assignment: str, course: Course) -> Feedback:
    notebooks = course.notebooks(assignment)
    folders = sorted(each for each in course.submitted.glob(f"[!.]*/{assignment}") if each.is_dir())
    if not folders:
        raise UserError(nothing_collected(assignment))
    api = course.api()
    pages: list[Path] = []
    failed: list[str] = []
    for folder in tqdm(folders, desc=_("Feedback"), unit="", disable=None):
        student = folder.parent.name
        target = course.feedback / student / assignment
        if (course.autograded / student / assignment).is_dir():
            with captured():
                done = api.generate_feedback(assignment, student, force=True)["success"]
        else:
            done = _write_damaged(folder, target, notebooks)
        pages.extend(sorted(target.glob("*.html")) if done else [])
        if not done:
            ensure_room(course.root, course.feedback)
            failed.append(student)
    with course.gradebook() as book:
        waiting = sorted(each.student.id for each in book.assignment_submissions(assignment) if each.needs_manual_grade)
    return Feedback(assignment, tuple(pages), tuple(failed), tuple(waiting), course.feedback)


def _write_damaged(folder: Path, target: Path, notebooks: list[str]) -> bool:
    """Write the page for a notebook that cannot be opened; False when it can be, and just was not graded."""
    from servicelab.grading.page import unreadable

    if opens(folder, notebooks):
        return False
    target.mkdir(parents=True, exist_ok=True)
    for name in notebooks:
        text = unreadable(folder.parent.name, folder.name, spoken(folder))
        (target / f"{name}.html").write_text(text, encoding="utf-8")
    return True
