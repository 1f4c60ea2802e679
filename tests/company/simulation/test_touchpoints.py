"""Journeys: they hang together with the orders, and the right reading finds what a touch adds and how it feels."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.company.skylark_world import world

from servicelab.company.simulation import Firm, Scenario, simulate
from servicelab.company.simulation import journeys as m
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


def followed(firm: Firm) -> pd.DataFrame:
    """Journeys that led to an order: how many touches, what was told of them, and what became of the order."""
    touches = firm.tables["touchpoints"]
    bought = touches[touches["converted"]]
    told = bought.dropna(subset="score").astype({"score": float}).groupby("journey_id")["score"]
    rows = pd.DataFrame(
        {
            "touches": bought.groupby("journey_id").size(), "told": told.size(), "mean": told.mean(),
            "peak": told.max(), "end": bought.groupby("journey_id")["score"].nth(-1).set_axis(
                bought.groupby("journey_id")["journey_id"].nth(-1)
            ).astype("float64"),
        }
    )  # fmt: skip
    checkout = bought[bought["touchpoint"] == "checkout"]
    order = checkout.merge(
        firm.tables["orders"], left_on=["customer_id", "timestamp"], right_on=["customer_id", "ordered_at"]
    )
    return rows.join(order.set_index("journey_id")[["satisfaction", "failed_feature", "repurchased_180d"]])


def test_x06b_after_the_fifth_touch_more_of_them_tire(firm: Firm, fits: SimpleNamespace) -> None:
    touches = before(firm)
    # Naive: the more touches, the more often somebody buys, so a better journey has more of them.
    many = touches.groupby("journey_id").agg(size=("touchpoint", "size"), bought=("converted", "first"))
    assert many["bought"].groupby(many["size"].clip(upper=5)).mean().is_monotonic_increasing
    rows = followed(firm).dropna(subset="repurchased_180d")
    enough = world.touchpoints.enough
    columns = pd.DataFrame(
        {"constant": 1.0, "few": rows["touches"].clip(upper=enough), "more": (rows["touches"] - enough).clip(lower=0)}
    )
    found = fits.logistic(columns.astype(float), rows["repurchased_180d"].astype(float))
    # Up to the fifth nothing is lost; each beyond it costs some who would have come back.
    assert found.loc["more", "estimate"] + fits.wide * found.loc["more", "se"] < 0
    assert found.loc["few", "estimate"] + fits.wide * found.loc["few", "se"] > 0
    again = rows["repurchased_180d"].astype(float).groupby(rows["touches"] > enough + 3).mean()
    assert again[False] - again[True] > 0.08


def test_x06c_peak_and_end_make_the_journey_and_not_the_average(firm: Firm, fits: SimpleNamespace) -> None:
    rows = followed(firm).dropna(subset=["satisfaction", "end"]).query("told >= 3")
    rows = rows.assign(constant=1.0, failed=rows["failed_feature"].notna())
    rated = rows["satisfaction"].astype(float)

    def of(*names: str) -> pd.DataFrame:
        return fits.least_squares(rows[["constant", "failed", *names]].astype(float), rated)

    # Naive: the higher the average score, the happier; true on its own, and nothing that the two do not say.
    alone, all_three = of("mean"), of("peak", "end", "mean")
    assert alone.loc["mean", "estimate"] > 1.96 * alone.loc["mean", "se"]
    assert abs(all_three.loc["mean", "estimate"]) < fits.wide * all_three.loc["mean", "se"]
    assert all_three.loc["end", "estimate"] > fits.wide * all_three.loc["end", "se"]
    two = of("peak", "end")
    # A score is a whole number and the highest of them mostly a five, so that little of a peak is seen.
    assert two.loc["peak", "estimate"] > 1.64 * two.loc["peak", "se"]

    def unexplained(*names: str) -> float:
        x = rows[["constant", "failed", *names]].astype(float).to_numpy()
        return float(((rated - x @ of(*names)["estimate"].to_numpy()) ** 2).sum())

    assert unexplained("peak", "end") < unexplained("mean")


def test_x06c_peak_and_end_have_their_true_effects(firm: Firm, fits: SimpleNamespace) -> None:
    """From how each touch felt, which nobody but the engine knows."""
    touches = firm.tables["touchpoints"].assign(felt=firm.truth["touchpoints"]["felt"])
    felt = touches[touches["converted"]].groupby("journey_id")["felt"]
    rows = followed(firm).assign(peak=felt.max(), end=felt.last()).dropna(subset="satisfaction")
    columns = pd.get_dummies(rows["failed_feature"].fillna("nothing")).astype(float)
    columns = columns.assign(peak=rows["peak"], end=rows["end"])
    found = fits.least_squares(columns, rows["satisfaction"].astype(float))
    # Nobody rates above five: of what is added to a happy order a part does not show.
    for name, truth in (("peak", world.touchpoints.peak_rating), ("end", world.touchpoints.end_rating)):
        assert found.loc[name, "estimate"] > 0.6 * truth, name
        assert found.loc[name, "estimate"] < truth + fits.wide * found.loc[name, "se"], name


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


@pytest.mark.parametrize("scenario", [{"months": 1, "scale": 0.1}, {"months": 2, "scale": 0.3}])
def test_a_small_run_has_journeys_too(scenario: dict[str, float]) -> None:
    touches = simulate(Scenario(**scenario), world).tables["touchpoints"]  # type: ignore[arg-type]
    assert touches["journey_id"].nunique() > 10
    assert touches["converted"].any()
    assert not touches["converted"].all()
