"""How fast somebody else's course is graded: nbgrader's own quickstart, by stock nbgrader and by `servicelab grade`.

The submissions are its `ps1`, solved, each with source of its own. A number says how many there are:
`make bench ARGS="quickstart 60"`. Both sides must give the same scores.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from servicelab.grading.course import ready_environment

ASSIGNMENT = "ps1"
ROUNDS, SUBMISSIONS, AIM = 3, 60, 6.0
COMMANDS = {
    "stock nbgrader": ["nbgrader", "autograde", ASSIGNMENT],
    "servicelab grade": ["servicelab", "grade", ASSIGNMENT, "--course", ".", "--workers", "2"],
}


def handed_in(root: Path, count: int) -> None:
    """Make the quickstart's course, in which everybody handed in its solution, in a hand of their own."""
    for command in (["quickstart", root.name], ["generate_assignment", ASSIGNMENT]):
        place = root if root.exists() else root.parent
        subprocess.run([sys.executable, "-m", "nbgrader", *command], cwd=place, check=True, capture_output=True)
    for path in sorted((root / "release" / ASSIGNMENT).glob("*.ipynb")):
        solved = nbformat.read(root / "source" / ASSIGNMENT / path.name, as_version=4)
        written = {cell.metadata.nbgrader.grade_id: cell.source for cell in solved.cells if "nbgrader" in cell.metadata}
        released = nbformat.read(path, as_version=4)
        for number in range(count):
            name = f"student-{number:04d}"
            for cell in released.cells:
                if cell.metadata.get("nbgrader", {}).get("solution"):
                    comment = f"# {name}\n" if cell.cell_type == "code" else f"{name}\n\n"
                    cell.source = comment + written[cell.metadata.nbgrader.grade_id]
            place = root / "submitted" / name / ASSIGNMENT
            place.mkdir(parents=True, exist_ok=True)
            nbformat.write(released, place / path.name)


def graded(side: str, root: Path, place: Path) -> tuple[float, dict[str, float]]:
    """Grade a copy of the course; seconds, and everybody's score."""
    subprocess.run(["cp", "-r", str(root), str(place)], check=True)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", *COMMANDS[side]], cwd=place, check=True, capture_output=True)
    took = time.perf_counter() - began
    with Gradebook(f"sqlite:///{place / 'gradebook.db'}") as book:
        return took, {each.student.id: float(each.score) for each in book.assignment_submissions(ASSIGNMENT)}


def main() -> int:
    """Measure and say; exit code 1 when the aim is missed or the two do not give the same scores."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SUBMISSIONS
    ready_environment()
    found: dict[str, list[tuple[float, dict[str, float]]]] = {side: [] for side in COMMANDS}
    with tempfile.TemporaryDirectory(prefix="servicelab-") as room:
        root = Path(room) / "course"
        handed_in(root, count)
        for number in range(ROUNDS):
            for side in COMMANDS:
                found[side].append(graded(side, root, Path(room) / f"{number}-{side.split()[0]}"))
    print(f"{count} submissions of nbgrader's quickstart, median of {ROUNDS}")
    seconds = {side: statistics.median(took for took, _scores in runs) for side, runs in found.items()}
    for side, took in seconds.items():
        print(f"{side:<20}{took:>9.1f} s{count / took:>8.2f} a second")
    stock, ours = seconds.values()
    same = all(scores == found["stock nbgrader"][0][1] for runs in found.values() for _took, scores in runs)
    print(f"ratio {stock / ours:.1f} (aim {AIM:g}); the scores are {'the same' if same else 'NOT the same'}")
    return int(not same or stock / ours < AIM)


if __name__ == "__main__":
    sys.exit(main())
