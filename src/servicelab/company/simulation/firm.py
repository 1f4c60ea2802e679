"""One run of the firm under a scenario."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from servicelab.company.simulation.applicants import make_applicants
from servicelab.company.simulation.appraisals import make_appraisals, payroll
from servicelab.company.simulation.demand import make_demand
from servicelab.company.simulation.draws import Lots
from servicelab.company.simulation.festivals import make_calendar
from servicelab.company.simulation.incidents import incidents_table, make_incidents
from servicelab.company.simulation.journeys import Journeys
from servicelab.company.simulation.marketing import make_campaigns
from servicelab.company.simulation.members import make_members
from servicelab.company.simulation.names import LINES
from servicelab.company.simulation.orders import intensities, make_orders, price_cuts_table
from servicelab.company.simulation.outcomes import (
    contacts_tables,
    customers_tables,
    deposits_table,
    orders_table,
    placed_orders,
)  # fmt: skip
from servicelab.company.simulation.planning import make_plan
from servicelab.company.simulation.returns import make_cases
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.service import Service, Staffed
from servicelab.company.simulation.shifts import PAID_HOURS, Roster, lines_table
from servicelab.company.simulation.shops import make_rollout, make_shops
from servicelab.company.simulation.workforce import agents_table
from servicelab.company.simulation.world import World


@dataclass(frozen=True)
class Firm:
    """What a run leaves behind.

    Attributes
    ----------
    scenario, world : what was run, and where
    tables : what the firm itself could know; `line_log` holds the contacts of the whole firm on the staffed lines
        (seconds since the start of the run), every other table the members on record
    truth : tables that only the simulation knows; never for a trainee
    """

    scenario: Scenario
    world: World
    tables: dict[str, pd.DataFrame]
    truth: dict[str, pd.DataFrame]

    def summary(self) -> pd.Series[float]:
        """The figures a manager looks at first, over the whole firm and run."""
        log, staff = self.tables["line_log"], self.tables["staffing"]
        served = log["served"].to_numpy()
        done = log[served]
        work = (
            (done["service"] + done["after_call"])
            * done["line"].astype(str).map(1 / pd.Series(self.world.lines.concurrency))
        ).sum()
        contacts = self.tables["contacts"]
        first = contacts[contacts["kind"] == "first"]
        followed = first["contact_id"].isin(contacts["parent_id"])
        return pd.Series(
            {
                "contacts": float(len(log)),
                "abandoned": float(1 - served.mean()),
                # Of those who wait for it: hours until a message is read would drown everybody's minutes.
                "mean_wait": float(done.loc[~done["line"].isin(["wechat", "email"]).to_numpy(), "wait"].mean()),
                "occupancy": float(work / (staff["desk_hours"].sum() * 3600)),
                "resolved": float(done["solved"].mean()),
                "came_back": float(done["followed"].mean()),
                "first_contact_resolution": float((first["served"] & first["resolved"] & ~followed).mean()),
                "csat": float(done.loc[done["csat"] > 0, "csat"].mean()),
                "desk_hours": float(staff["desk_hours"].sum()),
                "pay": payroll(self.world, self.scenario, staff, log),
                "orders": float(len(self.tables["orders"])),
            }
        )


def simulate(scenario: Scenario, world: World) -> Firm:
    """Run the firm.

    Parameters
    ----------
    scenario : see `Scenario`; what is decided and what happens
    world : see `World`; how large every effect is

    Returns
    -------
    Firm; the same scenario in the same world gives the same tables

    Raises
    ------
    ValueError
        When the scenario is out of range (raised when it is made).

    References
    ----------
    Law, A. (2015). Simulation Modeling and Analysis; Gans, N., Koole, G. and Mandelbaum, A. (2003). Telephone call
    centers: tutorial, review, and research prospects.

    Examples
    --------
    >>> from servicelab.company.generating.skylark import skylark
    >>> firm = simulate(Scenario(months=1, scale=0.2), skylark())
    >>> len(firm.tables["contacts"]) > 50, bool(firm.summary()["abandoned"] < 0.3)
    (True, True)
    """
    lots = Lots(scenario.seed, scenario.start)
    calendar = make_calendar(world, scenario)
    days = len(calendar)
    members = make_members(world, scenario, lots, calendar)
    rates = intensities(world, lots, calendar)
    rollout = make_rollout(world, scenario, lots, calendar)
    orders, deposits = make_orders(world, scenario, lots, members, calendar, rates, rollout.day)
    incidents = make_incidents(world, scenario, lots, calendar)
    demand = make_demand(world, scenario, lots, members, orders, calendar, rates, incidents)
    plan = make_plan(world, scenario, lots)
    journeys = Journeys(world, scenario, lots, calendar)
    service = Service(world, scenario, lots, demand, members, orders, journeys, calendar, plan)
    log = service.run()
    staffed, agents = service.staffed(), service.workforce.agents()
    placed = placed_orders(members, orders)
    number_of = np.full(len(orders.placed) + 1, -1)
    number_of[placed] = np.arange(len(placed))
    found = orders_table(world, scenario, lots, calendar, members, orders, placed, journeys)
    contacts = contacts_tables(world, scenario, lots, calendar, log, members, agents, number_of, len(demand.at))
    customers = customers_tables(scenario, members, found)
    cases = make_cases(world, scenario, lots, contacts["contacts"], found, calendar)
    touches = journeys.table(orders, members, number_of[:-1] >= 0)
    shifts = _shifts(staffed)
    tables = {
        "calendar": calendar,
        "customers": customers["customers"],
        "orders": found,
        "price_cuts": price_cuts_table(world, calendar),
        "lines": lines_table(world),
        "applicants": make_applicants(world, lots),
        "deposits": deposits_table(world, scenario, members, deposits, orders, number_of, calendar),
        "contacts": contacts["contacts"],
        "line_log": contacts["line_log"],
        "agents": agents_table(agents, days, pd.Timestamp(scenario.start)),
        "staffing": _staffing(staffed, service.roster, days, scenario),
        "shifts": shifts,
        "appraisals": make_appraisals(
            world, scenario, lots, calendar, contacts["line_log"], shifts, service.roster.paid_away(), agents
        ),
        "cases": cases["cases"],
        "after_sales_log": cases["after_sales_log"],
        "stations": cases["stations"],
        **make_shops(world, scenario, lots, calendar, rates, rollout, found),
        **make_campaigns(scenario, lots, members, found, days),
        "touchpoints": touches.drop(columns="felt"),
        "weekly_packing": _weekly_packing(found, scenario),
        "incidents": incidents_table(incidents, np.datetime64(scenario.start).astype("datetime64[s]")),
    }
    truth = {
        "customers": customers["truth_customers"],
        "contacts": contacts["truth_contacts"],
        "cases": cases["truth_cases"],
        "agents": pd.DataFrame(
            {"pace": agents.pace, "skill": agents.skill, "empathy": agents.empathy, "hurry": agents.hurry}
        ),
        "touchpoints": touches[["journey_id", "timestamp", "felt"]],
    }
    return Firm(scenario, world, tables, truth)


def with_after_sales(firm: Firm, scenario: Scenario) -> Firm:
    """What the run of another scenario leaves behind, without running it, where only after-sales is decided otherwise.

    Cases are worked when all contacts are there, and nothing else depends on how. Raises ValueError when the scenario
    differs in anything else.
    """
    if not same_but_for_after_sales(firm.scenario, scenario):
        raise ValueError("scenario must differ in stations, approval_limit and approval_pilot_from alone")
    lots, tables = Lots(scenario.seed, scenario.start), firm.tables
    cases = make_cases(firm.world, scenario, lots, tables["contacts"], tables["orders"], tables["calendar"])
    truth = firm.truth | {"cases": cases.pop("truth_cases")}
    return Firm(scenario, firm.world, tables | cases, truth)


def same_but_for_after_sales(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios differ at most in what is decided of after-sales, whenever that is."""

    def rest(scenario: Scenario) -> list[tuple[int, Scenario]]:
        phases: list[tuple[int, Scenario]] = []
        for day, now in scenario.phases:
            bare = now.but(stations={}, approval_limit=0.0, approval_pilot_from=None, plan_from=None)
            if not phases or phases[-1][1] != bare:
                phases.append((day, bare))
        return phases

    def planned(scenario: Scenario) -> Scenario:
        return scenario.plan_from.but(seed=scenario.seed) if scenario.plan_from is not None else scenario

    return rest(one) == rest(other) and rest(planned(one)) == rest(planned(other))


