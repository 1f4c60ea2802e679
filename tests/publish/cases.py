"""A case for the fixture's course: its module copied, with `case.md` to be worked and decisions that are asked for."""

from __future__ import annotations

import shutil
from pathlib import Path

FACTS = 'title: "A refund nobody understands"\nminutes: {frontline: 20, analyst: 40}\n'
OPENED = 'from servicelab.learn import open_exercise\ntask = open_exercise("refund")\ndecisions = task.decisions()'


def add_case(root: Path, *, facts: str = FACTS + "draft: true\n", name: str = "refund") -> Path:
    """Make the case; with `facts` in a `unit.yml` of its own, or with none when they are empty."""
    module, folder = root / "course/modules/01_demo", root / "course/cases" / name
    shutil.copytree(module, folder)
    (folder / "lesson.md").rename(folder / "case.md")
    for path in folder.glob("*.md"):
        text = path.read_text(encoding="utf-8").replace("module: 01_demo", f"module: {name}")
        text = text.replace("kind: lesson", "kind: case").replace("assignments/01_demo/", f"assignments/{name}/")
        text = text.replace('decisions = {"a-voice": "functional", "a-many": ["one", "two"]}', OPENED)
        path.write_text(text, encoding="utf-8")
    if facts:
        (folder / "unit.yml").write_text(facts, encoding="utf-8")
    return folder


def finish_case(root: Path, name: str = "refund") -> None:
    """What a case needs besides its own folder: a place in the course, in coverage.yml, and rubrics."""
    list_case(root, name)
    coverage = root / "course/coverage.yml"
    text = coverage.read_text(encoding="utf-8")
    coverage.write_text(text.replace("01_demo/exercise#c-letter", f"{name}/exercise#c-letter"), encoding="utf-8")
    for path in sorted((root / "grading/rubrics").glob("01_demo*.yml")):
        text = path.read_text(encoding="utf-8").replace("assignment: 01_demo", f"assignment: {name}")
        path.with_name(path.name.replace("01_demo", name)).write_text(text, encoding="utf-8")


def list_case(root: Path, name: str = "refund") -> None:
    """Name the case in `course.yml`, where its place in the course is."""
    settings = root / "course/course.yml"
    text = settings.read_text(encoding="utf-8")
    entry = "".join(f"    {line}\n" for line in FACTS.splitlines())
    settings.write_text(text.replace("completion:\n", f"cases:\n  {name}:\n{entry}completion:\n"), encoding="utf-8")
