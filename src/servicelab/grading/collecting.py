"""`servicelab collect`: from zips and from nbgrader's exchange into `submitted/`, one line an archive."""

from __future__ import annotations

import hashlib
import json
import secrets
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tqdm import tqdm

from servicelab.course.layout import TESTS
from servicelab.errors import UserError
from servicelab.files.whole import whole_folder, write_whole
from servicelab.files.zips import Refused, pack
from servicelab.grading.border import mended
from servicelab.grading.course import Course
from servicelab.grading.envelope import Submission, read_submission
from servicelab.grading.exchange import submissions as exchange_submissions
from servicelab.grading.inbox import Arrival, arrivals, read_name, uploader
from servicelab.grading.marks import is_marked
from servicelab.grading.moments import in_zone
from servicelab.grading.storing import storing
from servicelab.i18n import MARKER, _, listed, together
from servicelab.learn.submission import completed

COLLECTED = "collected.json"
STAMP = "%Y%m%dT%H%M%S%f"
TIMESTAMP = "%Y-%m-%d %H:%M:%S.%f UTC"
CLOCK = timedelta(minutes=10)
"""How far ahead a trainee's clock may be before the time of collecting is used instead."""


@dataclass(frozen=True)
class Line:
    """What became of one archive.

    Attributes
    ----------
    label
        The archive.
    verdict
        `taken`, `earlier` (kept, a later one counts), `again` (already here), `elsewhere` (another assignment),
        `refused`.
    student
        The trainee, or an empty string.
    detail
        Why, and what else to know.
    damaged
        Whether its notebook cannot be opened.
    own_clock
        Whether it was collected after the due time, and is dated before it by its own clock.
    """

    label: str
    verdict: str
    student: str = ""
    detail: str = ""
    damaged: bool = False
    own_clock: bool = False

    def __str__(self) -> str:
        words = {
            "taken": _("taken"),
            "earlier": _("kept, a later one counts"),
            "again": _("already here"),
            "elsewhere": _("for another assignment"),
            "refused": _("refused"),
        }
        parts = (
            f"{self.label}: {words[self.verdict]}",
            f" · {self.student}" if self.student else "",
            f" · {self.detail}" if self.detail else "",
        )
        return "".join(parts)


@dataclass(frozen=True)
class Collection:
    """What `collect` did: a line an archive, and the counts.

    Attributes
    ----------
    assignment
        Of which submissions were collected.
    lines
        One an archive.
    where
        The folder that they stand in.
    """

    assignment: str
    lines: tuple[Line, ...]
    where: Path

    @property
    def counts(self) -> Counter[str]:
        """How many archives met each verdict."""
        return Counter(line.verdict for line in self.lines)

    @property
    def complete(self) -> bool:
        """Whether nothing was refused."""
        return not self.counts["refused"]

    @property
    def usable(self) -> bool:
        """Whether there is a submission to go on with; what was refused beside it stops nobody."""
        return any(self.counts[verdict] for verdict in ("taken", "earlier", "again"))

    @property
    def by_own_clock(self) -> int:
        """How many of those that count were collected after the due time and say that they were made before."""
        return sum(line.own_clock and line.verdict == "taken" for line in self.lines)

    def _again_and_again(self) -> list[str]:
        """Of whom there is more than one, where that is news."""
        here = Counter(line.student for line in self.lines if line.verdict in ("taken", "earlier", "again"))
        news = {line.student for line in self.lines if line.verdict in ("taken", "earlier")}
        return sorted(student for student in news if here[student] > 1)

    def sentence(self) -> str:
        """Return a line an archive, those with more to say of them last, and one with the counts and what is next."""
        counts = self.counts
        last = _(
            "{assignment}: {taken} taken, {earlier} earlier ones kept, {again} already here, {elsewhere} for other "
            "assignments, {refused} refused; in {where}.",
            assignment=self.assignment,
            taken=counts["taken"],
            earlier=counts["earlier"],
            again=counts["again"],
            elsewhere=counts["elsewhere"],
            refused=counts["refused"],
            where=self.where,
        )
        if names := self._again_and_again():
            last = together(
                last,
                _(
                    "More than one came from {names}: the latest counts. Where two people gave one number, have one of "
                    "them hand in again under their own.",
                    names=listed(names),
                ),
            )
        if names := sorted(
            {line.student for line in self.lines if line.damaged and line.verdict in ("taken", "again")}
        ):
            last = together(last, _("Cannot be opened: {names}. Ask for it again.", names=listed(names)))
        if self.by_own_clock:
            last = together(
                last,
                _(
                    "Collected only after the due time, and in time by their own clocks: {count}. Where the deadline "
                    "decides, compare with the platform's times.",
                    count=self.by_own_clock,
                ),
            )
        if not self.usable:
            last = together(last, _("Nothing here can be graded."))
        else:
            if not self.complete:
                last = together(
                    last, _("What was refused stops nobody else: go on, and ask its senders to hand in again.")
                )
            tests = self.assignment in TESTS.values()
            last = together(
                last,
                _("Next: {command}", command="servicelab tests" if tests else f"servicelab grade {self.assignment}"),
            )
        lines = sorted(self.lines, key=lambda line: (line.verdict == "refused", bool(line.detail)))
        return "\n".join([*map(str, lines), last])


