"""A table's declaration that cannot be meant is answered in one sentence that names file and line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from servicelab.company.tables import dictionary
from servicelab.company.tables.dictionary import KNOWN, TABLES, completed, subjects, table_of
from servicelab.company.tables.schema import Column, Table
from servicelab.errors import UserError
from servicelab.files.yamllines import Node, as_written
from servicelab.i18n import use

DECLARED = Path(dictionary.__file__).parent / "declared"
HEAD = """\
title: Parcels
title_zh: 包裹
row: one parcel
row_zh: 一个包裹
subject: trade
primaryKey: [parcel_id]
fields:
  - name: parcel_id
    like: number
    title_zh: 包裹编号
    description: The parcel's number
    description_zh: 包裹编号
"""
SIZE = """\
  - name: size
    type: category
    title_zh: 大小
    description: How large it is
    description_zh: 大小
    constraints: {required: false, enum: [small]}
    categories:
      small: [Small, 小]
      large: [Large, 大]
"""
NUMBERED = r"number: {type: id, constraints: {pattern: 'P\d{5,}'}}"


def node(text: str, file: str = "parcels.yml") -> Node:
    found = as_written(text, file)
    return found if found is not None else Node(file, 1)


def read(text: str) -> Table:
    """The table, as the file parcels.yml declares it."""
    shared = {name: completed(one, {}) for name, one in node(NUMBERED, "shared.yml").entries.items()}
    return table_of("parcels", node(text), shared, subjects())


def test_a_declaration_becomes_a_table() -> None:
    assert read(HEAD + SIZE) == Table(
        "parcels", "Parcels", "包裹", "one parcel", "一个包裹", ("parcel_id",),
        (
            Column("parcel_id", "id", "包裹编号", "The parcel's number", "包裹编号", pattern=r"P\d{5,}"),
            Column("size", "category", "大小", "How large it is", "大小", null=True, values={"small": ("Small", "小")}),
        ),
        "trade",
    )  # fmt: skip


def test_what_is_said_beside_like_comes_on_top() -> None:
    text = HEAD.replace("    title_zh: 包裹编号\n", "    title_zh: 单号\n    constraints: {required: true}\n")
    column = read(text).column("parcel_id")
    assert (column.zh, column.null, column.pattern) == ("单号", False, r"P\d{5,}")


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        (HEAD, "", 1, "`key: value`"),
        ("title: Parcels\n", "", 1, "`title` is missing"),
        ("subject: trade", "subject: sport", 5, "'sport' is not one of trade, service"),
        ("row: one parcel", "rows: one parcel", 3, "'rows' is not known here"),
        ("[parcel_id]", "[parcel]", 6, "'parcel' is not one of parcel_id"),
        ("[parcel_id]", "parcel_id", 6, "a list is needed"),
        ("[parcel_id]", "[size]", 6, "size may be empty, which no key can be"),
        ("subject: trade", "subject: trade\npacked: maybe", 6, "'maybe' is not one of true, false"),
        ("like: number", "like: letter", 9, "'letter' is not one of number"),
        ("name: size", "name: parcel_id", 13, "'parcel_id' stands twice"),
        ("type: category", "type: colour", 14, "'colour' is not one of id, text, category"),
        ("type: category", "type: text", 13, "for columns of type category and integer"),
        ("type: category", "type: integer", 20, "'small' is no whole number"),
        ("[Small, 小]", "Small", 20, "a label in English and one in Chinese"),
        ("    description: How large it is\n", "", 13, "`description` is missing"),
        ("enum: [small]", "enum: [huge]", 18, "'huge' is not one of small, large"),
        ("enum: [small]", "minimum: 3", 18, "a limit is a number, of a column of type integer or number"),
        ("enum: [small]", "pattern: '('", 18, "no regular expression"),
        ("enum: [small]", "unique: true", 18, "'unique' is not known here"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(was: str, becomes: str, line: int, says: str) -> None:
    text = HEAD + SIZE
    assert was in text
    with pytest.raises(UserError, match=rf"^parcels\.yml, line {line}: .*{says}") as told:
        read(text.replace(was, becomes, 1) if becomes else text.replace(was, ""))
    assert "\n" not in str(told.value)


def test_a_category_without_codes_is_told() -> None:
    bare = SIZE[: SIZE.index("    categories")]
    with use("zh"), pytest.raises(UserError, match=r"^parcels\.yml.*13.*categories"):
        read(HEAD + bare)


def test_every_file_there_is_a_table_that_is_listed() -> None:
    assert {path.stem for path in DECLARED.iterdir()} == {*KNOWN, "package", "shared"}
    assert set(KNOWN) - set(TABLES) == {"tickets"}
    assert "tickets" not in TABLES
    with pytest.raises(KeyError):
        TABLES["tickets"]


def test_loading_a_table_reads_no_other_tables_file(root: Path) -> None:
    """A lesson's first cell waits for it."""
    code = (
        "from servicelab.company import load; from servicelab.company.tables import dictionary; load('features');"
        "print(dictionary._table.cache_info().currsize)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert ran.stdout.strip() == "1"
