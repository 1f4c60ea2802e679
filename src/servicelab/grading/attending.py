"""How a simulated trainee works a lesson: its own questions, guesses, sections and contact, whichever unit it is.

Everything is drawn from the names of unit, trainee and question, so that each run gives the same class, and goes
through the code that keeps a person's answers.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from servicelab.course.deskfile import Desk, Grade
from servicelab.course.handin import notebook_file
from servicelab.course.quizfile import Prediction, Question
from servicelab.learn.controls.desk import model as desk_model
from servicelab.learn.controls.prediction import model as prediction_model
from servicelab.learn.controls.quiz import model as quiz_model
from servicelab.learn.items import load_items, load_object
from servicelab.learn.outline import Section, read_outline
from servicelab.learn.progress import add_time
from servicelab.learn.sheet import AnswerSheet

DESK = "desk"
HASTE = (0.7, 1.4)
"""How much faster or slower than their usual somebody is in one section."""
LURE = 0.4
"""How much sooner a question is missed when an option of it is a known misconception."""


@dataclass(frozen=True)
class Habits:
    """How somebody works a lesson.

    Attributes
    ----------
    reach
        Share of the sections for everybody that they come to, from the first on.
    right
        Share of its questions that they answer rightly at the first try.
    pace
        Their minutes for each minute stated.
    desk
        How their contact at the desk ends, if they reach it.
    """

    reach: float
    right: float
    pace: float
    desk: Grade


def attend(sheet: AnswerSheet, folder: Path, habits: Habits, seed: str, began: datetime, *, analyst: bool) -> None:
    """Fill a lesson's answer sheet.

    Parameters
    ----------
    sheet
        The trainee's.
    folder
        The built lesson, with its `quiz.json`.
    habits
        How they work.
    seed
        Unit and trainee: what is drawn, is drawn from it.
    began
        When they opened the lesson.
    analyst
        Whether they work the analysts' sections as well.
    """
    outline = read_outline(folder / notebook_file("lesson"))
    core = [section for section in outline.sections if section.track != "analyst"]
    reached = {section.id for section in core[: math.ceil(habits.reach * len(core))]}
    worked = [each for each in outline.sections if each.id in reached or (analyst and each.track == "analyst")]
    entries = _answers(folder, worked, habits, seed)
    activity: dict[str, Any] = {}
    moment = began
    for section in worked:
        seconds = 60 * section.minutes * habits.pace * random.Random(f"{seed} {section.id}").uniform(*HASTE)
        moment += timedelta(seconds=seconds)
        said = [key for key in section.items if key in entries]
        add_time(activity, section.id, seconds, moment.isoformat(), said[-1] if said else f"end of {section.id}")
        for key in said:
            entries[key]["at"] = moment.isoformat()

    def edit(document: dict[str, Any]) -> None:
        document["entries"] |= entries
        document["activity"] = activity

    sheet.change(edit)


def _answers(folder: Path, worked: Sequence[Section], habits: Habits, seed: str) -> dict[str, dict[str, Any]]:
    """What the sheet keeps of everything that the sections ask and that needs no code."""
    items = load_items(folder / "quiz.json")
    questions = {**items.questions, **items.recall}
    asked = [key for section in worked for key in section.items]
    missed = _missed([questions[key] for key in asked if key in questions], habits.right, seed)
    entries: dict[str, dict[str, Any]] = {}
    for key in asked:
        if key in questions:
            question = questions[key]
            right = list(question.right)
            tries = [_wrong(question, seed), right] if key in missed else [right]
            entries[key] = quiz_model.entry(question, {"picked": right, "tries": tries})
        elif key in items.predictions:
            guess = _guess(items.predictions[key], seed)
            entries[key] = prediction_model.entry(items.predictions[key], {"guess": guess})
        elif key == DESK and (folder / "desk.json").is_file():
            contact = desk_model.parse_desk(load_object(folder / "desk.json"))
            entries[key] = desk_model.entry(contact, {"path": way_to(contact, habits.desk)})
    return entries


def _missed(asked: Iterable[Question], right: float, seed: str) -> set[str]:
    """The questions that are not right at the first try; those with a misconception among their options sooner."""

    def patience(question: Question) -> float:
        lured = any(option.misconception and not option.right for option in question.options)
        return random.Random(f"{seed} {question.id}").random() * (LURE if lured else 1.0)

    ranked = sorted(asked, key=patience)
    return {question.id for question in ranked[: round((1 - right) * len(ranked))]}


def _wrong(question: Question, seed: str) -> list[str]:
    """A first try that is not the answer: of one choice a wrong option, of many ticks one wrong or one too few."""
    wrong = [option for option in question.options if not option.right]
    known = [option for option in wrong if option.misconception] or wrong
    taken = random.Random(f"{seed} {question.id} wrong").choice(known).id if known else ""
    if question.kind == "choice":
        return [taken]
    short = list(question.right)[:-1]
    return [option.id for option in question.options if option.id in short or option.id == taken]


def _guess(asked: Prediction, seed: str) -> float:
    """A guess on the question's scale; those of a class gather somewhere on it, and that is seldom the truth."""
    common = random.Random(asked.id).uniform(0.3, 0.7)
    steps = round((asked.high - asked.low) / asked.step)
    step = round(steps * random.Random(f"{seed} {asked.id}").triangular(0, 1, common))
    return round(asked.low + step * asked.step, 6)


def way_to(desk: Desk, grade: Grade) -> list[str]:
    """The shortest way to an ending of a grade; to the nearest ending where the contact has none of it.

    One before the contact's matter came up is passed over: it does not count.
    """
    waiting: deque[tuple[str, list[str]]] = deque([(desk.start, [])])
    seen = {desk.start}
    nearest: list[str] = []
    while waiting:
        here, way = waiting.popleft()
        node = desk.nodes[here]
        if node.end and node.grade == grade and not node.left:
            return way
        nearest = nearest or (way if node.end and not node.left else [])
        for choice in node.choices:
            if choice.to not in seen:
                seen.add(choice.to)
                waiting.append((choice.to, [*way, choice.id]))
    return nearest
