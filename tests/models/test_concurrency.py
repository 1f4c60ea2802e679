"""Agents with several contacts at once: exact limits, a known answer, ciw customer by customer, and laws."""

from __future__ import annotations

import ciw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicelab.models.queueing import ArrivalTimes, Distribution, SimulationResult, queue_path, simulate_queue

METRICS = ("p_wait", "service_level", "asa", "occupancy", "p_abandon", "mean_wait", "queue_length", "in_system")


# --- limits ----------------------------------------------------------------------------------------------------------

TWO_DESKS = {
    "rate": {"orders": 0.06, "repairs": 0.03},
    "aht": {"orders": 150, "repairs": Distribution("lognormal", 400, 1.2)},
    "patience": {"orders": 100, "repairs": None},
    "skills": {"order desk": ["orders"], "all-rounders": ["orders", "repairs"]},
    "priority": {"repairs": -1},
    "horizon": 40_000,
    "seed": 3,
}


def equal(one: SimulationResult, two: SimulationResult) -> None:
    """To the last bit, customer by customer, and so in every figure."""
    assert np.array_equal(one.wait, two.wait)
    assert np.array_equal(one.group, two.group)
    assert np.array_equal(one.service, two.service, equal_nan=True)
    for name in METRICS:
        assert getattr(one.metrics, name) == pytest.approx(getattr(two.metrics, name), rel=1e-12), name


@pytest.mark.parametrize("slots", [2, 3, 4])
def test_without_a_slowdown_slots_are_agents(slots: int):
    line = {"rate": 0.1, "aht": 180, "patience": 100, "horizon": 80_000, "seed": 1}
    equal(simulate_queue(agents=5, concurrency=slots, **line), simulate_queue(agents=5 * slots, **line))
    staff = {"order desk": 3, "all-rounders": 6}
    equal(
        simulate_queue(agents=staff, concurrency={"order desk": slots, "all-rounders": 1}, **TWO_DESKS),
        simulate_queue(agents=staff | {"order desk": 3 * slots}, **TWO_DESKS),
    )


def test_while_shifts_only_grow_slots_are_agents_too():
    day = {"rate": [0.05, 0.09, 0.1], "aht": 200, "patience": 90, "interval": 1800, "seed": 2}
    equal(simulate_queue(agents=[3, 5, 6], concurrency=2, **day), simulate_queue(agents=[6, 10, 12], **day))


def test_one_contact_at_a_time_is_the_plain_queue_whatever_further_ones_would_cost():
    line = {"rate": 0.1, "aht": 180, "agents": 17, "patience": 100, "horizon": 80_000, "seed": 1}
    equal(simulate_queue(concurrency=1, slowdown=0.4, **line), simulate_queue(**line))


def test_everyone_half_as_fast_is_a_handling_time_twice_as_long():
    line = {"rate": 0.1, "agents": 10, "patience": 100, "horizon": 40_000, "seed": 1, "concurrency": 3}
    slow = simulate_queue(aht=Distribution("gamma", 120, 0.7), slowdown=[2, 2, 2], **line)
    long = simulate_queue(aht=Distribution("gamma", 240, 0.7), **line)
    assert slow.wait == pytest.approx(long.wait, abs=1e-6)
    assert slow.service == pytest.approx(long.service, nan_ok=True)


# --- known answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", [Distribution("deterministic", 1.0), Distribution("gamma", 1.0, 2.0)])
def test_an_agent_who_shares_out_attention_makes_everyone_stay_mean_over_spare_time(service: Distribution):
    """M/G/1 processor sharing: mean stay E[S]/(1 − ρ) for any service times (Kleinrock 1976, vol. II, ch. 4)."""
    run = simulate_queue(0.7, service, 1, concurrency=200, slowdown=range(1, 201), horizon=400_000, seed=4)
    assert (run.wait == 0).mean() == 1
    assert float(run.service.mean()) == pytest.approx(1 / 0.3, rel=0.04)
    assert run.by_group().occupancy.item() == pytest.approx(0.7, rel=0.01)


