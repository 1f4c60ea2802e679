"""The calendar: public holidays with the working weekends that pay for them, sales, and days without deliveries."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.simulation.names import SALE_OPENS, SATURDAY
from servicelab.company.simulation.scenario import SURGES, Scenario
from servicelab.company.simulation.world import World

#: General Office of the State Council, yearly notices on public holidays: (first day off, last day off).
HOLIDAYS: dict[str, tuple[tuple[str, str], ...]] = {
    "new_year": (("2022-12-31", "2023-01-02"), ("2023-12-30", "2024-01-01"), ("2025-01-01", "2025-01-01")),
    "spring_festival": (("2023-01-21", "2023-01-27"), ("2024-02-10", "2024-02-17"), ("2025-01-28", "2025-02-04")),
    "qingming": (("2023-04-05", "2023-04-05"), ("2024-04-04", "2024-04-06"), ("2025-04-04", "2025-04-06")),
    "labour_day": (("2023-04-29", "2023-05-03"), ("2024-05-01", "2024-05-05"), ("2025-05-01", "2025-05-05")),
    "dragon_boat": (("2023-06-22", "2023-06-24"), ("2024-06-08", "2024-06-10"), ("2025-05-31", "2025-06-02")),
    "mid_autumn": (("2023-09-29", "2023-09-29"), ("2024-09-15", "2024-09-17"), ("2025-10-06", "2025-10-06")),
    "national_day": (("2023-09-30", "2023-10-06"), ("2024-10-01", "2024-10-07"), ("2025-10-01", "2025-10-08")),
}
#: Weekend days worked instead (调休).
WORKED_WEEKENDS = (
    "2023-01-28", "2023-01-29", "2023-04-23", "2023-05-06", "2023-06-25", "2023-10-07", "2023-10-08",
    "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12",
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
)  # fmt: skip
#: The last two days of each sale.
LAST_DAYS = {"double_11": ("11-10", "11-11"), "mid_year": ("06-17", "06-18")}
#: Nights on which a sale opens.
SALE_NIGHTS = ("05-31", "06-17", "10-31", "11-10")


def days_of(scenario: Scenario) -> pd.DatetimeIndex:
    """The days of the run."""
    first = pd.Timestamp(scenario.start)
    return pd.date_range(first, first + pd.DateOffset(months=scenario.months), inclusive="left")


def make_calendar(world: World, scenario: Scenario) -> pd.DataFrame:
    """One row a day: weekday, holiday, whether people work and parcels move, sale, and the surge factor on orders.

    `order_factor` is what the scenario lets happen, `usual_factor` what would happen with every surge.
    """
    days = days_of(scenario)
    holiday = pd.Series("", index=days, dtype=object)
    for name, spans in HOLIDAYS.items():
        for low, high in spans:
            holiday.loc[low:high] = name
    worked = days.isin(pd.DatetimeIndex(WORKED_WEEKENDS))
    month_day = days.strftime("%m-%d")
    sale = np.where((month_day >= "10-31") & (month_day <= "11-11"), "double_11", "")
    sale = np.where((month_day >= "06-01") & (month_day <= "06-18"), "mid_year", sale)
    spring = (holiday == "spring_festival").to_numpy()
    usual, factor = np.ones(len(days)), np.ones(len(days))
    for name in SURGES:
        top = world.orders.surge[name]
        if name == "spring_festival":
            here, size = spring, np.full(len(days), top)
        else:
            # The last day stands out of a raised level, and so does the day before it.
            here, size = sale == name, np.full(len(days), 1 + (top - 1) * world.orders.surge_raised)
            eve, last = LAST_DAYS[name]
            size[month_day == eve] = 1 + (top - 1) * world.orders.surge_eve
            size[month_day == last] = top
        usual = np.where(here, size, usual)
        factor = np.where(here & scenario.by_day(len(days), lambda now, name=name: name in now.surges), size, factor)
    return pd.DataFrame(
        {
            "date": days,
            "weekday": days.day_of_week,
            "holiday": holiday.to_numpy(),
            "workday": ((days.day_of_week < SATURDAY) & (holiday == "").to_numpy()) | worked,
            "swapped": worked,
            "sale": sale,
            "sale_opens": np.isin(month_day, SALE_NIGHTS),
            "no_delivery": spring | np.append(spring[1:], False) | np.append(spring[2:], [False, False])[: len(spring)],
            "order_factor": factor,
            "usual_factor": usual,
        }
    )


def balances_due(calendar: pd.DataFrame) -> NDArray[np.bool_]:
    """The days on whose evening the balances of Double 11's deposits fall due: when its last night of sales opens."""
    return np.asarray(calendar["date"].dt.strftime("%m-%d") == LAST_DAYS["double_11"][0], dtype=np.bool_)


def due_at(years: pd.Index[int]) -> pd.DatetimeIndex:
    """When the balances of these years fall due.

    >>> due_at(pd.Index([2024]))[0]
    Timestamp('2024-11-10 20:00:00')
    """
    eve = pd.to_datetime(years.astype(str) + "-" + LAST_DAYS["double_11"][0])
    return eve + pd.Timedelta(seconds=SALE_OPENS)


def month_of(calendar: pd.DataFrame) -> NDArray[np.int64]:
    """Month number of each day, from 0."""
    dates = pd.DatetimeIndex(calendar["date"])
    first = dates[0]
    return np.asarray((dates.year - first.year) * 12 + dates.month - first.month, dtype=np.int64)


def day_number(scenario: Scenario, day: date) -> int:
    """Days from the start of the run to `day`; negative before it."""
    return int((day - scenario.start) / timedelta(days=1))
