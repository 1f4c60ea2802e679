"""Write the standard. Engine: none; a sheet and four mattresses made up for the course (illustrative)."""

from __future__ import annotations

import random
from typing import Any

from servicelab.i18n import _, between
from servicelab.widgets.explore.process.sheet.model import BAD, SheetModel
from servicelab.widgets.explore.process.sheet.worksheet import FIELDS, LINES, field_name, line
from servicelab.widgets.house import Interactive


def offered() -> dict[str, list[str]]:
    """Return the lines of each field in the order in which they are offered: the right one is as often in any place."""
    chance = random.Random(0)
    right, *others = LINES
    places = [number % len(LINES) for number in range(len(FIELDS))]
    chance.shuffle(places)
    orders = {field: chance.sample(others, len(others)) for field in FIELDS}
    for order, place in zip(orders.values(), places, strict=True):
        order.insert(place, right)
    return orders


class Sheet(Interactive):
    """The control that ``explore.sheet`` returns."""

    view = "view.js"

    def __init__(self) -> None:
        self._model = SheetModel()
        super().__init__(
            content={
                "fields": [
                    {
                        "id": field,
                        "name": field_name(field),
                        "bad": line(field, BAD),
                        "options": [{"id": each, "text": line(field, each)} for each in order],
                    }
                    for field, order in offered().items()
                ]
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Write the standard")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "This sheet hangs in the returns hall: “Inspect a returned mattress”. Nothing on it is false, and two "
                "inspectors will not do the same by it. Mend it line by line, then try it on four mattresses."
            ),
            "instead": _("{field}: what stands there instead?", field="{field}"),
            "now": _("now: {line}", line="{line}"),
            "fits": _("fits."),
            "lets": _("not yet."),
            "try": _("Try the sheet"),
            "left": _("{n} lines are still as they were: mend them first.", n="{n}"),
            "trial": _("Two inspectors, four mattresses"),
            "same": _("{name}: the same.", name="{name}"),
            "apart": _("{name}: not the same.", name="{name}"),
            "hangs": _("It hangs on: {fields}.", fields="{fields}"),
            "comma": _(", "),
            "space": between(),
        }
