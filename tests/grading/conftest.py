"""One small assignment of our own, released once; submissions are made from what was released, like a trainee's."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from servicelab.grading.course import Course
from servicelab.grading.releasing import release_source
from servicelab.grading.run.conducting import Reached
from servicelab.grading.run.ready import UNSEALED, begun, told

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


@pytest.fixture
def by_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Submissions are run by kernels: where nothing can be shut in, and on other systems than Linux."""
    monkeypatch.setenv(UNSEALED, "1")


@pytest.fixture(scope="session")
def template() -> Iterator[Reached | None]:
    """A template as grading starts it; that it starts its own, and ends it, is what `test_seats` and others look at."""
    with begun() as reached:
        yield reached


@pytest.fixture
def one_template(template: Reached | None) -> Iterator[None]:
    """Submissions are run by one template for all tests: for who asks what comes of them, not how they are run."""
    with told(template):
        yield


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
    for name in ("nbgrader_config.py", "jupyter_server_config.json"):
        shutil.copy(ROOT / "grading" / name, root)
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


def answers(given: Mapping[str, str], language: str = "en", at: str = "2026-11-20T08:59:00+00:00") -> bytes:
    """An answers file as the decision control writes it."""
    sheet = {
        "format": 1,
        "notebook": f"{TRIAL}/exercise",
        "language": language,
        "saved": "2026-11-20T09:00:00+00:00",
        "entries": {key: {"kind": "decision", "value": value, "done": True, "at": at} for key, value in given.items()},
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
    name: str = "exercise",
    extra: Mapping[str, bytes] | None = None,
    **manifest: Any,
) -> bytes:
    """A submission zip in the agreed format."""
    files = {f"{name}.ipynb": notebook}
    if given is not None:
        files[f"{name}.answers.json"] = given
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


EXTRA_SETTINGS = """
c.Execute.timeout = 6
c.BoundedExecute.notebook_timeout = 60
"""

STUBBORN = """\
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass"""

LEAKY = """\
def share(values):
    print("I was asked about", values)
    for line in In:
        print(line)
    return len(values)"""


def tampered(notebook: nbformat.NotebookNode) -> None:
    """Checks that always pass, decisions that were never made, and a hundred points for it."""
    cell(notebook, "decisions").source = f"decisions = {RIGHT!r}"
    cell(notebook, "test-a").source = "4"
    cell(notebook, "test-b").source = "print('all right')"
    cell(notebook, "test-b").metadata["nbgrader"]["points"] = 100
    cell(notebook, "test-a").metadata["nbgrader"]["solution"] = False


def without_test_b(notebook: nbformat.NotebookNode) -> None:
    """The check of part B deleted."""
    notebook.cells.remove(cell(notebook, "test-b"))


def cohort(released: Course) -> dict[str, bytes]:
    """Trainee → submission zip; one of each kind that grading must cope with."""
    whole = {"code": SHARE, "written": "Because the table says so."}
    return {
        "perfect": pack("perfect", fill(released, **whole), answers(RIGHT)),
        "perfect-zh": pack("perfect-zh", fill(released, **whole), answers(RIGHT, "zh"), language="zh"),
        "untouched": pack("untouched", fill(released), None, created=DUE + timedelta(hours=2)),
        "half": pack("half", fill(released, code=SHARE), answers({"a-voice": "functional"})),
        "count": pack(
            "count",
            fill(released, code="def share(values):\n    return sum(values)"),
            answers({"a-voice": "emotional", "a-tone": "functional"}, "zh"),
            language="zh",
        ),
        "leaky": pack("leaky", fill(released, code=LEAKY), answers(RIGHT)),
        "raising": pack(
            "raising", fill(released, code="def share(values):\n    return {}[str(values)]"), answers(RIGHT)
        ),
        "warning": pack(
            "warning",
            fill(
                released,
                code="import sys\n" + SHARE.replace("    return", "    print('careful', file=sys.stderr)\n    return"),
            ),
            answers(RIGHT),
        ),
        "stubborn": pack("stubborn", fill(released, code=STUBBORN, written="Still here."), answers(RIGHT)),
        "dead": pack("dead", fill(released, code="import os\nos._exit(1)"), answers(RIGHT)),
        "tampered": pack("tampered", fill(released, change=tampered), answers({"a-voice": "functional"})),
        "deleted": pack("deleted", fill(released, **whole, change=without_test_b), answers(RIGHT)),
        "broken": pack("broken", b'{"cells": [', answers(RIGHT)),
    }


SCORES = {
    "perfect": 7,
    "perfect-zh": 7,
    "untouched": 0,
    "half": 5,
    "count": 0,
    "leaky": 4,
    "raising": 4,
    "warning": 4,
    "stubborn": 4,
    "dead": 4,
    "tampered": 2,
    "deleted": 7,
    "broken": 4,
}


@pytest.fixture(scope="session")
def graded(released: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The whole cohort collected, graded four at a time and given feedback, once; tests only look at it."""
    from servicelab.grading.autograding import grade
    from servicelab.grading.collecting import collect
    from servicelab.grading.returning import feedback

    root = tmp_path_factory.mktemp("graded")
    shutil.copytree(released.root, root / "grading")
    with (root / "grading" / "nbgrader_config.py").open("a", encoding="utf-8") as settings:
        settings.write(EXTRA_SETTINGS)
    course = Course.at(root / "grading")
    for student, archive in cohort(released).items():
        put(root / "inbox", f"{student}--{TRIAL}--20261120T090000Z.zip", archive)
    # A right answer sheet left in source/ by mistake, after release: nobody may score by it.
    (course.source / TRIAL / "exercise.answers.json").write_bytes(answers(RIGHT))
    collect(TRIAL, [root / "inbox"], course=course)
    grade(TRIAL, course=course, workers=4)
    feedback(TRIAL, course=course)
    return course


@dataclass(frozen=True)
class Demonstrated:
    """The demo's folder, and what it gave before anybody marked: assignment → who handed in → cell."""

    place: Path
    gave: dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="session")
def demonstrated(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Demonstrated:
    """The demo, run once: release, submit, collect, grade, mark, feedback, export; it fails by its own comparison."""
    from tests.grading.sameness import graded_with_a_wrong_one

    from servicelab.grading import demonstrating

    made = Demonstrated(tmp_path_factory.mktemp("demo") / "demo", {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demonstrating, "grade", graded_with_a_wrong_one(made.gave))
        assert demonstrating.demo(made.place, here=Course(root / "grading", root)) == 0
    return made
