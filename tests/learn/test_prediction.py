"""Guess first: the truth is nowhere before there is a guess."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.i18n import use
from servicelab.learn.controls.prediction import model as prediction
from servicelab.learn.items import Prediction, parse_items

share = Prediction("p-ontime", "How many on time?", "%", 0, 100, 1)
rating = Prediction("p-csat", "Which rating?", "points (1–5)", 1, 5, 0.1)


def test_the_truth_is_not_in_the_state_before_the_guess():
    state = prediction.reveal_state(share, {}, 0.31, "Note with 31.")
    assert state["waiting"]
    assert "31" not in str(state)
    assert "first" in state["text"]


def test_earlier_guesses_are_shown_after_the_own_one_and_only_when_there_are_enough():
    many = [10, 20, 20, 30, 40] * 8
    before = prediction.reveal_state(share, {}, 0.31, earlier=many)
    assert before["waiting"]
    assert "earlier" not in before
    state = prediction.reveal_state(share, {"guess": 33}, 0.31, earlier=[*many, 900])
    assert "Of 40 trainees before you, the middle half guessed 20 % to 30 %." in state["feedback"]
    assert {"x": 20, "count": 16, "label": "20"} in state["earlier"]
    assert state["table"]["rows"][-1][1] == "20"
    few = prediction.reveal_state(share, {"guess": 33}, 0.31, earlier=many[:29])
    assert few["earlier"] == []
    assert "before you" not in few["feedback"]


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (60, "You said 60 %, it is 31 %: 29 percentage points too high."),
        (10, "You said 10 %, it is 31 %: 21 percentage points too low."),
        (33, "You said 33 %, it is 31 %: close, 2 percentage points away."),
        (31, "You said 31 %, and that is what it is."),
    ],
)
def test_the_guess_stands_against_the_truth(guess, says):
    state = prediction.reveal_state(share, {"guess": guess}, 0.31)
    assert state["text"] == says
    assert (state["guess"], state["truth"]) == (guess, 31)


def test_a_unit_of_several_words_is_left_to_the_axis():
    assert prediction.reveal_state(rating, {"guess": 3}, 2.4)["text"] == "You said 3.0, it is 2.4: 0.6 too high."


def test_a_percent_sign_is_kept_of_a_long_unit_and_a_place_is_low_where_its_number_is_high():
    gain = Prediction("p-gain", "How much?", "% of the first gain", 0, 200, 5)
    said = prediction.reveal_state(gain, {"guess": 105}, 11)["text"]
    assert said == "You said 105 %, it is 11 %: 94 percentage points too high."
    rank = Prediction("p-rank", "Where?", "place", 1, 14, 1, rank=True)

    def says(guess, truth):
        return prediction.reveal_state(rank, {"guess": guess}, truth)["text"]

    assert says(12, 1) == "You put it at place 12, it stands at place 1: 11 places too low."
    assert says(1, 12) == "You put it at place 1, it stands at place 12: 11 places too high."
    with use("zh"):
        assert says(12, 1) == "您猜第 12 位，实际是第 1 位：猜低了 11 位。"


def test_one_of_several_things_is_said_by_its_name_and_has_no_picture():
    """The fifth is no more than the fourth: bars, distances and the middle of many guesses would say so."""
    which = Prediction("p-lost", "After which?", low=1, high=3, step=1, names=("the lining", "the scratch", "none"))
    assert prediction.state(which, {"guess": 3})["feedback"].startswith("Your guess: “none”.")
    state = prediction.reveal_state(which, {"guess": 3}, 2, earlier=[1, 2, 3] * 20)
    assert state["text"] == "You said “none”; it is “the scratch”."
    assert not state["picture"]
    assert state["earlier"] == []
    assert prediction.reveal_state(which, {"guess": 2}, 2)["text"].startswith("You said “the scratch”, and that is")
    assert prediction.reveal_state(share, {"guess": 31}, 0.31)["picture"]
    with use("zh"):
        assert prediction.reveal_state(which, {"guess": 3}, 2)["text"] == "您猜的是“none”，实际是“the scratch”。"


def test_names_are_as_many_as_the_numbers_they_stand_for():
    from servicelab.errors import UserError

    raw = {"id": "p-x", "prompt": "?", "low": 1, "high": 3, "names": ["one", "two"]}
    with pytest.raises(UserError, match="2 names for 3 steps"):
        parse_items({"predictions": [raw]}, "quiz.json")


def test_every_number_has_the_decimals_of_the_scale_it_was_guessed_on():
    assert prediction.state(rating, {"guess": 3.2})["feedback"].startswith("Your guess: 3.2.")
    state = prediction.reveal_state(rating, {"guess": 3.2}, 2.4371, earlier=[2, 3.15] * 20)
    assert (state["guess_label"], state["truth_label"]) == ("3.2", "2.4")
    assert [row[1] for row in state["table"]["rows"]] == ["3.2", "2.4", "2.6"]
    assert state["feedback"].startswith("You said 3.2, it is 2.4: 0.8 too high. Of 40 ")
    assert [each["label"] for each in state["earlier"]] == ["2.0", "3.1"]
    assert "and that is what it is" in prediction.reveal_state(rating, {"guess": 2.4}, 2.4371)["text"]
    coarse = Prediction("p-gain", "How much?", "%", 0, 200, 5)
    assert prediction.amount(coarse, 11.3) == "11 %"
    with use("zh"):
        assert prediction.amount(coarse, 11.3) == "11%"


def test_a_note_follows_the_comparison():
    assert prediction.reveal_state(share, {"guess": 31}, 0.31, "Because.")["feedback"].endswith("is. Because.")


@pytest.mark.parametrize("truth", [31, -0.1, math.nan])
def test_a_truth_off_the_scale_is_the_authors_mistake(truth):
    with pytest.raises(ValueError, match="p-ontime"):
        prediction.on_scale(share, truth)


@given(st.none() | st.text() | st.booleans() | st.floats() | st.integers() | st.just(10**400) | st.lists(st.integers()))
def test_any_guess_is_on_the_scale_or_none(value):
    guess = prediction.tidy(rating, {"guess": value})
    assert guess is None or 1 <= guess <= 5
    assert prediction.state(rating, {"guess": value})["text"].startswith("Which rating?")
    assert prediction.entry(rating, {"guess": value})["done"] == (guess is not None)


def test_a_scale_upside_down_is_refused():
    from servicelab.errors import UserError

    with pytest.raises(UserError, match="p-x"):
        parse_items({"predictions": [{"id": "p-x", "prompt": "?", "low": 5, "high": 1}]}, "quiz.json")
