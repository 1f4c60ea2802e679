"""The data dictionary: every table that may stand in a folder, as ``declared/*.yml`` says it, each read when asked for.

A file a table, shaped like a Frictionless Table Schema. ``package.yml`` says which tables there are and what may stand
in a table's file, ``shared.yml`` has the columns that several tables have.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from servicelab.company.tables.schema import Column, Kind, Table
from servicelab.files.yamllines import Node, NotYaml, as_written
from servicelab.i18n import _

_PACKAGE = {"name", "title", "description", "licenses", "subjects", "resources", "imported"}
_TABLE = {"title", "title_zh", "row", "row_zh", "subject", "packed", "order", "primaryKey", "fields"}
_FIELD = {
    "name", "like", "type", "title_zh", "description", "description_zh", "unit", "decimals", "optional", "reference",
    "constraints", "categories",
}  # fmt: skip
_CONSTRAINTS = {"required", "minimum", "maximum", "pattern", "enum"}
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")


class Dictionary(Mapping[str, Table]):
    """Tables by name in the order of ``package.yml``; a table's file is read when somebody asks for that table."""

    def __init__(self, *lists: str) -> None:
        """`lists` are the keys of ``package.yml`` that name the tables."""
        self._lists = lists

    def __getitem__(self, name: str) -> Table:
        # A lesson's first cell loads one table and waits for no other's file.
        if name not in _names(self._lists):
            raise KeyError(name)
        return _table(name)

    def __contains__(self, name: object) -> bool:
        return name in _names(self._lists)

    def __iter__(self) -> Iterator[str]:
        return iter(_names(self._lists))

    def __len__(self) -> int:
        return len(_names(self._lists))


#: The firm's tables.
TABLES = Dictionary("resources")
#: Every table an import can make and `check` knows: the firm's and those that only a company's own data brings.
KNOWN = Dictionary("resources", "imported")


def package() -> dict[str, Any]:
    """What ``datapackage.json`` says of the firm's tables together: name, title, description, licences."""
    written = _package()
    licenses = [{key: value.word() for key, value in one.mapping().items()} for one in written["licenses"].listed()]
    return {key: written[key].word() for key in ("name", "title", "description")} | {"licenses": licenses}


@cache
def subjects() -> dict[str, tuple[str, str]]:
    """The parts of the firm, each with its title in English and Chinese, in the order in which tables are listed."""
    return {name: _label(node) for name, node in _package()["subjects"].mapping().items()}


@cache
def _names(lists: tuple[str, ...]) -> dict[str, None]:
    return dict.fromkeys(name for key in lists for name in _package()[key].words())


@cache
def _package() -> dict[str, Node]:
    return _declared("package").mapping(_PACKAGE, needed=_PACKAGE)


@cache
def _shared() -> dict[str, Node]:
    made: dict[str, Node] = {}
    for name, node in _declared("shared").mapping({"fields"}, needed={"fields"})["fields"].mapping().items():
        # Only like one above it, so that no two of them wait for each other.
        made[name] = completed(node, made)
    return made


@cache
def _table(name: str) -> Table:
    return table_of(name, _declared(name), _shared(), subjects())


def _declared(name: str) -> Node:
    file = f"{name}.yml"
    text = files("servicelab.company.tables").joinpath("declared", file).read_text("utf-8")
    try:
        root = as_written(text, file)
    except NotYaml as error:
        raise error.told(file) from error
    return root if root is not None else Node(file, 1)


def table_of(name: str, root: Node, shared: Mapping[str, Node], known_subjects: Collection[str]) -> Table:
    """The table that a file declares.

    Raises UserError with file and line when it says something that a table cannot be.
    """
    entries = root.mapping(_TABLE, needed=_TABLE - {"packed", "order"})
    columns: dict[str, Column] = {}
    for node in entries["fields"].listed():
        column = column_of(completed(node, shared))
        if column.name in columns:
            node.wrong(_("{key!r} stands twice: keep one.", key=column.name))
        columns[column.name] = column
    key, order = (_columns(entries.get(part), columns) for part in ("primaryKey", "order"))
    for part in key:
        if columns[part].null:
            entries["primaryKey"].wrong(_("{column} may be empty, which no key can be.", column=part))
    title, title_zh, row, row_zh = (entries[part].word() for part in ("title", "title_zh", "row", "row_zh"))
    return Table(
        name,
        title,
        title_zh,
        row,
        row_zh,
        key=key,
        columns=tuple(columns.values()),
        subject=entries["subject"].one_of(known_subjects),
        packed="packed" in entries and entries["packed"].flag(),
        order=order,
    )


