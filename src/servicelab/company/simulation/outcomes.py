"""What a contact is worth: experience against expectation, who answers the survey, what it costs; and the tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from servicelab.company.simulation.draws import Lots, Luck, answers
from servicelab.company.simulation.festivals import days_of, due_at, month_of
from servicelab.company.simulation.journeys import Journeys
from servicelab.company.simulation.matters import Small, make_remedies, make_subjects, make_tones
from servicelab.company.simulation.members import DAY, Flags, Floats, Ints, Members
from servicelab.company.simulation.names import (
    FAMILIES,
    FAR,
    FEATURES,
    INTENTS,
    LATE,
    LINES,
    NEEDS,
    REMEDIES,
    SEGMENTS,
    SHOPS,
    WAREHOUSES,
)  # fmt: skip
from servicelab.company.simulation.orders import CHANNELS, Deposits, Orders, late_shares
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.service import BOT, CHANNEL_NAMES, FIRST, KINDS, TRANSFER, Log
from servicelab.company.simulation.workforce import Agents, agent_ids
from servicelab.company.simulation.world import World, by_name

NAMES, FEATURE_NAMES, NEED_NAMES, REMEDY_NAMES = (
    np.array(names, dtype=object) for names in (INTENTS, FEATURES, NEEDS, REMEDIES)
)
#: Another order so soon counts as coming back.
AGAIN_WITHIN = 180 * DAY
#: Another contact about the same matter so soon counts as coming back.
BACK_WITHIN = 72 * 3600


def customer_ids(numbers: Ints) -> Any:
    """Member numbers as text; missing for −1."""
    return _where(numbers >= 0, pd.Series(numbers + 1).map("K{:05d}".format).to_numpy(dtype=object))


def _where(there: Any, values: Any) -> Any:
    """The values that are there, None for the others."""
    found = np.asarray(values, dtype=object).copy()
    found[~np.asarray(there)] = None
    return found


def moments(scenario: Scenario, seconds: Floats) -> pd.Series:
    """Seconds of the run as timestamps, to the second."""
    start = np.datetime64(scenario.start).astype("datetime64[s]")
    known = np.where(np.isfinite(seconds), seconds, 0)
    return pd.Series(start + np.floor(known).astype("timedelta64[s]")).where(np.isfinite(seconds))


def satisfaction(
    world: World, log: Log, rows: Ints, agents: Agents, expectation: Floats, need: Small, angry: Flags, remedy: Small
) -> Floats:
    """Mean answer 1–5: what the contact was like, less what was expected."""
    channel = log.channel[rows]
    shift = np.array([*(world.csat.channel[name] for name in LINES), world.csat.bot])
    # Nobody minds that a line is closed at night.
    waited = log.wait[rows] - log.closed[rows]
    minutes = np.where(log.called_back[rows], waited * world.csat.rung_back, waited) / 60
    minutes = minutes * np.array([*(world.csat.wait_counts[name] for name in LINES), 1.0])[channel]
    human = log.agent[rows] >= 0
    mean = (
        world.csat.base
        + np.array([intent.csat for intent in world.intents.values()])[log.intent[rows]]
        + shift[channel]
    )
    mean = mean + world.csat.resolved * (log.solved[rows] - 0.5) + world.csat.wait * np.log1p(minutes)
    mean = mean + world.csat.again * (log.attempt[rows] > 1) * (log.kind[rows] != TRANSFER)
    mean = mean + world.csat.transfer * (log.kind[rows] == TRANSFER) + world.csat.refused * log.refused[rows]
    mean = mean + np.where(human, agents.empathy[log.agent[rows]], 0.0) - expectation
    gain = np.array([by_name(world.matters.gain[name], REMEDIES) - world.matters.mean_gain(name) for name in NEEDS])
    mean = mean + gain[need, remedy] + world.csat.angry * angry
    return np.asarray(np.clip(mean, world.csat.least, world.csat.most), dtype=np.float64)


def ask(world: World, lots: Lots, log: Log, rows: Ints, month: Ints, mean: Floats) -> tuple[Ints, Any]:
    """The answer each would give, and who gives it; `month` of each ascends."""
    would = lots.each("survey", month, lambda rng, part: answers(rng, mean[part], spread=world.csat.spread))
    channel = log.channel[rows]
    rate = np.array([*(world.csat.response[name] for name in LINES), world.csat.bot_response])[channel]
    unhappy = [*(world.csat.unhappy_response[name] for name in LINES), world.csat.bot_unhappy_response]
    gives = lots.luck("who answers", month) < rate * np.where(would <= 2, np.array(unhappy)[channel], 1.0)
    return would, gives & log.served[rows] & ~log.cut_off[rows] & (channel < len(LINES) + 1)


def costs(world: World, log: Log, rows: Ints) -> Floats:
    """¥ of each contact: the agent's time, shared where several are handled at once, and what the channel takes."""
    channel = log.channel[rows]
    rate = np.array(
        [
            *(world.costs.agent_hour / 3600 / world.costs.productive / world.lines.concurrency[name] for name in LINES),
            0.0,
        ]
    )
    fixed = np.array([*by_name(world.costs.overhead, LINES), world.costs.bot])
    spent = rate[channel] * (log.took[rows] + log.wrap[rows]) + np.where(
        log.served[rows], fixed[channel], world.costs.lost
    )
    return np.round(spent, 2)


