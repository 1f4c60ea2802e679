"""Who gets in touch, why and where: reasons, demand, failing systems, the lines, and enquiries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from servicelab.company.simulation.names import (
    ASKED_CHANNELS,
    CAUSES,
    CLOSE,
    HALF_HOURS,
    INTENTS,
    LINES,
    OPEN,
    OWNERS,
    SEGMENTS,
    SYSTEMS,
)
from servicelab.company.simulation.world.constraints import (
    Amount,
    Count,
    Factor,
    Hour,
    Number,
    Part,
    Positive,
    Section,
    Share,
    Word,
    among,
    ascending,
    divided,
    long,
    named,
    weighted,
    within_a_day,
)
from servicelab.course.declared import Fault


@dataclass(frozen=True)
class Intent(Section):
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

    owner: Word
    per_order: Amount
    aht: Positive
    resolve: Number
    csat: Number
    contain: Share
    solve: Share
    lag: Factor

    def faults(self) -> Iterator[Fault]:
        """A department that the tables know."""
        yield from among(("owner",), [self.owner], OWNERS)


@dataclass(frozen=True)
class Demand(Section):
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

    under_way: Share
    late_complains: Share
    asked: Mapping[str, tuple[Share, ...]]
    phone_tilt: Mapping[str, Amount]
    half_hours: tuple[Amount, ...]
    sale_rush: Factor
    rush_early: Positive
    rush: Mapping[str, Amount]
    day_cv: Positive
    night: Part
    night_hours: tuple[Amount, ...]
    put_off: Share
    price_claims: Share
    protected_days: Count

    def faults(self) -> Iterator[Fault]:
        """Names, and a value for each half hour, and for each hour of the night."""
        yield from named(("asked",), self.asked, SEGMENTS)
        for segment, shares in self.asked.items():
            yield from long(("asked", segment), shares, len(ASKED_CHANNELS))
            yield from divided(("asked", segment), shares)
        yield from among(("phone_tilt",), self.phone_tilt, INTENTS)
        yield from long(("half_hours",), self.half_hours, HALF_HOURS)
        yield from weighted(("half_hours",), self.half_hours)
        yield from among(("rush",), self.rush, INTENTS)
        # Not on every evening on which a sale opens do balances fall due.
        yield from weighted(("rush",), [weight for name, weight in self.rush.items() if name != "balance"])
        yield from long(("night_hours",), self.night_hours, 24 - int((CLOSE - OPEN) / 3600))
        yield from weighted(("night_hours",), self.night_hours)


@dataclass(frozen=True)
class Incidents(Section):
    """Failing systems.

    Attributes
    ----------
    every : days from one to the next by day
    night_every : days from one to the next while the lines are closed; those that would not end by then are left out
    hours_log_mean, hours_log_sd : of the logarithm of the hours that one lasts
    contacts : contacts it causes against those of the hours
    systems : how often each system
    causes : how often each cause
    from_hour, hours : by day they begin from this hour on, and for so many hours
    detected_log_mean, detected_log_sd : of the logarithm of the minutes until somebody notices
    night_log : what is added to that mean at night, when no customer calls about it
    told_log_mean, told_log_sd, tells : of the minutes until customers are told after that; how often they are
    told : contacts of those who have been told, against those who have not
    """

    every: Positive
    night_every: Positive
    hours_log_mean: Number
    hours_log_sd: Amount
    contacts: Amount
    systems: Mapping[str, Share]
    causes: Mapping[str, Share]
    from_hour: Hour
    hours: Hour
    detected_log_mean: Number
    detected_log_sd: Amount
    night_log: Number
    told_log_mean: Number
    told_log_sd: Amount
    tells: Share
    told: Positive

    def faults(self) -> Iterator[Fault]:
        """Names that the tables know, and when they begin."""
        for name, found, names in (("systems", self.systems, SYSTEMS), ("causes", self.causes, CAUSES)):
            yield from named((name,), found, names)
            yield from divided((name,), found.values())
        yield from within_a_day(self.from_hour, self.hours)


@dataclass(frozen=True)
class Lines(Section):
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

    service_cv: Positive
    patience: Mapping[str, Positive]
    concurrency: Mapping[str, Count]
    stretch: Mapping[str, Positive]
    resolve: Mapping[str, Number]
    transfer: Mapping[str, Share]
    transfer_other: Share
    refuse_bot: Mapping[str, Share]
    refuse_digital: Mapping[str, Share]
    back_resolved: Share
    back_unresolved: Share
    back_abandoned: Share
    back_contained: Share
    switch: Share
    back_days: tuple[Share, Share]
    back_same_line: Share
    back_from_bot: tuple[Share, Share, Share]
    most_attempts: Count
    take_callback: Share
    callback_patience: Positive
    bot_seconds: Amount
    bot_more_seconds: Amount
    hand_over: Amount
    longest: Positive
    cut_off: Share
    cut_off_from: Amount
    cut_off_seconds: Amount
    wrap: Mapping[str, Amount]
    wrap_least: Amount
    passed_after: Amount
    switch_from: Amount
    switch_seconds: Amount

    def faults(self) -> Iterator[Fault]:
        """Names of lines, segments and reasons."""
        for name in ("patience", "concurrency", "stretch", "resolve", "wrap"):
            yield from named((name,), getattr(self, name), LINES)
        yield from among(("transfer",), self.transfer, INTENTS)
        yield from named(("refuse_bot",), self.refuse_bot, SEGMENTS)
        yield from named(("refuse_digital",), self.refuse_digital, SEGMENTS)
        yield from ascending(("back_days",), self.back_days)
        yield from divided(("back_from_bot",), self.back_from_bot)
        for line, mean in self.wrap.items():
            if mean < self.wrap_least:
                yield Fault(
                    ("wrap", line),
                    f"`wrap.{line}` is {mean:g}, below `wrap_least` with {self.wrap_least:g}",
                    "Write the mean, which is not below the least",
                )


@dataclass(frozen=True)
class Enquiries(Section):
    """Buying after an enquiry (X00a).

    Attributes
    ----------
    convert, delay : log odds that an enquiry becomes an order, and its change for each unit of ln(1 + minutes to
        the first reply)
    unanswered : minutes that no answer counts for
    """

    convert: Number
    delay: Number
    unanswered: Amount
