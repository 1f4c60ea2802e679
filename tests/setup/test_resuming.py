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
METADATA = "Metadata-Version: 2.1\nName: stand-in-{name}\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def file_name(name: str) -> str:
    return f"stand_in_{name}-1.0-py3-none-any.whl"


def packed(name: str) -> bytes:
    """A wheel with something in it to fetch."""
    about = f"stand_in_{name}-1.0.dist-info"
    content = {
        f"stand_in_{name}/__init__.py": b"here = True\n",
        f"stand_in_{name}/large.bin": hashlib.shake_256(name.encode()).digest(400_000),
        f"{about}/METADATA": METADATA.format(name=name).encode(),
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
        self.metadata = {f"{file_name(name)}.metadata": METADATA.format(name=name).encode() for name in PACKAGES}
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
    pins = [f"stand-in-{name}==1.0 --hash=sha256:{digest(index.files[file_name(name)])}\n" for name in PACKAGES]
    (tmp_path / "requirements.lock").write_text("".join(pins))
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / file_name("own")).write_bytes(packed("own"))
    return tmp_path


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def start(app: Path, index: Index, installer: str) -> subprocess.Popen[str]:
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
    command = [sys.executable, "-I", bootstrap.__file__, "--root", str(app), "--lang", "en"]
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