def collect(assignment: str, inbox: Sequence[Path] = (), *, course: Course, now: datetime | None = None) -> Collection:
    """Take submissions into the course: from files and folders, or from nbgrader's exchange when none is named.

    The latest of each trainee is unpacked into `submitted/`, for nbgrader; every archive that was taken stays in
    `received/`. Running it again changes nothing.

    Parameters
    ----------
    assignment
        Name of a released assignment.
    inbox
        Zips, folders of zips, a platform's zips of zips.
    course
        The course.
    now
        The time of collecting; a submission from the future is dated with it.

    Raises
    ------
    UserError
        The assignment was not released here, a place in `inbox` does not exist, or there is nothing to take.
    """
    with storing(course.root, course.received, course.submitted):
        return _collect(assignment, inbox, course, now or datetime.now(UTC))


def _collect(assignment: str, inbox: Sequence[Path], course: Course, moment: datetime) -> Collection:
    notebooks = course.notebooks(assignment)
    desk = _Desk(course, assignment, notebooks, moment)
    found: Iterable[tuple[str, Submission | Refused]] = (
        _read_all(arrivals(inbox)) if inbox else exchange_submissions(course, assignment, notebooks)
    )
    with tqdm(desc=_("Collecting"), unit="", disable=None) as bar:
        for label, read in found:
            try:
                desk.receive(label, read)
            except OSError:
                # The course's own disk, not this archive.
                raise
            except Exception as problem:  # noqa: BLE001 - one archive must not stop the others, whatever is in it
                why = _("something in it cannot be worked with ({kind})", kind=type(problem).__name__)
                desk.lines.append(Line(label, "refused", detail=why))
            bar.update()
    if not desk.lines:
        where = ", ".join(str(place) for place in inbox) or _("the exchange")
        raise UserError(
            _("There is no submission in {where}: name the folder that holds the trainees' zips.", where=where)
        )
    desk.unpack()
    return Collection(assignment, tuple(desk.lines), course.submitted)


def _read_all(arrived: Iterator[Arrival]) -> Iterator[tuple[str, Submission | Refused]]:
    for arrival in arrived:
        if arrival.data is None:
            yield arrival.label, Refused(arrival.refusal)
            continue
        try:
            read = read_submission(arrival.data, fallback=read_name(arrival.name), room=arrival.room)
            yield arrival.label, replace(read, uploader=uploader(arrival.name))
        except Refused as refusal:
            yield arrival.label, refusal


