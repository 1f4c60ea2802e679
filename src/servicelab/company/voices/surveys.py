"""The three surveys: Kano pairs, the yearly needs survey, and the monthly needs tracker."""

from __future__ import annotations

import numpy as np
import pandas as pd

from servicelab.company.simulation.draws import answers, pick, pick_each, stream
from servicelab.company.tables.dictionary import TABLES
from servicelab.company.voices import survey_truths as m

#: What matters most just now (N4), as the tracker's answers are coded.
THEMES = tuple(TABLES["needs_tracker"].column("theme").values)
KANO_CUSTOMERS = 600
WAVE_CUSTOMERS = 200
TRACKER_CUSTOMERS = 30


def make_kano_survey(seed: int, customers: pd.DataFrame, scale: float) -> pd.DataFrame:
    """The Kano questionnaire: a quota of customers from each segment, every feature."""
    rng = stream(seed, "kano")
    asked = quota(rng, customers, max(round(KANO_CUSTOMERS * scale / 4), 5))
    rows = []
    for feature, mains in m.KANO.items():
        profile = {
            segment: np.mean([m.KANO_PROFILE[letter] for letter in main], axis=0)
            for segment, main in zip(m.SEGMENT_SHARE, mains, strict=True)
        }
        category = pick_each(rng, np.array([profile[segment] for segment in asked["segment"]]))
        pair = np.zeros((len(asked), 2), dtype=np.int64)
        for index, letter in enumerate("AOMIRQ"):
            here = category == index
            options = m.KANO_PAIRS[letter]
            chosen = pick(rng, np.arange(len(options)), list(options.values()), int(here.sum()))
            pair[here] = np.array(list(options))[chosen].reshape(-1, 2)
        rows.append(asked.assign(feature_id=feature, functional=pair[:, 0], dysfunctional=pair[:, 1]))
    return pd.concat(rows).sort_values("customer_id", kind="stable", ignore_index=True)


def make_needs_survey(seed: int, customers: pd.DataFrame, scale: float) -> pd.DataFrame:
    """The yearly survey: stated importance, performance, and one overall satisfaction that performance drives."""
    rng = stream(seed, "needs_survey")
    waves = []
    for wave in range(m.START.year, m.END.year + 1):
        members = customers.loc[customers["joined_on"] < pd.Timestamp(wave, 11, 1)]
        asked = quota(rng, members, max(round(WAVE_CUSTOMERS * scale / 4), 5))
        n = len(asked)
        mean = np.full(n, m.SURVEY_SATISFACTION)
        columns: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for feature, (importance, performance, weight) in m.SURVEY.items():
            shift = np.array([m.SURVEY_SHIFT.get((segment, feature), 0.0) for segment in asked["segment"]])
            drift = np.array([m.SURVEY_DRIFT.get((segment, feature), 0.0) for segment in asked["segment"]])
            stated = importance + shift + drift * (wave - m.START.year) + rng.normal(0, 0.9, n)
            rated = np.clip(np.round(rng.normal(performance, 1.2, n)), 1, 7)
            mean += weight * (rated - performance)
            columns[feature] = np.clip(np.round(stated), 1, 7), rated
        satisfaction = answers(rng, np.clip(mean, 1.1, 4.9), spread=12.0)
        for feature, (stated, rated) in columns.items():
            met = pd.array(rated.astype(np.int64), dtype="Int64")
            met[rng.random(n) < m.SURVEY_UNMET.get(feature, 0.0)] = pd.NA
            answered = asked.assign(
                wave=wave, feature_id=feature, importance=stated.astype(np.int64), performance=met
            )  # fmt: skip
            waves.append(answered.assign(satisfaction=satisfaction))
    return pd.concat(waves).sort_values(["wave", "customer_id"], kind="stable", ignore_index=True)


def make_needs_tracker(seed: int, customers: pd.DataFrame, scale: float) -> pd.DataFrame:
    """The monthly question: what matters most just now, from a quota of each segment's members of that month."""
    rng = stream(seed, "needs_tracker")
    months = pd.date_range(m.START, m.END, freq="MS")
    rows = []
    for index, month in enumerate(months):
        members = customers.loc[customers["joined_on"] < month]
        asked = quota(rng, members, max(round(TRACKER_CUSTOMERS * scale), 2))
        at = index / (len(months) - 1)
        share = {
            segment: (1 - at) * np.array(first) + at * np.array(last) for segment, (first, last) in m.TRENDS.items()
        }
        theme = pick_each(rng, np.array([share[segment] for segment in asked["segment"]]))
        rows.append(asked.assign(month=month, theme=np.array(THEMES)[theme]))
    return pd.concat(rows, ignore_index=True)


def quota(rng: np.random.Generator, customers: pd.DataFrame, each: int) -> pd.DataFrame:
    """`each` customers of every segment (all of them where there are fewer), by customer number."""
    chosen = []
    for segment in m.SEGMENT_SHARE:
        members = np.flatnonzero((customers["segment"] == segment).to_numpy())
        chosen.append(rng.permutation(members)[:each])
    picked = np.sort(np.concatenate(chosen))
    return customers.iloc[picked][["customer_id", "segment"]].reset_index(drop=True)
