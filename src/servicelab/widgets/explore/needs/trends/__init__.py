"""Needs that move: themes by segment over three years, and core or non-core as the trainee weighs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.needs.trends.model import HIGH, LOW, TrendsModel, quadrant_name, theme_name
from servicelab.widgets.frames import ALL, segment_name
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Trends(Interactive):
    """The control that ``explore.trends`` returns."""

    view = "view.js"

    def __init__(
        self, tracker: pd.DataFrame, survey: pd.DataFrame | None = None, features: pd.DataFrame | None = None
    ) -> None:
        self._model = model = TrendsModel(tracker, survey, features)
        matrix = model.matrix
        super().__init__(
            content={
                "segments": [{"id": s, "text": segment_name(s)} for s in (ALL, *model.segments)],
                "views": list(model.views),
                "weights": [{"id": s, "text": segment_name(s)} for s in (matrix.shares if matrix else ())],
                "themes": [{"id": theme, "text": theme_name(theme)} for theme in model.themes],
                "waves": [{"id": wave, "text": wave} for wave in (matrix.waves if matrix else ())],
                "features": [{"id": key, "text": name} for key, name in model.names.items()],
                "quadrants": {
                    q: quadrant_name(q) for q in ("concentrate_here", "keep_up", "low_priority", "possible_overkill")
                },
                "low": LOW,
                "high": HIGH,
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Needs that move")

    def words(self) -> dict[str, str]:
        return {
            "lead": (
                _("Each month customers were asked what matters most to them just now.")
                if self._model.matrix is None
                else _(
                    "Each month customers were asked what matters most to them just now; each November, how important "
                    "each feature is and how well Skylark does it."
                )
            ),
            "view": _("Picture"),
            "themes": _("1 · What matters most, over time"),
            "matrix": _("2 · Core or not, by your weights"),
            "segment": _("Customers"),
            "theme": _("Theme to look at closely"),
            "window": _("Answers counted by"),
            "month": _("month"),
            "quarter": _("quarter"),
            "year": _("year"),
            "share_y": _("Share of answers (%)"),
            "time_x": _("Time"),
            "band": _("95 % interval of the chosen theme"),
            "wave": _("Survey of"),
            "follow": _("Feature to follow"),
            "derived": _("Importance: stated or derived"),
            "derived_show": _("{d} % derived", d="{d}"),
            "derived_help": _(
                "Stated: what customers say. Derived: what moves their satisfaction "
                "(regression; it explains {fit} % of it).",
                fit="{fit}",
            ),
            "cut": _("Cut between high and low"),
            "mean": _("at the means"),
            "own": _("where I put it"),
            "importance_cut": _("Importance cut"),
            "performance_cut": _("Performance cut"),
            "weights": _("How much each segment counts"),
            "importance_y": _("Importance (1–7)"),
            "performance_x": _("Performance (1–7)"),
            "path": _("{name} over the surveys", name="{name}"),
            "core": _("core"),
            "non_core": _("non-core"),
        }
