"""Failing systems: which, why, when somebody noticed, and when customers were told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from servicelab.company.simulation.draws import Lots, chosen
from servicelab.company.simulation.festivals import month_of
from servicelab.company.simulation.members import DAY, Floats
from servicelab.company.simulation.names import CAUSES, CLOSE, OPEN, SYSTEMS
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World, by_name

#: Hours of a day in which the lines are closed.
NIGHT = (DAY - (CLOSE - OPEN)) / 3600


@dataclass(frozen=True)
class Incidents:
    """Failures in order of time, in seconds of the run; `told` is infinite where customers were not told."""

    key: list[str]
    system: list[str]
    cause: list[str]
    started: Floats
    detected: Floats
    told: Floats
    ended: Floats

    def _seen(self, number: int) -> tuple[float, float, float]:
        """When customers begin to meet it, are told, and meet it no more: nobody asks about it in the dark."""
        opens, closes = (self.started[number] // DAY * DAY + hour for hour in (OPEN, CLOSE))
        began = min(max(self.started[number], opens), closes)
        ended = min(max(self.ended[number], began), closes)
        return began, min(max(self.told[number], began), ended), ended

    def felt(self, world: World, number: int) -> tuple[float, float]:
        """Seconds until customers are told, and those after it as contacts count them: who has been told asks less."""
        began, told, ended = self._seen(number)
        return float(told - began), float(world.incidents.told * (ended - told))

    def moments(self, world: World, number: int, luck: Floats) -> Floats:
        """When contacts come in, of uniform numbers: at an even pace until customers are told, at a slower one then."""
        before, after = self.felt(world, number)
        at = luck * (before + after)
        began = self._seen(number)[0]
        found: Floats = began + np.where(at < before, at, before + (at - before) / world.incidents.told)
        return found


def make_incidents(world: World, scenario: Scenario, lots: Lots, calendar: pd.DataFrame) -> Incidents:
    """When systems fail, for some hours: by day about once a month, at night less often, and noticed later.

    Whoever is on call has ended a failure of the night by the time the lines open: it brings service no contact.
    """
    w = world.incidents
    month = month_of(calendar)
    rows = []
    for purpose, every, more in (("incidents", w.every, 0.0), ("incidents at night", w.night_every, w.night_log)):
        at_night = purpose != "incidents"
        for number in range(int(month[-1]) + 1):
            low, high = np.searchsorted(month, [number, number + 1])
            rng = lots.rng(purpose, number)
            luck = rng.random((int(rng.poisson((high - low) / every)), 9))
            for which, u in enumerate(luck):
                day = low + int(u[0] * (high - low))
                if not scenario.on(day).incidents:
                    continue
                hour = NIGHT * u[1] if at_night else w.from_hour + w.hours * u[1]
                # A night is what of a day lies before the opening, and after the closing.
                late = at_night and hour * 3600 >= OPEN
                started = np.round(day * DAY + 3600 * hour + (CLOSE - OPEN if late else 0.0))
                hours = round(float(np.exp(w.hours_log_mean + w.hours_log_sd * ndtri(u[2]))), 2)
                ended = started + hours * 3600
                if at_night and ended >= (day + late) * DAY + OPEN:
                    continue
                system = SYSTEMS[int(chosen(u[3:4], by_name(w.systems, SYSTEMS))[0])]
                cause = CAUSES[int(chosen(u[4:5], by_name(w.causes, CAUSES))[0])]
                minutes = np.exp(w.detected_log_mean + more + w.detected_log_sd * ndtri(u[5]))
                detected = min(started + np.round(60 * minutes), ended)
                told = detected + np.round(60 * np.exp(w.told_log_mean + w.told_log_sd * ndtri(u[6])))
                told = told if u[7] < w.tells and told < ended else np.inf
                key = f"night {number}-{which}" if at_night else f"{number}-{which}"
                rows.append((key, system, cause, started, detected, told, ended))
    rows.sort(key=lambda row: row[3])
    columns = [*zip(*rows, strict=True)] if rows else [()] * 7
    return Incidents(
        list(columns[0]), list(columns[1]), list(columns[2]), *(np.array(column, dtype=float) for column in columns[3:])
    )


def incidents_table(incidents: Incidents, start: np.datetime64) -> pd.DataFrame:
    """The failures as the firm wrote them down."""

    def moments(seconds: Floats) -> pd.Series:
        known = np.where(np.isfinite(seconds), seconds, 0)
        found = pd.Series(start + np.floor(known).astype("timedelta64[s]"))
        return found.where(np.isfinite(seconds))

    return pd.DataFrame(
        {
            "incident_id": [f"I{k:03d}" for k in range(1, len(incidents.key) + 1)],
            "system": incidents.system,
            "cause": incidents.cause,
            "started_at": moments(incidents.started),
            "detected_at": moments(incidents.detected),
            "first_message_at": moments(incidents.told),
            "ended_at": moments(incidents.ended),
        }
    )
