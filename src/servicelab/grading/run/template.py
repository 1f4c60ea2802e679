"""The process that every submission's Python is a copy of: everything is imported, nothing has run, one thread.

Started by `servicelab.grading.run.conducting` as a program of its own, with a clean environment and one line to it.
It reads no submission: what it is asked for says which files lie in a room and how it is shut in, and the notebook
itself goes over a line that it only hands on.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import select
import shutil
import signal
import socket
import sys
import time
import traceback
from base64 import b64decode
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from servicelab.company import load
from servicelab.company.tables.reading import share
from servicelab.errors import UserError
from servicelab.grading.confined import packages
from servicelab.grading.run.jail import Limits, World, offered, shut_in
from servicelab.grading.run.judge import Judge
from servicelab.grading.run.largepages import gather
from servicelab.grading.run.learner import Learner, make_shell
from servicelab.grading.run.talking import Ended, Line, TooMuch
from servicelab.grading.run.weighing import end_the_largest

ROLES: dict[str, type[Learner] | type[Judge]] = {"learner": Learner, "judge": Judge}
PRELOADED = (
    "IPython.core.interactiveshell", "IPython.core.pylabtools", "IPython.display", "matplotlib.backends.backend_agg",
    "matplotlib.pyplot", "numpy", "pandas", "servicelab.grading.run.replying",
)  # fmt: skip
"""What a service course's notebook imports, or what runs it."""
SIGNALS = {"interrupt": signal.SIGINT, "end": signal.SIGKILL}
WEIGHED = 0.5
"""Seconds after which it is looked how much memory a submission takes; an honest one has mostly ended before."""
INLINE = "module://matplotlib_inline.backend_inline"


def begin() -> None:
    """Import what notebooks will, and do once what a first notebook would do.

    Nothing is computed: a library that computed may hang in a copy of its process.
    """
    os.environ["MPLBACKEND"] = INLINE
    _import(PRELOADED)
    _draw_once()
    _run_once()


def preload(modules: Sequence[str], tables: Sequence[str]) -> None:
    """Import more, and read the tables that notebooks load; whoever loads one shares it until it is changed."""
    _import(modules)
    share()
    for name in tables:
        # A notebook that cannot load one says so itself.
        with suppress(UserError):
            load(name)
    gc.collect()
    # What is there stays shared with the copies: collecting would write into each of its pages.
    gc.freeze()
    gather()


def _import(modules: Sequence[str]) -> None:
    for name in modules:
        # What is not installed here, a notebook finds missing itself.
        with suppress(ImportError):
            importlib.import_module(name)


def _draw_once() -> None:
    """Have matplotlib find its fonts, without choosing the backend that a notebook chooses."""
    with suppress(ImportError):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(1, 1))
        figure.add_subplot().set_title("1")
        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()


def _run_once() -> None:
    """Have IPython import what it only does when it runs its first cell, and shows its first error.

    What it adds to where Python looks for modules is taken back: in this process that is somebody's own folder. So is
    the error, which would be every notebook's last one, with all that this process was doing.
    """
    with suppress(ImportError):
        path, hook, before = sys.path[:], sys.excepthook, set(vars(sys))
        shell = make_shell(lambda _said: None)
        for source in ("__import__('pandas').DataFrame({'a': [1]})", "1 / 0"):
            shell.run_cell(source, store_history=False)
        sys.path[:], sys.excepthook = path, hook
        for name in set(vars(sys)) - before:
            delattr(sys, name)


def serve(listener: socket.socket, owner: Line) -> None:
    """Start what is asked for by whoever comes to the listener, until the owner is gone."""
    lines: list[Line] = []
    while True:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        waited: list[Any] = [listener, owner, *lines]
        for ready in select.select(waited, [], [])[0]:
            if ready is owner:
                return
            if ready is listener:
                lines.append(Line(listener.accept()[0]))
                continue
            try:
                asked, files = ready.hear_with_files()
                ready.say(_started(asked, files))
            except (Ended, TooMuch, ValueError):
                lines.remove(ready)
                ready.close()


def _started(asked: dict[str, Any], files: list[int]) -> dict[str, Any]:
    try:
        return {"started": _start(asked, *files)}
    except OSError as refused:
        return {"refused": str(refused)}
    finally:
        for number in files:
            os.close(number)


