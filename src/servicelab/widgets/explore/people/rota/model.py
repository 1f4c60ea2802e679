"""A week's roster: how many people on which days off, so that every day is covered, for the least pay."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import combinations
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from servicelab.i18n import _, together
from servicelab.widgets.frames import require
from servicelab.widgets.house.values import choice, whole

if TYPE_CHECKING:
    import pandas as pd

    from servicelab.models.people import Roster

DAYS = range(7)
WEEKS = ("2025-10-13", "2025-11-02")
"""Three ordinary weeks, between a holiday and Double 11."""
DESK_HOURS = 6.75
"""What a person of the phone is at the desk on a day of work; the firm's own table of staffing says so."""
RULES = ("any", "together", "weekend")
BUSY = (75, 95)
EXTRA = (0, 60)
WEEKEND = (5, 6)


def off_days(rule: str) -> list[tuple[int, int]]:
    """The two days off of each pattern of five days: any two, two running, or one of them at the weekend."""
    pairs = list(combinations(DAYS, 2))
    if rule == "together":
        return [pair for pair in pairs if pair[1] - pair[0] in (1, 6)]
    if rule == "weekend":
        return [pair for pair in pairs if set(pair) & set(WEEKEND)]
    return pairs


class RotaModel:
    """The phone's week. Raises ``UserError`` when the table lacks a column or has no rows."""

    def __init__(self, calls: pd.DataFrame) -> None:
        require(calls, ("arrived_at", "line", "service", "after_call"), "explore.rota", "calls")
        day = calls["arrived_at"].dt.normalize()
        mine = calls[(calls["line"].astype(str) == "phone") & day.between(*WEEKS)]
        require(mine, (), "explore.rota", "calls")
        self.calls = (mine.groupby(mine["arrived_at"].dt.day_of_week).size() / 3).reindex(DAYS).fillna(0.0)
        self.minutes = float((mine["service"] + mine["after_call"]).mean()) / 60

    def demand(self, busy: int) -> list[int]:
        """People at the desk by day, from Monday on, so that they are busy for that share of their time."""
        return [
            ceil(float(count) * self.minutes / 60 / DESK_HOURS / (busy / 100)) for count in self.calls
        ]  # fmt: skip

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: how ``busy``, the ``rule`` of days off, ``extra`` at weekends."""
        busy, extra = whole(value, "busy", *BUSY, 85), whole(value, "extra", *EXTRA, 0)
        rule = choice(value, "rule", RULES, RULES[0])
        needed = self.demand(busy)
        plan = solved(tuple(needed), rule, extra)
        free = solved(tuple(needed), "any", extra)
        people, spare = int(plan.staff.sum()), int(plan.spare.sum())
        worked = sum(needed)
        least = ceil(worked / 5)
        price = plan.cost - free.cost
        said = _(
            "The week needs {days} days of work; at five a person that is {least} people if nothing is left over. The "
            "cheapest roster has {people}, {spare} days more than needed; its pay is {cost:.1f} weekdays' worth.",
            days=worked, least=least, people=people, spare=spare, cost=plan.cost,
        )  # fmt: skip
        compared = (
            ""
            if rule == "any"
            else _(
                "With any two days off it would be {free:.1f}: the rule costs {price:.1f}.", free=free.cost, price=price
            )
        )
        return {
            "at": {"busy": busy, "rule": rule, "extra": extra},
            "needed": needed,
            "cover": plan.cover.tolist(),
            "people": people,
            "days": [day_name(day) for day in DAYS],
            "text": together(said, compared),
            "table": {
                "caption": _("People by their days off, and what each day has"),
                "columns": [_("days off"), _("people")],
                "rows": [
                    *(
                        [_("{one} and {other}", one=day_name(off[0]), other=day_name(off[1])), int(count)]
                        for off, count in zip(off_days(rule), plan.staff, strict=True)
                        if count
                    ),
                    *(
                        [_("{day}: needed {needed}", day=day_name(day), needed=needed[day]), int(plan.cover[day])]
                        for day in DAYS
                    ),
                ],
            },
        }  # fmt: skip


@cache
def solved(needed: tuple[int, ...], rule: str, extra: int) -> Roster:
    """The cheapest roster; a day at the weekend costs `extra` per cent more than a weekday."""
    from servicelab.models.people import roster

    price = np.array([1 + extra / 100 if day in WEEKEND else 1.0 for day in DAYS])
    works = np.array([[0 if day in off else 1 for off in off_days(rule)] for day in DAYS])
    return roster(needed, works, price @ works)


def day_name(day: int) -> str:
    """Return what a day of the week is called."""
    return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))[day]
