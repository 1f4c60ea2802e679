"""Ten weeks on paper: a line that swings by chance, and what re-setting it after a week does to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from servicelab.i18n import _

WEEKS = 10
SPREAD = 10.0
"""Standard deviation of a week in minutes: chance and nothing else."""
TYPICAL = 2
"""A seed in whose ten weeks re-setting costs about what it costs in the long run."""
MOVES = ("leave", "reset")
LONG = 2000


class TenWeeksModel:
    """A packing line that finishes some minutes before or after its plan, each week by chance.

    Re-setting moves the line by what the week was off, the other way. `seed` fixes the chance of the ten weeks, the
    same whether the line is left alone or not. Source: Deming, W. E. (1986). Out of the Crisis, ch. 11 (the funnel).

    >>> model = TenWeeksModel(seed=3)
    >>> model.line([]) == model.line(["leave"] * 9)[:1]
    True
    """

    def __init__(self, seed: int = TYPICAL) -> None:
        rng = np.random.default_rng(seed)
        self.chance = [round(each) for each in rng.normal(0, SPREAD, WEEKS).tolist()]
        many = rng.normal(0, SPREAD, LONG)
        alone = float(np.abs(many).mean())
        # Whoever re-sets each time carries the last week's chance, with the other sign, into the next.
        always = float(np.abs(many[1:] - many[:-1]).mean())
        self.dearer = 100 * (always / alone - 1)

    def line(self, moves: list[str]) -> list[int]:
        """Minutes off plan in each week up to the one after the last move."""
        level, found = 0, []
        for week in range(min(len(moves) + 1, WEEKS)):
            found.append(level + self.chance[week])
            if week < len(moves) and moves[week] == "reset":
                level -= found[-1]
        return found

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: the ``moves`` made so far, one a week."""
        given = value.get("moves")
        moves = [move for move in given if move in MOVES][:WEEKS] if isinstance(given, list) else []
        mine = self.line(moves)
        state: dict[str, Any] = {
            "at": {"moves": moves},
            "weeks": WEEKS,
            "mine": mine,
            "resets": moves.count("reset"),
            "over": len(moves) == WEEKS,
        }
        if len(moves) < WEEKS:
            return {**state, "text": _("Week {week}: {off} Do you re-set the line, or leave it alone?",
                                       week=len(mine), off=minutes(mine[-1]))}  # fmt: skip
        alone, always = self.line(["leave"] * WEEKS), self.line(["reset"] * WEEKS)
        off = {
            name: sum(map(abs, line)) / WEEKS for name, line in (("mine", mine), ("alone", alone), ("always", always))
        }
        return {
            **state,
            "alone": alone,
            "text": _(
                "You re-set {resets} times: {mine:.1f} minutes off plan in a week, on average. The same weeks left "
                "alone: {alone:.1f}; re-set after each: {always:.1f}. Every number was chance around the same plan: "
                "whoever re-sets carries last week's chance into the next, and over {long} weeks is {dearer:.0f} % "
                "further off than whoever never does.",
                resets=moves.count("reset"),
                mine=off["mine"],
                alone=off["alone"],
                always=off["always"],
                long=f"{LONG:,}",
                dearer=self.dearer,
            ),
            "table": {
                "caption": _("Minutes off plan, by week"),
                "columns": [_("week"), _("your move after it"), _("your line"), _("left alone"), _("re-set each time")],
                "rows": [
                    [week + 1, move_name(moves[week]), mine[week], alone[week], always[week]] for week in range(WEEKS)
                ],
            },
        }


def minutes(off: int) -> str:
    """Say how far a week was off plan."""
    if off == 0:
        return _("exactly on plan.")
    late, early = _("{n} minutes after plan.", n=off), _("{n} minutes before plan.", n=-off)
    return late if off > 0 else early


def move_name(move: str) -> str:
    """Return what a move is called."""
    return {"leave": _("left alone"), "reset": _("re-set")}[move]
