"""Grids of scenarios: the same bytes however they were run, what is finished kept, and nothing in them but outcomes."""

from __future__ import annotations

import errno
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.company.conftest import whole_run
from tests.company.skylark_world import world

from servicelab import company
from servicelab.cli import main
from servicelab.company.generating import gridfile, replicating
from servicelab.company.generating.gauges import Gauge
from servicelab.company.generating.gridfile import LARGEST, Change, Grid, Point, read_grid
from servicelab.company.generating.replicating import read_grids, row_of, run_grids
from servicelab.company.simulation import FOR_SPEED, PayScheme
from servicelab.company.simulation.firm import with_after_sales
from servicelab.course.declared import mistakes
from servicelab.course.layout import RUNS
from servicelab.course.rubricfile import Both
from servicelab.errors import UserError
from servicelab.files.yamllines import read_lined

DECLARED = read_grids([])
#: One day: who gives up calls again on another.
MONDAY = {"line": "phone", "first": date(2023, 1, 9), "last": date(2023, 1, 9)}


def grid(**changes: Any) -> Grid:
    """A month, twice at two points."""
    fewer = Change(date(2023, 1, 9), {"staff_change": {"phone": -3}})
    title = Both("One", "一")
    made: dict[str, Any] = {
        "question": Both("What if?", "会怎样？"), "subject": "service", "replicates": 2, "seed": 5, "months": 1,
        "scale": 0.02, "points": {"as_is": Point(title), "fewer": Point(title, (fewer,))},
        "gauges": {
            "wait": Gauge("mean_wait", title, 1, "s", **MONDAY), "calls": Gauge("contacts", title, 0, **MONDAY),
        },
    }  # fmt: skip
    return Grid(**made | changes)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small grid, run in one go, in a folder of runs."""
    out = tmp_path_factory.mktemp("datasets") / RUNS
    run_grids({"small": grid()}, out, workers=1)
    return out


def test_a_replicate_has_the_same_luck_at_every_point(made: Path) -> None:
    found = company.runs("small", made.parent).frame.set_index(["replicate", "point"])
    assert len(found) == 4
    for number in (1, 2):
        assert found.loc[(number, "as_is"), "calls"] == found.loc[(number, "fewer"), "calls"]
        assert found.loc[(number, "fewer"), "wait"] > found.loc[(number, "as_is"), "wait"]
    assert found.loc[(1, "as_is"), "calls"] != found.loc[(2, "as_is"), "calls"]


def test_nothing_is_left_but_the_table_and_its_description(made: Path) -> None:
    assert sorted(path.name for path in made.iterdir()) == ["small.csv.zip", "small.yml"]


def test_two_processes_make_the_same_bytes(made: Path, tmp_path: Path) -> None:
    run_grids({"small": grid()}, tmp_path, workers=2)
    for path in made.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


PROGRAM = """
import pickle, sys
from pathlib import Path
from servicelab.company.generating.replicating import run_grids
try:
    print(run_grids({"small": pickle.loads(bytes.fromhex(sys.argv[2]))}, Path(sys.argv[1]), workers=1).sentence())
except KeyboardInterrupt as stopped:
    print(stopped)
"""


def test_an_interrupted_run_goes_on_with_what_is_finished(made: Path, tmp_path: Path, root: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), pickle.dumps(grid()).hex()]
    run = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
    until = time.monotonic() + 600
    while not list(tmp_path.glob(".unfinished/*/*.json")) and time.monotonic() < until:
        assert run.poll() is None
    run.send_signal(signal.SIGINT)
    said = run.communicate()[0]
    kept = len(list(tmp_path.glob(".unfinished/*/*.json")))
    assert 1 <= kept < 4
    assert f"{kept} of 4 runs are kept" in said
    assert not (tmp_path / "small.csv.zip").exists()
    again = run_grids({"small": grid()}, tmp_path, workers=1)
    assert again.kept == kept
    assert (tmp_path / "small.csv.zip").read_bytes() == (made / "small.csv.zip").read_bytes()


def test_an_interruption_in_the_middle_of_handing_work_out_waits_for_what_was_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raised in there it left a lock of the pool's taken, and the program waited for ever."""

    class Interrupted(ProcessPoolExecutor):
        def submit(self, *given: Any, **named: Any) -> Any:
            future = super().submit(*given, **named)
            signal.raise_signal(signal.SIGINT)
            return future

    monkeypatch.setattr(replicating, "ProcessPoolExecutor", Interrupted)
    with pytest.raises(KeyboardInterrupt, match="1 of 4 runs are kept"):
        run_grids({"small": grid()}, tmp_path, workers=1)


