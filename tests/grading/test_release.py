"""Releasing, and nbgrader's own exchange from end to end."""

from __future__ import annotations

import json
import shutil
import time
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from tests.grading.conftest import (
    DUE,
    MODEL_ANSWER,
    RIGHT,
    SHARE,
    TRIAL,
    answers,
    cell,
    fill,
    make_course,
    pack,
    put,
)

from servicelab.cli import main
from servicelab.errors import UserError
from servicelab.grading import releasing
from servicelab.grading.autograding import grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.releasing import release_source

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading"), pytest.mark.usefixtures("one_template")]


def test_what_is_released_has_no_solution_hidden_test_or_learners_file(released: Course) -> None:
    names = sorted(path.name for path in (released.release / TRIAL).rglob("*"))
    assert names == ["decisions.json", "exercise.ipynb"]
    text = (released.release / TRIAL / "exercise.ipynb").read_text(encoding="utf-8")
    for secret in (SHARE.splitlines()[1].strip(), "SAYS", "found - 0.4", MODEL_ANSWER, "BEGIN"):
        assert secret not in text
    assert "YOUR ANSWER HERE · 请在此作答" in text
    with released.gradebook() as book:
        assert book.find_assignment(TRIAL).duedate == DUE.replace(tzinfo=None)


def test_the_first_release_is_rehearsed_and_not_played_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new gradebook takes nbgrader a second to make, and there is nothing in it that a refusal could spoil."""
    books = []

    def counted(assignment: str, course: Course, stage: Path, book: str = "") -> None:
        books.append(Path(book).name)
        generate(assignment, course, stage, book)

    generate = releasing._generate
    monkeypatch.setattr(releasing, "_generate", counted)
    course = make_course(tmp_path / "grading")
    path = course.source / TRIAL / "exercise.ipynb"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"END HIDDEN TESTS", b"END"))
    with pytest.raises(UserError, match="does not release 77_trial"):
        release_source(TRIAL, course=course)
    assert not (course.root / "gradebook.db").exists(), "a refusal leaves nothing"
    path.write_bytes(whole)
    assert release_source(TRIAL, course=course, due=DUE).points == 11
    assert books == ["rehearsal.db"] * 2
    assert (course.root / "gradebook.db").stat().st_mode & 0o777 == 0o600
    with course.gradebook() as book:
        assert [cell.name for cell in book.find_assignment(TRIAL).notebooks[0].source_cells] != []
        assert book.find_assignment(TRIAL).duedate == DUE.replace(tzinfo=None)
    release_source(TRIAL, course=course)
    assert books == ["rehearsal.db"] * 3 + [""]


@pytest.mark.parametrize("name", ["exercise.answers.json", "edition.json", "evidence/lesson.answers.json"])
def test_a_learners_file_in_source_stops_the_release(name: str, course: Course) -> None:
    path = course.source / TRIAL / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="a trainee's own files"):
        release_source(TRIAL, course=course)


def test_a_source_that_nbgrader_refuses_is_answered_in_one_sentence(course: Course) -> None:
    with pytest.raises(UserError, match="There is no notebook"):
        release_source("88_none", course=course)
    path = course.source / TRIAL / "exercise.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell(notebook, "test-b").source += "\n### BEGIN HIDDEN TESTS"
    nbformat.write(notebook, path)
    with pytest.raises(UserError, match=r"does not release 77_trial \(RuntimeError: No end hidden tests"):
        release_source(TRIAL, course=course)


def test_cells_cannot_change_under_submissions_that_were_graded(course: Course, tmp_path: Path) -> None:
    put(tmp_path / "inbox", "a.zip", pack("lin", fill(course, code=SHARE), answers(RIGHT)))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    assert grade(TRIAL, course=course).results[0].score == 7
    path = course.source / TRIAL / "exercise.ipynb"
    notebook = nbformat.read(path, as_version=4)
    # A check put right is released, and everyone is graded anew by it.
    cell(notebook, "test-b").source = "assert True"
    cell(notebook, "test-a").source = "1.0"
    nbformat.write(notebook, path)
    release_source(TRIAL, course=course)
    (again,) = grade(TRIAL, course=course).results
    assert (again.status, again.score) == ("graded", 4)
    notebook.cells.remove(cell(notebook, "test-b"))
    nbformat.write(notebook, path)
    with pytest.raises(UserError, match="Cannot add or remove cells"):
        release_source(TRIAL, course=course)


def test_the_time_it_is_due_is_read_by_the_machines_clock_and_told_with_its_zone(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the command, as somebody in Shanghai types it; what the gradebook keeps is UTC."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        monkeypatch.chdir(course.root)
        assert main(["release", TRIAL, "--due", "2026-11-20 18:00"]) == 0
        assert "It is due 2026-11-20 18:00 (UTC+08:00)." in capsys.readouterr().out
        with course.gradebook() as book:
            assert book.find_assignment(TRIAL).duedate == datetime(2026, 11, 20, 10)
        # Released again without it, what was set stays.
        assert main(["release", TRIAL]) == 0
        assert "It is due 2026-11-20 18:00 (UTC+08:00)." in capsys.readouterr().out
        assert main(["release", TRIAL, "--due", "2026-11-21T12:00+02:00"]) == 0
        assert "It is due 2026-11-21 18:00 (UTC+08:00)." in capsys.readouterr().out
        for wrong in ("tomorrow", "2026-11-20", "2026-13-01 18:00"):
            assert main(["release", TRIAL, "--due", wrong]) == 1
            assert f'--due "{wrong}" is not a day and a time' in capsys.readouterr().err
        with course.gradebook() as book:
            book.update_or_create_assignment(TRIAL, duedate=None)
        assert main(["release", TRIAL]) == 0
        assert "nobody is late" in capsys.readouterr().out
    finally:
        monkeypatch.undo()
        time.tzset()


def test_stock_submit_into_the_exchange_is_collected(course: Course, tmp_path: Path) -> None:
    """nbgrader's own `submit`, as the assignment list in JupyterLab runs it."""
    from nbgrader.auth import Authenticator
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.exchange.default import ExchangeSubmit

    config = course.config()
    outbound = Path(config.Exchange.root) / "servicelab" / "outbound" / TRIAL
    assert (outbound / "exercise.ipynb").is_file(), "release put it there"
    home = tmp_path / "home"
    shutil.copytree(outbound, home / TRIAL)
    (home / TRIAL / "exercise.ipynb").write_bytes(fill(course, code=SHARE))
    (home / TRIAL / "exercise.answers.json").write_bytes(answers(RIGHT, "zh"))
    (home / TRIAL / "holiday.jpg").write_bytes(b"x")
    config.Exchange.cache = str(tmp_path / "cache")
    config.Exchange.assignment_dir = str(home)
    where = CourseDirectory(config=config, assignment_id=TRIAL, student_id="lin")
    ExchangeSubmit(coursedir=where, authenticator=Authenticator(config=config), config=config).start()
    (line,) = collect(TRIAL, course=course).lines
    assert (line.verdict, line.student) == ("taken", "lin")
    held = course.submitted / "lin" / TRIAL
    assert not (held / "holiday.jpg").exists()
    assert json.loads((held / "edition.json").read_text(encoding="utf-8"))["language"] == "zh"
    assert grade(TRIAL, course=course).results[0].score == 7
