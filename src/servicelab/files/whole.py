"""Files and folders that appear all at once: whoever reads finds the old one or the new one and nothing between."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file so that a reader, or a process that dies, finds the old one or the new one.

    Text is written as UTF-8 with the line ends it has. The folder is made if missing. Raises OSError, and leaves what
    stood there, when the file cannot be written.
    """
    with whole(path) as unfinished, unfinished.open("xb") as stream:
        stream.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """The name to write a file under that comes to stand at `path` when the block ends, and nowhere when it fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # One name a process: two kernels may write the same file at the same moment.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
    # What stands there is left over from a process that died; or it is a link, which would lead the content elsewhere.
    unfinished.unlink(missing_ok=True)
    try:
        yield unfinished
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(place: Path) -> Iterator[Path]:
    """An empty folder to fill, which takes the place of the folder `place` when the block ends.

    What an earlier process left half-way is cleared away first: who may be writing `place` at the same time as others
    holds a lock. When the block fails, what stood at `place` still stands there.
    """
    new, old = (place.with_name(f".{place.name}.{word}") for word in ("new", "old"))
    if old.exists() and not place.exists():
        # A process died between the two renames: this is the only copy.
        old.replace(place)
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        yield new
        if place.exists():
            place.replace(old)
        try:
            new.replace(place)
        except OSError:
            if old.exists():
                old.replace(place)
            raise
    finally:
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)
