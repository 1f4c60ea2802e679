"""Controls in a session: setting `.value` changes `.state` and the sheet at once."""

import json
import re
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from tests.learn.conftest import write_notebook

from servicelab.errors import UserError
from servicelab.i18n import use
from servicelab.learn import controls, open_analysis, open_exercise, open_lesson
from servicelab.learn.code_tasks import STUB, stub_mark
from servicelab.learn.controls.quiz import QuizControl
from servicelab.learn.sheet import utc_now
from servicelab.learn.whereabouts import student_id
from servicelab.widgets import Interactive
from servicelab.widgets.explore.needs.voices.model import QUESTIONS
from servicelab.widgets.house import LIVE_PAGE


def kept(root, name="lessons/01_needs/lesson"):
    path = root / f"{name}.answers.json"
    return json.loads(path.read_text())["entries"] if path.exists() else {}


@pytest.fixture
def task(workspace, monkeypatch):
    monkeypatch.chdir(workspace / "assignments/01_needs")
    return open_exercise("01_needs")


CONTROLS = Path(controls.__file__).parent


def test_every_view_stands_beside_the_python_that_names_it():
    views = sorted(CONTROLS.rglob("*.js"))
    assert len(views) > 10
    python = {view: (view.parent / "__init__.py").read_text(encoding="utf-8") for view in views}
    parts = {view.name for view in views if view.parent.name == "parts"}
    named = {name for source in python.values() for name in re.findall(r'@with_part\("([^"]+)"\)', source)}
    assert named == parts
    for view, source in python.items():
        assert view.name in parts or f'view = "{view.name}"' in source, view
    for styles in CONTROLS.rglob("*.css"):
        assert styles.with_suffix(".js") in views, styles
    assert not [path for path in CONTROLS.parent.rglob("*.js") if CONTROLS not in path.parents]


def test_a_view_asks_only_for_words_that_its_python_sends():
    house = {"title", "locale", "table", "colon", "percent", "yuan", "saved", "stale"}
    for view in CONTROLS.rglob("*.js"):
        sent = set(re.findall(r'"(\w+)": ', (view.parent / "__init__.py").read_text(encoding="utf-8"))) | house
        asked = set(re.findall(r'\bt\("(\w+)"', view.read_text(encoding="utf-8")))
        assert asked <= sent, (view, asked - sent)


def test_a_quiz_is_kept_and_restored(workspace):
    control = open_lesson("01_needs").quiz("q-one")
    control.value = {"picked": ["b"], "tries": [["b"]]}
    assert control.state["status"] == "wrong"
    assert kept(workspace)["q-one"]["misconceptions"] == ["X01a"]
    assert control.saved[:2].isdigit()
    again = open_lesson("01_needs").quiz("q-one")
    assert again.state["feedback"] == control.state["feedback"]
    again.value = {"picked": ["a"], "tries": [["b"], ["a"]]}
    assert kept(workspace)["q-one"]["right"]
    assert not kept(workspace)["q-one"]["first_right"]


def test_a_control_that_waits_to_be_seen_is_not_half_made_by_what_happens_elsewhere(workspace, monkeypatch):
    monkeypatch.setenv(LIVE_PAGE, "1")
    monkeypatch.setattr(QuizControl, "slow", True)
    lesson = open_lesson("01_needs")
    control = lesson.quiz("q-one")
    control.refresh()
    assert (control.ready, control.state) == (False, {})
    control._answer(control, {"sight": True}, [])
    control.refresh()
    assert control.ready
    assert control.state["prompt"] == "Which?"


def test_opening_a_notebook_and_all_its_controls_writes_nothing(workspace):
    lesson = open_lesson("01_needs")
    for control in (
        lesson.welcome(), lesson.quiz("q-one"), lesson.recall("r-one"), lesson.predict("p-one"),
        lesson.reveal("p-one", truth=0.3), lesson.check("ex-one", ...), lesson.desk(), lesson.section_end("s1"),
    ):  # fmt: skip
        assert control.text()
    assert lesson.finish().text()
    assert kept(workspace) == {}
    assert not (workspace / "lessons/01_needs/lesson.answers.json").exists()


