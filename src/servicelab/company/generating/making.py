"""The firm's tables at any scale: made region by region, written as they come, named when all of them are whole."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from servicelab.company.generating.bar import Progress
from servicelab.company.generating.shaping import make_features, renumbered, shape, used_ids
from servicelab.company.generating.skylark import skylark
from servicelab.company.generating.staging import (
    SUMS,
    Staging,
    ended_like_an_interruption,
    fingerprint,
    only_run,
)
from servicelab.company.generating.truths import TRUTHS, TRUTHS_ONCE, shape_truth
from servicelab.company.generating.writing import Extent, TableWriter
from servicelab.company.simulation import Scenario, simulate
from servicelab.company.tables.describing import write_description
from servicelab.company.tables.dictionary import TABLES, package
from servicelab.company.tables.reading import load
from servicelab.company.voices.coded import make_voices
from servicelab.company.voices.servqual import make_servqual_items, make_servqual_survey, make_servqual_weights
from servicelab.company.voices.surveys import make_kano_survey, make_needs_survey, make_needs_tracker
from servicelab.course.layout import PACKAGE
from servicelab.errors import UserError
from servicelab.i18n import _

LARGEST = 1000
#: The same for the whole firm, so written with the first block alone.
ONCE = (
    "features", "campaigns", "calendar", "voices", "servqual_items", "lines", "price_cuts", "stations", "applicants",
)  # fmt: skip
#: One row for the whole firm whatever the number of blocks: key, and what is added up.
SUMMED = {
    "rosters": (["date", "line", "half_hour"], ["agents"]),
    "staffing": (["date", "line"], ["agents", "absent", "on_leave", "desk_hours", "paid_hours"]),
    "weekly_packing": (["week", "week_of", "warehouse"], ["parcels", "faults"]),
}
#: Bytes of finished files, measured at 0.01, 0.1 and 1: what a region takes however small it is (the whole firm's
#: calls above all), what a unit of scale adds, and what it adds of what only the simulation knows.
REGION_BYTES, BYTES, TRUTH_BYTES = 3_000_000, 12_000_000, 3_000_000
#: Bytes of the longest CSV (contacts) that a block may take, measured with room to spare.
LONGEST = 42_000_000


@dataclass(frozen=True)
class Block:
    """One region: its share of scale, and its own seed."""

    number: int
    seed: int
    scale: float


@dataclass(frozen=True)
class Made:
    """What `write_firm` made: rows by table, bytes of their files, and how long it took."""

    folder: Path
    rows: dict[str, int]
    size: int
    seconds: float

    def sentence(self) -> str:
        """What was done, and where."""
        return _(
            "Made {tables} tables with {rows} rows ({size} MB) in {seconds} s: they are in {folder}.",
            tables=len(self.rows),
            rows=f"{sum(self.rows.values()):,}",
            size=f"{self.size / 1e6:,.1f}",
            seconds=f"{self.seconds:,.0f}",
            folder=self.folder,
        )


def blocks(scale: float, seed: int) -> list[Block]:
    """The regions that make up a scale: whole ones, and a part of one; the first has the run's own seed.

    >>> [(block.number, block.scale) for block in blocks(2.5, 7)]
    [(0, 1.0), (1, 1.0), (2, 0.5)]
    >>> blocks(0.1, 7)[0].seed
    7
    """
    shares = [1.0] * int(scale) + [round(scale % 1, 6)]
    # Less than a few members is no region.
    shares = [share for share in shares if share >= 0.002] or [scale]
    seeds = [seed] + [
        int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0]) for number in range(1, len(shares))
    ]
    return [Block(number, own, share) for number, (own, share) in enumerate(zip(seeds, shares, strict=True))]


def make_tables(block: Block, seed: int) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Every table of one region, and what only the simulation knows of it; `seed` is the whole run's."""
    scenario = Scenario(seed=block.seed, scale=block.scale)
    world = skylark()
    firm = simulate(scenario, world)
    raw, truth = firm.tables, firm.truth
    del firm
    truth = shape_truth(raw, truth)
    shape(raw, scenario, seed)
    customers, orders = raw["customers"], raw["orders"]
    raw["features"], raw["voices"] = make_features(), make_voices()
    raw["kano_survey"] = make_kano_survey(world.kano, block.seed, customers, block.scale)
    raw["needs_survey"] = make_needs_survey(world.needs_survey, block.seed, customers, block.scale)
    raw["needs_tracker"] = make_needs_tracker(world.tracker, block.seed, customers, block.scale)
    raw["servqual_items"] = make_servqual_items()
    raw["servqual_survey"] = make_servqual_survey(world.servqual, block.seed, customers, orders, block.scale)
    raw["servqual_weights"] = make_servqual_weights(world.servqual, block.seed, raw["servqual_survey"])
    return raw, truth


