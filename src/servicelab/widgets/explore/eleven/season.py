"""What the firm's tables say about the weeks around Double 11, as a desk can be played with it.

Everything here is an estimate from the committed tables (call log, rosters, contacts, cases), worked out when it is
first asked for; what is made up for the case stands in `levers.ASSUMED`, by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from servicelab.models.queueing import estimate_patience
from servicelab.widgets.frames import require

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

LINES = ("phone", "chat")
"""The lines that are played: those on which somebody waits for an answer now."""
OPENS, CLOSES = 9 * 3600, 21 * 3600
HALF_HOUR = 1800
ORDINARY = ("2025-10-10", "2025-10-28")
"""Weeks without a holiday and without a sale, first and last day."""
PRACTICE = "2025-10-21"
FIRST, EVE = "2025-10-31", "2025-11-10"
"""The evenings of the two openings."""
SPELL = 6.75 / 2 * 3600
"""Seconds at the desk between breaks: a shift's hours there, in two spells."""
EXPERIENCED = 26
"""Weeks after which nobody gets much faster."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    "calls": ("arrived_at", "wait", "served", "service", "after_call", "kind", "agent", "line"),
    "rosters": ("date", "line", "half_hour", "agents"),
    "agents": ("agent_id", "hired_on", "temporary"),
    "contacts": (
        "opened_at", "kind", "intent", "channel", "asked", "refused", "recontact_72h", "cost", "handling", "served",
        "order_id",
    ),
    "cases": ("order_id", "kind", "claim", "opened_at", "closed_at", "pilot", "rejected", "chased"),
}  # fmt: skip


@dataclass(frozen=True)
class Came:
    """What came in on one line on one day: seconds from opening, in order, and what each was about."""

    at: NDArray[np.float64]
    kind: NDArray[np.int64]


class Season:
    """The tables, and what is estimated from them. Raises ``UserError`` when one lacks a column or has no rows."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        for name, columns in NEEDED.items():
            require(tables[name], columns, "explore.season", name)
        self.tables = dict(tables)

    @cached_property
    def calls(self) -> pd.DataFrame:
        """The call log of the two lines while they are open, with its day, its second from opening and its kind."""
        calls = self.tables["calls"]
        mine = calls[calls["line"].astype(str).isin(LINES)]
        day = mine["arrived_at"].dt.normalize()
        second = (mine["arrived_at"] - day).dt.total_seconds() - OPENS
        took = mine["service"] + mine["after_call"].fillna(0.0)
        found = mine.assign(
            line=mine["line"].astype(str), kind=mine["kind"].astype(str), day=day.dt.strftime("%Y-%m-%d"),
            second=second, took=took,
        )  # fmt: skip
        while_open: pd.DataFrame = found[(second >= 0) & (second < CLOSES - OPENS)]
        return while_open

    @cached_property
    def kinds(self) -> list[str]:
        """What contacts are about, in the order of their numbers."""
        return sorted(self.calls["kind"].unique().tolist())

    def number(self, kind: str) -> int:
        """The number of a kind; −1 for one that never came."""
        return self.kinds.index(kind) if kind in self.kinds else -1

    @cached_property
    def _came(self) -> dict[tuple[str, str], Came]:
        number = {kind: at for at, kind in enumerate(self.kinds)}
        found = {}
        for (day, line), rows in self.calls.groupby(["day", "line"], sort=True):
            order = np.argsort(rows["second"].to_numpy(), kind="stable")
            kinds = np.array([number[kind] for kind in rows["kind"]], dtype=np.int64)[order]
            found[str(day), str(line)] = Came(rows["second"].to_numpy(dtype=np.float64)[order], kinds)
        return found

    def gave_up_in(self, day: str, low: float, high: float) -> float:
        """Of the contacts of both lines between two seconds of a day, the share that gave up, as the log has it."""
        mine = self.calls[(self.calls["day"] == day) & (self.calls["second"] >= low) & (self.calls["second"] < high)]
        return float(1 - mine["served"].mean())

    def came(self, day: str, line: str) -> Came:
        """Who came in on a line on a day."""
        return self._came[day, line]

    @cached_property
    def _desk(self) -> dict[tuple[str, str], NDArray[np.float64]]:
        """People at the desk by half hour, without temps: of a day's roster the share who are no temps."""
        agents = self.tables["agents"]
        temporary = agents.loc[agents["temporary"], "agent_id"]
        answered = self.calls.loc[self.calls["served"].astype(bool), ["day", "line", "agent"]].drop_duplicates()
        answered["temporary"] = answered["agent"].isin(temporary)
        share = answered.groupby(["day", "line"])["temporary"].mean().reset_index()
        places = zip(share["day"].astype(str), share["line"].astype(str), strict=True)
        own = {place: 1 - float(each) for place, each in zip(places, share["temporary"], strict=True)}
        rosters = self.tables["rosters"]
        mine = rosters[rosters["line"].astype(str).isin(LINES)]
        days = mine["date"].dt.strftime("%Y-%m-%d")
        found = {}
        for (day, line), rows in mine.groupby([days, mine["line"].astype(str)], sort=True):
            planned = rows.sort_values("half_hour")["agents"].to_numpy(dtype=np.float64)
            if len(planned) == (CLOSES - OPENS) // HALF_HOUR and (str(day), str(line)) in own:
                found[str(day), str(line)] = planned * own[str(day), str(line)]
        return found

    def desk(self, day: str, line: str) -> NDArray[np.float64]:
        """People at the desk of a line in each half hour of a day, temps left out."""
        return self._desk[day, line]

    @cached_property
    def profile(self) -> dict[str, NDArray[np.float64]]:
        """How a line's people are spread over an ordinary day: 1 on average."""
        days = self.ordinary
        found = {}
        for line in LINES:
            mean = np.mean([self.desk(day, line) for day in days], axis=0)
            found[line] = mean / mean.mean()
        return found

    @cached_property
    def ordinary(self) -> list[str]:
        """The days that nothing special happened on."""
        low, high = ORDINARY
        return sorted({day for day, _line in self._desk if low <= day <= high})

    @cached_property
    def _by_agent(self) -> pd.DataFrame:
        """What was answered, with how long the agent had been there, in whole weeks."""
        served = self.calls[self.calls["served"].astype(bool)]
        agents = self.tables["agents"][["agent_id", "hired_on", "temporary"]]
        found = served.merge(agents, left_on="agent", right_on="agent_id")
        return found.assign(weeks=(found["arrived_at"] - found["hired_on"]).dt.days // 7)

    @cached_property
    def handling(self) -> dict[str, list[NDArray[np.float64]]]:
        """Seconds that a contact kept one of the permanent people busy, by line and kind: what is drawn from."""
        own = self._by_agent[~self._by_agent["temporary"]]
        found = {}
        for line in LINES:
            mine = own[own["line"] == line]
            by = {kind: rows["took"].to_numpy(dtype=np.float64) for kind, rows in mine.groupby("kind")}
            every = mine["took"].to_numpy(dtype=np.float64)
            found[line] = [by.get(kind, every) for kind in self.kinds]
        return found

    @cached_property
    def mean_handling(self) -> dict[str, float]:
        """Mean seconds of a contact with one of the permanent people, by line."""
        own = self._by_agent[~self._by_agent["temporary"]]
        return {line: float(own.loc[own["line"] == line, "took"].mean()) for line in LINES}

    @cached_property
    def pace(self) -> dict[str, list[float]]:
        """How many times as long a temp takes, by line and full weeks since the first day (the last counts on)."""
        temps = self._by_agent[self._by_agent["temporary"]]
        found = {}
        for line in LINES:
            mine = temps[temps["line"] == line]
            mean = mine.groupby(mine["weeks"].clip(upper=4))["took"].mean()
            found[line] = [float(mean[week]) / self.mean_handling[line] for week in range(5)]
        return found

    @cached_property
    def patience(self) -> dict[str, float]:
        """Mean seconds that somebody is prepared to wait, by line; who waited until closing did not lose patience."""
        found = {}
        for line in LINES:
            mine = self.calls[self.calls["line"] == line]
            closing = (mine["second"] + mine["wait"] - (CLOSES - OPENS)).abs() < 1.1
            found[line] = estimate_patience(mine.assign(served=mine["served"].astype(bool) | closing))
        return found

    @cached_property
    def slots(self) -> dict[str, int]:
        """Contacts that one person holds at once, by line."""
        return {"phone": 1, "chat": 3}

    @cached_property
    def hour_cost(self) -> float:
        """¥ that an hour in contact costs, as the slope of what calls cost on how long they took."""
        contacts = self.tables["contacts"]
        mine = contacts[(contacts["channel"].astype(str) == "phone") & contacts["served"].astype(bool)]
        rows = mine[["handling", "cost"]].dropna()
        slope, _start = np.polyfit(rows["handling"].to_numpy(float), rows["cost"].to_numpy(float), 1)
        return float(slope) * 3600

    @cached_property
    def goes_along(self) -> float:
        """Of those who turn to the chat about a price and are offered the assistant, the share that goes along."""
        contacts = self.tables["contacts"]
        about = contacts["intent"].astype(str).isin(["price", "balance"]) & (contacts["asked"].astype(str) == "chat")
        mine = contacts[about & (contacts["kind"].astype(str) == "first")]
        went = (mine["channel"].astype(str) == "self_service").sum()
        return float(went / (went + mine["refused"].astype(bool).sum()))

    @cached_property
    def comes_back(self) -> float:
        """Of those whom the assistant dealt with alone about a price, the share that is back within 72 hours."""
        contacts = self.tables["contacts"]
        mine = contacts[
            (contacts["channel"].astype(str) == "self_service")
            & contacts["intent"].astype(str).isin(["price", "balance"])
            & (contacts["kind"].astype(str) == "first")
        ]
        return float(mine["recontact_72h"].astype(float).mean())

    @cached_property
    def returns(self) -> pd.DataFrame:
        """The cases that are returns."""
        cases = self.tables["cases"]
        return cases[cases["kind"].astype(str) == "return"]

    @cached_property
    def chasing(self) -> float:
        """Of the contacts about returns, the share of those who ask where their money is while the case is open."""
        contacts = self.tables["contacts"]
        about = contacts.loc[contacts["intent"].astype(str) == "return", ["order_id", "opened_at"]]
        open_cases = self.returns[["order_id", "opened_at", "closed_at"]].rename(columns={"opened_at": "begun_at"})
        joined = about.merge(open_cases, on="order_id")
        while_open = (joined["opened_at"] > joined["begun_at"]) & (joined["opened_at"] <= joined["closed_at"])
        return float(while_open.sum() / len(about))

    @cached_property
    def small(self) -> float:
        """The share of returns that are worth less than the pilot's limit."""
        return float((self.returns["claim"] < 200).mean())

    @cached_property
    def pilot(self) -> float:
        """Chasing without approval as a share of chasing with it: small returns, drawn by lot."""
        lot = self.returns[(self.returns["claim"] < 200) & (self.returns["opened_at"] >= self._pilot_from)]
        chased = lot.groupby("pilot")["chased"].mean()
        return float(chased[True] / chased[False])

    @cached_property
    def _pilot_from(self) -> pd.Timestamp:
        first: pd.Timestamp = self.returns.loc[self.returns["pilot"], "opened_at"].min().normalize()
        return first

    @cached_property
    def quick(self) -> float:
        """Chasing where the money came within three days, as a share of all chasing."""
        days = (self.returns["closed_at"] - self.returns["opened_at"]).dt.total_seconds() / 86400
        return float(self.returns.loc[days <= 3, "chased"].mean() / self.returns["chased"].mean())

    @cached_property
    def refused_claim(self) -> dict[str, float]:
        """¥ a return that inspection refused to pay, of small ones and of the others."""
        small = self.returns["claim"] < 200
        refused = self.returns["claim"].where(self.returns["rejected"].astype(bool), 0.0)
        return {"small": float(refused[small].mean()), "large": float(refused[~small].mean())}

    @cached_property
    def scale(self) -> float:
        """Contacts of the whole firm for each that the members' table has, on the two lines."""
        contacts = self.tables["contacts"]
        opened = contacts["opened_at"].dt.strftime("%Y-%m-%d")
        low, high = ORDINARY
        members = (opened.between(low, high) & contacts["channel"].astype(str).isin(LINES)).sum()
        every = self.calls["day"].between(low, high).sum()
        return float(every / members)

    @cached_property
    def returns_a_day(self) -> float:
        """Returns of the whole firm a day in the fortnight after the sale, from the members' cases."""
        day = self.returns["opened_at"].dt.strftime("%Y-%m-%d")
        return float(day.between("2025-11-12", "2025-11-25").sum() / 14 * self.scale)