def contacts_tables(
    world: World,
    scenario: Scenario,
    lots: Lots,
    calendar: pd.DataFrame,
    log: Log,
    members: Members,
    agents: Agents,
    number_of: Ints,
    firsts: int,
) -> dict[str, pd.DataFrame]:
    """The contacts of members on record, their truth, and what the whole firm's surveys say of its agents.

    The first `firsts` of the log's contacts began a matter.
    """
    own = _log_luck(lots, month_of(calendar), log, firsts)
    feature, need = make_subjects(world, log, firsts, own[:, 0], own[:, 1])
    feature, need = feature[log.root[: log.count]], need[log.root[: log.count]]
    angry = make_tones(world, log, own[:, 2])
    remedy = make_remedies(world, log, need, angry, own[:, 3])
    every = np.flatnonzero(log.happened[: log.count] & (log.channel[: log.count] >= 0))
    every = every[np.argsort(log.at[every], kind="stable")]
    month = month_of(calendar)[np.clip((log.at[every] // DAY).astype(np.int64), 0, len(calendar) - 1)]
    usual = by_name(world.csat.expectation)[log.segment[every]]
    usual = usual + world.csat.expectation_sd * ndtri(np.maximum(own[every, 4], 1e-6))
    member = log.member[every]
    expectation = np.where(member >= 0, members.expectation[member], usual)
    mean = satisfaction(world, log, every, agents, expectation, need[every], angry[every], remedy[every])
    would, given = ask(world, lots, log, every, month, mean)
    ours = np.flatnonzero(member >= 0)
    rows = every[ours]
    number = np.zeros(log.count + 1, dtype=np.int64)
    number[rows] = np.arange(1, len(rows) + 1)
    names = np.array([None, *(f"C{k:06d}" for k in range(1, len(rows) + 1))], dtype=object)
    presale = log.intent[rows] == 0
    order = log.order[rows]
    led_to = np.where(presale & (order >= 0) & (log.kind[rows] == FIRST), number_of[order], -1)
    about = np.where(presale | (order < 0), -1, number_of[order])
    served = log.served[rows]
    score = pd.array(np.where(given[ours], would[ours], 0), dtype="Int64")
    score[~given[ours]] = pd.NA
    back = _back_within(log, rows, BACK_WITHIN)
    contacts = pd.DataFrame(
        {
            "contact_id": names[number[rows]],
            "journey_id": names[number[log.root[rows]]],
            "parent_id": names[number[np.where(log.parent[rows] >= 0, log.parent[rows], log.count)]],
            "customer_id": customer_ids(log.member[rows]),
            "order_id": order_ids(about),
            "opened_at": moments(scenario, log.at[rows]),
            "kind": KINDS[log.kind[rows]],
            "intent": NAMES[log.intent[rows]],
            "owner": np.array([what.owner for what in world.intents.values()], dtype=object)[log.intent[rows]],
            "feature_id": FEATURE_NAMES[feature[rows]],
            "need": NEED_NAMES[need[rows]],
            "angry": angry[rows],
            "asked": CHANNEL_NAMES[log.asked[rows]],
            "channel": CHANNEL_NAMES[log.channel[rows]],
            "refused": log.refused[rows],
            "wait": np.round(log.wait[rows], 1),
            "served": served,
            "agent_id": agent_ids(log.agent[rows]),
            "handling": np.where(served, np.round(log.took[rows], 1), np.nan),
            "remedy": REMEDY_NAMES[remedy[rows]],
            "resolved": log.recorded[rows],
            "csat": score,
            "recontact_72h": back,
            "led_to_order_id": order_ids(led_to),
            "cost": costs(world, log, rows),
        }
    )
    truth = pd.DataFrame(
        {
            "contact_id": contacts["contact_id"],
            "solved": log.solved[rows],
            "experience": np.round(mean[ours] + expectation[ours], 3),
            "expectation": np.round(expectation[ours], 3),
            "would_answer": would[ours],
        }
    )
    line_log = pd.DataFrame(
        {
            "line": pd.Categorical.from_codes(
                np.where(log.channel[every] == BOT, -1, log.channel[every]).astype(np.int64), pd.Index(list(LINES))
            ),
            "arrived_at": log.at[every],
            "wait": log.wait[every],
            "served": log.served[every],
            "service": np.where(log.served[every], log.took[every], np.nan),
            "after_call": np.where(log.served[every], log.wrap[every], np.nan),
            "agent": log.agent[every],
            "member": member,
            "intent": log.intent[every].astype(np.int8),
            "recorded": log.recorded[every],
            "solved": log.solved[every],
            "csat": np.where(given, would, 0).astype(np.int8),
            "would_answer": would.astype(np.int8),
            "followed": _followed(log)[every],
        }
    )
    return {"contacts": contacts, "truth_contacts": truth, "line_log": line_log[log.channel[every] != BOT]}


def _log_luck(lots: Lots, month: Ints, log: Log, firsts: int) -> Luck:
    """Uniform numbers for every contact, month by month; what follows from others has streams of its own."""
    of = month[np.clip((log.at[: log.count] // DAY).astype(np.int64), 0, len(month) - 1)]
    later = np.maximum.accumulate(of[firsts:]) if log.count > firsts else of[firsts:]
    parts = [("matters", of[:firsts]), ("matters again", later)]
    return np.concatenate([lots.luck(name, months, 5) for name, months in parts])


def _followed(log: Log) -> Any:
    """Whether the customer came back about it (repeats and switches; a transfer is not the customer's doing)."""
    child = log.happened[: log.count] & (log.parent[: log.count] >= 0) & (log.kind[: log.count] != TRANSFER)
    found = np.zeros(log.count, dtype=bool)
    found[log.parent[: log.count][child]] = True
    return found


def _back_within(log: Log, rows: Ints, seconds: float) -> Any:
    """Whether the customer made another contact about the same matter, a transfer apart, so soon after this began."""
    table = pd.DataFrame({"root": log.root[rows], "at": log.at[rows], "transfer": log.kind[rows] == TRANSFER})
    own = table[~table["transfer"]].sort_values(["root", "at"], kind="stable")
    key = own["root"].to_numpy() * 1e10 + own["at"].to_numpy()
    mine = table["root"].to_numpy() * 1e10 + table["at"].to_numpy()
    return np.searchsorted(key, mine + seconds, "right") > np.searchsorted(key, mine + 1e-3, "right")


def order_ids(numbers: Ints) -> Any:
    """Order numbers as text; missing for −1."""
    return _where(numbers >= 0, pd.Series(numbers + 1).map("D{:06d}".format).to_numpy(dtype=object))


def placed_orders(members: Members, orders: Orders) -> Ints:
    """Row numbers of the orders that were placed: the member was there, and an enquiry did not put them off."""
    return np.flatnonzero(~orders.void & (orders.day <= members.left[orders.member]))


def orders_table(
    world: World, scenario: Scenario, lots: Lots, calendar: pd.DataFrame, members: Members, orders: Orders, rows: Ints,
    journeys: Journeys,
) -> pd.DataFrame:  # fmt: skip
    """The orders that were placed, in order of time."""
    days = len(calendar)
    parcel = orders.promised[rows] > 0
    there = parcel & (orders.delivered[rows] < days * DAY)
    names = np.array([*(campaign.name for campaign in scenario.campaigns), None], dtype=object)
    features = np.array([None, *FEATURES], dtype=object)
    member = orders.member[rows]
    channel = CHANNELS[orders.channel[rows]]
    took = (orders.delivered[rows] // DAY).astype(np.int64) - orders.day[rows]
    # What fails on the way or later is not known of a parcel that is still on its way.
    known = ~parcel | there
    return pd.DataFrame(
        {
            "order_id": order_ids(np.arange(len(rows))),
            "customer_id": customer_ids(member),
            "ordered_at": moments(scenario, orders.placed[rows]),
            "channel": channel,
            "family": np.array(FAMILIES, dtype=object)[orders.family[rows]],
            "shop_id": _where(channel == "shop", shop_ids(members.shop[member])),
            "warehouse": _where(parcel, np.array(WAREHOUSES, dtype=object)[members.warehouse[member]]),
            "amount": np.round(orders.amount[rows], 1),
            "campaign": names[np.where(orders.coupon[rows], orders.campaign[rows], -1)],
            "promised_days": nullable(orders.promised[rows], parcel, "Int16"),
            "delivered_days": nullable(took, there, "Int16"),
            "on_time": nullable(took <= orders.promised[rows], there, "boolean"),
            "delivered_at": moments(scenario, orders.delivered[rows]).where(known),
            "failed_feature": features[np.where(known, orders.fault[rows], 0)],
            "extra_feature": features[orders.extra[rows]],
            "satisfaction": _ratings(world, lots, calendar, members, orders, rows, known, journeys),
            "repurchased_180d": _again(orders, rows, days),
        }
    )


def nullable(values: Any, there: Flags, kind: Any) -> Any:
    """The values that are there, missing for the others."""
    found = pd.array(np.where(there, values, 0), dtype=kind)
    found[~there] = pd.NA
    return found


def order_means(
    world: World, calendar: pd.DataFrame, members: Members, orders: Orders, rows: Ints, journeys: Journeys
) -> Floats:
    """X01c: mean rating of each order: punctual by habit, late or not this time, what failed, what was added.

    What was promised counts as well, and where a journey was followed, its peak and its end (X06c).
    """
    rating = world.rating
    share = 1 - late_shares(world, calendar)[members.warehouse[orders.member[rows]], orders.day[rows]]
    fault = orders.fault[rows]
    delivered = rating.curve(share) + np.where(fault == LATE, -share, 1 - share) * rating.late
    took = (orders.delivered[rows] // DAY).astype(np.int64) - orders.day[rows]
    early = np.clip(orders.promised[rows] - took, 0, rating.early_most) - rating.early_usual
    delivered = delivered + np.where(fault == LATE, 0.0, rating.early * early)
    mean = np.where(orders.promised[rows] > 0, delivered, rating.ceiling)
    off = np.array([0.0, *(what.satisfaction for what in world.failures.values())])
    added = np.array([0.0, *(rating.extra.get(name, 0.0) for name in FEATURES)])
    journey = np.array([journeys.lift.get(row, 0.0) for row in rows.tolist()])
    found: Floats = np.clip(mean + off[fault] + added[orders.extra[rows]] + journey, world.csat.least, world.csat.most)
    return found


def _ratings(
    world: World, lots: Lots, calendar: pd.DataFrame, members: Members, orders: Orders, rows: Ints, known: Flags,
    journeys: Journeys,
) -> Any:  # fmt: skip
    """Ratings of the orders that have arrived and are rated."""
    mean = order_means(world, calendar, members, orders, rows, journeys)
    month = month_of(calendar)[orders.day[rows]]
    would = lots.each("ratings", month, lambda rng, part: answers(rng, mean[part], spread=world.rating.spread))
    rate = by_name(world.rating.response)[members.segment[orders.member[rows]]]
    return nullable(would, known & (lots.luck("who rates", month) < rate), "Int8")


def deposits_table(
    world: World,
    scenario: Scenario,
    members: Members,
    deposits: Deposits,
    orders: Orders,
    number_of: Ints,
    calendar: pd.DataFrame,
) -> pd.DataFrame:
    """预售: deposits as they were paid, and what became of them."""
    # Whoever has left pays no deposit.
    there = members.left[deposits.member] >= deposits.at // DAY
    order = np.full(len(deposits.at), -1)
    have = np.flatnonzero(orders.deposit >= 0)
    order[orders.deposit[have]] = number_of[have]
    eve = pd.DatetimeIndex(calendar["date"])[(deposits.at // DAY).astype(np.int64)]
    paid = np.where(order >= 0, deposits.paid, np.inf)
    price = deposits.price
    table = pd.DataFrame(
        {
            "customer_id": customer_ids(deposits.member),
            "paid_at": moments(scenario, deposits.at),
            "deposit": np.round(price * world.deposits.share, 1),
            "balance": np.round(price * (1 - world.deposits.share), 1),
            "balance_due_at": due_at(eve.year),
            "balance_paid_at": moments(scenario, paid),
            "order_id": order_ids(order),
        }
    )[there].reset_index(drop=True)
    table.insert(0, "deposit_id", [f"P{k:05d}" for k in range(1, len(table) + 1)])
    return table


def _again(orders: Orders, rows: Ints, days: int) -> Any:
    """Whether the same member ordered again within 180 days; missing where the run ended before."""
    member, placed = orders.member[rows], orders.placed[rows]
    turn = np.lexsort((placed, member))
    soon = np.zeros(len(rows), dtype=bool)
    same = member[turn][1:] == member[turn][:-1]
    soon[turn[:-1]] = same & (placed[turn][1:] - placed[turn][:-1] <= AGAIN_WITHIN)
    return nullable(soon, placed + AGAIN_WITHIN < days * DAY, "boolean")


def shop_ids(numbers: Ints) -> Any:
    """Shop numbers as text."""
    return np.array([f"S{k:02d}" for k in range(1, SHOPS + 1)], dtype=object)[numbers]


def _churn_days(orders: pd.DataFrame) -> pd.Series:
    """By customer the day on which 365 days had passed without an order for the first time: nobody looks ahead."""
    day = orders["ordered_at"].dt.floor("D")
    later = day.groupby(orders["customer_id"]).shift(-1)
    quiet = later.isna() | (later - day > pd.Timedelta(days=365))
    found: pd.Series = (day[quiet] + pd.Timedelta(days=365)).groupby(orders["customer_id"][quiet]).first()
    return found


def customers_tables(scenario: Scenario, members: Members, orders: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Members who joined before the end, and what only the simulation knows about them."""
    days = days_of(scenario)
    here = members.joined < len(days)
    ids = customer_ids(np.arange(len(members)))
    start = pd.Timestamp(scenario.start)
    churned = pd.Series(ids).map(_churn_days(orders))
    app = pd.Series(start + pd.to_timedelta(np.floor(np.minimum(members.app_from, FAR)), unit="D"))
    used = members.app_from <= np.minimum(members.left, len(days) - 1)
    customers = pd.DataFrame(
        {
            "customer_id": ids,
            "segment": np.array(SEGMENTS, dtype=object)[members.segment],
            "city_tier": members.tier,
            "joined_on": start + pd.to_timedelta(members.joined, unit="D"),
            "home_shop": shop_ids(members.shop),
            "opted_in": members.opted,
            "app_from": app.where(used),
            "churned_on": churned.where(churned <= days[-1]),
        }
    )
    truth = pd.DataFrame(
        {
            "customer_id": ids,
            "order_rate": np.round(members.rate, 4),
            "deal_taste": np.round(members.deal, 4),
            "expectation": np.round(members.expectation, 4),
            "left_on_day": np.where(np.isfinite(members.left), members.left, np.nan),
        }
    )
    return {"customers": customers[here].reset_index(drop=True), "truth_customers": truth[here].reset_index(drop=True)}
