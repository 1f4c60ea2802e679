"""A world: the true size of everything the simulation makes happen, read from one data file.

The engine knows which effects may exist; a world says how large they are. Skylark's is `grading/truth/skylark.yml`,
which stays with those who teach; `grading/truth/simulation.md` says in prose how each effect is found in the tables.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servicelab.company.simulation.names import FEATURES, INTENTS, LINES, REMEDIES, SEGMENTS, WAREHOUSES
from servicelab.company.simulation.scenario import PayScheme
from servicelab.course.declared import Declared, Fault, mistakes, read
from servicelab.errors import UserError
from servicelab.files.yamllines import read_lined
from servicelab.i18n import _


@dataclass(frozen=True)
class Leaving(Declared):
    """Chance of leaving after a failure: when nothing is said; when it is put right; when it is said and not."""

    silent: float
    put_right: float
    not_put_right: float


@dataclass(frozen=True)
class Failure(Declared):
    """What happens when a service feature fails on an order.

    Attributes
    ----------
    rate : share of orders (of parcels, where `parcel`) on which it falls short; 0 where something else decides
    spoken : share of customers who then say so; the others are silent
    intent : reason of the contact that follows
    leave : chance of leaving
    satisfaction : what it takes off the order's satisfaction
    parcel : only what is delivered can have it
    after : it shows on delivery, not on ordering
    """

    rate: float
    spoken: float
    intent: str
    leave: Leaving
    satisfaction: float
    parcel: bool = False
    after: bool = True


@dataclass(frozen=True)
class Intent(Declared):
    """A reason for a contact.

    Attributes
    ----------
    owner : department that causes it (X00b)
    per_order : first contacts without a failure behind them, for each order (`ON_THE_WAY`: for each parcel that is on
        its way for more than a day)
    aht : mean seconds of an agent of ordinary pace
    resolve : log odds of being resolved by an ordinary agent on the phone
    csat : shift of the mean answer
    contain, solve : share of such enquiries that the assistant ends, and share of those that it really solves
    lag : mean days after the order (before it, for presale)
    """

    owner: str
    per_order: float
    aht: float
    resolve: float
    csat: float
    contain: float
    solve: float
    lag: float


@dataclass(frozen=True)
class Special(Declared):
    """Weeks with a cause of their own: where, from which week of the run, for how many, factor on the rate."""

    warehouse: str
    week: int
    weeks: int
    factor: float


@dataclass(frozen=True)
class PayEffect(Declared):
    """What each unit of a bonus does: to time (a factor), the log odds of resolution, the share closed unsolved."""

    unit: float
    time: float
    resolve: float
    gaming: float


@dataclass(frozen=True)
class Afterwards(Declared):
    """A touch after the goods are there: share of journeys that have it, and days later, from first to last."""

    share: float
    first: int
    last: int


@dataclass(frozen=True)
class Surveyed(Declared):
    """A feature in the yearly survey: mean stated importance and performance, weight on satisfaction."""

    importance: float
    performance: float
    weight: float


@dataclass(frozen=True)
class Trend(Declared):
    """Shares of the six themes in the first and in the last month."""

    first: tuple[float, ...]
    last: tuple[float, ...]


@dataclass(frozen=True)
class Disappointment(Declared):
    """Failures of the past year that lower a dimension's perception, by how much."""

    features: tuple[str, ...]
    dimension: str
    effect: float


@dataclass(frozen=True)
class Members(Declared):
    """Who the members are.

    Attributes
    ----------
    count : members at scale 1
    firm : the lines carry this many times the contacts of the members at scale 1
    segment_share : share of each segment
    opted_in : share that agreed to profiling, by segment
    city_tier : share of each city tier, by segment; nothing follows from it
    old : members who are there at the start, as a share of all; the others join evenly
    old_days, old_skew : of those, how long ago the first joined, and how much more of them lately (a power)
    days : days over which the others join
    rate_shape : shape of the gamma distribution of order rates (mean 1)
    leaving : a rough rate of leaving a year: only for what the firm expects, not for what happens
    joins_in_sales : power of the surge factor that joining sees
    """

    count: int
    firm: int
    segment_share: Mapping[str, float]
    opted_in: Mapping[str, float]
    city_tier: Mapping[str, tuple[float, ...]]
    old: float
    old_days: float
    old_skew: float
    days: int
    rate_shape: float
    leaving: float
    joins_in_sales: float


