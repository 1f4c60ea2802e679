"""What is true about Skylark Home: every effect the simulation has, as numbers. The simulation reads them from here.

`grading/truth/simulation.md` says in prose how each can be found in the tables.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# --- Who buys what, how often ----------------------------------------------------------------------------------------
CUSTOMERS = 20_000
#: The lines carry this many times the contacts of the members at scale 1.
FIRM = 14
SEGMENTS = ("young_renter", "new_family", "home_improver", "senior")
SEGMENT_SHARE = (0.30, 0.28, 0.24, 0.18)
OPTED_IN = (0.71, 0.66, 0.58, 0.41)
#: Share of each city tier, by segment; nothing follows from it.
CITY_TIER = ((0.45, 0.35, 0.14, 0.06), (0.28, 0.37, 0.22, 0.13), (0.25, 0.35, 0.25, 0.15), (0.30, 0.32, 0.22, 0.16))
#: Members who are there at the start, as a share of all; the others join evenly over three years.
OLD = 0.5
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


@dataclass(frozen=True)
class Failure:
    """A service feature, and what happens when it fails on an order.

    Attributes
    ----------
    rate : share of orders (of parcels, where `parcel`) on which it falls short; 0 where something else decides
    spoken : share of customers who then say so; the others are silent
    intent : reason of the contact that follows
    leave : chance of leaving when nothing is said; when it is put right; when it is said and not put right
    satisfaction : what it takes off the order's satisfaction
    parcel : only what is delivered can have it
    after : it shows on delivery, not on ordering
    """

    rate: float
    spoken: float
    intent: str
    leave: tuple[float, float, float]
    satisfaction: float
    parcel: bool = False
    after: bool = True


#: Chance of leaving after an order on which nothing failed.
LEAVE_AFTER_ORDER = 0.018
#: Nobody leaves over these more than over nothing.
_STAY = (LEAVE_AFTER_ORDER, 0.012, 0.04)
#: X01b, X00c: must-bes are silent and cost customers; what is talked about costs little. On-time delivery fails by
#: ON_TIME, and takes LATE_PENALTY off satisfaction.
FEATURES = {
    "on_time_delivery": Failure(0.0, 0.28, "where_is_order", (0.40, 0.07, 0.44), 0.0, parcel=True, after=False),
    "intact_packaging": Failure(0.040, 0.25, "damaged", (0.47, 0.08, 0.50), -1.50, parcel=True),
    "warranty_repair": Failure(0.025, 0.27, "defect", (0.40, 0.07, 0.44), -1.40),
    "easy_returns": Failure(0.026, 0.50, "return", (0.20, 0.06, 0.34), -0.85),
    "assembly_service": Failure(0.030, 0.50, "change_delivery", (0.15, 0.06, 0.28), -0.80),
    "human_hotline": Failure(0.022, 0.38, "complaint", (0.13, 0.06, 0.22), -0.70),
    "price_protection": Failure(0.022, 0.50, "price", (0.12, 0.06, 0.22), -0.60),
    "e_invoice": Failure(0.020, 0.50, "invoice", (0.022, 0.015, 0.05), -0.35, after=False),
    "delivery_window_choice": Failure(
        0.040, 0.50, "change_delivery", (0.035, 0.02, 0.08), -0.30, parcel=True, after=False
    ),
    "installation_photo_guide": Failure(0.026, 0.40, "app_problem", _STAY, -0.10),
    "green_packaging": Failure(0.018, 0.10, "complaint", _STAY, -0.05, parcel=True),
    "personal_styling": Failure(0.018, 0.30, "return", _STAY, -0.10),
    "anniversary_surprise": Failure(0.016, 0.10, "complaint", _STAY, -0.10),
    "bot_first_reply": Failure(0.020, 0.35, "app_problem", _STAY, -0.10, after=False),
}
FEATURE_NAMES = tuple(FEATURES)
LATE, PACKING, DEFECT = (
    FEATURE_NAMES.index(name) + 1 for name in ("on_time_delivery", "intact_packaging", "warranty_repair")
)
#: A late delivery that is told is asked after, or complained about.
LATE_COMPLAINS = 0.25
#: Lateness on orders of a surge, against other orders of the year.
LATE_SURGE = 2.2
WAREHOUSES = ("Langfang", "Kunshan", "Foshan", "Wuhan", "Chengdu")
WAREHOUSE_SHARE = (0.22, 0.28, 0.22, 0.15, 0.13)
#: True on-time share of each warehouse in 2023, 2024, 2025.
ON_TIME_FROM = 2023
ON_TIME = {
    "Langfang": (0.900, 0.930, 0.970),
    "Kunshan": (0.920, 0.955, 0.990),
    "Foshan": (0.910, 0.945, 0.985),
    "Wuhan": (0.890, 0.920, 0.955),
    "Chengdu": (0.880, 0.900, 0.940),
}
#: Of what is bought in a shop, the share that is carried home.
CARRIED_HOME = 0.45
#: Orders by hour of the day, online from midnight and in shops from ten; the hour in which a sale opens as a factor.
ONLINE_HOURS = (
    0.9, 0.4, 0.2, 0.15, 0.15, 0.3, 0.8, 1.8, 3.0, 4.2, 5.0, 5.2,
    5.4, 5.2, 4.8, 4.8, 4.9, 4.9, 5.2, 6.4, 8.2, 9.2, 8.0, 4.0,
)  # fmt: skip
SHOP_OPENS = 10
SHOP_HOURS = (3.0, 5.0, 6.0, 6.5, 7.0, 8.0, 9.0, 9.5, 10.0, 10.0, 8.0, 4.0)
SALE_ORDERS = 4.0
#: X02c: these warehouses re-set the packing line after every week, by what the week was off; the last year only.
REACTING = ("Wuhan", "Langfang")
REACTION = 1.6
#: X02c: the one week range with a cause: the packing machine at Kunshan, factor on the rate of packing faults.
SPECIAL_WAREHOUSE, SPECIAL_WEEK, SPECIAL_WEEKS, SPECIAL_FACTOR = "Kunshan", 88, 4, 3.5
#: Leaving after a matter that was no failure and ended unsolved.
LEAVE_OTHER_UNRESOLVED = 0.06

# --- Satisfaction with an order (X01c) -------------------------------------------------------------------------------
SATISFACTION_CEILING = 3.93
CURVE_DROP, CURVE_FROM, CURVE_WIDTH = 0.70, 0.88, 0.025
LATE_PENALTY = 0.9
#: What an extra adds, given to orders at random.
EXTRA_RATE = 0.24
EXTRA_SATISFACTION = {
    "installation_photo_guide": 0.28,
    "green_packaging": 0.20,
    "personal_styling": 0.36,
    "anniversary_surprise": 0.32,
}
#: Share of orders that are rated, by segment.
ORDER_RESPONSE = (0.64, 0.61, 0.60, 0.52)
ORDER_SPREAD = 4.0


def satisfaction_curve(on_time_share: float) -> float:
    """X01c: mean satisfaction of a warehouse's orders with no other failure and no extra, by its on-time share.

    A must-be saturates: .88 → 3.23, .90 → 3.62, .95 → 3.89, .99 → 3.92.
    """
    return SATISFACTION_CEILING - CURVE_DROP * math.exp(-(on_time_share - CURVE_FROM) / CURVE_WIDTH)


# --- Why people get in touch -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Intent:
    """A reason for a contact.

    Attributes
    ----------
    owner : department that causes it (X00b)
    per_order : first contacts without a failure behind them, for each order (`ON_THE_WAY`: for each parcel that is on
        its way for more than a day)
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
    "presale": Intent("sales", 0.156, 400, 2.6, 0.20, 0.20, 0.75, 1.0),
    "where_is_order": Intent("logistics", 0.104, 272, 2.3, 0.05, 0.55, 0.72, 2.0),
    "change_delivery": Intent("logistics", 0.039, 368, 2.2, 0.10, 0.30, 0.66, 1.5),
    "damaged": Intent("warehouse", 0.000, 688, 1.35, -0.65, 0.05, 0.35, 5.0),
    "defect": Intent("product", 0.000, 800, 1.05, -0.75, 0.05, 0.30, 12.0),
    "return": Intent("product", 0.046, 512, 1.7, -0.22, 0.20, 0.60, 6.0),
    "invoice": Intent("finance", 0.036, 304, 2.5, 0.15, 0.55, 0.80, 4.0),
    "price": Intent("marketing", 0.026, 384, 1.8, -0.10, 0.25, 0.55, 3.0),
    "app_problem": Intent("it", 0.012, 464, 1.7, -0.10, 0.30, 0.50, 1.0),
    "complaint": Intent("service", 0.003, 832, 0.95, -0.90, 0.03, 0.25, 4.0),
}
NAMES = tuple(INTENTS)
#: Asked only about a parcel that has not come yet; the share of parcels that take more than a day.
ON_THE_WAY = ("where_is_order", "change_delivery")
UNDER_WAY = 0.81
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
#: What the rush is about.
RUSH = {"presale": 0.25, "price": 0.50, "app_problem": 0.25}
#: Failing systems: days from one to the next, hours (log mean, log sd), and contacts against those of the hours.
INCIDENT_DAYS, INCIDENT_LOG_MEAN, INCIDENT_LOG_SD, INCIDENT_CONTACTS = 30.0, 0.7, 0.6, 0.8
SYSTEMS = {"app": 0.40, "order_system": 0.25, "payment": 0.20, "website": 0.15}

