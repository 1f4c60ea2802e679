"""Handing in: one zip that the instructor's `collect` accepts, and a receipt that says what happened to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from servicelab.course.handin import (
    COURSE_ID,
    EVIDENCE,
    FORMAT,
    LARGEST_NOTEBOOK,
    MANIFEST,
    answers_file,
    is_staff_number,
    notebook_file,
    zip_name,
)
from servicelab.course.layout import ASSIGNMENT_NAME, COURSE, TESTS
from servicelab.errors import UserError
from servicelab.files.whole import write_whole
from servicelab.files.zips import pack
from servicelab.i18n import _, language, later
from servicelab.learn import written
from servicelab.learn.sheet import understand, utc_now
from servicelab.learn.whereabouts import (
    LARGEST_FILE,
    NotTaken,
    read_json,
    read_notebook,
    read_regular,
    shown,
    too_heavy,
    unreadable,
)

FOLDER = "submissions"


@dataclass(frozen=True)
class Receipt:
    """What was handed in, when (ISO 8601, UTC), the zip's SHA-256, and what happens next."""

    file: str
    course: str
    assignment: str
    student: str
    created: str
    sha256: str
    bytes: int
    answered: int
    questions: int
    marks: str
    seen_by: str
    written: str = ""
    """A line each on what no decision is: how long a written part is, how many tasks were left untouched."""
    title: str = ""
    """What the work is called; receipts of an earlier version know its id only."""
    fetched: bool = False
    """Whether the instructor fetches the file: then nothing is left to do."""

    def text(self) -> str:
        """The whole receipt as it is kept and printed."""
        return "\n".join([self.step(), "", self.plain(), "", _("For technical support"), self.technical()])

    def technical(self) -> str:
        """What tells this file from any other."""
        return "\n".join(
            [
                _("Assignment: {assignment}", assignment=self.assignment),
                _("File: {file} ({size} kB)", file=self.file, size=max(1, round(self.bytes / 1000))),
                _("Fingerprint (SHA-256): {hash}", hash=self.sha256),
            ]
        )

    def step(self) -> str:
        """What is left to do: a file that nobody sends arrives nowhere."""
        if self.fetched:
            return _("It is handed in. There is nothing more to do.")
        return _("One step is left: send this file to your instructor.")

    def plain(self) -> str:
        """What whoever handed in needs: whose it is, when, what was blank, where the file lies."""
        lines = [
            _("Work: {assignment}", assignment=self.title or self.assignment),
            _("By: {student}", student=self.student),
            _("When: {time}", time=local_time(self.created)),
        ]
        if self.questions:
            counted = (
                later("Questions answered: {answered} of {questions}")
                if self.assignment in TESTS.values()
                else later("Decisions answered: {answered} of {questions}")
            )
            lines.append(_(counted, answered=self.answered, questions=self.questions))
        lines += [self.written] if self.written else []
        if not self.fetched:
            lines.append(_("The file also lies in the folder “{folder}” of your course.", folder=FOLDER))
        return "\n".join([*lines, self.marks, self.seen_by])


def local_time(moment: str) -> str:
    """A moment as this machine's clock shows it, with its distance from UTC.

    >>> local_time("yesterday")
    'yesterday'
    """
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S (UTC%z)")
    except (ValueError, OverflowError, OSError):
        return shown(moment, 40)


def course_facts(root: Path) -> dict[str, str]:
    """The course's name and what it promises about marks and privacy.

    An instructor states them in `course.json` at the workspace's root: {"course": …, "marks": {"en": …, "zh": …},
    "seen_by": {"en": …, "zh": …}}.
    """
    stated = read_json(root / COURSE)

    def said(key: str, default: str) -> str:
        given = stated.get(key)
        if isinstance(given, dict):
            given = given.get(language())
        return given if isinstance(given, str) and given.strip() else default

    return {
        "course": said("course", COURSE_ID),
        "marks": said(
            "marks", _("Your instructor sends you your marks and feedback; everyone gets theirs at the same time.")
        ),
        "seen_by": said(
            "seen_by",
            _(
                "Your instructor and those who mark with them see these files. HR sees your marks and how you worked "
                "through the lesson: minutes, right first answers, misunderstandings met, guesses, and where there is "
                "a contact at the desk, how it ended. How you worked earns and costs no marks."
            ),
        ),
    }


def is_fetched(root: Path) -> bool:
    """Whether `course.json` says that the instructor fetches what is handed in ("fetched": true)."""
    return read_json(root / COURSE).get("fetched") is True


