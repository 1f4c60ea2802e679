"""A fair appraisal: one month of the phone, each person's rating with its interval, drawn towards the line's mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, chart, dots, intervals, picture, rule, table
from servicelab.widgets.intervals import Z95

if TYPE_CHECKING:
    from servicelab.models.arguments import Floats

MONTH = "2025-06-01"
ANSWER = 1.37
"""Standard deviation of one answer on the phone, 1 to 5; a test holds it to the contacts."""
COLUMNS = (
    "month",
    "agent_id",
    "line",
    "hard_share",
    "contacts",
    "contact_hours",
    "resolved_not_back",
    "surveys",
    "csat",
)


def reliability(appraisals: pd.DataFrame, line: str = "phone") -> float:
    """Of how a line's monthly ratings lie apart, the share that is not the chance of twenty answers."""
    rows = appraisals[appraisals["line"].astype(str) == line]
    left = rows["csat"] - rows.groupby("month")["csat"].transform("mean")
    chance = ANSWER**2 / float(rows["surveys"].mean())
    return max(0.0, 1 - chance / float(left.var()))


def judged(appraisals: pd.DataFrame) -> pd.DataFrame:
    """The month's people of the phone: rating, half its interval, and what is left of it.

    `fair` is the mean of the line plus what is left of the gap once it is shrunk by the reliability of a month's rating
    (empirical Bayes). Difficulty is not allowed for: the phone's matters are alike, and a larger share of difficult
    ones goes with nothing there. `efficiency` is that of data envelopment with hours as input, settled contacts and
    their rating points as outputs.
    """
    require(appraisals, COLUMNS, "figures.appraised", "appraisals")
    phone = appraisals[appraisals["line"].astype(str) == "phone"]
    month = phone[phone["month"] == MONTH].sort_values("csat")
    require(month, (), "figures.appraised", "appraisals")
    mean = float(month["csat"].mean())
    keep = reliability(appraisals)
    return month.assign(
        half=Z95 * ANSWER / np.sqrt(month["surveys"]),
        fair=mean + keep * (month["csat"] - mean),
        efficiency=_efficiency(month),
    )


def _efficiency(month: pd.DataFrame) -> Floats:
    from servicelab.models.people import dea_ccr

    # Points of all contacts would put whoever settles little, and is quick, above whoever settles much.
    points = month["csat"] * month["resolved_not_back"]
    return dea_ccr(month[["contact_hours"]], pd.DataFrame({"settled": month["resolved_not_back"], "points": points}))


def appraised(appraisals: pd.DataFrame) -> dict[str, Any]:
    """Each person of the phone in June 2025: rating with interval, and the same drawn towards the mean."""
    found = judged(appraisals)
    mean = float(found["csat"].mean())
    keep = reliability(appraisals)
    rows = [
        {
            "x": at + 1, "y": float(row["csat"]), "ylo": float(row["csat"] - row["half"]),
            "yhi": float(row["csat"] + row["half"]), "title": str(row["agent_id"]),
        }
        for at, row in enumerate(found.to_dict("records"))
    ]  # fmt: skip
    drawn = [{"x": at + 1, "y": float(row["fair"])} for at, row in enumerate(found.to_dict("records"))]
    outside = int(((found["csat"] - mean).abs() > found["half"]).sum())
    return picture(
        _("Forty-five people, one month"),
        [
            chart(
                axis(_("people of the phone, from the lowest rating of the month to the highest"), 0, len(found) + 1),
                axis(_("rating, 1 to 5"), 1.5, 5, every=40),
                [
                    rule(y=mean),
                    intervals(rows, color=7),
                    dots(rows, color=7, r=4, shape="circle"),
                    dots(drawn, color=1, r=5, shape="diamond"),
                ],
                legend=[
                    {"shape": "circle", "color": 7, "text": _("rating of the month, with its 95 % interval")},
                    {"shape": "diamond", "color": 1, "text": _("after chance")},
                    {"rule": True, "text": _("mean of the month")},
                ],
                height=320,
            )
        ],
        _(
            "As rated they run from {low:.2f} to {high:.2f}; the mean ({mean:.2f}) lies outside the interval of "
            "{outside} of "
            "{all}. Of how far months lie apart {keep:.0f} % is not chance: after chance they run from "
            "{fair_low:.2f} to {fair_high:.2f}.",
            low=float(found["csat"].min()), high=float(found["csat"].max()), mean=mean, outside=outside, all=len(found),
            keep=100 * keep, fair_low=float(found["fair"].min()), fair_high=float(found["fair"].max()),
        ),
        table(
            _("Phone, June 2025 (simulated)"),
            [
                _("person"), _("rating ± half the 95 % interval"), _("difficult matters, of 100"),
                _("after chance"), _("settled, of 100"), _("settled an hour"), _("efficiency (DEA), of 100"),
            ],
            [
                [
                    row["agent_id"], f"{row['csat']:.2f} ± {row['half']:.2f}", f"{100 * row['hard_share']:.0f}",
                    f"{row['fair']:.2f}", f"{100 * row['resolved_not_back'] / row['contacts']:.0f}",
                    f"{row['resolved_not_back'] / row['contact_hours']:.1f}", f"{100 * row['efficiency']:.0f}",
                ]
                for row in found.to_dict("records")
            ],
        ),
    )  # fmt: skip
