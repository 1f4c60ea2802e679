"""The three surveys: Kano pairs, the yearly needs survey, and the monthly needs tracker."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from servicelab.company.simulation.draws import answers, pick, pick_each, stream
from servicelab.company.simulation.names import CATEGORIES, FEATURES, SEGMENTS, THEMES
from servicelab.company.simulation.world import by_name
from servicelab.company.simulation.world.surveying import Kano, NeedsSurvey, Tracker

START, END = date(2023, 1, 1), date(2025, 12, 31)


def make_kano_survey(kano: Kano, seed: int, customers: pd.DataFrame, scale: float) -> pd.DataFrame:
    """The Kano questionnaire: a quota of customers from each segment, every feature."""
    rng = stream(seed, "kano")
    asked = quota(rng, customers, max(round(kano.asked * scale / 4), 5))
    rows = []
    for feature in FEATURES:
        profile = {
            segment: np.mean([by_name(kano.profile[letter], CATEGORIES) for letter in main], axis=0)
            for segment, main in kano.main[feature].items()
        }
        category = pick_each(rng, np.array([profile[segment] for segment in asked["segment"]]))
        pair = np.zeros((len(asked), 2), dtype=np.int64)
        for index, letter in enumerate(CATEGORIES):
            here = category == index
            options = {(int(two[0]), int(two[1])): chance for two, chance in kano.pairs[letter].items()}
            chosen = pick(rng, np.arange(len(options)), list(options.values()), int(here.sum()))
            pair[here] = np.array(list(options))[chosen].reshape(-1, 2)
        rows.append(asked.assign(feature_id=feature, functional=pair[:, 0], dysfunctional=pair[:, 1]))
    return pd.concat(rows).sort_values("customer_id", kind="stable", ignore_index=True)


def make_needs_survey(survey: NeedsSurvey, seed: int, customers: pd.DataFrame, scale: float) -> pd.DataFrame:
    """The yearly survey: stated importance, performance, and one overall satisfaction that performance drives."""
    rng = stream(seed, "needs_survey")
    waves = []
    for wave in range(START.year, END.year + 1):
        members = customers.loc[customers["joined_on"] < pd.Timestamp(wave, 11, 1)]
        asked = quota(rng, members, max(round(survey.asked * scale / 4), 5))
        n = len(asked)
        mean = np.full(n, survey.satisfaction)
        columns: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for feature in FEATURES:
            told = survey.features[feature]
            shift = np.array([survey.shift.get(segment, {}).get(feature, 0.0) for segment in asked["segment"]])
            drift = np.array([survey.drift.get(segment, {}).get(feature, 0.0) for segment in asked["segment"]])
            stated = told.importance + shift + drift * (wave - START.year) + rng.normal(0, survey.importance_sd, n)
            rated = np.clip(np.round(rng.normal(told.performance, survey.performance_sd, n)), 1, 7)
            mean += told.weight * (rated - told.performance)
            columns[feature] = np.clip(np.round(stated), 1, 7), rated
        satisfaction = answers(rng, np.clip(mean, 1.1, 4.9), spread=survey.spread)
        for feature, (stated, rated) in columns.items():
            met = pd.array(rated.astype(np.int64), dtype="Int64")
            met[rng.random(n) < survey.unmet.get(feature, 0.0)] = pd.NA
            answered = asked.assign(
                wave=wave, feature_id=feature, importance=stated.astype(np.int64), performance=met
            )  # fmt: skip
            waves.append(answered.assign(satisfaction=satisfaction))
    return pd.concat(waves).sort_values(["wave", "customer_id"], kind="stable", ignore_index=True)


def make_needs_tracker(tracker: Tracker, seed: int, customers: pd.DataFrame, scale: float) -> pd.DataFrame:
    """The monthly question: what matters most just now, from a quota of each segment's members of that month."""
    rng = stream(seed, "needs_tracker")
    months = pd.date_range(START, END, freq="MS")
    rows = []
    for index, month in enumerate(months):
        members = customers.loc[customers["joined_on"] < month]
        asked = quota(rng, members, max(round(tracker.asked * scale), 2))
        at = index / (len(months) - 1)
        share = {
            segment: (1 - at) * np.array(trend.first) + at * np.array(trend.last)
            for segment, trend in tracker.trends.items()
        }
        theme = pick_each(rng, np.array([share[segment] for segment in asked["segment"]]))
        rows.append(asked.assign(month=month, theme=np.array(THEMES)[theme]))
    return pd.concat(rows, ignore_index=True)


def quota(rng: np.random.Generator, customers: pd.DataFrame, each: int) -> pd.DataFrame:
    """`each` customers of every segment (all of them where there are fewer), by customer number."""
    chosen = []
    for segment in SEGMENTS:
        members = np.flatnonzero((customers["segment"] == segment).to_numpy())
        chosen.append(rng.permutation(members)[:each])
    picked = np.sort(np.concatenate(chosen))
    return customers.iloc[picked][["customer_id", "segment"]].reset_index(drop=True)
