"""Submissions that once went wrong, each made again on the trial: everybody else's class goes on, and it is said.

What is not here stands elsewhere: cells copied, deleted, moved and answered elsewhere in `accidents`; broken characters
and metadata that is none in `test_border`; scripts in an answer in `test_inert`; what attacks, in `tests/hostile`.
"""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from tests.grading.conftest import RIGHT, SHARE, TRIAL, Change, answers, cell, fill, pack, put

from servicelab.grading.autograding import grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.results import Result
from servicelab.grading.returning import feedback

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("accidents")]

WRITTEN = "Because the table says so."
TESTS = ("test-a", "test-b")


def added(source: str, at: int = 0) -> Change:
    def change(notebook: nbformat.NotebookNode) -> None:
        notebook.cells.insert(at, new_code_cell(source, id="zz1"))

    return change


def unlocked(notebook: nbformat.NotebookNode) -> None:
    """Every cell of the course's own unlocked, told not to be graded, and two of them changed."""
    for each in notebook.cells:
        about = each.metadata.get("nbgrader")
        if about and not about.solution:
            about.update(locked=False, grade=False)
            each.metadata.pop("editable", None)
            each.metadata.pop("deletable", None)
    cell(notebook, "open").source += "\nimport math"
    cell(notebook, "test-b").source = "print(share([1, 0]))"


def upside_down(notebook: nbformat.NotebookNode) -> None:
    notebook.cells.sort(key=lambda each: each.id not in (*TESTS, "c-why"))


def cheating(notebook: nbformat.NotebookNode) -> None:
    """The right decisions in a cell of one's own, where wrong ones were made."""
    at = notebook.cells.index(cell(notebook, "decisions"))
    added(f"decisions = {RIGHT!r}", at + 1)(notebook)


EXFIL = """\
import base64, json, os
for place, _folders, names in os.walk("."):
    for name in names:
        print(base64.b64encode(open(os.path.join(place, name), "rb").read()).decode())"""
KILL = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"
WRONG = {"a-voice": "emotional", "a-tone": "functional"}
CASES: dict[str, tuple[Change | None, dict[str, str], float]] = {
    "honest": (None, RIGHT, 7),
    "unlocked": (unlocked, RIGHT, 7),
    "reordered": (upside_down, RIGHT, 7),
    "cheat": (cheating, WRONG, 3),
    "exfil": (added(EXFIL), RIGHT, 7),
    "kills": (added(KILL), RIGHT, 7),
}
"""Who hands in → what happened to the notebook, the decisions that were saved, and what it deserves."""


@pytest.fixture(scope="module")
def came(released: Course, tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, dict[str, Result]]:
    import shutil

    root = tmp_path_factory.mktemp("oddly")
    shutil.copytree(released.root, root / "grading")
    course = Course.at(root / "grading")
    for name, (change, decided, _deserves) in CASES.items():
        notebook = fill(course, code=SHARE, written=WRITTEN, change=change)
        put(root / "inbox", f"{name}.zip", pack(name, notebook, answers(decided)))
    collect(TRIAL, [root / "inbox"], course=course)
    made = grade(TRIAL, course=course, workers=2)
    feedback(TRIAL, course=course)
    return course, {each.student: each for each in made.results}


@pytest.mark.parametrize("name", CASES)
def test_it_gets_what_it_deserves(came: tuple[Course, dict[str, Result]], name: str) -> None:
    _course, results = came
    assert (results[name].status, results[name].score) == ("graded", CASES[name][2])


def test_unlocked_and_moved_cells_are_named_in_a_sentence_of_our_own(
    came: tuple[Course, dict[str, Result]],
) -> None:
    _course, results = came
    assert {"the course's own and changed, and put back: open, test-b"} <= set(results["unlocked"].repairs)
    assert any(each.startswith("in another place, and put back: ") for each in results["reordered"].repairs)


def test_decisions_in_a_cell_of_ones_own_are_named(came: tuple[Course, dict[str, Result]]) -> None:
    _course, results = came
    assert any("gives another value to what is the course's" in each for each in results["cheat"].repairs)


def test_what_it_finds_of_its_own_files_holds_no_hidden_test(came: tuple[Course, dict[str, Result]]) -> None:
    course, _results = came
    holds_no_hidden_test(course)


@pytest.mark.usefixtures("by_kernels")
def test_nor_does_it_where_kernels_run_it(course: Course, tmp_path: Path) -> None:
    """Beside the notebook in which a submission is graded, nbgrader has put the hidden tests."""
    notebook = fill(course, code=SHARE, written=WRITTEN, change=added(EXFIL))
    put(tmp_path / "inbox", "exfil.zip", pack("exfil", notebook, answers(RIGHT)))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    (result,) = grade(TRIAL, course=course).results
    assert result.score == 7
    feedback(TRIAL, course=course)
    holds_no_hidden_test(course)
    page = course.autograded / "exfil" / TRIAL / "exercise.ipynb"
    assert "HIDDEN TESTS" in page.read_text(encoding="utf-8"), "whoever marks finds the tests"


def holds_no_hidden_test(course: Course) -> None:
    notebook = nbformat.read(course.autograded / "exfil" / TRIAL / "exercise.ipynb", as_version=4)
    printed = "".join(shown.get("text", "") for shown in cell(notebook, "added-1").outputs)
    told = [b64decode(line).decode("utf-8", "replace") for line in printed.split()]
    assert any("def share" in each for each in told), "it found its own notebook"
    assert not re.search(r"HIDDEN TESTS|SAYS|0\.001", "".join(told))
    page = (course.feedback / "exfil" / TRIAL / "exercise.html").read_text(encoding="utf-8")
    assert "HIDDEN TESTS" not in page


def test_whoever_kills_their_parent_is_graded_once_like_all_others(
    came: tuple[Course, dict[str, Result]], tmp_path: Path
) -> None:
    course, _results = came
    again = grade(TRIAL, course=course)
    assert {each.status for each in again.results} == {"before"}
