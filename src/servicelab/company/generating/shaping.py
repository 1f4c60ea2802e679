"""From what the simulation leaves behind to the tables as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.simulation import LINES, Scenario
from servicelab.company.simulation.members import DAY
from servicelab.company.simulation.names import CLOSE, HALF_HOUR, INTENTS, OPEN
from servicelab.company.simulation.outcomes import customer_ids, moments
from servicelab.company.simulation.workforce import agent_ids
from servicelab.company.voices.feature_names import FEATURES
from servicelab.company.voices.texts import make_texts

#: The days of which every call of the staffed lines is kept: a month of ordinary days, then Double 11 and after.
CALLS_FROM, CALLS_TO = np.datetime64("2025-10-01"), np.datetime64("2025-12-01")
#: The letter of the series that a column's ids are numbered in.
SERIES = {
    "customer_id": "K", "order_id": "D", "led_to_order_id": "D", "contact_id": "C", "parent_id": "C",
    "contacts.journey_id": "C", "touchpoints.journey_id": "J", "agent_id": "A", "agent": "A", "shop_id": "S",
    "home_shop": "S", "case_id": "R", "incident_id": "I", "call_id": "L", "deposit_id": "P",
}  # fmt: skip


def make_features() -> pd.DataFrame:
    """The list of service features."""
    columns = ["name_en", "name_zh", "description_en", "description_zh"]
    frame = pd.DataFrame.from_dict(FEATURES, orient="index", columns=columns)
    return frame.rename_axis("feature_id").reset_index()


def shape(raw: dict[str, pd.DataFrame], scenario: Scenario, split_seed: int) -> None:
    """Turn the simulation's tables into written ones, in place: the big raw ones are gone as soon as they are used.

    Columns that are only the simulation's business stay until writing, which takes the dictionary's columns alone.
    """
    log, shifts = raw.pop("line_log"), raw.pop("shifts")
    first, last = ((day - np.datetime64(scenario.start)).astype(int) for day in (CALLS_FROM, CALLS_TO))
    raw["calls"] = make_calls(log, scenario, first, last)
    raw["rosters"] = make_rosters(shifts, scenario, first, last)
    del log, shifts
    raw["event_log"] = raw.pop("after_sales_log")
    contacts = raw["contacts"]
    for name, values in make_texts(contacts, raw["orders"], raw["customers"], scenario.seed, split_seed).items():
        contacts[str(name)] = values
    raw["contacts"] = filed(contacts)
    packing = raw["weekly_packing"]
    packing["week_of"] = pd.Timestamp(scenario.start) + pd.to_timedelta(packing["week"] * 7, unit="D")


def filed(contacts: pd.DataFrame) -> pd.DataFrame:
    """The contacts year by year, and in a year by what they are about.

    A zip looks back over some ninety rows: side by side, sentences made from one pattern take half the room.
    """
    year = contacts["opened_at"].dt.year.rename("year")
    order = pd.concat([year, contacts[["feature_id", "need", "angry"]]], axis=1)
    in_turn = order.reset_index(drop=True).sort_values(list(order.columns), kind="stable").index
    found: pd.DataFrame = contacts.iloc[in_turn.to_numpy()]
    return found


def make_calls(log: pd.DataFrame, scenario: Scenario, first: int, last: int) -> pd.DataFrame:
    """Every contact of the whole firm that reached a staffed line in the window of days, in order of time."""
    at = log["arrived_at"].to_numpy()
    # Times are written to the second: order and window go by what is written.
    inside = np.flatnonzero((np.floor(at) >= first * DAY) & (np.floor(at) < last * DAY))
    found = log.iloc[inside]
    return pd.DataFrame(
        {
            "call_id": [f"L{number:06d}" for number in range(1, len(found) + 1)],
            "arrived_at": moments(scenario, found["arrived_at"].to_numpy()).to_numpy(),
            "wait": found["wait"].to_numpy(),
            "served": found["served"].to_numpy(),
            "service": found["service"].to_numpy(),
            "after_call": found["after_call"].to_numpy(),
            "kind": np.array(INTENTS, dtype=object)[found["intent"].to_numpy()],
            "customer_id": customer_ids(found["member"].to_numpy()),
            "agent": agent_ids(found["agent"].to_numpy()),
            "line": found["line"].astype(object).to_numpy(),
        }
    )


def make_rosters(shifts: pd.DataFrame, scenario: Scenario, first: int, last: int) -> pd.DataFrame:
    """People at the desk by day, line and half hour of the opening hours; parts of a half hour count as parts."""
    spells = shifts[(shifts["day"] >= first) & (shifts["day"] < last)]
    slots = np.arange(int(OPEN // HALF_HOUR), int(CLOSE // HALF_HOUR))
    line = _codes(spells["line"])
    seconds: NDArray[np.float64] = np.zeros((last - first, len(LINES), len(slots)))
    day = spells["day"].to_numpy()
    begin, end = (spells[name].to_numpy() - day * DAY for name in ("begin", "end"))
    for index, slot in enumerate(slots.tolist()):
        overlap = np.minimum(end, (slot + 1) * HALF_HOUR) - np.maximum(begin, slot * HALF_HOUR)
        here = overlap > 0
        np.add.at(seconds[:, :, index], (day[here] - first, line[here]), overlap[here])
    days = pd.Timestamp(scenario.start) + pd.to_timedelta(np.arange(first, last), unit="D")
    size = len(LINES) * len(slots)
    return pd.DataFrame(
        {
            "date": np.repeat(days.to_numpy(), size),
            "line": np.tile(np.repeat(np.array(LINES, dtype=object), len(slots)), last - first),
            "half_hour": np.tile(
                [f"{slot // 2:02d}:{slot % 2 * 30:02d}" for slot in slots], (last - first) * len(LINES)
            ),
            "agents": np.round(seconds.ravel() / HALF_HOUR, 1),
        }
    )


def _codes(line: pd.Series[Any]) -> NDArray[np.int64]:
    return pd.Categorical(line, categories=list(LINES)).codes.astype(np.int64)


# --- Blocks beyond the first ---


def renumbered(name: str, frame: pd.DataFrame, offsets: Mapping[str, int]) -> pd.DataFrame:
    """The table with its ids counted on from those of earlier blocks."""
    changed = {}
    for column in frame.columns:
        letter = SERIES.get(f"{name}.{column}", SERIES.get(str(column), ""))
        offset = offsets.get(letter, 0)
        if offset:
            ids = frame[column].to_numpy(dtype=object)
            changed[column] = np.array([_moved(one, offset) for one in ids], dtype=object)
    return frame.assign(**changed) if changed else frame


def _moved(one: Any, offset: int) -> Any:
    return f"{one[0]}{int(one[1:]) + offset:0{len(one) - 1}d}" if isinstance(one, str) else None


def used_ids(raw: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """By letter how many numbers a block has used up."""
    keys = {
        "customers": "customer_id", "orders": "order_id", "contacts": "contact_id", "agents": "agent_id",
        "shops": "shop_id", "cases": "case_id", "touchpoints": "journey_id", "incidents": "incident_id",
        "calls": "call_id", "deposits": "deposit_id",
    }  # fmt: skip
    used = {}
    for name, column in keys.items():
        letter = SERIES.get(f"{name}.{column}", SERIES.get(column, ""))
        # Personnel numbers begin at 0.
        used[letter] = max((int(one[1:]) for one in raw[name][column]), default=-1) + (letter == "A")
    return used
