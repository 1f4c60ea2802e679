"""What contacts are about and how they are met: the feature, the need behind it, the tone, and what the agent does.

All of it is drawn once the run is over: tone and remedy go with how things went, they do not decide it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servicelab.company.simulation.draws import pick_by, stream
from servicelab.company.simulation.names import FEATURES, INTENTS, NEEDS, REMEDIES
from servicelab.company.simulation.service import TRANSFER, Log
from servicelab.company.simulation.world import World, by_name

Small = NDArray[np.int8]
NONE = REMEDIES.index("none")


def make_subjects(world: World, log: Log, firsts: int, seed: int) -> tuple[Small, Small]:
    """Feature and need (numbers in FEATURE_NAMES, NEEDS) of each matter; the first `firsts` contacts began one."""
    rng = stream(seed, "simulation", "matters")
    about = np.array([[world.matters.about[name].get(feature, 0.0) for feature in FEATURES] for name in INTENTS])
    failed = log.failed[:firsts]
    feature = np.where(failed > 0, failed - 1, pick_by(rng, about, log.intent[:firsts])).astype(np.int8)
    tilt = [
        [
            share * world.matters.need_tilt.get(name, {}).get(need, 1.0)
            for need, share in world.matters.need_share.items()
        ]
        for name in FEATURES
    ]
    return feature, pick_by(rng, np.array(tilt), feature)


def make_tones(world: World, log: Log, seed: int) -> NDArray[np.bool_]:
    """Whether each contact is angry; whoever is passed on keeps the tone."""
    rng = stream(seed, "simulation", "tones")
    count = log.count
    first = np.where(
        log.failed[:count] > 0, np.float32(world.matters.angry_failure), np.float32(world.matters.angry_enquiry)
    )
    chance = np.where(log.attempt[:count] > 1, np.float32(world.matters.angry_again), first)
    angry: NDArray[np.bool_] = rng.random(count, dtype=np.float32) < chance
    passed = np.flatnonzero(log.kind[:count] == TRANSFER)
    angry[passed] = angry[log.parent[passed]]
    return angry


def remedy_chances(world: World) -> NDArray[np.float64]:
    """(tone, need, solved or not) × remedy: what agents turn to, given how it ended (Bayes' rule)."""
    rows = []
    for usual in (world.matters.remedy_calm, world.matters.remedy_angry):
        chosen = by_name(usual, REMEDIES)
        for need in NEEDS:
            solves = by_name(world.matters.resolved[need], REMEDIES)
            rows += [chosen * (1 - solves), chosen * solves]
    table = np.array(rows)
    chances: NDArray[np.float64] = table / table.sum(axis=1, keepdims=True)
    return chances


def make_remedies(world: World, log: Log, need: Small, angry: NDArray[np.bool_], seed: int) -> Small:
    """What was done in each contact; nothing where nobody answered."""
    rng = stream(seed, "simulation", "remedies")
    count = log.count
    row = (angry.astype(np.int8) * np.int8(len(NEEDS)) + need) * np.int8(2) + log.solved[:count]
    done = pick_by(rng, remedy_chances(world), row)
    done[~log.served[:count]] = NONE
    return done
