"""Incidents and applicants: what a first message saves, and what a score foretells."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tests.company.skylark_world import world

from servicelab.company.simulation import Firm
from servicelab.company.simulation.demand import INTENT
from servicelab.company.simulation.names import CLOSE, OPEN, SCORES

from .conftest import WIDE

DAY = 86_400.0


def spans(firm: Firm) -> pd.DataFrame:
    """Stretches of incidents in seconds of the run, while the lines are open: before anybody was told, and after."""
    start = pd.Timestamp(firm.scenario.start)
    found = firm.tables["incidents"]
    began, told, ended = (
        (found[name] - start).dt.total_seconds().to_numpy() for name in ("started_at", "first_message_at", "ended_at")
    )
    ended = np.minimum(ended, began // DAY * DAY + CLOSE)
    began = np.maximum(began, began // DAY * DAY + OPEN)
    until = np.fmin(np.where(np.isnan(told), ended, told), ended)
    before = pd.DataFrame({"low": began, "high": until, "after": False, "told": ~np.isnan(told)})
    after = pd.DataFrame({"low": until, "high": ended, "after": True, "told": True})
    rows = pd.concat([before, after], ignore_index=True)
    return rows[rows["high"] > rows["low"]]


def about_the_app(firm: Firm) -> NDArray[np.float64]:
    """Moments at which somebody got in touch about the app for the first time, members on record and others."""
    log = firm.tables["line_log"]
    return np.sort(log.loc[log["intent"] == INTENT["app_problem"], "arrived_at"].to_numpy())


def test_contacts_by_hour_fall_after_the_first_message(firm: Firm) -> None:
    rows, at = spans(firm), about_the_app(firm)
    count = np.searchsorted(at, rows["high"]) - np.searchsorted(at, rows["low"])
    hours = (rows["high"] - rows["low"]) / 3600
    # What comes in at such hours without an incident, in the four weeks around.
    weeks = 7 * DAY * np.array([-2, -1, 1, 2])
    low, high = (rows[name].to_numpy()[:, None] + weeks for name in ("low", "high"))
    usual = (np.searchsorted(at, high) - np.searchsorted(at, low)).mean(axis=1)
    more = pd.DataFrame({"after": rows["after"], "told": rows["told"], "more": count - usual, "hours": hours})
    sums = more.groupby(["told", "after"])[["more", "hours"]].sum()
    rate = sums["more"] / sums["hours"]
    # Naive: over a whole failure as many get in touch whether they are told or not; told early, they are fewer.
    assert rate[True, False] > 3 * usual.sum() / hours.sum()
    assert rate[True, True] < 0.8 * rate[True, False]
    # Failures differ by the day they fall on: drawn anew, one by one.
    told = more[more["told"]]
    rng, drawn = np.random.default_rng(1), []
    for _ in range(400):
        one = told.iloc[rng.integers(0, len(told), len(told))].groupby("after")[["more", "hours"]].sum()
        drawn.append(np.log((one["more"] / one["hours"])[True] / (one["more"] / one["hours"])[False]))
    found = np.log(rate[True, True] / rate[True, False])
    assert abs(found - np.log(world.incidents.told)) < WIDE * np.std(drawn)


def test_detection_and_message_take_the_time_they_take(firm: Firm) -> None:
    found = firm.tables["incidents"]
    noticed = (found["detected_at"] - found["started_at"]).dt.total_seconds() / 60
    assert 5 < noticed.median() < 40
    told = found["first_message_at"].notna()
    said = (found["first_message_at"] - found["detected_at"])[told].dt.total_seconds() / 60
    assert 8 < said.median() < 60
    # Naive: most failures are told. Those that are over before a message is written are not.
    assert told.mean() < world.incidents.tells + 0.2


def test_what_scores_of_applicants_foretell(firm: Firm) -> None:
    rows = firm.tables["applicants"]
    assert len(rows) == world.hiring.applicants
    stayed = rows.dropna(subset="good_per_hour")
    assert 0.75 < len(stayed) / len(rows) < 0.98
    found = stayed[[*SCORES, "good_per_hour"]].corr()["good_per_hour"]
    error = 1 / np.sqrt(len(stayed) - 3)
    for name, truth in world.hiring.validity.items():
        assert abs(np.arctanh(found[name]) - np.arctanh(truth)) < WIDE * error, name
    # Naive: the interviewer's feeling tells; questions that are the same for all tell more.
    assert found["structured_score"] > found["gut_score"]
    assert found["structured_score"] > found["cv_score"]
    # Who has been seen working worked as well as that: those who left are missing, and they were no random ones.
    assert abs(stayed["good_per_hour"].mean() - world.hiring.good_mean) < 0.5


def test_balances_are_asked_about_on_the_evening_they_fall_due(firm: Firm) -> None:
    log = firm.tables["line_log"]
    asked = log.loc[(log["intent"] == INTENT["balance"]) & ~log["followed"], "arrived_at"].to_numpy()
    days = pd.Timestamp(firm.scenario.start) + pd.to_timedelta(np.sort(asked), unit="s")
    # Nobody asks before it falls due at 20:00; who gave up or was not helped asks again within days.
    assert days.day.min() == 10
    assert days.day.max() <= 17
    assert days[days.day == 10].hour.min() == 20
    # The evening has more of them than any whole day after it.
    assert np.bincount(days.day)[10:].argmax() == 0
