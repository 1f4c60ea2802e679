"""What an import did: findings and rejects as they come up, counted, and the report at the end."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

from servicelab.company.importing.personal import Pseudonyms, looks_personal
from servicelab.company.tables.checking import COLUMNS, MOST
from servicelab.company.tables.reading import ENCODING
from servicelab.i18n import _, language

REJECTS = ("row", "table", "problem", "cells")


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Attributes
    ----------
    mapping, source, out : what was imported by which mapping, and where to
    read : rows (or events) of the export
    written : table → rows
    left_out : table → rows that the mapping itself leaves out (`keep`, `drop`)
    rejected : rows set aside, in `rejects`
    neutralised : cells that a spreadsheet would have run or misread, now plain text
    pseudonymised : columns whose people stand behind pseudonyms
    findings : table, row (the header is row 1; in XES, the event's number), column, value, problem, remedy
    rejects : the file of the rows set aside, with row number and reason; None when there are none
    """

    mapping: str
    source: Path
    out: Path
    read: int
    written: Mapping[str, int]
    left_out: Mapping[str, int]
    rejected: int
    neutralised: int
    pseudonymised: tuple[str, ...]
    findings: pd.DataFrame
    rejects: Path | None

    @property
    def complete(self) -> bool:
        """Whether every row fitted and nothing was found."""
        return self.findings.empty and not self.rejected and bool(self.written)

    def sentence(self) -> str:
        """What was done and where, in one line."""
        tables = ", ".join(f"{name} ({rows:,})" for name, rows in self.written.items())
        if not self.written:
            return _(
                "{source}: none of {read} rows fits, nothing was written but {rejects}; is it the right mapping?",
                source=self.source.name,
                read=f"{self.read:,}",
                rejects=self.rejects or "",
            )
        said = _(
            "{source}: {read} rows read; in {out}: {tables}.",
            source=self.source.name,
            read=f"{self.read:,}",
            out=self.out,
            tables=tables,
        )
        gap = "" if language() == "zh" else " "
        if any(self.left_out.values()):
            rows = ", ".join(f"{name} {count:,}" for name, count in self.left_out.items() if count)
            said += gap + _("Left out by the mapping: {rows}.", rows=rows)
        if self.rejects:
            said += gap + _("Rows set aside: {rejected}, in {file}.", rejected=f"{self.rejected:,}", file=self.rejects)
        if self.neutralised:
            said += gap + _("Cells made plain text: {cells}.", cells=f"{self.neutralised:,}")
        return said


@dataclass
class Findings:
    """Findings as they come up: the first of each kind in full, the rest counted."""

    pseudonyms: Pseudonyms
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _counts: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _last: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)

    def add(self, table: str, row: int, column: str, value: str, problem: str, remedy: str) -> None:
        """One finding; of a kind that has come up often already it is only counted."""
        kind = (table, column, problem)
        self._counts[kind] = self._counts.get(kind, 0) + 1
        finding = dict(zip(COLUMNS, (table, row, column, value[:80], problem, remedy), strict=True))
        if self._counts[kind] <= MOST:
            self._rows.append(finding)
        self._last[kind] = finding

    def frame(self) -> pd.DataFrame:
        """All findings as a table, in the order of the export's rows."""
        rows = sorted(self._rows, key=lambda finding: finding["row"])
        for kind, count in self._counts.items():
            if count > MOST:
                more = _("{problem} ({n} more like the {most} above)", problem=kind[2], n=count - MOST, most=MOST)
                rows.append({**self._last[kind], "row": None, "value": "", "problem": more})
        return pd.DataFrame(rows, columns=COLUMNS).astype({"row": "Int64"})


class Rejects:
    """The file of rows set aside: row number, reason, and the cells the mapping reads, people behind pseudonyms."""

    def __init__(self, path: Path, personal: set[str], free: set[str], pseudonyms: Pseudonyms) -> None:
        self._path, self._personal, self._free, self._pseudonyms = path, personal, free, pseudonyms
        self._stream: TextIO | None = None
        self.count = 0

    def add(self, row: int, table: str, problems: list[str], cells: Mapping[str, str | None]) -> None:
        """Set one row aside."""
        if self._stream is None:
            self._stream = self._path.open("x", encoding=ENCODING, newline="")
            csv.writer(self._stream, lineterminator="\n").writerow(REJECTS)
        shown = {name: self.shown(name, cell) for name, cell in cells.items() if cell}
        written = json.dumps(shown, ensure_ascii=False)
        csv.writer(self._stream, lineterminator="\n").writerow([row, table, " ".join(problems), written])
        self.count += 1

    def shown(self, header: str, cell: str) -> str:
        """A cell of the export, fit to be shown."""
        if header in self._personal or looks_personal(header):
            return cell if self._pseudonyms.keep else self._pseudonyms.of(cell)
        return self._pseudonyms.text(cell) if header in self._free else self._pseudonyms.hint(cell)

    def close(self) -> None:
        """Finish the file."""
        if self._stream is not None:
            self._stream.close()