def test_text_forms_are_the_same_in_every_run(workspace):
    def texts():
        lesson = open_lesson("01_needs")
        return [
            lesson.welcome().text(), lesson.quiz("q-one").text(), lesson.reveal("p-one", truth=0.3).text(),
            lesson.section_end("s1").text(), lesson.desk().text(), lesson.finish().text(),
        ]  # fmt: skip

    assert texts() == texts()


def test_the_plain_form_stands_beside_the_widget_in_an_executed_notebook(workspace):
    data, _metadata = open_lesson("01_needs").quiz("q-one")._repr_mimebundle_()
    assert data["text/plain"].startswith("Which?\n  ( )")
    assert "application/vnd.jupyter.widget-view+json" in data


def test_a_reveal_opens_when_the_guess_is_made_and_the_guess_stays(workspace):
    lesson = open_lesson("01_needs")
    guess, reveal = lesson.predict("p-one"), lesson.reveal("p-one", truth=0.3)
    assert reveal.state["waiting"]
    assert "30" not in json.dumps([reveal.get_state()["state"], guess.get_state()["state"]])
    guess.value = {"guess": 55}
    assert reveal.state["text"] == "You said 55 %, it is 30 %: 25 percentage points too high."
    guess.value = {"guess": 30}
    assert guess.value == {"guess": 55}
    assert kept(workspace)["p-one"]["value"] == {"guess": 55}


def test_the_ladder_in_a_lesson(workspace):
    lesson = open_lesson("01_needs")
    assert lesson.solution("ex-one").state["solution"] == ""
    assert lesson.check("ex-one", 6).state["feedback"] == "That is twice."
    control = lesson.check("ex-one", 6)
    control.value = {**control.value, "hints": 1}
    assert control.state["hints"] == ["Divide."]
    assert lesson.check("ex-one", 1.5).state["verdict"] == "right"
    assert lesson.solution("ex-one").state["solution"] == "half = 3 / 2"
    assert kept(workspace)["ex-one"]["value"]["attempts"] == 2
    assert kept(workspace)["ex-one"]["done"]


def test_running_all_cells_does_not_move_where_one_stopped(workspace):
    lesson = open_lesson("01_needs")
    lesson.check("ex-one", 6)
    assert not lesson.progress().started
    lesson.quiz("q-one").value = {"tries": [["b"]]}
    open_lesson("01_needs").check("ex-one", 7)
    assert open_lesson("01_needs").progress().stopped == "s1"


def test_a_solution_asked_for_twice_is_shown(workspace):
    lesson = open_lesson("01_needs")
    lesson.solution("ex-one")
    assert lesson.solution("ex-one").state["solution"] == "half = 3 / 2"


def test_the_desk_goes_forward_only(workspace):
    control = open_lesson("01_needs").desk()
    control.value = {"path": ["b"]}
    assert control.state["ended"]
    control.value = {"path": ["a"]}
    assert control.value["path"] == ["b"]
    control.value = {"path": [], "runs": [["b"]]}
    control.value = {"path": ["a"], "runs": [["b"]]}
    assert control.state["endings"] == {"seen": 2, "all": 2}
    assert kept(workspace)["desk"]["grades"] == ["poor", "good"]
    assert open_lesson("01_needs").desk().state["grade"] == "good"


class Slider(Interactive):
    def derive(self, value):
        return {"text": f"at {value['at'] + 0}" if value else "not set"}


def test_an_interactive_is_kept_and_restored_and_starts_afresh_when_the_sheet_holds_nonsense(workspace, monkeypatch):
    lesson = open_lesson("01_needs")
    lesson.show(Slider(), "x-slider").value = {"at": 3}
    assert kept(workspace)["x-slider"]["value"] == {"at": 3}
    assert open_lesson("01_needs").show(Slider(), "x-slider").state["text"] == "at 3"
    lesson.keep("x-slider", {"value": {"at": "nonsense"}})
    assert open_lesson("01_needs").show(Slider(), "x-slider").state["text"] == "not set"
    assert kept(workspace)["x-slider"]["value"] == {"at": "nonsense"}


class Ladder(Interactive):
    """Comes to an end at the third step, or with somebody else's."""

    helped = False

    def derive(self, value):
        return {"text": "", "complete": self.helped or value.get("at") == 3}


