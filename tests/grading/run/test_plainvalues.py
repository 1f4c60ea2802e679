"""Plain values go over as what they are; nothing else does, whatever the other side says."""

from __future__ import annotations

import datetime
import decimal
import fractions
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.company import load
from servicelab.grading.run.plainvalues import NotPlain, packed, unpacked

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.dates()
    | st.decimals(allow_nan=False)
    | st.fractions(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
TABLES: dict[str, Any] = {
    "grouped": pd.DataFrame({"a": ["x", "y", "x"], "b": [1.5, 2.5, 3.5]}).groupby("a")["b"].mean(),
    "mixed": pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [True, False], "d": [1.5, None]}, index=[3, 4]),
    "wide": pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", None])),
    "twice": pd.DataFrame([[1, 2]], columns=["a", "a"]),
    "days": pd.Series(pd.date_range("2025-01-01", periods=3)),
    "zoned": pd.Series(pd.date_range("2025-01-01", periods=3, tz="Asia/Shanghai")),
    "spans": pd.Series(pd.to_timedelta([1, 2], unit="h")),
    "months": pd.period_range("2025-01", periods=3, freq="M").to_series(),
    "cut": pd.cut(pd.Series([1.0, 2.0, 3.0]), 2),
    "nullable": pd.Series([1, None], dtype="Int64"),
    "unsure": pd.Series([True, None], dtype="boolean"),
    "kinds": pd.Series(["a", "b", "a"], dtype="category"),
    "lists": pd.Series([[1], {"a": 2}], dtype=object),
    "truths": pd.Series({True: 1.0, False: 2.0}),
}


@given(PLAIN)
def test_builtin_values_come_back(value: object) -> None:
    found = unpacked(packed(value))
    assert found == value
    assert type(found) is type(value)
    assert repr(found) == repr(value)


@pytest.mark.parametrize("name", TABLES)
def test_tables_come_back(name: str) -> None:
    table = TABLES[name]
    same = pd.testing.assert_frame_equal if isinstance(table, pd.DataFrame) else pd.testing.assert_series_equal
    same(unpacked(packed(table)), table, check_freq=False)


@pytest.mark.parametrize("name", ["contacts", "orders", "kano_survey", "agents", "event_log"])
def test_the_firms_tables_come_back(name: str) -> None:
    table = load(name).head(200)
    pd.testing.assert_frame_equal(unpacked(packed(table)), table)


@pytest.mark.parametrize(
    "value",
    [
        np.array([[1.5, 2.5], [3.5, 4.5]]),
        np.array(["a", "bc"]),
        np.array([1, "x", None], dtype=object),
        np.array(5),
        np.array([], dtype="int16"),
        np.array(["2025-01-01"], dtype="M8[D]"),
    ],
    ids=["floats", "texts", "objects", "alone", "empty", "days"],
)
def test_arrays_come_back(value: Any) -> None:
    found = unpacked(packed(value))
    np.testing.assert_array_equal(found, value)
    assert (found.dtype, found.shape) == (value.dtype, value.shape)


@pytest.mark.parametrize(
    "value",
    [
        np.float64(2.5), np.int32(3), np.bool_(True), np.datetime64("2025-01-01"), pd.Timestamp("2025-01-01 10:00"),
        pd.Timedelta("1h"), pd.NaT, pd.NA, np.dtype("float32"), datetime.datetime(2025, 1, 1, 10), 10**50, -(10**30),
        datetime.timedelta(days=2), datetime.time(10), decimal.Decimal("0.4"), fractions.Fraction(1, 3), 1j, range(3),
        slice(1, None), ..., frozenset({1}), {(1, 2): {3}}, float("inf"), "\ud83d", bytearray(b"a"),
    ],
    ids=repr,
)  # fmt: skip
def test_single_values_come_back(value: Any) -> None:
    found = unpacked(packed(value))
    assert type(found) is type(value)
    assert found is value or found == value


class Yes(int):
    """Equal to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


class Table(pd.Series):  # type: ignore[misc,type-arg]
    """A table of somebody's own."""


@pytest.mark.parametrize(
    "value", [Yes(1), Table([1]), len, object(), iter([]), type, TABLES], ids=lambda v: type(v).__name__
)
def test_what_could_answer_for_itself_stays_where_it_is(value: Any) -> None:
    held: list[Any] = []

    def handle(one: Any) -> dict[str, Any]:
        held.append(one)
        return {"t": "handle", "id": 0}

    if value is TABLES:
        value = {"inside": [Yes(1)]}
    packed(value, handle)
    assert held
    with pytest.raises(NotPlain):
        packed(value)


@pytest.mark.parametrize(
    "form",
    [
        {"t": "handle", "id": 0},
        {"t": "nothing", "v": 1},
        {"t": ["list"], "v": 1},
        {"v": []},
        [1],
        {"t": "array", "v": ["|O", [1], "AAAAAAAAAAA="]},
        {"t": "array", "v": ["<f8", [9], "AAAA"]},
        {"t": "array", "v": ["V8", [1], "AAAAAAAAAAA="]},
        {"t": "objects", "v": [[2], [1]]},
        {"t": "frame", "v": [{"t": "rangeindex", "v": [0, 1, 1, None]}, {"t": "rangeindex", "v": [0, 2, 1, None]}, []]},
        {"t": "set", "v": [{"t": "list", "v": []}]},
        {"t": "masked", "v": ["object", None, None]},
        {"t": "times", "v": ["D", "Y", None, {"t": "array", "v": ["<i8", [0], ""]}]},
        {"t": "int", "v": "zz"},
        {"t": "decimal", "v": "much"},
        {"t": "list"},
    ],
    ids=range(16),
)
def test_a_form_that_stands_for_nothing_is_refused(form: Any) -> None:
    with pytest.raises(NotPlain):
        unpacked(form)


def test_what_is_too_deep_is_refused_on_both_sides() -> None:
    deep: list[Any] = []
    form: Any = {"t": "list", "v": []}
    for _step in range(100):
        deep, form = [deep], {"t": "list", "v": [form]}
    for refused in (lambda: packed(deep), lambda: unpacked(form)):
        with pytest.raises(NotPlain):
            refused()
