"""What came of a round, in four gauges, day by day, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from servicelab.i18n import _, together
from servicelab.widgets.explore.eleven.desk import EIGHT, SPANS, Played, Tally, days_of, seats_at
from servicelab.widgets.explore.eleven.game import PLAYED, people_for
from servicelab.widgets.explore.eleven.levers import ASSUMED, HANDLES, MOVES, Hour, Plan, Staff, Wave, read
from servicelab.widgets.explore.eleven.planner import HALVES, RUSH
from servicelab.widgets.explore.eleven.rounds.offers import day_name
from servicelab.widgets.explore.eleven.season import EVE, FIRST, LINES, PRACTICE

if TYPE_CHECKING:
    from servicelab.widgets.explore.eleven.game import Game

NAMES = ("practice", *PLAYED)
AT_EIGHT = RUSH - (HALVES - HANDLES)
"""Which of the forecast's half hours begins at 20:00."""


def derive(game: Game, which: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """What the view draws: the settings, and once it is committed what came of it."""
    if which == "practice":
        hour: Hour = read("opening", value)
        return {"at": at(hour), "open": True, "committed": False, "live": True, **_practised(game, hour)}
    open_ = game.committed(_before(which))
    decided = read(which, value)
    state: dict[str, Any] = {
        "at": at(decided), "open": open_, "committed": False, "live": False, "complete": False,
        "moved": any(key in value for key in at(decided)),
    }  # fmt: skip
    if not open_:
        return {**state, "text": _("Commit the round before this one first.")}
    if not game.committed(which):
        return {**state, "text": hint(game, which, decided)}
    return {**state, "committed": True, "complete": True, **_told(game, which)}


def _before(which: str) -> str:
    order = ("forecast", *PLAYED)
    return order[order.index(which) - 1]


def at(decided: Staff | Hour | Wave) -> dict[str, Any]:
    """A decision as the settings show it."""
    if isinstance(decided, Hour):
        on = [name for name in ("assistant", "callback", "simplify") if getattr(decided, name)]
        moved = {f"moved{n}": decided.moved[n] for n in range(MOVES)}
        return {**moved, "on": on, "banner": decided.banner}
    return dict(vars(decided))


def hint(game: Game, which: str, decided: Staff | Hour | Wave) -> str:
    """What the settings mean, before they are committed."""
    season = game.season
    if isinstance(decided, Staff):
        said = game.plan().forecast[AT_EIGHT]
        there = seats_at(season, Plan(staff=decided), EVE, "phone", EIGHT + 600)
        chat = seats_at(season, Plan(staff=decided), EVE, "chat", EIGHT + 600)
        return together(
            _(
                "You forecast {contacts} contacts from 20:00 to 20:30 on 10 November. To answer all of them in that "
                "half hour takes "
                "about {people:.0f} experienced people. At 20:10 there would be {phone} on the phone and {chat} "
                "on the chat.",
                contacts=said, people=people_for(said, season), phone=there, chat=chat,
            ),
            _(
                "Temps until 25 November would cost ¥{temps:,.0f}, the overtime of both evenings ¥{overtime:,.0f}.",
                temps=_temps_cost(game, decided),
                overtime=decided.overtime * 2 * ASSUMED.overtime_pay * season.hour_cost,
            ),
        )  # fmt: skip
    if isinstance(decided, Wave):
        hours = decided.hours * sum(ASSUMED.people.values()) * 7
        return _(
            "{hours} hours of overtime in the week, ¥{cost:,.0f}. Hours of overtime in November for "
            "each of the ten: {each}, of 36 that the law allows.",
            hours=hours, cost=hours * ASSUMED.overtime_pay * season.hour_cost,
            each=decided.hours * 7 + (1 if game.plan().staff.overtime else 0),
        )  # fmt: skip
    day = FIRST if which == "opening" else EVE
    phone, chat, there, here = (
        seats_at(season, game.plan(), day, line, EIGHT + 300, hour) for hour in (None, decided) for line in LINES
    )
    return _(
        "By your staff plan {phone} are on the phone and {chat} on the chat at 20:05; as it is set here, {there} "
        "and "
        "{here}.",
        phone=phone, chat=chat, there=there, here=here,
    )  # fmt: skip


def _temps_cost(game: Game, staff: Staff) -> float:
    days = [day for name in PLAYED for day in days_of(name)]
    return staff.temps * sum(day >= staff.start for day in days) * ASSUMED.week / 7 * game.season.hour_cost * 6.75


def _practised(game: Game, hour: Hour) -> dict[str, Any]:
    runs, plain = game.practice(hour), game.practice(Hour())
    lost = [float(np.mean([100 * each.rush.given_up for each in found])) for found in (runs, plain)]
    waited = [float(np.mean([each.rush.minutes for each in found])) for found in (runs, plain)]
    said = [
        _(
            "{lost:.1f} of 100 give up from 20:00 to 20:30 and a contact waits {wait:.1f} minutes, eight runs on "
            "average; with nobody moved and nothing switched on {plain:.1f} and {then:.1f}.",
            lost=lost[0], wait=waited[0], plain=lost[1], then=waited[1],
        )
    ]  # fmt: skip
    if hour.assistant:
        came, about = _chats_about_prices(game)
        said.append(
            _(
                "On an ordinary evening hardly anybody asks about prices: {about} of {came} chats from eight to nine. "
                "So the assistant changes little.",
                about=about, came=came,
            )
        )  # fmt: skip
    return {
        "rush": {"you": lost[0], "as_is": lost[1]},
        "gauges": {"round": _gauges([each.rush for each in runs])},
        "text": together(*said),
    }


def _chats_about_prices(game: Game) -> tuple[int, int]:
    """Chats of the practice evening from 20:00 on, and those which the assistant answers first."""
    season = game.season
    came = season.came(PRACTICE, "chat")
    late = came.kind[came.at >= EIGHT]
    return len(late), int(np.isin(late, [season.number(kind) for kind in ("price", "balance")]).sum())


def _gauges(tallies: Sequence[Tally]) -> list[float]:
    """Gave up of 100, minutes waited, ¥, customers let down: means of the runs."""
    columns = zip(*[(100 * each.given_up, each.minutes, each.cost, each.broken) for each in tallies], strict=True)
    return [round(float(np.mean(column)), 1) for column in columns]


def _told(game: Game, which: str) -> dict[str, Any]:
    runs = game.played(which)
    upto = PLAYED[: PLAYED.index(which) + 1]
    so_far = [
        sum(tallies, Tally())
        for tallies in zip(*[[each.all for each in game.played(name)] for name in upto], strict=True)
    ]
    days = [_day(day, [each.days[n] for each in runs]) for n, day in enumerate(days_of(which))]
    first, last = (day_name(day) for day in SPANS[which])
    state: dict[str, Any] = {
        "gauges": {"round": _gauges([each.all for each in runs]), "so_far": _gauges(so_far)},
        "days": days,
        "surprise": surprise(game, which),
        "carried": carried(game, which, runs),
    }
    lost, minutes, cost, broken = state["gauges"]["round"]
    said = [
        _(
            "{first} to {last}: {lost:.1f} of 100 contacts gave up, a contact waited {minutes:.1f} minutes on "
            "average; ¥{cost:,.0f} spent, "
            "{broken:.0f} customers let down by a promise.",
            first=first, last=last, lost=lost, minutes=minutes, cost=cost, broken=broken,
        )
    ]  # fmt: skip
    rows = [
        [day["name"], f"{day['lost']:.1f}", f"{day['low']:.1f} – {day['high']:.1f}", f"{day['minutes']:.1f}"]
        for day in days
    ]
    if which in ("opening", "night"):
        other = game.paths["as_is"].runs
        at_ = PLAYED.index(which)
        rush = {
            "you": float(np.mean([100 * each.rush.given_up for each in runs])),
            "as_is": float(np.mean([100 * run[at_][1].given_up for run in other])),
        }
        state["rush"] = rush
        said.append(_beside(game, which, rush))
        if which == "night":
            said.append(
                _(
                    "You had forecast {said} contacts from 20:00 to 20:30; {came} came (in the log, without the "
                    "failure).",
                    said=game.plan().forecast[AT_EIGHT],
                    came=game.came()[AT_EIGHT],
                )
            )
        if read(which, game.rounds[which].value).callback:
            said.append(
                _(
                    "Calls back promised: {promised:.0f}; made before nine: {rung:.0f}.",
                    promised=float(np.mean([each.promised for each in runs])),
                    rung=float(np.mean([each.rung for each in runs])),
                )
            )
    return {
        **state,
        "said": together(*said),
        "text": together(*said, state["surprise"], state["carried"]),
        "table": {
            "caption": _("Day by day, phone and chat (eight runs)"),
            "columns": [
                _("day"),
                _("gave up, of 100 contacts"),
                _("middle 80 % of the runs"),
                _("minutes waited, on average"),
            ],
            "rows": rows,
        },
    }


def _beside(game: Game, which: str, rush: Mapping[str, float]) -> str:
    """The half hour from 20:00: this way, Skylark's plan played as this one was, and what the log has."""
    shares = {**rush, "log": 100 * game.season.gave_up_in(FIRST if which == "opening" else EVE, EIGHT, EIGHT + 1800)}
    if which == "opening":
        return _(
            "{you:.0f} of 100 gave up from 20:00 to 20:30; as Skylark did it, {as_is:.0f} (in the log {log:.0f}).",
            **shares,
        )
    return _(
        "{you:.0f} of 100 gave up from 20:00 to 20:30; as Skylark did it, with the failure of payment that is made up, "
        "{as_is:.0f} (in the log, without it, {log:.0f}).",
        **shares,
    )


def _day(day: str, tallies: Sequence[Tally]) -> dict[str, Any]:
    lost = [100 * each.given_up for each in tallies]
    low, high = np.quantile(lost, [0.1, 0.9])
    return {
        "name": day_name(day),
        "number": int(day[-2:]),
        "lost": round(float(np.mean(lost)), 2),
        "low": round(float(low), 2),
        "high": round(float(high), 2),
        "minutes": round(float(np.mean([each.minutes for each in tallies])), 2),
    }


def surprise(game: Game, which: str) -> str:
    """What nobody had said before."""
    if which == "staff":
        return _(
            "On 30 October IT writes: “Every balance falls due in the same second, 10 November, 20:00:00. We could "
            "stagger them.” Marketing: “No. The countdown is on every poster.”"
        )
    if which == "opening":
        return _(
            "At 20:12 somebody posts that the voucher is not accepted. From 20:00 to 21:00 {share:.0f} of 100 "
            "contacts "
            "are about the app.",
            share=100 * _about_the_app(game),
        )
    if which == "night":
        return _(
            "At 20:31 payment works again. Next morning the phone rings for another reason: overnight the goods "
            "became "
            "cheaper than what was bought in the week before."
        )
    monday, eve = (_count(game, day) for day in ("2025-11-17", EVE))
    return _(
        "Monday, 17 November, has {monday:,} contacts on both lines, more than 10 November had ({eve:,}): claims, "
        "returns and “where is my order”.",
        monday=monday, eve=eve,
    )  # fmt: skip


def _count(game: Game, day: str) -> int:
    return sum(len(game.season.came(day, line).at) for line in LINES)


def _about_the_app(game: Game) -> float:
    """Of those who came from 20:00 on 31 October on, the share that was about the app."""
    came = [game.season.came(FIRST, line) for line in LINES]
    late = np.concatenate([each.kind[each.at >= EIGHT] for each in came])
    return float((late == game.season.number("app_problem")).mean())


def carried(game: Game, which: str, runs: Sequence[Played]) -> str:
    """What the next round begins with."""
    staff = game.plan().staff
    end = days_of(which)[-1]
    weeks = max(
        0,
        (int(end[-2:]) + (31 if "-11-" in end else 0) - int(staff.start[-2:]) - (31 if "-11-" in staff.start else 0))
        // 7,
    )
    more = 100 * (float(np.mean([each.carried.goodwill for each in runs])) - 1)
    back = float(np.mean([sum(each.carried.back.values()) for each in runs]))
    temps = (
        _("No temps") if not staff.temps
        else _("Temps: {temps}, not begun yet", temps=staff.temps) if staff.start > end
        else _("Temps: {temps}, in their first week", temps=staff.temps) if not weeks
        else _("Temps: {temps}, in week {week}", temps=staff.temps, week=weeks + 1)
    )  # fmt: skip
    if which == "wave":
        return _("That was the last round: the next section compares.")
    return _(
        "{temps}; {back:.0f} customers who come back tomorrow; {more:.0f} % more contacts because of broken promises.",
        temps=temps,
        back=back,
        more=more,
    )
