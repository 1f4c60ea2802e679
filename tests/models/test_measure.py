"""Measuring a call log: by hand on small logs, and against the published facts on real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.models.queueing import (
    arrival_pattern,
    call_log_facts,
    estimate_patience,
    hourly_profile,
    measured_metrics,
    queue_path,
    recontact_rates,
    service_by_kind,
)


@pytest.fixture(scope="module")
def bank(real_data: Path) -> pd.DataFrame:
    """The bank's calls that are calls: PHANTOM rows are a recording artefact of the exchange."""
    raw = pd.read_csv(real_data / "anonymous_bank" / "data_anonymous_bank_february.txt", sep="\t")
    raw = raw[raw.outcome != "PHANTOM"]
    served = raw.outcome.eq("AGENT")
    return pd.DataFrame(
        {
            "arrived_at": pd.to_datetime("19" + raw.date.astype(str), format="%Y%m%d") + pd.to_timedelta(raw.vru_entry),
            "wait": raw.q_time.astype(float),
            "served": served,
            "service": raw.ser_time.where(served).astype(float),
            "kind": raw.type,
            "customer_id": raw.customer_id.where(raw.customer_id > 0),
        }
    )


@pytest.mark.realdata
def test_facts_of_the_bank(bank: pd.DataFrame):
    """../shared/data/README.md: the facts printed there, to their digits."""
    facts = call_log_facts(bank)
    assert round(facts.served, 2) == 0.82
    assert round(facts.hung_up, 2) == 0.18
    assert round(facts.abandoned_in_queue, 3) == 0.119
    assert round(facts.waited, 3) == 0.545
    assert round(facts.mean_wait_of_waiting) == 76
    assert round(facts.service_mean) == 177
    assert facts.service_median == 107
    assert round(facts.service_cv2, 2) == 1.51
    assert round(facts.log_service_mean, 2) == 4.78
    assert round(facts.log_service_sd, 2) == 0.95


@pytest.mark.realdata
def test_kinds_hours_and_recontact_of_the_bank(bank: pd.DataFrame):
    """../shared/data/README.md."""
    kinds = service_by_kind(bank)
    assert [round(kinds[kind]) for kind in ("NW", "PS", "NE")] == [115, 194, 296]
    hours = hourly_profile(bank)
    assert hours.idxmax() == 10
    assert round(hours[10], 3) == 0.084
    assert round(hours[13], 3) == 0.078
    # The second hump is a hump: the hours on either side of it are quieter.
    assert hours.drop(10).idxmax() == 13
    assert hours[12] < hours[13] > hours[14]
    again = recontact_rates(bank, within=3600)
    assert round(again.after_abandonment, 2) == 0.48
    assert round(again.after_service, 2) == 0.14


@pytest.mark.realdata
def test_patience_at_the_bank_is_longer_than_the_waits_of_those_who_left(bank: pd.DataFrame):
    gave_up = bank.wait[~bank.served & (bank.wait > 0)].mean()
    queued = bank[bank.wait > 0]
    assert estimate_patience(queued) > 3 * gave_up


@pytest.mark.realdata
def test_pattern_of_the_bank_of_2003(real_data: Path):
    """../shared/data/README.md; Weinberg, Brown & Stroud (2007)."""
    raw = pd.read_csv(real_data / "bank_calls" / "fpp3_bank_calls.csv", parse_dates=["DateTime"])
    assert len(raw) == 27_716
    assert raw.DateTime.dt.date.nunique() == 164
    assert raw.DateTime.dt.day_of_week.max() == 4
    pattern = arrival_pattern(raw.set_index("DateTime").Calls)
    assert round(pattern.daily_mean) == 32461
    assert round(pattern.daily_cv, 2) == 0.09
    assert round(pattern.weekday_index[0], 2) == 1.12
    assert round(pattern.peak_to_mean, 1) == 2.4
    assert pattern.dispersion > 100


def log_of(waits: list[float], gaps: list[float], served: list[bool]) -> pd.DataFrame:
    """A log with these waits; service is a minute where there is one."""
    return pd.DataFrame(
        {
            "arrived_at": np.cumsum(gaps),
            "wait": waits,
            "served": served,
            "service": np.where(served, 60.0, np.nan),
        }
    )


CALL = st.tuples(st.floats(0, 500), st.floats(0, 60), st.booleans())


@given(st.lists(CALL, min_size=1, max_size=40))
def test_littles_law_holds_exactly_on_any_log(calls):
    waits, gaps, served = zip(*calls, strict=True)
    log = log_of(list(waits), list(gaps), list(served))
    path = queue_path(log)
    area = float((path.to_numpy()[:-1] * np.diff(path.index.to_numpy())).sum()) if len(path) else 0.0
    assert area == pytest.approx(sum(waits), rel=1e-9, abs=1e-6)
    assert (path >= 0).all()
    assert len(path) == 0 or path.iloc[-1] == 0
    metrics = measured_metrics(log, 20, duration=1000, staffed=5000)
    assert metrics.queue_length == pytest.approx(area / 1000, abs=1e-9)
    assert 0 <= metrics.service_level <= 1 - metrics.p_abandon + 1e-12


def test_patience_from_censored_waits_finds_the_truth():
    rng = np.random.default_rng(5)
    patience, offered = rng.exponential(180, 60_000), rng.exponential(60, 60_000)
    log = log_of(list(np.minimum(patience, offered)), [1.0] * 60_000, list(offered < patience))
    assert estimate_patience(log) == pytest.approx(180, rel=0.03)
    assert log.wait[~log.served].mean() < 60


def test_timestamps_and_seconds_measure_the_same():
    log = log_of([0, 40, 10], [36_000, 100, 4_000], [True, False, True]).assign(customer_id=[1, 2, 2])
    stamped = log.assign(arrived_at=pd.Timestamp("2024-03-01") + pd.to_timedelta(log.arrived_at, unit="s"))
    assert hourly_profile(log).equals(hourly_profile(stamped))
    assert recontact_rates(log, within=5000) == recontact_rates(stamped, within=5000)
    assert recontact_rates(log, within=5000).after_abandonment == 1
    assert recontact_rates(log, within=3000).after_abandonment == 0


GOOD = log_of([0.0, 5.0], [1.0, 1.0], [True, False])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: call_log_facts(GOOD.drop(columns="wait")), "calls must have the column 'wait'"),
        (lambda: call_log_facts(GOOD.iloc[:0]), "calls must have at least one row"),
        (lambda: call_log_facts(GOOD.assign(wait=-1.0)), "wait must be at least 0"),
        (lambda: call_log_facts(GOOD.assign(served=False)), "calls must hold at least one served"),
        (lambda: service_by_kind(GOOD), "calls must have the column 'kind'"),
        (lambda: recontact_rates(GOOD.assign(customer_id=1), within=0), "within must be greater than 0"),
        (lambda: queue_path(GOOD.assign(arrived_at=["a", "b"])), "arrived_at must be timestamps or seconds"),
        (lambda: queue_path(GOOD.assign(arrived_at=[1, None])), "arrived_at must not have gaps"),
        (lambda: measured_metrics(GOOD, 20, duration=0), "duration must be greater than 0"),
        (lambda: measured_metrics(GOOD, 20, duration=9, staffed=0), "staffed must be greater than 0"),
        (lambda: arrival_pattern(pd.Series([1, 2])), "counts must be indexed by timestamps"),
    ],
)
def test_wrong_input_is_named(call, says: str):
    with pytest.raises(ValueError, match=says):
        call()
