"""What a notebook asks, read from the built JSON beside it and put in the order in which it is shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from servicelab.course.declared import Declared, all_faults, read, shown_path
from servicelab.course.quizfile import LISTS, Decision, Prediction, Question, Task, Written
from servicelab.errors import UserError
from servicelab.i18n import _
from servicelab.learn.whereabouts import read_regular

Raw = Mapping[str, Any]


class HasId(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str: ...


Named = TypeVar("Named", bound=HasId)


@dataclass(frozen=True)
class Told(Declared):
    """Words of the lesson that wait for the guess or question `after`, in Markdown, taken from the lesson's text."""

    id: str
    after: str
    text: str


BUILT: Mapping[str, type[Declared]] = {**LISTS, "told": Told}
"""What the items of each list of the built JSON are: those that an author wrote, and those that the build adds."""


@dataclass(frozen=True)
class Items:
    """Everything one notebook can ask, by id."""

    questions: Mapping[str, Question]
    recall: Mapping[str, Question]
    predictions: Mapping[str, Prediction]
    tasks: Mapping[str, Task]
    decisions: Mapping[str, Decision]
    written: Mapping[str, Written] = field(default_factory=dict)
    told: Mapping[str, Told] = field(default_factory=dict)


def arranged(key: str, options: Iterable[Named]) -> list[Named]:
    """Options in an order that does not say which is right, the same each time; authors tend to write it first."""
    return sorted(options, key=lambda o: hashlib.sha256(f"{key}/{o.id}".encode()).digest())


def load_items(path: Path) -> Items:
    """Read `quiz.json` or `decisions.json`; UserError with the remedy when it is missing or not what it should be."""
    return parse_items(load_object(path), path.name)


def load_object(path: Path) -> dict[str, Any]:
    """A JSON object that came with the course; UserError with the remedy when it cannot be read."""
    remedy = _("open the notebook from the course's own folder, or get a fresh copy of that folder.")
    try:
        document = json.loads(read_regular(path).decode("utf-8-sig"))
    except FileNotFoundError:
        raise UserError(
            _("The file {name} is not in {folder}: {remedy}", name=path.name, folder=path.parent, remedy=remedy)
        ) from None
    except (OSError, ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise UserError(
            _("The file {name} in {folder} cannot be read: {remedy}", name=path.name, folder=path.parent, remedy=remedy)
        )
    return document


def parse_items(document: Raw, name: str) -> Items:
    """The items in a parsed `quiz.json` or `decisions.json`; UserError naming file and item when one is malformed."""

    def each(key: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        stated = document.get(key)
        for number, raw in enumerate(stated if isinstance(stated, list) else [], start=1):
            try:
                item: Any = read(BUILT[key], raw)
                wrong = [f"{shown_path(path)}: {problem}".lstrip(": ") for path, problem, _way in all_faults(item)]
            except ValueError as problem:
                wrong = [str(problem)]
            if wrong:
                raise UserError(
                    _(
                        "In {name}, {key} item {label} is malformed: {problem}.",
                        name=name,
                        key=key,
                        label=raw.get("id", number) if isinstance(raw, Mapping) else number,
                        problem="; ".join(wrong),
                    )
                )
            made[item.id] = item
        return made

    return Items(
        questions={key: mixed(question) for key, question in each("quiz").items()},
        recall={key: mixed(question) for key, question in each("recall").items()},
        predictions=each("predictions"),
        tasks=each("exercises"),
        decisions=each("decisions"),
        written=each("written"),
        told=each("told"),
    )


def mixed(question: Question) -> Question:
    """A question whose options stand in the order that they are shown in."""
    return replace(question, options=tuple(arranged(question.id, question.options)))
