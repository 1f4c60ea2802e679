"""One submission archive, read without trusting a byte of it.

Nothing is ever extracted by the archive's own names: the few files the format names are read into memory, each through
a limit on the bytes that really come out, and the caller writes them under names it chose itself.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, BinaryIO

from servicelab.i18n import _

MANIFEST = "submission.json"
EVIDENCE = "evidence/lesson.answers.json"

ARCHIVE_LIMIT = 64 << 20
"""Bytes of one submission archive, packed."""
FILE_LIMIT = 32 << 20
"""Bytes of one file in it, as they really come out."""
TOTAL_LIMIT = 64 << 20
"""Bytes of all files taken from one archive, as they really come out."""
MEMBER_LIMIT = 200
"""Entries one submission may list; `submit` writes four."""
DIRECTORY_LIMIT = 64 << 10
"""Bytes of a submission's table of contents: read whole before anything else, so it is limited before."""

STUDENT = re.compile(r"[\w][\w.@-]{0,63}")
ASSIGNMENT = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_-]{0,63}")
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
"""Names that Windows keeps for devices, with or without an ending."""
DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make a name read backwards: `fdp.exe` can be shown as `exe.pdf`."""


class Refused(Exception):
    """An archive that is not taken; the message says why in one clause."""


@dataclass(frozen=True)
class Submission:
    """What one archive holds.

    Attributes
    ----------
    student, assignment
        Who and what, as the archive itself says (file name only when it has no `submission.json`).
    created
        When it was made, UTC.
    language
        Edition that was worked, `en` or `zh`.
    files
        Relative name → bytes: the notebook, its answers, the lesson's evidence, `submission.json`.
    digest
        SHA-256 of the archive's bytes.
    notes
        What the instructor should know about it, in sentences.
    packed
        The archive's own bytes, kept as they came.
    """

    student: str
    assignment: str
    created: datetime
    language: str
    files: Mapping[str, bytes]
    digest: str
    notes: tuple[str, ...] = ()
    packed: bytes = field(default=b"", repr=False)


def check_student(name: object) -> str:
    """Return a trainee's id in one Unicode form, or refuse it.

    It becomes a folder name on any system and a pattern in nbgrader: letters and digits of any script, `. _ - @`.

    >>> check_student("lin.yue")
    'lin.yue'
    """
    if not isinstance(name, str):
        raise Refused(_("it names no trainee"))
    plain = unicodedata.normalize("NFC", name.strip())
    if not STUDENT.fullmatch(plain) or plain.endswith(".") or plain.split(".")[0].casefold() in RESERVED:
        raise Refused(_("{name} cannot be a trainee's id", name=shown(name)))
    return plain


def check_assignment(name: object) -> str:
    """Return an assignment's name, or refuse it."""
    if not isinstance(name, str) or not ASSIGNMENT.fullmatch(name) or name.casefold() in RESERVED:
        raise Refused(_("it names no assignment"))
    return name


def allowed(notebook: str) -> tuple[str, ...]:
    """Return the file names that the format knows for one notebook."""
    return (f"{notebook}.ipynb", f"{notebook}.answers.json", EVIDENCE)


def shown(name: str) -> str:
    r"""Return a name as it may be printed: shortened, with everything that does not show written out.

    >>> shown("a\u202egnp.zip")
    'a\\u202egnp.zip'
    """
    short = name if len(name) <= 100 else f"{name[:60]}…{name[-36:]}"
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in short)


def open_zip(stream: BinaryIO, *, members: int, directory: int) -> zipfile.ZipFile:
    """Open a zip whose table of contents is small enough to be read, with every name in it looked at.

    Raises
    ------
    Refused
        It is not a zip, it is cut short, it lists too much, or a name in it is one that nobody's `submit` writes.
    """
    table, entries = _table_of_contents(stream)
    if table > directory or entries > members:
        raise Refused(_("it lists {count} files, more than a submission can have", count=entries))
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, OverflowError, struct.error, UnicodeDecodeError) as error:
        raise Refused(_("it is damaged or cut short")) from error
    if len(archive.infolist()) > members:
        raise Refused(_("it lists {count} files, more than a submission can have", count=len(archive.infolist())))
    return archive