@dataclass(frozen=True)
class Orders(Declared):
    """When and where orders are placed.

    Attributes
    ----------
    shop_rate, shop_growth : shop orders a year and member, and their growth a year
    online_share : X12c: share of orders placed online on the first day and on the last of `members.days`; shop orders
        do not lose by it
    weekday : factor on orders, Monday first
    surge : orders on the days of a festival, against an ordinary day
    surge_raised : of what a sale adds on its top days, the part that the days around them have
    surge_shops : power of the surge factor that shops see
    day_cv : coefficient of variation of a day's luck
    online_hours : online orders by hour of the day, from midnight
    shop_hours : shop orders by hour, from when the shops open
    sale_hour : online orders in the hour in which a sale opens, against that hour's
    in_app, on_web : of online orders: placed in the app by who has it; on the website by the others
    carried_home : of what is bought in a shop, the share that is carried home
    extra_rate : share of orders that are given an extra, by lot
    surge_eve : of what a sale adds on its last day, the part that the day before it has
    season : factor on orders by month, January first
    family_share : share of orders, by what is bought
    family_log_price, price_log_sd : of the logarithm of a price, by family; its standard deviation
    price_tags : ¥ as shops write them
    second_item : share of orders with two things
    sale_off : of the price of a family, what the last days of a sale take off; the days before take half
    usual_amount : mean ¥ of an order
    """

    shop_rate: float
    shop_growth: float
    online_share: tuple[float, float]
    weekday: tuple[float, ...]
    surge: Mapping[str, float]
    surge_raised: float
    surge_shops: float
    day_cv: float
    online_hours: tuple[float, ...]
    shop_hours: tuple[float, ...]
    sale_hour: float
    in_app: float
    on_web: float
    carried_home: float
    extra_rate: float
    surge_eve: float
    season: tuple[float, ...]
    family_share: Mapping[str, float]
    family_log_price: Mapping[str, float]
    price_log_sd: float
    price_tags: tuple[float, ...]
    second_item: float
    sale_off: Mapping[str, float]
    usual_amount: float


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
class Staying(Declared):
    """Who stops buying (X00c, X01b); by what failed: `failures`.

    Attributes
    ----------
    after_order : chance after an order on which nothing failed
    other_unresolved : after a matter that was no failure and ended unsolved
    """

    after_order: float
    other_unresolved: float


@dataclass(frozen=True)
class Rating(Declared):
    """Satisfaction with an order (X01c).

    Attributes
    ----------
    ceiling : mean with nothing wrong and no extra
    drop, start, width : a must-be saturates: what is missing at an on-time share of `start`, fading over `width`
    late : what a late delivery takes off
    extra : what an extra adds
    response : share of orders that are rated, by segment
    spread : of `draws.answers`
    early : what each day before the promised one adds
    """

    ceiling: float
    drop: float
    start: float
    width: float
    late: float
    extra: Mapping[str, float]
    response: Mapping[str, float]
    spread: float
    early: float


@dataclass(frozen=True)
class Demand(Declared):
    """When and where people get in touch.

    Attributes
    ----------
    under_way : share of parcels that take more than a day
    late_complains : of late deliveries that are told, those complained about; the others are asked after
    asked : where a segment turns for an ordinary question: phone, chat, wechat, email, shop
    phone_tilt : X03a: hard matters go to the phone, easy ones are typed: factor on the phone's odds
    half_hours : contacts by half hour from 9:00
    sale_rush : enquiries in the half hour in which a sale opens, as a factor on the half hour's rate
    rush_early : how much of them come at its beginning (a power)
    rush : what the rush is about
    day_cv : coefficient of variation of what the firm cannot foresee of a day
    night : of what is written, the share that is written while the lines are closed
    night_hours : by hour from closing
    put_off : at the weekend, the chance that somebody waits until the next day
    price_claims, protected_days : share who claim the difference when what they bought becomes cheaper within so many
        days
    """

    under_way: float
    late_complains: float
    asked: Mapping[str, tuple[float, ...]]
    phone_tilt: Mapping[str, float]
    half_hours: tuple[float, ...]
    sale_rush: float
    rush_early: float
    rush: Mapping[str, float]
    day_cv: float
    night: float
    night_hours: tuple[float, ...]
    put_off: float
    price_claims: float
    protected_days: int


