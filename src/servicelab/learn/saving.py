"""Save and restore: a learner's whole progress as one zip file, for machines that forget (Binder) or change."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from servicelab.course.handin import LARGEST_ARCHIVE, LARGEST_NOTEBOOK, TRAINEE
from servicelab.errors import UserError
from servicelab.files.whole import write_whole
from servicelab.files.zips import Archive, Budget, Limits, Refused, pack, plain_name
from servicelab.i18n import _, together
from servicelab.learn.sheet import FORMAT, exclusively, newer, understand, utc_now
from servicelab.learn.whereabouts import (
    LARGEST_FILE,
    NotTaken,
    keep_student_id,
    read_json,
    read_regular,
    shown,
    student_id,
    too_heavy,
)

MANIFEST = "progress.json"
LIMITS = Limits(members=500, directory=256 << 10)
ROOM = LARGEST_ARCHIVE - (1 << 20)
"""Bytes of all that one file saves, so that with the zip's own records it is never more than a restore takes."""
FOLDER = r"[A-Za-z0-9][A-Za-z0-9_]{0,80}"
ANSWERS = re.compile(rf"(?:lessons|assignments)/{FOLDER}/[A-Za-z0-9_]{{1,80}}\.answers\.json")
# Written judgement and code stand in the graded notebook itself; without it a restored Binder would have lost them.
NOTEBOOK = re.compile(rf"assignments/{FOLDER}/[A-Za-z0-9_]{{1,80}}(?:\.new(?:-\d{{1,2}})?)?\.ipynb")


@dataclass(frozen=True)
class Saved:
    """A saved progress: the zip's name and bytes, and a sentence for each file that is not in it."""

    name: str
    content: bytes
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Restored:
    """What a restore did: files taken over, files that were the same, and the dated copies of what stood there.

    `student` is the staff number that came with them, where there was none.
    """

    taken: tuple[str, ...]
    same: tuple[str, ...]
    copies: tuple[str, ...]
    student: str = ""


def save_progress(root: Path, clock: Callable[[], datetime] = utc_now) -> Saved:
    """Every answers file and graded notebook of the workspace at `root` as one zip.

    What cannot be in it is left out and named, the heaviest notebooks first: what can be saved is saved.
    """
    moment = clock()
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    for path in sorted([*root.glob("lessons/*/*.json"), *root.glob("assignments/*/*")]):
        name = path.relative_to(root).as_posix()
        if not belongs(name) or path.is_symlink() or path.parent.is_symlink():
            continue
        try:
            size = path.stat().st_size
            if size > LARGEST_NOTEBOOK:
                left_out.append(str(too_heavy(name)))
            elif ANSWERS.fullmatch(name) and size > LARGEST_FILE:
                left_out.append(_("{name} is larger than any page reads, so it is not in it.", name=name))
            else:
                files[name] = read_regular(path, LARGEST_NOTEBOOK)
        except (FileNotFoundError, NotTaken):
            continue
        except OSError as problem:
            why = problem.strerror or type(problem).__name__
            left_out.append(_("{name} cannot be read now ({why}): try again in a minute.", name=name, why=why))
    if not any(ANSWERS.fullmatch(name) for name in files):
        raise UserError(together(*left_out) or _("There is nothing to save yet: answer something first."))
    while sum(map(len, files.values())) > ROOM:
        name = max(files, key=lambda each: (bool(NOTEBOOK.fullmatch(each)), len(files[each])))
        del files[name]
        left_out.append(
            _(
                "{name} found no room, since all your work together is larger than {limit} MB: clear the outputs of "
                "its cells (JupyterLab's menu Edit, Clear Outputs of All Cells), save it and try again.",
                name=name,
                limit=ROOM >> 20,
            )
        )
    manifest = {"format": FORMAT, "saved": moment.isoformat(), "student": student_id(root), "files": sorted(files)}
    files[MANIFEST] = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True).encode()
    return Saved(f"servicelab-progress-{moment:%Y%m%d-%H%M%S}.zip", pack(files, moment), tuple(left_out))


def restore_progress(root: Path, content: bytes, clock: Callable[[], datetime] = utc_now) -> Restored:
    """Bring back what `save_progress` saved. A file that would change is first copied under a dated name.

    Everything is checked before anything is written; UserError says what was wrong with the file.
    """
    files = checked(content)
    manifest = files.pop(MANIFEST)
    stamp = f"{clock():%Y%m%d-%H%M%S}"
    taken, same, copies = [], [], []
    for name, incoming in files.items():
        target = root / name
        if not target.parent.is_dir() or target.parent.resolve() != root.resolve() / Path(name).parent:
            continue
        with exclusively(target):
            present = None
            if target.exists() or target.is_symlink():
                with contextlib.suppress(OSError):
                    present = read_regular(target, LARGEST_NOTEBOOK)
                if present is not None and alike(present, incoming):
                    same.append(name)
                    continue
                aside = set_aside(target, stamp)
                try:
                    write_whole(target, incoming)
                except OSError:
                    # No room: what stood there is the learner's work, and stands there again.
                    aside.replace(target)
                    raise
                copies.append(aside.relative_to(root).as_posix())
            else:
                write_whole(target, incoming)
        taken.append(name)
    student = restore_student(root, manifest) if taken or same else ""
    if not taken and not same:
        raise UserError(_("This file belongs to another course: none of its folders is in this workspace."))
    return Restored(tuple(taken), tuple(same), tuple(copies), student)


