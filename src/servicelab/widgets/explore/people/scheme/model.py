"""Design a scheme: a fixed part, pay by the call and pay by the settled call, in the theory's model of two tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from servicelab.i18n import _, together
from servicelab.widgets.explore.people.team import SIZE, team
from servicelab.widgets.house.values import number, whole
from servicelab.widgets.quantities import percent, yuan

if TYPE_CHECKING:
    from servicelab.models.people import IncentiveOutcomes

WAGE = 6000
LIMITS: Mapping[str, tuple[float, float, float]] = {
    "base": (2000, 7000, 100), "per_contact": (0, 4, 0.1), "per_resolution": (0, 4, 0.1)
}  # fmt: skip
GAMED = 0.02
"""What the task allows: the share closed without being dealt with."""


class SchemeModel:
    """A team of twelve under a scheme, beside the same team under a fixed wage."""

    def __init__(self) -> None:
        self.fixed = self.of(WAGE, 0, 0)

    def of(self, base: float, per_contact: float, per_resolution: float) -> IncentiveOutcomes:
        """The outcomes of a scheme."""
        from servicelab.models.people import PayScheme, incentive_outcomes

        return incentive_outcomes(PayScheme(base, per_contact, per_resolution), team())

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: the ``base``, ``per_contact`` and ``per_resolution``."""
        base = whole(value, "base", 2000, 7000, WAGE)
        per_contact, per_resolution = (
            round(number(value, name, *LIMITS[name][:2], 0.0), 1) for name in ("per_contact", "per_resolution")
        )
        made = self.of(base, per_contact, per_resolution)
        kept = made.payroll <= self.fixed.payroll + 0.5
        clean = made.gaming <= GAMED
        verdict = (
            _("Both limits are kept.")
            if kept and clean
            else _("Too dear: the payroll is above that of the fixed wage.")
            if clean
            else _("Too many are closed without being dealt with.")
        )
        said = _(
            "{settled:,.0f} calls settled a month (fixed wage: {was:,.0f}) for {pay}, {each} each ({was_each}). A call "
            "takes {minutes:.1f} minutes ({was_minutes:.1f}); {gamed:.1f} of 100 are closed without being dealt with. "
            "The best paid has {apart:.0f} % more than the least paid.",
            settled=made.resolved, was=self.fixed.resolved, pay=yuan(made.payroll, 0),
            each=yuan(made.cost_per_resolution, 2), was_each=yuan(self.fixed.cost_per_resolution, 2),
            minutes=made.handling_time / 60, was_minutes=self.fixed.handling_time / 60, gamed=100 * made.gaming,
            apart=100 * (float(made.agents["pay"].max()) / float(made.agents["pay"].min()) - 1),
        )  # fmt: skip
        people = made.agents.sort_values("pay", ascending=False)
        return {
            "at": {"base": base, "per_contact": per_contact, "per_resolution": per_resolution},
            "kept": kept and clean,
            "people": [
                {"x": round(float(row["resolved"]), 1), "y": round(float(row["pay"]), 0)}
                for row in people.to_dict("records")
            ],
            "fixed": [
                {"x": round(float(row["resolved"]), 1), "y": round(float(row["pay"]), 0)}
                for row in self.fixed.agents.to_dict("records")
            ],
            "text": together(said, verdict),
            "table": {
                "caption": _("The team of {n} (the theory's model, parameters illustrative)", n=SIZE),
                "columns": [
                    _("person"), _("minutes a call"), _("settled, of 100"),
                    _("closed without being dealt with, of 100"), _("settled a month"), _("pay"),
                ],
                "rows": [
                    [
                        n + 1, f"{row['handling_time'] / 60:.1f}", percent(100 * row["resolution"]),
                        f"{100 * row['gaming']:.1f}", f"{row['resolved']:.0f}", yuan(row["pay"], 0),
                    ]
                    for n, row in enumerate(people.to_dict("records"))
                ],
            },
        }  # fmt: skip
