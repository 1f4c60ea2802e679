"""The month's appraisal of each agent, what they are paid, and who of the bottom ten is coached by lot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from servicelab.company.simulation.buying import DAY
from servicelab.company.simulation.draws import stream
from servicelab.company.simulation.festivals import month_of
from servicelab.company.simulation.names import INTENTS, LINES
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.staffing import DESK_HOURS, PAID_HOURS, Agents, agent_ids
from servicelab.company.simulation.world import World

#: Contacts below which a month is not appraised.
ENOUGH = 60
BOTTOM = 10
#: Answers that an appraisal looks at: the first of the month.
LOOKED_AT = 20


def make_appraisals(
    world: World, scenario: Scenario, log: pd.DataFrame, shifts: pd.DataFrame, agents: Agents, days: int
) -> pd.DataFrame:
    """One row an agent and month with enough contacts, from all contacts of the firm."""
    served = log[log["served"].to_numpy() & (log["agent"] >= 0)]
    months = month_of(scenario, days)
    end = served["arrived_at"].to_numpy() + served["wait"].to_numpy()
    month = months[np.minimum((end // DAY).astype(np.int64), days - 1)]
    agent = served["agent"].to_numpy()
    count_of = len(agents)
    cell = month * count_of + agent
    size = (int(months[-1]) + 1) * count_of

    def total(values: np.ndarray | None = None) -> np.ndarray:
        return np.bincount(cell, weights=values, minlength=size)

    contacts = total()
    rows = np.flatnonzero(contacts >= ENOUGH)
    score = served["csat"].to_numpy().astype(float)
    resolved, back = total(served["recorded"].to_numpy()), total(served["followed"].to_numpy())
    hard = total(served["intent"].isin([INTENTS.index(name) for name in ("damaged", "defect", "complaint")]).to_numpy())
    # The rank of each answer among the same agent's of the month.
    answered = np.flatnonzero(score > 0)
    rank = pd.Series(cell[answered]).groupby(cell[answered]).cumcount().to_numpy()
    looked = np.zeros(len(score))
    looked[answered[rank < LOOKED_AT]] = 1.0
    surveys, points = total(looked), total(score * looked)
    seconds = total(served["service"].to_numpy(dtype=float))
    who, when = rows % count_of, rows // count_of
    concurrency = np.array([world.lines.concurrency[name] for name in LINES])[agents.line[who]]
    hours = seconds[rows] / 3600 / concurrency
    paid = _desk_hours(shifts, months, count_of, size)[rows] / DESK_HOURS * PAID_HOURS
    table = pd.DataFrame(
        {
            "month": pd.date_range(pd.Timestamp(scenario.start).replace(day=1), periods=scenario.months, freq="MS")
            .to_numpy()[when],
            "agent_id": agent_ids(who),
            "line": np.array(LINES, dtype=object)[agents.line[who]],
            "tenure_days": np.maximum(((when + 0.5) * 30.4 - agents.hired[who]).astype(int), 0),
            "contacts": contacts[rows].astype(int),
            "hard_share": np.round(hard[rows] / contacts[rows], 4),
            "aht": np.round(seconds[rows] / contacts[rows], 1),
            "contact_hours": np.round(hours, 2),
            "resolved": resolved[rows].astype(int),
            "came_back": back[rows].astype(int),
            "surveys": surveys[rows].astype(int),
            "csat": np.round(points[rows] / np.maximum(surveys[rows], 1), 3),
        }
    )  # fmt: skip
    table.loc[table["surveys"] == 0, "csat"] = np.nan
    table["pay"] = np.round(_pay(world, scenario, table, paid), 0)
    return _coached(scenario, table)


def _desk_hours(shifts: pd.DataFrame, months: np.ndarray, count_of: int, size: int) -> np.ndarray:
    """Hours at the desk by month and agent, whatever came in meanwhile."""
    cell = months[shifts["day"].to_numpy()] * count_of + shifts["agent"].to_numpy()
    return np.bincount(cell, weights=(shifts["end"] - shifts["begin"]).to_numpy(dtype=float) / 3600, minlength=size)


def payroll(world: World, scenario: Scenario, staffing: pd.DataFrame, log: pd.DataFrame) -> float:
    """¥ that everybody on the roster was paid, appraised or not: hours, and what the scheme adds."""
    served = log[log["served"].to_numpy() & (log["agent"] >= 0).to_numpy()]
    hours = float(staffing["paid_hours"].sum())
    bonus = {
        "flat": 0.0,
        "speed": world.pay.per_contact * len(served),
        "quality": world.pay.per_resolution * max(float(served["recorded"].sum() - served["followed"].sum()), 0.0),
    }
    return world.pay.base[scenario.pay] / world.pay.month_hours * hours + bonus[scenario.pay]


def _pay(world: World, scenario: Scenario, table: pd.DataFrame, paid_hours: np.ndarray) -> np.ndarray:
    base = world.pay.base[scenario.pay] / world.pay.month_hours * paid_hours
    bonus = {
        "flat": np.zeros(len(table)),
        "speed": world.pay.per_contact * table["contacts"].to_numpy(dtype=float),
        "quality": world.pay.per_resolution
        * (table["resolved"] - table["came_back"]).clip(lower=0).to_numpy(dtype=float),
    }
    return np.asarray(base + bonus[scenario.pay], dtype=np.float64)


def _coached(scenario: Scenario, table: pd.DataFrame) -> pd.DataFrame:
    """X04b: of the ten with the lowest CSAT of a month, five by lot are coached in the next. It does nothing."""
    rng = stream(scenario.seed, "simulation", "coaching")
    table["bottom_ten"], table["coached"] = False, False
    eligible = table[(table["surveys"] >= 12)]
    for _, month in eligible.groupby("month"):
        bottom = month.nsmallest(BOTTOM, "csat").index.to_numpy()
        table.loc[bottom, "bottom_ten"] = True
        table.loc[rng.permutation(bottom)[: len(bottom) // 2], "coached"] = True
    return table
