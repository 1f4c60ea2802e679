"""Cards, datapackage.json, the picture of the relations and the data's README say what the dictionary says."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.company import tiny

from servicelab.company.tables import describing, picture
from servicelab.company.tables.describing import card, contents, resource, write_description
from servicelab.company.tables.dictionary import TABLES, subjects

SVG = "{http://www.w3.org/2000/svg}"
EVERY = list(TABLES.values())
COLUMNS = [(table, column) for table in EVERY for column in table.columns]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny firm with its description."""
    folder = tiny.write(tmp_path_factory.mktemp("firm"))
    write_description(folder, {name: len(tiny.rows(name)) for name in reversed(list(TABLES))}, 1.0, 1984)
    return folder


@pytest.fixture(scope="module")
def package(written: Path) -> dict:
    return json.loads((written / "datapackage.json").read_text(encoding="utf-8"))


# --- The dictionary itself ---


def test_tables_and_columns_are_described_in_both_languages() -> None:
    for table in EVERY:
        assert table.subject in subjects(), table.name
        for english, chinese in ((table.title, table.title_zh), (table.row, table.row_zh)):
            assert english.isascii(), table.name
            assert re.search(r"[\u4e00-\u9fff]", chinese), table.name
        assert set(table.key) <= {column.name for column in table.columns}
    for table, column in COLUMNS:
        where = f"{table.name}.{column.name}"
        assert re.search(r"[\u4e00-\u9fff]", column.zh) or column.zh.isupper(), where
        assert re.search(r"[\u4e00-\u9fff]", column.meaning_zh), where
        assert not re.search(r"[\u4e00-\u9fff]", column.meaning), where
        assert not column.meaning.endswith("."), where
        assert not column.meaning_zh.endswith("。"), where


def test_what_a_column_says_fits_its_kind() -> None:
    for table, column in COLUMNS:
        where = f"{table.name}.{column.name}"
        assert bool(column.values) >= (column.kind == "category"), where
        assert not column.values or column.kind in ("category", "integer"), where
        assert (column.low is None and column.high is None) or column.kind in ("integer", "number"), where
        assert column.decimals >= 0, where
        assert column.null or not column.optional, where
        assert not (column.null and column.name in table.key), where
        if column.pattern:
            re.compile(column.pattern)
        if column.refers:
            other, key = column.refers.split(".")
            assert TABLES[other].key == (key,), where
            assert TABLES[other].column(key).kind == column.kind, where
            assert not column.pattern or column.pattern == TABLES[other].column(key).pattern, where


def test_one_thing_has_one_name() -> None:
    """A column that several tables have has one Chinese header, unless it is another thing in each."""
    differs = {
        "channel", "satisfaction", "journey_id", "opened_at", "kind", "text_en", "text_zh", "resolved", "csat",
        "agents", "importance",
    }  # fmt: skip
    headers: dict[str, set[str]] = {}
    for _table, column in COLUMNS:
        headers.setdefault(column.name, set()).add(column.zh)
    assert {name for name, seen in headers.items() if len(seen) > 1} == differs
    for table in EVERY:
        seen = [column.zh for column in table.columns]
        assert len(seen) == len(set(seen)), f"{table.name} shows two columns under one header"


def test_every_code_has_a_label_of_its_own_in_both_languages() -> None:
    for table, column in COLUMNS:
        for at in (0, 1):
            labels = {pair[at].strip() for pair in column.values.values()} - {""}
            assert len(labels) == len(column.values), f"{table.name}.{column.name}"


# --- Cards ---


@pytest.mark.parametrize("name", TABLES)
def test_a_card_describes_every_column(name: str, written: Path) -> None:
    text = (written / "cards" / f"{name}.md").read_text(encoding="utf-8")
    table = TABLES[name]
    lines = {line.split("|")[1].strip(" `"): line for line in text.splitlines() if line.startswith("| `")}
    assert list(lines) == [column.name for column in table.columns]
    for column in table.columns:
        line = lines[column.name]
        for said in (column.zh, column.meaning, column.meaning_zh, column.unit, column.refers):
            assert said in line
        for code, (english, chinese) in column.values.items():
            assert f"`{code}` {english} {chinese}" in line
        assert ("may be empty" in line) == column.null
        if column.low is not None:
            assert f"{column.low:g}" in line
    assert f"{len(tiny.rows(name)):,} rows" in text
    assert f"`{table.file}`" in text
    for heading in ("How it was made", "What to know before using it", "CC0 1.0"):
        assert heading in text


