"""The page about a run: what changed, what was put right, what to look at; whatever a submission says stays a text."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright
from tests.grading.conftest import DUE, RIGHT, SHARE, TRIAL, answers, fill, pack, put
from tests.grading.test_formgrader import CHROMIUM

from servicelab.cli import main
from servicelab.grading import phases
from servicelab.grading.autograding import grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.nbgrader_log import captured
from servicelab.grading.noticed import noticed_in
from servicelab.grading.phases import Spent, Watch, phase
from servicelab.grading.releasing import release_source
from servicelab.grading.reporting import render
from servicelab.grading.results import Grading, Result
from servicelab.grading.returning import feedback
from servicelab.grading.skeleton import Repair, told
from servicelab.i18n import LANGUAGES, use

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading"), pytest.mark.usefixtures("one_template")]

REACHING = {
    "frames": "import sys\nwho = sys._getframe(1)",
    "memory": "text = open('/proc/self/mem', 'rb')",
    "network": "import socket",
    "transformer": "get_ipython().ast_transformers.append(None)",
}
EQUAL = """\
class Equal:
    def __eq__(self, other):
        return True
def share(values):
    return Equal()"""
WIPES = "import socket  # \x1b[2K\x1b[1A\u202e"
FAR = f"x = 1{' ' * 300}; import socket"
HONEST = "import numpy as np\nrequests = [1, 2]\nforked = {'kill': 1}\n" + SHARE


@pytest.fixture(scope="module")
def course(released: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = tmp_path_factory.mktemp("reporting") / "grading"
    shutil.copytree(released.root, root)
    return Course.at(root)


@pytest.fixture(scope="module")
def graded(course: Course) -> Grading:
    inbox = course.root / "inbox"
    for name, code in REACHING.items():
        put(inbox, f"{name}.zip", pack(name, fill(course, code=f"{code}\n{SHARE}"), answers(RIGHT)))
    for name, code in {"honest": HONEST, "wipes": f"{WIPES}\n{SHARE}", "far": f"{FAR}\n{SHARE}"}.items():
        put(inbox, f"{name}.zip", pack(name, fill(course, code=code), answers(RIGHT)))
    put(inbox, "equal.zip", pack("equal", fill(course, code=EQUAL), answers(RIGHT)))
    put(inbox, "ending.zip", pack("ending", fill(course, code="import os\nos._exit(1)"), answers(RIGHT)))
    collect(TRIAL, [inbox], course=course)
    return grade(TRIAL, course=course, workers=2)


@pytest.mark.parametrize("name", REACHING)
def test_a_line_that_reaches_for_what_no_task_needs_is_shown_and_changes_no_score(graded: Grading, name: str) -> None:
    (result,) = [each for each in graded.results if each.student == name]
    line = next(
        each for each in REACHING[name].splitlines() if f"reaches for what no task needs: {each}" in result.noticed[0]
    )
    assert line in graded.sentence()
    assert result.score == 7


def test_honest_code_is_not_told_of(graded: Grading) -> None:
    (result,) = [each for each in graded.results if each.student == "honest"]
    assert (result.noticed, result.score) == ((), 7)


def test_a_line_wipes_out_nothing_around_it_and_turns_nothing_round(graded: Grading, course: Course) -> None:
    assert graded.report is not None
    notebook = nbformat.read(course.autograded / "wipes" / TRIAL / "exercise.ipynb", as_version=4)
    for text in (graded.sentence(), graded.report.read_text(encoding="utf-8"), notebook.cells[0].source):
        assert "reaches for what no task needs: import socket" in text
        assert [each for each in text if not each.isprintable() and each != "\n"] == []


def test_of_a_long_line_the_part_that_reaches_is_shown(graded: Grading) -> None:
    (result,) = [each for each in graded.results if each.student == "far"]
    assert result.noticed[0].endswith("; import socket")


def test_a_reason_that_quotes_a_trainee_is_printed_as_a_text() -> None:
    with captured() as log:
        logging.getLogger("traitlets").error("Traceback (most recent call last):\nValueError: \x1b[2K\u202elin")
    assert log.reason() == "ValueError: [2K lin"


def test_a_value_that_says_itself_what_it_equals_is_told_of_at_its_test(graded: Grading) -> None:
    (result,) = [each for each in graded.results if each.student == "equal"]
    assert result.noticed == ("test-b met a value that says itself what it equals; it equals nothing here",)
    assert result.score == 4


def test_a_cell_that_ended_python_is_told_of(graded: Grading) -> None:
    (result,) = [each for each in graded.results if each.student == "ending"]
    assert result.noticed[0] == "b-share ended Python, or used more memory than there is"


def test_the_marker_sees_it_and_the_trainee_does_not(graded: Grading, course: Course) -> None:
    notebook = nbformat.read(course.autograded / "network" / TRIAL / "exercise.ipynb", as_version=4)
    assert [each.kind for each in noticed_in(notebook)] == ["reaches"]
    assert "import socket" in notebook.cells[0].source
    feedback(TRIAL, course=course)
    page = (course.feedback / "network" / TRIAL / "exercise.html").read_text(encoding="utf-8")
    assert "no task needs" not in page


def test_the_page_has_everybody_once_under_what_there_is_to_do(graded: Grading) -> None:
    assert graded.report is not None
    page = graded.report.read_text(encoding="utf-8")
    for result in graded.results:
        assert page.count(f'<th scope="row">{result.student}</th>') == 1
    assert page.index("To look at") < page.index('<th scope="row">frames') < page.index("Nothing to do")
    with use("zh"):
        assert "要看一眼的" in render(graded)


def test_the_page_says_by_phase_where_the_time_went(graded: Grading, course: Course) -> None:
    """It waits, its cells run, its tests are judged, it is written: whose notebook holds a class up is seen there."""
    for each in graded.results:
        assert each.spent is not None
        assert each.spent.run + each.spent.judged + each.spent.written == pytest.approx(each.seconds, abs=0.05)
        assert each.spent.written > 0
    assert graded.report is not None
    page = BeautifulSoup(graded.report.read_text(encoding="utf-8"), "html.parser")
    *_others, table = page.select("table")
    titles = [each.text for each in table.select("tbody th")]
    assert [title.split(":")[0] for title in titles] == [
        "Waiting for their turn", "Their cells ran", "Their tests were judged", "All else",
    ]  # fmt: skip
    ran = [each.text for each in table.select("tbody tr")[1].select("td")]
    assert float(ran[0]) == pytest.approx(sum(each.spent.run for each in graded.results if each.spent), abs=0.06)
    with use("zh"):
        assert "时间花在哪里" in render(graded)
    again = grade(TRIAL, course=course)
    assert "Where the time went" not in render(again), "what was graded before took no time now"


def test_time_counts_to_one_phase_even_where_one_lies_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where kernels judge, a test is judged in the middle of the cells."""
    now = iter([10.0, 12.0, 15.0, 19.0, 24.0, 30.0])
    monkeypatch.setattr(phases.time, "monotonic", lambda: next(now))
    watch = Watch(asked=7.0)
    with phase("run"), phase("judged"):
        pass
    assert watch.spent() == Spent(waiting=3.0, run=3.0 + 5.0, judged=4.0, written=2.0 + 6.0)


