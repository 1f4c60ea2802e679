"""What a page, a restored file and a YAML text can do to Python: no more than what the learner may."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from tests.learn.conftest import workspace

import servicelab.learn
import servicelab.widgets
from servicelab.course.handin import TRAINEE
from servicelab.errors import UserError
from servicelab.files.yamllines import NotYaml, parse
from servicelab.files.zips import pack
from servicelab.learn import open_lesson
from servicelab.learn.controls.keepsake import KeepsakeControl
from servicelab.learn.saving import MANIFEST, restore_progress, save_progress
from servicelab.learn.sheet import FORMAT
from servicelab.learn.whereabouts import LARGEST_FILE
from servicelab.widgets.house import LIVE_PAGE, Interactive

__all__ = ["workspace"]

ANSWERS = "lessons/01_needs/lesson.answers.json"
GUESS = {"kind": "prediction", "value": {"guess": 40, "committed": True}, "done": True}


def controls() -> Iterator[type[Interactive]]:
    """Every control that the course has."""
    for package in (servicelab.widgets, servicelab.learn):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    left = list(Interactive.__subclasses__())
    while left:
        control = left.pop()
        left += control.__subclasses__()
        if control.__module__.startswith("servicelab."):
            yield control


def test_no_control_hides_what_every_control_does() -> None:
    """A name of its own for something else is called in its place: to be seen was to be pressed."""
    found = set()
    for control in controls():
        for name, own in vars(control).items():
            if name.startswith("_") and not name.startswith("__") and inspect.isfunction(vars(Interactive).get(name)):
                found.add((control.__name__, name))
                assert f"super().{name}(" in inspect.getsource(own), f"{control.__name__}.{name}"
    assert ("KeepsakeControl", "_recompute") in found


def test_to_come_into_sight_makes_no_page_to_keep(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIVE_PAGE, "1")
    (workspace / ANSWERS).write_text(json.dumps({"format": 1, "entries": {"p-one": GUESS}, "activity": {}}))
    control = open_lesson("01_needs").keepsake()
    control._answer(control, {"sight": True}, [])
    assert not list(workspace.glob("my-page-*.html"))
    control.value = {"press": 1}
    assert list(workspace.glob("my-page-*.html"))


def test_a_slow_page_to_keep_is_made_ready_when_it_is_seen(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIVE_PAGE, "1")
    monkeypatch.setattr(KeepsakeControl, "slow", True)
    control = open_lesson("01_needs").keepsake()
    assert not control.ready
    control._answer(control, {"sight": True}, [])
    assert control.ready


@pytest.mark.parametrize(
    ("name", "forged"),
    [("state", {"text": "forged"}), ("labels", {"title": "forged"}), ("content", {"x": 1}), ("saved", "Saved 10:41"),
     ("ready", False), ("_esm", "alert(1)")],
)  # fmt: skip
def test_a_page_sets_the_value_and_nothing_else(name: str, forged: object, workspace: Any) -> None:
    control = open_lesson("01_needs").predict("p-one")
    before = getattr(control, name)
    control.set_state({name: forged})
    assert getattr(control, name) == before
    control.set_state({name: forged, "value": {"guess": 41}})
    assert control.value == {"guess": 41}
    assert getattr(control, name) != forged


def sheet(size: int = 0, **more: object) -> bytes:
    return json.dumps(
        {"format": FORMAT, "entries": {"p-one": {**GUESS, "x": "y" * size}}, "activity": {}, **more}
    ).encode()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (sheet(LARGEST_FILE), "is damaged: nothing was restored"),
        (sheet(format=FORMAT + 1), "was written by a newer version of the course, so nothing was restored"),
    ],
)
def test_what_its_page_would_not_read_is_not_restored(content: bytes, why: str, workspace: Any) -> None:
    with pytest.raises(UserError, match=why):
        restore_progress(workspace, pack({ANSWERS: content, MANIFEST: b'{"format": 1}'}))
    assert not (workspace / ANSWERS).exists()


def test_what_is_restored_is_read_by_its_page(workspace: Any) -> None:
    small = len(sheet())
    restore_progress(workspace, pack({ANSWERS: sheet(LARGEST_FILE - small), MANIFEST: b'{"format": 1}'}))
    lesson = open_lesson("01_needs")
    assert (list(lesson.sheet.entries), lesson.sheet.notices, lesson.sheet.locked) == (["p-one"], [], "")


def test_what_no_page_reads_is_not_saved_and_that_is_said(workspace: Any) -> None:
    (workspace / ANSWERS).write_bytes(sheet(LARGEST_FILE))
    (workspace / "assignments/01_needs/exercise.answers.json").write_bytes(sheet())
    (said,) = save_progress(workspace).left_out
    assert said == f"{ANSWERS} is larger than any page reads, so it is not in it."


def test_a_staff_number_that_comes_with_a_file_is_said(workspace: Any) -> None:
    from servicelab.learn.controls.save import SaveControl

    (workspace / TRAINEE).unlink(missing_ok=True)
    control = SaveControl(workspace)
    control.restore(pack({ANSWERS: sheet(), MANIFEST: b'{"format": 1, "student": "E2000"}'}))
    assert "Your staff number is now E2000." in control.state["says"]
    control.restore(pack({ANSWERS: sheet(1), MANIFEST: b'{"format": 1, "student": "E3000"}'}))
    assert "staff number" not in control.state["says"]


@pytest.mark.parametrize(
    "value", ['!!int ""', '!!float ""', '!!bool "x"', '!!timestamp "x"', '!!int "1:x"', "!!binary 林"]
)
def test_a_tag_that_its_text_does_not_follow_is_a_sentence_with_its_line(value: str) -> None:
    with pytest.raises(NotYaml) as raised:
        parse(f"a: 1\nb:\n- x\n- {value}\n")
    assert raised.value.line in (1, 4)
    assert "index" not in raised.value.problem
    assert "attribute" not in raised.value.problem


@pytest.mark.parametrize("value", ['!!int ""', '!!bool "x"', '!!timestamp "x"'])
def test_what_the_parser_stumbles_over_is_told_by_its_line(value: str) -> None:
    with pytest.raises(NotYaml, match="a value is not of the kind that its tag asks for") as raised:
        parse(f"a: 1\nb:\n- x\n- {value}\n")
    assert raised.value.line == 4
