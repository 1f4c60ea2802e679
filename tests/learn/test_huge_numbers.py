"""A sheet with a number that no float holds, wherever it stands: every control opens, and nothing is a traceback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from servicelab.grading.evidence import read_evidence, read_guesses, read_spent
from servicelab.learn import open_exercise, open_lesson

ENTRIES: dict[str, Any] = {
    "q-one": {"kind": "quiz", "value": {"picked": ["b"], "tries": [["b"]], "at": 1.0}, "done": True, "score": 1},
    "r-one": {"kind": "recall", "value": {"picked": ["a"], "tries": [["a"]]}, "done": True},
    "p-one": {"kind": "prediction", "value": {"guess": 40, "committed": True}, "done": True},
    "ex-one": {"kind": "check", "value": {"level": 1, "tries": 2, "last": 3.0}, "done": False},
    "desk": {"kind": "desk", "value": {"steps": ["a"], "at": 1}, "grades": ["good"], "done": True},
    "explore": {"kind": "explore", "value": {"at": 2}, "done": False},
    "s1": {"kind": "section", "value": {"done": True}, "done": True},
    "a-one": {"kind": "decision", "value": "f", "done": True},
    "a-two": {"kind": "decision", "value": 50, "done": True},
}
ACTIVITY: dict[str, Any] = {
    "sections": {"s1": {"seconds": 60.0, "last": 3}, "s3": {"seconds": 5}},
    "elsewhere": 3.0,
    "stopped": "s1",
    "receipts": [{"size": 3, "when": "2026-11-20T09:00:00+00:00"}],
}
SHEET: dict[str, Any] = {
    "format": 1, "notebook": "01_needs/lesson", "language": "en", "saved": "2026-11-20T09:00:00+00:00",
    "entries": ENTRIES, "activity": ACTIVITY,
}  # fmt: skip
HUGE = {"float": "-1e400", "integer": f"1{'0' * 400}"}
GAP = "the number"


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a sheet, of a value or of a whole part."""
    if path:
        yield path
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(each, (*path, key))


def forged(path: tuple[Any, ...], number: str) -> str:
    sheet = deepcopy(SHEET)
    holder: Any = sheet
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = GAP
    return json.dumps(sheet).replace(f'"{GAP}"', number)


@pytest.mark.parametrize("number", HUGE.values(), ids=HUGE)
def test_every_control_opens_whatever_number_a_sheet_holds(
    number: str, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from servicelab.learn.start import home_page

    lessons = workspace / "lessons/01_needs/lesson.answers.json"
    exercise = workspace / "assignments/01_needs/exercise.answers.json"
    for path in places(SHEET):
        for sheet in (lessons, exercise):
            for aside in sheet.parent.glob("*.damaged-*"):
                aside.unlink()
            sheet.write_text(forged(path, number), encoding="utf-8")
        assert all(each(lessons) is not None for each in (read_evidence, read_guesses, read_spent))
        monkeypatch.chdir(lessons.parent)
        lesson = open_lesson("01_needs")
        for control in (
            lesson.quiz("q-one"), lesson.recall("r-one"), lesson.predict("p-one"), lesson.reveal("p-one", truth=0.3),
            lesson.check("ex-one", 1.5), lesson.hint("ex-one"), lesson.solution("ex-one"), lesson.desk(),
            lesson.section_end("s1"), lesson.welcome(), lesson.card(), lesson.keepsake(),
        ):  # fmt: skip
            assert control is not None, path
        monkeypatch.chdir(exercise.parent)
        task = open_exercise("01_needs")
        assert all((task.decide("a-one"), task.decide("a-two"), task.decisions(), task.submit())), path
        assert home_page() is not None, path
