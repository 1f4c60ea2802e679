"""Random draws: one independent stream for each purpose, and answers on a 1–5 scale with an exact mean."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def stream(seed: int, *names: str) -> np.random.Generator:
    """The random generator for one purpose: drawing more from one leaves every other as it was.

    >>> int(stream(7, "orders").integers(100)) == int(stream(7, "orders").integers(100))
    True
    """
    return np.random.Generator(np.random.PCG64([seed, *(zlib.crc32(name.encode()) for name in names)]))


def pick(
    rng: np.random.Generator,
    options: Sequence[Any] | NDArray[Any],
    chances: Sequence[float] | NDArray[np.float64],
    size: int,
) -> NDArray[Any]:
    """`size` independent choices among `options`; `chances` are scaled to sum to 1."""
    weights = np.asarray(chances, dtype=float)
    edges = np.cumsum(weights / weights.sum())
    return np.asarray(options)[np.searchsorted(edges[:-1], rng.random(size), side="right")]


def pick_each(rng: np.random.Generator, chances: NDArray[np.float64]) -> NDArray[np.intp]:
    """One choice for each row of `chances` (rows × options, any positive scale): the column chosen."""
    edges = np.cumsum(chances / chances.sum(axis=1, keepdims=True), axis=1)
    picked: NDArray[np.intp] = (rng.random(len(chances))[:, None] > edges[:, :-1]).sum(axis=1)
    return picked


def pick_by(rng: np.random.Generator, chances: NDArray[np.float64], row: NDArray[Any]) -> NDArray[np.int8]:
    """One choice for each element of `row`: the column of that row of `chances` (rows × options, any positive scale).

    Looks up one column at a time, so that a million choices take the memory of one column.
    """
    edges = np.cumsum(chances / chances.sum(axis=1, keepdims=True), axis=1)
    luck = rng.random(len(row))
    picked = np.zeros(len(row), dtype=np.int8)
    for column in range(chances.shape[1] - 1):
        picked += luck > edges[row, column]
    return picked


def look_up(table: Mapping[Any, float], keys: NDArray[Any]) -> NDArray[np.float64]:
    """The number for each key; 0 for a key the table has not."""
    return np.array([table.get(key, 0.0) for key in keys], dtype=float)


def answers(rng: np.random.Generator, mean: NDArray[np.float64], spread: float = 2.0) -> NDArray[np.int64]:
    """Survey answers 1–5 whose expected value is exactly `mean`, heaped at the ends as such answers are (J-shaped).

    A beta variable on [1, 5] with that mean (smaller `spread` heaps more), rounded up or down at random in proportion.
    """
    if mean.size == 0:
        return np.zeros(0, dtype=np.int64)
    if mean.min() <= 1 or mean.max() >= 5:
        raise ValueError("mean must lie between 1 and 5")
    share = (mean - 1) / 4
    value = 1 + 4 * rng.beta(share * spread, (1 - share) * spread)
    whole = np.floor(value)
    return np.clip((whole + (rng.random(mean.size) < value - whole)).astype(np.int64), 1, 5)
