"""Journeys touch by touch: on the way to an order, through it, and after it; many end without one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from servicelab.company.simulation.buying import DAY, Flags, Floats, Ints, Members, Orders
from servicelab.company.simulation.draws import answers, pick, stream
from servicelab.company.simulation.festivals import horizon
from servicelab.company.simulation.names import BEFORE_BUYING as BEFORE
from servicelab.company.simulation.outcomes import customer_ids, moments
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World, by_name

STAGES = {"checkout": "during", "delivery": "during", "assembly": "during"}

NAMES = (*BEFORE, "checkout", "delivery", "assembly", "care_message")
NUMBER = {name: number for number, name in enumerate(NAMES)}
#: From when to when something can be touched, in hours, and all that is not named.
ONLINE = (8.0, 23.0)
HOURS = {
    "shop_visit": (10.0, 21.0), "adviser": (10.0, 21.0), "delivery": (9.0, 19.0), "assembly": (9.0, 18.0),
}  # fmt: skip


def make_touchpoints(
    world: World, scenario: Scenario, members: Members, orders: Orders, placed: Ints
) -> dict[str, pd.DataFrame]:
    """A sample of journeys of members who agreed to be followed, one row a touch, in order of time.

    What was touched decides the chance of buying; a journey that ends in buying is then one that led to an order on
    record (`placed`: their row numbers), with its checkout and delivery; one that does not, a fortnight without any.
    """
    w = world.touchpoints
    rng = stream(scenario.seed, "simulation", "touchpoints")
    n = max(round(w.journeys * scenario.scale * scenario.months / 36), 30)
    length = np.minimum(1 + rng.geometric(w.stops, n), w.longest)
    journey = np.repeat(np.arange(n), length)
    touch = pick(rng, np.arange(len(BEFORE)), by_name(w.share, BEFORE), len(journey))
    gain = np.bincount(journey, weights=by_name(w.adds, BEFORE)[touch], minlength=n)
    bought = rng.random(n) < 1 / (1 + np.exp(-(w.convert + gain)))
    late = np.isin(touch, [NUMBER[name] for name in w.late])
    touch = touch[np.lexsort((rng.random(len(touch)) + w.late_by * late, journey))]
    last = np.cumsum(length) - 1
    # Days from each touch to the last one of its journey: each on a day of its own.
    pause = 1 + rng.poisson(w.pause, len(touch))
    pause[last] = 0
    back = np.cumsum(pause[::-1])[::-1]
    back = back - np.repeat(back[last], length)
    span = back[last - length + 1]
    at_shop = np.isin(touch[last], [NUMBER[name] for name in w.late])
    order = _orders_for(rng, members, orders, placed, span, np.where(bought, np.where(at_shop, 1, 2), 0))
    who, day = _nobody_bought(world, rng, members, orders, placed, span, ~bought, horizon(scenario))
    who, day = np.where(bought, orders.member[order], who), np.where(bought, orders.day[order], day)
    found = np.where(bought, order, who) >= 0
    # A touch on the day of the order comes shortly before it.
    time = _time_of_day(rng, touch)
    final = bought[journey] & (back == 0)
    until = orders.placed[order[journey]] % DAY
    opened = 3600 * np.array([HOURS.get(name, ONLINE)[0] for name in NAMES])[touch]
    lead = np.maximum(np.minimum(60 * (3 + 42 * rng.random(len(touch))), (until - opened) / 2), 1)
    time = np.where(final, until - lead, time)
    before = pd.DataFrame(
        {
            "journey": journey,
            "at": (day[journey] - back) * DAY + time,
            "touch": touch,
            "stage": "before",
            "lift": np.where(bought, w.score_converts, -w.score_converts)[journey],
        }
    )
    buys = np.flatnonzero(bought & found)
    table = pd.concat([before[found[journey]], _from_order(world, rng, members, orders, buys, order[buys])])
    table = table[table["at"] < horizon(scenario) * DAY]
    return {"touchpoints": _written(world, scenario, rng, table, who, bought)}


def touchpoint_effects(world: World) -> dict[str, Any]:
    """What a touch truly adds and how it truly feels, for `grading/truth/effects.json`."""
    w = world.touchpoints
    return {
        "log_odds_of_one_touch": w.adds,
        "mean_score": w.score,
        "score_before_when_it_leads_to_an_order": {"yes": w.score_converts, "no": -w.score_converts},
        "score_of_a_late_delivery": w.score_late,
    }


def _orders_for(
    rng: np.random.Generator, members: Members, orders: Orders, placed: Ints, span: Ints, kind: Ints
) -> Ints:
    """An order on record for each journey (kind 1 in a shop, 2 online), −1 where none fits: each order led to once."""
    chosen = np.full(len(span), -1)
    ours = placed[members.opted[orders.member[placed]]]
    room = orders.day[ours] - np.maximum(members.joined[orders.member[ours]], 0)
    for number, here in ((1, orders.channel[ours] == 0), (2, orders.channel[ours] != 0)):
        free = rng.permutation(np.flatnonzero(here))
        open_ = np.flatnonzero(kind == number)
        # A journey that would begin before its member joined tries another order.
        while len(open_) and len(free):
            tried, free = free[: len(open_)], free[len(open_) :]
            fits = room[tried] >= span[open_[: len(tried)]]
            chosen[open_[: len(tried)][fits]] = ours[tried[fits]]
            open_ = np.concatenate([open_[: len(tried)][~fits], open_[len(tried) :]])
    return chosen


def _nobody_bought(
    world: World,
    rng: np.random.Generator,
    members: Members,
    orders: Orders,
    placed: Ints,
    span: Ints,
    wanted: Flags,
    days: int,
) -> tuple[Ints, Ints]:
    """A member and a last day for each journey wanted: there all the time, and no order in it nor soon after."""
    over = world.touchpoints.over
    who, day = np.full(len(span), -1), np.zeros(len(span), dtype=np.int64)
    ordered = np.sort(orders.member[placed] * 1e5 + orders.day[placed])
    opted = np.flatnonzero(members.opted)
    open_ = np.flatnonzero(wanted)
    for _attempt in range(40):
        if not len(open_) or not len(opted):
            break
        person = rng.choice(opted, len(open_))
        end = rng.integers(0, max(days - over, 1), len(open_))
        begin = end - span[open_]
        fits = (begin >= np.maximum(members.joined[person], 0)) & (end < members.left[person])
        fits &= np.searchsorted(ordered, person * 1e5 + begin) == np.searchsorted(ordered, person * 1e5 + end + over)
        who[open_[fits]], day[open_[fits]] = person[fits], end[fits]
        open_ = open_[~fits]
    return who, day


def _from_order(
    world: World, rng: np.random.Generator, members: Members, orders: Orders, journey: Ints, order: Ints
) -> pd.DataFrame:
    """Checkout, delivery and what follows, of journeys that led to these orders."""
    w = world.touchpoints
    placed, delivered = orders.placed[order], orders.delivered[order]
    parcel = orders.promised[order] > 0
    late = parcel & (delivered // DAY - placed // DAY > orders.promised[order])
    parts: list[tuple[Ints, Floats, str, Floats]] = [
        (journey, placed, "checkout", np.zeros(len(order))),
        (journey[parcel], delivered[parcel], "delivery", np.where(late[parcel], w.score_late, 0.0)),
    ]
    for name, touch in w.afterwards.items():
        on = rng.random(len(order)) < touch.share
        if name == "assembly":
            on &= parcel
        day = delivered // DAY + rng.integers(touch.first, touch.last + 1, len(order))
        if name == "community":
            on &= day < members.left[orders.member[order]]
        time = _time_of_day(rng, np.full(len(order), NUMBER[name]))
        parts.append((journey[on], (day * DAY + time)[on], name, np.zeros(int(on.sum()))))
    return pd.concat(
        pd.DataFrame(
            {"journey": rows, "at": at, "touch": NUMBER[name], "stage": STAGES.get(name, "after"), "lift": lift}
        )
        for rows, at, name, lift in parts
    )


def _time_of_day(rng: np.random.Generator, touch: Ints) -> Floats:
    """Seconds since midnight at which each is touched."""
    hours = np.array([HOURS.get(name, ONLINE) for name in NAMES])[touch]
    found: Floats = 3600 * (hours[:, 0] + (hours[:, 1] - hours[:, 0]) * rng.random(len(touch)))
    return found


def _written(
    world: World, scenario: Scenario, rng: np.random.Generator, table: pd.DataFrame, who: Ints, bought: Flags
) -> pd.DataFrame:
    """The table: journeys numbered by their first touch, touches in order of time, a score where one was given."""
    w = world.touchpoints
    table = table.assign(at=np.round(table["at"])).sort_values(["at", "journey"], kind="stable", ignore_index=True)
    journey = table["journey"].to_numpy()
    number = pd.factorize(journey)[0]
    touchpoint = np.array(NAMES, dtype=object)[table["touch"]]
    mean = (
        np.array([w.score[stage][name] for stage, name in zip(table["stage"], touchpoint, strict=True)])
        + table["lift"].to_numpy()
    )
    score = pd.array(answers(rng, mean, spread=w.spread), dtype="Int64")
    score[rng.random(len(table)) >= table["stage"].map(dict(w.rated)).to_numpy(dtype=float)] = pd.NA
    return pd.DataFrame(
        {
            "journey_id": pd.Series(number + 1).map("J{:06d}".format),
            "customer_id": customer_ids(who[journey]),
            "timestamp": moments(scenario, table["at"].to_numpy()),
            "touchpoint": touchpoint,
            "stage": table["stage"].to_numpy(dtype=object),
            "converted": bought[journey],
            "score": score,
        }
    )