@dataclass(frozen=True)
class Incidents(Declared):
    """Failing systems.

    Attributes
    ----------
    every : days from one to the next
    hours_log_mean, hours_log_sd : of the logarithm of the hours that one lasts
    contacts : contacts it causes against those of the hours
    systems : how often each system
    causes : how often each cause
    from_hour, hours : they begin from this hour on, and for so many hours
    detected_log_mean, detected_log_sd : of the logarithm of the minutes until somebody notices
    told_log_mean, told_log_sd, tells : of the minutes until customers are told after that; how often they are
    told : contacts of those who have been told, against those who have not
    """

    every: float
    hours_log_mean: float
    hours_log_sd: float
    contacts: float
    systems: Mapping[str, float]
    causes: Mapping[str, float]
    from_hour: float
    hours: float
    detected_log_mean: float
    detected_log_sd: float
    told_log_mean: float
    told_log_sd: float
    tells: float
    told: float


@dataclass(frozen=True)
class Lines(Declared):
    """Queues, and who comes back.

    Attributes
    ----------
    service_cv : coefficient of variation of handling times
    patience : mean seconds that somebody would wait
    concurrency : contacts an agent handles side by side
    stretch : by how much each then takes longer
    resolve : X03a: effect of the channel itself on the log odds of resolving
    transfer : share passed on to the second line, by reason
    transfer_other : the same for other reasons
    refuse_bot, refuse_digital : share who ask for a person at once, and who will not write instead, by segment
    back_resolved, back_unresolved, back_abandoned, back_contained : share who come back within 72 hours; X03c:
        contained without being helped
    switch : of those who give up, the share who try another channel the same day
    back_days : who comes back does so within so many days (cumulated)
    back_same_line : to the same line, or else to the phone
    back_from_bot : from the assistant: to phone, chat, wechat
    most_attempts : contacts about one matter
    take_callback, callback_patience : share of callers who take the offer to be rung back, and seconds they then
        wait at most
    bot_seconds, bot_more_seconds, hand_over : with the assistant, when it ends the matter, and more by how hard it
        is; when it hands over
    longest : seconds of a call after which the rest is arranged as another appointment
    cut_off, cut_off_from, cut_off_seconds : share of calls that end at once, from and for so many seconds
    wrap, wrap_least : mean seconds of after-call work, and the least
    passed_after : seconds until the second line has what was passed on
    switch_from, switch_seconds : seconds until somebody who gave up tries another channel: the least, and more
    """

    service_cv: float
    patience: Mapping[str, float]
    concurrency: Mapping[str, int]
    stretch: Mapping[str, float]
    resolve: Mapping[str, float]
    transfer: Mapping[str, float]
    transfer_other: float
    refuse_bot: Mapping[str, float]
    refuse_digital: Mapping[str, float]
    back_resolved: float
    back_unresolved: float
    back_abandoned: float
    back_contained: float
    switch: float
    back_days: tuple[float, ...]
    back_same_line: float
    back_from_bot: tuple[float, ...]
    most_attempts: int
    take_callback: float
    callback_patience: float
    bot_seconds: float
    bot_more_seconds: float
    hand_over: float
    longest: float
    cut_off: float
    cut_off_from: float
    cut_off_seconds: float
    wrap: Mapping[str, float]
    wrap_least: float
    passed_after: float
    switch_from: float
    switch_seconds: float


@dataclass(frozen=True)
class Planning(Declared):
    """How the firm plans its staff.

    Attributes
    ----------
    occupancy : load aimed at
    again : repeats, transfers and switches, on top of first contacts
    pace : new, tired and slow agents add time
    contain_most : the most of a reason that the assistant is believed to end
    passed : of what is passed on, the part that the second line is planned for
    believed, half_believed : planners know the season; of what is above so many times the usual they believe a part
    posts_quantile, posts_more : positions for all planned days but the worst, and a few more
    safety : square-root staffing of half hours
    least_weight : weight of the quietest half hours
    """

    occupancy: Mapping[str, float]
    again: Mapping[str, float]
    pace: float
    contain_most: float
    passed: float
    believed: float
    half_believed: float
    posts_quantile: float
    posts_more: float
    safety: float
    least_weight: float