def chain(rate: float, aht: float, patience: float, slowdown: list[float]) -> dict[str, float]:
    """One agent as a birth-and-death chain: n in hand leave at n / (aht · slowdown[n − 1]), who waits at 1/patience."""
    slots, states = len(slowdown), len(slowdown) + 300
    busy = np.array([n / (aht * slowdown[n - 1]) for n in range(1, slots + 1)])
    out = np.concatenate([busy, busy[-1] + np.arange(1, states - slots + 1) / patience])
    p = np.concatenate([[1.0], np.cumprod(rate / out)])
    p /= p.sum()
    count = np.arange(states + 1)
    queue = float(p @ np.maximum(count - slots, 0))
    return {
        "p_wait": float(p[slots:].sum()),
        "queue_length": queue,
        "p_abandon": queue / patience / rate,
        "in_system": float(p @ count),
        "occupancy": float(p @ np.minimum(count, slots)) / slots,
    }


@pytest.mark.parametrize(
    ("load", "slowdown"), [(1.2, [1.0, 1.1, 1.5]), (0.8, [1.0, 2.0, 3.0, 4.0]), (3.0, [1.2, 1.2, 1.6, 1.6, 2.5])]
)
def test_one_agent_is_the_birth_and_death_chain(load: float, slowdown: list[float]):
    """Balance equations (Kleinrock 1975, vol. I, ch. 3) with the departure rates of each number in hand."""
    exact = chain(load / 100, 100, 150, slowdown)
    misses = dict.fromkeys(exact, 0)
    for seed in range(30):
        hands = {"concurrency": len(slowdown), "slowdown": slowdown}
        run = simulate_queue(load / 100, 100, 1, 150, **hands, horizon=400_000, warmup=4000, seed=seed)
        for name, value in exact.items():
            misses[name] += value not in run.interval(name)
    assert max(misses.values()) <= 6, misses


class Given(ciw.dists.Distribution):
    """Each customer brings their own value."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def sample(self, t: float | None = None, ind: ciw.Individual | None = None) -> float:
        """The value of this customer; ids count arrivals from 1."""
        return float(self.values[ind.id_number - 1])


@pytest.mark.parametrize(("slots", "threshold"), [(3, 1), (4, 2), (6, 3)])
def test_every_customer_of_one_agent_fares_as_in_ciw(slots: int, threshold: int):
    """ciw's limited processor sharing: `threshold` contacts at full pace, more share it, at most `slots` at once."""
    rng = np.random.default_rng(slots)
    arrived = np.cumsum(rng.exponential(10, 800))
    work = rng.gamma(1.5, 6.0 * threshold, 800)
    slowdown = [max(n, threshold) / threshold for n in range(1, slots + 1)]
    ours = simulate_queue(ArrivalTimes(arrived), work, 1, concurrency=slots, slowdown=slowdown)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*np.diff(arrived, prepend=0.0).tolist(), float("inf")])],
        service_distributions=[Given(work)],
        number_of_servers=[slots],
        ps_thresholds=[threshold],
    )
    simulation = ciw.Simulation(network, node_class=ciw.PSNode)
    simulation.simulate_until_max_time(float(arrived[-1] + slots * work.sum()))
    theirs = sorted(simulation.get_all_records(), key=lambda record: record.id_number)
    assert len(theirs) == 800
    assert ours.wait == pytest.approx([record.waiting_time for record in theirs], abs=1e-6)
    assert ours.service == pytest.approx(
        [record.service_end_date - record.service_start_date for record in theirs], abs=1e-6
    )
    assert 0.2 < (ours.wait > 0).mean() < 0.95


# --- laws ------------------------------------------------------------------------------------------------------------


