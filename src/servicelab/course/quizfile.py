"""`quiz.yml`: what a unit asks. Everything but `decisions` is formative: explained, answered, shipped with its key."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from servicelab.course.declared import Called, Declared, Fault, Rule, Shown, filled, repeated

NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")
"""What cells and items are called."""


def named(value: object) -> bool:
    """Whether a value can be the name of a cell or an item."""
    return isinstance(value, str) and NAME.fullmatch(value) is not None


def parses(code: object, mode: Literal["eval", "exec"]) -> bool:
    """Whether a text is a Python expression, or Python."""
    try:
        ast.parse(str(code).strip() if mode == "eval" else str(code), mode=mode)
    except (SyntaxError, ValueError):
        return False
    return filled(code)


def expression(code: object) -> bool:
    """Whether a text is a Python expression."""
    return parses(code, "eval")


def statements(code: object) -> bool:
    """Whether a text is Python."""
    return parses(code, "exec")


def at_least_one(value: object) -> bool:
    """Whether a limit lets anything through."""
    return isinstance(value, int) and value >= 1


def most(name: str, example: int) -> tuple[str, str]:
    """The words for a limit that is none."""
    return f"`{name}` is not a whole number above 0", f"Write {name}: {example}: the most that is read"


NO_ID = ("the id is missing, not allowed, or given twice", "Use small letters, digits and hyphens, each id once")
Id = Annotated[str, Rule(*NO_ID, named)]
Prompt = Annotated[str, Rule("the prompt is missing", "Write `prompt:`", filled), Shown]
Word = Annotated[str, Rule("`{name}` is not a word", "Write a word, in quotes if need be")]
Words = Annotated[str, Rule("`{name}` is not a text", "Write it in quotes"), Shown]
Ids = Annotated[tuple[str, ...], Rule("`{name}` is not a list", "Write {name}: [N1.1]")]
KEY_IDS = "key_ids"
"""What an item, a moment at the desk or a test cell says of itself: the ids of the curriculum on which its right answer
depends. It is for the author's check, and in nothing that is built: of a graded decision it would tell the key."""
Number = Annotated[
    float, Rule("low, high and step are not all numbers", "Write low: 0, high: 100, step: 1", math.isfinite)
]
HIDDEN = "Take it away: keys live in hidden tests only"
AXIS = re.compile(r"\s*(.+?)\s*[:：]\s*(.+)", re.DOTALL)
"""How an option of a decision on several axes is written: "Nature: functional"."""
NO_OPTIONS = ("there are not two options to choose from", "Write `options:` with at least two")
OPTION_ID = ("the option's id “{id}” is missing, not allowed, or given twice", "Give it one of its own")


def keys_of(problem: str) -> dict[str, tuple[str, str]]:
    """What would give a graded decision away, each with the words for it."""
    names = ("right", "because", "misconception", "answer", "key", "solution", "correct")
    return dict.fromkeys(names, (problem, HIDDEN))


@dataclass(frozen=True)
class Offer(Declared):
    """One option of a graded decision: nothing in it says whether it is right."""

    FOREIGN: ClassVar = ("`{name}` means nothing in option {id}", "Take it away")
    REFUSED: ClassVar[Mapping[str, tuple[str, str]]] = keys_of(
        "option {id} of a graded decision carries its key (`{name}`)"
    )
    SHAPE: ClassVar = ("an option is not written as keys with values", "Write {{id: …, text: …}}")

    id: Annotated[str, Rule(*OPTION_ID, named)]
    text: Annotated[str, Rule("option {id} has no text", "Write `text:`", filled), Shown]


@dataclass(frozen=True)
class Option(Offer):
    """One option of a question, with its explanation and, if a wrong idea leads to it, that idea's id."""

    REFUSED: ClassVar[Mapping[str, tuple[str, str]]] = {}

    because: Annotated[
        str,
        Rule("option {id} has no explanation", "Write `because:`: say why it is right, or what it overlooks", filled),
        Shown,
    ]
    right: Annotated[bool, Rule("`right` of option {id} is neither true nor false", "Write `right: true`")] = False
    misconception: Annotated[
        str, Rule("`misconception` of option {id} is no id", "Take one from course/curriculum.yml")
    ] = ""


NO_SERIES = (
    "`series` of option {id} is not a list of numbers",
    "Write series: [12, 15, 19], a number for each of `over`",
)


@dataclass(frozen=True)
class Pictured(Offer):
    """An option of a graded decision that may be a picture: `series` is a line over what `over` names."""

    series: Annotated[tuple[Annotated[float, Rule(*NO_SERIES, math.isfinite)], ...], Rule(*NO_SERIES)] = ()


