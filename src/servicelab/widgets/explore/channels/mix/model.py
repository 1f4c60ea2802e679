"""A mix of channels: the cheapest that keeps a promise, with and without a human route, and that route's price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from servicelab.company import label
from servicelab.i18n import _, together
from servicelab.widgets.figures.channels.refusals import refusing
from servicelab.widgets.frames import require
from servicelab.widgets.house.values import whole
from servicelab.widgets.quantities import yuan

if TYPE_CHECKING:
    import pandas as pd

    from servicelab.models.channels import ChannelMix

CHANNELS = ("self_service", "chat", "phone")
YEAR = 2025
LEAST = 60
"""Fewer matters than this do not say what a channel does for a reason."""
LEVELS = (75, 90)
ROOMS = (5, 60)


class MixModel:
    """The first contacts of a year, by reason and by whether somebody refuses the assistant.

    Raises ``UserError`` when a table lacks a column or has no rows.
    """

    def __init__(self, contacts: pd.DataFrame, customers: pd.DataFrame) -> None:
        columns = (
            "contact_id", "journey_id", "customer_id", "opened_at", "kind", "intent", "asked", "channel", "refused",
            "served", "recontact_72h", "cost",
        )  # fmt: skip
        require(contacts, columns, "explore.mix", "contacts")
        require(customers, ("customer_id", "segment"), "explore.mix", "customers")
        year = contacts[contacts["opened_at"].dt.year == YEAR]
        require(year, (), "explore.mix", "contacts")
        first = year[(year["kind"].astype(str) == "first") & year["served"].astype(bool)]
        whole_matter = contacts.groupby("journey_id", observed=True)["cost"].sum()
        first = first.assign(
            intent=first["intent"].astype(str),
            channel=first["channel"].astype(str),
            whole=first["contact_id"].map(whole_matter).astype(float),
            stayed=(~first["recontact_72h"].astype(bool)).astype(float),
        )
        here = first[first["channel"].isin(CHANNELS)]
        cells = here.groupby(["intent", "channel"])
        enough = cells.size().unstack().reindex(columns=list(CHANNELS)).fillna(0) >= LEAST
        self.cost = cells["whole"].mean().unstack().reindex(columns=list(CHANNELS)).where(enough)
        self.stayed = cells["stayed"].mean().unstack().reindex(columns=list(CHANNELS)).where(enough).fillna(0.0)
        served = self.cost["phone"].notna()
        self.cost, self.stayed = self.cost[served], self.stayed[served]
        segment = customers.set_index("customer_id")["segment"].astype(str)
        by_segment = first.groupby(["intent", first["customer_id"].map(segment)]).size().unstack().fillna(0) / 12
        by_segment = by_segment.reindex(self.cost.index).fillna(0.0)
        self.demand = by_segment.sum(axis=1)
        refused = by_segment * refusing(contacts, customers).reindex(by_segment.columns).fillna(0.0)
        self.insists = refused.sum(axis=1) / self.demand.where(self.demand > 0, 1.0)

    def names(self) -> dict[str, str]:
        """What the channels are called."""
        return {channel: label("contacts", "channel", channel) for channel in CHANNELS}

    def solve(self, level: float, room: float, *, route: bool) -> ChannelMix | None:
        """The cheapest mix in which `level` of the customers do not come back within 72 hours; None where none can."""
        import pandas as pd

        from servicelab.models.channels import channel_mix

        insist, along = self.demand * self.insists, self.demand * (1 - self.insists)
        demand = pd.concat([insist.rename(lambda reason: f"{reason}|insists"), along])
        cost, stayed = (
            pd.concat([table.rename(lambda reason: f"{reason}|insists"), table]) for table in (self.cost, self.stayed)
        )
        if route:
            cost.loc[cost.index.str.endswith("|insists"), ["self_service", "chat"]] = np.nan
        capacity = pd.Series({"self_service": np.inf, "chat": np.inf, "phone": room * float(demand.sum())})
        try:
            return channel_mix(demand, cost, capacity, promises={"stayed": (stayed, level)})
        except ValueError:
            # No mix keeps all of it.
            return None

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: the ``level``, the ``room`` on the phone, the human ``route``."""
        level, room = whole(value, "level", *LEVELS, 80), whole(value, "room", *ROOMS, 60)
        given = value.get("promises")
        route = isinstance(given, list) and "route" in given
        free, bound = (self.solve(level / 100, room / 100, route=on) for on in (False, True))
        shown = bound if route else free
        state: dict[str, Any] = {
            "at": {"level": level, "room": room, "promises": ["route"] if route else []},
            "route": route,
        }
        if shown is None:
            return {
                **state,
                "text": _("No mix keeps all of it: lower the promise, or make room on the phone."),
                "shares": None,
                "table": None,
            }
        total = float(self.demand.sum())
        state["shares"] = [
            [round(100 * float(mix.share[channel]), 1) for channel in CHANNELS] if mix else None
            for mix in (free, bound)
        ]
        said = _(
            "{matters:,.0f} matters a month for ¥{cost:,.0f}, ¥{each:.2f} each; {stayed:.0f} of 100 do not come "
            "back within 72 "
            "hours.",
            matters=total, cost=shown.cost, each=shown.cost / total, stayed=100 * shown.quality["stayed"],
        )  # fmt: skip
        price = (
            _(
                "The human route costs ¥{price:,.0f} a month, ¥{each:.2f} a matter: the difference between the "
                "two mixes.",
                price=bound.cost - free.cost, each=(bound.cost - free.cost) / total,
            )
            if free and bound
            else _("With the human route no mix keeps the promise.")
        )  # fmt: skip
        return {**state, "text": together(said, price if route else ""), "table": self._table(shown)}

    def _table(self, mix: ChannelMix) -> dict[str, Any]:
        went = mix.allocation.groupby(lambda row: row.split("|")[0]).sum()
        return {
            "caption": _(
                "Where each reason goes; in brackets what a matter costs there with all that follows, and how "
                "many of 100 do not come back"
            ),
            "columns": [_("reason"), _("matters a month"), *self.names().values()],
            "rows": [
                [
                    label("contacts", "intent", str(reason)), f"{self.demand[reason]:,.0f}",
                    *(
                        _("{went} ({cost}, {stayed})", went=f"{went.loc[reason, channel]:,.0f}",
                          cost=yuan(self.cost.loc[reason, channel]),
                          stayed=f"{100 * self.stayed.loc[reason, channel]:.0f}")
                        if np.isfinite(self.cost.loc[reason, channel]) else "–"
                        for channel in CHANNELS
                    ),
                ]
                for reason in self.cost.index
            ],
        }  # fmt: skip
