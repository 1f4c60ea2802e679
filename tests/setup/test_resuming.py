"""An installation whose line breaks, or that is killed: one sentence, and the next run fetches only what is missing."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from servicelab import bootstrap

pytestmark = [pytest.mark.install, pytest.mark.xdist_group("resuming")]

PACKAGES = ("one", "two", "three")
BREAKS = "three"
METADATA = "Metadata-Version: 2.1\nName: stand-in-{name}\nVersion: {version}\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def file_name(name: str, version: str = "1.0") -> str:
    return f"stand_in_{name}-{version}-py3-none-any.whl"


def packed(name: str, version: str = "1.0") -> bytes:
    """A wheel with something in it to fetch."""
    about = f"stand_in_{name}-{version}.dist-info"
    content = {
        f"stand_in_{name}/__init__.py": b"here = True\n",
        f"stand_in_{name}/large.bin": hashlib.shake_256(name.encode()).digest(400_000),
        f"{about}/METADATA": METADATA.format(name=name, version=version).encode(),
        f"{about}/WHEEL": WHEEL.encode(),
    }
    rows = ""
    for path, data in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows += f"{path},sha256={digest},{len(data)}\n"
    content[f"{about}/RECORD"] = f"{rows}{about}/RECORD,,\n".encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in content.items():
            archive.writestr(path, data)
    return buffer.getvalue()


class Index(ThreadingHTTPServer):
    """A package index that gives its last package only in part for as long as it is broken."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files = {file_name(name): packed(name) for name in PACKAGES}
        self.metadata = {
            f"{file_name(name)}.metadata": METADATA.format(name=name, version="1.0").encode() for name in PACKAGES
        }
        self.asked: list[str] = []
        self.broken = True
        self.hangs = False
        self.sent: set[str] = set()
        self.others_sent, self.half_sent = threading.Event(), threading.Event()


class Answer(BaseHTTPRequestHandler):
    server: Index

    def log_message(self, format: str, *args: Any) -> None:
        """A test has no use for a log on the screen."""

    def do_GET(self) -> None:
        last = self.path.strip("/").rpartition("/")[2]
        index = self.server
        if self.path.startswith("/simple/"):
            file = file_name(last.removeprefix("stand-in-"))
            wheel = hashlib.sha256(index.files[file]).hexdigest()
            core = hashlib.sha256(index.metadata[f"{file}.metadata"]).hexdigest()
            link = f'<a href="/files/{file}#sha256={wheel}" data-core-metadata="sha256={core}">{file}</a>'
            self.give(link.encode(), "text/html")
        elif last in index.metadata:
            self.give(index.metadata[last], "text/plain")
        else:
            index.asked.append(last)
            self.give_file(last)

    def give_file(self, name: str) -> None:
        index = self.server
        content = index.files[name]
        if not index.broken or name != file_name(BREAKS):
            self.give(content, "application/octet-stream")
            index.sent.add(name)
            if len(index.sent) == len(PACKAGES) - 1:
                index.others_sent.set()
            return
        index.others_sent.wait(60)
        # What was sent has to be put away before the line goes.
        threading.Event().wait(1)
        self.give(content, "application/octet-stream", only=1000)
        index.half_sent.set()
        if index.hangs:
            threading.Event().wait(60)
        self.close_connection = True

    def give(self, content: bytes, kind: str, only: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        # As the public index answers: a file never changes.
        self.send_header("Cache-Control", "max-age=365000000, immutable, public")
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.end_headers()
        self.wfile.write(content[:only])


@pytest.fixture
def index() -> Iterator[Index]:
    server = Index()
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def app(index: Index, tmp_path: Path) -> Path:
    """What a bundle has beside its course: the lock and the package's own wheel."""
    (tmp_path / "requirements.lock").write_text(pins(index, *PACKAGES))
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / file_name("own")).write_bytes(packed("own"))
    return tmp_path


@pytest.fixture
def analysts(app: Path, index: Index) -> Path:
    """A bundle whose last package only analysts need, installed for a trainee."""
    (app / "requirements-analyst.lock").write_text(pins(index, *PACKAGES))
    (app / "requirements.lock").write_text(pins(index, *(name for name in PACKAGES if name != BREAKS)))
    installed = start(app, index, "uv")
    said, complained = installed.communicate(timeout=120)
    assert installed.returncode == 0, said + complained
    return app


def pins(index: Index, *names: str) -> str:
    """A lock."""
    return "".join(f"stand-in-{name}==1.0 --hash=sha256:{digest(index.files[file_name(name)])}\n" for name in names)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def start(app: Path, index: Index, installer: str, *more: str) -> subprocess.Popen[str]:
    """Begin the installation, with nothing kept from other installations of this machine."""
    own = {
        "PIP_INDEX_URL": f"http://127.0.0.1:{index.server_port}/simple",
        # pip keeps nothing of what comes over plain http, unless it is told to trust the place.
        "PIP_TRUSTED_HOST": "127.0.0.1",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
        "PIP_CACHE_DIR": str(app / "kept-by-pip"),
        "UV_CACHE_DIR": str(app / "kept-by-uv"),
        "PIP_RETRIES": "0",
        "UV_HTTP_RETRIES": "0",
        "NO_PROXY": "127.0.0.1",
    }
    if installer == "pip":
        own["PATH"] = "/usr/bin:/bin"
    command = [sys.executable, "-I", bootstrap.__file__, "--root", str(app), "--lang", "en", *more]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env={**os.environ, **own}, text=True, start_new_session=True, **pipes)


