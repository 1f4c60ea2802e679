"""`servicelab grade`: nbgrader's autograder over every submission, side by side, resumable, never stopped by one."""

from __future__ import annotations

import builtins
import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from servicelab.company.tables.dictionary import KNOWN
from servicelab.course.handin import LARGEST_NOTEBOOK
from servicelab.course.layout import TESTS
from servicelab.errors import UserError
from servicelab.files.zips import spelled_out
from servicelab.grading import noticed
from servicelab.grading.bindings import read
from servicelab.grading.collecting import nothing_collected, opens, submission_hash
from servicelab.grading.confined import can_confine
from servicelab.grading.course import Course
from servicelab.grading.guests import decided
from servicelab.grading.marks import damaged_books, forget_marks, has_earlier
from servicelab.grading.nbgrader_log import captured
from servicelab.grading.page import lateness
from servicelab.grading.phases import Spent, Watch
from servicelab.grading.releasing import source_stamp
from servicelab.grading.reporting import write_report
from servicelab.grading.results import NOT_GRADED, Grading, Result
from servicelab.grading.run.conducting import Bounds, Reached
from servicelab.grading.run.jail import counts_together
from servicelab.grading.run.ready import begun, tell
from servicelab.grading.seats import Failed, prepare, side_by_side
from servicelab.grading.skeleton import repairs_in, told
from servicelab.grading.steps import UNSEALED
from servicelab.grading.storing import ensure_room, storing
from servicelab.grading.untouched import nothing_answered
from servicelab.i18n import _
from servicelab.learn.whereabouts import read_json, shown

GRADED = "graded.json"
LARGEST_GRADED = LARGEST_NOTEBOOK + 6 * Bounds().output
"""Bytes of a notebook with what its cells put out: of one character, up to six."""
SITTING = 25
"""Submissions that one process grades when the sealed engine runs them all elsewhere."""
MACHINE = ("sqlalchemy.", "sqlite3.", "zmq.", "RuntimeError: Kernel")
"""How errors begin that are the machine's, beside those that Python itself calls the system's."""


def grade(
    assignment: str,
    *,
    course: Course,
    workers: int = 1,
    students: Sequence[str] = (),
    again: bool = False,
    unsealed: bool = False,
) -> Grading:
    """Autograde every collected submission of an assignment that is new or changed.

    Parameters
    ----------
    assignment
        Name of a released assignment.
    course
        The course.
    workers
        Submissions graded at the same time, where none can take another's processes; one, where it could.
    students
        Only these trainees; all by default.
    again
        Grade also what was graded before and has not changed.
    unsealed
        Have kernels run the submissions, as stock nbgrader does, where they could be shut in.

    Raises
    ------
    UserError
        The assignment was never released or earns no marks, nothing was collected for it or for one of `students`, or
        `workers` is less than 1.
    """
    if assignment in TESTS.values():
        raise UserError(
            _(
                "{assignment} earns no marks, so there is nothing to grade: servicelab tests shows what was answered.",
                assignment=assignment,
            )
        )
    if workers < 1:
        raise UserError(_("{workers} workers cannot grade anything: give 1 or more.", workers=workers))
    with storing(course.root, course.autograded):
        return _grade(assignment, course, workers, students, again=again, unsealed=unsealed)


