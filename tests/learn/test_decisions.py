"""Graded decisions: only what the control could have given counts, and a person can read the list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.learn import decisions
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
    {"id": "a-number", "kind": "number", "prompt": "How many?", "low": 10, "high": 500, "unit": "people"},
]
ITEMS = parse_items({"decisions": RAW}, "decisions.json").decisions


def test_untouched_decisions_are_none_and_dashes():
    assert [decisions.answer(d, {}) for d in ITEMS.values()] == [None, None, None]
    assert decisions.listing(ITEMS, {}) == "1 · a-kind: —\n2 · a-many: —\n3 · a-number: —"


def test_answers_are_listed_with_their_words():
    entries = {"a-kind": {"value": "f"}, "a-many": {"value": ["y", "x"]}, "a-number": {"value": 120}}
    assert decisions.listing(ITEMS, entries) == (
        "1 · a-kind: f — Functional\n2 · a-many: x — X; y — Y\n3 · a-number: 120 people"
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
    assert len(decisions.listing(ITEMS, entries).splitlines()) == 3


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)
    )
)
def test_any_value_is_an_answer_or_none(value):
    for one in ITEMS.values():
        given_answer = decisions.answer(one, {"value": value})
        state = decisions.state(one, {"value": value})
        assert state["answered"] == (given_answer is not None)
        assert decisions.answer(one, decisions.entry(one, {"value": value})) == given_answer


def test_the_state_carries_no_judgement():
    state = decisions.state(ITEMS["a-kind"], {"value": "e"})
    assert set(state["options"][0]) == {"id", "text", "picked"}
    assert state["feedback"] == "Your answer: e — Emotional"
