"""A graded decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from servicelab.course.quizfile import Decision
from servicelab.i18n import _
from servicelab.learn import decisions
from servicelab.learn.controls import Control
from servicelab.learn.whereabouts import shown
from servicelab.widgets.house.chart import axis, bars, beyond, chart, dots, lines, names, notes

if TYPE_CHECKING:
    from servicelab.learn.assignment import Assignment
    from servicelab.learn.paper import Paper


class DecideControl(Control):
    """A graded decision: kept at once, changed as often as one likes, without any feedback."""

    view = "view.js"

    def __init__(self, session: Assignment, decision: Decision) -> None:
        self.decision = decision
        self.place = session.order.index(decision.id) + 1
        super().__init__(session, decision.id)

    def name(self) -> str:
        return _("Decision: {prompt}", prompt=shown(self.decision.prompt, 60))

    def limits(self) -> dict[str, str]:
        """The smallest and the largest number that can be typed, as they are shown."""
        return {"low": f"{self.decision.low:g}", "high": f"{self.decision.high:g}"}

    def words(self) -> dict[str, str]:
        return {
            "kind": _("Decision {number} of {all}", number=self.place, all=len(self._session.items.decisions)),
            "range": _("{unit}, {low} to {high}", unit=self.decision.unit, **self.limits())
            if self.decision.unit
            else _("{low} to {high}", **self.limits()),
            "how": {
                "choice": _("Pick one. You can change it until you hand in."),
                "many": _("Pick all that fit. You can change it until you hand in."),
                "axes": _("Pick one on each line. You can change it until you hand in."),
                "number": _("Type a number. You can change it until you hand in."),
            }[self.decision.kind],
            "number": _("Your answer"),
            "refused": (
                _("Not saved: type a whole number from {low} to {high}.", **self.limits())
                if self.decision.step.is_integer()
                else _("Not saved: type a number from {low} to {high}.", **self.limits())
            ),
        }

    def restored(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        return {"value": decisions.answer(self.decision, kept)}

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return {**decisions.state(self.decision, value), "pictures": pictures(self.decision)}

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return decisions.entry(self.decision, value)


class AskControl(DecideControl):
    """An item of a test: like a decision, and it earns no marks."""

    def __init__(self, session: Paper, asked: Decision) -> None:
        self.form = session.form
        super().__init__(session, asked)

    def name(self) -> str:
        return _("Question: {prompt}", prompt=shown(self.decision.prompt, 60))

    def words(self) -> dict[str, str]:
        return {
            **super().words(),
            "kind": _("Question {number} of {all}", number=self.place, all=len(self._session.items.decisions)),
            "how": _("Pick one, or go on without. You can change it until you hand in. No marks."),
        }

    def restored(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        # The other form has options of the same names, and another question.
        return super().restored(kept if kept.get("form") == self.form else {})

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return {**super().entry(value), "kind": "test", "form": self.form}


def pictures(decision: Decision) -> dict[str, dict[str, Any]]:
    """The chart of each option that is a picture, all on one scale, with the same in words for who does not see it."""
    drawn = [o for o in decision.options if o.series]
    if not drawn:
        return {}
    top = beyond(value for o in drawn for value in o.series)
    charts = {}
    for option in drawn if decision.pairs else ():
        charts[option.id] = {**side_by_side(decision, option.series, top), "alt": decisions.spelled(decision, option)}
    for option in () if decision.pairs else drawn:
        line = list(enumerate(option.series))
        points = [{"x": at, "y": value, "text": f"{value:g}"} for at, value in line]
        layers = [
            lines([line], color=1, width=2.5),
            dots(points, r=4, color=1),
            notes(points, dy=-9, anchor="middle"),
        ]
        charts[option.id] = {
            **chart(names(decision.over), axis(decision.unit, 0, top, every=40), layers),
            "alt": decisions.spelled(decision, option),
        }
    return charts


def side_by_side(decision: Decision, series: Sequence[float], top: int) -> dict[str, Any]:
    """Bars for each of `pairs` under one another, for each of `over`; each bar says its number."""
    count, last = len(decision.pairs), len(decision.over) - 1
    thick = 0.8 / count
    layers = [
        bars(
            [{"x": value, "y": last - at, "label": f"{value:g}"} for at, value in enumerate(series[one::count])],
            color=1 + one, shift=thick * (one - (count - 1) / 2), thick=0.9 * thick,
        )
        for one in range(count)
    ]  # fmt: skip
    legend = [{"shape": "square", "color": 1 + one, "text": name} for one, name in enumerate(decision.pairs)]
    return chart(axis(decision.unit, 0, top, every=40), names(reversed(decision.over), band=44), layers, legend=legend)
