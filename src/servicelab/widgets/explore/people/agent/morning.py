"""A morning of ten calls, paid by the call; and the next day, when some of them come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from servicelab.i18n import _, together
from servicelab.widgets.explore.people.agent.calls import AGAIN, CALLS, ENOUGH, MINUTES, MOVES, back, said, settled
from servicelab.widgets.quantities import yuan

PER_CALL = 2.2
"""¥ for each call, however it ends: what the grid of pay schemes has as its full weight on speed."""
DESKS = ("you", "mei", "hao")
"""Who gets a call that comes back: the queue asks nobody who had it first."""


@dataclass(frozen=True)
class Morning:
    """What came of ten moves: minutes and pay, and who has whose call the next day."""

    moves: tuple[str, ...]

    @property
    def minutes(self) -> float:
        """Minutes at the desk today."""
        return sum(MINUTES[move] for move in self.moves)

    @property
    def paid(self) -> float:
        """¥ today."""
        return PER_CALL * len(self.moves)

    @property
    def returning(self) -> dict[str, str]:
        """By call that comes back, the desk that gets it: in turn, as a queue deals them out."""
        again = [call for call, move in zip(CALLS, self.moves, strict=False) if move not in ENOUGH[call]]
        return {call: DESKS[number % len(DESKS)] for number, call in enumerate(again)}

    def hour(self, desk: str) -> float:
        """¥ of a desk's first hour tomorrow: what comes back takes longer than a new call, and pays as one."""
        again = list(self.returning.values()).count(desk)
        left = max(60 - AGAIN * again, 0.0)
        return PER_CALL * (again + left / MINUTES["finish"])

    @property
    def in_all(self) -> float:
        """Minutes until all ten are settled: today's, and those of the second time."""
        return self.minutes + AGAIN * len(self.returning)


def least() -> float:
    """Minutes of somebody who gives each call the shortest of what it needs."""
    return sum(min(MINUTES[move] for move in enough) for enough in ENOUGH.values())


def moves_of(value: Mapping[str, Any]) -> tuple[str, ...]:
    """The moves made so far."""
    given = value.get("moves")
    return tuple(move for move in given if move in MOVES)[: len(CALLS)] if isinstance(given, list) else ()


def derive(moves: Sequence[str], guess: int | None, seen: bool) -> dict[str, Any]:
    """What is drawn of the morning; nothing of tomorrow before the guess is kept."""
    made = Morning(tuple(moves))
    over = len(made.moves) == len(CALLS)
    told = over and seen and guess is not None
    state: dict[str, Any] = {
        "number": len(made.moves) + 1,
        "over": over,
        "told": told,
        "call": "" if over else said(CALLS[len(made.moves)]),
        "earned": _earned(made),
    }
    if not told:
        asks = _("Ten calls done. How many of the ten customers ring again tomorrow? Guess, then look.")
        return {**state, "text": asks if over else together(_("Call {n} of {all}.", n=state["number"], all=len(CALLS)),
                                                            state["earned"])}  # fmt: skip
    again = made.returning
    return {
        **state,
        "hours": [{"name": desk_name(desk), "yuan": round(made.hour(desk), 2)} for desk in DESKS],
        "days": [
            {
                "back": call in again,
                "head": _("{call} {move}.", call=said(call), move=move_name(move)),
                "says": (back if call in again else settled)(call),
            }
            for call, move in zip(CALLS, made.moves, strict=True)
        ],
        "usual": PER_CALL * 60 / MINUTES["finish"],
        "text": _tomorrow(made, guess or 0),
        "table": {
            "caption": _("Your ten calls, and the day after"),
            "columns": [_("call"), _("what you did"), _("minutes"), _("rings again"), _("what happens tomorrow")],
            "rows": [
                [said(call), move_name(move), f"{MINUTES[move]:.0f}",
                 desk_name(again[call]) if call in again else _("no one"), (back if call in again else settled)(call)]
                for call, move in zip(CALLS, made.moves, strict=True)
            ],
        },
    }  # fmt: skip


def _earned(made: Morning) -> str:
    if not made.moves:
        return _("¥2.20 for each call, however it ends.")
    return _(
        "{paid} for {minutes:.0f} minutes: {hour} an hour.",
        paid=yuan(made.paid, 2), minutes=made.minutes, hour=yuan(60 * made.paid / made.minutes, 0),
    )  # fmt: skip


def _tomorrow(made: Morning, guess: int) -> str:
    count = len(made.returning)
    first = _(
        "{n} of ten ring again tomorrow (you guessed {guess}). Today you earned {hour} an hour.",
        n=count, guess=guess, hour=yuan(60 * made.paid / made.minutes, 0),
    )  # fmt: skip
    second = _(
        "Until all ten are settled they take {all:.0f} minutes, yours and your colleagues'; with the shortest move "
        "that was enough for each it would have been {least:.0f}.",
        all=made.in_all, least=least(),
    )  # fmt: skip
    others = [desk for desk in DESKS[1:] if desk in made.returning.values()]
    if not others:
        return together(first, second, _("None of them reaches a colleague."))
    third = _(
        "In the first hour of tomorrow Xiao Mei earns {mei} and A Hao {hao} in place of {usual}: for calls that were "
        "paid to you.",
        mei=yuan(made.hour("mei"), 2), hao=yuan(made.hour("hao"), 2),
        usual=yuan(PER_CALL * 60 / MINUTES["finish"], 2),
    )  # fmt: skip
    return together(first, second, third)


def move_name(move: str) -> str:
    """Return what a move is called."""
    return {
        "finish": _("answer what was asked"),
        "ask": _("ask one thing more, then answer"),
        "transfer": _("transfer to the second line"),
        "close": _("close early"),
    }[move]


def desk_name(desk: str) -> str:
    """Return who sits there."""
    return {"you": _("you"), "mei": _("Xiao Mei"), "hao": _("A Hao")}[desk]