@dataclass(frozen=True)
class Agents(Declared):
    """Those who answer.

    Attributes
    ----------
    pace_sd, skill_sd, empathy_sd : standard deviations between agents: log time, log odds of resolving, mean answer
    hurry_sd, hurry_pace, hurry_resolve : X04a: agents who hurry: each unit takes time off and resolution with it
    new_pace, new_resolve, learn_days : X11b: what a new agent lacks, and the days after which 63 % of it is learned
    tired_pace, tired_resolve : second half of a shift
    turnover, early_factor, early_days, later_factor : leaving a year; in the first days; afterwards
    tenure, tenure_least : days since hiring of whoever is there at the start: mean beyond the least
    vacancy : days until a position is filled again
    absent : share of shifts that are missed
    leave : share of weeks on planned leave
    temp_days : how long temporary agents stay
    leaves_for_pay, leaves_for_load, usual_load : power of pay against the usual on leaving; change of its logarithm by
        load beyond the usual
    """

    pace_sd: float
    skill_sd: float
    empathy_sd: float
    hurry_sd: float
    hurry_pace: float
    hurry_resolve: float
    new_pace: float
    new_resolve: float
    learn_days: float
    tired_pace: float
    tired_resolve: float
    turnover: float
    early_factor: float
    early_days: float
    later_factor: float
    tenure: float
    tenure_least: float
    vacancy: tuple[int, int]
    absent: float
    leave: float
    temp_days: float
    leaves_for_pay: float
    leaves_for_load: float
    usual_load: float


@dataclass(frozen=True)
class Pay(Declared):
    """What agents are paid for, and what it does.

    Attributes
    ----------
    per_contact, per_resolution : effect of being paid by what is handled, and by what is resolved and not back; `unit`
        is the ¥ that it is counted in
    gaming_usual : share closed unsolved whatever is paid
    usual : ¥ of a usual month
    month_hours : paid hours of a full month, for the base pay
    coaching : X04b: coaching raises the log odds of resolution by this, no more
    """

    per_contact: PayEffect
    per_resolution: PayEffect
    gaming_usual: float
    usual: float
    month_hours: float
    coaching: float

    def _bonus(self, scheme: PayScheme, what: str) -> float:
        return sum(
            float(getattr(scheme, name)) / effect.unit * float(getattr(effect, what))
            for name, effect in (("per_contact", self.per_contact), ("per_resolution", self.per_resolution))
        )

    def time(self, scheme: PayScheme) -> float:
        """Factor on handling time."""
        return 1 + self._bonus(scheme, "time")

    def resolve(self, scheme: PayScheme) -> float:
        """Shift of the log odds of resolution."""
        return self._bonus(scheme, "resolve")

    def gaming(self, scheme: PayScheme) -> float:
        """Share of what is not solved that is closed as if it were."""
        return max(self.gaming_usual + self._bonus(scheme, "gaming"), 0.0)


@dataclass(frozen=True)
class Csat(Declared):
    """What a contact is worth to the customer.

    Attributes
    ----------
    base : mean answer, with what agents usually do already in it
    resolved, wait, again, transfer, refused, angry : shifts; of `wait` by ln(1 + minutes); anger lowers all alike
        (X01a)
    channel : X03a: effect of the channel itself
    bot : the assistant's own effect
    expectation : by segment
    expectation_sd : between members
    wait_counts : minutes waited count in full on the phone, in these parts elsewhere
    rung_back : whoever is rung back minds so much of them
    least, most : of a mean answer
    spread : answers heap at both ends: of `draws.answers`
    response : share who answer
    unhappy_response : share of that among those who would answer 1 or 2
    bot_response, bot_unhappy_response : the same for the assistant
    """

    base: float
    resolved: float
    wait: float
    again: float
    transfer: float
    refused: float
    angry: float
    channel: Mapping[str, float]
    bot: float
    expectation: Mapping[str, float]
    expectation_sd: float
    wait_counts: Mapping[str, float]
    rung_back: float
    least: float
    most: float
    spread: float
    response: Mapping[str, float]
    unhappy_response: Mapping[str, float]
    bot_response: float
    bot_unhappy_response: float


