"""Marketing models: published scales and estimates, statsmodels as oracle, and invariants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from statsmodels.stats.proportion import confint_proportions_2indep

from servicelab.models.marketing import (
    DIMENSIONS,
    arpu,
    campaign_effect,
    cronbach_alpha,
    net_promoter_score,
    personas,
    satisfaction_gap,
    servqual,
    uplift,
)

# Chatterjee & Price (1977), Regression Analysis by Example: 30 departments' answers (R's `attitude`).
ATTITUDE = """
43 51 30 39 61 92 45  63 64 51 54 63 73 47  71 70 68 69 76 86 48  61 63 45 47 54 84 35  81 78 56 66 71 83 47
43 55 49 44 54 49 34  58 67 42 56 66 68 35  71 75 50 55 70 66 41  72 82 72 67 71 83 31  67 61 45 47 62 80 41
64 53 53 58 58 67 34  67 60 47 39 59 74 41  69 62 57 42 55 63 25  68 83 83 45 59 77 35  77 77 54 72 79 77 46
81 90 50 72 60 54 36  74 85 64 69 79 79 63  65 60 65 75 55 80 60  65 70 46 57 75 85 46  50 58 68 54 64 78 52
50 40 33 34 43 64 33  64 61 52 62 66 80 41  53 66 52 50 63 80 37  40 37 42 58 50 57 49  63 54 42 48 66 75 33
66 77 66 63 88 76 72  78 75 58 74 80 78 49  48 57 44 45 51 83 38  85 85 71 71 77 74 55  82 82 39 59 64 78 39
"""


def test_alpha_of_the_attitude_survey():
    """Revelle, psych package for R, alpha(attitude): raw alpha 0.84."""
    answers = np.array(ATTITUDE.split(), dtype=float).reshape(30, 7)
    assert round(cronbach_alpha(answers), 2) == 0.84


@given(hnp.arrays(float, st.tuples(st.integers(3, 30), st.integers(2, 8)), elements=st.integers(1, 7)))
def test_alpha_is_the_covariance_formula(answers):
    covariance = np.cov(answers, rowvar=False)
    if covariance.sum() < 1e-9:
        return
    k = answers.shape[1]
    expected = k / (k - 1) * (1 - np.trace(covariance) / covariance.sum())
    assert cronbach_alpha(answers) == pytest.approx(expected, abs=1e-9)
    assert cronbach_alpha(answers) <= 1 + 1e-12


def test_items_that_agree_fully_have_alpha_one():
    assert cronbach_alpha([[1, 1, 1], [4, 4, 4], [2, 2, 2]]) == pytest.approx(1)


def test_servqual_by_hand():
    """Parasuraman, Zeithaml & Berry (1988): gap = perception − expectation; 4, 5, 4, 4, 5 items."""
    assert [len(part) for part in DIMENSIONS.values()] == [4, 5, 4, 4, 5]
    expected = np.full((2, 22), 6.0)
    got = expected - np.repeat([0.5, 2, 1, 0, -0.5], [4, 5, 4, 4, 5])
    result = servqual(expected, got, [10, 40, 20, 20, 10])
    assert result.dimension_gaps.tolist() == [-0.5, -2, -1, 0, 0.5]
    assert result.unweighted == pytest.approx(-0.6)
    assert result.weighted == pytest.approx(-0.05 - 0.8 - 0.2 + 0.05)
    assert result.alpha.isna().all()


@given(hnp.arrays(float, (5, 22), elements=st.integers(1, 7)), hnp.arrays(float, (5, 22), elements=st.integers(1, 7)))
def test_servqual_scores_stay_on_the_scale(expected, got):
    result = servqual(expected, got, [1, 1, 1, 1, 1])
    assert result.weighted == pytest.approx(result.unweighted)
    assert -6 <= result.weighted <= 6
    assert servqual(got, expected, [1, 1, 1, 1, 1]).item_gaps == pytest.approx(-result.item_gaps)


def minimum_wage() -> pd.DataFrame:
    """Restaurants whose four mean employments are those of Card & Krueger, table 3."""
    rows = []
    for treated, before, after in ((1, 20.44, 21.03), (0, 23.33, 21.17)):
        for store, wobble in enumerate((-3, -1, 0, 1, 3)):
            rows += [(f"{treated}-{store}", treated, 0, before + wobble), (f"{treated}-{store}", treated, 1, after)]
    return pd.DataFrame(rows, columns=["unit", "treated", "after", "outcome"])


def test_minimum_wage_and_jobs():
    """Card & Krueger (1994), table 3: +0.59 in New Jersey, −2.16 in Pennsylvania, difference 2.76 (2.75 of rounded)."""
    result = campaign_effect(minimum_wage())
    assert result.before_after == pytest.approx(0.59)
    assert result.effect == pytest.approx(2.76, abs=0.011)
    assert result.means.loc["control"].tolist() == pytest.approx([23.33, 21.17])


def shops(seed: int = 4, effect: float = 3.0) -> pd.DataFrame:
    """40 shops over 6 months, a trend for all, habits of their own, an effect for half of them."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(40), 6)
    month = np.tile(np.arange(6), 40)
    treated, after = unit < 20, month >= 3
    outcome = 50 + rng.normal(0, 5, 40)[unit] + 2.0 * month + 4 * treated + effect * (treated & after)
    return pd.DataFrame(
        {"unit": unit, "treated": treated, "after": after, "outcome": outcome + rng.normal(0, 2, 240)}
    )  # fmt: skip


