"""The checked course in one language: notebooks, questions and facts, ready to be written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from servicelab.course.blueprintfile import FORMS, Blueprint, Form, Pair
from servicelab.course.declared import Declared, Text, replaced, texts
from servicelab.course.declared import read as read_declared
from servicelab.course.deskfile import Desk
from servicelab.course.layout import (
    GLOSSARY,
    GRADED,
    HANDED_IN,
    READ,
    TRANSLATIONS,
    UNITS,
    catalogue_path,
    group,
    notebook_path,
    way_up,
)
from servicelab.course.placingfile import PlacingFile
from servicelab.course.policyfile import PolicyFile
from servicelab.course.quizfile import KEY_IDS, LISTS, MARKED, QuizFile, items
from servicelab.course.settings import Settings
from servicelab.course.voicesfile import VoicesFile
from servicelab.errors import UserError
from servicelab.i18n import LANGUAGES, _, use
from servicelab.learn.decisions import in_page_order, label
from servicelab.learn.items import arranged
from servicelab.learn.outline import sections
from servicelab.publish import catalogues
from servicelab.publish.checks import course_findings
from servicelab.publish.checks.gates import draft_gaps
from servicelab.publish.findings import Finding, stop_on
from servicelab.publish.glossary import terms
from servicelab.publish.nbgrader_rules import tell_stubs
from servicelab.publish.notebooks import localised, notebook_node, told
from servicelab.publish.prose import links, plain_terms, translatable
from servicelab.publish.sources import CODE, Cell, Course, Document, Unit, load_course
from servicelab.publish.stamp import times_of

ID = re.compile(r"`([a-z][\w-]*)`")
"""An item that teaching notes name by its id."""


class Content:
    """The course under `root`, in `language`; of its units `only` the one that is named, if any is.

    Raises `SourceMistakes` with everything that is wrong; in Chinese and `strict`, also with every message that is
    missing or fuzzy.
    """

    def __init__(self, root: Path, language: str, *, strict: bool, only: str = "") -> None:
        self.language = language
        self.root = root
        self.course: Course = load_course(root)
        self.notes: list[str] = []
        self._catalogues: dict[str, catalogues.Catalogue] = {}
        findings = list(_findings(root, times_of(root)))
        if only:
            others = _leave_only(self.course, only)
            findings = [finding for finding in findings if not finding.file.startswith(others)]
        if language != "en":
            wanted = {**catalogues.messages(self.course), **catalogues.interface_messages_by_file(root)}
            missing = list(catalogues.wanting(root, wanted))
            findings += missing if strict else []
            self.notes += catalogues.superfluous(root, wanted)
            if missing:
                self.notes.append(f"{len(missing)} messages are not translated; the English stands in their place.")
        stop_on(findings)
        self.notes += draft_gaps(self.course)
        self._definitions = {key: term.definitions[language] for key, term in terms(self.course).items()}

    def cells(self, document: Document) -> list[Cell]:
        """A notebook's cells in this language. The code is the source's own, whatever the language."""
        file = catalogues.catalogue_file(document)
        cells = localised(document, self.language, lambda name, block: self._translate(file, name, block))
        source = [(cell.name, cell.source) for cell in document.cells if cell.kind == CODE]
        if [(cell.name, cell.source) for cell in cells if cell.kind == CODE] != source:
            raise AssertionError(f"{document.file}: the code differs between the languages")
        return cells

    def node(self, document: Document, *, trainee: bool) -> Any:
        """The notebook node, not yet stripped."""
        title = self._translate(catalogues.catalogue_file(document), catalogues.TITLE, document.title)
        cells = self.cells(document)
        if document.kind == "instructor":
            cells = self._labelled(cells, self.course.units[document.module])
        node = notebook_node(document, cells, title, self.language, self._definitions, trainee=trainee)
        return tell_stubs(node) if document.kind in GRADED else node

    def _labelled(self, cells: list[Cell], unit: Unit) -> list[Cell]:
        """Teaching notes in which what is named by its id can be found on the trainee's page.

        A decision has its label there; a question its first words, and the section that asks it.
        """
        exercise = unit.documents.get("exercise")
        asked = sections({"cell_type": cell.kind, "metadata": cell.metadata, "source": cell.source}
                         for cell in (exercise.cells if exercise else ()))  # fmt: skip
        order = in_page_order((str(item["id"]) for _, _, item in unit.items("decisions") if "id" in item), asked)
        with use(self.language):
            labels = {key: f"{label(number)} · `{key}`" for number, key in enumerate(order, start=1)}
            labels |= self._placed(unit)

        def named(match: re.Match[str]) -> str:
            return labels.get(match[1], match[0])

        return [cell if cell.kind == CODE else replace(cell, source=ID.sub(named, cell.source)) for cell in cells]

    def _placed(self, unit: Unit) -> dict[str, str]:
        """Each question of a unit by its id, in its first words and with its section, as the unit's page has them."""
        data = self._items(unit.id, "quiz", unit.quiz.data, QuizFile)
        read = self.cells(unit.read) if unit.read else []
        asked = sections({"cell_type": c.kind, "metadata": c.metadata, "source": c.source} for c in read)
        titles = {item: section.title for section in asked for item in section.items}
        found = {}
        for _list, _index, item in items(data, "quiz", "recall"):
            key, prompt = str(item["id"]), " ".join(str(item["prompt"]).split())
            first = begins(prompt, self.language)
            title = titles.get(key, "")
            number = title.partition(" · ")[0]
            if number.isdecimal():
                found[key] = _("*{first}* … (section {number}, {key})", first=first, number=number, key=f"`{key}`")
            elif title:
                found[key] = _("*{first}* … (“{title}”, {key})", first=first, title=title, key=f"`{key}`")
        return found

    def images(self, document: Document) -> Iterator[str]:
        """The pictures a notebook shows, relative to its source."""
        yield from sorted({link.target for cell in self.cells(document) for link in links(cell.source) if link.image})

    def quiz(self, unit: Unit) -> dict[str, Any]:
        """`quiz.json`: everything formative, with its explanations."""
        data = self._items(unit.id, "quiz", unit.quiz.data, QuizFile)
        formative = {name: data.get(name) or [] for name in LISTS if name not in MARKED}
        return {"module": unit.id, **formative, "told": self.told(unit)}

    def told(self, unit: Unit) -> list[dict[str, str]]:
        """The words that wait for a guess."""
        if unit.read is None:
            return []
        glossary = way_up(notebook_path(unit.read.kind, unit.id)) + GLOSSARY
        return told(self.cells(unit.read), glossary, self._definitions)

    def decisions(self, unit: Unit) -> dict[str, Any]:
        """`decisions.json`: what is marked, which has no keys to give away."""
        data = self._items(unit.id, "quiz", unit.quiz.data, QuizFile)
        return {"module": unit.id, **{name: data.get(name) or [] for name in MARKED}}

    def test(self) -> dict[str, Any]:
        """`test.json`: both forms of every item of the tests; what an item is about would help to answer it."""
        assert self.course.blueprint is not None
        found = read_declared(Blueprint, self._items("", "blueprint", self.course.blueprint.data, Blueprint))

        def asked(pair: Pair, form: Form) -> dict[str, Any]:
            # Authors write them in an order of their own; a page shows the one that ships.
            options = arranged(f"{pair.id}.{form}", pair.form(form).options)
            return {"prompt": pair.form(form).prompt, "options": [{"id": o.id, "text": o.text} for o in options]}

        return {"pairs": [{"id": pair.id, **{form: asked(pair, form) for form in FORMS}} for pair in found.pairs]}

    def desk(self, unit: Unit) -> dict[str, Any]:
        """`desk.json`: the branching contact."""
        assert unit.desk is not None
        found: dict[str, Any] = self._items(unit.id, "desk", unit.desk.data, Desk)
        return found

    def voices(self, unit: Unit) -> dict[str, Any]:
        """`voices.json`: what is said of each statement in Sort the voices."""
        assert unit.voices is not None
        found: dict[str, Any] = self._items(unit.id, "voices", unit.voices.data, VoicesFile)
        return found

    def placing(self, unit: Unit) -> dict[str, Any]:
        """`placing.json`: what is put where it belongs, with what is said of each."""
        assert unit.placing is not None
        found: dict[str, Any] = self._items(unit.id, "placing", unit.placing.data, PlacingFile)
        return found

    def course_facts(self) -> dict[str, Any]:
        """`course.json`: titles, tracks, minutes, and where each unit's notebooks stand."""
        facts: dict[str, Any] = self._items("", "course", self.course.settings.data, Settings)
        listed = {kind: facts.pop(group(kind), None) or {} for kind in UNITS}
        units = []
        for key, unit in self.course.units.items():
            graded = {d.assignment: notebook_path(d.kind, key) for d in unit.documents.values() if d.kind in HANDED_IN}
            said = listed[unit.kind].get(key, unit.said)
            place = notebook_path(READ[unit.kind], key)
            units.append({"id": key, "kind": unit.kind, **said, "lesson": place, "assignments": graded})
        return {**facts, "modules": units}

    def policy(self) -> dict[str, Any]:
        """`policy.json`: the firm's rules."""
        found: dict[str, Any] = self._items("", "policy", self.course.policy.data, PolicyFile)
        return found

    def _items(self, unit: str, name: str, data: Any, kind: type[Declared]) -> Any:
        def change(text: Text) -> str:
            words = text.text
            if self.language != "en" and translatable(words):
                words = self._translate(catalogue_path(unit, name), text.context, words)
            return plain_terms(words)

        return _without(KEY_IDS, replaced(data, texts(kind, data), change))

    def _translate(self, file: str, context: str, text: str) -> str:
        if self.language == "en":
            return text
        if file not in self._catalogues:
            self._catalogues[file] = catalogues.Catalogue(self.root / file)
        return self._catalogues[file].translate(context, text)


