"""A mapping: how one export becomes the course's tables. Read from YAML, checked against the tables' schemas."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from zoneinfo import ZoneInfo

from servicelab.company.importing.personal import PERSONS
from servicelab.company.tables.dictionary import KNOWN
from servicelab.company.tables.schema import Column, Table
from servicelab.errors import UserError
from servicelab.files.yamllines import Node, NotYaml, as_written
from servicelab.i18n import _

#: A mapping is a page of text; more than this is some other file.
LIMIT = 256 * 1024
FORMATS = ("csv", "xlsx", "xes")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "auto": ""}
TIMES = ("iso", "unix", "unix_ms", "excel")
#: What a number in the export counts; a duration ends up in seconds.
UNITS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0, "milliseconds": 0.001, "clock": 0.0}


@dataclass(frozen=True)
class Source:
    """How the export is written."""

    format: str = "csv"
    encoding: str = "auto"
    delimiter: str = ""
    quote: str = '"'
    skip: int = 0
    sheet: str = ""
    empty: tuple[str, ...] = ("",)
    decimal: str = "."
    thousands: str = ""
    time: str = "iso"
    zone: str = ""
    show_in: str = ""


@dataclass(frozen=True)
class Field:
    """Where one column comes from and how its cells are read.

    `sources` are joined (all must be there), or, with `first_of`, alternatives: the first header the export has.
    `between` names two columns with times of day; the seconds from one to the other must be this column's value, which
    is how columns that have changed places are noticed though both hold numbers.
    """

    column: Column
    line: int
    sources: tuple[str, ...] = ()
    first_of: bool = False
    join: str = " "
    value: str | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    other: str | None = None
    time: str = ""
    unit: float = 1.0
    empty: tuple[str, ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prefix: str = ""
    digits: int = 0
    personal: bool = False
    between: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """One table the export becomes: its columns, further columns kept, rows chosen, events when a row holds several."""

    table: Table
    fields: tuple[Field, ...]
    extra: tuple[str, ...] = ()
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drop: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    events: tuple[tuple[str, Field], ...] = ()


@dataclass(frozen=True)
class ImportMapping:
    """The whole mapping."""

    name: str
    about: str
    source: Source
    targets: tuple[Target, ...]

    def wanted(self) -> list[str]:
        """Every header of the export that the mapping names, in order, once."""
        names: dict[str, None] = {}
        for target in self.targets:
            for one in (*target.fields, *(event for _activity, event in target.events)):
                names |= dict.fromkeys((*one.sources, *one.when, *one.between))
            names |= dict.fromkeys((*target.keep, *target.drop, *target.extra))
        return list(names)


def shipped() -> list[str]:
    """Names of the mappings that come with the course.

    >>> "bank-call-log" in shipped()
    True
    """
    folder = files("servicelab.company.importing").joinpath("mappings")
    return sorted(entry.name.removesuffix(".yml") for entry in folder.iterdir() if entry.name.endswith(".yml"))


def read_mapping(mapping: Path | str) -> ImportMapping:
    """The mapping in a YAML file, or a shipped one by its name.

    Raises UserError, in one sentence that names file and line, when it says something that cannot be meant.
    """
    path = Path(mapping)
    if not path.is_file():
        if str(mapping) not in shipped():
            raise UserError(
                _(
                    "There is no mapping {mapping}: give the path of a YAML file, or one of {names}.",
                    mapping=mapping,
                    names=", ".join(shipped()),
                )
            )
        with as_file(files("servicelab.company.importing").joinpath("mappings", f"{mapping}.yml")) as inside:
            return _mapping(_written(inside))
    return _mapping(_written(path))


def _written(path: Path) -> Node:
    """The file's values as they are written: the code NO stays NO."""
    try:
        if path.stat().st_size > LIMIT:
            raise UserError(_("{file} is too large to be a mapping: give the YAML file that describes it.", file=path))
        root = as_written(path.read_bytes().decode("utf-8-sig"), path.name)
    except OSError as error:
        raise UserError(_("{file} cannot be read: {reason}.", file=path, reason=error.strerror or error)) from error
    except UnicodeDecodeError as error:
        raise UserError(_("{file} is not UTF-8 text: save the mapping as UTF-8.", file=path)) from error
    except NotYaml as error:
        raise error.told(path) from error
    if root is None:
        raise UserError(_("{file} is empty: a mapping needs `source` and `tables`.", file=path))
    return root


