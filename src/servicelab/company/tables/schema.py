"""What a table of the firm is: its columns, their meaning in two languages, and what a value may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["id", "text", "category", "date", "datetime", "integer", "number", "boolean"]


@dataclass(frozen=True)
class Column:
    """One column: name in data and code, header in Chinese, meaning in both languages, and what it may hold.

    `values` maps each allowed code to its (English, Chinese) label; `low` and `high` are inclusive; `refers` names the
    column, as ``table.column``, that holds every value of this one. A number is written with so many `decimals`. A
    column that is `optional` may be left out of a file; it is then all missing, so it must also be `null`.
    """

    name: str
    kind: Kind
    zh: str
    meaning: str
    meaning_zh: str
    unit: str = ""
    null: bool = False
    values: Mapping[str | int, tuple[str, str]] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    refers: str = ""
    pattern: str = ""
    decimals: int = 1
    optional: bool = False

    @property
    def dtype(self) -> Any:
        """The pandas type that `load` gives this column."""
        import pandas as pd

        if self.kind == "category":
            return pd.CategoricalDtype(list(self.values))
        if self.kind in ("date", "datetime"):
            return "datetime64[s]"
        plain = {"id": "str", "text": "str", "integer": "int64", "number": "float64", "boolean": "bool"}
        nullable = {"integer": "Int64", "boolean": "boolean"}
        return nullable.get(self.kind, plain[self.kind]) if self.null else plain[self.kind]


@dataclass(frozen=True)
class Table:
    """One table: file name, titles, what a row is, its key, and its columns in order.

    `subject` is the part of the firm it belongs to (see ``package.yml``). A table that is `packed` is written as a zip
    with the CSV in it. `order` is what `load` sorts its rows by, where the file is filed in another way.
    """

    name: str
    title: str
    title_zh: str
    row: str
    row_zh: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    subject: str = ""
    packed: bool = False
    order: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def csv(self) -> str:
        """Name of the table's CSV, whether it stands alone or in a zip."""
        return f"{self.name}.csv"

    @property
    def file(self) -> str:
        """Name that the firm's own table is written under: the CSV, or the zip that holds it."""
        return f"{self.csv}.zip" if self.packed else self.csv
