"""Where a notebook stands: its folder, the workspace around it, the edition, and who is learning."""

from __future__ import annotations

import json
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servicelab.course.handin import LARGEST_NOTEBOOK, TRAINEE, is_reserved, is_staff_number
from servicelab.course.layout import ASSIGNMENT_NAME
from servicelab.errors import UserError
from servicelab.files.whole import write_whole
from servicelab.i18n import MARKER, _, marked

LARGEST_FILE = 4 * 2**20
"""Bytes; no file of ours comes near it, so a larger one is a mistake or an attack."""

PAUSES = (0.05, 0.15, 0.3)
"""Seconds to wait before a file that could not be read is tried again."""


@dataclass(frozen=True)
class Place:
    """A notebook's folder, the workspace it belongs to, and the edition ("trainee", "solved", "instructor")."""

    folder: Path
    root: Path
    edition: str

    @property
    def solved(self) -> bool:
        """Whether answers may be shown without being asked for."""
        return self.edition in ("solved", "instructor")


def find_place(kind: str, name: str, directory: Path | None = None) -> Place:
    """The folder of lesson or assignment `name`: here, or under the workspace's `lessons/` or `assignments/`.

    `kind` is "lessons" or "assignments". A graded copy stands alone in a folder of its own, so the folder that the
    kernel runs in wins whatever it is called.
    """
    if not ASSIGNMENT_NAME.fullmatch(name):
        raise UserError(_("“{name}” is not the name of a module: it looks like 01_needs.", name=shown(name, 60)))
    here = (directory or Path.cwd()).resolve()
    root = workspace_root(here)
    folder = here
    elsewhere = root / kind / name
    if here.name != name and elsewhere.is_dir() and (here == root or root in here.parents):
        folder = elsewhere
    return Place(folder, root, edition_at(folder))


def workspace_root(here: Path) -> Path:
    """The nearest folder, upwards, that holds the course's lessons or assignments; else `here` itself."""
    for folder in (here, *here.parents):
        if (folder / MARKER).is_file() and ((folder / "lessons").is_dir() or (folder / "assignments").is_dir()):
            return folder
    return here


def edition_at(folder: Path) -> str:
    """The edition that the nearest marker file names; "trainee" where there is none."""
    named = (marked(folder) or {}).get("edition")
    return named if named in ("trainee", "solved", "instructor") else "trainee"


def read_json(path: Path, limit: int = LARGEST_FILE) -> dict[str, Any]:
    """A JSON object from a regular file; empty when it is missing, too large, linked elsewhere or damaged."""
    try:
        document = json.loads(read_regular(path, limit).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


class NotTaken(OSError):
    """A file that is there and is never read: a link, a device, a pipe, or one larger than any of ours."""


def read_regular(path: Path, limit: int = LARGEST_FILE) -> bytes:
    """The bytes of a regular file of at most `limit` bytes; OSError when it cannot be read, NotTaken when it must not.

    Answer files come from other people's machines: a link could name any file of the reader's, a pipe would hang. What
    cannot be read is tried again: a virus scanner or a synchronised folder holds a file for a moment.
    """
    for pause in PAUSES:
        try:
            return _read_once(path, limit)
        except (FileNotFoundError, NotTaken):
            raise
        except OSError:
            time.sleep(pause)
    return _read_once(path, limit)


def _read_once(path: Path, limit: int) -> bytes:
    state = path.lstat()
    if not stat.S_ISREG(state.st_mode):
        raise NotTaken(f"{path.name} is not a regular file")
    if state.st_size > limit:
        raise NotTaken(f"{path.name} is larger than {limit} bytes")
    with path.open("rb") as stream:
        return stream.read(limit + 1)[:limit]


def unreadable(name: str, problem: OSError) -> str:
    """What is said of a file that is there and cannot be read now, as part of a sentence."""
    return _("the file {name} cannot be read now ({why})", name=name, why=problem.strerror or type(problem).__name__)


def read_notebook(path: Path) -> bytes:
    """The bytes of a graded notebook; OSError as for `read_regular`, UserError when it weighs too much to hand in."""
    if path.lstat().st_size > LARGEST_NOTEBOOK:
        raise too_heavy(path.name)
    return read_regular(path, LARGEST_NOTEBOOK)


def too_heavy(name: str) -> UserError:
    """What is said of a notebook that weighs more than anybody takes."""
    return UserError(
        _(
            "{name} is larger than {limit} MB, more than can be handed in: clear the outputs of its cells "
            "(JupyterLab's menu Edit, Clear Outputs of All Cells), save it and try again.",
            name=name,
            limit=LARGEST_NOTEBOOK >> 20,
        )
    )


def student_id(root: Path) -> str:
    """The staff number kept in the workspace, or "" when none was given yet."""
    kept = read_json(root / TRAINEE).get("student")
    return kept if isinstance(kept, str) and is_staff_number(kept) else ""


def keep_student_id(root: Path, given: str) -> str:
    """Keep the staff number for every later submission and return it; UserError when it cannot be a file name."""
    student = given.strip()
    if not student:
        raise UserError(_("Give your staff number first, such as E1042."))
    if is_reserved(student):
        raise UserError(
            _(
                "“{given}” cannot be used as a staff number, since Windows keeps this name for a device: put something "
                "before it, such as E-{given}.",
                given=shown(given, 60),
            )
        )
    if not is_staff_number(student):
        raise UserError(
            _(
                "“{given}” cannot be used as a staff number: use 1 to 40 letters, digits, dots or single hyphens, "
                "without spaces.",
                given=shown(given, 60),
            )
        )
    kept = read_json(root / TRAINEE)
    kept["student"] = student
    write_whole(root / TRAINEE, json.dumps(kept, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n")
    return student


def shown(text: object, limit: int = 200) -> str:
    """Text from outside made fit for one line: no control characters, no invisible direction marks, not too long."""
    line = "".join(c if c.isprintable() else " " for c in str(text)[: limit * 4])
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
