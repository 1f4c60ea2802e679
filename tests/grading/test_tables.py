"""Rubrics, evidence and the exported table: what a person writes or a trainee sends is checked before it is used."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from tests.grading.conftest import RIGHT, TRIAL, answers, fill, pack, put

from servicelab.errors import UserError
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.evidence import Evidence, read_evidence
from servicelab.grading.exporting import COLUMNS, export, rows
from servicelab.grading.rubric import load_rubric, mark
from servicelab.grading.spreadsheets import safe
from servicelab.grading.untouched import nothing_answered
from servicelab.i18n import use

TEXT = {"en": "Words", "zh": "文字"}
TICK = {"points": 1, "says": TEXT, "example": TEXT}


def rubric_file(folder: Path, **changes: Any) -> Path:
    content = {
        "assignment": TRIAL,
        "cell": "c-why",
        "criteria": [
            {"id": one, "name": TEXT, "ticks": [{"id": f"{one}-{n}", **TICK} for n in (1, 2)]}
            for one in ("evidence", "decision")
        ],
        "comments": [{"id": "short", "text": {"en": "Too short.", "zh": "太短。"}}],
        **changes,
    }
    path = folder / "rubric.yml"
    # JSON is YAML, and repeats what is the same instead of referring to it, which no rubric may do.
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def test_a_rubric_is_read_and_says_its_ticks_in_the_trainees_language(tmp_path: Path) -> None:
    rubric = load_rubric(rubric_file(tmp_path))
    assert rubric.points == 4
    with use("zh"):
        said = rubric.comment(["evidence-1", "evidence-2", "decision-2"], ["short"])
    assert said == "**文字: 2 / 2**\n\n- ✓ 文字\n- ✓ 文字\n\n**文字: 1 / 2**\n\n- ○ 文字\n- ✓ 文字\n\n太短。"


def test_any_mark_is_the_sum_of_its_ticks(tmp_path: Path) -> None:
    rubric = load_rubric(rubric_file(tmp_path))
    assert rubric.earned([]) == 0
    assert rubric.earned(["decision-1", "evidence-1", "decision-1"]) == 2
    assert rubric.earned(list(rubric.ticks)) == rubric.points


@pytest.mark.parametrize(("ticked", "comments"), [(["evidence"], []), (["evidence-3"], []), (["evidence-1"], ["none"])])
def test_marks_that_the_rubric_does_not_have(ticked: list[str], comments: list[str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"there is no tick|there is no comment"):
        load_rubric(rubric_file(tmp_path)).comment(ticked, comments)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"criteria": []}, "criteria: it must be a list that is not empty"),
        ({"cell": ""}, "cell: it must be a word"),
        ({"criteria": [{"id": "a", "name": TEXT, "ticks": [{"id": "b"}]}]}, "ticks[0]: it must have"),
        ({"criteria": [{"id": "a", "name": TEXT, "ticks": []}]}, "ticks: it must be a list that is not empty"),
        (
            {"criteria": [{"id": "a", "name": TEXT, "ticks": [{"id": "b", **TICK, "points": 0}]}]},
            "points: points must be a number above 0",
        ),
        (
            {"criteria": [{"id": one, "name": TEXT, "ticks": [{"id": "same", **TICK}]} for one in ("a", "b")]},
            "criteria[1].ticks[0]: another tick has this id",
        ),
        ({"comments": [{"id": "a", "text": {"en": "Only English"}}]}, "comments[0].text: it must have a text in each"),
        ({"surplus": 1}, "it must have exactly the fields"),
    ],
)
def test_a_mistake_in_a_rubric_is_named_with_its_place(changes: dict[str, Any], where: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        load_rubric(rubric_file(tmp_path, **changes))
    assert where in str(refused.value)


def test_marking_somebody_who_did_not_submit(course: Course, tmp_path: Path) -> None:
    rubric = load_rubric(rubric_file(tmp_path))
    with pytest.raises(UserError, match="has not submitted"):
        mark(rubric, "nobody", ["evidence-1"], course=course)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        json.dumps({"entries": [], "activity": 3}).encode(),
        json.dumps({"entries": {"q": {"kind": "quiz", "value": 7}, "d": {"kind": "desk", "grades": "good"}}}).encode(),
        json.dumps({"entries": {}, "activity": {"sections": {"s1": {"seconds": "x"}, "s2": {"seconds": -5}}}}).encode(),
        json.dumps({"entries": {}, "activity": {"elsewhere": True, "sections": {"s1": {"seconds": 1e300}}}}).encode(),
    ],
)
def test_evidence_that_was_tampered_with_counts_as_none(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "lesson.answers.json"
    path.write_bytes(content)
    found = read_evidence(path)
    assert (found.lesson_minutes or 0, found.quiz_right or 0, found.desk_grade) == (0, 0, None)
    assert read_evidence(tmp_path / "none.json") == Evidence()


@pytest.mark.parametrize("text", ["=1+1", "+86 138", "-2+3", "@SUM(A1)", "\t=1", " =1", "\u3000＝1+1", "＠A1", "|cmd"])
def test_no_cell_starts_a_formula(text: str) -> None:
    assert str(safe(text)).startswith("'")


def test_the_table_is_safe_whole_and_says_who_did_not_submit(course: Course, tmp_path: Path) -> None:
    with course.gradebook() as book:
        book.update_or_create_student("lin", last_name='=HYPERLINK("http://x.example")', first_name="悦,\n林")
    out = export(course=course, out=tmp_path / "new" / "grades.csv")
    content = out.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True))
    assert row["last_name"].startswith("'=")
    assert row["first_name"] == "悦,\n林"
    assert (row["score"], row["max_score"], row["status"]) == ("0.0", "11.0", "not submitted")
    with pytest.raises(UserError, match="cannot be written"):
        export(course=course, out=tmp_path / "new" / "grades.csv" / "x.csv")


def test_what_was_collected_and_not_graded_is_no_missing_submission(course: Course, tmp_path: Path) -> None:
    put(tmp_path / "inbox", "lin.zip", pack("lin", fill(course), answers(RIGHT)))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    with course.gradebook() as book:
        book.update_or_create_student("lin")
        book.update_or_create_student("zhao")
    assert {row["student_id"]: row["status"] for row in rows(course)} == {"lin": "not graded", "zhao": "not submitted"}


def written_elsewhere(notebook: nbformat.NotebookNode) -> None:
    notebook.cells.append(new_markdown_cell("I did not find where to write: functional.", id="mine"))


@pytest.mark.parametrize(
    ("did", "blank"),
    [
        ({}, True),
        ({"written": "  \n"}, True),
        ({"code": "def share(values):\n    return 0"}, False),
        ({"written": "No idea."}, False),
        ({"change": written_elsewhere}, False),
    ],
)
def test_nothing_answered_is_what_was_handed_out(
    did: dict[str, Any], blank: bool, course: Course, tmp_path: Path
) -> None:
    (tmp_path / "exercise.ipynb").write_bytes(fill(course, **did))
    assert nothing_answered(tmp_path, course.release / TRIAL) is blank
    (tmp_path / "exercise.answers.json").write_bytes(answers(RIGHT))
    assert nothing_answered(tmp_path, course.release / TRIAL) is False
    (tmp_path / "exercise.answers.json").write_bytes(b"[")
    (tmp_path / "exercise.ipynb").write_bytes(b'{"cells": [{"metadata": 7}]}')
    assert nothing_answered(tmp_path, course.release / TRIAL) is False


def test_every_column_is_explained() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "grades.md").read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in page] == []
