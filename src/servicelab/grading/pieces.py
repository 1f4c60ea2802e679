"""A graded notebook taken apart for its trainee: what stands on the feedback page, in the order it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode

from servicelab.course.handin import ANY_ANSWERS
from servicelab.course.headings import heading
from servicelab.grading.bounded import CONTROL, WIDGET
from servicelab.grading.course import course_of
from servicelab.grading.inert import laying_out, markdown, rich
from servicelab.grading.markerview import DECIDE, TEST
from servicelab.grading.marks import NO_RESPONSE
from servicelab.grading.messages import text_of
from servicelab.grading.outcomes import AFTER, SAID, STOPPED, explained
from servicelab.grading.scrub import ANSI
from servicelab.grading.whose import is_test
from servicelab.i18n import _, language
from servicelab.learn.written import numbers_in

SHOWN = 5000
"""Characters of one output that a page shows."""
WORDS = ".words"
"""Folder in `source/` with titles and decisions' prompts in every language; nbgrader passes over it for its dot."""
STUB = re.compile(r"\s*YOUR ANSWER HERE\b.*", re.DOTALL)


def title_file(assignment: str, lang: str) -> str:
    """Name of the file in `WORDS` with what an assignment's notebook is called in a language."""
    return f"{assignment}.{lang}.title.json"


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


@dataclass
class Piece:
    """One thing on the page: `kind` is `text`, `work`, `shown`, `decision`, `checked` or `written`."""

    kind: str
    html: str = ""
    code: str = ""
    answer: str = ""
    outputs: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    comment: str = ""
    part: Part | None = None


class Reader:
    """Takes a scrubbed notebook apart.

    Parameters
    ----------
    waiting
        Names of the cells that a person has yet to mark.
    points
        Every graded cell of the notebook as released, and its points.
    folder
        The graded submission's folder.
    """

    def __init__(self, waiting: set[str], points: Mapping[str, float], folder: Path) -> None:
        self.waiting = waiting
        self.points = points
        self.pieces: list[Piece] = []
        self.parts: list[Part] = []
        self._asked = _decisions(folder)
        self._labels = _labels(self._asked, folder)
        self._heading = ""

    def read(self, nb: NotebookNode) -> None:
        """Fill `pieces` and `parts`."""
        with laying_out():
            self._read(nb)

    def _read(self, nb: NotebookNode) -> None:
        tests = {cell.metadata["nbgrader"]["grade_id"]: cell for cell in nb.cells if is_test(cell)}
        placed = set()
        for cell in nb.cells:
            decided = DECIDE.search(cell.source) if cell.cell_type == "code" else None
            test = f"{TEST}{decided[1]}" if decided else ""
            if decided and test in tests and test not in placed:
                placed.add(test)
                self._decision(decided[1], tests[test])
            elif cell.cell_type == "markdown":
                self._markdown(cell)
            elif is_test(cell):
                if cell.metadata["nbgrader"]["grade_id"] not in placed:
                    self._checked(cell, Piece("checked"))
            elif cell.cell_type == "code":
                # The list of decisions is for whoever marks; here each stands with what was said about it.
                self._code(cell, placed)
        # How to use the notebook stands under its title, how to hand it in at its end: neither is feedback.
        if self.pieces and self.pieces[0].kind == "text" and "<h1" in self.pieces[0].html:
            del self.pieces[0]
        while self.pieces and self.pieces[-1].kind == "text":
            self.pieces.pop()
        self._number_titles()
        seen = {part.name for part in self.parts}
        self.parts.extend(
            Part(name, _("{name}: not in your notebook any more", name=name), 0.0, points)
            for name, points in self.points.items()
            if name not in seen
        )

    def _part(self, about: Any, label: str = "") -> Part:
        name = about["grade_id"]
        score, points = float(about.get("score") or 0), float(about.get("points") or 0)
        part = Part(name, " · ".join(filter(None, (label, self._heading))) or name, score, points, name in self.waiting)
        self.parts.append(part)
        return part

    def _decision(self, key: str, test: NotebookNode) -> None:
        asked = self._asked.get(key, {})
        piece = Piece("decision", html=_html(str(asked.get("prompt", ""))), answer=str(asked.get("answer", "")))
        self._checked(test, piece, self._labels.get(key, ""))

    def _checked(self, cell: NotebookNode, piece: Piece, label: str = "") -> None:
        told = cell.metadata.get("servicelab", {})
        piece.messages, piece.frames = told.get("messages", []), told.get("frames", [])
        piece.part = self._part(cell.metadata["nbgrader"], label)
        self.pieces.append(piece)

    def _markdown(self, cell: NotebookNode) -> None:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") or about.get("task"):
            html = "" if STUB.fullmatch(cell.source) else _html(cell.source, cell.get("attachments"))
            self.pieces.append(Piece("written", html=html, comment=_comment(about), part=self._part(about)))
            return
        found = heading(cell.source)
        self._heading = plain(found) if found else self._heading
        if _is_for_marking(cell):
            return
        self.pieces.append(Piece("text", html=_html(cell.source, cell.get("attachments"))))

    def _code(self, cell: NotebookNode, placed: set[str]) -> None:
        about = cell.metadata.get("nbgrader", {})
        if not about.get("solution") and _was_skipped(cell):
            return
        outputs, tables, images = _outputs(cell)
        if about.get("solution"):
            part = self._part(about) if about.get("grade") else None
            self.pieces.append(
                Piece(
                    "work",
                    code=cell.source,
                    outputs=outputs,
                    tables=tables,
                    images=images,
                    part=part,
                    comment=_comment(about),
                )
            )
        elif beside := [found for each in _controls(cell) if (found := numbers_in(each))]:
            # What a written answer had to argue from stands with it.
            self.pieces.append(Piece("shown", outputs=beside))
        elif (outputs or tables or images) and not (about.get("locked") and placed):
            self.pieces.append(Piece("shown", outputs=outputs, tables=tables, images=images))

    def _number_titles(self) -> None:
        """Tell parts under one heading apart by a number."""
        titles = [part.title for part in self.parts]
        for title in {each for each in titles if titles.count(each) > 1}:
            for number, part in enumerate((each for each in self.parts if each.title == title), start=1):
                part.title = f"{title} ({number})"


