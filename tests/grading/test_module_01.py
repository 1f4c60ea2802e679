"""The real module through the whole loop: the demo's cohort, whose scores were worked out by hand."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from tests.grading.conftest import Demonstrated

from servicelab.company import load
from servicelab.grading.course import Course
from servicelab.grading.evidence import lesson_sheets, read_evidence, read_guesses, spent
from servicelab.grading.moments import in_zone
from servicelab.grading.rubric import load_rubrics
from servicelab.grading.simulation import Cohort, load_cohort
from servicelab.publish.content import Content
from servicelab.publish.minutes import of_unit
from servicelab.publish.secrets import find_leaks, secrets
from servicelab.widgets import figures

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def cohort(root: Path) -> Cohort:
    return load_cohort(root / "grading" / "demo" / "cohort.yml")


@pytest.fixture(scope="module")
def place(demonstrated: Demonstrated) -> Path:
    return demonstrated.place


def test_every_score_is_the_one_deserved(place: Path, cohort: Cohort) -> None:
    """Not by the demo's own word: read from the table it ends with."""
    rows = table(place)
    found = {(row["student_id"], row["assignment"]): float(row["score"]) for row in rows if row["timestamp"]}
    assert found == {(trainee.id, work.assignment): work.deserves for trainee, work in cohort.last()}
    full = {row["assignment"]: float(row["max_score"]) for row in rows}
    graded = {"00_orientation": 30, "00_orientation_analysis": 20, "01_needs": 30, "01_needs_analysis": 30}
    assert graded.items() <= full.items()
    late = {(row["student_id"], row["assignment"]) for row in rows if row["late"] == "yes"}
    assert late == {(trainee.id, work.assignment) for trainee, work in cohort.last() if work.late}
    assert late
    assert not [row for row in rows if row["needs_manual_grade"] == "yes"]
    assert {row["student_id"] for row in rows if row["status"] == "nothing answered"} == {"sun-hao"}


def test_the_cohort_covers_what_graders_meet(cohort: Cohort) -> None:
    done = list(cohort.last())
    assert {trainee.language for trainee, _work in done} == {"en", "zh"}
    perfect = [work.assignment for _trainee, work in done if work.deserves == 30]
    assert {"01_needs", "01_needs_analysis"} <= set(perfect)
    assert len([work for _trainee, work in done if work.decisions is None and not work.damaged]) >= 1


def test_evidence_travels_into_the_table(place: Path) -> None:
    row = next(each for each in table(place) if each["student_id"] == "wang-min" and each["assignment"] == "01_needs")
    assert (row["quiz_answered"], row["quiz_right"], row["predictions"], row["desk_grade"]) == (
        "19",
        "10",
        "3",
        "mixed",
    )
    assert 40 < float(row["lesson_minutes"]) < 70
    assert row["misconceptions"] == "X01a X01b X01c"
    assert row["language"] == "en"


def test_the_reports_show_a_class(place: Path, root: Path) -> None:
    """Each section has its minutes, each question its guesses, and no two trainees are the same."""
    course = Course(place / "grading", root)
    sheets = lesson_sheets(course, "01_needs")
    assert len(sheets) == 8
    time = spent("01_needs", course=course)
    assert time.keys() == {planned.section for planned in of_unit(root, "01_needs")}
    guesses = [read_guesses(sheet) for sheet in sheets.values()]
    asked = {key: [each[key] for each in guesses if key in each] for key in ("p-apology", "p-rank", "p-ontime")}
    assert all(len(set(given)) >= 4 for given in asked.values()), asked
    seen = [read_evidence(sheet) for sheet in sheets.values()]
    assert {each.desk_grade for each in seen} == {"good", "mixed", "poor", None}
    assert {name for each in seen for name in each.misconceptions} == {"X01a", "X01b", "X01c"}
    assert len({(each.lesson_minutes, each.quiz_right) for each in seen}) == 8


def test_pages_leak_no_hidden_test_and_no_answer_to_those_who_gave_none(place: Path, root: Path) -> None:
    known = secrets(root)
    hidden = [secret for secret in known if secret.kind == "hidden test"]
    assert len(hidden) > 50
    assert find_leaks(place / "grading" / "source", hidden), "the search finds them where they stand"
    assert find_leaks(place / "grading" / "feedback", hidden) == []
    assert find_leaks(place / "grading" / "feedback" / "sun-hao", known) == []


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
    assert len(cards) == 14
    for card in cards:
        assert "<li>" in card, card


