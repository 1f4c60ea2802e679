"""Which names a cell of code binds, or writes into; whoever wrote it, and whether or not it is Python at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator

LONGEST = 200_000
"""Characters up to which a cell is read."""
MAGIC = ("%", "!", "?")


def bound(source: str) -> frozenset[str]:
    """Return the names that a cell binds, or into which it writes; none where it is no Python.

    >>> sorted(bound("import pandas as pd\\n%time\\nshare, table['a'] = 1, 2"))
    ['pd', 'share', 'table']
    """
    found: set[str] = set()
    for node in _nodes(source):
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            inner: ast.expr = node
            while isinstance(inner, ast.Attribute | ast.Subscript):
                inner = inner.value
            if isinstance(inner, ast.Name):
                found.add(inner.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
    return frozenset(found)


def imported(source: str) -> frozenset[tuple[str, str, str]]:
    """Return what a cell imports: from which module, what, and under which name.

    >>> sorted(imported("import pandas as pd\\nfrom math import pi"))
    [('', 'pandas', 'pd'), ('math', 'pi', 'pi')]
    """
    found: set[tuple[str, str, str]] = set()
    for node in _nodes(source):
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            found.update((origin, each.name, (each.asname or each.name).partition(".")[0]) for each in node.names)
    return frozenset(found)


def is_python(source: str) -> bool:
    """Return whether a cell holds a statement of Python: neither prose nor a comment or a text alone.

    >>> [is_python(each) for each in ("x = 1", "We should fund packaging.", "# we should", "'because'", "ready")]
    [True, False, False, False, True]
    """
    tree = _parsed(source)
    return tree is not None and any(
        not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)) for each in tree.body
    )


def _nodes(source: str) -> Iterator[ast.AST]:
    tree = _parsed(source)
    return ast.walk(tree) if tree is not None else iter(())


def _parsed(source: str) -> ast.Module | None:
    if len(source) > LONGEST:
        return None
    # IPython's own transformer reads a cell over and over, which whoever wrote the cell could make endless.
    plain = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith(MAGIC))
    for text in (source, plain):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None