def _mapping(root: Node) -> ImportMapping:
    entries = root.mapping({"name", "about", "source", "tables"}, needed={"source", "tables"})
    source = _source(entries["source"])
    tables = entries["tables"].mapping()
    if not tables:
        entries["tables"].wrong(_("name at least one table."))
    targets = tuple(_target(name, node, source) for name, node in tables.items())
    name, about = (entries[key].word() if key in entries else "" for key in ("name", "about"))
    return ImportMapping(name or root.file, about, source, targets)


def _source(node: Node) -> Source:
    entries = node.mapping(set(Source.__dataclass_fields__))
    made: dict[str, object] = {}
    for key, entry in entries.items():
        if key == "empty":
            made[key] = ("", *entry.words())
        elif key == "skip":
            made[key] = entry.whole(0, 1000)
        elif key == "format":
            made[key] = entry.one_of(FORMATS)
        elif key == "delimiter":
            text = entry.word()
            made[key] = DELIMITERS.get(text, text)
            if len(DELIMITERS.get(text, text)) > 1 or text in ("\n", "\r", '"'):
                entry.wrong(_("the delimiter is one sign, or one of {names}.", names=", ".join(DELIMITERS)))
        elif key == "encoding":
            made[key] = _encoding(entry)
        elif key == "time":
            made[key] = _time(entry)
        elif key in ("zone", "show_in"):
            made[key] = _zone(entry)
        elif key == "decimal":
            made[key] = entry.one_of((".", ","))
        elif key in ("thousands", "quote"):
            made[key] = entry.word()
            if len(entry.word()) > 1:
                entry.wrong(_("{key} is one sign.", key=key))
        else:
            made[key] = entry.word()
    source = Source(**made)  # type: ignore[arg-type]
    if source.thousands and source.thousands == source.decimal:
        node.wrong(_("`decimal` and `thousands` must differ."))
    return source


def _target(name: str, node: Node, source: Source) -> Target:
    if name not in KNOWN:
        node.wrong(_("there is no table {name!r}: the tables are {names}.", name=name, names=", ".join(KNOWN)))
    table = KNOWN[name]
    entries = node.mapping({"columns", "events", "extra", "keep", "drop"})
    columns = entries["columns"].mapping() if "columns" in entries else {}
    known = {column.name: column for column in table.columns}
    for key, entry in columns.items():
        if key not in known:
            entry.wrong(
                _(
                    "{table} has no column {column!r}; its columns are {names}; keep others with `extra`.",
                    table=name,
                    column=key,
                    names=", ".join(known),
                )
            )
    made = [_field(known[key], entry, source) for key, entry in columns.items()]
    events: list[tuple[str, Field]] = []
    by_events: set[str] = set()
    if "events" in entries:
        if name != "event_log":
            entries["events"].wrong(_("`events` belongs to event_log only."))
        by_events = {"activity", "timestamp"}
        events = [(act, _field(known["timestamp"], at, source)) for act, at in entries["events"].mapping().items()]
    there = set(columns) | by_events
    missing = [column.name for column in table.columns if not column.null and column.name not in there]
    if missing:
        node.wrong(_("{table} needs {columns} too: say where each comes from.", table=name, columns=", ".join(missing)))
    twice = by_events & set(columns)
    if twice:
        node.wrong(_("{column} comes from `events`: take it out of `columns`.", column=sorted(twice)[0]))
    extra = tuple(entries["extra"].words()) if "extra" in entries else ()
    for header in extra:
        if header in known:
            entries["extra"].wrong(_("{column} is a column of the table: put it under `columns`.", column=header))
    keep, drop = (_choices(entries[key]) if key in entries else {} for key in ("keep", "drop"))
    return Target(table, tuple(made), extra, keep, drop, tuple(events))