@dataclass(frozen=True)
class Matters(Declared):
    """What a contact is about, and how it is met (X01a).

    Attributes
    ----------
    about : P(feature | reason) of matters that no failure caused: nobody asks for a must-be that works
    need_share : share of each need
    need_tilt : some features are asked about in the name of rules, others of feelings: factors on `need_share`
    angry_failure, angry_enquiry, angry_again : tone says how much has gone wrong, hardly what the need is: a first
        contact after a failure, another first contact, a further one
    remedy_angry, remedy_calm : what agents turn to: they answer anger with an apology, whatever the need
    resolved : how likely a matter is solved with each remedy
    gain : what each remedy adds to the mean answer
    """

    about: Mapping[str, Mapping[str, float]]
    need_share: Mapping[str, float]
    need_tilt: Mapping[str, Mapping[str, float]]
    angry_failure: float
    angry_enquiry: float
    angry_again: float
    remedy_angry: Mapping[str, float]
    remedy_calm: Mapping[str, float]
    resolved: Mapping[str, Mapping[str, float]]
    gain: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Enquiries(Declared):
    """Buying after an enquiry (X00a).

    Attributes
    ----------
    convert, delay : log odds that an enquiry becomes an order, and its change for each unit of ln(1 + minutes to
        the first reply)
    unanswered : minutes that no answer counts for
    """

    convert: float
    delay: float
    unanswered: float


@dataclass(frozen=True)
class Costs(Declared):
    """Money.

    Attributes
    ----------
    agent_hour : ¥
    productive : of paid time, the share in contact
    overhead : ¥ a contact, by line
    bot, lost : ¥ a contact with the assistant, and one that nobody answered
    """

    agent_hour: float
    productive: float
    overhead: Mapping[str, float]
    bot: float
    lost: float


@dataclass(frozen=True)
class App(Declared):
    """The app, and ordering ahead in shops.

    Attributes
    ----------
    take_up, take_up_per_order, past_most : X12b: chance of taking up the app at an order, for each order of the
        past year; the most that count
    taste : by segment
    effect : true effect on orders
    from_day : day of the run from which there is an app
    """

    take_up: float
    take_up_per_order: float
    past_most: int
    taste: Mapping[str, float]
    effect: float
    from_day: int


@dataclass(frozen=True)
class Coupons(Declared):
    """Who uses a coupon, and what it does.

    Attributes
    ----------
    base, rate, deal : log odds of using one, by the member's order rate (in means) and taste for deals (sd 1)
    lift : true change of the order rate of those it is sent to while it runs
    lift_other : the same for a campaign that is not named
    online : share of the orders it adds that are placed online
    """

    base: float
    rate: float
    deal: float
    lift: Mapping[str, float]
    lift_other: float
    online: float


@dataclass(frozen=True)
class Shops(Declared):
    """Shops and ordering ahead (X12a).

    Attributes
    ----------
    largest, smallest, sd : members of the largest and the smallest shop, against the mean, and what else differs
        (log sd)
    whole, trend : a shop's sales at the start, against those of its members at any scale, and their growth a year
    month_sd, all_sd : noise of a shop's month and of a month in all shops (log sd), in the part that is not on
        record
    rollout_from, rollout_every, rollout_groups : months: from when ordering ahead comes, group by group
    effect : true effect on the orders of a shop's customers
    ahead, ahead_sd : share of visits that then order ahead
    visits, visits_most : in the busy hour at the start, and what a shop has room for
    turns_till, turns_counter, turns_collecting : turns of each visit at the till, at the counter, and there when
        goods ordered ahead are collected
    till, counter, tills, counters : customers an hour that a till and the pick-up counter can take, and how many of
        each a shop has
    busiest : load beyond which people stay away
    wait_sd : noise of the waits that are measured (log sd)
    """

    largest: float
    smallest: float
    sd: float
    whole: float
    trend: float
    month_sd: float
    all_sd: float
    rollout_from: int
    rollout_every: int
    rollout_groups: int
    effect: float
    ahead: float
    ahead_sd: float
    visits: float
    visits_most: float
    turns_till: float
    turns_counter: float
    turns_collecting: float
    till: float
    counter: float
    tills: int
    counters: int
    busiest: float
    wait_sd: float


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


