"""Collecting: the latest counts, earlier ones stay, a second run changes nothing, one line an archive."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.grading.conftest import DUE, RIGHT, TRIAL, answers, fill, pack, put

from servicelab.errors import UserError
from servicelab.grading.collecting import Collection, Line, collect
from servicelab.grading.course import Course, course_here

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def verdicts(report: Collection) -> dict[str, str]:
    return {line.label: line.verdict for line in report.lines}


def held(course: Course, student: str) -> dict[str, str]:
    folder = course.submitted / student / TRIAL
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.*")}


def test_the_latest_counts_and_earlier_ones_stay(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    for hour, name in ((3, "c"), (1, "a"), (2, "b")):
        put(inbox, f"{name}.zip", pack("lin", fill(course, written=name), created=DUE - timedelta(hours=hour)))
    report = collect(TRIAL, [inbox], course=course, now=NOW)
    assert verdicts(report) == {"a.zip": "taken", "b.zip": "earlier", "c.zip": "earlier"}
    assert len(list((course.received / TRIAL / "lin").glob("*.zip"))) == 3
    assert held(course, "lin")["timestamp.txt"] == "2026-11-20 11:00:00.000000 UTC"
    assert '"a"' in json.dumps(json.loads(held(course, "lin")["exercise.ipynb"]))
    # An even earlier one that arrives last is kept and does not count.
    put(inbox, "d.zip", pack("lin", fill(course), created=DUE - timedelta(days=2)))
    again = collect(TRIAL, [inbox], course=course, now=NOW)
    assert again.counts == {"again": 3, "earlier": 1}
    assert held(course, "lin")["timestamp.txt"] == "2026-11-20 11:00:00.000000 UTC"


def test_a_second_run_changes_nothing(course: Course, tmp_path: Path) -> None:
    put(tmp_path / "inbox", "lin.zip", pack("lin", fill(course), answers(RIGHT)))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    before = {path: path.stat().st_mtime_ns for path in course.root.rglob("*") if "gradebook" not in path.name}
    report = collect(TRIAL, [tmp_path / "inbox"], course=course)
    assert report.counts == {"again": 1}
    assert report.complete
    after = {path: path.stat().st_mtime_ns for path in course.root.rglob("*") if "gradebook" not in path.name}
    assert after == before


def test_one_line_an_archive_and_the_counts(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    put(inbox, "a.zip", pack("lin", fill(course), answers(RIGHT)))
    put(inbox, "b.zip", b"PK nothing")
    put(inbox, "c.zip", pack("lin", fill(course), assignment="02_process"))
    put(inbox, "d.zip", pack("lin", b"broken", created=DUE))
    put(inbox, "e.ipynb", fill(course))
    report = collect(TRIAL, [inbox], course=course)
    assert report.sentence().splitlines() == [
        "a.zip: kept, a later one counts · lin",
        "c.zip: for another assignment · lin · 02_process",
        "d.zip: taken · lin · its notebook is damaged, so only its answers file can score: ask for it again",
        "b.zip: refused · it is damaged or cut short",
        "e.ipynb: refused · it is not the zip that the Submit button makes",
        f"{TRIAL}: 1 taken, 1 earlier ones kept, 0 already here, 1 for other assignments, 2 refused; "
        f"in {course.submitted}. More than one came from lin: the latest counts. Where two people gave one number, "
        "have one of them hand in again under their own. Cannot be opened: lin. Ask for it again. Collected "
        "only after the due time, and in time by their own clocks: 1. Where the deadline decides, compare with the "
        "platform's times. What was refused stops nobody else: go on, and ask its senders to hand in again. "
        f"Next: servicelab grade {TRIAL}",
    ]
    assert (report.complete, report.usable) == (False, True)


def needs_version_99(data: bytes) -> bytes:
    """The same zip, that says a program of a later day is needed."""
    made = bytearray(data)
    at = made.rfind(b"PK\1\2")
    made[at + 6] = 99
    return bytes(made)


def listed_often(data: bytes, times: int) -> bytes:
    """The same zip, its only member listed many times: each is to be unpacked, and all are the same bytes."""
    end = data.rfind(b"PK\5\6")
    (start,) = struct.unpack_from("<I", data, end + 16)
    table = data[start:end]
    return (
        data[:start]
        + table * times
        + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, times, times, len(table) * times, start, 0)
    )


def test_archives_made_to_harm_cost_nobody_else(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a.zip", bytes(300 << 20))
    put(inbox, "a.zip", needs_version_99(pack("zhao", fill(course))))
    put(inbox, "b.zip", listed_often(stream.getvalue(), 9_000))
    put(inbox, "c.zip", pack("lin", fill(course)))
    report = collect(TRIAL, [inbox], course=course)
    assert [str(line) for line in report.lines] == [
        "a.zip: refused · it is damaged or cut short",
        "b.zip: refused · files in it lie over one another, as in no zip that a program makes",
        "c.zip: taken · lin",
    ]


def test_bombs_in_bombs_use_up_the_room_of_the_file_they_came_in(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is small when it is read; it is what comes out of all of them that would never end."""
    monkeypatch.setattr("servicelab.grading.inbox.BELOW_LIMIT", 3 << 20)
    notebook = b" " * (1 << 20)
    one = io.BytesIO()
    with zipfile.ZipFile(one, "w", zipfile.ZIP_DEFLATED) as many:
        for number in range(40):
            many.writestr(f"t{number}--{TRIAL}--20261120T090000Z.zip", pack(f"t{number}", notebook))
    bulk = io.BytesIO()
    with zipfile.ZipFile(bulk, "w", zipfile.ZIP_DEFLATED) as everybody:
        everybody.writestr("a.zip", one.getvalue())
        everybody.writestr("b.zip", pack("lin", fill(course)))
    report = collect(TRIAL, [put(tmp_path, "bulk.zip", bulk.getvalue())], course=course)
    told = [line for line in report.lines if "with what was unpacked before it" in line.detail]
    assert report.counts == {"taken": 3, "refused": 38}
    assert len(told) == 38
    assert report.lines[-1].student == "lin"


