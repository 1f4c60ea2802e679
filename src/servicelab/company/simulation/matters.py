"""What contacts are about and how they are met: the feature, the need behind it, the tone, and what the agent does.

All of it is drawn once the run is over: tone and remedy go with how things went, they do not decide it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servicelab.company.simulation.draws import Luck, chosen_by
from servicelab.company.simulation.names import FEATURES, INTENTS, NEEDS, REMEDIES
from servicelab.company.simulation.service import TRANSFER, Log
from servicelab.company.simulation.world import World, by_name

Small = NDArray[np.int8]
NONE = REMEDIES.index("none")


def make_subjects(world: World, log: Log, firsts: int, feature_luck: Luck, need_luck: Luck) -> tuple[Small, Small]:
    """Feature and need (numbers in FEATURES, NEEDS) of each matter; the first `firsts` contacts began one."""
    about = np.array([[world.matters.about[name].get(feature, 0.0) for feature in FEATURES] for name in INTENTS])
    failed = log.failed[:firsts]
    asked = chosen_by(feature_luck[:firsts], about, log.intent[:firsts])
    feature = np.where(failed > 0, failed - 1, asked).astype(np.int8)
    usual = world.matters.need_share
    tilt = [[usual[need] * world.matters.need_tilt.get(name, {}).get(need, 1.0) for need in NEEDS] for name in FEATURES]
    return feature, chosen_by(need_luck[:firsts], np.array(tilt), feature)


def make_tones(world: World, log: Log, luck: Luck) -> NDArray[np.bool_]:
    """Whether each contact is angry; whoever is passed on keeps the tone."""
    w, count = world.matters, log.count
    first = np.where(log.failed[:count] > 0, w.angry_failure, w.angry_enquiry)
    angry: NDArray[np.bool_] = luck < np.where(log.attempt[:count] > 1, w.angry_again, first)
    passed = np.flatnonzero(log.kind[:count] == TRANSFER)
    angry[passed] = angry[log.parent[passed]]
    return angry


def remedy_chances(world: World) -> NDArray[np.float64]:
    """(tone, need, solved or not) × remedy: what agents turn to, given how it ended (Bayes' rule)."""
    rows = []
    for usual in (world.matters.remedy_calm, world.matters.remedy_angry):
        turned_to = by_name(usual, REMEDIES)
        for need in NEEDS:
            solves = by_name(world.matters.resolved[need], REMEDIES)
            rows += [turned_to * (1 - solves), turned_to * solves]
    table = np.array(rows)
    chances: NDArray[np.float64] = table / table.sum(axis=1, keepdims=True)
    return chances


def make_remedies(world: World, log: Log, need: Small, angry: NDArray[np.bool_], luck: Luck) -> Small:
    """What was done in each contact; nothing where nobody answered, or the line dropped."""
    count = log.count
    row = (angry.astype(np.int8) * np.int8(len(NEEDS)) + need) * np.int8(2) + log.solved[:count]
    done = chosen_by(luck, remedy_chances(world), row)
    done[~log.served[:count] | log.cut_off[:count]] = NONE
    return done
