"""Written answers: counted, kept, put into the graded cell of the copy, and never into the notebook that is open."""

import json
import zipfile

import nbformat
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import v4

from servicelab.course.quizfile import Written
from servicelab.i18n import use
from servicelab.learn import open_exercise, written
from servicelab.learn.items import parse_items
from servicelab.learn.submission import completed

TASK = Written("c-one", "Part C", words=5, characters=8)
MARKS = {"grade": True, "solution": True, "locked": False, "grade_id": "c-one", "points": 10, "schema_version": 3}
TEXT = "Fund intact goods.\nThen look in June."


def notebook(source=written.STUB, grade_id="c-one"):
    cells = [v4.new_markdown_cell("# Part C"), v4.new_code_cell("task.decide('a-one')", metadata={})]
    cells.append(v4.new_markdown_cell(source, metadata={"nbgrader": {**MARKS, "grade_id": grade_id}}))
    return nbformat.writes(v4.new_notebook(cells=cells)).encode()


def graded_text(raw):
    return written.source_of(written.graded_cell(json.loads(raw), "c-one"))


def box(text):
    return {"c-one": written.entry({"text": text})}


@pytest.fixture
def task(workspace, monkeypatch):
    folder = workspace / "assignments/01_needs"
    asked = json.loads((folder / "decisions.json").read_text())
    asked["written"] = [{"id": "c-one", "prompt": "Part C", "words": 5, "characters": 8}]
    (folder / "decisions.json").write_text(json.dumps(asked))
    (folder / "exercise.ipynb").write_bytes(notebook())
    monkeypatch.chdir(folder)
    return open_exercise("01_needs")


@pytest.mark.parametrize(
    ("text", "number", "chinese"),
    [
        ("", 0, False),
        ("Don't stop at 59, or at 88.5 %.", 7, False),
        ("做完好到货，59 比 88 少。", 9, True),
        ("SKU-1 和 SKU-2 都要", 5, True),
        ("One word and 一二", 5, False),
    ],
    ids=["none", "english", "chinese", "mixed", "english-first"],
)
def test_words_and_characters_are_counted_as_people_count_them(text, number, chinese):
    assert written.count(text) == (number, chinese)


def test_the_box_counts_keeps_and_comes_back(task):
    control = task.write("c-one")
    control.value = {"text": TEXT}
    assert control.state["counted"].startswith("7 of at most 5 words")
    assert control.state["over"]
    again = open_exercise("01_needs").write("c-one")
    assert again.state["at"]["text"] == TEXT
    with use("zh"):
        control = open_exercise("01_needs").write("c-one")
        control.value = {"text": "做完好到货"}
        assert control.state["counted"] == "5 / 8 字"


def test_who_wrote_in_the_cell_is_not_said_to_have_written_nothing(task):
    assert "Nothing written yet." in task.write("c-one").text()
    task.notebook_path.write_bytes(notebook("In the cell."))
    assert "Nothing written yet." not in task.write("c-one").text()
    assert "Written in the notebook" in task.write("c-one").text()


def test_the_numbers_beside_the_box_are_in_its_text(task):
    table = pd.DataFrame({"mention it": [13, 1], "come back": [78, 59]}, index=["Easy returns", "Intact"])
    said = task.write("c-one", table).text()
    assert written.numbers_in(said).splitlines() == [
        "Easy returns: mention it 13 · come back 78",
        "Intact: mention it 1 · come back 59",
    ]
    assert written.numbers_in(task.write("c-one").text()) == ""


def test_two_windows_lose_nothing_of_each_other(task):
    first = task.write("c-one")
    second = open_exercise("01_needs").write("c-one")
    second.value = {"text": "From the second."}
    first.value = {"text": "From the first."}
    assert first.state["other"] == "From the second."
    assert task.sheet.get("c-one")["other"] == ["From the second."]
    first.value = {"text": "From the first.\n\nFrom the second."}
    assert first.state["other"] == ""
    assert "other" not in task.sheet.get("c-one")
    first.value = {"text": "Typed on."}
    assert first.state["other"] == "From the second."


