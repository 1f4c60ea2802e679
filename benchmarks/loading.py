"""How long a table takes to load, beside plain pandas on the same file with the same types; and the memory it takes.

`load` checks what it reads, knows missing from the code "none", and keeps it for the next time, so it may take a little
longer than plain pandas once and nothing after that. Median of a few rounds, both sides in turn.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from servicelab.company import load
from servicelab.company.tables.dictionary import TABLES
from servicelab.company.tables.schema import Table

DATA = Path(__file__).resolve().parent.parent / "datasets"
ROUNDS = 5
#: All tables together may take this much longer than plain pandas, and this long.
RATIO, SECONDS = 2.0, 5.0
#: The high-water mark of the process itself: what `getrusage` tells begins with its parent's.
ALL_IN_ONE = """
from pathlib import Path
from servicelab.company import load
from servicelab.company.tables.dictionary import TABLES

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024

before = peak()
kept = [load(name) for name in TABLES]
print(before, peak())
"""


def plain(path: Path, table: Table) -> pd.DataFrame:
    """The table as somebody would read it who knows its types and does not want it checked."""
    dates = [column.name for column in table.columns if column.kind in ("date", "datetime")]
    types = {column.name: column.dtype for column in table.columns if column.name not in dates}
    return pd.read_csv(path, dtype=types, parse_dates=dates, keep_default_na=False, na_values=[""])


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one call: on a busy machine wall time measures the others."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> int:
    """Measure and say; exit code 1 when all tables together miss the aims."""
    totals: dict[str, float] = {"load": 0.0, "plain": 0.0, "again": 0.0, "memory": 0.0}
    print(f"{'table':<20}{'rows':>10}{'load':>9}{'pandas':>9}{'ratio':>7}{'again':>9}{'MB in memory':>14}")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(shutil.copytree(DATA, Path(place) / "datasets"))
        for name, table in TABLES.items():
            path = folder / table.file
            found: dict[str, list[float]] = {"load": [], "plain": [], "again": []}
            for turn in range(ROUNDS):
                # Another time of change: what was read before does not count.
                os.utime(path, (turn, turn))
                found["load"].append(seconds(lambda name=name: load(name, folder)))
                found["again"].append(seconds(lambda name=name: load(name, folder)))
                found["plain"].append(seconds(lambda path=path, table=table: plain(path, table)))
            took = {side: statistics.median(times) for side, times in found.items()}
            frame = load(name, folder)
            took["memory"] = float(frame.memory_usage(deep=True).sum()) / 1e6
            for side, value in took.items():
                totals[side] += value
            _line(name, len(frame), took)
    _line("all", 0, totals)
    if sys.platform == "linux":
        run = subprocess.run([sys.executable, "-c", ALL_IN_ONE], capture_output=True, text=True, check=True, cwd=DATA)
        before, peak = map(float, run.stdout.split())
        print(f"a process that loads them all: {before:,.0f} MiB before, {peak:,.0f} MiB at its peak")
    ratio = totals["load"] / totals["plain"]
    print(f"aims: ratio at most {RATIO:g} (measured {ratio:.2f}), all tables in {SECONDS:g} s")
    return int(ratio > RATIO or totals["load"] > SECONDS)


def _line(name: str, rows: int, took: dict[str, float]) -> None:
    size = f"{rows:,}" if rows else ""
    ratio = took["load"] / took["plain"]
    print(
        f"{name:<20}{size:>10}{took['load']:>9.3f}{took['plain']:>9.3f}{ratio:>7.2f}{took['again']:>9.4f}"
        f"{took['memory']:>14.1f}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
