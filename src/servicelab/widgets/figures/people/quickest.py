"""Are the quickest the best? The phone's people by length of call, and what a settled call takes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, chart, guess_key, guessed, intervals, names, picture, table
from servicelab.widgets.intervals import Z95

if TYPE_CHECKING:
    import pandas as pd

PRACTISED = 240
"""Days in the firm from which on nobody is a newcomer."""
ENOUGH = 800
"""Fewer calls than this in three years do not say how somebody works."""


@dataclass(frozen=True)
class Quarter:
    """A quarter of the people: minutes a call and a settled call, half their 95 % intervals, the share settled."""

    people: int
    minutes: float
    minutes_half: float
    settled: float
    settled_half: float
    share: float


def people(appraisals: pd.DataFrame) -> pd.DataFrame:
    """The phone's practised people: minutes a call, minutes a settled call, the share that is settled."""
    columns = ("agent_id", "line", "tenure_days", "contacts", "contact_hours", "resolved_not_back")
    require(appraisals, columns, "figures.quickest", "appraisals")
    months = appraisals[(appraisals["line"].astype(str) == "phone") & (appraisals["tenure_days"] >= PRACTISED)]
    found = months.groupby("agent_id")[["contacts", "contact_hours", "resolved_not_back"]].sum()
    found = found[found["contacts"] > ENOUGH]
    return found.assign(
        minutes=60 * found["contact_hours"] / found["contacts"],
        settled=60 * found["contact_hours"] / found["resolved_not_back"],
        share=found["resolved_not_back"] / found["contacts"],
    )


def quarters(appraisals: pd.DataFrame) -> list[Quarter]:
    """From the quickest quarter to the slowest; each person counts once."""
    import pandas as pd

    found = people(appraisals)
    by = found.groupby(pd.qcut(found["minutes"], 4, labels=False))
    return [
        Quarter(
            len(each),
            float(each["minutes"].mean()),
            Z95 * float(each["minutes"].std()) / len(each) ** 0.5,
            float(each["settled"].mean()),
            Z95 * float(each["settled"].std()) / len(each) ** 0.5,
            float(each["share"].mean()),
        )
        for _number, each in by
    ]


def settled_by_the_quickest(appraisals: pd.DataFrame) -> float:
    """Minutes that the quickest quarter takes for each call that is settled."""
    return quarters(appraisals)[0].settled


def quickest(appraisals: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Minutes a call and minutes a settled call by quarter; ``guess`` is at the quickest quarter's settled call."""
    found = quarters(appraisals)
    named = [_("quickest quarter"), _("second"), _("third"), _("slowest quarter")]
    count = len(found)

    def rows(value: str, half: str) -> list[dict[str, Any]]:
        return [
            {
                "x": getattr(each, value), "y": count - 1 - at, "label": f"{getattr(each, value):.1f}",
                "clear": getattr(each, value) + getattr(each, half),
                "xlo": getattr(each, value) - getattr(each, half), "xhi": getattr(each, value) + getattr(each, half),
            }
            for at, each in enumerate(found)
        ]  # fmt: skip

    calls, settled = rows("minutes", "minutes_half"), rows("settled", "settled_half")
    top = 5 * (int(max(*(row["xhi"] for row in settled), guess or 0)) // 5 + 1)
    mine = [] if guess is None else [guessed(guess, count - 1)]
    axis_of = names(list(reversed(named)), band=40)
    return picture(
        _("The quickest quarter, and what a settled call takes"),
        [
            chart(axis(_("minutes a call"), 0, top), axis_of, [bars(calls, color=7), intervals(calls, color=7)],
                  head=_("What the wall shows")),
            chart(axis(_("minutes a settled call"), 0, top), axis_of,
                  [bars(settled, color=1), intervals(settled, color=7), *mine], head=_("What a settled call takes"),
                  legend=[guess_key()] if mine else []),
        ],
        _(
            "The quickest quarter takes {quick:.1f} minutes a call and {quick_settled:.1f} for each that is "
            "settled; the "
            "slowest {slow:.1f} and {slow_settled:.1f}. Of 100 calls they settle {quick_share:.0f} and "
            "{slow_share:.0f}.",
            quick=found[0].minutes, quick_settled=found[0].settled, slow=found[-1].minutes,
            slow_settled=found[-1].settled, quick_share=100 * found[0].share, slow_share=100 * found[-1].share,
        ),
        table(
            _("Phone, people with more than 240 days in the firm, three years (simulated), with 95 % intervals"),
            [_("quarter"), _("people"), _("minutes a call"), _("minutes a settled call"), _("settled, of 100 calls")],
            [
                [
                    named[at], each.people, f"{each.minutes:.1f} ± {each.minutes_half:.1f}",
                    f"{each.settled:.1f} ± {each.settled_half:.1f}", f"{100 * each.share:.0f}",
                ]
                for at, each in enumerate(found)
            ],
        ),
    )  # fmt: skip