def test_an_interactive_that_comes_to_an_end_is_done_there_and_stays_so_when_it_is_begun_again(workspace):
    lesson = open_lesson("01_needs")
    ladder, slider = lesson.show(Ladder(), "x-ladder"), lesson.show(Slider(), "x-slider")
    ladder.value = {"at": 1}
    slider.value = {"at": 1}
    # Who has looked at a picture has not committed a round; where there is no end, who has tried it has done it.
    assert not kept(workspace)["x-ladder"]["done"]
    assert kept(workspace)["x-slider"]["done"]
    ladder.value = {"at": 3}
    assert kept(workspace)["x-ladder"]["done"]
    ladder.value = {}
    again = open_lesson("01_needs").show(Ladder(), "x-ladder")
    again.value = {"at": 2}
    assert kept(workspace)["x-ladder"] | {"at": ""} == {
        "kind": "interactive",
        "value": {"at": 2},
        "done": True,
        "at": "",
    }


def test_what_another_control_brings_to_its_end_is_done_though_nobody_set_anything_in_it(workspace):
    ladder = open_lesson("01_needs").show(Ladder(), "x-ladder")
    ladder.state = ladder.derive({})
    assert "x-ladder" not in kept(workspace)
    ladder.helped = True
    ladder.state = ladder.derive({})
    assert kept(workspace)["x-ladder"]["done"]
    assert kept(workspace)["x-ladder"]["value"] == {}


def test_a_control_that_was_not_yet_in_sight_is_done_at_its_end_and_not_before(workspace, monkeypatch):
    monkeypatch.setenv(LIVE_PAGE, "1")
    monkeypatch.setattr(Ladder, "slow", True)
    ladder = open_lesson("01_needs").show(Ladder(), "x-ladder")
    ladder.value = {"at": 1}
    assert not ladder.ready
    assert not kept(workspace)["x-ladder"]["done"]
    ladder._make()
    ladder.value = {"at": 3}
    assert kept(workspace)["x-ladder"]["done"]
    helped = open_lesson("01_needs").show(Ladder(), "x-helped")
    helped.helped = True
    assert "x-helped" not in kept(workspace)
    helped._make()
    assert kept(workspace)["x-helped"]["done"]


def test_progress_follows_every_answer(workspace):
    lesson = open_lesson("01_needs")
    welcome, end = lesson.welcome(), lesson.section_end("s1")
    assert "Still to do in this section: 2 of 2" in end.state["summary"]
    lesson.quiz("q-one").value = {"picked": ["a"], "tries": [["a"]]}
    assert "Still to do in this section: 1 of 2" in end.state["summary"]
    lesson.predict("p-one").value = {"guess": 3}
    assert end.state["done"]
    assert end.state["next"]["title"] == "3 · Talk"
    assert welcome.state["summary"] == "1 of 2 sections done. Go on with “3 · Talk”."
    assert welcome.state["more"].startswith("For analysts there is more, about 10 minutes:")
    shown = welcome.text().splitlines()
    assert shown.index(welcome.state["more"]) == len(shown) - 2
    assert "Analyse" in shown[-1]


def test_a_section_can_be_ticked_off(workspace):
    end = open_lesson("01_needs").section_end("s3")
    end.value = {"done": True}
    assert end.state["done"]
    assert "1 left out" in end.state["summary"]
    assert open_lesson("01_needs").section_end("s3").state["done"]


def test_the_last_section_leads_on_to_the_graded_work_and_no_other_does(workspace):
    lesson = open_lesson("01_needs")
    first, last = lesson.section_end("s1"), lesson.section_end("s3")
    assert first.state["onward"] is None
    assert last.state["next"] is None
    assert last.state["onward"] == {
        "path": "assignments/01_needs/exercise.ipynb", "label": "On to the graded exercise"
    }  # fmt: skip
    assert last.text().endswith("That was the last section. Next: the graded exercise.")
    (workspace / "assignments/01_needs/exercise.ipynb").unlink()
    alone = open_lesson("01_needs").section_end("s3")
    assert alone.state["onward"] is None
    assert alone.text().endswith("That was the last section.")


def test_an_analysts_last_section_leads_on_to_the_analysis(workspace):
    path = workspace / "lessons/01_needs/lesson.ipynb"
    document = json.loads(path.read_text())
    del document["cells"][-2:]
    path.write_text(json.dumps(document))
    end = open_lesson("01_needs").section_end("s2")
    assert end.state["onward"]["path"] == "assignments/01_needs_analysis/analysis.ipynb"
    assert end.text().endswith("That was the last section. Next: the graded analysis.")
    assert "graded exercise" in open_lesson("01_needs").section_end("s1").text()


