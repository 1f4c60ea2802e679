"""The simulator: customer by customer against ciw, in the mean against the formulas, and laws no log may break."""

from __future__ import annotations

import ciw
import numpy as np
import pandas as pd
import pytest
from ciw.node import Node
from hypothesis import given
from hypothesis import strategies as st

from servicelab.models.queueing import (
    ArrivalTimes,
    Distribution,
    SimulationResult,
    call_log_facts,
    erlang_a_metrics,
    erlang_c_metrics,
    estimate_patience,
    measured_metrics,
    queue_path,
    replicate_queue,
    simulate_queue,
)
from servicelab.models.queueing.engine import first_come, routed

CALLS = {"rate": 100 / 1800, "aht": 180.0}
METRICS = ("p_wait", "service_level", "asa", "occupancy", "p_abandon", "mean_wait", "queue_length", "in_system")


# --- the same customers in ciw ---------------------------------------------------------------------------------------


class Given(ciw.dists.Distribution):
    """Each customer brings their own value."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def sample(self, t: float | None = None, ind: ciw.Individual | None = None) -> float:
        """The value of this customer; ids count arrivals from 1."""
        return float(self.values[ind.id_number - 1])


def ciw_waits(arrived, service, patience, *, kinds=None, servers, node_class=None, priorities=None) -> pd.DataFrame:
    """Waits and fates of these very customers in ciw, by order of arrival."""
    kind = np.zeros(len(arrived), dtype=int) if kinds is None else kinds
    labels = [f"k{k}" for k in range(kind.max() + 1)]

    def gaps(k: int) -> list[float]:
        mine = arrived[kind == k]
        return [*np.diff(mine, prepend=0.0).tolist(), float("inf")]

    network = ciw.create_network(
        arrival_distributions={label: [ciw.dists.Sequential(gaps(k))] for k, label in enumerate(labels)},
        service_distributions={label: [Given(service)] for label in labels},
        reneging_time_distributions={label: [Given(patience)] for label in labels},
        number_of_servers=[servers],
        **({"priority_classes": dict(zip(labels, priorities, strict=True))} if priorities else {}),
    )
    simulation = ciw.Simulation(network, node_class=node_class)
    simulation.simulate_until_max_time(float(arrived[-1] + service.sum()))
    rows = [
        (record.id_number - 1, record.waiting_time, record.record_type == "service")
        for record in simulation.get_all_records(only=["service", "renege"])
    ]
    return pd.DataFrame(rows, columns=["customer", "wait", "served"]).set_index("customer").sort_index()


def customers(seed: int, count: int, kinds: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Arrivals, service, patience and kind of so many customers of a busy hour."""
    rng = np.random.default_rng(seed)
    arrived = np.cumsum(rng.exponential(18, count))
    return arrived, rng.lognormal(4.6, 0.9, count), rng.exponential(90, count), rng.integers(0, kinds, count)


def same(ours: SimulationResult, theirs: pd.DataFrame) -> None:
    """Every customer waited as long and met the same fate."""
    assert len(theirs) == len(ours.arrived)
    assert (ours.served == theirs.served.to_numpy()).all()
    assert ours.wait == pytest.approx(theirs.wait.to_numpy(), abs=1e-6)


def test_every_customer_of_one_line_fares_as_in_ciw():
    arrived, service, patience, _ = customers(1, 1500)
    ours = simulate_queue(ArrivalTimes(arrived), service, 7, patience)
    assert 0.03 < ours.metrics.p_abandon < 0.4
    same(ours, ciw_waits(arrived, service, patience, servers=7))


def test_every_customer_with_priorities_fares_as_in_ciw():
    arrived, service, patience, kind = customers(2, 1500, kinds=2)
    split = {k: ArrivalTimes(arrived[kind == k]) for k in (0, 1)}
    ours = simulate_queue(
        split,
        {k: service[kind == k] for k in (0, 1)},
        7,
        {k: patience[kind == k] for k in (0, 1)},
        priority={0: 1, 1: 0},
    )
    same(ours, ciw_waits(arrived, service, patience, kinds=kind, servers=7, priorities=[1, 0]))
    urgent = ours.by_kind()
    assert urgent.loc[1, "mean_wait"] < urgent.loc[0, "mean_wait"]


