"""Hand it over: a note made of lines of the record, within a limit; then what the next one can answer from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from servicelab.i18n import _, language, together
from servicelab.widgets.explore.channels.handover.record import (
    EMPTY,
    HARMS,
    ORDER,
    QUESTIONS,
    asked_again,
    harm,
    known,
    line,
    question,
)

LIMITS = {"en": 80, "zh": 100}
"""The most that a note may have, words in English and characters in Chinese: room for the six lines that are needed."""
PIECE = re.compile(r"[\u4e00-\u9fff]|[A-Za-z0-9][\w'’.:-]*")


def limit() -> int:
    """The most that a note may have in the running language."""
    return LIMITS[language()]


def length(text: str) -> int:
    """Words of an English text; of a Chinese one its characters, a number or a Latin word counted as one.

    >>> length("holes 4 mm off, like the first"), length("孔位差 4 毫米")
    (7, 6)
    """
    return len(PIECE.findall(text))


class HandoverModel:
    """The note as it is put together; nothing is said of a line before the note is handed over.

    >>> HandoverModel().derive({"lines": list(QUESTIONS), "handed": True})["answered"]
    6
    """

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: the ``lines`` of the note, ``handed`` once it was handed over."""
        given = value.get("lines")
        lines = [each for each in ORDER if isinstance(given, list) and each in given]
        used = sum(length(line(each)) for each in lines)
        over = used > limit()
        handed = value.get("handed") is True and bool(lines) and not over
        state: dict[str, Any] = {
            "at": {"lines": lines},
            "used": used,
            "over": over,
            "handed": handed,
            "complete": handed,
            "note": together(*(line(each) for each in lines)),
        }
        if not handed:
            chosen = _("{n} lines of {all} are in the note.", n=len(lines), all=len(ORDER))
            return {**state, "text": chosen}
        answered = [each for each in QUESTIONS if each in lines]
        harms = [each for each in (*HARMS, *EMPTY) if each in lines]
        rows = [
            {"id": each, "question": question(each), "known": each in lines,
             "says": known(each) if each in lines else asked_again(each)}
            for each in QUESTIONS
        ]  # fmt: skip
        return {
            **state,
            "rows": rows,
            "harms": [{"line": line(each), "says": harm(each)} for each in harms],
            "answered": len(answered),
            "text": self._told(len(answered), len(harms)),
            "table": {
                "caption": _("What Xiao Lu can answer from your note"),
                "columns": [_("question"), _("in the note?"), _("what happens")],
                "rows": [[row["question"], _("yes") if row["known"] else _("no"), row["says"]] for row in rows],
            },
        }

    @staticmethod
    def _told(answered: int, harms: int) -> str:
        said = _("From your note Xiao Lu can answer {n} of {all} questions.", n=answered, all=len(QUESTIONS))
        if answered < len(QUESTIONS):
            said = together(said, _("The rest Ms Tang has to tell once more."))
        if harms:
            if harms == 1:
                return together(said, _("1 line takes room or does harm."))
            return together(said, _("{n} lines take room or do harm.", n=harms))
        return said
