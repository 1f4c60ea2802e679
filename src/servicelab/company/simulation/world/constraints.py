"""What the numbers and the lists of a world can be: kinds of numbers, and how a list must be made up.

A number out of range would stop a run halfway, or make another firm without a word: each is refused where it stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Annotated, ClassVar

from servicelab.course.declared import Declared, Fault, Path, Rule, shown_path


def _kind(what: str, test: Callable[[float], bool] = math.isfinite) -> Rule:
    """The rule of a kind of number; none of them is infinite, or no number at all."""
    return Rule(
        f"`{{name}}` holds something else than {what}",
        f"Write {what}",
        lambda value: math.isfinite(value) and test(value),
    )


Number = Annotated[float, _kind("a number")]
Amount = Annotated[float, _kind("a number of 0 or more", lambda value: value >= 0)]
Positive = Annotated[float, _kind("a number above 0", lambda value: value > 0)]
Growth = Annotated[float, _kind("a number above -1", lambda value: value > -1)]
Factor = Annotated[float, _kind("a number of 1 or more", lambda value: value >= 1)]
Share = Annotated[float, _kind("a number from 0 to 1", lambda value: 0 <= value <= 1)]
#: A share by which something is divided, or that something waits for.
Some = Annotated[float, _kind("a number above 0, at most 1", lambda value: 0 < value <= 1)]
NotAll = Annotated[float, _kind("a number from 0 to below 1", lambda value: 0 <= value < 1)]
#: A share of which both sides are there.
Part = Annotated[float, _kind("a number between 0 and 1", lambda value: 0 < value < 1)]
#: A mean of answers 1 to 5, and one of answers 1 to 7; neither end can be drawn.
OfFive = Annotated[float, _kind("a number between 1 and 5", lambda value: 1 < value < 5)]
OfSeven = Annotated[float, _kind("a number between 1 and 7", lambda value: 1 < value < 7)]
Hour = Annotated[float, _kind("an hour from 0 to 24", lambda value: 0 <= value <= 24)]
Whole = Annotated[int, _kind("a whole number of 0 or more", lambda value: value >= 0)]
Count = Annotated[int, _kind("a whole number of 1 or more", lambda value: value >= 1)]
Flag = Annotated[bool, Rule("`{name}` holds something else than true or false", "Write true or false")]
Word = Annotated[str, Rule("`{name}` holds something else than a word", "Write a word")]


class Section(Declared):
    """A part of a world; what it lacks is told as missing, whatever it could be."""

    MISSING: ClassVar[tuple[str, str] | None] = ("`{name}` is missing", "Write it")


#: Shares that differ from 1 in all by less were meant to sum to it.
ROUNDING = 1e-9


def named(path: Path, found: Collection[str], names: Collection[str], *, in_order: bool = False) -> Iterator[Fault]:
    """Whether a list has each of these names and no other; `in_order` where tables are numbered by it.

    >>> [fault.problem for fault in named(("wrap",), ["phone", "fax"], ["phone", "chat"])]
    ['`wrap` lacks chat', '`wrap` knows no fax']
    """
    missing = [name for name in names if name not in found]
    if missing:
        yield Fault(path, f"`{shown_path(path)}` lacks {', '.join(missing)}", f"Write {', '.join(names)}")
    yield from among(path, found, names)
    if in_order and not missing and len(found) == len(names) and tuple(found) != tuple(names):
        yield Fault(path, f"`{shown_path(path)}` has its names in another order", f"Write {', '.join(names)}")


def among(path: Path, found: Iterable[str], names: Collection[str]) -> Iterator[Fault]:
    """Whether a list has no other names than these.

    >>> [*among(("late",), ["adviser"], ["search", "adviser"])]
    []
    """
    for name in found:
        if name not in names:
            yield Fault(path, f"`{shown_path(path)}` knows no {name}", f"Use {', '.join(names)}")


def each_named(
    path: Path, found: Mapping[str, Collection[str]], rows: Collection[str], names: Collection[str]
) -> Iterator[Fault]:
    """Whether a table has each of these rows and no other, and each row each of these names."""
    yield from named(path, found, rows)
    for row, values in found.items():
        yield from named((*path, row), values, names)


def each_among(
    path: Path, found: Mapping[str, Collection[str]], rows: Collection[str], names: Collection[str]
) -> Iterator[Fault]:
    """Whether a table has no other rows than these, and no row other names than these."""
    yield from among(path, found, rows)
    for row, values in found.items():
        yield from among((*path, row), values, names)


def long(path: Path, found: Collection[object], count: int) -> Iterator[Fault]:
    """Whether a list is so long.

    >>> [fault.problem for fault in long(("weekday",), [1, 1, 1, 1, 1, 1], 7)]
    ['`weekday` has 6 values']
    """
    if len(found) != count:
        yield Fault(path, f"`{shown_path(path)}` has {len(found)} values", f"Write {count}")


def divided(path: Path, shares: Iterable[float]) -> Iterator[Fault]:
    """Whether shares sum to 1.

    >>> [fault.problem for fault in divided(("segment_share",), [0.5, 0.7])]
    ['The shares in `segment_share` sum to 1.2']
    """
    total = math.fsum(shares)
    if abs(total - 1) > ROUNDING:
        yield Fault(path, f"The shares in `{shown_path(path)}` sum to {total:g}", "Make them sum to 1")


def weighted(path: Path, weights: Iterable[float]) -> Iterator[Fault]:
    """Whether weights have something in them that can be chosen.

    >>> [fault.problem for fault in weighted(("half_hours",), [0.0, 0.0])]
    ['`half_hours` has nothing above 0']
    """
    if not any(weight > 0 for weight in weights):
        yield Fault(path, f"`{shown_path(path)}` has nothing above 0", "Give at least one of them some weight")


def ascending(path: Path, values: Iterable[float], *, strictly: bool = False) -> Iterator[Fault]:
    """Whether no value is below the one before it; `strictly`, whether each is above it.

    >>> [fault.problem for fault in ascending(("vacancy",), [35, 10])]
    ['`vacancy` does not ascend: 10 follows 35']
    """
    for low, high in pairwise(values):
        if high < low or (strictly and high == low):
            yield Fault(
                path, f"`{shown_path(path)}` does not ascend: {high:g} follows {low:g}", "Write the lower one first"
            )


def at_most(name: str, value: float, other: str, limit: float) -> Iterator[Fault]:
    """Whether one field of a section is not above another.

    >>> [fault.problem for fault in at_most("least", 3.0, "most", 2.0)]
    ['`least` is 3, above `most` with 2']
    """
    if value > limit:
        yield Fault(
            (name,),
            f"`{name}` is {value:g}, above `{other}` with {limit:g}",
            f"Make `{name}` smaller, or `{other}` larger",
        )


def within_a_day(begins: float, hours: float) -> Iterator[Fault]:
    """Whether what begins at an hour of the day, for so many hours, ends by midnight.

    >>> [fault.problem for fault in within_a_day(18.0, 8.0)]
    ['`from_hour` and `hours` go on until 26:00']
    """
    if begins + hours > 24:
        yield Fault(
            ("hours",),
            f"`from_hour` and `hours` go on until {begins + hours:g}:00",
            "Make them at most 24 together",
        )


def balanced(path: Path, shifts: Iterable[float], dimension: str) -> Iterator[Fault]:
    """Whether the shifts of a dimension sum to 0, so that its mean is what it is called.

    >>> [fault.problem for fault in balanced(("expectation_item",), [0.2, -0.1], "empathy")]
    ['The shifts of empathy in `expectation_item` sum to 0.1']
    """
    total = math.fsum(shifts)
    if abs(total) > ROUNDING:
        yield Fault(path, f"The shifts of {dimension} in `{shown_path(path)}` sum to {total:g}", "Make them sum to 0")
