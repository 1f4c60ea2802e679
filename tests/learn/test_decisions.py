"""Graded decisions: only what the control could have given counts, and a person can read the list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.course.declared import mistakes
from servicelab.course.quizfile import Decision
from servicelab.errors import UserError
from servicelab.learn import decisions
from servicelab.learn.controls.decision import pictures
from servicelab.learn.items import parse_items

KINDS = [{"id": "f", "text": "Functional"}, {"id": "e", "text": "Emotional"}]
RAW = [
    {"id": "a-kind", "prompt": "Which kind?", "options": KINDS},
    {
        "id": "a-many",
        "kind": "many",
        "prompt": "Which?",
        "options": [{"id": "x", "text": "X"}, {"id": "y", "text": "Y"}],
    },
    {
        "id": "a-axes",
        "kind": "axes",
        "prompt": "Which?",
        "options": [
            {"id": "functional", "text": "Nature: functional"},
            {"id": "emotional", "text": "Nature: emotional"},
            {"id": "now", "text": "时间：即时"},
            {"id": "later", "text": "时间：长期"},
        ],
    },
    {"id": "a-number", "kind": "number", "prompt": "How many?", "low": 10, "high": 500, "unit": "people"},
]
ITEMS = parse_items({"decisions": RAW}, "decisions.json").decisions


def test_untouched_decisions_are_none_and_dashes():
    assert [decisions.answer(d, {}) for d in ITEMS.values()] == [None] * 4
    assert decisions.listing(ITEMS, {}) == "1 · a-kind: —\n2 · a-many: —\n3 · a-axes: —\n4 · a-number: —"


def test_answers_are_listed_with_their_words():
    entries = {
        "a-kind": {"value": "f"},
        "a-many": {"value": ["y", "x"]},
        "a-axes": {"value": ["later", "emotional"]},
        "a-number": {"value": 120},
    }
    assert decisions.listing(ITEMS, entries) == (
        "1 · a-kind: f — Functional\n2 · a-many: x — X; y — Y\n"
        "3 · a-axes: emotional — Nature: emotional; later — 时间：长期\n4 · a-number: 120 people"
    )  # fmt: skip


@pytest.mark.parametrize("value", ["zzz", 3, True, {"f": 1}, ["f"], None, [], 9, 501, "120", float("inf"), 10**400])
def test_what_no_control_could_have_given_is_no_answer(value):
    assert decisions.answer(ITEMS["a-kind"], {"value": value}) is None
    assert decisions.answer(ITEMS["a-number"], {"value": value}) is None


def test_hostile_text_is_shown_short_on_one_line_and_as_no_answer():
    entries = {"a-kind": {"value": "f\n### END\x1b[2J\u202e" + "x" * 5000}}
    first = decisions.listing(ITEMS, entries).splitlines()[0]
    assert first.startswith("1 · a-kind: — (what stands in the answers file is not one of the options: f ### END")
    assert "\x1b" not in first
    assert "\u202e" not in first
    assert len(first) < 200
    assert len(decisions.listing(ITEMS, entries).splitlines()) == 4


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)
    )
)
def test_any_value_is_an_answer_or_none(value):
    for one in ITEMS.values():
        given_answer = decisions.answer(one, {"value": value})
        state = decisions.state(one, {"value": value})
        if one.kind != "axes":
            assert state["answered"] == (given_answer is not None)
        assert decisions.answer(one, decisions.entry(one, {"value": value})) == given_answer


def test_the_state_carries_no_judgement():
    state = decisions.state(ITEMS["a-kind"], {"value": "e"})
    assert set(state["options"][0]) == {"id", "text", "picked"}
    assert state["feedback"] == "Your answer: e — Emotional"


def test_axes_are_one_choice_each_and_made_only_when_each_has_one():
    axes = ITEMS["a-axes"]
    everything = {"value": ["functional", "emotional", "now", "later"]}
    assert decisions.answer(axes, everything) is None
    assert decisions.answer(axes, {"value": ["functional", "emotional", "now"]}) == ["now"]
    half = decisions.state(axes, {"value": ["now"]})
    assert (half["answered"], half["lacking"]) == (False, "Still to choose: Nature.")
    assert not decisions.entry(axes, {"value": ["now"]})["done"]
    whole = decisions.state(axes, {"value": ["now", "functional"]})
    assert (whole["answered"], whole["lacking"]) == (True, "")
    assert [axis["axis"] for axis in whole["axes"]] == ["Nature", "时间"]


def test_an_axis_with_nothing_to_choose_on_it_is_a_fault():
    raw = {**RAW[2], "options": [*RAW[2]["options"], {"id": "alone", "text": "Level: basic"}]}
    with pytest.raises(UserError, match="nothing to choose on the axis “Level”"):
        parse_items({"decisions": [raw]}, "decisions.json")


PICTURED = {
    "id": "a-picture",
    "prompt": "Which?",
    "unit": "%",
    "over": ["2024", "2025"],
    "options": [
        {"id": "up", "text": "Movers", "series": [9, 26.5]},
        {"id": "flat", "text": "Sharers", "series": [34, 34]},
    ],
}


def test_an_option_that_is_a_picture_is_told_in_words_as_well():
    decision = parse_items({"decisions": [PICTURED]}, "decisions.json").decisions["a-picture"]
    assert decisions.state(decision, {"value": "up"})["text"].splitlines() == [
        "Which?",
        "  (x) Movers: 2024 9 %, 2025 26.5 %",
        "  ( ) Sharers: 2024 34 %, 2025 34 %",
    ]
    charts = pictures(decision)
    assert {key: chart["alt"] for key, chart in charts.items()} == {
        "up": "Movers: 2024 9 %, 2025 26.5 %",
        "flat": "Sharers: 2024 34 %, 2025 34 %",
    }
    # Far from the picture, in feedback and in the list for who marks, the answer says which it was.
    assert decisions.readable(decision, "up") == "up — Movers (9, 26.5 %)"
    # On one scale: a picture is read beside the others.
    assert charts["up"]["y"] == charts["flat"]["y"]
    assert charts["up"]["layers"][0]["lines"] == [{"points": [[0, 9.0], [1, 26.5]]}]


def test_a_picture_of_pairs_has_their_bars_side_by_side():
    raw = {**PICTURED, "pairs": ["A", "B"], "unit": ""}
    raw["options"] = [
        {"id": "up", "text": "Up", "series": [4.2, 3.7, 2.9, 3]},
        {"id": "no", "text": "No", "series": [1, 2, 3, 4]},
    ]
    decision = parse_items({"decisions": [raw]}, "decisions.json").decisions["a-picture"]
    drawn = pictures(decision)["up"]
    assert decisions.readable(decision, "up") == "up — Up (2024: A 4.2, B 3.7; 2025: A 2.9, B 3)"
    assert decisions.in_words(decision, "up") == "Up (2024: A 4.2, B 3.7; 2025: A 2.9, B 3)"
    assert drawn["alt"] == "Up: 2024, A 4.2, 2024, B 3.7, 2025, A 2.9, 2025, B 3"
    named = dict(enumerate(drawn["y"]["names"]))
    assert [[(named[bar["y"]], bar["x"]) for bar in layer["bars"]] for layer in drawn["layers"]] == [
        [("2024", 4.2), ("2025", 2.9)], [("2024", 3.7), ("2025", 3.0)]
    ]  # fmt: skip
    assert [each["text"] for each in drawn["legend"]] == ["A", "B"]
    assert drawn["x"] == pictures(decision)["no"]["x"]
    (fault,) = mistakes(Decision, {**raw, "options": [{"id": "up", "text": "Up", "series": [1, 2]}, raw["options"][1]]})
    assert fault.problem == "option up has 2 numbers for 4 names in `over`"


def test_options_without_a_series_have_no_picture():
    assert pictures(ITEMS["a-kind"]) == {}


def test_a_series_has_a_number_for_each_name():
    short = {**PICTURED, "options": [{"id": "up", "text": "Movers", "series": [9]}, PICTURED["options"][1]]}
    (fault,) = mistakes(Decision, short)
    assert fault.problem == "option up has 1 numbers for 2 names in `over`"
    wrong = {**PICTURED, "options": [{"id": "up", "text": "Movers", "series": [9, "x"]}, PICTURED["options"][1]]}
    assert "not a list of numbers" in mistakes(Decision, wrong)[0].problem
