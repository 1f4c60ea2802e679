"""The floor: an hour of the phone, an hour of the chat, and the same day with one, two, three people fewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import numpy as np

from servicelab.i18n import _, together
from servicelab.models.queueing import DayLog, DayReplay, Interval, replay_day, replay_log
from servicelab.models.queueing.outcome import t_interval
from servicelab.widgets.frames import require
from servicelab.widgets.house.values import choice, number
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

DAY = "2025-10-15"
LIKE = tuple(f"2025-10-{day:02d}" for day in (9, 10, 14, 15, 16, 17, 21, 22, 23, 24))
"""Ordinary days as that one is, whose luck is in the means: Tuesdays to Fridays between the holiday and Double 11."""
RUNS = 10 * len(LIKE)
STEPS = ("queue", "chats", "fewer")
FROM, LENGTH = 15 * 3600, 3600
"""The hour that is watched, in seconds of the day: an afternoon hour in which queues come and go."""
CHATS = 3
"""Chats that a person holds at once."""
MISSING = 3
LONGEST = 300
"""The end of the scale on which a wait is guessed."""
SCALE = 5
"""Its steps, in seconds."""
EVERY = 300


@dataclass(frozen=True)
class Scene:
    """An hour on the floor, in seconds from its beginning: spells at the desk, contacts in hand, people in the queue.

    What goes on after the hour ends later than it.

    Attributes
    ----------
    spells : (place, from, to): a person who is there; whoever still talks then finishes first
    talks : (place, from, to) of every contact
    waits : (from, to, gave up) of everybody who had to wait
    places : how many places the floor needs
    planned : how many the roster has at the desk every five minutes; who only finishes a talk is drawn, not counted
    late : the most who at one moment finish a contact after their hours
    """

    spells: list[tuple[int, float, float]]
    talks: list[tuple[int, float, float]]
    waits: list[tuple[float, float, bool]]
    places: int
    came: int
    lost: int
    planned: list[int]
    late: int


class FloorModel:
    """The phone and the chat on one day. Raises ``UserError`` when a table lacks a column or has no rows."""

    def __init__(self, calls: pd.DataFrame, rosters: pd.DataFrame, staffing: pd.DataFrame) -> None:
        import pandas as pd

        require(calls, ("arrived_at", "wait", "served", "service", "line"), "explore.floor", "calls")
        require(rosters, ("date", "line", "half_hour", "agents"), "explore.floor", "rosters")
        require(staffing, ("date", "line", "agents", "desk_hours"), "explore.floor", "staffing")
        self.calls, self.rosters = calls, rosters
        row = staffing[(staffing["line"].astype(str) == "phone") & (pd.to_datetime(staffing["date"]) == DAY)]
        require(row, (), "explore.floor", "staffing")
        # What a person is at the desk that day, in two spells with a break between.
        self.spell = float(row["desk_hours"].iloc[0]) / int(row["agents"].iloc[0]) / 2 * 3600
        self._known: dict[int, DayReplay] = {}
        self._lock = Lock()

    def warm(self) -> None:
        """Work the days with fewer people out while the trainee watches the first hour."""
        Thread(target=lambda: [self.replay(missing) for missing in range(MISSING + 1)], daemon=True).start()

    def replay(self, missing: int) -> DayReplay:
        """The day with so many people fewer at the desk from nine to nine, many times; worked out once."""
        with self._lock:
            if missing not in self._known:
                self._known[missing] = replay_day(
                    self.calls, self.rosters, DAY, line="phone", change=-missing, like=LIKE, spell=self.spell, runs=RUNS
                )
            return self._known[missing]

    def hour(self, line: str, missing: int = 0) -> Scene:
        """The hour of a line with so many people missing; the callers are the same whoever is missing."""
        logged = replay_log(
            self.calls, self.rosters, DAY, line=line, change=-missing, spell=self.spell,
            side_by_side=CHATS if line == "chat" else 1,
        )  # fmt: skip
        return scene(logged)

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: the ``step``, the ``guess`` once made, how many are ``missing``."""
        step = choice(value, "step", STEPS, "queue")
        # Where the slider stands is kept before the guess is made, too: what is sent back is where it is drawn.
        said = number(value, "guess", 0, LONGEST, -1)
        moved = said >= 0
        guess = said if moved and value.get("guessed") is True else None
        missing = int(choice(value, "missing", [str(n) for n in range(MISSING + 1)], "0"))
        open_ = step != "fewer" or guess is not None
        watched = value.get("watched")
        seen = isinstance(watched, list) and step in watched
        shown = self.hour("chat" if step == "chats" else "phone", missing if step == "fewer" and open_ else 0)
        state: dict[str, Any] = {
            "at": {"step": step, "missing": str(missing), "guess": said if moved else self._today(step)},
            "open": open_,
            "complete": guess is not None,
            "moved": moved,
            "seen": [each for each in STEPS if isinstance(watched, list) and each in watched],
            "hands": CHATS if step == "chats" else 1,
            "scene": {
                "spells": shown.spells, "talks": shown.talks, "waits": shown.waits, "places": shown.places,
                "from": FROM, "length": LENGTH,
            },
            "table": table(shown),
        }  # fmt: skip
        if step == "fewer" and guess is None:
            base = self.replay(0)
            return {
                **state,
                "text": _(
                    "As it is, {people:.1f} are at the desk from nine to nine on average, and a caller waits "
                    "{base:.0f} "
                    "seconds. The same callers, and one is missing all day. Guess first.",
                    people=base.at_desk,
                    base=base.interval("mean_wait").mean,
                ),
            }
        if step != "fewer" or guess is None:
            return {**state, "text": self._watched(step, shown) if seen else _watch()}
        replays = [self.replay(n) for n in range(MISSING + 1)]
        waits = [over_days(by_day(replay, "mean_wait")) for replay in replays]
        losses = [over_days(by_day(replay, "p_abandon")) for replay in replays]
        steps = [over_days(more - fewer) for fewer, more in pairwise(by_day(replay, "mean_wait") for replay in replays)]
        busy = [replay.interval("occupancy").mean for replay in replays]
        return {
            **state,
            "guess": guess,
            "waits": [[round(at, 1) for at in (each.mean, each.low, each.high)] for each in waits],
            "losses": [[round(100 * at, 1) for at in (each.mean, each.low, each.high)] for each in losses],
            "text": together(
                _(
                    "With {people:.1f} at the desk on average, callers wait {base:.0f} seconds and {lost:.0f} of "
                    "100 give "
                    "up; with one fewer {one:.0f} seconds (you said {guess:.0f}) and {lost_one:.0f}; with two fewer "
                    "{two:.0f} and {lost_two:.0f}; with three {three:.0f} and {lost_three:.0f}.",
                    people=replays[0].at_desk, guess=guess,
                    **{name: each.mean for name, each in zip(("base", "one", "two", "three"), waits, strict=True)},
                    **{
                        name: 100 * each.mean
                        for name, each in zip(("lost", "lost_one", "lost_two", "lost_three"), losses, strict=True)
                    },
                ),
                _(
                    "The first one missing costs {first:.0f} seconds (± {first_off:.0f} over the ten days), the second "
                    "{second:.0f} (± {second_off:.0f}), the third {third:.0f} (± {third_off:.0f}). The people at the "
                    "desk are busy with a call {busy:.0f}, {busy_one:.0f}, {busy_two:.0f} and {busy_three:.0f} % of "
                    "the time.",
                    **{name: step.mean for name, step in zip(("first", "second", "third"), steps, strict=True)},
                    **{
                        f"{name}_off": (step.high - step.low) / 2
                        for name, step in zip(("first", "second", "third"), steps, strict=True)
                    },
                    **{
                        name: 100 * each
                        for name, each in zip(("busy", "busy_one", "busy_two", "busy_three"), busy, strict=True)
                    },
                ),
            ),
            "table": {
                "caption": _(
                    "Ten ordinary days' callers, each replayed ten times (simulated); intervals over the ten days"
                ),
                "columns": [
                    _("missing at the desk"), _("at the desk"), _("mean wait, s"), _("95 % interval"),
                    _("gave up, of 100"), _("95 % interval"), _("busy with a call, % of the time"),
                ],
                "rows": [
                    [
                        n, f"{replay.at_desk:.1f}", f"{wait.mean:.0f}", between(wait.low, wait.high, 0),
                        f"{100 * loss.mean:.1f}", between(100 * loss.low, 100 * loss.high), f"{100 * share:.0f}",
                    ]
                    for n, (replay, wait, loss, share) in enumerate(zip(replays, waits, losses, busy, strict=True))
                ],
            },
        }  # fmt: skip

    def guessed(self, value: Mapping[str, Any]) -> tuple[float, float] | None:
        """The wait with one fewer as it was guessed and as it is; None before the guess."""
        said = number(value, "guess", 0, LONGEST, -1)
        if said < 0 or value.get("guessed") is not True:
            return None
        return said, over_days(by_day(self.replay(1), "mean_wait")).mean

    def _today(self, step: str) -> int:
        """Where the slider begins: at what callers wait with everybody there, so that it suggests neither way."""
        return round(self.replay(0).interval("mean_wait").mean / SCALE) * SCALE if step == "fewer" else 0

    def _watched(self, step: str, shown: Scene) -> str:
        """What the hour held."""
        waited = [end - begin for begin, end, _gave_up in shown.waits]
        longest = max(waited, default=0.0)
        if step == "chats":
            return _(
                "Chat, three to four: {came} contacts for {people}, each with up to {hands} chats at once. "
                "{waited} had to wait, {lost} gave up. A chat takes longer than a call, and the person is in several.",
                came=shown.came, people=people(shown), hands=CHATS, waited=len(waited), lost=shown.lost,
            )  # fmt: skip
        return _(
            "Phone, three to four: {came} calls for {people}. {waited} had to wait, the longest "
            "{minutes}; {lost} "
            "gave up. Nobody is slow: calls come in bunches, and whoever comes when all are talking waits.",
            came=shown.came, people=people(shown), waited=len(waited), minutes=clock(longest), lost=shown.lost,
        )  # fmt: skip


