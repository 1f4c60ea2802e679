"""Part C from the box to the gradebook: whatever way a submission came, the graded cell holds what was written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.grading.conftest import RIGHT, SHARE, TRIAL, answers, fill, pack, put

from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.learn.written import IN_BOX, IN_CELL, STUB, entry, graded_cell, source_of

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading")]
SAID = "First the spoken need.\nThen <b>the number</b> from the table."


def with_box(text: str) -> bytes:
    """An answers file with right decisions and a text in the box of part C."""
    sheet = json.loads(answers(RIGHT))
    sheet["entries"]["c-why"] = entry({"text": text})
    return json.dumps(sheet).encode()


@pytest.fixture(scope="module")
def collected(released: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Five trainees whose zips never went through Submit: the notebook is as the page saved it."""
    import shutil

    root = tmp_path_factory.mktemp("written")
    shutil.copytree(released.root, root / "grading")
    course = Course.at(root / "grading")
    inbox = root / "inbox"
    put(inbox, "box.zip", pack("box", fill(course, code=SHARE), with_box(SAID)))
    put(inbox, "cell.zip", pack("cell", fill(course, code=SHARE, written="In the cell."), answers(RIGHT)))
    put(inbox, "both.zip", pack("both", fill(course, code=SHARE, written="In the cell."), with_box(SAID)))
    put(inbox, "none.zip", pack("none", fill(course, code=SHARE), with_box("  ")))
    put(inbox, "gone.zip", pack("gone", fill(course, change=lambda nb: nb.cells.pop()), with_box(SAID)))
    collect(TRIAL, [inbox], course=course)
    return course


def stands(course: Course, student: str) -> str:
    """The text of the graded cell that nbgrader will read."""
    notebook = json.loads((course.submitted / student / TRIAL / "exercise.ipynb").read_text(encoding="utf-8"))
    cell = graded_cell(notebook, "c-why")
    return "" if cell is None else source_of(cell)


def test_collecting_puts_the_box_into_the_graded_cell(collected: Course) -> None:
    assert stands(collected, "box") == SAID.replace("\n", "  \n")
    assert stands(collected, "cell") == "In the cell."
    both = stands(collected, "both")
    assert [both.index(part) for part in (IN_BOX, "First", IN_CELL, "In the cell.")] == sorted(
        both.index(part) for part in (IN_BOX, "First", IN_CELL, "In the cell.")
    )
    assert stands(collected, "none") == STUB
    assert stands(collected, "gone") == ""


def test_collecting_again_changes_nothing(collected: Course) -> None:
    before = {name: stands(collected, name) for name in ("box", "cell", "both", "none")}
    collect(TRIAL, [collected.root.parent / "inbox"], course=collected)
    assert {name: stands(collected, name) for name in before} == before


def test_the_exchange_is_completed_as_well(released: Course, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(released.root, tmp_path / "grading")
    course = Course.at(tmp_path / "grading")
    inbound = course.root / "exchange" / "servicelab" / "inbound" / f"lin+{TRIAL}+2026-11-20 09:00:00.000000 UTC+abcdef"
    inbound.mkdir(parents=True)
    (inbound / "exercise.ipynb").write_bytes(fill(course, code=SHARE))
    (inbound / "exercise.answers.json").write_bytes(with_box(SAID))
    (inbound / "timestamp.txt").write_text("2026-11-20 09:00:00.000000 UTC")
    report = collect(TRIAL, course=course)
    assert report.counts == {"taken": 1}, report.sentence()
    assert stands(course, "lin") == SAID.replace("\n", "  \n")


def test_stock_nbgrader_marks_a_filled_cell_for_a_person_and_gives_an_untouched_one_nothing(collected: Course) -> None:
    (collected.root / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "servicelab"\n')
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", TRIAL, "--course-dir", str(collected.root)],
        cwd=collected.root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = {}
    with collected.gradebook() as book:
        for student in ("box", "cell", "both", "none"):
            grade = next(
                each
                for notebook in book.find_submission(TRIAL, student).notebooks
                for each in notebook.grades
                if each.name == "c-why"
            )
            found[student] = (grade.needs_manual_grade, grade.auto_score)
    assert found == {"box": (True, None), "cell": (True, None), "both": (True, None), "none": (False, 0.0)}
