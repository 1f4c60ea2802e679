"""What is true about Skylark Home: every effect that a lesson lets people discover, as numbers.

Means of 1–5 answers are on the answer's own scale (see `draws.answers`), so an effect here is what an unbiased analysis
of the tables estimates. `grading/truth/` has these numbers in prose for instructors.
"""

from __future__ import annotations

import math
from datetime import date

START = date(2023, 1, 1)
END = date(2025, 12, 31)

SEGMENT_SHARE = {"young_renter": 0.30, "new_family": 0.28, "home_improver": 0.24, "senior": 0.18}
CITY_TIER = {
    "young_renter": (0.45, 0.35, 0.14, 0.06),
    "new_family": (0.28, 0.37, 0.22, 0.13),
    "home_improver": (0.25, 0.35, 0.25, 0.15),
    "senior": (0.30, 0.32, 0.22, 0.16),
}
OPTED_IN = {"young_renter": 0.71, "new_family": 0.66, "home_improver": 0.58, "senior": 0.41}

#: name: (English, Chinese, description in English, in Chinese)
FEATURES = {
    "on_time_delivery": (
        "On-time delivery",
        "准时送达",
        "The order arrives within the promised days.",
        "订单在承诺的天数内送达。",
    ),
    "intact_packaging": (
        "Goods arrive intact",
        "完好到货",
        "Packed so that nothing is scratched, dented or broken on arrival.",
        "包装牢固，到货无划痕、无磕碰、无破损。",
    ),
    "warranty_repair": (
        "Warranty repair",
        "三包维修",
        "A fault within the warranty is repaired at home, free of charge.",
        "三包期内出现故障，免费上门维修。",
    ),
    "easy_returns": (
        "Easy returns",
        "退换便捷",
        "Return or exchange in a few taps, collected at the door, money back within three days.",
        "几步即可申请退换，上门取件，三天内退款。",
    ),
    "assembly_service": (
        "Assembly at home",
        "上门安装",
        "A fitter assembles the furniture at an agreed time.",
        "师傅按约定时间上门安装家具。",
    ),
    "human_hotline": (
        "A person on the hotline",
        "人工热线",
        "The 400 hotline is answered by a person within a minute.",
        "400 热线一分钟内由真人接听。",
    ),
    "price_protection": (
        "Price protection",
        "价格保护",
        "The difference is paid back when the price falls within 30 days.",
        "购买后 30 天内降价，退还差价。",
    ),
    "e_invoice": (
        "E-invoice",
        "电子发票",
        "A correct electronic invoice, issued in the app without asking.",
        "小程序内自动开具、信息准确的电子发票。",
    ),
    "delivery_window_choice": (
        "Choice of delivery slot",
        "预约送货时段",
        "The customer picks a two-hour slot, evenings and weekends included.",
        "可选两小时送货时段，含晚间和周末。",
    ),
    "installation_photo_guide": (
        "Photo guide for assembly",
        "图文安装指引",
        "Step-by-step pictures and a short film for putting it together oneself.",
        "一步一图加短视频，自己动手也能装好。",
    ),
    "green_packaging": (
        "Green packaging",
        "环保包装",
        "Recycled cartons, no foam, wrapping taken back on delivery.",
        "再生纸箱、无泡沫，送货时回收包装。",
    ),
    "personal_styling": (
        "Personal styling",
        "搭配顾问",
        "An adviser suggests furniture, light and colour for the customer's own rooms.",
        "搭配师根据您家的房间给出家具、灯光和色彩建议。",
    ),
    "anniversary_surprise": (
        "Anniversary surprise",
        "周年惊喜",
        "A card and a small gift on the membership anniversary.",
        "入会周年时寄上贺卡和小礼物。",
    ),
    "bot_first_reply": (
        "Assistant answers first",
        "智能助手先答",
        "The app's assistant replies at once, a person only on request.",
        "小程序智能助手秒回，需要时再转人工。",
    ),
}

# --- Orders ----------------------------------------------------------------------------------------------------------
#: True on-time share of each warehouse in 2023, 2024, 2025.
ON_TIME = {
    "Langfang": (0.900, 0.930, 0.970),
    "Kunshan": (0.920, 0.955, 0.990),
    "Foshan": (0.910, 0.945, 0.985),
    "Wuhan": (0.890, 0.920, 0.955),
    "Chengdu": (0.880, 0.900, 0.940),
}
WAREHOUSE_SHARE = {"Langfang": 0.22, "Kunshan": 0.28, "Foshan": 0.22, "Wuhan": 0.15, "Chengdu": 0.13}

