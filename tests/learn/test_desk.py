"""The desk: sound branches, no way back, everything explained at the end."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.errors import UserError
from servicelab.learn.controls.desk import model as desk

RAW = {
    "id": "d", "title": "A call", "minutes": 5, "scene": "Thursday.", "start": "n1",
    "meters": [{"id": "trust", "name": "Trust", "start": 50}, {"id": "known", "name": "Known", "start": 5}],
    "nodes": {
        "n1": {"customer": "Where is it?", "note": "late", "choices": [
            {"id": "a", "say": "I look.", "to": "n2", "effect": {"trust": 20, "known": 10}, "because": "A fact."},
            {"id": "b", "say": "Sorry!", "to": "n1b", "effect": {"trust": -70}, "because": "About nothing."},
        ]},
        "n1b": {"customer": "Sorry for what?", "choices": [
            {"id": "a", "say": "For the wait.", "to": "n1", "effect": {"trust": 5}, "because": "Back on track."},
            {"id": "b", "say": "Well…", "to": "bad", "effect": {"known": -20}, "because": "Nothing."},
        ]},
        "n2": {"customer": "And?", "choices": [
            {"id": "a", "say": "Tomorrow.", "to": "good", "effect": {"trust": 90}, "because": "A date."},
            {"id": "b", "say": "Soon.", "to": "bad", "because": "No date."},
        ]},
        "good": {"end": True, "outcome": "She thanks you.", "debrief": "Why.", "grade": "good"},
        "bad": {"end": True, "outcome": "She hangs up.", "debrief": "Why not.", "grade": "poor"},
    },
}  # fmt: skip
played = desk.parse_desk(RAW)
paths = st.lists(st.sampled_from(["a", "b", "x"]), max_size=12)


def test_a_contact_runs_to_its_end_and_explains_every_choice_there():
    state = desk.state(played, {"path": ["a", "a"]})
    assert state["ended"]
    assert state["grade"] == "good"
    assert [len(m["choices"]) for m in state["explained"]] == [2, 2]
    assert all(c["because"] for m in state["explained"] for c in m["choices"])
    assert [[c["say"] for c in m["choices"] if c["taken"]] for m in state["explained"]] == [["I look."], ["Tomorrow."]]
    assert "She thanks you." in state["text"]


def test_nothing_is_judged_before_the_end():
    state = desk.state(played, {"path": ["a"]})
    hidden = ("A date.", "No date.", "A fact.", "Why.", "good")
    assert not [word for word in hidden if word in str(state)]
    assert {c["id"] for c in state["choices"]} == {"a", "b"}


@given(paths)
def test_any_path_is_walked_as_far_as_it_goes_and_meters_stay_between_0_and_100(path):
    steps = desk.walk(played, path)
    assert [c.id for _n, c in steps] == path[: len(steps)]
    assert all(0 <= level <= 100 for level in desk.meters_after(played, steps).values())
    state = desk.state(played, {"path": path})
    assert state["ended"] == (not state["choices"])
    assert desk.tidy(played, desk.tidy(played, {"path": path})) == desk.tidy(played, {"path": path})


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda i: st.lists(i) | st.dictionaries(st.sampled_from(["path", "runs"]), i),
    )
)
def test_nothing_in_a_sheet_stops_the_desk(value):
    assert desk.state(played, value)["title"] == "A call"
    desk.entry(played, value)


@given(paths, paths)
def test_what_was_said_stays_said(before, after):
    old, new = desk.tidy(played, {"path": before}), desk.tidy(played, {"path": after})
    assert desk.follows(played, {"path": before}, {"path": after}) == (new["path"][: len(old["path"])] == old["path"])


def test_a_new_contact_begins_only_after_the_end_and_keeps_the_former():
    over = {"path": ["a", "a"], "runs": []}
    assert desk.follows(played, over, {"path": [], "runs": [["a", "a"]]})
    assert not desk.follows(played, over, {"path": [], "runs": []})
    assert not desk.follows(played, {"path": ["a"], "runs": []}, {"path": [], "runs": [["a", "a"]]})
    assert not desk.follows(played, over, {"path": [], "runs": [["a", "b"]]})


def test_runs_and_grades_are_kept():
    kept = desk.entry(played, {"path": ["a", "b"], "runs": [["a", "a"], ["a"]]})
    assert kept["grades"] == ["good", "poor"]
    assert kept["done"]
    assert desk.state(played, kept["value"])["endings"] == {"seen": 2, "all": 2}
    assert not desk.entry(played, {"path": ["a"]})["done"]


def test_a_contact_that_ends_before_its_matter_came_up_is_not_done_and_says_so():
    raw = copy.deepcopy(RAW)
    raw["nodes"]["bad"]["left"] = "The second call has not come yet."
    early = desk.parse_desk(raw)
    assert desk.state(early, {"path": ["a", "b"]})["left"] == "The second call has not come yet."
    assert desk.state(early, {"path": ["a", "a"]})["left"] == ""
    over = desk.entry(early, {"path": ["a", "b"]})
    assert (over["grades"], over["done"]) == (["poor"], False)
    assert desk.entry(early, {"path": ["a", "a"], "runs": [["a", "b"]]})["done"]


def broken(change):
    raw = copy.deepcopy(RAW)
    change(raw)
    return raw


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: r.update(start="nowhere"), "start: the contact starts at “nowhere”"),
        (
            lambda r: r["nodes"]["n1"]["choices"][0].update(to="nowhere"),
            r"nodes\.n1\.choices\[0\]: choice a leads to “nowhere”",
        ),
        (
            lambda r: r["nodes"]["n1"]["choices"][0].update(effect={"mood": 1}),
            r"n1\.choices\[0\]: choice a changes “mood”, which is no meter",
        ),
        (lambda r: r["nodes"]["n1"]["choices"][0].update(because=""), r"nodes\.n1\.choices\[0\]\.because cannot be ''"),
        (lambda r: r["nodes"]["n1"]["choices"].pop(), "n1: there is nothing to choose"),
        (
            lambda r: r["nodes"]["n1"]["choices"][1].update(id="a"),
            r"n1\.choices\[1\]: the choice needs an id of its own, not “a”",
        ),
        (lambda r: r["nodes"].update(island=copy.deepcopy(r["nodes"]["bad"])), "island: no choice leads to this node"),
        (lambda r: r["nodes"]["good"].update(grade="fine"), r"nodes\.good\.grade cannot be 'fine'"),
        (lambda r: r["nodes"]["good"].update(debrief=""), "good: the ending has no debrief"),
        (
            lambda r: [c.update(to="n1") for n in ("n1b", "n2") for c in r["nodes"][n]["choices"]],
            "n1: from here the contact never ends",
        ),
        (lambda r: r["nodes"]["n2"].pop("customer"), "n2: the customer says nothing"),
        (lambda r: r.pop("meters"), "malformed"),
    ],
)
def test_a_desk_that_would_leave_someone_stuck_is_refused(change, says):
    with pytest.raises(UserError, match=says):
        desk.parse_desk(broken(change))
