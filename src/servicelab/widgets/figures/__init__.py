"""Still pictures of a lesson, each the answer to one question: ``figures.remedies(load("contacts"))``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from servicelab.course.policyfile import house_policy
from servicelab.widgets.figures.channels import contained as containment
from servicelab.widgets.figures.channels import handoffs as travelling
from servicelab.widgets.figures.channels import measures
from servicelab.widgets.figures.channels import refusals as refused
from servicelab.widgets.figures.eleven import aftersale, halfhours, pastsales, weekswith
from servicelab.widgets.figures.needs import afterwards, experts, failures, gifts, margins, punctuality, replies
from servicelab.widgets.figures.people import appraised as appraising
from servicelab.widgets.figures.people import bottomten
from servicelab.widgets.figures.people import foretold as scoring
from servicelab.widgets.figures.people import newcomers as growing
from servicelab.widgets.figures.people import quickest as quick
from servicelab.widgets.figures.process import approvals, packingweeks, resetting, sooner, stationload
from servicelab.widgets.figures.process import arrows as arrows_of
from servicelab.widgets.figures.retailer import counterwaits, otherlots
from servicelab.widgets.figures.rules import Policy
from servicelab.widgets.figures.system import enquiries
from servicelab.widgets.figures.system import owners as departments
from servicelab.widgets.figures.system import silence as quiet
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


class Figure(Interactive):
    """A picture without controls: charts, the sentence that says what to see, and the same as a table."""

    view = "view.js"

    def __init__(self, drawn: dict[str, Any]) -> None:
        self._drawn = drawn
        super().__init__()

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - nothing can be set
        return {key: self._drawn[key] for key in ("charts", "text", "table")}

    def name(self) -> str:
        return str(self._drawn["title"])


def agreement(voices: pd.DataFrame) -> Figure:
    """On how many statements three experts agree about the kind of need, and on which they do not."""
    return Figure(experts.agreement(voices))


def remedies(contacts: pd.DataFrame, guess: float | None = None) -> Figure:
    """Mean rating after each kind of reply, calm and angry customers apart, for functional and for emotional needs.

    ``guess`` is somebody's guess at the rating of angry customers with a functional need after an apology only.
    """
    return Figure(replies.remedies(contacts, guess))


def consequences(
    contacts: pd.DataFrame, orders: pd.DataFrame, features: pd.DataFrame, guess: float | None = None
) -> Figure:
    """How often each feature is mentioned, against how many orders fewer are followed by another when it failed.

    ``guess`` is somebody's guess at the place, by mentions, of the feature whose failure costs most.
    """
    return Figure(failures.consequences(contacts, orders, features, guess))


def evidence(
    contacts: pd.DataFrame, orders: pd.DataFrame, answers: pd.DataFrame, features: pd.DataFrame, only: Sequence[str]
) -> pd.DataFrame:
    """The features in ``only`` side by side: mentions, failures, customers who come back, Kano answers."""
    return failures.evidence(contacts, orders, answers, features, only)


def losses(orders: pd.DataFrame, features: pd.DataFrame) -> Figure:
    """Customers lost for each 1,000 orders: how often a feature fails times what a failure costs."""
    return Figure(failures.losses(orders, features))


def apologised(contacts: pd.DataFrame, orders: pd.DataFrame) -> Figure:
    """Ratings and later orders after an apology only and after neither, for emotional and for functional needs."""
    return Figure(afterwards.apologised(contacts, orders))


def extras(orders: pd.DataFrame, survey: pd.DataFrame, features: pd.DataFrame) -> Figure:
    """What extras that were given at random did to satisfaction, beside how important customers call them."""
    return Figure(gifts.extras(orders, survey, features))


def saturation(orders: pd.DataFrame, guess: float | None = None) -> Figure:
    """Mean satisfaction of each warehouse and year by its share of orders on time, with the mean of those nearby.

    ``guess`` is somebody's guess at what the last step brings, in per cent of the gain from the first.
    """
    return Figure(punctuality.saturation(orders, guess))


def last_step(orders: pd.DataFrame) -> float:
    """The gain in satisfaction from the last step up in punctuality, as a share of the gain from the first step."""
    return punctuality.last_step(orders)


def sample_sizes() -> Figure:
    """The 95 % margin of error of a share of one half, by the number of random answers."""
    return Figure(margins.sample_sizes())


def faster(
    log: pd.DataFrame,
    stations: pd.DataFrame,
    calendar: pd.DataFrame,
    cases: pd.DataFrame,
    guess: float | None = None,
) -> Figure:
    """How many days a return takes when nobody, everybody but the approver, the approver or all are a quarter faster.

    ``guess`` is somebody's guess at the hours gained when everybody but the approver is.
    """
    return Figure(sooner.faster(log, stations, calendar, cases, guess))


def hours_sooner(log: pd.DataFrame, stations: pd.DataFrame, calendar: pd.DataFrame, cases: pd.DataFrame) -> float:
    """The hours by which returns end sooner when everybody but the approver is a quarter faster."""
    days = sooner.days_of_ways(log, stations, calendar, cases)
    return 24 * (days["nobody"] - days["others"])


def station_load(
    log: pd.DataFrame,
    stations: pd.DataFrame,
    calendar: pd.DataFrame,
    guess: float | None = None,  # noqa: ARG001 - the guess it waits for is drawn in the picture before it
) -> Figure:
    """The wait before each step beside how busy its station is."""
    return Figure(stationload.load(log, stations, calendar))


def pilot(cases: pd.DataFrame, log: pd.DataFrame, guess: float | None = None) -> Figure:
    """What approving claims under ¥200 stops and costs, by lot; ``guess`` is somebody's guess at what it stops."""
    return Figure(approvals.lot(cases, log, guess))