def by_day(replay: DayReplay, metric: str) -> NDArray[np.float64]:
    """The mean of a metric for each day whose callers came in: runs of one day are no more than that day."""
    runs = replay.runs[metric]
    means: NDArray[np.float64] = runs.groupby(np.arange(len(runs)) % len(LIKE)).mean().to_numpy(dtype=np.float64)
    return means


def over_days(values: NDArray[np.float64]) -> Interval:
    """Mean of the days' means, with the 95 % interval of days."""
    return t_interval(values)


def planned(rosters: pd.DataFrame, days: Sequence[str]) -> float:
    """People at the desk of the phone on these days, on average over the hour that is watched."""
    clock_at = rosters["half_hour"].astype(str).str.split(":", expand=True).astype(int)
    seconds = clock_at[0] * 3600 + clock_at[1] * 60
    on = rosters["date"].astype("datetime64[ns]").dt.strftime("%Y-%m-%d").isin(days)
    here = on & (rosters["line"].astype(str) == "phone") & (seconds >= FROM) & (seconds < FROM + LENGTH)
    return float(rosters.loc[here, "agents"].mean())


def scene(day: DayLog) -> Scene:
    """The hour that is watched, out of a day: who stands where, who talks, who waits, in seconds from its beginning."""
    start = FROM - day.opens
    stop = start + LENGTH
    rows = day.log
    people = len(day.begin)
    answered = rows[rows["seat"] >= 0]
    begun = (answered["arrived_at"] + answered["wait"]).to_numpy()
    done = begun + answered["service"].to_numpy()
    who = (answered["seat"] % people).to_numpy()
    # Whoever still talks when the spell is over keeps the place until the talk is over.
    last = {person: day.end[person] for person in range(people)}
    for person, end in zip(who.tolist(), done.tolist(), strict=True):
        last[person] = max(last[person], end)
    place: dict[int, int] = {}
    free: list[float] = []
    for person in sorted(range(people), key=lambda each: day.begin[each]):
        at = next((n for n, until in enumerate(free) if until <= day.begin[person]), None)
        if at is None:
            free.append(0.0)
            at = len(free) - 1
        free[at] = last[person]
        place[person] = at
    here = [person for person in range(people) if day.begin[person] < stop and last[person] > start]
    order = {at: n for n, at in enumerate(sorted({place[person] for person in here}))}

    # What goes on after the hour is not cut off at its end: at four o'clock the floor is as full as a moment before.
    def cut(low: float, high: float) -> tuple[float, float]:
        return round(max(low, start) - start, 1), round(high - start, 1)

    spells = [(order[place[person]], *cut(day.begin[person], last[person])) for person in here]
    talks = [
        (order[place[person]], *cut(low, high))
        for person, low, high in zip(who.tolist(), begun.tolist(), done.tolist(), strict=True)
        if low < stop and high > start
    ]
    waiting = rows[rows["wait"] > 0]
    waits = [
        (*cut(at, at + wait), not served and at + wait < stop)
        for at, wait, served in zip(waiting["arrived_at"], waiting["wait"], waiting["served"], strict=True)
        if at < stop and at + wait > start
    ]
    came = int(rows["arrived_at"].between(start, stop, inclusive="left").sum())
    lost = sum(gave_up for _begin, _end, gave_up in waits)
    planned = [
        sum(bool(begin <= at < end) for begin, end in zip(day.begin, day.end, strict=True))
        for at in np.arange(start, stop, EVERY).tolist()
    ]
    finishing = [
        (day.end[person], end)
        for person, end in zip(who.tolist(), done.tolist(), strict=True)
        if end > max(day.end[person], start) and day.end[person] < stop
    ]
    late = max((sum(low <= at < high for low, high in finishing) for at, _end in finishing), default=0)
    return Scene(spells, talks, waits, len(order), came, lost, planned, late)


