"""Series that a model takes side by side are paired by their labels, in every model that takes two."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from servicelab.models.loyalty.contract import retention_curve
from servicelab.models.loyalty.purchases import BetaGeometric, GammaGamma, customer_lifetime_value, gamma_gamma_fit
from servicelab.models.marketing.campaigns import arpu
from servicelab.models.marketing.satisfaction import satisfaction_gap
from servicelab.models.people.learning import fit_learning_curve
from servicelab.models.process.stability import p_chart
from servicelab.models.technology import risk_priority

ALIVE, SPENT = BetaGeometric(0.243, 4.414, 0.793, 2.426), GammaGamma(6.25, 3.74, 15.44)
RNG = np.random.default_rng(2)
VISITS, OWN = RNG.integers(1, 9, 300), RNG.gamma(4, 1 / 15, 300)
SIDE_BY_SIDE: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "arpu": (arpu, [[100, 400, 900], [10, 20, 30]]),
    "gap": (satisfaction_gap, [[5, 3, 1], [1, 2, 3]]),
    "p-chart": (p_chart, [[5, 30, 2], [50, 90, 20]]),
    "retention": (retention_curve, [[1, 2, 3], [True, False, True]]),
    "learning": (fit_learning_curve, [[1, 2, 4], [100, 80, 60]]),
    "risk": (risk_priority, [[9, 5, 1], [2, 6, 3], [1, 4, 8]]),
    "spend": (gamma_gamma_fit, [VISITS, RNG.gamma(6 * VISITS, 1 / (OWN * VISITS))]),
    "alive": (ALIVE.p_alive, [[0, 2, 1, 4], [0, 20, 9, 35], [40, 39, 38, 36]]),
    "value": (
        partial(customer_lifetime_value, ALIVE, SPENT, periods=4),
        [[0, 2, 1, 4], [0, 20, 9, 35], [40, 39, 38, 36], [0, 20, 31, 25]],
    ),
}


def flat(found: Any) -> list[float]:
    """Every number of a result, in its order."""
    parts = found if isinstance(found, tuple) else vars(found).values() if hasattr(found, "__dict__") else [found]
    if isinstance(found, pd.DataFrame | np.ndarray):
        parts = [found]
    return [float(number) for part in parts for number in np.asarray(part, dtype=float).ravel()]


@pytest.mark.parametrize("name", SIDE_BY_SIDE)
def test_the_same_rows_in_another_order_give_the_same(name: str) -> None:
    model, rows = SIDE_BY_SIDE[name]
    labels = range(len(rows[0]))
    first, *others = [pd.Series(row, index=labels) for row in rows]
    expected = flat(model(*rows))
    assert flat(model(first, *(other.iloc[::-1] for other in others))) == pytest.approx(expected)
    with pytest.raises(ValueError, match="must have the same labels"):
        model(first, *(other.rename({0: -1}) for other in others))
