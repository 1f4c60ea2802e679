"""What one agent more or fewer would do on a day: its contacts once more, at a desk that is staffed otherwise.

The engine needs nothing but the call log and the roster, so it runs on a trainee's machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import pandas as pd

from servicelab.models.arguments import Floats, at_least, positive, table, whole
from servicelab.models.queueing.measure import estimate_patience, measured_metrics
from servicelab.models.queueing.outcome import Interval, t_interval
from servicelab.models.queueing.servers import serve

HALF_HOUR = 1800.0
#: Pieces that a half hour is cut into: people come and go within it.
PIECES = 8


@dataclass(frozen=True)
class DayReplay:
    """A line's day as it would have gone, several times.

    Attributes
    ----------
    runs : one row a run: `contacts`, the fields of `QueueMetrics`, and `median_wait`; seconds and shares
    at_desk : agents at the desk, on average over the opening hours
    patience : mean seconds that a caller is prepared to wait, as estimated or given
    """

    runs: pd.DataFrame
    at_desk: float
    patience: float

    def interval(self, metric: str, level: float = 0.95) -> Interval:
        """Mean of a column over the runs, with its confidence interval."""
        return t_interval(self.runs[metric].to_numpy(dtype=np.float64), level)


@dataclass(frozen=True)
class DayLog:
    """A line's day as it would have gone once, contact by contact.

    Attributes
    ----------
    log : one row a contact, in order: `arrived_at` (seconds from opening), `wait`, `served`, `service`, and `seat`,
        the spell at the desk that answered (−1: none), counted along `begin` once for each contact handled side by side
    begin, end : seconds from opening at which each spell at the desk begins and is to end
    opens : seconds of the day at which the line opens
    """

    log: pd.DataFrame
    begin: list[float]
    end: list[float]
    opens: float


def replay_day(
    calls: pd.DataFrame,
    rosters: pd.DataFrame,
    day: date | str,
    *,
    line: str,
    change: float = 0.0,
    like: Sequence[date | str] | None = None,
    side_by_side: int = 1,
    spell: float | None = None,
    patience: float | None = None,
    target: float = 20.0,
    runs: int = 20,
    seed: int = 0,
) -> DayReplay:
    """Send a day's contacts to its line again, first come, first served, with more or fewer agents at the desk.

    In every run the contacts come in at the moments at which those of a day did. How long each takes (with what is
    written down after it) is drawn from those that were answered, how long each would wait from exponential patience.
    Who talks when their spell at the desk ends finishes the contact; who still waits at closing is sent away. Runs of
    one seed see the same customers whatever `change` is.

    Parameters
    ----------
    calls : call log of one or more lines, `arrived_at` (timestamps), `wait`, `served`, `service`, `line`; `after_call`
        counts where it is there
    rosters : `date`, `line`, `half_hour` (such as 09:00), `agents` at the desk on average over that half hour
    day : whose roster is worked
    line : which line; its contacts must come in while it is open
    change : agents at the desk more (or fewer, below 0), on average over the day, spread as the roster is: a person of
        6.75 hours at the desk of a line that is open for twelve is 0.5625
    like : days whose contacts come in, one after the other from run to run: their luck is then in the runs. The day
        itself unless given: what would have happened then
    side_by_side : contacts that an agent handles at once (their times are those measured while doing so)
    spell : seconds at the desk between breaks. Whoever is talking when the break should begin finishes first, which is
        time that no roster shows: with the spells that people truly have there is as much of it as there was. Unless
        given, as long as the roster allows
    patience : mean seconds; estimated from all calls of the line unless given, where who waited until closing is not
        counted as having lost patience
    target : seconds within which a contact should be answered
    runs : number of runs, ≥ 2
    seed : of the draws

    Returns
    -------
    DayReplay

    Raises
    ------
    ValueError
        When a column is missing, the line has no roster or no contacts on a day, contacts come in while it is closed,
        nobody is left at the desk, or an argument is out of range.

    References
    ----------
    Law, A. (2015). Simulation Modeling and Analysis: trace-driven simulation; Brown, L., Gans, N., Mandelbaum, A. et
    al. (2005). Statistical analysis of a telephone call center (patience from censored waits).

    Examples
    --------
    Two agents, a call every two minutes, three minutes for each: nobody waits. With one of them, a third is lost.

    >>> calls = pd.DataFrame({"arrived_at": pd.date_range("2025-10-15 09:00", periods=300, freq="2min"), "wait": 0.0,
    ...                       "served": True, "service": 180.0, "line": "phone"})
    >>> half_hours = pd.date_range("2025-10-15 09:00", periods=20, freq="30min")
    >>> rosters = pd.DataFrame({"date": pd.Timestamp("2025-10-15"), "line": "phone",
    ...                         "half_hour": half_hours.strftime("%H:%M"), "agents": 2.0})
    >>> [round(replay_day(calls, rosters, "2025-10-15", line="phone", change=change, patience=300.0)
    ...        .interval("p_abandon").mean, 2) for change in (0, -1)]
    [0.0, 0.35]
    """
    count = int(whole("runs", runs, least=2))
    at_least("target", target)
    desk = _desk(calls, rosters, day, line, change, like, side_by_side, spell, patience)
    rows = []
    for run in range(count):
        log = _one_run(desk, [seed, run])
        metrics = measured_metrics(
            log, target, duration=desk.length, staffed=float(desk.staffed.sum()) * HALF_HOUR * desk.slots
        )
        rows.append({"contacts": len(log), **asdict(metrics), "median_wait": float(log["wait"].median())})
    return DayReplay(
        pd.DataFrame(rows, index=pd.RangeIndex(count, name="run")), float(desk.staffed.mean()), desk.patience
    )


def replay_log(
    calls: pd.DataFrame,
    rosters: pd.DataFrame,
    day: date | str,
    *,
    line: str,
    change: float = 0.0,
    side_by_side: int = 1,
    spell: float | None = None,
    patience: float | None = None,
    seed: int = 0,
) -> DayLog:
    """One run of `replay_day`, contact by contact: who waited, who answered, who gave up.

    Parameters
    ----------
    calls, rosters, day, line, change, side_by_side, spell, patience, seed : as in `replay_day`; runs of one seed see
        the same customers whatever `change` is

    Returns
    -------
    DayLog

    Raises
    ------
    ValueError
        As `replay_day`.

    References
    ----------
    As `replay_day`.

    Examples
    --------
    >>> calls = pd.DataFrame({"arrived_at": pd.date_range("2025-10-15 09:00", periods=3, freq="1min"), "wait": 0.0,
    ...                       "served": True, "service": 180.0, "line": "phone"})
    >>> rosters = pd.DataFrame({"date": pd.Timestamp("2025-10-15"), "line": "phone", "half_hour": ["09:00"],
    ...                         "agents": 2.0})
    >>> replay_log(calls, rosters, "2025-10-15", line="phone", patience=3600.0).log["seat"].tolist()
    [0, 1, 0]
    """
    desk = _desk(calls, rosters, day, line, change, None, side_by_side, spell, patience)
    return DayLog(_one_run(desk, [seed, 0]), desk.begin, desk.end, desk.opens)


@dataclass(frozen=True)
class _Desk:
    """A line on a day, staffed as is asked for, and what may come to it."""

    came: list[Floats]
    took: Floats
    patience: float
    begin: list[float]
    end: list[float]
    staffed: Floats
    opens: float
    slots: int

    @property
    def length(self) -> float:
        """Seconds from opening to closing."""
        return len(self.staffed) * HALF_HOUR


def _desk(
    calls: pd.DataFrame,
    rosters: pd.DataFrame,
    day: date | str,
    line: str,
    change: float,
    like: Sequence[date | str] | None,
    side_by_side: int,
    spell: float | None,
    patience: float | None,
) -> _Desk:
    table("calls", calls, ["arrived_at", "wait", "served", "service", "line"])
    table("rosters", rosters, ["date", "line", "half_hour", "agents"])
    mine = calls[calls["line"].astype(str) == line]
    opens, planned = _planned(rosters, line, pd.Timestamp(day).normalize())
    closes = opens + len(planned) * HALF_HOUR
    staffed = _changed(planned, change)
    begin, end = spells_of(staffed, np.inf if spell is None else float(positive("spell", spell)))
    days = pd.DatetimeIndex([pd.Timestamp(one).normalize() for one in (like or [day])])
    return _Desk(
        came=[_came(mine, line, one, opens, closes) for one in days],
        took=_handling(mine[mine["arrived_at"].dt.normalize().isin(days)]),
        patience=float(positive("patience", patience)) if patience is not None else _patience(mine, closes),
        begin=begin,
        end=end,
        staffed=staffed,
        opens=opens,
        slots=int(whole("side_by_side", side_by_side, least=1)),
    )


def _patience(calls: pd.DataFrame, closes: float) -> float:
    """Mean patience, of waits that ended with an answer, with patience, or with the line's closing."""
    at = (calls["arrived_at"] - calls["arrived_at"].dt.normalize()).dt.total_seconds() + calls["wait"]
    # Moments are written to the second, waits to a tenth.
    sent_away = ~calls["served"].astype(bool) & ((at - closes).abs() < 1.1)
    return estimate_patience(calls.assign(served=calls["served"].astype(bool) | sent_away))


