"""What becomes of an order: delivery, packing, and the cases after the sale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from servicelab.course.declared import Declared


@dataclass(frozen=True)
class Special(Declared):
    """Weeks with a cause of their own: where, from which week of the run, for how many, factor on the rate."""

    warehouse: str
    week: int
    weeks: int
    factor: float


@dataclass(frozen=True)
class Delivery(Declared):
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

    warehouse_share: Mapping[str, float]
    promised: tuple[int, ...]
    promised_share: tuple[float, ...]
    early: int
    late_by: float
    late_most: int
    on_time_from: int
    on_time: Mapping[str, tuple[float, ...]]
    late_surge: float
    late_usual: float
    from_hour: float
    hours: float


@dataclass(frozen=True)
class Packing(Declared):
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

    reacting: tuple[str, ...]
    reaction: float
    least: float
    most: float
    rate_least: float
    rate_most: float
    special: Special
    reacting_from: int


@dataclass(frozen=True)
class Cases(Declared):
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

    hands_on: Mapping[str, float]
    hands_on_shape: float
    minutes: Mapping[str, float]
    people: Mapping[str, int]
    desk: int
    rework: float
    rework_factor: float
    answer_days: float
    answer_more: float
    shape: float
    registers: float
    receives: float
    asks: float
    a_day: float
    others: Mapping[str, float]
    amount_log_mean: float
    amount_log_sd: float
    arrives: float
    arrives_more: float
    scratched: float
    pilot_below: float
    pilot_share: float
    false_claim: float
    found: float
    reacts: float
    known_after: int
    chase_per_day: float
    chase_cost: float
    approver_minute: float
