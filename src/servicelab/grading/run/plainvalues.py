"""Values that go from one process to another by what they are, without a word of code.

What is exactly a builtin value, an array or a table goes as numbers and texts and is made anew on the other side; of
everything else a *handle* goes, by which the other side can ask. A class below one of these, which could answer for
itself, is none of these.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import math
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

DEEPEST = 40
"""Containers inside each other."""
KINDS = re.compile(r"[<>|=]?[biufcSU?]\d*|[<>]?[mM]8\[(?:Y|M|W|D|h|m|s|ms|us|ns)\]")
"""Data types of arrays that hold no objects."""
Handle = Callable[[Any], dict[str, Any]]
Meet = Callable[[dict[str, Any]], Any]


class NotPlain(Exception):
    """A value that cannot go over by what it is, where nothing else may."""


def no_handle(value: Any) -> dict[str, Any]:
    """Refuse a value that is none of the plain ones."""
    raise NotPlain(type(value).__name__)


def packed(value: Any, handle: Handle = no_handle, depth: int = 0) -> Any:
    """Return a value in a form that JSON holds.

    Parameters
    ----------
    value
        Anything.
    handle
        Gives the form of what is not plain.

    Raises
    ------
    NotPlain
        A value is not plain, and `handle` does not take it.

    >>> packed((1, 2.5, {"a"}))
    {'t': 'tuple', 'v': [1, 2.5, {'t': 'set', 'v': ['a']}]}
    """
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is float:
        return value
    if kind is int:
        # A text of digits that is long enough is refused by Python itself.
        return value if -(1 << 63) <= value < 1 << 64 else {"t": "int", "v": hex(value)}
    if depth > DEEPEST:
        return handle(value)
    made = _PACKERS.get(kind)
    if made is not None:
        return {"t": made[0], "v": made[1](value, handle, depth + 1)}
    if kind.__module__.startswith(("numpy", "pandas")):
        found = _packed_table(value, kind, handle, depth + 1)
        if found is not None:
            return found
    return handle(value)


def _each(value: Any, handle: Handle, depth: int) -> list[Any]:
    return [packed(each, handle, depth) for each in value]


_PACKERS: dict[type, tuple[str, Callable[[Any, Handle, int], Any]]] = {
    list: ("list", _each),
    tuple: ("tuple", _each),
    set: ("set", _each),
    frozenset: ("frozenset", _each),
    dict: ("dict", lambda v, h, d: [[packed(key, h, d), packed(each, h, d)] for key, each in v.items()]),
    bytes: ("bytes", lambda v, _h, _d: b64encode(v).decode("ascii")),
    bytearray: ("bytearray", lambda v, _h, _d: b64encode(v).decode("ascii")),
    complex: ("complex", lambda v, _h, _d: [v.real, v.imag]),
    range: ("range", lambda v, h, d: _each((v.start, v.stop, v.step), h, d)),
    slice: ("slice", lambda v, h, d: _each((v.start, v.stop, v.step), h, d)),
    type(...): ("ellipsis", lambda _v, _h, _d: None),
    datetime.datetime: ("datetime", lambda v, h, _d: v.isoformat() if v.tzinfo is None else h(v)),
    datetime.date: ("date", lambda v, _h, _d: v.isoformat()),
    datetime.time: ("time", lambda v, h, _d: v.isoformat() if v.tzinfo is None else h(v)),
    datetime.timedelta: ("timedelta", lambda v, _h, _d: [v.days, v.seconds, v.microseconds]),
    decimal.Decimal: ("decimal", lambda v, _h, _d: str(v)),
    fractions.Fraction: ("fraction", lambda v, h, d: _each((v.numerator, v.denominator), h, d)),
}


def _packed_table(value: Any, kind: type, handle: Handle, depth: int) -> dict[str, Any] | None:
    import numpy

    if kind is numpy.ndarray:
        return _packed_array(value, handle, depth)
    if (
        isinstance(value, numpy.generic)
        and getattr(numpy, kind.__name__, None) is kind
        and KINDS.fullmatch(value.dtype.str)
    ):
        return {"t": "scalar", "v": _packed_array(numpy.asarray(value), handle, depth)}
    if isinstance(value, numpy.dtype) and KINDS.fullmatch(value.str):
        return {"t": "dtype", "v": value.str}
    import pandas

    if value is pandas.NA or value is pandas.NaT:
        return {"t": "missing", "v": "NA" if value is pandas.NA else "NaT"}
    if kind is pandas.Timestamp:
        return {"t": "timestamp", "v": [value.as_unit("ns").value, _zone(value.tz)]} if _named(value.tz) else None
    if kind is pandas.Timedelta:
        return {"t": "duration", "v": value.as_unit("ns").value}
    if kind is pandas.Series:
        parts = value.index, value.array, value.name
        return {"t": "series", "v": _parts(parts, handle, depth)}
    if kind is pandas.DataFrame:
        columns = [value.iloc[:, at].array for at in range(value.shape[1])]
        return {
            "t": "frame",
            "v": [*_parts((value.index, value.columns), handle, depth), _parts(columns, handle, depth)],
        }
    if kind is pandas.RangeIndex:
        return {"t": "rangeindex", "v": [value.start, value.stop, value.step, packed(value.name, handle, depth)]}
    if kind is pandas.MultiIndex:
        levels = [
            _parts(value.levels, handle, depth),
            _parts([numpy.asarray(each) for each in value.codes], handle, depth),
        ]
        return {"t": "multiindex", "v": [*levels, _each(value.names, handle, depth)]}
    if isinstance(value, pandas.Index) and kind.__module__.partition(".")[0] == "pandas":
        return {"t": "index", "v": _parts((value.array, value.name), handle, depth)}
    if isinstance(value, pandas.api.extensions.ExtensionArray):
        return _packed_extension(value, kind, handle, depth)
    return None


def _parts(values: Any, handle: Handle, depth: int) -> list[Any]:
    return [packed(each, handle, depth) for each in values]


def _named(zone: Any) -> bool:
    return zone is None or bool(re.fullmatch(r"[A-Za-z0-9_+\-/]{1,64}", str(zone)))


def _zone(zone: Any) -> str | None:
    return None if zone is None else str(zone)


def _packed_array(value: Any, handle: Handle, depth: int) -> dict[str, Any] | None:
    shape = list(value.shape)
    if value.dtype.kind == "O":
        return {"t": "objects", "v": [shape, [packed(each, handle, depth) for each in value.ravel()]]}
    if not KINDS.fullmatch(value.dtype.str):
        return None
    return {"t": "array", "v": [value.dtype.str, shape, b64encode(value.tobytes()).decode("ascii")]}


def _packed_extension(value: Any, kind: type, handle: Handle, depth: int) -> dict[str, Any] | None:
    import numpy
    import pandas

    name = kind.__name__
    if name in ("NumpyExtensionArray", "PandasArray"):
        return _packed_array(value.to_numpy(), handle, depth)
    if kind is pandas.Categorical:
        parts = value.categories, numpy.asarray(value.codes)
        return {"t": "categorical", "v": [*_parts(parts, handle, depth), bool(value.ordered)]}
    if name in ("DatetimeArray", "TimedeltaArray"):
        zone = getattr(value, "tz", None)
        if not _named(zone):
            return None
        numbers = value.asi8
        return {
            "t": "times",
            "v": [name[0], value.unit, None if zone is None else str(zone), packed(numbers, handle, depth)],
        }
    if isinstance(value, pandas.arrays.IntegerArray | pandas.arrays.FloatingArray | pandas.arrays.BooleanArray):
        held: Any = value
        return {"t": "masked", "v": [held.dtype.name, *_parts((held._data, held._mask), handle, depth)]}
    if isinstance(value.dtype, pandas.StringDtype):
        texts = [None if each is pandas.NA or each != each else str(each) for each in value]
        about = value.dtype.storage, value.dtype.na_value is pandas.NA
        return {"t": "strings", "v": [*about, texts]}
    if kind is pandas.arrays.PeriodArray:
        return {"t": "periods", "v": [value.freqstr, packed(value.asi8, handle, depth)]}
    if kind is pandas.arrays.IntervalArray:
        return {"t": "intervals", "v": [*_parts((value.left, value.right), handle, depth), value.closed]}
    return None


def unpacked(form: Any, meet: Meet | None = None, depth: int = 0) -> Any:
    """Return the value that a form stands for.

    Parameters
    ----------
    form
        As `packed` returns it; it may come from a process that is not trusted.
    meet
        Gives what stands here for a handle; without it a handle is refused.

    Raises
    ------
    NotPlain
        The form stands for nothing.

    >>> unpacked(packed({(1, 2): [3.5, None]}))
    {(1, 2): [3.5, None]}
    """
    kind = type(form)
    if form is None or kind in (bool, int, float, str):
        return form
    if kind is not dict or depth > DEEPEST + 4:
        raise NotPlain("no form")
    name = form.get("t")
    if name == "handle":
        if meet is None:
            raise NotPlain("handle")
        return meet(form)
    maker = _MAKERS.get(name) if isinstance(name, str) else None
    if maker is None:
        raise NotPlain(str(name)[:40])
    try:
        return maker(form.get("v"), lambda inner: unpacked(inner, meet, depth + 1))
    except NotPlain:
        raise
    except Exception as wrong:
        raise NotPlain(f"{name}: {type(wrong).__name__}") from wrong


Make = Callable[[Any], Any]


def _array(form: Any, _make: Make) -> Any:
    import numpy

    kind, shape, content = form
    if not KINDS.fullmatch(kind):
        raise NotPlain(kind)
    return numpy.frombuffer(b64decode(content), dtype=kind).reshape(shape).copy()


def _objects(form: Any, make: Make) -> Any:
    import numpy

    shape, values = form
    if math.prod(shape) != len(values):
        raise NotPlain("shape")
    made = numpy.empty(len(values), dtype=object)
    for at, each in enumerate(values):
        made[at] = make(each)
    return made.reshape(shape)


def _series(form: Any, make: Make) -> Any:
    import pandas

    index, values, name = map(make, form)
    return pandas.Series(values, index=index, name=name)


def _frame(form: Any, make: Make) -> Any:
    import pandas

    index, columns = make(form[0]), make(form[1])
    if len(columns) != len(form[2]):
        raise NotPlain("columns")
    made = pandas.DataFrame(
        {at: pandas.Series(make(each), index=index) for at, each in enumerate(form[2])}, index=index
    )
    made.columns = columns
    return made


def _index(form: Any, make: Make) -> Any:
    import pandas

    return pandas.Index(make(form[0]), name=make(form[1]), tupleize_cols=False)


def _rangeindex(form: Any, make: Make) -> Any:
    import pandas

    start, stop, step, name = form
    return pandas.RangeIndex(start, stop, step, name=make(name))


def _multiindex(form: Any, make: Make) -> Any:
    import pandas

    levels, codes, names = ([make(each) for each in part] for part in form)
    return pandas.MultiIndex(levels=levels, codes=codes, names=names)


def _categorical(form: Any, make: Make) -> Any:
    import pandas

    return pandas.Categorical.from_codes(make(form[1]), categories=make(form[0]), ordered=form[2] is True)


def _times(form: Any, make: Make) -> Any:
    import numpy
    import pandas

    kind, unit, zone, numbers = form
    if unit not in ("s", "ms", "us", "ns"):
        raise NotPlain("unit")
    values = make(numbers)
    if values.dtype != numpy.int64:
        raise NotPlain("numbers")
    if kind == "T":
        return pandas.TimedeltaIndex(values.view(f"m8[{unit}]")).array
    found = pandas.DatetimeIndex(values.view(f"M8[{unit}]"))
    return (found if zone is None else found.tz_localize("UTC").tz_convert(zone)).array


def _masked(form: Any, make: Make) -> Any:
    import numpy
    import pandas

    name, values, mask = form[0], make(form[1]), make(form[2])
    if mask.dtype != numpy.bool_ or mask.shape != values.shape:
        raise NotPlain("mask")
    found = pandas.array(values, dtype=name)
    found[mask] = pandas.NA
    return found


def _strings(form: Any, _make: Make) -> Any:
    import pandas

    storage, by_na, texts = form
    if storage not in ("python", "pyarrow") or not all(each is None or type(each) is str for each in texts):
        raise NotPlain("strings")
    dtype = pandas.StringDtype(storage) if by_na else pandas.StringDtype(storage, na_value=float("nan"))
    return pandas.array(texts, dtype=dtype)


def _periods(form: Any, make: Make) -> Any:
    import pandas

    index: Any = pandas.PeriodIndex
    return index.from_ordinals(make(form[1]), freq=form[0]).array


def _intervals(form: Any, make: Make) -> Any:
    import pandas

    return pandas.arrays.IntervalArray.from_arrays(make(form[0]), make(form[1]), closed=form[2])


def _timestamp(form: Any, _make: Make) -> Any:
    import pandas

    number, zone = form
    found = pandas.Timestamp(number, unit="ns")
    return found if zone is None else found.tz_localize("UTC").tz_convert(zone)


def _missing(form: Any, _make: Make) -> Any:
    import pandas

    return {"NA": pandas.NA, "NaT": pandas.NaT}[form]


def _duration(form: Any, _make: Make) -> Any:
    import pandas

    return pandas.Timedelta(form, unit="ns")


def _dtype(form: Any, _make: Make) -> Any:
    import numpy

    if not KINDS.fullmatch(form):
        raise NotPlain("dtype")
    return numpy.dtype(form)


_MAKERS: dict[str, Callable[[Any, Make], Any]] = {
    "int": lambda v, _make: int(v, 16),
    "list": lambda v, make: [make(each) for each in v],
    "tuple": lambda v, make: tuple(make(each) for each in v),
    "set": lambda v, make: {make(each) for each in v},
    "frozenset": lambda v, make: frozenset(make(each) for each in v),
    "dict": lambda v, make: {make(key): make(each) for key, each in v},
    "bytes": lambda v, _make: b64decode(v),
    "bytearray": lambda v, _make: bytearray(b64decode(v)),
    "complex": lambda v, _make: complex(*v),
    "range": lambda v, make: range(*map(make, v)),
    "slice": lambda v, make: slice(*map(make, v)),
    "ellipsis": lambda _v, _make: ...,
    "datetime": lambda v, _make: datetime.datetime.fromisoformat(v),
    "date": lambda v, _make: datetime.date.fromisoformat(v),
    "time": lambda v, _make: datetime.time.fromisoformat(v),
    "timedelta": lambda v, _make: datetime.timedelta(*v),
    "decimal": lambda v, _make: decimal.Decimal(v),
    "fraction": lambda v, make: fractions.Fraction(*map(make, v)),
    "scalar": lambda v, make: make(v)[()],
    "array": _array,
    "objects": _objects,
    "dtype": _dtype,
    "missing": _missing,
    "timestamp": _timestamp,
    "duration": _duration,
    "series": _series,
    "frame": _frame,
    "index": _index,
    "rangeindex": _rangeindex,
    "multiindex": _multiindex,
    "categorical": _categorical,
    "times": _times,
    "masked": _masked,
    "strings": _strings,
    "periods": _periods,
    "intervals": _intervals,
}
