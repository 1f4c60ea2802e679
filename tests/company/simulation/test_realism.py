"""The realism targets of the models' contract, within stated bands, on three years of three seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.company.skylark_world import world

from servicelab.company.simulation import LINES, Firm
from servicelab.company.simulation.names import SALE_OPENS
from servicelab.models.queueing import call_log_facts, erlang_a_metrics, estimate_patience, service_by_kind

START = pd.Timestamp("2023-01-01")
#: Seconds that a call lasts which was cut off, at most.
CUT_OFF = world.lines.cut_off_from + world.lines.cut_off_seconds


def calls(firm: Firm, line: str) -> pd.DataFrame:
    log = firm.tables["line_log"]
    return log[log["line"] == line]


def test_size_at_scale_one(firm: Firm) -> None:
    assert len(firm.tables["customers"]) == 20_000
    assert 135_000 < len(firm.tables["orders"]) < 170_000
    assert 80_000 < len(firm.tables["contacts"]) < 105_000


def test_the_day_has_its_shape(firm: Firm) -> None:
    at = calls(firm, "phone")["arrived_at"].to_numpy() % 86_400
    count = np.histogram(at, bins=np.arange(9, 21.5, 0.5) * 3600)[0]
    # Busiest between 10:00 and 11:00; a valley at noon, a second hump between 13:00 and 15:00, then down to the night.
    assert count.argmax() in (2, 3)
    lunch, hump = count[5:8].min(), count[8:12].max()
    assert hump > 1.15 * lunch
    assert count[2:4].max() > 1.1 * hump
    evening = count[12:].reshape(-1, 2).sum(axis=1)
    assert (np.diff(evening) < 0.03 * evening[0]).all()
    assert evening[-1] < 0.6 * evening[0]


def test_arrivals_are_over_dispersed_and_correlated_within_a_day(firm: Firm) -> None:
    log = calls(firm, "phone")
    day = (log["arrived_at"] // 86_400).astype(int)
    morning = log["arrived_at"] % 86_400 < 13 * 3600
    counts = pd.DataFrame({"am": day[morning].value_counts(), "pm": day[~morning].value_counts()}).sort_index()
    # Against the four weeks around it, so that growth and season do not count.
    usual = counts.rolling(29, center=True).median()
    ratio = (counts / usual).dropna()
    total = counts.sum(axis=1)
    steady = (total / total.rolling(29, center=True).median()).dropna()
    steady = steady[steady < 1.5]
    assert 0.07 < steady.std() < 0.25
    assert steady.var() * total.mean() > 2
    assert ratio[(ratio < 1.5).all(axis=1)].corr().loc["am", "pm"] > 0.4


def test_double_eleven_and_the_first_half_hour(firm: Firm) -> None:
    orders = firm.tables["orders"]
    daily = orders.groupby(orders["ordered_at"].dt.normalize()).size()
    for year in (2023, 2024, 2025):
        usual = daily.loc[f"{year}-09-10" : f"{year}-10-20"].median()
        assert 1.2 < daily.loc[f"{year}-11-11"] / usual < 3
        sale_night = (pd.Timestamp(f"{year}-11-10") - START).total_seconds() + SALE_OPENS
        quiet = [sale_night - 86_400 * back for back in range(14, 35)]
        at = np.sort(firm.tables["line_log"]["arrived_at"].to_numpy())

        def within(start: float, at: np.ndarray = at) -> int:
            return int(np.searchsorted(at, start + 1800) - np.searchsorted(at, start))

        assert 5 < within(sale_night) / np.mean([within(start) for start in quiet]) < 12


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


def test_service_is_lognormal_and_differs_by_intent(firm: Firm) -> None:
    log = calls(firm, "phone").rename(columns={"intent": "kind"})
    # A line that drops is no conversation.
    talked = log["served"] & (log["service"] >= CUT_OFF)
    served = np.log(log.loc[talked, "service"])
    assert abs(served.skew()) < 0.15
    assert abs(served.kurt()) < 0.3
    by_kind = service_by_kind(log)
    assert 2 < by_kind.max() / by_kind.min() < 4
    assert 1.0 < call_log_facts(log).service_cv2 < 2.2


def test_patience_and_abandonment(firm: Firm) -> None:
    log = firm.tables["line_log"]
    assert 0.03 < 1 - log["served"].mean() < 0.12
    assert estimate_patience(calls(firm, "phone")) == pytest.approx(world.lines.patience["phone"], rel=0.15)


def test_occupancy_and_shrinkage(firm: Firm) -> None:
    assert 0.75 <= firm.summary()["occupancy"] <= 0.88
    staff = firm.tables["staffing"]
    assert 0.27 < 1 - staff["desk_hours"].sum() / staff["paid_hours"].sum() < 0.33


def test_turnover(firm: Firm) -> None:
    agents = firm.tables["agents"]
    usual = agents[~agents["temporary"]]
    end = START + pd.Timedelta(days=1096)
    years = (usual["left_on"].fillna(end) - usual["hired_on"].clip(lower=START)).dt.days.sum() / 365
    # Some ninety people leave in three years: chance alone is a tenth of the rate.
    assert 0.28 < usual["left_on"].notna().sum() / years < 0.50


def test_first_contact_resolution(firm: Firm) -> None:
    assert 0.70 <= firm.summary()["first_contact_resolution"] <= 0.80


def test_who_comes_back(firm: Firm) -> None:
    contacts = firm.tables["contacts"]
    contacts = contacts[contacts["channel"] != "self_service"]
    back = contacts["recontact_72h"]
    after_hang_up = back[~contacts["served"]].mean()
    unresolved = back[contacts["served"] & ~contacts["resolved"]].mean()
    resolved = back[contacts["served"] & contacts["resolved"]].mean()
    assert after_hang_up > 3 * resolved
    assert unresolved > 3 * resolved


def test_csat_is_j_shaped_and_falls_with_wait_transfer_and_repeat(firm: Firm) -> None:
    contacts = firm.tables["contacts"]
    answered = contacts[contacts["csat"].notna()].assign(csat=lambda rows: rows["csat"].astype(float))
    share = answered["csat"].value_counts(normalize=True).sort_index()
    assert share.idxmax() == 5
    assert share[5] > share[4] > share[3] > share[2] > share[1] > 0.03
    phone = answered[(answered["channel"] == "phone") & (answered["kind"] == "first")]
    by_wait = phone.groupby(pd.cut(phone["wait"], [-1, 0, 120, 3600]), observed=True)["csat"].mean()
    assert by_wait.is_monotonic_decreasing
    means = answered.groupby("kind")["csat"].mean()
    assert means["transfer"] < means["first"] - 0.3
    assert means["repeat"] < means["first"] - 0.2


def test_unhappy_chat_customers_answer_less(firm: Firm) -> None:
    contacts = firm.tables["contacts"].merge(firm.truth["contacts"], on="contact_id")
    served = contacts[contacts["served"]]
    rate = served.assign(answered=served["csat"].notna(), unhappy=served["would_answer"] <= 2).groupby(
        ["channel", "unhappy"]
    )["answered"].mean()  # fmt: skip
    assert rate["chat", True] / rate["chat", False] == pytest.approx(world.csat.unhappy_response["chat"], abs=0.06)
    assert rate["phone", True] / rate["phone", False] == pytest.approx(1.0, abs=0.08)


def test_satisfaction_is_experience_less_expectation(firm: Firm) -> None:
    truth = firm.truth["contacts"]
    mean = truth["would_answer"].groupby(pd.qcut(truth["experience"] - truth["expectation"], 8)).mean()
    middle = (
        (truth["experience"] - truth["expectation"])
        .groupby(pd.qcut(truth["experience"] - truth["expectation"], 8))
        .mean()
    )
    assert np.allclose(mean, middle, atol=0.08)


def test_costs(firm: Firm) -> None:
    contacts = firm.tables["contacts"]
    cost = contacts.groupby("channel")["cost"].mean()
    assert (cost[[line for line in LINES if line != "expert"]] > 20 * cost["self_service"]).all()
    journey = contacts.groupby("journey_id").agg(channels=("channel", "nunique"), cost=("cost", "sum"))
    mean = journey.groupby("channels")["cost"].mean()
    assert 2.3 < mean[3] / mean[1] < 4


def test_waits_are_those_of_erlang_a_at_the_same_load(firm: Firm) -> None:
    """Half hours of the phone line with so many agents, against the formula; the formula's half hours never change."""
    log = calls(firm, "phone")
    week = log[log["arrived_at"].between(86_400 * 400, 86_400 * 760)]
    staff = firm.tables["staffing"]
    agents = staff[staff["line"] == "phone"].set_index("date")["desk_hours"].iloc[400:760].mean() / 12
    served = week[week["served"]]
    rate = len(week) / (360 * 12 * 3600)
    aht, low = served["service"].mean(), int(agents)
    both = [erlang_a_metrics(rate, aht, count, world.lines.patience["phone"], 20) for count in (low, low + 1)]
    part = agents - low
    # Half hours differ from the mean, and the staff follows them: the same order, not the same figure.
    assert 0.6 < (1 - week["served"].mean()) / (both[0].p_abandon * (1 - part) + both[1].p_abandon * part) < 1.8
    assert 0.6 < week["wait"].mean() / (both[0].mean_wait * (1 - part) + both[1].mean_wait * part) < 1.8


def test_faults_incidents_and_channels_are_there(firm: Firm) -> None:
    orders = firm.tables["orders"]
    assert set(orders["channel"]) == {"shop", "web", "app", "mini_program"}
    assert set(orders["failed_feature"].dropna()) == set(world.failures)
    assert set(orders["extra_feature"].dropna()) == set(world.rating.extra)
    assert firm.tables["contacts"]["refused"].mean() > 0.01
    assert 20 < len(firm.tables["incidents"]) < 60
    hours = (firm.tables["incidents"]["ended_at"] - firm.tables["incidents"]["started_at"]).dt.total_seconds() / 3600
    assert hours.between(0.2, 24).all()
