"""Submissions graded in processes beside this one: whatever happens in one, the others go on, and nothing that it
started outlives it. Where a kernel runs in it, each has one submission.

On Linux each seat is two processes. The outer one leads a session of its own and inherits whatever loses its parent
below it; the inner one grades. A kernel's parent is therefore never the program that the instructor started; when the
inner process ends, however it ended, the outer one ends everything that is left. Elsewhere one process does the work.

What a seat puts into temporary folders lies in one of its own, which is removed after it: by the outer process, and by
the program itself for a seat that was killed whole.
"""

from __future__ import annotations

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

from servicelab.grading.descendants import descendants
from servicelab.grading.libc import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, prctl
from servicelab.grading.lodging import clear

T = TypeVar("T")

LINUX = sys.platform == "linux"
PRELOADED = [
    "servicelab.grading.autograding",
    "nbgrader.apps.api",
    "nbgrader.preprocessors",
    "nbconvert.exporters",
    "servicelab.grading.warmed",
]
"""Imported once, in the process that seats are forked from: nbgrader alone takes two seconds."""
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


@dataclass
class _Seat:
    """A process that works on one name after another, over a line to it."""

    line: Connection
    process: Any
    room: Path
    name: str = ""
    served: int = 0

    def take(self, name: str) -> None:
        """Have it begin with a name."""
        self.name = name
        self.served += 1
        # One that ended meanwhile is noticed by whoever listens to it.
        with suppress(OSError):
            self.line.send(name)

    def leave(self) -> None:
        """Wait for its end, and remove what it leaves in temporary folders."""
        self.line.close()
        with suppress(ValueError, AssertionError):
            self.process.join()
        clear(self.room)


def side_by_side(
    work: Callable[[str], T], names: Sequence[str], seats: int, sitting: int = 1
) -> Iterator[tuple[str, T | Failed | None]]:
    """Yield each name with what `work` returned for it, as it is done; `Failed` where it raised, None where its process
    ended before that.

    Parameters
    ----------
    work
        What is done in a process of its own; it is sent there by name, so it must be importable.
    names
        Its arguments.
    seats
        Processes at the same time.
    sitting
        Names that one process works on, one after the other. One, where something of theirs runs in it.
    """
    context = _context()
    left = list(names)
    # A pipe's end is of another class on Windows.
    taken: dict[Any, _Seat] = {}
    try:
        while left or taken:
            while left and len(taken) < seats:
                line, theirs = context.Pipe()
                room = tempfile.mkdtemp(prefix="servicelab-")
                process = context.Process(target=_seat, args=(work, theirs, room), daemon=False)
                taken[line] = seat = _Seat(line, process, Path(room))
                process.start()
                theirs.close()
                seat.take(left.pop(0))
            finished: list[Any] = wait(list(taken))
            for line in finished:
                seat, done, stays = taken[line], None, bool(left) and taken[line].served < sitting
                name = seat.name
                try:
                    done = line.recv()
                except (EOFError, OSError):
                    stays = False
                if stays:
                    seat.take(left.pop(0))
                else:
                    del taken[line]
                    seat.leave()
                yield name, done
    finally:
        for seat in taken.values():
            with suppress(ValueError, AttributeError):
                seat.process.terminate()
        for seat in taken.values():
            seat.leave()


def _seat(work: Callable[[str], T], line: Connection, room: str) -> None:
    """Do the work in this process, or on Linux in one below it, and end and remove what it leaves behind."""
    os.umask(0o077)
    tempfile.tempdir = room
    if not LINUX:
        # Ctrl-C reaches every process of a console; the one that was started ends the others.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _work_on(work, line)
        return
    os.setsid()
    prctl(PR_SET_CHILD_SUBREAPER)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.signal(signal.SIGTERM, partial(_leave, room))
    inner = os.fork()
    if not inner:
        _grade_inside(work, line)
    line.close()
    # Python's fork server outlives the program as long as one seat does: its end is no sign of the program's.
    program: Any = multiprocessing.parent_process()
    ended = os.pidfd_open(inner)
    if ended in wait([program.sentinel, ended]):
        os.waitpid(inner, 0)
    _end_what_is_left()
    clear(Path(room))


def _grade_inside(work: Callable[[str], T], line: Connection) -> None:
    """Do the work, say what came of it, and end without a step back into the outer process's code."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    status = 1
    try:
        _work_on(work, line)
        status = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _work_on(work: Callable[[str], T], line: Connection) -> None:
    """Work on whatever name comes, until none does."""
    with suppress(EOFError, OSError):
        while True:
            line.send(_done(work, line.recv()))


def _done(work: Callable[[str], T], name: str) -> T | Failed:
    try:
        return work(name)
    except Exception:  # noqa: BLE001 - it is raised again where somebody sees it
        return Failed(traceback.format_exc())


def _leave(room: str, _number: int, _frame: object) -> None:
    _end_what_is_left()
    clear(Path(room))
    os._exit(128 + signal.SIGTERM)


def _end_what_is_left() -> None:
    for _round in range(ROUNDS):
        below = descendants(os.getpid())
        if not below:
            return
        for process in below:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.01)
