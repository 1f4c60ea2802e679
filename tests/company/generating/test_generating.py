"""Generating at any scale: region by region, whole or not at all, and nothing foolish."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
import zlib
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy
from tests.company import freshly
from tests.company.freshly import Raw

from servicelab import company
from servicelab.company.generating import making
from servicelab.company.generating.making import SUMMED, Block, blocks
from servicelab.company.generating.staging import Staging, fingerprint
from servicelab.company.generating.truths import TRUTHS
from servicelab.company.generating.writing import TableWriter
from servicelab.company.tables.dictionary import TABLES
from servicelab.company.tables.schema import Column, Table
from servicelab.company.voices.texts import make_texts
from servicelab.errors import UserError

Whole = tuple[dict[str, bytes], dict[str, bytes]]


@pytest.fixture(scope="module")
def region() -> Raw:
    """A small region, simulated once for all workers."""
    return freshly.region()


@pytest.fixture
def quick(region: Raw, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Regions that take no time: the small one again, with amounts that tell them apart. Holds those asked for."""
    asked: list[int] = []

    def same(block: Block, seed: int) -> Raw:
        asked.append(block.number)
        raw, truth = ({name: frame.copy() for name, frame in part.items()} for part in region)
        raw["orders"]["amount"] = 100 + block.seed % 89
        return raw, truth

    monkeypatch.setattr(making, "make_tables", same)
    return asked


