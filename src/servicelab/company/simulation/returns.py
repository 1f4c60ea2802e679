"""After-sales cases as a process: returns and repairs, their stations, approvals, rework, and what delay costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from servicelab.company.simulation.buying import DAY, Flags, Floats, Ints
from servicelab.company.simulation.demand import INTENT
from servicelab.company.simulation.draws import stream
from servicelab.company.simulation.festivals import day_number
from servicelab.company.simulation.lines import serve
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World

#: Stations work from nine to six on working days: a clock that runs only then.
MORNING, WORKDAY = 9 * 3600.0, 9 * 3600.0
RETURNS, REPAIRS = ("return", "damaged"), ("defect",)


@dataclass(frozen=True)
class WorkClock:
    """Seconds of working time since the run began, and back."""

    opens: Floats

    @staticmethod
    def of(calendar: pd.DataFrame) -> WorkClock:
        """The clock of this calendar."""
        days = np.flatnonzero(calendar["workday"].to_numpy()).astype(np.float64)
        return WorkClock(days * DAY + MORNING)

    def worked(self, at: Floats) -> Floats:
        """Working seconds before each moment."""
        day = np.searchsorted(self.opens, at, "right") - 1
        inside = np.clip(at - self.opens[np.maximum(day, 0)], 0, WORKDAY)
        return np.where(day >= 0, day * WORKDAY + inside, 0.0)

    def moment(self, worked: Floats, *, end: bool = False) -> Floats:
        """When so many seconds have been worked; infinity after the last working day. `end`: work that ends then."""
        day = np.floor(worked / WORKDAY).astype(np.int64)
        rest = worked - day * WORKDAY
        if end:
            # Work that ends with the day ends in the evening, not next morning.
            evening = (rest < 1e-6) & (day > 0)
            day, rest = np.where(evening, day - 1, day), np.where(evening, WORKDAY, rest)
        inside = day < len(self.opens)
        return np.where(inside, self.opens[np.minimum(day, len(self.opens) - 1)] + rest, np.inf)


def make_cases(
    world: World, scenario: Scenario, contacts: pd.DataFrame, orders: pd.DataFrame, calendar: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Cases, their event log, and what is true about them."""
    days = len(calendar)
    start = pd.Timestamp(scenario.start)
    opens = contacts[
        contacts["intent"].isin([*RETURNS, *REPAIRS]) & contacts["served"] & (contacts["channel"] != "self_service")
        & contacts["order_id"].notna()
    ].drop_duplicates("order_id")  # fmt: skip
    amount = opens["order_id"].map(orders.set_index("order_id")["amount"]).to_numpy(dtype=float)
    opened = (opens["opened_at"] - start).dt.total_seconds().to_numpy() + opens["wait"].to_numpy(dtype=float)
    intent = opens["intent"].map(INTENT).to_numpy(dtype=np.int64)
    rng = stream(scenario.seed, "simulation", "cases")
    background = max(1 - scenario.scale, 0.0)
    more = int(rng.poisson(world.cases.a_day * len(WorkClock.of(calendar).opens) * background))
    ours = np.concatenate([np.ones(len(opens), dtype=bool), np.zeros(more, dtype=bool)])
    opened = np.concatenate([opened, np.sort(rng.random(more)) * days * DAY])
    pool = intent if len(intent) else np.array([INTENT["return"]])
    intent = np.concatenate([intent, pool[rng.integers(0, len(pool), more)]]).astype(np.int64)
    amounts = np.clip(
        rng.lognormal(world.orders.amount_log_mean, world.orders.amount_log_sd, more),
        world.orders.amount_least,
        world.orders.amount_most,
    )
    amount = np.concatenate([amount, amounts])
    turn = np.argsort(opened, kind="stable")
    source = np.concatenate([np.arange(len(opens)), np.full(more, -1)])[turn]
    kinds: Ints = intent[turn].astype(np.int64)
    done = _flow(world, scenario, rng, calendar, opened[turn], kinds, amount[turn])
    return _tables(world, scenario, rng, done, ours[turn], source, opens, days * DAY)


@dataclass
class Flow:
    """What became of each case; times in seconds of the run, station → (begin, end)."""

    opened: Floats
    repair: Flags
    claim: Floats
    asks: Flags
    pilot: Flags
    false: Flags
    found: Flags
    again: Flags
    spans: dict[str, tuple[Floats, Floats]]
    closed: Floats


