"""Every exercise of the course, answered right, partly, wrong and not at all: by the engine, and by plain nbgrader.

The answers are the demo's, which grades them anyway; of each analysis one more stands beside them, wrong in everything.
`SERVICELAB_RENEW=1 .venv/bin/python -m pytest tests/grading/test_sameness.py` has plain nbgrader grade what changed.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tests.grading import stock
from tests.grading.conftest import ROOT

from servicelab.grading import demonstrating
from servicelab.grading.bindings import bound
from servicelab.grading.course import Course
from servicelab.grading.results import Grading
from servicelab.grading.simulation import solutions
from servicelab.learn.whereabouts import read_json

STOCK = Path(__file__).with_name("exercises_by_stock.json")
PAGE = ROOT / "docs" / "sameness.md"
RIGHT, WRONG = "lin-yue", "wrong"
ANALYSIS = "_analysis"
ROW = re.compile(r"^\| (\w+) \| ([\w-]+) \| (all|\S+/\S+) \|", re.MULTILINE)
"""A difference on the page: assignment, who handed in, cell (`all` of them)."""

WORSE = '''\
def worse(x):
    """The same kind of thing, and another one."""
    import numpy as np
    import pandas as pd

    if isinstance(x, str):
        return x + "?"
    if isinstance(x, (bool, np.bool_)):
        return not x
    if isinstance(x, (int, float, np.number)):
        return 3 * x + 7
    if isinstance(x, pd.DataFrame):
        return x.apply(worse)
    if isinstance(x, (pd.Series, np.ndarray)):
        return 3 * x + 7 if np.issubdtype(getattr(x.dtype, "type", object), np.number) else x
    if isinstance(x, (list, tuple, set)):
        return type(x)(map(worse, x))
    if isinstance(x, dict):
        return {key: worse(value) for key, value in x.items()}
    return (lambda *given, **named: worse(x(*given, **named))) if callable(x) else x'''


def graded_with_a_wrong_one(found: dict[str, dict[str, stock.Rows]]) -> Any:
    """The demo's step that grades, which keeps in `found` what it gave before anybody marks.

    Beside the demo's own trainees somebody hands in an analysis that is wrong in everything; it is gone afterwards.
    """
    grade = demonstrating.grade

    def graded(assignment: str, *, course: Course, workers: int) -> Grading:
        wrong = course.submitted / WRONG / assignment
        if assignment.endswith(ANALYSIS):
            hand_in_wrong(course, assignment, wrong)
        made = grade(assignment, course=course, workers=workers)
        found[assignment] = stock.rows(course, assignment)
        if wrong.is_dir():
            with course.gradebook() as book:
                book.remove_submission(assignment, WRONG)
            for folder in (course.submitted, course.autograded):
                shutil.rmtree(folder / WRONG / assignment)
        return made

    return graded


def hand_in_wrong(course: Course, assignment: str, place: Path) -> None:
    """Hand in the author's answers, each followed by a line that makes something else of what it found."""
    shutil.copytree(course.submitted / RIGHT / assignment, place)
    answers = solutions(course.source / assignment)
    for path in place.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        helper = [WORSE]
        for cell in notebook.cells:
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
                names = sorted(bound(answers[cell.id]))
                cell.source = "\n".join([*helper, cell.source, *(f"{name} = worse({name})" for name in names)])
                helper = []
        nbformat.write(notebook, path)


def contents(course: Course) -> dict[str, str]:
    """A hash for each assignment of what nbgrader grades by, and of what was handed in: no words around it."""
    return {name: stock.digest(_of(course, name)) for name in course.assignments() if everybody(course, name)}


def everybody(course: Course, assignment: str) -> list[str]:
    """Who handed in."""
    return sorted(path.parent.name for path in course.submitted.glob(f"*/{assignment}"))


def _of(course: Course, assignment: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        handed_in = {name: course.submitted / name / assignment for name in everybody(course, assignment)}
        if assignment.endswith(ANALYSIS):
            handed_in[WRONG] = Path(folder) / WRONG
            hand_in_wrong(course, assignment, handed_in[WRONG])
        return {
            "source": list(_cells(course.source / assignment)),
            "handed in": {who: [list(_cells(place)), _answers(place)] for who, place in handed_in.items()},
        }


def _cells(folder: Path) -> Iterator[Any]:
    """What matters for a score: code, and what is answered; a model answer is only compared with by people."""
    for path in sorted(folder.glob("*.ipynb")):
        for cell in read_json(path).get("cells", ["it cannot be read"]):
            about = cell["metadata"].get("nbgrader") if isinstance(cell, dict) else None
            if about or (isinstance(cell, dict) and cell["cell_type"] == "code"):
                model = folder.parent.name == "source" and cell["cell_type"] == "markdown"
                yield cell["id"], about, "" if model else cell["source"]


def _answers(folder: Path) -> dict[str, Any]:
    """The answers beside a notebook, without when they were given."""
    entries = [read_json(path).get("entries", {}) for path in sorted(folder.glob("*.answers.json"))]
    return {key: {name: value for name, value in entry.items() if name != "at"}
            for each in entries for key, entry in each.items()}  # fmt: skip


def by_stock(course: Course, assignments: list[str], students: list[str] | None = None) -> dict[str, Any]:
    """What plain nbgrader gives now for some assignments, in a copy of the course."""
    found = {}
    for assignment in assignments:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "grading"
            shutil.copytree(course.root, root, ignore=shutil.ignore_patterns("autograded", "feedback", "pages"))
            here = Course.at(root)
            if assignment.endswith(ANALYSIS):
                hand_in_wrong(here, assignment, here.submitted / WRONG / assignment)
            found[assignment] = stock.alone(here, assignment, students or everybody(here, assignment))
    return found


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[tuple[str, str, str], tuple[Any, Any]]:
    """Every cell of somebody's for which both do not give the same."""
    found: dict[tuple[str, str, str], tuple[Any, Any]] = {}
    for assignment, given in theirs.items():
        for who, stocks in given.items():
            mine = ours[assignment][who]
            if stocks is None:
                found[assignment, who, "all"] = (mine, None)
                continue
            for cell in sorted({*mine, *stocks}):
                if not _same(mine.get(cell), stocks.get(cell)):
                    found[assignment, who, cell] = (mine.get(cell), stocks.get(cell))
    return found


def _same(one: Any, other: Any) -> bool:
    """Whether score and flag, or comment, are the same: a sum of parts is not the same to the last bit."""
    if isinstance(one, list) and isinstance(other, list) and None not in (one[0], other[0]):
        return bool(one[0] == pytest.approx(other[0], abs=1e-9)) and one[1] == other[1]
    return bool(one == other)


def intended() -> set[tuple[str, str, str]]:
    """The differences that are written down."""
    return {(row[1], row[2], row[3]) for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))}
