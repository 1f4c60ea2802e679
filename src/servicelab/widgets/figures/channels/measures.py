"""What a scorecard of channels holds: five measures a channel, each beside the firm's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _
from servicelab.widgets.explore.channels.reasons import LINES
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, chart, names, picture, table
from servicelab.widgets.intervals import wilson
from servicelab.widgets.quantities import percent, yuan

if TYPE_CHECKING:
    import pandas as pd

CHANNELS = (*LINES, "self_service")


def measured(contacts: pd.DataFrame) -> dict[str, dict[str, float]]:
    """First contacts by channel, and `all` of them: use, wait, resolution, first-contact resolution, time, cost.

    `resolved` and `first_contact` are of those that were served; a transfer to the second line is no repeat. `wait` is
    the median of all, `given_up` the share of all that nobody answered.
    """
    columns = ("kind", "channel", "wait", "served", "handling", "resolved", "recontact_72h", "csat", "cost")
    require(contacts, columns, "figures.scorecard", "contacts")
    first = contacts[(contacts["kind"].astype(str) == "first") & contacts["channel"].astype(str).isin(CHANNELS)]
    first = first.assign(channel=first["channel"].astype(str))

    def of(rows: pd.DataFrame) -> dict[str, float]:
        had = rows[rows["served"].astype(bool)]
        closed, back = had["resolved"].astype(bool), had["recontact_72h"].astype(bool)
        return {
            "count": float(len(rows)),
            "answered": float(len(had)),
            "use": len(rows) / len(first),
            "wait": float(rows["wait"].astype(float).median()),
            "given_up": float((~rows["served"].astype(bool)).mean()),
            "resolved": float(closed.mean()),
            "first_contact": float((closed & ~back).mean()),
            "back": float(back.mean()),
            "minutes": float(had["handling"].astype(float).mean()) / 60,
            "csat": float(rows["csat"].astype(float).mean()),
            "cost": float(rows["cost"].mean()),
        }

    there = [channel for channel in CHANNELS if (first["channel"] == channel).any()]
    return {**{channel: of(first[first["channel"] == channel]) for channel in there}, "all": of(first)}


def scorecard(contacts: pd.DataFrame) -> dict[str, Any]:
    """Resolution and first-contact resolution of the lines with people, with the other measures in the table.

    The assistant is left out: what it closes and what it settles is guessed first, later in the module.
    """
    require(contacts, ("channel",), "figures.scorecard", "contacts")
    found = measured(contacts[contacts["channel"].astype(str).isin(LINES)])
    channels = [channel for channel in found if channel != "all"]
    closed = sorted(channels, key=lambda channel: found[channel]["resolved"])

    def rows(column: str) -> list[dict[str, Any]]:
        return [
            {
                "x": 100 * found[channel][column],
                "y": at,
                "label": f"{100 * found[channel][column]:.0f}",
            }
            for at, channel in enumerate(closed)
        ]

    named = {
        channel: _("all five lines") if channel == "all" else label("contacts", "channel", channel) for channel in found
    }
    both = [
        bars(rows("resolved"), color=7, thick=0.36, shift=-0.2),
        bars(rows("first_contact"), color=1, thick=0.36, shift=0.2),
    ]
    return picture(
        _("Closed as resolved, and settled at the first contact"),
        [
            chart(
                axis(_("of 100 first contacts that were answered"), 0, 100),
                names([named[channel] for channel in closed], band=44),
                both,
                legend=[
                    {"shape": "square", "color": 7, "text": _("closed as resolved (resolution rate)")},
                    {
                        "shape": "square",
                        "color": 1,
                        "text": _("resolved and not back within 72 hours (first-contact resolution)"),
                    },
                ],
            )
        ],
        _(
            "Of 100 first contacts that were answered {low:.0f} ({worst}) to {high:.0f} ({best}) are closed as "
            "resolved, and "
            "{low_settled:.0f} to {high_settled:.0f} settled at the first contact. The table has the other "
            "measures, beside "
            "those of all five lines.",
            worst=named[closed[0]], best=named[closed[-1]],
            low=100 * found[closed[0]]["resolved"], high=100 * found[closed[-1]]["resolved"],
            low_settled=100 * min(found[channel]["first_contact"] for channel in channels),
            high_settled=100 * max(found[channel]["first_contact"] for channel in channels),
        ),
        table(
            _("First contacts of three years (simulated); shares with their 95 % intervals"),
            [
                _("channel"), _("use, % of first contacts"), _("first response, median"), _("gave up, of 100"),
                _("closed as resolved, of 100 answered"), _("settled at the first contact, of 100 answered"),
                _("handling, minutes"), _("mean rating"), _("cost of the contact"),
            ],
            [
                [
                    named[channel], percent(100 * row["use"]), span(row["wait"]), f"{100 * row['given_up']:.1f}",
                    with_half(row["resolved"], row["answered"]), with_half(row["first_contact"], row["answered"]),
                    f"{row['minutes']:.1f}",
                    f"{row['csat']:.2f}", yuan(row["cost"]),
                ]
                for channel, row in found.items()
            ],
        ),
    )  # fmt: skip


def with_half(share: float, n: float) -> str:
    """A share of 100 with half its 95 % interval."""
    low, high = wilson(share * n, n)
    return f"{100 * share:.1f} ± {50 * (high - low):.1f}"


def span(seconds: float) -> str:
    """A time in the unit that fits it."""
    if seconds < 90:
        return _("{n:.0f} s", n=seconds)
    if seconds < 5400:
        return _("{n:.0f} min", n=seconds / 60)
    return _("{n:.1f} h", n=seconds / 3600)
