"""The trusted side: what is asked of the processes that are shut in, in which order, and how long it may take."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from servicelab.grading.run.jail import Level, Limits
from servicelab.grading.run.talking import Ended, Line, TooLate, TooMuch

STARTING = 120.0
"""Seconds that a template may take to import everything, and a worker to be there."""
GRACE = 10.0
"""Seconds that a cell has to stop after it was interrupted."""
MOST_SAID = 8 << 20
"""Bytes that a worker may say at once."""


@dataclass(frozen=True)
class Bounds:
    """What a notebook may take, in time and in what it puts out.

    Attributes
    ----------
    cell_seconds, seconds
        Of one cell, and of all cells of a notebook.
    cell_output, output
        Bytes of the same.
    """

    cell_seconds: float = 30.0
    seconds: float = 240.0
    cell_output: int = 4 << 20
    output: int = 16 << 20


@dataclass(frozen=True)
class Step:
    """One cell of code that is run, or a test that is judged when the cells before it have run.

    Attributes
    ----------
    source
        Its text.
    test
        Whether it is a test; those meet nothing but the answers of a copy of the submission's process.
    points
        What the test can give.
    own
        Whether the judge runs it as well, before any test: the course's functions and modules are its own.
    apart
        Of a test: whether nothing of the submission's process belongs to it.
    left_open
        Of a test: the values that the course's own cells make and a submission may change.
    patient
        Whether only the limit on the whole notebook binds it.
    """

    source: str
    test: bool = False
    points: float = 0.0
    own: bool = False
    apart: bool = False
    left_open: tuple[str, ...] = ()
    patient: bool = False


@dataclass
class Came:
    """What came of a step.

    Attributes
    ----------
    outputs
        What it put out, in the notebook format's own form.
    count
        By which number it ran.
    stopped
        Why it did not run to its end: `time`, `output`, `died`, `after` (an earlier one died), `stuck`.
    late
        Whether it was interrupted, since its time was up.
    judged
        Of a test: what it said and gave, as `servicelab.grading.run.judge` tells it.
    """

    outputs: list[dict[str, Any]] = field(default_factory=list)
    count: int | None = None
    stopped: str = ""
    late: bool = False
    judged: dict[str, Any] = field(default_factory=dict)


@contextmanager
def template(
    environment: dict[str, str],
    modules: Sequence[str] = (),
    tables: Sequence[str] = (),
    level: Level | None = None,
) -> Iterator[Reached]:
    """Run a template, and end it with whatever it started.

    Parameters
    ----------
    environment
        What it is told of this process's environment.
    modules
        What it imports beside what it always does.
    tables
        The firm's tables that it reads, so that whatever it starts finds them read.
    level
        How whatever it starts is shut in; by default the best that the machine offers.
    """
    place = Path(tempfile.mkdtemp(prefix="servicelab-"))
    owner, theirs = Line.pair()
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, "-P", "-m", f"{__package__}.template"]
    preloaded = json.dumps({"modules": list(modules), "tables": list(tables)})
    process = subprocess.Popen(
        [*command, str(place / "line"), str(theirs.fileno()), level or "", preloaded],
        env={**environment, **single},
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    theirs.close()
    try:
        yield Reached(place / "line", owner.hear(seconds=STARTING)["level"])
    finally:
        owner.close()
        process.wait(STARTING)
        shutil.rmtree(place, ignore_errors=True)


@dataclass(frozen=True)
class Reached:
    """Where a template listens, and how what it starts is shut in."""

    place: Path
    level: Level

    def start(
        self,
        role: str,
        room: Path,
        course: Path,
        readable: Sequence[Path],
        files: dict[str, bytes],
        limits: Limits,
    ) -> Worker:
        """Start a worker.

        Parameters
        ----------
        role
            `learner` or `judge`.
        room
            Its own folder, as it sees it.
        course
            The course's folder: what Python finds its packages in is in sight, unless the course lies in there.
        readable
            What is in sight beside that.
        files
            What lies in the room, by name.
        limits
            What it may take.

        Raises
        ------
        OSError
            The template is not there, or the system does not shut anything in.
        """
        own = socket.socket(socket.AF_UNIX)
        own.connect(str(self.place))
        line = Line(own)
        talks, theirs = Line.pair()
        keeps, keeper = Line.pair()
        # The template never reads these: all that it has held in its memory, every later submission's Python has too.
        brought = os.memfd_create("files", os.MFD_CLOEXEC)
        try:
            with os.fdopen(brought, "wb", closefd=False) as written:
                written.write(json.dumps({name: b64encode(each).decode("ascii") for name, each in files.items()}).encode())
            line.say(
                {
                    "role": role,
                    "level": self.level,
                    "room": str(room),
                    "course": str(course),
                    "readable": [str(path) for path in readable],
                    "limits": asdict(limits),
                },
                files=[theirs.fileno(), keeper.fileno(), brought],
            )
            answer = line.hear(seconds=STARTING)
        finally:
            os.close(brought)
            for each in (theirs, keeper, line):
                each.close()
        if "refused" in answer:
            raise OSError(answer["refused"])
        return Worker(talks, keeps)


class Worker:
    """A process that is shut in, from outside."""

    def __init__(self, talks: Line, keeps: Line) -> None:
        self.talks = talks
        self.keeps = keeps

    def interrupt(self) -> None:
        """Have it stop what it does; when this returns, no interrupt is on its way any more."""
        self._tell("interrupt")

    def end(self) -> None:
        """End it; copies of it stay."""
        self._tell("end")

    def _tell(self, what: str) -> None:
        with suppress(Ended, TooLate):
            self.keeps.say({"do": what})
            while self.keeps.hear(seconds=GRACE).get("done") != what:
                pass

    def close(self) -> None:
        """End it, and everything that it started."""
        self.keeps.close()
        self.talks.close()


class Conducting:
    """One submission that is run and judged.

    Parameters
    ----------
    start
        Starts a worker for a role.
    bounds
        What the notebook may take.
    """

    def __init__(self, start: Callable[[str], Worker], bounds: Bounds) -> None:
        self.start = start
        self.bounds = bounds
        self.until = time.monotonic() + bounds.seconds
        self.room = bounds.output

    def conduct(self, steps: Sequence[Step]) -> list[Came]:
        """Run the cells and judge the tests; return what came of each."""
        came = [Came() for _step in steps]
        learner = self.start("learner")
        copies: dict[int, Line] = {}
        gone = ""
        try:
            for at, step in enumerate(steps):
                if gone:
                    came[at].stopped = gone
                elif time.monotonic() > self.until:
                    came[at].stopped = gone = "time"
                elif step.test and not step.apart:
                    gone = self._split(learner, at, copies, came[at])
                elif not step.test:
                    gone = self._run(learner, step, came[at])
            if any(step.test and not each.stopped for step, each in zip(steps, came, strict=True)):
                self._judge(steps, copies, came)
        finally:
            learner.close()
            for line in copies.values():
                line.close()
        return came

    def _run(self, learner: Worker, step: Step, came: Came) -> str:
        """Run one cell; return why nothing can run after it, or an empty string."""
        room = min(self.bounds.cell_output, self.room)
        most = self.bounds.seconds if step.patient else self.bounds.cell_seconds
        until = min(self.until, time.monotonic() + most)
        interrupted = False
        try:
            learner.talks.say({"do": "run", "source": step.source})
            while True:
                try:
                    said = learner.talks.hear(MOST_SAID, max(0.05, until - time.monotonic()))
                except TooLate:
                    if interrupted:
                        came.stopped = "stuck"
                        learner.end()
                        return "after"
                    interrupted, until = True, time.monotonic() + GRACE
                    came.late = True
                    learner.interrupt()
                    continue
                except TooMuch:
                    said = {"output": None}
                    size = MOST_SAID
                else:
                    if "output" not in said:
                        break
                    size = len(str(said["output"]))
                if size > room:
                    if came.stopped != "output":
                        came.stopped = "output"
                        interrupted, until = True, time.monotonic() + GRACE
                        learner.interrupt()
                    continue
                room -= size
                self.room -= size
                took(came.outputs, said["output"])
        except (Ended, ValueError, KeyError, TypeError):
            came.stopped = "died"
            learner.end()
            return "after"
        if type(said.get("count")) is int:
            came.count = said["count"]
        return "output" if self.room < self.bounds.cell_output and came.stopped == "output" else ""

    def _split(self, learner: Worker, at: int, copies: dict[int, Line], came: Came) -> str:
        here, there = Line.pair()
        copies[at] = here
        try:
            learner.talks.say({"do": "split"}, files=[there.fileno()])
            while "done" not in learner.talks.hear(MOST_SAID, STARTING):
                pass
        except (Ended, TooMuch, TooLate, ValueError, TypeError):
            came.stopped = "died"
            return "after"
        finally:
            there.close()
        return ""

    def _judge(self, steps: Sequence[Step], copies: dict[int, Line], came: list[Came]) -> None:
        judge = self.start("judge")
        try:
            for at, step in enumerate(steps):
                if step.own:
                    judge.talks.say({"do": "open", "source": step.source})
                    judge.talks.hear(MOST_SAID, self.bounds.seconds)
                elif step.test and not came[at].stopped:
                    files = [copies[at].fileno()] if at in copies else []
                    about = {"source": step.source, "points": step.points, "open": step.left_open}
                    judge.talks.say({"do": "judge", **about}, files)
                    try:
                        came[at].judged = judge.talks.hear(MOST_SAID, self.bounds.cell_seconds)
                    except TooLate:
                        judge.interrupt()
                        came[at].judged = judge.talks.hear(MOST_SAID, STARTING)
        finally:
            judge.close()


def took(outputs: list[dict[str, Any]], said: dict[str, Any]) -> None:
    """Add what a cell put out to what it put out before, as a notebook keeps it."""
    kind = said["output_type"]
    if kind == "clear":
        outputs.clear()
        return
    if kind == "stream" and outputs and outputs[-1]["output_type"] == "stream" and outputs[-1]["name"] == said["name"]:
        outputs[-1]["text"] += said["text"]
        return
    name = said.pop("display_id", None)
    if said.pop("update", False):
        for each in outputs:
            if each.get("metadata", {}).get(DISPLAYED) == name:
                each["data"] = said["data"]
        return
    outputs.append(said)


DISPLAYED = secrets.token_hex(8)
