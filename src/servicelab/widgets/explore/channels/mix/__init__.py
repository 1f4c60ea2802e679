"""A mix of channels and the price of its promises. Engine: a linear programme (`models.channels.channel_mix`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.channels.mix.model import LEVELS, ROOMS, MixModel
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Mix(Interactive):
    """The control that ``explore.mix`` returns."""

    view = "view.js"

    def __init__(self, contacts: pd.DataFrame, customers: pd.DataFrame) -> None:
        self._model = MixModel(contacts, customers)
        super().__init__(content={"levels": list(LEVELS), "rooms": list(ROOMS), "names": self._model.names()})

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("A mix, and what a promise costs")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "A month of members' first contacts (2025, simulated) goes to the assistant, the chat or the "
                "phone, so that "
                "all that follows costs least. What a matter costs and who comes back is taken from those who "
                "were served "
                "there: whoever is sent elsewhere is assumed to fare as they did."
            ),
            "level": _("promise: not back within 72 hours"),
            "room": _("room on the phone, of 100 first contacts"),
            "route": _("Whoever refuses the assistant gets a person on the phone"),
            "promises": _("Promises"),
            "share": _("of 100 first contacts"),
            "without": _("without the human route"),
            "with": _("with it"),
            "reasons": _("Where each reason goes"),
        }
