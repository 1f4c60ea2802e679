"""The day of the second opening by half hours, beside an ordinary day and beside twice of it, spread evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, beyond, chart, dots, lines, picture, table

if TYPE_CHECKING:
    import pandas as pd

EVE = "2025-11-10"
ORDINARY = ("2025-10-10", "2025-10-28")
LINES = ("phone", "chat")
OPENS, HALVES = 18, 24


def half_hours(calls: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[float]]:
    """Contacts in each half hour from nine to nine, phone and chat: on 10 November, and on an ordinary October day."""
    require(calls, ("arrived_at", "line"), "figures.half_hours", "calls")
    mine = calls[calls["line"].astype(str).isin(LINES)]["arrived_at"]
    day = mine.dt.strftime("%Y-%m-%d")
    half = mine.dt.hour * 2 + mine.dt.minute // 30 - OPENS
    eve = half[day == EVE].value_counts().reindex(range(HALVES)).fillna(0.0)
    ordinary = half[day.between(*ORDINARY)].value_counts().reindex(range(HALVES)).fillna(0.0)
    return eve, ordinary / day[day.between(*ORDINARY)].nunique()


def clock(at: int) -> str:
    """When a half hour begins."""
    return f"{(OPENS + at) // 2}:{(OPENS + at) % 2 * 30:02d}"


def evening(calls: pd.DataFrame) -> dict[str, Any]:
    """10 November by half hours, an ordinary day, and twice an ordinary day spread evenly."""
    eve, ordinary = half_hours(calls)
    even = 2 * float(ordinary.sum()) / HALVES
    rush = int(eve.index[-2])
    drawn = chart(
        axis(_("time of day, o'clock"), 9, 21, ticks=[9, 12, 15, 18, 20, 21]),
        axis(_("contacts in the half hour, phone and chat"), 0, beyond(eve.tolist()), every=45),
        [
            lines([[[at, even] for at in (9, 21)]], color=5, width=2, dash="2 3"),
            lines([[(9.25 + at / 2, n) for at, n in enumerate(ordinary.tolist())]], color=7, width=2, dash="7 3"),
            lines([[(9.25 + at / 2, n) for at, n in enumerate(eve.tolist())]], color=1, width=3),
            dots(
                [{"x": 9.25 + rush / 2, "y": float(eve[rush]), "label": f"{eve[rush]:.0f}", "bold": True}], color=1, r=6
            ),
        ],
        legend=[
            {"line": True, "color": 1, "text": _("10 November 2025")},
            {"line": True, "color": 7, "dash": "7 3", "text": _("an ordinary October day")},
            {"line": True, "color": 5, "dash": "2 3", "text": _("twice an ordinary day, spread evenly")},
        ],
        height=280,
    )
    return picture(
        _("One half hour"),
        [drawn],
        _(
            "10 November has {day:.1f} times the contacts of an ordinary day on these two lines; the half hour from "
            "20:00 has "
            "{half:.1f} times as many ({rush:.0f} for {usual:.0f}). Twice the day spread evenly gives {even:.0f} for "
            "every half hour: "
            "too many at most hours, and less than half of what came at eight.",
            day=eve.sum() / ordinary.sum(), half=eve[rush] / ordinary[rush], rush=eve[rush], usual=ordinary[rush],
            even=even,
        ),
        table(
            _("Contacts by half hours, phone and chat (simulated)"),
            [_("half hour from"), _("10 November 2025"), _("an ordinary October day")],
            [[clock(at), int(eve[at]), f"{ordinary[at]:.0f}"] for at in range(HALVES)],
        ),
    )  # fmt: skip
