"""What the surveys ask, and what is true of those who answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from servicelab.course.declared import Declared


@dataclass(frozen=True)
class Surveyed(Declared):
    """A feature in the yearly survey: mean stated importance and performance, weight on satisfaction."""

    importance: float
    performance: float
    weight: float


@dataclass(frozen=True)
class Trend(Declared):
    """Shares of the six themes in the first and in the last month."""

    first: tuple[float, ...]
    last: tuple[float, ...]


@dataclass(frozen=True)
class Disappointment(Declared):
    """Failures of the past year that lower a dimension's perception, by how much."""

    features: tuple[str, ...]
    dimension: str
    effect: float


@dataclass(frozen=True)
class Kano(Declared):
    """The Kano survey.

    Attributes
    ----------
    asked : customers at scale 1
    profile : chances of A, O, M, I, R, Q among customers for whom the feature is mainly of one category
    main : main category by feature and segment; two letters mix half and half
    pairs : answers (functional, dysfunctional) within each category, with their chances
    """

    asked: int
    profile: Mapping[str, Mapping[str, float]]
    main: Mapping[str, Mapping[str, str]]
    pairs: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class NeedsSurvey(Declared):
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

    asked: int
    features: Mapping[str, Surveyed]
    satisfaction: float
    shift: Mapping[str, Mapping[str, float]]
    drift: Mapping[str, Mapping[str, float]]
    unmet: Mapping[str, float]
    importance_sd: float
    performance_sd: float
    spread: float


@dataclass(frozen=True)
class Tracker(Declared):
    """The monthly question (N4).

    Attributes
    ----------
    asked : customers a month and segment at scale 1
    trends : share of each theme in the first and the last month, linear in between
    """

    asked: int
    trends: Mapping[str, Trend]


@dataclass(frozen=True)
class Servqual(Declared):
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

    asked: int
    expectation: Mapping[str, float]
    expectation_year: Mapping[str, float]
    perception: Mapping[str, float]
    perception_year: Mapping[str, float]
    expectation_segment: Mapping[str, Mapping[str, float]]
    perception_segment: Mapping[str, Mapping[str, float]]
    expectation_item: tuple[float, ...]
    perception_item: tuple[float, ...]
    failures: Mapping[str, Disappointment]
    weights: Mapping[str, Mapping[str, int]]
    weights_alike: float
    expectation_spread: float
    perception_spread: float
    common: float
    dimension: float
    style: float
