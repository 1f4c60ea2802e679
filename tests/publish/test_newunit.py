"""A new unit: begun by one command, built at once, and told what it lacks when it is a draft no more."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from servicelab.cli import main
from servicelab.errors import UserError
from servicelab.publish import build
from servicelab.publish.checks import course_findings
from servicelab.publish.minutes import of_unit
from servicelab.publish.newunit import new_unit
from servicelab.publish.sources import load_course


def tree(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("kind", "name"), [("case", "trial"), ("module", "02_process")])
def test_it_is_built_and_has_no_mistake(kind: str, name: str, course_root: Path) -> None:
    before = tree(course_root)
    folder = new_unit(course_root, kind, name)  # type: ignore[arg-type]
    place = folder.relative_to(course_root).as_posix()
    assert {file for file in tree(course_root) - before if not file.startswith(f"{place}/")} == set()
    assert before < tree(course_root)
    assert (folder / "desk.yml").is_file() == (kind == "module")
    assert [str(finding) for finding in course_findings(load_course(course_root))] == []
    assert all(section.honest for section in of_unit(course_root, name))
    for language in ("en", "zh"):
        report = build("trainee", language, root=course_root, only=name, strict=False)
        assert (report.path / f"lessons/{name}/lesson.ipynb").is_file()
        assert not (report.path / "lessons/01_demo").exists()
        assert all(note.startswith(f"{name} is a draft and still lacks: ") for note in report.notes[-3:])
    assert [each["id"] for each in json.loads((report.path / "course.json").read_text("utf-8"))["modules"]] == [name]


def test_a_draft_no_more_it_is_told_what_is_missing_and_where(course_root: Path) -> None:
    folder = new_unit(course_root, "case", "trial")
    facts = folder / "unit.yml"
    facts.write_text(facts.read_text("utf-8").replace("draft: true\n", ""), encoding="utf-8")
    with pytest.raises(UserError) as told:
        build("trainee", "en", root=course_root, only="trial")
    said = str(told.value)
    assert (
        "course/cases/trial/unit.yml:2 [trial]: trial is no draft any more, and course/course.yml does not list it"
        in said
    )
    assert "there is no rubric to mark trial#c-answer by" in said
    assert "nothing of the curriculum is assessed in trial" in said


def test_mistakes_of_another_unit_stop_nobody_who_builds_only_this_one(course_root: Path) -> None:
    new_unit(course_root, "case", "trial")
    quiz = course_root / "course/modules/01_demo/quiz.yml"
    quiz.write_text(quiz.read_text("utf-8").replace("right: true, ", ""), encoding="utf-8")
    assert build("trainee", "en", root=course_root, only="trial").notebooks == 5
    with pytest.raises(UserError, match="0 options are right"):
        build("trainee", "en", root=course_root)
    with pytest.raises(UserError, match=r"There is no unit called refund: the course has 01_demo, trial\."):
        build("trainee", "en", root=course_root, only="refund")


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("module", "process", "A module cannot be called process: write two digits"),
        ("module", "02_analysis", "A case cannot be called 02_analysis"),
        ("case", "Trial", "A case cannot be called Trial: use small letters"),
        ("case", "../trial", "A case cannot be called ../trial"),
        ("case", "trial_analysis", "another ending than _analysis"),
        ("case", "01_demo", "There is course/modules/01_demo already"),
        ("module", "01_demo", "There is course/modules/01_demo already"),
    ],
    ids=["no-number", "module-ending", "capital", "outside", "ending", "taken", "twice"],
)
def test_a_name_that_cannot_be(
    kind: str,
    name: str,
    says: str,
    course_root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = tree(course_root)
    monkeypatch.chdir(course_root)
    assert main(["new", kind, name]) == 1
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    assert tree(course_root) == before


def test_the_command_says_what_comes_next(
    course_root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course_root)
    assert main(["new", "case", "trial"]) == 0
    said = capsys.readouterr().out
    assert said == 'course/cases/trial is begun. Write over it; make test ARGS="--only trial" tests it.\n'
    assert main(["build", "--only", "trial"]) == 0
    assert "build/units/trial/trainee-en" in capsys.readouterr().out


def test_what_changes_is_built_again(course_root: Path) -> None:
    folder = new_unit(course_root, "case", "trial")
    watch = subprocess.Popen(
        [sys.executable, "-m", "servicelab", "build", "--only", "trial", "--watch"],
        cwd=course_root,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watch.stdout is not None
    try:
        lines = iter(watch.stdout.readline, "")
        assert next(line for line in lines if "5 notebooks" in line)
        quiz = folder / "quiz.yml"
        quiz.write_text(quiz.read_text("utf-8").replace("a second time", "once more"), encoding="utf-8")
        assert next(line for line in lines if "lacks: " not in line) == "Changed: course/cases/trial/quiz.yml\n"
        assert "5 notebooks" in next(lines)
        built = course_root / "build/units/trial/trainee-en/lessons/trial/quiz.json"
        assert "once more" in built.read_text("utf-8")
    finally:
        watch.send_signal(signal.SIGINT)
        _said, error = watch.communicate()
    assert watch.returncode == 130
    assert error.count("\n") == 1
