"""Hire: by which score, and how many of 120; what those who were taken settle an hour half a year later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from servicelab.i18n import _, together
from servicelab.widgets.frames import require
from servicelab.widgets.house.values import choice, whole
from servicelab.widgets.intervals import Z95
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    import pandas as pd

SCORES = ("cv_score", "gut_score", "structured_score", "work_sample")
BOTH = "both"
WAYS = (*SCORES, BOTH)
WORK = "good_per_hour"
LEAST = 12


def correlation(one: pd.Series[float], other: pd.Series[float]) -> tuple[float, float, float]:
    """The correlation of two columns, and its 95 % interval (Fisher's z)."""
    r = float(one.corr(other))
    half = Z95 / float(np.sqrt(len(one) - 3))
    low, high = (float(np.tanh(np.arctanh(r) + off)) for off in (-half, half))
    return r, low, high


class HiringModel:
    """Applicants who were all hired. Raises ``UserError`` when the table lacks a column or has no rows."""

    def __init__(self, applicants: pd.DataFrame) -> None:
        require(applicants, ("applicant_id", *SCORES, WORK), "explore.hiring", "applicants")
        ranks = sum(applicants[name].rank(pct=True) for name in ("structured_score", "work_sample"))
        self.rows = applicants.assign(**{BOTH: 50 * ranks})
        self.stayed = self.rows.dropna(subset=WORK)

    def taken(self, way: str, number: int) -> pd.DataFrame:
        """The applicants with the highest score; of equal scores the earlier number first."""
        return self.rows.sort_values([way, "applicant_id"], ascending=[False, True], kind="stable").head(number)

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: the ``way`` of choosing, and the ``number`` to be hired."""
        way = choice(value, "way", WAYS, "gut_score")
        number = whole(value, "number", LEAST, len(self.rows), 30)
        hired = self.taken(way, number)
        there = hired.dropna(subset=WORK)
        r, low, high = correlation(self.stayed[way], self.stayed[WORK])
        mean = float(there[WORK].mean())
        # Whoever takes everybody takes no chance, and gains nothing by any score.
        overall = float(self.stayed[WORK].mean())
        own = float(there[way].corr(there[WORK]))
        taken = set(hired["applicant_id"])
        return {
            "at": {"way": way, "number": number},
            "points": [
                {"x": float(row[way]), "y": float(row[WORK]), "hired": row["applicant_id"] in taken}
                for row in self.stayed[["applicant_id", way, WORK]].to_dict("records")
            ],
            "mean": round(mean, 2),
            "overall": round(overall, 2),
            "axis": [float(np.floor(self.rows[way].min() / 10) * 10), float(np.ceil(self.rows[way].max() / 10) * 10)],
            "text": together(
                _(
                    "The {n} with the highest score: {gone} of them had left after six months; the others settle "
                    "{mean:.2f} "
                    "matters an hour (all who stayed: {overall:.2f}).",
                    n=number, gone=len(hired) - len(there), mean=mean, overall=overall,
                ),
                _(
                    "Among all the score and the work go together with r = {r:.2f} (95 % interval {range}); "
                    "among those "
                    "whom you hire, who are all that a firm usually sees, with {own}.",
                    r=r, range=between(low, high, 2), own=f"{own:.2f}".replace("-", "−"),
                ) if number < len(self.rows) else
                _("r = {r:.2f} (95 % interval {range}).", r=r, range=between(low, high, 2)),
            ),
            "table": self._table(number),
        }  # fmt: skip

    def _table(self, number: int) -> dict[str, Any]:
        rows = []
        for way in WAYS:
            hired = self.taken(way, number)[WORK].dropna().astype(float)
            r, low, high = correlation(self.stayed[way], self.stayed[WORK])
            rows.append(
                [
                    way_name(way),
                    f"{r:.2f}",
                    between(low, high, 2),
                    f"{hired.mean():.2f} ± {Z95 * float(hired.std()) / len(hired) ** 0.5:.2f}",
                    number - len(hired),
                ]
            )
        return {
            "caption": _("Each way of choosing {n} of {all} (simulated)", n=number, all=len(self.rows)),
            "columns": [
                _("chosen by"), _("r with the work"), _("95 % interval"), _("settled an hour, with 95 % interval"),
                _("left within six months"),
            ],
            "rows": rows,
        }  # fmt: skip


def way_name(way: str) -> str:
    """Return what a way of choosing is called."""
    return {
        "cv_score": _("CV"),
        "gut_score": _("free talk, impression"),
        "structured_score": _("structured interview"),
        "work_sample": _("work sample"),
        "both": _("structured interview and work sample"),
    }[way]
