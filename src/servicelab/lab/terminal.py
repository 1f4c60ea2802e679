"""The window that JupyterLab was started in: three sentences for a person, everything else into a log."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOG = ".servicelab.log"


NAMES = 9
"""Windows on one course that each have a log there."""


def log_of(root: Path) -> Path:
    """A new log for a server that shows `root`: there, or in a temporary folder of its own when that cannot be.

    A log that cannot be taken away belongs to a server that still runs (Windows holds on to it): the next name is free.
    """
    numbers = ("", *(f"-{number}" for number in range(2, NAMES + 1)))
    for log in (root / f"{Path(LOG).stem}{number}{Path(LOG).suffix}" for number in numbers):
        with suppress(OSError):
            log.unlink(missing_ok=True)
            # The server writes its address with the token into it, so it is the owner's alone.
            os.close(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            return log
    return Path(tempfile.mkdtemp(prefix="servicelab-")) / LOG


@contextmanager
def quietly(log: Path) -> Iterator[Callable[[str], None]]:
    """Send what this process and its kernels print into `log`; gives a function that still reaches the person.

    The streams are exchanged below Python: JupyterLab, nbgrader, jupytext and every kernel each bring a logger of their
    own, and a kernel is another process.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(1), os.dup(2)]
    into = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    person = os.fdopen(os.dup(1), "w", encoding=sys.stdout.encoding, errors="replace", buffering=1)
    os.dup2(into, 1)
    os.dup2(into, 2)
    os.close(into)

    def say(sentence: str) -> None:
        print(sentence, file=person, flush=True)

    try:
        yield say
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        person.close()
        for number, stream in enumerate(kept, start=1):
            os.dup2(stream, number)
            os.close(stream)
