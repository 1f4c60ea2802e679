"""A person's marks and the text they are for: a later text of the same trainee does not inherit them.

nbgrader keeps a mark by trainee and cell, whatever comes to stand in the cell. So it is written down here what stood
there when it was graded; when something else does, the mark is set aside. It comes back with its text.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

from servicelab.course.handin import answers_file
from servicelab.files.whole import write_whole
from servicelab.grading.course import Course, course_of
from servicelab.grading.messages import text_of
from servicelab.grading.moments import in_zone
from servicelab.grading.skeleton import put_right_in
from servicelab.grading.whose import Whose, is_points, is_test, released
from servicelab.i18n import _
from servicelab.learn.numbers import finite
from servicelab.learn.whereabouts import NotTaken, read_json, read_regular
from servicelab.learn.written import KIND

NO_RESPONSE = "No response."
"""What nbgrader itself says of an answer that was not touched."""
MARKED = ".marked"
"""Folder in the course with what was marked, one file a trainee and assignment; nbgrader passes over it for its dot."""
DAMAGED = ".damaged-"
"""What the name of a file of marks goes on with that could not be read; a number follows."""
LARGEST = 16 << 20
"""Bytes of one file of marks; hundreds of comments as long as a page come nowhere near."""
HASH = re.compile(r"[0-9a-f]{64}")
MINUTE = "%Y-%m-%d %H:%M UTC"


@dataclass(frozen=True)
class Stood:
    """What a mark rests on.

    Attributes
    ----------
    text
        A hash of what a trainee wrote in the cell; of a test, of the trainee's code and answers.
    points
        The most that the cell gave.
    submitted
        When it was handed in.
    """

    text: str
    points: float
    submitted: str = ""

    def same(self, other: Stood | None) -> bool:
        """Whether a mark for one is a mark for the other."""
        return other is not None and (self.text, self.points) == (other.text, other.points)


@dataclass(frozen=True)
class Mark:
    """What a person gave, and what for; `stood` is None where that was not written down."""

    stood: Stood | None
    score: float | None
    extra: float | None
    comment: str | None
    waiting: bool
    back: bool = False
    """Whether it was given back: then the gradebook alone says what it is worth."""

    def told(self) -> str:
        """Return it for whoever marks the text that came after."""
        given = "—" if self.score is None else f"{self.score:g}"
        if self.stood:
            given += f" / {self.stood.points:g}"
        lines = [f"**{_head(given, _when(self.stood.submitted) if self.stood else '')}** " + _foot()]
        lines += [quoted(self.comment)] if self.comment else []
        return "\n\n".join(lines)


def _when(submitted: str) -> str:
    return in_zone(datetime.strptime(submitted, MINUTE).replace(tzinfo=UTC)) if submitted else ""


def _head(given: str, when: str) -> str:
    if when:
        return _("An earlier text in this place, handed in {when}, was marked {given}.", when=when, given=given)
    return _("An earlier text in this place was marked {given}.", given=given)


def _foot() -> str:
    return _("That mark is not for the text below and does not count.")


CLOSING = 3
"""Letters of what may stand at the end of a note's sentence and tells nobody that it is one."""


def phrases() -> list[str]:
    """Return what a note of an earlier mark says in the running language, whatever the mark."""
    gap = "\0"
    said = gap.join((_head(gap, ""), _head(gap, gap), _foot()))
    # A word that closes a sentence stands in many a text of the course: 分 is in every Chinese one that names points.
    return [each for each in map(str.strip, said.split(gap)) if sum(map(str.isalnum, each)) > CLOSING]


def quoted(text: str) -> str:
    """Return a text as a quotation in Markdown."""
    return "\n".join(f"> {line}" for line in text.splitlines())