@pytest.mark.parametrize(("lang", "student"), [("en", "wang-min"), ("zh", "zhao-lei")])
def test_a_decision_has_one_label_on_the_page_in_the_feedback_and_in_the_key(
    lang: str, student: str, place: Path, root: Path
) -> None:
    content = Content(root, lang, strict=False)
    unit = content.course.units["01_needs"]
    notes = "\n".join(cell.source for cell in content.node(unit.documents["instructor"], trainee=False).cells)
    page = (place / "grading" / "feedback" / student / "01_needs" / "exercise.html").read_text(encoding="utf-8")
    exercise = content.node(unit.documents["exercise"], trainee=True)
    asked = [
        key
        for cell in exercise.cells
        if cell.cell_type == "code"
        for key in re.findall(r'decide\("(.+?)"', cell.source)
    ]
    assert len(asked) == 14
    for number, key in enumerate(asked, start=1):
        label = {"en": f"Decision {number}", "zh": f"情景判断第 {number} 题"}[lang]
        assert f"| {label} · `{key}` |" in notes
        assert re.search(rf'<a href="#test-{key}">{label} · [^<]+</a>', page), key
        assert re.search(rf'id="test-{key}">\s*<p class="mark"><b>{label} · [^<]+</b>', page), key
    graded = (place / "grading" / "autograded" / student / "01_needs" / "exercise.ipynb").read_text(encoding="utf-8")
    assert all(f'"{number} · {key}: ' in graded for number, key in enumerate(asked, start=1)), "for whoever marks"


def test_whoever_marks_has_the_numbers_that_ticks_depend_on_and_each_check_under_its_decision(place: Path) -> None:
    path = place / "grading" / "autograded" / "wang-min" / "01_needs" / "exercise.ipynb"
    notebook = nbformat.read(path, as_version=4)
    (box,) = (cell for cell in notebook.cells if cell.source.startswith("task.write("))
    said = box.outputs[0].data["text/plain"]
    evidence = figures.evidence(
        load("contacts"), load("orders"), load("kano_survey"), load("features"), only=["intact_packaging"]
    )
    line = " · ".join(f"{column} {number}" for column, number in evidence.loc["Goods arrive intact"].items())
    assert f"Goods arrive intact: {line}" in said
    assert said.count("mention it") == 5
    assert "I would improve packaging" in said, "what was written in the box"
    page = (place / "grading" / "pages" / "01_needs" / "wang-min.html").read_text(encoding="utf-8")
    numbers, answer = page.index(f"Goods arrive intact: {line}"), page.index('id="c-answer"')
    assert numbers < answer
    assert page.count("I would improve packaging") == 1
    names = [cell.metadata.get("nbgrader", {}).get("grade_id", cell.source) for cell in notebook.cells]
    checks = [name for name in names if name.startswith("test-")]
    decided = [name for cell in notebook.cells for name in re.findall(r'decide\("(.+?)"', cell.source)]
    assert checks == [f"test-{name}" for name in decided]
    assert [names[names.index(check) - 1] for check in checks] == [f"**Decision {n}**" for n in range(1, 15)]
    assert "**Decision" not in page


def test_nobody_who_wrote_is_said_to_have_written_nothing(place: Path, cohort: Cohort) -> None:
    for trainee, work in cohort.last():
        path = place / "grading" / "autograded" / trainee.id / work.assignment / "exercise.ipynb"
        if path.is_file():
            empty = any(said in path.read_text(encoding="utf-8") for said in ("Nothing written yet.", "还没写。"))
            assert empty != bool(work.written), trainee.id


def test_a_page_of_a_damaged_notebook_has_its_title_and_its_time(place: Path) -> None:
    page = (place / "grading" / "pages" / "01_needs" / "gao-ning.html").read_text(encoding="utf-8")
    assert re.search(r"<h1>[^<]*(graded exercise|练习)[^<]*</h1>", page)
    assert in_zone(datetime(2026, 11, 20, 6, tzinfo=UTC)) in page


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
