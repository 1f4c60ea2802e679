"""What becomes of an order: delivery, packing, and the cases after the sale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from servicelab.company.simulation.names import AFTER_SALES, STATIONS, WAREHOUSES
from servicelab.company.simulation.world.constraints import (
    Amount,
    Count,
    Hour,
    Number,
    Positive,
    Section,
    Share,
    Some,
    Whole,
    Word,
    among,
    at_most,
    divided,
    long,
    named,
    within_a_day,
)
from servicelab.course.declared import Fault


@dataclass(frozen=True)
class Special(Section):
    """Weeks with a cause of their own: where, from which week of the run, for how many, factor on the rate."""

    warehouse: Word
    week: Whole
    weeks: Whole
    factor: Amount

    def faults(self) -> Iterator[Fault]:
        """Names."""
        yield from among(("warehouse",), [self.warehouse], WAREHOUSES)


@dataclass(frozen=True)
class Delivery(Section):
    """Parcels and what is promised.

    Attributes
    ----------
    warehouse_share : share of the members whom each warehouse serves
    promised, promised_share : promised days, and how often
    early : a parcel that is in time takes its promised days or up to fewer than so many less
    late_by, late_most : days that a late parcel takes more: chance that it is not another one, and the most
    on_time_from : the first year of `on_time`
    on_time : true on-time share of each warehouse, year by year
    late_surge : X11c: lateness on orders of a surge, against other orders of the year
    late_usual : mean of the factor of `late_surge` over the parcels of a usual year
    from_hour, hours : deliveries come from this hour on, and for so many hours
    """

    warehouse_share: Mapping[str, Share]
    promised: tuple[Count, ...]
    promised_share: tuple[Share, ...]
    early: Count
    late_by: Some
    late_most: Count
    on_time_from: Whole
    on_time: Mapping[str, tuple[Share, ...]]
    late_surge: Positive
    late_usual: Positive
    from_hour: Hour
    hours: Hour

    def faults(self) -> Iterator[Fault]:
        """Names, shares, and as many years for each warehouse."""
        yield from named(("warehouse_share",), self.warehouse_share, WAREHOUSES)
        yield from divided(("warehouse_share",), self.warehouse_share.values())
        yield from long(("promised_share",), self.promised_share, len(self.promised))
        yield from divided(("promised_share",), self.promised_share)
        yield from named(("on_time",), self.on_time, WAREHOUSES)
        years = max(len(shares) for shares in self.on_time.values()) if self.on_time else 0
        for warehouse, shares in self.on_time.items():
            yield from long(("on_time", warehouse), shares, max(years, 1))
        yield from within_a_day(self.from_hour, self.hours)


@dataclass(frozen=True)
class Packing(Section):
    """X02c: faults in packing, and who makes them vary.

    Attributes
    ----------
    reacting : these warehouses re-set the packing line after every week
    reaction : by so much of what the week was off
    least, most : what a setting can be off
    rate_least, rate_most : factor on the rate of faults that a setting can make
    special : the one range of weeks with a cause: the packing machine
    reacting_from : week of the run from which they do
    """

    reacting: tuple[Word, ...]
    reaction: Amount
    least: Number
    most: Number
    rate_least: Amount
    rate_most: Amount
    special: Special
    reacting_from: Whole

    def faults(self) -> Iterator[Fault]:
        """Names, and limits in their order."""
        yield from among(("reacting",), self.reacting, WAREHOUSES)
        yield from at_most("least", self.least, "most", self.most)
        yield from at_most("rate_least", self.rate_least, "rate_most", self.rate_most)


@dataclass(frozen=True)
class Cases(Section):
    """After-sales cases (X02a, X02b).

    Attributes
    ----------
    hands_on, hands_on_shape : mean hands-on minutes of each station; the shape of their gamma distribution
    minutes, people : minutes of a working day that each station has for cases, and people who share them; the approver
        is the bottleneck
    desk : people who register
    rework, rework_factor : share looked at twice, and how long the second look takes
    answer_days, answer_more : working days until the customer answers: at least, and the scale of what is added
    shape : of the gamma distributions of days: the higher, the more alike
    registers, receives, asks : hands-on minutes of registering a case, of taking goods in, and of asking the customer
    a_day, others, amount_log_mean, amount_log_sd : cases a working day at scale 1, what they are about, and ¥
    arrives, arrives_more : days until the goods are there or the fitter comes: at least, and the mean of what is added
    scratched : of the price, what is paid back for goods that were only scratched
    pilot_below, pilot_share : ¥ of a claim below which the pilot goes unapproved, and the lot
    false_claim, found : X02b: false claims, and the share of them that an approver finds
    reacts, known_after : share more of them below a limit that has held for so many days
    chase_per_day, chase_cost : reminders a day, and ¥ of each
    approver_minute : ¥
    """

    hands_on: Mapping[str, Positive]
    hands_on_shape: Positive
    minutes: Mapping[str, Positive]
    people: Mapping[str, Count]
    desk: Count
    rework: Share
    rework_factor: Positive
    answer_days: Amount
    answer_more: Amount
    shape: Positive
    registers: Amount
    receives: Amount
    asks: Amount
    a_day: Amount
    others: Mapping[str, Share]
    amount_log_mean: Number
    amount_log_sd: Amount
    arrives: Amount
    arrives_more: Amount
    scratched: Share
    pilot_below: Amount
    pilot_share: Share
    false_claim: Share
    found: Share
    reacts: Amount
    known_after: Whole
    chase_per_day: Amount
    chase_cost: Amount
    approver_minute: Amount

    def faults(self) -> Iterator[Fault]:
        """Names of the stations; what other cases are about."""
        for name, found in (("hands_on", self.hands_on), ("minutes", self.minutes), ("people", self.people)):
            yield from named((name,), found, STATIONS)
        # In order: what each case is about is drawn by it.
        yield from named(("others",), self.others, AFTER_SALES, in_order=True)
        yield from divided(("others",), self.others.values())
