"""One notebook holds nobody up: what is laid out of all of it is limited, and the rest is shown as it was typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from servicelab.grading import inert
from servicelab.grading.inert import ROOM, Inert, clean, clean_filter, laying_out, markdown, markdown_filter
from servicelab.grading.pieces import Reader

QUOTES = "> " * 49_500
"""A cell of the kind that takes longest: quotes in quotes."""


@pytest.fixture
def laid_out(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How long each text was that went through the parser; none of them really does."""
    lengths: list[int] = []

    def counted(markup: str) -> str:
        lengths.append(len(markup))
        return "laid out"

    monkeypatch.setattr(inert, "_cleaned", counted)
    monkeypatch.setattr("nbconvert.filters.markdown_mistune.MarkdownWithMath.render", lambda _self, source: source)
    return lengths


def test_many_cells_have_the_room_of_one_notebook(laid_out: list[int]) -> None:
    with laying_out():
        shown = [markdown(QUOTES) for _cell in range(320)]
    assert sum(laid_out) <= ROOM
    assert shown.count("laid out") == ROOM // len(QUOTES)
    assert shown[-1] == f"<pre>{QUOTES.replace('>', '&gt;')}</pre>"


def test_so_have_many_outputs(laid_out: list[int]) -> None:
    with laying_out():
        assert [clean("<" * 400_000) == "laid out" for _output in range(40)] == [True] * 2 + [False] * 38
        assert markdown("A short text.") == "laid out", "a long one leaves what is left to shorter ones"


def test_the_next_notebook_has_all_of_it_on_a_page_for_its_trainee(laid_out: list[int], tmp_path: Path) -> None:
    for _notebook in range(3):
        cells = [new_markdown_cell(QUOTES) for _cell in range(20)]
        Reader(set(), {}, tmp_path).read(new_notebook(cells=cells))
    assert len(laid_out) == 3 * (ROOM // len(QUOTES))


def test_and_in_formgrader(laid_out: list[int]) -> None:
    table = {"text/html": "<" * 400_000}
    for _notebook in range(3):
        outputs = [new_output("display_data", table) for _output in range(5)]
        made, resources = Inert().preprocess(new_notebook(cells=[new_code_cell(outputs=outputs)]), {})
        page = Environment().from_string("").new_context({"resources": resources, "cell": {}})
        for _cell in range(5):
            # What formgrader's template lays out, after the outputs.
            markdown_filter(page, QUOTES)
        for shown in made.cells[0].outputs:
            assert clean_filter(page, shown.data["text/html"]) == shown.data["text/html"]
    assert len(laid_out) == 3 * (2 + 2)


def test_a_days_work_is_laid_out_whole() -> None:
    """A hundred tables of pandas' and as many pages of text."""
    table = "<table><tr><td>1</td></tr>" + "<tr><td>cell</td></tr>" * 60 + "</table>"
    with laying_out():
        for _piece in range(100):
            assert "<pre>" not in clean(table)
            assert "<pre>" not in markdown("A page of *text*, as one writes it.\n\n" * 80)
