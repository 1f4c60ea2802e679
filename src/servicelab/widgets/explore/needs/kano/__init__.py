"""Kano lab: answers to the functional and dysfunctional question become categories, with their uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.models.needs import KANO_TABLE
from servicelab.widgets.explore.needs.kano.model import CATEGORIES, KanoModel, category_name
from servicelab.widgets.frames import segment_name
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Kano(Interactive):
    """The control that ``explore.kano`` returns."""

    view = "view.js"

    def __init__(self, survey: pd.DataFrame, features: pd.DataFrame, *, seed: int = 1) -> None:
        self._model = KanoModel(survey, features, seed)
        super().__init__(
            content={
                "features": [{"id": key, "text": name} for key, name in self._model.names.items()],
                "segments": [{"id": s, "text": segment_name(s)} for s in self._model.segments],
                "categories": {c: category_name(c) for c in CATEGORIES},
                "letters": list(KANO_TABLE),
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Kano lab")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "Each customer was asked twice: how do you feel if the service has this, and how if it does not? "
                "The pair of answers falls into one cell of the table; the cell names the category."
            ),
            "feature": _("Service feature"),
            "segment": _("Customers asked"),
            "n": _("Sample size"),
            "people": _("{n} customers", n="{n}"),
            "again": _("Ask another sample"),
            "all": _("All {n}", n="{n}"),
            "grid": _("Answers in the sample: rows if it is there, columns if it is missing"),
            "corner": _("there ↓ · missing →"),
            "answer1": _("I like it"),
            "answer2": _("I expect it"),
            "answer3": _("Neutral"),
            "answer4": _("I can live with it"),
            "answer5": _("I dislike it"),
            "plane": _("What it does to satisfaction"),
            "x": _("Satisfaction falls without it (% of customers)"),
            "y": _("Satisfaction rises with it (% of customers)"),
            "cloud": _("other samples of this size"),
            "truth": _("everyone in the segment"),
            "verdicts": _("The verdict if you asked {n} others, in 200 draws", n="{n}"),
            "verdict_x": _("Share of draws (%)"),
        }
