"""A question whose every option is explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from servicelab.course.quizfile import Question
from servicelab.i18n import _
from servicelab.learn.controls import Control
from servicelab.learn.controls.parts.awaited import Awaited, says_nothing, still_open, waits_for
from servicelab.learn.controls.quiz import model
from servicelab.learn.session import Session
from servicelab.learn.whereabouts import shown


class QuizControl(Control):
    """One question with an explanation for each option."""

    view = "view.js"

    def __init__(self, session: Session, question: Question, after: Awaited | None = None) -> None:
        self.question = question
        self.after = after
        self._where = session.here
        super().__init__(session, question.id)
        if after is not None:
            session.on_change(f"question {question.id}", self._follow)

    def _follow(self) -> None:
        """Come forward when what it waits for has come."""
        if self.state.get("waiting"):
            self.refresh()

    def name(self) -> str:
        if self.after is not None:
            # Its words may tell as well; a screen reader hears them when it may.
            return _("Check yourself")
        prompt = shown(self.question.prompt, 60)
        return (
            _("Do you remember? {prompt}", prompt=prompt)
            if self.question.source
            else _("Question: {prompt}", prompt=prompt)
        )

    def words(self) -> dict[str, str]:
        return {
            "kind": self._where_from(),
            "how": _("Pick one.") if self.question.kind == "choice" else _("Pick all that are right."),
            "check": _("Check"),
            "sentence": _("{words}.", words="{words}"),
            "ask": _("Show the answer"),
            "pick": _("Pick an option, then check it."),
            "changed": _("You changed your answer: check it again."),
            "right": _("Right"),
            "missed": _("This is the answer") if self.question.kind == "choice" else _("Belongs to the answer"),
            "wrong": _("Not this one"),
            "other": _("Not this one"),
        }  # fmt: skip

    def _where_from(self) -> str:
        source = self.question.source
        if not source:
            return _("Check yourself")
        if source == self._session.name.split("_")[0]:
            return _("Do you remember? From earlier in this lesson")
        return _("Do you remember? From module {module}", module=source)

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        if self.after is not None and still_open(self._session, self.after):
            behind = says_nothing(self._session, self.after, self.question.id, self._where)
            says = waits_for(self._session, self.after, self._where)
            return {"waiting": True, "behind": behind, "text": says}
        solved = self._session.place.solved
        return {**model.state(self.question, value, show_answer=solved), "waiting": False}

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return model.entry(self.question, value)
