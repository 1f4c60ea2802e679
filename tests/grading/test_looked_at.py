"""What whoever marks is shown of a notebook: what was noticed and put right, as it stood there, and not without end."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import polib
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tests.grading.conftest import ROOT, TRIAL, about, fill

from servicelab.course.handin import answers_file
from servicelab.grading import noticed, rehearsed
from servicelab.grading.bindings import LONGEST
from servicelab.grading.course import Course
from servicelab.grading.markerview import LINES_SHOWN, MarkerView, _is_theirs
from servicelab.grading.marks import Book, Stood, fingerprint
from servicelab.grading.noticed import MOST, NOTICED, SHOWN, Noticed, keep_noticed, noticed_in
from servicelab.grading.outcomes import AFTER, DIED, TOO_LONG, TOO_MUCH, UNSTOPPABLE, late, not_run
from servicelab.grading.reporting import render
from servicelab.grading.restoring import Restore
from servicelab.grading.results import Grading, Result
from servicelab.grading.skeleton import PUT_RIGHT, REPAIRS, PutRight, Repair, repairs_in
from servicelab.grading.whose import Whose

pytestmark = [pytest.mark.grading]
KEY = "exercise/c-why"


def place(root: Path, **more: Any) -> dict[str, Any]:
    """What nbgrader's steps are told of a submission."""
    where = {"metadata": {"path": str(root / "autograded" / "lin" / TRIAL)}}
    return {**where, "nbgrader": {"assignment": TRIAL, "student": "lin", "notebook": "exercise"}, **more}


def seen(notebook: Any, handed_out: Any = ()) -> list[Noticed]:
    return noticed.noticed(notebook, Whose(notebook, handed_out))


# --- what is noticed ---


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        (DIED, ["ended"]),
        (UNSTOPPABLE, ["endless"]),
        (TOO_LONG, ["endless"]),
        (TOO_MUCH, ["flooded"]),
        # The cell before it is the one to look at.
        (AFTER, []),
    ],
)
def test_how_a_cell_ended_is_noticed(said: str, kinds: list[str]) -> None:
    notebook = new_notebook(cells=[new_code_cell("x = 1", id="mine", outputs=[not_run(said)])])
    assert [each.kind for each in seen(notebook)] == kinds


def test_a_cell_that_was_interrupted_since_its_time_was_up_is_noticed() -> None:
    notebook = new_notebook(cells=[new_code_cell("while True: pass", id="mine", outputs=[late()])])
    assert seen(notebook) == [Noticed("endless", "mine")]


def test_what_the_engine_noticed_itself_comes_first() -> None:
    notebook = new_notebook(cells=[new_code_cell("import socket", id="mine")])
    engines = [Noticed("compared", "test-b")]
    found = noticed.noticed(notebook, Whose(notebook, []), engines)
    assert found == [*engines, Noticed("reaches", "mine", "import socket")]


def test_a_line_that_the_course_itself_handed_out_is_none_to_look_at() -> None:
    handed_out = [new_code_cell("import socket", id="open", metadata=about("open", locked=True, cell_type="code"))]
    notebook = new_notebook(cells=[*handed_out, new_code_cell("import ctypes", id="mine")])
    assert [(each.cell, each.line) for each in seen(notebook, handed_out)] == [("mine", "import ctypes")]


def test_no_more_is_told_than_somebody_reads() -> None:
    long = "import socket  # " + "x" * SHOWN
    notebook = new_notebook(cells=[new_code_cell("\n".join([long] * 3 * MOST), id="mine")])
    assert [each.line for each in seen(notebook)] == [long[:SHOWN]] * MOST


def test_a_cell_that_is_too_long_to_be_read_is_not_read() -> None:
    filled = "import socket\n".ljust(LONGEST, "#")
    for text, found in ((filled, 1), (filled + "#", 0)):
        assert len(seen(new_notebook(cells=[new_code_cell(text, id="mine")]))) == found


@pytest.mark.parametrize(
    "stated", [7, [7], [{"kind": "fine", "cell": "a", "line": ""}], [{"kind": "ended", "cell": "a"}], {"kind": "ended"}]
)
def test_what_is_nothing_noticed_is_read_as_none(stated: object) -> None:
    notebook = new_notebook(metadata={NOTICED: stated})
    assert noticed_in(notebook) == []


