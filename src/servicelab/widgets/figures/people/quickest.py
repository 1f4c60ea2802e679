"""Are the quickest the best? The phone's people by length of call, and what a settled call takes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import (
    axis,
    bars,
    chart,
    guess_key,
    guessed,
    interval_key,
    intervals,
    names,
    picture,
    table,
)
from servicelab.widgets.intervals import ratio
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

PRACTISED = 240
"""Days in the firm from which on nobody is a newcomer."""
ENOUGH = 800
"""Fewer calls than this in three years do not say how somebody works."""


@dataclass(frozen=True)
class Quarter:
    """A quarter of the people, their work added up; each measure with its 95 % interval.

    `minutes` a call, minutes for each that is `settled`, the `share` that is; `single` is the least and the most
    minutes for a settled call that one of them takes.
    """

    people: int
    minutes: tuple[float, float, float]
    settled: tuple[float, float, float]
    share: tuple[float, float, float]
    single: tuple[float, float]


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
    """From the quickest quarter to the slowest; a mean of people's ratios would weigh a few calls like many."""
    import pandas as pd

    found = people(appraisals)
    by = found.groupby(pd.qcut(found["minutes"], 4, labels=False))
    made = []
    for _number, each in by:
        minutes, calls, settled = (
            each[name].to_numpy(dtype=float) * scale
            for name, scale in (("contact_hours", 60), ("contacts", 1), ("resolved_not_back", 1))
        )
        single = (float(each["settled"].min()), float(each["settled"].max()))
        made.append(Quarter(len(each), ratio(minutes, calls), ratio(minutes, settled), ratio(settled, calls), single))
    return made


def settled_by_the_quickest(appraisals: pd.DataFrame) -> float:
    """Minutes that the quickest quarter takes for each call that is settled."""
    return quarters(appraisals)[0].settled[0]


def quickest(appraisals: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Minutes a call and minutes a settled call by quarter; ``guess`` is at the quickest quarter's settled call."""
    found = quarters(appraisals)
    named = [_("quickest quarter"), _("second"), _("third"), _("slowest quarter")]
    count = len(found)

    def rows(measured: list[tuple[float, float, float]]) -> list[dict[str, Any]]:
        return [
            {"x": x, "y": count - 1 - at, "label": f"{x:.1f}", "clear": high, "xlo": low, "xhi": high}
            for at, (x, low, high) in enumerate(measured)
        ]

    calls, settled = rows([each.minutes for each in found]), rows([each.settled for each in found])
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
                  legend=[interval_key(), *([guess_key()] if mine else [])]),
        ],
        _(
            "The quickest quarter takes {quick:.1f} minutes a call and {quick_settled:.1f} for each that is "
            "settled; the "
            "slowest {slow:.1f} and {slow_settled:.1f}. Of 100 calls they settle {quick_share:.0f} and "
            "{slow_share:.0f}.",
            quick=found[0].minutes[0], quick_settled=found[0].settled[0], slow=found[-1].minutes[0],
            slow_settled=found[-1].settled[0], quick_share=100 * found[0].share[0],
            slow_share=100 * found[-1].share[0],
        ),
        table(
            _(
                "Phone, people with more than 240 days in the firm, three years (simulated): the work of each quarter "
                "added up, with 95 % intervals"
            ),
            [
                _("quarter"), _("people"), _("minutes a call"), _("minutes a settled call"),
                _("minutes a settled call, single people"), _("settled, of 100 calls"),
            ],
            [
                [
                    named[at], each.people, _spanned(each.minutes, 1), _spanned(each.settled, 1),
                    between(*each.single, 1), _spanned([100 * share for share in each.share], 0),
                ]
                for at, each in enumerate(found)
            ],
        ),
    )  # fmt: skip


def _spanned(measured: Sequence[float], places: int) -> str:
    value, low, high = measured
    return f"{value:.{places}f} ({between(low, high, places)})"
