"""Module 02's interactives and pictures: hours by hand, cards that keep their secret, lines that chance moves."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from servicelab.company import load
from servicelab.errors import UserError
from servicelab.i18n import use
from servicelab.models.process import replay_flow
from servicelab.widgets import explore, figures
from servicelab.widgets.explore.process import replays
from servicelab.widgets.explore.process.cards.model import CARDS, CardsModel, card_words
from servicelab.widgets.explore.process.changes import ROBOT
from servicelab.widgets.explore.process.design.model import BUDGET, HALF_DAYS, DesignModel
from servicelab.widgets.explore.process.replays import REPLICATES, Change, Replays, middle
from servicelab.widgets.explore.process.sheet.model import SheetModel
from servicelab.widgets.explore.process.sheet.worksheet import CASES, FIELDS, LINES
from servicelab.widgets.explore.process.tenweeks.model import WEEKS, TenWeeksModel
from servicelab.widgets.explore.process.week.model import COLOURS, WeekModel
from servicelab.widgets.figures.process import approvals, arrows, packingweeks, sooner, stationload

# Friday, registered at noon; the parcel is there on Saturday; Monday is a working day.
STEPS = [
    ("register", "2025-01-03 12:00", 6.0),
    ("receive", "2025-01-04 12:00", 4.0),
    ("inspect", "2025-01-06 10:00", 30.0),
    ("ask_customer", "2025-01-06 10:00", 3.0),
    ("inspect_again", "2025-01-07 10:00", 12.0),
    ("approve", "2025-01-08 09:30", 6.0),
    ("refund", "2025-01-08 10:30", 6.0),
]
CALENDAR = pd.DataFrame({"date": pd.date_range("2025-01-01", periods=60)}).assign(
    workday=lambda days: days["date"].dt.day_of_week < 5
)
STATIONS = pd.DataFrame(
    {
        "station": ["inspect", "approve", "repair", "refund"],
        "people": [3, 2, 4, 2],
        "minutes_a_day": [540, 60, 540, 540],
    }
)


def log_of(cases: int, days_apart: int = 1) -> pd.DataFrame:
    rows = [
        (f"R{n}", activity, pd.Timestamp(at) + pd.Timedelta(days=7 * (n // 5) * days_apart), minutes)
        for n in range(cases)
        for activity, at, minutes in STEPS
    ]
    return pd.DataFrame(rows, columns=["case_id", "activity", "timestamp", "hands_on_minutes"])


def cases_of(log: pd.DataFrame) -> pd.DataFrame:
    times = log.groupby("case_id")["timestamp"].agg(["min", "max"])
    ids = times.index.tolist()
    return pd.DataFrame(
        {
            "case_id": ids, "kind": "return", "claim": [100.0 + 60 * n for n in range(len(ids))],
            "opened_at": times["min"].to_numpy(), "closed_at": times["max"].to_numpy(), "approval": True,
            "pilot": False, "rejected": [n == 1 for n in range(len(ids))], "chased": 0, "cost_of_delay": 0.0,
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    log = log_of(20)
    return log, STATIONS, CALENDAR, cases_of(log)


@pytest.fixture
def week() -> WeekModel:
    log = log_of(1)
    return WeekModel(log, CALENDAR, cases_of(log))


def test_the_hours_of_a_case_by_hand(week: WeekModel) -> None:
    hours = {colour: share * week.hours / 100 for colour, share in week.truth.items()}
    assert week.hours == pytest.approx(118.5)
    # 4 + 30 + 12 + 6 + 6 minutes.
    assert hours["worked"] == pytest.approx(58 / 60)
    assert hours["travel"] == pytest.approx(24 - 4 / 60)
    assert hours["customer"] == pytest.approx(24 - 12 / 60)
    # Monday 9:00 to 9:30, Tuesday 10:00 to 18:00, Wednesday 9:00 to 9:24 and 9:30 to 10:24.
    assert hours["desk"] == pytest.approx(0.5 + 8 + 0.4 + 0.9)
    # Saturday noon to Monday 9:00, Tuesday 18:00 to Wednesday 9:00.
    assert hours["closed"] == pytest.approx(45 + 15)
    assert sum(week.truth.values()) == pytest.approx(100)


def test_nothing_of_the_truth_is_in_the_page_before_the_painting_is_complete(week: WeekModel) -> None:
    for value in ({}, {"worked": 30, "travel": 20}, {"worked": 60, "travel": 60, "looked": True}):
        state = week.derive(value)
        assert not state["looked"]
        assert not {"truth", "days", "table"} & set(state)
    full = {"worked": 20, "travel": 20, "desk": 20, "closed": 20, "customer": 20}
    assert "truth" not in week.derive(full)
    assert week.derive({**full, "looked": True})["truth"]["closed"] == pytest.approx(50.6, abs=0.1)


def test_a_painting_that_is_close_everywhere_is_called_so(week: WeekModel) -> None:
    close = {colour: round(share) for colour, share in week.truth.items()}
    close["closed"] += 100 - sum(close.values())
    assert "Close everywhere." in week.derive({**close, "looked": True})["text"]
    moved = {**close, "worked": close["worked"] + 4, "closed": close["closed"] - 4}
    said = week.derive({**moved, "looked": True})["text"]
    assert "Close everywhere." not in said
    # 58 minutes of 118.5 hours are 0.8 %, not 1 and not 0.
    assert f"“worked on”: you painted {moved['worked']} %, the log says 0.8 %." in said


def test_too_much_and_too_little_are_said(week: WeekModel) -> None:
    assert "40 % are still to give" in week.derive({"desk": 60})["text"]
    assert "20 % too many" in week.derive({"desk": 60, "travel": 60})["text"]


def test_the_days_are_cut_at_midnight_and_add_up(week: WeekModel) -> None:
    state = week.derive({"worked": 100, "looked": True})
    assert [day["name"] for day in state["days"]] == ["Fri 3", "Sat 4", "Sun 5", "Mon 6", "Tue 7", "Wed 8"]
    assert sum(p["to"] - p["from"] for day in state["days"] for p in day["parts"]) == pytest.approx(week.hours, abs=0.1)
    assert {p["is"] for day in state["days"] for p in day["parts"]} == set(COLOURS)


@pytest.mark.parametrize("value", [{}, {"worked": "x", "looked": 1}, {"travel": float("nan")}, {"desk": 9e99}])
def test_whatever_a_week_is_given_it_derives(week: WeekModel, value: dict[str, Any]) -> None:
    json.dumps(week.derive(value), allow_nan=False)


def test_a_change_is_worked_out_once_and_two_of_them_differ_by_the_change_alone(tables: Any) -> None:
    replays = Replays(*tables, "here")
    base = replays.outcome(Change())
    assert replays.outcome(Change()) is base
    faster = replays.outcome(Change(factors=(("approve", 2.0),)))
    assert faster.once < base.once
    assert faster.load["approve"] == pytest.approx(base.load["approve"] / 2, rel=0.05)
    # All cases alike: another order of them is the same three years.
    assert replays.shuffled(Change()) is replays.shuffled(Change())
    assert replays.shuffled(Change()) == pytest.approx([base.once] * REPLICATES)
    assert set(base.quarters) == {"2025Q1"}


def test_a_card_tells_nothing_before_a_guess_and_before_it_is_turned(tables: Any) -> None:
    model = CardsModel(*tables)
    assert "bars" not in model.derive({})
    assert "bars" not in model.derive({"turned": ["robot"]})
    assert "bars" not in model.derive({"guess": "robot"})
    one = model.derive({"guess": "robot", "turned": ["approver"]})
    assert [bar["name"] for bar in one["bars"]] == ["as it is", "A second approver"]
    every = model.derive({"guess": "approver", "turned": list(CARDS), "last": "limit"})
    assert len(every["bars"]) == 4
    assert every["at"]["last"] == "limit"
    assert "speeds up a station that had time" in every["text"]
    assert "speeds up" not in one["text"]
    json.dumps(every, allow_nan=False)


def test_the_card_that_does_least_is_the_right_guess_and_hours_are_a_days_twenty_fourth(tables: Any) -> None:
    model = CardsModel(*tables)
    turned = {"turned": list(CARDS), "last": "approver"}
    days = {bar["name"]: bar["days"] for bar in model.derive({"guess": "robot", **turned})["bars"]}
    base = days.pop("as it is")
    assert max(days, key=lambda name: days[name]) == "Refund by robot"
    right, wrong = (model.derive({"guess": guess, **turned})["text"] for guess in ("robot", "limit"))
    assert "You said which one: right." in right
    assert "You had said “No approval under ¥200”: it is “Refund by robot”." in wrong
    hours = int(re.search(r"(\d+) hours sooner", right)[1])  # type: ignore[index]
    assert hours == pytest.approx(24 * (base - days["A second approver"]), abs=0.8)
    assert hours >= 1


def test_returns_alone_count_by_the_quarter_in_which_they_were_opened(tables: Any) -> None:
    log, stations, calendar, cases = tables
    repaired = cases.assign(
        kind=["repair", *["return"] * (len(cases) - 1)], opened_at=cases["opened_at"] - pd.Timedelta(days=90)
    )
    replays = Replays(log, stations, calendar, repaired, "here")
    assert "R0" not in replays.days(Change()).index
    assert len(replays.days(Change())) == len(cases) - 1
    assert set(replays.outcome(Change()).quarters) == {"2024Q4"}


def test_the_middle_of_replicates_leaves_a_tenth_at_either_end() -> None:
    assert middle(range(11)) == (1, 9)


def test_what_a_design_buys_does_something(tables: Any) -> None:
    model = DesignModel(*tables)
    base = model.derive({})
    papers, robot = (model.derive({"besides": [each]}) for each in ("papers", "robot"))
    assert papers["days"][1] < base["days"][1]
    assert robot["load"][3]["now"] == pytest.approx(base["load"][3]["was"] / 2, rel=0.1)


def test_a_claim_of_the_limit_is_still_approved(tables: Any) -> None:
    log, stations, calendar, cases = tables
    one = cases.assign(claim=[200.0, *[900.0] * (len(cases) - 1)], rejected=[True, *[False] * (len(cases) - 1)])
    model = DesignModel(log, stations, calendar, one)
    assert "stopped below the limit: ¥0 a year" in model.derive({"limit": "200"})["text"]
    assert "stopped below the limit: ¥0 a year" not in model.derive({"limit": "500"})["text"]


def test_a_guess_at_the_hours_stands_that_much_sooner_beside_everybody_but_the_approver(tables: Any) -> None:
    (first,) = figures.faster(*tables, 20).state["charts"]
    (mark,) = (each for layer in first["layers"] for each in layer.get("dots", []) if each.get("title") == "your guess")
    assert first["y"]["names"][mark["y"]] == "everybody but the approver faster"
    assert mark["x"] == pytest.approx(sooner.days_of_ways(*tables)["nobody"] - 20 / 24)


def test_the_table_of_ten_weeks_has_each_line_in_its_column() -> None:
    model = TenWeeksModel()
    shown = figures.reset_or_leave().state
    lines = {name: [row[at] for row in shown["table"]["rows"]] for at, name in ((1, "left alone"), (2, "re-set"))}
    assert lines == {"left alone": model.line(["leave"] * WEEKS), "re-set": model.line(["reset"] * WEEKS)}
    assert [head.split(" each")[0] for head in shown["table"]["columns"]] == ["week", *lines]
    drawn = [[mark["y"] for mark in layer["dots"]] for layer in shown["charts"][0]["layers"] if "dots" in layer]
    assert drawn == list(lines.values())


def test_a_table_without_its_columns_is_one_sentence(tables: Any) -> None:
    log, stations, calendar, cases = tables
    with pytest.raises(UserError, match=r"explore\.cards: stations lacks minutes_a_day"):
        CardsModel(log, stations.drop(columns="minutes_a_day"), calendar, cases)
    with pytest.raises(UserError, match=r"explore\.week: log has no rows"):
        WeekModel(log.iloc[:0], calendar, cases)


def test_a_design_costs_what_it_costs_and_says_when_it_is_too_much(tables: Any) -> None:
    model = DesignModel(*tables)
    free = model.derive({"limit": "500"})
    assert (free["cost"], free["over"]) == (0, False)
    # The one claim that was rejected, ¥160, in the one month that there is; a third of it a year in three years.
    assert "stopped below the limit: ¥1,920 a year" in free["text"]
    log, stations, calendar, cases = tables
    opened = pd.Series(pd.date_range("2023-01-31", "2025-12-01", periods=len(cases)), index=cases.index)
    three = DesignModel(log, stations, calendar, cases.assign(opened_at=opened))
    assert "stopped below the limit: ¥53 a year" in three.derive({"limit": "500"})["text"]
    dear = model.derive({"half_days": "3", "besides": ["inspector", "nonsense"]})
    assert dear["cost"] == 72_000 > BUDGET
    assert dear["over"]
    assert "¥12,000 more than there is" in dear["text"]
    assert dear["load"][0]["now"] == pytest.approx(dear["load"][0]["was"] * 3 / 4, rel=0.1)
    json.dumps(dear, allow_nan=False)


def test_cards_and_design_ask_the_same_prices_and_say_them(tables: Any) -> None:
    design = explore.design(*tables)
    assert (CARDS["approver"].yuan, CARDS["robot"].yuan) == (HALF_DAYS["3"].yuan, ROBOT.yuan)
    assert dict(CARDS["approver"].change.factors) == {"approve": HALF_DAYS["3"].factor}
    says = {card: card_words(card) for card in CARDS}
    offers = {each["id"]: each["text"] for name in ("half_days", "besides") for each in design.content[name]}
    for card, offer in (("approver", "3"), ("robot", "robot")):
        price = f"¥{CARDS[card].yuan:,}"
        assert price in says[card]
        assert price in offers[offer]
    assert "30 % more minutes" in says["approver"]
    assert "in 50 % of the time" in says["robot"]
    assert "below ¥200" in says["limit"]


def bars_stay_inside(state: dict[str, Any]) -> int:
    """How many charts with bars there are, each of which holds the longest of them."""
    charts = [each for each in state["charts"] if any("bars" in layer for layer in each["layers"])]
    for each in charts:
        longest = max(bar["x"] for layer in each["layers"] for bar in layer.get("bars", []))
        assert longest <= each["x"]["max"], each["x"]
    return len(charts)


@pytest.mark.parametrize("times", [1, 4])
def test_bars_end_inside_their_picture_whatever_the_numbers(times: int) -> None:
    """Four times the cases of the firm, four times as slow, at stations that have no time for it."""
    log = log_of(60)
    begins = log.groupby("case_id")["timestamp"].transform("min")
    slow = log.assign(timestamp=begins + times * (log["timestamp"] - begins))
    cases = cases_of(slow).assign(claim=100.0, pilot=lambda table: table.index % 2 == 0, cost_of_delay=40.0 * times)
    cases.loc[cases["pilot"], "cost_of_delay"] = 0.0
    calendar = pd.DataFrame({"date": pd.date_range("2025-01-01", periods=400)}).assign(workday=True)
    calendar["workday"] = calendar["date"].dt.day_of_week < 5
    busy = STATIONS.assign(minutes_a_day=[3, 1, 3, 1])
    shown = [
        arrows.arrows(slow), stationload.load(slow, busy, calendar), approvals.lot(cases, slow),
        sooner.faster(slow, STATIONS.assign(minutes_a_day=[60, 10, 60, 20]), calendar, cases),
    ]  # fmt: skip
    assert (
        max(bar["x"] for layer in shown[3]["charts"][0]["layers"] for bar in layer.get("bars", []))
        > {1: 5, 4: 10}[times]
    )
    assert [bars_stay_inside(each) for each in shown] == [2, 2, 1, 1]


def test_an_arrow_that_twice_the_firms_cases_took_stays_in_its_picture() -> None:
    many = pd.DataFrame({"case_id": np.repeat(np.arange(17_398), 2), "activity": ["register", "receive"] * 17_398})
    many["timestamp"] = pd.Timestamp("2025-01-03") + pd.to_timedelta(np.arange(len(many)), unit="h")
    assert bars_stay_inside(arrows.arrows(many)) == 2


def test_a_design_is_replayed_once_and_not_twelve_times_more(tables: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows no spread, and a trainee waits for it."""
    seeds: list[int | None] = []
    monkeypatch.setattr(
        replays, "replay_flow", lambda *given, **how: (seeds.append(how["seed"]), replay_flow(*given, **how))[1]
    )
    DesignModel(*tables).derive({"limit": "500"})
    assert seeds == [None, None]


