"""Is it a bad week, or a week? Control charts tell a change from chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servicelab.models.arguments import Floats, paired, vector, whole

#: What three standard deviations leave to one side of a normal distribution.
TAIL = 0.00135


@dataclass(frozen=True)
class ProportionChart:
    """A p chart.

    Attributes
    ----------
    share : defects / n of each sample
    centre : overall share, the line in the middle
    lower, upper : limits of each sample (they widen when n is small)
    out : True where a sample lies outside its limits
    run : True from the eighth sample in a row on the same side of the centre line on
    """

    share: Floats
    centre: float
    lower: Floats
    upper: Floats
    out: NDArray[np.bool_]
    run: NDArray[np.bool_]


def p_chart(defects: ArrayLike, n: ArrayLike, *, method: Literal["normal", "exact"] = "normal") -> ProportionChart:
    """Control chart for a share: which weeks differ by more than chance.

    centre p̄ = Σ defects / Σ n;  limits p̄ ± 3·√(p̄(1 − p̄)/nᵢ), cut at 0 and 1. Where fewer than about five defects are
    to be expected of a sample, these let nothing fall below them and too much rise above: take the exact limits there.
    They are the counts beyond which, on either side, chance goes with no more than the probability that three standard
    deviations leave to each side of a normal distribution, 0.00135.

    Parameters
    ----------
    defects : defective items in each sample, whole numbers
    n : sample sizes, whole numbers ≥ 1; one for all, or one each
    method : "normal" for the limits of the textbook, "exact" for those of the binomial distribution

    Returns
    -------
    ProportionChart, arrays in the order of the samples

    Raises
    ------
    ValueError
        When there are no samples, lengths or labels differ, a sample has more defects than items, or the method is
        neither.

    References
    ----------
    Montgomery, D. (2009). Introduction to Statistical Quality Control, ch. 7; the run of eight: Western Electric
    (1956). Statistical Quality Control Handbook.

    Examples
    --------
    >>> chart = p_chart([12, 15, 8, 10, 30], 50)
    >>> chart.centre, chart.out.tolist()
    (0.3, [False, False, False, False, True])
    >>> few = [1, 0, 2, 1, 4]
    >>> p_chart(few, 20).out.tolist(), p_chart(few, 20, method="exact").out.tolist()
    ([False, False, False, False, False], [False, False, False, False, False])
    """
    defects, n = paired(defects=defects, n=n)
    counts = whole("defects", vector("defects", defects))
    sizes = whole("n", n, least=1)
    if sizes.ndim == 0:
        sizes = np.full(len(counts), int(sizes))
    if sizes.shape != counts.shape:
        raise ValueError(f"n must be one number or as many as defects ({len(counts)})")
    if (counts > sizes).any():
        raise ValueError("defects must not be more than n")
    share = counts / sizes
    centre = float(counts.sum() / sizes.sum())
    if method == "normal":
        margin = 3 * np.sqrt(centre * (1 - centre) / sizes)
        lower, upper = np.maximum(centre - margin, 0), np.minimum(centre + margin, 1)
    elif method == "exact":
        lower, upper = (binomial_quantile(chance, sizes, centre) / sizes for chance in (TAIL, 1 - TAIL))
    else:
        raise ValueError(f"method must be normal or exact, not {method!r}")
    side = np.sign(share - centre)
    run = np.zeros(len(side), dtype=np.bool_)
    length = 0
    for index, where in enumerate(side):
        length = length + 1 if index and where == side[index - 1] and where != 0 else int(where != 0)
        run[index] = length >= 8
    return ProportionChart(share, centre, lower, upper, (share < lower) | (share > upper), run)


def binomial_quantile(chance: float, n: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """The smallest count that a binomial variable does not exceed with at least this chance, for each sample size."""
    from scipy.special import bdtr, bdtrik

    if share in (0.0, 1.0):
        return np.where(share > 0, n, 0)
    count = np.clip(np.ceil(bdtrik(chance, n, share)), 0, n).astype(np.int64)
    # What the inverse misses by rounding is one step at most.
    count = np.where((count > 0) & (bdtr(np.maximum(count - 1, 0), n, share) >= chance), count - 1, count)
    found: NDArray[np.int64] = np.where(bdtr(count, n, share) < chance, np.minimum(count + 1, n), count)
    return found
