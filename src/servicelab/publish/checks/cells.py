"""Cells of any notebook: names, Python that reads, the traps of the MyST format, sections and tracks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from servicelab.course.layout import GRADED, READ
from servicelab.course.quizfile import KEY_IDS, named
from servicelab.publish.checks.coverage import id_findings, known_ids
from servicelab.publish.findings import Finding
from servicelab.publish.nbgrader_rules import MARKERS
from servicelab.publish.prose import links
from servicelab.publish.sources import CODE, MARKDOWN, Cell, Course, Document, parses

LONGEST = 12
TRACKS = ("frontline", "analyst")
KNOWN = {"section", "minutes", "track", "teaches", KEY_IDS, "lang", "tags", "nbgrader", "after", "marking"}
BACKTICKS = re.compile(r"^\s*`{3,}\s*$", re.MULTILINE)
LATE = re.compile(r"""(?:\blesson\.after\(|\bafter=)["']([^"']+)["']""")
REVEALED = re.compile(r"""\blesson\.reveal\(["']([^"']+)["']""")
NUMBERED = re.compile(r"^#{1,6}\s+(\d+) ·", re.MULTILINE)
TITLED = re.compile(r"^#{1,6}\s", re.MULTILINE)


def cell_findings(course: Course, document: Document) -> Iterator[Finding]:
    """What is wrong in the cells of one notebook."""
    ids = known_ids(course)
    seen: dict[str, int] = {}
    sections: set[str] = set()
    walked = 0
    for number, cell in enumerate(document.cells):
        before = document.cells[number - 1] if number else None
        yield from _name(document, cell, before, seen)
        yield from _metadata(document, cell, sections)
        if document.kind in READ.values() and "section" in cell.metadata:
            everybodys = cell.metadata.get("track") != "analyst"
            walked += everybodys
            yield from _numbered(document, cell, walked if everybodys else None)
        for part in ("teaches", KEY_IDS):
            yield from id_findings(document.file, cell.line, cell.name, part, cell.metadata.get(part), ids)
        yield from _code(document, cell) if cell.kind == CODE else _markdown(document, cell)
        if document.kind not in GRADED:
            yield from _ungraded(document, cell)


def _name(document: Document, cell: Cell, before: Cell | None, seen: dict[str, int]) -> Iterator[Finding]:
    file, line = document.file, cell.line
    if not cell.name:
        # What follows a code cell and has no name is what three backticks inside it cut off.
        if cell.kind == MARKDOWN and before is not None and before.kind == CODE and not parses(before.source):
            problem = "a line of three backticks inside the code cell ended it here"
            yield Finding(
                file, before.line, before.name, problem, 'Build that text in code ("`" * 3), without such a line'
            )
            return
        begins = cell.source.strip().split("\n")[0][:40]
        how = ":name: a-name" if cell.kind == CODE else '+++ {"name": "a-name"}'
        yield Finding(file, line, begins, f"a {cell.kind} cell has no name", f"Give it one: {how}")
    elif not named(cell.name):
        problem = f"“{cell.name}” cannot be a cell's name"
        yield Finding(file, line, cell.name, problem, "Use small letters, digits and hyphens, a letter first")
    elif cell.name in seen:
        problem = f"the name stands on line {seen[cell.name]} already"
        yield Finding(file, line, cell.name, problem, "Give one of the two cells another name")
    seen.setdefault(cell.name, line)


def _metadata(document: Document, cell: Cell, sections: set[str]) -> Iterator[Finding]:
    def finding(problem: str, remedy: str) -> Finding:
        return Finding(document.file, cell.line, cell.name, problem, remedy)

    for key in sorted(set(cell.metadata) - KNOWN):
        yield finding(f"“{key}” means nothing to the build", f"Use one of {', '.join(sorted(KNOWN))}")
    if cell.metadata.get("track") not in (None, *TRACKS):
        yield finding(f"there is no track “{cell.metadata['track']}”", "Use frontline or analyst, or leave it out")
    if cell.language is not None:
        if cell.language not in ("en", "zh"):
            yield finding(f"there is no language “{cell.language}”", "Use en or zh")
        if cell.kind == CODE:
            yield finding("a code cell stands in one language only", "Take `lang` away: code is the same in both")
    if "after" in cell.metadata:
        yield from _waiting(document, cell, finding)
    if "section" in cell.metadata or "minutes" in cell.metadata:
        section, minutes = cell.metadata.get("section"), cell.metadata.get("minutes")
        if not isinstance(section, str) or not section or section in sections:
            yield finding("a section needs an id of its own", 'Write "section": "s1", "s2", …')
        if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not 0 < minutes <= 15:
            yield finding("a section states no minutes, or more than 15", 'Write "minutes": 10, or cut it in two')
        if cell.kind != MARKDOWN or not TITLED.search(cell.source):
            yield finding("a section begins without a heading", "Begin it with a Markdown cell that has a heading")
        sections.add(str(section))


def _numbered(document: Document, cell: Cell, place: int | None) -> Iterator[Finding]:
    """Whether a heading's number is the one that the page counts; `place` is None in a section for analysts."""
    found = NUMBERED.search(cell.source)
    if found is None or found[1] == str(place):
        return
    if place is None:
        problem, remedy = "has a number, and is for analysts", "Take the number away: everybody else is led past it"
    else:
        problem, remedy = f"is not {place}, as the page counts", f"Write {place}: sections for analysts do not count"
    yield Finding(document.file, cell.line, cell.name, f"the section “{found[1]}” {problem}", remedy)


def _waiting(document: Document, cell: Cell, finding: Callable[[str, str], Finding]) -> Iterator[Finding]:
    """What is wrong with words that are to wait for a guess or a question."""
    key = str(cell.metadata["after"])
    if cell.kind != MARKDOWN or document.kind not in READ.values():
        yield finding("only a lesson's Markdown can wait by `after`", "Write lesson.after(…) in a code cell instead")
    elif "section" in cell.metadata:
        yield finding("the heading of a section waits for something", "Put the words into a cell of their own")
    elif not _asked_above(document, cell, key, "predict", "quiz"):
        yield finding(*_nobody_asks(key))
    elif any(not link.target.startswith("term:") for link in links(cell.source)):
        yield finding("words that wait hold a link", "Move the link to a cell of its own; terms are fine")


def _asked_above(document: Document, cell: Cell, key: str, *how: str) -> bool:
    above = document.cells[: document.cells.index(cell)]
    name = rf"""["']{re.escape(key)}["']"""
    # What is shown stands before the key that it is kept under.
    asked = re.compile(rf"""\.(?:{"|".join(how)})\({name}|\.show\(.*{name}\)""")
    return any(each.kind == CODE and asked.search(each.source) for each in above)


def _nobody_asks(key: str) -> tuple[str, str]:
    problem = f"no cell above asks for “{key}”, which this waits for"
    return problem, f'Write lesson.predict("{key}") or lesson.quiz("{key}") above it'


def _code(document: Document, cell: Cell) -> Iterator[Finding]:
    def finding(problem: str, remedy: str) -> Finding:
        return Finding(document.file, cell.line, cell.name, problem, remedy)

    if BACKTICKS.search(cell.source):
        yield finding(
            "a line of three backticks stands inside a code cell", "Build that text in code, without such a line"
        )
    for key in LATE.findall(cell.source):
        if not _asked_above(document, cell, key, "predict", "quiz"):
            yield finding(*_nobody_asks(key))
    for guess in REVEALED.findall(cell.source):
        if not _asked_above(document, cell, guess, "predict"):
            yield finding(f"no cell above asks for the guess “{guess}”", f'Write lesson.predict("{guess}") above it')
    if cell.name and not parses(cell.source):
        yield finding("the code is not Python", "Mend it; magics (% and !) are not used, since graders read the code")
    lines = [line for line in cell.source.split("\n") if line.strip()]
    if document.kind in READ.values() and len(lines) > LONGEST:
        problem = f"the code cell has {len(lines)} lines"
        yield finding(problem, f"A lesson shows at most {LONGEST}: move the rest into the package")


def _markdown(document: Document, cell: Cell) -> Iterator[Finding]:
    if "{code-cell}" in cell.source:
        problem = "a nested code cell became Markdown"
        remedy = "Begin code cells at the left margin, outside lists, quotes and other fences"
        yield Finding(document.file, cell.line, cell.name, problem, remedy)


def _ungraded(document: Document, cell: Cell) -> Iterator[Finding]:
    if cell.nbgrader:
        problem = f"a graded cell stands in {document.kind}.md"
        yield Finding(document.file, cell.line, cell.name, problem, "Move it to exercise.md or analysis.md")
    for marker in MARKERS:
        if marker in cell.source:
            problem = f"“{marker}” stands in {document.kind}.md, where nothing is stripped"
            yield Finding(document.file, cell.line, cell.name, problem, "Move the task to exercise.md or analysis.md")
