"""A world: the true size of everything the simulation makes happen, read from one data file.

The engine knows which effects may exist; a world says how large they are. Skylark's is `grading/truth/skylark.yml`,
which stays with those who teach; `grading/truth/simulation.md` says in prose how each effect is found in the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from servicelab.company.simulation.names import FEATURES, INTENTS, LATE, PACKING, SEGMENTS
from servicelab.company.simulation.world.buying import App, Coupons, Deposits, Members, Orders, Shops
from servicelab.company.simulation.world.constraints import Section, named
from servicelab.company.simulation.world.contacting import Demand, Enquiries, Incidents, Intent, Lines
from servicelab.company.simulation.world.employing import Agents, Costs, Hiring, Pay, Planning
from servicelab.company.simulation.world.fulfilling import Cases, Delivery, Packing
from servicelab.company.simulation.world.judging import Csat, Failure, Matters, Rating, Staying, Touchpoints
from servicelab.company.simulation.world.surveying import Kano, NeedsSurvey, Servqual, Tracker
from servicelab.course.declared import Fault, mistakes, read
from servicelab.errors import UserError
from servicelab.files.yamllines import read_lined
from servicelab.i18n import _


@dataclass(frozen=True, eq=False)
class World(Section):
    """Everything that is true of a firm and its customers; see the sections."""

    members: Members
    orders: Orders
    deposits: Deposits
    delivery: Delivery
    packing: Packing
    leaving: Staying
    rating: Rating
    demand: Demand
    incidents: Incidents
    lines: Lines
    planning: Planning
    agents: Agents
    pay: Pay
    hiring: Hiring
    csat: Csat
    matters: Matters
    enquiries: Enquiries
    costs: Costs
    app: App
    coupons: Coupons
    shops: Shops
    cases: Cases
    touchpoints: Touchpoints
    kano: Kano
    needs_survey: NeedsSurvey
    tracker: Tracker
    servqual: Servqual
    failures: Mapping[str, Failure]
    intents: Mapping[str, Intent]

    def faults(self) -> Iterator[Fault]:
        """Lists that tables are numbered by; failures that something else decides, and what a rate can be."""
        yield from named(("intents",), self.intents, INTENTS, in_order=True)
        yield from named(("failures",), self.failures, FEATURES, in_order=True)
        if tuple(self.failures) != FEATURES:
            return
        late, packing = FEATURES[LATE - 1], FEATURES[PACKING - 1]
        for name in (late, packing):
            if not self.failures[name].parcel:
                yield Fault(("failures", name), f"`{name}` can fail on what is no parcel", "Write `parcel: true`")
        if self.failures[late].rate:
            yield Fault(
                ("failures", late, "rate"), f"`{late}` has a rate, although `delivery.on_time` decides it", "Write 0"
            )
        most = self.failures[packing].rate * self.packing.rate_most * max(self.packing.special.factor, 1.0)
        if not 0 < most <= 1:
            yield Fault(
                ("failures", packing, "rate"),
                f"With `rate_most` and `factor` of `packing`, the rate of `{packing}` comes to {most:g}",
                "Make it more than 0, and at most 1",
            )
        rest = sum(what.rate for name, what in self.failures.items() if name != packing)
        if rest > 1:
            yield Fault(("failures",), f"The rates of `failures` sum to {rest:g}", "Make them at most 1 together")


def read_world(path: Path) -> World:
    """The world that a file describes.

    Raises UserError, with file and line, when the file cannot be read or is not a whole world.
    """
    lined = read_lined(path)
    for fault in mistakes(World, lined.data):
        problem = f"{fault.problem}. {fault.remedy}"
        raise UserError(_("{file}, line {line}: {problem}.", file=path, line=lined.line(*fault.path), problem=problem))
    return read(World, lined.data)


def by_name(values: Mapping[str, float], names: tuple[str, ...] = SEGMENTS) -> NDArray[np.float64]:
    """Numbers in the order of their names."""
    return np.array([values[name] for name in names], dtype=np.float64)
