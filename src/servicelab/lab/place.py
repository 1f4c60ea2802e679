"""Where this command was started: in a checkout of the course, or in a trainee's unpacked bundle."""

from __future__ import annotations

from pathlib import Path

import servicelab
from servicelab.course.layout import is_checkout
from servicelab.errors import UserError
from servicelab.i18n import _


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
        if is_checkout(folder):
            return folder
    raise UserError(
        _("{folder} is not in a ServiceLab checkout: change to the folder that has course/course.yml.", folder=start)
    )


def unpacked_bundle(start: Path) -> Path | None:
    """The trainee's bundle around `start`, if this is one: it carries a built edition and no sources."""
    for folder in [start, *start.parents]:
        if is_checkout(folder):
            return None
        if (folder / "app" / "edition" / "edition.json").is_file():
            return folder
    return None


def workspace_here(start: Path) -> Path:
    """The trainee's workspace around `start`, or the one that a checkout or bundle at `start` keeps.

    Raises
    ------
    UserError
        There is none, or a checkout has one for each language and `start` is in neither.
    """
    for folder in [start, *start.parents]:
        if (folder / "assignments").is_dir() and (folder / "edition.json").is_file():
            return folder
    kept = [folder for name in ("my-course", "workspace/en", "workspace/zh") if (folder := start / name).is_dir()]
    if len(kept) == 1:
        return kept[0]
    if kept:
        places = _(" or ").join(map(str, kept))
        raise UserError(_("There is more than one workspace here: change to {places} first.", places=places))
    raise UserError(
        _("{folder} is not in a trainee's workspace: change to the folder that holds start.ipynb.", folder=start)
    )
