"""How fast a class is graded: stock nbgrader and `servicelab grade`, the same submissions, one after the other.

The submissions are module 01's analysis, solved, each with source and outputs of its own. The whole command is timed,
and what its processes used of the processor. A number says how many there are: `make bench ARGS="grading 1000"`.
Both sides must give the same scores.

Below stands where the time of one submission goes, and what its cells and tests take in one process that has everything
imported and read: nothing that starts a process a submission can be faster.
"""

from __future__ import annotations

import io
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat

from servicelab.grading import Course
from servicelab.grading.course import CONFIG, course_here
from servicelab.grading.libc import PR_SET_CHILD_SUBREAPER, prctl
from servicelab.grading.releasing import release, source_stamp

ROOT = Path(__file__).resolve().parent.parent
ASSIGNMENT, NOTEBOOK = "01_needs_analysis", "analysis.ipynb"
ROUNDS = 3
SUBMISSIONS = 60
LOOKED_AT = 10
"""Submissions by which it is seen where the time goes."""
AIM = 10.0
COMMANDS = {
    "stock nbgrader": [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT],
    "servicelab grade": [sys.executable, "-m", "servicelab", "grade", ASSIGNMENT, "--workers", "2"],
}
PHASES = {
    "start": "processes that are shut in",
    "_run": "the submission's cells",
    "_split": "copies that its tests ask",
    "_open": "the course's cells, for the judge",
    "_judged": "the tests",
}
"""Method of the trusted side that waits meanwhile → what it waits for."""


def handed_in(root: Path, count: int) -> Course:
    """Make a course in which everybody handed in the solution, in a hand of their own."""
    here = course_here(ROOT)
    root.mkdir()
    shutil.copy(here.root / CONFIG, root)
    shutil.copytree(here.rubrics, root / "rubrics")
    course = Course.at(root, here.repository)
    release(ASSIGNMENT, course=course)
    released, solved = (
        nbformat.read(folder / ASSIGNMENT / NOTEBOOK, as_version=4) for folder in (course.release, course.source)
    )
    written = {cell.metadata.nbgrader.grade_id: cell.source for cell in solved.cells if _is_task(cell)}
    for number in range(count):
        name = f"trainee-{number:04d}"
        for cell in released.cells:
            if _is_task(cell):
                cell.source = f"# {name}\n{written[cell.metadata.nbgrader.grade_id]}\nprint({number})"
        place = course.submitted / name / ASSIGNMENT
        place.mkdir(parents=True)
        nbformat.write(released, place / NOTEBOOK)
    return course


def _is_task(cell: nbformat.NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.metadata.get("nbgrader", {}).get("solution"))


def graded(side: str, course: Course, place: Path) -> tuple[float, float, dict[str, float]]:
    """Grade a copy of the course; seconds, seconds of processor, and everybody's score."""
    shutil.copytree(course.root, place)
    own = (place / CONFIG).read_bytes()
    if side.startswith("stock"):
        (place / CONFIG).write_text(
            f"c = get_config()\nc.CourseDirectory.root = {str(place)!r}\nc.CourseDirectory.course_id = 'servicelab'\n",
            encoding="utf-8",
        )
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(COMMANDS[side], cwd=place, check=True, capture_output=True)
    took = time.perf_counter() - began
    # Python's fork server ends after the program that started it, and is counted when somebody fetches it.
    with suppress(ChildProcessError):
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    (place / CONFIG).write_bytes(own)
    with Course.at(place).gradebook() as book:
        scores = {each.student.id: float(each.score) for each in book.assignment_submissions(ASSIGNMENT)}
    shutil.rmtree(place)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, scores


