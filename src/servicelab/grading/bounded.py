"""Running a submission so that no cell of it can stop the rest: nbgrader's own step, with three limits added.

Stock nbgrader gives a whole submission up when its kernel dies or does not obey an interrupt. Here the cells that ran
keep what they earned, and those that could not run say so.
"""

from __future__ import annotations

import time
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.notebooknode import NotebookNode, from_dict
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from traitlets import Integer, default

from servicelab.grading.lodging import environment, lodging
from servicelab.i18n import _

STOPPED = "NotRun"
"""`ename` of what stands in a cell that could not run."""

WIDGET = "application/vnd.jupyter.widget-view+json"
CONTROL = "servicelab-control"
"""Metadata of an output that was a control."""
TOO_LONG = "the notebook took longer than it may"
DIED = "this cell ended Python, or used more memory than there is"
UNSTOPPABLE = "this cell did not stop when its time was up"
AFTER = "an earlier cell ended Python or did not stop"


def explained(said: str) -> str:
    """Return what stands in a cell that could not run, in the running language."""
    return {
        TOO_LONG: _("the notebook took longer than it may"),
        DIED: _("this cell ended Python, or used more memory than there is"),
        UNSTOPPABLE: _("this cell did not stop when its time was up"),
        AFTER: _("an earlier cell ended Python or did not stop"),
    }.get(said, said)


def output(kind: str, **fields: Any) -> NotebookNode:
    """Return an output of a code cell, in the notebook format's own form."""
    made: NotebookNode = new_output(kind, **fields)  # type: ignore[no-untyped-call]
    return made


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


def _opens(cell: NotebookNode) -> bool:
    """Whether a cell is the course's own and judges nothing: only the limit on the whole notebook is one for it."""
    about = cell.metadata.get("nbgrader") or {}
    return about.get("locked") is True and not about.get("grade") and not about.get("solution")


class BoundedExecute(Execute):  # type: ignore[misc]
    """nbgrader's `Execute`, with a limit on the whole notebook and an end for a kernel that does not answer."""

    notebook_timeout = Integer(240, help="Seconds that all cells of one notebook may take together").tag(config=True)

    @default("shutdown_kernel")
    def _shutdown_kernel_default(self) -> str:
        return "immediate"

    @default("extra_arguments")
    def _extra_arguments_default(self) -> list[str]:
        # The kernel's own log would run across the progress bar.
        return ["--Application.log_level=CRITICAL"]

    def preprocess(self, nb: NotebookNode, resources: Any = None, km: Any = None) -> tuple[NotebookNode, Any]:
        """Run every cell, within the limits."""
        self._until = time.monotonic() + self.notebook_timeout
        self._stopped = ""
        self.timeout_func = self._seconds
        with lodging() as self._home:
            nb, resources = super().preprocess(nb, resources, km)
        _write_out_controls(nb)
        _mark_halves(nb)
        return nb, resources

    def start_new_kernel(self, **kwargs: Any) -> None:
        """Start the kernel in a home of its own; what it is reached by lies in there as well."""
        if self.km is not None:
            self.km.connection_file = str(self._home / "kernel.json")
        super().start_new_kernel(env=environment(self._home), **kwargs)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Run one cell, or say in it why it could not run."""
        if cell.cell_type != "code" or not cell.source.strip():
            return cell, resources
        if not self._stopped and time.monotonic() > self._until:
            self._stopped = TOO_LONG
        if not self._stopped:
            try:
                return super().preprocess_cell(cell, resources, index)  # type: ignore[no-any-return]
            except DeadKernelError:
                self._stopped, said = AFTER, DIED
            except CellTimeoutError:
                self._stopped, said = AFTER, UNSTOPPABLE
                self._kill()
        else:
            said = self._stopped
        cell.outputs = [
            *cell.get("outputs", []),
            output("error", ename=STOPPED, evalue=said, traceback=[f"{STOPPED}: {said}"]),
        ]
        return cell, resources

    def _seconds(self, cell: NotebookNode) -> int:
        # On a busy machine the imports that open a notebook take long, which is not its writer's doing.
        most = self.notebook_timeout if _opens(cell) else self.timeout or self.notebook_timeout
        # At least one second: 0 would mean no limit at all.
        return max(1, min(most, int(self._until - time.monotonic())))

    def _kill(self) -> None:
        from jupyter_core.utils import run_sync

        if self.km is not None:
            run_sync(self.km.shutdown_kernel)(now=True)
