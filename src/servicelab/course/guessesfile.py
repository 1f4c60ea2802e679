"""`guesses.yml`: what earlier cohorts guessed before they saw the truth. Sorted numbers: nobody's own, no names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from servicelab.course.declared import Declared, Rule, filled

ENOUGH = 30
"""Guesses below which nothing is shown: the spread of a few says more about them than about the question."""


@dataclass(frozen=True)
class Guessed(Declared):
    """The guesses of one cohort about one question."""

    cohort: Annotated[str, Rule("the guesses have no cohort", "Write whose they are: cohort: autumn-2026", filled)]
    prediction: Annotated[str, Rule("the guesses have no question", "Write the id of a prediction in quiz.yml", filled)]
    values: Annotated[tuple[float, ...], Rule("`values` is not a list of numbers", "Write [10, 25, 25, 40]", bool)]


@dataclass(frozen=True)
class GuessesFile(Declared):
    """The whole file, an entry a cohort and question."""

    guesses: Annotated[tuple[Guessed, ...], Rule("`guesses` is not a list", "Begin each with - {{cohort: …}}")] = ()

    def shown(self) -> dict[str, list[float]]:
        """All guesses about each question, sorted; without the questions about which there are fewer than `ENOUGH`.

        >>> one = Guessed("autumn", "p-rank", tuple(range(20)))
        >>> GuessesFile((one,)).shown(), len(GuessesFile((one, one)).shown()["p-rank"])
        ({}, 40)
        """
        found: dict[str, list[float]] = {}
        for each in self.guesses:
            found.setdefault(each.prediction, []).extend(each.values)
        return {key: sorted(values) for key, values in found.items() if len(values) >= ENOUGH}
