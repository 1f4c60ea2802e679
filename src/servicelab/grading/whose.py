"""Whose each cell of a submission is, and in which runs it takes part.

A cell is the course's own where nbgrader put its text back (locked, and known to the gradebook), and where it stands as
it was handed out. Everything else is the trainee's, whatever it says about itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode

from servicelab.course.handin import LARGEST_NOTEBOOK, notebook_file
from servicelab.grading.course import course_of
from servicelab.learn.whereabouts import read_json

NOTE = "servicelab_note"
"""Metadata of a cell that is for the marker only; the trainee's page leaves it out."""
SLACK = 1e-9
"""How far a sum of parts may lie beside the points that they add up to."""


@dataclass(frozen=True)
class Run:
    """One run through a notebook, in a Python of its own; `runs` and `shows` say it of each cell in turn.

    Attributes
    ----------
    runs
        Whether a cell takes part.
    shows
        Whether what it puts out here is what is kept.
    judges
        Whether tests are among the cells.
    counted
        Whether its cells keep the numbers that they ran by: two runs do not count alike.
    """

    runs: tuple[bool, ...]
    shows: tuple[bool, ...]
    judges: bool
    counted: bool = True


class Whose:
    """The cells of one submission.

    Parameters
    ----------
    nb
        The submission, after nbgrader restored its locked cells.
    handed_out
        The cells of the released notebook; where it is not at hand, only locked cells are the course's own.
    """

    def __init__(self, nb: NotebookNode, handed_out: Sequence[dict[str, Any]]) -> None:
        texts = {cell_name(cell): _text(cell) for cell in handed_out if cell.get("cell_type") == "code"}
        self._as_released = [
            cell.cell_type == "code" and texts.get(cell_name(cell)) == cell.source for cell in nb.cells
        ]
        self.own = [
            cell.cell_type == "code" and not _is_solution(cell) and (is_locked(cell) or released)
            for cell, released in zip(nb.cells, self._as_released, strict=True)
        ]
        before = _before_code(handed_out if handed_out else nb.cells)
        self._early = [own and cell_name(cell) in before for own, cell in zip(self.own, nb.cells, strict=True)]
        self._tests = [is_test(cell) for cell in nb.cells]
        self._code = [cell.cell_type == "code" and bool(cell.source.strip()) for cell in nb.cells]

    def unwritten(self, index: int) -> bool:
        """Whether a code cell is as it was handed out."""
        return self.own[index] or self._as_released[index]

    def is_early(self, index: int) -> bool:
        """Whether a cell is the course's own, before the first task in code: nothing of the trainee's belongs to it."""
        return self._early[index]

    def runs(self) -> list[Run]:
        """Return the runs that it takes to show and to judge every cell."""
        everything = tuple(self._code)
        if all(self.unwritten(index) for index, code in enumerate(self._code) if code):
            return [Run(everything, everything, judges=True)]
        early = tuple(self._early)
        apart = (
            early if any(one and test for one, test in zip(early, self._tests, strict=True)) else (False,) * len(early)
        )
        shown = tuple(code and not test for code, test in zip(everything, self._tests, strict=True))
        tests = tuple(test and not one for test, one in zip(self._tests, apart, strict=True))
        judged = tuple(one or test for one, test in zip(shown, tests, strict=True))
        found = [
            Run(apart, apart, judges=True, counted=False),
            Run(shown, tuple(each and not one for each, one in zip(shown, apart, strict=True)), judges=False),
            # A test that was judged where no code of the trainee's ran is not even there in the other Python.
            Run(judged, tests, judges=True),
        ]  # fmt: skip
        return [run for run in found if any(run.shows)]


def released(resources: Any) -> list[dict[str, Any]]:
    """Return the cells of the notebook that was handed out; none where it cannot be read."""
    return _cells(resources, "release") or []


def solutions(resources: Any) -> list[str] | None:
    """Return the author's solutions in code; None where the source cannot be read."""
    return None if _cells(resources, "source") is None else list(solutions_by_name(resources).values())


def solutions_by_name(resources: Any) -> dict[str, str]:
    """Return the author's solutions in code by their cells' names; none where the source cannot be read."""
    return code_solutions(_cells(resources, "source") or [])


def code_solutions(cells: Sequence[Any]) -> dict[str, str]:
    """Return the author's solutions in code among an author's cells, by the cells' names."""
    return {cell_name(cell): _text(cell) for cell in cells if cell.get("cell_type") == "code" and _is_solution(cell)}


def handed_out_for(resources: Any) -> dict[str, Any]:
    """Return the metadata of the notebook that was handed out, which names its language; none where it cannot be read.

    What a submission says of itself is its maker's.
    """
    metadata = _notebook(resources, "release").get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _cells(resources: Any, of: str) -> list[dict[str, Any]] | None:
    cells = _notebook(resources, of).get("cells")
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else None


def _notebook(resources: Any, of: str) -> Mapping[str, Any]:
    """A submission's notebook as it stands in the course's `release` or `source`; empty where it cannot be read."""
    try:
        folder = Path(resources["metadata"]["path"]).resolve()
        about = resources["nbgrader"]
        path = course_of(folder) / of / about["assignment"] / notebook_file(about["notebook"])
    except (KeyError, TypeError, IndexError):
        return {}
    return read_json(path, LARGEST_NOTEBOOK)


def is_test(cell: Any) -> bool:
    """Whether a cell is one of nbgrader's autograder tests; `locked` does not matter, and its own fixtures say no."""
    about = _about(cell)
    return bool(cell["cell_type"] == "code" and about.get("grade") and not about.get("solution"))


def opens(cell: Any) -> bool:
    """Whether a cell is the course's own and judges nothing: only the limit on the whole notebook is one for it."""
    return is_locked(cell) and not _about(cell).get("grade") and not _is_solution(cell)


def is_points(value: object, points: float) -> bool:
    """Whether something is a number of points that a cell can give.

    >>> [is_points(each, 3) for each in (0, 2.5, 3.0, 3.1, -1, True, "3", float("nan"), None)]
    [True, True, True, False, False, False, False, False, False]
    """
    return type(value) in (int, float) and math.isfinite(value) and -SLACK <= value <= points + SLACK  # type: ignore


def _before_code(cells: Sequence[Any]) -> set[str]:
    """Return the names of the cells that stand before the first task in code: no answer in code can matter to them."""
    names: set[str] = set()
    for cell in cells:
        if cell["cell_type"] == "code" and _is_solution(cell):
            return names
        names.add(cell_name(cell))
    return names


def _about(cell: Any) -> dict[str, Any]:
    about = cell.get("metadata", {}).get("nbgrader")
    return about if isinstance(about, dict) else {}


def _is_solution(cell: Any) -> bool:
    return bool(_about(cell).get("solution"))


def is_locked(cell: Any) -> bool:
    """Whether a cell's text is the course's: by nbgrader's rule a test's is, whether it says so itself or not."""
    # nbgrader takes the name from a cell that the gradebook does not know, and restores the text of one that it does.
    about = _about(cell)
    return bool(
        (about.get("locked") is True or about.get("grade")) and not about.get("solution") and about.get("grade_id")
    )


def cell_name(cell: Any) -> str:
    """What a cell is called: nbgrader's name for it, else its own."""
    return str(_about(cell).get("grade_id") or cell.get("id", ""))


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)