def test_what_was_tried_and_is_not_right_is_not_called_left_out(workspace):
    lesson = open_lesson("01_needs")
    end = lesson.section_end("s1")
    lesson.quiz("q-one").value = {"picked": ["b"], "tries": [["b"]]}
    end.value = {"done": True}
    assert "done, 1 not yet right and 1 left out." in end.state["summary"]
    lesson.predict("p-one").value = {"guess": 3}
    assert end.state["summary"].endswith("done, 1 not yet right.")


def test_decisions_are_kept_listed_and_returned(task, workspace, capsys):
    assert task.decisions() == {"a-one": None, "a-two": None}
    assert capsys.readouterr().out == "1 · a-one: —\n2 · a-two: —\n"
    task.decide("a-one").value = {"value": "e"}
    number = task.decide("a-two")
    number.value = {"value": 40}
    number.value = {"value": 50}
    assert open_exercise("01_needs").decisions() == {"a-one": "e", "a-two": 50.0}
    captured = capsys.readouterr()
    assert captured.out == "1 · a-one: e — Emotional\n2 · a-two: 50 people\n"
    assert captured.err == ""


def test_while_grading_answers_are_read_and_nothing_is_written(task, workspace, monkeypatch, capsys):
    task.decide("a-one").value = {"value": "f"}
    before = {p: p.read_bytes() for p in workspace.rglob("*") if p.is_file()}
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    graded = open_exercise("01_needs")
    graded.decide("a-one").value = {"value": "e"}
    submit = graded.submit()
    submit.value = {"student": "E1", "press": 1, "anyway": True}
    assert submit.state["closed"]
    assert open_exercise("01_needs").decisions()["a-one"] == "f"
    assert {p: p.read_bytes() for p in workspace.rglob("*") if p.is_file()} == before
    assert capsys.readouterr().err == ""


def test_a_graded_copy_stands_alone_in_a_folder_of_any_name(task, workspace, tmp_path, monkeypatch):
    import shutil

    copy = tmp_path / "graded" / "E1042" / "01_needs"
    shutil.copytree(workspace / "assignments/01_needs", copy)
    (copy / "edition.json").unlink()
    monkeypatch.chdir(copy)
    assert open_exercise("01_needs").decisions() == {"a-one": None, "a-two": None}


def test_handing_in(task, workspace):
    task.decide("a-one").value = {"value": "f"}
    submit = task.submit()
    assert "1 of 2 decisions are still open: 2." in submit.text()
    # Who sees what is said before anything is handed in, and no file name is.
    assert "HR sees" in submit.state["seen_by"]
    assert not [line for line in submit.state["files"] if "." in line]
    submit.value = {"student": "E 1", "press": 1, "clean": True}
    assert "cannot be used as a staff number" in submit.state["problem"]
    submit.value = {"student": "E1", "press": 2, "clean": False}
    assert submit.state["unsaved"]
    assert not (workspace / "submissions").exists()
    submit.value = {"student": "E1", "press": 3, "clean": True}
    assert submit.state["doubts"] == ["1 of 2 decisions are still open: 2."]
    assert not (workspace / "submissions").exists()
    submit.value = {"student": "E1", "press": 4, "clean": True, "sure": True}
    assert (submit.state["problem"], submit.state["doubts"]) == ("", [])
    assert submit.state["step"] == "One step is left: send this file to your instructor."
    assert "SHA-256" not in submit.state["receipt"]
    assert "Fingerprint (SHA-256): " in submit.state["technical"]
    # People know the work by its title; its id is for whoever looks for the file.
    assert submit.state["receipt"].startswith("Work: Exercise\n")
    assert "01_needs" not in submit.state["receipt"]
    assert "Assignment: 01_needs\n" in submit.state["technical"]
    assert student_id(workspace) == "E1"
    assert len(list((workspace / "submissions").glob("E1--01_needs--*.zip"))) == 1
    submit.value = {"student": "E1", "press": 4, "clean": True, "sure": True}
    assert len(list((workspace / "submissions").glob("*.zip"))) == 1


