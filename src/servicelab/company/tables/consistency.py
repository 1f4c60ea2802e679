"""What must hold between rows and between tables: keys, references, time order, and facts that follow from others.

A table is looked at in pieces and after the tables it refers to, so that a folder of any size takes the memory of its
largest piece, 8 bytes a row for each key that others refer to, and as many for each moment that others must follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.tables.dictionary import KNOWN
from servicelab.company.tables.schema import Table
from servicelab.i18n import _

Hashes = NDArray[np.uint64]
#: No key: what stands for a missing reference.
NONE = np.uint64(0)


@dataclass(frozen=True)
class Rule:
    """Two moments of one row of `table`, the later of which must not be before the earlier.

    A moment is a column of the table, ``column+seconds`` for so much later, or ``column>other.moment`` for the moment
    of the row that the column refers to. `column` is the cell to mend; `before`: it is wrong to be before, else after.
    """

    table: str
    column: str
    earlier: str
    later: str
    what: Callable[[], str]
    before: bool = True


_MEMBER = "customer_id>customers.joined_on"
#: No event before its cause.
RULES = (
    Rule("customers", "app_from", "joined_on", "app_from", lambda: _("joining")),
    Rule("customers", "churned_on", "joined_on", "churned_on", lambda: _("joining")),
    Rule("orders", "ordered_at", _MEMBER, "ordered_at", lambda: _("joining")),
    Rule("contacts", "opened_at", _MEMBER, "opened_at", lambda: _("joining")),
    Rule("contacts", "opened_at", "order_id>orders.ordered_at", "opened_at", lambda: _("the order")),
    Rule("contacts", "opened_at", "journey_id>contacts.opened_at", "opened_at", lambda: _("the first contact")),
    Rule(
        "contacts", "opened_at", "parent_id>contacts.opened_at", "opened_at", lambda: _("the contact that it follows")
    ),
    Rule("contacts", "led_to_order_id", "opened_at", "led_to_order_id>orders.ordered_at", lambda: _("the contact")),
    Rule("contacts", "agent_id", "agent_id>agents.hired_on", "opened_at+wait", lambda: _("the agent was hired")),
    Rule("calls", "agent", "agent>agents.hired_on", "arrived_at+wait", lambda: _("the agent was hired")),
    Rule("agents", "left_on", "hired_on", "left_on", lambda: _("the day of hiring")),
    Rule("cases", "opened_at", "order_id>orders.ordered_at", "opened_at", lambda: _("the order")),
    Rule("cases", "opened_at", "contact_id>contacts.opened_at", "opened_at", lambda: _("the contact")),
    Rule("cases", "closed_at", "opened_at", "closed_at", lambda: _("the opening")),
    Rule("event_log", "timestamp", "case_id>cases.opened_at", "timestamp", lambda: _("the case was opened")),
    Rule(
        "event_log", "timestamp", "timestamp", "case_id>cases.closed_at", lambda: _("the case was closed"), before=False
    ),
    Rule("campaigns", "ends", "starts", "ends", lambda: _("the start")),
    Rule("touchpoints", "timestamp", _MEMBER, "timestamp", lambda: _("joining")),
    Rule("deposits", "paid_at", _MEMBER, "paid_at", lambda: _("joining")),
    Rule("incidents", "detected_at", "started_at", "detected_at", lambda: _("the start")),
    Rule("incidents", "first_message_at", "started_at", "first_message_at", lambda: _("the start")),
    Rule("incidents", "ended_at", "started_at", "ended_at", lambda: _("the start")),
)


@dataclass(frozen=True)
class Broken:
    """Rows (counted in the file from 0) whose `column` cannot be so; `when`: the moments they are held against."""

    column: str
    rows: NDArray[np.int64]
    problem: str
    remedy: str
    when: Any = None

    def said(self, at: int) -> str:
        """The problem of one of the rows."""
        if self.when is None:
            return self.problem
        when = str(pd.Timestamp(self.when[at])).removesuffix(" 00:00:00")
        return self.problem.format(when=when)


@dataclass
class Kept:
    """What is kept of a table when its rows have gone by: hashes of keys and references, and moments, whole."""

    table: Table
    key: list[Hashes] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    _turn: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    def add(self, frame: pd.DataFrame) -> None:
        """Note a piece of the table."""
        if self.table.key:
            self.key.append(hashed(frame[list(self.table.key)]))
        for name in _wanted(self.table.name):
            column = frame[name]
            moment = self.table.column(name).kind in ("date", "datetime")
            values = column.to_numpy(dtype="datetime64[s]") if moment else hashed(column.to_frame())
            self.columns.setdefault(name, []).append(values)

    def whole(self, name: str) -> Any:
        """A kept column, all of it."""
        parts = self.columns[name]
        if len(parts) > 1:
            self.columns[name] = parts = [np.concatenate(parts)]
        return parts[0] if parts else np.zeros(0, dtype=np.uint64)

    def find(self, column: str, keys: Hashes) -> NDArray[np.int64]:
        """The row whose `column` is each key; −1 for none."""
        there = self.whole(column)
        if column not in self._turn:
            self._turn[column] = np.argsort(there, kind="stable")
        turn = self._turn[column]
        if not len(there):
            return np.full(len(keys), -1)
        at = np.minimum(np.searchsorted(there, keys, sorter=turn), len(there) - 1)
        found: NDArray[np.int64] = np.where((there[turn[at]] == keys) & (keys != NONE), turn[at], -1)
        return found


def hashed(frame: pd.DataFrame) -> Hashes:
    """A 64-bit hash of each row; NONE where a cell is missing.

    >>> frame = pd.DataFrame({"a": ["x", "y", None]})
    >>> first, second, third = hashed(frame).tolist()
    >>> first == second, third
    (False, 0)
    """
    made = np.zeros(len(frame), dtype=np.uint64)
    for name in frame:
        place, cells = pd.factorize(frame[name])
        each = pd.util.hash_array(np.append(cells.astype("str"), "").astype(object), categorize=False)
        # Missing is −1: the last one, which the line below the loop makes NONE.
        made = made * np.uint64(1_000_003) + each[place]
    made[frame.isna().any(axis=1).to_numpy()] = NONE
    return made


def in_order(names: Iterable[str]) -> list[str]:
    """The tables, each after those it refers to.

    >>> in_order(["contacts", "orders", "customers"])
    ['customers', 'orders', 'contacts']
    """
    todo, done = list(names), []
    while todo:
        ready = next(name for name in todo if not (_parents(name) - {name}) & set(todo))
        todo.remove(ready)
        done.append(ready)
    return done


def _parents(name: str) -> set[str]:
    return {column.refers.partition(".")[0] for column in KNOWN[name].columns if column.refers}


def _wanted(name: str) -> list[str]:
    """Columns that other rows, of this table or another, are held against."""
    wanted: dict[str, None] = {}
    for table in KNOWN.values():
        for column in table.columns:
            other, _dot, key = column.refers.partition(".")
            if other == name:
                wanted[key] = None
                if table.name == name:
                    wanted[column.name] = None
    for rule in RULES:
        for moment in (rule.earlier, rule.later):
            other, _dot, column_name = moment.partition(">")[2].partition(".")
            if other == name:
                wanted[column_name] = None
    if name == "event_log":
        wanted |= {"case_id": None, "timestamp": None}
    return list(wanted)


def of_piece(table: Table, frame: pd.DataFrame, known: Mapping[str, Kept]) -> Iterator[Broken]:
    """What is broken in a piece of a table, held against the tables before it."""
    for column in table.columns:
        other, _dot, key = column.refers.partition(".")
        if other in known and other != table.name:
            references = hashed(frame[[column.name]])
            yield _lost(column.name, other, key, (references != NONE) & (known[other].find(key, references) < 0), frame)
    for rule in RULES:
        if rule.table == table.name and f">{table.name}." not in rule.earlier:
            moments = [_moment(table, frame, text, known) for text in (rule.earlier, rule.later)]
            if moments[0] is not None and moments[1] is not None:
                yield _backwards(rule, moments[0], moments[1], frame.index.to_numpy())
    for name, wrong, problem, remedy in _facts(table.name, frame):
        yield Broken(name, frame.index[wrong.fillna(False).to_numpy(dtype=bool)].to_numpy(), problem, remedy)


def of_whole(kept: Kept, known: Mapping[str, Kept]) -> Iterator[Broken]:
    """What is broken between the rows of one table."""
    table = kept.table
    if kept.key:
        key = pd.Series(np.concatenate(kept.key))
        kept.key = []
        twice = key.duplicated(keep=False) & (key != NONE)
        problem, remedy = _("The key stands more than once."), _("Keep one of the rows, or give each its own key.")
        yield Broken(", ".join(table.key), np.flatnonzero(twice), problem, remedy)
    for column in table.columns:
        other, _dot, name = column.refers.partition(".")
        if other == table.name:
            references = kept.whole(column.name)
            yield _lost(column.name, other, name, (references != NONE) & (kept.find(name, references) < 0))
    for rule in RULES:
        if rule.table == table.name and f">{table.name}." in rule.earlier:
            by, _arrow, target = rule.earlier.partition(">")
            name = target.partition(".")[2]
            key_name = table.column(by).refers.partition(".")[2]
            earlier = _taken(kept.whole(name), kept.find(key_name, kept.whole(by)))
            yield _backwards(rule, earlier, kept.whole(rule.later), np.arange(len(earlier)))
    if table.name == "event_log" and "cases" in known:
        case, at = kept.whole("case_id"), kept.whole("timestamp")
        turn = np.argsort(case, kind="stable")
        back = (case[turn][1:] == case[turn][:-1]) & (at[turn][1:] < at[turn][:-1])
        problem, remedy = (
            _("It is before the event that stands above it in the same case."),
            _("Put the steps of a case in order of time."),
        )
        yield Broken("timestamp", np.sort(turn[1:][back]), problem, remedy)


def _lost(
    column: str, other: str, key: str, lost: NDArray[np.bool_], frame: pd.DataFrame | None = None
) -> Broken:  # fmt: skip
    rows = np.flatnonzero(lost)
    problem = _("It is not in {table}.", table=f"{other}.{key}")
    remedy = _("Correct it, or add the missing row to {table}.", table=other)
    return Broken(column, rows if frame is None else frame.index.to_numpy()[rows], problem, remedy)


def _moment(table: Table, frame: pd.DataFrame, text: str, known: Mapping[str, Kept]) -> Any:
    by, _arrow, target = text.partition(">")
    if not target:
        at, _plus, seconds = by.partition("+")
        moments = frame[at].to_numpy(dtype="datetime64[s]")
        if not seconds:
            return moments
        later = np.nan_to_num(frame[seconds].to_numpy(dtype=float), nan=0.0).clip(0, 1e9)
        return moments + later.astype("timedelta64[s]")
    other, _dot, name = target.partition(".")
    if other not in known:
        return None
    key = table.column(by).refers.partition(".")[2]
    return _taken(known[other].whole(name), known[other].find(key, hashed(frame[[by]])))


def _taken(moments: Any, rows: NDArray[np.int64]) -> Any:
    never = np.datetime64("NaT", "s")
    return np.where(rows >= 0, moments[np.maximum(rows, 0)], never) if len(moments) else np.full(len(rows), never)


def _backwards(rule: Rule, earlier: Any, later: Any, index: NDArray[np.int64]) -> Broken:
    # A comparison with a missing moment is False.
    rows = np.flatnonzero(later < earlier)
    if rule.before:
        problem = _("It is before {what} ({when}).", what=rule.what(), when="{when}")
    else:
        problem = _("It is after {what} ({when}).", what=rule.what(), when="{when}")
    remedy = _("Correct one of the two times; check their time zone.")
    return Broken(rule.column, index[rows], problem, remedy, (earlier if rule.before else later)[rows])


def _facts(name: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series, str, str]]:
    """Cells that contradict other cells of their row: column, rows, problem and remedy."""
    if name == "orders":
        promised, delivered, on_time = frame["promised_days"], frame["delivered_days"], frame["on_time"]
        problem = _("on_time contradicts promised_days and delivered_days.")
        remedy = _("on_time is True when delivered_days is at most promised_days.")
        yield "on_time", on_time == (delivered > promised), problem, remedy
        problem, remedy = _("There is a delivery and no promise."), _("Fill in both, or neither.")
        yield "promised_days", promised.isna() & delivered.notna(), problem, remedy
        problem = _("on_time is empty and delivered_days is not, or the other way round.")
        yield "on_time", on_time.isna() != delivered.isna(), problem, remedy
        problem, remedy = (
            _("A shop is named on just the orders of channel shop."),
            _("Correct the shop or the channel."),
        )
        odd = (frame["channel"] == "shop") == frame["shop_id"].isna()
        yield "shop_id", odd & frame["channel"].notna(), problem, remedy
    if name == "contacts":
        for column in ("handling", "agent_id"):
            problem, remedy = _("Nobody answered this contact."), _("Correct `served`, or leave the cell empty.")
            yield column, frame[column].notna() & ~frame["served"].fillna(True).astype(bool), problem, remedy
        problem = _("A first contact follows none, and every other follows one.")
        remedy = _("Correct `kind`, or the contact it follows.")
        odd = (frame["kind"] == "first") == frame["parent_id"].notna()
        yield "parent_id", odd & frame["kind"].notna(), problem, remedy


#: Moments of one row that must not run backwards, earlier one first.
_ORDER = {"tickets": ("opened_at", "first_reply_at", "resolved_at", "closed_at")}


def contradictions(name: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series[bool], str, str]]:
    """Rows of a company's own table whose columns cannot all be true: column, rows, problem and remedy."""
    order = [column for column in _ORDER.get(name, ()) if column in frame]
    for at, later in enumerate(order):
        for earlier in order[:at]:
            backwards = (frame[later] < frame[earlier]).fillna(False)
            problem = _("It is before {earlier}.", earlier=earlier)
            yield later, backwards, problem, _("Correct one of the two times; check their time zone.")
    if name == "calls" and "service" in frame:
        strange = frame["service"].notna() & ~frame["served"].fillna(True).astype(bool)
        problem = _("The call has a service time and was not served.")
        yield "service", strange, problem, _("Correct `served`, or leave the service time empty.")
