"""A mark is for all that it was given for: the picture in a text, and the helper that a solution calls."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell
from PIL import Image
from tests.grading.conftest import DUE, RIGHT, TRIAL, answers, cell, fill, pack, put
from tests.grading.test_marks import graded, held, mark

from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.marks import fingerprint

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading"), pytest.mark.usefixtures("one_template")]


def picture(colour: str) -> str:
    made = io.BytesIO()
    Image.new("RGB", (4, 2), colour).save(made, "PNG")
    return base64.b64encode(made.getvalue()).decode()


def drawn(colour: str) -> Callable[[Any], None]:
    """A written answer that is a picture."""

    def change(notebook: Any) -> None:
        written = cell(notebook, "c-why")
        written.source = "My reasoning:\n\n![board](attachment:board.png)"
        written["attachments"] = {"board.png": {"image/png": picture(colour)}}

    return change


def helped(body: str) -> Callable[[Any], None]:
    """A solution that calls what stands in a cell of the trainee's own."""

    def change(notebook: Any) -> None:
        cell(notebook, "b-share").source = "def share(values):\n    return helper(values)"
        at = notebook.cells.index(cell(notebook, "b-share"))
        notebook.cells.insert(at, new_code_cell(f"def helper(values):\n    {body}", id="mine"))

    return change


def hand_in(course: Course, inbox: Path, number: int, change: Callable[[Any], None]) -> None:
    created = DUE - timedelta(hours=20 - number)
    put(inbox, f"{number}.zip", pack("lin", fill(course, change=change), answers(RIGHT), created=created))
    collect(TRIAL, [inbox], course=course)


@pytest.mark.parametrize(
    ("name", "score", "first", "other"),
    [
        ("c-why", 4.0, drawn("green"), drawn("red")),
        ("test-b", 2.5, helped("return sum(values) / (len(values) + 1)"), helped("return 'nonsense'")),
    ],
)
def test_a_mark_does_not_pass_to_another_picture_or_another_helper(
    name: str,
    score: float,
    first: Callable[[Any], None],
    other: Callable[[Any], None],
    course: Course,
    tmp_path: Path,
) -> None:
    hand_in(course, tmp_path / "inbox", 1, first)
    before = graded(course).score
    mark(course, name, score)
    hand_in(course, tmp_path / "inbox", 2, other)
    result = graded(course)
    assert (result.score, held(course, name)[0]) == (before, None)
    assert result.earlier
    assert "what was marked earlier is not what stands here now" in str(result)
    hand_in(course, tmp_path / "inbox", 3, first)
    assert (graded(course).score, held(course, name)[0]) == (before + score, score), "its own again"


def test_a_text_without_pictures_has_the_mark_that_it_had() -> None:
    """Marks that were kept before pictures counted are still for their texts."""
    assert fingerprint("A text.", None) == fingerprint("A text.", {}) == fingerprint("A  text.")
    assert fingerprint("A text.", {"a.png": {"image/png": "x"}}) != fingerprint("A text.")