class Skilled(Node):
    """A ciw node whose first three servers take only the first kind."""

    def find_free_server(self, ind):
        """Specialists first, for those they can serve."""
        return next((s for s in self.servers[0 if ind.customer_class == "k0" else 3 :] if not s.busy), None)

    def begin_service_if_possible_accept(self, next_individual):
        """Whoever arrives may start, even past a head of the line who lacks an agent with the skill."""
        self.asked = lambda ind: ind is next_individual
        super().begin_service_if_possible_accept(next_individual)

    def begin_service_if_possible_release(self, next_individual, newly_free_server):
        """The agent who comes free takes the first they can serve."""
        special = newly_free_server is not None and newly_free_server.id_number <= 3
        self.asked = lambda ind: ind.customer_class == "k0" or not special
        super().begin_service_if_possible_release(next_individual, newly_free_server)

    def choose_next_customer(self):
        """The first waiting one who fits."""
        return next((i for line in self.individuals for i in line if not i.server and self.asked(i)), None)


def test_every_customer_with_skills_fares_as_in_ciw():
    arrived, service, patience, kind = customers(3, 1500, kinds=2)
    ours = simulate_queue(
        {k: ArrivalTimes(arrived[kind == k]) for k in (0, 1)},
        {k: service[kind == k] for k in (0, 1)},
        {"specialists": 3, "all": 4},
        {k: patience[kind == k] for k in (0, 1)},
        skills={"specialists": [0], "all": [0, 1]},
    )
    same(ours, ciw_waits(arrived, service, patience, kinds=kind, servers=7, node_class=Skilled))
    assert set(ours.group[ours.kind == 1]) == {-1, 1}


# --- against the formulas --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("agents", "patience"), [(14, None), (11, 120.0), (9, 60.0)])
def test_simulation_and_formula_agree_within_the_simulations_own_interval(agents: int, patience: float | None):
    """The intervals must do what they say: a 95 % interval over 40 runs misses a few times, not often."""
    exact = (
        erlang_c_metrics(agents=agents, target=20, **CALLS)
        if patience is None
        else erlang_a_metrics(agents=agents, patience=patience, target=20, **CALLS)
    )
    misses = dict.fromkeys(METRICS, 0)
    for seed in range(40):
        run = simulate_queue(CALLS["rate"], CALLS["aht"], agents, patience, horizon=4 * 86_400, warmup=3600, seed=seed)
        for name in METRICS:
            misses[name] += getattr(exact, name) not in run.interval(name) and getattr(exact, name) != 0
    assert max(misses.values()) <= 7, misses


def test_one_long_run_is_close_to_erlang_a():
    exact = erlang_a_metrics(agents=11, patience=120, target=20, **CALLS)
    run = simulate_queue(CALLS["rate"], CALLS["aht"], 11, 120, horizon=4_000_000, warmup=3600, seed=3).metrics
    for name in METRICS:
        assert getattr(run, name) == pytest.approx(getattr(exact, name), rel=0.03), name


def test_regular_service_halves_the_wait_of_one_server():
    """Pollaczek–Khinchine: M/D/1 waits half as long as M/M/1, M/G/1 (1 + cv²)/2 times."""
    base = {"rate": 0.8, "agents": 1, "horizon": 2_000_000, "seed": 5}
    assert simulate_queue(aht=Distribution("deterministic", 1.0), **base).metrics.mean_wait == pytest.approx(
        2, rel=0.03
    )
    assert simulate_queue(aht=1.0, **base).metrics.mean_wait == pytest.approx(4, rel=0.05)
    assert simulate_queue(aht=Distribution("gamma", 1.0, 0.5), **base).metrics.mean_wait == pytest.approx(2.5, rel=0.04)