SATISFACTION_CEILING = 3.93
LATE_PENALTY = 0.9


def satisfaction_curve(on_time_share: float) -> float:
    """X01c: mean satisfaction of a warehouse's orders with no other failure and no extra, by its on-time share.

    A must-be saturates: .88 → 3.23, .90 → 3.62, .95 → 3.89, .99 → 3.92.
    """
    return SATISFACTION_CEILING - 0.70 * math.exp(-(on_time_share - 0.88) / 0.025)


#: Share of orders on which the feature falls short (on_time_delivery comes from ON_TIME instead).
FAILURE_RATE = {
    "intact_packaging": 0.026,
    "warranty_repair": 0.024,
    "easy_returns": 0.026,
    "assembly_service": 0.030,
    "human_hotline": 0.022,
    "price_protection": 0.022,
    "e_invoice": 0.020,
    "delivery_window_choice": 0.030,
    "installation_photo_guide": 0.026,
    "green_packaging": 0.018,
    "personal_styling": 0.018,
    "anniversary_surprise": 0.016,
    "bot_first_reply": 0.020,
}
#: What a failure does to the order's satisfaction (late delivery acts through LATE_PENALTY).
FAILURE_SATISFACTION = {
    "intact_packaging": -1.50,
    "warranty_repair": -1.40,
    "easy_returns": -0.85,
    "assembly_service": -0.80,
    "human_hotline": -0.70,
    "price_protection": -0.60,
    "e_invoice": -0.35,
    "delivery_window_choice": -0.30,
    "installation_photo_guide": -0.10,
    "green_packaging": -0.05,
    "personal_styling": -0.10,
    "anniversary_surprise": -0.10,
    "bot_first_reply": -0.10,
}
#: X01c, the other half: what an extra adds, given to orders at random.
EXTRA_RATE = 0.24
EXTRA_SATISFACTION = {
    "installation_photo_guide": 0.28,
    "green_packaging": 0.20,
    "personal_styling": 0.36,
    "anniversary_surprise": 0.32,
}
#: X01b: chance of another order within 180 days, and what a failure does to it (percentage points / 100).
REPURCHASE = {"young_renter": 0.52, "new_family": 0.58, "home_improver": 0.50, "senior": 0.56}
FAILURE_REPURCHASE = {
    "on_time_delivery": -0.24,
    "intact_packaging": -0.30,
    "warranty_repair": -0.27,
    "easy_returns": -0.13,
    "assembly_service": -0.10,
    "human_hotline": -0.09,
    "price_protection": -0.08,
    "e_invoice": -0.03,
    "delivery_window_choice": -0.03,
    "installation_photo_guide": -0.01,
    "green_packaging": 0.0,
    "personal_styling": -0.01,
    "anniversary_surprise": -0.01,
    "bot_first_reply": -0.01,
}
#: Of those who do not come back within 180 days, the share that does within a year; the rest are lost.
LATE_RETURN = 0.48
ORDER_RESPONSE = {"young_renter": 0.64, "new_family": 0.61, "home_improver": 0.60, "senior": 0.52}

# --- Contacts --------------------------------------------------------------------------------------------------------
#: X01b: chance that a customer says something when the feature fails. Must-bes are silent: three in four just leave.
FAILURE_CONTACT = {
    "on_time_delivery": 0.28,
    "intact_packaging": 0.24,
    "warranty_repair": 0.26,
    "easy_returns": 0.50,
    "assembly_service": 0.52,
    "human_hotline": 0.40,
    "price_protection": 0.50,
    "e_invoice": 0.50,
    "delivery_window_choice": 0.50,
    "installation_photo_guide": 0.45,
    "green_packaging": 0.20,
    "personal_styling": 0.30,
    "anniversary_surprise": 0.20,
    "bot_first_reply": 0.35,
}
#: What people ask about without anything having failed; nobody asks for a must-be that works.
ENQUIRIES_PER_ORDER = 0.40
ENQUIRY_SHARE = {
    "delivery_window_choice": 0.19,
    "installation_photo_guide": 0.16,
    "personal_styling": 0.14,
    "assembly_service": 0.12,
    "easy_returns": 0.09,
    "price_protection": 0.09,
    "e_invoice": 0.07,
    "bot_first_reply": 0.05,
    "human_hotline": 0.04,
    "green_packaging": 0.03,
    "anniversary_surprise": 0.02,
}
#: Share of enquiries that come before buying (no order yet), for the features one asks about beforehand.
PRESALE = {"delivery_window_choice": 0.25, "personal_styling": 0.55, "assembly_service": 0.25, "price_protection": 0.15}

