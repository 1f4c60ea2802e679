"""After-sales cases as a process: returns and repairs, their stations, approvals, rework, and what delay costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, ndtri

from servicelab.company.simulation.demand import INTENT
from servicelab.company.simulation.draws import Lots, Luck, chosen
from servicelab.company.simulation.festivals import day_number, month_of
from servicelab.company.simulation.members import DAY, Flags, Floats, Ints
from servicelab.company.simulation.names import CLOSE, OPEN, STATIONS
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World
from servicelab.models.process import WorkClock
from servicelab.models.queueing.servers import serve

RETURNS, REPAIRS = ("return", "damaged"), ("defect",)
#: Columns of a case's luck.
_PILOT, _FALSE, _FOUND, _AGAIN, _ARRIVES, _ANSWERS = range(6)
_MINUTES = {"inspect": 6, "inspect_again": 7, "approve": 8, "repair": 9, "refund": 10}
_WIDTH = 11


def make_cases(
    world: World, scenario: Scenario, lots: Lots, contacts: pd.DataFrame, orders: pd.DataFrame, calendar: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Cases, their event log, the stations, and what is true about them."""
    days = len(calendar)
    start = pd.Timestamp(scenario.start)
    opens = contacts[
        contacts["intent"].isin([*RETURNS, *REPAIRS]) & contacts["served"] & (contacts["channel"] != "self_service")
        & contacts["order_id"].notna()
    ].drop_duplicates("order_id")  # fmt: skip
    amount = opens["order_id"].map(orders.set_index("order_id")["amount"]).to_numpy(dtype=float)
    opened = (opens["opened_at"] - start).dt.total_seconds().to_numpy() + opens["wait"].to_numpy(dtype=float)
    intent = opens["intent"].map(INTENT).to_numpy(dtype=np.int64)
    ours = np.ones(len(opens), dtype=bool)
    source = np.arange(len(opens))
    if scenario.scale < 1:
        at, reasons, paid = _others(world, scenario, lots, calendar)
        opened, intent, amount = (np.concatenate(pair) for pair in ((opened, at), (intent, reasons), (amount, paid)))
        ours = np.concatenate([ours, np.zeros(len(at), dtype=bool)])
        source = np.concatenate([source, np.full(len(at), -1)])
    inside = opened < days * DAY
    turn = np.argsort(opened, kind="stable")
    turn = turn[inside[turn]]
    month = month_of(calendar)[(opened[turn] // DAY).astype(np.int64)]
    luck = lots.luck("cases", month, _WIDTH)
    done = _flow(world, scenario, calendar, opened[turn], intent[turn].astype(np.int64), amount[turn], luck)
    return {
        **_tables(world, scenario, lots, done, ours[turn], source[turn], opens, month, days * DAY),
        "stations": stations_table(world, scenario),
    }


def _others(world: World, scenario: Scenario, lots: Lots, calendar: pd.DataFrame) -> tuple[Floats, Ints, Floats]:
    """Cases of customers who are not on record: at a small scale they fill the stations up."""
    w = world.cases
    month = month_of(calendar)
    a_day = w.a_day * (1 - scenario.scale) * calendar["workday"].to_numpy() * 7 / 5
    counts = lots.each("other cases", month, lambda rng, rows: rng.poisson(a_day[rows]))
    day = np.repeat(np.arange(len(counts)), counts)
    luck = lots.luck("what other cases are", month[day], 3)
    reason = np.array([INTENT[name] for name in w.others])[chosen(luck[:, 1], [*w.others.values()])]
    amount = np.exp(w.amount_log_mean + w.amount_log_sd * ndtri(luck[:, 2]))
    return day * DAY + OPEN + luck[:, 0] * (CLOSE - OPEN), reason, amount


def stations_table(world: World, scenario: Scenario) -> pd.DataFrame:
    """The stations: people, and minutes of a working day that they have for cases, from which day on."""
    rows = [
        {
            "station": name,
            "from_date": pd.Timestamp(scenario.start) + pd.Timedelta(days=day),
            "people": world.cases.people[name],
            "minutes_a_day": round(world.cases.minutes[name] * now.stations.get(name, 1.0), 1),
        }
        for day, now in scenario.phases
        for name in STATIONS
    ]
    table = pd.DataFrame(rows)
    changed = table["minutes_a_day"] != table.groupby("station")["minutes_a_day"].shift()
    return table[changed].reset_index(drop=True)


@dataclass
class Flow:
    """What became of each case; times in seconds of the run, station → (begin, end), minutes of hands-on work."""

    opened: Floats
    received: Floats
    repair: Flags
    claim: Floats
    asks: Flags
    pilot: Flags
    false: Flags
    found: Flags
    again: Flags
    spans: dict[str, tuple[Floats, Floats]]
    minutes: dict[str, Floats]
    closed: Floats


def _flow(
    world: World, scenario: Scenario, calendar: pd.DataFrame, opened: Floats, intent: Ints, amount: Floats, luck: Luck
) -> Flow:
    n, w = len(opened), world.cases
    clock = WorkClock.of(calendar)
    days = len(calendar)
    day = (opened // DAY).astype(np.int64)
    repair = intent == INTENT["defect"]
    # A part of the price for what was only scratched; all of it for what goes back.
    claim = np.where(repair, 0.0, np.round(amount * np.where(intent == INTENT["damaged"], w.scratched, 1.0), 1))
    limit = scenario.by_day(days, lambda now: now.approval_limit)
    known = limit[np.maximum(day - w.known_after, 0)] * (day >= w.known_after)
    begins = scenario.by_day(days, lambda now: _pilot_day(scenario, now, days))
    pilot = (luck[:, _PILOT] < w.pilot_share) & (day >= begins[day]) & (claim < w.pilot_below) & ~repair
    asks = ~repair & (claim >= limit[day]) & ~pilot
    # X02b: once it is known that small claims go unchecked, a few more of them are false.
    chance = w.false_claim * np.where(claim < known, 1 + w.reacts, 1.0)
    false = (luck[:, _FALSE] < chance) & ~repair
    found = false & asks & (luck[:, _FOUND] < w.found)
    again = luck[:, _AGAIN] < w.rework
    spans: dict[str, tuple[Floats, Floats]] = {}
    minutes = {
        name: w.hands_on[name.removesuffix("_again")]
        * gammaincinv(w.hands_on_shape, np.clip(luck[:, column], 1e-9, 1 - 1e-9)) / w.hands_on_shape
        for name, column in _MINUTES.items()
    }  # fmt: skip
    factor = {name: scenario.by_day(days, lambda now, name=name: now.stations.get(name, 1.0)) for name in STATIONS}

    def station(name: str, at: Floats, comes: Flags, *, extra: bool = False) -> None:
        spans[name] = _station(world, scenario, clock, factor, name, at, comes, minutes[name], extra=extra)

    # Goods come back by courier, or the fitter's visit is agreed: days, whoever works.
    more = gammaincinv(w.shape, luck[:, _ARRIVES]) * w.arrives_more / w.shape
    received = opened + DAY * (w.arrives + more)
    ready = clock.worked(received)
    station("inspect", ready, np.ones(n, dtype=bool))
    # Papers missing: the customer is asked, answers in a day or two, and the case is looked at once more.
    answered = clock.length * (w.answer_days + gammaincinv(w.shape, luck[:, _ANSWERS]) * w.answer_more)
    station("inspect_again", np.where(again, spans["inspect"][1] + answered, np.inf), again, extra=True)
    ready = np.where(again, spans["inspect_again"][1], spans["inspect"][1])
    station("approve", ready, asks)
    ready = np.where(asks, spans["approve"][1], ready)
    station("repair", ready, repair)
    pays = ~repair & ~found
    station("refund", ready, pays)
    last = np.where(repair, spans["repair"][1], np.where(pays, spans["refund"][1], ready))
    moments = {}
    for name, (low, high) in spans.items():
        there = np.isfinite(low)
        moments[name] = (
            np.where(there, clock.moment(np.where(there, low, 0)), np.inf),
            np.where(there, clock.moment(np.where(there, high, 0), end=True), np.inf),
        )
    return Flow(
        opened, received, repair, claim, asks, pilot, false, found, again, moments, minutes,
        clock.moment(last, end=True),
    )  # fmt: skip


def _pilot_day(scenario: Scenario, now: Scenario, days: int) -> int:
    return day_number(scenario, now.approval_pilot_from) if now.approval_pilot_from is not None else days


def _station(
    world: World, scenario: Scenario, clock: WorkClock, factor: dict[str, Floats], name: str, ready: Floats,
    comes: Flags, minutes: Floats, *, extra: bool,
) -> tuple[Floats, Floats]:  # fmt: skip
    """One station, one case at a time in the order in which they come; begin and end in working seconds.

    The people of a station do other work too: a case takes its hands-on minutes over their share of the day. `extra` is
    the desk for second looks, which does nothing else.
    """
    n = len(ready)
    begin, end = np.full(n, np.inf), np.full(n, np.inf)
    rows = np.flatnonzero(comes)
    rows = rows[np.argsort(ready[rows], kind="stable")]
    if not len(rows):
        return begin, end
    if extra:
        takes = minutes[rows] * 60 * world.cases.rework_factor
    else:
        day = np.clip(ready[rows] // clock.length, 0, len(clock.opens) - 1).astype(np.int64)
        capacity = world.cases.minutes[name] * factor[name][(clock.opens[day] // DAY).astype(np.int64)]
        takes = minutes[rows] * clock.length / (capacity * max(scenario.scale, 1.0))
    waits, _ = serve(ready[rows].tolist(), takes.tolist(), [np.inf] * len(rows), [0.0], [np.inf], [1.0])
    begin[rows] = ready[rows] + np.array(waits)
    end[rows] = begin[rows] + takes
    return begin, end


def _tables(
    world: World, scenario: Scenario, lots: Lots, flow: Flow, ours: Flags, source: Ints, opens: pd.DataFrame,
    month: Ints, end: float,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    rows = np.flatnonzero(ours)
    names = np.array([f"R{k:06d}" for k in range(1, len(rows) + 1)], dtype=object)
    base = np.datetime64(scenario.start).astype("datetime64[s]")
    whole = np.ones(len(ours), dtype=bool)
    registers, asks = (np.full(len(ours), value) for value in (world.cases.registers, world.cases.asks))
    # Activity, who, when it ended, for which cases, hands-on minutes.
    hands: list[tuple[str, str, Floats, Flags, Floats]] = [
        ("register", "agent", flow.opened, whole, registers),
        ("receive", "warehouse", flow.received, ~flow.repair, np.full(len(ours), world.cases.receives)),
        ("inspect", "inspector", flow.spans["inspect"][1], whole, flow.minutes["inspect"]),
        ("ask_customer", "inspector", flow.spans["inspect"][1], flow.again, asks),
    ]
    for name, who in (
        ("inspect_again", "inspector"),
        ("approve", "manager"),
        ("repair", "fitter"),
        ("refund", "finance"),
    ):
        hands.append((name, who, flow.spans[name][1], np.isfinite(flow.spans[name][0]), flow.minutes[name]))
    by = lots.luck("hands", month, len(hands))
    parts = []
    for step, (activity, who, at, there, minutes) in enumerate(hands):
        keep = rows[there[rows] & (at[rows] < end)]
        label = np.full(len(keep), activity, dtype=object)
        if activity == "approve":
            label[flow.found[keep]] = "reject"
        people = world.cases.people.get(activity.removesuffix("_again"), world.cases.desk)
        person = 1 + (by[keep, step] * people).astype(np.int64)
        parts.append(
            pd.DataFrame(
                {
                    "case": keep,
                    "step": step,
                    "activity": label,
                    "ended": at[keep],
                    "resource": [f"{who}_{number}" for number in person.tolist()],
                    "hands_on_minutes": np.round(minutes[keep], 1),
                }
            )
        )
    events = pd.concat(parts, ignore_index=True).sort_values(["case", "step"], kind="stable", ignore_index=True)
    number = np.full(len(ours), -1)
    number[rows] = np.arange(len(rows))
    log = pd.DataFrame(
        {
            "case_id": names[number[events["case"]]],
            "activity": events["activity"],
            "timestamp": base + np.floor(events["ended"].to_numpy(dtype=float)).astype("timedelta64[s]"),
            "resource": events["resource"],
            "hands_on_minutes": events["hands_on_minutes"],
        }
    )
    closed = flow.closed[rows]
    elapsed = np.minimum(closed, end) - flow.opened[rows]
    mean = world.cases.chase_per_day * elapsed / DAY
    chased = lots.each("reminders", month[rows], lambda rng, part: rng.poisson(mean[part]))
    made = opens.iloc[source[rows]]
    there = closed < end
    cases = pd.DataFrame(
        {
            "case_id": names,
            "order_id": made["order_id"].to_numpy(),
            "customer_id": made["customer_id"].to_numpy(),
            "contact_id": made["contact_id"].to_numpy(),
            "kind": np.where(flow.repair[rows], "repair", "return"),
            "claim": flow.claim[rows],
            "opened_at": base + np.floor(flow.opened[rows]).astype("timedelta64[s]"),
            "closed_at": pd.Series(base + np.floor(np.where(there, closed, 0)).astype("timedelta64[s]")).where(there),
            "approval": flow.asks[rows],
            "pilot": flow.pilot[rows],
            "rejected": flow.found[rows],
            "chased": chased,
            "cost_of_delay": np.round(chased * world.cases.chase_cost, 1),
        }
    )
    truth = pd.DataFrame({"case_id": names, "false_claim": flow.false[rows]})
    return {"cases": cases, "after_sales_log": log, "truth_cases": truth}