def _planned(rosters: pd.DataFrame, line: str, day: pd.Timestamp) -> tuple[float, Floats]:
    """When the line opens, in seconds of the day, and agents at the desk in each half hour from then on."""
    rows = rosters[(rosters["line"].astype(str) == line) & (pd.to_datetime(rosters["date"]) == day)]
    if rows.empty:
        raise ValueError(f"rosters must hold the line {line!r} on {day.date()}")
    clock = rows["half_hour"].astype(str).str.split(":", expand=True).astype(np.int64)
    number = (clock[0] * 60 + clock[1]).to_numpy() // 30
    order = np.argsort(number)
    if not np.array_equal(number[order], number.min() + np.arange(len(number))):
        raise ValueError(f"rosters must hold each half hour of {line!r} on {day.date()} once, without gaps")
    agents: Floats = at_least("agents", rows["agents"].to_numpy(dtype=np.float64)[order])
    return float(number.min()) * HALF_HOUR, agents


def _changed(planned: Floats, change: float) -> Floats:
    mean = float(planned.mean())
    if mean <= 0 or mean + change <= 0:
        raise ValueError(f"change must leave somebody at the desk: there are {mean:g} on average")
    changed: Floats = planned * (1 + change / mean)
    return changed


def spells_of(agents: Floats, longest: float = np.inf) -> tuple[list[float], list[float]]:
    """Spells at the desk that give so many agents in each half hour: begin and end of each, in seconds from opening.

    Part of an agent is an agent for part of the half hour: the later part where more follow than were there before. Who
    has been at the desk longest goes first, and after `longest` seconds in any case: somebody else then begins.

    >>> spells_of(np.array([1.0, 1.5, 1.0]))
    ([0.0, 2700.0], [3600.0, 5400.0])
    >>> spells_of(np.array([1.0, 1.0]), 1800)
    ([0.0, 1800.0], [1800.0, 3600.0])
    """
    return spells_at(people_at(agents, PIECES), HALF_HOUR / PIECES, longest)


