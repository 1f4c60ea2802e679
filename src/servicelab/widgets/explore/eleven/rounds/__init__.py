"""A round of the case: a briefing, one decision, what came of it. Engine Q: `explore.eleven.desk` on the call log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.eleven.committing import Committing
from servicelab.widgets.explore.eleven.game import RUNS
from servicelab.widgets.explore.eleven.rounds.model import NAMES, derive
from servicelab.widgets.explore.eleven.rounds.offers import briefing, offers, title

if TYPE_CHECKING:
    from servicelab.widgets.explore.eleven.game import Game


class Round(Committing):
    """The control that ``explore.rounds`` returns."""

    view = "view.js"

    def __init__(self, game: Game, which: str) -> None:
        if which not in NAMES:
            raise ValueError(f"which must be one of {', '.join(NAMES)}")
        self.which = which
        super().__init__(game, which, lambda: {"briefing": briefing(game, which), "offers": offers(which)})

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return derive(self.game, self.which, value)

    def work(self) -> None:
        if self.game.committed(self.which):
            for done in self.game.steps(self.which):
                self.progress(done / RUNS)

    def name(self) -> str:
        return title(self.which)

    def words(self) -> dict[str, str]:
        return {
            "commit": _("Commit"),
            "once": _("What is committed stands; the next round carries on from it."),
            "leave": _("I leave everything as it is"),
            "playing": _("The days are being played, eight times over …"),
            "round": _("this round"),
            "so_far": _("so far"),
            "gave_up": _("gave up, of 100 contacts"),
            "minutes": _("minutes waited, on average"),
            "cost": _("spent on it, ¥"),
            "broken": _("customers let down by a promise"),
            "days": _("gave up, of 100 contacts that day"),
            "day": _("day"),
            "rush": _("gave up from 20:00 to 20:30, of 100"),
            "you": _("you"),
            "as_is": _("as Skylark did it, with the failure") if self.which == "night" else _("as Skylark did it"),
            "plain": _("nothing changed"),
            "surprise": _("Surprise."),
            "carried": _("You carry on."),
            "middle": _("the line: the middle 80 % of eight runs"),
        }
