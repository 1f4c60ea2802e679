"""Running a submission so that no cell of it stops the rest or says what another earns: nbgrader's own step, bounded.

Stock nbgrader gives a whole submission up when its kernel dies or does not obey an interrupt. Here the cells that ran
keep what they earned, and those that could not run say so.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import time
from contextlib import nullcontext, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.notebooknode import NotebookNode, from_dict
from nbformat.v4 import new_code_cell
from nbgrader.preprocessors import Execute
from traitlets import Bool, Dict, Integer, default

from servicelab.grading import inkernel
from servicelab.grading.answering import Client
from servicelab.grading.confined import can_confine, confining
from servicelab.grading.course import course_of
from servicelab.grading.guests import decided_for, require_python
from servicelab.grading.inkernel import ANSWER, ASKED
from servicelab.grading.lodging import bring_own_notebooks, environment, left_as_it_was, lodging, readable
from servicelab.grading.marks import points_of
from servicelab.grading.noticed import NOTICED, Noticed, noticed
from servicelab.grading.outcomes import (
    AFTER,
    DIED,
    STOPPED,
    TOO_LONG,
    TOO_MUCH,
    UNSTOPPABLE,
    Cause,
    as_nbgrader,
    judged,
    not_run,
)
from servicelab.grading.phases import phase
from servicelab.grading.run.conducting import Bounds, Reached
from servicelab.grading.run.ready import ready
from servicelab.grading.sealed import run_sealed
from servicelab.grading.skeleton import PUT_RIGHT, PutRight, alternatives, repairs_in
from servicelab.grading.steps import UNSEALED
from servicelab.grading.whose import Run, Whose, cell_name, handed_out_for, is_test, opens, released, solutions

WIDGET = "application/vnd.jupyter.widget-view+json"
CONTROL = "servicelab-control"
"""Metadata of an output that was a control."""
FLOODING = 0.2
"""Seconds after which a cell that puts out too much is stopped."""


def _write_out_controls(nb: NotebookNode) -> None:
    """Leave a control's text only: there is no live notebook where formgrader and feedback show it."""
    for cell in nb.cells:
        for each in cell.get("outputs", []):
            if "text/plain" in each.get("data", {}) and each.data.pop(WIDGET, None) is not None:
                each.data = {"text/plain": each.data["text/plain"]}
                each.metadata[CONTROL] = True
    nb.metadata.pop("widgets", None)


def _mark_halves(nb: NotebookNode) -> None:
    """Mark half characters that a cell put out: a file that holds one cannot be written."""
    for cell in nb.cells:
        if cell.get("outputs"):
            cell.outputs = [from_dict(_whole(each)) for each in cell.outputs]  # type: ignore[no-untyped-call]


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole(key): _whole(each) for key, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value


