"""nbgrader's log, kept off the screen and read for the one line that says what went wrong; and Ctrl-C let through."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from servicelab.learn.whereabouts import shown


class Captured(logging.Handler):
    """Collects what is logged; `reason` is the most telling line of it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        self.lines.extend(record.getMessage().splitlines())

    def reason(self) -> str:
        """Return the last line of the last traceback, else the last line logged."""
        inside = False
        found = ""
        for line in self.lines:
            if line.startswith("Traceback "):
                inside = True
            elif inside and line and not line.startswith(" "):
                found, inside = line, False
        last = found or next((line for line in reversed(self.lines) if line.strip()), "no reason given")
        # It may quote what a trainee wrote, and is printed.
        return shown(last, 300)


@contextmanager
def captured() -> Iterator[Captured]:
    """Collect what nbgrader logs meanwhile.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C was pressed: nbgrader itself calls what it was doing failed, and goes on with the next.
    """
    handler = Captured()
    logger = logging.getLogger("traitlets")
    logger.addHandler(handler)
    pressed = False
    before = signal.getsignal(signal.SIGINT)

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        raise KeyboardInterrupt

    # Where Ctrl-C is ignored or handled by somebody else, in another thread too, it stays so.
    ours = before is signal.default_int_handler and threading.current_thread() is threading.main_thread()
    if ours:
        signal.signal(signal.SIGINT, stop)
    try:
        yield handler
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)
        logger.removeHandler(handler)
    if pressed:
        raise KeyboardInterrupt
