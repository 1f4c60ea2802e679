"""What is true about Skylark Home: every effect the simulation has, as numbers. The simulation reads them from here.

`grading/truth/simulation.md` says in prose how each can be found in the tables.
"""

from __future__ import annotations

from dataclasses import dataclass

# --- Who buys what, how often ----------------------------------------------------------------------------------------
CUSTOMERS = 20_000
#: The lines carry this many times the contacts of the members at scale 1.
FIRM = 14
SEGMENTS = ("young_renter", "new_family", "home_improver", "senior")
SEGMENT_SHARE = (0.30, 0.28, 0.24, 0.18)
OPTED_IN = (0.71, 0.66, 0.58, 0.41)
APP_TASTE = (1.4, 1.2, 0.9, 0.4)
#: Shop orders a year and member; online orders follow from the online share (X12c), at a constant shop rate.
SHOP_RATE = 3.85
SHOP_GROWTH = 0.02
RATE_SHAPE = 1.6
#: X12c: share of orders placed online at the start and after 36 months.
ONLINE_SHARE = (0.10, 0.40)
WEEKDAY = (0.92, 0.90, 0.92, 0.95, 1.02, 1.18, 1.11)
#: Orders on the days of a festival, against an ordinary day.
SURGE_ORDERS = {"double_11": 3.0, "mid_year": 2.0, "spring_festival": 0.35}
AMOUNT_LOG_MEAN, AMOUNT_LOG_SD = 5.9, 0.9
DAY_CV = 0.10

# --- What goes wrong -------------------------------------------------------------------------------------------------
LATE = 0.055
#: Lateness on orders of a surge, as a factor.
LATE_SURGE = 2.2
PACKING = 0.040
DEFECT = 0.025
WAREHOUSES = ("Langfang", "Kunshan", "Foshan", "Wuhan", "Chengdu")
WAREHOUSE_SHARE = (0.22, 0.28, 0.22, 0.15, 0.13)
#: X02c: these warehouses re-set the packing line after every week, by what the week was off; the last year only.
REACTING = ("Wuhan", "Langfang")
REACTION = 1.6
#: X02c: the one week range with a cause: the packing machine at Kunshan, factor on PACKING.
SPECIAL_WAREHOUSE, SPECIAL_WEEK, SPECIAL_WEEKS, SPECIAL_FACTOR = "Kunshan", 88, 4, 3.5

# --- Leaving (X00c) --------------------------------------------------------------------------------------------------
LEAVE_AFTER_ORDER = 0.030
#: A fault nobody was told of; one that was told and put right; one that was told and was not.
LEAVE_SILENT, LEAVE_RECOVERED, LEAVE_UNRESOLVED = 0.30, 0.05, 0.36
LEAVE_OTHER_UNRESOLVED = 0.06

# --- Why people get in touch -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Intent:
    """A reason for a contact.

    Attributes
    ----------
    owner : department that causes it (X00b)
    per_order : first contacts for each order without a fault behind them
    aht : mean seconds of an agent of ordinary pace
    resolve : log odds of being resolved by an ordinary agent on the phone
    csat : shift of the mean answer
    contain, solve : share of such enquiries that the assistant ends, and share of those that it really solves
    lag : mean days after the order (before it, for presale)
    """

    owner: str
    per_order: float
    aht: float
    resolve: float
    csat: float
    contain: float
    solve: float
    lag: float


