"""Data cards and the Frictionless ``datapackage.json``, written from the data dictionary."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from servicelab.company.tables.dictionary import TABLES, package, subjects
from servicelab.company.tables.picture import picture
from servicelab.company.tables.schema import Column, Table
from servicelab.course.layout import PACKAGE
from servicelab.files.whole import write_whole
from servicelab.files.yamllines import parse

_TYPES = {"id": "string", "text": "string", "category": "string"}


def write_description(folder: Path, rows: Mapping[str, int], scale: float, seed: int) -> None:
    """Write ``datapackage.json``, ``relations.svg`` and ``cards/<table>.md`` for the tables in `rows` (name → rows)."""
    cards = folder / "cards"
    cards.mkdir(parents=True, exist_ok=True)
    there = [TABLES[name] for name in TABLES if name in rows]
    for table in there:
        write_whole(cards / f"{table.name}.md", card(table, rows[table.name], scale, seed))
    resources = [resource(table, there) for table in there]
    described = {"profile": "tabular-data-package", **package(), "resources": resources}
    write_whole(folder / "relations.svg", picture(there))
    write_whole(folder / PACKAGE, json.dumps(described, ensure_ascii=False, indent=2) + "\n")


def contents(tables: Collection[Table]) -> list[str]:
    """The tables as lines of Markdown, by subject: file, title, what a row is, and the card."""
    lines = []
    for subject, (en, zh) in subjects().items():
        mine = [table for table in tables if table.subject == subject]
        if mine:
            lines += ["", f"**{en} {zh}**", "", "| file | 表 | a row is | 每行是 | card |", "|---|---|---|---|---|"]
        for table in mine:
            card = f"[card](cards/{table.name}.md)"
            lines.append(f"| `{table.file}` | {table.title_zh} | {table.row} | {table.row_zh} | {card} |")
    return lines[1:]


def resource(table: Table, there: Collection[Table], *, packed: bool | None = None) -> dict[str, Any]:
    """The table as a Frictionless tabular resource: path, dialect, fields with constraints, keys.

    `there` are the tables of the package: a reference to another one is left out. `packed` says whether the CSV is in a
    zip; as the table is, unless given.
    """
    names = {one.name for one in there}
    foreign = []
    for column in table.columns:
        other, _dot, key = column.refers.partition(".")
        if other in names:
            # To Frictionless, the empty name is the table itself.
            reference = {"resource": "" if other == table.name else other, "fields": key}
            foreign.append({"fields": column.name, "reference": reference})
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    if foreign:
        schema["foreignKeys"] = foreign
    zipped = table.packed if packed is None else packed
    return {
        "name": table.name,
        "title": f"{table.title} {table.title_zh}",
        "description": f"One row is {table.row}. 每行是{table.row_zh}。",
        "profile": "tabular-data-resource",
        "path": f"{table.csv}.zip" if zipped else table.csv,
        **({"compression": "zip", "innerpath": table.csv} if zipped else {}),
        "format": "csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n"},
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": _TYPES.get(column.kind, column.kind), "title": column.zh}
    if column.kind == "datetime":
        field["format"] = "%Y-%m-%d %H:%M:%S"
    if column.kind == "boolean":
        field |= {"trueValues": ["True"], "falseValues": ["False"]}
    field["description"] = f"{column.meaning}. {column.meaning_zh}。"
    limits: dict[str, Any] = {"required": not column.null}
    if column.values:
        limits["enum"] = list(column.values)
    if column.low is not None:
        limits["minimum"] = column.low
    if column.high is not None:
        limits["maximum"] = column.high
    if column.pattern:
        limits["pattern"] = column.pattern
    return field | {"constraints": limits}


@cache
def _notes() -> dict[str, dict[str, Any]]:
    """What the cards say besides the dictionary; read once for all of them."""
    notes: dict[str, dict[str, Any]] = parse(
        files("servicelab.company.tables").joinpath("cards.yml").read_text("utf-8")
    ).data
    return notes


def card(table: Table, size: int, scale: float, seed: int) -> str:
    """The data card of a table in Markdown: what a row is, the columns in both languages, how made, quirks, licence."""
    notes = _notes()[table.name]
    key = f"key: {', '.join(f'`{name}`' for name in table.key)}" if table.key else "no key: a row may stand twice"
    lines = [
        f"# {table.title} {table.title_zh} · `{table.file}`",
        "",
        f"One row is {table.row}. 每行是{table.row_zh}。 {size:,} rows; {key}.",
        "",
        "| column | 列名 | meaning | 含义 | type | values, range, unit |",
        "|---|---|---|---|---|---|",
    ]
    for column in table.columns:
        empty = ", may be empty" if column.null else ""
        lines.append(
            f"| `{column.name}` | {column.zh} | {column.meaning} | {column.meaning_zh} | {column.kind}{empty} "
            f"| {_allowed(column)} |"
        )
    lines += ["", "## How it was made 生成方式", "", notes["made"], "", notes["made_zh"]]
    if not notes.get("by_hand"):
        lines += ["", f"Made by `servicelab data generate --scale {scale:g} --seed {seed}`: the same bytes each time."]
    lines += ["", "## What to know before using it 使用须知", ""]
    lines += [f"- {quirk}" for quirk in notes["quirks"]]
    lines += ["", f"Used for: {', '.join(notes['teaches'])} (ids of the curriculum).", ""]
    lines += ["## Licence 许可", "", "CC0 1.0: no rights reserved. 放弃一切权利，可自由使用。", ""]
    return "\n".join(lines)


def _allowed(column: Column) -> str:
    parts = []
    if column.values:
        parts.append("; ".join(f"`{code}` {en} {zh}" for code, (en, zh) in column.values.items()))
    elif column.low is not None:
        high = "" if column.high is None else f"{column.high:.15g}"
        parts.append(f"{column.low:g} to {high}" if high else f"from {column.low:g}")
    if column.unit:
        parts.append(column.unit)
    if column.refers:
        parts.append(f"in `{column.refers}`")
    return "; ".join(parts)
