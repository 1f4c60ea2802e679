"""Random draws: one independent stream for each purpose and month, and answers on a 1–5 scale with an exact mean.

What happens in a month is drawn from that month's own streams, in order of time. So a decision changes nothing before
its date, and little after it that it has no part in: the month that follows begins with the same luck again.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Luck = NDArray[np.float64]
#: Answers go from bad to good by these numbers.
SCALE = (1, 5)


def stream(seed: int, *names: str) -> np.random.Generator:
    """The random generator for one purpose: drawing more from one leaves every other as it was.

    >>> int(stream(7, "orders").integers(100)) == int(stream(7, "orders").integers(100))
    True
    """
    return np.random.Generator(np.random.PCG64([seed, *(zlib.crc32(name.encode()) for name in names)]))


class Lots:
    """The streams of a run, by purpose and month (0: the run's first); the same calendar month has the same luck."""

    def __init__(self, seed: int, start: date) -> None:
        self.seed, self.first = seed, start.year * 12 + start.month - 1

    def rng(self, purpose: str, month: int) -> np.random.Generator:
        """The generator for one purpose and month."""
        year, of_year = divmod(self.first + month, 12)
        return stream(self.seed, "simulation", purpose, f"{year}-{of_year + 1:02d}")

    def always(self, purpose: str, *names: str) -> np.random.Generator:
        """The generator for what is drawn once, or for one thing by name, such as a post."""
        return stream(self.seed, "simulation", purpose, *names)

    def each(self, purpose: str, months: NDArray[Any], draw: Callable[[np.random.Generator, slice], Any]) -> Any:
        """What `draw(rng, rows)` gives for the rows of each month in turn, joined; `months` ascend.

        Whatever is drawn must be drawn row by row, so that rows that come later change nothing before them.
        """
        if not len(months):
            return draw(self.rng(purpose, 0), slice(0, 0))
        bounds = [0, *(np.flatnonzero(np.diff(months)) + 1).tolist(), len(months)]
        parts = [draw(self.rng(purpose, int(months[low])), slice(low, high)) for low, high in pairwise(bounds)]
        return np.concatenate(parts)

    def luck(self, purpose: str, months: NDArray[Any], width: int = 0) -> Luck:
        """Uniform numbers for rows whose `months` ascend: one a row, or `width` columns."""

        def draw(rng: np.random.Generator, rows: slice) -> Luck:
            count = rows.stop - rows.start
            return rng.random((count, width)) if width else rng.random(count)

        found: Luck = self.each(purpose, months, draw)
        return found


def pick(
    rng: np.random.Generator,
    options: Sequence[Any] | NDArray[Any],
    chances: Sequence[float] | NDArray[np.float64],
    size: int,
) -> NDArray[Any]:
    """`size` independent choices among `options`; `chances` are scaled to sum to 1."""
    return np.asarray(options)[chosen(rng.random(size), chances)]


def chosen(luck: Luck, chances: Sequence[float] | NDArray[np.float64]) -> NDArray[np.intp]:
    """The number of the option that each uniform number falls on; `chances` are scaled to sum to 1.

    >>> chosen(np.array([0.1, 0.5, 0.9]), [1, 1, 2]).tolist()
    [0, 2, 2]
    """
    edges = np.cumsum(np.asarray(chances, dtype=float))
    found: NDArray[np.intp] = np.searchsorted(edges[:-1] / edges[-1], luck, side="right")
    return found


def pick_each(rng: np.random.Generator, chances: NDArray[np.float64]) -> NDArray[np.intp]:
    """One choice for each row of `chances` (rows × options, any positive scale): the column chosen."""
    edges = np.cumsum(chances / chances.sum(axis=1, keepdims=True), axis=1)
    picked: NDArray[np.intp] = (rng.random(len(chances))[:, None] > edges[:, :-1]).sum(axis=1)
    return picked


def chosen_by(luck: Luck, chances: NDArray[np.float64], row: NDArray[Any]) -> NDArray[np.int8]:
    """For each uniform number, the column of that `row` of `chances` (rows × options, any positive scale) it falls on.

    Looks up one column at a time, so that a million choices take the memory of one column.
    """
    edges = np.cumsum(chances / chances.sum(axis=1, keepdims=True), axis=1)
    picked = np.zeros(len(row), dtype=np.int8)
    for column in range(chances.shape[1] - 1):
        picked += luck > edges[row, column]
    return picked


def after(luck: Luck, chance: float | NDArray[np.float64]) -> NDArray[np.int64]:
    """Days until something happens that has this chance on each day (geometric, from 1), by inversion.

    >>> after(np.array([0.0, 0.49, 0.51, 0.76]), 0.5).tolist()
    [1, 1, 2, 3]
    """
    chance = np.minimum(chance, 1 - 1e-12)
    days: NDArray[np.int64] = np.floor(np.log1p(-luck) / np.log1p(-chance)).astype(np.int64) + 1
    return days


def answers(rng: np.random.Generator, mean: NDArray[np.float64], spread: float = 2.0) -> NDArray[np.int64]:
    """Survey answers 1–5 whose expected value is exactly `mean`, heaped at the ends as such answers are (J-shaped).

    A beta variable on [1, 5] with that mean (smaller `spread` heaps more), rounded up or down at random in proportion.
    """
    if mean.size == 0:
        return np.zeros(0, dtype=np.int64)
    low, high = SCALE
    if mean.min() <= low or mean.max() >= high:
        raise ValueError(f"mean must lie between {low} and {high}")
    share = (mean - low) / (high - low)
    # A generator of its own for rounding: rows that come later must not move the luck of those before them.
    rounding = rng.spawn(1)[0]
    value = low + (high - low) * rng.beta(share * spread, (1 - share) * spread)
    whole = np.floor(value)
    return np.clip((whole + (rounding.random(mean.size) < value - whole)).astype(np.int64), low, high)
