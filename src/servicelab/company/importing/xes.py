"""Reading an event log in XES (IEEE 1849), event by event, by an XML parser that expands and fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn
from xml.parsers import expat

from servicelab.company.importing.batches import Batch, Cell, Gathering
from servicelab.company.importing.limits import Limits
from servicelab.errors import UserError
from servicelab.files.metered import Metered
from servicelab.i18n import _

_BLOCK = 1 << 16
_DEEPEST = 64
_ATTRIBUTES = {"string", "date", "int", "float", "boolean", "id"}


class Xes:
    """An XES file. A row is an event, numbered from 1; a trace's attributes stand as ``case:name`` on each event."""

    headers: list[str] | None = None

    def __init__(self, stream: Metered, name: str, limits: Limits) -> None:
        self._stream, self._name, self._limits = stream, name, limits
        self._path: list[str] = []
        self._case: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self._done: list[dict[str, str]] = []
        # The namespace's URI is only a name; nothing is ever read from there.
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = False
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def batches(self, wanted: Sequence[str]) -> Iterator[Batch]:
        """The events in the order of the file."""
        gathering = Gathering(wanted)
        row = fed = 0
        while True:
            block = self._stream.read(_BLOCK) or b""
            fed += len(block)
            try:
                self._parser.Parse(block, not block)
            except expat.ExpatError as error:
                reason = expat.ErrorString(error.code)
                self._refuse(_("it is not sound XML ({reason})", reason=reason), error.lineno)
            except (ValueError, LookupError) as error:
                self._refuse(_("its text cannot be decoded"), cause=error)
            if fed - self._parser.CurrentByteIndex > self._limits.line:
                self._refuse(_("one element is longer than {most} signs", most=self._limits.line))
            for event in self._done:
                row += 1
                cells: list[Cell] = [event.get(name) for name in wanted]
                gathering.add(row, cells)
                if gathering.full:
                    yield gathering.take()
            self._done.clear()
            if not block:
                break
        if gathering:
            yield gathering.take()

    def _refuse(self, problem: str, line: int | None = None, cause: Exception | None = None) -> NoReturn:
        at = line or self._parser.CurrentLineNumber
        raise UserError(
            _("{file}, line {line}: {problem}; export the log again as XES.", file=self._name, line=at, problem=problem)
        ) from cause

    def _doctype(self, *_declared: object) -> None:
        self._refuse(_("it declares a document type or entities, which no XES file needs"))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        if not self._path and tag != "log":
            self._refuse(_("it is not an event log (the outermost element is {tag!r})", tag=tag[:40]))
        if len(self._path) >= _DEEPEST:
            self._refuse(_("it is nested too deeply"))
        above = self._path[-1] if self._path else ""
        self._path.append(tag)
        if tag == "trace" and len(self._path) == 2:
            self._case = {}
        elif tag == "event" and (above == "trace" or len(self._path) == 2):
            self._event = dict(self._case) if above == "trace" else {}
        elif tag in _ATTRIBUTES and above in ("trace", "event"):
            key, value = attributes.get("key"), attributes.get("value")
            if key is None or value is None:
                return
            place, key = (self._case, f"case:{key}") if above == "trace" else (self._event, key)
            place[key] = value
            if len(place) > self._limits.columns:
                self._refuse(_("one element has more than {most} attributes", most=self._limits.columns))

    def _end(self, tag: str) -> None:
        self._path.pop()
        if tag.rpartition(" ")[2] == "event" and self._path and self._path[-1] in ("trace", "log"):
            self._done.append(self._event)
            self._event = {}
