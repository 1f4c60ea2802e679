"""The interface's own strings: every `_("…")` and `later("…")` of the package, found in the syntax tree."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

from servicelab.publish.findings import Finding


def interface_messages(package: Path, root: Path) -> list[tuple[str, str]]:
    """The strings of the package as (text, file), each once, in the order of the files.

    Paths are relative to `root`.
    """
    found: dict[str, str] = {}
    for path in sorted(package.rglob("*.py")):
        for call in _calls(path):
            argument = call.args[0] if call.args else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                found.setdefault(argument.value, path.relative_to(root).as_posix())
    return list(found.items())


def interface_findings(package: Path, root: Path) -> Iterator[Finding]:
    """Strings that no catalogue can hold, because they are put together before they are looked up."""
    for path in sorted(package.rglob("*.py")):
        for call in _calls(path):
            argument = call.args[0] if call.args else None
            if isinstance(argument, (ast.JoinedStr, ast.BinOp)):
                file = path.relative_to(root).as_posix()
                problem = "a string is put together inside _()"
                yield Finding(file, call.lineno, "", problem, 'Write _("… {name}", name=value)')


def placeholders(text: str) -> set[str]:
    """The names in braces.

    >>> placeholders("Saved {time}")
    {'time'}
    """
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        return {"(braces that do not pair)"}


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            )
            if name in ("_", "later"):
                yield node
