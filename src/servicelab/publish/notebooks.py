"""From a source document to a notebook node in one language: texts translated, terms linked, cells named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from servicelab.course.layout import GLOSSARY, TESTS, notebook_path, way_up
from servicelab.publish.glossary import TITLES, glossary_cells
from servicelab.publish.nodes import cell_node, notebook
from servicelab.publish.prose import link_terms, translate_blocks
from servicelab.publish.regions import segments
from servicelab.publish.sources import CODE, MARKDOWN, Cell, Course, Document
from servicelab.shell.delivered import SHOWN

# In these a trainee reads and decides; in an analysis the code is the work.
FOLDED = ("lesson", "case", "exercise", "start", *TESTS)
TOLD = "told"
"""Tag of a cell whose words wait for a guess."""
KEPT = ("section", "minutes", "track", "marking")


def localised(document: Document, language: str, translate: Callable[[str, str], str]) -> list[Cell]:
    """The document's cells in one language; `translate(cell name, block)` gives a block's words."""
    cells = []
    for cell in document.cells:
        if cell.language not in (None, language):
            continue
        if language != "en" and cell.kind == MARKDOWN and not cell.language:
            cell = replace(cell, source=_translated(cell, translate))
        cells.append(cell)
    return cells


def _translated(cell: Cell, translate: Callable[[str, str], str]) -> str:
    return "\n".join(
        piece.text
        if piece.kind == "marker"
        else translate_blocks(piece.text, lambda block: translate(cell.name, block))
        for piece in segments(cell.source)
    )


def notebook_node(
    document: Document, cells: list[Cell], title: str, language: str, definitions: dict[str, str], *, trainee: bool
) -> Any:
    """The nbformat 4.5 node of a document. Cell ids are the cells' names, so equal sources give equal bytes."""
    glossary = way_up(notebook_path(document.kind, document.module)) + GLOSSARY
    nodes = []
    for cell in cells:
        metadata = _metadata(cell, document, trainee=trainee)
        if waits(cell):
            # Written in its place in the source, told in its place in the lesson, and not before the guess.
            metadata |= {"jupyter": {"source_hidden": True}, "tags": [*metadata.get("tags", []), TOLD]}
            nodes.append(cell_node(CODE, cell.name, f'lesson.told("{cell.name}")', metadata))
            continue
        source = cell.source if cell.kind == CODE else link_terms(cell.source, glossary, definitions)
        nodes.append(cell_node(cell.kind, cell.name, source, metadata))
    about = {"module": document.module, "kind": document.kind, "title": title, "language": language}
    return notebook(nodes, about)


def waits(cell: Cell) -> bool:
    """Whether a cell holds words that wait for a guess or a question."""
    return cell.kind == MARKDOWN and bool(cell.metadata.get("after"))


def told(cells: list[Cell], glossary: str, definitions: dict[str, str]) -> list[dict[str, str]]:
    """The words that wait, as the lesson's JSON holds them."""
    return [
        {
            "id": cell.name,
            "after": str(cell.metadata["after"]),
            "text": link_terms(cell.source, glossary, definitions).strip(),
        }
        for cell in cells
        if waits(cell)
    ]


def glossary_node(course: Course, language: str) -> Any:
    """The glossary as a notebook: one cell a term, so that a link can lead to it."""
    cells = [cell_node(MARKDOWN, name, text, {"editable": False}) for name, text in glossary_cells(course, language)]
    return notebook(cells, {"kind": "glossary", "language": language, "title": TITLES[language]})


def _metadata(cell: Cell, document: Document, *, trainee: bool) -> dict[str, Any]:
    metadata: dict[str, Any] = {key: cell.metadata[key] for key in ("nbgrader", "tags") if key in cell.metadata}
    ours = {key: cell.metadata[key] for key in KEPT if key in cell.metadata}
    if document.kind == "exercise" and cell.nbgrader:
        # Where the marks are put: a trainee has nothing to do there, and the course's page leaves it out of sight.
        ours["marking"] = True
    if ours:
        metadata["servicelab"] = ours
    if not trainee:
        return metadata
    if cell.kind == CODE:
        shown = SHOWN in cell.metadata.get("tags", []) or cell.nbgrader.get("solution")
        if document.kind in FOLDED and not shown:
            metadata["jupyter"] = {"source_hidden": True}
    elif not cell.nbgrader:
        # A double-click on a paragraph would otherwise open its Markdown, and a beginner would not know the way back.
        metadata["editable"] = False
    return metadata
