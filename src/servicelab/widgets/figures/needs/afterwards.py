"""What followed when a person at least apologised, and when a person did neither: the rating, and later orders.

Contacts that nobody answered, or the assistant, are left out: a reply that nobody gave is not silence. Agents chose
their replies; nobody drew them by lot. So this says what goes together, not what an apology does.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, beyond, chart, dots, intervals, names, picture, table
from servicelab.widgets.intervals import Z95, wilson
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    import pandas as pd

NEEDS = ("emotional", "functional")
#: What was said, nothing being done either way: colour, and where its bar stands in the need's band.
REPLIES = {"none": (6, -0.2), "apology": (3, 0.2)}
DAYS = 180


def answered(contacts: pd.DataFrame) -> pd.DataFrame:
    """The contacts that a person answered: `remedy` says nothing of those who gave up waiting."""
    columns = ["contact_id", "need", "remedy", "csat", "served", "channel"]
    require(contacts, columns, "figures.apologised", "contacts")
    return contacts[contacts["served"] & (contacts["channel"] != "self_service")]


def ordered_again(contacts: pd.DataFrame, orders: pd.DataFrame) -> pd.Series:
    """Contact → whether its customer ordered within 180 days after it; contacts too late to know are left out."""
    import pandas as pd

    columns = ["contact_id", "customer_id", "opened_at"]
    require(contacts, columns, "figures.apologised", "contacts")
    require(orders, ["customer_id", "ordered_at"], "figures.apologised", "orders")
    within = pd.Timedelta(days=DAYS)
    bought = orders[["customer_id", "ordered_at"]].dropna().sort_values("ordered_at")
    asked = contacts.loc[contacts["opened_at"] <= orders["ordered_at"].max() - within, columns].dropna()
    asked = asked.sort_values("opened_at")
    followed = pd.merge_asof(
        asked, bought, left_on="opened_at", right_on="ordered_at", by="customer_id",
        direction="forward", allow_exact_matches=False, tolerance=within,
    )  # fmt: skip
    return followed.set_index("contact_id")["ordered_at"].notna()


def apologised(contacts: pd.DataFrame, orders: pd.DataFrame) -> dict[str, Any]:
    """Rating and later orders after an apology only and after neither apology nor fix, by need."""
    contacts = answered(contacts)
    again = contacts["contact_id"].map(ordered_again(contacts, orders))
    rated: dict[str, list[dict[str, Any]]] = {reply: [] for reply in REPLIES}
    returned: dict[str, list[dict[str, Any]]] = {reply: [] for reply in REPLIES}
    rows: list[list[object]] = []
    say: dict[str, str] = {}
    for place, need in enumerate(NEEDS):
        at = len(NEEDS) - 1 - place
        for reply in REPLIES:
            chosen = (contacts["need"] == need) & (contacts["remedy"] == reply)
            ratings = contacts.loc[chosen, "csat"].dropna().astype(float)
            known = again[chosen].dropna().astype(float)
            mean, half = ratings.mean(), Z95 * ratings.std() / sqrt(max(1, len(ratings)))
            low, high = (100 * bound for bound in wilson(known.sum(), len(known)))
            share = 100 * known.mean()
            rated[reply].append(
                {
                    "x": mean,
                    "y": at,
                    "label": f"{mean:.1f}",
                    "clear": mean + half,
                    "xlo": mean - half,
                    "xhi": mean + half,
                }
            )
            returned[reply].append(
                {"x": share, "y": at, "label": f"{share:.0f}", "bold": True, "xlo": low, "xhi": high}
            )
            say |= {f"{need}_{reply}": f"{share:.0f}", f"{need}_{reply}_rated": f"{mean:.1f}"}
            rows.append(
                [label("contacts", "need", need), label("contacts", "remedy", reply), f"{mean:.2f}",
                 f"{share:.1f}", between(low, high), len(known)]
            )  # fmt: skip
    said = [label("contacts", "need", need) for need in reversed(NEEDS)]
    legend = [
        {"shape": "square", "color": color, "text": label("contacts", "remedy", reply)}
        for reply, (color, _shift) in REPLIES.items()
    ]
    ratings_drawn, shares_drawn = [], []
    for reply, (color, shift) in REPLIES.items():
        ratings_drawn.append(bars(rated[reply], start=1, shift=shift, thick=0.36, color=color))
        ratings_drawn.append(intervals(rated[reply], color=7, shift=shift))
        # Dots and not bars: this axis does not begin at nothing.
        shares_drawn.append(intervals(returned[reply], color=7, shift=shift))
        shares_drawn.append(dots(returned[reply], shape="square", r=6, color=color, shift=shift))
    lows, highs = ([row[end] for reply in REPLIES for row in returned[reply]] for end in ("xlo", "xhi"))
    return picture(
        _("After an apology, and without one"),
        [
            chart(
                axis(_("mean rating (CSAT, 1–5)"), 1, 5, ticks=[1, 2, 3, 4, 5]),
                names(said, band=60),
                ratings_drawn,
                legend=legend,
                head=_("The rating after the contact"),
            ),
            chart(
                axis(_("of 100 contacts"), 5 * int(min(lows) / 5), min(100, beyond(highs))),
                names(said, band=60),
                shares_drawn,
                legend=legend,
                head=_("An order followed within 180 days"),
            ),
        ],
        _(
            "Emotional need: after an apology only, rating {emotional_apology_rated} and {emotional_apology} of 100 "
            "contacts followed by an order; after neither apology nor fix, {emotional_none_rated} and "
            "{emotional_none}. Functional need: {functional_apology_rated} and {functional_apology}; after neither, "
            "{functional_none_rated} and {functional_none}.",
            **say,
        ),
        table(
            _(
                "Apology only against neither (simulated), contacts that a person answered; "
                "replies were not drawn by lot"
            ),
            [
                _("need"),
                _("reply"),
                _("mean rating"),
                _("followed by an order within 180 days (%)"),
                _("95 % interval"),
                _("contacts"),
            ],
            rows,
        ),
    )
