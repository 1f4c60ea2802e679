"""A simulated trainee works any lesson in its own questions: also one that was begun a minute ago."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.publish.conftest import FIXTURE

from servicelab.course.deskfile import GRADES
from servicelab.grading.attending import Habits, attend, way_to
from servicelab.grading.evidence import read_evidence, read_guesses, read_spent
from servicelab.learn.controls.desk.model import parse_desk, standing, walk
from servicelab.learn.items import load_items, load_object
from servicelab.learn.outline import read_outline
from servicelab.learn.sheet import AnswerSheet
from servicelab.publish import build
from servicelab.publish.newunit import new_unit

BEGAN = datetime(2026, 11, 19, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lesson of a module that is as `servicelab new` made it."""
    root = Path(shutil.copytree(FIXTURE, tmp_path_factory.mktemp("begun") / "checkout"))
    new_unit(root, "module", "02_process")
    return build("trainee", "en", root=root, only="02_process", strict=False).path / "lessons/02_process"


def worked(lesson: Path, folder: Path, name: str = "an", **habits: Any) -> Path:
    path = folder / f"{name}.json"
    whole = {"reach": 1, "right": 1, "pace": 1, "desk": "good", **habits}
    sheet = AnswerSheet(path, "02_process/lesson", clock=lambda: BEGAN)
    attend(sheet, lesson, Habits(**whole), f"02_process {name}", BEGAN, analyst=False)
    return path


def test_it_is_the_lesson_that_is_worked(lesson: Path, tmp_path: Path) -> None:
    path = worked(lesson, tmp_path)
    asked, outline = load_items(lesson / "quiz.json"), read_outline(lesson / "lesson.ipynb")
    kept = json.loads(path.read_text(encoding="utf-8"))["entries"]
    assert kept.keys() == {*asked.questions, *asked.recall, *asked.predictions} != set()
    assert read_guesses(path).keys() == asked.predictions.keys()
    assert read_spent(path).keys() == {section.id for section in outline.sections}
    seen = read_evidence(path)
    stated = sum(section.minutes for section in outline.sections)
    assert seen.lesson_minutes is not None
    assert 0.7 * stated <= seen.lesson_minutes <= 1.4 * stated
    assert seen.quiz_right == seen.quiz_answered == len(asked.questions) + len(asked.recall)
    assert seen.desk_grade is None, "a contact that the lesson does not call for"


def test_the_same_trainee_works_it_the_same_each_time_and_another_in_another_way(lesson: Path, tmp_path: Path) -> None:
    first = worked(lesson, tmp_path).read_bytes()
    assert worked(lesson, tmp_path).read_bytes() == first
    (tmp_path / "later").mkdir()
    assert worked(lesson, tmp_path / "later").read_bytes() == first
    assert read_guesses(worked(lesson, tmp_path, "di")) != read_guesses(tmp_path / "an.json")


def test_habits_show(lesson: Path, tmp_path: Path) -> None:
    wrong = read_evidence(worked(lesson, tmp_path, "wu", right=0, pace=0.1))
    assert wrong.quiz_answered
    assert wrong.quiz_right == 0
    assert (wrong.lesson_minutes or 0) < (read_evidence(worked(lesson, tmp_path)).lesson_minutes or 0) / 3
    early = read_evidence(worked(lesson, tmp_path, "cy", reach=0.1))
    assert (early.predictions, early.desk_grade, list(read_spent(tmp_path / "cy.json"))) == (0, None, ["s1"])


def test_a_contact_ends_as_it_is_meant_to(root: Path, lesson: Path) -> None:
    contact = parse_desk(load_object(lesson / "desk.json"))
    endings = {node.grade for node in contact.nodes.values() if node.end}
    for grade in GRADES:
        last = standing(contact, walk(contact, way_to(contact, grade)))
        assert last.end
        assert last.grade == grade or grade not in endings
