"""The language that is running, and the package's own strings in it.

Catalogues are gettext's. The language comes from the marker file beside the notebook, so that a notebook means the same
on a laptop, on Binder and while it is graded, whatever the environment says.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import Any

LANGUAGES = ("en", "zh")
MARKER = "edition.json"
LARGEST_MARKER = 100_000
"""Bytes; what is larger was not written by a build."""
BUNDLED = f"app/edition/{MARKER}"
"""The marker as the top of an unpacked bundle sees it."""

_chosen: ContextVar[str | None] = ContextVar("servicelab_language", default=None)


def language() -> str:
    """Return the running language: ``"en"`` or ``"zh"``.

    It is the ``language`` of the nearest ``edition.json`` at or above the working directory; English without one.

    >>> with use("zh"):
    ...     language()
    'zh'
    """
    return _chosen.get() or _stated() or "en"


def spoken() -> str:
    """Return the language to talk in to whoever typed a command: the course's, outside of one this machine's."""
    stated = _stated()
    machine = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return stated or ("zh" if machine.startswith("zh") else "en")


def _stated() -> str:
    """Return the language of the nearest marker file; English where that names none of ours, nothing without one."""
    said = marked(Path.cwd())
    if said is None:
        return ""
    stated = said.get("language")
    return stated if stated in LANGUAGES else "en"


def marked(folder: Path) -> Mapping[str, Any] | None:
    """Return what the nearest marker file at or above ``folder`` says: nothing where it is damaged, None without one.

    A page asks for its language with every sentence: the file is looked at each time and read again when it changed.
    """
    for place in (folder, *folder.parents):
        for marker in (place / MARKER, place / BUNDLED):
            try:
                found = marker.lstat()
            except OSError:
                continue
            # A link could name any file of the reader's, in a folder that came from somebody else.
            if not S_ISREG(found.st_mode) or found.st_size > LARGEST_MARKER:
                return {}
            try:
                return _read_marker(marker, (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns))
            except (OSError, ValueError, RecursionError):
                return {}
    return None


@lru_cache(maxsize=64)
def _read_marker(marker: Path, stamp: tuple[int, ...]) -> Mapping[str, Any]:  # noqa: ARG001 - another stamp, another text
    document = json.loads(marker.read_text(encoding="utf-8-sig"))
    return document if isinstance(document, dict) else {}


@contextmanager
def use(lang: str) -> Iterator[None]:
    """Run a block in one language, whatever the marker file says (tests, builds).

    Raises ``ValueError`` for a language the course does not have.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {lang!r}")
    token = _chosen.set(lang)
    try:
        yield
    finally:
        _chosen.reset(token)


@cache
def _catalogue() -> dict[str, str]:
    try:
        import polib
    except ModuleNotFoundError:
        # `servicelab doctor` has to say that it is missing; in English is better than not at all.
        return {}
    found = catalogue()
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(found)) if entry.translated()} if found else {}


def catalogue() -> Path | None:
    """Return the file with the interface's Chinese: the package's own, or in a checkout that beside it."""
    here = Path(__file__).resolve().parent
    places = (place / "locales" / "zh_CN" / "servicelab.po" for place in (here, here.parents[1]))
    return next((place for place in places if place.is_file()), None)


def together(*sentences: str) -> str:
    """Put sentences one after the other as the running language does: Chinese has no space after its full stop.

    >>> with use("en"):
    ...     together("Right.", "", "Go on.")
    'Right. Go on.'
    >>> with use("zh"):
    ...     together("对。", "接着看。")
    '对。接着看。'
    """
    return between().join(sentence for sentence in sentences if sentence)


def between() -> str:
    """Return what stands between two sentences in the running language, for a view that puts them together itself."""
    return "" if language() == "zh" else " "


NAMED = 10
"""Names that one sentence holds; whoever has more to name has a page for it."""


def listed(names: Iterable[str]) -> str:
    """Return names for a sentence, of many the first ones and how many more there are.

    >>> listed(["a", "b"]), listed(map(str, range(12)))
    ('a, b', '0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more')
    """
    found = list(names)
    # "and 1 more" would be no shorter than the name.
    if len(found) <= NAMED + 1:
        return ", ".join(found)
    return _("{names} and {count} more", names=", ".join(found[:NAMED]), count=len(found) - NAMED)


def later(message: str) -> str:
    """Return an interface string as it is: it is in the catalogue, and is looked up when it is said."""
    return message


def _(message: str, **values: object) -> str:
    """Return an interface string in the running language, with ``values`` filled in.

    >>> _("Saved {time}", time="10:41")
    'Saved 10:41'
    """
    text = _catalogue().get(message, message) if language() == "zh" else message
    return text.format(**values) if values else text
