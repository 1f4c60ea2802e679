"""Service technology: does it stay up, what can go wrong, does it pay, and what does a bot really solve?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from servicelab.models.arguments import at_least, between, numbers, paired, positive, scalar, vector, whole


@dataclass(frozen=True)
class BotOutcome:
    """What a bot does to a month's contacts.

    Attributes
    ----------
    contained : contacts that ended in the bot
    truly_solved : of those, the ones that did not come back
    escalated : contacts handed to a person
    returned : contacts that ended in the bot and came back to a person
    live_contacts : contacts people had to handle, all together
    containment : contained / bot contacts, the figure on the vendor's slide
    resolution_by_bot : truly_solved / bot contacts, the figure that counts
    cost : total
    saving : against no bot, may be negative
    csat : mean satisfaction of all customers
    csat_change : against no bot
    """

    contained: float
    truly_solved: float
    escalated: float
    returned: float
    live_contacts: float
    containment: float
    resolution_by_bot: float
    cost: float
    saving: float
    csat: float
    csat_change: float


def availability(mtbf: ArrayLike, mttr: ArrayLike) -> Any:
    """Share of time a system works: MTBF / (MTBF + MTTR).

    Parameters
    ----------
    mtbf : mean time between failures (time it works), > 0, scalar or array
    mttr : mean time to repair, ≥ 0, same unit

    Returns
    -------
    float or array in (0, 1]

    Raises
    ------
    ValueError
        When an argument is out of range, or the labels of two Series differ.

    References
    ----------
    Barlow, R. and Proschan, F. (1975). Statistical Theory of Reliability and Life Testing.

    Examples
    --------
    A failure every 30 days, 40 minutes to repair:

    >>> round(availability(30 * 24, 40 / 60), 5)
    0.99907
    """
    mtbf, mttr = paired(mtbf=mtbf, mttr=mttr)
    works, broken = positive("mtbf", mtbf), at_least("mttr", mttr)
    return scalar(works / (works + broken))


def series(availabilities: ArrayLike) -> float:
    """Availability of a chain that needs every part: Π Aᵢ.

    Parameters
    ----------
    availabilities : of the parts, in [0, 1], one row; failures independent

    Returns
    -------
    float in [0, 1], at most the weakest part

    Raises
    ------
    ValueError
        When there are no parts or one is not in [0, 1].

    References
    ----------
    Barlow and Proschan (1975).

    Examples
    --------
    Five parts of 99 % each:

    >>> round(series([0.99] * 5), 3)
    0.951
    """
    return float(np.prod(between("availabilities", vector("availabilities", availabilities))))


def parallel(availabilities: ArrayLike) -> float:
    """Availability when any one of the parts will do: 1 − Π (1 − Aᵢ).

    Parameters
    ----------
    availabilities : of the parts, in [0, 1], one row; failures independent (one power cut can make that untrue)

    Returns
    -------
    float in [0, 1], at least the best part

    Raises
    ------
    ValueError
        When there are no parts or one is not in [0, 1].

    References
    ----------
    Barlow and Proschan (1975).

    Examples
    --------
    >>> round(parallel([0.99, 0.99]), 4)
    0.9999
    """
    return float(1 - np.prod(1 - between("availabilities", vector("availabilities", availabilities))))


def risk_priority(severity: ArrayLike, occurrence: ArrayLike, detection: ArrayLike) -> Any:
    """Risk priority number of a failure mode: severity × occurrence × detection.

    Parameters
    ----------
    severity, occurrence, detection : whole numbers 1–10, scalars or arrays; detection 10 means that nobody would notice

    Returns
    -------
    int or integer array, 1 to 1000. Ranks are no quantities: look at severity 9–10 whatever the product says

    Raises
    ------
    ValueError
        When a rank is not a whole number from 1 to 10, or the labels of two Series differ.

    References
    ----------
    IEC 60812:2018, Failure modes and effects analysis; Stamatis, D. H. (2003). Failure Mode and Effect Analysis.

    Examples
    --------
    >>> risk_priority([9, 5], [2, 6], [3, 4])
    array([ 54, 120])
    """
    severity, occurrence, detection = paired(severity=severity, occurrence=occurrence, detection=detection)
    product: Any = 1
    for name, rank in (("severity", severity), ("occurrence", occurrence), ("detection", detection)):
        between(name, rank, 1, 10)
        product = product * whole(name, rank, least=1)
    return scalar(np.asarray(product))


def npv(rate: float, cash_flows: ArrayLike) -> float:
    """Net present value: Σ flow_t / (1 + rate)^t, the first flow now (t = 0).

    A spreadsheet's NPV discounts the first flow too: pass 0 as the first flow to get the same figure.

    Parameters
    ----------
    rate : interest a period, > −1
    cash_flows : money in (+) and out (−), one row, one period apart

    Returns
    -------
    float

    Raises
    ------
    ValueError
        When there are no flows or rate is −1 or below.

    References
    ----------
    Brealey, R., Myers, S. and Allen, F. (2011). Principles of Corporate Finance, ch. 2.

    Examples
    --------
    >>> round(npv(0.08, [-40_000, 5_000, 8_000, 12_000, 30_000]), 2)
    3065.22
    """
    interest = float(numbers("rate", rate))
    if interest <= -1:
        raise ValueError(f"rate must be greater than -1, not {interest:g}")
    flows = vector("cash_flows", cash_flows)
    return float(flows @ (1 + interest) ** -np.arange(len(flows), dtype=float))


def payback(cash_flows: ArrayLike, *, rate: float = 0.0) -> float:
    """Periods until the money is back, and stays back at that point, counted with parts of a period.

    Parameters
    ----------
    cash_flows : money in (+) and out (−), one row, one period apart, the first now
    rate : interest a period for the discounted payback, > −1; 0 for the plain one

    Returns
    -------
    float: first time the cumulated flow reaches 0 (flows of a period come evenly over it); 0 when nothing is laid out,
    infinity when it never does

    Raises
    ------
    ValueError
        When there are no flows or rate is −1 or below.

    References
    ----------
    Brealey, Myers and Allen (2011), ch. 5 (and why not to rely on it: it is blind to what comes after).

    Examples
    --------
    >>> payback([-2000, 500, 500, 5000]), payback([-2000, 1000, 1000]), payback([-5, 1])
    (2.2, 2.0, inf)
    """
    interest = float(numbers("rate", rate))
    if interest <= -1:
        raise ValueError(f"rate must be greater than -1, not {interest:g}")
    flows = vector("cash_flows", cash_flows)
    flows = flows * (1 + interest) ** -np.arange(len(flows), dtype=float)
    back = np.cumsum(flows)
    reached = np.flatnonzero(back >= -1e-9 * np.abs(flows).max())
    if not len(reached):
        return float("inf")
    period = int(reached[0])
    if period == 0:
        return 0.0
    return float(period - 1 - back[period - 1] / flows[period])


def bot_deflection(
    *,
    contacts: float,
    bot_share: float,
    containment: float,
    false_containment: float,
    bot_cost: float,
    live_cost: float,
    escalation_time: float = 0.0,
    csat_live: float = 4.2,
    csat_bot: float = 4.0,
    csat_after_escalation: float = 3.9,
    csat_after_return: float = 3.0,
) -> BotOutcome:
    """What a bot really takes off people's hands: contained is not solved.

    Of contacts·bot_share, the share containment ends in the bot; of those, false_containment comes back to a person
    (in any channel, within 72 hours, say). The rest escalates at once.
    live = contacts·(1 − bot_share) + escalated + returned.

    Parameters
    ----------
    contacts : a month, > 0
    bot_share : share that meets the bot first, in [0, 1]
    containment : share of those that end in the bot, in [0, 1]
    false_containment : share of contained ones that come back, in [0, 1]
    bot_cost, live_cost : a contact, ≥ 0
    escalation_time : extra share of live_cost of an escalated or returned contact (to explain it all again), ≥ 0
    csat_live, csat_bot, csat_after_escalation, csat_after_return : mean satisfaction, 1–5, by how it went

    Returns
    -------
    BotOutcome

    Raises
    ------
    ValueError
        When an argument is out of range.

    References
    ----------
    Accounting identity; on the effect of failed self-service: Dixon, M., Freeman, K. and Toman, N. (2010). Stop trying
    to delight your customers.

    Examples
    --------
    >>> bot = bot_deflection(contacts=10_000, bot_share=0.6, containment=0.5, false_containment=0.4, bot_cost=0.5,
    ...                      live_cost=12)
    >>> bot.containment, bot.resolution_by_bot, bot.saving
    (0.5, 0.3, 18600.0)
    """
    positive("contacts", contacts)
    for name, share in (
        ("bot_share", bot_share), ("containment", containment), ("false_containment", false_containment),
    ):  # fmt: skip
        between(name, share)
    for name, money in (("bot_cost", bot_cost), ("live_cost", live_cost), ("escalation_time", escalation_time)):
        at_least(name, money)
    for name, score in (
        ("csat_live", csat_live), ("csat_bot", csat_bot), ("csat_after_escalation", csat_after_escalation),
        ("csat_after_return", csat_after_return),
    ):  # fmt: skip
        between(name, score, 1, 5)
    met = contacts * bot_share
    contained = met * containment
    returned = contained * false_containment
    escalated = met - contained
    direct = contacts - met
    cost = met * bot_cost + direct * live_cost + (escalated + returned) * live_cost * (1 + escalation_time)
    csat = (
        direct * csat_live + (contained - returned) * csat_bot
        + escalated * csat_after_escalation + returned * csat_after_return
    ) / contacts  # fmt: skip
    return BotOutcome(
        contained=contained,
        truly_solved=contained - returned,
        escalated=escalated,
        returned=returned,
        live_contacts=direct + escalated + returned,
        containment=contained / met if met else 0.0,
        resolution_by_bot=(contained - returned) / met if met else 0.0,
        cost=cost,
        saving=contacts * live_cost - cost,
        csat=csat,
        csat_change=csat - csat_live,
    )
