"""Process mining on an event log: who follows whom, which ways cases go, where work is done twice.

An event log is a DataFrame with `case_id`, `activity`, `timestamp` (+ `resource`, + `started_at` where the log says
when work began). Events of one case are taken in time order; equal times keep the order of the rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from servicelab.models.arguments import at_least, matrix, seconds, table, whole

COLUMNS = ("case_id", "activity", "timestamp")


def _ordered(log: pd.DataFrame) -> pd.DataFrame:
    table("log", log, COLUMNS)
    for column in ("case_id", "activity"):
        if log[column].isna().any():
            raise ValueError(f"log must not have gaps in the column '{column}'")
    at = seconds("timestamp", log["timestamp"])
    events = pd.DataFrame({"case_id": log["case_id"].to_numpy(), "activity": log["activity"].to_numpy(), "at": at})
    # Codes compare as numbers: sorting half a million text ids is what would take the time.
    events["case"] = pd.factorize(events["case_id"])[0]
    return events.sort_values(["case", "at"], kind="stable", ignore_index=True)


def directly_follows(log: pd.DataFrame) -> pd.DataFrame:
    """How often one activity comes directly after another in the same case.

    Parameters
    ----------
    log : event log

    Returns
    -------
    square DataFrame of counts, rows = the activity before, columns = the one after, both sorted by name

    Raises
    ------
    ValueError
        When a column is missing, the log is empty, or it has gaps.

    References
    ----------
    van der Aalst, W. (2016). Process Mining: Data Science in Action, ch. 6.

    Examples
    --------
    >>> log = pd.DataFrame({"case_id": [1, 1, 1, 2, 2], "activity": list("abcac"), "timestamp": [1, 2, 3, 1, 5]})
    >>> directly_follows(log).loc["a"].to_dict()
    {'a': 0, 'b': 1, 'c': 1}
    """
    events = _ordered(log)
    codes, names = pd.factorize(events["activity"], sort=True)
    case = events["case"].to_numpy()
    same = case[1:] == case[:-1]
    size = len(names)
    pairs = codes[:-1][same] * size + codes[1:][same]
    counts = np.bincount(pairs, minlength=size * size).reshape(size, size)
    return pd.DataFrame(counts, index=pd.Index(names, name="before"), columns=pd.Index(names, name="after"))


def dependency(dfg: pd.DataFrame) -> pd.DataFrame:
    """How surely one activity leads to another, rather than the two just being mixed.

    a ⇒ b = (|a>b| − |b>a|) / (|a>b| + |b>a| + 1);  a ⇒ a = |a>a| / (|a>a| + 1) (the first formula would always give 0).

    Parameters
    ----------
    dfg : square DataFrame of counts, as `directly_follows` gives it

    Returns
    -------
    DataFrame of the same shape, values in (−1, 1); near 1: b follows a, near 0: either order

    Raises
    ------
    ValueError
        When dfg is not square with equal labels, or holds anything but counts.

    References
    ----------
    Weijters, A. J. M. M., van der Aalst, W. and Alves de Medeiros, A. K. (2006). Process mining with the
    HeuristicsMiner algorithm.

    Examples
    --------
    >>> dfg = pd.DataFrame([[0, 11], [0, 0]], index=["a", "b"], columns=["a", "b"])
    >>> dependency(dfg).round(3).loc["a", "b"]
    np.float64(0.917)
    """
    table("dfg", dfg)
    if list(dfg.index) != list(dfg.columns):
        raise ValueError("dfg must be square, with the same activities as rows and columns")
    forward = whole("dfg", matrix("dfg", dfg.to_numpy())).astype(float)
    measure = (forward - forward.T) / (forward + forward.T + 1)
    loops = np.diag(forward)
    np.fill_diagonal(measure, loops / (loops + 1))
    return pd.DataFrame(measure, index=dfg.index, columns=dfg.columns)


def variants(log: pd.DataFrame) -> pd.DataFrame:
    """The different ways cases go, the most frequent first.

    Parameters
    ----------
    log : event log

    Returns
    -------
    DataFrame with one row a variant: `variant` (tuple of activities), `cases`, `share`, `cumulative_share`

    Raises
    ------
    ValueError
        When a column is missing, the log is empty, or it has gaps.

    References
    ----------
    van der Aalst (2016), ch. 5.

    Examples
    --------
    >>> log = pd.DataFrame({"case_id": [1, 1, 2, 2, 3], "activity": list("ababa"), "timestamp": [1, 2, 3, 4, 5]})
    >>> variants(log)[["variant", "cases"]].values.tolist()
    [[('a', 'b'), 2], [('a',), 1]]
    """
    events = _ordered(log)
    ways = events.groupby("case", sort=False)["activity"].agg(tuple)
    counts = ways.value_counts(sort=False)
    # Ties stand in alphabetical order, so that the table is the same on every run.
    found: list[tuple[Any, int]] = list(zip(counts.index, counts.to_numpy(), strict=True))
    order = sorted(found, key=lambda item: (-item[1], tuple(map(str, item[0]))))
    cases = np.array([count for _, count in order], dtype=np.int64)
    share = cases / cases.sum()
    return pd.DataFrame(
        {
            "variant": pd.Series([way for way, _ in order], dtype=object),
            "cases": cases,
            "share": share,
            "cumulative_share": np.cumsum(share),
        }
    )


def cycle_times(log: pd.DataFrame) -> pd.Series[float]:
    """How long each case takes, from its first event to its last.

    Parameters
    ----------
    log : event log; a column `started_at`, where there is one, moves the beginning to the start of the first activity

    Returns
    -------
    Series, case_id → seconds (or the unit of a numeric timestamp), in order of first appearance

    Raises
    ------
    ValueError
        When a column is missing, the log is empty, or it has gaps.

    References
    ----------
    Dumas, M., La Rosa, M., Mendling, J. and Reijers, H. (2018). Fundamentals of Business Process Management, ch. 7.

    Examples
    --------
    >>> log = pd.DataFrame({"case_id": [1, 1, 2, 2], "activity": list("abab"), "timestamp": [0, 90, 10, 20]})
    >>> cycle_times(log).to_dict()
    {1: 90.0, 2: 10.0}
    """
    events = _ordered(log)
    first = events.groupby("case")["at"].min()
    if "started_at" in log.columns:
        started = pd.Series(seconds("started_at", log["started_at"])).groupby(pd.factorize(log["case_id"])[0]).min()
        first = first.where(first <= started, started)
    elapsed = events.groupby("case")["at"].max() - first
    elapsed.index = pd.Index(events.groupby("case")["case_id"].first().to_numpy(), name="case_id")
    return elapsed.astype(float).rename("cycle_time")


def rework_rate(log: pd.DataFrame) -> float:
    """Share of cases in which some activity is done more than once.

    Parameters
    ----------
    log : event log

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    ValueError
        When a column is missing, the log is empty, or it has gaps.

    References
    ----------
    Dumas et al. (2018), ch. 7 (rework probability).

    Examples
    --------
    >>> log = pd.DataFrame({"case_id": [1, 1, 1, 2], "activity": list("abaa"), "timestamp": [1, 2, 3, 4]})
    >>> rework_rate(log)
    0.5
    """
    events = _ordered(log)
    again = events.duplicated(["case", "activity"])
    return float(events.loc[again, "case"].nunique() / events["case"].nunique())


def rework_by_activity(log: pd.DataFrame) -> pd.DataFrame:
    """Which activity is done again, in how many cases, how often.

    Parameters
    ----------
    log : event log

    Returns
    -------
    DataFrame indexed by activity, most repeated first: `cases` it occurs in, `cases_again` in which it occurs more than
    once, `share_again` = cases_again / cases, `extra_runs` beyond the first of each case

    Raises
    ------
    ValueError
        When a column is missing, the log is empty, or it has gaps.

    References
    ----------
    Dumas et al. (2018), ch. 7.

    Examples
    --------
    >>> log = pd.DataFrame({"case_id": [1, 1, 1, 2], "activity": list("abaa"), "timestamp": [1, 2, 3, 4]})
    >>> rework_by_activity(log).loc["a"].to_dict()
    {'cases': 2.0, 'cases_again': 1.0, 'share_again': 0.5, 'extra_runs': 1.0}
    """
    events = _ordered(log)
    runs = events.groupby(["activity", "case"]).size()
    by_activity = runs.groupby(level="activity")
    result = pd.DataFrame(
        {"cases": by_activity.size(), "cases_again": (runs > 1).groupby(level="activity").sum().astype(np.int64)}
    )
    result["share_again"] = result["cases_again"] / result["cases"]
    result["extra_runs"] = by_activity.sum() - result["cases"]
    return result.sort_values("extra_runs", ascending=False, kind="stable")


def process_cycle_efficiency(log: pd.DataFrame, value_adding: Collection[str] | Mapping[str, float]) -> float:
    """Share of the elapsed time in which something is done that the customer would pay for.

    PCE = Σ value-adding hands-on time / Σ cycle time.

    Parameters
    ----------
    log : event log
    value_adding : names of the activities that add value, when the log has `started_at` (work lasts from started_at to
        timestamp); or, for a log that records one time an event, a mapping activity → hands-on seconds each time

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    ValueError
        When the hands-on time cannot be known, no activity of value_adding is in the log, an activity ends before it
        starts, hands-on time exceeds the elapsed time, or no time elapses.

    References
    ----------
    George, M. (2003). Lean Six Sigma for Service, ch. 2.

    Examples
    --------
    >>> log = pd.DataFrame({"case_id": [1, 1], "activity": ["diagnose", "repair"], "started_at": [0, 80],
    ...                     "timestamp": [10, 100]})
    >>> process_cycle_efficiency(log, ["repair"])
    0.2
    >>> process_cycle_efficiency(log.drop(columns="started_at"), {"repair": 9})
    0.1
    """
    if isinstance(value_adding, str):
        raise ValueError("value_adding must be a collection of activity names, not one name")
    elapsed = float(cycle_times(log).sum())
    if elapsed <= 0:
        raise ValueError("log must hold cases that take time: every case begins and ends at one moment")
    counted = log["activity"].isin(list(value_adding)).to_numpy()
    if not counted.any():
        raise ValueError("value_adding must name activities of the log")
    if isinstance(value_adding, Mapping):
        at_least("value_adding", list(value_adding.values()))
        worked = float(log.loc[counted, "activity"].map(dict(value_adding)).sum())
    elif "started_at" in log.columns:
        hands_on = seconds("timestamp", log["timestamp"]) - seconds("started_at", log["started_at"])
        if (hands_on < 0).any():
            raise ValueError("started_at must not be after timestamp")
        worked = float(hands_on[counted].sum())
    else:
        raise ValueError("value_adding must map activities to hands-on seconds when the log has no column 'started_at'")
    if worked > elapsed:
        raise ValueError("value_adding must take no more time than the cases: hands-on time exceeds elapsed time")
    return worked / elapsed


def process_graph(log: pd.DataFrame, *, least: int = 1) -> Any:
    """The process as a graph, for path questions and for drawing.

    Parameters
    ----------
    log : event log
    least : leave out steps that were taken fewer times

    Returns
    -------
    networkx.DiGraph: nodes = activities with `count`; edges with `count`, `dependency` and `median_wait` (seconds from
    one event to the next)

    Raises
    ------
    ValueError
        When a column is missing, the log is empty or has gaps, or least is not a whole number ≥ 1.

    References
    ----------
    van der Aalst (2016), ch. 6; Hagberg, A., Schult, D. and Swart, P. (2008). Exploring network structure, dynamics,
    and function using NetworkX.

    Examples
    --------
    >>> log = pd.DataFrame({"case_id": [1, 1, 2, 2], "activity": list("abab"), "timestamp": [0, 90, 10, 20]})
    >>> process_graph(log).edges["a", "b"]["median_wait"]
    50.0
    """
    # Only a lesson that draws the graph pays for the import.
    import networkx as nx  # type: ignore[import-untyped]

    whole("least", least, least=1)
    events = _ordered(log)
    dfg: Any = directly_follows(log)
    sure: Any = dependency(dfg)
    steps = pd.DataFrame(
        {"before": events["activity"].shift(1), "after": events["activity"], "wait": events["at"].diff()}
    )[events["case"].eq(events["case"].shift(1))]
    waits = steps.groupby(["before", "after"])["wait"].median().reset_index()
    graph = nx.DiGraph()
    for activity, count in events["activity"].value_counts().sort_index().items():
        graph.add_node(activity, count=int(count))
    for before, after, wait in waits.to_numpy(dtype=object):
        count = int(dfg.at[before, after])
        if count >= least:
            graph.add_edge(before, after, count=count, dependency=float(sure.at[before, after]), median_wait=wait)
    return graph