def at_desk(shown: Scene) -> str:
    """How many people were at the desk during the hour: a number, or from which to which."""
    low, high = min(shown.planned), max(shown.planned)
    return str(low) if low == high else _("{low} to {high}", low=low, high=high)


def people(shown: Scene) -> str:
    """How many people the hour had, with those who finished a contact after their hours."""
    there = _("{people} people", people=at_desk(shown))
    if not shown.late:
        return there
    if shown.late == 1:
        return _("{there} (and one who finishes a contact after hours)", there=there)
    return _("{there} (and up to {late} who finish a contact after hours)", there=there, late=shown.late)


def _watch() -> str:
    """What stands there before the hour was watched: what it held would be no discovery any more."""
    return _("Let it run, or drag the time to the end, and watch the row of those who wait.")


def clock(seconds: float) -> str:
    """A wait as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def table(shown: Scene) -> dict[str, Any]:
    """The hour every five minutes."""
    rows = []
    for at in range(0, LENGTH + 1, EVERY):
        there = {place for place, low, high in shown.spells if low <= at < high}
        busy = {place for place, low, high in shown.talks if low <= at < high}
        queue = sum(low <= at < high for low, high, _gave_up in shown.waits)
        lost = sum(gave_up and high <= at for _low, high, gave_up in shown.waits)
        rows.append([f"{(FROM + at) // 3600}:{(FROM + at) % 3600 // 60:02d}", len(there), len(busy), queue, lost])
    return {
        "caption": _("The hour, every five minutes (simulated)"),
        "columns": [_("time"), _("at the desk"), _("in a contact"), _("waiting"), _("gave up so far")],
        "rows": rows,
    }


def step_name(step: str) -> str:
    """Return what a step is called."""
    return {
        "queue": _("1 · The phone and its queue"),
        "chats": _("2 · The chat: three at once"),
        "fewer": _("3 · The phone with fewer people"),
    }[step]