def stopped_by_approval(cases: pd.DataFrame, log: pd.DataFrame) -> float:
    """Yuan that an approval stops for each claim under ¥200, in the pilot by lot."""
    return approvals.pilot(cases, log).stopped[0]


def approvals_by_size(cases: pd.DataFrame, log: pd.DataFrame, guess: float | None = None) -> Figure:
    """What an approval stops, by size of the claim, against what it costs."""
    return Figure(approvals.sizes(cases, log, guess))


def control(
    weekly: pd.DataFrame, warehouse: str, first: int, last: int, method: Literal["normal", "exact"] = "exact"
) -> Figure:
    """The share of faulty parcels of a warehouse by week, with control limits."""
    return Figure(packingweeks.control(weekly, warehouse, first, last, method))


def weeks(weekly: pd.DataFrame, warehouse: str, first: int, last: int) -> Figure:
    """The share of faulty parcels of a warehouse by week, with control limits; which weeks are outside is not said."""
    return Figure(packingweeks.control(weekly, warehouse, first, last, judged=False))


def arrows(log: pd.DataFrame) -> Figure:
    """Which step of a log follows which, how often and after how long."""
    return Figure(arrows_of.arrows(log))


def reset_or_leave(guess: float | None = None) -> Figure:
    """Ten weeks of a line that swings by chance, left alone and re-set after each week."""
    return Figure(resetting.reset_or_leave(guess))


def further_off() -> float:
    """Minutes a week off plan of a line that is re-set after each week, and is 10 off when it is left alone."""
    return resetting.minutes_off()


def policy(ids: Sequence[str]) -> Policy:
    """The firm's rules with these ids, as of a day: what they say, exceptions, source of law, what counsel checks.

    Raises UserError for an id that no rule has, and where no `policy.json` came with the course.
    """
    return Policy(house_policy(), ids)


def owners(contacts: pd.DataFrame, guess: float | None = None) -> Figure:
    """First contacts by the department whose work gave rise to them; ``guess`` is a guess at service's own share."""
    return Figure(departments.owners(contacts, guess))


def late_answers(contacts: pd.DataFrame, guess: float | None = None) -> Figure:
    """Orders of 100 questions before buying, by time to the first answer; ``guess`` is a guess at over an hour."""
    return Figure(enquiries.late(contacts, guess))


def silence(contacts: pd.DataFrame, orders: pd.DataFrame, guess: float | None = None) -> Figure:
    """Who orders again after a failure that was told and put right, told and left, or never told.

    ``guess`` is somebody's guess at those who never told it.
    """
    return Figure(quiet.silence(contacts, orders, guess))


def silent_return(contacts: pd.DataFrame, orders: pd.DataFrame) -> float:
    """The share of customers who order again after a failure that they never told."""
    return quiet.silent_return(contacts, orders)


def scorecard(contacts: pd.DataFrame) -> Figure:
    """What a scorecard holds by channel: closed as resolved and settled at the first contact, the rest in the table."""
    return Figure(measures.scorecard(contacts))


def settled(contacts: pd.DataFrame, channel: str) -> float:
    """Of the first contacts that a channel answered, the share that is closed as resolved and not back in 72 hours."""
    return measures.measured(contacts)[channel]["first_contact"]


def contained(contacts: pd.DataFrame, guess: float | None = None) -> Figure:
    """Who is back within 72 hours after the assistant and after a person; ``guess`` is a guess at the assistant's."""
    return Figure(containment.contained(contacts, guess))


def back_again(contacts: pd.DataFrame) -> float:
    """Of those whom the assistant dealt with alone, the share that is back within 72 hours in any channel."""
    return containment.back_again(contacts)


