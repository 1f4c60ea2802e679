"""Delivering an edition: what the trainee changed is never overwritten."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from servicelab import i18n
from servicelab.errors import UserError
from servicelab.publish.delivering import LEDGER, deliver, digest


def notebook(*sources: str, outputs: object = (), about: object = {}, course: object = {}) -> str:
    cells = [{"cell_type": "code", "source": s, "outputs": list(outputs), "metadata": about} for s in sources]  # type: ignore[call-overload]
    return json.dumps({"cells": cells, "metadata": {"servicelab": course}, "nbformat": 4, "nbformat_minor": 5})


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


def test_a_new_version_beside_that_was_worked_in_is_kept_as_well(built: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    deliver(built, work)
    (work / "start.ipynb").write_text(notebook("mine"))
    besides = []
    for version in ("second", "third", "fourth"):
        (built / "start.ipynb").write_text(notebook(version))
        besides += deliver(built, work).beside
        assert deliver(built, work).beside == []
        if version == "second":
            (work / "start.new.ipynb").write_text(notebook("second, and mine"))
    # The fourth takes the place of the third, which nobody touched.
    assert besides == ["start.new.ipynb", "start.new-2.ipynb", "start.new-2.ipynb"]
    assert "second, and mine" in (work / "start.new.ipynb").read_text()
    assert "fourth" in (work / "start.new-2.ipynb").read_text()


def test_a_lost_ledger_puts_nothing_beside_twice(built: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    deliver(built, work)
    (work / "start.ipynb").write_text(notebook("mine"))
    for _ in range(2):
        (work / LEDGER).unlink()
        assert deliver(built, work).beside == ["start.new.ipynb"]


@pytest.mark.parametrize(
    "renewed",
    [
        {"about": {"nbgrader": {"points": 3}}},
        {"about": {"servicelab": {"minutes": 5}}},
        {"about": {"tags": ["hide"]}},
        {"course": {"track": "analyst"}},
    ],
    ids=lambda value: "-".join(value),
)
def test_a_mended_mark_arrives_although_no_word_changed(
    built: Path, tmp_path: Path, renewed: dict[str, object]
) -> None:
    work = tmp_path / "work"
    deliver(built, work)
    # JupyterLab wrote down when the cell ran: nothing that the trainee did to it.
    (work / "start.ipynb").write_text(notebook("home()", about={"execution": {"iopub.status.idle": "10:41"}}))
    (built / "start.ipynb").write_text(notebook("home()", **renewed))
    assert deliver(built, work).updated == ["start.ipynb"]
    assert (work / "start.ipynb").read_bytes() == (built / "start.ipynb").read_bytes()


def test_a_ledger_of_an_earlier_version_is_understood(built: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    deliver(built, work)
    said = [["code", "home()"]], [["code", "one"], ["code", "two"]]
    start, lesson = (digest(json.dumps(cells).encode()) for cells in said)
    (work / LEDGER).write_text(json.dumps({"start.ipynb": start, "lessons/lesson.ipynb": lesson}))
    (work / "lessons/lesson.ipynb").write_text(notebook("mine"))
    (built / "start.ipynb").write_text(notebook("home() # better"))
    done = deliver(built, work)
    assert (done.updated, done.kept, done.beside) == (["start.ipynb"], ["lessons/lesson.ipynb"], [])


def test_what_was_put_beside_is_said_in_the_language_of_the_course(built: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    deliver(built, work)
    (work / "start.ipynb").write_text(notebook("mine"))
    (built / "start.ipynb").write_text(notebook("new"))
    done = deliver(built, work)
    with i18n.use("zh"):
        assert done.sentence() == "您改过的 1 个文件有了新版本，已放在原文件旁边：start.new.ipynb。"
    assert done.sentence().startswith("1 file(s) you have changed have a new version")


@pytest.mark.parametrize("what", ["folder", "pipe", "workspace", "parent"])
def test_what_stands_in_the_way_is_one_sentence(what: str, built: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    place = {"workspace": work, "parent": work / "lessons"}.get(what, work / "start.ipynb")
    place.parent.mkdir(parents=True, exist_ok=True)
    if what == "folder":
        place.mkdir()
    elif what == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("no pipes among the files here")
        os.mkfifo(place)
    else:
        place.write_text("mine")
    with pytest.raises(UserError, match=r"cannot be brought up to date \(.+\): move it away or make room") as told:
        deliver(built, work)
    assert str(place) in str(told.value)
    assert place.exists()


def test_a_file_nested_without_end_counts_as_changed(built: Path, tmp_path: Path) -> None:
    """It used to keep the course from opening at all."""
    work = tmp_path / "work"
    deliver(built, work)
    nested = "[" * 50_000
    (work / "start.ipynb").write_text(nested)
    assert deliver(built, work).kept == ["start.ipynb"]
    (work / LEDGER).write_text(nested)
    assert deliver(built, work).beside == ["start.new.ipynb"]
    assert (work / "start.ipynb").read_text() == nested
