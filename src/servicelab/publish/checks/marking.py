"""What a person marks, and the rubric to mark it by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from servicelab.course.declared import mistakes, read
from servicelab.course.layout import GRADED, RUBRICS
from servicelab.course.rubricfile import Rubric
from servicelab.publish.findings import Finding, Gap
from servicelab.publish.sources import Cell, Course, Unit, relative
from servicelab.publish.yamlfile import yaml_source


class Marking(NamedTuple):
    """The rubrics that can be marked by, what is wrong with any, and whether all of them could be read."""

    sound: list[Rubric]
    findings: list[Finding]
    whole: bool


def rubrics(course: Course) -> Marking:
    """Every rubric of the course, held against the cell that it is to mark."""
    sound, found, whole = [], [], True
    for path in sorted((course.root / RUBRICS).glob("*.yml")):
        document = yaml_source(path, relative(path, course.root))
        wrong = document.findings or [
            document.finding(at, str(at[0]) if at else "", problem, remedy)
            for at, problem, remedy in mistakes(Rubric, document.data)
        ]
        if wrong:
            found += wrong
            whole = False
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
    return Marking(sound, found, whole)


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