def write_firm(folder: Path, scale: float, seed: int, truth: Path | None = None, *, progress: bool = False) -> Made:
    """Make all tables, their cards and ``datapackage.json``; see `servicelab.company.generate`."""
    began = time.perf_counter()
    _refuse_foolish(folder, scale, seed, truth)
    plan = blocks(scale, seed)
    key = {"scale": scale, "seed": seed, "program": fingerprint()}
    staging: Staging | None = None
    # Other runs are let in when nothing is left to be thrown away.
    with ExitStack() as held:
        try:
            with ended_like_an_interruption():
                held.enter_context(only_run([folder] if truth is None else [folder, truth]))
                staging = Staging(folder, truth, key)
                if not staging.complete:
                    with Progress(len(plan), staging.done, shown=progress) as shown:
                        _write_blocks(staging, plan, scale, seed, shown)
                staging.publish()
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_left_behind(folder, staging, len(plan))) from None
        except OSError as error:
            _left_behind(folder, staging, len(plan))
            raise UserError(_why_not_written(folder, staging, error)) from error
        except BaseException:
            _left_behind(folder, staging, len(plan))
            raise
    rows = {name: extent.rows for name, extent in staging.extents.items() if "/" not in name}
    return Made(folder, rows, staging.size, time.perf_counter() - began)


def _why_not_written(folder: Path, staging: Staging | None, error: OSError) -> str:
    reason = error.strerror or error
    if staging is not None and staging.complete:
        return _(
            "{file} cannot be replaced ({reason}): close it where it is open and give the same command again, which "
            "finishes the job.",
            file=error.filename2 or error.filename or folder,
            reason=reason,
        )
    return _(
        "{folder} cannot be written ({reason}): choose another folder.", folder=error.filename or folder, reason=reason
    )


def bytes_needed(scale: float, truth: bool) -> float:
    """Room for the finished files of a scale, with a tenth to spare.

    >>> bytes_needed(0.01, truth=False) < 4e6 < 16e6 < bytes_needed(1, truth=False)
    True
    """
    return 1.1 * (len(blocks(scale, 0)) * REGION_BYTES + scale * (BYTES + (TRUTH_BYTES if truth else 0)))


def _standing(folders: Iterable[Path]) -> int:
    """Bytes that an unfinished run has taken: this one goes on from them, or throws them away first."""
    return sum(
        path.stat().st_size for folder in folders for path in (folder / ".generating").rglob("*") if path.is_file()
    )


def _refuse_foolish(folder: Path, scale: float, seed: int, truth: Path | None) -> None:
    if not 0 < scale <= LARGEST:
        raise UserError(
            _("The scale is {scale}; give a number above 0 and at most {most}, such as 1.", scale=scale, most=LARGEST)
        )
    if seed < 0:
        raise UserError(_("The seed is {seed}; give a whole number from 0 on, such as 1984.", seed=seed))
    if truth is not None and (truth.resolve() == folder.resolve() or folder.resolve() in truth.resolve().parents):
        raise UserError(
            _(
                "{truth} is inside {folder}, which trainees get: put what only the simulation knows elsewhere.",
                truth=truth,
                folder=folder,
            )
        )
    if _another_owner(folder):
        raise UserError(
            _("{folder} holds tables that this command did not make: give another folder with --out.", folder=folder)
        )
    there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    needed = bytes_needed(scale, truth is not None)
    free = shutil.disk_usage(there).free + _standing([folder] if truth is None else [folder, truth])
    if free < needed:
        raise UserError(
            _(
                "Scale {scale} takes about {needed} MB and {folder} has {free} MB free: make room or choose another "
                "folder.",
                scale=f"{scale:g}",
                needed=f"{needed / 1e6:,.0f}",
                folder=there,
                free=f"{free / 1e6:,.0f}",
            )
        )


