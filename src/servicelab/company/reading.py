"""Where the firm's data stands, and how a table of it is read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from servicelab.company.dictionary import TABLES
from servicelab.company.importing.tables import KNOWN
from servicelab.company.schema import Table
from servicelab.errors import UserError
from servicelab.i18n import _, language

#: utf-8-sig, so that a spreadsheet in Chinese Windows opens the files without garbling them.
ENCODING = "utf-8-sig"


def data_directory() -> Path:
    """The folder that holds the firm's tables.

    It is ``datasets/`` in the nearest folder, from the working directory upwards, that has a
    ``datasets/datapackage.json``; else the one of the checkout this package is installed from.
    Raises UserError when there is neither.
    """
    here = Path.cwd()
    checkout = Path(__file__).resolve().parents[3]
    for folder in (here, *here.parents, checkout):
        if (folder / "datasets" / "datapackage.json").is_file():
            return folder / "datasets"
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

    `directory` is where the tables stand; `data_directory()` unless given. Columns that the schema does not know are
    kept as they come (a company's own data may have more).

    Raises UserError when there is no such table or file, or the file does not fit the schema.

    >>> list(load("features").columns)
    ['feature_id', 'name_en', 'name_zh', 'description_en', 'description_zh']
    """
    described = table(name)
    folder = Path(directory) if directory is not None else data_directory()
    path = folder / described.file
    if not path.is_file():
        raise UserError(
            _("The table {name} is not in {folder}: what needs it cannot run on this data.", name=name, folder=folder)
        )
    dates = [column for column in described.columns if column.kind in ("date", "datetime")]
    coded = [column for column in described.columns if column.kind == "category"]
    later = {column.name for column in (*dates, *coded)}
    types = {column.name: "str" if column.name in later else column.dtype for column in described.columns}
    try:
        # The code "none" is a value of `remedy`; only an empty cell is missing.
        frame = pd.read_csv(path, dtype=types, encoding=ENCODING, keep_default_na=False, na_values=[""])
        for column in dates:
            frame[column.name] = pd.to_datetime(frame[column.name], format="ISO8601").astype("datetime64[s]")
        for column in coded:
            if not frame[column.name].dropna().isin(list(column.values)).all():
                raise _misfit(path)
            frame[column.name] = frame[column.name].astype(column.dtype)
    except (ValueError, KeyError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise _misfit(path) from error
    missing = [column.name for column in described.columns if column.name not in frame.columns]
    holes = [column.name for column in described.columns if not column.null and frame.get(column.name) is not None]
    if missing or any(frame[column].isna().any() for column in holes):
        raise _misfit(path)
    return frame


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
    ['customers', 'features', 'orders']
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
        if folder is None or (folder / described.file).is_file()
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
