"""What may be decided or may happen: a scenario is everything about a run that is neither luck nor the world's."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from servicelab.company.simulation.names import LINES, STATIONS

Routing = Literal["as_asked", "digital_first"]
Shape = Literal["demand", "flat"]
#: Everything the simulator can make happen to demand; a scenario names those that do.
SURGES = ("double_11", "mid_year", "spring_festival")
#: The most that can be asked for: of scale, of factors on staff and on what the assistant contains, and on a station.
MOST_SCALE, MOST_STAFFING, MOST_CONTAINMENT, MOST_CAPACITY = 14, 20, 1.8, 100
#: What a run is, and what is dated by itself: no decision during it.
_FIXED = ("seed", "start", "months", "scale", "plan_from", "changes")


@dataclass(frozen=True)
class PayScheme:
    """What an agent is paid for: ¥ a month, for each contact handled, for each resolved and not back."""

    base: float
    per_contact: float = 0.0
    per_resolution: float = 0.0


FLAT, FOR_SPEED, FOR_QUALITY = PayScheme(6000.0), PayScheme(4200.0, per_contact=2.2), PayScheme(4600.0, 0.0, 2.4)


@dataclass(frozen=True)
class Campaign:
    """A coupon sent to members who agreed to it, with a control group drawn by lot; what it does, its world knows."""

    name: str
    start: date
    days: int = 14
    control: float = 0.3
    discount: float = 0.10


def _campaigns() -> tuple[Campaign, ...]:
    return (
        Campaign("new_year_2023", date(2023, 2, 20)),
        Campaign("home_season_2024", date(2024, 3, 11)),
        Campaign("autumn_2024", date(2024, 9, 9)),
        Campaign("home_season_2025", date(2025, 3, 10)),
    )


@dataclass(frozen=True)
class Scenario:
    """One way of running the firm.

    Attributes
    ----------
    seed, start, months : of the run, within 2023 to 2025; each purpose draws from random streams of its own
    scale : share of the firm whose records are kept: 1 is one member in fourteen, about 20,000 members; at most 14.
        The lines always carry the whole firm's traffic, so waits do not depend on it
    staffing : factor on the planned staff of every line
    staff_change : line → agents more or fewer than planned on every day
    shape : demand: shifts follow the half hours of the day; flat: the same agent hours spread evenly
    bot, containment : whether the assistant answers chat and WeChat first, and a factor on the share it contains
    pay : what agents are paid for
    routing : as_asked, or digital_first: callers are asked to write instead, and may refuse
    callback : on the phone, callers whose patience ends may be rung back when somebody is free, instead of lost
    temps : temporary agents in the weeks around Double 11, half on the phone and half in the chat
    surges : which of SURGES happen
    campaigns : coupons sent
    approval_limit : refunds from this amount in ¥ on need a manager's approval; below it, half of the cases by lot
        go without from `approval_pilot_from` on, if that is set
    stations : after-sales station (inspect, approve, repair, refund) → factor on its capacity
    app_rollout : whether ordering ahead comes to the shops, one group after another
    incidents : whether systems fail now and then
    plan_from : staff is planned as it would be for that scenario, instead of for this one
    changes : decisions with dates: from that day on, these of the above are otherwise
    """

    seed: int = 1984
    start: date = date(2023, 1, 1)
    months: int = 36
    scale: float = 1.0
    staffing: float = 1.0
    staff_change: Mapping[str, int] = field(default_factory=dict)
    shape: Shape = "demand"
    bot: bool = True
    containment: float = 1.0
    pay: PayScheme = FLAT
    routing: Routing = "as_asked"
    callback: bool = False
    temps: int = 6
    surges: tuple[str, ...] = SURGES
    campaigns: tuple[Campaign, ...] = field(default_factory=_campaigns)
    approval_limit: float = 0.0
    approval_pilot_from: date | None = date(2024, 7, 1)
    stations: Mapping[str, float] = field(default_factory=dict)
    app_rollout: bool = True
    incidents: bool = True
    plan_from: Scenario | None = None
    changes: tuple[tuple[date, Mapping[str, Any]], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        if not 0 < self.scale <= MOST_SCALE:
            raise ValueError(
                f"scale must be above 0 and at most {MOST_SCALE}, the whole firm; run several seeds for more"
            )
        if not (isinstance(self.seed, int) and self.seed >= 0):
            raise ValueError("seed must be a whole number, 0 or more")
        if not (isinstance(self.months, int) and self.months >= 1):
            raise ValueError("months must be a whole number, 1 or more")
        last = self.start.year * 12 + self.start.month - 1 + self.months
        if self.start.day != 1 or self.start < FIRST or last > FIRST.year * 12 + KNOWN_MONTHS:
            raise ValueError(
                "start must be the first of a month, and the run lie in 2023 to 2025: the calendar's years"
            )
        if not 0 < self.staffing <= MOST_STAFFING:
            raise ValueError(f"staffing must be above 0 and at most {MOST_STAFFING}")
        if not 0 <= self.containment <= MOST_CONTAINMENT:
            raise ValueError(
                f"containment must be from 0 to {MOST_CONTAINMENT}, at which nearly all that can be contained is"
            )
        if not (isinstance(self.temps, int) and self.temps >= 0):
            raise ValueError("temps must be a whole number, 0 or more")
        if self.temps % 2:
            raise ValueError(f"temps must be even, half on the phone and half in the chat, not {self.temps}")
        if not self.approval_limit >= 0:
            raise ValueError("approval_limit must be 0 or more")
        if not all(0 < factor <= MOST_CAPACITY for factor in self.stations.values()):
            raise ValueError(f"stations must be factors above 0, at most {MOST_CAPACITY}")
        if not isinstance(self.pay, PayScheme):
            raise ValueError(f"pay must be a PayScheme, such as FOR_QUALITY, not {self.pay!r}")
        for name, value, allowed in (
            ("routing", self.routing, ("as_asked", "digital_first")),
            ("shape", self.shape, ("demand", "flat")),
        ):
            if value not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
        for name in self.surges:
            if name not in SURGES:
                raise ValueError(f"surges must be among {', '.join(SURGES)}, not {name!r}")
        for given, known in ((self.staff_change, LINES), (self.stations, STATIONS)):
            for name in given:
                if name not in known:
                    raise ValueError(f"unknown name {name!r}: it must be one of {', '.join(known)}")
        self._check_changes()

    def _check_changes(self) -> None:
        names = {one.name for one in fields(self)} - set(_FIXED)
        for day, what in self.changes:
            if not self.start <= day:
                raise ValueError(f"changes must not lie before the run: {day} does")
            for name in what:
                if name not in names:
                    raise ValueError(f"changes: {name!r} is no decision; it must be one of {', '.join(sorted(names))}")
        if sorted(day for day, _what in self.changes) != [day for day, _what in self.changes]:
            raise ValueError("changes must stand in order of their dates")
        if self.changes:
            # Making each checks its values.
            _ = self.phases

    def but(self, **changes: Any) -> Scenario:
        """The same scenario with some things changed."""
        return replace(self, **changes)

    @cached_property
    def phases(self) -> tuple[tuple[int, Scenario], ...]:
        """(day of the run from which it holds, what then holds), in order; the first is from day 0."""
        now = replace(self, changes=()) if self.changes else self
        found = [(0, now)]
        for day, what in self.changes:
            now = replace(now, **what)
            found.append(((day - self.start).days, now))
        return tuple(found)

    def on(self, day: int) -> Scenario:
        """What holds on a day of the run."""
        phases = self.phases
        return phases[bisect_right(phases, day, key=lambda phase: phase[0]) - 1][1]

    def by_day(self, days: int, value: Any) -> NDArray[Any]:
        """`value(scenario)` of each day."""
        phases = self.phases
        starts = [start for start, _phase in phases]
        values = np.array([value(phase) for _start, phase in phases])
        return values[np.searchsorted(starts, np.arange(days), side="right") - 1]


#: Holidays, sales and working weekends are known for these years.
FIRST, KNOWN_MONTHS = date(2023, 1, 1), 36
KNOWN_DAYS = (date(FIRST.year + KNOWN_MONTHS // 12, FIRST.month, 1) - FIRST).days
