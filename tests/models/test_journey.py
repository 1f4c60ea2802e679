"""Journey models: small journeys by hand, the peak–end experiment, exact limits and invariants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.models.journey import (
    ELEMENTS,
    FIVE_ELEMENTS,
    Criterion,
    emotion_curve,
    five_elements_audit,
    friction,
    touchpoint_scores,
)


def journeys() -> pd.DataFrame:
    """Three journeys: straight through, with a return, given up at the till."""
    rows = [
        (1, "site", 0), (1, "till", 60), (1, "done", 90),
        (2, "site", 0), (2, "till", 30), (2, "site", 50), (2, "till", 200), (2, "done", 230), (2, "site", 900),
        (3, "site", 0), (3, "till", 10),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["journey_id", "touchpoint", "timestamp"])


def test_friction_by_hand():
    found = friction(journeys(), "done")
    assert found.index.tolist() == ["till", "site"]
    assert found.loc["till", ["visits", "lost", "returns", "friction"]].tolist() == [4, 1, 1, 0.5]
    # The visit after the goal is another story; site is never the last stop short of it.
    assert found.loc["site", ["visits", "lost", "returns", "friction"]].tolist() == [4, 0, 1, 0.25]
    assert found.loc["site", "median_time"] == pytest.approx(np.median([60, 30, 150, 10]))
    assert found.loc["till", "median_time"] == pytest.approx(np.median([30, 20, 30]))


STOPS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["a", "b", "goal"]), st.integers(0, 99)), min_size=1, max_size=40
)


@given(STOPS)
def test_every_journey_is_lost_once_or_reaches_its_goal(rows):
    events = pd.DataFrame([*rows, (99, "goal", 1)], columns=["journey_id", "touchpoint", "timestamp"])
    found = friction(events, "goal")
    reached = events[events.touchpoint == "goal"].journey_id.nunique()
    assert found.lost.sum() == events.journey_id.nunique() - reached
    assert found.friction.between(0, 1).all()
    assert (found.friction >= found[["drop_off", "repeat"]].max(axis=1) - 1e-12).all()
    assert (found.median_time.dropna() >= 0).all()


def test_the_longer_trial_with_the_better_end_is_remembered_as_better():
    """Kahneman et al. (1993): the same pain, with a milder half minute added, is preferred: more pain, better end."""
    short = pd.DataFrame({"journey_id": 1, "step": [1, 2, 3], "emotion": [-1, -2, -2]})
    longer = pd.DataFrame({"journey_id": 1, "step": [1, 2, 3, 4], "emotion": [-1, -2, -2, -1]})
    assert longer.emotion.sum() < short.emotion.sum()
    assert emotion_curve(short).peak_end == -2
    assert emotion_curve(longer).peak_end == -1.5


def test_curve_by_hand():
    moments = pd.DataFrame(
        {"journey_id": [1, 1, 1, 2, 2], "step": [3, 1, 2, 1, 2], "emotion": [2, 1, -1, 0, -2]}
    )  # fmt: skip
    curve = emotion_curve(moments)
    assert curve.curve["mean"].tolist() == [0.5, -1.5, 2]
    assert (curve.peak, curve.trough, curve.end) == (3, 2, 2)
    assert curve.peak_end == pytest.approx(((2 + 2) / 2 + (-2 - 2) / 2) / 2)
    assert curve.average == pytest.approx((2 / 3 - 1) / 2)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 6), st.floats(-2, 2)), min_size=1, max_size=40))
def test_memories_stay_on_the_scale(rows):
    curve = emotion_curve(pd.DataFrame(rows, columns=["journey_id", "step", "emotion"]))
    assert -2 <= curve.peak_end <= 2
    assert -2 <= curve.average <= 2
    assert curve.curve["mean"].max() == curve.curve.loc[curve.peak, "mean"]
    assert curve.curve.answers.sum() == len(rows)


def test_touchpoints_by_hand():
    surveys = pd.DataFrame(
        {"journey_id": [1, 2, 3, 1], "touchpoint": ["till", "till", "till", "site"], "score": [4, 2, 3, 5]}
    )
    found = touchpoint_scores(journeys(), surveys)
    assert found.index.tolist() == ["till", "site", "done"]
    assert found.loc["till", ["visits", "journeys", "reach", "answers", "response_rate"]].tolist() == [4, 3, 1, 3, 1]
    assert found.loc["till", "score"] == 3
    assert found.loc["till", "high"] == pytest.approx(3 + 1.96 / np.sqrt(3))
    assert found.loc["till", "dissatisfied"] == pytest.approx(1 / 3)
    assert found.loc["done", ["answers", "response_rate"]].tolist() == [0, 0]
    assert np.isnan(found.loc["done", "score"])


def full() -> dict[str, pd.DataFrame]:
    """A firm whose tables have every field of the rubric, filled."""
    found: dict[str, dict[str, list[int]]] = {}
    for criterion in FIVE_ELEMENTS:
        for field in criterion.fields:
            name, column = field.split(".")
            found.setdefault(name, {})[column] = [1] * 10
    return {name: pd.DataFrame(columns) for name, columns in found.items()}


def test_all_in_place_scores_four_and_nothing_scores_nought():
    audit = five_elements_audit(full())
    assert audit.index.tolist() == list(ELEMENTS)
    assert audit.score.tolist() == [4] * 5
    assert audit.missing.map(len).sum() == 0
    nothing = five_elements_audit({})
    assert nothing.score.tolist() == [0] * 5
    assert nothing.evidence.map(len).sum() == 0


def test_a_thin_field_is_no_evidence():
    tables = full()
    tables["contacts"].loc[:2, ["resolved", "csat"]] = np.nan
    audit = five_elements_audit(tables)
    # 70 % is thin for a record that the firm makes itself, and plenty for an answer from customers.
    assert audit.score.to_dict() == {**dict.fromkeys(ELEMENTS, 4), "channel interaction": 3}
    assert audit.missing["channel interaction"] == ["contacts.resolved (70%)"]


def test_the_rubric_asks_four_things_of_each_element():
    assert {element: sum(c.element == element for c in FIVE_ELEMENTS) for element in ELEMENTS} == dict.fromkeys(
        ELEMENTS, 4
    )


@given(st.sets(st.sampled_from(sorted({field for c in FIVE_ELEMENTS for field in c.fields}))))
def test_more_evidence_never_lowers_a_score(dropped):
    tables = full()
    for field in dropped:
        name, column = field.split(".")
        tables[name] = tables[name].drop(columns=column)
    assert (five_elements_audit(tables).score <= five_elements_audit(full()).score).all()


SURVEY = pd.DataFrame({"journey_id": [1], "touchpoint": ["till"], "score": [3]})
MOMENT = pd.DataFrame({"journey_id": [1], "step": [1], "emotion": [0.0]})


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: touchpoint_scores(journeys(), SURVEY.assign(score=6)), "score must be between 1 and 5"),
        (lambda: touchpoint_scores(journeys(), SURVEY.assign(touchpoint="moon")), "was never at 'moon'"),
        (lambda: touchpoint_scores(journeys().iloc[:0], SURVEY), "events must have at least one row"),
        (lambda: emotion_curve(MOMENT.assign(emotion=3)), "emotion must be between -2 and 2"),
        (lambda: emotion_curve(MOMENT.assign(step=0)), "step must be at least 1"),
        (lambda: emotion_curve(MOMENT.drop(columns="step")), "moments must have the column 'step'"),
        (lambda: friction(journeys(), "moon"), "goal must be a touchpoint that some journey reaches"),
        (lambda: friction(journeys().assign(timestamp="x"), "done"), "timestamp must be timestamps or seconds"),
        (
            lambda: five_elements_audit({}, [Criterion("role", "x", ("a.b",), filled=0)]),
            "filled must be greater than 0",
        ),
        (lambda: five_elements_audit({}, []), "rubric must hold at least one"),
        (lambda: five_elements_audit({}, [Criterion("role", "x", ("customers",))]), "fields as 'table.column'"),
        (lambda: five_elements_audit({}, [Criterion("role", "x", ())]), "rubric must name the fields of 'x'"),
    ],
)
def test_wrong_input_is_named(call, says: str):
    with pytest.raises(ValueError, match=says):
        call()
