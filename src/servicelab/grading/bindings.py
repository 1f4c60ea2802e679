"""Which names a cell of code binds, or writes into; whoever wrote it, and whether or not it is Python at all."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeGuard

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

    What is a function's or a comprehension's own is gone after it, so the cell does not bind it.

    >>> sorted(read("def rise(found):\\n    each = found\\n    table['a'] = each").bound)
    ['rise', 'table']
    >>> sorted(read("sizes = [each for each in (1, 2)]").bound)
    ['sizes']
    """
    return _remembered(source) if len(source) <= SHORT else _read(source)


def _read(source: str) -> Code:
    tree = _parsed(source)
    if tree is None:
        return Code()
    imports: set[tuple[str, str, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            imports.update((origin, each.name, _known_as(each)) for each in node.names)
    said = any(not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)) for each in tree.body)
    return Code(frozenset(_bound(tree)), frozenset(imports), said)


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


Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def _bound(tree: ast.Module) -> set[str]:
    """The names that a cell binds or writes into, wherever it does; without what is some scope's own.

    Steps instead of recursion: how deep a submitted text is, its maker decides.
    """
    names: set[str] = set()
    waiting: list[tuple[ast.AST, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        node, hidden = waiting.pop()
        names.update(_binds(node) - hidden)
        inner = hidden
        if isinstance(node, Function | Comprehension | ast.ClassDef):
            said_global, own = _own(node)
            inner = (hidden | own) - said_global
        waiting += [(child, inner) for child in ast.iter_child_nodes(node)]
    return names


def _binds(node: ast.AST) -> set[str]:
    """The names that one node binds or writes into, in whatever scope it stands."""
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        base: ast.expr = node
        while isinstance(base, ast.Attribute | ast.Subscript):
            base = base.value
        return {base.id} if isinstance(base, ast.Name) else set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {_known_as(each) for each in node.names}
    return set()


def _own(scope: ast.AST) -> tuple[set[str], set[str]]:
    """The names that a scope declares global, and those that are its own."""
    said_global: set[str] = set()
    own = (
        {node.arg for node in ast.walk(scope.args) if isinstance(node, ast.arg)}
        if isinstance(scope, Function)
        else set()
    )
    if isinstance(scope, Comprehension):
        targets = [generator.target for generator in scope.generators]
        return set(), {node.id for target in targets for node in ast.walk(target) if _is_bound(node)}
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Global):
            said_global.update(node.names)
        elif _is_bound(node):
            own.add(node.id)
        elif not isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            own.update(_binds(node))
        if isinstance(node, Comprehension):
            # What it names in passing (:=) is the scope's around it, what it goes through is not.
            waiting += [each.target for each in ast.walk(node) if isinstance(each, ast.NamedExpr)]
        elif not isinstance(node, Function | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return said_global, own


def _is_bound(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)


def _known_as(alias: ast.alias) -> str:
    return (alias.asname or alias.name).partition(".")[0]


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
