"""A submission is graded on the page that was handed out: what its trainee did is put into that, and every difference
is named.

Trainees copy, delete, move, unlock and retype cells, and other programs lose what cells are known by. Stock nbgrader
takes points for that, or stops. Here the released notebook is the skeleton: a cell of the submission is found by the
name or the id of a released one, else by its text, else by its place. What was there to be filled in goes into its
cell, the course's own cells are the released ones, and cells that a trainee added stay where they stood.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

from nbformat.notebooknode import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell

from servicelab.grading.bindings import Code, bound, read
from servicelab.grading.messages import text_of
from servicelab.grading.statements import state, stated
from servicelab.grading.whose import cell_name, is_test
from servicelab.i18n import _, later, listed
from servicelab.learn import written

Kind = Literal[
    "missing", "copied", "changed", "moved", "retyped", "relabelled", "elsewhere", "beside", "bound", "unreadable"
]
REPAIRS = "servicelab_repairs"
"""Metadata of a notebook in which something was put right."""
PUT_RIGHT = "servicelab_put_right"
"""By which nbgrader's steps find a `PutRight` in their resources."""
FORMAT = (4, 5)
"""The notebook format in which cells have ids."""
READ = 2_000_000
"""Characters of a notebook's code that are read for the names that it binds; the same text is read once."""
KEPT = 4_000
"""Characters kept of what stood in a cell."""
MOST = 200
"""Differences of one notebook that are named."""
MOST_ALTERNATIVES = 3
"""How many other answers of one notebook are tried."""
ADDED = "added-{number}"
"""What a cell that a trainee added is called."""


@dataclass(frozen=True)
class Repair:
    """One difference between a submission and what was handed out, and what was done about it.

    Attributes
    ----------
    kind
        `missing`: a cell had been deleted. `copied`: it was there more than once. `changed`: a cell of the course's own
        had another text. `moved`: it stood elsewhere. `retyped`: it was of another kind. `relabelled`: it was scored by
        something else, or had lost what it is scored by. `elsewhere`: the answer stood in a cell of the trainee's own.
        `beside`: a written answer was left alone, and a text was added; a person looks. `bound`: a name of the course's
        was given another value; a test meets the course's. `unreadable`: the notebook could not be opened at all, and
        only its answers file counts.
    cell
        The name of the released cell; of `unreadable`, of the notebook.
    text
        What stood there; of `copied`, the text that does not count, where it was an answer.
    """

    kind: Kind
    cell: str
    text: str = ""


def told(repairs: Iterable[Repair]) -> list[str]:
    """Return what was put right, a clause a kind with the names of the cells, in the running language."""
    words: dict[Kind, str] = {
        "missing": later("missing, and put back: {cells}"),
        "copied": later("there more than once, and the last one with an answer counts: {cells}"),
        "changed": later("the course's own and changed, and put back: {cells}"),
        "moved": later("in another place, and put back: {cells}"),
        "retyped": later("made another kind of cell, and put back: {cells}"),
        "relabelled": later("without what it is scored by, which is put back: {cells}"),
        "elsewhere": later("answered in a cell of the trainee's own, which counts: {cells}"),
        "beside": later("left alone while a text stands elsewhere, so a person looks: {cells}"),
        "bound": later("gives another value to what is the course's, whose own counts: {cells}"),
        "unreadable": later("cannot be opened, and only its answers file was marked, so ask for it again: {cells}"),
    }
    named: dict[Kind, list[str]] = {}
    for each in repairs:
        named.setdefault(each.kind, []).append(f"{each.cell} ({each.text})" if each.kind == "bound" else each.cell)
    clauses = ((words[kind], listed(dict.fromkeys(cells))) for kind, cells in named.items())
    return [_(clause, cells=cells) for clause, cells in clauses]


def told_to_trainee(repairs: Iterable[Repair]) -> list[str]:
    """Return what was put right in the words for whoever handed it in, a sentence a kind."""
    words: dict[Kind, str] = {
        "missing": later("Cells of the page were missing; they were put back."),
        "copied": later("Cells stood there more than once; of answers the last one counts."),
        "changed": later("Cells that belong to the course had been changed; the course's own were used."),
        "moved": later("Cells stood in another place; they were put back."),
        "retyped": later("Cells had been made another kind; they were put back."),
        "relabelled": later("Cells had lost what they are scored by; they have it back."),
        "elsewhere": later("An answer stood in a cell of your own; it was taken from there."),
        "beside": later("The place for a written answer was left alone, and a text stands elsewhere: a person looks."),
        "bound": later("Your code gives another value to something of the course's; checks use the course's own."),
        "unreadable": later(
            "Your notebook could not be opened: only what you had decided and written in boxes was there to be marked. "
            "Open the exercise, check that the rest of your work is there, and submit again. Tell your instructor if "
            "it happens twice."
        ),
    }
    sentences = (words[kind] for kind in dict.fromkeys(each.kind for each in repairs))
    return [_(sentence) for sentence in sentences]