NEED_SHARE = {"functional": 0.46, "emotional": 0.19, "normative": 0.17, "implicit": 0.18}
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
#: Tone says how much has gone wrong, hardly what the need is (X01a).
ANGRY_FAILURE = 0.60
ANGRY_ENQUIRY = 0.16
ANGRY_AGAIN = 0.50

#: What agents do: they answer anger with an apology, whatever the need. (none, apology, fix, both)
REMEDY_ANGRY = (0.12, 0.42, 0.21, 0.25)
REMEDY_CALM = (0.16, 0.12, 0.50, 0.22)
#: X01a: mean CSAT with neither apology nor fix, and what each adds. Anger lowers all four alike: no interaction.
CSAT_BASE = {"functional": 2.9, "emotional": 2.8, "normative": 2.9, "implicit": 3.1}
CSAT_ANGRY = -0.40
CSAT_GAIN = {
    "functional": {"none": 0.0, "apology": 0.20, "fix": 1.25, "both": 1.45},
    "emotional": {"none": 0.0, "apology": 1.10, "fix": 0.35, "both": 1.50},
    "normative": {"none": 0.0, "apology": 0.10, "fix": 1.15, "both": 1.25},
    "implicit": {"none": 0.0, "apology": 0.15, "fix": 0.55, "both": 0.70},
}
CSAT_RESPONSE = {"phone": 0.44, "chat": 0.40, "email": 0.32, "wechat": 0.50, "shop": 0.40}
CSAT_RESPONSE_ANGRY = -0.06
#: Chance of being closed as resolved.
RESOLVED = {
    "functional": {"none": 0.45, "apology": 0.48, "fix": 0.92, "both": 0.93},
    "emotional": {"none": 0.50, "apology": 0.82, "fix": 0.66, "both": 0.92},
    "normative": {"none": 0.45, "apology": 0.48, "fix": 0.90, "both": 0.91},
    "implicit": {"none": 0.55, "apology": 0.58, "fix": 0.74, "both": 0.78},
}
RECONTACT = {True: 0.06, False: 0.40}
CHANNEL_SHARE = {
    "young_renter": {"phone": 0.12, "chat": 0.48, "email": 0.05, "wechat": 0.30, "shop": 0.05},
    "new_family": {"phone": 0.25, "chat": 0.36, "email": 0.06, "wechat": 0.26, "shop": 0.07},
    "home_improver": {"phone": 0.34, "chat": 0.26, "email": 0.09, "wechat": 0.18, "shop": 0.13},
    "senior": {"phone": 0.55, "chat": 0.06, "email": 0.02, "wechat": 0.15, "shop": 0.22},
}
#: Contacts by hour, 8 to 21: peak near 10:00, a second hump after lunch, a slow evening decay.
HOURS = (3, 7, 11, 9, 5, 6, 9, 9, 8, 7, 6, 7, 6, 4)

