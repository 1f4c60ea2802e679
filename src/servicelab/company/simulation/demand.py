"""Why and when people get in touch for the first time: members through their orders, others at the same rates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.simulation.buying import DAY, Floats, Ints, Members, Orders, late_shares
from servicelab.company.simulation.draws import pick, pick_by, stream
from servicelab.company.simulation.names import (
    ASKED_CHANNELS,
    CLOSE,
    FEATURES,
    INTENTS,
    LATE,
    ON_THE_WAY,
    OPEN,
    SALE_OPENS,
    SEGMENTS,
    WAREHOUSES,
)
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World, by_name

INTENT = {name: number for number, name in enumerate(INTENTS)}
#: Contacts about goods count from their delivery, the others from the order (after a failure: when it shows).
FROM_DELIVERY = ("damaged", "defect", "return", "complaint")
SHOP_DESK = ASKED_CHANNELS.index("shop")


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
    later: NDArray[np.bool_]

    def each(self) -> Iterator[tuple[int, int, float]]:
        """Reason, what failed and chance of each."""
        return zip(self.intent.tolist(), self.failed.tolist(), self.chance.tolist(), strict=True)

    def since_delivery(self, intent: Ints, failed: Ints) -> NDArray[np.bool_]:
        """Whether a matter begins with the delivery: complaints do, failures by what failed, the rest by its reason."""
        goods = np.isin(intent, [INTENT[name] for name in FROM_DELIVERY])
        found: NDArray[np.bool_] = np.where(failed > 0, self.later[failed] | (intent == INTENT["complaint"]), goods)
        return found


@cache
def causes_in(world: World) -> Causes:
    """The causes in a world."""
    found = [(INTENT[name], 0, what.per_order) for name, what in world.intents.items() if what.per_order]
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
    #: Expected first contacts of the whole firm: intent × day.
    expected: Floats
    incidents: pd.DataFrame


def asked_chances(world: World) -> Floats:
    """Segment × intent × channel: where people turn."""
    table = np.array([world.demand.asked[name] for name in SEGMENTS])[:, None, :].repeat(len(INTENTS), axis=1)
    for name, tilt in world.demand.phone_tilt.items():
        table[:, INTENT[name], 0] *= tilt
    chances: Floats = table / table.sum(axis=2, keepdims=True)
    return chances


def time_of_day(world: World, rng: np.random.Generator, size: int) -> Floats:
    """Seconds since midnight, by the lines' half hours."""
    shares = np.concatenate([[0.0], np.cumsum(world.demand.half_hours)])
    edges = OPEN + np.arange(len(shares)) * 1800.0
    found: Floats = np.interp(rng.random(size) * shares[-1], shares, edges)
    return found


def make_demand(
    world: World,
    scenario: Scenario,
    members: Members,
    orders: Orders,
    calendar: pd.DataFrame,
    expected: tuple[Floats, Floats],
) -> Demand:
    """All first contacts of the firm."""
    rng = stream(scenario.seed, "simulation", "demand")
    causes = causes_in(world)
    by_cause = _expected_contacts(world, scenario, calendar, expected)
    by_day = np.zeros((len(INTENTS), len(calendar)))
    np.add.at(by_day, causes.intent, by_cause)
    incidents = _incidents(world, scenario, len(calendar))
    at, cause, member, order = _from_orders(world, rng, orders, len(calendar))
    others = _other_people(world, rng, by_cause, world.members.firm - scenario.scale)
    rush_at, rush_intent = _rushes(world, rng, calendar, by_day, incidents)
    ours = rng.random(len(rush_at)) < scenario.scale / world.members.firm
    rush_member = np.where(ours, rng.integers(0, len(members), len(rush_at)), -1).astype(np.int32)
    # Somebody who has not joined by then is one of the other people.
    rush_member[members.joined[rush_member] * DAY > rush_at] = -1
    cause = np.concatenate([cause, others[1]])
    rest = np.full(len(others[0]), -1, dtype=np.int32)
    none = np.full(len(rush_at), -1, dtype=np.int32)
    at = np.concatenate([at, others[0], rush_at])
    intent = np.concatenate([causes.intent[cause], rush_intent])
    failed = np.concatenate([causes.failed[cause], np.zeros(len(rush_at), dtype=np.int8)])
    member = np.concatenate([member, rest, rush_member])
    order = np.concatenate([order, rest, none])
    segment = pick(rng, np.arange(4, dtype=np.int8), by_name(world.members.segment_share), len(at))
    segment[member >= 0] = members.segment[member[member >= 0]]
    asked = pick_by(
        rng, asked_chances(world).reshape(-1, len(ASKED_CHANNELS)), segment * np.int8(len(INTENTS)) + intent
    )
    # Shops open at ten.
    desk = np.flatnonzero(asked == SHOP_DESK)
    day = at[desk] // DAY * DAY
    at[desk] = day + 36_000 + (at[desk] - day - OPEN) * 11 / 12
    turn = np.argsort(at, kind="stable")
    return Demand(
        at[turn], intent[turn], asked[turn], segment[turn], member[turn], order[turn], failed[turn],
        by_day * world.members.firm, incidents,
    )  # fmt: skip


