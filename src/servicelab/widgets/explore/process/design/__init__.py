"""Free design. Engine P: the log's own returns through their stations again (`models.process.replay_flow`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.process.changes import ROBOT
from servicelab.widgets.explore.process.design.model import (
    BUDGET,
    HALF_DAYS,
    INSPECTOR,
    LIMITS,
    PAPERS,
    DesignModel,
)
from servicelab.widgets.house import Interactive
from servicelab.widgets.quantities import yuan

if TYPE_CHECKING:
    import pandas as pd


class Design(Interactive):
    """The control that ``explore.design`` returns."""

    view = "view.js"

    def __init__(self, log: pd.DataFrame, stations: pd.DataFrame, calendar: pd.DataFrame, cases: pd.DataFrame) -> None:
        self._model = DesignModel(log, stations, calendar, cases)
        limits = {key: _("as in the log") if at is None else yuan(at, 0) for key, at in LIMITS.items()}
        half_days = {key: _("{n} half-days (¥{cost:,})", n=key, cost=more.yuan) for key, more in HALF_DAYS.items()}
        besides = {
            "papers": _("Papers asked for at registration (¥{cost:,}; its effect is an assumption)", cost=PAPERS),
            "robot": _("Refund by robot (¥{cost:,})", cost=ROBOT.yuan),
            "inspector": _("One more inspector (¥{cost:,})", cost=INSPECTOR),
        }
        offered = {"limits": limits, "half_days": half_days, "besides": besides}
        super().__init__(
            content={name: [{"id": key, "text": text} for key, text in each.items()] for name, each in offered.items()}
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Your own design")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "¥{budget:,} a year. What the law gives stays as it is: seven days without reasons, the refund within "
                "seven days of the goods' arrival, proof of the refund.",
                budget=BUDGET,
            ),
            "limit": _("Approval from this claim on"),
            "half_days": _("Another approver, half-days a week"),
            "besides": _("Besides"),
            "days": _("days from registration to refund"),
            "load": _("% of its minutes that a station works"),
            "was": _("as it is"),
            "now": _("your design"),
            "spent": _("¥{cost} of ¥{budget}", cost="{cost}", budget=f"{BUDGET:,}"),
        }
