"""A world: the true size of everything the simulation makes happen, read from one data file.

The engine knows which effects may exist; a world says how large they are. Skylark's is `grading/truth/skylark.yml`,
which stays with those who teach; `grading/truth/simulation.md` says in prose how each effect is found in the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servicelab.company.simulation.names import FEATURES, INTENTS, LINES, SEGMENTS, WAREHOUSES
from servicelab.company.simulation.world.buying import App, Coupons, Deposits, Members, Orders, Shops
from servicelab.company.simulation.world.contacting import Demand, Enquiries, Incidents, Intent, Lines
from servicelab.company.simulation.world.employing import Agents, Costs, Hiring, Pay, Planning
from servicelab.company.simulation.world.fulfilling import Cases, Delivery, Packing
from servicelab.company.simulation.world.judging import Csat, Failure, Matters, Rating, Staying, Touchpoints
from servicelab.company.simulation.world.surveying import Kano, NeedsSurvey, Servqual, Tracker
from servicelab.course.declared import Declared, Fault, mistakes, read
from servicelab.errors import UserError
from servicelab.files.yamllines import read_lined
from servicelab.i18n import _


@dataclass(frozen=True, eq=False)
class World(Declared):
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
        """Lists whose order tables are numbered by have every name, in that order."""
        named: list[tuple[tuple[str, ...], Mapping[str, Any], tuple[str, ...]]] = [
            (("failures",), self.failures, FEATURES),
            (("intents",), self.intents, INTENTS),
            (("delivery", "warehouse_share"), self.delivery.warehouse_share, WAREHOUSES),
            (("lines", "concurrency"), self.lines.concurrency, LINES),
        ]
        for path, found, names in named:
            if tuple(found) != names:
                yield Fault(
                    path, f"`{path[-1]}` lacks a name, or has them in another order", "Write " + ", ".join(names)
                )


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
