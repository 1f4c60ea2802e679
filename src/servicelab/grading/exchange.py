"""nbgrader's exchange on one machine, read with the care its own `collect` lacks (that one follows links)."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from fnmatch import fnmatch
from pathlib import Path

from servicelab.course.handin import ANY_ANSWERS, LARGEST_ARCHIVE, LARGEST_NOTEBOOK, handed_in
from servicelab.errors import UserError
from servicelab.files.zips import Refused, spelled_out
from servicelab.grading.course import Course
from servicelab.grading.envelope import Submission, check_student, ensure_readable
from servicelab.i18n import LANGUAGES, _


def root(course: Course) -> Path | None:
    """Return the exchange's folder that the course's configuration names, or None where there is none.

    nbgrader's exchange rests on Unix file permissions: there is none on Windows.
    """
    if sys.platform == "win32":
        return None
    stated = course.config().Exchange.get("root")
    return Path(stated) if stated else None


def submissions(
    course: Course, assignment: str, notebooks: Sequence[str]
) -> Iterator[tuple[str, Submission | Refused]]:
    """Yield what trainees submitted through nbgrader, each with the name of its folder.

    Raises
    ------
    UserError
        There is no exchange, or the assignment was never released to it.
    """
    where = root(course)
    inbound = where / course.config().CourseDirectory.course_id / "inbound" if where else None
    if inbound is None or not inbound.is_dir():
        raise UserError(
            _(
                "There is no exchange to collect {assignment} from: name the folder or zip of the submissions.",
                assignment=assignment,
            )
        )
    for entry in sorted(inbound.iterdir()):
        # <trainee>+<assignment>+<time>[+<random>]; a trainee's own name may hold a plus sign.
        parts = entry.name.rsplit("+", 3)
        if len(parts) < 3:
            continue
        if len(parts) == 3 or parts[1] != assignment:
            parts = entry.name.rsplit("+", 2)
        if parts[1] != assignment:
            continue
        try:
            yield spelled_out(entry.name), _read(entry, parts[0], assignment, parts[2], notebooks)
        except Refused as refusal:
            yield spelled_out(entry.name), refusal


def _read(folder: Path, student: str, assignment: str, time: str, notebooks: Sequence[str]) -> Submission:
    from nbgrader.utils import find_owner, parse_utc

    checked = check_student(student)
    try:
        created = parse_utc(time).replace(tzinfo=UTC)
    except (ValueError, OverflowError, AttributeError) as error:
        raise Refused(_("its name does not say when it was made")) from error
    files: dict[str, bytes] = {}
    room = LARGEST_ARCHIVE
    # The folder is its trainee's own, who could change it while it is read: every step is by descriptor, no link.
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise Refused(_("it is a link or cannot be read")) from error
    try:
        for notebook in notebooks:
            for name in (*handed_in(notebook), "submission_secret.txt"):
                content = _take(handle, name, min(LARGEST_NOTEBOOK, room))
                if content is not None:
                    files[name] = ensure_readable(name, content)
                    room -= len(content)
    finally:
        os.close(handle)
    if not any(name.endswith(".ipynb") for name in files):
        raise Refused(_("the notebook is missing from it"))
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    notes = []
    try:
        owner = find_owner(str(folder))
    except (KeyError, OSError):
        owner = ""
    if owner and owner not in (checked, find_owner(str(folder.parent))):
        notes.append(_("the folder belongs to {owner}: ask whose it is", owner=owner))
    return Submission(checked, assignment, created, _language(files), files, digest.hexdigest(), tuple(notes))


def _language(files: Mapping[str, bytes]) -> str:
    """Return the language that the answers were given in."""
    for name, content in files.items():
        if fnmatch(name, ANY_ANSWERS):
            try:
                stated = json.loads(content)["language"]
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
            if stated in LANGUAGES:
                return str(stated)
    return "en"


def _take(folder: int, name: str, limit: int) -> bytes | None:
    """Return one file's bytes, or None where there is none; links, pipes and shared files are refused."""
    first, *rest = name.split("/", 1)
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        handle = os.open(first, flags | (os.O_DIRECTORY if rest else 0), dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused(_("{name} in it is a link or cannot be read", name=name)) from error
    try:
        if rest:
            return _take(handle, rest[0], limit)
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_nlink > 1:
            raise Refused(_("{name} in it is a link or cannot be read", name=name))
        taken = bytearray()
        while chunk := os.read(handle, min(1 << 20, limit + 1 - len(taken))):
            taken += chunk
            if len(taken) > limit:
                raise Refused(_("{name} is larger than {limit} MB", name=name, limit=limit >> 20))
        return bytes(taken)
    finally:
        os.close(handle)