def _start(asked: dict[str, Any], talks: int, keeps: int, brought: int) -> int:
    """Have one role done by a copy of this process.

    `talks` is its line, `keeps` its keeper's, and in `brought` stand its files, which that copy alone reads.
    """
    room = Path(asked["room"])
    # What this Python finds its packages in, which the one that asks need not know.
    seen = *map(Path, asked["readable"]), *packages(Path(asked["course"]))
    world = World(seen, room, lambda: _brought(brought))
    seed, limits = os.urandom(32), Limits(**asked["limits"])

    def work() -> None:
        line = Line.of(talks)
        try:
            _leave_open(talks)
            _live_in(room, seed)
            does = ROLES[asked["role"]](line)
            line.say({"here": True})
            does.serve()
        except Ended:
            return
        except BaseException:
            with suppress(Exception):
                line.say({"broken": traceback.format_exc()[-4000:]})
            raise

    def keep(worker: int) -> int:
        return _keep(worker, Line.of(keeps), talks, limits.together)

    return shut_in(asked["level"], world, limits, work, keep)


def _brought(number: int) -> dict[str, bytes]:
    content = os.pread(number, os.fstat(number).st_size, 0)
    return {name: b64decode(each) for name, each in json.loads(content).items()}


def _leave_open(number: int) -> None:
    """Close every file that this process was born with, but its line; what is printed in here is for nobody out there.

    A learner's process has a place of its own for that. A judge has none: what the course's cells print there, they
    have printed in the learner's.
    """
    for each in sorted(int(path.name) for path in Path("/proc/self/fd").iterdir()):
        if each > 2 and each != number:
            with suppress(OSError):
                os.close(each)
    nothing = os.open("/dev/null", os.O_RDWR)
    for each in range(3):
        os.dup2(nothing, each)
    os.close(nothing)


def _live_in(room: Path, seed: bytes) -> None:
    """Make a room this process's home, and its chance its own."""
    home = room / ".home"
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        {
            "HOME": str(home),
            "IPYTHONDIR": str(home / "ipython"),
            "MPLCONFIGDIR": str(home / "matplotlib"),
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)),
        }
    )
    sys.argv = [""]
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(list(seed))


def _keep(worker: int, line: Line, talks: int, together: int) -> int:
    """Pass on what whoever conducts wants of the worker, and say how it ended; return when nobody wants anything.

    Meanwhile all that is kept takes no more bytes of memory than `together` says.
    """
    os.close(talks)
    woken, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    waited: list[Any] = [line, woken]
    weighs = time.monotonic() + WEIGHED
    while True:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == worker:
                    # Its number can be anybody's from now on. Copies of it are still to be asked.
                    worker = 0
                    with suppress(Ended):
                        line.say({"ended": os.waitstatus_to_exitcode(ended[1])})
        ready = select.select(waited, [], [], max(0.0, weighs - time.monotonic()))[0]
        if time.monotonic() >= weighs:
            end_the_largest(os.getpid(), together)
            weighs = time.monotonic() + WEIGHED
        if woken in ready:
            os.read(woken, 1 << 12)
        if line in ready:
            try:
                asked = line.hear()
            except Ended:
                return 0
            if worker and asked["do"] in SIGNALS:
                with suppress(ProcessLookupError):
                    os.kill(worker, SIGNALS[asked["do"]])
            # Whatever was sent before is on its way by now.
            with suppress(Ended):
                line.say({"done": asked["do"]})


def main() -> None:
    """Be the template.

    Where to listen, the number of the open file to the owner, how to shut in (or nothing, for the best that the machine
    offers), and folders that nobody needs after it are the arguments. What is preloaded beside what always is, the
    owner says when it knows.
    """
    place, owner, level = sys.argv[1], Line.of(int(sys.argv[2])), sys.argv[3] or offered()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        begin()
        preload(**owner.hear())
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(place)
        listener.listen(64)
        owner.say({"level": level})
        serve(listener, owner)
    except Ended:
        return
    finally:
        # An owner that was killed removes nothing itself.
        for folder in sys.argv[4:]:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
