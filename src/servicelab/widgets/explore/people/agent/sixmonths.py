"""Six months of the phone under a pay scheme: outcomes of the grid `pay_schemes`, beside the fixed wage."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from servicelab.errors import UserError
from servicelab.i18n import _, together
from servicelab.widgets.quantities import between, yuan

if TYPE_CHECKING:
    from servicelab.company.tables.runs import Runs

SPEEDS, QUALITIES = (0.0, 1.1, 2.2), (0.0, 1.2, 2.4)
"""¥ for each call answered, and for each call settled: what the grid has."""
FIXED = "speed_0_quality_0"
SEED = 4
"""Which replicate is drawn as what happened."""
SHARES = ("hung_up", "closed", "settled", "back")
MIDDLE = (0.1, 0.9)


class SixMonths:
    """Outcomes by scheme. Raises ``UserError`` when the runs are not those of the pay schemes."""

    def __init__(self, runs: Runs) -> None:
        if FIXED not in runs.points:
            raise UserError(_("explore.agent: the runs must be those of the pay schemes, not {name}.",
                              name=runs.table.name))  # fmt: skip
        self._runs = runs

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """By scheme and replicate: shares of 100, minutes a call, ¥ for each call settled, who left."""
        rows = self._runs.frame
        answered = rows["contacts"] * (1 - rows["abandoned"])
        return rows.assign(
            point=rows["point"].astype(str),
            hung_up=100 * rows["abandoned"],
            closed=100 * rows["resolved"],
            settled_calls=rows["settled"],
            settled=100 * rows["settled"] / answered,
            back=100 * rows["came_back"],
            minutes=rows["handling"] / 60,
            price=rows["paid"] / rows["settled"],
        ).set_index(["point", "replicate"])

    def of(self, point: str) -> pd.DataFrame:
        """By measure: `mean`, `low` and `high` of the middle 80 of 100 replicates, and one that `happened`."""
        names = [*SHARES, "minutes", "price", "settled_calls", "contacts", "leavers"]
        mine = self.outcomes.loc[[point], names]
        low, high = MIDDLE
        found = {"mean": mine.mean(), "low": mine.quantile(low), "high": mine.quantile(high)}
        happened = mine.xs(self._runs.happened(SEED), level="replicate").mean()
        return pd.DataFrame({**found, "happened": happened})

    def base(self, speed: int, quality: int) -> float:
        """¥ a month whatever is done."""
        return 6000.0 - 900 * speed - 700 * quality

    def derive(self, speed: int, quality: int, guess: int | None) -> dict[str, Any]:
        """What is drawn of a scheme; until a guess is kept the fixed wage alone."""
        fixed = self.of(FIXED)
        if guess is None:
            asks = _(
                "With a fixed wage {back:.0f} of 100 customers whose call was answered get in touch again about the "
                "same matter. From April on each call pays ¥2.20, however it ends. How many will it be? Guess first.",
                back=fixed.loc["back", "mean"],
            )
            return {"shown": False, "bars": [], "text": asks, "table": None}
        mine = self.of(f"speed_{speed}_quality_{quality}")
        return {
            "shown": True,
            "fixed": not speed and not quality,
            "bars": [
                {"name": share_name(name), "fixed": _mark(fixed, name), "mine": _mark(mine, name)} for name in SHARES
            ],
            "text": self._told(speed, quality, guess, fixed, mine),
            "table": self._table(fixed, mine),
        }

    def _told(self, speed: int, quality: int, guess: int, fixed: pd.DataFrame, mine: pd.DataFrame) -> str:
        first = ""
        if speed == len(SPEEDS) - 1 and not quality:
            asked = _mark(mine, "back")
            first = _(
                "With ¥2.20 a call {mean:.0f} of 100 are back (middle of the runs: {middle}); you guessed {guess}.",
                mean=asked["mean"], middle=between(asked["low"], asked["high"], 0), guess=guess,
            )  # fmt: skip
        scheme = _(
            "{base} a month, {speed} a call, {quality} a call settled.",
            base=yuan(self.base(speed, quality), 0), speed=yuan(SPEEDS[speed], 2),
            quality=yuan(QUALITIES[quality], 2),
        )  # fmt: skip
        if not speed and not quality:
            return together(scheme, _("That is the fixed wage. Move a weight."))
        change = _(
            "A call takes {minutes:.1f} minutes (fixed wage: {was_minutes:.1f}); of 100 callers {hung:.0f} hang up "
            "({was_hung:.0f}). Of 100 answered calls {closed:.0f} are closed as resolved ({was_closed:.0f}), "
            "{settled:.0f} settled ({was_settled:.0f}), {back:.0f} back ({was_back:.0f}). A settled call costs "
            "{price} in pay ({was_price}).",
            minutes=mine.loc["minutes", "mean"], was_minutes=fixed.loc["minutes", "mean"],
            hung=mine.loc["hung_up", "mean"], was_hung=fixed.loc["hung_up", "mean"],
            closed=mine.loc["closed", "mean"], was_closed=fixed.loc["closed", "mean"],
            settled=mine.loc["settled", "mean"], was_settled=fixed.loc["settled", "mean"],
            back=mine.loc["back", "mean"], was_back=fixed.loc["back", "mean"],
            price=yuan(_mark(mine, "price")["mean"], 2), was_price=yuan(_mark(fixed, "price")["mean"], 2),
        )  # fmt: skip
        return together(first, scheme, change, fairness(self.base(speed, quality), SPEEDS[speed], QUALITIES[quality]))

    def _table(self, fixed: pd.DataFrame, mine: pd.DataFrame) -> dict[str, Any]:
        digits = {"minutes": 1, "price": 2, "settled_calls": 0, "contacts": 0, "leavers": 1}
        named = {
            **{name: share_name(name) for name in SHARES},
            "minutes": _("minutes a call"),
            "price": _("pay for each settled call, ¥"),
            "settled_calls": _("calls settled in six months"),
            "contacts": _("calls that reached the queue in six months"),
            "leavers": _("people who left in six months"),
        }

        def cells(found: pd.DataFrame, name: str) -> list[str]:
            places = digits.get(name, 1)
            row = _mark(found, name)
            return [
                f"{row['mean']:,.{places}f}",
                between(row["low"], row["high"], places),
                f"{row['happened']:,.{places}f}",
            ]

        return {
            "caption": _("Phone, April to September 2023, 20 runs of each scheme (simulated)"),
            "columns": [
                "", _("fixed wage: mean"), _("middle 80 of 100 runs"), _("one run"), _("your scheme: mean"),
                _("middle 80 of 100 runs"), _("one run"),
            ],
            "rows": [[text, *cells(fixed, name), *cells(mine, name)] for name, text in named.items()],
        }  # fmt: skip


def fairness(base: float, per_contact: float, per_resolution: float) -> str:
    """How unequal pay would be by the theory's model, which is not the firm's simulator."""
    from servicelab.models.people import PayScheme, incentive_outcomes
    from servicelab.widgets.explore.people.team import team

    found = incentive_outcomes(PayScheme(base, per_contact, per_resolution), team())
    pay = found.agents["pay"]
    return _(
        "How far pay lies apart says another model (Holmström and Milgrom 1991; the theory's model, parameters "
        "illustrative): in a team of twelve the best paid has {apart:.0f} % more than the least paid.",
        apart=100 * (float(pay.max()) / float(pay.min()) - 1),
    )


def share_name(name: str) -> str:
    """Return what a measure of part two is called."""
    return {
        "hung_up": _("hung up, of 100 callers"),
        "closed": _("closed as resolved, of 100 answered"),
        "settled": _("settled, of 100 answered"),
        "back": _("back, of 100 answered"),
    }[name]


def _mark(found: pd.DataFrame, name: str) -> dict[str, float]:
    return {str(column): float(found[column].to_numpy()[found.index.get_loc(name)]) for column in found.columns}
