"""Intervals that stay honest at small n: shares with Wilson's score interval, differences with Newcombe's."""

from __future__ import annotations

from math import sqrt

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
