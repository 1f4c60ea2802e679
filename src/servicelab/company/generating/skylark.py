"""Skylark's own world: where it stands, and its reading."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from servicelab.company.simulation.world import World, read_world
from servicelab.course.layout import WORLD
from servicelab.errors import UserError
from servicelab.i18n import _

PLACE = Path(__file__).resolve().parents[4] / WORLD


@cache
def skylark() -> World:
    """The world of the sample firm, which stands with those who teach.

    Raises UserError where it does not stand: such a place has the finished tables only.
    """
    if not PLACE.is_file():
        raise UserError(_("This installation has the finished tables only; make data with the instructor's one."))
    return read_world(PLACE)
