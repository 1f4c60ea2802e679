"""The firm: Skylark Home 云雀家居, its tables, how they are read, checked and made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from servicelab.company.tables.reading import data_directory, describe, label, load, localised, table, tables
from servicelab.company.tables.runs import Runs, runs
from servicelab.errors import UserError
from servicelab.i18n import _

if TYPE_CHECKING:
    from servicelab.company.generating import Made

__all__ = [
    "Runs", "check", "data_directory", "describe", "generate", "label", "load", "localised", "runs", "table", "tables",
]  # fmt: skip

#: The seed of the committed tables: the year the firm was founded.
SEED = 1984


def generate(
    out: str | Path, scale: float = 1.0, seed: int = SEED, *, truth: str | Path | None = None, progress: bool = False
) -> Made:
    """Make the firm's tables, their cards and ``datapackage.json`` in the folder `out`.

    `scale` 1 gives about 20,000 customers; larger ones are made region by region, so that memory stays what it is at
    scale 1. The same seed and scale give the same bytes. All tables come under their names together when they are
    whole: an interrupted run leaves what stood there as it was, and the same call goes on after its last whole region.

    With `truth`, what only the simulation knows is written to that folder, which must not be inside `out`. With
    `progress`, a bar (or lines, outside a terminal) on standard error says how far it is. Returns what was made.

    Raises UserError when `scale` or `seed` is out of range, `out` cannot be written, is too small or holds other
    tables, or this installation cannot make data (a trainee's bundle has only the finished tables).
    """
    try:
        from servicelab.company.generating import write_firm
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("servicelab.company.generating"):
            raise
        raise UserError(
            _("This installation has the finished tables only; make data with the instructor's one.")
        ) from error
    return write_firm(Path(out), scale, seed, Path(truth) if truth is not None else None, progress=progress)


def check(directory: str | Path) -> pd.DataFrame:
    """Check the tables in a folder; one finding a row, none when everything fits. See `tables.checking`."""
    from servicelab.company.tables.checking import check as run

    return run(directory)
