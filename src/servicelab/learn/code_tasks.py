"""Tasks in code of a graded notebook: which of them still hold what was released."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from servicelab.course.headings import heading
from servicelab.learn.outline import plain_heading, source_of

STUB = "stub"
"""Where a built notebook says, among the course's own metadata of a cell to be filled in, what it was released as."""
UNBEGUN = re.compile(r"^\s*raise NotImplementedError", re.MULTILINE)
"""What a release puts in place of a solution (nbgrader's `ClearSolutions.code_stub`): all that there is to go by in a
notebook that was built before it said what its cells were released as, and was kept since somebody had changed it."""


@dataclass(frozen=True)
class CodeTask:
    """A cell to be filled in: the heading that it stands under, whether somebody has begun it, and whether an error was
    what it or its check had to say when it last ran.
    """

    title: str
    begun: bool
    failed: bool = False


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
            found_title = heading(text)
            title = plain_heading(found_title) if found_title else title
        elif is_solution(cell):
            found.append(CodeTask(title, is_begun(cell, text), ended_in_error(cell)))
        elif found and is_marked(cell, "grade") and ended_in_error(cell):
            found[-1] = replace(found[-1], failed=True)
    return found


def stub_mark(source: str) -> str:
    """What stands for a cell as it was released; blanks at the ends of lines and below the last one do not count.

    >>> stub_mark("a = 1  \\n\\n") == stub_mark("a = 1"), stub_mark("a = 1") == stub_mark("a = 2")
    (True, False)
    """
    lines = "\n".join(line.rstrip() for line in source.split("\n")).rstrip("\n")
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def is_begun(cell: Mapping[str, Any], text: str) -> bool:
    """Whether the text of a cell to be filled in is another one than was released."""
    metadata = cell.get("metadata")
    ours = metadata.get("servicelab") if isinstance(metadata, Mapping) else None
    stub = ours.get(STUB) if isinstance(ours, Mapping) else None
    return stub_mark(text) != stub if isinstance(stub, str) else not UNBEGUN.search(text)


def ended_in_error(cell: Mapping[str, Any]) -> bool:
    """Whether an error is what a cell had to say when it last ran."""
    outputs = cell.get("outputs")
    said = outputs if isinstance(outputs, list) else []
    return any(isinstance(one, Mapping) and one.get("output_type") == "error" for one in said)


def is_solution(cell: Mapping[str, Any]) -> bool:
    """Whether nbgrader calls this a cell to be filled in with code."""
    return is_marked(cell, "solution")


def is_marked(cell: Mapping[str, Any], mark: str) -> bool:
    """Whether nbgrader's metadata say so of a cell with code."""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return cell.get("cell_type") == "code" and isinstance(marks, Mapping) and marks.get(mark) is True
