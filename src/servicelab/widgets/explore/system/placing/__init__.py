"""Placing: contacts by stage and department, facts by the part of the service system that they are evidence of.

Engine: none. What fits is the author's key in the unit's `placing.yml`; nothing is simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.system.placing.model import PlacingModel
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    from servicelab.course.placingfile import Placing


class PlacingBoard(Interactive):
    """The control that `explore.journey` and `explore.service_map` return."""

    view = "view.js"

    def __init__(self, placing: Placing, title: str, lead: str) -> None:
        questions, items = placing
        self._title, self._lead = title, lead
        self._model = PlacingModel(questions, items)
        super().__init__(
            content={
                "items": [{"id": i.id, "text": i.text, "questions": list(i.answers)} for i in self._model.items],
                "questions": [
                    {"id": key, "text": q.text, "options": [{"id": o.id, "text": o.text} for o in q.options]}
                    for key, q in self._model.questions.items()
                ],
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return self._title

    def words(self) -> dict[str, str]:
        return {
            "lead": self._lead,
            "progress": _("What is placed"),
            "place": _("{n} of {all}", n="{n}", all="{all}"),
            "check": _("Check"),
            "next": _("Next"),
            "back": _("Previous one"),
            "result": _("See the whole"),
            "still_open": _("Still open: {numbers}.", numbers="{numbers}"),
            "to_open": _("To number {n}", n="{n}"),
            "comma": _(", "),
            "first": _("First say where it belongs."),
            "open": _("open"),
            "right": _("fits"),
            "wrong": _("explained"),
            "nothing": _("nothing"),
            "waiting": _("{n} still to be placed", n="{n}"),
            "put_elsewhere": _("(you put it elsewhere)"),
            "again": _("Begin again"),
            "sure": _("Everything you placed here goes. Begin again all the same?"),
            "wipe": _("Yes, begin again"),
            "keep": _("No, keep it"),
        }
