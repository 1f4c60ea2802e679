"""Coach or chance: twelve people roll dice for two months; then the firm's bottom ten, and the lot among them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from servicelab.errors import UserError
from servicelab.i18n import _, together
from servicelab.widgets.explore.people.chance.lots import Change, apart, by_lot
from servicelab.widgets.house.values import choice, number, whole

if TYPE_CHECKING:
    import pandas as pd

    from servicelab.models.arguments import Floats

PEOPLE, ROLLS, LAST = 12, 20, 3
"""Twelve people roll a die twenty times a month; the three with the lowest mean are spoken to."""
LEAST = 2
"""Months without which a change has no interval."""
STEPS = ("dice", "firm")
VERDICTS = ("works", "not", "cannot")
LUCK = 999_999


class ChanceModel:
    """Dice, and the firm's own table.

    Raises ``UserError`` when the table lacks a column or has no rows, and when the coached, the others of the last ten,
    or everybody else have fewer than two months: a change has no interval then.
    """

    def __init__(self, appraisals: pd.DataFrame) -> None:
        self._appraisals = appraisals
        self.coached, self.others, self.rest = by_lot(appraisals)
        if min(each.count for each in (self.coached, self.others, self.rest)) < LEAST:
            raise UserError(
                _(
                    "{call}: {argument} needs two months at least of people among the last ten who were coached, of "
                    "such who were not, and of everybody else, each with the month after.",
                    call="explore.chance", argument="appraisals",
                )
            )  # fmt: skip

    @cached_property
    def surveys(self) -> float:
        """Answers that a month's rating rests on."""
        return float(self._appraisals["surveys"].mean()) if "surveys" in self._appraisals else float(ROLLS)

    def dice(self, luck: int) -> Floats:
        """Mean of twenty rolls, by month and person."""
        rolled: Floats = np.random.default_rng(luck).integers(1, 7, (2, PEOPLE, ROLLS)).mean(axis=2)
        return rolled

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws.

        ``value`` has the ``step``, ``luck`` and ``months`` of the dice, the ``guess``, the ``verdict`` on what was
        coached, and whether the ``lot`` is shown.
        """
        step = choice(value, "step", STEPS, STEPS[0])
        state = self._dice(value) if step == "dice" else self._firm(value)
        verdict = choice(value, "verdict", VERDICTS, "")
        over = value.get("lot") is True and bool(verdict) and _guessed(value)
        return {
            "table": None,
            **state,
            "at": {"step": step, "verdict": verdict or None},
            "step": step,
            "complete": over,
        }

    def _dice(self, value: Mapping[str, Any]) -> dict[str, Any]:
        months = whole(value, "months", 0, 2, 0)
        if not months:
            said = _(
                "Twelve people, each rolls a die twenty times a month; their mean is their rating. Nobody is better "
                "than anybody. Roll the first month."
            )
            return {"months": 0, "text": said}
        rolled = self.dice(whole(value, "luck", 0, LUCK, 1))
        order = np.argsort(rolled[0], kind="stable")
        low, high = order[:LAST], order[-LAST:]
        people = [{"first": round(float(rolled[0][who]), 2), "low": bool(who in low)} for who in order]
        first = float(rolled[0][low].mean())
        if months == 1:
            said = _(
                "The month's last three have {first:.2f} on average, the mean of all is {all:.2f}. Have a serious word "
                "with the three, then roll the next month.",
                first=first, all=float(rolled[0].mean()),
            )  # fmt: skip
            return {"months": 1, "people": people, "text": said}
        for one, who in zip(people, order, strict=True):
            one["second"] = round(float(rolled[1][who]), 2)
        gain, fall = (float((rolled[1][who] - rolled[0][who]).mean()) for who in (low, high))
        said = _(
            "The last three went from {first:.2f} to {then:.2f}: {gain}. The first three: {fall}. The dice did "
            "not hear "
            "your words. Whoever is last has mostly had bad luck as well, and bad luck seldom comes twice "
            "running. Roll "
            "again and see how often.",
            first=first, then=first + gain, gain=signed(gain), fall=signed(fall),
        )  # fmt: skip
        return {
            "months": 2,
            "people": people,
            "text": said,
            "table": {
                "caption": _("Mean of twenty rolls"),
                "columns": [_("person"), _("first month"), _("second month"), _("among the last three")],
                "rows": [
                    [n + 1, f"{one['first']:.2f}", f"{one['second']:.2f}", _("yes") if one["low"] else _("no")]
                    for n, one in enumerate(people)
                ],
            },
        }

    def _firm(self, value: Mapping[str, Any]) -> dict[str, Any]:
        guessed = _guessed(value)
        verdict = choice(value, "verdict", VERDICTS, "")
        lot = value.get("lot") is True and bool(verdict) and guessed
        state: dict[str, Any] = {"guessed": guessed, "judged": bool(verdict), "lot": lot, "bars": []}
        if not guessed:
            asks = _(
                "Skylark: each month the ten people with the lowest ratings are noted, and five of them are coached in "
                "the month after. By how many points does the rating of the coached change from the one month to the "
                "next? Guess."
            )
            return {**state, "text": asks}
        guess = number(value, "guess", -1, 1, 0)
        coached = _(
            "The coached: {mean} ± {half:.2f} points in the month after ({n} people's months in three years); "
            "you guessed "
            "{guess}.",
            mean=signed(self.coached.mean), half=self.coached.half, n=self.coached.count, guess=signed(guess),
        )  # fmt: skip
        state["bars"] = [_bar(_("coached"), self.coached)]
        if not lot:
            return {**state, "text": together(coached, _("What does it say about coaching? Decide."))}
        state["bars"] += [_bar(_("not coached"), self.others), _bar(_("everybody else"), self.rest)]
        gap, half = apart(self.coached, self.others)
        told = _(
            "Which five were coached was drawn by lot. The others of the bottom ten: {mean} ± {half:.2f} ({n}). The "
            "difference is {gap} ± {half_gap:.2f}: nothing that could be told from chance. The firm stops paying for "
            "it until a larger lot says otherwise.",
            mean=signed(self.others.mean), half=self.others.half, n=self.others.count, gap=signed(gap), half_gap=half,
        )  # fmt: skip
        own = {
            "works": _("You had said that coaching works: the same rise came without it."),
            "not": _("You had said that it does nothing: that could not be seen from the coached alone, either."),
            "cannot": _("You had said that it cannot be seen from the coached alone: so it was."),
        }[verdict]
        return {
            **state,
            "text": together(coached, told, own),
            "table": {
                "caption": _("Change of the rating to the next month, with its 95 % interval"),
                "columns": [_("who"), _("change"), _("people's months")],
                "rows": [
                    [name, f"{signed(each.mean)} ± {each.half:.2f}", f"{each.count:,}"]
                    for name, each in (
                        (_("coached"), self.coached), (_("not coached"), self.others), (_("everybody else"), self.rest)
                    )
                ],
            },
        }  # fmt: skip


def _guessed(value: Mapping[str, Any]) -> bool:
    return not isinstance(value.get("guess"), bool) and isinstance(value.get("guess"), int | float)


def signed(value: float) -> str:
    """A change with its sign.

    >>> signed(0.3), signed(-0.046)
    ('+0.30', '−0.05')
    """
    return f"{value:+.2f}".replace("-", "−")


def _bar(name: str, change: Change) -> dict[str, Any]:
    return {
        "name": name,
        "mean": round(change.mean, 3),
        "low": round(change.mean - change.half, 3),
        "high": round(change.mean + change.half, 3),
        "label": signed(change.mean),
    }
