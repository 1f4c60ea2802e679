"""Who fills the bottom ten: of 100 months that somebody of a line was appraised, how many were among the last ten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, chart, guess_key, guessed, names, picture, table
from servicelab.widgets.intervals import ratio
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

SECOND = "expert"


def filled(appraisals: pd.DataFrame) -> pd.DataFrame:
    """By line: appraised `months`, those among the `last` ten, mean `hard` share and `csat`; most often last first."""
    require(
        appraisals,
        ("line", "month", "agent_id", "bottom_ten", "hard_share", "csat"),
        "figures.bottom_ten",
        "appraisals",
    )
    by = appraisals.assign(line=appraisals["line"].astype(str)).groupby("line")
    found = by.agg(
        months=("bottom_ten", "size"), last=("bottom_ten", "sum"), hard=("hard_share", "mean"), csat=("csat", "mean")
    )
    return found.assign(share=found["last"] / found["months"]).sort_values("share", ascending=False)


def bottom_share(appraisals: pd.DataFrame) -> float:
    """The share of the places among the last ten that the second line fills."""
    last = filled(appraisals)["last"].astype(float)
    return float(last[SECOND]) / float(last.sum())


def people_a_month(appraisals: pd.DataFrame) -> Mapping[str, float]:
    """People appraised in a month on average: on the second line, and in all."""
    months = appraisals["month"].nunique()
    return {
        "second": float((appraisals["line"].astype(str) == SECOND).sum() / months),
        "all": len(appraisals) / months,
    }


def _among_people(appraisals: pd.DataFrame, line: str) -> tuple[float, float, float]:
    """The share of a line's months among the last ten, and its interval: some people are there often, others never."""
    mine = appraisals[appraisals["line"].astype(str) == line].groupby("agent_id")["bottom_ten"]
    return ratio(mine.sum().to_numpy(dtype=float), mine.size().to_numpy().astype(float))


def bottom_ten(appraisals: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Each line's share of the people and of the places among the last ten; ``guess``: the second line's places."""
    found = filled(appraisals)
    share = found["share"].astype(float)
    people = people_a_month(appraisals)
    order = list(found.index[::-1])
    spans = {line: _among_people(appraisals, str(line)) for line in found.index}

    def rows(column: str) -> list[dict[str, Any]]:
        part = 100 * found[column] / found[column].sum()
        return [{"x": float(part[line]), "y": at, "label": f"{part[line]:.0f}"} for at, line in enumerate(order)]

    mine = [] if guess is None else [guessed(guess, order.index(SECOND), shift=0.2)]
    return picture(
        _("Who is among the last ten"),
        [
            chart(
                axis(_("of 100"), 0, 100, ticks=[0, 25, 50, 75, 100]),
                names([label("appraisals", "line", line) for line in order], band=44),
                [
                    bars(rows("months"), color=7, thick=0.36, shift=-0.2),
                    bars(rows("last"), color=1, thick=0.36, shift=0.2),
                    *mine,
                ],
                legend=[
                    {"shape": "square", "color": 7, "text": _("of 100 people appraised in a month")},
                    {"shape": "square", "color": 1, "text": _("of 100 places among the last ten")},
                    *([guess_key()] if mine else []),
                ],
            )
        ],
        _(
            "{few:.1f} of {all:.0f} people, the second line, fill {places:.0f} of 100 places among the last ten. "
            "Of 100 months "
            "that somebody of the second line was appraised, {second:.0f} were among them; of the phone {phone:.0f}.",
            second=100 * float(share[SECOND]), phone=100 * float(share["phone"]),
            few=people["second"], all=people["all"], places=100 * bottom_share(appraisals),
        ),
        table(
            _("Appraised months of three years (simulated)"),
            [
                _("line"), _("appraised months"), _("among the last ten"), _("of 100, 95 % interval"),
                _("about damage, defects, complaints, of 100"), _("mean rating"),
            ],
            [
                [
                    label("appraisals", "line", str(line)), f"{int(row['months']):,}", f"{int(row['last']):,}",
                    between(100 * spans[line][1], 100 * spans[line][2], 0),
                    f"{100 * row['hard']:.0f}", f"{row['csat']:.2f}",
                ]
                for line, row in found.iterrows()
            ],
        ),
    )  # fmt: skip
