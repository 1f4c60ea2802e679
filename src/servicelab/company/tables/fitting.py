"""What a cell of a column may be: text read as the column's type, what does not fit it, and what to write instead."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.tables.schema import Column
from servicelab.i18n import _

#: How a date and a moment are written; anything else is another notation, to be imported and not guessed at.
_WRITTEN = {
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "datetime": "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?",
}
#: First and last year of any date: outside are mistakes and what other programs write for "never".
YEARS = (1900, 2100)

#: In small letters.
BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def typed(text: pd.Series, column: Column) -> pd.Series:
    """The cells in the column's type, missing where they are none of it."""
    values: pd.Series = text
    if column.kind in ("date", "datetime"):
        values = moments(text, column)
    elif column.kind in ("integer", "number"):
        values = pd.to_numeric(text, errors="coerce")
        # "inf" parses, and is no figure of anything.
        values = values.where(values.abs() < np.inf)
        if column.kind == "integer":
            values = whole(values.astype(float))
    elif column.kind == "boolean":
        values = text.str.lower().map(BOOLEANS).astype("boolean")
    elif column.kind == "category":
        values = text.where(text.isin([str(code) for code in column.values])).astype(column.dtype)
    return values


def whole(numbers: pd.Series) -> pd.Series:
    """The whole numbers among floats; missing where one is none.

    >>> whole(pd.Series([3.0, 3.5, 2.0**53])).isna().tolist()
    [False, True, True]
    """
    # Past 2⁵³ neighbouring whole numbers are one float.
    return numbers.where((numbers == numbers.round()) & (numbers.abs() < 2**53)).astype("Int64")


def moments(text: pd.Series, column: Column) -> pd.Series:
    """The cells of a date or datetime column, to the second; missing where a cell is not written as its kind is.

    >>> cells = pd.Series(["2023-02-28", "2023-02-29", "20230228", "2023-02-28 13:00", "9999-12-31"])
    >>> moments(cells, Column("day", "date", "日", "A day", "一天")).notna().tolist()
    [True, False, False, False, False]
    """
    cells = text.astype("str")
    written = cells.where(matching(cells, _WRITTEN[column.kind]))
    found = pd.to_datetime(written, format="ISO8601", errors="coerce").astype("datetime64[s]")
    return found.where(found.dt.year.between(*YEARS))


def unfit(values: pd.Series, column: Column) -> pd.Series:
    """Which values the column cannot hold: outside its range, its codes or its pattern. A missing one is not unfit.

    >>> column = Column("score", "integer", "评分", "A score", "评分", low=1, high=5)
    >>> unfit(pd.Series([0, 1, None, 6], dtype="Int64"), column).tolist()
    [True, False, False, True]
    """
    wrong = pd.Series(False, index=values.index)
    if column.low is not None:
        wrong |= (values < column.low).fillna(False).astype(bool)
    if column.high is not None:
        wrong |= (values > column.high).fillna(False).astype(bool)
    if column.values and column.kind != "category":
        wrong |= values.notna() & ~values.isin(list(column.values))
    if column.pattern:
        wrong |= values.notna() & ~matching(values.astype("str"), column.pattern)
    return wrong


def matching(cells: pd.Series, pattern: str) -> NDArray[np.bool_]:
    """Which cells are written in the form of the pattern, whole; a missing one is not.

    >>> matching(pd.Series(["K1", "K", None, "K1\\nK2"], dtype="str"), "K[0-9]+").tolist()
    [True, False, False, False]
    """
    found = cells.notna().to_numpy(dtype=bool, copy=True)
    # As `str.fullmatch`, without what pandas does around each of a million cells.
    fits = re.compile(pattern).fullmatch
    found[found] = [fits(text) is not None for text in cells.to_numpy(dtype=object)[found].tolist()]
    return found


def kind_in_words(column: Column) -> str:
    kinds = {
        "date": _("a date"),
        "datetime": _("a date with a time"),
        "integer": _("a whole number"),
        "number": _("a number"),
        "boolean": _("True or False"),
        "category": _("one of the column's codes"),
    }
    return kinds[column.kind]


def expected(column: Column) -> str:
    """What to write instead, in one phrase."""
    if column.values:
        return _("Use one of: {codes}.", codes=", ".join(str(code) for code in column.values))
    if column.low is not None and column.high is not None:
        return _("Use a number from {low} to {high}.", low=f"{column.low:g}", high=f"{column.high:.15g}")
    if column.low is not None:
        return _("Use a number of at least {low}.", low=f"{column.low:g}")
    if column.kind == "date":
        return _("Write dates as 2025-11-11, from {first} to {last}.", first=YEARS[0], last=YEARS[1])
    if column.kind == "datetime":
        return _(
            "Write times as 2025-11-11 09:30, without a time zone, from {first} to {last}.",
            first=YEARS[0],
            last=YEARS[1],
        )
    if column.kind == "boolean":
        return _("Use True or False.")
    if column.pattern:
        return _("Write it in the form {pattern}.", pattern=column.pattern)
    return _("See the data card.")
