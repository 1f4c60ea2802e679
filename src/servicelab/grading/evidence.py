"""What a lesson's answer sheet says about how someone worked, in a few figures for the instructor's table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servicelab.course.handin import EVIDENCE
from servicelab.course.layout import GRADED, assignment_name
from servicelab.grading.collecting import collected
from servicelab.grading.course import Course
from servicelab.learn.numbers import finite

LARGEST = 8 << 20
ID = re.compile(r"[\w.-]{1,20}")
"""A misconception's id; anything else is not one of ours."""


@dataclass(frozen=True)
class Evidence:
    """Figures from one lesson's answer sheet; None where it says nothing.

    Attributes
    ----------
    lesson_minutes
        Minutes worked in the lesson, as its clock counted them.
    quiz_answered, quiz_right
        Questions answered, and of those the ones right at the first try.
    misconceptions
        Ids of the misconceptions picked on the way.
    predictions
        Guesses made before the truth was shown.
    desk_grade
        How the latest finished contact at the desk ended: `good`, `mixed`, `poor`.
    """

    lesson_minutes: float | None = None
    quiz_answered: int | None = None
    quiz_right: int | None = None
    misconceptions: tuple[str, ...] = ()
    predictions: int | None = None
    desk_grade: str | None = None


def read_evidence(path: Path) -> Evidence:
    """Return the figures of one lesson's answers; empty when it is missing or damaged.

    The file comes from a trainee: every value in it is checked before it is used.
    """
    sheet = read_sheet(path)
    if not sheet:
        return Evidence()
    entries = [each for each in _mapping(sheet.get("entries")).values() if isinstance(each, dict)]
    quizzes = [each for each in entries if each.get("kind") in ("quiz", "recall")]
    asked = [each for each in quizzes if _mapping(each.get("value")).get("tries")]
    grades = [grade for each in entries if each.get("kind") == "desk" for grade in _list(each.get("grades"))]
    named = [name for each in asked for name in _list(each.get("misconceptions")) if isinstance(name, str)]
    return Evidence(
        lesson_minutes=round(_seconds(_mapping(sheet.get("activity"))) / 60, 1),
        quiz_answered=len(asked),
        quiz_right=sum(each.get("first_right") is True for each in asked),
        misconceptions=tuple(sorted({name for name in named if ID.fullmatch(name)})),
        predictions=sum(each.get("kind") == "prediction" and each.get("done") is True for each in entries),
        desk_grade=next((grade for grade in reversed(grades) if grade in ("good", "mixed", "poor")), None),
    )


def lesson_sheets(course: Course, unit: str) -> dict[str, Path]:
    """Return each trainee's answers in a unit's lesson, as they came with what was handed in last.

    Who hands in both assignments sends the lesson twice.
    """
    found: dict[str, tuple[str, Path]] = {}
    for kind in GRADED:
        for sheet in sorted(course.submitted.glob(f"[!.]*/{assignment_name(kind, unit)}/{EVIDENCE}")):
            student, assignment = sheet.relative_to(course.submitted).parts[:2]
            made = str(collected(course.submitted / student / assignment).get("created", ""))
            found[student] = max(found.get(student, ("", sheet)), (made, sheet))
    return {student: sheet for student, (_made, sheet) in found.items()}


def read_guesses(path: Path) -> dict[str, float]:
    """Return the guesses in one `lesson.answers.json` by question; none when it is missing or damaged."""
    entries = _mapping(read_sheet(path).get("entries"))
    found = {key: _mapping(_mapping(each).get("value")).get("guess") for key, each in entries.items()
             if _mapping(each).get("kind") == "prediction"}  # fmt: skip
    return {key: number for key, guess in found.items() if (number := finite(guess)) is not None}


def read_spent(path: Path) -> dict[str, float]:
    """Return the minutes worked in each section by one `lesson.answers.json`; none when it is missing or damaged."""
    sections = _mapping(_mapping(read_sheet(path).get("activity")).get("sections"))
    found = {key: _seconds({"sections": {key: each}}) / 60 for key, each in sections.items()}
    return {key: minutes for key, minutes in found.items() if minutes}


def spent(unit: str, *, course: Course) -> dict[str, list[float]]:
    """Return the minutes that trainees spent, by section of a unit's lesson; of those who opened the section."""
    found: dict[str, list[float]] = {}
    for sheet in lesson_sheets(course, unit).values():
        for section, minutes in read_spent(sheet).items():
            found.setdefault(section, []).append(minutes)
    return found


def read_sheet(path: Path) -> Mapping[str, Any]:
    """Return what a trainee's answers file says; nothing when it is missing, damaged, or too large for one."""
    try:
        if path.is_symlink() or path.stat().st_size > LARGEST:
            return {}
        return _mapping(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}


def _seconds(activity: Mapping[str, Any]) -> float:
    sections = [_mapping(each).get("seconds") for each in _mapping(activity.get("sections")).values()]
    return sum(
        float(each)
        for each in [*sections, activity.get("elsewhere")]
        if isinstance(each, int | float) and not isinstance(each, bool) and 0 < each < 1e7
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
