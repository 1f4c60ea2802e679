"""Customers who owe no goodbye: how often they will buy again, what they spend, what they are worth.

Time is in any one unit (weeks in the papers). `frequency` counts repeat purchases (the first does not count), `recency`
is the time from first to last purchase, `age` the time from first purchase to now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln, hyp2f1

from servicelab.models.arguments import Floats, at_least, between, paired, positive, scalar, vector, whole


@dataclass(frozen=True)
class BetaGeometric:
    """A fitted BG/NBD model: purchases while alive are Poisson, a customer may drop out after any purchase.

    Attributes
    ----------
    r, alpha : gamma distribution of the purchase rate (mean r/alpha)
    a, b : beta distribution of the chance to drop out after a purchase (mean a/(a + b))
    log_likelihood : of the data it was fitted on (missing when the model was written down)
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")

    def p_alive(self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Any:
        """Chance that a customer with this history is still one, in [0, 1] (1 before the first repeat purchase).

        Fader, P., Hardie, B. and Lee, K. L. (2005), eq. 10 and Fader and Hardie's note on P(alive).

        >>> model = BetaGeometric(0.243, 4.414, 0.793, 2.426)
        >>> round(model.p_alive(2, 30.43, 38.86), 3)
        0.727
        """
        x, last, now = _history(frequency, recency, age)
        return scalar(1 / (1 + self._odds_gone(x, last, now)))

    def expected_purchases(self, time: ArrayLike, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Any:
        """Purchases to expect in the next `time`, from a customer with this history.

        Fader, Hardie and Lee (2005), eq. 10.

        >>> model = BetaGeometric(0.243, 4.414, 0.793, 2.426)
        >>> round(model.expected_purchases(39, 2, 30.43, 38.86), 3)
        1.226
        """
        ahead = at_least("time", time)
        x, last, now = _history(frequency, recency, age)
        a = self._a()
        total = self.alpha + now + ahead
        curve = hyp2f1(self.r + x, self.b + x, a + self.b + x - 1, ahead / total)
        shrink = ((self.alpha + now) / total) ** (self.r + x)
        alive = (a + self.b + x - 1) / (a - 1) * (1 - shrink * curve)
        return scalar(alive / (1 + self._odds_gone(x, last, now)))

    def expected_from_new(self, time: ArrayLike) -> Any:
        """Repeat purchases to expect from a new customer in the first `time`.

        Fader, Hardie and Lee (2005), eq. 9.

        >>> round(BetaGeometric(0.243, 4.414, 0.793, 2.426).expected_from_new(39), 2)
        1.2
        """
        return self.expected_purchases(time, 0, 0, 0)

    def _odds_gone(self, x: Floats, last: Floats, now: Floats) -> Floats:
        bought = x > 0
        odds = self.a / np.where(bought, self.b + x - 1, 1) * ((self.alpha + now) / (self.alpha + last)) ** (self.r + x)
        return np.where(bought, odds, 0.0)

    def _a(self) -> float:
        # The formula divides by a − 1 and is continuous there.
        return self.a if abs(self.a - 1) > 1e-7 else 1 + 1e-7


@dataclass(frozen=True)
class GammaGamma:
    """A fitted gamma–gamma model of spend: each customer varies around an own mean, the means vary.

    Attributes
    ----------
    p, q, gamma : parameters; the average customer spends p·gamma/(q − 1) a purchase
    log_likelihood : of the data it was fitted on
    """

    p: float
    q: float
    gamma: float
    log_likelihood: float = float("nan")

    def expected_value(self, frequency: ArrayLike, mean_value: ArrayLike) -> Any:
        """Mean value of the purchases to come: between the customer's own mean and everybody's.

        E = p(γ + x·m)/(p·x + q − 1); Fader and Hardie (2013), The gamma-gamma model of monetary value.

        >>> round(GammaGamma(6.25, 3.74, 15.44).expected_value(2, 22.35), 2)
        24.66
        """
        frequency, mean_value = paired(frequency=frequency, mean_value=mean_value)
        x, mean = np.broadcast_arrays(at_least("frequency", frequency), at_least("mean_value", mean_value))
        return scalar(self.p * (self.gamma + x * mean) / (self.p * x + self.q - 1))


def _history(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> tuple[Floats, Floats, Floats]:
    frequency, recency, age = paired(frequency=frequency, recency=recency, age=age)
    x, last, now = np.broadcast_arrays(
        whole("frequency", frequency), at_least("recency", recency), at_least("age", age)
    )
    if (last > now).any():
        raise ValueError("recency must not exceed age: the last purchase lies before now")
    if ((x == 0) & (last > 0)).any():
        raise ValueError("recency must be 0 where frequency is 0: without a repeat purchase the last is the first")
    return x.astype(float), last, now


def _maximise(log_likelihood: Callable[[Floats], float], start: Floats, what: str) -> tuple[Floats, float]:
    """Maximum likelihood over positive parameters: searched in logs, polished, the same on every run."""
    from scipy.optimize import minimize

    cost = lambda logs: -log_likelihood(np.exp(logs))  # noqa: E731
    rough = minimize(cost, np.log(start), method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-6, "fatol": 1e-8})
    fine = minimize(cost, rough.x, method="BFGS", options={"gtol": 1e-6})
    best = fine if fine.fun <= rough.fun else rough
    if not np.isfinite(best.fun) or np.abs(best.x).max() > 25:
        raise ValueError(f"{what} must vary enough to be fitted (as when nobody seems to have left)")
    return np.exp(best.x), -float(best.fun)


def bgnbd_fit(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> BetaGeometric:
    """Fit the BG/NBD model of repeat purchases by maximum likelihood.

    L = Γ(r+x)αʳ/Γ(r) · Γ(a+b)Γ(b+x)/(Γ(b)Γ(a+b+x)) · [(α+T)^−(r+x) + 1{x>0}·a/(b+x−1)·(α+t)^−(r+x)].

    Parameters
    ----------
    frequency : repeat purchases of each customer, whole numbers, one row
    recency : time from first to last purchase, same length, 0 where frequency is 0
    age : time from first purchase to now, same length and unit

    Returns
    -------
    BetaGeometric

    Raises
    ------
    ValueError
        When lengths or labels differ, a value is out of range, or nobody ever bought again.

    References
    ----------
    Fader, P., Hardie, B. and Lee, K. L. (2005). "Counting your customers" the easy way: an alternative to the
    Pareto/NBD model.

    Examples
    --------
    >>> model = bgnbd_fit([2, 1, 0, 0, 7, 1, 0, 3, 0, 0], [30, 2, 0, 0, 29, 5, 0, 6, 0, 0], [39] * 10)
    >>> model.expected_purchases(39, 7, 29, 39) > model.expected_purchases(39, 3, 6, 39)
    True
    """
    x, last, now = vector("frequency", frequency), vector("recency", recency), vector("age", age)
    if not len(x) == len(last) == len(now):
        raise ValueError("frequency, recency and age must be of the same length")
    x, last, now = _history(x, last, now)
    if not x.any():
        raise ValueError("frequency must be above 0 for some customers: nobody ever bought again")
    # Customers with the same history count once, with a weight: the likelihood is what takes the time.
    histories, times = np.unique(np.column_stack([x, last, now]), axis=0, return_counts=True)
    x, last, now = histories.T
    bought = x > 0

    def log_likelihood(parameters: Floats) -> float:
        r, alpha, a, b = parameters
        fixed = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
        alive = -(r + x) * np.log(alpha + now)
        gone = np.log(a) - np.log(np.where(bought, b + x - 1, 1.0)) - (r + x) * np.log(alpha + last)
        mixed = np.where(bought, np.logaddexp(alive, gone), alive)
        value = float(times @ (fixed + mixed))
        return value if np.isfinite(value) else -1e300

    scale = float(np.mean(now[now > 0])) if (now > 0).any() else 1.0
    best, value = _maximise(log_likelihood, np.array([0.5, scale / 4, 1.0, 2.0]), "frequency and recency")
    r, alpha, a, b = map(float, best)
    return BetaGeometric(r, alpha, a, b, value)


def gamma_gamma_fit(frequency: ArrayLike, mean_value: ArrayLike) -> GammaGamma:
    """Fit the gamma–gamma model of spend per purchase by maximum likelihood.

    L = Γ(px+q)/(Γ(px)Γ(q)) · γ^q · m^(px−1) · x^(px) / (γ + x·m)^(px+q), over customers with x > 0.

    Parameters
    ----------
    frequency : repeat purchases of each customer, whole numbers, one row; customers with 0 are left out
    mean_value : mean value of those purchases, same length, above 0 where frequency is

    Returns
    -------
    GammaGamma

    Raises
    ------
    ValueError
        When lengths or labels differ, a value is out of range, or fewer than two customers bought again.

    References
    ----------
    Fader, P. and Hardie, B. (2013). The gamma-gamma model of monetary value; Colombo, R. and Jiang, W. (1999). A
    stochastic RFM model.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> visits, own_rate = rng.integers(1, 9, 3000), rng.gamma(4, 1 / 15, 3000)
    >>> model = gamma_gamma_fit(visits, rng.gamma(6 * visits, 1 / (own_rate * visits)))
    >>> bool(abs(model.expected_value(0, 0) - 6 * 15 / (4 - 1)) < 1)
    True
    """
    frequency, mean_value = paired(frequency=frequency, mean_value=mean_value)
    x, mean = vector("frequency", frequency), vector("mean_value", mean_value)
    if len(x) != len(mean):
        raise ValueError("frequency and mean_value must be of the same length")
    x = whole("frequency", x).astype(float)
    x, mean = x[x > 0], mean[x > 0]
    if len(x) < 2:
        raise ValueError("frequency must be above 0 for at least two customers")
    positive("mean_value", mean)

    def log_likelihood(parameters: Floats) -> float:
        p, q, gamma = parameters
        shape = p * x
        value = (
            gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma) + (shape - 1) * np.log(mean)
            + shape * np.log(x) - (shape + q) * np.log(gamma + x * mean)
        )  # fmt: skip
        total = float(value.sum())
        return total if np.isfinite(total) else -1e300

    best, value = _maximise(log_likelihood, np.array([2.0, 3.0, float(mean.mean())]), "mean_value")
    p, q, gamma = map(float, best)
    return GammaGamma(p, q, gamma, value)


def customer_lifetime_value(
    purchases: BetaGeometric,
    spend: GammaGamma,
    frequency: ArrayLike,
    recency: ArrayLike,
    age: ArrayLike,
    mean_value: ArrayLike,
    *,
    periods: int,
    period: float = 1.0,
    discount: float = 0.0,
    margin: float = 1.0,
) -> Any:
    """What each customer's purchases to come are worth today.

    CLV = margin · E[value] · Σ_{k=1..periods} (E[X(k·period)] − E[X((k−1)·period)]) / (1 + discount)^k.

    Parameters
    ----------
    purchases, spend : the fitted models
    frequency, recency, age, mean_value : the customers' histories; scalars or arrays of one length
    periods : how many periods to look ahead, ≥ 1
    period : length of a period in the unit of age
    discount : interest a period, ≥ 0
    margin : share of the value that is kept, in [0, 1]

    Returns
    -------
    float or array, money

    Raises
    ------
    ValueError
        When an argument is out of range, or the labels of two Series differ.

    References
    ----------
    Fader, P., Hardie, B. and Lee, K. L. (2005). RFM and CLV: using iso-value curves for customer base analysis.

    Examples
    --------
    >>> purchases, spend = BetaGeometric(0.243, 4.414, 0.793, 2.426), GammaGamma(6.25, 3.74, 15.44)
    >>> round(customer_lifetime_value(purchases, spend, 2, 30.43, 38.86, 22.35, periods=39, discount=0.002), 2)
    29.13
    """
    count = int(whole("periods", periods, least=1))
    positive("period", period)
    at_least("discount", discount)
    between("margin", margin)
    frequency, recency, age, mean_value = paired(frequency=frequency, recency=recency, age=age, mean_value=mean_value)
    value = spend.expected_value(frequency, mean_value)
    bought_before: Any = 0.0
    worth: Any = 0.0
    for k in range(1, count + 1):
        bought = purchases.expected_purchases(k * period, frequency, recency, age)
        worth = worth + (bought - bought_before) / (1 + discount) ** k
        bought_before = bought
    return margin * value * worth
