"""What the surveys ask, and what is true of those who answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from servicelab.company.simulation.names import CATEGORIES, DIMENSIONS, FEATURES, MAINLY, SEGMENTS, THEMES
from servicelab.company.simulation.scenario import KNOWN_MONTHS
from servicelab.company.simulation.world.constraints import (
    Amount,
    Count,
    Number,
    OfFive,
    OfSeven,
    Positive,
    Section,
    Share,
    Whole,
    Word,
    among,
    balanced,
    divided,
    each_among,
    each_named,
    long,
    named,
)
from servicelab.course.declared import Fault
from servicelab.models.needs import kano_category

#: Every statement of the SERVQUAL survey is answered twice.
ASKED_AS = ("expectation", "perception")
#: What respondents share out over the dimensions.
POINTS = 100


@dataclass(frozen=True)
class Surveyed(Section):
    """A feature in the yearly survey: mean stated importance and performance, weight on satisfaction."""

    importance: OfSeven
    performance: OfSeven
    weight: Number


@dataclass(frozen=True)
class Trend(Section):
    """Shares of the six themes in the first and in the last month."""

    first: tuple[Share, ...]
    last: tuple[Share, ...]

    def faults(self) -> Iterator[Fault]:
        """A share for each theme."""
        for name, shares in (("first", self.first), ("last", self.last)):
            yield from long((name,), shares, len(THEMES))
            yield from divided((name,), shares)


@dataclass(frozen=True)
class Disappointment(Section):
    """Failures of the past year that lower a dimension's perception, by how much."""

    features: tuple[Word, ...]
    dimension: Word
    effect: Number

    def faults(self) -> Iterator[Fault]:
        """Names."""
        yield from among(("features",), self.features, FEATURES)
        yield from among(("dimension",), [self.dimension], DIMENSIONS)


@dataclass(frozen=True)
class Kano(Section):
    """The Kano survey.

    Attributes
    ----------
    asked : customers at scale 1
    profile : chances of A, O, M, I, R, Q among customers for whom the feature is mainly of one category
    main : main category by feature and segment; two letters mix half and half
    pairs : answers (functional, dysfunctional) within each category, with their chances
    """

    asked: Count
    profile: Mapping[str, Mapping[str, Share]]
    main: Mapping[str, Mapping[str, Word]]
    pairs: Mapping[str, Mapping[str, Share]]

    def faults(self) -> Iterator[Fault]:
        """Names; pairs of answers that mean what they stand under (Kano's evaluation table)."""
        yield from each_named(("profile",), self.profile, MAINLY, CATEGORIES)
        for category, shares in self.profile.items():
            yield from divided(("profile", category), shares.values())
        yield from each_named(("main",), self.main, FEATURES, SEGMENTS)
        for feature, mains in self.main.items():
            for segment, letters in mains.items():
                if not letters or set(letters) - set(MAINLY):
                    yield Fault(
                        ("main", feature, segment),
                        f"`{letters}` is no main category",
                        f"Write one or two of {', '.join(MAINLY)}",
                    )
        yield from named(("pairs",), self.pairs, CATEGORIES)
        for category, pairs in self.pairs.items():
            yield from divided(("pairs", category), pairs.values())
            for pair in pairs:
                if not _is_answered(pair, category):
                    yield Fault(
                        ("pairs", category, pair),
                        f"The answers {pair} do not mean {category}",
                        "Write two answers from 1 to 5 that do, in quotation marks",
                    )


@dataclass(frozen=True)
class NeedsSurvey(Section):
    """The yearly survey (N2).

    Attributes
    ----------
    asked : customers a wave at scale 1
    features : stated importance and performance, 1–7, and the true weight on satisfaction per point
    satisfaction : mean
    shift, drift : of stated importance by segment and feature, and its change a year
    unmet : share of customers who have not met the feature
    importance_sd, performance_sd, spread : between customers; of `draws.answers`
    """

    asked: Count
    features: Mapping[str, Surveyed]
    satisfaction: OfFive
    shift: Mapping[str, Mapping[str, Number]]
    drift: Mapping[str, Mapping[str, Number]]
    unmet: Mapping[str, Share]
    importance_sd: Amount
    performance_sd: Amount
    spread: Positive

    def faults(self) -> Iterator[Fault]:
        """Names."""
        yield from named(("features",), self.features, FEATURES)
        yield from each_among(("shift",), self.shift, SEGMENTS, FEATURES)
        yield from each_among(("drift",), self.drift, SEGMENTS, FEATURES)
        yield from among(("unmet",), self.unmet, FEATURES)


@dataclass(frozen=True)
class Tracker(Section):
    """The monthly question (N4).

    Attributes
    ----------
    asked : customers a month and segment at scale 1
    trends : share of each theme in the first and the last month, linear in between
    """

    asked: Count
    trends: Mapping[str, Trend]

    def faults(self) -> Iterator[Fault]:
        """Names."""
        yield from named(("trends",), self.trends, SEGMENTS)


