"""A fair scorecard: whom to train, a line's rating with another line's reasons, and all lines at the same mix."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _, together
from servicelab.widgets.explore.channels.reasons import (
    GROUPS,
    LINES,
    Rating,
    as_rated,
    at_the_same_mix,
    group_name,
    means,
    mix,
    rated,
)
from servicelab.widgets.frames import require
from servicelab.widgets.house.values import choice, number
from servicelab.widgets.quantities import percent

if TYPE_CHECKING:
    import pandas as pd

MOVED, OTHER = "phone", "chat"
"""The line whose reasons are dragged, and the one whose mix is offered."""
CHOICES = (*LINES, "none")
LEAST = 20
"""Fewer ratings than this do not say how a line does for a reason."""


class FairModel:
    """The lines of a firm. Raises ``UserError`` when the table lacks a column or has no rows."""

    def __init__(self, contacts: pd.DataFrame) -> None:
        require(contacts, ("kind", "channel", "intent", "csat"), "explore.fair", "contacts")
        self.rows = rated(contacts)
        require(self.rows, (), "explore.fair", "contacts")
        self.own, self.other = (_whole_shares(mix(self.rows, line)) for line in (MOVED, OTHER))
        self.common = _whole_shares(mix(self.rows))

    @cached_property
    def raw(self) -> dict[str, Rating]:
        """Each line as it is rated."""
        return as_rated(self.rows)

    @cached_property
    def by_group(self) -> dict[str, float]:
        """Mean rating of the moved line in each group of reasons."""
        found = means(self.rows[self.rows["channel"] == MOVED], ["group"])["mean"]
        return {group: float(found.get(group, found.mean())) for group in GROUPS}

    def dragged(self, shares: Mapping[str, float]) -> float:
        """What the moved line would be rated with these shares of the groups, each group rated as it is there."""
        total = sum(shares.values())
        return sum(share * self.by_group[group] for group, share in shares.items()) / total if total else 0.0

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: whom to ``train``, ``shares``, ``same`` for all, the ``silent``.

        ``compared`` says that all have stood at the same mix once.
        """
        train = choice(value, "train", CHOICES, "")
        given = value.get("shares")
        shares = {
            group: number(given, group, 0, 100, self.own[group]) if isinstance(given, Mapping) else self.own[group]
            for group in GROUPS
        }
        if not sum(shares.values()):
            shares = dict(self.own)
        same = value.get("same") is True and bool(train)
        if same:
            shares = dict(self.common)
        silent = value.get("silent") is True and same
        raw = as_rated(self.rows, silent=True) if silent else self.raw
        state: dict[str, Any] = {
            "at": {"train": train or None, "silent": ["silent"] if silent else []},
            "decided": bool(train),
            "shares": shares,
            "same": same,
            # Whoever has compared may go back to a mix of their own: what waited for it stays.
            "complete": bool(train) and (same or value.get("compared") is True),
            "raw": _bars(raw),
        }
        if not train:
            return {**state, "text": self._listed(), "table": self._table(raw, None)}
        mine = self.dragged(shares)
        state["dragged"] = round(mine, 3)
        if not same:
            return {**state, "text": self._moved(shares, mine), "table": self._table(raw, None)}
        fair = at_the_same_mix(self.rows, silent=silent)
        return {
            **state,
            "fair": _bars(fair),
            "text": self._told(train, raw, fair, silent),
            "table": self._table(raw, fair),
        }

    def _listed(self) -> str:
        order = sorted(self.raw, key=lambda line: -self.raw[line].mean)
        said = _(", ").join(f"{name_of(line)} {self.raw[line].mean:.2f}" for line in order)
        return _("As rated: {lines}.", lines=said)

    def _moved(self, shares: Mapping[str, float], mine: float) -> str:
        own = self.raw[MOVED].mean
        if all(abs(shares[group] - self.own[group]) < 0.5 for group in GROUPS):
            return _(
                "{line} is rated {own:.2f}. Of 100 of its rated first contacts {wrong:.0f} are about damage, a "
                "defect or a "
                "complaint; of 100 in {other} {theirs:.0f}. Drag, or take the mix of {other}.",
                line=name_of(MOVED), other=name_of(OTHER), own=own, wrong=self.own["wrong"], theirs=self.other["wrong"],
            )  # fmt: skip
        return _(
            "With this mix {line} would be rated {mine:.2f} instead of {own:.2f}: the same people, the same "
            "answers to each group of reasons, another mix. {other} is rated {theirs:.2f}.",
            line=name_of(MOVED), other=name_of(OTHER), mine=mine, own=own, theirs=self.raw[OTHER].mean,
        )  # fmt: skip

    def _told(self, train: str, raw: Mapping[str, Rating], fair: Mapping[str, Rating], silent: bool) -> str:
        order = sorted(fair, key=lambda line: -fair[line].mean)
        best, worst = order[0], order[-1]
        cells = means(self.rows, ["channel", "intent"])
        often = cells["mean"].where(cells["count"] >= LEAST).unstack().reindex([MOVED, OTHER]).dropna(axis=1)
        ahead = int((often.loc[MOVED] > often.loc[OTHER]).to_numpy().sum())
        said = _(
            "At the same mix {best} is rated best ({top:.2f} ± {off:.2f}) and {worst} worst ({low:.2f} ± "
            "{off_low:.2f}); {before} they have {raw_best:.2f} and {raw_worst:.2f}.",
            before=_("as rated, the silent ones counted,") if silent else _("as rated"),
            best=name_of(best), worst=name_of(worst), top=fair[best].mean, off=fair[best].half, low=fair[worst].mean,
            off_low=fair[worst].half, raw_best=raw[best].mean, raw_worst=raw[worst].mean,
        )  # fmt: skip
        rows = _(
            "Reason by reason {line} is ahead of {other} in {ahead} of the {all} that both have often enough.",
            line=name_of(MOVED), other=name_of(OTHER), ahead=ahead, all=often.shape[1],
        )  # fmt: skip
        verdict = (
            _("You trained none by this list: it compares reasons, not people.")
            if train == "none"
            else _("Your training would have gone to {line}: place {place} of {all} at the same mix.",
                   line=name_of(train), place=order.index(train) + 1 if train in order else len(order), all=len(fair))
        )  # fmt: skip
        unheard = _("The unhappy who did not answer are counted.") if silent else ""
        mixed = _("Now each line has the mix of the five together.")
        return together(mixed, said, rows, verdict, unheard)

    def _table(self, raw: Mapping[str, Rating], fair: Mapping[str, Rating] | None) -> dict[str, Any]:
        rows: list[list[object]] = []
        for line, rating in raw.items():
            shares = mix(self.rows, line)
            shown = [rating] if fair is None else [rating, fair[line]]
            rows.append(
                [
                    name_of(line),
                    *(f"{each.mean:.2f} ± {each.half:.2f}" for each in shown),
                    *(percent(shares[group]) for group in GROUPS),
                    f"{rating.count:,}",
                ]
            )
        columns = [_("line"), _("as rated"), *([_("at the same mix")] if fair is not None else [])]
        return {
            "caption": _(
                "Rated first contacts of three years (simulated): rating, 95 % interval, shares of the reasons"
            ),
            "columns": [*columns, *(group_name(group) for group in GROUPS), _("ratings")],
            "rows": rows,
        }


def _bars(found: Mapping[str, Rating]) -> list[dict[str, Any]]:
    return [
        {"id": line, "name": name_of(line), "mean": round(rating.mean, 3), "half": round(rating.half, 3)}
        for line, rating in found.items()
    ]


def _whole_shares(shares: Mapping[str, float]) -> dict[str, float]:
    """Shares in whole per cent that add up to 100: what is cut off most is rounded up."""
    down = {group: int(share) for group, share in shares.items()}
    left = 100 - sum(down.values())
    for group in sorted(shares, key=lambda each: down[each] - shares[each])[:left]:
        down[group] += 1
    return {group: float(share) for group, share in down.items()}


def name_of(line: object) -> str:
    """Return what a line is called."""
    return label("contacts", "channel", str(line))
