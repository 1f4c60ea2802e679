"""What the SERVQUAL answers mean on average: what is expected, what is perceived, and the gap between them.

Means are on the answer's own scale, 1–7, and hold exactly (see `servqual`): plain means and regressions of the answers
estimate them.
"""

from __future__ import annotations

from typing import Any

from servicelab.company.simulation.names import DIMENSIONS
from servicelab.company.simulation.world.surveying import Servqual

WAVES = (2023, 2024, 2025)


def expected_answers(survey: Servqual, segment: str, wave: int) -> tuple[list[float], list[float]]:
    """Mean expectation and mean perception of each of the 22 items, for a customer for whom nothing failed."""
    years = wave - WAVES[0]
    return survey.means("expectation", segment, years), survey.means("perception", segment, years)


def servqual_truth(survey: Servqual) -> dict[str, Any]:
    """The true effects behind the SERVQUAL tables, for `effects.json`: gaps of customers for whom nothing failed."""

    def gap(dimension: str, segment: str | None, wave: int) -> float:
        years = wave - WAVES[0]
        found = survey.perception[dimension] - survey.expectation[dimension]
        found += (survey.perception_year.get(dimension, 0.0) - survey.expectation_year.get(dimension, 0.0)) * years
        if segment is not None:
            found += survey.perception_segment[segment][dimension] - survey.expectation_segment[segment][dimension]
        return round(found, 2)

    return {
        "gap_by_dimension_and_wave_nothing_failed": {
            dimension: {str(wave): gap(dimension, None, wave) for wave in WAVES} for dimension in DIMENSIONS
        },
        "gap_by_segment_2025_nothing_failed": {
            segment: {dimension: gap(dimension, segment, WAVES[-1]) for dimension in DIMENSIONS}
            for segment in survey.weights
        },
        "change_a_year": {"expectation": survey.expectation_year, "perception": survey.perception_year},
        "failure_in_the_past_year_on_perception": {
            name: {"features": list(what.features), "dimension": what.dimension, "effect": what.effect}
            for name, what in survey.failures.items()
        },
        "mean_points_of_100": {segment: dict(points) for segment, points in survey.weights.items()},
    }
