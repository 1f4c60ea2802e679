"""How many agents are planned for a day: month by month, from what the firm knows when the month begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from servicelab.company.simulation.demand import asked_chances, causes_in, expected_contacts
from servicelab.company.simulation.draws import Lots
from servicelab.company.simulation.festivals import make_calendar, month_of
from servicelab.company.simulation.members import Floats, Ints
from servicelab.company.simulation.names import INTENTS, LINES, SEGMENTS, WORKDAYS
from servicelab.company.simulation.orders import intensities
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.shifts import DESK_HOURS
from servicelab.company.simulation.world import World, by_name

#: Days that planners look back on to know what is usual, and the fewest that tell.
LOOKS_BACK, LEAST_KNOWN = 91, 28


@dataclass(frozen=True)
class Plan:
    """Line × day: agents planned for each day as it came, and as each month's plan had it when the month began."""

    heads: Ints
    wanted: Ints


def make_plan(world: World, scenario: Scenario, lots: Lots) -> Plan:
    """What a month is planned by was decided before it began; what is decided during it changes its days."""
    calendar = make_calendar(world, scenario)
    bounds = month_bounds(calendar)
    planner = scenario.plan_from.but(seed=scenario.seed) if scenario.plan_from is not None else scenario
    needs = [_needed(world, now, lots) for _day, now in planner.phases]
    starts = [day for day, _now in planner.phases]
    heads = np.zeros((len(LINES), len(calendar)))
    for low, high in bounds:
        phase = int(np.searchsorted(starts, low, side="right")) - 1
        heads[:, low:high] = _believed(world, heads, needs[phase], low, high)
    begun = np.repeat([low for low, _high in bounds], [high - low for low, high in bounds])
    return Plan(*(_rounded(world, scenario, heads, day) for day in (np.arange(len(calendar)), begun)))


def _rounded(world: World, scenario: Scenario, heads: Floats, decided: Ints) -> Ints:
    """Whole agents, as the scenario has it on the day that each was decided on."""
    phase = np.searchsorted([day for day, _now in scenario.phases], decided, side="right") - 1
    change = np.array([[now.staff_change.get(line, 0) for _day, now in scenario.phases] for line in LINES])
    staffing = np.array([now.staffing for _day, now in scenario.phases])
    found = np.floor(heads * staffing[phase] + 0.5).astype(np.int64) + change[:, phase]
    least = np.array([world.planning.least[line] for line in LINES])[:, None]
    planned: Ints = np.maximum(found, least)
    return planned


def _believed(world: World, before: Floats, needed: Floats, low: int, high: int) -> Floats:
    """Planners know the season; they do not believe the peak of a sale."""
    month = needed[:, low:high]
    past = before[:, max(low - LOOKS_BACK, 0) : low]
    usual = np.median(past if past.shape[1] >= LEAST_KNOWN else month, axis=1, keepdims=True)
    most = world.planning.believed * usual
    return np.where(month > most, most + world.planning.half_believed * (month - most), month)


def _needed(world: World, scenario: Scenario, lots: Lots) -> Floats:
    """Line × day: agents for the contacts to be expected, at the load aimed at."""
    w = world.planning
    calendar = make_calendar(world, scenario)
    by_cause = expected_contacts(world, calendar, intensities(world, lots, calendar, lucky=False))
    expected = np.zeros((len(INTENTS), len(calendar)))
    np.add.at(expected, causes_in(world).intent, by_cause * world.members.firm)
    mix, segment = asked_chances(world), by_name(world.members.segment_share)
    intents = list(world.intents.values())
    aht = np.array([intent.aht for intent in intents])
    contain = np.minimum(np.array([intent.contain for intent in intents]) * scenario.containment, w.contain_most)
    refuse = by_name(world.lines.refuse_bot)[:, None]
    human = 1 - (1 - refuse) * contain if scenario.bot else np.ones((len(SEGMENTS), len(intents)))
    work = np.zeros((len(LINES), len(calendar)))
    wrap = by_name(world.lines.wrap, LINES)
    for number, line in enumerate(LINES[:-1]):
        share = mix[:, :, number] * (human if line in ("chat", "wechat") else 1.0)
        if scenario.routing == "digital_first":
            stay = by_name(world.lines.refuse_digital)[:, None]
            if line == "phone":
                share = share * stay
            elif line == "wechat":
                share = share + mix[:, :, 0] * (1 - stay) * human
        if line == "wechat":
            # Who writes in the chat at night leaves a message.
            share = share + mix[:, :, 1] * human * world.demand.night
        elif line == "chat":
            share = share * (1 - world.demand.night)
        per_intent = (segment[:, None] * share).sum(axis=0) * (aht * world.lines.stretch[line] + wrap[number])
        work[number] = per_intent @ expected
    passed = np.array([world.lines.transfer.get(name, world.lines.transfer_other) for name in INTENTS])
    expert = aht * world.lines.stretch["expert"] + wrap[-1]
    work[-1] = (passed * expert) @ expected * w.passed
    rate = np.array([w.again[line] / world.lines.concurrency[line] / w.occupancy[line] for line in LINES])
    heads: Floats = work * rate[:, None] * w.pace * world.pay.time(scenario.pay) / (DESK_HOURS * 3600)
    return heads


def posts_needed(world: World, plan: Plan, low: int, high: int) -> list[int]:
    """By line, positions for all planned days of this month and the last ones but the worst."""
    w = world.planning
    past = plan.heads[:, max(low - LOOKS_BACK, 0) : low]
    recent = np.concatenate([past, plan.wanted[:, low:high]], axis=1)
    there = WORKDAYS / 7 * (1 - world.agents.absent - world.agents.leave)
    enough = np.quantile(recent, w.posts_quantile, axis=1) / there * w.posts_more
    found: list[int] = np.ceil(enough).astype(np.int64).tolist()
    return found


def month_bounds(calendar: pd.DataFrame) -> list[tuple[int, int]]:
    """First day and first day no longer in it, of each month."""
    month = month_of(calendar)
    return [(int(np.searchsorted(month, k)), int(np.searchsorted(month, k + 1))) for k in range(int(month[-1]) + 1)]
