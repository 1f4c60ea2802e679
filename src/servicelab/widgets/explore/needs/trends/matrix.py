"""Importance and performance of each feature, with segments weighted and importance stated or derived.

Stated importance is what customers say. Derived importance is what moves their satisfaction: the standardised
coefficients of a weighted least-squares regression of satisfaction on every feature's performance (Matzler, Bailom,
Hinterhuber, Renzl & Pichler 2004), put on the stated ones' mean and spread so that both share one axis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from servicelab.models.needs import importance_performance
from servicelab.widgets.intervals import Z95

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class _Wave:
    """One wave as arrays: customers × features (NaN where not answered), satisfaction and segment by customer."""

    importance: NDArray[np.float64]
    performance: NDArray[np.float64]
    satisfaction: NDArray[np.float64]
    segment: NDArray[np.str_]


@dataclass
class Matrix:
    """The survey of all waves. ``survey`` as in :class:`TrendsModel`; ``features`` are the ids, in order."""

    survey: pd.DataFrame
    features: Sequence[str]

    @cached_property
    def waves(self) -> list[str]:
        """The waves in order, as text."""
        return sorted({str(wave) for wave in self.survey["wave"].dropna().unique()})

    @cached_property
    def shares(self) -> dict[str, float]:
        """Each segment's share of the customers asked."""
        people = self.survey.drop_duplicates(["wave", "customer_id"])["segment"]
        found = people.value_counts(normalize=True)
        return {str(s): float(found[s]) for s in _ordered(found.index)}

    @cached_property
    def _arrays(self) -> dict[str, _Wave]:
        waves = {}
        for wave, rows in self.survey.groupby(self.survey["wave"].astype(str)):
            rows = rows.drop_duplicates(["customer_id", "feature_id"])
            rated = {
                column: rows.pivot(index="customer_id", columns="feature_id", values=column).reindex(
                    columns=list(self.features)
                )
                for column in ("importance", "performance")
            }
            people = rated["importance"].index
            by_person = rows.groupby("customer_id").agg({"satisfaction": "mean", "segment": "first"}).reindex(people)
            waves[str(wave)] = _Wave(
                rated["importance"].to_numpy(dtype=float),
                rated["performance"].to_numpy(dtype=float),
                by_person["satisfaction"].to_numpy(dtype=float),
                by_person["segment"].to_numpy(dtype=str),
            )
        return waves

    def place(
        self,
        wave: str,
        weights: Mapping[str, float] | None,
        derived: float,
        cuts: tuple[float, float] | None,
    ) -> dict[str, Any]:
        """Return each feature's place: importance, performance, their 95 % margins, quadrant, core or not.

        ``weights`` says how much each segment counts (any scale; ``None``: as many as were asked), ``derived`` is the
        share of derived in importance (0–1), ``cuts`` the (importance, performance) cuts (``None``: means). Features
        that nobody with weight rated are left out. ``fit`` is R² of the regression, ``None`` where it has too few rows.
        """
        data = self._arrays[wave]
        each = self._person_weights(data, weights)
        stated, stated_margin = _weighted_mean(data.importance, each)
        performance, performance_margin = _weighted_mean(data.performance, each)
        usable = np.isfinite(stated) & np.isfinite(performance)
        importance, margin, fit = stated, stated_margin, None
        if usable.any():
            effect, error, fit = _drivers(data.performance[:, usable], data.satisfaction, each)
            if fit is not None and derived > 0:
                spread = float(np.std(effect)) or 1.0
                scale = float(np.std(stated[usable])) / spread
                as_stated = stated[usable].mean() + (effect - effect.mean()) * scale
                importance = stated.copy()
                importance[usable] = (1 - derived) * stated[usable] + derived * as_stated
                margin = stated_margin.copy()
                margin[usable] = (1 - derived) * stated_margin[usable] + derived * Z95 * error * scale
        places = np.flatnonzero(usable)
        if not places.size:
            return {"points": {}, "cuts": None, "fit": None}
        cut_i, cut_p = cuts or (float(importance[places].mean()), float(performance[places].mean()))
        quadrants = importance_performance(
            importance[places], performance[places], importance_cut=cut_i, performance_cut=cut_p
        )
        points = {
            self.features[int(i)]: {
                "importance": round(float(importance[i]), 3),
                "importance_margin": round(float(margin[i]), 3),
                "performance": round(float(performance[i]), 3),
                "performance_margin": round(float(performance_margin[i]), 3),
                "quadrant": quadrant,
                "core": quadrant in ("concentrate_here", "keep_up"),
            }
            for i, quadrant in zip(places, quadrants, strict=True)
        }
        return {"points": points, "cuts": [round(cut_i, 3), round(cut_p, 3)], "fit": fit}

    def _person_weights(self, data: _Wave, weights: Mapping[str, float] | None) -> NDArray[np.float64]:
        if weights is None:
            return np.ones(len(data.segment))
        each = np.zeros(len(data.segment))
        for segment, weight in weights.items():
            mine = data.segment == segment
            if mine.any():
                each[mine] = weight / mine.sum()
        return each


def _ordered(segments: Any) -> list[str]:
    from servicelab.widgets.frames import SEGMENTS

    found = {str(s) for s in segments}
    return [s for s in SEGMENTS if s in found] + sorted(found - set(SEGMENTS))


def _weighted_mean(
    values: NDArray[np.float64], each: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weighted means by column and their 95 % margins; NaN for a column nobody with weight answered."""
    weight = np.where(np.isfinite(values), each[:, None], 0.0)
    total = weight.sum(axis=0)
    filled = np.nan_to_num(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(total > 0, (weight * filled).sum(axis=0) / total, np.nan)
        variance = (weight**2 * (filled - np.nan_to_num(mean)) ** 2).sum(axis=0) / total**2
    return mean, Z95 * np.sqrt(np.nan_to_num(variance))


def _drivers(
    performance: NDArray[np.float64], satisfaction: NDArray[np.float64], each: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float | None]:
    """Standardised coefficients, their robust standard errors, and R² of the weighted regression."""
    kept = (each > 0) & np.isfinite(satisfaction)
    features = performance.shape[1]
    empty = np.zeros(features)
    if kept.sum() < features + 10:
        return empty, empty, None
    x, y, w = performance[kept], satisfaction[kept], each[kept] / each[kept].sum()
    # A rating left out is taken to be the feature's weighted mean: it then says nothing about satisfaction.
    mean, _margin = _weighted_mean(x, w)
    x = np.where(np.isfinite(x), x, mean) - mean
    y = y - (w * y).sum()
    sd_x = np.sqrt((w[:, None] * x**2).sum(axis=0))
    sd_y = float(np.sqrt((w * y**2).sum()))
    if sd_y == 0:
        return empty, empty, None
    x, y = x / np.where(sd_x > 0, sd_x, 1.0), y / sd_y
    inverse = np.linalg.pinv((w[:, None] * x).T @ x)
    effect = inverse @ (x.T @ (w * y))
    rest = y - x @ effect
    scores = x * (w * rest)[:, None]
    error = np.sqrt(np.clip(np.diag(inverse @ (scores.T @ scores) @ inverse), 0, None))
    return effect, error, round(float(1 - (w * rest**2).sum()), 3)
