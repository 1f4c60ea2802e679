"""Whether a submission holds an answer at all: who hands in what was handed out scores 0, as who gets all wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from servicelab.course.handin import ANY_ANSWERS, LARGEST_NOTEBOOK
from servicelab.grading.messages import text_of
from servicelab.grading.whose import is_locked
from servicelab.learn.whereabouts import read_json, read_regular


def nothing_answered(submitted: Path, released: Path) -> bool:
    """Return whether nothing was decided, written or added; False for a notebook that cannot be read.

    Parameters
    ----------
    submitted
        A submission's folder.
    released
        The folder of the released assignment.
    """
    for sheet in submitted.glob(ANY_ANSWERS):
        entries = read_json(sheet).get("entries")
        if any(isinstance(each, Mapping) and each.get("done") is True for each in _values(entries)):
            return False
    notebooks = list(released.glob("*.ipynb"))
    for path in notebooks:
        try:
            handed_out = {name: text for name, text, _own in _cells(path)}
            handed_in = list(_cells(submitted / path.name))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False
        # Words around the work are in the trainee's language; what is to be filled in is the same in each.
        if any(
            text and (name not in handed_out or (own and text != handed_out[name])) for name, text, own in handed_in
        ):
            return False
    return bool(notebooks)


def _values(entries: object) -> list[Any]:
    return list(entries.values()) if isinstance(entries, Mapping) else []


def _cells(path: Path) -> Iterator[tuple[str, str, bool]]:
    """Yield each cell's name, its text, and whether it is there to be filled in."""
    for cell in json.loads(read_regular(path, LARGEST_NOTEBOOK))["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        own = not is_locked(cell) if cell["cell_type"] == "code" else bool(about.get("solution"))
        yield str(about.get("grade_id") or cell.get("id", "")), text_of(cell["source"]).strip(), own
