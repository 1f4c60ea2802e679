"""What stands in a cell that was judged, or that could not run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from servicelab.grading.messages import text_of
from servicelab.grading.whose import is_points
from servicelab.i18n import _, later

STOPPED = "NotRun"
"""`ename` of what stands in a cell that could not run."""

Cause = Literal["time", "died", "stuck", "after", "output"]
"""Why a cell could not run, or not to its end."""
TOO_LONG: Cause = "time"
DIED: Cause = "died"
UNSTOPPABLE: Cause = "stuck"
AFTER: Cause = "after"
TOO_MUCH: Cause = "output"
SAID: dict[Cause, str] = {
    TOO_LONG: later("the notebook took longer than it may"),
    DIED: later("this cell ended Python, or used more memory than there is"),
    UNSTOPPABLE: later("this cell did not stop when its time was up"),
    AFTER: later("an earlier cell ended Python or did not stop"),
    TOO_MUCH: later("it put out more than it may"),
}
"""`evalue` of what stands in such a cell: in English, whoever grades, so that it is found again."""
NO_POINTS = "NoPoints"
"""`ename` of what stands in a test that did not end in its points."""
NO_NUMBER = "this check did not end in a number of points"
LATE = "CellTimeoutError"
STDERR = "(written to stderr while this was checked)"
CELL = "Cell In"
"""What a line of a traceback begins with that is in a cell."""


def explained(said: str) -> str:
    """Return what stands in a cell that could not run, in the running language."""
    return _(said) if said in SAID.values() else said


def cause_of(shown: Mapping[str, Any]) -> Cause | None:
    """Return why a cell could not run, by an output of it; None for an output that says something else."""
    said = text_of(shown.get("evalue", "")) if shown.get("ename") == STOPPED else ""
    return next((cause for cause, text in SAID.items() if text == said), None)


def output(kind: str, **fields: Any) -> NotebookNode:
    """Return an output of a code cell, in the notebook format's own form."""
    made: NotebookNode = new_output(kind, **fields)  # type: ignore[no-untyped-call]
    return made


def not_run(cause: Cause) -> NotebookNode:
    """Return what stands in a cell that could not run."""
    said = SAID[cause]
    return output("error", ename=STOPPED, evalue=said, traceback=[f"{STOPPED}: {said}"])


def late() -> NotebookNode:
    """Return what stands in a cell that was interrupted since its time was up, in nbgrader's own words."""
    said = "No reply from kernel before timeout"
    return output("error", ename=LATE, evalue="", traceback=[f"{LATE}: {said}"])


def judged(
    answer: dict[str, Any],
    points: float,
    number: Callable[[int], int | None],
    *,
    stderr: bool = False,
    flooded: bool = False,
    broken: str | None = None,
    as_stock: bool = False,
) -> list[NotebookNode]:
    """Return what stands in a test: what it said, and its points or what went wrong; nothing else counts.

    Parameters
    ----------
    answer
        `said`, and either `value` or `error` with `message` and `cells` (number and line of each).
    points
        What the test can give.
    number
        The number by which a cell is shown that ran by another one; None where it is no cell of the notebook.
    stderr, flooded
        Whether something was written to stderr meanwhile, and whether more was put out than may be.
    broken
        The kind of error by which the judging itself ended, if it did.
    as_stock
        Whether a test that came to its end and gave no number gives all its points, as in nbgrader.
    """
    outputs = []
    if stderr:
        # Before the points: by nbgrader's own rule they count only where nothing like this comes first.
        outputs.append(output("stream", name="stderr", text=STDERR + "\n"))
    if said := str(answer.get("said", "")):
        outputs.append(output("stream", name="stdout", text=said))
    value: Any = answer.get("value")
    if as_stock and value is None:
        value = points
    if flooded:
        outputs.append(not_run(TOO_MUCH))
    elif broken is not None:
        outputs.append(output("error", ename=broken, evalue="", traceback=[broken]))
    elif "error" in answer:
        outputs.append(_error(answer, number))
    elif is_points(value, points):
        text = repr(min(max(float(value), 0.0), points))
        outputs.append(output("execute_result", data={"text/plain": text}, execution_count=None))
    else:
        outputs.append(output("error", ename=NO_POINTS, evalue=NO_NUMBER, traceback=[f"{NO_POINTS}: {NO_NUMBER}"]))
    return outputs


def as_nbgrader(cell: NotebookNode, outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Return what a test put out in the kernel itself, with the points that nbgrader reads from it as its one result.

    nbgrader's rule: nothing for an error or a word on stderr, else the first result where that is a number, else all.
    """
    from nbgrader.utils import determine_grade

    judging: NotebookNode = cell.copy()  # type: ignore[no-untyped-call]
    judging.outputs = list(outputs)
    points, _most = determine_grade(judging)
    rest = [each for each in outputs if each.output_type != "execute_result"]
    if any(each.output_type == "error" for each in rest):
        return rest
    return [*rest, output("execute_result", data={"text/plain": repr(float(points))}, execution_count=None)]


def _error(answer: dict[str, Any], number: Callable[[int], int | None]) -> NotebookNode:
    """An error in a test: what the test itself says, and in which lines of cells it came about."""
    places = [(number(ran), line) for ran, line in answer["cells"]]
    name, said = str(answer["error"]), str(answer["message"])
    frames = [f"{CELL}[{place}], line {line}" for place, line in places if place is not None]
    return output("error", ename=name, evalue=said, traceback=[*frames, f"{name}: {said}" if said else name])