def people_at(agents: Floats, pieces: int) -> list[int]:
    """Whole people in each piece of each half hour, so that the half hours have so many on average.

    >>> people_at(np.array([1.0, 1.5, 1.0]), 2)
    [1, 1, 1, 2, 1, 1]
    """
    counts: list[int] = []
    for number, mean in enumerate(agents.tolist()):
        low = int(np.floor(mean))
        more = round((mean - low) * pieces)
        before = agents[number - 1] if number else 0.0
        after = agents[number + 1] if number + 1 < len(agents) else 0.0
        parts = [low] * (pieces - more) + [low + 1] * more
        counts += parts if after >= before else parts[::-1]
    return counts


def spells_at(counts: Sequence[int], piece: float, longest: float = np.inf) -> tuple[list[float], list[float]]:
    """Spells at the desk that give so many people in each piece of so many seconds, as `spells_of`.

    >>> spells_at([1, 2, 0], 300)
    ([0.0, 300.0], [600.0, 600.0])
    """
    begin: list[float] = []
    end: list[float] = []
    for number, wanted in enumerate([*counts, 0]):
        now = float(number * piece)
        while len(end) < len(begin) and (now - begin[len(end)] >= longest or len(begin) - len(end) > wanted):
            end.append(now)
        begin += [now] * (wanted - len(begin) + len(end))
    return begin, end


def _came(calls: pd.DataFrame, line: str, day: pd.Timestamp, opens: float, closes: float) -> Floats:
    """Seconds from opening at which contacts came in on a day, in order."""
    arrived = calls["arrived_at"]
    at = (arrived[arrived.dt.normalize() == day] - day).dt.total_seconds().to_numpy(dtype=np.float64)
    if not len(at):
        raise ValueError(f"calls must hold contacts of the line {line!r} on {day.date()}")
    if at.min() < opens or at.max() >= closes:
        raise ValueError(f"line {line!r} must take no contacts while it is closed: its queue begins at night")
    moments: Floats = np.sort(at) - opens
    return moments


def _handling(calls: pd.DataFrame) -> Floats:
    """Seconds that each answered contact kept somebody busy."""
    served = calls[calls["served"].astype(bool)]
    after = served["after_call"].fillna(0.0) if "after_call" in served else 0.0
    took: Floats = np.asarray(served["service"].astype(float) + after, dtype=np.float64)
    if not len(took):
        raise ValueError("calls must hold at least one answered contact on these days")
    return took


def _one_run(desk: _Desk, seed: list[int]) -> pd.DataFrame:
    """A day of which the last number of `seed` says which it is: its contacts, answered or not."""
    came, patience, slots = desk.came[seed[-1] % len(desk.came)], desk.patience, desk.slots
    rng = np.random.default_rng(seed)
    work = rng.choice(desk.took, len(came))
    drawn = rng.exponential(1.0, len(came)) * patience if np.isfinite(patience) else np.full(len(came), np.inf)
    endures = np.minimum(drawn, desk.length - came)
    paces = [1.0] * (len(desk.begin) * slots)
    waits, seats = serve(came.tolist(), work.tolist(), endures.tolist(), desk.begin * slots, desk.end * slots, paces)
    served = np.array(seats) >= 0
    return pd.DataFrame(
        {
            "arrived_at": came,
            "wait": np.where(served, waits, endures),
            "served": served,
            "service": np.where(served, work, np.nan),
            "seat": seats,
        }
    )
