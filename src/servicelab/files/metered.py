"""Bytes counted while they are read, so that nothing larger than was allowed, or packed to flood a machine, gets in."""

from __future__ import annotations

import io
from typing import BinaryIO

from servicelab.errors import UserError
from servicelab.files.zips import BROKEN
from servicelab.i18n import _

MEGABYTE = 1 << 20
#: A packed file may grow this many times; log files reach 20 to 100, files made to flood a machine 1,000.
RATIO = 400


class Metered(io.RawIOBase):
    """A binary stream that stops where it was told to, and can be looked into before it is read."""

    def __init__(self, inner: BinaryIO, name: str, most: int, over: UserError, packed: int | None = None) -> None:
        """`most` bytes may come out, `over` says that there are more; of `packed` bytes only so many times as many."""
        self._inner, self._name, self._most, self._over, self._packed = inner, name, most, over, packed
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
        if self.taken > self._most:
            raise self._over
        if self._packed is not None and self.taken > 32 * MEGABYTE and self.taken > RATIO * self._packed:
            raise bomb(self._name)
        return part


def bomb(name: str) -> UserError:
    """The refusal of a file that grows beyond measure when unpacked."""
    return UserError(
        _(
            "{file} unpacks to more than {ratio} times its size, as no export does; if you trust it, unpack it first.",
            file=name,
            ratio=RATIO,
        )
    )
