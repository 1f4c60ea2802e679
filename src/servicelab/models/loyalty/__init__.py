"""Loyalty: who comes back, how long they stay, what they are worth and what it pays to do about it."""

from servicelab.models.loyalty.contract import margin_multiple, retention_curve, sbg_fit, sbg_survival
from servicelab.models.loyalty.programme import TierDesign, UpgradeReturn, tier_design, upgrade_roi
from servicelab.models.loyalty.purchases import (
    BetaGeometric,
    GammaGamma,
    bgnbd_fit,
    customer_lifetime_value,
    gamma_gamma_fit,
)
from servicelab.models.loyalty.segments import purchase_summary, rfm

__all__ = [
    "BetaGeometric",
    "GammaGamma",
    "TierDesign",
    "UpgradeReturn",
    "bgnbd_fit",
    "customer_lifetime_value",
    "gamma_gamma_fit",
    "margin_multiple",
    "purchase_summary",
    "retention_curve",
    "rfm",
    "sbg_fit",
    "sbg_survival",
    "tier_design",
    "upgrade_roi",
]
