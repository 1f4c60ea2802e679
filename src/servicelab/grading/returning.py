"""`servicelab feedback`: one page a trainee, through nbgrader's own step and our scrubbing."""

from __future__ import annotations

import shutil
from pathlib import Path

from tqdm import tqdm

from servicelab.course.handin import notebook_file
from servicelab.course.layout import TESTS
from servicelab.errors import UserError
from servicelab.files.whole import whole_folder
from servicelab.grading.collecting import nothing_collected, opens
from servicelab.grading.course import Course
from servicelab.grading.language import spoken
from servicelab.grading.nbgrader_log import captured
from servicelab.grading.pairpage import pair_pages
from servicelab.grading.pieces import WORDS, title_file
from servicelab.grading.returned import Feedback
from servicelab.grading.storing import ensure_room, storing
from servicelab.i18n import _
from servicelab.learn.whereabouts import read_json


def feedback(assignment: str, *, course: Course) -> Feedback:
    """Write the feedback page of every submission of an assignment.

    A trainee whose notebook could not be opened gets a page that says so and what to do. Of the tests before and after
    the course there is one page, both side by side, for whoever has handed in the second.

    Raises
    ------
    UserError
        The assignment was never released, or nothing was collected; or it is the test before the course.
    """
    before, after = TESTS.values()
    if assignment == before:
        raise UserError(
            _(
                "What was right in {before} is said beside {after}, when that has been handed in: run servicelab "
                "feedback {after} then.",
                before=before,
                after=after,
            )
        )
    if assignment == after:
        with storing(course.root, course.feedback, course.pages):
            return pair_pages(course)
    with storing(course.root, course.feedback, course.pages):
        return _feedback(assignment, course)


def _feedback(assignment: str, course: Course) -> Feedback:
    notebooks = course.notebooks(assignment)
    folders = sorted(each for each in course.submitted.glob(f"[!.]*/{assignment}") if each.is_dir())
    if not folders:
        raise UserError(nothing_collected(assignment))
    api = course.api()
    pages: dict[Path, str] = {}
    failed: list[str] = []
    for folder in tqdm(folders, desc=_("Feedback"), unit="", disable=None):
        student = folder.parent.name
        target = course.feedback / student / assignment
        if (course.autograded / student / assignment).is_dir():
            with captured():
                done = api.generate_feedback(assignment, student, force=True)["success"]
        else:
            done = _write_damaged(folder, target, notebooks, course)
        pages.update(dict.fromkeys(sorted(target.glob("*.html")) if done else [], student))
        if not done:
            ensure_room(course.root, course.feedback)
            failed.append(student)
    with course.gradebook() as book:
        waiting = sorted(each.student.id for each in book.assignment_submissions(assignment) if each.needs_manual_grade)
        absent = sorted({each.id for each in book.students} - {folder.parent.name for folder in folders})
    # Whole: a page of an earlier run is nobody's any more.
    with whole_folder(course.pages / assignment) as place:
        for page, student in pages.items():
            name = student if len(notebooks) == 1 else f"{student}--{page.stem}"
            shutil.copyfile(page, place / f"{name}.html")
    return Feedback(assignment, tuple(pages), tuple(failed), tuple(waiting), tuple(absent), course.pages / assignment)


def _write_damaged(folder: Path, target: Path, notebooks: list[str], course: Course) -> bool:
    """Write the page for a notebook that cannot be opened; False when it can be, and just was not graded."""
    from nbgrader.api import MissingEntry

    from servicelab.grading.page import unreadable

    if opens(folder, notebooks):
        return False
    target.mkdir(parents=True, exist_ok=True)
    student, assignment, lang = folder.parent.name, folder.name, spoken(folder)
    with course.gradebook() as book:
        try:
            entry = book.find_submission(assignment, student)
            submitted, late = entry.timestamp, float(entry.total_seconds_late)
        except MissingEntry:
            submitted, late = None, 0.0
    for name in notebooks:
        text = unreadable(student, _title(course, assignment, name, lang), lang, submitted, late)
        (target / f"{name}.html").write_text(text, encoding="utf-8")
    return True


def _title(course: Course, assignment: str, notebook: str, lang: str) -> str:
    """Return what a notebook that was handed out is called, in a trainee's language where that was written down."""
    import nbformat

    from servicelab.grading.page import title_of

    told = read_json(course.source / WORDS / title_file(assignment, lang)).get("title")
    if told:
        return str(told)
    released = course.release / assignment / notebook_file(notebook)
    return title_of(nbformat.read(released, as_version=4)) or assignment  # type: ignore[no-untyped-call]