def test_left_alone_a_line_is_its_chance_and_a_reset_takes_the_week_with_it() -> None:
    model = TenWeeksModel(seed=1)
    assert model.line(["leave"] * WEEKS) == model.chance
    first, second, third = model.chance[:3]
    assert model.line(["reset", "reset"])[:3] == [first, second - first, third - second]
    assert 30 < model.dearer < 55


def test_the_ten_weeks_that_are_shown_are_typical() -> None:
    model = TenWeeksModel()
    alone, always = (sum(map(abs, model.line([move] * WEEKS))) for move in ("leave", "reset"))
    assert 100 * (always / alone - 1) == pytest.approx(model.dearer, abs=5)


def test_the_line_left_alone_is_shown_at_the_end_only() -> None:
    model = TenWeeksModel()
    assert "alone" not in model.derive({"moves": ["reset"] * 9})
    done = model.derive({"moves": ["reset"] * 10 + ["leave"]})
    assert done["over"]
    assert done["alone"] == model.chance
    assert len(done["table"]["rows"]) == WEEKS
    assert model.derive({"moves": ["nonsense"]})["at"]["moves"] == []


def test_a_mended_sheet_makes_two_inspectors_do_the_same() -> None:
    model = SheetModel()
    good = dict.fromkeys(FIELDS, "good")
    assert model.derive({"lines": good})["tried"] is False
    assert model.derive({"lines": good, "tried": True})["same"] == len(CASES)
    for case, needed in CASES.items():
        for field in needed:
            tried = model.derive({"lines": {**good, field: "strict"}, "tried": True})
            assert tried["same"] == len(CASES) - 1, (case, field)
    assert "trial" not in model.derive({"lines": {"start": "good"}, "tried": True})


