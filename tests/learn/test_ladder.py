"""The ladder: untouched, right, and each wrong answer explained."""

import numpy as np
import pandas as pd
import pytest

from servicelab.errors import UserError
from servicelab.learn.controls.ladder import model as ladder
from servicelab.learn.items import parse_items

SETUP = "frame = pd.DataFrame({'need': list('ffffffeenn'), 'csat': [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]})"


def task(**change):
    raw = {
        "id": "ex-share", "prompt": "What share?", "setup": SETUP, "answer": "frame['need'].eq('f').mean()",
        "tolerance": 0.005, "hints": ["Compare.", "Average."], "solution": "share = …",
        "wrong": [
            {"when": "frame['need'].eq('f').sum()", "says": "That is a count."},
            {"when": "isinstance(value, float) and value > 50", "says": "That is a percentage, nearly."},
            {"when": "len(value) == 3", "says": "Three of them."},
        ],
        **change,
    }  # fmt: skip
    return parse_items({"exercises": [raw]}, "quiz.json").tasks["ex-share"]


class Awkward:
    def __eq__(self, other):
        raise RuntimeError("no")

    __hash__ = None

    def __repr__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize("value", [None, ...])
def test_untouched_is_no_attempt(value):
    verdict = ladder.check(task(), value)
    assert verdict.kind == "untouched"
    assert ladder.after_check(task(), {}, verdict, value)["attempts"] == 0


@pytest.mark.parametrize("value", [0.6, np.float64(0.6), 0.604, np.float32(0.6)])
def test_right(value):
    assert ladder.check(task(), value) == ladder.Verdict("right", "Right: 0.6.")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (6, "That is a count."),
        (61.5, "That is a percentage, nearly."),
        ("abc", "Three of them."),
        (60, "100 times too high"),
        (0.006, "100 times too low"),
        (-0.6, "sign is not"),
        (0.4, "share of all the others"),
        (0.61, "Close"),
        (0.9, "too high"),
        (0.1, "too low"),
        (float("nan"), "NaN"),
        (True, "The answer is one number; yours is True or False."),
        ([0.6], "yours is a list of values"),
        (pd.Series([1.0]), "Series"),
        (pd.DataFrame(), "DataFrame"),
        (len, "not been called"),
        (Awkward(), "something else (Awkward)"),
        (10**400, "not finite"),
    ],
)
def test_each_wrong_value_is_explained(value, says):
    verdict = ladder.check(task(), value)
    assert verdict.kind == "wrong"
    assert says in verdict.says


SERIES = task(answer="frame.groupby('need')['csat'].mean()", wrong=[], tolerance=0.001)


@pytest.mark.parametrize(
    ("expression", "kind", "says"),
    [
        ("frame.groupby('need')['csat'].mean()", "right", ""),
        ("frame.groupby('need')['csat'].mean().rename('x')", "right", ""),
        ("frame.groupby('need')['csat'].mean().sort_index(ascending=False)", "wrong", "another order"),
        ("frame.groupby('need')['csat'].sum()", "wrong", "some of the values differ"),
        ("frame['csat']", "wrong", "The size differs"),
        ("frame.groupby('need')['csat'].mean().rename({'f': 'z'})", "wrong", "other labels"),
        ("frame.groupby('need')['csat'].mean().to_frame()", "wrong", "yours is a table"),
    ],
)
def test_series_are_compared_by_value_and_label(expression, kind, says):
    frame = pd.DataFrame({"need": list("ffffffeenn"), "csat": [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]})
    verdict = ladder.check(SERIES, eval(expression, {"frame": frame}))
    assert verdict.kind == kind
    assert says in verdict.says


def test_tables_lists_and_words_are_compared_by_value():
    table = task(answer="frame[frame.csat > 4]", wrong=[])
    frame = pd.DataFrame({"need": list("ffffffeenn"), "csat": [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]})
    assert ladder.check(table, frame.query("csat > 4")).kind == "right"
    assert ladder.check(table, frame.query("csat > 3")).kind == "wrong"
    assert ladder.check(task(answer="sorted(set(frame.need))", wrong=[]), ["e", "f", "n"]).kind == "right"
    assert ladder.check(task(answer="frame.need.mode()[0]", wrong=[]), "f").kind == "right"
    assert ladder.check(task(answer="np.array([1, 2])", wrong=[]), np.array([1.0, 2.0])).kind == "right"


