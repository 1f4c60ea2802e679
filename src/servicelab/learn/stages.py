"""One unit of a workspace as a stage of the way through the course, and its notebooks that are handed in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from servicelab.course.layout import UnitKind
from servicelab.learn.progress import Progress
from servicelab.learn.submission import Receipt


@dataclass(frozen=True)
class Graded:
    """A notebook of a module that is handed in: decisions made, decisions asked, and the last receipt."""

    assignment: str
    notebook: Path
    answered: int
    questions: int
    receipt: Receipt | None


@dataclass(frozen=True)
class Stage:
    """One unit of the workspace, a module or a case: a stage of the way through the course.

    `before` and `after` are the tests that stand there, which earn no marks.
    """

    name: str
    kind: UnitKind
    title: str
    lesson: Path
    progress: Progress
    exercise: Graded | None
    analysis: Graded | None
    before: Graded | None = None
    after: Graded | None = None

    @property
    def done(self) -> bool:
        """Whether the lesson is done and the exercise handed in."""
        return self.progress.done and (self.exercise is None or self.exercise.receipt is not None)
