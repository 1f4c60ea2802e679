"""Packing faults by week on a control chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from servicelab.company import label
from servicelab.i18n import _
from servicelab.models.process import p_chart
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, beyond, chart, dots, lines, picture, table
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    import pandas as pd


def control(
    weekly: pd.DataFrame,
    warehouse: str,
    first: int,
    last: int,
    method: Literal["normal", "exact"] = "exact",
    *,
    judged: bool = True,
) -> dict[str, Any]:
    """The share of faulty parcels of one warehouse from week ``first`` to week ``last``, with its limits.

    ``judged`` says which weeks are outside; without it whoever looks has to see that.
    """
    require(weekly, ("week", "warehouse", "parcels", "faults"), "figures.control", "weekly")
    here = weekly[(weekly["warehouse"].astype(str) == warehouse) & weekly["week"].between(first, last)]
    require(here, (), "figures.control", "weekly")
    found = p_chart(here["faults"].to_numpy(), here["parcels"].to_numpy(), method=method)
    weeks = [int(week) for week in here["week"]]
    share, lower, upper = (100 * each for each in (found.share, found.lower, found.upper))
    marked = found.out & judged
    inside = [{"x": w, "y": float(s)} for w, s, out in zip(weeks, share, marked, strict=True) if not out]
    outside = [
        {"x": w, "y": float(s), "label": str(w), "bold": True}
        for w, s, out in zip(weeks, share, marked, strict=True)
        if out
    ]
    name = label("weekly_packing", "warehouse", warehouse)
    said = (
        _("outside: weeks {weeks}", weeks=_(", ").join(str(row["x"]) for row in outside))
        if outside
        else _("none outside")
    )
    about = {"warehouse": name, "share": 100 * found.centre, "said": said}
    return picture(
        _("{warehouse}, week by week", warehouse=name),
        [
            chart(
                axis(_("week of the data"), first - 0.5, last + 0.5, ticks=[*range(first, last + 1, 4)]),
                axis(_("faulty parcels, %"), 0, beyond([*share, *upper])),
                [
                    lines([list(zip(weeks, upper.tolist(), strict=True))], color=7, dash="5 4", width=1.4),
                    lines([list(zip(weeks, lower.tolist(), strict=True))], color=7, dash="5 4", width=1.4),
                    # Whole: what is broken is called a limit.
                    lines([[(first - 0.5, 100 * found.centre), (last + 0.5, 100 * found.centre)]], color=7, width=1),
                    lines([list(zip(weeks, share.tolist(), strict=True))], color=1, width=1.4),
                    dots(inside, color=1, r=4),
                    dots(outside, color=2, shape="diamond", r=7),
                ],
                legend=[
                    {"shape": "circle", "color": 1, "text": _("a week")},
                    *([{"shape": "diamond", "color": 2, "text": _("outside the limits")}] if judged else []),
                    {"dash": "5 4", "color": 7, "text": _("limits of what chance alone can do")},
                    {"line": True, "color": 7, "text": _("average of the weeks shown")},
                ],
                height=280,
            )
        ],
        _(
            "{warehouse}: {share:.1f} % of the parcels on average; {said}. The limits are wider in weeks "
            "with few parcels.",
            **about,
        )
        if judged
        else _(
            "{warehouse}: {share:.1f} % of the parcels on average, and the broken lines as limits. They lie further "
            "apart in weeks with few parcels.",
            **about,
        ),
        table(
            _("{warehouse}: faulty parcels, % (simulated)", warehouse=name),
            [_("week"), _("parcels"), _("faulty, %"), _("limits, %")],
            [
                [w, int(n), f"{s:.1f}", between(lo, up)]
                for w, n, s, lo, up in zip(weeks, here["parcels"], share, lower, upper, strict=True)
            ],
        ),
    )  # fmt: skip
