"""`data check`: each way of breaking a table is found in its cell, with a remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from servicelab import company
from servicelab.company.checking import COLUMNS, MOST
from servicelab.errors import UserError
from servicelab.i18n import use


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    company.generate(folder, scale=0.02)
    return folder


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    for path in sound.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def edit(path: Path, change: Callable[[pd.DataFrame], object]) -> None:
    frame = pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    change(frame)
    frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def test_the_committed_data_is_clean(datasets: Path) -> None:
    findings = company.check(datasets)
    assert findings.empty
    assert list(findings.columns) == COLUMNS


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "says"),
    [
        ("customers", 3, "city_tier", "9", "not one this column can hold"),
        ("customers", 3, "city_tier", "two", "not a whole number"),
        ("customers", 3, "joined_on", "2023-02-29", "not a date"),
        ("customers", 3, "segment", "martian", "not one of the column's codes"),
        ("customers", 3, "opted_in", "maybe", "not True or False"),
        ("customers", 3, "segment", "", "is empty"),
        ("customers", 3, "customer_id", "Mr Li", "not one this column can hold"),
        ("orders", 5, "delivered_days", "-2", "not one this column can hold"),
        ("orders", 5, "satisfaction", "6", "not one this column can hold"),
        ("orders", 5, "customer_id", "K9999", "is not in customers.customer_id"),
        ("orders", 5, "ordered_at", "1990-01-01 10:00", "before joining"),
        ("contacts", 4, "csat", "2.5", "not a whole number"),
        ("contacts", 4, "feature_id", "teleport", "is not in features.feature_id"),
        ("contacts", 4, "opened_at", "soon", "not a date with a time"),
        ("kano_survey", 2, "functional", "0", "not one this column can hold"),
    ],
)
def test_a_wrong_cell_is_found(data: Path, table: str, row: int, column: str, value: str, says: str) -> None:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[row - 2, column] = value

    edit(data / f"{table}.csv", change)
    findings = company.check(data)
    cell = findings[(findings["table"] == table) & (findings["row"] == row) & (findings["column"] == column)]
    assert cell["problem"].str.contains(says).any(), findings.to_string()
    assert (cell["value"] == value).any()
    assert findings["remedy"].str.len().gt(0).all()
    # One cell, one finding; a lost customer or a changed key may show in other tables, too.
    assert len(cell) == 1 or column == "customer_id"


def test_a_repeated_key_is_found(data: Path) -> None:
    edit(
        data / "customers.csv",
        lambda frame: frame.__setitem__("customer_id", ["K0001", *frame["customer_id"][1:-1], "K0001"]),
    )
    findings = company.check(data)
    twice = findings[findings["problem"].str.contains("more than once")]
    assert set(twice["row"]) == {2, 81}
    assert set(twice["value"]) == {"K0001"}


def test_a_repeated_compound_key_is_found(data: Path) -> None:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[1] = frame.loc[0]

    edit(data / "needs_survey.csv", change)
    findings = company.check(data)
    twice = findings[findings["problem"].str.contains("more than once")]
    assert set(twice["row"]) == {2, 3}
    assert (twice["column"] == "wave, customer_id, feature_id").all()


def test_on_time_that_contradicts_the_days(data: Path) -> None:
    edit(data / "orders.csv", lambda frame: frame.loc.__setitem__((0, "promised_days"), "1"))
    edit(data / "orders.csv", lambda frame: frame.loc.__setitem__((0, "delivered_days"), "9"))
    edit(data / "orders.csv", lambda frame: frame.loc.__setitem__((0, "on_time"), "True"))
    findings = company.check(data)
    assert findings["problem"].tolist() == ["on_time contradicts promised_days and delivered_days."]
    assert findings["row"].tolist() == [2]


def test_a_missing_column_and_an_empty_table(data: Path) -> None:
    edit(data / "orders.csv", lambda frame: frame.pop("amount"))
    (data / "voices.csv").write_text("voice_id,text_en,text_zh,expert,kind,spoken,importance,time,level\n")
    (data / "features.csv").write_bytes(b"")
    findings = company.check(data).set_index("table")
    assert findings.loc["orders", "column"] == "amount"
    assert findings.loc["orders", "problem"] == "The column is missing."
    assert findings.loc["voices", "problem"] == "The table has no rows."
    assert "cannot be read" in findings.loc["features", "problem"]
    assert findings["row"].isna().all()


def test_a_file_in_another_encoding(data: Path) -> None:
    text = (data / "features.csv").read_text(encoding="utf-8-sig")
    (data / "features.csv").write_bytes(text.encode("gbk"))
    findings = company.check(data)
    assert findings["problem"].tolist() == ["The file is not UTF-8 text."]


def test_many_alike_are_counted_once(data: Path) -> None:
    edit(data / "orders.csv", lambda frame: frame.__setitem__("amount", "much"))
    findings = company.check(data)
    assert len(findings) == MOST + 1
    assert "more cells like" in findings["problem"].iloc[-1]


def test_absent_tables_are_not_findings(data: Path) -> None:
    for path in data.glob("*.csv"):
        if path.name != "orders.csv":
            path.unlink()
    assert company.check(data).empty


def test_a_folder_without_tables(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="none of the course's tables"):
        company.check(tmp_path)


def test_findings_speak_the_running_language(data: Path) -> None:
    """Every message goes through the catalogue: with an untranslated one this fails once the catalogue has the rest."""
    edit(data / "customers.csv", lambda frame: frame.loc.__setitem__((0, "segment"), ""))
    with use("zh"):
        findings = company.check(data)
    assert len(findings) == 1
