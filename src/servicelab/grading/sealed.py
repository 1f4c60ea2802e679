"""A submission that is run by the sealed engine: from its notebook to what is asked of the engine, and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict

from servicelab.grading.bindings import bound, modules
from servicelab.grading.confined import PROGRAMS
from servicelab.grading.course import course_of
from servicelab.grading.lodging import NOTEBOOK, handed_in, readable, scratch
from servicelab.grading.noticed import Kind, Noticed
from servicelab.grading.outcomes import AFTER, DIED, TOO_LONG, TOO_MUCH, UNSTOPPABLE, Cause, judged, late, not_run
from servicelab.grading.run.conducting import Bounds, Came, Conducting, Reached, Step
from servicelab.grading.run.jail import Limits
from servicelab.grading.whose import Whose, cell_name, is_test, opens

STOPPED: dict[str, Cause] = {
    "time": TOO_LONG,
    "stuck": UNSTOPPABLE,
    "died": DIED,
    "after": AFTER,
    "output": TOO_MUCH,
    "protocol": DIED,
}
IN_THERE = Path("/tmp/submission")
"""Where a submission's own folder is, in a world of its own."""
LARGEST = 32 << 20
"""Bytes of a submission's files that are brought along."""
SYSTEM = (*PROGRAMS, "/etc/alternatives", "/etc/fonts", "/etc/localtime", "/etc/ld.so.cache", "/etc/mime.types",
          "/etc/ssl/certs")  # fmt: skip
"""What is in sight of every submission: programs, and of what the system tells about itself only what they need."""


def run_sealed(
    nb: NotebookNode,
    whose: Whose,
    place: Path,
    reached: Reached,
    bounds: Bounds,
    solved: Sequence[str] | None = None,
    *,
    as_stock: bool = False,
    judges: bool = True,
) -> list[Noticed]:
    """Run a submission's cells, judge its tests, and write what came of each into it; return what the engine noticed.

    Parameters
    ----------
    nb
        The submission, after nbgrader restored its locked cells.
    whose
        Whose each cell is.
    place
        The submission's folder; its files are brought along, and it is not written.
    reached
        The template.
    bounds
        What the notebook may take.
    solved
        The author's solutions, where they are at hand.
    as_stock
        Whether a test that gives no number gives all its points.
    judges
        Whether tests are judged apart; otherwise they are run where the submission is, as any other cell.
    """
    places, steps, came = ran_sealed(nb, whose, place, reached, bounds, solved, judges=judges)
    numbers = {each.count: each.count for each in came if each.count is not None}
    for at, step, each in zip(places, steps, came, strict=True):
        cell = nb.cells[at]
        if step.test:
            cell.outputs = _of_test(step, each, numbers.get, as_stock=as_stock)
        else:
            cell.outputs = [from_dict(one) for one in each.outputs]  # type: ignore[no-untyped-call]
        if each.late and not each.stopped:
            cell.outputs = [*cell.outputs, late()]
        if each.stopped in STOPPED:
            cell.outputs = [*cell.outputs, not_run(STOPPED[each.stopped])]
        cell.execution_count = each.count
    return [
        Noticed(kind, cell_name(nb.cells[at])) for at, each in zip(places, came, strict=True) for kind in _seen(each)
    ]


def ran_sealed(
    nb: NotebookNode,
    whose: Whose,
    place: Path,
    reached: Reached,
    bounds: Bounds,
    solved: Sequence[str] | None,
    *,
    judges: bool = True,
) -> tuple[list[int], list[Step], list[Came]]:
    """Run a notebook as `run_sealed` does; return which of its cells ran, as what, and what came of each."""
    with scratch() as rooms:
        files = brought(place)
        seen = [*map(Path, SYSTEM), *readable(place)]
        course = course_of(place)

        def start(role: str) -> Any:
            room = IN_THERE if reached.level == "namespaces" else rooms / role
            return reached.start(role, room, course, seen, files, Limits())

        places = [at for at, cell in enumerate(nb.cells) if cell.cell_type == "code" and cell.source.strip()]
        changed = left_open([nb.cells[at].source for at in places if whose.is_early(at)], solved)
        libraries = modules(solved or ())
        steps = [_step(nb.cells[at], whose, at, changed, libraries, judges=judges) for at in places]
        came = Conducting(start, bounds).conduct(steps)
    return places, steps, came


def _seen(came: Came) -> list[Kind]:
    """What there is to notice in what came of a step."""
    compared: list[Kind] = ["compared"] if "compared" in came.judged.get("flags", ()) else []
    return [*compared, "protocol"] if came.stopped == "protocol" else compared


def _step(
    cell: NotebookNode,
    whose: Whose,
    at: int,
    changed: tuple[str, ...],
    libraries: tuple[tuple[str, str], ...],
    *,
    judges: bool,
) -> Step:
    test = judges and is_test(cell)
    points = float(cell.metadata.get("nbgrader", {}).get("points") or 0) if test else 0.0
    early = whose.is_early(at)
    return Step(cell.source, test, points, early and not test, early and test, changed, libraries, opens(cell))


def left_open(opening: Sequence[str], solved: Sequence[str] | None) -> tuple[str, ...]:
    """Return which names that the opening cells bind a submission may bind or change: those that the solution does.

    Parameters
    ----------
    opening
        The course's own cells before the first task in code.
    solved
        The author's solutions; None where they are not at hand, and every name is left open.

    >>> left_open(["table = 1; count = None; sizes = {}"], ["count = table + 1", "sizes['a'] = 2"])
    ('count', 'sizes')
    """
    theirs = frozenset[str]().union(*map(bound, opening))
    return tuple(sorted(theirs if solved is None else theirs & frozenset[str]().union(*map(bound, solved))))


def _of_test(step: Step, came: Came, number: Any, *, as_stock: bool) -> list[NotebookNode]:
    if came.stopped:
        return []
    found = came.judged
    broken = "RuntimeError" if "silent" in found or "broken" in found else None
    stderr = "stderr" in found.get("flags", ())
    return judged(found, step.points, number, stderr=stderr, broken=broken, as_stock=as_stock)


def brought(place: Path) -> dict[str, bytes]:
    """Return the files of a submission's folder that it finds where it runs, by name.

    No link is followed, and nothing hidden comes along: where Python and its libraries look for what they begin with
    is hidden. Of notebooks those that were handed in: into the ones that stand here nbgrader has put the hidden tests.
    """
    found: dict[str, bytes] = {}
    room = LARGEST
    for own in sorted(place.rglob("*")):
        name = own.relative_to(place)
        if any(part.startswith(".") for part in name.parts):
            continue
        path = handed_in(place, name) if own.suffix == NOTEBOOK else own
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= room:
            found[name.as_posix()] = content = path.read_bytes()
            room -= len(content)
    return found
