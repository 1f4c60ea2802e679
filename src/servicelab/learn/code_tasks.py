"""Tasks in code of a graded notebook: which of them still hold what was released."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from servicelab.learn.outline import HEADING, plain_heading, source_of

UNBEGUN = re.compile(r"^\s*raise NotImplementedError", re.MULTILINE)
"""What a release puts in place of a solution (nbgrader's `ClearSolutions.code_stub`); whoever begins takes it away."""


@dataclass(frozen=True)
class CodeTask:
    """A cell to be filled in: the heading that it stands under, and whether somebody has begun it."""

    title: str
    begun: bool


def code_tasks(notebook: Mapping[str, Any]) -> list[CodeTask]:
    """The tasks in code of a parsed notebook, in its order; none where it has no cells."""
    cells = notebook.get("cells")
    found: list[CodeTask] = []
    title = ""
    for cell in cells if isinstance(cells, list) else ():
        if not isinstance(cell, Mapping):
            continue
        text = source_of(cell)
        if cell.get("cell_type") == "markdown":
            heading = HEADING.search(text)
            title = plain_heading(heading[1]) if heading else title
        elif is_solution(cell):
            found.append(CodeTask(title, not UNBEGUN.search(text)))
    return found


def is_solution(cell: Mapping[str, Any]) -> bool:
    """Whether nbgrader calls this a cell to be filled in with code."""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return cell.get("cell_type") == "code" and isinstance(marks, Mapping) and marks.get("solution") is True