def test_what_other_windows_wrote_is_there_after_reopening_and_is_asked_about_at_hand_in(task):
    for key, value in (("a-one", "f"), ("a-two", 5)):
        task.decide(key).value = {"value": value}
    first = task.write("c-one")
    for number in ("second", "third"):
        window = open_exercise("01_needs").write("c-one")
        window.value = {"text": f"The {number}."}
        first.value = {"text": f"{first.value.get('text', '')} Mine."}
    again = open_exercise("01_needs")
    box = again.write("c-one")
    assert box.state["other"] == "The second.\n\nThe third."
    box.value = {"text": "Typed on."}
    box = open_exercise("01_needs").write("c-one")
    assert box.state["other"] == "The second.\n\nThe third."
    assert [doubt for doubt in task.doubts() if "another window has another version" in doubt.says]
    box.value = {"text": "Typed on.\n\nThe second.\n\nThe third."}
    assert [doubt.says for doubt in task.doubts()] == ["“Part C” is too long: 6 of at most 5 words."]
    assert open_exercise("01_needs").write("c-one").state["other"] == ""


def test_a_window_takes_over_what_the_others_keep_beside_their_text(task):
    one, two = task.write("c-one"), open_exercise("01_needs").write("c-one")
    three = open_exercise("01_needs").write("c-one")
    three.value = {"text": "From the third."}
    one.value = {"text": "From the first."}
    two.value = {"text": "From the second."}
    assert two.state["other"] == "From the third.\n\nFrom the first."
    two.value = {"text": "From the second, longer."}
    assert "From the third." in open_exercise("01_needs").write("c-one").state["other"]


def test_what_another_window_wrote_may_be_anything_in_a_file(task):
    assert written.others({"other": "One text, as it was kept once."}) == ["One text, as it was kept once."]
    for other in (7, None, [], [7, None, " "], {"a": 1}):
        assert written.others({"other": other}) == []
    assert sum(map(len, written.others({"other": [str(n) * written.LONGEST for n in range(3)]}))) == written.LONGEST


def test_an_empty_box_counts_in_the_language_of_the_page(workspace):
    with use("zh"):
        assert written.length(TASK, "")[0] == "0 / 8 字"
    assert written.length(TASK, "")[0] == "0 of at most 5 words"


def test_numbers_stand_beside_the_box_as_they_are_in_the_table(task):
    frame = pd.DataFrame({"mention it": [21, 1], "come back": [86, 59]}, index=["slot", "intact"])
    table = task.write("c-one", frame).state["table"]
    assert table["columns"][1:] == ["mention it", "come back"]
    assert table["rows"] == [["slot", 21, 86], ["intact", 1, 59]]
    json.dumps(table)


def test_the_open_notebook_is_left_alone_and_the_copy_holds_the_text(task, workspace):
    path = workspace / "assignments/01_needs/exercise.ipynb"
    before = path.read_bytes()
    task.write("c-one").value = {"text": TEXT}
    submit = task.submit()
    submit.value = {"student": "E1", "press": 1, "clean": True, "sure": True}
    assert path.read_bytes() == before
    with zipfile.ZipFile(next((workspace / "submissions").glob("*.zip"))) as archive:
        handed_in = archive.read("exercise.ipynb")
        manifest = json.loads(archive.read("submission.json"))
    assert graded_text(handed_in) == "Fund intact goods.  \nThen look in June."
    nbformat.reads(handed_in.decode(), as_version=4)
    import hashlib

    assert manifest["files"]["exercise.ipynb"] == hashlib.sha256(handed_in).hexdigest()
    assert "Part C: 7 of at most 5 words" in submit.state["receipt"]


def test_blank_too_long_and_missing_are_asked_about_once_and_told_on_the_receipt(task, workspace):
    for key, value in (("a-one", "f"), ("a-two", 5)):
        task.decide(key).value = {"value": value}
    submit = task.submit()
    submit.value = {"student": "E1", "press": 1, "clean": True}
    assert submit.state["doubts"] == ["“Part C” is blank."]
    assert not submit.state["receipt"]
    task.write("c-one").value = {"text": TEXT}
    submit.value = {"student": "E1", "press": 2, "clean": True}
    assert submit.state["doubts"] == ["“Part C” is too long: 7 of at most 5 words."]
    task.write("c-one").value = {"text": "Short."}
    submit.value = {"student": "E1", "press": 3, "clean": True}
    assert submit.state["doubts"] == []
    assert "Part C: 1 of at most 5 words" in submit.state["receipt"]
    (workspace / "assignments/01_needs/exercise.ipynb").write_bytes(notebook(grade_id="another"))
    submit.value = {"student": "E1", "press": 4, "clean": True}
    assert "is missing in this notebook" in submit.state["doubts"][0]


def test_who_wrote_in_the_cell_alone_is_not_told_that_it_is_blank(task, workspace):
    (workspace / "assignments/01_needs/exercise.ipynb").write_bytes(notebook("Mine."))
    assert not [doubt for doubt in task.doubts() if "blank" in doubt.says]


