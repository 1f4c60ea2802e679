"""Net present value of converting the last shops, with and without a second counter, in a thousand futures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from servicelab.i18n import _, together
from servicelab.models.technology import npv
from servicelab.widgets.explore.retailer import ahead
from servicelab.widgets.house.chart import axis, chart, dots, intervals, names, notes, rule, table
from servicelab.widgets.house.values import choice, number, whole
from servicelab.widgets.quantities import millions, money_unit, yuan

if TYPE_CHECKING:
    import pandas as pd

WAYS = ("leave", "convert", "both")
FUTURES, LOTS = 1000, 300
RATE = 0.08
SHORTEST, LONGEST, USUAL = 3, 8, 5
MOST_LOST, STEP = 6.0, 0.25
"""Per cent of sales: where the slider ends, and what it moves by."""

MARGIN = (24, 32)
CONVERT_ONCE, CONVERT_YEARLY = (60_000, 120_000), (30_000, 60_000)
COUNTER_ONCE, COUNTER_YEARLY = (80_000, 140_000), (50_000, 80_000)
"""Exhibit values, made up for the case: ranges in which each value is as likely as any other."""


def way_name(way: str) -> str:
    """What a proposal is called."""
    return {
        "leave": _("Leave them as they are"),
        "convert": _("Convert, one counter"),
        "both": _("Convert, second counter at once"),
    }[way]


def exhibit() -> dict[str, Any]:
    """The exhibit's ranges as a table."""

    def span(pair: tuple[int, int]) -> str:
        return _("{low} to {high}", low=yuan(pair[0], 0), high=yuan(pair[1], 0))

    return table(
        _("Exhibit: what a shop costs (illustrative; in a range each value is as likely as any other)"),
        [_("what"), _("once"), _("a year")],
        [
            [_("ordering ahead"), span(CONVERT_ONCE), span(CONVERT_YEARLY)],
            [_("a second counter"), span(COUNTER_ONCE), span(COUNTER_YEARLY)],
            [_("margin on what is sold more"), "–", _("{low} to {high} %", low=MARGIN[0], high=MARGIN[1])],
        ],
    )


