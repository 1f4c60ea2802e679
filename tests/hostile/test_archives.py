"""Archives that nobody's Submit button makes: each is refused with a reason, none harms the others."""

from __future__ import annotations

import hashlib
import io
import json
import os
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from servicelab.course.handin import LARGEST_NOTEBOOK
from servicelab.files.zips import Refused, spelled_out
from servicelab.grading.envelope import MEMBER_LIMIT, Submission, read_submission
from servicelab.grading.inbox import Arrival, arrivals, read_name, uploader

NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
CREATED = "2026-11-20T09:00:00+00:00"


def stated(files: Mapping[str, bytes], /, **changes: object) -> bytes:
    manifest = {
        "format": 1,
        "course": "servicelab",
        "assignment": "01_needs",
        "student": "lin-yue",
        "created": CREATED,
        "language": "en",
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        **changes,
    }
    return json.dumps(manifest).encode()


def zipped(members: Mapping[str | zipfile.ZipInfo, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(
                name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED
            )
    return stream.getvalue()


def good(**changes: object) -> dict[str | zipfile.ZipInfo, bytes]:
    files = {"exercise.ipynb": NOTEBOOK, "exercise.answers.json": b"{}"}
    return {**files, "submission.json": stated(files, **changes)}


def named(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("placeholder")
    info.filename = info.orig_filename = name
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    """Change a member's name in the finished archive, where zipfile would not write it."""
    assert len(old) == len(new)
    assert old in data
    return data.replace(old, new)


def test_a_good_one_is_read_whole() -> None:
    read = read_submission(zipped(good()))
    assert (read.student, read.assignment, read.language) == ("lin-yue", "01_needs", "en")
    assert set(read.files) == {"exercise.ipynb", "exercise.answers.json", "submission.json"}
    assert read.created.isoformat() == CREATED
    assert read.notes == ()


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_submission(data)
    return str(refused.value)


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        (named("../../exercise.ipynb"), "points outside"),
        (named("/etc/cron.d/x"), "points outside"),
        (named("C:\\exercise.ipynb"), "points outside"),
        (named("..\\..\\exercise.ipynb"), "points outside"),
        (named("evidence/../../x"), "points outside"),
        (named("exercise.html", 0o120777), "a link or a device"),
        (named("pipe", 0o010644), "a link or a device"),
        (named("EXERCISE.ipynb"), "have the name"),
        (named("exercise.answers.json\u202egnp"), "do not show"),
        (named("a\u0007b"), "do not show"),
    ],
)
def test_a_name_that_submit_never_writes(extra: zipfile.ZipInfo, why: str) -> None:
    assert why in refusal(zipped({**good(), extra: b"../../../etc/passwd"}))


def test_a_null_in_a_name() -> None:
    data = patched(zipped({**good(), "exerciseX.ipynb.exe": b"x"}), b"exerciseX.ipynb.exe", b"exercise\0.ipynb.exe")
    assert "do not show" in refusal(data)


def test_the_same_name_twice_and_in_two_unicode_forms() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in good().items():
            archive.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("exercise.ipynb", b"another")
    assert "have the name" in refusal(stream.getvalue())
    assert "have the name" in refusal(zipped({**good(), "caf\u00e9.txt": b"", "cafe\u0301.txt": b""}))


def test_a_bomb_is_stopped_by_the_bytes_that_come_out_whatever_it_says_of_itself() -> None:
    bomb = b"\0" * (LARGEST_NOTEBOOK + 1)
    data = zipped({"exercise.ipynb": bomb, "submission.json": stated({"exercise.ipynb": bomb})})
    assert len(data) < 200_000
    # The stated size is a lie as well: 10 bytes.
    lying = data.replace(struct.pack("<L", len(bomb)), struct.pack("<L", 10))
    tracemalloc.start()
    began = time.perf_counter()
    assert "more than" in refusal(data)
    assert refusal(lying)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.perf_counter() - began < 10
    assert peak < 4 * LARGEST_NOTEBOOK


def test_a_manifest_that_is_a_bomb_or_nested_without_end() -> None:
    assert "more than" in refusal(zipped({"exercise.ipynb": NOTEBOOK, "submission.json": b" " * (2 << 20)}))
    deep = b"[" * 200_000
    assert "cannot be read" in refusal(zipped({"exercise.ipynb": NOTEBOOK, "submission.json": deep}))


def test_a_huge_count_of_members_is_refused_before_the_table_is_read() -> None:
    many = zipped({**good(), **{f"x{number}": b"" for number in range(MEMBER_LIMIT)}})
    assert "lists" in refusal(many)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(70_000):
            archive.writestr(zipfile.ZipInfo(f"{number:05}"), b"")
    began = time.perf_counter()
    assert "lists more files" in refusal(stream.getvalue())
    assert time.perf_counter() - began < 1


def test_a_count_that_lies() -> None:
    data = bytearray(zipped({**good(), **{f"x{number}": b"" for number in range(2 * MEMBER_LIMIT)}}))
    end = data.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", data, end + 8, 1, 1)
    assert "lists" in refusal(bytes(data))


@pytest.mark.parametrize("cut", [10, 60, 300])
def test_cut_short(cut: int) -> None:
    data = zipped({**good(), "exercise.html": os.urandom(400)})
    assert "damaged or cut short" in refusal(data[:-cut])


def test_not_a_zip_empty_and_damaged_inside() -> None:
    assert "not a zip" in refusal(b"%PDF-1.7 " + b"x" * 100)
    assert "not a zip" in refusal(b"")
    assert "empty" in refusal(zipped({}))
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for name, content in good().items():
            archive.writestr(name, content)
    assert "damaged" in refusal(patched(stored.getvalue(), NOTEBOOK, NOTEBOOK.replace(b"cells", b"Cells")))


def test_locked_with_a_password() -> None:
    data = bytearray(zipped(good()))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    assert "password" in refusal(bytes(data))


def test_packed_in_an_unusual_way() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in good().items():
            archive.writestr(name, content)
    assert "packed in a way" in refusal(stream.getvalue())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"student": "../admin"}, "cannot be a trainee's id"),
        ({"student": "con"}, "cannot be a trainee's id"),
        ({"student": "NUL.txt"}, "cannot be a trainee's id"),
        ({"student": "*"}, "cannot be a trainee's id"),
        ({"student": "a[b]"}, "cannot be a trainee's id"),
        ({"student": "lin+01_needs+2026"}, "cannot be a trainee's id"),
        ({"student": "x" * 65}, "cannot be a trainee's id"),
        ({"student": "dot."}, "cannot be a trainee's id"),
        ({"student": None}, "names no trainee"),
        ({"assignment": "../01_needs"}, "names no assignment"),
        ({"assignment": "*"}, "names no assignment"),
        ({"format": 2}, "update the package"),
        ({"created": "yesterday"}, "when it was made"),
        ({"created": "0001-01-01T00:00:00+23:00"}, "when it was made"),
        ({"files": []}, "lists no files"),
        ({"files": {"../exercise.ipynb": "0"}}, "exactly one notebook"),
        ({"files": {"a.ipynb": "0", "b.ipynb": "0"}}, "exactly one notebook"),
        ({"files": {"exercise.ipynb": "0" * 64}}, "hash differs"),
        ({"files": {"exercise.ipynb": "0", "evidence/lesson.answers.json": "0"}}, "is missing"),
    ],
)
def test_a_manifest_that_cannot_be_believed(changes: dict[str, object], why: str) -> None:
    assert why in refusal(zipped(good(**changes)))


