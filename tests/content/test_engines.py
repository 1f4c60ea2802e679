"""The engines for what-ifs on a trainee's machine against the firm's simulator: three decisions, 20 seeds each.

What the engines have is what a trainee has: the committed tables. What the simulator says is in `datasets/runs/`.
"""

from __future__ import annotations

import pandas as pd
import pytest

from servicelab import company
from servicelab.company.tables.runs import Runs
from servicelab.models.process import replay_flow
from servicelab.models.queueing import replay_day

DAY = "2025-10-15"
#: Ordinary days as that one is: Tuesdays to Fridays between the holiday week and the last week before Double 11.
LIKE = [f"2025-10-{day:02d}" for day in (9, 10, 14, 15, 16, 17, 21, 22, 23, 24)]


def central(runs: Runs, point: str, gauge: str) -> tuple[float, float]:
    """The middle nine tenths of what the seeds gave."""
    summary = runs.summary(gauge, seed=0, middle=0.9).loc[point]
    return float(summary["low"]), float(summary["high"])


# --- Q: 12 → 11 on the phone ---


@pytest.fixture(scope="module")
def hours() -> float:
    """What a person is at the desk on that day, in two spells with a break between."""
    staffing = company.load("staffing")
    day = staffing[(staffing["line"].astype(str) == "phone") & (staffing["date"] == DAY)].iloc[0]
    return float(day["desk_hours"]) / int(day["agents"])


@pytest.mark.parametrize(("point", "fewer"), [("as_planned", 0), ("one_person_fewer", 1), ("two_people_fewer", 2)])
def test_engine_q_is_within_the_seeds(point: str, fewer: int, hours: float) -> None:
    runs = company.runs("phone_agents")
    calls, rosters = company.load("calls"), company.load("rosters")
    # Of the twelve hours that the phone is open.
    change = -fewer * hours / 12
    found = replay_day(
        calls, rosters, DAY, line="phone", change=change, like=LIKE, spell=hours / 2 * 3600, runs=10 * len(LIKE)
    )
    assert found.at_desk == pytest.approx(runs.summary("at_desk", seed=0).loc[point, "mean"], abs=0.15)
    for gauge, metric in (("abandoned", "p_abandon"), ("mean_wait", "mean_wait"), ("median_wait", "median_wait")):
        low, high = central(runs, point, gauge)
        assert low <= found.interval(metric).mean <= high, gauge


@pytest.mark.parametrize(("line", "side_by_side"), [("phone", 1), ("chat", 3), ("shop", 1)])
def test_engine_q_gives_the_days_back_where_nothing_is_changed(line: str, side_by_side: int, hours: float) -> None:
    """Three ordinary weeks, each day by itself: no bias beyond what chance leaves in their mean."""
    calls, rosters = company.load("calls"), company.load("rosters")
    mine = calls[calls["line"] == line]
    off = []
    for day in pd.date_range("2025-10-09", "2025-10-29"):
        truly = mine[mine["arrived_at"].dt.normalize() == day]
        found = replay_day(
            mine, rosters, day, line=line, side_by_side=side_by_side, spell=hours / 2 * 3600, runs=10
        ).runs
        off.append(
            (found["p_abandon"].mean() - (1 - truly["served"].mean()), found["mean_wait"].mean() - truly["wait"].mean())
        )
    apart = pd.DataFrame(off, columns=["abandoned", "mean_wait"])
    assert (apart.mean().abs() < 2.5 * apart.sem()).all(), apart.mean()


# --- P: approve × 1.3, approval from ¥1,000 on ---


@pytest.mark.parametrize(
    ("point", "changes"),
    [
        ("as_is", {}),
        ("approve_more", {"capacity": {"approve": 1.3}}),
        ("approve_from_1000", {"approve_from": 1000.0}),
    ],
)
def test_engine_p_is_within_the_seeds(point: str, changes: dict[str, float]) -> None:
    cases = company.load("cases")
    claims = cases.set_index("case_id")["claim"]
    days = replay_flow(
        company.load("event_log"), company.load("stations"), company.load("calendar"), claims=claims, **changes
    ).days
    # Cases that the log leaves unfinished are left out: nobody knows how much work was still in them.
    paid = cases[(cases["kind"] == "return") & ~cases["rejected"] & cases["closed_at"].notna()]
    found: pd.Series = days.reindex(paid["case_id"]).dropna()
    runs = company.runs("refund_approval")
    for gauge, value in (("days_to_refund", found.mean()), ("median_days_to_refund", found.median())):
        low, high = central(runs, point, gauge)
        assert low <= value <= high, gauge


def test_what_the_engines_say_of_a_change_has_the_simulators_sign_and_size() -> None:
    """A gain within the seeds' own: the approver's time halves the wait, in the engine as in the simulator."""
    runs = company.runs("refund_approval").frame.pivot(index="replicate", columns="point", values="days_to_refund")
    log, stations, calendar = (company.load(name) for name in ("event_log", "stations", "calendar"))
    base = replay_flow(log, stations, calendar).days.mean()
    for point, days in (
        ("approve_more", replay_flow(log, stations, calendar, capacity={"approve": 1.3}).days.mean()),
        (
            "approve_from_1000",
            replay_flow(
                log, stations, calendar, approve_from=1000.0, claims=company.load("cases").set_index("case_id")["claim"]
            ).days.mean(),
        ),
    ):
        gains = runs["as_is"] - runs[point]
        assert gains.quantile(0.05) <= base - days <= gains.quantile(0.95), point