def in_hand(run: SimulationResult, who: int, moment: float) -> int:
    """How many an agent holds just before a moment."""
    begun = run.arrived + run.wait
    return int(((run.agent == who) & (begun < moment) & (begun + run.service >= moment - 1e-9)).sum())


SLOW = st.sampled_from([0.0, 0.15, 0.6, [1.0, 1.0, 1.7], [1.0, 2.0, 3.0]])


@settings(max_examples=40)
@given(agents=st.integers(1, 5), load=st.floats(0.3, 3.5), slowdown=SLOW, seed=st.integers(0, 999))
def test_slots_keep_their_laws(agents: int, load: float, slowdown, seed: int):
    run = simulate_queue(
        load * agents / 100, 100, agents, 80, concurrency=3, slowdown=slowdown, horizon=3000, seed=seed
    )
    begun, served = run.arrived + run.wait, run.served
    ended = begun + run.service
    assert ((run.agent >= 0) == served).all()
    assert run.agent.max(initial=-1) < agents
    moments = np.sort(np.concatenate([begun[served], ended[served]]))
    middles = (moments[1:] + moments[:-1])[np.diff(moments) > 1e-6] / 2
    held = np.array(
        [[((run.agent == who) & (begun < t) & (ended > t)).sum() for who in range(agents)] for t in middles]
    ).reshape(-1, agents)
    waiting = np.array([((run.arrived < t) & (begun > t)).sum() for t in middles])
    # Nobody holds more than three, nobody waits while a slot is free.
    assert (held <= 3).all()
    assert (held[waiting > 0] == 3).all()
    assert np.isin(held.sum(axis=1)[waiting > 0], [3 * agents]).all()
    # A contact that found a free slot went to whoever held the fewest.
    for index in np.flatnonzero(served & (run.wait == 0)):
        loads = [in_hand(run, who, begun[index]) for who in range(agents)]
        assert loads[run.agent[index]] == min(loads)


@settings(max_examples=25)
@given(slowdown=st.lists(st.floats(0.5, 4), min_size=3, max_size=3), seed=st.integers(0, 99))
def test_work_done_at_the_pace_of_the_moment_is_the_work_there_was(slowdown: list[float], seed: int):
    rng = np.random.default_rng(seed)
    arrived, work = np.cumsum(rng.exponential(20, 40)), rng.gamma(2, 30, 40)
    run = simulate_queue(ArrivalTimes(arrived), work, 2, concurrency=3, slowdown=slowdown)
    begun = run.arrived + run.wait
    ended = begun + run.service
    edges = np.unique(np.concatenate([begun, ended]))
    middles, lengths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    there = (begun[:, None] < middles) & (ended[:, None] > middles)
    done = np.zeros(len(work))
    for who in (0, 1):
        mine = there & (run.agent == who)[:, None]
        count = mine.sum(axis=0)
        pace = np.where(count > 0, 1 / np.array([1.0, *slowdown])[count], 0.0)
        done += (mine * pace * lengths).sum(axis=1)
    assert done == pytest.approx(work, rel=1e-6)


def chats() -> SimulationResult:
    """A day of chats and calls, shifts and all."""
    return simulate_queue(
        {"chat": [0.03, 0.08, 0.09, 0.04], "call": [0.01, 0.03, 0.03, 0.01]},
        {"chat": Distribution("lognormal", 240, 1.1), "call": 300},
        {"chat desk": [3, 8, 9, 4], "phone desk": [5, 10, 12, 5]},
        {"chat": 120, "call": 90},
        interval=1800,
        skills={"chat desk": ["chat"], "phone desk": ["call"]},
        concurrency={"chat desk": 3, "phone desk": 1},
        slowdown={"chat desk": [1.0, 1.15, 1.4], "phone desk": 0.0},
        seed=5,
    )


