"""Which language a submission was worked in: that of its feedback page."""

from __future__ import annotations

import json
from pathlib import Path

from servicelab.course.handin import ANY_ANSWERS, MANIFEST
from servicelab.i18n import LANGUAGES, MARKER

LARGEST = 4 << 20


def spoken(folder: Path) -> str:
    """Return the language of the submission in `folder`: what it says itself, else its answers, else its edition.

    These are a trainee's files: anything unreadable is passed over, and English is the answer of last resort.
    """
    for path in (folder / MANIFEST, *sorted(folder.glob(ANY_ANSWERS)), folder / MARKER):
        try:
            if path.is_symlink() or path.stat().st_size > LARGEST:
                continue
            stated = json.loads(path.read_text(encoding="utf-8"))["language"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
        if stated in LANGUAGES:
            return str(stated)
    return "en"
