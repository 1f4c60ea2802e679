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
TIMES = 2000
"""How often shops are drawn anew to see how sure a comparison is."""


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


@dataclass(frozen=True)
class _Window:
    """Growth of every shop over the months around one start; those that began then, those that had not by the end."""

    grown: np.ndarray
    own: np.ndarray
    waiting: np.ndarray

    def compared(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean growth of both, every shop as often as a row of ``times`` says."""
        means = [times[:, mine] @ self.grown[mine] / times[:, mine].sum(axis=1) for mine in (self.own, self.waiting)]
        return means[0], means[1]


def beside_the_others(rows: pd.DataFrame, months: int = YEAR, seed: int = 1) -> Compared:
    """The same, beside the shops that could not order ahead in any of the same months.

    How sure what is left is: shops are drawn anew within the groups that began together, for the growth of the others
    is known no better than theirs.
    """
    sales = rows.pivot_table(index="month", columns="shop_id", values="sales", aggfunc="sum")
    begins = rows.groupby("shop_id")["from"].first().reindex(sales.columns)
    windows = []
    for start in sorted(begins.dropna().unique()):
        first, last = (start + pd.DateOffset(months=by) for by in (-months, months))
        before = sales[(sales.index >= first) & (sales.index < start)].sum()
        after = sales[(sales.index >= start) & (sales.index < last)].sum()
        own, waiting = begins == start, begins.isna() | (begins >= last)
        windows.append(_Window((after / before).to_numpy(), own.to_numpy(), waiting.to_numpy()))
    each = np.concatenate([window.grown[window.own] - 1 for window in windows])
    shops = np.array([window.own.sum() for window in windows])
    once = np.ones((1, len(begins)))
    usual = np.array([float(window.compared(once)[1][0]) - 1 for window in windows])
    left = _left(windows, shops, once)[0]
    drawn = _left(windows, shops, _drawn_anew(begins, TIMES, seed))
    return Compared(
        Change.over(each.tolist()),
        Change(100 * float(usual @ shops / shops.sum()), 0.0),
        Change(100 * float(left), float(1.96 * 100 * drawn.std(ddof=1))),
    )


def _left(windows: Sequence[_Window], shops: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Growth beside growth, as the mean over the shops that began."""
    ratios = [own / waiting - 1 for own, waiting in (window.compared(times) for window in windows)]
    return np.asarray(np.array(ratios).T @ shops / shops.sum())


def _drawn_anew(begins: pd.Series, times: int, seed: int) -> np.ndarray:
    """How often each shop is drawn when as many as began together are drawn from those, with replacement."""
    rng = np.random.default_rng(seed)
    counts = np.zeros((times, len(begins)))
    groups = begins.astype("int64").to_numpy()
    for group in np.unique(groups):
        mine = np.flatnonzero(groups == group)
        counts[:, mine] = rng.multinomial(len(mine), np.full(len(mine), 1 / len(mine)), size=times)
    return counts


def begun_shops(rows: pd.DataFrame) -> tuple[int, int]:
    """How many shops have it, and how many not yet."""
    begins = rows.groupby("shop_id")["from"].first()
    return int(begins.notna().sum()), int(begins.isna().sum())


def meanwhile(rows: pd.DataFrame) -> float:
    """Per cent by which shops that never had it grew between the same months: all before a start, all from it on."""
    never = rows[rows["from"].isna()]
    found = []
    for start, group in rows[rows["from"].notna()].groupby("from"):
        means = never.groupby(["shop_id", never["month"] >= start])["sales"].mean().unstack()
        found += [float((means[True] / means[False] - 1).mean())] * group["shop_id"].nunique()
    return 100 * float(np.mean(found))


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


def by_other_lots(
    rows: pd.DataFrame, times: int, seed: int = 1, *, taken_off: bool = False
) -> tuple[float, np.ndarray]:
    """The effect in per cent, and those that are found when the starts are drawn anew among the shops.

    Whether there is an effect is asked of the sales as they are. How far the estimate may be off is what lots make of
    sales without it: ``taken_off`` takes it off first, for left in it would make other lots differ by itself.
    """
    log_sales, live, months, starts = squares(rows)
    effect = effect_on_log_sales(log_sales, live)
    if taken_off:
        log_sales = log_sales - effect * live
    rng = np.random.default_rng(seed)
    found = [effect_on_log_sales(log_sales, live_from(months, rng.permutation(starts))) for _ in range(times)]
    return 100 * float(np.expm1(effect)), 100 * np.expm1(np.asarray(found))
