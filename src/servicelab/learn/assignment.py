"""An opened graded notebook: decisions, the list of them for whoever marks, and handing in."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from servicelab.i18n import _
from servicelab.learn import decisions
from servicelab.learn.items import Items, load_items
from servicelab.learn.session import Session
from servicelab.learn.workspace import find_place

if TYPE_CHECKING:
    from servicelab.learn.controls import DecideControl
    from servicelab.learn.handing import SubmitControl


class Assignment(Session):
    """A graded notebook: `name` is nbgrader's assignment name, `notebook` "exercise" or "analysis"."""

    asks = "decisions.json"

    @classmethod
    def open(cls, name: str, notebook: str) -> Self:
        """Open an assignment's notebook with the decisions made so far."""
        return cls(find_place("assignments", name), name, notebook)

    @cached_property
    def items(self) -> Items:
        """The decisions; an analysis has none, and no file that lists them."""
        if self.notebook == "analysis" and not (self.place.folder / self.asks).exists():
            return Items({}, {}, {}, {}, {})
        return load_items(self.place.folder / self.asks)

    @property
    def lesson_answers(self) -> Path:
        """The answer sheet of the lesson that this work belongs to, which travels with it as evidence."""
        return self.place.root / "lessons" / self.name.removesuffix("_analysis") / "lesson.answers.json"

    def decide(self, key: str) -> DecideControl:
        """A decision to make; it is kept at once."""
        from servicelab.learn.controls import DecideControl

        return DecideControl(self, self.find(self.items.decisions, key, _("decision")))

    def decisions(self) -> dict[str, decisions.Answer]:
        """Every decision by its id, None where none was made; prints them as well, for the person who marks."""
        entries = self.sheet.entries
        print(decisions.listing(self.items.decisions, entries))
        return {key: decisions.answer(one, entries.get(key, {})) for key, one in self.items.decisions.items()}

    def submit(self) -> SubmitControl:
        """The button that hands this notebook in and gives a receipt."""
        from servicelab.learn.handing import SubmitControl

        return SubmitControl(self)
