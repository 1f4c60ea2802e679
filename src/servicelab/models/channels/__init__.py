"""Channels: how each one does, how contacts travel between them, and which mix to run."""

from servicelab.models.channels.choice import ChannelMix, channel_mix, topsis
from servicelab.models.channels.paths import (
    HandoffMetrics,
    attribution,
    base_conversion,
    handoff_metrics,
    handoff_transitions,
    removal_effects,
)
from servicelab.models.channels.scorecard import channel_scorecard, cost_per_resolution

__all__ = [
    "ChannelMix",
    "HandoffMetrics",
    "attribution",
    "base_conversion",
    "channel_mix",
    "channel_scorecard",
    "cost_per_resolution",
    "handoff_metrics",
    "handoff_transitions",
    "removal_effects",
    "topsis",
]
