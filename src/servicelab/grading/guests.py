"""Somebody else's nbgrader course: which of its tests the sealed engine can judge is decided on the author's solution.

A test that the author's own solution does not meet in the sealed engine needs the submission's own process (it looks
at files that a cell wrote, at objects of a class, at IPython). Those are judged there, and every report says which they
are.

`servicelab grade` decides once a run. Where nbgrader itself goes through our steps (`nbgrader autograde` and
formgrader's button, with `steps.as_guest` in that course's configuration), the step that runs a notebook decides.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat

from servicelab.course.handin import notebook_file
from servicelab.errors import UserError
from servicelab.grading.course import Course, course_of
from servicelab.grading.reference import unmet
from servicelab.grading.run.conducting import Bounds, Reached
from servicelab.grading.whose import handed_out_for, released
from servicelab.i18n import _

PYTHON = "python"


def decided(course: Course, assignment: str, reached: Reached | None) -> Course:
    """Return the course with the tests that are judged where the submission runs, by their notebooks' names.

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
        The assignment was not generated there, or is not in Python.
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
    names = course.notebooks(assignment)
    for name in names:
        require_python(handed_out_for(_resources(course, assignment, name)), name)
    if reached is None:
        return course
    stated = course.config().Execute.get("timeout", Bounds.cell_seconds)
    bounds = Bounds(float(stated or Bounds.seconds))
    found = {name: _unsealable(course, assignment, name, reached, bounds) for name in names}
    return replace(course, unsealable={name: tests for name, tests in found.items() if tests})


def decided_for(resources: Any, reached: Reached, bounds: Bounds) -> tuple[str, ...]:
    """Return the tests of a notebook that are judged where it runs: as `decided`, once in this process for each source.

    Parameters
    ----------
    resources
        nbgrader's, of a submission.
    reached
        The engine.
    bounds
        What a submission may take.
    """
    about = resources["nbgrader"]
    course = Course(course_of(Path(resources["metadata"]["path"]).resolve()))
    assignment, name = about["assignment"], about["notebook"]
    places = [each / assignment / notebook_file(name) for each in (course.source, course.release)]
    if not all(place.is_file() for place in places):
        return ()
    key = (course.root, assignment, name, *(hashlib.sha256(place.read_bytes()).hexdigest() for place in places))
    if key not in _found:
        _found[key] = _unsealable(course, assignment, name, reached, bounds)
    return _found[key]


_found: dict[tuple[object, ...], tuple[str, ...]] = {}


def _resources(course: Course, assignment: str, name: str, place: Path | None = None) -> dict[str, Any]:
    """What nbgrader's steps are told of a submission, of one that is nobody's."""
    path = place or course.autograded / "nobody" / assignment
    return {"metadata": {"path": str(path)}, "nbgrader": {"assignment": assignment, "notebook": name}}


def _unsealable(course: Course, assignment: str, name: str, reached: Reached, bounds: Bounds) -> tuple[str, ...]:
    nb = nbformat.read(course.source / assignment / notebook_file(name), as_version=4)  # type: ignore[no-untyped-call]
    with tempfile.TemporaryDirectory(prefix="servicelab-") as room:
        # The solution is handed in, in a course that has nothing else in it.
        for folder in (course.source, course.release):
            shutil.copytree(folder / assignment, Path(room) / folder.name / assignment)
        place = Path(room) / course.autograded.name / "solution" / assignment
        shutil.copytree(course.source / assignment, place)
        handed_out = released(_resources(course, assignment, name, place))
        return tuple(unmet(nb, handed_out, place, reached, as_stock=True, bounds=bounds))


def require_python(metadata: Mapping[str, object], name: str) -> None:
    """Refuse a notebook that is handed out in another language: the engine runs Python, and no kernel shut in.

    Raises
    ------
    UserError
        It says that its language is another one.
    """
    spec = metadata.get("kernelspec")
    said = str((spec if isinstance(spec, Mapping) else {}).get("language") or PYTHON)
    if said.lower() != PYTHON:
        raise UserError(
            _(
                "{notebook} was handed out in {language}, and only Python is graded here: have nbgrader alone grade "
                "it.",
                notebook=notebook_file(name),
                language=said,
            )
        )
