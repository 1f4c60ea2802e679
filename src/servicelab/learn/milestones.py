"""The course as a path: the core, what may be chosen after it, the cases; how far each unit is, and what completes it.

Which units are core, and how long they take, the course states in `course.json`; what is done is counted as everywhere:
a unit is done when the sections of its lesson are and its exercise is handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from servicelab.course.layout import COURSE, UnitKind
from servicelab.i18n import _
from servicelab.learn.numbers import finite
from servicelab.learn.stages import Stage
from servicelab.learn.whereabouts import read_json

Part = Literal["core", "elective", "case", ""]
PARTS: tuple[Part, ...] = ("core", "elective", "case", "")
"""In the order in which they are worked; "" holds what the course does not list."""
Span = tuple[float, float] | None
TRACK = "frontline"
"""The way that everybody walks: what a unit has for analysts comes on top of it."""


class Listed(NamedTuple):
    """What the course says of a unit: its kind, its part, and how many minutes its exercise takes."""

    kind: UnitKind
    part: Part
    exercise: Span


@dataclass(frozen=True)
class Stretch:
    """A part of the path: its name, what is said of it as a whole, and its units in their order."""

    part: Part
    title: str
    says: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Course:
    """What a workspace's `course.json` says of the path; whatever is in that file, nothing here raises."""

    units: Mapping[str, Listed]
    hours: tuple[str, ...]
    """A phrase a track: whom it is for and how many hours the core takes."""

    @classmethod
    def at(cls, root: Path) -> Course:
        """The course of the workspace at `root`."""
        stated = read_json(root / COURSE)
        units = stated.get("modules")
        given = [unit for unit in units if isinstance(unit, dict)] if isinstance(units, list) else []
        tracks = stated.get("tracks")
        kept = tracks.values() if isinstance(tracks, dict) else ()
        return cls({str(unit.get("id")): listed(unit) for unit in given}, tuple(hours_of(kept)))

    def place(self, name: str) -> tuple[int, int, str]:
        """Where a unit stands on the path, by which names can be sorted."""
        order = list(self.units)
        at = order.index(name) if name in self.units else len(order)
        return PARTS.index(self.part(name)), at, name

    def part(self, name: str) -> Part:
        """The part of the path that a unit belongs to."""
        return self.units[name].part if name in self.units else ""

    def completed(self, stages: Sequence[Stage]) -> bool:
        """Whether every unit of the core is done: each that the course lists, not only each that is here."""
        core = {name for name, unit in self.units.items() if unit.part == "core"}
        return bool(core) and core <= {stage.name for stage in stages if stage.done}


def listed(unit: Mapping[str, Any]) -> Listed:
    """A unit as `course.json` lists it."""
    kind: UnitKind = "case" if unit.get("kind") == "case" else "module"
    part: Part = "core" if unit.get("core") is True else "case" if kind == "case" else "elective"
    graded = unit.get("graded_minutes")
    return Listed(kind, part, span(graded.get(TRACK) if isinstance(graded, dict) else None))


def span(given: object) -> Span:
    """Two numbers, the lower first; None for anything else."""
    found = [finite(each) for each in given] if isinstance(given, list) else []
    low, high = found if len(found) == 2 else (None, None)
    return (low, high) if low is not None and high is not None and 0 <= low <= high else None


def hours_of(tracks: Any) -> Iterator[str]:
    """A phrase for each track that states its hours."""
    for track in tracks:
        stated = span(track.get("core_hours")) if isinstance(track, dict) else None
        if stated and isinstance(track.get("title"), str):
            yield _("{track} ({low}–{high} hours)", track=track["title"], low=f"{stated[0]:g}", high=f"{stated[1]:g}")


def stretches(stages: Sequence[Stage], course: Course) -> list[Stretch]:
    """The parts of the path that have units; none where the course says of no unit that it is core."""
    if not any(unit.part == "core" for unit in course.units.values()):
        return []
    found = []
    for part in PARTS:
        here = tuple(stage for stage in stages if course.part(stage.name) == part)
        if here:
            found.append(Stretch(part, title_of(part), counted(here, course if part == "core" else None), here))
    return found


def title_of(part: Part) -> str:
    """What a part of the path is called."""
    names = {"core": _("Core"), "elective": _("Electives"), "case": _("Cases"), "": _("Not listed by this course")}
    return names[part]


def counted(stages: Sequence[Stage], course: Course | None) -> str:
    """How many units of a part are done, and of the core, with `course`, its hours."""
    done = _("{done} of {count} done", done=sum(stage.done for stage in stages), count=len(stages))
    return " · ".join([done, *(course.hours if course else ())])


def share(stage: Stage) -> float:
    """How much of a unit is done, from 0 to 1: the sections of its lesson, and its exercise as one more."""
    done = [each.done for each in stage.progress.core]
    if stage.exercise:
        done.append(stage.exercise.receipt is not None)
    return sum(done) / len(done) if done else 0.0


def left(stage: Stage, course: Course) -> str:
    """Whether a unit is done or begun, and what is left of it, in minutes that the course states."""
    if stage.done:
        return _("done")
    return _("begun: {left}", left=_open(stage, course)) if stage.progress.started else _open(stage, course)


def _open(stage: Stage, course: Course) -> str:
    minutes = sum(each.section.minutes for each in stage.progress.core if not each.done)
    exercise = course.units[stage.name].exercise if stage.name in course.units else None
    if not stage.exercise or stage.exercise.receipt:
        return _("{minutes} min left", minutes=f"{minutes:g}")
    if stage.progress.done:
        if not exercise:
            return _("the exercise is left")
        return _("the exercise is left, {low}–{high} min", low=f"{exercise[0]:g}", high=f"{exercise[1]:g}")
    if not exercise:
        return _("{minutes} min left, then the exercise", minutes=f"{minutes:g}")
    return _("{minutes} min left, then the exercise, {low}–{high} min",
             minutes=f"{minutes:g}", low=f"{exercise[0]:g}", high=f"{exercise[1]:g}")  # fmt: skip


def standing_of(stage: Stage) -> str:
    """Whether a unit is done, begun or still to be begun."""
    if stage.done:
        return "done"
    return "begun" if stage.progress.started else "open"


def congratulation(stages: Sequence[Stage], course: Course) -> str:
    """That the core is complete, with what may still be to do for that; "" before it is."""
    if not course.completed(stages):
        return ""
    core = [stage for stage in stages if course.part(stage.name) == "core"]
    receipts = [stage.exercise.receipt for stage in core if stage.exercise and stage.exercise.receipt]
    if all(receipt.fetched for receipt in receipts):
        return _("Core complete: all {count} units are done and handed in.", count=len(core))
    return _(
        "Core complete: all {count} units are done. What you have not sent to your instructor yet is still to be sent.",
        count=len(core),
    )
