"""One lock between processes, on every system. How long to wait for it, and what then, is the caller's rule.

The system lets go of a lock when its process ends, however it ends: a lock file that is left lying holds nobody up.
"""

from __future__ import annotations

import hashlib
import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PAUSE = 0.02
"""Seconds between two attempts."""


class Held(Exception):
    """Somebody else still holds the lock when patience ended."""


@contextmanager
def locked(path: Path, *, patience: float = math.inf) -> Iterator[None]:
    """Hold the lock file `path`, which is made for it and taken away afterwards.

    Raises Held when another process holds it for `patience` seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience
    handle = _opened(path)
    try:
        _wait(handle, deadline)
        while not _is_named(handle, path):
            # Whoever held it has just ended and taken the file away.
            os.close(handle)
            handle = _opened(path)
            _wait(handle, deadline)
    except BaseException:
        os.close(handle)
        raise
    try:
        yield
    finally:
        _let_go(handle, path)


@contextmanager
def locked_folder(folder: Path, *, patience: float = math.inf) -> Iterator[None]:
    """Hold the lock of a folder without leaving a file in it, so that nothing lies beside a learner's work.

    Raises Held when another process holds it for `patience` seconds, OSError when the folder cannot be opened.
    """
    if sys.platform == "win32":
        # Windows cannot lock a folder: a small file stands for it.
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]
        handle = _opened(Path(tempfile.gettempdir()) / f"servicelab-{name}.lock")
    else:
        handle = os.open(folder, os.O_RDONLY)
    try:
        _wait(handle, time.monotonic() + patience)
        yield
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _wait(handle: int, deadline: float) -> None:
    while not _taken(handle):
        if time.monotonic() >= deadline:
            raise Held
        time.sleep(PAUSE)


def _taken(handle: int) -> bool:
    """Try once; a file system without locks (some network shares) counts as locked, or nothing would work there."""
    from filelock import lock_descriptor

    try:
        return lock_descriptor(handle, blocking=False)
    except OSError:
        return True


def _is_named(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _let_go(handle: int, path: Path) -> None:
    if sys.platform == "win32":
        os.close(handle)
        # What another process has opened by now stays, and is its lock.
        with suppress(FileNotFoundError, PermissionError):
            path.unlink()
    else:
        # In this order: who locks the file afterwards sees that its name is gone.
        with suppress(FileNotFoundError):
            path.unlink()
        os.close(handle)
