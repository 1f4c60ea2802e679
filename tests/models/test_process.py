"""Process models: the help-desk log's published counts, textbook answers, exact limits and invariants."""

from __future__ import annotations

import math
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicelab.models.process import (
    bottleneck,
    cycle_times,
    dependency,
    directly_follows,
    kingman_wait,
    littles_law,
    p_chart,
    process_cycle_efficiency,
    process_graph,
    rework_by_activity,
    rework_rate,
    utilisation,
    variants,
)
from servicelab.models.queueing import erlang_c_metrics


@pytest.mark.realdata
def test_the_help_desk_log(real_data: Path):
    """Polato (2017), 4TU.ResearchData: 4,580 cases, 21,348 events, 226 variants."""
    import gzip
    import xml.etree.ElementTree as ET

    rows = []
    with gzip.open(real_data / "helpdesk_log" / "helpdesk.xes.gz") as file:
        for _, trace in ET.iterparse(file):
            if not trace.tag.endswith("trace"):
                continue
            values = lambda node: {part.get("key"): part.get("value") for part in node}  # noqa: E731
            case = values(trace)["concept:name"]
            for event in trace:
                if event.tag.endswith("event"):
                    fields = values(event)
                    rows.append((case, fields["concept:name"], fields["time:timestamp"]))
    log = pd.DataFrame(rows, columns=["case_id", "activity", "timestamp"])
    log["timestamp"] = pd.to_datetime(log.timestamp, utc=True, format="ISO8601")
    assert log.case_id.nunique() == 4580
    assert len(log) == 21348
    found = variants(log)
    assert len(found) == 226
    assert found.cases.sum() == 4580
    assert directly_follows(log).to_numpy().sum() == 21348 - 4580
    assert (cycle_times(log) >= 0).all()
    assert 0 < rework_rate(log) < 1


def test_dependency_of_the_book():
    """van der Aalst (2016), Process Mining, section 7.2: log of 40 cases, its follows and dependency measures."""
    ways = {"ae": 5, "abce": 10, "acbe": 10, "abe": 1, "ace": 1, "ade": 10, "adde": 2, "addde": 1}
    cases = [way for way, times in ways.items() for _ in range(times)]
    log = pd.DataFrame(
        [(case, step, at) for case, way in enumerate(cases) for at, step in enumerate(way)],
        columns=["case_id", "activity", "timestamp"],
    )
    follows = directly_follows(log)
    assert follows.loc["a"].to_dict() == {"a": 0, "b": 11, "c": 11, "d": 13, "e": 5}
    assert follows.loc["d", "d"] == 4
    sure = dependency(follows).round(2)
    assert sure.loc["a"].to_dict() == {"a": 0, "b": 0.92, "c": 0.92, "d": 0.93, "e": 0.83}
    assert sure.loc["b", "c"] == 0
    assert sure.loc["d", "d"] == 0.8


def test_two_doctors_wait_as_kingman_and_erlang_say():
    """Hillier & Lieberman hospital; one server with random arrivals is exact, M/M/1 and M/D/1 (half)."""
    assert kingman_wait(2, 1 / 3) == pytest.approx(2 / 3)
    assert kingman_wait(2, 1 / 3, service_cv=0) == pytest.approx(1 / 3)
    exact = erlang_c_metrics(rate=9, aht=1, agents=10, target=0).asa
    assert kingman_wait(9, 1, servers=10) == pytest.approx(exact, rel=0.02)


@pytest.mark.parametrize("missing", ["in_system", "rate", "time_in_system"])
def test_littles_law_gives_back_what_is_left_out(missing: str):
    whole = {"in_system": 12.0, "rate": 3.0, "time_in_system": 4.0}
    rest = {name: value for name, value in whole.items() if name != missing}
    assert littles_law(**rest) == whole[missing]


def test_orange_juice_cans():
    """Montgomery, Introduction to Statistical Quality Control, example 7.1: p̄ .2313, limits .0524 and .4102."""
    cans = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
    chart = p_chart(cans, 50)
    assert round(chart.centre, 4) == 0.2313
    assert round(chart.lower[0], 4) == 0.0524
    assert round(chart.upper[0], 4) == 0.4102
    assert (np.flatnonzero(chart.out) + 1).tolist() == [15, 23]


def test_eight_on_one_side_are_a_run_and_seven_are_not():
    shifted = p_chart([9, 11, 9, 11] + [9] * 7 + [11] * 8 + [9], 100)
    assert np.flatnonzero(shifted.run).tolist() == [18]


