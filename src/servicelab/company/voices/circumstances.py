"""Who says it, when and where: what a sentence must not contradict of its contact, order and customer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.simulation.draws import stream
from servicelab.company.simulation.names import SEGMENTS

#: A context is the number of the segment plus these: what decides which patterns fit the person and the matter.
WOMAN, COMPLAINT, MEMBER_FOR_YEARS, ONLINE = 4, 8, 16, 32
CONTEXTS = 64
#: Who may say a pattern with that mark.
SAID_BY = {
    "s": ("senior",),
    "f": ("new_family", "home_improver"),
    "y": ("young_renter", "new_family"),
    "n": ("young_renter", "new_family", "home_improver"),
}
#: Context bits that a mark asks for, and those it rules out: woman, man, member for years, not online, no complaint.
NEEDS_BIT = {"w": WOMAN, "l": MEMBER_FOR_YEARS}
BARS_BIT = {"m": WOMAN, "h": ONLINE, "t": COMPLAINT}
MARKS = "".join([*SAID_BY, *NEEDS_BIT, *BARS_BIT])
#: Full years of membership from which somebody speaks of them.
YEARS = 3
TIERS = 4
EVENING, NOON = 17, 12


@cache
def fitting(marks: str) -> frozenset[int]:
    """The contexts a pattern with those marks can be said in.

    >>> WOMAN in fitting("m"), 0 in fitting("m"), len(fitting(""))
    (False, True, 64)
    """
    segments = set(SEGMENTS).intersection(*(SAID_BY[mark] for mark in marks if mark in SAID_BY))
    return frozenset(
        context
        for context in range(CONTEXTS)
        if SEGMENTS[context % len(SEGMENTS)] in segments
        and all(context & bit for mark, bit in NEEDS_BIT.items() if mark in marks)
        and not any(context & bit for mark, bit in BARS_BIT.items() if mark in marks)
    )


@dataclass(frozen=True)
class Circumstances:
    """What is known of each contact, row by row.

    `context` says which patterns fit; `frames` by group of openers and closers who may say them; `person`, `city` the
    numbers of the customer's name and home city; `order_day`, `call_day` the weekdays (Monday 0) of the order and of
    the contact before; `years` full years of membership when the matter began; `amount` yuan of the order, infinite
    without one.
    """

    context: NDArray[np.int64]
    frames: dict[str, NDArray[np.bool_]]
    person: NDArray[np.int64]
    city: NDArray[np.int64]
    order_day: NDArray[np.int64]
    call_day: NDArray[np.int64]
    years: NDArray[np.int64]
    amount: NDArray[np.float64]


def weekday(day: NDArray[np.int64]) -> NDArray[np.int64]:
    """Monday 0 … Sunday 6 of days counted from 1970-01-01, a Thursday."""
    return (day + 3) % 7


def _days(moments: pd.Series) -> NDArray[np.int64]:
    return moments.to_numpy().astype("datetime64[D]").astype(np.int64)


def circumstances(
    contacts: pd.DataFrame, orders: pd.DataFrame, customers: pd.DataFrame, seed: int, people: int, cities: int
) -> Circumstances:
    """What is known of each contact: `people` names, women's first and as many men's, and `cities` by tier.

    Name and city are drawn for each customer once, so that all their contacts agree.
    """
    which = pd.Index(customers["customer_id"]).get_indexer(pd.Index(contacts["customer_id"]))
    rng = stream(seed, "texts", "people")
    person = rng.integers(0, people, len(customers))[which]
    near = rng.integers(0, cities // TIERS, len(customers))
    city = (near + cities // TIERS * (customers["city_tier"].to_numpy(dtype=np.int64) - 1))[which]
    order = pd.Index(orders["order_id"]).get_indexer(pd.Index(contacts["order_id"]))
    ordered = order >= 0
    before = contacts["order_id"].isna().to_numpy()
    opened = contacts["opened_at"]
    day, hour = _days(opened), opened.dt.hour.to_numpy()
    order_day = np.where(ordered, _days(orders["ordered_at"])[order], -1)
    age = np.where(ordered, day - order_day, -1)
    monday = day - weekday(day)
    parent = pd.Index(contacts["contact_id"]).get_indexer(pd.Index(contacts["parent_id"]))
    channel = contacts["channel"].astype(object).to_numpy()
    # Being passed on is no second call.
    called = (parent >= 0) & (channel[parent] == "phone") & (contacts["kind"].astype(object).to_numpy() != "transfer")
    since = day - day[parent]
    journey = pd.factorize(contacts["journey_id"])[0]
    began = pd.Series(day).groupby(journey).transform("min").to_numpy()
    years = (began - _days(customers["joined_on"])[which]) // 366
    segment = pd.Categorical(customers["segment"], categories=list(SEGMENTS)).codes.astype(np.int64)[which]
    bought = orders["channel"].astype(object).to_numpy()[order]
    context = (
        segment
        + WOMAN * (person < people // 2)
        + COMPLAINT * (contacts["intent"].astype(object).to_numpy() == "complaint")
        + MEMBER_FOR_YEARS * (years >= YEARS)
        + ONLINE * (ordered & (bought != "shop"))
    )
    calm = ~contacts["angry"].to_numpy(dtype=bool)
    written = np.isin(channel, ["chat", "wechat", "email"])
    frames = {
        "any": np.ones(len(contacts), dtype=bool),
        "order": ~before,
        "again": pd.Series(journey).groupby(journey).cumcount().to_numpy() > 0,
        "recent": (age >= 1) & (age <= 7),
        "last_week": ordered & (order_day >= monday - 7) & (order_day < monday),
        "called": called & (since >= 1) & (since <= 7),
        "called_today": called & (since == 0),
        "calm": calm,
        "calm_morning": calm & (hour < NOON),
        "calm_evening": calm & (hour >= EVENING),
        "calm_written": calm & written,
        "chat": np.isin(channel, ["chat", "wechat"]),
        "written": written,
    }
    return Circumstances(
        context=context,
        frames=frames,
        person=person,
        city=city,
        order_day=weekday(order_day),
        call_day=weekday(day[parent]),
        years=years,
        amount=np.where(ordered, orders["amount"].to_numpy(dtype=float)[order], np.inf),
    )