@pytest.mark.parametrize(
    ("cell", "box_text", "holds"),
    [
        (written.STUB, TEXT, ["Then look in June."]),
        ("", TEXT, ["Then look in June."]),
        ("In the cell.", "", ["In the cell."]),
        ("In the cell.", TEXT, [written.IN_BOX, "Then look", written.IN_CELL, "In the cell."]),
        (written.STUB, "", [written.STUB]),
    ],
    ids=["stub", "emptied", "cell-only", "both", "neither"],
)
def test_what_the_graded_cell_holds(cell, box_text, holds):
    once = written.filled(notebook(cell), box(box_text))
    at = [graded_text(once).index(part) for part in holds]
    assert at == sorted(at)
    assert written.filled(once, box(box_text)) == once


def test_the_same_text_in_box_and_cell_stands_once():
    raw = notebook("Fund  intact goods. Then look in June.")
    assert written.filled(raw, box(TEXT)) == raw


def test_a_forged_entry_fills_no_other_cell():
    raw = notebook()
    forged = {"a-test": written.entry({"text": "x"}), "c-one": {"kind": "decision", "value": {"text": "y"}}}
    assert written.filled(raw, forged) == raw


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("\ud800"),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "value", "kind"]), inner),
        max_leaves=8,
    )
)
def test_nothing_in_an_answers_file_stops_handing_in(value):
    assert written.state(TASK, value)["text"].startswith("Part C")
    for entries in ({"c-one": value}, {"c-one": {"kind": "written", "value": value}}):
        nbformat.reads(written.filled(notebook(), entries).decode(), as_version=4)
    damaged = {"exercise.ipynb": b"[]", "exercise.answers.json": b"{"}
    assert completed(damaged, "exercise") == damaged


def test_half_a_surrogate_pair_and_control_characters_do_not_get_in():
    text = graded_text(written.filled(notebook(), {"c-one": {"kind": "written", "value": {"text": "a\ud800\x00b"}}}))
    assert text == "a?b"


@pytest.mark.parametrize("limits", [{"words": 0, "characters": 1}, {"words": "x", "characters": 1}, {"words": 5}])
def test_a_malformed_task_is_named(limits):
    from servicelab.errors import UserError

    with pytest.raises(UserError, match="c-one"):
        parse_items({"written": [{"id": "c-one", "prompt": "Part C", **limits}]}, "decisions.json")


@pytest.mark.parametrize("space", ["\u00a0", "\u3000", "\u2009"], ids=["no-break", "ideographic", "thin"])
def test_spaces_of_other_kinds_keep_words_apart(space):
    assert written.tidy({"text": f"Fund{space}intact{space}goods"}) == "Fund intact goods"
    assert written.tidy({"text": "zero\u200bwidth"}) == "zerowidth"


def test_who_wrote_in_the_cell_is_not_told_on_the_receipt_that_it_is_blank(task, workspace):
    (workspace / "assignments/01_needs/exercise.ipynb").write_bytes(notebook("Mine."))
    assert task.wrote() == ["Part C: written in the notebook"]


def test_a_line_of_the_receipt_has_the_colon_of_its_language():
    task = Written("c-why", "为什么？", words=150, characters=250)
    with use("zh"):
        assert written.report(task, {"text": ""}).startswith("为什么？：")


def test_nesting_that_can_be_read_and_not_written_comes_back_as_it_was(monkeypatch):
    """As some Pythons do at some depths: what cannot be filled in is handed on untouched."""
    cell = {"cell_type": "markdown", "source": "", "metadata": {"nbgrader": {"grade_id": "c-why", "solution": True}}}
    raw = json.dumps({"cells": [cell]}).encode()

    entries = {"c-why": written.entry({"text": "mine"})}
    assert written.filled(raw, entries) != raw

    def too_deep(*_arguments, **_settings):
        raise RecursionError

    monkeypatch.setattr(json, "dumps", too_deep)
    assert written.filled(raw, entries) == raw


def test_the_first_of_two_cells_with_one_id_is_the_graded_one():
    def cell(source):
        return {
            "cell_type": "markdown",
            "source": source,
            "metadata": {"nbgrader": {"grade_id": "c", "solution": True}},
        }

    assert written.graded_cell({"cells": [cell("one"), "no cell", cell("two")]}, "c")["source"] == "one"
    assert written.as_markdown("a" + " " * 5 + "\nb\n\nc") == "a  \nb\n\nc"
