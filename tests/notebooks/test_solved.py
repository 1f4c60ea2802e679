"""Every solved notebook runs, and runs the same again in a fresh kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from servicelab import publish

pytestmark = [pytest.mark.notebooks]
KINDS = ["lessons/01_needs/lesson", "assignments/01_needs/exercise", "assignments/01_needs_analysis/analysis"]
ONLY_THERE = ["start", "teaching/01_needs/instructor"]


def built(root: Path, edition: str, language: str, name: str) -> Path:
    return publish.build(edition, language, root=root).path / f"{name}.ipynb"


def code_cells(path: Path) -> list[dict[str, object]]:
    return [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]


@pytest.mark.parametrize("name", KINDS)
def test_nbval_finds_the_same_outputs_in_a_fresh_kernel(root: Path, name: str, tmp_path: Path) -> None:
    notebook = built(root, "solved", "en", name)
    assert any(cell["outputs"] for cell in code_cells(notebook)), "the solved edition was not executed"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q"),
            *("-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(notebook.parent), "-c", "/dev/null"),
            notebook.name,
        ],
        cwd=notebook.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout


@pytest.mark.parametrize("name", [*KINDS, *ONLY_THERE])
def test_the_chinese_notebook_has_the_same_code(root: Path, name: str) -> None:
    english = code_cells(built(root, "instructor", "en", name))
    chinese = code_cells(built(root, "instructor", "zh", name))
    assert [(c["id"], c["source"]) for c in english] == [(c["id"], c["source"]) for c in chinese]


@pytest.mark.parametrize("name", KINDS)
def test_the_chinese_notebook_ran_without_an_error(root: Path, name: str) -> None:
    for cell in code_cells(built(root, "solved", "zh", name)):
        for output in cell["outputs"]:  # type: ignore[attr-defined]
            assert output["output_type"] != "error", cell["source"]


def test_the_chinese_lesson_speaks_chinese(root: Path) -> None:
    """Its language-dependent cells: what a control says as text differs from the English one, and is Chinese."""

    def said(language: str) -> dict[str, str]:
        texts = {}
        for cell in code_cells(built(root, "solved", language, "lessons/01_needs/lesson")):
            for output in cell["outputs"]:  # type: ignore[attr-defined]
                data = output.get("data", {})
                if "application/vnd.jupyter.widget-view+json" in data:
                    texts[str(cell["id"])] = "".join(data.get("text/plain", ""))
        return texts

    english, chinese = said("en"), said("zh")
    assert english.keys() == chinese.keys()
    assert len(english) > 5
    for cell, text in chinese.items():
        assert any("一" <= letter <= "鿿" for letter in text), f"{cell} says no Chinese: {text[:200]}"
        assert text != english[cell]
