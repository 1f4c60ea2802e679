"""Delivering an edition: what the trainee changed is never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from servicelab.publish.delivering import LEDGER, deliver


def notebook(*sources: str, outputs: object = ()) -> str:
    cells = [{"cell_type": "code", "source": s, "outputs": list(outputs), "metadata": {}} for s in sources]  # type: ignore[call-overload]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "built"
    (folder / "lessons").mkdir(parents=True)
    (folder / "start.ipynb").write_text(notebook("home()"))
    (folder / "lessons/lesson.ipynb").write_text(notebook("one", "two"))
    (folder / ".stamp").write_text("bookkeeping")
    return folder


def test_a_new_workspace_gets_everything_but_the_bookkeeping(built: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    done = deliver(built, work)
    assert sorted(done.added) == ["lessons/lesson.ipynb", "start.ipynb"]
    assert not (work / ".stamp").exists()
    assert deliver(built, work).added == []


def test_a_notebook_that_was_only_run_is_renewed(built: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    deliver(built, work)
    (work / "start.ipynb").write_text(notebook("home()", outputs=[{"output_type": "stream", "text": "hi"}]))
    (built / "start.ipynb").write_text(notebook("home() # better"))
    assert deliver(built, work).updated == ["start.ipynb"]
    assert "better" in (work / "start.ipynb").read_text()


def test_an_edited_notebook_stays_and_the_new_version_is_put_beside_it(built: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    deliver(built, work)
    (work / "start.ipynb").write_text(notebook("mine"))
    assert deliver(built, work).kept == ["start.ipynb"]
    (built / "start.ipynb").write_text(notebook("new"))
    done = deliver(built, work)
    assert done.beside == ["start.new.ipynb"]
    assert "mine" in (work / "start.ipynb").read_text()
    assert "new" in (work / "start.new.ipynb").read_text()


def test_what_the_trainee_made_or_broke_survives(built: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    deliver(built, work)
    (work / "lessons/lesson.answers.json").write_text("{}")
    (work / "lessons/lesson.ipynb").write_text("not json")
    (work / LEDGER).write_text("[damaged")
    (built / "lessons/lesson.ipynb").write_text(notebook("three"))
    done = deliver(built, work)
    assert done.beside == ["lessons/lesson.new.ipynb"]
    assert (work / "lessons/lesson.ipynb").read_text() == "not json"
    assert (work / "lessons/lesson.answers.json").read_text() == "{}"


def test_a_deleted_file_comes_back(built: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    deliver(built, work)
    (work / "start.ipynb").unlink()
    assert deliver(built, work).added == ["start.ipynb"]
