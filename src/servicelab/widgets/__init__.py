"""Interactives: one function each in :mod:`servicelab.widgets.explore`, all built on :class:`Interactive`."""

from servicelab.widgets import explore
from servicelab.widgets.house import Interactive

__all__ = ["Interactive", "explore"]
