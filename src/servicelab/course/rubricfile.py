"""A rubric of `grading/rubrics/`: what a person marks one written task by, in both languages. Instructors only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from servicelab.course.declared import Declared, Fault, Rule, filled
from servicelab.i18n import LANGUAGES, _, language, later

EXACTLY = (later("it must have exactly the fields {fields}"), "Write those, and no other")
NO_WORD = Rule(later("it must be a word"), "Write one", filled)
NO_LIST = Rule(later("it must be a list that is not empty"), "Begin each entry with a hyphen", bool)
NO_TEXT = (later("it must have a text in each of en, zh"), "Write both")
NO_POINTS = Rule(later("points must be a number above 0"), "Write points: 1", lambda points: points > 0)


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
class Tick(Exact):
    """One thing that an answer has or has not: what earns the points, and a piece of an answer that does."""

    id: Annotated[str, NO_WORD]
    points: Annotated[float, NO_POINTS]
    says: Both
    example: Both


@dataclass(frozen=True)
class Criterion(Exact):
    """One thing an answer is judged by. Its points are those of its ticks, so that any mark is explained by ticks."""

    id: Annotated[str, NO_WORD]
    name: Both
    ticks: Annotated[tuple[Tick, ...], NO_LIST]

    @property
    def points(self) -> float:
        """The most that this criterion earns."""
        return sum(tick.points for tick in self.ticks)


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

    @property
    def ticks(self) -> dict[str, Tick]:
        """Every tick by its id, in order."""
        return {tick.id: tick for criterion in self.criteria for tick in criterion.ticks}

    def faults(self) -> Iterator[Fault]:
        """Each id once: a tick's in the whole rubric, since marks name nothing else."""
        for named in (self.criteria, self.comments):
            if len({each.id for each in named}) < len(named):
                yield Fault((), _("two criteria or two comments have the same id"), "Give each its own")
        seen: set[str] = set()
        for at, criterion in enumerate(self.criteria):
            for number, tick in enumerate(criterion.ticks):
                if tick.id in seen:
                    yield Fault(("criteria", at, "ticks", number), _("another tick has this id"), "Give it its own")
                seen.add(tick.id)

    def earned(self, ticked: Sequence[str]) -> float:
        """The points of the ticks given. Raises ValueError for one that there is not."""
        for each in ticked:
            if each not in self.ticks:
                raise ValueError(f"there is no tick {each}: use {', '.join(self.ticks)}")
        return sum(self.ticks[each].points for each in dict.fromkeys(ticked))

    def comment(self, ticked: Sequence[str], comments: Sequence[str] = (), text: str = "") -> str:
        """Return what the trainee reads: each criterion with what was there and what was not, then the comments.

        Raises
        ------
        ValueError
            A tick or a comment does not exist.
        """
        self.earned(ticked)
        lang = language()
        lines = []
        for criterion in self.criteria:
            got = sum(tick.points for tick in criterion.ticks if tick.id in ticked)
            lines.append(f"**{criterion.name[lang]}: {got:g} / {criterion.points:g}**")
            lines.append(
                "\n".join(f"- {'✓' if tick.id in ticked else '○'} {tick.says[lang]}" for tick in criterion.ticks)
            )
        remarks = {remark.id: remark.text[lang] for remark in self.comments}
        for each in comments:
            if each not in remarks:
                raise ValueError(f"there is no comment {each}")
            lines.append(remarks[each])
        return "\n\n".join([*lines, *([text] if text else [])])
