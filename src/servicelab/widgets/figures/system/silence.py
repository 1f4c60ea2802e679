"""Who ordered again after a failure that had to be told: told and put right, told and left, never told.

Whoever tried to tell and gave up before anybody answered is a bar of its own, never counted as told and left.

The failures come from the audit of every order, so that those who said nothing are in it. Who tells was not drawn by
lot; what is compared is what became of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import (
    axis,
    bars,
    chart,
    guess_key,
    guessed,
    interval_key,
    intervals,
    names,
    picture,
    table,
)
from servicelab.widgets.intervals import wilson

if TYPE_CHECKING:
    import pandas as pd

MUST_BE = ("on_time_delivery", "intact_packaging", "warranty_repair")
"""Late, damaged, or a repair that failed: what nobody would call a matter of taste."""


def outcomes(contacts: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """One row an order of which the next is known: `group` (sound, right, wrong, gone, silent) and `again` (0 or 1).

    A failure counts as told when any contact about that order is about the failed feature; as put right when the
    last of these was closed as resolved; as `gone` when none of them was answered. Orders with another failure are
    left out.
    """
    import pandas as pd

    require(contacts, ["order_id", "feature_id", "opened_at", "resolved", "served"], "figures.silence", "contacts")
    require(orders, ["order_id", "failed_feature", "repurchased_180d"], "figures.silence", "orders")
    known = orders.dropna(subset=["repurchased_180d"])
    known = known[known["failed_feature"].isna() | known["failed_feature"].isin(MUST_BE)]
    about = contacts.dropna(subset=["order_id"]).sort_values("opened_at", kind="stable")
    matters = about.groupby([about["order_id"].astype(str), about["feature_id"].astype(str)])
    each = pd.MultiIndex.from_arrays([known["order_id"].astype(str), known["failed_feature"].astype(str)])
    told, answered = matters["resolved"].last().reindex(each), matters["served"].any().reindex(each)
    group = pd.Series("silent", index=known.index)
    group[told.eq(True).to_numpy(bool)] = "right"
    group[told.eq(False).to_numpy(bool)] = "wrong"
    group[answered.eq(False).to_numpy(bool)] = "gone"
    group[known["failed_feature"].isna()] = "sound"
    return pd.DataFrame({"group": group, "again": known["repurchased_180d"].astype(float)})


def silent_return(contacts: pd.DataFrame, orders: pd.DataFrame) -> float:
    """The share (0 to 1) of orders that another follows although they failed and nobody was told."""
    found = outcomes(contacts, orders)
    return float(found.loc[found["group"] == "silent", "again"].mean())


def silence(contacts: pd.DataFrame, orders: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Orders again within 180 days by what became of the failure; `guess` is a guess at those who said nothing."""
    found = outcomes(contacts, orders)
    words = {
        "sound": _("nothing failed"),
        "right": _("failed, told, put right"),
        "wrong": _("failed, told, not put right"),
        "gone": _("failed, gave up before anybody answered"),
        "silent": _("failed, never told"),
    }
    last = len(words) - 1
    drawn: dict[str, dict[str, Any]] = {}
    rows: list[list[object]] = []
    for at, (group, word) in enumerate(words.items()):
        again = found.loc[found["group"] == group, "again"]
        low, high = (100 * bound for bound in wilson(float(again.sum()), len(again)))
        x = 100 * float(again.mean()) if len(again) else 0.0
        drawn[group] = {"x": x, "y": last - at, "label": f"{x:.0f}", "clear": high, "xlo": low, "xhi": high}
        rows.append([word, f"{x:.1f}", f"{low:.1f} – {high:.1f}", len(again)])
    layers = [bars([drawn["silent"]], color=2), bars([drawn[g] for g in ("sound", "right", "wrong", "gone")], color=6)]
    layers.append(intervals(list(drawn.values()), color=7))
    legend: list[dict[str, Any]] = [interval_key()]
    if guess is not None:
        layers.append(guessed(guess, 0))
        legend.append(guess_key())
    failed = found[found["group"] != "sound"]
    quiet = 100 * float((failed["group"] == "silent").mean()) if len(failed) else 0.0
    measured = _("of 100 orders, followed by another within 180 days")
    return picture(
        _("Who says nothing, and who comes back"),
        [chart(axis(measured, 0, 100), names(list(words.values())[::-1]), layers, legend=legend)],
        _(
            "{quiet} of 100 such failures are never told. Of 100 orders whose customer said nothing {silent} are "
            "followed by another; told and not helped: {wrong}; told and put right: {right}. Nothing failed: {sound}. "
            "Gave up before anybody answered (a small group, {few}): {gone}.",
            few=int((found["group"] == "gone").sum()),
            quiet=f"{quiet:.0f}",
            **{group: row["label"] for group, row in drawn.items()},
        ),
        table(
            _("Late, damaged, or a repair that failed: who orders again (simulated)"),
            [_("what happened"), measured, _("95 % interval"), _("orders")],
            rows,
        ),
    )  # fmt: skip