# --- The lines -------------------------------------------------------------------------------------------------------
SERVICE_CV = 1.1
PATIENCE = {"phone": 840.0, "chat": 1800.0, "wechat": 10_800.0, "email": 1e9, "shop": 5400.0, "expert": 5400.0}
#: Contacts an agent handles side by side, and by how much each then takes longer.
CONCURRENCY = {"phone": 1, "chat": 3, "wechat": 4, "email": 1, "shop": 1, "expert": 1}
STRETCH = {"phone": 1.0, "chat": 2.0, "wechat": 2.5, "email": 1.0, "shop": 1.0, "expert": 1.5}
OCCUPANCY = {"phone": 0.96, "chat": 0.95, "wechat": 0.84, "email": 0.76, "shop": 0.84, "expert": 0.72}
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
#: Who comes back does so within so many days (cumulated), to the same line or else to the phone; from the assistant
#: to the phone, chat, WeChat.
BACK_DAYS = (0.58, 0.90)
BACK_SAME_LINE = 0.6
BACK_FROM_BOT = (0.45, 0.35, 0.20)
MOST_ATTEMPTS = 5
#: Share of callers who take the offer to be rung back, and seconds they then wait at most.
TAKE_CALLBACK, CALLBACK_PATIENCE = 0.6, 3600.0
#: Seconds with the assistant, when it ends the matter (and more, by how hard it is) and when it hands over.
BOT_SECONDS, BOT_MORE_SECONDS, HAND_OVER = 40.0, 60.0, 60.0

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
CSAT_BASE = 3.62
CSAT_RESOLVED, CSAT_WAIT, CSAT_AGAIN, CSAT_TRANSFER = 0.55, -0.16, -0.35, -0.30
CSAT_REFUSED = -0.25
EXPECTATION = (0.10, 0.05, 0.0, -0.15)
EXPECTATION_SD = 0.30
#: The assistant's own: its effect on the mean answer, who answers, and the share of that among the unhappy.
BOT_CSAT, BOT_RESPONSE, BOT_UNHAPPY_RESPONSE = -0.30, 0.25, 0.60
#: Minutes waited count in full on the phone, in these parts elsewhere (nobody minds waiting hours for an e-mail);
#: whoever is rung back minds a third of them.
WAIT_COUNTS = {"phone": 1, "chat": 1, "wechat": 1 / 8, "email": 1 / 240, "shop": 1 / 2, "expert": 1 / 4}
RUNG_BACK = 1 / 3
#: Answers heap at both ends: spread of `draws.answers`.
CSAT_SPREAD = 1.8
RESPONSE = {"phone": 0.42, "chat": 0.44, "wechat": 0.46, "email": 0.30, "shop": 0.36, "expert": 0.40}
#: Share of the usual response rate among those who would answer 1 or 2.
UNHAPPY_RESPONSE = {"phone": 1.0, "chat": 0.70, "wechat": 0.80, "email": 1.0, "shop": 1.0, "expert": 1.0}

