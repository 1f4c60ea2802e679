"""One way through the five rounds: what is committed so far, and what came of it. Nothing committed is taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from servicelab.widgets.explore.eleven.desk import Carried, Played, Tally, play, practised
from servicelab.widgets.explore.eleven.levers import HANDLES, ROUNDS, Hour, Plan, read
from servicelab.widgets.explore.eleven.planner import PLACE, plan_of, tallied
from servicelab.widgets.explore.eleven.season import EVE, LINES, NEEDED, Season

if TYPE_CHECKING:
    import pandas as pd

RUNS = 8
"""How often a round is played; the first of them is what happened."""
PLAYED = ROUNDS[1:]
TOO_FEW = 4
"""A contact forecast too few counts as so many too many: a pinball loss."""


class Carrying(Protocol):
    """A control of the game: what is set in it, and that it is derived again when an earlier one is committed."""

    value: dict[str, Any]

    def refresh(self) -> None: ...


@dataclass(frozen=True)
class Path:
    """One way through the rounds: its plan, and for each run what each round brought, and the half hour from 20:00."""

    plan: Plan
    runs: tuple[tuple[tuple[Tally, Tally], ...], ...]

    def price(self, name: str) -> float:
        """¥ of a round by the case's price list, mean of the runs."""
        at = PLAYED.index(name)
        return float(np.mean([run[at][0].price for run in self.runs]))

    def total(self) -> float:
        """¥ of all rounds."""
        return sum(self.price(name) for name in PLAYED)


class Game:
    """The rounds on a page, which carry on from each other. `table` gives a table of the firm by its name."""

    def __init__(self, table: Callable[[str], pd.DataFrame]) -> None:
        self._table = table
        self.rounds: dict[str, Carrying] = {}
        self._known: dict[tuple[str, Plan], tuple[Played, ...]] = {}

    @cached_property
    def season(self) -> Season:
        """What the tables say, read when it is first needed."""
        return Season({name: self._table(name) for name in NEEDED})

    def committed(self, name: str) -> bool:
        """Whether a round is, and all before it."""
        rounds = ROUNDS[: ROUNDS.index(name) + 1]
        return all(each in self.rounds and self.rounds[each].value.get("committed") is True for each in rounds)

    def plan(self) -> Plan:
        """What is committed so far."""
        decided = {name: read(name, self.rounds[name].value) for name in ROUNDS if self.committed(name)}
        return replace(Plan(), **decided)

    def steps(self, name: str) -> Iterator[int]:
        """Play a round run by run, as far as it is not known yet: how many runs are done."""
        plan = self.plan().upto(name)
        if (name, plan) in self._known:
            return
        before = self.before(name)
        found = []
        for run, carried in enumerate(before):
            found.append(play(self.season, plan, name, carried, run))
            yield run + 1
        self._known[name, plan] = tuple(found)

    def played(self, name: str) -> tuple[Played, ...]:
        """The runs of a committed round."""
        for _done in self.steps(name):
            pass
        return self._known[name, self.plan().upto(name)]

    def before(self, name: str) -> list[Carried]:
        """What each run of a round takes over from the round before."""
        at = PLAYED.index(name)
        return [each.carried for each in self.played(PLAYED[at - 1])] if at else [Carried()] * RUNS

    def practice(self, hour: Hour) -> tuple[Played, ...]:
        """The evening hour of an ordinary day, which counts for nothing."""
        return tuple(practised(self.season, hour, run) for run in range(RUNS))

    def own(self) -> Path:
        """The way that was played here."""
        by_round = [self.played(name) for name in PLAYED]
        runs = tuple(tuple((each.all, each.rush) for each in run) for run in zip(*by_round, strict=True))
        return Path(self.plan(), runs)

    @cached_property
    def paths(self) -> Mapping[str, Path]:
        """The three ways that were worked out beforehand, in as many runs as a round is played here."""
        kept = json.loads(PLACE.read_text(encoding="utf-8"))
        return {
            name: Path(
                plan_of(kept["plans"][name]),
                tuple(tuple(tallied(line) for line in run) for run in kept["runs"][name][:RUNS]),
            )
            for name in kept["plans"]
        }

    def came(self) -> tuple[int, ...]:
        """Who really came on 10 November in each half hour that was forecast, on both lines."""
        at = np.concatenate([self.season.came(EVE, line).at for line in LINES])
        counts = np.bincount((at // 1800).astype(int), minlength=24)
        return tuple(int(each) for each in counts[-HANDLES:])

    def score(self) -> float:
        """How far from as it was to the informed planner, of 100."""
        worst, best = self.paths["as_is"].total(), self.paths["informed"].total()
        return 100 * (worst - self.own().total()) / (worst - best)

    def changed(self, name: str) -> None:
        """A round was committed, or taken up anew: those after it carry on from there."""
        order = [*ROUNDS, "paths"]
        for later in order[order.index(name) + 1 :]:
            if later in self.rounds:
                self.rounds[later].refresh()

    def again(self) -> None:
        """Begin from the first round."""
        for name in reversed(ROUNDS):
            if name in self.rounds:
                self.rounds[name].value = {}


def pinball(forecast: tuple[int, ...], came: tuple[int, ...]) -> float:
    """How far off a forecast was, on average a half hour: too few weighs more than too many.

    >>> pinball((10, 10), (20, 5))
    22.5
    """
    off = [truth - said for said, truth in zip(forecast, came, strict=True)]
    return sum(max(TOO_FEW * each, -each) for each in off) / len(off)


def people_for(contacts: float, season: Season) -> float:
    """People whose whole half hour so many contacts take, at the mean of both lines by what came in October."""
    mean = {line: season.mean_handling[line] / season.slots[line] for line in LINES}
    came = {line: sum(len(season.came(day, line).at) for day in season.ordinary) for line in LINES}
    return contacts * sum(mean[line] * came[line] for line in LINES) / sum(came.values()) / 1800
