"""Channel models: textbook chains, published rankings, a textbook linear programme, and invariants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from servicelab.models.channels import (
    attribution,
    base_conversion,
    channel_mix,
    channel_scorecard,
    cost_per_resolution,
    handoff_metrics,
    handoff_transitions,
    removal_effects,
    topsis,
)

JOURNEYS = [("G", True), ("G", True), ("M", True), (("G", "M"), True), ("G", False)]


def test_removal_effects_of_the_brief():
    """models.md, by the method of Anderl et al. (2016): G→convert twice, M→convert, G>M→convert, G→null.

    By hand: from the start G with 4/5, M with 1/5; from G convert 1/2, M 1/4, null 1/4; M always converts. Base
    4/5·(1/2 + 1/4) + 1/5 = .8; without G .2, so its effect is .75; without M 4/5·1/2 = .4, so .5.
    """
    assert base_conversion(JOURNEYS) == pytest.approx(0.8)
    effects = removal_effects(JOURNEYS)
    assert effects == {"G": pytest.approx(0.75), "M": pytest.approx(0.5)}


def test_the_drunkards_walk():
    """Grinstead & Snell, Introduction to Probability, examples 11.13-11.16: N, t and B."""
    walk = pd.DataFrame(
        [[0, 0.5, 0, 0.5, 0], [0.5, 0, 0.5, 0, 0], [0, 0.5, 0, 0, 0.5]],
        index=[1, 2, 3],
        columns=[1, 2, 3, "home", "bar"],
    )
    metrics = handoff_metrics(walk)
    assert np.allclose(metrics.visits, [[1.5, 1, 0.5], [1, 2, 1], [0.5, 1, 1.5]])
    assert metrics.expected_contacts.tolist() == pytest.approx([3, 4, 3])
    assert np.allclose(metrics.absorption, [[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]])


def test_a_final_state_may_stand_as_a_row_that_leads_to_itself():
    chain = pd.DataFrame([[0.2, 0.8], [0, 1]], index=["chat", "resolved"], columns=["chat", "resolved"])
    metrics = handoff_metrics(chain)
    assert metrics.expected_contacts.to_dict() == {"chat": 1.25}
    assert metrics.absorption.loc["chat", "resolved"] == 1


def test_fighter_aircraft():
    """Hwang & Yoon (1981), the aircraft selection example: relative closeness .643, .268, .613, .312."""
    aircraft = [
        [2.0, 1500, 20000, 5.5, 5, 9],
        [2.5, 2700, 18000, 6.5, 3, 5],
        [1.8, 2000, 21000, 4.5, 7, 7],
        [2.2, 1800, 20000, 5.0, 5, 5],
    ]
    scores = topsis(aircraft, [0.2, 0.1, 0.1, 0.1, 0.2, 0.3], [True, True, True, False, True, True])
    # The book carries three digits through: its third score is cut, not rounded.
    assert scores == pytest.approx([0.643, 0.268, 0.613, 0.312], abs=6e-4)


def test_p_and_t_company():
    """Hillier & Lieberman, ch. 9: P&T Co., canneries to warehouses, cheapest plan 152,535."""
    warehouses, canneries = ["Sacramento", "Salt Lake", "Rapid", "Albuquerque"], ["Bellingham", "Eugene", "Albert Lea"]
    cost = pd.DataFrame(
        [[464, 352, 995], [513, 416, 682], [654, 690, 388], [867, 791, 685]], index=warehouses, columns=canneries
    )
    mix = channel_mix(
        pd.Series([80, 65, 70, 85], index=warehouses), cost, pd.Series([75, 125, 100], index=canneries)
    )  # fmt: skip
    assert mix.cost == pytest.approx(152_535)
    assert mix.used.tolist() == pytest.approx([75, 125, 100])
    assert mix.allocation.loc["Sacramento", "Eugene"] == pytest.approx(80)


def contacts() -> pd.DataFrame:
    """Two channels, one of which solves little for little."""
    return pd.DataFrame(
        {
            "channel": ["bot"] * 4 + ["phone"] * 4,
            "csat": [5, 2, None, None, 4, 5, 3, None],
            "first_response": [1, 1, 1, 1, 30, 50, 10, 30],
            "resolved": [True, False, False, True, True, True, True, False],
            "handling_time": [0, 0, 0, 0, 300, 200, 100, 200],
            "error": [False, True, False, False, False, False, False, False],
            "recontact": [False, True, True, True, False, False, False, True],
            "cost": [1.0] * 4 + [9.0] * 4,
        }
    )


def test_scorecard_by_hand():
    card = channel_scorecard(contacts())
    assert card.share.sum() == 1
    assert card.loc["bot", ["csat", "csat_mean", "csat_answers"]].tolist() == [0.5, 3.5, 2]
    assert card.loc["phone", "csat"] == pytest.approx(2 / 3)
    assert card.loc["phone", ["first_response_time", "aht", "error_rate"]].tolist() == [30, 200, 0]
    assert card.loc["bot", ["resolution_rate", "first_contact_resolution", "recontact_rate"]].tolist() == [
        0.5,
        0.25,
        0.75,
    ]
    assert card.cost_per_resolution.tolist() == [2, 12]


def test_what_solves_nothing_costs_without_end():
    assert cost_per_resolution(contacts().assign(resolved=False)).tolist() == [np.inf, np.inf]
    assert cost_per_resolution(contacts().assign(agent_id="a1"), by="agent_id").to_dict() == {"a1": 8.0}


@given(hnp.arrays(float, st.tuples(st.integers(1, 6), st.just(9)), elements=st.floats(0, 5)))
def test_chains_keep_their_laws(weights: np.ndarray):
    size = len(weights)
    weights = np.hstack([weights[:, :size], weights[:, 6:]])
    weights[:, -1] += 0.05
    names = [f"c{k}" for k in range(size)]
    chain = pd.DataFrame(weights, index=names, columns=[*names, "resolved", "lost", "open"])
    metrics = handoff_metrics(chain)
    q = (weights / weights.sum(axis=1, keepdims=True))[:, :size]
    assert np.allclose(metrics.visits.to_numpy() @ (np.eye(size) - q), np.eye(size), atol=1e-8)
    assert np.allclose(metrics.absorption.sum(axis=1), 1)
    assert ((metrics.absorption > -1e-9) & (metrics.absorption < 1 + 1e-9)).all().all()
    assert (metrics.expected_contacts >= 1 - 1e-9).all()


@given(st.lists(st.tuples(st.lists(st.sampled_from("abc"), min_size=1, max_size=5), st.booleans()), min_size=1))
def test_attribution_keeps_its_laws(paths):
    wins = sum(converted for _, converted in paths)
    assert base_conversion(paths) == pytest.approx(wins / len(paths))
    assume(wins > 0)
    assert all(0 <= effect <= 1 for effect in removal_effects(paths).values())
    credit = attribution(paths)
    assert credit[["markov", "first_touch", "last_touch"]].sum().tolist() == pytest.approx([wins] * 3)


def test_counted_journeys_feed_the_chain():
    counts = handoff_transitions([("bot", "phone", "resolved"), ("bot", "resolved"), ("phone", "phone", "lost")])
    metrics = handoff_metrics(counts)
    assert metrics.visits.loc["phone", "phone"] == pytest.approx(1.5)
    assert metrics.expected_contacts["bot"] == pytest.approx(1 + 0.5 * 1.5)


@given(
    hnp.arrays(float, st.tuples(st.integers(2, 6), st.integers(1, 4)), elements=st.floats(0.1, 100)),
    st.data(),
)
def test_topsis_scores_lie_between_and_a_better_option_never_ranks_lower(options: np.ndarray, data):
    count = options.shape[1]
    up = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    assume((np.ptp(options, axis=0) > 1e-3).any())
    scores = topsis(options, np.ones(count), up)
    assert ((scores >= 0) & (scores <= 1)).all()
    for i in range(len(options)):
        for j in range(len(options)):
            if np.where(up, options[i] >= options[j], options[i] <= options[j]).all():
                assert scores[i] >= scores[j] - 1e-9


def test_with_no_limits_every_need_takes_its_cheapest_channel():
    cost = pd.DataFrame({"bot": [1.0, np.nan], "phone": [9.0, 12.0]}, index=["status", "repair"])
    mix = channel_mix(pd.Series({"status": 10, "repair": 5}), cost, pd.Series({"bot": np.inf, "phone": np.inf}))
    assert mix.allocation.to_numpy().tolist() == [[10, 0], [0, 5]]
    assert mix.cost == 70
    assert mix.price_of_capacity.tolist() == [0, 0]


def test_a_promise_costs_and_a_full_channel_has_a_price():
    needs = pd.Series({"status": 600.0, "repair": 200.0})
    cost = pd.DataFrame({"bot": [0.5, 0.5], "phone": [12.0, 15.0]}, index=needs.index)
    solved = pd.DataFrame({"bot": [0.8, 0.1], "phone": [0.9, 0.9]}, index=needs.index)
    cheap = channel_mix(needs, cost, pd.Series({"bot": 700.0, "phone": 1000.0}))
    assert cheap.allocation.loc["status", "phone"] == pytest.approx(100)
    assert cheap.price_of_capacity["bot"] == pytest.approx(11.5)
    more = channel_mix(needs, cost, pd.Series({"bot": 701.0, "phone": 1000.0}))
    assert cheap.cost - more.cost == pytest.approx(11.5)
    kept = channel_mix(needs, cost, pd.Series({"bot": 700.0, "phone": 1000.0}), promises={"solved": (solved, 0.8)})
    assert kept.quality["solved"] >= 0.8 - 1e-9
    assert kept.cost > cheap.cost
    with pytest.raises(ValueError, match="cannot all be met"):
        channel_mix(needs, cost, pd.Series({"bot": 700.0, "phone": 10.0}), promises={"solved": (solved, 0.8)})


CHAIN = pd.DataFrame([[0.5, 0.5]], index=["a"], columns=["a", "end"])
COST = pd.DataFrame({"x": [1.0]}, index=["n"])
ONE, ROOM = pd.Series({"n": 1.0}), pd.Series({"x": 9.0})


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: channel_scorecard(contacts().drop(columns="cost")), "interactions must have the column 'cost'"),
        (lambda: channel_scorecard(contacts().assign(csat=7)), "csat must be between 1 and 5"),
        (lambda: channel_scorecard(contacts().assign(cost=-1)), "cost must be at least 0"),
        (lambda: channel_scorecard(contacts().assign(resolved=None)), "resolved must be True or False"),
        (lambda: cost_per_resolution(contacts(), by="team"), "interactions must have the column 'team'"),
        (lambda: handoff_metrics(CHAIN * 0), "transitions must lead somewhere from 'a'"),
        (lambda: handoff_metrics(-CHAIN), "transitions must be at least 0"),
        (lambda: handoff_metrics(CHAIN[["a"]]), "at least one channel and one final"),
        (
            lambda: handoff_metrics(
                pd.DataFrame([[0, 1, 0], [1, 0, 0], [0, 0, 1]], index=list("abc"), columns=["a", "b", "end"])
            ),
            "let every case end: from 'a' none does",
        ),
        (lambda: handoff_transitions([("a",)]), "journeys must each have a channel and a final state"),
        (lambda: handoff_transitions([]), "journeys must not be empty"),
        (lambda: handoff_transitions([("a", "b"), ("b", "c")]), "state that is no channel, not b"),
        (lambda: removal_effects([("G", False)]), "paths must hold at least one conversion"),
        (lambda: removal_effects([]), "paths must not be empty"),
        (lambda: base_conversion([((), True)]), "paths must each have at least one channel"),
        (lambda: topsis([[1, 2]], [1], [True, True]), "weights must hold 2"),
        (lambda: topsis([[1, 2]], [0, 0], [True, True]), "weights must not all be 0"),
        (lambda: topsis([[1, 2], [1, 2]], [1, 1], [True, True]), "matrix must differ"),
        (lambda: topsis([[1, 2]], [1, 1], [True]), "benefit must be True or False"),
        (lambda: channel_mix(ONE * -1, COST, ROOM), "demand must be at least 0"),
        (lambda: channel_mix(ONE * 0, COST, ROOM), "demand must be above 0"),
        (lambda: channel_mix(ONE, COST, ROOM.rename({"x": "y"})), "capacity must be a Series with the labels x"),
        (lambda: channel_mix(ONE, COST, ROOM * -1), "capacity must be at least 0"),
        (lambda: channel_mix(ONE, COST * np.nan, ROOM), "cost must leave at least one channel for 'n'"),
        (lambda: channel_mix(ONE, COST, ROOM, work=COST * 0), "work must be greater than 0"),
        (lambda: channel_mix(ONE, COST, ROOM, promises={"s": (COST.T, 0.5)}), r"promises\['s'\] must be a DataFrame"),
    ],
)
def test_wrong_input_is_named(call, says: str):
    with pytest.raises(ValueError, match=says):
        call()
