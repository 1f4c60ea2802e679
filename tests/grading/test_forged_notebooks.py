"""Notebooks whose metadata says what they are not: none gains a point, none runs a cell of its own where tests run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from tests.grading.conftest import SHARE, TRIAL, about, cell, fill, pack, put

from servicelab.grading.autograding import grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.results import Grading

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading")]
WRONG = "def share(values):\n    return 2\n"
TAKES = """\
from servicelab.grading.run import judge
judge.Judge.judge = lambda self, *given: {"value": 3.0, "said": "", "flags": []}
judge._number = lambda value: 3.0
3.0"""
"""What a cell would do if it ran in the judge."""
Notebook = nbformat.NotebookNode


def extra(place: int, name: str, **said: object) -> Callable[[Notebook], None]:
    """Put a test of somebody's own somewhere."""

    def change(notebook: Notebook) -> None:
        marked = {"grade": True, "locked": True, "points": 3, "cell_type": "code", **said}
        notebook.cells.insert(place, new_code_cell(TAKES, id=f"{name}-own", metadata=about(name, **marked)))

    return change


def turned(name: str, **said: object) -> Callable[[Notebook], None]:
    """Say of a cell that it is a test, and put into it what would take the judge."""

    def change(notebook: Notebook) -> None:
        found = cell(notebook, name)
        found.cell_type, found.source = "code", TAKES
        found.update(outputs=[], execution_count=None)
        found.metadata["nbgrader"] |= {"cell_type": "code", **said}

    return change


def other_kernel(notebook: Notebook) -> None:
    notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "Bash", "language": "bash"}
    notebook.metadata["language_info"] = {"name": "bash", "file_extension": ".sh"}


def own_kernel(notebook: Notebook) -> None:
    notebook.metadata["kernelspec"] = {"name": "../../mine", "display_name": "", "language": "python", "argv": ["id"]}


FORGED: dict[str, Callable[[Notebook], None]] = {
    "own-test": extra(1, "mine"),
    "own-test-of-odd-grade": extra(1, "mine", grade="yes", solution=""),
    "test-twice": extra(1, "test-b"),
    "test-twice-after": extra(99, "test-b"),
    "answer-as-test": turned("b-share", grade=True, solution=False, points=3, locked=True),
    "text-as-test": turned("c-why", grade=True, solution=False, points=3, locked=True),
    "opening-as-test": turned("open", grade=True, points=3),
    "kernel": other_kernel,
    "kernel-own": own_kernel,
}


@pytest.fixture(scope="module")
def forged(released: Course, tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Grading]:
    """All of them beside an honest one, graded."""
    root = tmp_path_factory.mktemp("forged-notebooks")
    shutil.copytree(released.root, root / "grading")
    course = Course.at(root / "grading")
    notebooks = {name: fill(released, code=WRONG, change=change) for name, change in FORGED.items()}
    for name, notebook in {**notebooks, "honest": fill(released, code=SHARE)}.items():
        put(root / "inbox", f"{name}--{TRIAL}--20261120T090000Z.zip", pack(name, notebook))
    collect(TRIAL, [root / "inbox"], course=course)
    return course, grade(TRIAL, course=course, workers=1)


def scores(course: Course) -> dict[str, float]:
    with course.gradebook() as book:
        return {each.student.id: each.score for each in book.assignment_submissions(TRIAL)}


@pytest.mark.parametrize("name", FORGED)
def test_a_notebook_that_says_it_is_another_earns_nothing(name: str, forged: tuple[Course, Grading]) -> None:
    assert scores(forged[0]).get(name, 0) == 0


def test_the_honest_one_has_its_points(forged: tuple[Course, Grading]) -> None:
    assert scores(forged[0])["honest"] == 3


@pytest.mark.parametrize("name", ["kernel", "kernel-own"])
def test_another_kernel_is_the_courses_again(name: str, forged: tuple[Course, Grading]) -> None:
    path: Path = forged[0].autograded / name / TRIAL / "exercise.ipynb"
    assert nbformat.read(path, as_version=4).metadata.kernelspec.name == "python3"
