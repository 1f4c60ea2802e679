"""What lessons let people discover is truly there: the naive reading is wrong, the right analysis finds the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from servicelab.company.firm import mechanisms as m

#: Two-sided 99.9 %: many effects are looked at, over three seeds.
WIDE = 3.29
MUST_BES = ["on_time_delivery", "intact_packaging", "warranty_repair"]
Firm = dict[str, pd.DataFrame]


def regression(columns: pd.DataFrame, outcome: pd.Series) -> pd.DataFrame:
    """Least squares with robust standard errors: estimate and se of each column."""
    x, y = columns.to_numpy(dtype=float), outcome.to_numpy(dtype=float)
    inverse = np.linalg.inv(x.T @ x)
    estimate = inverse @ x.T @ y
    meat = x * (y - x @ estimate)[:, None]
    covariance: NDArray[np.float64] = inverse @ (meat.T @ meat) @ inverse
    return pd.DataFrame({"estimate": estimate, "se": np.sqrt(np.diag(covariance))}, index=columns.columns)


def agrees(found: pd.DataFrame, truth: pd.Series) -> bool:
    """Each estimate's interval covers its true value, and together they are not further off than chance allows."""
    z = (found["estimate"] - truth.reindex(found.index)) / found["se"]
    assert z.notna().all()
    return bool((z.abs() < WIDE).all() and stats.chi2.sf((z**2).sum(), len(z)) > 0.001)


# --- X01a: an angry customer has an emotional need ---


def csat_table(firm: Firm) -> pd.DataFrame:
    contacts = firm["contacts"]
    return contacts.loc[contacts["csat"].notna()].assign(csat=lambda rows: rows["csat"].astype(float))


def test_x01a_anger_does_not_tell_the_need(firm: Firm) -> None:
    contacts = firm["contacts"]
    emotional = (contacts["need"] == "emotional").groupby(contacts["angry"]).mean()
    assert emotional[True] < 0.25
    assert abs(emotional[True] - emotional[False]) < 0.05
    # And yet agents act on it: anger is met with a bare apology several times as often.
    apology = (contacts["remedy"] == "apology").groupby(contacts["angry"]).mean()
    assert apology[True] > 2.5 * apology[False]


def test_x01a_an_apology_fails_angry_customers_with_a_functional_need(firm: Firm) -> None:
    rows = csat_table(firm)
    for angry in (True, False):
        mean = rows[rows["angry"] == angry].groupby(["need", "remedy"])["csat"].mean()
        assert mean["functional", "fix"] - mean["functional", "apology"] > 0.6
        assert mean["functional", "both"] > mean["functional", "apology"] + 0.7
        assert mean["emotional", "apology"] - mean["emotional", "fix"] > 0.2
        assert mean["emotional", "both"] > mean["emotional", "fix"]


def test_x01a_pooling_hides_it(firm: Firm) -> None:
    """Read over all contacts, a fix always beats an apology: wrong for every fifth customer."""
    rows = csat_table(firm)
    pooled = rows.groupby("remedy")["csat"].mean()
    emotional = rows[rows["need"] == "emotional"].groupby("remedy")["csat"].mean()
    assert pooled["fix"] > pooled["apology"] + 0.3
    assert emotional["apology"] > emotional["fix"] + 0.3


def test_x01a_regression_finds_the_true_effects(firm: Firm) -> None:
    rows = csat_table(firm)
    columns = {"angry": rows["angry"].astype(float)}
    truth = {"angry": m.CSAT_ANGRY}
    for need in m.NEED_SHARE:
        columns[need] = (rows["need"] == need).astype(float)
        truth[need] = m.CSAT_BASE[need]
        for remedy in ("apology", "fix", "both"):
            columns[f"{need} {remedy}"] = columns[need] * (rows["remedy"] == remedy)
            truth[f"{need} {remedy}"] = m.CSAT_GAIN[need][remedy]
    assert agrees(regression(pd.DataFrame(columns), rows["csat"]), pd.Series(truth))


# --- X01b: most mentioned = most important ---


def repurchase(firm: Firm) -> pd.DataFrame:
    """Change in repurchase within 180 days after each failure, against sound orders of the same segment."""
    orders = firm["orders"].merge(firm["customers"][["customer_id", "segment"]], on="customer_id")
    orders = orders.loc[orders["repurchased_180d"].notna()]
    columns = pd.get_dummies(orders["segment"]).join(pd.get_dummies(orders["failed_feature"]))
    found = regression(columns.astype(float), orders["repurchased_180d"].astype(float))
    return found.loc[list(m.FAILURE_REPURCHASE)]


