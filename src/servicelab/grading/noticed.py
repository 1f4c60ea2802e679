"""What whoever marks should look at in a submission's code: it changes no score, and it stands with its evidence.

Some of it the engine met: a cell that ended Python, did not stop or flooded, a value that says itself what it equals.
The rest is read, not run: a line that reaches for what no task of the course needs. It can be innocent, so it is a line
to look at and no verdict; and nothing rests on its being found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nbformat.notebooknode import NotebookNode

from servicelab.grading.bindings import LONGEST
from servicelab.grading.outcomes import DIED, LATE, TOO_LONG, TOO_MUCH, UNSTOPPABLE, Cause, cause_of
from servicelab.grading.statements import state, stated
from servicelab.grading.whose import Whose, cell_name
from servicelab.i18n import _, later
from servicelab.learn.whereabouts import shown

Kind = Literal["ended", "endless", "flooded", "compared", "protocol", "forged", "reaches"]
NOTICED = "servicelab_noticed"
"""By which nbgrader's steps hand on what was noticed, and metadata of a graded notebook."""
MOST = 20
"""How much of one notebook is told."""
SHOWN = 160
"""Characters of a line that are shown."""
MET: dict[Cause, Kind] = {DIED: "ended", UNSTOPPABLE: "endless", TOO_LONG: "endless", TOO_MUCH: "flooded"}
REACHES = re.compile(
    r"\b(ctypes|cffi|socket|subprocess|multiprocessing|_getframe|settrace|setprofile|gi_frame|f_back|f_globals|tb_frame"
    r"|ast_transformers|input_transformers\w*|get_ipython|os\.(kill\w*|fork\w*|_exit|system|popen|exec\w+|ptrace)"
    r"|__subclasses__|__globals__|__code__|__builtins__|import\s+(requests|builtins)|urlopen|sitecustomize|usercustomize"
    r"|gradebook|autograded)\b|/proc\b|/etc/"
)
"""What no task of a course needs to reach for."""


@dataclass(frozen=True)
class Noticed:
    """One thing to look at.

    Attributes
    ----------
    kind
        `ended`: a cell ended Python. `endless`: it did not stop in time. `flooded`: it put out more than it may.
        `compared`: a test met a value that says itself what it equals. `protocol`: what runs there spoke to the engine
        in words that no cell has. `forged`: of the tests that kernels judge, one
        that has to fail did not. `reaches`: a line reaches for what no task
        needs.
    cell
        The cell.
    line
        The line, where there is one.
    """

    kind: Kind
    cell: str
    line: str = ""


def noticed(nb: NotebookNode, whose: Whose, seen: Sequence[Noticed] = ()) -> list[Noticed]:
    """Return what to look at in a notebook that was run.

    Parameters
    ----------
    nb
        The notebook, with what its cells put out.
    whose
        Whose each of its cells is.
    seen
        What the engine noticed itself.
    """
    return [*seen, *_met(nb), *_reaching(nb, whose)][:MOST]


def _met(nb: NotebookNode) -> Iterator[Noticed]:
    for cell in nb.cells:
        for each in cell.get("outputs", []):
            cause = cause_of(each)
            # Interrupted in time, it has cost its maker half a minute of every run, and others wait for it.
            if kind := "endless" if each.get("ename") == LATE else cause and MET.get(cause):
                yield Noticed(kind, cell_name(cell))


def _reaching(nb: NotebookNode, whose: Whose) -> Iterator[Noticed]:
    for place, cell in enumerate(nb.cells):
        if cell.cell_type == "code" and not whose.unwritten(place) and len(cell.source) <= LONGEST:
            for line in cell.source.splitlines():
                if found := REACHES.search(line):
                    # The part that reaches, wherever in a long line it stands.
                    begin = max(0, found.start() - SHOWN // 2) if len(line.strip()) > SHOWN else 0
                    yield Noticed("reaches", cell_name(cell), line[begin:].strip()[:SHOWN])


def noticed_in(nb: Mapping[str, Any]) -> list[Noticed]:
    """Return what was noticed in a graded notebook, as `keep_noticed` wrote it into it."""
    return stated(nb, NOTICED, Noticed)


def keep_noticed(nb: NotebookNode, found: Sequence[Noticed]) -> None:
    """Write into a graded notebook what was noticed in it, in place of whatever it says itself."""
    state(nb, NOTICED, found)


def told(found: Iterable[Noticed]) -> list[str]:
    """Return what was noticed, a clause a kind and cell, in the running language."""
    words: dict[Kind, str] = {
        "ended": later("{cell} ended Python, or used more memory than there is"),
        "endless": later("{cell} did not stop in time"),
        "flooded": later("{cell} put out more than it may"),
        "compared": later("{cell} met a value that says itself what it equals; it equals nothing here"),
        "protocol": later("{cell} spoke to the engine in words that no cell has, and was ended"),
        "forged": later("{cell}: a check that has to fail did not, so nothing that kernels judged counts"),
        "reaches": later("{cell} reaches for what no task needs: {line}"),
    }
    clauses = ((words[each.kind], each) for each in dict.fromkeys(found))
    # On a terminal, a line could wipe out what stands around it; on a page, turn it round.
    return [_(clause, cell=shown(each.cell, SHOWN), line=shown(each.line, SHOWN)) for clause, each in clauses]
