"""Journeys: they hang together with the orders, and the right reading finds what a touch adds and how it feels."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.company.skylark_world import world

from servicelab.company.simulation import Firm, Scenario, simulate
from servicelab.company.simulation import touchpoints as m
from servicelab.company.tables.dictionary import TABLES
from servicelab.models.channels import attribution, removal_effects
from servicelab.models.journey import emotion_curve, friction, touchpoint_scores

STAGES = ["before", "during", "after"]
Path = tuple[list[str], bool]


def before(firm: Firm) -> pd.DataFrame:
    """The touches on the way to an order."""
    touches = firm.tables["touchpoints"]
    return touches[touches["stage"] == "before"]


def paths(firm: Firm) -> list[Path]:
    """Each journey's touches before the order, in order of time, and whether it led to one."""
    return [
        (rows["touchpoint"].tolist(), bool(rows["converted"].iloc[0])) for _, rows in before(firm).groupby("journey_id")
    ]


@pytest.fixture(scope="module")
def journeys(firm: Firm) -> list[Path]:
    return paths(firm)


def test_codes_name_every_touchpoint_and_stage(firm: Firm) -> None:
    touches = firm.tables["touchpoints"]
    described = TABLES["touchpoints"]
    assert set(touches["touchpoint"]) == set(described.column("touchpoint").values) == set(m.NAMES)
    assert set(touches["stage"]) == set(described.column("stage").values)


def test_a_journey_is_one_customers_who_agreed_and_had_joined(firm: Firm) -> None:
    touches, customers = firm.tables["touchpoints"], firm.tables["customers"].set_index("customer_id")
    assert not touches.duplicated(["journey_id", "timestamp"]).any()
    assert touches["timestamp"].is_monotonic_increasing
    assert (touches.groupby("journey_id")["customer_id"].nunique() == 1).all()
    assert touches["customer_id"].map(customers["opted_in"]).all()
    assert (touches["timestamp"] >= touches["customer_id"].map(customers["joined_on"])).all()
    left = firm.truth["customers"].set_index("customer_id")["left_on_day"]
    day = (touches["timestamp"] - pd.Timestamp(firm.scenario.start)).dt.days
    own = touches["stage"].eq("before") & ~touches["converted"]
    assert not (day[own] > touches.loc[own, "customer_id"].map(left)).any()


def test_stages_follow_each_other_and_end_where_they_should(firm: Firm) -> None:
    touches = firm.tables["touchpoints"]
    place = touches["stage"].map({name: at for at, name in enumerate(STAGES)})
    assert (place.groupby(touches["journey_id"]).diff().fillna(0) >= 0).all()
    assert touches.loc[touches["stage"] != "before", "converted"].all()
    bought = touches.loc[touches["converted"], "journey_id"].nunique()
    assert (touches["touchpoint"] == "checkout").sum() == bought
    # Most journeys that led to an order have a before, a during and an after.
    whole = touches[touches["converted"]].groupby("journey_id")["stage"].nunique() == 3
    assert whole.mean() > 0.7


def test_a_journey_leads_to_an_order_on_record_or_to_none(firm: Firm) -> None:
    touches, orders = firm.tables["touchpoints"], firm.tables["orders"]
    checkout = touches[touches["touchpoint"] == "checkout"]
    found = checkout.merge(orders, left_on=["customer_id", "timestamp"], right_on=["customer_id", "ordered_at"])
    assert len(found) == len(checkout)
    assert found["order_id"].is_unique
    delivery = touches[touches["touchpoint"] == "delivery"].set_index("journey_id")["timestamp"]
    arrived = found.set_index("journey_id")["delivered_at"].reindex(delivery.index)
    assert (arrived.dt.floor("s") == delivery).all()
    last = before(firm).groupby("journey_id")["touchpoint"].last().reindex(found["journey_id"])
    assert (last.isin(world.touchpoints.late).to_numpy() == (found["channel"] == "shop").to_numpy()).all()
    # Who did not buy bought nothing in a fortnight either.
    open_ends = touches[~touches["converted"]].groupby("journey_id").agg(
        customer_id=("customer_id", "first"), first=("timestamp", "min"), last=("timestamp", "max")
    )  # fmt: skip
    near = open_ends.reset_index().merge(orders[["customer_id", "ordered_at"]], on="customer_id")
    until = near["last"].dt.floor("D") + pd.Timedelta(days=world.touchpoints.over)
    assert not near["ordered_at"].between(near["first"], until).any()


def test_what_a_touch_adds_is_found(firm: Firm, fits: SimpleNamespace) -> None:
    touches = before(firm)
    counts = pd.crosstab(touches["journey_id"], touches["touchpoint"])[list(world.touchpoints.adds)].assign(
        constant=1.0
    )
    bought = touches.groupby("journey_id")["converted"].first().astype(float)
    found = fits.logistic(counts.astype(float), bought.loc[counts.index])
    for name, truth in {**world.touchpoints.adds, "constant": world.touchpoints.convert}.items():
        assert fits.covers(found.loc[name], truth), name


