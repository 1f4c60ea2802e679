"""Somebody else's nbgrader course: the one that ships with nbgrader's own documentation, and one that needs kernels."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from tests.grading.conftest import about
from tests.grading.stock import rows as by_student

from servicelab.cli import main
from servicelab.grading import guests
from servicelab.grading.course import CONFIG, Course, ready_environment
from servicelab.grading.run.conducting import Bounds, Reached
from servicelab.grading.steps import as_guest
from servicelab.grading.untouched import nothing_answered

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("guests")]

GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"


def made(root: Path, assignment: str, extra: str = "") -> Course:
    """Configure a course as nbgrader's quickstart does, and generate an assignment that stands in it."""
    (root / CONFIG).write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = 'theirs'\nc.CourseDirectory.root = {str(root)!r}\n{extra}",
        encoding="utf-8",
    )
    ready_environment()
    stock(root, "generate_assignment", assignment)
    return Course.at(root)


def stock(root: Path, *words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "nbgrader", *words], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def rows(course: Course, assignment: str) -> dict[tuple[str, str, str], Any]:
    """Everybody's score of every cell, whether a person looks, and nbgrader's comment."""
    found: dict[tuple[str, str, str], Any] = {}
    for who, given in by_student(course, assignment).items():
        for cell, came in given.items():
            notebook, name = cell.split("/")
            found[who, notebook, name] = tuple(came) if isinstance(came, list) else came
    return found


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = tmp_path_factory.mktemp("guide")
    for part in ("source/ps1", "submitted"):
        shutil.copytree(GUIDE / part, root / part)
    shutil.copy(GUIDE / "source" / "header.ipynb", root / "source")
    return made(root, "ps1")


