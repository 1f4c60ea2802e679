"""How much sooner returns end when stations work faster: replayed from the log (engine P)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _, together
from servicelab.models.process.replay import STATIONS
from servicelab.widgets.explore.process.replays import Change, Replays
from servicelab.widgets.house.chart import axis, bars, chart, guess_key, guessed, names, picture, table

if TYPE_CHECKING:
    import pandas as pd

FASTER = 1.25
"""As much more in a day: what took five hours takes four."""


def ways() -> dict[str, Change]:
    """Who works faster, by name of the way."""
    others = tuple((name, FASTER) for name in STATIONS if name != "approve")
    return {
        "nobody": Change(),
        "others": Change(factors=others),
        "approver": Change(factors=(("approve", FASTER),)),
        "all": Change(factors=tuple((name, FASTER) for name in STATIONS)),
    }


def days_of_ways(
    log: pd.DataFrame, stations: pd.DataFrame, calendar: pd.DataFrame, cases: pd.DataFrame
) -> dict[str, float]:
    """Mean days of a return in each way, in the log's own three years."""
    replays = Replays(log, stations, calendar, cases, "figures.faster")
    return {way: float(replays.days(change).mean()) for way, change in ways().items()}


def faster(
    log: pd.DataFrame,
    stations: pd.DataFrame,
    calendar: pd.DataFrame,
    cases: pd.DataFrame,
    guess: float | None = None,
) -> dict[str, Any]:
    """Mean days of a return when nobody, the others, the approver or all of them work a quarter faster.

    ``guess`` is somebody's guess at the hours gained when everybody but the approver does.
    """
    days = days_of_ways(log, stations, calendar, cases)
    said = {
        "nobody": _("as it is"),
        "others": _("everybody but the approver faster"),
        "approver": _("the approver alone faster"),
        "all": _("everybody faster"),
    }
    order = list(said)[::-1]
    rows = [{"x": days[way], "y": at, "label": f"{days[way]:.2f}"} for at, way in enumerate(order)]
    layers = [bars(rows, color=1)]
    legend = []
    if guess is not None:
        layers.append(guessed(days["nobody"] - guess / 24, order.index("others")))
        legend.append(guess_key())
    gained = {way: 24 * (days["nobody"] - each) for way, each in days.items()}
    return picture(
        _("Who has to be faster?"),
        [
            chart(
                axis(_("days from registration to refund"), 0, int(max(days.values())) + 2, every=60),
                names([said[way] for way in order], band=44),
                layers,
                legend=legend,
            )
        ],
        together(
            _(
                "Five hours' work in four, by everybody but the approver: {others:.0f} hours sooner. By the approver "
                "alone: {approver:.0f} hours. By everybody: {all:.0f}.",
                **{way: gained[way] for way in ("others", "approver", "all")},
            ),
            _("So it would have been in the time of this log; another time would give other numbers."),
        ),
        table(
            _("Mean days of a return, the log replayed (simulated)"),
            [_("who does five hours' work in four"), _("days"), _("hours sooner")],
            [[said[way], f"{days[way]:.2f}", f"{gained[way]:.1f}"] for way in said],
        ),
    )
