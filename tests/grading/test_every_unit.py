"""What a unit's graded work earns by nbgrader's own rules: all of it as its author solves it, nothing untouched.

A draft is not released, so this asks neither a gradebook nor a course: the cells, their tests and a kernel are enough.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.utils import determine_grade, is_grade

from servicelab.publish import build
from servicelab.publish.nbgrader_rules import strip

pytestmark = [pytest.mark.grading]
NOTEBOOKS = ["assignments/{}/exercise", "assignments/{}_analysis/analysis"]
BOTH = pytest.mark.parametrize("place", NOTEBOOKS, ids=["exercise", "analysis"])


@pytest.fixture(scope="module")
def solved(root: Path, request: pytest.FixtureRequest) -> Path:
    return build("solved", "en", root=root, only=str(request.config.getoption("--only"))).path


def earned(notebook: Any) -> dict[str, tuple[float | None, float]]:
    """Points and the most there are, by graded cell; None where a person decides."""
    return {cell.id: determine_grade(cell) for cell in notebook.cells if is_grade(cell)}


@BOTH
def test_solved_as_its_author_does_it_earns_everything(solved: Path, unit: str, place: str) -> None:
    marks = earned(nbformat.read(solved / f"{place.format(unit)}.ipynb", as_version=4))
    assert marks
    for cell, (points, most) in marks.items():
        assert points in (None, most), f"{cell} earns {points} of {most}"
    assert any(points for points, _most in marks.values()), "nothing is marked by the course"


@BOTH
def test_untouched_it_earns_nothing(solved: Path, unit: str, place: str, tmp_path: Path) -> None:
    """The notebook as it is released, with its own tests put back, and no answers beside it."""
    tree = Path(shutil.copytree(solved, tmp_path / "tree", ignore=shutil.ignore_patterns("*.answers.json")))
    path = tree / f"{place.format(unit)}.ipynb"
    source = nbformat.read(path, as_version=4)
    tests = {cell.id: cell.source for cell in source.cells if is_grade(cell) and cell.cell_type == "code"}
    handed_out = strip(source)
    for cell in handed_out.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            if not cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = tests.get(cell.id, cell.source)
    NotebookClient(
        handed_out, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    marks = earned(handed_out)
    assert marks
    for cell, (points, _most) in marks.items():
        assert points == 0, f"{cell} earns {points} untouched"
