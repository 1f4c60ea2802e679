"""What contacts are about and how they are met: the feature, the need behind it, the tone, and what the agent does.

All of it is drawn once the run is over: tone and remedy go with how things went, they do not decide it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servicelab.company.simulation import mechanisms as m
from servicelab.company.simulation.draws import pick_by, stream
from servicelab.company.simulation.service import TRANSFER, Log

Small = NDArray[np.int8]
NONE = m.REMEDIES.index("none")


def make_subjects(log: Log, firsts: int, seed: int) -> tuple[Small, Small]:
    """Feature and need (numbers in FEATURE_NAMES, NEEDS) of each matter; the first `firsts` contacts began one."""
    rng = stream(seed, "simulation", "matters")
    about = np.array([[m.ABOUT[name].get(feature, 0.0) for feature in m.FEATURE_NAMES] for name in m.NAMES])
    failed = log.failed[:firsts]
    feature = np.where(failed > 0, failed - 1, pick_by(rng, about, log.intent[:firsts])).astype(np.int8)
    tilt = [
        [share * m.NEED_TILT.get(name, {}).get(need, 1.0) for need, share in m.NEED_SHARE.items()]
        for name in m.FEATURE_NAMES
    ]
    return feature, pick_by(rng, np.array(tilt), feature)


def make_tones(log: Log, seed: int) -> NDArray[np.bool_]:
    """Whether each contact is angry; whoever is passed on keeps the tone."""
    rng = stream(seed, "simulation", "tones")
    count = log.count
    first = np.where(log.failed[:count] > 0, np.float32(m.ANGRY_FAILURE), np.float32(m.ANGRY_ENQUIRY))
    chance = np.where(log.attempt[:count] > 1, np.float32(m.ANGRY_AGAIN), first)
    angry: NDArray[np.bool_] = rng.random(count, dtype=np.float32) < chance
    passed = np.flatnonzero(log.kind[:count] == TRANSFER)
    angry[passed] = angry[log.parent[passed]]
    return angry


def remedy_chances() -> NDArray[np.float64]:
    """(tone, need, solved or not) × remedy: what agents turn to, given how it ended (Bayes' rule)."""
    rows = []
    for usual in (m.REMEDY_CALM, m.REMEDY_ANGRY):
        for need in m.NEEDS:
            solves = np.array(m.RESOLVED[need])
            rows += [np.array(usual) * (1 - solves), np.array(usual) * solves]
    table = np.array(rows)
    chances: NDArray[np.float64] = table / table.sum(axis=1, keepdims=True)
    return chances


def make_remedies(log: Log, need: Small, angry: NDArray[np.bool_], seed: int) -> Small:
    """What was done in each contact; nothing where nobody answered."""
    rng = stream(seed, "simulation", "remedies")
    count = log.count
    row = (angry.astype(np.int8) * np.int8(len(m.NEEDS)) + need) * np.int8(2) + log.solved[:count]
    done = pick_by(rng, remedy_chances(), row)
    done[~log.served[:count]] = NONE
    return done