def test_a_class_of_three_hundred_from_one_bulk_zip(course: Course, tmp_path: Path) -> None:
    notebook = fill(course)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bulk:
        for number in range(300):
            bulk.writestr(f"Lin Yue {number}_{number}_assignsubmission_file_/work.zip", pack(f"t{number}", notebook))
    path = put(tmp_path, "bulk.zip", stream.getvalue())
    began = datetime.now(UTC)
    report = collect(TRIAL, [path], course=course)
    assert report.counts == {"taken": 300}
    assert len(list(course.submitted.glob(f"*/{TRIAL}/exercise.ipynb"))) == 300
    assert datetime.now(UTC) - began < timedelta(seconds=15)


def test_ids_that_differ_by_capitals_are_one_trainee(course: Course, tmp_path: Path) -> None:
    """On Windows and macOS they would share a folder without a word."""
    put(tmp_path / "inbox", "a.zip", pack("Lin.Yue", fill(course), created=DUE - timedelta(hours=2)))
    put(tmp_path / "inbox", "b.zip", pack("lin.yue", fill(course), created=DUE - timedelta(hours=1)))
    report = collect(TRIAL, [tmp_path / "inbox"], course=course)
    assert [(line.verdict, line.student, line.detail) for line in report.lines] == [
        ("earlier", "Lin.Yue", ""),
        ("taken", "Lin.Yue", "sent as lin.yue"),
    ]
    assert [each.name for each in course.submitted.iterdir()] == ["Lin.Yue"]