def _flow(
    world: World,
    scenario: Scenario,
    rng: np.random.Generator,
    calendar: pd.DataFrame,
    opened: Floats,
    intent: Ints,
    amount: Floats,
) -> Flow:
    w = world.cases
    n = len(opened)
    clock = WorkClock.of(calendar)
    repair = intent == INTENT["defect"]
    # A part of the price for what was only scratched; all of it for what goes back.
    claim = np.where(
        repair, 0.0, np.round(amount * np.where(intent == INTENT["damaged"], world.cases.scratched, 1.0), 1)
    )
    pilot_from = scenario.approval_pilot_from
    from_day = day_number(scenario, pilot_from) if pilot_from is not None else len(calendar)
    pilot = (rng.random(n) < w.pilot_share) & (opened >= from_day * DAY) & (claim < world.cases.pilot_below) & ~repair
    asks = ~repair & (claim >= scenario.approval_limit) & ~pilot
    false = (rng.random(n) < world.cases.false_claim) & ~repair
    found = false & asks & (rng.random(n) < world.cases.found)
    again = rng.random(n) < world.cases.rework
    spans: dict[str, tuple[Floats, Floats]] = {}
    # Goods come back by courier, or the fitter's visit is agreed: days, whoever works.
    ready = clock.worked(opened + DAY * (world.cases.arrives + rng.gamma(w.shape, w.arrives_more / w.shape, n)))
    spans["inspect"] = _station(world, scenario, rng, "inspect", ready, np.ones(n, dtype=bool), w.sees["inspect"])
    # Papers missing: the customer is asked, answers in a day or two, and the case is looked at once more.
    second = np.where(
        again, spans["inspect"][1] + WORKDAY * (w.answer_days + rng.gamma(w.shape, w.answer_more, n)), np.inf
    )
    spans["inspect_again"] = _station(world, scenario, rng, "inspect", second, again, 0.0)
    ready = np.where(again, spans["inspect_again"][1], spans["inspect"][1])
    spans["approve"] = _station(world, scenario, rng, "approve", ready, asks, w.sees["approve"])
    ready = np.where(asks, spans["approve"][1], ready)
    spans["repair"] = _station(world, scenario, rng, "repair", ready, repair, w.sees["repair"])
    pays = ~repair & ~found
    spans["refund"] = _station(world, scenario, rng, "refund", ready, pays, w.sees["refund"])
    last = np.where(repair, spans["repair"][1], np.where(pays, spans["refund"][1], ready))
    moments = {}
    for name, (low, high) in spans.items():
        there = np.isfinite(low)
        moments[name] = (
            np.where(there, clock.moment(np.where(there, low, 0)), np.inf),
            np.where(there, clock.moment(np.where(there, high, 0), end=True), np.inf),
        )
    return Flow(opened, repair, claim, asks, pilot, false, found, again, moments, clock.moment(last, end=True))


def _station(
    world: World, scenario: Scenario, rng: np.random.Generator, name: str, ready: Floats, comes: Flags, share: float
) -> tuple[Floats, Floats]:
    """One station, one case at a time in the order in which they come; begin and end in working seconds.

    The people of a station do other work too, so that a case takes its hands-on minutes over their share of the day:
    as long as makes the planned load. `share` is how many of all cases it sees, 0 for the extra desk of second looks.
    """
    n = len(ready)
    begin, end = np.full(n, np.inf), np.full(n, np.inf)
    rows = np.flatnonzero(comes)
    rows = rows[np.argsort(ready[rows], kind="stable")]
    if not len(rows):
        return begin, end
    times = rng.gamma(world.cases.shape, 1 / world.cases.shape, len(rows))
    if share:
        mean = (
            world.cases.load[name]
            / scenario.stations.get(name, 1.0)
            * WORKDAY
            / (world.cases.a_day * max(scenario.scale, 1.0) * share)
        )
    else:
        mean = world.cases.hands_on[name] * 60 * world.cases.rework_factor
    waits, _ = serve(ready[rows].tolist(), (times * mean).tolist(), [np.inf] * len(rows), [0.0], [np.inf], [1.0])
    begin[rows] = ready[rows] + np.array(waits)
    end[rows] = begin[rows] + times * mean
    return begin, end


def _tables(
    world: World,
    scenario: Scenario,
    rng: np.random.Generator,
    flow: Flow,
    ours: Flags,
    source: Ints,
    opens: pd.DataFrame,
    end: float,
) -> dict[str, pd.DataFrame]:
    rows = np.flatnonzero(ours)
    names = np.array([f"R{k:06d}" for k in range(1, len(rows) + 1)], dtype=object)
    base = np.datetime64(scenario.start).astype("datetime64[s]")
    hands: list[tuple[str, str, str, Any, Any]] = [
        ("register", "", "agent", flow.opened, np.ones(len(ours), dtype=bool))
    ]
    for station, done, who in (
        ("inspect", "inspect", "inspector"), ("inspect_again", "inspect_again", "inspector"),
        ("approve", "approve", "manager"), ("repair", "repair", "fitter"), ("refund", "refund", "finance"),
    ):  # fmt: skip
        hands.append((done, station, who, flow.spans[station][1], np.isfinite(flow.spans[station][0])))
    parts = []
    for step, (activity, station, who, at, there) in enumerate(hands):
        keep = rows[there[rows] & (at[rows] < end)]
        by = [f"{who}_{k}" for k in rng.integers(1, 4, len(keep))]
        minutes = world.cases.hands_on.get(station.removesuffix("_again"), world.cases.registers) * rng.gamma(
            world.cases.hands_on_shape, 1 / world.cases.hands_on_shape, len(keep)
        )
        label = np.full(len(keep), activity, dtype=object)
        if activity == "approve":
            label[flow.found[keep]] = "reject"
        begun = flow.spans[station][0][keep] if station else at[keep]
        parts.append(
            pd.DataFrame(
                {
                    "case": keep,
                    "step": step,
                    "activity": label,
                    "started": begun,
                    "ended": at[keep],
                    "resource": by,
                    "hands_on_minutes": np.round(minutes, 1),
                }
            )
        )
    asked = rows[flow.again[rows] & (flow.spans["inspect"][1][rows] < end)]
    asking = flow.spans["inspect"][1][asked]
    parts.append(
        pd.DataFrame(
            {
                "case": asked,
                "step": 1.5,
                "activity": "ask_customer",
                "started": asking,
                "ended": asking,
                "resource": "inspector_1",
                "hands_on_minutes": world.cases.asks,
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
    chased = rng.poisson(world.cases.chase_per_day * elapsed / DAY)
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
