"""What members would order: drawn as more than anybody orders, and kept as a scenario has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from servicelab.company.simulation.draws import Lots, Luck, after, chosen
from servicelab.company.simulation.festivals import LAST_DAYS, day_number, month_of
from servicelab.company.simulation.members import DAY, Flags, Floats, Ints, Members, expected_members
from servicelab.company.simulation.names import (
    CALM,
    FAMILIES,
    FEATURES,
    LATE,
    PACKING,
    SALE_OPENS,
    SHOP_OPENS,
    WAREHOUSES,
)
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World, by_name

Said = NDArray[np.float32]
CHANNELS = np.array(["shop", "web", "app", "mini_program"], dtype=object)
SHOP, WEB, APP, MINI_PROGRAM = range(len(CHANNELS))
#: Columns of an order's luck.
(
    _WHEN, _KEPT, _CHANNEL, _FAMILY, _PRICE, _MORE, _SECOND, _CARRIED, _LATE, _PROMISED, _TAKES, _HOUR, _FAULT, _EXTRA,
    _WHICH, _PACKING, _SPOKEN, _ENQUIRED, _LEAD, _LEAVES, _APP, _ONLINE, _WIDTH,
) = range(23)  # fmt: skip
#: What is said about an order: a slot for each reason, with so many uniform numbers.
SLOTS = ("presale", "failure", *CALM, "price_claim")
HAPPENS, LAG, TIME, ASKED, WAITS = range(5)
#: An enquiry comes from one to so many days before its order.
LONGEST_LEAD = 3


@dataclass
class Orders:
    """Orders that will be placed unless the member leaves or an enquiry before it goes wrong; in order of time."""

    member: Ints
    placed: Floats
    channel: Ints
    family: Ints
    amount: Floats
    campaign: Ints
    coupon: Flags
    #: Number of the deposit that was paid for it; −1: none.
    deposit: Ints
    promised: Ints
    delivered: Floats
    #: What fails, by number in `names.FEATURES` from 1; 0: nothing.
    fault: Ints
    #: The extra that is given, numbered alike; 0: none.
    extra: Ints
    #: Days before the order on which somebody asks about it; 0: nobody does.
    lead: Ints
    spoken: Flags
    void: Flags
    #: Uniform numbers of each order for what comes of it: whether its member leaves, and order × slot × five for what
    #: is said.
    leaves: Floats
    said: Said

    @cached_property
    def day(self) -> Ints:
        """Day on which each is placed."""
        return (self.placed // DAY).astype(np.int64)


@dataclass(frozen=True)
class Deposits:
    """Deposits paid before Double 11, in order of time; `paid` is when the balance was (infinity: never)."""

    member: Ints
    at: Floats
    paid: Floats
    price: Floats


@dataclass
class _Drawn:
    """Orders as they are drawn: who, when (in days), and the luck of each; `online` decides where."""

    who: Ints
    moment: Floats
    online: Flags
    luck: Luck
    said: Said
    lead: Ints
    campaign: Ints
    deposit: Ints

    def where(self, keep: Flags | Ints) -> _Drawn:
        """Those that are kept."""
        return _Drawn(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


def _joined(parts: list[_Drawn]) -> _Drawn:
    return _Drawn(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Drawn.__dataclass_fields__))


@dataclass(frozen=True)
class Rates:
    """Orders a day of a member of average rate, in shops and online.

    `shop`, `online` with every surge, which is what is drawn; `kept_shop`, `kept_online` the part of them that the
    scenario lets happen.
    """

    shop: Floats
    online: Floats
    kept_shop: Floats
    kept_online: Floats


def intensities(world: World, lots: Lots, calendar: pd.DataFrame, *, lucky: bool = True) -> Rates:
    """The rates of each day, with the luck of each day or (`lucky` off) as the firm itself would expect them."""
    w = world.orders
    days = np.arange(len(calendar))
    luck = np.ones(len(days))
    if lucky:
        luck = lots.each(
            "days", month_of(calendar), lambda rng, rows: rng.gamma(w.day_cv**-2, w.day_cv**2, rows.stop - rows.start)
        )
    ordinary = luck * np.array(w.season)[pd.DatetimeIndex(calendar["date"]).month.to_numpy() - 1]
    weekday = np.array(w.weekday)[calendar["weekday"].to_numpy()]
    shop = w.shop_rate / 365 * (1 + w.shop_growth) ** (days / 365)
    low, high = w.online_share
    share = low + (high - low) * days / world.members.days
    online = shop * share / (1 - share)
    usual, factor = (calendar[name].to_numpy(dtype=float) for name in ("usual_factor", "order_factor"))

    def inside(surge: Floats) -> Floats:
        found: Floats = np.minimum(surge, 1.0) * np.maximum(surge, 1.0) ** w.surge_shops
        return found

    return Rates(
        shop * weekday * ordinary * inside(usual), online * ordinary * usual, inside(factor) / inside(usual),
        factor / usual,
    )  # fmt: skip


def expected_orders(world: World, rates: Rates) -> tuple[Floats, Floats]:
    """Orders a day at scale 1 (shop, online), as the firm itself would expect them of these rates."""
    active = world.members.count * expected_members(world, len(rates.shop))
    return active * rates.shop * rates.kept_shop, active * rates.online * rates.kept_online


def make_orders(
    world: World, scenario: Scenario, lots: Lots, members: Members, calendar: pd.DataFrame, rates: Rates,
    ahead_from: Floats,
) -> tuple[Orders, Deposits]:  # fmt: skip
    """Everything that would be ordered, campaigns, deposits, app and ordering ahead included; sets `app_from`.

    `ahead_from` is the day from which each shop takes orders ahead (infinity: never).
    """
    usual = [
        _kept(rates, members, _drawn(world, lots, members, calendar, name, rate, online))
        for name, rate, online in (("shop orders", rates.shop, False), ("online orders", rates.online, True))
    ]
    base = _joined(usual)
    _take_up(world, members, base)
    both = rates.shop + rates.online
    app = _drawn(world, lots, members, calendar, "app orders", both * world.app.effect, True)
    app = _kept(rates, members, _not_before(app, members.app_from[app.who]))
    # X12a: ordering ahead brings a shop's members in more often.
    ahead = _drawn(world, lots, members, calendar, "orders ahead", rates.shop * world.shops.effect, False)
    ahead = _kept(rates, members, _not_before(ahead, ahead_from[members.shop[ahead.who]]))
    deposits, balances = _deposits(world, lots, members, calendar)
    sent = [*_campaign_orders(world, scenario, lots, members, both)]
    every = _joined([base, app, ahead, balances, *(_kept(rates, members, part) for part in sent)])
    return _placed(world, scenario, lots, members, calendar, every), deposits


def _drawn(
    world: World, lots: Lots, members: Members, calendar: pd.DataFrame, name: str, rate: Floats, online: bool
) -> _Drawn:
    """A Poisson process on a clock that runs with the intensity, month by month: the same whatever is decided."""
    clock = np.concatenate([[0.0], np.cumsum(rate)])
    month = month_of(calendar)
    grid = np.arange(len(clock), dtype=float)
    parts = []
    for number in range(int(month[-1]) + 1):
        low, high = np.searchsorted(month, [number, number + 1])
        rng = lots.rng(name, number)
        there = members.until(float(high))
        who = np.repeat(np.arange(there), rng.poisson(members.rate[:there] * (clock[high] - clock[low])))
        luck = rng.random((len(who), _WIDTH))
        ticks = clock[low] + luck[:, _WHEN] * (clock[high] - clock[low])
        moment = np.minimum(np.interp(ticks, clock[low : high + 1], grid[low : high + 1]), high - 1e-6)
        parts.append(_plain(world, rng, members, who, moment, np.full(len(who), online), luck))
    return _joined(parts)


def _plain(
    world: World, rng: np.random.Generator, members: Members, who: Ints, moment: Floats, online: Flags, luck: Luck
) -> _Drawn:
    """What was drawn, with what will be said of it; who asks beforehand has been a member for some days."""
    none = np.full(len(who), -1)
    said = rng.random((len(who), len(SLOTS), 5), dtype=np.float32)
    asks = luck[:, _ENQUIRED] < world.intents["presale"].per_order
    lead = np.where(asks, 1 + (luck[:, _LEAD] * LONGEST_LEAD).astype(np.int64), 0)
    lead[np.floor(moment) < np.maximum(members.joined[who], 0) + LONGEST_LEAD + 1] = 0
    return _Drawn(who, moment, online, luck, said, lead, none, none)


def _not_before(drawn: _Drawn, since: Floats) -> _Drawn:
    """Those from a day on; whoever asks about such an order does so from then on, too."""
    kept = drawn.where(drawn.moment >= since)
    begins = since[drawn.moment >= since]
    kept.lead = np.where(np.floor(kept.moment) - kept.lead >= begins, kept.lead, 0)
    return kept


def _kept(rates: Rates, members: Members, drawn: _Drawn) -> _Drawn:
    """Of what was drawn, what the scenario lets happen, of those who have joined.

    Whoever asks about an order before it has the order in mind by then: what changes afterwards does not undo it.
    """
    day = drawn.moment.astype(np.int64) - drawn.lead
    share = np.where(drawn.online, rates.kept_online[day], rates.kept_shop[day])
    return drawn.where((drawn.moment >= members.joined[drawn.who]) & (drawn.luck[:, _KEPT] < share))


def _take_up(world: World, members: Members, base: _Drawn) -> None:
    """X12b: the app is taken up at an order, more likely by those who ordered much in the year before."""
    turn = np.lexsort((base.moment, base.who))
    who, day = base.who[turn], base.moment[turn]
    key = who * 1e5 + day
    past = np.arange(len(key)) - np.searchsorted(key, key - 365)
    past = np.minimum(past, world.app.past_most)
    chance = (world.app.take_up + world.app.take_up_per_order * past) * by_name(world.app.taste)[members.segment[who]]
    takes = (base.luck[turn, _APP] < chance) & (day >= world.app.from_day)
    # Sorted by member and time: the first take-up of each stands first.
    person, first = np.unique(who[takes], return_index=True)
    members.app_from[person] = day[takes][first] + 1e-4


def campaign_groups(scenario: Scenario, lots: Lots, members: Members, days: int) -> Ints:
    """Campaign × member: 1 sent, 0 control by lot, −1 not eligible (no consent, or not yet a member)."""
    rows = []
    for campaign in scenario.campaigns:
        start = day_number(scenario, campaign.start)
        group = np.full(len(members), -1)
        if 0 <= start < days:
            there = members.until(start + 0.5)
            lot = lots.always("campaigns", campaign.name).random(there)
            group[:there] = np.where(members.opted[:there], lot >= campaign.control, -1)
        rows.append(group)
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(members))


def _campaign_orders(world: World, scenario: Scenario, lots: Lots, members: Members, rate: Floats) -> Iterator[_Drawn]:
    clock = np.concatenate([[0.0], np.cumsum(rate)])
    grid = np.arange(len(clock), dtype=float)
    for number, group in enumerate(campaign_groups(scenario, lots, members, len(rate))):
        campaign = scenario.campaigns[number]
        low = day_number(scenario, campaign.start)
        if not 0 <= low < len(rate):
            continue
        high = min(low + campaign.days, len(rate))
        there = members.until(low + 0.5)
        rng = lots.always("campaign orders", campaign.name)
        span = clock[high] - clock[low]
        who = np.repeat(
            np.arange(there), rng.poisson(members.rate[:there] * world.coupons.lift_of(campaign.name) * span)
        )
        luck = rng.random((len(who), _WIDTH))
        moment = np.interp(clock[low] + luck[:, _WHEN] * span, clock[low : high + 1], grid[low : high + 1])
        online = luck[:, _ONLINE] < world.coupons.online
        drawn = _plain(world, rng, members, who, np.minimum(moment, high - 1e-6), online, luck)
        drawn.campaign = np.full(len(who), number)
        yield _not_before(drawn.where(group[who] == 1), np.full(int((group[who] == 1).sum()), float(low)))


def _deposits(world: World, lots: Lots, members: Members, calendar: pd.DataFrame) -> tuple[Deposits, _Drawn]:
    """预售: deposits from the first evening of Double 11 on, and the orders that their balances make."""
    w = world.deposits
    found, orders = [], []
    count = 0
    sale = (calendar["sale"] == "double_11").to_numpy()
    allowed = calendar["order_factor"].to_numpy(dtype=float) > 1
    dates = pd.DatetimeIndex(calendar["date"])
    for year in sorted(set(dates.year)):
        season = np.flatnonzero(sale & (dates.year == year))
        if not len(season):
            continue
        first, last = int(season[0]), int(season[-1])
        there = members.until(first + 0.5)
        rng = lots.always("deposits", str(year))
        who = np.repeat(np.arange(there), rng.poisson(members.rate[:there] * w.rate))
        luck = rng.random((len(who), _WIDTH))
        opens, due = first * DAY + SALE_OPENS, (last - 1) * DAY + SALE_OPENS
        # Most in the first evening, fewer and fewer until the balance is due.
        at = np.floor(opens + (due - opens) * luck[:, _WHEN] ** w.early)
        wait = -np.log1p(-luck[:, _ONLINE]) * w.pays_within * 3600
        paid = np.where(luck[:, _KEPT] < w.pays, np.floor(due + wait), np.inf)
        paid[paid >= (last + 1) * DAY] = np.inf
        keep = allowed[np.minimum(at // DAY, len(allowed) - 1).astype(np.int64)] & (at < len(calendar) * DAY)
        who, at, paid, luck = who[keep], at[keep], paid[keep], luck[keep]
        turn = np.argsort(at, kind="stable")
        who, at, paid, luck = who[turn], at[turn], paid[turn], luck[turn]
        paid[paid >= len(calendar) * DAY] = np.inf
        family = chosen(luck[:, _FAMILY], by_name(world.orders.family_share, FAMILIES))
        found.append(
            (who, at, paid, prices(world, reductions(world, calendar, promised=True)[family, last], family, luck))
        )
        buys = np.flatnonzero(np.isfinite(paid))
        online = np.ones(len(buys), dtype=bool)
        part = _plain(world, rng, members, who[buys], paid[buys] / DAY, online, luck[buys])
        part.deposit, part.lead = count + buys, np.zeros(len(buys), dtype=np.int64)
        orders.append(part)
        count += len(who)
    if not found:
        nobody = np.zeros(0, dtype=np.int64)
        rng = lots.always("deposits")
        nothing = _plain(world, rng, members, nobody, np.zeros(0), np.zeros(0, dtype=bool), np.zeros((0, _WIDTH)))
        return Deposits(nobody, np.zeros(0), np.zeros(0), np.zeros(0)), nothing
    return Deposits(*(np.concatenate([part[k] for part in found]) for k in range(4))), _joined(orders)


def _placed(
    world: World, scenario: Scenario, lots: Lots, members: Members, calendar: pd.DataFrame, drawn: _Drawn
) -> Orders:
    w = world.orders
    moment, online, luck = drawn.moment, drawn.online, drawn.luck
    day = np.floor(moment).astype(np.int64)
    # The fraction of the day from the process is uniform: it becomes an hour, in shops or online.
    part = moment - day
    night = calendar["sale_opens"].to_numpy(dtype=bool) & (calendar["order_factor"].to_numpy(dtype=float) > 1)
    rush = np.ones(len(w.online_hours))
    rush[int(SALE_OPENS // 3600)] = w.sale_hour
    usual = np.array(w.online_hours)
    hour = np.where(
        online,
        np.where(night[day], _hour(part, rush * usual, 0), _hour(part, usual, 0)),
        _hour(part, np.array(w.shop_hours), SHOP_OPENS),
    )
    placed = np.where(drawn.deposit >= 0, moment * DAY, np.floor((day * 24 + hour) * 3600.0))
    placed = np.floor(placed + 0.5)
    turn = np.lexsort((drawn.who, placed))
    drawn, placed, day = drawn.where(turn), placed[turn], day[turn]
    who, online, luck, moment = drawn.who, drawn.online, drawn.luck, drawn.moment
    n = len(who)
    uses_app = moment >= members.app_from[who]
    u = luck[:, _CHANNEL]
    channel = np.where(uses_app & (u < w.in_app), APP, np.where(u < w.on_web, WEB, MINI_PROGRAM))
    channel = np.where(online, channel, SHOP)
    campaign, coupon, discount = _coupons(world, scenario, lots, members, len(calendar), drawn, day)
    family = chosen(luck[:, _FAMILY], by_name(w.family_share, FAMILIES))
    # Whoever has paid a deposit pays the price that was promised then.
    off, promised_off = (reductions(world, calendar, promised=said)[family, day] for said in (False, True))
    amount = prices(world, np.where(drawn.deposit >= 0, promised_off, off), family, luck) * (1 - discount)
    parcel = online | (luck[:, _CARRIED] >= w.carried_home)
    warehouse = members.warehouse[who]
    late = parcel & (luck[:, _LATE] < late_chance(world, calendar)[warehouse, day])
    delivered, promised = _deliver(world, calendar, placed, day, parcel, late, luck)
    fault, extra = _failures(world, parcel, luck)
    packing = luck[:, _PACKING] < _packing(world, scenario, lots, warehouse, day, parcel, len(calendar))
    fault = np.where(late, LATE, np.where(packing, PACKING, fault))
    spoken = luck[:, _SPOKEN] < np.array([0.0, *(feature.spoken for feature in world.failures.values())])[fault]
    return Orders(
        who.astype(np.int32), placed, channel.astype(np.int8), family.astype(np.int8), np.round(amount, 1),
        campaign.astype(np.int8), coupon, drawn.deposit, promised.astype(np.int16), delivered, fault.astype(np.int8),
        extra.astype(np.int8), drawn.lead, spoken, np.zeros(n, dtype=bool), luck[:, _LEAVES].copy(), drawn.said,
    )  # fmt: skip


def _coupons(
    world: World, scenario: Scenario, lots: Lots, members: Members, days: int, drawn: _Drawn, day: Ints
) -> tuple[Ints, Flags, Floats]:
    """Campaign, whether its coupon is used, and the discount of each order: who uses coupons does so every time."""
    n = len(day)
    campaign, coupon, discount = np.full(n, -1), np.zeros(n, dtype=bool), np.zeros(n)
    odds = world.coupons.base + world.coupons.rate * (members.rate - 1) + world.coupons.deal * members.deal
    for number, group in enumerate(campaign_groups(scenario, lots, members, days)):
        sent = scenario.campaigns[number]
        start = day_number(scenario, sent.start)
        there = members.until(start + 0.5)
        redeems = np.zeros(len(members), dtype=bool)
        redeems[:there] = lots.always("coupons", sent.name).random(there) < 1 / (1 + np.exp(-odds[:there]))
        redeems &= group == 1
        here = (day >= start) & (day < start + sent.days) & redeems[drawn.who] & (drawn.deposit < 0)
        campaign[here], coupon[here], discount[here] = number, True, sent.discount
    return campaign, coupon, discount


def prices(world: World, off: Floats, family: Ints, luck: Luck) -> Floats:
    """¥ of each order: one or two price tags of its family, as shops write them, at `off` of the usual price."""
    w = world.orders
    tags, mean = np.array(w.price_tags), by_name(w.family_log_price, FAMILIES)[family]

    def tag(z: Floats) -> Floats:
        price = np.log(np.exp(mean + w.price_log_sd * z) * off)
        edges = (np.log(tags[1:]) + np.log(tags[:-1])) / 2
        found: Floats = tags[np.searchsorted(edges, price)]
        return found

    two = luck[:, _MORE] < w.second_item
    found: Floats = tag(ndtri(luck[:, _PRICE])) + np.where(two, tag(ndtri(luck[:, _SECOND])), 0.0)
    return found


def reductions(world: World, calendar: pd.DataFrame, *, promised: bool = False) -> Floats:
    """Family × day: price in a sale against the usual one; the last days of Double 11 are the cheapest.

    `promised`: as it was announced, whatever became of the sale.
    """
    days = len(calendar)
    found = np.ones((len(FAMILIES), days))
    runs = calendar["usual_factor" if promised else "order_factor"].to_numpy(dtype=float) > 1
    sale = calendar["sale"].to_numpy()
    late = calendar["date"].dt.strftime("%m-%d").isin([*chain(*LAST_DAYS.values())]).to_numpy()
    for number, name in enumerate(FAMILIES):
        off = world.orders.sale_off[name]
        found[number] = np.where(runs & (sale != ""), 1 - off * np.where(late, 1.0, world.orders.sale_before), 1.0)
    return found


def price_cuts_table(world: World, calendar: pd.DataFrame) -> pd.DataFrame:
    """The stretches of sales in which a family is cheaper, and by how much."""
    off = np.round(1 - reductions(world, calendar), 3)
    dates = pd.DatetimeIndex(calendar["date"])
    rows = []
    for number, name in enumerate(FAMILIES):
        changes = np.flatnonzero(np.diff(off[number], prepend=0.0, append=0.0))
        for low, high in pairwise(changes.tolist()):
            if off[number, low]:
                rows.append((name, dates[low], dates[high - 1], off[number, low]))
    table = pd.DataFrame(rows, columns=["family", "from_date", "to_date", "cut"])
    return table.sort_values(["from_date", "family"], kind="stable", ignore_index=True)


def _hour(part: Floats, weight: Floats, opens: int) -> Floats:
    """The hour at which that part of a day's orders has been placed."""
    edges = np.concatenate([[0.0], np.cumsum(weight)]) / weight.sum()
    found: Floats = np.interp(part, edges, np.arange(opens, opens + len(edges), dtype=float))
    return found