def test_only_the_files_the_format_names_are_taken() -> None:
    read = read_submission(zipped({**good(), "virus.exe": b"MZ", "notes.txt": b"hello"}))
    assert set(read.files) == {"exercise.ipynb", "exercise.answers.json", "submission.json"}
    assert read.notes == ("2 other files in it were left out",)


def test_a_folder_around_everything_and_what_a_mac_adds() -> None:
    inside = {f"my work/{name}": content for name, content in good().items()}
    read = read_submission(zipped({**inside, "__MACOSX/my work/._exercise.ipynb": b"x", "my work/.DS_Store": b"x"}))
    assert read.student == "lin-yue"


# Inboxes and what platforms make.


def inbox(*places: Path) -> list[Arrival]:
    return list(arrivals(places))


def test_links_pipes_and_other_files_in_an_inbox(tmp_path: Path) -> None:
    box = tmp_path / "inbox"
    box.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "real.zip").write_bytes(zipped(good()))
    (box / "file-link.zip").symlink_to(outside / "real.zip")
    (box / "folder-link").symlink_to(outside)
    os.mkfifo(box / "pipe.zip")
    (box / "exercise.ipynb").write_bytes(NOTEBOOK)
    (box / "gradebook.csv").write_text("x", encoding="utf-8")
    found = {each.label: each.refusal for each in inbox(box)}
    assert found == {
        "exercise.ipynb": "it is not the zip that the Submit button makes",
        "file-link.zip": "it is a link",
        "folder-link": "it is a link",
        "pipe.zip": "it is not a file",
    }
    assert [each.refusal for each in inbox(box / "file-link.zip")] == ["it is a link"]


