"""Sort the voices: a dozen customer statements, sorted by kind and axes, each misplacement explained."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from servicelab.errors import UserError
from servicelab.i18n import _, language
from servicelab.widgets.explore.needs.classifiers import Classifier, fit_on, require_contacts
from servicelab.widgets.explore.needs.voices.model import FIRST, QUESTIONS, Voice, VoicesModel, pick, read_voices
from servicelab.widgets.explore.needs.voices.words import hint, option_name
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Voices(Interactive):
    """The control that ``explore.voices`` returns."""

    view = "view.js"

    def __init__(
        self,
        voices: pd.DataFrame,
        predictions: pd.DataFrame | Mapping[str, str] | pd.Series | Classifier | None = None,
        notes: Mapping[str, Mapping[str, str]] | None = None,
        *,
        size: int = 12,
        seed: int = 1,
    ) -> None:
        sample = pick(read_voices(voices), size, seed)
        self._model = VoicesModel(sample, _classify(predictions), notes or {})
        self._warming = False
        super().__init__(
            content={
                "voices": [{"id": v.id, "text": v.text} for v in sample],
                "questions": [
                    {
                        "id": question,
                        "first": question in FIRST,
                        "options": [
                            {"id": o, "text": option_name(question, o), "hint": hint(question, o)} for o in options
                        ],
                    }
                    for question, options in QUESTIONS.items()
                ],
                "kinds": [option_name("kind", kind) for kind in QUESTIONS["kind"]],
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        state = self._model.derive(value)
        if state["done"] == 1 and not self._warming:
            # Fitting takes seconds: it runs while the trainee sorts, so that the result opens at once.
            self._warming = True
            threading.Thread(target=self._model.warm, daemon=True).start()
        return state

    def name(self) -> str:
        return _("Sort the voices")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "What would have to be true for this person to say “that's settled”? Sort each statement, then check: "
                "every answer is explained at once. Only the first check counts."
            ),
            "progress": _("Statements"),
            "place": _("Statement {n} of {all}", n="{n}", all="{all}"),
            "kind": _("What is needed?"),
            "spoken": _("Does the customer say it?"),
            "importance": _("How important?"),
            "time": _("Until when?"),
            "level": _("Which level?"),
            "axes": _("Three more axes (taught in section 3; leave them if you like)"),
            "check": _("Check"),
            "next": _("Next statement"),
            "back": _("Back"),
            "result": _("See the result"),
            "still_open": _("Still open: {numbers}.", numbers="{numbers}"),
            "to_open": _("To statement {n}", n="{n}"),
            "comma": _(", "),
            "detail": _("In detail: who put what where"),
            "sure": _("Everything you sorted here goes. Sort again all the same?"),
            "wipe": _("Yes, sort again"),
            "keep": _("No, keep it"),
            "first": _("First say what is needed and whether it is said."),
            "open": _("open"),
            "right": _("fits"),
            "wrong": _("explained"),
            "matrix": _("{who}: {hits} of {total}", who="{who}", hits="{hits}", total="{total}"),
            "again": _("Sort again from the start"),
            "matrices": _("Rows: what most experts said. Columns: what was said instead. The diagonal is agreement."),
        }


def _classify(predictions: Any) -> Callable[[list[Voice]], list[str]] | None:
    """Turn what was given (contacts to learn from, labels by id, or a fitted classifier) into a function."""
    if predictions is None:
        return None
    lang = language()
    if hasattr(predictions, "columns"):
        require_contacts(predictions, lang, "explore.voices")
        return lambda voices: _labels(fit_on(predictions, lang, "explore.voices"), voices)
    if hasattr(predictions, "predict"):
        return lambda voices: _labels(predictions, voices)
    if hasattr(predictions, "get"):
        return lambda voices: [str(predictions.get(v.id, "–")) for v in voices]
    raise UserError(
        _("explore.voices: predictions must be the contacts table, labels by voice_id, or a fitted classifier.")
    )


def _labels(classifier: Classifier, voices: list[Voice]) -> list[str]:
    return [str(label) for label in classifier.predict([v.text for v in voices])]
