"""Where did the week go: the hours of one return, painted by hand and then read off the log. Engine: the log itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.process.week.model import COLOURS, WeekModel, colour_name
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Week(Interactive):
    """The control that ``explore.week`` returns."""

    view = "view.js"

    def __init__(self, log: pd.DataFrame, calendar: pd.DataFrame, cases: pd.DataFrame) -> None:
        self._model = WeekModel(log, calendar, cases)
        super().__init__(
            content={
                "colours": [{"id": colour, "text": colour_name(colour)} for colour in COLOURS],
                # The day and the step, not yet the time between two steps: that is what is guessed.
                "hours": round(self._model.hours),
                "steps": [step for _at, step in self._model.steps()],
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Where did the week go?")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "One return from the log (simulated), ¥{claim:.0f}, took {hours} hours. Share them out: how many per "
                "cent were what? Hours in which the parcel travelled, and hours in which we waited for her papers, "
                "count as that, even at night; other nights and weekends count as closed.",
                claim=self._model.claim,
                hours=round(self._model.hours),
            ),
            "steps": _("Its steps, in order: {steps}.", steps="{steps}"),
            "arrow": _(" → "),
            "left": _("Still to give: {left} %", left="{left}"),
            "over": _("Too many: take {over} % back", over="{over}"),
            "full": _("All hours are given"),
            "look": _("Compare with the log"),
            "first": _("First give all 100 %: {left} % are still open.", left="{left}"),
            "first_over": _("First take {over} % back: more than 100 % are given.", over="{over}"),
            "yours": _("your painting"),
            "log": _("the log"),
            "share": _("% of the hours"),
            "calendar": _("The same return, hour by hour"),
            "clock": _("hour of the day"),
        }
