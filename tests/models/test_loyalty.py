"""Loyalty models: the papers' published fits, textbook survival, exact limits and invariants."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln, gammaln
from statsmodels.duration.survfunc import SurvfuncRight

from servicelab.models.loyalty import (
    BetaGeometric,
    GammaGamma,
    bgnbd_fit,
    customer_lifetime_value,
    gamma_gamma_fit,
    margin_multiple,
    purchase_summary,
    retention_curve,
    rfm,
    sbg_fit,
    sbg_survival,
    tier_design,
    upgrade_roi,
)

PAPER = BetaGeometric(r=0.243, alpha=4.414, a=0.793, b=2.426)


@pytest.mark.realdata
def test_cdnow_purchases(real_data: Path):
    """Fader, Hardie & Lee (2005), table 2 and Fader & Hardie's spreadsheet note, on the 2,357 CDNOW customers."""
    cdnow = pd.read_csv(real_data / "cdnow" / "cdnow_customers_summary.csv")
    model = bgnbd_fit(cdnow.frequency, cdnow.recency, cdnow["T"])
    assert round(model.r, 4) == 0.2426
    assert round(model.alpha, 3) == 4.414
    assert round(model.a, 3) == 0.793
    assert round(model.b, 3) == 2.426
    assert round(model.log_likelihood, 2) == -9582.43


