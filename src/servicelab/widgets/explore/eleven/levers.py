"""What may be decided in the five rounds, and what is made up for the case, each by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from servicelab.widgets.house.values import choice, whole

ROUNDS = ("forecast", "staff", "opening", "night", "wave")
HANDLES = 10
"""Half hours that are forecast, the last ones of the day: from four to nine."""
MOST_CONTACTS = 400
STARTS = ("2025-10-27", "2025-11-03", "2025-11-10")
"""Mondays on which temps may begin."""
UNTIL = ("2025-11-12", "2025-11-18", "2025-11-25")
"""Their last day."""
SWITCHES = ("assistant", "callback", "simplify")
BANNERS = ("none", "minutes", "kept", "clock")
REFUNDS = ("inspect", "small", "all")
MOST = {"temps": 20, "late": 10, "overtime": 10, "moved": 6, "hours": 3}
"""Ends of the scales; three hours is what the law allows a day (`course/policy.yml`, overtime)."""
MOVES = 3
"""Stretches of the evening hour for which people may be moved: until 20:10, until 20:30, until 21:00."""


@dataclass(frozen=True)
class Assumed:
    """What no table of the firm shows, made up for the case and said so wherever it counts.

    Attributes
    ----------
    week : of seven days a temp works so many
    training : days that a temp is not at the desk yet, and whom three of them take away from it: one person
    offered : seconds after which a caller is offered a call back, and the share that takes it
    shorter : seconds saved where nobody has to say an order number, for the three reasons `simple`
    set_up : ¥ for that, once
    broken : by how much each kind of broken promise raises the contacts of the next round
    let_down : a promise to ring back counts as broken, as a kind, when so large a share of it was not kept
    outage : from when to when payment fails on 10 November, in minutes after 20:00, and the factor on contacts about it
    calmed : of these, the share that does not come when the banner says what holds
    told : the minute at which one banner says that payment will work again
    people, overtime_pay : who works longer in the week after the sale, by line; what an hour of it is paid, to 1
    prices : ¥ for a contact that gave up, for one that did in the hour of an opening, a minute waited, a customer let
        down: what the score goes by
    """

    week: int = 5
    training: int = 3
    trained_by_one: int = 3
    offered: float = 120.0
    takes: float = 0.6
    shorter: float = 40.0
    simple: tuple[str, ...] = ("price", "balance", "where_is_order")
    set_up: float = 3000.0
    broken: float = 0.03
    let_down: float = 0.1
    outage: tuple[float, float] = (7.0, 31.0)
    outage_factor: float = 1.5
    about_payment: tuple[str, ...] = ("balance", "price", "app_problem")
    calmed: float = 0.3
    told: float = 20.0
    people: Mapping[str, int] = field(default_factory=lambda: {"phone": 7, "chat": 3})
    overtime_pay: float = 1.5
    prices: Mapping[str, float] = field(
        default_factory=lambda: {"lost": 50.0, "dear": 150.0, "minute": 1.0, "broken": 20.0}
    )


ASSUMED = Assumed()


@dataclass(frozen=True)
class Staff:
    """Round 2: how many temps from when, and who is there on the two evenings."""

    temps: int = 0
    start: str = STARTS[0]
    late: int = 0
    overtime: int = 0


@dataclass(frozen=True)
class Hour:
    """Rounds 3 and 4: people moved from the phone to the chat in each stretch of the hour, and what is switched on."""

    moved: tuple[int, ...] = (0, 0, 0)
    assistant: bool = False
    callback: bool = False
    simplify: bool = False
    banner: str = "none"


@dataclass(frozen=True)
class Wave:
    """Round 5: until when the temps stay, overtime hours a day for a week, and how refunds are paid."""

    until: str = UNTIL[0]
    hours: int = 0
    refunds: str = "inspect"


@dataclass(frozen=True)
class Plan:
    """All five decisions."""

    forecast: tuple[int, ...] = (0,) * HANDLES
    staff: Staff = Staff()
    opening: Hour = Hour()
    night: Hour = Hour()
    wave: Wave = Wave()

    def upto(self, name: str) -> Plan:
        """The same, with nothing decided after the round of that name."""
        kept = ROUNDS[: ROUNDS.index(name) + 1]
        return replace(self, **{each: getattr(Plan(), each) for each in ROUNDS if each not in kept})


def read(name: str, value: Mapping[str, Any]) -> Any:
    """What a value decides in the round of that name; whatever it holds, a decision that is possible."""
    if name == "forecast":
        return tuple(whole(value, f"h{at}", 0, MOST_CONTACTS, 0) for at in range(HANDLES))
    if name == "staff":
        return Staff(
            whole(value, "temps", 0, MOST["temps"], 0),
            choice(value, "start", STARTS, STARTS[0]),
            whole(value, "late", 0, MOST["late"], 0),
            whole(value, "overtime", 0, MOST["overtime"], 0),
        )
    if name == "wave":
        return Wave(
            choice(value, "until", UNTIL, UNTIL[0]),
            whole(value, "hours", 0, MOST["hours"], 0),
            choice(value, "refunds", REFUNDS, REFUNDS[0]),
        )
    said = value.get("on")
    on = said if isinstance(said, list) else []
    return Hour(
        tuple(whole(value, f"moved{at}", -2, MOST["moved"], 0) for at in range(MOVES)),
        "assistant" in on,
        "callback" in on,
        "simplify" in on,
        choice(value, "banner", BANNERS, "none") if name == "night" else "none",
    )
