"""What is put right in a submission's files when they come in, so that nothing behind the border stops at them.

The archive in `received/` stays as it came. In `submitted/`, a lone surrogate (half a character, which no file and no
database takes) becomes the sign for an unreadable character, and what was saved in another encoding is in UTF-8.
What a notebook lacks is put right when it is graded (`skeleton`).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from typing import Any

from servicelab.i18n import _

HALF = rb"u[dD][89a-fA-F][0-9a-fA-F]{2}"
ESCAPED = re.compile(rb"(?<!\\)(\\+)" + HALF)
"""A half character as JSON writes it, with all backslashes before it: of an even number each escapes the next one.

No possessive quantifier: Python 3.11.2, which Debian has, matches those wrongly.
"""
ENCODINGS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
UNREADABLE = rb"\ufffd"
LENGTH = len(UNREADABLE)
"""Bytes of any such escape."""


def mended(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
    """Return a submission's files as they can be worked with, and what was put right, a clause each.

    Parameters
    ----------
    files
        Relative name → bytes.
    """
    whole: dict[str, bytes] = {}
    notes: list[str] = []
    for name, content in files.items():
        content = _in_utf8(content) if name.endswith((".ipynb", ".json")) else content
        if content != files[name]:
            notes.append(_("{name} was saved in another encoding, and is UTF-8 now", name=name))
        whole[name] = _without_halves(content)
        if whole[name] != content:
            notes.append(_("{name} held broken characters, which are marked � now", name=name))
        if name.endswith(".ipynb"):
            whole[name] = _with_cells(whole[name])
    return whole, notes


def _with_cells(content: bytes) -> bytes:
    """A notebook without what no notebook can hold: it costs its own cell at most, and nothing could open it otherwise.

    A cell that is none is gone, and so is what a cell has for metadata, text or outputs and is none.
    """
    try:
        notebook = json.loads(content)
        stated = notebook["cells"]
        cells = [_cell(each) for each in stated if isinstance(each, dict)]
        if cells == stated:
            return content
        # Python reads half a surrogate pair out of raw bytes, and nothing else takes it.
        return json.dumps({**notebook, "cells": cells}, ensure_ascii=False).encode("utf-8", errors="replace")
    except (ValueError, KeyError, TypeError, RecursionError):
        # Whoever opens it says what it is.
        return content


def _cell(stated: Mapping[str, Any]) -> dict[str, Any]:
    cell = dict(stated)
    if not isinstance(cell.get("metadata", {}), dict):
        cell["metadata"] = {}
    if not isinstance(cell.get("outputs", []), list):
        cell["outputs"] = []
    source = cell.get("source", "")
    if isinstance(source, list):
        cell["source"] = [line for line in source if isinstance(line, str)]
    elif not isinstance(source, str):
        cell["source"] = ""
    return cell


def _in_utf8(content: bytes) -> bytes:
    """A text that says by its first bytes how it is encoded, in UTF-8 without those; anything else as it is."""
    for mark, encoding in ENCODINGS:
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(encoding).encode()
            except UnicodeError:
                return content
    return content


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
