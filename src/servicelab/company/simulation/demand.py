"""Why and when people get in touch for the first time: members through their orders, others at the same rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from servicelab.company.simulation import mechanisms as m
from servicelab.company.simulation.buying import DAY, Flags, Floats, Ints, Members, Orders
from servicelab.company.simulation.draws import pick, stream
from servicelab.company.simulation.scenario import Scenario

INTENT = {name: number for number, name in enumerate(m.NAMES)}
LAG = np.array([intent.lag for intent in m.INTENTS.values()])
#: Contacts about goods count from their delivery, the others from the order.
FROM_DELIVERY = ("damaged", "defect", "return", "complaint")
#: Cumulated contacts by half hour, and where the half hours begin and end.
SHARES = np.concatenate([[0.0], np.cumsum(m.HALF_HOURS)])
EDGES = m.OPEN + np.arange(len(SHARES)) * 1800.0
SHOP_DESK = m.CHANNELS.index("shop")


@dataclass(frozen=True)
class Demand:
    """First contacts in order of time; `member` and `order` are −1 for people whose records are not kept."""

    at: Floats
    intent: Ints
    asked: Ints
    segment: Ints
    member: Ints
    order: Ints
    #: Expected first contacts of the whole firm: intent × day.
    expected: Floats
    incidents: pd.DataFrame


def asked_chances() -> Floats:
    """Segment × intent × channel: where people turn."""
    table = np.array([m.ASKED[name] for name in m.SEGMENTS])[:, None, :].repeat(len(m.NAMES), axis=1)
    for name, tilt in m.PHONE_TILT.items():
        table[:, INTENT[name], 0] *= tilt
    chances: Floats = table / table.sum(axis=2, keepdims=True)
    return chances


def time_of_day(rng: np.random.Generator, size: int) -> Floats:
    """Seconds since midnight, by the lines' half hours."""
    found: Floats = np.interp(rng.random(size) * SHARES[-1], SHARES, EDGES)
    return found


def make_demand(
    scenario: Scenario, members: Members, orders: Orders, calendar: pd.DataFrame, expected: tuple[Floats, Floats]
) -> Demand:
    """All first contacts of the firm."""
    rng = stream(scenario.seed, "simulation", "demand")
    by_day = _expected_contacts(calendar, expected)
    incidents = _incidents(scenario, len(calendar))
    at, intent, member, order = _from_orders(rng, orders, len(calendar))
    others = _other_people(rng, by_day, m.FIRM - scenario.scale)
    rush_at, rush_intent = _rushes(rng, calendar, by_day, incidents)
    ours = rng.random(len(rush_at)) < scenario.scale / m.FIRM
    rush_member = np.where(ours, rng.integers(0, len(members), len(rush_at)), -1)
    # Somebody who has not joined by then is one of the other people.
    rush_member[members.joined[rush_member] * DAY > rush_at] = -1
    at = np.concatenate([at, others[0], rush_at])
    intent = np.concatenate([intent, others[1], rush_intent])
    rest = np.full(len(others[0]), -1)
    member = np.concatenate([member, rest, rush_member])
    order = np.concatenate([order, rest, np.full(len(rush_at), -1)])
    segment = pick(rng, np.arange(4), m.SEGMENT_SHARE, len(at)).astype(np.int64)
    segment[member >= 0] = members.segment[member[member >= 0]]
    edges = np.cumsum(asked_chances(), axis=2)
    asked = (rng.random(len(at))[:, None] > edges[segment, intent][:, :-1]).sum(axis=1)
    # Shops open at ten.
    day = at // DAY * DAY
    at = np.where(asked == SHOP_DESK, day + 36_000 + (at - day - m.OPEN) * 11 / 12, at)
    turn = np.argsort(at, kind="stable")
    return Demand(
        at[turn], intent[turn], asked[turn].astype(np.int64), segment[turn], member[turn], order[turn],
        by_day * m.FIRM, incidents,
    )  # fmt: skip


def _from_orders(rng: np.random.Generator, orders: Orders, days: int) -> tuple[Floats, Ints, Ints, Ints]:
    """Contacts that the orders on record cause; never before their cause."""
    n = len(orders.placed)
    chosen: list[tuple[Ints, Ints, Flags]] = []
    rows = np.arange(n)
    for name, what in m.INTENTS.items():
        if name == "presale":
            chosen.append((rows[orders.enquired], np.full(int(orders.enquired.sum()), 0), np.zeros(0, dtype=bool)))
        elif what.per_order:
            here = rows[rng.random(n) < what.per_order]
            chosen.append((here, np.full(len(here), INTENT[name]), np.zeros(0, dtype=bool)))
    for code, told in ((1, "where_is_order"), (2, "damaged"), (3, "defect")):
        here = rows[(orders.fault == code) & orders.spoken]
        intent = np.full(len(here), INTENT[told])
        if code == 1:
            intent[rng.random(len(here)) < m.LATE_COMPLAINS] = INTENT["complaint"]
        chosen.append((here, intent, np.zeros(0, dtype=bool)))
    order = np.concatenate([part[0] for part in chosen])
    intent = np.concatenate([part[1] for part in chosen])
    since = np.isin(intent, [INTENT[name] for name in FROM_DELIVERY])
    start = np.where(since, orders.delivered[order], orders.placed[order]) // DAY
    late = (intent == INTENT["where_is_order"]) & (orders.fault[order] == 1)
    start = np.where(late, start + orders.promised[order] - 1, start)
    lag = rng.geometric(1 / LAG[intent])
    day = np.where(intent == 0, start - rng.integers(1, 4, len(order)), start + lag)
    keep = (day >= 0) & (day < days)
    at = day[keep] * DAY + time_of_day(rng, int(keep.sum()))
    return at, intent[keep], orders.member[order[keep]], order[keep]


