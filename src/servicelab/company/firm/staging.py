"""Where an unfinished run stands, and how it comes under its final names: all tables together, or none."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import servicelab
from servicelab.company.dictionary import TABLES
from servicelab.company.firm.writing import Extent

#: Readers look for datapackage.json: a folder is a set of tables from when it is there.
PACKAGE = "datapackage.json"
_RECORD = "run.json"


@cache
def fingerprint() -> str:
    """What decides the bytes besides scale and seed: the program that makes them and what it calculates with."""
    import numpy as np
    import pandas as pd

    package = Path(servicelab.__file__).parent
    digest = hashlib.sha256(f"{platform.machine()} {np.__version__} {pd.__version__}".encode())
    for part in ("company", "models/process"):
        for path in sorted((package / part).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"\0{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


class Staging:
    """The folders of an unfinished run, each inside the one it is for, so that a finished file only changes its name.

    Attributes
    ----------
    folders : what the files are for ("" the tables, "truth" what only the simulation knows) → where they stand
    done : blocks that are finished
    complete : whether nothing is left but to put the files under their names
    extents : how far each file reached when the last block was finished, by path in the folders
    offsets : ids used up until then, by letter
    """

    def __init__(self, out: Path, truth: Path | None, key: dict[str, Any]) -> None:
        """Take up what an earlier run with the same key left; anything else that stands there is thrown away."""
        self.targets = {"": out} | ({"truth": truth} if truth else {})
        self.folders = {part: target / ".generating" for part, target in self.targets.items()}
        self._record = self.folders[""] / _RECORD
        self._key = key | {"truth": str(truth.resolve()) if truth else None}
        self.done, self.complete = 0, False
        self.extents: dict[str, Extent] = {}
        self.offsets: dict[str, int] = {}
        found = self._read()
        if found is None:
            self.discard()
            for folder in self.folders.values():
                folder.mkdir(parents=True)
        else:
            self.done, self.complete, self.offsets = found["done"], found["complete"], found["offsets"]
            self.extents = {name: Extent(**extent) for name, extent in found["extents"].items()}

    def _read(self) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads(self._record.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        there = all(folder.is_dir() for folder in self.folders.values())
        return found if there and found.pop("key", None) == self._key else None

    def record(self, done: int, offsets: dict[str, int], extents: dict[str, Extent], *, complete: bool = False) -> None:
        """Note that so many blocks are finished."""
        spelled = {name: extent.as_dict() for name, extent in extents.items()}
        self.done, self.complete, self.offsets = done, complete, dict(offsets)
        self.extents = {name: Extent(**extent) for name, extent in spelled.items()}
        found = {"key": self._key, "done": done, "complete": complete, "offsets": offsets, "extents": spelled}
        partial = self._record.with_name(f"{_RECORD}.partial")
        partial.write_text(json.dumps(found), encoding="utf-8")
        partial.replace(self._record)

    def publish(self) -> int:
        """Put every file under its name; what stood there is replaced, the other spelling of a table removed.

        The package's description goes first and comes last, so that at no moment a mixture passes for a set of tables.
        Returns the bytes of the tables and what describes them.
        """
        size = sum(path.stat().st_size for path in self._files(self.folders[""]))
        with uninterrupted():
            if (self.folders[""] / PACKAGE).is_file():
                (self.targets[""] / PACKAGE).unlink(missing_ok=True)
            for part in reversed(self.folders):
                self._move(self.folders[part], self.targets[part])
            for table in TABLES.values():
                for spelling in {f"{table.name}.csv", f"{table.name}.csv.zip"} - {table.file}:
                    (self.targets[""] / spelling).unlink(missing_ok=True)
            self.discard()
        return size

    def _move(self, folder: Path, target: Path) -> None:
        for path in self._files(folder):
            goal = target / path.relative_to(folder)
            goal.parent.mkdir(exist_ok=True)
            path.replace(goal)

    def _files(self, folder: Path) -> list[Path]:
        """The files to publish, the package's description last."""
        there = (path for path in folder.rglob("*") if path.is_file() and path != self._record)
        return sorted(there, key=lambda path: (path.name == PACKAGE, path))

    def discard(self) -> None:
        """Leave nothing of the run."""
        for folder in self.folders.values():
            if folder.is_dir():
                shutil.rmtree(folder)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put Ctrl+C off for the moments in which files change their names."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    before = {
        number: signal.signal(number, lambda given, _frame: asked.append(given))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for one in asked:
        os.kill(os.getpid(), one)


@contextmanager
def ended_like_an_interruption() -> Iterator[None]:
    """Let a polite request to stop (SIGTERM) end the work as Ctrl+C does, with what follows from it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