def _decisions(folder: Path) -> dict[str, dict[str, str]]:
    """Return each decision's prompt and the answer given, in the running language."""
    from servicelab.errors import UserError
    from servicelab.learn import decisions
    from servicelab.learn.items import load_items
    from servicelab.learn.whereabouts import read_json

    texts = course_of(folder) / "source" / WORDS / f"{folder.name}.{language()}.json"
    try:
        asked = load_items(texts if texts.is_file() else folder / "decisions.json").decisions
    except (UserError, OSError):
        return {}
    found = {}
    entries: dict[str, Any] = {}
    for sheet in sorted(folder.glob(ANY_ANSWERS)):
        stated = read_json(sheet).get("entries")
        entries.update(stated if isinstance(stated, dict) else {})
    for key, decision in asked.items():
        kept = entries.get(key)
        given = decisions.answer(decision, kept if isinstance(kept, dict) else {})
        found[key] = {"prompt": decision.prompt, "answer": decisions.in_words(decision, given)}
    return found


def _labels(asked: Iterable[str], folder: Path) -> dict[str, str]:
    """What each decision is called, by its place on the page that was handed out."""
    from servicelab.learn import decisions
    from servicelab.learn.outline import read_outline

    released = course_of(folder) / "release" / folder.name
    pages = [read_outline(path) for path in sorted(released.glob("*.ipynb"))]
    order = decisions.in_page_order(asked, [section for page in pages for section in page.sections])
    return {key: decisions.label(number) for number, key in enumerate(order, start=1)}


def _is_for_marking(cell: NotebookNode) -> bool:
    """Whether a text is about the cells that marking needs: on the page of somebody who handed in it says nothing."""
    said = cell.metadata.get("servicelab")
    return isinstance(said, Mapping) and said.get("marking") is True


def _was_skipped(cell: NotebookNode) -> bool:
    """Whether all there is to a cell is that an earlier one had ended Python, which stands at that one."""
    outputs = cell.get("outputs", [])
    return bool(outputs) and all(
        each.get("ename") == STOPPED and text_of(each.get("evalue", "")) == explained(SAID[AFTER]) for each in outputs
    )


def _comment(about: Any) -> str:
    said = about.get("comment") or ""
    return "" if said == NO_RESPONSE else _html(said)


def _outputs(cell: NotebookNode) -> tuple[list[str], list[str], list[str]]:
    """Return a cell's outputs as texts, tables (HTML) and pictures (PNG, base64)."""
    texts: list[str] = []
    tables: list[str] = []
    images: list[str] = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            texts.append(text_of(output.text))
        elif output.output_type == "error":
            texts.append("\n".join(output.traceback))
        elif WIDGET in output.get("data", {}) or CONTROL in output.get("metadata", {}):
            continue
        else:
            data = rich(output.get("data"))
            if "image/png" in data:
                images.append(data["image/png"])
            elif "<table" in data.get("text/html", ""):
                tables.append(data["text/html"])
            elif "text/plain" in data:
                texts.append(data["text/plain"])
    return [_shortened(ANSI.sub("", text).rstrip()) for text in texts if text.strip()], tables, images


def _shortened(text: str) -> str:
    """A text as much of it as somebody reads: what flooded the notebook would flood the page."""
    left = len(text) - SHOWN
    return text if left <= 0 else text[:SHOWN] + "\n" + _("… and {count} more characters", count=left)


def _controls(cell: NotebookNode) -> list[str]:
    """Return the texts of the controls that a cell put out."""
    return [
        text_of(output.data.get("text/plain", ""))
        for output in cell.get("outputs", [])
        if CONTROL in output.get("metadata", {}) and "text/plain" in output.get("data", {})
    ]


def _html(source: str, attachments: object = None) -> str:
    """Return Markdown as HTML that runs nothing and fetches nothing, whoever wrote it."""
    return markdown(source, attachments) if source.strip() else ""


def plain(line: str) -> str:
    """Return a line of Markdown without its marks."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)|[*_`]|<[^>]*>", r"\1", line).strip()
