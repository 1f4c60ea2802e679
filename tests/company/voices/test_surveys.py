"""What people answer: the questionnaires hold the effects they are meant to, and the right analysis finds them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from numpy.typing import NDArray
from scipy import stats
from tests.company.skylark_world import world

from servicelab.company.generating.truth import as_text
from servicelab.company.simulation.names import DIMENSIONS as ITEM_COUNTS
from servicelab.company.simulation.names import THEMES
from servicelab.company.voices import servqual as questionnaire
from servicelab.company.voices.coded import make_voices
from servicelab.company.voices.servqual_means import WAVES, servqual_truth
from servicelab.models.channels import removal_effects
from servicelab.models.journey import five_elements_audit, friction, touchpoint_scores
from servicelab.models.marketing import DIMENSIONS, cronbach_alpha, satisfaction_gap, servqual, uplift
from servicelab.models.needs import kano_category, kano_coefficients

#: Two-sided 99.9 %: many effects are looked at, over three seeds.
WIDE = 3.29
MUST_BES = ["on_time_delivery", "intact_packaging", "warranty_repair"]
Firm = dict[str, pd.DataFrame]


def least_squares(columns: pd.DataFrame, outcome: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Estimates and their robust covariance."""
    x, y = columns.to_numpy(dtype=float), outcome.to_numpy(dtype=float)
    inverse = np.linalg.inv(x.T @ x)
    estimate = inverse @ x.T @ y
    meat = x * (y - x @ estimate)[:, None]
    return estimate, inverse @ (meat.T @ meat) @ inverse


def regression(columns: pd.DataFrame, outcome: pd.Series) -> pd.DataFrame:
    """Least squares: estimate and robust standard error of each column."""
    estimate, covariance = least_squares(columns, outcome)
    return pd.DataFrame({"estimate": estimate, "se": np.sqrt(np.diag(covariance))}, index=columns.columns)


def surprise(columns: pd.DataFrame, outcome: pd.Series, truth: pd.Series) -> float:
    """How likely estimates as far off as these are, all taken together (Wald): they hang together."""
    estimate, covariance = least_squares(columns, outcome)
    off = estimate - truth.reindex(columns.columns).to_numpy(dtype=float)
    return float(stats.chi2.sf(off @ np.linalg.solve(covariance, off), len(off)))


def agrees(found: pd.DataFrame, truth: pd.Series) -> bool:
    """Each estimate's interval covers its true value, and together they are not further off than chance allows."""
    z = (found["estimate"] - truth.reindex(found.index)) / found["se"]
    assert z.notna().all()
    return bool((z.abs() < WIDE).all() and stats.chi2.sf((z**2).sum(), len(z)) > 0.001)


# --- Kano, stated and derived importance, trends ---


def test_kano_categories_are_the_ones_meant(firm: Firm) -> None:
    survey = firm["kano_survey"]
    survey = survey.assign(category=kano_category(survey["functional"], survey["dysfunctional"]))
    for feature, mains in world.kano.main.items():
        for segment, main in mains.items():
            here = survey[(survey["feature_id"] == feature) & (survey["segment"] == segment)]["category"].value_counts()
            if len(main) == 1:
                assert here.idxmax() == main, (feature, segment)
            shares = pd.DataFrame([world.kano.profile[letter] for letter in main]).mean()
            meant = kano_coefficients(shares)
            n = here.reindex(list("AOMI"), fill_value=0).sum()
            for found, true in zip(np.abs(kano_coefficients(here)), np.abs(meant), strict=True):
                assert abs(found - true) < 4 * np.sqrt(true * (1 - true) / n), (feature, segment)


def test_kano_segments_disagree() -> None:
    assert tuple(world.kano.main["bot_first_reply"].values()) == ("A", "I", "I", "R")
    assert {letter for mains in world.kano.main.values() for main in mains.values() for letter in main} == set("AOMIR")
    assert all(set(world.kano.main[feature].values()) <= {"M", "MO"} for feature in MUST_BES)


