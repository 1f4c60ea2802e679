"""How much an import takes in, and a source opened so that nothing larger, linked or packed to harm gets through."""

from __future__ import annotations

import gzip
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from servicelab.errors import UserError
from servicelab.files.zips import BROKEN
from servicelab.i18n import _

MEGABYTE = 1 << 20
#: A packed file may grow this many times; log files reach 20 to 100, files made to flood a machine 1,000.
RATIO = 400


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


class Metered(io.RawIOBase):
    """A binary stream that stops where the limits say, and can be looked into before it is read."""

    def __init__(self, inner: BinaryIO, name: str, limits: Limits, packed: int | None) -> None:
        self._inner, self._name, self._limits, self._packed = inner, name, limits, packed
        self._ahead = b""
        self.taken = 0

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def look(self, size: int) -> bytes:
        """The first bytes; they are read again afterwards."""
        while len(self._ahead) < size:
            more = self._take(size - len(self._ahead))
            if not more:
                break
            self._ahead += more
        return self._ahead[:size]

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into a buffer, as io asks for it."""
        if self._ahead:
            part, self._ahead = self._ahead[: len(buffer)], self._ahead[len(buffer) :]
        else:
            part = self._take(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def _take(self, size: int) -> bytes:
        try:
            part = self._inner.read(size)
        except BROKEN as error:
            # What the system says of the file itself has a number; all else is what stands in it.
            if isinstance(error, OSError) and error.errno is not None:
                reason = error.strerror or error
                raise UserError(_("{file} cannot be read: {reason}.", file=self._name, reason=reason)) from error
            raise UserError(_("{file} is damaged: it does not unpack to its end.", file=self._name)) from error
        self.taken += len(part)
        if self.taken > self._limits.size:
            raise too_large(self._name, self._limits.size)
        if self._packed is not None and self.taken > 32 * MEGABYTE and self.taken > RATIO * self._packed:
            raise bomb(self._name)
        return part


def too_large(name: str, size: int) -> UserError:
    """The refusal of a file above the limit."""
    return UserError(
        _(
            "{file} holds more than {limit} MB, the most an import takes: split it, or allow more with --max-mb.",
            file=name,
            limit=size // MEGABYTE,
        )
    )


def bomb(name: str) -> UserError:
    """The refusal of a file that grows beyond measure when unpacked."""
    return UserError(
        _(
            "{file} unpacks to more than {ratio} times its size, as no export does; if you trust it, unpack it first.",
            file=name,
            ratio=RATIO,
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
        if not packed:
            yield Metered(stream, path.name, limits, None)
            return
        with gzip.GzipFile(fileobj=stream) as inner:
            yield Metered(inner, path.name, limits, size)  # type: ignore[arg-type]
