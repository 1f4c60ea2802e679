"""Three redesign cards. Engine P: the log's own returns through their stations again (`models.process.replay_flow`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.process.cards.model import CARDS, CardsModel, card_name, card_words
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Cards(Interactive):
    """The control that ``explore.cards`` returns."""

    view = "view.js"

    def __init__(self, log: pd.DataFrame, stations: pd.DataFrame, calendar: pd.DataFrame, cases: pd.DataFrame) -> None:
        self._model = CardsModel(log, stations, calendar, cases)
        super().__init__(
            content={"cards": [{"id": card, "text": card_name(card), "says": card_words(card)} for card in CARDS]}
        )
        # Two and a half seconds of work, done while somebody reads what the cards say.
        self._model.warm()

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Three redesign cards")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "Three changes are proposed. Two of them shorten a return by more than a day, one by a few "
                "hours. Say which one does next to nothing, then turn the cards: the firm's own returns go through "
                "their stations once more."
            ),
            "guess": _("Which card does next to nothing?"),
            "turn": _("Turn this card"),
            "again": _("Show in the picture"),
            "shown": _("in the picture"),
            "days": _("days from registration to refund"),
            "quarter": _("quarter in which the return was registered"),
            "course": _("Where the days are won"),
            "bars": _("A return takes"),
        }
