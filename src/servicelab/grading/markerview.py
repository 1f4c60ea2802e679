"""What whoever marks finds in a graded notebook beside what its trainee did: headings, and what was marked earlier."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor

from servicelab.grading.marks import Book
from servicelab.learn import decisions

NOTE = "servicelab_note"
"""Metadata of a cell that is for the marker only; the trainee's page leaves it out."""
DECIDE = re.compile(r"""\.decide\(\s*["']([\w-]+)["']""")
TEST = "test-"
"""What the name of a test begins with; the id of its decision follows."""


class MarkerView(NbGraderPreprocessor):  # type: ignore[misc]
    """Put each decision's check in the order of the page and under its name, and earlier marks above their places."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Arrange one notebook that was graded."""
        about = resources["nbgrader"]
        book = Book(Path(resources["metadata"]["path"]).parents[2], about["assignment"], about["student"])
        asked = [found[1] for cell in nb.cells if cell.cell_type == "code" for found in DECIDE.finditer(cell.source)]
        labels = {f"{TEST}{key}": decisions.label(n) for n, key in enumerate(dict.fromkeys(asked), start=1)}
        nb.cells = list(_noted(_in_order(nb.cells, [*labels]), labels, book, about["notebook"]))
        return nb, resources


def _in_order(cells: list[NotebookNode], order: list[str]) -> list[NotebookNode]:
    """Put the checks of decisions in order; every other cell stays where it is."""
    checks = [cell for cell in cells if _name(cell) in order]
    following = iter(sorted(checks, key=lambda cell: order.index(_name(cell))))
    return [next(following) if _name(cell) in order else cell for cell in cells]


def _noted(cells: list[NotebookNode], labels: dict[str, str], book: Book, notebook: str) -> Iterator[NotebookNode]:
    for cell in cells:
        name = _name(cell)
        if name in labels:
            yield _note(f"**{labels[name]}**")
        if name and (mark := book.earlier(f"{notebook}/{name}")):
            yield _note(mark.told())
        yield cell


def _name(cell: NotebookNode) -> str:
    return str((cell.metadata.get("nbgrader") or {}).get("grade_id", ""))


def _note(text: str) -> NotebookNode:
    cell: NotebookNode = new_markdown_cell(text, metadata={NOTE: True})  # type: ignore[no-untyped-call]
    return cell
