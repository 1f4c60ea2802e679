"""One process a submission: whatever happens in it, the others go on, and nothing that it started outlives it.

On Linux each seat is two processes. The outer one leads a session of its own and inherits whatever loses its parent
below it; the inner one grades. A kernel's parent is therefore never the program that the instructor started; when the
inner process ends, however it ended, the outer one ends everything that is left. Elsewhere one process does the work.

What a seat puts into temporary folders lies in one of its own, which is removed after it: by the outer process, and by
the program itself for a seat that was killed whole.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar

from servicelab.grading.lodging import clear

T = TypeVar("T")

LINUX = sys.platform == "linux"
PRELOADED = [
    "servicelab.grading.autograding",
    "nbgrader.apps.api",
    "nbgrader.preprocessors",
    "nbconvert.exporters",
    "servicelab.grading.rehearsed",
]
"""Imported once, in the process that seats are forked from: nbgrader alone takes two seconds."""
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CHECK = 0.05
"""Seconds between two looks at whether the inner process has ended."""
ROUNDS = 200
"""How often what is left of a submission is looked for and ended: something that forks on and on is outrun or left."""


@dataclass(frozen=True)
class Failed:
    """What a seat sends when the work raised: a mistake of ours or of the machine, not of the submission."""

    traceback: str

    @property
    def reason(self) -> str:
        """Its last line: the kind of error and what it says."""
        return self.traceback.strip().splitlines()[-1]


def prepare() -> None:
    """Begin to import what seats need, while something else is made ready; `side_by_side` waits for it."""
    if LINUX:
        _context()
        forkserver.ensure_running()


def _context() -> Any:
    context: Any = multiprocessing.get_context("forkserver" if LINUX else "spawn")
    if LINUX:
        context.set_forkserver_preload(PRELOADED)
    return context


def side_by_side(work: Callable[[str], T], names: Sequence[str], seats: int) -> Iterator[tuple[str, T | Failed | None]]:
    """Yield each name with what `work` returned for it, as it is done; `Failed` where it raised, None where its process
    ended before that.

    Parameters
    ----------
    work
        What is done in a process of its own; it is sent there by name, so it must be importable.
    names
        One a process.
    seats
        Processes at the same time.
    """
    context = _context()
    left = list(names)
    # A pipe's end is of another class on Windows.
    taken: dict[Any, tuple[str, Any, str]] = {}
    try:
        while left or taken:
            while left and len(taken) < seats:
                result, sender = context.Pipe(duplex=False)
                room = tempfile.mkdtemp(prefix="servicelab-")
                process = context.Process(target=_seat, args=(work, left[0], sender, room), daemon=False)
                taken[result] = (left.pop(0), process, room)
                process.start()
                sender.close()
            finished: list[Any] = wait(list(taken))
            for result in finished:
                name, process, room = taken[result]
                try:
                    done = result.recv()
                except (EOFError, OSError):
                    done = None
                process.join()
                clear(Path(room))
                del taken[result]
                result.close()
                yield name, done
    finally:
        for _name, process, _room in taken.values():
            with suppress(ValueError, AttributeError):
                process.terminate()
        for result, (_name, process, room) in taken.items():
            with suppress(ValueError, AssertionError):
                process.join()
            clear(Path(room))
            result.close()


def _seat(work: Callable[[str], T], name: str, sender: Connection, room: str) -> None:
    """Do the work in this process, or on Linux in one below it, and end and remove what it leaves behind."""
    os.umask(0o077)
    tempfile.tempdir = room
    if not LINUX:
        # Ctrl-C reaches every process of a console; the one that was started ends the others.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sender.send(_done(work, name))
        return
    os.setsid()
    _tell_kernel(PR_SET_CHILD_SUBREAPER, 1)
    _tell_kernel(PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.signal(signal.SIGTERM, partial(_leave, room))
    inner = os.fork()
    if not inner:
        _grade_inside(work, name, sender)
    sender.close()
    # Python's fork server outlives the program as long as one seat does: its end is no sign of the program's.
    program: Any = multiprocessing.parent_process()
    while not os.waitpid(inner, os.WNOHANG)[0] and not wait([program.sentinel], CHECK):
        pass
    _end_what_is_left()
    clear(Path(room))


def _grade_inside(work: Callable[[str], T], name: str, sender: Connection) -> None:
    """Do the work, send what came of it, and end without a step back into the outer process's code."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _tell_kernel(PR_SET_PDEATHSIG, signal.SIGKILL)
    status = 1
    try:
        sender.send(_done(work, name))
        status = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _done(work: Callable[[str], T], name: str) -> T | Failed:
    try:
        return work(name)
    except Exception:  # noqa: BLE001 - it is raised again where somebody sees it
        return Failed(traceback.format_exc())


def _tell_kernel(what: int, value: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(what, value, 0, 0, 0)


def _leave(room: str, _number: int, _frame: object) -> None:
    _end_what_is_left()
    clear(Path(room))
    os._exit(128 + signal.SIGTERM)


def _end_what_is_left() -> None:
    for _round in range(ROUNDS):
        below = _descendants()
        if not below:
            return
        for process in below:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.01)


def _descendants() -> list[int]:
    """Return every process below this one that still runs or waits to be fetched."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, ValueError):
                # The name in brackets may hold anything, a bracket too.
                fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(folder.name))
    found: list[int] = []
    parents = [os.getpid()]
    while parents:
        below = children.get(parents.pop(), [])
        found += below
        parents += below
    return found