def plain_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name with `/` between folders, or refuse it.

    Refused are absolute names, drive letters, `..`, control and text-direction characters, links and devices.
    """
    raw = info.orig_filename
    if any(unicodedata.category(each) == "Cc" or each in DIRECTION for each in raw):
        raise Refused(_("the name {name} holds characters that do not show", name=shown(raw)))
    name = unicodedata.normalize("NFC", raw.replace("\\", "/"))
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise Refused(_("the name {name} points outside the archive", name=shown(raw)))
    kind = (info.external_attr >> 16) & 0o170000
    if kind not in (0, 0o100000, 0o040000):
        raise Refused(_("{name} is a link or a device, not a file", name=shown(raw)))
    return name


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    """Return one member's bytes, at most `limit` of them, counted as they come out.

    Raises
    ------
    Refused
        It is encrypted, damaged, packed in a way `submit` never uses, or longer than the limit.
    """
    if info.flag_bits & 0x1:
        raise Refused(_("it is locked with a password"))
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(_("it is packed in a way this course does not read"))
    taken = bytearray()
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(min(1 << 16, limit + 1 - len(taken))):
                taken += chunk
                if len(taken) > limit:
                    raise Refused(_("it unpacks to more than {limit} MB", limit=limit >> 20))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise Refused(_("it is damaged or cut short")) from error
    return bytes(taken)


def read_submission(data: bytes, *, fallback: tuple[str, str, datetime] | None = None) -> Submission:
    """Return what one submission archive holds.

    Parameters
    ----------
    data
        The archive's bytes.
    fallback
        Trainee, assignment and time read off the file's name, used only when the archive has no `submission.json`.

    Raises
    ------
    Refused
        The archive is not a submission, or not one that can be believed.
    """
    if len(data) > ARCHIVE_LIMIT:
        raise Refused(_("it is larger than {limit} MB", limit=ARCHIVE_LIMIT >> 20))
    archive = open_zip(io.BytesIO(data), members=MEMBER_LIMIT, directory=DIRECTORY_LIMIT)
    members = _members(archive)
    digest = hashlib.sha256(data).hexdigest()
    if MANIFEST in members:
        return replace(_stated(archive, members, digest), packed=data)
    if fallback is None:
        raise Refused(_("it has no submission.json, and its name does not say whose it is"))
    student, assignment, created = fallback
    notebooks = [name for name in members if name.endswith(".ipynb") and "/" not in name]
    if len(notebooks) != 1:
        raise Refused(_("it has no submission.json and not exactly one notebook"))
    wanted = [name for name in allowed(notebooks[0].removesuffix(".ipynb")) if name in members]
    files = _read(archive, members, wanted)
    note = _("it has no submission.json, so its file name was believed")
    return Submission(check_student(student), check_assignment(assignment), created, "en", files, digest, (note,), data)


def _stated(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], digest: str) -> Submission:
    stated = read_member(archive, members[MANIFEST], 1 << 20)
    manifest = _parse(stated)
    student = check_student(manifest.get("student"))
    assignment = check_assignment(manifest.get("assignment"))
    hashes = manifest.get("files")
    if not isinstance(hashes, dict):
        raise Refused(_("its submission.json lists no files"))
    notebooks = [name for name in hashes if isinstance(name, str) and re.fullmatch(r"[\w-]{1,64}\.ipynb", name)]
    if len(notebooks) != 1:
        raise Refused(_("its submission.json does not name exactly one notebook"))
    wanted = [name for name in allowed(notebooks[0].removesuffix(".ipynb")) if name in hashes]
    missing = [name for name in wanted if name not in members]
    if missing:
        raise Refused(_("{names} is missing from it", names=", ".join(missing)))
    files = _read(archive, members, wanted)
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != hashes[name]:
            raise Refused(_("{name} is not the file that was submitted (its hash differs)", name=name))
    files[MANIFEST] = stated
    left = len(members) - len(files)
    notes = (_("{count} other files in it were left out", count=left),) if left else ()
    language = manifest.get("language")
    return Submission(
        student,
        assignment,
        _moment(manifest.get("created")),
        language if language in ("en", "zh") else "en",
        files,
        digest,
        notes,
    )


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return plain name → entry; one folder around everything (a zip made again by hand) is taken off."""
    members: dict[str, zipfile.ZipInfo] = {}
    seen: dict[str, str] = {}
    for info in archive.infolist():
        name = plain_name(info)
        if info.is_dir() or name.startswith("__MACOSX/") or name.split("/")[-1] in (".DS_Store", "Thumbs.db"):
            continue
        folded = name.casefold()
        if folded in seen:
            raise Refused(_("two files in it have the name {name}", name=shown(name)))
        seen[folded] = name
        members[name] = info
    if not members:
        raise Refused(_("it is empty"))
    folders = {name.split("/")[0] if "/" in name else "" for name in members}
    if MANIFEST not in members and len(folders) == 1 and (folder := folders.pop()):
        members = {name.removeprefix(f"{folder}/"): info for name, info in members.items()}
    return members


def _read(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], wanted: list[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    room = TOTAL_LIMIT
    for name in wanted:
        files[name] = read_member(archive, members[name], min(FILE_LIMIT, room))
        room -= len(files[name])
    return files


def _parse(stated: bytes) -> Mapping[str, Any]:
    try:
        manifest = json.loads(stated.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused(_("its submission.json cannot be read")) from error
    if not isinstance(manifest, dict):
        raise Refused(_("its submission.json cannot be read"))
    if manifest.get("format") != 1:
        raise Refused(_("its format is not one this version reads: update the package"))
    return manifest


def _moment(stated: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(stated))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(_("its submission.json does not say when it was made")) from error


def _table_of_contents(stream: BinaryIO) -> tuple[int, int]:
    """Return the size in bytes of a zip's table of contents and the number of entries, as its last record says."""
    stream.seek(0)
    if not stream.read(2) == b"PK":
        raise Refused(_("it is not a zip file"))
    end = stream.seek(0, io.SEEK_END)
    # The record is 22 bytes and may be followed by a comment of at most 65,535; ZIP64's pointer is 20 before it.
    stream.seek(max(0, end - 20 - 22 - 0xFFFF))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise Refused(_("it is damaged or cut short"))
    entries, size = struct.unpack_from("<HI", tail, at + 10)
    # ZIP64 overrides both numbers; no submission and no class's worth of them needs it.
    if entries == 0xFFFF or size == 0xFFFFFFFF or tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise Refused(_("it lists more files than a submission can have"))
    return size, entries