def _expected_contacts(calendar: pd.DataFrame, expected: tuple[Floats, Floats]) -> Floats:
    """Intent × day: first contacts expected from the orders at scale 1."""
    shop, online = expected
    total = shop + online
    parcels = 0.55 * shop + online
    rush = np.where(calendar["order_factor"] > 1, m.LATE_SURGE, 1.0)
    late = parcels * m.LATE * rush * m.SPOKEN["late"]
    cause = {name: total * what.per_order for name, what in m.INTENTS.items()}
    cause["where_is_order"] = cause["where_is_order"] + late * (1 - m.LATE_COMPLAINS)
    cause["complaint"] = cause["complaint"] + late * m.LATE_COMPLAINS
    cause["damaged"] = parcels * m.PACKING * m.SPOKEN["packing"]
    cause["defect"] = total * m.DEFECT * m.SPOKEN["defect"]
    rows = []
    for name, what in m.INTENTS.items():
        if name == "presale":
            rows.append(cause[name])
            continue
        p = 1 / what.lag
        lags = p * (1 - p) ** np.arange(70)
        shift = 1 + (3 if name in FROM_DELIVERY else 0)
        kernel = np.concatenate([np.zeros(shift), lags])
        # Before the run began there were orders too: as many as in its first weeks.
        before = np.full(80, cause[name][:28].mean())
        rows.append(np.convolve(np.concatenate([before, cause[name]]), kernel)[80 : 80 + len(total)])
    return np.array(rows)


def _other_people(rng: np.random.Generator, by_day: Floats, times: float) -> tuple[Floats, Ints]:
    counts = rng.poisson(by_day * times)
    intent = np.repeat(np.repeat(np.arange(len(counts)), counts.shape[1]), counts.ravel())
    day = np.repeat(np.tile(np.arange(counts.shape[1]), len(counts)), counts.ravel())
    return day * DAY + time_of_day(rng, len(day)), intent


def _incidents(scenario: Scenario, days: int) -> pd.DataFrame:
    """When systems fail, about once a month for some hours."""
    rng = stream(scenario.seed, "simulation", "incidents")
    count = int(rng.poisson(days / 30)) if scenario.incidents else 0
    start = np.sort(np.floor(rng.random(count) * days) * DAY + 3600 * (9 + 10 * rng.random(count)))
    hours = np.round(rng.lognormal(0.7, 0.6, count), 2)
    system = pick(
        rng, np.array(["app", "order_system", "payment", "website"], dtype=object), (0.4, 0.25, 0.2, 0.15), count
    )
    return pd.DataFrame({"system": system, "started": np.round(start), "hours": hours})


def _rushes(
    rng: np.random.Generator, calendar: pd.DataFrame, by_day: Floats, incidents: pd.DataFrame
) -> tuple[Floats, Ints]:
    """The half hour after a sale opens, and the hours of an incident."""
    share = m.HALF_HOURS[int((m.SALE_OPENS - m.OPEN) / 1800)] / sum(m.HALF_HOURS)
    total = by_day.sum(axis=0) * m.FIRM
    nights = np.flatnonzero(calendar["sale_opens"] & (calendar["order_factor"] > 1))
    parts: list[tuple[Floats, Ints]] = []
    for night in nights:
        count = int(rng.poisson(total[night] * share * (m.SALE_RUSH - 1)))
        at = night * DAY + m.SALE_OPENS + 1800 * rng.random(count) ** 1.3
        names = [INTENT["presale"], INTENT["price"], INTENT["app_problem"]]
        parts.append((at, pick(rng, np.array(names), (0.25, 0.5, 0.25), count)))
    for start, hours in zip(incidents["started"], incidents["hours"], strict=True):
        day = int(start // DAY)
        count = int(rng.poisson(total[day] / 12 * hours * 0.8))
        at = np.minimum(start + hours * 3600 * rng.random(count), day * DAY + m.CLOSE - 60)
        parts.append((at, np.full(count, INTENT["app_problem"])))
    if not parts:
        return np.zeros(0), np.zeros(0, dtype=np.int64)
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]).astype(np.int64)
