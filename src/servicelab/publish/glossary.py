"""The glossary: terms in both languages, and the notebook that shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from servicelab.publish.findings import Finding
from servicelab.publish.sources import Course
from servicelab.publish.yamlfile import YamlFile

TERM_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
TITLES = {"en": "Terms", "zh": "术语表"}
ALSO = {"en": "also", "zh": "又称"}
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Term:
    """One term: its names and its definition by language."""

    id: str
    names: dict[str, str]
    also: dict[str, tuple[str, ...]]
    definitions: dict[str, str]

    def called(self, language: str) -> tuple[str, ...]:
        """Every name in one language."""
        return (self.names[language], *self.also[language])


def terms(course: Course) -> dict[str, Term]:
    """The terms that are complete; the others are findings."""
    found = {}
    for key, entry in _entries(course.glossary):
        if not list(_faults(course.glossary, key, entry)):
            sides = {language: entry[language] for language in LANGUAGES}
            found[key] = Term(
                key,
                {language: side["term"] for language, side in sides.items()},
                {language: tuple(side.get("also", ())) for language, side in sides.items()},
                {language: " ".join(side["definition"].split()) for language, side in sides.items()},
            )
    return found


def glossary_findings(course: Course) -> Iterator[Finding]:
    """What is wrong in `glossary.yml`."""
    if course.glossary.data is not None and not _entries(course.glossary):
        yield course.glossary.finding((), "", "there are no terms", "Write them under `terms:`")
    for key, entry in _entries(course.glossary):
        yield from _faults(course.glossary, key, entry)


def glossary_cells(course: Course, language: str) -> list[tuple[str, str]]:
    """The glossary notebook's cells as (name, Markdown), sorted by the edition's own names."""
    other = "en" if language == "zh" else "zh"
    listed = sorted(terms(course).values(), key=lambda term: term.names[language].casefold())
    cells = [("title", f"# {TITLES[language]}")]
    for term in listed:
        also = f" ({ALSO[language]}: {', '.join(term.also[language])})" if term.also[language] else ""
        names = f"**{term.names[language]}**{also} · {' / '.join(term.called(other))}"
        cells.append((term.id, f"{names}\n\n{term.definitions[language]}"))
    return cells


def _entries(document: YamlFile) -> list[tuple[str, Any]]:
    data = document.data.get("terms") if isinstance(document.data, dict) else None
    return [(str(key), entry) for key, entry in data.items()] if isinstance(data, dict) else []


def _faults(document: YamlFile, key: str, entry: Any) -> Iterator[Finding]:
    at = ("terms", key)
    if not TERM_ID.fullmatch(key):
        yield document.finding(at, key, "a term's id is small letters, digits and _", "Rename it")
    for language in LANGUAGES:
        side = entry.get(language) if isinstance(entry, dict) else None
        for part in ("term", "definition"):
            value = side.get(part) if isinstance(side, dict) else None
            if not isinstance(value, str) or not value.strip():
                yield document.finding(at, key, f"{language}.{part} is missing", "Write it")
        also = side.get("also", []) if isinstance(side, dict) else []
        if not isinstance(also, list) or not all(isinstance(name, str) for name in also):
            yield document.finding(at, key, f"{language}.also is not a list of names", "Write it as [name, name]")
