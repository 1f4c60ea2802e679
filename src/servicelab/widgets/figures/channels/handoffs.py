"""What a matter costs, and how it is rated, by the number of channels that it went through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, chart, intervals, names, picture, table
from servicelab.widgets.intervals import Z95

if TYPE_CHECKING:
    import pandas as pd

MOST = 3


def matters(contacts: pd.DataFrame) -> pd.DataFrame:
    """One row a matter: `channels` (3 stands for more, too), `contacts`, `cost`, and the mean rating `csat`."""
    require(contacts, ("journey_id", "channel", "cost", "csat"), "figures.handoffs", "contacts")
    by = contacts.groupby("journey_id", observed=True)
    found = by.agg(channels=("channel", "nunique"), contacts=("cost", "size"), cost=("cost", "sum"), csat=("csat", "mean"))
    return found.assign(channels=found["channels"].clip(upper=MOST), csat=found["csat"].astype(float))


def handoffs(contacts: pd.DataFrame) -> dict[str, Any]:
    """Mean cost and mean rating of a matter, by the number of channels."""
    found = matters(contacts)
    words = {1: _("one channel"), 2: _("two channels"), 3: _("three or more")}
    drawn: dict[str, list[dict[str, Any]]] = {"cost": [], "csat": []}
    rows = []
    by = found.groupby("channels")
    mean, sem, count = by[["cost", "csat"]].mean(), by[["cost", "csat"]].sem(), by.size()
    numbers = sorted(int(n) for n in count.index)
    for at, n in enumerate(reversed(numbers)):
        for column, digits in (("cost", 1), ("csat", 2)):
            middle, half = float(mean.loc[n, column]), Z95 * float(sem.loc[n, column])
            drawn[column].append(
                {"x": middle, "y": at, "label": f"{middle:.{digits}f}", "clear": middle + half, "xlo": middle - half, "xhi": middle + half}
            )
    for n in numbers:
        rows.append(
            [
                words[n], f"{100 * count[n] / len(found):.1f}", f"¥{mean.loc[n, 'cost']:.1f} ± {Z95 * sem.loc[n, 'cost']:.1f}",
                f"{mean.loc[n, 'csat']:.2f} ± {Z95 * sem.loc[n, 'csat']:.2f}", f"{int(count[n]):,}",
            ]
        )  # fmt: skip
    named = names([words[n] for n in reversed(numbers)], band=44)
    top = 10 * (int(max(row["xhi"] for row in drawn["cost"])) // 10 + 1)
    return picture(
        _("One matter, how many channels?"),
        [
            chart(axis(_("¥ a matter, all contacts"), 0, top), named, [bars(drawn["cost"], color=1), intervals(drawn["cost"], color=7)], head=_("What it costs")),
            chart(axis(_("mean rating, 1 to 5"), 1, 5), named, [bars(drawn["csat"], color=6, start=1), intervals(drawn["csat"], color=7)], head=_("How it is rated")),
        ],
        _(
            "{one:.0f} of 100 matters take one contact. In one channel a matter costs ¥{cost_one:.1f}, in two ¥{cost_two:.1f}; "
            "it is rated {csat_one:.2f} and {csat_two:.2f}.",
            one=100 * float((found["contacts"] == 1).mean()), cost_one=mean.loc[1, "cost"], cost_two=mean.loc[2, "cost"],
            csat_one=mean.loc[1, "csat"], csat_two=mean.loc[2, "csat"],
        ),
        table(
            _("Matters of three years (simulated), with 95 % intervals"),
            [_("channels"), _("of 100 matters"), _("cost"), _("mean rating"), _("matters")],
            rows,
        ),
    )  # fmt: skip
