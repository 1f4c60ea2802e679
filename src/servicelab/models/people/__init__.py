"""People: how they learn, how to judge and pay them, how many there will be and who works when."""

from servicelab.models.people.appraisal import appraisal_scorecard, dea_ccr
from servicelab.models.people.incentives import (
    IncentiveOutcomes,
    PayScheme,
    gini,
    incentive_outcomes,
    optimal_incentive,
)
from servicelab.models.people.learning import LearningFit, fit_learning_curve, learning_curve
from servicelab.models.people.planning import ManpowerForecast, Roster, manpower_forecast, roster

__all__ = [
    "IncentiveOutcomes",
    "LearningFit",
    "ManpowerForecast",
    "PayScheme",
    "Roster",
    "appraisal_scorecard",
    "dea_ccr",
    "fit_learning_curve",
    "gini",
    "incentive_outcomes",
    "learning_curve",
    "manpower_forecast",
    "optimal_incentive",
    "roster",
]
