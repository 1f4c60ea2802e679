"""Per cent, yuan and intervals as the running language writes them: 42 %, ¥14.0, 1.9 – 5.9; 42%, 14.0 元, 1.9 到 5.9.

A number that a picture or a table writes out itself, outside a sentence of the catalogue, is written here.
"""

from __future__ import annotations

from typing import NamedTuple

from servicelab.i18n import _, language


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


LARGE = 1e8
"""Yuan from which on Chinese counts in hundred millions."""


class Unit(NamedTuple):
    """What large amounts are counted in: its yuan, its name, and how many decimals more than millions it takes."""

    yuan: float
    name: str
    decimals: int

    def write(self, value: float, digits: int = 0) -> str:
        """An amount in this unit, as exact as in millions with ``digits`` decimals.

        >>> Unit(1e4, "", -2).write(5_300_000, 1), Unit(1e8, "", 2).write(632_000_000)
        ('530', '6.32')
        """
        exact = round(value / 1e6, digits) * 1e6 / self.yuan
        return f"{exact + 0.0:,.{max(0, digits + self.decimals)}f}".replace("-", "−")


def money_unit(largest: float) -> Unit:
    """What amounts up to ``largest`` are counted in: millions; Chinese counts in its own ten thousands and 10⁸.

    >>> money_unit(632_000_000).name
    'million ¥'
    """
    if language() == "zh" and largest >= LARGE:
        return Unit(1e8, _("hundred million ¥"), 2)
    return Unit(1e4 if language() == "zh" else 1e6, _("million ¥"), -2 if language() == "zh" else 0)


def millions(value: float, digits: int = 0) -> str:
    """A large amount of money.

    >>> millions(632_000_000), millions(5_300_000, 1)
    ('¥632 million', '¥5.3 million')
    """
    number = money_unit(abs(value)).write(value, digits)
    large = language() == "zh" and abs(value) >= LARGE
    return _("¥{number} hundred million", number=number) if large else _("¥{number} million", number=number)


def between(low: float, high: float, digits: int = 1, *, signed: bool = False) -> str:
    """From the one number to the other, with a minus sign that a reader does not take for the dash.

    >>> between(1.94, 5.9), between(-0.2, 0.4, signed=True)
    ('1.9 – 5.9', '−0.2 – +0.4')
    """
    sign = "+" if signed else ""
    # Adding nothing makes a rounded -0.0 a plain zero.
    first, last = (f"{round(bound, digits) + 0.0:{sign},.{digits}f}".replace("-", "−") for bound in (low, high))
    return _("{low} – {high}", low=first, high=last)
