"""Every solved notebook runs, and runs the same again in a fresh kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from servicelab import publish
from servicelab.course.layout import FACTS, TESTS, UNITS

pytestmark = [pytest.mark.notebooks]
LESSON, EXERCISE, ANALYSIS = "lessons/{}/lesson", "assignments/{}/exercise", "assignments/{}_analysis/analysis"
KINDS = [LESSON, EXERCISE, ANALYSIS]
TEACHING = "teaching/{}/instructor"
Built = Callable[[str, str, str], Path]


def short(name: str) -> str:
    return name.split("/")[-1]


@pytest.fixture(scope="module")
def built(root: Path, request: pytest.FixtureRequest) -> Built:
    """A notebook of a unit in an edition and a language; with `--only`, from the editions of that unit alone."""
    only = str(request.config.getoption("--only"))

    def find(edition: str, language: str, name: str) -> Path:
        return publish.build(edition, language, root=root, only=only).path / f"{name}.ipynb"

    return find


def code_cells(path: Path) -> list[dict[str, object]]:
    return [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]


def test_nbval_finds_the_same_outputs_in_fresh_kernels(built: Built, root: Path, unit: str) -> None:
    """Of every notebook; the tests before and after the course show one form each there, and draw none."""
    here = [kind for place in UNITS.values() for kind in TESTS if (root / place / unit / f"{kind}.md").is_file()]
    names = [*(name.format(unit) for name in KINDS), *(f"assignments/{TESTS[kind]}/{kind}" for kind in here)]
    run_again([built("solved", "en", name) for name in names])


def run_again(notebooks: list[Path]) -> None:
    """Run solved notebooks, each in a fresh kernel, and hold what comes out against what stands in them.

    By one pytest for all: to start it takes as long as a kernel.
    """
    cells = 0
    for notebook in notebooks:
        found = code_cells(notebook)
        assert any(cell["outputs"] for cell in found), f"{notebook}: the solved edition was not executed"
        cells += len(found)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q"),
            *("-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(notebooks[0].parent), "-c", "/dev/null"),
            *map(str, notebooks),
        ],
        cwd=notebooks[0].parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert f"{cells} passed" in done.stdout, "every cell of every notebook was run"


@pytest.mark.parametrize("name", [*KINDS, TEACHING, "start"], ids=short)
def test_the_chinese_notebook_has_the_same_code(built: Built, unit: str, name: str) -> None:
    english = code_cells(built("instructor", "en", name.format(unit)))
    chinese = code_cells(built("instructor", "zh", name.format(unit)))
    assert [(c["id"], c["source"]) for c in english] == [(c["id"], c["source"]) for c in chinese]


@pytest.mark.parametrize("name", KINDS, ids=short)
def test_the_chinese_notebook_ran_without_an_error(built: Built, unit: str, name: str) -> None:
    cells = code_cells(built("solved", "zh", name.format(unit)))
    assert any(cell["outputs"] for cell in cells), "the solved edition was not executed"
    for cell in cells:
        for output in cell["outputs"]:  # type: ignore[attr-defined]
            assert output["output_type"] != "error", cell["source"]


def test_the_chinese_lesson_speaks_chinese(built: Built, unit: str, root: Path) -> None:
    """Its language-dependent cells: what a control says as text differs from the English one, and is Chinese.

    A draft is not translated yet, so what its author wrote stands there in English.
    """
    draft = any((root / place / unit / FACTS).is_file() for place in UNITS.values())

    def said(language: str) -> dict[str, str]:
        texts = {}
        for cell in code_cells(built("solved", language, LESSON.format(unit))):
            for output in cell["outputs"]:  # type: ignore[attr-defined]
                data = output.get("data", {})
                if "application/vnd.jupyter.widget-view+json" in data:
                    texts[str(cell["id"])] = "".join(data.get("text/plain", ""))
        return texts

    english, chinese = said("en"), said("zh")
    assert english.keys() == chinese.keys()
    assert len(english) > 5
    if draft:
        return
    for cell, text in chinese.items():
        assert any("一" <= letter <= "鿿" for letter in text), f"{cell} says no Chinese: {text[:200]}"
        assert text != english[cell]
