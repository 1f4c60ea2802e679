"""What is true of the SERVQUAL survey: what customers expect and perceive, what a failure does to it, what matters.

Means are on the answer's own scale, 1–7, and hold exactly (see `servqual`): plain means and regressions of the answers
estimate them. `grading/truth/` has these numbers in prose for instructors.
"""

from __future__ import annotations

from typing import Any

WAVES = (2023, 2024, 2025)
#: Respondents a wave at scale 1, the same number from each segment.
RESPONDENTS = 200
DIMENSION_ITEMS = {"tangibles": 4, "reliability": 5, "responsiveness": 4, "assurance": 4, "empathy": 5}

#: Mean of all segments in the first wave, and its change from wave to wave. What was quick in 2023 is slow in 2025:
#: the firm answers faster, customers expect more than that, and the gap widens (M3).
EXPECTATION = {"tangibles": 5.60, "reliability": 6.45, "responsiveness": 5.40, "assurance": 6.20, "empathy": 5.90}
EXPECTATION_YEAR = {"responsiveness": 0.45}
#: Of customers for whom nothing failed in the past year.
PERCEPTION = {"tangibles": 5.30, "reliability": 5.85, "responsiveness": 4.75, "assurance": 5.80, "empathy": 4.50}
PERCEPTION_YEAR = {"responsiveness": 0.18}

#: Shifts by segment (they sum to 0 over the four). Young renters see the service in the best light and are let down
#: most where they expect most; seniors ask for little but a person who knows them.
EXPECTATION_SEGMENT = {
    "young_renter": {
        "tangibles": 0.35, "reliability": 0.10, "responsiveness": 0.50, "assurance": 0.05, "empathy": -0.25,
    },
    "new_family": {
        "tangibles": 0.00, "reliability": 0.10, "responsiveness": 0.10, "assurance": 0.05, "empathy": 0.00,
    },
    "home_improver": {
        "tangibles": 0.05, "reliability": 0.05, "responsiveness": -0.15, "assurance": 0.05, "empathy": -0.05,
    },
    "senior": {
        "tangibles": -0.40, "reliability": -0.25, "responsiveness": -0.45, "assurance": -0.15, "empathy": 0.30,
    },
}  # fmt: skip
PERCEPTION_SEGMENT = {
    "young_renter": {
        "tangibles": 0.15, "reliability": 0.10, "responsiveness": 0.30, "assurance": 0.05, "empathy": 0.15,
    },
    "new_family": {
        "tangibles": 0.00, "reliability": 0.00, "responsiveness": 0.00, "assurance": 0.05, "empathy": 0.00,
    },
    "home_improver": {
        "tangibles": -0.05, "reliability": -0.05, "responsiveness": -0.10, "assurance": -0.05, "empathy": 0.00,
    },
    "senior": {
        "tangibles": -0.10, "reliability": -0.05, "responsiveness": -0.20, "assurance": -0.05, "empathy": -0.15,
    },
}  # fmt: skip

#: Shift of each item; they sum to 0 within a dimension.
EXPECTATION_ITEM = (
    -0.10, 0.05, 0.00, 0.05,
    0.10, 0.10, 0.00, -0.05, -0.15,
    0.10, 0.00, 0.00, -0.10,
    0.00, 0.05, 0.10, -0.15,
    0.00, -0.20, 0.15, -0.10, 0.15,
)  # fmt: skip
PERCEPTION_ITEM = (
    -0.10, 0.15, 0.05, -0.10,
    0.10, 0.05, -0.20, 0.05, 0.00,
    0.20, -0.10, 0.15, -0.25,
    -0.05, -0.05, 0.10, 0.00,
    0.10, -0.35, 0.30, -0.25, 0.20,
)  # fmt: skip

#: What truly happened to the customer on orders of the twelve months before November: what counts as it, the dimension
#: whose perception it lowers, and by how much. What is expected stays as it was.
FAILURES = {
    "late": (("on_time_delivery",), "reliability", -0.90),
    "faulty": (("intact_packaging", "warranty_repair"), "reliability", -0.70),
    "not_answered": (("human_hotline", "bot_first_reply", "easy_returns"), "responsiveness", -0.70),
}

#: Points of 100 in the order of the dimensions; the mean over the segments is 12, 36, 20, 18, 14.
WEIGHTS = {
    "young_renter": (15, 33, 25, 16, 11),
    "new_family": (11, 38, 20, 18, 13),
    "home_improver": (13, 39, 17, 18, 13),
    "senior": (9, 34, 18, 20, 19),
}
#: Points are given in fives. The higher, the more alike the respondents.
POINTS_STEP = 5
WEIGHTS_ALIKE = 14.0

#: How answers spread about their mean: the lower, the more they heap at the ends. Expectations stand near 7, skewed.
EXPECTATION_SPREAD, PERCEPTION_SPREAD = 5.0, 5.5
#: Share of what makes two people's answers differ that is common to all items, and to the items of one dimension.
COMMON, DIMENSION = 0.25, 0.42
#: Whoever ticks high in one half of the questionnaire does in the other, a little.
STYLE = 0.35


def expected_answers(segment: str, wave: int) -> tuple[list[float], list[float]]:
    """Mean expectation and mean perception of each of the 22 items, for a customer for whom nothing failed."""
    years = wave - WAVES[0]
    expectations, perceptions, item = [], [], 0
    for dimension, items in DIMENSION_ITEMS.items():
        expected = EXPECTATION[dimension] + EXPECTATION_SEGMENT[segment][dimension]
        expected += EXPECTATION_YEAR.get(dimension, 0.0) * years
        got = PERCEPTION[dimension] + PERCEPTION_SEGMENT[segment][dimension]
        got += PERCEPTION_YEAR.get(dimension, 0.0) * years
        for _item in range(items):
            expectations.append(expected + EXPECTATION_ITEM[item])
            perceptions.append(got + PERCEPTION_ITEM[item])
            item += 1
    return expectations, perceptions


def servqual_truth() -> dict[str, Any]:
    """The true effects behind the SERVQUAL tables, for `effects.json`: gaps of customers for whom nothing failed."""

    def gap(dimension: str, segment: str | None, wave: int) -> float:
        years = wave - WAVES[0]
        found = PERCEPTION[dimension] - EXPECTATION[dimension]
        found += (PERCEPTION_YEAR.get(dimension, 0.0) - EXPECTATION_YEAR.get(dimension, 0.0)) * years
        if segment is not None:
            found += PERCEPTION_SEGMENT[segment][dimension] - EXPECTATION_SEGMENT[segment][dimension]
        return round(found, 2)

    return {
        "gap_by_dimension_and_wave_nothing_failed": {
            dimension: {str(wave): gap(dimension, None, wave) for wave in WAVES} for dimension in DIMENSION_ITEMS
        },
        "gap_by_segment_2025_nothing_failed": {
            segment: {dimension: gap(dimension, segment, WAVES[-1]) for dimension in DIMENSION_ITEMS}
            for segment in WEIGHTS
        },
        "change_a_year": {"expectation": EXPECTATION_YEAR, "perception": PERCEPTION_YEAR},
        "failure_in_the_past_year_on_perception": {
            name: {"features": list(features), "dimension": dimension, "effect": effect}
            for name, (features, dimension, effect) in FAILURES.items()
        },
        "mean_points_of_100": {
            segment: dict(zip(DIMENSION_ITEMS, points, strict=True)) for segment, points in WEIGHTS.items()
        },
    }
