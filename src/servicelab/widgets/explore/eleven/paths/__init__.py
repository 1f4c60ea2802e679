"""Four ways through the five rounds, and where they parted. Engine Q, played beforehand for three of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _, use
from servicelab.widgets.explore.eleven.levers import ASSUMED
from servicelab.widgets.explore.eleven.paths.model import derive, with_this_play
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    from servicelab.widgets.explore.eleven.game import Game


class Paths(Interactive):
    """The control that ``explore.paths`` returns."""

    view = "view.js"
    slow = True

    def __init__(self, game: Game) -> None:
        self.game = game
        self._again = 0
        game.rounds["paths"] = self
        super().__init__(content=dict)

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return derive(self.game, value)

    def refresh(self) -> None:
        """Derive the state again: a round was committed."""
        if self.ready:
            with use(self._language):
                self.state = self.derive(self.value)

    def _answer(self, widget: object, content: object, buffers: object) -> None:
        super()._answer(widget, content, buffers)
        if isinstance(content, dict) and content.get("again"):
            self.again()

    def again(self) -> None:
        """Keep what this way came to, and begin from the first round."""
        if self.game.committed("wave"):
            self.value = with_this_play(self.game, self.value)
            self.game.again()

    def name(self) -> str:
        return _("Four ways through Double 11")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "Everything has a price here, so that four ways can be compared (the prices are made up for the "
                "case): what was spent; ¥{lost:.0f} for a contact that gave up, ¥{dear:.0f} for one that did from "
                "eight to nine on an evening of an opening; ¥{minute:.0f} for a minute waited; ¥{broken:.0f} for a "
                "customer let down. The failure of payment in round 4 is made up and stands in all four ways. The "
                "picture shows how much less each way came to than what Skylark did.",
                **ASSUMED.prices,
            ),
            "less": _("¥ less than as Skylark did it, so far"),
            "round": _("after round"),
            "again": _("Play again from the first round"),
            "kept": _("This way is kept in the list below; the practice, your answers and your guesses stay."),
            "decisions": _("Who decided what"),
            "plays": _("Your earlier ways"),
        }
