"""One submission archive, read without trusting a byte of it.

Nothing is ever extracted by the archive's own names: the few files the format names are read into memory, each through
a limit on the bytes that really come out, and the caller writes them under names it chose itself.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from servicelab.course.handin import (
    FORMAT,
    LARGEST_ARCHIVE,
    LARGEST_NOTEBOOK,
    MANIFEST,
    handed_in,
    is_reserved,
    is_staff_number,
)
from servicelab.course.layout import ASSIGNMENT_NAME
from servicelab.files.zips import Archive, Budget, Limits, Refused, plain_name, spelled_out
from servicelab.i18n import _

MEMBER_LIMIT = 200
"""Entries one submission may list; `submit` writes four."""
LIMITS = Limits(members=MEMBER_LIMIT, directory=64 << 10)
MOST_PARTS = 300_000
"""Lists and objects in one file, and a sixth of its quotation marks: each takes a reader fifty times its bytes."""


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
    uploader
        Who a learning platform says uploaded it.
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
    uploader: str = ""
    packed: bytes = field(default=b"", repr=False)


def check_student(name: object) -> str:
    """Return a trainee's id, or refuse what handing in does not take for a staff number.

    >>> check_student("lin.yue")
    'lin.yue'
    """
    if not isinstance(name, str):
        raise Refused(_("it names no trainee"))
    plain = name.strip()
    if not is_staff_number(plain):
        raise Refused(_("{name} cannot be a trainee's id", name=spelled_out(name)))
    return plain


def check_assignment(name: object) -> str:
    """Return an assignment's name, or refuse it."""
    if not isinstance(name, str) or not ASSIGNMENT_NAME.fullmatch(name) or is_reserved(name):
        raise Refused(_("it names no assignment"))
    return name


def ensure_readable(name: str, content: bytes) -> bytes:
    """Return a file's bytes, or refuse one that is small and takes gigabytes to read."""
    if content.count(b"{") + content.count(b"[") + content.count(b'"') // 6 > MOST_PARTS:
        raise Refused(_("{name} holds more parts than a notebook can", name=name))
    return content


def read_submission(
    data: bytes, *, fallback: tuple[str, str, datetime] | None = None, room: Budget | None = None
) -> Submission:
    """Return what one submission archive holds.

    Parameters
    ----------
    data
        The archive's bytes.
    fallback
        Trainee, assignment and time read off the file's name, used only when the archive has no `submission.json`.
    room
        What may still come out of the archive that this one lay in.

    Raises
    ------
    Refused
        The archive is not a submission, or not one that can be believed.
    """
    if len(data) > LARGEST_ARCHIVE:
        raise Refused(_("it is larger than {limit} MB", limit=LARGEST_ARCHIVE >> 20))
    archive = Archive(io.BytesIO(data), LIMITS, Budget(LARGEST_ARCHIVE, room))
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
    wanted = [name for name in handed_in(notebooks[0].removesuffix(".ipynb")) if name in members]
    files = _read(archive, members, wanted)
    note = _("it has no submission.json, so its file name was believed")
    return Submission(
        check_student(student), check_assignment(assignment), created, "en", files, digest, (note,), packed=data
    )


def _stated(archive: Archive, members: Mapping[str, zipfile.ZipInfo], digest: str) -> Submission:
    stated = archive.read(members[MANIFEST], 1 << 20)
    manifest = _parse(stated)
    student = check_student(manifest.get("student"))
    assignment = check_assignment(manifest.get("assignment"))
    hashes = manifest.get("files")
    if not isinstance(hashes, dict):
        raise Refused(_("its submission.json lists no files"))
    notebooks = [name for name in hashes if isinstance(name, str) and re.fullmatch(r"[\w-]{1,64}\.ipynb", name)]
    if len(notebooks) != 1:
        raise Refused(_("its submission.json does not name exactly one notebook"))
    wanted = [name for name in handed_in(notebooks[0].removesuffix(".ipynb")) if name in hashes]
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


def _members(archive: Archive) -> dict[str, zipfile.ZipInfo]:
    """Return plain name → entry; one folder around everything (a zip made again by hand) is taken off."""
    members: dict[str, zipfile.ZipInfo] = {}
    seen: dict[str, str] = {}
    for info in archive.members:
        name = plain_name(info)
        if info.is_dir() or name.startswith("__MACOSX/") or name.split("/")[-1] in (".DS_Store", "Thumbs.db"):
            continue
        folded = name.casefold()
        if folded in seen:
            raise Refused(_("two files in it have the name {name}", name=spelled_out(name)))
        seen[folded] = name
        members[name] = info
    if not members:
        raise Refused(_("it is empty"))
    folders = {name.split("/")[0] if "/" in name else "" for name in members}
    if MANIFEST not in members and len(folders) == 1 and (folder := folders.pop()):
        members = {name.removeprefix(f"{folder}/"): info for name, info in members.items()}
    return members


def _read(archive: Archive, members: Mapping[str, zipfile.ZipInfo], wanted: list[str]) -> dict[str, bytes]:
    return {name: ensure_readable(name, archive.read(members[name], LARGEST_NOTEBOOK)) for name in wanted}


def _parse(stated: bytes) -> Mapping[str, Any]:
    try:
        manifest = json.loads(stated.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused(_("its submission.json cannot be read")) from error
    if not isinstance(manifest, dict):
        raise Refused(_("its submission.json cannot be read"))
    if manifest.get("format") != FORMAT:
        raise Refused(_("its format is not one this version reads: update the package"))
    return manifest


def _moment(stated: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(stated))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(_("its submission.json does not say when it was made")) from error
