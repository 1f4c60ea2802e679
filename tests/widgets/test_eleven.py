"""The case Double 11: its desk, what its decisions change, and that nothing committed is taken back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from servicelab.company import load
from servicelab.models.queueing.oneday import people_at, spells_at
from servicelab.widgets import explore
from servicelab.widgets.explore.eleven import desk, planner
from servicelab.widgets.explore.eleven.game import RUNS, Game, pinball
from servicelab.widgets.explore.eleven.levers import (
    ASSUMED,
    HANDLES,
    MOST,
    ROUNDS,
    STARTS,
    Hour,
    Plan,
    Staff,
    Wave,
    read,
)
from servicelab.widgets.explore.eleven.paths.model import play_words
from servicelab.widgets.explore.eleven.season import EVE, FIRST, LINES, PRACTICE, Season

STAFF = {"temps": 6, "start": STARTS[0], "late": 2, "overtime": 8, "committed": True}
HOUR = {"moved0": 3, "moved1": 3, "moved2": 2, "on": ["callback"], "committed": True}
COMMITTED: dict[str, dict[str, Any]] = {
    "forecast": {"h8": 200, "committed": True},
    "staff": STAFF,
    "opening": HOUR,
    "night": {**HOUR, "banner": "kept"},
    "wave": {"until": "2025-11-25", "hours": 0, "refunds": "small", "committed": True},
}


@pytest.fixture(scope="module")
def season() -> Season:
    return Game(load).season


@pytest.fixture
def game(season: Season) -> Game:
    made = Game(load)
    made.season = season
    explore.forecast(made)
    for name in ROUNDS[1:]:
        explore.rounds(made, name)
    explore.paths(made)
    return made


def commit(game: Game, *names: str) -> None:
    for name in names:
        game.rounds[name].value = COMMITTED[name]


def test_three_rows_of_the_committed_paths_come_again(season: Season) -> None:
    kept = json.loads(planner.PLACE.read_text(encoding="utf-8"))
    assert planner.PLACE.stat().st_size <= 300_000
    assert {name: len(runs) for name, runs in kept["runs"].items()} == dict.fromkeys(kept["plans"], planner.RUNS)
    for name, run in (("as_is", 3), ("naive", 117), ("informed", 199)):
        assert planner.row(season, planner.plan_of(kept["plans"][name]), run) == kept["runs"][name][run], name
    assert planner.plan_of(kept["plans"]["as_is"]) == planner.as_is()
    assert planner.plan_of(kept["plans"]["naive"]) == planner.naive(season)


def test_the_informed_planner_does_better_in_every_run(game: Game) -> None:
    kept = json.loads(planner.PLACE.read_text(encoding="utf-8"))
    price = {
        name: np.array([sum(planner.tallied(line)[0].price for line in run) for run in runs])
        for name, runs in kept["runs"].items()
    }
    assert (price["informed"] < price["as_is"]).mean() > 0.9
    assert (price["as_is"] < price["naive"]).mean() > 0.9
    # The deciding difference of the evening is no number of temps.
    rush = {name: np.mean([run[2][1].given_up for run in path.runs]) for name, path in game.paths.items()}
    assert rush["informed"] < 0.2 < 0.6 < rush["as_is"] < rush["naive"]


def test_as_it_was_it_comes_out_as_in_the_log(season: Season) -> None:
    """Nothing is fitted to it: what the desk gives for the six temps that there were is near the log's own shares."""
    calls = season.calls
    for name, off in (("opening", 0.015), ("wave", 0.02)):
        mine = calls[calls["day"].isin(desk.days_of(name))]
        runs = [desk.play(season, planner.as_is(), name, desk.Carried(), run).all.given_up for run in range(3)]
        assert abs(np.mean(runs) - (1 - mine["served"].mean())) < off, name
    first = calls[(calls["day"] == FIRST) & calls["second"].between(desk.EIGHT, desk.EIGHT + 1799)]
    rush = [desk.play(season, planner.as_is(), "opening", desk.Carried(), run, None, [FIRST]).rush for run in range(8)]
    assert abs(np.mean([each.given_up for each in rush]) - (1 - first["served"].mean())) < 0.06


