"""Three sentences of the draft: what is shown for each, how else one may look at it, and what may be said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from servicelab.i18n import _, together
from servicelab.widgets.explore.retailer import ahead
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, chart, dots, intervals, lines, names, table
from servicelab.widgets.house.values import choice
from servicelab.widgets.quantities import millions, money_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicelab.widgets.house.chart import Chart

VERDICTS = ("yes", "only", "no")
LAST, FIRST = 2025, 2023


def verdict_name(verdict: str) -> str:
    """What a verdict says."""
    return {
        "yes": _("Yes, as it stands"),
        "only": _("Only if something is added to it"),
        "no": _("No, whatever is added to it"),
    }[verdict]


class Claim:
    """A sentence with several ways to look at it; the first is the draft's own, `DECIDES` the one that settles it."""

    VIEWS: ClassVar[tuple[str, ...]] = ()
    DECIDES: ClassVar[str] = ""
    KEY: ClassVar[str] = ""

    def title(self) -> str:
        """What the control is called."""
        raise NotImplementedError

    def sentence(self) -> str:
        """What stands in the draft."""
        raise NotImplementedError

    def view_name(self, view: str) -> str:
        """What a way to look is called."""
        raise NotImplementedError

    def shown(self, view: str) -> tuple[Chart, str, dict[str, Any]]:
        """The chart, what it says, and the same as a table."""
        raise NotImplementedError

    def settled(self) -> str:
        """Why the verdict is what it is, and what may be said instead."""
        raise NotImplementedError

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: the `verdict`, `committed` or not, the `view`, those `seen`."""
        verdict = choice(value, "verdict", VERDICTS, "")
        committed = value.get("committed") is True and bool(verdict)
        view = choice(value, "view", self.VIEWS, self.VIEWS[0]) if committed else self.VIEWS[0]
        given = value.get("seen")
        seen = {each for each in given if isinstance(each, str)} if committed and isinstance(given, list) else set()
        drawn, says, numbers = self.shown(view)
        decided = committed and (view == self.DECIDES or self.DECIDES in seen)
        return {
            "at": {"verdict": verdict or None, "view": view},
            "committed": committed,
            "chart": drawn,
            "text": says,
            "settled": together(self._heard(verdict), self.settled()) if decided else "",
            "complete": decided,
            "table": numbers,
        }

    def _heard(self, verdict: str) -> str:
        if verdict == self.KEY:
            return _("Your verdict holds: {verdict}.", verdict=verdict_name(self.KEY).lower())
        return _(
            "You said: {said}. What the numbers carry: {verdict}.",
            said=verdict_name(verdict).lower(), verdict=verdict_name(self.KEY).lower(),
        )  # fmt: skip


def _per_cent(number: float) -> str:
    return _("{number} %", number=f"{number:+.1f}".replace("-", "−"))


def _row_chart(
    label: str, rows: Sequence[tuple[str, float, float, int]], low: float, high: float, digits: int = 1
) -> Chart:
    """Bars with their intervals, from above: name, value, half an interval, colour."""
    below = list(reversed(rows))
    drawn = [
        {"x": value, "y": y, "label": f"{value:.{digits}f}", "clear": value + half, "color": color}
        for y, (_name, value, half, color) in enumerate(below)
    ]
    off = [
        {"x": value, "y": y, "xlo": value - half, "xhi": value + half}
        for y, (_name, value, half, _color) in enumerate(below)
        if half
    ]
    layers = [bars(drawn), *([intervals(off, color=7, width=2)] if off else [])]
    return chart(axis(label, low, high), names([name for name, *_rest in below], band=44), layers)


class AheadClaim(Claim):
    """X12a: after less before."""

    VIEWS = ("draft", "year", "half", "others")
    DECIDES = "others"
    KEY = "only"

    def __init__(self, shop_months: pd.DataFrame, shops: pd.DataFrame) -> None:
        self.rows = ahead.panel(shop_months, shops, "explore.claim")
        self.all = ahead.before_and_after(self.rows)
        self.year = ahead.before_and_after(self.rows, ahead.YEAR)
        self.half = ahead.before_and_after(self.rows, ahead.HALF)
        self.groups = ahead.by_start(self.rows, ahead.HALF)
        self.beside = ahead.beside_the_others(self.rows)
        self.usual = ahead.meanwhile(self.rows)
        self.begun, self.waiting = ahead.begun_shops(self.rows)

    def title(self) -> str:
        return _("First sentence: ordering ahead")

    def sentence(self) -> str:
        return _(
            "“The {n} shops where customers can order ahead sell {rise:.0f} % more a month than before they could.”",
            n=self.begun, rise=self.all.mean,
        )  # fmt: skip

    def view_name(self, view: str) -> str:
        return {
            "draft": _("All months, as in the draft"),
            "year": _("12 months before, 12 after"),
            "half": _("6 before, 6 after"),
            "others": _("12 and 12, beside the shops without it"),
        }[view]

    def shown(self, view: str) -> tuple[Chart, str, dict[str, Any]]:
        label = _("monthly sales after the start against before, %")
        with_it = _("shops that can order ahead")
        if view == "others":
            others, left = self.beside.others, self.beside.left
            assert others is not None
            assert left is not None
            rows = [
                (with_it, self.beside.own.mean, self.beside.own.half, 1),
                (_("shops without it, same months"), others.mean, 0.0, 7),
                (_("what is left"), left.mean, left.half, 2),
            ]
            says = _(
                "In the same months the shops that did not have it yet grew by {others:.1f} % on average. What is left "
                "for ordering ahead: {left:.1f} % ± {half:.1f} ({own:.3f} ÷ {usual:.3f} = {ratio:.3f}).",
                others=others.mean, left=left.mean, half=left.half, own=1 + self.beside.own.mean / 100,
                usual=1 + others.mean / 100, ratio=(100 + self.beside.own.mean) / (100 + others.mean),
            )  # fmt: skip
        else:
            found = {"draft": self.all, "year": self.year, "half": self.half}[view]
            # Half a year is another season before and after; shops that began together share it: no interval says so.
            rows = [(with_it, found.mean, 0.0 if view == "half" else found.half, 1)]
            says = {
                "draft": _(
                    "After the start a shop sells {rise:.1f} % more a month on average than before it (± {half:.1f}).",
                    rise=found.mean, half=found.half,
                ),
                "year": _(
                    "With twelve months on either side the same shops sell {rise:.1f} % more (± {half:.1f}).",
                    rise=found.mean, half=found.half,
                ),
                "half": _(
                    "With six months on either side it is {rise:.1f} %. The groups run from {low:.0f} to {high:.0f} %: "
                    "half a year lays one season against another.",
                    rise=found.mean, low=min(self.groups), high=max(self.groups),
                ),
            }[view]  # fmt: skip
        numbers = table(
            _("Change of monthly sales, mean over shops (simulated)"),
            [_("shops"), _("change, %"), _("95 % interval, ±")],
            [[name, f"{value:.1f}", f"{half:.1f}" if half else _("not given")] for name, value, half, _color in rows],
        )
        return _row_chart(label, rows, 0, 25), says, numbers

    def settled(self) -> str:
        left = self.beside.left
        assert left is not None
        return _(
            "The sum is right. But every shop grows: over all the months of the draft the {n} that never had it by "
            "{usual:.0f} %. Say both in one breath, or say the rest: about {left:.0f} % more than at the growth of "
            "shops without it. Which shops began when was drawn by lot; so they may be compared.",
            n=self.waiting, usual=self.usual, left=left.mean,
        )  # fmt: skip


class AppClaim(Claim):
    """X12b: users against others."""

    VIEWS = ("draft", "same", "long")
    # Who had been a member for part of the year before ordered less in it by that alone.
    DECIDES = "long"
    KEY = "no"

    def __init__(self, orders: pd.DataFrame, customers: pd.DataFrame) -> None:
        require(orders, ("customer_id", "ordered_at"), "explore.claim", "orders")
        require(customers, ("customer_id", "app_from", "joined_on", "churned_on"), "explore.claim", "customers")
        last = orders[orders["ordered_at"].dt.year == LAST]
        count = last.groupby("customer_id").size().reindex(customers["customer_id"]).fillna(0.0).to_numpy(dtype=float)
        users = customers["app_from"].notna().to_numpy()
        self.users, self.others = _mean(count[users]), _mean(count[~users])
        self.number = int(users.sum())
        self.gone = int((customers.loc[~users, "churned_on"] < pd.Timestamp(LAST, 1, 1)).sum())
        self.a_year = [float(count[each].sum()) / _member_years(customers[each], LAST) for each in (users, ~users)]
        taken = customers[customers["app_from"].dt.year == LAST - 1]
        self.same = _years_around(orders, taken)
        self.long = _years_around(orders, taken[taken["joined_on"] <= taken["app_from"] - pd.Timedelta(days=365)])
        self.short = 1 - self.long.count / self.same.count

    def title(self) -> str:
        return _("Second sentence: the app")

    def sentence(self) -> str:
        return _(
            "“Our app triples what customers order: members with the app placed {users:.1f} orders in {year}, members "
            "without it {others:.1f}.”",
            users=self.users[0], others=self.others[0], year=LAST,
        )  # fmt: skip

    def view_name(self, view: str) -> str:
        return {
            "draft": _("With the app and without, as in the draft"),
            "same": _("The same people, a year before and after"),
            "long": _("… only who was a member that whole year before"),
        }[view]

    def shown(self, view: str) -> tuple[Chart, str, dict[str, Any]]:
        label = _("orders a member and year")
        if view == "draft":
            rows = [(_("with the app"), *self.users, 1), (_("without it"), *self.others, 7)]
            says = _(
                "Members with the app ({n} of them) placed {times:.1f} times as many orders in {year}.",
                n=f"{self.number:,}", times=self.users[0] / self.others[0], year=LAST,
            )  # fmt: skip
        else:
            found = self.same if view == "same" else self.long
            rows = [(_("in the year before"), *found.before, 7), (_("in the year after"), *found.after, 1)]
            difference = _(
                "difference {gap} ± {half:.2f}", gap=f"{found.gap[0]:+.2f}".replace("-", "−"), half=found.gap[1]
            )
            says = (
                _(
                    "{n} members took up the app in {year}. In the year before that day they had placed {before:.1f} "
                    "orders, in the year after it {after:.1f}: {difference}. {verdict} ({short:.0f} of 100 were "
                    "members for less than that whole year.)",
                    n=f"{found.count:,}", year=LAST - 1, before=found.before[0], after=found.after[0],
                    difference=difference, short=100 * self.short,
                    verdict=_("It cannot be told from nothing.") if abs(found.gap[0]) < found.gap[1] else
                    _("Nothing like three times as many."),
                )
                if view == "same"
                else _(
                    "Of those who could have ordered in all of the year before ({n} members) it is {before:.1f} before "
                    "and {after:.1f} after: {difference}. One takes up the app in a good year; what comes then is an "
                    "ordinary one.",
                    n=f"{found.count:,}", before=found.before[0], after=found.after[0], difference=difference,
                )
            )  # fmt: skip
        numbers = table(
            _("Orders a member and year (simulated)"),
            [_("members"), _("orders"), _("95 % interval, ±")],
            [[name, f"{value:.2f}", f"{half:.2f}"] for name, value, half, _color in rows],
        )
        return _row_chart(label, rows, 0, 8), says, numbers

    def settled(self) -> str:
        return _(
            "Who takes up the app orders much already. The two groups were never alike, and no addition makes them so. "
            "What may be said: “{n} members use the app; they ordered much before they had it.” And {gone} of those "
            "without had left before the year began: for each year of membership it is {users:.1f} against "
            "{others:.1f}, {times:.1f} times as many.",
            n=f"{self.number:,}", gone=f"{self.gone:,}", users=self.a_year[0], others=self.a_year[1],
            times=self.a_year[0] / self.a_year[1],
        )  # fmt: skip


class _Around:
    """Orders of the same members in the year before and in the year after a day: means with half their intervals."""

    def __init__(self, before: np.ndarray, after: np.ndarray) -> None:
        self.count = len(before)
        self.before, self.after, self.gap = _mean(before), _mean(after), _mean(after - before)


def _mean(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(1.96 * values.std(ddof=1) / np.sqrt(len(values)))


def _years_around(orders: pd.DataFrame, taken: pd.DataFrame) -> _Around:
    """The day itself is left out: the app is taken up at an order."""
    mine = orders.merge(taken[["customer_id", "app_from"]], on="customer_id")
    days = (mine["ordered_at"].dt.normalize() - mine["app_from"].dt.normalize()).dt.days
    counts = [
        mine[kept].groupby("customer_id").size().reindex(taken["customer_id"]).fillna(0.0).to_numpy(dtype=float)
        for kept in (days.between(-365, -1), days.between(1, 365))
    ]
    return _Around(*counts)


class ShopsClaim(Claim):
    """X12c: a share that grows."""

    VIEWS = ("draft", "orders", "member", "till")
    DECIDES = "orders"
    KEY = "yes"

    def __init__(self, orders: pd.DataFrame, customers: pd.DataFrame, shop_months: pd.DataFrame) -> None:
        require(orders, ("customer_id", "ordered_at", "channel"), "explore.claim", "orders")
        require(customers, ("joined_on", "churned_on"), "explore.claim", "customers")
        require(shop_months, ("month", "sales", "member_sales"), "explore.claim", "shop_months")
        online = orders["channel"].astype(str) != "shop"
        by_quarter = 100 * online.groupby(orders["ordered_at"].dt.to_period("Q")).mean()
        self.quarters, self.share = [str(each) for each in by_quarter.index], [float(each) for each in by_quarter]
        by_year = pd.crosstab(orders["ordered_at"].dt.year, online)
        self.years = [int(year) for year in by_year.index]
        self.shop, self.online = by_year[False].tolist(), by_year[True].tolist()
        self.each = [shop / _member_years(customers, year) for shop, year in zip(self.shop, self.years, strict=True)]
        ordered = orders.groupby(orders["ordered_at"].dt.year)["customer_id"].nunique()
        self.active = [shop / int(ordered[year]) for shop, year in zip(self.shop, self.years, strict=True)]
        sales = shop_months.groupby(shop_months["month"].dt.year)["sales"].sum()
        own = shop_months["member_sales"].groupby(shop_months["month"].dt.year).sum()
        self.sales = [float(sales[year]) for year in self.years]
        self.others_rose, self.members_rose = (
            100 * float(each[self.years[-1]] / each[self.years[0]] - 1) for each in (sales - own, own)
        )
        self.members = 100 * float(own[self.years[-1]] / sales[self.years[-1]])

    def title(self) -> str:
        return _("Third sentence: the shops")

    def sentence(self) -> str:
        return _(
            "“From {first:.1f} to {last:.1f} of 100 orders of our members online within three years; in our shops they "
            "placed {now} orders last year, two years before {then}.”",
            first=self.share[0], last=self.share[-1], now=f"{self.shop[-1]:,}", then=f"{self.shop[0]:,}",
        )  # fmt: skip

    def view_name(self, view: str) -> str:
        return {
            "draft": _("Share online, as in the draft"),
            "orders": _("Orders, counted"),
            "member": _("Shop orders a member"),
            "till": _("Sales of the shops, everybody's"),
        }[view]

    def shown(self, view: str) -> tuple[Chart, str, dict[str, Any]]:
        first, last = self.years[0], self.years[-1]
        if view == "draft":
            points = [[self.years[0] + n / 4, share] for n, share in enumerate(self.share)]
            drawn = chart(
                axis(_("year; a dot for each quarter"), self.years[0] - 0.1, self.years[-1] + 0.9, ticks=self.years),
                axis(_("orders of members that were placed online, of 100"), 0, 50),
                [
                    lines([points], color=1, width=3),
                    dots([{"x": n, "y": y, "title": f"{y:.1f}"} for n, y in points], color=1),
                ],
            )  # fmt: skip
            says = _(
                "In the first quarter of {first} {low:.1f} of 100 orders were placed online, in the last of {last} "
                "{high:.1f}.",
                first=first, last=last, low=self.share[0], high=self.share[-1],
            )  # fmt: skip
            rows = [[quarter, f"{share:.1f}"] for quarter, share in zip(self.quarters, self.share, strict=True)]
            return (
                drawn,
                says,
                table(
                    _("Orders of members placed online, of 100 (simulated)"), [_("quarter"), _("online, of 100")], rows
                ),
            )
        if view == "orders":
            below = list(reversed(range(len(self.years))))
            drawn = chart(
                axis(_("orders of members in the year"), 0, 40_000, ticks=[0, 10_000, 20_000, 30_000, 40_000]),
                names([str(self.years[n]) for n in below], band=52),
                [
                    bars([_amount(self.shop[n], y) for y, n in enumerate(below)], color=7, shift=-0.2, thick=0.36),
                    bars([_amount(self.online[n], y) for y, n in enumerate(below)], color=1, shift=0.2, thick=0.36),
                ],
                legend=[
                    {"shape": "square", "color": 7, "text": _("in the shop")},
                    {"shape": "square", "color": 1, "text": _("online")},
                ],
            )  # fmt: skip
            says = _(
                "Shop orders went from {shop_first} in {first} to {shop_last} in {last}, {fewer} fewer ({change}); "
                "online came {more} on top. The share grew because the whole grew.",
                shop_first=f"{self.shop[0]:,}", shop_last=f"{self.shop[-1]:,}", first=first, last=last,
                fewer=f"{self.shop[0] - self.shop[-1]:,}", change=_per_cent(100 * (self.shop[-1] / self.shop[0] - 1)),
                more=f"{self.online[-1] - self.online[0]:,}",
            )  # fmt: skip
            rows = [
                [str(year), f"{shop:,}", f"{net:,}"]
                for year, shop, net in zip(self.years, self.shop, self.online, strict=True)
            ]
            return (
                drawn,
                says,
                table(_("Orders of members (simulated)"), [_("year"), _("in the shop"), _("online")], rows),
            )
        money = money_unit(max(self.sales))
        values, label, says, digits, top = (
            (
                self.each, _("shop orders a member and year"),
                _(
                    "A member came {first_value:.1f} times in {first} and {last_value:.1f} times in {last}; of those "
                    "who ordered at all {a:.1f}, {b:.1f}, {c:.1f}: that is what whoever objects will bring.",
                    first_value=self.each[0], last_value=self.each[-1], first=first, last=last, a=self.active[0],
                    b=self.active[1], c=self.active[-1],
                ),
                2, 4,
            )
            if view == "member"
            else (
                [each / money.yuan for each in self.sales],
                _("sales of all shops, members and others, {unit} a year", unit=money.name),
                _(
                    "At the tills of all shops, everybody's purchases together: {first_value} in {first}, {last_value} "
                    "in {last}. Of ¥100 of it in the last year members paid {share:.0f}. What members bought there "
                    "changed by {own}, what others bought by {others}.",
                    first_value=millions(self.sales[0]), last_value=millions(self.sales[-1]), first=first, last=last,
                    share=self.members, own=_per_cent(self.members_rose), others=_per_cent(self.others_rose),
                ),
                money.decimals, 1e9 / money.yuan,
            )
        )  # fmt: skip
        shown = [(str(year), value, 0.0, 7) for year, value in zip(self.years, values, strict=True)]
        numbers = table(
            _("By year (simulated)"),
            [_("year"), label],
            [[name, f"{value:.{digits}f}"] for name, value, *_rest in shown],
        )
        return _row_chart(label, shown, 0, top, digits), says, numbers

    def settled(self) -> str:
        return _(
            "It stands on the numbers of orders: {fewer} fewer in the shops, {more} more online. A share says who has "
            "how much of the cake, not who ate whose. It does not say that online took nothing: other customers' "
            "purchases in the same shops rose by {others:.0f} %. Have the orders a member ready: somebody will bring "
            "them.",
            others=self.others_rose,
            fewer=f"{self.shop[0] - self.shop[-1]:,}", more=f"{self.online[-1] - self.online[0]:,}",
        )  # fmt: skip


def _amount(value: int, y: int) -> dict[str, Any]:
    return {"x": value, "y": y, "label": f"{value:,}"}


def _member_years(customers: pd.DataFrame, year: int) -> float:
    """How many years all members together were members in ``year``."""
    low, high = np.datetime64(f"{year}-01-01"), np.datetime64(f"{year + 1}-01-01")
    begin = customers["joined_on"].to_numpy(dtype="datetime64[D]")
    end = customers["churned_on"].to_numpy(dtype="datetime64[D]")
    days = np.minimum(np.where(np.isnat(end), high, end), high) - np.maximum(begin, low)
    return float(np.clip(days.astype(int), 0, None).sum() / (high - low).astype(int))
