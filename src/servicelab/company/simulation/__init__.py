"""The firm as a discrete-event simulation: what would happen to Skylark Home if it were run differently.

The engine knows which effects may exist; a `World` says how large they are. A lesson works on the tables.
"""

from servicelab.company.simulation.firm import Firm, simulate
from servicelab.company.simulation.names import LINES, STATIONS
from servicelab.company.simulation.scenario import FLAT, FOR_QUALITY, FOR_SPEED, SURGES, Campaign, PayScheme, Scenario
from servicelab.company.simulation.world import World, read_world

__all__ = [
    "FLAT", "FOR_QUALITY", "FOR_SPEED", "LINES", "STATIONS", "SURGES", "Campaign", "Firm", "PayScheme", "Scenario",
    "World", "read_world", "simulate",
]  # fmt: skip
