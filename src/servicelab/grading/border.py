"""What is put right in a submission's files when they come in, so that nothing behind the border stops at them.

The archive in `received/` stays as it came. In `submitted/`, a lone surrogate (half a character, which no file and no
database takes) becomes the sign for an unreadable character; a cell whose nbgrader metadata is not the released
one's gets that back: without it nothing in the cell could be scored, and one key too many stops nbgrader.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from servicelab.i18n import _

HALF = rb"u[dD][89a-fA-F][0-9a-fA-F]{2}"
ESCAPED = re.compile(rb"(?<!\\)(\\+)" + HALF)
"""A half character as JSON writes it, with all backslashes before it: of an even number each escapes the next one.

No possessive quantifier: Python 3.11.2, which Debian has, matches those wrongly.
"""
PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
UNREADABLE = rb"\ufffd"
LENGTH = len(UNREADABLE)
"""Bytes of any such escape."""


def mended(files: Mapping[str, bytes], released: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return a submission's files as they can be worked with, and what was put right, a clause each.

    Parameters
    ----------
    files
        Relative name → bytes.
    released
        The folder of the released assignment.
    """
    whole: dict[str, bytes] = {}
    notes: list[str] = []
    for name, content in files.items():
        whole[name] = _without_halves(content)
        if whole[name] != content:
            notes.append(_("{name} held broken characters, which are marked � now", name=name))
        if name.endswith(".ipynb"):
            notebook, count = _with_metadata(whole[name], released / name)
            if count:
                whole[name] = notebook
                notes.append(_("{count} cells had lost what they are scored by, and have it back", count=count))
    return whole, notes


def _without_halves(content: bytes) -> bytes:
    parts: list[bytes] = []
    kept = passed = 0
    for found in ESCAPED.finditer(content):
        at = found.end() - LENGTH
        if len(found[1]) % 2 == 0 or at < passed:
            continue
        if PAIR.match(content, at):
            passed = at + 2 * LENGTH
            continue
        parts += [content[kept:at], UNREADABLE]
        kept = at + LENGTH
    return b"".join([*parts, content[kept:]]) if parts else content


def _with_metadata(content: bytes, released: Path) -> tuple[bytes, int]:
    """Return the notebook and how many cells got their metadata back; one that cannot be read stays as it is."""
    try:
        notebook = json.loads(content)
        cells = [cell for cell in notebook["cells"] if isinstance(cell, dict)]
    except (ValueError, KeyError, TypeError, RecursionError):
        return content, 0
    own = _released(released)
    broken = [cell for cell in cells if not _is_sound(cell, own)]
    if not broken:
        return content, 0
    for cell in broken:
        about = cell.get("metadata")
        kept = {key: value for key, value in about.items() if key != "nbgrader"} if isinstance(about, dict) else {}
        there = own.get(cell["id"]) if isinstance(cell.get("id"), str) else None
        cell["metadata"] = kept | ({"nbgrader": there} if there else {})
    try:
        # Python reads half a surrogate pair out of raw bytes, and nothing else takes it.
        return json.dumps(notebook, ensure_ascii=False, indent=1).encode("utf-8", errors="replace"), len(broken)
    except RecursionError:
        # Nested so deeply that it can be read and not written: whoever opens it says what it is.
        return content, 0


def _is_sound(cell: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Whether nbgrader finds in a cell what it needs: of one that was released, what was released, to the letter."""
    metadata = cell.get("metadata", {})
    if not isinstance(metadata, dict):
        return False
    name = cell.get("id")
    if isinstance(name, str) and name in own:
        return bool(metadata.get("nbgrader") == own[name])
    about = metadata.get("nbgrader", {"grade_id": "none", "schema_version": 3})
    return (
        isinstance(about, dict)
        and isinstance(about.get("grade_id"), str)
        and bool(about["grade_id"])
        and about.get("schema_version") == 3
    )


def _released(path: Path) -> dict[str, Any]:
    """Return cell id → nbgrader metadata of a released notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"] if path.is_file() else []
    return {cell["id"]: cell["metadata"]["nbgrader"] for cell in cells if "nbgrader" in cell["metadata"]}