def test_the_course_of_nbgraders_documentation_scores_as_by_nbgrader(
    guide: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guide.guest
    for side in ("theirs", "ours"):
        shutil.copytree(guide.root, tmp_path / side)
        text = (guide.root / CONFIG).read_text(encoding="utf-8").replace(str(guide.root), str(tmp_path / side))
        (tmp_path / side / CONFIG).write_text(text, encoding="utf-8")
    stock(tmp_path / "theirs", "autograde", "ps1")
    assert main(["grade", "ps1", "--course", str(tmp_path / "ours"), "--workers", "2"]) == 0
    theirs, ours = (rows(Course.at(tmp_path / side), "ps1") for side in ("theirs", "ours"))
    assert ours == theirs
    assert any(score for score, *_waits in (each for each in ours.values() if isinstance(each, tuple)))
    said = capsys.readouterr().out
    assert "Sealed by" in said
    page = (tmp_path / "ours" / "reports" / "ps1.html").read_text(encoding="utf-8")
    assert "bitdiddle" in page
    notebook = nbformat.read(tmp_path / "ours/autograded/bitdiddle/ps1/problem1.ipynb", as_version=4)
    assert not any("servicelab_note" in cell.metadata for cell in notebook.cells)


KERNEL = 'import os\nassert os.path.exists("made.txt")'
PLAIN = "assert double(2) == 4"


def needing_kernels(root: Path) -> Course:
    """A course with a test that looks at a file which a cell wrote, beside one that can be judged sealed."""
    notebook = new_notebook(
        cells=[
            new_code_cell(
                "### BEGIN SOLUTION\nopen('made.txt', 'w').write('x')\ndef double(x):\n    return 2 * x\n"
                "### END SOLUTION",
                metadata=about("work", solution=True, cell_type="code"),
            ),
            new_code_cell(KERNEL, metadata=about("by-file", grade=True, locked=True, points=2, cell_type="code")),
            new_code_cell(PLAIN, metadata=about("by-value", grade=True, locked=True, points=1, cell_type="code")),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    (root / "source" / "hw").mkdir(parents=True)
    nbformat.write(notebook, root / "source" / "hw" / "hw.ipynb")
    course = made(root, "hw")
    right = "open('made.txt', 'w').write('x')\ndef double(x):\n    return 2 * x"
    for name, code in {"right": right, "wrong": "def double(x):\n    return x", "none": ""}.items():
        handed_in = nbformat.read(root / "release" / "hw" / "hw.ipynb", as_version=4)
        handed_in.cells[0].source = code or handed_in.cells[0].source
        folder = root / "submitted" / name / "hw"
        folder.mkdir(parents=True)
        nbformat.write(handed_in, folder / "hw.ipynb")
    return course


def test_a_test_that_needs_the_kernel_is_judged_by_one_and_the_report_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = needing_kernels(tmp_path / "course")
    assert main(["grade", "hw", "--course", str(course.root)]) == 0
    scores = {key: value[0] for key, value in rows(course, "hw").items() if isinstance(value, tuple)}
    assert scores == {
        ("right", "hw", "by-file"): 2, ("right", "hw", "by-value"): 1,
        ("wrong", "hw", "by-file"): 0, ("wrong", "hw", "by-value"): 0,
        ("none", "hw", "by-file"): 0, ("none", "hw", "by-value"): 0,
    }  # fmt: skip
    assert "Not sealed, judged where the submission runs: by-file." in capsys.readouterr().out


def test_an_assignment_that_was_not_generated_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = needing_kernels(tmp_path / "course")
    shutil.rmtree(course.release)
    assert main(["grade", "hw", "--course", str(course.root)]) == 1
    assert "run nbgrader generate_assignment hw in that course first" in capsys.readouterr().err


def test_a_folder_that_is_no_course_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", "hw", "--course", str(tmp_path)]) == 1
    assert "is not a graded course" in capsys.readouterr().err


def test_whoever_takes_tests_apart_in_the_kernel_gets_nothing_there_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The transformer that takes every assertion out scores full marks with nbgrader itself."""
    course = needing_kernels(tmp_path / "course")
    page = course.submitted / "none" / "hw" / "hw.ipynb"
    notebook = nbformat.read(page, as_version=4)
    notebook.cells[0].source = STRIPPING
    nbformat.write(notebook, page)
    assert main(["grade", "hw", "--course", str(course.root)]) == 0
    scores = {key[2]: value[0] for key, value in rows(course, "hw").items() if key[0] == "none" and key[2] in TESTS}
    assert scores == {"by-file": 0, "by-value": 0}
    assert "a check that has to fail did not" in capsys.readouterr().out
    shutil.rmtree(course.autograded)
    stock(course.root, "autograde", "hw", "--student", "none")
    scores = {key[2]: value[0] for key, value in rows(course, "hw").items() if key[0] == "none" and key[2] in TESTS}
    assert scores == {"by-file": 2, "by-value": 1}


TESTS = ("by-file", "by-value")
STRIPPING = """\
import ast
class Stripping(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
get_ipython().ast_transformers.append(Stripping())
double = int"""


def test_a_test_that_is_not_locked_is_one_as_in_nbgrader(tmp_path: Path) -> None:
    """nbgrader restores every test, and its own fixtures lock none: an assertion gone from one changes nothing."""
    course = needing_kernels(tmp_path / "course")
    for page in (course.source / "hw" / "hw.ipynb", course.submitted / "wrong" / "hw" / "hw.ipynb"):
        notebook = nbformat.read(page, as_version=4)
        for cell in notebook.cells:
            cell.metadata.nbgrader.locked = False
        if page.is_relative_to(course.submitted):
            notebook.cells[2].source = "pass"
        nbformat.write(notebook, page)
    stock(course.root, "generate_assignment", "hw", "--force")
    untouched = course.submitted / "untouched" / "hw"
    shutil.copytree(course.release / "hw", untouched)
    # Whoever changed a test only has answered nothing.
    page = untouched / "hw.ipynb"
    notebook = nbformat.read(page, as_version=4)
    notebook.cells[2].source = "pass"
    nbformat.write(notebook, page)
    assert main(["grade", "hw", "--course", str(course.root)]) == 0
    scores = {key[0]: value[0] for key, value in rows(course, "hw").items() if key[2] == "by-value"}
    assert scores == {"right": 1, "wrong": 0, "none": 0, "untouched": 0}
    assert nothing_answered(untouched, course.release / "hw")
    assert not nothing_answered(course.submitted / "wrong" / "hw", course.release / "hw")


def test_a_course_in_another_language_is_refused_by_its_own_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = needing_kernels(tmp_path / "course")
    page = course.release / "hw" / "hw.ipynb"
    notebook = nbformat.read(page, as_version=4)
    notebook.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": "R"}
    nbformat.write(notebook, page)
    assert main(["grade", "hw", "--course", str(course.root)]) == 1
    said = capsys.readouterr().err
    assert "hw.ipynb was handed out in R, and only Python is graded here: have nbgrader alone grade it." in said
    assert not [*course.autograded.rglob("*.ipynb")]


def test_what_a_submission_says_its_language_is_does_not_matter(tmp_path: Path) -> None:
    """Else its maker would choose who judges it."""
    course = needing_kernels(tmp_path / "course")
    for page in (course.source / "hw" / "hw.ipynb", course.submitted / "right" / "hw" / "hw.ipynb"):
        notebook = nbformat.read(page, as_version=4)
        del notebook.metadata["kernelspec"]
        if page.is_relative_to(course.submitted):
            notebook.metadata.kernelspec = {"name": "python3", "display_name": "R", "language": "R"}
        nbformat.write(notebook, page)
    stock(course.root, "generate_assignment", "hw", "--force")
    assert main(["grade", "hw", "--course", str(course.root)]) == 0
    scores = {key[2]: value[0] for key, value in rows(course, "hw").items() if key[0] == "right" and key[2] in TESTS}
    assert scores == {"by-file": 2, "by-value": 1}


def test_its_configuration_may_ask_for_our_steps_itself(tmp_path: Path) -> None:
    """Then nbgrader's own command grades by them, and it stays somebody else's course."""
    course = needing_kernels(tmp_path / "course")
    with (course.root / CONFIG).open("a", encoding="utf-8") as settings:
        settings.write("from servicelab.grading.steps import as_guest\nas_guest(c)\n")
    stock(course.root, "autograde", "hw")
    scores = {key[0]: 0.0 for key in rows(course, "hw")}
    for (who, _notebook, name), value in rows(course, "hw").items():
        scores[who] += value[0] if name in TESTS else 0
    assert scores == {"right": 3, "wrong": 0, "none": 0}
    assert Course.at(course.root).guest
    config = course.config()
    before = [list(config.Autograde[each]) for each in ("sanitize_preprocessors", "autograde_preprocessors")]
    as_guest(config)
    assert before == [config.Autograde[each] for each in ("sanitize_preprocessors", "autograde_preprocessors")]


def test_the_authors_solution_has_the_time_that_the_course_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A solution that takes longer than ours may needs no kernel for that."""
    course = needing_kernels(tmp_path / "course")
    with (course.root / CONFIG).open("a", encoding="utf-8") as settings:
        settings.write("c.Execute.timeout = 120\n")
    given: list[Bounds] = []
    monkeypatch.setattr(guests, "unmet", lambda *_given, bounds, **_named: given.append(bounds) or {})
    guests.decided(course, "hw", Reached(tmp_path, "rules"))
    assert [each.cell_seconds for each in given] == [120]


LINKS = {
    "other": ("theirs.txt", "../../right/hw/hw.ipynb"),
    "book": ("deep/book.txt", "../../../../gradebook.db"),
    "folder": ("all", "../../../source"),
    "page": ("hw.ipynb", "../../right/hw/hw.ipynb"),
    "whole": ("", "../right/hw"),
}


def test_no_submission_is_handed_what_a_link_in_it_leads_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """nbgrader copies another's notebook, the gradebook and the solution to where a submission runs."""
    course = needing_kernels(tmp_path / "course")
    for name, (place, leads) in LINKS.items():
        folder = course.submitted / name / "hw"
        shutil.copytree(course.submitted / "wrong" / "hw", folder)
        if not place:
            shutil.rmtree(folder)
        path = folder / place if place else folder
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(leads)
        assert path.exists()
    assert main(["grade", "hw", "--course", str(course.root)]) == 0
    said = capsys.readouterr().out
    for name, (place, _leads) in LINKS.items():
        assert f"{name}: 0 / 0 · not graded ({place or 'hw'} in it is a link or cannot be read)" in said
        assert not (course.autograded / name / "hw").exists()
    assert "right: 3 / 3" in said


FAKE = """
class np:
    arange = staticmethod(range)
    def array_equal(*given):
        return True
def double(x):
    return x"""
BY_LIBRARY = {
    "right": "import numpy as np\ndef double(x):\n    return 2 * x",
    "wrong": "import numpy as np\ndef double(x):\n    return x",
    "without": "def double(x):\n    return 2 * x",
    "fake": FAKE,
    "patched": "import numpy as np\nnp.array_equal = lambda *given: True\ndef double(x):\n    return x",
}


def test_a_library_that_the_author_works_with_is_the_courses_in_a_test(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The opening cells do not import it: the test finds it because the solution does."""
    root = tmp_path / "course"
    solution = f"### BEGIN SOLUTION\n{BY_LIBRARY['right']}\n### END SOLUTION"
    test = "assert np.array_equal(double(np.arange(3)), [0, 2, 4])"
    cells = [
        new_code_cell(solution, metadata=about("work", solution=True, cell_type="code")),
        new_code_cell(test, metadata=about("equal", grade=True, locked=True, points=1, cell_type="code")),
    ]
    (root / "source" / "hw").mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), root / "source" / "hw" / "hw.ipynb")
    course = made(root, "hw")
    for name, code in BY_LIBRARY.items():
        handed_in = nbformat.read(root / "release" / "hw" / "hw.ipynb", as_version=4)
        handed_in.cells[0].source = code
        (root / "submitted" / name / "hw").mkdir(parents=True)
        nbformat.write(handed_in, root / "submitted" / name / "hw" / "hw.ipynb")
    assert main(["grade", "hw", "--course", str(root)]) == 0
    assert "Not sealed" not in capsys.readouterr().out
    scores = {key[0]: value[0] for key, value in rows(course, "hw").items() if key[2] == "equal"}
    assert scores == {"right": 1, "wrong": 0, "without": 0, "fake": 0, "patched": 0}
