"""Handing in: the zip holds what it says, the receipt can be checked, and no link leads out."""

import hashlib
import io
import json
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from servicelab.course.handin import LARGEST_NOTEBOOK
from servicelab.errors import UserError
from servicelab.i18n import use
from servicelab.learn import submission
from servicelab.learn.saving import save_progress
from servicelab.learn.sheet import AnswerSheet
from servicelab.learn.whereabouts import keep_student_id, student_id
from servicelab.learn.written import STUB

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def hand_in(root, **more):
    settings = {
        "assignment": "01_needs", "notebook": "exercise", "student": "E1042", "clock": lambda: NOW,
        "evidence": root / "lessons/01_needs/lesson.answers.json", "answered": 1, "questions": 2, **more,
    }  # fmt: skip
    return submission.submit(root, root / "assignments/01_needs", **settings)


def contents(root, receipt):
    with zipfile.ZipFile(root / "submissions" / receipt.file) as archive:
        assert archive.testzip() is None
        assert all(m.external_attr >> 16 == 0o100644 for m in archive.infolist())
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_zip_holds_notebook_answers_and_evidence_with_their_hashes(workspace):
    AnswerSheet(workspace / "assignments/01_needs/exercise.answers.json", "n").put("a-one", {"value": "f"})
    AnswerSheet(workspace / "lessons/01_needs/lesson.answers.json", "n").put("q-one", {"value": 1})
    receipt = hand_in(workspace)
    assert receipt.file == "E1042--01_needs--20260301T093000Z.zip"
    files = contents(workspace, receipt)
    manifest = json.loads(files.pop("submission.json"))
    assert sorted(files) == ["evidence/lesson.answers.json", "exercise.answers.json", "exercise.ipynb"]
    assert manifest.pop("files") == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert manifest == {
        "format": 1, "course": "servicelab", "assignment": "01_needs", "student": "E1042",
        "created": "2026-03-01T09:30:00+00:00", "language": "en",
    }  # fmt: skip
    assert files["exercise.ipynb"] == (workspace / "assignments/01_needs/exercise.ipynb").read_bytes()


def test_the_receipt_names_file_time_hash_and_what_comes_next(workspace):
    receipt = hand_in(workspace)
    zipped = (workspace / "submissions" / receipt.file).read_bytes()
    assert receipt.sha256 == hashlib.sha256(zipped).hexdigest()
    text = (workspace / "submissions/E1042--01_needs--20260301T093000Z.receipt.txt").read_text()
    for part in (
        "01_needs",
        "E1042",
        f"{NOW.astimezone():%Y-%m-%d %H:%M:%S}",
        receipt.sha256,
        "1 of 2",
        "sends you your marks and feedback",
        "HR sees",
    ):
        assert part in text
    assert submission.receipts(workspace, "01_needs") == [receipt]


def test_an_instructor_states_when_marks_come_and_who_sees_the_work(workspace):
    stated = {
        "course": "spring",
        "marks": {"en": "Marks come on Friday.", "zh": "周五公布成绩。"},
        "seen_by": "Ms Lin.",
    }
    (workspace / "course.json").write_text(json.dumps(stated))
    assert "Marks come on Friday.\nMs Lin." in hand_in(workspace).text()
    with use("zh"):
        assert "周五公布成绩。" in hand_in(workspace).text()


def test_handing_in_twice_in_one_second_keeps_both(workspace):
    one, other = hand_in(workspace), hand_in(workspace)
    assert other.file == "E1042--01_needs--20260301T093001Z.zip"
    assert [r.file for r in submission.receipts(workspace, "01_needs")] == [one.file, other.file]


