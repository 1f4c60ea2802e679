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
            payroll=rows["paid"],
            # The fixed part is smaller by more than is earned with a weight: what is left of it at equal pay for all.
            price_at_par=rows["replicate"].map(self._paid_fixed) / rows["settled"],
        ).set_index(["point", "replicate"])

    @cached_property
    def _paid_fixed(self) -> pd.Series[float]:
        """By replicate, what the fixed wage costs in the six months."""
        rows = self._runs.frame
        return rows[rows["point"].astype(str) == FIXED].set_index("replicate")["paid"]

    def of(self, point: str) -> pd.DataFrame:
        """By measure: `mean`, `low` and `high` of the middle 80 of 100 replicates, and one that `happened`."""
        names = [*SHARES, "minutes", "price", "price_at_par", "payroll", "settled_calls", "contacts", "leavers"]
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
            "table": self._table(speed, quality, fixed, mine),
        }

    def _told(self, speed: int, quality: int, guess: int, fixed: pd.DataFrame, mine: pd.DataFrame) -> str:
        first = ""
        if speed == len(SPEEDS) - 1 and not quality:
            asked = _mark(mine, "back")
            first = _(
                "You guessed {guess} of 100 back with ¥2.20 a call; it is {mean:.0f} ({middle} in the middle 16 of 20 "
                "runs).",
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
            "Of 100 callers {hung:.0f} hang up (fixed wage: {was_hung:.0f}); of 100 answered calls {settled:.0f} are "
            "settled ({was_settled:.0f}), {back:.0f} back ({was_back:.0f}). A settled call costs {price} in pay "
            "({was_price}); people earn {less:.0f} % less. At the payroll of the fixed wage it would cost {par}.",
            hung=mine.loc["hung_up", "mean"], was_hung=fixed.loc["hung_up", "mean"],
            settled=mine.loc["settled", "mean"], was_settled=fixed.loc["settled", "mean"],
            back=mine.loc["back", "mean"], was_back=fixed.loc["back", "mean"],
            price=yuan(_mark(mine, "price")["mean"], 2), was_price=yuan(_mark(fixed, "price")["mean"], 2),
            less=100 * (1 - _mark(mine, "payroll")["mean"] / _mark(fixed, "payroll")["mean"]),
            par=yuan(_mark(mine, "price_at_par")["mean"], 2),
        )  # fmt: skip
        best = _("Now find a pay with which fewer than {back:.0f} of 100 are back.", back=fixed.loc["back", "mean"])
        return together(first, scheme, change, best if first else "")

    def _table(self, speed: int, quality: int, fixed: pd.DataFrame, mine: pd.DataFrame) -> dict[str, Any]:
        digits = {"price": 2, "price_at_par": 2, "payroll": 0, "settled_calls": 0, "contacts": 0}
        named = {
            **{name: share_name(name) for name in SHARES},
            "minutes": _("minutes a call"),
            "price": _("pay for each settled call, ¥"),
            "price_at_par": _("the same at the payroll of the fixed wage, ¥"),
            "payroll": _("pay of all in six months, ¥"),
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
                "", _("fixed wage: mean"), _("middle 16 of 20 runs"), _("one run"), _("your scheme: mean"),
                _("middle 16 of 20 runs"), _("one run"),
            ],
            "rows": [
                *([text, *cells(fixed, name), *cells(mine, name)] for name, text in named.items()),
                [
                    _("best paid, % more than the least paid: by another model (Holmström and Milgrom 1991), a made-up "
                      "team of twelve (illustrative)"),
                    f"{apart(self.base(0, 0), 0, 0):.0f}", "", "",
                    f"{apart(self.base(speed, quality), SPEEDS[speed], QUALITIES[quality]):.0f}", "", "",
                ],
            ],
        }  # fmt: skip


def apart(base: float, per_contact: float, per_resolution: float) -> float:
    """By how many % the best paid has more than the least: by the theory's model, which is not the firm's simulator."""
    from servicelab.models.people import PayScheme, incentive_outcomes
    from servicelab.widgets.explore.people.team import team

    found = incentive_outcomes(PayScheme(base, per_contact, per_resolution), team())
    pay = found.agents["pay"]
    return 100 * (float(pay.max()) / float(pay.min()) - 1)


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
