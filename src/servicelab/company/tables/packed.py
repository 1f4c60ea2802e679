"""A table's file opened for reading, packed or not: a zip may hold that table's CSV and nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from servicelab.company.tables.schema import Table
from servicelab.errors import UserError
from servicelab.files import zips
from servicelab.files.metered import MEGABYTE, Metered
from servicelab.files.zips import ANY, Archive, Budget, Refused
from servicelab.i18n import _

#: What a table may unpack to. Whatever looks at it piece by piece may allow more.
SIZE = 2048 * MEGABYTE
#: One member: its entry in the list of members is 46 bytes and three fields of 65,535 at the most. A table may be
#: packed in any way, and in 64 bits, as a program for large files writes it: what comes out is metered.
_LIMITS = zips.Limits(members=1, directory=46 + 3 * 65_535, packing=ANY, in_64_bits=True)


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
                stream = _unpacked(stream, path, table, size, opened)
        except OSError as error:
            reason = error.strerror or error
            raise UserError(_("{path} cannot be read ({reason}).", path=path, reason=reason)) from error
        yield stream


def _unpacked(stream: BinaryIO, path: Path, table: Table, most: int, opened: ExitStack) -> io.BufferedReader:
    packed = stream.seek(0, io.SEEK_END)
    try:
        archive = opened.enter_context(Archive(stream, _LIMITS, Budget(most)))
        # zipfile cuts a name at a NUL: what other programs unpack it to may be something else.
        if [member.orig_filename for member in archive.members] != [table.csv]:
            raise _stranger(path, table)
        if archive.members[0].file_size > most:
            raise _too_large(path, most)
        inner = opened.enter_context(archive.opened(archive.members[0]))
    except Refused as refused:
        raise (_stranger(path, table) if refused.kind == "members" else _damaged(path)) from refused
    return io.BufferedReader(Metered(inner, path.name, most, _too_large(path, most), packed))


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
