"""Where the time goes that a submission takes: each part of the work says when it is at it, and one watch adds up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Phase = Literal["run", "judged", "written"]


@dataclass(frozen=True)
class Spent:
    """Seconds that a submission took.

    Attributes
    ----------
    waiting
        Until it was its turn.
    run
        While its cells ran.
    judged
        While its tests were judged.
    written
        All else: it was put on the page that was handed out, written, and entered in the gradebook.
    """

    waiting: float
    run: float
    judged: float
    written: float


class Watch:
    """Measures one submission in this process, from now on.

    Parameters
    ----------
    asked
        When its grading was asked for, by the clock that all processes of a machine have in common.
    """

    def __init__(self, asked: float) -> None:
        self._asked = asked
        self._began = self._since = time.monotonic()
        self._phase: Phase = "written"
        self._seconds: dict[Phase, float] = {}
        _running.set(self)

    def turn(self, to: Phase) -> Phase:
        """Count what is done from now on to a phase; return the one before."""
        before, now = self._phase, time.monotonic()
        self._seconds[before] = self._seconds.get(before, 0.0) + now - self._since
        self._phase, self._since = to, now
        return before

    def seconds(self) -> float:
        """Return how long it has taken since it was its turn."""
        return time.monotonic() - self._began

    def spent(self) -> Spent:
        """Return what it has taken by now, by phase."""
        self.turn(self._phase)
        run, judged, written = (self._seconds.get(name, 0.0) for name in ("run", "judged", "written"))
        return Spent(self._began - self._asked, run, judged, written)


_running: ContextVar[Watch | None] = ContextVar("running", default=None)


@contextmanager
def phase(name: Phase) -> Iterator[None]:
    """Count what is done meanwhile to a phase, and to no other one around it; nothing where nobody measures."""
    watch = _running.get()
    if watch is None:
        yield
        return
    before = watch.turn(name)
    try:
        yield
    finally:
        watch.turn(before)
