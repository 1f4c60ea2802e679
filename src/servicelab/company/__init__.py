"""The firm: Skylark Home 云雀家居, its tables, how they are read, checked and made."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from servicelab.company.reading import data_directory, describe, label, load, localised, table, tables
from servicelab.errors import UserError
from servicelab.i18n import _

__all__ = ["check", "data_directory", "describe", "generate", "label", "load", "localised", "table", "tables"]

#: The seed of the committed tables: the year the firm was founded.
SEED = 1984


def generate(out: str | Path, scale: float = 1.0, seed: int = SEED) -> None:
    """Make the firm's tables, their cards and ``datapackage.json`` in the folder `out`.

    `scale` 1 gives about 4,000 customers; the same seed and scale give the same bytes. A file appears under its name
    only when it is complete. Raises UserError when `scale` is not positive, `out` cannot be written, or this
    installation cannot make data (a trainee's bundle has only the finished tables).
    """
    try:
        from servicelab.company.firm.generating import write_firm
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("servicelab.company.firm"):
            raise
        raise UserError(
            _("This installation has the finished tables only; make data with the instructor's one.")
        ) from error
    write_firm(Path(out), scale, seed)


def check(directory: str | Path) -> pd.DataFrame:
    """Check the tables in a folder; one finding a row, none when everything fits. See `servicelab.company.checking`."""
    from servicelab.company.checking import check as run

    return run(directory)