def test_who_handed_in_before_is_named_only_when_there_is_more_of_them(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    put(inbox, "a.zip", pack("lin", fill(course)))
    put(inbox, "b.zip", pack("zhao", fill(course)))
    named = "More than one came from {}: the latest counts."
    assert named.format("lin") not in collect(TRIAL, [inbox], course=course).sentence()
    put(inbox, "c.zip", pack("lin", fill(course), answers(RIGHT), created=DUE))
    assert named.format("lin") in collect(TRIAL, [inbox], course=course).sentence()
    assert "More than one came" not in collect(TRIAL, [inbox], course=course).sentence()


def test_of_a_test_without_marks_its_report_is_next(course: Course) -> None:
    said = Collection("post_test", (Line("a.zip", "taken", "lin"),), course.submitted).sentence()
    assert said.endswith("Next: servicelab tests")


def test_two_people_who_upload_under_one_id_are_reported(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    put(inbox, "Lin Yue_11_assignsubmission_file_/w.zip", pack("lin", fill(course)))
    put(inbox, "Zhao Min_12_assignsubmission_file_/w.zip", pack("lin", fill(course), created=DUE))
    report = collect(TRIAL, [inbox], course=course)
    assert report.lines[1].detail == "uploaded by Lin Yue_11 and by Zhao Min_12: ask whose it is"


def test_a_clock_that_is_ahead_does_not_win_for_ever(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    put(inbox, "a.zip", pack("lin", fill(course), created=datetime(2099, 1, 1, tzinfo=UTC)))
    report = collect(TRIAL, [inbox], course=course, now=NOW)
    assert report.lines[0].detail == "its clock was ahead, so the time of collecting counts"
    put(inbox, "b.zip", pack("lin", fill(course), created=NOW + timedelta(hours=1)))
    collect(TRIAL, [inbox], course=course, now=NOW + timedelta(hours=2))
    assert held(course, "lin")["timestamp.txt"].startswith("2026-11-21 09:00:00")


def test_another_assignments_notebook_is_refused(course: Course, tmp_path: Path) -> None:
    put(tmp_path / "inbox", "a.zip", pack("lin", fill(course), name="analysis"))
    (line,) = collect(TRIAL, [tmp_path / "inbox"], course=course).lines
    assert line.detail == "its notebook is analysis.ipynb, this assignment has exercise.ipynb"


def test_evidence_stands_beside_the_submission(course: Course, tmp_path: Path) -> None:
    put(tmp_path / "inbox", "a.zip", pack("lin", fill(course), answers(RIGHT), evidence=b'{"entries": {}}'))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    assert held(course, "lin")["evidence/lesson.answers.json"] == '{"entries": {}}'


def test_mistakes_are_answered_in_one_sentence(course: Course, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"99_none was never released here \(these were: 77_trial\)"):
        collect("99_none", [tmp_path], course=course)
    with pytest.raises(UserError, match="does not exist"):
        collect(TRIAL, [tmp_path / "nowhere"], course=course)
    with pytest.raises(UserError, match="no graded course"):
        course_here(Path(tmp_path.anchor))
    with pytest.raises(UserError, match="not a graded course"):
        Course.at(tmp_path)


# nbgrader's exchange.


def inbound(course: Course) -> Path:
    return course.root / "exchange" / "servicelab" / "inbound"


def submitted_to_exchange(course: Course, student: str, when: str = "2026-11-20 09:00:00.000000 UTC") -> Path:
    folder = inbound(course) / f"{student}+{TRIAL}+{when}+secret"
    folder.mkdir(parents=True)
    (folder / "exercise.ipynb").write_bytes(fill(course))
    (folder / "exercise.answers.json").write_bytes(answers(RIGHT))
    (folder / "timestamp.txt").write_text(when, encoding="utf-8")
    (folder / "submission_secret.txt").write_text("s" * 128, encoding="utf-8")
    return folder


def test_from_the_exchange(course: Course) -> None:
    submitted_to_exchange(course, "lin")
    submitted_to_exchange(course, "zhao+min", "2026-11-20 10:00:00.000000 UTC")
    report = collect(TRIAL, course=course)
    found = {line.student: line.verdict for line in report.lines}
    assert found == {"lin": "taken", "": "refused"}, "a plus sign in a name cannot be told from nbgrader's own"
    assert set(held(course, "lin")) >= {"exercise.ipynb", "exercise.answers.json", "timestamp.txt"}
    assert held(course, "lin")["submission_secret.txt"] == "s" * 128
    assert collect(TRIAL, course=course).counts == {"again": 1, "refused": 1}


def test_the_exchange_follows_no_link_where_stock_collect_does(course: Course, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "exercise.ipynb").write_text("the instructor's", encoding="utf-8")
    inbound(course).mkdir(parents=True, exist_ok=True)
    (inbound(course) / f"a+{TRIAL}+2026-11-20 09:00:00 UTC+x").symlink_to(secret)
    for student in ("b", "c", "d", "e"):
        submitted_to_exchange(course, student)
    folders = {path.name[0]: path for path in inbound(course).iterdir()}
    (folders["b"] / "exercise.answers.json").unlink()
    (folders["b"] / "exercise.answers.json").symlink_to(secret / "exercise.ipynb")
    (folders["c"] / "evidence").symlink_to(secret)
    (folders["d"] / "exercise.ipynb").unlink()
    os.mkfifo(folders["d"] / "exercise.ipynb")
    (folders["e"] / "exercise.ipynb").unlink()
    os.link(secret / "exercise.ipynb", folders["e"] / "exercise.ipynb")
    report = collect(TRIAL, course=course)
    assert report.counts == {"refused": 5}
    assert not list(course.submitted.glob("*"))


def test_an_inbox_without_submissions_is_told(course: Course, tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    with pytest.raises(UserError, match=r"There is no submission in .*: name the folder"):
        collect(TRIAL, [tmp_path / "inbox"], course=course)
