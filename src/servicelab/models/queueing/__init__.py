"""Queues: how long people wait, how many agents it takes, what a log says, and a simulator where formulas stop."""

from servicelab.models.queueing.arrivals import ArrivalPattern, arrival_pattern, hourly_profile
from servicelab.models.queueing.erlang import QueueMetrics, erlang_a_metrics, erlang_b, erlang_c, erlang_c_metrics
from servicelab.models.queueing.measure import (
    CallLogFacts,
    RecontactRates,
    call_log_facts,
    estimate_patience,
    measured_metrics,
    queue_path,
    recontact_rates,
    service_by_kind,
)
from servicelab.models.queueing.oneday import DayLog, DayReplay, replay_day, replay_log
from servicelab.models.queueing.outcome import Interval, SimulationResult
from servicelab.models.queueing.simulate import replicate_queue, simulate_queue
from servicelab.models.queueing.staffing import required_agents, staffing_table
from servicelab.models.queueing.workload import ArrivalTimes, Distribution

__all__ = [
    "ArrivalPattern",
    "ArrivalTimes",
    "CallLogFacts",
    "DayLog",
    "DayReplay",
    "Distribution",
    "Interval",
    "QueueMetrics",
    "RecontactRates",
    "SimulationResult",
    "arrival_pattern",
    "call_log_facts",
    "erlang_a_metrics",
    "erlang_b",
    "erlang_c",
    "erlang_c_metrics",
    "estimate_patience",
    "hourly_profile",
    "measured_metrics",
    "queue_path",
    "recontact_rates",
    "replay_day",
    "replay_log",
    "replicate_queue",
    "required_agents",
    "service_by_kind",
    "simulate_queue",
    "staffing_table",
]
