"""What may be decided or may happen: a scenario is everything about a run that is not luck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from servicelab.company.simulation.names import LINES, STATIONS

PayScheme = Literal["flat", "speed", "quality"]
Routing = Literal["as_asked", "digital_first"]
Shape = Literal["demand", "flat"]
#: Everything the simulator can make happen to demand; a scenario names those that do.
SURGES = ("double_11", "mid_year", "spring_festival")


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
    """One way of running Skylark Home.

    Attributes
    ----------
    seed, start, months : of the run, within 2023 to 2025; each purpose draws from a random stream of its own
    scale : share of the firm whose records are kept: 1 is one member in fourteen, about 20,000 members; at most 14.
        The lines always carry the whole firm's traffic, so waits do not depend on it
    staffing : factor on the planned staff of every line
    staff_change : line → agents more or fewer than planned on every day
    shape : demand: shifts follow the half hours of the day; flat: the same agent hours spread evenly
    bot, containment : whether the assistant answers chat and WeChat first, and a factor on the share it contains
    pay : what agents are paid for: flat pay, contacts handled (speed) or contacts resolved (quality)
    routing : as_asked, or digital_first: callers are asked to write instead, and may refuse
    callback : on the phone, callers whose patience ends may be rung back when somebody is free, instead of lost
    temps : temporary agents on the phone and chat lines in the weeks around Double 11
    surges : which of SURGES happen
    campaigns : coupons sent
    approval_limit : refunds from this amount in ¥ on need a manager's approval; below it, half of the cases by lot
        go without from `approval_pilot_from` on, if that is set
    stations : after-sales station (inspect, approve, repair, refund) → factor on its capacity
    app_rollout : whether ordering ahead comes to the shops, one group after another
    incidents : whether systems fail now and then
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
    pay: PayScheme = "flat"
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

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        if not 0 < self.scale <= 14:
            raise ValueError("scale must be above 0 and at most 14, the whole firm; run several seeds for more")
        if not (isinstance(self.seed, int) and self.seed >= 0):
            raise ValueError("seed must be a whole number, 0 or more")
        if not (isinstance(self.months, int) and self.months >= 1):
            raise ValueError("months must be a whole number, 1 or more")
        last = self.start.year * 12 + self.start.month - 1 + self.months
        if self.start.day != 1 or self.start < FIRST or last > FIRST.year * 12 + KNOWN_MONTHS:
            raise ValueError(
                "start must be the first of a month, and the run lie in 2023 to 2025: the calendar's years"
            )
        if not 0 < self.staffing <= 20:
            raise ValueError("staffing must be above 0 and at most 20")
        if not 0 <= self.containment <= 1.8:
            raise ValueError("containment must be from 0 to 1.8, at which nearly all that can be contained is")
        if not (isinstance(self.temps, int) and self.temps >= 0):
            raise ValueError("temps must be a whole number, 0 or more")
        if not self.approval_limit >= 0:
            raise ValueError("approval_limit must be 0 or more")
        if not all(0 < factor <= 100 for factor in self.stations.values()):
            raise ValueError("stations must be factors above 0, at most 100")
        for name, value, allowed in (
            ("pay", self.pay, ("flat", "speed", "quality")),
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

    def but(self, **changes: Any) -> Scenario:
        """The same scenario with some things changed."""
        return replace(self, **changes)


#: Holidays, sales and working weekends are known for these years.
FIRST, KNOWN_MONTHS = date(2023, 1, 1), 36
