"""What happens to honest notebooks: one edit each on a right submission, what it deserves, and what stock gives.

`SERVICELAB_RENEW=1 .venv/bin/python -m pytest tests/grading/test_accidents.py -k stock` has plain nbgrader grade every
one of them and writes down what it gives; the test fails when those rows are not of these very notebooks.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from tests.grading import stock
from tests.grading.conftest import ROOT, about
from tests.grading.stock import digest

from servicelab.grading.course import Course
from servicelab.grading.releasing import release_source

ASSIGNMENT = "78_accidents"
NAME = "exercise"
STOCK = Path(__file__).with_name("accidents_by_stock.json")
PAGE = ROOT / "docs" / "accidents.md"
WRITTEN = "Fund packaging: intact goods move 59 of 100, and only 12 say so."
POINTS = {"test-a": 4, "test-share": 3, "test-late": 3}
MARKED = 5
"""Points that a person gives for the written part."""

Edit = Callable[[Any], Any]


@dataclass(frozen=True)
class Accident:
    """One edit on a right submission.

    Attributes
    ----------
    says
        What happened, in a few words.
    edit
        The edit; it changes the notebook, or returns bytes to hand in instead.
    deserves
        Points from the autograder, of ten.
    waits
        The cells at which a person looks.
    kinds
        What is named as put right.
    helps
        Whether the work leans on a cell that its maker added.
    """

    says: str
    edit: Edit
    deserves: float = 10
    waits: frozenset[str] = frozenset({"c-why"})
    kinds: frozenset[str] = frozenset()
    helps: bool = False


def source() -> nbformat.NotebookNode:
    """The source of the assignment: decisions, a function, a table, a written judgement."""
    locked = {"locked": True, "cell_type": "code"}
    cells = [
        new_markdown_cell("# What happens to notebooks", id="title"),
        new_code_cell(
            "import pandas as pd\nfrom servicelab.learn import open_exercise\n"
            f"task = open_exercise({ASSIGNMENT!r})\n"
            'orders = pd.DataFrame({"days": [1, 2, 5, 9], "back": [0, 0, 1, 1]})',
            id="open",
            metadata=about("open", **locked),
        ),
        new_markdown_cell("## A · Decide", id="a"),
        new_code_cell('task.decide("a-voice")', id="show-a-voice"),
        new_code_cell("decisions = task.decisions()", id="decisions", metadata=about("decisions", **locked)),
        new_code_cell(
            '### BEGIN HIDDEN TESTS\n4.0 * (decisions["a-voice"] == "functional")\n### END HIDDEN TESTS',
            id="test-a",
            metadata=about("test-a", grade=True, points=4, **locked),
        ),
        new_markdown_cell("## B · A share, and who is late", id="b"),
        new_code_cell(
            "### BEGIN SOLUTION\ndef share(values):\n    return sum(values) / len(values)\n### END SOLUTION",
            id="share",
            metadata=about("share", solution=True, cell_type="code"),
        ),
        new_code_cell(
            "assert share([1]) == 1\n### BEGIN HIDDEN TESTS\nassert share([1, 0, 0, 0]) == 0.25\n### END HIDDEN TESTS",
            id="test-share",
            metadata=about("test-share", grade=True, points=3, **locked),
        ),
        new_markdown_cell("Now count.", id="b-late"),
        new_code_cell(
            '### BEGIN SOLUTION\nlate = orders[orders["days"] > 2]\nlate_back = share(late["back"])\n### END SOLUTION',
            id="late",
            metadata=about("late", solution=True, cell_type="code"),
        ),
        new_code_cell(
            "assert late_back is not None\n### BEGIN HIDDEN TESTS\nassert late_back == 1\n### END HIDDEN TESTS",
            id="test-late",
            metadata=about("test-late", grade=True, points=3, **locked),
        ),
        new_markdown_cell("## C · Say why", id="c"),
        new_markdown_cell(
            "### BEGIN SOLUTION\nPackaging.\n### END SOLUTION",
            id="c-why",
            metadata=about("c-why", grade=True, solution=True, points=MARKED, cell_type="markdown"),
        ),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


DECISIONS = {
    "decisions": [
        {
            "id": "a-voice",
            "prompt": "What kind of need is it?",
            "options": [{"id": "functional", "text": "functional"}, {"id": "emotional", "text": "emotional"}],
        }
    ]
}
SHARE = "def share(values):\n    return sum(values) / len(values)"
LATE = 'late = orders[orders["days"] > 2]\nlate_back = share(late["back"])'


def released_course(root: Path) -> Course:
    """A course with the assignment released."""
    root.mkdir(parents=True)
    for name in ("nbgrader_config.py", "jupyter_server_config.json"):
        shutil.copy(ROOT / "grading" / name, root)
    folder = root / "source" / ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(source(), folder / f"{NAME}.ipynb")
    (folder / "decisions.json").write_text(json.dumps(DECISIONS), encoding="utf-8")
    course = Course.at(root)
    release_source(ASSIGNMENT, course=course)
    return course


def right(course: Course) -> nbformat.NotebookNode:
    """A submission that is right in everything."""
    notebook = nbformat.read(course.release / ASSIGNMENT / f"{NAME}.ipynb", as_version=4)
    cell(notebook, "share").source = SHARE
    cell(notebook, "late").source = LATE
    cell(notebook, "c-why").source = WRITTEN
    return notebook


def answers() -> bytes:
    """The decisions, as the page keeps them."""
    entries = {"a-voice": {"kind": "decision", "value": "functional", "done": True, "at": "2026-11-20T08:59:00+00:00"}}
    sheet = {"format": 1, "notebook": f"{ASSIGNMENT}/{NAME}", "language": "en", "saved": "2026-11-20T09:00:00+00:00",
             "entries": entries, "activity": {}}  # fmt: skip
    return json.dumps(sheet).encode()


def handed_in(course: Course, accident: Accident) -> bytes:
    """The bytes of the notebook to which it happened."""
    notebook = right(course)
    made = accident.edit(notebook)
    return made if isinstance(made, bytes) else nbformat.writes(notebook).encode()


def cell(notebook: Any, name: str) -> Any:
    """A cell by its name."""
    return next(each for each in notebook.cells if each.get("id") == name)


def at(notebook: Any, name: str) -> int:
    """Where a cell stands."""
    return next(place for place, each in enumerate(notebook.cells) if each.get("id") == name)


# -- the edits


def _copy(notebook: Any, name: str, code: str | None = None, new: str = "copy") -> None:
    made = nbformat.from_dict(json.loads(json.dumps(cell(notebook, name))))
    made.id = new
    made.source = made.source if code is None else code
    notebook.cells.insert(at(notebook, name) + 1, made)


def _delete(*names: str) -> Edit:
    def edit(notebook: Any) -> None:
        notebook.cells = [each for each in notebook.cells if each.id not in names]

    return edit


def _move(name: str, to: int) -> Edit:
    def edit(notebook: Any) -> None:
        moved = notebook.cells.pop(at(notebook, name))
        notebook.cells.insert(to if to >= 0 else len(notebook.cells), moved)

    return edit


def _cut_and_pasted(name: str, after: str) -> Edit:
    """JupyterLab gives a pasted cell another id."""

    def edit(notebook: Any) -> None:
        moved = notebook.cells.pop(at(notebook, name))
        moved.id = "pasted"
        notebook.cells.insert(at(notebook, after) + 1, moved)

    return edit


def _retype(name: str, kind: str) -> Edit:
    def edit(notebook: Any) -> None:
        old = cell(notebook, name)
        make = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}[kind]
        notebook.cells[at(notebook, name)] = make(old.source, id=old.id, metadata=old.metadata)

    return edit


def _relabel(name: str, **about: Any) -> Edit:
    def edit(notebook: Any) -> None:
        cell(notebook, name).metadata.nbgrader.update(about)

    return edit


def _change(name: str, text: str, *, unlock: bool = False) -> Edit:
    def edit(notebook: Any) -> None:
        cell(notebook, name).source = text
        if unlock:
            cell(notebook, name).metadata.nbgrader["locked"] = False
            cell(notebook, name).metadata.pop("editable", None)

    return edit


def _bare(*names: str) -> Edit:
    """Cells without their metadata, as other programs leave them; all of them where none is named."""

    def edit(notebook: Any) -> None:
        for each in notebook.cells:
            if not names or each.id in names:
                each.metadata = type(each.metadata)()

    return edit


def _nameless(notebook: Any) -> None:
    _bare()(notebook)
    for number, each in enumerate(notebook.cells):
        each.id = f"x{number}"


def _add(after: str, text: str, kind: str = "code", new: str = "mine") -> Edit:
    def edit(notebook: Any) -> None:
        make = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}[kind]
        notebook.cells.insert(at(notebook, after) + 1, make(text, id=new))

    return edit


def _stub(name: str) -> Edit:
    def edit(notebook: Any) -> None:
        cell(notebook, name).source = (
            "YOUR ANSWER HERE · 请在此作答" if name == "c-why" else "# YOUR CODE HERE\nraise NotImplementedError()"
        )

    return edit


def _all(*edits: Edit) -> Edit:
    def edit(notebook: Any) -> Any:
        made = None
        for each in edits:
            made = each(notebook)
        return made

    return edit


def _older(notebook: Any) -> bytes:
    """As notebook format 3, in which cells have no ids and stand in worksheets."""
    old = nbformat.convert(notebook, 3)
    return nbformat.writes(old, version=3).encode()


def _marked(notebook: Any) -> bytes:
    """With the mark that some editors put before a text."""
    return b"\xef\xbb\xbf" + nbformat.writes(notebook).encode()


def _wide(notebook: Any) -> bytes:
    return nbformat.writes(notebook).encode("utf-16")


def _cut_short(notebook: Any) -> bytes:
    whole = nbformat.writes(notebook).encode()
    return whole[: len(whole) // 2]


def _without_ids(notebook: Any) -> bytes:
    stated = json.loads(nbformat.writes(notebook))
    for each in stated["cells"]:
        each.pop("id")
    stated["nbformat_minor"] = 4
    return json.dumps(stated).encode()


def _split(notebook: Any) -> None:
    """JupyterLab's Split Cell: both halves keep the metadata."""
    half, rest = LATE.split("\n")
    cell(notebook, "late").source = half
    _copy(notebook, "late", rest, "second-half")


