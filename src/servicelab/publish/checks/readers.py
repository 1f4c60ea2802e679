"""What readers see, in both languages: links that lead somewhere, pictures that say what they show, known terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from servicelab.course.declared import texts
from servicelab.course.deskfile import Desk
from servicelab.course.layout import COURSE, DATASETS, GLOSSARY, catalogue_path, notebook_path, resolve
from servicelab.course.placingfile import PlacingFile
from servicelab.course.quizfile import QuizFile
from servicelab.course.voicesfile import VoicesFile
from servicelab.publish.catalogues import Catalogue, catalogue_file, messages
from servicelab.publish.findings import Finding
from servicelab.publish.glossary import terms
from servicelab.publish.prose import HTML_IMAGE, TERM, links, plain_stars, prose
from servicelab.publish.sources import MARKDOWN, Course, Document, Unit

CELL = "cell-id="
OUTSIDE = re.compile(r"(https?|mailto):")
PICTURES = {".png", ".svg", ".jpg", ".jpeg", ".gif", ".webp"}
STRESSED = re.compile(r"(?<![A-Za-z0-9_)\]*])\*{1,2}[^\s*][^*\n]*(?<!\s)\*{1,2}(?![A-Za-z0-9_(])")
"""Words between asterisks; a product in a line of code is none."""
NO_STRESS = ("asterisks stand around words, and a control shows them as they are", "Say it without them")

Fault = tuple[str, str]


def text_findings(course: Course) -> Iterator[Finding]:
    """What is wrong in the texts of the sources, and in those of their translations that exist."""
    known = set(terms(course))
    built = built_files(course)
    wanted = messages(course, drafts=True)
    for document in course.documents:
        lines = {cell.name: cell.line for cell in document.cells}
        for cell in document.cells:
            if cell.kind == MARKDOWN:
                for problem, remedy in _faults(cell.source, document, known, built):
                    yield Finding(document.file, lines[cell.name], cell.name, problem, remedy)
        file = catalogue_file(document)
        translations = Catalogue(course.root / file)
        for message in wanted.get(file, []):
            chinese = translations.translate(message.context, message.text)
            if chinese != message.text:
                for problem, remedy in _faults(chinese, document, known, built):
                    yield Finding(file, 0, message.context or "", problem, remedy)
    for unit in course.units.values():
        yield from _stressed(course, unit)
        for source in (unit.quiz, unit.desk):
            if source is None:
                continue
            file = catalogue_path(unit.id, PurePosixPath(source.file).stem)
            translations = Catalogue(course.root / file)
            for message in wanted.get(file, []):
                chinese = translations.translate(message.context, message.text)
                for where, text in ((source.file, message.text), (file, chinese)):
                    for problem, remedy in _term_faults(text, known):
                        yield Finding(where, 0, message.context or "", problem, remedy)


def _stressed(course: Course, unit: Unit) -> Iterator[Finding]:
    """Emphasis in what controls show: they show text as it stands, in Markdown and in nothing else it is emphasis."""
    sources = ((unit.quiz, QuizFile), (unit.desk, Desk), (unit.placing, PlacingFile), (unit.voices, VoicesFile))
    for source, kind in sources:
        if source is None:
            continue
        file = catalogue_path(unit.id, PurePosixPath(source.file).stem)
        translations = Catalogue(course.root / file)
        for text in texts(kind, source.data):
            if STRESSED.search(text.text):
                yield source.finding(text.path, text.context, *NO_STRESS)
            chinese = translations.translate(text.context, text.text)
            if chinese != text.text and STRESSED.search(chinese):
                yield Finding(file, 0, text.context, *NO_STRESS)


def built_files(course: Course) -> dict[str, set[str]]:
    """The files of a built tree that a link can lead to, with the cell names in each notebook."""
    found: dict[str, set[str]] = {GLOSSARY: set(terms(course)), COURSE: set()}
    for document in course.documents:
        found[notebook_path(document.kind, document.module)] = {cell.name for cell in document.cells}
    data = course.root / DATASETS
    for path in data.rglob("*") if data.is_dir() else []:
        if path.is_file():
            found[f"{DATASETS}/{path.relative_to(data).as_posix()}"] = set()
    return found


def _faults(text: str, document: Document, known: set[str], built: dict[str, set[str]]) -> Iterator[Fault]:
    yield from _term_faults(text, known)
    for stars in plain_stars(text):
        yield f"the asterisks of {stars} are shown as they are", "Put the mark outside them, or a space beside them"
    if HTML_IMAGE.search(prose(text)):
        yield "a picture is written as HTML", "Write ![what it shows](file)"
    for link in links(text):
        if link.image:
            yield from _picture(link.label, link.target, document)
        elif not link.target.startswith("term:"):
            yield from _link(link.target, document, built)


def _term_faults(text: str, known: set[str]) -> Iterator[Fault]:
    for match in TERM.finditer(prose(text)):
        if match[2] not in known:
            yield (
                f"“{match[2]}” is not in the glossary",
                "Add the term to course/glossary.yml, or use one that is there",
            )


def _picture(alt: str, target: str, document: Document) -> Iterator[Fault]:
    if not alt.strip():
        yield f"the picture {target} has no alt text", "Write what it shows: ![what it shows](file)"
    inside = resolve("x/y", target) is not None and not PurePosixPath(target).is_absolute() and ".." not in target
    if OUTSIDE.match(target) or not inside or PurePosixPath(target).suffix.lower() not in PICTURES:
        yield f"the picture {target} is not a file beside its source", "Put it in the module's folder"
    elif not (document.path.parent / target).is_file():
        yield f"there is no picture {target}", "Put it beside the source, or mend the path"


def _link(target: str, document: Document, built: dict[str, set[str]]) -> Iterator[Fault]:
    if OUTSIDE.match(target):
        return
    place, _, fragment = target.partition("#")
    here = notebook_path(document.kind, document.module)
    found = resolve(here, place) if place else here
    hidden = found is not None and found.startswith("teaching/") and document.kind != "instructor"
    if found not in built or hidden:
        yield f"the link {target} leads to no file of the built course", "Link relative to the built notebook"
    elif fragment and (not fragment.startswith(CELL) or fragment.removeprefix(CELL) not in built[found]):
        yield f"the link {target} leads to no cell", f"Write #{CELL}name with the name of a cell there"