def test_an_old_notebook_file_is_handed_in_only_when_asked_for(task, workspace):
    import os

    os.utime(workspace / "assignments/01_needs/exercise.ipynb", (1, 1))
    submit = task.submit()
    submit.value = {"student": "E1", "press": 1, "clean": None}
    assert "Ctrl+S" in submit.state["problem"]
    submit.value = {"student": "E1", "press": 2, "clean": None, "anyway": True, "sure": True}
    assert submit.state["receipt"]


def test_a_receipt_is_shown_again_and_later_changes_are_noticed(task, workspace):
    submit = task.submit()
    submit.value = {"student": "E1", "press": 1, "clean": True, "sure": True}
    later = open_exercise("01_needs").submit()
    assert later.state["receipt"] == submit.state["receipt"]
    assert not later.state["changed"]
    task.sheet._clock = lambda: utc_now() + timedelta(minutes=1)
    task.sheet.put("a-one", {"value": "f"})
    assert open_exercise("01_needs").submit().state["changed"]
    assert later.state["at"]["student"] == "E1"


def test_an_analysis_needs_no_decisions(workspace, monkeypatch):
    monkeypatch.chdir(workspace / "assignments/01_needs_analysis")
    task = open_analysis("01_needs")
    assert task.decisions() == {}
    submit = task.submit()
    submit.value = {"student": "E1", "press": 1, "clean": True}
    assert list((workspace / "submissions").glob("E1--01_needs_analysis--*.zip"))


def analysis_of(workspace, *tasks, released=()):
    """The workspace's analysis with these task cells, each under a heading of its own, as JupyterLab saves it.

    Of those of which `released` has the stub, the notebook says so, as a built one does.
    """
    document = v4.new_notebook()
    for number, code in enumerate(tasks, 1):
        about = {"servicelab": {"section": f"s{number}", "minutes": 5, "track": "analyst"}}
        document.cells.append(v4.new_markdown_cell(f"## B{number} · Task\n\nDo it.", metadata=about))
        marks = {"nbgrader": {"grade_id": f"b{number}", "solution": True, "grade": False, "schema_version": 3}}
        if number <= len(released):
            marks["servicelab"] = {STUB: stub_mark(released[number - 1])}
        document.cells.append(v4.new_code_cell(code, metadata=marks))
    nbformat.write(document, workspace / "assignments/01_needs_analysis/analysis.ipynb")


def test_an_analysis_that_nobody_touched_is_handed_in_only_when_that_is_meant(workspace, monkeypatch):
    monkeypatch.chdir(workspace / "assignments/01_needs_analysis")
    stub = "# YOUR CODE HERE\nraise NotImplementedError()"
    analysis_of(workspace, stub, "share = 1", f"def margin():\n    {stub.replace(chr(10), chr(10) + '    ')}")
    submit = open_analysis("01_needs").submit()
    assert submit.state["code"]
    submit.value = {"student": "E1", "press": 1, "clean": True}
    assert submit.state["doubts"] == ["“B1 · Task” is untouched.", "“B3 · Task” is untouched."]
    assert submit.state["lead"] == {"section": "B1 · Task", "item": ""}
    assert not (workspace / "submissions").exists()
    submit.value = {"student": "E1", "press": 2, "clean": True, "sure": True}
    assert "Tasks left untouched: 2 of 3" in submit.state["receipt"]
    analysis_of(workspace, "a = 1", "share = 1", "def margin():\n    return 1")
    submit.value = {"student": "E1", "press": 3, "clean": True}
    assert submit.state["doubts"] == []
    assert "Tasks left untouched: 0 of 3" in submit.state["receipt"]


STUBS = (
    "# YOUR CODE HERE\nraise NotImplementedError()\nneed_share",
    "def margin(share, n):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
    "priorities = None",
)


@pytest.mark.parametrize(
    ("task", "code", "begun"),
    [
        (0, STUBS[0], False),
        (0, f"{STUBS[0]}  \n\n", False),
        (0, f"need_share = contacts['need'].value_counts()\n{STUBS[0]}", True),
        (0, STUBS[0].replace("# YOUR", "counts = 1\n# YOUR"), True),
        (0, "raise NotImplementedError", True),
        (0, "", True),
        (1, STUBS[1], False),
        (1, STUBS[1].replace("    # YOUR", "    half = 1.96\n    # YOUR"), True),
        (2, STUBS[2], False),
        (2, "priorities = contacts", True),
    ],
)
def test_a_task_is_begun_when_its_cell_is_not_as_it_was_released(workspace, monkeypatch, task, code, begun):
    """Whoever works above nbgrader's line and leaves it there has begun; a stub without such a line has not."""
    monkeypatch.chdir(workspace / "assignments/01_needs_analysis")
    cells = [*STUBS]
    cells[task] = code
    analysis_of(workspace, *cells, released=STUBS)
    found = [each.begun for each in open_analysis("01_needs").code_tasks()]
    assert found == [number == task and begun for number in range(len(STUBS))]


