"""Hire. Engine: none; the firm's own pilot, which took everybody who applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.people.hiring.model import LEAST, WAYS, HiringModel, way_name
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Hiring(Interactive):
    """The control that ``explore.hiring`` returns."""

    view = "view.js"

    def __init__(self, applicants: pd.DataFrame) -> None:
        self._model = HiringModel(applicants)
        super().__init__(
            content={
                "ways": [{"id": way, "text": way_name(way)} for way in WAYS],
                "least": LEAST,
                "most": len(self._model.rows),
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Hire, and look half a year later")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "A pilot in spring 2024 hired all 120 who applied (simulated), so every score can be held "
                "against the work "
                "of everybody. Choose a score, and how many you would have taken."
            ),
            "way": _("Chosen by"),
            "number": _("so many of 120 are hired"),
            "score": _("score"),
            "work": _("settled an hour after six months, for the same mix of matters"),
            "hired": _("hired"),
            "passed": _("not hired"),
            "mean": _("the line: mean of the hired"),
        }
