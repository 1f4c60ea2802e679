"""Pay and turnover: what a scheme does to speed, resolution and closing; who leaves, by load and by pay."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.company.conftest import once
from tests.company.skylark_world import world

from servicelab.company.simulation import FLAT, FOR_QUALITY, FOR_SPEED, Firm, PayScheme, Scenario, simulate
from servicelab.company.simulation.names import LINES

from .conftest import SEEDS, WIDE

START = pd.Timestamp("2023-01-01")
YEARS = 2
#: Years of many scenarios cost more than the third seed tells: posts have the same luck in all of them.
SOME = SEEDS[:2]
#: The day from which on pay is better.
RAISED_ON = date(2023, 9, 1)
#: Hours are long or short for everybody, or pay is low, from the first day on; or it becomes better on a day.
ODD: dict[str, dict[str, Any]] = {
    "usual": {},
    "long hours": {"staffing": 0.85},
    "short hours": {"staffing": 1.2},
    "poor pay": {"pay": PayScheme(4200.0)},
    "raised": {"changes": ((RAISED_ON, {"pay": PayScheme(9000.0)}),)},
}


def test_weights_of_pay_add_up() -> None:
    """Two bonuses do what each does; half a bonus half of it; none of them nothing."""
    pay, both = world.pay, PayScheme(4000.0, FOR_SPEED.per_contact, FOR_QUALITY.per_resolution)
    half = PayScheme(5000.0, FOR_SPEED.per_contact / 2)
    assert (pay.time(FLAT), pay.resolve(FLAT), pay.gaming(FLAT)) == (1.0, 0.0, pay.gaming_usual)
    for of, usual in ((pay.time, 1.0), (pay.resolve, 0.0), (pay.gaming, pay.gaming_usual)):
        speed, quality = of(FOR_SPEED) - usual, of(FOR_QUALITY) - usual
        assert of(both) - usual == pytest.approx(speed + quality)
        assert of(half) - usual == pytest.approx(speed / 2)
    assert pay.time(FOR_SPEED) < 1 < pay.time(FOR_QUALITY)
    assert pay.resolve(FOR_SPEED) < 0 < pay.resolve(FOR_QUALITY)


@pytest.mark.parametrize("seed", SOME)
def test_a_mixed_scheme_lies_between_the_two(seed: int, under: Any) -> None:
    """Speed and quality at half their weights: handling time and resolution are those of neither."""
    schemes = {
        "flat": FLAT, "speed": FOR_SPEED, "quality": FOR_QUALITY,
        "mixed": PayScheme(4400.0, FOR_SPEED.per_contact / 2, FOR_QUALITY.per_resolution / 2),
    }  # fmt: skip
    time, solved = {}, {}
    for name, pay in schemes.items():
        log = under(seed=seed, months=3, scale=0.05, campaigns=(), pay=pay).tables["line_log"].query("served")
        time[name], solved[name] = float(log["service"].mean()), float(log["solved"].mean())
    assert time["speed"] < time["mixed"] < time["flat"] < time["quality"]
    assert solved["speed"] < solved["mixed"] < solved["quality"]
    truth = world.pay.time(schemes["mixed"])
    assert time["mixed"] / time["flat"] == pytest.approx(truth, rel=0.02)


def left(firm: Firm) -> tuple[int, float]:
    """Permanent agents who left, and years at work."""
    agents = firm.tables["agents"].query("not temporary")
    end = START + pd.Timedelta(days=len(firm.tables["calendar"]))
    years = (agents["left_on"].fillna(end) - agents["hired_on"].clip(lower=START)).dt.days / 365
    return int((agents["left_on"] < end).sum()), float(years.sum())


def load(firm: Firm) -> float:
    """Of the time at the desk, the share that is busy, of an agent on an average line."""
    staff, agents = firm.tables["staffing"], firm.tables["agents"]["line"].value_counts(normalize=True)
    log = firm.tables["line_log"].query("served")
    busy = (log["service"] + log["after_call"]).groupby(log["line"].astype(str)).sum() / 3600
    share = busy / pd.Series(world.lines.concurrency) / staff.groupby("line")["desk_hours"].sum()
    return float((share.reindex(list(LINES)) * agents.reindex(list(LINES))).sum())


@dataclass(frozen=True)
class Staff:
    """Of a firm what is told of its staff: permanent agents, how many left, their years at work, and the load."""

    agents: pd.DataFrame
    count: int
    years: float
    busy: float


@cache
def staff(seed: int, name: str) -> Staff:
    """The staff of two years under one of the odd scenarios; few records are kept, and no run."""
    scenario = Scenario(seed=seed, months=12 * YEARS, scale=0.01, campaigns=(), **ODD[name])

    def run(folder: Path) -> None:
        firm = simulate(scenario, world)
        found = Staff(firm.tables["agents"].query("not temporary"), *left(firm), load(firm))
        (folder / "staff").write_bytes(pickle.dumps((found.agents, found.count, found.years, found.busy)))

    # What is told of it is worked out here, in no part of the program that `once` knows.
    made = hashlib.sha256(f"{scenario!r} {Path(__file__).read_text(encoding='utf-8')}".encode()).hexdigest()[:16]
    return Staff(*pickle.loads((once(f"staff-{made}", run) / "staff").read_bytes()))


@pytest.mark.parametrize("seed", SOME)
def test_leavers_rise_with_load_and_fall_with_pay(seed: int) -> None:
    of = {name: staff(seed, name) for name in ("usual", "long hours", "short hours", "poor pay")}
    count, years, busy = (pd.Series({n: getattr(of[n], what) for n in of}) for what in ("count", "years", "busy"))
    rate = count / years
    assert busy["short hours"] < busy["usual"] < busy["long hours"]
    assert rate["short hours"] < rate["usual"] < rate["long hours"]
    assert rate["usual"] < rate["poor pay"]
    # By as much as the mechanism says: the post's luck is the same in all runs, so chance is less than that of counts.
    for one, other, truth in (
        ("long hours", "short hours", world.agents.leaves_for_load * (busy["long hours"] - busy["short hours"])),
        (
            "poor pay", "usual",
            -world.agents.leaves_for_pay * np.log(4200.0 / FLAT.base)
            + world.agents.leaves_for_load * (busy["poor pay"] - busy["usual"]),
        ),
    ):  # fmt: skip
        error = np.sqrt(1 / count[one] + 1 / count[other])
        assert abs(np.log(rate[one] / rate[other]) - truth) < WIDE * error, (one, other)
    # Naive: who is paid less costs less. Those who leave are replaced by newcomers, each of whom is half an agent.
    new = {name: float((one.agents["hired_on"] >= START).sum()) / one.years for name, one in of.items()}
    assert new["poor pay"] > 1.1 * new["usual"]


@pytest.mark.parametrize("seed", SOME)
def test_a_post_is_filled_on_a_monday_after_some_weeks(seed: int) -> None:
    agents = staff(seed, "poor pay").agents
    later = agents[agents["hired_on"] >= START + pd.Timedelta(days=31)]
    assert len(later) > 20
    assert (later["hired_on"].dt.day_of_week == 0).all()


def test_better_pay_from_a_date_on_keeps_people_from_then_on() -> None:
    """A decision with a date: who left before it left all the same."""
    both = [[staff(seed, name) for seed in SOME] for name in ("usual", "raised")]
    at = pd.Timestamp(RAISED_ON)
    early, late = (
        [[int(find(one.agents["left_on"])) for one in seeds] for seeds in both]
        for find in (lambda left_on: (left_on < at).sum(), lambda left_on: (left_on >= at).sum())
    )
    assert early[0] == early[1]
    assert sum(late[1]) < 0.85 * sum(late[0])
