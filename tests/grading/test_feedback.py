"""Feedback: what the author wrote for the trainee is there; hidden tests, keys and model answers are not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from tests.grading.conftest import MARK_SCHEME, MODEL_ANSWER, SCORES, TEST_A, TEST_B, TRIAL, about

from servicelab.cli import main
from servicelab.grading.course import Course
from servicelab.grading.messages import authored
from servicelab.grading.outcomes import AFTER, DIED, late, not_run
from servicelab.grading.pieces import SHOWN, Piece, Reader
from servicelab.grading.returning import feedback
from servicelab.grading.scrub import ScrubFeedback
from servicelab.i18n import use

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading"), pytest.mark.usefixtures("one_template")]

# Distinctive lines of what must stay hidden; messages are the one thing in a test that is meant to be read.
SECRETS = [
    'right = {"a-voice": "functional", "a-tone": "emotional"}',
    "2.0 * sum(decisions[name]",
    "share([True, False, False, False, True])",
    "[True, False, False, False, True]",
    "abs(found - 0.4)",
    "found != 2",
    "HIDDEN TESTS",
    MODEL_ANSWER,
    MARK_SCHEME,
]


def page(course: Course, student: str) -> str:
    return (course.feedback / student / TRIAL / "exercise.html").read_text(encoding="utf-8")


def plain(html: str) -> str:
    import html as entities

    body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", entities.unescape(re.sub(r"<[^>]+>", " ", body)))


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if re.sub(r"\s+", " ", secret) in text]


def test_the_secrets_looked_for_are_really_in_what_was_graded(graded: Course) -> None:
    graded_notebook = nbformat.read(graded.autograded / "leaky" / TRIAL / "exercise.ipynb", as_version=4)
    everything = " ".join(each.source for each in graded_notebook.cells)
    assert all(secret in everything + MODEL_ANSWER + MARK_SCHEME for secret in SECRETS)
    said = "".join(o.get("text", "") for each in graded_notebook.cells for o in each.get("outputs", []))
    assert "[True, False, False, False, True]" not in said, "what a trainee's function prints in a check is not kept"


def test_nobodys_page_or_folder_holds_a_secret(graded: Course) -> None:
    pages = sorted(graded.feedback.glob(f"*/{TRIAL}/*"))
    assert len([each for each in pages if each.suffix == ".html"]) == 13
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert leaks(re.sub(r"\s+", " ", text)) == [], path
        assert leaks(plain(text)) == [], path


def test_authored_messages_are_shown_in_the_trainees_language(graded: Course) -> None:
    chinese = plain(page(graded, "count"))
    assert "请再读第一句。" in chinese
    assert "语气不等于需求。" in chinese
    assert "一份答卷一个“是”" not in chinese, "that check was met"
    assert "这是数量，份额应在 0 到 1 之间。" in chinese
    assert "Tone is not need." not in chinese
    assert '<html lang="zh-CN">' in page(graded, "count")
    english = [words for words in ("Feedback for", "Your answer", "You did not", "points") if words in chinese]
    assert english == [], "the page itself speaks the trainee's language, too"
    english = plain(page(graded, "half"))
    assert "Tone is not need." in english
    assert "语气不等于需求。" not in english
    assert "Read the first voice again." not in english


def test_the_score_stands_on_top_part_by_part(graded: Course) -> None:
    text = plain(page(graded, "half"))
    assert "Feedback for half · submitted 2026-11-20 09:00 (UTC+00:00) 5 of 11 points" in text
    assert "A · Two decisions 2 / 4 B · A share 3 / 3 C · Say why 0 / 4" in text
    assert "You did not answer this." in text
    waiting = plain(page(graded, "perfect"))
    assert "C · Say why being marked" in waiting
    assert "A person has yet to mark a part of this" in waiting
    assert "2 h late" in plain(page(graded, "untouched"))


def test_errors_are_explained_by_the_trainees_own_lines(graded: Course) -> None:
    raising = plain(page(graded, "raising"))
    assert "Your code stopped with KeyError." in raising
    assert "This was not answered." not in raising
    assert "----> 2 return {}[str(values)]" in raising
    assert "[True]" not in raising, "what the hidden test called it with"
    assert "This was not answered." in plain(page(graded, "untouched"))
    assert "it took longer than it may, so it was stopped" in plain(page(graded, "stubborn")) or (
        "this cell did not stop when its time was up" in plain(page(graded, "stubborn"))
    )
    assert "this cell ended Python" in plain(page(graded, "dead"))
    assert "It could not be checked: the notebook had stopped before." in plain(page(graded, "dead"))
    deleted = plain(page(graded, "deleted"))
    assert "It cost you no points. Cells of the page were missing; they were put back." in deleted
    assert "put right" not in plain(page(graded, "perfect"))


def test_a_notebook_that_cannot_be_opened_gets_a_page_that_says_what_to_do(graded: Course) -> None:
    text = plain(page(graded, "broken"))
    assert "Your notebook could not be opened: only what you had decided and written in boxes was there" in text
    assert "It cost you no points" not in text
    assert text.index("4 of 11 points") < text.index("Your notebook could not be opened")
    assert "submit again" in text
    assert text.strip().startswith(
        "A trial of grading · Feedback A trial of grading Feedback for broken · submitted 2026-11-20 09:00 (UTC+00:00)"
    )


def test_the_pages_lie_together_each_named_by_its_trainee_and_who_has_none_or_waits_is_named(
    graded: Course, tmp_path: Path
) -> None:
    root = tmp_path / "grading"
    shutil.copytree(graded.root, root)
    course = Course.at(root)
    (course.pages / TRIAL / "gone.html").write_text("of an earlier run")
    with course.gradebook() as book:
        book.add_student("absent")
    shutil.rmtree(course.autograded / "half")
    report = feedback(TRIAL, course=course)
    there = {path.stem for path in (course.pages / TRIAL).iterdir()}
    assert there == {path.parent.parent.name for path in report.pages} == set(SCORES) - {"half"}
    own = (course.pages / TRIAL / "count.html").read_text(encoding="utf-8")
    assert own == page(course, "count")
    said = report.sentence()
    assert f"12 feedback pages, each named by its trainee, are in {course.pages / TRIAL}" in said
    assert "None for half: they are not graded, and grade says why." in said
    assert "A person has yet to mark a part of deleted, perfect, perfect-zh, stubborn: mark it in Formgrader" in said
    assert "Nothing was handed in by absent." in said


def test_a_table_says_of_how_many_scores_a_part_is_missing(
    graded: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(graded.root)
    table = tmp_path / "grades.csv"
    assert main(["export", "--out", str(table)]) == 0
    waiting = table.read_text(encoding="utf-8-sig").splitlines()
    column = waiting[0].split(",").index("needs_manual_grade")
    count = sum(line.split(",")[column] == "yes" for line in waiting[1:])
    assert count > 0
    assert f"{count} of the scores lack what a person has yet to give" in capsys.readouterr().out


def test_a_page_needs_nothing_from_the_network_and_runs_nothing(graded: Course) -> None:
    for path in graded.feedback.glob(f"*/{TRIAL}/*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script|<link|<iframe|https?://|javascript:|\son\w+=|@import|url\(", text), path


def test_stock_nbgrader_feedback_is_scrubbed_as_well(graded: Course, tmp_path: Path) -> None:
    """By `nbgrader generate_feedback` itself, once with our page and once with nbgrader's own look."""
    root = tmp_path / "grading"
    shutil.copytree(graded.root, root)
    shutil.rmtree(root / "feedback")
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", TRIAL, "--force"]
    subprocess.run([*command, "--student", "leaky"], cwd=root, check=True, capture_output=True)
    ours = (root / "feedback" / "leaky" / TRIAL / "exercise.html").read_text(encoding="utf-8")
    assert "Feedback for leaky" in plain(ours)
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as settings:
        settings.write("\ndel c.GenerateFeedback.exporter_class\n")
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    pages = list((root / "feedback").glob(f"*/{TRIAL}/exercise.html"))
    assert len(pages) == 13
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert leaks(plain(text)) == [], path
    assert "Tone is not need." in plain((root / "feedback" / "half" / TRIAL / "exercise.html").read_text("utf-8"))