# --- What a contact is about, and how it is met (X01a) ---------------------------------------------------------------
#: P(feature | intent) of matters that no failure caused: nobody asks for a must-be that works.
ABOUT = {
    "presale": {
        "installation_photo_guide": 0.25, "personal_styling": 0.22, "assembly_service": 0.17,
        "delivery_window_choice": 0.12, "easy_returns": 0.07, "price_protection": 0.06, "green_packaging": 0.06,
        "e_invoice": 0.03, "anniversary_surprise": 0.02,
    },
    "where_is_order": {"delivery_window_choice": 1.0},
    "change_delivery": {"delivery_window_choice": 0.80, "assembly_service": 0.20},
    "damaged": {"intact_packaging": 1.0},
    "defect": {"warranty_repair": 1.0},
    "return": {"easy_returns": 0.80, "personal_styling": 0.12, "green_packaging": 0.08},
    "invoice": {"e_invoice": 1.0},
    "price": {"price_protection": 0.92, "anniversary_surprise": 0.08},
    "app_problem": {"bot_first_reply": 0.75, "installation_photo_guide": 0.25},
    "complaint": {"human_hotline": 0.60, "assembly_service": 0.25, "easy_returns": 0.15},
}  # fmt: skip
NEED_SHARE = {"functional": 0.46, "emotional": 0.19, "normative": 0.17, "implicit": 0.18}
NEEDS = tuple(NEED_SHARE)
#: Some features are asked about in the name of rules, others of feelings: factors on NEED_SHARE.
NEED_TILT = {
    "e_invoice": {"normative": 2.0},
    "price_protection": {"normative": 1.6},
    "anniversary_surprise": {"emotional": 2.2, "functional": 0.7},
    "personal_styling": {"emotional": 1.3, "implicit": 1.4},
    "human_hotline": {"emotional": 1.5},
    "green_packaging": {"normative": 1.5},
    "installation_photo_guide": {"implicit": 1.3},
}
#: Tone says how much has gone wrong, hardly what the need is (X01a): a first contact after a failure, another first
#: contact, a further one. Whoever is passed on keeps the tone.
ANGRY_FAILURE, ANGRY_ENQUIRY, ANGRY_AGAIN = 0.60, 0.16, 0.50
REMEDIES = ("none", "apology", "fix", "both")
#: What agents turn to: they answer anger with an apology, whatever the need.
REMEDY_ANGRY = (0.12, 0.42, 0.21, 0.25)
REMEDY_CALM = (0.16, 0.12, 0.50, 0.22)
#: How likely a matter is solved with each remedy; the other way round, what was done when it was solved or was not.
RESOLVED = {
    "functional": (0.45, 0.48, 0.92, 0.93),
    "emotional": (0.50, 0.82, 0.66, 0.92),
    "normative": (0.45, 0.48, 0.90, 0.91),
    "implicit": (0.55, 0.58, 0.74, 0.78),
}
#: X01a: what each remedy adds to the mean answer. Anger lowers all alike: no interaction.
CSAT_GAIN = {
    "functional": (0.0, 0.14, 0.92, 1.06),
    "emotional": (0.0, 0.82, 0.25, 1.05),
    "normative": (0.0, 0.08, 0.85, 0.93),
    "implicit": (0.0, 0.10, 0.42, 0.52),
}
CSAT_ANGRY = -0.40


