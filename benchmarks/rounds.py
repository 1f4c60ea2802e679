"""How long a round of Double 11 takes to be played: eight runs of its days, and a day beside ciw.

Whoever commits a round waits for it, told run by run how far it is: the aim is two seconds a round, processor time,
because one run uses one core. Beside it stands one phone line on the busiest day in ciw (the same contacts, as long to
handle and as patient on average, as many people all day): seconds a contact as a ratio. Target: ours at most a quarter.
"""

from __future__ import annotations

import statistics
import sys
import time

import ciw
import numpy as np

from servicelab.company import load
from servicelab.widgets.explore.eleven import desk, planner
from servicelab.widgets.explore.eleven.game import PLAYED, RUNS, Game
from servicelab.widgets.explore.eleven.levers import Plan
from servicelab.widgets.explore.eleven.season import EVE, Season

AIM = 2.0
TARGET = 0.25
TRIES = 5


def played(season: Season, plan: Plan, name: str) -> tuple[float, int]:
    """Processor seconds of a round's eight runs, and the contacts of one of them."""
    began = time.process_time()
    found = [desk.play(season, plan, name, desk.Carried(), run) for run in range(RUNS)]
    return time.process_time() - began, found[0].all.contacts


def ours(season: Season, plan: Plan, run: int) -> float:
    """Processor seconds a contact of the busiest day, both lines."""
    began = time.process_time()
    found = desk.play(season, plan, "night", desk.Carried(), run, None, [EVE], failing=False)
    return (time.process_time() - began) / found.all.contacts


def beside(season: Season, run: int) -> float:
    """The same of the phone in ciw."""
    came = season.came(EVE, "phone").at
    gaps = np.diff(came, prepend=0.0).tolist()
    work = np.concatenate([season.handling["phone"][kind] for kind in np.unique(season.came(EVE, "phone").kind)])
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*gaps, float("inf")])],
        service_distributions=[ciw.dists.Exponential(1 / float(work.mean()))],
        reneging_time_distributions=[ciw.dists.Exponential(1 / season.patience["phone"])],
        number_of_servers=[round(float(season.desk(EVE, "phone").mean()))],
    )
    ciw.seed(run)
    began = time.process_time()
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(2 * desk.LENGTH)
    done = len(simulation.get_all_records())
    return (time.process_time() - began) / done


def main() -> int:
    """Measure and say; exit code 1 when a round takes longer than the aim or the ratio is missed."""
    season = Game(load).season
    plan = planner.as_is()
    # Estimates are worked out once, when they are first asked for.
    for name in PLAYED:
        desk.play(season, plan, name, desk.Carried(), 0)
    missed = False
    print(f"{'round, eight runs':<20}{'processor s':>12}{'contacts':>10}")
    for name in PLAYED:
        found = [played(season, plan, name) for _ in range(TRIES)]
        took = statistics.median(each[0] for each in found)
        missed |= took > AIM
        print(f"{name:<20}{took:>12.2f}{found[0][1]:>10,}")
    pairs = [(ours(season, plan, run), beside(season, run)) for run in range(TRIES)]
    mine, theirs = (statistics.median(pair[at] for pair in pairs) for at in (0, 1))
    ratio = mine / theirs
    print(f"a contact of 10 November: ours {1e6 * mine:.0f} µs, ciw {1e6 * theirs:.0f} µs")
    print(
        f"Ratio {ratio:.3f} (target at most {TARGET}): {'met' if ratio <= TARGET else 'MISSED'}; aim {AIM:g} s a round"
    )
    return int(missed or ratio > TARGET)


if __name__ == "__main__":
    sys.exit(main())
