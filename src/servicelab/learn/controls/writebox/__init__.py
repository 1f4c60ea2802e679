"""The box in which a trainee writes an answer that a person marks, with the numbers to quote beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from servicelab.course.quizfile import Written
from servicelab.i18n import _
from servicelab.learn import written
from servicelab.learn.controls import Control

if TYPE_CHECKING:
    import pandas as pd

    from servicelab.learn.session import Session


class WriteControl(Control):
    """A labelled text box: counted while one types, kept at once. `value` is {"text": …}."""

    view = "view.js"

    def __init__(self, session: Session, task: Written, table: pd.DataFrame | None = None) -> None:
        self.task = task
        self.table = None if table is None else quotable(table)
        self._other = ""
        super().__init__(session, task.id)
        self._known = written.tidy(self.value)

    def name(self) -> str:
        return _("Write: {prompt}", prompt=self.task.prompt)

    def words(self) -> dict[str, str]:
        return {
            "kind": _("In your own words"),
            "insert": _("Insert {number}: {row}, {column}"),
            "numbers": _("Click a number to put it into your text."),
            "elsewhere": _("Another window has another version of this text; it is kept:"),
            "join": _("Add it below mine"),
            "where": _("It is kept as you type, and handed in with your decisions."),
        }

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return {**written.state(self.task, value, self.table), "other": self._left_out(value)}

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        other = self._left_out(value)
        return {**written.entry(value), **({"other": other} if other else {})}

    def _recompute(self, change: Any) -> None:
        """Keep the text; what another window wrote meanwhile is kept beside it and shown, and nothing is lost."""
        theirs = written.tidy(self._session.sheet.fresh(self.task.id).get("value"))
        mine = written.tidy(change["new"])
        if theirs.strip() and theirs not in (self._known, mine):
            self._other = theirs
        self._known = mine
        super()._recompute(change)

    def _left_out(self, value: Mapping[str, Any]) -> str:
        """What stands in the other window's version and not in this one."""
        return "" if self._other in written.tidy(value) else self._other


def quotable(frame: pd.DataFrame) -> dict[str, Any]:
    """A table as the view shows it: the index first, then the columns."""
    columns = [str(frame.index.name or ""), *map(str, frame.columns)]
    rows = [
        [str(index), *(cell.item() if hasattr(cell, "item") else cell for cell in row)]
        for index, row in zip(frame.index, frame.itertuples(index=False, name=None), strict=True)
    ]
    return {"caption": _("Numbers for your text"), "columns": columns, "rows": rows}
