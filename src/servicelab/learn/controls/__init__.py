"""What every control of a lesson is built on: the house's `Interactive`, with a value that the answer sheet keeps.

A kind of control is a folder here: what it derives and keeps in `__init__.py`, beside the view that draws it; what
follows from a value in `model.py`, unless graded work needs it where there is no control (`learn.decisions`,
`learn.written`). What a learner sets goes into the sheet in the same step, so that a kernel that dies has nothing left
to lose.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from servicelab.i18n import use
from servicelab.learn.session import Session
from servicelab.widgets.house import Interactive

PAUSE = 0.2
"""Seconds between two writes while a control is being dragged."""


class Control(Interactive):
    """A control whose value is kept in the sheet under `key`.

    A subclass gives `derive` and `entry` (what is kept for a value); `text` in its state is its whole text form.
    """

    def __init__(self, session: Session, key: str, content: Mapping[str, Any] | None = None) -> None:
        self._session = session
        self._key = key
        kept = session.sheet.get(key)
        value = self.restored(kept)
        self._entry = self.entry(value)
        self._accepted = value
        super().__init__(value, content=content)
        if kept or session.sheet.locked:
            self.saved = session.sheet.status

    def kept_as(self) -> str:
        return f"{self._session.sheet.notebook}#{self._key}"

    def restored(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The control's value from what the sheet holds."""
        value = kept.get("value")
        return dict(value) if isinstance(value, dict) else {}

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """What the sheet keeps for a value."""
        raise NotImplementedError

    def allows(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:  # noqa: ARG002 - most allow any
        """Whether a value may follow another; the control goes back to `before` when it may not."""
        return True

    def _recompute(self, change: Any) -> None:
        after = change["new"]
        if after != self._accepted and not self.allows(self._accepted, after):
            self.value = self._accepted
            return
        self._accepted = after
        with use(self._language):
            entry = self.entry(after)
            # Nothing new is nothing to write: two views of one control echo each other's values.
            if entry != self._entry:
                self._entry = entry
                self._session.keep(self._key, entry)
                self.saved = self._session.sheet.status
        super()._recompute(change)

    def look_again(self) -> None:
        kept = self._session.sheet.fresh(self._key)
        if not kept or {**kept, "at": ""} == {**self._entry, "at": ""}:
            return
        with use(self._language):
            value = self.restored(kept)
            # Taken over, not set: nothing is written, and a guess that was recorded elsewhere is the guess.
            self._accepted, self._entry = value, self.entry(value)
            self.value = value
            self.saved = self._session.sheet.status
        self.refresh()

    def refresh(self) -> None:
        """Derive the state again after something outside this control changed."""
        # What is slow and was not yet in sight is made with its content, not half.
        if not self.ready:
            return
        with use(self._language):
            self.state = self.derive(self.value)

    def text(self) -> str:
        """What the control shows now as plain text."""
        return str(self.state.get("text", ""))


def finished(widget: Interactive) -> bool:
    """Whether an interactive is worked: as it says itself where it comes to an end, else once anything was set."""
    return widget.ready and bool(widget.state.get("complete", widget.value))


def keep_value_of(session: Session, widget: Interactive, key: str) -> None:
    """Restore an interactive's value from the sheet, and keep every later one there.

    A value that the interactive does not accept is left in the sheet and the interactive starts afresh. It is done
    where its state says `complete`, once for all, or when it has been tried where no state says so.
    """
    kept = session.sheet.get(key)
    value, fresh = kept.get("value"), dict(widget.value)
    if isinstance(value, dict) and value:
        try:
            widget.value = value
        except Exception:  # noqa: BLE001 - the sheet may hold anything, and the lesson must open
            widget.value = fresh
    if kept or session.sheet.locked:
        widget.saved = session.sheet.status
    widget.labels = {**widget.labels, "kept_as": f"{session.sheet.notebook}#{key}"}
    last, waiting, taking = 0.0, False, False

    def write() -> None:
        nonlocal last, waiting
        last, waiting = time.monotonic(), False
        # Who goes back after the end, or plays a round once more, has still been there.
        done = finished(widget) or session.sheet.get(key).get("done") is True
        session.keep(key, {"kind": "interactive", "value": dict(widget.value), "done": done})
        widget.saved = session.sheet.status

    def changed(_change: Any) -> None:
        nonlocal waiting
        if waiting or taking:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            write()
            return
        # A slider moves sixty times a second: one write in PAUSE is enough, and the last position always gets one.
        if time.monotonic() - last > PAUSE:
            write()
        else:
            waiting = True
            loop.call_later(PAUSE, write)

    def look_again() -> None:
        """Take over what another window has kept; what is on its way from this one goes first."""
        nonlocal taking
        value = session.sheet.fresh(key).get("value")
        if waiting or not isinstance(value, dict) or value == widget.value:
            return
        before, taking = dict(widget.value), True
        try:
            widget.value = value
        except Exception:  # noqa: BLE001 - as at the start: the sheet may hold anything
            widget.value = before
        finally:
            taking = False
        widget.saved = session.sheet.status

    def derived(_change: Any) -> None:
        """What is brought to its end by another control is done, though nobody has set anything in it."""
        if not widget.value and finished(widget) and session.sheet.get(key).get("done") is not True:
            write()

    widget.look_again = look_again  # type: ignore[method-assign]
    widget.observe(changed, names="value")
    widget.observe(derived, names=["state", "ready"])
