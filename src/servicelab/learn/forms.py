"""Which form of a test somebody gets: who gets A before the course gets B after it, and the other way round."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable

from servicelab.course.blueprintfile import FORMS, Form


def other(form: Form) -> Form:
    """The other of the two forms.

    >>> other("a"), other("b")
    ('b', 'a')
    """
    return FORMS[1 - FORMS.index(form)]


def form_by(student: str) -> Form:
    """The form that a staff number gets before the course.

    Numbers given one after the other take turns; a name without a digit is as good as drawn. However a number is
    spelled, it gets the same.

    >>> form_by("E1042"), form_by("E1043"), form_by("e1043 ")
    ('a', 'b', 'b')
    """
    name = unicodedata.normalize("NFKC", student).strip().casefold()
    digits = [character for character in name if character.isdecimal()]
    number = int(digits[-1]) if digits else hashlib.sha256(name.encode("utf-8", "replace")).digest()[0]
    return FORMS[number % 2]


def form_for(notebook: str, student: str, before: Form | None, draw: Callable[[], Form]) -> Form:
    """The form that a test has for somebody who opens it for the first time.

    Parameters
    ----------
    notebook
        `"pretest"` or `"posttest"`.
    student
        The staff number, or "" when none was given yet.
    before
        The form of the pre-test that was taken here; None where there was none.
    draw
        Draws one where nothing says which.

    >>> form_for("pretest", "E1042", None, draw=lambda: "b"), form_for("posttest", "E1042", None, draw=lambda: "b")
    ('a', 'b')
    >>> form_for("posttest", "E1042", "b", draw=lambda: "b"), form_for("pretest", "", None, draw=lambda: "b")
    ('a', 'b')
    """
    if notebook == "posttest" and before is not None:
        return other(before)
    first = form_by(student) if student else draw()
    return other(first) if notebook == "posttest" else first
