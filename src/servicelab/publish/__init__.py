"""Text sources to notebooks: editions (solved, trainee, instructor) in English and Chinese.

Importing this costs nothing: Jupytext, nbgrader and the rest are loaded when something has to be built, so that an
up-to-date `make lab` starts at once.
"""

from __future__ import annotations

from pathlib import Path

from servicelab.learn.written import STUB as TEXT_STUB
from servicelab.publish.editions import BuildReport, build, build_source
from servicelab.publish.nbgrader_rules import nbgrader_settings

__all__ = [
    "TEXT_STUB",
    "BuildReport",
    "build",
    "build_source",
    "leaks_in_zip",
    "nbgrader_settings",
    "refuse_drafts",
    "update_catalogues",
]


def update_catalogues(root: Path | None = None) -> list[str]:
    """Bring `locales/zh_CN/` up to the sources: new messages added, changed ones marked fuzzy, lost ones retired.

    Returns one line for each catalogue that changed.
    """
    from servicelab.publish.catalogues import update
    from servicelab.publish.editions import checkout
    from servicelab.publish.findings import stop_on
    from servicelab.publish.sources import load_course

    place = checkout(root)
    course = load_course(place)
    stop_on(course.findings)
    return update(place, course)


def leaks_in_zip(path: Path, root: Path | None = None) -> list[str]:
    """What of the course's secrets stands in a zip, zips and wheels inside it included; one line a leak."""
    from servicelab.publish.editions import checkout
    from servicelab.publish.secrets import find_leaks, secrets

    return [str(leak) for leak in find_leaks(path, secrets(checkout(root)))]


def refuse_drafts(root: Path | None = None) -> None:
    """Raise UserError, which says where, when a unit of the course is still being written: it goes to no trainee."""
    from servicelab.publish.editions import checkout, refuse
    from servicelab.publish.sources import load_course

    refuse(load_course(checkout(root)).units.values())
