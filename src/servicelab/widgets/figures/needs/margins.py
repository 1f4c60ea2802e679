"""How far off a share may be, by how many were asked."""

from __future__ import annotations

from math import sqrt
from typing import Any

from servicelab.i18n import _
from servicelab.widgets.house.chart import axis, bars, chart, names, picture, table
from servicelab.widgets.intervals import Z95

SIZES = (25, 50, 100, 200, 400, 800, 1600)


def sample_sizes() -> dict[str, Any]:
    """Margin of error at 95 % for a share of one half, and the rule of thumb 1 ÷ √n."""
    exact = {n: 100 * Z95 * sqrt(0.25 / n) for n in SIZES}
    columns = [{"x": at, "y": value, "label": f"± {value:.1f}"} for at, value in enumerate(exact.values())]
    return picture(
        _("How far off may a share be?"),
        [
            chart(
                names([str(n) for n in SIZES], _("random answers")),
                axis(_("± percentage points"), 0, 22, ticks=[0, 5, 10, 15, 20]),
                [bars(columns, color=1)],
                height=260,
            )
        ],
        _(
            "100 answers: ± {a:.0f} points; 400 answers: ± {b:.0f}; 1,600 answers: ± {c:.1f}.",
            a=exact[100],
            b=exact[400],
            c=exact[1600],
        ),
        table(
            _("Margin of error of a share of one half, 95 % confidence"),
            [_("random answers"), _("± points"), _("by 1 ÷ √n")],
            [[n, f"{value:.1f}", f"{100 / sqrt(n):.1f}"] for n, value in exact.items()],
        ),
    )
