"""How long a what-if takes: one year of the firm under a scenario, and what its parts cost.

The aim is two seconds on two cores for each scenario, so that a button may run it; median of a few runs, each with
another seed. Beside it stands a month at a small scale, which is what a test runs.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time

from servicelab.company.generating.skylark import skylark
from servicelab.company.simulation import FOR_SPEED, Scenario, simulate

AIM = 2.0
ROUNDS = 3
SCENARIOS: dict[str, dict[str, object]] = {
    "as it is": {},
    "no assistant": {"bot": False},
    "paid for speed": {"pay": FOR_SPEED},
    "digital first": {"routing": "digital_first"},
    "one agent in ten fewer": {"staffing": 0.9},
}


def seconds(scenario: Scenario) -> tuple[float, float, int]:
    """Wall and processor time (one run uses one core, so they part only when others use it too), and contacts."""
    began, worked = time.perf_counter(), time.process_time()
    firm = simulate(scenario, skylark())
    return time.perf_counter() - began, time.process_time() - worked, len(firm.tables["line_log"])


def main() -> int:
    """Measure and say; exit code 1 when the median year of any scenario takes more processor time than the aim."""
    seconds(Scenario(months=1, scale=0.1))
    missed = False
    print(f"{'one year':<26}{'seconds':>9}{'processor':>11}{'contacts':>10}{'contacts/s':>12}")
    for name, changes in SCENARIOS.items():
        found = [seconds(Scenario(months=12, seed=seed, **changes)) for seed in range(1, ROUNDS + 1)]  # type: ignore[arg-type]
        wall, took = (statistics.median(one[k] for one in found) for k in (0, 1))
        contacts = round(statistics.median(one[2] for one in found))
        missed |= took > AIM
        print(f"{name:<26}{wall:>9.2f}{took:>11.2f}{contacts:>10,}{contacts / took:>12,.0f}")
    month = seconds(Scenario(months=1, scale=0.1))[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"a month at a tenth of the members: {month:.2f} s; peak memory {peak:,.0f} MiB; aim {AIM:g} s a year")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
