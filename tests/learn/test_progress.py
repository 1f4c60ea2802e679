"""Outline and progress: read from the notebook and the sheet, whatever stands in them."""

import json

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbformat import v4

from servicelab.learn.outline import asked_in, read_outline
from servicelab.learn.progress import LONGEST_GAP, Stopwatch, add_time, mark_done, measure


def notebook(path):
    def words(text, **said):
        return v4.new_markdown_cell(text, metadata={"servicelab": said} if said else {})

    def code(text, **said):
        return v4.new_code_cell(text, metadata={"servicelab": said} if said else {})

    node = v4.new_notebook(cells=[
        words("# Needs\n\nWelcome."),
        code('lesson.quiz("q-before")'),
        words("## 1 · The *scene*\n\ntext", section="s1", minutes=6),
        code('lesson.predict("p-one")'),
        code('lesson.reveal("p-one", truth=0.3)'),
        words("### Not a section"),
        code('lesson.quiz("q-one")'),
        code('lesson.check("ex-in-between", x)', track="analyst"),
        words("## 2 · For analysts", section="s2", minutes=10, track="analyst"),
        code('%matplotlib inline\nlesson.check("ex-one", share)\nlesson.show(explore.kano(f(1)), "x-kano")'),
        words("## 3 · The desk", section="s3", minutes=9.5),
        code("lesson.desk()"),
        code("lesson.section_end('s3')"),
    ])  # fmt: skip
    nbformat.write(node, path)
    return read_outline(path)


@pytest.fixture
def outline(tmp_path):
    return notebook(tmp_path / "lesson.ipynb")


def test_sections_come_with_title_minutes_track_and_what_they_ask(outline):
    assert [(s.id, s.title, s.minutes, s.track, s.items) for s in outline.sections] == [
        ("s1", "1 · The scene", 6, "", ("p-one", "q-one")),
        ("s2", "2 · For analysts", 10, "analyst", ("ex-one", "x-kano")),
        ("s3", "3 · The desk", 9.5, "", ("desk",)),
    ]
    assert outline.title == "Needs"
    assert outline.section_of("x-kano") == "s2"
    assert outline.section_of("q-before") == ""


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"cells": 3, "metadata": {}}', b'{"cells": [3, {}], "metadata": {}}']
)
def test_a_notebook_that_cannot_be_read_has_no_sections(tmp_path, content):
    path = tmp_path / "lesson.ipynb"
    path.write_bytes(content)
    assert read_outline(path).sections == ()
    assert read_outline(tmp_path / "missing.ipynb").sections == ()


@pytest.mark.parametrize("code", ["lesson.quiz(", "lesson.quiz(name)", "quiz('q')", "lesson.quiz(3)", "\0"])
def test_code_that_asks_nothing_by_name(code):
    assert asked_in(code) == []


def test_progress_counts_what_everyone_has_to_do(outline):
    entries = {"p-one": {"done": True}, "q-one": {"done": True}, "desk": {"done": False}}
    progress = measure(outline, entries, {"stopped": {"section": "s1", "item": "q-one"}})
    assert [(s.done, s.left) for s in progress.sections] == [(True, 0), (False, 2), (False, 1)]
    assert progress.share == 0.5
    assert not progress.done
    assert progress.next.section.id == "s3"
    whole = measure(outline, {**entries, "desk": {"done": True}}, {})
    assert whole.done
    assert whole.next is None


def test_where_one_stopped_comes_before_what_was_left_out(outline):
    progress = measure(outline, {}, {"stopped": {"section": "s3", "item": "desk"}})
    assert progress.next.section.id == "s3"


def test_a_section_ticked_off_is_done_with_the_rest_left_out(outline):
    activity = {}
    mark_done(activity, "s1", "2026-03-01T10:00:00+00:00")
    first = measure(outline, {}, activity).sections[0]
    assert (first.done, first.left) == (True, 2)
    mark_done(activity, "s1", "2026-04-01T10:00:00+00:00")
    assert activity["sections"]["s1"]["done"].startswith("2026-03")


def test_time_is_what_was_worked_and_a_long_silence_counts_as_a_short_one():
    now = [0.0]
    watch = Stopwatch(lambda: now[0])
    activity = {}
    for passed, section in [(50, "s1"), (8 * 3600, "s1"), (30, "s2"), (-5, "s2"), (10, "")]:
        now[0] += passed
        add_time(activity, section, watch.lap(), "t", "x")
    assert activity["sections"] == {"s1": {"seconds": 50 + LONGEST_GAP}, "s2": {"seconds": 30}}
    assert activity["elsewhere"] == 10
    assert activity["stopped"] == {"section": "s2", "item": "x", "at": "t"}


def test_the_card_at_the_end_does_not_make_a_finished_lesson_one_that_nobody_began(outline):
    done = {"p-one": {"done": True}, "q-one": {"done": True}, "desk": {"done": True}}
    kept_before = measure(outline, done, {"stopped": {"section": "", "item": "card"}})
    assert kept_before.started
    assert kept_before.done
    activity = {}
    add_time(activity, "", 5, "t", "card")
    assert activity["stopped"]["section"] == ""
    assert not measure(outline, {}, activity).started


def test_minutes_are_summed(outline):
    progress = measure(outline, {}, {"sections": {"s1": {"seconds": 90}, "gone": {"seconds": 30}}, "elsewhere": 60})
    assert progress.minutes == 3
    assert progress.sections[0].minutes == 1.5


hostile = st.recursive(
    st.none() | st.booleans() | st.floats() | st.just(10**400) | st.text(max_size=3),
    lambda i: (
        st.lists(i, max_size=3)
        | st.dictionaries(st.sampled_from(["sections", "s1", "seconds", "done", "stopped", "section", "elsewhere"]), i)
    ),
    max_leaves=12,
)


@example(activity={"sections": {"s1": {"done": None}}})
@given(activity=st.dictionaries(st.sampled_from(["sections", "stopped", "elsewhere"]), hostile))
def test_no_activity_stops_a_lesson(tmp_path_factory, activity):
    outline = notebook(tmp_path_factory.getbasetemp() / "hostile.ipynb")
    progress = measure(outline, {}, activity)
    assert progress.minutes >= 0
    assert progress.next is None or progress.next.section.id in ("s1", "s3")
    add_time(activity, "s1", 5, "t", "q")
    mark_done(activity, "s1", "t")
    json.dumps(activity["sections"]["s1"], allow_nan=True)
    assert measure(outline, {}, activity).sections[0].done