# The preprocessor on notebooks made by hand: what no cohort of ours does.


def scrubbed(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    notebook, _resources = ScrubFeedback().preprocess(new_notebook(cells=list(cells)), {})
    return notebook


def checked(source: str, *outputs: nbformat.NotebookNode) -> nbformat.NotebookNode:
    metadata = about("test-x", grade=True, locked=True, points=1, cell_type="code")
    return new_code_cell(source, outputs=list(outputs), metadata=metadata, execution_count=3)


def test_a_librarys_assertion_does_not_show_the_right_table() -> None:
    error = new_output(
        "error",
        ename="AssertionError",
        evalue="Series are different\n[left]: [1]\n[right]: [0.31]",
        traceback=["Cell In[3], line 2\n----> 2 assert_series_equal(given, pd.Series([0.31]))"],
    )
    text = str(scrubbed(checked("import pandas as pd\nassert_series_equal(given, pd.Series([0.31]))", error)))
    assert "0.31" not in text
    assert "A check of this part was not met." in text


def test_a_trainees_output_that_quotes_a_hidden_line_loses_that_line() -> None:
    secret = "assert abs(found - 0.4) < 0.001"
    quoting = new_code_cell("print(In[3])", execution_count=4, outputs=[
        new_output("stream", name="stdout", text=f"before\n{secret}\nafter\n"),
        new_output("execute_result", data={"text/plain": repr(secret), "text/html": f"<b>{secret}</b>"}),
        new_output("error", ename="ValueError", evalue=secret, traceback=[f"Cell In[4], line 1\n{secret}"]),
    ])  # fmt: skip
    text = str(scrubbed(checked(f"### BEGIN HIDDEN TESTS\n{secret}\n### END HIDDEN TESTS"), quoting))
    assert secret not in text
    assert "before" in text
    assert "after" in text


def test_mark_schemes_of_task_cells_are_taken_out() -> None:
    task = new_markdown_cell(
        "Draw it.\n### BEGIN MARK SCHEME\nTwo points for axes.\n### END MARK SCHEME\nIn pencil.",
        metadata=about("t", task=True, locked=True, points=2, cell_type="markdown"),
    )
    assert scrubbed(task).cells[0].source == "Draw it.\nIn pencil."


@pytest.mark.parametrize("source", [TEST_A, TEST_B])
def test_keys_and_inputs_are_no_messages(source: str) -> None:
    patterns = authored(source)
    assert patterns
    for secret in ("functional", "emotional", "[True, False, False, False, True]", "right", "a-voice", "0.4"):
        assert not any(pattern.fullmatch(secret) for pattern in patterns)


def test_messages_are_followed_through_tables_and_loops() -> None:
    patterns = authored(
        'axes = {"long": ("immediate", "Time: when? · 时间？"), "core": ("non-core", "Weight: how much? · 多重？")}\n'
        "for label, (other, says) in axes.items():\n"
        '    print(says if label != other else "One each: " + says)'
    )
    assert sorted(pattern.pattern.replace("\\", "") for pattern in patterns) == [
        "One each: Time: when? · 时间？",
        "One each: Weight: how much? · 多重？",
        "Time: when? · 时间？",
        "Weight: how much? · 多重？",
    ]


def test_an_f_string_lets_only_its_own_shape_through() -> None:
    patterns = authored('print(f"Row {name} is missing from your table.")\nprint(f"{secret}")')
    assert any(pattern.fullmatch("Row senior is missing from your table.") for pattern in patterns)
    assert not any(pattern.fullmatch("functional") for pattern in patterns)


def test_hostile_markdown_in_an_answer_or_a_comment_stays_text(tmp_path: Path) -> None:
    from servicelab.grading.page import render

    written = new_markdown_cell(
        '<script>alert(1)</script><img src="https://x.example/y" onerror="alert(2)">[a](javascript:alert(3))\n\n**ok**',
        metadata=about("c", grade=True, solution=True, points=4, cell_type="markdown", score=1,
                       comment='<iframe src="//x"></iframe>Good.'),
    )  # fmt: skip
    html = render(
        new_notebook(cells=[written]), {"assignment": "a", "student": "<b>x", "score": 1, "max_score": 4}, tmp_path
    )
    assert "<strong>ok</strong>" in html
    assert "Good." in html
    assert not re.search(r"<script|<img|<iframe|href=.javascript:|<b>x|<table [^>]*onclick", html)


def pieces(course: Course, *cells: Any, lang: str = "en") -> list[Piece]:
    """What a page shows of cells, once they are scrubbed."""
    folder = course.autograded / "lin" / TRIAL
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "edition.json").write_text(json.dumps({"edition": "trainee", "language": lang}), encoding="utf-8")
    resources = {"metadata": {"path": str(folder)}}
    scrubbed, _resources = ScrubFeedback().preprocess(new_notebook(cells=list(cells)), resources)
    reader = Reader(set(), {}, folder)
    with use(lang):
        reader.read(scrubbed)
    return reader.pieces


