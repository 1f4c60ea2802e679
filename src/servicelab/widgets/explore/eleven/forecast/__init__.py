"""The forecast: ten half hours of 10 November, drawn from three pictures. Engine: the tables themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.eleven.committing import Committing
from servicelab.widgets.explore.eleven.forecast.model import PICTURES, clock, derive, picture_name, pictures
from servicelab.widgets.explore.eleven.levers import HANDLES, MOST_CONTACTS

if TYPE_CHECKING:
    from servicelab.widgets.explore.eleven.game import Game


class ForecastBoard(Committing):
    """The control that ``explore.forecast`` returns."""

    view = "view.js"

    def __init__(self, game: Game) -> None:
        super().__init__(game, "forecast", self._content_of)

    def _content_of(self) -> dict[str, Any]:
        return {
            "halves": [clock(at) for at in range(HANDLES)],
            "most": MOST_CONTACTS,
            "pictures": [{"id": each, "text": picture_name(each)} for each in PICTURES],
            "data": pictures(self.game.season),
        }

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return derive(self.game, value)

    def name(self) -> str:
        return _("Round 1 · 24 October: the forecast")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "On 10 November at 20:00 the balances fall due, and the prices drop. Both lines together: how many "
                "get in touch from four to nine, half hour by half hour? Look at the three pictures, then set the ten "
                "handles. One too few will count as four too many."
            ),
            "look": _("Picture"),
            "half": _("contacts from {clock}", clock="{clock}"),
            "handles": _("Your ten half hours"),
            "surprise": _("Surprise."),
            "axis": _("contacts in the half hour, phone and chat"),
            "open_evenings": _("31 October and 10 November of both years, four evenings together"),
            "plain_evenings": _("four ordinary evenings together"),
            "times": _("contacts that day, as a multiple of an ordinary October day"),
            "clock": _("half hour from"),
            "yours": _("your forecast"),
            "usual": _("an ordinary October evening, 2025"),
            "commit": _("Commit the forecast"),
            "once": _("What is committed stands. The whole can be played again at the end."),
        }
