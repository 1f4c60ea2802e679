"""The answer sheet: nothing is lost, nothing in it can stop a notebook."""

import json
import os
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.learn.conftest import no_file_opens

from servicelab.files.whole import write_whole
from servicelab.learn.sheet import LARGEST_ENTRY, AnswerSheet, salvage, understand

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
entries = st.dictionaries(
    st.text(max_size=30), st.dictionaries(st.text(max_size=12), json_values, max_size=4), max_size=6
)


def opened(folder: Path, **more) -> AnswerSheet:
    return AnswerSheet(folder / "lesson.answers.json", "01_needs/lesson", **more)


def without_time(entry: dict) -> dict:
    return {k: v for k, v in entry.items() if k != "at"}


@given(entries)
@settings(max_examples=60)
def test_what_is_put_comes_back_after_reopening(tmp_path_factory, given_entries):
    folder = tmp_path_factory.mktemp("sheet")
    sheet = opened(folder)
    for key, entry in given_entries.items():
        assert sheet.put(key, entry)
    again = opened(folder)
    assert again.notices == []
    assert {k: without_time(e) for k, e in again.entries.items()} == {
        k: without_time(e) for k, e in given_entries.items()
    }


def test_the_file_is_readable_sorted_and_says_what_it_is(tmp_path):
    sheet = opened(tmp_path, language="zh", clock=lambda: datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    sheet.put("q-b", {"value": "云雀"})
    sheet.put("q-a", {"value": 1})
    raw = sheet.path.read_text(encoding="utf-8")
    assert "云雀" in raw
    assert raw.index("q-a") < raw.index("q-b")
    assert raw.endswith("}\n")
    document = json.loads(raw)
    assert {k: document[k] for k in ("format", "notebook", "language", "saved")} == {
        "format": 1, "notebook": "01_needs/lesson", "language": "zh", "saved": "2026-03-01T09:30:00+00:00",
    }  # fmt: skip
    assert [p.name for p in tmp_path.iterdir()] == ["lesson.answers.json"]


def test_an_untouched_notebook_leaves_no_file(tmp_path):
    opened(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_lone_surrogate_is_written_as_something_readable(tmp_path):
    opened(tmp_path).put("q", {"value": "\ud800"})
    assert opened(tmp_path).get("q")["value"] == "?"


@pytest.mark.parametrize("entry", [{"value": float("nan")}, {"value": {1, 2}}, {"value": "x" * LARGEST_ENTRY}])
def test_what_is_no_plain_json_is_refused_and_nothing_changes(tmp_path, entry):
    sheet = opened(tmp_path)
    sheet.put("q", {"value": 1})
    with pytest.raises(ValueError, match="must be"):
        sheet.put("q", entry)
    assert opened(tmp_path).get("q")["value"] == 1


DAMAGED = {
    "truncated": b'{"activity": {}, "entries": {"q-a": {"value": 1}, "q-b": {"val',
    "binary": bytes(range(256)) * 10,
    "empty": b"",
    "a list": b"[1, 2]",
    "a number": b"7",
    "entries are a list": b'{"entries": [1], "activity": {}}',
    "an entry is text": b'{"entries": {"q-a": {"value": 1}, "q-b": "x"}, "activity": {}}',
    "activity is text": b'{"entries": {"q-a": {"value": 1}}, "activity": "x"}',
    "too deep": b'{"entries": ' + b'{"a":' * 100_000,
    "huge": b'{"entries": {"q": {"value": "' + b"x" * (5 * 2**20) + b'"}}}',
    "huge integer": b'{"entries": {"q": {"value": ' + b"9" * 5000 + b"}}}",
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_is_set_aside_named_and_a_fresh_one_begins(tmp_path, kind):
    path = tmp_path / "lesson.answers.json"
    path.write_bytes(DAMAGED[kind])
    sheet = opened(tmp_path)
    aside = tmp_path / "lesson.answers.damaged-1.json"
    assert aside.read_bytes() == DAMAGED[kind]
    assert len(sheet.notices) == 1
    assert "lesson.answers.damaged-1.json" in sheet.notices[0]
    assert sheet.put("q-new", {"value": 2})
    again = opened(tmp_path)
    assert again.notices == []
    assert again.get("q-new")["value"] == 2
    if b'"q-a"' in DAMAGED[kind]:
        assert again.get("q-a")["value"] == 1


def test_a_second_damaged_file_does_not_replace_the_first(tmp_path):
    path = tmp_path / "lesson.answers.json"
    for content in (b"one", b"two"):
        path.write_bytes(content)
        opened(tmp_path)
    assert (tmp_path / "lesson.answers.damaged-1.json").read_bytes() == b"one"
    assert (tmp_path / "lesson.answers.damaged-2.json").read_bytes() == b"two"


@given(st.binary(max_size=300))
def test_any_bytes_give_a_document_that_can_be_written_again(raw):
    document, _whole = understand(raw)
    assert all(isinstance(e, dict) for e in document["entries"].values())
    json.dumps(document, allow_nan=False)


@given(entries, st.integers(min_value=0, max_value=400))
def test_rescued_entries_are_those_that_were_written(given_entries, cut):
    text = json.dumps({"activity": {}, "entries": given_entries}, sort_keys=True)
    for key, entry in salvage(text[: max(0, len(text) - cut)]).items():
        assert given_entries[key] == entry


def test_numbers_too_large_to_be_numbers_are_read_as_nothing():
    document, whole = understand(b'{"entries": {"q": {"value": 1e999, "other": NaN}}, "activity": {}}')
    assert whole
    assert document["entries"]["q"] == {"value": None, "other": None}


def test_two_kernels_add_to_each_other(tmp_path):
    one, other = opened(tmp_path), opened(tmp_path)
    one.put("q-a", {"value": 1})
    other.put("q-b", {"value": 2})
    one.put("q-c", {"value": 3})
    assert sorted(opened(tmp_path).entries) == ["q-a", "q-b", "q-c"]
    assert sorted(one.entries) == ["q-a", "q-b", "q-c"]


def test_two_processes_writing_at_once_lose_nothing(tmp_path):
    code = (
        "import sys; from pathlib import Path; from servicelab.learn.sheet import AnswerSheet\n"
        "sheet = AnswerSheet(Path(sys.argv[1]), 'n')\n"
        "for n in range(60): sheet.put(f'{sys.argv[2]}-{n}', {'value': n})\n"
    )
    path = tmp_path / "lesson.answers.json"
    running = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in "abc"]
    assert [p.wait() for p in running] == [0, 0, 0]
    assert len(AnswerSheet(path, "n").entries) == 180


def test_a_file_that_disappears_is_written_again_from_memory(tmp_path):
    sheet = opened(tmp_path)
    sheet.put("q-a", {"value": 1})
    sheet.path.unlink()
    sheet.put("q-b", {"value": 2})
    assert sorted(opened(tmp_path).entries) == ["q-a", "q-b"]


def test_nothing_is_written_while_grading(tmp_path, monkeypatch):
    opened(tmp_path).put("q", {"value": 1})
    before = (tmp_path / "lesson.answers.json").read_bytes()
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    sheet = opened(tmp_path)
    assert sheet.get("q")["value"] == 1
    assert not sheet.put("q", {"value": 2})
    assert "graded" in sheet.status
    assert (tmp_path / "lesson.answers.json").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["lesson.answers.json"]


def test_a_damaged_file_stays_where_it_is_while_grading(tmp_path, monkeypatch):
    (tmp_path / "lesson.answers.json").write_bytes(DAMAGED["truncated"])
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    sheet = opened(tmp_path)
    assert sheet.get("q-a")["value"] == 1
    assert [p.name for p in tmp_path.iterdir()] == ["lesson.answers.json"]


def test_a_write_protected_file_is_left_alone(tmp_path):
    opened(tmp_path).put("q", {"value": 1})
    path = tmp_path / "lesson.answers.json"
    path.chmod(0o444)
    sheet = opened(tmp_path)
    assert not sheet.put("q", {"value": 2})
    assert "write-protected" in sheet.status
    assert json.loads(path.read_text())["entries"]["q"]["value"] == 1


def test_a_newer_format_is_not_overwritten(tmp_path):
    path = tmp_path / "lesson.answers.json"
    path.write_text('{"format": 2, "entries": {"q": {"value": 1}}, "activity": {}}')
    sheet = opened(tmp_path)
    assert not sheet.put("q", {"value": 2})
    assert '"format": 2' in path.read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as POSIX has them")
def test_a_link_or_a_pipe_is_never_read(tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text('{"entries": {"q": {"value": "secret"}}, "activity": {}}')
    (tmp_path / "lesson.answers.json").symlink_to(secret)
    assert opened(tmp_path).get("q") == {}
    other = tmp_path / "other"
    other.mkdir()
    os.mkfifo(other / "lesson.answers.json")
    assert opened(other).get("q") == {}


def test_a_change_that_cannot_be_written_goes_with_the_next_one(tmp_path):
    sheet = opened(tmp_path)
    in_the_way = tmp_path / f".lesson.answers.json.{os.getpid()}.new"
    in_the_way.mkdir()
    assert not sheet.put("q-a", {"value": 1})
    assert "could not be written" in sheet.status
    assert sheet.get("q-a")["value"] == 1
    in_the_way.rmdir()
    assert sheet.put("q-b", {"value": 2})
    assert sorted(opened(tmp_path).entries) == ["q-a", "q-b"]


def test_listeners_hear_which_answer_changed(tmp_path):
    heard = []
    sheet = opened(tmp_path)
    sheet.subscribe(heard.append)
    sheet.put("q-a", {"value": 1})
    assert heard == ["q-a"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits as POSIX has them")
def test_a_file_that_cannot_be_read_at_opening_stays_where_it_is_and_nothing_is_saved(tmp_path):
    opened(tmp_path).put("q-a", {"value": 1})
    before = (tmp_path / "lesson.answers.json").read_bytes()
    with no_file_opens():
        sheet = opened(tmp_path)
        held = sheet.put("q-b", {"value": 2})
    assert not held
    assert not sheet.put("q-b", {"value": 2})
    assert "cannot be read now" in sheet.status
    assert [notice for notice in sheet.notices if "cannot be shown" in notice]
    assert [p.name for p in tmp_path.iterdir()] == ["lesson.answers.json"]
    assert (tmp_path / "lesson.answers.json").read_bytes() == before
    assert opened(tmp_path).get("q-a")["value"] == 1


@pytest.mark.skipif(sys.platform == "win32", reason="limits as POSIX has them")
def test_a_file_that_cannot_be_read_for_a_while_is_read_and_written_with_the_next_change(tmp_path):
    sheet = opened(tmp_path)
    sheet.put("q-a", {"value": 1})
    opened(tmp_path).put("q-b", {"value": 2})
    with no_file_opens():
        kept = sheet.put("q-c", {"value": 3})
    assert not kept
    assert "tried again with your next answer" in sheet.status
    assert sheet.put("q-d", {"value": 4})
    assert sorted(opened(tmp_path).entries) == ["q-a", "q-b", "q-c", "q-d"]
    assert [p.name for p in tmp_path.iterdir()] == ["lesson.answers.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits as POSIX has them")
def test_a_file_that_is_held_for_a_moment_is_read_a_moment_later(tmp_path):
    opened(tmp_path).put("q-a", {"value": 1})
    with no_file_opens() as let:
        threading.Timer(0.1, let).start()
        sheet = opened(tmp_path)
    assert (sheet.get("q-a")["value"], sheet.locked) == (1, "")


def test_who_asks_while_another_thread_writes_is_told_what_comes_of_it(tmp_path, monkeypatch):
    """What controls say and what cells do run in threads of their own: a file that is being written is no failure."""
    sheet = opened(tmp_path)
    writing, go_on = threading.Event(), threading.Event()

    def slow(path: Path, content: bytes) -> None:
        writing.set()
        assert go_on.wait(30)
        write_whole(path, content)

    monkeypatch.setattr("servicelab.learn.sheet.write_whole", slow)
    with ThreadPoolExecutor(2) as threads:
        put = threads.submit(sheet.put, "q-a", {"value": "a"})
        assert writing.wait(30)
        status = threads.submit(lambda: sheet.status)
        wait([status], 0.3)
        go_on.set()
        assert put.result()
        assert re.fullmatch(r"\d\d:\d\d", status.result())