def bgnbd_log_likelihood(cdnow: pd.DataFrame, r: float, alpha: float, a: float, b: float) -> float:
    """Fader, Hardie & Lee (2005), equation 6, written out a second time."""
    x, t_x, age = (cdnow[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T"))
    alive = betaln(a, b + x) - betaln(a, b) + gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    gone = alive - (r + x) * np.log(alpha + t_x) + np.log(a) - np.log(b + np.maximum(x, 1) - 1)
    return float(np.logaddexp(alive - (r + x) * np.log(alpha + age), np.where(x > 0, gone, -np.inf)).sum())


@pytest.mark.realdata
def test_the_printed_alpha_is_not_quite_the_top(real_data: Path):
    """Erratum: alpha is often printed as 4.4136 (the R package BTYD stops at 4.4136019); the top is at 4.41353."""
    cdnow = pd.read_csv(real_data / "cdnow" / "cdnow_customers_summary.csv")
    model = bgnbd_fit(cdnow.frequency, cdnow.recency, cdnow["T"])
    assert round(model.alpha, 5) == 4.41353
    assert model.alpha == pytest.approx(4.4136, abs=1e-4)
    here = bgnbd_log_likelihood(cdnow, model.r, model.alpha, model.a, model.b)
    assert here == pytest.approx(model.log_likelihood, abs=1e-7)
    printed = bgnbd_log_likelihood(cdnow, 0.2425945, 4.4136019, 0.7929199, 2.4258881)
    assert -9582.42557 < printed < here
    for name in ("r", "alpha", "a", "b"):
        for step in (0.999, 1.001):
            moved = {part: getattr(model, part) * (step if part == name else 1) for part in ("r", "alpha", "a", "b")}
            assert bgnbd_log_likelihood(cdnow, **moved) < here, name


@pytest.mark.realdata
def test_cdnow_spend(real_data: Path):
    """Fader & Hardie (2013), The gamma-gamma model: p 6.25, q 3.74, γ 15.45 on the 946 customers who bought again."""
    cdnow = pd.read_csv(real_data / "cdnow" / "cdnow_customers_summary_with_transactions.csv")
    assert (cdnow.x > 0).sum() == 946
    model = gamma_gamma_fit(cdnow.x, cdnow.zbar)
    assert [round(model.p, 3), round(model.q, 3), round(model.gamma, 3)] == [6.249, 3.745, 15.448]
    assert model.expected_value(2, 22.35) == pytest.approx(24.66, abs=0.005)


@pytest.mark.realdata
def test_cdnow_orders_become_the_published_summary(real_data: Path):
    """The calibration period of Fader, Hardie & Lee (2005): 39 weeks to 30 September 1997."""
    raw = pd.read_csv(
        real_data / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", names=["_", "customer_id", "ordered_at", "n", "amount"]
    )
    orders = raw.assign(ordered_at=pd.to_datetime(raw.ordered_at.astype(str), format="%Y%m%d"))
    summary = purchase_summary(orders, "1997-09-30")
    published = pd.read_csv(real_data / "cdnow" / "cdnow_customers_summary_with_transactions.csv", index_col="ID")
    assert summary.index.tolist() == published.index.tolist()
    assert (summary.frequency == published.x).all()
    assert np.allclose(summary.recency, published.t_x, atol=0.0051)
    assert np.allclose(summary.age, published["T"], atol=0.0051)
    assert np.allclose(summary.mean_value, published.zbar, atol=0.0051)


def test_next_purchases_of_the_first_customer():
    """Fader & Hardie, Implementing the BG/NBD model in Excel: customer 0001, 39 weeks ahead: 1.226 purchases."""
    assert round(PAPER.expected_purchases(39, 2, 30.43, 38.86), 3) == 1.226


def test_sbg_of_the_paper():
    """Fader & Hardie (2007), How to project customer retention: regular and high-end customers."""
    alpha, beta = sbg_fit([1000, 631, 468, 382, 326, 289, 262, 241])
    assert (round(alpha, 3), round(beta, 3)) == (0.704, 1.182)
    alpha, beta = sbg_fit([1000, 869, 743, 653, 593, 551, 517, 491])
    assert (round(alpha, 3), round(beta, 3)) == (0.668, 3.806)


def test_margin_multiple_of_the_paper():
    """Gupta & Lehmann (2003), table: retention 90 %, discount 12 %: 4.09."""
    assert round(margin_multiple(0.9, 0.12), 2) == 4.09
    assert margin_multiple([0.6, 0.7, 0.8], 0.1).round(2).tolist() == [1.2, 1.75, 2.67]


SIX_MP = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
SIX_MP_LEFT = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_survival_of_the_textbook_sample():
    """Freireich et al. (1963), 6-MP group, as in every survival textbook; statsmodels agrees, errors too."""
    curve = retention_curve(SIX_MP, SIX_MP_LEFT)
    assert curve.survival.round(3).tolist() == [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]
    oracle = SurvfuncRight(SIX_MP, SIX_MP_LEFT)
    assert np.allclose(curve.survival, oracle.surv_prob)
    assert np.allclose(curve.standard_error, oracle.surv_prob_se)


def test_without_censoring_the_curve_is_the_share_still_there():
    curve = retention_curve([1, 1, 2, 4], [True] * 4)
    assert curve.survival.tolist() == pytest.approx([0.5, 0.25, 0])


def test_models_find_the_parameters_that_made_the_data():
    rng = np.random.default_rng(11)
    n, age = 8000, 60.0
    rate, drop = rng.gamma(0.8, 1 / 8.0, n), rng.beta(1.0, 3.0, n)
    frequency, recency = np.zeros(n), np.zeros(n)
    for i in range(n):
        clock = 0.0
        while True:
            clock += rng.exponential(1 / rate[i])
            if clock > age:
                break
            frequency[i] += 1
            recency[i] = clock
            if rng.random() < drop[i]:
                break
    model = bgnbd_fit(frequency, recency, np.full(n, age))
    assert model.r / model.alpha == pytest.approx(0.1, rel=0.1)
    assert model.a / (model.a + model.b) == pytest.approx(0.25, rel=0.1)
    assert model.expected_from_new(age) == pytest.approx(frequency.mean(), rel=0.03)
    visits = rng.integers(1, 9, n)
    spend = gamma_gamma_fit(visits, rng.gamma(6 * visits, 1 / (rng.gamma(4, 1 / 15, n) * visits)))
    assert spend.p * spend.gamma / (spend.q - 1) == pytest.approx(30, rel=0.05)


def test_a_mean_dropout_shape_of_one_is_no_special_case():
    near = BetaGeometric(0.3, 5, 1 + 1e-4, 2).expected_purchases(20, 3, 10, 20)
    assert BetaGeometric(0.3, 5, 1.0, 2).expected_purchases(20, 3, 10, 20) == pytest.approx(near, rel=1e-3)


HISTORY = st.tuples(st.integers(0, 30), st.floats(0, 1), st.floats(0.1, 200))


@given(HISTORY, st.floats(0, 100))
def test_purchase_expectations_keep_their_laws(history, ahead: float):
    frequency, part, age = history
    recency = age * part if frequency else 0.0
    alive = PAPER.p_alive(frequency, recency, age)
    assert 0 <= alive <= 1
    soon, later = PAPER.expected_purchases(np.array([ahead, ahead + 1]), frequency, recency, age)
    assert -1e-9 <= soon <= later + 1e-9
    assert later <= (PAPER.r + frequency) / (PAPER.alpha + age) * (ahead + 1) * alive + 1e-6


@given(st.floats(0.05, 20), st.floats(0.05, 20))
def test_sbg_survival_falls_and_its_retention_rises(alpha: float, beta: float):
    left = sbg_survival(alpha, beta, np.arange(12))
    assert left[0] == pytest.approx(1)
    assert (np.diff(left) < 0).all()
    assert left[1] == pytest.approx(beta / (alpha + beta))
    assert (np.diff(left[1:] / left[:-1]) > -1e-12).all()


def test_lifetime_value_without_interest_is_margin_times_purchases():
    spend = GammaGamma(6.25, 3.74, 15.44)
    history = {"frequency": [2, 0], "recency": [30.43, 0], "age": [38.86, 38.86]}
    undiscounted = customer_lifetime_value(PAPER, spend, **history, mean_value=[22.35, 0], periods=39, margin=0.4)
    expected = 0.4 * spend.expected_value([2, 0], [22.35, 0]) * PAPER.expected_purchases(39, **history)
    assert np.allclose(undiscounted, expected)
    assert (customer_lifetime_value(PAPER, spend, **history, mean_value=[22.35, 0], periods=39, discount=0.1) <
            undiscounted / 0.4).all()  # fmt: skip


ORDERS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 90), st.integers(0, 500)), min_size=1, max_size=50
).map(lambda rows: pd.DataFrame(
    [(customer, day * 86_400, amount) for customer, day, amount in rows],
    columns=["customer_id", "ordered_at", "amount"],
))  # fmt: skip