def test_an_interruption_counts_the_rows_of_its_own_grids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, rows in (("other", 3), ("small", 1)):
        place = tmp_path / ".unfinished" / replicating._key(name, grid())
        place.mkdir(parents=True)
        for number in range(1, rows + 1):
            (place / f"as_is-{number}.json").write_text('{"wait": 1.0, "calls": 1}')

    def stopped(*_about: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(replicating, "_run_what_is_left", stopped)
    with pytest.raises(KeyboardInterrupt, match="Interrupted: 1 of 4 runs are kept"):
        run_grids({"small": grid()}, tmp_path, workers=1)


def test_what_another_program_kept_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    before = replicating._key("small", grid())
    monkeypatch.setattr(replicating, "fingerprint", lambda: "another")
    assert replicating._key("small", grid()) != before


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_about: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path))

    monkeypatch.setattr(replicating, "write_whole", full)
    with pytest.raises(UserError, match=r"cannot be written \(No space left on device\): choose another folder"):
        run_grids({"small": grid(replicates=1)}, tmp_path, workers=1)


def test_what_was_kept_of_another_grid_is_not_taken(made: Path, tmp_path: Path) -> None:
    stale = tmp_path / ".unfinished" / replicating._key("small", grid(seed=6))
    stale.mkdir(parents=True)
    (stale / "as_is-1.json").write_text('{"wait": 1.0, "calls": 1}')
    other = tmp_path / ".unfinished" / replicating._key("other", grid())
    other.mkdir()
    (other / "as_is-1.json").write_text('{"wait": 1.0, "calls": 1}')
    done = run_grids({"small": grid()}, tmp_path, workers=1)
    assert done.kept == 0
    assert (tmp_path / "small.csv.zip").read_bytes() == (made / "small.csv.zip").read_bytes()
    # What another grid has waits for it.
    assert not stale.exists()
    assert (other / "as_is-1.json").is_file()


@pytest.mark.parametrize("damage", [
    "", "{", "[]", '{"wait": 1.0}', '{"wait": "1", "calls": 1}', '{"wait": 1e400, "calls": 1}',
    '{"wait": true, "calls": 1}', "[" * 5000, "\\ud800",
])  # fmt: skip
def test_a_kept_row_that_is_damaged_is_run_again_and_named(damage: str, tmp_path: Path) -> None:
    place = tmp_path / ".unfinished" / replicating._key("small", grid(replicates=1))
    place.mkdir(parents=True)
    (place / "fewer-1.json").write_text('{"wait": 7.0, "calls": 7}')
    (place / "as_is-1.json").write_text(damage)
    found: list[str] = []
    assert dict(replicating._kept(place, grid(replicates=1), found)) == {("fewer", 1): {"wait": 7.0, "calls": 7}}
    assert found == [f"{place.name}/as_is-1.json"]
    done = replicating.Replicated(tmp_path, {"small": 2}, 1, 0.0, tuple(found))
    assert f"run again: {place.name}/as_is-1.json." in done.sentence()


