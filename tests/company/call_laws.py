"""Laws of calls, each said once: of the whole log of a run, and of the two months of it that are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.company.skylark_world import world

from servicelab.company.simulation import LINES
from servicelab.models.queueing import (
    call_log_facts,
    erlang_a_metrics,
    estimate_patience,
    hourly_profile,
    queue_path,
    service_by_kind,
)

DAY = 86_400
START = pd.Timestamp("2023-01-01")
#: Seconds that a call lasts which was cut off, at most.
CUT_OFF = world.lines.cut_off_from + world.lines.cut_off_seconds


@dataclass(frozen=True)
class Band:
    """How far a log of that length may be off by chance."""

    patience: float
    hung_up: float
    skew: float
    kurtosis: float
    erlang: float


#: Three years, and two months.
WHOLE = Band(patience=0.15, hung_up=0.12, skew=0.15, kurtosis=0.3, erlang=1.8)
TWO_MONTHS = Band(patience=0.25, hung_up=0.14, skew=0.2, kurtosis=0.4, erlang=1.7)


@dataclass(frozen=True)
class CallLog:
    """A log and what it is held against.

    `calls` : arrived_at (seconds since the first day of the firm's three years), wait, served, service, after_call,
    kind, line; `desk_hours` : of all lines in that time; `phone_staff` : spells of `begin`, `end` (seconds as above) in
    which the phone line was open `open` seconds with `agents` at the desk; `sale_nights` : when a sale opened (seconds
    as above)
    """

    calls: pd.DataFrame
    desk_hours: pd.Series
    phone_staff: pd.DataFrame
    sale_nights: list[float]

    def line(self, name: str) -> pd.DataFrame:
        """The calls of one line."""
        return self.calls[self.calls["line"] == name]

    def occupancy(self) -> float:
        """Share of the time at the desk in which somebody is busy, over all lines and what they do at once."""
        done = self.calls[self.calls["served"]]
        # Whoever writes down what was said is busy as well.
        work = (done["service"] + done["after_call"]).groupby(done["line"], observed=True).sum() / 3600
        return float((work / pd.Series(world.lines.concurrency)).sum() / self.desk_hours.sum())


def seconds(moments: pd.Series) -> pd.Series:
    """Seconds since the first day of the firm's three years."""
    return (moments - START).dt.total_seconds()


def littles_law_holds_on_every_line(log: CallLog, band: Band) -> None:
    """L = λW over the log; every line ends empty."""
    for name in LINES:
        calls = log.line(name)
        path = queue_path(calls)
        area = float((path.to_numpy()[:-1] * np.diff(path.index.to_numpy())).sum())
        horizon = path.index[-1] - path.index[0]
        assert path.iloc[-1] == 0
        assert area / horizon == pytest.approx(len(calls) / horizon * calls["wait"].mean(), rel=1e-9)


def the_day_has_its_shape(log: CallLog, band: Band) -> None:
    """Busiest between 10:00 and 11:00; a valley at noon, a second hump after it, then down to the night."""
    calls = log.line("phone")
    count = np.histogram(calls["arrived_at"].to_numpy() % DAY, bins=np.arange(9, 21.5, 0.5) * 3600)[0]
    assert count.argmax() in (2, 3)
    lunch, hump = count[5:8].min(), count[8:12].max()
    assert hump > 1.15 * lunch
    assert count[2:4].max() > 1.1 * hump
    evening = count[12:].reshape(-1, 2).sum(axis=1)
    assert (np.diff(evening) < 0.03 * evening[0]).all()
    assert evening[-1] < 0.6 * evening[0]
    share = hourly_profile(calls)
    assert share.idxmax() == 10
    assert share[13] > 1.1 * share[12]


def arrivals_are_over_dispersed_and_correlated_within_a_day(log: CallLog, band: Band) -> None:
    """Days differ by more than chance, and a busy morning has a busy afternoon."""
    at = log.line("phone")["arrived_at"]
    day, morning = (at // DAY).astype(int), at % DAY < 13 * 3600
    counts = pd.DataFrame({"am": day[morning].value_counts(), "pm": day[~morning].value_counts()}).sort_index()
    # Against the four weeks around it, so that growth and season do not count.
    ratio = (counts / counts.rolling(29, center=True).median()).dropna()
    total = counts.sum(axis=1)
    steady = (total / total.rolling(29, center=True).median()).dropna()
    steady = steady[steady < 1.5]
    assert 0.07 < steady.std() < 0.25
    # A Poisson day would vary by its own mean.
    assert steady.var() * total.mean() > 2
    assert ratio[(ratio < 1.5).all(axis=1)].corr().loc["am", "pm"] > 0.4


def a_sale_begins_with_the_fullest_half_hour(log: CallLog, band: Band) -> None:
    """Of Double 11, against the same half hour of the weeks before."""
    at = np.sort(log.calls["arrived_at"].to_numpy())
    for night in log.sale_nights:
        begins = night - DAY * np.concatenate([[0], np.arange(14, 35)])
        count = np.searchsorted(at, begins + 1800) - np.searchsorted(at, begins)
        assert 5 < count[0] / count[1:].mean() < 12


def service_is_lognormal_and_differs_by_kind(log: CallLog, band: Band) -> None:
    """Talk on the phone."""
    calls = log.line("phone")
    # A line that drops is no conversation.
    talked = calls["served"] & (calls["service"] >= CUT_OFF)
    served = np.log(calls.loc[talked, "service"])
    assert abs(served.skew()) < band.skew
    assert abs(served.kurt()) < band.kurtosis
    by_kind = service_by_kind(calls)
    assert 2 < by_kind.max() / by_kind.min() < 4
    assert 1.0 < call_log_facts(calls).service_cv2 < 2.2


def patience_is_the_worlds_and_some_hang_up(log: CallLog, band: Band) -> None:
    """Patience on the phone, hang-ups on all lines."""
    assert 0.03 < call_log_facts(log.calls).hung_up < band.hung_up
    assert estimate_patience(log.line("phone")) == pytest.approx(world.lines.patience["phone"], rel=band.patience)


def agents_are_busy_most_of_the_time(log: CallLog, band: Band) -> None:
    """Neither idle nor overrun."""
    assert 0.75 <= log.occupancy() <= 0.88


def waits_are_those_of_erlang_a_at_the_same_load(log: CallLog, band: Band) -> None:
    """Spell by spell with the agents of that spell, whole ones below and above; the formula's spells never spill over.

    Spells differ from their mean, and the staff follows them: the same order, not the same figure.
    """
    staff, calls = log.phone_staff, log.line("phone")
    at = np.sort(calls["arrived_at"].to_numpy())
    arrived = np.searchsorted(at, staff["end"]) - np.searchsorted(at, staff["begin"])
    spell = np.searchsorted(staff["begin"], calls["arrived_at"], side="right") - 1
    within = (spell >= 0) & (calls["arrived_at"].to_numpy() < staff["end"].to_numpy()[spell])
    aht, patience = float((calls["service"] + calls["after_call"]).mean()), estimate_patience(calls)

    @cache
    def foretold(rate: float, agents: int) -> tuple[float, float]:
        metrics = erlang_a_metrics(rate, aht, agents, patience, 20)
        return metrics.p_abandon, metrics.mean_wait

    expected = np.zeros(2)
    for count, open_for, agents in zip(arrived.tolist(), staff["open"], staff["agents"], strict=True):
        rate, low = max(count, 1) / open_for, max(int(agents), 1)
        below, above = (np.array(foretold(rate, whole)) for whole in (low, low + 1))
        expected += count * (below * (low + 1 - agents) + above * (agents - low))
    seen = calls[within]
    ratio = np.array([(~seen["served"]).mean(), seen["wait"].mean()]) / (expected / arrived.sum())
    assert (ratio > 0.6).all()
    assert (ratio < band.erlang).all()


Law = Callable[[CallLog, Band], None]
LAWS = [pytest.param(law, id=law.__name__) for law in (
    littles_law_holds_on_every_line,
    the_day_has_its_shape,
    arrivals_are_over_dispersed_and_correlated_within_a_day,
    a_sale_begins_with_the_fullest_half_hour,
    service_is_lognormal_and_differs_by_kind,
    patience_is_the_worlds_and_some_hang_up,
    agents_are_busy_most_of_the_time,
    waits_are_those_of_erlang_a_at_the_same_load,
)]  # fmt: skip
