"""Erlang B, C and A against published answers, a library, the balance equations and their own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyworkforce.queuing import ErlangC
from scipy.integrate import quad

from servicelab.models.queueing import (
    erlang_a_metrics,
    erlang_b,
    erlang_c,
    erlang_c_metrics,
    required_agents,
    staffing_table,
)

CALLS = {"rate": 100 / 1800, "aht": 180.0, "target": 20.0}


def test_erlang_b_of_ten_erlangs_on_ten_lines_is_the_table_value():
    """Erlang's loss table (1917): 10 erlangs, 10 lines."""
    assert round(erlang_b(10, 10), 4) == 0.2146


def test_erlang_b_is_the_truncated_poisson_distribution():
    load, lines = 7.3, 12
    terms = np.cumprod(np.concatenate([[1.0], load / np.arange(1, lines + 1)]))
    assert erlang_b(load, lines) == pytest.approx(terms[-1] / terms.sum(), rel=1e-12)


def test_the_course_example_to_the_printed_digits():
    """models.md: 100 calls per 30 min, AHT 180 s, 14 agents, 20 s; the example pyworkforce documents too."""
    metrics = erlang_c_metrics(agents=14, **CALLS)
    assert round(metrics.p_wait, 4) == 0.1741
    assert round(metrics.service_level, 4) == 0.8884
    assert round(metrics.asa, 2) == 7.84
    assert round(metrics.occupancy, 3) == 0.714
    assert metrics.p_abandon == 0


def test_hillier_and_lieberman_hospital():
    """Hillier & Lieberman, Introduction to Operations Research: emergency room, λ = 2, μ = 3 an hour."""
    one = erlang_c_metrics(rate=2, aht=1 / 3, agents=1, target=0)
    assert one.in_system == pytest.approx(2)
    assert one.asa == pytest.approx(2 / 3)
    two = erlang_c_metrics(rate=2, aht=1 / 3, agents=2, target=0)
    assert two.queue_length == pytest.approx(1 / 12)
    assert two.asa == pytest.approx(1 / 24)


def test_fifty_agents_with_and_without_hang_ups():
    """Garnett, Mandelbaum & Reiman (2002): 48 calls a minute of 1 minute, patience 2 minutes, 50 agents."""
    nobody = erlang_c_metrics(rate=48 / 60, aht=60, agents=50, target=20)
    some = erlang_a_metrics(rate=48 / 60, aht=60, agents=50, patience=120, target=20)
    assert [round(nobody.mean_wait, 1), round(nobody.queue_length), round(nobody.occupancy, 2)] == [20.8, 17, 0.96]
    assert [round(some.mean_wait, 1), round(some.queue_length), round(some.occupancy, 2)] == [3.7, 3, 0.93]
    assert round(some.p_abandon, 3) == 0.031


@pytest.mark.parametrize(("rate", "agents"), [(100 / 1800, 14), (0.2, 45), (1.5, 290)])
def test_pyworkforce_agrees(rate: float, agents: int):
    oracle = ErlangC(transactions=rate * 60, aht=180, interval=60, asa=20)
    metrics = erlang_c_metrics(rate=rate, aht=180, agents=agents, target=20)
    assert metrics.p_wait == pytest.approx(oracle.waiting_probability(agents), rel=1e-9)
    assert metrics.service_level == pytest.approx(oracle.service_level(agents), rel=1e-9)
    assert metrics.occupancy == pytest.approx(oracle.achieved_occupancy(agents), rel=1e-9)


@pytest.mark.parametrize("shrinkage", [0.0, 0.3])
def test_pyworkforce_asks_for_as_many_agents(shrinkage: float):
    oracle = ErlangC(transactions=100, aht=3, interval=30, asa=20 / 60, shrinkage=shrinkage)
    expected = oracle.required_positions(service_level=0.8, max_occupancy=0.85)["positions"]
    assert required_agents(100 / 1800, 180, 0.8, 20, shrinkage=shrinkage, max_occupancy=0.85) == expected


def test_shrinkage_of_the_course_example():
    """models.md: with 30 % shrinkage 20 staff (14 / 0.7, which binary arithmetic puts above 20)."""
    assert required_agents(100 / 1800, 180, 0.8, 20) == 14
    assert required_agents(100 / 1800, 180, 0.8, 20, shrinkage=0.3) == 20


def by_integration(rate: float, aht: float, agents: int, patience: float, target: float) -> dict[str, float]:
    """Erlang A by brute force: balance equations of a cut-off chain, and numerical integrals of Zeltyn & Mandelbaum."""
    states = agents + 600
    departures = (
        np.minimum(np.arange(1, states), agents) / aht + np.maximum(np.arange(1, states) - agents, 0) / patience
    )
    weights = np.concatenate([[1.0], np.cumprod(rate / departures)])
    p = weights / weights.sum()
    density = lambda v: (  # noqa: E731
        rate * p[agents - 1] * np.exp(rate * patience * -np.expm1(-v / patience) - agents * v / aht)
    )
    far = 40 * (patience + aht / agents)
    marks = {"points": [target, patience], "limit": 400}
    answered_waiting = quad(lambda v: density(v) * np.exp(-v / patience), 0, far, **marks)[0]
    return {
        "p_wait": p[agents:].sum(),
        "p_abandon": quad(lambda v: density(v) * -np.expm1(-v / patience), 0, far, **marks)[0],
        "service_level": p[:agents].sum() + quad(lambda v: density(v) * np.exp(-v / patience), 0, target)[0],
        "asa": quad(lambda v: v * density(v) * np.exp(-v / patience), 0, far, **marks)[0]
        / (p[:agents].sum() + answered_waiting),
        "queue_length": p[agents:] @ np.arange(len(p) - agents),
    }


