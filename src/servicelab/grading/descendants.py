"""The processes below one, as Linux lists them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def descendants(process: int) -> list[int]:
    """Return every process below one that still runs or waits to be fetched."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, ValueError):
                # The name in brackets may hold anything, a bracket too.
                fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(folder.name))
    found: list[int] = []
    parents = [process]
    while parents:
        below = children.get(parents.pop(), [])
        found += below
        parents += below
    return found
