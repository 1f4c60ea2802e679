"""Questions: what is explained when, and what is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.errors import UserError
from servicelab.learn.controls.quiz import model as quiz
from servicelab.learn.items import load_items, parse_items

CHOICE = {
    "id": "q-angry", "section": "s2", "kind": "choice", "prompt": "What does he need?",
    "options": [
        {"id": "a", "text": "A wardrobe", "right": True, "because": "That ends the matter."},
        {"id": "b", "text": "Comfort", "because": "The anger is the tone.", "misconception": "X01a"},
        {"id": "c", "text": "A rule", "because": "He appeals to none."},
    ],
}  # fmt: skip
MANY = {**CHOICE, "id": "q-many", "kind": "many", "options": [
    {"id": "a", "text": "One", "right": True, "because": "First reason."},
    {"id": "b", "text": "Two", "right": True, "because": "Second reason."},
    {"id": "c", "text": "Three", "because": "Not this.", "misconception": "X01b"},
]}  # fmt: skip


def one(raw):
    return parse_items({"quiz": [raw]}, "quiz.json").questions[raw["id"]]


choice, many = one(CHOICE), one(MANY)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["a", "b", "c"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["picked", "tries", "asked", "x"]), inner, max_size=4)
    ),
    max_leaves=15,
)


def because(state):
    return {o["id"]: o["because"] for o in state["options"]}


def test_nothing_is_explained_before_a_check():
    state = quiz.state(choice, {"picked": ["b"], "tries": []})
    assert set(because(state).values()) == {""}
    assert state["feedback"] == ""
    assert state["can_check"]


def test_a_wrong_option_gets_its_own_explanation_and_no_other():
    state = quiz.state(choice, {"picked": ["b"], "tries": [["b"]]})
    assert because(state) == {"a": "", "b": "The anger is the tone.", "c": ""}
    assert "The anger is the tone." in state["feedback"]
    assert state["status"] == "wrong"
    assert not state["can_ask"]


def test_the_last_tries_count_however_many_there_were():
    tries = [["b"], ["c"]] * quiz.MOST_TRIES
    assert quiz.state(choice, {"tries": tries})["status"] == "wrong"
    assert quiz.state(choice, {"tries": [*tries, ["a"]]})["status"] == "right"


def test_recall_is_kept_as_recall():
    recalled = parse_items({"recall": [{**CHOICE, "from": "00"}]}, "quiz.json").recall[CHOICE["id"]]
    assert [quiz.entry(question, {})["kind"] for question in (choice, recalled)] == ["quiz", "recall"]


def test_the_right_option_opens_every_explanation():
    state = quiz.state(choice, {"picked": ["a"], "tries": [["b"], ["a"]]})
    assert all(because(state).values())
    assert state["feedback"] == "Right. That ends the matter."
    assert {o["id"]: o["mark"] for o in state["options"]} == {"a": "right", "b": "wrong", "c": "other"}
    assert not state["can_check"]


def test_the_answer_can_be_asked_for_after_two_wrong_tries_only():
    early = quiz.state(choice, {"tries": [["b"]], "asked": True})
    assert early["status"] == "wrong"
    assert quiz.state(choice, {"tries": [["b"], ["c"]]})["can_ask"]
    late = quiz.state(choice, {"tries": [["b"], ["c"]], "asked": True})
    assert late["status"] == "shown"
    assert next(o for o in late["options"] if o["id"] == "a")["mark"] == "missed"


def test_a_changed_answer_is_marked_as_not_checked():
    assert quiz.state(choice, {"picked": ["c"], "tries": [["b"]]})["stale"]
    assert not quiz.state(choice, {"picked": ["b"], "tries": [["b"]]})["stale"]


@pytest.mark.parametrize(
    ("tried", "says", "silent"),
    [
        (["a"], "What you picked is right. There is at least one more to pick.", "reason"),
        (["a", "b", "c"], "Some of what you picked does not belong.", "Not this"),
        (["a", "c"], "Not this. Some of what you picked does not belong.", "one more"),
        (["c"], "Not this. There is at least one more", "reason"),
        ([], "There is at least one more", "What you picked is right"),
    ],
)
def test_several_answers_are_told_what_is_too_much_and_that_something_is_missing(tried, says, silent):
    feedback = quiz.state(many, {"picked": tried, "tries": [tried]})["feedback"]
    assert says in feedback
    assert silent not in feedback


def test_ticking_everything_does_not_tell_how_many_are_too_many():
    more = {**MANY, "options": [*MANY["options"], {"id": "d", "text": "Four", "because": "Nor this."}]}
    state = quiz.state(one(more), {"tries": [["a", "b", "c", "d"]]})
    assert state["verdict"] == "Not yet. Some of what you picked does not belong."
    assert set(because(state).values()) == {""}


def test_the_same_wrong_answer_pressed_again_and_again_buys_nothing():
    pressed = quiz.state(choice, {"picked": ["b"], "tries": [["b"]] * 5, "asked": True})
    assert pressed["status"] == "wrong"
    assert not pressed["can_ask"]
    assert pressed["tries"] == 1
    assert quiz.state(choice, {"tries": [["b"], ["b"], ["c"], ["c"]]})["can_ask"]


def test_several_answers_are_right_in_any_order():
    assert quiz.state(many, {"picked": ["b", "a"], "tries": [["b", "a"]]})["status"] == "right"


def test_tries_and_misconceptions_are_kept():
    kept = quiz.entry(choice, {"picked": ["a"], "tries": [["b"], ["b"], ["a"]]})
    assert kept["right"]
    assert not kept["first_right"]
    assert kept["misconceptions"] == ["X01a"]
    assert kept["done"]
    assert not quiz.entry(choice, {"picked": ["a"], "tries": []})["done"]
    assert quiz.entry(choice, {"tries": [["b"], ["c"]], "asked": True})["done"]


@given(anything)
def test_nothing_that_stands_in_a_sheet_stops_a_question(value):
    for question in (choice, many):
        state = quiz.state(question, value)
        tidy = quiz.tidy(question, value)
        assert quiz.tidy(question, tidy) == tidy
        assert state["text"].startswith(question.prompt)
        assert set(tidy["picked"]) <= {"a", "b", "c"}
        quiz.entry(question, value)


def test_the_order_of_options_does_not_say_which_is_right():
    first = [
        one({**CHOICE, "id": f"q-{n}"}).options[0].right  # every author's right option stands first in the source
        for n in range(60)
    ]
    assert 10 < sum(first) < 32
    assert one(CHOICE).options == one(CHOICE).options


def test_solved_editions_print_the_answer():
    assert quiz.state(choice, {}, show_answer=True)["text"].count("That ends the matter.") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "guess"},
        {"options": [{"id": "a", "text": "t"}, {"id": "b", "text": "t"}]},
        {"options": [{"id": "a"}]},
        {"options": None},
    ],
)
def test_a_malformed_question_is_named(change):
    with pytest.raises(UserError, match=r"quiz\.json.*q-angry"):
        parse_items({"quiz": [{**CHOICE, **change}]}, "quiz.json")


@pytest.mark.parametrize("content", [None, b"{", b"[]", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path, content):
    path = tmp_path / "quiz.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=r"quiz\.json.*fresh copy"):
        load_items(path)