class Book:
    """What was graded, and the marks set aside, of one trainee's assignment; kept in a file.

    A file that is none of these is put away under a name that says so before anything is written in its place.
    """

    def __init__(self, root: Path, assignment: str, student: str) -> None:
        self._path = root / MARKED / student / f"{assignment}.json"
        self._damaged = False
        self.stood: dict[str, Stood] = {}
        self._aside: dict[str, list[Mark]] = {}
        try:
            stated = json.loads(read_regular(self._path, LARGEST))
            self.stood = {_text(key): _stood(each) for key, each in _mapping(stated["stood"]).items()}
            self._aside = {_text(key): _marks(some) for key, some in _mapping(stated["aside"]).items()}
        except FileNotFoundError:
            pass
        except (NotTaken, ValueError, KeyError, TypeError, RecursionError):
            self._damaged, self.stood, self._aside = True, {}, {}

    @property
    def damaged(self) -> list[Path]:
        """The file itself, where it cannot be read."""
        return [self._path] if self._damaged else []

    def save(self) -> None:
        """Write it down."""
        if self._damaged:
            free = (each for each in map(self._put_away, itertools.count(1)) if not os.path.lexists(each))
            self._path.rename(next(free))
            self._damaged = False
        aside = {key: [asdict(each) for each in some] for key, some in self._aside.items()}
        stood = {key: asdict(each) for key, each in self.stood.items()}
        write_whole(self._path, json.dumps({"stood": stood, "aside": aside}, ensure_ascii=False, indent=1))

    def _put_away(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.stem}{DAMAGED}{number}.json")

    def set_aside(self, key: str, grade: Any, comment: Any) -> None:
        """Take a person's mark and comment, if there are any, out of the gradebook; the caller commits."""
        stood = self.stood.get(key)
        others = [each for each in self._aside.get(key, []) if not _same_stood(each.stood, stood)]
        if not _given(grade, comment):
            if any(each.back and _same_stood(each.stood, stood) for each in self._aside.get(key, [])):
                # It was given back and is gone: a person took it back.
                self._aside[key] = others
            return
        mark = Mark(
            stood,
            grade.manual_score if grade else None,
            grade.extra_credit if grade else None,
            comment.manual_comment if comment else None,
            bool(grade and grade.needs_manual_grade),
        )
        self._aside[key] = [*others, mark]
        # Before the gradebook forgets it: whatever ends this program in between, the mark stands in one of the two.
        self.save()
        if grade:
            grade.manual_score, grade.extra_credit = None, None
        if comment:
            comment.manual_comment = None

    def give_back(self, key: str, grade: Any, comment: Any) -> None:
        """Enter the mark that was set aside for what stands there now; the caller commits."""
        now, marks = self.stood[key], self._aside.get(key, [])
        for at, mark in enumerate(marks):
            if now.same(mark.stood) and not mark.back:
                marks[at] = replace(mark, back=True)
                if grade:
                    grade.manual_score, grade.extra_credit = mark.score, mark.extra
                    grade.needs_manual_grade = mark.waiting
                if comment:
                    comment.manual_comment = mark.comment

    def earlier(self, key: str) -> Mark | None:
        """Return the latest mark for another text than the one that stands there; None where this one has its own."""
        aside, now = self._aside.get(key, []), self.stood.get(key)
        if not aside or (now and any(now.same(mark.stood) for mark in aside)):
            return None
        return aside[-1]


