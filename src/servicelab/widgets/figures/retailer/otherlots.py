"""Could it be chance? The effect that is found, among those found when the order of conversion is drawn anew."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from servicelab.i18n import _
from servicelab.widgets.explore.retailer import ahead
from servicelab.widgets.house.chart import axis, bars, chart, dots, names, picture, table
from servicelab.widgets.quantities import percent

if TYPE_CHECKING:
    import pandas as pd

TIMES = 300
STEP = 0.5
"""Per cent a bar."""


def other_lots(shop_months: pd.DataFrame, shops: pd.DataFrame) -> dict[str, Any]:
    """How many of the lots drawn anew give which effect, and where the one that was drawn in truth stands."""
    effect, found = ahead.by_other_lots(ahead.panel(shop_months, shops, "figures.other_lots"), TIMES)
    low = STEP * np.floor(min(found.min(), effect) / STEP)
    high = STEP * (np.floor(max(found.max(), effect) / STEP) + 1)
    edges = np.arange(low, high + STEP / 2, STEP)
    counts = np.histogram(found, edges)[0]
    said = [_("{low} to {high}", low=_signed(a), high=_signed(b)) for a, b in pairwise(edges)]
    mine = int(np.searchsorted(edges, effect, side="right") - 1)
    beyond = int((np.abs(found) >= abs(effect)).sum())
    return picture(
        _("If the lot had fallen otherwise"),
        [
            chart(
                axis(_("lots of 300"), 0, float(10 * (counts.max() // 10 + 2))),
                names(said, band=22),
                [
                    bars([{"x": int(n), "y": y, "label": str(n) if n else ""} for y, n in enumerate(counts)], color=7),
                    dots([{"x": 0, "y": mine, "label": percent(effect, 1), "bold": True}], color=2, shape="diamond"),
                ],
                legend=[
                    {"shape": "square", "color": 7, "text": _("effect found for an order drawn anew, %")},
                    {"shape": "diamond", "color": 2, "text": _("for the order that was drawn")},
                ],
            )
        ],
        _(
            "The order that was drawn gives {effect:.1f} %. Of {times} orders drawn anew {beyond} "
            "give as much or more, up "
            "or down; "
            "the largest is {largest:.1f} %.",
            effect=effect, times=TIMES, beyond=beyond, largest=float(np.abs(found).max()),
        ),
        table(
            _("Effects for orders drawn anew (simulated)"),
            [_("effect, %"), _("lots")],
            [[name, int(n)] for name, n in zip(said, counts, strict=True)],
        ),
    )  # fmt: skip


def _signed(number: float) -> str:
    return f"{number + 0.0:+.1f}".replace("-", "−")
