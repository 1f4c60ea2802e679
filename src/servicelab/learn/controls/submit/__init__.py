"""Handing a graded notebook in, and the receipt."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicelab.errors import UserError
from servicelab.i18n import _, use
from servicelab.learn import submission
from servicelab.learn.controls.parts import with_part
from servicelab.learn.controls.parts.offer import send_file
from servicelab.learn.sheet import being_graded
from servicelab.learn.whereabouts import keep_student_id, student_id
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    from servicelab.learn.assignment import Assignment, Doubt

FRESH = 30.0
"""Seconds since the notebook file was written within which it counts as saved, where the page cannot tell."""


@with_part("goto.js")
@with_part("offer.js")
class SubmitControl(Interactive):
    """Hands a graded notebook in.

    `value` is {"student": …, "press": n, "clean": true | false | null}: each higher `press` hands in once, `clean`
    says whether the page saw the notebook saved (null: it cannot tell), `anyway` hands in what is on disk all the same,
    `sure` hands in although something is blank or too long: that is asked once.
    """

    view = "view.js"

    def __init__(self, task: Assignment) -> None:
        self._task = task
        self._receipt: submission.Receipt | None = None
        self._problem = ""
        self._unsaved = False
        self._doubts: list[Doubt] = []
        self._code = bool(task.code_tasks())
        self._pressed = 0
        super().__init__({"student": student_id(task.place.root), "press": 0})
        task.on_change("submit", self.refresh)
        self.on_msg(self._asked)

    def name(self) -> str:
        return _("Hand in {assignment}", assignment=self._task.title)

    def words(self) -> dict[str, str]:
        return {
            "kind": _("Hand in"),
            "student": _("Your staff number"),
            "student_help": (
                _("Asked once and kept in this workspace. Your marks come under this number.")
                if self._task.marked
                else _("Asked once and kept in this workspace. It tells which two tests are yours.")
            ),
            "submit": _("Hand in now"),
            "again": _("Hand in again"),
            "storing": _("Saving the notebook…"),
            "anyway": _("Hand in the saved version"),
            "doubts": _("Look at this once more before you hand in:"),
            "sure": _("Hand in all the same"),
            "back": _("Go back to what is open"),
            "rerun": _("Run the whole page from the top"),
            "rerun_by_hand": _("From here it cannot be done: choose “Restart” and “Run all” in your program's menu."),
            "receipt": _("Receipt"),
            "support": _("For technical support"),
            "home": _("Back to the start page"),
            "download": _("Download the file to send"),
            "files": _("What is handed in"),
            "changed": _("You have changed something since: hand in again if it should count."),
            "closed": _("This notebook is being graded: handing in is switched off here."),
        }

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        graded = being_graded()
        latest = None if graded else self._receipt or last(submission.receipts(self._task.place.root, self._task.name))
        student = value.get("student")
        state: dict[str, Any] = {
            "at": {"student": student if isinstance(student, str) else ""},
            "closed": graded,
            "pressed": self._pressed,
            "open": self._task.still_open(),
            "sections": self._task.sections_done(),
            "files": self._task.carries(),
            "problem": self._problem,
            "unsaved": self._unsaved,
            "doubts": [doubt.says for doubt in self._doubts],
            "lead": self._lead(),
            "code": self._code,
            "seen_by": self._task.promises()["seen_by"],
            "written": self._task.wrote(),
            "step": latest.step() if latest and latest.file else "",
            "to_send": bool(latest and not latest.fetched),
            "receipt": latest.plain() if latest and latest.file else "",
            "technical": latest.technical() if latest and latest.file else "",
            "fresh": self._receipt is not None,
            "changed": latest is not None and self._task.sheet.saved_at > latest.created,
        }
        state["text"] = "\n".join([self._task.standing(), *state["written"], *state["files"]])
        state["summary"] = self._task.standing()
        return state

    def text(self) -> str:
        """What is handed in and what is still open; no times and no receipt, which differ from run to run."""
        return str(self.state["text"])

    def refresh(self) -> None:
        """Derive the state again: a decision was made elsewhere in the notebook."""
        with use(self._language):
            if self._doubts:
                self._doubts = self._task.doubts()
            self.state = self.derive(self.value)

    def _lead(self) -> dict[str, str] | None:
        """Where the first doubt is: the section's title, and what the control there is kept as."""
        if not self._doubts:
            return None
        first = self._doubts[0]
        return {"section": first.section, "item": f"{self._task.sheet.notebook}#{first.item}" if first.item else ""}

    def _recompute(self, change: Any) -> None:
        value = change["new"]
        press = value.get("press")
        if isinstance(press, int) and press > self._pressed:
            self._pressed = press
            with use(self._language):
                self._hand_in(value)
        super()._recompute(change)

    def _hand_in(self, value: Mapping[str, Any]) -> None:
        task = self._task
        self._problem, self._unsaved, self._doubts = "", False, []
        try:
            if being_graded():
                raise UserError(str(self.labels["closed"]))
            student = keep_student_id(task.place.root, str(value.get("student") or ""))
            if value.get("anyway") is not True and not self._saved(value.get("clean")):
                self._unsaved = True
                raise UserError(
                    _("The notebook may hold changes that are not saved yet: press Ctrl+S (on a Mac ⌘S), then hand in "
                      "again. You can also hand in the version saved at {time}.", time=self._saved_at())
                )  # fmt: skip
            if value.get("sure") is not True and (doubts := self._task.doubts()):
                self._doubts = doubts
                return
            self._receipt = task.hand_in(student)
        except UserError as problem:
            self._problem = str(problem)
        except OSError as problem:
            self._problem = _("Handing in did not work ({why}): nothing is lost, try again or ask your instructor.",
                              why=problem.strerror or type(problem).__name__)  # fmt: skip

    def _saved(self, clean: object) -> bool:
        if isinstance(clean, bool):
            return clean
        try:
            return time.time() - self._task.notebook_path.stat().st_mtime < FRESH
        except OSError:
            return True

    def _saved_at(self) -> str:
        try:
            return time.strftime("%H:%M", time.localtime(self._task.notebook_path.stat().st_mtime))
        except OSError:
            return "–"

    def _asked(self, _widget: object, content: object, _buffers: object) -> None:
        if not isinstance(content, Mapping) or content.get("do") != "download":
            return
        with use(self._language):
            latest = self._receipt or last(submission.receipts(self._task.place.root, self._task.name))
            if latest:
                send_file(self, self._task.place.root / submission.FOLDER / Path(latest.file).name)


def last(found: list[submission.Receipt]) -> submission.Receipt | None:
    """The latest receipt."""
    return found[-1] if found else None
