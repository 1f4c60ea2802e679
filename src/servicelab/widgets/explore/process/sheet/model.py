"""Write the standard: a bad work sheet mended field by field, then tried on four mattresses by two inspectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from servicelab.i18n import _
from servicelab.widgets.explore.process.sheet.worksheet import (
    CASES,
    FIELDS,
    LINES,
    because,
    case_name,
    case_outcome,
    field_name,
    line,
)
from servicelab.widgets.house.values import chosen

BAD = "as-is"
"""The line that stands on the sheet before anybody mends it."""


class SheetModel:
    """The sheet as it is being mended. What a line is worth is told when it is chosen; the trial shows what it does.

    >>> SheetModel().derive({"lines": {field: "good" for field in FIELDS}})["same"]
    4
    """

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: ``lines``, {field: line}; ``tried`` once the sheet was tried."""
        lines = chosen(value, "lines", dict.fromkeys(FIELDS, LINES))
        complete = len(lines) == len(FIELDS)
        tried = value.get("tried") is True and complete
        state: dict[str, Any] = {
            "at": {"lines": lines},
            "fields": [
                {
                    "id": field,
                    "line": line(field, lines.get(field, BAD)),
                    "fits": lines.get(field) == "good",
                    "because": because(field, lines[field]) if field in lines else "",
                }
                for field in FIELDS
            ],
            "open": len(FIELDS) - len(lines),
            "tried": tried,
        }
        if not tried:
            mended = _("{done} of {all} lines are mended.", done=len(lines), all=len(FIELDS))
            return {**state, "text": mended}
        trial = self._trial(lines)
        same = sum(row["same"] for row in trial)
        return {
            **state,
            "trial": trial,
            "same": same,
            "text": _(
                "Tried on {all} returned mattresses by two inspectors: on {same} of them both do the same.",
                all=len(trial),
                same=same,
            ),
            "table": {
                "caption": _("The trial of your sheet"),
                "columns": [_("mattress"), _("what happens")],
                "rows": [[row["name"], row["says"]] for row in trial],
            },
        }

    @staticmethod
    def _trial(lines: Mapping[str, str]) -> list[dict[str, Any]]:
        """Each mattress hangs on two fields: with both right, two inspectors do the same."""
        found = []
        for case, needs in CASES.items():
            missing = [field for field in needs if lines[field] != "good"]
            found.append(
                {
                    "name": case_name(case),
                    "same": not missing,
                    "says": case_outcome(case, missing[0] if missing else ""),
                    "fields": [field_name(field) for field in missing],
                }
            )
        return found