def late_shares(world: World, calendar: pd.DataFrame) -> Floats:
    """Warehouse × day: share of the year's parcels that is late."""
    year = pd.DatetimeIndex(calendar["date"]).year.to_numpy() - world.delivery.on_time_from
    table = 1 - np.array([world.delivery.on_time[name] for name in WAREHOUSES])
    shares: Floats = table[:, np.clip(year, 0, table.shape[1] - 1)]
    return shares


def late_chance(world: World, calendar: pd.DataFrame) -> Floats:
    """Warehouse × day: chance that a parcel is late; more in a surge, and over a usual year the warehouse's share."""
    factor = np.where(calendar["order_factor"].to_numpy(dtype=float) > 1, world.delivery.late_surge, 1.0)
    found: Floats = late_shares(world, calendar) * factor / world.delivery.late_usual
    return found


def _failures(world: World, parcel: Flags, luck: Luck) -> tuple[Ints, Ints]:
    """What fails on each order apart from delivery and packing, and the extra that is given by lot."""
    features = list(world.failures.values())
    rates = np.array([0.0 if number + 1 == PACKING else what.rate for number, what in enumerate(features)])
    edges = np.concatenate([[1 - rates.sum()], 1 - rates.sum() + np.cumsum(rates)])
    fault = np.searchsorted(edges[:-1], luck[:, _FAULT], side="right")
    fault[np.array([False, *(what.parcel for what in features)])[fault] & ~parcel] = 0
    extras = np.array([number for number, name in enumerate(FEATURES, start=1) if name in world.rating.extra])
    which = extras[(luck[:, _WHICH] * len(extras)).astype(np.int64)]
    extra = np.where(luck[:, _EXTRA] < world.orders.extra_rate, which, 0)
    # What was given as an extra cannot be what fell short.
    fault[fault == extra] = 0
    return fault, extra


