"""What a purchase history says in a few numbers: recency, frequency, value."""

from __future__ import annotations

import numpy as np
import pandas as pd

from servicelab.models.arguments import Floats, at_least, numbers, positive, seconds, table, whole

COLUMNS = ("customer_id", "ordered_at", "amount")
DAY = 86_400.0


def _times(orders: pd.DataFrame, as_of: pd.Timestamp | str | float | None) -> tuple[Floats, float]:
    """Seconds of each order, and of the end of the watch."""
    ordered_at = orders["ordered_at"]
    at = seconds("ordered_at", ordered_at)
    if as_of is None:
        now = float(at.max())
    elif pd.api.types.is_datetime64_any_dtype(ordered_at):
        end = pd.Timestamp(as_of)
        zone = ordered_at.dt.tz
        now = float(seconds("as_of", pd.Series([end.tz_localize(zone) if zone and end.tz is None else end]))[0])
    elif isinstance(as_of, str | pd.Timestamp):
        raise ValueError("as_of must be a number of seconds, as ordered_at is")
    else:
        now = float(numbers("as_of", as_of))
    if (at > now).all():
        raise ValueError("as_of must not lie before the first order")
    return at, now


def rfm(orders: pd.DataFrame, as_of: pd.Timestamp | str | float | None = None, *, groups: int = 5) -> pd.DataFrame:
    """Recency, frequency and monetary value of each customer, and the score of each.

    A score of `groups` is the best fifth (the most recent, most frequent, most valuable), 1 the worst; customers are
    ranked, equal ones get the same score.

    Parameters
    ----------
    orders : DataFrame with `customer_id`, `ordered_at` (timestamps, or seconds) and `amount` (money ≥ 0)
    as_of : the day from which to look back; the last order when left out. Later orders are left out
    groups : number of score groups, whole number ≥ 2

    Returns
    -------
    DataFrame indexed by customer_id: `recency` (days since the last order), `frequency` (orders), `monetary` (total),
    `r`, `f`, `m` (scores) and `score` (text such as "545")

    Raises
    ------
    ValueError
        When a column is missing, no order lies before as_of, an amount is negative or groups is below 2.

    References
    ----------
    Hughes, A. (1994). Strategic Database Marketing; Bult, J. R. and Wansbeek, T. (1995). Optimal selection for direct
    mail.

    Examples
    --------
    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b"], "ordered_at": [0, 172_800, 86_400], "amount": [5, 7, 9]})
    >>> rfm(orders, groups=2)[["recency", "frequency", "monetary", "score"]].values.tolist()
    [[0.0, 2, 12.0, '222'], [1.0, 1, 9.0, '111']]
    """
    table("orders", orders, COLUMNS)
    whole("groups", groups, least=2)
    at_least("amount", orders["amount"].to_numpy())
    at, now = _times(orders, as_of)
    frame = pd.DataFrame(
        {"customer_id": orders["customer_id"].to_numpy(), "at": at, "amount": orders["amount"].to_numpy()}
    )
    frame = frame[at <= now]
    by_customer = frame.groupby("customer_id")
    result = pd.DataFrame(
        {
            "recency": (now - by_customer["at"].max()) / DAY,
            "frequency": by_customer.size(),
            "monetary": by_customer["amount"].sum().astype(float),
        }
    )
    for name, column, better_high in (("r", "recency", False), ("f", "frequency", True), ("m", "monetary", True)):
        rank = result[column].rank(pct=True, ascending=better_high, method="average")
        result[name] = np.ceil(rank * groups - 1e-9).clip(1, groups).astype(np.int64)
    result["score"] = result["r"].astype(str) + result["f"].astype(str) + result["m"].astype(str)
    return result


def purchase_summary(
    orders: pd.DataFrame, as_of: pd.Timestamp | str | float | None = None, *, unit: float = 7 * DAY
) -> pd.DataFrame:
    """Histories as the purchase models want them, one row a customer.

    Orders of one customer on one day count as one purchase.

    Parameters
    ----------
    orders : as for `rfm`
    as_of : end of the watch; the last order when left out. Later orders are left out
    unit : length of the unit of time in seconds; a week when left out

    Returns
    -------
    DataFrame indexed by customer_id: `frequency` (repeat purchases), `recency` and `age` (units), `mean_value` (mean
    value of repeat purchases, 0 where there are none)

    Raises
    ------
    ValueError
        When a column is missing, no order lies before as_of, or unit is not positive.

    References
    ----------
    Fader, P., Hardie, B. and Lee, K. L. (2005). "Counting your customers" the easy way.

    Examples
    --------
    >>> orders = pd.DataFrame({"customer_id": 1, "ordered_at": pd.to_datetime(["2024-01-01", "2024-01-08",
    ...                        "2024-01-15"]), "amount": [5, 7, 9]})
    >>> purchase_summary(orders, "2024-01-29").loc[1].to_dict()
    {'frequency': 2.0, 'recency': 2.0, 'age': 4.0, 'mean_value': 8.0}
    """
    table("orders", orders, COLUMNS)
    positive("unit", unit)
    at, now = _times(orders, as_of)
    frame = pd.DataFrame(
        {"customer_id": orders["customer_id"].to_numpy(), "day": at // DAY * DAY, "amount": orders["amount"].to_numpy()}
    )
    frame = frame[at <= now]
    days = frame.groupby(["customer_id", "day"], as_index=False)["amount"].sum()
    by_customer = days.groupby("customer_id")
    first = by_customer["day"].min()
    repeats = days[days["day"] > days["customer_id"].map(first)]
    result = pd.DataFrame(
        {
            "frequency": by_customer.size() - 1,
            "recency": (by_customer["day"].max() - first) / unit,
            "age": (now // DAY * DAY - first) / unit,
        }
    )
    result["mean_value"] = repeats.groupby("customer_id")["amount"].mean().reindex(result.index).fillna(0.0)
    return result
