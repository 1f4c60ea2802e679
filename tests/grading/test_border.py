"""What comes in broken is put right at the border, or said: it never stops what comes after."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.grading.conftest import RIGHT, SHARE, TRIAL, answers, cell, fill, pack, put

from servicelab.grading.autograding import grade
from servicelab.grading.border import mended
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.exporting import export
from servicelab.grading.returning import feedback
from servicelab.grading.spreadsheets import safe

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading"), pytest.mark.usefixtures("one_template")]

PICKED = rb'["X1", "\ud800", "X\udfff2"]'
EVIDENCE = b'{"entries": {"q": {"kind": "quiz", "misconceptions": %b, "value": {"tries": [1]}}}}' % PICKED


@pytest.mark.parametrize(
    ("came", "stands"),
    [
        (rb'"\ud800"', rb'"\ufffd"'),
        (rb'"\uDFFF\ud800x"', rb'"\ufffd\ufffdx"'),
        (rb'"\ud83d\ude00"', rb'"\ud83d\ude00"'),
        (rb'"\ud83d\ud83d\ude00"', rb'"\ufffd\ud83d\ude00"'),
        (rb'"\\ud800"', rb'"\\ud800"'),
        (rb'"\\\ud800"', rb'"\\\ufffd"'),
        ('"林悦 \\n"'.encode(), '"林悦 \\n"'.encode()),
    ],
)
def test_a_lone_surrogate_is_marked_and_nothing_else_changes(came: bytes, stands: bytes) -> None:
    files, notes = mended({"exercise.answers.json": came})
    assert files == {"exercise.answers.json": stands}
    assert bool(notes) == (came != stands)
    json.loads(stands).encode()


def test_one_trainees_broken_characters_cost_nobody_anything(course: Course, tmp_path: Path) -> None:
    """In the evidence it used to end `export` for everybody, in the answer their own grading."""
    whole = fill(course, written="half HERE pair").replace(b"HERE", rb"\ud800")
    put(tmp_path / "inbox", "a.zip", pack("lin", whole, answers(RIGHT), evidence=EVIDENCE))
    put(tmp_path / "inbox", "b.zip", pack("zhao", fill(course), answers(RIGHT)))
    first, second = collect(TRIAL, [tmp_path / "inbox"], course=course).lines
    assert first.detail == (
        "exercise.ipynb held broken characters, which are marked � now; "
        "evidence/lesson.answers.json held broken characters, which are marked � now"
    )
    assert second.detail == ""
    assert rb"\ud800" in _received(course, "lin"), "what was sent stays as it came"
    assert [(each.status, each.score) for each in grade(TRIAL, course=course).results] == [("graded", 4), ("graded", 4)]
    assert len(feedback(TRIAL, course=course).pages) == 2
    table = export(course=course, out=tmp_path / "grades.csv").read_text(encoding="utf-8-sig")
    assert ",X1," in table
    assert "zhao" in table
    assert collect(TRIAL, [tmp_path / "inbox"], course=course).counts == {"again": 2}


def _received(course: Course, student: str) -> bytes:
    import zipfile

    (path,) = (course.received / TRIAL / student).glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        return archive.read("exercise.ipynb")


def test_cells_whose_metadata_is_none_get_it_back(course: Course, tmp_path: Path) -> None:
    def broken(notebook: object) -> None:
        for name, about in (("decisions", "x"), ("test-a", {}), ("test-b", {"grade_id": 7}), ("c-why", None)):
            cell(notebook, name).metadata["nbgrader"] = about

    notebook = json.loads(fill(course, code=SHARE, written="Because.", change=broken))
    next(each for each in notebook["cells"] if each["id"] == "title")["metadata"] = ["no", "metadata"]
    put(tmp_path / "inbox", "a.zip", pack("lin", json.dumps(notebook).encode(), answers(RIGHT)))
    (line,) = collect(TRIAL, [tmp_path / "inbox"], course=course).lines
    assert line.verdict == "taken"
    (result,) = grade(TRIAL, course=course).results
    assert (result.status, result.score, result.waiting) == ("graded", 7, True)
    (said,) = result.repairs
    assert said == "without what it is scored by, which is put back: decisions, test-a, test-b, c-why"


def test_a_name_with_half_a_character_is_written_with_a_mark() -> None:
    assert safe("Lin \ud800") == "Lin ?"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_what_was_saved_in_another_encoding_is_in_utf_8(encoding: str) -> None:
    text = '{"cells": [], "谁": "林悦"}'
    came = text.encode(encoding) if encoding != "utf-16-le" else b"\xff\xfe" + text.encode(encoding)
    files, notes = mended({"exercise.ipynb": came, "notes.txt": came})
    assert files == {"exercise.ipynb": text.encode(), "notes.txt": came}
    assert notes == ["exercise.ipynb was saved in another encoding, and is UTF-8 now"]


@pytest.mark.parametrize("depth", [100, 1200, 3000])
def test_metadata_nested_without_end_stops_nothing(depth: int) -> None:
    """Python 3.12 reads 1,200 lists in each other and cannot write them."""
    nested = b"[" * depth + b"]" * depth
    raw = b'{"cells": [{"cell_type": "code", "metadata": 7, "deep": %b, "source": ""}]}' % nested
    files, _notes = mended({"exercise.ipynb": raw})
    assert b'"deep"' in files["exercise.ipynb"]


def test_raw_half_characters_beside_broken_metadata_stop_nothing() -> None:
    raw = b'{"cells": [{"cell_type": "markdown", "id": "a", "metadata": 7, "source": "\xed\xa0\x80"}]}'
    files, _notes = mended({"exercise.ipynb": raw})
    assert json.loads(files["exercise.ipynb"].decode("utf-8"))["cells"][0]["metadata"] == {}


def test_what_says_an_encoding_and_is_none_stays_as_it_came() -> None:
    files, notes = mended({"exercise.ipynb": b"\xff\xfe\x00"})
    assert (files, notes) == ({"exercise.ipynb": b"\xff\xfe\x00"}, [])


def test_what_no_notebook_can_hold_costs_its_own_cell_at_most(course: Course, tmp_path: Path) -> None:
    whole = json.loads(fill(course, code=SHARE))

    def with_cell(name: str, **fields: object) -> bytes:
        cells = [{**each, **fields} if each["id"] == name else each for each in whole["cells"]]
        return json.dumps({**whole, "cells": cells}).encode()

    came = {
        "a-cells": json.dumps({**whole, "cells": [*whole["cells"], 7]}).encode(),
        "b-outputs": with_cell("b-share", outputs=None),
        "c-lines": with_cell("c-why", source=[7]),
        "d-text": with_cell("c-why", source={"a": 1}),
        "f-code": with_cell("b-share", source=[7]),
        "e-right": json.dumps(whole).encode(),
    }
    for student, notebook in came.items():
        put(tmp_path / "inbox", f"{student}.zip", pack(student, notebook, answers(RIGHT)))
    told = {line.student: line.detail for line in collect(TRIAL, [tmp_path / "inbox"], course=course).lines}
    assert told == dict.fromkeys(came, "")
    results = {each.student: (each.status, each.score) for each in grade(TRIAL, course=course).results}
    assert results == {**dict.fromkeys(came, ("graded", 7)), "f-code": ("graded", 4)}
    given = feedback(TRIAL, course=course)
    assert (len(given.pages), given.failed) == (6, ())
