"""Contacts that travel: how many stops a case makes, where it ends, and what would be lost without a channel."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from servicelab.models.arguments import at_least, matrix, table

#: A journey: the channels in order, and whether it ended in what was wanted.
Path = tuple[Sequence[Hashable], bool]


@dataclass(frozen=True)
class HandoffMetrics:
    """What becomes of a case that starts in each channel.

    Attributes
    ----------
    visits : N = (I − Q)⁻¹, expected number of contacts in each channel (columns) for a case that starts in a row
    expected_contacts : expected number of contacts until the case ends, by starting channel (row sums of N)
    absorption : chance to end in each final state (columns), by starting channel; rows sum to 1
    """

    visits: pd.DataFrame
    expected_contacts: pd.Series[float]
    absorption: pd.DataFrame


def handoff_metrics(transitions: pd.DataFrame) -> HandoffMetrics:
    """How many contacts a case takes and where it ends, from where contacts go next.

    An absorbing Markov chain: rows are channels, columns channels and final states (resolved, given up, …).
    N = (I − Q)⁻¹, expected contacts t = N·1, absorption B = N·R.

    Parameters
    ----------
    transitions : DataFrame of probabilities or counts ≥ 0, channels as rows; every row label is also a column (or is
        never reached), columns that are no row are final. A row that leads only to itself is final too. Rows are
        scaled to sum to 1

    Returns
    -------
    HandoffMetrics

    Raises
    ------
    ValueError
        When a row has no transitions, an entry is negative, or some channel can never end.

    References
    ----------
    Kemeny, J. and Snell, J. L. (1960). Finite Markov Chains, ch. 3.

    Examples
    --------
    >>> moves = pd.DataFrame({"bot": [0.1, 0.0], "phone": [0.4, 0.2], "resolved": [0.5, 0.8]}, index=["bot", "phone"])
    >>> handoff_metrics(moves).expected_contacts.round(2).to_dict()
    {'bot': 1.67, 'phone': 1.25}
    """
    table("transitions", transitions)
    weights = at_least("transitions", matrix("transitions", transitions.to_numpy(dtype=float)))
    if transitions.index.has_duplicates or transitions.columns.has_duplicates:
        raise ValueError("transitions must name each channel once as a row and once as a column")
    totals = weights.sum(axis=1)
    if (totals == 0).any():
        raise ValueError(f"transitions must lead somewhere from {transitions.index[totals == 0][0]!r}")
    chances = pd.DataFrame(weights / totals[:, None], index=transitions.index, columns=transitions.columns)
    ends_itself = [
        label
        for label in chances.index
        if label in chances.columns and np.isclose(float(chances.loc[label, label]), 1.0)
    ]
    channels = [label for label in chances.index if label not in ends_itself]
    final = [label for label in chances.columns if label not in channels]
    if not channels or not final:
        raise ValueError("transitions must have at least one channel and one final state")
    q = chances.loc[channels].reindex(columns=channels, fill_value=0.0).to_numpy()
    r = chances.loc[channels, final].to_numpy()
    _refuse_traps(q, r, channels)
    visits = np.linalg.inv(np.eye(len(channels)) - q)
    rows = pd.Index(channels, name="start")
    return HandoffMetrics(
        visits=pd.DataFrame(visits, index=rows, columns=channels),
        expected_contacts=pd.Series(visits.sum(axis=1), index=rows, name="expected_contacts"),
        absorption=pd.DataFrame(visits @ r, index=rows, columns=final),
    )


def _refuse_traps(q: np.ndarray, r: np.ndarray, channels: list[Hashable]) -> None:
    ends = r.sum(axis=1) > 0
    for _ in channels:
        ends = ends | ((q > 0) @ ends)
    if not ends.all():
        raise ValueError(f"transitions must let every case end: from {channels[int(np.argmin(ends))]!r} none does")


def handoff_transitions(journeys: Iterable[Sequence[Hashable]]) -> pd.DataFrame:
    """Count where contacts go next.

    Parameters
    ----------
    journeys : each a sequence of channels that ends with its final state, e.g. ("bot", "phone", "resolved")

    Returns
    -------
    DataFrame of counts for `handoff_metrics`: rows = channels, columns = channels, then final states

    Raises
    ------
    ValueError
        When there is no journey, one has fewer than two steps, or a final state also occurs on the way.

    References
    ----------
    Kemeny and Snell (1960); Anderson, T. W. and Goodman, L. (1957). Statistical inference about Markov chains.

    Examples
    --------
    >>> handoff_transitions([("bot", "phone", "resolved"), ("bot", "resolved")]).loc["bot"].to_dict()
    {'bot': 0, 'phone': 1, 'resolved': 1}
    """
    counts: dict[tuple[Hashable, Hashable], int] = {}
    channels: set[Hashable] = set()
    final: set[Hashable] = set()
    for journey in journeys:
        if len(journey) < 2:
            raise ValueError("journeys must each have a channel and a final state")
        channels.update(journey[:-1])
        final.add(journey[-1])
        for here, there in pairwise(journey):
            counts[here, there] = counts.get((here, there), 0) + 1
    if not counts:
        raise ValueError("journeys must not be empty")
    if channels & final:
        raise ValueError(
            f"journeys must end in a state that is no channel, not {sorted(map(str, channels & final))[0]}"
        )
    rows = sorted(channels, key=str)
    columns = rows + sorted(final, key=str)
    result = pd.DataFrame(0, index=rows, columns=columns)
    for (here, there), count in counts.items():
        result.loc[here, there] = count
    return result


def _listed(paths: Iterable[Path]) -> list[tuple[list[Hashable], bool]]:
    # A journey through one channel may be given by its bare name.
    return [([channels] if isinstance(channels, str) else list(channels), bool(done)) for channels, done in paths]


class _Graph:
    """First-order Markov graph of journeys: state 0 is the start, 1…n the channels, then convert and lost."""

    def __init__(self, paths: Iterable[Path]) -> None:
        listed = _listed(paths)
        if not listed:
            raise ValueError("paths must not be empty")
        if any(not channels for channels, _ in listed):
            raise ValueError("paths must each have at least one channel")
        self.channels = sorted({channel for channels, _ in listed for channel in channels}, key=str)
        number = {channel: k + 1 for k, channel in enumerate(self.channels)}
        size = len(number) + 1
        moves = np.zeros((size, size))
        converts = np.zeros(size)
        totals = np.zeros(size)
        for channels, converted in listed:
            states = [0, *(number[channel] for channel in channels)]
            for here, there in pairwise(states):
                moves[here, there] += 1
                totals[here] += 1
            converts[states[-1]] += converted
            totals[states[-1]] += 1
        self.moves = moves / totals[:, None]
        self.converts = converts / totals

    def conversion(self, without: int | None = None) -> float:
        moves = self.moves.copy()
        if without is not None:
            # Whoever would have gone there is lost.
            moves[:, without] = 0
        return float(np.linalg.solve(np.eye(len(moves)) - moves, self.converts)[0])


def base_conversion(paths: Iterable[Path]) -> float:
    """Share of journeys that convert, as the Markov graph has it (it equals the share counted).

    Parameters
    ----------
    paths : (sequence of channels, converted) pairs

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    ValueError
        When there are no paths or one has no channel.

    References
    ----------
    Anderl, E., Becker, I., von Wangenheim, F. and Schumann, J. (2016). Mapping the customer journey.

    Examples
    --------
    >>> round(base_conversion([("G", True), ("G", True), ("M", True), (("G", "M"), True), ("G", False)]), 3)
    0.8
    """
    return _Graph(paths).conversion()


def removal_effects(paths: Iterable[Path]) -> dict[Hashable, float]:
    """What share of the conversions would be lost without each channel.

    effect(c) = 1 − conversion without c / conversion, on the first-order Markov graph of the journeys; who would have
    gone to the missing channel is lost.

    Parameters
    ----------
    paths : (sequence of channels, converted) pairs

    Returns
    -------
    dict channel → effect in [0, 1]; the effects need not sum to 1

    Raises
    ------
    ValueError
        When there are no paths, one has no channel, or none converts.

    References
    ----------
    Anderl, Becker, von Wangenheim and Schumann (2016). Mapping the customer journey: lessons learned from graph-based
    online attribution modeling.

    Examples
    --------
    >>> effects = removal_effects([("G", True), ("G", True), ("M", True), (("G", "M"), True), ("G", False)])
    >>> {channel: round(effect, 2) for channel, effect in effects.items()}
    {'G': 0.75, 'M': 0.5}
    """
    graph = _Graph(paths)
    base = graph.conversion()
    if base <= 0:
        raise ValueError("paths must hold at least one conversion")
    return {
        channel: float(np.clip(1 - graph.conversion(without=k + 1) / base, 0.0, 1.0))
        for k, channel in enumerate(graph.channels)
    }


def attribution(paths: Iterable[Path]) -> pd.DataFrame:
    """Who gets the credit: conversions shared out by removal effect, beside the two usual rules of thumb.

    Parameters
    ----------
    paths : (sequence of channels, converted) pairs

    Returns
    -------
    DataFrame indexed by channel: `removal_effect`, `markov` (conversions in proportion to it), `first_touch`,
    `last_touch` (conversions counted there); each of the last three sums to the number of conversions

    Raises
    ------
    ValueError
        As for `removal_effects`.

    References
    ----------
    Anderl, Becker, von Wangenheim and Schumann (2016).

    Examples
    --------
    >>> table = attribution([("G", True), ("G", True), ("M", True), (("G", "M"), True), ("G", False)])
    >>> table.round(1).loc["G"].to_dict()
    {'removal_effect': 0.8, 'markov': 2.4, 'first_touch': 3.0, 'last_touch': 2.0}
    """
    listed = _listed(paths)
    effects = pd.Series(removal_effects(listed))
    wins = [channels for channels, converted in listed if converted]
    first = pd.Series([channels[0] for channels in wins]).value_counts()
    last = pd.Series([channels[-1] for channels in wins]).value_counts()
    total = float(effects.sum())
    return pd.DataFrame(
        {
            "removal_effect": effects,
            "markov": effects / total * len(wins),
            "first_touch": first.reindex(effects.index).fillna(0).astype(float),
            "last_touch": last.reindex(effects.index).fillna(0).astype(float),
        }
    ).rename_axis("channel")