def test_a_damaged_row_does_not_stop_a_run(made: Path, tmp_path: Path) -> None:
    place = tmp_path / ".unfinished" / replicating._key("small", grid())
    place.mkdir(parents=True)
    (place / "as_is-1.json").write_text("{")
    done = run_grids({"small": grid()}, tmp_path, workers=1)
    assert (done.kept, done.damaged) == (0, (f"{place.name}/as_is-1.json",))
    assert (tmp_path / "small.csv.zip").read_bytes() == (made / "small.csv.zip").read_bytes()


def test_a_table_that_a_page_would_wait_for_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replicating, "LARGEST", 100)
    with pytest.raises(UserError, match="declare fewer points"):
        run_grids({"small": grid(replicates=1)}, tmp_path, workers=1)


def test_progress_says_what_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_grids({"small": grid(replicates=1)}, tmp_path, progress=True, workers=1)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" after")[0] for line in lines] == ["1 of 2 runs are there", "2 of 2 runs are there"]
    assert lines[-1].endswith("about 0 s are left.")


def test_a_name_that_no_grid_has_is_told() -> None:
    with pytest.raises(UserError, match="no grid 'phone': the grids are pay_schemes, phone_agents, refund_approval"):
        read_grids(["phone"])


# --- The file ---


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "measure: refunds",
            "measure: abandoned\n    line: phone\n    first: 2023-01-01",
            "Write line, first and last",
        ),
        ("replicates: 20", "replicates: 3", "at least 20 replicates"),
        ("measure: refunds", "measure: skill", "no measure is called “skill”"),
        ("months: 36", "months: 40", "months must be from 1 to 36"),
        ("{stations: {approve: 1.3}}", "{stations: {pack: 1.3}}", "unknown name 'pack'"),
        ("{approval_limit: 1000}", "{seed: 1000}", "'seed' is no decision"),
        ("since: 2023-01-01, decide: {approval", "since: 2022-01-01, decide: {approval", "before the run"),
        ("subject: process", "subject: weather", "weather"),
        ("  as_is:", "  ../../as_is:", "“../../as_is” is no name"),
        ("  as_is:", "  /tmp/as_is:", "“/tmp/as_is” is no name"),
        ("  refunds:", "  re/funds:", "“re/funds” is no name"),
        ("measure: refunds", "measure: abandoned", "abandoned is measured on a line"),
        ("measure: refunds", "measure: refunds\n    line: phone", "refunds is not measured on a line"),
        (
            "measure: refunds",
            "measure: refunds\n    first: 2023-03-02\n    last: 2023-03-01",
            "2023-03-01 comes before 2023-03-02",
        ),
        ("measure: refunds", "measure: refunds\n    first: 2022-12-31", "2022-12-31 is no day of the run"),
        ("measure: refunds", "measure: refunds\n    last: 2026-01-01", "2026-01-01 is no day of the run"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, told: str, tmp_path: Path) -> None:
    text = (replicating.DECLARED / "refund_approval.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "refund_approval.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError, match=told) as error:
        read_grid(path)
    assert "line " in str(error.value)


def test_a_grid_has_points_and_gauges_and_reads_the_days_that_are_run() -> None:
    data = read_lined(replicating.DECLARED / "refund_approval.yml").data
    for name in ("points", "gauges"):
        assert [fault.problem for fault in mistakes(Grid, data | {name: {}})] == [f"there are no {name}"]
    late = deepcopy(data["gauges"]) | {"late": data["gauges"]["refunds"] | {"last": date(2024, 2, 29)}}
    assert not [*mistakes(Grid, data | {"months": 14, "gauges": late})], "the last day of the last month"
    (fault,) = mistakes(Grid, data | {"months": 13, "gauges": late})
    assert (fault.path, fault.problem) == (("gauges", "late", "last"), "2024-02-29 is no day of the run")


@pytest.mark.parametrize("name", ["*", "refund[a]", "..", "Refund", "a b"])
def test_a_grid_whose_name_is_a_pattern_or_a_place_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.yml"
    path.write_bytes((replicating.DECLARED / "refund_approval.yml").read_bytes())
    with pytest.raises(UserError, match="is no name for a grid"):
        read_grid(path)


