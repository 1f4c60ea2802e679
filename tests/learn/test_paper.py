"""A test before and after the course: answered, left out, handed in; nobody is told what is right, no marks."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.learn.conftest import write_notebook

from servicelab.errors import UserError
from servicelab.i18n import use
from servicelab.learn import home, nextsteps, open_lesson, open_test, start
from servicelab.learn.milestones import Course
from servicelab.learn.whereabouts import keep_student_id

OPTIONS = [{"id": "one", "text": "The one"}, {"id": "two", "text": "The two"}]
PAIRS = [
    {"id": key, **{form: {"prompt": f"{key} in form {form}?", "options": OPTIONS} for form in "ab"}}
    for key in ("t-one", "t-two", "t-three")
]


@pytest.fixture
def tests(workspace, monkeypatch):
    """The workspace with both tests, the working directory where each needs it."""
    for kind, name in (("pretest", "pre_test"), ("posttest", "post_test")):
        folder = workspace / "assignments" / name
        folder.mkdir()
        (folder / "edition.json").write_text(json.dumps({"edition": "trainee", "language": "en"}))
        (folder / "test.json").write_text(json.dumps({"pairs": PAIRS}))
        cells = [(f'test.ask("{pair["id"]}")', None) for pair in PAIRS]
        write_notebook(folder / f"{kind}.ipynb", (f"# The {kind}", {}), ("## 1 · All", {"section": "s1"}), *cells)
        path = folder / f"{kind}.ipynb"
        document = json.loads(path.read_text())
        document["metadata"]["servicelab"] = {"module": "01_needs", "kind": kind, "title": f"The {kind}"}
        path.write_text(json.dumps(document))

    def opened(name, at=None):
        monkeypatch.chdir(workspace / "assignments" / (at or name))
        return open_test(name)

    return opened


def entries(workspace, name, kind):
    return json.loads((workspace / f"assignments/{name}/{kind}.answers.json").read_text())["entries"]


def hand_in(test, student="E1042"):
    control = test.submit()
    control.value = {"student": student, "press": 1, "clean": True}
    assert control.state["problem"] == ""
    return control


def test_the_form_is_chosen_once_and_the_other_one_comes_after(workspace, tests, monkeypatch):
    drawn = iter(["b"])
    monkeypatch.setattr("servicelab.learn.paper.secrets.choice", lambda _forms: next(drawn))
    assert "in form b?" in tests("pre_test").ask("t-one").text()
    # Nothing is drawn again, and a number that comes later changes nothing.
    keep_student_id(workspace, "E1042")
    assert tests("pre_test").form == "b"
    assert "in form a?" in tests("post_test").ask("t-one").text()
    (workspace / "assignments/pre_test/pretest.answers.json").unlink()
    assert tests("post_test").form == "a"


def test_a_known_number_decides(workspace, tests, monkeypatch):
    monkeypatch.setattr("servicelab.learn.paper.secrets.choice", lambda _forms: pytest.fail("drawn"))
    keep_student_id(workspace, "E1043")
    assert (tests("post_test").form, tests("pre_test").form) == ("a", "b")


def test_not_to_know_is_an_answer_and_nothing_is_said_about_any(workspace, tests):
    keep_student_id(workspace, "E1042")
    test = tests("pre_test")
    asked = test.ask("t-one")
    assert [option["text"] for option in asked.state["options"]] == ["The one", "The two", "I don't know yet"]
    asked.value = {"value": "one"}
    test.ask("t-two").value = {"value": "unknown"}
    kept = entries(workspace, "pre_test", "pretest")
    assert kept["t-one"] | {"at": ""} == {"kind": "test", "form": "a", "value": "one", "done": True, "at": ""}
    assert kept["t-two"]["value"] == "unknown"
    assert {"right", "because", "key"}.isdisjoint(json.dumps([asked.state, kept]).replace('"', " ").split())
    assert test.standing().startswith("2 of 3 questions are answered.")
    assert "No marks." in asked.labels["how"]


def test_an_answer_to_the_other_form_is_none_to_this_one(workspace, tests):
    keep_student_id(workspace, "E1042")
    test = tests("pre_test")
    test.ask("t-one").value = {"value": "two"}
    sheet = workspace / "assignments/pre_test/pretest.answers.json"
    document = json.loads(sheet.read_text())
    document["entries"]["t-one"]["form"] = "b"
    sheet.write_text(json.dumps(document))
    assert tests("pre_test").ask("t-one").value == {"value": None}


def test_it_is_handed_in_at_any_time_and_the_receipt_promises_no_marks(workspace, tests):
    test = tests("pre_test")
    test.ask("t-one").value = {"value": "one"}
    control = hand_in(test)
    assert control.state["doubts"] == []
    said = control.state["receipt"]
    assert "Questions answered: 1 of 3" in said
    assert "This test earns and costs no marks. You learn what is right when you have handed in the test after" in said
    assert "your marks" not in said.lower()
    assert "marks come" not in control.labels["student_help"]
    (made,) = (workspace / "submissions").glob("E1042--pre_test--*.zip")
    with zipfile.ZipFile(made) as archive:
        assert sorted(archive.namelist()) == ["pretest.answers.json", "pretest.ipynb", "submission.json"]


def test_with_the_second_travel_the_answers_of_the_first(workspace, tests):
    first = tests("pre_test")
    first.ask("t-one").value = {"value": "one"}
    second = tests("post_test")
    control = second.submit()
    assert "Your answers in the test before the course" in control.state["files"]
    hand_in(second)
    (made,) = (workspace / "submissions").glob("E1042--post_test--*.zip")
    with zipfile.ZipFile(made) as archive:
        taken = json.loads(archive.read("evidence/lesson.answers.json"))
    assert taken["entries"] == entries(workspace, "pre_test", "pretest")


def test_everything_is_said_in_chinese_as_well(workspace, tests):
    test = tests("pre_test")
    with use("zh"):
        asked = test.ask("t-one")
        assert asked.state["options"][-1]["text"] == "我还不知道"
        assert asked.labels["kind"] == "第 1 题，共 3 题"
        assert "不加分也不扣分" in test.promises()["marks"]


def test_the_start_page_offers_it_first_and_lets_who_has_begun_pass(workspace, tests, monkeypatch):
    def page():
        monkeypatch.chdir(workspace)
        return home().text()

    assert page().splitlines()[0] == "Next: take the test before the course. It earns and costs no marks."
    tests("pre_test").ask("t-one").value = {"value": "one"}
    assert "1 of 3 questions answered, not handed in" in page()
    monkeypatch.chdir(workspace / "lessons/01_needs")
    open_lesson("01_needs").quiz("q-one").value = {"tries": [["a"]]}
    # Who is learning is asked for nothing before; it stays in the list.
    assert page().splitlines()[0].startswith("Next: go on with the lesson")
    assert "Test before the course, no marks" in page()


def test_the_start_page_offers_the_second_when_the_work_is_handed_in(workspace, tests, monkeypatch):
    from servicelab.learn import open_exercise

    hand_in(tests("pre_test"))
    monkeypatch.chdir(workspace / "lessons/01_needs")
    lesson = open_lesson("01_needs")
    lesson.quiz("q-one").value = {"tries": [["a"]]}
    lesson.predict("p-one").value = {"guess": 3}
    lesson.desk().value = {"path": ["a"]}
    monkeypatch.chdir(workspace / "assignments/01_needs")
    open_exercise("01_needs").submit().value = {"student": "E1042", "press": 1, "clean": True, "sure": True}
    monkeypatch.chdir(workspace)
    assert home().text().splitlines()[0] == "Next: take the test after the course. It earns and costs no marks."
    assert 'href="assignments/post_test/posttest.ipynb">Go on: the test after the course' in home().parts[0].html
    hand_in(tests("post_test"))
    monkeypatch.chdir(workspace)
    assert home().text().splitlines()[0].startswith("Everything is done.")


def test_who_went_past_the_second_is_led_back_when_nothing_else_is_left(workspace, tests, monkeypatch):
    """A later unit comes first: nobody who has gone on is called back from it."""
    hand_in(tests("pre_test"))
    monkeypatch.chdir(workspace)
    first = start.survey(workspace, Course.at(workspace))[0]
    done = SimpleNamespace(started=True, done=True, next=None, core=[])
    begun = SimpleNamespace(started=True, done=False, next=None, core=[])
    core = replace(first, progress=done, exercise=None)
    later = replace(core, name="later", before=None, after=None, title="Later", progress=begun)
    assert nextsteps.next_step([core, later]).startswith("Next: go on with the lesson “Later”")
    gone_on = [core, replace(later, progress=done)]
    assert nextsteps.next_step(gone_on).startswith("Next: take the test after the course.")
    said = nextsteps.go_on(gone_on)
    assert said is not None
    assert said[:2] == ("Go on: the test after the course", core.after.notebook)


def test_another_name_and_a_damaged_file(workspace, tests):
    with pytest.raises(UserError, match="There is no test “mid_test”: there are pre_test, post_test"):
        tests("mid_test", at="pre_test")
    (workspace / "assignments/pre_test/test.json").write_text(json.dumps({"pairs": [{"id": "t-one"}]}))
    with pytest.raises(UserError, match=r"test\.json is malformed: pairs\[0\]\.a is missing"):
        tests("pre_test").ask("t-one")


def test_the_solved_edition_shows_one_form_in_each_and_keeps_nothing(workspace, tests):
    for name, kind, form in (("pre_test", "pretest", "a"), ("post_test", "posttest", "b")):
        folder = workspace / "assignments" / name
        (folder / "edition.json").write_text(json.dumps({"edition": "solved", "language": "en"}))
        assert tests(name).form == form
        assert not (folder / f"{kind}.answers.json").exists()
