"""Simulated trainees: each fills the trainee edition and hands in by the same code as a person."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from servicelab.course.handin import LESSON_ANSWERS
from servicelab.course.layout import GRADED, assignment_name, notebook_path
from servicelab.course.rubricfile import Rubric
from servicelab.errors import UserError
from servicelab.files.yamllines import read_yaml
from servicelab.grading.attending import Habits, attend
from servicelab.i18n import MARKER, _, use
from servicelab.publish.regions import segments

NOTHING = "none"
MODEL = "model"
"""In place of a written answer: the one that its author wrote."""


@dataclass(frozen=True)
class Work:
    """One assignment as one trainee did it.

    Attributes
    ----------
    unit, notebook
        What it belongs to, and which of its graded notebooks it is: `exercise` or `analysis`.
    submitted
        When it was handed in; `earlier` ones before that.
    decisions
        Decision id → value; None when nothing was answered.
    code
        Cell → code, where it is not the right one; None when nothing was answered.
    written
        The written answer, an empty string, or `MODEL`.
    marks
        What a person ticks in the rubric (`ticks`), and the `comments` to reuse.
    deserves
        The points it deserves.
    late
        Whether it is late.
    damaged
        Whether the notebook was cut short on its way.
    """

    unit: str
    notebook: str
    submitted: datetime
    decisions: Mapping[str, Any] | None
    code: Mapping[str, str] | None
    written: str
    marks: Mapping[str, Any]
    deserves: float
    late: bool
    damaged: bool

    @property
    def assignment(self) -> str:
        """nbgrader's name of it."""
        return assignment_name(self.notebook, self.unit)


@dataclass(frozen=True)
class Trainee:
    """A simulated trainee, how they work a lesson (None: not at all), and all that they hand in, in order."""

    id: str
    description: str
    language: str
    habits: Habits | None
    archive: str
    works: tuple[Work, ...]


@dataclass(frozen=True)
class Cohort:
    """The trainees, when their work is due, and the assignments they do.

    `plain` are the two who work units that nobody wrote a script for: all right, and nothing at all.
    """

    due: datetime
    trainees: tuple[Trainee, ...]
    plain: tuple[str, str]

    @property
    def assignments(self) -> list[str]:
        """Every assignment somebody does."""
        return sorted({work.assignment for trainee in self.trainees for work in trainee.works})

    def last(self) -> Iterator[tuple[Trainee, Work]]:
        """Yield what counts: each trainee's last submission of each assignment."""
        for trainee in self.trainees:
            for assignment in self.assignments:
                done = [work for work in trainee.works if work.assignment == assignment]
                if done:
                    yield trainee, max(done, key=lambda work: work.submitted)


