"""Grids run on the true simulator: row by row in as many processes as there are cores, kept as they come."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from servicelab.company.generating.gauges import MEASURES
from servicelab.company.generating.gridfile import LARGEST, Grid, read_grid
from servicelab.company.generating.skylark import PLACE, skylark
from servicelab.company.generating.staging import ended_like_an_interruption, fingerprint, only_run, uninterrupted
from servicelab.company.generating.writing import TableWriter
from servicelab.company.simulation import Firm, simulate
from servicelab.company.simulation.firm import same_but_for_after_sales, with_after_sales
from servicelab.company.simulation.world import World
from servicelab.course.layout import GRIDS
from servicelab.errors import UserError
from servicelab.files.whole import write_whole
from servicelab.i18n import _

#: Where the grids of this checkout are declared.
DECLARED = PLACE.parents[2] / GRIDS
Row = dict[str, float]


@dataclass(frozen=True)
class Replicated:
    """What `run_grids` made: rows by grid, how many an earlier run had left, and which of its rows were damaged."""

    folder: Path
    rows: Mapping[str, int]
    kept: int
    seconds: float
    damaged: tuple[str, ...] = ()

    def sentence(self) -> str:
        """What was done, and where."""
        said = _(
            "Ran {grids} grids, {rows} rows ({kept} of them from before) in {seconds} s: they are in {folder}.",
            grids=len(self.rows),
            rows=sum(self.rows.values()),
            kept=self.kept,
            seconds=f"{self.seconds:,.0f}",
            folder=self.folder,
        )
        if self.damaged:
            said += "\n" + _(
                "Kept by an earlier run and damaged, so that they were run again: {rows}.", rows=", ".join(self.damaged)
            )
        return said


def row_of(grid: Grid, point: str, replicate: int, world: World) -> Row:
    """One run, and what is read off it, rounded as it is written."""
    return _read_off(grid, simulate(grid.scenario(point, replicate), world))


def _read_off(grid: Grid, firm: Firm) -> Row:
    return {
        name: round(MEASURES[gauge.measure].read(firm, gauge), gauge.decimals) for name, gauge in grid.gauges.items()
    }


def rows_of(grid: Grid, points: list[str], replicate: int, world: World) -> dict[str, Row]:
    """The rows of points that differ in after-sales alone: one run for all of them."""
    firm = simulate(grid.scenario(points[0], replicate), world)
    found = {points[0]: _read_off(grid, firm)}
    for point in points[1:]:
        found[point] = _read_off(grid, with_after_sales(firm, grid.scenario(point, replicate)))
    return found


def read_grids(names: list[str], declared: Path = DECLARED) -> dict[str, Grid]:
    """The grids of these names, all when none is named, as the folder `declared` has them.

    Raises UserError for a name that has none, and for a file that is not as it must be.
    """
    there = {path.stem: path for path in sorted(declared.glob("*.yml"))}
    if not there:
        raise UserError(_("{folder} declares no grid: write one there, as CONTRIBUTING.md says.", folder=declared))
    for name in names:
        if name not in there:
            raise UserError(_("There is no grid {name!r}: the grids are {names}.", name=name, names=", ".join(there)))
    return {name: read_grid(there[name]) for name in names or there}


def run_grids(
    found: Mapping[str, Grid], out: Path, *, progress: bool = False, workers: int | None = None
) -> Replicated:
    """Run grids and write their outcomes, each as a packed table with its description beside it.

    What is finished is kept in the folder from the moment it is: an interrupted run goes on from there, as long as the
    grid, the program and the world are the same. The same grid gives the same bytes. `workers` are as many processes as
    there are cores, unless given. Raises UserError when a table is too large or `out` cannot be written.
    """
    began = time.perf_counter()
    kept = 0
    damaged: list[str] = []
    try:
        with ended_like_an_interruption(), only_run([out]):
            unfinished = out / ".unfinished"
            done: dict[str, dict[tuple[str, int], Row]] = {}
            for name, grid in found.items():
                place = unfinished / _key(name, grid)
                _forget_others(unfinished, name, place)
                done[name] = dict(_kept(place, grid, damaged))
                kept += len(done[name])
            _run_what_is_left(found, done, unfinished, workers or os.cpu_count() or 1, progress)
            for name, grid in found.items():
                _write(out, unfinished, name, grid, done[name])
                # Not before its table is there; what is kept of other grids stays.
                shutil.rmtree(unfinished / _key(name, grid))
            if not any(unfinished.iterdir()):
                unfinished.rmdir()
    except KeyboardInterrupt:
        count = sum(len(grid.points) * grid.replicates for grid in found.values())
        there = sum(
            1 for name, grid in found.items() for _row in _kept(out / ".unfinished" / _key(name, grid), grid, damaged)
        )
        raise KeyboardInterrupt(
            _(
                "Interrupted: {done} of {count} runs are kept in {kept}, and the same command goes on from there.",
                done=there,
                count=count,
                kept=out / ".unfinished",
            )
        ) from None
    except OSError as error:
        raise UserError(
            _("{folder} cannot be written ({reason}): choose another folder.",
              folder=error.filename or out, reason=error.strerror or error)
        ) from error  # fmt: skip
    rows = {name: len(rows) for name, rows in done.items()}
    return Replicated(out, rows, kept, time.perf_counter() - began, tuple(damaged))


def _key(name: str, grid: Grid) -> str:
    """A folder's name that changes with whatever decides the outcomes."""
    return f"{name}-{hashlib.sha256(f'{fingerprint()} {grid!r}'.encode()).hexdigest()[:16]}"


