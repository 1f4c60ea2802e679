"""How far a learner is: time spent, what is done, where they stopped. Kept in the answer sheet with the answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from servicelab.learn.numbers import finite
from servicelab.learn.outline import Outline, Section

LONGEST_GAP = 4 * 60.0
"""Seconds of silence that still count as reading or thinking; a longer gap counts as this much."""


class Stopwatch:
    """Seconds of work between one sign of life and the next, a gap counted as `LONGEST_GAP` at most.

    >>> ticks = iter([0.0, 60.0, 4000.0])
    >>> watch = Stopwatch(lambda: next(ticks))
    >>> watch.lap(), watch.lap()
    (60.0, 240.0)
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()

    def lap(self) -> float:
        """Seconds worked since the last lap."""
        now = self._clock()
        passed, self._last = now - self._last, now
        return min(max(passed, 0.0), LONGEST_GAP)


@dataclass(frozen=True)
class SectionProgress:
    """One section: how many of its items are done, whether it counts as done, minutes spent in it."""

    section: Section
    done_items: int
    done: bool
    minutes: float
    tried: int = 0
    """Items that were tried and are not right yet."""

    @property
    def left(self) -> int:
        """Items still open."""
        return len(self.section.items) - self.done_items


@dataclass(frozen=True)
class Progress:
    """A whole lesson."""

    sections: tuple[SectionProgress, ...]
    stopped: str
    """Id of the section in which something was answered last; "" before the first answer in any."""
    minutes: float

    @property
    def started(self) -> bool:
        """Whether anything of a section was answered or ticked off."""
        return bool(self.stopped) or any(s.done or s.done_items for s in self.sections)

    @property
    def core(self) -> tuple[SectionProgress, ...]:
        """The sections for everyone (analysts have more)."""
        return tuple(s for s in self.sections if s.section.track != "analyst")

    @property
    def for_analysts(self) -> tuple[SectionProgress, ...]:
        """The sections that nobody else is led through."""
        return tuple(s for s in self.sections if s.section.track == "analyst")

    @property
    def done(self) -> bool:
        """Whether every section for everyone is done."""
        return bool(self.core) and all(s.done for s in self.core)

    @property
    def share(self) -> float:
        """Share of the sections for everyone that are done, from 0 to 1."""
        return sum(s.done for s in self.core) / len(self.core) if self.core else 0.0

    @property
    def next(self) -> SectionProgress | None:
        """Where to go on: the first section for everyone that is not done, looking from where they stopped first."""
        ids = [s.section.id for s in self.core]
        start = ids.index(self.stopped) if self.stopped in ids else 0
        return next((s for s in (*self.core[start:], *self.core[:start]) if not s.done), None)


def add_time(activity: dict[str, Any], section: str, seconds: float, moment: str, item: str = "") -> None:
    """Add work to a sheet's activity and note where it happened; what belongs to no section moves nobody out of one."""
    if section:
        slot = part(activity, section)
        slot["seconds"] = round(number(slot.get("seconds")) + seconds, 1)
    else:
        activity["elsewhere"] = round(number(activity.get("elsewhere")) + seconds, 1)
    if item:
        before = activity.get("stopped")
        kept = before.get("section") if isinstance(before, dict) else ""
        activity["stopped"] = {
            "section": section or (kept if isinstance(kept, str) else ""),
            "item": item,
            "at": moment,
        }


def mark_done(activity: dict[str, Any], section: str, moment: str) -> None:
    """Note that the learner called a section done."""
    slot = part(activity, section)
    slot["done"] = slot.get("done") or moment


def part(activity: dict[str, Any], section: str) -> dict[str, Any]:
    """A section's own record inside the activity, made when missing or not a record."""
    kept = activity.get("sections")
    if not isinstance(kept, dict):
        kept = activity["sections"] = {}
    if not isinstance(kept.get(section), dict):
        kept[section] = {}
    slot: dict[str, Any] = kept[section]
    return slot


def measure(outline: Outline, entries: Mapping[str, Mapping[str, Any]], activity: Mapping[str, Any]) -> Progress:
    """How far the sheet says the learner is. A section is done when all it asks is done, or its end was ticked off."""
    kept = activity.get("sections")
    records = kept if isinstance(kept, Mapping) else {}
    found = []
    for section in outline.sections:
        record = records.get(section.id)
        record = record if isinstance(record, Mapping) else {}
        done_items = sum(entries.get(i, {}).get("done") is True for i in section.items)
        done = bool(record.get("done")) or (bool(section.items) and done_items == len(section.items))
        tried = sum(_tried(entries.get(i, {})) for i in section.items)
        found.append(SectionProgress(section, done_items, done, number(record.get("seconds")) / 60, tried))
    spent = number(activity.get("elsewhere")) / 60 + sum(
        number(r.get("seconds")) / 60 for r in records.values() if isinstance(r, Mapping)
    )
    stopped = activity.get("stopped")
    where = stopped.get("section") if isinstance(stopped, Mapping) else ""
    return Progress(tuple(found), where if isinstance(where, str) else "", spent)


def _tried(entry: Mapping[str, Any]) -> bool:
    """Whether an answer was checked and is not right yet."""
    value = entry.get("value")
    return entry.get("done") is not True and isinstance(value, Mapping) and bool(value.get("tries"))


def number(value: object) -> float:
    """A non-negative number of seconds, 0 for anything else."""
    return max(finite(value) or 0.0, 0.0)
