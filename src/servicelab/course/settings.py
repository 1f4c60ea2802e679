"""`course.yml`: what the course is made of, in which order; and a unit's own `unit.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from servicelab.course.declared import Declared, Fault, Rule, Shown, filled
from servicelab.course.quizfile import Words

STATED = Rule("`{name}` is missing", "Write it", bool)
MINUTES = ("the unit does not state its minutes", "Write them for every track")
WEIGHTS = ("the weights do not add up to 100", "Mend them")
HOURS = "`core_hours` is no span of hours", "Write core_hours: [9, 10]"


@dataclass(frozen=True)
class Track(Declared):
    """Whom a way through the course is for."""

    title: Annotated[str, Rule("the track has no title", "Write `title:`", filled), Shown]
    summary: Words = ""
    core_hours: Annotated[tuple[float, ...], Rule(*HOURS)] = ()
    """Hours for the units of the core with their graded work, at least and at most, as the start page states them."""


@dataclass(frozen=True)
class UnitFacts(Declared):
    """What is said of a module or a case: in `course.yml`, or in its own `unit.yml` while it is being written.

    A `draft` is built and checked like any other, and never given to a trainee.
    """

    SHAPE: ClassVar = ("the unit has no title", "Write `title:`")

    title: Annotated[str, Rule("the unit has no title", "Write `title:`", filled), Shown]
    minutes: Annotated[Mapping[str, Annotated[float, Rule(*MINUTES)]], Rule(*MINUTES)]
    summary: Words = ""
    core: Annotated[bool, Rule("`core` is neither true nor false", "Write `core: true`")] = False
    graded_minutes: Annotated[
        Mapping[str, tuple[float, ...]], Rule("`graded_minutes` are no spans of minutes", "Write frontline: [20, 30]")
    ] = field(default_factory=dict)
    draft: Annotated[bool, Rule("`draft` is neither true nor false", "Write `draft: true`, or take it away")] = False


@dataclass(frozen=True)
class Settings(Declared):
    """The whole of `course.yml`."""

    course: Annotated[str, STATED]
    title: Annotated[str, STATED, Shown]
    tracks: Annotated[Mapping[str, Track], STATED]
    modules: Annotated[Mapping[str, UnitFacts], STATED]
    completion: Annotated[Mapping[str, Mapping[str, Annotated[float, Rule(*WEIGHTS)]]], STATED]
    cases: Mapping[str, UnitFacts] = field(default_factory=dict)
    marks: Words = ""
    seen_by: Words = ""
    fetched: Annotated[bool, Rule("`fetched` is neither true nor false", "Write `fetched: true`, or take it away")] = (
        False
    )
    """Whether the instructor fetches what is handed in from where the trainees work: then nobody sends a file."""
    summary: Words = ""

    def faults(self) -> Iterator[Fault]:
        """Minutes for every track, hours that are what the minutes of the core come to, and weights that add up."""
        for group in ("modules", "cases"):
            for name, facts in getattr(self, group).items():
                if set(facts.minutes) != set(self.tracks):
                    yield Fault((group, name), *MINUTES)
        for name, stated in self.tracks.items():
            if stated.core_hours != (added := self.hours_of_core(name)):
                problem = "`core_hours` are not what the minutes of the core's units come to"
                remedy = f"Write core_hours: {list(added)}" if added else "State the minutes of every unit of the core"
                yield Fault(("tracks", name), problem, remedy)
        for track, weights in self.completion.items():
            if track not in self.tracks:
                yield Fault(("completion", track), "there is no such track", "Use one of `tracks`")
            elif sum(weights.values()) != 100:
                yield Fault(("completion", track), *WEIGHTS)

    def hours_of_core(self, track: str) -> tuple[float, ...]:
        """The hours of the core for a track, at least and at most, to the whole hour; () where a unit states none."""
        core = [facts for facts in (*self.modules.values(), *self.cases.values()) if facts.core and not facts.draft]
        spans = [facts.graded_minutes.get(track, ()) for facts in core]
        if not core or any(len(span) != 2 for span in spans) or any(track not in facts.minutes for facts in core):
            return ()
        lessons = sum(facts.minutes[track] for facts in core)
        return tuple(round((lessons + sum(span[end] for span in spans)) / 60) for end in (0, 1))
