"""A rubric of `grading/rubrics/`: what a person marks one written task by, in both languages. Instructors only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from servicelab.course.declared import Declared, Fault, Rule, filled
from servicelab.i18n import LANGUAGES, _, language, later

EXACTLY = (later("it must have exactly the fields {fields}"), "Write those, and no other")
NO_WORD = Rule(later("it must be a word"), "Write one", filled)
NO_LIST = Rule(later("it must be a list that is not empty"), "Begin each entry with a hyphen", bool)
NO_TEXT = (later("it must have a text in each of en, zh"), "Write both")
NO_POINTS = Rule(later("points must be a number"), "Write points: 5")


@dataclass(frozen=True)
class Both(Declared):
    """The same text in every language of the course."""

    FOREIGN: ClassVar = NO_TEXT
    MISSING: ClassVar = NO_TEXT
    SHAPE: ClassVar = NO_TEXT

    en: Annotated[str, Rule(*NO_TEXT, filled)]
    zh: Annotated[str, Rule(*NO_TEXT, filled)]

    def __getitem__(self, language: str) -> str:
        if language not in LANGUAGES:
            raise KeyError(language)
        return self.zh if language == "zh" else self.en


class Exact(Declared):
    """A part that has every one of its fields."""

    FOREIGN: ClassVar[Any] = EXACTLY
    MISSING: ClassVar[Any] = EXACTLY
    SHAPE: ClassVar[Any] = EXACTLY


@dataclass(frozen=True)
class Level(Exact):
    """One level of a criterion: its name, what an answer at it is like, and one such answer."""

    points: Annotated[float, NO_POINTS]
    name: Both
    description: Both
    example: Both


@dataclass(frozen=True)
class Criterion(Exact):
    """One thing an answer is judged by; levels from the highest down."""

    id: Annotated[str, NO_WORD]
    name: Both
    points: Annotated[float, NO_POINTS]
    levels: Annotated[tuple[Level, ...], NO_LIST]

    def faults(self) -> Iterator[Fault]:
        """Levels from all of the points down to none."""
        points = [level.points for level in self.levels]
        if len(points) < 2 or points[-1] != 0 or points != sorted(set(points), reverse=True):
            yield Fault((), _("levels must fall, and end at 0 points"), "Write the highest first and 0 last")
        elif points[0] != self.points:
            problem = _("its highest level has {top:g} points, not {points:g}", top=points[0], points=self.points)
            yield Fault((), problem, "Make them the same")


@dataclass(frozen=True)
class Remark(Exact):
    """A comment to reuse."""

    id: Annotated[str, NO_WORD]
    text: Both


@dataclass(frozen=True)
class Rubric(Exact):
    """How a person marks one written task: the assignment and the cell it stands in, criteria, comments to reuse."""

    assignment: Annotated[str, NO_WORD]
    cell: Annotated[str, NO_WORD]
    criteria: Annotated[tuple[Criterion, ...], NO_LIST]
    comments: Annotated[tuple[Remark, ...], NO_LIST]

    @property
    def points(self) -> float:
        """The most an answer can earn."""
        return sum(criterion.points for criterion in self.criteria)

    def faults(self) -> Iterator[Fault]:
        """Each id once."""
        for named in (self.criteria, self.comments):
            if len({each.id for each in named}) < len(named):
                yield Fault((), _("two criteria or two comments have the same id"), "Give each its own")

    def comment(self, levels: Mapping[str, float], comments: Sequence[str] = (), text: str = "") -> str:
        """Return what the trainee reads: each criterion's level in words, then the comments.

        Raises
        ------
        ValueError
            A criterion is missing or unknown, a level or a comment does not exist.
        """
        known = {criterion.id for criterion in self.criteria}
        if set(levels) != known:
            raise ValueError(f"levels must name {', '.join(sorted(known))}, and nothing else")
        lang = language()
        lines = []
        for criterion in self.criteria:
            points = levels[criterion.id]
            level = next((each for each in criterion.levels if each.points == points), None)
            if level is None:
                raise ValueError(f"{criterion.id} has no level of {points:g} points")
            name, says = criterion.name[lang], level.description[lang]
            lines.append(f"**{name}: {points:g} / {criterion.points:g}.** {says}")
        remarks = {remark.id: remark.text[lang] for remark in self.comments}
        for each in comments:
            if each not in remarks:
                raise ValueError(f"there is no comment {each}")
            lines.append(remarks[each])
        return "\n\n".join([*lines, *([text] if text else [])])
