"""What there is at a firm of this kind, by name and in order; how much of each is a matter of the world it lives in."""

from __future__ import annotations

from servicelab.company.tables.dictionary import TABLES


def _codes(table: str, column: str) -> tuple[str, ...]:
    """The codes of a column, in the order of its declaration."""
    return tuple(str(code) for code in TABLES[table].column(column).values)


SEGMENTS = ("young_renter", "new_family", "home_improver", "senior")
#: Service features: what fails on an order is numbered by this list from 1.
FEATURES = (
    "on_time_delivery", "intact_packaging", "warranty_repair", "easy_returns", "assembly_service", "human_hotline",
    "price_protection", "e_invoice", "delivery_window_choice", "installation_photo_guide", "green_packaging",
    "personal_styling", "anniversary_surprise", "bot_first_reply",
)  # fmt: skip
LATE, PACKING, DEFECT = (
    FEATURES.index(name) + 1 for name in ("on_time_delivery", "intact_packaging", "warranty_repair")
)
#: Reasons for a contact.
INTENTS = (
    "presale", "where_is_order", "change_delivery", "damaged", "defect", "return", "invoice", "price", "app_problem",
    "complaint", "balance", "price_claim",
)  # fmt: skip
#: Reasons that no failure has brought about, beside questions before buying and what a sale brings.
CALM = ("where_is_order", "change_delivery", "return", "invoice", "price", "app_problem", "complaint")
#: Asked only about a parcel that has not come yet.
ON_THE_WAY = ("where_is_order", "change_delivery")
#: What is sold.
FAMILIES = ("sofas", "beds", "tables", "storage", "lighting", "textiles", "kitchen", "decor")
WAREHOUSES = ("Langfang", "Kunshan", "Foshan", "Wuhan", "Chengdu")
NEEDS = ("functional", "emotional", "normative", "implicit")
REMEDIES = ("none", "apology", "fix", "both")
#: The lines in the order of the day's run: a customer who gives up on one may turn to a later one the same day.
LINES = ("phone", "chat", "wechat", "email", "shop", "expert")
#: Lines where a message waits for the morning.
MESSAGES = ("wechat", "email")
#: Lines that a customer can turn to.
ASKED_CHANNELS = LINES[:-1]
#: What can be touched on the way to an order.
BEFORE_BUYING = (
    "advert", "search", "website", "wechat_shop", "shop_visit", "adviser", "video_guide", "community",
)  # fmt: skip
#: What comes with an order and after it, in order, and the stage that each belongs to.
WITH_ORDER = {
    "checkout": "during",
    "delivery": "during",
    "assembly": "during",
    "care_message": "after",
    "community": "after",
}
STATIONS = ("inspect", "approve", "repair", "refund")
#: Reasons for a contact that make a case after the sale.
AFTER_SALES = ("return", "damaged", "defect")
SHOPS = 40
#: What is known of applicants.
SCORES = ("cv_score", "gut_score", "structured_score", "work_sample")
#: Kano's categories, and those that a feature can mainly be of.
CATEGORIES, MAINLY = tuple("AOMIRQ"), tuple("AOMIR")
#: SERVQUAL's dimensions, and how many items each has.
DIMENSIONS = {"tangibles": 4, "reliability": 5, "responsiveness": 4, "assurance": 4, "empathy": 5}
#: As the tables declare them: failing systems and why, departments, and what matters most just now (N4).
SYSTEMS, CAUSES = (_codes("incidents", name) for name in ("system", "cause"))
OWNERS, THEMES = _codes("contacts", "owner"), _codes("needs_tracker", "theme")
#: Tiers of cities, from 1.
TIERS = 4

#: Seconds since midnight between which the lines are open, and at which a sale opens; the hour at which shops open.
OPEN, CLOSE = 9 * 3600.0, 21 * 3600.0
SALE_OPENS = 20 * 3600.0
SHOP_OPENS = 10
#: A day beyond any run: what never happens stands there until it is left out.
FAR = 9e3
#: Working days of a week; the sixth day is Saturday, with this number from Monday.
WORKDAYS = SATURDAY = 5
#: Seconds of half an hour, and half hours in which the lines are open.
HALF_HOUR = 1800.0
HALF_HOURS = int((CLOSE - OPEN) / HALF_HOUR)
