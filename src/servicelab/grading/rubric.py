"""Rubrics of written judgement: criteria, levels described and exemplified, comments to reuse; and marking by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servicelab.errors import UserError
from servicelab.files.yamllines import read_yaml
from servicelab.grading.course import Course
from servicelab.i18n import LANGUAGES, _, language

Text = Mapping[str, str]
"""The same text in every language of the course."""


@dataclass(frozen=True)
class Level:
    """One level of a criterion: its name, what an answer at it is like, and one such answer."""

    points: float
    name: Text
    description: Text
    example: Text


@dataclass(frozen=True)
class Criterion:
    """One thing an answer is judged by; levels from the highest down."""

    id: str
    name: Text
    levels: tuple[Level, ...]

    @property
    def points(self) -> float:
        """The most it can earn."""
        return self.levels[0].points


@dataclass(frozen=True)
class Rubric:
    """How a person marks one written task."""

    assignment: str
    cell: str
    criteria: tuple[Criterion, ...]
    comments: Mapping[str, Text]

    @property
    def points(self) -> float:
        """The most an answer can earn."""
        return sum(criterion.points for criterion in self.criteria)

    def comment(self, levels: Mapping[str, float], comments: Sequence[str] = (), text: str = "") -> str:
        """Return what the trainee reads: each criterion's level in words, then the comments.

        Raises
        ------
        ValueError
            A criterion is missing or unknown, a level or a comment does not exist.
        """
        known = {criterion.id for criterion in self.criteria}
        if set(levels) != known:
            raise ValueError(f"levels must name {', '.join(sorted(known))}, and nothing else")
        lang = language()
        lines = []
        for criterion in self.criteria:
            points = levels[criterion.id]
            level = next((each for each in criterion.levels if each.points == points), None)
            if level is None:
                raise ValueError(f"{criterion.id} has no level of {points:g} points")
            name, says = criterion.name[lang], level.description[lang]
            lines.append(f"**{name}: {points:g} / {criterion.points:g}.** {says}")
        for each in comments:
            if each not in self.comments:
                raise ValueError(f"there is no comment {each}")
            lines.append(self.comments[each][lang])
        return "\n\n".join([*lines, *([text] if text else [])])


def load_rubrics(folder: Path) -> dict[str, list[Rubric]]:
    """Return the rubrics in a folder by assignment, each checked.

    Raises
    ------
    UserError
        A rubric has a mistake; the sentence says where.
    """
    found: dict[str, list[Rubric]] = {}
    for path in sorted(folder.glob("*.yml")):
        rubric = load_rubric(path)
        found.setdefault(rubric.assignment, []).append(rubric)
    return found


def load_rubric(path: Path) -> Rubric:
    """Return the rubric in one YAML file, checked.

    Raises
    ------
    UserError
        The file cannot be read, or the rubric has a mistake.
    """
    return _rubric(read_yaml(path), _Where(path, ""))


@dataclass(frozen=True)
class _Where:
    """A place in a rubric file, for the sentence about a mistake there."""

    path: Path
    at: str

    def below(self, name: str) -> _Where:
        return _Where(self.path, f"{self.at}.{name}".lstrip("."))

    def wrong(self, why: str) -> UserError:
        return UserError(_("{file} {at}: {why}.", file=self.path, at=self.at, why=why))


def _rubric(raw: Any, where: _Where) -> Rubric:
    fields = _fields(raw, where, "assignment", "cell", "criteria", "comments")
    comments = []
    for index, each in enumerate(_items(fields["comments"], where.below("comments"))):
        at = where.below(f"comments[{index}]")
        comment = _fields(each, at, "id", "text")
        comments.append((_word(comment["id"], at), _text(comment["text"], at)))
    criteria = _items(fields["criteria"], where.below("criteria"))
    rubric = Rubric(
        assignment=_word(fields["assignment"], where.below("assignment")),
        cell=_word(fields["cell"], where.below("cell")),
        criteria=tuple(_criterion(each, where.below(f"criteria[{index}]")) for index, each in enumerate(criteria)),
        comments=dict(comments),
    )
    if len({each.id for each in rubric.criteria}) != len(rubric.criteria) or len(rubric.comments) != len(comments):
        raise where.wrong(_("two criteria or two comments have the same id"))
    return rubric


def _criterion(raw: Any, where: _Where) -> Criterion:
    fields = _fields(raw, where, "id", "name", "points", "levels")
    levels = []
    for index, each in enumerate(_items(fields["levels"], where.below("levels"))):
        at = where.below(f"levels[{index}]")
        level = _fields(each, at, "points", "name", "description", "example")
        if isinstance(level["points"], bool) or not isinstance(level["points"], int | float):
            raise at.wrong(_("points must be a number"))
        texts = (_text(level[name], at.below(name)) for name in ("name", "description", "example"))
        levels.append(Level(float(level["points"]), *texts))
    points = [level.points for level in levels]
    if len(levels) < 2 or points[-1] != 0 or points != sorted(set(points), reverse=True):
        raise where.wrong(_("levels must fall, and end at 0 points"))
    if points[0] != fields["points"]:
        raise where.wrong(
            _("its highest level has {top:g} points, not {points}", top=points[0], points=fields["points"])
        )
    return Criterion(_word(fields["id"], where), _text(fields["name"], where.below("name")), tuple(levels))


def _fields(raw: Any, where: _Where, *names: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict) or set(raw) != set(names):
        raise where.wrong(_("it must have exactly the fields {names}", names=", ".join(names)))
    return raw


def _items(raw: Any, where: _Where) -> list[Any]:
    if not isinstance(raw, list) or not raw:
        raise where.wrong(_("it must be a list that is not empty"))
    return raw


def _word(raw: Any, where: _Where) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise where.wrong(_("it must be a word"))
    return raw


def _text(raw: Any, where: _Where) -> Text:
    whole = isinstance(raw, dict) and set(raw) == set(LANGUAGES)
    if not whole or not all(isinstance(each, str) and each for each in raw.values()):
        raise where.wrong(_("it must have a text in each of {languages}", languages=", ".join(LANGUAGES)))
    return {lang: str(raw[lang]) for lang in LANGUAGES}


def mark(
    rubric: Rubric,
    student: str,
    levels: Mapping[str, float],
    *,
    course: Course,
    comments: Sequence[str] = (),
    text: str = "",
) -> float:
    """Enter a person's marks for one written answer, as formgrader would, and return the points.

    Parameters
    ----------
    rubric
        What is judged.
    student
        Whose answer.
    levels
        Criterion id → points of the level.
    course
        The course.
    comments
        Ids of comments to reuse.
    text
        A comment of one's own.

    Raises
    ------
    UserError
        The trainee has not submitted.
    ValueError
        A level or comment does not exist.
    """
    from nbgrader.api import MissingEntry

    said = rubric.comment(levels, comments, text)
    total = float(sum(levels.values()))
    with course.gradebook() as book:
        try:
            submission = book.find_submission(rubric.assignment, student)
            notebook = next(
                each.name for each in submission.notebooks if rubric.cell in {grade.name for grade in each.grades}
            )
            grade = book.find_grade(rubric.cell, notebook, rubric.assignment, student)
            note = book.find_comment(rubric.cell, notebook, rubric.assignment, student)
        except (MissingEntry, StopIteration):
            raise UserError(
                _(
                    "{student} has not submitted {assignment}: collect and grade first.",
                    student=student,
                    assignment=rubric.assignment,
                )
            ) from None
        grade.manual_score, grade.needs_manual_grade = total, False
        note.manual_comment = said
        book.db.commit()
    return total