def test_doubts_follow_the_answers_and_say_where_to_look(task, workspace):
    write_notebook(
        workspace / "assignments/01_needs/exercise.ipynb",
        ("# Exercise", {}),
        ("## Part A", {"section": "s1", "minutes": 5}),
        ('task.decide("a-one")', None),
        ('task.decide("a-two")', None),
    )
    fresh = open_exercise("01_needs")
    submit = fresh.submit()
    submit.value = {"student": "E1", "press": 1, "clean": True}
    assert submit.state["doubts"] == ["2 of 2 decisions are still open: 1, 2."]
    first = fresh.decide("a-one")
    assert submit.state["lead"] == {"section": "Part A", "item": first.labels["kept_as"]}
    first.value = {"value": "f"}
    assert submit.state["doubts"] == ["1 of 2 decisions are still open: 2."]
    fresh.decide("a-two").value = {"value": 4}
    assert (submit.state["doubts"], submit.state["lead"]) == ([], None)


def test_unknown_names_are_answered_with_the_known_ones(workspace):
    lesson = open_lesson("01_needs")
    with pytest.raises(UserError, match="“q-none”; it has: q-one"):
        lesson.quiz("q-none")
    with pytest.raises(UserError, match="name of a module"):
        open_lesson("../x")


def test_a_lesson_is_found_from_the_workspace_root(workspace, monkeypatch):
    monkeypatch.chdir(workspace)
    assert open_lesson("01_needs").quiz("q-one").text()


def test_a_damaged_sheet_is_told_once_and_the_lesson_opens(workspace, capsys):
    (workspace / "lessons/01_needs/lesson.answers.json").write_text('{"entries": {"q-one": {"va')
    lesson = open_lesson("01_needs")
    assert "lesson.answers.damaged-1.json" in capsys.readouterr().out
    assert lesson.quiz("q-one").state["status"] == "open"


def test_the_solved_edition_shows_answers_and_keeps_nothing(workspace):
    marker = {"edition": "solved", "language": "en"}
    (workspace / "lessons/01_needs/edition.json").write_text(json.dumps(marker))
    lesson = open_lesson("01_needs")
    assert "It is this." in lesson.quiz("q-one").text()
    assert lesson.reveal("p-one", truth=0.3).text() == "It is 30 %."
    lesson.check("ex-one", 1.5)
    assert kept(workspace) == {}


def test_controls_speak_the_language_they_were_made_in(workspace):
    with use("zh"):
        control = open_lesson("01_needs").quiz("q-one")
    control.value = {"picked": ["b"], "tries": [["b"]]}
    with use("zh"):
        from servicelab.i18n import _

        assert control.labels["check"] == _("Check")


def test_untouched_code_run_with_all_cells_is_no_attempt_and_the_same_code_run_by_hand_is(workspace):
    """A real kernel: all cells asked for at once, as JupyterLab does, then one cell again."""
    import time

    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(workspace / "lessons/01_needs"))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        check = 'lesson.check("ex-one", 6).text()'
        opening = "from servicelab.learn import open_lesson; lesson = open_lesson('01_needs')"
        asked = [client.execute(code) for code in (opening, "import time; time.sleep(2.5)", check)]
        for request in asked:
            reply = client._recv_reply(request, timeout=60)
            assert reply["content"]["status"] == "ok"
        assert kept(workspace) == {}
        time.sleep(0.1)
        assert client.execute(check, reply=True, timeout=60)["content"]["status"] == "ok"
        assert kept(workspace)["ex-one"]["value"]["attempts"] == 1
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_recall_question_says_where_it_comes_from(workspace):
    lesson = open_lesson("01_needs")
    assert lesson.recall("r-one").labels["kind"] == "Do you remember? From module 00"
    assert lesson.quiz("q-one").labels["kind"] == "Check yourself"
    path = workspace / "lessons/01_needs/quiz.json"
    path.write_text(path.read_text().replace('"from": "00"', '"from": "01"'))
    assert open_lesson("01_needs").recall("r-one").labels["kind"].endswith("earlier in this lesson")


