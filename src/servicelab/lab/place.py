"""Where this command was started: in a checkout of the course, or in a trainee's unpacked bundle."""

from __future__ import annotations

from pathlib import Path

import servicelab
from servicelab.errors import UserError


def checkout_here(start: Path | None = None) -> Path:
    """The checkout around `start` (default: here), else the one this package was installed from.

    Raises
    ------
    UserError
        There is neither.
    """
    start = start or Path.cwd()
    candidates = [start, *start.parents, Path(servicelab.__file__).resolve().parents[2]]
    for folder in candidates:
        if (folder / "course" / "course.yml").is_file():
            return folder
    raise UserError(f"{start} is not in a ServiceLab checkout: change to the folder that has course/course.yml.")


def unpacked_bundle(start: Path) -> Path | None:
    """The trainee's bundle around `start`, if this is one: it carries a built edition and no sources."""
    for folder in [start, *start.parents]:
        if (folder / "course" / "course.yml").is_file():
            return None
        if (folder / "app" / "edition" / "edition.json").is_file():
            return folder
    return None
