"""The committed tables as a lesson loads them: what a lesson says of them is looked at here, before it is written."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from servicelab import company


class Firm:
    """The committed tables by name; each is read when it is asked for."""

    def __getitem__(self, name: str) -> pd.DataFrame:
        return _table(name)


@cache
def _table(name: str) -> pd.DataFrame:
    return company.load(name)


@pytest.fixture(scope="session")
def firm() -> Firm:
    return Firm()


def interval(values: pd.Series) -> tuple[float, float]:
    """The 95 % interval of a mean."""
    mean, half = float(values.mean()), 1.96 * float(values.sem())
    return mean - half, mean + half


def apart(one: pd.Series, other: pd.Series) -> tuple[float, float]:
    """The 95 % interval of a difference of means."""
    gap = float(one.mean() - other.mean())
    half = 1.96 * float(np.hypot(one.sem(), other.sem()))
    return gap - half, gap + half
