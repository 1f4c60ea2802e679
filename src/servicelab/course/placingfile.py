"""`placing.yml`: things to be put where they belong, each explained whatever was answered. Formative: it ships."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from servicelab.course.declared import Declared, Fault, Rule, Shown, filled, repeated
from servicelab.course.quizfile import named

ITEM_ID = ("the item's id “{id}” is missing or not allowed", "Use small letters, digits and hyphens")
ACCEPTED = Rule("`{name}` is not a list of places", "Write [sales], or [sales, product] where both fit", bool)


def _twice(name: str) -> tuple[str, str]:
    return f"the id “{name}” is given twice", "Give it one of its own"


@dataclass(frozen=True)
class Slot(Declared):
    """One answer to a question: a place where things can be put."""

    SHAPE: ClassVar = ("a place is not written as keys with values", "Write {{id: …, text: …}}")

    id: Annotated[str, Rule("a place has no id", "Use small letters, digits and hyphens", named)]
    text: Annotated[str, Rule("place {id} has no text", "Write `text:`", filled), Shown]


@dataclass(frozen=True)
class Asked(Declared):
    """A question that is asked of things, with the places to choose from."""

    text: Annotated[str, Rule("the question has no text", "Write `text:`", filled), Shown]
    options: Annotated[tuple[Slot, ...], Rule("there are not two places", "Write two at least", lambda o: len(o) > 1)]

    def faults(self) -> Iterator[Fault]:
        """No place twice."""
        for number, name in repeated(option.id for option in self.options):
            yield Fault(("options", number), *_twice(name))


@dataclass(frozen=True)
class Placed(Declared):
    """One thing to place: the places that fit, by question, and what decides each question about it.

    `because` is true for a right and for a wrong answer: it speaks about this thing, not about the mistake.
    """

    id: Annotated[str, Rule(*ITEM_ID, named)]
    text: Annotated[str, Rule("item {id} has no text", "Write `text:`", filled), Shown]
    answers: Annotated[
        Mapping[str, Annotated[tuple[str, ...], ACCEPTED]],
        Rule("item {id} fits nowhere", "Write answers: {{owner: [sales]}}", bool),
    ]
    because: Annotated[
        Mapping[str, Annotated[str, Rule("`{at}` of an item is not explained", "Say what decides it", filled), Shown]],
        Rule("item {id} is not explained", "Write `because:` with a text for each question", bool),
    ]
    name: Annotated[str, Rule("`name` of item {id} is not a text", "Write a few words, in quotes"), Shown] = ""
    """A few words for where it has been put; without them its text stands there."""


@dataclass(frozen=True)
class PlacingFile(Declared):
    """Questions by id, and sets of things to place, in their order."""

    FOREIGN: ClassVar = ("`{name}` means nothing here", "Use {fields}")

    questions: Annotated[Mapping[str, Asked], Rule("`questions` is missing", "Write it, a question a key", bool)]
    sets: Annotated[Mapping[str, tuple[Placed, ...]], Rule("`sets` is missing", "Write it, a list a key", bool)]

    def faults(self) -> Iterator[Fault]:
        """Answers to questions and places that are there, each explained, each id once in its set; no empty set."""
        for name, items in self.sets.items():
            if not items:
                yield Fault(("sets", name), "the set is empty", "Write one thing at least, or take it away")
            for number, twice in repeated(item.id for item in items):
                yield Fault(("sets", name, number), *_twice(twice))
            for number, item in enumerate(items):
                at = ("sets", name, number)
                for question, fitting in item.answers.items():
                    asked = self.questions.get(question)
                    if asked is None:
                        yield Fault(
                            (*at, "answers"), f"there is no question “{question}”", "Write it under `questions`"
                        )
                        continue
                    for place in set(fitting) - {option.id for option in asked.options}:
                        yield Fault(
                            (*at, "answers", question), f"there is no place “{place}”", "Name one of its options"
                        )
                if set(item.because) != set(item.answers):
                    remedy = "Write a text for each question that is asked of it"
                    yield Fault((*at, "because"), f"what is explained of {item.id} is not what is asked", remedy)


Placing = tuple[Mapping[str, Asked], tuple[Placed, ...]]
"""One set of things to place, with the questions of its file."""
