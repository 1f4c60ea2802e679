"""`servicelab guesses`: what a cohort guessed before it saw the truth, kept in the unit's sources for later cohorts.

Only numbers leave the submissions, sorted, so that they cannot be told apart; nothing is shown until there are enough.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

from servicelab.course.declared import read
from servicelab.course.guessesfile import ENOUGH, GuessesFile
from servicelab.course.quizfile import Prediction
from servicelab.errors import UserError
from servicelab.files.whole import write_whole
from servicelab.grading.course import Course, is_demo
from servicelab.grading.evidence import lesson_sheets, read_guesses
from servicelab.i18n import _

FEW = 10
"""Guesses; below, those of others may be the same by chance."""
HEAD = "# What earlier cohorts guessed, written by `servicelab guesses`: sorted numbers, nobody's own.\n"


@dataclass(frozen=True)
class Kept:
    """What was kept of a cohort: the file, and the number of guesses by question, all cohorts together.

    Those of a demo's trainees, whom nobody ever was, are kept beside the demo: no lesson shows them.
    """

    path: Path
    counts: dict[str, int]
    simulated: bool = False

    def sentence(self) -> str:
        """One line for the person who asked."""
        told = ", ".join(f"{key} {count}" for key, count in sorted(self.counts.items()))
        if self.simulated:
            return _(
                "{path} now holds guesses ({told}) of simulated trainees: no lesson shows them. Those of real ones go "
                "into the course.",
                path=self.path,
                told=told,
            )
        return _(
            "{path} now holds guesses ({told}); a lesson shows those of a question once there are {enough}.",
            path=self.path,
            told=told,
            enough=ENOUGH,
        )


def keep_guesses(unit: str, cohort: str, *, course: Course) -> Kept:
    """Put the guesses of everybody who handed a unit in into its `guesses.yml`, in the place of the cohort's earlier.

    Parameters
    ----------
    unit
        A module or case: `01_needs`.
    cohort
        A name for these trainees: `autumn-2026`. Running it again for the same cohort counts nobody twice.
    course
        The course with the submissions; its `repository` holds the unit.

    Raises
    ------
    UserError
        There is no such unit, the cohort has no name, the folder has no course sources, or nobody's guesses were found.
    """
    from servicelab.publish.checks import course_findings
    from servicelab.publish.findings import stop_on
    from servicelab.publish.sources import load_course, relative

    if not cohort.strip():
        raise UserError(_("A cohort needs a name, to be counted once: --cohort autumn-2026."))
    if course.repository is None:
        raise UserError(
            _("{root} does not belong to a checkout of the course: guesses are kept in its sources.", root=course.root)
        )
    sources = load_course(course.repository)
    there = sources.units.get(unit)
    if there is None:
        raise UserError(
            _("There is no unit {unit}: the course has {units}.", unit=unit, units=", ".join(sources.units))
        )
    own = relative(there.folder, course.repository)
    stop_on([finding for finding in course_findings(sources) if finding.file.startswith(f"{own}/")])
    asked = {
        str(item["id"]): read(Prediction, item) for _list, _index, item in there.items("predictions") if "id" in item
    }
    found = _guessed(course, unit, asked)
    if not any(found.values()):
        raise UserError(
            _(
                "Submissions with a lesson of {unit} in {folder}: {count} read, none holds a guess; collect some whose "
                "trainees made theirs.",
                count=len(lesson_sheets(course, unit)),
                unit=unit,
                folder=course.submitted,
            )
        )
    simulated = is_demo(course)
    stated = read(GuessesFile, there.guesses.data) if there.guesses and not simulated else GuessesFile()
    again = _counted_before(stated, cohort, found)
    if again:
        raise UserError(
            _(
                "The guesses of {again} are among these: its submissions are still in {folder}. Collect {cohort} in a "
                "course of its own, or say --cohort {again}.",
                again=again,
                cohort=cohort,
                folder=course.submitted,
            )
        )
    entries = [
        {"cohort": each.cohort, "prediction": each.prediction, "values": list(each.values)}
        for each in stated.guesses
        if each.cohort != cohort
    ]
    entries += [{"cohort": cohort, "prediction": key, "values": values} for key, values in found.items() if values]
    path = (course.root.parent if simulated else there.folder) / "guesses.yml"
    written = yaml.safe_dump({"guesses": entries}, default_flow_style=None, sort_keys=False, allow_unicode=True)
    write_whole(path, (HEAD + written).encode("utf-8"))
    counts: dict[str, int] = {}
    for entry in entries:
        counts[str(entry["prediction"])] = counts.get(str(entry["prediction"]), 0) + len(entry["values"])
    return Kept(path, counts, simulated)


def _guessed(course: Course, unit: str, asked: dict[str, Prediction]) -> dict[str, list[float]]:
    """Each question's guesses, one a trainee, of those on its scale."""
    mine = {student: read_guesses(sheet) for student, sheet in lesson_sheets(course, unit).items()}
    return {
        key: sorted(given[key] for given in mine.values() if key in given and scale.low <= given[key] <= scale.high)
        for key, scale in asked.items()
    }


def _counted_before(stated: GuessesFile, cohort: str, found: dict[str, list[float]]) -> str:
    """Another cohort all of whose guesses, ten at least, are among those found: nobody is to count twice."""
    for other in dict.fromkeys(each.cohort for each in stated.guesses if each.cohort != cohort):
        kept = [each for each in stated.guesses if each.cohort == other]
        among = all(Counter(each.values) <= Counter(found.get(each.prediction, [])) for each in kept)
        if among and sum(len(each.values) for each in kept) >= FEW:
            return other
    return ""
