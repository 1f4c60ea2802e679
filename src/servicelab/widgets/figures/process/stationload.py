"""The wait before each step, and how busy the station is that does it: two orders that differ.

Over all years the longest wait is one step's, in single quarters another's: a third picture shows both by quarter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _, together
from servicelab.models.process.replay import STATIONS
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, beyond, chart, dots, names, picture, table
from servicelab.widgets.processwords import activity_name
from servicelab.widgets.quantities import percent

if TYPE_CHECKING:
    import pandas as pd

BEFORE = ("receive", "inspect", "approve", "refund")


def waits(log: pd.DataFrame) -> pd.DataFrame:
    """Hours between a step and the one before it: `mean`, `median` and `count` by activity."""
    ordered = log.sort_values(["case_id", "timestamp"], kind="stable")
    hours = ordered.groupby("case_id")["timestamp"].diff().dt.total_seconds() / 3600
    found: pd.DataFrame = hours.groupby(ordered["activity"].astype(str)).agg(["mean", "median", "count"])
    return found


def by_quarter(log: pd.DataFrame) -> pd.DataFrame:
    """Mean hours before each step, one column a step, by the quarter in which the case was registered."""
    ordered = log.sort_values(["case_id", "timestamp"], kind="stable")
    cases = ordered.groupby("case_id")["timestamp"]
    quarter = cases.transform("first").dt.to_period("Q")
    hours = cases.diff().dt.total_seconds() / 3600
    found: pd.DataFrame = hours.groupby([quarter, ordered["activity"].astype(str)]).mean().unstack()
    return found


def loads(log: pd.DataFrame, stations: pd.DataFrame, calendar: pd.DataFrame) -> pd.DataFrame:
    """Work a working day and time for it, in minutes, by station: `work`, `time`, and `load` = work ÷ time."""
    activity = log["activity"].astype(str)
    days = int(calendar["workday"].sum())
    time = stations.groupby(stations["station"].astype(str))["minutes_a_day"].last()
    work = {
        station: float(log.loc[activity.isin(steps), "hands_on_minutes"].sum()) / days
        for station, steps in STATIONS.items()
    }
    found = time.to_frame("time")
    found["work"] = found.index.map(work)
    return found.assign(load=found["work"] / found["time"])


def load(log: pd.DataFrame, stations: pd.DataFrame, calendar: pd.DataFrame) -> dict[str, Any]:
    """Mean wait before each step beside the load of its station."""
    require(log, ("case_id", "activity", "timestamp", "hands_on_minutes"), "figures.station_load", "log")
    require(stations, ("station", "minutes_a_day"), "figures.station_load", "stations")
    require(calendar, ("workday",), "figures.station_load", "calendar")
    waited, busy = waits(log), loads(log, stations, calendar)
    steps = [step for step in BEFORE if step in waited.index]
    order = steps[::-1]
    mean = {step: float(hours) for step, hours in waited["mean"].items()}
    median = {step: float(hours) for step, hours in waited["median"].items()}
    work, time, share = (
        {str(name): float(each) for name, each in busy[key].items()} for key in ("work", "time", "load")
    )
    gaps = [{"x": mean[step], "y": at, "label": f"{mean[step]:.0f}"} for at, step in enumerate(order)]
    # Nobody works at the parcel's way: it has a wait and no load.
    served = [step for step in order if step in share]
    shares = [{"x": 100 * share[step], "y": at, "label": percent(100 * share[step])} for at, step in enumerate(served)]
    named = names([_("before: {step}", step=activity_name(step)) for step in order])
    longest = max(steps, key=lambda step: mean[step])
    busiest = max((step for step in steps if step in share), key=lambda step: share[step])
    rows: list[list[object]] = []
    for step in steps:
        row: list[object] = [activity_name(step), f"{mean[step]:.1f}", f"{median[step]:.1f}", None, None, None]
        if step in share:
            row[3:] = [f"{work[step]:.2f}", f"{time[step]:.0f}", percent(100 * share[step])]
        rows.append(row)
    # One quarter alone moves nowhere.
    quarters = by_quarter(log).reindex(columns=[longest, busiest])
    more = [_quarterly(quarters)] if len(quarters) > 1 and longest != busiest else []
    return picture(
        _("Where it waits, and where it is busy"),
        [
            chart(
                axis(_("mean hours before the step"), 0, beyond(mean[step] for step in steps), every=60),
                named,
                [bars(gaps, color=7)],
                head=_("The wait"),
            ),
            chart(
                axis(_("work ÷ time for it, %"), 0, max(100, beyond(100 * share[step] for step in served)), every=60),
                names([label("stations", "station", step) for step in served]),
                [bars(shares, color=2)],
                head=_("The load"),
            ),
            *(moving.picture for moving in more),
        ],
        together(
            _(
                "The longest wait stands before “{longest}” ({hours:.0f} hours). The busiest station is {busiest}: "
                "{work:.2f} minutes of work a day for {time:.0f} minutes of time, {share:.0f} %. Inspection "
                "counts first looks: second looks have a desk of their own.",
                longest=activity_name(longest),
                hours=mean[longest],
                busiest=label("stations", "station", busiest),
                work=work[busiest],
                time=time[busiest],
                share=100 * share[busiest],
            ),
            *(moving.says for moving in more),
        ),
        table(
            _("Waits and loads (simulated)"),
            [
                _("step"),
                _("mean wait, hours"),
                _("median, hours"),
                _("work a day, minutes"),
                _("time a day, minutes"),
                _("load"),
            ],
            [*rows, *(row for moving in more for row in moving.rows)],
        ),
    )


@dataclass(frozen=True)
class _Moving:
    """Two waits by quarter: the chart, the sentence, the rows of the table."""

    picture: dict[str, Any]
    says: str
    rows: list[list[object]]


def _quarterly(quarters: pd.DataFrame) -> _Moving:
    """The waits of two steps, by the quarter in which a case was registered; the second step's station is busiest."""
    longest, busiest = (str(step) for step in quarters.columns)
    named = [f"{quarter.year} Q{quarter.quarter}" for quarter in quarters.index]
    looks: tuple[dict[str, Any], ...] = ({"color": 7, "shape": "square"}, {"color": 2, "shape": "circle"})
    layers: list[dict[str, Any]] = []
    rows: list[list[object]] = []
    for step, look in zip((longest, busiest), looks, strict=True):
        hours = quarters[step].tolist()
        marks = [{"x": x, "y": len(named) - 1 - at, "title": f"{x:.0f}"} for at, x in enumerate(hours) if x == x]
        layers.append(dots(marks, r=5, **look))
        rows += [
            [_("{step}, registered in {quarter}", step=activity_name(step), quarter=quarter), f"{x:.1f}", *[None] * 4]
            for quarter, x in zip(named, hours, strict=True)
            if x == x
        ]
    low, high = quarters.min(), quarters.max()
    picture_of = chart(
        axis(_("mean hours before the step"), 0, beyond(high), every=60),
        names(named[::-1], band=26),
        layers,
        legend=[
            {**look, "text": _("before: {step}", step=activity_name(step))}
            for step, look in zip((longest, busiest), looks, strict=True)
        ],
        head=_("The two waits, by quarter of registration"),
    )
    says = _(
        "By quarter the wait before “{busiest}” goes from {low:.0f} to {high:.0f} hours, before “{longest}” from "
        "{least:.0f} to {most:.0f}.",
        busiest=activity_name(busiest),
        longest=activity_name(longest),
        low=float(low[busiest]),
        high=float(high[busiest]),
        least=float(low[longest]),
        most=float(high[longest]),
    )
    return _Moving(picture_of, says, rows)
