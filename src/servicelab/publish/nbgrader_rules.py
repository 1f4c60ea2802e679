"""nbgrader's own settings and preprocessors: what turns a source notebook into the one a trainee gets.

Nothing is stripped by code of ours. `strip` runs the list that `nbgrader generate_assignment` runs, less the steps that
need a gradebook or a kernel; a test compares the two, checksum by checksum.
"""

from __future__ import annotations

import json
import logging
from functools import cache
from typing import TYPE_CHECKING, Any

from servicelab.learn.code_tasks import STUB, is_solution, stub_mark
from servicelab.learn.written import STUB as TEXT_STUB
from servicelab.publish.findings import Finding

if TYPE_CHECKING:
    from traitlets.config import Config

SOLUTION = ("BEGIN SOLUTION", "END SOLUTION")
HIDDEN_TESTS = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
MARK_SCHEME = ("BEGIN MARK SCHEME", "END MARK SCHEME")
MARKERS = (*SOLUTION, *HIDDEN_TESTS, *MARK_SCHEME)


def nbgrader_settings() -> Config:
    """The settings that publishing and grading share, as a traitlets `Config`.

    >>> nbgrader_settings().ClearSolutions.text_stub
    'YOUR ANSWER HERE · 请在此作答'
    """
    from traitlets.config import Config

    settings = Config()
    settings.ClearSolutions.text_stub = TEXT_STUB
    return settings


def strip(notebook: Any) -> Any:
    """Return the notebook as nbgrader releases it: solutions, hidden tests and mark schemes gone, cells locked.

    `notebook` is an nbformat node; it is changed in place. Raises whatever nbgrader raises for a source it refuses.
    """
    from nbgrader.converters.generate_assignment import GenerateAssignment
    from nbgrader.preprocessors import InstantiateTests, SaveCells

    settings = nbgrader_settings()
    resources: dict[str, Any] = {}
    # InstantiateTests only writes `### AUTOTEST` lines out (we have none) with a kernel; SaveCells fills the gradebook.
    skipped = (InstantiateTests, SaveCells)
    for step in GenerateAssignment.class_traits()["preprocessors"].default():
        if step not in skipped:
            notebook, resources = step(config=settings, log=_quiet()).preprocess(notebook, resources)
    return notebook


def tell_stubs(notebook: Any) -> Any:
    """Return the source notebook, changed in place: each cell to be filled in with code says what it is released as.

    By it a cell that somebody has begun is told from one that nobody touched.
    """
    from copy import deepcopy

    for cell, released in zip(notebook.cells, strip(deepcopy(notebook)).cells, strict=True):
        if is_solution(cell):
            cell.metadata.setdefault("servicelab", type(cell.metadata)())[STUB] = stub_mark(released.source)
    return notebook


def refusals(notebook: Any, file: str) -> list[Finding]:
    """What nbgrader itself refuses about a notebook: its metadata, and its begin and end markers."""
    return [Finding(file, 0, "", *told) for told in _refused(json.dumps(notebook))]


@cache
def _refused(written: str) -> tuple[tuple[str, str], ...]:
    """Problem and remedy of what nbgrader refuses about a notebook that is written as JSON.

    It looks at the form of each cell whenever it is asked, and each edition that is built asks about the same ones.
    """
    from nbformat import from_dict
    from nbgrader.nbgraderformat import MetadataValidator, ValidationError
    from nbgrader.nbgraderformat.common import SchemaMismatchError

    notebook = from_dict(json.loads(written))  # type: ignore[no-untyped-call]
    try:
        MetadataValidator().validate_nb(notebook)
    except (ValidationError, SchemaMismatchError, KeyError) as problem:
        said = " ".join(str(problem).split())
        remedy = "Open the notebook in JupyterLab and set the cell with nbgrader's Create Assignment"
        return ((f"nbgrader finds the metadata of a cell invalid: {said[:300]}", remedy),)
    try:
        strip(notebook)
    except (RuntimeError, ValueError) as problem:
        said = " ".join(str(problem).split())
        return ((f"nbgrader cannot release it: {said[:300]}", "Pair each BEGIN line with its END line"),)
    return ()


def _quiet() -> logging.Logger:
    """A logger that says nothing: what is wrong comes back as a finding, once."""
    logger = logging.getLogger("servicelab.publish.nbgrader")
    logger.setLevel(logging.CRITICAL + 1)
    return logger
