"""Intervals that stay honest at small n: shares (Wilson), their differences (Newcombe), ratios of people's sums."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicelab.models.arguments import Floats

Z95 = 1.959963984540054


def wilson(hits: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Return the 95 % interval of a share, ``hits`` of ``n``; (0, 1) where nothing was asked.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.

    >>> [round(x, 3) for x in wilson(0, 10)], [round(x, 3) for x in wilson(81, 263)]
    ([0.0, 0.278], [0.255, 0.366])
    """
    if n <= 0:
        return 0.0, 1.0
    share = hits / n
    centre = share + z * z / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def difference(hits: float, n: float, hits_before: float, n_before: float) -> tuple[float, float, float]:
    """Return (difference, low, high) of two independent shares: ``hits/n`` less ``hits_before/n_before``.

    Source: Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.

    >>> [round(x, 4) for x in difference(56, 70, 48, 80)]
    [0.2, 0.0524, 0.3339]
    """
    if n <= 0 or n_before <= 0:
        return 0.0, -1.0, 1.0
    a, b = hits / n, hits_before / n_before
    (a_low, a_high), (b_low, b_high) = wilson(hits, n), wilson(hits_before, n_before)
    down = sqrt((a - a_low) ** 2 + (b_high - b) ** 2)
    up = sqrt((a_high - a) ** 2 + (b - b_low) ** 2)
    return a - b, a - b - down, a - b + up


def ratio(parts: Floats, wholes: Floats, draws: int = 5000, seed: int = 1984) -> tuple[float, float, float]:
    """Return (ratio, low, high) of two sums over people: all of ``parts`` for all of ``wholes``.

    Months, and calls, of one person are alike, so whole people are drawn again, with replacement, and added up.
    Source: Efron (1979), Bootstrap methods: another look at the jackknife.

    >>> import numpy as np
    >>> [round(x, 2) for x in ratio(np.array([30.0, 20, 40, 25, 35]), np.array([10.0, 10, 10, 10, 10]))]
    [3.0, 2.4, 3.6]
    """
    import numpy as np

    drawn = np.random.default_rng(seed).integers(0, len(parts), (draws, len(parts)))
    low, high = np.percentile(parts[drawn].sum(axis=1) / wholes[drawn].sum(axis=1), [2.5, 97.5])
    return float(parts.sum() / wholes.sum()), float(low), float(high)
