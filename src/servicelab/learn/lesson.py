"""An opened lesson: what its cells call."""

from __future__ import annotations

from dataclasses import asdict
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

from servicelab.errors import UserError
from servicelab.i18n import _
from servicelab.learn.controls.parts.awaited import Board
from servicelab.learn.numbers import finite
from servicelab.learn.session import Session
from servicelab.learn.whereabouts import find_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from servicelab.course.deskfile import Desk
    from servicelab.course.placingfile import Placing
    from servicelab.learn.controls.card import CardControl
    from servicelab.learn.controls.desk import DeskControl
    from servicelab.learn.controls.keepsake import KeepsakeControl
    from servicelab.learn.controls.ladder import LadderControl
    from servicelab.learn.controls.ladder.model import Verdict
    from servicelab.learn.controls.overview import SectionEnd, Welcome
    from servicelab.learn.controls.parts.awaited import Awaited
    from servicelab.learn.controls.prediction import PredictControl, RevealControl
    from servicelab.learn.controls.quiz import QuizControl
    from servicelab.learn.controls.waiting import LatePicture, LateWords
    from servicelab.learn.start import Page
    from servicelab.widgets.figures import Figure
    from servicelab.widgets.house import Interactive


class Lesson(Session):
    """The lesson of one module. Every method returns a control: make it the last line of a cell."""

    @classmethod
    def open(cls, name: str) -> Self:
        """Open the lesson of module `name` with the answers given so far."""
        return cls(find_place("lessons", name), name, "lesson")

    def welcome(self) -> Welcome:
        """The sections with their minutes, what is done, and where you stopped."""
        from servicelab.learn.controls.overview import Welcome

        return Welcome(self)

    def quiz(self, key: str, *, after: str = "") -> QuizControl:
        """A question whose every option is explained; it waits for `after`: a guess, question or board."""
        from servicelab.learn.controls.quiz import QuizControl

        awaited = self._awaited(after) if after else None
        if awaited is not None:
            self.waited_for[key] = awaited
        return QuizControl(self, self.find(self.items.questions, key, _("question")), awaited)

    def recall(self, key: str) -> QuizControl:
        """A question from an earlier module, to be answered from memory."""
        from servicelab.learn.controls.quiz import QuizControl

        return QuizControl(self, self.find(self.items.recall, key, _("recall question")))

    def predict(self, key: str) -> PredictControl:
        """A guess, recorded before `reveal` shows the truth."""
        from servicelab.learn.controls.prediction import PredictControl

        return PredictControl(self, self.find(self.items.predictions, key, _("prediction")))

    def reveal(self, key: str, truth: float, note: str = "") -> RevealControl:
        """Guess against truth, as soon as there is a guess; with the unit %, `truth` is a share between 0 and 1.

        Raises ValueError for a truth that is not on the prediction's scale.
        """
        from servicelab.learn.controls.prediction import RevealControl
        from servicelab.learn.controls.prediction.model import on_scale

        asked = self.find(self.items.predictions, key, _("prediction"))
        self.truths[key] = on_scale(asked, truth)
        return RevealControl(self, asked, truth, note, self.earlier_guesses.get(key, []))

    def after(self, key: str, draw: Callable[..., Figure], *arguments: Any) -> LatePicture:
        """A figure that is drawn when the guess `key` is made, with the guess in it: `draw(*arguments, guess=…)`.

        `key` may be a question's as well: then it is drawn when that is worked through, without a guess.
        """
        from servicelab.learn.controls.waiting import LatePicture

        return LatePicture(self, self._awaited(key), draw, arguments)

    def told(self, key: str) -> LateWords:
        """Words that wait for a guess or a question; the build puts this in place of a Markdown cell with `after`."""
        from servicelab.learn.controls.waiting import LateWords

        told = self.find(self.items.told, key, _("text"))
        return LateWords(self, self._awaited(told.after), told)

    def _awaited(self, key: str) -> Awaited:
        """The guess, the question or the board shown before that something waits for."""
        asked: dict[str, Awaited] = {**self.items.predictions, **self.items.questions, **self.boards}
        return self.find(asked, key, _("prediction or question"))

    def check(self, key: str, value: object = None) -> LadderControl:
        """Compare a value of your own with a task's answer, and say in what way it differs."""
        from servicelab.learn.controls.ladder import model as ladder

        task = self.find(self.items.tasks, key, _("task"))
        verdict = ladder.check(task, value)
        kept = self.sheet.get(key).get("value")
        after = ladder.after_check(task, kept, verdict, value)
        opening = self.running_all()
        if opening and not ladder.tidy(task, kept)["attempts"]:
            verdict = ladder.before_a_try(verdict)
        if after != ladder.tidy(task, kept) and not opening:
            self.keep(key, ladder.entry(task, after), here=False)
        return self._ladder(key, verdict)

    def hint(self, key: str) -> LadderControl:
        """The next hint of a task, with those before it."""
        from servicelab.learn.controls.ladder import model as ladder

        task = self.find(self.items.tasks, key, _("task"))
        after = ladder.after_hint(task, self.sheet.get(key).get("value"))
        self.keep(key, ladder.entry(task, after))
        return self._ladder(key)

    def solution(self, key: str) -> LadderControl:
        """A task's solution: after an attempt, or when asked for a second time."""
        from servicelab.learn.controls.ladder import model as ladder

        task = self.find(self.items.tasks, key, _("task"))
        after = ladder.after_asking(task, self.sheet.get(key).get("value"))
        self.keep(key, ladder.entry(task, after))
        return self._ladder(key)

    def _ladder(self, key: str, verdict: Verdict | None = None) -> LadderControl:
        from servicelab.learn.controls.ladder import LadderControl

        return LadderControl(self, self.items.tasks[key], verdict)

    def show(self, interactive: Interactive, key: str) -> Interactive:
        """An `explore.*` interactive whose settings are kept under `key` and restored."""
        from servicelab.learn.controls import keep_value_of

        keep_value_of(self, interactive, key)
        self.shown[key] = interactive
        if "complete" in interactive.state:
            self.boards[key] = Board(key, interactive)
        return interactive

    def voice_notes(self) -> dict[str, dict[str, str]]:
        """What the module says of each statement, for `explore.voices`: {voice_id: {question: text}}."""
        from servicelab.course.declared import read
        from servicelab.course.voicesfile import VoicesFile
        from servicelab.learn.items import load_object

        path = self.place.folder / "voices.json"
        try:
            found = read(VoicesFile, load_object(path))
        except ValueError as problem:
            raise UserError(_("{name} is malformed: {problem}.", name=path.name, problem=problem)) from None
        return {key: asdict(explained) for key, explained in found.voices.items()}

    def placing(self, name: str) -> Placing:
        """The set `name` of the things that this module has placed, for `explore.journey` and its like."""
        from servicelab.course.declared import read
        from servicelab.course.placingfile import PlacingFile
        from servicelab.learn.items import load_object

        path = self.place.folder / "placing.json"
        try:
            found = read(PlacingFile, load_object(path))
        except ValueError as problem:
            raise UserError(_("{name} is malformed: {problem}.", name=path.name, problem=problem)) from None
        if name not in found.sets:
            known = ", ".join(found.sets)
            raise UserError(_("{file} has no {what} called “{key}”; it has: {known}.",
                              file=path.name, what=_("set"), key=name, known=known))  # fmt: skip
        return found.questions, found.sets[name]

    @cached_property
    def earlier_guesses(self) -> dict[str, list[float]]:
        """What earlier trainees guessed, by question: only questions that enough of them answered are in the file."""
        from servicelab.learn.items import load_object

        path = self.place.folder / "guesses.json"
        found = load_object(path) if path.is_file() else {}
        for key, values in found.items():
            if not isinstance(values, list) or any(finite(each) is None for each in values):
                raise UserError(_("{name} is malformed: {problem}.", name=path.name, problem=key))
        return found

    @cached_property
    def truths(self) -> dict[str, float]:
        """What the reveals that have run know, by the id of the guess."""
        return {}

    @cached_property
    def shown(self) -> dict[str, Interactive]:
        """What `show` has shown, by its key."""
        return {}

    @cached_property
    def boards(self) -> dict[str, Board]:
        """What has been shown and comes to an end, by the key it is kept under."""
        return {}

    @property
    def has_desk(self) -> bool:
        """Whether this lesson has a contact at the desk."""
        return (self.place.folder / "desk.json").is_file()

    @cached_property
    def contact(self) -> Desk:
        """The contact at the desk."""
        from servicelab.learn.controls.desk.model import parse_desk
        from servicelab.learn.items import load_object

        return parse_desk(load_object(self.place.folder / "desk.json"))

    def desk(self) -> DeskControl:
        """The module's contact at the desk."""
        from servicelab.learn.controls.desk import DeskControl

        return DeskControl(self, self.contact)

    def card(self) -> CardControl:
        """Three lines at the end, which travel with the submission."""
        from servicelab.learn.controls.card import CardControl

        return CardControl(self)

    def keepsake(self) -> KeepsakeControl:
        """A button that makes a page to keep: own guesses, endings, written lines, take-aways."""
        from servicelab.learn.controls.keepsake import KeepsakeControl

        return KeepsakeControl(self)

    def section_end(self, section: str) -> SectionEnd:
        """What is done in a section, what is still open, and where to go next."""
        from servicelab.learn.controls.overview import SectionEnd

        ids = [each.id for each in self.outline.sections]
        self.here = next((after for before, after in pairwise(ids) if before == section), self.here)
        return SectionEnd(self, section)

    def finish(self) -> Page:
        """The whole lesson at a glance, the way to the graded work, and saving it all as one file."""
        from servicelab.learn.start import finish_page

        return finish_page(self)
