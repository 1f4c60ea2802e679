"""What an extra adds: satisfaction where one was given at random, beside what customers call important."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.frames import feature_names, require
from servicelab.widgets.house.chart import axis, chart, dots, intervals, names, picture, rule, table
from servicelab.widgets.intervals import Z95
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    import pandas as pd


def extras(orders: pd.DataFrame, survey: pd.DataFrame, features: pd.DataFrame) -> dict[str, Any]:
    """What an extra given at random added to satisfaction, and the place of the feature in stated importance."""
    require(orders, ["extra_feature", "satisfaction"], "figures.extras", "orders")
    require(survey, ["feature_id", "importance"], "figures.extras", "survey")
    named = feature_names(features)
    stated = survey["importance"].astype(float).groupby(survey["feature_id"].astype(str)).mean()
    place = stated.rank(ascending=False).astype(int)
    told = orders.dropna(subset=["satisfaction"])
    answer = told["satisfaction"].astype(float)
    without = answer[told["extra_feature"].isna()]
    found = {}
    for feature, part in answer.groupby(told["extra_feature"].astype("object")):
        half = Z95 * sqrt(part.var() / len(part) + without.var() / len(without))
        found[str(feature)] = (part.mean() - without.mean(), half)
    shown = sorted((f for f in found if f in named and f in place.index), key=lambda f: found[f][0])
    rows: list[dict[str, Any]] = []
    for at, feature in enumerate(shown):
        gain, half = found[feature]
        rows.append({"x": gain, "y": at, "xlo": gain - half, "xhi": gain + half})
    last = max(shown, key=lambda feature: place[feature])
    return picture(
        _("What an extra adds"),
        [
            chart(
                axis(_("more satisfied with the extra (points on 1–5, with 95 % interval)"), 0, 0.6),
                names([named[feature] for feature in shown], band=44),
                [rule(x=0), intervals(rows, color=3, width=2), dots(rows, r=7, color=3, shape="triangle")],
            )
        ],
        _(
            "“{name}” stands at place {place} of {count} in stated importance, and adds {gain:.2f} points to "
            "satisfaction where it was given at random.",
            name=named[last],
            place=int(place[last]),
            count=len(place),
            gain=found[last][0],
        ),
        table(
            _("Extras given at random, and how important customers call them (simulated)"),
            [_("feature"), _("place in stated importance"), _("points gained"), _("95 % interval")],
            [
                [
                    named[f],
                    int(place[f]),
                    f"{found[f][0]:.2f}",
                    between(found[f][0] - found[f][1], found[f][0] + found[f][1], 2),
                ]
                for f in reversed(shown)
            ],
        ),
    )
