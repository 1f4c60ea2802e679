"""Judging work: scores that allow for the work each one got, and efficiency without chosen weights."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servicelab.models.arguments import Floats, at_least, matrix, numbers, paired, table


def appraisal_scorecard(
    contacts: pd.DataFrame,
    weights: Mapping[str, float],
    *,
    lower_is_better: Collection[str] = (),
    adjust_for: Sequence[str] = (),
    by: str = "agent_id",
) -> pd.DataFrame:
    """Score people on several measures, allowing for the work they got, and say how sure the score is.

    Each measure is set against what the same kinds of contact bring on average:
    adjusted = overall mean + mean(own value − mean of the contact's stratum)  (indirect standardisation). Measures are
    turned so that more is better, divided by the standard deviation of a single contact, weighted and added:
    score = 50 + 10·√(average contacts)·Σ w·z. So chance alone spreads scores with a standard deviation of about 10.

    Parameters
    ----------
    contacts : one row a contact, with the person's id, the measures (numbers or bool; missing values are left out) and
        the columns to adjust for
    weights : measure → weight ≥ 0, not all 0 (scaled to sum to 1)
    lower_is_better : measures where less is better, e.g. handling time
    adjust_for : columns that say what kind of contact it was, e.g. ("queue", "intent"); none: plain averages
    by : column of the person's id

    Returns
    -------
    DataFrame indexed by person, best score first: `contacts`; for each measure `<measure>` (plain mean) and
    `<measure>_adjusted`; `score`, `low`, `high` (95 % interval of the score), `rank` (1 best)

    Raises
    ------
    ValueError
        When a column is missing, weights are negative or all 0, or a measure never varies.

    References
    ----------
    Goldstein, H. and Spiegelhalter, D. (1996). League tables and their limitations: statistical issues in comparisons
    of institutional performance.

    Examples
    --------
    >>> contacts = pd.DataFrame({"agent_id": list("aabb"), "queue": ["easy", "easy", "hard", "hard"],
    ...                          "csat": [5, 4, 3, 2]})
    >>> appraisal_scorecard(contacts, {"csat": 1.0}).index.tolist()
    ['a', 'b']
    >>> appraisal_scorecard(contacts, {"csat": 1.0}, adjust_for=["queue"])["score"].tolist()
    [50.0, 50.0]
    """
    measures = list(weights)
    table("contacts", contacts, [by, *measures, *adjust_for])
    importance = at_least("weights", list(weights.values()))
    if importance.sum() == 0:
        raise ValueError("weights must not all be 0")
    unknown = set(lower_is_better) - set(measures)
    if unknown:
        raise ValueError(f"lower_is_better must name measures of weights, not {sorted(unknown)[0]!r}")
    person = contacts[by]
    people = person.groupby(person, observed=True).size().rename("contacts").to_frame()
    scale = float(np.sqrt(people["contacts"].mean()))
    score = pd.Series(0.0, index=people.index)
    variance = pd.Series(0.0, index=people.index)
    for measure, weight in zip(measures, importance / importance.sum(), strict=True):
        value = contacts[measure].astype(float)
        strata = [contacts[column] for column in adjust_for]
        expected = value.groupby(strata, observed=True).transform("mean") if strata else value * 0 + value.mean()
        left = value - expected
        spread = float(left.std())
        if not spread > 0:
            raise ValueError(f"{measure} must vary between contacts")
        gap = left.groupby(person, observed=True).mean().reindex(people.index).fillna(0.0)
        count = value.groupby(person, observed=True).count().reindex(people.index)
        people[measure] = value.groupby(person, observed=True).mean()
        people[f"{measure}_adjusted"] = value.mean() + gap
        sign = -1 if measure in lower_is_better else 1
        score += weight * sign * gap / spread
        variance += weight**2 / count.clip(lower=1)
    people["score"] = 50 + 10 * scale * score
    margin = 1.96 * 10 * scale * np.sqrt(variance)
    people["low"], people["high"] = people["score"] - margin, people["score"] + margin
    people["rank"] = people["score"].rank(ascending=False, method="min").astype(np.int64)
    return people.sort_values(["rank", "contacts"], ascending=[True, False], kind="stable")


def dea_ccr(inputs: ArrayLike, outputs: ArrayLike) -> Floats:
    """Efficiency of each unit against the best practice of the others (DEA, input-oriented, constant returns).

    For each unit o: minimise θ with  Σ λ_j·x_j ≤ θ·x_o,  Σ λ_j·y_j ≥ y_o,  λ ≥ 0. At θ = 0.8 others do as much with
    80 % of the inputs.

    Parameters
    ----------
    inputs : units × inputs, ≥ 0, each unit uses something
    outputs : units × outputs, ≥ 0, each unit makes something; the rows of two DataFrames are paired by their labels

    Returns
    -------
    array of efficiencies in (0, 1], one for each unit in the order of inputs

    Raises
    ------
    ValueError
        When numbers of units or labels differ, a value is negative, or a unit has no input or no output.

    References
    ----------
    Charnes, A., Cooper, W. and Rhodes, E. (1978). Measuring the efficiency of decision making units; Cooper, W.,
    Seiford, L. and Tone, K. (2007). Data Envelopment Analysis, ch. 2.

    Examples
    --------
    >>> dea_ccr([[4, 3], [7, 3], [8, 1], [4, 2], [2, 4], [10, 1]], [[1]] * 6).round(3)
    array([0.857, 0.632, 1.   , 1.   , 1.   , 1.   ])
    """
    from scipy.optimize import linprog

    inputs, outputs = paired(inputs=inputs, outputs=outputs)
    x = at_least("inputs", matrix("inputs", inputs))
    y = at_least("outputs", matrix("outputs", outputs))
    if len(x) != len(y):
        raise ValueError(f"outputs must have as many units as inputs ({len(x)}), not {len(y)}")
    for name, values in (("inputs", x), ("outputs", y)):
        if (values.sum(axis=1) == 0).any():
            raise ValueError(f"{name} must be above 0 somewhere for every unit")
    # Each column on its own scale: efficiencies do not change, the solver's tolerances mean the same for all.
    x = x / np.where(x.max(axis=0) > 0, x.max(axis=0), 1)
    y = y / np.where(y.max(axis=0) > 0, y.max(axis=0), 1)
    units = len(x)
    found = []
    for unit in range(units):
        limits = np.vstack(
            [np.column_stack([-x[unit], x.T]), np.column_stack([np.zeros(y.shape[1]), -y.T])]
        )  # columns: θ, then λ of every unit
        solved = linprog(
            np.concatenate([[1.0], np.zeros(units)]),
            A_ub=limits,
            b_ub=np.concatenate([np.zeros(x.shape[1]), -y[unit]]),
            bounds=(0, None),
            method="highs",
        )
        found.append(float(solved.fun))
    return np.minimum(numbers("efficiencies", found), 1.0)