def test_surveys_ask_as_many_of_each_segment_and_only_customers_of_that_time(firm: Firm) -> None:
    joined = firm["customers"].set_index("customer_id")["joined_on"]
    for name, every, people in (
        ("kano_survey", [], world.kano.asked),
        ("needs_survey", ["wave"], world.needs_survey.asked),
        ("needs_tracker", ["month"], 120),
    ):
        rows = firm[name].drop_duplicates([*every, "customer_id"])
        asked = rows.groupby([*every, rows["segment"].astype(str)]).size()
        assert (asked == people // 4).all(), name
    tracker, yearly = firm["needs_tracker"], firm["needs_survey"]
    assert (tracker["customer_id"].map(joined) < tracker["month"]).all()
    assert (yearly["customer_id"].map(joined) < pd.to_datetime(yearly["wave"].astype(str) + "-11-01")).all()


def derived_importance(firm: Firm) -> pd.DataFrame:
    wide = firm["needs_survey"].pivot(index=["wave", "customer_id"], columns="feature_id", values="performance")
    satisfaction = firm["needs_survey"].groupby(["wave", "customer_id"])["satisfaction"].first()
    complete = wide.dropna().astype(float)
    columns = complete.assign(constant=1.0)
    return regression(columns, satisfaction.loc[complete.index]).drop("constant")


def test_stated_importance_is_not_what_moves_satisfaction(firm: Firm) -> None:
    stated = firm["needs_survey"].groupby("feature_id")["importance"].mean().rank(ascending=False)
    found = derived_importance(firm)
    assert agrees(found, pd.Series({name: told.weight for name, told in world.needs_survey.features.items()}))
    quiet, loud = ["personal_styling", "anniversary_surprise"], ["price_protection"]
    assert stated[loud].max() <= 4
    assert stated[quiet].min() >= 12
    gap = found["estimate"][quiet].mean() - found["estimate"][loud].mean()
    error = np.sqrt((found["se"][quiet] ** 2).sum() / 4 + (found["se"][loud] ** 2).sum())
    assert gap > 1.64 * error
    # "Non-core needs do not affect satisfaction directly" (source A) is false here.
    assert (found["estimate"][quiet] > 1.64 * found["se"][quiet]).all()


def test_trends_are_found_and_the_flat_segment_is_flat(firm: Firm) -> None:
    tracker = firm["needs_tracker"]
    months = tracker["month"].drop_duplicates().sort_values()
    at = tracker["month"].map({month: index / (len(months) - 1) for index, month in enumerate(months)})
    rows, truth = {}, {}
    for segment, trend in world.tracker.trends.items():
        here = tracker["segment"] == segment
        for theme, a, b in zip(THEMES, trend.first, trend.last, strict=True):
            columns = pd.DataFrame({"start": 1.0, "change": at[here]})
            rows[segment, theme] = regression(columns, (tracker.loc[here, "theme"] == theme).astype(float)).loc[
                "change"
            ]
            truth[segment, theme] = b - a
    found = pd.DataFrame(rows).T
    z = (found["estimate"] - pd.Series(truth)) / found["se"]
    assert (z.abs() < WIDE + 0.3).all(), z
    rising = found.loc[[("young_renter", "green"), ("senior", "emotional_connection")]]
    assert (rising["estimate"] > 2.6 * rising["se"]).all()
    flat = found.loc["home_improver"]
    assert (flat["estimate"].abs() < WIDE * flat["se"]).all()


# --- SERVQUAL ---


def halves(firm: Firm) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Expectations and perceptions, respondents × 22."""
    survey, key = firm["servqual_survey"], ["wave", "customer_id"]
    expected, got = (survey.pivot(index=key, columns="item_id", values=name) for name in ("expectation", "perception"))
    return expected, got


def by_dimension(answers: pd.DataFrame) -> pd.DataFrame:
    """Mean answer of each respondent in each dimension."""
    return pd.DataFrame({name: answers.iloc[:, list(items)].mean(axis=1) for name, items in DIMENSIONS.items()})


def respondents(firm: Firm) -> pd.DataFrame:
    """One row a respondent in the order of `halves`: segment, wave, and what truly happened to them."""
    people = firm["servqual_survey"].drop_duplicates(["wave", "customer_id"]).set_index(["wave", "customer_id"])
    parts = []
    for wave, rows in people.groupby("wave"):
        happened = questionnaire.past_year(world.servqual, firm["orders"], int(str(wave)))
        parts.append(rows[["segment"]].join(happened, on="customer_id"))
    return pd.concat(parts)


def test_servqual_items_are_those_of_the_model(firm: Firm) -> None:
    items = firm["servqual_items"]
    assert items["item_id"].tolist() == list(range(1, 23))
    for name, part in DIMENSIONS.items():
        assert items.loc[list(part), "dimension"].tolist() == [name] * len(part)
    assert items["text_en"].is_unique
    assert items["text_zh"].is_unique
    assert list(ITEM_COUNTS) == list(DIMENSIONS)
    # What is added to an item is taken from the others of its dimension, what is added to a segment from the others.
    for shifts in (world.servqual.expectation_item, world.servqual.perception_item):
        assert all(np.isclose(np.array(shifts)[list(part)].sum(), 0) for part in DIMENSIONS.values())
    for by_segment in (world.servqual.expectation_segment, world.servqual.perception_segment):
        assert np.allclose(pd.DataFrame(dict(by_segment)).sum(axis=1), 0)


def test_servqual_asks_two_hundred_a_wave_who_ordered_in_the_year_before(firm: Firm) -> None:
    survey = firm["servqual_survey"]
    people = survey.drop_duplicates(["wave", "customer_id"])
    assert (pd.crosstab(people["wave"], people["segment"].astype(str)) == 50).all(axis=None)
    assert (survey.groupby(["wave", "customer_id"])["item_id"].nunique() == 22).all()
    assert survey[["expectation", "perception"]].isin(range(1, 8)).all(axis=None)
    assert respondents(firm).notna().all(axis=None)
    weights = firm["servqual_weights"]
    assert (weights.groupby(["wave", "customer_id"])["points"].sum() == 100).all()
    assert set(map(tuple, weights[["wave", "customer_id"]].to_numpy())) == set(
        people.set_index(["wave", "customer_id"]).index
    )


def test_expectations_stand_high_and_lean_to_the_top(firm: Firm) -> None:
    survey = firm["servqual_survey"]
    assert survey["expectation"].mean() > survey["perception"].mean() + 0.6
    assert survey["expectation"].skew() < -0.7 < survey["perception"].skew() < 0


def test_dimensions_are_consistent_and_items_belong_to_theirs(firm: Firm) -> None:
    for answers in halves(firm):
        for items in DIMENSIONS.values():
            assert 0.75 <= cronbach_alpha(answers.iloc[:, list(items)]) <= 0.92
        for name, items in DIMENSIONS.items():
            for item in items:
                own = answers.iloc[:, [other for other in items if other != item]].mean(axis=1)
                others = by_dimension(answers).drop(columns=name)
                with_item = others.corrwith(answers.iloc[:, item])
                assert own.corr(answers.iloc[:, item]) > with_item.max() + 0.1


def test_servqual_recovers_the_true_gaps_in_every_wave(firm: Firm) -> None:
    expected, got = halves(firm)
    people, weights = respondents(firm), firm["servqual_weights"]
    for wave in WAVES:
        e, p, who = expected.loc[wave], got.loc[wave], people.loc[wave]
        points = weights[weights["wave"] == wave].groupby("dimension")["points"].mean().reindex(list(DIMENSIONS))
        found = servqual(e, p, points)
        flags = who[list(world.servqual.failures)]
        true_e, true_p = questionnaire.true_means(world.servqual, who.reset_index(), flags, wave)
        truth = by_dimension(pd.DataFrame(true_p - true_e)).mean()
        error = by_dimension(p - e).sem()
        assert agrees(pd.DataFrame({"estimate": found.dimension_gaps, "se": error}), truth)
        assert found.alpha.between(0.72, 0.92).all()


def test_expectation_and_perception_have_their_true_causes(firm: Firm) -> None:
    """Segment, year and what happened to the customer: a failure lowers what is perceived, not what is expected."""
    people = respondents(firm)
    years = people.index.get_level_values("wave").to_numpy() - WAVES[0]
    columns = (
        pd.get_dummies(people["segment"].astype(str)).astype(float)[list(world.servqual.weights)].assign(year=years)
    )
    columns = columns.join(people[list(world.servqual.failures)].astype(float))
    for answers, base, yearly, shift, harmed in (
        (
            halves(firm)[0],
            world.servqual.expectation,
            world.servqual.expectation_year,
            world.servqual.expectation_segment,
            False,
        ),
        (
            halves(firm)[1],
            world.servqual.perception,
            world.servqual.perception_year,
            world.servqual.perception_segment,
            True,
        ),
    ):
        outcome = by_dimension(answers)
        for dimension in DIMENSIONS:
            truth = {segment: base[dimension] + shift[segment][dimension] for segment in world.servqual.weights}
            truth["year"] = yearly.get(dimension, 0.0)
            for name, what in world.servqual.failures.items():
                truth[name] = what.effect if harmed and what.dimension == dimension else 0.0
            assert surprise(columns, outcome[dimension], pd.Series(truth)) > 0.0005, dimension
            found = regression(columns, outcome[dimension])
            for name, what in world.servqual.failures.items():
                if harmed and what.dimension == dimension:
                    assert found["estimate"][name] < -2.6 * found["se"][name]


def test_the_widest_gap_is_not_the_one_that_matters_most(firm: Firm) -> None:
    expected, got = halves(firm)
    points = firm["servqual_weights"].pivot(index=["wave", "customer_id"], columns="dimension", values="points")
    points = points.loc[expected.index, list(DIMENSIONS)].astype(float)
    gaps = servqual(expected, got, points.mean()).dimension_gaps
    assert gaps.idxmin() == "empathy"
    assert (gaps * points.mean()).idxmin() == "reliability"
    # Neither is chance: what sets the first two apart is beyond its interval.
    own = by_dimension(got - expected)
    apart = own["empathy"] - own["responsiveness"]
    assert apart.mean() < -1.64 * apart.sem()
    weighted = own * points.mean() / 100
    apart = weighted["reliability"] - weighted["responsiveness"]
    assert apart.mean() < -1.64 * apart.sem()


def test_points_have_their_true_means(firm: Firm) -> None:
    people = firm["servqual_survey"].drop_duplicates(["wave", "customer_id"])[["wave", "customer_id", "segment"]]
    points = firm["servqual_weights"].merge(people, on=["wave", "customer_id"])
    cell = points["segment"].astype(str) + " " + points["dimension"].astype(str)
    found = points["points"].groupby(cell).agg(estimate="mean", se="sem")
    truth = {f"{s} {d}": float(w) for s, given in world.servqual.weights.items() for d, w in given.items()}
    assert agrees(found, pd.Series(truth))


def test_m3_the_service_got_better_and_satisfaction_worse(firm: Firm) -> None:
    """Satisfaction = experience − expectation: answers came faster, what is expected of them rose faster still."""
    expected, got = (by_dimension(answers)["responsiveness"] for answers in halves(firm))
    gap = pd.Series(satisfaction_gap(got, expected), index=got.index)

    def change(answers: pd.Series) -> tuple[float, float]:
        first, last = answers.loc[WAVES[0]], answers.loc[WAVES[-1]]
        return float(last.mean() - first.mean()), float(np.hypot(first.sem(), last.sem()))

    better, error = change(got)
    assert better > 1.64 * error
    worse, error = change(gap)
    assert worse < -1.64 * error


def test_m3_who_gives_the_best_marks_is_not_the_most_satisfied(firm: Firm) -> None:
    expected, got = (by_dimension(answers)["responsiveness"] for answers in halves(firm))
    segment = respondents(firm)["segment"].astype(str)
    young, senior = segment == "young_renter", segment == "senior"
    better = got[young].mean() - got[senior].mean()
    assert better > 1.64 * np.hypot(got[young].sem(), got[senior].sem())
    gap = satisfaction_gap(got, expected)
    assert gap[young].mean() < gap[senior].mean() - 0.1


@pytest.mark.parametrize(("scale", "each"), [(0.01, 5), (0.2, 10)])
def test_servqual_at_small_scale(firm: Firm, scale: float, each: int) -> None:
    survey = questionnaire.make_servqual_survey(world.servqual, 3, firm["customers"], firm["orders"], scale)
    people = survey.drop_duplicates(["wave", "customer_id"])
    assert (people.groupby(["wave", people["segment"].astype(str)]).size() == each).all()


# --- The models read the written tables as they are ---


def test_journeys_are_read_as_written(firm: Firm) -> None:
    touches = firm["touchpoints"]
    scores = touchpoint_scores(touches, touches.dropna(subset="score"))
    assert (scores.index[0], scores.index[-1]) == ("delivery", "assembly")
    assert set(friction(touches, "checkout").index[:2]) == {"adviser", "shop_visit"}
    before = touches[touches["stage"] == "before"]
    paths = [(rows["touchpoint"].tolist(), rows["converted"].iloc[0]) for _, rows in before.groupby("journey_id")]
    effects = removal_effects(paths)
    assert sorted(effects, key=effects.__getitem__)[-2:] == ["video_guide", "community"]
    audit = five_elements_audit({name: firm[name] for name in ("customers", "needs_survey", "contacts", "touchpoints")})
    assert audit["score"][["role", "scene"]].tolist() == [4, 4]


def test_campaigns_are_read_as_written(firm: Firm) -> None:
    members = firm["campaign_members"]
    for campaign, rows in members.groupby("campaign", observed=True):
        found = uplift(rows.assign(responded=rows["orders"] > 0)).loc["all"]
        users = rows.loc[rows["treated"]].groupby("used_coupon")["orders"].mean()
        assert users[True] - users[False] > 10 * found["high"], campaign
        if campaign == "autumn_2024":
            assert abs(found["uplift"]) < WIDE / 1.96 * (found["high"] - found["low"]) / 2


# --- Ground truth stays in step and apart ---


def test_truth_file_is_up_to_date(root: Path) -> None:
    assert (root / "grading" / "truth" / "effects.json").read_text(encoding="utf-8") == as_text()


def test_truth_of_servqual_is_in_the_note(root: Path) -> None:
    truth = servqual_truth(world.servqual)
    gaps = truth["gap_by_dimension_and_wave_nothing_failed"]
    assert gaps["reliability"]["2023"] == gaps["reliability"]["2025"] == -0.6
    note = (root / "grading" / "truth" / "README.md").read_text(encoding="utf-8")
    for number in (*(given["2023"] for given in gaps.values()), gaps["responsiveness"]["2025"]):
        assert f"{number:.2f}".replace("-", "−") in note
    for what in world.servqual.failures.values():
        assert f"{what.effect:.2f}".replace("-", "−") in note


def test_every_voice_has_its_reasons(root: Path) -> None:
    reasons = yaml.safe_load((root / "grading" / "truth" / "voices.yml").read_text(encoding="utf-8"))
    voices = make_voices()
    assert list(reasons) == voices["voice_id"].unique().tolist()
    axes = ["kind", "spoken", "importance", "time", "level"]
    differ = voices.groupby("voice_id")[axes].nunique().gt(1).any(axis=1)
    assert {voice for voice, told in reasons.items() if "split" in told} == set(differ.index[differ])


def test_no_truth_in_the_datasets(datasets: Path) -> None:
    """Cards and tables never give an effect away."""
    text = "".join(path.read_text(encoding="utf-8-sig") for path in datasets.rglob("*.md"))
    reasons = yaml.safe_load((datasets.parent / "grading" / "truth" / "voices.yml").read_text(encoding="utf-8"))
    assert not [voice for voice, told in reasons.items() if told["need"] in text]
    assert "−0.24" not in text
    assert "0.613" not in text
