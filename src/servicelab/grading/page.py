"""The feedback page that a trainee reads: score first, then part by part what they did and what was said about it."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat.notebooknode import NotebookNode

from servicelab.course.headings import heading
from servicelab.grading.language import spoken
from servicelab.grading.moments import in_zone
from servicelab.grading.pieces import Reader, plain
from servicelab.grading.skeleton import repairs_in, told_to_trainee
from servicelab.i18n import _, language, use


class FeedbackExporter(Exporter):
    """Writes a scrubbed, graded notebook as one HTML file that needs nothing from the network."""

    file_extension = ".html"
    output_mimetype = "text/html"
    export_from_notebook = "ServiceLab feedback"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kwargs: Any) -> tuple[Any, Any]:
        """Return the page for one graded notebook."""
        folder = Path((resources or {}).get("metadata", {}).get("path") or ".").resolve()
        with use(spoken(folder)):
            nb, resources = super().from_notebook_node(nb, resources, **kwargs)
            return render(nb, resources.get("nbgrader", {}), folder), resources


def render(nb: NotebookNode, graded: dict[str, Any], folder: Path) -> str:
    """Return the page; `graded` is what nbgrader knows: student, assignment, notebook, score, db_url …

    `folder` is the graded submission's, for the decisions and their words.
    """
    facts = _facts(graded)
    reader = Reader(facts["waiting"], facts["points"], folder)
    reader.read(nb)
    parts, repairs = reader.parts, repairs_in(nb)
    return _page(
        plain(title_of(nb) or graded.get("assignment", "")),
        str(graded.get("student", "")),
        facts,
        float(graded.get("score", 0)),
        float(graded.get("max_score", 0)),
        pieces=reader.pieces,
        parts=parts,
        penalty=float(graded.get("late_penalty", 0)),
        waiting=any(part.waiting for part in parts),
        repairs=told_to_trainee(repairs),
        unreadable=any(each.kind == "unreadable" for each in repairs),
    )


def title_of(nb: NotebookNode) -> str:
    """Return a notebook's first heading, in Markdown; an empty string where it has none."""
    texts = (cell.source for cell in nb.cells if cell.cell_type == "markdown")
    return next((found for text in texts if (found := heading(text))), "")


def unreadable(student: str, title: str, lang: str, submitted: datetime | None, late: float) -> str:
    """Return the page of a submission whose notebook could not be opened at all; `late` in seconds."""
    with use(lang):
        facts = {"when": in_zone(submitted) if submitted else "", "late": lateness(late)}
        damaged = _(
            "Your notebook could not be opened, so nothing in it could be marked. Your answers are still on your "
            "machine: open the exercise, check that your work is there, and submit again. Tell your instructor if it "
            "happens twice."
        )
        return _page(plain(title), student, facts, 0, 0, damaged=damaged)


def _page(title: str, student: str, facts: dict[str, Any], score: float, points: float, **said: Any) -> str:
    # Spelled out here and not in the template, where the catalogue's tools do not look.
    words = {
        "feedback": _("Feedback"),
        "who": _("Feedback for {student}", student=student),
        "submitted": _("submitted {when}", when=facts["when"]),
        "of_points": _("of {points} points", points=_number(points)),
        "by_part": _("Points by part"),
        "part": _("Part"),
        "points": _("Points"),
        "late": _("Submitted late"),
        "being_marked": _("being marked"),
        "waiting": _("A person has yet to mark a part of this, so the total will change."),
        "put_right": _("Something was put right before this was checked. It cost you no points."),
        "code": _("Your code"),
        "showed": _("What it showed"),
        "figure": _("Figure from the exercise"),
        "drawn": _("Figure that your code drew"),
        "comment": _("Comment"),
        "answer": _("Your answer"),
        "your_answer": _("Your answer:"),
        "unanswered": _("You did not answer this."),
        "marker": _("What your marker says"),
        "right": _("Everything that was checked here is right."),
        "frames": _("Where in your code"),
    }
    filled = {"pieces": [], "parts": [], "penalty": 0.0, "waiting": False, "repairs": [], "unreadable": False, **said}
    return str(
        _template().render(
            title=title,
            words=words,
            number=_number,
            score=score,
            points=points,
            when=facts["when"],
            late=facts["late"],
            language="zh-CN" if language() == "zh" else "en",
            **filled,
        )
    )


def _facts(graded: dict[str, Any]) -> dict[str, Any]:
    """Return when it was submitted, how late, and the parts that a person has yet to mark, from the gradebook."""
    facts: dict[str, Any] = {"when": "", "late": "", "waiting": set(), "points": {}}
    if not graded.get("db_url"):
        return facts
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(graded["db_url"]) as book:
        try:
            notebook = book.find_submission_notebook(graded["notebook"], graded["assignment"], graded["student"])
        except MissingEntry:
            return facts
        submission = notebook.assignment
        facts["when"] = in_zone(submission.timestamp) if submission.timestamp else ""
        facts["late"] = lateness(submission.total_seconds_late)
        facts["points"] = {grade.name: float(grade.max_score) for grade in notebook.grades}
        facts["waiting"] = {grade.name for grade in notebook.grades if grade.needs_manual_grade}
    return facts


def lateness(seconds: float) -> str:
    """Return how late something is, in words; an empty string when it is not.

    >>> lateness(7300)
    '2 h late'
    """
    if seconds <= 0:
        return ""
    if seconds >= 2 * 86400:
        return _("{count} days late", count=round(seconds / 86400))
    if seconds >= 3600:
        return _("{count} h late", count=round(seconds / 3600))
    return _("{count} min late", count=max(1, round(seconds / 60)))


def _number(value: float) -> str:
    return f"{round(float(value), 2):g}"


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader

    places = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=places, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
        "feedback.html.j2"
    )
