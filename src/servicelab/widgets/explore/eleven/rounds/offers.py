"""What each round says first, and what may be decided in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.eleven.desk import EIGHT, seats_at
from servicelab.widgets.explore.eleven.levers import (
    ASSUMED,
    BANNERS,
    MOST,
    MOVES,
    REFUNDS,
    STARTS,
    SWITCHES,
    UNTIL,
    Plan,
)
from servicelab.widgets.explore.eleven.season import LINES, PRACTICE

if TYPE_CHECKING:
    from servicelab.widgets.explore.eleven.game import Game

Offer = dict[str, Any]


def title(which: str) -> str:
    """What a round is called."""
    return {
        "practice": _("Practice · 21 October, an ordinary evening"),
        "staff": _("Round 2 · 24 October: who works"),
        "opening": _("Round 3 · 31 October, 20:00: the first opening"),
        "night": _("Round 4 · 10 November, 20:09: the night"),
        "wave": _("Round 5 · 12 November, morning: the wave"),
    }[which]


def briefing(game: Game, which: str) -> list[str]:
    """Three lines before the decision."""
    season = game.season
    if which == "practice":
        return [
            _("Nothing counts here: change what you like, as often as you like."),
            _(
                "At five past eight {phone} people are on the phone and {chat} on the chat; in the chat one person "
                "holds three at once.",
                **{line: seats_at(season, Plan(), PRACTICE, line, EIGHT + 300) for line in LINES},
            ),
            _("Move somebody, and see whether fewer give up on both lines together."),
        ]
    if which == "staff":
        return [
            _(
                "Chen Jing: “Temps sit where the others sit, spread over the whole day, half on the phone, half "
                "on the chat.”"
            ),
            _(
                "They learn for {days} days, and every {each} of them take one experienced person away from the desk "
                "meanwhile (assumed). Each works at the pace of their week; that more of their contacts come back does "
                "not count here. A temp costs ¥{cost:,.0f} a shift.",
                days=ASSUMED.training, each=ASSUMED.trained_by_one, cost=season.hour_cost * 6.75,
            ),
            _(
                "A late shift works from 12:30 to 21:00 instead of 9:00 to 17:30, on 31 October and on 10 November. "
                "Overtime is "
                "from 20:00 to 21:00 on both evenings, at 150 %."
            ),
        ]  # fmt: skip
    if which == "opening":
        return [
            _("Vouchers at 20:00. “It will be price, price and price,” says Chen Jing."),
            _(
                "Of 100 who turn to the chat about a price and are offered the assistant, {along:.0f} go along. "
                "Without the order number a contact about prices, balances or deliveries is {seconds:.0f} seconds "
                "shorter; IT wants "
                "¥{set_up:,.0f} for it, once.",
                along=100 * season.goes_along, seconds=ASSUMED.shorter, set_up=ASSUMED.set_up,
            ),
            _(
                "Who has waited for two minutes on the phone may be offered a call back today, from 20:30 on. Six in "
                "ten accept "
                "(assumed). Whoever has not been rung by nine is let down, and is rung tomorrow."
            ),
        ]  # fmt: skip
    if which == "night":
        return [
            _("Payment has failed since 20:07 (made up for this case). The provider: “Half an hour, perhaps less.”"),
            _(
                "Finance: “Prices and deposits hold until noon tomorrow for everybody.” Chen Jing: “I reckon we get to "
                "each of them within two minutes.”"
            ),
            _("When payment failed on 20 October, from 6:20 to 7:10, nobody told the customers anything."),
        ]
    return [
        _(
            "Yesterday {claims:,} contacts asked for the difference to the lower price, on all lines; the parcels, "
            "and the "
            "returns, are still to come.",
            claims=_claims(game),
        ),
        _("Marketing: “Double 11 is over. Thank you all!” Finance: “Then the temps can go.”"),
        _(
            "Inspection rarely finds anything: had every return under ¥200 been paid unseen, ¥{small:.2f} a return "
            "would have "
            "been lost on average, of the larger ones ¥{large:.2f}. In a trial by lot, small returns paid without "
            "approval brought {less:.0f} of 100 fewer questions “where is my money”.",
            small=season.refused_claim["small"], large=season.refused_claim["large"], less=100 * (1 - season.pilot),
        ),
    ]  # fmt: skip


def _claims(game: Game) -> int:
    """Contacts of 11 November that claim a difference in price, on all lines."""
    calls = game.season.tables["calls"]
    day = calls["arrived_at"].dt.strftime("%Y-%m-%d")
    return int(((day == "2025-11-11") & (calls["kind"].astype(str) == "price_claim")).sum())


def offers(which: str) -> list[Offer]:
    """The settings of a round's decision, in the order in which they are shown."""
    if which == "staff":
        return [
            _slider("temps", _("Temps"), 0, MOST["temps"], ""),
            _radios("start", _("They begin on"), {each: day_name(each) for each in STARTS}),
            _slider("late", _("Late shift on both evenings"), 0, MOST["late"], ""),
            _slider("overtime", _("Overtime from eight to nine on both evenings"), 0, MOST["overtime"], ""),
        ]
    if which == "wave":
        return [
            _radios("until", _("The temps' last day"), {each: day_name(each) for each in UNTIL}),
            _slider(
                "hours",
                _(
                    "Overtime in the evening, 12 to 18 November, {people} people: hours a day",
                    people=sum(ASSUMED.people.values()),
                ),
                0, MOST["hours"], "",
            ),
            _radios("refunds", _("Refunds"), {each: refund_name(each) for each in REFUNDS}),
        ]  # fmt: skip
    moves = [
        _slider(f"moved{at}", _("From phone to chat, {stretch}", stretch=stretch), -2, MOST["moved"], "")
        for at, stretch in enumerate(("20:00–20:10", "20:10–20:30", "20:30–21:00"))
    ][:MOVES]
    switched = [{"id": each, "text": switch_name(each)} for each in SWITCHES]
    switches: Offer = {"kind": "checks", "key": "on", "label": _("Switched on from 20:00"), "options": switched}
    banner = _radios("banner", _("On every page and before every queue"), {each: banner_name(each) for each in BANNERS})
    return [*moves, switches, *([banner] if which == "night" else [])]


