"""`servicelab release`: the source notebook with its hidden tests, nbgrader's gradebook, and what trainees get."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from servicelab.course.handin import ANY_ANSWERS, EVIDENCE, MANIFEST, TRAINEE
from servicelab.course.headings import heading
from servicelab.errors import UserError
from servicelab.grading import exchange
from servicelab.grading.course import Course, sqlite_file
from servicelab.grading.moments import in_zone
from servicelab.grading.nbgrader_log import captured
from servicelab.grading.pieces import WORDS, title_file
from servicelab.grading.storing import ensure_room, storing
from servicelab.i18n import LANGUAGES, MARKER, _

LEARNERS_OWN = (ANY_ANSWERS, MARKER, TRAINEE, MANIFEST, EVIDENCE.split("/")[0])
"""What must never stand in `source/`: nbgrader would hand it out, and copy it over the learner's when grading."""


@dataclass(frozen=True)
class Release:
    """What `release` did."""

    assignment: str
    folder: Path
    points: float
    exchange: Path | None
    due: datetime | None

    def sentence(self) -> str:
        """Return where it is, and when it is due."""
        return f"{self._where()}\n{self._when()}"

    def _when(self) -> str:
        if self.due is None:
            return _("No due time is set, so nobody is late: to set one, release it again with --due.")
        return _("It is due {when}.", when=in_zone(self.due))

    def _where(self) -> str:
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


def read_due(text: str) -> datetime:
    """Return the time that somebody typed; without a time zone it is by this machine's clock.

    Raises
    ------
    UserError
        It is not a time.
    """
    try:
        given = datetime.fromisoformat(text.strip())
        if len(text.strip()) <= len("2026-11-20"):
            raise ValueError(text)
        return given.astimezone()
    except (ValueError, OverflowError) as error:
        raise UserError(
            _('--due "{text}" is not a day and a time: write it like "2026-11-20 18:00".', text=text)
        ) from error


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
    repository = course.repository
    if repository is None:
        return release_source(assignment, course=course, due=due)
    from servicelab import publish

    def build(source: Path) -> None:
        publish.build_source(assignment, source / assignment, root=repository)
        _write_words(assignment, source, repository)

    return _release(assignment, course, due, build)


def release_source(assignment: str, *, course: Course, due: datetime | None = None) -> Release:
    """Release what stands in `source/<assignment>`; `release` without its first step.

    Raises
    ------
    UserError
        The source holds a learner's file or no notebook, or nbgrader refuses it.
    """

    def copy(source: Path) -> None:
        _check_source(course.source / assignment)
        shutil.copytree(course.source / assignment, source / assignment)

    return _release(assignment, course, due, copy)


def _release(assignment: str, course: Course, due: datetime | None, fill: Callable[[Path], None]) -> Release:
    """Make source and release in a place of their own, and put them into the course's only when both are whole."""
    with storing(course.root, course.source, course.release):
        stage = Path(tempfile.mkdtemp(prefix=".releasing-", dir=course.root))
        try:
            fill(stage / "source")
            _check_source(stage / "source" / assignment)
            # Once on a copy of the gradebook: a refusal half-way would leave the cells of both versions in it.
            rehearsal = stage / "rehearsal.db"
            _generate(assignment, course, stage, _copied_book(course, rehearsal))
            if not _is_the_first(course, rehearsal):
                _generate(assignment, course, stage)
            _change_over(stage, course, assignment)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
        with course.gradebook() as book:
            entry = book.find_assignment(assignment)
            if due is not None:
                moment = due.astimezone(UTC).replace(tzinfo=None)
                book.update_or_create_assignment(assignment, duedate=moment)
            points = float(entry.max_score)
            stands = book.find_assignment(assignment).duedate
    set_to = stands.replace(tzinfo=UTC) if stands else None
    return Release(assignment, course.release / assignment, points, _to_exchange(assignment, course), set_to)


def _check_source(source: Path) -> None:
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


def _generate(assignment: str, course: Course, stage: Path, book: str = "") -> None:
    """Let nbgrader strip what stands in a stage's source, and enter its cells in a gradebook."""
    api = course.api(root=stage, book=book)
    with captured() as log:
        result = api.generate_assignment(assignment, force=True)
    if not result["success"]:
        # A full disk is no fault of the source.
        ensure_room(course.root)
        raise UserError(
            _(
                "nbgrader does not release {assignment} ({why}): put its source right, or release it under a new name "
                "when submissions were already graded.",
                assignment=assignment,
                why=log.reason(),
            )
        )