def test_what_to_do_now_stands_first_on_the_page_and_last_in_the_terminal() -> None:
    """Whatever heading somebody stands under, the counts are of everybody."""
    looked = Result("lin", "graded", 4, 10, waiting=True, noticed=("it did not stop",), was=7.0)
    broken, marked = Result("gao", "damaged", 0, 10), Result("sun", "graded", 9, 10)
    made = Grading(TRIAL, (looked, broken, marked), 1.0, Path("gradebook.db"))
    steps = made.next_steps()
    assert [step.split(":")[0] for step in steps] == [
        "Cannot be opened", "Another score than before", "Look at lin", "1 wait for a person",
    ]  # fmt: skip
    page = BeautifulSoup(render(made), "html.parser")
    headings = [each.text for each in page.select("h2")]
    assert headings[0] == "What to do now"
    assert [each.text for each in page.select("ol li")] == steps
    assert "1 of these lack what a person has yet to give" in page.text
    assert " ".join(steps) in made.sentence()


def test_when_nobody_has_to_mark_the_feedback_is_next() -> None:
    made = Grading(TRIAL, (Result("sun", "graded", 9, 10),), 1.0, Path("gradebook.db"))
    assert made.next_steps() == [f"Next: servicelab feedback {TRIAL}"]
    assert replace(made, guest=True).next_steps() == [], "in somebody else's course nbgrader gives it back"
    assert replace(made, results=()).next_steps() == []
    assert "lack what a person" not in render(made)


def test_many_cells_of_one_kind_are_counted_and_not_listed() -> None:
    (said,) = told(Repair("moved", f"cell-{number}") for number in range(33))
    assert said.endswith("cell-9 and 23 more")