Options = Annotated[tuple[Option, ...], Rule(*NO_OPTIONS, lambda options: len(options) > 1)]
Choosing = Annotated[Literal["choice", "many"], Rule("there is no kind “{value}”", "Use choice or many")]


@dataclass(frozen=True)
class Question(Declared):
    """A formative question: of a "choice" one option is right, of "many" any number.

    `section`, `teaches` and `track` say where it stands and for whom. `source` is the earlier unit that a recall
    question comes from, "" for a question of the unit itself.
    """

    KEYS: ClassVar[Mapping[str, str]] = {"source": "from"}

    id: Id
    prompt: Prompt
    options: Options
    kind: Choosing = "choice"
    section: Word = ""
    teaches: Ids = ()
    key_ids: Ids = ()
    track: Word = ""
    source: Word = ""

    @property
    def right(self) -> tuple[str, ...]:
        """Ids of the right options, in their order."""
        return tuple(option.id for option in self.options if option.right)

    def faults(self) -> Iterator[Fault]:
        """Exactly one right option of a choice, each option's id once, no wrong idea behind a right option."""
        if self.kind == "choice" and len(self.right) != 1:
            remedy = "Mark exactly one with `right: true`, or use `kind: many`"
            yield Fault((), f"{len(self.right)} options are right", remedy)
        yield from twice(self.options)
        for number, option in enumerate(self.options):
            if option.right and option.misconception:
                problem = f"option {option.id} is right and a misconception"
                yield Fault(("options", number), problem, "Take one of the two away")


@dataclass(frozen=True)
class Prediction(Declared):
    """A number to guess before it is shown, between `low` and `high`; `rank` says that it is a place, 1 the highest.

    With `names` it is one of several things in their order, from `low` on: how far one is from another says nothing.
    """

    id: Id
    prompt: Prompt
    unit: Words = ""
    low: Number = 0.0
    high: Number = 100.0
    step: Number = 1.0
    rank: Annotated[bool, Rule("`rank` is neither true nor false", "Write rank: true")] = False
    names: Annotated[
        tuple[Annotated[str, Rule("a name is missing", "Write it, in quotes", filled), Shown], ...],
        Rule("`names` is not a list of names", "Write names: [first, second]"),
        Called("name"),
    ] = ()
    section: Word = ""
    teaches: Ids = ()
    track: Word = ""

    def faults(self) -> Iterator[Fault]:
        """A scale with something to choose on it, and a name for each of its steps or for none."""
        wrong = [*scale(self.low, self.high, self.step)]
        yield from wrong
        if wrong or not self.names:
            return
        steps = int(self.high - self.low) + 1
        if self.step != 1 or len(self.names) != steps:
            remedy = "Write step: 1, and one name for each number from low to high"
            yield Fault(("names",), f"there are {len(self.names)} names for {steps} steps", remedy)


@dataclass(frozen=True)
class Slip(Declared):
    """A known wrong answer: the expression that gives it, and what is said of it."""

    SHAPE: ClassVar = ("a known wrong answer needs `when` (an expression) and `says`", "Write both")

    when: Annotated[str, Rule(*SHAPE, expression, again=False)]
    says: Annotated[str, Rule(*SHAPE, filled), Shown]


@dataclass(frozen=True)
class Task(Declared):
    """A few lines of pandas with a known result: the check, hint, solution ladder."""

    id: Id
    prompt: Prompt
    answer: Annotated[str, Rule("`{name}` is missing or not Python", "Write an expression", expression, again=False)]
    solution: Annotated[str, Rule("`{name}` is missing or not Python", "Write Python", statements, again=False)]
    hints: Annotated[
        tuple[Annotated[str, Rule("there is no hint", "Write `hints:` with at least one", filled), Shown], ...],
        Rule("there is no hint", "Write `hints:` with at least one", bool),
        Called("hint"),
    ]
    setup: Annotated[str, Rule("`{name}` is missing or not Python", "Write Python", statements, again=False)] = ""
    tolerance: Annotated[float, Rule("`tolerance` is not a number", "Write tolerance: 0.005")] = 0.0
    wrong: Annotated[tuple[Slip, ...], Rule(*Slip.SHAPE), Called("wrong")] = ()
    section: Word = ""
    teaches: Ids = ()
    key_ids: Ids = ()
    track: Word = ""


