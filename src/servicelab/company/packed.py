"""A table's file opened for reading, packed or not: a zip may hold that table's CSV and nothing else."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from servicelab.company.importing.limits import Limits, Metered, too_large
from servicelab.company.schema import Table
from servicelab.errors import UserError
from servicelab.i18n import _

#: Record at the end of a zip (APPNOTE 4.3.16): 22 bytes and a comment of at most 65,535.
_END, _END_SIZE, _COMMENT = b"PK\x05\x06", 22, 65_535
#: Locator of the 64-bit record (APPNOTE 4.3.15), 20 bytes before it; it would overrule the numbers after it.
_LOCATOR = b"PK\x06\x07"


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
def opened_csv(path: Path, table: Table, limits: Limits | None = None) -> Iterator[BinaryIO]:
    """The bytes of the table's CSV.

    Raises UserError when the file cannot be read, or is a zip that is damaged, locked, too large, or holds anything
    but that CSV.
    """
    limits = limits or Limits()
    with ExitStack() as opened:
        try:
            stream = opened.enter_context(path.open("rb"))
            if path.suffix == ".zip":
                stream = opened.enter_context(_unpacked(stream, path, table, limits))
        except OSError as error:
            reason = error.strerror or error
            raise UserError(_("{path} cannot be read ({reason}).", path=path, reason=reason)) from error
        yield stream


def _unpacked(stream: BinaryIO, path: Path, table: Table, limits: Limits) -> io.BufferedReader:
    size = stream.seek(0, io.SEEK_END)
    if size > limits.size:
        raise too_large(path.name, limits.size)
    _one_member(stream, path, table)
    try:
        archive = zipfile.ZipFile(stream)
        inner = archive.open(_member(archive, path, table, limits))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        # RuntimeError: a password is wanted. NotImplementedError: packed in a way that Python cannot unpack.
        raise _damaged(path) from error
    return io.BufferedReader(Metered(inner, path.name, limits, size))  # type: ignore[arg-type]


def _one_member(stream: BinaryIO, path: Path, table: Table) -> None:
    """Look at the end of the zip before its list of members is read, which could be made to fill the memory."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _END_SIZE - _COMMENT - 20))
    tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise _damaged(path)
    if struct.unpack_from("<H", tail, at + 10)[0] != 1 or tail[max(0, at - 20) : at].startswith(_LOCATOR):
        raise _stranger(path, table)
    stream.seek(0)


def _member(archive: zipfile.ZipFile, path: Path, table: Table, limits: Limits) -> zipfile.ZipInfo:
    members = archive.infolist()
    # zipfile cuts a name at a NUL: what other programs unpack it to may be something else.
    if [member.orig_filename for member in members] != [table.csv]:
        raise _stranger(path, table)
    if members[0].file_size > limits.size:
        raise too_large(path.name, limits.size)
    return members[0]


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
