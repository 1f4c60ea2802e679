"""The true size of every effect in orders, contacts, lines and shops, worked out from a world."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from servicelab.company.simulation.names import ON_THE_WAY, WAREHOUSES
from servicelab.company.simulation.world import World

#: Minutes to the first reply for which the chance of an order is told.
MINUTES = (0, 1, 10, 30, 60)


def engine_effects(world: World) -> dict[str, Any]:
    """Misconception → what is true, on the scale of the tables; for `grading/truth/effects.json`."""
    enquiries, matters, agents, cases = world.enquiries, world.matters, world.agents, world.cases
    must_bes = ("on_time_delivery", "intact_packaging", "warranty_repair")
    shares = sorted({value for values in world.delivery.on_time.values() for value in values})
    week = math.exp(-7 / agents.learn_days)
    return {
        "X00a_conversion_by_minutes_to_first_reply": {
            minutes: round(1 / (1 + math.exp(-enquiries.convert - enquiries.delay * math.log1p(minutes))), 3)
            for minutes in MINUTES
        },
        "X00a_log_odds_per_log_minute": enquiries.delay,
        "X00b_first_contacts_per_order_by_owner": _owners(world),
        "X00c_chance_of_leaving": {
            "nothing_failed": world.leaving.after_order,
            **{name: asdict(world.failures[name].leave) for name in must_bes},
        },
        "X01a_csat_gain_by_need_and_remedy": {
            need: dict(gain) for need, gain in matters.gain.items()
        },
        "X01a_csat_of_anger": world.csat.angry,
        "X01a_share_angry": {
            "failure": matters.angry_failure, "enquiry": matters.angry_enquiry, "again": matters.angry_again
        },
        "X01b_chance_of_leaving_after_failure": {
            name: asdict(what.leave) for name, what in world.failures.items()
        },
        "X01b_share_of_failures_that_are_told": {name: what.spoken for name, what in world.failures.items()},
        "X01b_share_of_orders_with_failure": {
            "on_time_delivery": round(_late(world), 4),
            **{name: what.rate for name, what in world.failures.items() if what.rate},
        },
        "X01c_mean_satisfaction_by_on_time_share": {
            f"{share:.3f}": round(world.rating.curve(share), 3) for share in shares
        },
        "X01c_gain_from_extra": world.rating.extra,
        "failure_effect_on_satisfaction": {
            name: what.satisfaction or -world.rating.late for name, what in world.failures.items()
        },
        "X02a_minutes_a_day_of_stations": cases.minutes,
        "X02a_share_looked_at_twice": cases.rework,
        "X02b_share_of_claims_that_an_approver_stops": round(cases.false_claim * cases.found, 4),
        "X02b_cost_of_a_case_approval": round(cases.hands_on["approve"] * cases.approver_minute, 2),
        "X02c_correction_after_each_week": world.packing.reaction,
        "X02c_special_weeks_factor": world.packing.special.factor,
        "X03a_csat_of_channel": {**world.csat.channel, "self_service": world.csat.bot},
        "X03a_log_odds_of_resolving_by_channel": world.lines.resolve,
        "X03c_share_back_when_contained_and_not_solved": world.lines.back_contained,
        "X04a_effect_of_one_sd_of_hurry": {"time": agents.hurry_pace, "log_odds_of_resolving": agents.hurry_resolve},
        "X04b_effect_of_coaching": world.pay.coaching,
        "X04c_sd_between_agents": agents.empathy_sd,
        "X11b_after_a_week": {
            "time": round(1 + agents.new_pace * week, 3), "log_odds_of_resolving": round(agents.new_resolve * week, 3)
        },
        "X11c_lateness_of_surge_orders": world.delivery.late_surge,
        "X12a_effect_of_ordering_ahead_on_sales": world.shops.effect,
        "X12a_growth_of_all_shops_a_year": world.shops.trend,
        "X12b_effect_of_app_on_orders": world.app.effect,
        "X12c_growth_of_shop_orders_a_year_and_member": world.orders.shop_growth,
        "X12c_online_share_first_and_last": world.orders.online_share,
    }  # fmt: skip


def _late(world: World) -> float:
    """Share of parcels late, over warehouses and years."""
    means = [1 - sum(world.delivery.on_time[name]) / len(world.delivery.on_time[name]) for name in WAREHOUSES]
    return sum(world.delivery.warehouse_share[name] * mean for name, mean in zip(WAREHOUSES, means, strict=True))


def _owners(world: World) -> dict[str, float]:
    """First contacts for each parcel, by the department that causes them."""
    found = dict.fromkeys((what.owner for what in world.intents.values()), 0.0)
    for name, intent in world.intents.items():
        found[intent.owner] += intent.per_order * (world.demand.under_way if name in ON_THE_WAY else 1.0)
    for name, what in world.failures.items():
        late = name == "on_time_delivery"
        told = (_late(world) if late else what.rate) * what.spoken
        complains = world.demand.late_complains if late else 0.0
        found[world.intents[what.intent].owner] += told * (1 - complains)
        found[world.intents["complaint"].owner] += told * complains
    return {owner: round(rate, 4) for owner, rate in found.items()}