def test_statsmodels_agrees():
    panel = shops()
    result = campaign_effect(panel)
    data = panel.astype({"treated": int, "after": int})
    oracle = smf.ols("outcome ~ treated * after", data).fit(
        cov_type="cluster", cov_kwds={"groups": data.unit}, use_t=True
    )
    assert result.effect == pytest.approx(oracle.params["treated:after"])
    assert result.standard_error == pytest.approx(oracle.bse["treated:after"])
    assert (result.low, result.high) == pytest.approx(tuple(oracle.conf_int().loc["treated:after"]))
    assert result.p_value == pytest.approx(oracle.pvalues["treated:after"])


def test_the_effect_is_recovered_and_the_naive_readings_are_not():
    inside = 0
    for seed in range(40):
        result = campaign_effect(shops(seed))
        inside += result.low <= 3 <= result.high
        assert result.before_after > 7
        assert result.means.shape == (2, 2)
    assert inside >= 35


def test_uplift_interval_is_the_wald_interval():
    """statsmodels, confint_proportions_2indep(method='wald'), as oracle."""
    campaign = pd.DataFrame(
        {"treated": [1] * 200 + [0] * 150, "responded": [1] * 60 + [0] * 140 + [1] * 30 + [0] * 120}
    )
    row = uplift(campaign).loc["all"]
    assert row.uplift == pytest.approx(0.1)
    assert row.incremental == pytest.approx(20)
    assert (row.low, row.high) == pytest.approx(confint_proportions_2indep(60, 200, 30, 150, method="wald"))


def test_uplift_by_segment_adds_up():
    rng = np.random.default_rng(8)
    campaign = pd.DataFrame(
        {
            "treated": rng.random(3000) < 0.5,
            "responded": rng.random(3000) < 0.2,
            "segment": rng.choice(list("abc"), 3000),
        }
    )
    parts = uplift(campaign, by="segment")
    assert parts.treated.sum() + parts.control.sum() == 3000
    assert ((parts.low <= parts.uplift) & (parts.uplift <= parts.high)).all()
    assert parts.response_treated.between(0, 1).all()