def test_the_right_line_of_the_sheet_has_no_place_of_its_own() -> None:
    fields = explore.sheet().content["fields"]
    assert [field["id"] for field in fields] == list(FIELDS)
    assert all(sorted(option["id"] for option in field["options"]) == sorted(LINES) for field in fields)
    at = [[option["id"] for option in field["options"]].index("good") for field in fields]
    assert sorted(at.count(place) for place in range(len(LINES))) == [2, 3, 3]
    assert at != sorted(at)
    assert fields == explore.sheet().content["fields"], "another order at each opening"


def test_every_field_of_the_sheet_hangs_on_a_mattress() -> None:
    assert sorted(field for needed in CASES.values() for field in needed) == sorted(FIELDS)


def test_what_the_sheet_says_of_the_firm_is_in_its_tables() -> None:
    log, cases = load("event_log"), load("cases")
    activity = log["activity"].astype(str)
    said = " ".join(f["because"] for f in SheetModel().derive({"lines": dict.fromkeys(FIELDS, "strict")})["fields"])
    assert f"Of 100 cases {100 * (activity == 'ask_customer').sum() / len(cases):.0f} lacked something" in said
    assert round(log.loc[activity == "inspect", "hands_on_minutes"].mean()) == 14
    assert "fourteen minutes" in said
    days = load("calendar")["workday"].sum()
    assert round((cases["kind"].astype(str) == "return").sum() / days) == 12
    assert "Twelve returns a working day" in said


