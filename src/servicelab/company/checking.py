"""Whether a folder of tables fits the schema: every cell that does not, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from servicelab.company.importing.tables import KNOWN, contradictions
from servicelab.company.reading import ENCODING
from servicelab.company.schema import Column, Table, pandera_schema
from servicelab.errors import UserError
from servicelab.i18n import _

COLUMNS = ["table", "row", "column", "value", "problem", "remedy"]
#: Per table, column and problem: past this many cells one more finding says how many there are.
MOST = 20

_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def check(directory: str | Path) -> pd.DataFrame:
    """Check every table in a folder: columns, types, allowed values, ranges, keys, references and time order.

    Returns one finding a row: table, row (as a spreadsheet counts, the header is row 1; missing when the whole table is
    meant), column, value, problem and remedy, in the running language. An empty result means that everything fits.
    Tables that are not there are not findings: what needs them says so. Raises UserError when the folder holds none.
    """
    folder = Path(directory)
    there = [table for table in KNOWN.values() if (folder / table.file).is_file()]
    if not there:
        raise UserError(
            _("{folder} holds none of the course's tables ({names}).", folder=folder, names=", ".join(KNOWN))
        )
    findings: list[dict[str, Any]] = []
    clean: dict[str, pd.DataFrame] = {}
    for table in there:
        frame, found = _read(folder / table.file, table)
        findings += found
        if frame is not None:
            clean[table.name] = frame
            known = {(finding["column"], finding["row"]) for finding in found}
            findings += [case for case in _against_schema(table, frame) if (case["column"], case["row"]) not in known]
    findings += [*_references(clean), *_time_order(clean), *_contradictions(clean)]
    return pd.DataFrame(_limited(findings), columns=COLUMNS).astype({"row": "Int64"})


def _finding(table: Table, row: int | None, column: str, value: Any, problem: str, remedy: str) -> dict[str, Any]:
    empty = bool(pd.isna(value))
    shown = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, pd.Timestamp) and not empty else "" if empty else str(value)
    return {
        "table": table.name,
        "row": row,
        "column": column,
        "value": shown[:80],
        "problem": problem,
        "remedy": remedy,
    }


def _read(path: Path, table: Table) -> tuple[pd.DataFrame | None, list[dict[str, Any]]]:
    """The table with its cells in the right types (missing where they do not parse), and what did not.

    There is no table when a column is missing or the file cannot be read: then nothing else can be said about it.
    """
    try:
        raw = pd.read_csv(path, dtype=str, encoding=ENCODING, keep_default_na=False, na_values=[""])
    except UnicodeDecodeError:
        problem = _("The file is not UTF-8 text.")
        return None, [_finding(table, None, "", path.name, problem, _("Save it as CSV in UTF-8."))]
    except ValueError as error:
        problem = _("The file cannot be read as a table: {reason}.", reason=str(error).strip())
        return None, [
            _finding(table, None, "", path.name, problem, _("Save it as CSV with one header row and commas."))
        ]
    found: list[dict[str, Any]] = []
    missing = [column.name for column in table.columns if column.name not in raw]
    for name in missing:
        problem = _("The column is missing.")
        found.append(_finding(table, None, name, None, problem, _("Add it; the data card says what it holds.")))
    if missing:
        return None, found
    if raw.empty:
        remedy = _("Put the rows in, or take the file away.")
        return None, [_finding(table, None, "", path.name, _("The table has no rows."), remedy)]
    frame = pd.DataFrame(index=raw.index)
    for column in table.columns:
        values, bad = _typed(raw[column.name], column)
        frame[column.name] = values
        for row in bad:
            problem = _("This is not {kind}.", kind=kind_in_words(column))
            found.append(_finding(table, row + 2, column.name, raw[column.name][row], problem, expected(column)))
    return frame, found


def _typed(text: pd.Series, column: Column) -> tuple[pd.Series, list[int]]:
    values: pd.Series
    if column.kind in ("date", "datetime"):
        values = pd.to_datetime(text, format="ISO8601", errors="coerce")
    elif column.kind in ("integer", "number"):
        values = pd.to_numeric(text, errors="coerce")
        if column.kind == "integer":
            # Past 2⁵³ neighbouring whole numbers are one float.
            whole = values.astype(float)
            values = whole.where((whole == whole.round()) & (whole.abs() < 2**53)).astype("Int64")
    elif column.kind == "boolean":
        values = text.str.lower().map(_BOOLEANS).astype("boolean")
    elif column.kind == "category":
        values = text.where(text.isin([str(code) for code in column.values])).astype(column.dtype)
    else:
        return text, []
    return values, [int(row) for row in text.index[text.notna() & values.isna()]]


def _against_schema(table: Table, frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Nulls, ranges, allowed values, patterns and the key, by the table's pandera schema."""
    import pandera.pandas as pa

    schema = pandera_schema(table, checking=True)
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return
    seen: set[tuple[str, int]] = set()
    for case in cases.to_dict("records"):
        row, test = case["index"], str(case["check"])
        if pd.isna(row):
            continue
        name = ", ".join(table.key) if "unique" in test else str(case["column"])
        if (name, int(row)) in seen:
            continue
        seen.add((name, int(row)))
        if "unique" in test:
            value = " / ".join(str(frame.loc[row, key]) for key in table.key)
            problem, remedy = _("The key stands more than once."), _("Keep one of the rows, or give each its own key.")
            yield _finding(table, int(row) + 2, name, value, problem, remedy)
            continue
        column = table.column(name)
        if "null" in test:
            problem, remedy = _("The cell is empty."), _("Fill it in: {expected}", expected=expected(column))
        else:
            problem, remedy = _("The value is not one this column can hold."), expected(column)
        yield _finding(table, int(row) + 2, name, case["failure_case"], problem, remedy)


