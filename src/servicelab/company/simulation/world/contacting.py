"""Who gets in touch, why and where: reasons, demand, failing systems, the lines, and enquiries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from servicelab.course.declared import Declared


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