class SaveGrades(NbGraderPreprocessor):  # type: ignore[misc]
    """nbgrader's `SaveAutoGrades`, and each person's mark stays with the text that it was given for.

    The gradebook is opened, looked into and written once for a notebook, and not once for each cell: that was a quarter
    of what grading cost beside the cells.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Save the autograder's scores and comments of one notebook."""
        about = resources["nbgrader"]
        folder = Path(resources["metadata"]["path"])
        self._book = Book(course_of(folder), about["assignment"], about["student"])
        self._prefix = about["notebook"] + "/"
        self._did = _judged(nb, folder / answers_file(about["notebook"]), Whose(nb, released(resources)))
        self._looked_at = put_right_in(resources).looked_at
        # By `nbgrader autograde --no-execute` nothing ran: what stands below a test then is its maker's.
        self._ran = bool(self.config.get("Execute", {}).get("enabled", True))
        with Gradebook(about["db_url"]) as gradebook:
            found = gradebook.find_submission_notebook(about["notebook"], about["assignment"], about["student"])
            moment = found.assignment.timestamp
            self._moment = f"{moment.isoformat(' ', 'minutes')} UTC" if moment else ""
            marks = {name: (grade, comment) for name, grade, comment in marks_in(found)}
            for cell in nb.cells:
                if is_grade(cell) or is_solution(cell) or is_task(cell):
                    name = cell.metadata["nbgrader"]["grade_id"]
                    self._save(cell, self._prefix + name, *marks.pop(name, (None, None)))
            self._forget(marks)
            gradebook.db.commit()
        self._book.save()
        return nb, resources

    def _save(self, cell: NotebookNode, key: str, grade: Any, comment: Any) -> None:
        """Enter what came of one cell."""
        now = Stood(
            fingerprint(cell.source, cell.get("attachments")) if is_solution(cell) or is_task(cell) else self._did,
            float(grade.max_score) if grade else 0.0,
            self._moment,
        )
        if not now.same(self._book.stood.get(key)):
            self._book.set_aside(key, grade, comment)
        waiting = bool(grade and grade.needs_manual_grade)
        kept = _given(grade, comment)
        if grade and is_grade(cell):
            self._score(cell, grade)
        if comment and (is_solution(cell) or is_task(cell)):
            self._comment(cell, comment)
        self._book.stood[key] = now
        if not kept:
            self._book.give_back(key, grade, comment)
        elif grade and grade.manual_score is not None:
            # nbgrader would have a person look at every mark again.
            grade.needs_manual_grade = waiting

    def _score(self, cell: NotebookNode, grade: Any) -> None:
        """Enter what a cell gave: of a test, one number of points and nothing that went wrong, or 0.

        nbgrader itself takes a test without a result for one that was met.
        """
        looked_at = grade.name in self._looked_at
        if is_test(cell) and not self._ran:
            grade.auto_score = None
        elif is_test(cell):
            grade.auto_score = points_of(cell)
        else:
            grade.auto_score = None if looked_at else determine_grade(cell, self.log)[0]
        grade.needs_manual_grade = looked_at or grade.manual_score is not None or grade.auto_score is None

    def _comment(self, cell: NotebookNode, comment: Any) -> None:
        """Say of a place that was left alone that nothing was answered, unless a person looks at it."""
        alone = cell.metadata["nbgrader"].get("checksum") == compute_checksum(cell) and not is_task(cell)
        comment.auto_comment = NO_RESPONSE if alone and comment.name not in self._looked_at else None

    def _forget(self, marks: Mapping[str, tuple[Any, Any]]) -> None:
        """Set aside the marks of cells that the notebook has no more."""
        for name, (grade, comment) in marks.items():
            if grade and _given(grade, comment):
                # Where a text is missing a person looks, as when it was missing from the first.
                grade.needs_manual_grade = True
            self._book.set_aside(self._prefix + name, grade, comment)
            self._book.stood.pop(self._prefix + name, None)


def points_of(cell: NotebookNode) -> float:
    """Return the points in a test's outputs: those of its one result, or 0 where there is more or none of them."""
    most = float(cell.metadata["nbgrader"]["points"])
    results = []
    for each in cell.get("outputs", []):
        if each.output_type == "error" or (each.output_type == "stream" and each.name == "stderr"):
            return 0.0
        if each.output_type == "execute_result":
            results.append(text_of(each.get("data", {}).get("text/plain", "")))
    try:
        value = float(results[0]) if len(results) == 1 else math.nan
    except ValueError:
        value = math.nan
    return min(max(value, 0.0), most) if is_points(value, most) else 0.0


