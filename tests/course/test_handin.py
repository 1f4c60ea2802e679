"""Both ends of a hand-in know the same names and numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.course.handin import EVIDENCE, LARGEST_NOTEBOOK, MANIFEST, RESERVED, answers_file, notebook_file
from servicelab.errors import UserError
from servicelab.files.zips import Refused
from servicelab.grading.envelope import check_student, read_submission
from servicelab.learn.submission import submit
from servicelab.learn.whereabouts import keep_student_id

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def kept(root: Path, name: str) -> str | None:
    try:
        return keep_student_id(root, name)
    except UserError:
        return None


def collected(name: str) -> str | None:
    try:
        return check_student(name)
    except Refused:
        return None


@given(
    st.text("aZ1._-@ é张[+", min_size=0, max_size=42) | st.sampled_from([*RESERVED, "Aux", "COM1.x", "null", "con2"])
)
def test_a_staff_number_is_taken_at_both_ends_or_at_neither(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    assert kept(tmp_path_factory.getbasetemp(), name) == collected(name)


def test_what_is_handed_in_at_the_very_limit_is_collected(tmp_path: Path) -> None:
    notebook, lesson = tmp_path / notebook_file("exercise"), tmp_path / "lesson.json"
    text = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    notebook.write_bytes(text + b" " * (LARGEST_NOTEBOOK - len(text)))
    lesson.write_text(json.dumps({"entries": {}}))
    (tmp_path / answers_file("exercise")).write_text(json.dumps({"entries": {}}))
    receipt = submit(
        tmp_path, tmp_path, assignment="01_needs", notebook="exercise", student="E1042", evidence=lesson,
        clock=lambda: NOW,
    )  # fmt: skip
    read = read_submission((tmp_path / "submissions" / receipt.file).read_bytes())
    assert (read.student, read.assignment, read.created, read.notes) == ("E1042", "01_needs", NOW, ())
    assert sorted(read.files) == sorted(["exercise.ipynb", "exercise.answers.json", EVIDENCE, MANIFEST])
