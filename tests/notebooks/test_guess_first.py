"""A guess comes before the answer: after "run all" with nothing guessed or answered, nothing that would tell exists."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from servicelab import publish
from servicelab.learn.outline import read_outline

pytestmark = [pytest.mark.notebooks]
LATE = re.compile(r"""\blesson\.(after|told|reveal)\(["']([^"']+)["']""")
WIDGET = "application/vnd.jupyter.widget-view+json"


def run(path: Path) -> nbformat.NotebookNode:
    """The notebook as it stands after all cells were run, with the state of its controls."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", store_widget_state=True)
    client.execute(cwd=str(path.parent))
    return notebook


def late(notebook: nbformat.NotebookNode) -> dict[str, tuple[str, str, list[dict[str, Any]], dict[str, Any]]]:
    """Cell → how it waits, for what, its outputs, and the state that its control sent to the browser."""
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    found = {}
    for cell in notebook.cells:
        match = LATE.search(cell.source) if cell.cell_type == "code" else None
        if match:
            shown = [each["data"] for each in cell.outputs if WIDGET in each.get("data", {})]
            state = states[shown[0][WIDGET]["model_id"]]["state"]
            sent = {key: state.get(key) for key in ("state", "value", "content", "labels")}
            found[str(cell["id"])] = (match[1], match[2], [dict(each) for each in shown], sent)
    return found


@pytest.fixture(autouse=True)
def trainees_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a trainee's page what is slow and nobody has come to is not made: none of it waits for a guess."""
    monkeypatch.setenv("SERVICELAB_LIVE_PAGE", "1")


@pytest.fixture(scope="module")
def lessons(root: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The lessons of the trainee's edition, in a copy of their own."""
    tree = tmp_path_factory.mktemp("guess") / "tree"
    shutil.copytree(publish.build("trainee", "en", root=root).path, tree)
    return sorted(tree.glob("lessons/*/lesson.ipynb"))


def test_nothing_below_a_guess_exists_until_it_is_made_and_then_all_of_it_does(lessons: list[Path]) -> None:
    waited = 0
    for path in lessons:
        quiz = json.loads(path.with_name("quiz.json").read_text(encoding="utf-8"))
        told = {each["id"]: each["text"] for each in quiz["told"]}
        asked = {each["id"]: each for each in quiz["predictions"]}
        titles = [section.title for section in read_outline(path).sections]
        before = late(run(path))
        assert {key for _how, key, _shown, _sent in before.values() if key in asked} == asked.keys()
        for cell, (how, key, shown, sent) in before.items():
            said = json.dumps([sent, [{k: v for k, v in each.items() if k.startswith("text/")} for each in shown]])
            assert sent["state"]["waiting"], cell
            assert not sent["state"].get("charts"), cell
            assert "text/markdown" not in shown[0], cell
            for text in told.values():
                # No sentence of what is told later, wherever it would stand.
                assert not [part for part in re.split(r"(?<=[.!?])\s+", text) if len(part) > 25 and part in said], cell
            # No number but that of a section: what waits in another one says in which the guess is to be made.
            plain = str(shown[0]["text/plain"])
            for title in titles:
                plain = plain.replace(f"“{title}”", "")
            assert not re.search(r"\d", plain), (cell, how, key)
            waited += 1
        guesses = {
            key: {"kind": "prediction", "value": {"guess": (one["low"] + one["high"]) / 2}}
            for key, one in asked.items()
        }
        questions = {
            each["id"]: {
                "kind": "quiz",
                "value": {"tries": [[o["id"] for o in each["options"] if o.get("right")]]},
                "done": True,
            }
            for each in quiz["quiz"]
        }
        sheet = {"format": 1, "entries": {**guesses, **questions}, "activity": {}}
        path.with_name("lesson.answers.json").write_text(json.dumps(sheet), encoding="utf-8")
        after = late(run(path))
        waits_for = {each["id"]: each["after"] for each in quiz["told"]}
        for cell, (how, key, shown, sent) in after.items():
            if waits_for.get(key, key).startswith("x-"):
                # What is told after an interactive waits until somebody has worked it, which nobody has here.
                assert sent["state"]["waiting"], cell
                continue
            assert not sent["state"]["waiting"], cell
            if how == "after":
                assert sent["state"]["charts"], cell
                assert sent["state"]["text"], cell
            if how == "told":
                assert shown[0]["text/markdown"] == told[key], cell
    assert waited >= 9
