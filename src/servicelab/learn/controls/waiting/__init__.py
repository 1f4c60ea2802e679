"""What waits for a guess or for a question: a picture, the words that say what to see in it, another question.

Nothing of them exists before the guess is kept, or the question worked through (solved, or its answer read after
honest tries): the picture is not drawn and the words are not sent, so that neither a print, nor the page of a plain
JupyterLab, nor a look at the cell's output gives the answer away.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from servicelab.course.quizfile import Question
from servicelab.i18n import _, use
from servicelab.learn.controls.parts import with_part
from servicelab.learn.controls.parts.awaited import Awaited, Board, guess_of, says_nothing, still_open, waits_for
from servicelab.learn.items import Told
from servicelab.widgets.figures import Figure
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    from servicelab.learn.session import Session

WAITING, BEHIND = "waiting", "behind"
SERIAL = itertools.count()
"""One number a picture: two of them may draw the same, and both wait."""


class LatePicture(Figure):
    """A picture that is drawn once there is a guess, with the guess in it, or once a question is worked through.

    `draw` is called with `arguments`, and with `guess=` if it takes one (None where an edition shows the answer
    without, and after a question).
    """

    def __init__(self, session: Session, asked: Awaited, draw: Callable[..., Figure], arguments: tuple[Any, ...]):
        self._session, self._asked, self._draw, self._arguments = session, asked, draw, arguments
        self._where = session.here
        super().__init__({})
        session.on_change(f"picture {next(SERIAL)}", self.refresh)

    def name(self) -> str:
        if isinstance(self._asked, Question):
            return _("A picture that waits for your answer")
        if isinstance(self._asked, Board):
            return _("A picture that waits for what stands above")
        return _("A picture that waits for your guess")

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - the sheet decides
        if still_open(self._session, self._asked):
            who = f"{self._draw.__module__}.{self._draw.__qualname__}"
            behind = says_nothing(self._session, self._asked, who, self._where)
            return waiting(waits_for(self._session, self._asked, self._where), behind=behind)
        if not self._drawn:
            guess = guess_of(self._session, self._asked)
            own = {"guess": guess} if "guess" in inspect.signature(self._draw).parameters else {}
            picture = self._draw(*self._arguments, **own)
            self._drawn = {**picture.state, "title": picture.name_shown, WAITING: False}
            picture.close()
        return dict(self._drawn)

    def refresh(self) -> None:
        """Draw it when the guess has come; a picture that stands is left alone, since a guess stays."""
        if not self._drawn:
            with use(self._language):
                self.state = self.derive(self.value)

    @property
    def name_shown(self) -> str:
        """The picture's own title, once it may be known."""
        return str(self.state.get("title") or self.labels["title"])


@with_part("prose.js")
class LateWords(Interactive):
    """Words that would give a guess or an answer away before it is made."""

    view = "told.js"

    def __init__(self, session: Session, asked: Awaited, told: Told) -> None:
        self._session, self._asked, self._told = session, asked, told
        self._where = session.here
        super().__init__()
        session.on_change(f"words after {asked.id}: {told.id}", self.refresh)

    def name(self) -> str:
        return _("What to see")

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - the sheet decides
        if still_open(self._session, self._asked):
            behind = says_nothing(self._session, self._asked, self._told.id, self._where)
            return waiting(waits_for(self._session, self._asked, self._where), behind=behind)
        return {WAITING: False, "markdown": self._told.text, "text": self._told.text}

    def refresh(self) -> None:
        """Derive the state again: a guess or an answer may have come."""
        with use(self._language):
            self.state = self.derive(self.value)

    def text(self) -> str:
        """The words alone, or the sentence that they wait."""
        return str(self.state["text"])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The words as Markdown too, for a print and for a page without widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None or self.state[WAITING]:
            return bundle
        data, metadata = bundle
        return {**data, "text/markdown": self._told.text}, metadata


def waiting(says: str, *, behind: bool = False) -> dict[str, Any]:
    """The state of what waits: a sentence and nothing else; `behind` something that says so already it is not drawn."""
    return {WAITING: True, BEHIND: behind, "charts": [], "table": None, "text": says}
