"""The true effects behind the tables, worked out from the mechanisms, for `grading/truth/`.

Run ``python -m servicelab.company.generating.truth grading/truth/effects.json`` after changing a mechanism.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from servicelab.company.simulation import Scenario
from servicelab.company.simulation.effects import engine_effects
from servicelab.company.simulation.touchpoints import touchpoint_effects
from servicelab.company.voices import survey_truths as m
from servicelab.company.voices.survey_mechanisms import servqual_truth
from servicelab.company.voices.surveys import THEMES
from servicelab.files.whole import write_whole
from servicelab.models.needs import kano_coefficients


def true_effects() -> dict[str, Any]:
    """Every effect a lesson lets people discover, on the scale of the data."""
    kano: dict[str, dict[str, Any]] = {}
    for feature, mains in m.KANO.items():
        kano[feature] = {}
        for segment, main in zip(m.SEGMENT_SHARE, mains, strict=True):
            shares = [sum(m.KANO_PROFILE[letter][at] for letter in main) / len(main) for at in range(6)]
            better, worse = kano_coefficients(dict(zip("AOMIRQ", shares, strict=True)))
            kano[feature][segment] = {"main": main, "better": round(better, 3), "worse": round(worse, 3)}
    return {
        **engine_effects(),
        "kano": kano,
        "survey_weight_per_point_of_performance": {name: weight for name, (_, _, weight) in m.SURVEY.items()},
        "survey_stated_importance": {name: stated for name, (stated, _, _) in m.SURVEY.items()},
        "N4_share_first_and_last_month": {
            segment: {theme: [a, b] for theme, a, b in zip(THEMES, first, last, strict=True)}
            for segment, (first, last) in m.TRENDS.items()
        },
        "M4_servqual": servqual_truth(),
        "J4_touchpoints": touchpoint_effects(),
        "M8_lift_of_campaigns": {campaign.name: campaign.lift for campaign in Scenario().campaigns},
    }


def main(path: str) -> None:
    """Write the effects to a file, whole."""
    write_whole(Path(path), as_text())


def as_text() -> str:
    """The file's exact content."""
    return json.dumps(true_effects(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main(sys.argv[1])
