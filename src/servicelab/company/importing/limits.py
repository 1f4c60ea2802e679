"""How much an import takes in, and a source opened so that nothing larger, linked or packed to harm gets through."""

from __future__ import annotations

import gzip
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from servicelab.errors import UserError
from servicelab.files.metered import MEGABYTE, Metered
from servicelab.i18n import _


@dataclass(frozen=True)
class Limits:
    """What an import accepts; `size` is of the file and of what it unpacks to. All in bytes, signs or columns."""

    size: int = 2048 * MEGABYTE
    line: int = MEGABYTE
    columns: int = 2000
    shared_strings: int = 256 * MEGABYTE

    @staticmethod
    def of(megabytes: int | None) -> Limits:
        """The limits, with another size. Raises UserError when that is not positive.

        >>> Limits.of(1).size
        1048576
        """
        if megabytes is None:
            return Limits()
        if megabytes < 1:
            raise UserError(_("--max-mb is {given}; give a whole number of megabytes, at least 1.", given=megabytes))
        size = megabytes * MEGABYTE
        return Limits(size=size, shared_strings=max(size // 8, Limits.shared_strings))


def too_large(name: str, size: int) -> UserError:
    """The refusal of a file above the limit."""
    return UserError(
        _(
            "{file} holds more than {limit} MB, the most an import takes: split it, or allow more with --max-mb.",
            file=name,
            limit=size // MEGABYTE,
        )
    )


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[BinaryIO]:
    """The file itself, opened for reading bytes.

    Raises UserError when it is a link, a folder, a device, empty, too large or not readable.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if path.is_symlink():
            raise UserError(_("{file} is a link: give the file that it points to.", file=path))
        handle = os.open(path, flags)
    except FileNotFoundError as error:
        raise UserError(_("There is no file {file}: give the path of the export.", file=path)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(_("{file} cannot be read: {reason}.", file=path, reason=reason)) from error
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise UserError(_("{file} is not a file: give the path of one export.", file=path))
    with os.fdopen(handle, "rb") as stream:
        if not found.st_size:
            raise UserError(_("{file} is empty: export it again.", file=path))
        if found.st_size > limits.size:
            raise too_large(path.name, limits.size)
        yield stream


@contextmanager
def unpacked(path: Path, limits: Limits) -> Iterator[Metered]:
    """The bytes of the file, unpacked when it is gzip, metered against the limits."""
    with opened(path, limits) as stream:
        packed = stream.read(2) == b"\x1f\x8b"
        size = os.fstat(stream.fileno()).st_size
        stream.seek(0)
        over = too_large(path.name, limits.size)
        if not packed:
            yield Metered(stream, path.name, limits.size, over)
            return
        with gzip.GzipFile(fileobj=stream) as inner:
            yield Metered(inner, path.name, limits.size, over, size)  # type: ignore[arg-type]
