"""What a module asks, as the built JSON beside a notebook has it: questions, predictions, tasks, decisions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from servicelab.errors import UserError
from servicelab.i18n import _
from servicelab.learn.workspace import read_regular

Raw = Mapping[str, Any]
T = TypeVar("T")


class HasId(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str: ...


Named = TypeVar("Named", bound=HasId)


@dataclass(frozen=True)
class Option:
    """One option of a question; `because` explains it and is empty for summative decisions."""

    id: str
    text: str
    right: bool = False
    because: str = ""
    misconception: str = ""


@dataclass(frozen=True)
class Question:
    """A formative question: `kind` is "choice" (one option is right) or "many" (any number)."""

    id: str
    kind: str
    prompt: str
    options: tuple[Option, ...]
    section: str = ""
    source: str = ""
    """Id of the earlier module that a recall item comes from."""

    @property
    def right(self) -> tuple[str, ...]:
        """Ids of the right options, in their order."""
        return tuple(option.id for option in self.options if option.right)


@dataclass(frozen=True)
class Prediction:
    """A number to guess before it is shown, between `low` and `high`."""

    id: str
    prompt: str
    unit: str
    low: float
    high: float
    step: float
    section: str = ""


@dataclass(frozen=True)
class Task:
    """A few lines of pandas with a known result: the check, hint, solution ladder."""

    id: str
    prompt: str
    setup: str
    answer: str
    tolerance: float
    hints: tuple[str, ...]
    wrong: tuple[tuple[str, str], ...]
    solution: str
    section: str = ""


@dataclass(frozen=True)
class Decision:
    """A graded decision without its key: `kind` is "choice", "many" or "number"."""

    id: str
    kind: str
    prompt: str
    options: tuple[Option, ...] = ()
    low: float = 0.0
    high: float = 100.0
    step: float = 1.0
    unit: str = ""


@dataclass(frozen=True)
class Written:
    """A written task that a person marks: its id is the graded cell's, its limits are in words and in Chinese
    characters."""

    id: str
    prompt: str
    words: int
    characters: int


@dataclass(frozen=True)
class Told:
    """Words of the lesson that wait for the guess `after`; Markdown."""

    id: str
    after: str
    text: str


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

    def each(key: str, make: Callable[[Raw], T]) -> dict[str, T]:
        made: dict[str, T] = {}
        for number, raw in enumerate(document.get(key) or [], start=1):
            try:
                made[str(raw["id"])] = make(raw)
            except (KeyError, TypeError, ValueError, AttributeError) as problem:
                label = raw.get("id", number) if isinstance(raw, Mapping) else number
                raise UserError(
                    _(
                        "In {name}, {key} item {label} is malformed: {problem}.",
                        name=name,
                        key=key,
                        label=label,
                        problem=repr(problem),
                    )
                ) from None
        return made

    return Items(
        questions=each("quiz", question),
        recall=each("recall", question),
        predictions=each("predictions", prediction),
        tasks=each("exercises", task),
        decisions=each("decisions", decision),
        written=each("written", written),
        told=each("told", lambda raw: Told(str(raw["id"]), str(raw["after"]), str(raw["text"]))),
    )


def option(raw: Raw) -> Option:
    """One option of a question or a decision."""
    return Option(
        id=str(raw["id"]),
        text=str(raw["text"]),
        right=bool(raw.get("right", False)),
        because=str(raw.get("because", "")),
        misconception=str(raw.get("misconception", "") or ""),
    )


def question(raw: Raw) -> Question:
    """A quiz or recall item."""
    kind = str(raw.get("kind", "choice"))
    made = Question(
        id=str(raw["id"]),
        kind=kind,
        prompt=str(raw["prompt"]),
        options=tuple(arranged(str(raw["id"]), [option(o) for o in raw["options"]])),
        section=str(raw.get("section", "") or ""),
        source=str(raw.get("from", "") or ""),
    )
    if kind not in ("choice", "many"):
        raise ValueError(f"kind must be choice or many, not {kind}")
    if kind == "choice" and len(made.right) != 1:
        raise ValueError(f"a choice has one right option, this one has {len(made.right)}")
    return made


def prediction(raw: Raw) -> Prediction:
    """A number to guess."""
    low, high, step = float(raw.get("low", 0)), float(raw.get("high", 100)), float(raw.get("step", 1))
    if not (low < high and step > 0):
        raise ValueError(f"low must be below high and step above 0, not {low}, {high}, {step}")
    unit = str(raw.get("unit", "") or "")
    return Prediction(str(raw["id"]), str(raw["prompt"]), unit, low, high, step, str(raw.get("section", "") or ""))


def task(raw: Raw) -> Task:
    """A coding task with its ladder."""
    return Task(
        id=str(raw["id"]),
        prompt=str(raw["prompt"]),
        setup=str(raw.get("setup", "") or ""),
        answer=str(raw["answer"]),
        tolerance=float(raw.get("tolerance", 0) or 0),
        hints=tuple(str(h) for h in raw.get("hints") or ()),
        wrong=tuple((str(w["when"]), str(w["says"])) for w in raw.get("wrong") or ()),
        solution=str(raw["solution"]),
        section=str(raw.get("section", "") or ""),
    )


def decision(raw: Raw) -> Decision:
    """A graded decision; its key is never here."""
    kind = str(raw.get("kind", "choice"))
    if kind not in ("choice", "many", "number"):
        raise ValueError(f"kind must be choice, many or number, not {kind}")
    options = tuple(option(o) for o in raw["options"]) if kind != "number" else ()
    return Decision(
        id=str(raw["id"]),
        kind=kind,
        prompt=str(raw["prompt"]),
        options=options,
        low=float(raw.get("low", 0)),
        high=float(raw.get("high", 100)),
        step=float(raw.get("step", 1)),
        unit=str(raw.get("unit", "") or ""),
    )


def written(raw: Raw) -> Written:
    """A written task."""
    words, characters = int(raw["words"]), int(raw["characters"])
    if words < 1 or characters < 1:
        raise ValueError(f"words and characters must be 1 or more, not {words} and {characters}")
    return Written(str(raw["id"]), str(raw["prompt"]), words, characters)
