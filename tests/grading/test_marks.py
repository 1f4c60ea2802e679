"""A person's mark belongs to the text it was given for: what a trainee hands in later does not inherit it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.grading.conftest import DUE, RIGHT, SHARE, TRIAL, answers, fill, pack, put, without_test_b

from servicelab.grading.autograding import Result, grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.returning import feedback

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading")]
FIRST, SECOND = "The first text, marked.", "Something else altogether."
SAID = "Well argued, and short."


def send(course: Course, inbox: Path, number: int, text: str, code: str = SHARE) -> str:
    """Hand in once more, collect and return what collecting said."""
    notebook = fill(course, code=code, written=text) if text else fill(course, code=code)
    put(inbox, f"{number}.zip", pack("lin", notebook, answers(RIGHT), created=DUE - timedelta(hours=20 - number)))
    return collect(TRIAL, [inbox], course=course).sentence()


def graded(course: Course) -> Result:
    (result,) = grade(TRIAL, course=course).results
    return result


def mark(course: Course, cell: str, score: float, comment: str = "") -> None:
    """As formgrader does when somebody types a score and a comment."""
    with course.gradebook() as book:
        given = book.find_grade(cell, "exercise", TRIAL, "lin")
        given.manual_score, given.needs_manual_grade = score, False
        if comment:
            book.find_comment(cell, "exercise", TRIAL, "lin").manual_comment = comment
        book.db.commit()


def held(course: Course, cell: str = "c-why") -> tuple[float | None, str | None, bool]:
    """The mark, the comment and whether a person has yet to look, from the gradebook."""
    with course.gradebook() as book:
        given = book.find_grade(cell, "exercise", TRIAL, "lin")
        said = book.find_comment("c-why", "exercise", TRIAL, "lin").manual_comment
        return given.manual_score, said, given.needs_manual_grade


def test_another_text_does_not_inherit_a_mark_and_the_same_text_keeps_it(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    send(course, inbox, 1, FIRST)
    assert graded(course).score == 7
    mark(course, "c-why", 4, SAID)

    # The same text, with other code: the mark stays, and nobody has to look at it again.
    assert "replaces the hand-in of 2026-11-19 17:00 UTC, which was graded and marked" in send(
        course, inbox, 2, FIRST + "\n", "def share(values):\n    return 0"
    )
    result = graded(course)
    assert (result.score, result.waiting, result.earlier) == (8, False, False)
    assert held(course) == (4, SAID, False)

    # Another text: its mark is nobody's yet.
    send(course, inbox, 3, SECOND)
    result = graded(course)
    assert (result.score, result.waiting, result.earlier) == (7, True, True)
    assert "what was marked earlier is not what stands here now" in str(result)
    assert held(course) == (None, None, True)
    notebook = (course.autograded / "lin" / TRIAL / "exercise.ipynb").read_text(encoding="utf-8")
    assert "An earlier text in this place, handed in 2026-11-19 18:00 UTC, was marked 4 / 4." in notebook
    assert SAID in notebook
    feedback(TRIAL, course=course)
    page = (course.feedback / "lin" / TRIAL / "exercise.html").read_text(encoding="utf-8")
    assert SECOND in page
    assert SAID not in page
    assert "An earlier text" not in page

    # The first text again: its mark comes back with it.
    assert "which was graded\n" in send(course, inbox, 4, FIRST)
    result = graded(course)
    assert (result.score, result.waiting, result.earlier) == (11, False, False)
    assert held(course) == (4, SAID, False)


def test_no_mark_is_left_to_who_hands_in_nothing_or_a_broken_file(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    send(course, inbox, 1, FIRST)
    graded(course)
    mark(course, "c-why", 4, SAID)
    send(course, inbox, 2, "")
    assert (graded(course).score, held(course)) == (7, (None, None, False))
    send(course, inbox, 3, FIRST)
    assert graded(course).score == 11
    put(inbox, "4.zip", pack("lin", b"not a notebook", created=DUE))
    collect(TRIAL, [inbox], course=course)
    assert (graded(course).score, held(course)) == (0, (None, None, False))
    put(inbox, "5.zip", pack("lin", fill(course, code=SHARE, written=FIRST), answers(RIGHT),
                             created=DUE + timedelta(minutes=1)))  # fmt: skip
    collect(TRIAL, [inbox], course=course)
    assert (graded(course).score, held(course)) == (11, (4, SAID, False))


def test_points_that_a_person_gave_for_code_are_for_that_code(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    wrong = "def share(values):\n    return 0"
    send(course, inbox, 1, FIRST, wrong)
    assert graded(course).score == 4
    mark(course, "test-b", 2)
    send(course, inbox, 2, SECOND, wrong)
    assert (graded(course).score, held(course, "test-b")) == (6, (2, None, False)), "only the text is another one"
    send(course, inbox, 3, SECOND, wrong + "  # not a share\n")
    assert (graded(course).score, held(course, "test-b")[0]) == (4, None)
    mark(course, "test-b", 2)
    put(inbox, "4.zip", pack("lin", fill(course, code=SHARE, written=SECOND, change=without_test_b), answers(RIGHT),
                             created=DUE - timedelta(hours=2)))  # fmt: skip
    collect(TRIAL, [inbox], course=course)
    assert (graded(course).score, held(course, "test-b")[0]) == (4, None)


def test_formgraders_own_button_keeps_marks_with_their_texts_as_well(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    send(course, inbox, 1, FIRST)
    assert course.api().autograde(TRIAL, "lin", force=True)["success"]
    mark(course, "c-why", 4, SAID)
    send(course, inbox, 2, SECOND)
    assert course.api().autograde(TRIAL, "lin", force=True)["success"]
    assert held(course) == (None, None, True)