def _references(frames: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """Values that should stand in another table and do not."""
    for name, frame in frames.items():
        for column in KNOWN[name].columns:
            other, _dot, key = column.refers.partition(".")
            if not other or other not in frames:
                continue
            lost = frame[column.name].notna() & ~frame[column.name].isin(frames[other][key])
            for row in frame.index[lost]:
                problem = _("It is not in {table}.", table=f"{other}.{key}")
                remedy = _("Correct it, or add the missing row to {table}.", table=other)
                yield _finding(KNOWN[name], int(row) + 2, column.name, frame.loc[row, column.name], problem, remedy)


def _time_order(frames: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """No event before its cause, and facts that follow from others."""
    customers, orders, contacts = (frames.get(name) for name in ("customers", "orders", "contacts"))
    if customers is not None and customers["customer_id"].is_unique:
        joined = customers.set_index("customer_id")["joined_on"]
        yield from _before(KNOWN["customers"], customers, "churned_on", customers["joined_on"], _("joining"))
        if orders is not None:
            yield from _before(KNOWN["orders"], orders, "ordered_at", orders["customer_id"].map(joined), _("joining"))
        if contacts is not None:
            start = contacts["customer_id"].map(joined)
            yield from _before(KNOWN["contacts"], contacts, "opened_at", start, _("joining"))
    if orders is not None:
        late = orders["delivered_days"] > orders["promised_days"]
        wrong = orders["on_time"].notna() & late.notna() & (orders["on_time"] == late)
        for row in orders.index[wrong.fillna(False)]:
            problem = _("on_time contradicts promised_days and delivered_days.")
            remedy = _("on_time is True when delivered_days is at most promised_days.")
            yield _finding(KNOWN["orders"], int(row) + 2, "on_time", orders.loc[row, "on_time"], problem, remedy)
        if contacts is not None and orders["order_id"].is_unique:
            placed = contacts["order_id"].map(orders.set_index("order_id")["ordered_at"])
            yield from _before(KNOWN["contacts"], contacts, "opened_at", placed, _("the order"))


def _contradictions(frames: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """Rows of a company's own tables whose columns cannot all be true."""
    for name, frame in frames.items():
        for column, rows, problem, remedy in contradictions(name, frame):
            for row in frame.index[rows.to_numpy(dtype=bool)]:
                yield _finding(KNOWN[name], int(row) + 2, column, frame.loc[row, column], problem, remedy)


def _before(
    table: Table, frame: pd.DataFrame, column: str, cause: pd.Series, what: str
) -> Iterator[dict[str, Any]]:  # fmt: skip
    for row in frame.index[(frame[column] < cause).fillna(False)]:
        problem = _("It is before {what} ({when}).", what=what, when=f"{cause[row]:%Y-%m-%d %H:%M}")
        remedy = _("Correct one of the two times; check their time zone.")
        yield _finding(table, int(row) + 2, column, frame.loc[row, column], problem, remedy)


def _limited(findings: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    count: dict[tuple[str, str, str], int] = {}
    for finding in findings:
        kind = (finding["table"], finding["column"], finding["problem"].split("(")[0])
        count[kind] = count.get(kind, 0) + 1
        if count[kind] <= MOST:
            yield finding
        elif count[kind] == MOST + 1:
            problem = _("There are more cells like the {most} above.", most=MOST)
            yield {**finding, "row": None, "value": "", "problem": problem}


def kind_in_words(column: Column) -> str:
    kinds = {
        "date": _("a date"),
        "datetime": _("a date with a time"),
        "integer": _("a whole number"),
        "number": _("a number"),
        "boolean": _("True or False"),
        "category": _("one of the column's codes"),
    }
    return kinds[column.kind]


def expected(column: Column) -> str:
    """What to write instead, in one phrase."""
    if column.values:
        return _("Use one of: {codes}.", codes=", ".join(str(code) for code in column.values))
    if column.low is not None and column.high is not None:
        return _("Use a number from {low} to {high}.", low=f"{column.low:g}", high=f"{column.high:g}")
    if column.kind == "date":
        return _("Write dates as 2025-11-11.")
    if column.kind == "datetime":
        return _("Write times as 2025-11-11 09:30.")
    if column.kind == "boolean":
        return _("Use True or False.")
    if column.pattern:
        return _("Write it in the form {pattern}.", pattern=column.pattern)
    return _("See the data card.")
