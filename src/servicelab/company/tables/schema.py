"""What a table of the firm is: its columns, their meaning in two languages, and what a value may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandera.pandas as pa

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


def pandera_schema(table: Table, *, checking: bool = False) -> pa.DataFrameSchema:
    """The table's schema for pandera: types, nulls, allowed values, ranges, patterns and the key.

    With `checking`, types and the key are left to the caller, who has parsed the cells, a piece of the table at a time,
    so that one pass lists every wrong cell.
    pandera is imported here and not at the top: loading a table does not need it, and a lesson opens faster.
    """
    import pandera.pandas as pa

    columns = {}
    for column in table.columns:
        checks = []
        if column.values and column.kind != "category":
            checks.append(pa.Check.isin(list(column.values)))
        if column.low is not None:
            checks.append(pa.Check.ge(column.low))
        if column.high is not None:
            checks.append(pa.Check.le(column.high))
        if column.pattern:
            checks.append(pa.Check.str_matches(f"^(?:{column.pattern})$"))
        columns[column.name] = pa.Column(
            None if checking else column.dtype,
            checks,
            nullable=column.null,
            title=column.meaning,
            unique=table.key == (column.name,) and not checking,
            required=not column.optional,
        )
    unique = list(table.key) if len(table.key) > 1 and not checking else None
    return pa.DataFrameSchema(columns, unique=unique, name=table.name)
