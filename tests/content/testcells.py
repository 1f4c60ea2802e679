"""A test cell run by itself on what a trainee has, and what nbgrader would give for it."""

from __future__ import annotations

import ast
import contextlib
import io
from typing import Any

from servicelab.publish.sources import Document


def marks(document: Document, cell: str, namespace: dict[str, Any]) -> tuple[float, str]:
    """Points and message of a test cell, by nbgrader's rule: an error 0, a last number itself, else all points."""
    test = document.cell(cell)
    assert test is not None
    tree = ast.parse(test.source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            exec(compile(tree, cell, "exec"), namespace)
        except AssertionError as error:
            return 0.0, str(error)
        if last is None:
            return float(test.nbgrader["points"]), said.getvalue()
        value = eval(compile(ast.Expression(last.value), cell, "eval"), namespace)  # type: ignore[attr-defined]
    # A NumPy number prints as np.float64(…), which nbgrader cannot read and gives full points for.
    assert type(value) is float
    assert 0 <= value <= test.nbgrader["points"]
    return value, said.getvalue()
