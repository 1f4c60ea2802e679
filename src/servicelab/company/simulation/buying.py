"""Members and what they would order: latent traits, orders over time, deliveries and faults."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.simulation.draws import pick, pick_by, stream
from servicelab.company.simulation.festivals import day_number, horizon
from servicelab.company.simulation.names import FEATURES, LATE, PACKING, SALE_OPENS, SHOP_OPENS, SHOPS, WAREHOUSES
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World, by_name

Floats = NDArray[np.float64]
Ints = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]
DAY = 86_400.0
CHANNELS = np.array(["shop", "web", "app", "mini_program"], dtype=object)


@dataclass
class Members:
    """Members, one element each; `left` is the day on which somebody stops buying (infinity: has not)."""

    segment: Ints
    tier: Ints
    joined: Floats
    rate: Floats
    deal: Floats
    expectation: Floats
    opted: Flags
    shop: Ints
    warehouse: Ints
    app_from: Floats
    left: Floats

    def __len__(self) -> int:
        """How many."""
        return len(self.segment)


@dataclass
class Orders:
    """Orders that will be placed unless the member leaves or an enquiry before it goes wrong; in order of time."""

    member: Ints
    placed: Floats
    channel: Ints
    amount: Floats
    campaign: Ints
    coupon: Flags
    promised: Ints
    delivered: Floats
    #: What fails, by number in `names.FEATURES` from 1; 0: nothing.
    fault: Ints
    #: The extra that is given, numbered alike; 0: none.
    extra: Ints
    enquired: Flags
    spoken: Flags
    void: Flags

    @cached_property
    def day(self) -> Ints:
        """Day on which each is placed."""
        return (self.placed // DAY).astype(np.int64)


def make_members(world: World, scenario: Scenario) -> Members:
    """Members with their latent traits, in order of joining; nobody has left yet."""
    w = world.members
    n = max(round(w.count * scenario.scale), 40)
    rng = stream(scenario.seed, "simulation", "members")
    segment = pick(rng, np.arange(4), by_name(world.members.segment_share), n).astype(np.int64)
    joined = np.where(rng.random(n) < w.old, -1 - rng.random(n) ** w.old_skew * w.old_days, rng.random(n) * w.days)
    joined = np.sort(joined)
    return Members(
        segment=segment,
        tier=pick_by(rng, np.array([*world.members.city_tier.values()]), segment).astype(np.int64) + 1,
        joined=np.floor(joined),
        rate=rng.gamma(world.members.rate_shape, 1 / world.members.rate_shape, n),
        deal=rng.normal(0, 1, n),
        expectation=by_name(world.csat.expectation)[segment] + rng.normal(0, world.csat.expectation_sd, n),
        opted=rng.random(n) < by_name(world.members.opted_in)[segment],
        shop=pick(rng, np.arange(SHOPS), shop_shares(world).tolist(), n).astype(np.int64),
        warehouse=pick(rng, np.arange(5), by_name(world.delivery.warehouse_share, WAREHOUSES), n).astype(np.int64),
        app_from=np.full(n, np.inf),
        left=np.full(n, np.inf),
    )


def shop_shares(world: World) -> Floats:
    """Share of each shop in the members; the first is the largest."""
    size = np.linspace(world.shops.largest, world.shops.smallest, SHOPS)
    shares: Floats = size / size.sum()
    return shares


def intensities(world: World, scenario: Scenario, calendar: pd.DataFrame) -> tuple[Floats, Floats]:
    """Orders a day of a member of average rate, in shops and online, with the luck of each day."""
    days = np.arange(len(calendar))
    rng = stream(scenario.seed, "simulation", "days")
    luck = rng.gamma(world.orders.day_cv**-2, world.orders.day_cv**2, len(days))
    weekday = np.array(world.orders.weekday)[calendar["weekday"].to_numpy()]
    factor = calendar["order_factor"].to_numpy(dtype=float)
    shop = world.orders.shop_rate / 365 * (1 + world.orders.shop_growth) ** (days / 365)
    low, high = world.orders.online_share
    share = low + (high - low) * days / world.members.days
    online = shop * share / (1 - share)
    quiet = np.minimum(factor, 1.0)
    return shop * weekday * luck * quiet * np.maximum(factor, 1) ** world.orders.surge_shops, online * luck * factor


def expected_orders(world: World, shop: Floats, online: Floats) -> tuple[Floats, Floats]:
    """Orders a day at scale 1 (shop, online), as the firm itself would expect them."""
    days = np.arange(len(shop))
    joining = (1 - world.members.old) / 3
    settled = joining / world.members.leaving
    active = settled + (world.members.old - settled) * np.exp(-world.members.leaving * days / 365)
    return world.members.count * active * shop, world.members.count * active * online


def make_orders(
    world: World,
    scenario: Scenario,
    members: Members,
    calendar: pd.DataFrame,
    rates: tuple[Floats, Floats],
    ahead_from: Floats,
) -> Orders:
    """Everything that would be ordered, campaigns, app and ordering ahead included; sets `app_from` of members.

    `ahead_from` is the day from which each shop takes orders ahead (infinity: never).
    """
    rng = stream(scenario.seed, "simulation", "orders")
    days = horizon(scenario)
    clock = [np.concatenate([[0.0], np.cumsum(rate)]) for rate in rates]
    begin = np.clip(members.joined, 0, days)
    parts = [_arrive(rng, c, members.rate, begin, np.full(len(members), float(days))) for c in clock]
    who = np.concatenate([part[0] for part in parts])
    day = np.concatenate([part[1] for part in parts])
    online = np.repeat([False, True], [len(part[0]) for part in parts])
    order = np.lexsort((day, who))
    who, day, online = who[order], day[order], online[order]
    _take_up(world, rng, members, who, day)
    both = clock[0] + clock[1]
    extra = _arrive(
        rng,
        both,
        members.rate * world.app.effect,
        np.minimum(members.app_from, days),
        np.full(len(members), float(days)),
    )
    groups = [(who, day, online, -1), (*extra, np.ones(len(extra[0]), dtype=bool), -1)]
    # X12a: ordering ahead brings a shop's members in more often.
    low = np.clip(np.maximum(ahead_from[members.shop], begin), 0, days)
    more = _arrive(rng, clock[0], members.rate * world.shops.effect, low, np.full(len(members), float(days)))
    groups.append((*more, np.zeros(len(more[0]), dtype=bool), -1))
    treated = campaign_groups(scenario, members)
    for number, campaign in enumerate(scenario.campaigns):
        low = np.clip(np.maximum(day_number(scenario, campaign.start), members.joined), 0, days)
        high = np.clip(day_number(scenario, campaign.start) + campaign.days, 0, days)
        lifted = np.where(treated[number] == 1, members.rate * world.lift(campaign.name), 0.0)
        more = _arrive(rng, both, lifted, np.minimum(low, high), np.full(len(members), float(high)))
        groups.append((*more, rng.random(len(more[0])) < world.coupons.online, number))
    who = np.concatenate([group[0] for group in groups])
    day = np.concatenate([group[1] for group in groups])
    online = np.concatenate([group[2] for group in groups])
    return _placed(world, scenario, rng, members, calendar, treated, who.astype(np.int32), day, online)


def campaign_groups(scenario: Scenario, members: Members) -> NDArray[np.int64]:
    """Campaign × member: 1 sent, 0 control by lot, −1 not eligible (no consent, or not yet a member)."""
    rng = stream(scenario.seed, "simulation", "campaigns")
    rows = []
    for campaign in scenario.campaigns:
        group = (rng.random(len(members)) >= campaign.control).astype(np.int64)
        start = day_number(scenario, campaign.start)
        group[~members.opted | (members.joined > start)] = -1
        rows.append(group if 0 <= start < horizon(scenario) else np.full(len(members), -1))
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(members))


def _arrive(rng: np.random.Generator, clock: Floats, rate: Floats, low: Floats, high: Floats) -> tuple[Ints, Floats]:
    """Who orders when (in days, fractions included): a Poisson process on a clock that runs with the intensity."""
    grid = np.arange(len(clock), dtype=float)
    first, last = np.interp(low, grid, clock), np.interp(high, grid, clock)
    counts = rng.poisson(rate * np.maximum(last - first, 0))
    who = np.repeat(np.arange(len(rate)), counts)
    ticks = first[who] + rng.random(len(who)) * (last - first)[who]
    return who, np.minimum(np.interp(ticks, clock, grid), grid[-1] - 1e-6)


def _take_up(world: World, rng: np.random.Generator, members: Members, who: Ints, day: Floats) -> None:
    """X12b: the app is taken up at an order, more likely by those who ordered much in the year before."""
    key = who * 1e5 + day
    past = np.arange(len(key)) - np.searchsorted(key, key - 365)
    past = np.minimum(past, world.app.past_most)
    chance = (world.app.take_up + world.app.take_up_per_order * past) * by_name(world.app.taste)[members.segment[who]]
    takes = (rng.random(len(who)) < chance) & (day >= world.app.from_month * 30.4)
    # Sorted by member and time: the first take-up of each stands first.
    person, first = np.unique(who[takes], return_index=True)
    members.app_from[person] = day[takes][first] + 1e-4


def _placed(
    world: World, scenario: Scenario, rng: np.random.Generator, members: Members, calendar: pd.DataFrame,
    treated: Ints, who: Ints, moment: Floats, online: Flags,
) -> Orders:  # fmt: skip
    n = len(who)
    day = np.floor(moment).astype(np.int64)
    # The fraction of the day from the process is uniform: it becomes an hour, in shops or online.
    part = moment - day
    night = calendar["sale_opens"].to_numpy(dtype=bool) & (calendar["order_factor"].to_numpy(dtype=float) > 1)
    rush = np.ones(len(world.orders.online_hours))
    rush[int(SALE_OPENS // 3600)] = world.orders.sale_hour
    online_hour = np.where(
        night[day],
        _hour(part, rush * world.orders.online_hours, 0),
        _hour(part, np.array(world.orders.online_hours), 0),
    )
    hour = np.where(online, online_hour, _hour(part, np.array(world.orders.shop_hours), SHOP_OPENS))
    placed: Floats = np.floor((day * 24 + hour) * 3600.0).astype(np.float64)
    in_time = np.lexsort((who, placed))
    who, day, online, placed, moment = who[in_time], day[in_time], online[in_time], placed[in_time], moment[in_time]
    uses_app = moment >= members.app_from[who]
    u = rng.random(n)
    channel = np.where(
        ~online, 0, np.where(uses_app & (u < world.orders.in_app), 2, np.where(u < world.orders.on_web, 1, 3))
    )
    campaign = np.full(n, -1)
    coupon = np.zeros(n, dtype=bool)
    discount = np.zeros(n)
    luck = rng.random((len(scenario.campaigns), len(members)))
    for number, sent in enumerate(scenario.campaigns):
        start = day_number(scenario, sent.start)
        odds = world.coupons.base + world.coupons.rate * (members.rate - 1) + world.coupons.deal * members.deal
        redeems = (luck[number] < 1 / (1 + np.exp(-odds))) & (treated[number] == 1)
        here = (day >= start) & (day < start + sent.days) & redeems[who]
        campaign[here], coupon[here], discount[here] = number, True, sent.discount
    amount = np.clip(
        rng.lognormal(world.orders.amount_log_mean, world.orders.amount_log_sd, n),
        world.orders.amount_least,
        world.orders.amount_most,
    ) * (1 - discount)
    parcel = online | (rng.random(n) >= world.orders.carried_home)
    warehouse = members.warehouse[who]
    late = parcel & (rng.random(n) < late_chance(world, scenario, calendar, warehouse, day, parcel))
    delivered, promised = _deliver(world, rng, calendar, placed, day, parcel, late)
    fault, extra = _failures(world, rng, parcel)
    packing = rng.random(n) < _packing(world, scenario, rng, warehouse, day, parcel)
    fault = np.where(late, LATE, np.where(packing, PACKING, fault))
    spoken = rng.random(n) < np.array([0.0, *(feature.spoken for feature in world.failures.values())])[fault]
    enquired = (rng.random(n) < world.intents["presale"].per_order) & (day >= np.maximum(members.joined[who], 0) + 4)
    return Orders(
        who, placed, channel.astype(np.int8), np.round(amount, 1), campaign.astype(np.int8), coupon,
        promised.astype(np.int16), delivered, fault.astype(np.int8), extra.astype(np.int8), enquired, spoken,
        np.zeros(n, dtype=bool),
    )  # fmt: skip


def _hour(part: Floats, weight: Floats, opens: int) -> Floats:
    """The hour at which that part of a day's orders has been placed."""
    edges = np.concatenate([[0.0], np.cumsum(weight)]) / weight.sum()
    found: Floats = np.interp(part, edges, np.arange(opens, opens + len(edges), dtype=float))
    return found