def ten_rows(region: Raw, asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let regions have ten rows a table, and note those asked for."""

    def same(block: Block, seed: int) -> Raw:
        asked.append(block.number)
        raw, truth = ({name: frame.head(10).copy() for name, frame in part.items()} for part in region)
        raw["orders"]["amount"] = 100 + block.seed % 89
        return raw, truth

    monkeypatch.setattr(making, "make_tables", same)


@pytest.fixture
def brief(region: Raw, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Regions of ten rows a table, for many runs. Holds those asked for."""
    asked: list[int] = []
    ten_rows(region, asked, monkeypatch)
    return asked


@pytest.fixture(scope="module")
def whole(region: Raw, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """What a brief run of two regions leaves that nobody interrupts: its tables, and the truth."""
    out = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        ten_rows(region, [], patch)
        company.generate(out / "tables", 2, 2, truth=out / "truth")
    return contents(out / "tables"), contents(out / "truth")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def member(folder: Path, name: str) -> bytes:
    """A table's CSV, packed or not."""
    path = folder / TABLES[name].file
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return archive.read(f"{name}.csv")


# --- Regions ---


def test_a_scale_is_whole_regions_and_a_rest_with_seeds_of_their_own() -> None:
    assert blocks(0.1, 7) == [Block(0, 7, 0.1)]
    made = blocks(100, 1984)
    assert [block.scale for block in made] == [1.0] * 100
    assert made[0].seed == 1984
    assert len({block.seed for block in made}) == 100
    assert blocks(3, 1984) == made[:3]
    assert [block.scale for block in blocks(2.25, 3)] == [1, 1, 0.25]
    # No region of nobody.
    assert len(blocks(1.0001, 3)) == 1


def test_larger_scales_begin_with_the_smaller_one_and_ids_go_on(quick: list[int], tmp_path: Path) -> None:
    company.generate(tmp_path / "one", 1, 3)
    report = company.generate(tmp_path / "three", 2.5, 3, truth=tmp_path / "truth")
    assert quick == [0, 0, 1, 2]
    three = {name: company.load(name, tmp_path / "three") for name in TABLES}
    for name, table in TABLES.items():
        first = company.load(name, tmp_path / "one")
        once = name in making.ONCE
        assert report.rows[name] == len(three[name]) == len(first) * (1 if once or name in SUMMED else 3), name
        if name not in SUMMED:
            assert member(tmp_path / "three", name).startswith(member(tmp_path / "one", name)), name
        if table.key:
            assert not three[name].duplicated(list(table.key)).any(), name
        for column in table.columns:
            if column.refers:
                other, key = column.refers.split(".")
                assert three[name][column.name].dropna().isin(three[other][key]).all(), (name, column.name)
    for name, (key, figures) in SUMMED.items():
        first = company.load(name, tmp_path / "one")
        pd.testing.assert_frame_equal(three[name][key], first[key])
        np.testing.assert_allclose(three[name][figures], 3 * first[figures], atol=1e-6)
    assert company.check(tmp_path / "three").empty
    known = pd.read_csv(tmp_path / "truth" / TRUTHS["truth_contacts"].file)
    assert set(known["contact_id"]) == set(three["contacts"]["contact_id"])
    assert set(contents(tmp_path / "truth")) == {table.file for table in TRUTHS.values()}


def test_the_split_of_patterns_is_one_for_all_regions(region: Raw) -> None:
    """A sentence pattern that a classifier is tested on must not stand in another region's training rows."""
    said = [region[0][name] for name in ("contacts", "orders", "customers")]
    texts = [make_texts(*said, seed, split_seed=freshly.SEED) for seed in (freshly.SEED, 8)]
    both = pd.concat(texts)
    assert not (texts[0]["text_en"] == texts[1]["text_en"]).all()
    for lang in ("en", "zh"):
        side = both.groupby(f"template_{lang}")["split"].nunique()
        assert (side == 1).all()
        assert len(side) > 300


# --- Whole or not at all ---


@pytest.mark.parametrize("table", ["contacts", "rosters", "truth_customers"])
def test_an_interrupted_run_leaves_what_was_there_and_goes_on_from_its_last_region(
    table: str, quick: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, truth = tmp_path / "out", tmp_path / "truth"
    company.generate(out, 1, 1)
    before = contents(out)
    quick.clear()
    append = TableWriter.append

    def stopped(file: TableWriter, frame: pd.DataFrame) -> None:
        # In the second region; a summed table is rewritten after each.
        regions = len(quick)
        append(file, frame.head(3) if regions == 2 else frame)
        if regions == 2 and file.path.name.startswith(table):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TableWriter, "append", stopped)
        with pytest.raises(KeyboardInterrupt, match=r"1 of 2 parts are kept"):
            company.generate(out, 2, 2, truth=truth)
    visible = {name: data for name, data in contents(out).items() if not name.startswith(".generating")}
    assert visible == before
    assert not [name for name in contents(truth) if not name.startswith(".generating")]
    quick.clear()
    report = company.generate(out, 2, 2, truth=truth)
    assert quick == [1]
    assert report.size == sum(len(data) for data in contents(out).values())
    company.generate(tmp_path / "whole", 2, 2, truth=tmp_path / "whole_truth")
    assert contents(out) == contents(tmp_path / "whole")
    assert contents(truth) == contents(tmp_path / "whole_truth")


#: What a run does besides appending rows: in front of each of these and behind it, it may be interrupted.
STEPS = {
    "a file is completed": (TableWriter, "finish"),
    "a region is noted": (Staging, "record"),
    "sums are kept": (making, "_keep_sums"),
    "the tables are described": (making, "write_description"),
    "a folder is removed": (shutil, "rmtree"),
    "the files are put in place": (Staging, "publish"),
}


@pytest.mark.parametrize("behind", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_run_goes_on_whichever_step_it_was_interrupted_at(
    step: str, behind: bool, whole: Whole, brief: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, name = STEPS[step]
    usual = getattr(owner, name)
    reached = 0

    def stopped(*given: Any, **named: Any) -> Any:
        nonlocal reached
        reached += 1
        if reached == at and not behind:
            raise KeyboardInterrupt
        made = usual(*given, **named)
        if reached == at:
            raise KeyboardInterrupt
        return made

    # Of the many files, some.
    for at in range(1, 100, 9 if name == "finish" else 1):
        reached, out, truth = 0, tmp_path / f"out{at}", tmp_path / f"truth{at}"
        brief.clear()
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, stopped)
            try:
                company.generate(out, 2, 2, truth=truth)
            except KeyboardInterrupt as said:
                kept = str(said)
            else:
                break
        brief.clear()
        if "in place" in kept:
            visible = {name: data for name, data in contents(out).items() if not name.startswith(".generating")}
            assert visible == whole[0]
        report = company.generate(out, 2, 2, truth=truth)
        if "in place" not in kept:
            # What was said to be kept was.
            done = 2 if "2 of 2 parts" in kept else 1 if "1 of 2 parts" in kept else 0
            assert brief == [0, 1][done:], kept
        assert (contents(out), contents(truth)) == whole
        assert report.size == sum(len(data) for data in whole[0].values())
    assert at > 1


def test_two_runs_into_one_folder_are_one_too_many(
    brief: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, truth = tmp_path / "out", tmp_path / "truth"
    usual = making.write_description

    def meanwhile(*given: Any) -> None:
        for folder, other in ((out, None), (tmp_path / "elsewhere", truth)):
            with pytest.raises(UserError, match=r"^Another run is writing to \S+: wait until it has ended, or give"):
                company.generate(folder, 1, 2, truth=other)
        usual(*given)

    with monkeypatch.context() as patch:
        patch.setattr(making, "write_description", meanwhile)
        company.generate(out, 1, 1, truth=truth)
    assert brief == [0]
    company.generate(tmp_path / "alone", 1, 1)
    assert contents(out) == contents(tmp_path / "alone")
    # A lock file that a killed run left is no lock.
    (out / ".generating.lock").touch()
    company.generate(out, 1, 1)
    assert contents(out) == contents(tmp_path / "alone")


@pytest.mark.parametrize("table", ["orders", "rosters", "truth/truth_contacts"])
def test_a_file_shorter_than_it_was_written_is_not_put_in_place(
    table: str, brief: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, truth = tmp_path / "out", tmp_path / "truth"
    company.generate(out, 1, 1, truth=truth)
    before = contents(out)
    usual = Staging.publish

    def damaged(staging: Staging) -> Any:
        part, _, name = table.rpartition("/")
        path = staging.folders[part] / (TRUTHS if part else TABLES)[name].file
        path.write_bytes(path.read_bytes()[:-1])
        return usual(staging)

    with monkeypatch.context() as patch:
        patch.setattr(Staging, "publish", damaged)
        with pytest.raises(UserError, match=r"has changed since it was written: give the same command again"):
            company.generate(out, 1, 2, truth=truth)
    assert {name: data for name, data in contents(out).items() if not name.startswith(".generating")} == before
    brief.clear()
    company.generate(out, 1, 2, truth=truth)
    assert brief == [0]
    company.generate(tmp_path / "fresh", 1, 2)
    assert contents(out) == contents(tmp_path / "fresh")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_files_are_put_in_place_all_of_them_are(
    number: signal.Signals, brief: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.generate(tmp_path / "whole", 1, 2)
    company.generate(tmp_path / "out", 1, 1)
    replace = Path.replace

    def asked(path: Path, goal: Path) -> Path:
        if goal == tmp_path / "out" / "orders.csv.zip":
            signal.raise_signal(number)
        return replace(path, goal)

    monkeypatch.setattr(Path, "replace", asked)
    with pytest.raises(KeyboardInterrupt, match=r"when everything was in place: the new tables are in \S+out\.$"):
        company.generate(tmp_path / "out", 1, 2)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_another_library_may_make_other_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no run goes on from what another one made."""
    here = fingerprint.__wrapped__()
    for owner, name in (
        (np, "__version__"),
        (pd, "__version__"),
        (scipy, "__version__"),
        (zlib, "ZLIB_RUNTIME_VERSION"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, "0.0")
            assert fingerprint.__wrapped__() != here, (owner, name)


def test_interrupted_in_the_first_region_nothing_is_left(
    quick: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = TableWriter.append

    def stopped(file: TableWriter, frame: pd.DataFrame) -> None:
        append(file, frame)
        if file.path.name.startswith("orders"):
            raise KeyboardInterrupt

    monkeypatch.setattr(TableWriter, "append", stopped)
    with pytest.raises(KeyboardInterrupt, match="is as it was"):
        company.generate(tmp_path, 2, 1)
    assert contents(tmp_path) == {}


def test_what_another_seed_left_unfinished_is_thrown_away(
    quick: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(making, "write_description", interrupt)
        with pytest.raises(KeyboardInterrupt):
            company.generate(tmp_path, 1, 1)
    assert (tmp_path / ".generating").is_dir()
    company.generate(tmp_path, 1, 2)
    assert quick == [0, 0]
    assert not (tmp_path / ".generating").exists()


def interrupt(*_anything: object) -> None:
    raise KeyboardInterrupt


def test_a_table_that_another_program_holds_open_is_replaced_by_the_next_run(
    quick: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where a spreadsheet locks what it shows: no mixture of seeds passes for a set of tables."""
    company.generate(tmp_path, 1, 1)
    replace = Path.replace

    def locked(path: Path, goal: Path) -> Path:
        if path.name == "orders.csv.zip":
            raise PermissionError(13, "Permission denied", str(goal))
        return replace(path, goal)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", locked)
        with pytest.raises(UserError, match=r"orders\.csv\.zip cannot be replaced .* finishes the job"):
            company.generate(tmp_path, 1, 2)
    assert not (tmp_path / "datapackage.json").exists()
    quick.clear()
    company.generate(tmp_path, 1, 2)
    assert quick == []
    company.generate(tmp_path / "fresh", 1, 2)
    shutil.move(tmp_path / "fresh", tmp_path.with_name("fresh"))
    assert contents(tmp_path) == contents(tmp_path.with_name("fresh"))


def test_a_table_stands_once_packed_or_not(quick: list[int], tmp_path: Path) -> None:
    """An earlier version's plain orders.csv would otherwise be read beside the new packed one."""
    company.generate(tmp_path, 1, 1)
    (tmp_path / "orders.csv").write_text("order_id\n")
    (tmp_path / "README.md").write_text("Mine.")
    company.generate(tmp_path, 1, 1)
    assert not (tmp_path / "orders.csv").exists()
    assert (tmp_path / "README.md").read_text() == "Mine."


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_the_command_is_answered_in_one_sentence(number: signal.Signals, tmp_path: Path, root: Path) -> None:
    command = [sys.executable, "-m", "servicelab", "data", "generate", "--scale", "0.02", "--out", str(tmp_path)]
    run = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": "src"},
        cwd=root,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / ".generating").is_dir():
        assert time.monotonic() < deadline
        assert run.poll() is None
        time.sleep(0.05)
    time.sleep(1.0)
    run.send_signal(number)
    out, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert out == ""
    assert said == f"Interrupted: {tmp_path} is as it was.\n"
    assert list(tmp_path.iterdir()) == []


# --- Nothing foolish ---


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf"), 1000.5])
def test_a_scale_out_of_range(scale: float, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="above 0 and at most 1000"):
        company.generate(tmp_path / "out", scale=scale)
    assert not (tmp_path / "out").exists()


def test_a_seed_below_zero(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="whole number from 0 on"):
        company.generate(tmp_path, seed=-1)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        company.generate(tmp_path / "file" / "data", scale=0.02)


def test_a_disk_too_small_is_told_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 0, 10**9))
    with pytest.raises(UserError, match=r"Scale 100 takes about 1,\d\d\d MB .* has 1,000 MB free"):
        company.generate(tmp_path, scale=100)
    assert contents(tmp_path) == {}


def test_a_small_region_takes_its_room_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole firm's calls are made at any scale."""
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 0, 2 * 10**6))
    with pytest.raises(UserError, match=r"Scale 0.01 takes about 3 MB .* has 2 MB free"):
        company.generate(tmp_path, scale=0.01)


def test_what_an_unfinished_run_has_taken_is_room(
    quick: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(making, "write_description", interrupt)
        with pytest.raises(KeyboardInterrupt):
            company.generate(tmp_path, 2, 1)
    taken = sum(len(data) for data in contents(tmp_path).values())
    assert taken > 10**6
    usage = namedtuple("usage", "total used free")
    free = int(making.bytes_needed(2, truth=False)) - taken // 2
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 0, free))
    with pytest.raises(UserError, match="make room"):
        company.generate(tmp_path / "other", 2, 1)
    company.generate(tmp_path, 2, 1)
    assert quick == [0, 1]


