"""The three pictures that a forecast is drawn from, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicelab.i18n import _, together
from servicelab.widgets.explore.eleven.levers import HANDLES, MOST_CONTACTS
from servicelab.widgets.explore.eleven.planner import HALVES, YEARS, Forecast
from servicelab.widgets.explore.eleven.season import LINES, Season
from servicelab.widgets.house.values import choice, whole

if TYPE_CHECKING:
    from servicelab.widgets.explore.eleven.game import Game

PICTURES = ("october", "days", "evenings")
KNOWN = "2025-10-24"
DAYS = ("11-08", "11-17")


def clock(at: int) -> str:
    """When a half hour of the forecast begins."""
    number = 9 * 2 + HALVES - HANDLES + at
    return f"{number // 2}:{number % 2 * 30:02d}"


def picture_name(picture: str) -> str:
    """What a picture shows."""
    return {
        "october": _("This October, by half hours"),
        "days": _("Days around the last two Double 11s"),
        "evenings": _("The four opening evenings, 2023/24"),
    }[picture]


def usual(season: Season) -> list[int]:
    """Contacts of both lines on an ordinary evening, by half hour: whole ones, as everything here counts them."""
    ordinary = Forecast(season, KNOWN).ordinary().sum(axis=0)[-HANDLES:]
    return [int(each) for each in np.floor(ordinary + 0.5)]


def opening_evenings(season: Season) -> tuple[list[int], list[float]]:
    """Members' contacts by half hour: on the four opening evenings together, and on four September and October ones."""
    contacts = season.tables["contacts"]
    opened = contacts.loc[contacts["channel"].astype(str).isin(LINES), "opened_at"]
    opened = opened[opened.dt.year.isin(YEARS)]
    half = opened.dt.hour * 2 + opened.dt.minute // 30 - (9 * 2 + HALVES - HANDLES)
    day = opened.dt.strftime("%m-%d")
    evenings = half[day.isin(["10-31", "11-10"]) & half.between(0, HANDLES - 1)]
    plain = half[day.between("09-01", "10-28") & half.between(0, HANDLES - 1)]
    count = np.bincount(evenings.to_numpy(), minlength=HANDLES)
    like = np.bincount(plain.to_numpy(), minlength=HANDLES) / 58 / len(YEARS) * 2 * len(YEARS)
    return [int(each) for each in count], [round(float(each), 2) for each in like]


def pictures(season: Season) -> dict[str, Any]:
    """What each of the three pictures draws."""
    known = Forecast(season, KNOWN)
    low, high = (pd.Timestamp(f"2025-{day}") for day in DAYS)
    days = [day.strftime("%Y-%m-%d") for day in pd.date_range(low, high)]
    opening, plain = opening_evenings(season)
    return {
        "october": usual(season),
        "days": {
            "names": [_("{day} Nov.", day=int(day[-2:])) for day in days],
            "times": [round(known.day[day], 2) for day in days],
        },
        "evenings": {"opening": opening, "plain": plain},
    }


def derive(game: Game, value: Mapping[str, Any]) -> dict[str, Any]:
    """What the view draws: the handles, the picture that is looked at, whether it is committed."""
    season = game.season
    start = usual(season)
    at = {f"h{n}": whole(value, f"h{n}", 0, MOST_CONTACTS, start[n]) for n in range(HANDLES)}
    moved = any(f"h{n}" in value for n in range(HANDLES))
    committed = value.get("committed") is True
    picture = choice(value, "picture", PICTURES, PICTURES[0])
    said = [at[f"h{n}"] for n in range(HANDLES)]
    peak = max(range(HANDLES), key=lambda n: said[n])
    told = _(
        "You expect {sum} contacts from four to nine, most from {clock}: {most}. On an ordinary October evening "
        "there are "
        "{usual}, and {then} from 20:00.",
        sum=sum(said), clock=clock(peak), most=said[peak], usual=sum(start), then=start[-2],
    )  # fmt: skip
    after = _("Committed. How good it was shows in the night of 10 November.")
    surprise = _(
        "An e-mail from marketing: “Vouchers for the live stream are handed out at 20:00 sharp, on 31 October and on "
        "10 November.”"
    )
    return {
        "at": {**at, "picture": picture},
        "moved": moved,
        "committed": committed,
        "said": together(told, after) if committed else told,
        "surprise": surprise if committed else "",
        "text": together(told, after, surprise) if committed else told,
        "table": _table(season, said),
        "complete": committed,
    }


def _table(season: Season, said: list[int]) -> dict[str, Any]:
    opening, plain = opening_evenings(season)
    ordinary = usual(season)
    rows = [[clock(n), ordinary[n], opening[n], f"{plain[n]:.1f}", said[n]] for n in range(HANDLES)]
    return {
        "caption": _("Half hours from four to nine, phone and chat (simulated)"),
        "columns": [
            _("half hour from"), _("ordinary October evening, 2025"), _("members' contacts, four opening evenings"),
            _("members' contacts, four ordinary evenings"), _("your forecast"),
        ],
        "rows": rows,
    }  # fmt: skip
