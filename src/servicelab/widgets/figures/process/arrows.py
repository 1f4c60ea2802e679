"""The process as it is: which step follows which, how often, after how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _, together
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, beyond, chart, names, picture, table
from servicelab.widgets.processwords import activity_name

if TYPE_CHECKING:
    import pandas as pd

LEAST = 50


def follows(log: pd.DataFrame) -> pd.DataFrame:
    """Each arrow by `before` and `after`: its `count`, `mean` and `median` hours."""
    ordered = log.sort_values(["case_id", "timestamp"], kind="stable")
    activity = ordered["activity"].astype(str)
    hours = ordered.groupby("case_id")["timestamp"].diff().dt.total_seconds() / 3600
    before = activity.groupby(ordered["case_id"]).shift(1)
    steps = hours.groupby([before.rename("before"), activity.rename("after")])
    found: pd.DataFrame = steps.agg(["size", "mean", "median"]).rename(columns={"size": "count"})
    return found.sort_values("count", ascending=False)


def arrows(log: pd.DataFrame) -> dict[str, Any]:
    """The arrows that at least 50 cases took, with how many took them and how long they lasted."""
    require(log, ("case_id", "activity", "timestamp"), "figures.arrows", "log")
    every = follows(log)
    found = every[every["count"] >= LEAST]
    rare = every[every["count"] < LEAST]
    said = [
        _("{before} → {after}", before=activity_name(before), after=activity_name(after))
        for before, after in found.index
    ]
    last = len(said) - 1
    cases = [{"x": int(n), "y": last - at, "label": f"{n:,}"} for at, n in enumerate(found["count"])]
    hours = [{"x": float(h), "y": last - at, "label": f"{h:.0f}"} for at, h in enumerate(found["mean"])]
    longest = int(found["mean"].to_numpy().argmax())
    return picture(
        _("The process as it is"),
        [
            chart(axis(_("cases"), 0, beyond(found["count"]), every=60), names(said[::-1], band=26),
                  [bars(cases, color=1)], head=_("How often")),
            chart(axis(_("mean hours"), 0, beyond(found["mean"]), every=60), names(said[::-1], band=26),
                  [bars(hours, color=7)], head=_("How long")),
        ],
        together(
            _("The arrow that lasts longest is “{arrow}”: {hours:.0f} hours on average.",
              arrow=said[longest], hours=float(found["mean"].iloc[longest])),
            _("Only arrows that {least} cases or more took are drawn; left out: {arrows}, cases on them: {cases}.",
              least=LEAST, arrows=len(rare), cases=int(rare["count"].sum())),
        ),
        table(
            _("Which step follows which, {least} cases or more (simulated)", least=LEAST),
            [_("arrow"), _("cases"), _("mean hours"), _("median hours")],
            [
                [name, int(n), f"{mean:.1f}", f"{median:.1f}"]
                for name, n, mean, median in zip(
                    said, found["count"], found["mean"].tolist(), found["median"].tolist(), strict=True
                )
            ],
        ),
    )  # fmt: skip
