"""People models: published curves, efficiencies and rosters, closed forms, and what pay does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from servicelab.models.people import (
    PayScheme,
    appraisal_scorecard,
    dea_ccr,
    fit_learning_curve,
    gini,
    incentive_outcomes,
    learning_curve,
    manpower_forecast,
    optimal_incentive,
    roster,
)


def test_efficiencies_of_the_book():
    """Cooper, Seiford & Tone, Data Envelopment Analysis, example 2.2 (two inputs, one output)."""
    found = dea_ccr([(4, 3), (7, 3), (8, 1), (4, 2), (2, 4), (10, 1)], [[1]] * 6)
    assert found.round(3).tolist() == [0.857, 0.632, 1, 1, 1, 1]


def test_one_input_one_output_is_the_ratio_to_the_best():
    """Cooper, Seiford & Tone, table 1.1: eight branches, sales per employee against the best."""
    employees, sales = np.array([2, 3, 3, 4, 5, 5, 6, 8.0]), np.array([1, 3, 2, 3, 4, 2, 3, 5.0])
    found = dea_ccr(employees[:, None], sales[:, None])
    assert found == pytest.approx(sales / employees)


def test_union_airways():
    """Hillier & Lieberman, section 3.4: 48, 31, 39, 43 and 15 agents, $30,610 a day."""
    covers = np.zeros((10, 5))
    for shift, periods in enumerate([range(4), range(1, 5), range(3, 7), range(5, 9), range(8, 10)]):
        covers[list(periods), shift] = 1
    plan = roster([48, 79, 65, 87, 64, 73, 82, 43, 52, 15], covers, [170, 160, 175, 180, 195])
    assert plan.cost == 30_610
    assert plan.staff.tolist() == [48, 31, 39, 43, 15]
    assert (plan.spare >= 0).all()


def test_eighty_per_cent_curve():
    """Wright (1936): 80 % curve, 100 hours: 80, 64, 51.2 at 2, 4, 8; the third takes 70.21."""
    assert learning_curve(100, 0.8, [2, 3, 4, 8]) == pytest.approx([80, 70.21, 64, 51.2], abs=0.005)
    assert learning_curve(100, 0.8, 1e15, plateau=60) == pytest.approx(60, abs=0.01)


def test_incentive_of_the_linear_contract():
    """Holmström & Milgrom (1987): β* = 1/(1 + r·c·σ²)."""
    assert optimal_incentive(2.0, 0.5, 3.0) == 0.25
    assert optimal_incentive([0.0, 1.0], 1.0, 1.0).tolist() == [1.0, 0.5]


def test_staff_settles_where_hires_equal_leavers():
    """Bartholomew (1991): with constant hires n → h·(I − P)⁻¹."""
    grades = ["junior", "lead"]
    moves = pd.DataFrame([[0.55, 0.1], [0.0, 0.85]], index=grades, columns=grades)
    plan = manpower_forecast(moves, pd.DataFrame({"junior": [18.0] * 300, "lead": [0.0] * 300}))
    steady = np.array([18.0, 0]) @ np.linalg.inv(np.eye(2) - moves.to_numpy())
    assert plan.headcount.iloc[-1].to_numpy() == pytest.approx(steady)
    assert plan.leavers.iloc[-1] == pytest.approx(18)


@given(
    hnp.arrays(float, (3, 3), elements=st.floats(0, 0.33)),
    hnp.arrays(float, (5, 3), elements=st.floats(0, 50)),
    hnp.arrays(float, 3, elements=st.floats(0, 200)),
)
def test_nobody_appears_or_vanishes(moves, hires, start):
    grades = list("abc")
    plan = manpower_forecast(
        pd.DataFrame(moves, index=grades, columns=grades), pd.DataFrame(hires, columns=grades), pd.Series(start, grades)
    )
    heads = plan.headcount.sum(axis=1).to_numpy()
    assert heads[1:] == pytest.approx(heads[:-1] + hires.sum(axis=1) - plan.leavers.to_numpy(), abs=1e-6)
    assert (plan.headcount >= 0).all().all()


@settings(max_examples=30)
@given(st.integers(2, 7).flatmap(lambda n: st.tuples(
    hnp.arrays(float, (n, 2), elements=st.floats(0.5, 50)), hnp.arrays(float, (n, 2), elements=st.floats(0.5, 50)),
)))  # fmt: skip
def test_efficiency_keeps_its_laws(units):
    inputs, outputs = units
    found = dea_ccr(inputs, outputs)
    assert ((found > 0) & (found <= 1)).all()
    assert found.max() == pytest.approx(1, abs=1e-6)
    assert dea_ccr(inputs * [1, 1000], outputs * [0.01, 1]) == pytest.approx(found, abs=1e-6)
    assert dea_ccr(np.vstack([inputs, inputs[:1] * 2]), np.vstack([outputs, outputs[:1]]))[-1] == pytest.approx(
        found[0] / 2, abs=1e-6
    )


@settings(max_examples=30)
@given(hnp.arrays(int, 6, elements=st.integers(0, 20)), hnp.arrays(int, 4, elements=st.integers(1, 9)))
def test_a_roster_covers_and_no_one_can_be_sent_home_for_nothing(demand, cost):
    covers = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1]])
    plan = roster(demand, covers, cost)
    assert (plan.cover >= demand).all()
    assert plan.cost == cost @ plan.staff
    for shift in np.flatnonzero(plan.staff):
        assert (plan.cover - covers[:, shift] < demand).any()


@given(st.floats(1, 1e4), st.floats(0.5, 0.99), st.integers(2, 40))
def test_a_curve_is_found_again(first: float, rate: float, cases: int):
    n = np.arange(1, cases + 1)
    fit = fit_learning_curve(n, learning_curve(first, rate, n))
    assert fit.first == pytest.approx(first, rel=1e-6)
    assert fit.rate == pytest.approx(rate, rel=1e-6)


@given(hnp.arrays(float, st.integers(1, 30), elements=st.floats(0.01, 1000)))
def test_gini_is_half_the_mean_difference(values):
    n = len(values)
    direct = np.abs(values[:, None] - values).sum() / (2 * n * n * values.mean())
    assert gini(values) == pytest.approx(direct, abs=1e-9)
    assert 0 <= gini(values) <= (n - 1) / n + 1e-9


def test_gini_of_extremes():
    """Sen (1973): equal shares 0; one has all (n − 1)/n."""
    assert gini([3, 3, 3]) == 0
    assert gini([0, 0, 0, 1]) == 0.75


def team() -> pd.DataFrame:
    """Four ordinary agents, not equally able or scrupulous."""
    return pd.DataFrame(
        {
            "handling_time": [280.0, 320, 300, 350],
            "resolution": [0.8, 0.72, 0.75, 0.7],
            "ability": [1.2, 0.9, 1.0, 0.8],
            "integrity": [0.98, 0.9, 0.95, 0.8],
        }
    )


def test_flat_pay_changes_nothing_and_pays_all_the_same():
    flat = incentive_outcomes(PayScheme(6000), team())
    assert flat.agents.handling_time.tolist() == team().handling_time.tolist()
    assert np.allclose(flat.agents.resolution, team().resolution)
    assert flat.gaming == 0
    assert flat.pay_gini == 0
    assert flat.payroll == 24_000
    assert (flat.agents[["speed_effort", "quality_effort"]] == 1).all().all()


@given(st.floats(0.05, 6))
def test_pay_for_speed_gives_speed_and_takes_quality(piece: float):
    flat, speed = incentive_outcomes(PayScheme(4500), team()), incentive_outcomes(PayScheme(4500, piece), team())
    assert speed.handling_time < flat.handling_time
    assert speed.resolution < flat.resolution
    assert speed.recontact > flat.recontact
    assert speed.gaming > 0
    assert speed.pay_gini > 0
    assert ((speed.agents[["resolution", "gaming"]] >= 0) & (speed.agents[["resolution", "gaming"]] <= 1)).all().all()


def test_pay_for_results_buys_results():
    flat, results = incentive_outcomes(PayScheme(4500), team()), incentive_outcomes(PayScheme(4500, 0, 2), team())
    assert results.resolution > flat.resolution
    assert results.recontact < flat.recontact
    assert results.gaming == 0


def test_pay_for_contacts_alone_games_all_but_the_upright():
    out = incentive_outcomes(PayScheme(0, 3), team().assign(integrity=[1.0, 0.5, 1.0, 0.5]))
    assert out.agents.gaming.tolist() == [0, 1, 0, 1]


def two_queues(seed: int = 3) -> pd.DataFrame:
    """Equal agents; half of them sit on the queue where customers are less happy."""
    rng = np.random.default_rng(seed)
    agents = np.repeat(np.arange(20), 60)
    hard = agents < 10
    return pd.DataFrame(
        {
            "agent_id": agents,
            "queue": np.where(hard, "repair", "order"),
            "csat": rng.normal(np.where(hard, 3.2, 4.2), 0.8),
            "handling_time": rng.normal(np.where(hard, 420, 240), 60),
        }
    )


def test_equal_people_on_unequal_work_come_out_equal_only_after_adjustment():
    weights = {"csat": 0.6, "handling_time": 0.4}
    naive = appraisal_scorecard(two_queues(), weights, lower_is_better=["handling_time"])
    fair = appraisal_scorecard(two_queues(), weights, lower_is_better=["handling_time"], adjust_for=["queue"])
    assert (naive.index[:10] >= 10).all()
    assert fair.score[fair.index < 10].mean() == pytest.approx(fair.score[fair.index >= 10].mean())
    assert fair.score.std() < 14
    assert ((fair.low < 50) & (fair.high > 50)).mean() > 0.8
    assert fair["rank"].min() == 1


def test_a_truly_better_agent_is_found_and_few_contacts_widen_the_interval():
    contacts = two_queues()
    contacts.loc[contacts.agent_id == 4, "csat"] += 1.2
    few = contacts.drop(contacts[contacts.agent_id == 7].index[5:])
    scores = appraisal_scorecard(few, {"csat": 1.0}, adjust_for=["queue"])
    assert scores.index[0] == 4
    assert scores.low[4] > 50
    assert scores.high[7] - scores.low[7] > 3 * (scores.high[4] - scores.low[4])


COVER = [[1, 0], [1, 1]]
P = pd.DataFrame([[0.5]], index=["a"], columns=["a"])
HIRES = pd.DataFrame({"a": [1.0]})


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: learning_curve(100, 0, 1), "rate must be greater than 0"),
        (lambda: learning_curve(100, 0.8, 0), "case must be at least 1"),
        (lambda: learning_curve(100, 0.8, 1, plateau=101), "plateau must not exceed first"),
        (lambda: fit_learning_curve([2, 2], [5, 6]), "case must hold at least two different"),
        (lambda: fit_learning_curve([1, 2], [5]), "time must hold 2 numbers"),
        (lambda: dea_ccr([[1]], [[1], [2]]), "outputs must have as many units"),
        (lambda: dea_ccr([[0]], [[1]]), "inputs must be above 0 somewhere"),
        (lambda: dea_ccr([1, 2], [[1], [2]]), "inputs must be a table"),
        (lambda: optimal_incentive(-1, 1, 1), "risk_aversion must be at least 0"),
        (lambda: gini([0, 0]), "values must not all be 0"),
        (lambda: gini([-1, 2]), "values must be at least 0"),
        (lambda: PayScheme(-1), "base must be at least 0"),
        (lambda: incentive_outcomes(PayScheme(1), team().drop(columns="ability")), "must have the column 'ability'"),
        (lambda: incentive_outcomes(PayScheme(1), team().assign(resolution=1.2)), "resolution must be between 0 and 1"),
        (lambda: incentive_outcomes(PayScheme(1), team(), substitution=1), "substitution must be between 0 and 0.999"),
        (lambda: manpower_forecast(P * 2.2, HIRES), "transitions must be between 0 and 1"),
        (lambda: manpower_forecast(P, HIRES.rename(columns={"a": "b"})), "hires must have the column 'a'"),
        (lambda: manpower_forecast(P, HIRES, pd.Series({"b": 1})), "start must be a Series with the grades a"),
        (
            lambda: manpower_forecast(pd.DataFrame(0.6, index=list("ab"), columns=list("ab")), HIRES),
            "transitions must sum to at most 1",
        ),
        (lambda: roster([1, 1, 1], COVER, [1, 1]), "shifts must have a row for each of the 3 periods"),
        (lambda: roster([1, 1], [[1, 2], [1, 1]], [1, 1]), "shifts must be 0 or 1"),
        (lambda: roster([1, 1], [[0, 0], [1, 1]], [1, 1]), "none covers period 0"),
        (lambda: roster([1, 1], COVER, [1]), "cost must hold 2"),
        (lambda: appraisal_scorecard(two_queues(), {"csat": 0}), "weights must not all be 0"),
        (lambda: appraisal_scorecard(two_queues(), {"pace": 1}), "contacts must have the column 'pace'"),
        (
            lambda: appraisal_scorecard(two_queues(), {"csat": 1}, lower_is_better=["speed"]),
            "lower_is_better must name measures of weights, not 'speed'",
        ),
        (lambda: appraisal_scorecard(two_queues().assign(csat=4), {"csat": 1}), "csat must vary"),
    ],
)
def test_wrong_input_is_named(call, says: str):
    with pytest.raises(ValueError, match=says):
        call()
