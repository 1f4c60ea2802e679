"""Build an index: five weights, one survey, and what its rise is called. Engine: counts of the orders' answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.retailer.csi.model import (
    ANSWERS,
    HIGHEST,
    LOWEST,
    PLACES,
    RECIPES,
    STEP,
    IndexModel,
    recipe_name,
)
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class SatisfactionIndex(Interactive):
    """The control that ``explore.satisfaction_index`` returns."""

    view = "view.js"

    def __init__(self, orders: pd.DataFrame) -> None:
        self._model = IndexModel(orders)
        super().__init__(
            content={
                "answers": [{"id": f"w{answer}", "text": _("an answer of {n} counts", n=answer)} for answer in ANSWERS],
                "recipes": [
                    {
                        "text": recipe_name(name),
                        "weights": {f"w{n}": at for n, at in zip(ANSWERS, weights, strict=True)},
                    }
                    for name, weights in RECIPES.items()
                ],
                "low": LOWEST,
                "high": HIGHEST,
                "step": STEP,
                "most": PLACES,
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Build a satisfaction index")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "After an order customers answer “How satisfied are you?” from 1 to 5. An index says what each answer "
                "counts, and takes the mean. Build three and keep them: two that you would sign, and one that rises as "
                "near to 25 % as you can get it. The answers stay the same."
            ),
            "recipes": _("Begin from"),
            "keep": _("Keep this index"),
            "drop": _("Begin again"),
            "full": _("Three are kept. Compare them, or begin again."),
            "own": _("One of the three is your own: set the weights yourself, near 25 %."),
            "relative": _("Rise from 2023 to 2025, in per cent of the value of 2023"),
            "points": _("The same rise, in points of the index"),
        }