def _field(column: Column, node: Node, source: Source) -> Field:
    personal = column.name in PERSONS
    if node.kind == "text":
        return Field(column, node.line, (node.word(),), time=source.time, personal=personal)
    if node.kind == "list":
        return Field(column, node.line, node.words(), True, time=source.time, personal=personal)
    allowed = {"from", "one_of", "join", "value", "codes", "other", "time", "unit", "empty", "when"}
    entries = node.mapping(allowed | {"prefix", "digits", "personal", "between"})
    ways = [way for way in ("from", "one_of", "value") if way in entries]
    if len(ways) != 1:
        node.wrong(_("{column} needs exactly one of `from`, `one_of` and `value`.", column=column.name))
    sources = entries[ways[0]].words() if ways != ["value"] else ()
    codes = {code: to.word() for code, to in entries["codes"].mapping().items()} if "codes" in entries else {}
    other = entries["other"].word() if "other" in entries else None
    for code, to in codes.items():
        if column.values and to not in {str(value) for value in column.values}:
            names = ", ".join(str(value) for value in column.values)
            entries["codes"].entries[code].wrong(
                _("{code!r} is no code of {column}: use one of {names}.", code=to, column=column.name, names=names)
            )
    if "unit" in entries and column.kind not in ("number", "integer"):
        entries["unit"].wrong(_("`unit` is for numbers; {column} is none.", column=column.name))
    if "time" in entries and column.kind not in ("date", "datetime"):
        entries["time"].wrong(_("`time` is for dates and times; {column} is none.", column=column.name))
    between = entries["between"].words() if "between" in entries else ()
    if between and (len(between) != 2 or column.kind != "number"):
        entries["between"].wrong(_("`between` names the two columns that a duration lies between."))
    return Field(
        column,
        node.line,
        sources,
        ways == ["one_of"],
        entries["join"].word() if "join" in entries else " ",
        entries["value"].word() if "value" in entries else None,
        codes,
        other,
        _time(entries["time"]) if "time" in entries else source.time,
        UNITS[entries["unit"].one_of(tuple(UNITS))] if "unit" in entries else 1.0,
        entries["empty"].words() if "empty" in entries else (),
        _choices(entries["when"]) if "when" in entries else {},
        entries["prefix"].word() if "prefix" in entries else "",
        entries["digits"].whole(0, 30) if "digits" in entries else 0,
        entries["personal"].flag() if "personal" in entries else personal,
        between,
    )


def _choices(node: Node) -> dict[str, tuple[str, ...]]:
    return {key: entry.words() for key, entry in node.mapping().items()}


def _encoding(node: Node) -> str:
    text = node.word()
    if text == "auto":
        return text
    try:
        found = codecs.lookup(text)
    except (LookupError, ValueError):
        node.wrong(_("there is no encoding {text!r}: use utf-8, gb18030, utf-16, big5 or cp1252.", text=text[:40]))
    # Python also files compressions and quotings under codecs; only text ones decode bytes to text.
    if not getattr(found, "_is_text_encoding", True) or found.name in ("idna", "punycode", "undefined", "utf-7"):
        node.wrong(_("there is no encoding {text!r}: use utf-8, gb18030, utf-16, big5 or cp1252.", text=text[:40]))
    # GBK's own superset also reads the rarer characters of names; every GBK file is GB18030.
    return "gb18030" if found.name in ("gbk", "gb2312") else found.name


def _time(node: Node) -> str:
    text = node.word()
    if text not in TIMES and ("%" not in text or "%Z" in text):
        # A zone's abbreviation does not say which zone it is: CST is Chicago's and Shanghai's.
        node.wrong(
            _("write `time` with signs such as %Y-%m-%d %H:%M (no %Z), or as one of {names}.", names=", ".join(TIMES))
        )
    return text


def _zone(node: Node) -> str:
    text = node.word()
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        node.wrong(_("there is no time zone {text!r}: write it as Asia/Shanghai, or UTC.", text=text[:40]))
    return text


__all__ = ["Field", "ImportMapping", "Source", "Target", "read_mapping", "shipped"]
