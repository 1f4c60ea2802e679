"""Saving and restoring: one file holds it all, nothing is overwritten without a copy, nothing strange gets in."""

import io
import json
import random
import shutil
import zipfile
from datetime import UTC, datetime

import pytest

from servicelab.course.handin import LARGEST_NOTEBOOK
from servicelab.errors import UserError
from servicelab.learn.saving import restore_progress, save_progress
from servicelab.learn.sheet import AnswerSheet
from servicelab.learn.whereabouts import keep_student_id, student_id

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def answer(root, value, name="lessons/01_needs/lesson"):
    AnswerSheet(root / f"{name}.answers.json", "n").put("q-one", {"value": value})


def read(root, name="lessons/01_needs/lesson"):
    return AnswerSheet(root / f"{name}.answers.json", "n").get("q-one").get("value")


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            # A member of its own making: `writestr` by name alone would write the time into the bytes.
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def test_what_is_saved_on_one_machine_is_restored_on_another(workspace, tmp_path):
    fresh = tmp_path / "fresh"
    shutil.copytree(workspace, fresh)
    answer(workspace, "mine")
    answer(workspace, "decided", "assignments/01_needs/exercise")
    (workspace / "assignments/01_needs/exercise.ipynb").write_text('{"cells": [], "mine": "my judgement"}')
    keep_student_id(workspace, "E1042")
    saved = save_progress(workspace, lambda: NOW)
    assert saved.name == "servicelab-progress-20260301-093000.zip"
    done = restore_progress(fresh, saved.content, lambda: NOW)
    assert read(fresh) == "mine"
    assert read(fresh, "assignments/01_needs/exercise") == "decided"
    assert "my judgement" in (fresh / "assignments/01_needs/exercise.ipynb").read_text()
    assert student_id(fresh) == "E1042"
    assert done.copies == ("assignments/01_needs/exercise-kept-20260301-093000.ipynb",)
    assert (fresh / done.copies[0]).read_bytes() != (fresh / "assignments/01_needs/exercise.ipynb").read_bytes()


def test_what_was_worked_in_beside_an_older_version_is_saved_too(workspace, tmp_path):
    fresh = tmp_path / "fresh"
    shutil.copytree(workspace, fresh)
    answer(workspace, "mine")
    for name in ("exercise.new.ipynb", "exercise.new-2.ipynb"):
        (workspace / "assignments/01_needs" / name).write_text(f'{{"cells": [], "mine": "{name}"}}')
    restore_progress(fresh, save_progress(workspace).content, lambda: NOW)
    for name in ("exercise.new.ipynb", "exercise.new-2.ipynb"):
        assert name in (fresh / "assignments/01_needs" / name).read_text()


def test_what_would_be_overwritten_is_kept_under_a_dated_name(workspace):
    answer(workspace, "old")
    content = save_progress(workspace).content
    answer(workspace, "new")
    done = restore_progress(workspace, content, lambda: NOW)
    assert read(workspace) == "old"
    assert done.copies == ("lessons/01_needs/lesson.answers.kept-20260301-093000.json",)
    assert "new" in (workspace / done.copies[0]).read_text()
    again = restore_progress(workspace, content, lambda: NOW)
    assert (again.taken, again.copies) == ((), ())
    answer(workspace, "newer")
    third = restore_progress(workspace, content, lambda: NOW)
    assert third.copies == ("lessons/01_needs/lesson.answers.kept-20260301-093000-2.json",)


def test_copies_are_neither_answers_nor_saved_again(workspace):
    answer(workspace, "old")
    content = save_progress(workspace).content
    answer(workspace, "new")
    restore_progress(workspace, content)
    with zipfile.ZipFile(io.BytesIO(save_progress(workspace).content)) as archive:
        assert not [n for n in archive.namelist() if "kept" in n]


def test_an_open_lesson_takes_over_what_was_restored(workspace):
    sheet = AnswerSheet(workspace / "lessons/01_needs/lesson.answers.json", "n")
    sheet.put("q-one", {"value": "old"})
    content = save_progress(workspace).content
    sheet.put("q-one", {"value": "new"})
    restore_progress(workspace, content)
    sheet.put("q-two", {"value": 2})
    assert sheet.get("q-one")["value"] == "old"


def test_nothing_answered_is_nothing_to_save(workspace):
    with pytest.raises(UserError, match="answer something first"):
        save_progress(workspace)


def test_links_are_not_followed_when_saving(workspace, tmp_path):
    answer(workspace, "mine")
    secret = tmp_path / "secret.json"
    secret.write_text('{"entries": {"q": {"value": "secret"}}}')
    (workspace / "lessons/01_needs/other.answers.json").symlink_to(secret)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "lesson.answers.json").write_text('{"entries": {}, "activity": {}}')
    (workspace / "lessons/linked").symlink_to(outside)
    with zipfile.ZipFile(io.BytesIO(save_progress(workspace).content)) as archive:
        assert sorted(n for n in archive.namelist() if "answers" in n) == ["lessons/01_needs/lesson.answers.json"]


def test_links_are_not_followed_when_restoring(workspace, tmp_path):
    answer(workspace, "mine")
    content = save_progress(workspace).content
    outside = tmp_path / "outside"
    shutil.move(workspace / "lessons/01_needs", outside)
    (workspace / "lessons/01_needs").symlink_to(outside)
    before = (outside / "lesson.answers.json").read_bytes()
    (outside / "lesson.answers.json").write_bytes(before.replace(b"mine", b"else"))
    restore_progress(workspace, content)
    assert b"else" in (outside / "lesson.answers.json").read_bytes()


