"""Where the firm's data stands, and how a table of it is read."""

from __future__ import annotations

import time
from collections import OrderedDict
from pathlib import Path

import pandas as pd

from servicelab.company.tables.dictionary import KNOWN, TABLES
from servicelab.company.tables.fitting import moments
from servicelab.company.tables.packed import find, opened_csv
from servicelab.company.tables.schema import Column, Table
from servicelab.course.layout import DATASETS, PACKAGE
from servicelab.errors import UserError
from servicelab.i18n import _, language

#: utf-8-sig, so that a spreadsheet in Chinese Windows opens the files without garbling them.
ENCODING = "utf-8-sig"

#: Tables read before, the latest last, with what their file looked like then: a lesson loads some of them many times.
_read_before: OrderedDict[Path, tuple[tuple[int, ...], pd.DataFrame]] = OrderedDict()
#: Cells kept in all; the largest tables at scale 1 have four million.
MOST_CELLS = 16_000_000
#: Whether pandas copies a column when it is changed, and a copy of a table can wait for that.
COPIES_ON_WRITE = int(pd.__version__.partition(".")[0]) >= 3
#: Whether what is handed out has cells of its own from the start.
_apart = True
#: Nanoseconds since it was written, after which a file counts as settled.
SETTLED = 2_000_000_000


def data_directory() -> Path:
    """The folder that holds the firm's tables.

    It is ``datasets/`` in the nearest folder, from the working directory upwards, that has a
    ``datasets/datapackage.json``; else the one of the checkout this package is installed from.
    Raises UserError when there is neither.
    """
    here = Path.cwd()
    checkout = Path(__file__).resolve().parents[4]
    for folder in (here, *here.parents, checkout):
        if (folder / DATASETS / PACKAGE).is_file():
            return folder / DATASETS
    raise UserError(
        _(
            "No folder at or above {here} has the course's datasets: open the course's own folder, or make the data "
            "with `servicelab data generate`.",
            here=here,
        )
    )


def table(name: str) -> Table:
    """The description of a table: its columns, their meaning, and what they may hold.

    Raises UserError for a name that is not one of the firm's tables.

    >>> table("orders").column("amount").unit
    '¥'
    """
    if name not in KNOWN:
        raise UserError(
            _("There is no table {name!r}: the tables are {names}.", name=name, names=", ".join(KNOWN))
        )  # fmt: skip
    return KNOWN[name]


def load(name: str, directory: str | Path | None = None) -> pd.DataFrame:
    """Read a table of the firm, with dates parsed, codes as categories and missing numbers as missing.

    `directory` is where the tables stand, as ``<name>.csv`` or ``<name>.csv.zip``; `data_directory()` unless given.
    Columns that the schema does not know are kept as they come (a company's own data may have more); optional ones that
    are not there are all missing. A table that has not changed since it was last loaded is not read again.

    Raises UserError when there is no such table or file, or the file does not fit the schema.

    >>> list(load("features").columns)
    ['feature_id', 'name_en', 'name_zh', 'description_en', 'description_zh']
    """
    return loaded(table(name), Path(directory) if directory is not None else data_directory())


def loaded(described: Table, folder: Path) -> pd.DataFrame:
    """The rows of a table that is described and stands in a folder; as `load`."""
    path = find(folder, described)
    if path is None:
        raise UserError(
            _(
                "The table {name} is not in {folder}: what needs it cannot run on this data.",
                name=described.name,
                folder=folder,
            )
        )
    key, found = path.resolve(), path.stat()
    looks = (found.st_mtime_ns, found.st_size, found.st_ino)
    before, frame = _read_before.pop(key, ((), None))
    if frame is None or before != looks:
        frame = _parsed(path, described)
    # What was written a moment ago may be written again within the same tick of the file system's clock.
    if time.time_ns() - found.st_mtime_ns > SETTLED:
        _keep(key, looks, frame)
    return frame.copy(deep=_apart)


def share() -> None:
    """Have what `load` gives in this process share its cells until pandas changes them, where pandas does that.

    For a process that runs one notebook and ends: numpy may write into a text column past pandas' copy-on-write, and
    only what the same notebook loads later would show it. A copy takes a hundredth of the reading, but where a class is
    graded its tables are read once, and copying them was a third of what a notebook's cells cost.
    """
    global _apart
    _apart = not COPIES_ON_WRITE


def _keep(key: Path, looks: tuple[int, ...], frame: pd.DataFrame) -> None:
    _read_before[key] = (looks, frame)
    while len(_read_before) > 1 and sum(kept.size for _looks, kept in _read_before.values()) > MOST_CELLS:
        _read_before.popitem(last=False)


