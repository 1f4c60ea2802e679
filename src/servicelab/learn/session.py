"""An opened notebook: its place, its answer sheet, its outline, and the clock that runs while someone works in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from IPython import get_ipython

from servicelab.course.handin import answers_file, notebook_file
from servicelab.errors import UserError
from servicelab.i18n import _, language
from servicelab.learn import progress
from servicelab.learn.items import Items, load_items
from servicelab.learn.outline import Outline, read_outline
from servicelab.learn.sheet import AnswerSheet, plain_json, utc_now
from servicelab.learn.whereabouts import Place, shown

if TYPE_CHECKING:
    from servicelab.learn.controls.parts.awaited import Awaited

T = TypeVar("T")
BURST = 2.0
"""Seconds between the first and the last request when a page asks for all cells at once."""


def asked_for_at() -> datetime | None:
    """When the page asked for the cell that runs now; None outside a kernel."""
    try:
        date = get_ipython().kernel.get_parent("shell")["header"]["date"]
    except (AttributeError, KeyError, TypeError):
        return None
    return date if isinstance(date, datetime) else None


class Session:
    """What a lesson and a graded notebook have in common.

    `notebook` is the notebook's own name without its ending ("lesson"), `name` its folder's ("01_needs").
    """

    asks = "quiz.json"

    def __init__(self, place: Place, name: str, notebook: str) -> None:
        self.place = place
        self.name = name
        self.notebook = notebook
        self.language = language()
        self.sheet = AnswerSheet(
            self.answers_path, f"{name}/{notebook}", language=self.language, locked=self._keeps_nothing()
        )
        self._watch = progress.Stopwatch()
        self._opened = asked_for_at()
        self._listeners: dict[str, Callable[[], None]] = {}
        self._waiting: dict[tuple[str, str], str] = {}
        self.waited_for: dict[str, Awaited] = {}
        """What questions wait for, by their ids: what waits for one of these has no question above it yet."""
        self.here = ""
        """The section whose cells run now, as far as the ends of sections tell; "" before the first of them."""
        self.sheet.subscribe(self._changed)
        for notice in self.sheet.notices:
            print(notice)

    def _keeps_nothing(self) -> str:
        # A solved notebook is executed by every build, and a build leaves no answers behind.
        return _("this is the edition with solutions.") if self.place.solved else ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @property
    def answers_path(self) -> Path:
        """Where this notebook's answers are kept."""
        return self.place.folder / answers_file(self.notebook)

    @property
    def notebook_path(self) -> Path:
        """The notebook itself."""
        return self.place.folder / notebook_file(self.notebook)

    @cached_property
    def items(self) -> Items:
        """What this notebook can ask."""
        return load_items(self.place.folder / self.asks)

    @cached_property
    def outline(self) -> Outline:
        """The notebook's sections as it stands on disk."""
        return read_outline(self.notebook_path)

    def progress(self) -> progress.Progress:
        """How far the learner is in this notebook."""
        return progress.measure(self.outline, self.sheet.entries, self.sheet.activity)

    def keep(self, key: str, entry: Mapping[str, Any], *, here: bool = True) -> bool:
        """Keep an answer and the time worked for it in one write; False when it could not be written.

        `here` says that the learner is at this place now; running all cells also runs those they are not at.
        """
        where = self.outline.section_of(key)
        seconds, moment = self._watch.lap(), utc_now().isoformat()
        kept = {**plain_json(dict(entry)), "at": moment}

        def edit(document: dict[str, Any]) -> None:
            document["entries"][key] = kept
            progress.add_time(document["activity"], where, seconds, moment, key if here else "")

        return self.sheet.change(edit, key)

    def running_all(self) -> bool:
        """Whether the cell that runs now was asked for together with the one that opened the notebook.

        Running all cells also runs code that the learner has not touched yet: that is no attempt of theirs.
        """
        now, then = asked_for_at(), self._opened
        return now is not None and then is not None and abs((now - then).total_seconds()) < BURST

    def mark_done(self, section: str) -> bool:
        """Keep that the learner called a section done."""
        seconds, moment = self._watch.lap(), utc_now().isoformat()

        def edit(document: dict[str, Any]) -> None:
            progress.add_time(document["activity"], section, seconds, moment, f"end of {section}")
            progress.mark_done(document["activity"], section, moment)

        return self.sheet.change(edit)

    def on_change(self, view: str, refresh: Callable[[], None]) -> None:
        """Call `refresh` after every change; a view that is opened again takes the place of its former self."""
        self._listeners[view] = refresh

    def waits_behind(self, asked: str, who: str, where: str) -> bool:
        """Whether something else of the section `where` already says that it waits for `asked`: then `who` need not."""
        return self._waiting.setdefault((asked, where), who) != who

    def _changed(self, _key: str) -> None:
        problems = []
        for refresh in list(self._listeners.values()):
            try:
                refresh()
            except Exception as problem:  # noqa: BLE001 - a view that fails must not keep the others from following
                problems.append(problem)
        if problems:
            raise problems[0]

    def find(self, among: Mapping[str, T], key: str, what: str) -> T:
        """One item by its id; UserError that lists the ids when there is none."""
        if key in among:
            return among[key]
        known = ", ".join(among) or _("none")
        raise UserError(
            _("{file} has no {what} called “{key}”; it has: {known}.",
              file=self.asks, what=what, key=shown(key, 60), known=shown(known, 300))
        )  # fmt: skip
