"""gettext catalogues of the course's texts: one a source file, the cell or item as context, one message a block.

nbgrader's marker lines and code never enter. A message that is missing or fuzzy stops a release build.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polib

from servicelab.course.blueprintfile import Blueprint
from servicelab.course.declared import Declared, texts
from servicelab.course.deskfile import Desk
from servicelab.course.layout import TRANSLATIONS, catalogue_path
from servicelab.course.placingfile import PlacingFile
from servicelab.course.policyfile import PolicyFile
from servicelab.course.quizfile import QuizFile
from servicelab.course.settings import Settings
from servicelab.course.voicesfile import VoicesFile
from servicelab.files.whole import write_whole
from servicelab.publish.findings import Finding
from servicelab.publish.interface import interface_messages, placeholders
from servicelab.publish.prose import blocks, translatable
from servicelab.publish.regions import segments
from servicelab.publish.sources import MARKDOWN, Course, Document
from servicelab.publish.yamlfile import YamlFile

HEADER = {
    "Project-Id-Version": "ServiceLab",
    "Language": "zh_CN",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
# The context of a notebook's own title; no cell can have this name.
TITLE = "(title)"
# Below this likeness an old translation is no help with a new sentence.
ALIKE = 0.5


@dataclass(frozen=True)
class Message:
    """A text to translate: its context (cell name or item field; None in the interface), its words, its source."""

    context: str | None
    text: str
    source: str


class Catalogue:
    """The translations of one source file; `translate` gives the English back where there is none."""

    def __init__(self, path: Path) -> None:
        self._entries: dict[tuple[str | None, str], str] = {}
        if path.is_file():
            for entry in polib.pofile(str(path)):
                if entry.translated():
                    self._entries[entry.msgctxt, entry.msgid] = entry.msgstr

    def translate(self, context: str | None, text: str) -> str:
        """The Chinese of a text, or the text itself."""
        return self._entries.get((context, text), text)


def catalogue_file(document: Document) -> str:
    """The catalogue of a notebook, relative to the checkout."""
    return catalogue_path(document.module, document.kind)


def messages(course: Course, *, drafts: bool = False) -> dict[str, list[Message]]:
    """Every message of the course by catalogue file; those of drafts, not translated yet, if asked for."""
    left = set() if drafts else {unit.id for unit in course.units.values() if unit.draft}
    found = {
        catalogue_file(document): list(document_messages(document))
        for document in course.documents
        if document.module not in left
    }

    def add(unit: str, name: str, kind: type[Declared], source: YamlFile) -> None:
        listed = [Message(text.context, text.text, source.file) for text in texts(kind, source.data)]
        found[catalogue_path(unit, name)] = listed

    for unit in course.units.values():
        if unit.id not in left:
            add(unit.id, "quiz", QuizFile, unit.quiz)
            if unit.desk:
                add(unit.id, "desk", Desk, unit.desk)
            if unit.voices:
                add(unit.id, "voices", VoicesFile, unit.voices)
            if unit.placing:
                add(unit.id, "placing", PlacingFile, unit.placing)
    add("", "course", Settings, course.settings)
    add("", "policy", PolicyFile, course.policy)
    if course.blueprint:
        add("", "blueprint", Blueprint, course.blueprint)
    return {file: [m for m in _once(listed) if translatable(m.text)] for file, listed in found.items() if listed}


def document_messages(document: Document) -> Iterator[Message]:
    """The notebook's title and the blocks of its Markdown cells, marker lines left out."""
    if document.title:
        yield Message(TITLE, document.title, document.file)
    for cell in document.cells:
        if cell.kind != MARKDOWN or cell.language or not cell.name:
            continue
        for segment in segments(cell.source):
            if segment.kind == "marker":
                continue
            for block in blocks(segment.text)[::2]:
                if translatable(block):
                    yield Message(cell.name, block, document.file)


