"""Customer profiles: a few typical customers out of many real ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.models.arguments import numbers, table, whole


@dataclass(frozen=True)
class Personas:
    """Groups of customers.

    Attributes
    ----------
    labels : group of each customer, 0 … k − 1, the largest group first
    centres : k × features, the mean customer of each group in the features' own units
    sizes : customers in each group
    silhouette : how well groups are apart, −1 to 1
    """

    labels: NDArray[np.int64]
    centres: pd.DataFrame
    sizes: pd.Series[int]
    silhouette: float


def personas(features: pd.DataFrame, k: int, *, seed: int = 0) -> Personas:
    """Group customers who are alike (k-means on standardised features).

    Parameters
    ----------
    features : customers × features, numbers without gaps; a feature that never varies has no say
    k : number of groups, from 2 to one less than the number of different customers
    seed : of the random starts

    Returns
    -------
    Personas

    Raises
    ------
    ValueError
        When features are not numbers, there are gaps, or k does not fit.

    References
    ----------
    MacQueen, J. (1967). Some methods for classification and analysis of multivariate observations; Rousseeuw, P.
    (1987). Silhouettes: a graphical aid to the interpretation and validation of cluster analysis.

    Examples
    --------
    >>> people = pd.DataFrame({"orders": [1, 2, 1, 9, 10], "returns": [0, 1, 0, 5, 6]})
    >>> found = personas(people, 2)
    >>> found.labels.tolist(), found.centres["orders"].round(1).tolist()
    ([0, 0, 0, 1, 1], [1.3, 9.5])
    """
    # scikit-learn takes a second to import: only those who cluster pay for it.
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    table("features", features)
    try:
        values = numbers("features", features.to_numpy(dtype=float))
    except (TypeError, ValueError) as problem:
        raise ValueError("features must be numbers without gaps in every column") from problem
    different = len(np.unique(values, axis=0))
    count = int(whole("k", k, least=2))
    if count >= different:
        raise ValueError(f"k must be below the number of different customers ({different}), not {count}")
    spread = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    found = KMeans(n_clusters=count, n_init=10, random_state=seed).fit(scaled).labels_
    order = np.argsort(-np.bincount(found, minlength=count), kind="stable")
    labels = np.argsort(order)[found].astype(np.int64)
    names = pd.RangeIndex(count, name="persona")
    # The silhouette compares all pairs: a sample says as much, and answers while one waits.
    quality = silhouette_score(scaled, labels, sample_size=min(len(scaled), 2000), random_state=seed)
    return Personas(
        labels=labels,
        centres=pd.DataFrame(values, columns=features.columns).groupby(labels).mean().set_axis(names),
        sizes=pd.Series(np.bincount(labels, minlength=count), index=names, name="customers"),
        silhouette=float(quality),
    )