@pytest.mark.parametrize(
    ("answer", "right", "wrong"),
    [
        ("True", [np.True_, True, np.bool_(1)], [1, "True", np.False_]),
        ("'f'", ["f", np.str_("f"), pd.Series(["f"])[0]], ["e", b"f"]),
        ("['f', 'e']", [("f", "e"), ["f", "e"], np.array(["f", "e"]), pd.Index(["f", "e"])], [["e", "f"], "fe"]),
        ("('a', 1)", [["a", 1], ("a", np.int64(1)), ["a", 1.0]], [("a", 2), ("a",)]),
        ("{'a', 'b'}", [{"b", "a"}, ["a", "b"]], [{"a"}]),
        ("np.array([1.0, 2.0])", [(1, 2), [1.0, 2.0], np.array([1, 2])], [[1, 2, 3], [[1, 2]]]),
    ],
    ids=["bool", "text", "list", "tuple", "set", "array"],
)
def test_what_is_the_same_kind_of_thing_is_the_same(answer, right, wrong):
    for value in right:
        assert ladder.check(task(answer=answer, wrong=[]), value).kind == "right", repr(value)
    for value in wrong:
        assert ladder.check(task(answer=answer, wrong=[]), value).kind == "wrong", repr(value)


def test_a_check_does_not_see_the_learners_names_nor_change_anything_for_the_next():
    spoiled = task(setup=SETUP + "\nframe.loc[0, 'need'] = 'e'", answer="frame['need'].eq('f').mean()", wrong=[])
    assert ladder.check(spoiled, 0.5).kind == "right"
    assert ladder.check(task(), 0.6).kind == "right"


@pytest.mark.parametrize(
    "change", [{"setup": "1/0"}, {"answer": "nothing"}, {"wrong": [{"when": "nothing", "says": ""}]}]
)
def test_a_task_that_does_not_run_names_itself(change):
    with pytest.raises(UserError, match="ex-share"):
        ladder.check(task(**change), 0.123)


def climb(*steps, value=None):
    record = value or {}
    for step in steps:
        if step == "hint":
            record = ladder.after_hint(task(), record)
        elif step == "ask":
            record = ladder.after_asking(task(), record)
        else:
            record = ladder.after_check(task(), record, ladder.check(task(), step), step)
    return ladder.state(task(), record), record


def test_hints_open_one_by_one_and_end():
    assert climb("hint")[0]["hints"] == ["Compare."]
    state, _record = climb("hint", "hint", "hint")
    assert state["hints"] == ["Compare.", "Average."]
    assert state["hints_left"] == 0


def test_the_solution_asks_for_a_try_first_and_opens_when_asked_again():
    first, record = climb("ask")
    assert first["solution"] == ""
    assert "have not tried yet" in first["text"]
    assert "have not tried" not in climb("ask", value=record)[0]["text"]
    assert climb("ask", value=record)[0]["solution"] == "share = …"


def test_the_solution_opens_at_once_after_an_attempt():
    assert climb(0.1, "ask")[0]["solution"] == "share = …"


def test_asking_too_early_is_forgotten_once_one_has_tried():
    assert climb("ask", 0.1)[0]["solution"] == ""


def test_running_the_same_cell_again_is_no_new_attempt():
    _state, record = climb(0.1, 0.1, 0.1)
    assert record["attempts"] == 1
    assert climb(0.1, 0.2)[1]["attempts"] == 2


def test_done_means_right_or_read():
    assert ladder.entry(task(), climb(0.6)[1])["done"]
    assert ladder.entry(task(), climb(0.1, "ask")[1])["done"]
    assert not ladder.entry(task(), climb(0.1, "hint")[1])["done"]


@pytest.mark.parametrize("value", [None, 3, {"attempts": "x", "hints": -4, "asked": 99, "last": {}}, {"hints": 10**9}])
def test_nothing_in_a_sheet_stops_the_ladder(value):
    assert ladder.state(task(), value)["prompt"] == "What share?"
    assert ladder.tidy(task(), ladder.tidy(task(), value)) == ladder.tidy(task(), value)


def test_what_stands_in_a_cell_as_delivered_is_nobodys_mistake():
    delivered = ladder.before_a_try(ladder.check(task(), 60.0))
    assert delivered.kind == "untouched"
    assert "nearly" not in delivered.says
    right = ladder.check(task(), 0.6)
    assert ladder.before_a_try(right) == right