def wanting(root: Path, wanted: dict[str, list[Message]]) -> Iterator[Finding]:
    """What a Chinese release lacks: messages without a translation, or with one that nobody has confirmed."""
    for file, listed in wanted.items():
        entries = _entries(root / file)
        for message in listed:
            entry = entries.get((message.context, message.text))
            place = message.context or message.text.split("\n")[0][:60]
            begins = " ".join(message.text.split())[:50]
            if entry is None:
                yield Finding(
                    file,
                    0,
                    place,
                    f"no message for “{begins}”",
                    "Run `servicelab build --update-catalogues` and translate it",
                )
            elif entry.fuzzy:
                remedy = "Read it against the new English and take the fuzzy flag away"
                yield Finding(file, entry.linenum or 0, place, f"the translation of “{begins}” is fuzzy", remedy)
            elif not entry.msgstr.strip():
                yield Finding(file, entry.linenum or 0, place, f"“{begins}” is not translated", "Write its msgstr")
            elif message.context is None and placeholders(entry.msgid) != placeholders(entry.msgstr):
                remedy = "Use the same names in braces in the translation"
                yield Finding(file, entry.linenum or 0, place, f"the placeholders of “{begins}” differ", remedy)


def superfluous(root: Path, wanted: dict[str, list[Message]]) -> list[str]:
    """Messages that stand in a catalogue and in no source any more, as sentences."""
    report = []
    for file, listed in wanted.items():
        left = _entries(root / file).keys() - {(m.context, m.text) for m in listed}
        if left:
            report.append(
                f"{file}: {len(left)} obsolete message(s); `servicelab build --update-catalogues` retires them."
            )
    return report


def update(root: Path, course: Course) -> list[str]:
    """Bring every catalogue up to its source, keep translations, mark doubtful ones; one line a changed file."""
    wanted = {**messages(course), **interface_messages_by_file(root)}
    return [line for file, listed in sorted(wanted.items()) if (line := _merge(root / file, file, listed))]


def interface_messages_by_file(root: Path) -> dict[str, list[Message]]:
    """The interface's messages under the file they are translated in."""
    found = interface_messages(root / "src" / "servicelab", root)
    return {f"{TRANSLATIONS}/servicelab.po": [Message(None, text, file) for text, file in found]}


def _merge(path: Path, file: str, listed: list[Message]) -> str:
    old = polib.pofile(str(path)) if path.is_file() else polib.POFile()
    new = polib.POFile(wrapwidth=0)
    new.header, new.metadata = old.header, dict(HEADER)
    live = {(entry.msgctxt, entry.msgid): entry for entry in old if not entry.obsolete}
    retired = {(entry.msgctxt, entry.msgid): entry for entry in old.obsolete_entries()}
    known = {(m.context, m.text) for m in listed}
    spare = {key: entry for key, entry in {**retired, **live}.items() if key not in known and entry.msgstr}
    added = doubtful = 0
    for message in listed:
        key = (message.context, message.text)
        entry = polib.POEntry(msgctxt=message.context, msgid=message.text, occurrences=[(message.source, "")])
        same = live.get(key) or retired.get(key)
        if same is not None:
            entry.msgstr, entry.flags, entry.tcomment = same.msgstr, list(same.flags), same.tcomment
            entry.previous_msgid = same.previous_msgid if same.fuzzy else None
        elif near := _nearest(message, spare):
            doubtful += 1
            former = spare.pop(near)
            entry.msgstr, entry.tcomment = former.msgstr, former.tcomment
            entry.flags, entry.previous_msgid = ["fuzzy"], former.msgid
        else:
            added += 1
        new.append(entry)
    for gone in sorted(spare.values(), key=lambda entry: (entry.msgctxt or "", entry.msgid)):
        gone.obsolete = True
        gone.occurrences = []
        new.append(gone)
    text = str(new)
    text = text if text.endswith("\n") else f"{text}\n"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return ""
    write_whole(path, text)
    return f"{file}: {len(listed)} messages, {added} new, {doubtful} to check again, {len(spare)} obsolete."


def _nearest(message: Message, spare: dict[tuple[str | None, str], Any]) -> tuple[str | None, str] | None:
    """The retired message of the same context that is most like this one."""
    best, likeness = None, ALIKE
    for key in spare:
        if key[0] == message.context:
            found = difflib.SequenceMatcher(None, key[1], message.text).ratio()
            if found > likeness:
                best, likeness = key, found
    return best


def _entries(path: Path) -> dict[tuple[str | None, str], Any]:
    if not path.is_file():
        return {}
    return {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(path)) if not entry.obsolete}


def _once(listed: list[Message]) -> Iterator[Message]:
    seen: set[tuple[str | None, str]] = set()
    for message in listed:
        if (message.context, message.text) not in seen:
            seen.add((message.context, message.text))
            yield message
