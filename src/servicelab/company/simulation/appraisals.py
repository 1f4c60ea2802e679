"""The month's appraisal of each agent, what they are paid, and who of the bottom ten is coached by lot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from servicelab.company.simulation.draws import Lots
from servicelab.company.simulation.festivals import month_of
from servicelab.company.simulation.members import DAY
from servicelab.company.simulation.names import INTENTS, LINES
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.shifts import DESK_HOURS, PAID_HOURS
from servicelab.company.simulation.workforce import Agents, agent_ids
from servicelab.company.simulation.world import World

#: Contacts below which a month is not appraised.
ENOUGH = 60
BOTTOM = 10
#: Answers that an appraisal looks at: the first of the month.
LOOKED_AT = 20


def make_appraisals(
    world: World,
    scenario: Scenario,
    lots: Lots,
    calendar: pd.DataFrame,
    log: pd.DataFrame,
    shifts: pd.DataFrame,
    away: pd.DataFrame,
    agents: Agents,
) -> pd.DataFrame:
    """One row an agent and month with enough contacts, from all contacts of the firm.

    `away` has the days on which an agent was ill or on leave: they are paid like the others.
    """
    served = log[log["served"].to_numpy() & (log["agent"] >= 0)]
    months, days = month_of(calendar), len(calendar)
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
    # Handling time is talk and what is written down after it.
    seconds = total((served["service"] + served["after_call"]).to_numpy(dtype=float))
    good = total((served["recorded"] & ~served["followed"]).to_numpy())
    who, when = rows % count_of, rows // count_of
    concurrency = np.array([world.lines.concurrency[name] for name in LINES])[agents.line[who]]
    hours = seconds[rows] / 3600 / concurrency
    days_off = np.bincount(months[away["day"].to_numpy()] * count_of + away["agent"].to_numpy(), minlength=size)
    paid = (_desk_hours(shifts, months, count_of, size)[rows] / DESK_HOURS + days_off[rows]) * PAID_HOURS
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
            "resolved_not_back": good[rows].astype(int),
            "surveys": surveys[rows].astype(int),
            "csat": np.round(points[rows] / np.maximum(surveys[rows], 1), 3),
        }
    )  # fmt: skip
    table.loc[table["surveys"] == 0, "csat"] = np.nan
    table["pay"] = np.round(_pay(world, scenario, table, when, months, paid), 0)
    return _coached(lots, table, when)


def _desk_hours(shifts: pd.DataFrame, months: np.ndarray, count_of: int, size: int) -> np.ndarray:
    """Hours at the desk by month and agent, whatever came in meanwhile."""
    cell = months[shifts["day"].to_numpy()] * count_of + shifts["agent"].to_numpy()
    return np.bincount(cell, weights=(shifts["end"] - shifts["begin"]).to_numpy(dtype=float) / 3600, minlength=size)


def payroll(world: World, scenario: Scenario, staffing: pd.DataFrame, log: pd.DataFrame) -> float:
    """¥ that everybody on the roster was paid, appraised or not: hours, and what the scheme adds."""
    start = pd.Timestamp(scenario.start)
    staffed = (staffing["date"] - start).dt.days.to_numpy()
    served = log[log["served"].to_numpy() & (log["agent"] >= 0).to_numpy()]
    at = (served["arrived_at"].to_numpy() // DAY).astype(np.int64)
    good = (served["recorded"] & ~served["followed"]).to_numpy()
    ends = [day for day, _now in scenario.phases[1:]] + [10**6]
    total = 0.0
    for (low, now), high in zip(scenario.phases, ends, strict=True):
        inside = (at >= low) & (at < high)
        hours = float(staffing["paid_hours"].to_numpy()[(staffed >= low) & (staffed < high)].sum())
        total += now.pay.base / world.pay.month_hours * hours
        total += now.pay.per_contact * int(inside.sum()) + now.pay.per_resolution * int(good[inside].sum())
    return total


def _pay(
    world: World, scenario: Scenario, table: pd.DataFrame, when: np.ndarray, months: np.ndarray, paid_hours: np.ndarray
) -> np.ndarray:
    """¥ of each agent's month: by the scheme that held on its first day."""
    first = np.searchsorted(months, np.arange(scenario.months))
    schemes = [scenario.on(int(day)).pay for day in first]
    base, per_contact, per_resolution = (
        np.array([getattr(scheme, name) for scheme in schemes])[when]
        for name in ("base", "per_contact", "per_resolution")
    )
    found = base / world.pay.month_hours * paid_hours + per_contact * table["contacts"].to_numpy(dtype=float)
    return np.asarray(found + per_resolution * table["resolved_not_back"].to_numpy(dtype=float), dtype=np.float64)


def _coached(lots: Lots, table: pd.DataFrame, when: np.ndarray) -> pd.DataFrame:
    """X04b: of the ten with the lowest CSAT of a month, five by lot are coached in the next. It does nothing."""
    table["bottom_ten"], table["coached"] = False, False
    eligible = table[(table["surveys"] >= 12)]
    for number, month in eligible.groupby(when[eligible.index]):
        bottom = month.nsmallest(BOTTOM, "csat").index.to_numpy()
        table.loc[bottom, "bottom_ten"] = True
        lot = lots.rng("coaching", int(str(number))).permutation(bottom)
        table.loc[lot[: len(bottom) // 2], "coached"] = True
    return table
