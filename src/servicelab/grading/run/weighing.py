"""How much memory the processes of one submission take together, held to a limit: the system's own is each process's.

A control group would do it better, and few machines give one to whoever grades.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from servicelab.grading.descendants import descendants

PAGE = os.sysconf("SC_PAGESIZE") if hasattr(os, "sysconf") else 1 << 12


def end_the_largest(process: int, most: int) -> None:
    """End the largest processes below one, until the others take no more bytes of memory together than they may."""
    below = descendants(process)
    # A quick look that counts what they share once for each: exact numbers take the system milliseconds a process.
    if sum(map(_resident, below)) <= most:
        return
    weights = sorted(((_own(each), each) for each in below), reverse=True)
    total = sum(weight for weight, _each in weights)
    for weight, each in weights:
        if total <= most:
            return
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
        total -= weight


def _resident(process: int) -> int:
    """Return the bytes that a process has in memory, those that it shares with others in full."""
    with suppress(OSError):
        return int(Path(f"/proc/{process}/statm").read_bytes().split()[1]) * PAGE
    return 0


def _own(process: int) -> int:
    """Return the same with its part of what it shares; of one that hides that, all of it."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) << 10
    return _resident(process)
