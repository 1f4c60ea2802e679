"""Three ways to reckon a queue, side by side. Engine Q: Erlang C, Erlang A, `models.queueing.simulate_queue`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.channels.queues.model import LIMITS, QueuesModel
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Queues(Interactive):
    """The control that ``explore.queues`` returns."""

    view = "view.js"

    def __init__(self, calls: pd.DataFrame, rosters: pd.DataFrame) -> None:
        self._model = QueuesModel(calls, rosters)
        super().__init__(content={"limits": {name: list(each) for name, each in LIMITS.items()}})

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("One queue, reckoned in three ways")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "It opens with what the phone had from three to four on ten ordinary days of October 2025 (simulated). "
                "Erlang C knows "
                "nobody who hangs up; Erlang A does, with exponential times; the simulation draws its times from "
                "the calls "
                "themselves."
            ),
            "calls": _("calls in half an hour"),
            "aht": _("handling time, seconds"),
            "agents": _("people at the desk"),
            "patience": _("mean patience, seconds"),
            "at": _("people at the desk"),
            "wait": _("mean wait of all callers, seconds"),
            "c": _("Erlang C: nobody hangs up"),
            "a": _("Erlang A: people hang up"),
            "sim": _("simulation, with 95 % interval"),
        }
