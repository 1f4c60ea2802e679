"""How a moment is told to people: by this machine's clock, and by which that is."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime


def in_zone(moment: datetime) -> str:
    """Return a moment by this machine's clock, with its time zone; one that names no zone is UTC's, as nbgrader's are.

    >>> in_zone(datetime(2026, 11, 20, 12, tzinfo=UTC)) == in_zone(datetime(2026, 11, 20, 12))
    True
    """
    here = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    # A trainee's machine may date a hand-in at the edge of the calendar, where a time zone leads out of it.
    with suppress(OverflowError, OSError, ValueError):
        here = here.astimezone()
    stands, offset = here.replace(tzinfo=None).isoformat(" ", "minutes"), here.strftime("%z")
    return f"{stands} (UTC{offset[:3]}:{offset[3:5]})"
