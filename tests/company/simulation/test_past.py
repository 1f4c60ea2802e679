"""The past does not know the future: what is decided from a date on changes no table before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.company.skylark_world import world

from servicelab.company.simulation import FOR_QUALITY, FOR_SPEED, Campaign, Firm, Scenario, simulate
from servicelab.company.simulation.firm import with_after_sales

MONTHS, SCALE = 8, 0.06
#: Decisions of every kind.
DECISIONS: list[dict[str, Any]] = [
    {"bot": False},
    {"containment": 1.6, "callback": True},
    {"staffing": 0.8},
    {"staff_change": {"phone": -3, "chat": 2}, "shape": "flat"},
    {"pay": FOR_SPEED},
    {"pay": FOR_QUALITY, "temps": 20},
    {"routing": "digital_first"},
    {"surges": ()},
    {"approval_limit": 500.0, "stations": {"approve": 1.5}, "approval_pilot_from": None},
    {"incidents": False, "app_rollout": False},
]
#: Table → the moment of a row, days in which what is still open at the date may end otherwise, and the columns that are
#: known only then.
ROWS: dict[str, tuple[str, int, list[str]]] = {
    "calendar": ("date", 0, []),
    "customers": ("joined_on", 0, ["app_from", "churned_on"]),
    "orders": ("ordered_at", 181, ["repurchased_180d"]),
    "deposits": ("paid_at", 30, ["balance_paid_at", "order_id"]),
    "contacts": (
        "opened_at", 8,
        ["channel", "refused", "wait", "served", "agent_id", "handling", "remedy", "resolved", "csat", "recontact_72h",
         "led_to_order_id", "cost"],
    ),
    "staffing": ("date", 0, []),
    "agents": ("hired_on", 0, ["left_on"]),
    "cases": (
        "opened_at", 400,
        ["closed_at", "rejected", "chased", "cost_of_delay"],
    ),
    "after_sales_log": ("timestamp", 0, []),
    "incidents": ("started_at", 3, ["ended_at", "detected_at", "first_message_at"]),
}  # fmt: skip


@cache
def base(seed: int) -> Firm:
    """A run in which nothing is changed, over Double 11."""
    return simulate(scenario(seed), world)


def scenario(seed: int) -> Scenario:
    return Scenario(seed=seed, start=date(2024, 5, 1), months=MONTHS, scale=SCALE)


def same(one: pd.DataFrame, other: pd.DataFrame, name: str) -> None:
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True), obj=name)


#: Decisions that nobody on the lines fails to notice.
NOTICED = (0, 2, 4, 6, 7)
SEEDS = (1984, 1985, 1986)


def together(seed: int) -> pytest.MarkDecorator:
    """What is held against one run is on one worker."""
    return pytest.mark.xdist_group(f"past-{seed}")


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, id="+".join(decision), marks=together(SEEDS[number % 3]))
        for number, decision in enumerate(DECISIONS)
    ],
)
def test_nothing_before_a_decision_depends_on_it_and_something_after_it_does(number: int) -> None:
    seed = SEEDS[number % 3]
    rng = np.random.default_rng(number)
    day = date(2024, 5, 1) + timedelta(days=int(rng.integers(40, 200)))
    before = base(seed)
    changed = simulate(scenario(seed).but(changes=((day, DECISIONS[number]),)), world)
    at = pd.Timestamp(day)
    told = 0
    for name, (moment, open_for, known_later) in ROWS.items():
        one, other = before.tables[name], changed.tables[name]
        rows = [table[table[moment] < at] for table in (one, other)]
        same(*(table.drop(columns=known_later) for table in rows), name)
        settled = [table[table[moment] < at - pd.Timedelta(days=open_for)] for table in rows]
        same(*settled, name) if name not in ("customers", "agents") else None
        told += len(rows[0])
    assert told > 1000
    # What has a date of its own: known where the date lies before the decision.
    for name, column in (("customers", "app_from"), ("customers", "churned_on"), ("agents", "left_on")):
        one, other = (firm.tables[name].iloc[:, [0]].assign(at=firm.tables[name][column]) for firm in (before, changed))
        same(*(table[table["at"] < at] for table in (one, other)), f"{name}.{column}")
    month = at.replace(day=1)
    for name in ("appraisals", "shop_months"):
        same(*(firm.tables[name][firm.tables[name]["month"] < month] for firm in (before, changed)), name)
    days = (at - pd.Timestamp(before.scenario.start)).days
    for name, column, until in (
        ("shifts", "day", days), ("weekly_packing", "week", days // 7), ("line_log", "arrived_at", (days - 8) * 86_400)
    ):  # fmt: skip
        same(*(firm.tables[name][firm.tables[name][column] < until] for firm in (before, changed)), name)
    # A journey that has come to nothing is known to have when a fortnight is over.
    ended = [
        firm.tables["touchpoints"].groupby("journey_id")["timestamp"].transform("max") < at - pd.Timedelta(days=45)
        for firm in (before, changed)
    ]
    same(
        *(firm.tables["touchpoints"][over] for firm, over in zip((before, changed), ended, strict=True)), "touchpoints"
    )
    logs = [firm.tables["line_log"] for firm in (before, changed)]
    later = [log.loc[log["arrived_at"] > (days + 10) * 86_400.0, "wait"].reset_index(drop=True) for log in logs]
    if number in NOTICED:
        assert not later[0].equals(later[1]), "the decision does nothing"


def test_what_is_decided_from_the_first_day_on_is_the_scenario_itself() -> None:
    first = scenario(1984).but(months=2, changes=((date(2024, 5, 1), {"callback": True}),))
    both = [simulate(one, world).tables["line_log"] for one in (first, scenario(1984).but(months=2, callback=True))]
    same(*both, "line_log")


@together(1984)
def test_the_same_month_begins_with_the_same_luck_again() -> None:
    """What a decision has no part in is as it was: the orders after a change in the lines are nearly all the same."""
    changed = simulate(scenario(1984).but(changes=((date(2024, 7, 10), {"staffing": 0.85}),)), world)
    both = [firm.tables["orders"][["customer_id", "ordered_at", "amount"]] for firm in (base(1984), changed)]
    shared = both[0].merge(both[1])
    assert len(shared) > 0.95 * len(both[0])


@together(1984)
def test_without_the_assistant_more_give_up_when_nobody_is_hired_for_it() -> None:
    one = scenario(1984)
    as_planned = simulate(one.but(bot=False, plan_from=one), world).summary()
    assert as_planned["abandoned"] > base(1984).summary()["abandoned"]
    assert as_planned["desk_hours"] == pytest.approx(base(1984).summary()["desk_hours"], rel=0.03)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (((date(2024, 4, 1), {"bot": False}),), "before the run"),
        (((date(2024, 6, 1), {"seed": 3}),), "'seed' is no decision"),
        (((date(2024, 6, 1), {"pay": "speed"}),), "PayScheme"),
        (((date(2024, 7, 1), {"bot": False}), (date(2024, 6, 1), {"bot": True})), "in order"),
    ],
)
def test_a_change_that_cannot_be_is_refused(changes: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        replace(scenario(1), changes=changes)


def test_a_campaign_from_a_date_on_changes_nothing_before_it() -> None:
    more = (*scenario(7).campaigns, Campaign("summer", date(2024, 8, 5)))
    one, other = (simulate(each, world) for each in (scenario(7), scenario(7).but(campaigns=more)))
    at = pd.Timestamp("2024-08-05")
    for name, moment in (("orders", "ordered_at"), ("contacts", "opened_at")):
        rows = [firm.tables[name][firm.tables[name][moment] < at].iloc[:, :6] for firm in (one, other)]
        same(*rows, name)
    assert (other.tables["orders"]["campaign"] == "summer").sum() > 10


@pytest.mark.parametrize(
    "changes",
    [
        ((date(2024, 6, 20), {"approval_limit": 500.0}),),
        ((date(2024, 5, 1), {"stations": {"approve": 1.4}}), (date(2024, 7, 1), {"stations": {}})),
        ((date(2024, 5, 1), {"approval_pilot_from": None}),),
    ],
    ids=["limit", "stations", "pilot"],
)
@together(1984)
def test_after_sales_decided_otherwise_is_the_run_of_that_scenario(changes: Any) -> None:
    """Nothing but the cases depends on it, so the rest need not be run again."""
    other = scenario(1984).but(changes=changes, plan_from=scenario(1984))
    run, spared = simulate(other, world), with_after_sales(base(1984), other)
    assert not run.tables["cases"].equals(base(1984).tables["cases"])
    for part, again in ((run.tables, spared.tables), (run.truth, spared.truth)):
        assert part.keys() == again.keys()
        for name in part:
            same(part[name], again[name], name)


@together(1984)
@pytest.mark.parametrize("decided", [{"bot": False}, {"seed": 7}, {"plan_from": Scenario(staffing=1.2)}])
def test_a_run_is_not_spared_where_anything_else_is_different(decided: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="alone"):
        with_after_sales(base(1984), scenario(1984).but(**decided))
