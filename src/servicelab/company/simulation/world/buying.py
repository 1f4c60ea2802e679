"""Who buys, what and when: members and their orders, deposits, the app, coupons, and the shops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from servicelab.company.simulation.names import FAMILIES, SEGMENTS, SHOP_OPENS, TIERS
from servicelab.company.simulation.scenario import KNOWN_DAYS, MOST_SCALE, SURGES
from servicelab.company.simulation.world.constraints import (
    Amount,
    Count,
    Growth,
    NotAll,
    Number,
    Part,
    Positive,
    Section,
    Share,
    Whole,
    ascending,
    at_most,
    divided,
    long,
    named,
    weighted,
)
from servicelab.course.declared import Fault


@dataclass(frozen=True)
class Members(Section):
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

    count: Count
    firm: Count
    segment_share: Mapping[str, Share]
    opted_in: Mapping[str, Share]
    city_tier: Mapping[str, tuple[Share, ...]]
    old: Share
    old_days: Positive
    old_skew: Positive
    days: Count
    rate_shape: Positive
    leaving: Positive
    joins_in_sales: Number

    def faults(self) -> Iterator[Fault]:
        """Names; shares of tiers, as many for each segment."""
        yield from named(("segment_share",), self.segment_share, SEGMENTS)
        yield from divided(("segment_share",), self.segment_share.values())
        yield from named(("opted_in",), self.opted_in, SEGMENTS)
        yield from named(("city_tier",), self.city_tier, SEGMENTS)
        for segment, shares in self.city_tier.items():
            yield from long(("city_tier", segment), shares, TIERS)
            yield from divided(("city_tier", segment), shares)
        if self.firm < MOST_SCALE:
            yield Fault(
                ("firm",), f"`firm` is {self.firm}, below the largest scale of a run", f"Write {MOST_SCALE} or more"
            )
        if self.days < KNOWN_DAYS:
            yield Fault(("days",), f"`days` is {self.days}, shorter than a run can be", f"Write {KNOWN_DAYS} or more")


@dataclass(frozen=True)
class Orders(Section):
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
    sale_off : of the price of a family, what the last days of a sale take off
    sale_before : the part of it that the days before them take off
    usual_amount : mean ¥ of an order
    """

    shop_rate: Positive
    shop_growth: Growth
    online_share: tuple[NotAll, NotAll]
    weekday: tuple[Amount, ...]
    surge: Mapping[str, Positive]
    surge_raised: Share
    surge_shops: Amount
    day_cv: Positive
    online_hours: tuple[Amount, ...]
    shop_hours: tuple[Amount, ...]
    sale_hour: Amount
    in_app: Share
    on_web: Share
    carried_home: Share
    extra_rate: Share
    surge_eve: Share
    season: tuple[Positive, ...]
    family_share: Mapping[str, Share]
    family_log_price: Mapping[str, Number]
    price_log_sd: Amount
    price_tags: tuple[Positive, ...]
    second_item: Share
    sale_off: Mapping[str, NotAll]
    sale_before: Share
    usual_amount: Positive

    def faults(self) -> Iterator[Fault]:
        """Names, and a value for each day, month and hour."""
        yield from long(("weekday",), self.weekday, 7)
        yield from weighted(("weekday",), self.weekday)
        yield from long(("season",), self.season, 12)
        yield from named(("surge",), self.surge, SURGES)
        yield from long(("online_hours",), self.online_hours, 24)
        yield from weighted(("online_hours",), self.online_hours)
        if len(self.shop_hours) > 24 - SHOP_OPENS:
            yield Fault(
                ("shop_hours",),
                f"`shop_hours` has {len(self.shop_hours)} values, which go on after midnight",
                f"Write at most {24 - SHOP_OPENS}",
            )
        yield from weighted(("shop_hours",), self.shop_hours)
        yield from named(("family_share",), self.family_share, FAMILIES)
        yield from divided(("family_share",), self.family_share.values())
        yield from named(("family_log_price",), self.family_log_price, FAMILIES)
        yield from weighted(("price_tags",), self.price_tags)
        yield from ascending(("price_tags",), self.price_tags, strictly=True)
        yield from named(("sale_off",), self.sale_off, FAMILIES)


@dataclass(frozen=True)
class Deposits(Section):
    """预售: deposits before Double 11, balances on its last evenings.

    Attributes
    ----------
    rate : deposits of a member of average rate, each year
    early : how much more come in the first evening (a power)
    pays, pays_within : share who pay the balance, and mean hours after it is due
    share : of the price, what the deposit is
    """

    rate: Amount
    early: Positive
    pays: Share
    pays_within: Amount
    share: Share


@dataclass(frozen=True)
class App(Section):
    """The app, and ordering ahead in shops.

    Attributes
    ----------
    take_up, take_up_per_order, past_most : X12b: chance of taking up the app at an order, for each order of the
        past year; the most that count
    taste : by segment
    effect : true effect on orders
    from_day : day of the run from which there is an app
    """

    take_up: Amount
    take_up_per_order: Amount
    past_most: Whole
    taste: Mapping[str, Amount]
    effect: Amount
    from_day: Whole

    def faults(self) -> Iterator[Fault]:
        """Names."""
        yield from named(("taste",), self.taste, SEGMENTS)


@dataclass(frozen=True)
class Coupons(Section):
    """Who uses a coupon, and what it does.

    Attributes
    ----------
    base, rate, deal : log odds of using one, by the member's order rate (in means) and taste for deals (sd 1)
    lift : true change of the order rate of those it is sent to while it runs
    lift_other : the same for a campaign that is not named
    online : share of the orders it adds that are placed online
    """

    base: Number
    rate: Number
    deal: Number
    lift: Mapping[str, Amount]
    lift_other: Amount
    online: Share

    def lift_of(self, campaign: str) -> float:
        """True change of the order rate while a campaign runs, of those it is sent to.

        >>> coupons = Coupons(0.0, 0.0, 0.0, lift={"spring": 0.2}, lift_other=0.1, online=0.5)
        >>> coupons.lift_of("spring"), coupons.lift_of("summer")
        (0.2, 0.1)
        """
        return self.lift.get(campaign, self.lift_other)


@dataclass(frozen=True)
class Shops(Section):
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

    largest: Positive
    smallest: Positive
    sd: Amount
    whole: Positive
    trend: Growth
    month_sd: Amount
    all_sd: Amount
    rollout_from: Whole
    rollout_every: Whole
    rollout_groups: Count
    effect: Amount
    ahead: Share
    ahead_sd: Amount
    visits: Amount
    visits_most: Amount
    turns_till: Amount
    turns_counter: Amount
    turns_collecting: Amount
    till: Positive
    counter: Positive
    tills: Count
    counters: Count
    busiest: Part
    wait_sd: Amount

    def faults(self) -> Iterator[Fault]:
        """The first shop is the largest."""
        yield from at_most("smallest", self.smallest, "largest", self.largest)
