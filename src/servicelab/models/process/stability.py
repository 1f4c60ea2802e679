"""Is it a bad week, or a week? Control charts tell a change from chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servicelab.models.arguments import Floats, vector, whole


@dataclass(frozen=True)
class ProportionChart:
    """A p chart.

    Attributes
    ----------
    share : defects / n of each sample
    centre : overall share, the line in the middle
    lower, upper : three-sigma limits of each sample (they widen when n is small)
    out : True where a sample lies outside its limits
    run : True from the eighth sample in a row on the same side of the centre line on
    """

    share: Floats
    centre: float
    lower: Floats
    upper: Floats
    out: NDArray[np.bool_]
    run: NDArray[np.bool_]


def p_chart(defects: ArrayLike, n: ArrayLike) -> ProportionChart:
    """Control chart for a share: which weeks differ by more than chance.

    centre p̄ = Σ defects / Σ n;  limits p̄ ± 3·√(p̄(1 − p̄)/nᵢ), cut at 0 and 1.

    Parameters
    ----------
    defects : defective items in each sample, whole numbers
    n : sample sizes, whole numbers ≥ 1; one for all, or one each

    Returns
    -------
    ProportionChart, arrays in the order of the samples

    Raises
    ------
    ValueError
        When there are no samples, lengths differ, or a sample has more defects than items.

    References
    ----------
    Montgomery, D. (2009). Introduction to Statistical Quality Control, ch. 7; the run of eight: Western Electric
    (1956). Statistical Quality Control Handbook.

    Examples
    --------
    >>> chart = p_chart([12, 15, 8, 10, 30], 50)
    >>> chart.centre, chart.out.tolist()
    (0.3, [False, False, False, False, True])
    """
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
    margin = 3 * np.sqrt(centre * (1 - centre) / sizes)
    lower, upper = np.maximum(centre - margin, 0), np.minimum(centre + margin, 1)
    side = np.sign(share - centre)
    run = np.zeros(len(side), dtype=np.bool_)
    length = 0
    for index, where in enumerate(side):
        length = length + 1 if index and where == side[index - 1] and where != 0 else int(where != 0)
        run[index] = length >= 8
    return ProportionChart(share, centre, lower, upper, (share < lower) | (share > upper), run)
