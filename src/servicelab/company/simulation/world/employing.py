"""Those who answer: how many are planned, what they can do, what they are paid for, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from servicelab.company.simulation.names import LINES, SCORES
from servicelab.company.simulation.scenario import PayScheme
from servicelab.company.simulation.world.constraints import (
    Amount,
    Count,
    NotAll,
    Number,
    Positive,
    Section,
    Share,
    Some,
    Whole,
    ascending,
    named,
)
from servicelab.course.declared import Fault


@dataclass(frozen=True)
class Planning(Section):
    """How the firm plans its staff.

    Attributes
    ----------
    occupancy : load aimed at
    again : repeats, transfers and switches, on top of first contacts
    pace : new, tired and slow agents add time
    contain_most : the most of a reason that the assistant is believed to end
    passed : of what is passed on, the part that the second line is planned for
    believed, half_believed : planners know the season; of what is above so many times the usual they believe a part
    posts_quantile, posts_more : positions for all planned days but the worst, and a few more
    safety : square-root staffing of half hours
    least_weight : weight of the quietest half hours
    least : the fewest agents of each line
    delivered_after : days after the order on which parcels are reckoned to have come
    """

    occupancy: Mapping[str, Positive]
    again: Mapping[str, Positive]
    pace: Positive
    contain_most: Share
    passed: Amount
    believed: Positive
    half_believed: Share
    posts_quantile: Share
    posts_more: Positive
    safety: Amount
    least_weight: Some
    least: Mapping[str, Whole]
    delivered_after: Count

    def faults(self) -> Iterator[Fault]:
        """Names."""
        yield from named(("occupancy",), self.occupancy, LINES)
        yield from named(("again",), self.again, LINES)
        yield from named(("least",), self.least, LINES)


@dataclass(frozen=True)
class Agents(Section):
    """Those who answer.

    Attributes
    ----------
    pace_sd, skill_sd, empathy_sd : standard deviations between agents: log time, log odds of resolving, mean answer
    hurry_sd, hurry_pace, hurry_resolve : X04a: agents who hurry: each unit takes time off and resolution with it
    new_pace, new_resolve, learn_days : X11b: what a new agent lacks, and the days after which 63 % of it is learned
    tired_pace, tired_resolve : second half of a shift
    turnover, early_factor, early_days, later_factor : leaving a year; in the first days; afterwards
    tenure, tenure_least : days since hiring of whoever is there at the start: mean beyond the least
    vacancy : days until a position is filled again
    absent : share of shifts that are missed
    leave : share of weeks on planned leave
    temp_days : how long temporary agents stay
    leaves_for_pay, leaves_for_load, usual_load : power of pay against the usual on leaving; change of its logarithm by
        load beyond the usual
    """

    pace_sd: Amount
    skill_sd: Amount
    empathy_sd: Amount
    hurry_sd: Amount
    hurry_pace: Number
    hurry_resolve: Number
    new_pace: Amount
    new_resolve: Number
    learn_days: Positive
    tired_pace: Positive
    tired_resolve: Number
    turnover: Amount
    early_factor: Amount
    early_days: Amount
    later_factor: Amount
    tenure: Amount
    tenure_least: Amount
    vacancy: tuple[Whole, Whole]
    absent: NotAll
    leave: NotAll
    temp_days: Amount
    leaves_for_pay: Number
    leaves_for_load: Number
    usual_load: Positive

    def faults(self) -> Iterator[Fault]:
        """Somebody must be there; the second half of a shift is known by its pace."""
        yield from ascending(("vacancy",), self.vacancy)
        if self.absent + self.leave >= 1:
            yield Fault(
                ("leave",), "With `absent` and `leave` nobody is ever at work", "Make them less than 1 together"
            )
        if self.tired_resolve and self.tired_pace <= 1:
            yield Fault(
                ("tired_resolve",),
                "`tired_resolve` does nothing where `tired_pace` is not above 1",
                "Make `tired_pace` larger, or `tired_resolve` 0",
            )


@dataclass(frozen=True)
class PayEffect(Section):
    """What each unit of a bonus does: to time (a factor), the log odds of resolution, the share closed unsolved."""

    unit: Positive
    time: Number
    resolve: Number
    gaming: Number


@dataclass(frozen=True)
class Pay(Section):
    """What agents are paid for, and what it does.

    Attributes
    ----------
    per_contact, per_resolution : effect of being paid by what is handled, and by what is resolved and not back; `unit`
        is the ¥ that it is counted in
    gaming_usual : share closed unsolved whatever is paid
    usual : ¥ of a usual month
    month_hours : paid hours of a full month, for the base pay
    coaching : X04b: coaching raises the log odds of resolution by this, no more
    """

    per_contact: PayEffect
    per_resolution: PayEffect
    gaming_usual: Share
    usual: Positive
    month_hours: Positive
    coaching: Number

    def _bonus(self, scheme: PayScheme, what: str) -> float:
        return sum(
            float(getattr(scheme, name)) / effect.unit * float(getattr(effect, what))
            for name, effect in (("per_contact", self.per_contact), ("per_resolution", self.per_resolution))
        )

    def time(self, scheme: PayScheme) -> float:
        """Factor on handling time."""
        return 1 + self._bonus(scheme, "time")

    def resolve(self, scheme: PayScheme) -> float:
        """Shift of the log odds of resolution."""
        return self._bonus(scheme, "resolve")

    def gaming(self, scheme: PayScheme) -> float:
        """Share of what is not solved that is closed as if it were."""
        return max(self.gaming_usual + self._bonus(scheme, "gaming"), 0.0)


@dataclass(frozen=True)
class Hiring(Section):
    """What scores of applicants foretell.

    Attributes
    ----------
    applicants : how many applied
    validity : correlation of each score with the work that is seen later
    reliability : correlation of that work with what somebody can do
    score_mean, score_sd : of each score, 0 to 100
    good_mean, good_sd : contacts an hour resolved and not back after half a year
    stays, stays_for_work : log odds of being there still, and what work (sd 1) adds
    """

    applicants: Count
    validity: Mapping[str, Number]
    reliability: Some
    score_mean: Number
    score_sd: Amount
    good_mean: Number
    good_sd: Amount
    stays: Number
    stays_for_work: Number

    def faults(self) -> Iterator[Fault]:
        """Names; nothing hangs together with what is measured of work more closely than work itself."""
        yield from named(("validity",), self.validity, SCORES)
        for score, validity in self.validity.items():
            if abs(validity) > self.reliability:
                yield Fault(
                    ("validity", score),
                    f"`validity.{score}` is {validity:g}, more than `reliability` allows",
                    f"Write a number from {-self.reliability:g} to {self.reliability:g}",
                )


@dataclass(frozen=True)
class Costs(Section):
    """Money.

    Attributes
    ----------
    agent_hour : ¥
    productive : of paid time, the share in contact
    overhead : ¥ a contact, by line
    bot, lost : ¥ a contact with the assistant, and one that nobody answered
    """

    agent_hour: Amount
    productive: Some
    overhead: Mapping[str, Amount]
    bot: Amount
    lost: Amount

    def faults(self) -> Iterator[Fault]:
        """Names."""
        yield from named(("overhead",), self.overhead, LINES)
