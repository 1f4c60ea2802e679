"""A guess that is recorded once, and the guess against the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from servicelab.course.quizfile import Prediction
from servicelab.i18n import _
from servicelab.learn.controls import Control
from servicelab.learn.controls.prediction import model
from servicelab.learn.session import Session
from servicelab.learn.whereabouts import shown


class PredictControl(Control):
    """A guess, recorded once."""

    view = "guess.js"

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
            "move": _("Click on the scale where your guess is, or use the arrow keys; Enter takes the middle."),
            "pick": _("Pick one."),
            "nowhere": _("no guess yet"),
            "once": _("A guess that is wrong teaches more than none. It is recorded once and stays."),
        }

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return model.state(self.prediction, value)

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return model.entry(self.prediction, value)

    def allows(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """The first guess stays: a second one after the reveal would be no guess."""
        first = model.tidy(self.prediction, before)
        return first is None or model.tidy(self.prediction, after) == first


class RevealControl(Control):
    """A guess against the truth; waits until there is a guess."""

    view = "reveal.js"

    def __init__(
        self, session: Session, asked: Prediction, truth: float, note: str, earlier: Sequence[float] = ()
    ) -> None:
        self.prediction = asked
        self.earlier = earlier
        self.truth = truth
        self.note = note
        self._where = session.here
        super().__init__(session, asked.id)
        session.on_change(f"reveal {asked.id}", self.refresh)

    def kept_as(self) -> str:
        """Nothing: the guess is kept by the control that asks for it."""
        return ""

    def name(self) -> str:
        return _("Your guess and the data: {prompt}", prompt=shown(self.prediction.prompt, 60))

    def words(self) -> dict[str, str]:
        return {"guess": _("Your guess"), "truth": _("It is"), "earlier": _("Trainees before you")}

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - the sheet decides
        # What comes after it and waits for the same guess need not say so again.
        self._session.waits_behind(self.prediction.id, f"reveal {self.prediction.id}", self._where)
        kept = self._session.sheet.get(self.prediction.id).get("value")
        solved = self._session.place.solved
        return model.reveal_state(
            self.prediction, kept, self.truth, self.note, earlier=self.earlier, show_answer=solved
        )

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - a reveal keeps nothing
        return {}
