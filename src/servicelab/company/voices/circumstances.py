"""Who says it, when, where and of what: what a sentence must not contradict of its contact, order and customer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.simulation.draws import stream
from servicelab.company.simulation.names import SEGMENTS


@dataclass(frozen=True)
class Goods:
    """A kind of goods: the mark of patterns about it, its family, and whether it is put together or fixed in place."""

    mark: str
    family: str
    fitted: bool = True


#: Kinds of goods by name, in the order in which contexts number them; what each holds stands in `slots.yml`.
GOODS = {
    "sofas": Goods("S", "sofas"), "beds": Goods("Z", "beds"), "tables": Goods("T", "tables"),
    "storage": Goods("C", "storage"), "lighting": Goods("L", "lighting"), "blinds": Goods("X", "textiles"),
    "kitchen_furniture": Goods("K", "kitchen"), "mirrors": Goods("D", "decor"),
    "soft_goods": Goods("W", "textiles", fitted=False), "kitchenware": Goods("U", "kitchen", fitted=False),
    "ornaments": Goods("V", "decor", fitted=False),
}  # fmt: skip
KINDS = tuple(GOODS)
#: What can only be said of goods that are put together or fixed.
OF_FITTED = ("intact_packaging", "warranty_repair", "assembly_service", "installation_photo_guide")
#: Of the orders of a family that has both, and about which nothing of that is said, the share that is for fitted goods.
FITTED_SHARE = 0.3
#: A context is the number of the segment plus these, plus so many for each kind of goods before the one it is about:
#: what decides which patterns fit the person and the matter.
WOMAN, COMPLAINT, MEMBER_FOR_YEARS, ONLINE = 4, 8, 16, 32
OF_GOODS = 64
CONTEXTS = OF_GOODS * len(GOODS)
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
#: Marks of goods: a pattern without one can be said of any.
OF_WHAT = "".join(goods.mark for goods in GOODS.values())
#: Goods that a slot can stand for; what a pattern speaks of by such a slot needs no mark.
IN_SLOT = {
    "furniture": "".join(goods.mark for goods in GOODS.values() if goods.fitted),
    "cabinet": GOODS["storage"].mark,
}
MARKS = "".join([*SAID_BY, *NEEDS_BIT, *BARS_BIT, OF_WHAT])
#: Full years of membership from which somebody speaks of them.
YEARS = 3
TIERS = 4
EVENING, NOON = 17, 12


@cache
def fitting(marks: str) -> frozenset[int]:
    """The contexts a pattern with those marks can be said in.

    >>> WOMAN in fitting("m"), 0 in fitting("m"), len(fitting("")) == CONTEXTS
    (False, True, True)
    >>> sorted({context // OF_GOODS for context in fitting("SL")})
    [0, 4]
    """
    segments = set(SEGMENTS).intersection(*(SAID_BY[mark] for mark in marks if mark in SAID_BY))
    of_what = {mark for mark in marks if mark in OF_WHAT} or set(OF_WHAT)
    return frozenset(
        context
        for context in range(CONTEXTS)
        if SEGMENTS[context % len(SEGMENTS)] in segments
        and OF_WHAT[context // OF_GOODS] in of_what
        and all(context & bit for mark, bit in NEEDS_BIT.items() if mark in marks)
        and not any(context & bit for mark, bit in BARS_BIT.items() if mark in marks)
    )


@dataclass(frozen=True)
class Circumstances:
    """What is known of each contact, row by row.

    `context` says which patterns fit; `frames` by group of openers and closers who may say them; `person`, `city` the
    numbers of the customer's name and home city; `goods` the kind of goods that it is about, by its number in `KINDS`,
    and `choice` a uniform number that says which of that kind; `order_day`, `call_day` the weekdays (Monday 0) of the
    order and of the contact before; `years` full years of membership when the matter began; `amount` yuan of the order,
    infinite without one.
    """

    context: NDArray[np.int64]
    frames: dict[str, NDArray[np.bool_]]
    person: NDArray[np.int64]
    city: NDArray[np.int64]
    goods: NDArray[np.int64]
    choice: NDArray[np.float64]
    order_day: NDArray[np.int64]
    call_day: NDArray[np.int64]
    years: NDArray[np.int64]
    amount: NDArray[np.float64]


def weekday(day: NDArray[np.int64]) -> NDArray[np.int64]:
    """Monday 0 … Sunday 6 of days counted from 1970-01-01, a Thursday."""
    return (day + 3) % 7


def _days(moments: pd.Series) -> NDArray[np.int64]:
    return moments.to_numpy().astype("datetime64[D]").astype(np.int64)


def _about(
    contacts: pd.DataFrame, orders: pd.DataFrame, journey: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The kind of goods of each contact, and a number that says which of that kind: one for each order.

    An enquiry is about what was ordered after it; whoever ordered nothing asks about what others order.
    """
    bought = contacts["order_id"].fillna(contacts["led_to_order_id"])
    at = pd.Series(np.where(bought.notna(), pd.Index(orders["order_id"]).get_indexer(pd.Index(bought)), -1))
    row = at.groupby(journey).transform("max").to_numpy()
    # Matters about one order are about the same thing; a matter without one is about a thing of its own.
    thing, _things = pd.factorize(np.where(row >= 0, row, -1 - journey))
    things = int(thing.max(initial=-1)) + 1
    rng = stream(seed, "texts", "goods")
    choice, fitted, other = rng.random((3, things))
    families: NDArray[Any] = orders["family"].astype(object).to_numpy()
    other_order = (other[thing] * len(families)).astype(np.int64)
    family = families[np.where(row >= 0, row, other_order)]
    firm = np.zeros(things, dtype=bool)
    np.logical_or.at(firm, thing, contacts["feature_id"].isin(OF_FITTED).to_numpy())
    firm |= fitted < FITTED_SHARE
    kinds = {(goods.family, goods.fitted): number for number, goods in enumerate(GOODS.values())}
    # A family that has nothing but fitted goods has one kind.
    found = [
        kinds.get((name, whole), kinds[name, True]) for name, whole in zip(family, firm[thing].tolist(), strict=True)
    ]
    return np.array(found, dtype=np.int64), choice[thing]


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
    goods, choice = _about(contacts, orders, journey, seed)
    context = (
        segment
        + WOMAN * (person < people // 2)
        + COMPLAINT * (contacts["intent"].astype(object).to_numpy() == "complaint")
        + MEMBER_FOR_YEARS * (years >= YEARS)
        + ONLINE * (ordered & (bought != "shop"))
        + OF_GOODS * goods
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
        goods=goods,
        choice=choice,
        order_day=weekday(order_day),
        call_day=weekday(day[parent]),
        years=years,
        amount=np.where(ordered, orders["amount"].to_numpy(dtype=float)[order], np.inf),
    )
