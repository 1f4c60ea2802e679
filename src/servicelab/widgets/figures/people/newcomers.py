"""How newcomers grow into the work: matters settled an hour by month in the firm, and what the first months lack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, beyond, chart, names, picture, table

if TYPE_CHECKING:
    import pandas as pd

GROWN = 12
"""Months after which nobody is counted as a newcomer any more."""
SPAN = 30


def settled_by_month(appraisals: pd.DataFrame, agents: pd.DataFrame) -> pd.DataFrame:
    """By month in the firm (12 stands for later, too): matters settled an `hour`, hours and `months` appraised.

    Permanent people of the phone; somebody is in the first month up to the thirtieth day.
    """
    columns = ("agent_id", "line", "tenure_days", "contact_hours", "resolved_not_back")
    require(appraisals, columns, "figures.newcomers", "appraisals")
    require(agents, ("agent_id", "temporary"), "figures.newcomers", "agents")
    lasting = agents.loc[~agents["temporary"].astype(bool), "agent_id"]
    mine = appraisals[(appraisals["line"].astype(str) == "phone") & appraisals["agent_id"].isin(lasting)]
    since = (mine["tenure_days"] // SPAN).clip(upper=GROWN)
    found = mine.groupby(since).agg(
        settled=("resolved_not_back", "sum"), hours=("contact_hours", "sum"), months=("agent_id", "size")
    )
    return found.assign(hour=found["settled"] / found["hours"])


def hourly(found: pd.DataFrame) -> dict[int, float]:
    """By month in the firm, matters settled an hour."""
    return {int(month): float(hour) for month, hour in zip(found.index, found["hour"].to_numpy(), strict=True)}


def lacking(found: pd.DataFrame, first: int = 6) -> float:
    """Months of an experienced person that a newcomer's first months fall short by."""
    hour = hourly(found)
    return sum(1 - hour[month] / hour[GROWN] for month in range(first) if month in hour)


def newcomers(appraisals: pd.DataFrame, agents: pd.DataFrame) -> dict[str, Any]:
    """Matters settled an hour by month in the firm."""
    found = settled_by_month(appraisals, agents)
    hour = hourly(found)
    grown, first = hour[GROWN], next(iter(hour.values()))
    shown = [month for month in hour if month < 6 or month == GROWN]
    named = {month: _("a year and more") if month == GROWN else _("month {n}", n=month + 1) for month in shown}
    rows = [
        {"x": hour[month], "y": len(shown) - 1 - at, "label": f"{hour[month]:.1f}"} for at, month in enumerate(shown)
    ]
    return picture(
        _("What a newcomer settles an hour"),
        [
            chart(
                axis(_("settled an hour on contacts"), 0, beyond([grown])),
                names([named[month] for month in reversed(shown)], band=34),
                [bars(rows, color=1)],
            )
        ],
        _(
            "In the first month a newcomer settles {first:.1f} matters an hour, after a year {grown:.1f}: "
            "{share:.0f} of 100. "
            "The first six months lack what an experienced person does in {lack:.1f}.",
            first=first, grown=grown, share=100 * first / grown, lack=lacking(found),
        ),
        table(
            _("Phone, permanent people, three years (simulated)"),
            [_("in the firm"), _("settled an hour"), _("of 100 of later"), _("appraised months")],
            [
                [
                    named.get(month, _("month {n}", n=month + 1)), f"{each:.2f}", f"{100 * each / grown:.0f}",
                    f"{int(months):,}",
                ]
                for (month, each), months in zip(hour.items(), found["months"].to_numpy(), strict=True)
            ],
        ),
    )  # fmt: skip
