"""`data check`: each way of breaking a table is found in its cell, with a remedy."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.company import tiny

from servicelab import company, i18n
from servicelab.company.tables import checking
from servicelab.company.tables.checking import COLUMNS, MOST
from servicelab.company.tables.consistency import RULES
from servicelab.company.tables.dictionary import TABLES
from servicelab.errors import UserError
from servicelab.i18n import use


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A tiny firm that is sound."""
    return tiny.write(tmp_path)


def edit(folder: Path, name: str, change: Callable[[pd.DataFrame], object]) -> None:
    """Change a table of the tiny firm as it was written first."""
    frame = tiny.rows(name)
    change(frame)
    tiny.put(folder, TABLES[name], frame)


def set_cell(folder: Path, name: str, row: int, column: str, value: str) -> None:
    """Change one cell; `row` counts as a spreadsheet does."""
    edit(folder, name, lambda frame: frame.loc.__setitem__((row - 2, column), value))


@pytest.mark.parametrize("packed", [None, True, False])
def test_a_sound_firm_has_no_findings(tmp_path: Path, packed: bool | None) -> None:
    findings = company.check(tiny.write(tmp_path, packed=packed))
    assert findings.empty
    assert list(findings.columns) == COLUMNS


def test_a_trainees_install_can_check_a_folder(tmp_path: Path) -> None:
    """It has what the course depends on and nothing that only those who write and mark get."""
    tiny.write(tmp_path)
    code = (
        "import sys; sys.modules |= dict.fromkeys(('pandera', 'openpyxl', 'defusedxml', 'tqdm', 'bleach', 'PIL'));"
        f"from servicelab import company; print(len(company.check({str(tmp_path)!r})))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ran.stdout.strip(), ran.stderr) == ("0", "")


WRONG_CELLS = [
    ("customers", 3, "city_tier", "9", "not one this column can hold"),
    ("customers", 3, "city_tier", "two", "not a whole number"),
    ("customers", 3, "joined_on", "2023-02-29", "not a date"),
    ("customers", 3, "joined_on", "2023-01-02 13:00", "not a date"),
    ("customers", 3, "joined_on", "20230102", "not a date"),
    ("customers", 3, "joined_on", "2022", "not a date"),
    ("customers", 3, "app_from", "9999-12-31", "not a date"),
    ("customers", 2, "joined_on", "1899-12-31", "not a date"),
    ("customers", 3, "segment", "martian", "not one of the column's codes"),
    ("customers", 3, "opted_in", "maybe", "not True or False"),
    ("customers", 3, "segment", "", "is empty"),
    ("customers", 4, "customer_id", "Mr Li", "not one this column can hold"),
    ("customers", 3, "home_shop", "S77", "is not in shops.shop_id"),
    ("customers", 3, "app_from", "2022-12-31", "before joining"),
    ("customers", 4, "churned_on", "2022-01-01", "before joining"),
    ("shops", 2, "size", "-1", "not one this column can hold"),
    ("shop_months", 2, "ordered_ahead", "1.2", "not one this column can hold"),
    ("shop_months", 2, "shop_id", "S09", "is not in shops.shop_id"),
    ("features", 2, "feature_id", "On Time", "not one this column can hold"),
    ("orders", 3, "delivered_days", "121", "not one this column can hold"),
    ("orders", 3, "satisfaction", "6", "not one this column can hold"),
    ("orders", 3, "customer_id", "K99999", "is not in customers.customer_id"),
    ("orders", 3, "ordered_at", "1990-01-01 10:00:00", "before joining"),
    ("orders", 4, "campaign", "winter", "is not in campaigns.campaign"),
    ("orders", 4, "channel", "fax", "not one of the column's codes"),
    ("orders", 3, "on_time", "True", "contradicts"),
    ("orders", 3, "on_time", "", "on_time is empty"),
    ("orders", 4, "promised_days", "", "no promise"),
    ("orders", 2, "shop_id", "", "orders of channel shop"),
    ("deposits", 2, "customer_id", "K00077", "is not in customers.customer_id"),
    ("deposits", 3, "paid_at", "2022-01-31 20:00:00", "before joining"),
    ("price_cuts", 2, "cut", "1.2", "not one this column can hold"),
    ("lines", 3, "takes_messages", "at night", "not True or False"),
    ("contacts", 2, "csat", "2.5", "not a whole number"),
    ("contacts", 3, "wait", "inf", "not a number"),
    ("contacts", 2, "feature_id", "teleport", "is not in features.feature_id"),
    ("contacts", 2, "opened_at", "soon", "not a date with a time"),
    ("contacts", 2, "opened_at", "2023-02-16", "not a date with a time"),
    ("contacts", 2, "opened_at", "2023-02-16 09:59:35+08:00", "not a date with a time"),
    ("contacts", 2, "opened_at", "2023-02-16T09:59:35Z", "not a date with a time"),
    ("contacts", 3, "wait", "2592001", "not one this column can hold"),
    ("contacts", 2, "handling", "2592001", "not one this column can hold"),
    ("contacts", 2, "opened_at", "2023-02-10 21:04:59", "before the order"),
    ("contacts", 4, "opened_at", "2022-02-10 21:04:59", "before joining"),
    ("contacts", 3, "opened_at", "2023-02-16 09:59:34", "before the first contact"),
    ("contacts", 6, "opened_at", "2023-02-17 09:59:59", "before the contact that it follows"),
    ("contacts", 3, "parent_id", "C000099", "is not in contacts.contact_id"),
    ("contacts", 3, "parent_id", "", "first contact follows none"),
    ("contacts", 3, "handling", "60.0", "Nobody answered"),
    ("contacts", 3, "agent_id", "A001", "Nobody answered"),
    ("contacts", 2, "agent_id", "A009", "is not in agents.agent_id"),
    ("contacts", 2, "agent_id", "A003", "before the agent was hired"),
    ("contacts", 4, "led_to_order_id", "D000001", "before the contact"),
    ("contacts", 2, "channel", "pigeon", "not one of the column's codes"),
    ("contacts", 2, "cost", "-0.01", "not one this column can hold"),
    ("calls", 3, "customer_id", "K00009", "is not in customers.customer_id"),
    ("calls", 2, "agent", "A009", "is not in agents.agent_id"),
    ("calls", 2, "agent", "A003", "before the agent was hired"),
    ("calls", 3, "service", "5.0", "was not served"),
    ("rosters", 2, "half_hour", "09:15", "not one this column can hold"),
    ("rosters", 2, "line", "self_service", "not one of the column's codes"),
    ("staffing", 2, "agents", "1.5", "not a whole number"),
    ("agents", 3, "left_on", "2022-10-03", "before the day of hiring"),
    ("appraisals", 2, "csat", "5.2", "not one this column can hold"),
    ("appraisals", 2, "hard_share", "17", "not one this column can hold"),
    ("cases", 2, "contact_id", "C000099", "is not in contacts.contact_id"),
    ("cases", 3, "opened_at", "2023-02-27 20:15:00", "before the order"),
    ("cases", 2, "opened_at", "2023-02-20 11:11:10", "before the contact"),
    ("cases", 2, "closed_at", "2023-02-20 11:11:22", "before the opening"),
    ("event_log", 2, "case_id", "R000009", "is not in cases.case_id"),
    ("event_log", 2, "timestamp", "2023-02-20 11:11:22", "before the case was opened"),
    ("event_log", 4, "timestamp", "2023-02-24 12:49:29", "after the case was closed"),
    ("event_log", 4, "timestamp", "2023-02-22 11:04:19", "before the event that stands above"),
    ("event_log", 4, "hands_on_minutes", "-1", "not one this column can hold"),
    ("campaigns", 2, "ends", "2023-02-19", "before the start"),
    ("campaign_members", 2, "campaign", "winter", "is not in campaigns.campaign"),
    ("touchpoints", 4, "timestamp", "2020-05-05 18:00:00", "before joining"),
    ("touchpoints", 4, "stage", "later", "not one of the column's codes"),
    ("weekly_packing", 2, "faults", "-1", "not one this column can hold"),
    ("incidents", 2, "ended_at", "2023-03-12 10:34:43", "before the start"),
    ("incidents", 2, "detected_at", "2023-03-12 10:34:43", "before the start"),
    ("incidents", 2, "first_message_at", "2023-03-12 09:00:00", "before the start"),
    ("incidents", 3, "cause", "gremlins", "not one of the column's codes"),
    ("applicants", 2, "work_sample", "101", "not one this column can hold"),
    ("stations", 3, "people", "-1", "not one this column can hold"),
    ("calendar", 2, "weekday", "7", "not one this column can hold"),
    ("calendar", 2, "holiday", "easter", "not one of the column's codes"),
    ("kano_survey", 2, "functional", "0", "not one this column can hold"),
    ("needs_survey", 3, "performance", "8", "not one this column can hold"),
    ("servqual_survey", 2, "item_id", "2", "is not in servqual_items.item_id"),
    ("servqual_weights", 2, "points", "101", "not one this column can hold"),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "says"), WRONG_CELLS)