def test_waits_and_loads_by_hand() -> None:
    log = log_of(2)
    busy = stationload.loads(log, STATIONS, CALENDAR.iloc[:10])
    # Two approvals of six minutes in seven working days (3, 6 to 10 January, and 1, 2), an hour a day.
    assert busy.loc["approve", "work"] == pytest.approx(12 / CALENDAR.iloc[:10]["workday"].sum())
    assert busy.loc["approve", "load"] == pytest.approx(busy.loc["approve", "work"] / 60)
    waited = stationload.waits(log)
    assert waited.loc["receive", "mean"] == pytest.approx(24)
    assert "before “goods received”" not in figures.station_load(log, STATIONS, CALENDAR).state["text"]


def test_waits_by_quarter_of_registration_by_hand() -> None:
    """The same cases once more, half a year later, with half a day less before approval."""
    early = log_of(2)
    late = early.assign(case_id="L" + early["case_id"], timestamp=early["timestamp"] + pd.Timedelta(days=182))
    late.loc[late["activity"].isin(["approve", "refund"]), "timestamp"] -= pd.Timedelta(hours=12)
    log = pd.concat([early, late])
    found = stationload.by_quarter(log)
    assert found["approve"].tolist() == pytest.approx([23.5, 11.5])
    assert found["receive"].tolist() == pytest.approx([24, 24])
    shown = stationload.load(log, STATIONS, CALENDAR)
    assert "goes from 12 to 24 hours, before “inspected” from 46 to 46." in shown["text"]
    assert [head.get("head") for head in shown["charts"]][2:] == ["The two waits, by quarter of registration"]
    assert len(stationload.load(early, STATIONS, CALENDAR)["charts"]) == 2


