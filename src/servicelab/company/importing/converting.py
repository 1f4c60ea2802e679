"""From text cells to the values of a column, and what does not become one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from servicelab.company.importing.mapping import Field, Source
from servicelab.company.tables.fitting import BOOLEANS, YEARS, expected, kind_in_words, unfit, whole
from servicelab.company.tables.schema import Column
from servicelab.errors import UserError
from servicelab.i18n import _

_BOOLEANS = BOOLEANS | {
    "yes": True,
    "no": False,
    "y": True,
    "n": False,
    "是": True,
    "否": False,
    "有": True,
    "无": False,
}
#: ISO 8601 as exports write it; pandas reads more, and reads some of that as moments with an offset.
_ISO = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?"
_ISO_MOVING = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?\s?(?:[Zz]|[+\-]\d\d(?::?\d\d)?)"
_CLOCK = r"^(?:(\d{1,5}):)?([0-5]?\d):([0-5]?\d(?:\.\d+)?)$"


@dataclass
class Misfits:
    """Cells of one column that are no values of it: row → problem, what stands there, and the remedy."""

    cells: dict[int, tuple[str, str, str]] = field(default_factory=dict)

    def add(self, mask: pd.Series, text: pd.Series, problem: str, remedy: str) -> None:
        """Note every row of the mask that has no note yet."""
        for row in mask.index[mask.to_numpy(dtype=bool)]:
            self.cells.setdefault(int(row), (problem, "" if text[row] is None else str(text[row]), remedy))


def resolved(one: Field, headers: list[str] | None) -> tuple[str, ...]:
    """The headers this column is read from in this export; none when it has none of the alternatives."""
    if headers is None or one.value is not None:
        return one.sources[:1] if one.first_of else one.sources
    if one.first_of:
        return next(((name,) for name in one.sources if name in headers), ())
    return one.sources if all(name in headers for name in one.sources) else ()


def chosen(frame: pd.DataFrame, keep: Mapping[str, tuple[str, ...]], drop: Mapping[str, tuple[str, ...]]) -> pd.Series:
    """Which rows a table takes."""
    rows = pd.Series(True, index=frame.index)
    for header, values in keep.items():
        rows &= frame[header].str.strip().isin(values)
    for header, values in drop.items():
        rows &= ~frame[header].str.strip().isin(values)
    return rows


def cells(one: Field, headers: tuple[str, ...], frame: pd.DataFrame, source: Source) -> pd.Series:
    """The column's text cells: joined, cut to what counts, with None for missing."""
    if one.value is not None:
        text = pd.Series(one.value, index=frame.index, dtype=object)
    elif not headers:
        return pd.Series(None, index=frame.index, dtype=object)
    else:
        parts = [_present(frame[name], one, source) for name in headers]
        text = parts[0]
        for part in parts[1:]:
            text = (text + one.join + part).where(text.notna() & part.notna(), None)
    for header, values in one.when.items():
        text = text.where(frame[header].str.strip().isin(values), None)
    return text


def _present(text: pd.Series, one: Field, source: Source) -> pd.Series:
    bare = text.str.strip()
    gone = bare.isna() | bare.isin([*source.empty, *one.empty])
    return (text if one.column.kind == "text" else bare).where(~gone, None).astype(object)


def values(one: Field, text: pd.Series, source: Source) -> tuple[pd.Series, Misfits]:
    """The column's values, in the type `load` gives it, and the cells that are none. Missing where they misfit."""
    misfits = Misfits()
    column = one.column
    if one.codes:
        coded = text.map(one.codes)
        unknown = text.notna() & coded.isna()
        if one.other is not None:
            coded = coded.where(~unknown, one.other)
        else:
            problem = _("The mapping has no code for this value.")
            misfits.add(unknown, text, problem, _("Add it under `codes`, or give `other`."))
        text = coded.astype(object).where(coded.notna(), None)
    made = _typed(one, text, source, misfits)
    if column.kind not in ("id", "text"):
        bad = text.notna() & made.isna()
        written = _("If the column holds times, say in the mapping how they are written (`time`).")
        remedy = written if _is_time(one) else expected(column)
        misfits.add(bad, text, _("This is not {kind}.", kind=kind_in_words(column)), remedy)
        misfits.add(unfit(made, column), text, not_one_of(column), expected(column))
    return made, misfits


def not_one_of(column: Column) -> str:
    """What is said of a value that the column cannot hold."""
    return _("The value is not one that {column} can have.", column=column.name)


def _is_time(one: Field) -> bool:
    return one.column.kind in ("date", "datetime")


def _typed(one: Field, text: pd.Series, source: Source, misfits: Misfits) -> pd.Series:
    column = one.column
    if _is_time(one):
        return times(text, one.time or source.time, source, misfits, whole_days=column.kind == "date")
    if column.kind in ("number", "integer"):
        number = _numbers(text, one, source)
        return number if column.kind == "number" else whole(number)
    if column.kind == "boolean":
        return text.str.lower().map(_BOOLEANS).astype("boolean")
    if column.kind == "category":
        return text.where(text.isin([str(code) for code in column.values]), None)
    if one.digits or one.prefix:
        text = text.map(lambda cell: cell if cell is None else one.prefix + cell.rjust(one.digits, "0"))
    return text


