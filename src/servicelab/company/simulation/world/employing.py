"""Those who answer: how many are planned, what they can do, what they are paid for, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from servicelab.company.simulation.scenario import PayScheme
from servicelab.course.declared import Declared


@dataclass(frozen=True)
class Planning(Declared):
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
    """

    occupancy: Mapping[str, float]
    again: Mapping[str, float]
    pace: float
    contain_most: float
    passed: float
    believed: float
    half_believed: float
    posts_quantile: float
    posts_more: float
    safety: float
    least_weight: float


@dataclass(frozen=True)
class Agents(Declared):
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

    pace_sd: float
    skill_sd: float
    empathy_sd: float
    hurry_sd: float
    hurry_pace: float
    hurry_resolve: float
    new_pace: float
    new_resolve: float
    learn_days: float
    tired_pace: float
    tired_resolve: float
    turnover: float
    early_factor: float
    early_days: float
    later_factor: float
    tenure: float
    tenure_least: float
    vacancy: tuple[int, int]
    absent: float
    leave: float
    temp_days: float
    leaves_for_pay: float
    leaves_for_load: float
    usual_load: float


@dataclass(frozen=True)
class PayEffect(Declared):
    """What each unit of a bonus does: to time (a factor), the log odds of resolution, the share closed unsolved."""

    unit: float
    time: float
    resolve: float
    gaming: float


@dataclass(frozen=True)
class Pay(Declared):
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
    gaming_usual: float
    usual: float
    month_hours: float
    coaching: float

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
class Hiring(Declared):
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

    applicants: int
    validity: Mapping[str, float]
    reliability: float
    score_mean: float
    score_sd: float
    good_mean: float
    good_sd: float
    stays: float
    stays_for_work: float


@dataclass(frozen=True)
class Costs(Declared):
    """Money.

    Attributes
    ----------
    agent_hour : ¥
    productive : of paid time, the share in contact
    overhead : ¥ a contact, by line
    bot, lost : ¥ a contact with the assistant, and one that nobody answered
    """

    agent_hour: float
    productive: float
    overhead: Mapping[str, float]
    bot: float
    lost: float
