"""What plain nbgrader gives, written down: rows made by it once, which fail when they are not of these notebooks.

`SERVICELAB_RENEW=1` before a test that reads such rows has plain nbgrader grade anew what is stale, and writes it down.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from servicelab.grading.course import CONFIG, Course, ready_environment

RENEW = "SERVICELAB_RENEW"
Rows = dict[str, Any]
"""Of one submission: its graded cells with score and whether a person looks, and what is said of its written ones."""


def digest(what: object) -> str:
    """A hash of anything that JSON holds."""
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def written_down(
    path: Path, contents: Mapping[str, str], give: Callable[[list[str]], dict[str, Any]]
) -> dict[str, Any]:
    """Return the rows in a file, by what they are of; made anew where that is asked for.

    Parameters
    ----------
    path
        The file.
    contents
        What there is now → a hash of what plain nbgrader would grade.
    give
        Has plain nbgrader grade some of it.
    """
    kept: dict[str, Any] = (
        json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"nbgrader": "", "rows": {}}
    )
    here = version("nbgrader")
    if os.environ.get(RENEW):
        fresh = kept["nbgrader"] == here
        stale = [name for name, hashed in contents.items()
                 if not fresh or kept["rows"].get(name, {}).get("of") != hashed]  # fmt: skip
        made = give(stale) if stale else {}
        rows = {name: {"of": hashed, "gives": made[name] if name in made else kept["rows"][name]["gives"]}
                for name, hashed in contents.items()}  # fmt: skip
        kept = {"nbgrader": here, "rows": rows}
        path.write_text(_laid_out(kept), encoding="utf-8")
    assert kept["nbgrader"] == here, f"{path.name} was made by another nbgrader: {RENEW}=1 makes it anew"
    of = {name: each["of"] for name, each in kept["rows"].items()}
    assert of == dict(contents), f"{path.name} is of other notebooks: {RENEW}=1 makes it anew"
    return {name: each["gives"] for name, each in kept["rows"].items()}


def _laid_out(kept: dict[str, Any]) -> str:
    """Rows as JSON, one submission a line: what changed is seen."""
    pieces = []
    for name, each in sorted(kept["rows"].items()):
        lines = (f"   {_line(who)}: {_line(given)}" for who, given in sorted(each["gives"].items()))
        pieces.append(
            f'  {_line(name)}: {{\n   "of": {_line(each["of"])},\n   "gives": {{\n' + ",\n".join(lines) + "\n  }}"
        )
    return f'{{\n "nbgrader": {_line(kept["nbgrader"])},\n "rows": {{\n' + ",\n".join(pieces) + "\n }\n}\n"


def _line(what: object) -> str:
    return json.dumps(what, sort_keys=True, ensure_ascii=False)


def alone(course: Course, assignment: str, students: Iterable[str]) -> dict[str, Rows | None]:
    """What plain nbgrader gives to some who handed in, without a file of ours; None where it gives nothing at all.

    The course is one of the test's own: what was graded in it is gone, and so is its configuration afterwards.
    """
    ready_environment()
    names = list(students)
    with course.gradebook() as book:
        for each in book.assignment_submissions(assignment):
            book.remove_submission(assignment, each.student.id)
    shutil.rmtree(course.autograded, ignore_errors=True)
    settings = (course.root / CONFIG).read_bytes()
    (course.root / CONFIG).unlink()
    # One at a time: at some of them nbgrader ends, and everybody after those would go without.
    for name in names:
        command = [sys.executable, "-m", "nbgrader", "autograde", assignment, "--student", name]
        subprocess.run(command, cwd=course.root, check=False, capture_output=True)
    (course.root / CONFIG).write_bytes(settings)
    found = rows(course, assignment)
    graded = [name for name in names if any((course.autograded / name / assignment).glob("*.ipynb"))]
    return {name: found[name] if name in graded else None for name in names}


def rows(course: Course, assignment: str) -> dict[str, Rows]:
    """What stands in a gradebook by who handed in: points and flag of a graded cell, the comment of a written one."""
    found: dict[str, Rows] = {}
    with course.gradebook() as book:
        for submission in book.assignment_submissions(assignment):
            mine = found.setdefault(submission.student.id, {})
            for notebook in submission.notebooks:
                for each in notebook.grades:
                    mine[f"{notebook.name}/{each.name}"] = [each.auto_score, bool(each.needs_manual_grade)]
                for each in notebook.comments:
                    mine[f"{notebook.name}/{each.name} says"] = each.auto_comment
    return found


def points(given: Rows | None) -> float | None:
    """All points of the autograder's."""
    return None if given is None else sum(float(each[0] or 0) for each in given.values() if isinstance(each, list))
