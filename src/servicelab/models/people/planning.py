"""Planning people: how many of each grade there will be, and who works which shift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servicelab.models.arguments import at_least, between, matrix, positive, table, vector


@dataclass(frozen=True)
class ManpowerForecast:
    """Expected staff.

    Attributes
    ----------
    headcount : DataFrame, period (0 = now) × grade
    leavers : expected leavers in each period from 1 on
    """

    headcount: pd.DataFrame
    leavers: pd.Series[float]


@dataclass(frozen=True)
class Roster:
    """The cheapest cover.

    Attributes
    ----------
    staff : people on each shift
    cost : total cost
    cover : people present in each period
    spare : cover minus demand in each period, ≥ 0
    """

    staff: NDArray[np.int64]
    cost: float
    cover: NDArray[np.int64]
    spare: NDArray[np.float64]


def manpower_forecast(
    transitions: pd.DataFrame, hires: pd.DataFrame, start: pd.Series[float] | None = None
) -> ManpowerForecast:
    """How many people of each grade to expect, from who moves up, who leaves and who is hired.

    n(t) = n(t − 1)·P + h(t): a Markov chain with recruitment.

    Parameters
    ----------
    transitions : grades × grades, share of a grade's people who are in each grade one period later; rows sum to at most
        1, the rest leave
    hires : periods × grades, people hired during each period, ≥ 0
    start : people now, by grade; nobody when left out

    Returns
    -------
    ManpowerForecast

    Raises
    ------
    ValueError
        When labels do not match, a share is not in [0, 1] or a row sums to more than 1.

    References
    ----------
    Bartholomew, D., Forbes, A. and McClean, S. (1991). Statistical Techniques for Manpower Planning, ch. 4.

    Examples
    --------
    >>> grades = ["junior", "senior"]
    >>> stay = pd.DataFrame([[0.6, 0.1], [0.0, 0.8]], index=grades, columns=grades)
    >>> plan = manpower_forecast(stay, pd.DataFrame({"junior": [12, 12], "senior": [0, 0]}),
    ...                          pd.Series({"junior": 40, "senior": 10}))
    >>> plan.headcount.round(1).values.tolist(), plan.leavers.round(1).tolist()
    ([[40.0, 10.0], [36.0, 12.0], [33.6, 13.2]], [14.0, 13.2])
    """
    table("transitions", transitions)
    grades = list(transitions.index)
    if list(transitions.columns) != grades:
        raise ValueError("transitions must have the same grades as rows and columns, in the same order")
    p = between("transitions", matrix("transitions", transitions.to_numpy(dtype=float)))
    if (p.sum(axis=1) > 1 + 1e-9).any():
        raise ValueError("transitions must sum to at most 1 in every row: nobody is in two grades")
    table("hires", hires, grades)
    joined = at_least("hires", hires[grades].to_numpy(dtype=float))
    if start is None:
        now = np.zeros(len(grades))
    else:
        if set(start.index) != set(grades):
            raise ValueError(f"start must be a Series with the grades {', '.join(map(str, grades))}")
        now = at_least("start", start.reindex(grades).to_numpy(dtype=float))
    path, gone = [now], []
    for new in joined:
        gone.append(float(now @ (1 - p.sum(axis=1))))
        now = now @ p + new
        path.append(now)
    periods = pd.RangeIndex(len(path), name="period")
    return ManpowerForecast(
        headcount=pd.DataFrame(path, index=periods, columns=grades),
        leavers=pd.Series(gone, index=periods[1:], name="leavers"),
    )


def roster(demand: ArrayLike, shifts: ArrayLike, cost: ArrayLike) -> Roster:
    """The cheapest whole number of people on each shift that covers every period.

    minimise Σ cost·x  subject to  shifts·x ≥ demand,  x ≥ 0 and whole.

    Parameters
    ----------
    demand : people needed in each period, ≥ 0
    shifts : periods × shifts, 1 where the shift covers the period, else 0
    cost : cost of a person on each shift, > 0

    Returns
    -------
    Roster

    Raises
    ------
    ValueError
        When shapes differ, shifts hold anything but 0 and 1, or no shift covers a period with demand.

    References
    ----------
    Dantzig, G. (1954). A comment on Edie's "Traffic delays at toll booths"; Hillier and Lieberman, Introduction to
    Operations Research, section 3.4 (Union Airways). Solver: HiGHS.

    Examples
    --------
    >>> plan = roster([2, 5, 3], [[1, 0], [1, 1], [0, 1]], [10, 12])
    >>> plan.staff.tolist(), plan.cost
    ([2, 3], 56.0)
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    needed = at_least("demand", vector("demand", demand))
    covers = matrix("shifts", shifts)
    if len(covers) != len(needed):
        raise ValueError(f"shifts must have a row for each of the {len(needed)} periods, not {len(covers)}")
    if not np.isin(covers, (0, 1)).all():
        raise ValueError("shifts must be 0 or 1")
    prices = positive("cost", vector("cost", cost, covers.shape[1]))
    bare = (covers.sum(axis=1) == 0) & (needed > 0)
    if bare.any():
        raise ValueError(f"shifts must cover every period with demand: none covers period {int(np.argmax(bare))}")
    solved = milp(
        prices,
        constraints=LinearConstraint(covers, lb=needed),
        integrality=np.ones(len(prices)),
        bounds=Bounds(0, np.inf),
    )
    staff = np.rint(solved.x).astype(np.int64)
    cover = (covers @ staff).astype(np.int64)
    return Roster(staff=staff, cost=float(prices @ staff), cover=cover, spare=cover - needed)