def load_cohort(path: Path) -> Cohort:
    """Return the cohort that a YAML file defines, with what its trainees do in each unit that has a file beside it.

    Raises
    ------
    UserError
        The file is not there, or something in it or in a unit's file is missing.
    """
    if not path.is_file():
        raise UserError(_("There is no cohort in {path}: run the demo in the course's repository.", path=path))
    stated = read_yaml(path)
    scripts = {each.stem: each for each in sorted(path.parent.glob("*.yml")) if each != path}
    where = path
    try:
        people = {each["id"]: each for each in stated["trainees"]}
        due = datetime.fromisoformat(stated["due"])
        did: dict[str, list[Work]] = {name: [] for name in people}
        for unit, where in scripts.items():
            script = read_yaml(where)
            for name, done in script["trainees"].items():
                did[name] += _works(unit, done, script)
        trainees = tuple(
            Trainee(
                name,
                each["is"],
                each["language"],
                Habits(**each["lesson"]) if "lesson" in each else None,
                each.get("archive", "{name}"),
                tuple(sorted(did[name], key=lambda work: work.submitted)),
            )
            for name, each in people.items()
        )
        return Cohort(due, trainees, (stated["right"], stated["blank"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(_("{path} does not define a cohort: {error!r}.", path=where, error=error)) from error


def _works(unit: str, done: Mapping[str, Any], script: Mapping[str, Any]) -> Iterator[Work]:
    for notebook in GRADED:
        if notebook in done:
            work = done[notebook]
            if "earlier" in work:
                yield _work(unit, notebook, {"deserves": 0, **work["earlier"]}, script)
            yield _work(unit, notebook, work, script)


def _work(unit: str, notebook: str, stated: Mapping[str, Any], script: Mapping[str, Any]) -> Work:
    right = script["decisions"] if notebook == "exercise" else {}
    decided, code = stated.get("decisions", {}), stated.get("code", {})
    return Work(
        unit,
        notebook,
        datetime.fromisoformat(stated["submitted"]),
        None if decided == NOTHING else {**right, **decided},
        None if code == NOTHING else code,
        script["written"][stated["written"]].strip() if "written" in stated else "",
        stated.get("marks", {}),
        float(stated["deserves"]),
        bool(stated.get("late", False)),
        "damage" in stated,
    )


def with_units(cohort: Cohort, repository: Path, rubrics: Mapping[str, Sequence[Rubric]]) -> Cohort:
    """Return the cohort with work in every unit of the course: in one that has no file of its own, somebody answers
    all of it as its author does, and somebody hands in what was released. So that its reports show a class, whoever has
    habits works the lesson in their own way, and decides as the author does.

    A draft is left out: it cannot be released.
    """
    from servicelab.publish.answers import perfect_decisions
    from servicelab.publish.sources import load_course

    done = {work.unit for trainee in cohort.trainees for work in trainee.works}
    right, blank = cohort.plain
    others = [trainee.id for trainee in cohort.trainees if trainee.habits and trainee.id not in cohort.plain]
    added: dict[str, list[Work]] = {name: [] for name in (*cohort.plain, *others)}
    for unit in load_course(repository).units.values():
        if unit.draft or unit.id in done:
            continue
        for number, notebook in enumerate(GRADED):
            document = unit.documents[notebook]
            points = sum(float(cell.nbgrader.get("points", 0)) for cell in document.cells)
            moment = cohort.due - timedelta(hours=9 - number)
            decisions = perfect_decisions(unit) if notebook == "exercise" else {}
            ticked = [tick for rubric in rubrics.get(document.assignment, ()) for tick in rubric.ticks]
            marked: dict[str, Any] = {"ticks": ticked, "comments": []} if ticked else {}
            whole = Work(unit.id, notebook, moment, decisions, {}, MODEL, marked, points, late=False, damaged=False)
            for name in (right, *(others if notebook == "exercise" else ())):
                added[name].append(whole)
            added[blank].append(Work(unit.id, notebook, moment, None, None, "", {}, 0.0, late=False, damaged=False))
    trainees = tuple(
        replace(trainee, works=(*trainee.works, *added.get(trainee.id, ()))) for trainee in cohort.trainees
    )
    return replace(cohort, trainees=trainees)


def only(cohort: Cohort, units: Sequence[str]) -> Cohort:
    """Return the cohort with what it does in `units` alone, and those who do something there; UserError for a unit in
    which nobody works."""
    known = {work.unit for trainee in cohort.trainees for work in trainee.works}
    for unit in units:
        if unit not in known:
            raise UserError(
                _("The course has no unit “{unit}” to demonstrate; it has: {known}.",
                  unit=unit, known=", ".join(sorted(known)))
            )  # fmt: skip
    works = {each.id: tuple(work for work in each.works if work.unit in units) for each in cohort.trainees}
    there = tuple(replace(each, works=works[each.id]) for each in cohort.trainees if works[each.id])
    return replace(cohort, trainees=there)


def hand_in(trainee: Trainee, work: Work, edition: Path, workspace: Path, solutions: Mapping[str, str]) -> Path:
    """Do one assignment in a trainee's workspace and hand it in; return the zip.

    Parameters
    ----------
    trainee, work
        Who does what.
    edition
        The built trainee edition in the trainee's language.
    workspace
        The trainee's own folder.
    solutions
        Cell → the author's answer, for the cells that `work` does not change.
    """
    import nbformat

    from servicelab.learn import submission, written
    from servicelab.learn.assignment import Assignment
    from servicelab.learn.decisions import entry
    from servicelab.learn.whereabouts import Place

    folder = workspace / "assignments" / work.assignment
    shutil.copytree(edition / "assignments" / work.assignment, folder, dirs_exist_ok=True)
    shutil.copy(edition / MARKER, workspace)
    with use(trainee.language):
        task = Assignment(Place(folder, workspace, "trainee"), work.assignment, work.notebook)
        for key, value in (work.decisions or {}).items():
            if not task.keep(key, entry(task.items.decisions[key], {"value": value})):
                raise UserError(_("{path} could not be written.", path=task.answers_path))
        path = folder / f"{work.notebook}.ipynb"
        notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        for cell in notebook.cells:
            about = cell.metadata.get("nbgrader", {})
            if not about.get("solution"):
                continue
            if cell.cell_type == "code" and work.code is not None:
                cell.source = work.code.get(cell.id, solutions[cell.id])
            elif cell.cell_type == "markdown" and work.written:
                text = solutions[cell.id] if work.written == MODEL else work.written
                if cell.id not in task.items.written:
                    cell.source = text
                elif not task.keep(cell.id, written.entry({"text": text})):
                    raise UserError(_("{path} could not be written.", path=task.answers_path))
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
        if work.damaged:
            path.write_bytes(path.read_bytes()[:4000])
        receipt = submission.submit(
            workspace,
            folder,
            assignment=work.assignment,
            notebook=work.notebook,
            student=trainee.id,
            evidence=_lesson(trainee, trainee.habits, work.unit, edition, workspace) if trainee.habits else None,
            clock=lambda: work.submitted.astimezone(UTC),
        )
    return workspace / submission.FOLDER / receipt.file


def _lesson(trainee: Trainee, habits: Habits, unit: str, edition: Path, workspace: Path) -> Path:
    """Work a unit's lesson, a day before anything of it is handed in, and return the answer sheet."""
    from servicelab.learn.sheet import AnswerSheet

    notebook = Path(notebook_path("lesson", unit))
    works = [work for work in trainee.works if work.unit == unit]
    began = min(work.submitted for work in works).astimezone(UTC) - timedelta(days=1)
    path = (workspace / notebook).with_name(LESSON_ANSWERS)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet = AnswerSheet(path, f"{unit}/lesson", language=trainee.language, clock=lambda: began)
    analyst = any(work.notebook == "analysis" for work in works)
    attend(sheet, (edition / notebook).parent, habits, f"{unit} {trainee.id}", began, analyst=analyst)
    return path


def solutions(source: Path) -> dict[str, str]:
    """Return the author's answer in every solution cell of a built source notebook, by the cell's name."""
    found = {}
    for path in source.glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                pieces = segments("".join(cell["source"]))
                found[cell["id"]] = "\n".join(each.text for each in pieces if each.kind in ("text", "solution"))
    return found