def _slider(key: str, label: str, low: int, high: int, unit: str) -> Offer:
    return {"kind": "slider", "key": key, "label": label, "min": low, "max": high, "unit": unit}


def _radios(key: str, label: str, options: dict[str, str]) -> Offer:
    return {"kind": "radios", "key": key, "label": label, "options": [{"id": k, "text": v} for k, v in options.items()]}


def day_name(day: str) -> str:
    """A day of October or November 2025."""
    number = int(day[-2:])
    return _("{day} October", day=number) if "-10-" in day else _("{day} November", day=number)


def switch_name(switch: str) -> str:
    """What may be switched on."""
    return {
        "assistant": _("The assistant answers first about prices and balances (chat)"),
        "callback": _("A call back today is offered after two minutes (phone)"),
        "simplify": _("Nobody asks for the order number"),
    }[switch]


def banner_name(banner: str) -> str:
    """What may stand on the banner."""
    return {
        "none": _("Nothing, as on 20 October"),
        "minutes": _("“Payment is not working. We answer each of you within two minutes.”"),
        "kept": _("“Payment is not working. Prices and deposits hold until noon tomorrow.”"),
        "clock": _("“Payment is not working. From 20:20 on everything works again.”"),
    }[banner]


def refund_name(refund: str) -> str:
    """How refunds may be paid."""
    return {
        "inspect": _("Inspect and approve each one first, as now"),
        "small": _("Under ¥200 without approval, the others as now"),
        "all": _("All as soon as the parcel is scanned"),
    }[refund]