# --- Surveys ---------------------------------------------------------------------------------------------------------
#: Chances of A, O, M, I, R, Q among customers for whom the feature is mainly of one category.
KANO_PROFILE = {
    "A": (0.50, 0.17, 0.05, 0.25, 0.01, 0.02),
    "O": (0.18, 0.50, 0.18, 0.11, 0.01, 0.02),
    "M": (0.05, 0.20, 0.58, 0.14, 0.01, 0.02),
    "I": (0.16, 0.07, 0.08, 0.62, 0.05, 0.02),
    "R": (0.06, 0.03, 0.04, 0.28, 0.57, 0.02),
}
#: Main category by feature in the order young_renter, new_family, home_improver, senior; two letters mix half and half.
KANO = {
    "on_time_delivery": ("M", "M", "M", "M"),
    "intact_packaging": ("M", "M", "M", "M"),
    "warranty_repair": ("MO", "M", "M", "M"),
    "easy_returns": ("O", "O", "O", "M"),
    "assembly_service": ("I", "O", "O", "M"),
    "human_hotline": ("I", "O", "O", "M"),
    "price_protection": ("O", "O", "O", "IO"),
    "e_invoice": ("IM", "I", "M", "I"),
    "delivery_window_choice": ("O", "O", "A", "AI"),
    "installation_photo_guide": ("A", "A", "AO", "I"),
    "green_packaging": ("A", "AI", "I", "I"),
    "personal_styling": ("A", "A", "A", "I"),
    "anniversary_surprise": ("I", "A", "I", "A"),
    "bot_first_reply": ("A", "I", "I", "R"),
}
#: Answer pairs (functional, dysfunctional) within each category, with their chances.
KANO_PAIRS = {
    "A": {(1, 2): 0.25, (1, 3): 0.50, (1, 4): 0.25},
    "O": {(1, 5): 1.0},
    "M": {(2, 5): 0.62, (3, 5): 0.30, (4, 5): 0.08},
    "I": {
        (2, 2): 0.08,
        (2, 3): 0.14,
        (2, 4): 0.18,
        (3, 2): 0.06,
        (3, 3): 0.36,
        (3, 4): 0.12,
        (4, 3): 0.03,
        (4, 4): 0.03,
    },
    "R": {(5, 1): 0.30, (4, 1): 0.18, (3, 1): 0.12, (2, 1): 0.08, (5, 2): 0.12, (5, 3): 0.12, (5, 4): 0.08},
    "Q": {(1, 1): 0.7, (5, 5): 0.3},
}

#: Yearly survey: (mean stated importance, mean performance 1–7, true weight on overall satisfaction per point).
SURVEY = {
    "on_time_delivery": (6.5, 5.6, 0.05),
    "intact_packaging": (6.4, 5.5, 0.05),
    "warranty_repair": (6.0, 5.0, 0.05),
    "easy_returns": (5.8, 5.0, 0.10),
    "assembly_service": (5.2, 4.7, 0.10),
    "human_hotline": (4.7, 4.2, 0.15),
    "price_protection": (6.2, 4.6, 0.01),
    "e_invoice": (4.8, 5.3, 0.0),
    "delivery_window_choice": (5.3, 4.4, 0.06),
    "installation_photo_guide": (4.4, 4.5, 0.04),
    "green_packaging": (4.1, 4.3, 0.04),
    "personal_styling": (3.2, 4.0, 0.13),
    "anniversary_surprise": (2.9, 4.1, 0.11),
    "bot_first_reply": (3.0, 4.6, 0.02),
}
SURVEY_SATISFACTION = 3.70
#: Shift of stated importance by segment, and its change a year.
SURVEY_SHIFT = {
    ("young_renter", "green_packaging"): 0.5,
    ("young_renter", "bot_first_reply"): 1.2,
    ("young_renter", "assembly_service"): -1.0,
    ("young_renter", "human_hotline"): -1.0,
    ("new_family", "assembly_service"): 0.5,
    ("home_improver", "e_invoice"): 1.0,
    ("senior", "human_hotline"): 1.4,
    ("senior", "assembly_service"): 0.9,
    ("senior", "bot_first_reply"): -0.9,
    ("senior", "installation_photo_guide"): -0.9,
}
SURVEY_DRIFT = {("young_renter", "green_packaging"): 0.45, ("senior", "anniversary_surprise"): 0.35}
#: Share of customers who have not met the feature and leave its performance empty.
SURVEY_UNMET = {
    "warranty_repair": 0.08,
    "assembly_service": 0.06,
    "personal_styling": 0.09,
    "anniversary_surprise": 0.07,
}

#: N4: share of each theme in January 2023 and in December 2025 (linear in between), in the order of dictionary.THEMES.
TRENDS = {
    "young_renter": ((0.20, 0.19, 0.18, 0.10, 0.25, 0.08), (0.24, 0.21, 0.11, 0.27, 0.11, 0.06)),
    "new_family": ((0.12, 0.16, 0.32, 0.10, 0.22, 0.08), (0.15, 0.18, 0.22, 0.16, 0.20, 0.09)),
    "home_improver": ((0.22, 0.16, 0.34, 0.10, 0.12, 0.06), (0.22, 0.16, 0.34, 0.10, 0.12, 0.06)),
    "senior": ((0.07, 0.14, 0.31, 0.06, 0.28, 0.14), (0.07, 0.18, 0.22, 0.07, 0.15, 0.31)),
}
