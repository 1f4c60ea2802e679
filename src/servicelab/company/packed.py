"""A table's file opened for reading, packed or not: a zip may hold that table's CSV and nothing else."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from servicelab.company.importing.limits import MEGABYTE, Limits, Metered
from servicelab.company.schema import Table
from servicelab.errors import UserError
from servicelab.i18n import _

#: What a table may unpack to. Whatever looks at it piece by piece may allow more.
SIZE = 2048 * MEGABYTE
#: Record at the end of a zip (APPNOTE 4.3.16): 22 bytes and a comment of at most 65,535.
_END, _END_SIZE, _COMMENT = b"PK\x05\x06", 22, 65_535
#: 64-bit record and its locator (APPNOTE 4.3.14 and 4.3.15), which stand before it and overrule its numbers.
_END64, _END64_SIZE, _LOCATOR, _LOCATOR_SIZE = b"PK\x06\x06", 56, b"PK\x06\x07", 20
#: Bytes that the entry of one member can take in the list of members: three fields of 65,535 after 46.
_ENTRY = 46 + 3 * 65_535


def find(folder: Path, table: Table) -> Path | None:
    """The table's file in a folder: its CSV, or the zip that holds it; None when neither is there.

    Of two, the one that the firm's own data is written as: a CSV that somebody unpacked beside its zip, to look at it
    in a spreadsheet, does not change what the lessons load.
    """
    for name in dict.fromkeys((table.file, table.csv, f"{table.csv}.zip")):
        if (folder / name).is_file():
            return folder / name
    return None


@contextmanager
def opened_csv(path: Path, table: Table, size: int = SIZE) -> Iterator[BinaryIO]:
    """The bytes of the table's CSV; `size` is the most that a zip may unpack to.

    Raises UserError when the file cannot be read, or is a zip that is damaged, locked, too large, or holds anything
    but that CSV.
    """
    with ExitStack() as opened:
        try:
            stream = opened.enter_context(path.open("rb"))
            if path.suffix == ".zip":
                stream = opened.enter_context(_unpacked(stream, path, table, size))
        except OSError as error:
            reason = error.strerror or error
            raise UserError(_("{path} cannot be read ({reason}).", path=path, reason=reason)) from error
        yield stream


def _unpacked(stream: BinaryIO, path: Path, table: Table, most: int) -> io.BufferedReader:
    packed = stream.seek(0, io.SEEK_END)
    if _directory(stream, packed) > _ENTRY:
        raise _stranger(path, table)
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(stream)
        members = archive.infolist()
        # zipfile cuts a name at a NUL: what other programs unpack it to may be something else.
        if [member.orig_filename for member in members] != [table.csv]:
            raise _stranger(path, table)
        if members[0].file_size > most:
            raise _too_large(path, most)
        inner = archive.open(members[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        # RuntimeError: a password is wanted. NotImplementedError: packed in a way that Python cannot unpack.
        raise _damaged(path) from error
    return io.BufferedReader(Metered(inner, path.name, Limits(size=most), packed))  # type: ignore[arg-type]


def _directory(stream: BinaryIO, size: int) -> int:
    """Bytes of the zip's list of members, which Python reads whole: it could be made to fill the memory. 0 for none."""
    start = max(0, size - _END_SIZE - _COMMENT - _LOCATOR_SIZE - _END64_SIZE)
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        return 0
    stated: int = struct.unpack_from("<L", tail, at + 12)[0]
    before = at - _LOCATOR_SIZE
    if before >= 0 and tail.startswith(_LOCATOR, before):
        record = before - _END64_SIZE
        place: int = struct.unpack_from("<Q", tail, before + 8)[0]
        if record < 0 or not tail.startswith(_END64, record) or place != start + record:
            return _ENTRY + 1
        stated = struct.unpack_from("<Q", tail, record + 40)[0]
    return stated


def _stranger(path: Path, table: Table) -> UserError:
    return UserError(
        _(
            "{path} must hold {file} and nothing else: pack that file alone, or put it there unpacked.",
            path=path,
            file=table.csv,
        )
    )


def _damaged(path: Path) -> UserError:
    return UserError(
        _("{path} cannot be unpacked: it is damaged, locked with a password, or no zip; fetch it again.", path=path)
    )


def _too_large(path: Path, most: int) -> UserError:
    return UserError(
        _("{path} holds more than {limit} MB, the most that is read at once.", path=path, limit=most // MEGABYTE)
    )
