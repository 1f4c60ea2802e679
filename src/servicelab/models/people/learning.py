"""Practice: how handling time falls with the number of cases done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from servicelab.models.arguments import at_least, between, paired, positive, scalar, vector


@dataclass(frozen=True)
class LearningFit:
    """A fitted learning curve.

    Attributes
    ----------
    first : time of the first case
    rate : share of the time that remains with each doubling of practice (0.8: an 80 % curve)
    r_squared : share of the variance of ln(time) that the curve explains
    """

    first: float
    rate: float
    r_squared: float


def learning_curve(first: ArrayLike, rate: ArrayLike, case: ArrayLike, *, plateau: ArrayLike = 0.0) -> Any:
    """How long the n-th case takes.

    t(n) = plateau + (first − plateau)·n^b,  b = log₂(rate): each doubling of practice multiplies what can still be
    learned by the rate.

    Parameters
    ----------
    first : time of the first case (seconds), > 0
    rate : learning rate, in (0, 1]; 1 means no learning
    case : number of the case, ≥ 1, scalar or array
    plateau : time that no practice takes away, from 0 to first

    Returns
    -------
    float or array, in the unit of first

    Raises
    ------
    ValueError
        When an argument is out of range.

    References
    ----------
    Wright, T. P. (1936). Factors affecting the cost of airplanes; plateau: De Jong, J. R. (1957). The effects of
    increasing skill on cycle time.

    Examples
    --------
    >>> learning_curve(100, 0.8, [1, 2, 3, 4, 8]).round(2)
    array([100.  ,  80.  ,  70.21,  64.  ,  51.2 ])
    """
    start, base = positive("first", first), at_least("plateau", plateau)
    if np.any(base > start):
        raise ValueError("plateau must not exceed first")
    share = between("rate", rate)
    if np.any(share == 0):
        raise ValueError("rate must be greater than 0")
    return scalar(base + (start - base) * at_least("case", case, 1) ** np.log2(share))


def fit_learning_curve(case: ArrayLike, time: ArrayLike) -> LearningFit:
    """The learning curve that fits observed times best: least squares of ln(time) on ln(case).

    Parameters
    ----------
    case : numbers of the cases, ≥ 1, one row, at least two different ones
    time : how long each took, > 0, same length

    Returns
    -------
    LearningFit

    Raises
    ------
    ValueError
        When lengths or labels differ, a value is out of range or all cases are the same.

    References
    ----------
    Yelle, L. (1979). The learning curve: historical review and comprehensive survey.

    Examples
    --------
    >>> fit = fit_learning_curve([1, 2, 4, 8], [100, 80, 64, 51.2])
    >>> round(fit.first, 6), round(fit.rate, 6), round(fit.r_squared, 6)
    (100.0, 0.8, 1.0)
    """
    case, time = paired(case=case, time=time)
    n = at_least("case", vector("case", case), 1)
    took = positive("time", vector("time", time, len(n)))
    x, y = np.log2(n), np.log(took)
    if np.ptp(x) == 0:
        raise ValueError("case must hold at least two different numbers")
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())
    left = y - y.mean() - slope * (x - x.mean())
    total = float(((y - y.mean()) ** 2).sum())
    return LearningFit(
        first=float(np.exp(y.mean() - slope * x.mean())),
        rate=float(np.exp(slope)),
        r_squared=1 - float((left**2).sum()) / total if total else 1.0,
    )
