"""Per cent, yuan and intervals as the running language writes them: 42 %, ¥14.0, 1.9 – 5.9; 42%, 14.0 元, 1.9 到 5.9.

A number that a picture or a table writes out itself, outside a sentence of the catalogue, is written here.
"""

from __future__ import annotations

from servicelab.i18n import _


def percent(value: float, digits: int = 0) -> str:
    """A number of 100.

    >>> percent(41.7)
    '42 %'
    """
    return _("{number} %", number=f"{value:.{digits}f}")


def yuan(value: float, digits: int = 1) -> str:
    """An amount of money.

    >>> yuan(13.96), yuan(24000, 0)
    ('¥14.0', '¥24,000')
    """
    return _("¥{number}", number=f"{value:,.{digits}f}")


def between(low: float, high: float, digits: int = 1, *, signed: bool = False) -> str:
    """From the one number to the other, with a minus sign that a reader does not take for the dash.

    >>> between(1.94, 5.9), between(-0.2, 0.4, signed=True)
    ('1.9 – 5.9', '−0.2 – +0.4')
    """
    sign = "+" if signed else ""
    # Adding nothing makes a rounded -0.0 a plain zero.
    first, last = (f"{round(bound, digits) + 0.0:{sign},.{digits}f}".replace("-", "−") for bound in (low, high))
    return _("{low} – {high}", low=first, high=last)