def _grade(
    assignment: str, course: Course, workers: int, students: Sequence[str], *, again: bool, unsealed: bool
) -> Grading:
    course.notebooks(assignment)
    began = time.monotonic()
    stamp = source_stamp(course, assignment)
    everyone = sorted(folder.parent.name for folder in course.submitted.glob(f"[!.]*/{assignment}") if folder.is_dir())
    if not everyone:
        raise UserError(nothing_collected(assignment))
    if unknown := sorted(set(students) - set(everyone)):
        raise UserError(
            _(
                "Nothing was collected for {assignment} from {students}: --student takes the name of a folder in "
                "{folder}.",
                assignment=assignment,
                students=", ".join(shown(name) for name in unknown),
                folder=course.submitted,
            )
        )
    chosen = [name for name in everyone if not students or name in students]
    todo = [name for name in chosen if again or not _is_graded(course, assignment, name, stamp)]
    done: dict[str, Done] = {}
    before: dict[str, float] = {}
    if todo:
        prepare()
        before = _scores(course, assignment, todo)
    with (
        begun(**preloaded(course, assignment), unsealed=unsealed or not todo) as reached,
        tqdm(total=len(todo), desc=_("Grading {assignment}", assignment=assignment), unit="", disable=None) as bar,
    ):
        if course.guest and todo:
            course = decided(course, assignment, reached)
        asked = time.monotonic()
        work = partial(grade_one, course=course, assignment=assignment, stamp=stamp, reached=reached, asked=asked)
        try:
            # Where kernels run code of a trainee's, what they leave behind ends with the process that started them.
            sitting = SITTING if reached else 1
            seats = 1 if reached is not None and counts_together(reached.level) else workers
            for student, result in side_by_side(work, todo, seats, sitting):
                if result is None:
                    _give_up(course, assignment, student)
                    result = Done("failed", _("it ended the program that graded it, or used more memory than there is"))
                elif isinstance(result, Failed):
                    result = Done("stopped", result.reason)
                if result.status in ("failed", "stopped"):
                    # A full disk would fail everybody after this one too, and is nobody's own fault.
                    ensure_room(course.root, course.autograded)
                done[student] = result
                bar.update()
        except KeyboardInterrupt:
            for student in set(todo) - set(done):
                # Begun and not ended. What an earlier run graded, and this one had not reached, is its owner's still.
                if not (course.autograded / student / assignment / GRADED).is_file():
                    shutil.rmtree(course.autograded / student / assignment, ignore_errors=True)
            raise
    with course.gradebook() as book:
        results = [
            _result(book, course, assignment, name, done.get(name, Done("before")), before.get(name)) for name in chosen
        ]
    took = time.monotonic() - began
    level = reached.level if reached else "none"
    book_at = course.root / "gradebook.db"
    made = Grading(assignment, tuple(results), took, book_at, can_confine(), level, guest=course.guest)
    return replace(made, report=write_report(made, course.root))


def _scores(course: Course, assignment: str, students: Sequence[str]) -> dict[str, float]:
    """What those who were graded before have."""
    with course.gradebook() as book:
        given = {each.student.id: float(each.score) for each in book.assignment_submissions(assignment)}
    graded = {name for name in students if (course.autograded / name / assignment / GRADED).is_file()}
    return {name: score for name, score in given.items() if name in graded}


def preloaded(course: Course, assignment: str) -> dict[str, list[str]]:
    """Return what a template reads and imports beforehand for an assignment; of somebody else's, nothing more."""
    if course.guest:
        return {}
    return {"tables": tables_of(course, assignment), "modules": modules_of(course, assignment)}


def tables_of(course: Course, assignment: str) -> list[str]:
    """Return which of the firm's tables an assignment's code names: they are read once for a whole class."""
    named = {name for source in _code(course.source / assignment) for name in re.findall(r"[\"'](\w+)[\"']", source)}
    return sorted(named & set(KNOWN))


def modules_of(course: Course, assignment: str) -> list[str]:
    """Return what an assignment imports as it was handed out: they are imported once for a whole class.

    What its hidden tests import would tell a submission, which finds it imported, how it is judged.
    """
    found = {each for source in _code(course.release / assignment) for each in read(source).imported}
    return sorted({origin or module for origin, module, _name in found if not origin.startswith(".")})


def _code(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.ipynb")):
        cells = read_json(path, LARGEST_NOTEBOOK).get("cells")
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, dict) and cell.get("cell_type") == "code":
                yield "".join(cell.get("source", ""))


class Done(NamedTuple):
    """What came of grading one submission: `status`, `why` and `seconds` as a `Result` has them, and its phases."""

    status: str
    why: str = ""
    seconds: float = 0.0
    spent: Spent | None = None


def grade_one(
    student: str, *, course: Course, assignment: str, stamp: str, reached: Reached | None, asked: float
) -> Done:
    """Grade one submission in this process; `asked` is when that was asked for."""
    watch = Watch(asked)
    tell(reached)
    submitted = course.submitted / student / assignment
    digest = why = ""
    try:
        if link := _link_in(submitted):
            why = _("{name} in it is a link or cannot be read", name=spelled_out(link))
            _give_up(course, assignment, student)
            return Done("failed", why, watch.seconds())
        digest = submission_hash(submitted)
        api = course.api()
        _forget_scores(course, assignment, student)
        with captured() as log:
            outcome = api.autograde(assignment, student, force=True)
        status = "graded" if outcome["success"] else "failed"
        if status == "failed":
            why = log.reason()
            if _is_machines(why):
                status = "stopped"
            elif not opens(submitted, course.notebooks(assignment)):
                status = "damaged"
            _score_nothing(course, assignment, student)
    except Exception as error:  # noqa: BLE001 - one submission must not stop the others, whatever happens in it
        status, why = "stopped", f"{type(error).__name__}: {error}"
    if status == "graded":
        record = {"submission": digest, "source": stamp, "graded": datetime.now(UTC).isoformat()}
        path = course.autograded / student / assignment / GRADED
        path.write_text(json.dumps(record, indent=2), encoding="utf-8")
    return Done(status, why, watch.seconds(), watch.spent())