@pytest.mark.parametrize(("machine", "said"), [("zh_CN.UTF-8", "下一步："), ("C.UTF-8", "Next: ")])
def test_an_instructor_is_talked_to_in_the_machines_language(
    machine: str, said: str, released: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    shutil.copytree(released.root, tmp_path / "grading")
    put(tmp_path, "a.zip", pack("lin", fill(released), answers(RIGHT)))
    monkeypatch.chdir(tmp_path / "grading")
    monkeypatch.setenv("LC_ALL", machine)
    assert main(["collect", TRIAL, str(tmp_path / "a.zip")]) == 0
    assert said in capsys.readouterr().out


def test_a_changed_test_says_who_has_another_score_than_before(course: Course, graded: Grading) -> None:
    assert graded.results[0].was is None
    path = course.source / TRIAL / "exercise.ipynb"
    notebook = nbformat.read(path, as_version=4)
    test = next(each for each in notebook.cells if each.id == "test-b")
    kept = test.source
    test.source = "### BEGIN HIDDEN TESTS\nassert share([2]) == 3\n### END HIDDEN TESTS"
    nbformat.write(notebook, path)
    release_source(TRIAL, course=course, due=DUE + timedelta(days=1))
    again = grade(TRIAL, course=course, workers=2)
    changed = {each.student: (each.was, each.score) for each in again.results if each.was is not None}
    assert changed == dict.fromkeys([*REACHING, "honest", "wipes", "far"], (7, 4))
    assert "honest: 4 / 11 · was 7" in again.sentence()
    assert again.report is not None
    assert "Another score than before (1)" in again.report.read_text(encoding="utf-8")
    test.source = kept
    nbformat.write(notebook, path)


def test_no_submission_grows_too_large_to_be_told_of(released: Course, tmp_path: Path) -> None:
    shutil.copytree(released.root, tmp_path / "grading")
    course = Course.at(tmp_path / "grading")

    def flood(notebook: nbformat.NotebookNode) -> None:
        put_out = "for _ in range(63):\n    print('\U0001f600' * 65_000)"
        notebook.cells += [nbformat.v4.new_code_cell(put_out, id=f"flood-{number}") for number in range(4)]
        notebook.cells.append(nbformat.v4.new_markdown_cell("x" * 8_000_000, id="long"))

    put(tmp_path / "inbox", "large.zip", pack("large", fill(course, code=f"import socket\n{SHARE}", change=flood)))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    (result,) = grade(TRIAL, course=course).results
    assert (course.autograded / "large" / TRIAL / "exercise.ipynb").stat().st_size > 72_000_000
    assert any("import socket" in each for each in result.noticed)


def test_a_page_of_copied_cells_fills_nobodys_screen(
    released: Course, tmp_path: Path, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    shutil.copytree(released.root, tmp_path / "grading")
    course = Course.at(tmp_path / "grading")
    # As it was saved: nbformat itself gives copied cells ids of their own.
    notebook = json.loads(fill(course, code=SHARE))
    notebook["cells"] += [each for each in notebook["cells"] if each["id"] == "b-share"] * 5
    put(tmp_path / "inbox", "copied.zip", pack("copied", json.dumps(notebook).encode(), answers(RIGHT)))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    (result,) = grade(TRIAL, course=course).results
    assert result.score == 7
    assert result.repairs == ("there more than once, and the last one with an answer counts: b-share",)
    assert "Non-unique" not in capfd.readouterr().err
    assert [str(each.message) for each in recwarn if "Non-unique" in str(each.message)] == []


def test_a_name_wipes_out_nothing_around_it_either() -> None:
    """In somebody else's course it is the name of whatever folder was unpacked there."""
    result = Result("lin\x1b[2K\u202e", "stopped", 1, 2)
    made = Grading("hw", (result,), 1.0, Path("gradebook.db"))
    for text in (made.sentence(), render(made)):
        assert "lin [2K" in text
        assert [each for each in text if not each.isprintable() and each != "\n"] == []


def test_nothing_that_a_submission_says_is_more_than_a_text() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    result = Result("lin", "failed", 1, 2, why=hostile, noticed=(hostile,), repairs=(hostile,))
    page = render(Grading(hostile, (result,), 1.0, Path("gradebook.db")))
    assert hostile not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 5
    assert "script" not in page.replace("default-src 'none'", "")


def test_no_heading_of_a_column_is_cut_off(graded: Grading, chromium: str) -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=CHROMIUM)
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        for language in LANGUAGES:
            with use(language):
                page.set_content(render(graded))
            cut = page.eval_on_selector_all(
                "thead th",
                "heads => heads.filter(each => each.scrollWidth > each.clientWidth).map(each => each.innerText)",
            )
            assert cut == []
        browser.close()