def test_removal_puts_touchpoints_in_their_true_order(journeys: list[Path]) -> None:
    effects = pd.Series(removal_effects(journeys)).reindex(list(world.touchpoints.adds))
    truth = pd.Series(world.touchpoints.adds)
    assert stats.spearmanr(effects, truth).statistic > 0.9
    rng = np.random.default_rng(1)
    again = []
    for _ in range(25):
        drawn = [journeys[at] for at in rng.integers(0, len(journeys), len(journeys))]
        again.append(pd.Series(removal_effects(drawn)).reindex(list(world.touchpoints.adds)))
    luck = pd.DataFrame(again)
    for one in world.touchpoints.adds:
        for other in world.touchpoints.adds:
            if truth[one] < truth[other]:
                # No two are the wrong way round by more than chance.
                assert effects[one] - effects[other] < 2.6 * (luck[one] - luck[other]).std(), (one, other)
    strongest = list(truth.nlargest(2).index)
    assert set(effects.nlargest(2).index) == set(strongest)


def test_the_last_touch_gets_credit_that_is_not_its_own(journeys: list[Path]) -> None:
    """Naive: the adviser and the shop come last, so they seem to make half of the sales; without them a quarter."""
    found = attribution(journeys)
    last, fair = (found[name] / found[name].sum() for name in ("last_touch", "markov"))
    late = list(world.touchpoints.late)
    assert set(last.nlargest(2).index) == set(late)
    assert last[late].sum() > 0.45
    assert fair[late].sum() < 0.30
    assert fair["community"] > fair["adviser"]


def test_scores_have_their_true_means(firm: Firm, fits: SimpleNamespace) -> None:
    touches = firm.tables["touchpoints"]
    checkout = touches[touches["touchpoint"] == "checkout"]
    order = checkout.merge(
        firm.tables["orders"], left_on=["customer_id", "timestamp"], right_on=["customer_id", "ordered_at"]
    ).set_index("journey_id")["on_time"]  # fmt: skip
    told = touches[touches["score"].notna()]
    cell = told["stage"] + " " + told["touchpoint"]
    columns = pd.get_dummies(cell).astype(float)
    early = told["stage"] == "before"
    columns["converts"] = np.where(early, np.where(told["converted"], 1.0, -1.0), 0.0)
    late = told["journey_id"].map(order).eq(False).fillna(False).to_numpy(dtype=bool)
    columns["late"] = ((told["touchpoint"] == "delivery") & late).astype(float)
    found = fits.least_squares(columns, told["score"].astype(float))
    truth = {
        f"{stage} {name}": mean for stage, means in world.touchpoints.score.items() for name, mean in means.items()
    }
    truth |= {"converts": world.touchpoints.score_converts, "late": world.touchpoints.score_late}
    for name, value in truth.items():
        assert fits.covers(found.loc[name], value), name
    response = touches["score"].notna().groupby(touches["stage"]).agg(["mean", "size"])
    for stage, rate in world.touchpoints.rated.items():
        assert abs(response["mean"][stage] - rate) < fits.wide * np.sqrt(rate * (1 - rate) / response["size"][stage])


def test_the_models_of_a_journey_read_the_table_as_it_is(firm: Firm) -> None:
    touches = firm.tables["touchpoints"]
    answered = touches.dropna(subset="score")
    scores = touchpoint_scores(touches, answered)
    assert scores.index[0] == "delivery"
    assert scores.index[-1] == "assembly"
    step = {
        key: at
        for at, key in enumerate(((s, n) for s, means in world.touchpoints.score.items() for n in means), start=1)
    }
    moments = answered.assign(
        step=[step[key] for key in zip(answered["stage"], answered["touchpoint"], strict=True)],
        emotion=answered["score"].astype(float) - 3,
    )
    curve = emotion_curve(moments)
    assert curve.trough == step["during", "delivery"]
    assert curve.peak == step["during", "assembly"]
    assert curve.end > curve.curve["mean"].loc[step["before", "advert"]]
    # Journeys that lead to an order end higher.
    last = answered.groupby("journey_id").tail(1)
    ends = last["score"].astype(float).groupby(last["converted"]).agg(["mean", "sem"])
    assert ends["mean"][True] - ends["mean"][False] > 1.64 * np.hypot(*ends["sem"])
    stuck = friction(touches, "checkout")
    assert set(stuck.index) == set(world.touchpoints.adds)
    # Where people make up their minds is where those who do not buy leave, too.
    assert set(stuck.index[:2]) == set(world.touchpoints.late)


@pytest.mark.parametrize("scenario", [{"months": 1, "scale": 0.02}, {"months": 2, "scale": 0.3}])
def test_a_small_run_has_journeys_too(scenario: dict[str, float]) -> None:
    touches = simulate(Scenario(**scenario), world).tables["touchpoints"]  # type: ignore[arg-type]
    assert touches["journey_id"].nunique() > 10
    assert touches["converted"].any()
    assert not touches["converted"].all()