def test_the_night_comes_out_as_in_the_log_but_for_the_failure_that_is_made_up(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rush() -> list[desk.Tally]:
        return [desk.play(season, planner.as_is(), "night", desk.Carried(), run, None, [EVE]).rush for run in range(8)]

    failing = rush()
    monkeypatch.setattr(desk, "ASSUMED", replace(ASSUMED, outage_factor=1.0))
    plain, logged = rush(), season.gave_up_in(EVE, desk.EIGHT, desk.EIGHT + 1800)
    assert {each.contacts for each in plain} == {247}
    assert all(each.contacts > 300 for each in failing)
    assert abs(np.mean([each.given_up for each in plain]) - logged) < 0.06
    assert np.mean([each.given_up for each in failing]) > np.mean([each.given_up for each in plain]) + 0.03


def test_what_is_made_up_is_said_where_it_is_compared(game: Game) -> None:
    commit(game, *ROUNDS)
    night, opening = (game.rounds[name].state["text"] for name in ("night", "opening"))
    assert "with the failure of payment that is made up" in night
    assert "(in the log, without it, 61)" in night
    assert "(in the log 65)" in opening
    assert "made up and stands in all four ways" in explore.paths(game).words()["lead"]


def test_ten_temps_do_less_for_the_evening_than_ten_who_stay(season: Season) -> None:
    """X11b and X11a together: temps are spread over the day, the peak is half an hour."""

    def rush(staff: Staff) -> float:
        plan = Plan(staff=staff)
        return float(np.mean([
            desk.play(season, plan, "opening", desk.Carried(), run, None, [FIRST]).rush.given_up for run in range(4)
        ]))  # fmt: skip

    nothing = rush(Staff())
    assert nothing - rush(Staff(overtime=10)) > 3 * (nothing - rush(Staff(temps=10, start=STARTS[0])))


def test_temps_learn_first_and_take_somebody_along(season: Season) -> None:
    plan = Plan(staff=Staff(temps=9, start=STARTS[0]))
    there, _pace, teaching = desk.temps_at(season, plan, "2025-10-28", "phone")
    assert there == 0
    assert teaching > 0
    week, pace, none = desk.temps_at(season, plan, "2025-10-30", "phone")
    assert week > 0 == none
    later = desk.temps_at(season, plan, "2025-11-12", "phone")[1]
    assert 1 < later < pace
    gone = replace(plan, wave=Wave(until="2025-11-12"))
    assert desk.temps_at(season, gone, "2025-11-13", "phone") == (0.0, 1.0, 0.0)
    # Fewer are at the desk while they are taught: more give up in that week.
    lost = [desk.play(season, each, "staff", desk.Carried(), 0).all.lost for each in (Plan(), plan)]
    assert lost[1] > lost[0]


def test_people_who_move_are_missed_where_they_were(season: Season) -> None:
    at = desk.EIGHT + 300
    moved = Hour((2, 2, 2))
    for line, change in (("phone", -2), ("chat", 2)):
        places = [desk.seats(season, Plan(), EVE, line, hour) for hour in (Hour(), moved)]
        there = [
            sum(begin <= at < end for begin, end in zip(place[0], place[1], strict=True)) // season.slots[line]
            for place in places
        ]
        assert there[1] - there[0] == change, line


@pytest.mark.parametrize("moved", [-2, 6])
def test_nobody_is_moved_who_is_not_there(season: Season, moved: int) -> None:
    """One person sits at the chat of the practice evening, a handful on the phone: no move makes more of them."""
    at, hour = desk.EIGHT + 300, Hour((moved,) * 3)
    before, after = (
        [desk.seats_at(season, Plan(), PRACTICE, line, at, which) for line in LINES] for which in (None, hour)
    )
    assert sum(before) == sum(after)
    assert after[0] == (1 if moved > 0 else before[0] + before[1])
    assert min(after) >= 0


def test_before_the_night_a_plan_is_tried_without_the_failure(season: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planner knows of the failure only when it chooses the sentence."""

    def night(failing: bool) -> desk.Played:
        return desk.play(season, planner.as_is(), "night", desk.Carried(), 0, None, [EVE], failing)

    assert night(failing=False).rush.contacts == 247 < night(failing=True).rush.contacts
    tried: dict[str, bool] = {}

    def best(
        _season: Season, _known: Any, plans: list[Plan], _rounds: Any, what: str, _only: Any = (), failing: bool = False
    ) -> Plan:
        tried[what] = failing
        # Nor does any of the plans answer a failure that nobody knows of.
        assert failing or {plan.night.banner for plan in plans} <= {"none", *(["kept"] if what == "wave" else [])}
        return next(plan for plan in plans if not failing or plan.night.banner == "kept")

    monkeypatch.setattr(planner, "_best", best)
    planner.informed(season)
    assert {what for what, failing in tried.items() if failing} == {"sentence"}


def test_what_the_banner_promises_is_held_against_what_came(season: Season) -> None:
    def night(banner: str) -> desk.Played:
        return desk.play(season, Plan(night=Hour(banner=banner)), "night", desk.Carried(), 0)

    assert night("none").all.broken == night("kept").all.broken == 0
    assert night("kept").all.contacts < night("none").all.contacts
    for banner in ("minutes", "clock"):
        assert night(banner).all.broken > 20
        assert night(banner).carried.goodwill == 1 + ASSUMED.broken
    assert night("kept").carried.goodwill == 1
    more = desk.play(season, Plan(), "wave", desk.Carried(broken=1), 0).all.contacts
    plain = desk.play(season, Plan(), "wave", desk.Carried(), 0).all.contacts
    assert more / plain == pytest.approx(1.03, abs=0.002)


def test_a_call_back_without_people_is_a_debt(season: Season) -> None:
    few = desk.play(season, Plan(opening=Hour(callback=True)), "opening", desk.Carried(), 0, None, [FIRST])
    many = desk.play(
        season, Plan(staff=Staff(late=4, overtime=10), opening=Hour(callback=True)), "opening", desk.Carried(), 0, None,
        [FIRST],
    )  # fmt: skip
    assert few.all.broken > 10 * max(1, many.all.broken)
    for each in (few, many):
        assert each.promised - each.rung == each.all.broken
        assert each.rung > 0
    assert few.carried.back["phone"] == few.all.broken


def test_whom_the_assistant_took_is_back_next_day(season: Season) -> None:
    found = [
        desk.play(season, Plan(night=Hour(assistant=on)), "night", desk.Carried(), 0, None, [EVE])
        for on in (False, True)
    ]
    assert found[1].rush.lost < found[0].rush.lost
    assert found[1].carried.back["chat"] > found[0].carried.back["chat"] == 0


def test_the_same_luck_whatever_is_decided(season: Season) -> None:
    once, again = (desk.play(season, planner.as_is(), "night", desk.Carried(), 5) for _ in range(2))
    assert once == again
    assert once != desk.play(season, planner.as_is(), "night", desk.Carried(), 6)


def test_the_pieces_of_a_desk_add_up_to_its_roster() -> None:
    counts = people_at(np.array([1.0, 2.5, 0.5]), 6)
    assert [sum(counts[at : at + 6]) for at in (0, 6, 12)] == [6, 15, 3]
    begin, end = spells_at(counts, 300.0)
    assert sum(end) - sum(begin) == sum(counts) * 300


def test_a_round_waits_for_the_one_before(game: Game) -> None:
    commit(game, "staff")
    assert not game.committed("staff")
    assert "before" in game.rounds["staff"].state["text"]
    assert "gauges" not in game.rounds["staff"].state
    commit(game, "forecast")
    assert game.committed("staff")
    assert game.rounds["staff"].state["gauges"]["round"][0] > 0


def test_calls_back_are_counted_for_whoever_offered_them(game: Game) -> None:
    commit(game, "forecast", "staff", "opening")
    runs = game.played("opening")
    promised, rung = (np.mean([getattr(each, name) for each in runs]) for name in ("promised", "rung"))
    assert f"Calls back promised: {promised:.0f}; made before nine: {rung:.0f}." in game.rounds["opening"].state["said"]
    game.rounds["night"].value = {**COMMITTED["night"], "on": []}
    assert "Calls back" not in game.rounds["night"].state["said"]


def test_a_round_says_whether_anything_was_set(game: Game) -> None:
    commit(game, "forecast")
    staff = game.rounds["staff"]
    assert not staff.state["moved"]
    staff.value = {"late": 2}
    assert staff.state["moved"]


def test_the_surprise_of_the_forecast_comes_once_it_is_committed(game: Game) -> None:
    forecast = game.rounds["forecast"]
    forecast.value = {"h8": 200}
    assert not forecast.state["surprise"]
    commit(game, "forecast")
    assert "20:00 sharp" in forecast.state["surprise"]
    assert forecast.state["surprise"] not in forecast.state["said"]
    assert forecast.state["surprise"] in forecast.state["text"]


def test_the_handles_begin_where_the_picture_of_october_stands(game: Game) -> None:
    forecast = game.rounds["forecast"]
    october = forecast.content["data"]["october"]
    assert [forecast.state["at"][f"h{n}"] for n in range(HANDLES)] == october
    assert f"You expect {sum(october)} contacts" in forecast.state["text"]
    assert f"October evening there are {sum(october)}" in forecast.state["text"]


def test_the_practice_says_why_the_assistant_changes_little(game: Game) -> None:
    practice = explore.rounds(game, "practice")
    assert "hardly anybody asks about prices" not in practice.derive({})["text"]
    assert "1 of 15 chats" in practice.derive({"on": ["assistant"]})["text"]


def test_what_is_committed_stands_and_the_whole_can_be_played_again(game: Game) -> None:
    commit(game, *ROUNDS)
    staff, paths = game.rounds["staff"], game.rounds["paths"]
    before = staff.state["text"]
    staff.value = {**STAFF, "temps": 20}
    assert staff.value == STAFF
    assert staff.state["text"] == before
    assert paths.state["open"]
    assert len(paths.state["lines"]) == 4
    assert paths.state["score"] == round(game.score())
    paths.again()
    assert all(game.rounds[name].value == {} for name in ROUNDS)
    assert not paths.state["open"]
    assert len(paths.state["plays"]) == 1
    # An earlier way stands in its own list, not in the middle of what this one came to.
    assert paths.state["plays"][0] in paths.state["text"]
    assert paths.state["plays"][0] not in paths.state["said"]
    assert not game.committed("forecast")


def test_an_earlier_visit_is_taken_up_where_it_stopped(game: Game) -> None:
    commit(game, "forecast", "staff")
    again = Game(load)
    again.season = game.season
    explore.forecast(again).value = dict(game.rounds["forecast"].value)
    staff = explore.rounds(again, "staff")
    staff.value = dict(game.rounds["staff"].value)
    assert staff.state["text"] == game.rounds["staff"].state["text"]
    assert explore.rounds(again, "opening").state["open"]


def test_progress_is_told_run_by_run(game: Game) -> None:
    commit(game, "forecast")
    staff, told = game.rounds["staff"], []
    staff.observe(lambda change: told.append(change["new"].get("progress")), names="state")  # type: ignore[attr-defined]
    commit(game, "staff")
    assert told[:RUNS] == [pytest.approx((run + 1) / RUNS) for run in range(RUNS)]
    assert told[-1] is None


@pytest.mark.parametrize("name", ["practice", *ROUNDS[1:]])
@pytest.mark.parametrize(
    "value", [{"temps": "six"}, {"on": "all", "moved0": 1e9}, {"banner": 3, "until": None}, {"hours": -4}]
)
def test_whatever_a_file_holds_a_round_opens(game: Game, name: str, value: dict[str, Any]) -> None:
    state = explore.rounds(game, name).derive(value)
    assert state["text"]
    decided = read("opening" if name == "practice" else name, value)
    if isinstance(decided, Hour):
        assert all(-2 <= each <= MOST["moved"] for each in decided.moved)


def test_too_few_weigh_four_times_too_many() -> None:
    # As it is said before: one too few counts as four too many, and one too many as one.
    assert pinball((110,), (100,)) == 10
    assert pinball((90,), (100,)) == 40


def test_the_night_says_how_good_the_forecast_was(game: Game) -> None:
    commit(game, "forecast", "staff", "opening")
    assert "shows in the night" in game.rounds["forecast"].state["said"]
    came = game.came()[-2]
    assert "forecast" not in game.rounds["opening"].state["said"]
    commit(game, "night")
    told = f"You had forecast 200 contacts from 20:00 to 20:30; {came} came (in the log, without the failure)."
    assert told in game.rounds["night"].state["said"]


def test_overtime_of_the_night_counts_for_whoever_worked_it(game: Game) -> None:
    commit(game, "forecast", "staff", "opening", "night")
    assert "each of the ten: 15," in game.rounds["wave"].derive({"hours": 2})["text"]
    game.again()
    game.rounds["forecast"].value = COMMITTED["forecast"]
    game.rounds["staff"].value = {**STAFF, "overtime": 0}
    commit(game, "opening", "night")
    assert "each of the ten: 14," in game.rounds["wave"].derive({"hours": 2})["text"]


def test_four_ways_are_done_once_they_can_be_compared(game: Game) -> None:
    assert not game.rounds["paths"].state["complete"]
    commit(game, *ROUNDS)
    assert game.rounds["paths"].state["complete"]


def test_a_way_behind_skylark_has_a_minus_and_no_hyphen() -> None:
    said = play_words(1, {"score": -13, "temps": 6, "evening": 14})
    assert "−13 %" in said


def test_the_planner_knows_no_day_before_its_time(season: Season) -> None:
    """A later day of the log makes no difference to what is forecast on a date before it."""
    cut = dict(season.tables)
    cut["calls"] = cut["calls"][cut["calls"]["arrived_at"] < "2025-10-29"]
    cut["contacts"] = cut["contacts"][cut["contacts"]["opened_at"] < "2025-10-29"]
    blind = Season(cut)
    for day in (FIRST, EVE, "2025-11-20"):
        then, now = (planner.Forecast(each, "2025-10-24").rates(day) for each in (blind, season))
        assert np.allclose(then, now), day
    assert set(LINES) == {"phone", "chat"}
