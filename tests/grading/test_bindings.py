"""Which names a cell binds or writes into: those that stand after it, and no scope's own."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from tests.grading.conftest import about

from servicelab.grading.bindings import bound
from servicelab.grading.skeleton import rebuilt

BINDS = {
    "x = [each for each in rows]": {"x"},
    "x = {a: b for a, (b, *c) in rows if any(d for d in b)}": {"x"},
    "x = [seen := each for each in rows]": {"x", "seen"},
    "x = (each - 1 for each in (live, logs))": {"x"},
    "best = max(rows, key=lambda each: each[0])": {"best"},
    "for i, row in rows:\n    pass": {"i", "row"},
    "with open('a') as file:\n    del old": {"file", "old"},
    "def f(a, *b, k=1, **c):\n    a = k = 2\n    import os\n    return [q for q in b]": {"f"},
    "def f():\n    global total\n    total = 1": {"f", "total"},
    "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1": {"f"},
    "def f(rows):\n    rows['a'] = 1\n    table['a'] = frame.a.b = 2": {"f", "table", "frame"},
    "class A:\n    b = 1\n    def m(self):\n        self.v = table[0] = 1": {"A", "table"},
    "import numpy as np, os.path\nfrom math import pi": {"np", "os", "pi"},
    "[0 for rows[0] in pairs]": {"rows"},
    "this is no Python": set(),
}


@pytest.mark.parametrize("source", BINDS)
def test_a_cell_binds_what_stands_after_it(source: str) -> None:
    assert bound(source) == BINDS[source]


def test_a_deep_text_is_read_in_steps() -> None:
    assert bound("x = " + "+".join(["1"] * 900)) == {"x"}


@pytest.mark.parametrize("code", ["found = 1\nshare = found", "share = [each for each in (1, 2)]"])
def test_whoever_takes_a_name_that_only_the_courses_functions_use_is_not_told_of_it(code: str) -> None:
    opening = "def as_list(found):\n    found = [float(each) for each in found]\n    return found\n"
    opening += "most = as_list([1])\neach = 3"
    handed_out = [
        new_code_cell(opening, id="open", metadata=about("open", locked=True, cell_type="code")),
        new_code_cell(
            "raise NotImplementedError()", id="share", metadata=about("share", solution=True, cell_type="code")
        ),
    ]
    notebook = new_notebook(
        cells=[handed_out[0].copy(), new_code_cell(code, id="share", metadata=handed_out[1].metadata)]
    )
    assert rebuilt(notebook, handed_out, {"share": "share = 1"}, {}).repairs == ()
    notebook.cells[1].source = f"most = 2\n{code}"
    (told,) = rebuilt(notebook, handed_out, {"share": "share = 1"}, {}).repairs
    assert (told.kind, told.text) == ("bound", "most")
