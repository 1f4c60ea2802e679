"""What a change would do to a process: its own cases once more, through stations that have more or less time for them.

The engine needs nothing but the event log and the minutes a day of each station, so it runs on a trainee's machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.models.arguments import Floats
from servicelab.models.process.clock import DAY, WorkClock

#: Stations in the order in which a case passes them, and the activities that end each.
STATIONS = {"inspect": ("inspect",), "approve": ("approve", "reject"), "repair": ("repair",), "refund": ("refund",)}
_STATION_OF = {activity: station for station, activities in STATIONS.items() for activity in activities}


@dataclass(frozen=True)
class Replay:
    """Cases as they would have gone.

    Attributes
    ----------
    days : days from registration to the end, by `case_id`, of cases that the log has to their end (paid, repaired or
        rejected) and that end within the calendar
    load : share of its minutes that each station works, over the time between the first case and the last
    wait : mean days that a case waits before each station
    """

    days: pd.Series[float]
    load: pd.Series[float]
    wait: pd.Series[float]


def replay_flow(
    log: pd.DataFrame,
    stations: pd.DataFrame,
    calendar: pd.DataFrame,
    *,
    capacity: Mapping[str, float] | None = None,
    approve_from: float | None = None,
    claims: pd.Series[float] | None = None,
    asked: float = 1.0,
    seed: int | None = None,
) -> Replay:
    """Send a log's cases through its stations again, first come, first served, with something changed.

    A case of h hands-on minutes keeps a station busy for h × (working day ÷ minutes a day that the station has for
    cases). Arrivals, the way back of parcels, hands-on minutes and the customer's time to answer are the log's own.

    Parameters
    ----------
    log : event log, `case_id`, `activity`, `timestamp`, `hands_on_minutes`; activities register, receive, inspect,
        ask_customer, inspect_again, approve or reject, repair, refund
    stations : `station`, `minutes_a_day` (and `from_date`, where it changed: the last one counts)
    calendar : `date`, `workday`, one row a day
    capacity : station → factor on its minutes a day
    approve_from : claims from this amount on need an approval, others none and are paid; as in the log unless given.
        An approval that the log does not have is taken to end well
    claims : claim by `case_id`; needed with `approve_from`
    asked : share of the cases that were looked at twice which still are (papers complete: below 1)
    seed : another year like it: shuffles the hands-on minutes among the cases of a station, and draws other ones for
        steps that the log does not have. Without it nothing is shuffled, and the same is drawn each time

    Returns
    -------
    Replay

    Raises
    ------
    ValueError
        When a column or station is missing, a factor is not above 0, `approve_from` comes without the `claims` of all
        cases that might need it, or the log has no approval or payment to take minutes from.

    References
    ----------
    Law, A. (2015). Simulation Modeling and Analysis: trace-driven simulation.

    Examples
    --------
    Two cases that are there at nine; with a third of its day for them, inspection takes an hour for each, not twenty
    minutes.

    >>> calendar = pd.DataFrame({"date": pd.date_range("2025-01-06", periods=5), "workday": True})
    >>> steps = [("register", "08:00", 6), ("receive", "09:00", 4), ("inspect", "09:20", 20), ("approve", "09:24", 4),
    ...          ("refund", "09:30", 5)]
    >>> log = pd.DataFrame([(case, step, pd.Timestamp(f"2025-01-06 {at}"), minutes)
    ...                     for case in ("R1", "R2") for step, at, minutes in steps],
    ...                    columns=["case_id", "activity", "timestamp", "hands_on_minutes"])
    >>> stations = pd.DataFrame({"station": list(STATIONS), "minutes_a_day": 540.0})
    >>> [round(float(replay_flow(log, stations, calendar, capacity={"inspect": share}).days.mean() * 24), 2)
    ...  for share in (1, 1 / 3)]
    [1.65, 2.65]
    """
    minutes_a_day = _minutes_a_day(stations, dict(capacity or {}))
    if approve_from is not None and claims is None:
        raise ValueError("approve_from needs claims, a Series by case_id")
    if not 0 <= asked <= 1:
        raise ValueError("asked must lie between 0 and 1")
    clock = WorkClock.of(calendar)
    start = pd.Timestamp(calendar["date"].iloc[0])
    table, rejected = _by_case(log)
    opened = _seconds(table["at", "register"], start)
    hands_on = {name: _minutes(table, name, seed) for name in STATIONS}
    busy = {name: minutes * clock.length / minutes_a_day[name] for name, minutes in hands_on.items()}
    worked = {activity: clock.worked(_seconds(table["at", activity], start)) for activity in table["at"].columns}
    repairs, pays = np.isfinite(busy["repair"]), np.isfinite(busy["refund"])
    # What the log does not have to its end is in the others' way, and has no days of its own.
    ended = ~np.isnan(worked["inspect"]) & (repairs | pays | rejected)
    spans: dict[str, tuple[Floats, Floats, Floats]] = {}
    comes = np.isfinite(busy["inspect"])
    received = _seconds(table["at", "receive"], start) if "receive" in table["at"] else np.full(len(table), np.nan)
    # A fitter's visit leaves no trace before it: its wait is taken to be agreed, not queued for.
    ready = np.where(np.isfinite(received), clock.worked(received), worked["inspect"] - busy["inspect"])
    spans["inspect"] = _served(np.where(comes, ready, np.nan), busy["inspect"])
    ready = spans["inspect"][2]
    if "inspect_again" in worked:
        again = worked["inspect_again"] - worked["inspect"]
        keeps = np.isfinite(again) & (_draws("asked", seed).random(len(again)) < asked if asked < 1 else True)
        ready = np.where(keeps, ready + again, ready)
    passes = np.isfinite(busy["approve"])
    if approve_from is not None:
        assert claims is not None
        may = comes & ~repairs
        claimed = claims.reindex(table.index).to_numpy(dtype=float)
        if unknown := int(np.isnan(claimed[may]).sum()):
            raise ValueError(f"claims lacks {unknown} cases of the log")
        passes = may & (claimed >= approve_from)
        spared = rejected & may & ~passes
        pays |= spared
        for name, wants in (("approve", passes), ("refund", spared)):
            if (lacks := wants & np.isnan(busy[name])).any():
                drawn = _usual(name, hands_on[name], seed) * clock.length / minutes_a_day[name]
                busy[name] = np.where(lacks, drawn, busy[name])
    spans["approve"] = _served(np.where(passes, ready, np.nan), busy["approve"])
    ready = np.where(passes, spans["approve"][2], ready)
    spans["repair"] = _served(np.where(repairs, ready, np.nan), busy["repair"])
    spans["refund"] = _served(np.where(pays, ready, np.nan), busy["refund"])
    last = np.where(repairs, spans["repair"][2], np.where(pays, spans["refund"][2], ready))
    closed = np.where(np.isfinite(last), clock.moment(np.nan_to_num(last), end=True), np.nan)
    days = pd.Series((closed - opened) / DAY, index=table.index, name="days")
    horizon = np.nanmax(last) - np.nanmin(clock.worked(opened))
    return Replay(
        days[ended & np.isfinite(days.to_numpy())],
        pd.Series({name: float(np.nansum(np.where(np.isfinite(span[0]), busy[name], 0.0)) / horizon)
                   for name, span in spans.items()}),
        pd.Series({name: float(np.nanmean(span[1] - span[0]) / clock.length) if np.isfinite(span[0]).any() else 0.0
                   for name, span in spans.items()}),
    )  # fmt: skip


def _minutes_a_day(stations: pd.DataFrame, changed: dict[str, float]) -> dict[str, float]:
    for column in ("station", "minutes_a_day"):
        if column not in stations:
            raise ValueError(f"stations lacks the column {column}")
    known = stations.groupby(stations["station"].astype(str))["minutes_a_day"].last().to_dict()
    for name in STATIONS:
        if name not in known:
            raise ValueError(f"stations lacks {name}")
    for name, factor in changed.items():
        if name not in STATIONS:
            raise ValueError(f"capacity: {name!r} must be one of {', '.join(STATIONS)}")
        if not factor > 0:
            raise ValueError(f"capacity of {name} must be above 0")
    return {name: float(known[name]) * changed.get(name, 1.0) for name in STATIONS}


def _by_case(log: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """One row a case in order of registration, columns (`at` | `minutes`, activity); and which were rejected."""
    for column in ("case_id", "activity", "timestamp", "hands_on_minutes"):
        if column not in log:
            raise ValueError(f"log lacks the column {column}")
    activity = log["activity"].astype(str)
    table = (
        log.assign(activity=activity.map(_STATION_OF).fillna(activity))
        .groupby(["case_id", "activity"], observed=True)
        .agg(at=("timestamp", "first"), minutes=("hands_on_minutes", "first"))
        .unstack()
    )
    for needed in ("register", "inspect"):
        if needed not in table["at"]:
            raise ValueError(f"log has no activity {needed}")
    for name in STATIONS:
        if name not in table["at"]:
            table["at", name], table["minutes", name] = pd.NaT, np.nan
    sorted_: pd.DataFrame = table.sort_values(by=[("at", "register")], kind="stable")  # type: ignore[call-overload]
    return sorted_, sorted_.index.isin(log["case_id"][activity == "reject"])


def _draws(purpose: str, seed: int | None) -> np.random.Generator:
    """Draws for one purpose: a change that needs more of one kind leaves the others as they were."""
    return np.random.default_rng([seed or 0, *purpose.encode()])


def _minutes(table: pd.DataFrame, station: str, seed: int | None) -> Floats:
    """Hands-on minutes of each case at a station, NaN where it was not there; shuffled where there is a seed."""
    minutes: Floats = table["minutes", station].to_numpy(dtype=float).copy()
    if seed is not None:
        there = np.flatnonzero(np.isfinite(minutes))
        minutes[there] = np.array(minutes[_draws(station, seed).permutation(there)])
    return minutes


def _usual(station: str, minutes: Floats, seed: int | None) -> Floats:
    """Hands-on minutes for every case, drawn from those that the log has of a station."""
    there = minutes[np.isfinite(minutes)]
    if not len(there):
        raise ValueError(f"log has nothing of {station} to take minutes from")
    drawn: Floats = _draws(f"{station} more", seed).choice(there, len(minutes))
    return drawn


def _seconds(moments: pd.Series, start: pd.Timestamp) -> Floats:
    found: Floats = np.asarray((pd.to_datetime(moments) - start).dt.total_seconds(), dtype=np.float64)
    return found


def _served(ready: Floats, takes: Floats) -> tuple[Floats, Floats, Floats]:
    """One case at a time in the order in which they are ready: ready, begin and end in working seconds, NaN apart."""
    begin: Floats = np.full(len(ready), np.nan)
    end: Floats = np.full(len(ready), np.nan)
    rows = np.flatnonzero(np.isfinite(ready) & np.isfinite(takes))
    rows = rows[np.argsort(ready[rows], kind="stable")]
    free = -np.inf
    for row, at, work in zip(rows.tolist(), ready[rows].tolist(), takes[rows].tolist(), strict=True):
        begun = max(at, free)
        free = begun + work
        begin[row], end[row] = begun, free
    there = np.isfinite(end)
    return np.where(there, ready, np.nan), begin, end