def notebook(root, size, folder="01_needs", name="exercise"):
    """A graded notebook of so many bytes that no zip makes smaller."""
    path = root / "assignments" / folder / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    empty = json.dumps({"cells": [], "x": ""})
    made = random.Random(7).randbytes(size // 2).hex()[: size - len(empty)]
    path.write_text(json.dumps({"cells": [], "x": made}))
    return path


def test_what_is_too_heavy_is_left_out_and_named_and_the_rest_is_saved(workspace):
    answer(workspace, "mine")
    heavy = notebook(workspace, LARGEST_NOTEBOOK + 2)
    saved = save_progress(workspace)
    assert len(saved.left_out) == 1
    assert saved.left_out[0].startswith("assignments/01_needs/exercise.ipynb is larger than 32 MB")
    answer(workspace, "other")
    restore_progress(workspace, saved.content)
    assert read(workspace) == "mine"
    assert heavy.stat().st_size == LARGEST_NOTEBOOK + 2


def test_whatever_is_saved_can_be_restored(workspace):
    answer(workspace, "mine")
    pages = [notebook(workspace, LARGEST_NOTEBOOK - n * 2, f"0{n}_more") for n in range(2)]
    light = notebook(workspace, 1000)
    whole = light.read_bytes()
    saved = save_progress(workspace)
    assert len(saved.left_out) == 1
    assert saved.left_out[0].startswith("assignments/00_more/exercise.ipynb found no room")
    assert len(saved.content) > 10 << 20
    for page in (*pages, light):
        page.write_text('{"cells": []}')
    restored = restore_progress(workspace, saved.content)
    assert set(restored.taken) == {"assignments/01_more/exercise.ipynb", "assignments/01_needs/exercise.ipynb"}
    assert light.read_bytes() == whole


GOOD = json.dumps({"format": 1, "entries": {"q": {"value": 1}}, "activity": {}})
MANIFEST = json.dumps({"format": 1})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no zip", "not a zip"),
        (b"", "not a zip"),
        (zipped({"lessons/01_needs/lesson.answers.json": GOOD}), "not a saved progress"),
        (zipped({"progress.json": MANIFEST, "../evil.answers.json": GOOD}), "never does"),
        (zipped({"progress.json": MANIFEST, "/etc/passwd": "x"}), "never does"),
        (zipped({"progress.json": MANIFEST, "lessons/../../x/lesson.answers.json": GOOD}), "never does"),
        (zipped({"progress.json": MANIFEST, "lessons\\01\\lesson.answers.json": GOOD}), "never does"),
        (zipped({"progress.json": MANIFEST, "lessons/01_needs/lesson.ipynb": "{}"}), "never does"),
        (zipped({"progress.json": MANIFEST, "lessons/01_needs/quiz.json": "{}"}), "never does"),
        (zipped({"progress.json": MANIFEST, "lessons/01_needs/lesson.answers.json": "{"}), "damaged"),
        (zipped({"progress.json": MANIFEST, "lessons/01_needs/lesson.answers.json": '{"entries": 1}'}), "damaged"),
        (zipped({"progress.json": MANIFEST, "assignments/01_needs/exercise.ipynb": "[]"}), "damaged"),
        (zipped({"progress.json": MANIFEST, "lessons/99_none/lesson.answers.json": GOOD}), "another course"),
        (
            zipped({"progress.json": MANIFEST, **{f"lessons/x/a{n}.answers.json": GOOD for n in range(600)}}),
            "more than",
        ),
    ],
)
def test_a_file_that_is_no_saved_progress_changes_nothing(workspace, tmp_path, content, says):
    answer(workspace, "mine")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(UserError, match=says):
        restore_progress(workspace, content)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def corrupted(content):
    """The same zip with a packed stream that does not unpack, as a bad disk leaves it."""
    made = bytearray(content)
    at = made.find(b"answers.json") + len("answers.json")
    made[at : at + 20] = b"\xff" * 20
    return bytes(made)


def test_a_damaged_stream_is_said_in_a_sentence_and_changes_nothing(workspace):
    answer(workspace, "mine")
    content = save_progress(workspace).content
    answer(workspace, "newer")
    with pytest.raises(UserError, match="not a zip that can be read"):
        restore_progress(workspace, corrupted(content))
    assert read(workspace) == "newer"


def test_the_same_name_twice_is_no_saved_progress(workspace):
    answer(workspace, "mine")
    content = save_progress(workspace).content
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("lessons/01_needs/lesson.answers.json", GOOD)
    with pytest.raises(UserError, match="twice"):
        restore_progress(workspace, buffer.getvalue())


def test_a_truncated_zip_and_a_zip_bomb_change_nothing(workspace):
    answer(workspace, "mine")
    content = save_progress(workspace).content
    with pytest.raises(UserError):
        restore_progress(workspace, content[: len(content) // 2])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("progress.json", MANIFEST)
        for n in range(4):
            archive.writestr(f"assignments/a{n}/exercise.ipynb", b" " * (60 * 2**20))
    with pytest.raises(UserError, match="more than"):
        restore_progress(workspace, buffer.getvalue())


def test_a_full_disk_leaves_the_learners_own_file_where_it_was(workspace, monkeypatch):
    answer(workspace, "theirs")
    content = save_progress(workspace).content
    answer(workspace, "mine")
    import servicelab.learn.saving as archive

    def full(_path, _content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "write_whole", full)
    with pytest.raises(OSError, match="No space"):
        restore_progress(workspace, content, lambda: NOW)
    assert read(workspace) == "mine"
    assert not list(workspace.rglob("*kept*"))
