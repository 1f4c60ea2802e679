"""The ladder under a coding task: what a check found, the hints, the solution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from servicelab.course.quizfile import Task
from servicelab.i18n import _
from servicelab.learn.controls import Control
from servicelab.learn.controls.ladder import model
from servicelab.learn.session import Session
from servicelab.learn.whereabouts import shown


class LadderControl(Control):
    """What a check found, with the hints and the solution under it."""

    view = "view.js"

    def __init__(self, session: Session, task: Task, verdict: model.Verdict | None = None) -> None:
        self.task = task
        self.verdict = verdict
        super().__init__(session, task.id)

    def name(self) -> str:
        return _("Task: {prompt}", prompt=shown(self.task.prompt, 60))

    def words(self) -> dict[str, str]:
        return {
            "right": _("Right"),
            "wrong": _("Not yet"),
            "untouched": _("Your turn"),
            "sentence": _("{words}.", words="{words}"),
            "hint": _("Give me a hint"),
            "next": _("Another hint"),
            "hint_head": _("Hint {number}"),
            "solution": _("Show the solution"),
            "solution_head": _("Solution"),
        }

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return model.state(self.task, value, self.verdict, show_answer=self._session.place.solved)

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return model.entry(self.task, value)