def test_what_a_notebook_says_itself_was_noticed_is_not_believed() -> None:
    notebook = new_notebook(metadata={NOTICED: [{"kind": "ended", "cell": "a", "line": ""}]})
    assert len(noticed_in(notebook)) == 1
    keep_noticed(notebook, [])
    assert noticed_in(notebook) == []


# --- what is put right ---


def test_where_nothing_is_at_hand_a_submission_stays_and_says_nothing_of_itself(tmp_path: Path) -> None:
    notebook = new_notebook(
        cells=[new_markdown_cell("Mine.", id="mine")],
        metadata={REPAIRS: [{"kind": "beside", "cell": "c-why", "text": "Full marks."}]},
    )
    made, _resources = Restore().preprocess(notebook, place(tmp_path))
    assert [cell.source for cell in made.cells] == ["Mine."]
    assert repairs_in(made) == []


@pytest.mark.parametrize("entries", ["[]", "7", "null", '{"c-why": 7}'])
def test_an_answers_file_that_is_none_takes_nothing_from_a_notebook(course: Course, entries: str) -> None:
    folder = course.autograded / "lin" / TRIAL
    folder.mkdir(parents=True)
    (folder / answers_file("exercise")).write_text(f'{{"entries": {entries}}}', encoding="utf-8")
    notebook = nbformat.reads(fill(course, written="Because."), as_version=4)
    made, _resources = Restore().preprocess(notebook, place(course.root))
    assert next(cell.source for cell in made.cells if cell.id == "c-why") == "Because."
    assert repairs_in(made) == []


def test_the_rehearsal_goes_through_the_steps_of_the_courses_configuration(course: Course) -> None:
    """All but running the cells: a step that is not rehearsed is made ready anew for every submission."""
    own, rehearses = course.config().Autograde, rehearsed.steps().Autograde
    assert rehearses.sanitize_preprocessors == own.sanitize_preprocessors
    runs, *others = own.autograde_preprocessors
    assert runs == "servicelab.grading.bounded.BoundedExecute"
    assert rehearses.autograde_preprocessors == others


# --- what stands in the graded notebook ---


def marker_sees(course: Course, notebook: Any, put_right: PutRight | None = None, found: Any = ()) -> Any:
    resources = place(course.root, **{PUT_RIGHT: put_right or PutRight(), NOTICED: list(found)})
    return MarkerView().preprocess(notebook, resources)[0]


def test_what_stood_there_is_shown_as_it_stood_and_up_to_a_few_lines(released: Course) -> None:
    lines = [f"<b>{number}</b>" for number in range(2 * LINES_SHOWN)]
    repairs = (Repair("changed", "open", "\n".join(lines)), Repair("bound", "b-share", "decisions"))
    note = marker_sees(released, new_notebook(), PutRight(repairs)).cells[0].source.splitlines()
    assert note[-LINES_SHOWN:] == [f"    {line}" for line in lines[:LINES_SHOWN]]
    assert "In `open` stood:" in note
    assert "In `b-share` stood:" not in note, "its names stand in the clause"


def test_a_line_to_look_at_is_shown_as_it_stands(released: Course) -> None:
    found = [Noticed("reaches", "mine", "# <b>import socket</b>")]
    made = marker_sees(released, new_notebook(), found=found)
    assert made.cells[0].source.splitlines()[-1].startswith("    mine reaches for")
    assert noticed_in(made) == found


def test_answers_in_copies_that_differ_in_points_are_for_a_person(released: Course) -> None:
    put_right = PutRight((Repair("copied", "b-share", "share = 1"),), frozenset({"test-b"}))
    made = marker_sees(released, new_notebook(), put_right)
    assert "The answers that stood in copies differ in points: decide on test-b." in made.cells[0].source
    assert put_right.looked_at == {"test-b"}
    assert repairs_in(made) == list(put_right.repairs)


def test_what_a_notebook_says_of_itself_does_not_reach_who_marks(released: Course) -> None:
    stated = {
        NOTICED: [{"kind": "ended", "cell": "a", "line": ""}],
        REPAIRS: [{"kind": "moved", "cell": "a", "text": ""}],
    }
    made = marker_sees(released, new_notebook(metadata=stated))
    assert (noticed_in(made), repairs_in(made), made.cells) == ([], [], [])