def test_personas_find_the_groups_that_were_made():
    rng = np.random.default_rng(2)
    centres = np.array([[20, 1.0], [200, 2.0], [60, 30.0]])
    truth = np.repeat([0, 1, 2], [300, 200, 100])
    features = pd.DataFrame(centres[truth] + rng.normal(0, [4, 0.3], (600, 2)), columns=["spend", "returns"])
    found = personas(features, 3)
    assert found.sizes.tolist() == [300, 200, 100]
    assert (found.labels == truth).all()
    assert found.centres.to_numpy() == pytest.approx(centres, rel=0.1)
    assert found.silhouette > 0.8
    assert (personas(features, 3).labels == found.labels).all()
    assert (personas(features * [1, 1000], 3).labels == found.labels).all()


def test_promoters_minus_detractors():
    """Reichheld (2003)."""
    assert net_promoter_score([10, 9, 8, 7, 6, 0]) == pytest.approx(0)
    assert net_promoter_score([10] * 4) == 100
    assert net_promoter_score([0, 6]) == -100


@given(hnp.arrays(int, st.integers(1, 50), elements=st.integers(0, 10)))
def test_nps_lies_between_and_rises_with_every_point(scores):
    assert -100 <= net_promoter_score(scores) <= net_promoter_score(np.minimum(scores + 1, 10)) <= 100


def test_gap_and_arpu():
    assert satisfaction_gap(4, 5) == -1
    assert satisfaction_gap([[4, 2]], 3).tolist() == [[1, -1]]
    assert arpu(500, 20) == 25


GOOD = shops()
CAMPAIGN = pd.DataFrame({"treated": [1, 0], "responded": [1, 0]})
PEOPLE = pd.DataFrame({"a": [1.0, 2, 3], "b": [1, 1, 4]})


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: satisfaction_gap([1, 2], [1, 2, 3]), "must match in shape"),
        (lambda: satisfaction_gap([1, np.nan], 1), "experience must be finite"),
        (lambda: servqual(np.ones((2, 21)), np.ones((2, 22)), [1] * 5), "expectations must have 22 items, not 21"),
        (lambda: servqual(np.ones((2, 22)), np.ones((3, 22)), [1] * 5), "must come from the same respondents"),
        (lambda: servqual(np.ones((2, 22)), np.ones((2, 22)), [1] * 4), "weights must hold 5"),
        (lambda: servqual(np.ones((2, 22)), np.ones((2, 22)), [0] * 5), "weights must not all be 0"),
        (lambda: cronbach_alpha([[1], [2]]), "items must have at least 2 items"),
        (lambda: cronbach_alpha([[1, 2], [2, 1]]), "items must differ between respondents"),
        (lambda: net_promoter_score([11]), "scores must be between 0 and 10"),
        (lambda: net_promoter_score([]), "scores must not be empty"),
        (lambda: personas(PEOPLE, 1), "k must be at least 2"),
        (lambda: personas(PEOPLE, 3), "k must be below the number of different customers"),
        (lambda: personas(PEOPLE.assign(a=list("xyz")), 2), "features must be numbers"),
        (lambda: campaign_effect(GOOD.drop(columns="after")), "panel must have the column 'after'"),
        (lambda: campaign_effect(GOOD[GOOD.treated]), "none is control before"),
        (lambda: campaign_effect(GOOD.assign(treated=GOOD.after)), "none is control after"),
        (lambda: campaign_effect(GOOD.assign(unit=1)), "panel must have at least 3 units"),
        (lambda: campaign_effect(GOOD.assign(unit=GOOD.unit % 5)), "treated must be the same on all rows of a unit"),
        (lambda: campaign_effect(GOOD.assign(after=2)), "after must be True or False"),
        (lambda: uplift(CAMPAIGN.assign(responded=0.5)), "responded must be True or False"),
        (lambda: uplift(CAMPAIGN.assign(treated=1)), "must have treated and control customers"),
        (lambda: uplift(CAMPAIGN, by="segment"), "campaign must have the column 'segment'"),
        (lambda: arpu(5, 0), "users must be greater than 0"),
    ],
)
def test_wrong_input_is_named(call, says: str):
    with pytest.raises(ValueError, match=says):
        call()