INTENTS = {
    "presale": Intent("sales", 0.156, 400, 2.6, 0.25, 0.20, 0.75, 1.0),
    "where_is_order": Intent("logistics", 0.056, 272, 2.3, 0.05, 0.55, 0.72, 2.0),
    "change_delivery": Intent("logistics", 0.043, 368, 2.2, 0.10, 0.30, 0.66, 1.5),
    "damaged": Intent("warehouse", 0.000, 688, 1.35, -0.90, 0.05, 0.35, 5.0),
    "defect": Intent("product", 0.000, 800, 1.05, -1.00, 0.05, 0.30, 12.0),
    "return": Intent("product", 0.066, 512, 1.7, -0.30, 0.20, 0.60, 6.0),
    "invoice": Intent("finance", 0.045, 304, 2.5, 0.15, 0.55, 0.80, 4.0),
    "price": Intent("marketing", 0.037, 384, 1.8, -0.10, 0.25, 0.55, 3.0),
    "app_problem": Intent("it", 0.027, 464, 1.7, -0.10, 0.30, 0.50, 1.0),
    "complaint": Intent("service", 0.012, 832, 0.95, -1.20, 0.03, 0.25, 4.0),
}
NAMES = tuple(INTENTS)
#: Share of faults that the customer tells; the others are silent.
SPOKEN = {"late": 0.40, "packing": 0.42, "defect": 0.46}
#: A spoken late delivery is asked after, or complained about.
LATE_COMPLAINS = 0.25
CHANNELS = ("phone", "chat", "wechat", "email", "shop")
#: Where a segment turns, for an ordinary question.
ASKED = {
    "young_renter": (0.25, 0.40, 0.25, 0.04, 0.06),
    "new_family": (0.38, 0.28, 0.22, 0.05, 0.07),
    "home_improver": (0.46, 0.20, 0.15, 0.07, 0.12),
    "senior": (0.66, 0.05, 0.10, 0.02, 0.17),
}
#: X03a: hard matters go to the phone, easy ones are typed: factor on the phone's odds.
PHONE_TILT = {
    "damaged": 7.0, "defect": 8.0, "complaint": 10.0, "return": 3.0,
    "presale": 0.40, "invoice": 0.35, "where_is_order": 0.6,
}  # fmt: skip
#: Contacts by half hour from 9:00: peak near 10:00, a second hump after lunch, slow decay in the evening.
HALF_HOURS = (
    4.6, 6.0, 6.9, 6.7, 5.9, 5.0, 4.2, 4.1, 4.9, 5.4, 5.3, 5.0,
    4.7, 4.4, 4.1, 3.8, 3.5, 3.3, 3.2, 3.1, 2.9, 2.6, 2.2, 1.8,
)  # fmt: skip
OPEN, CLOSE = 9 * 3600.0, 21 * 3600.0
#: Enquiries in the half hour in which a sale opens (20:00), as a factor on the half hour's rate.
SALE_RUSH = 7.0
SALE_OPENS = 20 * 3600.0

# --- The lines -------------------------------------------------------------------------------------------------------
SERVICE_CV = 1.1
PATIENCE = {"phone": 840.0, "chat": 1800.0, "wechat": 10_800.0, "email": 1e9, "shop": 5400.0, "expert": 5400.0}
#: Contacts an agent handles side by side, and by how much each then takes longer.
CONCURRENCY = {"phone": 1, "chat": 3, "wechat": 4, "email": 1, "shop": 1, "expert": 1}
STRETCH = {"phone": 1.0, "chat": 2.0, "wechat": 2.5, "email": 1.0, "shop": 1.0, "expert": 1.5}
OCCUPANCY = {"phone": 0.96, "chat": 0.95, "wechat": 0.84, "email": 0.76, "shop": 0.86, "expert": 1.00}
#: True effect of the channel itself (staff, medium) on the odds of resolving and on the mean answer (X03a).
CHANNEL_RESOLVE = {"phone": 0.0, "chat": -0.15, "wechat": -0.10, "email": -0.25, "shop": 0.10, "expert": 0.9}
CHANNEL_CSAT = {"phone": 0.15, "chat": 0.0, "wechat": 0.05, "email": 0.10, "shop": 0.15, "expert": 0.05}
#: Share passed on to the second line.
TRANSFER = {"damaged": 0.10, "defect": 0.16, "complaint": 0.22, "return": 0.05, "app_problem": 0.10}
TRANSFER_OTHER = 0.012
#: The assistant first: share who ask for a person at once.
REFUSE_BOT = (0.12, 0.22, 0.30, 0.62)
REFUSE_DIGITAL = (0.20, 0.35, 0.45, 0.80)
#: Coming back within 72 hours, in any channel.
RECONTACT_RESOLVED, RECONTACT_UNRESOLVED, RECONTACT_ABANDONED = 0.025, 0.62, 0.70
#: X03c: who was contained without being helped comes back, mostly to a person.
RECONTACT_CONTAINED = 0.68
SWITCH_AFTER_ABANDON = 0.35