def test_cards_say_how_a_table_was_made_and_what_it_is_for(root: Path) -> None:
    notes = yaml.safe_load((Path(describing.__file__).parent / "cards.yml").read_text(encoding="utf-8"))
    curriculum = yaml.safe_load((root / "course" / "curriculum.yml").read_text(encoding="utf-8"))
    known = {name for part in curriculum.values() if isinstance(part, dict) for name in part}
    known |= set(re.findall(r"\bX\d\d[a-z]\b", str(curriculum)))
    features = set(pd.read_csv(root / "datasets" / "features.csv")["feature_id"])
    assert list(notes) == list(TABLES)
    for name, note in notes.items():
        assert set(note) <= {"by_hand", "made", "made_zh", "teaches", "quirks"}, name
        assert re.search(r"[\u4e00-\u9fff]", note["made_zh"]), name
        assert note["quirks"], name
        assert set(note["teaches"]) <= known, (name, set(note["teaches"]) - known)
        for column in re.findall(r"`(\w+)`(?! =)", " ".join(note["quirks"])):
            everywhere = {one.name for table in EVERY for one in table.columns} | set(TABLES)
            coded = {str(code) for _table, one in COLUMNS for code in one.values}
            assert column in everywhere | coded | features | {"receive", "inspect_again", "load"}, (name, column)


def test_a_table_without_a_key_has_a_card() -> None:
    assert "no key: a row may stand twice" in card(TABLES["event_log"], 3, 1, 1)
    assert "key: `month`, `agent_id`" in card(TABLES["appraisals"], 3, 1, 1)


# --- datapackage.json ---


def test_the_package_lists_every_table_in_order(package: dict) -> None:
    assert [one["name"] for one in package["resources"]] == list(TABLES)
    assert package["licenses"][0]["name"] == "CC0-1.0"


@pytest.mark.parametrize("name", TABLES)
def test_a_resource_is_the_file(name: str, package: dict, written: Path) -> None:
    (one,) = (one for one in package["resources"] if one["name"] == name)
    assert (written / one["path"]).is_file()
    assert ("compression" in one) == TABLES[name].packed == one["path"].endswith(".zip")
    if "compression" in one:
        assert (one["compression"], one["innerpath"]) == ("zip", f"{name}.csv")
    header = pd.read_csv(written / one["path"], nrows=0, encoding="utf-8-sig").columns.tolist()
    fields = {field["name"]: field for field in one["schema"]["fields"]}
    assert list(fields) == header
    assert one["schema"].get("primaryKey", []) == list(TABLES[name].key)
    for column in TABLES[name].columns:
        field = fields[column.name]
        assert field["constraints"]["required"] is not column.null
        assert field["constraints"].get("enum", []) == list(column.values)
        cells = tiny.rows(name)[column.name]
        if column.kind == "datetime":
            for cell in cells[cells != ""]:
                pd.to_datetime(cell, format=field["format"])
        if column.pattern:
            assert cells[cells != ""].str.fullmatch(field["constraints"]["pattern"]).all()


def test_references_name_tables_of_the_package(package: dict) -> None:
    found = []
    for one in package["resources"]:
        for key in one["schema"].get("foreignKeys", []):
            # In Frictionless the empty name is the table itself.
            other = key["reference"]["resource"] or one["name"]
            assert other != one["name"] or key["reference"]["resource"] == ""
            assert [key["reference"]["fields"]] == list(TABLES[other].key)
            found.append((one["name"], key["fields"], other))
    assert found == picture.relations(EVERY)


def test_a_reference_to_a_table_that_is_not_there_is_left_out() -> None:
    calls = TABLES["calls"]
    alone = resource(calls, [calls], packed=False)
    assert "foreignKeys" not in alone["schema"]
    assert alone["path"] == "calls.csv"
    assert "compression" not in alone
    beside = resource(calls, [calls, TABLES["agents"]])
    assert [key["fields"] for key in beside["schema"]["foreignKeys"]] == ["agent"]


def test_writing_leaves_nothing_half_written(written: Path) -> None:
    assert not list(written.rglob("*.partial"))
    assert (written / "relations.svg").read_text(encoding="utf-8") == picture.picture(EVERY)


# --- The picture ---


@pytest.fixture(scope="module")
def drawn() -> ET.Element:
    return ET.fromstring(picture.picture(EVERY))


