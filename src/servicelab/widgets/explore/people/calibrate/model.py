"""Calibrate: eight criteria of one recorded call, scored 0 to 2, beside what three experts gave."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from servicelab.i18n import _, together
from servicelab.widgets.explore.people.calibrate.recording import (
    APART,
    CRITERIA,
    EXPERTS,
    SCORES,
    because,
    criterion,
    expert,
    rule,
)
from servicelab.widgets.house.values import chosen

LEVELS = ("0", "1", "2")


def middle(name: str) -> int:
    """The middle one of the three experts' scores."""
    return sorted(SCORES[name])[1]


def among_experts() -> tuple[int, int, int]:
    """Of all pairs of experts and criteria: how many agree exactly, how many within one, how many there are."""
    pairs = [abs(one - other) for given in SCORES.values() for one, other in combinations(given, 2)]
    return pairs.count(0), sum(gap <= 1 for gap in pairs), len(pairs)


class CalibrateModel:
    """Nothing of the experts is told before every criterion has a score and they are compared.

    >>> model = CalibrateModel()
    >>> model.derive({"scores": {name: "1" for name in CRITERIA}, "compared": True})["exact"]
    2
    """

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: ``scores`` by criterion, ``compared`` once they are."""
        given = chosen(value, "scores", dict.fromkeys(CRITERIA, LEVELS))
        compared = value.get("compared") is True and len(given) == len(CRITERIA)
        state: dict[str, Any] = {
            "at": {},
            "scores": given,
            "compared": compared,
            "complete": compared,
            "open": len(CRITERIA) - len(given),
        }
        if not compared:
            return {**state, "text": _("{n} of {all} criteria are scored.", n=len(given), all=len(CRITERIA)),
                    "table": None}  # fmt: skip
        gaps = {name: abs(int(given[name]) - middle(name)) for name in CRITERIA}
        exact, near = list(gaps.values()).count(0), sum(gap <= 1 for gap in gaps.values())
        return {
            **state,
            "exact": exact,
            "rows": [
                {
                    "criterion": criterion(name),
                    "kind": "right" if not gaps[name] else "agreed" if gaps[name] == 1 else "wrong",
                    "scores": _scores(name, given[name]),
                    "because": together(because(name), _("Written down since: {rule}", rule=rule(name)))
                    if name in APART
                    else because(name),
                }
                for name in CRITERIA
            ],
            "text": self._told(exact, near),
            "table": {
                "caption": _("Your scores and the experts', 0 to 2"),
                "columns": [_("criterion"), _("you"), *(expert(each) for each in EXPERTS), _("why")],
                "rows": [
                    [criterion(name), given[name], *map(str, SCORES[name]), because(name)] for name in CRITERIA
                ],
            },
        }  # fmt: skip

    @staticmethod
    def _told(exact: int, near: int) -> str:
        alike, within, pairs = among_experts()
        mine = _(
            "You and the middle one of the three experts: {exact} of {all} exactly alike, {near} within one.",
            exact=exact, near=near, all=len(CRITERIA),
        )  # fmt: skip
        theirs = _(
            "The experts among each other: {alike} of {pairs} pairs exactly alike, {within} within one. They part on "
            "{apart} criteria, and on these each of them is right by a rule that nobody had written down.",
            alike=alike, within=within, pairs=pairs, apart=len(APART),
        )  # fmt: skip
        return together(mine, theirs)


def _scores(name: str, mine: str) -> str:
    theirs = _(", ").join(
        f"{expert(each)} {score}" for each, score in zip(EXPERTS, SCORES[name], strict=True)
    )  # fmt: skip
    return _("you {mine}; {theirs}.", mine=mine, theirs=theirs)