@dataclass(frozen=True)
class Rebuilt:
    """A submission on the skeleton that was handed out, and what had to be put right for that."""

    notebook: NotebookNode
    repairs: tuple[Repair, ...]


@dataclass(frozen=True)
class PutRight:
    """What nbgrader's steps tell one another of a notebook that was rebuilt.

    Attributes
    ----------
    repairs
        What was put right.
    differ
        The tests that give other points for an answer which a later copy of its cell overrode: a person decides.
    """

    repairs: tuple[Repair, ...] = ()
    differ: frozenset[str] = frozenset()

    @property
    def looked_at(self) -> frozenset[str]:
        """The cells at which a person looks, whatever the autograder gave."""
        return self.differ | {each.cell for each in self.repairs if each.kind == "beside"}


def put_right_in(resources: Any) -> PutRight:
    """Return what an earlier step put right, from the resources that nbgrader's steps hand on."""
    stated = resources.get(PUT_RIGHT)
    return stated if isinstance(stated, PutRight) else PutRight()


def repairs_in(nb: Mapping[str, Any]) -> list[Repair]:
    """Return what was put right in a notebook, as `keep_repairs` wrote it into it."""
    return stated(nb, REPAIRS, Repair)


def keep_repairs(nb: NotebookNode, repairs: Sequence[Repair]) -> None:
    """Write into a notebook what was put right in it, in place of whatever it says itself."""
    state(nb, REPAIRS, repairs)


def rebuilt(
    submitted: NotebookNode, handed_out: Sequence[NotebookNode], solved: Mapping[str, str], entries: Mapping[str, Any]
) -> Rebuilt:
    """Return a submission put into the notebook that was handed out.

    Parameters
    ----------
    submitted
        The submission's notebook; it is not changed.
    handed_out
        The cells of the released notebook.
    solved
        The author's solutions in code, by their cells' names.
    entries
        What the submission's answers file holds: what was written in boxes counts as if it stood in the cell.
    """
    return _Rebuilding(submitted, handed_out, solved, entries).rebuilt()