def test_x01b_mentions_mislead(firm: Firm) -> None:
    mentions = firm["contacts"]["feature_id"].value_counts()
    harm = -repurchase(firm)["estimate"]
    # The three that drive customers away most are in the lower half of what people talk about, and few say a word.
    assert set(harm.nlargest(3).index) == set(MUST_BES)
    assert mentions[MUST_BES].sum() / mentions.sum() < 0.1
    assert mentions.rank(ascending=False)[MUST_BES].min() > 7
    assert harm[mentions.nlargest(3).index].max() < harm[MUST_BES].min() / 1.5
    assert stats.spearmanr(mentions.reindex(harm.index), harm).statistic < 0.1
    # What is mentioned most is not what matters least to satisfy either: order effects are real.
    orders, contacts = firm["orders"], firm["contacts"]
    failed = orders.loc[orders["failed_feature"].isin(MUST_BES)]
    said = contacts.merge(failed, on="order_id")
    said = said.loc[said["feature_id"] == said["failed_feature"], "order_id"].nunique()
    assert said / len(failed) < 0.35


def test_x01b_repurchase_finds_the_true_effects(firm: Firm) -> None:
    assert agrees(repurchase(firm), pd.Series(m.FAILURE_REPURCHASE))


# --- X01c: more of a must-be delights ---


def warehouse_years(firm: Firm) -> pd.DataFrame:
    orders = firm["orders"].assign(year=lambda rows: rows["ordered_at"].dt.year)
    cell = ["warehouse", "year"]
    share = orders.groupby(cell)["on_time"].mean().rename("on_time")
    plain = orders["failed_feature"].isna() | (orders["failed_feature"] == "on_time_delivery")
    answered = orders.loc[plain & orders["extra_feature"].isna() & orders["satisfaction"].notna()]
    score = answered["satisfaction"].astype(float).groupby([answered[name] for name in cell])
    table = pd.concat([share, score.mean().rename("estimate"), score.sem().rename("se"), score.size()], axis=1)
    table["truth"] = [m.satisfaction_curve(m.ON_TIME[warehouse][year - 2023]) for warehouse, year in table.index]
    return table


def test_x01c_a_straight_line_promises_too_much(firm: Firm) -> None:
    cells = warehouse_years(firm)
    low, high = cells[cells["on_time"] < 0.945], cells[cells["on_time"] > 0.96]
    columns = pd.DataFrame({"constant": 1.0, "share": low["on_time"]}).div(low["se"], axis=0)
    x = columns.to_numpy()
    covariance = np.linalg.inv(x.T @ x)
    line = covariance @ x.T @ (low["estimate"] / low["se"]).to_numpy()
    weight = 1 / high["se"] ** 2
    at = np.array([1.0, float((high["on_time"] * weight).sum() / weight.sum())])
    promised, seen = float(at @ line), float((high["estimate"] * weight).sum() / weight.sum())
    error = float(np.sqrt(at @ covariance @ at + 1 / weight.sum()))
    assert line[1] > 0
    assert promised - seen > 1.64 * error


def test_x01c_curve_finds_the_truth_and_is_flat_at_the_top(firm: Firm) -> None:
    cells = warehouse_years(firm)
    assert agrees(cells, cells["truth"])
    assert m.satisfaction_curve(0.95) - m.satisfaction_curve(0.90) > 4 * (
        m.satisfaction_curve(0.99) - m.satisfaction_curve(0.95)
    )


def test_x01c_extras_add_where_more_punctuality_does_not(firm: Firm) -> None:
    orders = firm["orders"].loc[lambda rows: rows["failed_feature"].isna() & rows["satisfaction"].notna()]
    year = orders["ordered_at"].dt.year.astype(str)
    columns = pd.get_dummies(orders["warehouse"] + year).join(pd.get_dummies(orders["extra_feature"])).astype(float)
    found = regression(columns, orders["satisfaction"].astype(float)).loc[list(m.EXTRA_SATISFACTION)]
    assert agrees(found, pd.Series(m.EXTRA_SATISFACTION))
    assert found["estimate"].mean() > 0.15
