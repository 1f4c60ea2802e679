"""Where an unfinished run stands, and how it comes under its final names: all tables together, or none."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import signal
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import servicelab
from servicelab.company.generating.skylark import PLACE
from servicelab.company.generating.truths import TRUTHS
from servicelab.company.generating.writing import Extent
from servicelab.company.tables.dictionary import TABLES
from servicelab.course.layout import PACKAGE
from servicelab.errors import UserError
from servicelab.files.lock import Held, locked
from servicelab.files.whole import write_whole
from servicelab.i18n import _

_RECORD = "run.json"
#: What of the program decides the bytes.
PARTS = (
    "company/tables", "company/simulation", "company/voices", "company/generating", "models/process", "models/queueing",
)  # fmt: skip
#: Folders of sums over the finished blocks, which only a run that goes on needs.
SUMS = "sums."


@cache
def fingerprint() -> str:
    """What decides the bytes besides scale and seed: the program that makes them and what it calculates with."""
    import numpy as np
    import pandas as pd
    import scipy

    package = Path(servicelab.__file__).parent
    versions = (np.__version__, pd.__version__, scipy.__version__, zlib.ZLIB_RUNTIME_VERSION)
    digest = hashlib.sha256(" ".join((platform.machine(), *versions)).encode())
    for part in PARTS:
        for path in sorted((package / part).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"\0{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes())
    if PLACE.is_file():
        digest.update(PLACE.read_bytes())
    return digest.hexdigest()


class Staging:
    """The folders of an unfinished run, each inside the one it is for, so that a finished file only changes its name.

    Attributes
    ----------
    folders : what the files are for ("" the tables, "truth" what only the simulation knows) → where they stand
    done : blocks that are finished
    complete : whether nothing is left but to put the files under their names
    published : whether all of them are
    size : bytes of the tables and what describes them, once complete
    extents : how far each file reached when the last block was finished, by path in the folders
    offsets : ids used up until then, by letter
    """

    def __init__(self, out: Path, truth: Path | None, key: dict[str, Any]) -> None:
        """Take up what an earlier run with the same key left; anything else that stands there is thrown away."""
        self.targets = {"": out} | ({"truth": truth} if truth else {})
        self.folders = {part: target / ".generating" for part, target in self.targets.items()}
        self._record = self.folders[""] / _RECORD
        self._key = key | {"truth": str(truth.resolve()) if truth else None}
        self.done, self.complete, self.published, self.size = 0, False, False, 0
        self.extents: dict[str, Extent] = {}
        self.offsets: dict[str, int] = {}
        found = self._read()
        if found is None:
            self.discard()
            for folder in self.folders.values():
                folder.mkdir(parents=True)
        else:
            self._take(found)

    def _read(self) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads(self._record.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        there = all(folder.is_dir() for folder in self.folders.values())
        return found if there and found.get("key") == self._key else None

    def _take(self, found: dict[str, Any]) -> None:
        self.done, self.complete, self.size = found["done"], found["complete"], found["size"]
        self.offsets = dict(found["offsets"])
        self.extents = {name: Extent(**extent) for name, extent in found["extents"].items()}

    def record(self, done: int, offsets: dict[str, int], extents: dict[str, Extent], *, complete: bool = False) -> None:
        """Note that so many blocks are finished."""
        spelled = {name: extent.as_dict() for name, extent in extents.items()}
        size = sum(path.stat().st_size for path in self._files(self.folders[""])) if complete else 0
        found = {
            "key": self._key, "done": done, "complete": complete, "size": size, "offsets": offsets, "extents": spelled,
        }  # fmt: skip
        write_whole(self._record, json.dumps(found))
        # Last: what is said of an interrupted run is what the next one finds.
        self._take(found)

    def publish(self) -> None:
        """Put every file under its name; what stood there is replaced, the other spelling of a table removed.

        The package's description goes first and comes last, so that at no moment a mixture passes for a set of tables.
        Raises UserError, and moves nothing, when a file is not as long as it was written.
        """
        self._refuse_damaged()
        with uninterrupted():
            if (self.folders[""] / PACKAGE).is_file():
                (self.targets[""] / PACKAGE).unlink(missing_ok=True)
            for part in reversed(self.folders):
                self._move(self.folders[part], self.targets[part])
            for table in TABLES.values():
                for spelling in {f"{table.name}.csv", f"{table.name}.csv.zip"} - {table.file}:
                    (self.targets[""] / spelling).unlink(missing_ok=True)
            self.published = True
            self.discard()

    def _refuse_damaged(self) -> None:
        """Compare every table's file with the record; one that an earlier attempt has moved is under its name."""
        for name, extent in self.extents.items():
            part, _slash, table = name.rpartition("/")
            file = (TRUTHS if part else TABLES)[table].file
            places = (folder / file for folder in (self.folders[part], self.targets[part]))
            found = next((path for path in places if path.is_file()), None)
            if found is None or found.stat().st_size != extent.size:
                # Without its record, the run is thrown away by the next one.
                self._record.unlink()
                raise UserError(
                    _(
                        "{file} has changed since it was written: give the same command again, which begins anew.",
                        file=found or self.folders[part] / file,
                    )
                )

    def _move(self, folder: Path, target: Path) -> None:
        for path in self._files(folder):
            goal = target / path.relative_to(folder)
            goal.parent.mkdir(exist_ok=True)
            path.replace(goal)

    def _files(self, folder: Path) -> list[Path]:
        """The files to publish, the package's description last."""
        there = [path for path in folder.rglob("*") if path.is_file() and path != self._record]
        there = [path for path in there if not path.relative_to(folder).parts[0].startswith(SUMS)]
        return sorted(there, key=lambda path: (path.name == PACKAGE, path))

    def discard(self) -> None:
        """Leave nothing of the run."""
        for folder in self.folders.values():
            if folder.is_dir():
                shutil.rmtree(folder)


@contextmanager
def only_run(folders: Iterable[Path]) -> Iterator[None]:
    """Make the folders and keep other runs out of them; the system lets go of a lock when its process is killed.

    Raises UserError when another run is writing to one of them.
    """
    with ExitStack() as held:
        for folder in {folder.resolve(): folder for folder in folders}.values():
            try:
                held.enter_context(locked(folder / ".generating.lock", patience=0))
            except Held:
                raise UserError(
                    _(
                        "Another run is writing to {folder}: wait until it has ended, or give another folder.",
                        folder=folder,
                    )
                ) from None
        yield


@contextmanager
def uninterrupted() -> Iterator[list[int]]:
    """Put Ctrl+C off while something must not stop half-way; what was asked for meanwhile is in the list given."""
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {
        number: signal.signal(number, lambda given, _frame: asked.append(given))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for one in asked:
        # os.kill would end the process on Windows.
        signal.raise_signal(one)


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
