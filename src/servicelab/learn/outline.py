"""The sections of a built notebook and what is asked in each, read from the notebook itself."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servicelab.course.handin import LARGEST_NOTEBOOK
from servicelab.course.headings import heading
from servicelab.learn.numbers import finite
from servicelab.learn.whereabouts import read_regular

# Calls that put something to do before the learner, with the place of the item's id among their arguments.
ASKING = {"quiz": 0, "recall": 0, "predict": 0, "check": 0, "show": 1, "decide": 0, "write": 0, "ask": 0}


@dataclass(frozen=True)
class Section:
    """A part of a lesson: its stated minutes, its track ("" for everyone) and the ids of what it asks."""

    id: str
    title: str
    minutes: float
    track: str
    items: tuple[str, ...]
    anchor: str
    """What JupyterLab makes of the section's heading, for a link to it."""


@dataclass(frozen=True)
class Outline:
    """A notebook's title and sections; empty when the notebook is not there."""

    title: str
    sections: tuple[Section, ...]
    module: str = ""
    """The unit that it belongs to, as the build says."""

    def section_of(self, item: str) -> str:
        """The section that asks `item`; "" when none does."""
        return next((s.id for s in self.sections if item in s.items), "")

    def title_of(self, section: str) -> str:
        """What a section is called; "" when there is none of that id."""
        return next((s.title for s in self.sections if s.id == section), "")


def read_outline(path: Path) -> Outline:
    """The outline of the notebook at `path`; an empty one when it cannot be read, since a lesson works without."""
    try:
        document = json.loads(read_regular(path, LARGEST_NOTEBOOK))
        cells = document["cells"]
        about = document["metadata"].get("servicelab", {})
        title, module = about.get("title", ""), about.get("module", "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Outline("", ())
    found = sections(cells) if isinstance(cells, list) else []
    return Outline(str(title) or first_heading(cells), tuple(found), str(module))


def sections(cells: Iterable[Any]) -> list[Section]:
    """The sections in a list of notebook cells; cells before the first one belong to none."""
    found: list[dict[str, Any]] = []
    for cell in cells:
        if not isinstance(cell, Mapping):
            continue
        stated = cell.get("metadata")
        metadata = stated if isinstance(stated, Mapping) else {}
        own = metadata.get("servicelab", {})
        said = {**metadata, **(own if isinstance(own, Mapping) else {})}
        text = source_of(cell)
        if said.get("section"):
            title = plain_heading(heading(text)) or str(said["section"])
            found.append(
                {
                    "id": str(said["section"]),
                    "title": title,
                    "minutes": minutes(said.get("minutes")),
                    "track": str(said.get("track") or ""),
                    "items": [],
                    "anchor": title.replace(" ", "-"),
                }
            )
        if found and cell.get("cell_type") == "code":
            # An analyst's cell inside a section for everyone does not keep a frontline trainee from finishing it.
            if said.get("track") == "analyst" and found[-1]["track"] != "analyst":
                continue
            found[-1]["items"] += [i for i in asked_in(text) if i not in found[-1]["items"]]
    return [Section(**{**s, "items": tuple(s["items"])}) for s in found]


def first_heading(cells: Any) -> str:
    """The notebook's own title: the first first-level heading of its text."""
    for cell in cells if isinstance(cells, list) else ():
        written = isinstance(cell, Mapping) and cell.get("cell_type") == "markdown"
        if written and (found := heading(source_of(cell), deepest=1)):
            return plain_heading(found)
    return ""


def source_of(cell: Mapping[str, Any]) -> str:
    """A cell's text, which a notebook file holds as one string or as lines."""
    source = cell.get("source")
    return "".join(line for line in source if isinstance(line, str)) if isinstance(source, list | str) else ""


def asked_in(code: str) -> list[str]:
    """The ids of what a code cell asks.

    >>> asked_in('lesson.quiz("q-angry")')
    ['q-angry']
    >>> asked_in('lesson.show(explore.voices(contacts), "x-voices")')
    ['x-voices']
    """
    try:
        tree = ast.parse("\n".join(line for line in code.splitlines() if not line.lstrip().startswith(("%", "!"))))
    except (SyntaxError, ValueError, RecursionError):
        return []
    found = []
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        if call.func.attr == "desk" and not call.args:
            found.append("desk")
        place = ASKING.get(call.func.attr)
        if place is not None and len(call.args) > place:
            given = call.args[place]
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                found.append(given.value)
    return found


def plain_heading(text: str) -> str:
    """A Markdown heading without its marks."""
    return re.sub(r"<[^>]+>|[*_`]|\]\([^)]*\)|\[", "", text).strip()


def minutes(stated: object) -> float:
    """Stated minutes, 0 when they are no number."""
    return finite(stated) or 0.0
