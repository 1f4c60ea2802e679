"""Somebody else's nbgrader course: which of its tests the sealed engine can judge is decided on the author's solution.

It is never decided by what a trainee's values look like: who could choose would choose the weaker way. A test that the
author's own solution does not meet in the sealed engine needs the submission's own process (it looks at files that a
cell wrote, at objects of a class, at IPython). Those are judged there, and every report says which they are.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import nbformat

from servicelab.course.handin import notebook_file
from servicelab.errors import UserError
from servicelab.grading.course import Course
from servicelab.grading.marks import points_of
from servicelab.grading.run.conducting import Bounds, Reached
from servicelab.grading.sealed import run_sealed
from servicelab.grading.whose import Whose, cell_name, is_python, is_test, released, solutions
from servicelab.i18n import _


def decided(course: Course, assignment: str, reached: Reached | None) -> Course:
    """Return the course with the tests that kernels judge, by their notebooks' names.

    Parameters
    ----------
    course
        A course of somebody else's.
    assignment
        One that was generated there.
    reached
        The engine; None where kernels run everything anyway.

    Raises
    ------
    UserError
        The assignment was not generated there.
    """
    missing = [each for each in (course.source, course.release) if not (each / assignment).is_dir()]
    if missing:
        raise UserError(
            _(
                "{assignment} is not in {folder}: run nbgrader generate_assignment {assignment} in that course first.",
                assignment=assignment,
                folder=missing[0],
            )
        )
    if reached is None:
        return course
    found = {name: _unsealable(course, assignment, name, reached) for name in course.notebooks(assignment)}
    return replace(course, unsealable={name: tests for name, tests in found.items() if tests})


def needs_kernels(course: Course, assignment: str) -> bool:
    """Return whether tests have to be judged where the submission runs, and it is no Python that it is written in."""
    sources = [course.source / assignment / notebook_file(name) for name in course.unsealable]
    return any(not is_python(nbformat.read(path, as_version=4).metadata) for path in sources)  # type: ignore[no-untyped-call]


def _unsealable(course: Course, assignment: str, name: str, reached: Reached) -> tuple[str, ...]:
    nb = nbformat.read(course.source / assignment / notebook_file(name), as_version=4)  # type: ignore[no-untyped-call]
    tests = {cell_name(cell): float(cell.metadata["nbgrader"]["points"]) for cell in nb.cells if is_test(cell)}
    if not is_python(nb.metadata):
        return tuple(tests)
    with tempfile.TemporaryDirectory(prefix="servicelab-") as room:
        # The solution is handed in, in a course that has nothing else in it.
        for folder in (course.source, course.release):
            shutil.copytree(folder / assignment, Path(room) / folder.name / assignment)
        place = Path(room) / course.autograded.name / "solution" / assignment
        shutil.copytree(course.source / assignment, place)
        about = {"assignment": assignment, "notebook": name}
        resources = {"metadata": {"path": str(place)}, "nbgrader": about}
        run_sealed(nb, Whose(nb, released(resources)), place, reached, Bounds(), solutions(resources), as_stock=True)
    return tuple(name for cell in nb.cells if is_test(cell) and points_of(cell) < tests[name := cell_name(cell)])
