"""The course as a path: core, electives, cases, how far each unit is, and what completes the core."""

import json
import re
import shutil

import pytest

from servicelab.i18n import use
from servicelab.learn import home, open_exercise, open_lesson

TRACKS = {
    "frontline": {"title": "Frontline", "core_hours": [9, 10]},
    "analyst": {"title": "Analyst", "core_hours": [15, 18]},
}


def unit(name, kind="module", *, core=False):
    return {"id": name, "kind": kind, "core": core, "graded_minutes": {"frontline": [20, 30]}}


@pytest.fixture
def course(workspace, monkeypatch):
    """A course of four units: one module and one case of the core, an elective that stands between them, a case."""
    for name, title in (("05_loyal", "Loyalty"), ("refund", "A refund"), ("bakery", "A bakery")):
        shutil.copytree(workspace / "lessons/01_needs", workspace / "lessons" / name)
        path = workspace / "lessons" / name / "lesson.ipynb"
        document = json.loads(path.read_text())
        document["metadata"]["servicelab"] = {"title": title}
        path.write_text(json.dumps(document))
    shutil.copytree(workspace / "assignments/01_needs", workspace / "assignments/refund")
    units = [unit("01_needs", core=True), unit("05_loyal"), unit("refund", "case", core=True), unit("bakery", "case")]
    (workspace / "course.json").write_text(json.dumps({"tracks": TRACKS, "modules": units}))
    monkeypatch.chdir(workspace)
    return workspace


@pytest.fixture
def work(course, monkeypatch):
    """What a trainee does: `work(unit)` the sections of its lesson, `work(unit, "exercise")` to hand in."""

    def do(name, what="lesson"):
        monkeypatch.chdir(course / ("assignments" if what == "exercise" else "lessons") / name)
        if what == "exercise":
            open_exercise(name).submit().value = {"student": "E1", "press": 1, "clean": True, "sure": True}
        else:
            lesson = open_lesson(name)
            lesson.quiz("q-one").value = {"tries": [["a"]]}
            if what == "lesson":
                lesson.predict("p-one").value = {"guess": 3}
                lesson.desk().value = {"path": ["a"]}
        monkeypatch.chdir(course)

    return do


def page():
    return home().parts[0]


def told():
    """What the text twin says before the list of all steps."""
    return page().text.split("\nNeeds analysis\n")[0].splitlines()


def test_the_path_is_the_core_then_what_may_be_chosen_then_the_cases(course):
    assert told() == [
        "Next: begin the lesson “Needs analysis”.",
        "Core · 0 of 2 done · Frontline (9–10 hours) · Analyst (15–18 hours)",
        "  [ ] Module 01 · Needs analysis: 14 min left, then the exercise, 20–30 min",
        "  [ ] Case · A refund: 14 min left, then the exercise, 20–30 min",
        "Electives · 0 of 1 done",
        "  [ ] Module 05 · Loyalty: 14 min left",
        "Cases · 0 of 1 done",
        "  [ ] Case · A bakery: 14 min left",
    ]
    assert re.findall(r"<h2>(.*?)</h2>", page().html) == ["Core", "Electives", "Cases"]
    assert [re.sub("<.*?>", "", each) for each in re.findall("<h3>.*?</h3>", page().html)] == [
        "Module 01 · Needs analysis", "Case · A refund", "Module 05 · Loyalty", "Case · A bakery"
    ]  # fmt: skip


def test_a_unit_tells_how_far_it_is_and_leads_to_where_one_goes_on(work):
    def at():
        found = re.search(r'<li class="sl-(\w+)"><span[^>]*--full: (\d+)%[^>]*></span><a href="([^"]*)">', page().html)
        return [*found.groups(), told()[2].split(": ", 1)[1]]

    lesson = "lessons/01_needs/lesson.ipynb"
    assert at() == ["open", "0", lesson, "14 min left, then the exercise, 20–30 min"]
    work("01_needs", "a question")
    assert at() == ["begun", "0", f"{lesson}#section=s1", "begun: 14 min left, then the exercise, 20–30 min"]
    work("01_needs")
    assert at() == ["begun", "67", "assignments/01_needs/exercise.ipynb", "begun: the exercise is left, 20–30 min"]
    work("01_needs", "exercise")
    assert at() == ["done", "100", lesson, "done"]


def test_the_core_is_complete_with_its_last_exercise_handed_in_and_not_before(work):
    said = "Core complete: all 2 units are done. What you have not sent to your instructor yet is still to be sent."
    for name in ("01_needs", "refund"):
        for what in ("lesson", "exercise"):
            assert "Core complete" not in page().text + page().html + page().markdown
            work(name, what)
    assert told()[1] == said
    assert f'<p class="sl-core">{said}</p>' in page().html
    assert f"**{said}**" in page().markdown
    assert told()[0] == "Next: begin the lesson “Loyalty”."
    with use("zh"):
        assert "核心课程已完成" in page().html


def test_where_what_is_handed_in_is_fetched_nothing_is_left_to_send(course, work):
    path = course / "course.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "fetched": True}))
    for name in ("01_needs", "refund"):
        work(name)
        work(name, "exercise")
    assert told()[1] == "Core complete: all 2 units are done and handed in."


def test_a_core_of_which_a_unit_is_missing_here_is_not_complete(course, work):
    for name in ("01_needs", "refund"):
        work(name)
        work(name, "exercise")
    shutil.rmtree(course / "lessons/refund")
    assert "Core complete" not in page().html


def test_electives_and_cases_complete_no_core(work):
    for name in ("05_loyal", "bakery"):
        work(name)
    assert [line for line in told() if "done" in line and "of" in line] == [
        "Core · 0 of 2 done · Frontline (9–10 hours) · Analyst (15–18 hours)",
        "Electives · 1 of 1 done",
        "Cases · 1 of 1 done",
    ]
    assert "Core complete" not in page().text


@pytest.mark.parametrize(
    "stated",
    [
        '{"modules": [{"id": "01_needs", "core": true, "graded_minutes": {"frontline": [30, 20]}}], "tracks": 7}',
        '{"modules": [{"id": "01_needs", "core": true, "graded_minutes": [1]}], "tracks": {"a": 1}}',
        '{"modules": [{"id": "01_needs", "core": true}], "tracks": {"a": {"title": 1, "core_hours": [1, 2]}}}',
        '{"modules": [{"id": "01_needs", "core": true}], "tracks": {"a": {"title": "A", "core_hours": ["x"]}}}',
    ],
)
def test_what_is_damaged_in_the_courses_file_is_left_out(workspace, monkeypatch, stated):
    (workspace / "course.json").write_text(stated)
    monkeypatch.chdir(workspace)
    assert told()[1:] == [
        "Core · 0 of 1 done",
        "  [ ] Module 01 · Needs analysis: 14 min left, then the exercise",
    ]


def test_a_unit_that_the_course_does_not_list_stands_at_the_end(course):
    shutil.copytree(course / "lessons/bakery", course / "lessons/00_old")
    assert re.findall(r"<h2>(.*?)</h2>", page().html) == ["Core", "Electives", "Cases", "Not listed by this course"]
