"""The realism targets of the models' contract that only a run can show, within stated bands, on three years of three
seeds; what the written tables show, too, is asked of them (`generating/test_written_realism.py`)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.company.call_laws import DAY, LAWS, START, WHOLE, CallLog, Law
from tests.company.skylark_world import world

from servicelab.company.simulation import Firm
from servicelab.company.simulation.names import CLOSE, OPEN, SALE_OPENS

#: Days of a year in which the phone line has one mean of calls and agents, nearly.
STEADY = range(400, 760)


def call_log(firm: Firm) -> CallLog:
    """Every contact of the whole firm on a staffed line, in three years."""
    log, staff = firm.tables["line_log"], firm.tables["staffing"]
    calls = log[["arrived_at", "wait", "served", "service", "after_call", "line"]].assign(kind=log["intent"])
    hours = staff[staff["line"] == "phone"].sort_values("date")["desk_hours"].iloc[STEADY.start : STEADY.stop]
    open_for = CLOSE - OPEN
    year = {"begin": STEADY.start * DAY, "end": STEADY.stop * DAY, "open": len(STEADY) * open_for}
    phone = pd.DataFrame([year | {"agents": hours.mean() * 3600 / open_for}])
    nights = [(pd.Timestamp(f"{year}-11-10") - START).total_seconds() + SALE_OPENS for year in (2023, 2024, 2025)]
    return CallLog(calls, staff["desk_hours"], phone, nights)


@pytest.mark.parametrize("law", LAWS)
def test_calls_keep_the_law(law: Law, firm: Firm) -> None:
    law(call_log(firm), WHOLE)


def test_the_summary_says_what_the_log_and_the_contacts_do(firm: Firm) -> None:
    summary = firm.summary()
    assert summary["occupancy"] == pytest.approx(call_log(firm).occupancy())
    assert 0.70 <= summary["first_contact_resolution"] <= 0.80


def test_spring_festival_stops_deliveries_and_swaps_weekends(firm: Firm) -> None:
    calendar = firm.tables["calendar"].set_index("date")
    orders = firm.tables["orders"]
    parcels = orders[orders["warehouse"].notna()]
    days = calendar.index[calendar["holiday"] == "spring_festival"]
    assert not parcels["delivered_at"].dt.normalize().isin(days).any()
    assert calendar.loc["2024-02-04", "workday"]
    assert calendar.loc["2024-02-04", "weekday"] == 6
    assert not calendar.loc["2024-02-12", "workday"]
    usual = orders.groupby(orders["ordered_at"].dt.normalize()).size()
    assert usual.reindex(days).mean() < 0.6 * usual.median()


def test_satisfaction_is_experience_less_expectation(firm: Firm) -> None:
    truth = firm.truth["contacts"]
    mean = truth["would_answer"].groupby(pd.qcut(truth["experience"] - truth["expectation"], 8)).mean()
    middle = (
        (truth["experience"] - truth["expectation"])
        .groupby(pd.qcut(truth["experience"] - truth["expectation"], 8))
        .mean()
    )
    assert np.allclose(mean, middle, atol=0.08)


def test_faults_incidents_and_channels_are_there(firm: Firm) -> None:
    orders = firm.tables["orders"]
    assert set(orders["channel"]) == {"shop", "web", "app", "mini_program"}
    assert set(orders["failed_feature"].dropna()) == set(world.failures)
    assert set(orders["extra_feature"].dropna()) == set(world.rating.extra)
    assert firm.tables["contacts"]["refused"].mean() > 0.01
    assert 20 < len(firm.tables["incidents"]) < 60
    hours = (firm.tables["incidents"]["ended_at"] - firm.tables["incidents"]["started_at"]).dt.total_seconds() / 3600
    assert hours.between(0.2, 24).all()
