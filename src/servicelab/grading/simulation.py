"""Simulated trainees: each fills the trainee edition and hands in by the same code as a person."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from servicelab.errors import UserError
from servicelab.files.yamllines import read_yaml
from servicelab.i18n import _, use

NOTEBOOKS = {"_analysis": "analysis"}
NOTHING = "none"


@dataclass(frozen=True)
class Work:
    """One assignment as one trainee did it.

    Attributes
    ----------
    assignment
        Its name.
    submitted
        When it was handed in; `earlier` ones before that.
    decisions
        Decision id → value; None when nothing was answered.
    code
        Cell → code, where it is not the right one; None when nothing was answered.
    written
        The written answer, or an empty string.
    marks
        Criterion → points that a person gives it, and `comments`.
    deserves
        The points it deserves.
    late
        Whether it is late.
    damaged
        Whether the notebook was cut short on its way.
    """

    assignment: str
    submitted: datetime
    decisions: Mapping[str, Any] | None
    code: Mapping[str, str] | None
    written: str
    marks: Mapping[str, Any]
    deserves: float
    late: bool
    damaged: bool

    @property
    def notebook(self) -> str:
        """The notebook's name without its ending."""
        return next((name for ending, name in NOTEBOOKS.items() if self.assignment.endswith(ending)), "exercise")


@dataclass(frozen=True)
class Trainee:
    """A simulated trainee, and all that they hand in, in order."""

    id: str
    description: str
    language: str
    lesson: Mapping[str, Any]
    archive: str
    works: tuple[Work, ...]


@dataclass(frozen=True)
class Cohort:
    """The trainees, when their work is due, and the assignments they do."""

    due: datetime
    trainees: tuple[Trainee, ...]

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
    """Return the cohort that a YAML file defines.

    Raises
    ------
    UserError
        The file is not there, or something in it is missing.
    """
    if not path.is_file():
        raise UserError(_("There is no cohort in {path}: run the demo in the course's repository.", path=path))
    stated = read_yaml(path)
    try:
        trainees = tuple(_trainee(each, stated) for each in stated["trainees"])
        return Cohort(datetime.fromisoformat(stated["due"]), trainees)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(_("{path} does not define a cohort: {error!r}.", path=path, error=error)) from error


def _trainee(stated: Mapping[str, Any], cohort: Mapping[str, Any]) -> Trainee:
    known = {"id", "is", "language", "lesson", "archive"}
    works = []
    for assignment in stated.keys() - known:
        work = stated[assignment]
        if "earlier" in work:
            works.append(_work(assignment, {"deserves": 0, **work["earlier"]}, cohort))
        works.append(_work(assignment, work, cohort))
    return Trainee(
        stated["id"],
        stated["is"],
        stated["language"],
        stated.get("lesson", {}),
        stated.get("archive", "{name}"),
        tuple(sorted(works, key=lambda work: work.submitted)),
    )


def _work(assignment: str, stated: Mapping[str, Any], cohort: Mapping[str, Any]) -> Work:
    right = cohort["right"].get(assignment, {}).get("decisions", {})
    decided, code = stated.get("decisions", {}), stated.get("code", {})
    return Work(
        assignment,
        datetime.fromisoformat(stated["submitted"]),
        None if decided == NOTHING else {**right, **decided},
        None if code == NOTHING else code,
        cohort["written"][stated["written"]].strip() if "written" in stated else "",
        stated.get("marks", {}),
        float(stated["deserves"]),
        bool(stated.get("late", False)),
        "damage" in stated,
    )


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
        Cell → right code, for the code cells that `work` does not change.
    """
    import nbformat

    from servicelab.learn import submission
    from servicelab.learn.assignment import Assignment
    from servicelab.learn.decisions import entry
    from servicelab.learn.workspace import Place

    folder = workspace / "assignments" / work.assignment
    shutil.copytree(edition / "assignments" / work.assignment, folder, dirs_exist_ok=True)
    shutil.copy(edition / "edition.json", workspace)
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
                cell.source = work.written
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
        if work.damaged:
            path.write_bytes(path.read_bytes()[:4000])
        receipt = submission.submit(
            workspace,
            folder,
            assignment=work.assignment,
            notebook=work.notebook,
            student=trainee.id,
            evidence=_lesson(trainee, workspace) if trainee.lesson else None,
            clock=lambda: work.submitted.astimezone(UTC),
        )
    return workspace / submission.FOLDER / receipt.file


def _lesson(trainee: Trainee, workspace: Path) -> Path:
    """Write the lesson's answer sheet as the lesson would have, and return it."""
    from servicelab.learn.sheet import AnswerSheet

    path = workspace / "lessons" / "01_needs" / "lesson.answers.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet = AnswerSheet(path, "01_needs/lesson", language=trainee.language)
    did = trainee.lesson

    def edit(document: dict[str, Any]) -> None:
        entries = document["entries"]
        for number in range(did["answered"]):
            right = number < did["right"]
            entries[f"q-{number}"] = {
                "kind": "quiz", "value": {"tries": [["a"]]}, "first_right": right, "right": right, "done": True,
                "misconceptions": [] if right else ["X01a"],
            }  # fmt: skip
        for number in range(did["predictions"]):
            entries[f"p-{number}"] = {"kind": "prediction", "value": {"guess": 30}, "done": True}
        entries["desk"] = {"kind": "desk", "grades": [did["desk"]], "done": True}
        document["activity"]["sections"] = {"s1": {"seconds": did["minutes"] * 60}}

    sheet.change(edit)
    return path


def solutions(source: Path) -> dict[str, str]:
    """Return the right code of every solution cell in a built source notebook, by the cell's name."""
    found = {}
    for path in source.glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            about = cell["metadata"].get("nbgrader", {})
            if cell["cell_type"] == "code" and about.get("solution"):
                lines = "".join(cell["source"]).split("\n")
                found[cell["id"]] = "\n".join(
                    line for line in lines if "### BEGIN" not in line and "### END" not in line
                )
    return found
