"""What a module says and asks in a language, read once for all tests that hold its words to the tables."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from servicelab.i18n import LANGUAGES
from servicelab.publish.content import Content
from servicelab.publish.minutes import Planned, planned

ROOT = Path(__file__).resolve().parents[2]


@cache
def content(lang: str) -> Content:
    """The checked course in a language."""
    return Content(ROOT, lang, strict=True)


@cache
def said(unit: str, kind: str, lang: str) -> str:
    """Everything that a source of a module says in a language, as one text."""
    document = content(lang).course.units[unit].documents[kind]
    return "\n".join(cell.source for cell in content(lang).cells(document))


@cache
def minutes_of(unit: str) -> list[Planned]:
    """The minutes of a module's sections."""
    contents = {lang: content(lang) for lang in LANGUAGES}
    return planned(contents, contents["en"].course.units[unit])


def items(unit: str, lang: str) -> dict[str, dict[str, Any]]:
    """Every question and decision of a module by id, in a language."""
    made = content(lang).course.units[unit]
    found = [*content(lang).quiz(made).values(), *content(lang).decisions(made).values()]
    return {item["id"]: item for each in found if isinstance(each, list) for item in each}


@cache
def asked(unit: str, lang: str) -> str:
    """Everything that a module asks, with what is said of the options, in a language, as one text."""
    return yaml.safe_dump(content(lang).quiz(content(lang).course.units[unit]), allow_unicode=True, width=10**9)


def holds(text: str, *sentences: str) -> None:
    """Every sentence stands in the text, word for word."""
    assert [sentence for sentence in sentences if sentence not in text] == []