def late_shares(world: World, scenario: Scenario, days: int) -> Floats:
    """Warehouse × day: share of the year's parcels that is late."""
    year = pd.date_range(pd.Timestamp(scenario.start), periods=days).year.to_numpy() - world.delivery.on_time_from
    table = 1 - np.array([world.delivery.on_time[name] for name in WAREHOUSES])
    shares: Floats = table[:, np.clip(year, 0, table.shape[1] - 1)]
    return shares


def late_chance(
    world: World, scenario: Scenario, calendar: pd.DataFrame, warehouse: Ints, day: Ints, parcel: Flags
) -> Floats:
    """Chance of a late delivery of each order: more in a surge, and over the year the warehouse's share."""
    days = len(calendar)
    rush = calendar["order_factor"].to_numpy(dtype=float) > 1
    factor = np.where(rush, world.delivery.late_surge, 1.0)
    year = pd.DatetimeIndex(calendar["date"]).year.to_numpy() - scenario.start.year
    cell = year[day] * len(WAREHOUSES) + warehouse
    size = (int(year.max()) + 1) * len(WAREHOUSES)
    count = np.bincount(cell, weights=parcel, minlength=size)
    mean = np.bincount(cell, weights=parcel * factor[day], minlength=size) / np.maximum(count, 1)
    chance: Floats = late_shares(world, scenario, days)[warehouse, day] * factor[day] / np.maximum(mean[cell], 1.0)
    return chance


