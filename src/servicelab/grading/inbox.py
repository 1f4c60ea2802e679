"""What arrived: files, folders, and the zips that learning platforms make of a class's uploads."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import ZipInfo

from servicelab.course.handin import LARGEST_ARCHIVE, MANIFEST, ZIP_NAME
from servicelab.errors import UserError
from servicelab.files.zips import Archive, Budget, Limits, Refused, spelled_out
from servicelab.i18n import _

DEPTH = 2
"""Zips inside zips: a platform's export of a course holds its exports of assignments, which hold submissions."""
BULK = Limits(members=20_000, directory=8 << 20)
BULK_LIMIT = 8 << 30
"""Bytes that may come out of one file and of all zips in it: several hundred trainees' submissions."""
NESTED_LIMIT = 256 << 20
"""Bytes that one zip inside it may have."""
BELOW_LIMIT = 1 << 30
"""Bytes that may come out of one zip inside it and all zips in that: one trainee's bomb must not use up the others'
room."""

WITHIN = " › "
"""Between the name of a zip and that of what lies in it."""
QUOTES = " \"'“”"
"""What some platforms leave around a file's name."""

# What platforms put in front of the name that `submit` gave: the first group says who uploaded it.
WRAPPERS = (
    re.compile(r"^(.+?_\d+)_assignsubmission_file_[/ _]?"),  # Moodle: Lin Yue_1234_assignsubmission_file_/…
    re.compile(r"^(?:.*?_)?([^_/]+)_attempt_\d{4}(?:-\d\d){5}_"),  # Blackboard: Needs_lyue_attempt_2026-11-20-…_…
    re.compile(r"^([^_/]+)_(?:LATE_)?\d+_\d+_"),  # Canvas: yuelin_LATE_1234_56789_…
)


@dataclass(frozen=True)
class Arrival:
    """One archive that arrived.

    Attributes
    ----------
    label
        Where it lay, for its line in the report.
    data
        Its bytes, or None when it was refused unread.
    refusal
        Why it was refused unread.
    room
        What may still come out of the file that it lay in.
    name
        Where it lay, whole: a label is short enough for a line, and who uploaded it may stand at its end.
    """

    label: str
    data: bytes | None = None
    refusal: str = ""
    room: Budget | None = None
    name: str = ""


def arrivals(places: Sequence[Path]) -> Iterator[Arrival]:
    """Yield every archive in files and folders, in the order of their names.

    Links are not followed. Text and table files that platforms add are passed over; any other file that is not a zip
    is reported, since a trainee may have sent the notebook itself.

    Raises
    ------
    UserError
        A place does not exist.
    """
    for place in places:
        if place.is_symlink():
            yield Arrival(spelled_out(place.name), refusal=_("it is a link"))
        elif place.is_dir():
            closed: list[OSError] = []
            for folder, below, names in os.walk(place, followlinks=False, onerror=closed.append):
                below.sort()
                for name in sorted([*names, *(each for each in below if (Path(folder) / each).is_symlink())]):
                    path = Path(folder) / name
                    yield from _file(path, path.relative_to(place).as_posix())
            for error in closed:
                yield Arrival(
                    spelled_out(str(error.filename)), refusal=_("it cannot be opened ({why})", why=error.strerror)
                )
        elif place.exists():
            yield from _file(place, place.name)
        else:
            raise UserError(_("{place} does not exist: name the folder or zip of the submissions.", place=place))


def read_name(name: str) -> tuple[str, str, datetime] | None:
    """Return trainee, assignment and time from a file name that `submit` gave, whatever a platform put around it.

    >>> read_name("Lin Yue_1234_assignsubmission_file_/lin-yue--01_needs--20261120T090000Z (1).zip")[:2]
    ('lin-yue', '01_needs')
    """
    found = ZIP_NAME.search(_unwrapped(name).split("/")[-1].strip(QUOTES))
    if not found:
        return None
    with suppress(ValueError):
        moment = datetime.strptime(found["time"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        return found["student"], found["assignment"], moment
    return None


def uploader(name: str) -> str:
    """Return who a learning platform says uploaded this, or an empty string.

    >>> uploader("yuelin_LATE_1234_56789_lin-yue--01_needs--20261120T090000Z.zip")
    'yuelin'
    """
    for part in name.split(WITHIN):
        # What a platform writes comes first; after it a trainee's own name for the file can look like another one's.
        if found := [match for wrapper in WRAPPERS if (match := wrapper.match(part))]:
            return min(found, key=lambda match: match.end(1))[1]
    return ""


def _unwrapped(name: str) -> str:
    name = name.split(WITHIN)[-1]
    for wrapper in WRAPPERS:
        name = wrapper.sub("", name)
    return name


def _file(path: Path, name: str) -> Iterator[Arrival]:
    label = _shown(name)
    if path.is_symlink():
        yield Arrival(label, refusal=_("it is a link"))
        return
    ending = Path(path.name.strip(QUOTES)).suffix.casefold()
    if ending in (".txt", ".html", ".csv", ".xlsx", "") or path.name.startswith(("._", ".DS_Store", "desktop.ini")):
        return
    if ending != ".zip":
        yield Arrival(label, refusal=_("it is not the zip that the Submit button makes"))
        return
    try:
        # Opened without following a link and without waiting for a pipe, whatever was there a moment ago.
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
    except OSError as error:
        yield Arrival(label, refusal=_("it cannot be read ({error})", error=error.strerror))
        return
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            yield Arrival(label, refusal=_("it is not a file"))
            return
        yield from _opened(stream, name, depth=0, room=Budget(BULK_LIMIT))


def _opened(stream: BinaryIO, name: str, *, depth: int, room: Budget) -> Iterator[Arrival]:
    """Yield one submission, or each of those in a bulk zip."""
    label = _shown(name)
    try:
        bulk = Archive(stream, BULK, room)
        inner = _inner(bulk)
    except Refused as refusal:
        yield Arrival(label, refusal=str(refusal))
        return
    if not inner:
        size = stream.seek(0, os.SEEK_END)
        if size > LARGEST_ARCHIVE:
            yield Arrival(label, refusal=_("it is larger than {limit} MB", limit=LARGEST_ARCHIVE >> 20))
            return
        stream.seek(0)
        yield Arrival(label, stream.read(), room=room, name=name)
        return
    if depth == DEPTH:
        yield Arrival(label, refusal=_("it holds zips in zips in zips"))
        return
    for info in inner:
        below = f"{name}{WITHIN}{_legible(info)}"
        try:
            data = bulk.read(info, NESTED_LIMIT)
        except Refused as refusal:
            yield Arrival(_shown(below), refusal=str(refusal))
            continue
        yield from _opened(BytesIO(data), below, depth=depth + 1, room=Budget(BELOW_LIMIT, room))


def _shown(name: str) -> str:
    return WITHIN.join(map(spelled_out, name.split(WITHIN)))


def _inner(archive: Archive) -> list[ZipInfo]:
    """Return the zips in a bulk zip; none for a submission."""
    names = [info.orig_filename.replace("\\", "/") for info in archive.members]
    if any(name.split("/")[-1] == MANIFEST for name in names):
        return []
    return [
        info
        for info, name in zip(archive.members, names, strict=True)
        if name.casefold().rstrip(QUOTES).endswith(".zip") and not name.startswith("__MACOSX/")
    ]


def _legible(info: ZipInfo) -> str:
    """Return a member's name; one without the Unicode flag is read as Chinese Windows writes it, if it can be."""
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            return info.orig_filename.encode("cp437").decode("gbk")
    return info.orig_filename