def _from_orders(world: World, rng: np.random.Generator, orders: Orders, days: int) -> tuple[Floats, Ints, Ints, Ints]:
    """Contacts that the orders on record cause, as (when, cause, member, order); never before their cause."""
    n = len(orders.placed)
    rows = np.arange(n, dtype=np.int32)
    late = rows[(orders.fault == LATE) & orders.spoken]
    # Whole days on which the parcel is neither ordered nor delivered.
    between = (orders.delivered // DAY - orders.placed // DAY).astype(np.int64) - 1
    causes = causes_in(world)
    under_way = (orders.promised > 0) & (between > 0)
    complains = rng.random(len(late)) < world.demand.late_complains
    chosen: list[Ints] = []
    for reason, what, chance in causes.each():
        if what == LATE:
            chosen.append(late[complains == (reason == INTENT["complaint"])])
        elif what:
            chosen.append(rows[(orders.fault == what) & orders.spoken])
        elif reason == INTENT["presale"]:
            chosen.append(rows[orders.enquired])
        else:
            happens = rng.random(n) < chance
            chosen.append(rows[happens & under_way if INTENTS[reason] in ON_THE_WAY else happens])
    cause = np.repeat(np.arange(len(chosen), dtype=np.int8), [len(part) for part in chosen])
    order = np.concatenate(chosen)
    intent, failed = causes.intent[cause], causes.failed[cause]
    since = causes.since_delivery(intent, failed)
    start = np.where(since, orders.delivered[order], orders.placed[order]) // DAY
    # A parcel is missed when its day has passed.
    start = np.where((failed == LATE) & ~since, start + orders.promised[order] - 1, start)
    lag = rng.geometric(1 / causes.lag[intent])
    # Whoever asks where a parcel is, or to change its delivery, does so before it has come.
    waits = (failed == 0) & np.isin(intent, [INTENT[name] for name in ON_THE_WAY])
    lag = np.where(waits, 1 + (lag - 1) % np.maximum(between[order], 1), lag)
    day = np.where(intent == INTENT["presale"], start - rng.integers(1, 4, len(order)), start + lag)
    keep = (day >= 0) & (day < days)
    at = day[keep] * DAY + time_of_day(world, rng, int(keep.sum()))
    return at, cause[keep], orders.member[order[keep]], order[keep]


def _expected_contacts(
    world: World, scenario: Scenario, calendar: pd.DataFrame, expected: tuple[Floats, Floats]
) -> Floats:
    """Cause × day: first contacts expected from the orders at scale 1."""
    causes = causes_in(world)
    shop, online = expected
    total = shop + online
    parcels = (1 - world.orders.carried_home) * shop + online
    late = late_shares(world, scenario, len(total)).T @ by_name(world.delivery.warehouse_share, WAREHOUSES)
    rush = (calendar["order_factor"] > 1).to_numpy()
    # Over the year the share is the table's; in a surge it is more.
    usual = 1 + (world.delivery.late_surge - 1) * parcels[rush].sum() / parcels.sum()
    late = late * np.where(rush, world.delivery.late_surge, 1.0) / usual
    rates = [what.rate for what in world.failures.values()]
    rows = []
    for intent, failed, chance in causes.each():
        if failed:
            what = world.failures[FEATURES[failed - 1]]
            happens = (parcels if what.parcel else total) * (late if failed == LATE else rates[failed - 1])
        else:
            happens = parcels * world.demand.under_way if INTENTS[intent] in ON_THE_WAY else total
        cause = happens * chance
        if intent == INTENT["presale"]:
            rows.append(cause)
            continue
        p = 1 / causes.lag[intent]
        lags = p * (1 - p) ** np.arange(70)
        later = bool(causes.since_delivery(np.array([intent]), np.array([failed]))[0])
        kernel = np.concatenate([np.zeros(4 if later else 1), lags])
        # Before the run began there were orders too: as many as in its first weeks.
        before = np.full(80, cause[:28].mean())
        rows.append(np.convolve(np.concatenate([before, cause]), kernel)[80 : 80 + len(total)])
    return np.array(rows)


def _other_people(world: World, rng: np.random.Generator, by_cause: Floats, times: float) -> tuple[Floats, Ints]:
    """When people whose records are not kept get in touch, and from which cause."""
    counts = rng.poisson(by_cause * times)
    cause = np.repeat(np.arange(len(counts), dtype=np.int8), counts.sum(axis=1))
    day = np.repeat(np.tile(np.arange(counts.shape[1]), len(counts)), counts.ravel())
    return day * DAY + time_of_day(world, rng, len(day)), cause


def _incidents(world: World, scenario: Scenario, days: int) -> pd.DataFrame:
    """When systems fail, about once a month for some hours."""
    rng = stream(scenario.seed, "simulation", "incidents")
    count = int(rng.poisson(days / world.incidents.every)) if scenario.incidents else 0
    start = np.sort(np.floor(rng.random(count) * days) * DAY + 3600 * (9 + 10 * rng.random(count)))
    hours = np.round(rng.lognormal(world.incidents.hours_log_mean, world.incidents.hours_log_sd, count), 2)
    systems = world.incidents.systems
    system = pick(rng, np.array(list(systems), dtype=object), list(systems.values()), count)
    return pd.DataFrame({"system": system, "started": np.round(start), "hours": hours})


def _rushes(
    world: World, rng: np.random.Generator, calendar: pd.DataFrame, by_day: Floats, incidents: pd.DataFrame
) -> tuple[Floats, Ints]:
    """The half hour after a sale opens, and the hours of an incident."""
    share = world.demand.half_hours[int((SALE_OPENS - OPEN) / 1800)] / sum(world.demand.half_hours)
    total = by_day.sum(axis=0) * world.members.firm
    nights = np.flatnonzero(calendar["sale_opens"] & (calendar["order_factor"] > 1))
    rush = world.demand.rush
    parts: list[tuple[Floats, Ints]] = []
    for night in nights:
        count = int(rng.poisson(total[night] * share * (world.demand.sale_rush - 1)))
        at = night * DAY + SALE_OPENS + 1800 * rng.random(count) ** world.demand.rush_early
        parts.append((at, pick(rng, np.array([INTENT[name] for name in rush]), list(rush.values()), count)))
    for start, hours in zip(incidents["started"], incidents["hours"], strict=True):
        day = int(start // DAY)
        count = int(rng.poisson(total[day] / 12 * hours * world.incidents.contacts))
        at = np.minimum(start + hours * 3600 * rng.random(count), day * DAY + CLOSE - 60)
        parts.append((at, np.full(count, INTENT["app_problem"])))
    if not parts:
        return np.zeros(0), np.zeros(0, dtype=np.int8)
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]).astype(np.int8)