@dataclass(frozen=True)
class Touchpoints(Declared):
    """Journeys touch by touch (J3, J4, M2, M7).

    Attributes
    ----------
    adds : log odds that one touch before the order adds to buying
    share : how often each is touched; those that persuade are a little busier
    convert : log odds of buying without a touch
    late, late_by : where people end up who have made up their minds: last touches, whatever they add
    journeys : at scale 1 in 36 months
    stops, longest : chance that a touch is the last but one; the most touches
    pause : days between touches before the order, beyond one: mean
    over : days after which a journey that has come to nothing has come to nothing
    afterwards : after the goods are there
    score : mean score 1–5 of a touch
    score_converts, score_late : a journey that ends in an order scores higher on the way to it, one that does not
        lower; a late delivery
    rated : share of touches that are rated
    spread : of `draws.answers`
    felt_sd : standard deviation of how a touch feels
    usual_peak, usual_end, peak_rating, end_rating : X06c: what a point of a journey's peak or end beyond the usual adds
        to the rating of its order
    enough, leaves, leaves_for_more, stays_for_peak, stays_for_end : X06b, X06c: log odds of leaving after a journey, by
        touches beyond enough, and by points of peak and end
    """

    adds: Mapping[str, float]
    share: Mapping[str, float]
    convert: float
    late: tuple[str, ...]
    late_by: float
    journeys: int
    stops: float
    longest: int
    pause: float
    over: int
    afterwards: Mapping[str, Afterwards]
    score: Mapping[str, Mapping[str, float]]
    score_converts: float
    score_late: float
    rated: Mapping[str, float]
    spread: float
    felt_sd: float
    usual_peak: float
    usual_end: float
    peak_rating: float
    end_rating: float
    enough: int
    leaves: float
    leaves_for_more: float
    stays_for_peak: float
    stays_for_end: float


@dataclass(frozen=True)
class Kano(Declared):
    """The Kano survey.

    Attributes
    ----------
    asked : customers at scale 1
    profile : chances of A, O, M, I, R, Q among customers for whom the feature is mainly of one category
    main : main category by feature and segment; two letters mix half and half
    pairs : answers (functional, dysfunctional) within each category, with their chances
    """

    asked: int
    profile: Mapping[str, Mapping[str, float]]
    main: Mapping[str, Mapping[str, str]]
    pairs: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class NeedsSurvey(Declared):
    """The yearly survey (N2).

    Attributes
    ----------
    asked : customers a wave at scale 1
    features : stated importance and performance, 1–7, and the true weight on satisfaction per point
    satisfaction : mean
    shift, drift : of stated importance by segment and feature, and its change a year
    unmet : share of customers who have not met the feature
    importance_sd, performance_sd, spread : between customers; of `draws.answers`
    """

    asked: int
    features: Mapping[str, Surveyed]
    satisfaction: float
    shift: Mapping[str, Mapping[str, float]]
    drift: Mapping[str, Mapping[str, float]]
    unmet: Mapping[str, float]
    importance_sd: float
    performance_sd: float
    spread: float


@dataclass(frozen=True)
class Tracker(Declared):
    """The monthly question (N4).

    Attributes
    ----------
    asked : customers a month and segment at scale 1
    trends : share of each theme in the first and the last month, linear in between
    """

    asked: int
    trends: Mapping[str, Trend]


@dataclass(frozen=True)
class Servqual(Declared):
    """The SERVQUAL survey (M3, M4).

    Attributes
    ----------
    asked : respondents a wave at scale 1, the same number from each segment
    expectation, expectation_year : mean of all segments in the first wave by dimension, and its change from wave to
        wave
    perception, perception_year : the same of customers for whom nothing failed
    expectation_segment, perception_segment : shifts by segment; they sum to 0 over the four
    expectation_item, perception_item : shift of each item; they sum to 0 within a dimension
    failures : what truly happened in the twelve months before November, and what it lowers
    weights : points of 100 by segment and dimension
    weights_alike : the higher, the more alike the respondents
    expectation_spread, perception_spread : how answers spread about their mean
    common, dimension, style : share of what differs between people that is common to all items, and to a
        dimension's; and to both halves
    """

    asked: int
    expectation: Mapping[str, float]
    expectation_year: Mapping[str, float]
    perception: Mapping[str, float]
    perception_year: Mapping[str, float]
    expectation_segment: Mapping[str, Mapping[str, float]]
    perception_segment: Mapping[str, Mapping[str, float]]
    expectation_item: tuple[float, ...]
    perception_item: tuple[float, ...]
    failures: Mapping[str, Disappointment]
    weights: Mapping[str, Mapping[str, int]]
    weights_alike: float
    expectation_spread: float
    perception_spread: float
    common: float
    dimension: float
    style: float