def mean_gain(need: str) -> float:
    """What the remedies add on the average of calm contacts: CSAT_BASE is the mean with that already in it."""
    return sum(share * gain for share, gain in zip(REMEDY_CALM, CSAT_GAIN[need], strict=True))


# --- Buying after an enquiry (X00a) ----------------------------------------------------------------------------------
#: Log odds that an enquiry becomes an order, and its change for each unit of ln(1 + minutes to the first reply).
CONVERT, CONVERT_DELAY = 1.35, -0.42

# --- Money -----------------------------------------------------------------------------------------------------------
AGENT_HOUR = 62.0
OVERHEAD = {"phone": 4.0, "chat": 2.5, "wechat": 2.2, "email": 2.0, "shop": 4.5, "expert": 5.0}
BOT_COST = 0.25
#: Of paid time, the share in contact; and what a contact costs that nobody answered.
#: Paid hours of a full month, for the base pay.
MONTH_HOURS = 162.0
PRODUCTIVE, LOST_COST = 0.78, 0.6

# --- App and coupons -------------------------------------------------------------------------------------------------
APP_FROM_MONTH = 10
#: X12b: chance of taking up the app at an order, for each order of the past year; and the app's true effect.
APP_TAKE_UP, APP_TAKE_UP_PER_ORDER = 0.006, 0.011
APP_EFFECT = 0.04
#: Self-selection: log odds of using a coupon, by the member's order rate (in means) and taste for deals (sd 1).
COUPON, COUPON_RATE, COUPON_DEAL = -1.8, 1.2, 0.8

