"""A day's contacts once more: worked out by hand, against the formula, and laws that hold for any roster."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.models.queueing import erlang_a_metrics, replay_day, replay_log, simulate_queue
from servicelab.models.queueing.oneday import HALF_HOUR, PIECES, spells_of

DAY = "2025-10-15"
NINE = pd.Timestamp(f"{DAY} 09:00")


def roster(*agents: float, line: str = "phone", day: str = DAY) -> pd.DataFrame:
    """So many at the desk in each half hour from nine on."""
    half_hours = pd.date_range("2025-01-01 09:00", periods=len(agents), freq="30min").strftime("%H:%M")
    return pd.DataFrame({"date": pd.Timestamp(day), "line": line, "half_hour": half_hours, "agents": agents})


def log(*calls: tuple[float, float], line: str = "phone", after: float = 0.0) -> pd.DataFrame:
    """Answered calls: (minutes after nine, minutes of service)."""
    at, service = zip(*calls, strict=True)
    return pd.DataFrame(
        {
            "arrived_at": NINE + pd.to_timedelta(at, unit="min"), "wait": 0.0, "served": True,
            "service": np.array(service) * 60.0, "after_call": after * 60.0, "line": line,
        }
    )  # fmt: skip


def mean(found: Any, metric: str) -> float:
    return found.interval(metric).mean


def test_one_of_two_agents_leaves_the_second_caller_waiting() -> None:
    """Both ring at nine and talk for ten minutes: with two agents nobody waits, with one the second waits for ten."""
    calls, patient = log((0, 10), (0, 10)), 1e9
    two, one = (
        replay_day(calls, roster(2, 2), DAY, line="phone", change=change, patience=patient) for change in (0, -1)
    )
    assert mean(two, "mean_wait") == 0
    assert mean(one, "mean_wait") == pytest.approx(300)
    assert (two.at_desk, one.at_desk) == (2, 1)
    assert mean(one, "occupancy") == pytest.approx(20 / 60)


def test_what_is_written_down_afterwards_keeps_the_agent_busy() -> None:
    calls = log((0, 4), (0, 4), after=6)
    found = replay_day(calls, roster(1, 1), DAY, line="phone", patience=1e9)
    assert mean(found, "median_wait") == pytest.approx(300)
    assert mean(
        replay_day(calls.drop(columns="after_call"), roster(1, 1), DAY, line="phone", patience=1e9), "median_wait"
    ) == pytest.approx(120)


def test_handling_times_are_those_of_the_days_alone() -> None:
    other = log((0, 60)).assign(arrived_at=NINE + pd.Timedelta(days=1))
    calls = pd.concat([log((0, 1), (5, 1)), other])
    assert mean(replay_day(calls, roster(1, 1), DAY, line="phone", patience=1e9), "mean_wait") == 0


def test_patience_is_that_of_the_line() -> None:
    calls = log(*((minute, 1) for minute in range(10)))
    calls.loc[[0, 1], "served"], calls["wait"] = False, 30.0
    others = calls.assign(line="chat", wait=3000.0)
    both = pd.concat([calls, others])
    assert replay_day(both, roster(1, 1), DAY, line="phone").patience == pytest.approx(
        replay_day(calls, roster(1, 1), DAY, line="phone").patience
    )


def test_another_seed_is_another_luck() -> None:
    calls = log(*zip(range(0, 60, 3), range(1, 21), strict=True))
    one, two, again = (
        replay_day(calls, roster(1, 1), DAY, line="phone", patience=300.0, seed=seed).runs for seed in (0, 1, 0)
    )
    assert one.equals(again)
    assert not one.equals(two)


def test_what_is_not_known_of_after_call_is_none() -> None:
    calls = log((0, 4), (0, 4)).assign(after_call=[np.nan, np.nan])
    found = replay_day(calls, roster(1, 1), DAY, line="phone", patience=1e9)
    assert mean(found, "median_wait") == pytest.approx(120)


def test_a_roster_may_stand_in_any_order() -> None:
    """One agent until 9:30, then nobody, written the other way round."""
    calls = log((20, 30), (25, 30))
    found = replay_day(calls, roster(1, 0).iloc[::-1], DAY, line="phone", patience=1e9)
    assert mean(found, "mean_wait") == pytest.approx(35 * 60 / 2)


def test_who_talks_at_the_end_of_a_spell_finishes_and_nobody_waits_after_closing() -> None:
    """One agent until 9:30, then nobody: who rang at 9:20 talks until 9:50, who rang at 9:25 waits until ten."""
    calls = log((20, 30), (25, 30))
    found = replay_day(calls, roster(1, 0), DAY, line="phone", patience=1e9)
    assert (found.runs["p_abandon"] == 0.5).all()
    assert mean(found, "mean_wait") == pytest.approx((0 + 35 * 60) / 2)


def test_at_the_end_of_a_spell_the_next_begins_while_the_call_goes_on() -> None:
    """One agent all hour; spells of half an hour: who talks from 9:20 to 9:50 has gone, and the next takes the call."""
    calls = log((20, 30), (25, 30))
    one, two = (replay_day(calls, roster(1, 1), DAY, line="phone", spell=s, patience=1e9) for s in (None, HALF_HOUR))
    assert mean(one, "mean_wait") == pytest.approx((0 + 25 * 60) / 2)
    assert mean(two, "mean_wait") == pytest.approx((0 + 5 * 60) / 2)


def test_who_was_sent_away_at_closing_had_not_lost_patience() -> None:
    """Of two who were not answered one waited a minute, one until ten, when the line closed: 60 + 120 + 0 for one."""
    calls = log((0, 1), (5, 1), (58, 1)).assign(wait=[0.0, 60.0, 120.0], served=[True, False, False])
    assert replay_day(calls, roster(1, 1), DAY, line="phone").patience == pytest.approx(180)


def test_two_chats_side_by_side_are_two_seats() -> None:
    calls = log((0, 10), (0, 10), (0, 10), line="chat")
    found = replay_day(calls, roster(1, 1, line="chat"), DAY, line="chat", side_by_side=2, patience=1e9)
    assert mean(found, "mean_wait") == pytest.approx(600 / 3)
    assert mean(found, "occupancy") == pytest.approx(30 / 120)


def test_the_day_as_it_was_agrees_with_the_formula_it_was_made_by() -> None:
    """Ten long days of M/M/11+M, each from an empty line; what the log shows is all that the engine has."""
    rate, aht, patience, half_hours = 40 / 1800, 470.0, 840.0, 30
    days, parts = pd.date_range(DAY, periods=10), []
    for seed, day in enumerate(days):
        made = simulate_queue(rate, aht, 11, patience, horizon=half_hours * HALF_HOUR, seed=seed).log()
        parts.append(made.assign(arrived_at=day + pd.to_timedelta(9 * 3600 + made["arrived_at"], unit="s")))
    calls = pd.concat(parts, ignore_index=True).assign(line="phone")
    like = [str(day.date()) for day in days]
    for fewer in (0, 1):
        found = replay_day(calls, roster(*[11.0] * half_hours), DAY, line="phone", change=-fewer, like=like, runs=60)
        exact = erlang_a_metrics(rate, aht, 11 - fewer, patience, 20)
        # The days begin empty, and their 12,000 calls are no more than so many: within a tenth.
        assert mean(found, "p_abandon") == pytest.approx(exact.p_abandon, rel=0.1)
        assert mean(found, "mean_wait") == pytest.approx(exact.mean_wait, rel=0.1)
    assert found.patience == pytest.approx(patience, rel=0.05)


def test_fewer_agents_wait_for_the_same_customers() -> None:
    rng = np.random.default_rng(5)
    calls = log(*zip(np.sort(rng.random(200) * 600), rng.exponential(8, 200), strict=True))
    found = [replay_day(calls, roster(*[4.0] * 20), DAY, line="phone", change=c, patience=600.0) for c in (1, 0, -1)]
    assert all((one.runs["contacts"] == 200).all() for one in found)
    for more, fewer in pairwise(found):
        assert (fewer.runs["mean_wait"] > more.runs["mean_wait"]).all()
        assert mean(fewer, "p_abandon") > mean(more, "p_abandon")
    again = replay_day(calls, roster(*[4.0] * 20), DAY, line="phone", patience=600.0)
    assert again.runs.equals(found[1].runs)


def test_one_run_contact_by_contact_is_that_run() -> None:
    calls, rosters = log(*((minute, 3.0) for minute in range(110))), roster(2.0, 3.0, 3.0, 2.0)
    asked: dict[str, Any] = {"line": "phone", "patience": 240.0, "spell": 2400.0, "seed": 5}
    one = replay_log(calls, rosters, DAY, **asked)
    first = replay_day(calls, rosters, DAY, runs=2, **asked).runs.iloc[0]
    assert one.log["wait"].mean() == pytest.approx(first["mean_wait"])
    assert (~one.log["served"]).mean() == pytest.approx(first["p_abandon"])
    assert 0 < first["p_abandon"] < 1
    assert one.opens == 9 * 3600
    # A seat answers within its spell, one contact at a time; nobody else answers.
    answered = one.log[one.log["served"]]
    assert (one.log["seat"] >= 0).equals(one.log["served"])
    for seat, mine in answered.groupby("seat"):
        begun = mine["arrived_at"] + mine["wait"]
        assert begun.min() >= one.begin[int(seat)]
        assert begun.max() < one.end[int(seat)]
        assert (begun.iloc[1:].to_numpy() >= (begun + mine["service"]).iloc[:-1].to_numpy() - 1e-6).all()


def test_days_like_it_come_in_turn() -> None:
    calls = pd.concat([log((0, 1), (5, 1)), log((0, 1)).assign(arrived_at=NINE + pd.Timedelta(days=1))])
    found = replay_day(
        calls, roster(1, 1), DAY, line="phone", like=[DAY, "2025-10-16"], patience=60.0, runs=4
    )  # fmt: skip
    assert found.runs["contacts"].tolist() == [2, 1, 2, 1]


@given(
    st.lists(st.integers(0, 60).map(lambda tenth: tenth / 10), min_size=1, max_size=24),
    st.sampled_from([np.inf, 6.75 * HALF_HOUR, HALF_HOUR / 2]),
)
def test_spells_are_as_many_agent_hours_as_the_roster(agents: list[float], longest: float) -> None:
    begin, end = map(np.array, spells_of(np.array(agents), longest))
    assert (end > begin).all()
    assert (end - begin <= longest).all()
    edges = np.arange(len(agents) + 1) * HALF_HOUR
    there = [
        float(np.clip(np.minimum(end, high) - np.maximum(begin, low), 0, None).sum()) / HALF_HOUR
        for low, high in pairwise(edges)
    ]
    assert there == pytest.approx(agents, abs=0.5 / PIECES)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"line": "chat"}, "rosters must hold the line 'chat'"),
        ({"day": "2025-10-16"}, "rosters must hold the line 'phone' on 2025-10-16"),
        ({"like": ["2025-10-16"]}, "calls must hold contacts of the line 'phone' on 2025-10-16"),
        ({"change": -2.0}, "change must leave somebody"),
        ({"runs": 1}, "runs must"),
        ({"patience": 0.0}, "patience must"),
        ({"side_by_side": 0}, "side_by_side must"),
        ({"spell": 0.0}, "spell must"),
        ({"calls": log((-30, 1))}, "must take no contacts while it is closed"),
        ({"calls": log((0, 1)).drop(columns="line")}, "'line'"),
        ({"rosters": roster(1, 1).drop(columns="agents")}, "'agents'"),
        ({"rosters": pd.concat([roster(1, 1)] * 2)}, "once, without gaps"),
        ({"calls": log((0, 1)).assign(served=False)}, "at least one answered"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], told: str) -> None:
    given = {"calls": log((0, 1)), "rosters": roster(1, 1), "day": DAY, "line": "phone"} | changes
    with pytest.raises(ValueError, match=told):
        replay_day(given.pop("calls"), given.pop("rosters"), given.pop("day"), **given)