def _failures(world: World, rng: np.random.Generator, parcel: Flags) -> tuple[Ints, Ints]:
    """What fails on each order apart from delivery and packing, and the extra that is given by lot."""
    n = len(parcel)
    features = list(world.failures.values())
    rates = np.array([0.0 if number + 1 == PACKING else what.rate for number, what in enumerate(features)])
    edges = np.concatenate([[1 - rates.sum()], 1 - rates.sum() + np.cumsum(rates)])
    fault = np.searchsorted(edges[:-1], rng.random(n), side="right")
    fault[np.array([False, *(what.parcel for what in features)])[fault] & ~parcel] = 0
    extras = np.array([FEATURES.index(name) + 1 for name in world.rating.extra])
    extra = np.where(rng.random(n) < world.orders.extra_rate, extras[rng.integers(0, len(extras), n)], 0)
    # What was given as an extra cannot be what fell short.
    fault[fault == extra] = 0
    return fault, extra


def _deliver(
    world: World,
    rng: np.random.Generator,
    calendar: pd.DataFrame,
    placed: Floats,
    day: Ints,
    parcel: Flags,
    late: Flags,
) -> tuple[Floats, Ints]:
    """When goods arrive; promised days are 0 for what is carried home from a shop."""
    n = len(placed)
    promised = pick(rng, np.array(world.delivery.promised), world.delivery.promised_share, n).astype(np.int64)
    takes = np.where(
        late,
        promised + np.minimum(rng.geometric(world.delivery.late_by, n), world.delivery.late_most),
        np.maximum(promised - rng.integers(0, world.delivery.early, n), 1),
    )
    # Parcels stand still over the Spring Festival (春节停运); promises made then allow for it.
    moving = np.concatenate([~calendar["no_delivery"].to_numpy(), np.ones(60, dtype=bool)])
    worked = np.cumsum(moving)
    arrive = np.searchsorted(worked, worked[day] + takes)
    promised = promised + arrive - day - takes
    delivered = np.where(parcel, arrive * DAY + (9 + 10 * rng.random(n)) * 3600, placed)
    promised[~parcel] = 0
    return np.round(delivered).astype(np.float64), promised.astype(np.int64)


