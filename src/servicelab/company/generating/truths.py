"""What only the simulation knows, as tables for those who teach: they never stand where a trainee's data stands."""

from __future__ import annotations

import pandas as pd

from servicelab.company.tables.schema import Column, Kind, Table

#: Kind and decimals.
Shape = tuple[Kind, int]


def _table(name: str, key: str, packed: bool = False, **columns: Shape) -> Table:
    described = tuple(
        Column(column, kind, "", "", "", null=column != key, decimals=decimals)
        for column, (kind, decimals) in columns.items()
    )
    return Table(name, "", "", "", "", (key,), described, packed=packed)


_ID: Shape = ("id", 0)
_YES: Shape = ("boolean", 0)
_WHOLE: Shape = ("integer", 0)
TRUTHS = {
    table.name: table
    for table in (
        _table(
            "truth_customers", "customer_id", customer_id=_ID, order_rate=("number", 4), deal_taste=("number", 4),
            expectation=("number", 4), left_on_day=("number", 0),
        ),
        _table(
            "truth_contacts", "contact_id", packed=True, contact_id=_ID, solved=_YES, experience=("number", 3),
            expectation=("number", 3), would_answer=_WHOLE,
        ),
        _table("truth_cases", "case_id", case_id=_ID, false_claim=_YES),
        _table(
            "truth_agents", "agent_id", agent_id=_ID, pace=("number", 4), skill=("number", 4), empathy=("number", 4),
            hurry=("number", 4),
        ),
        _table("truth_calendar", "date", date=("date", 0), order_factor=("number", 4)),
    )
}  # fmt: skip
#: The same for the whole firm.
TRUTHS_ONCE = ("truth_calendar",)


def shape_truth(raw: dict[str, pd.DataFrame], truth: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The simulation's truth under the names and in the columns of `TRUTHS`."""
    made = {f"truth_{name}": frame for name, frame in truth.items()}
    # Whoever left before the run began has a number and traits, and is in no list of staff.
    numbers = made["truth_agents"].index.map("A{:03d}".format)
    staff = made["truth_agents"].assign(agent_id=numbers)
    made["truth_agents"] = staff[staff["agent_id"].isin(raw["agents"]["agent_id"])]
    made["truth_calendar"] = raw["calendar"]
    return made