def test_a_wrong_cell_is_found(tmp_path: Path, table: str, row: int, column: str, value: str, says: str) -> None:
    tiny.write(tmp_path, tiny.with_causes(table))
    set_cell(tmp_path, table, row, column, value)
    findings = company.check(tmp_path)
    cell = findings[(findings["table"] == table) & (findings["row"] == row) & (findings["column"] == column)]
    assert len(cell) == 1, findings.to_string()
    assert says in cell["problem"].iloc[0]
    assert cell["value"].iloc[0] == value
    assert findings["remedy"].str.len().gt(0).all()
    # A lost key or another moment may show in other tables, too; nothing else may.
    assert len(findings) == 1 or column.endswith(("_id", "_at")), findings.to_string()


def test_every_table_has_a_wrong_cell() -> None:
    told = {table for table, *_rest in WRONG_CELLS}
    # The voices are a list of texts that stands alone.
    assert told | {"voices", "needs_tracker", "servqual_items"} == set(TABLES)


def test_every_rule_finds_a_wrong_cell() -> None:
    """By its own words: no two rules say the same of a column."""
    rules = [(rule.table, rule.column, f"{'before' if rule.before else 'after'} {rule.what()}") for rule in RULES]
    assert len(set(rules)) == len(rules)
    told = {(table, column, says) for table, _row, column, _value, says in WRONG_CELLS}
    assert [rule for rule in rules if rule not in told] == []


