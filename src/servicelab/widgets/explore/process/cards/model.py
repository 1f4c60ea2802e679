"""Three redesign cards: which of them does next to nothing, and what the others do, quarter by quarter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servicelab.i18n import _, together
from servicelab.widgets.explore.process.changes import APPROVER, LIMIT, ROBOT
from servicelab.widgets.explore.process.replays import Change, Outcome, Replays, middle
from servicelab.widgets.house.values import choice
from servicelab.widgets.quantities import between, percent, yuan

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Card:
    """A change that may be bought: what it does to the stations, and what it costs a year (made up)."""

    change: Change
    yuan: int


CARDS = {
    "approver": Card(Change(factors=(("approve", APPROVER.factor),)), APPROVER.yuan),
    "robot": Card(Change(factors=(("refund", ROBOT.factor),)), ROBOT.yuan),
    "limit": Card(Change(approve_from=float(LIMIT)), 0),
}
AS_IS = Change()


class CardsModel:
    """The cards on a firm's own returns; what a card does is told once the guess is made and the card is turned."""

    def __init__(self, log: pd.DataFrame, stations: pd.DataFrame, calendar: pd.DataFrame, cases: pd.DataFrame) -> None:
        self.replays = Replays(log, stations, calendar, cases, "explore.cards")

    def warm(self) -> None:
        """Work all of it out while the trainee still thinks."""
        self.replays.warm([AS_IS, *(card.change for card in CARDS.values())])

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: ``guess``, the cards ``turned``, and of these the ``last``."""
        guess = choice(value, "guess", CARDS, "")
        given = value.get("turned")
        turned = [card for card in CARDS if guess and isinstance(given, list) and card in given]
        last = choice(value, "last", turned, turned[-1] if turned else "")
        state: dict[str, Any] = {"at": {"guess": guess or None, "last": last}, "turned": turned}
        if not turned:
            said = _("You say: “{card}” does next to nothing. Turn the cards.", card=card_name(guess)) if guess else ""
            return {**state, "text": said or _("No guess yet.")}
        base = self.replays.outcome(AS_IS)
        found = {card: self.replays.outcome(CARDS[card].change) for card in turned}
        shown = {"as-is": base, **found}
        return {
            **state,
            "bars": [{"name": card_name(key), "days": round(o.once, 2)} for key, o in shown.items()],
            "quarters": list(base.quarters),
            "lines": [
                {"name": card_name(key), "days": [round(shown[key].quarters[q], 2) for q in base.quarters]}
                for key in ("as-is", last)
            ],
            "text": self._sentence(guess, last, base, found),
            "table": self._table(shown),
        }

    def _sentence(self, guess: str, last: str, base: Outcome, found: Mapping[str, Outcome]) -> str:
        said = _(
            "{card}: {days:.2f} days instead of {base:.2f}, {hours:.0f} hours sooner.",
            card=card_name(last),
            days=found[last].once,
            base=base.once,
            hours=24 * (base.once - found[last].once),
        )
        if len(found) < len(CARDS):
            return said
        least = max(found, key=lambda card: found[card].once)
        verdict = (
            _("You said which one: right.")
            if guess == least
            else _("You had said “{guess}”: it is “{least}”.", guess=card_name(guess), least=card_name(least))
        )
        why = _(
            "One gives time to the station that has least to spare, one takes work away from it, and one speeds up a "
            "station that had time."
        )
        most = min(found, key=lambda card: found[card].once)
        when = _when(base.quarters, found[most].quarters)
        return together(said, verdict, why, when)

    def _table(self, shown: Mapping[str, Outcome]) -> dict[str, Any]:
        changes = {"as-is": AS_IS, **{key: card.change for key, card in CARDS.items()}}
        spread = {key: middle(self.replays.shuffled(changes[key])) for key in shown}
        return {
            "caption": _("Mean days of a return (replayed), and how busy each station is"),
            "columns": [
                _("card"), _("cost a year"), _("days"), _("twelve runs with the work shuffled, middle 80 %"),
                _("inspection"), _("approval"), _("refund"),
            ],
            "rows": [
                [
                    card_name(key),
                    yuan(CARDS[key].yuan, 0) if key in CARDS else "–",
                    f"{outcome.once:.2f}",
                    between(*spread[key], 2),
                    *(percent(100 * outcome.load[station])
                      for station in ("inspect", "approve", "refund")),
                ]
                for key, outcome in shown.items()
            ],
        }  # fmt: skip


def _when(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Say in which quarters days are won, where two of them hold more than half of all that is won."""
    won = {quarter: days - after[quarter] for quarter, days in before.items()}
    first, second, *others = sorted(won, key=lambda quarter: -won[quarter]) if len(won) > 2 else ("", "")
    if not others or won[first] + won[second] <= sum(won[quarter] for quarter in others):
        return ""
    return _(
        "Days are won when the approver is swamped: {first} and {second}. In quiet quarters hardly any.",
        **{
            name: _quarter_name(quarter)
            for name, quarter in zip(("first", "second"), sorted((first, second)), strict=True)
        },
    )


def _quarter_name(quarter: str) -> str:
    year, number = quarter.split("Q")
    return _("quarter {number} of {year}", number=number, year=year)


def card_name(card: str) -> str:
    """Return what a card is called."""
    return {
        "as-is": _("as it is"),
        "approver": _("A second approver"),
        "robot": _("Refund by robot"),
        "limit": _("No approval under ¥{limit:,}", limit=LIMIT),
    }[card]


def card_words(card: str) -> str:
    """Return what stands on a card: what is changed, and what it costs."""
    return {
        "approver": _(
            "One more manager for three half-days a week: {more:.0f} % more minutes for approvals. ¥{cost:,} a year.",
            more=100 * (APPROVER.factor - 1),
            cost=APPROVER.yuan,
        ),
        "robot": _(
            "A program pays out what is approved, in {share:.0f} % of the time. ¥{cost:,} a year.",
            share=100 / ROBOT.factor,
            cost=ROBOT.yuan,
        ),
        "limit": _("Whoever inspects also decides below ¥{limit:,}: two steps become one. Free.", limit=LIMIT),
    }[card]