def _packing(
    world: World, scenario: Scenario, rng: np.random.Generator, warehouse: Ints, day: Ints, parcel: Flags
) -> Floats:
    """X02c: chance of a packing fault of each order. Re-setting after every week adds variation."""
    days = horizon(scenario)
    weeks = days // 7 + 1
    week = day // 7
    count = np.bincount(week[parcel] * 5 + warehouse[parcel], minlength=weeks * 5).reshape(weeks, 5)
    base = world.failures["intact_packaging"].rate
    setting = np.zeros(5)
    reacts = np.isin(WAREHOUSES, world.packing.reacting)
    special = WAREHOUSES.index(world.packing.special.warehouse)
    chance = np.zeros((weeks, 5))
    for number in range(weeks):
        rate = base * np.clip(1 + setting, world.packing.rate_least, world.packing.rate_most)
        if 0 <= number - world.packing.special.week < world.packing.special.weeks and scenario.incidents:
            rate[special] *= world.packing.special.factor
        chance[number] = rate
        if number >= weeks - 53:
            # The managers see the week's rate on what their line packs, a sample of the firm's as large as this one's.
            seen = rng.binomial(np.maximum(count[number], 1), rate) / np.maximum(count[number], 1)
            setting = np.where(
                reacts,
                np.clip(setting - world.packing.reaction * (seen / base - 1), world.packing.least, world.packing.most),
                0.0,
            )
    found: Any = np.where(parcel, chance[week, warehouse], 0.0)
    return np.asarray(found, dtype=np.float64)