@dataclass(frozen=True)
class Deposits(Declared):
    """预售: deposits before Double 11, balances on its last evenings.

    Attributes
    ----------
    rate : deposits of a member of average rate, each year
    early : how much more come in the first evening (a power)
    pays, pays_within : share who pay the balance, and mean hours after it is due
    share : of the price, what the deposit is
    """

    rate: float
    early: float
    pays: float
    pays_within: float
    share: float


@dataclass(frozen=True)
class Hiring(Declared):
    """What scores of applicants foretell.

    Attributes
    ----------
    applicants : how many applied
    validity : correlation of each score with the work that is seen later
    reliability : correlation of that work with what somebody can do
    score_mean, score_sd : of each score, 0 to 100
    good_mean, good_sd : contacts an hour resolved and not back after half a year
    stays, stays_for_work : log odds of being there still, and what work (sd 1) adds
    """

    applicants: int
    validity: Mapping[str, float]
    reliability: float
    score_mean: float
    score_sd: float
    good_mean: float
    good_sd: float
    stays: float
    stays_for_work: float


@dataclass(frozen=True, eq=False)
class World(Declared):
    """Everything that is true of a firm and its customers; see the sections."""

    members: Members
    orders: Orders
    deposits: Deposits
    delivery: Delivery
    packing: Packing
    leaving: Staying
    rating: Rating
    demand: Demand
    incidents: Incidents
    lines: Lines
    planning: Planning
    agents: Agents
    pay: Pay
    hiring: Hiring
    csat: Csat
    matters: Matters
    enquiries: Enquiries
    costs: Costs
    app: App
    coupons: Coupons
    shops: Shops
    cases: Cases
    touchpoints: Touchpoints
    kano: Kano
    needs_survey: NeedsSurvey
    tracker: Tracker
    servqual: Servqual
    failures: Mapping[str, Failure]
    intents: Mapping[str, Intent]

    def faults(self) -> Iterator[Fault]:
        """Lists whose order tables are numbered by have every name, in that order."""
        named: list[tuple[tuple[str, ...], Mapping[str, Any], tuple[str, ...]]] = [
            (("failures",), self.failures, FEATURES),
            (("intents",), self.intents, INTENTS),
            (("delivery", "warehouse_share"), self.delivery.warehouse_share, WAREHOUSES),
            (("lines", "concurrency"), self.lines.concurrency, LINES),
        ]
        for path, found, names in named:
            if tuple(found) != names:
                yield Fault(
                    path, f"`{path[-1]}` lacks a name, or has them in another order", "Write " + ", ".join(names)
                )

    # --- What follows ---

    def satisfaction_curve(self, on_time_share: float) -> float:
        """X01c: mean satisfaction of a warehouse's orders with no other failure and no extra, by its on-time share."""
        rating = self.rating
        return rating.ceiling - rating.drop * math.exp(-(on_time_share - rating.start) / rating.width)

    def mean_gain(self, need: str) -> float:
        """What the remedies add on the average of calm contacts: `csat.base` is the mean with that already in it."""
        gain, calm = self.matters.gain[need], self.matters.remedy_calm
        return sum(calm[name] * gain[name] for name in REMEDIES)

    def lift(self, campaign: str) -> float:
        """True change of the order rate while a campaign runs, of those it is sent to."""
        return self.coupons.lift.get(campaign, self.coupons.lift_other)


def read_world(path: Path) -> World:
    """The world that a file describes.

    Raises UserError, with file and line, when the file cannot be read or is not a whole world.
    """
    lined = read_lined(path)
    for fault in mistakes(World, lined.data):
        problem = f"{fault.problem}. {fault.remedy}"
        raise UserError(_("{file}, line {line}: {problem}.", file=path, line=lined.line(*fault.path), problem=problem))
    return read(World, lined.data)


def by_name(values: Mapping[str, float], names: tuple[str, ...] = SEGMENTS) -> NDArray[np.float64]:
    """Numbers in the order of their names."""
    return np.array([values[name] for name in names], dtype=np.float64)
