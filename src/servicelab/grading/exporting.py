"""`servicelab export`: the gradebook as one CSV that a spreadsheet opens safely, in any language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from servicelab.course.blueprintfile import UNKNOWN
from servicelab.course.handin import EVIDENCE
from servicelab.course.layout import TESTS
from servicelab.grading.collecting import collected, opens
from servicelab.grading.comparing import AFTER, items_of, sat_before_and_after
from servicelab.grading.course import Course
from servicelab.grading.evidence import read_evidence
from servicelab.grading.language import spoken
from servicelab.grading.spreadsheets import write_table
from servicelab.grading.untouched import nothing_answered

# nbgrader's own columns first, by its names and in its order; ours after them.
COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "auto_score",
    "manual_score",
    "needs_manual_grade",
    "late",
    "seconds_late",
    "status",
    "language",
    "lesson_minutes",
    "quiz_answered",
    "quiz_right",
    "misconceptions",
    "predictions",
    "desk_grade",
    "test_form",
    "test_answered",
    "test_right",
)


def export(*, course: Course, out: Path) -> Path:
    """Write one row a trainee and assignment, and return where.

    As in nbgrader's own export, a trainee without a submission has a row with score 0; ours says so in `status`.

    Parameters
    ----------
    course
        The course.
    out
        The CSV to write, UTF-8 with a byte-order mark (a Chinese Excel needs it).

    Raises
    ------
    UserError
        `out` cannot be written.
    """
    return write_table(COLUMNS, rows(course), out)


def unmarked(course: Course) -> int:
    """Return how many rows of the table hold a score that a person has yet to add to."""
    with course.gradebook() as book:
        return sum(
            bool(each.needs_manual_grade)
            for assignment in book.assignments
            for each in book.assignment_submissions(assignment.name)
        )


def rows(course: Course) -> Iterator[dict[str, Any]]:
    """Yield the table's rows, by assignment and trainee."""
    from nbgrader.api import MissingEntry

    with course.gradebook() as book:
        for assignment in sorted(book.assignments, key=lambda each: each.name):
            if assignment.name in TESTS.values():
                yield from _sat(course, assignment, book.students)
                continue
            for student in sorted(book.students, key=lambda each: each.id):
                row: dict[str, Any] = {
                    "assignment": assignment.name,
                    "duedate": assignment.duedate,
                    "student_id": student.id,
                    "last_name": student.last_name,
                    "first_name": student.first_name,
                    "email": student.email,
                    "max_score": assignment.max_score,
                }
                try:
                    submission = book.find_submission(assignment.name, student.id)
                except MissingEntry:
                    collected = (course.submitted / student.id / assignment.name).is_dir()
                    yield {
                        **row,
                        "raw_score": 0.0,
                        "late_submission_penalty": 0.0,
                        "score": 0.0,
                        "status": "not graded" if collected else "not submitted",
                    }
                    continue
                yield {**row, **_submitted(course, submission, assignment.name, student.id)}


def _sat(course: Course, assignment: Any, students: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """The rows of a test, which has no marks: its form, what was answered, and how much of that was right."""
    before, after = sat_before_and_after(course)
    sats = after if assignment.name == AFTER else before
    items = items_of(course) if sats and course.repository else None
    names = {student.id: student for student in students}
    for who in sorted({*names, *sats}):
        known, sat = names.get(who), sats.get(who)
        folder = course.submitted / who / assignment.name
        # Of a test that only travelled with the second one, the second one's time is known.
        made = collected(folder if folder.is_dir() else course.submitted / who / AFTER).get("created")
        answered = sum(value != UNKNOWN for value in sat.answers.values()) if sat else None
        yield {
            "assignment": assignment.name,
            "duedate": assignment.duedate,
            "timestamp": datetime.fromisoformat(str(made)).astimezone(UTC).replace(tzinfo=None) if made else None,
            "student_id": who,
            "last_name": known and known.last_name,
            "first_name": known and known.first_name,
            "email": known and known.email,
            "max_score": 0.0,
            "status": "no marks" if folder.is_dir() or sat else "not submitted",
            "language": spoken(folder) if folder.is_dir() else None,
            "test_form": sat and sat.form,
            "test_answered": answered,
            "test_right": len(items.right(sat)) if sat and items else None,
        }


def _submitted(course: Course, submission: Any, assignment: str, student: str) -> dict[str, Any]:
    given = [each for notebook in submission.notebooks for each in notebook.grades]
    penalty = float(submission.late_submission_penalty or 0.0)
    folder = course.submitted / student / assignment
    about = read_evidence(folder / EVIDENCE)
    if not opens(folder, course.notebooks(assignment)):
        status = "cannot be opened"
    elif not (course.autograded / student / assignment).is_dir():
        status = "not graded"
    else:
        status = "nothing answered" if nothing_answered(folder, course.release / assignment) else "graded"
    return {
        "timestamp": submission.timestamp,
        "raw_score": submission.score,
        "late_submission_penalty": penalty,
        "score": max(0.0, submission.score - penalty),
        "auto_score": sum(each.auto_score or 0.0 for each in given),
        "manual_score": sum((each.manual_score or 0.0) + (each.extra_credit or 0.0) for each in given),
        "needs_manual_grade": bool(submission.needs_manual_grade),
        "late": submission.total_seconds_late > 0,
        "seconds_late": round(submission.total_seconds_late),
        "status": status,
        "language": spoken(folder),
        "lesson_minutes": about.lesson_minutes,
        "quiz_answered": about.quiz_answered,
        "quiz_right": about.quiz_right,
        "misconceptions": " ".join(about.misconceptions),
        "predictions": about.predictions,
        "desk_grade": about.desk_grade,
    }
