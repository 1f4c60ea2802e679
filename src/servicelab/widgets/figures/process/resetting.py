"""What it does to re-set a line after every week: the same chance, left alone and re-set."""

from __future__ import annotations

from typing import Any

from servicelab.i18n import _
from servicelab.widgets.explore.process.tenweeks.model import LONG, WEEKS, TenWeeksModel
from servicelab.widgets.house.chart import axis, chart, dots, lines, picture, rule, table

ALONE = 10
"""Minutes off plan in a week when the line is left alone, as the guess supposes."""


def minutes_off() -> float:
    """By how many minutes a line is off its plan in a week when it is re-set each time, and by `ALONE` otherwise."""
    return ALONE * (1 + TenWeeksModel().dearer / 100)


def reset_or_leave(guess: float | None = None) -> dict[str, Any]:  # noqa: ARG001 - drawn with the number above it
    """Ten weeks of one line by chance, left alone and re-set after each week (illustrative)."""
    model = TenWeeksModel()
    alone, always = model.line(["leave"] * WEEKS), model.line(["reset"] * WEEKS)
    edge = 10 * (max(map(abs, [*alone, *always])) // 10 + 1)
    layers = [rule(y=0)]
    for values, color, shape, dash in ((alone, 7, "square", "7 3"), (always, 1, "circle", None)):
        points = [[week + 1, off] for week, off in enumerate(values)]
        layers += [lines([points], color=color, width=2, dash=dash)]
        layers += [dots([{"x": x, "y": y} for x, y in points], color=color, shape=shape, r=5)]
    off = {name: sum(map(abs, line)) / WEEKS for name, line in (("alone", alone), ("always", always))}
    return picture(
        _("Re-set, or leave alone"),
        [
            chart(
                axis(_("week"), 0.5, WEEKS + 0.5, ticks=list(range(1, WEEKS + 1))),
                axis(_("minutes after plan (below 0: before)"), -edge, edge, every=40),
                layers,
                legend=[
                    {"line": True, "shape": "square", "color": 7, "dash": "7 3", "text": _("left alone")},
                    {"line": True, "shape": "circle", "color": 1, "text": _("re-set each time")},
                ],
                height=260,
            )
        ],
        _(
            "Ten weeks, chosen as typical: left alone {alone:.1f} minutes off plan in a week, re-set each time "
            "{always:.1f}. Over {long} weeks re-setting is {dearer:.0f} % further off.",
            alone=off["alone"],
            always=off["always"],
            long=f"{LONG:,}",
            dearer=model.dearer,
        ),
        table(
            _("Minutes off plan, by week"),
            [_("week"), _("left alone"), _("re-set each time")],
            [[week + 1, alone[week], always[week]] for week in range(WEEKS)],
        ),
    )
