"""Kano lab: counts that can be checked by hand, chance that is seeded, and whatever a front end may send."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from servicelab.errors import UserError
from servicelab.i18n import use
from servicelab.models.needs import kano_coefficients
from servicelab.widgets import explore
from servicelab.widgets.explore.needs.kano.model import KanoModel
from servicelab.widgets.intervals import difference, wilson

NAMES = pd.DataFrame({"feature_id": ["f", "g"], "name_en": ["Ease", "Grip"], "name_zh": ["易转", "抓地"]})


def survey(pairs: dict[tuple[int, int], int], feature: str = "f", segment: str = "senior") -> pd.DataFrame:
    rows = [pair for pair, count in pairs.items() for _ in range(count)]
    table = pd.DataFrame(rows, columns=["functional", "dysfunctional"])
    return table.assign(customer_id=[f"C{i}" for i in range(len(rows))], segment=segment, feature_id=feature)


# Sauerwein et al. (1996), ease of turn, per thousand: A 104, O 451, M 305, I 115.
SKI = survey({(1, 3): 104, (1, 5): 451, (3, 5): 305, (3, 3): 115})


def test_published_answer_ease_of_turn() -> None:
    state = KanoModel(SKI, NAMES).derive({})
    assert state["counts"] == {"M": 305, "O": 451, "A": 104, "I": 115, "R": 0, "Q": 0}
    assert round(state["mine"]["better"], 2) == 0.57
    assert round(state["mine"]["worse"], 2) == 0.78
    assert state["mine"]["verdict"] == "O"
    assert state["grid"][0] == [0, 0, 104, 0, 451]
    assert state["grid"][2] == [0, 0, 115, 0, 305]


def test_a_smaller_sample_is_part_of_the_larger_one_and_its_figures_are_the_models() -> None:
    model = KanoModel(SKI, NAMES)
    small, large = model.people("all")[:40], model.people("all")[:80]
    assert (large[:40] == small).all()
    state = model.derive({"n": 40})
    assert sum(state["counts"].values()) == 40
    better, worse = kano_coefficients({letter: state["counts"][letter] for letter in "AOMI"})
    assert state["mine"]["better"] == pytest.approx(better, abs=1e-4)
    assert state["mine"]["worse"] == pytest.approx(-worse, abs=1e-4)


def test_intervals_widen_as_the_sample_shrinks() -> None:
    model = KanoModel(SKI, NAMES)
    widths = []
    for n in (975, 200, 50, 10, 1):
        low, high = model.derive({"n": n})["mine"]["better_interval"]
        widths.append(high - low)
    assert widths == sorted(widths)
    assert widths[-1] > 0.7


def test_everybody_asked_leaves_nothing_to_chance() -> None:
    state = KanoModel(SKI, NAMES).derive({})
    assert state["verdicts"] == {"O": 100}
    assert state["cloud"] == []


def test_small_samples_sometimes_say_something_else_and_always_the_same_under_a_seed() -> None:
    state = KanoModel(SKI, NAMES).derive({"n": 15})
    assert state["verdicts"]["O"] < 100
    assert sum(state["verdicts"].values()) == pytest.approx(100, abs=2)
    assert KanoModel(SKI, NAMES).derive({"n": 15}) == state
    assert KanoModel(SKI, NAMES, seed=2).derive({"n": 15})["cloud"] != state["cloud"]
    assert KanoModel(SKI, NAMES).derive({"n": 15, "draw": 1})["grid"] != state["grid"]


def test_one_customer() -> None:
    state = KanoModel(survey({(3, 5): 1}), NAMES).derive({})
    assert state["size"] == state["at"]["n"] == 1
    assert state["stops"] == [1]
    assert (state["mine"]["better"], state["mine"]["worse"]) == (0.0, 1.0)
    assert state["mine"]["better_interval"][1] > 0.7


def test_answers_that_contradict_themselves_leave_no_point_but_a_sentence() -> None:
    state = KanoModel(survey({(1, 1): 3}), NAMES).derive({})
    assert state["counts"]["Q"] == 3
    assert state["mine"]["better"] is None
    assert state["points"] == []
    assert "no usable answers" in state["text"]


def test_a_segment_without_an_answer_to_the_feature() -> None:
    table = pd.concat([survey({(1, 5): 4}), survey({(3, 5): 5}, feature="g", segment="new_family")])
    table["customer_id"] = [f"C{i}" for i in range(len(table))]
    state = KanoModel(table, NAMES).derive({"feature": "f", "segment": "new_family"})
    assert state["at"]["segment"] == "new_family"
    assert state["mine"]["better"] is None
    assert [p["id"] for p in state["points"]] == ["g"]
    json.dumps(state, allow_nan=False)


@pytest.mark.parametrize(
    "hostile",
    [
        {"feature": "no-such", "segment": "no-such", "n": -3, "draw": -1},
        {"feature": ["f"], "segment": {"x": 1}, "n": "20", "draw": None},
        {"n": float("nan")},
        {"n": float("inf"), "draw": 10**400},
        {"n": True, "extra": object},
    ],
)
def test_whatever_the_front_end_sends_the_state_is_sound(hostile: dict[str, Any]) -> None:
    state = KanoModel(SKI, NAMES).derive(hostile)
    assert state["at"]["feature"] == "f"
    assert state["at"]["segment"] == "all"
    assert 1 <= state["at"]["n"] <= 975
    assert 0 <= state["at"]["draw"] <= 999


def test_a_tie_goes_to_the_stricter_category() -> None:
    assert KanoModel(survey({(3, 5): 2, (1, 5): 2, (1, 3): 2}), NAMES).derive({})["mine"]["verdict"] == "M"


def test_the_real_control_moves_with_its_value(kano_survey: pd.DataFrame, features: pd.DataFrame) -> None:
    control = explore.kano(kano_survey, features)
    before = control.state["mine"]
    control.set_state({"value": {"feature": "green_packaging", "segment": "senior", "n": 10}})
    assert control.state["at"] == {"feature": "green_packaging", "segment": "senior", "n": 10, "draw": 0}
    assert control.state["mine"] != before
    assert "10 of" in control.text()
    assert len(json.dumps(control.state)) < 6000  # what travels on every slider move


def test_names_are_in_the_language(kano_survey: pd.DataFrame, features: pd.DataFrame) -> None:
    with use("zh"):
        control = explore.kano(kano_survey, features)
    assert control.content["features"][0]["text"] == "准时送达"
    assert "准时送达" in control.text()


def test_mistakes_are_named() -> None:
    with pytest.raises(UserError, match=r"explore\.kano: survey lacks dysfunctional"):
        explore.kano(SKI.drop(columns="dysfunctional"), NAMES)
    with pytest.raises(UserError, match="survey has no rows"):
        explore.kano(SKI.head(0), NAMES)
    with pytest.raises(UserError, match="must be a table"):
        explore.kano([1, 2], NAMES)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="functional must be"):
        explore.kano(SKI.assign(functional=6), NAMES)


def test_intervals_match_published_examples() -> None:
    # Newcombe (1998), Statistics in Medicine 17: 81/263 by score method; 56/70 less 48/80 by method 10.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert difference(56, 70, 48, 80) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)
    assert difference(1, 2, 0, 0) == (0.0, -1.0, 1.0)
