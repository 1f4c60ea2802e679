"""A trainee's machine: a bundle of the course, unpacked and installed, with nothing of this environment in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.company.conftest import alone

from servicelab.publish.bundle import FOLDER, make_bundle

#: What an earlier version of the course left: a package that is replaced, a unit that was withdrawn.
EARLIER = ("app/package/servicelab-0.0.1-py3-none-any.whl", "app/edition/lessons/00_withdrawn/lesson.ipynb")


def install(root: Path, scratch: Path) -> Path:
    """Unpack the Chinese bundle over the one before it, and install it as its start file does.

    Its environment is made once for each state of the lock.
    """
    packed = make_bundle(root, "zh", scratch / "course.zip")
    digest = hashlib.sha256((root / "requirements.lock").read_bytes() + sys.version.encode()).hexdigest()
    home = root / "build" / "cache" / f"trainee-{digest[:16]}"
    home.mkdir(parents=True, exist_ok=True)
    place = home / FOLDER
    with alone(home / "lock"):
        for old in ("my-course", "worked"):
            shutil.rmtree(place / old, ignore_errors=True)
        # An earlier version of the course, as far as it shows: a unit that was withdrawn, a package that it replaces.
        for left in EARLIER:
            (place / left).parent.mkdir(parents=True, exist_ok=True)
            (place / left).write_bytes(b"an earlier version's")
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(home)
        # Without a uv of this machine's: a trainee's environment holds its own.
        bare = {**os.environ, "PATH": "/usr/bin:/bin"}
        command = [sys.executable, "-I", place / "app/bootstrap.py", "--root", place / "app"]
        done = subprocess.run(command, env=bare, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return place
