"""Where a course cannot be written, and where somebody stops: one sentence, and what was there is still there."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest
from tests.grading.conftest import DUE, RIGHT, ROOT, SHARE, TRIAL, answers, cell, fill, pack, put
from tests.publish.conftest import FIXTURE, translate

from servicelab.cli import main
from servicelab.errors import UserError
from servicelab.grading.autograding import grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.releasing import release, release_source, source_stamp

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading")]

SERVICELAB = [sys.executable, "-m", "servicelab"]
SENTENCE = "Interrupted; what was finished is kept, run the same command again to go on.\n"


def verbs(tmp_path: Path) -> dict[str, list[str]]:
    return {
        "release": ["release", TRIAL],
        "collect": ["collect", TRIAL, str(tmp_path / "inbox")],
        "grade": ["grade", TRIAL],
        "feedback": ["feedback", TRIAL],
        "export": ["export", "--out", "tables/grades.csv"],
    }


WRITES = {
    "release": "release",
    "collect": "submitted",
    "grade": "autograded",
    "feedback": "feedback",
    "export": "tables",
}


@pytest.fixture
def handed_in(course: Course, tmp_path: Path) -> Course:
    """A course with two submissions collected, and a newer one of the first in the inbox."""
    for student in ("lin", "zhao"):
        put(tmp_path / "inbox", f"{student}.zip", pack(student, fill(course), answers(RIGHT)))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    later = fill(course, written="Later.")
    put(tmp_path / "inbox", "later.zip", pack("lin", later, answers(RIGHT), created=DUE - timedelta(hours=1)))
    return course


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Meanwhile no file may be longer, which the kernel answers with much the same error as a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def umask(mode: int) -> Iterator[None]:
    """Meanwhile new files and folders lack these rights and no others."""
    before = os.umask(mode)
    try:
        yield
    finally:
        assert os.umask(before) == mode, "it was left as it was found"


def refused(code: int, said: str) -> str:
    """What a command said when it could not write: one line, no traceback, exit code 1."""
    assert code == 1, said
    assert said.count("\n") == 1, said
    assert "cannot be written" in said
    return said


@pytest.mark.parametrize("verb", WRITES)
def test_a_folder_that_cannot_be_made_is_told(
    verb: str, handed_in: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file where the folder should be: that stops root as well, where a mode would not."""
    folder = handed_in.root / WRITES[verb]
    shutil.rmtree(folder, ignore_errors=True)
    folder.touch()
    monkeypatch.chdir(handed_in.root)
    said = refused(main(verbs(tmp_path)[verb]), capsys.readouterr().err)
    assert str(folder) in said or "tables/grades.csv" in said