def test_arrows_by_hand() -> None:
    found = arrows.follows(log_of(3))
    assert found.loc[("register", "receive"), "count"] == 3
    assert found.loc[("receive", "inspect"), "mean"] == pytest.approx(46)


def test_arrows_that_are_left_out_are_said() -> None:
    log = log_of(60)
    rare = log[log["case_id"].isin(["R0", "R1"])].assign(activity=lambda t: t["activity"].replace("refund", "reject"))
    shown = arrows.arrows(pd.concat([log[~log["case_id"].isin(["R0", "R1"])], rare]))
    assert "50 cases or more took are drawn; left out: 1, cases on them: 2." in shown["text"]


def test_the_pilot_by_hand() -> None:
    log = log_of(4)
    cases = cases_of(log).assign(
        claim=100.0, pilot=[False, False, True, True], rejected=[True, False, False, False],
        cost_of_delay=[12.0, 8.0, 3.0, 1.0],
    )  # fmt: skip
    found = approvals.pilot(cases, log)
    assert (found.checked, found.spared) == (2, 2)
    assert found.stopped[0] == 50
    # Of 12 and 8 the mean is known to within 2, of 3 and 1 to within 1.
    assert found.reminders == pytest.approx((8, 1.96 * 5**0.5), rel=1e-3)
    assert found.cost == pytest.approx(8 + 6 * approvals.YUAN_A_MINUTE)


