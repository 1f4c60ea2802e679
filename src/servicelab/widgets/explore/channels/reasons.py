"""What first contacts are about, in five groups; and how lines compare at the same mix of reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from servicelab.i18n import _
from servicelab.widgets.intervals import Z95

LINES = ("phone", "chat", "wechat", "email", "shop")
"""The lines with people on them that a customer can turn to: the second line and the assistant are other matters."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "wrong": ("damaged", "defect", "complaint"),
    "delivery": ("where_is_order", "change_delivery"),
    "buying": ("presale", "price", "balance"),
    "money": ("return", "invoice", "price_claim"),
    "app": ("app_problem",),
}

ANSWERING = {"chat": 0.7, "wechat": 0.8}
"""From a call-back study (made for this course): so many unhappy customers answer for each happy one who does."""
UNHAPPY = 2


def rated(contacts: pd.DataFrame) -> pd.DataFrame:
    """First contacts on the five lines that were rated: `channel`, `intent`, `group`, `csat`."""
    mine = contacts[
        (contacts["kind"].astype(str) == "first")
        & contacts["channel"].astype(str).isin(LINES)
        & contacts["csat"].notna()
    ]
    group = {reason: name for name, reasons in GROUPS.items() for reason in reasons}
    intent = mine["intent"].astype(str)
    return pd.DataFrame(
        {
            "channel": mine["channel"].astype(str),
            "intent": intent,
            "group": intent.map(group),
            "csat": mine["csat"].astype(float),
        }
    )


def weights(rows: pd.DataFrame, *, silent: bool = False) -> pd.Series[float]:
    """How many customers each answer stands for: one, or with the `silent` ones more for the unhappy of some lines."""
    if not silent:
        return pd.Series(1.0, index=rows.index)
    one: pd.Series[float] = 1 / rows["channel"].map(ANSWERING).fillna(1.0)
    return one.where(rows["csat"] <= UNHAPPY, 1.0)


def means(rows: pd.DataFrame, by: list[str], *, silent: bool = False) -> pd.DataFrame:
    """Weighted mean rating by these columns, with the variance of that mean: `mean`, `variance`, `count`."""
    counted = rows.assign(w=weights(rows, silent=silent))
    counted["wx"] = counted["w"] * counted["csat"]
    sums = counted.groupby(by)[["w", "wx"]].sum()
    mean = sums["wx"] / sums["w"]
    keys = counted[by[0]] if len(by) == 1 else pd.MultiIndex.from_frame(counted[by])
    off = counted["w"] ** 2 * (counted["csat"] - mean.reindex(keys).to_numpy()) ** 2
    count = counted.groupby(by).size()
    spread = off.groupby([counted[key] for key in by]).sum() * count / (count - 1).clip(lower=1)
    return pd.DataFrame({"mean": mean, "variance": spread / sums["w"] ** 2, "count": count})


@dataclass(frozen=True)
class Rating:
    """A mean rating, half of its 95 % interval, and how many ratings it rests on."""

    mean: float
    half: float
    count: int


def as_rated(rows: pd.DataFrame, *, silent: bool = False) -> dict[str, Rating]:
    """How each line is rated as it is."""
    found = means(rows, ["channel"], silent=silent)
    return _ratings(found["mean"], found["variance"], rows)


def at_the_same_mix(rows: pd.DataFrame, *, silent: bool = False) -> dict[str, Rating]:
    """How each line would be rated if all had the reasons of the five together.

    Each reason counts with its share of all rated first contacts, at every line alike; a reason that a line never had
    is left out there.
    """
    cells = means(rows, ["channel", "intent"], silent=silent)
    share = rows["intent"].value_counts(normalize=True)
    mean, variance = cells["mean"].unstack(), cells["variance"].unstack()
    had = mean.notna() * share
    weight = had.div(had.sum(axis=1), axis=0)
    return _ratings((mean.fillna(0) * weight).sum(axis=1), (variance.fillna(0) * weight**2).sum(axis=1), rows)


def _ratings(mean: pd.Series[float], variance: pd.Series[float], rows: pd.DataFrame) -> dict[str, Rating]:
    count = rows["channel"].value_counts()
    return {
        line: Rating(float(mean[line]), Z95 * float(variance[line]) ** 0.5, int(count[line]))
        for line in LINES
        if line in mean.index
    }


def mix(rows: pd.DataFrame, line: str | None = None) -> dict[str, float]:
    """The share of each group of reasons among a line's rated first contacts, or among all, in per cent."""
    here = rows if line is None else rows[rows["channel"] == line]
    share = here["group"].value_counts(normalize=True)
    return {group: 100 * float(share.get(group, 0.0)) for group in GROUPS}


def group_name(group: str) -> str:
    """Return what a group of reasons is called."""
    return {
        "wrong": _("damage, defect, complaint"),
        "delivery": _("where is it, change the day"),
        "buying": _("before buying, price, balance"),
        "money": _("return, invoice, price protection"),
        "app": _("trouble with app or website"),
    }[group]