def _parsed(path: Path, described: Table) -> pd.DataFrame:
    read = {"date": "str", "datetime": "str", "category": "category"}
    types = {column.name: read.get(column.kind, column.dtype) for column in described.columns}
    try:
        with opened_csv(path, described) as stream:
            # The code "none" is a value of `remedy`; only an empty cell is missing.
            frame = pd.read_csv(stream, dtype=types, encoding=ENCODING, keep_default_na=False, na_values=[""])
        for column in described.columns:
            frame[column.name] = _as_described(frame, column)
    except (ValueError, KeyError, pd.errors.ParserError) as error:
        raise _misfit(path) from error
    # Rows with more cells than the header: pandas then takes the first ones for labels.
    if len(frame) and not isinstance(frame.index, pd.RangeIndex):
        raise _misfit(path)
    if any(frame[column.name].isna().any() for column in described.columns if not column.null):
        raise _misfit(path)
    return frame.sort_values(list(described.order), ignore_index=True) if described.order else frame


def _as_described(frame: pd.DataFrame, column: Column) -> pd.Series:
    """The column in its type. Raises KeyError when it is not there, ValueError when a cell is not what it can hold."""
    if column.name not in frame and column.optional:
        frame[column.name] = pd.Series(None, index=frame.index, dtype=column.dtype)
    cells: pd.Series = frame[column.name]
    if column.kind in ("date", "datetime"):
        text, cells = cells, moments(cells, column)
        if (text.notna() & cells.isna()).any():
            raise ValueError(column.name)
    if column.kind == "category":
        codes = list(column.values)
        if not cells.cat.categories.isin(codes).all():
            raise ValueError(column.name)
        cells = cells.cat.set_categories(codes)
    return cells


def _misfit(path: Path) -> UserError:
    return UserError(
        _(
            "{path} does not fit the course's schema: `servicelab data check {folder}` lists each cell to mend.",
            path=path,
            folder=path.parent,
        )
    )


def tables(directory: str | Path | None = None) -> pd.DataFrame:
    """What tables the firm has: name, title, what a row is, its key, and how many columns; one row a table.

    With `directory`, only the tables that stand there, a company's own ones too. Titles are in the running language.

    >>> list(tables()["table"])[:3]
    ['customers', 'shops', 'shop_months']
    """
    zh = language() == "zh"
    folder = Path(directory) if directory is not None else None
    rows = [
        {
            "table": described.name,
            "title": described.title_zh if zh else described.title,
            "row": described.row_zh if zh else described.row,
            "key": ", ".join(described.key),
            "columns": len(described.columns),
        }
        for described in (TABLES if folder is None else KNOWN).values()
        if folder is None or find(folder, described) is not None
    ]
    return pd.DataFrame(rows, columns=["table", "title", "row", "key", "columns"])


def describe(name: str) -> pd.DataFrame:
    """The columns of a table in the running language: name, header, meaning, unit and allowed values; one row each.

    >>> describe("kano_survey")["column"].tolist()
    ['customer_id', 'segment', 'feature_id', 'functional', 'dysfunctional']
    """
    at = 1 if language() == "zh" else 0
    return pd.DataFrame(
        [
            {
                "column": column.name,
                "header": (column.name.replace("_", " "), column.zh)[at],
                "meaning": (column.meaning, column.meaning_zh)[at],
                "unit": column.unit,
                "values": "; ".join(f"{code} = {label[at]}" for code, label in column.values.items()),
            }
            for column in table(name).columns
        ]
    )


def label(name: str, column: str, value: str | int) -> str:
    """The label of a coded value in the running language.

    >>> label("contacts", "need", "functional")
    'Functional'
    """
    labels = table(name).column(column).values[value]
    return labels[1 if language() == "zh" else 0]


def localised(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A copy of `frame` (rows of table `name`) for showing: headers and coded values in the running language.

    Columns that are not the table's stay as they are. In English, headers lose their underscores.
    """
    at = 1 if language() == "zh" else 0
    shown = frame.copy()
    headers: dict[str, str] = {}
    for column in table(name).columns:
        if column.name not in shown:
            continue
        if column.values:
            labels = {code: pair[at] for code, pair in column.values.items()}
            shown[column.name] = shown[column.name].map(labels).astype("str")
        headers[column.name] = (column.name.replace("_", " "), column.zh)[at]
    return shown.rename(columns=headers)
