"""Reading delimited text: encodings, delimiters, and the many ways such a file is broken."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence

from servicelab.company.importing.batches import Batch, Gathering
from servicelab.company.importing.limits import Limits
from servicelab.company.importing.mapping import Source
from servicelab.errors import UserError
from servicelab.files.metered import Metered
from servicelab.i18n import _

_HEAD = 1 << 18
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: So many non-ASCII bytes that are all sound UTF-8 are not GBK by chance.
_SURELY = 24
#: So many lines that are not UTF-8, and hardly any that are beyond ASCII and sound, are no accident.
_MANY = 10


class Delimited:
    """A delimited text file: its header is read on opening, its rows as they are asked for."""

    def __init__(self, stream: Metered, name: str, source: Source, limits: Limits) -> None:
        self._name, self._source, self._limits = name, source, limits
        head = stream.look(_HEAD)
        _refuse_binary(head, name)
        self._encoding = _encoding(head, source.encoding, name)
        self._wide = self._encoding.startswith(("utf-16", "utf-32"))
        # Line by line in bytes (as Latin-1), so that one line in another encoding costs that line and not the file.
        outer = self._encoding if self._wide else "latin-1"
        self._text = io.TextIOWrapper(io.BufferedReader(stream, 1 << 20), encoding=outer, newline=None)
        self._line = 0
        self._damage = ""
        self._row = 0
        lines = self._lines()
        for _skipped in range(source.skip):
            next(lines, None)
            self._row += 1
        first = next(lines, None)
        while first is not None and not first.strip("\ufeff \n\t,;|"):
            self._row += 1
            first = next(lines, None)
        if first is None:
            raise UserError(_("{file} is empty: export it again.", file=name))
        if self._damage:
            raise UserError(_("{file}: the header cannot be read ({reason}).", file=name, reason=self._damage))
        first = first.removeprefix("\ufeff")
        delimiter = source.delimiter or max(",;\t|", key=first.count)
        text = self._from(first, lines)
        if source.quote:
            self._records = csv.reader(text, delimiter=delimiter, quotechar=source.quote)
        else:
            self._records = csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        header = self._next()
        if header is None or len(header) > limits.columns:
            raise UserError(
                _("{file} has more than {most} columns, as no export does.", file=name, most=limits.columns)
            )
        self.headers: list[str] | None = [unicodedata.normalize("NFC", cell.strip()) for cell in header]

    def _from(self, first: str, rest: Iterator[str]) -> Iterator[str]:
        yield first
        yield from rest

    def _lines(self) -> Iterator[str]:
        """Lines as text; what is wrong with one is left in `_damage` for the record it belongs to."""
        while True:
            try:
                line = self._text.readline(self._limits.line + 1)
            except UnicodeError as error:
                raise UserError(
                    _(
                        "{file}, after line {line}: it is not {encoding} text; say in the mapping how it is encoded.",
                        file=self._name,
                        line=self._line,
                        encoding=self._encoding,
                    )
                ) from error
            if not line:
                return
            self._line += 1
            if len(line) > self._limits.line:
                raise UserError(
                    _(
                        "{file}, line {line}: the line is longer than {most} signs, as no export's is: check the "
                        "delimiter and the line ends.",
                        file=self._name,
                        line=self._line,
                        most=self._limits.line,
                    )
                )
            if not self._wide and not line.isascii():
                line = self._decoded(line.encode("latin-1"))
            if "\0" in line:
                self._damage = _("it holds NUL bytes")
            yield line

    def _decoded(self, line: bytes) -> str:
        try:
            return line.decode(self._encoding)
        except UnicodeDecodeError:
            self._damage = _("it is not {encoding} text", encoding=self._encoding)
            return line.decode(self._encoding, errors="replace")

    def _next(self) -> list[str] | None:
        start = self._line
        self._row += 1
        try:
            return next(self._records, None)
        except csv.Error as error:
            raise UserError(
                _(
                    "{file}, from line {line}: a cell is longer than {most} signs; a quotation mark is probably not "
                    "closed.",
                    file=self._name,
                    line=start + 1,
                    most=csv.field_size_limit(),
                )
            ) from error

    def batches(self, wanted: Sequence[str]) -> Iterator[Batch]:
        """The rows; a row is numbered as a spreadsheet does, the first line of the file being 1."""
        headers = self.headers or []
        places = [headers.index(name) for name in wanted]
        width = len(headers)
        gathering = Gathering(wanted)
        while (record := self._next()) is not None:
            damage, self._damage = self._damage, ""
            if len(record) == width + 1 and not record[-1]:
                record.pop()
            if damage:
                problem = _("The row cannot be read: {reason}.", reason=damage)
                gathering.miss(self._row, problem, _("Export it again, all of it in one encoding."))
            elif not record or (width > 1 and not any(record)):
                continue
            elif len(record) != width:
                problem = _("The row has {n} cells and the header {width}.", n=len(record), width=width)
                gathering.miss(self._row, problem, _("Quote cells that hold the delimiter, or export the row again."))
            else:
                gathering.add(self._row, [record[place] for place in places])
            if gathering.full:
                yield gathering.take()
        if gathering:
            yield gathering.take()


def _refuse_binary(head: bytes, name: str) -> None:
    for magic, what in (
        (b"PK\x03\x04", _("a workbook or zip: set `format: xlsx`, or unpack it")),
        (b"\xd0\xcf\x11\xe0", _("an old or password-protected workbook: save it as .xlsx without a password")),
        (b"\x1f\x8b", _("packed twice: unpack it once")),
        (b"%PDF", _("a PDF: export the table as CSV")),
        (b"<?xml", _("XML: set `format: xes` if it is an event log")),
    ):
        if head.removeprefix(codecs.BOM_UTF8).startswith(magic):
            raise UserError(_("{file} is not delimited text but {what}.", file=name, what=what))


def _encoding(head: bytes, stated: str, name: str) -> str:
    """The encoding to read with. Raises UserError when the first bytes contradict the stated one."""
    marked = next((encoding for bom, encoding in _BOMS if head.startswith(bom)), "")
    if marked:
        if stated != "auto" and not stated.startswith(marked):
            raise _wrong_encoding(name, stated, marked)
        return marked
    if head.count(0) > len(head) / 10 and not stated.startswith(("utf-16", "utf-32")):
        raise UserError(
            _("{file} is full of NUL bytes: it is UTF-16 (set `encoding: utf-16-le`) or no text at all.", file=name)
        )
    encoding = "utf-8" if stated in ("auto", "utf-8-sig") else stated
    if encoding.startswith(("utf-16", "utf-32")):
        if head.isascii() and b"\0" not in head:
            raise _wrong_encoding(name, stated, "utf-8")
        return encoding
    lines = head.split(b"\n")
    if len(head) == _HEAD:
        # The look ended somewhere in a line, perhaps within a sign.
        lines = lines[:-1] or [head[:-4]]
    sound = [_decodes(line, "utf-8") for line in lines]
    strange = sum(byte > 127 for byte in head)
    if encoding == "utf-8":
        lost = sound.count(False)
        strange_lines = sum(not line.isascii() for line in lines)
        # A few lines from elsewhere are set aside; where most beyond ASCII fail, the file is in another encoding.
        if not sound[0] or lost > len(sound) / 10 or (lost >= _MANY and lost > strange_lines / 2):
            chinese = all(_decodes(line, "gb18030") for line in lines)
            raise _wrong_encoding(name, "utf-8", "gb18030" if chinese else "cp1252")
    elif strange >= _SURELY and all(sound):
        raise _wrong_encoding(name, encoding, "utf-8")
    return encoding


def _decodes(part: bytes, encoding: str) -> bool:
    try:
        part.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _wrong_encoding(name: str, stated: str, likely: str) -> UserError:
    return UserError(
        _(
            "{file} is not {stated} text; it looks like {likely}: set `encoding: {likely}` in the mapping.",
            file=name,
            stated=stated,
            likely=likely,
        )
    )
