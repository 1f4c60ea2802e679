"""What a run of `servicelab grade` came to: a result a submission, and the sentences about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from servicelab.grading.phases import Spent
from servicelab.grading.run.jail import Level
from servicelab.i18n import _, listed, together
from servicelab.learn.whereabouts import shown

NOT_GRADED = ("failed", "damaged", "stopped")


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    Attributes
    ----------
    student
        The trainee.
    status
        `graded`, `before` (graded earlier, nothing changed since), `damaged` (the notebook cannot be opened: 0),
        `failed` (it cannot be graded as it is: look, or ask for it again), `stopped` (the machine did not get through
        with it, which is not its own doing: try again).
    score, points
        Points scored and possible.
    waiting
        Whether a person has yet to mark a part.
    late
        How late it was, in words; empty when it was not.
    seconds
        How long grading it took.
    why
        What went wrong, when something did.
    blank
        Whether nothing in it was answered.
    earlier
        Whether another text of theirs had been marked, and this one has not.
    damaged
        Files with earlier marks of theirs that could not be read, where they were put away.
    repairs
        What was put right in it, a clause each.
    noticed
        What to look at in its code, a clause each; it changed no score.
    unreadable
        Whether its notebook cannot be opened, and only what its answers file holds was marked.
    unsealed
        The tests that kernels judged, where the others were judged sealed.
    was
        Its score before this run, where it had been graded and the score is another one now.
    spent
        Where the time went, of what was graded now.
    """

    student: str
    status: str
    score: float = 0.0
    points: float = 0.0
    waiting: bool = False
    late: str = ""
    seconds: float = 0.0
    why: str = ""
    blank: bool = False
    earlier: bool = False
    damaged: tuple[Path, ...] = ()
    repairs: tuple[str, ...] = ()
    noticed: tuple[str, ...] = ()
    unreadable: bool = False
    unsealed: tuple[str, ...] = ()
    was: float | None = None
    spent: Spent | None = None

    @property
    def who(self) -> str:
        """The trainee as it may be printed: in somebody else's course any folder's name is one."""
        return shown(self.student)

    def notes(self) -> list[str]:
        """Return what there is to say of it beside its score, in the running language."""
        words = {
            "graded": "",
            "before": _("graded before"),
            "damaged": _("its notebook cannot be opened"),
            "failed": _("not graded ({why})", why=self.why),
            "stopped": _("not graded ({why})", why=self.why),
        }
        blank = _("nothing answered") if self.blank else ""
        earlier = (
            _("what was marked earlier is not what stands here now: that mark does not count") if self.earlier else ""
        )
        names = ", ".join(map(str, self.damaged))
        lost = _("earlier marks could not be read and are kept in {names}", names=names) if names else ""
        waiting = _("a person marks the rest") if self.waiting else ""
        notes = [words[self.status], blank, self.late, waiting, earlier, lost]
        return [note for note in notes if note]

    def __str__(self) -> str:
        was = [_("was {score:g}", score=self.was)] if self.was is not None else []
        first = " · ".join([f"{self.who}: {self.score:g} / {self.points:g}", *was, *self.notes()])
        look = (_("look: {what}", what=each) for each in self.noticed)
        return "\n".join([first, *(f"    {line}" for line in (*self.repairs, *look))])


@dataclass(frozen=True)
class Grading:
    """What `grade` did: a result a trainee, how long it took, what their code could reach, and how it was shut in.

    `report` is where the page about it stands; `guest` whether the course is somebody else's.
    """

    assignment: str
    results: tuple[Result, ...]
    seconds: float
    where: Path
    confined: bool = True
    level: Level = "none"
    report: Path | None = None
    guest: bool = False

    @property
    def complete(self) -> bool:
        """Whether every submission could be graded."""
        return not any(result.status in NOT_GRADED for result in self.results)

    @property
    def usable(self) -> bool:
        """Whether anybody has a score to go on with; whose notebook could not be graded stops nobody else."""
        return any(result.status in ("graded", "before") for result in self.results)

    def sentence(self) -> str:
        """Return a line a trainee, those that could not be graded last, and one that sums up."""
        by = [result.status for result in self.results]
        last = _(
            "{assignment}: {graded} graded in {seconds:.0f} s, {before} graded before, {damaged} cannot be opened, "
            "{failed} not graded; the scores are in {where}.",
            assignment=self.assignment,
            graded=by.count("graded"),
            before=by.count("before"),
            damaged=by.count("damaged"),
            failed=by.count("failed") + by.count("stopped"),
            seconds=self.seconds,
            where=self.where,
        )
        last = together(last, *self.next_steps())
        if self.level != "none" and (left := sorted({each for result in self.results for each in result.unsealed})):
            last = together(last, _("Not sealed, judged where the submission runs: {tests}.", tests=", ".join(left)))
        if self.level != "none":
            last = together(last, _("Sealed by {level}: docs/grades.md says what that holds.", level=self.level))
        elif not self.confined:
            last = together(
                last,
                _(
                    "This machine cannot confine code that it grades: it could read the keys and what others handed "
                    "in. docs/grades.md says what follows."
                ),
            )
        if self.report is not None:
            last = together(last, _("As a page: {report}", report=self.report))
        lines = sorted(self.results, key=lambda result: result.status in NOT_GRADED)
        return "\n".join([*map(str, lines), last])

    def next_steps(self) -> list[str]:
        """Return what there is to do after this run, a sentence each, in the order in which it is done."""
        steps = []
        if names := self._names(lambda each: each.status == "stopped"):
            steps.append(_("Not graded: {names}. Run it again for them; nobody else is touched.", names=names))
        if names := self._names(lambda each: each.status == "failed"):
            steps.append(
                _(
                    "Not graded: {names}. Running it again does not help: open the notebook in {folder}/NAME, or ask "
                    "for it again.",
                    names=names,
                    folder=self.where.parent / "submitted",
                )
            )
        if names := self._names(lambda each: each.unreadable or each.status == "damaged"):
            steps.append(_("Cannot be opened: {names}. Ask for it again.", names=names))
        if names := self._names(lambda each: each.was is not None):
            steps.append(
                _("Another score than before: {names}. A page that they were given says the old one.", names=names)
            )
        if names := self._names(lambda each: bool(each.noticed)):
            steps.append(
                _(
                    "Look at {names}: each line about them names the cell; Formgrader finds them under Show All Names.",
                    names=names,
                )
            )
        waiting = sum(result.waiting for result in self.results)
        if waiting:
            steps.append(
                _(
                    "{count} wait for a person: servicelab lab --role instructor, menu Nbgrader, Formgrader.",
                    count=waiting,
                )
            )
        elif self.usable and not self.guest:
            steps.append(_("Next: {command}", command=f"servicelab feedback {self.assignment}"))
        return steps

    def _names(self, belongs: Callable[[Result], bool]) -> str:
        return listed(sorted(result.who for result in self.results if belongs(result)))
