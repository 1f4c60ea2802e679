"""A table that a spreadsheet opens safely: nothing in it is run, and a Chinese Excel reads it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from servicelab.errors import UserError
from servicelab.files.whole import write_whole
from servicelab.i18n import _

STARTS_FORMULA = frozenset("=+-@|%\t\r\n")


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], out: Path) -> Path:
    """Write rows as CSV that spreadsheets read, whole, with nothing in it that they would run; return `out`.

    Raises
    ------
    UserError
        `out` cannot be written.
    """
    stream = io.StringIO(newline="")
    table = csv.DictWriter(stream, columns, restval="", lineterminator="\r\n")
    table.writeheader()
    for row in rows:
        table.writerow({name: safe(value) for name, value in row.items()})
    try:
        write_whole(out, stream.getvalue().encode("utf-8-sig"))
    except OSError as error:
        raise UserError(
            _(
                "{out} cannot be written ({why}): close it in the spreadsheet, or name another file.",
                out=out,
                why=error.strerror,
            )
        ) from error
    return out


def safe(value: object) -> object:
    """Return a value that no spreadsheet runs: text that would start a formula gets an apostrophe before it.

    >>> safe("=1+1"), safe(-2.0), safe("lin-yue")
    ("'=1+1", -2.0, 'lin-yue')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return round(value, 2)
    if value is None or isinstance(value, int):
        return value
    # Half a character, in a name that came in some other way, must not cost everybody the table.
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    # A full-width equals sign starts a formula in an East Asian Excel.
    first = unicodedata.normalize("NFKC", text.lstrip(" \u3000"))[:1]
    return f"'{text}" if first in STARTS_FORMULA or text[:1] in STARTS_FORMULA else text
