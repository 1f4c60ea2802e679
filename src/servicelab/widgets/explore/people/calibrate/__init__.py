"""Calibrate. Engine: none; a recorded call and three experts' scores, made up for the course (illustrative)."""

from __future__ import annotations

from typing import Any

from servicelab.i18n import _
from servicelab.widgets.explore.people.calibrate.model import LEVELS, CalibrateModel
from servicelab.widgets.explore.people.calibrate.recording import CRITERIA, criterion, transcript
from servicelab.widgets.house import Interactive


class Calibrate(Interactive):
    """The control that ``explore.calibrate`` returns."""

    view = "view.js"

    def __init__(self) -> None:
        self._model = CalibrateModel()
        named = {"0": _("0 · missing"), "1": _("1 · in part"), "2": _("2 · there")}
        super().__init__(
            content={
                "lines": [{"who": who, "says": says} for who, says in transcript()],
                "criteria": [{"id": name, "text": criterion(name)} for name in CRITERIA],
                "levels": [{"id": level, "text": named[level]} for level in LEVELS],
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Score the call, then compare")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "A recorded call (illustrative). Score it on eight criteria as if nobody else did; three experts "
                "did the "
                "same, each alone, before this page was made."
            ),
            "recording": _("The call"),
            "compare": _("Compare with the experts"),
            "open": _("{n} criteria still have no score.", n="{n}"),
            "again": _("Score once more"),
        }
