"""Runs of the firm that many tests read, made once; and what the right analysis of a table gives."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats
from tests.company.conftest import whole_run
from tests.company.skylark_world import world

from servicelab.company.simulation import Firm, Scenario, simulate

SEEDS = (1984, 7, 21)
#: Two-sided 99.9 %: many effects are looked at, over three seeds.
WIDE = 3.29


#: Runs that are kept, the last asked for: three years are some hundred megabytes, and three workers have runs.
KEPT = 6
_kept: OrderedDict[str, Firm] = OrderedDict()


def run(**changes: object) -> Firm:
    """The firm under a scenario, made once for all who ask soon, however they say what its scenario is."""
    scenario = Scenario(**changes)  # type: ignore[arg-type]
    key = repr(scenario)
    if key not in _kept:
        _kept[key] = simulate(scenario, world)
    _kept.move_to_end(key)
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return _kept[key]


@pytest.fixture(scope="session", params=SEEDS)
def firm(request: pytest.FixtureRequest) -> Firm:
    """Three years of the firm at scale 1, once for each seed: the run that its tables are written from."""
    firm = whole_run(request.param)
    assert (firm.scenario, repr(firm.world)) == (Scenario(seed=request.param), repr(world))
    # Worlds are told apart as objects: it is the one that the tests hold tables against.
    return replace(firm, world=world)


@pytest.fixture(scope="session")
def one_year() -> Firm:
    """One year, one seed."""
    return run(months=12)


def least_squares(
    columns: pd.DataFrame, outcome: pd.Series, weight: pd.Series | None = None, cluster: pd.Series | None = None
) -> pd.DataFrame:
    """Weighted least squares with robust (by cluster, where given) standard errors: estimate and se by column."""
    x, y = columns.to_numpy(dtype=float), outcome.to_numpy(dtype=float)
    w = np.ones(len(y)) if weight is None else weight.to_numpy(dtype=float)
    inverse = np.linalg.pinv(x.T @ (x * w[:, None]))
    estimate = inverse @ x.T @ (w * y)
    scores = x * (w * (y - x @ estimate))[:, None]
    if cluster is not None:
        codes = pd.factorize(cluster)[0]
        summed = np.zeros((codes.max() + 1, x.shape[1]))
        np.add.at(summed, codes, scores)
        scores = summed
    covariance: NDArray[np.float64] = inverse @ (scores.T @ scores) @ inverse
    return pd.DataFrame({"estimate": estimate, "se": np.sqrt(np.diag(covariance))}, index=columns.columns)


def logistic(columns: pd.DataFrame, outcome: pd.Series) -> pd.DataFrame:
    """Logistic regression by Newton's method: estimate and se by column."""
    x, y = columns.to_numpy(dtype=float), outcome.to_numpy(dtype=float)
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        covariance = np.linalg.inv(x.T @ (x * (p * (1 - p))[:, None]))
        step = covariance @ x.T @ (y - p)
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
    return pd.DataFrame({"estimate": beta, "se": np.sqrt(np.diag(covariance))}, index=columns.columns)


def covers(found: pd.Series, truth: float, more: float = 0.0) -> bool:
    """Whether the interval of an estimate covers the truth; `more` widens it by what the sample of agents adds."""
    return bool(abs(found["estimate"] - truth) < WIDE * np.hypot(found["se"], more))


def agrees(found: pd.DataFrame, truth: pd.Series) -> bool:
    """All intervals cover their true values (99.9 % for all together), and their sum is not further off than chance."""
    z = (found["estimate"] - truth.reindex(found.index)) / found["se"]
    assert z.notna().all()
    return bool(z.abs().max() < stats.norm.isf(0.0005 / len(z)) and stats.chi2.sf((z**2).sum(), len(z)) > 0.001)


def waited(contacts: pd.DataFrame, lines: pd.DataFrame) -> pd.Series:
    """Seconds that each contact waited while its line was open; nobody minds that it is closed at night.

    Of what is taken up on the day on which it came in, or in the morning after.
    """
    opens = contacts["channel"].astype(str).map(lines.set_index("line")["opens"]).fillna("00:00")
    second = (contacts["opened_at"] - contacts["opened_at"].dt.normalize()).dt.total_seconds()
    closes = contacts["channel"].astype(str).map(lines.set_index("line")["closes"]).fillna("24:00")
    low, high = (pd.to_timedelta(clock + ":00").dt.total_seconds() for clock in (opens, closes))
    closed = np.where(second < low, low - second, np.where(second >= high, low + 86_400 - second, 0.0))
    return (contacts["wait"] - closed).clip(lower=0)


@pytest.fixture(scope="session")
def fits() -> SimpleNamespace:
    """Estimators."""
    return SimpleNamespace(least_squares=least_squares, logistic=logistic, covers=covers, agrees=agrees, wide=WIDE)


@pytest.fixture(scope="session")
def under() -> object:
    """The firm under a scenario, of which the last few runs are kept."""
    return run