def marks_in(notebook: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield each cell's name with its grade and its comment, either of which may be None, of a notebook handed in."""
    grades = {each.name: each for each in notebook.grades}
    comments = {each.name: each for each in notebook.comments}
    for name in dict.fromkeys([*grades, *comments]):
        yield name, grades.get(name), comments.get(name)


def forget_marks(root: Path, submission: Any) -> None:
    """Set aside every mark of a submission that nothing could be read of; the caller commits."""
    book = Book(root, submission.assignment.name, submission.student.id)
    for notebook in submission.notebooks:
        for name, grade, comment in marks_in(notebook):
            book.set_aside(f"{notebook.name}/{name}", grade, comment)
    book.stood.clear()
    book.save()


def has_earlier(root: Path, assignment: str, student: str) -> bool:
    """Return whether an earlier text of somebody was marked, and what stands there now was not."""
    book = Book(root, assignment, student)
    return any(book.earlier(key) for key in book.stood)


def damaged_books(root: Path, assignment: str, student: str) -> list[Path]:
    """Return the files of somebody's marks that cannot be read, where they stand or were put away."""
    book = Book(root, assignment, student)
    return [*book.damaged, *sorted((root / MARKED / student).glob(f"{assignment}{DAMAGED}*.json"))]


def fingerprint(text: str, pictures: Any = None) -> str:
    """Return a hash of a text and of the pictures attached to it, the same however its words are spaced.

    >>> fingerprint("a  text\\n") == fingerprint("a text") != fingerprint("atext")
    True
    """
    stands = " ".join(text.split())
    if pictures:
        stands += "\0" + json.dumps(pictures, sort_keys=True)
    return hashlib.sha256(stands.encode("utf-8", "surrogatepass")).hexdigest()


def is_marked(course: Course, assignment: str, student: str) -> bool:
    """Return whether a person gave anything for what was graded last."""
    with course.gradebook() as book:
        try:
            notebooks = book.find_submission(assignment, student).notebooks
        except MissingEntry:
            return False
        return any(_given(grade, comment) for each in notebooks for _name, grade, comment in marks_in(each))


def _given(grade: Any, comment: Any) -> bool:
    by_hand = grade is not None and (grade.manual_score is not None or bool(grade.extra_credit))
    return by_hand or bool(comment is not None and comment.manual_comment)


def _same_stood(one: Stood | None, other: Stood | None) -> bool:
    return one.same(other) if one else other is None


def _marks(stated: Any) -> list[Mark]:
    if not isinstance(stated, list):
        raise TypeError("no list")
    return [_mark(each) for each in stated]


def _mark(stated: Any) -> Mark:
    about = _exactly(stated, Mark)
    for name in ("waiting", "back"):
        if type(about[name]) is not bool:
            raise TypeError(name)
    return Mark(
        None if about["stood"] is None else _stood(about["stood"]),
        None if about["score"] is None else _points(about["score"]),
        None if about["extra"] is None else _points(about["extra"]),
        None if about["comment"] is None else _text(about["comment"]),
        about["waiting"],
        about["back"],
    )


def _stood(stated: Any) -> Stood:
    about = _exactly(stated, Stood)
    text, submitted = _text(about["text"]), _text(about["submitted"])
    _when(submitted)  # ValueError where it is no moment
    # Earlier versions kept the text itself.
    return Stood(text if HASH.fullmatch(text) else fingerprint(text), _points(about["points"]), submitted)


def _exactly(stated: Any, kind: type) -> Mapping[str, Any]:
    # Earlier versions wrote nothing of whether a mark was given back.
    about = ({"back": False} if kind is Mark else {}) | dict(_mapping(stated))
    names = {each.name for each in fields(kind)}
    if about.keys() != names:
        raise ValueError(f"{kind.__name__} has {', '.join(sorted(names))}")
    return about


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("no mapping")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _points(value: Any) -> float:
    number = finite(value)
    if number is None:
        raise ValueError("no number")
    return number


def _judged(nb: NotebookNode, answers: Path, whose: Whose) -> str:
    """A hash of what a test may judge: code and answers. What a person reads is a mark's own matter."""
    code = [cell.source for cell in nb.cells if is_solution(cell) and cell.cell_type == "code"]
    # What a solution calls may stand in a cell of the trainee's own.
    added = [
        cell.source
        for place, cell in enumerate(nb.cells)
        if cell.cell_type == "code" and not is_solution(cell) and not whose.unwritten(place)
    ]
    entries = read_json(answers).get("entries")
    given = {
        # When it was kept is no part of an answer: who opens a page again may have it kept again.
        key: {part: value for part, value in each.items() if part != "at"} if isinstance(each, dict) else each
        for key, each in (entries.items() if isinstance(entries, dict) else ())
        if not (isinstance(each, dict) and each.get("kind") == KIND)
    }
    return hashlib.sha256(json.dumps([code, given, *([added] if added else [])], sort_keys=True).encode()).hexdigest()