def test_a_cause_that_is_moved_shows_where_it_is_relied_on(data: Path) -> None:
    set_cell(data, "agents", 3, "hired_on", "2024-10-03")
    findings = company.check(data)
    assert findings[["table", "row", "column", "value"]].to_numpy().tolist() == [["contacts", 5, "agent_id", "A002"]]
    assert findings["problem"][0] == "It is before the agent was hired (2024-10-03)."


def test_who_answers_the_next_morning_may_be_new(data: Path) -> None:
    """A letter waits overnight: what counts is when it was answered."""
    set_cell(data, "agents", 3, "hired_on", "2023-02-21")
    assert len(company.check(data)) == 1
    set_cell(data, "contacts", 5, "wait", "60000.0")
    assert company.check(data).empty


@pytest.mark.parametrize("name", [name for name in TABLES if TABLES[name].key])
def test_a_repeated_key_is_found(tmp_path: Path, name: str) -> None:
    key = TABLES[name].key
    tiny.write(tmp_path, tiny.with_causes(name))
    edit(tmp_path, name, lambda frame: frame.loc.__setitem__(len(frame), frame.iloc[0]))
    findings = company.check(tmp_path)
    twice = findings[findings["problem"].str.contains("more than once")]
    last = len(tiny.rows(name)) + 2
    assert set(zip(twice["table"], twice["row"], strict=True)) == {(name, 2), (name, last)}, findings.to_string()
    assert (twice["column"] == ", ".join(key)).all()
    assert (twice["value"] == " / ".join(tiny.rows(name).loc[0, list(key)])).all()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_looked_at_in_pieces_gives_the_same_findings(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each wrong cell of the table at once; a piece may end between any two rows."""
    tiny.write(tmp_path, tiny.with_causes(name))

    def change(frame: pd.DataFrame) -> None:
        for table, row, column, value, _says in WRONG_CELLS:
            if table == name:
                frame.loc[row - 2, column] = value

    edit(tmp_path, name, change)
    whole = company.check(tmp_path)
    monkeypatch.setattr(checking, "PIECE", 1)
    order = ["table", "row", "column", "problem"]
    piecewise = company.check(tmp_path)
    pd.testing.assert_frame_equal(
        piecewise.sort_values(order, ignore_index=True), whole.sort_values(order, ignore_index=True)
    )


def test_an_optional_column_may_be_missing(data: Path) -> None:
    edit(data, "calls", lambda frame: frame.pop("line"))
    edit(data, "event_log", lambda frame: frame.pop("hands_on_minutes"))
    assert company.check(data).empty
    assert company.load("calls", data)["line"].isna().all()
    assert company.load("event_log", data)["hands_on_minutes"].dtype == "float64"


def test_a_log_of_ones_own_may_be_in_any_order_and_name_anybody(tmp_path: Path) -> None:
    """References and the order of steps count where the tables that they are about stand beside."""
    tiny.put(tmp_path, TABLES["event_log"], tiny.rows("event_log").iloc[::-1], packed=False)
    tiny.put(tmp_path, TABLES["calls"], tiny.rows("calls").assign(agent="Wang", customer_id="7"), packed=False)
    assert company.check(tmp_path).empty


def test_a_missing_column_and_an_empty_table(data: Path) -> None:
    edit(data, "orders", lambda frame: frame.pop("amount"))
    (data / "voices.csv").write_text("voice_id,text_en,text_zh,expert,kind,spoken,importance,time,level\n")
    (data / "features.csv").write_bytes(b"")
    findings = company.check(data).set_index("table")
    assert findings.loc["orders", "column"] == "amount"
    assert findings.loc["orders", "problem"] == "The column is missing."
    assert findings.loc["voices", "problem"] == "The table has no rows."
    assert "cannot be read" in findings.loc["features", "problem"]
    assert findings["row"].isna().all()
    # What refers to a table that could not be read is not said to be wrong.
    assert len(findings) == 3


def lines(folder: Path, name: str) -> list[str]:
    """The table as it was written first, a line a row, without line ends."""
    return tiny.rows(name).to_csv(index=False, lineterminator="\n").splitlines()


def put_lines(folder: Path, name: str, written: list[str]) -> None:
    (folder / TABLES[name].csv).write_text("\n".join(written) + "\n", encoding="utf-8")


@pytest.mark.parametrize("piece", [1, 100])
def test_blank_lines_are_no_rows_and_count_as_lines(data: Path, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "PIECE", piece)
    header, first, second, third = lines(data, "customers")
    put_lines(data, "customers", ["", header, "", first, "  ", "", second, "", third, "", ""])
    assert company.check(data).empty
    assert len(company.load("customers", data)) == 3
    put_lines(
        data, "customers", ["", header, "", first, "  ", "", second.replace("2023-01-15", "soon"), "", third, third]
    )
    found = company.check(data)
    assert found[["row", "column"]].to_numpy().tolist() == [
        [7, "joined_on"], [9, "customer_id"], [10, "customer_id"]
    ]  # fmt: skip


def test_a_row_of_commas_is_a_row(data: Path) -> None:
    header, *rows = lines(data, "customers")
    put_lines(data, "customers", [header, "," * header.count(","), *rows])
    found = company.check(data)
    assert set(found["row"]) == {2}
    assert set(found["problem"]) == {"The cell is empty."}


@pytest.mark.parametrize("which", [[1], [2], [1, 2, 3]])
def test_a_comma_too_many_is_found_in_its_row(data: Path, which: list[int]) -> None:
    written = lines(data, "customers")
    put_lines(data, "customers", [line + "," * (at in which) for at, line in enumerate(written)])
    found = company.check(data)
    assert found["row"].tolist() == [at + 1 for at in which]
    assert (found["table"] == "customers").all()
    assert (found["problem"] == "The row has 9 cells, the header 8.").all()
    with pytest.raises(UserError, match="servicelab data check"):
        company.load("customers", data)
    # Also in the header it is one more column, which nobody minds.
    put_lines(data, "customers", [line + "," for line in written])
    assert company.check(data).empty
    assert company.load("customers", data)["city_tier"].tolist() == [1, 2, 4]


@pytest.mark.parametrize("many", [1, 200_000])
def test_a_quotation_mark_that_is_missing(data: Path, many: int) -> None:
    text = "\n".join([*lines(data, "features"), 'extra,A,一,"What,' + "x" * many])
    (data / "features.csv").write_text(text, encoding="utf-8")
    found = company.check(data)
    assert found["problem"].tolist() == ["The file cannot be read as a table: a quotation mark is missing."]


def test_only_the_cells_with_a_time_zone_are_wrong(data: Path) -> None:
    """One such cell among many says nothing about the others, and nothing in the words of a library."""
    set_cell(data, "orders", 3, "ordered_at", "2023-02-10 21:05:00+08:00")
    found = company.check(data)
    assert found[["table", "row", "column"]].to_numpy().tolist() == [["orders", 3, "ordered_at"]]
    assert found["remedy"][0].startswith("Write times as 2025-11-11 09:30, without a time zone")
    with pytest.raises(UserError, match="servicelab data check"):
        company.load("orders", data)


@pytest.mark.parametrize("written", ["2023-02-10 21:05", "2023-02-10T21:05", "2023-02-10T21:05:00"])
def test_a_moment_may_be_written_without_seconds_and_with_a_t(data: Path, written: str) -> None:
    set_cell(data, "orders", 3, "ordered_at", written)
    assert company.check(data).empty
    assert company.load("orders", data)["ordered_at"][1] == pd.Timestamp("2023-02-10 21:05")


def test_a_file_in_another_encoding(data: Path) -> None:
    text = (data / "features.csv").read_text(encoding="utf-8-sig")
    (data / "features.csv").write_bytes(text.encode("gbk"))
    findings = company.check(data)
    assert findings["problem"].tolist() == ["The file is not UTF-8 text."]


def test_a_zip_with_something_else_in_it(data: Path) -> None:
    with zipfile.ZipFile(data / "orders.csv.zip", "w") as archive:
        archive.writestr("notes.csv", "a\n1\n")
    findings = company.check(data)
    assert findings["table"].tolist() == ["orders"]
    assert "must hold orders.csv and nothing else" in findings["problem"][0]


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [("amount", "much", "not a number"), ("amount", "-3", "not one this column"), ("customer_id", "K99999", "not in")],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_many_alike_are_counted_once(data: Path, column: str, value: str, says: str, lang: str) -> None:
    first = tiny.rows("orders").iloc[:1]
    many = pd.concat([first.assign(order_id=f"D{k:06d}", **{column: value}) for k in range(1, 60)])
    tiny.put(data, TABLES["orders"], many)
    for name in ("contacts", "cases", "event_log"):
        (data / TABLES[name].file).unlink()
    with use(lang):
        findings = company.check(data)
    assert len(findings) == MOST + 1
    assert findings["row"].isna().sum() == 1
    if lang == "en":
        assert findings["problem"].iloc[:-1].str.contains(says).all()
        assert "more cells like" in findings["problem"].iloc[-1]


def test_many_before_their_cause_are_counted_once(data: Path) -> None:
    """However different the moments that they are held against."""
    orders = tiny.rows("orders").iloc[:1]
    many = pd.concat([orders.assign(order_id=f"D{k:06d}", customer_id=f"K{k:05d}") for k in range(1, 40)])
    people = tiny.rows("customers").iloc[:1]
    joined = [people.assign(customer_id=f"K{k:05d}", joined_on=f"2024-01-{k % 28 + 1:02d}") for k in range(1, 40)]
    for path in data.iterdir():
        path.unlink()
    tiny.put(data, TABLES["orders"], many)
    tiny.put(data, TABLES["customers"], pd.concat(joined))
    findings = company.check(data)
    assert len(findings) == MOST + 1
    assert findings["problem"].iloc[:-1].nunique() > 5


def test_absent_tables_are_not_findings(data: Path) -> None:
    for path in data.iterdir():
        if path.name != "orders.csv.zip":
            path.unlink()
    assert company.check(data).empty


def test_a_folder_without_tables(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="none of the course's tables"):
        company.check(tmp_path)


def test_findings_speak_the_running_language(data: Path) -> None:
    """Every message goes through the catalogue: with an untranslated one this fails once the catalogue has the rest."""
    set_cell(data, "customers", 2, "segment", "")
    with use("zh"):
        findings = company.check(data)
    assert len(findings) == 1


def test_the_language_is_looked_for_once(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with each of the thousands of sentences that are made ready: it stands in a file of some folder above."""
    asked: list[Path] = []
    monkeypatch.setattr(i18n, "marked", lambda folder: asked.append(folder))
    set_cell(data, "customers", 2, "segment", "")
    assert len(company.check(data)) == 1
    assert len(asked) == 1
