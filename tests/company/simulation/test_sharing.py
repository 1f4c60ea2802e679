"""A run that several tests look at is made once, on one worker, and not kept for ever."""

from __future__ import annotations

from collections import OrderedDict

import pytest
from tests.company.conftest import grouped

from servicelab.company.simulation import Scenario

from . import conftest
from .conftest import KEPT, run


def test_a_run_is_made_once_however_its_scenario_is_told(monkeypatch: pytest.MonkeyPatch, under: object) -> None:
    made: list[Scenario] = []

    def simulated(scenario: Scenario, _world: object) -> Scenario:
        made.append(scenario)
        return scenario

    monkeypatch.setattr(conftest, "simulate", simulated)
    monkeypatch.setattr(conftest, "_kept", OrderedDict())
    # What is imported and what fixtures give is one.
    assert under is run
    assert run(months=12) is run(seed=Scenario().seed, months=12)
    assert run(staff_change={"phone": -1}) is run(staff_change={"phone": -1})
    assert len(made) == 2
    for seed in range(KEPT):
        run(seed=seed)
    assert len(conftest._kept) == KEPT
    run(months=12)
    assert len(made) == 2 + KEPT + 1


def test_who_asks_for_one_seed_is_on_one_worker(request: pytest.FixtureRequest) -> None:
    assert grouped({"firm": 7, "law": None}, ("generated", "firm")) == "firm-7"
    assert grouped({"plans": 21}) == "plans-21"
    assert grouped({}, ("root", "datasets", "tables")) == "committed"
    assert grouped({"seed": 7}, ("under",)) is None
    # Of what is run now: everything that takes a seed from a fixture.
    for item in request.session.items:
        shared = {"firm", "plans"} & set(getattr(getattr(item, "callspec", None), "params", {}))
        if shared and "company" in item.path.parts:
            assert item.get_closest_marker("xdist_group") is not None, item.nodeid
