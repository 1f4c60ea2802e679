"""Contained by the assistant, and solved? Who is back within 72 hours, by reason, beside those whom a person served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, chart, dots, guess_key, guessed, intervals, names, picture, table
from servicelab.widgets.intervals import difference, wilson
from servicelab.widgets.quantities import between, yuan

if TYPE_CHECKING:
    import pandas as pd

ASSISTANT = "self_service"
LEAST = 150
"""Fewer contacts with the assistant than this do not say how a reason fares there."""


def served(contacts: pd.DataFrame) -> pd.DataFrame:
    """First contacts that were served: `intent`, `bot` (by the assistant), `back` within 72 hours, `whole` cost."""
    columns = ("contact_id", "journey_id", "kind", "channel", "intent", "served", "recontact_72h", "cost")
    require(contacts, columns, "figures.contained", "contacts")
    first = contacts[(contacts["kind"].astype(str) == "first") & contacts["served"].astype(bool)]
    whole = contacts.groupby("journey_id", observed=True)["cost"].sum()
    return first.assign(
        intent=first["intent"].astype(str),
        bot=first["channel"].astype(str) == ASSISTANT,
        back=first["recontact_72h"].astype(bool),
        whole=first["contact_id"].map(whole).astype(float),
    )[["intent", "bot", "back", "whole"]]


def back_again(contacts: pd.DataFrame) -> float:
    """Of those whom the assistant dealt with alone, the share (0 to 1) that is back within 72 hours in any channel."""
    found = served(contacts)
    return float(found.loc[found["bot"], "back"].mean())


@dataclass(frozen=True)
class Fate:
    """What became of some first contacts: how many there were, how many came back, what a whole matter cost."""

    count: int
    back: int
    cost: float

    @property
    def share(self) -> float:
        """Of 100 so many came back."""
        return 100 * self.back / self.count

    def bar(self, y: int) -> dict[str, Any]:
        """A dot with its 95 % interval."""
        low, high = (100 * bound for bound in wilson(self.back, self.count))
        return {"x": self.share, "y": y, "xlo": low, "xhi": high}


def fate(rows: pd.DataFrame) -> Fate:
    """What became of these contacts."""
    return Fate(len(rows), int(rows["back"].sum()), float(rows["whole"].mean()))


def by_reason(contacts: pd.DataFrame) -> dict[str, tuple[Fate, Fate]]:
    """For each reason that the assistant had often: after the assistant, after a person; the widest gap first."""
    found = served(contacts)
    pairs = {
        str(reason): (fate(mine[mine["bot"]]), fate(mine[~mine["bot"]]))
        for reason, mine in found.groupby("intent")
        if int(mine["bot"].sum()) >= LEAST
    }
    return dict(sorted(pairs.items(), key=lambda item: item[1][1].share - item[1][0].share))


def contained(contacts: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Back within 72 hours, by reason and in all, after the assistant and after a person.

    `guess` is somebody's guess at how many of 100 come back after the assistant, all together.
    """
    found, reasons = served(contacts), by_reason(contacts)
    every = (fate(found[found["bot"]]), fate(found[~found["bot"]]))
    said = [label("contacts", "intent", reason) for reason in reasons]
    pairs = [*reasons.values(), every]
    bot, person = ([pair[at].bar(y) for y, pair in enumerate(pairs)] for at in (0, 1))
    layers = [
        intervals(person, color=7, shift=0.18), dots(person, color=7, shape="square", shift=0.18),
        intervals(bot, color=2, shift=-0.18), dots(bot, color=2, shift=-0.18),
    ]  # fmt: skip
    legend = [
        {"shape": "circle", "color": 2, "text": _("after the assistant alone")},
        {"shape": "square", "color": 7, "text": _("after a person")},
    ]
    if guess is not None:
        layers.append(guessed(guess, len(said), shift=-0.18))
        legend.append(guess_key())
    (worst, (worst_bot, worst_person)), (best, (best_bot, best_person)) = [list(reasons.items())[at] for at in (0, -1)]
    rows = []
    for name, (one, other) in [*zip(said, reasons.values(), strict=True), (_("all together"), every)][::-1]:
        _apart, low, high = difference(one.back, one.count, other.back, other.count)
        rows.append(
            [
                name, f"{one.share:.1f}", f"{other.share:.1f}", between(100 * low, 100 * high, signed=True),
                yuan(one.cost), yuan(other.cost), f"{one.count:,}",
            ]
        )  # fmt: skip
    return picture(
        _("Contained, and solved?"),
        [
            chart(
                axis(_("back about the same matter within 72 hours, of 100"), 0, 50),
                names([*said, _("all together")], band=40),
                layers,
                legend=legend,
            )
        ],
        _(
            "Of 100 whom the assistant dealt with alone {bot:.0f} are back within 72 hours, in any channel; after a "
            "person {person:.0f}. By reason: {worst} {worst_bot:.0f} against {worst_person:.0f}, {best} {best_bot:.0f} "
            "against {best_person:.0f}. With all that follows, a matter that the assistant began costs "
            "¥{cost:.1f}, one "
            "that a person began ¥{person_cost:.1f}.",
            bot=every[0].share, person=every[1].share, worst=label("contacts", "intent", worst),
            worst_bot=worst_bot.share, worst_person=worst_person.share, best=label("contacts", "intent", best),
            best_bot=best_bot.share, best_person=best_person.share, cost=every[0].cost, person_cost=every[1].cost,
        ),
        table(
            _("First contacts of three years (simulated): back within 72 hours, and what the whole matter costs"),
            [
                _("reason"), _("after the assistant, of 100"), _("after a person, of 100"),
                _("difference, 95 % interval"), _("whole matter, assistant"), _("whole matter, person"),
                _("contacts with the assistant"),
            ],
            rows,
        ),
    )  # fmt: skip
