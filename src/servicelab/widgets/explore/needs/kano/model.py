"""Kano lab: a feature, a segment and a sample size become categories, coefficients and what chance does to them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from servicelab.i18n import _
from servicelab.models.needs import KANO_TABLE, kano_category, kano_coefficients
from servicelab.widgets.frames import ALL, feature_names, require, segment_name, segments_in
from servicelab.widgets.house.values import choice, whole
from servicelab.widgets.intervals import wilson

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES = "MOAIRQ"
"""In the order that breaks a tie: the stricter reading wins (Berger et al. 1993: M > O > A > I)."""

STOPS = (5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 125, 150, 200, 250, 300, 400, 500, 750, 1000, 1500, 2000)
REDRAWS = 200
CLOUD = 60
DRAWS = 999


@dataclass
class KanoModel:
    """The survey as arrays, ready to be counted while a slider moves.

    ``survey`` has ``customer_id, segment, feature_id, functional, dysfunctional`` (answers 1–5, one row a customer and
    feature); ``features`` has ``feature_id, name_en, name_zh``. ``seed`` fixes which customers a small sample holds.
    Raises ``UserError`` when a table lacks a column or has no rows.
    """

    survey: pd.DataFrame
    features: pd.DataFrame
    seed: int = 1

    def __post_init__(self) -> None:
        columns = ("customer_id", "segment", "feature_id", "functional", "dysfunctional")
        require(self.survey, columns, "explore.kano", "survey")
        require(self.features, ("feature_id", "name_en", "name_zh"), "explore.kano", "features")
        asked = set(self.survey["feature_id"].astype(str))
        self.names = {key: name for key, name in feature_names(self.features).items() if key in asked}
        self.segments = [ALL, *segments_in(self.survey)]

    @cached_property
    def _answers(self) -> tuple[NDArray[np.int8], NDArray[np.str_]]:
        """Customers × features, each cell 5·(functional − 1) + (dysfunctional − 1) or −1 where unanswered; segments."""
        table = self.survey.dropna(subset=["functional", "dysfunctional"])
        # Reading both answers through the model checks their coding once, before anything is counted.
        kano_category(table["functional"], table["dysfunctional"])
        cell = (table["functional"].astype(int) - 1) * 5 + table["dysfunctional"].astype(int) - 1
        wide = (
            table.assign(cell=cell)
            .drop_duplicates(["customer_id", "feature_id"])
            .pivot(index="customer_id", columns="feature_id", values="cell")
            .reindex(columns=list(self.names))
        )
        groups = table.drop_duplicates("customer_id").set_index("customer_id")["segment"].reindex(wide.index)
        return wide.fillna(-1).to_numpy(dtype=np.int8), groups.to_numpy(dtype=str)

    def people(self, segment: str, draw: int = 0) -> NDArray[np.int8]:
        """Return the answers of a segment's customers in the order in which this draw meets them."""
        answers, groups = self._answers
        rows = answers if segment == ALL else answers[groups == segment]
        # crc32, not hash(): the same customers whichever process draws them.
        order = np.random.default_rng([self.seed, draw, zlib.crc32(segment.encode())]).permutation(len(rows))
        return np.asarray(rows[order])

    def stops(self, segment: str) -> list[int]:
        """Return the sample sizes the slider offers: round numbers below the segment's size, then all of it."""
        size = len(self.people(segment))
        return [*(n for n in STOPS if n < size), size] if size else [0]

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return everything the view draws for ``value``: feature, segment, n (sample size) and draw."""
        feature = choice(value, "feature", self.names, next(iter(self.names)))
        segment = choice(value, "segment", self.segments, ALL)
        draw = whole(value, "draw", 0, DRAWS, 0)
        everyone = self.people(segment, draw)
        size = len(everyone)
        n = whole(value, "n", min(1, size), size, size)
        sample = everyone[:n]
        column = list(self.names).index(feature)

        points = {key: _point(_counts(sample[:, i])) for i, key in enumerate(self.names)}
        mine = points[feature]
        cells = sample[:, column]
        grid = np.bincount(cells[cells >= 0], minlength=25).reshape(5, 5)
        whole_counts = _counts(everyone[:, column])
        fate = self._redraws(whole_counts, n, draw)
        truth = _point(whole_counts)
        return {
            "at": {"feature": feature, "segment": segment, "n": n, "draw": draw},
            "size": size,
            "stops": self.stops(segment),
            "grid": grid.tolist(),
            "counts": {c: mine["counts"][c] for c in CATEGORIES},
            "points": [
                {"id": key, "better": p["better"], "worse": p["worse"], "verdict": p["verdict"]}
                for key, p in points.items()
                if p["better"] is not None
            ],
            "mine": {key: mine[key] for key in ("better", "worse", "better_interval", "worse_interval", "verdict")},
            "whole": {"better": truth["better"], "worse": truth["worse"], "verdict": truth["verdict"]},
            **fate,
            "text": self._sentence(feature, segment, n, size, mine, fate),
            "table": self._table(points, segment, n),
        }

    def _redraws(self, counts: Mapping[str, int], n: int, draw: int) -> dict[str, Any]:
        """What other samples of the same size would have said: verdict shares (%) and a cloud of (worse, better)."""
        population = [counts[c] for c in CATEGORIES]
        total = sum(population)
        if total == 0 or n == 0:
            return {"verdicts": {}, "cloud": []}
        rng = np.random.default_rng([self.seed, draw, n])
        drawn = rng.multivariate_hypergeometric(population, min(n, total), size=REDRAWS)
        # argmax takes the first of equals, and the categories stand in tie-breaking order.
        found = np.bincount(drawn.argmax(axis=1), minlength=len(CATEGORIES))
        verdicts = {c: round(100 * int(k) / REDRAWS) for c, k in zip(CATEGORIES, found, strict=True) if k}
        must, one, attractive, indifferent = drawn[:CLOUD, :4].T
        valid = np.maximum(must + one + attractive + indifferent, 1)
        cloud = np.column_stack([(one + must) / valid, (attractive + one) / valid])
        return {"verdicts": verdicts, "cloud": cloud.round(3).tolist() if n < total else []}

    def _sentence(
        self, feature: str, segment: str, n: int, size: int, mine: dict[str, Any], fate: dict[str, Any]
    ) -> str:
        name = self.names[feature]
        if mine["better"] is None:
            return _(
                "{name}: no usable answers from {segment} in this sample.", name=name, segment=segment_name(segment)
            )
        low, high = mine["better_interval"]
        said = _(
            "{name}, {n} of {size} customers asked ({segment}): {category}. With it, satisfaction rises for "
            "{better} % (95 % interval {low}–{high} %); without it, it falls for {worse} % ({wlow}–{whigh} %).",
            name=name,
            n=n,
            size=size,
            segment=segment_name(segment),
            category=category_name(mine["verdict"]),
            better=round(100 * mine["better"]),
            low=round(100 * low),
            high=round(100 * high),
            worse=round(100 * mine["worse"]),
            wlow=round(100 * mine["worse_interval"][0]),
            whigh=round(100 * mine["worse_interval"][1]),
        )
        if n >= size:
            return said
        same = fate["verdicts"].get(mine["verdict"], 0)
        again = _(
            "Of {draws} other samples of {n}, {same} % would call it {category}.",
            draws=REDRAWS,
            n=n,
            category=category_name(mine["verdict"]),
            same=same,
        )
        return f"{said} {again}"

    def _table(self, points: Mapping[str, dict[str, Any]], segment: str, n: int) -> dict[str, Any]:
        rows = []
        for key, p in points.items():
            figures: list[object] = [None, None]
            if p["better"] is not None:
                (low, high), (down, up) = p["better_interval"], p["worse_interval"]
                figures = [
                    f"{p['better']:.2f} ({low:.2f} … {high:.2f})",
                    f"−{p['worse']:.2f} (−{up:.2f} … −{down:.2f})",
                ]
            verdict = category_name(p["verdict"]) if p["verdict"] else None
            rows.append([self.names[key], *(p["counts"][c] for c in CATEGORIES), *figures, verdict])
        return {
            "caption": _("{segment}, sample of {n}", segment=segment_name(segment), n=n),
            "columns": [_("Feature"), *CATEGORIES, _("Better (95 %)"), _("Worse (95 %)"), _("Category")],
            "rows": rows,
        }


def category_name(letter: str) -> str:
    """Return what a Kano category is called."""
    return {
        "M": _("must-be"),
        "O": _("one-dimensional"),
        "A": _("attractive"),
        "I": _("indifferent"),
        "R": _("reverse"),
        "Q": _("questionable"),
    }[letter]


def _counts(cells: NDArray[np.int8]) -> dict[str, int]:
    found = np.bincount(cells[cells >= 0], minlength=25)
    letters = "".join(KANO_TABLE)
    return {c: int(sum(found[i] for i in range(25) if letters[i] == c)) for c in CATEGORIES}


def _point(counts: dict[str, int]) -> dict[str, Any]:
    """A feature's place in the plane; ``worse`` as a share (0 to 1), the coefficient without its minus."""
    valid = sum(counts[c] for c in "AOMI")
    verdict = max(CATEGORIES, key=lambda c: counts[c]) if sum(counts.values()) else ""
    if valid == 0:
        empty = {"better": None, "worse": None, "better_interval": None, "worse_interval": None}
        return {**empty, "verdict": verdict, "counts": counts}
    better, worse = kano_coefficients({letter: counts[letter] for letter in "AOMI"})
    return {
        "better": round(better, 4),
        "worse": round(abs(worse), 4),
        "better_interval": [round(x, 4) for x in wilson(counts["A"] + counts["O"], valid)],
        "worse_interval": [round(x, 4) for x in wilson(counts["O"] + counts["M"], valid)],
        "verdict": verdict,
        "counts": counts,
    }
