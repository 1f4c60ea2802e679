"""Which names a cell of code binds, or writes into; whoever wrote it, and whether or not it is Python at all."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 200_000
"""Characters up to which a cell is read."""
REMEMBERED, SHORT = 512, 8_000
"""How many cells are remembered, and how long: the course's own are in every submission, and are read once."""
MAGIC = ("%", "!", "?")


@dataclass(frozen=True)
class Code:
    """What is read of a cell: names that it binds, what it imports (from where, what, as what), if it states anything.

    `states` is false of prose, and of a comment or a text alone.
    """

    bound: frozenset[str] = frozenset()
    imported: frozenset[tuple[str, str, str]] = frozenset()
    states: bool = False


def read(source: str) -> Code:
    """Return what stands in a cell; nothing where it is no Python, or longer than is read.

    >>> code = read("import pandas as pd\\nfrom math import pi\\n%time\\nshare, table['a'] = 1, 2")
    >>> sorted(code.bound), sorted(code.imported)
    (['pd', 'pi', 'share', 'table'], [('', 'pandas', 'pd'), ('math', 'pi', 'pi')])
    >>> [read(each).states for each in ("x = 1", "We should fund packaging.", "# we should", "'because'", "ready")]
    [True, False, False, False, True]
    """
    return _remembered(source) if len(source) <= SHORT else _read(source)


def _read(source: str) -> Code:
    tree = _parsed(source)
    if tree is None:
        return Code()
    names: set[str] = set()
    imports: set[tuple[str, str, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            inner: ast.expr = node
            while isinstance(inner, ast.Attribute | ast.Subscript):
                inner = inner.value
            if isinstance(inner, ast.Name):
                names.add(inner.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            origin = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            imports.update((origin, each.name, (each.asname or each.name).partition(".")[0]) for each in node.names)
    names.update(name for *_from, name in imports)
    said = any(not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)) for each in tree.body)
    return Code(frozenset(names), frozenset(imports), said)


_remembered = lru_cache(REMEMBERED)(_read)


def bound(source: str) -> frozenset[str]:
    """Return the names that a cell binds, or into which it writes."""
    return read(source).bound


def modules(sources: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the modules that cells of code import whole: by which name each is known, and which.

    >>> modules(["import numpy as np, os.path", "from math import pi"])
    (('np', 'numpy'), ('os', 'os.path'))
    """
    found = {imported for source in sources for imported in read(source).imported}
    return tuple(sorted((name, module) for origin, module, name in found if not origin))


def _parsed(source: str) -> ast.Module | None:
    if len(source) > LONGEST:
        return None
    # IPython's own transformer reads a cell over and over, which whoever wrote the cell could make endless.
    plain = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith(MAGIC))
    with warnings.catch_warnings():
        # What Python thinks of how it is written would be printed to whoever grades.
        warnings.simplefilter("ignore")
        for text in (source, plain):
            try:
                return ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return None
