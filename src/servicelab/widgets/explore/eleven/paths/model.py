"""What four ways came to, round by round, and in which round they parted most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from servicelab.i18n import _, together
from servicelab.widgets.explore.eleven.game import PLAYED, Path, pinball
from servicelab.widgets.explore.eleven.levers import ROUNDS, SWITCHES, Hour, Plan
from servicelab.widgets.explore.eleven.rounds.offers import banner_name, day_name, refund_name, switch_name, title

if TYPE_CHECKING:
    from servicelab.widgets.explore.eleven.game import Game

ORDER = ("you", "informed", "as_is", "naive")
KEPT = 5
"""Earlier ways that are remembered."""


def path_name(path: str) -> str:
    """What a way is called."""
    return {
        "you": _("you"),
        "informed": _("the informed planner"),
        "as_is": _("as Skylark did it"),
        "naive": _("who follows three beliefs"),
    }[path]


def derive(game: Game, value: Mapping[str, Any]) -> dict[str, Any]:
    """What the view draws: nothing of the other ways before the last round is committed."""
    plays = [each for each in value.get("plays") or [] if isinstance(each, Mapping)][-KEPT:]
    earlier = [play_words(n, each) for n, each in enumerate(plays, start=1)]
    if not game.committed("wave"):
        said = _("Commit all five rounds first; then four ways are compared here.")
        return {"open": False, "complete": False, "said": said, "text": together(said, *earlier), "plays": earlier}
    ways = {"you": game.own(), **game.paths}
    base = ways["as_is"]
    lines = {name: _saved(ways[name], base) for name in ORDER}
    apart = {name: ways["you"].price(name) - ways["informed"].price(name) for name in PLAYED}
    worst = max(apart, key=lambda name: apart[name])
    came = game.came()
    off = {name: pinball(ways[name].plan.forecast, came) for name in ("you", "informed", "naive")}
    score = game.score()
    said = together(
        _(
            "On the way from what Skylark did (0 %) to the informed planner (100 %) you stand at {score} % (eight "
            "runs, the "
            "same luck for all). "
            "Your way came to ¥{you:,.0f}, the planner's to ¥{informed:,.0f}, Skylark's to ¥{as_is:,.0f}, that of "
            "the three beliefs to "
            "¥{naive:,.0f}.",
            score=f"{score:.0f}".replace("-", "−"), **{name: ways[name].total() for name in ORDER},
        ),
        _("You and the planner part most in “{round}”: ¥{apart:,.0f}.", round=title(worst), apart=apart[worst])
        if apart[worst] > 0
        else _("In no round did the planner do better than you."),
    )  # fmt: skip
    text = together(
        said,
        _(
            "The forecast was off by {you:.0f} contacts a half hour, too few counted four times (the planner "
            "{informed:.0f}, the even "
            "spread {naive:.0f}); from 20:00 to 20:30 came {came}, you had said {said}.",
            **off, came=came[-2], said=ways["you"].plan.forecast[-2],
        ),
        *earlier,
    )  # fmt: skip
    return {
        "open": True,
        "complete": True,
        "lines": [{"name": path_name(name), "id": name, "saved": lines[name]} for name in ORDER],
        "rounds": [str(ROUNDS.index(name) + 1) for name in PLAYED],
        "decisions": decisions(ways, came[-2]),
        "plays": earlier,
        "score": round(score),
        "said": said,
        "text": text,
        "table": {
            "caption": _("What each round came to, ¥ by the price list (eight runs)"),
            "columns": [
                _("way"),
                *[title(name) for name in PLAYED],
                _("together"),
                _("forecast off by, contacts a half hour (too few four times)"),
            ],
            "rows": [
                [
                    path_name(name),
                    *[f"{ways[name].price(each):,.0f}" for each in PLAYED],
                    f"{ways[name].total():,.0f}",
                    f"{off[name]:.0f}" if name in off else "–",
                ]
                for name in ORDER
            ],
        },
    }


def _saved(path: Path, base: Path) -> list[float]:
    """¥ less than the way it was, after each round."""
    each = [base.price(name) - path.price(name) for name in PLAYED]
    return [round(float(so_far)) for so_far in np.cumsum(each)]


def decisions(ways: Mapping[str, Path], came: int) -> dict[str, Any]:
    """Who decided what, a row a round; of the forecast also how many came."""
    rows = [
        [_("forecast, 20:00 to 20:30 ({came} came)", came=came), *[_forecast(ways[name].plan, name) for name in ORDER]],
        [_("staff"), *[_staff(ways[name].plan) for name in ORDER]],
        [_("31 October"), *[_hour(ways[name].plan.opening) for name in ORDER]],
        [_("10 November"), *[_hour(ways[name].plan.night) for name in ORDER]],
        [_("the wave"), *[_wave(ways[name].plan) for name in ORDER]],
    ]
    return {"caption": _("Who decided what"), "columns": [_("what is decided"), *map(path_name, ORDER)], "rows": rows}


def _forecast(plan: Plan, name: str) -> str:
    return "–" if name == "as_is" else str(plan.forecast[-2])


def _staff(plan: Plan) -> str:
    staff = plan.staff
    return _("temps: {temps} from {start}; late shift {late}, overtime {overtime}",
             temps=staff.temps, start=day_name(staff.start), late=staff.late, overtime=staff.overtime)  # fmt: skip


def _hour(hour: Hour) -> str:
    on = [switch_name(each) for each in SWITCHES if getattr(hour, each)]
    moved = _("to the chat: {moved}", moved=" / ".join(map(str, hour.moved)))
    banner = [banner_name(hour.banner)] if hour.banner != "none" else []
    return _("; ").join([moved, *on, *banner])


def _wave(plan: Plan) -> str:
    wave = plan.wave
    return _("temps until {until}; overtime, hours a day: {hours}; refunds: {refunds}",
             until=day_name(wave.until), hours=wave.hours, refunds=refund_name(wave.refunds))  # fmt: skip


def with_this_play(game: Game, value: Mapping[str, Any]) -> dict[str, Any]:
    """The value with the way that has just ended added to the earlier ones."""
    plays = [each for each in value.get("plays") or [] if isinstance(each, Mapping)]
    staff, wave = game.plan().staff, game.plan().wave
    play = {
        "score": round(game.score()),
        "temps": staff.temps,
        "evening": staff.late + staff.overtime,
        "until": wave.until,
    }
    return {**value, "plays": [*plays, play][-KEPT:]}


def play_words(number: int, play: Mapping[str, Any]) -> str:
    """One earlier way, in a sentence."""
    score, temps, evening = (str(play.get(key)).replace("-", "−") for key in ("score", "temps", "evening"))
    return _("Way {number}: {score} %, with {temps} temps and {evening} people more at 20:00.",
             number=number, score=score, temps=temps, evening=evening)  # fmt: skip
