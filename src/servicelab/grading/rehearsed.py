"""nbgrader's autograding, gone through once in a course that is thrown away.

What nbgrader, SQLAlchemy and jsonschema only make when they are first used (mappers, statements, validators, templates)
every process that grades would make anew. So the one that they are copies of goes through it before.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from servicelab.grading.course import ready_environment
from servicelab.grading.nbgrader_log import captured
from servicelab.grading.steps import EXECUTE, GRADING, SANITIZING

NAME = "rehearsal"


def steps() -> Any:
    """Return a configuration with the steps that are gone through: all of a submission's but the one that runs it."""
    from traitlets.config import Config

    config = Config()
    config.Autograde.sanitize_preprocessors = list(SANITIZING)
    config.Autograde.autograde_preprocessors = [step for step in GRADING if step != EXECUTE]
    return config


def rehearse() -> None:
    """Release, hand in and grade a notebook with a cell of each kind."""
    ready_environment()
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    with tempfile.TemporaryDirectory(prefix="servicelab-") as room:
        root = Path(room)
        config = steps()
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
        with closing(sqlite3.connect(root / "gradebook.db")) as book:
            # Of a gradebook without a table nbgrader asks another program for its version, which takes half a second.
            book.execute("CREATE TABLE rehearsal (number INTEGER)")
        _write(root / "source" / NAME / f"{NAME}.ipynb")
        api = NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)
        with captured():
            api.generate_assignment(NAME, force=True)
            shutil.copytree(root / "release" / NAME, root / "submitted" / NAME / NAME)
            api.autograde(NAME, NAME, force=True)


def _write(path: Path) -> None:
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    def about(name: str, **said: Any) -> dict[str, Any]:
        flags = {"grade": True, "locked": False, "solution": False, "task": False, "points": 1, "schema_version": 3}
        return {"nbgrader": {**flags, "grade_id": name, **said}}

    make: Any = (new_markdown_cell, new_code_cell, new_notebook)
    cells = [
        make[0]("# Rehearsal", id="title"),
        make[1]("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", id="a", metadata=about("a", grade=False, solution=True)),
        make[1]("assert x == 1", id="b", metadata=about("b", locked=True)),
        make[0]("### BEGIN SOLUTION\nBecause.\n### END SOLUTION", id="c", metadata=about("c", solution=True)),
    ]
    path.parent.mkdir(parents=True)
    nbformat.write(make[2](cells=cells), path)  # type: ignore[no-untyped-call]
