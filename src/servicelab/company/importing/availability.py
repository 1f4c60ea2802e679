"""Which lessons and exercises can run on a folder of tables, by what each of them loads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from servicelab.company.tables.dictionary import KNOWN
from servicelab.company.tables.packed import find
from servicelab.course.layout import GRADED, READ, UNITS, group
from servicelab.errors import UserError
from servicelab.files.yamllines import read_yaml
from servicelab.i18n import _, language

COLUMNS = ["material", "needs", "missing", "can_run", "sentence"]
#: Where units stand in a checkout's ``course`` folder.
SOURCES = [group(kind) for kind in UNITS]
_LOAD = re.compile(r"""\bload\(\s*["'](\w+)["']""")


def available(directory: Path, course: Path | None = None) -> pd.DataFrame:
    """Which lessons, exercises and formative questions can run on the tables in a folder; one row each.

    Returns `material` (such as ``01_needs/lesson`` or ``01_needs/ex-share``), `needs` and `missing` (lists of tables),
    `can_run`, and one sentence. What a material needs is what its cells load; one that loads nothing always runs.
    `course` is a checkout's ``course`` folder or a built workspace; the nearest one unless given; no rows without one.
    Raises UserError when a folder is not there.
    """
    if not directory.is_dir():
        raise UserError(_("There is no folder {folder}: give the one that holds the tables.", folder=directory))
    there = {name for name, table in KNOWN.items() if find(directory, table) is not None}
    if course is not None and not course.is_dir():
        raise UserError(_("There is no course in {folder}: give the one that holds the lessons.", folder=course))
    rows = []
    place = course or _course()
    for material, needs in _materials(place) if place else ():
        missing = [name for name in needs if name not in there]
        rows.append([material, needs, missing, not missing, _sentence(material, missing)])
    return pd.DataFrame(rows, columns=COLUMNS)


def _sentence(material: str, missing: list[str]) -> str:
    if not missing:
        return _("{material} can run on this data.", material=material)
    at = 1 if language() == "zh" else 0
    titles = {name: (table.title, table.title_zh)[at] for name, table in KNOWN.items()}
    mark, join = ("{}（{}）", "、") if at else ("{} ({})", ", ")
    names = join.join(mark.format(name, titles[name]) if name in titles else name for name in missing)
    return _("{material} cannot run on this data: it needs {tables}.", material=material, tables=names)


def _course() -> Path | None:
    here = Path.cwd()
    checkout = Path(__file__).resolve().parents[4]
    for folder in (here, *here.parents, checkout):
        for place in (folder / "course", folder):
            if any((place / name).is_dir() for name in (*SOURCES, "lessons")):
                return place
    return None


def _materials(course: Path) -> Iterator[tuple[str, list[str]]]:
    """Name and tables of each notebook, then of each formative exercise, module by module."""
    if any((course / name).is_dir() for name in SOURCES):
        folders = [path for part in SOURCES for path in sorted((course / part).glob("*"))]
    else:
        folders = [path for part in ("lessons", "assignments") for path in sorted((course / part).glob("*"))]
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            name = f"{folder.name}/{path.stem}"
            if path.suffix == ".md" and path.stem in (*READ.values(), *GRADED):
                yield name, _loaded([path.read_text(encoding="utf-8")])
            elif path.suffix == ".ipynb":
                yield name, _loaded(_strings(json.loads(path.read_text(encoding="utf-8"))))
            elif path.name in ("quiz.yml", "quiz.json"):
                for exercise in _exercises(path):
                    yield f"{folder.name}/{exercise.get('id')}", _loaded(_strings(exercise))


def _exercises(path: Path) -> list[dict[str, Any]]:
    # YAML reads JSON too.
    read = read_yaml(path)
    return [one for one in (read.get("exercises") or []) if isinstance(one, dict)] if isinstance(read, dict) else []


def _strings(value: Any) -> Iterator[str]:
    """Every text in nested lists and dictionaries; a notebook's cell is a list of lines, which belong together."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(line, str) for line in value):
        yield "".join(value)
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _loaded(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for text in texts for name in _LOAD.findall(text)))