def _staffing(staffed: Staffed, roster: Roster, days: int, scenario: Scenario) -> pd.DataFrame:
    """By line and day: agents at work, ill and on leave, hours at the desk, and hours paid for."""
    cell = staffed.day * len(LINES) + staffed.line
    size = days * len(LINES)
    hours = np.bincount(cell, weights=(staffed.end - staffed.begin) / 3600, minlength=size)
    shifts = np.bincount(cell, minlength=size) / 2
    away = roster.absent + roster.on_leave
    return pd.DataFrame(
        {
            "date": pd.Timestamp(scenario.start) + pd.to_timedelta(np.repeat(np.arange(days), len(LINES)), unit="D"),
            "line": np.tile(np.array(LINES, dtype=object), days),
            "agents": shifts.astype(int),
            "absent": roster.absent.T.ravel(),
            "on_leave": roster.on_leave.T.ravel(),
            "desk_hours": hours,
            "paid_hours": (shifts + away.T.ravel()) * PAID_HOURS,
        }
    )


def _shifts(staffed: Staffed) -> pd.DataFrame:
    """One row a spell at the desk; begin and end in seconds of the run."""
    return pd.DataFrame(
        {
            "line": pd.Categorical.from_codes(staffed.line.astype(np.int8), pd.Index(list(LINES))),
            "day": staffed.day.astype(np.int16),
            "begin": staffed.begin,
            "end": staffed.end,
            "agent": staffed.agent.astype(np.int16),
        }
    )


def _weekly_packing(orders: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Parcels and packing faults by week and warehouse, weeks counted from the start of the run."""
    parcels = orders[orders["warehouse"].notna()]
    week = (parcels["ordered_at"] - pd.Timestamp(scenario.start)).dt.days // 7
    failed = parcels["failed_feature"] == "intact_packaging"
    found = failed.groupby([week.rename("week"), parcels["warehouse"]])
    return found.agg(parcels="size", faults="sum").reset_index()
