"""What the tables handed to an interactive must hold, and the names learners read instead of codes."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from servicelab.errors import UserError
from servicelab.i18n import _, language

if TYPE_CHECKING:
    import pandas as pd

SEGMENTS = ("young_renter", "new_family", "home_improver", "senior")
ALL = "all"


def require(table: pd.DataFrame, columns: Collection[str], call: str, argument: str) -> None:
    """Raise ``UserError`` unless ``table`` has all ``columns`` and at least one row.

    ``call`` and ``argument`` say where: ``explore.kano`` and ``survey``.
    """
    found = getattr(table, "columns", None)
    if found is None:
        raise UserError(_("{call}: {argument} must be a table.", call=call, argument=argument))
    missing = [column for column in columns if column not in found]
    if missing:
        raise UserError(
            _("{call}: {argument} lacks {columns}.", call=call, argument=argument, columns=", ".join(missing))
        )
    if len(table) == 0:
        raise UserError(_("{call}: {argument} has no rows.", call=call, argument=argument))


def feature_names(features: pd.DataFrame) -> dict[str, str]:
    """Return feature id → name in the running language, in the table's order."""
    named = features["name_zh" if language() == "zh" else "name_en"]
    return {str(key): str(name) for key, name in zip(features["feature_id"], named, strict=True)}


def segment_name(segment: str) -> str:
    """Return what a segment is called; a code the course does not know stays as it is."""
    names = {
        ALL: _("All customers"),
        "young_renter": _("Young renters"),
        "new_family": _("New families"),
        "home_improver": _("Home improvers"),
        "senior": _("Seniors"),
    }
    return names.get(segment, segment)


def segments_in(table: pd.DataFrame) -> list[str]:
    """Return the segments a table has, the course's own first and in its order."""
    found = {str(s) for s in table["segment"].dropna().unique()}
    return [s for s in SEGMENTS if s in found] + sorted(found - set(SEGMENTS))
