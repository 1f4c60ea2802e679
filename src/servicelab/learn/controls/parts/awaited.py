"""What something may wait for: a guess that is to be made, a question to be worked through, a board to be filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servicelab.course.quizfile import Prediction, Question
from servicelab.i18n import _
from servicelab.learn.controls.prediction.model import guess_first, tidy

if TYPE_CHECKING:
    from servicelab.learn.session import Session
    from servicelab.widgets.house import Interactive


@dataclass(frozen=True)
class Board:
    """An interactive that comes to an end: its state says when it is `complete`."""

    id: str
    shown: Interactive


Awaited = Prediction | Question | Board


def guess_of(session: Session, asked: Awaited) -> float | None:
    """The guess that is kept, or None; None for a question."""
    return tidy(asked, session.sheet.get(asked.id).get("value")) if isinstance(asked, Prediction) else None


def still_open(session: Session, asked: Awaited) -> bool:
    """Whether the guess is still to be made, the question to be worked through; never where answers are shown."""
    if session.place.solved:
        return False
    if isinstance(asked, Board):
        return not asked.shown.state.get("complete")
    if isinstance(asked, Prediction):
        return guess_of(session, asked) is None
    return session.sheet.get(asked.id).get("done") is not True


def waits_for(session: Session, asked: Awaited, where: str) -> str:
    """What stands in the place of a picture, words or a question that waits in the section `where`: what for.

    A reader sees one section at a time: what is asked in another one does not stand above.
    """
    there = session.outline.section_of(asked.id)
    if where and there and there != where:
        title = session.outline.title_of(there)
        if isinstance(asked, Prediction):
            return _("Make your guess in section “{title}” first: what stands here waits for it.", title=title)
        if isinstance(asked, Question):
            return _("Answer the question in section “{title}” first: what stands here waits for it.", title=title)
        return _("What stands here comes when you have finished what stands in section “{title}”.", title=title)
    if isinstance(asked, Prediction):
        return guess_first()
    if isinstance(asked, Question):
        return _("Answer the question above first: what stands here waits for it.")
    return _("What stands here comes when you have finished what stands above.")


def says_nothing(session: Session, asked: Awaited, who: str, where: str) -> bool:
    """Whether what waits need not say so: something else of its section does, or the question is not asked yet."""
    first = session.waited_for.get(asked.id)
    return session.waits_behind(asked.id, who, where) or (first is not None and still_open(session, first))
