"""The course as its authors write it: MyST notebooks, quizzes, the desk, and the lists that hold them together.

Reading never stops at a mistake. What cannot be read becomes a finding of the course, and the checks add theirs, so
that an author sees everything at once.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from servicelab.course.layout import (
    BLUEPRINT,
    COVERAGE,
    CURRICULUM,
    FACTS,
    GLOSSARY_SOURCE,
    HANDED_IN,
    POLICY_SOURCE,
    READ,
    SETTINGS,
    START,
    TEST_KEYS,
    TESTS,
    UNITS,
    UnitKind,
    assignment_name,
    documents,
    group,
)
from servicelab.course.quizfile import items
from servicelab.files.yamllines import Trail
from servicelab.publish.findings import Finding
from servicelab.publish.yamlfile import YamlFile, yaml_source

CODE, MARKDOWN = "code", "markdown"
LISTS = (SETTINGS, GLOSSARY_SOURCE, CURRICULUM, COVERAGE, POLICY_SOURCE)
FENCE = re.compile(r"`{3,}\{code-cell\}")
NAMED = re.compile(r"""^(?:\+\+\+.*["']name["']\s*:|:name:|name:)\s*["']?([^"',}\s]*)""")


# nbformat refuses a whole notebook for one of these, without saying where.
NUMBER = re.compile(r"""^(?:\+\+\+.*"name"\s*:|:name:)\s*(\d+)\s*[,}]?""", re.MULTILINE)


@dataclass
class Cell:
    """One cell: its stable name, its source text, the author's metadata, the lines it and its source start on."""

    name: str
    kind: Literal["markdown", "code"]
    source: str
    metadata: dict[str, Any]
    line: int
    first_line: int

    @property
    def nbgrader(self) -> dict[str, Any]:
        """nbgrader's metadata; empty for a cell that is not graded, locked or a solution."""
        found = self.metadata.get("nbgrader")
        return found if isinstance(found, dict) else {}

    @property
    def locked(self) -> bool:
        """Whether autograding restores this cell from the gradebook (nbgrader's rule: `is_locked`)."""
        return not self.nbgrader.get("solution") and bool(self.nbgrader.get("grade") or self.nbgrader.get("locked"))

    @property
    def language(self) -> str | None:
        """The only language this cell exists in; None for both."""
        return self.metadata.get("lang")


@dataclass
class Document:
    """One notebook source. `kind` is lesson, case, exercise, analysis, pretest, posttest, instructor or start.

    `module` is its unit.
    """

    path: Path
    file: str
    module: str
    kind: str
    title: str
    cells: list[Cell]

    def cell(self, name: str) -> Cell | None:
        """The cell with this name."""
        return next((cell for cell in self.cells if cell.name == name), None)

    @property
    def assignment(self) -> str:
        """The nbgrader assignment that a notebook which is handed in belongs to."""
        return assignment_name(self.kind, self.module)


@dataclass
class Unit:
    """One module or case: its notebooks by kind, its questions, its desk contact, and what is said of it.

    `facts` is the file that says it, and `at` where in it: an entry of `course.yml`, or the unit's own `unit.yml`.
    """

    id: str
    kind: UnitKind
    folder: Path
    documents: dict[str, Document]
    quiz: YamlFile
    desk: YamlFile | None
    voices: YamlFile | None
    placing: YamlFile | None
    guesses: YamlFile | None
    facts: YamlFile
    at: Trail = ()

    @property
    def said(self) -> dict[str, Any]:
        """Title, minutes and the like, as they are written; what is malformed is left to the checks."""
        found = self.facts.data
        for step in self.at:
            found = found.get(step) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def draft(self) -> bool:
        """Whether it is still being written: built and checked, and never given to a trainee."""
        return self.said.get("draft") is True

    @property
    def read(self) -> Document | None:
        """The notebook that it is worked in; None when it is missing."""
        return self.documents.get(READ[self.kind])

    def items(self, *lists: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
        """The quiz file's items as (list, index, item); malformed ones are left to the checks."""
        yield from items(self.quiz.data, *lists)


@dataclass
class Course:
    """Everything under `course/`, read; `findings` says what could not be."""

    root: Path
    settings: YamlFile
    glossary: YamlFile
    curriculum: YamlFile
    coverage: YamlFile
    policy: YamlFile
    blueprint: YamlFile | None
    keys: YamlFile | None
    start: Document | None
    units: dict[str, Unit]
    findings: list[Finding] = field(default_factory=list)

    @property
    def documents(self) -> list[Document]:
        """Every notebook source, the start page first."""
        first = [self.start] if self.start else []
        return [*first, *(doc for unit in self.units.values() for doc in unit.documents.values())]

    @property
    def assignments(self) -> dict[str, Document]:
        """The notebooks that are handed in, by the name nbgrader knows them under."""
        return {doc.assignment: doc for doc in self.documents if doc.kind in HANDED_IN}

    @property
    def tests(self) -> list[Document]:
        """The tests before and after the course, where units have them."""
        return [doc for doc in self.documents if doc.kind in TESTS]


def relative(path: Path, root: Path) -> str:
    """A path as messages show it: from the checkout, with forward slashes."""
    return path.relative_to(root).as_posix()


def parses(code: str) -> bool:
    """Whether code is Python.

    >>> parses("a = 1"), parses("a =")
    (True, False)
    """
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return False
    return True


def load_course(root: Path) -> Course:
    """Read every source of the course under `root`/course. Nothing is checked yet beyond what reading needs."""
    lists = {file: yaml_source(root / file, file) for file in LISTS}
    findings = [finding for document in lists.values() for finding in document.findings]
    start = _document(root / START, root, "", "start", findings)
    blueprint, keys = (_if_there(root / file, root, findings) for file in (BLUEPRINT, TEST_KEYS))
    units = {unit.id: unit for unit in _units(root, lists[SETTINGS], findings)}
    return Course(
        root,
        lists[SETTINGS],
        lists[GLOSSARY_SOURCE],
        lists[CURRICULUM],
        lists[COVERAGE],
        lists[POLICY_SOURCE],
        blueprint,
        keys,
        start,
        units,
        findings,
    )


def _units(root: Path, settings: YamlFile, findings: list[Finding]) -> Iterator[Unit]:
    """The units that `course.yml` lists, in its order, then those that say of themselves what they are."""
    seen: set[str] = set()
    for kind, place in UNITS.items():
        stated = settings.data.get(group(kind)) if isinstance(settings.data, dict) else None
        listed = [str(name) for name in stated] if isinstance(stated, dict) else []
        there = sorted(path.name for path in (root / place).glob("*") if path.is_dir() and path.name[0] not in "._")
        for name in dict.fromkeys((*listed, *there)):
            folder = root / place / name
            own = folder / FACTS
            if name in seen or not folder.is_dir():
                # No folder: that is a finding of course.yml.
                remedy = "Rename one of the two folders"
                findings += [Finding(f"{place}/{name}", 0, "", "another unit has this name", remedy)] * (name in seen)
                continue
            if name not in listed and not own.is_file():
                remedy = f"List it in {SETTINGS}, or give it a {FACTS} with `draft: true`"
                findings.append(Finding(f"{place}/{name}", 0, "", "this folder is no unit of the course", remedy))
                continue
            at: Trail = ()
            if name in listed:
                facts, at = settings, (group(kind), name)
                if own.is_file():
                    remedy = f"Keep it in {SETTINGS} and delete this file"
                    findings.append(Finding(relative(own, root), 0, "", "the unit is described twice", remedy))
            else:
                facts = yaml_source(own, relative(own, root))
                findings.extend(facts.findings)
            seen.add(name)
            yield _unit(name, kind, root, facts, at, findings)


def _unit(name: str, kind: UnitKind, root: Path, facts: YamlFile, at: Trail, findings: list[Finding]) -> Unit:
    folder = root / UNITS[kind] / name
    tests = (each for each in TESTS if (folder / f"{each}.md").is_file())
    found = {each: _document(folder / f"{each}.md", root, name, each, findings) for each in (*documents(kind), *tests)}
    quiz = yaml_source(folder / "quiz.yml", relative(folder / "quiz.yml", root))
    findings.extend(quiz.findings)
    desk, voices, placing, guesses = (
        _if_there(folder / each, root, findings) for each in ("desk.yml", "voices.yml", "placing.yml", "guesses.yml")
    )
    there = {each: document for each, document in found.items() if document is not None}
    return Unit(name, kind, folder, there, quiz, desk, voices, placing, guesses, facts, at)


def _if_there(path: Path, root: Path, findings: list[Finding]) -> YamlFile | None:
    """A file that there may be."""
    if not path.exists():
        return None
    document = yaml_source(path, relative(path, root))
    findings.extend(document.findings)
    return document


def _document(path: Path, root: Path, module: str, kind: str, findings: list[Finding]) -> Document | None:
    file = relative(path, root)
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except FileNotFoundError:
        findings.append(Finding(file, 0, "", "the file is missing", "Write it, or take the module out of course.yml"))
        return None
    except UnicodeDecodeError:
        findings.append(Finding(file, 0, "", "the file is not UTF-8", "Save it as UTF-8"))
        return None
    try:
        document = read_document(text, path, file)
    except Exception as problem:  # noqa: BLE001 - Jupytext, YAML and JSON each raise their own; all mean the same here
        numbers = list(NUMBER.finditer(text))
        for match in numbers:
            line = text[: match.start()].count("\n") + 1
            wrong = f"“{match[1]}” cannot be a cell's name"
            findings.append(
                Finding(file, line, match[1], wrong, "Use small letters, digits and hyphens, a letter first")
            )
        if numbers:
            return None
        said = " ".join(str(problem).split())[:200]
        remedy = "Mend the header, or the JSON after +++ on the line it names"
        findings.append(Finding(file, 0, "", f"Jupytext cannot read it: {said}", remedy))
        return None
    if (document.module, document.kind) != (module, kind):
        wanted = f"servicelab: {{module: {module or 'start'}, kind: {kind}}}"
        findings.append(Finding(file, 1, "", "the header says another module or kind", f"It stands here as {wanted}"))
    document.module, document.kind = module, kind
    return document


def read_document(text: str, path: Path, file: str) -> Document:
    """Read the text of one MyST notebook. Raises what Jupytext raises when it cannot."""
    notebook = _parsed(text)
    header = dict(notebook.metadata.get("servicelab", {}))
    lines = _name_lines(text)
    cells: list[Cell] = []
    line = 1
    for node in notebook.cells:
        metadata = {key: _plain(value) for key, value in node.metadata.items()}
        name = str(metadata.pop("name", ""))
        line = lines[name].pop(0) if lines.get(name) else _line_of(text, node.source, line)
        cells.append(Cell(name, node.cell_type, node.source, metadata, line, _line_of(text, node.source, line)))
    module = "" if header.get("module") in (None, "start") else str(header["module"])
    return Document(path, file, module, str(header.get("kind", "")), str(header.get("title", "")), cells)


@cache
def _parsed(text: str) -> Any:
    """What Jupytext makes of a text, to be read only: each edition that is built reads the same ones again."""
    import jupytext

    return jupytext.reads(text, fmt="md:myst")


def _name_lines(text: str) -> dict[str, list[int]]:
    """Where each cell name is given, in order."""
    found: dict[str, list[int]] = {}
    fence, options = 0, False
    for number, line in enumerate(text.split("\n"), 1):
        if FENCE.match(line):
            fence, options = number, True
            continue
        in_options = options and (line.startswith(":") or line.strip() == "---" or re.match(r"[\w ]+:", line))
        options = bool(in_options)
        if (in_options or line.startswith("+++")) and (match := NAMED.match(line)):
            found.setdefault(match[1], []).append(fence if in_options else number)
    return found


def _line_of(text: str, source: str, after: int) -> int:
    """The line on which a cell without a name begins, at or after `after`."""
    first = next((line for line in source.split("\n") if line.strip()), "")
    for number, line in enumerate(text.split("\n"), 1):
        if number >= after and first and line.strip() == first.strip():
            return number
    return after


def _plain(value: Any) -> Any:
    """nbformat's nodes as plain dicts and lists."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
