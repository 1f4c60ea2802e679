"""Reading what a front end or a restored sheet sent: anything may be in it, so every field has a default."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any


def choice(value: Mapping[str, Any], key: str, options: Collection[str], default: str) -> str:
    """Return ``value[key]`` where it is one of ``options``, else ``default``.

    >>> choice({"segment": "senior"}, "segment", ["all", "senior"], "all")
    'senior'
    >>> choice({"segment": ["senior"]}, "segment", ["all", "senior"], "all")
    'all'
    """
    found = value.get(key)
    return found if isinstance(found, str) and found in options else default


def number(value: Mapping[str, Any], key: str, low: float, high: float, default: float) -> float:
    """Return ``value[key]`` as a float held within ``low`` … ``high``, or ``default`` where it is not a number.

    >>> number({"n": 900}, "n", 1, 600, 50)
    600.0
    >>> number({"n": float("nan")}, "n", 1, 600, 50)
    50.0
    """
    found = value.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return float(default)
    try:
        figure = float(found)
    except OverflowError:
        return float(default)
    return float(default) if math.isnan(figure) else min(max(figure, low), high)


def whole(value: Mapping[str, Any], key: str, low: int, high: int, default: int) -> int:
    """Return ``value[key]`` as an int held within ``low`` … ``high``, or ``default``.

    >>> whole({"n": "20"}, "n", 1, 600, 50)
    50
    """
    return round(number(value, key, low, high, default))


def text(value: Mapping[str, Any], key: str, longest: int = 400) -> str:
    """Return ``value[key]`` as text cut to ``longest`` characters, or an empty string."""
    found = value.get(key)
    return found[:longest] if isinstance(found, str) else ""


def chosen(value: Mapping[str, Any], key: str, options: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Return the entries of the mapping ``value[key]`` whose id and choice are both known.

    >>> chosen({"kind": {"v1": "functional", "v2": "nonsense", "v9": "functional"}}, "kind",
    ...        {"v1": ["functional", "emotional"], "v2": ["functional"]})
    {'v1': 'functional'}
    """
    found = value.get(key)
    if not isinstance(found, Mapping):
        return {}
    return {
        known: found[known]
        for known, allowed in options.items()
        if isinstance(found.get(known), str) and found[known] in allowed
    }
