"""The button that makes a page to keep."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from servicelab.files.whole import write_whole
from servicelab.i18n import _, use
from servicelab.learn.controls.keepsake import model
from servicelab.learn.controls.parts import with_part
from servicelab.learn.controls.parts.offer import send_file
from servicelab.learn.whereabouts import student_id
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    from servicelab.learn.lesson import Lesson


@with_part("offer.js")
class KeepsakeControl(Interactive):
    """Makes the page to keep, in the workspace and as a download. `value` is {"press": n}: each higher n once."""

    view = "view.js"

    def __init__(self, lesson: Lesson) -> None:
        self._lesson = lesson
        self._pressed = 0
        self._kind, self._says = "", ""
        super().__init__({"press": 0})

    def name(self) -> str:
        return _("A page to keep")

    def words(self) -> dict[str, str]:
        return {
            "lead": _("Your guesses beside the numbers, how your contacts ended, what you wrote and what to take away: "
                      "one page for you, to print or to keep.")
            if self._lesson.has_desk
            else _("Your guesses beside the numbers, what you wrote and what to take away: one page for you, to print "
                   "or to keep."),
            "make": _("Make my page"),
            "open": _("Open my page"),
        }  # fmt: skip

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - what was done decides
        return {"says": self._says, "kind": self._kind, "pressed": self._pressed}

    def text(self) -> str:
        """The title: what was made differs from run to run."""
        return self.name_shown

    def _recompute(self, change: Any) -> None:
        press = change["new"].get("press")
        if isinstance(press, int) and press > self._pressed:
            self._pressed = press
            with use(self._language):
                self._make_page()
        super()._recompute(change)

    def _make_page(self) -> None:
        root = self._lesson.place.root
        kept = model.gather(self._lesson, student_id(root), time.strftime("%Y-%m-%d"))
        if kept.empty:
            self._kind, self._says = "info", _("There is nothing of yours to put on it yet: make a guess first.")
            return
        path = root / f"my-page-{self._lesson.name}.html"
        try:
            write_whole(path, model.page(kept))
        except OSError as problem:
            self._kind = "wrong"
            self._says = _("The file could not be written ({why}).", why=problem.strerror or "OSError")
            return
        self._kind = "right"
        self._says = _("Made. It lies beside the start page; your browser can download it too.")
        send_file(self, path)