def refusals(contacts: pd.DataFrame, customers: pd.DataFrame, guess: float | None = None) -> Figure:
    """Who refuses when another channel or the assistant is offered, by segment; ``guess`` is a guess at the seniors."""
    return Figure(refused.refusals(contacts, customers, guess))


def refusing_seniors(contacts: pd.DataFrame, customers: pd.DataFrame) -> float:
    """The share of the seniors who turn to chat or WeChat that refuses what is offered instead."""
    return float(refused.refusing(contacts, customers)["senior"])


def handoffs(contacts: pd.DataFrame) -> Figure:
    """What a matter costs and how it is rated, by the number of channels that it went through."""
    return Figure(travelling.handoffs(contacts))


def quickest(appraisals: pd.DataFrame, guess: float | None = None) -> Figure:
    """Minutes a call and minutes a settled call, from the phone's quickest quarter to its slowest.

    ``guess`` is somebody's guess at the minutes of the quickest quarter for a settled call.
    """
    return Figure(quick.quickest(appraisals, guess))


def settled_by_the_quickest(appraisals: pd.DataFrame) -> float:
    """Minutes that the quickest quarter of the phone takes for each call that is settled."""
    return quick.settled_by_the_quickest(appraisals)


def bottom_ten(appraisals: pd.DataFrame, guess: float | None = None) -> Figure:
    """Each line's share of the people and of the places among the last ten.

    ``guess`` is somebody's guess at the share of the places that the second line fills.
    """
    return Figure(bottomten.bottom_ten(appraisals, guess))


def bottom_share(appraisals: pd.DataFrame) -> float:
    """The share of the places among the last ten that the second line fills."""
    return bottomten.bottom_share(appraisals)


def appraised(appraisals: pd.DataFrame) -> Figure:
    """The phone's people in one month: rating with its interval, and after difficulty and chance."""
    return Figure(appraising.appraised(appraisals))


def foretold(applicants: pd.DataFrame) -> Figure:
    """How closely each score of an applicant went with what those who stayed then settled an hour."""
    return Figure(scoring.foretold(applicants))


def newcomers(appraisals: pd.DataFrame, agents: pd.DataFrame) -> Figure:
    """What a newcomer on the phone settles an hour, by month in the firm."""
    return Figure(growing.newcomers(appraisals, agents))


def weeks_with_the_firm(contacts: pd.DataFrame, agents: pd.DataFrame, guess: float | None = None) -> Figure:
    """What somebody settles in an hour in contact, by weeks with the firm, on the phone and in the chat."""
    return Figure(weekswith.weeks_with_the_firm(contacts, agents, guess))


def first_week(contacts: pd.DataFrame, agents: pd.DataFrame, temps: int = 10) -> float:
    """How many experienced people on the phone so many newcomers are in their first week."""
    return weekswith.as_experienced(contacts, agents, temps)[0]


def past_sales(contacts: pd.DataFrame, orders: pd.DataFrame, deposits: pd.DataFrame) -> Figure:
    """Orders and contacts of members around the last two Double 11s, as multiples of an October day."""
    return Figure(pastsales.past_sales(contacts, orders, deposits))


def half_hours(calls: pd.DataFrame) -> Figure:
    """10 November by half hours, beside an ordinary day and beside twice of it, spread evenly."""
    return Figure(halfhours.evening(calls))


def after_sale(contacts: pd.DataFrame, orders: pd.DataFrame, calls: pd.DataFrame, guess: float | None = None) -> Figure:
    """First contacts about orders of 10 and 11 November beside usual ones, and what the wave is about."""
    return Figure(aftersale.after_sale(contacts, orders, calls, guess))


def late_contacts(contacts: pd.DataFrame, orders: pd.DataFrame) -> float:
    """Of first contacts about orders of 10 and 11 November, the share that comes more than two days later."""
    return aftersale.later_than(aftersale.days_after(contacts, orders))


def queue_moved(shop_months: pd.DataFrame, shops: pd.DataFrame, guess: float | None = None) -> Figure:
    """Minutes at the till and at the counter, in shops with ordering ahead and without it."""
    return Figure(counterwaits.queue_moved(shop_months, shops, guess))


def counter_wait(shop_months: pd.DataFrame, shops: pd.DataFrame) -> float:
    """Minutes at the pick-up counter in the busy time, in shops that have ordering ahead."""
    return counterwaits.counter_wait(shop_months, shops)


def other_lots(shop_months: pd.DataFrame, shops: pd.DataFrame) -> Figure:
    """The effect of ordering ahead among those that are found when the order of conversion is drawn anew."""
    return Figure(otherlots.other_lots(shop_months, shops))
