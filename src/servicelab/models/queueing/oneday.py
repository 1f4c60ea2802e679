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
    table("calls", calls, ["arrived_at", "wait", "served", "service", "line"])
    table("rosters", rosters, ["date", "line", "half_hour", "agents"])
    count, slots = int(whole("runs", runs, least=2)), int(whole("side_by_side", side_by_side, least=1))
    at_least("target", target)
    mine = calls[calls["line"].astype(str) == line]
    opens, planned = _planned(rosters, line, pd.Timestamp(day).normalize())
    closes = opens + len(planned) * HALF_HOUR
    staffed = _changed(planned, change)
    begin, end = spells_of(staffed, np.inf if spell is None else float(positive("spell", spell)))
    came = [_came(mine, line, pd.Timestamp(one).normalize(), opens, closes) for one in (like or [day])]
    days = pd.DatetimeIndex([pd.Timestamp(one).normalize() for one in (like or [day])])
    took = _handling(mine[mine["arrived_at"].dt.normalize().isin(days)])
    endures = float(positive("patience", patience)) if patience is not None else _patience(mine, closes)
    rows = []
    for run in range(count):
        log = _one_run(came[run % len(came)], took, endures, begin, end, closes - opens, slots, [seed, run])
        metrics = measured_metrics(
            log, target, duration=closes - opens, staffed=float(staffed.sum()) * HALF_HOUR * slots
        )
        rows.append({"contacts": len(log), **asdict(metrics), "median_wait": float(log["wait"].median())})
    return DayReplay(pd.DataFrame(rows, index=pd.RangeIndex(count, name="run")), float(staffed.mean()), endures)


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
    counts: list[int] = []
    for number, mean in enumerate(agents.tolist()):
        low = int(np.floor(mean))
        more = round((mean - low) * PIECES)
        before = agents[number - 1] if number else 0.0
        after = agents[number + 1] if number + 1 < len(agents) else 0.0
        parts = [low] * (PIECES - more) + [low + 1] * more
        counts += parts if after >= before else parts[::-1]
    piece = HALF_HOUR / PIECES
    begin: list[float] = []
    end: list[float] = []
    for number, wanted in enumerate([*counts, 0]):
        now = number * piece
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


def _one_run(
    came: Floats,
    took: Floats,
    patience: float,
    begin: list[float],
    end: list[float],
    length: float,
    slots: int,
    seed: list[int],
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    work = rng.choice(took, len(came))
    drawn = rng.exponential(1.0, len(came)) * patience if np.isfinite(patience) else np.full(len(came), np.inf)
    endures = np.minimum(drawn, length - came)
    waits, seats = serve(
        came.tolist(), work.tolist(), endures.tolist(), begin * slots, end * slots, [1.0] * (len(begin) * slots)
    )
    served = np.array(seats) >= 0
    return pd.DataFrame(
        {
            "arrived_at": came,
            "wait": np.where(served, waits, endures),
            "served": served,
            "service": np.where(served, work, np.nan),
        }
    )
