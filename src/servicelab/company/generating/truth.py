"""The true effects behind the tables, worked out from its world, for `grading/truth/`.

Run ``python -m servicelab.company.generating.truth grading/truth/effects.json`` after changing the world.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from servicelab.company.generating.skylark import skylark
from servicelab.company.simulation import Scenario
from servicelab.company.simulation.effects import engine_effects
from servicelab.company.simulation.journeys import touchpoint_effects
from servicelab.company.simulation.names import CATEGORIES, THEMES
from servicelab.company.voices.servqual_means import servqual_truth
from servicelab.files.whole import write_whole
from servicelab.models.needs import kano_coefficients


def true_effects() -> dict[str, Any]:
    """Every effect a lesson lets people discover, on the scale of the data."""
    world = skylark()
    kano: dict[str, dict[str, Any]] = {}
    for feature, mains in world.kano.main.items():
        kano[feature] = {}
        for segment, main in mains.items():
            profile = world.kano.profile
            shares: dict[Hashable, float] = {
                at: sum(profile[letter][at] for letter in main) / len(main) for at in CATEGORIES
            }
            better, worse = kano_coefficients(shares)
            kano[feature][segment] = {"main": main, "better": round(better, 3), "worse": round(worse, 3)}
    return {
        **engine_effects(world),
        "kano": kano,
        "survey_weight_per_point_of_performance": {
            name: told.weight for name, told in world.needs_survey.features.items()
        },
        "survey_stated_importance": {name: told.importance for name, told in world.needs_survey.features.items()},
        "N4_share_first_and_last_month": {
            segment: {theme: [a, b] for theme, a, b in zip(THEMES, trend.first, trend.last, strict=True)}
            for segment, trend in world.tracker.trends.items()
        },
        "M4_servqual": servqual_truth(world.servqual),
        "J4_touchpoints": touchpoint_effects(world),
        "M8_lift_of_campaigns": {
            campaign.name: world.coupons.lift_of(campaign.name) for campaign in Scenario().campaigns
        },
    }


def main(path: str) -> None:
    """Write the effects to a file, whole."""
    write_whole(Path(path), as_text())


def as_text() -> str:
    """The file's exact content."""
    return json.dumps(true_effects(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main(sys.argv[1])
