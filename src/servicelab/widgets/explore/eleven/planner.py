"""Three ways of taking the five decisions: as Skylark took them, as three beliefs would, as an informed planner does.

How many come the planner forecasts on each date from what the tables show until then: the two earlier years of
members' contacts, this October, and from 1 November on the first opening. Of the failure of payment that is made up for
the case it knows nothing before it chooses the sentence of that night. It knows more than anybody could of the rest:
patience, handling, the pace of temps and who comes back are those of the whole tables.
`python -m servicelab.widgets.explore.eleven.planner` searches the decisions and plays all three ways; what comes of
them is the committed `paths.json` beside this file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from servicelab.files.whole import write_whole
from servicelab.widgets.explore.eleven import desk
from servicelab.widgets.explore.eleven.desk import Carried, Demand, Played, Tally
from servicelab.widgets.explore.eleven.levers import BANNERS, HANDLES, ROUNDS, STARTS, UNTIL, Hour, Plan, Staff, Wave
from servicelab.widgets.explore.eleven.season import CLOSES, EVE, FIRST, LINES, OPENS, Came, Season

PLACE = Path(__file__).with_name("paths.json")
RUNS = 200
"""How often each of the three ways is played."""
TRIED = 12
"""How often the planner plays what is tried."""
LET_DOWN = 20_000.0
"""¥ that the planner reckons with for a kind of broken promise: three in a hundred more contacts in the next weeks."""
HALVES = (CLOSES - OPENS) // 1800
RUSH = 22
"""The half hour from 20:00, counted from opening."""
YEARS = (2023, 2024)


class Forecast:
    """What is known on a date: rates by half hour, day and line, and what contacts are about."""

    def __init__(self, season: Season, known: str) -> None:
        self.season, self.known = season, known
        self.day = self._days()
        self.rush = self._rush()
        ordinary = [season.came(day, line) for day in season.ordinary for line in LINES]
        self.kinds = np.concatenate([each.kind for each in ordinary])

    def _members(self, low: str, high: str) -> pd.Series[float]:
        """Members' contacts a day between two days (month and day), as a multiple of an October day of that year."""
        opened = self.season.tables["contacts"]["opened_at"]
        found = []
        for year in YEARS:
            by_day = opened[opened.dt.year == year].dt.strftime("%m-%d").value_counts()
            usual = by_day[(by_day.index >= "10-10") & (by_day.index <= "10-28")].mean()
            days = pd.date_range(f"{year}-{low}", f"{year}-{high}").strftime("%m-%d")
            found.append(by_day.reindex(days).fillna(0) / usual)
        mean: pd.Series[float] = pd.concat(found, axis=1).mean(axis=1)
        return mean

    def _days(self) -> dict[str, float]:
        """By day the multiple of an ordinary day: the two years before, at this year's level once it is known."""
        found = {f"2025-{day}": float(multiple) for day, multiple in self._members("10-27", "11-25").items()}
        if self.known > EVE:
            seen = [day for day in found if "2025-11-01" <= day < self.known]
            came = sum(len(self.season.came(day, line).at) for day in seen for line in LINES)
            level = came / sum(found[day] for day in seen) / self.ordinary().sum()
            found = {day: multiple * level for day, multiple in found.items()}
        return found

    def ordinary(self) -> np.ndarray:
        """Contacts in each half hour of an ordinary day, by line."""
        days = self.season.ordinary
        return np.array([
            np.mean([np.bincount((self.season.came(day, line).at // 1800).astype(int), minlength=HALVES)
                     for day in days], axis=0)
            for line in LINES
        ])  # fmt: skip

    def openings(self) -> dict[str, float]:
        """Members' contacts from 20:00 to 20:30 on the evenings of the openings, as a multiple of an ordinary one."""
        contacts = self.season.tables["contacts"]
        opened = contacts.loc[contacts["channel"].astype(str).isin(LINES), "opened_at"]
        half = opened[(opened.dt.hour == 20) & (opened.dt.minute < 30)]
        found, usual = {}, 0.0
        for year in YEARS:
            days = half[half.dt.year == year].dt.strftime("%m-%d")
            usual += float(((days >= "09-01") & (days <= "10-28")).sum()) / 58 / len(YEARS)
        for day in (FIRST, EVE):
            count = sum(int((half.dt.strftime("%Y-%m-%d") == f"{year}{day[4:]}").sum()) for year in YEARS)
            found[day] = count / len(YEARS) / usual
        return found

    def _rush(self) -> dict[str, float]:
        found = self.openings()
        if self.known > FIRST:
            seen = sum(((self.season.came(FIRST, line).at // 1800).astype(int) == RUSH).sum() for line in LINES)
            # Few members of two years say how the second opening compares to the first: both are taken as alike.
            found = dict.fromkeys(found, float(seen / self.ordinary()[:, RUSH].sum()))
        else:
            both = sum(found.values()) / len(found)
            found = dict.fromkeys(found, both)
        return found

    def rates(self, day: str) -> np.ndarray:
        """Contacts expected in each half hour of a day, by line."""
        found = self.ordinary() * self.day[day]
        if day in self.rush:
            found[:, RUSH] = self.ordinary()[:, RUSH] * self.rush[day]
        return found

    def demand(self) -> Demand:
        """Days drawn from these rates."""
        rates = {day: self.rates(day) for day in self.day}

        def come(day: str, line: str, rng: np.random.Generator) -> Came:
            counts = rng.poisson(rates[day][LINES.index(line)])
            at = np.sort(np.concatenate([(half + rng.random(n)) * 1800 for half, n in enumerate(counts.tolist())]))
            return Came(at, rng.choice(self.kinds, len(at)))

        return come


def evening(rates: np.ndarray, upper: float = 1.3) -> tuple[int, ...]:
    """The last ten half hours of both lines together, with room for being wrong upwards: that is the dearer side."""
    return tuple(round(upper * each) for each in rates.sum(axis=0)[-HANDLES:].tolist())


def as_is() -> Plan:
    """What Skylark did: six temps, here from 27 October (in the log four began on the 20th), and no more than that."""
    return Plan(staff=Staff(6, STARTS[0]), wave=Wave(UNTIL[2]))


def naive(season: Season) -> Plan:
    """Who acts on the three beliefs: twice the day spread evenly, ten temps for ten people, over at midnight."""
    even = round(2 * float(Forecast(season, "2025-10-24").ordinary().sum()) / HALVES)
    hour = Hour(assistant=True)
    return Plan((even,) * HANDLES, Staff(10, STARTS[2]), hour, replace(hour, banner="minutes"), Wave(UNTIL[0]))


def informed(season: Season) -> Plan:
    """What a search finds whose arrivals on each date are forecast from what is known then."""
    early, then, after = (Forecast(season, known) for known in ("2025-10-24", "2025-11-01", "2025-11-12"))
    guessed = Hour((3, 3, 3), callback=True)
    plan = Plan(evening(early.rates(EVE)), Staff(overtime=8), guessed, guessed)
    plan = _best(season, early, list(_temps(plan)), ROUNDS[1:], "temps")
    plan = _best(season, early, list(_evenings(plan)), ("opening", "night"), "evenings", (FIRST, EVE))
    openings = [replace(plan, opening=hour) for hour in _hours()]
    plan = _best(season, early, openings, ("opening",), "opening", (FIRST,))
    nights = [replace(plan, night=hour) for hour in _hours()]
    plan = _best(season, then, nights, ("night",), "night", (EVE,))
    # At 20:09 payment has failed, and what is set is set: the sentence is all that is left to choose.
    said = [replace(plan, night=replace(plan.night, banner=banner)) for banner in BANNERS]
    plan = _best(season, then, said, ("night",), "sentence", (EVE,), failing=True)
    waves = [
        replace(plan, wave=Wave(until, hours, refunds))
        for until, hours, refunds in product(UNTIL, range(4), ("inspect", "small", "all"))
    ]
    return _best(season, after, waves, ("wave",), "wave")


def _temps(plan: Plan) -> Iterator[Plan]:
    for temps, start, until in product((0, 2, 4, 6, 8, 10, 12, 16), STARTS, UNTIL):
        yield replace(plan, staff=replace(plan.staff, temps=temps, start=start), wave=Wave(until))


def _evenings(plan: Plan) -> Iterator[Plan]:
    for late, overtime, moved, callback in product(range(0, 9, 2), range(0, 11, 2), (1, 3, 5), (False, True)):
        hour = Hour((moved,) * 3, callback=callback)
        staff = replace(plan.staff, late=late, overtime=overtime)
        yield replace(plan, staff=staff, opening=hour, night=hour)


def _hours() -> Iterator[Hour]:
    both = (False, True)
    for first, then in product(range(7), range(0, 7, 2)):
        for assistant, callback, simplify in product(both, both, both):
            yield Hour((first, first, then), assistant, callback, simplify)


def _best(
    season: Season, known: Forecast, plans: list[Plan], rounds: tuple[str, ...], what: str,
    only: tuple[str, ...] = (), failing: bool = False,
) -> Plan:  # fmt: skip
    """The cheapest of some plans on days drawn from what is known; `failing`: that payment fails is known."""
    demand = known.demand()

    def price(plan: Plan, runs: range) -> float:
        return float(np.mean([sum(_prices(season, plan, rounds, run, demand, only, failing)) for run in runs]))

    # A few runs sort out most; the rest decide among the best.
    first = sorted(plans, key=lambda plan: price(plan, range(TRIED // 4)))[: max(4, len(plans) // 10)]
    best = min(first, key=lambda plan: price(plan, range(TRIED)))
    print(f"{what}: the best of {len(plans)}: {best}", file=sys.stderr, flush=True)
    return best


def _prices(
    season: Season, plan: Plan, rounds: tuple[str, ...], run: int, demand: Demand, only: tuple[str, ...],
    failing: bool,
) -> Iterator[float]:  # fmt: skip
    """¥ of each round; where a round is played in part, what a broken promise will cost in the rest counts as well."""
    for played in _rounds(season, plan, rounds, run, demand, only, failing):
        yield played.all.price + (LET_DOWN * played.carried.broken if only else 0.0)


def _rounds(
    season: Season, plan: Plan, rounds: tuple[str, ...], run: int, demand: Demand | None, only: tuple[str, ...] = (),
    failing: bool = True,
) -> Iterator[Played]:  # fmt: skip
    carried = Carried()
    for name in rounds:
        days = [day for day in only if day in desk.days_of(name)]
        played = desk.play(season, plan, name, carried, run, demand, days, failing)
        carried = played.carried
        yield played


def row(season: Season, plan: Plan, run: int) -> list[list[float]]:
    """What a plan brings in one run, a line a round: its six numbers, and of the half hour from 20:00 two more."""
    return [
        [round(number, 1) for number in (*each.all.values(), each.rush.contacts, each.rush.lost)]
        for each in _rounds(season, plan, ROUNDS[1:], run, None)
    ]


def tallied(line: list[float]) -> tuple[Tally, Tally]:
    """A line of `row`, read back: everything, and the half hour."""
    contacts, lost, waited, broken, cost, dear, rush, rush_lost = line
    return Tally(int(contacts), int(lost), waited, int(broken), cost, int(dear)), Tally(int(rush), int(rush_lost))


def plan_of(stated: dict[str, Any]) -> Plan:
    """A plan out of a file."""
    hours = {name: Hour(**{**stated[name], "moved": tuple(stated[name]["moved"])}) for name in ("opening", "night")}
    return Plan(
        tuple(stated["forecast"]), Staff(**stated["staff"]), hours["opening"], hours["night"], Wave(**stated["wave"])
    )


def main() -> None:
    """Search, play, and write."""
    from servicelab.company import load
    from servicelab.widgets.explore.eleven.season import NEEDED

    season = Season({name: load(name) for name in NEEDED})
    plans = {"as_is": as_is(), "naive": naive(season), "informed": informed(season)}
    found: dict[str, Any] = {"plans": {name: asdict(plan) for name, plan in plans.items()}, "runs": {}}
    for name, plan in plans.items():
        found["runs"][name] = [row(season, plan, run) for run in range(RUNS)]
        print(f"{name}: {RUNS} runs", file=sys.stderr, flush=True)
    write_whole(PLACE, json.dumps(found, separators=(",", ":")))


if __name__ == "__main__":
    main()
