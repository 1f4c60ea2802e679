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

from servicelab import publish
from servicelab.lab.terminal import LOG

COMMAND = [sys.executable, "-m", "servicelab", "lab", "--no-browser"]


@pytest.fixture
def bundle(root: Path, tmp_path: Path) -> Path:
    """An unpacked bundle, without its environment."""
    shutil.copytree(publish.build("trainee", "en", root=root).path, tmp_path / "bundle/app/edition")
    return tmp_path / "bundle"


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
