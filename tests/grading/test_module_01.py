"""The real module through the whole loop: the demo's cohort, whose scores were worked out by hand."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from servicelab.grading.course import Course
from servicelab.grading.demo import demo
from servicelab.grading.rubric import load_rubrics
from servicelab.grading.simulation import Cohort, load_cohort
from servicelab.publish.secrets import find_leaks, secrets

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def cohort(root: Path) -> Cohort:
    return load_cohort(root / "grading" / "demo" / "cohort.yml")


@pytest.fixture(scope="module")
def place(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, run once: release, submit, collect, grade, mark, feedback, export; it fails by its own comparison."""
    out = tmp_path_factory.mktemp("demo") / "demo"
    assert demo(out, here=Course(root / "grading", root)) == 0
    return out


def test_every_score_is_the_one_deserved(place: Path, cohort: Cohort) -> None:
    """Not by the demo's own word: read from the table it ends with."""
    rows = table(place)
    found = {(row["student_id"], row["assignment"]): float(row["score"]) for row in rows if row["timestamp"]}
    assert found == {(trainee.id, work.assignment): work.deserves for trainee, work in cohort.last()}
    full = {row["assignment"]: float(row["max_score"]) for row in rows}
    assert full == {"01_needs": 30, "01_needs_analysis": 30}
    assert [row["student_id"] for row in rows if row["late"] == "yes"] == ["ma-li"]
    assert not [row for row in rows if row["needs_manual_grade"] == "yes"]


def test_the_cohort_covers_what_graders_meet(cohort: Cohort) -> None:
    done = list(cohort.last())
    assert {trainee.language for trainee, _work in done} == {"en", "zh"}
    perfect = [work.assignment for _trainee, work in done if work.deserves == 30]
    assert {"01_needs", "01_needs_analysis"} <= set(perfect)
    assert len([work for _trainee, work in done if work.decisions is None and not work.damaged]) >= 1


def test_evidence_travels_into_the_table(place: Path) -> None:
    row = next(each for each in table(place) if each["student_id"] == "wang-min" and each["assignment"] == "01_needs")
    assert (row["lesson_minutes"], row["quiz_answered"], row["quiz_right"]) == ("41.0", "9", "5")
    assert (row["misconceptions"], row["predictions"], row["desk_grade"]) == ("X01a", "2", "mixed")
    assert row["language"] == "en"


def test_pages_leak_no_hidden_test_and_no_answer_to_those_who_gave_none(place: Path, root: Path) -> None:
    known = secrets(root)
    hidden = [secret for secret in known if secret.kind == "hidden test"]
    assert len(hidden) > 50
    assert find_leaks(place / "grading" / "source", hidden), "the search finds them where they stand"
    assert find_leaks(place / "grading" / "feedback", hidden) == []
    for student in ("sun-hao", "gao-ning"):
        assert find_leaks(place / "grading" / "feedback" / student, known) == []


def test_pages_say_what_the_author_wrote_where_it_belongs(place: Path) -> None:
    page = (place / "grading" / "feedback" / "wang-min" / "01_needs" / "exercise.html").read_text(encoding="utf-8")
    card = page[page.index('id="test-a-kind-loud"') :]
    assert "The capitals are tone." in card[: card.index("</section>")]
    assert "全是感叹号" not in page
    chinese = (place / "grading" / "feedback" / "zhao-lei" / "01_needs" / "exercise.html").read_text(encoding="utf-8")
    assert "全是感叹号说明语气" in chinese
    assert "The capitals are tone" not in chinese
    prompts = json.loads((place / "grading" / "source" / ".words" / "01_needs.zh.json").read_text(encoding="utf-8"))
    assert prompts["decisions"][0]["prompt"][:12] in chinese
    raising = (place / "grading" / "feedback" / "liu-fang" / "01_needs_analysis" / "analysis.html").read_text("utf-8")
    assert "functonal" in raising
    assert "site-packages" not in raising
    assert "on_time_delivery" not in raising.split('id="test-b4-kano"')[1].split("</section>")[0]
    endless = (place / "grading" / "feedback" / "xu-kai" / "01_needs_analysis" / "analysis.html").read_text("utf-8")
    assert "it took longer than it may" in endless


def test_every_decision_has_its_message_beside_it(place: Path) -> None:
    page = (place / "grading" / "feedback" / "zhao-lei" / "01_needs" / "exercise.html").read_text(encoding="utf-8")
    cards = re.findall(r'<section class="card none" id="test-a-[^"]+">(.*?)</section>', page, re.DOTALL)
    assert len(cards) == 12
    for card in cards:
        assert "<li>" in card, card


def test_rubrics_fit_the_graded_cells(place: Path, root: Path) -> None:
    course = Course(place / "grading", root)
    for assignment, rubrics in load_rubrics(root / "grading" / "rubrics").items():
        with course.gradebook() as book:
            cells = {
                cell.name: cell.max_score
                for notebook in book.find_assignment(assignment).notebooks
                for cell in notebook.grade_cells
            }
        for rubric in rubrics:
            assert cells[rubric.cell] == rubric.points


def table(place: Path) -> list[dict[str, str]]:
    content = (place / "grades.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "without it a Chinese Excel shows rubbish"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