def test_the_notes_on_the_voices_are_read_and_a_damaged_file_is_named(workspace):
    lesson = open_lesson("01_needs")
    assert lesson.voice_notes() == {"V1": {question: f"V1, {question}." for question in QUESTIONS}}
    path = workspace / "lessons/01_needs/voices.json"
    path.write_text(json.dumps({"voices": {"V1": {"kind": "Only one."}}}))
    with pytest.raises(UserError, match=r"voices\.json is malformed: voices\.V1\.spoken is missing"):
        lesson.voice_notes()
    path.unlink()
    with pytest.raises(UserError, match=r"voices\.json is not in"):
        lesson.voice_notes()


def test_what_another_window_kept_is_taken_over_when_somebody_comes_back(task, workspace):
    here, there = open_exercise("01_needs"), open_exercise("01_needs")
    mine, theirs = here.decide("a-one"), there.decide("a-one")
    mine.value = {"value": "f"}
    theirs.look_again()
    assert theirs.value == {"value": "f"}
    theirs.value = {"value": "e"}
    written = here.sheet.path.read_bytes()
    mine._answer(mine, {"look": True}, [])
    assert (mine.value, mine.state["at"]) == ({"value": "e"}, {"value": "e"})
    assert here.sheet.path.read_bytes() == written


def test_what_another_window_set_in_an_interactive_is_taken_over_and_not_written_again(workspace):
    here, there = open_lesson("01_needs"), open_lesson("01_needs")
    mine, theirs = here.show(Slider(), "x-slider"), there.show(Slider(), "x-slider")
    mine._answer(mine, {"look": True}, [])
    assert mine.value == {}
    theirs.value = {"at": 3}
    written = here.sheet.path.read_bytes()
    mine._answer(mine, {"look": True}, [])
    assert mine.value == {"at": 3}
    assert mine.saved == there.sheet.status
    assert here.sheet.path.read_bytes() == written
    # What is set from here on goes on from there.
    mine.value = {**mine.value, "more": 1}
    theirs._answer(theirs, {"look": True}, [])
    assert theirs.value == {"at": 3, "more": 1}
    # What the interactive does not accept leaves it as it is.
    here.sheet.put("x-slider", {"value": {"at": "far"}})
    theirs._answer(theirs, {"look": True}, [])
    assert theirs.value == {"at": 3, "more": 1}


def test_the_parts_whose_questions_are_answered_are_told_to_the_bar(task, workspace):
    write_notebook(
        workspace / "assignments/01_needs/exercise.ipynb",
        ("# Exercise", {}),
        ("## Part A", {"section": "s1", "minutes": 5}),
        ('task.decide("a-one")', None),
        ("## Part B", {"section": "s2", "minutes": 5}),
        ('task.decide("a-two")', None),
        ("## Hand it in", {"section": "s3", "minutes": 1}),
    )
    fresh = open_exercise("01_needs")
    submit = fresh.submit()
    assert submit.state["sections"] == [{"id": "s1", "done": False}, {"id": "s2", "done": False}]
    fresh.decide("a-two").value = {"value": 4}
    assert submit.state["sections"] == [{"id": "s1", "done": False}, {"id": "s2", "done": True}]


def test_a_task_that_ended_in_an_error_is_doubted_as_an_untouched_one_is(workspace, monkeypatch):
    monkeypatch.chdir(workspace / "assignments/01_needs_analysis")
    path = workspace / "assignments/01_needs_analysis/analysis.ipynb"
    analysis_of(workspace, "a = 1", "share = 1 / 0", "def margin():\n    return 1")
    document = json.loads(path.read_text(encoding="utf-8"))
    wrong = next(cell for cell in document["cells"] if "share = 1 / 0" in "".join(cell["source"]))
    error = {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero", "traceback": []}
    wrong["outputs"] = [error]
    path.write_text(json.dumps(document), encoding="utf-8")
    submit = open_analysis("01_needs").submit()
    submit.value = {"student": "E1", "press": 1, "clean": True}
    assert submit.state["doubts"] == ["“B2 · Task” ended in an error when it last ran."]
