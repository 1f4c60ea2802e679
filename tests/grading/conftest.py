"""One small assignment of our own, released once; submissions are made from what was released, like a trainee's."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from servicelab.grading.course import Course
from servicelab.grading.releasing import release_source

ROOT = Path(__file__).resolve().parents[2]
TRIAL = "77_trial"
DUE = datetime(2026, 11, 20, 12, tzinfo=UTC)
RIGHT = {"a-voice": "functional", "a-tone": "emotional"}
MODEL_ANSWER = "The model answer names the spoken need first."
MARK_SCHEME = "Give both points only for a number from the table."
SHARE = "def share(values):\n    return sum(values) / len(values)"

DECISIONS = {
    "decisions": [
        {
            "id": key,
            "prompt": prompt,
            "options": [{"id": "functional", "text": "functional"}, {"id": "emotional", "text": "emotional"}],
        }
        for key, prompt in (("a-voice", "What kind of need is it?"), ("a-tone", "And this one?"))
    ]
}

TEST_A = """\
### BEGIN HIDDEN TESTS
right = {"a-voice": "functional", "a-tone": "emotional"}
SAYS = {"a-voice": "Read the first voice again. · 请再读第一句。", "a-tone": "Tone is not need. · 语气不等于需求。"}
for name in right:
    if decisions[name] != right[name]:
        print(SAYS[name])
2.0 * sum(decisions[name] == right[name] for name in right)
### END HIDDEN TESTS"""

TEST_B = """\
assert share([True]) == 1, "The share of one yes in one answer is 1. · 一份答卷一个“是”，份额为 1。"
### BEGIN HIDDEN TESTS
found = share([True, False, False, False, True])
assert found != 2, "That is a count; a share lies between 0 and 1. · 这是数量，份额应在 0 到 1 之间。"
assert abs(found - 0.4) < 0.001
### END HIDDEN TESTS"""


def about(name: str, **said: Any) -> dict[str, Any]:
    """nbgrader's metadata of a cell."""
    return {
        "nbgrader": {
            "grade": False,
            "grade_id": name,
            "locked": False,
            "schema_version": 3,
            "solution": False,
            "task": False,
            **said,
        }
    }


def source_notebook() -> nbformat.NotebookNode:
    """The trial's source, in the form that publishing builds: solutions and hidden tests in it."""
    cells = [
        new_markdown_cell("# A trial of grading", id="title"),
        new_code_cell(
            "from servicelab.learn import open_exercise\ntask = open_exercise('77_trial')",
            id="open",
            metadata=about("open", locked=True, cell_type="code"),
        ),
        new_markdown_cell("## A · Two decisions", id="a"),
        new_code_cell(
            "decisions = task.decisions()", id="decisions", metadata=about("decisions", locked=True, cell_type="code")
        ),
        new_code_cell(
            TEST_A, id="test-a", metadata=about("test-a", grade=True, locked=True, points=4, cell_type="code")
        ),
        new_markdown_cell("## B · A share", id="b"),
        new_code_cell(
            f"### BEGIN SOLUTION\n{SHARE}\n### END SOLUTION",
            id="b-share",
            metadata=about("b-share", solution=True, cell_type="code"),
        ),
        new_code_cell(
            TEST_B, id="test-b", metadata=about("test-b", grade=True, locked=True, points=3, cell_type="code")
        ),
        new_markdown_cell("## C · Say why", id="c"),
        new_markdown_cell(
            f"### BEGIN SOLUTION\n{MODEL_ANSWER}\n{MARK_SCHEME}\n### END SOLUTION",
            id="c-why",
            metadata=about("c-why", grade=True, solution=True, points=4, cell_type="markdown"),
        ),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def make_course(root: Path) -> Course:
    """A graded course with the repository's own configuration and the trial's source."""
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "grading" / "nbgrader_config.py", root)
    source = root / "source" / TRIAL
    source.mkdir(parents=True)
    nbformat.write(source_notebook(), source / "exercise.ipynb")
    (source / "decisions.json").write_text(json.dumps(DECISIONS), encoding="utf-8")
    return Course.at(root)


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The trial, released once; tests copy it."""
    course = make_course(tmp_path_factory.mktemp("released") / "grading")
    release_source(TRIAL, course=course, due=DUE)
    return course


@pytest.fixture
def course(released: Course, tmp_path: Path) -> Course:
    """A course of the test's own, with the trial released."""
    shutil.copytree(released.root, tmp_path / "grading")
    return Course.at(tmp_path / "grading")


Change = Callable[[nbformat.NotebookNode], None]


def cell(notebook: nbformat.NotebookNode, name: str) -> Any:
    """A notebook's cell by its name."""
    return next(each for each in notebook.cells if each.get("id") == name)


def fill(
    released: Course, *, code: str | None = None, written: str | None = None, change: Change | None = None
) -> bytes:
    """The released notebook with someone's work in it."""
    notebook = nbformat.read(released.release / TRIAL / "exercise.ipynb", as_version=4)
    if code is not None:
        cell(notebook, "b-share").source = code
    if written is not None:
        cell(notebook, "c-why").source = written
    if change:
        change(notebook)
    return nbformat.writes(notebook).encode()


def answers(given: Mapping[str, str], language: str = "en") -> bytes:
    """An answers file as the decision control writes it."""
    sheet = {
        "format": 1,
        "notebook": f"{TRIAL}/exercise",
        "language": language,
        "saved": "2026-11-20T09:00:00+00:00",
        "entries": {key: {"kind": "decision", "value": value, "done": True} for key, value in given.items()},
        "activity": {},
    }
    return json.dumps(sheet).encode()


def pack(
    student: str,
    notebook: bytes,
    given: bytes | None = None,
    *,
    created: datetime = DUE - timedelta(hours=3),
    language: str = "en",
    evidence: bytes | None = None,
    assignment: str = TRIAL,
    extra: Mapping[str, bytes] | None = None,
    **manifest: Any,
) -> bytes:
    """A submission zip in the agreed format."""
    files = {"exercise.ipynb": notebook}
    if given is not None:
        files["exercise.answers.json"] = given
    if evidence is not None:
        files["evidence/lesson.answers.json"] = evidence
    stated = {
        "format": 1,
        "course": "servicelab",
        "assignment": assignment,
        "student": student,
        "created": created.isoformat(),
        "language": language,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        **manifest,
    }
    files["submission.json"] = json.dumps(deepcopy(stated)).encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, **(extra or {})}.items():
            archive.writestr(name, content)
    return stream.getvalue()


def put(folder: Path, name: str, content: bytes) -> Path:
    """Write an archive into an inbox."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