def set_aside(target: Path, stamp: str) -> Path:
    """Move what stands at `target` to a dated name beside it; the name is no answers file and no notebook any more."""
    first, dot, rest = target.name.partition(".")
    suffix = ".ipynb" if rest == "ipynb" else ".json"
    middle = rest.removesuffix(suffix.removeprefix(".")).rstrip(".")
    for number in range(1, 1000):
        tail = stamp if number == 1 else f"{stamp}-{number}"
        name = f"{first}-kept-{tail}{suffix}" if not middle else f"{first}{dot}{middle}.kept-{tail}{suffix}"
        aside = target.with_name(name)
        if not aside.exists() and not aside.is_symlink():
            return target.rename(aside)
    raise UserError(_("Too many copies of {name} are kept already: delete some of them.", name=target.name))


def alike(present: bytes, incoming: bytes) -> bool:
    """Whether two versions say the same, whenever each was saved."""
    if present == incoming:
        return True
    with contextlib.suppress(ValueError, RecursionError):
        one, other = json.loads(present), json.loads(incoming)
        if isinstance(one, dict) and isinstance(other, dict) and "entries" in one:
            return bool(one["entries"] == other.get("entries") and one.get("activity") == other.get("activity"))
    return False


def checked(content: bytes) -> dict[str, bytes]:
    """The files of a progress archive, its manifest among them, each of a kind we save and whole; UserError for
    anything else."""
    if len(content) > LARGEST_ARCHIVE:
        raise UserError(_("This file is too large to be a saved progress: choose servicelab-progress-….zip."))
    try:
        archive = Archive(io.BytesIO(content), LIMITS, Budget(LARGEST_ARCHIVE))
        for member in archive.members:
            plain_name(member)
        # As they are written: ours have no backslash that would only mean a folder on Windows.
        members = {member.orig_filename: member for member in archive.members}
        if MANIFEST not in members:
            raise UserError(_("This zip is not a saved progress: choose servicelab-progress-….zip."))
        if len(members) < len(archive.members):
            raise UserError(_("This zip holds a file twice, which a saved progress never does: nothing was restored."))
        for name in members:
            if name != MANIFEST and not belongs(name):
                raise _stranger(name)
        files = {name: archive.read(member, LARGEST_NOTEBOOK) for name, member in members.items()}
    except Refused as refused:
        raise _not_saved_here(refused) from refused
    for name, inside in files.items():
        if ANSWERS.fullmatch(name) and newer(understand(inside)[0]):
            raise UserError(
                _(
                    "{name} in this zip was written by a newer version of the course, so nothing was restored: update "
                    "this one first.",
                    name=shown(name, 80),
                )
            )
        if name != MANIFEST and not sound(name, inside):
            raise UserError(_("{name} in this zip is damaged: nothing was restored.", name=shown(name, 80)))
    return files


def _stranger(name: str) -> UserError:
    return UserError(
        _("This zip holds {name}, which a saved progress never does: nothing was restored.", name=shown(name, 80))
    )


def _not_saved_here(refused: Refused) -> UserError:
    if refused.kind in ("members", "size", "overlap"):
        return UserError(_("This zip holds more than a saved progress can: choose servicelab-progress-….zip."))
    if refused.kind == "name":
        return UserError(
            _("This zip holds what a saved progress never does ({why}): nothing was restored.", why=refused)
        )
    return UserError(_("This file is not a zip that can be read: choose servicelab-progress-….zip."))


def belongs(name: str) -> bool:
    """Whether a path inside a workspace is one that saving covers: an answers file, or a graded notebook."""
    return ".." not in PurePosixPath(name).parts and bool(ANSWERS.fullmatch(name) or NOTEBOOK.fullmatch(name))


def sound(name: str, content: bytes) -> bool:
    """Whether a file is what its name says, and one that the page it belongs to will read."""
    if ANSWERS.fullmatch(name):
        return len(content) <= LARGEST_FILE and understand(content)[1]
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and isinstance(document.get("cells"), list)


def restore_student(root: Path, manifest: bytes) -> str:
    """Take over the staff number from the archive when this workspace has none yet; return it where that was done."""
    if student_id(root) or read_json(root / TRAINEE):
        return ""
    with contextlib.suppress(ValueError, AttributeError, RecursionError, UserError):
        kept = json.loads(manifest).get("student")
        if isinstance(kept, str) and kept:
            return keep_student_id(root, kept)
    return ""