@given(ORDERS)
def test_rfm_and_summary_count_every_order(orders: pd.DataFrame):
    scores = rfm(orders)
    assert scores.frequency.sum() == len(orders)
    assert scores.monetary.sum() == orders.amount.sum()
    assert (scores.recency >= 0).all()
    assert scores[["r", "f", "m"]].isin(range(1, 6)).all().all()
    assert not scores.sort_values("monetary").m.diff().lt(0).any()
    assert not scores.sort_values("recency").r.diff().gt(0).any()
    summary = purchase_summary(orders)
    assert (summary.frequency <= scores.frequency - 1).all()
    assert (summary.recency <= summary.age).all()
    assert ((summary.frequency > 0) == (summary.recency > 0)).all()


def test_equal_customers_get_equal_scores():
    orders = pd.DataFrame({"customer_id": list("abcd"), "ordered_at": 0, "amount": 10})
    assert rfm(orders).score.nunique() == 1


def test_tiers_without_response_only_cost():
    spend = np.array([100.0, 900, 1500, 3000])
    design = tier_design(spend, [0, 1000, 2500], [0, 0.02, 0.05], margin=0.3)
    assert design.tiers.customers.tolist() == [2, 1, 1]
    assert design.tiers.share.sum() == 1
    assert design.net == pytest.approx(-(1500 * 0.02 + 3000 * 0.05))
    eager = tier_design(spend, [0, 1000, 2500], [0, 0.02, 0.05], margin=0.3, response=1.0)
    # The customer at 900 spends 100 more (margin 30) and now gets 2 % of 1,000.
    assert eager.net - design.net == pytest.approx(30 - 20)


def test_upgrade_against_sums_by_hand():
    sure = upgrade_roi(
        customers=100, retention=0.5, order_value=10, orders_per_year=2, margin=0.5, retention_lift=(0.1, 0),
        order_value_lift=(0, 0), costs=[50, 10], discount=0.25, years=3,
    )  # fmt: skip
    assert sure.cash_flows.tolist() == pytest.approx([-50, -10, 100, 110])
    assert sure.npv == pytest.approx(-50 - 10 / 1.25 + 100 / 1.25**2 + 110 / 1.25**3)
    assert sure.low == sure.high == pytest.approx(sure.npv)
    assert sure.payback == 2
    later = upgrade_roi(
        customers=100, retention=0.5, order_value=10, orders_per_year=2, margin=0.5, retention_lift=(0.1, 0),
        order_value_lift=(0, 0), costs=[20, 20, 20], discount=0.25, years=3,
    )  # fmt: skip
    assert later.npv > sure.npv - 1 / 1.25


