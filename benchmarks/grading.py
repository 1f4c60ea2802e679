"""How fast a class is graded: stock nbgrader and `servicelab grade`, the same submissions, one after the other.

The submissions are module 01's analysis, solved, each with source and outputs of its own. The whole command is timed,
and what its processes used of the processor. A number says how many there are: `make bench ARGS="grading 60"`.
Both sides must give the same scores.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from servicelab.grading import Course
from servicelab.grading.course import CONFIG, course_here
from servicelab.grading.releasing import release

ROOT = Path(__file__).resolve().parent.parent
ASSIGNMENT, NOTEBOOK = "01_needs_analysis", "analysis.ipynb"
ROUNDS = 3
AIM = 10.0
COMMANDS = {
    "stock nbgrader": [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT],
    "servicelab grade": [sys.executable, "-m", "servicelab", "grade", ASSIGNMENT, "--workers", "2"],
}


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
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    (place / CONFIG).write_bytes(own)
    with Course.at(place).gradebook() as book:
        scores = {each.student.id: float(each.score) for each in book.assignment_submissions(ASSIGNMENT)}
    shutil.rmtree(place)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, scores


def main() -> int:
    """Measure and say; exit code 1 when the aim is missed or the two do not give the same scores."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    found: dict[str, list[tuple[float, float, dict[str, float]]]] = {side: [] for side in COMMANDS}
    with tempfile.TemporaryDirectory(prefix="servicelab-") as room:
        course = handed_in(Path(room) / "grading", count)
        for number in range(ROUNDS):
            for side in COMMANDS:
                found[side].append(graded(side, course, Path(room) / f"{number}-{side.split()[0]}"))
    print(f"{count} submissions of {ASSIGNMENT}, median of {ROUNDS}")
    print(f"{'':<20}{'seconds':>9}{'a second':>10}{'processor a submission':>25}")
    seconds = {}
    for side, runs in found.items():
        seconds[side], worked = (statistics.median(run[at] for run in runs) for at in (0, 1))
        print(f"{side:<20}{seconds[side]:>9.1f}{count / seconds[side]:>10.2f}{worked / count:>25.2f}")
    stock, ours = seconds.values()
    same = all(run[2] == found["stock nbgrader"][0][2] for runs in found.values() for run in runs)
    print(f"ratio {stock / ours:.1f} (aim {AIM:g}); the scores are {'the same' if same else 'NOT the same'}")
    return int(not same or stock / ours < AIM)


if __name__ == "__main__":
    sys.exit(main())
