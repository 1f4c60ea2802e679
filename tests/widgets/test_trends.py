"""Needs that move: shares by hand, weights that reach their limits, and drivers that a regression can find."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from servicelab.errors import UserError
from servicelab.i18n import use
from servicelab.widgets import explore
from servicelab.widgets.explore.needs.trends.matrix import Matrix
from servicelab.widgets.explore.needs.trends.model import TrendsModel


@pytest.fixture
def model(tracker: pd.DataFrame, needs_survey: pd.DataFrame, features: pd.DataFrame) -> TrendsModel:
    return TrendsModel(tracker, needs_survey, features)


def answers(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    table = [(month, segment, theme) for month, segment, theme, count in rows for _ in range(count)]
    return pd.DataFrame(table, columns=["month", "segment", "theme"])


BY_HAND = answers(
    ("2023-01-01", "senior", "green", 1),
    ("2023-01-01", "senior", "quality", 3),
    ("2023-05-01", "senior", "green", 2),
    ("2023-05-01", "new_family", "green", 2),
    ("2024-02-01", "senior", "green", 6),
    ("2024-02-01", "senior", "quality", 2),
)


def test_shares_and_change_by_hand(needs_survey: pd.DataFrame, features: pd.DataFrame) -> None:
    model = TrendsModel(BY_HAND, needs_survey, features)
    state = model.derive({"segment": "senior", "theme": "green"})
    assert state["periods"] == ["2023 Q1", "2023 Q2", "2024 Q1"]
    assert state["asked"] == [4, 2, 8]
    shares = {line["theme"]: line["shares"] for line in state["lines"]}
    assert shares == {"green": [0.25, 1.0, 0.75], "quality": [0.75, 0.0, 0.25]}
    # 2023: 3 of 6; 2024: 6 of 8.
    assert "50 % of answers in 2023, 75 % in 2024; change +25.0 points" in state["text"]
    assert "may not have moved at all" in state["text"]
    everyone = model.derive({"theme": "green", "window": "year"})
    assert everyone["asked"] == [8, 8]
    assert everyone["lines"][1]["theme"] == "green"
    assert everyone["lines"][1]["shares"] == [0.625, 0.75]


def test_a_segment_asked_in_one_year_only_has_no_change(needs_survey: pd.DataFrame, features: pd.DataFrame) -> None:
    state = TrendsModel(BY_HAND, needs_survey, features).derive({"segment": "new_family", "theme": "green"})
    assert state["periods"] == ["2023 Q2"]
    assert "too few answers" in state["text"]
    assert state["table"]["rows"] == []
    json.dumps(state, allow_nan=False)


def test_intervals_shrink_as_more_answers_are_counted_together(model: TrendsModel) -> None:
    widths = []
    for window in ("month", "quarter", "year"):
        band = model.derive({"window": window, "theme": "green"})["band"]
        widths.append(np.mean([high - low for low, high in band]))
    assert widths[0] > widths[1] > widths[2]


def test_every_period_adds_up(model: TrendsModel) -> None:
    for segment in ("all", "senior"):
        lines = model.derive({"segment": segment})["lines"]
        totals = np.sum([line["shares"] for line in lines], axis=0)
        assert totals == pytest.approx(np.ones(12), abs=5e-4)


def test_weights_reach_their_limits(model: TrendsModel, needs_survey: pd.DataFrame) -> None:
    only = {
        f"weight_{s}": 100 if s == "senior" else 0 for s in ("young_renter", "new_family", "home_improver", "senior")
    }
    points = {p["id"]: p for p in model.derive({"view": "matrix", "wave": "2024", **only})["points"]}
    seniors = needs_survey.query("wave == 2024 and segment == 'senior'").groupby("feature_id")
    assert points["easy_returns"]["importance"] == pytest.approx(seniors["importance"].mean()["easy_returns"], abs=1e-3)
    assert points["easy_returns"]["performance"] == pytest.approx(
        seniors["performance"].mean()["easy_returns"], abs=1e-3
    )


def test_untouched_and_all_zero_weights_are_the_customers_as_they_are(
    model: TrendsModel, needs_survey: pd.DataFrame
) -> None:
    plain = model.derive({"view": "matrix", "wave": "2025"})
    mean = needs_survey.query("wave == 2025").groupby("feature_id")["importance"].mean()
    assert {p["id"]: p["importance"] for p in plain["points"]} == pytest.approx(mean.round(3).to_dict(), abs=1e-3)
    assert "Same core features" in plain["text"]
    zero = {f"weight_{s}": 0 for s in ("young_renter", "new_family", "home_improver", "senior")}
    none = model.derive({"view": "matrix", "wave": "2025", **zero})
    assert none["points"] == plain["points"]
    assert "All weights are 0" in none["text"]


def test_the_regression_finds_what_truly_drives_satisfaction() -> None:
    """Satisfaction is made from two features only: 2 parts of b, 1 part of c."""
    rng = np.random.default_rng(1)
    size = 4000
    performance = {f: rng.normal(4, 1, size) for f in "abc"}
    satisfaction = 2 * performance["b"] + performance["c"] + rng.normal(0, 0.1, size)
    rows = pd.concat(
        pd.DataFrame(
            {
                "wave": 2025, "customer_id": np.arange(size), "segment": "senior", "feature_id": f,
                "importance": {"a": 6, "b": 3, "c": 3}[f], "performance": performance[f], "satisfaction": satisfaction,
            }
        )
        for f in "abc"
    )  # fmt: skip
    matrix = Matrix(rows, ["a", "b", "c"])
    stated = matrix.place("2025", None, 0.0, None)["points"]
    derived = matrix.place("2025", None, 1.0, None)
    found = {key: point["importance"] for key, point in derived["points"].items()}
    assert stated["a"]["core"]
    assert not stated["b"]["core"]
    assert found["b"] > found["c"] > found["a"]
    # On one axis with the stated ones: same mean, same spread; distances in proportion 2 : 1 : 0.
    assert np.mean(list(found.values())) == pytest.approx(4, abs=1e-3)
    assert (found["b"] - found["a"]) / (found["c"] - found["a"]) == pytest.approx(2, abs=0.05)
    assert derived["fit"] > 0.98
    assert derived["points"]["b"]["core"]
    assert not derived["points"]["a"]["core"]


def test_too_few_customers_for_a_regression_leave_the_stated_importance(model: TrendsModel) -> None:
    few = model.survey[model.survey["customer_id"].isin(model.survey["customer_id"].unique()[:5])]
    tiny = TrendsModel(model.tracker, few, model.features)
    stated = tiny.derive({"view": "matrix", "wave": "2023"})
    derived = tiny.derive({"view": "matrix", "wave": "2023", "derived": 100})
    assert derived["fit"] is None
    assert derived["points"] == stated["points"]


def test_own_cuts_move_the_quadrants(model: TrendsModel) -> None:
    state = model.derive({"view": "matrix", "cut": "own", "importance_cut": 1, "performance_cut": 7})
    assert state["cuts"] == [1, 7]
    assert {p["quadrant"] for p in state["points"]} == {"concentrate_here"}
    state = model.derive({"view": "matrix", "cut": "own", "importance_cut": 7, "performance_cut": 1})
    assert not any(p["core"] for p in state["points"])
    assert state["text"].startswith("Core: none.")


def test_a_feature_nobody_rated_is_left_out(model: TrendsModel) -> None:
    survey = model.survey.copy()
    survey.loc[survey["feature_id"] == "green_packaging", "performance"] = np.nan
    state = TrendsModel(model.tracker, survey, model.features).derive({"view": "matrix", "derived": 50})
    assert "green_packaging" not in {p["id"] for p in state["points"]}
    assert len(state["points"]) == 9
    json.dumps(state, allow_nan=False)


@pytest.mark.parametrize(
    "hostile",
    [
        {"view": "x", "segment": 4, "theme": None, "window": {}},
        {"view": "matrix", "wave": 2025, "follow": "no-such", "derived": "all", "cut": [], "weight_senior": "many"},
        {"view": "matrix", "derived": 1e9, "weight_senior": -5, "importance_cut": float("nan"), "cut": "own"},
        {"view": ["matrix"], "weight_nobody": 50},
    ],
)
def test_whatever_is_sent_the_state_is_sound(model: TrendsModel, hostile: dict[str, Any]) -> None:
    state = model.derive(hostile)
    json.dumps(state, allow_nan=False)
    assert state["text"]
    assert state["table"]["rows"]


def test_the_real_control_changes_pictures(
    tracker: pd.DataFrame, needs_survey: pd.DataFrame, features: pd.DataFrame
) -> None:
    control = explore.trends(tracker, needs_survey, features)
    assert "Personalisation, All customers" in control.text()
    control.set_state({"value": {"view": "matrix", "follow": "easy_returns"}})
    assert [wave for wave, _x, _y in control.state["path"]] == ["2023", "2024", "2025"]
    assert "Importance (1–7)" in control.text()


def test_names_are_in_the_language(tracker: pd.DataFrame, needs_survey: pd.DataFrame, features: pd.DataFrame) -> None:
    with use("zh"):
        control = explore.trends(tracker, needs_survey, features)
    assert control.content["features"][0]["text"] == "准时送达"


def test_mistakes_are_named(tracker: pd.DataFrame, needs_survey: pd.DataFrame, features: pd.DataFrame) -> None:
    with pytest.raises(UserError, match="tracker lacks theme"):
        explore.trends(tracker.drop(columns="theme"), needs_survey, features)
    with pytest.raises(UserError, match="survey lacks wave"):
        explore.trends(tracker, needs_survey.drop(columns="wave"), features)


def test_the_line_that_rose_most_is_named_whichever_is_looked_at(
    needs_survey: pd.DataFrame, features: pd.DataFrame
) -> None:
    model = TrendsModel(BY_HAND, needs_survey, features)
    # Seniors: green 3 of 6, then 6 of 8; quality 3 of 6, then 2 of 8.
    quality = str(model.derive({"segment": "senior", "theme": "quality"})["text"])
    assert "The line that rose most: Green, +25.0 points" in quality
    assert quality.endswith("That may be chance."), "with so few answers"
    assert str(model.derive({"segment": "senior", "theme": "green"})["text"]).endswith("No line rose more.")
    steep = TrendsModel(answers(*[(f"{year}-01", "senior", theme, n) for year, theme, n in (
        (2023, "green", 100), (2023, "quality", 300), (2024, "green", 300), (2024, "quality", 100))]))  # fmt: skip
    assert str(steep.derive({"theme": "quality"})["text"]).endswith(")."), "beyond chance"


def test_without_a_survey_there_is_one_picture(tracker: pd.DataFrame) -> None:
    control = explore.trends(tracker)
    assert control.content["views"] == ["themes"]
    assert "each November" not in control.text()
    control.set_state({"value": {"view": "matrix"}})
    assert control.state["at"]["view"] == "themes"