def test_staff_is_planned_for_the_first_point() -> None:
    """Whatever a point changes: nobody is hired for it, so that a grid shows what the change does and nothing else."""
    made = grid(
        points={
            "as_is": Point(Both("a", "b")),
            "bot": Point(Both("a", "b"), (Change(date(2023, 1, 1), {"bot": False}),)),
        }
    )
    assert made.scenario("as_is", 1).plan_from is None
    planned = made.scenario("bot", 2).plan_from
    assert planned is not None
    assert planned.bot
    assert made.scenario("bot", 2).seed == made.scenario("as_is", 2).seed == 6


def test_points_that_differ_in_after_sales_alone_share_a_run() -> None:
    refunds, phone = DECLARED["refund_approval"], DECLARED["phone_agents"]
    assert replicating._together(refunds, list(refunds.points)) == [list(refunds.points)]
    assert replicating._together(phone, list(phone.points)) == [[point] for point in phone.points]


def test_a_pay_scheme_is_three_numbers() -> None:
    paid = {"base": 4200.0, "per_contact": 2.2}
    made = grid(
        points={
            "as_is": Point(Both("a", "b")),
            "pay": Point(Both("a", "b"), (Change(date(2023, 1, 1), {"pay": paid}),)),
        }
    )
    assert made.scenario("pay", 1).on(0).pay == PayScheme(**paid) == FOR_SPEED


# --- What is committed ---


def test_every_declared_grid_is_committed_and_nothing_else(datasets: Path) -> None:
    there = {path.name for path in (datasets / RUNS).iterdir()}
    assert there == {name for stem in DECLARED for name in (f"{stem}.yml", f"{stem}.csv.zip")}


@pytest.mark.parametrize("name", DECLARED)
def test_committed_runs_are_as_declared_and_small(name: str, datasets: Path) -> None:
    declared, found = DECLARED[name], company.runs(name, datasets)
    assert (datasets / RUNS / f"{name}.yml").read_text(encoding="utf-8") == declared.described()
    assert (datasets / RUNS / f"{name}.csv.zip").stat().st_size <= LARGEST == 300_000
    assert len(found.frame) == len(declared.points) * declared.replicates
    assert declared.replicates >= gridfile.LEAST
    assert found.frame.columns.tolist() == ["point", "replicate", *declared.gauges]


@pytest.mark.parametrize(
    ("name", "point", "replicate"),
    [
        ("phone_agents", "two_people_fewer", 7),
        ("refund_approval", "approve_from_1000", 16),
        ("pay_schemes", "speed_2_quality_1", 7),
        ("pay_schemes", "speed_0_quality_2", 20),
    ],
)
def test_a_row_run_again_gives_the_committed_one(name: str, point: str, replicate: int, datasets: Path) -> None:
    assert row_of(DECLARED[name], point, replicate, world) == committed(name, point, replicate, datasets)


def committed(name: str, point: str, replicate: int, datasets: Path) -> dict[str, float]:
    frame = company.runs(name, datasets).frame
    row = frame[(frame["point"] == point) & (frame["replicate"] == replicate)].iloc[0]
    return row.drop(["point", "replicate"]).to_dict()


@pytest.mark.xdist_group("firm-7")
def test_the_rows_of_a_seed_whose_tables_are_made_are_read_off_that_run(datasets: Path) -> None:
    """As a grid is run: once for all points that differ in after-sales alone."""
    grid, firm = DECLARED["refund_approval"], whole_run(7)
    replicate = 8 - grid.seed
    assert firm.scenario == grid.scenario("as_is", replicate)
    for point in grid.points:
        found = replicating._read_off(grid, with_after_sales(firm, grid.scenario(point, replicate)))
        assert found == committed("refund_approval", point, replicate, datasets), point


def test_the_command_tells_a_name_that_no_grid_has(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["data", "runs", "nosuch", "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.startswith("There is no grid 'nosuch'")
    assert not (tmp_path / "out").exists()
