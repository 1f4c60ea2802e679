"""A test of our course that cannot be judged sealed fails the build: decided on the author's solution, where it runs.

What was judged once with the same code, answers, package and data is not judged again, in whichever edition or language
it stands. Builds of two languages at the same time share the work: each judges what the other is not at.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from copy import deepcopy
from pathlib import Path
from typing import Any

from servicelab.course.handin import answers_file
from servicelab.course.layout import GRADED
from servicelab.files.lock import Held, locked
from servicelab.files.whole import write_whole
from servicelab.grading.reference import unmet
from servicelab.grading.run.conducting import Reached
from servicelab.grading.run.ready import begun
from servicelab.learn.whereabouts import read_json
from servicelab.publish.executed import MEANT
from servicelab.publish.findings import Finding, stop_on
from servicelab.publish.nbgrader_rules import strip
from servicelab.publish.nodes import read_node
from servicelab.publish.sources import load_course
from servicelab.publish.stamp import State

KEPT = "build/cache/judged"
REMEDY = "Have the test ask for builtin values, numpy and pandas, and the cells read the firm's tables alone"


def judge(tree: Path, root: Path, sources: State) -> None:
    """Have the sealed engine judge the author's solution of every exercise and analysis in a built tree.

    Where the machine shuts nothing in, nothing is judged sealed, and nothing is decided.

    Parameters
    ----------
    tree
        An edition with the author's solutions, executed.
    root
        The checkout.
    sources
        The state of what it was built from.

    Raises
    ------
    SourceMistakes
        A test does not give the author's solution all its points.
    """
    meant = {name: state[2] for name, state in sorted(sources.items()) if name.startswith(MEANT)}
    basis = json.dumps([sys.version, meant])
    found: list[Finding] = []
    waiting = [(path, root / KEPT / _key(basis, read_node(path), path)) for path in _graded(tree)]
    with ExitStack() as open_still:
        reached: Any = ...
        # First what nobody is at; then whatever of the rest was not found sound by whoever was.
        for patience in (0, math.inf):
            others = []
            for path, kept in waiting:
                if kept.is_file():
                    continue
                try:
                    with locked(kept.with_suffix(".lock"), patience=patience):
                        if kept.is_file():
                            continue
                        if reached is ...:
                            reached = open_still.enter_context(begun())
                        if reached is None:
                            return
                        wrong = _unmet(path, reached)
                        if wrong:
                            found += _findings(root, read_node(path), wrong)
                        else:
                            write_whole(kept, "")
                except Held:
                    others.append((path, kept))
            waiting = others
    stop_on(found)


def _unmet(path: Path, reached: Reached) -> dict[str, str]:
    notebook = read_node(path)
    return unmet(notebook, strip(deepcopy(notebook)).cells, path.parent, reached, as_stock=False)


def _graded(tree: Path) -> Iterator[Path]:
    for kind in GRADED:
        yield from sorted(tree.glob(f"assignments/*/{kind}.ipynb"))


def _key(basis: str, notebook: Any, path: Path) -> str:
    """The name of what is judged: its code and its right answers; its words are another language's in each."""
    cells = [
        (cell.id, cell.source, cell.metadata.get("nbgrader")) for cell in notebook.cells if cell.cell_type == "code"
    ]
    answers = read_json(path.with_name(answers_file(path.stem))).get("entries")
    return hashlib.blake2b(json.dumps([basis, cells, answers], sort_keys=True).encode(), digest_size=20).hexdigest()


def _findings(root: Path, notebook: Any, wrong: dict[str, str]) -> Iterator[Finding]:
    about = notebook.metadata["servicelab"]
    document = load_course(root).units[about["module"]].documents[about["kind"]]
    lines = {cell.name: cell.line for cell in document.cells}
    for name, why in wrong.items():
        problem = f"the author's own solution does not meet this test where it is judged sealed ({why})"
        yield Finding(document.file, lines.get(name, 0), name, problem, REMEDY)
