"""Why and when people get in touch for the first time: members through their orders, others at the same rates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from servicelab.company.simulation.draws import Lots, after, chosen, chosen_by
from servicelab.company.simulation.festivals import LAST_DAYS, balances_due, month_of
from servicelab.company.simulation.incidents import Incidents
from servicelab.company.simulation.members import DAY, Flags, Floats, Ints, Members
from servicelab.company.simulation.names import (
    ASKED_CHANNELS,
    CALM,
    CLOSE,
    FAMILIES,
    FEATURES,
    HALF_HOUR,
    INTENTS,
    LATE,
    MESSAGES,
    ON_THE_WAY,
    OPEN,
    SALE_OPENS,
    SATURDAY,
    SEGMENTS,
    SHOP_OPENS,
    WAREHOUSES,
)  # fmt: skip
from servicelab.company.simulation.orders import (
    ASKED,
    HAPPENS,
    LAG,
    SLOTS,
    TIME,
    WAITS,
    Orders,
    Rates,
    expected_orders,
    late_chance,
    reductions,
)  # fmt: skip
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World, by_name

INTENT = {name: number for number, name in enumerate(INTENTS)}
#: Contacts about goods count from their delivery, the others from the order (after a failure: when it shows).
FROM_DELIVERY = ("damaged", "defect", "return", "complaint")
PRICE_CLAIM = INTENT["price_claim"]
SHOP_DESK = ASKED_CHANNELS.index("shop")
#: Channels that take a message at night: the assistant answers, or it waits until the morning.
AT_NIGHT = np.array([name in ("chat", *MESSAGES) for name in ASKED_CHANNELS])
#: The service day begins when the lines close: whoever writes after that is answered on the next one.
EVENING = DAY - CLOSE
#: What is expected looks so many days ahead of a cause, and begins so many days before the run.
LONGEST_LAG, BEFORE = 70, 80


@dataclass(frozen=True)
class Causes:
    """Everything that brings about contacts, one element each.

    Attributes
    ----------
    intent : number of the reason
    failed : what failed, by number from 1; 0: nothing
    chance : contacts for each order that it happens to
    lag : by reason (not by cause), mean days after what it begins with
    later : by what failed, whether it shows on delivery
    """

    intent: Ints
    failed: Ints
    chance: Floats
    lag: Floats
    later: Flags

    def each(self) -> Iterator[tuple[int, int, float]]:
        """Reason, what failed and chance of each."""
        return zip(self.intent.tolist(), self.failed.tolist(), self.chance.tolist(), strict=True)

    def since_delivery(self, intent: Ints, failed: Ints) -> Flags:
        """Whether a matter begins with the delivery: complaints do, failures by what failed, the rest by its reason."""
        goods = np.isin(intent, [INTENT[name] for name in FROM_DELIVERY])
        found: Flags = np.where(failed > 0, self.later[failed] | (intent == INTENT["complaint"]), goods)
        return found


@cache
def causes_in(world: World) -> Causes:
    """The causes in a world."""
    found = [(INTENT[name], 0, what.per_order) for name, what in world.intents.items() if what.per_order]
    found.append((PRICE_CLAIM, 0, world.demand.price_claims))
    for number, what in enumerate(world.failures.values(), start=1):
        complains = world.demand.late_complains if number == LATE else 0.0
        found.append((INTENT[what.intent], number, what.spoken * (1 - complains)))
        if complains:
            found.append((INTENT["complaint"], number, what.spoken * complains))
    intent, failed, chance = zip(*found, strict=True)
    return Causes(
        np.array(intent, dtype=np.int8),
        np.array(failed, dtype=np.int8),
        np.array(chance),
        np.array([what.lag for what in world.intents.values()]),
        np.array([False, *(what.after for what in world.failures.values())]),
    )


@dataclass(frozen=True)
class Demand:
    """First contacts in order of time; `member` and `order` are −1 for people whose records are not kept."""

    at: Floats
    intent: Ints
    asked: Ints
    segment: Ints
    member: Ints
    order: Ints
    #: What failed and so caused it, by number in `names.FEATURES` from 1; 0: nothing failed.
    failed: Ints


@dataclass(frozen=True)
class _Part:
    """First contacts of one kind: day, uniform numbers for the time of the day and the channel, and what they are."""

    day: Ints
    time: Floats
    ask: Floats
    intent: Ints
    failed: Ints
    member: Ints
    order: Ints
    segment: Ints


def asked_chances(world: World) -> Floats:
    """Segment × intent × channel: where people turn."""
    table = np.array([world.demand.asked[name] for name in SEGMENTS])[:, None, :].repeat(len(INTENTS), axis=1)
    for name, tilt in world.demand.phone_tilt.items():
        table[:, INTENT[name], 0] *= tilt
    chances: Floats = table / table.sum(axis=2, keepdims=True)
    return chances


def time_of_day(world: World, luck: Floats) -> Floats:
    """Seconds since midnight, by the lines' half hours."""
    shares = np.concatenate([[0.0], np.cumsum(world.demand.half_hours)])
    edges = OPEN + np.arange(len(shares)) * HALF_HOUR
    found: Floats = np.interp(luck * shares[-1], shares, edges)
    return found


