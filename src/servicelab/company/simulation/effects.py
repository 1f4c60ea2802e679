"""The true size of every effect in orders, contacts, lines and shops, worked out from the mechanisms."""

from __future__ import annotations

import math
from typing import Any

from servicelab.company.simulation import mechanisms as m


def engine_effects() -> dict[str, Any]:
    """Misconception → what is true, on the scale of the tables; for `grading/truth/effects.json`."""
    must_bes = ("on_time_delivery", "intact_packaging", "warranty_repair")
    ways = ("silent", "put_right", "not_put_right")
    shares = sorted({value for values in m.ON_TIME.values() for value in values})
    week = math.exp(-7 / m.LEARN_DAYS)
    return {
        "X00a_conversion_by_minutes_to_first_reply": {
            minutes: round(1 / (1 + math.exp(-m.CONVERT - m.CONVERT_DELAY * math.log1p(minutes))), 3)
            for minutes in (0, 1, 10, 30, 60)
        },
        "X00a_log_odds_per_log_minute": m.CONVERT_DELAY,
        "X00b_first_contacts_per_order_by_owner": _owners(),
        "X00c_chance_of_leaving": {
            "nothing_failed": m.LEAVE_AFTER_ORDER,
            **{name: dict(zip(ways, m.FEATURES[name].leave, strict=True)) for name in must_bes},
        },
        "X01a_csat_gain_by_need_and_remedy": {
            need: dict(zip(m.REMEDIES, gain, strict=True)) for need, gain in m.CSAT_GAIN.items()
        },
        "X01a_csat_of_anger": m.CSAT_ANGRY,
        "X01a_share_angry": {"failure": m.ANGRY_FAILURE, "enquiry": m.ANGRY_ENQUIRY, "again": m.ANGRY_AGAIN},
        "X01b_chance_of_leaving_after_failure": {
            name: dict(zip(ways, what.leave, strict=True)) for name, what in m.FEATURES.items()
        },
        "X01b_share_of_failures_that_are_told": {name: what.spoken for name, what in m.FEATURES.items()},
        "X01b_share_of_orders_with_failure": {
            "on_time_delivery": round(_late(), 4),
            **{name: what.rate for name, what in m.FEATURES.items() if what.rate},
        },
        "X01c_mean_satisfaction_by_on_time_share": {
            f"{share:.3f}": round(m.satisfaction_curve(share), 3) for share in shares
        },
        "X01c_gain_from_extra": m.EXTRA_SATISFACTION,
        "failure_effect_on_satisfaction": {
            name: what.satisfaction if what.satisfaction else -m.LATE_PENALTY for name, what in m.FEATURES.items()
        },
        "X02a_planned_load": m.LOAD,
        "X02a_share_looked_at_twice": m.REWORK,
        "X02b_share_of_claims_that_an_approver_stops": round(m.FALSE_CLAIM * m.FOUND, 4),
        "X02b_cost_of_a_case_approval": round(m.HANDS_ON["approve"] * m.APPROVER_MINUTE, 2),
        "X02c_correction_after_each_week": m.REACTION,
        "X02c_special_weeks_factor": m.SPECIAL_FACTOR,
        "X03a_csat_of_channel": {**m.CHANNEL_CSAT, "self_service": m.BOT_CSAT},
        "X03a_log_odds_of_resolving_by_channel": m.CHANNEL_RESOLVE,
        "X03c_share_back_when_contained_and_not_solved": m.RECONTACT_CONTAINED,
        "X04a_effect_of_one_sd_of_hurry": {"time": m.HURRY_PACE, "log_odds_of_resolving": m.HURRY_RESOLVE},
        "X04b_effect_of_coaching": m.COACHING,
        "X04c_sd_between_agents": m.EMPATHY_SD,
        "X11b_after_a_week": {
            "time": round(1 + m.NEW_PACE * week, 3), "log_odds_of_resolving": round(m.NEW_RESOLVE * week, 3)
        },
        "X11c_lateness_of_surge_orders": m.LATE_SURGE,
        "X12a_effect_of_ordering_ahead_on_sales": m.ROLLOUT_SALES,
        "X12a_growth_of_all_shops_a_year": m.SHOP_TREND,
        "X12b_effect_of_app_on_orders": m.APP_EFFECT,
        "X12c_growth_of_shop_orders_a_year_and_member": m.SHOP_GROWTH,
        "X12c_online_share_first_and_last": m.ONLINE_SHARE,
    }  # fmt: skip


def _late() -> float:
    """Share of parcels late, over warehouses and years."""
    means = [1 - sum(m.ON_TIME[name]) / len(m.ON_TIME[name]) for name in m.WAREHOUSES]
    return sum(share * mean for share, mean in zip(m.WAREHOUSE_SHARE, means, strict=True))


def _owners() -> dict[str, float]:
    """First contacts for each parcel, by the department that causes them."""
    found = dict.fromkeys((what.owner for what in m.INTENTS.values()), 0.0)
    for name, intent in m.INTENTS.items():
        found[intent.owner] += intent.per_order * (m.UNDER_WAY if name in m.ON_THE_WAY else 1.0)
    for name, what in m.FEATURES.items():
        late = name == "on_time_delivery"
        told = (_late() if late else what.rate) * what.spoken
        complains = m.LATE_COMPLAINS if late else 0.0
        found[m.INTENTS[what.intent].owner] += told * (1 - complains)
        found[m.INTENTS["complaint"].owner] += told * complains
    return {owner: round(rate, 4) for owner, rate in found.items()}
