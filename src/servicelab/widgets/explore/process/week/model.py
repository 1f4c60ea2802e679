"""Where did the week go: one real return, its hours painted by hand, then as the log has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from servicelab.i18n import _
from servicelab.models.process.clock import WORKDAY
from servicelab.widgets.frames import require
from servicelab.widgets.house.values import whole
from servicelab.widgets.processwords import activity_name
from servicelab.widgets.quantities import percent

COLOURS = ("worked", "travel", "desk", "closed", "customer")
"""What an hour may be, in the order in which the painting asks for it."""

STEPS = ("receive", "inspect", "approve", "refund")
"""The steps whose gaps make a case a usual one; a second look is asked for besides."""

CLOSE = 3
"""Percentage points: a painting that is nowhere further off than this is close everywhere."""


@dataclass(frozen=True)
class Stretch:
    """Some time of the case, from `start` to `end`, in one colour."""

    start: pd.Timestamp
    end: pd.Timestamp
    colour: str

    @property
    def hours(self) -> float:
        return float((self.end - self.start).total_seconds() / 3600)


class WeekModel:
    """One case of the log and its calendar.

    The case is the return that was looked at twice, approved and paid whose steps took most nearly as long as they
    take on average. Of two things at once the first of customer, work, travel, closed counts: while the parcel travels
    nobody at Skylark could have worked on it. Raises ``UserError`` when a table lacks a column or no case fits.
    """

    def __init__(self, log: pd.DataFrame, calendar: pd.DataFrame, cases: pd.DataFrame) -> None:
        require(log, ("case_id", "activity", "timestamp", "hands_on_minutes"), "explore.week", "log")
        require(calendar, ("date", "workday"), "explore.week", "calendar")
        require(cases, ("case_id", "claim"), "explore.week", "cases")
        self.case = usual_case(log)
        self.events = log[log["case_id"] == self.case].sort_values("timestamp", kind="stable")
        self.claim = float(cases.loc[cases["case_id"] == self.case, "claim"].iloc[0])
        self._workdays = {
            pd.Timestamp(date) for date, open_ in zip(calendar["date"], calendar["workday"], strict=True) if open_
        }

    @cached_property
    def stretches(self) -> list[Stretch]:
        """The whole of the case, stretch by stretch."""
        found: list[Stretch] = []
        stamps = [pd.Timestamp(at) for at in self.events["timestamp"]]
        steps = self.events["activity"].astype(str).tolist()
        work = pd.to_timedelta(self.events["hands_on_minutes"].fillna(0).astype(float), unit="min").tolist()
        for at in range(1, len(stamps)):
            before, after = stamps[at - 1], stamps[at]
            begun = max(before, after - work[at])
            if steps[at - 1] == "ask_customer":
                found.append(Stretch(before, begun, "customer"))
            elif steps[at] == "receive":
                found.append(Stretch(before, begun, "travel"))
            else:
                found += self._by_the_clock(before, begun)
            found.append(Stretch(begun, after, "worked"))
        return [stretch for stretch in found if stretch.end > stretch.start]

    def _by_the_clock(self, start: pd.Timestamp, end: pd.Timestamp) -> list[Stretch]:
        """Time in which nobody works on the case: at a desk while it is open, else closed."""
        found = []
        at = start
        while at < end:
            day = at.normalize()
            opens, closes = day + pd.Timedelta(hours=WORKDAY[0]), day + pd.Timedelta(hours=WORKDAY[1])
            open_ = day in self._workdays and opens <= at < closes
            until = closes if open_ else opens if day in self._workdays and at < opens else day + pd.Timedelta(days=1)
            found.append(Stretch(at, min(until, end), "desk" if open_ else "closed"))
            at = min(until, end)
        return found

    @property
    def hours(self) -> float:
        """Hours from registration to the refund."""
        return sum(stretch.hours for stretch in self.stretches)

    @cached_property
    def truth(self) -> dict[str, float]:
        """Share of the hours in each colour, in per cent."""
        total = dict.fromkeys(COLOURS, 0.0)
        for stretch in self.stretches:
            total[stretch.colour] += stretch.hours
        return {colour: 100 * hours / self.hours for colour, hours in total.items()}

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: a whole per cent by colour, and ``looked`` once it was compared."""
        painted = {colour: whole(value, colour, 0, 100, 0) for colour in COLOURS}
        left = 100 - sum(painted.values())
        looked = value.get("looked") is True and left == 0
        state: dict[str, Any] = {"at": painted, "left": left, "looked": looked, "hours": round(self.hours)}
        state["complete"] = looked
        if not looked:
            # Nothing of the truth goes to the page before the painting is complete.
            said = ", ".join(f"{colour_name(colour)} {percent(painted[colour])}" for colour in COLOURS)
            rest = _("All hours are given.") if left == 0 else ""
            if left > 0:
                rest = _("{left} % are still to give.", left=left)
            if left < 0:
                rest = _("{over} % too many are given: take some back.", over=-left)
            return {**state, "text": _("Painted: {said}. {rest}", said=said, rest=rest)}
        return {**state, **self._compared(painted)}

    def _compared(self, painted: Mapping[str, int]) -> dict[str, Any]:
        truth = self.truth
        return {
            "truth": {colour: round(share, 1) for colour, share in truth.items()},
            "days": self._days(),
            "text": _(
                "Of {hours} hours, {worked:.0f} minutes were work on the case: {share:.1f} %. The parcel travelled for "
                "{travel:.0f} %; {closed:.0f} % were nights and a weekend, {desk:.0f} % waiting at an open desk, "
                "{customer:.0f} % waiting for the customer at most. {verdict}",
                hours=round(self.hours),
                worked=truth["worked"] * self.hours * 0.6,
                share=truth["worked"],
                travel=truth["travel"],
                closed=truth["closed"],
                desk=truth["desk"],
                customer=truth["customer"],
                verdict=self._verdict(painted),
            ),
            "table": {
                "caption": _("Hours of case {case}, by hand and by the log", case=self.case),
                "columns": [_("what the hours were"), _("you, %"), _("the log, %"), _("the log, hours")],
                "rows": [
                    [colour_name(c), painted[c], f"{truth[c]:.1f}", f"{truth[c] * self.hours / 100:.1f}"]
                    for c in COLOURS
                ],
            },
        }

    def _verdict(self, painted: Mapping[str, int]) -> str:
        """Say where the painting is furthest off, or that it is close everywhere."""
        off = {colour: abs(painted[colour] - share) for colour, share in self.truth.items()}
        furthest = max(COLOURS, key=lambda colour: off[colour])
        if off[furthest] <= CLOSE:
            return _("Close everywhere.")
        right = self.truth[furthest]
        return _(
            "Furthest off is “{colour}”: you painted {mine} %, the log says {right} %.",
            colour=colour_name(furthest),
            mine=painted[furthest],
            # A share below one in a hundred is not none: its bar is labelled with one decimal.
            right=f"{right:.1f}" if right < 1 else f"{right:.0f}",
        )

    def _days(self) -> list[dict[str, Any]]:
        """The stretches cut at midnight: for each day its name, and from which hour to which it was of which colour."""
        days: dict[pd.Timestamp, list[dict[str, Any]]] = {}
        for stretch in self.stretches:
            at = stretch.start
            while at < stretch.end:
                day = at.normalize()
                until = min(day + pd.Timedelta(days=1), stretch.end)
                low, high = ((moment - day).total_seconds() / 3600 for moment in (at, until))
                days.setdefault(day, []).append({"from": round(low, 2), "to": round(high, 2), "is": stretch.colour})
                at = until
        return [{"name": weekday(day), "parts": parts} for day, parts in sorted(days.items())]

    def steps(self) -> list[list[str]]:
        """The stamps of the case: when, and what was done."""
        named = self.events["activity"].astype(str)
        return [
            [f"{weekday(at)} {at:%H:%M}", activity_name(activity)]
            for at, activity in zip(self.events["timestamp"], named, strict=True)
        ]


