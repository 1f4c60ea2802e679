"""A unit that was just begun runs on the firm's real tables, and what its author solved earns everything."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import determine_grade, is_grade

from servicelab.publish import build
from servicelab.publish.newunit import new_unit

pytestmark = [pytest.mark.notebooks]


@pytest.mark.parametrize(("kind", "name"), [("case", "trial"), ("module", "98_trial")], ids=["case", "module"])
def test_it_runs_as_it_was_begun(kind: str, name: str, copied_course: Path) -> None:
    new_unit(copied_course, kind, name)  # type: ignore[arg-type]
    tree = build("solved", "en", root=copied_course, only=name).path
    lesson = nbformat.read(tree / f"lessons/{name}/lesson.ipynb", as_version=4)
    said = {cell.id: str(cell.get("outputs")) for cell in lesson.cells}
    assert "roughly one contact in seven" in said["twice-concept"], "the solved edition tells what waits for a guess"
    work = [nbformat.read(tree / f"assignments/{place}.ipynb", as_version=4)
            for place in (f"{name}/exercise", f"{name}_analysis/analysis")]  # fmt: skip
    marks = {cell.id: determine_grade(cell) for each in work for cell in each.cells if is_grade(cell)}
    assert marks == {"test-a-close": (2, 2), "c-answer": (None, 4), "test-b1-repeats": (4, 4)}
