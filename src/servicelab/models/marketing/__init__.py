"""Service marketing: what people expected and got, who they are, and what a campaign really did."""

from servicelab.models.marketing.campaigns import CampaignEffect, arpu, campaign_effect, uplift
from servicelab.models.marketing.personas import Personas, personas
from servicelab.models.marketing.satisfaction import (
    DIMENSIONS,
    Servqual,
    cronbach_alpha,
    net_promoter_score,
    satisfaction_gap,
    servqual,
)

__all__ = [
    "DIMENSIONS",
    "CampaignEffect",
    "Personas",
    "Servqual",
    "arpu",
    "campaign_effect",
    "cronbach_alpha",
    "net_promoter_score",
    "personas",
    "satisfaction_gap",
    "servqual",
    "uplift",
]
