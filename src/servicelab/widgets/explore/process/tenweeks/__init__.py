"""Ten weeks on paper. Engine: chance alone, from a seed (illustrative, not the firm's data); the funnel experiment."""

from __future__ import annotations

from typing import Any

from servicelab.i18n import _
from servicelab.widgets.explore.process.tenweeks.model import TenWeeksModel
from servicelab.widgets.house import Interactive


class TenWeeks(Interactive):
    """The control that ``explore.tenweeks`` returns."""

    view = "view.js"

    def __init__(self, *, seed: int = 4) -> None:
        self._model = TenWeeksModel(seed)
        super().__init__()

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Ten weeks on paper")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "You lead a packing line. Each Friday a number comes: so many minutes before or after plan. Re-set the "
                "line by just that much, or leave it alone. Ten Fridays (illustrative)."
            ),
            "leave": _("Leave it alone"),
            "reset": _("Re-set by that much"),
            "again": _("Ten weeks once more"),
            "week": _("week"),
            "off": _("minutes after plan (below 0: before)"),
            "mine": _("your line"),
            "alone": _("left alone"),
            "was_reset": _("re-set after this week"),
        }