def _columns(node: Node | None, columns: Mapping[str, Column]) -> tuple[str, ...]:
    return tuple(item.one_of(columns) for item in node.listed()) if node else ()


def completed(node: Node, shared: Mapping[str, Node]) -> Node:
    """A field with what the shared one that it is `like` says and it does not."""
    entries = node.mapping(_FIELD)
    if "like" not in entries:
        return node
    base = shared[entries["like"].one_of(shared)].entries
    made = base | {key: value for key, value in entries.items() if key != "like"}
    if "constraints" in base and "constraints" in entries:
        own = entries["constraints"]
        both = base["constraints"].entries | own.mapping(_CONSTRAINTS)
        made["constraints"] = Node(own.file, own.line, entries=both, kind="mapping")
    return Node(node.file, node.line, entries=made, kind="mapping")


def column_of(node: Node) -> Column:
    """The column that a completed field declares; UserError with file and line when it cannot be one."""
    entries = node.mapping(_FIELD, needed={"name", "type", "title_zh", "description", "description_zh"})
    constraints = entries["constraints"].mapping(_CONSTRAINTS) if "constraints" in entries else {}
    kind: Kind = entries["type"].one_of(get_args(Kind))  # type: ignore[assignment]
    if kind == "category" and "categories" not in entries:
        node.wrong(_("a column of type category needs `categories`."))
    low, high = (_number(constraints[key], kind) if key in constraints else None for key in ("minimum", "maximum"))
    unit, refers = (entries[key].word() if key in entries else "" for key in ("unit", "reference"))
    return Column(
        entries["name"].word(),
        kind,
        entries["title_zh"].word(),
        entries["description"].word(),
        entries["description_zh"].word(),
        unit=unit,
        null="required" in constraints and not constraints["required"].flag(),
        values=_values(node, kind, constraints.get("enum")),
        low=low,
        high=high,
        refers=refers,
        pattern=_pattern(constraints["pattern"]) if "pattern" in constraints else "",
        decimals=entries["decimals"].whole(0, 9) if "decimals" in entries else 1,
        optional="optional" in entries and entries["optional"].flag(),
    )


def _values(node: Node, kind: Kind, enum: Node | None) -> dict[str | int, tuple[str, str]]:
    """The allowed codes, each with its labels: all that are declared, or those that `enum` picks."""
    codes = node.entries["categories"].mapping() if "categories" in node.entries else {}
    if enum is not None:
        codes = {item.one_of(codes): codes[item.word()] for item in enum.listed()}
    if codes and kind not in ("category", "integer"):
        node.wrong(_("`categories` is for columns of type category and integer."))
    return {_code(code, pair) if kind == "integer" else code: _label(pair) for code, pair in codes.items()}


def _code(code: str, node: Node) -> int:
    if not re.fullmatch(r"-?\d{1,9}", code):
        node.wrong(_("{code!r} is no whole number, which a code of this column must be.", code=code))
    return int(code)


def _label(node: Node) -> tuple[str, str]:
    labels = node.words()
    if len(labels) != 2:
        node.wrong(_("write a label in English and one in Chinese: [Phone, 热线]."))
    return labels[0], labels[1]


def _number(node: Node, kind: Kind) -> float:
    text = node.word()
    if not _NUMBER.fullmatch(text) or kind not in ("integer", "number"):
        node.wrong(_("a limit is a number, of a column of type integer or number."))
    # A whole number stays one: that is how it stands in datapackage.json.
    return float(text) if "." in text else int(text)


def _pattern(node: Node) -> str:
    try:
        re.compile(node.word())
    except re.error as error:
        node.wrong(_("{pattern} is no regular expression: {reason}.", pattern=node.word(), reason=error))
    return node.word()
