"""What a model accepts: every refusal names the argument and says what it must be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def numbers(name: str, value: ArrayLike) -> Floats:
    """The argument as an array of finite floats (0-d for a scalar).

    Raises
    ------
    ValueError
        When it is empty, not numeric, or holds a missing or infinite value.

    Examples
    --------
    >>> numbers("load", [1, 2])
    array([1., 2.])
    >>> numbers("load", float("nan"))
    Traceback (most recent call last):
    ...
    ValueError: load must be finite numbers, without gaps
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise ValueError(f"{name} must be a number or an array of numbers") from problem
    if array.size == 0:
        raise ValueError(f"{name} must not be empty")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite numbers, without gaps")
    return array


def positive(name: str, value: ArrayLike) -> Floats:
    """As `numbers`, all above zero."""
    array = numbers(name, value)
    if (array <= 0).any():
        raise ValueError(f"{name} must be greater than 0, not {array.min():g}")
    return array


def at_least(name: str, value: ArrayLike, least: float = 0.0) -> Floats:
    """As `numbers`, none below `least`."""
    array = numbers(name, value)
    if (array < least).any():
        raise ValueError(f"{name} must be at least {least:g}, not {array.min():g}")
    return array


def between(name: str, value: ArrayLike, low: float = 0.0, high: float = 1.0) -> Floats:
    """As `numbers`, all in [low, high]: the check for probabilities and shares."""
    array = numbers(name, value)
    outside = array[(array < low) | (array > high)]
    if outside.size:
        raise ValueError(f"{name} must be between {low:g} and {high:g}, not {outside.flat[0]:g}")
    return array


def whole(name: str, value: ArrayLike, least: int = 0) -> NDArray[np.int64]:
    """The argument as whole numbers, none below `least`."""
    array = numbers(name, value)
    if (array != np.floor(array)).any():
        raise ValueError(f"{name} must be whole numbers")
    if (array < least).any():
        raise ValueError(f"{name} must be at least {least}, not {array.min():g}")
    return array.astype(np.int64)


def matrix(name: str, value: Any) -> Floats:
    """As `numbers`, two-dimensional: rows × columns."""
    array = numbers(name, value)
    if array.ndim != 2:
        raise ValueError(f"{name} must be a table of rows and columns, not {array.ndim}-dimensional")
    return array


def vector(name: str, value: ArrayLike, length: int | None = None) -> Floats:
    """As `numbers`, one-dimensional, of the given length where one is given."""
    array = np.atleast_1d(numbers(name, value))
    if array.ndim != 1:
        raise ValueError(f"{name} must be one row of numbers, not {array.ndim}-dimensional")
    if length is not None and len(array) != length:
        raise ValueError(f"{name} must hold {length} numbers, not {len(array)}")
    return array


def table(name: str, value: pd.DataFrame, columns: Iterable[str] = ()) -> pd.DataFrame:
    """A non-empty DataFrame that has these columns.

    Raises
    ------
    ValueError
        When it is not a DataFrame, has no rows, or lacks a column.

    Examples
    --------
    >>> table("log", pd.DataFrame({"case_id": [1]}), ["case_id", "activity"])
    Traceback (most recent call last):
    ...
    ValueError: log must have the column 'activity'
    """
    if not isinstance(value, pd.DataFrame):
        raise ValueError(f"{name} must be a DataFrame, not {type(value).__name__}")
    missing = [column for column in columns if column not in value.columns]
    if missing:
        plural = "s" if len(missing) > 1 else ""
        raise ValueError(f"{name} must have the column{plural} {', '.join(map(repr, missing))}")
    if value.empty:
        raise ValueError(f"{name} must have at least one row")
    return value


def seconds(name: str, moments: pd.Series[Any]) -> Floats:
    """Moments as float seconds: timestamps since 1970, numbers as they are.

    Raises
    ------
    ValueError
        When a moment is missing or is neither a timestamp nor a number.

    Examples
    --------
    >>> seconds("timestamp", pd.Series(pd.to_datetime(["1970-01-01 00:01", "1970-01-02 00:00"])))
    array([6.00e+01, 8.64e+04])
    """
    if moments.isna().any():
        raise ValueError(f"{name} must not have gaps")
    if pd.api.types.is_datetime64_any_dtype(moments):
        since = pd.to_datetime(moments, utc=True) - pd.Timestamp(0, tz="UTC")
        return np.asarray(since.dt.total_seconds(), dtype=np.float64)
    if not pd.api.types.is_numeric_dtype(moments):
        raise ValueError(f"{name} must be timestamps or seconds: convert with pandas.to_datetime")
    return np.asarray(moments, dtype=np.float64)


def paired(**values: Any) -> tuple[Any, ...]:
    """The arguments, row beside row: every Series or DataFrame in the order of the first, what has no labels as it is.

    Arrays are paired by position, Series and DataFrames by what their rows are called; so the same customers in another
    order are no other customers.

    Raises
    ------
    ValueError
        When two of them do not have the same labels, or share them in another order and one stands twice.

    Examples
    --------
    >>> late, sent = paired(late=pd.Series({"a": 1, "b": 2}), sent=pd.Series({"b": 20, "a": 10}))
    >>> sent.tolist()
    [10, 20]
    >>> paired(late=pd.Series({"a": 1}), sent=pd.Series({"c": 20}))
    Traceback (most recent call last):
    ...
    ValueError: sent must have the same labels as late
    """
    labelled = {name: value for name, value in values.items() if isinstance(value, pd.Series | pd.DataFrame)}
    if not labelled:
        return tuple(values.values())
    first, lead = next(iter(labelled.items()))
    rows: pd.Index = lead.index
    for name, value in labelled.items():
        if value.index.equals(rows):
            continue
        if len(value) != len(rows) or set(value.index) != set(rows):
            raise ValueError(f"{name} must have the same labels as {first}")
        if not (rows.is_unique and value.index.is_unique):
            raise ValueError(f"{name} must be in the order of {first}: a label stands twice")
        values[name] = value.reindex(rows)
    return tuple(values.values())


def alike(**tables: Any) -> tuple[Any, ...]:
    """The tables, cell beside cell: as `paired`, and the columns by what they are called as well.

    Raises
    ------
    ValueError
        When two DataFrames do not have the same rows or columns, or `paired` refuses them.

    Examples
    --------
    >>> one, other = alike(one=pd.DataFrame({"a": [1], "b": [2]}), other=pd.DataFrame({"b": [20], "a": [10]}))
    >>> other.values.tolist()
    [[10, 20]]
    """
    beside = dict(zip(tables, paired(**tables), strict=True))
    labelled = {name: value for name, value in beside.items() if isinstance(value, pd.DataFrame)}
    if not labelled:
        return tuple(beside.values())
    first, lead = next(iter(labelled.items()))
    for name, value in labelled.items():
        if len(value.columns) != len(lead.columns) or set(value.columns) != set(lead.columns):
            raise ValueError(f"{name} must have the same columns as {first}")
        if not value.columns.equals(lead.columns):
            if not lead.columns.is_unique:
                raise ValueError(f"{name} must have its columns in the order of {first}: one stands twice")
            beside[name] = value[lead.columns]
    return tuple(beside.values())


def scalar(array: Any) -> Any:
    """A Python number where the caller gave scalars, the array otherwise."""
    return array.item() if np.ndim(array) == 0 else array
