"""The page about a run of `servicelab grade`: who has what, what changed, what was put right, what to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from servicelab.files.whole import write_whole
from servicelab.grading.moments import in_zone
from servicelab.grading.results import Grading, Result
from servicelab.i18n import _, language, together

REPORTS = "reports"
"""Folder in the course with the latest page of each assignment."""


@dataclass(frozen=True)
class Group:
    """Submissions under one heading."""

    title: str
    rows: tuple[Result, ...]


def write_report(grading: Grading, root: Path) -> Path:
    """Write the page about a run into the course at `root`, in the running language, and return its place."""
    path = root / REPORTS / f"{grading.assignment}.html"
    write_whole(path, render(grading))
    return path


def render(grading: Grading) -> str:
    """Return the page, which needs nothing from the network and runs nothing."""
    scored = [each for each in grading.results if each.status in ("graded", "before")]
    points = max((each.points for each in scored), default=0.0)
    words = {
        "title": _("Grading of {assignment}", assignment=grading.assignment),
        "sum": _(
            "{count} submissions, of which {graded} were graded now in {seconds:.0f} s. {when}",
            count=len(grading.results),
            graded=sum(each.status == "graded" for each in grading.results),
            seconds=grading.seconds,
            when=in_zone(datetime.now(UTC)),
        ),
        "next": _("What to do now"),
        "level": _level(grading),
        "scores": _("How the scores lie"),
        "spread": together(_spread(scored, points), _unmarked(scored)),
        "who": _("Trainee"),
        "score": _("Score"),
        "was": _("Was"),
        "said": _("What there is to it"),
        "look": _("Look at"),
        "right": _("Put right"),
        "seconds": _("Seconds"),
        "time": _("Where the time went, in seconds"),
        "phase": _("Phase"),
        "all": _("Together"),
        "half": _("Half took at most"),
        "longest": _("Longest"),
    }
    template: Any = _template()
    return str(
        template.render(
            words=words,
            steps=grading.next_steps(),
            groups=_groups(grading),
            bars=_bars(scored, points),
            phases=_phases(grading.results),
            points=points,
            number=lambda value: f"{round(float(value), 2):g}",
            language="zh-CN" if language() == "zh" else "en",
        )
    )


def _level(grading: Grading) -> str:
    if grading.level == "none":
        return _("Not sealed: kernels ran the submissions. docs/grades.md says what that is worth.")
    return _("Sealed by {level}: docs/grades.md says what that holds.", level=grading.level)


def _groups(grading: Grading) -> list[Group]:
    """The submissions by what there is to do about them; each stands once, under the first that it belongs to."""
    left = sorted(grading.results, key=lambda each: each.student)
    found: list[Group] = []
    for title, belongs in (
        (_("Not graded"), lambda each: each.status in ("failed", "damaged", "stopped")),
        (_("To look at"), lambda each: bool(each.noticed) or each.unreadable),
        (_("Another score than before"), lambda each: each.was is not None),
        (_("Put right"), lambda each: bool(each.repairs)),
        (_("A person marks the rest"), lambda each: each.waiting),
        (_("Nothing to do"), lambda _each: True),
    ):
        rows = tuple(each for each in left if belongs(each))
        left = [each for each in left if each not in rows]
        if rows:
            found.append(Group(title, rows))
    return found


@dataclass(frozen=True)
class Taken:
    """What a phase took: of all submissions together, of the one in the middle, of the longest, and whose that is."""

    title: str
    all: float
    half: float
    longest: float
    whose: str


def _phases(results: Sequence[Result]) -> list[Taken]:
    """The phases of what was graded now; none where nothing was."""
    found = {each.who: each.spent for each in results if each.spent is not None}
    titles = {
        "waiting": _("Waiting for their turn"),
        "run": _("Their cells ran"),
        "judged": _("Their tests were judged"),
        "written": _("All else: put on the page that was handed out, written, entered in the gradebook"),
    }
    taken = []
    for name, title in titles.items() if found else ():
        seconds = {who: float(getattr(spent, name)) for who, spent in found.items()}
        whose = max(seconds, key=seconds.__getitem__)
        taken.append(Taken(title, sum(seconds.values()), median(seconds.values()), seconds[whose], whose))
    return taken


BINS = 10


def _bars(scored: list[Result], points: float) -> list[tuple[str, int]]:
    """How many have a score in each tenth of what can be had."""
    if not points:
        return []
    counts = [0] * BINS
    for each in scored:
        counts[min(BINS - 1, int(BINS * each.score / points))] += 1
    edges = [f"{points * at / BINS:g}–{points * (at + 1) / BINS:g}" for at in range(BINS)]
    return list(zip(edges, counts, strict=True))


def _spread(scored: list[Result], points: float) -> str:
    if not scored:
        return ""
    scores = sorted(each.score for each in scored)
    return _(
        "From {lowest:g} to {highest:g} of {points:g} points; half have {median:g} or more.",
        lowest=scores[0],
        highest=scores[-1],
        points=points,
        median=scores[len(scores) // 2],
    )


def _unmarked(scored: list[Result]) -> str:
    """What keeps these scores from being the last ones: without it a class that nobody has marked looks a weak one."""
    count = sum(each.waiting for each in scored)
    return _("{count} of these lack what a person has yet to give, so they can rise.", count=count) if count else ""


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader

    places = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=places, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
        "grading.html.j2"
    )