# --- Shops and ordering ahead (X12a) ---------------------------------------------------------------------------------
SHOPS = 40
#: Members of the largest and the smallest shop, against the mean, and what else differs (log sd).
SHOP_LARGEST, SHOP_SMALLEST, SHOP_SD = 1.45, 0.55, 0.12
#: A shop's sales at the start of the run, against those of its members at any scale; they grow by SHOP_TREND a year.
SHOP_WHOLE = 2.0
SHOP_TREND = 0.10
#: Noise of a shop's month and of a month in all shops (log sd), in the part that is not on record.
SHOP_MONTH_SD, MONTH_SD = 0.03, 0.02
ROLLOUT_FROM, ROLLOUT_EVERY, ROLLOUT_GROUPS = 12, 4, 5
#: True effect on the orders of a shop's customers, and share of visits that then order ahead.
ROLLOUT_SALES = 0.05
ORDER_AHEAD, ORDER_AHEAD_SD = 0.38, 0.02
#: Visits in the busy hour at the start, by what a shop has room for; each takes so many turns at the till, and so many
#: at the counter, more when goods ordered ahead are collected.
VISITS, VISITS_MOST = 15.5, 17.5
TURNS_TILL, TURNS_COUNTER, TURNS_COLLECTING = 1.75, 1.0, 0.9
#: Customers an hour that a till and the pick-up counter can take, and how many of each a shop has.
TILL, COUNTER = 20.0, 28.0
TILLS, COUNTERS = 2, 1

# --- After-sales cases (X02a, X02b) ----------------------------------------------------------------------------------
#: Hands-on minutes of each station, and how loaded it is as planned; the approver is the bottleneck.
HANDS_ON = {"inspect": 14.0, "approve": 4.0, "repair": 45.0, "refund": 5.0}
LOAD = {"inspect": 0.60, "approve": 0.98, "repair": 0.72, "refund": 0.50}
REWORK = 0.14
#: Cases a working day that the stations are made for, at scale 1; other members' cases fill up to that.
CASES_A_DAY = 11.7
#: Days until the goods are there or the fitter comes: at least, and the mean of what is added.
ARRIVES, ARRIVES_MORE = 1.2, 1.4
#: Of the price, what is paid back for goods that were only scratched; below this claim the pilot goes unapproved.
SCRATCHED, PILOT_BELOW = 0.35, 200.0
#: X02b: false claims, the share an approver finds, and what each day of delay costs.
FALSE_CLAIM, FOUND = 0.020, 0.45
CHASE_PER_DAY, CHASE_COST = 0.12, 11.0
APPROVER_MINUTE = 1.6
