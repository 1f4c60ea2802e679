"""Writing into a course: for its owner's eyes, and one sentence where there is no room or no right to write."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servicelab.errors import UserError
from servicelab.i18n import _

ROOM = 1 << 20
"""Bytes that must fit before anything is begun: a graded notebook and its page."""
REFUSALS = frozenset({
    errno.EACCES, errno.EDQUOT, errno.EEXIST, errno.EFBIG, errno.EIO, errno.EISDIR, errno.ENOSPC, errno.ENOTDIR,
    errno.EPERM, errno.EROFS,
})  # fmt: skip
"""Errors of a place and not of a program."""


@contextmanager
def storing(*folders: Path) -> Iterator[None]:
    """Do something that writes into a course; whatever is made meanwhile, by nbgrader as well, is its owner's alone.

    Parameters
    ----------
    folders
        Where it writes; those that are missing are made.

    Raises
    ------
    UserError
        A folder cannot be made or written, before or while it is done.
    """
    from sqlalchemy.exc import OperationalError

    before = os.umask(0o077)
    try:
        ensure_room(*folders)
        yield
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        raise _unwritable(error.filename or folders[0], error.strerror or str(error)) from error
    except OperationalError as error:
        # A damaged gradebook as well as a full disk: SQLite's own words tell them apart.
        raise _unwritable(folders[0], str(error.orig)) from error
    finally:
        os.umask(before)


def ensure_room(*folders: Path) -> None:
    """Make folders that are missing, for their owner alone, and see that each takes a file of some size.

    Raises
    ------
    UserError
        One does not.
    """
    for folder in folders:
        try:
            for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
                missing.mkdir(mode=0o700)
            with tempfile.TemporaryFile(dir=folder) as trial:
                trial.write(b"\0" * ROOM)
                trial.flush()
        except OSError as error:
            raise _unwritable(folder, error.strerror or str(error)) from error


def _unwritable(place: object, why: str) -> UserError:
    return UserError(
        _(
            "{place} cannot be written ({why}): make room there or make it writable, then run the same command again.",
            place=place,
            why=why,
        )
    )