class _Rebuilding:
    def __init__(
        self,
        submitted: NotebookNode,
        handed_out: Sequence[NotebookNode],
        solved: Mapping[str, str],
        entries: Mapping[str, Any],
    ) -> None:
        self.submitted = submitted
        self.cells = [cell for cell in submitted.get("cells") or [] if isinstance(cell, Mapping)]
        self.own = list(handed_out)
        self.names = [cell_name(cell) for cell in self.own]
        self.solved = solved
        self.entries = entries
        self.repairs: list[Repair] = []
        self._code: dict[str, Code] = {}
        self._room = READ
        self.place: dict[int, int] = {}
        """Number of a submitted cell → number of the released cell that it is."""

    def rebuilt(self) -> Rebuilt:
        self._by_name()
        self._by_text()
        self._by_place()
        self._note_moves()
        copies: dict[int, list[int]] = {}
        for there, here in self.place.items():
            copies.setdefault(here, []).append(there)
        anchors = self._anchors()
        added: dict[int, list[NotebookNode]] = {}
        texts: dict[int, str] = {}
        for here, theirs in copies.items():
            texts[here], others = self._chosen(here, theirs)
            # An earlier copy ran as well, where its maker worked: it stands before the one that counts.
            added.setdefault(here - 1, []).extend(self._as_added(there) for there in others)
        loose = [there for there in range(len(self.cells)) if there not in self.place]
        moved = self._answers_elsewhere(loose, anchors, copies, texts)
        self._beside(loose, anchors, texts)
        for there in loose:
            if there not in moved and self._text(there).strip():
                added.setdefault(anchors[there], []).append(self._as_added(there))
        cells = list(added.get(-1, []))
        for here in range(len(self.own)):
            cells += [cell for cell in [self._filled(here, copies.get(here, []), texts)] if cell is not None]
            cells += added.get(here, [])
        self._name_added(cells)
        self._note_bindings(cells)
        nb = _node(self.submitted)
        if not isinstance(nb.get("metadata"), Mapping):
            nb.metadata = _node({})
        nb.cells, nb.nbformat, nb.nbformat_minor = cells, FORMAT[0], FORMAT[1]
        return Rebuilt(nb, tuple(dict.fromkeys(self.repairs))[:MOST])

    # -- which cell is which

    def _by_name(self) -> None:
        ids = {str(cell.get("id", "")): here for here, cell in enumerate(self.own) if cell.get("id")}
        names = {name: here for here, name in enumerate(self.names) if name}
        for there, cell in enumerate(self.cells):
            own, name = str(cell.get("id", "")), _grade_id(cell)
            found = ids.get(own, names.get(name) if name else None)
            if found is not None:
                self.place[there] = found
                if _about(self.own[found]) != _about(cell):
                    self._note("relabelled", found)

    def _by_text(self) -> None:
        """Find released cells that nobody named by what stands in them."""
        lost = [here for here in range(len(self.own)) if here not in self.place.values()]
        unnamed: dict[tuple[str, str], list[int]] = {}
        for there in range(len(self.cells)):
            if there not in self.place:
                unnamed.setdefault((self._kind(there), _plain(self._text(there))), []).append(there)
        for here in lost:
            found = unnamed.get((self.own[here].cell_type, _plain(text_of(self.own[here].source))))
            if found:
                self.place[found.pop(0)] = here
                if _about(self.own[here]):
                    self._note("relabelled", here)

    def _by_place(self) -> None:
        """Find places to fill in that nobody named, by the cells around them: what stands alone between those is it."""
        for here in range(len(self.own)):
            if not _is_solution(self.own[here]) or here in self.place.values():
                continue
            before = max((there for there, own in self.place.items() if own < here), default=-1)
            after = min((there for there, own in self.place.items() if own > here), default=len(self.cells))
            between = [there for there in range(before + 1, after) if there not in self.place]
            kinds = ("code",) if self.own[here].cell_type == "code" else ("markdown", "raw")
            alike = [there for there in between if self._kind(there) in kinds and self._text(there).strip()]
            makes = self._makes(here)
            named = [there for there in alike if makes & self._read(self._text(there)).bound]
            found = named[-1:] or (alike if len(alike) == 1 else [])
            if found:
                self.place[found[0]] = here
                self._note("relabelled", here)
        self._prose_by_place()

    def _prose_by_place(self) -> None:
        """Find the words around the work, which are in the trainee's language, where only they stand between others."""
        here = 0
        while here < len(self.own):
            if self._matters(here) or here in self.place.values():
                here += 1
                continue
            block = [here]
            while block[-1] + 1 < len(self.own) and not self._matters(block[-1] + 1):
                block.append(block[-1] + 1)
            here = block[-1] + 1
            lost = [each for each in block if each not in self.place.values()]
            before = max((there for there, own in self.place.items() if own < block[0]), default=-1)
            after = min((there for there, own in self.place.items() if own > block[-1]), default=len(self.cells))
            between = [there for there in range(before + 1, after) if there not in self.place]
            words = [there for there in between if self._kind(there) == "markdown" and self._text(there).strip()]
            if len(words) == len(lost):
                self.place.update(zip(words, lost, strict=True))

    def _makes(self, here: int) -> frozenset[str]:
        """The names that the author's solution of a released cell makes, beside what is handed out in it."""
        solved = self.solved.get(self.names[here], "")
        return bound(solved) if solved else frozenset()

    # -- what goes into it

    def _chosen(self, here: int, theirs: list[int]) -> tuple[str, list[int]]:
        """What counts of a cell's copies, and which of them had another answer."""
        own = self.own[here]
        stub = _plain(text_of(own.source))
        if not _is_solution(own):
            # Of a copy of the course's own that somebody worked in, the work is theirs.
            kept = stub if _is_the_courses(own) else _plain(self._text(theirs[0]))
            alone = len(theirs) == 1
            return "", [there for there in theirs if not alone and _plain(self._text(there)) not in ("", kept)]
        different = [there for there in theirs if _plain(self._text(there)) not in ("", stub)]
        if not different:
            return self._text(theirs[-1]), []
        last = self._text(different[-1])
        others = [there for there in different[:-1] if _plain(self._text(there)) != _plain(last)]
        if len(theirs) > 1 and not others:
            self._note("copied", here)
        for there in others:
            self._note("copied", here, self._text(there))
        return last, others

    def _filled(self, here: int, theirs: list[int], texts: dict[int, str]) -> NotebookNode | None:
        """The released cell with what was filled into it; None for a text around the work that somebody took out."""
        own = _node(self.own[here])
        own.source = text_of(own.source)
        if not theirs and not (own.cell_type == "code" or _about(own)):
            return None
        first = self.cells[theirs[0]] if theirs else None
        if first is None:
            self._note("missing", here)
        if len(theirs) > 1 and not _is_solution(own) and self._matters(here):
            self._note("copied", here)
        if _is_solution(own):
            last = self.cells[theirs[-1]] if theirs else None
            if theirs and self._kind(theirs[-1]) != own.cell_type:
                self._note("retyped", here)
            own.source = texts.get(here, own.source)
            if own.cell_type == "markdown":
                boxed = written.kept_text(self.entries.get(self.names[here]))
                own.source = written.both(boxed, own.source) if boxed else own.source
                if last is not None and isinstance(last.get("attachments"), dict):
                    own.attachments = last["attachments"]
        elif first is not None and _is_the_courses(own):
            if all(_plain(self._text(there)) != _plain(own.source) for there in theirs):
                self._note("changed", here, self._text(theirs[0]))
            if all(self._kind(there) != own.cell_type for there in theirs):
                self._note("retyped", here)
        elif theirs and self._kind(theirs[0]) == own.cell_type:
            # Words are in the trainee's language, and code that is not locked may be worked in.
            own.source = self._text(theirs[0])
        if own.cell_type == "code":
            _put_out(own, self.cells[theirs[-1]] if theirs else {})
        return own

    def _anchors(self) -> dict[int, int]:
        """Number of each cell that is none of the released ones → after which of those it stands; -1: before all."""
        found: dict[int, int] = {}
        last = -1
        for there in range(len(self.cells)):
            last = self.place.get(there, last)
            found[there] = last
        return found

    def _answers_elsewhere(
        self, loose: list[int], anchors: dict[int, int], copies: dict[int, list[int]], texts: dict[int, str]
    ) -> set[int]:
        """Put answers in code that stand in cells of their own where they belong; return which cells went there."""
        moved: set[int] = set()
        for here, own in enumerate(self.own):
            stub = _plain(text_of(own.source))
            open_still = _is_solution(own) and own.cell_type == "code" and _plain(texts.get(here, stub)) in ("", stub)
            makes = self._makes(here)
            if not open_still or not makes:
                continue
            code = [there for there in loose if there not in moved and self._kind(there) == "code"]
            found = [there for there in code if makes & self._read(self._text(there)).bound]
            if not found:
                continue
            # What stands right before it, with nothing of the course's between, may be its first half.
            block = [there for there in code if anchors[there] == anchors[found[-1]] and there <= found[-1]]
            wanted = sorted({*found, *block})
            texts[here] = "\n\n".join(self._text(there).strip("\n") for there in wanted)
            moved.update(wanted)
            copies.setdefault(here, [])
            self._note("elsewhere", here, texts[here])
        return moved

    def _beside(self, loose: list[int], anchors: dict[int, int], texts: dict[int, str]) -> None:
        """Have a person look where a written answer was left alone and a text was added."""
        open_still = [
            here
            for here, own in enumerate(self.own)
            if own.cell_type == "markdown"
            and _is_solution(own)
            and _grades(own)
            and written.untouched(texts.get(here, text_of(own.source)))
            and not written.kept_text(self.entries.get(self.names[here]))
        ]
        for there in loose:
            prose = self._kind(there) != "code" or not self._read(self._text(there)).states
            if not open_still or not prose or not self._text(there).strip():
                continue
            before = [here for here in open_still if here <= anchors[there]]
            self._note("beside", before[-1] if before else open_still[0], self._text(there))

    def _as_added(self, there: int) -> NotebookNode:
        """A cell as its maker's own: nothing that it says of itself counts."""
        cell = self.cells[there]
        code = self._kind(there) == "code"
        own: NotebookNode = (new_code_cell if code else new_markdown_cell)(self._text(there))  # type: ignore[no-untyped-call]
        if not code and isinstance(cell.get("attachments"), dict):
            own.attachments = cell["attachments"]
        if code:
            _put_out(own, cell)
        own.id = ""
        return own

    def _name_added(self, cells: Sequence[NotebookNode]) -> None:
        """Give each cell that a trainee added an id, the same on each run, that no released cell has."""
        own = {*self.names, *(str(cell.get("id", "")) for cell in self.own)}
        free = (name for number in count(1) if (name := ADDED.format(number=number)) not in own)
        for cell in cells:
            cell.id = cell.get("id") or next(free)

    # -- what is said of it

    def _note_moves(self) -> None:
        """Note which cells do not stand in the order in which they were handed out: as few as explain it."""
        order = [(there, here) for there, here in sorted(self.place.items()) if self._matters(here)]
        seen: dict[int, int] = {}
        for there, here in order:
            seen.setdefault(here, there)
        first = [here for here, _there in sorted(seen.items(), key=lambda each: each[1])]
        in_order = _longest_rise(first)
        for here in first:
            if here not in in_order:
                self._note("moved", here)

    def _matters(self, here: int) -> bool:
        return bool(_about(self.own[here])) or self.own[here].cell_type == "code"

    def _note_bindings(self, cells: Sequence[NotebookNode]) -> None:
        """Note where a trainee's code gives another value to what the course's own locked cells bind."""
        opening = [text_of(cell.source) for cell in self.own if _is_the_courses(cell) and not is_test(cell)]
        solved = frozenset[str]().union(*map(bound, self.solved.values()))
        courses = frozenset[str]().union(*map(bound, opening)) - solved
        brought = frozenset[tuple[str, str, str]]().union(*(read(each).imported for each in opening))
        by_name = dict(zip(self.names, self.own, strict=True))
        for cell in cells:
            own = by_name.get(cell_name(cell))
            if cell.cell_type != "code" or (own is not None and _plain(text_of(own.source)) == _plain(cell.source)):
                continue
            code = self._read(cell.source)
            again = {name for *_where, name in code.imported & brought}
            names = sorted((code.bound & courses) - again)
            if names:
                self.repairs.append(Repair("bound", cell_name(cell), ", ".join(names)[:KEPT]))

    def _note(self, kind: Kind, here: int, text: str = "") -> None:
        self.repairs.append(Repair(kind, self.names[here], text[:KEPT]))

    def _text(self, there: int) -> str:
        return text_of(self.cells[there].get("source", ""))

    def _read(self, text: str) -> Code:
        """What a submitted text binds; nothing where the notebook holds more than anybody writes."""
        if text not in self._code:
            self._room -= len(text)
            self._code[text] = read(text) if self._room >= 0 else Code()
        return self._code[text]

    def _kind(self, there: int) -> str:
        return str(self.cells[there].get("cell_type", ""))


