"""What customers make of it: failures and who leaves over them, ratings and answers, needs, and journeys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from servicelab.company.simulation.names import (
    BEFORE_BUYING,
    FEATURES,
    INTENTS,
    LINES,
    NEEDS,
    REMEDIES,
    SEGMENTS,
    WITH_ORDER,
)
from servicelab.company.simulation.world.constraints import (
    Amount,
    Count,
    Flag,
    Number,
    OfFive,
    Part,
    Positive,
    Section,
    Share,
    Some,
    Whole,
    Word,
    among,
    at_most,
    divided,
    each_among,
    each_named,
    named,
    weighted,
)
from servicelab.course.declared import Fault

#: A share on time, or an array of them.
Shares = TypeVar("Shares", float, NDArray[np.float64])


@dataclass(frozen=True)
class Leaving(Section):
    """Chance of leaving after a failure: when nothing is said; when it is put right; when it is said and not."""

    silent: Share
    put_right: Share
    not_put_right: Share


@dataclass(frozen=True)
class Failure(Section):
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

    rate: Share
    spoken: Share
    intent: Word
    leave: Leaving
    satisfaction: Number
    parcel: Flag = False
    after: Flag = True

    def faults(self) -> Iterator[Fault]:
        """A reason for a contact."""
        yield from among(("intent",), [self.intent], INTENTS)


@dataclass(frozen=True)
class Staying(Section):
    """Who stops buying (X00c, X01b); by what failed: `failures`.

    Attributes
    ----------
    after_order : chance after an order on which nothing failed
    other_unresolved : after a matter that was no failure and ended unsolved
    """

    after_order: Share
    other_unresolved: Share


@dataclass(frozen=True)
class Rating(Section):
    """Satisfaction with an order (X01c).

    Attributes
    ----------
    ceiling : mean with nothing wrong and no extra
    drop, start, width : a must-be saturates: what is missing at an on-time share of `start`, fading over `width`
    late : what a late delivery takes off
    extra : what an extra adds
    response : share of orders that are rated, by segment
    spread : of `draws.answers`
    early, early_most, early_usual : what each day before the promised one adds, up to so many; `ceiling` has the usual
        ones already in it
    """

    ceiling: OfFive
    drop: Number
    start: Number
    width: Positive
    late: Number
    extra: Mapping[str, Number]
    response: Mapping[str, Share]
    spread: Positive
    early: Number
    early_most: Whole
    early_usual: Amount

    def faults(self) -> Iterator[Fault]:
        """Names."""
        yield from among(("extra",), self.extra, FEATURES)
        if not self.extra:
            yield Fault(("extra",), "`extra` is empty", f"Write at least one of {', '.join(FEATURES)}")
        yield from named(("response",), self.response, SEGMENTS)

    def curve(self, on_time_share: Shares) -> Shares:
        """X01c: mean satisfaction of a warehouse's orders with no other failure and no extra, by its on-time share.

        Parameters
        ----------
        on_time_share : one share, or an array of them

        Returns
        -------
        Mean answer 1–5 for each

        Examples
        --------
        >>> rating = Rating(4.0, 0.5, 0.9, 0.02, 0.0, {}, {}, 4.0, 0.0, early_most=2, early_usual=1.0)
        >>> rating.curve(np.array([0.9, 1.0])).round(3).tolist()
        [3.5, 3.997]
        """
        found: Shares = self.ceiling - self.drop * np.exp(-(on_time_share - self.start) / self.width)
        return found


@dataclass(frozen=True)
class Csat(Section):
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

    base: Number
    resolved: Number
    wait: Number
    again: Number
    transfer: Number
    refused: Number
    angry: Number
    channel: Mapping[str, Number]
    bot: Number
    expectation: Mapping[str, Number]
    expectation_sd: Amount
    wait_counts: Mapping[str, Amount]
    rung_back: Amount
    least: OfFive
    most: OfFive
    spread: Positive
    response: Mapping[str, Share]
    unhappy_response: Mapping[str, Share]
    bot_response: Share
    bot_unhappy_response: Share

    def faults(self) -> Iterator[Fault]:
        """Names, and limits in their order."""
        for name in ("channel", "wait_counts", "response", "unhappy_response"):
            yield from named((name,), getattr(self, name), LINES)
        yield from named(("expectation",), self.expectation, SEGMENTS)
        yield from at_most("least", self.least, "most", self.most)


@dataclass(frozen=True)
class Matters(Section):
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

    about: Mapping[str, Mapping[str, Share]]
    need_share: Mapping[str, Share]
    need_tilt: Mapping[str, Mapping[str, Amount]]
    angry_failure: Share
    angry_enquiry: Share
    angry_again: Share
    remedy_angry: Mapping[str, Share]
    remedy_calm: Mapping[str, Share]
    resolved: Mapping[str, Mapping[str, Part]]
    gain: Mapping[str, Mapping[str, Number]]

    def faults(self) -> Iterator[Fault]:
        """Names, and shares of features, needs and remedies."""
        yield from named(("about",), self.about, INTENTS)
        yield from each_among(("about",), self.about, INTENTS, FEATURES)
        for intent, shares in self.about.items():
            yield from divided(("about", intent), shares.values())
        yield from named(("need_share",), self.need_share, NEEDS)
        yield from divided(("need_share",), self.need_share.values())
        yield from each_among(("need_tilt",), self.need_tilt, FEATURES, NEEDS)
        for name, shares in (("remedy_angry", self.remedy_angry), ("remedy_calm", self.remedy_calm)):
            yield from named((name,), shares, REMEDIES)
            yield from divided((name,), shares.values())
        yield from each_named(("resolved",), self.resolved, NEEDS, REMEDIES)
        yield from each_named(("gain",), self.gain, NEEDS, REMEDIES)

    def mean_gain(self, need: str) -> float:
        """What the remedies add on the average of calm contacts: `Csat.base` is the mean with that already in it."""
        gain, calm = self.gain[need], self.remedy_calm
        return sum(calm[name] * gain[name] for name in REMEDIES)


@dataclass(frozen=True)
class Afterwards(Section):
    """A touch after the goods are there: share of journeys that have it, and days later, from first to last."""

    share: Share
    first: Whole
    last: Whole

    def faults(self) -> Iterator[Fault]:
        """The first day is not after the last."""
        yield from at_most("first", self.first, "last", self.last)


@dataclass(frozen=True)
class Touchpoints(Section):
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
    last_least, last_more : minutes before its order of a touch on the same day: the least, and more
    usual_peak, usual_end, peak_rating, end_rating : X06c: what a point of a journey's peak or end beyond the usual adds
        to the rating of its order
    enough, leaves, leaves_for_more, stays_for_peak, stays_for_end : X06b, X06c: log odds of leaving after a journey, by
        touches beyond enough, and by points of peak and end
    """

    adds: Mapping[str, Number]
    share: Mapping[str, Amount]
    convert: Number
    late: tuple[Word, ...]
    late_by: Number
    journeys: Count
    stops: Some
    longest: Count
    pause: Amount
    over: Whole
    afterwards: Mapping[str, Afterwards]
    score: Mapping[str, Mapping[str, OfFive]]
    score_converts: Number
    score_late: Number
    rated: Mapping[str, Share]
    spread: Positive
    felt_sd: Amount
    last_least: Amount
    last_more: Amount
    usual_peak: Number
    usual_end: Number
    peak_rating: Number
    end_rating: Number
    enough: Whole
    leaves: Number
    leaves_for_more: Number
    stays_for_peak: Number
    stays_for_end: Number

    def faults(self) -> Iterator[Fault]:
        """Names of what is touched, before the order, with it and after it."""
        yield from named(("adds",), self.adds, BEFORE_BUYING)
        yield from named(("share",), self.share, BEFORE_BUYING)
        yield from weighted(("share",), self.share.values())
        yield from among(("late",), self.late, BEFORE_BUYING)
        yield from named(("afterwards",), self.afterwards, [*WITH_ORDER][2:])
        stages = {"before": BEFORE_BUYING} | {
            stage: [name for name, of in WITH_ORDER.items() if of == stage] for stage in WITH_ORDER.values()
        }
        yield from named(("score",), self.score, stages)
        for stage in stages.keys() & self.score.keys():
            yield from named(("score", stage), self.score[stage], stages[stage])
        yield from named(("rated",), self.rated, stages)