def _link_in(folder: Path) -> str:
    """Return the name of a link that stands in a submission's folder or in its place; an empty string where none does.

    In somebody else's course whatever was unpacked stands there. nbgrader copies what a link leads to: another's work,
    the solution, the gradebook.
    """
    if folder.is_symlink():
        return folder.name
    for place, folders, files in os.walk(folder):
        for path in (Path(place, name) for name in (*folders, *files)):
            if path.is_symlink():
                return path.relative_to(folder).as_posix()
    return ""


def _is_machines(why: str) -> bool:
    """Whether an error, by its own line in the log, is the machine's and not the submission's."""
    kind = getattr(builtins, why.split(":")[0], None)
    return why.startswith(MACHINE) or (isinstance(kind, type) and issubclass(kind, OSError | MemoryError))


def _give_up(course: Course, assignment: str, student: str) -> None:
    """Leave nothing half graded of a submission whose process ended."""
    shutil.rmtree(course.autograded / student / assignment, ignore_errors=True)
    _score_nothing(course, assignment, student)


def _is_graded(course: Course, assignment: str, student: str, stamp: str) -> bool:
    """Whether this very submission was graded with these very checks."""
    try:
        record = json.loads((course.autograded / student / assignment / GRADED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(
        record.get("source") == stamp
        and record.get("submission") == submission_hash(course.submitted / student / assignment)
    )


def _forget_scores(course: Course, assignment: str, student: str) -> None:
    """Take back what the autograder gave an earlier submission.

    nbgrader only writes the scores of the cells it finds: a test that the later submission lacks would keep its old
    points. A person's marks are `marks`' business: they stay with the text they were given for.
    """
    from nbgrader.api import MissingEntry

    with course.gradebook() as book, suppress(MissingEntry):
        for notebook in book.find_submission(assignment, student).notebooks:
            for given in notebook.grades:
                given.auto_score = None
        book.db.commit()


def _score_nothing(course: Course, assignment: str, student: str) -> None:
    """Enter 0 for a submission that could not be graded, so that it is neither blank nor an earlier one's score."""
    from nbgrader.api import MissingEntry

    with course.gradebook() as book, suppress(MissingEntry):
        submission = book.find_submission(assignment, student)
        forget_marks(course.root, submission)
        for notebook in submission.notebooks:
            for given in notebook.grades:
                given.auto_score = 0.0
                given.needs_manual_grade = False
        book.db.commit()


def _result(
    book: Any,
    course: Course,
    assignment: str,
    student: str,
    done: Done,
    was: float | None,
) -> Result:
    from nbgrader.api import MissingEntry

    graded = sorted((course.autograded / student / assignment).glob("*.ipynb"))
    pages = [read_json(path, LARGEST_GRADED) for path in graded]
    repairs = [each for page in pages for each in repairs_in(page)]
    try:
        found: Any = book.find_submission(assignment, student)
    except MissingEntry:
        status = done.status if done.status in NOT_GRADED else "failed"
        return Result(student, status, why=done.why, seconds=done.seconds)
    return Result(
        student,
        done.status,
        float(found.score),
        float(found.max_score),
        bool(found.needs_manual_grade),
        lateness(found.total_seconds_late),
        done.seconds,
        done.why,
        done.status in ("graded", "before")
        and nothing_answered(course.submitted / student / assignment, course.release / assignment),
        has_earlier(course.root, assignment, student),
        tuple(damaged_books(course.root, assignment, student)),
        tuple(told(repairs)),
        tuple(noticed.told(each for page in pages for each in noticed.noticed_in(page))),
        any(each.kind == "unreadable" for each in repairs),
        tuple(sorted({str(each) for page in pages for each in page.get("metadata", {}).get(UNSEALED, ())})),
        was if was is not None and abs(was - float(found.score)) > 1e-9 else None,
        done.spent,
    )
