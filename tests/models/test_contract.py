"""The toolbox has every name of the contract, with the arguments a lesson may pass, and every known answer a source."""

from __future__ import annotations

import importlib
import inspect

import pytest

#: models.md, "Contract": module → function → arguments in order (further ones may follow, with defaults).
CONTRACT: dict[str, dict[str, str]] = {
    "needs": {
        "kano_category": "functional dysfunctional",
        "kano_coefficients": "counts",
        "importance_performance": "importance performance",
        "ahp_weights": "pairwise",
    },
    "process": {
        "directly_follows": "log",
        "variants": "log",
        "dependency": "dfg",
        "cycle_times": "log",
        "rework_rate": "log",
        "process_cycle_efficiency": "log value_adding",
        "bottleneck": "stations",
        "littles_law": "in_system rate time_in_system",
        "kingman_wait": "rate service_time",
        "p_chart": "defects n method",
    },
    "queueing": {
        "erlang_b": "load agents",
        "erlang_c": "load agents",
        "erlang_c_metrics": "rate aht agents target",
        "erlang_a_metrics": "rate aht agents patience target",
        "required_agents": "rate aht service_level target patience shrinkage",
        "simulate_queue": "rate aht agents patience target",
    },
    "channels": {
        "channel_scorecard": "interactions",
        "cost_per_resolution": "interactions",
        "handoff_metrics": "transitions",
        "removal_effects": "paths",
        "topsis": "matrix weights benefit",
        "channel_mix": "demand cost capacity",
    },
    "people": {
        "learning_curve": "first rate case",
        "appraisal_scorecard": "contacts weights",
        "dea_ccr": "inputs outputs",
        "optimal_incentive": "risk_aversion effort_cost variance",
        "incentive_outcomes": "scheme agents",
        "manpower_forecast": "transitions hires",
        "roster": "demand shifts cost",
    },
    "technology": {
        "availability": "mtbf mttr",
        "series": "availabilities",
        "parallel": "availabilities",
        "risk_priority": "severity occurrence detection",
        "npv": "rate cash_flows",
        "payback": "cash_flows",
        "bot_deflection": "contacts",
    },
    "journey": {
        "touchpoint_scores": "events surveys",
        "emotion_curve": "moments",
        "friction": "events goal",
        "five_elements_audit": "tables",
    },
    "loyalty": {
        "rfm": "orders",
        "retention_curve": "tenure left",
        "sbg_fit": "survivors",
        "bgnbd_fit": "frequency recency age",
        "gamma_gamma_fit": "frequency mean_value",
        "customer_lifetime_value": "purchases spend",
        "margin_multiple": "retention discount",
        "tier_design": "spend thresholds benefit",
        "upgrade_roi": "customers",
    },
    "marketing": {
        "satisfaction_gap": "experience expectation",
        "servqual": "expectations perceptions weights",
        "cronbach_alpha": "items",
        "personas": "features k",
        "campaign_effect": "panel",
        "uplift": "campaign",
        "arpu": "revenue users",
        "net_promoter_score": "scores",
    },
}


@pytest.mark.parametrize(
    ("module", "name", "arguments"),
    [(module, name, given.split()) for module, names in CONTRACT.items() for name, given in names.items()],
)
def test_the_name_is_there_and_takes_what_the_contract_says(module: str, name: str, arguments: list[str]) -> None:
    function = getattr(importlib.import_module(f"servicelab.models.{module}"), name)
    assert list(inspect.signature(function).parameters)[: len(arguments)] == arguments


def test_the_classifier_has_its_methods() -> None:
    from servicelab.models.needs import NeedsClassifier

    for method, arguments in (("fit", "texts labels"), ("predict", "texts"), ("predict_proba", "texts"),
                              ("top_terms", "label"), ("report", "texts labels")):  # fmt: skip
        named = list(inspect.signature(getattr(NeedsClassifier, method)).parameters)
        assert named[1 : 1 + len(arguments.split())] == arguments.split()


def test_metrics_carry_what_the_contract_says() -> None:
    from servicelab.models.queueing import QueueMetrics

    assert {"p_wait", "service_level", "asa", "occupancy", "p_abandon"} <= set(QueueMetrics.__dataclass_fields__)


def test_models_know_nothing_of_the_firm_or_the_views() -> None:
    """A model is a function of numbers: it imports no other part of the course but the package itself."""
    import ast
    from pathlib import Path

    import servicelab.models

    for path in Path(servicelab.models.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            ours = [name for name in names if name.split(".")[0] == "servicelab"]
            assert all(name.startswith("servicelab.models") for name in ours), f"{path}: {ours}"
