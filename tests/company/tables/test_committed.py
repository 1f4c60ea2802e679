"""The committed tables are what the generator makes, fit their descriptions, and are safe to open."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from servicelab import company
from servicelab.company.tables.dictionary import TABLES
from servicelab.course.layout import RUNS

HAND_WRITTEN = {"README.md"}
#: The rows that a spreadsheet shows of a file.
SPREADSHEET_ROWS = 1_048_576
NUMBER = re.compile(r"-\d+(\.\d+)?")


def content(path: Path) -> bytes:
    """The file, and of a zip what is in it: another zlib than this machine's may have packed it in other bytes."""
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        (member,) = archive.infolist()
        assert member.date_time == (1980, 1, 1, 0, 0, 0)
        return archive.read(member)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file's content by its place in the folder."""
    return {path.relative_to(folder).as_posix(): content(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def of_the_firm(name: str) -> bool:
    """Outcomes of grids come from another command, and are held against theirs in test_replicating.py."""
    return not name.startswith(f"{RUNS}/")


def test_committed_data_is_what_the_generator_makes(datasets: Path, generated: Callable[[int], Any]) -> None:
    made, committed = contents(generated(company.SEED).folder), contents(datasets)
    assert set(filter(of_the_firm, committed)) - HAND_WRITTEN == set(made)
    assert [name for name, data in made.items() if committed[name] != data] == []


def test_committed_data_is_small(datasets: Path) -> None:
    sizes = {path.relative_to(datasets).as_posix(): path.stat().st_size for path in datasets.rglob("*.*")}
    assert sum(size for name, size in sizes.items() if of_the_firm(name)) <= 15_000_000


@pytest.mark.parametrize("name", TABLES)
def test_a_spreadsheet_can_show_the_table_and_runs_nothing_in_it(name: str, datasets: Path) -> None:
    data = content(datasets / TABLES[name].file)
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(rows) <= SPREADSHEET_ROWS
    assert {len(row) for row in rows} == {len(TABLES[name].columns)}
    risky = {cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t")}
    assert not [cell for cell in risky if not NUMBER.fullmatch(cell)]


@pytest.mark.parametrize("name", TABLES)
def test_a_column_loads_as_it_is_declared(name: str, tables: Any) -> None:
    """Whatever the values: a table with a column that happens to have no gap has the same types as any other."""
    frame = tables[name]
    assert {column.name: frame[column.name].dtype == column.dtype for column in TABLES[name].columns} == dict.fromkeys(
        frame, True
    )
    empty = frame.columns[frame.isna().any()]
    assert not [column for column in empty if not TABLES[name].column(column).null]


@pytest.mark.parametrize("name", TABLES)
def test_one_line_of_pandas_reads_the_table(name: str, datasets: Path, tables: Any) -> None:
    frame = pd.read_csv(datasets / TABLES[name].file)
    assert list(frame.columns) == [column.name for column in TABLES[name].columns]
    assert len(frame) == len(tables[name])


def test_numbers_have_the_decimals_they_are_described_with(datasets: Path) -> None:
    for name, table in TABLES.items():
        frame = pd.read_csv(datasets / table.file, dtype="str", keep_default_na=False)
        for column in table.columns:
            if column.kind == "number":
                form = rf"-?\d+\.\d{{{column.decimals}}}" if column.decimals else r"-?\d+"
                cells = frame[column.name]
                assert cells[cells != ""].str.fullmatch(form).all(), (name, column.name)
                assert not cells.str.fullmatch(r"-0\.?0*").any(), (name, column.name)


def test_segments_agree_between_tables(firm: Any) -> None:
    segment = firm["customers"].set_index("customer_id")["segment"]
    for name in ("kano_survey", "needs_survey", "needs_tracker", "servqual_survey"):
        frame = firm[name]
        assert (frame["customer_id"].map(segment).astype(str) == frame["segment"].astype(str)).all()
    asked = firm["needs_survey"].groupby(["wave", "customer_id"])["satisfaction"]
    assert (asked.nunique() == 1).all()
    assert (asked.size() == len(firm["features"])).all()
    points = firm["servqual_weights"].groupby(["wave", "customer_id"])["points"].sum()
    assert (points == 100).all()


def test_one_journey_is_about_one_matter_in_other_words_each_time(firm: Any) -> None:
    contacts = firm["contacts"]
    matter = contacts.groupby("journey_id")
    assert (matter["feature_id"].nunique() == 1).all()
    assert (matter["need"].nunique() == 1).all()
    again = contacts.groupby(["journey_id", "angry"])["template_en"].agg(["size", "nunique"])
    again = again[again["size"].between(2, 3)]
    assert len(again) > 1000
    # Some circumstances leave few patterns to choose from; else nobody says it in the same words again.
    twice, thrice = again[again["size"] == 2], again[again["size"] == 3]
    assert (twice["nunique"] == 2).mean() > 0.99
    assert (thrice["nunique"] == 3).mean() > 0.95
    # What they speak of is the same: the digits of the order.
    about = contacts.dropna(subset="order_id")
    said = about["text_en"].str.extract(r"[Oo]rder (?:number )?(?:ends in |ending )?(\d{4})\b", expand=False)
    assert said.notna().sum() > 1000
    assert (said.dropna() == about["order_id"].str[-4:][said.notna()]).all()


def test_the_truth_fits_the_tables(firm: Any) -> None:
    contacts = firm["contacts"].set_index("contact_id")
    truth = firm.truth("contacts").set_index("contact_id")
    assert set(truth.index) == set(contacts.index)
    given = contacts["csat"].dropna().astype(int)
    assert (truth.loc[given.index, "would_answer"] == given).all()
    assert not [name for name in contacts.columns if name in ("solved", "experience", "expectation", "would_answer")]
    assert "order_factor" not in firm["calendar"]
    assert len(firm.truth("calendar")) == len(firm["calendar"])


def test_datapackage_describes_the_files(datasets: Path) -> None:
    package = json.loads((datasets / "datapackage.json").read_text(encoding="utf-8"))
    assert package["licenses"][0]["name"] == "CC0-1.0"
    assert [resource["name"] for resource in package["resources"]] == list(TABLES)
    for resource in package["resources"]:
        header = content(datasets / resource["path"]).decode("utf-8-sig").split("\n", 1)[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        assert set(resource["schema"].get("primaryKey", [])) <= set(header)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_card(name: str, datasets: Path, tables: Any) -> None:
    card = (datasets / "cards" / f"{name}.md").read_text(encoding="utf-8")
    for column in TABLES[name].columns:
        assert f"| `{column.name}` | {column.zh} |" in card
    for heading in ("How it was made", "What to know before using it", "CC0 1.0"):
        assert heading in card
    assert f"{len(tables[name]):,} rows" in card
    assert f"cards/{name}.md" in (datasets / "README.md").read_text(encoding="utf-8")
