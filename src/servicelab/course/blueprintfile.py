"""`blueprint.yml`: the items of the tests before and after the course, in pairs; `grading/test_keys.yml`: their keys.

Of each pair the two forms ask the same of another surface: whoever is asked one before the course is asked the other
after it. What is right stands in a file of its own, which reaches no trainee.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, get_args

from servicelab.course.declared import Called, Declared, Fault, Rule, filled, repeated
from servicelab.course.layout import TEST_KEYS
from servicelab.course.quizfile import (
    NO_ID,
    NO_OPTIONS,
    Decision,
    Id,
    Ids,
    Offer,
    Pictured,
    Prompt,
    keys_of,
    twice,
)
from servicelab.course.rubricfile import Both

Form = Literal["a", "b"]
FORMS: tuple[Form, Form] = ("a", "b")
Area = Literal["needs", "system", "process", "channels", "people", "picture"]
WANTED: Mapping[Area, int] = {"needs": 3, "system": 2, "process": 2, "channels": 2, "people": 2, "picture": 1}
"""How many pairs a test has of each area."""
UNKNOWN = "unknown"
"""The option that everybody has besides those of the item: it is an answer, and never right."""
PILOTED = 30
"""People who took an item, below whom its difficulty is a guess."""
MINUTES = 15
"""What a test takes, at most; its sections add up to it."""


@dataclass(frozen=True)
class Asked(Declared):
    """One form of an item: one option of it is right, and is not said here."""

    REFUSED: ClassVar[Mapping[str, tuple[str, str]]] = dict.fromkeys(
        keys_of(""), ("a test carries its key (`{name}`)", f"Take it away: what is right stands in {TEST_KEYS}")
    )

    prompt: Prompt
    options: Annotated[tuple[Offer, ...], Rule(*NO_OPTIONS, lambda options: len(options) > 1)]

    def faults(self) -> Iterator[Fault]:
        """Each option once, and none in the place of the one that everybody has."""
        yield from twice(self.options)
        for number, option in enumerate(self.options):
            if option.id == UNKNOWN:
                remedy = "Take it away: everybody is offered it with each item"
                yield Fault(("options", number), f"the option “{UNKNOWN}” is written out", remedy)

    def decision(self, key: str) -> Decision:
        """The item as a page asks it, in the order in which it is written."""
        return Decision(key, self.prompt, options=tuple(Pictured(each.id, each.text) for each in self.options))


@dataclass(frozen=True)
class Pair(Declared):
    """One item in its two forms.

    `teaches` are the ids of the curriculum whose teaching it is to show, the first of them the one it is about; `taken`
    is how many people took it in earlier cohorts.
    """

    id: Id
    area: Annotated[Area, Rule("there is no area “{value}”", f"Use {', '.join(get_args(Area))}")]
    teaches: Annotated[Ids, Rule("a pair names nothing that it is about", "Write teaches: [N1.1]", bool)]
    a: Annotated[Asked, Called("a")]
    b: Annotated[Asked, Called("b")]
    taken: Annotated[
        int, Rule("`taken` is no number of people", "Write taken: 0", lambda taken: taken >= 0 and taken is not True)
    ] = 0

    def form(self, form: Form) -> Asked:
        """One of its forms."""
        return self.a if form == "a" else self.b

    def faults(self) -> Iterator[Fault]:
        """Both forms offer the same beliefs, in words of their own."""
        a, b = ([option.id for option in form.options] for form in (self.a, self.b))
        if a != b:
            problem = f"form a has the options {', '.join(a)}, form b {', '.join(b)}"
            yield Fault(("b", "options"), problem, "Write both together: the same options in the same order")


@dataclass(frozen=True)
class Blueprint(Declared):
    """The whole file."""

    pairs: Annotated[
        tuple[Pair, ...], Rule("`pairs` is not a list with something in it", "Begin each with - id: …", bool)
    ]

    def faults(self) -> Iterator[Fault]:
        """Each id once, and as many pairs of each area as a test has."""
        for number, _name in repeated(pair.id for pair in self.pairs):
            yield Fault(("pairs", number), *NO_ID)
        areas = [pair.area for pair in self.pairs]
        for area, count in WANTED.items():
            if areas.count(area) != count:
                problem = f"there are {areas.count(area)} pairs of the area {area}"
                yield Fault(("pairs",), problem, f"A test has {count} of it")


NO_KEY = ("{name} names no option", "Write the id of the one that is right")


@dataclass(frozen=True)
class Key(Declared):
    """What is right in each form of a pair, and why: said to a trainee when the second test was handed in."""

    a: Annotated[str, Rule(*NO_KEY, filled)]
    b: Annotated[str, Rule(*NO_KEY, filled)]
    because: Both

    def form(self, form: Form) -> str:
        """The right option of one form."""
        return self.a if form == "a" else self.b


@dataclass(frozen=True)
class Keys(Declared):
    """The whole file, by the pairs' ids."""

    keys: Annotated[Mapping[str, Key], Rule("`keys` is no mapping", "Write `id:` and below it a, b and because")]