def test_uncertainty_widens_the_interval_and_a_seed_fixes_it():
    terms = {
        "customers": 5000, "retention": 0.7, "order_value": 120, "orders_per_year": 3, "margin": 0.3,
        "order_value_lift": (0.02, 0.01), "costs": [60_000], "discount": 0.1,
    }  # fmt: skip
    vague = upgrade_roi(retention_lift=(0.03, 0.04), **terms)
    known = upgrade_roi(retention_lift=(0.03, 0.001), **terms)
    assert vague.high - vague.low > 2 * (known.high - known.low)
    assert 0 < vague.p_positive < 1
    assert np.array_equal(vague.draws, upgrade_roi(retention_lift=(0.03, 0.04), **terms).draws)


ORDER = pd.DataFrame({"customer_id": ["a"], "ordered_at": pd.to_datetime(["2024-05-01"]), "amount": [5.0]})
UPGRADE = {
    "customers": 10, "retention": 0.5, "order_value": 1, "orders_per_year": 1, "margin": 0.5,
    "retention_lift": (0, 0), "order_value_lift": (0, 0), "costs": [1], "discount": 0.1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: rfm(ORDER.drop(columns="amount")), "orders must have the column 'amount'"),
        (lambda: rfm(ORDER, "2024-04-01"), "as_of must not lie before the first order"),
        (lambda: rfm(ORDER.assign(ordered_at=5), "2024-04-01"), "as_of must be a number of seconds"),
        (lambda: rfm(ORDER, groups=1), "groups must be at least 2"),
        (lambda: purchase_summary(ORDER, unit=0), "unit must be greater than 0"),
        (lambda: margin_multiple(1.0, 0.0), "discount must be greater than 0"),
        (lambda: margin_multiple(1.2, 0.1), "retention must be between 0 and 1"),
        (lambda: retention_curve([1, 2], [True]), "left must hold 2 numbers"),
        (lambda: retention_curve([1, 2], [0, 3]), "left must be True or False"),
        (lambda: sbg_fit([10, 12, 9]), "survivors must not rise"),
        (lambda: sbg_fit([10, 9]), "survivors must hold at least 3"),
        (lambda: sbg_fit([10, 10, 10]), "survivors must fall"),
        (lambda: sbg_survival(0, 1, 2), "alpha must be greater than 0"),
        (lambda: bgnbd_fit([0, 0], [0, 0], [9, 9]), "frequency must be above 0 for some"),
        (lambda: bgnbd_fit([1], [10], [9]), "recency must not exceed age"),
        (lambda: bgnbd_fit([0, 1], [3, 1], [9, 9]), "recency must be 0 where frequency is 0"),
        (lambda: bgnbd_fit([1, 2], [1, 2], [9]), "must be of the same length"),
        (lambda: bgnbd_fit([1.5], [1], [9]), "frequency must be whole numbers"),
        (lambda: gamma_gamma_fit([1, 2], [5, 0]), "mean_value must be greater than 0"),
        (lambda: gamma_gamma_fit([1, 0], [5, 0]), "frequency must be above 0 for at least two"),
        (lambda: customer_lifetime_value(PAPER, GammaGamma(6, 4, 15), 1, 1, 2, 9, periods=0), "periods must be at"),
        (lambda: tier_design([1], [5, 5], [0, 0], margin=0.3), "thresholds must rise"),
        (lambda: tier_design([1], [0, 5], [0], margin=0.3), "benefit must hold 2"),
        (lambda: tier_design([1], [0], [0], margin=0.3, names=["a", "b"]), "names must be as many"),
        (lambda: upgrade_roi(**{**UPGRADE, "costs": [1] * 7}), "costs must be at most 6"),
        (lambda: upgrade_roi(**{**UPGRADE, "retention_lift": (0.1, -1)}), r"retention_lift \(its standard deviation\)"),
    ],
)  # fmt: skip
def test_wrong_input_is_named(call, says: str):
    with pytest.raises(ValueError, match=says):
        call()
