"""What runs inside a notebook: opening a lesson or a graded exercise, and the course's start page.

The first cell of every notebook imports this, so nothing heavy is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicelab.learn.assignment import Assignment
    from servicelab.learn.lesson import Lesson
    from servicelab.learn.paper import Paper
    from servicelab.learn.start import Page

__all__ = ["home", "open_analysis", "open_exercise", "open_lesson", "open_test"]


def open_lesson(name: str) -> Lesson:
    """Open the lesson of module `name` ("01_needs") that this notebook is, with the answers given so far.

    Raises UserError when `name` is no module's name.
    """
    from servicelab.learn.lesson import Lesson

    return Lesson.open(name)


def open_exercise(name: str) -> Assignment:
    """Open the graded exercise of module `name` ("01_needs"), with the decisions made so far."""
    from servicelab.learn.assignment import Assignment

    return Assignment.open(name, "exercise")


def open_analysis(name: str) -> Assignment:
    """Open the graded analysis of module `name` ("01_needs"); its assignment is called `<name>_analysis`."""
    from servicelab.learn.assignment import Assignment
    from servicelab.learn.fetching import fetch_for_analysts

    opened = Assignment.open(f"{name}_analysis", "analysis")
    fetch_for_analysts()
    return opened


def open_test(name: str) -> Paper:
    """Open the test before the course (`"pre_test"`) or after it (`"post_test"`), with the answers given so far.

    Raises UserError for another name.
    """
    from servicelab.course.layout import TESTS
    from servicelab.errors import UserError
    from servicelab.i18n import _
    from servicelab.learn.paper import Paper

    notebook = next((kind for kind, assignment in TESTS.items() if assignment == name), "")
    if not notebook:
        known = ", ".join(TESTS.values())
        raise UserError(_("There is no test “{name}”: there are {known}.", name=name, known=known))
    return Paper.open(name, notebook)


def home() -> Page:
    """The course's start page: what is done, what is next, and saving or restoring it all as one file."""
    from servicelab.learn.start import home_page

    return home_page()