def _another_owner(folder: Path) -> bool:
    """Whether the folder holds tables that are not the firm's, such as a company's own."""
    try:
        found = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
        return not isinstance(found, dict) or found.get("name") != package()["name"]
    except FileNotFoundError:
        begun = (folder / ".generating").is_dir()
        return not begun and any((folder / name).exists() for t in TABLES.values() for name in (t.csv, f"{t.csv}.zip"))
    except NotADirectoryError:
        return False
    except ValueError:
        return True


def _left_behind(folder: Path, staging: Staging | None, count: int) -> str:
    """Throw away what cannot be gone on from, and say what is left."""
    if staging is not None and staging.published:
        return _("Interrupted when everything was in place: the new tables are in {folder}.", folder=folder)
    if staging is None or not staging.done:
        if staging is not None:
            staging.discard()
        return _("Interrupted: {folder} is as it was.", folder=folder)
    return _(
        "Interrupted: {folder} is as it was; {done} of {count} parts are kept in {kept}, and the same command goes on "
        "from there.",
        folder=folder,
        done=staging.done,
        count=count,
        kept=staging.folders[""],
    )


def _write_blocks(staging: Staging, plan: list[Block], scale: float, seed: int, progress: Progress) -> None:
    """Make and append the blocks that are still to come, then complete the files."""
    large = len(plan) * LONGEST > 2**32
    main = staging.folders[""]
    files: dict[str, TableWriter] = {}
    for part, tables in (("", TABLES), ("truth/", TRUTHS)):
        if part.rstrip("/") in staging.folders:
            for name, table in tables.items():
                if part or name not in SUMMED:
                    at = staging.extents.get(part + name)
                    where = staging.folders[part.rstrip("/")]
                    files[part + name] = TableWriter(where, table, large=large, extent=at)
    sums = {name: load(name, main / f"{SUMS}{staging.done}") for name in SUMMED} if staging.done else {}
    offsets = dict(staging.offsets)
    try:
        for block in plan[staging.done :]:
            progress.simulating()
            raw, truth = make_tables(block, seed)
            used = used_ids(raw)
            progress.simulated()
            for name in TABLES:
                progress.writing(name)
                frame = raw.pop(name)
                if name in SUMMED:
                    sums[name] = _added(name, sums.get(name), frame)
                elif name not in ONCE or block.number == 0:
                    files[name].append(renumbered(name, frame, offsets))
                del frame
                progress.written()
            for name, frame in truth.items():
                if f"truth/{name}" in files and (name not in TRUTHS_ONCE or block.number == 0):
                    files[f"truth/{name}"].append(renumbered(name, frame, offsets))
            del raw, truth
            for letter, count in used.items():
                offsets[letter] = offsets.get(letter, 0) + count
            _keep_sums(main / f"{SUMS}{block.number + 1}", sums)
            staging.record(block.number + 1, offsets, {name: file.settle() for name, file in files.items()})
            shutil.rmtree(main / f"{SUMS}{block.number}", ignore_errors=True)
            progress.finished()
        for file in files.values():
            file.finish()
    finally:
        for file in files.values():
            file.close()
    extents = {name: file.extent for name, file in files.items()}
    extents |= _keep_sums(main, sums)
    write_description(main, {name: extents[name].rows for name in TABLES}, scale, seed)
    staging.record(len(plan), offsets, {n: extents[n] for n in (*TABLES, *(set(extents) - set(TABLES)))}, complete=True)


def _added(name: str, before: pd.DataFrame | None, now: pd.DataFrame) -> pd.DataFrame:
    """The sums of a table over blocks, its figures rounded as they are written."""
    key, figures = SUMMED[name]
    parts = [part[key + figures] for part in (before, now) if part is not None]
    parts = [part.astype({column: "str" for column in key if part[column].dtype == "category"}) for part in parts]
    for part in parts:
        for column in figures:
            part[column] = part[column].round(TABLES[name].column(column).decimals)
    both = pd.concat(parts, ignore_index=True)
    # In the order of the first block, which is the table's own.
    return both.groupby(key, sort=False, as_index=False, observed=True)[figures].sum()


def _keep_sums(folder: Path, sums: dict[str, pd.DataFrame]) -> dict[str, Extent]:
    """Write the summed tables as they stand."""
    folder.mkdir(exist_ok=True)
    extents = {}
    for name, frame in sums.items():
        file = TableWriter(folder, TABLES[name])
        file.append(frame)
        file.finish()
        extents[name] = file.extent
    return extents
