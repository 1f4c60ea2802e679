"""Journeys touch by touch: on the way to an order, through it, and after it; many end without one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from servicelab.company.simulation.buying import DAY, Flags, Floats, Ints, Members, Orders
from servicelab.company.simulation.draws import answers, pick, stream
from servicelab.company.simulation.festivals import horizon
from servicelab.company.simulation.outcomes import customer_ids, moments
from servicelab.company.simulation.scenario import Scenario

#: Log odds that one touch before the order adds to buying, by touchpoint.
TOUCHPOINTS = {
    "advert": 0.0, "search": 0.2, "website": 0.4, "wechat_shop": 0.6,
    "shop_visit": 0.8, "adviser": 1.0, "video_guide": 1.3, "community": 1.6,
}  # fmt: skip
CONVERT = -3.4
#: How often each is touched. Those that persuade are a little busier, so that what would be lost without a touchpoint
#: has the order of what it adds.
SHARE = (0.10, 0.11, 0.12, 0.13, 0.105, 0.11, 0.16, 0.17)
#: The shop and its adviser are where people end up who have made up their minds: last touches, whatever they add.
LATE = ("shop_visit", "adviser")
LATE_BY = 0.5
JOURNEYS = 9000
LONGEST = 8
#: Days between touches before the order, beyond one: mean.
PAUSE = 0.7
#: A journey that has come to nothing for so long has come to nothing.
OVER = 14
#: After the goods are there: share of journeys that have it, and days later (from, to).
AFTERWARDS = {"assembly": (0.45, (1, 3)), "care_message": (0.75, (7, 14)), "community": (0.30, (15, 30))}
STAGES = {"checkout": "during", "delivery": "during", "assembly": "during"}

#: Mean score 1–5 of a touch; a journey that ends in an order scores higher on the way to it, one that does not lower.
SCORE = {
    ("before", "advert"): 3.1, ("before", "search"): 3.4, ("before", "website"): 3.4, ("before", "wechat_shop"): 3.6,
    ("before", "video_guide"): 3.8, ("before", "community"): 3.9, ("before", "shop_visit"): 4.0,
    ("before", "adviser"): 4.2, ("during", "checkout"): 3.6, ("during", "delivery"): 2.9, ("during", "assembly"): 4.4,
    ("after", "care_message"): 3.8, ("after", "community"): 4.1,
}  # fmt: skip
SCORE_CONVERTS = 0.2
SCORE_LATE = -0.9
#: Few rate a touch.
RATED = {"before": 0.10, "during": 0.22, "after": 0.16}
SCORE_SPREAD = 4.0

NAMES = (*TOUCHPOINTS, "checkout", "delivery", "assembly", "care_message")
NUMBER = {name: number for number, name in enumerate(NAMES)}
#: From when to when something can be touched, in hours, and all that is not named.
ONLINE = (8.0, 23.0)
HOURS = {
    "shop_visit": (10.0, 21.0), "adviser": (10.0, 21.0), "delivery": (9.0, 19.0), "assembly": (9.0, 18.0),
}  # fmt: skip


def make_touchpoints(scenario: Scenario, members: Members, orders: Orders, placed: Ints) -> dict[str, pd.DataFrame]:
    """A sample of journeys of members who agreed to be followed, one row a touch, in order of time.

    What was touched decides the chance of buying; a journey that ends in buying is then one that led to an order on
    record (`placed`: their row numbers), with its checkout and delivery; one that does not, a fortnight without any.
    """
    rng = stream(scenario.seed, "simulation", "touchpoints")
    n = max(round(JOURNEYS * scenario.scale * scenario.months / 36), 30)
    length = np.minimum(1 + rng.geometric(0.42, n), LONGEST)
    journey = np.repeat(np.arange(n), length)
    touch = pick(rng, np.arange(len(TOUCHPOINTS)), SHARE, len(journey))
    gain = np.bincount(journey, weights=np.array(list(TOUCHPOINTS.values()))[touch], minlength=n)
    bought = rng.random(n) < 1 / (1 + np.exp(-(CONVERT + gain)))
    late = np.isin(touch, [NUMBER[name] for name in LATE])
    touch = touch[np.lexsort((rng.random(len(touch)) + LATE_BY * late, journey))]
    last = np.cumsum(length) - 1
    # Days from each touch to the last one of its journey: each on a day of its own.
    pause = 1 + rng.poisson(PAUSE, len(touch))
    pause[last] = 0
    back = np.cumsum(pause[::-1])[::-1]
    back = back - np.repeat(back[last], length)
    span = back[last - length + 1]
    at_shop = np.isin(touch[last], [NUMBER[name] for name in LATE])
    order = _orders_for(rng, members, orders, placed, span, np.where(bought, np.where(at_shop, 1, 2), 0))
    who, day = _nobody_bought(rng, members, orders, placed, span, ~bought, horizon(scenario))
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
            "lift": np.where(bought, SCORE_CONVERTS, -SCORE_CONVERTS)[journey],
        }
    )
    buys = np.flatnonzero(bought & found)
    table = pd.concat([before[found[journey]], _from_order(rng, members, orders, buys, order[buys])])
    table = table[table["at"] < horizon(scenario) * DAY]
    return {"touchpoints": _written(scenario, rng, table, who, bought)}


def touchpoint_effects() -> dict[str, Any]:
    """What a touch truly adds and how it truly feels, for `grading/truth/effects.json`."""
    scores: dict[str, dict[str, float]] = {}
    for (stage, name), mean in SCORE.items():
        scores.setdefault(stage, {})[name] = mean
    return {
        "log_odds_of_one_touch": TOUCHPOINTS,
        "mean_score": scores,
        "score_before_when_it_leads_to_an_order": {"yes": SCORE_CONVERTS, "no": -SCORE_CONVERTS},
        "score_of_a_late_delivery": SCORE_LATE,
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
    rng: np.random.Generator, members: Members, orders: Orders, placed: Ints, span: Ints, wanted: Flags, days: int
) -> tuple[Ints, Ints]:
    """A member and a last day for each journey wanted: there all the time, and no order in it nor soon after."""
    who, day = np.full(len(span), -1), np.zeros(len(span), dtype=np.int64)
    ordered = np.sort(orders.member[placed] * 1e5 + orders.day[placed])
    opted = np.flatnonzero(members.opted)
    open_ = np.flatnonzero(wanted)
    for _attempt in range(40):
        if not len(open_) or not len(opted):
            break
        person = rng.choice(opted, len(open_))
        end = rng.integers(0, max(days - OVER, 1), len(open_))
        begin = end - span[open_]
        fits = (begin >= np.maximum(members.joined[person], 0)) & (end < members.left[person])
        fits &= np.searchsorted(ordered, person * 1e5 + begin) == np.searchsorted(ordered, person * 1e5 + end + OVER)
        who[open_[fits]], day[open_[fits]] = person[fits], end[fits]
        open_ = open_[~fits]
    return who, day


def _from_order(rng: np.random.Generator, members: Members, orders: Orders, journey: Ints, order: Ints) -> pd.DataFrame:
    """Checkout, delivery and what follows, of journeys that led to these orders."""
    placed, delivered = orders.placed[order], orders.delivered[order]
    parcel = orders.promised[order] > 0
    late = parcel & (delivered // DAY - placed // DAY > orders.promised[order])
    parts: list[tuple[Ints, Floats, str, Floats]] = [
        (journey, placed, "checkout", np.zeros(len(order))),
        (journey[parcel], delivered[parcel], "delivery", np.where(late[parcel], SCORE_LATE, 0.0)),
    ]
    for name, (share, (low, high)) in AFTERWARDS.items():
        on = rng.random(len(order)) < share
        if name == "assembly":
            on &= parcel
        day = delivered // DAY + rng.integers(low, high + 1, len(order))
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
    scenario: Scenario, rng: np.random.Generator, table: pd.DataFrame, who: Ints, bought: Flags
) -> pd.DataFrame:
    """The table: journeys numbered by their first touch, touches in order of time, a score where one was given."""
    table = table.assign(at=np.round(table["at"])).sort_values(["at", "journey"], kind="stable", ignore_index=True)
    journey = table["journey"].to_numpy()
    number = pd.factorize(journey)[0]
    touchpoint = np.array(NAMES, dtype=object)[table["touch"]]
    mean = np.array([SCORE[key] for key in zip(table["stage"], touchpoint, strict=True)]) + table["lift"].to_numpy()
    score = pd.array(answers(rng, mean, spread=SCORE_SPREAD), dtype="Int64")
    score[rng.random(len(table)) >= table["stage"].map(RATED).to_numpy(dtype=float)] = pd.NA
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