def checked(root: Path, language: str, *, strict: bool) -> Content:
    """Return the course as `Content`, checked once a process for as long as none of its files changes.

    Raises `SourceMistakes` like `Content`.
    """
    # English lacks no message.
    return _checked(root, language, strict and language != "en", times_of(root))


@lru_cache(maxsize=2)
def _findings(root: Path, _times: tuple[tuple[str, int, int], ...]) -> tuple[Finding, ...]:
    """What is wrong with the course, in every language and edition the same: looked for once while no file changes."""
    return tuple(course_findings(load_course(root)))


@lru_cache(maxsize=2 * len(LANGUAGES))
def _checked(root: Path, language: str, strict: bool, _times: tuple[tuple[str, int, int], ...]) -> Content:
    return Content(root, language, strict=strict)


def begins(text: str, language: str) -> str:
    """The first words of a text, enough to find it by: whole words in English, characters in Chinese.

    >>> begins("Back to Mr Guo, third call, no wardrobe. You have ten seconds.", "en")
    'Back to Mr Guo, third call'
    >>> begins("郭先生吼道：“这是我打的第三个电话了！”", "zh")
    '郭先生吼道：“这是我打的第三'
    """
    first = text[:14] if language == "zh" else " ".join(text.replace("*", "").split()[:6])
    return first.rstrip(" .,;:，。；：、“‘(（")


def _without(key: str, data: Any) -> Any:
    """Data of a file without one key, however deep it stands."""
    if isinstance(data, dict):
        return {name: _without(key, value) for name, value in data.items() if name != key}
    return [_without(key, each) for each in data] if isinstance(data, list) else data


def _leave_only(course: Course, name: str) -> tuple[str, ...]:
    """Take every unit but one out of a course that was checked as a whole; return where the others stand.

    Raises
    ------
    UserError
        The course has no such unit.
    """
    if name not in course.units:
        raise UserError(
            _("There is no unit called {name}: the course has {units}.", name=name, units=", ".join(course.units))
        )
    others = [unit for key, unit in course.units.items() if key != name]
    course.units = {name: course.units[name]}
    places = (f"{place}/{unit.id}/" for unit in others for place in (UNITS[unit.kind], TRANSLATIONS))
    return tuple(places)