def collect_files(folder: Path, notebook: str, evidence: Path | None) -> dict[str, bytes]:
    """What goes into the zip, by its name there; UserError when the notebook is missing or weighs too much.

    Only these few files are ever read, and never through a link.
    """
    try:
        files = {notebook_file(notebook): read_notebook(folder / notebook_file(notebook))}
    except OSError:
        raise UserError(
            _(
                "The notebook {name} cannot be read in {folder}: it must keep its name and place to be handed in.",
                name=notebook_file(notebook),
                folder=folder,
            )
        ) from None
    wanted = {answers_file(notebook): folder / answers_file(notebook)}
    if evidence:
        wanted[EVIDENCE] = evidence
    for name, path in wanted.items():
        try:
            files[name] = read_regular(path, LARGEST_FILE)
        except (FileNotFoundError, NotTaken):
            continue
        except OSError as problem:
            raise UserError(
                _(
                    "Nothing was handed in: {why}. Close other programs that use it and try again.",
                    why=unreadable(path.name, problem),
                )
            ) from problem
    whole = completed(files, notebook)
    # What was written in boxes stands twice in it then.
    if len(whole[notebook_file(notebook)]) > LARGEST_NOTEBOOK:
        raise too_heavy(notebook_file(notebook))
    return whole


def completed(files: Mapping[str, bytes], notebook: str) -> dict[str, bytes]:
    """The files of a submission with what was written in boxes put into the notebook's graded cells."""
    page, sheet = notebook_file(notebook), files.get(answers_file(notebook))
    if sheet is None or page not in files:
        return dict(files)
    return {**files, page: written.filled(files[page], understand(sheet)[0]["entries"])}


def submit(
    root: Path,
    folder: Path,
    *,
    assignment: str,
    notebook: str,
    student: str,
    evidence: Path | None = None,
    answered: int = 0,
    questions: int = 0,
    wrote: str = "",
    title: str = "",
    promises: Mapping[str, str] | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Receipt:
    """Write the submission zip and its receipt into `submissions/` of the workspace at `root`.

    `promises` is what the receipt says of marks and of who sees what, where it is not what `course_facts` says.

    Raises UserError for a staff number that cannot be used, a missing notebook, or a folder that cannot be written.
    """
    if not is_staff_number(student):
        raise UserError(_("Give your staff number first."))
    if not ASSIGNMENT_NAME.fullmatch(assignment):
        raise ValueError(f"assignment must be a name such as 01_needs, not {assignment!r}")
    moment = clock()
    # A second submission in the same second must not replace the first.
    while (root / FOLDER / zip_name(student, assignment, moment)).exists():
        moment += timedelta(seconds=1)
    facts = {**course_facts(root), **(promises or {})}
    files = collect_files(folder, notebook, evidence)
    manifest = {
        "format": FORMAT,
        "course": facts["course"],
        "assignment": assignment,
        "student": student,
        "created": moment.isoformat(),
        "language": language(),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    files[MANIFEST] = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
    content = pack(files, moment)
    target = root / FOLDER / zip_name(student, assignment, moment)
    receipt = Receipt(
        file=target.name,
        course=facts["course"],
        assignment=assignment,
        student=student,
        created=moment.isoformat(),
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        answered=answered,
        questions=questions,
        marks=facts["marks"],
        seen_by=facts["seen_by"],
        written=wrote,
        title=title,
        fetched=is_fetched(root),
    )
    try:
        write_whole(target, content)
        keep_receipt(root, receipt)
    except OSError as problem:
        raise UserError(
            _(
                "The submission could not be written to {folder} ({why}): free some space or ask your instructor.",
                folder=root / FOLDER,
                why=problem.strerror or type(problem).__name__,
            )
        ) from problem
    return receipt


def keep_receipt(root: Path, receipt: Receipt) -> None:
    """Write the receipt beside the zip, for people and for programs."""
    stem = root / FOLDER / receipt.file.removesuffix(".zip")
    write_whole(stem.with_name(stem.name + ".receipt.txt"), receipt.text().encode() + b"\n")
    document = json.dumps(asdict(receipt), ensure_ascii=False, indent=2, sort_keys=True)
    write_whole(stem.with_name(stem.name + ".receipt.json"), document.encode() + b"\n")


def receipts(root: Path, assignment: str) -> list[Receipt]:
    """The receipts kept for an assignment, oldest first; those that cannot be read are left out."""
    found = []
    for path in sorted((root / FOLDER).glob(f"*--{assignment}--*.receipt.json")):
        kept = read_json(path)
        # A receipt of an earlier version of the course lacks what has a default here, and counts all the same.
        given: dict[str, Any] = {
            f.name: kept.get(f.name, None if f.default is MISSING else f.default) for f in fields(Receipt)
        }
        if all(type(given[f.name]).__name__ == f.type for f in fields(Receipt)):
            found.append(Receipt(**given))
    return sorted(found, key=lambda r: r.created)