@dataclass(frozen=True)
class Decision(Declared):
    """A graded decision without its key: one option ("choice"), any number of them ("many"), one of them on each axis
    ("axes", the options' texts as "Nature: functional"), or a "number" on a scale.

    Where options are pictures, `over` names what each line runs over and `unit` says in what it is measured. With
    `pairs` a picture has bars side by side for each of `over`, one for each of `pairs`; its `series` holds them so.
    """

    REFUSED: ClassVar[Mapping[str, tuple[str, str]]] = keys_of("a graded decision carries its key (`{name}`)")

    id: Id
    prompt: Prompt
    kind: Annotated[
        Literal["choice", "many", "axes", "number"],
        Rule("there is no kind “{value}”", "Use choice, many, axes or number"),
    ] = "choice"
    unit: Words = ""
    note: Words = ""
    options: Annotated[tuple[Pictured, ...], Rule(*NO_OPTIONS)] = ()
    over: Annotated[tuple[Words, ...], Rule("`over` is not a list of texts", 'Write over: ["2024", "2025"]')] = ()
    pairs: Annotated[
        tuple[Words, ...], Called("pair"), Rule("`pairs` is not a list of texts", 'Write pairs: ["A", "B"]')
    ] = ()
    low: Number = 0.0
    high: Number = 100.0
    step: Number = 1.0
    section: Word = ""
    teaches: Ids = ()
    key_ids: Ids = ()
    track: Word = ""

    @property
    def axes(self) -> dict[str, dict[str, str]]:
        """The options of each axis by their ids, without the axis in their texts; of another kind there is none."""
        found: dict[str, dict[str, str]] = {}
        for option in self.options if self.kind == "axes" else ():
            parts = AXIS.fullmatch(option.text)
            axis, text = (parts[1], parts[2]) if parts else (option.text, "")
            found.setdefault(axis, {})[option.id] = text
        return found

    def faults(self) -> Iterator[Fault]:
        """Options or a scale, as the kind needs it."""
        if self.kind == "number":
            yield from scale(self.low, self.high, self.step)
        elif len(self.options) < 2:
            yield Fault((), *NO_OPTIONS)
        for axis, options in self.axes.items():
            if len(options) < 2:
                remedy = "Write the axis before each of its options: “Nature: functional”, “Nature: emotional”"
                yield Fault((), f"there is nothing to choose on the axis “{axis}”", remedy)
        yield from twice(self.options)
        for number, option in enumerate(self.options):
            wanted = len(self.over) * max(len(self.pairs), 1)
            if len(option.series) != wanted:
                problem = f"option {option.id} has {len(option.series)} numbers for {wanted} names in `over`"
                yield Fault(("options", number), problem, "Write a number for each name, or neither of the two")


@dataclass(frozen=True)
class Written(Declared):
    """A written task that a person marks: its id is the graded cell's, its limits are the most that is read."""

    id: Id
    prompt: Prompt
    words: Annotated[int, Rule(*most("words", 150), at_least_one)]
    characters: Annotated[int, Rule(*most("characters", 250), at_least_one)]
    """Chinese characters, for an answer in Chinese."""
    section: Word = ""
    teaches: Ids = ()
    key_ids: Ids = ()
    track: Word = ""


@dataclass(frozen=True)
class QuizFile(Declared):
    """The lists of the file, each by the name it has there."""

    FOREIGN: ClassVar = ("there is no list “{name}”", "Use {fields}")

    quiz: tuple[Question, ...] = ()
    recall: tuple[Question, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    exercises: tuple[Task, ...] = ()
    decisions: tuple[Decision, ...] = ()
    written: tuple[Written, ...] = ()


LISTS: Mapping[str, type[Declared]] = {
    "quiz": Question,
    "recall": Question,
    "predictions": Prediction,
    "exercises": Task,
    "decisions": Decision,
    "written": Written,
}
"""What the items of each list are."""

MARKED = ("decisions", "written")
"""The lists that earn marks: they ship without keys, beside the exercise."""


def twice(options: tuple[Offer, ...]) -> Iterator[Fault]:
    """Options whose id an earlier one has."""
    problem, remedy = OPTION_ID
    for number, name in repeated(option.id for option in options):
        yield Fault(("options", number), problem.format(id=name), remedy)


def scale(low: float, high: float, step: float) -> Iterator[Fault]:
    """What is wrong with a scale that numbers are chosen on."""
    if not (low < high and 0 < step <= high - low):
        yield Fault((), "low, high and step give nothing to choose from", "Write low below high, and a step between")


def items(data: Any, *lists: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """The items of a quiz file as (list, index, item) as they are written; what is malformed is left to the checks."""
    for name in lists or LISTS:
        entries = data.get(name) if isinstance(data, dict) else None
        for index, item in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(item, dict):
                yield name, index, item
