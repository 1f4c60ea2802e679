"""Reading an Excel workbook row by row; its zip is looked at before anything is unpacked."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from servicelab.company.importing.batches import Batch, Cell, Gathering
from servicelab.company.importing.limits import Limits, too_large
from servicelab.company.importing.mapping import Source
from servicelab.errors import UserError
from servicelab.files import zips
from servicelab.files.metered import MEGABYTE, RATIO, bomb
from servicelab.files.zips import ANY, BROKEN, Archive, Budget, Refused
from servicelab.i18n import _

#: A workbook has a member a sheet, picture and chart; how it is packed is openpyxl's matter.
_ZIP = zips.Limits(members=5000, directory=8 * MEGABYTE, packing=ANY, in_64_bits=True)
#: What Excel itself can hold; rows that are not written are passed over, so a cell in row 10⁹ would take for ever.
_LAST_ROW = 1_048_576
#: All that openpyxl, zipfile and the XML parser raise on a workbook that is not one.
_BROKEN: tuple[type[Exception], ...] = (*BROKEN, SyntaxError, TypeError, AttributeError, AssertionError)


class Workbook:
    """One sheet of a workbook: its header is read on opening, its rows as they are asked for."""

    def __init__(self, stream: BinaryIO, name: str, source: Source, limits: Limits) -> None:
        import warnings

        # The sheet's XML is parsed by openpyxl, which uses defusedxml where that is installed: it must be.
        import defusedxml  # type: ignore[import-untyped]  # noqa: F401
        import openpyxl

        self._name, self._limits = name, limits
        _look_into(stream, name, limits)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            names = self._book.sheetnames
        except _BROKEN as error:
            raise self._broken() from error
        if source.sheet and source.sheet not in names:
            raise UserError(
                _(
                    "{file} has no sheet {sheet!r}: it has {names}.",
                    file=name,
                    sheet=source.sheet,
                    names=", ".join(names),
                )
            )
        sheet = self._book[source.sheet] if source.sheet else (self._book.worksheets or [None])[0]
        if sheet is None:
            raise UserError(_("{file} is empty: export it again.", file=name))
        self._rows = self._numbered(sheet)
        header: Sequence[Any] = ()
        for row, cells in self._rows:
            if row > source.skip and any(cell is not None for cell in cells):
                header = cells
                break
        if not header:
            raise UserError(_("{file} is empty: export it again.", file=name))
        shown = [unicodedata.normalize("NFC", (as_text(cell) or "").strip()) for cell in header]
        while shown and not shown[-1]:
            shown.pop()
        self.headers: list[str] | None = shown

    def _broken(self) -> UserError:
        return UserError(
            _("{file} is not a sound .xlsx workbook: open it in Excel and save it again.", file=self._name)
        )

    def _numbered(self, sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
        try:
            # The stated size of a sheet is a claim; without it only what is written is read.
            sheet.reset_dimensions()
            for row, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                if row > _LAST_ROW or len(cells) > 16_384:
                    break
                yield row, cells
            else:
                return
        except UserError:
            raise
        except _BROKEN as error:
            raise self._broken() from error
        raise UserError(_("{file} has cells where no sheet has rows or columns.", file=self._name))

    def batches(self, wanted: Sequence[str]) -> Iterator[Batch]:
        """The rows under the header, numbered as the sheet numbers them."""
        headers = self.headers or []
        places = [headers.index(name) for name in wanted]
        width = len(headers)
        gathering = Gathering(wanted)
        for row, cells in self._rows:
            if all(cell is None for cell in cells):
                continue
            if len(cells) > width and any(cell is not None for cell in cells[width:]):
                problem = _("The row has cells beyond the header's {width} columns.", width=width)
                gathering.miss(row, problem, _("Give every column a header, or clear the cells."))
            else:
                texts: list[Cell] = [as_text(cells[place]) if place < len(cells) else None for place in places]
                gathering.add(row, texts)
            if gathering.full:
                yield gathering.take()
        if gathering:
            yield gathering.take()


def as_text(value: Any) -> Cell:
    """A cell's value as an export would write it.

    >>> as_text(dt.datetime(2025, 11, 11, 9, 30)), as_text(3.0), as_text(dt.timedelta(minutes=90)), as_text(None)
    ('2025-11-11 09:30:00', '3', '1:30:00', None)
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def _look_into(stream: BinaryIO, name: str, limits: Limits) -> None:
    """Refuse by the zip's directory: what a member says it holds is also the most that is ever unpacked of it."""
    head = stream.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UserError(
            _("{file} is an old or password-protected workbook: save it as .xlsx without a password.", file=name)
        )
    if not head.startswith(b"PK"):
        raise UserError(
            _(
                "{file} is not an .xlsx workbook: set `format` in the mapping to what it is (csv, xlsx or xes).",
                file=name,
            )
        )
    try:
        with Archive(stream, _ZIP, Budget(limits.size)) as archive:
            members = archive.members
    except Refused as refused:
        if refused.kind in ("members", "overlap"):
            raise bomb(name) from refused
        raise UserError(_("{file} is damaged: it does not unpack to its end.", file=name)) from refused
    stream.seek(0)
    total = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    names = [member.filename for member in members]
    if total > limits.size:
        raise too_large(name, limits.size)
    if len(set(names)) < len(names) or (total > 8 * MEGABYTE and total > RATIO * packed):
        raise bomb(name)
    for member in members:
        # All but the sheets is held in memory while they are read.
        held = not member.filename.startswith("xl/worksheets/")
        if held and member.file_size > limits.shared_strings:
            raise too_large(name, limits.shared_strings)
        if member.file_size > 8 * MEGABYTE and member.file_size > RATIO * member.compress_size:
            raise bomb(name)
        if member.flag_bits & 1:
            raise UserError(_("{file} is protected by a password: save it without one.", file=name))
