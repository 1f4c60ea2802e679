"""Numbers from outside: JSON allows integers that no float can hold."""

from __future__ import annotations

import math


def finite(value: object) -> float | None:
    """The value as a float, or None for anything that is no finite number (truth values are none).

    >>> finite(3), finite(True), finite("3"), finite(10**400)
    (3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