# --- The agents ------------------------------------------------------------------------------------------------------
PACE_SD, SKILL_SD, EMPATHY_SD = 0.03, 0.22, 0.16
#: X04a: agents who hurry: each unit takes time off and resolution with it.
HURRY_SD, HURRY_PACE, HURRY_RESOLVE = 1.0, -0.06, -0.95
#: X11b: what a new agent lacks, and the days after which 63 % of it is learned.
NEW_PACE, NEW_RESOLVE, LEARN_DAYS = 0.55, -0.80, 55.0
#: Second half of a shift.
TIRED_PACE, TIRED_RESOLVE = 1.04, -0.10
TURNOVER = 0.36
EARLY_FACTOR = 2.0
VACANCY_DAYS = (10, 35)
ABSENT = 0.12
#: Pay scheme → factor on time, shift of log odds of resolution, share closed as resolved without being so.
PAY_EFFECT = {"flat": (1.0, 0.0, 0.02), "speed": (0.84, -0.55, 0.16), "quality": (1.05, 0.30, 0.02)}
BASE_PAY = {"flat": 6000.0, "speed": 4200.0, "quality": 4600.0}
PER_CONTACT, PER_RESOLUTION = 2.2, 2.4
#: X04b: coaching raises the log odds of resolution by this, no more; half of the bottom ten are coached by lot.
COACHING = 0.0

# --- Satisfaction ----------------------------------------------------------------------------------------------------
CSAT_BASE = 3.55
CSAT_RESOLVED, CSAT_WAIT, CSAT_AGAIN, CSAT_TRANSFER = 0.95, -0.16, -0.35, -0.30
CSAT_REFUSED = -0.25
EXPECTATION = (0.10, 0.05, 0.0, -0.15)
EXPECTATION_SD = 0.30
RESPONSE = {"phone": 0.42, "chat": 0.44, "wechat": 0.46, "email": 0.30, "shop": 0.36, "expert": 0.40}
#: Share of the usual response rate among those who would answer 1 or 2.
UNHAPPY_RESPONSE = {"phone": 1.0, "chat": 0.70, "wechat": 0.80, "email": 1.0, "shop": 1.0, "expert": 1.0}

# --- Buying after an enquiry (X00a) ----------------------------------------------------------------------------------
#: Log odds that an enquiry becomes an order, and its change for each unit of ln(1 + minutes to the first reply).
CONVERT, CONVERT_DELAY = 1.35, -0.42

# --- Money -----------------------------------------------------------------------------------------------------------
AGENT_HOUR = 62.0
OVERHEAD = {"phone": 4.0, "chat": 2.5, "wechat": 2.2, "email": 2.0, "shop": 4.5, "expert": 5.0}
BOT_COST = 0.25

# --- App and coupons -------------------------------------------------------------------------------------------------
APP_FROM_MONTH = 10
#: X12b: chance of taking up the app at an order, for each order of the past year; and the app's true effect.
APP_TAKE_UP, APP_TAKE_UP_PER_ORDER = 0.006, 0.011
APP_EFFECT = 0.04
#: Self-selection: log odds of using a coupon, by the member's order rate (in means) and taste for deals (sd 1).
COUPON, COUPON_RATE, COUPON_DEAL = -1.8, 1.2, 0.8

# --- Shops and ordering ahead (X12a) ---------------------------------------------------------------------------------
SHOPS = 40
SHOP_TREND = 0.10
ROLLOUT_FROM, ROLLOUT_EVERY, ROLLOUT_GROUPS = 12, 4, 5
#: True effect on a shop's sales, and share of visits that then order ahead.
ROLLOUT_SALES = 0.05
ORDER_AHEAD = 0.38

# --- After-sales cases (X02a, X02b) ----------------------------------------------------------------------------------
#: Hands-on minutes of each station, and how loaded it is as planned; the approver is the bottleneck.
HANDS_ON = {"inspect": 14.0, "approve": 4.0, "repair": 45.0, "refund": 5.0}
LOAD = {"inspect": 0.60, "approve": 0.98, "repair": 0.72, "refund": 0.50}
REWORK = 0.14
#: X02b: false claims, the share an approver finds, and what each day of delay costs.
FALSE_CLAIM, FOUND = 0.012, 0.45
CHASE_PER_DAY, CHASE_COST = 0.12, 11.0
APPROVER_MINUTE = 1.6
