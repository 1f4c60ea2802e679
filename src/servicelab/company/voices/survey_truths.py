"""What is true of the features' names and of the surveys; orders and contacts: `company.simulation.mechanisms`.

Means of 1–5 answers are on the answer's own scale (see `draws.answers`), so an effect here is what an unbiased analysis
of the tables estimates. `grading/truth/` has these numbers in prose for instructors.
"""

from __future__ import annotations

from datetime import date

from servicelab.company.simulation import mechanisms as engine

START = date(2023, 1, 1)
END = date(2025, 12, 31)

SEGMENT_SHARE = dict(zip(engine.SEGMENTS, engine.SEGMENT_SHARE, strict=True))

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

#: N4: share of each theme in January 2023 and in December 2025 (linear in between), in the order of `surveys.THEMES`.
TRENDS = {
    "young_renter": ((0.20, 0.19, 0.18, 0.10, 0.25, 0.08), (0.24, 0.21, 0.11, 0.27, 0.11, 0.06)),
    "new_family": ((0.12, 0.16, 0.32, 0.10, 0.22, 0.08), (0.15, 0.18, 0.20, 0.21, 0.17, 0.09)),
    "home_improver": ((0.22, 0.16, 0.34, 0.10, 0.12, 0.06), (0.22, 0.16, 0.34, 0.10, 0.12, 0.06)),
    "senior": ((0.07, 0.14, 0.31, 0.06, 0.28, 0.14), (0.07, 0.18, 0.22, 0.07, 0.15, 0.31)),
}
