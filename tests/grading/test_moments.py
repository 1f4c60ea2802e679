"""A moment as people are told it: by the clock of the machine that tells it, whose time zone is named."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from servicelab.grading.marks import Mark, Stood
from servicelab.grading.moments import in_zone
from servicelab.grading.page import unreadable
from servicelab.i18n import use


@pytest.fixture
def shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("shanghai")
@pytest.mark.parametrize("moment", [datetime(2026, 11, 20, 17, tzinfo=UTC), datetime(2026, 11, 20, 17)])
def test_a_moment_of_the_gradebook_is_told_by_this_machines_clock(moment: datetime) -> None:
    assert in_zone(moment) == "2026-11-21 01:00 (UTC+08:00)"


@pytest.mark.usefixtures("shanghai")
@pytest.mark.parametrize("moment", [datetime.min, datetime.max])
def test_the_edge_of_the_calendar_has_a_name_as_well(moment: datetime) -> None:
    assert in_zone(moment).startswith(("0001-01-01 ", "9999-12-31 23:59 (UTC+00:00)"))


@pytest.mark.usefixtures("shanghai")
def test_a_trainee_and_whoever_marks_read_the_hour_at_which_it_was_handed_in() -> None:
    page = unreadable("lin", "# Trial", "en", datetime(2026, 11, 20, 1, 5), 0)
    assert "submitted 2026-11-20 09:05 (UTC+08:00)" in page
    mark = Mark(Stood("0" * 64, 4.0, "2026-11-20 01:05 UTC"), 3.0, None, None, waiting=False, back=False)
    with use("en"):
        assert "handed in 2026-11-20 09:05 (UTC+08:00), was marked 3 / 4" in mark.told()
