"""What is wrong in a source, where, and how to put it right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from servicelab.course.gapsfile import Gate
from servicelab.errors import UserError


@dataclass(frozen=True, order=True)
class Finding:
    """One mistake: the file (relative to the checkout), its line (0: the whole file), the cell or item, the remedy."""

    file: str
    line: int
    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        cell = f" [{self.place}]" if self.place else ""
        return f"{where}{cell}: {self.problem}. {self.remedy}."


@dataclass(frozen=True)
class Gap:
    """What a unit lacks: the gate that finds it, the item as the gate calls it, and where, why and what to do."""

    gate: Gate
    item: str
    finding: Finding


class SourceMistakes(UserError):
    """Every mistake that was found, at once, so that an author corrects them in one go."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(set(findings)))
        count = len(self.findings)
        head = "The course's source has 1 mistake" if count == 1 else f"The course's source has {count} mistakes"
        super().__init__("\n  ".join([f"{head}; nothing was built:", *map(str, self.findings)]))


def stop_on(findings: Iterable[Finding]) -> None:
    """Raise `SourceMistakes` when there is at least one finding."""
    found = list(findings)
    if found:
        raise SourceMistakes(found)
