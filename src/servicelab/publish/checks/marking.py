"""What a person marks, and the rubric to mark it by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from servicelab.course.declared import mistakes, read
from servicelab.course.layout import GRADED, RUBRICS
from servicelab.course.rubricfile import Rubric
from servicelab.publish.findings import Finding, Gap
from servicelab.publish.sources import Cell, Course, Unit, relative
from servicelab.publish.yamlfile import read_yaml


def rubrics(course: Course) -> tuple[list[Rubric], list[Finding]]:
    """The rubrics that can be marked by, and what is wrong with the others."""
    sound, found = [], []
    for path in sorted((course.root / RUBRICS).glob("*.yml")):
        document = read_yaml(path, relative(path, course.root))
        wrong = document.findings or [
            document.finding(at, str(at[0]) if at else "", problem, remedy)
            for at, problem, remedy in mistakes(Rubric, document.data)
        ]
        if wrong:
            found += wrong
            continue
        rubric = read(Rubric, document.data)
        sound.append(rubric)
        graded = course.assignments.get(rubric.assignment)
        cell = graded.cell(rubric.cell) if graded else None
        if cell is None or not by_hand(cell):
            problem = f"nobody marks {rubric.assignment}#{rubric.cell}"
            found.append(document.finding(("cell",), rubric.cell, problem, "Name a written answer or a task"))
        elif cell.nbgrader.get("points") != rubric.points:
            problem = f"the criteria come to {rubric.points:g} points, the cell to {cell.nbgrader.get('points')}"
            found.append(document.finding(("criteria",), rubric.cell, problem, "Make them the same"))
    return sound, found


def by_hand(cell: Cell) -> bool:
    """Whether a person gives the points of a cell."""
    return bool(cell.nbgrader.get("task") or (cell.nbgrader.get("grade") and cell.nbgrader.get("solution")))


def unmarked(unit: Unit, marking: Sequence[Rubric]) -> Iterator[Gap]:
    """What a person is to mark and has no rubric for; and a unit in which nobody marks anything."""
    there = {(rubric.assignment, rubric.cell) for rubric in marking}
    graded = [unit.documents[kind] for kind in GRADED if kind in unit.documents]
    cells = [(document, cell) for document in graded for cell in document.cells if by_hand(cell)]
    for document, cell in cells:
        if (document.assignment, cell.name) not in there:
            problem = f"there is no rubric to mark {document.assignment}#{cell.name} by"
            remedy = f"Write {RUBRICS}/{document.assignment}.yml, with `cell: {cell.name}`"
            finding = Finding(document.file, cell.line, cell.name, problem, remedy)
            yield Gap("rubric", f"{document.assignment}#{cell.name}", finding)
    if not cells:
        problem, remedy = "a person marks nothing in this unit", "Ask for a written judgement, and write a rubric"
        yield Gap("rubric", unit.id, Finding(graded[0].file, 0, unit.id, problem, remedy))
