"""X00c and X01: what customers say, what they rate, and whether they come back; naively read, and read rightly."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
from scipy import stats
from tests.company.skylark_world import world

from servicelab.company.simulation import Firm
from servicelab.company.simulation.names import NEEDS

START = pd.Timestamp("2023-01-01")
DAYS = 1096
MUST_BES = ["on_time_delivery", "intact_packaging", "warranty_repair"]
WINDOW = 180


# --- X00c: few complaints = happy customers ---


def returned(firm: Firm, since: pd.Series) -> pd.DataFrame:
    """Orders by id: the month of `since`, and whether the same member orders within 180 days after that day.

    Only orders after whose `since` that many days have passed.
    """
    orders = firm.tables["orders"]
    number = pd.factorize(orders["customer_id"])[0]
    day = (orders["ordered_at"] - START).dt.days.to_numpy()
    key = np.sort(number * 10_000 + day)
    from_day = (since.reindex(orders["order_id"]) - START).dt.days
    known = (from_day + WINDOW < DAYS).to_numpy()
    low = number[known] * 10_000 + from_day[known].to_numpy(dtype=np.int64)
    again = np.searchsorted(key, low + WINDOW, "right") > np.searchsorted(key, low, "right")
    return pd.DataFrame({"month": from_day[known] // 30.5, "again": again.astype(float)})


def leave_chance(group: pd.DataFrame, sound: pd.DataFrame) -> pd.Series:
    """Chance of leaving in a group, from who comes back against orders of the same month on which nothing failed."""
    usual = sound.groupby("month")["again"].mean()
    expected = group["month"].map(usual).mean()
    ratio = group["again"].mean() / expected
    error = ratio * np.hypot(group["again"].sem() / group["again"].mean(), sound["again"].sem() / sound["again"].mean())
    stays = 1 - world.leaving.after_order
    return pd.Series({"estimate": 1 - ratio * stays, "se": error * stays})


def test_x00c_the_silent_leave_and_the_recovered_stay(firm: Firm, fits: SimpleNamespace) -> None:
    orders = firm.tables["orders"].set_index("order_id")
    contacts = firm.tables["contacts"].dropna(subset="order_id").sort_values("opened_at")
    about = contacts[contacts["feature_id"] == contacts["order_id"].map(orders["failed_feature"])]
    last = about.drop_duplicates("order_id", keep="last").set_index("order_id")
    spoke = orders.index.isin(about["order_id"])
    must_be = orders["failed_feature"].isin(MUST_BES)
    # No complaint is no good sign: most of these failures are silent.
    assert (must_be & ~spoke).sum() > 2 * (must_be & spoke).sum()
    # Silent about the failure: to ask for no contact of any kind would leave out many who stayed, and asked later.
    silent = must_be & ~spoke
    # Whoever leaves is gone two days after delivery, or on the day after the matter ended.
    quiet = returned(firm, orders["delivered_at"] + pd.Timedelta(days=1))
    told = returned(firm, last["opened_at"] + pd.to_timedelta(last["wait"], unit="s"))
    resolved = last["resolved"].reindex(orders.index)
    sound = quiet[quiet.index.isin(orders.index[orders["failed_feature"].isna()])]
    groups = {
        "silent": quiet[quiet.index.isin(orders.index[silent])],
        "put right": told[told.index.isin(orders.index[must_be & resolved.eq(True)])],
        "not put right": told[told.index.isin(orders.index[must_be & resolved.eq(False)])],
    }
    for good, bad in (("put right", "silent"), ("put right", "not put right")):
        both = groups[good]["again"], groups[bad]["again"]
        assert both[0].mean() - both[1].mean() > fits.wide * np.hypot(both[0].sem(), both[1].sem())
    assert sound["again"].mean() - groups["silent"]["again"].mean() > 0.2
    for group, rows in groups.items():
        mix = orders["failed_feature"].reindex(rows.index).value_counts(normalize=True)
        truth = sum(mix[name] * getattr(world.failures[name].leave, group.replace(" ", "_")) for name in MUST_BES)
        assert fits.covers(leave_chance(rows, sound), truth), group


# --- X01a: an angry customer has an emotional need ---


def answered(firm: Firm) -> pd.DataFrame:
    contacts = firm.tables["contacts"]
    rows = contacts[contacts["csat"].notna()].merge(firm.tables["customers"][["customer_id", "segment"]])
    return rows.assign(csat=rows["csat"].astype(float))


def test_x01a_anger_does_not_tell_the_need(firm: Firm) -> None:
    contacts = firm.tables["contacts"]
    emotional = (contacts["need"] == "emotional").groupby(contacts["angry"]).mean()
    assert emotional[True] < 0.25
    assert abs(emotional[True] - emotional[False]) < 0.05
    # And yet agents act on it: anger is met with a bare apology several times as often.
    served = contacts[contacts["served"]]
    apology = (served["remedy"] == "apology").groupby(served["angry"]).mean()
    assert apology[True] > 2.5 * apology[False]
    first = contacts[contacts["kind"] == "first"]
    failed = first["order_id"].map(firm.tables["orders"].set_index("order_id")["failed_feature"])
    angry = first["angry"].groupby((failed == first["feature_id"]) & first["feature_id"].isin(MUST_BES)).mean()
    assert abs(angry[True] - world.matters.angry_failure) < 0.04
    assert angry[False] < angry[True] / 2


def test_x01a_an_apology_fails_angry_customers_with_a_functional_need(firm: Firm) -> None:
    rows = answered(firm)
    for angry in (True, False):
        mean = rows[rows["angry"] == angry].groupby(["need", "remedy"])["csat"].mean()
        assert mean["functional", "fix"] - mean["functional", "apology"] > 0.6
        assert mean["functional", "both"] > mean["functional", "apology"] + 0.7
        assert mean["emotional", "apology"] - mean["emotional", "fix"] > 0.2
        assert mean["emotional", "both"] - mean["emotional", "fix"] > 0.3
        assert mean["functional", "apology"] < 3.3


def test_x01a_pooling_hides_it(firm: Firm) -> None:
    """Read over all contacts, a fix always beats an apology: wrong for every fifth customer."""
    rows = answered(firm)
    pooled = rows.groupby("remedy")["csat"].mean()
    emotional = rows[rows["need"] == "emotional"].groupby("remedy")["csat"].mean()
    error = np.hypot(*rows[rows["remedy"].isin(["fix", "apology"])].groupby("remedy")["csat"].sem())
    assert pooled["fix"] > pooled["apology"] + max(0.2, 3.29 * error)
    feeling = rows[(rows["need"] == "emotional") & rows["remedy"].isin(["fix", "apology"])]
    error = np.hypot(*feeling.groupby("remedy")["csat"].sem())
    assert emotional["apology"] > emotional["fix"] + max(0.15, 3.29 * error)


def test_x01a_regression_finds_the_true_effects(firm: Firm, fits: SimpleNamespace) -> None:
    rows = answered(firm)
    columns = {"angry": rows["angry"].astype(float)}
    truth = {"angry": world.csat.angry}
    for need in NEEDS:
        columns[need] = (rows["need"] == need).astype(float)
        for remedy, gain in [*world.matters.gain[need].items()][1:]:
            columns[f"{need} {remedy}"] = columns[need] * (rows["remedy"] == remedy)
            truth[f"{need} {remedy}"] = gain
    for name in ("intent", "channel", "segment", "kind"):
        for value in sorted(rows[name].unique())[1:]:
            columns[f"{name} {value}"] = (rows[name] == value).astype(float)
    columns["resolved"] = rows["resolved"].astype(float)
    columns["refused"] = rows["refused"].astype(float)
    columns["wait"] = np.log1p(rows["wait"] / 60 * rows["channel"].map(world.csat.wait_counts).fillna(1.0))
    # Unhappy customers answer less on some channels: weighted back, by what a call-back study would find.
    unhappy = {**world.csat.unhappy_response, "self_service": world.csat.bot_unhappy_response}
    weight = 1 / np.where(rows["csat"] <= 2, rows["channel"].map(unhappy), 1.0)
    found = fits.least_squares(pd.DataFrame(columns), rows["csat"], pd.Series(weight))
    assert fits.agrees(found.loc[list(truth)], pd.Series(truth))


# --- X01b: most mentioned = most important ---


def harm_of_failure(firm: Firm) -> pd.Series:
    """Fewer orders followed by another within 180 days, against orders on which nothing failed."""
    orders = firm.tables["orders"].dropna(subset="repurchased_180d")
    again = orders["repurchased_180d"].astype(float)
    return again[orders["failed_feature"].isna()].mean() - again.groupby(orders["failed_feature"]).mean()


def test_x01b_mentions_mislead(firm: Firm) -> None:
    orders, contacts = firm.tables["orders"], firm.tables["contacts"]
    mentions = contacts["feature_id"].value_counts()
    harm = harm_of_failure(firm)
    # The three that drive customers away most are in the lower half of what people talk about, and few say a word.
    assert set(harm.nlargest(3).index) == set(MUST_BES)
    assert mentions[MUST_BES].sum() / mentions.sum() < 0.1
    assert mentions.rank(ascending=False)[MUST_BES].min() > 7
    assert mentions.rank(ascending=False)["intact_packaging"] >= 12
    assert mentions.index[0] == "delivery_window_choice"
    assert harm[mentions.index[0]] < 0.08 < 0.2 < harm["intact_packaging"]
    assert harm["human_hotline"] > 0.04
    assert abs(harm["e_invoice"]) < 0.03
    assert harm[mentions.nlargest(3).index].max() < harm[MUST_BES].min() / 1.5
    assert stats.spearmanr(mentions.reindex(harm.index), harm).statistic < 0.1
    # Nobody asks for a must-be that works: every mention on an order is about one that failed.
    said = contacts[contacts["feature_id"].isin(MUST_BES)].merge(orders[["order_id", "failed_feature", "on_time"]])
    known = said["failed_feature"].notna()
    assert (said["feature_id"] == said["failed_feature"])[known].all()
    assert known.mean() > 0.97
    failed = orders[orders["failed_feature"].isin(MUST_BES)]
    assert said["order_id"].nunique() / len(failed) < 0.35


def test_x01b_who_comes_back_finds_the_true_effects(firm: Firm, fits: SimpleNamespace) -> None:
    """A month after delivery everything is over, one way or another: who has left orders nothing after that."""
    orders = firm.tables["orders"].set_index("order_id")
    back = returned(firm, orders["delivered_at"] + pd.Timedelta(days=45))
    failed = orders["failed_feature"].reindex(back.index)
    sound = back[failed.isna()]
    contacts = firm.tables["contacts"].sort_values("opened_at")
    contacts = contacts[contacts["feature_id"] == contacts["order_id"].map(orders["failed_feature"])]
    last = contacts.drop_duplicates("order_id", keep="last")
    solved = last.groupby("feature_id")["resolved"].mean()
    found, truth = {}, {}
    for name, what in world.failures.items():
        found[name] = leave_chance(back[failed == name], sound)
        silent, right, wrong = what.leave.silent, what.leave.put_right, what.leave.not_put_right
        truth[name] = (1 - what.spoken) * silent + what.spoken * (solved[name] * right + (1 - solved[name]) * wrong)
    assert fits.agrees(pd.DataFrame(found).T, pd.Series(truth))


# --- X01c: more of a must-be delights ---


def rated(firm: Firm) -> pd.DataFrame:
    """Rated parcels with their warehouse and year."""
    orders = firm.tables["orders"]
    rows = orders[orders["satisfaction"].notna() & orders["on_time"].notna()]
    return rows.assign(
        satisfaction=rows["satisfaction"].astype(float),
        late=1.0 - rows["on_time"].astype(float),
        cell=rows["warehouse"] + " " + rows["ordered_at"].dt.year.astype(str),
    )


def warehouse_years(firm: Firm, fits: SimpleNamespace) -> pd.DataFrame:
    """Mean satisfaction of each warehouse and year without other failures and extras, at its share on time."""
    rows = rated(firm)
    parcels = firm.tables["orders"].dropna(subset="on_time")
    cell = parcels["warehouse"] + " " + parcels["ordered_at"].dt.year.astype(str)
    on_time = parcels["on_time"].astype(float).groupby(cell).mean()
    other = rows["failed_feature"].where(rows["late"] == 0)
    parts = [pd.get_dummies(rows[name]) for name in ("cell", "extra_feature")]
    columns = pd.concat([*parts, pd.get_dummies(other).add_prefix("failed ")], axis=1)
    late = rows["late"] - (1 - rows["cell"].map(on_time))
    found = fits.least_squares(columns.astype(float).assign(late=late), rows["satisfaction"])
    table = found.loc[on_time.index].assign(on_time=on_time)
    table["truth"] = [
        world.rating.curve(world.delivery.on_time[name.split()[0]][int(name.split()[1]) - 2023]) for name in table.index
    ]
    return table


def test_x01c_a_straight_line_promises_too_much(firm: Firm, fits: SimpleNamespace) -> None:
    cells = warehouse_years(firm, fits)
    low, high = cells[cells["on_time"] < 0.945], cells[cells["on_time"] > 0.96]
    x = pd.DataFrame({"constant": 1.0, "share": low["on_time"]}).div(low["se"], axis=0).to_numpy()
    covariance = np.linalg.inv(x.T @ x)
    line = covariance @ x.T @ (low["estimate"] / low["se"]).to_numpy()
    weight = 1 / high["se"] ** 2
    at = np.array([1.0, float((high["on_time"] * weight).sum() / weight.sum())])
    promised, seen = float(at @ line), float((high["estimate"] * weight).sum() / weight.sum())
    error = float(np.sqrt(at @ covariance @ at + 1 / weight.sum()))
    assert line[1] > 0
    assert promised - seen > fits.wide * error


def test_x01c_curve_finds_the_truth_and_is_flat_at_the_top(firm: Firm, fits: SimpleNamespace) -> None:
    cells = warehouse_years(firm, fits)
    assert fits.agrees(cells, cells["truth"])
    groups = cells.groupby(pd.cut(cells["on_time"], [0.8, 0.905, 0.945, 0.965, 1]), observed=True)["estimate"].mean()
    assert groups.iloc[1] - groups.iloc[0] > 0.15
    assert abs(groups.iloc[3] - groups.iloc[2]) < 0.3 * (groups.iloc[1] - groups.iloc[0])
    # The year's share is the table's, surges included.
    truth = [world.delivery.on_time[name.split()[0]][int(name.split()[1]) - 2023] for name in cells.index]
    assert np.abs(cells["on_time"] - truth).max() < 0.015


def test_x01c_extras_and_failures_have_their_true_effects(firm: Firm, fits: SimpleNamespace) -> None:
    rows = rated(firm)
    parts = [pd.get_dummies(rows[name]) for name in ("cell", "extra_feature")]
    failed = pd.get_dummies(rows["failed_feature"])
    # What is an extra and what is a failure have names in common.
    columns = pd.concat([*parts, failed.add_prefix("failed ")], axis=1).astype(float)
    found = fits.least_squares(columns, rows["satisfaction"])
    assert fits.agrees(found.loc[list(world.rating.extra)], pd.Series(world.rating.extra))
    assert found.loc[list(world.rating.extra), "estimate"].mean() > 0.15
    truth = {f"failed {name}": what.satisfaction for name, what in world.failures.items()}
    truth["failed on_time_delivery"] = -world.rating.late
    assert fits.agrees(found.loc[list(truth)], pd.Series(truth))
    # Goods carried home have no delivery, so nothing of it is rated.
    home = firm.tables["orders"].query("warehouse.isna() and failed_feature.isna() and extra_feature.isna()")
    mean = home["satisfaction"].dropna().astype(float)
    assert abs(mean.mean() - world.rating.ceiling) < fits.wide * mean.sem()
