"""What is read off a run: each measure worked out by hand, on its line and its days."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from servicelab.company.generating.gauges import MEASURES

DAY, OPEN, CLOSE = 86_400.0, 32_400.0, 75_600.0
LOG = pd.DataFrame(
    {
        "line": ["phone", "phone", "phone", "chat", "phone"],
        "arrived_at": [DAY - 1, DAY, 2 * DAY - 1, DAY, 2 * DAY],
        "wait": [900.0, 10.0, 40.0, 900.0, 900.0],
        "served": [True, True, False, True, True],
        "service": [100.0, 300.0, 0.0, 900.0, 500.0],
        "after_call": [0.0, 60.0, 0.0, 0.0, 40.0],
        "recorded": [True, True, False, True, True],
        "followed": [False, False, False, False, True],
        "agent": [0, 0, -1, 2, 1],
    }
)
SHIFTS = pd.DataFrame(
    {"line": ["phone", "phone", "chat"], "day": [1, 2, 1], "begin": [OPEN, OPEN, OPEN], "end": [CLOSE, CLOSE, CLOSE]}
)
CASES = pd.DataFrame(
    {
        "kind": ["return", "return", "return", "repair", "return"],
        "opened_at": [
            pd.Timestamp(at)
            for at in ("2023-01-01 23:59", "2023-01-02 12:00", "2023-01-03 12:00", "2023-01-02", "2023-01-02")
        ],
        "closed_at": [
            pd.Timestamp(at)
            for at in ("2023-01-05", "2023-01-04 12:00", "2023-01-08 12:00", "2023-01-09", "2023-01-09")
        ],
        "rejected": [False, False, False, False, True],
    }
)
STAFFING = pd.DataFrame(
    {
        "line": ["phone", "phone", "chat"],
        "date": [pd.Timestamp("2023-01-02"), pd.Timestamp("2023-01-03"), pd.Timestamp("2023-01-02")],
        "paid_hours": [20.0, 20.0, 900.0],
    }
)
AGENTS = pd.DataFrame(
    {
        "line": ["phone", "phone", "chat", "phone"],
        "left_on": [pd.Timestamp("2023-01-02"), pd.Timestamp("2023-01-03"), pd.Timestamp("2023-01-02"), pd.NaT],
        "temporary": [False, True, False, False],
    }
)
SCHEME = SimpleNamespace(pay=SimpleNamespace(base=1620.0, per_contact=2.0, per_resolution=3.0))
FIRM: Any = SimpleNamespace(
    scenario=SimpleNamespace(start=date(2023, 1, 1), phases=[(0, SCHEME)]),
    world=SimpleNamespace(pay=SimpleNamespace(month_hours=162.0)),
    tables={"line_log": LOG, "shifts": SHIFTS, "cases": CASES, "staffing": STAFFING, "agents": AGENTS},
)


@pytest.mark.parametrize(
    ("measure", "first", "last", "found"),
    [
        ("contacts", 2, 2, 2), ("abandoned", 2, 2, 0.5), ("mean_wait", 2, 3, 950 / 3), ("median_wait", 2, 3, 40),
        ("handling", 2, 3, 450), ("resolved", 2, 3, 1), ("came_back", 2, 3, 0.5), ("settled", 2, 3, 1),
        # 20 hours at ¥10, one call answered and settled; on the second day one more, answered and followed.
        ("paid", 2, 2, 205), ("paid", 2, 3, 407), ("leavers", 2, 3, 1), ("leavers", 3, 3, 0),
        ("at_desk", 2, 3, 1), ("at_desk", 2, 5, 0.5), ("refunds", None, None, 3), ("refunds", 2, 3, 2),
        ("refunds", 2, 2, 1), ("days_to_refund", 2, 3, 3.5), ("median_days_to_refund", None, 2, (2 + 3 + 1 / 1440) / 2),
    ],
)  # fmt: skip
def test_each_measure_on_its_line_and_days(measure: str, first: int | None, last: int | None, found: float) -> None:
    days = [None if day is None else date(2023, 1, day) for day in (first, last)]
    reading: Any = SimpleNamespace(line="phone", first=days[0], last=days[1])
    assert MEASURES[measure].read(FIRM, reading) == pytest.approx(found)
