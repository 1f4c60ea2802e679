"""What happens to an honest notebook costs its maker nothing, or a person looks; and it is named."""

from __future__ import annotations

import os

import nbformat
import pytest
from tests.grading.accidents import (
    ACCIDENTS,
    ASSIGNMENT,
    NAME,
    PAGE,
    answers,
    by_stock,
    handed_in,
    released_course,
    table,
)
from tests.grading.conftest import pack, put
from tests.grading.stock import RENEW

from servicelab.grading.autograding import GRADED, grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.results import Grading
from servicelab.grading.skeleton import repairs_in, told

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("accidents")]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Grading]:
    """Every accident, collected and graded as one class."""
    place = tmp_path_factory.mktemp("accidents")
    course = released_course(place / "grading")
    for name, accident in ACCIDENTS.items():
        archive = pack(name, handed_in(course, accident), answers(), assignment=ASSIGNMENT, name=NAME)
        put(place / "inbox", f"{name}.zip", archive)
    collection = collect(ASSIGNMENT, [place / "inbox"], course=course)
    assert collection.counts["taken"] == len(ACCIDENTS), collection.sentence()
    return course, grade(ASSIGNMENT, course=course, workers=2)


@pytest.mark.parametrize("name", ACCIDENTS)
def test_it_costs_nothing_or_a_person_looks(graded: tuple[Course, Grading], name: str) -> None:
    course, _grading = graded
    accident = ACCIDENTS[name]
    with course.gradebook() as book:
        found = book.find_submission(ASSIGNMENT, name).notebooks[0]
        given = {each.name: each.auto_score for each in found.grades}
        waits = {each.name for each in found.grades if each.needs_manual_grade}
    assert (sum(score or 0 for score in given.values()), waits) == (accident.deserves, accident.waits), given


@pytest.mark.parametrize("name", ACCIDENTS)
def test_what_was_put_right_is_named(graded: tuple[Course, Grading], name: str) -> None:
    course, grading = graded
    notebook = nbformat.read(course.autograded / name / ASSIGNMENT / f"{NAME}.ipynb", as_version=4)
    repairs = repairs_in(notebook)
    assert {each.kind for each in repairs} >= ACCIDENTS[name].kinds, repairs
    assert bool(repairs) == bool(ACCIDENTS[name].kinds), repairs
    (result,) = [each for each in grading.results if each.student == name]
    assert list(result.repairs) == told(repairs)
    for clause in told(repairs):
        assert clause in grading.sentence()
        assert clause in notebook.cells[0].source


@pytest.mark.parametrize("name", [name for name, each in ACCIDENTS.items() if "beside" in each.kinds])
def test_of_a_place_that_was_left_alone_beside_a_text_nothing_is_said_before_a_person_looks(
    graded: tuple[Course, Grading], name: str
) -> None:
    """Neither 0 points nor nbgrader's "No response.": the answer may be what stands beside it."""
    course, _grading = graded
    with course.gradebook() as book:
        found = book.find_submission(ASSIGNMENT, name).notebooks[0]
        given = {each.name: each.auto_score for each in found.grades}
        said = {each.name: each.auto_comment for each in found.comments}
    assert (given["c-why"], said["c-why"]) == (None, None)


def test_the_same_notebook_is_graded_to_the_same_bytes(graded: tuple[Course, Grading]) -> None:
    course, _grading = graded
    place = course.autograded / "copied-better" / ASSIGNMENT
    first = (place / f"{NAME}.ipynb").read_bytes()
    (place / GRADED).unlink()
    grade(ASSIGNMENT, course=course, students=["copied-better"])
    assert (place / f"{NAME}.ipynb").read_bytes() == first


def test_there_are_enough_of_them() -> None:
    assert len(ACCIDENTS) >= 40
    assert sum(each.helps for each in ACCIDENTS.values()) >= 6


def test_what_stock_gives_is_of_these_notebooks() -> None:
    """Where an accident or nbgrader changed, the rows are made anew (see `accidents`)."""
    gives = by_stock()
    assert gives.keys() == ACCIDENTS.keys()
    if os.environ.get(RENEW):
        PAGE.write_text(table(gives), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == table(gives)