def _forget_others(unfinished: Path, name: str, place: Path) -> None:
    for other in unfinished.glob(f"{name}-" + "?" * 16):
        if other != place:
            shutil.rmtree(other)


def _kept(place: Path, grid: Grid, damaged: list[str]) -> Iterator[tuple[tuple[str, int], Row]]:
    """What an earlier run left; a file that is no row of the grid's is named in `damaged`, and left out."""
    for point, replicate in product(grid.points, range(1, grid.replicates + 1)):
        path = place / f"{point}-{replicate}.json"
        if not path.is_file():
            continue
        row = _row(path)
        if row is not None and row.keys() == grid.gauges.keys():
            yield (point, replicate), row
        else:
            damaged.append(f"{place.name}/{path.name}")


def _row(path: Path) -> Row | None:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        sound = isinstance(row, dict) and all(
            type(each) in (int, float) and math.isfinite(each) for each in row.values()
        )
    except (ValueError, OverflowError, RecursionError):
        return None
    return row if sound else None


def _run_what_is_left(
    found: Mapping[str, Grid],
    done: Mapping[str, dict[tuple[str, int], Row]],
    unfinished: Path,
    workers: int,
    progress: bool,
) -> None:
    left = [
        (name, points, replicate)
        for name, grid in found.items()
        for replicate in range(1, grid.replicates + 1)
        for points in _together(grid, [point for point in grid.points if (point, replicate) not in done[name]])
    ]
    there = sum(len(rows) for rows in done.values())
    world = skylark()
    with (
        _Progress(there + sum(len(points) for _name, points, _replicate in left), there, shown=progress) as shown,
        ProcessPoolExecutor(max(min(workers, len(left)), 1), initializer=_leave_interrupts_alone) as pool,
    ):
        running: dict[Future[dict[str, Row]], tuple[str, int]] = {}

        def keep(future: Future[dict[str, Row]]) -> None:
            name, replicate = running[future]
            for point, row in future.result().items():
                write_whole(unfinished / _key(name, found[name]) / f"{point}-{replicate}.json", json.dumps(row))
                done[name][point, replicate] = row
                shown.one_more(name)
            del running[future]

        # An exception in the middle of the pool's own work would leave one of its locks taken, and everybody waiting.
        with uninterrupted() as asked:
            while left or running:
                if asked:
                    # What is being run takes seconds: it is kept too.
                    left.clear()
                # No more than are worked on: an interruption waits for those alone.
                while left and len(running) < workers:
                    name, points, replicate = left.pop(0)
                    running[pool.submit(rows_of, found[name], points, replicate, world)] = (name, replicate)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    keep(future)


def _together(grid: Grid, points: list[str]) -> list[list[str]]:
    """The points in groups that one run is enough for."""
    groups: list[list[str]] = []
    for point in points:
        scenario = grid.scenario(point, 1)
        for group in groups:
            if same_but_for_after_sales(grid.scenario(group[0], 1), scenario):
                group.append(point)
                break
        else:
            groups.append([point])
    return groups


def _leave_interrupts_alone() -> None:
    """Ctrl+C goes to every process of a terminal: the one that started the others answers it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _write(out: Path, unfinished: Path, name: str, grid: Grid, rows: Mapping[tuple[str, int], Row]) -> None:
    table = grid.table(name)
    frame = pd.DataFrame(
        [
            {"point": point, "replicate": replicate} | rows[point, replicate]
            for point in grid.points
            for replicate in range(1, grid.replicates + 1)
        ]
    )
    writer = TableWriter(unfinished, table)
    writer.append(frame)
    writer.finish()
    if writer.extent.size > LARGEST:
        raise UserError(
            _("{file} has {size} bytes, more than the {most} that a page may wait for: declare fewer points.",
              file=table.file, size=f"{writer.extent.size:,}", most=f"{LARGEST:,}")
        )  # fmt: skip
    with uninterrupted():
        writer.path.replace(out / table.file)
        write_whole(out / f"{name}.yml", grid.described())


class _Progress:
    """How many rows are there, and the time that is left: a bar in a terminal, a line a tenth otherwise."""

    def __init__(self, count: int, done: int, *, shown: bool) -> None:
        self._count, self._at, self._from, self._began = count, done, done, time.perf_counter()
        self._lines = shown and not sys.stderr.isatty()
        self._bar = tqdm(
            total=count, initial=done, disable=not shown or self._lines, unit="", leave=False,
            bar_format="{desc:<24} {n_fmt}/{total_fmt} |{bar}| {elapsed}, {remaining}",
        )  # fmt: skip

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_about: object) -> None:
        self._bar.close()

    def one_more(self, name: str) -> None:
        """A row of this grid is there."""
        self._at += 1
        self._bar.set_description_str(name)
        self._bar.update(1)
        if self._lines and self._at * 10 // self._count > (self._at - 1) * 10 // self._count:
            taken = time.perf_counter() - self._began
            left = taken / (self._at - self._from) * (self._count - self._at)
            line = _(
                "{at} of {count} runs are there after {seconds} s; about {left} s are left.",
                at=self._at, count=self._count, seconds=f"{taken:,.0f}", left=f"{left:,.0f}",
            )  # fmt: skip
            print(line, file=sys.stderr, flush=True)
