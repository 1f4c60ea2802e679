"""The world that tests hold the tables against: the sample firm's own."""

from __future__ import annotations

from servicelab.company.generating.skylark import skylark

world = skylark()
