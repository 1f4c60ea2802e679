"""What stands in the window that the course was started in, and how it ends."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from servicelab import bootstrap, publish
from servicelab.lab.terminal import LOG, log_of, quietly
from servicelab.publish.bundle import STARTERS

COMMAND = [sys.executable, "-m", "servicelab", "lab", "--no-browser"]


@pytest.fixture
def bundle(root: Path, tmp_path: Path) -> Path:
    """An unpacked bundle, without its environment."""
    shutil.copytree(publish.build("trainee", "en", root=root).path, tmp_path / "bundle/app/edition")
    return tmp_path / "bundle"


@pytest.fixture
def starter(bundle: Path, root: Path) -> list[str]:
    """The start file of an unpacked bundle whose environment is this one."""
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(root / name, bundle / "app")
    shutil.copy(bootstrap.__file__, bundle / "app/bootstrap.py")
    python = bundle / "app/.venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (bundle / "app/.venv/.ready").write_text(bootstrap.fingerprint(str(bundle / "app"), "trainee"))
    shutil.copy(STARTERS / "start-unix.sh", bundle)
    return ["sh", str(bundle / "start-unix.sh"), "--no-browser"]


def environment(home: Path) -> dict[str, str]:
    """A person who never used Jupyter."""
    return {**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "config")}


def test_three_lines_no_warning_and_an_end_without_a_question(bundle: Path) -> None:
    process = subprocess.Popen(
        COMMAND, cwd=bundle, env=environment(bundle), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        if os.geteuid() == 0:
            assert "root" in lines.pop()
            lines.append(process.stdout.readline())
        lines += [process.stdout.readline() for _ in range(2)]
        address = re.search(r"http://localhost:\d+/lab/tree/start\.ipynb\?token=\w+", lines[0])
        assert address, lines
        assert "Leave this window open" in lines[1]
        assert "Ctrl+C" in lines[2]
        base, token = address[0].split("/lab/tree/start.ipynb?")
        request = urllib.request.Request(f"{base}/api/kernels?{token}", method="POST", data=b"{}")
        urllib.request.urlopen(request, timeout=60).close()
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert rest.splitlines() == ["Stopped."]
    assert process.returncode == 0
    log = (bundle / "my-course" / LOG).read_text(encoding="utf-8")
    assert "Jupyter Server" in log
    assert not [line for line in log.splitlines() if re.search(r"^\[W|WARNING|^\[E|Traceback", line)]
    assert (bundle / "my-course" / LOG).stat().st_mode & 0o077 == 0


def test_a_start_that_fails_is_one_sentence_and_names_its_log(bundle: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--ServerApp.ip=999.1.1.1"], cwd=bundle, env=environment(bundle), capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert str(bundle / "my-course" / LOG) in done.stderr
    assert "999.1.1.1" in (bundle / "my-course" / LOG).read_text(encoding="utf-8")


def test_a_window_that_a_start_failed_in_stays_until_it_was_read(bundle: Path, starter: list[str]) -> None:
    keyboard, terminal = os.openpty()
    process = subprocess.Popen(
        [*starter, "--ServerApp.ip=999.1.1.1"],
        env=environment(bundle),
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.write(keyboard, b"\n")
    said, _ = process.communicate(timeout=60)
    os.close(keyboard)
    os.close(terminal)
    assert process.returncode == 1
    assert "JupyterLab did not start" in said
    assert "Press Enter to close" in said
    assert said.index("JupyterLab did not start") < said.index("Press Enter to close")


@pytest.mark.parametrize("way", ["Ctrl+C", "terminated"])
def test_the_start_file_passes_on_that_it_is_to_end(bundle: Path, starter: list[str], way: str) -> None:
    process = subprocess.Popen(
        starter,
        env=environment(bundle),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        while "Ctrl+C" not in (line := process.stdout.readline()):
            assert line, "it ended before it had started"
        if way == "Ctrl+C":
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.terminate()
        # The pipe is closed once the server has ended too.
        rest, _ = process.communicate(timeout=30)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert rest.splitlines() == ["Stopped."]
    assert process.returncode == 0


def test_a_log_that_another_window_holds_is_left_to_it(tmp_path: Path) -> None:
    # On this system a folder is what cannot be taken away, as on Windows a file that is open.
    (tmp_path / LOG / "held").mkdir(parents=True)
    log = log_of(tmp_path)
    assert log == tmp_path / ".servicelab-2.log"
    with quietly(log):
        os.write(1, b"what the server says")
    assert log.read_text() == "what the server says"
    assert log.stat().st_mode & 0o077 == 0
