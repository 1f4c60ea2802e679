"""What JupyterLab's page is told: which code may run unasked, and words for everything the extension says."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from servicelab import publish
from servicelab.i18n import use
from servicelab.publish.bundle import build_wheel
from servicelab.shell import LABEXTENSIONS, page_config
from servicelab.shell.delivered import code_fingerprint, fingerprint
from servicelab.shell.phrases import words

LESSON = "lessons/01_needs/lesson.ipynb"
STATIC = LABEXTENSIONS / "servicelab" / "static"


@pytest.fixture(scope="module")
def told(root: Path) -> dict[str, object]:
    """The configuration for both editions, as Binder shows them."""
    editions = {f"{lang}/": publish.build("trainee", lang, root=root).path for lang in ("en", "zh")}
    config = page_config(editions)
    # JupyterLab's server keeps strings and forgets what stands in an object.
    assert all(isinstance(value, str) for value in config.values())
    return json.loads(config["servicelab"])


def test_every_notebook_is_listed_under_its_path(root: Path, told: dict[str, dict[str, str]]) -> None:
    edition = publish.build("trainee", "zh", root=root).path
    listed = {path.removeprefix("zh/") for path in told["delivered"] if path.startswith("zh/")}
    assert listed == {path.relative_to(edition).as_posix() for path in edition.rglob("*.ipynb")}
    # Code is the same in both languages; the texts are not.
    assert told["delivered"]["en/start.ipynb"] == told["delivered"]["zh/start.ipynb"]
    assert told["role"] == "trainee"


def test_answers_are_left_out_by_their_places_and_nothing_else_is(root: Path, told: dict[str, Any]) -> None:
    path = "assignments/01_needs_analysis/analysis.ipynb"
    cells = json.loads((publish.build("trainee", "en", root=root).path / path).read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    known = told["answers"][f"en/{path}"]
    assert [code[place]["id"] for place in known["places"]] == [
        cell["id"] for cell in code if cell["metadata"].get("nbgrader", {}).get("solution")
    ]
    assert len(known["places"]) == 6
    rest = [None if place in known["places"] else "".join(cell["source"]) for place, cell in enumerate(code)]
    assert fingerprint(rest) == known["rest"]
    assert "en/start.ipynb" not in told["answers"]
    lesson = json.loads((publish.build("trainee", "en", root=root).path / LESSON).read_text(encoding="utf-8"))["cells"]
    tried = [cell["id"] for cell in lesson if cell["cell_type"] == "code"]
    assert [tried[place] for place in told["answers"][f"en/{LESSON}"]["places"]] == ["try-share", "try-apology"]


def test_questions_are_listed_as_they_were_built(root: Path, told: dict[str, dict[str, str]]) -> None:
    """A lesson's checks run the expressions in its `quiz.json`."""
    edition = publish.build("trainee", "zh", root=root).path
    listed = {path: hashed for path, hashed in told["beside"].items() if path.startswith("zh/")}
    assert listed == {
        f"zh/{path.relative_to(edition).as_posix()}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in edition.rglob("quiz.json")
    }
    assert "zh/lessons/01_needs/quiz.json" in listed


@pytest.mark.parametrize(
    "change",
    [
        lambda cells: cells[0].update(source="print(1) "),
        lambda cells: cells.append({"cell_type": "code", "source": ""}),
        lambda cells: cells.reverse(),
        lambda cells: cells[1].update(cell_type="code"),
        lambda cells: cells[2].update(source=["print(", "'2', 3)"]),
    ],
    ids=["space", "more", "order", "kind", "words"],
)
def test_any_change_of_code_changes_the_fingerprint(change) -> None:  # type: ignore[no-untyped-def]
    cells = [
        {"cell_type": "code", "source": "print(1)"},
        {"cell_type": "markdown", "source": "text"},
        {"cell_type": "code", "source": ["print(", "'二')"]},
    ]
    before = code_fingerprint(cells)
    cells[1]["source"] = "other text"
    assert code_fingerprint(cells) == before
    change(cells)
    assert code_fingerprint(cells) != before


def test_the_extension_has_a_word_for_everything_it_says() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    asked = set(re.findall(r'\bt\("(\w+)"', code)) | set(re.findall(r'\? "(\w+)" : "\w+"\)', code))
    asked |= set(re.findall(r't\(pending \? "(\w+)" : "(\w+)"\)', code)[0])
    said = words()
    assert asked - said.keys() <= set(), "a word is missing"
    assert {key for key in said if not re.search(rf'"{key}"', code)} == set(), "nobody says this"
    with use("zh"):
        chinese = words()
    assert [key for key in said if chinese[key] == said[key]] == []


def test_the_wheel_carries_the_extension_as_it_stands(root: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(build_wheel(root, tmp_path)) as wheel:
        packed = set(wheel.namelist())
    for path in (LABEXTENSIONS / "servicelab").rglob("*.*"):
        assert (
            f"servicelab/shell/labextensions/servicelab/{path.relative_to(LABEXTENSIONS / 'servicelab').as_posix()}"
            in packed
        )
    described = json.loads((LABEXTENSIONS / "servicelab/package.json").read_text(encoding="utf-8"))
    assert (LABEXTENSIONS / "servicelab" / described["jupyterlab"]["_build"]["load"]).is_file()
