"""A hiring pilot that took everybody who applied, so that what each score foretold can be seen for all of them.

Scores foretell work as far as the world's validities say; published ones are in Sackett, P. et al. (2022), Revisiting
meta-analytic estimates of validity in personnel selection.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from scipy.special import ndtri

from servicelab.company.simulation.draws import Lots
from servicelab.company.simulation.names import SCORES
from servicelab.company.simulation.world import World

#: The weeks in which people applied.
FIRST_DAY, DAYS = date(2024, 2, 19), 33
#: Scores go from 0 up to this.
HIGHEST = 100


def make_applicants(world: World, lots: Lots) -> pd.DataFrame:
    """One row an applicant, in order of the day; how well each worked half a year later."""
    w = world.hiring
    luck = lots.always("applicants").random((w.applicants, len(SCORES) + 4))
    normal = ndtri(np.clip(luck, 1e-6, 1 - 1e-6))
    ability = normal[:, 0]
    day = np.sort((luck[:, 1] * DAYS).astype(np.int64))
    table = pd.DataFrame(
        {
            "applicant_id": [f"B{number:03d}" for number in range(1, w.applicants + 1)],
            "applied_on": pd.Timestamp(FIRST_DAY) + pd.to_timedelta(day, unit="D"),
        }
    )
    for column, name in enumerate(SCORES, start=2):
        # What is measured of work is itself measured with error, so the score hangs together with ability more closely.
        share = w.validity[name] / w.reliability
        score = share * ability + np.sqrt(1 - share**2) * normal[:, column]
        table[name] = np.round(np.clip(w.score_mean + w.score_sd * score, 0, HIGHEST), 0)
    work = w.reliability * ability + np.sqrt(1 - w.reliability**2) * normal[:, -2]
    good = np.round(np.maximum(w.good_mean + w.good_sd * work, 0), 2)
    stays = luck[:, -1] < 1 / (1 + np.exp(-(w.stays + w.stays_for_work * work)))
    table["good_per_hour"] = np.where(stays, good, np.nan)
    return table
