"""How far a run is: one bar in a terminal, a line a region otherwise, nothing when nobody asked."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from tqdm import tqdm

from servicelab.company.tables.dictionary import TABLES
from servicelab.i18n import _


class Progress:
    """Progress over regions and their tables, on standard error.

    Simulating a region takes about as long as writing all of its tables, so it counts for as much.
    """

    def __init__(self, count: int, done: int, *, shown: bool) -> None:
        """`done` of `count` regions were made by an earlier run."""
        self._count, self._at, self._began = count, done, time.perf_counter()
        self._lines = shown and not sys.stderr.isatty()
        steps = 2 * len(TABLES)
        self._bar = tqdm(
            total=count * steps, initial=done * steps, disable=not shown or self._lines, unit="", leave=False,
            bar_format="{desc:<40} {percentage:3.0f} % |{bar}| {elapsed}, {remaining}",
        )  # fmt: skip

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def simulating(self) -> None:
        """The next region is being simulated."""
        self._say(_("simulating three years"))

    def simulated(self) -> None:
        """It is."""
        self._bar.update(len(TABLES))

    def writing(self, table: str) -> None:
        """One of its tables is being written."""
        self._say(table)

    def written(self) -> None:
        """It is."""
        self._bar.update(1)

    def finished(self) -> None:
        """The region's tables are all written."""
        self._at += 1
        if self._lines:
            seconds = f"{time.perf_counter() - self._began:,.0f}"
            line = _(
                "Part {at} of {count} is written after {seconds} s.", at=self._at, count=self._count, seconds=seconds
            )
            print(line, file=sys.stderr, flush=True)

    def _say(self, what: str) -> None:
        self._bar.set_description_str(_("part {at} of {count}: {what}", at=self._at + 1, count=self._count, what=what))
