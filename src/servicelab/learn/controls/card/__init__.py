"""The one-minute card at the end of a lesson: three lines that travel with the submission to the instructor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from servicelab.i18n import _, later
from servicelab.learn.controls import Control
from servicelab.learn.written import tidy

if TYPE_CHECKING:
    from servicelab.learn.session import Session

QUESTIONS = {
    "clear": later("What has become clear?"),
    "muddy": later("What is still muddy?"),
    "next": later("One thing you will do on your next shift"),
}
LONGEST = 300


def lines(value: object) -> dict[str, str]:
    """The three lines, each "" where nothing was written.

    >>> lines({"clear": " Tone is tone. ", "muddy": 7})
    {'clear': 'Tone is tone.', 'muddy': '', 'next': ''}
    """
    given = value if isinstance(value, Mapping) else {}
    return {key: tidy({"text": given.get(key)}).strip()[:LONGEST] for key in QUESTIONS}


class CardControl(Control):
    """Three short lines. `value` has a text for each of `QUESTIONS`."""

    view = "view.js"

    def __init__(self, session: Session) -> None:
        super().__init__(session, "card")

    def name(self) -> str:
        return _("One minute, three lines")

    def words(self) -> dict[str, str]:
        return {
            **{key: _(question) for key, question in QUESTIONS.items()},
            "lead": _("For you and for whoever teaches you: it is handed in with your work and earns no marks."),
        }

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        given = {key: str(value.get(key) or "") for key in QUESTIONS}
        said = lines(value)
        asked = [f"{_(question)} {said[key] or '…'}" for key, question in QUESTIONS.items()]
        return {"at": given, "questions": list(QUESTIONS), "most": LONGEST, "text": "\n".join(asked)}

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        given = lines(value)
        return {"kind": "card", "value": given, "done": any(given.values())}