def test_every_table_and_every_reference_is_drawn(drawn: ET.Element) -> None:
    boxes = [group.get("id") for group in drawn.iter(f"{SVG}g")]
    assert sorted(boxes) == sorted(f"table-{name}" for name in TABLES)
    lines = {(path.get("data-from"), path.get("data-to")) for path in drawn.iter(f"{SVG}path") if path.get("data-from")}
    relations = picture.relations(EVERY)
    assert lines == {(f"{one}.{column}", other) for one, column, other in relations if one != other}
    own = [column for one, column, other in relations if one == other]
    texts = ["".join(text.itertext()) for text in drawn.iter(f"{SVG}text")]
    assert [text.split()[0] for text in texts if "↺" in text] == own
    for table in EVERY:
        assert any(text.startswith(f"{table.name} ") and table.title_zh in text for text in texts), table.name


def test_nothing_overlaps_and_all_of_it_is_inside(drawn: ET.Element) -> None:
    _x, _y, width, height = (float(part) for part in drawn.get("viewBox", "").split())
    boxes = picture.places(EVERY)
    for name, x, y, wide, tall in boxes:
        assert 0 < x < x + wide < width, name
        assert 0 < y < y + tall < height, name
        for other, left, top, across, down in boxes:
            apart = x + wide <= left or left + across <= x or y + tall <= top or top + down <= y
            assert apart or other == name, (name, other)


def test_text_fits_its_box() -> None:
    """By the widths of a usual sans-serif: a Chinese sign is as wide as high, a Latin one a good half."""

    def width(text: str, size: float) -> float:
        return sum(size if ord(sign) > 0x2E7F else size * 0.58 for sign in text)

    for table in EVERY:
        assert width(table.name, 13) * 1.06 + width(f" {table.title_zh}", 12) < picture.WIDE - 12, table.name
        for column in table.columns:
            if column.refers or column.name in table.key:
                assert width(column.name, 13) + width(f" {column.zh} ↺", 12) < picture.WIDE - 12, column.name


def test_a_screen_reader_gets_all_of_it_in_words(drawn: ET.Element) -> None:
    assert drawn.get("role") == "img"
    assert drawn.get("aria-labelledby") == "title desc"
    title, description = drawn.find(f"{SVG}title"), drawn.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    for one, column, other in picture.relations(EVERY):
        assert f"{one}.{column} refers to {other}." in (description.text or "")


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_can_be_read() -> None:
    assert set(picture.COLOURS) == set(subjects())
    for colour in picture.COLOURS.values():
        assert contrast(colour, "#ffffff") > 4.5
        assert contrast(colour, picture.GROUND) > 4.5
    for text in (picture.INK, picture.FAINT):
        assert contrast(text, picture.GROUND) > 4.5


def test_a_new_table_is_drawn_without_a_place_of_its_own() -> None:
    from dataclasses import replace

    mine = replace(TABLES["shop_months"], name="visits")
    drawn = ET.fromstring(picture.picture([*EVERY, mine]))
    assert any(path.get("data-from") == "visits.shop_id" for path in drawn.iter(f"{SVG}path"))
    assert len(picture.places([*EVERY, mine])) == len(EVERY) + 1


def test_a_picture_of_few_tables_shows_those(drawn: ET.Element) -> None:
    few = [TABLES["contacts"], TABLES["customers"]]
    assert {name for name, *_place in picture.places(few)} == {"contacts", "customers"}
    assert picture.relations(few) == [
        ("contacts", "journey_id", "contacts"),
        ("contacts", "parent_id", "contacts"),
        ("contacts", "customer_id", "customers"),
    ]


# --- The README of the data ---


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "datasets" / "README.md").read_text(encoding="utf-8")


def test_the_readme_lists_the_tables_and_their_relations(readme: str) -> None:
    """Put what this prints into the README when a table changes."""
    for lines in (contents(EVERY), picture.in_words(EVERY)):
        assert "\n".join(lines) in readme, "\n".join(lines)


def test_the_readme_shows_the_picture_with_a_text_for_it(readme: str, root: Path) -> None:
    ((words, path),) = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", readme)
    assert len(words) > 40
    assert path == "relations.svg"
    units = ("", "-one", "-two", "-three", "-four", "-five", "-six", "-seven", "-eight", "-nine")
    tens = {2: "Twenty", 3: "Thirty"}
    assert f"{tens[len(TABLES) // 10]}{units[len(TABLES) % 10]} tables" in words
    assert f"{len(TABLES)} 张表" in words
    assert (root / "datasets" / path).read_text(encoding="utf-8") == picture.picture(EVERY)


def test_the_example_in_the_readme_runs(readme: str, written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = re.findall(r"^orders = .+$", readme, flags=re.M)
    monkeypatch.chdir(written)
    scope = {"pandas": pd}
    exec(line, scope)
    assert scope["orders"]["ordered_at"].dtype.kind == "M"
