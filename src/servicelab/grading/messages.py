"""What the author of a test cell wrote to be read by the trainee, told from everything else the cell puts out.

A message is a text of the cell's own `print`, `assert` or `raise`. What a test compares with, what it calls the
trainee's functions with and what those print is none, and is never shown.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from nbformat.notebooknode import NotebookNode

from servicelab.i18n import language

CJK = re.compile(r"[\u3400-\u9fff]")
DEPTH = 4
"""Names that stand for names that stand for names: as far as a message is followed."""
MOST = 500
"""Forms of one message that are told apart."""
SOLID = 8
"""Characters that a message with a varying part must have outside it; fewer would let anything through."""
VARYING = ".{0,80}"


def messages_of(cell: NotebookNode) -> Iterator[str]:
    """Yield the messages of an executed test cell, in the running language."""
    patterns = authored(cell.source)
    for each in cell.get("outputs", []):
        if each.output_type == "stream" and each.name == "stdout":
            for line in text_of(each.text).splitlines():
                if any(pattern.fullmatch(line.strip()) for pattern in patterns):
                    yield in_language(line.strip())
        elif each.output_type == "error" and is_authored(cell.source, each):
            yield in_language(text_of(each.evalue).strip())


def is_authored(source: str, error: NotebookNode) -> bool:
    """Whether the value of an error that a test cell raised is a message of its author."""
    said = text_of(error.get("evalue", "")).strip()
    return bool(said) and any(pattern.fullmatch(said) for pattern in authored(source))


def in_language(message: str) -> str:
    """Return the half of a bilingual message that is in the running language.

    Test cells are the same in every edition, so their messages say it in both: English, ` · `, Chinese.

    >>> in_language("That is a count. · 这是数量。")
    'That is a count.'
    """
    parts = message.split(" · ")
    for at in range(1, len(parts)):
        english, chinese = " · ".join(parts[:at]), " · ".join(parts[at:])
        if CJK.search(chinese) and not CJK.search(english):
            return chinese if language() == "zh" else english
    return message


def authored(source: str) -> list[re.Pattern[str]]:
    """Return what the messages in a test cell can look like, as patterns for one line.

    A text may stand in the `print`, `assert` or `raise` itself, or come through a variable of the same cell
    (`SAYS[answer]`, `for label, (other, says) in axes.items()`); of a dictionary that is looked up, the values count.
    The varying parts of an f-string match anything on one line.

    >>> [p.pattern for p in authored("assert share < 1, 'A count, not a share.'")]
    ['A\\\\ count,\\\\ not\\\\ a\\\\ share\\\\.']
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    names = _bound(tree)
    forms: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            said = node.args
        elif isinstance(node, ast.Assert) and node.msg is not None:
            said = [node.msg]
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            said = node.exc.args
        else:
            continue
        for form in itertools.islice(_joined([list(_forms(each, names)) for each in said], r"\ "), MOST):
            forms.update(dict.fromkeys(line.strip() for line in form.split("\\\n")))
    return [re.compile(form) for form in forms if _is_solid(form)]


def _is_solid(form: str) -> bool:
    if VARYING not in form:
        return bool(form)
    return len(re.sub(r"\\(.)", r"\1", form.replace(VARYING, "")).replace(" ", "")) >= SOLID


def _joined(parts: list[list[str]], between: str = "") -> Iterator[str]:
    """Yield every way to put one form of each part together."""
    return (between.join(chosen) for chosen in itertools.product(*parts))


def _forms(node: ast.expr, names: Mapping[str, list[ast.expr]], depth: int = 0) -> Iterator[str]:
    """Yield the forms that the value of an expression can have as text."""
    if isinstance(node, ast.Constant):
        yield re.escape(str(node.value))
    elif isinstance(node, ast.JoinedStr):
        yield "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else VARYING for part in node.values)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from itertools.islice(
            _joined([list(_forms(side, names, depth)) for side in (node.left, node.right)]), MOST
        )
    elif isinstance(node, ast.IfExp):
        yield from _forms(node.body, names, depth)
        yield from _forms(node.orelse, names, depth)
    elif isinstance(node, ast.Name) and node.id in names and depth < DEPTH:
        for value in names[node.id]:
            yield from _forms(value, names, depth + 1)
    elif isinstance(node, ast.Subscript):
        for value in _looked_up(node.value, names, depth):
            yield from _forms(value, names, depth + 1)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        for value in [*_looked_up(node.func.value, names, depth), *node.args[1:]]:
            yield from _forms(value, names, depth + 1)
    else:
        yield VARYING


def _looked_up(node: ast.expr, names: Mapping[str, list[ast.expr]], depth: int) -> list[ast.expr]:
    """Return what a literal dictionary or list (or a name for one) holds."""
    if isinstance(node, ast.Dict):
        return list(node.values)
    if isinstance(node, ast.List | ast.Tuple):
        return list(node.elts)
    if isinstance(node, ast.Name) and depth < DEPTH:
        return [each for value in names.get(node.id, []) for each in _looked_up(value, names, depth + 1)]
    return []


def _bound(tree: ast.AST) -> dict[str, list[ast.expr]]:
    """Return what each name of a cell is given: by assignment, or one item after the other by a loop."""
    names: dict[str, list[ast.expr]] = {}
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                _bind(target, node.value, names)
    for node in nodes:
        if isinstance(node, ast.For | ast.comprehension):
            for item in _items(node.iter, names):
                _bind(node.target, item, names)
    return names


def _items(node: ast.expr, names: Mapping[str, list[ast.expr]]) -> list[ast.expr]:
    """Return what a loop over a literal (or a name for one) goes through; pairs for `.items()`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("items", "values"):
        holders = (
            [node.func.value]
            if isinstance(node.func.value, ast.Dict)
            else (names.get(node.func.value.id, []) if isinstance(node.func.value, ast.Name) else [])
        )
        found: list[ast.expr] = []
        for holder in holders:
            if isinstance(holder, ast.Dict):
                for key, value in zip(holder.keys, holder.values, strict=True):
                    pair = ast.Tuple([key or value, value], ast.Load())
                    found.append(pair if node.func.attr == "items" else value)
        return found
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return list(node.elts)
    if isinstance(node, ast.Name):
        return [
            each for value in names.get(node.id, []) if not isinstance(value, ast.Name) for each in _items(value, names)
        ]
    return []


def _bind(target: ast.expr, value: ast.expr, names: dict[str, list[ast.expr]]) -> None:
    if isinstance(target, ast.Name):
        names.setdefault(target.id, []).append(value)
    elif (
        isinstance(target, ast.Tuple | ast.List)
        and isinstance(value, ast.Tuple | ast.List)
        and len(target.elts) == len(value.elts)
    ):
        for one, other in zip(target.elts, value.elts, strict=True):
            _bind(one, other, names)


def text_of(value: Any) -> str:
    """Return an output's text, which the notebook format keeps whole or in lines; of a list, what is text in it.

    >>> text_of(["a line\\n", 7, "another"])
    'a line\\nanother'
    """
    return "".join(each for each in value if isinstance(each, str)) if isinstance(value, list) else str(value)
