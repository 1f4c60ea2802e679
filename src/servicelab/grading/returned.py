"""What `servicelab feedback` came to: the pages, and whom to look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from servicelab.course.layout import TESTS
from servicelab.i18n import _, listed, together


@dataclass(frozen=True)
class Feedback:
    """What `feedback` wrote.

    Attributes
    ----------
    pages
        The pages, where nbgrader keeps them.
    failed
        Trainees who handed in and have no page.
    waiting
        Those of whose work a person has yet to mark a part.
    absent
        Trainees of the gradebook who handed nothing in.
    where
        A folder with the pages alone, each named by its trainee: what is sent.
    """

    assignment: str
    pages: tuple[Path, ...]
    failed: tuple[str, ...]
    waiting: tuple[str, ...]
    absent: tuple[str, ...]
    where: Path

    @property
    def complete(self) -> bool:
        """Whether everybody who submitted has a page."""
        return not self.failed

    @property
    def usable(self) -> bool:
        """Whether there is a page to give back; who has none stops nobody else."""
        return bool(self.pages)

    def sentence(self) -> str:
        """Return it in one sentence."""
        said = _(
            "{assignment}: {count} feedback pages, each named by its trainee, are in {where}: send each to its trainee "
            "and to nobody else.",
            assignment=self.assignment,
            count=len(self.pages),
            where=self.where,
        )
        if self.failed:
            names = listed(self.failed)
            said = together(
                said,
                (
                    _("None for {names}: no answers can be read there. Ask for it again.", names=names)
                    if self.assignment in TESTS.values()
                    else _("None for {names}: they are not graded, and grade says why.", names=names)
                ),
            )
        if self.waiting:
            said = together(
                said,
                _(
                    "A person has yet to mark a part of {names}: mark it in Formgrader and run feedback again.",
                    names=listed(self.waiting),
                ),
            )
        if self.absent:
            said = together(said, _("Nothing was handed in by {names}.", names=listed(self.absent)))
        return said
