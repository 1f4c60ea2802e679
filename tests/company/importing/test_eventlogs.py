"""What only a whole event log tells, batch by batch: and what it must not say of logs that are merely sorted."""

from __future__ import annotations

import pandas as pd
import pytest

from servicelab.company.importing.eventlogs import CaseOrder, Slip

STEPS = ["open", "ask", "repair", "close"]


def log(cases: int = 60) -> pd.DataFrame:
    """Cases that overlap in time, listed case by case."""
    start = pd.Timestamp("2025-01-01")
    rows = [
        (f"c{case}", step, start + pd.Timedelta(hours=7 * case + 9 * at))
        for case in range(cases)
        for at, step in enumerate(STEPS)
    ]
    frame = pd.DataFrame(rows, columns=["case_id", "activity", "timestamp"])
    # Cases are numbered by priority, say: the file as a whole is in no order of time.
    order = pd.Series(range(cases)).sample(frac=1, random_state=1).to_numpy()
    frame["timestamp"] = pd.concat([frame["timestamp"][4 * n : 4 * n + 4] for n in order]).to_numpy()
    return frame


def slips(frame: pd.DataFrame, batch: int = 7) -> list[Slip]:
    frame = frame.set_axis(range(2, len(frame) + 2)).astype({"timestamp": "datetime64[s]"})
    order = CaseOrder()
    for start in range(0, len(frame), batch):
        order.take(frame.iloc[start : start + batch])
    return list(order.slips())


@pytest.mark.parametrize("batch", [1, 7, 10_000])
def test_a_sound_log_says_nothing_in_whatever_order_it_stands(batch: int) -> None:
    sound = log()
    by_time = sound.sort_values("timestamp", kind="stable")
    for frame in (sound, by_time, by_time.iloc[::-1], sound.iloc[::-1], sound.sample(frac=1, random_state=2)):
        assert slips(frame, batch) == []


@pytest.mark.parametrize("batch", [1, 7, 10_000])
def test_a_step_before_the_one_above_it_is_named(batch: int) -> None:
    frame = log()
    frame.loc[102, "timestamp"] -= pd.Timedelta("2D")
    (slip,) = slips(frame, batch)
    assert (slip.row, slip.column, slip.value) == (104, "timestamp", str(frame.timestamp[102]))


def test_the_hour_that_clocks_show_twice_is_no_slip() -> None:
    frame = log()
    frame.loc[102, "timestamp"] = frame.loc[101, "timestamp"] - pd.Timedelta("40min")
    assert slips(frame) == []


@pytest.mark.parametrize("batch", [1, 7, 10_000])
def test_a_case_that_comes_again_is_named_once(batch: int) -> None:
    frame = log()
    later = frame.iloc[40:42].assign(timestamp=frame.timestamp.iloc[43] + pd.Timedelta("1D"))
    (slip,) = slips(pd.concat([frame, later]), batch)
    assert (slip.row, slip.column, slip.value) == (242, "case_id", "c10")


def test_more_activities_than_cases_are_columns_swapped() -> None:
    frame = log(150)
    swapped = frame.rename(columns={"case_id": "activity", "activity": "case_id"})
    assert "changed places" in next(iter(slips(swapped))).remedy
    # A short log of few cases is only short.
    assert slips(log(2)) == []
