"""A person's marks and the text they are for: a later text of the same trainee does not inherit them.

nbgrader keeps a mark by trainee and cell, whatever comes to stand in the cell. So it is written down here what stood
there when it was graded; when something else does, the mark is set aside. It comes back with its text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.preprocessors import SaveAutoGrades
from nbgrader.utils import is_grade, is_solution, is_task

from servicelab.course.handin import answers_file
from servicelab.files.whole import write_whole
from servicelab.grading.course import Course
from servicelab.i18n import _
from servicelab.learn.whereabouts import read_json
from servicelab.learn.written import KIND

MARKED = ".marked"
"""Folder in the course with what was marked, one file a trainee and assignment; nbgrader passes over it for its dot."""
MINUTE = "%Y-%m-%d %H:%M UTC"


@dataclass(frozen=True)
class Stood:
    """What a mark rests on.

    Attributes
    ----------
    text
        What a trainee wrote in the cell; of a test, a hash of the trainee's code and answers.
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
        return other is not None and (self.text.split(), self.points) == (other.text.split(), other.points)


@dataclass(frozen=True)
class Mark:
    """What a person gave, and what for; `stood` is None where that was not written down."""

    stood: Stood | None
    score: float | None
    extra: float | None
    comment: str | None
    waiting: bool

    def told(self) -> str:
        """Return it for whoever marks the text that came after."""
        given = "—" if self.score is None else f"{self.score:g}"
        if self.stood:
            given += f" / {self.stood.points:g}"
        when = self.stood.submitted if self.stood else ""
        head = (
            _("An earlier text in this place, handed in {when}, was marked {given}.", when=when, given=given)
            if when
            else _("An earlier text in this place was marked {given}.", given=given)
        )
        lines = [f"**{head}** " + _("That mark is not for the text below and does not count.")]
        lines += [quoted(self.comment)] if self.comment else []
        return "\n\n".join(lines)


def quoted(text: str) -> str:
    """Return a text as a quotation in Markdown."""
    return "\n".join(f"> {line}" for line in text.splitlines())


class Book:
    """What was graded, and the marks set aside, of one trainee's assignment; kept in a file."""

    def __init__(self, root: Path, assignment: str, student: str) -> None:
        self._path = root / MARKED / student / f"{assignment}.json"
        read = read_json(self._path)
        self.stood = {key: Stood(**each) for key, each in read.get("stood", {}).items()}
        self._aside = {key: [_mark(each) for each in some] for key, some in read.get("aside", {}).items()}

    def save(self) -> None:
        """Write it down."""
        aside = {key: [asdict(each) for each in some] for key, some in self._aside.items()}
        stood = {key: asdict(each) for key, each in self.stood.items()}
        write_whole(self._path, json.dumps({"stood": stood, "aside": aside}, ensure_ascii=False, indent=1))

    def set_aside(self, key: str, grade: Any, comment: Any) -> None:
        """Take a person's mark and comment, if there are any, out of the gradebook; the caller commits."""
        if not _given(grade, comment):
            return
        mark = Mark(
            self.stood.get(key),
            grade.manual_score if grade else None,
            grade.extra_credit if grade else None,
            comment.manual_comment if comment else None,
            bool(grade and grade.needs_manual_grade),
        )
        others = [each for each in self._aside.get(key, []) if not _same_stood(each.stood, mark.stood)]
        self._aside[key] = [*others, mark]
        # Before the gradebook forgets it: whatever ends this program in between, the mark stands in one of the two.
        self.save()
        if grade:
            grade.manual_score, grade.extra_credit = None, None
        if comment:
            comment.manual_comment = None

    def give_back(self, key: str, grade: Any, comment: Any) -> None:
        """Enter the mark that was set aside for what stands there now; the caller commits."""
        now = self.stood[key]
        for mark in self._aside.get(key, []):
            if now.same(mark.stood):
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


class SaveGrades(SaveAutoGrades):  # type: ignore[misc]
    """nbgrader's own step, and each person's mark stays with the text that it was given for."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Save the autograder's scores."""
        about = resources["nbgrader"]
        folder = Path(resources["metadata"]["path"])
        self._book = Book(folder.parents[2], about["assignment"], about["student"])
        self._prefix = about["notebook"] + "/"
        self._did = _judged(nb, folder / answers_file(about["notebook"]))
        self._seen: set[str] = set()
        nb, resources = super().preprocess(nb, resources)
        with self.gradebook:
            self._forget_missing()
        self._book.save()
        return nb, resources

    def preprocess_cell(self, cell: NotebookNode, resources: Any, cell_index: int) -> tuple[NotebookNode, Any]:
        """Save one cell's score."""
        if not (is_grade(cell) or is_solution(cell) or is_task(cell)):
            return cell, resources
        name = cell.metadata["nbgrader"]["grade_id"]
        key = self._prefix + name
        self._seen.add(name)
        submission = self._notebook()
        grade = next((each for each in submission.grades if each.name == name), None)
        comment = next((each for each in submission.comments if each.name == name), None)
        moment = submission.assignment.timestamp
        now = Stood(
            cell.source if is_solution(cell) or is_task(cell) else self._did,
            float(grade.max_score) if grade else 0.0,
            moment.strftime(MINUTE) if moment else "",
        )
        if not now.same(self._book.stood.get(key)):
            self._book.set_aside(key, grade, comment)
        waiting = bool(grade and grade.needs_manual_grade)
        kept = _given(grade, comment)
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        self._book.stood[key] = now
        if not kept:
            self._book.give_back(key, grade, comment)
        elif grade and grade.manual_score is not None:
            # nbgrader would have a person look at every mark again.
            grade.needs_manual_grade = waiting
        self.gradebook.db.commit()
        return cell, resources

    def _notebook(self) -> Any:
        return self.gradebook.find_submission_notebook(self.notebook_id, self.assignment_id, self.student_id)

    def _forget_missing(self) -> None:
        """Set aside the marks of cells that the notebook has no more."""
        for name, grade, comment in marks_in(self._notebook()):
            if name not in self._seen:
                if grade and _given(grade, comment):
                    # Where a text is missing a person looks, as when it was missing from the first.
                    grade.needs_manual_grade = True
                self._book.set_aside(self._prefix + name, grade, comment)
                self._book.stood.pop(self._prefix + name, None)
        self.gradebook.db.commit()


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


def _mark(stated: Mapping[str, Any]) -> Mark:
    mark = Mark(**stated)
    return replace(mark, stood=Stood(**stated["stood"]) if stated["stood"] else None)


def _judged(nb: NotebookNode, answers: Path) -> str:
    """A hash of what a test may judge: code and answers. What a person reads is a mark's own matter."""
    code = [cell.source for cell in nb.cells if is_solution(cell) and cell.cell_type == "code"]
    entries = read_json(answers).get("entries")
    given = {
        key: each
        for key, each in (entries.items() if isinstance(entries, dict) else ())
        if not (isinstance(each, dict) and each.get("kind") == KIND)
    }
    return hashlib.sha256(json.dumps([code, given], sort_keys=True).encode()).hexdigest()
