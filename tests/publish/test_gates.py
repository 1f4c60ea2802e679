"""Gates that cannot pass vacuously: each stopped by a mistake prepared for it, with file, line and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.publish.cases import add_case, finish_case
from tests.publish.conftest import translate

from servicelab.publish.checks import course_findings
from servicelab.publish.findings import Finding
from servicelab.publish.sources import load_course

Edit = Callable[[str, str, str], None]
M = "course/modules/01_demo"
QUIZ, EXERCISE, ANALYSIS, LESSON = (f"{M}/{name}" for name in ("quiz.yml", "exercise.md", "analysis.md", "lesson.md"))
DESK = f"{M}/desk.yml"
CURRICULUM, COVERAGE, GAPS = (f"course/{name}.yml" for name in ("curriculum", "coverage", "known_gaps"))
RUBRIC = "grading/rubrics/01_demo.yml"


def found(root: Path) -> list[Finding]:
    return course_findings(load_course(root))


def only(root: Path) -> Finding:
    (finding,) = found(root)
    return finding


def line(root: Path, file: str, words: str) -> int:
    text = (root / file).read_text(encoding="utf-8")
    return text[: text.index(words)].count("\n") + 1


def until(root: Path, file: str, words: str) -> None:
    """Cut a file off where these words begin."""
    path = root / file
    path.write_text(path.read_text(encoding="utf-8").split(words)[0], encoding="utf-8")


def test_a_module_that_the_curriculum_lacks(course_root: Path, edit: Edit) -> None:
    text = (course_root / CURRICULUM).read_text(encoding="utf-8")
    (course_root / CURRICULUM).write_text(text.replace("module: 01_demo", "module: 09_other"), encoding="utf-8")
    finding = only(course_root)
    assert (finding.file, finding.line) == (CURRICULUM, line(course_root, CURRICULUM, "topics"))
    assert "no topic of the curriculum belongs to 01_demo" in finding.problem
    assert "module: 01_demo" in finding.remedy


def test_a_case_that_nothing_calls_for(course_root: Path) -> None:
    add_case(course_root, facts="")
    finish_case(course_root)
    assert found(course_root) == []
    text = (course_root / COVERAGE).read_text(encoding="utf-8")
    (course_root / COVERAGE).write_text(text.replace("refund/", "01_demo/"), encoding="utf-8")
    said = [str(finding) for finding in found(course_root)]
    assert [each.split(". ")[0] for each in said] == [
        "course/coverage.yml:1 [refund]: no id is assessed in refund",
        "course/coverage.yml:1 [refund]: nothing of the curriculum is assessed in refund",
    ]


@pytest.mark.parametrize(
    ("rubric", "file", "cell"),
    [
        ("01_demo", EXERCISE, "c-letter"),
        ("01_demo_plan", EXERCISE, "d-plan"),
        ("01_demo_analysis", ANALYSIS, "b-count"),
    ],
)
def test_a_rubric_that_is_missing(rubric: str, file: str, cell: str, course_root: Path) -> None:
    (course_root / f"grading/rubrics/{rubric}.yml").unlink()
    finding = only(course_root)
    assert (finding.file, finding.place) == (file, cell)
    assert abs(finding.line - line(course_root, file, cell)) <= 1
    assert "there is no rubric to mark" in finding.problem
    assert f"`cell: {cell}`" in finding.remedy


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("cell: c-letter", "cell: c-lettre", "c-lettre", "nobody marks 01_demo#c-lettre"),
        ("cell: c-letter", "cell: a-voice-test", "a-voice-test", "nobody marks"),
        ("points: 4", "points: 5", "c-letter", "come to 5 p"),
        ("points: 4", "points: 0", "criteria", "points must be a number above 0"),
        ("name: {en: Reading, zh: 标准}", "name: {en: Reading}", "criteria", "a text in each of en, zh"),
        ("comments:", "remarks:", "comments", "must have exactly the fields"),
        ("assignment: 01_demo", "assignment: [", "", "not YAML"),
    ],
)
def test_a_rubric_that_cannot_be_marked_by(
    old: str, new: str, place: str, problem: str, course_root: Path, edit: Edit
) -> None:
    edit(RUBRIC, old, new)
    said = [finding for finding in found(course_root) if finding.file == RUBRIC]
    assert any(problem in each.problem and each.remedy and each.line for each in said), said


def test_a_unit_in_which_nobody_marks_anything(course_root: Path) -> None:
    until(course_root, EXERCISE, '+++ {"name": "c-letter"')
    until(course_root, ANALYSIS, "```{code-cell} ipython3\n:name: b-count")
    assert any("a person marks nothing in this unit" in finding.problem for finding in found(course_root))


def test_an_id_that_is_assessed_only_by_a_distractor(course_root: Path, edit: Edit) -> None:
    """“Emotional” stands in the wrong option of this decision, and in nothing else of it."""
    edit(COVERAGE, "01_demo/exercise#c-letter", "01_demo/exercise#a-voice")
    edit(QUIZ, "}], key_ids: [N1.1]", "}], key_ids: [N1.1, N1.2]")
    finding = only(course_root)
    assert (finding.file, finding.line, finding.place) == (COVERAGE, line(course_root, COVERAGE, "N1.2"), "N1.2")
    assert "N1.2 (emotional) is assessed only by an option that is there to be wrong" in finding.problem
    assert "where it is the answer" in finding.remedy


def test_a_misconception_is_assessed_by_the_option_it_leads_to(course_root: Path, edit: Edit) -> None:
    edit(QUIZ, "“Where is it?”", "“Where is it?” An angry customer has what?")
    edit(COVERAGE, '"01_demo/quiz#q-angry"', '"01_demo/quiz#q-angry", "01_demo/exercise#a-voice"')
    edit(QUIZ, "}], key_ids: [N1.1]", "}], key_ids: [N1.1, X01a]")
    assert found(course_root) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "reference"),
    [
        (QUIZ, "    key_ids: [X01a]\n", "", "X01a", "01_demo/quiz#q-angry"),
        (QUIZ, "}], key_ids: [N1.1]", "}], key_ids: [N1.2]", "N1.1", "01_demo/exercise#a-voice"),
        (QUIZ, "key_ids: [N1.2], prompt: Your letter", "prompt: Your letter", "N1.2", "01_demo/exercise#c-letter"),
        (ANALYSIS, ":key_ids: [N1.1]\n", "", "N1.1", "01_demo/analysis#b-share-test"),
        (COVERAGE, "01_demo/quiz#q-angry", "01_demo/desk#n1", "X01a", "01_demo/desk#n1"),
    ],
    ids=["question", "decision", "written", "test", "desk"],
)
def test_an_id_is_assessed_where_the_right_answer_depends_on_it(
    file: str, old: str, new: str, key: str, reference: str, course_root: Path, edit: Edit
) -> None:
    edit(file, old, new)
    finding = only(course_root)
    assert (finding.file, finding.place) == (COVERAGE, key)
    assert finding.line == line(course_root, COVERAGE, f"{key}:")
    assert finding.problem == f"“{reference}” does not say that its right answer depends on {key}"
    assert f"`key_ids: [{key}]`" in finding.remedy


def test_a_moment_at_the_desk_says_what_it_assesses(course_root: Path, edit: Edit) -> None:
    edit(COVERAGE, "01_demo/quiz#q-angry", "01_demo/desk#n1")
    edit(f"{M}/desk.yml", "    customer: Where is it?", "    key_ids: [X01a]\n    customer: Where is it?")
    assert found(course_root) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        (QUIZ, "    key_ids: [X01a]", "    key_ids: [X01a, X09z]", "q-angry"),
        (ANALYSIS, ":key_ids: [N1.1]", ":key_ids: [N1.1, X09z]", "b-share-test"),
        (f"{M}/desk.yml", "    customer: Where is it?", "    key_ids: [X09z]\n    customer: Where is it?", "n1"),
    ],
    ids=["question", "test", "desk"],
)
def test_a_key_depends_on_nothing_that_the_curriculum_lacks(
    file: str, old: str, new: str, place: str, course_root: Path, edit: Edit
) -> None:
    edit(file, old, new)
    finding = only(course_root)
    assert (finding.file, finding.place, finding.problem) == (file, place, "there is no curriculum id “X09z”")
    assert abs(finding.line - line(course_root, file, "X09z")) <= 2


def test_an_option_tell(course_root: Path, edit: Edit) -> None:
    edit(QUIZ, "text: Functional}", "text: Functional through and through}")
    finding = only(course_root)
    assert (finding.file, finding.line) == (QUIZ, line(course_root, QUIZ, "quiz:"))
    assert "the longest in 1 of 2 single-choice items (en: a-voice)" in finding.problem
    assert "at the same length" in finding.remedy


def test_an_option_tell_in_chinese_alone(course_root: Path) -> None:
    translate(course_root)
    assert found(course_root) == []
    catalogue = course_root / "locales/zh_CN/01_demo/quiz.po"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(
        text.replace('"Functional（译）"', '"功能性：要有人动手去做、做完才算数的那一种需求"'), encoding="utf-8"
    )
    assert "single-choice items (zh: a-voice)" in only(course_root).problem


def test_a_desk_at_which_the_longest_sentence_is_the_best(course_root: Path, edit: Edit) -> None:
    edit(DESK, "Calm down, please.", "Calm down.")
    finding = only(course_root)
    assert (finding.file, finding.line) == (DESK, line(course_root, DESK, "  n1:") - 1)
    assert "the best sentence is the longest at 1 of 1 moments (en: n1)" in finding.problem
    assert "politeness" in finding.remedy


def test_a_desk_that_tells_in_chinese_alone(course_root: Path) -> None:
    translate(course_root)
    catalogue = course_root / "locales/zh_CN/01_demo/desk.po"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(
        text.replace('"Let me look.（译）"', '"我先帮您查一下，请您稍等片刻，查到了我马上告诉您，好不好？"'),
        encoding="utf-8",
    )
    assert "1 of 1 moments (zh: n1)" in only(course_root).problem


def test_a_unit_without_a_choice(course_root: Path, edit: Edit) -> None:
    edit(QUIZ, "    kind: choice\n", "    kind: many\n")
    edit(QUIZ, "- {id: a-voice, prompt", "- {id: a-voice, kind: many, prompt")
    edit(EXERCISE, 'in {"functional", "never-an-option"}', '== ["functional"]')
    assert any("no single-choice item" in finding.problem for finding in found(course_root))


WORDS = "a customer waits in the hall with three boxes and"


def test_a_graded_item_that_repeats_the_lesson(course_root: Path, edit: Edit) -> None:
    edit(LESSON, "A customer waits.", f"{WORDS.capitalize()} nobody comes.")
    edit(QUIZ, '"“Where is it?”"', f'"See: {WORDS} calls."')
    finding = only(course_root)
    assert (finding.file, finding.line, finding.place) == (QUIZ, line(course_root, QUIZ, "a-voice"), "a-voice")
    assert "“a customer waits in the hall with three” stands in the lesson as well (en)" in finding.problem
    assert "another customer" in finding.remedy


def test_seven_words_are_no_echo(course_root: Path, edit: Edit) -> None:
    seven = " ".join(WORDS.split()[:7])
    edit(LESSON, "A customer waits.", f"{seven.capitalize()} today.")
    edit(QUIZ, '"“Where is it?”"', f'"See: {seven} soon."')
    assert found(course_root) == []


def test_a_graded_item_that_repeats_a_question_in_chinese(course_root: Path) -> None:
    translate(course_root)
    catalogue = course_root / "locales/zh_CN/01_demo/quiz.po"
    text = catalogue.read_text(encoding="utf-8")
    for english in ("“Where is it?”（译）", "How many are late?（译）"):
        assert english in text
        text = text.replace(english, f"客户说柜子少了一扇门，要求马上补来（{english[:3]}）")
    catalogue.write_text(text, encoding="utf-8")
    finding = only(course_root)
    assert finding.problem == "“客户说柜子少了一扇门要求” stands in the lesson as well (zh)"


def test_a_unit_without_graded_items(course_root: Path) -> None:
    until(course_root, QUIZ, "decisions:\n")
    assert any("no graded item to hold against the lesson" in finding.problem for finding in found(course_root))


def test_a_decision_that_no_test_judges(course_root: Path, edit: Edit) -> None:
    edit(QUIZ, "{id: a-many, kind: many", "{id: a-more, kind: many")
    assert any("no test judges this decision" in finding.problem for finding in found(course_root))


# What is known to be lacking.

TELL = ("text: Functional}", "text: Functional through and through}")


def test_a_known_gap_is_let_through_and_no_other(course_root: Path, edit: Edit) -> None:
    edit(QUIZ, *TELL)
    (course_root / GAPS).write_text("gaps:\n  - {gate: tell, item: 01_demo/en}\n", encoding="utf-8")
    assert found(course_root) == []
    edit(COVERAGE, "01_demo/exercise#c-letter", "01_demo/exercise#a-voice")
    edit(QUIZ, "}], key_ids: [N1.1]", "}], key_ids: [N1.1, N1.2]")
    assert only(course_root).place == "N1.2"


def test_a_known_gap_that_is_closed_must_go(course_root: Path) -> None:
    (course_root / GAPS).write_text("gaps:\n  - {gate: tell, item: 01_demo/en}\n", encoding="utf-8")
    assert only(course_root) == Finding(
        GAPS, 2, "tell", "01_demo/en has no gap at the gate “tell” any more",
        "Take the entry away: the list only gets shorter",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gaps: tell\n", "`gaps` is not a list"),
        ("gaps:\n  - {gate: tale, item: x}\n", "there is no gate “tale”"),
        ("gaps:\n  - {gate: tell}\n", "the gap names no item"),
        ("gaps: [\n", "this is not YAML"),
    ],
)
def test_a_list_of_gaps_that_cannot_be_read(text: str, says: str, course_root: Path) -> None:
    (course_root / GAPS).write_text(text, encoding="utf-8")
    finding = only(course_root)
    assert (finding.file, says in finding.problem, bool(finding.remedy)) == (GAPS, True, True)


def test_what_a_draft_lacks_stops_nobody(course_root: Path, edit: Edit) -> None:
    edit(QUIZ, *TELL)
    edit("course/course.yml", "    core: true\n", "    draft: true\n")
    assert found(course_root) == []


def test_a_known_gap_is_not_called_closed_while_its_gate_cannot_look(course_root: Path, edit: Edit) -> None:
    edit(QUIZ, *TELL)
    (course_root / GAPS).write_text("gaps:\n  - {gate: tell, item: 01_demo/en}\n", encoding="utf-8")
    edit(QUIZ, "recall: []", "recall:")
    assert only(course_root).problem == "this is not a list of items"


def test_a_gate_looks_although_another_cannot(course_root: Path, edit: Edit) -> None:
    """A test that is no Python judges nothing; what a person marks is held against its rubric all the same."""
    edit(EXERCISE, 'in {"functional", "never-an-option"}', 'in {"functional", "never-an-option"')
    (course_root / RUBRIC).unlink()
    assert [finding.problem for finding in found(course_root)] == [
        "the code is not Python", "there is no rubric to mark 01_demo#c-letter by"
    ]  # fmt: skip