def _numbers(text: pd.Series, one: Field, source: Source) -> pd.Series:
    if one.unit == 0:
        return _clock(text)
    plain = text.astype("str").where(text.notna())
    if source.thousands:
        plain = plain.str.replace(source.thousands, "", regex=False)
    if source.decimal != ".":
        plain = plain.str.replace(source.decimal, ".", regex=False)
    number = pd.to_numeric(plain, errors="coerce").astype(float)
    number = number.where(np.isfinite(number))
    return number if one.unit == 1 else number * one.unit


def _clock(text: pd.Series) -> pd.Series:
    """Seconds of h:mm:ss or mm:ss."""
    parts = text.astype("str").str.strip().str.extract(_CLOCK).astype(float)
    return parts[0].fillna(0) * 3600 + parts[1] * 60 + parts[2]


def against_clock(one: Field, made: pd.Series, frame: pd.DataFrame) -> pd.Series:
    """Rows whose duration is not the time between the two times of day that the mapping names (midnight may pass)."""
    start, end = (_clock(frame[name]) for name in one.between)
    off = (end - start - made) % 86_400
    return (off > 1) & (off < 86_399)


def times(text: pd.Series, form: str, source: Source, misfits: Misfits, *, whole_days: bool) -> pd.Series:
    """Moments as local time without a zone, to the second; missing where the text is none.

    A moment with an offset is shown in the mapping's `show_in`, else in its `zone`, else in UTC; one without an offset
    is taken to be in `zone`. A moment that the zone's clocks leapt over is a misfit; of one that they showed twice the
    first is meant.
    """
    zone, show = source.zone, source.show_in or source.zone
    empty = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    if form in ("unix", "unix_ms", "excel"):
        number = pd.to_numeric(text.astype("str").where(text.notna()), errors="coerce").astype(float)
        scale = {"unix": 1.0, "unix_ms": 0.001, "excel": 86400.0}[form]
        seconds = number * scale - (25569 * 86400 if form == "excel" else 0)
        seconds = seconds.where(seconds.between(0, 5e9))
        naive = _whole_seconds(pd.to_datetime(seconds.round(), unit="s", errors="coerce"))
        if form == "excel":
            return _plausible(_shown(naive, zone, show, text, misfits))
        return _plausible(_shown(naive, "UTC", show or "UTC", text, misfits))
    strings = text.astype("str").where(text.notna())
    if form != "iso":
        try:
            parsed = _whole_seconds(pd.to_datetime(strings, format=form, errors="coerce", utc="%z" in form))
        except ValueError as error:
            raise UserError(_("The time format {form!r} cannot be used: {reason}.", form=form, reason=error)) from error
        made = _shown(parsed, zone, show, text, misfits) if "%z" not in form else _local(parsed, show)
        if source.format != "xlsx":
            return _plausible(made)
        # A workbook's own dates need no format; what is text in it does.
        empty = made
    todo = strings.notna() & empty.isna()
    fixed = todo & strings.str.fullmatch(_ISO)
    moving = todo & strings.str.fullmatch(_ISO_MOVING)
    made = empty.copy()
    if fixed.any():
        parsed = pd.to_datetime(strings[fixed], format="ISO8601", errors="coerce")
        # A bare day has no hour that a zone could move.
        made[fixed] = _whole_seconds(parsed) if whole_days else _shown(parsed, zone, show, text, misfits)
    if moving.any():
        parsed = pd.to_datetime(strings[moving], format="ISO8601", errors="coerce", utc=True)
        made[moving] = _local(parsed, show)
    return _plausible(made)


def _shown(naive: pd.Series, zone: str, show: str, text: pd.Series, misfits: Misfits) -> pd.Series:
    if not zone:
        return _whole_seconds(naive)
    placed = naive.dt.tz_localize(ZoneInfo(zone), ambiguous=np.ones(len(naive), dtype=bool), nonexistent="NaT")
    leapt = naive.notna() & placed.isna()
    problem = _("The clocks in {zone} leapt over this time.", zone=zone)
    misfits.add(leapt, text, problem, _("Correct `zone` in the mapping, or the time."))
    return _local(placed, show or zone)


def _local(placed: pd.Series, show: str) -> pd.Series:
    return _whole_seconds(placed.dt.tz_convert(ZoneInfo(show or "UTC")).dt.tz_localize(None))


def _whole_seconds(moments: pd.Series) -> pd.Series:
    floored: pd.Series = moments.dt.floor("s")
    return floored.astype("datetime64[s]") if floored.dt.tz is None else floored


def _plausible(moments: pd.Series) -> pd.Series:
    return moments.where(moments.dt.year.between(*YEARS))
