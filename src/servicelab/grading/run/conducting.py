"""The trusted side: what is asked of the processes that are shut in, in which order, and how long it may take."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from servicelab.errors import UserError
from servicelab.grading.phases import phase
from servicelab.grading.run.jail import Level, Limits
from servicelab.grading.run.learner import plain, text
from servicelab.grading.run.talking import Ended, Line, TooLate, TooMuch
from servicelab.i18n import _

STARTING = 120.0
"""Seconds that a template may take to import everything, and a worker to be there."""
GRACE = 10.0
"""Seconds that a cell has to stop after it was interrupted."""
MOST_SAID = 8 << 20
"""Bytes that a worker may say at once."""
MOST_CELLS = 1 << 31
"""More than any notebook has."""


@dataclass(frozen=True)
class Bounds:
    """What a notebook may take, in time and in what it puts out.

    Attributes
    ----------
    cell_seconds, seconds
        Of one cell, and of all cells of a notebook.
    cell_output, output
        Bytes of the same.
    grace
        Seconds that whoever was interrupted has to stop, and to take what it is told.
    """

    cell_seconds: float = 30.0
    seconds: float = 240.0
    cell_output: int = 4 << 20
    output: int = 16 << 20
    grace: float = GRACE


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
    modules
        Of a test: the modules that it finds as Python has them where the submission has one by that name.
    patient
        Whether only the limit on the whole notebook binds it.
    """

    source: str
    test: bool = False
    points: float = 0.0
    own: bool = False
    apart: bool = False
    left_open: tuple[str, ...] = ()
    modules: tuple[tuple[str, str], ...] = ()
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
        Why it did not run to its end: `time`, `output`, `died`, `after` (an earlier one died), `stuck`, `protocol` (its
        process said what none of this course's says).
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


class Template:
    """A template, from outside; it has begun to import what it always does.

    Parameters
    ----------
    environment
        What it is told of this process's environment.
    level
        How whatever it starts is shut in; by default the best that the machine offers.
    lodging
        A folder made for it alone, which goes with it.
    """

    def __init__(self, environment: dict[str, str], level: Level | None = None, *, lodging: Path | None = None) -> None:
        self._room = Path(tempfile.mkdtemp(prefix="servicelab-"))
        self._folders = [self._room, *([lodging] if lodging else [])]
        self._place = self._room / "line"
        self._owner, theirs = Line.pair()
        self._asked = False
        single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        # Of the module that is run as the program, IPython's namespace takes the place.
        command = [sys.executable, "-P", "-c", f"from {__package__}.template import main; main()"]
        self._process = subprocess.Popen(
            [*command, str(self._place), str(theirs.fileno()), level or "", *map(str, self._folders)],
            env={**environment, **single},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        """End it with whatever it started; one that nobody asked for anything is not waited for."""
        self._owner.close()
        if not self._asked:
            self._process.kill()
        try:
            self._process.wait(STARTING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)

    def reached(self, modules: Sequence[str] = (), tables: Sequence[str] = ()) -> Reached:
        """Return where it listens, when it does.

        Parameters
        ----------
        modules
            What it imports beside what it always does.
        tables
            The firm's tables that it reads, so that whatever it starts finds them read.

        Raises
        ------
        UserError
            It ended before that, or it is not ready when anybody's would be.
        """
        self._asked = True
        try:
            self._owner.say({"modules": list(modules), "tables": list(tables)})
            return Reached(self._place, self._owner.hear(seconds=STARTING)["level"])
        except Ended as gone:
            raise UserError(
                _(
                    "The process that runs submissions ended while it got ready, most often because there was no "
                    "memory left: close other programs, then run the same command again."
                )
            ) from gone
        except TooLate as late:
            raise UserError(
                _(
                    "The process that runs submissions was not ready after {seconds:.0f} s: see what keeps this "
                    "machine busy, then run the same command again.",
                    seconds=STARTING,
                )
            ) from late


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
            The template is not there, or the system does not shut anything in, or what it started never got ready.
        """
        about = {
            "role": role,
            "level": self.level,
            "room": str(room),
            "course": str(course),
            "readable": [str(path) for path in readable],
            "limits": asdict(limits),
        }
        with ExitStack() as ours:
            worker = Worker(*self._asked(ours, about, files))
            try:
                said = worker.talks.hear(seconds=STARTING)
            except (Ended, TooLate):
                said = {"broken": f"the {role}'s process was gone before anything ran in it"}
            # Nothing of a trainee's has run: who is not there is missing through no fault of the submission's.
            if "here" not in said:
                raise OSError(str(said.get("broken")).strip().splitlines()[-1])
            ours.pop_all()
        return worker

    def _asked(self, ours: ExitStack, about: dict[str, Any], files: dict[str, bytes]) -> tuple[Line, Line]:
        """Have the template start a worker; return the lines to it and to its keeper, which `ours` closes.

        The other ends of these are nobody's but theirs when this returns: else nobody's end would be noticed.
        """
        with ExitStack() as theirs:
            line = theirs.enter_context(Line.to(self.place))
            (talks, worker), (keeps, keeper) = Line.pair(), Line.pair()
            for each in (talks, keeps):
                ours.enter_context(each)
            for each in (worker, keeper):
                theirs.enter_context(each)
            # The template never reads these: all that it has held in its memory, every later submission's Python has.
            brought = theirs.enter_context(os.fdopen(os.memfd_create("files", os.MFD_CLOEXEC), "wb"))
            brought.write(json.dumps({name: b64encode(each).decode("ascii") for name, each in files.items()}).encode())
            brought.flush()
            try:
                line.say(about, files=[worker.fileno(), keeper.fileno(), brought.fileno()])
                answer = line.hear(seconds=STARTING)
            except (Ended, TooLate) as gone:
                raise OSError(f"the template is gone, and started no {about['role']}") from gone
        if "refused" in answer:
            raise OSError(answer["refused"])
        return talks, keeps


class Worker:
    """A process that is shut in, from outside."""

    def __init__(self, talks: Line, keeps: Line) -> None:
        self.talks = talks
        self.keeps = keeps

    def interrupt(self) -> None:
        """Have it stop what it does; when this returns, no interrupt is on its way any more."""
        # Whoever goes on to listen to it learns that it is gone.
        with suppress(Ended):
            self._tell("interrupt")

    def end(self) -> None:
        """End it; copies of it stay.

        Raises
        ------
        OSError
            Its keeper is gone, with everything that it kept. Nothing that is shut in can do that: it is the machine's
            doing, and not the submission's.
        """
        try:
            self._tell("end")
        except Ended as gone:
            raise OSError("what kept the submission's process is gone") from gone

    def _tell(self, what: str) -> None:
        with suppress(TooLate):
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
        self.displayed: dict[str, list[dict[str, Any]]] = {}

    def conduct(self, steps: Sequence[Step]) -> list[Came]:
        """Run the cells and judge the tests; return what came of each."""
        came = [Came() for _step in steps]
        copies: dict[int, Line] = {}
        with ExitStack() as ends:
            with phase("run"):
                learner = self.start("learner")
                ends.callback(learner.close)
                ends.callback(_close, copies)
                self._run_all(learner, steps, copies, came)
            with phase("judged"):
                if any(step.test and not each.stopped for step, each in zip(steps, came, strict=True)):
                    self._judge(steps, copies, came)
                if any("silent" in each.judged for each in came):
                    # Unless whoever keeps the copies is gone, it was they that did not answer.
                    learner.end()
        return came

    def _run_all(self, learner: Worker, steps: Sequence[Step], copies: dict[int, Line], came: list[Came]) -> None:
        gone = ""
        for at, step in enumerate(steps):
            if step.apart:
                # Judged without the submission's process: whatever became of that takes nothing from it.
                continue
            if gone:
                came[at].stopped = gone
            elif time.monotonic() > self.until:
                came[at].stopped = gone = "time"
            elif step.test:
                gone = self._split(learner, at, copies, came[at])
            else:
                gone = self._run(learner, step, came[at])

    def _run(self, learner: Worker, step: Step, came: Came) -> str:
        """Run one cell; return why nothing can run after it, or an empty string."""
        room = min(self.bounds.cell_output, self.room)
        most = self.bounds.seconds if step.patient else self.bounds.cell_seconds
        until = min(self.until, time.monotonic() + most)
        interrupted = False
        try:
            learner.talks.say({"do": "run", "source": step.source}, seconds=self.bounds.grace)
            while True:
                try:
                    said = _next(learner.talks, until)
                except TooLate:
                    if interrupted:
                        came.stopped = "stuck"
                        learner.end()
                        return "after"
                    interrupted, until = True, time.monotonic() + self.bounds.grace
                    came.late = True
                    learner.interrupt()
                    continue
                except TooMuch:
                    shown, size = {}, MOST_SAID
                else:
                    if "output" not in said:
                        break
                    shown = sound(said["output"])
                    size = len(str(shown)) * self._places(shown)
                if size > room:
                    if came.stopped != "output":
                        came.stopped = "output"
                        interrupted, until = True, time.monotonic() + self.bounds.grace
                        learner.interrupt()
                    continue
                room -= size
                self.room -= size
                took(came.outputs, shown, self.displayed)
        except (Ended, TooLate, ValueError) as wrong:
            came.stopped = _why(wrong)
            learner.end()
            return "after"
        count = said.get("count")
        if type(count) is int and 0 < count < MOST_CELLS:
            came.count = count
        return "output" if self.room < self.bounds.cell_output and came.stopped == "output" else ""

    def _places(self, shown: dict[str, Any]) -> int:
        """In how many places an output comes to stand: an update, wherever something was shown by its name."""
        return max(1, len(self.displayed.get(shown["display_id"], ()))) if shown.get("update") else 1

    def _split(self, learner: Worker, at: int, copies: dict[int, Line], came: Came) -> str:
        here, there = Line.pair()
        copies[at] = here
        until = time.monotonic() + max(self.bounds.cell_seconds, self.bounds.grace)
        try:
            learner.talks.say({"do": "split"}, files=[there.fileno()], seconds=self.bounds.grace)
            while "done" not in _next(learner.talks, until):
                pass
        except (Ended, TooMuch, TooLate, ValueError) as wrong:
            came.stopped = _why(wrong)
            learner.end()
            return "after"
        finally:
            there.close()
        return ""

    def _judge(self, steps: Sequence[Step], copies: dict[int, Line], came: list[Came]) -> None:
        judge: Worker | None = None
        lines = {
            each.count: step.source.count("\n") + 1
            for step, each in zip(steps, came, strict=True)
            if each.count is not None
        }
        until = time.monotonic() + self.bounds.seconds
        try:
            for at, step in enumerate(steps):
                if step.own and judge is not None:
                    self._open(judge, step)
                elif step.test and not came[at].stopped:
                    if (left := until - time.monotonic()) <= 0:
                        came[at].stopped = "time"
                        continue
                    if judge is None:
                        judge = self.start("judge")
                        for before in steps[:at]:
                            if before.own:
                                self._open(judge, before)
                    line = copies.get(at)
                    try:
                        came[at].judged = self._judged(judge, step, line, min(left, self.bounds.cell_seconds))
                    except (Ended, TooMuch, TooLate, ValueError) as wrong:
                        # A value can take a judge's Python where nothing interrupts it: others are judged by another.
                        came[at].judged = {"silent": type(wrong).__name__}
                        judge.end()
                        judge.close()
                        judge = None
                    if "cells" in (judged := came[at].judged):
                        # In a number of any size much could be told.
                        judged["cells"] = [
                            [ran, line] for ran, line in judged["cells"] if 0 < line <= lines.get(ran, 0)
                        ]
        finally:
            if judge is not None:
                judge.close()

    def _open(self, judge: Worker, step: Step) -> None:
        """Have a judge run one of the course's own cells; nothing of a submission's has part in it."""
        try:
            judge.talks.say({"do": "open", "source": step.source})
            judge.talks.hear(MOST_SAID, self.bounds.seconds)
        except (Ended, TooLate) as wrong:
            gone = "is gone" if isinstance(wrong, Ended) else "does not get through"
            raise OSError(f"the judge {gone}, in a cell of the course's own") from wrong

    def _judged(self, judge: Worker, step: Step, line: Line | None, seconds: float) -> dict[str, Any]:
        about = {"source": step.source, "points": step.points, "open": step.left_open, "modules": step.modules}
        judge.talks.say({"do": "judge", **about}, [line.fileno()] if line else [])
        try:
            found: dict[str, Any] = judge.talks.hear(MOST_SAID, seconds)
        except TooLate:
            judge.interrupt()
            found = judge.talks.hear(MOST_SAID, self.bounds.grace)
        return found


def _close(lines: Mapping[int, Line]) -> None:
    for line in lines.values():
        line.close()


def _why(wrong: Exception) -> str:
    """Why nothing more is asked of a submission's process."""
    return "died" if isinstance(wrong, Ended) else "stuck" if isinstance(wrong, TooLate) else "protocol"


def _next(line: Line, until: float) -> dict[str, Any]:
    """Return what a submission's process says next; somebody who never stops talking runs out of time as well.

    Raises
    ------
    Ended, TooMuch, TooLate
        As their names say.
    ValueError
        It says what a learner's process never does.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise TooLate
    said = line.hear(MOST_SAID, left)
    if type(said) is dict and "broken" in said:
        raise Ended
    if type(said) is not dict or not ("output" in said or said.get("done") is True):
        raise ValueError("neither an output nor an end")
    return said


def sound(said: Any) -> dict[str, Any]:
    """Return an output made anew, as the notebook format has it: whoever says one is not trusted.

    Raises
    ------
    ValueError
        It is none.

    >>> sound({"output_type": "stream", "name": "stdout", "text": "x", "more": 1})
    {'output_type': 'stream', 'name': 'stdout', 'text': 'x'}
    """
    about: dict[str, Any] = said if type(said) is dict else {}
    kind = about.get("output_type")
    if kind == "clear":
        return {"output_type": kind}
    if kind == "stream" and about.get("name") in ("stdout", "stderr") and type(about.get("text")) is str:
        return {"output_type": kind, "name": about["name"], "text": about["text"]}
    if kind == "error" and type(about.get("traceback")) is list:
        named = {name: str(plain(about.get(name))) for name in ("ename", "evalue")}
        return {"output_type": kind, **named, "traceback": [str(plain(line)) for line in about["traceback"]]}
    if kind in ("display_data", "execute_result") and type(about.get("data")) is type(about.get("metadata")) is dict:
        data = {
            name: plain(each) if "json" in name or _is_text(each) else text(each)
            for name, each in about["data"].items()
        }
        made = {"output_type": kind, "data": data, "metadata": plain(about["metadata"])}
        if kind == "execute_result":
            count = about.get("execution_count")
            return made | {"execution_count": count if type(count) is int and 0 < count < MOST_CELLS else None}
        if type(about.get("display_id")) is str:
            made |= {"display_id": about["display_id"], "update": about.get("update") is True}
        return made
    raise ValueError("no output")


def _is_text(value: Any) -> bool:
    return type(value) is str or (type(value) is list and all(type(line) is str for line in value))


def took(outputs: list[dict[str, Any]], said: dict[str, Any], displayed: dict[str, list[dict[str, Any]]]) -> None:
    """Add what a cell put out to what it put out before, as a notebook keeps it.

    Under `displayed` stands what cells put out by a name of its own: any later cell may put something in its place.
    """
    kind = said["output_type"]
    if kind == "clear":
        outputs.clear()
        return
    if kind == "stream" and outputs and outputs[-1]["output_type"] == "stream" and outputs[-1]["name"] == said["name"]:
        outputs[-1]["text"] += said["text"]
        return
    name = said.pop("display_id", None)
    if said.pop("update", False):
        for each in displayed.get(str(name), []):
            each |= {"data": said["data"], "metadata": said["metadata"]}
        return
    outputs.append(said)
    if name is not None:
        displayed.setdefault(name, []).append(said)
