"""Whether a folder of tables fits the schema: every cell that does not, and what to do about it."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.tables.consistency import Broken, Kept, contradictions, in_order, of_piece, of_whole
from servicelab.company.tables.dictionary import KNOWN
from servicelab.company.tables.fitting import expected, kind_in_words, typed, unfit
from servicelab.company.tables.packed import find, opened_csv
from servicelab.company.tables.reading import ENCODING
from servicelab.company.tables.runs import all_runs, declared_runs
from servicelab.company.tables.schema import Column, Table
from servicelab.course.layout import RUNS
from servicelab.errors import UserError
from servicelab.i18n import _, language, use

COLUMNS = ["table", "row", "column", "value", "problem", "remedy"]
#: Per table, column and problem: past this many cells one more finding says that there are others.
MOST = 20
#: Characters of a line: no row of any table comes near it.
LONGEST = 1 << 20
#: Rows looked at together: what a check takes of the memory does not grow with the file.
PIECE = 100_000
#: What a packed table may unpack to in bytes: it is never held whole.
SIZE = 1 << 40

#: Characters in a cell: the csv module's own limit.
CELL = 131_072


def check(directory: str | Path) -> pd.DataFrame:
    """Check every table in a folder: columns, types, allowed values, ranges, keys, references and time order.

    Returns one finding a row: table, row (as a spreadsheet counts, the header is row 1; missing when the whole table is
    meant), column, value, problem and remedy, in the running language. An empty result means that everything fits.
    Tables that are not there are not findings: what needs them says so. Outcomes of grids in `runs/` are checked too.
    Raises UserError when the folder holds none of either.
    """
    folder = Path(directory)
    there = {name: path for name, table in KNOWN.items() if (path := find(folder, table)) is not None}
    outcomes = all_runs(folder if folder.name == RUNS else folder / RUNS)
    if not there and not outcomes:
        raise UserError(
            _("{folder} holds none of the course's tables ({names}).", folder=folder, names=", ".join(KNOWN))
        )
    findings = {name: _Findings(name) for name in there}
    known: dict[str, Kept] = {}
    # Thousands of sentences are made ready, and each would look for the file that names the language.
    with use(language()):
        for name in in_order(there):
            kept = _checked(there[name], KNOWN[name], known, findings[name])
            if kept is not None:
                known[name] = kept
        for described in outcomes:
            findings[f"{RUNS}/{described.stem}"] = _checked_runs(described)
    rows = [finding for found in findings.values() for finding in found.rows]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"row": "Int64"})


def _checked_runs(described: Path) -> _Findings:
    """Check the outcomes of a grid against the description beside them."""
    try:
        table = declared_runs(described)
    except UserError as error:
        findings = _Findings(described.stem)
        findings.about_table("", described.name, str(error), _("Make the file anew, or take it away."))
        return findings
    findings = _Findings(table.name)
    path = find(described.parent, table)
    if path is None:
        findings.about_table("", table.file, _("The file is not there."), _("Make the file anew, or take it away."))
    else:
        _checked(path, table, {}, findings)
    return findings


@dataclass
class _Shape:
    """What can be said of a file before its cells are looked at. Rows count from 0 after the header.

    `header`: blank lines above the header, `columns`: how many it names, 0 in a file of blank lines; `blank`: lines
    with nothing in them; `wide`: rows with more cells than the header, and how many; `endless`: the row of a cell that
    is longer than any, None for none.
    """

    header: int = 0
    columns: int = 0
    blank: array[int] = field(default_factory=lambda: array("q"))
    wide: list[tuple[int, int]] = field(default_factory=list)
    endless: int | None = None


class _Findings:
    """What is found in one table; of many alike the first ones, and that there are more."""

    def __init__(self, name: str) -> None:
        #: Lines above the header.
        self.above = 0
        self.rows: list[dict[str, Any]] = []
        self._name = name
        self._count: dict[tuple[str, str], int] = {}
        self._cells: set[tuple[str, int]] = set()

    def room(self, column: str, problem: str) -> int:
        """How many more of this kind are wanted."""
        return MOST + 1 - self._count.get((column, problem), 0)

    def about_table(self, column: str, value: str, problem: str, remedy: str) -> None:
        """Note something about the whole table."""
        self._note(None, column, value, problem, remedy)

    def add(self, row: int, column: str, value: Any, problem: str, remedy: str, kind: str = "") -> None:
        """Note a cell; `row` counts from 0. One finding a cell: the first is the cause."""
        key = (column, kind or problem)
        if (column, row) in self._cells or self._count.get(key, 0) > MOST:
            return
        self._count[key] = self._count.get(key, 0) + 1
        if self._count[key] > MOST:
            self._note(None, column, "", _("There are more cells like the {most} above.", most=MOST), remedy)
            return
        self._cells.add((column, row))
        self._note(self.above + row + 2, column, value, problem, remedy)

    def _note(self, row: int | None, column: str, value: Any, problem: str, remedy: str) -> None:
        shown = "" if pd.isna(value) else str(value)[:80]
        cells = (self._name, row, column, shown, problem, remedy)
        self.rows.append(dict(zip(COLUMNS, cells, strict=True)))


def _checked(path: Path, table: Table, known: dict[str, Kept], findings: _Findings) -> Kept | None:
    """Check one table, held against those it refers to. None when not all of it could be read: then nobody's
    reference to it can be said to be wrong."""
    kept = Kept(table)
    empty = True
    try:
        shape = _shape(path, table)
        findings.above = shape.header
        if not _fits(shape, path, findings):
            return None
        for raw in _pieces(path, table, shape):
            missing = [column.name for column in table.columns if column.name not in raw and not column.optional]
            for name in missing:
                problem = _("The column is missing.")
                findings.about_table(name, "", problem, _("Add it; the data card says what it holds."))
            if missing:
                return None
            blank = raw.index.isin(shape.blank) if shape.blank else np.zeros(len(raw), dtype=bool)
            if not blank.all():
                empty = False
                _check_piece(raw, blank, table, known, kept, findings)
            elif len(raw):
                kept.add(_all_typed(raw, table))
    except UserError as error:
        findings.about_table("", path.name, str(error), _("Make the file anew, or take it away."))
        return None
    except UnicodeDecodeError:
        findings.about_table("", path.name, _("The file is not UTF-8 text."), _("Save it as CSV in UTF-8."))
        return None
    except pd.errors.ParserError:
        _note_unreadable(path, findings, None)
        return None
    if empty:
        remedy = _("Put the rows in, or take the file away.")
        findings.about_table("", path.name, _("The table has no rows."), remedy)
        return None
    for broken in of_whole(kept, known):
        _note_rows(path, table, shape, broken, findings)
    return kept


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """The lines, none longer than a row can be; after one that is, the rest goes by without being kept."""
    rest = ""
    while piece := text.read(LONGEST):
        # With their ends as they are: a quoted cell may hold any of them.
        lines = io.StringIO(rest + piece, newline="").readlines()
        # What the next piece begins with may belong to the last line, or to its end.
        rest = lines.pop()
        if len((lines[0] if lines else rest).rstrip("\r\n")) >= LONGEST:
            while text.read(LONGEST):
                pass
            raise csv.Error("a line that does not end")
        yield from lines
    if rest:
        yield rest


def _shape(path: Path, table: Table) -> _Shape:
    """Go through the file once for the rows that pandas would pass over, pad or take for something else."""
    shape = _Shape()
    with opened_csv(path, table, SIZE) as stream, io.TextIOWrapper(stream, ENCODING, newline="") as text:
        row = -1
        try:
            for cells in csv.reader(_lines(text)):
                row += 1
                # Nearly every row: it has something in it, and as many cells as the header.
                if len(cells) == shape.columns > 1:
                    continue
                nothing = not cells or (len(cells) == 1 and not cells[0].strip())
                if not shape.columns:
                    row = -1
                    shape.header += nothing
                    shape.columns = 0 if nothing else len(cells)
                elif nothing:
                    shape.blank.append(row)
                elif len(cells) > shape.columns and len(shape.wide) <= MOST:
                    shape.wide.append((row, len(cells)))
        except csv.Error:
            shape.endless = row + 1
    return shape


def _fits(shape: _Shape, path: Path, findings: _Findings) -> bool:
    """Whether the rows are those of one table; the findings that say why not."""
    if shape.endless is not None:
        _note_unreadable(path, findings, shape.endless)
    elif not shape.columns:
        problem = _("The file cannot be read as a table: it is empty.")
        findings.about_table("", path.name, problem, _("Put the rows in, or take the file away."))
    for row, cells in shape.wide:
        problem = _("The row has {cells} cells, the header {columns}.", cells=cells, columns=shape.columns)
        remedy = _("Take away the commas that are too many, or put the cell that holds one in quotation marks.")
        findings.add(row, "", "", problem, remedy, "wide")
    return bool(shape.columns) and shape.endless is None and not shape.wide


def _note_unreadable(path: Path, findings: _Findings, row: int | None) -> None:
    problem = _("The file cannot be read as a table: a quotation mark is missing.")
    remedy = _("Save it as CSV with one header row and commas.")
    if row is None:
        findings.about_table("", path.name, problem, remedy)
    else:
        findings.add(row, "", path.name, problem, remedy)


def _pieces(path: Path, table: Table, shape: _Shape) -> Iterator[pd.DataFrame]:
    # Blank lines are rows, so that those below keep their numbers.
    with (
        opened_csv(path, table, SIZE) as stream,
        pd.read_csv(
            stream,
            dtype=str,
            encoding=ENCODING,
            keep_default_na=False,
            na_values=[""],
            chunksize=PIECE,
            index_col=False,
            header=shape.header,
            skip_blank_lines=False,
        ) as pieces,
    ):
        yield from pieces


def _all_typed(raw: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Every column of the table in its type; all missing where the file has no such column."""
    none = pd.Series(None, index=raw.index, dtype="str")
    columns = {column.name: typed(raw.get(column.name, none), column) for column in table.columns}
    return pd.DataFrame(columns, index=raw.index)


