"""A company's own data: its exports become the course's tables by a short mapping.

What it takes in: delimited text in any encoding, Excel workbooks (.xlsx), event logs in XES; also packed with gzip.
What it refuses, it says; what does not fit is set aside with its reason; who is in it stays behind a pseudonym.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from servicelab.company.importing.report import ImportReport

__all__ = ["available", "import_data", "shipped_mappings"]


def import_data(
    mapping: Path | str,
    source: Path | str,
    out: Path | str,
    *,
    keep_identifiers: bool = False,
    key: Path | str | None = None,
    max_mb: int | None = None,
    progress: bool = False,
) -> ImportReport:
    """Turn an export into the course's tables, in the folder `out`.

    Parameters
    ----------
    mapping : path of a YAML mapping, or the name of a shipped one (`shipped_mappings`)
    source : the export; it is read in pieces, so that its size costs time and not memory
    out : folder for the tables, ``rejects.csv`` and ``findings.csv``; each appears under its name only when complete
    keep_identifiers : leave names, numbers and addresses of people as they are
    key : file with the key of the pseudonyms, outside `out`, made when it is not there; without one, the key is
        forgotten when the import ends, and another import gives other pseudonyms
    max_mb : the most the export may hold, unpacked, in megabytes (2,048 unless given)
    progress : show a progress bar on standard error

    Returns
    -------
    ImportReport: what was read, written, left out, set aside and found. `complete` says whether everything fitted.

    Raises
    ------
    UserError
        In one sentence, when the mapping or the export cannot be used at all. Then nothing is written.
    """
    from servicelab.company.importing.mapping import read_mapping
    from servicelab.company.importing.work import run

    return run(
        read_mapping(mapping),
        Path(source),
        Path(out),
        keep_identifiers=keep_identifiers,
        key=Path(key) if key is not None else None,
        max_mb=max_mb,
        progress=progress,
    )


def shipped_mappings() -> list[str]:
    """Names of the mappings that come with the course.

    >>> shipped_mappings()
    ['bank-call-log', 'help-desk-csv', 'help-desk-xes', 'tickets-csv', 'xes']
    """
    from servicelab.company.importing.mapping import shipped

    return shipped()


def available(directory: Path | str, course: Path | str | None = None) -> pd.DataFrame:
    """Which lessons and exercises can run on a folder of tables, and what the others miss.

    See `servicelab.company.importing.availability`.
    """
    from servicelab.company.importing.availability import available as run

    return run(Path(directory), Path(course) if course is not None else None)
