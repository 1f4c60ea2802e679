"""What customers make of it: failures and who leaves over them, ratings and answers, needs, and journeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from servicelab.company.simulation.names import REMEDIES
from servicelab.course.declared import Declared

#: A share on time, or an array of them.
Share = TypeVar("Share", float, NDArray[np.float64])


@dataclass(frozen=True)
class Leaving(Declared):
    """Chance of leaving after a failure: when nothing is said; when it is put right; when it is said and not."""

    silent: float
    put_right: float
    not_put_right: float


@dataclass(frozen=True)
class Failure(Declared):
    """What happens when a service feature fails on an order.

    Attributes
    ----------
    rate : share of orders (of parcels, where `parcel`) on which it falls short; 0 where something else decides
    spoken : share of customers who then say so; the others are silent
    intent : reason of the contact that follows
    leave : chance of leaving
    satisfaction : what it takes off the order's satisfaction
    parcel : only what is delivered can have it
    after : it shows on delivery, not on ordering
    """

    rate: float
    spoken: float
    intent: str
    leave: Leaving
    satisfaction: float
    parcel: bool = False
    after: bool = True


@dataclass(frozen=True)
class Staying(Declared):
    """Who stops buying (X00c, X01b); by what failed: `failures`.

    Attributes
    ----------
    after_order : chance after an order on which nothing failed
    other_unresolved : after a matter that was no failure and ended unsolved
    """

    after_order: float
    other_unresolved: float


@dataclass(frozen=True)
class Rating(Declared):
    """Satisfaction with an order (X01c).

    Attributes
    ----------
    ceiling : mean with nothing wrong and no extra
    drop, start, width : a must-be saturates: what is missing at an on-time share of `start`, fading over `width`
    late : what a late delivery takes off
    extra : what an extra adds
    response : share of orders that are rated, by segment
    spread : of `draws.answers`
    early : what each day before the promised one adds
    """

    ceiling: float
    drop: float
    start: float
    width: float
    late: float
    extra: Mapping[str, float]
    response: Mapping[str, float]
    spread: float
    early: float

    def curve(self, on_time_share: Share) -> Share:
        """X01c: mean satisfaction of a warehouse's orders with no other failure and no extra, by its on-time share.

        Parameters
        ----------
        on_time_share : one share, or an array of them
        """
        found: Share = self.ceiling - self.drop * np.exp(-(on_time_share - self.start) / self.width)
        return found


@dataclass(frozen=True)
class Csat(Declared):
    """What a contact is worth to the customer.

    Attributes
    ----------
    base : mean answer, with what agents usually do already in it
    resolved, wait, again, transfer, refused, angry : shifts; of `wait` by ln(1 + minutes); anger lowers all alike
        (X01a)
    channel : X03a: effect of the channel itself
    bot : the assistant's own effect
    expectation : by segment
    expectation_sd : between members
    wait_counts : minutes waited count in full on the phone, in these parts elsewhere
    rung_back : whoever is rung back minds so much of them
    least, most : of a mean answer
    spread : answers heap at both ends: of `draws.answers`
    response : share who answer
    unhappy_response : share of that among those who would answer 1 or 2
    bot_response, bot_unhappy_response : the same for the assistant
    """

    base: float
    resolved: float
    wait: float
    again: float
    transfer: float
    refused: float
    angry: float
    channel: Mapping[str, float]
    bot: float
    expectation: Mapping[str, float]
    expectation_sd: float
    wait_counts: Mapping[str, float]
    rung_back: float
    least: float
    most: float
    spread: float
    response: Mapping[str, float]
    unhappy_response: Mapping[str, float]
    bot_response: float
    bot_unhappy_response: float


@dataclass(frozen=True)
class Matters(Declared):
    """What a contact is about, and how it is met (X01a).

    Attributes
    ----------
    about : P(feature | reason) of matters that no failure caused: nobody asks for a must-be that works
    need_share : share of each need
    need_tilt : some features are asked about in the name of rules, others of feelings: factors on `need_share`
    angry_failure, angry_enquiry, angry_again : tone says how much has gone wrong, hardly what the need is: a first
        contact after a failure, another first contact, a further one
    remedy_angry, remedy_calm : what agents turn to: they answer anger with an apology, whatever the need
    resolved : how likely a matter is solved with each remedy
    gain : what each remedy adds to the mean answer
    """

    about: Mapping[str, Mapping[str, float]]
    need_share: Mapping[str, float]
    need_tilt: Mapping[str, Mapping[str, float]]
    angry_failure: float
    angry_enquiry: float
    angry_again: float
    remedy_angry: Mapping[str, float]
    remedy_calm: Mapping[str, float]
    resolved: Mapping[str, Mapping[str, float]]
    gain: Mapping[str, Mapping[str, float]]

    def mean_gain(self, need: str) -> float:
        """What the remedies add on the average of calm contacts: `Csat.base` is the mean with that already in it."""
        gain, calm = self.gain[need], self.remedy_calm
        return sum(calm[name] * gain[name] for name in REMEDIES)


@dataclass(frozen=True)
class Afterwards(Declared):
    """A touch after the goods are there: share of journeys that have it, and days later, from first to last."""

    share: float
    first: int
    last: int


@dataclass(frozen=True)
class Touchpoints(Declared):
    """Journeys touch by touch (J3, J4, M2, M7).

    Attributes
    ----------
    adds : log odds that one touch before the order adds to buying
    share : how often each is touched; those that persuade are a little busier
    convert : log odds of buying without a touch
    late, late_by : where people end up who have made up their minds: last touches, whatever they add
    journeys : at scale 1 in 36 months
    stops, longest : chance that a touch is the last but one; the most touches
    pause : days between touches before the order, beyond one: mean
    over : days after which a journey that has come to nothing has come to nothing
    afterwards : after the goods are there
    score : mean score 1–5 of a touch
    score_converts, score_late : a journey that ends in an order scores higher on the way to it, one that does not
        lower; a late delivery
    rated : share of touches that are rated
    spread : of `draws.answers`
    felt_sd : standard deviation of how a touch feels
    usual_peak, usual_end, peak_rating, end_rating : X06c: what a point of a journey's peak or end beyond the usual adds
        to the rating of its order
    enough, leaves, leaves_for_more, stays_for_peak, stays_for_end : X06b, X06c: log odds of leaving after a journey, by
        touches beyond enough, and by points of peak and end
    """

    adds: Mapping[str, float]
    share: Mapping[str, float]
    convert: float
    late: tuple[str, ...]
    late_by: float
    journeys: int
    stops: float
    longest: int
    pause: float
    over: int
    afterwards: Mapping[str, Afterwards]
    score: Mapping[str, Mapping[str, float]]
    score_converts: float
    score_late: float
    rated: Mapping[str, float]
    spread: float
    felt_sd: float
    usual_peak: float
    usual_end: float
    peak_rating: float
    end_rating: float
    enough: int
    leaves: float
    leaves_for_more: float
    stays_for_peak: float
    stays_for_end: float
