"""Where did the queue go? Waits at the till and at the pick-up counter, with ordering ahead and without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, chart, guess_key, guessed, names, picture, table

if TYPE_CHECKING:
    import pandas as pd

MONTHS = 6
"""The last so many months: by then every shop that has ordering ahead has had it for half a year or more."""


def waits(shop_months: pd.DataFrame, shops: pd.DataFrame) -> dict[bool, dict[str, float]]:
    """Mean minutes in the busy time of the last months, `till` and `counter`, with ordering ahead or without."""
    columns = ("shop_id", "month", "till_wait_min", "counter_wait_min")
    require(shop_months, columns, "figures.queue_moved", "shop_months")
    require(shops, ("shop_id", "app_live_from"), "figures.queue_moved", "shops")
    months = sorted(shop_months["month"].unique())[-MONTHS:]
    late = shop_months[shop_months["month"].isin(months)].merge(shops[["shop_id", "app_live_from"]], on="shop_id")
    has_it = late["app_live_from"].notna()
    return {
        ahead: {place: float(rows[f"{place}_wait_min"].mean()) for place in ("till", "counter")}
        for ahead, rows in ((False, late[~has_it]), (True, late[has_it]))
    }


def counter_wait(shop_months: pd.DataFrame, shops: pd.DataFrame) -> float:
    """Minutes at the counter in the busy time, in shops that have ordering ahead."""
    return waits(shop_months, shops)[True]["counter"]


def queue_moved(shop_months: pd.DataFrame, shops: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """The four means; `guess` is somebody's guess at the counter's minutes with ordering ahead."""
    found = waits(shop_months, shops)
    places = [("counter", _("at the counter")), ("till", _("at the till"))]
    layers = [
        bars(
            [
                {"x": found[ahead][place], "y": y, "label": f"{found[ahead][place]:.1f}"}
                for y, (place, _name) in enumerate(places)
            ],
            color=color, shift=shift, thick=0.34,
        )
        for ahead, color, shift in ((False, 7, -0.2), (True, 1, 0.2))
    ]  # fmt: skip
    legend = [
        {"shape": "square", "color": 7, "text": _("shops without ordering ahead")},
        {"shape": "square", "color": 1, "text": _("shops with it")},
    ]
    if guess is not None:
        layers.append(guessed(guess, 0, shift=0.2))
        legend.append(guess_key())
    without, with_it = (found[ahead] for ahead in (False, True))
    return picture(
        _("Where the queue went"),
        [
            chart(
                axis(_("minutes waited in the busy time, on average"), 0, 15),
                names([name for _place, name in places], band=56),
                layers,
                legend=legend,
            )
        ],
        _(
            "In the second half of 2025 one waits {till_with:.1f} minutes at the till where one can order ahead, "
            "{till:.1f} where "
            "one cannot; at the counter {counter_with:.1f} against {counter:.1f}.",
            till_with=with_it["till"], till=without["till"], counter_with=with_it["counter"],
            counter=without["counter"],
        ),
        table(
            _("Minutes waited in the busy time, mean over shops and months (simulated)"),
            [_("shops"), _("till"), _("counter")],
            [
                [name, f"{found[ahead]['till']:.1f}", f"{found[ahead]['counter']:.1f}"]
                for ahead, name in ((False, _("without ordering ahead")), (True, _("with ordering ahead")))
            ],
        ),
    )  # fmt: skip
