"""Be the agent. Engines: a morning of ten calls, made up (illustrative); then R, outcomes of the grid `pay_schemes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.people.agent import morning
from servicelab.widgets.explore.people.agent.calls import CALLS, MINUTES, MOVES
from servicelab.widgets.explore.people.agent.sixmonths import QUALITIES, SPEEDS, SixMonths
from servicelab.widgets.house import Interactive
from servicelab.widgets.house.values import choice, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servicelab.company.tables.runs import Runs

PARTS = ("morning", "months")


class Agent(Interactive):
    """The control that ``explore.agent`` returns."""

    view = "view.js"

    def __init__(self, runs: Runs) -> None:
        self._months = SixMonths(runs)
        super().__init__(
            content={
                "moves": [{"id": move, "text": morning.move_name(move), "minutes": MINUTES[move]} for move in MOVES],
                "parts": [
                    {"id": "morning", "text": _("1 · Ten calls")},
                    {"id": "months", "text": _("2 · Six months")},
                ],
                "calls": len(CALLS),
                "speeds": list(SPEEDS),
                "qualities": list(QUALITIES),
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        part = choice(value, "part", PARTS, PARTS[0])
        moves = morning.moves_of(value)
        guess, guess_back = kept(value, "guess", len(CALLS)), kept(value, "guess_back", 60)
        speed, quality = whole(value, "speed", 0, 2, 2), whole(value, "quality", 0, 2, 0)
        drawn = (
            morning.derive(moves, guess, value.get("seen") is True)
            if part == "morning"
            else self._months.derive(speed, quality, guess_back)
        )
        return {
            "at": {"part": part, "speed": speed, "quality": quality},
            "part": part,
            "made": len(moves),
            # Both parts: the day after was looked at, and the six months.
            "complete": guess_back is not None and guess is not None and len(moves) == len(CALLS),
            "table": None,
            **drawn,
        }

    def name(self) -> str:
        return _("Be the agent")

    def words(self) -> dict[str, str]:
        return {
            "parts": _("Part"),
            "lead": _(
                "You are on the phone this morning (illustrative). You are paid by the call: ¥2.20 for each, "
                "however it "
                "ends. Ten calls, four ways to deal with each. Do what you would do if you needed the money."
            ),
            "lead_months": _(
                "Now you set the pay, for everybody on the phone, from April to September 2023 (simulated; twenty runs "
                "of each scheme, the same staff plan). The fixed part is smaller where something is added."
            ),
            "move": _("{text} ({n} minutes)", text="{text}", n="{n}"),
            "guess": _("of ten customers, so many ring again tomorrow"),
            "look": _("That is my guess: to tomorrow"),
            "nowhere": _("no guess yet"),
            "move_to": _("Click on the scale, or use the arrow keys; Enter takes the place where it stands."),
            "again": _("The same morning once more"),
            "hours": _("¥ in the first hour of tomorrow"),
            "usual": _("an hour without calls that come back"),
            "guess_back": _("of 100 whose call was answered, so many are back, at ¥2.20 a call"),
            "look_back": _("That is my guess: to the six months"),
            "speed": _("for each call answered"),
            "quality": _("for each call settled (closed as resolved and not back)"),
            "of_100": _("of 100"),
            "fixed": _("fixed wage"),
            "mine": _("your scheme"),
            "middle": _("the line: the middle 16 of 20 runs"),
            "one": _("one run, drawn: what happened"),
            "built": _(
                "Built into the simulator: pay for calls makes calls shorter, solves fewer and lets more be closed "
                "unsolved; pay for settled calls makes them a little longer and solves more; customers who were not "
                "helped get in touch again; people leave more often when pay falls or the line is full. The effect of "
                "both weights together is assumed to be the sum. Not built in: envy, pride, how customers speak of the "
                "firm a year later, and what it costs to find out what was truly settled."
            ),
        }


def kept(value: Mapping[str, Any], key: str, most: int) -> int | None:
    """A guess that was kept, or None."""
    return whole(value, key, 0, most, 0) if isinstance(value.get(key), int) else None