@pytest.mark.parametrize("verb", [verb for verb in WRITES if verb != "export"])
def test_a_full_disk_is_told(
    verb: str, handed_in: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(handed_in.root)
    with largest_file(64 << 10):
        code = main(verbs(tmp_path)[verb])
    assert "File too large" in refused(code, capsys.readouterr().err)


def test_an_unknown_error_is_not_taken_for_a_full_disk(handed_in: Course) -> None:
    from servicelab.grading.storing import storing

    with pytest.raises(FileNotFoundError), storing(handed_in.root):
        (handed_in.root / "none" / "x").write_text("x", encoding="utf-8")


def test_what_is_made_is_its_owners_alone_whatever_the_umask(
    released: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "grading"
    shutil.copytree(released.root, root, ignore=shutil.ignore_patterns("release", "gradebook.db", "exchange"))
    (root / "source").chmod(0o755)
    put(tmp_path / "inbox", "a.zip", pack("lin", fill(released), answers(RIGHT)))
    monkeypatch.chdir(root)
    for verb, arguments in verbs(tmp_path).items():
        with umask(0):
            assert main(arguments) == 0, verb
    made = [path for name in ("release", "received", "submitted", "autograded", "feedback")
            for path in [root / name, *(root / name).rglob("*")] if path.is_dir()]  # fmt: skip
    assert len(made) > 10
    assert {path: oct(path.stat().st_mode & 0o777) for path in made} == dict.fromkeys(made, "0o700")
    assert oct((root / "gradebook.db").stat().st_mode & 0o777) == "0o600"


# A release that is refused.


def tree(*folders: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def test_a_refused_release_leaves_what_was_there(course: Course) -> None:
    """Refused after nbgrader has entered the cells: neither the folder nor the gradebook may have changed."""
    before = tree(course.release, course.root / "exchange"), source_stamp(course, TRIAL)
    path = course.source / TRIAL / "exercise.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell(notebook, "test-b").source = "### BEGIN HIDDEN TESTS\nassert True"
    nbformat.write(notebook, path)
    with pytest.raises(UserError, match="does not release"):
        release_source(TRIAL, course=course)
    assert (tree(course.release, course.root / "exchange"), source_stamp(course, TRIAL)) == before
    assert not list(course.root.glob(".releasing-*"))


def test_a_source_that_does_not_build_leaves_the_one_that_did(tmp_path: Path) -> None:
    repository = Path(shutil.copytree(FIXTURE, tmp_path / "repository"))
    translate(repository)
    shutil.copy(ROOT / "grading" / "nbgrader_config.py", repository / "grading")
    course = Course.at(repository / "grading", repository)
    assert release("01_demo", course=course).points == 10
    before = tree(course.source, course.release)
    assert any(path.endswith("01_demo.zh.json") for path in before)
    exercise = repository / "course" / "modules" / "01_demo" / "exercise.md"
    exercise.write_text(exercise.read_text(encoding="utf-8").replace("### END HIDDEN TESTS", "", 1), encoding="utf-8")
    with pytest.raises(UserError):
        release("01_demo", course=course)
    assert tree(course.source, course.release) == before


# Ctrl-C.

PRESS = """\
import os, signal, sys
from servicelab.cli import main
trigger, *arguments = sys.argv[1:]
pressed = []
def press(event, values):
    if event == "open" and not pressed and trigger in str(values[0]) and isinstance(values[2], int) and values[2] & 3:
        pressed.append(1)
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(press)
code = main(arguments)
assert pressed, "it never came to the place where Ctrl-C was to be pressed"
sys.exit(code)
"""
PLACES = {
    "release-strip": ("release", f"/release/{TRIAL}/exercise.ipynb"),
    "release-copy": ("release", "exchange/servicelab/outbound"),
    "collect-store": ("collect", ".zip."),
    "collect-unpack": ("collect", ".new/exercise.ipynb"),
    "feedback": ("feedback", f"feedback/lin/{TRIAL}/exercise.html"),
    "export": ("export", ".csv."),
}


@pytest.mark.parametrize("place", PLACES)
def test_ctrl_c_is_one_sentence_and_leaves_a_course_that_goes_on(
    place: str, handed_in: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verb, trigger = PLACES[place]
    if verb == "feedback":
        grade(TRIAL, course=handed_in)
    before = tree(handed_in.release, handed_in.submitted, handed_in.root / "exchange")
    command = [sys.executable, "-c", PRESS, trigger, *verbs(tmp_path)[verb]]
    stopped = subprocess.run(command, cwd=handed_in.root, capture_output=True, text=True, check=False, timeout=120)
    assert (stopped.returncode, stopped.stderr) == (130, SENTENCE)
    assert tree(handed_in.release, handed_in.submitted, handed_in.root / "exchange") == before
    left = [path.name for path in handed_in.root.rglob(".*") if path.name.startswith((".releasing", f".{TRIAL}"))]
    assert left == []
    assert not list(handed_in.root.rglob("*.part"))
    monkeypatch.chdir(handed_in.root)
    assert main(verbs(tmp_path)[verb]) == 0


def test_ctrl_c_while_grading_reaches_every_process(handed_in: Course, tmp_path: Path) -> None:
    """As a terminal sends it: to everything in the foreground at once."""
    slow = f"import time\ntime.sleep(9)\n{SHARE}"
    put(tmp_path / "inbox", "lin.zip", pack("lin", fill(handed_in, code=slow), answers(RIGHT)))
    put(tmp_path / "inbox", "zhao.zip", pack("zhao", fill(handed_in, code=slow), answers(RIGHT)))
    (tmp_path / "inbox" / "later.zip").unlink()
    shutil.rmtree(handed_in.submitted)
    collect(TRIAL, [tmp_path / "inbox"], course=handed_in)
    running = subprocess.Popen([*SERVICELAB, "grade", TRIAL, "--workers", "2"], cwd=handed_in.root, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)  # fmt: skip
    deadline = time.monotonic() + 60
    while len(list(handed_in.autograded.glob(f"*/{TRIAL}/exercise.ipynb"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(2)
    os.killpg(running.pid, signal.SIGINT)
    said = running.communicate(timeout=20)
    assert (running.returncode, said) == (130, ("", SENTENCE))
    assert not list(handed_in.autograded.glob("*/*"))
    assert [each.status for each in grade(TRIAL, course=handed_in, workers=2).results] == ["graded", "graded"]
