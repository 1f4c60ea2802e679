"""Shops before and after customers could order ahead, alone and beside those that could not yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicelab.widgets.frames import require

if TYPE_CHECKING:
    from collections.abc import Sequence

YEAR, HALF = 12, 6
"""Months on either side of the start."""


def panel(shop_months: pd.DataFrame, shops: pd.DataFrame, call: str) -> pd.DataFrame:
    """Shops by month: `shop_id`, `month`, `sales`, `from` (first month of ordering ahead, may be missing), `live`."""
    require(shop_months, ("shop_id", "month", "sales"), call, "shop_months")
    require(shops, ("shop_id", "app_live_from"), call, "shops")
    begins = shops.set_index(shops["shop_id"].astype(str))["app_live_from"]
    rows = shop_months.assign(shop_id=shop_months["shop_id"].astype(str))[["shop_id", "month", "sales"]]
    rows = rows.assign(**{"from": rows["shop_id"].map(begins)})
    return rows.assign(live=rows["month"] >= rows["from"])


@dataclass(frozen=True)
class Change:
    """Per cent that sales changed by, as the mean over shops, and half of its 95 % interval."""

    mean: float
    half: float

    @classmethod
    def over(cls, shops: Sequence[float]) -> Change:
        """The mean of what each shop changed by (a share)."""
        each = 100 * np.asarray(shops, dtype=float)
        return cls(float(each.mean()), float(1.96 * each.std(ddof=1) / np.sqrt(len(each))) if len(each) > 1 else 0.0)


@dataclass(frozen=True)
class Compared:
    """What shops changed by after the start; what those did in the same months that had not begun; what is left."""

    own: Change
    others: Change | None = None
    left: Change | None = None


def before_and_after(rows: pd.DataFrame, months: int | None = None) -> Change:
    """Mean monthly sales after the start against before, shop by shop, in so many months on either side or in all."""
    begun = rows[rows["from"].notna()]
    since = (begun["month"].dt.year - begun["from"].dt.year) * 12 + begun["month"].dt.month - begun["from"].dt.month
    kept = begun if months is None else begun[(since >= -months) & (since < months)]
    means = kept.groupby(["shop_id", "live"])["sales"].mean().unstack()
    return Change.over((means[True] / means[False] - 1).tolist())


def by_start(rows: pd.DataFrame, months: int) -> list[float]:
    """The same per cent for those that began together, by their start."""
    begun = rows[rows["from"].notna()]
    return [before_and_after(group, months).mean for _start, group in begun.groupby("from")]


def beside_the_others(rows: pd.DataFrame, months: int = YEAR) -> Compared:
    """The same, beside the shops that could not order ahead in any of the same months."""
    own, others, left = [], [], []
    sales = rows.pivot_table(index="month", columns="shop_id", values="sales", aggfunc="sum")
    begins = rows.groupby("shop_id")["from"].first()
    for start, shops in begins.dropna().groupby(begins.dropna()):
        first, last = (start + pd.DateOffset(months=by) for by in (-months, months))
        before = sales[(sales.index >= first) & (sales.index < start)].sum()
        after = sales[(sales.index >= start) & (sales.index < last)].sum()
        change = after / before - 1
        waiting = begins.index[begins.isna() | (begins >= last)]
        usual = float(change[waiting].mean())
        for shop in shops.index:
            own.append(float(change[shop]))
            others.append(usual)
            left.append((1 + own[-1]) / (1 + usual) - 1)
    return Compared(Change.over(own), Change(100 * float(np.mean(others)), 0.0), Change.over(left))


def begun_shops(rows: pd.DataFrame) -> tuple[int, int]:
    """How many shops have it, and how many not yet."""
    begins = rows.groupby("shop_id")["from"].first()
    return int(begins.notna().sum()), int(begins.isna().sum())


def growth_without(rows: pd.DataFrame) -> pd.Series:
    """Per cent a year by which the shops that never had it grew, by year."""
    never = rows[rows["from"].isna()]
    return 100 * never.groupby(never["month"].dt.year)["sales"].sum().pct_change().dropna()


def effect_on_log_sales(log_sales: np.ndarray, live: np.ndarray) -> float:
    """The effect of ``live`` on log sales with a level of each shop's own and of each month's own (shops by months)."""

    def inner(values: np.ndarray) -> np.ndarray:
        levels = values.mean(axis=1, keepdims=True) + values.mean(axis=0, keepdims=True)
        return np.asarray(values - levels + values.mean())

    on = inner(live)
    return float((inner(log_sales) * on).sum() / (on**2).sum())


def squares(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Log sales and ``live``, shops by months; the months; each shop's first month of ordering ahead."""
    sales = rows.pivot_table(index="shop_id", columns="month", values="sales", aggfunc="sum")
    begins = rows.groupby("shop_id")["from"].first().reindex(sales.index)
    months = sales.columns.to_numpy(dtype="datetime64[D]")
    starts = begins.to_numpy(dtype="datetime64[D]")
    return np.log(sales.to_numpy(dtype=float)), live_from(months, starts), months, starts


def live_from(months: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """1 for each shop and month from the shop's start on, else 0; a shop without a start has 0 throughout."""
    return (months[None, :] >= starts[:, None]).astype(float)


def by_other_lots(rows: pd.DataFrame, times: int, seed: int = 1) -> tuple[float, np.ndarray]:
    """The effect in per cent, and those that are found when the starts are drawn anew among the shops."""
    log_sales, live, months, starts = squares(rows)
    rng = np.random.default_rng(seed)
    found = [effect_on_log_sales(log_sales, live_from(months, rng.permutation(starts))) for _ in range(times)]
    return 100 * float(np.expm1(effect_on_log_sales(log_sales, live))), 100 * np.expm1(np.asarray(found))
