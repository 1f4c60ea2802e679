"""An opened test, before or after the course: it is handed in like graded work, and nobody marks it.

What is right is not on this machine. Whoever hands the second test in is shown both by their instructor.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from servicelab.course.blueprintfile import FORMS, UNKNOWN, Asked, Form
from servicelab.course.declared import Declared, read
from servicelab.course.handin import answers_file
from servicelab.course.layout import TESTS
from servicelab.course.quizfile import Decision, Id, Pictured
from servicelab.errors import UserError
from servicelab.i18n import _, together
from servicelab.learn.assignment import Assignment, Doubt
from servicelab.learn.forms import form_for
from servicelab.learn.items import Items, load_object
from servicelab.learn.submission import course_facts
from servicelab.learn.whereabouts import read_json, student_id

if TYPE_CHECKING:
    from servicelab.learn.controls.decision import AskControl
    from servicelab.widgets.figures import Figure

FORM = "form"
"""What the form is kept under, among the answers."""


@dataclass(frozen=True)
class Both(Declared):
    """An item in both forms, as it ships."""

    id: Id
    a: Asked
    b: Asked


@dataclass(frozen=True)
class TestFile(Declared):
    """`test.json`."""

    __test__: ClassVar[bool] = False

    pairs: tuple[Both, ...]


class Paper(Assignment):
    """A test: `name` is its assignment, `notebook` "pretest" or "posttest"."""

    asks = "test.json"
    marked = False

    @cached_property
    def form(self) -> Form:
        """The form that is asked here; chosen when the test is opened first, and kept."""
        if self.place.solved:
            # Whoever teaches sees one of them in each test, the same whenever it is built.
            return FORMS[[*TESTS].index(self.notebook)]
        kept = form_in(self.sheet.entries)
        if kept is None:
            before = form_in(entries_at(self.before)) if self.notebook == "posttest" else None
            kept = form_for(self.notebook, student_id(self.place.root), before, lambda: secrets.choice(FORMS))
            self.keep(FORM, {"kind": FORM, "value": kept, "done": True}, here=False)
        return kept

    @cached_property
    def items(self) -> Items:
        """The items in this form, each with the option not to know."""
        path = self.place.folder / self.asks
        try:
            found = read(TestFile, load_object(path))
        except ValueError as problem:
            raise UserError(_("{name} is malformed: {problem}.", name=path.name, problem=problem)) from None
        made = {each.id: answerable(each.id, each.a if self.form == "a" else each.b) for each in found.pairs}
        return Items({}, {}, {}, {}, made)

    @property
    def before(self) -> Path:
        """The answers of the pre-test in this workspace."""
        return self.place.root / "assignments" / TESTS["pretest"] / answers_file("pretest")

    @property
    def lesson_answers(self) -> Path | None:
        """What travels with it: no lesson, but with the second test the answers of the first."""
        return self.before if self.notebook == "posttest" else None

    def ask(self, key: str) -> AskControl:
        """An item; its answer is kept at once, and nothing is said about it."""
        from servicelab.learn.controls.decision import AskControl

        return AskControl(self, self.find(self.items.decisions, key, _("question")))

    def draw(self, figure: Callable[..., Figure], *tables: Any, a: tuple[Any, ...], b: tuple[Any, ...]) -> Figure:
        """The picture that an item is about: `figure` of the tables and of what each form takes of them."""
        return figure(*tables, *(a if self.form == "a" else b))

    def standing(self) -> str:
        """One sentence on how many are answered; leaving one out is as good."""
        asked = len(self.items.decisions)
        answered = asked - len(self.still_open())
        return _(
            "{answered} of {asked} questions are answered. You may hand in at any time: what you leave out counts "
            "like “I don't know yet”, and nothing of it earns or costs marks.",
            answered=answered,
            asked=asked,
        )

    def doubts(self) -> list[Doubt]:
        """None: whoever leaves something out means to."""
        return []

    def promises(self) -> dict[str, str]:
        """What is promised about marks and about who sees what: of a test there are no marks."""
        after = (
            _("Your instructor sends you both tests side by side, with what is right and where it was taught.")
            if self.notebook == "posttest"
            else _("You learn what is right when you have handed in the test after the course.")
        )
        return {
            **course_facts(self.place.root),
            "marks": together(_("This test earns and costs no marks."), after),
            "seen_by": _(
                "Your instructor sees your answers, and how many were right in each of the two tests; so does whoever "
                "gets the exported table, such as HR. The tests show how well the course teaches. They earn and cost "
                "no marks."
            ),
        }

    def carries(self) -> list[str]:
        """What is handed in, a line each."""
        files = [_("This page, as you saved it")]
        if self.answers_path.is_file():
            files.append(_("Your answers"))
        if self.notebook == "posttest" and self.before.is_file():
            files.append(_("Your answers in the test before the course"))
        return files


def answerable(key: str, asked: Asked) -> Decision:
    """An item as the page asks it: what is written, and the option not to know."""
    made = asked.decision(key)
    return replace(made, options=(*made.options, Pictured(UNKNOWN, _("I don't know yet"))))


def form_in(entries: Mapping[str, Any]) -> Form | None:
    """The form that an answer sheet says was asked; None where it says none."""
    kept = entries.get(FORM)
    value = kept.get("value") if isinstance(kept, Mapping) else None
    return next((form for form in FORMS if form == value), None)


def entries_at(path: Path) -> Mapping[str, Any]:
    """What an answer sheet of this workspace holds; nothing where there is none."""
    found = read_json(path).get("entries")
    return found if isinstance(found, Mapping) else {}