def _deliver(
    world: World, calendar: pd.DataFrame, placed: Floats, day: Ints, parcel: Flags, late: Flags, luck: Luck
) -> tuple[Floats, Ints]:
    """When goods arrive; promised days are 0 for what is carried home from a shop."""
    w = world.delivery
    promised = np.array(w.promised)[chosen(luck[:, _PROMISED], w.promised_share)].astype(np.int64)
    more = np.minimum(after(luck[:, _TAKES], w.late_by), w.late_most)
    takes = np.where(late, promised + more, np.maximum(promised - (luck[:, _TAKES] * w.early).astype(np.int64), 1))
    # Parcels stand still over the Spring Festival (春节停运); promises made then allow for it.
    moving = np.concatenate([~calendar["no_delivery"].to_numpy(), np.ones(60, dtype=bool)])
    worked = np.cumsum(moving)
    arrive = np.searchsorted(worked, worked[day] + takes)
    promised = promised + arrive - day - takes
    delivered = np.where(parcel, arrive * DAY + (w.from_hour + w.hours * luck[:, _HOUR]) * 3600, placed)
    promised[~parcel] = 0
    return np.round(delivered).astype(np.float64), promised.astype(np.int64)


def _packing(
    world: World, scenario: Scenario, lots: Lots, warehouse: Ints, day: Ints, parcel: Flags, days: int
) -> Floats:
    """X02c: chance of a packing fault of each order. Re-setting after every week adds variation."""
    w, special = world.packing, world.packing.special
    weeks, there = days // 7 + 1, len(WAREHOUSES)
    week = day // 7
    count = np.bincount(week[parcel] * there + warehouse[parcel], minlength=weeks * there).reshape(weeks, there)
    base = world.failures["intact_packaging"].rate
    setting = np.zeros(there)
    reacts = np.isin(WAREHOUSES, w.reacting)
    where = WAREHOUSES.index(special.warehouse)
    chance = np.zeros((weeks, there))
    for number in range(weeks):
        rate = base * np.clip(1 + setting, w.rate_least, w.rate_most)
        if 0 <= number - special.week < special.weeks and scenario.on(number * 7).incidents:
            rate[where] *= special.factor
        chance[number] = rate
        if number >= w.reacting_from:
            # The managers see the week's rate on what their line packs, a sample of the firm's as large as this one's.
            packed = np.maximum(count[number], 1)
            seen = lots.always("packing", str(number)).binomial(packed, rate) / packed
            setting = np.where(reacts, np.clip(setting - w.reaction * (seen / base - 1), w.least, w.most), 0.0)
    found: Floats = np.where(parcel, chance[week, warehouse], 0.0)
    return found
