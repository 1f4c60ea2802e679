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

    view = "writebox.js"

    def __init__(self, session: Session, task: Written, table: pd.DataFrame | None = None) -> None:
        self.task = task
        self.table = None if table is None else quotable(table)
        super().__init__(session, task.id)

    def name(self) -> str:
        return _("Write: {prompt}", prompt=self.task.prompt)

    def words(self) -> dict[str, str]:
        return {
            "kind": _("In your own words"),
            "insert": _("Insert {number}: {row}, {column}"),
            "numbers": _("Click a number to put it into your text."),
            "where": _("It is kept as you type, and handed in with your decisions."),
        }

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return written.state(self.task, value, self.table)

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return written.entry(value)


def quotable(frame: pd.DataFrame) -> dict[str, Any]:
    """A table as the view shows it: the index first, then the columns."""
    columns = [str(frame.index.name or ""), *map(str, frame.columns)]
    rows = [
        [str(index), *(cell.item() if hasattr(cell, "item") else cell for cell in row)]
        for index, row in zip(frame.index, frame.itertuples(index=False, name=None), strict=True)
    ]
    return {"caption": _("Numbers for your text"), "columns": columns, "rows": rows}