@pytest.mark.parametrize(("n", "share"), [(25, 0.04), (40, 0.039), (120, 0.03), (60, 0.5), (400, 0.2)])
def test_exact_limits_leave_chance_no_more_than_three_sigma_do(n: int, share: float) -> None:
    """By adding up the binomial distribution itself: one count nearer to the middle would be too near."""
    count = round(n * share) + 0
    # Samples whose overall share is `share` to a thousandth.
    many = [round(n * share * 1000) // 1000] * 999 + [round(n * share * 1000) - round(n * share * 1000) // 1000 * 999]
    chart = p_chart(np.minimum(many, n), n, method="exact")
    p = chart.centre
    chance = np.array([math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])
    low, high = round(chart.lower[0] * n), round(chart.upper[0] * n)
    assert chance[:low].sum() <= 0.00135 < chance[: low + 1].sum()
    assert chance[high + 1 :].sum() <= 0.00135 < chance[high:].sum() + 1e-12
    assert low <= count <= high


def test_exact_limits_are_those_of_the_textbook_where_samples_are_large() -> None:
    defects = [2000] * 20 + [2160]
    normal, exact = p_chart(defects, 10_000), p_chart(defects, 10_000, method="exact")
    assert np.allclose(normal.lower, exact.lower, atol=3e-4)
    assert np.allclose(normal.upper, exact.upper, atol=3e-4)
    assert normal.out.tolist() == exact.out.tolist() == [False] * 20 + [True]


def test_where_few_faults_are_expected_the_textbooks_limits_alarm_too_often() -> None:
    """Two faults of a hundred parcels: a normal distribution knows no lopsided one."""
    rng = np.random.default_rng(5)
    weeks = rng.binomial(80, 0.02, 20_000)
    alarms = [p_chart(weeks, 80, method=method).out.mean() for method in ("normal", "exact")]
    assert alarms[0] > 2 * 0.0027
    assert alarms[1] <= 0.0027


def test_no_faults_at_all_have_limits_too() -> None:
    assert p_chart([0, 0, 0], 30, method="exact").out.tolist() == [False, False, False]


STEPS = st.lists(st.tuples(st.integers(0, 6), st.sampled_from("abcd"), st.integers(0, 50)), min_size=1, max_size=60)


@settings(max_examples=30)
@given(STEPS)
def test_an_event_log_keeps_its_laws(rows):
    log = pd.DataFrame(rows, columns=["case_id", "activity", "timestamp"])
    cases = log.case_id.nunique()
    follows, ways = directly_follows(log), variants(log)
    assert follows.to_numpy().sum() == len(log) - cases
    assert ways.cases.sum() == cases
    assert ways.share.sum() == pytest.approx(1)
    assert sum(len(way) * count for way, count in zip(ways.variant, ways.cases, strict=True)) == len(log)
    measured = dependency(follows).to_numpy()
    assert (np.abs(measured) < 1).all()
    off = measured - np.diag(np.diag(measured))
    assert np.allclose(off, -off.T)
    assert (cycle_times(log) >= 0).all()
    again = rework_by_activity(log)
    assert (rework_rate(log) > 0) == (again.extra_runs.sum() > 0)
    graph = process_graph(log)
    assert sum(count for *_, count in graph.edges(data="count")) == follows.to_numpy().sum()
    assert all(wait >= 0 for *_, wait in graph.edges(data="median_wait"))


def test_the_order_of_rows_does_not_matter_when_times_differ():
    log = pd.DataFrame({"case_id": ["x"] * 4, "activity": list("abca"), "timestamp": [1, 2, 3, 4]})
    shuffled = log.sample(frac=1, random_state=3)
    assert variants(log).equals(variants(shuffled))
    assert directly_follows(log).equals(directly_follows(shuffled))


def test_the_graph_answers_path_questions():
    log = pd.DataFrame({"case_id": [1, 1, 1, 2, 2], "activity": list("abcac"), "timestamp": [0, 5, 9, 0, 7]})
    graph = process_graph(log)
    assert nx.shortest_path(graph, "a", "c") == ["a", "c"]
    assert graph.nodes["a"]["count"] == 2
    assert list(process_graph(log, least=2).edges) == []


@given(
    st.lists(st.tuples(st.floats(0, 50), st.integers(1, 20), st.floats(0.1, 30)), min_size=1, max_size=8),
)
def test_the_bottleneck_is_the_busiest(stations):
    frame = pd.DataFrame(stations, columns=["rate", "servers", "service_rate"])
    busy = utilisation(frame)
    assert busy[bottleneck(frame)] == busy.max()
    faster = frame.assign(service_rate=frame.service_rate * 2)
    assert np.allclose(utilisation(faster) * 2, busy)


@given(busy=st.floats(0.01, 0.97), servers=st.integers(1, 30), cv=st.floats(0, 3))
def test_waits_grow_with_load_and_variability(busy: float, servers: int, cv: float):
    now = kingman_wait(busy * servers, 1, servers=servers, service_cv=cv)
    assert kingman_wait(busy * servers * 1.02, 1, servers=servers, service_cv=cv) > now
    assert kingman_wait(busy * servers, 1, servers=servers, service_cv=cv + 0.5) > now > 0


def test_hands_on_time_from_either_kind_of_log():
    log = pd.DataFrame(
        {
            "case_id": [1, 1, 2],
            "activity": ["check", "repair", "repair"],
            "started_at": pd.to_datetime(["2024-01-01 09:00", "2024-01-01 10:00", "2024-01-02 09:00"]),
            "timestamp": pd.to_datetime(["2024-01-01 09:10", "2024-01-01 10:30", "2024-01-02 09:30"]),
        }
    )
    assert cycle_times(log).tolist() == [5400, 1800]
    assert process_cycle_efficiency(log, ["repair"]) == pytest.approx(3600 / 7200)
    bare = log.drop(columns="started_at")
    assert cycle_times(bare).tolist() == [4800, 0]
    assert process_cycle_efficiency(bare, {"repair": 600}) == pytest.approx(1200 / 4800)


LOG = pd.DataFrame({"case_id": [1, 1], "activity": ["a", "b"], "timestamp": [0, 10]})
STATIONS = pd.DataFrame({"rate": [1.0], "servers": [1], "service_rate": [2.0]})


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: variants(LOG.drop(columns="activity")), "log must have the column 'activity'"),
        (lambda: variants(LOG.iloc[:0]), "log must have at least one row"),
        (lambda: variants([1, 2]), "log must be a DataFrame"),
        (lambda: cycle_times(LOG.assign(timestamp=["x", "y"])), "timestamp must be timestamps or seconds"),
        (lambda: cycle_times(LOG.assign(case_id=[1, None])), "log must not have gaps in the column 'case_id'"),
        (lambda: dependency(pd.DataFrame([[1, 2]])), "dfg must be square"),
        (lambda: dependency(pd.DataFrame([[-1]])), "dfg must be at least 0"),
        (lambda: process_cycle_efficiency(LOG, ["a"]), "value_adding must map activities"),
        (lambda: process_cycle_efficiency(LOG, "a"), "value_adding must be a collection"),
        (lambda: process_cycle_efficiency(LOG, {"z": 1}), "value_adding must name activities"),
        (lambda: process_cycle_efficiency(LOG, {"a": 11}), "value_adding must take no more time"),
        (lambda: process_cycle_efficiency(LOG.assign(timestamp=1), {"a": 1}), "log must hold cases that take time"),
        (lambda: process_cycle_efficiency(LOG.assign(started_at=[1, 2]), ["a"]), "started_at must not be after"),
        (lambda: process_graph(LOG, least=0), "least must be at least 1"),
        (lambda: bottleneck(STATIONS.assign(servers=0)), "servers must be at least 1"),
        (lambda: bottleneck(STATIONS.drop(columns="rate")), "stations must have the column 'rate'"),
        (lambda: littles_law(rate=1), "exactly two must be given"),
        (lambda: littles_law(rate=0, in_system=1), "rate must be greater than 0"),
        (lambda: kingman_wait(3, 1, servers=3), "servers must do more than the load of 3"),
        (lambda: kingman_wait(1, 0.5, service_cv=-1), "service_cv must be at least 0"),
        (lambda: p_chart([5], [4]), "defects must not be more than n"),
        (lambda: p_chart([1, 2], [9, 9, 9]), "n must be one number or as many as defects"),
        (lambda: p_chart([], 5), "defects must not be empty"),
        (lambda: p_chart([1], 5, method="guess"), "method must be normal or exact"),
    ],
)
def test_wrong_input_is_named(call, says: str):
    with pytest.raises(ValueError, match=says):
        call()
