"""`servicelab release`: the source notebook with its hidden tests, nbgrader's gradebook, and what trainees get."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from servicelab.errors import UserError
from servicelab.grading import exchange
from servicelab.grading.course import Course
from servicelab.grading.nbgrader_log import captured
from servicelab.grading.pieces import WORDS
from servicelab.i18n import LANGUAGES, MARKER, _

LEARNERS_OWN = ("*.answers.json", MARKER, "trainee.json", "submission.json", "evidence")
"""What must never stand in `source/`: nbgrader would hand it out, and copy it over the learner's when grading."""


@dataclass(frozen=True)
class Release:
    """What `release` did."""

    assignment: str
    folder: Path
    points: float
    exchange: Path | None

    def sentence(self) -> str:
        """Return it in one sentence."""
        if self.exchange:
            return _(
                "{assignment} ({points:g} points) is released in {folder} and in the exchange {exchange}.",
                assignment=self.assignment,
                points=self.points,
                folder=self.folder,
                exchange=self.exchange,
            )
        return _(
            "{assignment} ({points:g} points) is released in {folder}.",
            assignment=self.assignment,
            points=self.points,
            folder=self.folder,
        )


def release(assignment: str, *, course: Course, due: datetime | None = None) -> Release:
    """Build an assignment's source, enter it in the gradebook, and release it with nbgrader.

    Parameters
    ----------
    assignment
        `01_needs`, `01_needs_analysis` …
    course
        The course; its `repository` is what is built.
    due
        When it is due; a submission after that is late. None keeps what the gradebook has.

    Raises
    ------
    UserError
        The sources have a mistake, or the assignment's cells changed after submissions were graded.
    """
    if course.repository is not None:
        from servicelab import publish

        shutil.rmtree(course.source / assignment, ignore_errors=True)
        publish.build_source(assignment, course.source / assignment, root=course.repository)
        _write_words(assignment, course.source, course.repository)
    return release_source(assignment, course=course, due=due)


def release_source(assignment: str, *, course: Course, due: datetime | None = None) -> Release:
    """Release what stands in `source/<assignment>`; the second half of `release`.

    Raises
    ------
    UserError
        The source holds a learner's file or no notebook, or nbgrader refuses it.
    """
    source = course.source / assignment
    if not list(source.glob("*.ipynb")):
        raise UserError(_("There is no notebook in {folder}: build the assignment first.", folder=source))
    own = sorted(path.name for pattern in LEARNERS_OWN for path in source.rglob(pattern))
    if own:
        raise UserError(
            _(
                "{folder} holds {names}, which are a trainee's own files: delete them, since nbgrader would copy them "
                "over everyone's.",
                folder=source,
                names=", ".join(own),
            )
        )
    api = course.api()
    with captured() as log:
        result = api.generate_assignment(assignment, force=True)
    if not result["success"]:
        raise UserError(
            _(
                "nbgrader does not release {assignment} ({why}): put its source right, or release it under a new name "
                "when submissions were already graded.",
                assignment=assignment,
                why=log.reason(),
            )
        )
    with course.gradebook() as book:
        entry = book.find_assignment(assignment)
        if due is not None:
            moment = due.astimezone(UTC).replace(tzinfo=None)
            book.update_or_create_assignment(assignment, duedate=moment)
        points = float(entry.max_score)
    return Release(assignment, course.release / assignment, points, _to_exchange(assignment, course))


def _write_words(assignment: str, source: Path, repository: Path) -> None:
    """Keep the decisions' prompts in every language, for feedback pages: what is graded is English throughout."""
    from servicelab.publish.content import Content

    for lang in LANGUAGES:
        content = Content(repository, lang, strict=False)
        document = content.course.assignments[assignment]
        if document.kind != "exercise":
            continue
        words = content.decisions(content.course.units[document.module])
        path = source / WORDS / f"{assignment}.{lang}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(words, ensure_ascii=False, indent=2), encoding="utf-8")


def _to_exchange(assignment: str, course: Course) -> Path | None:
    root = exchange.root(course)
    if root is None or sys.platform == "win32":
        return None
    root.mkdir(parents=True, exist_ok=True)
    api = course.api()
    outbound = root / api.coursedir.course_id / "outbound" / assignment
    if outbound.is_dir():
        shutil.rmtree(outbound)
    with captured() as log:
        result = api.release_assignment(assignment)
    if not result["success"]:
        raise UserError(
            _(
                "The exchange {root} does not take {assignment} ({why}): make the folder writable, or take "
                "Exchange.root out of nbgrader_config.py.",
                root=root,
                assignment=assignment,
                why=log.reason(),
            )
        )
    return root


def source_stamp(course: Course, assignment: str) -> str:
    """Return a hash of an assignment's released checks, so that a new release is graded anew."""
    from hashlib import sha256

    from nbgrader.api import MissingEntry

    with course.gradebook() as book:
        try:
            cells = [
                (cell.name, cell.checksum or "", notebook.name)
                for notebook in book.find_assignment(assignment).notebooks
                for cell in notebook.source_cells
            ]
        except MissingEntry:
            cells = []
    return sha256(json.dumps(sorted(cells)).encode()).hexdigest()
