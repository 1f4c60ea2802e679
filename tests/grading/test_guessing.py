"""What a cohort guessed goes into the unit's sources: numbers only, nobody twice, shown once there are enough."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.grading.conftest import ROOT
from tests.publish.conftest import FIXTURE

from servicelab import publish
from servicelab.course.guessesfile import ENOUGH
from servicelab.course.layout import TEST_KEYS
from servicelab.errors import UserError
from servicelab.grading.course import DEMO, Course, course_here
from servicelab.grading.guessing import keep_guesses
from servicelab.publish.checks import course_findings
from servicelab.publish.sources import load_course


def sheet(**guesses: object) -> bytes:
    """A lesson's answers file with these guesses."""
    entries = {key: {"kind": "prediction", "value": {"guess": each}, "done": True} for key, each in guesses.items()}
    entries["q-x"] = {"kind": "quiz", "value": {"guess": 5}, "done": True}
    return json.dumps({"format": 1, "entries": entries}).encode()


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A checkout of its own, without submissions."""
    repository = tmp_path / "repository"
    shutil.copytree(ROOT / "course", repository / "course")
    for name in ("locales", "datasets"):
        (repository / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "grading" / "rubrics", repository / "grading" / "rubrics")
    shutil.copy(ROOT / TEST_KEYS, repository / TEST_KEYS)
    (repository / "grading" / "nbgrader_config.py").write_text("")
    return Course.at(repository / "grading", repository)


@pytest.fixture
def small(tmp_path: Path) -> Course:
    """The same with one small module: whoever keeps guesses has its whole course checked."""
    repository = Path(shutil.copytree(FIXTURE, tmp_path / "small"))
    (repository / "grading" / "nbgrader_config.py").write_text("")
    return Course.at(repository / "grading", repository)


def hand_in(course: Course, student: str, content: bytes, assignment: str = "01_needs") -> None:
    path = course.submitted / student / assignment / "evidence" / "lesson.answers.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


def test_guesses_of_a_cohort_are_kept_once_and_shown_when_they_are_enough(course: Course, tmp_path: Path) -> None:
    for number in range(ENOUGH - 1):
        hand_in(course, f"t{number}", sheet(**{"p-rank": 1 + number % 14}))
    # The same person in the other assignment, a guess off the scale, nonsense, a damaged file: none of them counts.
    hand_in(course, "t0", sheet(**{"p-rank": 1}), "01_needs_analysis")
    hand_in(course, "off", sheet(**{"p-rank": 99, "p-apology": True}))
    hand_in(course, "odd", sheet(**{"p-rank": "3", "p-ontime": float("inf")}))
    hand_in(course, "broken", b"{")
    hand_in(course, "huge", sheet(**{"p-ontime": 10**400}))
    kept = keep_guesses("01_needs", "autumn", course=course)
    assert kept.counts == {"p-rank": ENOUGH - 1}
    assert keep_guesses("01_needs", "autumn", course=course).counts == {"p-rank": ENOUGH - 1}
    repository = course.repository
    assert repository is not None
    assert not course_findings(load_course(repository))
    lesson = (
        publish.build("trainee", "en", tmp_path / "few", root=repository, only="01_needs").path / "lessons/01_needs"
    )
    assert json.loads((lesson / "guesses.json").read_text(encoding="utf-8")) == {}

    # Last autumn's submissions still lie there: nobody counts twice under another name.
    hand_in(course, "later", sheet(**{"p-rank": 14}))
    with pytest.raises(UserError, match="The guesses of autumn are among these"):
        keep_guesses("01_needs", "spring", course=course)
    shutil.rmtree(course.submitted)
    hand_in(course, "later", sheet(**{"p-rank": 14}))
    assert keep_guesses("01_needs", "spring", course=course).counts == {"p-rank": ENOUGH}
    lesson = (
        publish.build("trainee", "en", tmp_path / "enough", root=repository, only="01_needs").path / "lessons/01_needs"
    )
    shown = json.loads((lesson / "guesses.json").read_text(encoding="utf-8"))
    assert shown.keys() == {"p-rank"}
    assert shown["p-rank"] == sorted([1.0 + number % 14 for number in range(ENOUGH - 1)] + [14.0])


def test_simulated_trainees_guesses_are_kept_beside_them_and_never_shown(course: Course, tmp_path: Path) -> None:
    """The demo stands in a folder of the checkout, where the checkout is found from."""
    assert course.repository is not None
    demo = course.repository / "build" / "demo"
    (demo / "grading").mkdir(parents=True)
    (demo / "grading" / "nbgrader_config.py").write_text("")
    found = course_here(demo / "grading")
    assert (found.root, found.repository) == (demo / "grading", course.repository)
    (demo / DEMO).touch()
    hand_in(found, "wang-min", sheet(**{"p-rank": 3}))
    kept = keep_guesses("01_needs", "autumn", course=found)
    assert (kept.path, kept.counts) == (demo / "guesses.yml", {"p-rank": 1})
    assert "of simulated trainees: no lesson shows them" in kept.sentence()
    assert not (course.repository / "course/modules/01_needs/guesses.yml").exists()


def test_what_trainees_spent_is_told_by_section(course: Course) -> None:
    from servicelab import grading

    for student, seconds in (("lin", 300), ("zhao", 420), ("bad", "x"), ("neg", -5)):
        hand_in(course, student, json.dumps({"activity": {"sections": {"s1": {"seconds": seconds}}}}).encode())
    hand_in(
        course, "zhao", json.dumps({"activity": {"sections": {"s1": {"seconds": 480}}}}).encode(), "01_needs_analysis"
    )
    assert {key: sorted(each) for key, each in grading.spent("01_needs", course=course).items()} == {"s1": [5.0, 8.0]}


def test_what_cannot_be_kept_is_one_sentence(small: Course) -> None:
    with pytest.raises(UserError, match="There is no unit 09_none"):
        keep_guesses("09_none", "autumn", course=small)
    for read in (0, 1):
        with pytest.raises(UserError, match=rf"of 01_demo in .*submitted: {read} read, none holds a guess; collect"):
            keep_guesses("01_demo", "autumn", course=small)
        hand_in(small, f"t{read}", sheet(), "01_demo")
    for nameless in ("", "  "):
        with pytest.raises(UserError, match="A cohort needs a name"):
            keep_guesses("01_demo", nameless, course=small)
    with pytest.raises(UserError, match="does not belong to a checkout"):
        keep_guesses("01_demo", "autumn", course=Course.at(small.root))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{cohort: a, prediction: p-none, values: [1]}", "no such prediction"),
        ("{cohort: a, prediction: p-late, values: [1, 400]}", "not on the scale"),
        ("{cohort: a, prediction: p-late, values: []}", "not a list of numbers"),
        ("{cohort: a, prediction: p-wide, values: [1000]}", "not on the scale"),
        ("{cohort: '', prediction: p-late, values: [1]}", "no cohort"),
    ],
)
def test_an_authors_mistake_has_its_line(small: Course, entry: str, said: str) -> None:
    repository = small.repository
    assert repository is not None
    quiz = repository / "course/modules/01_demo/quiz.yml"
    asked = "predictions:\n  - {id: p-wide, section: s4, prompt: On the usual scale?}\n"
    quiz.write_text(quiz.read_text(encoding="utf-8").replace("predictions:\n", asked), encoding="utf-8")
    path = repository / "course/modules/01_demo/guesses.yml"
    path.write_text(f"guesses:\n- {{cohort: b, prediction: p-late, values: [3]}}\n- {entry}\n", encoding="utf-8")
    found = [each for each in course_findings(load_course(repository)) if each.file.endswith("guesses.yml")]
    assert [(each.line, said in each.problem) for each in found] == [(3, True)]
    with pytest.raises(UserError, match=re.escape(said)):
        keep_guesses("01_demo", "autumn", course=small)