class CountersModel:
    """The shops without ordering ahead, and the effect that the others show."""

    def __init__(self, shop_months: pd.DataFrame, shops: pd.DataFrame, seed: int = 8) -> None:
        rows = ahead.panel(shop_months, shops, "explore.counters")
        self.begun, self.shops = ahead.begun_shops(rows)
        self.effect, lots = ahead.by_other_lots(rows, LOTS, taken_off=True)
        self.spread = float(lots.std(ddof=1))
        waiting = rows[rows["from"].isna() & (rows["month"].dt.year == rows["month"].dt.year.max())]
        self.sales = float(waiting["sales"].sum() / self.shops)
        rng = np.random.default_rng(seed)
        self.drawn_effect = rng.normal(self.effect, self.spread, FUTURES) / 100
        self.drawn = {
            name: rng.uniform(low, high, FUTURES)
            for name, (low, high) in {
                "margin": MARGIN, "once": CONVERT_ONCE, "yearly": CONVERT_YEARLY,
                "counter_once": COUNTER_ONCE, "counter_yearly": COUNTER_YEARLY, "lost": (0, 1),
            }.items()
        }  # fmt: skip

    def worth(self, lost: float, years: int) -> dict[str, np.ndarray]:
        """Net present value for all shops in each future, of each way; `lost` is the most that is lost, per cent."""
        each = self.drawn
        annuity = npv(RATE, [0.0] + [1.0] * years)
        margin = each["margin"] / 100 * self.sales
        convert = (self.drawn_effect * margin - each["yearly"]) * annuity - each["once"]
        counter = (each["lost"] * lost / 100 * margin - each["counter_yearly"]) * annuity - each["counter_once"]
        return {
            "leave": np.zeros(FUTURES),
            "convert": self.shops * convert,
            "both": self.shops * (convert + counter),
        }

    def even(self, years: int) -> float:
        """Per cent of sales that the wait has to cost before a second counter pays, at the middle of all ranges."""
        annuity = npv(RATE, [0.0] + [1.0] * years)
        margin, once, yearly = (sum(pair) / 2 for pair in (MARGIN, COUNTER_ONCE, COUNTER_YEARLY))
        return float(100 * (yearly + once / annuity) / (margin / 100 * self.sales))

    def open_lost(self) -> float:
        """Where the slider opens: at even chances, so that it pays or not by what somebody sets and not by itself."""
        return min(MOST_LOST, STEP * round(2 * self.even(USUAL) / STEP))

    def facts(self) -> str:
        """What is known before anybody decides."""
        return _(
            "A shop of the {n} sold for {sales} last year on average. Shops that began to take orders ahead sell "
            "{effect:.1f} % more than at the growth of the others (± {half:.1f}; here from all months at once, section "
            "2 took twelve on either side).",
            n=self.shops, sales=millions(self.sales, 1), effect=self.effect, half=1.96 * self.spread,
        )  # fmt: skip

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: the `way`, `committed`, the most that is `lost`, the `years`."""
        way = choice(value, "way", WAYS, "")
        committed = value.get("committed") is True and bool(way)
        given = number(value, "lost", 0, MOST_LOST, -1)
        moved = given >= 0
        lost = given if moved else self.open_lost()
        years = whole(value, "years", SHORTEST, LONGEST, USUAL)
        state: dict[str, Any] = {
            "at": {"way": way or None, "lost": lost, "years": years},
            "committed": committed,
            "complete": committed and moved,
        }
        if not committed:
            return {**state, "text": self.facts()}
        worth = self.worth(lost, years)
        found = {each: (float(v.mean()), *(float(q) for q in np.percentile(v, [10, 90]))) for each, v in worth.items()}
        money = money_unit(max(abs(each) for three in found.values() for each in three))
        order = list(reversed(WAYS))
        spans = [
            {axis: amount / money.yuan for axis, amount in zip(("x", "xlo", "xhi"), found[each], strict=True)}
            | {"y": y}
            for y, each in enumerate(order)
        ]
        said = [
            {"x": row["x"], "y": row["y"], "text": money.write(found[each][0], 1)}
            for row, each in zip(spans, order, strict=True)
        ]
        step = 1e6 / money.yuan
        top = step * max(2.0, np.ceil(max(each[2] for each in found.values()) / 1e6))
        low = step * min(0.0, np.floor(min(each[1] for each in found.values()) / 1e6))
        counter = float((worth["both"] > worth["convert"]).mean())
        return {
            **state,
            "chart": chart(
                axis(_("net present value for all eight, {unit}", unit=money.name), float(low), float(top)),
                names([way_name(each) for each in order], band=46),
                [
                    rule(x=0), intervals(spans, color=7, width=3), dots(spans, color=1, r=6),
                    notes(said, dy=-11, anchor="middle", strong=True),
                ],
            ),
            "text": together(
                _("You proposed: {way}.", way=way_name(way)),
                _(
                    "If the wait costs a shop at most {lost} % of its sales, which nobody knows, the second counter "
                    "pays in {share:.0f} of 100 futures.",
                    lost=f"{lost:g}", share=100 * counter,
                ),
                _(
                    "It pays once the wait costs more than about {even:.1f} %: a number that a trial by lot in some of "
                    "the {n} shops would give, and nobody has made one.",
                    even=self.even(years), n=self.begun,
                )
                if moved
                else _("Move “at most”: how much would have to be lost for you to pay for it?"),
                _(
                    "Converting the {n} shops is worth {mean} over {years} years (middle 80 of 100 futures: {low} to "
                    "{high}).",
                    n=self.shops, years=years, mean=millions(found["convert"][0], 1),
                    low=millions(found["convert"][1], 1), high=millions(found["convert"][2], 1),
                ),
            ),
            "table": table(
                _("Net present value at {rate} % a year, {futures} futures (simulated; costs illustrative)",
                  rate=round(100 * RATE), futures=f"{FUTURES:,}"),
                [
                    _("proposal"), _("mean, {unit}", unit=money.name),
                    _("middle 80 of 100, {unit}", unit=money.name),
                ],
                [
                    [way_name(each), mean, _("{low} – {high}", low=low, high=high)]
                    for each, (mean, low, high) in (
                        (each, [money.write(amount, 2) for amount in three]) for each, three in found.items()
                    )
                ],
            ),
        }  # fmt: skip
