"""Queues: how long people wait, how many agents it takes, and a simulator where the formulas stop."""

from servicelab.models.queueing.erlang import QueueMetrics, erlang_a_metrics, erlang_b, erlang_c, erlang_c_metrics
from servicelab.models.queueing.staffing import required_agents, staffing_table

__all__ = [
    "QueueMetrics",
    "erlang_a_metrics",
    "erlang_b",
    "erlang_c",
    "erlang_c_metrics",
    "required_agents",
    "staffing_table",
]