def test_with_only_the_first_in_line_two_equal_groups_are_one():
    whole = simulate_queue(0.1, 180, 20, 100, horizon=200_000, seed=8)
    halves = simulate_queue(0.1, 180, {"a": 10, "b": 10}, 100, horizon=200_000, seed=8)
    assert np.array_equal(whole.wait, halves.wait)
    assert np.array_equal(whole.served, halves.served)


def test_replications_cover_the_formula():
    exact = erlang_a_metrics(agents=11, patience=120, target=20, **CALLS)
    luck = replicate_queue(20, CALLS["rate"], CALLS["aht"], 11, 120, horizon=100_000, warmup=4000, level=0.99)
    for name in METRICS:
        assert getattr(exact, name) in luck[name], name


# --- shifts ----------------------------------------------------------------------------------------------------------

RATES = [0.02, 0.08, 0.1, 0.05]
STAFF = [5, 14, 16, 9]


def test_both_loops_treat_shifts_alike():
    rng = np.random.default_rng(4)
    arrived = np.sort(rng.uniform(0, 4000, 400))
    service, patience = rng.exponential(100, 400), rng.exponential(80, 400)
    changes = [(500.0, 0, 4), (1200.0, 0, -7), (1500.0, 0, 3), (1500.5, 0, -2), (3000.0, 0, 9)]
    one = first_come(arrived, service, patience, 8, changes)
    two, _ = routed(arrived, service, patience, np.zeros(400, dtype=np.int64), [8], changes, [[0]], [0])
    assert np.array_equal(one, two)


@given(st.data())
def test_both_loops_agree_on_any_shifts(data):
    count = data.draw(st.integers(1, 40))
    numbers = st.lists(st.integers(0, 60), min_size=count, max_size=count)
    arrived = np.cumsum(data.draw(numbers)).astype(float)
    service, patience = (np.array(data.draw(numbers), dtype=float) for _ in range(2))
    staff = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=6))
    moments = sorted(data.draw(st.lists(st.integers(1, 900), min_size=5, max_size=5, unique=True)))
    changes = [
        (m + 0.5, 0, after - before)
        for m, before, after in zip(moments, staff, staff[1:], strict=False)
        if after != before
    ]
    one = first_come(arrived, service, patience, staff[0], changes)
    two, _ = routed(arrived, service, patience, np.zeros(count, dtype=np.int64), [staff[0]], changes, [[0]], [0])
    assert np.array_equal(one, two)


def test_more_staff_in_the_busy_half_hour_helps_that_half_hour():
    """X11a: the same staff hours, spread by the day's shape or not."""
    flat = simulate_queue(RATES, 150, [11] * 4, 90, interval=1800, seed=2)
    shaped = simulate_queue(RATES, 150, STAFF, 90, interval=1800, seed=2)
    assert np.array_equal(flat.arrived, shaped.arrived)
    assert shaped.metrics.p_abandon < flat.metrics.p_abandon
    table = shaped.by_interval(1800)
    assert table.contacts.sum() == len(shaped.arrived)
    assert table.occupancy.between(0, 1).all()
    assert table.index.tolist() == [0, 1800, 3600, 5400]


def test_nobody_starts_before_opening_and_agents_finish_what_they_began():
    closed_first = simulate_queue(0.02, 150, [0, 5], np.inf, interval=3600, horizon=7200, seed=1)
    begun = closed_first.arrived + closed_first.wait
    assert begun.min() >= 3600
    closing = simulate_queue(0.05, 600, [9, 0], 60, horizon=7200, staff_interval=3600, seed=1)
    begun = closing.arrived[closing.served] + closing.wait[closing.served]
    assert begun.max() < 3600
    assert (begun + closing.service[closing.served]).max() > 3600
    assert 0 < closing.metrics.occupancy <= 1


# --- laws ------------------------------------------------------------------------------------------------------------