def _copied_book(course: Course, path: Path) -> str:
    """Return the address of a copy of the gradebook; of a new one where the gradebook is in no file."""
    own = sqlite_file(course.config().CourseDirectory.db_url)
    if own is not None and own.is_file():
        with closing(sqlite3.connect(own, timeout=60)) as there, closing(sqlite3.connect(path)) as here:
            there.backup(here)
    return f"sqlite:///{path}"


def _is_the_first(course: Course, rehearsal: Path) -> bool:
    """Make the rehearsal's gradebook the course's, which has none yet; False where it has, or where it cannot be."""
    own = sqlite_file(course.config().CourseDirectory.db_url)
    if own is None or not rehearsal.is_file():
        return False
    try:
        rehearsal.chmod(0o600)
        # A second name takes no other file's place, whoever made one meanwhile.
        own.hardlink_to(rehearsal)
    except OSError:
        return False
    return True


def _change_over(stage: Path, course: Course, assignment: str) -> None:
    """Put a stage's folders and files in place of the course's; all of them, or after a mishap none."""
    words = sorted((stage / "source" / WORDS).glob("*.json"))
    new = [stage / "source" / assignment, stage / "release" / assignment, *words]
    (course.source / WORDS).mkdir(exist_ok=True)
    moved: list[tuple[Path, Path]] = []
    try:
        for number, path in enumerate(new):
            target = course.root / path.relative_to(stage)
            old = stage / f"old-{number}"
            if target.exists():
                moved.append((target, old))
                target.rename(old)
            moved.append((path, target))
            path.rename(target)
    except BaseException:
        for was, now in reversed(moved):
            if now.exists() and not was.exists():
                now.rename(was)
        raise


def _write_words(assignment: str, source: Path, repository: Path) -> None:
    """Keep titles and decisions' prompts in every language for feedback pages: what is graded is English throughout."""
    from servicelab.publish.content import checked

    folder = source / WORDS
    folder.mkdir(parents=True, exist_ok=True)

    for lang in LANGUAGES:
        content = checked(repository, lang, strict=False)
        document = content.course.assignments[assignment]
        titles = (heading(cell.source) for cell in content.cells(document) if cell.kind == "markdown")
        title = next((found for found in titles if found), assignment)
        written = json.dumps({"title": title}, ensure_ascii=False)
        (folder / title_file(assignment, lang)).write_text(written, encoding="utf-8")
        if document.kind != "exercise":
            continue
        words = content.decisions(content.course.units[document.module])
        path = folder / f"{assignment}.{lang}.json"
        path.write_text(json.dumps(words, ensure_ascii=False, indent=2), encoding="utf-8")


def _to_exchange(assignment: str, course: Course) -> Path | None:
    """Hand the released folder to the exchange, from which others read; what was there stays until it is taken."""
    root = exchange.root(course)
    if root is None or sys.platform == "win32":
        return None
    api = course.api()
    outbound = root / api.coursedir.course_id / "outbound" / assignment
    kept = root / api.coursedir.course_id / f".{assignment}.kept"
    taken = False
    try:
        root.mkdir(parents=True, exist_ok=True)
        if outbound.is_dir():
            shutil.rmtree(kept, ignore_errors=True)
            outbound.rename(kept)
        with captured() as log:
            result = api.release_assignment(assignment)
        taken = result["success"]
        if not taken:
            raise _refused(root, assignment, log.reason())
    except OSError as error:
        raise _refused(root, assignment, error.strerror or str(error)) from error
    finally:
        if kept.is_dir() and not taken:
            shutil.rmtree(outbound, ignore_errors=True)
            kept.rename(outbound)
        shutil.rmtree(kept, ignore_errors=True)
    return root


def _refused(root: Path, assignment: str, why: str) -> UserError:
    return UserError(
        _(
            "The exchange {root} does not take {assignment} ({why}): make the folder writable, or take "
            "Exchange.root out of nbgrader_config.py.",
            root=root,
            assignment=assignment,
            why=why,
        )
    )


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