class _Desk:
    """Where archives are received one by one, so that only the latest of each trainee is held until the end."""

    def __init__(self, course: Course, assignment: str, notebooks: Sequence[str], now: datetime) -> None:
        self.course = course
        self.assignment = assignment
        self.notebooks = notebooks
        self.now = now
        self.lines: list[Line] = []
        self._latest: dict[str, tuple[int, datetime, Submission]] = {}
        self._known = self._known_students()
        self._uploaders = self._known_uploaders()
        self._due = self._due_time()

    def receive(self, label: str, read: Submission | Refused) -> None:
        """Judge one archive, keep it in `received/` if it is taken, and write its line."""
        if isinstance(read, Refused):
            self.lines.append(Line(label, "refused", detail=str(read)))
            return
        if read.assignment != self.assignment:
            self.lines.append(Line(label, "elsewhere", read.student, read.assignment))
            return
        notebook = next(name for name in read.files if name.endswith(".ipynb") and "/" not in name)
        if notebook.removesuffix(".ipynb") not in self.notebooks:
            expected = ", ".join(f"{name}.ipynb" for name in self.notebooks)
            detail = _("its notebook is {found}, this assignment has {expected}", found=notebook, expected=expected)
            self.lines.append(Line(label, "refused", read.student, detail))
            return
        student, notes = self._name(read)
        stored = self._stored(student, read.digest)
        created = stored or min(read.created, self.now + CLOCK)
        if read.created > created:
            created = stored or self.now
            notes.append(_("its clock was ahead, so the time of collecting counts"))
        files, put_right = mended(read.files)
        damaged = self._look_inside(files[notebook])
        notes.extend([*put_right, *damaged])
        if stored:
            verdict = "again"
        else:
            self._store(student, read, created)
            verdict = "taken"
        own_clock = not stored and bool(self._due and created <= self._due < self.now)
        read = replace(read, files=files)
        self.lines.append(Line(label, verdict, student, "; ".join(notes), bool(damaged), own_clock))
        rival = self._latest.get(student)
        if rival is None or (created, read.digest) > (rival[1], rival[2].digest):
            self._latest[student] = (len(self.lines) - 1, created, read)
            loser = rival[0] if rival else None
        else:
            loser = len(self.lines) - 1
        if loser is not None:
            self._demote(loser)

    def unpack(self) -> None:
        """Put the latest submission of each trainee where nbgrader looks for it."""
        for student, (index, created, latest) in sorted(self._latest.items()):
            target = self.course.submitted / student / self.assignment
            if not self._is_newer(target, created, latest.digest):
                self._demote(index)
                continue
            if collected(target).get("digest") == latest.digest:
                continue
            try:
                whole = self._completed(latest)
            except Exception as problem:  # noqa: BLE001 - one archive must not stop the others, whatever is in it
                why = _("something in it cannot be worked with ({kind})", kind=type(problem).__name__)
                self.lines[index] = Line(self.lines[index].label, "refused", student, why)
                continue
            if replaced := self._replaced(target):
                line = self.lines[index]
                self.lines[index] = replace(line, detail="; ".join(filter(None, (line.detail, replaced))))
            files = {
                **whole,
                "timestamp.txt": created.strftime(TIMESTAMP).encode(),
                # nbgrader names a trainee's page in the exchange by this; without it stock release_feedback stops.
                "submission_secret.txt": latest.files.get("submission_secret.txt", secrets.token_hex(64).encode()),
                # The kernel speaks the trainee's language while it grades, so that tables come out in it.
                MARKER: json.dumps({"edition": "trainee", "language": latest.language}).encode(),
                COLLECTED: json.dumps(
                    {
                        "digest": latest.digest,
                        "language": latest.language,
                        "created": created.isoformat(),
                        "uploader": self._uploaders.get(student, ""),
                    },
                    indent=2,
                ).encode(),
            }
            with whole_folder(target) as folder:
                for name, content in files.items():
                    path = folder / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)

    def _replaced(self, target: Path) -> str:
        """Return what the hand-in that stands there had come to; an empty string where there is none."""
        there = _timestamp(target) if target.is_dir() else None
        if there is None:
            return ""
        student = target.parent.name
        when = in_zone(there)
        if is_marked(self.course, self.assignment, student):
            return _("replaces the hand-in of {when}, which was graded and marked", when=when)
        if (self.course.autograded / student / self.assignment).is_dir():
            return _("replaces the hand-in of {when}, which was graded", when=when)
        return _("replaces the hand-in of {when}", when=when)

    def _completed(self, read: Submission) -> dict[str, bytes]:
        """The files with what was written in boxes in the graded cells: an upload may not have come from Submit."""
        notebook = next(name for name in read.files if name.endswith(".ipynb") and "/" not in name)
        return completed(read.files, notebook.removesuffix(".ipynb"))

    def _demote(self, index: int) -> None:
        line = self.lines[index]
        if line.verdict == "taken":
            self.lines[index] = replace(line, verdict="earlier")

    def _known_students(self) -> dict[str, str]:
        with self.course.gradebook() as book:
            known = {student.id for student in book.students}
        if self.course.submitted.is_dir():
            known |= {each.name for each in self.course.submitted.iterdir() if each.is_dir()}
        return {_folded(name): name for name in sorted(known)}

    def _known_uploaders(self) -> dict[str, str]:
        """Return who first uploaded what stands there of each trainee."""
        there = {each.parent.name: collected(each) for each in self.course.submitted.glob(f"[!.]*/{self.assignment}")}
        stated = {student: about.get("uploader") for student, about in there.items()}
        return {student: sender for student, sender in stated.items() if isinstance(sender, str) and sender}

    def _due_time(self) -> datetime | None:
        with self.course.gradebook() as book:
            due: datetime | None = book.find_assignment(self.assignment).duedate
        return due.replace(tzinfo=UTC) if due else None

    def _name(self, read: Submission) -> tuple[str, list[str]]:
        """Return the trainee's id as this course spells it, and what is odd about who sent it."""
        notes = list(read.notes)
        student = self._known.setdefault(_folded(read.student), read.student)
        if student != read.student:
            notes.append(_("sent as {name}", name=read.student))
        sender = read.uploader
        if sender and self._uploaders.setdefault(student, sender) != sender:
            first = self._uploaders[student]
            notes.append(_("uploaded by {one} and by {other}: ask whose it is", one=first, other=sender))
        return student, notes

    def _look_inside(self, notebook: bytes) -> list[str]:
        """Return what the instructor should hear at once rather than when grading."""
        import nbformat

        try:
            nbformat.reads(notebook.decode("utf-8"), as_version=4)  # type: ignore[no-untyped-call]
        except Exception:  # noqa: BLE001 - nbformat raises many kinds for a file that is not a notebook
            return [_("its notebook is damaged, so only its answers file can score: ask for it again")]
        return []

    def _shelf(self, student: str) -> Path:
        return self.course.received / self.assignment / student

    def _stored(self, student: str, digest: str) -> datetime | None:
        """Return the time that an archive was entered with, when it is already here."""
        for path in self._shelf(student).glob(f"*--{digest[:16]}.zip"):
            return datetime.strptime(path.name.split("--")[0], STAMP).replace(tzinfo=UTC)
        return None

    def _store(self, student: str, read: Submission, created: datetime) -> None:
        path = self._shelf(student) / f"{created.strftime(STAMP)}--{read.digest[:16]}.zip"
        write_whole(path, read.packed or pack(read.files))

    def _is_newer(self, target: Path, created: datetime, digest: str) -> bool:
        if not target.is_dir():
            return True
        held = collected(target)
        there = _timestamp(target)
        return there is None or (created, digest) >= (there, str(held.get("digest", "")))


def submission_hash(folder: Path) -> str:
    """Return one hash of everything in a submission's folder, so that grading knows what it has already graded."""
    total = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink()):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def collected(folder: Path) -> Mapping[str, Any]:
    """Return what collecting noted of one submission: its digest, language and time; nothing where it noted nothing."""
    try:
        held = json.loads((folder / COLLECTED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def _timestamp(folder: Path) -> datetime | None:
    from nbgrader.utils import parse_utc

    try:
        stated: datetime = parse_utc((folder / "timestamp.txt").read_text(encoding="utf-8").strip())
    except (OSError, ValueError, OverflowError):
        return None
    return stated.replace(tzinfo=UTC)


def nothing_collected(assignment: str) -> str:
    """Return what to say when there is no submission to work on."""
    return _("Nothing was collected for {assignment}: run servicelab collect first.", assignment=assignment)


def opens(folder: Path, notebooks: Sequence[str]) -> bool:
    """Return whether every notebook of a submission can be opened, and holds what a notebook can hold."""
    import nbformat

    for name in notebooks:
        try:
            read = nbformat.read(folder / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
            nbformat.validate(read)
        except Exception:  # noqa: BLE001 - nbformat raises many kinds for a file that is not a notebook
            return False
    return True
