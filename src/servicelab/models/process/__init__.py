"""Processes: what an event log shows, and what makes work wait."""

from servicelab.models.process.clock import WorkClock
from servicelab.models.process.eventlog import (
    cycle_times,
    dependency,
    directly_follows,
    process_cycle_efficiency,
    process_graph,
    rework_by_activity,
    rework_rate,
    variants,
)
from servicelab.models.process.flow import bottleneck, kingman_wait, littles_law, utilisation
from servicelab.models.process.replay import Replay, replay_flow
from servicelab.models.process.stability import ProportionChart, p_chart

__all__ = [
    "ProportionChart",
    "Replay",
    "WorkClock",
    "bottleneck",
    "cycle_times",
    "dependency",
    "directly_follows",
    "kingman_wait",
    "littles_law",
    "p_chart",
    "process_cycle_efficiency",
    "process_graph",
    "replay_flow",
    "rework_by_activity",
    "rework_rate",
    "utilisation",
    "variants",
]
