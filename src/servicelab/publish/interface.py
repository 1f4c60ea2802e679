"""The interface's own strings: every `_("…")` and `later("…")` of the package, found in the syntax tree."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from servicelab.publish.findings import Finding


def interface_messages(package: Path, root: Path) -> list[tuple[str, str]]:
    """The strings of the package as (text, file), each once, in the order of the files.

    Paths are relative to `root`.
    """
    found: dict[str, str] = {}
    for path in sorted(package.rglob("*.py")):
        for _line, text in _marked(path.read_text(encoding="utf-8")):
            if text is not None:
                found.setdefault(text, path.relative_to(root).as_posix())
    return list(found.items())


def interface_findings(package: Path, root: Path) -> Iterator[Finding]:
    """Strings that no catalogue can hold, because they are put together before they are looked up."""
    for path in sorted(package.rglob("*.py")):
        for line, text in _marked(path.read_text(encoding="utf-8")):
            if text is None:
                file = path.relative_to(root).as_posix()
                problem = "a string is put together inside _()"
                yield Finding(file, line, "", problem, 'Write _("… {name}", name=value)')


def placeholders(text: str) -> set[str]:
    """The names in braces.

    >>> placeholders("Saved {time}")
    {'time'}
    """
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        return {"(braces that do not pair)"}


@cache
def _marked(source: str) -> tuple[tuple[int, str | None], ...]:
    """What a module marks for translation as (line, text); None for a text that is put together there.

    The same module is asked about by each edition that is built, so what was read is kept, under its whole text.
    """
    found: list[tuple[int, str | None]] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called, argument = node.func, node.args[0]
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        if name not in ("_", "later"):
            continue
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            found.append((node.lineno, argument.value))
        elif not isinstance(argument, (ast.Name, ast.Constant)):
            # A name alone has its text from a `later("…")`; whatever else is worked out there, no catalogue holds.
            found.append((node.lineno, None))
    return tuple(found)
