"""Runs of the firm that many tests read: made once."""

from __future__ import annotations

from functools import cache

import pytest

from servicelab.company.simulation import Firm, Scenario, simulate

SEEDS = (1984, 7, 21)


@cache
def ran(scenario_key: tuple[tuple[str, object], ...]) -> Firm:
    """The run of one scenario, once a session."""
    return simulate(Scenario(**dict(scenario_key)))  # type: ignore[arg-type]


def run(**changes: object) -> Firm:
    """The firm under a scenario; hashable arguments only, so that a run is shared."""
    return ran(tuple(sorted(changes.items())))


@pytest.fixture(scope="session", params=SEEDS)
def firm(request: pytest.FixtureRequest) -> Firm:
    """Three years of the firm at scale 1, once for each seed."""
    return run(seed=request.param)


@pytest.fixture(scope="session")
def one_year() -> Firm:
    """One year, one seed."""
    return run(months=12)
