"""Contained by the assistant, and solved? Who is back within 72 hours, by reason, beside those whom a person served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, chart, dots, guess_key, guessed, intervals, names, picture, table
from servicelab.widgets.intervals import difference, wilson

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


def by_reason(contacts: pd.DataFrame) -> pd.DataFrame:
    """Reasons that the assistant had often: `bot` and `person` (shares back), `low` and `high` of the difference, counts."""
    found = served(contacts)
    rows = {}
    for reason, mine in found.groupby("intent"):
        bot, person = mine.loc[mine["bot"], "back"], mine.loc[~mine["bot"], "back"]
        if len(bot) >= LEAST:
            apart, low, high = difference(bot.sum(), len(bot), person.sum(), len(person))
            rows[reason] = {
                "bot": bot.mean(), "hits": bot.sum(), "n": len(bot), "person": person.mean(), "person_hits": person.sum(),
                "person_n": len(person), "apart": apart, "low": low, "high": high,
                "cost": mine.loc[mine["bot"], "whole"].mean(), "person_cost": mine.loc[~mine["bot"], "whole"].mean(),
            }  # fmt: skip
    import pandas as pd

    return pd.DataFrame.from_dict(rows, orient="index").sort_values("apart", ascending=False)


def contained(contacts: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Back within 72 hours by reason, after the assistant and after a person; `guess` is a guess at the assistant's all."""
    found, reasons = served(contacts), by_reason(contacts)
    order = list(reasons.index)
    drawn: dict[str, list[dict[str, Any]]] = {"bot": [], "person": []}
    for at, reason in enumerate(order):
        row = reasons.loc[reason]
        for who, hits, count in (("bot", row["hits"], row["n"]), ("person", row["person_hits"], row["person_n"])):
            low, high = (100 * bound for bound in wilson(hits, count))
            drawn[who].append({"x": 100 * hits / count, "y": at, "xlo": low, "xhi": high})
    bot, person = found[found["bot"]], found[~found["bot"]]
    layers = [
        intervals(drawn["person"], color=7, shift=0.18), dots(drawn["person"], color=7, shape="square", shift=0.18),
        intervals(drawn["bot"], color=2, shift=-0.18), dots(drawn["bot"], color=2, shift=-0.18),
    ]  # fmt: skip
    legend = [
        {"shape": "circle", "color": 2, "text": _("after the assistant alone")},
        {"shape": "square", "color": 7, "text": _("after a person")},
    ]
    said = [label("contacts", "intent", reason) for reason in order]
    if guess is not None:
        said.append(_("all together"))
        at = len(said) - 1
        everybody = [
            (mine["back"].sum(), len(mine), look, shift)
            for mine, look, shift in ((bot, {"color": 2}, -0.18), (person, {"color": 7, "shape": "square"}, 0.18))
        ]
        for hits, count, look, shift in everybody:
            low, high = (100 * bound for bound in wilson(hits, count))
            row = {"x": 100 * hits / count, "y": at, "xlo": low, "xhi": high}
            layers += [intervals([row], color=look["color"], shift=shift), dots([row], shift=shift, **look)]
        layers.append(guessed(guess, at, shift=-0.18))
        legend.append(guess_key())
    worst, best = order[0], order[-1]
    measured = _("back about the same matter within 72 hours, of 100")
    return picture(
        _("Contained, and solved?"),
        [chart(axis(measured, 0, 50), names(said, band=40), layers, legend=legend)],
        _(
            "Of 100 whom the assistant dealt with alone {bot:.0f} are back within 72 hours, in any channel; after a person "
            "{person:.0f}. By reason: {worst} {worst_bot:.0f} against {worst_person:.0f}, {best} {best_bot:.0f} against "
            "{best_person:.0f}. With all that follows, a matter that the assistant began costs ¥{cost:.1f}, one that a person "
            "began ¥{person_cost:.1f}.",
            bot=100 * bot["back"].mean(), person=100 * person["back"].mean(),
            worst=label("contacts", "intent", worst), worst_bot=100 * reasons.loc[worst, "bot"],
            worst_person=100 * reasons.loc[worst, "person"], best=label("contacts", "intent", best),
            best_bot=100 * reasons.loc[best, "bot"], best_person=100 * reasons.loc[best, "person"],
            cost=bot["whole"].mean(), person_cost=person["whole"].mean(),
        ),
        table(
            _("First contacts of three years (simulated): back within 72 hours, and what the whole matter costs"),
            [
                _("reason"), _("after the assistant, of 100"), _("after a person, of 100"), _("difference, 95 % interval"),
                _("whole matter, assistant"), _("whole matter, person"), _("contacts with the assistant"),
            ],
            [
                [
                    label("contacts", "intent", str(reason)), f"{100 * row['bot']:.1f}", f"{100 * row['person']:.1f}",
                    f"{100 * row['low']:+.1f} – {100 * row['high']:+.1f}", f"¥{row['cost']:.1f}", f"¥{row['person_cost']:.1f}",
                    f"{int(row['n']):,}",
                ]
                for reason, row in reasons[::-1].iterrows()
            ],
        ),
    )  # fmt: skip
