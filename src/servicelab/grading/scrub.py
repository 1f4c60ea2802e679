"""What a trainee may see of a graded notebook: never a hidden test, a mark scheme, a model answer or where one stands.

A preprocessor of nbgrader's feedback step, so that stock `nbgrader generate_feedback` and formgrader's button go
through it as well. Only what the author wrote to be read comes through from a test cell: the messages of its `print`,
`assert` and `raise`. Anything else that a test cell put out could show the right answer (a compared table, a
function's argument) and is left out.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from servicelab.grading.language import spoken
from servicelab.grading.messages import is_authored, messages_of, text_of
from servicelab.grading.outcomes import CELL, LATE, NO_POINTS, STOPPED, TOO_MUCH, cause_of, explained, output
from servicelab.grading.whose import NOTE, is_test
from servicelab.i18n import _, use

REGIONS = ("HIDDEN TESTS", "MARK SCHEME", "SOLUTION")
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
FRAME = re.compile(r"\s*Cell In\s?\[(\d{1,9})\], line (\d{1,9})")
NAME_MISSING = re.compile(r"name '(\w{1,60})' is not defined")
DISTINCTIVE = 12
"""Characters from which on a line of a hidden test is looked for in a trainee's own outputs."""


class ScrubFeedback(NbGraderPreprocessor):  # type: ignore[misc]
    """Take out of a graded notebook whatever its trainee must not see."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Scrub every cell; what a test said is kept in `metadata.servicelab.messages`."""
        with use(spoken(Path(resources.get("metadata", {}).get("path") or "."))):
            return self._scrub(nb), resources

    def _scrub(self, nb: NotebookNode) -> NotebookNode:
        # Before anything is left out: whatever a cell says of itself, what it holds is a secret.
        secrets = _secret_lines(nb.cells)
        # What is for the marker only, such as the mark of another text, is not for the trainee.
        nb.cells = [cell for cell in nb.cells if NOTE not in cell.metadata or cell.cell_type != "markdown"]
        lines = _own_lines(nb.cells)
        untouched = False
        for cell in nb.cells:
            if is_test(cell):
                self._scrub_test(cell, lines, untouched=untouched)
            elif cell.cell_type == "code":
                if cell.metadata.get("nbgrader", {}).get("solution"):
                    untouched = any(each.get("ename") == "NotImplementedError" for each in cell.get("outputs", []))
                cell.outputs = [_scrubbed(each, lines, secrets) for each in cell.get("outputs", [])]
            cell.source = _without_regions(cell.source)
        return nb

    def _scrub_test(self, cell: NotebookNode, lines: Mapping[int, list[str]], *, untouched: bool) -> None:
        messages = list(messages_of(cell))
        frames: list[str] = []
        for each in cell.get("outputs", []):
            if each.output_type == "error" and not is_authored(cell.source, each):
                said, frames = _explained(each, lines, untouched=untouched)
                messages.append(said)
            elif each.output_type == "stream" and each.name == "stderr":
                messages.append(
                    _(
                        "Something was written to stderr while your code was checked, and that counts as not met: take "
                        "out what writes there, such as print(…, file=sys.stderr)."
                    )
                )
        cell.metadata["servicelab"] = {"messages": messages, "frames": frames}
        text = "".join(f"{line}\n" for line in [*messages, *frames])
        cell.outputs = [output("stream", name="stdout", text=text)] if text else []
        cell.source = "# " + _("What is checked here is not shown.")


