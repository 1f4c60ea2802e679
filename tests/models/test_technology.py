"""Technology models: published sums, exact limits, invariants."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.models.technology import availability, bot_deflection, npv, parallel, payback, risk_priority, series


def test_availability_of_the_book():
    """Barlow & Proschan (1975): MTBF/(MTBF + MTTR)."""
    assert availability(999, 1) == 0.999
    assert availability([100, 100], [0, 100]).tolist() == [1, 0.5]


def test_chains_and_spares():
    assert series([0.9, 0.8]) == pytest.approx(0.72)
    assert parallel([0.9, 0.8]) == pytest.approx(0.98)
    assert series([0.7]) == parallel([0.7]) == pytest.approx(0.7)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_a_chain_is_at_most_its_weakest_part_and_a_spare_at_least_the_best(parts):
    assert 0 <= series(parts) <= min(parts) + 1e-12
    assert max(parts) - 1e-12 <= parallel(parts) <= 1
    assert parallel(parts) == pytest.approx(1 - series([1 - part for part in parts]))


def test_value_today_as_published():
    """numpy-financial's documentation (npv): 8 %, −40,000, 5,000, 8,000, 12,000, 30,000 → 3,065.22."""
    assert round(npv(0.08, [-40_000, 5_000, 8_000, 12_000, 30_000]), 2) == 3065.22


def test_value_today_as_a_spreadsheet_has_it():
    """Microsoft's documentation of Excel's NPV, example 1: 10 %, first flow after a year, $1,188.44."""
    assert round(npv(0.10, [0, -10_000, 3_000, 4_200, 6_800]), 2) == 1188.44


def test_money_back():
    """Brealey, Myers & Allen, ch. 5: projects A, B, C at −2,000; the payback period prefers B and C."""
    assert payback([-2000, 500, 500, 5000]) == pytest.approx(2.2)
    assert 1 < payback([-2000, 500, 1800]) <= 2
    assert 1 < payback([-2000, 1800, 500]) <= 2
    assert npv(0.1, [-2000, 500, 500, 5000]) == pytest.approx(2624, abs=1)
    assert npv(0.1, [-2000, 500, 1800]) == pytest.approx(-58, abs=0.5)
    assert npv(0.1, [-2000, 1800, 500]) == pytest.approx(50, abs=0.5)
    assert payback([-2000, 500, 1800], rate=0.1) == np.inf
    assert payback([5, 1]) == 0


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=10), st.floats(0, 0.5))
def test_value_is_linear_and_undiscounted_at_zero(flows, rate: float):
    assert npv(0, flows) == pytest.approx(sum(flows), abs=1e-6)
    assert npv(rate, np.multiply(flows, 2)) == pytest.approx(2 * npv(rate, flows), abs=1e-6)


def test_risk_priority_numbers():
    """IEC 60812 / Stamatis (2003): the product of three ranks, at most 1,000."""
    assert risk_priority(10, 10, 10) == 1000
    assert risk_priority([8, 3], 5, 2).tolist() == [80, 30]


BOT = {"contacts": 10_000.0, "bot_share": 0.6, "bot_cost": 0.5, "live_cost": 12.0}


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_every_contact_ends_somewhere(share: float, containment: float, false: float):
    bot = bot_deflection(**{**BOT, "bot_share": share}, containment=containment, false_containment=false)
    assert bot.truly_solved + bot.live_contacts == pytest.approx(10_000)
    assert 0 <= bot.resolution_by_bot <= bot.containment + 1e-12 <= 1 + 1e-9
    assert 1 <= bot.csat <= 5
    assert bot.saving == pytest.approx(120_000 - bot.cost)


def test_no_bot_changes_nothing_and_a_perfect_one_takes_its_share():
    none = bot_deflection(**{**BOT, "bot_share": 0.0}, containment=0.5, false_containment=0.4)
    assert none.saving == 0
    assert none.csat_change == pytest.approx(0)
    perfect = bot_deflection(**BOT, containment=1.0, false_containment=0.0)
    assert perfect.live_contacts == 4000
    assert perfect.saving == pytest.approx(6000 * 11.5)


def test_a_bot_that_contains_but_does_not_solve_costs_money_and_goodwill():
    bot = bot_deflection(**BOT, containment=0.9, false_containment=0.97, escalation_time=0.2)
    assert bot.containment == 0.9
    assert bot.resolution_by_bot == pytest.approx(0.027)
    assert bot.saving < 0
    assert bot.csat_change < -0.5


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: availability(0, 1), "mtbf must be greater than 0"),
        (lambda: availability(1, -1), "mttr must be at least 0"),
        (lambda: series([]), "availabilities must not be empty"),
        (lambda: parallel([1.1]), "availabilities must be between 0 and 1"),
        (lambda: risk_priority(0, 5, 5), "severity must be between 1 and 10"),
        (lambda: risk_priority(5, 5.5, 5), "occurrence must be whole numbers"),
        (lambda: risk_priority(5, 5, 11), "detection must be between 1 and 10"),
        (lambda: npv(-1, [1]), "rate must be greater than -1"),
        (lambda: npv(0.1, []), "cash_flows must not be empty"),
        (lambda: payback([1, np.inf]), "cash_flows must be finite"),
        (lambda: payback([1], rate=-2), "rate must be greater than -1"),
        (
            lambda: bot_deflection(**{**BOT, "contacts": 0}, containment=1, false_containment=0),
            "contacts must be greater",
        ),
        (lambda: bot_deflection(**BOT, containment=2, false_containment=0), "containment must be between 0 and 1"),
        (lambda: bot_deflection(**BOT, containment=1, false_containment=0, csat_bot=6), "csat_bot must be between 1"),
    ],
)
def test_wrong_input_is_named(call, says: str):
    with pytest.raises(ValueError, match=says):
        call()
