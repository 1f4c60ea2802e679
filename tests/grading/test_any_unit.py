"""The demo's cohort in a course of which nothing here knows a unit: a case that nobody wrote a script for."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
import yaml
from tests.publish.cases import add_case, finish_case
from tests.publish.conftest import FIXTURE, translate

from servicelab.cli import main
from servicelab.errors import UserError
from servicelab.grading.course import Course
from servicelab.grading.demonstrating import demo
from servicelab.grading.rubric import load_rubrics
from servicelab.grading.simulation import load_cohort, only, with_units

ROOT = Path(__file__).resolve().parents[2]
BOTH = {"en": "Words", "zh": "文字"}
ROWS = 'rows = [{"need": "functional"}, {"need": "functional"}, {"need": "emotional"}]\n'
HABITS = {"reach": 1, "right": 1, "pace": 1, "desk": "good"}
COHORT = {
    "due": "2026-11-20T18:00:00+08:00",
    "right": "an",
    "blank": "bo",
    "trainees": [
        {"id": "an", "is": "right", "language": "zh", "lesson": HABITS},
        {"id": "bo", "is": "blank", "language": "en"},
        {"id": "di", "is": "one of a class", "language": "en", "lesson": {**HABITS, "right": 0}},
    ],
}


def rubric(assignment: str, cell: str, points: int) -> dict[str, object]:
    one = {"id": cell, "name": BOTH, "ticks": [{"id": "has-it", "points": points, "says": BOTH, "example": BOTH}]}
    return {"assignment": assignment, "cell": cell, "criteria": [one], "comments": [{"id": "x", "text": BOTH}]}


def put(path: Path, content: object) -> None:
    dumper = yaml.SafeDumper
    dumper.ignore_aliases = lambda *_args: True  # type: ignore[method-assign, assignment]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.dump(content, Dumper=dumper, allow_unicode=True), encoding="utf-8")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = Path(shutil.copytree(FIXTURE, tmp_path / "checkout"))
    add_case(root, facts="")
    finish_case(root)
    settings = root / "course/course.yml"
    # The fixture's module has no script either; as a draft it is left out.
    settings.write_text(settings.read_text("utf-8").replace("    core: true\n", "    draft: true\n"), encoding="utf-8")
    for name in ("nbgrader_config.py", "jupyter_server_config.json"):
        shutil.copy(ROOT / "grading" / name, root / "grading")
    shutil.rmtree(root / "grading/rubrics")
    exercise, analysis = (root / f"course/cases/refund/{name}.md" for name in ("exercise", "analysis"))
    # No task, which nbgrader does not open again; and no file, since a submission is graded far from any data.
    exercise.write_text(exercise.read_text("utf-8").split('\n+++ {"name": "d-plan"')[0], encoding="utf-8")
    text = analysis.read_text("utf-8")
    setup = text[text.index("from csv") : text.index("```\n\n```{code-cell} ipython3\n:name: b-share\n")]
    analysis.write_text(text.replace(setup, ROWS), encoding="utf-8")
    put(root / "grading/rubrics/refund.yml", rubric("refund", "c-letter", 4))
    put(root / "grading/rubrics/refund_analysis.yml", rubric("refund_analysis", "b-count", 1))
    put(root / "grading/demo/cohort.yml", COHORT)
    return root


def test_somebody_answers_all_of_it_and_somebody_nothing(repository: Path) -> None:
    rubrics = load_rubrics(repository / "grading/rubrics")
    cohort = with_units(load_cohort(repository / "grading/demo/cohort.yml"), repository, rubrics)
    assert cohort.assignments == ["refund", "refund_analysis"]
    deserved = {(trainee.id, work.assignment): work.deserves for trainee, work in cohort.last()}
    assert deserved == {
        ("an", "refund"): 7, ("an", "refund_analysis"): 4, ("bo", "refund"): 0, ("bo", "refund_analysis"): 0,
        ("di", "refund"): 7,
    }  # fmt: skip
    (right, *_), (blank, *_), _class = (trainee.works for trainee in cohort.trainees)
    assert right.decisions == {"a-voice": "functional", "a-many": ["one", "two"]}
    assert right.marks == {"ticks": ["has-it"], "comments": []}
    assert blank.decisions is None


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ({"decisions": {}, "written": {}, "trainees": {"cy": {}}}, r"refund\.yml .*'cy'"),
        (
            {"decisions": {}, "trainees": {"an": {"exercise": {"submitted": "soon", "deserves": 1}}}},
            r"refund\.yml .*soon",
        ),
    ],
)
def test_a_script_that_cannot_be_played_is_named(script: dict[str, object], says: str, repository: Path) -> None:
    put(repository / "grading/demo/refund.yml", script)
    with pytest.raises(UserError, match=says):
        load_cohort(repository / "grading/demo/cohort.yml")


def test_habits_that_cannot_be_played_are_named(repository: Path) -> None:
    trainees = [{"id": "an", "is": "right", "language": "en", "lesson": {"pace": 1}}]
    put(repository / "grading/demo/cohort.yml", {**COHORT, "trainees": trainees})
    with pytest.raises(UserError, match=r"cohort\.yml does not define a cohort: .*'reach'"):
        load_cohort(repository / "grading/demo/cohort.yml")


def test_a_demo_of_some_units_has_their_assignments_and_who_works_there(root: Path) -> None:
    whole = load_cohort(root / "grading/demo/cohort.yml")
    some = only(whole, ["01_needs", "double_eleven"])
    assert some.assignments == ["01_needs", "01_needs_analysis", "double_eleven", "double_eleven_analysis"]
    everybody = {trainee.id: [work for work in trainee.works if work.unit in ("01_needs", "double_eleven")]
                 for trainee in whole.trainees}  # fmt: skip
    assert {trainee.id: [*trainee.works] for trainee in some.trainees} == {
        name: works for name, works in everybody.items() if works
    }
    assert some.due == whole.due


def test_a_unit_that_nobody_works_in_is_named_with_those_there_are(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository)
    assert main(["demo", "--unit", "refund", "--unit", "refunds", "--out", str(tmp_path / "demo")]) == 1
    assert "no unit “refunds” to demonstrate; it has: refund." in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()


@pytest.mark.grading
@pytest.mark.xdist_group("demo")
def test_the_whole_loop(repository: Path, tmp_path: Path) -> None:
    translate(repository)
    out = tmp_path / "demo"
    assert demo(out, here=Course(repository / "grading", repository)) == 0
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as stream:
        scores = {(row["student_id"], row["assignment"]): float(row["score"]) for row in csv.DictReader(stream)
                  if row["timestamp"]}  # fmt: skip
    assert scores == {
        ("an", "refund"): 7, ("an", "refund_analysis"): 4, ("bo", "refund"): 0, ("bo", "refund_analysis"): 0,
        ("di", "refund"): 7,
    }  # fmt: skip
