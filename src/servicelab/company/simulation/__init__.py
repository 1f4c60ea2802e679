"""The firm as a discrete-event simulation: what would happen to Skylark Home if it were run differently.

The engine knows which effects may exist; a `World` says how large they are. A lesson works on the tables.
"""

from servicelab.company.simulation.firm import Firm, simulate
from servicelab.company.simulation.names import LINES, STATIONS
from servicelab.company.simulation.scenario import SURGES, Campaign, Scenario
from servicelab.company.simulation.world import World, read_world

__all__ = ["LINES", "STATIONS", "SURGES", "Campaign", "Firm", "Scenario", "World", "read_world", "simulate"]