def test_checks_of_decisions_stand_in_the_order_of_the_page_under_their_names(released: Course) -> None:
    cells = [new_code_cell(f'task.decide("{key}")', id=f"show-{key}") for key in ("first", "second")]
    test = {"grade": True, "locked": True, "points": 1, "cell_type": "code"}
    cells += [
        new_code_cell("1.0", id=f"test-{key}", metadata=about(f"test-{key}", **test)) for key in ("second", "first")
    ]
    made = marker_sees(released, new_notebook(cells=cells))
    assert [cell.source if cell.cell_type == "markdown" else cell.id for cell in made.cells] == [
        "show-first",
        "show-second",
        "**Decision 1**",
        "test-first",
        "**Decision 2**",
        "test-second",
    ]


def test_no_note_takes_the_name_of_a_cell(released: Course) -> None:
    cells = [new_markdown_cell("Mine.", id="note-1"), new_markdown_cell("Mine too.", id="note-3")]
    made = marker_sees(released, new_notebook(cells=cells))
    assert sorted(cell.id for cell in made.cells) == ["note-1", "note-2", "note-3", "note-4"]


# --- marks, and the page of a run ---


def test_extra_points_alone_are_a_mark_and_come_back_with_their_text(tmp_path: Path) -> None:
    book = Book(tmp_path, TRIAL, "lin")
    first, second = Stood(fingerprint("One"), 4.0), Stood(fingerprint("Two"), 4.0)
    given = SimpleNamespace(manual_score=None, extra_credit=1.5, needs_manual_grade=False)
    said = SimpleNamespace(manual_comment=None)
    book.stood[KEY] = first
    book.set_aside(KEY, given, said)
    assert given.extra_credit is None
    book.stood[KEY] = second
    book.give_back(KEY, given, said)
    assert given.extra_credit is None
    assert book.earlier(KEY) is not None
    book.stood[KEY] = first
    book.give_back(KEY, given, said)
    assert given.extra_credit == 1.5


def test_a_mark_is_for_the_points_that_could_be_had_and_the_latest_one_is_told_of(tmp_path: Path) -> None:
    book = Book(tmp_path, TRIAL, "lin")
    for number, stood in enumerate((Stood("a", 4.0), Stood("b", 4.0), Stood("b", 8.0))):
        given = SimpleNamespace(manual_score=float(number), extra_credit=None, needs_manual_grade=False)
        book.stood[KEY] = stood
        book.set_aside(KEY, given, None)
    book.stood[KEY] = Stood("b", 2.0)
    back = SimpleNamespace(manual_score=None, extra_credit=None, needs_manual_grade=True)
    book.give_back(KEY, back, None)
    assert back.manual_score is None, "the same text, for other points"
    earlier = book.earlier(KEY)
    assert earlier is not None
    assert (earlier.score, earlier.stood) == (2.0, Stood("b", 8.0))
    book.stood[KEY] = Stood("b", 4.0)
    book.give_back(KEY, back, None)
    assert back.manual_score == 1.0


def test_the_page_says_how_the_scores_lie_of_those_that_have_one() -> None:
    scores = [0, 1, 5, 9.9, 10]
    results = [Result(f"s{number}", "graded", score, 10) for number, score in enumerate(scores)]
    results += [Result("s8", "before", 4, 10), Result("s9", "failed", 0, 10)]
    page = BeautifulSoup(render(Grading(TRIAL, tuple(results), 1.0, Path("gradebook.db"))), "html.parser")
    assert "From 0 to 10 of 10 points; half have 5 or more." in " ".join(page.get_text().split())
    bars = [each.get_text() for each in page.select(".spread > div")]
    assert bars == ["10–1", "11–2", "2–3", "3–4", "14–5", "15–6", "6–7", "7–8", "8–9", "29–10"]


def test_a_text_of_the_course_is_not_called_the_trainees_own_in_either_language(course: Course) -> None:
    """What a note of ours says has words that any text may have: 分 ends one, and stands wherever points are named."""
    texts = {
        text
        for path in sorted((ROOT / "locales" / "zh_CN").glob("*/*.po"))
        for entry in polib.pofile(str(path))
        for text in (entry.msgid, entry.msgstr)
    }
    assert len(texts) > 1000
    called = [text for text in texts if _is_theirs(new_markdown_cell(text, id="title"), {"title"})]
    assert called == []
