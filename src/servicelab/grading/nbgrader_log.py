"""nbgrader's log, kept off the screen and read for the one line that says what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


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
        return last.strip()[:300]


@contextmanager
def captured() -> Iterator[Captured]:
    """Collect what nbgrader logs meanwhile."""
    handler = Captured()
    logger = logging.getLogger("traitlets")
    logger.addHandler(handler)
    try:
        yield handler
    finally:
        logger.removeHandler(handler)
