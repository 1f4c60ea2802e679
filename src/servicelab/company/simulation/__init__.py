"""The firm as a discrete-event simulation: what would happen to Skylark Home if it were run differently.

`mechanisms` holds every true effect and is for those who teach; a lesson works on the tables.
"""

from servicelab.company.simulation.firm import Firm, simulate
from servicelab.company.simulation.scenario import LINES, STATIONS, SURGES, Campaign, Scenario

__all__ = ["LINES", "STATIONS", "SURGES", "Campaign", "Firm", "Scenario", "simulate"]
