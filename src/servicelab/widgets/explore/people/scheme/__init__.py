"""Design a scheme. Engine: the theory's model of two tasks (`models.people.incentive_outcomes`), illustrative."""

from __future__ import annotations

from typing import Any

from servicelab.i18n import _
from servicelab.widgets.explore.people.scheme.model import GAMED, LIMITS, SchemeModel
from servicelab.widgets.house import Interactive


class Scheme(Interactive):
    """The control that ``explore.scheme`` returns."""

    view = "view.js"

    def __init__(self) -> None:
        self._model = SchemeModel()
        super().__init__(content={"limits": {name: list(each) for name, each in LIMITS.items()}})

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Design a scheme")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "A team of twelve in the theory's model of two tasks (Holmström and Milgrom 1991; parameters "
                "illustrative, "
                "not Skylark's). Settle as many calls as you can for at most the payroll of the fixed wage, with "
                "at most "
                "{gamed:.0f} of 100 closed without being dealt with.",
                gamed=100 * GAMED,
            ),
            "base": _("fixed part a month"),
            "per_contact": _("for each call"),
            "per_resolution": _("for each settled call"),
            "settled": _("calls settled a month, by person"),
            "pay": _("pay a month, ¥"),
            "mine": _("your scheme"),
            "fixed": _("fixed wage"),
        }