def test_a_full_disk_leaves_nothing_half_written(
    quick: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: TableWriter, _frame: pd.DataFrame) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(TableWriter, "append", full)
    with pytest.raises(UserError, match="No space left"):
        company.generate(tmp_path, 1)
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("package", ['{"name": "own-data"}', "[]", "no json", None])
def test_tables_of_somebody_else_are_not_overwritten(package: str | None, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order_id\nX1\n")
    if package is not None:
        (tmp_path / "datapackage.json").write_text(package)
    before = contents(tmp_path)
    with pytest.raises(UserError, match="tables that this command did not make"):
        company.generate(tmp_path, scale=0.02)
    assert contents(tmp_path) == before


def test_the_truth_stays_out_of_the_folder_that_trainees_get(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (tmp_path / "link").symlink_to(out)
    for truth in (out, out / "truth", out / "a" / "b", tmp_path / "out" / ".." / "out" / "x", tmp_path / "link" / "x"):
        with pytest.raises(UserError, match="put what only the simulation knows elsewhere"):
            company.generate(out, scale=0.02, truth=truth)
    assert not out.exists()


# --- The command ---


def test_the_command_says_how_far_it_is_and_ends_in_one_line(
    quick: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from servicelab.cli import main

    arguments = ["data", "generate", "--scale", "2", "--seed", "9", "--out", str(tmp_path / "out")]
    assert main([*arguments, "--truth", str(tmp_path / "truth")]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    rows = sum(len(company.load(name, tmp_path / "out")) for name in TABLES)
    assert said.out.startswith(f"Made {len(TABLES)} tables with {rows:,} rows (")
    assert said.out.endswith(f"they are in {tmp_path / 'out'}.\n")
    assert [line.split(" is")[0] for line in said.err.splitlines()] == ["Part 1 of 2", "Part 2 of 2"]


def test_in_a_terminal_there_is_one_bar(
    quick: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    company.generate(tmp_path, 2, 1, progress=True)
    said = capsys.readouterr().err
    assert "part 2 of 2: contacts" in said or "part 1 of 2: contacts" in said
    assert "\n" not in said.rstrip("\n\r ")


def test_without_being_asked_nothing_is_said(
    quick: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company.generate(tmp_path, 1, 1)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


# --- The files ---

THING = Table(
    "things", "", "", "", "", ("thing_id",),
    (
        Column("thing_id", "id", "", "", ""),
        Column("weight", "number", "", "", "", decimals=2, null=True),
        Column("count", "integer", "", "", "", null=True),
        Column("seen", "datetime", "", "", "", null=True),
        Column("born", "date", "", "", ""),
        Column("good", "boolean", "", "", "", null=True),
    ),
    packed=True,
)  # fmt: skip
ROWS = pd.DataFrame(
    {
        "thing_id": ["a", "b,c", '"'],
        "weight": [-0.001, np.nan, 2.675],
        "count": [1.0, np.nan, 3.0],
        "seen": pd.to_datetime(["2025-01-02 03:04:05.9", None, "1999-12-31"], format="ISO8601"),
        "born": pd.to_datetime(["2025-01-02"] * 3),
        "good": pd.array([True, None, False], dtype="boolean"),
        "secret": [1, 2, 3],
    }
)
AS_TEXT = """\
thing_id,weight,count,seen,born,good
a,0.00,1,2025-01-02 03:04:05,2025-01-02,True
"b,c",,,,2025-01-02,
\"\"\"\",2.68,3,1999-12-31 00:00:00,2025-01-02,False
"""


@pytest.mark.parametrize("large", [False, True])
def test_cells_are_spelled_one_way_in_a_zip_that_everything_opens(large: bool, tmp_path: Path) -> None:
    file = TableWriter(tmp_path, THING, large=large)
    file.append(ROWS)
    file.append(ROWS.iloc[:0])
    file.append(ROWS)
    file.finish()
    text = AS_TEXT + AS_TEXT.split("\n", 1)[1]
    with zipfile.ZipFile(tmp_path / "things.csv.zip") as archive:
        assert archive.testzip() is None
        assert archive.read("things.csv").decode("utf-8-sig") == text
        (found,) = archive.infolist()
        assert found.date_time == (1980, 1, 1, 0, 0, 0)
        assert found.compress_type == zipfile.ZIP_DEFLATED
        assert bool(found.extra) == large
        assert found.file_size == len(text) + 3
    assert file.extent.rows == len(pd.read_csv(tmp_path / "things.csv.zip")) == 6
    unzip = shutil.which("unzip")
    if unzip:
        subprocess.run([unzip, "-tq", tmp_path / "things.csv.zip"], check=True)


def test_a_cell_that_must_not_be_missing_stops_the_writing(tmp_path: Path) -> None:
    file = TableWriter(tmp_path, THING)
    with pytest.raises(ValueError, match=r"things\.born has missing cells"):
        file.append(ROWS.assign(born=pd.NaT))
    file.close()


def test_a_file_cut_back_goes_on_with_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("whole", "cut"):
        (tmp_path / folder).mkdir()
    whole, cut = TableWriter(tmp_path / "whole", THING), TableWriter(tmp_path / "cut", THING)
    for file in (whole, cut):
        file.append(ROWS)
    kept = type(cut.extent)(**cut.settle().as_dict())
    cut.append(ROWS.head(1))
    cut.close()
    again = TableWriter(tmp_path / "cut", THING, extent=kept)
    for file in (whole, again):
        file.append(ROWS.tail(2))
        file.finish()
    assert again.path.read_bytes() == whole.path.read_bytes()


def test_without_the_generator_the_tables_still_load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A trainee's bundle may leave the generator out: it knows the true effects."""
    for module in [name for name in sys.modules if name.startswith("servicelab.company.generating")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "servicelab.company.generating", None)
    assert len(company.load("features")) == 14
    with pytest.raises(UserError, match="finished tables only"):
        company.generate(tmp_path)
