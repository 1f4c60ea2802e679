"""One visible line opens an interactive: ``explore.kano(load("kano_survey"), load("features"))``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from servicelab.widgets.kano import Kano

# Each interactive is imported when it is asked for: a lesson's first cell pays for none of them.


def kano(survey: pd.DataFrame, features: pd.DataFrame, *, seed: int = 1) -> Kano:
    """Open the Kano lab on ``survey`` (``customer_id, segment, feature_id, functional, dysfunctional``).

    ``features`` gives the names (``feature_id, name_en, name_zh``); ``seed`` fixes which customers a small sample
    holds. Raises ``UserError`` when a table lacks a column or has no rows.
    """
    from servicelab.widgets.kano import Kano

    return Kano(survey, features, seed=seed)
