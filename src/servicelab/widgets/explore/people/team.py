"""A team of twelve for the theory's model of pay: made up (illustrative), the same wherever that model is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

SIZE = 12


def team() -> pd.DataFrame:
    """Twelve people who differ in pace, in how much they solve, in what they can do and in what they would not do."""
    import pandas as pd

    place = np.linspace(-1, 1, SIZE)
    # Each trait in an order of its own, so that none stands for another.
    return pd.DataFrame(
        {
            "handling_time": 480 * np.exp(0.12 * place),
            "resolution": 0.75 + 0.08 * np.roll(place, 5),
            "ability": 1 + 0.15 * np.roll(place, 3),
            "integrity": 0.9 + 0.08 * np.roll(place, 8),
        }
    )