def usual_case(log: pd.DataFrame) -> str:
    """Return the case whose steps took most nearly their average time, among those looked at twice and paid."""
    ordered = log.sort_values(["case_id", "timestamp"], kind="stable")
    activity = ordered["activity"].astype(str)
    hours = ordered.groupby("case_id")["timestamp"].diff().dt.total_seconds() / 3600
    gaps = hours.groupby([ordered["case_id"], activity]).first().unstack()
    if any(step not in gaps for step in (*STEPS, "inspect_again")):
        return str(ordered["case_id"].iloc[0])
    whole_way = gaps.dropna(subset=[*STEPS, "inspect_again"])
    if whole_way.empty:
        return str(ordered["case_id"].iloc[0])
    usual = gaps.dropna(subset=["receive"])[list(STEPS)].mean()
    return str((whole_way[list(STEPS)] - usual).abs().sum(axis=1).idxmin())


def colour_name(colour: str) -> str:
    """Return what an hour of this colour is called."""
    return {
        "worked": _("worked on"),
        "travel": _("parcel on its way"),
        "desk": _("waiting at an open desk"),
        "closed": _("night, weekend, holiday"),
        "customer": _("waiting for the customer"),
    }[colour]


def weekday(day: pd.Timestamp) -> str:
    """Return a day as people say it: Thu 19."""
    names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    return _("{weekday} {day}", weekday=names[day.weekday()], day=day.day)