def _bytes_in(value: Any) -> int:
    """About how much a message holds: its texts; numbers and names weigh little."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_bytes_in, value.values()))
    return sum(map(_bytes_in, value)) if isinstance(value, list) else 1


def _differing(one: NotebookNode, other: NotebookNode) -> set[str]:
    """The names of the tests that give different points in two runs."""
    given = [{cell_name(cell): points_of(cell) for cell in nb.cells if is_test(cell)} for nb in (one, other)]
    return {name for name, points in given[0].items() if points != given[1].get(name)}


class BoundedExecute(Execute):  # type: ignore[misc]
    """nbgrader's `Execute`, with limits on the whole notebook, and every test judged apart from what is shown.

    Where a trainee added or wrote code, the notebook runs more than once, each time in a Python of its own: the locked
    cells before the first task in code without any of the trainee's, all cells without the tests, whose outputs are
    the ones that are shown, and all of them with the tests, of which the points are kept. So a decision is read and
    judged where no code of its maker's runs, and no output can hold a test, which was never where it was made.
    """

    notebook_timeout = Integer(240, help="Seconds that all cells of one notebook may take together").tag(config=True)
    cell_output = Integer(4 << 20, help="Bytes that one cell may put out").tag(config=True)
    notebook_output = Integer(16 << 20, help="Bytes that all cells of one notebook may put out").tag(config=True)

    as_stock = Bool(default_value=False, help="A test that gives no number gives all its points").tag(config=True)
    unsealable: Any = Dict(
        default_value=None,
        allow_none=True,
        help="Notebook → the tests in it that the sealed engine cannot judge; by default found where they may be some",
    ).tag(config=True)

    @default("shutdown_kernel")
    def _shutdown_kernel_default(self) -> str:
        return "immediate"

    @default("extra_arguments")
    def _extra_arguments_default(self) -> list[str]:
        # The kernel's own log would run across the progress bar. A file beside the notebook stands for no module.
        return ["--Application.log_level=CRITICAL", "--IPKernelApp.ignore_cwd=True", f"--ext={inkernel.__name__}"]

    def preprocess(self, nb: NotebookNode, resources: Any = None, km: Any = None) -> tuple[NotebookNode, Any]:
        """Run every cell, within the limits; and once more for each answer that a later copy of its cell overrode."""
        resources = {} if resources is None else resources
        require_python(handed_out_for(resources), str(resources.get("nbgrader", {}).get("notebook", "")))
        repairs = repairs_in(nb)
        others = alternatives(nb, repairs)
        nb, resources = self._whole(nb, resources, km)
        looked_at: set[str] = set()
        for other in others:
            looked_at |= _differing(nb, self._whole(other, resources, km)[0])
        # nbgrader's steps hand these on to one another.
        resources[PUT_RIGHT] = PutRight(tuple(repairs), frozenset(looked_at))
        return nb, resources

    def _whole(self, nb: NotebookNode, resources: Any, km: Any) -> tuple[NotebookNode, Any]:
        self.timeout_func = self._seconds
        # A cell leaves itself out by a tag, and nbgrader gives a test without a result all its points.
        self.skip_cells_with_tag = secrets.token_hex(16)
        self._kept = nb
        self._whose = Whose(nb, released(resources))
        with ready() as reached:
            there = self._unsealable(resources, reached)
            before = deepcopy(nb) if there else nb
            if reached is not None:
                seen = self._sealed(nb, self._whose, resources, reached)
                self.log.info("Sealed by %s: %s", reached.level, resources.get("metadata", {}).get("path"))
            else:
                seen = []
                with phase("run"):
                    self._by_kernels(nb, resources, km)
            forged = self._judged_there(nb, before, there, resources, reached) if reached and there else []
        resources[UNSEALED] = sorted(there)
        resources.setdefault(NOTICED, [*forged, *noticed(nb, self._whose, seen)])
        _write_out_controls(nb)
        _mark_halves(nb)
        return nb, resources

    def _sealed(
        self, nb: NotebookNode, whose: Whose, resources: Any, reached: Reached, *, judges: bool = True
    ) -> list[Noticed]:
        place = Path(resources.get("metadata", {}).get("path") or ".").resolve()
        about = place, reached, self._bounds(), solutions(resources)
        return run_sealed(nb, whose, *about, as_stock=self.as_stock, judges=judges)

    def _unsealable(self, resources: Any, reached: Reached | None) -> set[str]:
        """The tests that are judged where the submission runs."""
        if self.unsealable is not None:
            return set(self.unsealable.get(resources.get("nbgrader", {}).get("notebook"), ()))
        # A test of our course that cannot be judged sealed fails its build.
        if not self.as_stock or reached is None:
            return set()
        return set(decided_for(resources, reached, self._bounds()))

    def _by_kernels(self, nb: NotebookNode, resources: Any, km: Any) -> None:
        for run in self._whose.runs():
            made = self._run(deepcopy(nb), run, resources, km)
            nb.metadata = made.metadata
            for cell, ran, shown in zip(nb.cells, made.cells, run.shows, strict=True):
                if shown:
                    cell.outputs = ran.outputs
                    cell.execution_count = ran.get("execution_count") if run.counted else None

    def _judged_there(
        self, nb: NotebookNode, before: NotebookNode, tests: set[str], resources: Any, reached: Reached
    ) -> list[Noticed]:
        """Judge some tests as nbgrader does, in a process where the submission runs, and write what came into `nb`.

        Before the first and after the last of them stands a check that has to fail. Where one does not, whatever runs
        there decides what a test says, and none of these tests gives anything.
        """
        places = [at for at, cell in enumerate(before.cells) if cell_name(cell) in tests]
        for at in (places[-1] + 1, places[0]):
            one, other = secrets.token_hex(8), secrets.token_hex(8)
            canary = new_code_cell(f"assert {one!r} == {other!r}", id=f"c{one}")  # type: ignore[no-untyped-call]
            before.cells.insert(at, canary)
        self._sealed(before, Whose(before, released(resources)), resources, reached, judges=False)
        canaries = [before.cells[places[0]], before.cells[places[-1] + 2]]
        ended = {str(each.get("ename", "")) for canary in canaries for each in canary.outputs}
        failed = all(any(each.get("ename") == "AssertionError" for each in canary.outputs) for canary in canaries)
        ran = {cell_name(cell): cell for cell in before.cells}
        for cell in nb.cells:
            if cell_name(cell) in tests:
                there = ran[cell_name(cell)]
                cell.outputs = as_nbgrader(cell, there.outputs) if failed or STOPPED in ended else judged({}, 0, int)
                cell.execution_count = there.execution_count
        return [] if failed or STOPPED in ended else [Noticed("forged", cell_name(nb.cells[places[0]]))]

    def _bounds(self) -> Bounds:
        seconds = float(self.notebook_timeout)
        return Bounds(float(self.timeout or seconds), seconds, self.cell_output, self.notebook_output)

    def _run(self, nb: NotebookNode, run: Run, resources: Any, km: Any) -> NotebookNode:
        """Run the cells of one run in a Python of its own; what went before it leaves nothing in it."""
        self._until = time.monotonic() + self.notebook_timeout
        self._stopped: Cause | None = None
        self._running = run
        self._theirs = self._greeted = False
        self._room = self.notebook_output
        self._numbers: dict[int, int] = {}
        place = (resources or {}).get("metadata", {}).get("path")
        self._place = Path(place or ".").resolve()
        self._group = 0
        with lodging() as self._home, left_as_it_was(Path(place)) if place else nullcontext():
            if place:
                bring_own_notebooks(self._place)
            try:
                made, _resources = super().preprocess(nb, resources, km)
            finally:
                self._end_group()
        return made  # type: ignore[no-any-return]

    def start_new_kernel(self, **kwargs: Any) -> None:
        """Start the kernel in a home of its own; what it is reached by lies in there as well."""
        if self.km is not None:
            self.km.connection_file = str(self._home / "kernel.json")
            self.km.client_class = f"{Client.__module__}.{Client.__qualname__}"
            if can_confine():
                self._confine(self.km.kernel_spec)
        super().start_new_kernel(env=environment(self._home), **kwargs)
        self._group = getattr(getattr(self.km, "provisioner", None), "pgid", 0) or 0

    def _end_group(self) -> None:
        """End what the kernel started: where that ended by itself, Jupyter leaves it running beside what comes next."""
        # One that shares ours would take us with it.
        if self._group and self._group != os.getpgid(0):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._group, signal.SIGKILL)

    def _confine(self, spec: Any) -> None:
        """Have the kernel started where it reaches its own folder and home, and nothing else of the course."""
        course = course_of(self._place)
        spec.argv = confining(spec.argv, course, [self._place, self._home.resolve()], readable(self._place))

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Run one cell, or say in it why it could not run."""
        if cell.cell_type != "code" or not cell.source.strip() or not self._running.runs[index]:
            return cell, resources
        if not self._stopped and time.monotonic() > self._until:
            self._stopped = TOO_LONG
        if not self._stopped:
            try:
                self._greet(index)
                if self._running.judges and is_test(cell):
                    with phase("judged"):
                        self._judge(cell, index)
                else:
                    cell, resources = self._execute(cell, resources, index)
                return cell, resources
            except DeadKernelError:
                self._stopped, said = AFTER, DIED
            except CellTimeoutError:
                self._stopped, said = AFTER, UNSTOPPABLE
                self._kill()
        else:
            said = self._stopped
        cell.outputs = [*cell.get("outputs", []), not_run(said)]
        return cell, resources

    def _greet(self, index: int) -> None:
        """See that the kernel answers, before anything of the trainee's ran in it."""
        if self._running.judges and not self._greeted:
            if not self._ask("keep", index)[0]:
                raise RuntimeError("Kernel without servicelab.grading.inkernel: nothing can be judged in it")
            self._greeted = True

    def _execute(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Run a cell as IPython does; one of the course's finds Python as the course's first one found it."""
        own = self._whose.own[index]
        self._theirs = self._theirs or not self._whose.unwritten(index)
        if self._running.judges and own and self._theirs:
            self._ask("put back", index)
        self._begin()
        cell, resources = super().preprocess_cell(cell, resources, index)
        if type(cell.get("execution_count")) is int:
            self._numbers[cell.execution_count] = index
        if self._flooded:
            cell.outputs.append(not_run(TOO_MUCH))
        if self._running.judges and own and not self._theirs:
            self._ask("keep", index)
        return cell, resources

    def _judge(self, cell: NotebookNode, index: int) -> None:
        """Run a test, and write into its cell what it said, what went wrong, or its points: nothing else counts."""
        points = float(cell.metadata["nbgrader"].get("points") or 0)
        answer, reply, put_out = self._ask("judge", index, source=cell.source, points=points)
        cell.outputs = judged(
            answer,
            points,
            self._number,
            stderr=any(each.output_type == "stream" and each.name == "stderr" for each in put_out),
            flooded=self._flooded,
            broken=str(reply.get("ename", "")) if reply.get("status") == "error" else None,
            as_stock=self.as_stock,
        )
        cell.execution_count = None

    def _number(self, ran: int) -> int | None:
        """Return the number of a cell as it is shown, which ran as another one where it is judged."""
        place = self._numbers.get(ran)
        if place is None:
            return None
        shown = self._kept.cells[place].execution_count
        return shown if type(shown) is int else ran

    def _ask(self, do: str, index: int, **about: Any) -> tuple[dict[str, Any], dict[str, Any], list[NotebookNode]]:
        """Ask the kernel for what is no cell's; return the answer, the reply, and what was put out meanwhile."""
        asker = secrets.token_hex(16)
        asking = deepcopy(self.nb.cells[index])
        asking.source = ASKED + json.dumps({"do": do, "from": asker, **about})
        asking.outputs, asking.metadata = [], type(asking.metadata)()
        here = self.nb.cells[index]
        self._begin()
        self._reply: dict[str, Any] = {}
        try:
            asked = self.execute_cell(asking, index, store_history=False)
        finally:
            self.nb.cells[index] = here
        answer = (self._reply.get("user_expressions") or {}).get(ANSWER)
        # Whoever wrote it, an answer to another question is none.
        mine = answer if isinstance(answer, dict) and answer.get("to") == asker else {}
        return mine, self._reply, asked.outputs

    def on_cell_executed(self, **about: Any) -> None:
        """Take what a kernel answered beside what it put out."""
        self._reply = about["execute_reply"]["content"]
        if self._interrupting is not None:
            self._interrupting.cancel()
        super().on_cell_executed(**about)

    def _begin(self) -> None:
        self._cell_room = min(self.cell_output, self._room)
        self._flooded = False
        self._interrupting: asyncio.Future[None] | None = None

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take one thing that a cell put out, while there is room for it."""
        if msg["msg_type"] not in ("status", "execute_input"):
            size = _bytes_in(msg["content"]) * self._places(msg)
            if self._flooded or size > self._cell_room:
                if not self._flooded:
                    self._flooded = True
                    self._interrupting = asyncio.ensure_future(self._interrupt())
                if self._room < self.cell_output:
                    self._stopped = TOO_MUCH
                return None
            self._cell_room -= size
            self._room -= size
        return super().process_message(msg, cell, cell_index)  # type: ignore[no-any-return]

    def _places(self, msg: dict[str, Any]) -> int:
        """In how many places an output comes to stand: its own, and wherever something was shown by its name."""
        name = (msg["content"].get("transient") or {}).get("display_id")
        shown: int = sum(map(len, self._display_id_map.get(name, {}).values()))
        own = 0 if msg["msg_type"] == "update_display_data" else 1
        return max(1, shown + own)

    def _seconds(self, cell: NotebookNode) -> int:
        # On a busy machine the imports that open a notebook take long, which is not its writer's doing.
        most = self.notebook_timeout if opens(cell) else self.timeout or self.notebook_timeout
        # At least one second: 0 would mean no limit at all.
        return max(1, min(most, int(self._until - time.monotonic())))

    async def _interrupt(self) -> None:
        """Stop a cell that puts out too much, unless it has ended by then: the next one is not to be stopped for it."""
        await asyncio.sleep(FLOODING)
        if self.km is not None:
            await self.km.interrupt_kernel()

    def _kill(self) -> None:
        from jupyter_core.utils import run_sync

        if self.km is not None:
            run_sync(self.km.shutdown_kernel)(now=True)