def _merged(notebook: Any) -> None:
    """JupyterLab's Merge Cells: a solution took in the helper below it, and its own test."""
    cell(notebook, "share").source += "\n\n" + cell(notebook, "test-share").source
    _delete("test-share")(notebook)


ACCIDENTS: dict[str, Accident] = {
    "nothing": Accident("nothing happened", lambda notebook: None),
    "copied-test": Accident("a test was copied", lambda nb: _copy(nb, "test-share"), kinds=frozenset({"copied"})),
    "copied-open": Accident("the first cell was copied", lambda nb: _copy(nb, "open"), kinds=frozenset({"copied"})),
    "copied-answer": Accident("an answer was copied", lambda nb: _copy(nb, "share"), kinds=frozenset({"copied"})),
    "copied-stub": Accident(
        "a copy of the empty place stands below the answer",
        lambda nb: _copy(nb, "share", "# YOUR CODE HERE\nraise NotImplementedError()"),
        kinds=frozenset({"copied"}),
    ),
    "copied-better": Accident(
        "a first try stands above the answer, in a copy of its cell",
        _all(_change("share", "def share(values):\n    return len(values)"), lambda nb: _copy(nb, "share", SHARE)),
        waits=frozenset({"c-why", "test-share", "test-late"}),
        kinds=frozenset({"copied"}),
    ),
    "copied-same-worth": Accident(
        "two answers in copies, both right",
        lambda nb: _copy(nb, "share", "def share(v):\n    return sum(v) / len(v)"),
        kinds=frozenset({"copied"}),
    ),
    "copied-written": Accident(
        "the written answer was copied and the copy emptied",
        lambda nb: _copy(nb, "c-why", "YOUR ANSWER HERE · 请在此作答"),
        kinds=frozenset({"copied"}),
    ),
    "split": Accident(
        "an answer was split into two cells",
        _split,
        waits=frozenset({"c-why", "test-late"}),
        kinds=frozenset({"copied"}),
    ),
    "merged": Accident("an answer was merged with its test", _merged, kinds=frozenset({"missing"})),
    "no-tests": Accident(
        "all tests were deleted", _delete("test-a", "test-share", "test-late"), kinds=frozenset({"missing"})
    ),
    "no-test": Accident("one test was deleted", _delete("test-share"), kinds=frozenset({"missing"})),
    "no-decisions": Accident(
        "the cell that reads decisions was deleted", _delete("decisions"), kinds=frozenset({"missing"})
    ),
    "no-open": Accident("the first cell was deleted", _delete("open"), kinds=frozenset({"missing"})),
    "no-show": Accident("a question's own cell was deleted", _delete("show-a-voice"), kinds=frozenset({"missing"})),
    "no-words": Accident("every text around the work was deleted", _delete("title", "a", "b", "b-late", "c")),
    "no-answer": Accident("an answer was deleted", _delete("share"), deserves=4, kinds=frozenset({"missing"})),
    "no-written": Accident(
        "the written answer was deleted", _delete("c-why"), waits=frozenset(), kinds=frozenset({"missing"})
    ),
    "test-first": Accident("a test was moved to the top", _move("test-share", 0), kinds=frozenset({"moved"})),
    "open-last": Accident("the first cell was moved to the end", _move("open", -1), kinds=frozenset({"moved"})),
    "pasted-answer": Accident(
        "an answer was cut and pasted below its test",
        _cut_and_pasted("share", "test-share"),
        kinds=frozenset({"moved"}),
    ),
    "reversed": Accident("the page stands upside down", lambda nb: nb.cells.reverse(), kinds=frozenset({"moved"})),
    "answer-as-text": Accident("an answer was made a text", _retype("share", "markdown"), kinds=frozenset({"retyped"})),
    "answer-raw": Accident("an answer was made raw", _retype("late", "raw"), kinds=frozenset({"retyped"})),
    "written-as-code": Accident(
        "the written answer was made code", _retype("c-why", "code"), kinds=frozenset({"retyped"})
    ),
    "test-as-text": Accident("a test was made a text", _retype("test-late", "markdown"), kinds=frozenset({"retyped"})),
    "unlocked-test": Accident(
        "a test was unlocked and changed",
        _change("test-share", "1 + 1", unlock=True),
        kinds=frozenset({"changed", "relabelled"}),
    ),
    "changed-test": Accident("a test was changed", _change("test-late", "pass"), kinds=frozenset({"changed"})),
    "emptied-test": Accident("a test was emptied", _change("test-late", ""), kinds=frozenset({"changed"})),
    "changed-open": Accident(
        "the first cell got a line more",
        lambda nb: setattr(cell(nb, "open"), "source", cell(nb, "open").source + "\nimport numpy as np"),
        kinds=frozenset({"changed"}),
    ),
    "points": Accident(
        "the points of a test were changed", _relabel("test-share", points=1), kinds=frozenset({"relabelled"})
    ),
    "renamed": Accident(
        "a test was renamed", _relabel("test-share", grade_id="my-test"), kinds=frozenset({"relabelled"})
    ),
    "ungraded": Accident(
        "a test was told not to be one", _relabel("test-share", grade=False), kinds=frozenset({"relabelled"})
    ),
    "not-written": Accident(
        "the written answer was told not to be one",
        _relabel("c-why", solution=False, grade=False),
        kinds=frozenset({"relabelled"}),
    ),
    "bare": Accident("every cell lost its metadata", _bare(), kinds=frozenset({"relabelled"})),
    "bare-answers": Accident(
        "the answers lost their metadata", _bare("share", "late", "c-why"), kinds=frozenset({"relabelled"})
    ),
    "nameless": Accident("every cell lost metadata and name", _nameless, kinds=frozenset({"relabelled"})),
    "not-metadata": Accident(
        "an answer's nbgrader metadata is a text",
        lambda nb: cell(nb, "share").metadata.update(nbgrader="graded"),
        kinds=frozenset({"relabelled"}),
    ),
    "no-ids": Accident("saved by a program that knows no ids", _without_ids),
    "format-3": Accident("saved in notebook format 3", _older),
    "bom": Accident("saved with a byte order mark", _marked),
    "utf-16": Accident("saved as what Notepad calls Unicode", _wide),
    "cut-short": Accident(
        "half of the file is missing: what its answers file holds",
        _cut_short,
        deserves=4,
        waits=frozenset(),
        kinds=frozenset({"unreadable"}),
    ),
    "kernel": Accident(
        "saved with another kernel",
        lambda nb: nb.metadata.update(kernelspec={"name": "conda-py39", "display_name": "Conda", "language": "python"}),
    ),
    "helper-function": Accident(
        "a helper stands in a cell of its own",
        _all(
            _change("share", "def share(values):\n    return mean(list(values))"),
            _add("b", "def mean(values):\n    return sum(values) / len(values)"),
        ),
        helps=True,
    ),
    "helper-import": Accident(
        "an import stands in a cell of its own",
        _all(_change("share", "def share(values):\n    return np.mean(list(values))"), _add("b", "import numpy as np")),
        helps=True,
    ),
    "helper-again": Accident(
        "pandas is imported once more",
        _all(
            _change("share", "def share(values):\n    return float(pd.Series(values).mean())"),
            _add("b", "import pandas as pd"),
        ),
        helps=True,
    ),
    "helper-value": Accident(
        "a limit stands in a cell of its own",
        _all(_change("late", 'late_back = share(orders[orders["days"] > limit]["back"])'), _add("b-late", "limit = 2")),
        helps=True,
    ),
    "helper-column": Accident(
        "a column was added in a cell of its own",
        _all(
            _change("late", 'late_back = share(orders[orders["slow"]]["back"])'),
            _add("b-late", 'orders = orders.assign(slow=orders["days"] > 2)'),
        ),
        kinds=frozenset({"bound"}),
        helps=True,
    ),
    "helper-two": Accident(
        "two helpers, one of which calls the other",
        _all(
            _change("share", "def share(values):\n    return over(list(values))"),
            _add("b", "def over(values):\n    return total(values) / len(values)", new="second"),
            _add("b", "def total(values):\n    return sum(values)", new="first"),
        ),
        helps=True,
    ),
    "helper-class": Accident(
        "a class stands in a cell of its own",
        _all(
            _change("share", "def share(values):\n    return Share(values).value"),
            _add("b", "class Share:\n    def __init__(self, values):\n        self.value = sum(values) / len(values)"),
        ),
        helps=True,
    ),
    "scratch-error": Accident("a cell at the end stops with an error", _add("c-why", "1 / 0")),
    "scratch-test": Accident(
        "a copy of a test was worked in",
        lambda nb: _copy(nb, "test-share", "print(share([1, 1, 0]))"),
        kinds=frozenset({"copied"}),
    ),
    "answer-below": Accident(
        "an answer stands in a new cell below its test",
        _all(_stub("late"), _add("test-late", LATE)),
        kinds=frozenset({"elsewhere"}),
    ),
    "answer-at-end": Accident(
        "both answers stand in new cells at the end",
        _all(_stub("share"), _stub("late"), _add("c-why", LATE, new="two"), _add("c-why", SHARE, new="one")),
        kinds=frozenset({"elsewhere"}),
    ),
    "answer-in-two": Accident(
        "an answer stands in two new cells below its test",
        _all(
            _stub("late"),
            _add("test-late", 'late_back = share(late["back"])', new="two"),
            _add("test-late", 'late = orders[orders["days"] > 2]', new="one"),
        ),
        kinds=frozenset({"elsewhere"}),
    ),
    "written-below": Accident(
        "the written answer stands in a new cell below",
        _all(_stub("c-why"), _add("c-why", WRITTEN, "markdown")),
        kinds=frozenset({"beside"}),
    ),
    "written-in-code": Accident(
        "the written answer stands in a new code cell",
        _all(_stub("c-why"), _add("c-why", WRITTEN)),
        kinds=frozenset({"beside"}),
    ),
    "written-above": Accident(
        "the written answer stands in a new cell above",
        _all(_stub("c-why"), _add("c", WRITTEN, "raw")),
        kinds=frozenset({"beside"}),
    ),
    "overwritten": Accident(
        "a new cell gives the decisions another value",
        _add("open", 'decisions = {"a-voice": "emotional"}'),
        kinds=frozenset({"bound"}),
    ),
}
"""Name → what happened. The last is what somebody would do who wants points; it is named, and changes nothing."""


