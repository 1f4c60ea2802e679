"""What drives customers away: the cost of each feature's failure, beside how often it is mentioned.

A failure's cost is the share of orders followed by another within 180 days when nothing failed, less that share when
the feature failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.frames import feature_names, require
from servicelab.widgets.house.chart import (
    axis,
    beyond,
    chart,
    dots,
    guess_key,
    guessed,
    intervals,
    names,
    picture,
    rule,
    table,
)
from servicelab.widgets.intervals import difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

COSTLY = 15
"""Points from which a failure's cost is drawn as one that drives customers away."""


def costs_of_failure(orders: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Feature → (cost of its failure, low, high), as shares: fewer orders followed by another within 180 days."""
    require(orders, ["failed_feature", "repurchased_180d"], "figures", "orders")
    known = orders.dropna(subset=["repurchased_180d"])
    returned = known["repurchased_180d"].astype(float)
    fine = returned[known["failed_feature"].isna()]
    costs = {}
    for feature, part in returned.groupby(known["failed_feature"].astype("object")):
        costs[str(feature)] = difference(fine.sum(), len(fine), part.sum(), len(part))
    return costs


def consequences(
    contacts: pd.DataFrame, orders: pd.DataFrame, features: pd.DataFrame, guess: float | None = None
) -> dict[str, Any]:
    """Share of contacts about each feature, and the cost of its failure."""
    require(contacts, ["feature_id"], "figures.consequences", "contacts")
    named, costs = feature_names(features), costs_of_failure(orders)
    mentioned = contacts["feature_id"].astype(str).value_counts(normalize=True)
    ranked = [feature for feature in mentioned.index if feature in costs and feature in named]
    points = {feature: (100 * float(mentioned[feature]), 100 * costs[feature][0]) for feature in ranked}
    costliest = max(points, key=lambda feature: points[feature][1])
    layers, legend = [rule(y=0)], []
    if guess is not None:
        # The feature that stands at the guessed place, ringed: its height says what its failure costs.
        layers.append(guessed(*points[ranked[min(max(round(guess), 1), len(ranked)) - 1]], r=12))
        legend.append(guess_key(_("your guess: place {place}", place=round(guess))))
    rows = []
    for feature, (x, y) in points.items():
        look = {"shape": "square", "color": 2} if y >= COSTLY else {"shape": "circle", "color": 1}
        said = {"label": named[feature], "title": named[feature], "bold": feature in (costliest, ranked[0])}
        rows.append({"x": x, "y": y, **look, **said})
    layers.append(dots(rows, r=6))
    heights = [y for _x, y in points.values()]
    return picture(
        _("What they mention, and what drives them away"),
        [
            chart(
                axis(_("contacts about it (% of all)"), 0, beyond(x for x, _y in points.values())),
                axis(
                    _("come back less often after a failure (points)"),
                    min(-5, 5 * int(min(heights) / 5 - 1)),
                    beyond(heights),
                ),
                layers,
                legend=legend,
                height=380,
            )
        ],
        _(
            "“{top}” is mentioned most ({share:.0f} % of contacts); when it fails, {top_cost:.0f} in 100 customers "
            "fewer come back. “{silent}” stands at place {rank} of {count} with {silent_share:.1f} % of contacts; "
            "when it fails, {silent_cost:.0f} in 100 fewer come back.",
            top=named[ranked[0]],
            share=points[ranked[0]][0],
            # Through a whole number: a cost of nearly nothing is 0, not −0.
            top_cost=round(points[ranked[0]][1]),
            silent=named[costliest],
            rank=ranked.index(costliest) + 1,
            count=len(ranked),
            silent_share=points[costliest][0],
            silent_cost=points[costliest][1],
        ),
        table(
            _("Mentions and consequences (simulated), most mentioned first"),
            [_("feature"), _("% of contacts"), _("come back less often (points)"), _("95 % interval")],
            [[named[f], f"{points[f][0]:.1f}", _points(costs[f][0]), _interval(costs[f][1:])] for f in ranked],
        ),
    )


def evidence(
    contacts: pd.DataFrame, orders: pd.DataFrame, answers: pd.DataFrame, features: pd.DataFrame, only: Sequence[str]
) -> pd.DataFrame:
    """A few features side by side, each number out of 100: mentions, customers who come back, better and worse."""
    import pandas as pd

    from servicelab.models.needs import kano_category, kano_coefficients

    require(answers, ["feature_id", "functional", "dysfunctional"], "figures.evidence", "answers")
    named, costs = feature_names(features), costs_of_failure(orders)
    mentioned = contacts["feature_id"].astype(str).value_counts(normalize=True)
    known = orders.dropna(subset=["repurchased_180d"])
    fine = known.loc[known["failed_feature"].isna(), "repurchased_180d"].astype(float).mean()
    rows = {}
    for feature in only:
        asked = answers[answers["feature_id"] == feature]
        counts = kano_category(asked["functional"], asked["dysfunctional"]).value_counts()
        better, worse = kano_coefficients(counts)
        shares = (mentioned[feature], fine - costs[feature][0], fine, better, -worse)
        rows[named[feature]] = [round(100 * float(share)) for share in shares]
    columns = [
        _("mention it"),
        _("come back when it failed"),
        _("come back when nothing failed"),
        _("pleased to have it"),
        _("displeased without it"),
    ]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def losses(orders: pd.DataFrame, features: pd.DataFrame, only: Sequence[str]) -> dict[str, Any]:
    """The cost of a failure of a few features, with its interval."""
    named, costs = feature_names(features), costs_of_failure(orders)
    chosen = [feature for feature in only if feature in costs and feature in named]
    rows = []
    for at, feature in enumerate(reversed(chosen)):
        cost, low, high = (100 * value for value in costs[feature])
        rows.append({"x": cost, "y": at, "xlo": low, "xhi": high})
    bounds = [100 * value for feature in chosen for value in costs[feature]]
    said = [f"{named[f]} {_points(costs[f][0])}" for f in chosen]
    return picture(
        _("Who comes back after a failure"),
        [
            chart(
                axis(
                    _("come back less often after a failure (points, with 95 % interval)"),
                    min(0, 5 * int(min(bounds) / 5 - 1)),
                    beyond(bounds),
                ),
                names([named[feature] for feature in reversed(chosen)], band=44),
                [rule(x=0), intervals(rows, color=1, width=2), dots(rows, r=7, color=1)],
            )
        ],
        _("Points fewer who come back: {list}.", list=_("; ").join(said)),
        table(
            _("Orders followed by another within 180 days, less than when nothing failed (simulated)"),
            [_("feature"), _("points fewer"), _("95 % interval")],
            [[named[f], _points(costs[f][0]), _interval(costs[f][1:])] for f in chosen],
        ),
    )


def _points(share: float) -> str:
    """A share as whole percentage points, with a minus sign that a reader does not take for a dash."""
    return f"{round(100 * share)}".replace("-", "−")


def _interval(bounds: Sequence[float]) -> str:
    return f"{_points(bounds[0])} – {_points(bounds[1])}"
