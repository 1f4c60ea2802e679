"""The start page: what is done and what is next."""

import json
import re
import shutil

import pytest

from servicelab.course.handin import LARGEST_NOTEBOOK
from servicelab.errors import UserError
from servicelab.learn import home, open_exercise, open_lesson


def test_the_start_page_names_the_next_step_until_all_is_handed_in(workspace, monkeypatch):
    def first_line():
        monkeypatch.chdir(workspace)
        return home().text().splitlines()[0]

    assert first_line() == "Next: begin the lesson “Needs analysis”."
    lesson = open_lesson("01_needs")
    lesson.quiz("q-one").value = {"tries": [["a"]]}
    assert first_line() == "Next: go on with the lesson “Needs analysis”, at “1 · Begin”."
    lesson.predict("p-one").value = {"guess": 3}
    lesson.desk().value = {"path": ["a"]}
    assert first_line() == "Next: do the exercise of “Needs analysis” and hand it in."
    task = open_exercise("01_needs")
    task.decide("a-one").value = {"value": "f"}
    assert "1 of 2 decisions made, not handed in" in home().text()
    task.submit().value = {"student": "E1", "press": 1, "clean": True, "sure": True}
    assert first_line() == "Everything is done. What you have not sent to your instructor yet is still to be sent."
    assert "ready to send, " in home().text()


def test_what_an_instructor_fetches_is_handed_in_and_nobody_is_told_to_send_it(workspace, monkeypatch):
    (workspace / "course.json").write_text(json.dumps({"fetched": True}))
    monkeypatch.chdir(workspace)
    lesson, task = open_lesson("01_needs"), open_exercise("01_needs")
    lesson.quiz("q-one").value = {"tries": [["a"]]}
    lesson.predict("p-one").value = {"guess": 3}
    lesson.desk().value = {"path": ["a"]}
    submit = task.submit()
    submit.value = {"student": "E1", "press": 1, "clean": True, "sure": True}
    assert submit.state["step"] == "It is handed in. There is nothing more to do."
    assert "handed in on " in home().text()
    assert home().text().splitlines()[0] == "Everything is done and handed in."


def test_links_lead_from_where_the_page_stands(workspace, monkeypatch):
    monkeypatch.chdir(workspace)
    assert "(lessons/01_needs/lesson.ipynb)" in home().markdown
    monkeypatch.chdir(workspace / "lessons/01_needs")
    finish = open_lesson("01_needs").finish().markdown
    assert "(../../assignments/01_needs/exercise.ipynb)" in finish
    assert "(../../start.ipynb)" in finish


def test_a_damaged_sheet_does_not_stop_the_start_page(workspace, monkeypatch):
    (workspace / "lessons/01_needs/lesson.answers.json").write_bytes(b"\x00\xff")
    monkeypatch.chdir(workspace)
    assert "begin the lesson" in home().text()
    assert (workspace / "lessons/01_needs/lesson.answers.json").read_bytes() == b"\x00\xff"


def test_away_from_the_course_it_says_where_to_go(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"start\.ipynb"):
        home()


def test_saving_and_restoring_from_the_page(workspace, monkeypatch):
    monkeypatch.chdir(workspace)
    control = home().keep
    control.value = {"save": 1}
    assert control.state["kind"] == "wrong"
    quiz = open_lesson("01_needs").quiz("q-one")
    quiz.value = {"tries": [["b"]]}
    control.value = {"save": 2}
    saved = list(workspace.glob("servicelab-progress-*.zip"))
    assert len(saved) == 1
    assert saved[0].name in control.state["says"]
    quiz.value = {"tries": [["b"], ["a"]]}
    control.restore(saved[0].read_bytes())
    assert "Files restored: 1;" in control.state["says"]
    assert open_lesson("01_needs").quiz("q-one").state["status"] == "wrong"
    control.restore(b"nonsense")
    assert control.state["kind"] == "wrong"


def test_a_file_is_restored_from_its_pieces(workspace, monkeypatch):
    monkeypatch.chdir(workspace)
    quiz = open_lesson("01_needs").quiz("q-one")
    quiz.value = {"tries": [["b"]]}
    control = home().keep
    control.value = {"save": 1}
    content = next(workspace.glob("servicelab-progress-*.zip")).read_bytes()
    quiz.value = {"tries": [["b"], ["a"]]}

    def send(at, piece, size=None):
        control._asked(
            control, {"do": "restore", "at": at, "size": len(content) if size is None else size}, [memoryview(piece)]
        )
        return control.state["says"]

    assert "did not arrive whole" in send(100, content[100:])
    half = len(content) // 2
    send(0, content[:half])
    assert "did not arrive whole" in send(half + 1, content[half + 1 :])
    assert "did not arrive whole" in send(0, content + b"x")
    assert "did not arrive whole" in send(0, content, "all of it")
    send(0, content[:half])
    assert "Files restored" not in control.state["says"]
    assert "Files restored: 1;" in send(half, content[half:])
    assert open_lesson("01_needs").quiz("q-one").state["status"] == "wrong"
    assert "not a zip" in send(0, b"", 0)


