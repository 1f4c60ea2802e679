"""Coach or chance. Engines: dice, thrown anew at every press; then the firm's own table of appraisals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.people.chance.model import LUCK, ChanceModel
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Chance(Interactive):
    """The control that ``explore.chance`` returns."""

    view = "view.js"

    def __init__(self, appraisals: pd.DataFrame) -> None:
        self._model = ChanceModel(appraisals)
        super().__init__(
            content={
                "steps": [{"id": "dice", "text": _("1 · Dice")}, {"id": "firm", "text": _("2 · The bottom ten")}],
                "verdicts": [
                    {"id": "works", "text": _("coaching works")},
                    {"id": "not", "text": _("coaching does nothing")},
                    {"id": "cannot", "text": _("this cannot say")},
                ],
                "luck": LUCK,
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Coach, or chance?")

    def words(self) -> dict[str, str]:
        return {
            "steps": _("Step"),
            "roll": _("Roll a month"),
            "speak": _("Speak to the three, and roll the next month"),
            "anew": _("Two new months"),
            "rating": _("mean of twenty rolls"),
            "people": _("people, in the order of the first month"),
            "first": _("first month"),
            "low": _("first month, among the last three"),
            "second": _("second month"),
            "guess": _("change of the coached, in points (ratings go from 1 to 5)"),
            "look": _("That is my guess"),
            "nowhere": _("no guess yet"),
            "move_to": _("Click on the scale, or use the arrow keys; Enter takes the place where it stands."),
            "verdict": _("What does that say?"),
            "lot": _("Show those who were not coached"),
            "change": _("change of the rating to the next month, points"),
            "interval": _("the line: 95 % interval"),
        }
