"""A person's mark belongs to the text it was given for: what a trainee hands in later does not inherit it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.grading.conftest import DUE, RIGHT, SHARE, TRIAL, answers, fill, pack, put, without_test_b

from servicelab.grading.autograding import grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.marks import LARGEST, MARKED, Book, Stood, damaged_books, fingerprint, has_earlier
from servicelab.grading.results import Result
from servicelab.grading.returning import feedback

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading"), pytest.mark.usefixtures("one_template")]
FIRST, SECOND = "The first text, marked.", "Something else altogether."
SAID = "Well argued, and short."


def send(course: Course, inbox: Path, number: int, text: str, code: str | None = None) -> str:
    """Hand in once more, with answers kept an hour later, collect and return what collecting said.

    Without code of anybody's a notebook runs once.
    """
    given = answers(RIGHT, at=f"2026-11-19T{number:02}:00:00+00:00")
    notebook = fill(course, code=code, written=text or None)
    put(inbox, f"{number}.zip", pack("lin", notebook, given, created=DUE - timedelta(hours=20 - number)))
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


def take_back(course: Course, cell: str) -> None:
    """As formgrader does when somebody empties the score and the comment."""
    with course.gradebook() as book:
        given = book.find_grade(cell, "exercise", TRIAL, "lin")
        given.manual_score, given.needs_manual_grade = None, True
        book.find_comment(cell, "exercise", TRIAL, "lin").manual_comment = None
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
    assert graded(course).score == 4
    mark(course, "c-why", 4, SAID)

    # The same text, with other code: the mark stays, and nobody has to look at it again.
    assert "replaces the hand-in of 2026-11-19 17:00 (UTC+00:00), which was graded and marked" in send(
        course, inbox, 2, FIRST + "\n", "def share(values):\n    return 0"
    )
    result = graded(course)
    assert (result.score, result.waiting, result.earlier) == (8, False, False)
    assert held(course) == (4, SAID, False)

    # Another text: its mark is nobody's yet.
    send(course, inbox, 3, SECOND)
    result = graded(course)
    assert (result.score, result.waiting, result.earlier) == (4, True, True)
    assert "what was marked earlier is not what stands here now" in str(result)
    assert held(course) == (None, None, True)
    notebook = (course.autograded / "lin" / TRIAL / "exercise.ipynb").read_text(encoding="utf-8")
    assert "An earlier text in this place, handed in 2026-11-19 18:00 (UTC+00:00), was marked 4 / 4." in notebook
    assert SAID in notebook
    feedback(TRIAL, course=course)
    page = (course.feedback / "lin" / TRIAL / "exercise.html").read_text(encoding="utf-8")
    assert SECOND in page
    assert SAID not in page
    assert "An earlier text" not in page

    # The first text again: its mark comes back with it.
    assert "which was graded\n" in send(course, inbox, 4, FIRST)
    result = graded(course)
    assert (result.score, result.waiting, result.earlier) == (8, False, False)
    assert held(course) == (4, SAID, False)


def test_a_mark_that_a_person_took_back_stays_taken_back(course: Course, tmp_path: Path) -> None:
    """However often its text is graded again, at once or after another one."""
    inbox = tmp_path / "inbox"
    for number, text in enumerate((FIRST, SECOND, FIRST), 1):
        send(course, inbox, number, text)
        graded(course)
        if number == 1:
            mark(course, "c-why", 4, SAID)
    assert held(course) == (4, SAID, False), "given back with its text"
    take_back(course, "c-why")
    assert course.api().autograde(TRIAL, "lin", force=True)["success"]
    assert held(course) == (None, None, True)
    for number, text in enumerate((SECOND, FIRST), 4):
        send(course, inbox, number, text)
        graded(course)
    assert held(course) == (None, None, True)
    mark(course, "c-why", 3)
    for number, text in enumerate((SECOND, FIRST), 6):
        send(course, inbox, number, text)
        graded(course)
    assert held(course) == (3, None, False), "a mark that was given anew comes back as any other"


def test_no_mark_is_left_to_who_hands_in_nothing_or_a_broken_file(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    send(course, inbox, 1, FIRST)
    graded(course)
    mark(course, "c-why", 4, SAID)
    send(course, inbox, 2, "")
    assert (graded(course).score, held(course)) == (4, (None, None, False))
    send(course, inbox, 3, FIRST)
    assert graded(course).score == 8
    put(inbox, "4.zip", pack("lin", b"not a notebook", created=DUE))
    collect(TRIAL, [inbox], course=course)
    assert (graded(course).score, held(course)) == (0, (None, None, False))
    later = DUE + timedelta(minutes=1)
    put(inbox, "5.zip", pack("lin", fill(course, written=FIRST), answers(RIGHT), created=later))
    collect(TRIAL, [inbox], course=course)
    assert (graded(course).score, held(course)) == (8, (4, SAID, False))


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
    # The test that was deleted is put back, and finds what it asks for.
    assert (graded(course).score, held(course, "test-b")[0]) == (7, None)


def test_formgraders_own_button_keeps_marks_with_their_texts_as_well(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    send(course, inbox, 1, FIRST)
    assert course.api().autograde(TRIAL, "lin", force=True)["success"]
    mark(course, "c-why", 4, SAID)
    send(course, inbox, 2, SECOND)
    assert course.api().autograde(TRIAL, "lin", force=True)["success"]
    assert held(course) == (None, None, True)


def whole_book(root: Path) -> dict[str, Any]:
    """A file of marks as it is kept, with a mark that was set aside."""
    book = Book(root, TRIAL, "lin")
    book.stood["exercise/c-why"] = Stood(fingerprint(FIRST), 4.0, "2026-11-19 17:00 UTC")
    given = SimpleNamespace(manual_score=3.0, extra_credit=None, needs_manual_grade=False)
    book.set_aside("exercise/c-why", given, SimpleNamespace(manual_comment=SAID))
    kept: dict[str, Any] = json.loads((root / MARKED / "lin" / f"{TRIAL}.json").read_text(encoding="utf-8"))
    return kept


def changed(path: list[str | int], value: object) -> Callable[[dict[str, Any]], object]:
    def change(kept: dict[str, Any]) -> object:
        holder: Any = kept
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value
        return kept

    return change


KEY = "exercise/c-why"


@pytest.mark.parametrize(
    "change",
    [
        lambda _kept: [],
        changed(["stood"], []),
        changed(["aside"], {KEY: {}}),
        changed(["stood", KEY], "x"),
        changed(["stood", KEY, "points"], 10**400),
        changed(["stood", KEY, "points"], "4"),
        changed(["stood", KEY, "more"], 1),
        changed(["stood", KEY, "submitted"], "**by the house**"),
        changed(["aside", KEY, 0, "score"], float("inf")),
        changed(["aside", KEY, 0, "comment"], 3),
        changed(["aside", KEY, 0, "waiting"], "no"),
        changed(["aside", KEY, 0, "back"], 1),
        changed(["aside", KEY, 0, "stood"], []),
        changed(["stood", KEY, "text"], "x" * LARGEST),
    ],
)
def test_a_file_of_marks_that_is_none_is_put_away_and_told(
    change: Callable[[dict[str, Any]], object], tmp_path: Path
) -> None:
    path = tmp_path / MARKED / "lin" / f"{TRIAL}.json"
    forged = json.dumps(change(whole_book(tmp_path)))
    path.write_text(forged, encoding="utf-8")
    assert not has_earlier(tmp_path, TRIAL, "lin")
    assert damaged_books(tmp_path, TRIAL, "lin") == [path]
    Book(tmp_path, TRIAL, "lin").save()
    (aside,) = damaged_books(tmp_path, TRIAL, "lin")
    assert aside.read_text(encoding="utf-8") == forged
    assert Book(tmp_path, TRIAL, "lin").stood == {}
    path.write_text("{", encoding="utf-8")
    Book(tmp_path, TRIAL, "lin").save()
    assert len(damaged_books(tmp_path, TRIAL, "lin")) == 2, "the second takes the first one's place nowhere"
    said = str(Result("lin", "graded", damaged=(aside,)))
    assert f"earlier marks could not be read and are kept in {aside}" in said


def test_a_file_of_marks_of_an_earlier_version_keeps_its_marks(tmp_path: Path) -> None:
    kept = whole_book(tmp_path)
    kept["stood"][KEY]["text"] = FIRST
    kept["aside"][KEY][0]["stood"]["text"] = f"{FIRST}\n"
    del kept["aside"][KEY][0]["back"]
    path = tmp_path / MARKED / "lin" / f"{TRIAL}.json"
    path.write_text(json.dumps(kept), encoding="utf-8")
    given = SimpleNamespace(manual_score=None, extra_credit=None, needs_manual_grade=True)
    said = SimpleNamespace(manual_comment=None)
    Book(tmp_path, TRIAL, "lin").give_back(KEY, given, said)
    assert (given.manual_score, said.manual_comment) == (3.0, SAID)


def test_long_texts_do_not_make_a_file_of_marks_that_nobody_reads(course: Course, tmp_path: Path) -> None:
    """What stands there is kept as a hash: texts of four megabytes each once made the file too large to be read."""
    inbox = tmp_path / "inbox"
    send(course, inbox, 1, FIRST)
    graded(course)
    mark(course, "c-why", 4, SAID)
    send(course, inbox, 2, "word " * 900_000)
    graded(course)
    path = course.root / MARKED / "lin" / f"{TRIAL}.json"
    assert path.stat().st_size < 10_000
    send(course, inbox, 3, FIRST)
    assert graded(course).score == 8
    assert held(course) == (4, SAID, False)
