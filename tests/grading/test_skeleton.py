"""A submission on the skeleton that was handed out: whatever a notebook holds, and however it is named."""

from __future__ import annotations

import warnings
from copy import deepcopy
from typing import Any, get_args

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tests.grading.conftest import about

from servicelab.grading import skeleton
from servicelab.grading.skeleton import (
    KEPT,
    MOST,
    MOST_ALTERNATIVES,
    READ,
    REPAIRS,
    Kind,
    Repair,
    alternatives,
    keep_repairs,
    rebuilt,
    repairs_in,
    told,
    told_to_trainee,
)
from servicelab.i18n import LANGUAGES, use

OPEN = "import pandas as pd\ntable = pd.DataFrame()"
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
SOLVED = {"share": "def share(values):\n    return sum(values) / len(values)"}
WRITE = "YOUR ANSWER HERE · 请在此作答"


def handed_out() -> list[nbformat.NotebookNode]:
    return [
        new_markdown_cell("# Title", id="title"),
        new_code_cell(OPEN, id="open", metadata=about("open", locked=True, cell_type="code")),
        new_code_cell(STUB, id="share", metadata=about("share", solution=True, cell_type="code")),
        new_code_cell(
            "assert share([1]) == 1",
            id="test",
            metadata=about("test", grade=True, locked=True, points=3, cell_type="code"),
        ),
        new_markdown_cell(
            WRITE, id="why", metadata=about("why", grade=True, solution=True, points=2, cell_type="markdown")
        ),
    ]


def submitted() -> nbformat.NotebookNode:
    notebook = new_notebook(cells=deepcopy(handed_out()))
    notebook.cells[2].source = SOLVED["share"]
    notebook.cells[4].source = "Because."
    return notebook


def texts(notebook: Any) -> dict[str, str]:
    return {cell.id: cell.source for cell in notebook.cells}


def test_a_right_page_comes_back_as_it_is() -> None:
    made = rebuilt(submitted(), handed_out(), SOLVED, {})
    assert made.repairs == ()
    assert texts(made.notebook) == texts(submitted())


@pytest.mark.parametrize(
    "stated",
    [{"grade_id": "share", "schema_version": 2}, {"grade_id": "share"}, {"grade_id": "", "schema_version": 3}, None, 7],
)
def test_metadata_that_nbgrader_would_stop_at_is_the_released_one(stated: object) -> None:
    notebook = submitted()
    notebook.cells[2].metadata = {"nbgrader": stated}
    made = rebuilt(notebook, handed_out(), SOLVED, {})
    assert made.notebook.cells[2].metadata == handed_out()[2].metadata
    assert [(each.kind, each.cell) for each in made.repairs] == [("relabelled", "share")]


def test_an_answer_in_a_box_counts_where_its_cell_was_deleted() -> None:
    notebook = submitted()
    notebook.cells = notebook.cells[:4]
    entries = {"why": {"kind": "written", "value": {"text": "In the box."}, "done": True}}
    made = rebuilt(notebook, handed_out(), SOLVED, entries)
    assert texts(made.notebook)["why"] == "In the box."
    assert [each.kind for each in made.repairs] == ["missing"]


def test_words_in_another_language_find_their_places_without_any_name() -> None:
    notebook = submitted()
    for number, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"x{number}", {}
    notebook.cells[0].source = "# 标题"
    notebook.cells[4].source = WRITE
    made = rebuilt(notebook, handed_out(), SOLVED, {})
    assert texts(made.notebook) == {**texts(submitted()), "title": "# 标题", "why": WRITE}
    assert "beside" not in {each.kind for each in made.repairs}


def test_no_added_cell_says_what_it_is_scored_by_or_takes_a_name() -> None:
    notebook = submitted()
    copied = deepcopy(notebook.cells[3])
    copied.source = "share = lambda values: 1"
    notebook.cells.insert(3, copied)
    made = rebuilt(notebook, handed_out(), SOLVED, {})
    added = [cell for cell in made.notebook.cells if cell.id.startswith("added-")]
    assert [(cell.source, dict(cell.metadata)) for cell in added] == [("share = lambda values: 1", {})]
    assert len({cell.id for cell in made.notebook.cells}) == len(made.notebook.cells) == 6


def test_each_other_answer_is_tried_alone() -> None:
    notebook = submitted()
    for number, text in enumerate(("first = 1", "second = 2")):
        copied = deepcopy(notebook.cells[2])
        copied.id, copied.source = f"copy-{number}", text
        notebook.cells.insert(2, copied)
    made = rebuilt(notebook, handed_out(), SOLVED, {})
    others = alternatives(made.notebook, made.repairs)
    assert [texts(each)["share"] for each in others] == ["second = 2", "first = 1"]
    for each, text in zip(others, ("second = 2", "first = 1"), strict=True):
        assert sum(cell.source == text for cell in each.cells) == 1


