"""`servicelab demo`: simulated trainees through the whole loop, each score compared with the one deserved."""

from __future__ import annotations

import io
import shutil
import sys
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

from servicelab.errors import UserError
from servicelab.grading.autograding import grade, tables_of
from servicelab.grading.collecting import collect
from servicelab.grading.course import CONFIG, DEMO, SERVER_CONFIG, Course, course_here
from servicelab.grading.exporting import export
from servicelab.grading.releasing import release
from servicelab.grading.returning import feedback
from servicelab.grading.rubric import load_rubrics, mark
from servicelab.grading.run.ready import begun, told
from servicelab.grading.simulation import MODEL, Cohort, hand_in, load_cohort, only, solutions, with_units
from servicelab.i18n import _, use

SETTINGS = """
# The demo's endless loop is cut sooner than a real trainee's.
c.Execute.timeout = 15
"""


def demo(out: Path | None = None, *, units: Sequence[str] = (), workers: int = 2, here: Course | None = None) -> int:
    """Run the cohort in `grading/demo/` through the whole loop; return 0, or 1 when a score is not the one deserved.

    Parameters
    ----------
    out
        A folder of the demo's own; `build/demo` in the repository by default. What stood there before is replaced.
    units
        The modules and cases whose assignments are worked; all of them by default.
    workers
        Submissions graded at the same time.
    here
        The repository's own course; by default the one around the working directory.

    Raises
    ------
    UserError
        This is not the course's repository, `out` holds something else, or the course has no such unit.
    """
    began = time.monotonic()
    here = here or course_here()
    if here.repository is None:
        raise UserError(_("The demo needs the course's repository: run it there."))
    cohort = with_units(load_cohort(here.root / "demo" / "cohort.yml"), here.repository, load_rubrics(here.rubrics))
    cohort = only(cohort, units) if units else cohort
    place = (out or here.repository / "build" / "demo").resolve()
    course = _fresh(place, here)

    for assignment in cohort.assignments:
        _say(_("Release"), release(assignment, course=course, due=cohort.due).sentence())
    inbox = _submit(cohort, course, place)
    for assignment in cohort.assignments:
        _say(_("Collect"), collect(assignment, [inbox], course=course, now=cohort.due.replace(day=28)).sentence())
    named = sorted({name for assignment in cohort.assignments for name in tables_of(course, assignment)})
    # One for all assignments: to import what notebooks use and to read the tables takes a second or two each time.
    with begun(tables=named) as reached, told(reached):
        for assignment in cohort.assignments:
            _say(_("Grade"), grade(assignment, course=course, workers=workers).sentence())
    _say(_("Mark"), _mark(cohort, course))
    for assignment in cohort.assignments:
        _say(_("Feedback"), feedback(assignment, course=course).sentence())
    table = export(course=course, out=place / "grades.csv")

    wrong = differences(cohort, course)
    lab = f'cd "{course.root}" && "{sys.executable}" -m jupyter lab'
    partly = [(who, work) for who, work in cohort.last() if work.written and work.written != MODEL]
    trainee, work = min(partly or cohort.last(), key=lambda each: (not each[1].decisions, each[1].submitted))
    page = course.feedback / trainee.id / work.assignment / f"{work.notebook}.html"
    _say(
        _("Where to look"),
        "\n".join(
            [
                _("Scores as a table: {table}", table=table),
                _("A trainee's feedback: {page}", page=page),
                _("The gradebook, in JupyterLab under Nbgrader, Formgrader: {command}", command=lab),
            ]
        ),
    )
    for line in wrong:
        print(line)
    count = sum(1 for _each in cohort.last())
    seconds = time.monotonic() - began
    if wrong:
        print(_("{wrong} of {count} scores are not the ones deserved ({seconds:.0f} s).",
                wrong=len(wrong), count=count, seconds=seconds))  # fmt: skip
        return 1
    print(_("All {count} scores are the ones the answers deserve ({seconds:.0f} s).", count=count, seconds=seconds))
    return 0


def differences(cohort: Cohort, course: Course) -> list[str]:
    """Return a sentence for every score, lateness or feedback page that is not as it should be."""
    found = []
    with course.gradebook() as book:
        for trainee, work in cohort.last():
            who = f"{trainee.id}, {work.assignment}"
            given = book.find_submission(work.assignment, trainee.id)
            if abs(given.score - work.deserves) > 0.01:
                found.append(_("{who}: scored {score:g}, deserves {deserves:g}",
                               who=who, score=given.score, deserves=work.deserves))  # fmt: skip
            if (given.total_seconds_late > 0) != work.late:
                found.append(_("{who}: late is wrong", who=who))
            if given.needs_manual_grade:
                found.append(_("{who}: still waits for a person", who=who))
            if not (course.feedback / trainee.id / work.assignment / f"{work.notebook}.html").is_file():
                found.append(_("{who}: has no feedback", who=who))
    return found


def _fresh(place: Path, here: Course) -> Course:
    """Make the demo's own graded course, in place of an earlier demo's."""
    if place.exists() and any(place.iterdir()) and not (place / DEMO).is_file():
        raise UserError(_("{place} holds something else: name an empty folder for the demo.", place=place))
    shutil.rmtree(place, ignore_errors=True)
    root = place / "grading"
    place.parent.mkdir(parents=True, exist_ok=True)
    for folder in (place, root):
        folder.mkdir(mode=0o700, exist_ok=True)
    (place / DEMO).touch()
    for name in (CONFIG, SERVER_CONFIG):
        shutil.copy(here.root / name, root)
    with (root / CONFIG).open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    shutil.copytree(here.rubrics, root / "rubrics")
    return Course.at(root, here.repository)


def _submit(cohort: Cohort, course: Course, place: Path) -> Path:
    """Let everyone work and hand in, then put their zips into an inbox as a learning platform would; return it."""
    from servicelab import publish

    languages = {trainee.language for trainee in cohort.trainees}
    editions = {lang: publish.build("trainee", lang, root=course.repository, strict=False).path for lang in languages}
    inbox = place / "inbox"
    bulk = io.BytesIO()
    count = 0
    with zipfile.ZipFile(bulk, "w") as everyone:
        for trainee in cohort.trainees:
            for work in trainee.works:
                right = solutions(course.source / work.assignment)
                made = hand_in(trainee, work, editions[trainee.language], place / "trainees" / trainee.id, right)
                everyone.writestr(trainee.archive.format(name=made.name), made.read_bytes())
                count += 1
        everyone.writestr("../../prank.zip", b"PK")
    inbox.mkdir()
    (inbox / "platform-download.zip").write_bytes(bulk.getvalue())
    (inbox / "my homework.zip").write_bytes(b"not a zip at all")
    _say(_("Submit"), _("{count} zips from {people} trainees, and two that are none, are in {inbox}.",
                        count=count, people=len(cohort.trainees), inbox=inbox))  # fmt: skip
    return inbox


def _mark(cohort: Cohort, course: Course) -> str:
    """Mark the written answers by the rubric, as an instructor would in formgrader."""
    rubrics = load_rubrics(course.rubrics)
    count = 0
    for trainee, work in cohort.last():
        for rubric in rubrics.get(work.assignment, ()) if work.marks else ():
            ticked = [tick for tick in rubric.ticks if tick in work.marks["ticks"]]
            with use(trainee.language):
                mark(rubric, trainee.id, ticked, course=course, comments=work.marks["comments"])
            count += 1
    return _("{count} written answers are marked by the rubric.", count=count)


def _say(step: str, what: str) -> None:
    print(f"\n== {step}\n{what}", flush=True)