def test_links_are_left_out_and_a_linked_notebook_is_refused(workspace, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    folder = workspace / "assignments/01_needs"
    (folder / "exercise.answers.json").symlink_to(secret)
    (folder / "notes.txt").write_text("mine alone")
    assert sorted(contents(workspace, hand_in(workspace))) == ["exercise.ipynb", "submission.json"]
    (folder / "exercise.ipynb").unlink()
    (folder / "exercise.ipynb").symlink_to(secret)
    with pytest.raises(UserError, match=r"exercise\.ipynb"):
        hand_in(workspace)


@pytest.mark.parametrize(
    "student", ["", "a b", "../x", "a--b", ".x", "-x", "x" * 41, "a/b", "é", "a\nb", "aux", "Con", "NUL.1"]
)
def test_a_staff_number_that_cannot_be_a_name_is_refused(workspace, student):
    with pytest.raises(UserError):
        keep_student_id(workspace, student)
    with pytest.raises(UserError, match="staff number"):
        hand_in(workspace, student=student)
    assert student_id(workspace) == ""
    assert not (workspace / "submissions").exists()


@pytest.mark.parametrize("student", ["1042", "E-1042", "lin.wei", "lin_wei@skylark", "A"])
def test_usual_staff_numbers_are_kept(workspace, student):
    assert keep_student_id(workspace, f" {student} ") == student
    assert student_id(workspace) == student


def test_a_notebook_that_nobody_would_take_is_not_handed_in(workspace):
    heavy = workspace / "assignments/01_needs/exercise.ipynb"
    heavy.write_bytes(b" " * (LARGEST_NOTEBOOK + 1))
    with pytest.raises(UserError, match=r"exercise\.ipynb is larger than 32 MB.*Clear Outputs"):
        hand_in(workspace)
    AnswerSheet(heavy.with_name("exercise.answers.json"), "n").put("a-one", {"value": "f"})
    assert "exercise.ipynb is larger than 32 MB" in save_progress(workspace).left_out[0]
    assert not (workspace / "submissions").exists()


def test_a_notebook_that_becomes_too_heavy_by_what_was_written_in_its_box_is_not_handed_in(workspace):
    marks = {"grade": True, "solution": True, "locked": False, "points": 4, "schema_version": 3, "task": False}
    about = {"nbgrader": {**marks, "cell_type": "markdown", "grade_id": "c-why"}}
    node = v4.new_notebook(cells=[v4.new_markdown_cell(""), v4.new_markdown_cell(STUB, metadata=about)])
    page = workspace / "assignments/01_needs/exercise.ipynb"
    node.cells[0].source = "x" * (LARGEST_NOTEBOOK - len(nbformat.writes(node).encode()) - 50)
    nbformat.write(node, page)
    assert hand_in(workspace).bytes
    sheet = AnswerSheet(page.with_name("exercise.answers.json"), "n")
    sheet.put("c-why", {"kind": "written", "value": {"text": "Because. " * 100}})
    with pytest.raises(UserError, match="larger than 32 MB"):
        hand_in(workspace)


def test_a_folder_that_cannot_be_written_is_one_sentence(workspace):
    (workspace / "submissions").write_text("a file in the way")
    with pytest.raises(UserError, match="could not be written"):
        hand_in(workspace)


@pytest.mark.skipif(sys.platform != "linux", reason="a file of Linux that is there and cannot be read")
def test_answers_that_are_there_and_cannot_be_read_are_not_left_out_unsaid(workspace):
    with pytest.raises(
        UserError, match=r"Nothing was handed in: the file mem cannot be read now \(Input/output error\)"
    ):
        hand_in(workspace, evidence=Path("/proc/self/mem"))
    assert not (workspace / "submissions").exists()


@pytest.mark.parametrize("content", ["{", "[]", '{"file": 3}', '{"student": null}'])
def test_a_damaged_receipt_is_passed_over(workspace, content):
    receipt = hand_in(workspace)
    (workspace / "submissions/x--01_needs--1.receipt.json").write_text(content)
    assert submission.receipts(workspace, "01_needs") == [receipt]


def test_the_zip_is_one_a_stock_reader_opens(workspace):
    raw = (workspace / "submissions" / hand_in(workspace).file).read_bytes()
    assert zipfile.is_zipfile(io.BytesIO(raw))