def test_what_a_notebook_says_itself_was_put_right_is_not_believed() -> None:
    notebook = submitted()
    notebook.metadata["servicelab_repairs"] = [{"kind": "beside", "cell": "why", "text": "mine"}]
    made = rebuilt(notebook, handed_out(), SOLVED, {})
    keep_repairs(made.notebook, made.repairs)
    assert repairs_in(made.notebook) == []


def with_copies(count: int) -> nbformat.NotebookNode:
    """A submission with so many answers in one place, each another one."""
    notebook = submitted()
    for number in range(count - 1):
        copied = deepcopy(notebook.cells[2])
        copied.id, copied.source = f"copy-{number}", f"answer = {number}"
        notebook.cells.insert(2, copied)
    return notebook


def test_no_more_than_a_few_other_answers_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    made = rebuilt(with_copies(MOST_ALTERNATIVES + 3), handed_out(), SOLVED, {})
    copies: list[Any] = []

    def counted(nb: Any) -> Any:
        copies.append(deepcopy(nb))
        return copies[-1]

    monkeypatch.setattr(skeleton, "deepcopy", counted)
    assert len(alternatives(made.notebook, made.repairs)) == MOST_ALTERNATIVES
    # What is tried no more is not made either: of a long notebook it would be gigabytes.
    assert len(copies) == MOST_ALTERNATIVES


def test_no_more_than_so_many_differences_are_named() -> None:
    made = rebuilt(with_copies(MOST + 50), handed_out(), SOLVED, {})
    assert len(made.repairs) == MOST


