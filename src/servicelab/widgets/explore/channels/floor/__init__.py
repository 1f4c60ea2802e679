"""The floor, once with everybody and once with fewer. Engine Q: `models.queueing.replay_day` on call log and roster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.channels.floor.model import LONGEST, MISSING, SCALE, STEPS, FloorModel, step_name
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Floor(Interactive):
    """The control that ``explore.floor`` returns."""

    view = "view.js"

    def __init__(self, calls: pd.DataFrame, rosters: pd.DataFrame, staffing: pd.DataFrame) -> None:
        self._model = FloorModel(calls, rosters, staffing)
        super().__init__(
            content={
                "steps": [{"id": step, "text": step_name(step)} for step in STEPS],
                "missing": [{"id": str(n), "text": _("nobody") if n == 0 else str(n)} for n in range(MISSING + 1)],
                "longest": LONGEST,
                "scale": SCALE,
            }
        )
        # A second of work, done while somebody watches the first hour.
        self._model.warm()

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def guesses(self) -> list[tuple[str, str, str]]:
        """The wait with one fewer, once it was guessed."""
        found = self._model.guessed(self.value)
        if found is None:
            return []
        guess, truth = (_("{n:.0f} seconds", n=each) for each in found)
        return [(_("The phone with one fewer at the desk: how long does a caller wait, on average?"), guess, truth)]

    def name(self) -> str:
        return _("The floor, from three to four")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "Wednesday, 15 October 2025 (simulated). Contacts come in at the moments of that day; how long each "
                "takes, and when a caller loses patience, is drawn from the firm's (simulated) calls. Watch an hour in "
                "three steps; the third one asks you something first."
            ),
            "step": _("Step"),
            "clock": _("time"),
            "play": _("Let it run (one minute)"),
            "pause": _("Stop"),
            "desk": _("at the desk"),
            "queue": _("waiting"),
            "lost": _("gave up so far"),
            "strip": _("how many wait, minute by minute (× gave up)"),
            "strip_told": _("How many waited until {clock}, minute by minute: at most {most}; {lost} gave up.",
                            clock="{clock}", most="{most}", lost="{lost}"),
            "now": _("{clock}: {busy} of {desk} are in a contact, {queue} waiting, {lost} gave up so far.",
                     clock="{clock}", busy="{busy}", desk="{desk}", queue="{queue}", lost="{lost}"),
            "hands": _("each square is a person; its dots are the chats in hand; dashed: not there now"),
            "one": _(
                "each square is a person; filled: in a call, or finishing one after the end of their hours; "
                "empty: free; dashed: not there now"
            ),
            "guess": _("One fewer at the desk: a caller then waits, on average"),
            "seconds": _("seconds"),
            "keep": _("That is my guess"),
            "missing": _("Missing at the desk, all day"),
            "thinned": _(
                "So many fewer on the day's average, taken off as the shifts are staffed. Breaks then fall otherwise: "
                "at a given minute it may be one more or one less."
            ),
            "fewer": _("people fewer at the desk"),
            "wait": _("mean wait of all callers, seconds"),
            "gave_up": _("callers who gave up, of 100"),
            "yours": _("your guess"),
            "told": _(
                "A queue is there because calls come in bunches, not because people work slowly. Whoever is free "
                "when one "
                "comes keeps it short: the fewer are left, the more each of them is missed. So a goal for a desk "
                "says how "
                "long customers wait and how many give up; how busy the people are follows from it."
            ),
            "waits": _("How long they wait"),
            "losses": _("How many give up"),
        }  # fmt: skip