def spent(course: Course) -> dict[str, float]:
    """Return the seconds that one submission takes, by what they are waited for; the rest is the trusted side's own."""
    from servicelab.grading import autograding
    from servicelab.grading.run.conducting import Conducting, Reached
    from servicelab.grading.run.ready import begun

    took: dict[str, float] = defaultdict(float)

    def timed(kind: Any, name: str) -> None:
        plain: Callable[..., Any] = getattr(kind, name)

        def does(*given: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return plain(*given, **named)
            finally:
                took[name] += time.perf_counter() - began

        setattr(kind, name, does)

    from servicelab.grading import warmed  # noqa: F401 - as in the processes that grade

    timed(Reached, "start")
    for name in ("_run", "_split", "_open", "_judged"):
        timed(Conducting, name)
    students = sorted(path.name for path in course.submitted.iterdir())[: LOOKED_AT + 1]
    with begun(**autograding.preloaded(course, ASSIGNMENT)) as reached:
        stamp = source_stamp(course, ASSIGNMENT)
        for number, student in enumerate(students):
            if number == 1:
                # The first one finds nothing compiled.
                took.clear()
                began = time.perf_counter()
            about = {"course": course, "assignment": ASSIGNMENT, "stamp": stamp, "reached": reached}
            autograding.grade_one(student, **about, asked=time.monotonic())
    whole = time.perf_counter() - began
    each = {PHASES[name]: seconds / (len(students) - 1) for name, seconds in took.items()}
    return {**each, "nbgrader's steps and its gradebook": whole / (len(students) - 1) - sum(each.values())}


def at_best(course: Course) -> float:
    """Return the seconds that the cells and tests of one submission take in one process that everything is ready in."""
    # IPython's namespace takes the place of the module that is run as the program.
    command = [sys.executable, "-c", f"import grading; grading.warm({str(course.root)!r})"]
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = {**os.environ, **single, "PYTHONPATH": str(Path(__file__).parent)}
    return float(subprocess.run(command, env=environment, check=True, capture_output=True).stdout)


def warm(root: str) -> None:
    """Run the solved notebook several times in this process; print the median of the seconds."""
    from servicelab.grading import autograding
    from servicelab.grading.run import template
    from servicelab.grading.run.learner import make_shell
    from servicelab.grading.run.ready import MODULES

    course = Course.at(Path(root))
    solved = nbformat.read(course.source / ASSIGNMENT / NOTEBOOK, as_version=4)
    wanted = autograding.preloaded(course, ASSIGNMENT)
    template.begin()
    template.preload([*MODULES, *wanted["modules"]], wanted["tables"])
    shell, seconds, out = make_shell(lambda _said: None), [], sys.stdout
    for _each in range(LOOKED_AT + 1):
        sys.stdout = io.StringIO()
        began = time.perf_counter()
        # The last cell hands in: it writes a file, and is not graded.
        for cell in [cell for cell in solved.cells if cell.cell_type == "code"][:-1]:
            shell.run_cell(cell.source)
        seconds.append(time.perf_counter() - began)
    out.write(str(statistics.median(seconds[1:])))


def main() -> int:
    """Measure and say; exit code 1 when the aim is missed or the two do not give the same scores."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SUBMISSIONS
    prctl(PR_SET_CHILD_SUBREAPER)
    found: dict[str, list[tuple[float, float, dict[str, float]]]] = {side: [] for side in COMMANDS}
    with tempfile.TemporaryDirectory(prefix="servicelab-") as room:
        course = handed_in(Path(room) / "grading", count)
        for number in range(ROUNDS):
            for side in COMMANDS:
                found[side].append(graded(side, course, Path(room) / f"{number}-{side.split()[0]}"))
        best = at_best(course)
        phases = spent(course)
    print(f"{count} submissions of {ASSIGNMENT}, median of {ROUNDS}")
    print(f"{'':<20}{'seconds':>9}{'a second':>10}{'processor a submission':>25}")
    seconds = {}
    for side, runs in found.items():
        seconds[side], worked = (statistics.median(run[at] for run in runs) for at in (0, 1))
        print(f"{side:<20}{seconds[side]:>9.1f}{count / seconds[side]:>10.2f}{worked / count:>25.2f}")
    stock, ours = seconds.values()
    same = all(run[2] == found["stock nbgrader"][0][2] for runs in found.values() for run in runs)
    print(f"ratio {stock / ours:.1f} (aim {AIM:g}); the scores are {'the same' if same else 'NOT the same'}")
    print(f"\none submission, alone: {1000 * sum(phases.values()):.0f} ms")
    for what, took in phases.items():
        print(f"  {what:<36}{1000 * took:>7.0f}")
    print(f"its cells and tests in one warm process: {1000 * best:.0f} ms")
    return int(not same or stock / ours < AIM)


if __name__ == "__main__":
    sys.exit(main())
