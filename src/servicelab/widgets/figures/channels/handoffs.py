"""What a matter costs, and how it is rated, by the number of channels that it went through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, chart, intervals, names, picture, table
from servicelab.widgets.intervals import Z95
from servicelab.widgets.quantities import yuan

if TYPE_CHECKING:
    import pandas as pd

MOST = 3


def matters(contacts: pd.DataFrame) -> pd.DataFrame:
    """One row a matter: `channels` (3 stands for more, too), `contacts`, `cost`, and the mean rating `csat`."""
    require(contacts, ("journey_id", "channel", "cost", "csat"), "figures.handoffs", "contacts")
    by = contacts.groupby("journey_id", observed=True)
    found = by.agg(
        channels=("channel", "nunique"), contacts=("cost", "size"), cost=("cost", "sum"), csat=("csat", "mean")
    )
    return found.assign(channels=found["channels"].clip(upper=MOST), csat=found["csat"].astype(float))


def handoffs(contacts: pd.DataFrame) -> dict[str, Any]:
    """Mean cost and mean rating of a matter, by the number of channels."""
    found = matters(contacts)
    words = {1: _("one channel"), 2: _("two channels"), 3: _("three or more")}
    by = found.groupby("channels")
    numbers = sorted(int(n) for n in by.size().index)
    mean, half = (
        {column: {n: float(each[column][n]) for n in numbers} for column in ("cost", "csat")}
        for each in (by[["cost", "csat"]].mean(), Z95 * by[["cost", "csat"]].sem())
    )
    count = {n: int(by.size()[n]) for n in numbers}
    drawn: dict[str, list[dict[str, Any]]] = {"cost": [], "csat": []}
    for at, n in enumerate(reversed(numbers)):
        for column, digits in (("cost", 1), ("csat", 2)):
            low, middle, high = (mean[column][n] + off * half[column][n] for off in (-1, 0, 1))
            drawn[column].append(
                {"x": middle, "y": at, "label": f"{middle:.{digits}f}", "clear": high, "xlo": low, "xhi": high}
            )
    rows = [
        [
            words[n],
            f"{100 * count[n] / len(found):.1f}",
            f"{yuan(mean['cost'][n])} ± {half['cost'][n]:.1f}",
            f"{mean['csat'][n]:.2f} ± {half['csat'][n]:.2f}",
            f"{count[n]:,}",
        ]
        for n in numbers
    ]
    named = names([words[n] for n in reversed(numbers)], band=44)
    top = 10 * (int(max(row["xhi"] for row in drawn["cost"])) // 10 + 1)
    return picture(
        _("One matter, how many channels?"),
        [
            chart(
                axis(_("¥ a matter, all contacts"), 0, top),
                named,
                [bars(drawn["cost"], color=1), intervals(drawn["cost"], color=7)],
                head=_("What it costs"),
            ),
            chart(
                axis(_("mean rating, 1 to 5"), 1, 5),
                named,
                [bars(drawn["csat"], color=6, start=1), intervals(drawn["csat"], color=7)],
                head=_("How it is rated"),
            ),
        ],
        _(
            "{one:.0f} of 100 matters take one contact. In one channel a matter costs ¥{cost_one:.1f}, in two "
            "¥{cost_two:.1f}; "
            "it is rated {csat_one:.2f} and {csat_two:.2f}.",
            one=100 * float((found["contacts"] == 1).mean()), cost_one=mean["cost"][1], cost_two=mean["cost"][2],
            csat_one=mean["csat"][1], csat_two=mean["csat"][2],
        ),
        table(
            _("Matters of three years (simulated), with 95 % intervals"),
            [_("channels"), _("of 100 matters"), _("cost"), _("mean rating"), _("matters")],
            rows,
        ),
    )  # fmt: skip
