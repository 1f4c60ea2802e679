"""A run that is killed and started again ends as one that nobody touched; a thousand submissions cost each the same.

Three moments here; `make soak` has twenty of sixty submissions, and the thousand.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.grading.conftest import RIGHT, SHARE, TRIAL, answers, fill

from servicelab.grading.autograding import GRADED, grade
from servicelab.grading.course import Course

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("faults")]

LAST = 100
"""Submissions at either end of a thousand whose seconds are compared."""


def handed_in(released: Course, root: Path, count: int) -> Course:
    """A course in which everybody handed something else in, a third of it wrong."""
    shutil.copytree(released.root, root)
    course = Course.at(root)
    for number in range(count):
        folder = course.submitted / f"trainee-{number:04d}" / TRIAL
        folder.mkdir(parents=True)
        code = SHARE if number % 3 else "def share(values):\n    return sum(values)"
        (folder / "exercise.ipynb").write_bytes(
            fill(course, code=f"{code}\nprint({number})", written=f"Text {number}.")
        )
        given = dict(RIGHT, **({"a-tone": "functional"} if number % 2 else {}))
        (folder / "exercise.answers.json").write_bytes(answers(given))
    return course


def deserved(number: int) -> float:
    return 4 - 2 * (number % 2) + 3 * bool(number % 3)


def state(course: Course) -> dict[str, Any]:
    """All that a run leaves: scores by cell, what waits, comments, and every graded notebook without its times."""
    found: dict[str, Any] = {}
    with course.gradebook() as book:
        for submission in book.assignment_submissions(TRIAL):
            (notebook,) = submission.notebooks
            grades = sorted((each.name, each.auto_score, each.needs_manual_grade) for each in notebook.grades)
            comments = sorted((each.name, each.auto_comment) for each in notebook.comments)
            folder = course.autograded / submission.student.id / TRIAL
            cells = json.loads((folder / "exercise.ipynb").read_text(encoding="utf-8"))["cells"]
            record = json.loads((folder / GRADED).read_text(encoding="utf-8"))
            record.pop("graded")
            shown = [(each["source"], each.get("outputs")) for each in cells]
            found[submission.student.id] = (grades, comments, shown, record)
    return found


def run(course: Course) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "servicelab", "grade", TRIAL, "--workers", "2"]
    return subprocess.Popen(command, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_killed_at_any_moment_and_started_again_it_ends_as_one_run(
    released: Course, tmp_path: Path, soak: bool
) -> None:
    count, moments = (60, 20) if soak else (10, 3)
    whole = handed_in(released, tmp_path / "whole", count)
    began = time.monotonic()
    assert run(whole).wait(600) == 0
    took = time.monotonic() - began
    killed = handed_in(released, tmp_path / "killed", count)
    chance = random.Random(20261127)
    for _moment in range(moments):
        running = run(killed)
        try:
            running.wait(chance.uniform(0.2, 1.0) * took)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
    last = run(killed)
    said = last.communicate(timeout=600)[0].decode()
    assert last.returncode == 0, said
    assert state(killed) == state(whole)
    assert {name: sum(each[1] or 0 for each in found[0]) for name, found in state(killed).items()} == {
        f"trainee-{number:04d}": deserved(number) for number in range(count)
    }
    assert not list(killed.root.glob(".*tmp*"))


def test_a_thousand_cost_each_the_same_and_no_more_memory(released: Course, tmp_path: Path, soak: bool) -> None:
    """In CI a few, which says that the figures are there; in `make soak` the thousand."""
    import resource

    count = 1000 if soak else 6
    last = LAST if soak else 2
    course = handed_in(released, tmp_path / "bulk", count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = grade(TRIAL, course=course, workers=2)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert {each.student: each.score for each in made.results} == {
        f"trainee-{number:04d}": deserved(number) for number in range(count)
    }
    seconds = [each.seconds for each in made.results]
    first, end = (statistics.median(some) for some in (seconds[:last], seconds[-last:]))
    print(f"{count} submissions in {made.seconds:.0f} s: {first:.2f} s each at first, {end:.2f} s at the end; "
          f"{grown / 1024:.0f} MB more memory")  # fmt: skip
    if soak:
        assert end < 1.1 * first
        assert grown < 64 * 1024, "what is kept of each must not add up"
