"""Who buys, what and when: members and their orders, deposits, the app, coupons, and the shops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from servicelab.course.declared import Declared


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

    def lift_of(self, campaign: str) -> float:
        """True change of the order rate while a campaign runs, of those it is sent to.

        >>> coupons = Coupons(0.0, 0.0, 0.0, lift={"spring": 0.2}, lift_other=0.1, online=0.5)
        >>> coupons.lift_of("spring"), coupons.lift_of("summer")
        (0.2, 0.1)
        """
        return self.lift.get(campaign, self.lift_other)


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