def test_the_pilot_begins_on_its_first_day() -> None:
    log = log_of(5)
    cases = cases_of(log).assign(claim=100.0, pilot=[False, False, False, True, True])
    cases["opened_at"] = pd.to_datetime(["2024-06-30 23:59", "2024-07-01 00:00", *["2024-08-01 00:00"] * 3])
    assert (approvals.pilot(cases, log).checked, approvals.pilot(cases, log).spared) == (2, 2)


def test_a_size_beyond_the_axis_is_written_out() -> None:
    log = log_of(12)
    claims = [100.0] * 4 + [300.0, 300.0, 700.0, 700.0, 1500.0, 1500.0] + [3000.0] * 2
    cases = cases_of(log).assign(claim=claims, pilot=[True, True] + [False] * 10, rejected=[False] * 11 + [True])
    (plane,) = approvals.sizes(cases, log)["charts"]
    written = [row["text"] for layer in plane["layers"] for row in layer.get("notes", [])]
    # Nothing or ¥3,000: 1,500 on average, with 1.96 standard errors of 1,500 on either side.
    assert written == ["¥0.0"] * 4 + ["¥1,500 (0–4,440)"]
    assert max(row["xhi"] for row in plane["layers"][0]["intervals"]) == plane["x"]["max"] == approvals.AXIS_ENDS


