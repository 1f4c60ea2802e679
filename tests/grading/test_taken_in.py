"""What is taken in: files that are small and take gigabytes to read, and whose a file is and when it was made."""

from __future__ import annotations

import json
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.grading.conftest import DUE, RIGHT, SHARE, TRIAL, answers, fill, pack, put

from servicelab.files.zips import Refused
from servicelab.grading import exchange
from servicelab.grading.border import mended
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.envelope import MOST_PARTS, ensure_readable, read_submission
from servicelab.grading.inbox import arrivals, read_name, uploader

STAMP = "20261120T090000Z"


def swollen(course: Course, part: str, count: int) -> bytes:
    """The released notebook with a list of one part, over and over."""
    return fill(course)[:-1].rstrip(b"}\n ") + b'},"x":[' + ",".join([part] * count).encode() + b"]}"


@pytest.mark.grading
@pytest.mark.parametrize(("part", "count"), [("{}", MOST_PARTS), ("[]", MOST_PARTS), ('"a"', 3 * MOST_PARTS + 3)])
def test_a_file_of_nothing_but_parts_is_refused_before_it_is_read(
    part: str, count: int, course: Course, tmp_path: Path
) -> None:
    data = pack("eve", swollen(course, part, count), answers(RIGHT))
    assert len(data) < 60_000
    tracemalloc.start()
    try:
        with pytest.raises(Refused, match=r"exercise\.ipynb holds more parts than a notebook can"):
            read_submission(data)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
    put(tmp_path / "inbox", "eve.zip", data)
    put(tmp_path / "inbox", "lin.zip", pack("lin", fill(course, code=SHARE), answers(RIGHT)))
    assert [line.verdict for line in collect(TRIAL, [tmp_path / "inbox"], course=course).lines] == ["refused", "taken"]


def test_the_same_holds_for_the_exchange(tmp_path: Path) -> None:
    folder = tmp_path / f"eve+{TRIAL}+2026-11-20 09:00:00 UTC"
    folder.mkdir()
    (folder / "exercise.ipynb").write_bytes(b"[" + b"[]," * MOST_PARTS + b"[]]")
    with pytest.raises(Refused, match="more parts than a notebook can"):
        exchange._read(folder, "eve", TRIAL, "2026-11-20 09:00:00 UTC", ["exercise"])


def test_what_a_days_work_holds_is_taken() -> None:
    """A drawing of two hundred thousand numbers in pairs, in a notebook of a thousand cells."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["x = [1]\n"] * 20}
    drawn = {"data": {"application/json": [[number, number] for number in range(100_000)]}}
    content = json.dumps({"cells": [*[cell] * 1000, {**cell, "outputs": [drawn]}]}).encode()
    assert ensure_readable("exercise.ipynb", content) == content


PIECES = st.sampled_from(["\\\\", "\\n", '\\"', "\\ud83d", "\\ude00", "\\uD83D\\uDE00", "\\u00e9", "ud800", "x", "林"])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_only_half_characters_are_marked(text: str) -> None:
    came = f'"{text}"'.encode()
    stands = mended({"a.json": came})[0]["a.json"]
    meant = json.loads(came).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert json.loads(stands) == meant


def test_a_file_of_nothing_but_escapes_takes_no_room() -> None:
    """Each of them was a text of its own, with a list that held them all."""
    content = b'"' + b"\\\\" * (1 << 20) + b'"'
    tracemalloc.start()
    try:
        assert mended({"a.json": content})[0]["a.json"] == content
        assert tracemalloc.get_traced_memory()[1] < 4 * len(content)
    finally:
        tracemalloc.stop()


LONG = "Service-for-everybody-in-every-season-of-the-year-a-group-task-of-the-second-month_"


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("Lin Yue_1234_assignsubmission_file_/lin--x.zip", "Lin Yue_1234"),
        ("Needs_lyue_attempt_2026-11-20-09-00-00_lin--x.zip", "lyue"),
        ("yuelin_LATE_1234_56789_lin--x.zip", "yuelin"),
        ("Needs_eve_attempt_2026-11-20-09-00-00_lin_attempt_2026-11-20-09-00-00_x.zip", "eve"),
        ("eve_1234_5678_Needs_lin_attempt_2026-11-20-09-00-00_x.zip", "eve"),
        ("eve_1_assignsubmission_file_lin_1_assignsubmission_file_x.zip", "eve_1"),
        ("class.zip › eve_1234_5678_lin--x.zip", "eve"),
    ],
)
def test_who_uploaded_a_file_is_who_the_platform_says_and_not_what_they_call_it(name: str, who: str) -> None:
    assert uploader(name) == who


def test_a_name_that_is_shortened_for_its_line_is_read_whole(tmp_path: Path) -> None:
    name = f"{LONG}eve_attempt_2026-11-20-09-00-00_lin-yue--{TRIAL}--{STAMP}.zip"
    assert len(name) > 130
    put(tmp_path, name, pack("lin-yue", b"{}"))
    (arrival,) = arrivals([tmp_path])
    assert len(arrival.label) < 100 < len(arrival.name)
    assert uploader(arrival.name) == "eve"
    assert (read_name(arrival.name) or ("",))[0] == "lin-yue"


@pytest.mark.grading
def test_who_uploads_for_somebody_else_is_noticed_days_after(course: Course, tmp_path: Path) -> None:
    def day(number: int, name: str) -> str:
        created = DUE - timedelta(hours=9 - number)
        put(
            tmp_path / str(number),
            name,
            pack("lin", fill(course, written=str(number)), answers(RIGHT), created=created),
        )
        (line,) = collect(TRIAL, [tmp_path / str(number)], course=course).lines
        return line.detail

    asked = "uploaded by lin and by eve: ask whose it is"
    assert asked not in day(1, f"lin_1234_5678_lin--{TRIAL}--{STAMP}.zip")
    assert asked in day(2, f"eve_2222_3333_lin--{TRIAL}--{STAMP}.zip")
    assert asked in day(3, f"eve_2222_4444_lin--{TRIAL}--{STAMP}.zip")
    assert "uploaded by" not in day(4, f"lin_1234_9999_lin--{TRIAL}--{STAMP}.zip")


@pytest.mark.grading
@pytest.mark.parametrize(("after", "said"), [(timedelta(days=9), True), (-timedelta(minutes=30), False)])
def test_what_comes_in_after_it_was_due_and_says_it_is_older_is_told(
    after: timedelta, said: bool, course: Course, tmp_path: Path
) -> None:
    put(tmp_path, "a.zip", pack("lin", fill(course), answers(RIGHT), created=DUE - timedelta(minutes=40)))
    put(tmp_path, "b.zip", pack("zhao", fill(course), answers(RIGHT), created=DUE + timedelta(hours=1)))

    def told() -> str:
        return collect(TRIAL, [tmp_path], course=course, now=DUE + after).sentence()

    line = "Collected only after the due time, and in time by their own clocks: 1."
    assert (line in told()) is said
    assert line not in told(), "what is here already is not told again"
