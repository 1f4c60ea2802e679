"""What drives customers away: what each feature's failure costs, how often it is mentioned, how often it fails.

A failure's cost is the share of orders followed by another within 180 days when nothing failed, less that share when
the feature failed. How often it fails is counted on the same orders: those whose next 180 days are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _, together
from servicelab.widgets.frames import feature_names, require
from servicelab.widgets.house.chart import (
    axis,
    bars,
    beyond,
    chart,
    dots,
    guess_key,
    guessed,
    names,
    picture,
    rule,
    table,
)
from servicelab.widgets.intervals import difference
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

COSTLY = 15
"""Points from which a failure's cost is drawn as one that drives customers away."""
MOST_LOST = 7
"""Features that are drawn of those that lose customers; the table has them all."""


def known_orders(orders: pd.DataFrame) -> pd.DataFrame:
    """The orders of which it is known whether another one followed within 180 days."""
    require(orders, ["failed_feature", "repurchased_180d"], "figures", "orders")
    return orders.dropna(subset=["repurchased_180d"])


def costs_of_failure(orders: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Feature → (cost of its failure, low, high), as shares: fewer orders followed by another within 180 days."""
    known = known_orders(orders)
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
            "“{top}” is mentioned most ({share:.0f} % of contacts); when it fails, {top_cost:.0f} in 100 orders fewer "
            "are followed by another. “{silent}” stands at place {rank} of {count} with {silent_share:.1f} % of "
            "contacts; when it fails, {silent_cost:.0f} in 100 fewer are followed by another.",
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
    """A few features side by side, each number out of 100 but failures, which are out of 1,000 orders.

    Mentions, failures, orders that another one followed, better and worse.
    """
    import pandas as pd

    from servicelab.models.needs import kano_category, kano_coefficients

    require(answers, ["feature_id", "functional", "dysfunctional"], "figures.evidence", "answers")
    named, costs = feature_names(features), costs_of_failure(orders)
    mentioned = contacts["feature_id"].astype(str).value_counts(normalize=True)
    failed = failures_per_thousand(orders)
    known = known_orders(orders)
    fine = known.loc[known["failed_feature"].isna(), "repurchased_180d"].astype(float).mean()
    rows = {}
    for feature in only:
        asked = answers[answers["feature_id"] == feature]
        counts = kano_category(asked["functional"], asked["dysfunctional"]).value_counts()
        better, worse = kano_coefficients(counts)
        shares = (mentioned[feature], fine - costs[feature][0], fine, better, -worse)
        mentions, *others = (round(100 * float(share)) for share in shares)
        rows[named[feature]] = [mentions, round(failed[feature]), *others]
    columns = [
        _("mention it"),
        _("it fails, of 1,000 orders"),
        _("ordered again when it failed, of 100 orders"),
        _("ordered again when nothing failed, of 100 orders"),
        _("pleased to have it"),
        _("displeased without it"),
    ]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def losses(orders: pd.DataFrame, features: pd.DataFrame) -> dict[str, Any]:
    """How often each feature fails times what a failure costs: customers lost for each 1,000 orders.

    The text says the same of the latest year, where the orders span several: a sum hides what has changed since.
    """
    named, costs, failed = feature_names(features), costs_of_failure(orders), failures_per_thousand(orders)
    lost = {feature: number for feature, number in lost_per_thousand(orders).items() if feature in named}
    ranked = sorted(lost, key=lambda feature: -lost[feature])
    shown = ranked[:MOST_LOST]
    columns = [
        {"x": max(0.0, lost[feature]), "y": at, "label": _lost(lost[feature])}
        for at, feature in enumerate(reversed(shown))
    ]
    dearest = max(shown, key=lambda feature: costs[feature][0])
    return picture(
        _("How often it fails, times what a failure costs"),
        [
            chart(
                axis(_("customers lost for each 1,000 orders"), 0, beyond(lost.values())),
                names([named[feature] for feature in reversed(shown)], band=34),
                [bars(columns, color=2)],
            )
        ],
        together(
            _(
                "“{first}” loses most customers: {lost} for each 1,000 orders. A single failure costs most with "
                "“{dearest}”: {cost} in 100 orders fewer are followed by another; it loses {dearest_lost} for each "
                "1,000 orders.",
                first=named[ranked[0]],
                lost=_lost(lost[ranked[0]]),
                dearest=named[dearest],
                cost=_points(costs[dearest][0]),
                dearest_lost=_lost(lost[dearest]),
            ),
            _latest(orders, {feature: named[feature] for feature in (ranked[0], dearest)}),
        ),
        table(
            _("Failures and what they cost (simulated), most customers lost first"),
            [
                _("feature"),
                _("fails, of 1,000 orders"),
                _("come back less often (points)"),
                _("customers lost for each 1,000 orders"),
            ],
            [[named[f], round(failed[f]), _points(costs[f][0]), _lost(lost[f])] for f in ranked],
        ),
    )


def failures_per_thousand(orders: pd.DataFrame) -> dict[str, float]:
    """Feature → on how many of 1,000 orders it failed, of those that `costs_of_failure` is counted on."""
    known = known_orders(orders)
    counted = known["failed_feature"].astype("object").value_counts() * 1000 / len(known)
    return {str(feature): float(count) for feature, count in counted.items()}


def lost_per_thousand(orders: pd.DataFrame) -> dict[str, float]:
    """Feature → customers lost for each 1,000 orders: how often it fails times what a failure costs."""
    costs, failed = costs_of_failure(orders), failures_per_thousand(orders)
    return {feature: failed[feature] * costs[feature][0] for feature in costs}


def latest_year(orders: pd.DataFrame) -> pd.DataFrame:
    """The orders of the last calendar year of which the next 180 days are known."""
    year = known_orders(orders)["ordered_at"].dt.year.max()
    latest: pd.DataFrame = orders[orders["ordered_at"].dt.year == year]
    return latest


def _latest(orders: pd.DataFrame, named: dict[str, str]) -> str:
    """What these features lose in the latest year alone; nothing where there is only one year."""
    if "ordered_at" not in orders or orders["ordered_at"].dt.year.nunique() < 2:
        return ""
    latest = latest_year(orders)
    lost = lost_per_thousand(latest)
    each = [f"{name} {_lost(lost.get(feature, 0.0))}" for feature, name in named.items()]
    return _("{year} alone: {each}.", year=int(latest["ordered_at"].dt.year.iloc[0]), each=_(", ").join(each))


def _lost(customers: float) -> str:
    """Customers lost, with one decimal; what lies below nothing is nothing."""
    return f"{max(0.0, customers):.1f}"


def _points(share: float) -> str:
    """A share as whole percentage points, with a minus sign that a reader does not take for a dash."""
    return f"{round(100 * share)}".replace("-", "−")


def _interval(bounds: Sequence[float]) -> str:
    return between(100 * bounds[0], 100 * bounds[1], 0)
