"""A value is weighed by Python's rules wherever it lies and whatever its class says; an error tells one line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from tests.grading.conftest import TRIAL, about, answers, fill, pack, put

from servicelab.grading.autograding import grade
from servicelab.grading.bounded import BoundedExecute
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.returning import feedback
from servicelab.grading.run.ready import UNSEALED

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading")]

YES = """\
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return True
    def __hash__(self): return hash(1)
    def __sub__(self, other): return 0.0
    def __abs__(self): return 0.0
    def __float__(self): return 0.4
"""


def giving(value: str, before: str = "", yes: str = YES) -> str:
    return f"{yes}\n{before}\ndef share(values):\n    return {value}"


AGREEABLE = {
    "nowhere": giving("Yes()", f"space = {{}}\nexec({YES!r}, space)\nYes = space['Yes']", yes=""),
    "numpys": giving("Yes()", f"space = {{'__name__': 'numpy'}}\nexec({YES!r}, space)\nYes = space['Yes']", yes=""),
    "borrowed": giving(
        "Yes()",
        "import functools\nYes.__module__ = 'fractions'\n"
        "for name in ('eq', 'ne', 'lt', 'gt', 'le', 'ge'):\n"
        "    setattr(Yes, f'__{name}__', functools.partialmethod(lambda *given: True))\n"
        "Yes.__sub__ = functools.partialmethod(lambda *given: 0.0)",
        yes="class Yes:\n    pass",
    ),
    "imported": giving(
        "Yes()",
        f"import sys\nfrom pathlib import Path\nPath('mine.py').write_text({YES!r})\nsys.path.insert(0, '.')\n"
        "from mine import Yes",
        yes="",
    ),
    "array": giving("np.array([Yes()], dtype=object)", "import numpy as np"),
    "in-array": giving("np.array([[Yes()], 1], dtype=object)[:1]", "import numpy as np"),
    "series": giving("pd.Series([Yes()], dtype=object)", "import pandas as pd"),
}
"""A share that computes nothing, and agrees with whatever it is compared with."""
BEFORE = f"""\
import decimal, plistlib
import numpy as np
import pandas as pd
{YES}
class Subclass(pd.Series):
    def __eq__(self, other): return pd.Series([True])
"""
HOLDS = {
    "set": ("{Yes()}", "found == {1}"),
    "frozen": ("frozenset([Yes()])", "found == frozenset([1])"),
    "column": ("pd.DataFrame({'a': [1], 'b': pd.Series([Yes()], dtype=object)})", "(found['b'] == 1).all()"),
    "in-cells": ("pd.Series([[Yes()]])", "found[0] == [1]"),
    "ragged": ("np.array([[1, Yes()], [2]], dtype=object)", "found[0] == [1, 1]"),
    "alone": ("np.array(Yes(), dtype=object)", "bool(found == 1)"),
    "below": ("Subclass([2])", "not isinstance(found == 1, bool)"),
}
"""What holds a value that agrees, and the comparison that it would win."""
SOUND = {
    "texts": ("np.array(['one', 2, None], dtype=object)", "list(found) == ['one', 2, None]"),
    "uneven": ("np.array([[1, 2], [3]], dtype=object)", "found[0] == [1, 2]"),
    "table": ("pd.DataFrame({'a': ['one', 'two'], 'b': [1.5, 2.5]}, index=[3, 4])", "found.loc[4, 'a'] == 'two'"),
    "lists": ("pd.Series([[1], [2]], index=['x', 'y'], name='z')", "found['y'] == [2] and found.name == 'z'"),
    "decimal": ("pd.Series([decimal.Decimal('0.4')])", "found[0] == decimal.Decimal('0.4')"),
    "sets": ("{1, 2}", "found == {2, 1}"),
}
"""Values of Python's and of libraries', one of them loaded by the notebook alone: they are what they are."""
STAYS = {"later": ("plistlib.UID(3)", "found == plistlib.UID(3)")}
"""A library's value that is no plain one: by kernels it is what it is; sealed, it stays where it was made."""
SPELLS = f"""\
def share(values):
    if len(values) == 1:
        return 1
    return go(list(repr(values).encode()))
{chr(10).join(f"def f{number}(rest): return go(rest)" for number in range(128))}
def go(rest):
    if not rest:
        raise KeyError
    return globals()["f%d" % rest[0]](rest[1:])
"""
"""It spells what it was called with by the functions that call each other when it fails."""


@pytest.fixture(scope="module")
def judged(released: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = tmp_path_factory.mktemp("unsaid")
    shutil.copytree(released.root, root / "grading")
    course = Course.at(root / "grading")
    for name, code in {**AGREEABLE, "spells": SPELLS}.items():
        put(root / "inbox", f"{name}.zip", pack(name, fill(released, code=code), answers({})))
    collect(TRIAL, [root / "inbox"], course=course)
    grade(TRIAL, course=course, workers=4)
    feedback(TRIAL, course=course)
    return course


@pytest.mark.parametrize("name", AGREEABLE)
def test_a_value_that_agrees_with_everything_earns_nothing(name: str, judged: Course) -> None:
    with judged.gradebook() as book:
        assert book.find_submission(TRIAL, name).score == 0


def test_an_error_tells_the_line_it_came_from_and_not_the_way_there(judged: Course) -> None:
    text = (judged.feedback / "spells" / TRIAL / "exercise.html").read_text(encoding="utf-8")
    text = unescape(re.sub(r"<[^>]*>", "", text))
    assert re.findall(r"----> \d+ (.*)", text) == ["        raise KeyError"]


@pytest.fixture(scope="module", params=["sealed", "kernels"])
def weighed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, list[NotebookNode]]]:
    """What a test of each value put out, all of them in one notebook."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "kernels":
            patch.setenv(UNSEALED, "1")
        yield weigh(tmp_path_factory.mktemp("weighed"))


def weigh(place: Path) -> dict[str, list[NotebookNode]]:
    cells = []
    for name, (value, comparison) in (HOLDS | SOUND | STAYS).items():
        solved = new_code_cell(f"{BEFORE}\nfound = {value}", metadata=about(f"{name}-value", solution=True))
        judges = new_code_cell(
            f"import decimal, plistlib\nassert {comparison}",
            metadata=about(name, locked=True, grade=True, points=1),
        )
        cells += [solved, judges]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    made, _resources = BoundedExecute(timeout=60).preprocess(notebook, {"metadata": {"path": str(place)}})
    return {each.metadata.nbgrader.grade_id: each.outputs for each in made.cells}


@pytest.mark.parametrize("name", HOLDS)
def test_what_holds_a_value_that_agrees_is_no_way_around(name: str, weighed: dict[str, list[NotebookNode]]) -> None:
    assert [each.get("ename") for each in weighed[name]] == ["AssertionError"]


@pytest.mark.parametrize("name", SOUND)
def test_values_of_pythons_and_of_libraries_are_what_they_are(
    name: str, weighed: dict[str, list[NotebookNode]]
) -> None:
    assert [each.get("data") for each in weighed[name]] == [{"text/plain": "1.0"}]


def test_a_librarys_value_that_is_no_plain_one_counts_where_it_was_made(
    weighed: dict[str, list[NotebookNode]], request: pytest.FixtureRequest
) -> None:
    (came,) = weighed["later"]
    by_kernels = request.node.callspec.params["weighed"] == "kernels"
    assert came.get("data") == ({"text/plain": "1.0"} if by_kernels else None)
    assert by_kernels or came["ename"] == "AssertionError"
