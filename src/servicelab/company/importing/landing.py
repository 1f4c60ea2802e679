"""Tables written piece by piece, and put under their names only when all of them are whole."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.importing.personal import defused
from servicelab.company.tables.describing import resource
from servicelab.company.tables.dictionary import KNOWN
from servicelab.company.tables.packed import find
from servicelab.company.tables.reading import ENCODING
from servicelab.company.tables.schema import Table
from servicelab.course.layout import PACKAGE
from servicelab.errors import UserError
from servicelab.files.whole import write_whole
from servicelab.i18n import _

#: A folder of imported tables says so, which the firm's own folder does not: nobody's import replaces the firm.
_OWN = "own-data"


class TableFile:
    """One table being written."""

    def __init__(self, folder: Path, table: Table, extra: tuple[str, ...]) -> None:
        self.path = folder / table.csv
        self.partial = folder / f"{table.csv}.partial"
        self._table, self._extra = table, extra
        self._stream: TextIO | None = None
        self.rows = 0

    def add(self, made: pd.DataFrame) -> None:
        """Append rows; the columns of the table first, in its order, then the further ones."""
        if made.empty:
            return
        shown = pd.DataFrame(index=made.index)
        for column in self._table.columns:
            values = made[column.name] if column.name in made else pd.Series(None, index=made.index, dtype=object)
            if column.kind in ("date", "datetime") and column.name in made:
                values = values.dt.strftime("%Y-%m-%d" if column.kind == "date" else "%Y-%m-%d %H:%M:%S")
            shown[column.name] = values
        for header in self._extra:
            shown[header] = made[header]
        if self._stream is None:
            self.partial.unlink(missing_ok=True)
            self._stream = self.partial.open("x", encoding=ENCODING, newline="")
            safe = defused(pd.Series(self._extra, dtype=object))[0]
            shown = shown.rename(columns=dict(zip(self._extra, safe, strict=True)))
            shown.to_csv(self._stream, index=False, lineterminator="\n")
        else:
            shown.to_csv(self._stream, index=False, header=False, lineterminator="\n")
        self.rows += len(made)

    def close(self) -> None:
        """Finish writing; the file still has its partial name."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


class Seen:
    """Keys that have occurred, as 64-bit hashes in a few sorted arrays: eight bytes a row, however many rows."""

    def __init__(self) -> None:
        self._levels: list[NDArray[np.uint64]] = []

    def again(self, keys: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows have a key that occurred before, in this frame or an earlier one."""
        hashes = pd.util.hash_pandas_object(keys.astype("str"), index=False).to_numpy()
        repeated = pd.Series(hashes).duplicated().to_numpy(copy=True)
        for level in self._levels:
            at = np.searchsorted(level, hashes).clip(max=len(level) - 1)
            repeated |= level[at] == hashes
        fresh: NDArray[np.uint64] = np.sort(hashes[~repeated])
        while self._levels and len(self._levels[-1]) <= 2 * len(fresh):
            fresh = np.sort(np.concatenate([self._levels.pop(), fresh])).astype(np.uint64)
        if len(fresh):
            self._levels.append(fresh)
        return repeated


def prepared(out: Path, tables: Iterable[Table]) -> None:
    """Make the folder. Raises UserError when it is a link, no folder, the firm's own, or has one of `tables` packed."""
    try:
        if out.is_symlink():
            raise UserError(_("{folder} is a link: give the folder that it points to.", folder=out))
        out.mkdir(parents=True, exist_ok=True)
        package = out / PACKAGE
        if package.is_file() and json.loads(package.read_text(encoding="utf-8")).get("name") != _OWN:
            raise UserError(
                _("{folder} holds data that was not imported, such as the course's own: give another.", folder=out)
            )
        for table in tables:
            if (found := find(out, table)) is not None and found.suffix == ".zip":
                raise UserError(
                    _("{file} would be read instead of the table that is imported: take it away first.", file=found)
                )
    except OSError as error:
        raise unwritable(out, error) from error
    except (ValueError, AttributeError) as error:
        raise UserError(
            _("{folder} holds a datapackage.json that is not an import's: give another folder.", folder=out)
        ) from error


def unwritable(folder: Path, error: OSError) -> UserError:
    """The refusal when the disk does not play along."""
    reason = error.strerror or error
    return UserError(_("{folder} cannot be written ({reason}): choose another folder.", folder=folder, reason=reason))


def described(out: Path) -> None:
    """Write ``datapackage.json`` for the tables that stand in the folder, so that the course finds them."""
    there = [table for table in KNOWN.values() if (out / table.csv).is_file()]
    package = {
        "profile": "tabular-data-package",
        "name": _OWN,
        "title": "A company's own data 企业自有数据",
        "resources": [resource(table, there, packed=False) for table in there],
    }
    write_whole(out / PACKAGE, json.dumps(package, ensure_ascii=False, indent=2) + "\n")
