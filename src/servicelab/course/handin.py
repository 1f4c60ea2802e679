"""What a hand-in is: the names in its zip, what each file may weigh, and whose staff number can stand on it.

The trainee's end writes by it and the instructor's end reads by it, so that nothing is taken at one and refused at the
other. Standard library only: a trainee's kernel imports it.
"""

from __future__ import annotations

import re
from datetime import datetime

COURSE_ID = "servicelab"
"""The course's name in a hand-in and in nbgrader, unless an instructor gives it another."""
FORMAT = 1

MANIFEST = "submission.json"
LESSON_ANSWERS = "lesson.answers.json"
EVIDENCE = f"evidence/{LESSON_ANSWERS}"
ANY_ANSWERS = "*.answers.json"
TRAINEE = "trainee.json"
"""Who learns, kept in a workspace."""

LARGEST_NOTEBOOK = 32 << 20
"""Bytes of a notebook; every other file is far smaller."""
LARGEST_ARCHIVE = 64 << 20
"""Bytes of one zip, packed, and of all that is taken from it, as it really comes out."""

ZIP_NAME = re.compile(r"(?P<student>.+?)--(?P<assignment>[0-9A-Za-z_-]+?)--(?P<time>\d{8}T\d{6})\d*Z?")
"""What `zip_name` writes, as it is found again in a name to which a platform has added its own."""

# Also what nbgrader and every file system take as a folder name; "--" separates the parts of a hand-in's name.
STAFF_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@]|-(?!-)){0,38}[A-Za-z0-9]|[A-Za-z0-9]")
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
"""Names that Windows keeps for devices, with or without an ending."""


def zip_name(student: str, assignment: str, moment: datetime) -> str:
    """The name that `collect` reads student, assignment and time from.

    >>> name = zip_name("SL-7", "01_needs", datetime(2026, 11, 20, 9))
    >>> name, ZIP_NAME.match(name)["student"]
    ('SL-7--01_needs--20261120T090000Z.zip', 'SL-7')
    """
    return f"{student}--{assignment}--{moment:%Y%m%dT%H%M%SZ}.zip"


def notebook_file(notebook: str) -> str:
    """The file of a graded notebook.

    >>> notebook_file("exercise")
    'exercise.ipynb'
    """
    return f"{notebook}.ipynb"


def answers_file(notebook: str) -> str:
    """The file beside a notebook that holds what was answered in it.

    >>> answers_file("exercise")
    'exercise.answers.json'
    """
    return f"{notebook}.answers.json"


def handed_in(notebook: str) -> tuple[str, ...]:
    """The files that a hand-in of one notebook may hold, beside its manifest."""
    return (notebook_file(notebook), answers_file(notebook), EVIDENCE)


def is_staff_number(name: str) -> bool:
    """Whether a name can be a trainee's: it becomes a folder on every system and a pattern in nbgrader.

    >>> is_staff_number("lin.yue"), is_staff_number("lin yue"), is_staff_number("Aux.1")
    (True, False, False)
    """
    return bool(STAFF_NUMBER.fullmatch(name)) and not is_reserved(name)


def is_reserved(name: str) -> bool:
    """Whether Windows keeps a name for a device.

    >>> is_reserved("NUL.txt"), is_reserved("null")
    (True, False)
    """
    return name.split(".")[0].casefold() in RESERVED
