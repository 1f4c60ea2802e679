"""Why and when people get in touch for the first time: members through their orders, others at the same rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.simulation import mechanisms as m
from servicelab.company.simulation.buying import DAY, Floats, Ints, Members, Orders, late_shares
from servicelab.company.simulation.draws import pick, pick_by, stream
from servicelab.company.simulation.scenario import Scenario

INTENT = {name: number for number, name in enumerate(m.NAMES)}
LAG = np.array([intent.lag for intent in m.INTENTS.values()])
#: Contacts about goods count from their delivery, the others from the order (after a failure: when it shows).
FROM_DELIVERY = ("damaged", "defect", "return", "complaint")
#: Cumulated contacts by half hour, and where the half hours begin and end.
SHARES = np.concatenate([[0.0], np.cumsum(m.HALF_HOURS)])
EDGES = m.OPEN + np.arange(len(SHARES)) * 1800.0
SHOP_DESK = m.CHANNELS.index("shop")
SHOWS_LATER = np.array([False, *(what.after for what in m.FEATURES.values())])


def _causes() -> list[tuple[int, int, float]]:
    """Everything that brings about contacts: (intent, what failed or 0, contacts for each order it happens to)."""
    found = [(INTENT[name], 0, what.per_order) for name, what in m.INTENTS.items() if what.per_order]
    for number, what in enumerate(m.FEATURES.values(), start=1):
        complains = m.LATE_COMPLAINS if number == m.LATE else 0.0
        found.append((INTENT[what.intent], number, what.spoken * (1 - complains)))
        if complains:
            found.append((INTENT["complaint"], number, what.spoken * complains))
    return found


CAUSES = _causes()
CAUSE_INTENT, CAUSE_FAILED = (np.array([cause[k] for cause in CAUSES], dtype=np.int8) for k in (0, 1))


def since_delivery(intent: Ints, failed: Ints) -> NDArray[np.bool_]:
    """Whether a matter begins with the delivery: complaints do, failures by what failed, the rest by its reason."""
    goods = np.isin(intent, [INTENT[name] for name in FROM_DELIVERY])
    found: NDArray[np.bool_] = np.where(failed > 0, SHOWS_LATER[failed] | (intent == INTENT["complaint"]), goods)
    return found


@dataclass(frozen=True)
class Demand:
    """First contacts in order of time; `member` and `order` are −1 for people whose records are not kept."""

    at: Floats
    intent: Ints
    asked: Ints
    segment: Ints
    member: Ints
    order: Ints
    #: What failed and so caused it, by number in `mechanisms.FEATURE_NAMES` from 1; 0: nothing failed.
    failed: Ints
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
    by_cause = _expected_contacts(scenario, calendar, expected)
    by_day = np.zeros((len(m.NAMES), len(calendar)))
    np.add.at(by_day, CAUSE_INTENT, by_cause)
    incidents = _incidents(scenario, len(calendar))
    at, cause, member, order = _from_orders(rng, orders, len(calendar))
    others = _other_people(rng, by_cause, m.FIRM - scenario.scale)
    rush_at, rush_intent = _rushes(rng, calendar, by_day, incidents)
    ours = rng.random(len(rush_at)) < scenario.scale / m.FIRM
    rush_member = np.where(ours, rng.integers(0, len(members), len(rush_at)), -1).astype(np.int32)
    # Somebody who has not joined by then is one of the other people.
    rush_member[members.joined[rush_member] * DAY > rush_at] = -1
    cause = np.concatenate([cause, others[1]])
    rest = np.full(len(others[0]), -1, dtype=np.int32)
    none = np.full(len(rush_at), -1, dtype=np.int32)
    at = np.concatenate([at, others[0], rush_at])
    intent = np.concatenate([CAUSE_INTENT[cause], rush_intent])
    failed = np.concatenate([CAUSE_FAILED[cause], np.zeros(len(rush_at), dtype=np.int8)])
    member = np.concatenate([member, rest, rush_member])
    order = np.concatenate([order, rest, none])
    segment = pick(rng, np.arange(4, dtype=np.int8), m.SEGMENT_SHARE, len(at))
    segment[member >= 0] = members.segment[member[member >= 0]]
    asked = pick_by(rng, asked_chances().reshape(-1, len(m.CHANNELS)), segment * np.int8(len(m.NAMES)) + intent)
    # Shops open at ten.
    desk = np.flatnonzero(asked == SHOP_DESK)
    day = at[desk] // DAY * DAY
    at[desk] = day + 36_000 + (at[desk] - day - m.OPEN) * 11 / 12
    turn = np.argsort(at, kind="stable")
    return Demand(
        at[turn], intent[turn], asked[turn], segment[turn], member[turn], order[turn], failed[turn],
        by_day * m.FIRM, incidents,
    )  # fmt: skip


def _from_orders(rng: np.random.Generator, orders: Orders, days: int) -> tuple[Floats, Ints, Ints, Ints]:
    """Contacts that the orders on record cause, as (when, cause, member, order); never before their cause."""
    n = len(orders.placed)
    rows = np.arange(n, dtype=np.int32)
    late = rows[(orders.fault == m.LATE) & orders.spoken]
    # Whole days on which the parcel is neither ordered nor delivered.
    between = (orders.delivered // DAY - orders.placed // DAY).astype(np.int64) - 1
    under_way = (orders.promised > 0) & (between > 0)
    complains = rng.random(len(late)) < m.LATE_COMPLAINS
    chosen: list[Ints] = []
    for reason, what, chance in CAUSES:
        if what == m.LATE:
            chosen.append(late[complains == (reason == INTENT["complaint"])])
        elif what:
            chosen.append(rows[(orders.fault == what) & orders.spoken])
        elif reason == INTENT["presale"]:
            chosen.append(rows[orders.enquired])
        else:
            happens = rng.random(n) < chance
            chosen.append(rows[happens & under_way if m.NAMES[reason] in m.ON_THE_WAY else happens])
    cause = np.repeat(np.arange(len(CAUSES), dtype=np.int8), [len(part) for part in chosen])
    order = np.concatenate(chosen)
    intent, failed = CAUSE_INTENT[cause], CAUSE_FAILED[cause]
    since = since_delivery(intent, failed)
    start = np.where(since, orders.delivered[order], orders.placed[order]) // DAY
    # A parcel is missed when its day has passed.
    start = np.where((failed == m.LATE) & ~since, start + orders.promised[order] - 1, start)
    lag = rng.geometric(1 / LAG[intent])
    # Whoever asks where a parcel is, or to change its delivery, does so before it has come.
    waits = (failed == 0) & np.isin(intent, [INTENT[name] for name in m.ON_THE_WAY])
    lag = np.where(waits, 1 + (lag - 1) % np.maximum(between[order], 1), lag)
    day = np.where(intent == INTENT["presale"], start - rng.integers(1, 4, len(order)), start + lag)
    keep = (day >= 0) & (day < days)
    at = day[keep] * DAY + time_of_day(rng, int(keep.sum()))
    return at, cause[keep], orders.member[order[keep]], order[keep]


def _expected_contacts(scenario: Scenario, calendar: pd.DataFrame, expected: tuple[Floats, Floats]) -> Floats:
    """Cause × day: first contacts expected from the orders at scale 1."""
    shop, online = expected
    total = shop + online
    parcels = (1 - m.CARRIED_HOME) * shop + online
    late = late_shares(scenario, len(total)).T @ np.array(m.WAREHOUSE_SHARE)
    rush = (calendar["order_factor"] > 1).to_numpy()
    # Over the year the share is the table's; in a surge it is more.
    usual = 1 + (m.LATE_SURGE - 1) * parcels[rush].sum() / parcels.sum()
    late = late * np.where(rush, m.LATE_SURGE, 1.0) / usual
    rates = [what.rate for what in m.FEATURES.values()]
    rows = []
    for intent, failed, chance in CAUSES:
        if failed:
            what = m.FEATURES[m.FEATURE_NAMES[failed - 1]]
            happens = (parcels if what.parcel else total) * (late if failed == m.LATE else rates[failed - 1])
        else:
            happens = parcels * m.UNDER_WAY if m.NAMES[intent] in m.ON_THE_WAY else total
        cause = happens * chance
        if intent == INTENT["presale"]:
            rows.append(cause)
            continue
        p = 1 / LAG[intent]
        lags = p * (1 - p) ** np.arange(70)
        later = bool(since_delivery(np.array([intent]), np.array([failed]))[0])
        kernel = np.concatenate([np.zeros(4 if later else 1), lags])
        # Before the run began there were orders too: as many as in its first weeks.
        before = np.full(80, cause[:28].mean())
        rows.append(np.convolve(np.concatenate([before, cause]), kernel)[80 : 80 + len(total)])
    return np.array(rows)


def _other_people(rng: np.random.Generator, by_cause: Floats, times: float) -> tuple[Floats, Ints]:
    """When people whose records are not kept get in touch, and from which cause."""
    counts = rng.poisson(by_cause * times)
    cause = np.repeat(np.arange(len(counts), dtype=np.int8), counts.sum(axis=1))
    day = np.repeat(np.tile(np.arange(counts.shape[1]), len(counts)), counts.ravel())
    return day * DAY + time_of_day(rng, len(day)), cause


def _incidents(scenario: Scenario, days: int) -> pd.DataFrame:
    """When systems fail, about once a month for some hours."""
    rng = stream(scenario.seed, "simulation", "incidents")
    count = int(rng.poisson(days / m.INCIDENT_DAYS)) if scenario.incidents else 0
    start = np.sort(np.floor(rng.random(count) * days) * DAY + 3600 * (9 + 10 * rng.random(count)))
    hours = np.round(rng.lognormal(m.INCIDENT_LOG_MEAN, m.INCIDENT_LOG_SD, count), 2)
    system = pick(rng, np.array(list(m.SYSTEMS), dtype=object), list(m.SYSTEMS.values()), count)
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
        parts.append((at, pick(rng, np.array([INTENT[name] for name in m.RUSH]), list(m.RUSH.values()), count)))
    for start, hours in zip(incidents["started"], incidents["hours"], strict=True):
        day = int(start // DAY)
        count = int(rng.poisson(total[day] / 12 * hours * m.INCIDENT_CONTACTS))
        at = np.minimum(start + hours * 3600 * rng.random(count), day * DAY + m.CLOSE - 60)
        parts.append((at, np.full(count, INTENT["app_problem"])))
    if not parts:
        return np.zeros(0), np.zeros(0, dtype=np.int8)
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]).astype(np.int8)
