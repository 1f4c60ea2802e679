"""What the sealed engine gives the author's own solution: a test that it does not meet there cannot be judged sealed.

It is never decided by what a trainee's values look like: who could choose would choose the weaker way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode

from servicelab.grading.outcomes import NO_NUMBER, SAID
from servicelab.grading.run.conducting import Bounds, Came, Reached, Step
from servicelab.grading.sealed import STOPPED, ran_sealed
from servicelab.grading.whose import Whose, cell_name, code_solutions, is_points


def unmet(
    nb: NotebookNode,
    handed_out: Sequence[Mapping[str, Any]],
    place: Path,
    reached: Reached,
    *,
    as_stock: bool,
    bounds: Bounds | None = None,
) -> dict[str, str]:
    """Return which tests do not give the author's solution all their points, and why.

    Parameters
    ----------
    nb
        The author's notebook.
    handed_out
        The cells of what is handed out of it.
    place
        Its folder, with the right answers beside it.
    reached
        The engine.
    as_stock
        Whether a test that gives no number gives all its points.
    bounds
        What a submission may take.
    """
    solved = list(code_solutions(nb.cells).values())
    whose = Whose(nb, [dict(cell) for cell in handed_out])
    places, steps, came = ran_sealed(nb, whose, place, reached, bounds or Bounds(), solved)
    found = {
        cell_name(nb.cells[at]): _lacks(step, each, as_stock=as_stock)
        for at, step, each in zip(places, steps, came, strict=True)
        if step.test
    }
    return {name: why for name, why in found.items() if why}


def _lacks(step: Step, came: Came, *, as_stock: bool) -> str:
    """Why a test does not give all its points; an empty string where it does."""
    found = came.judged
    if came.stopped:
        return SAID[STOPPED[came.stopped]]
    for name in ("unsealed", "silent", "broken"):
        if name in found:
            return str(found[name])
    if "error" in found:
        return f"{found['error']}: {found['message']}".removesuffix(": ")
    if "stderr" in found.get("flags", ()):
        return "something is written to stderr"
    value: Any = step.points if as_stock and found.get("value") is None else found.get("value")
    if not is_points(value, step.points):
        return NO_NUMBER
    return "" if is_points(step.points, float(value)) else f"{value:g} of {step.points:g} points"
