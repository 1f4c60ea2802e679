"""Satisfaction as a gap: what was experienced against what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servicelab.models.arguments import Floats, alike, at_least, between, matrix, numbers, scalar, vector

#: The five dimensions of SERVQUAL and their items (0-based), in the order of the questionnaire.
DIMENSIONS: dict[str, range] = {
    "tangibles": range(4),
    "reliability": range(4, 9),
    "responsiveness": range(9, 13),
    "assurance": range(13, 17),
    "empathy": range(17, 22),
}


@dataclass(frozen=True)
class Servqual:
    """A SERVQUAL survey in numbers; a gap is perception − expectation, negative when the service falls short.

    Attributes
    ----------
    item_gaps : mean gap of each of the 22 items
    dimension_gaps : mean gap of each dimension
    unweighted : mean of the dimension gaps
    weighted : dimension gaps weighted by what customers say matters
    alpha : Cronbach's alpha of the gaps in each dimension (missing when nobody differs)
    """

    item_gaps: Floats
    dimension_gaps: pd.Series[float]
    unweighted: float
    weighted: float
    alpha: pd.Series[float]


def satisfaction_gap(experience: ArrayLike, expectation: ArrayLike) -> Any:
    """Satisfaction = experience − expectation.

    Parameters
    ----------
    experience, expectation : on one scale; scalars or arrays that broadcast

    Returns
    -------
    float or array; above 0 delighted, 0 satisfied, below 0 disappointed

    Raises
    ------
    ValueError
        When a value is missing or not a number, or shapes or the labels of two Series do not match.

    References
    ----------
    Oliver, R. L. (1980). A cognitive model of the antecedents and consequences of satisfaction decisions
    (expectancy–disconfirmation).

    Examples
    --------
    The same experience, after two different promises:

    >>> satisfaction_gap(4, [3, 5])
    array([ 1., -1.])
    """
    experience, expectation = alike(experience=experience, expectation=expectation)
    got, expected = numbers("experience", experience), numbers("expectation", expectation)
    try:
        return scalar(np.subtract(got, expected))
    except ValueError as problem:
        raise ValueError(f"experience {got.shape} and expectation {expected.shape} must match in shape") from problem


def servqual(expectations: ArrayLike, perceptions: ArrayLike, weights: ArrayLike) -> Servqual:
    """Where a service falls short of what customers expect, on 22 items and five dimensions.

    gap = perception − expectation; item gaps are averaged to dimensions, and dimensions with the weights to one score.

    Parameters
    ----------
    expectations, perceptions : respondents × 22, items in the order of the questionnaire (tangibles 1–4, reliability
        5–9, responsiveness 10–13, assurance 14–17, empathy 18–22), on one scale; two DataFrames are paired by the
        labels of their rows and columns
    weights : five, in that order or a Series labelled by dimension, ≥ 0, not all 0: e.g. the 100 points respondents
        share out (scaled to sum to 1)

    Returns
    -------
    Servqual

    Raises
    ------
    ValueError
        When a table is not n × 22, the two differ in shape or labels, or weights are not five numbers ≥ 0.

    References
    ----------
    Parasuraman, A., Zeithaml, V. and Berry, L. (1988). SERVQUAL: a multiple-item scale for measuring consumer
    perceptions of service quality.

    Examples
    --------
    >>> expected, got = np.full((3, 22), 6.0), np.full((3, 22), 5.0)
    >>> got[:, 4:9] = 3
    >>> result = servqual(expected, got, [11, 32, 23, 19, 15])
    >>> result.dimension_gaps["reliability"], round(result.unweighted, 2), round(result.weighted, 2)
    (np.float64(-3.0), -1.4, -1.64)
    """
    expectations, perceptions = alike(expectations=expectations, perceptions=perceptions)
    wanted, got = matrix("expectations", expectations), matrix("perceptions", perceptions)
    for name, answers in (("expectations", wanted), ("perceptions", got)):
        if answers.shape[1] != 22:
            raise ValueError(f"{name} must have 22 items, not {answers.shape[1]}")
    if wanted.shape != got.shape:
        raise ValueError("expectations and perceptions must come from the same respondents")
    if isinstance(weights, pd.Series):
        if len(weights) != len(DIMENSIONS) or set(weights.index) != set(DIMENSIONS):
            raise ValueError(f"weights must have the labels {', '.join(DIMENSIONS)}")
        weights = weights.reindex(list(DIMENSIONS))
    importance = at_least("weights", vector("weights", weights, 5))
    if importance.sum() == 0:
        raise ValueError("weights must not all be 0")
    gaps = got - wanted
    items = gaps.mean(axis=0)
    by_dimension = np.array([items[list(part)].mean() for part in DIMENSIONS.values()])
    alphas = [
        cronbach_alpha(gaps[:, list(part)])
        if len(gaps) > 1 and np.ptp(gaps[:, list(part)].sum(axis=1)) > 0
        else float("nan")
        for part in DIMENSIONS.values()
    ]
    labels = pd.Index(DIMENSIONS, name="dimension")
    return Servqual(
        item_gaps=items,
        dimension_gaps=pd.Series(by_dimension, index=labels, name="gap"),
        unweighted=float(by_dimension.mean()),
        weighted=float(by_dimension @ importance / importance.sum()),
        alpha=pd.Series(alphas, index=labels, name="alpha"),
    )


def cronbach_alpha(items: ArrayLike) -> float:
    """Do the items of a scale move together?

    α = k/(k − 1) · (1 − Σ variance of items / variance of their sum).

    Parameters
    ----------
    items : respondents × items, at least two of each, without gaps

    Returns
    -------
    float ≤ 1; about 0.7 and above is usually called consistent. Negative when items contradict each other

    Raises
    ------
    ValueError
        When there are fewer than two items or respondents, or all respondents have the same total.

    References
    ----------
    Cronbach, L. (1951). Coefficient alpha and the internal structure of tests.

    Examples
    --------
    >>> cronbach_alpha([[1, 2], [3, 4], [5, 6]])
    1.0
    """
    answers = matrix("items", items)
    people, count = answers.shape
    if count < 2 or people < 2:
        raise ValueError(f"items must have at least 2 items and 2 respondents, not {count} and {people}")
    total = float(answers.sum(axis=1).var(ddof=1))
    if total == 0:
        raise ValueError("items must differ between respondents: every total is the same")
    return float(count / (count - 1) * (1 - answers.var(axis=0, ddof=1).sum() / total))


def net_promoter_score(scores: ArrayLike) -> float:
    """Share of promoters (9–10) minus share of detractors (0–6), times 100.

    Parameters
    ----------
    scores : answers to "how likely are you to recommend us", 0–10, one row, without gaps

    Returns
    -------
    float from −100 to 100

    Raises
    ------
    ValueError
        When a score is not between 0 and 10 or there are none.

    References
    ----------
    Reichheld, F. (2003). The one number you need to grow.

    Examples
    --------
    >>> net_promoter_score([10, 9, 8, 7, 3])
    20.0
    """
    answers = between("scores", vector("scores", scores), 0, 10)
    return float(100 * ((answers >= 9).mean() - (answers <= 6).mean()))
