"""The controls of a lesson: a question, a guess and its reveal, the ladder, a decision, the desk.

Each is the house's `Interactive` over one of the pure modules here; what a learner sets goes into the answer sheet in
the same step, so that a kernel that dies has nothing left to lose.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from servicelab.course.deskfile import Desk
from servicelab.course.quizfile import Decision, Prediction, Question, Task
from servicelab.i18n import _, use
from servicelab.learn import decisions, desk, ladder, prediction, quiz
from servicelab.learn.session import Session
from servicelab.learn.whereabouts import shown
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    from servicelab.learn.assignment import Assignment

PAUSE = 0.2
"""Seconds between two writes while a control is being dragged."""


class Control(Interactive):
    """A control whose value is kept in the sheet under `key`.

    A subclass gives `derive` and `entry` (what is kept for a value); `text` in its state is its whole text form.
    """

    def __init__(self, session: Session, key: str, content: Mapping[str, Any] | None = None) -> None:
        self._session = session
        self._key = key
        kept = session.sheet.get(key)
        value = self.restored(kept)
        self._entry = self.entry(value)
        self._accepted = value
        super().__init__(value, content=content)
        if kept or session.sheet.locked:
            self.saved = session.sheet.status

    def kept_as(self) -> str:
        return f"{self._session.sheet.notebook}#{self._key}"

    def restored(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The control's value from what the sheet holds."""
        value = kept.get("value")
        return dict(value) if isinstance(value, dict) else {}

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """What the sheet keeps for a value."""
        raise NotImplementedError

    def allows(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:  # noqa: ARG002 - most allow any
        """Whether a value may follow another; the control goes back to `before` when it may not."""
        return True

    def _recompute(self, change: Any) -> None:
        after = change["new"]
        if after != self._accepted and not self.allows(self._accepted, after):
            self.value = self._accepted
            return
        self._accepted = after
        with use(self._language):
            entry = self.entry(after)
            # Nothing new is nothing to write: two views of one control echo each other's values.
            if entry != self._entry:
                self._entry = entry
                self._session.keep(self._key, entry)
                self.saved = self._session.sheet.status
        super()._recompute(change)

    def refresh(self) -> None:
        """Derive the state again after something outside this control changed."""
        with use(self._language):
            self.state = self.derive(self.value)

    def text(self) -> str:
        """What the control shows now as plain text."""
        return str(self.state.get("text", ""))


class QuizControl(Control):
    """One question with an explanation for each option."""

    view = "quiz.js"

    def __init__(self, session: Session, question: Question, after: Prediction | None = None) -> None:
        self.question = question
        self.after = after
        super().__init__(session, question.id)
        if after is not None:
            session.on_change(f"question {question.id}", self._follow)

    def _follow(self) -> None:
        """Come forward when the guess has come."""
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
            "stale": _("You changed your answer: check it again."),
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
        solved = self._session.place.solved
        if self.after is not None and not solved:
            guess = self._session.sheet.get(self.after.id).get("value")
            if prediction.tidy(self.after, guess) is None:
                ask = _("This question waits for your guess above.")
                return {"waiting": True, "text": ask}
        return {**quiz.state(self.question, value, show_answer=solved), "waiting": False}

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return quiz.entry(self.question, value)


class PredictControl(Control):
    """A guess, recorded once."""

    view = "predict.js"

    def __init__(self, session: Session, asked: Prediction) -> None:
        self.prediction = asked
        super().__init__(session, asked.id)

    def name(self) -> str:
        return _("Your guess: {prompt}", prompt=shown(self.prediction.prompt, 60))

    def words(self) -> dict[str, str]:
        return {
            "kind": _("Guess first"),
            "guess": _("Your guess"),
            "record": _("Record my guess"),
            "move": _("Move the slider to your guess first."),
            "once": _("A guess that is wrong teaches more than none. It is recorded once and stays."),
        }

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return prediction.state(self.prediction, value)

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return prediction.entry(self.prediction, value)

    def allows(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """The first guess stays: a second one after the reveal would be no guess."""
        first = prediction.tidy(self.prediction, before)
        return first is None or prediction.tidy(self.prediction, after) == first


class RevealControl(Control):
    """A guess against the truth; waits until there is a guess."""

    view = "reveal.js"

    def __init__(self, session: Session, asked: Prediction, truth: float, note: str) -> None:
        self.prediction = asked
        self.truth = truth
        self.note = note
        super().__init__(session, asked.id)
        session.on_change(f"reveal {asked.id}", self.refresh)

    def name(self) -> str:
        return _("Your guess and the data: {prompt}", prompt=shown(self.prediction.prompt, 60))

    def words(self) -> dict[str, str]:
        return {"guess": _("Your guess"), "truth": _("Skylark's data")}

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - the sheet decides
        kept = self._session.sheet.get(self.prediction.id).get("value")
        solved = self._session.place.solved
        return prediction.reveal_state(self.prediction, kept, self.truth, self.note, show_answer=solved)

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - a reveal keeps nothing
        return {}


class LadderControl(Control):
    """What a check found, with the hints and the solution under it."""

    view = "ladder.js"

    def __init__(self, session: Session, task: Task, verdict: ladder.Verdict | None = None) -> None:
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
        return ladder.state(self.task, value, self.verdict, show_answer=self._session.place.solved)

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return ladder.entry(self.task, value)


class DecideControl(Control):
    """A graded decision: kept at once, changed as often as one likes, without any feedback."""

    view = "decide.js"

    def __init__(self, session: Assignment, decision: Decision) -> None:
        self.decision = decision
        self.place = session.order.index(decision.id) + 1
        super().__init__(session, decision.id)

    def name(self) -> str:
        return _("Decision: {prompt}", prompt=shown(self.decision.prompt, 60))

    def limits(self) -> dict[str, str]:
        """The smallest and the largest number that can be typed, as they are shown."""
        return {"low": f"{self.decision.low:g}", "high": f"{self.decision.high:g}"}

    def words(self) -> dict[str, str]:
        return {
            "kind": _("Decision {number} of {all}", number=self.place, all=len(self._session.items.decisions)),
            "range": _("{unit}, {low} to {high}", unit=self.decision.unit, **self.limits())
            if self.decision.unit
            else _("{low} to {high}", **self.limits()),
            "how": {
                "choice": _("Pick one. You can change it until you hand in."),
                "many": _("Pick all that fit. You can change it until you hand in."),
                "number": _("Type a number. You can change it until you hand in."),
            }[self.decision.kind],
            "number": _("Your answer"),
        }

    def restored(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        return {"value": decisions.answer(self.decision, kept)}

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return decisions.state(self.decision, value)

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return decisions.entry(self.decision, value)


class DeskControl(Control):
    """One branching contact."""

    view = "desk.js"

    def __init__(self, session: Session, contact: Desk) -> None:
        self.desk = contact
        super().__init__(session, "desk")

    def name(self) -> str:
        return _("The desk: {title}", title=self.desk.title)

    def words(self) -> dict[str, str]:
        return {
            "kind": _("The desk"),
            "minutes": _("about {minutes} minutes", minutes=f"{self.desk.minutes:g}"),
            "scene": _("The situation"),
            "so_far": _("The contact so far"),
            "customer": _("Customer"),
            "you": _("You"),
            "note": _("On your screen"),
            "say": _("What do you say?"),
            "meters": _("How it stands"),
            "once": _("What is said is said: there is no way back, but you can take the contact again."),
            "again": _("Take this contact again"),
            "debrief": _("Debrief: what each choice would have done"),
            "taken": _("You said"),
            "other": _("You could have said"),
            "good": _("A good ending"),
            "mixed": _("Half a solution"),
            "poor": _("A bad ending"),
            "endings": _("You have seen {seen} of {all} endings."),
            "contact": _("Contact {number}"),
        }

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return desk.state(self.desk, value)

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return desk.entry(self.desk, value)

    def allows(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """What was said in a contact stays said."""
        return desk.follows(self.desk, before, after)


def keep_value_of(session: Session, widget: Interactive, key: str) -> None:
    """Restore an interactive's value from the sheet, and keep every later one there.

    A value that the interactive does not accept is left in the sheet and the interactive starts afresh.
    """
    kept = session.sheet.get(key)
    value, fresh = kept.get("value"), dict(widget.value)
    if isinstance(value, dict) and value:
        try:
            widget.value = value
        except Exception:  # noqa: BLE001 - the sheet may hold anything, and the lesson must open
            widget.value = fresh
    if kept or session.sheet.locked:
        widget.saved = session.sheet.status
    widget.labels = {**widget.labels, "kept_as": f"{session.sheet.notebook}#{key}"}
    last, waiting = 0.0, False

    def write() -> None:
        nonlocal last, waiting
        last, waiting = time.monotonic(), False
        session.keep(key, {"kind": "interactive", "value": dict(widget.value), "done": bool(widget.value)})
        widget.saved = session.sheet.status

    def changed(_change: Any) -> None:
        nonlocal waiting
        if waiting:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            write()
            return
        # A slider moves sixty times a second: one write in PAUSE is enough, and the last position always gets one.
        if time.monotonic() - last > PAUSE:
            write()
        else:
            waiting = True
            loop.call_later(PAUSE, write)

    widget.observe(changed, names="value")
