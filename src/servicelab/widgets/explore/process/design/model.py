"""Free design: five changes under a budget, with the days they give, the busiest station, what is not stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _
from servicelab.widgets.explore.process.changes import APPROVER, LIMIT, ROBOT, Bought
from servicelab.widgets.explore.process.replays import Change, Replays
from servicelab.widgets.frames import require
from servicelab.widgets.house.values import choice
from servicelab.widgets.quantities import percent

if TYPE_CHECKING:
    import pandas as pd

BUDGET = 60_000
"""Yuan a year; like the prices below made up for the exercise."""
LIMITS: Mapping[str, float | None] = {"log": None, **{str(each): float(each) for each in (LIMIT, 500, 1000, 2000)}}
HALF_DAYS: Mapping[str, Bought] = {str(3 * often): APPROVER.times(often) for often in range(3)}
"""Half-days a week of another approver."""
PAPERS, INSPECTOR = 20_000, 48_000
STILL_ASKED = 5 / 14
"""An assumption: of those asked for papers today, as many still are when papers are asked for at registration."""


class DesignModel:
    """The firm's returns under a design. Raises ``UserError`` when a table lacks a column or has no rows."""

    def __init__(self, log: pd.DataFrame, stations: pd.DataFrame, calendar: pd.DataFrame, cases: pd.DataFrame) -> None:
        self.replays = Replays(log, stations, calendar, cases, "explore.design")
        require(cases, ("approval", "rejected"), "explore.design", "cases")
        require(stations, ("station", "people"), "explore.design", "stations")
        people = stations.groupby(stations["station"].astype(str))["people"].last()
        self.inspectors = int(people["inspect"])
        months = cases["opened_at"].dt.to_period("M")
        self._years = ((months.max() - months.min()).n + 1) / 12
        approved = cases[cases["approval"].astype(bool)]
        self._stopped = (approved["claim"] * approved["rejected"].astype(float)).groupby(approved["claim"]).sum()

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: ``limit``, ``half_days``, and what is bought ``besides``."""
        limit = choice(value, "limit", LIMITS, "log")
        half_days = choice(value, "half_days", HALF_DAYS, "0")
        given = value.get("besides")
        besides = [each for each in ("papers", "robot", "inspector") if isinstance(given, list) and each in given]
        more = HALF_DAYS[half_days]
        factors = {"approve": more.factor, "refund": ROBOT.factor if "robot" in besides else 1.0}
        factors["inspect"] = (self.inspectors + 1) / self.inspectors if "inspector" in besides else 1.0
        prices = {"papers": PAPERS, "robot": ROBOT.yuan, "inspector": INSPECTOR}
        cost = more.yuan + sum(prices[each] for each in besides)
        change = Change(
            factors=tuple(sorted((name, each) for name, each in factors.items() if each != 1)),
            approve_from=LIMITS[limit],
            asked=STILL_ASKED if "papers" in besides else 1.0,
        )
        outcome, base = self.replays.outcome(change), self.replays.outcome(Change())
        busiest = max(outcome.load, key=lambda name: outcome.load[name])
        at = LIMITS[limit]
        let = float(self._stopped[self._stopped.index < at].sum()) / self._years if at is not None else 0.0
        said = _(
            "{days:.2f} days instead of {base:.2f}, for ¥{cost:,} a year. "
            "Busiest: {busiest}, {load:.0f} % of its minutes. False claims that approvals stopped below the limit: "
            "¥{let:,.0f} a year.",
            days=outcome.once,
            base=base.once,
            cost=cost,
            busiest=label("stations", "station", busiest),
            load=100 * outcome.load[busiest],
            let=let,
        )
        over = _("That is ¥{over:,} more than there is.", over=cost - BUDGET) if cost > BUDGET else ""
        return {
            "at": {"limit": limit, "half_days": half_days, "besides": besides},
            "cost": cost,
            "over": cost > BUDGET,
            "days": [round(each.once, 2) for each in (base, outcome)],
            "load": [
                {
                    "name": label("stations", "station", name),
                    "was": round(100 * base.load[name], 1),
                    "now": round(100 * share, 1),
                }
                for name, share in outcome.load.items()
            ],
            "text": f"{said} {over}".strip(),
            "table": {
                "caption": _("Share of its minutes that each station works"),
                "columns": [_("station"), _("as it is"), _("your design")],
                "rows": [
                    [
                        label("stations", "station", name),
                        percent(100 * base.load[name]),
                        percent(100 * share),
                    ]
                    for name, share in outcome.load.items()
                ],
            },
        }
