"""What every reader gives: rows of text cells in batches, numbered, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pandas as pd

#: A batch ends at whichever comes first, so that memory is bounded for long tables and for long cells.
ROWS = 20_000
SIGNS = 8_000_000

Cell = str | None


@dataclass(frozen=True)
class Unread:
    """A row that could not be taken apart into cells."""

    row: int
    problem: str
    remedy: str


@dataclass
class Batch:
    """Some rows: `frame` has the wanted headers as columns, text cells, indexed by row number."""

    frame: pd.DataFrame
    unread: list[Unread] = field(default_factory=list)


class Reader(Protocol):
    """A source that has been opened and whose headers are known."""

    #: None when the format has no header row, so that any name may occur.
    headers: list[str] | None

    def batches(self, wanted: Sequence[str]) -> Iterator[Batch]:
        """The rows, with the wanted headers only."""
        ...


class Gathering:
    """Rows being gathered into batches."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self._wanted = list(wanted)
        self._clear()

    def _clear(self) -> None:
        self._rows: list[int] = []
        self._cells: list[Sequence[Cell]] = []
        self._unread: list[Unread] = []
        self._signs = 0

    def add(self, row: int, cells: Sequence[Cell]) -> None:
        """A row that was read."""
        self._rows.append(row)
        self._cells.append(cells)
        self._signs += sum(map(len, filter(None, cells)))

    def miss(self, row: int, problem: str, remedy: str) -> None:
        """A row that was not."""
        self._unread.append(Unread(row, problem, remedy))

    @property
    def full(self) -> bool:
        """Whether it is time to hand the batch on."""
        return len(self._rows) + len(self._unread) >= ROWS or self._signs >= SIGNS

    def take(self) -> Batch:
        """The batch; the next one begins."""
        frame = pd.DataFrame(self._cells, columns=self._wanted, index=self._rows, dtype=object)
        batch = Batch(frame.where(frame.notna(), None), self._unread)
        self._clear()
        return batch

    def __bool__(self) -> bool:
        return bool(self._rows or self._unread)