def _explained(error: NotebookNode, lines: Mapping[int, list[str]], *, untouched: bool) -> tuple[str, list[str]]:
    """Return a sentence about an error in a test, and the trainee's own lines that it came from.

    What an error of the trainee's code says is left out: it can be what the hidden test called it with.
    """
    name, value = str(error.get("ename", "")), text_of(error.get("evalue", ""))
    if name in (LATE, "KeyboardInterrupt"):
        return _("It took longer than it may, so it was stopped."), []
    if cause_of(error) == TOO_MUCH:
        return _("It put out more than it may, so it was stopped."), []
    if name == STOPPED:
        return _("It could not be checked: the notebook had stopped before."), []
    if name == NO_POINTS:
        return _("This check did not end in a number of points, so it gives none: tell your instructor."), []
    if name == "NotImplementedError" or (untouched and name == "NameError"):
        return _("This was not answered."), []
    frames = _own_frames(error.get("traceback", []), lines)
    if name == "NameError" and not frames and (found := NAME_MISSING.search(value)):
        return _("Your notebook does not make {name}.", name=found[1]), []
    if not frames:
        return _("A check of this part was not met."), []
    return _("Your code stopped with {error}.", error=name if hasattr(builtins, name) else _("an error")), frames


def _scrubbed(shown: NotebookNode, lines: Mapping[int, list[str]], secrets: frozenset[str]) -> NotebookNode:
    """Return a trainee's own output without library frames and without lines of a hidden test."""
    if shown.output_type == "error":
        trace = _own_frames(shown.get("traceback", []), lines)
        name, value = str(shown.get("ename", "")), _clean(text_of(shown.get("evalue", "")), secrets)
        if name == LATE:
            value = _("it took longer than it may, so it was stopped")
        elif name == STOPPED:
            value = explained(value)
        # Ours are no errors of Python's: what the engine calls them tells nobody anything.
        trace.append(value if value and name in (LATE, STOPPED) else f"{name}: {value}" if value else name)
        return output("error", ename=name, evalue=value, traceback=[_clean(line, secrets) for line in trace])
    if shown.output_type == "stream":
        shown.text = _clean(text_of(shown.text), secrets)
    for kind, value in dict(shown.get("data", {})).items():
        if isinstance(value, str | list) and not kind.startswith("image/png"):
            shown.data[kind] = _clean(text_of(value), secrets)
    return shown


def _own_frames(trace: Iterable[str], lines: Mapping[int, list[str]]) -> list[str]:
    """Return the frames of a traceback that stand in the trainee's own cells.

    A class of errors may write its own traceback, so only two numbers are read from it; the line is the notebook's.
    """
    own = []
    for entry in trace:
        found = FRAME.match(ANSI.sub("", str(entry)))
        cell = lines.get(int(found[1]), []) if found else []
        if found and 0 < (number := int(found[2])) <= len(cell):
            own.append(f"{CELL}[{found[1]}], line {number}\n----> {number} {cell[number - 1]}".rstrip())
    return own


def _own_lines(cells: Iterable[NotebookNode]) -> dict[int, list[str]]:
    """Return the lines of each cell that is not a test, by the number that it ran as."""
    return {
        cell.execution_count: _without_regions(cell.source).split("\n")
        for cell in cells
        if cell.cell_type == "code" and not is_test(cell) and type(cell.get("execution_count")) is int
    }


def _secret_lines(cells: Iterable[NotebookNode]) -> frozenset[str]:
    """Return the distinctive lines of every hidden test and mark scheme in a graded notebook."""
    lines: set[str] = set()
    for cell in cells:
        text = cell.source if is_test(cell) else "\n".join(_regions(cell.source))
        lines |= {line.strip() for line in text.splitlines() if len(line.strip()) >= DISTINCTIVE}
    return frozenset(lines)


def _clean(text: str, secrets: frozenset[str]) -> str:
    return "\n".join(line for line in text.split("\n") if not any(secret in line for secret in secrets))


def _regions(source: str) -> Iterator[str]:
    inside = ""
    for line in source.split("\n"):
        if inside:
            if f"END {inside}" in line:
                inside = ""
            else:
                yield line
        else:
            inside = next((name for name in REGIONS if f"BEGIN {name}" in line), "")


def _without_regions(source: str) -> str:
    kept: list[str] = []
    inside = ""
    for line in source.split("\n"):
        if inside:
            inside = "" if f"END {inside}" in line else inside
            continue
        inside = next((name for name in REGIONS if f"BEGIN {name}" in line), "")
        if not inside:
            kept.append(line)
    return "\n".join(kept)
