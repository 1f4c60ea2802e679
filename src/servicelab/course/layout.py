"""Where everything stands in a built tree. The workspace and the unpacked bundle are copies of one."""

from __future__ import annotations

from pathlib import PurePosixPath

EDITIONS = ("trainee", "solved", "instructor")
GLOSSARY = "glossary.ipynb"
COURSE = "course.json"
DATASETS = "datasets"


def notebook_path(kind: str, module: str) -> str:
    """The place of a notebook in a built tree.

    >>> notebook_path("analysis", "01_needs")
    'assignments/01_needs_analysis/analysis.ipynb'
    """
    folders = {
        "start": "",
        "lesson": f"lessons/{module}/",
        "exercise": f"assignments/{module}/",
        "analysis": f"assignments/{module}_analysis/",
        "instructor": f"teaching/{module}/",
    }
    return f"{folders[kind]}{kind}.ipynb"


def way_up(path: str) -> str:
    """From a file of the tree to its root: "" or "../../"."""
    return "../" * (len(PurePosixPath(path).parts) - 1)


def resolve(path: str, target: str) -> str | None:
    """A relative link of the file at `path`, from the tree's root; None when it leads out of the tree.

    >>> resolve("lessons/01_needs/lesson.ipynb", "../../start.ipynb")
    'start.ipynb'
    """
    steps: list[str] = []
    for step in (*PurePosixPath(path).parent.parts, *PurePosixPath(target).parts):
        if step == "..":
            if not steps:
                return None
            steps.pop()
        elif step != ".":
            steps.append(step)
    return "/".join(steps)