def _moments(world: World, day: Ints, asked: Ints, luck: Floats) -> Floats:
    """When each gets in touch on its day: by the lines' half hours, in shops from when they open, and some at night."""
    night = world.demand.night
    at_night = AT_NIGHT[asked] & (luck < night)
    by_day = np.where(AT_NIGHT[asked], (luck - night) / (1 - night), luck)
    second = time_of_day(world, np.clip(by_day, 0, 1))
    desk = asked == SHOP_DESK
    opens = SHOP_OPENS * 3600.0
    second = np.where(desk, opens + (second - OPEN) * (CLOSE - opens) / (CLOSE - OPEN), second)
    # From closing to midnight, then from midnight to opening: fewer and fewer, until the early risers.
    hours = np.concatenate([[0.0], np.cumsum(world.demand.night_hours)])
    late: Any = np.interp(luck / night * hours[-1], hours, CLOSE + 3600.0 * np.arange(len(hours)))
    found: Floats = np.where(at_night, np.where(late >= DAY, late - DAY, late), second) + day * DAY
    return found


def service_day(at: Floats) -> Ints:
    """The day on which the lines take up what comes in at `at`: the evening after closing belongs to the next."""
    found: Ints = np.floor((at + EVENING) / DAY).astype(np.int64)
    return found


def make_demand(
    world: World, scenario: Scenario, lots: Lots, members: Members, orders: Orders,
    calendar: pd.DataFrame, rates: Rates, incidents: Incidents,
) -> Demand:  # fmt: skip
    """All first contacts of the firm."""
    days = len(calendar)
    by_cause = expected_contacts(world, calendar, rates)
    parts = [
        *_from_orders(world, members, orders, calendar),
        _other_people(world, scenario, lots, calendar, by_cause),
        _rushes(world, scenario, lots, members, calendar, by_cause.sum(axis=0), incidents),
    ]
    day, time, ask, intent, failed, member, order, segment = (
        np.concatenate([getattr(part, name) for part in parts]) for name in _Part.__dataclass_fields__
    )
    asked = chosen_by(ask, asked_chances(world).reshape(-1, len(ASKED_CHANNELS)), segment * len(INTENTS) + intent)
    at = np.where(time < 0, -time, _moments(world, day, asked, time))
    # What comes in after the lines have closed on the last day is taken up after the run.
    turn = np.argsort(at, kind="stable")
    turn = turn[service_day(at[turn]) < days]
    return Demand(
        at[turn], intent[turn].astype(np.int8), asked[turn], segment[turn].astype(np.int8),
        member[turn].astype(np.int32), order[turn].astype(np.int32), failed[turn].astype(np.int8),
    )  # fmt: skip


