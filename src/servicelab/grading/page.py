"""The feedback page that a trainee reads: score first, then part by part what they did and what was said about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat.notebooknode import NotebookNode

from servicelab.grading.language import spoken
from servicelab.grading.scrub import ANSI, is_test
from servicelab.i18n import _, use

HEADING = re.compile(r"^(#{1,4})\s+(.+?)\s*#*$", re.MULTILINE)
TAGS = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
]
"""What Markdown may become; no picture, since one could be fetched from anywhere."""


@dataclass
class Piece:
    """One thing on the page: `kind` is `text`, `work`, `shown`, `checked` or `written`."""

    kind: str
    html: str = ""
    code: str = ""
    outputs: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    comment: str = ""
    part: Part | None = None


@dataclass
class Part:
    """A line of the score table."""

    name: str
    title: str
    score: float
    points: float
    waiting: bool = False

    @property
    def full(self) -> bool:
        """Whether every point was scored."""
        return self.score >= self.points


class FeedbackExporter(Exporter):
    """Writes a scrubbed, graded notebook as one HTML file that needs nothing from the network."""

    file_extension = ".html"
    output_mimetype = "text/html"
    export_from_notebook = "ServiceLab feedback"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kwargs: Any) -> tuple[Any, Any]:
        """Return the page for one graded notebook."""
        with use(spoken(Path((resources or {}).get("metadata", {}).get("path") or "."))):
            nb, resources = super().from_notebook_node(nb, resources, **kwargs)
            return render(nb, resources.get("nbgrader", {})), resources


def render(nb: NotebookNode, graded: dict[str, Any]) -> str:
    """Return the page; `graded` is what nbgrader knows: student, assignment, notebook, score, db_url …"""
    facts = _facts(graded)
    pieces, parts = _pieces(nb, facts["waiting"])
    title = next(
        (found[2] for cell in nb.cells if cell.cell_type == "markdown" and (found := HEADING.search(cell.source))),
        graded.get("assignment", ""),
    )
    return str(
        _template().render(
            title=_plain(title),
            pieces=pieces,
            parts=parts,
            student=graded.get("student", ""),
            _=_,
            score=graded.get("score", 0),
            points=graded.get("max_score", 0),
            penalty=graded.get("late_penalty", 0),
            waiting=any(part.waiting for part in parts),
            number=_number,
            **{k: facts[k] for k in ("when", "late")},
            language="zh-CN" if _("Feedback") != "Feedback" else "en",
        )
    )


def unreadable(student: str, assignment: str, lang: str) -> str:
    """Return the page of a submission whose notebook could not be opened at all."""
    with use(lang):
        return str(
            _template().render(
                title=assignment,
                student=student,
                pieces=[],
                parts=[],
                score=0,
                points=0,
                penalty=0,
                waiting=False,
                number=_number,
                when="",
                late="",
                _=_,
                language="zh-CN" if lang == "zh" else "en",
                damaged=_(
                    "Your notebook could not be opened, so nothing in it could be marked. Your answers are still on "
                    "your machine: open the exercise, check that your work is there, and submit again. Tell your "
                    "instructor if it happens twice."
                ),
            )
        )


def _facts(graded: dict[str, Any]) -> dict[str, Any]:
    """Return when it was submitted, how late, and the parts that a person has yet to mark, from the gradebook."""
    facts: dict[str, Any] = {"when": "", "late": "", "waiting": set()}
    if not graded.get("db_url"):
        return facts
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(graded["db_url"]) as book:
        try:
            notebook = book.find_submission_notebook(graded["notebook"], graded["assignment"], graded["student"])
        except MissingEntry:
            return facts
        submission = notebook.assignment
        facts["when"] = f"{submission.timestamp:%Y-%m-%d %H:%M} UTC" if submission.timestamp else ""
        facts["late"] = lateness(submission.total_seconds_late)
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


def _pieces(nb: NotebookNode, waiting: set[str]) -> tuple[list[Piece], list[Part]]:
    pieces: list[Piece] = []
    parts: list[Part] = []
    heading = ""
    for cell in nb.cells:
        about = cell.metadata.get("nbgrader", {})
        part = None
        if about.get("grade") or about.get("task"):
            name = about["grade_id"]
            part = Part(
                name, heading or name, float(about.get("score") or 0), float(about.get("points") or 0), name in waiting
            )
            parts.append(part)
        if cell.cell_type == "markdown":
            if part:
                pieces.append(
                    Piece("written", html=_html(cell.source), comment=_html(about.get("comment") or ""), part=part)
                )
            else:
                found = HEADING.search(cell.source)
                heading = _plain(found[2]) if found else heading
                pieces.append(Piece("text", html=_html(cell.source)))
        elif is_test(cell):
            told = cell.metadata.get("servicelab", {})
            pieces.append(Piece("checked", messages=told.get("messages", []), frames=told.get("frames", []), part=part))
        elif cell.cell_type == "code":
            outputs, images = _outputs(cell)
            if about.get("solution"):
                pieces.append(
                    Piece(
                        "work",
                        code=cell.source,
                        outputs=outputs,
                        images=images,
                        part=part,
                        comment=_html(about.get("comment") or ""),
                    )
                )
            elif outputs or images:
                pieces.append(Piece("shown", outputs=outputs, images=images))
    _number_titles(parts)
    return pieces, parts


def _number_titles(parts: list[Part]) -> None:
    """Tell parts under one heading apart by a number."""
    titles = [part.title for part in parts]
    for title in {each for each in titles if titles.count(each) > 1}:
        for number, part in enumerate((each for each in parts if each.title == title), start=1):
            part.title = f"{title} ({number})"


def _outputs(cell: NotebookNode) -> tuple[list[str], list[str]]:
    texts: list[str] = []
    images: list[str] = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            texts.append(output.text)
        elif output.output_type == "error":
            texts.append("\n".join(output.traceback))
        elif "image/png" in output.get("data", {}):
            images.append("".join(output.data["image/png"].split()))
        elif "text/plain" in output.get("data", {}):
            texts.append(output.data["text/plain"])
    return [ANSI.sub("", text).rstrip() for text in texts if text.strip()], images


def _html(markdown: str) -> str:
    """Return Markdown as HTML that runs nothing and fetches nothing, whoever wrote it."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune
    from nbconvert.preprocessors.sanitize import SanitizeHTML

    if not markdown.strip():
        return ""
    cleaner: Any = SanitizeHTML  # untyped in nbconvert
    settings = {"abbr": ["title"], "a": ["href", "title"], "th": ["align"], "td": ["align"]}
    cleaner = cleaner(attributes=settings, tags=TAGS)
    return str(cleaner.sanitize_html_tags(markdown2html_mistune(markdown)))


def _plain(markdown: str) -> str:
    return re.sub(r"\[([^\]]*)\]\([^)]*\)|[*_`]|<[^>]*>", r"\1", markdown).strip()


def _number(value: float) -> str:
    return f"{round(float(value), 2):g}"


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader

    places = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=places, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
        "feedback.html.j2"
    )
