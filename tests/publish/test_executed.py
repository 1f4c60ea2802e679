"""A notebook that was run with the same code, data and questions is taken from where it is kept, and not run again."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from servicelab.publish import build
from servicelab.publish.executed import KEPT

pytestmark = [pytest.mark.notebooks]
LESSON = "lessons/01_demo/lesson.ipynb"


def stamp_runs(root: Path) -> Path:
    """Let the lesson leave a line in a file each time that it is run, which no output shows."""
    runs = root / "runs.txt"
    lesson = root / "course/modules/01_demo/lesson.md"
    text = lesson.read_text("utf-8").replace(
        "import math\n",
        f"import math\nfrom pathlib import Path\nwith Path({str(runs)!r}).open('a') as f: _ = f.write('x')\n",
    )
    lesson.write_text(text, encoding="utf-8")
    return runs


def test_an_unchanged_notebook_is_not_run_again(course_root: Path, tmp_path: Path) -> None:
    runs = stamp_runs(course_root)
    first = build("solved", "en", tmp_path / "one", root=course_root).path
    assert runs.read_text() == "x"
    assert len(list((course_root / KEPT).glob("*.ipynb"))) == 4
    second = build("solved", "en", tmp_path / "two", root=course_root).path
    assert runs.read_text() == "x"
    assert (second / LESSON).read_bytes() == (first / LESSON).read_bytes()
    assert any(cell.get("outputs") for cell in nbformat.read(second / LESSON, as_version=4).cells)


@pytest.mark.parametrize("file", ["course/modules/01_demo/quiz.yml", "datasets/contacts.csv", "src/servicelab/new.py"])
def test_what_it_may_read_has_changed(file: str, course_root: Path, tmp_path: Path) -> None:
    runs = stamp_runs(course_root)
    build("solved", "en", tmp_path / "one", root=course_root)
    path = course_root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text("utf-8") if path.exists() else ""
    path.write_text(
        before.replace("He shouts.", "She shouts.")
        + ("\n" if path.suffix != ".csv" else "4,functional\n5,emotional\n6,functional\n")
    )
    build("solved", "en", tmp_path / "two", root=course_root)
    assert runs.read_text() == "xx"


def test_a_notebook_that_failed_is_not_kept(course_root: Path, tmp_path: Path) -> None:
    lesson = course_root / "course/modules/01_demo/lesson.md"
    lesson.write_text(lesson.read_text("utf-8").replace("math.prod", "math.sold"), encoding="utf-8")
    with pytest.raises(Exception, match="the cell does not run"):
        build("solved", "en", tmp_path / "one", root=course_root)
    kept = "".join(path.read_text("utf-8") for path in (course_root / KEPT).glob("*.ipynb"))
    assert "math.sold" not in kept
    shutil.rmtree(course_root / KEPT)