def _longest_rise(numbers: Sequence[int]) -> Collection[int]:
    """Return the most of some numbers that stand in rising order.

    >>> sorted(_longest_rise([4, 1, 2, 3]))
    [1, 2, 3]
    """
    ends: list[int] = []
    at: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        place = bisect_left(ends, number)
        before[number] = at[place - 1] if place else None
        ends[place : place + 1] = [number]
        at[place : place + 1] = [number]
    found: set[int] = set()
    last: int | None = at[-1] if at else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found


def _node(stated: Mapping[str, Any]) -> NotebookNode:
    """A node of its own; what is in it is shared."""
    return NotebookNode(stated)  # type: ignore[no-untyped-call]


def _put_out(own: NotebookNode, cell: Mapping[str, Any]) -> None:
    """Leave what stands below a cell of a submission: nbgrader's next step clears it, unless nothing is to be run."""
    outputs, count = cell.get("outputs"), cell.get("execution_count")
    own.outputs = [from_dict(each) for each in outputs] if isinstance(outputs, list) else []  # type: ignore[no-untyped-call]
    own.execution_count = count if type(count) is int else None


def _plain(text: str) -> str:
    """A text without the spaces at the ends of its lines and around it."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _about(cell: Any) -> dict[str, Any]:
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return dict(about) if isinstance(about, Mapping) else {}


def _grade_id(cell: Any) -> str:
    name = _about(cell).get("grade_id")
    return name if isinstance(name, str) else ""


def _is_solution(cell: Any) -> bool:
    return _about(cell).get("solution") is True


def _grades(cell: Any) -> bool:
    return _about(cell).get("grade") is True


def _is_the_courses(cell: Any) -> bool:
    """Whether a released cell is not there to be worked in."""
    about = _about(cell)
    return not about.get("solution") and bool(about.get("locked") or about.get("grade") or about.get("task"))


def alternatives(nb: NotebookNode, repairs: Sequence[Repair]) -> list[NotebookNode]:
    """Return a rebuilt notebook once more for each answer that does not count since a later copy of its cell does."""
    found = []
    copied = [repair for repair in repairs if repair.kind == "copied" and repair.text]
    # A copy of a notebook of ten thousand cells takes a second and ten megabytes.
    for repair in copied[:MOST_ALTERNATIVES]:
        other = deepcopy(nb)
        for cell in other.cells:
            if cell_name(cell) == repair.cell:
                cell.source = repair.text
            elif not _about(cell) and cell.source == repair.text:
                # Where it stands as a cell of its own it would run twice.
                cell.source = ""
        found.append(other)
    return found