def test_what_could_not_be_saved_is_said_on_the_page(workspace, monkeypatch):
    monkeypatch.chdir(workspace)
    open_lesson("01_needs").quiz("q-one").value = {"tries": [["b"]]}
    with (workspace / "assignments/01_needs/exercise.ipynb").open("wb") as heavy:
        heavy.truncate(LARGEST_NOTEBOOK + 1)
    control = home().keep
    control.value = {"save": 1}
    assert control.state["kind"] == "info"
    assert "Not everything is in it. assignments/01_needs/exercise.ipynb is larger than 32 MB" in control.state["says"]
    assert list(workspace.glob("servicelab-progress-*.zip"))


def test_the_end_of_a_lesson_follows_what_is_done_after_it_was_shown(workspace):
    lesson = open_lesson("01_needs")
    page = lesson.finish()
    assert "2 sections, about 14 minutes." in page.text()
    lesson.desk().value = {"path": ["a"]}
    assert "1 of 2 sections done." in page.text()


def test_one_big_button_leads_to_the_section_that_is_next(workspace, monkeypatch):
    def button():
        monkeypatch.chdir(workspace)
        return re.search(r'<a class="sl-go" href="([^"]*)">([^<]*)</a>', home().parts[0].html)

    assert button().groups() == ("lessons/01_needs/lesson.ipynb", "Begin: module 01")
    lesson = open_lesson("01_needs")
    lesson.quiz("q-one").value = {"tries": [["a"]]}
    assert button()[1].startswith("lessons/01_needs/lesson.ipynb#section=")
    assert button()[2].startswith("Go on: section ")
    lesson.predict("p-one").value = {"guess": 3}
    # Counted as the page counts: a section for analysts between the two is not one of those that everybody walks.
    assert button()[2] == "Go on: section 2 of module 01"
    lesson.desk().value = {"path": ["a"]}
    assert button().groups() == ("assignments/01_needs/exercise.ipynb", "Go on: the exercise of module 01")
    open_exercise("01_needs").submit().value = {"student": "E1", "press": 1, "clean": True, "sure": True}
    assert button() is None


def test_a_title_is_text_on_the_start_page(workspace, monkeypatch):
    path = workspace / "lessons/01_needs/lesson.ipynb"
    document = json.loads(path.read_text())
    document["metadata"].setdefault("servicelab", {})["title"] = "<script>alert(1)</script>"
    path.write_text(json.dumps(document))
    monkeypatch.chdir(workspace)
    assert "<script" not in home().parts[0].html


@pytest.fixture
def with_case(workspace, monkeypatch):
    """The workspace with a case and one more module, and a course that puts the case between the two."""
    for name, title in (("refund", "A refund"), ("00_welcome", "Begin here")):
        folder = workspace / "lessons" / name
        shutil.copytree(workspace / "lessons/01_needs", folder)
        document = json.loads((folder / "lesson.ipynb").read_text())
        document["metadata"]["servicelab"] = {"title": title}
        (folder / "lesson.ipynb").write_text(json.dumps(document))
    units = [{"id": "01_needs", "kind": "module"}, {"id": "refund", "kind": "case"}]
    (workspace / "course.json").write_text(json.dumps({"modules": units}))
    monkeypatch.chdir(workspace)
    return workspace


def test_a_case_is_called_one(with_case):
    html = home().parts[0].html
    assert re.findall(r"<h3>(.*?)</h3>", html) == [
        "Module 01 · Needs analysis", "Case · A refund", "Module 00 · Begin here"
    ]  # fmt: skip
    assert [re.search(r"<li.*?<a[^>]*>(.*?)</a>", card)[1] for card in html.split("<h3>")[1:]] == [
        "Lesson", "Case", "Lesson"
    ]  # fmt: skip


def test_the_way_leads_through_the_units_in_the_courses_order(with_case, monkeypatch):
    def page():
        monkeypatch.chdir(with_case)
        found = re.search(r'<a class="sl-go" href="([^"]*)">([^<]*)</a>', home().parts[0].html)
        return found[1].split("#")[0], found[2], home().text().splitlines()[0]

    monkeypatch.chdir(with_case / "lessons/01_needs")
    lesson = open_lesson("01_needs")
    lesson.quiz("q-one").value = {"tries": [["a"]]}
    lesson.predict("p-one").value = {"guess": 3}
    lesson.desk().value = {"path": ["a"]}
    monkeypatch.chdir(with_case)
    open_exercise("01_needs").submit().value = {"student": "E1", "press": 1, "clean": True, "sure": True}
    case = "lessons/refund/lesson.ipynb"
    assert page() == (case, "Begin: the case “A refund”", "Next: begin the case “A refund”.")
    monkeypatch.chdir(with_case / "lessons/refund")
    case_lesson = open_lesson("refund")
    case_lesson.quiz("q-one").value = {"tries": [["a"]]}
    goes_on = "Next: go on with the case “A refund”, at “1 · Begin”."
    assert page() == (case, "Go on: section 1 of the case “A refund”", goes_on)


@pytest.mark.parametrize("stated", ["{", "[]", '{"modules": 7}', '{"modules": [1, {"kind": []}, {"id": {}}]}'])
def test_a_damaged_list_of_units_hides_no_unit(workspace, monkeypatch, stated):
    (workspace / "course.json").write_text(stated)
    monkeypatch.chdir(workspace)
    assert "Module 01 · Needs analysis" in home().parts[0].html
