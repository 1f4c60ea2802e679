"""One holder at a time, across processes; a holder that is killed holds nobody up."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from servicelab.files.lock import Held, locked, locked_folder

HOLDER = """
import sys
from pathlib import Path
from servicelab.files.lock import locked, locked_folder
with {"file": locked, "folder": locked_folder}[sys.argv[1]](Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def another_process(kind: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, kind, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        yield holder
    finally:
        holder.communicate()


@pytest.mark.parametrize(("kind", "lock"), [("file", locked), ("folder", locked_folder)], ids=["file", "folder"])
def test_held_by_another_process(kind: str, lock, tmp_path: Path) -> None:
    place = tmp_path / "a.lock" if kind == "file" else tmp_path
    with another_process(kind, place) as holder:
        with pytest.raises(Held), lock(place, patience=0):
            raise AssertionError("two hold it")
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with lock(place, patience=5):
            pass
    assert names(tmp_path) == []


def test_whoever_waits_gets_it_in_the_end(tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.write_text("0")
    add = (
        "import sys; from pathlib import Path; from servicelab.files.lock import locked\n"
        "for _ in range(40):\n"
        "    with locked(Path(sys.argv[1]).with_name('count.lock')):\n"
        "        Path(sys.argv[1]).write_text(str(int(Path(sys.argv[1]).read_text()) + 1))\n"
    )
    adders = [subprocess.Popen([sys.executable, "-c", add, str(count)]) for _ in range(4)]
    assert [each.wait() for each in adders] == [0] * 4
    assert count.read_text() == "160"
    assert names(tmp_path) == ["count"]


def test_a_lock_file_that_a_killed_process_left_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "a.lock").touch()
    with locked(tmp_path / "a.lock", patience=0):
        assert (tmp_path / "a.lock").exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"), locked_folder(tmp_path / "none"):
        raise AssertionError("nothing to hold")