PLATFORMS = {
    "moodle": "Lin Yue_1234_assignsubmission_file_/lin-yue--01_needs--20261120T090000Z.zip",
    "canvas": "yuelin_LATE_1234_56789_lin-yue--01_needs--20261120T090000Z-1.zip",
    "blackboard": "Needs_lyue_attempt_2026-11-20-09-00-00_lin-yue--01_needs--20261120T090000Z.zip",
    "browser": "lin-yue--01_needs--20261120T090000Z (1).zip",
    "quoted": '"lin-yue--01_needs--20261120T090000Z.zip"',
    "learning platform": "20231234-林悦-作业1/lin-yue--01_needs--20261120T090000Z.zip",
}


@pytest.mark.parametrize("name", PLATFORMS.values(), ids=PLATFORMS)
def test_names_that_platforms_put_around_a_submission(name: str, tmp_path: Path) -> None:
    bulk = tmp_path / "bulk.zip"
    # Without submission.json the name is all there is.
    bulk.write_bytes(zipped({name: zipped({"exercise.ipynb": NOTEBOOK}), name + ".txt": b"about the attempt"}))
    (only,) = inbox(bulk)
    assert only.data is not None
    read = read_submission(only.data, fallback=read_name(only.label))
    assert (read.student, read.assignment, read.created.isoformat()) == ("lin-yue", "01_needs", CREATED)
    assert read.notes == ("it has no submission.json, so its file name was believed",)


def test_the_platform_says_who_uploaded() -> None:
    said = {name: uploader(f"bulk.zip › {label}") for name, label in PLATFORMS.items()}
    assert said["moodle"] == "Lin Yue_1234"
    assert said["canvas"] == "yuelin"
    assert said["blackboard"] == "lyue"
    assert said["browser"] == ""


def test_a_bulk_zip_from_chinese_windows_is_legible(tmp_path: Path) -> None:
    info = named("林悦.zip".encode("gbk").decode("cp437"))
    bulk = tmp_path / "班级.zip"
    data = zipped({info: zipped(good())})
    # Without the flag that says the name is Unicode, as such a system writes it.
    written = data.replace("林悦.zip".encode("gbk").decode("cp437").encode(), "林悦.zip".encode("gbk") + b"")
    bulk.write_bytes(written if written == data else _unflagged(good()))
    assert [each.label for each in inbox(bulk)] == ["班级.zip › 林悦.zip"]


def _unflagged(inner: Mapping[str | zipfile.ZipInfo, bytes]) -> bytes:
    """A zip with a GBK name and no Unicode flag."""
    name = "林悦.zip".encode("gbk")
    data = zipped({"x" * (len(name) - 4) + ".zip": zipped(inner)})
    return data.replace(b"x" * (len(name) - 4) + b".zip", name)


def test_one_bad_member_does_not_cost_the_others(tmp_path: Path) -> None:
    bulk = tmp_path / "all.zip"
    members: dict[str | zipfile.ZipInfo, bytes] = {
        "a.zip": zipped(good()),
        named("../b.zip"): zipped(good()),
        "c.zip": b"not a zip",
        named("d.zip", 0o120777): b"/etc/passwd",
        "e.zip": zipped(good(student="zhao-min")),
    }
    bulk.write_bytes(zipped(members))
    found = inbox(bulk)
    assert [bool(each.data) for each in found] == [True, False, False, False, True]
    assert "points outside" in found[1].refusal
    assert "not a zip" in found[2].refusal
    assert "link" in found[3].refusal


def test_zips_in_zips_end(tmp_path: Path) -> None:
    data = zipped(good())
    for depth in range(4):
        data = zipped({f"{depth}.zip": data})
    deep = tmp_path / "deep.zip"
    deep.write_bytes(data)
    (only,) = inbox(deep)
    assert only.refusal == "it holds zips in zips in zips"


def test_one_trainees_bomb_leaves_room_for_the_others(tmp_path: Path) -> None:
    zeros = zipped({"a.zip": b"\0" * (260 << 20)})
    bulk = tmp_path / "all.zip"
    bulk.write_bytes(zipped({"a-bomb.zip": zeros, "b.zip": zipped(good())}))
    found = inbox(bulk)
    assert "more than" in found[0].refusal
    assert found[1].data is not None


def test_names_are_shown_without_what_does_not_show() -> None:
    assert spelled_out("a\u202egnp\x1b[31m.zip") == "a\\u202egnp\\x1b[31m.zip"
    assert spelled_out("林悦.zip") == "林悦.zip"
    assert len(spelled_out("x" * 5000)) < 120


def test_a_submission_is_a_plain_value() -> None:
    assert isinstance(read_submission(zipped(good())), Submission)
