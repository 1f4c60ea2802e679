"""Series that a model takes side by side are paired by their labels, in every model that takes two."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from servicelab.models.channels.choice import topsis
from servicelab.models.loyalty.contract import retention_curve
from servicelab.models.loyalty.purchases import BetaGeometric, GammaGamma, customer_lifetime_value, gamma_gamma_fit
from servicelab.models.marketing.campaigns import arpu
from servicelab.models.marketing.satisfaction import DIMENSIONS, satisfaction_gap, servqual
from servicelab.models.people.appraisal import dea_ccr
from servicelab.models.people.learning import fit_learning_curve
from servicelab.models.process.stability import p_chart
from servicelab.models.technology import availability, risk_priority

ALIVE, SPENT = BetaGeometric(0.243, 4.414, 0.793, 2.426), GammaGamma(6.25, 3.74, 15.44)
RNG = np.random.default_rng(2)
VISITS, OWN = RNG.integers(1, 9, 300), RNG.gamma(4, 1 / 15, 300)
SIDE_BY_SIDE: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "arpu": (arpu, [[100, 400, 900], [10, 20, 30]]),
    "gap": (satisfaction_gap, [[5, 3, 1], [1, 2, 3]]),
    "p-chart": (p_chart, [[5, 30, 2], [50, 90, 20]]),
    "retention": (retention_curve, [[1, 2, 3], [True, False, True]]),
    "learning": (fit_learning_curve, [[1, 2, 4], [100, 80, 60]]),
    "availability": (availability, [[720, 90, 10], [0, 5, 1]]),
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


OPTIONS = pd.DataFrame(
    {"cost": [12.0, 6.0, 1.0], "csat": [4.2, 4.0, 3.1], "solved": [0.8, 0.7, 0.4]}, index=["phone", "chat", "bot"]
)
WEIGHTS = pd.Series({"cost": 0.2, "csat": 0.5, "solved": 0.3})
BETTER = pd.Series({"cost": False, "csat": True, "solved": True})


def test_a_weight_belongs_to_the_measure_that_it_is_called_by() -> None:
    expected = topsis(OPTIONS.to_numpy(), WEIGHTS.to_numpy(), BETTER.to_numpy())
    assert topsis(OPTIONS, WEIGHTS[::-1], BETTER.iloc[[1, 2, 0]]) == pytest.approx(expected)
    assert topsis(OPTIONS.to_numpy(), WEIGHTS, BETTER[::-1]) == pytest.approx(expected)
    with pytest.raises(ValueError, match="weights must have the same labels as the columns of matrix"):
        topsis(OPTIONS, WEIGHTS.rename({"csat": "nps"}), BETTER)
    with pytest.raises(ValueError, match="benefit must have the same labels as weights"):
        topsis(OPTIONS.to_numpy(), WEIGHTS, BETTER.rename({"csat": "nps"}))


def test_a_unit_has_the_outputs_that_stand_under_its_name() -> None:
    hours = pd.DataFrame({"hours": [8.0, 6.0, 7.0], "chats": [2.0, 5.0, 3.0]}, index=["a", "b", "c"])
    solved = pd.DataFrame({"solved": [40.0, 20.0, 35.0]}, index=["a", "b", "c"])
    expected = dea_ccr(hours.to_numpy(), solved.to_numpy())
    assert dea_ccr(hours, solved[::-1]) == pytest.approx(expected)
    with pytest.raises(ValueError, match="outputs must have the same labels as inputs"):
        dea_ccr(hours, solved.rename({"a": "d"}))


def test_a_respondent_an_item_and_a_dimension_are_what_they_are_called() -> None:
    items = [f"item {n}" for n in range(1, 23)]
    expected, got = (pd.DataFrame(RNG.integers(1, 8, (6, 22)), index=list("abcdef"), columns=items) for _ in range(2))
    points = pd.Series([5, 40, 25, 20, 10], index=list(DIMENSIONS))
    by_place = servqual(expected.to_numpy(), got.to_numpy(), points.to_numpy())
    found = servqual(expected, got.iloc[::-1, ::-1], points[::-1])
    assert flat(found) == pytest.approx(flat(by_place))
    for wrong in (got.rename(index={"a": "z"}), got.rename(columns={"item 1": "item 23"})):
        with pytest.raises(ValueError, match=r"perceptions must have the same (labels|columns) as expectations"):
            servqual(expected, wrong, points)
    assert flat(satisfaction_gap(got, expected.iloc[::-1, ::-1])) == pytest.approx(flat(got - expected))
    with pytest.raises(ValueError, match="weights must have the labels tangibles, reliability"):
        servqual(expected, got, points.rename({"empathy": "care"}))