def goes_on(app: Path, index: Index, installer: str) -> None:
    """Mend the line and run it again: it fetches the one that is missing, and all three are there."""
    index.broken = False
    index.asked.clear()
    again = start(app, index, installer)
    said, complained = again.communicate(timeout=120)
    assert again.returncode == 0, said + complained
    assert index.asked == [file_name(BREAKS)]
    check = "import stand_in_one as a, stand_in_two as b, stand_in_three as c; print(a.here and b.here and c.here)"
    assert subprocess.check_output([app / ".venv/bin/python", "-I", "-c", check], text=True).strip() == "True"


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_a_line_that_breaks_is_one_sentence_and_the_next_run_goes_on(index: Index, app: Path, installer: str) -> None:
    broken = start(app, index, installer)
    _, complained = broken.communicate(timeout=120)
    assert broken.returncode == 1
    assert complained.count("\n") == 1, complained
    assert "run this again" in complained
    # The other installer would have begun from nothing.
    assert [index.asked.count(file_name(name)) for name in PACKAGES if name != BREAKS] == [1, 1]
    goes_on(app, index, installer)


def test_one_that_is_killed_goes_on(index: Index, app: Path) -> None:
    index.hangs = True
    killed = start(app, index, "uv")
    assert index.half_sent.wait(60)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert (app / ".venv/.begun").exists()
    goes_on(app, index, "uv")
    assert not (app / ".venv/.begun").exists()


def package(app: Path, name: str) -> Path:
    """Where a package of the environment is."""
    (found,) = (app / ".venv").glob(f"lib/python*/site-packages/stand_in_{name}")
    return found


@pytest.mark.parametrize(("installer", "killed"), [("uv", False), ("uv", True), ("pip", False)])
def test_an_analysis_opened_again_leaves_the_running_course_alone(
    index: Index, analysts: Path, installer: str, killed: bool
) -> None:
    loaded = package(analysts, "one") / "__init__.py"
    # Not in place: uv may have linked it to what it keeps.
    loaded.unlink()
    loaded.write_text("here = 'loaded by a kernel'\n")
    index.hangs = killed
    first = start(analysts, index, installer, "--part", "analyst")
    if killed:
        assert index.half_sent.wait(60)
        os.killpg(first.pid, signal.SIGKILL)
    first.communicate(timeout=120)
    assert first.returncode != 0
    # Nothing was unpacked by the one that ended with a sentence; of the one that was killed nobody knows.
    assert [path.name for path in (analysts / ".venv").glob(".begun*")] == [".begun-analyst"] * killed
    assert bootstrap.ready(str(analysts), "trainee")
    index.broken = False
    second = start(analysts, index, installer, "--part", "analyst")
    said, complained = second.communicate(timeout=120)
    assert second.returncode == 0, said + complained
    assert loaded.read_text() == "here = 'loaded by a kernel'\n"
    assert package(analysts, BREAKS).is_dir()
    assert not list((analysts / ".venv").glob(".begun*"))
    assert bootstrap.ready(str(analysts), "analyst")


def test_a_line_that_swallows_everything_is_given_up(index: Index, analysts: Path) -> None:
    index.hangs = True
    waiting = start(analysts, index, "uv", "--part", "analyst", "--within", "4")
    _, complained = waiting.communicate(timeout=30)
    assert waiting.returncode == 1
    assert complained.startswith("It took too long")
    assert complained.count("\n") == 1


def test_a_second_window_waits_for_the_first(index: Index, app: Path) -> None:
    index.broken = False
    windows = [start(app, index, "uv") for _ in range(2)]
    told = [window.communicate(timeout=120) for window in windows]
    assert [window.returncode for window in windows] == [0, 0], told
    assert sorted("Another window is installing the course already" in said for said, _ in told) == [False, True]
    assert sorted("Making a Python environment" in said for said, _ in told) == [False, True]
    assert sorted(index.asked) == sorted(file_name(name) for name in PACKAGES)


def test_a_new_version_is_unpacked_over_the_old_one(index: Index, app: Path) -> None:
    index.broken = False
    first = start(app, index, "uv")
    first.communicate(timeout=120)
    assert first.returncode == 0
    for name in ("kept", "withdrawn/lesson", "Renamed"):
        (app / "edition" / name).parent.mkdir(parents=True, exist_ok=True)
        (app / "edition" / name).write_text(name)
    # A system that keeps no capitals writes `renamed` into the file that is called `Renamed` there.
    brought = [f"package/{file_name('own', '2.0')}", "edition/kept", "edition/renamed", bootstrap.CONTENTS]
    (app / bootstrap.CONTENTS).write_text("".join(f"{name}\n" for name in brought))
    (app / "package" / file_name("own", "2.0")).write_bytes(packed("own", "2.0"))
    second = start(app, index, "uv")
    said, complained = second.communicate(timeout=120)
    assert second.returncode == 0, said + complained
    asked = "from importlib.metadata import version; print(version('stand-in-own'))"
    assert subprocess.check_output([app / ".venv/bin/python", "-I", "-c", asked], text=True).strip() == "2.0"
    assert [path.name for path in (app / "package").iterdir()] == [file_name("own", "2.0")]
    assert sorted(path.name for path in (app / "edition").rglob("*")) == ["Renamed", "kept"]
