"""A zip read without trusting a byte of it, and one written the same way each time.

Nothing is ever extracted by an archive's own names: a member's bytes are read into memory or streamed, each through a
limit on what really comes out, and the caller writes them under names it chose itself. Whatever is wrong with an
archive, and whatever Python's own reader raises because of it, is one thing here: `Refused`, which says why.
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import BinaryIO, Literal, Self

from servicelab.i18n import _

try:
    from lzma import LZMAError

    _LZMA: tuple[type[Exception], ...] = (LZMAError,)
except ImportError:
    # A Python that was built without it: zipfile then says that it cannot unpack this.
    _LZMA = ()

Kind = Literal["no zip", "damaged", "members", "size", "name", "locked", "packing", "overlap", "content"]

PLAIN = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Ways of packing that everybody's programs write; the others unpack much further and are read by hardly any."""

ANY = PLAIN | {zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
"""Every way that Python unpacks."""

BROKEN: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ArithmeticError,
    LookupError,
    ValueError,
    *_LZMA,
)
"""All that `zipfile` and what it unpacks with raise on bytes that are no sound zip."""

DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make a name read backwards: `fdp.exe` can be shown as `exe.pdf`."""

EARLIEST = datetime(1980, 1, 1)
"""The first moment that a zip can note."""

_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 0xFFFF
_END64, _END64_SIZE, _LOCATOR, _LOCATOR_SIZE = b"PK\x06\x06", 56, b"PK\x06\x07", 20
_LOCAL_SIZE = 30
_PIECE = 1 << 16


class Refused(Exception):
    """An archive, or a member of one, that is not taken; the message says why in one clause, `kind` in one word."""

    def __init__(self, why: str, kind: Kind = "content") -> None:
        super().__init__(why)
        self.kind = kind


class Budget:
    """Bytes that may still come out of an archive and of all archives in it; what a refused member cost is gone too.

    A part of it given to one member is taken from the whole as well: a bomb cannot use up what others need, and a
    thousand of them cannot keep a machine busy for ever.
    """

    def __init__(self, size: int, whole: Budget | None = None) -> None:
        self._size = self._left = size
        self._whole = whole

    @property
    def left(self) -> int:
        """Bytes that may still come out."""
        return max(0, self._left if self._whole is None else min(self._left, self._whole.left))

    @property
    def size(self) -> int:
        """Bytes that there were to begin with, of this or of what it is a part of: whichever has less left."""
        return self._size if self._whole is None or self._left <= self._whole.left else self._whole.size

    def spend(self, size: int) -> None:
        """Note that so many bytes came out."""
        self._left -= size
        if self._whole is not None:
            self._whole.spend(size)


@dataclass(frozen=True)
class Limits:
    """What an archive may be.

    Attributes
    ----------
    members
        Entries it may list.
    directory
        Bytes of its table of contents: read whole before anything else, so it is limited before.
    packing
        Ways of packing that are read.
    in_64_bits
        Whether it may use the 64-bit records, which overrule the numbers in the others.
    """

    members: int
    directory: int
    packing: Collection[int] = PLAIN
    in_64_bits: bool = False


class Archive:
    """A zip that was looked over before anything in it is read: its size, its count, and that no two members overlap.

    Raises
    ------
    Refused
        It is not a zip, it is cut short, it lists too much, or members of it share the same bytes.
    """

    def __init__(self, stream: BinaryIO, limits: Limits, budget: Budget) -> None:
        self._stream = stream
        self._limits = limits
        self.budget = budget
        table, entries = _table_of_contents(stream, limits)
        if table > limits.directory or entries > limits.members:
            raise _too_many(entries)
        with _refusing():
            stream.seek(0)
            self._zip = zipfile.ZipFile(stream)
        self.members = self._zip.infolist()
        if len(self.members) > limits.members:
            raise _too_many(len(self.members))
        with _refusing():
            self._refuse_overlaps()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()

    def read(self, member: zipfile.ZipInfo, limit: int) -> bytes:
        """One member's bytes, at most `limit` of them, counted as they come out.

        Raises
        ------
        Refused
            Its name is one that leads elsewhere, it is locked, damaged, packed in a way that is not read, or longer
            than the limit or what is left of the budget.
        """
        plain_name(member)
        left = self.budget.left
        most = min(limit, left)
        taken = bytearray()
        with self.opened(member) as stream, _refusing():
            while piece := stream.read(min(_PIECE, most + 1 - len(taken))):
                taken += piece
                self.budget.spend(len(piece))
                if len(taken) > most:
                    raise _too_large(limit) if limit <= left else _used_up(self.budget.size)
        return bytes(taken)

    @contextmanager
    def opened(self, member: zipfile.ZipInfo) -> Iterator[BinaryIO]:
        """One member as a stream that is not counted: what reads it meters it, and answers for `BROKEN`.

        Raises
        ------
        Refused
            It is locked, or packed in a way that is not read.
        """
        if member.flag_bits & 0x1:
            raise Refused(_("it is locked with a password"), "locked")
        if member.compress_type not in self._limits.packing:
            raise Refused(_("it is packed in a way this course does not read"), "packing")
        with _refusing():
            stream = self._zip.open(member)
        with stream:
            yield stream  # type: ignore[misc]

    def _refuse_overlaps(self) -> None:
        """Each member's bytes are its own: one that is listed many times would be unpacked many times."""
        end = 0
        for member in sorted(self.members, key=lambda each: each.header_offset):
            if member.header_offset < end:
                raise Refused(_("files in it lie over one another, as in no zip that a program makes"), "overlap")
            self._stream.seek(member.header_offset)
            header = self._stream.read(_LOCAL_SIZE)
            name, extra = struct.unpack_from("<HH", header, 26)
            end = member.header_offset + _LOCAL_SIZE + name + extra + member.compress_size
        if end > self._zip.start_dir:
            raise Refused(_("it is damaged or cut short"), "damaged")


