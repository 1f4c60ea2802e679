"""Graded notebooks: what stock nbgrader needs so that both languages are graded alike and nothing leaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from servicelab.publish.answers import worth
from servicelab.publish.checks.testcells import lent_findings, taken_findings, test_cell_findings
from servicelab.publish.findings import Finding
from servicelab.publish.nbgrader_rules import MARKERS, refusals
from servicelab.publish.nodes import cell_node, notebook
from servicelab.publish.regions import REGIONS, has_region, segments
from servicelab.publish.sources import CODE, MARKDOWN, Cell, Document

KEYS = {"grade", "grade_id", "locked", "points", "schema_version", "solution", "task", "cell_type"}
FLAGS = ("grade", "solution", "locked")
# nbgrader's autotests are written out by a kernel at release; a test without that step would ship its source.
AUTOTESTS = ("### AUTOTEST", "### HASHED AUTOTEST")


def graded_findings(document: Document) -> list[Finding]:
    """What is wrong in an exercise or an analysis."""
    found: list[Finding] = []
    for cell in document.cells:
        for problem, remedy in _cell(cell):
            found.append(Finding(document.file, cell.line, cell.name, problem, remedy))
        if cell.kind == CODE and cell.nbgrader.get("grade") and not cell.nbgrader.get("solution"):
            found += test_cell_findings(document.file, cell)
    found += lent_findings(document.file, document.cells)
    found += taken_findings(document.file, document.cells)
    if not any(cell.nbgrader.get("grade") for cell in document.cells):
        remedy = "Give each part a cell with nbgrader: {grade: true, points: …}"
        found.append(Finding(document.file, 0, "", "nothing in this notebook is graded", remedy))
    # What nbgrader says names no cell, so it is asked only when the checks above found nothing to explain it.
    return found or _asked(document)


def _cell(cell: Cell) -> Iterator[tuple[str, str]]:
    stated = cell.metadata.get("nbgrader")
    if stated is not None:
        yield from _metadata(cell, stated)
    yield from _markers(cell)
    meta = cell.nbgrader
    if not meta:
        return
    if cell.language:
        yield "a graded or locked cell stands in one language only", "Take `lang` away"
    if cell.kind != MARKDOWN:
        return
    if cell.locked and _outside(cell):
        problem = "text to translate stands in a locked cell, where autograding restores the English"
        yield problem, "Move the text to a Markdown cell of its own, without nbgrader metadata"
    if not meta.get("task") and bool(meta.get("grade")) != bool(meta.get("solution")):
        problem = "a written answer is not both grade and solution"
        yield problem, "Write nbgrader: {grade: true, solution: true, locked: false, points: …}"
    elif meta.get("solution") and has_region(cell.source, "solution") and _outside(cell):
        problem = (
            "text stands beside the model answer, so an untouched answer would not be recognised in both languages"
        )
        yield problem, "Move it to the Markdown cell before; this one holds BEGIN SOLUTION … END SOLUTION only"


def _metadata(cell: Cell, stated: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(stated, dict):
        yield "the nbgrader metadata is not a mapping", "Write nbgrader: {grade: true, …}"
        return
    for key in sorted(set(stated) - KEYS):
        yield f"nbgrader knows no “{key}”", f"Use {', '.join(sorted(KEYS))}"
    if stated.get("schema_version") != 3:
        yield "the nbgrader metadata is not of version 3", "Write schema_version: 3"
    for key in FLAGS:
        if not isinstance(stated.get(key), bool):
            yield f"the nbgrader metadata is invalid: `{key}` is not true or false", f"Write {key}: true or false"
    if stated.get("grade_id") != cell.name:
        yield f"grade_id is “{stated.get('grade_id')}”", f"Make it the cell's name: grade_id: {cell.name}"
    if stated.get("cell_type", cell.kind) != cell.kind:
        yield f"the nbgrader metadata says cell_type {stated['cell_type']}", f"Write cell_type: {cell.kind}"
    if (stated.get("grade") or stated.get("task")) and not worth(stated.get("points")):
        yield "an exercise without points", "Write points: 2, or however many it is worth"
    if stated.get("task") and (cell.kind != MARKDOWN or stated.get("grade") or stated.get("solution")):
        yield (
            "a task is not a Markdown cell without grade and solution",
            "Write task: true, grade: false, solution: false",
        )


def _markers(cell: Cell) -> Iterator[tuple[str, str]]:
    needs = {"solution": "solution", "hidden test": "grade", "mark scheme": "task"}
    opened = ""
    for piece in segments(cell.source):
        if piece.kind != "marker":
            continue
        begins = next((name for name, (begin, _) in REGIONS.items() if begin in piece.text), "")
        ends = next((name for name, (_, end) in REGIONS.items() if end in piece.text), "")
        if (begins and opened) or (ends and ends != opened):
            yield (
                f"“{piece.text.strip()}” has no partner",
                "Pair each BEGIN line with its END line, one region at a time",
            )
            return
        opened = begins
    if opened:
        yield f"the {opened} region has no END line", f"Add ### {REGIONS[opened][1]}"
    for name, flag in needs.items():
        if has_region(cell.source, name) and not cell.nbgrader.get(flag):
            yield f"a {name} region stands in a cell that is not a {flag} cell", f"Write nbgrader: {{{flag}: true, …}}"
    if any(marker in cell.source for marker in AUTOTESTS):
        yield "an autotest stands here", "Write the assertions themselves, in a hidden test"
    for line in cell.source.split("\n"):
        if any(marker in line for marker in MARKERS) and not line.strip().startswith("###"):
            yield f"nbgrader takes “{line.strip()[:40]}” for a marker", "Use other words, or begin the line with ###"


def _outside(cell: Cell) -> bool:
    """Whether a reader sees text in this cell once nbgrader has stripped it."""
    return any(piece.kind == "text" and piece.text.strip() for piece in segments(cell.source))


def _asked(document: Document) -> list[Finding]:
    if any(not cell.name for cell in document.cells):
        return []
    cells = [
        cell_node(cell.kind, cell.name, cell.source, {"nbgrader": dict(cell.nbgrader)} if cell.nbgrader else {})
        for cell in document.cells
    ]
    return refusals(notebook(cells, {}), document.file)
