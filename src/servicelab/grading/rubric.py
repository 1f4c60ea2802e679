"""Rubrics of written judgement, read and checked; and marking by them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from servicelab.course.declared import mistakes, read, shown_path
from servicelab.course.rubricfile import Rubric
from servicelab.errors import UserError
from servicelab.files.yamllines import read_lined
from servicelab.grading.course import Course
from servicelab.i18n import _


def load_rubrics(folder: Path) -> dict[str, list[Rubric]]:
    """Return the rubrics in a folder by assignment, each checked.

    Raises
    ------
    UserError
        A rubric has a mistake; the sentence says where.
    """
    found: dict[str, list[Rubric]] = {}
    for path in sorted(folder.glob("*.yml")):
        rubric = load_rubric(path)
        found.setdefault(rubric.assignment, []).append(rubric)
    return found


def load_rubric(path: Path) -> Rubric:
    """Return the rubric in one YAML file, checked.

    Raises
    ------
    UserError
        The file cannot be read, or the rubric has a mistake.
    """
    found = read_lined(path)
    for trail, problem, _remedy in mistakes(Rubric, found.data):
        why = f"{shown_path(trail)}: {problem}".removeprefix(": ")
        raise UserError(_("{file}, line {line}: {problem}.", file=path, line=found.line(*trail), problem=why))
    return read(Rubric, found.data)


def mark(
    rubric: Rubric,
    student: str,
    ticked: Sequence[str],
    *,
    course: Course,
    comments: Sequence[str] = (),
    text: str = "",
) -> float:
    """Enter a person's marks for one written answer, as formgrader would, and return the points.

    Parameters
    ----------
    rubric
        What is judged.
    student
        Whose answer.
    ticked
        Ids of what the answer has.
    course
        The course.
    comments
        Ids of comments to reuse.
    text
        A comment of one's own.

    Raises
    ------
    UserError
        The trainee has not submitted.
    ValueError
        A tick or comment does not exist.
    """
    from nbgrader.api import MissingEntry

    said = rubric.comment(ticked, comments, text)
    total = float(rubric.earned(ticked))
    with course.gradebook() as book:
        try:
            submission = book.find_submission(rubric.assignment, student)
            notebook = next(
                each.name for each in submission.notebooks if rubric.cell in {grade.name for grade in each.grades}
            )
            grade = book.find_grade(rubric.cell, notebook, rubric.assignment, student)
            note = book.find_comment(rubric.cell, notebook, rubric.assignment, student)
        except (MissingEntry, StopIteration):
            raise UserError(
                _(
                    "{student} has not submitted {assignment}: collect and grade first.",
                    student=student,
                    assignment=rubric.assignment,
                )
            ) from None
        grade.manual_score, grade.needs_manual_grade = total, False
        note.manual_comment = said
        book.db.commit()
    return total