def plain_name(member: zipfile.ZipInfo) -> str:
    """A member's name with `/` between folders, in one Unicode form, or a refusal.

    Refused are absolute names, drive letters, `..`, control and text-direction characters, links and devices.
    """
    raw = member.orig_filename
    if any(unicodedata.category(each) in ("Cc", "Cs") or each in DIRECTION for each in raw):
        raise Refused(_("the name {name} holds characters that do not show", name=spelled_out(raw)), "name")
    name = unicodedata.normalize("NFC", raw.replace("\\", "/"))
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise Refused(_("the name {name} points outside the archive", name=spelled_out(raw)), "name")
    kind = (member.external_attr >> 16) & 0o170000
    if kind not in (0, 0o100000, 0o040000):
        raise Refused(_("{name} is a link or a device, not a file", name=spelled_out(raw)), "name")
    return name


def spelled_out(name: str) -> str:
    r"""Return a name as it may be printed: shortened, with everything that does not show written out.

    >>> spelled_out("a\u202egnp.zip")
    'a\\u202egnp.zip'
    """
    short = name if len(name) <= 100 else f"{name[:60]}…{name[-36:]}"
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in short)


def pack(files: Mapping[str, bytes], moment: datetime = EARLIEST) -> bytes:
    """A zip of these files, with plain permissions and one date: the same bytes for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name, moment.timetuple()[:6])
            member.external_attr = 0o100644 << 16
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise Refused(_("it is damaged or cut short"), "damaged") from error


def _too_many(count: int) -> Refused:
    return Refused(_("it lists {count} files, more than it may", count=count), "members")


def _too_large(limit: int) -> Refused:
    return Refused(_("it unpacks to more than {limit} MB", limit=limit >> 20), "size")


def _used_up(size: int) -> Refused:
    return Refused(_("with what was unpacked before it, it comes to more than {limit} MB", limit=size >> 20), "size")


def _table_of_contents(stream: BinaryIO, limits: Limits) -> tuple[int, int]:
    """The size in bytes of a zip's table of contents and the number of entries, as its last record says."""
    with _refusing():
        stream.seek(0)
        if stream.read(2) != b"PK":
            raise Refused(_("it is not a zip file"), "no zip")
        end = stream.seek(0, io.SEEK_END)
        # The last record may be followed by a comment; in 64 bits, two more records stand before it.
        start = max(0, end - _END_SIZE - _LONGEST_COMMENT - _LOCATOR_SIZE - _END64_SIZE)
        stream.seek(start)
        tail = stream.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) < at + _END_SIZE:
            raise Refused(_("it is damaged or cut short"), "damaged")
        entries, size = struct.unpack_from("<HI", tail, at + 10)
        before = at - _LOCATOR_SIZE
        overruled = before >= 0 and tail.startswith(_LOCATOR, before)
        if not limits.in_64_bits:
            if entries == 0xFFFF or size == 0xFFFFFFFF or overruled:
                raise Refused(_("it lists more files than it may"), "members")
        elif overruled:
            record = before - _END64_SIZE
            # Python looks where the locator points, other programs just before it: only when both is one is it clear.
            (place,) = struct.unpack_from("<Q", tail, before + 8)
            if record < 0 or not tail.startswith(_END64, record) or place != start + record:
                raise Refused(_("it lists more files than it may"), "members")
            entries, size = struct.unpack_from("<QQ", tail, record + 32)
    return size, entries
