"""What the engine gives for the course's own exercises is what plain nbgrader gives, but for what is written down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.grading import sameness, stock
from tests.grading.conftest import Demonstrated

from servicelab.grading.course import Course

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("demo")]

LIVE = "01_needs"
FOUR = ["lin-yue", "wang-min", "zhao-lei", "sun-hao"]
"""Right, partly, wrong, not at all."""


@pytest.fixture(scope="module")
def course(demonstrated: Demonstrated) -> Course:
    return Course.at(demonstrated.place / "grading")


@pytest.fixture(scope="module")
def theirs(course: Course) -> dict[str, Any]:
    return stock.written_down(sameness.STOCK, sameness.contents(course), lambda stale: sameness.by_stock(course, stale))


def test_each_exercise_gives_what_plain_nbgrader_gives(demonstrated: Demonstrated, theirs: dict[str, Any]) -> None:
    found = sameness.differences(demonstrated.gave, theirs)
    assert found.keys() == sameness.intended(), found


def test_each_is_answered_right_partly_wrong_and_not_at_all(
    demonstrated: Demonstrated, theirs: dict[str, Any], root: Path
) -> None:
    assert theirs.keys() == demonstrated.gave.keys()
    for assignment, given in demonstrated.gave.items():
        most = stock.points(given[sameness.RIGHT]) or 1
        came = sorted((stock.points(each) or 0) / most for each in given.values())
        assert (came[0], came[-1]) == (0, 1)
        assert any(0.3 <= share < 1 for share in came), assignment
        wrong = given["zhao-lei" if "zhao-lei" in given else sameness.WRONG]
        # A test may take some of what is wrong for a slip, and gives a part for it.
        assert (stock.points(wrong) or 0) / most <= 1 / 3, (assignment, wrong)


def test_plain_nbgrader_still_gives_that(course: Course, theirs: dict[str, Any]) -> None:
    """One exercise is graded by it now: the rows that are written down are its own."""
    live = sameness.by_stock(course, [LIVE], FOUR)
    assert live[LIVE] == {who: theirs[LIVE][who] for who in FOUR}
