"""The queue simulator beside ciw: the same models, the same number of runs, events a second as a ratio.

Two models: M/M/c+M, and a day in half hours with two skills (specialists for orders, all-rounders for both). An event
is an arrival, an answer, a hang-up or a completion. Both sides draw their own input, make their own records and run
until the last customer is gone, within the time measured. The results must lie inside each other's 99 % confidence
intervals over the runs. That both treat every single customer alike is a test (tests/models/test_simulate.py).
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import ciw
import numpy as np
from ciw.node import Node

from servicelab.models.queueing import Interval, SimulationResult, simulate_queue
from servicelab.models.queueing.outcome import t_interval

RUNS = 10
LEVEL = 0.99
LINE = {"rate": 0.5, "aht": 180.0, "agents": 88, "patience": 120.0, "hours": 6.0}
ORDERS = [0.02, 0.05, 0.08, 0.10, 0.09, 0.07, 0.06, 0.08, 0.07, 0.05, 0.03, 0.02]
REPAIRS = [0.01, 0.02, 0.03, 0.03, 0.03, 0.02, 0.02, 0.03, 0.02, 0.02, 0.01, 0.01]
HALF_HOUR = 1800.0
AHT = {"orders": 150.0, "repairs": 400.0}
SPECIALISTS, ALL_ROUNDERS = 8, 12
PATIENCE = 150.0
DRAIN = 4 * 3600.0


@dataclass(frozen=True)
class Side:
    """What one simulator made of one model; speed is events a second, the median run (others use the machine too)."""

    events: int
    speed: float
    hang_ups: Interval
    waits: Interval


class TwoSkills(Node):  # type: ignore[misc]
    """A ciw node whose first servers take orders only; ciw has no skills of its own."""

    def find_free_server(self, ind: ciw.Individual) -> ciw.Server | None:
        """Specialists first, for those they can serve."""
        first = 0 if ind.customer_class == "orders" else SPECIALISTS
        return next((server for server in self.servers[first:] if not server.busy), None)

    def begin_service_if_possible_accept(self, next_individual: ciw.Individual) -> None:
        """Whoever arrives may start, not only the head of the line: the head may lack an agent with the skill."""
        self._asked = lambda ind: ind is next_individual
        super().begin_service_if_possible_accept(next_individual)

    def begin_service_if_possible_release(self, next_individual: ciw.Individual, newly_free_server: ciw.Server) -> None:
        """The agent who comes free takes the first in line they can serve."""
        special = newly_free_server is not None and newly_free_server.id_number <= SPECIALISTS
        self._asked = lambda ind: ind.customer_class == "orders" or not special
        super().begin_service_if_possible_release(next_individual, newly_free_server)

    def choose_next_customer(self) -> ciw.Individual | None:
        """The first waiting one who fits."""
        waiting = (ind for line in self.individuals for ind in line if not ind.server)
        return next((ind for ind in waiting if self._asked(ind)), None)


def ciw_line(seed: int) -> list[ciw.DataRecord]:
    """M/M/c+M in ciw."""
    ciw.seed(seed)
    end = LINE["hours"] * 3600
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.PoissonIntervals([LINE["rate"]], [end], max_sample_date=end)],
        service_distributions=[ciw.dists.Exponential(rate=1 / LINE["aht"])],
        reneging_time_distributions=[ciw.dists.Exponential(rate=1 / LINE["patience"])],
        number_of_servers=[int(LINE["agents"])],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(end + DRAIN)
    return simulation.get_all_records(only=["service", "renege"])


def our_line(seed: int) -> SimulationResult:
    """The same with ours."""
    return simulate_queue(
        LINE["rate"], LINE["aht"], int(LINE["agents"]), LINE["patience"], horizon=LINE["hours"] * 3600, seed=seed
    )


def ciw_day(seed: int) -> list[ciw.DataRecord]:
    """The two-skill day in ciw."""
    ciw.seed(seed)
    ends = [HALF_HOUR * (k + 1) for k in range(len(ORDERS))]
    rates = {"orders": ORDERS, "repairs": REPAIRS}
    network = ciw.create_network(
        arrival_distributions={
            name: [ciw.dists.PoissonIntervals(rates=rate, endpoints=ends, max_sample_date=ends[-1])]
            for name, rate in rates.items()
        },
        service_distributions={name: [ciw.dists.Exponential(rate=1 / AHT[name])] for name in rates},
        reneging_time_distributions={name: [ciw.dists.Exponential(rate=1 / PATIENCE)] for name in rates},
        number_of_servers=[SPECIALISTS + ALL_ROUNDERS],
    )
    simulation = ciw.Simulation(network, node_class=TwoSkills)
    simulation.simulate_until_max_time(ends[-1] + DRAIN)
    return simulation.get_all_records(only=["service", "renege"])


def our_day(seed: int) -> SimulationResult:
    """The same with ours."""
    return simulate_queue(
        {"orders": ORDERS, "repairs": REPAIRS},
        AHT,
        {"specialists": SPECIALISTS, "all-rounders": ALL_ROUNDERS},
        PATIENCE,
        interval=HALF_HOUR,
        skills={"specialists": ["orders"], "all-rounders": ["orders", "repairs"]},
        seed=seed,
    )


def measure_ciw(model: Callable[[int], list[ciw.DataRecord]]) -> Side:
    """Run a ciw model, time it, and gather what it says."""
    events, speeds, hang_ups, waits = 0, [], [], []
    for seed in range(RUNS):
        gc.collect()
        began = time.perf_counter()
        records = model(seed)
        seconds = time.perf_counter() - began
        lost = sum(record.record_type == "renege" for record in records)
        happened = 2 * len(records) + (len(records) - lost)
        events += happened
        speeds.append(happened / seconds)
        hang_ups.append(lost / len(records))
        waits.append(float(np.mean([record.waiting_time for record in records])))
    return Side(
        events, float(np.median(speeds)), t_interval(np.array(hang_ups), LEVEL), t_interval(np.array(waits), LEVEL)
    )


def measure_ours(model: Callable[[int], SimulationResult]) -> Side:
    """Run one of our models, its metrics included, time it, and gather what it says."""
    events, speeds, hang_ups, waits = 0, [], [], []
    for seed in range(RUNS):
        gc.collect()
        began = time.perf_counter()
        result = model(seed)
        metrics = result.metrics
        seconds = time.perf_counter() - began
        events += result.events
        speeds.append(result.events / seconds)
        hang_ups.append(metrics.p_abandon)
        waits.append(metrics.mean_wait)
    return Side(
        events, float(np.median(speeds)), t_interval(np.array(hang_ups), LEVEL), t_interval(np.array(waits), LEVEL)
    )


def compare(name: str, theirs: Side, ours: Side, least: float) -> bool:
    """Print both sides and the ratio; true when the target is met and they agree."""
    ratio = ours.speed / theirs.speed
    print(f"{name}: {RUNS} runs each, {LEVEL:.0%} intervals")
    print(f"  ciw        {theirs.speed:12,.0f} events/s  ({theirs.events:,} events)")
    print(f"  servicelab {ours.speed:12,.0f} events/s  ({ours.events:,} events)")
    print(f"  ratio {ratio:.0f} x  (target {least:.0f} x): {'met' if ratio >= least else 'MISSED'}")
    agree = True
    for what, digits, scale, pick in (
        ("hang-ups, %", 2, 100.0, lambda side: side.hang_ups), ("mean wait, s", 2, 1.0, lambda side: side.waits),
    ):  # fmt: skip
        a, b = pick(theirs), pick(ours)
        inside = a.mean in b and b.mean in a
        agree &= inside
        show = lambda i: f"{scale * i.mean:.{digits}f} [{scale * i.low:.{digits}f}, {scale * i.high:.{digits}f}]"  # noqa: B023, E731
        verdict = "inside each other's interval" if inside else "OUTSIDE each other's interval"
        print(f"  {what}: ciw {show(a)}, servicelab {show(b)}: {verdict}")
    return ratio >= least and agree


def main() -> int:
    """Both models on both sides, in one run on this machine."""
    our_line(0), our_day(0)  # first calls import what is imported lazily
    met = compare("M/M/c+M", measure_ciw(ciw_line), measure_ours(our_line), least=20)
    met &= compare("two skills, a day in half hours", measure_ciw(ciw_day), measure_ours(our_day), least=5)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
