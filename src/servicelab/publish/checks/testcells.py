"""Test cells read the learner's variables and call the learner's functions, and nothing else.

A later grading engine judges them from outside the learner's process, where objects are copies: identity, classes,
frames and patched built-ins mean nothing there.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence

from servicelab.publish.findings import Finding
from servicelab.publish.sources import CODE, Cell, parses

MODULES = {
    "inspect",
    "ast",
    "builtins",
    "dis",
    "gc",
    "sys",
    "types",
    "unittest",
    "mock",
    "os",
    "subprocess",
    "pickle",
    "ctypes",
}
CALLS = {
    "id": "the identity of an object",
    "type": "the class of an object (isinstance with a built-in or pandas type is fine)",
    "globals": "the learner's namespace",
    "locals": "the learner's namespace",
    "vars": "the insides of an object",
    "eval": "text as code",
    "exec": "text as code",
    "compile": "text as code",
    "setattr": "a changed object",
    "delattr": "a changed object",
    "__import__": "hidden imports",
    "input": "typed input",
    "get_ipython": "the notebook's own shell",
    "issubclass": "the class of an object",
}
BUILT_IN = frozenset(vars(builtins)) - {"_"}
"""Python's own names; an interactive Python adds `_`, its last result."""
ENDING = "End it in a number of points, or in a statement that is no expression: then who reaches it has all of them"
REMEDY = "Compare values: read the learner's variables, call the learner's functions"


def test_cell_findings(file: str, cell: Cell) -> Iterator[Finding]:
    """What a test cell does that cannot be judged from outside."""
    if not parses(cell.source):
        # Reported with the cells.
        return
    tree = ast.parse(cell.source)
    if tree.body and isinstance(last := tree.body[-1], ast.Expr) and _is_no_number(last.value):
        line = cell.first_line - 1 + last.lineno
        yield Finding(file, line, cell.name, f"a test ends in {ast.unparse(last)[:60]}, which is no points", ENDING)
    for node in ast.walk(tree):
        for problem in _problems(node):
            line = cell.first_line - 1 + getattr(node, "lineno", 1)
            yield Finding(file, line, cell.name, f"a test uses {problem}", REMEDY)


def lent_findings(file: str, cells: Sequence[Cell]) -> Iterator[Finding]:
    """Names that a test reads and only an earlier test binds: what a test binds is gone after it."""
    there = set(dir(builtins))
    lent: set[str] = set()
    for cell in cells:
        if cell.kind != CODE or not parses(cell.source):
            continue
        tree = ast.parse(cell.source)
        bound = set(_bound(tree))
        if cell.nbgrader.get("grade") and not cell.nbgrader.get("solution"):
            read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            for name in sorted((read & lent) - bound - there):
                problem = f"a test reads `{name}`, which only an earlier test binds"
                yield Finding(file, cell.line, cell.name, problem, f"Bind `{name}` in this test as well")
            lent |= bound
        else:
            there |= bound


def taken_findings(file: str, cells: Sequence[Cell]) -> Iterator[Finding]:
    """Answers with the name of something that the notebook itself brings: under it a test finds that."""
    brought: dict[str, str] = {}
    for cell in cells:
        if cell.kind != CODE or not parses(cell.source):
            continue
        tree = ast.parse(cell.source)
        if cell.nbgrader.get("solution"):
            for name in sorted(brought.keys() & set(_answered(tree.body))):
                problem = f"an answer is called `{name}`, which `{brought[name]}` imports or defines"
                yield Finding(file, cell.line, cell.name, problem, "Give the answer a name of its own")
        elif not cell.nbgrader.get("grade"):
            brought |= dict.fromkeys(_brought(tree), cell.name)


def _brought(tree: ast.AST) -> Iterator[str]:
    """Functions, classes and modules that code binds: a test takes those from the notebook, not from the answers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name


def _answered(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Names that a cell itself binds: not those inside of its functions, nor what it imports once more."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement.name
        else:
            yield from (node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and _is_stored(node))


def _is_stored(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _bound(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and _is_stored(node):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


def _is_no_number(value: ast.expr) -> bool:
    """Whether an expression is plainly no number: nbgrader would give a test that ends in it all its points."""
    if isinstance(value, ast.Call):
        name = getattr(value.func, "id", getattr(value.func, "attr", ""))
        return name == "print" or name.startswith("assert_")
    if isinstance(value, ast.Constant):
        return type(value.value) not in (int, float)
    return isinstance(value, ast.Compare | ast.BoolOp | ast.JoinedStr | ast.List | ast.Tuple | ast.Dict | ast.Set)


def _problems(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        yield from (f"the module {name}" for name in names if name.split(".")[0] in MODULES)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        yield f"{node.func.id}(): {CALLS[node.func.id]}"
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("patch", "setattr"):
        yield f".{node.func.attr}(): a patched object"
    elif isinstance(node, ast.Attribute) and node.attr.startswith("__"):
        yield f".{node.attr}: the insides of an object"
    elif isinstance(node, ast.Compare) and any(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
        sides = [node.left, *node.comparators]
        if not any(isinstance(side, ast.Constant) and side.value is None for side in sides):
            yield "`is`: the identity of an object"
    elif isinstance(node, ast.ClassDef):
        yield "a class of its own"
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield "global names"
    elif isinstance(node, ast.FunctionDef) and node.name in BUILT_IN:
        yield f"a built-in of its own ({node.name})"
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del) and node.id in BUILT_IN:
        yield f"a built-in of its own ({node.id})"