def _check_piece(
    raw: pd.DataFrame,
    blank: NDArray[np.bool_],
    table: Table,
    known: dict[str, Kept],
    kept: Kept,
    findings: _Findings,
) -> None:
    whole = _all_typed(raw, table)
    # What is kept counts every row of the file.
    kept.add(whole)
    raw, frame = raw[~blank], whole[~blank]
    for column in table.columns:
        if column.name in raw:
            _against_column(column, raw, frame, findings)
    for broken in of_piece(table, frame, known):
        for at, row in enumerate(broken.rows[: findings.room(broken.column, broken.problem)].tolist()):
            findings.add(
                row, broken.column, raw.loc[row, broken.column], broken.said(at), broken.remedy, broken.problem
            )
    for name, rows, problem, remedy in contradictions(table.name, frame):
        for row in frame.index[rows.to_numpy(dtype=bool)][: findings.room(name, problem)]:
            findings.add(int(row), name, raw.loc[row, name], problem, remedy)


def _against_column(column: Column, raw: pd.DataFrame, frame: pd.DataFrame, findings: _Findings) -> None:
    """Cells that are of no use in the column: no value of its type, one that it cannot hold, or none."""
    name, text, values = column.name, raw[column.name], frame[column.name]

    def note(wrong: pd.Series, problem: str, remedy: str) -> None:
        for row in raw.index[wrong][: findings.room(name, problem)].tolist():
            findings.add(row, name, text[row], problem, remedy)

    if column.kind not in ("id", "text"):
        problem = _("This is not {kind}.", kind=kind_in_words(column))
        note(text.notna() & values.isna(), problem, expected(column))
    note(unfit(values, column), _("The value is not one this column can hold."), expected(column))
    if not column.null:
        # What did not parse is not empty.
        note(text.isna(), _("The cell is empty."), _("Fill it in: {expected}", expected=expected(column)))


def _note_rows(path: Path, table: Table, shape: _Shape, broken: Broken, findings: _Findings) -> None:
    """Findings on rows that have gone by: their cells are read once more."""
    rows = broken.rows[: MOST + 1]
    if not len(rows):
        return
    names = broken.column.split(", ")
    parts = [piece.loc[piece.index.isin(rows), names] for piece in _pieces(path, table, shape)]
    texts = pd.concat(parts).fillna("")
    for at, row in enumerate(rows.tolist()):
        value = " / ".join(texts.loc[row])
        findings.add(row, broken.column, value, broken.said(at), broken.remedy, broken.problem)


def in_words(findings: pd.DataFrame) -> Iterator[str]:
    """Findings for a console, a line each: where, what stands there, what is wrong, what to do.

    A table of so many long columns wraps in every console, and Chinese does not line up in any.
    """
    for one in findings.to_dict("records"):
        row = "" if pd.isna(one["row"]) else _("row {row}", row=one["row"])
        where = " · ".join(str(part) for part in (one["table"], row, one["column"], one["value"]) if str(part))
        yield _("{where}: {problem} {remedy}", where=where, problem=one["problem"], remedy=one["remedy"])