def _from_orders(world: World, members: Members, orders: Orders, calendar: pd.DataFrame) -> Iterator[_Part]:
    """Contacts that the orders on record cause; never before their cause."""
    days = len(calendar)
    causes = causes_in(world)
    rows = np.arange(len(orders.placed), dtype=np.int32)
    # Whole days on which the parcel is neither ordered nor delivered.
    between = (orders.delivered // DAY - orders.placed // DAY).astype(np.int64) - 1
    under_way = (orders.promised > 0) & (between > 0)
    late = orders.said[:, SLOTS.index("failure"), HAPPENS] < world.demand.late_complains
    delay = put_off(world, calendar)
    for reason, what, chance in causes.each():
        name = INTENTS[reason]
        if reason == PRICE_CLAIM:
            yield _price_claims(world, members, orders, calendar)
            continue
        slot = SLOTS.index(name if name in ("presale", *CALM) and not what else "failure")
        said = orders.said[:, slot].astype(np.float64)
        if what:
            happens = (orders.fault == what) & orders.spoken
            if what == LATE:
                happens &= late == (name == "complaint")
        elif name == "presale":
            happens = orders.lead > 0
        else:
            happens = said[:, HAPPENS] < chance
            if name in ON_THE_WAY:
                happens &= under_way
        order = rows[happens]
        intent, failed = np.full(len(order), reason), np.full(len(order), what)
        if name == "presale":
            day = orders.day[order] - orders.lead[order]
        else:
            since = causes.since_delivery(intent, failed)
            start = (np.where(since, orders.delivered[order], orders.placed[order]) // DAY).astype(np.int64)
            # A parcel is missed when its day has passed.
            start = np.where((failed == LATE) & ~since, start + orders.promised[order] - 1, start)
            lag = after(said[order, LAG], 1 / causes.lag[reason])
            if not what and name in ON_THE_WAY:
                # Whoever asks where a parcel is, or to change its delivery, does so before it has come.
                lag = 1 + (lag - 1) % np.maximum(between[order], 1)
                day = start + lag
            else:
                day = postponed(delay, start + lag, said[order, WAITS])
        yield _part(members, orders, order, day, said[order], intent, failed, days)


def _part(
    members: Members, orders: Orders, order: Ints, day: Ints, said: Floats, intent: Ints, failed: Ints, days: int
) -> _Part:
    keep = (day >= 0) & (day < days)
    order = order[keep]
    member = orders.member[order]
    return _Part(
        day[keep], said[keep, TIME], said[keep, ASKED], intent[keep], failed[keep], member, order,
        members.segment[member],
    )  # fmt: skip


def put_off(world: World, calendar: pd.DataFrame) -> Floats:
    """By day, the chance that whoever would get in touch waits until the next day: at the weekend some do."""
    weekend = (calendar["weekday"].to_numpy() >= SATURDAY) & ~calendar["workday"].to_numpy()
    found: Floats = np.where(weekend, world.demand.put_off, 0.0)
    return found


def postponed(delay: Floats, day: Ints, luck: Floats) -> Ints:
    """The day on which each gets in touch: from a weekend, some wait until it is over."""
    found = day.copy()
    for _again in range(2):
        inside = (found >= 0) & (found < len(delay))
        waits = inside & (luck < delay[np.clip(found, 0, len(delay) - 1)])
        found = np.where(waits, found + 1, found)
    return found


def _price_claims(world: World, members: Members, orders: Orders, calendar: pd.DataFrame) -> _Part:
    """价保: who bought at most thirty days before it became cheaper claims the difference, days after they see it."""
    days = len(calendar)
    low = reductions(world, calendar)
    said = orders.said[:, SLOTS.index("price_claim")].astype(np.float64)
    parts = []
    for drop in price_drops(calendar):
        fits = (orders.day < drop) & (orders.day >= drop - world.demand.protected_days)
        cheaper = low[orders.family, drop] < low[orders.family, np.minimum(orders.day, days - 1)]
        order = np.flatnonzero(fits & cheaper & (said[:, HAPPENS] < world.demand.price_claims))
        day = drop + after(said[order, LAG], 1 / world.intents["price_claim"].lag)
        reason = np.full(len(order), INTENT["price_claim"])
        parts.append(_part(members, orders, order, day, said[order], reason, np.zeros_like(reason), days))
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return _part(members, orders, none, none, said[none], none, none, days)
    return _Part(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Part.__dataclass_fields__))


def price_drops(calendar: pd.DataFrame) -> list[int]:
    """The days on which a sale becomes cheapest."""
    eves = [eve for eve, _last in LAST_DAYS.values()]
    found: list[int] = np.flatnonzero(
        calendar["date"].dt.strftime("%m-%d").isin(eves).to_numpy() & (calendar["order_factor"].to_numpy() > 1)
    ).tolist()
    return found


def _expected_claims(world: World, calendar: pd.DataFrame, total: Floats) -> Floats:
    """By day, claims for the difference to be expected of so many orders."""
    low, found = reductions(world, calendar), np.zeros(len(total))
    share = by_name(world.orders.family_share, FAMILIES)
    p = 1 / world.intents["price_claim"].lag
    for drop in price_drops(calendar):
        window = np.arange(max(drop - world.demand.protected_days, 0), drop)
        cheaper = share @ (low[:, [drop]] < low[:, window])
        later = np.arange(drop + 1, min(drop + LONGEST_LAG, len(total)))
        claims = float((cheaper * total[window]).sum()) * world.demand.price_claims
        found[later] += claims * p * (1 - p) ** (later - drop - 1)
    return found


def expected_contacts(world: World, calendar: pd.DataFrame, rates: Rates) -> Floats:
    """Cause × day: first contacts to be expected from orders at these rates, at scale 1."""
    causes = causes_in(world)
    shop, online = expected_orders(world, rates)
    total = shop + online
    parcels = (1 - world.orders.carried_home) * shop + online
    late = late_chance(world, calendar).T @ by_name(world.delivery.warehouse_share, WAREHOUSES)
    rates_of = [what.rate for what in world.failures.values()]
    before = _before(world)
    delay = put_off(world, calendar)
    rows = []
    for intent, failed, chance in causes.each():
        if intent == PRICE_CLAIM:
            rows.append(_expected_claims(world, calendar, total))
            continue
        if failed:
            what = world.failures[FEATURES[failed - 1]]
            happens = (parcels if what.parcel else total) * (late if failed == LATE else rates_of[failed - 1])
        else:
            happens = parcels * world.demand.under_way if INTENTS[intent] in ON_THE_WAY else total
        cause = happens * chance
        if intent == INTENT["presale"]:
            rows.append(cause)
            continue
        p = 1 / causes.lag[intent]
        lags = p * (1 - p) ** np.arange(LONGEST_LAG)
        later = bool(causes.since_delivery(np.array([intent]), np.array([failed]))[0])
        kernel = np.concatenate([np.zeros(world.planning.delivered_after if later else 1), lags])
        # Before the run began there were orders too, as on an ordinary first day.
        usual = np.full(BEFORE, cause[0] / total[0] * before)
        day = np.convolve(np.concatenate([usual, cause]), kernel)[BEFORE : BEFORE + len(total)]
        rows.append(day if INTENTS[intent] in ON_THE_WAY and not failed else _moved(day, delay))
    return np.array(rows)


def _before(world: World) -> float:
    """Orders of an ordinary day before the run begins, at scale 1."""
    w = world.orders
    share = w.online_share[0]
    return world.members.count * world.members.old * w.shop_rate / 365 / (1 - share)


def _moved(day: Floats, delay: Floats) -> Floats:
    """What is expected of each day once those who wait until the weekend is over have moved on."""
    found = day.copy()
    for _again in range(2):
        moves = found * delay
        found = found - moves + np.concatenate([[0.0], moves[:-1]])
    return found


def _other_people(world: World, scenario: Scenario, lots: Lots, calendar: pd.DataFrame, by_cause: Floats) -> _Part:
    """When people whose records are not kept get in touch, and from which cause."""
    causes = causes_in(world)
    times = world.members.firm - scenario.scale
    month = month_of(calendar)
    w = world.demand
    lucky = lots.each(
        "days of others", month, lambda rng, rows: rng.gamma(w.day_cv**-2, w.day_cv**2, rows.stop - rows.start)
    )
    # Day by day, so that what a later day brings changes nothing before it.
    counts = lots.each("others", month, lambda rng, rows: rng.poisson(by_cause.T[rows] * times * lucky[rows, None]))
    day = np.repeat(np.arange(len(counts)), counts.sum(axis=1))
    cause = np.repeat(np.tile(np.arange(counts.shape[1]), len(counts)), counts.ravel())
    luck = lots.luck("when others", month[day], 3)
    none = np.full(len(day), -1)
    segment = chosen(luck[:, 2], by_name(world.members.segment_share))
    return _Part(
        day, luck[:, 0], luck[:, 1], causes.intent[cause], causes.failed[cause], none, none, segment
    )  # fmt: skip


def _rushes(
    world: World, scenario: Scenario, lots: Lots, members: Members, calendar: pd.DataFrame, total: Floats,
    incidents: Incidents,
) -> _Part:  # fmt: skip
    """The half hour after a sale opens, and the hours of an incident."""
    w = world.demand
    share = w.half_hours[int((SALE_OPENS - OPEN) / HALF_HOUR)] / sum(w.half_hours)
    total = total * world.members.firm
    nights = np.flatnonzero(calendar["sale_opens"] & (calendar["order_factor"] > 1))
    due = balances_due(calendar)
    open_for = (CLOSE - OPEN) / 3600
    parts: list[tuple[Floats, Ints, Floats]] = []
    for night in nights.tolist():
        # Nobody asks about a balance on an evening on which none falls due.
        asked = {name: w.rush[name] for name in INTENTS if name in w.rush and (name != "balance" or due[night])}
        rng = lots.always("sale opens", str(calendar["date"].iloc[night].date()))
        count = int(rng.poisson(total[night] * share * (w.sale_rush - 1)))
        luck = rng.random((count, 5))
        at = night * DAY + SALE_OPENS + HALF_HOUR * luck[:, 0] ** w.rush_early
        reason = np.array([INTENT[name] for name in asked])[chosen(luck[:, 1], list(asked.values()))]
        parts.append((at, reason, luck[:, 2:]))
    for number in range(len(incidents.started)):
        day = int(incidents.started[number] // DAY)
        rng = lots.always("incident", incidents.key[number])
        hours = sum(incidents.felt(world, number)) / 3600
        count = int(rng.poisson(total[day] / open_for * hours * world.incidents.contacts))
        luck = rng.random((count, 4))
        at = incidents.moments(world, number, luck[:, 0])
        parts.append((at, np.full(count, INTENT["app_problem"]), luck[:, 1:]))
    at = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0)
    reason = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0, dtype=np.int64)
    luck = np.concatenate([part[2] for part in parts]) if parts else np.zeros((0, 3))
    # Of the firm's customers, some are members on record; of those, some have not joined yet and are other people.
    ours = luck[:, 0] < scenario.scale / world.members.firm
    there = np.searchsorted(members.joined * DAY, at)
    member = np.where(ours & (there > 0), (luck[:, 0] * world.members.firm / scenario.scale * there).astype(int), -1)
    segment = chosen(luck[:, 2], by_name(world.members.segment_share))
    segment = np.where(member >= 0, members.segment[member], segment)
    none = np.full(len(at), -1)
    return _Part(
        (at // DAY).astype(np.int64), -at, luck[:, 1], reason, np.zeros_like(reason), member, none, segment
    )  # fmt: skip