# -- what stock nbgrader gives


def stamp() -> str:
    """A hash of the notebooks that stock grades, without what differs from run to run."""
    with tempfile.TemporaryDirectory() as folder:
        course = released_course(Path(folder) / "grading")
        return digest({name: hashlib.sha256(handed_in(course, each)).hexdigest() for name, each in ACCIDENTS.items()})


def graded_by_stock(_stale: list[str]) -> dict[str, dict[str, float | None]]:
    """What plain nbgrader gives for each; None where it gives nothing at all."""
    with tempfile.TemporaryDirectory() as folder:
        course = released_course(Path(folder) / "grading")
        for name, accident in ACCIDENTS.items():
            place = course.submitted / name / ASSIGNMENT
            place.mkdir(parents=True)
            (place / f"{NAME}.ipynb").write_bytes(handed_in(course, accident))
            (place / f"{NAME}.answers.json").write_bytes(answers())
        given = stock.alone(course, ASSIGNMENT, ACCIDENTS)
        return {ASSIGNMENT: {name: stock.points(each) for name, each in given.items()}}


def by_stock() -> dict[str, float | None]:
    """What plain nbgrader gave for each, as it is written down."""
    gives: dict[str, float | None] = stock.written_down(STOCK, {ASSIGNMENT: stamp()}, graded_by_stock)[ASSIGNMENT]
    return gives


def table(gives: Mapping[str, float | None]) -> str:
    """The page of documentation with every accident: what it deserves, at what a person looks, what stock gives."""
    lines = [
        "# What happens to honest notebooks",
        "",
        "One edit each on a submission that is right in everything: ten points by the autograder, and a written part",
        "that a person marks. `servicelab grade` gives what the second column says, a test holds it to that, and the",
        "report names what was put right. The last column is plain nbgrader's: `–` is no score at all.",
        "",
        "| what happened | points | a person looks at | nbgrader alone |",
        "|---|---|---|---|",
    ]
    for name, accident in ACCIDENTS.items():
        alone = gives[name]
        looks = ", ".join(sorted(accident.waits)) or "nothing"
        given = "–" if alone is None else f"{alone:g}"
        lines.append(f"| {accident.says} | {accident.deserves:g} | {looks} | {given} |")
    return "\n".join(lines) + "\n"
