"""What can be changed about returns, and its price (made up): the cards and the free design offer the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bought:
    """A factor on the minutes of a station, and what it costs a year."""

    factor: float
    yuan: int

    def times(self, often: int) -> Bought:
        """So many of them.

        >>> Bought(1.3, 24_000).times(2)
        Bought(factor=1.6, yuan=48000)
        """
        return Bought(round(1 + often * (self.factor - 1), 6), often * self.yuan)


APPROVER = Bought(1.3, 24_000)
"""One more manager for three half-days a week: minutes for approvals."""
ROBOT = Bought(2.0, 30_000)
"""A program that pays out: minutes for refunds."""
LIMIT = 200
"""Yuan: below it nothing is approved on the card; the pilot by lot tried it."""