def test_claims_stand_in_the_band_that_they_begin() -> None:
    cases = cases_of(log_of(4)).assign(claim=[199.0, 200.0, 999.0, 2000.0], rejected=True)
    found = approvals.by_size(cases)
    assert found["mean"].to_dict() == {0: 199.0, 200: 200.0, 500: 999.0, 2000: 2000.0}


def test_sizes_that_nobody_claimed_are_left_out_of_the_sentence() -> None:
    log = log_of(4)
    cases = cases_of(log).assign(claim=[100.0, 150.0, 300.0, 3000.0], pilot=[False, True, False, False], rejected=True)
    shown = approvals.sizes(cases, log)
    assert "Stopped for each claim: under ¥200 ¥125, ¥200 to 500 ¥300, ¥2,000 and more ¥3,000." in shown["text"]
    # One claim is no sample: it has a mean and no interval.
    assert [row[4] for row in shown["table"]["rows"]] == ["76.0 – 174.0", None, None]
    json.dumps(shown, allow_nan=False)
    above = approvals.sizes(pd.concat([cases, cases.assign(approval=cases["claim"] > 200)]).iloc[4:], log)
    assert "every approval counts" in shown["text"]
    assert "every approval counts" not in above["text"]
    with pytest.raises(UserError, match=r"cases \(approval\) has no rows"):
        approvals.sizes(cases.assign(approval=False), log)


def test_a_week_outside_its_limits_is_named() -> None:
    weekly = pd.DataFrame({"week": range(12), "warehouse": "Wuhan", "parcels": 100, "faults": [4] * 11 + [20]})
    assert "outside: weeks 11" in packingweeks.control(weekly, "Wuhan", 0, 11)["text"]
    assert "none outside" in packingweeks.control(weekly, "Wuhan", 0, 10)["text"]
    # The words call the broken lines limits: the average is none, and is named beside them.
    drawn = packingweeks.control(weekly, "Wuhan", 0, 10)["charts"][0]
    broken = [layer["lines"][0] for layer in drawn["layers"] if layer.get("dash")]
    assert len(broken) == 2
    assert not any("rules" in layer for layer in drawn["layers"])
    assert [key["text"] for key in drawn["legend"] if key.get("line")] == ["average of the weeks shown"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_is_said_in_both_languages(tables: Any, lang: str) -> None:
    log, stations, calendar, cases = tables
    with use(lang):
        shown = [
            explore.week(log, calendar, cases), explore.cards(*tables), explore.design(*tables), explore.sheet(),
            explore.tenweeks(), figures.faster(*tables, 20), figures.station_load(log, stations, calendar),
            figures.arrows(log_of(60)),
        ]  # fmt: skip
        for control in shown:
            assert control.name_shown
            assert control.text()
            json.dumps(control.state, allow_nan=False)