def runs() -> list[SimulationResult]:
    """One of each sort."""
    return [
        simulate_queue(0.1, 180, 17, 100, horizon=40_000, seed=1),
        simulate_queue(RATES, Distribution("lognormal", 150, 1.3), STAFF, 90, interval=1800, seed=2),
        simulate_queue(
            {"a": RATES, "b": 0.03}, {"a": 120, "b": 300}, {"x": [2, 6, 7, 4], "y": 14}, {"a": 80, "b": None},
            interval=1800, horizon=7200, skills={"x": ["a"], "y": ["b", "a"]}, priority={"b": -1}, seed=3,
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("run", runs(), ids=["one line", "shifts", "skills"])
def test_no_event_before_its_cause_and_no_more_work_than_workers(run: SimulationResult):
    assert (np.diff(run.arrived) >= 0).all()
    assert (run.wait >= 0).all()
    assert (run.service[run.served] >= 0).all()
    assert np.isnan(run.service[~run.served]).all()
    assert ((run.group >= 0) == run.served).all()
    begun = run.arrived + run.wait
    for g, plan in enumerate(run.staff):
        mine = run.group == g
        for start, kind in zip(begun[mine], run.kind[mine], strict=True):
            assert kind == 1 or run.groups[g] != "none"
            busy = (mine & (begun <= start) & (begun + run.service > start)).sum()
            # Those who finish a contact after their shift may be there beside the next shift.
            assert busy <= max(count for _, count in plan)


@pytest.mark.parametrize("run", runs(), ids=["one line", "shifts", "skills"])
def test_littles_law_holds_exactly_on_the_log(run: SimulationResult):
    path = queue_path(run.log())
    area = float((path.to_numpy()[:-1] * np.diff(path.index.to_numpy())).sum())
    assert area == pytest.approx(run.wait.sum(), rel=1e-9)
    end = float((run.arrived + run.wait).max())
    assert area / end == pytest.approx(len(run.arrived) / end * run.wait.mean(), rel=1e-9)


def test_the_log_measures_as_the_result_does():
    run = runs()[0]
    log = run.log()
    measured = measured_metrics(log, run.target, duration=run.window[1])
    for name in ("p_wait", "service_level", "asa", "p_abandon", "mean_wait"):
        assert getattr(measured, name) == pytest.approx(getattr(run.metrics, name))
    assert call_log_facts(log).calls == len(run.arrived)
    long = simulate_queue(0.1, 180, 16, 100, horizon=1_000_000, seed=4).log()
    assert estimate_patience(long) == pytest.approx(100, rel=0.03)


def test_first_come_is_first_served():
    run = simulate_queue(0.2, 100, 19, 200, horizon=50_000, seed=6)
    begun = (run.arrived + run.wait)[run.served]
    assert (np.diff(begun) >= -1e-6).all()


def test_one_seed_one_story_and_the_same_customers_whatever_the_staff():
    one, two = (simulate_queue(0.1, 180, 17, 100, horizon=20_000, seed=9) for _ in range(2))
    assert np.array_equal(one.wait, two.wait)
    other = simulate_queue(0.1, 180, 17, 100, horizon=20_000, seed=10)
    assert len(other.arrived) != len(one.arrived) or not np.array_equal(other.arrived, one.arrived)
    more = simulate_queue(0.1, 180, 30, 100, horizon=20_000, seed=9)
    assert np.array_equal(more.arrived, one.arrived)
    both = more.served & one.served
    assert np.array_equal(more.service[both], one.service[both])


@given(agents=st.integers(1, 12), load=st.floats(0.5, 14), patience=st.floats(5, 500), seed=st.integers(0, 99))
def test_more_agents_never_lose_more_or_serve_later(agents: int, load: float, patience: float, seed: int):
    fewer, more = (
        simulate_queue(load / 100, 100, count, patience, horizon=8000, seed=seed) for count in (agents, agents + 1)
    )
    for name in ("p_wait", "service_level", "occupancy", "p_abandon"):
        value = getattr(fewer.metrics, name)
        assert np.isnan(value) or 0 <= value <= 1
    # With endless patience every customer waits no longer; with hang-ups the same holds of the mean, not of each.
    endless = [simulate_queue(load / 100, 100, count, horizon=8000, seed=seed).wait for count in (agents, agents + 1)]
    assert (endless[1] <= endless[0] + 1e-9).all()
    assert more.served.sum() >= fewer.served.sum() - 0.05 * len(fewer.served) - 2


def test_an_empty_morning_is_no_error():
    quiet = simulate_queue(0.0, 180, 3, 60, horizon=3600)
    assert len(quiet.arrived) == 0
    assert quiet.metrics.occupancy == 0
    assert np.isnan(quiet.metrics.p_wait)
    assert quiet.by_kind().index.tolist() == ["all"]


TWO = {"a": 0.1, "b": 0.1}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: simulate_queue(-1, 180, 3, horizon=60), "rate must be at least 0"),
        (lambda: simulate_queue(0.1, 180, 3), "horizon must be given with a constant rate"),
        (lambda: simulate_queue([0.1, 0.2], 180, 3), "interval must be given with a rate for each interval"),
        (lambda: simulate_queue([0.1], 180, 3, interval=60, horizon=61), "horizon must not exceed the 1 intervals"),
        (lambda: simulate_queue(0.1, 0, 3, horizon=60), "aht must be greater than 0"),
        (lambda: simulate_queue(0.1, np.inf, 3, horizon=60), "aht must be finite"),
        (lambda: simulate_queue(0.1, 180, 2.5, horizon=60), "agents must be whole numbers"),
        (lambda: simulate_queue(0.1, 180, [3, 4], horizon=60), r"staff_interval \(or interval\) must be given"),
        (lambda: simulate_queue(0.1, 180, 3, 0, horizon=60), "patience must be greater than 0"),
        (lambda: simulate_queue(0.1, 180, 0, horizon=600), "someone would wait forever"),
        (lambda: simulate_queue(0.1, 180, 3, target=-1, horizon=60), "target must be at least 0"),
        (lambda: simulate_queue(0.1, 180, 3, horizon=0), "horizon must be greater than 0"),
        (lambda: simulate_queue(0.1, 180, 3, horizon=60, warmup=60), "warmup must be shorter than the horizon"),
        (lambda: simulate_queue({}, 180, 3, horizon=60), "rate must have at least one kind"),
        (lambda: simulate_queue(TWO, {"a": 5}, 3, horizon=60), "aht must be given for each kind of customer: a, b"),
        (
            lambda: simulate_queue(TWO, 5, {"x": 3}, horizon=60, skills={"y": ["a"]}),
            "skills must be given for each group",
        ),
        (lambda: simulate_queue(TWO, 5, {"x": 3}, horizon=60, skills={"x": ["a"]}), "skills must cover the kinds"),
        (lambda: simulate_queue(TWO, 5, 3, horizon=60, priority={"c": 1}), "priority must name kinds of rate, not 'c'"),
        (lambda: simulate_queue(ArrivalTimes([1, 2]), [5], 3), "aht must hold a duration for each of the 2 arrivals"),
        (lambda: simulate_queue(ArrivalTimes([2, 1]), 5, 3), "times must be in order"),
        (lambda: simulate_queue(0.1, lambda rng, n: np.ones(n + 1), 3, horizon=60), "aht must draw"),
        (lambda: Distribution("normal", 5), "kind must be one of exponential, lognormal"),
        (lambda: Distribution("gamma", 5, -1), "cv must be greater than 0"),
        (lambda: replicate_queue(1, 0.1, 180, 3, horizon=60), "runs must be at least 2"),
        (lambda: simulate_queue(0.1, 18, 3, horizon=60).interval("speed"), "metric must be one of p_wait"),
        (lambda: simulate_queue(0.1, 18, 3, horizon=60).interval("asa", level=1), "level must be between 0 and 1"),
    ],
)
def test_wrong_input_is_named(call, says: str):
    with pytest.raises(ValueError, match=says):
        call()