@dataclass(frozen=True)
class Servqual(Section):
    """The SERVQUAL survey (M3, M4).

    Attributes
    ----------
    asked : respondents a wave at scale 1, the same number from each segment
    expectation, expectation_year : mean of all segments in the first wave by dimension, and its change from wave to
        wave
    perception, perception_year : the same of customers for whom nothing failed
    expectation_segment, perception_segment : shifts by segment; they sum to 0 over the four
    expectation_item, perception_item : shift of each item; they sum to 0 within a dimension
    failures : what truly happened in the twelve months before November, and what it lowers
    weights : points of 100 by segment and dimension
    weights_alike : the higher, the more alike the respondents
    expectation_spread, perception_spread : how answers spread about their mean
    common, dimension, style : share of what differs between people that is common to all items, and to a
        dimension's; and to both halves
    """

    asked: Count
    expectation: Mapping[str, OfSeven]
    expectation_year: Mapping[str, Number]
    perception: Mapping[str, OfSeven]
    perception_year: Mapping[str, Number]
    expectation_segment: Mapping[str, Mapping[str, Number]]
    perception_segment: Mapping[str, Mapping[str, Number]]
    expectation_item: tuple[Number, ...]
    perception_item: tuple[Number, ...]
    failures: Mapping[str, Disappointment]
    weights: Mapping[str, Mapping[str, Whole]]
    weights_alike: Positive
    expectation_spread: Positive
    perception_spread: Positive
    common: Share
    dimension: Share
    style: Share

    def faults(self) -> Iterator[Fault]:
        """Names; shifts that sum to 0, so that the means are what they are called; means that can be answered."""
        wrong = [*self._names(), *self._sums()]
        yield from wrong
        if not wrong:
            yield from self._out_of_range()

    def means(self, of: str, segment: str, years: int) -> list[float]:
        """Mean answer to each of the 22 items, for a customer for whom nothing failed.

        Parameters
        ----------
        of : "expectation" or "perception"
        segment : of the customer
        years : since the first wave
        """
        found, first = [], 0
        for dimension, items in DIMENSIONS.items():
            mean = getattr(self, of)[dimension] + getattr(self, f"{of}_segment")[segment][dimension]
            mean += getattr(self, f"{of}_year").get(dimension, 0.0) * years
            found += [mean + shift for shift in getattr(self, f"{of}_item")[first : first + items]]
            first += items
        return found

    def _names(self) -> Iterator[Fault]:
        for of in ASKED_AS:
            yield from named((of,), getattr(self, of), DIMENSIONS)
            yield from among((f"{of}_year",), getattr(self, f"{of}_year"), DIMENSIONS)
            yield from each_named((f"{of}_segment",), getattr(self, f"{of}_segment"), SEGMENTS, DIMENSIONS)
            yield from long((f"{of}_item",), getattr(self, f"{of}_item"), sum(DIMENSIONS.values()))
        yield from each_named(("weights",), self.weights, SEGMENTS, DIMENSIONS)

    def _sums(self) -> Iterator[Fault]:
        for of in ASKED_AS:
            first = 0
            for dimension, items in DIMENSIONS.items():
                shifts = [values.get(dimension, 0.0) for values in getattr(self, f"{of}_segment").values()]
                yield from balanced((f"{of}_segment",), shifts, dimension)
                yield from balanced((f"{of}_item",), getattr(self, f"{of}_item")[first : first + items], dimension)
                first += items
        for segment, points in self.weights.items():
            total = sum(points.values())
            if total != POINTS:
                yield Fault(
                    ("weights", segment), f"The points of {segment} sum to {total}", f"Make them sum to {POINTS}"
                )
        if self.common + self.dimension > 1:
            yield Fault(
                ("dimension",),
                "`common` and `dimension` are more than all that differs between people",
                "Make them at most 1 together",
            )

    def _out_of_range(self) -> Iterator[Fault]:
        """Means that nobody could answer with, whatever has failed."""
        effects = [(what.dimension, what.effect) for what in self.failures.values()]
        off = [
            [sum(pick(effect, 0.0) for of, effect in effects if of == dimension) for pick in (min, max)]
            for dimension, items in DIMENSIONS.items()
            for _item in range(items)
        ]
        for of, segment, years in product(ASKED_AS, SEGMENTS, (0, KNOWN_MONTHS // 12 - 1)):
            for mean, (less, more) in zip(self.means(of, segment, years), off, strict=True):
                low, high = (mean + less, mean + more) if of == "perception" else (mean, mean)
                if low <= 1 or high >= 7:
                    yield Fault(
                        (of,),
                        f"`{of}` with its shifts comes to {low if low <= 1 else high:g} for {segment}",
                        "Keep every mean between 1 and 7",
                    )
                    return


def _is_answered(pair: str, category: str) -> bool:
    """Whether two answers from 1 to 5 (functional, dysfunctional) fall into a category.

    >>> _is_answered("15", "O"), _is_answered("15", "M"), _is_answered("16", "M")
    (True, False, False)
    """
    if len(pair) != 2 or set(pair) - set("12345"):
        return False
    return str(kano_category(int(pair[0]), int(pair[1]))) == category
