"""What whoever marks finds in a graded notebook beside what its trainee did: headings, and what was marked earlier."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from servicelab.grading import noticed
from servicelab.grading.course import course_of
from servicelab.grading.marks import Book, phrases
from servicelab.grading.noticed import NOTICED, Noticed, keep_noticed
from servicelab.grading.skeleton import PutRight, keep_repairs, put_right_in, told
from servicelab.grading.steps import UNSEALED
from servicelab.grading.whose import NOTE, cell_name, released
from servicelab.i18n import LANGUAGES, _, use
from servicelab.learn import decisions

TAG = re.compile(r"<[^<>]*>")
MOST_DECISIONS = 100
LINES_SHOWN = 20
"""Lines shown to a marker of what stood in a cell that was put right."""
DECIDE = re.compile(r"""\.decide\(\s*["']([\w-]+)["']""")
TEST = "test-"
"""What the name of a test begins with; the id of its decision follows."""


class MarkerView(NbGraderPreprocessor):  # type: ignore[misc]
    """Put each decision's check in the order of the page and under its name, and earlier marks above their places."""

    notes = Bool(default_value=True, help="Write notes for whoever marks into the notebook").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Arrange one notebook that was graded."""
        about = resources["nbgrader"]
        for cell in nb.cells:
            # A trainee's cell is none of ours, whatever it says of itself.
            cell.metadata.pop(NOTE, None)
        book = Book(course_of(Path(resources["metadata"]["path"])), about["assignment"], about["student"])
        asked = [found[1] for cell in nb.cells if cell.cell_type == "code" for found in DECIDE.finditer(cell.source)]
        handed_out = {cell_name(cell) for cell in released(resources)}
        labels = {f"{TEST}{key}": decisions.label(n) for n, key in enumerate(dict.fromkeys(asked), start=1)}
        put_right = put_right_in(resources)
        keep_repairs(nb, put_right.repairs)
        found = resources.get(NOTICED, [])
        keep_noticed(nb, found)
        nb.metadata.pop(UNSEALED, None)
        if unsealed := resources.get(UNSEALED):
            nb.metadata[UNSEALED] = unsealed
        if not self.notes:
            return nb, resources
        nb.cells = list(_noted(_in_order(nb.cells, [*labels]), labels, book, about["notebook"], handed_out))
        for said in (_noticed(found), _told(put_right)):
            if said:
                nb.cells.insert(0, _note(said))
        _name_notes(nb.cells)
        return nb, resources


def _name_notes(cells: Sequence[NotebookNode]) -> None:
    """Give our notes names of their own, the same however often the notebook is graded."""
    taken = {cell.get("id") for cell in cells if NOTE not in cell.metadata}
    free = (name for number in count(1) if (name := f"note-{number}") not in taken)
    for cell in cells:
        if NOTE in cell.metadata:
            cell.id = next(free)


def _told(put_right: PutRight) -> str:
    """What was put right, for whoever marks, with what stood there; an empty string where nothing was."""
    if not put_right.repairs:
        return ""
    lines = ["**" + _("Put right in what was handed in:") + "**", ""]
    lines += [f"- {each}" for each in told(put_right.repairs)]
    for each in put_right.repairs:
        if each.text and each.kind != "bound":
            # Indented: it is shown as it stood there, whatever it is.
            shown = [f"    {line}" for line in each.text.splitlines()[:LINES_SHOWN]]
            lines += ["", _("In {cell} stood:", cell=f"`{each.cell}`"), "", *shown]
    if put_right.differ:
        names = ", ".join(sorted(put_right.differ))
        lines += ["", _("The answers that stood in copies differ in points: decide on {tests}.", tests=names)]
    return "\n".join(lines)


def _noticed(found: Sequence[Noticed]) -> str:
    """What whoever marks should look at, an empty string where nothing was noticed."""
    if not found:
        return ""
    # As code: what a trainee wrote is shown as it stands there.
    lines = [f"    {line}" for each in noticed.told(found) for line in each.splitlines()]
    return "\n".join(["**" + _("Look at this (it changed no score):") + "**", "", *lines])


def _is_theirs(cell: NotebookNode, handed_out: set[str]) -> bool:
    """Whether to say of a text that it is the trainee's: nobody handed it out, or it reads like a note of ours.

    A note of ours stands in a frame as well, whatever others read like (templates/offline/formgrade).
    """
    if cell.cell_type != "markdown":
        return False
    letters = _letters(cell.source)
    reads_like_ours = letters in _labels() or any(each in letters for each in _notes())
    return reads_like_ours or bool(handed_out and cell_name(cell) not in handed_out)


@cache
def _notes() -> frozenset[str]:
    """What stands in a note of an earlier mark, in every language."""
    found: set[str] = set()
    for lang in LANGUAGES:
        with use(lang):
            found.update(map(_letters, phrases()))
    return frozenset(found)


@cache
def _labels() -> frozenset[str]:
    """What stands above the checks of decisions, in every language."""
    found = []
    for lang in LANGUAGES:
        with use(lang):
            found += [_letters(decisions.label(number)) for number in range(1, MOST_DECISIONS)]
    return frozenset(found)


def _letters(text: str) -> str:
    """The letters and digits of a text as it is read: marks, tags, spaces and look-alikes of width do not matter."""
    shown = html.unescape(TAG.sub("", html.unescape(text)))
    return "".join(each for each in unicodedata.normalize("NFKC", shown).casefold() if each.isalnum())


def _in_order(cells: list[NotebookNode], order: list[str]) -> list[NotebookNode]:
    """Put the checks of decisions in order; every other cell stays where it is."""
    checks = [cell for cell in cells if _name(cell) in order]
    following = iter(sorted(checks, key=lambda cell: order.index(_name(cell))))
    return [next(following) if _name(cell) in order else cell for cell in cells]


def _noted(
    cells: list[NotebookNode], labels: dict[str, str], book: Book, notebook: str, handed_out: set[str]
) -> Iterator[NotebookNode]:
    for cell in cells:
        name = _name(cell)
        if name in labels:
            yield _note(f"**{labels[name]}**")
        if name and (mark := book.earlier(f"{notebook}/{name}")):
            yield _note(mark.told())
        if _is_theirs(cell, handed_out):
            yield _note("*" + _("The text below is the trainee's own, whatever it says of itself.") + "*")
        yield cell


def _name(cell: NotebookNode) -> str:
    return str((cell.metadata.get("nbgrader") or {}).get("grade_id", ""))


def _note(text: str) -> NotebookNode:
    cell: NotebookNode = new_markdown_cell(text, metadata={NOTE: True})  # type: ignore[no-untyped-call]
    return cell