def test_littles_law_holds_exactly_in_line_and_in_hand():
    run = chats()
    path = queue_path(run.log())
    area = float((path.to_numpy()[:-1] * np.diff(path.index.to_numpy())).sum())
    assert area == pytest.approx(run.wait.sum(), rel=1e-9)
    begun = (run.arrived + run.wait)[run.served]
    steps = np.concatenate([begun, begun + run.service[run.served]])
    order = np.argsort(steps)
    held = np.cumsum(np.repeat([1, -1], len(begun))[order])
    assert held.min() >= 0
    assert float((held[:-1] * np.diff(steps[order])).sum()) == pytest.approx(np.nansum(run.service), rel=1e-9)


def test_groups_tell_agents_from_slots():
    run = chats()
    groups = run.by_group()
    assert groups.contacts.sum() == run.served.sum()
    phone, chat = groups.loc["phone desk"], groups.loc["chat desk"]
    assert phone.occupancy == pytest.approx(phone.slot_occupancy)
    assert phone.in_hand == pytest.approx(1)
    assert 0 < chat.slot_occupancy < chat.occupancy <= 1
    assert 1 < chat.in_hand < 3
    assert chat.slot_occupancy * 3 == pytest.approx(chat.occupancy * chat.in_hand)
    # Time to finish after the shift is paid too.
    assert 6.0 <= chat.agents < 8.0
    begun, plan = run.arrived + run.wait, run.staff[0]
    for (moment, count), (end, _) in zip(plan, [*plan[1:], (np.inf, 0)], strict=True):
        mine = (run.group == 0) & (begun >= moment) & (begun < end)
        assert len(np.unique(run.agent[mine])) <= count


def test_equal_agents_get_equal_work():
    run = simulate_queue(0.1, 180, 8, 100, concurrency=3, slowdown=0.2, horizon=400_000, seed=6)
    counts = np.bincount(run.agent[run.served], minlength=8)
    assert counts.max() / counts.min() < 1.05


def test_those_who_hold_least_leave_first_and_finish_what_they_hold():
    arrived, work = np.array([0.0, 1.0, 2.0, 60.0]), np.array([100.0, 100.0, 100.0, 10.0])
    run = simulate_queue(ArrivalTimes(arrived), work, [2, 1], staff_interval=50, horizon=61, concurrency=2)
    assert run.agent.tolist() == [0, 1, 0, 0]
    # The agent with one chat goes at 50 and finishes it at 101; the fourth waits for the one who stays until 100.
    assert run.wait.tolist() == [0, 0, 0, 40]
    assert run.service[1] == 100


def test_a_slowdown_is_paid_for_in_time_and_concurrency_in_waits():
    line = {"rate": 0.1, "aht": 180, "agents": 8, "patience": 100, "horizon": 200_000, "seed": 7}
    free, slow = (simulate_queue(concurrency=3, slowdown=share, **line) for share in (0.0, 0.3))
    alone = simulate_queue(**line)
    assert free.metrics.p_abandon < slow.metrics.p_abandon < alone.metrics.p_abandon
    assert np.nanmean(free.service) < np.nanmean(slow.service)


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({"concurrency": 0}, "concurrency must be at least 1"),
        ({"concurrency": 1.5}, "concurrency must be whole numbers"),
        ({"concurrency": {"x": 2}}, "concurrency must be given for each group of agents: all"),
        ({"concurrency": 3, "slowdown": -0.1}, "slowdown must be at least 0"),
        ({"concurrency": 3, "slowdown": [1, 2]}, "slowdown must hold 3 numbers, not 2"),
        ({"concurrency": 2, "slowdown": [1, 0]}, "slowdown must be greater than 0"),
        ({"concurrency": 2, "agents": 0, "patience": None}, "someone would wait forever"),
    ],
)
def test_wrong_input_is_named(named: dict, says: str):
    with pytest.raises(ValueError, match=says):
        simulate_queue(**({"rate": 0.1, "aht": 180, "agents": 3, "patience": 60, "horizon": 600} | named))