def test_no_more_code_is_read_than_anybody_writes() -> None:
    """A name that is bound is told of, and found as an answer, while there is room; else reading has no end."""
    notebook = submitted()
    notebook.cells[2].source = ""
    notebook.cells += [new_code_cell("table = 1", id="early"), new_code_cell("share = 1", id="answer")]
    made = rebuilt(notebook, handed_out(), SOLVED, {})
    assert {each.kind for each in made.repairs} == {"bound", "elsewhere"}
    for number in range(READ // 190_000 + 1):
        notebook.cells.insert(1, new_code_cell(f"text_{number} = '{'a' * 190_000}'", id=f"long-{number}"))
    assert rebuilt(notebook, handed_out(), SOLVED, {}).repairs == ()


def test_what_stood_there_is_kept_up_to_a_page() -> None:
    notebook = submitted()
    notebook.cells[1].source = "table = 1\n" * KEPT
    made = rebuilt(notebook, handed_out(), SOLVED, {})
    (changed,) = [each for each in made.repairs if each.kind == "changed"]
    assert changed.text == ("table = 1\n" * KEPT)[:KEPT]


def test_an_added_cell_takes_no_name_of_a_released_one() -> None:
    page = handed_out()
    page[0].id = "added-1"
    notebook = new_notebook(cells=[*deepcopy(page), new_markdown_cell("Mine.", id="x")])
    made = rebuilt(notebook, page, SOLVED, {})
    assert [cell.id for cell in made.notebook.cells][::5] == ["added-1", "added-2"]


def test_pictures_in_an_added_text_stay_in_it() -> None:
    notebook = submitted()
    picture = {"board.png": {"image/png": "aGk="}}
    notebook.cells.append(new_markdown_cell("![](attachment:board.png)", id="x", attachments=picture))
    assert rebuilt(notebook, handed_out(), SOLVED, {}).notebook.cells[-1].attachments == picture


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_difference_has_words_for_whoever_marks_and_for_its_maker(language: str) -> None:
    repairs = [Repair(kind, "q-cell", "q-text") for kind in get_args(Kind)]
    with use(language):
        marker, maker = told(repairs), told_to_trainee([*repairs, *repairs])
    assert len(set(marker)) == len(set(maker)) == len(maker) == len(repairs)
    assert all("q-cell" in each for each in marker)
    assert not any("q-cell" in each or "q-text" in each for each in maker), "no name of a cell is a trainee's word"


@pytest.mark.parametrize(
    "stated",
    [7, [7], [{"kind": "other", "cell": "why", "text": ""}], [{"kind": "moved", "cell": "why"}], {"kind": "moved"}],
)
def test_what_is_no_difference_is_read_as_none(stated: object) -> None:
    notebook = submitted()
    notebook.metadata[REPAIRS] = stated
    assert repairs_in(notebook) == []


def test_what_stands_alone_in_a_place_is_its_answer_whatever_it_binds() -> None:
    notebook = submitted()
    notebook.cells[2] = new_code_cell("nothing = 1", id="x")
    made = rebuilt(notebook, handed_out(), SOLVED, {})
    assert texts(made.notebook) == {**texts(submitted()), "share": "nothing = 1"}
    assert [(each.kind, each.cell) for each in made.repairs] == [("relabelled", "share")]


def test_of_cells_in_another_order_the_fewest_are_named_as_moved() -> None:
    notebook = submitted()
    notebook.cells.insert(0, notebook.cells.pop())
    made = rebuilt(notebook, handed_out(), SOLVED, {})
    assert [(each.kind, each.cell) for each in made.repairs] == [("moved", "why")]


def test_a_name_that_the_solution_binds_as_well_is_the_trainees() -> None:
    notebook = submitted()
    notebook.cells[2].source = f"table = 1\n{SOLVED['share']}"
    bound = rebuilt(notebook, handed_out(), SOLVED, {}).repairs
    assert [(each.kind, each.text) for each in bound] == [("bound", "table")]
    solved = {"share": f"table = None\n{SOLVED['share']}"}
    assert rebuilt(notebook, handed_out(), solved, {}).repairs == ()


def test_a_text_is_taken_to_be_for_the_last_place_before_it_that_was_left_alone() -> None:
    page = handed_out()
    more = new_markdown_cell(WRITE, id="how", metadata=about("how", grade=True, solution=True, cell_type="markdown"))
    page.append(more)
    notebook = new_notebook(cells=[*deepcopy(page), new_markdown_cell("So.", id="x")])
    notebook.cells[2].source = SOLVED["share"]
    made = rebuilt(notebook, page, SOLVED, {})
    assert [(each.kind, each.cell, each.text) for each in made.repairs] == [("beside", "how", "So.")]


def test_an_answer_in_two_cells_of_its_makers_own_is_taken_whole() -> None:
    notebook = submitted()
    notebook.cells[2].source = STUB
    halves = [
        "def total(values):\n    return sum(values)",
        "def share(values):\n    return total(values) / len(values)",
    ]
    notebook.cells[3:3] = [new_code_cell(half, id=f"x{at}") for at, half in enumerate(halves)]
    made = rebuilt(notebook, handed_out(), SOLVED, {})
    assert texts(made.notebook) == {**texts(submitted()), "share": "\n\n".join(halves)}
    assert [(each.kind, each.cell) for each in made.repairs] == [("elsewhere", "share")]


def test_a_cell_that_lost_its_metadata_is_known_by_its_id() -> None:
    page = handed_out()
    page.insert(3, new_code_cell(STUB, id="rate", metadata=about("rate", solution=True, cell_type="code")))
    notebook = new_notebook(cells=deepcopy(page))
    for number in (2, 3):
        notebook.cells[number].source, notebook.cells[number].metadata = f"answer = {number}", {}
    made = rebuilt(notebook, page, {}, {})
    assert {name: text for name, text in texts(made.notebook).items() if "answer" in text} == {
        "share": "answer = 2",
        "rate": "answer = 3",
    }
    assert [(each.kind, each.cell) for each in made.repairs] == [("relabelled", "share"), ("relabelled", "rate")]


ANY_CELL = st.one_of(
    st.sampled_from(["markdown", "code", "raw"]).flatmap(
        lambda kind: st.fixed_dictionaries(
            {
                "cell_type": st.just(kind),
                "source": st.sampled_from(["", "x = 1", OPEN, STUB, "Because.", "(" * 300, "def", WRITE, "\x00"]),
                "metadata": st.sampled_from(
                    [{}, [], {"nbgrader": 1}, {"nbgrader": {"grade_id": "test"}}, about("share", solution=True)]
                ),
            },
            optional={"id": st.sampled_from(["open", "share", "test", "why", "x"])},
        )
    ),
    st.just({}),
    st.just(7),
)


@given(st.lists(ANY_CELL, max_size=12))
def test_whatever_it_holds_the_page_is_the_released_one(cells: list[Any]) -> None:
    """Every released cell that is the course's own stands there once, unchanged, in order; every id is one cell's."""
    made = rebuilt(nbformat.from_dict({"cells": cells, "metadata": {}}), handed_out(), SOLVED, {})
    own = [cell for cell in made.notebook.cells if "nbgrader" in cell.metadata]
    assert [cell.metadata for cell in own] == [cell.metadata for cell in handed_out()[1:]]
    assert [own[0].source, own[2].source] == [OPEN, "assert share([1]) == 1"]
    assert len({cell.id for cell in made.notebook.cells}) == len(made.notebook.cells)
    nbformat.validate(made.notebook)


def test_how_a_trainees_code_is_written_is_told_to_nobody(recwarn: pytest.WarningsRecorder) -> None:
    """From Python 3.12 on it would be printed, a line for each backslash."""
    warnings.simplefilter("always")
    notebook = submitted()
    notebook.cells[2].source = "import re\ndef share(values):\n    return re.split('\\d', values)"
    assert rebuilt(notebook, handed_out(), SOLVED, {}).repairs == ()
    assert [str(each.message) for each in recwarn] == []
