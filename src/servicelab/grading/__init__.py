"""The grading loop on stock nbgrader: release, collect, grade, mark, feedback, export.

Nothing is imported before it is used: nbgrader alone takes two seconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicelab.grading.autograding import grade
    from servicelab.grading.collecting import collect
    from servicelab.grading.comparing import compare, write_items
    from servicelab.grading.course import Course, course_here
    from servicelab.grading.demonstrating import demo
    from servicelab.grading.evidence import spent
    from servicelab.grading.exporting import export, unmarked
    from servicelab.grading.guessing import keep_guesses
    from servicelab.grading.releasing import read_due, release
    from servicelab.grading.returning import feedback
    from servicelab.grading.rubric import load_rubrics, mark

__all__ = [
    "Course",
    "collect",
    "compare",
    "course_here",
    "demo",
    "export",
    "feedback",
    "grade",
    "keep_guesses",
    "load_rubrics",
    "mark",
    "read_due",
    "release",
    "spent",
    "unmarked",
    "write_items",
]

_HOMES = {
    "Course": "course",
    "collect": "collecting",
    "compare": "comparing",
    "course_here": "course",
    "demo": "demonstrating",
    "export": "exporting",
    "feedback": "returning",
    "grade": "autograding",
    "keep_guesses": "guessing",
    "load_rubrics": "rubric",
    "mark": "rubric",
    "read_due": "releasing",
    "release": "releasing",
    "spent": "evidence",
    "unmarked": "exporting",
    "write_items": "comparing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
