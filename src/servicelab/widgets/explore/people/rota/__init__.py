"""A week's roster. Engine: whole numbers (`models.people.roster`) on the phone's own calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.people.rota.model import BUSY, EXTRA, RotaModel
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Rota(Interactive):
    """The control that ``explore.rota`` returns."""

    view = "view.js"

    def __init__(self, calls: pd.DataFrame) -> None:
        self._model = RotaModel(calls)
        super().__init__(
            content={
                "rules": [
                    {"id": "any", "text": _("any two days")},
                    {"id": "together", "text": _("two days running")},
                    {"id": "weekend", "text": _("any two, one of them at the weekend")},
                ],
                "busy": list(BUSY),
                "extra": list(EXTRA),
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("A week's roster")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "The phone's calls of three ordinary weeks in autumn 2025 (simulated), each person five days. A "
                "day counts "
                "as a whole here: when in the day calls come, leave and illness are left out."
            ),
            "busy": _("busy with calls, of their time at the desk"),
            "rule": _("Days off"),
            "extra": _("a day at the weekend costs more by"),
            "people": _("people at the desk"),
            "needed": _("needed"),
            "cover": _("on the roster"),
        }
