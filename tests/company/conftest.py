"""The firm's tables: the committed ones, and fresh ones from other seeds."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from servicelab.company import SEED, load
from servicelab.company.dictionary import TABLES
from servicelab.company.firm.generating import make_tables

#: The committed tables' seed and two others: a mechanism must show whatever the draw.
SEEDS = (SEED, 7, 21)


@pytest.fixture(scope="session")
def datasets(root: Path) -> Path:
    """The committed data."""
    return root / "datasets"


@pytest.fixture(scope="session")
def tables(datasets: Path) -> dict[str, pd.DataFrame]:
    """The committed tables as a lesson loads them."""
    return {name: load(name, datasets) for name in TABLES}


@cache
def made(seed: int) -> dict[str, pd.DataFrame]:
    """Tables drawn afresh at scale 1."""
    return dict(make_tables(1.0, seed))


@pytest.fixture(params=SEEDS)
def firm(request: pytest.FixtureRequest) -> dict[str, pd.DataFrame]:
    """The firm's tables, once for each seed."""
    return made(request.param)
