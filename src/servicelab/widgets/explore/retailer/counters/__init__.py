"""The last shops: leave them, convert them, or convert them with a second counter.

Engine: Monte Carlo on the effect that the tables give and on exhibit values (illustrative).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.retailer.counters.model import (
    LONGEST,
    MOST_LOST,
    SHORTEST,
    STEP,
    WAYS,
    CountersModel,
    exhibit,
    way_name,
)
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Counters(Interactive):
    """The control that ``explore.counters`` returns."""

    view = "view.js"

    def __init__(self, shop_months: pd.DataFrame, shops: pd.DataFrame) -> None:
        self._model = CountersModel(shop_months, shops)
        super().__init__(
            content={
                "ways": [{"id": way, "text": way_name(way)} for way in WAYS],
                "exhibit": exhibit(),
                "facts": self._model.facts(),
                "most": MOST_LOST,
                "step": STEP,
                "shortest": SHORTEST,
                "longest": LONGEST,
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("The last eight shops")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "Eight shops cannot take orders ahead yet. Read the exhibit, decide, and commit: then a thousand "
                "futures are drawn from these ranges and from what the other shops show."
            ),
            "decide": _("What do you propose?"),
            "commit": _("This is my proposal"),
            "lost": _("sales that the long wait at the counter costs a shop, at most"),
            "lost_help": _(
                "Nobody has measured it. Each future draws it between nothing and what you set; a second counter wins "
                "it back."
            ),
            "years": _("years that are counted"),
            "legend": _("the line: the middle 80 of 100 futures"),
        }