@pytest.mark.parametrize(("agents", "patience"), [(14, 120.0), (10, 120.0), (8, 60.0), (6, 200.0), (1, 30.0)])
def test_erlang_a_is_what_the_balance_equations_and_integrals_say(agents: int, patience: float):
    metrics = erlang_a_metrics(agents=agents, patience=patience, **CALLS)
    for name, expected in by_integration(agents=agents, patience=patience, **CALLS).items():
        assert getattr(metrics, name) == pytest.approx(expected, rel=1e-6), name


def test_erlang_a_with_endless_patience_is_erlang_c():
    endless = erlang_a_metrics(agents=14, patience=float("inf"), **CALLS)
    assert endless == erlang_c_metrics(agents=14, **CALLS)
    nearly = erlang_a_metrics(agents=14, patience=1e9, **CALLS)
    assert nearly.asa == pytest.approx(endless.asa, rel=1e-5)
    assert nearly.service_level == pytest.approx(endless.service_level, rel=1e-6)


def test_erlang_a_with_no_patience_is_erlang_b():
    assert erlang_a_metrics(agents=10, patience=1e-6, **CALLS).p_abandon == pytest.approx(erlang_b(10, 10), rel=1e-5)


def test_erlang_a_under_heavy_load_loses_the_excess():
    """The fluid limit: with twice the calls the agents can take, half hang up."""
    metrics = erlang_a_metrics(rate=200, aht=1, agents=100, patience=50, target=1)
    assert metrics.p_abandon == pytest.approx(0.5, abs=1e-6)
    assert metrics.occupancy == pytest.approx(1.0, abs=1e-6)


@given(
    load=st.floats(0.01, 80),
    agents=st.integers(1, 90),
    patience=st.floats(1, 5000),
    target=st.floats(0, 300),
)
def test_erlang_a_keeps_its_laws(load: float, agents: int, patience: float, target: float):
    aht = 180.0
    now = erlang_a_metrics(load / aht, aht, agents, patience, target)
    more = erlang_a_metrics(load / aht, aht, agents + 1, patience, target)
    for share in (now.p_wait, now.service_level, now.occupancy, now.p_abandon):
        assert 0 <= share <= 1
    assert now.asa >= 0
    assert now.queue_length == pytest.approx(load / aht * now.mean_wait)
    assert now.service_level <= 1 - now.p_abandon + 1e-9
    assert more.p_wait <= now.p_wait + 1e-9
    assert more.p_abandon <= now.p_abandon + 1e-9
    assert more.service_level >= now.service_level - 1e-9


@given(load=st.floats(0, 150), agents=st.integers(1, 160))
def test_erlang_b_and_c_fall_with_every_agent(load: float, agents: int):
    lost, fewer_lost = erlang_b(load, np.array([agents, agents + 1]))
    assert 0 <= fewer_lost <= lost <= 1
    if load < agents:
        wait, shorter = erlang_c(load, np.array([agents, agents + 1]))
        assert 0 <= shorter <= wait <= 1
        assert wait >= lost - 1e-12


@given(
    load=st.floats(0.05, 60),
    promise=st.floats(0.05, 0.99),
    target=st.floats(0, 120),
    patience=st.none() | st.floats(5, 900),
)
def test_required_agents_is_enough_and_one_less_is_not(load: float, promise: float, target: float, patience):
    aht = 200.0
    agents = required_agents(load / aht, aht, promise, target, patience=patience)
    table = staffing_table(
        load / aht, aht, [agents] if agents == 1 else [agents - 1, agents], target, patience=patience
    )
    assert table.service_level.iloc[-1] >= promise
    if agents > 1:
        assert not table.service_level.iloc[0] >= promise


def test_shapes_follow_the_arguments():
    assert isinstance(erlang_b(3, 4), float)
    assert erlang_c([1, 2], [[3], [4]]).shape == (2, 2)
    assert isinstance(required_agents(0.1, 60, 0.8, 20), int)
    assert required_agents(np.zeros((2, 3)), 60, 0.8, 20).tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: erlang_b(-1, 3), "load must be at least 0"),
        (lambda: erlang_b(1, 2.5), "agents must be whole numbers"),
        (lambda: erlang_b([], 2), "load must not be empty"),
        (lambda: erlang_c(5, 5), "agents must be more than the load of 5 erlangs"),
        (lambda: erlang_c(float("nan"), 5), "load must be finite"),
        (lambda: erlang_c_metrics(-0.1, 60, 3, 20), "rate must be at least 0"),
        (lambda: erlang_c_metrics(0.1, 0, 3, 20), "aht must be greater than 0"),
        (lambda: erlang_c_metrics(0.1, 60, 5, 20), "agents must be more than the load of 6 erlangs"),
        (lambda: erlang_c_metrics([0.1], 60, 9, 20), "rate must be one number"),
        (lambda: erlang_a_metrics(0.1, 60, 5, 0, 20), "patience must be greater than 0"),
        (lambda: erlang_a_metrics(0.1, 60, 5, 9, -1), "target must be at least 0"),
        (lambda: erlang_a_metrics(2, 1, 1, 1e9, 20), "patience must be shorter"),
        (lambda: required_agents(0.1, 60, 1.0, 20), "service_level must be between 0 and 1"),
        (lambda: required_agents(0.1, 60, 0.8, 20, shrinkage=1.0), "shrinkage must be below 1"),
        (lambda: required_agents(0.1, 60, 0.8, 20, max_occupancy=0), "max_occupancy must be above 0"),
        (lambda: staffing_table(0.1, 60, [0, 1], 20), "agents must be at least 1"),
    ],
)
def test_wrong_input_is_named(call, says: str):
    with pytest.raises(ValueError, match=says):
        call()
