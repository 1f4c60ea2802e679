"""How long a lesson takes: what there is to read, each interactive's own time, and what trainees really spent.

The first two are worked out from the sources, so that a section that grows says so; the third stands in the answers
files that came with submissions. The speeds are the house's: study, not skimming, and corrected by the third column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from servicelab.errors import UserError
from servicelab.i18n import LANGUAGES
from servicelab.learn.outline import asked_in
from servicelab.publish.content import Content
from servicelab.publish.prose import plain_terms
from servicelab.publish.sources import CODE, Cell, Unit
from servicelab.widgets.explore import MINUTES

WORDS = 200
"""English words read in a minute."""
CHARACTERS = 300
"""Chinese characters read in a minute."""
THINKING: Mapping[str, float] = {
    "quiz": 0.3,
    "recall": 0.3,
    "predict": 0.4,
    "reveal": 0.4,
    "after": 0.7,
    "figure": 0.7,
    "check": 5.0,
    "card": 1.5,
    "keepsake": 0.5,
}
"""Minutes beyond reading: to choose an answer, to make a guess, to look at a picture, to write a line of code."""
LATIN = re.compile(r"[A-Za-z0-9¥%][\w'’.,%-]*")
HAN = re.compile(r"[\u4e00-\u9fff]")
CALL = re.compile(r"\b(?:lesson\.(\w+)|(figures|explore)\.(\w+))\(")


@dataclass(frozen=True)
class Planned:
    """One section in minutes: as stated, reading by language, the interactives' own, and the real median if known."""

    section: str
    title: str
    track: str
    stated: float
    reading: Mapping[str, float]
    doing: float
    spent: float | None = None
    people: int = 0

    @property
    def needed(self) -> float:
        """What it takes in the slower language."""
        return max(self.reading.values()) + self.doing

    @property
    def honest(self) -> bool:
        """Whether what is stated is neither short by more than a minute nor padded by more than a quarter and one."""
        return self.needed - 1 <= self.stated <= 1.25 * self.needed + 1


def table(sections: list[Planned]) -> str:
    """The minutes as a person reads them: a line a section, the sum of what everybody does."""
    columns = ("stated", "needed", "read en", "read zh", "do", "spent")
    lines = [" " * 4 + "".join(f"{column:>9}" for column in columns)]
    for each in sections:
        numbers = (each.stated, each.needed, each.reading["en"], each.reading["zh"], each.doing, each.spent)
        shown = "".join(f"{'' if number is None else f'{number:.1f}':>9}" for number in numbers)
        lines.append(f"{each.section:4}{shown}  {each.title}" + (f" ({each.people} trainees)" if each.people else ""))
    core = [each for each in sections if each.track != "analyst"]
    stated, needed = sum(each.stated for each in core), sum(each.needed for each in core)
    return "\n".join([*lines, f"all {stated:9.1f}{needed:9.1f}  without the sections for analysts"])


def of_unit(root: Path, name: str, spent: Mapping[str, list[float]] | None = None) -> list[Planned]:
    """The minutes of one unit of the course under `root`.

    Raises
    ------
    UserError
        There is no such unit, or the sources have mistakes.
    """
    contents = {language: Content(root, language, strict=False) for language in LANGUAGES}
    units = contents["en"].course.units
    if name not in units:
        raise UserError(f"There is no unit {name}: the course has {', '.join(units)}.")
    return planned(contents, units[name], spent)


def planned(
    contents: Mapping[str, Content], unit: Unit, spent: Mapping[str, list[float]] | None = None
) -> list[Planned]:
    """The minutes of a unit's sections; `contents` by language, `spent` what each trainee spent, by section."""
    read = {language: list(_sections(content, unit)) for language, content in contents.items()}
    found = []
    for number, part in enumerate(next(iter(read.values()))):
        real = (spent or {}).get(part.id, [])
        found.append(
            Planned(
                section=part.id,
                title=part.title,
                track=part.track,
                stated=part.minutes,
                reading={language: reading("\n".join(parts[number].words)) for language, parts in read.items()},
                doing=sum(part.doing),
                spent=median(real) if real else None,
                people=len(real),
            )
        )
    return found


def reading(text: str) -> float:
    """Minutes to read a text, whichever of the two languages stands in it.

    >>> reading("word " * 100), reading("字" * 150)
    (0.5, 0.5)
    """
    return len(LATIN.findall(text)) / WORDS + len(HAN.findall(text)) / CHARACTERS


@dataclass
class _Part:
    """A section as it is collected: the words in it, and what is done in it."""

    id: str
    title: str
    track: str
    minutes: float
    words: list[str] = field(default_factory=list)
    doing: list[float] = field(default_factory=list)


def _sections(content: Content, unit: Unit) -> Iterator[_Part]:
    if unit.read is None:
        return
    quiz = content.quiz(unit)
    items = {str(item.get("id")): item for each in quiz.values() if isinstance(each, list) for item in each}
    part: _Part | None = None
    for cell in content.cells(unit.read):
        about = cell.metadata
        if "section" in about:
            if part is not None:
                yield part
            title = plain_terms(cell.source.strip().partition("\n")[0].lstrip("# "))
            part = _Part(str(about["section"]), title, str(about.get("track") or ""), float(about["minutes"]))
        if part is None:
            continue
        if cell.kind != CODE:
            part.words.append(plain_terms(cell.source))
            continue
        part.doing.append(_doing(cell, unit))
        part.words += [text for key in asked_in(cell.source) for text in _told(items.get(key, {}))]
    if part is not None:
        yield part


def _doing(cell: Cell, unit: Unit) -> float:
    """The interactives' own minutes in one code cell."""
    total = 0.0
    for method, place, name in CALL.findall(cell.source):
        if method == "desk":
            total += float(unit.desk.data["minutes"]) if unit.desk else 0.0
        elif place == "explore":
            total += MINUTES.get(name, THINKING["figure"])
        else:
            total += THINKING.get("figure" if place else method, 0.0)
    return total


def _told(item: Mapping[str, Any]) -> Iterator[str]:
    """What is read of a question: its words, every option, and what is said about each when it is over."""
    yield str(item.get("prompt", ""))
    for option in item.get("options") or []:
        yield str(option.get("text", ""))
        yield str(option.get("because", ""))