@pytest.mark.parametrize(("lang", "said"), [("en", "this cell ended Python"), ("zh", "Python")])
def test_what_ended_python_stands_once_at_its_cell_and_in_words(course: Course, lang: str, said: str) -> None:
    ended = new_code_cell("import os\nos._exit(0)", outputs=[not_run(DIED)])
    after = [new_code_cell(code, outputs=[not_run(AFTER)]) for code in ("task.write('c-why')", "task.submit()")]
    own = new_code_cell("x = 1", metadata=about("b-share", solution=True), outputs=[not_run(AFTER)])
    shown = pieces(course, ended, *after, own, lang=lang)
    assert [each.kind for each in shown] == ["shown", "work"]
    assert said in shown[0].outputs[0]
    assert not any("NotRun" in text for each in shown for text in each.outputs)
    assert shown[1].outputs, "of a cell that one has written it says why it did not run"


def test_a_cell_that_was_interrupted_says_so_in_words(course: Course) -> None:
    (shown,) = pieces(course, new_code_cell("while True: pass", outputs=[late()]))
    assert shown.outputs == ["it took longer than it may, so it was stopped"]


def test_what_flooded_the_notebook_does_not_flood_the_page(course: Course) -> None:
    flood = new_output("stream", name="stdout", text="x" * (SHOWN + 7))
    fits = new_output("stream", name="stdout", text="y" * SHOWN)
    shown = pieces(course, *(new_code_cell("go()", outputs=[each]) for each in (flood, fits)))
    assert [each.outputs[0] for each in shown] == ["x" * SHOWN + "\n… and 7 more characters", "y" * SHOWN]


def test_texts_for_the_marking_are_none_of_the_page(course: Course) -> None:
    texts = [
        new_markdown_cell("The next line is where your text is put.", metadata={"servicelab": {"marking": True}}),
        new_markdown_cell("Mine.", metadata={"servicelab": "marking"}),
        new_code_cell("1", outputs=[new_output("execute_result", data={"text/plain": "1"})]),
    ]
    shown = pieces(course, *texts)
    assert [each.kind for each in shown] == ["text", "shown"]
    assert "Mine." in shown[0].html
