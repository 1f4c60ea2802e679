"""The box in which a trainee writes an answer that a person marks, with the numbers to quote beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from servicelab.course.handin import LARGEST_NOTEBOOK
from servicelab.course.quizfile import Written
from servicelab.i18n import _
from servicelab.learn import written
from servicelab.learn.controls import Control
from servicelab.learn.whereabouts import read_json

if TYPE_CHECKING:
    import pandas as pd

    from servicelab.learn.session import Session


class WriteControl(Control):
    """A labelled text box: counted while one types, kept at once. `value` is {"text": …}."""

    view = "view.js"

    def __init__(self, session: Session, task: Written, table: pd.DataFrame | None = None) -> None:
        self.task = task
        self.table = None if table is None else quotable(table)
        self._others = written.others(session.sheet.get(task.id))
        # Read once: nobody writes in the cell while the box is in use.
        notebook = read_json(session.notebook_path, LARGEST_NOTEBOOK)
        self._in_cell = written.in_cell(notebook, task.id)
        super().__init__(session, task.id)
        self._known = written.tidy(self.value).strip()

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
        return {
            **written.state(self.task, value, self.table, in_cell=self._in_cell),
            "other": "\n\n".join(self._left_out(value)),
        }

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return written.entry(value, self._left_out(value))

    def _recompute(self, change: Any) -> None:
        """Keep the text; what another window wrote meanwhile is kept beside it and shown, and nothing is lost."""
        there = self._session.sheet.fresh(self.task.id)
        mine = written.tidy(change["new"]).strip()
        # What the other window keeps beside its own version may be this one's former text.
        versions = [*written.others(there), written.tidy(there.get("value")).strip()]
        theirs = [text for text in versions if text not in (self._known, mine)]
        self._others = written.distinct([*self._others, *theirs])
        self._known = mine
        super()._recompute(change)

    def _left_out(self, value: Mapping[str, Any]) -> list[str]:
        """The other windows' versions that do not stand in this one."""
        return written.left_out(self._others, written.tidy(value))


def quotable(frame: pd.DataFrame) -> dict[str, Any]:
    """A table as the view shows it: the index first, then the columns."""
    columns = [str(frame.index.name or ""), *map(str, frame.columns)]
    rows = [
        [str(index), *(cell.item() if hasattr(cell, "item") else cell for cell in row)]
        for index, row in zip(frame.index, frame.itertuples(index=False, name=None), strict=True)
    ]
    return {"caption": written.numbers_beside(), "columns": columns, "rows": rows}
