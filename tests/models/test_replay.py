"""A log's cases once more: worked out by hand, and laws that hold for any log."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from servicelab.models.process import WorkClock, replay, replay_flow

#: A Friday, a weekend, a working week.
CALENDAR = pd.DataFrame({"date": pd.date_range("2025-01-03", periods=11)})
CALENDAR["workday"] = CALENDAR["date"].dt.day_of_week < 5
FRIDAY, MONDAY = "2025-01-03", "2025-01-06"


def stations(**minutes: float) -> pd.DataFrame:
    """Stations that do nothing else all day, but for those that are named."""
    every = dict.fromkeys(("inspect", "approve", "repair", "refund"), 540.0) | minutes
    return pd.DataFrame({"station": list(every), "minutes_a_day": list(every.values())})


def case(name: str, **steps: tuple[str, float]) -> list[dict[str, Any]]:
    return [
        {"case_id": name, "activity": activity, "timestamp": pd.Timestamp(at), "hands_on_minutes": minutes}
        for activity, (at, minutes) in steps.items()
    ]


def three_returns() -> pd.DataFrame:
    """Three returns that are back on Monday at nine; each is looked at for 20 minutes and approved in 10."""
    rows = []
    for number, (inspected, approved, paid) in enumerate([("09:20", "09:30", "09:35"), ("09:40", "09:50", "09:55"),
                                                          ("10:00", "10:10", "10:15")]):  # fmt: skip
        rows += case(
            f"R{number}", register=(f"{FRIDAY} 12:0{number}", 6), receive=(f"{MONDAY} 08:5{number}", 4),
            inspect=(f"{MONDAY} {inspected}", 20), approve=(f"{MONDAY} {approved}", 10), refund=(f"{MONDAY} {paid}", 5),
        )  # fmt: skip
    return pd.DataFrame(rows)


def ends(found: pd.Series, log: pd.DataFrame) -> list[str]:
    opened = log[log["activity"] == "register"].set_index("case_id")["timestamp"]
    closed = opened + pd.to_timedelta(found * 86_400, unit="s")
    return closed.dt.round("s").dt.strftime("%a %H:%M").tolist()


def test_nothing_changed_gives_the_log_itself() -> None:
    log = three_returns()
    assert ends(replay_flow(log, stations(), CALENDAR).days, log) == ["Mon 09:35", "Mon 09:55", "Mon 10:15"]


def test_a_station_with_a_tenth_of_the_day_takes_ten_times_as_long_and_the_queue_grows_over_nights() -> None:
    """200 minutes of the working day for each: 12:20, 15:40, and 19:00, which is Tuesday at 10:00."""
    log = three_returns()
    found = replay_flow(log, stations(inspect=54.0), CALENDAR)
    assert ends(found.days, log) == ["Mon 12:35", "Mon 15:55", "Tue 10:15"]
    assert found.wait["inspect"] == pytest.approx((0 + 200 + 400) / 3 / 540)


def test_capacity_is_a_factor_on_the_minutes() -> None:
    log = three_returns()
    slow, mended = stations(inspect=54.0), {"inspect": 10.0}
    assert replay_flow(log, slow, CALENDAR, capacity=mended).days.tolist() == pytest.approx(
        replay_flow(log, stations(), CALENDAR).days.tolist()
    )


def test_without_approval_small_claims_go_on_at_once() -> None:
    log = three_returns()
    claims = pd.Series({"R0": 90.0, "R1": 250.0, "R2": 90.0})
    found = replay_flow(log, stations(approve=27.0), CALENDAR, approve_from=200.0, claims=claims)
    # R1 alone is approved: 10 minutes are 200 of the day, from 9:40 on.
    assert ends(found.days, log) == ["Mon 09:25", "Mon 13:05", "Mon 10:05"]


def test_a_repair_waits_for_its_visit_and_a_second_look_for_the_customer() -> None:
    log = pd.DataFrame(
        [
            *case("R0", register=(f"{FRIDAY} 10:00", 6), inspect=(f"{FRIDAY} 11:00", 30),
                  ask_customer=(f"{FRIDAY} 11:00", 3), inspect_again=(f"{MONDAY} 10:00", 30),
                  repair=(f"{MONDAY} 10:45", 45)),
        ]
    )  # fmt: skip
    asked, not_asked = (replay_flow(log, stations(), CALENDAR, asked=share) for share in (1.0, 0.0))
    assert ends(asked.days, log) == ["Mon 10:45"]
    assert ends(not_asked.days, log) == ["Fri 11:45"]


def test_more_capacity_never_makes_a_mean_longer_and_load_falls_as_it_should() -> None:
    rng = np.random.default_rng(3)
    rows = []
    at = pd.Timestamp(f"{FRIDAY} 09:00")
    for number in range(60):
        at += pd.Timedelta(minutes=float(rng.exponential(25)))
        rows += case(
            f"R{number:02d}", register=(str(at), 6), receive=(str(at), 4),
            inspect=(str(at), float(rng.gamma(2, 8))), approve=(str(at), float(rng.gamma(2, 2))), refund=(str(at), 5.0),
        )  # fmt: skip
    log = pd.DataFrame(rows)
    before = replay_flow(log, stations(inspect=300.0, approve=80.0), CALENDAR)
    for factor in (1.2, 1.5, 3.0):
        after = replay_flow(log, stations(inspect=300.0, approve=80.0), CALENDAR, capacity={"approve": factor})
        assert after.days.mean() <= before.days.mean() + 1e-9
        before_load, after_load = before.load["approve"], after.load["approve"]
        assert after_load <= before_load + 1e-9
        before = after


def test_a_case_that_is_repaired_needs_no_approval_whatever_the_limit() -> None:
    repaired = case("F0", register=(f"{FRIDAY} 10:00", 6), inspect=(f"{FRIDAY} 11:00", 30),
                    repair=(f"{FRIDAY} 12:00", 45))  # fmt: skip
    log = pd.DataFrame([*three_returns().to_dict("records"), *repaired])
    claims = pd.Series(900.0, index=["R0", "R1", "R2", "F0"])
    found = replay_flow(log, stations(), CALENDAR, approve_from=0.0, claims=claims)
    # Inspected at eleven, repaired within three quarters of an hour.
    assert found.days["F0"] * 24 == pytest.approx(1.75)


def test_an_approval_that_is_drawn_takes_its_share_of_the_day() -> None:
    log = three_returns()
    log = log[~((log["case_id"] == "R2") & (log["activity"] == "approve"))]
    claims = pd.Series({"R0": 199.0, "R1": 199.0, "R2": 200.0})
    found = replay_flow(log, stations(approve=54.0), CALENDAR, approve_from=200.0, claims=claims)
    # Ten minutes are a hundred of the day, from 10:00 on.
    assert ends(found.days, log)[-1] == "Mon 11:45"


def test_each_purpose_has_draws_of_its_own() -> None:
    inspecting, approving, again, elsewhen = (
        replay._draws(purpose, seed).random() for purpose, seed in (("inspect", 1), ("approve", 1), ("inspect", 1),
                                                                    ("inspect", 2))
    )  # fmt: skip
    assert inspecting == again
    assert len({inspecting, approving, elsewhen}) == 3


def test_a_case_that_would_end_after_the_calendar_has_no_days() -> None:
    log = three_returns()
    found = replay_flow(log, stations(refund=1.0), CALENDAR)
    # Each payment takes five working days; of the calendar there are seven, counted from Friday.
    assert found.days.index.tolist() == ["R0"]
    assert np.isfinite(found.days).all()


def test_a_seed_gives_another_year_like_it() -> None:
    log = three_returns()
    log.loc[log["activity"] == "inspect", "hands_on_minutes"] = [20, 50, 80]
    years = [replay_flow(log, stations(), CALENDAR, seed=seed) for seed in (*range(8), 0)]
    assert years[0].days.equals(years[-1].days)
    # Whoever is first is inspected for 20, 50 or 80 minutes; together it is the same work.
    assert len({ends(year.days, log)[0] for year in years}) == 3
    assert replay_flow(log, stations(), CALENDAR).days.equals(replay_flow(log, stations(), CALENDAR).days)


def test_load_and_wait_of_each_station() -> None:
    """From Friday 12:00 to Monday 10:15 seven and a quarter hours are worked; only at the first station is a queue."""
    found = replay_flow(three_returns(), stations(), CALENDAR)
    assert found.load.to_dict() == pytest.approx(
        {"inspect": 60 / 435, "approve": 30 / 435, "repair": 0.0, "refund": 15 / 435}
    )
    assert found.wait.to_dict() == pytest.approx({"inspect": 20 / 540, "approve": 0.0, "repair": 0.0, "refund": 0.0})


@pytest.mark.parametrize(
    ("station", "minutes", "last"), [("approve", 27.0, "Tue 10:25"), ("refund", 13.5, "Tue 10:30")]
)
def test_a_queue_stands_before_the_station_that_is_slow(station: str, minutes: float, last: str) -> None:
    """Each case takes 200 minutes of the day there, and they come twenty minutes apart."""
    log = three_returns()
    found = replay_flow(log, stations(**{station: minutes}), CALENDAR)
    assert ends(found.days, log)[-1] == last
    assert found.wait[station] == pytest.approx((0 + 180 + 360) / 3 / 540)
    # Friday 12:00 to that moment.
    hour, minute = (int(part) for part in last.removeprefix("Tue ").split(":"))
    assert found.load[station] == pytest.approx(600 / ((6 + 9 + hour - 9) * 60 + minute))


def test_of_two_rows_for_a_station_the_last_counts() -> None:
    log = three_returns()
    before = stations().assign(from_date=pd.Timestamp("2023-01-01"))
    since = pd.DataFrame({"station": ["inspect"], "minutes_a_day": [54.0], "from_date": [pd.Timestamp("2024-07-01")]})
    found = replay_flow(log, pd.concat([before, since]), CALENDAR)
    assert found.days.equals(replay_flow(log, stations(inspect=54.0), CALENDAR).days)


def test_a_claim_of_the_limit_is_approved_and_an_approval_that_the_log_lacks_takes_as_long_as_others() -> None:
    log = three_returns()
    log = log[~((log["case_id"] == "R2") & (log["activity"] == "approve"))]
    claims = pd.Series({"R0": 199.0, "R1": 199.0, "R2": 200.0})
    found = replay_flow(log, stations(), CALENDAR, approve_from=200.0, claims=claims)
    assert ends(found.days, log) == ["Mon 09:25", "Mon 09:45", "Mon 10:15"]


def test_who_was_rejected_is_done_then_and_is_paid_when_nobody_looks() -> None:
    log = three_returns()
    last = log["case_id"] == "R2"
    log = log[~(last & (log["activity"] == "refund"))].replace({"activity": {"approve": "reject"}}).copy()
    log.loc[(log["activity"] == "reject") & ~last, "activity"] = "approve"
    claims = pd.Series(150.0, index=["R0", "R1", "R2"])
    assert ends(replay_flow(log, stations(), CALENDAR).days, log)[-1] == "Mon 10:10"
    spared = replay_flow(log, stations(), CALENDAR, approve_from=200.0, claims=claims)
    assert ends(spared.days, log)[-1] == "Mon 10:05"


def test_what_the_log_does_not_have_to_its_end_is_in_the_way_and_not_counted() -> None:
    log = three_returns()
    log = log[~((log["case_id"] == "R1") & log["activity"].isin(["approve", "refund"]))]
    found = replay_flow(log, stations(), CALENDAR)
    assert found.days.index.tolist() == ["R0", "R2"]
    assert ends(found.days, log[log["case_id"] != "R1"]) == ["Mon 09:35", "Mon 10:15"]


def test_what_ends_with_the_day_ends_that_evening() -> None:
    log = pd.DataFrame(
        case("R0", register=(f"{FRIDAY} 16:00", 6), receive=(f"{FRIDAY} 17:20", 4), inspect=(f"{FRIDAY} 17:40", 20),
             approve=(f"{FRIDAY} 17:50", 10), refund=(f"{FRIDAY} 18:00", 10))
    )  # fmt: skip
    assert ends(replay_flow(log, stations(), CALENDAR).days, log) == ["Fri 18:00"]


def test_a_share_of_those_asked_is_still_asked_the_same_ones_each_time() -> None:
    rows = []
    for number in range(200):
        rows += case(
            f"R{number:03d}", register=(f"{FRIDAY} 09:00", 6), inspect=(f"{FRIDAY} 11:00", 0.001),
            inspect_again=(f"{MONDAY} 11:00", 30), refund=(f"{MONDAY} 11:00", 0.001),
        )  # fmt: skip
    log = pd.DataFrame(rows)
    half, again = (replay_flow(log, stations(), CALENDAR, asked=0.5).days for _ in range(2))
    other = replay_flow(log, stations(), CALENDAR, asked=0.5, seed=5).days
    assert half.equals(again)
    assert half.equals(replay_flow(log, stations(), CALENDAR, asked=0.5, seed=0).days)
    assert 0.4 < (half > 1).mean() < 0.6
    assert set(half.index[half > 1]) != set(other.index[other > 1])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"capacity": {"pack": 2.0}}, "'pack' must be one of inspect, approve, repair, refund"),
        ({"capacity": {"refund": 0.0}}, "capacity of refund must be above 0"),
        ({"approve_from": 200.0}, "approve_from needs claims"),
        ({"approve_from": 200.0, "claims": pd.Series({"R0": 90.0, "R1": np.nan})}, "claims lacks 2 cases of the log"),
        ({"asked": 1.5}, "asked must lie between 0 and 1"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        replay_flow(three_returns(), stations(), CALENDAR, **changes)


def test_approvals_cannot_be_drawn_from_a_log_without_any() -> None:
    log = three_returns()
    with pytest.raises(ValueError, match="log has nothing of approve to take minutes from"):
        replay_flow(log[log["activity"] != "approve"], stations(), CALENDAR, approve_from=0.0,
                    claims=pd.Series(10.0, index=["R0", "R1", "R2"]))  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column"), [("log", "timestamp"), ("stations", "minutes_a_day"), ("calendar", "workday")]
)
def test_a_missing_column_is_named(table: str, column: str) -> None:
    given = {"log": three_returns(), "stations": stations(), "calendar": CALENDAR}
    given[table] = given[table].drop(columns=column)
    with pytest.raises(ValueError, match=f"{table} lacks"):
        replay_flow(**given)


def test_a_clock_goes_there_and_back() -> None:
    clock = WorkClock.of(CALENDAR)
    seconds = np.linspace(0, 6.9 * 9 * 3600, 200)
    assert np.allclose(clock.worked(clock.moment(seconds)), seconds)
    # The end of a day's work is that evening, its beginning the next working day's morning.
    assert clock.moment([9 * 3600.0], end=True)[0] == 18 * 3600.0
    assert clock.moment([9 * 3600.0])[0] == (3 * 24 + 9) * 3600.0
    assert np.isinf(clock.moment([1e9])[0])
