"""On time, and satisfied: what the last steps up in punctuality still bring."""

from __future__ import annotations

from itertools import pairwise
from math import floor, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from servicelab.company import label
from servicelab.i18n import _, together
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, chart, dots, guess_key, guessed, lines, notes, picture, table
from servicelab.widgets.intervals import Z95
from servicelab.widgets.quantities import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

#: Edges between levels of punctuality, as shares of orders on time.
LEVELS = (0.0, 0.90, 0.945, 0.975, 1.01)


class Cell(NamedTuple):
    """Orders of one warehouse in one year, or of several: share on time, mean satisfaction, how many answered.

    `error` is the standard error of the mean.
    """

    name: str
    on_time: float
    satisfaction: float
    answers: int
    error: float


def warehouse_years(orders: pd.DataFrame) -> list[Cell]:
    """Each warehouse and year, by its share of orders on time.

    Orders on which something else failed, or an extra was given, are left out of satisfaction: the question is on-time
    delivery.
    """
    columns = ["warehouse", "ordered_at", "on_time", "failed_feature", "extra_feature", "satisfaction"]
    require(orders, columns, "figures.saturation", "orders")
    failed = orders["failed_feature"].astype("object")
    plain = (failed.isna() | (failed == "on_time_delivery")) & orders["extra_feature"].isna()
    cells = []
    for key, part in orders.groupby([orders["warehouse"].astype("object"), orders["ordered_at"].dt.year]):
        warehouse, year = cast("tuple[str, int]", key)
        told = part.loc[plain[part.index], "satisfaction"].dropna().astype(float)
        name = f"{label('orders', 'warehouse', warehouse)} {year}"
        error = float(told.std()) / sqrt(max(1, len(told)))
        cells.append(Cell(name, float(part["on_time"].mean()), float(told.mean()), len(told), error))
    return sorted(cells, key=lambda cell: cell.on_time)


def levels(cells: Sequence[Cell]) -> list[Cell]:
    """The cells gathered between the edges of LEVELS; each mean weighted by its number of answers."""
    found = []
    for low, high in pairwise(LEVELS):
        inside = [c for c in cells if low <= c.on_time < high]
        answers = sum(c.answers for c in inside)
        if answers:
            on_time = sum(c.on_time * c.answers for c in inside) / answers
            satisfaction = sum(c.satisfaction * c.answers for c in inside) / answers
            error = sqrt(sum((c.answers * c.error) ** 2 for c in inside)) / answers
            found.append(Cell(percent(100 * on_time), on_time, satisfaction, answers, error))
    return found


def last_step(orders: pd.DataFrame) -> float:
    """The gain in satisfaction from the last step up in punctuality, as a share of the gain from the first."""
    return last_step_of(levels(warehouse_years(orders)))[0]


def last_step_of(groups: Sequence[Cell]) -> tuple[float, float, float]:
    """The last step as a share of the first, and its 95 % interval (low, high), by the delta method.

    The two steps share no answers where there are four levels.
    """
    steps = [high.satisfaction - low.satisfaction for low, high in pairwise(groups)]
    errors = [sqrt(low.error**2 + high.error**2) for low, high in pairwise(groups)]
    share = steps[-1] / steps[0]
    half = Z95 * sqrt(errors[-1] ** 2 + (share * errors[0]) ** 2) / abs(steps[0])
    return share, share - half, share + half


def saturation(orders: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Satisfaction against the share of orders on time."""
    cells = warehouse_years(orders)
    groups = levels(cells)
    line = [(100 * g.on_time, g.satisfaction) for g in groups]
    left = 2 * floor(50 * min(c.on_time for c in cells))
    bottom = floor(5 * min(c.satisfaction for c in cells)) / 5
    each = [{"x": 100 * c.on_time, "y": c.satisfaction, "title": c.name} for c in cells]
    means = [{"x": x, "y": y, "text": f"{y:.2f}"} for x, y in line]
    layers = [
        lines([line], color=7, width=2.5),
        dots(each, r=4, color=2, shape="square"),
        dots([{"x": x, "y": y} for x, y in line], r=7, color=7),
        # Under its dot: beside it, the line would run through a number.
        notes(means, dx=4, dy=23, anchor="middle", strong=True),
    ]
    legend: list[dict[str, Any]] = [
        {"shape": "square", "color": 2, "text": _("one warehouse in one year")},
        {"shape": "circle", "line": True, "color": 7, "text": _("mean of those nearby")},
    ]
    if guess is not None and len(line) > 1:
        start, last = line[-2], line[-1]
        end = (last[0], start[1] + guess / 100 * (line[1][1] - line[0][1]))
        layers += [lines([[start, end]], color=4, dash="6 4"), guessed(*end)]
        legend.append(guess_key())
    said = [_("{name} on time: {satisfaction:.2f}", name=g.name, satisfaction=g.satisfaction) for g in groups]
    compared = []
    if len(groups) == len(LEVELS) - 1:
        share, low, high = (round(100 * bound) for bound in last_step_of(groups))
        compared.append(
            _(
                "The last step brings {share} % of what the first one brings (95 % interval {low} to {high} %).",
                share=share,
                low=_minus(low),
                high=_minus(high),
            )
        )
    return picture(
        _("On time, and satisfied"),
        [
            chart(
                axis(_("orders delivered on time (%)"), left, 100, every=60),
                axis(_("mean satisfaction (1–5)"), bottom, 4.2),
                layers,
                legend=legend,
                height=330,
            )
        ],
        together(_("; ").join(said) + _("."), *compared),
        table(
            _("Warehouses by year (simulated); orders without another failure and without an extra"),
            [_("warehouse and year"), _("% on time"), _("mean satisfaction"), _("answers")],
            [[c.name, f"{100 * c.on_time:.1f}", f"{c.satisfaction:.2f}", c.answers] for c in cells],
        ),
    )


def _minus(number: int) -> str:
    """A whole number with a minus sign that a reader does not take for a dash."""
    return f"{number}".replace("-", "−")
