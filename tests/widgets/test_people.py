"""Module 04's interactives and pictures: a morning, six months, dice, a call that is scored, a hire, a roster."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from servicelab import company
from servicelab.company import load
from servicelab.errors import UserError
from servicelab.i18n import use
from servicelab.widgets import explore, figures
from servicelab.widgets.explore.people.agent import morning
from servicelab.widgets.explore.people.agent.calls import AGAIN, CALLS, ENOUGH, MINUTES, back, said, settled
from servicelab.widgets.explore.people.agent.morning import PER_CALL, Morning
from servicelab.widgets.explore.people.agent.sixmonths import FIXED, SixMonths
from servicelab.widgets.explore.people.calibrate.model import CalibrateModel, middle
from servicelab.widgets.explore.people.calibrate.recording import APART, CRITERIA, SCORES, rule
from servicelab.widgets.explore.people.chance import lots
from servicelab.widgets.explore.people.chance.model import LAST, PEOPLE, ChanceModel
from servicelab.widgets.explore.people.hiring.model import HiringModel
from servicelab.widgets.explore.people.rota.model import RotaModel, off_days, solved
from servicelab.widgets.explore.people.scheme.model import SchemeModel
from servicelab.widgets.figures.people import appraised, bottomten, newcomers, quickest


def month(agent: str, number: int, **told: Any) -> dict[str, Any]:
    """A row of appraisals, on the phone unless told otherwise."""
    made = {
        "month": pd.Timestamp(2025, number, 1), "agent_id": agent, "line": "phone", "tenure_days": 400, "contacts": 900,
        "hard_share": 0.1, "contact_hours": 120.0, "resolved_not_back": 700, "surveys": 20, "csat": 3.5,
        "bottom_ten": False, "coached": False,
    }  # fmt: skip
    return {**made, **told}


# --- be the agent: the morning ---


def test_what_was_enough_is_settled_and_the_rest_is_dealt_out_in_turn() -> None:
    shortest = tuple(min(enough, key=MINUTES.__getitem__) for enough in ENOUGH.values())
    assert Morning(shortest).returning == {}
    assert Morning(shortest).in_all == morning.least() == Morning(shortest).minutes
    closed = Morning(("close",) * len(CALLS))
    again = [call for call in CALLS if "close" not in ENOUGH[call]]
    assert list(closed.returning) == again
    assert list(closed.returning.values())[:4] == ["you", "mei", "hao", "you"]
    assert closed.in_all == 2 * len(CALLS) + AGAIN * len(again)


def test_a_call_that_comes_back_takes_pay_from_whoever_gets_it() -> None:
    closed = Morning(("close",) * len(CALLS))
    usual = PER_CALL * 60 / MINUTES["finish"]
    count = list(closed.returning.values()).count("mei")
    # In the time of a call that comes back one and a half new ones would have been taken.
    assert usual - closed.hour("mei") == pytest.approx(count * PER_CALL * (AGAIN / MINUTES["finish"] - 1))
    assert Morning(("ask",) * len(CALLS)).hour("mei") < usual, "what only the second line can do comes back as well"


def test_nothing_of_tomorrow_is_told_before_ten_calls_and_a_guess() -> None:
    control = explore.agent(company.runs("pay_schemes"))
    for value in ({}, {"moves": ["close"] * 4, "seen": True, "guess": 3}, {"moves": ["close"] * 10, "seen": True}):
        control.value = value
        assert not control.state["told"]
        assert control.state["table"] is None
        assert "tomorrow they" not in control.text()
    control.value = {"moves": ["close"] * 10, "guess": 3, "seen": True}
    assert control.state["told"]
    assert "you guessed 3" in control.state["text"]
    assert len(control.state["table"]["rows"]) == len(CALLS)
    assert sum(day["back"] for day in control.state["days"]) == 8


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_call_says_something_and_has_two_tomorrows(lang: str) -> None:
    with use(lang):
        told = [each(call) for call in CALLS for each in (said, settled, back)]
    assert len(set(told)) == 3 * len(CALLS)


# --- be the agent: six months ---


def test_six_months_are_the_means_of_the_runs_and_wait_for_a_guess() -> None:
    runs = company.runs("pay_schemes")
    months = SixMonths(runs)
    rows = runs.frame[runs.frame["point"] == FIXED]
    found = months.of(FIXED)
    assert len(rows) == 20
    assert found.loc["back", "mean"] == pytest.approx(100 * rows["came_back"].mean())
    assert found.loc["price", "mean"] == pytest.approx((rows["paid"] / rows["settled"]).mean())
    assert found.loc["settled", "mean"] < found.loc["closed", "mean"]
    paid = rows.set_index("replicate")["paid"]
    mine = runs.frame[runs.frame["point"] == "speed_2_quality_0"].set_index("replicate")
    par = months.of("speed_2_quality_0").loc["price_at_par", "mean"]
    assert par == pytest.approx((paid / mine["settled"]).mean()), "each run by the fixed wage's of the same luck"
    assert (found["low"] <= found["high"]).all()
    control = explore.agent(runs)
    control.value = {"part": "months", "speed": 2}
    assert not control.state["bars"]
    assert control.state["table"] is None
    control.value = {"part": "months", "speed": 2, "guess_back": 40}
    assert "You guessed 40" in control.state["text"]
    assert not control.state["complete"], "the morning is still to come"
    control.value = {**control.value, "moves": ["finish"] * 10, "guess": 2, "seen": True}
    assert control.state["complete"]
    # What is saved is told beside what people earn less, and at the same payroll; the theory's model is in the table.
    assert "people earn 4 % less. At the payroll of the fixed wage it would cost" in control.state["text"]
    assert "another model" in control.state["table"]["rows"][-1][0]
    assert len(control.state["bars"]) == 4


def test_runs_of_something_else_are_refused() -> None:
    with pytest.raises(UserError, match="pay schemes"):
        explore.agent(company.runs("phone_agents"))


# --- calibrate ---


def test_scores_are_compared_with_the_middle_expert_once_all_are_given() -> None:
    model = CalibrateModel()
    some = dict.fromkeys(CRITERIA[:-1], "2")
    waiting = model.derive({"scores": some, "compared": True})
    assert not waiting["compared"]
    assert waiting["open"] == 1
    assert "rows" not in waiting
    same = model.derive({"scores": {name: str(middle(name)) for name in CRITERIA}, "compared": True})
    assert same["exact"] == len(CRITERIA)
    assert {row["kind"] for row in same["rows"]} == {"right"}
    kind = model.derive({"scores": {**same["scores"], "identity": "2"}, "compared": True})
    assert kind["rows"][CRITERIA.index("identity")]["kind"] == "wrong"


def test_where_the_experts_part_a_rule_is_written_down() -> None:
    assert set(APART) == {name for name, given in SCORES.items() if len(set(given)) > 1}
    assert all(rule(name) for name in APART)
    assert SCORES["identity"] == (0, 0, 0), "a kind call that gives an address away has failed, for everybody"


# --- coach, or chance ---


def test_dice_are_dice_and_the_last_of_a_month_rise_without_a_cause() -> None:
    model = ChanceModel(load("appraisals"))
    rolled = np.array([model.dice(luck) for luck in range(400)])
    assert rolled.shape == (400, 2, PEOPLE)
    assert rolled.mean() == pytest.approx(3.5, abs=0.02)
    low = np.argsort(rolled[:, 0], axis=1)[:, :LAST]
    gains = np.take_along_axis(rolled[:, 1] - rolled[:, 0], low, axis=1)
    assert gains.mean() > 0.3


@pytest.mark.parametrize("lacks", ["bottom_ten", "coached"])
def test_without_a_bottom_ten_or_a_lot_there_is_no_number_to_show(lacks: str) -> None:
    """A firm's own table may have neither: then “nan ± nan” is no answer."""
    with pytest.raises(UserError, match=r"explore\.chance: appraisals needs two months at least of people"):
        explore.chance(load("appraisals").assign(**{lacks: False}))


def test_those_whom_the_lot_passed_over_are_shown_after_the_verdict() -> None:
    model = ChanceModel(load("appraisals"))
    early = model.derive({"step": "firm", "lot": True, "verdict": "works"})
    assert early["bars"] == []
    guessed = model.derive({"step": "firm", "lot": True, "guess": 0.2})
    assert len(guessed["bars"]) == 1
    assert "lot" not in guessed["text"]
    over = model.derive({"step": "firm", "lot": True, "guess": 0.2, "verdict": "works"})
    assert len(over["bars"]) == 3
    assert "nothing that could be told from chance" in over["text"]
    assert over["complete"]
    assert not guessed["complete"]
    # Who goes back to the dice has seen it all the same.
    assert model.derive({"step": "dice", "lot": True, "guess": 0.2, "verdict": "works"})["complete"]


def test_a_gain_is_that_of_the_same_persons_next_month() -> None:
    rows = pd.DataFrame(
        [
            month("A1", 1, csat=3.0, bottom_ten=True, coached=True), month("A1", 2, csat=3.4),
            month("A2", 1, csat=3.1, bottom_ten=True), month("A2", 2, csat=3.3),
            month("A3", 2, csat=3.0, bottom_ten=True),
        ]
    )  # fmt: skip
    found = lots.next_months(rows)
    assert found["gain"].round(6).tolist() == [0.4, 0.2]
    coached, others, _rest = lots.by_lot(rows)
    assert (coached.mean, others.mean) == (pytest.approx(0.4), pytest.approx(0.2))


# --- hire, scheme, roster ---


def test_who_is_hired_has_the_highest_score_and_who_left_is_no_nought() -> None:
    rows = pd.DataFrame(
        {
            "applicant_id": [f"B{n:03}" for n in range(40)],
            "cv_score": [50.0] * 40,
            "gut_score": range(40),
            "structured_score": range(40),
            "work_sample": range(40),
            "good_per_hour": [None if n == 39 else 3 + n / 20 + (n % 2) / 100 for n in range(40)],
        }
    )
    model = HiringModel(rows)
    assert model.taken("structured_score", 2)["applicant_id"].tolist() == ["B039", "B038"]
    assert model.taken("cv_score", 2)["applicant_id"].tolist() == ["B000", "B001"]
    state = model.derive({"way": "structured_score", "number": 12})
    assert state["mean"] == pytest.approx(np.mean([3 + n / 20 + (n % 2) / 100 for n in range(28, 39)]), abs=0.006)
    assert sum(point["hired"] for point in state["points"]) == 11


def test_a_scheme_under_two_limits() -> None:
    model = SchemeModel()
    fixed = model.derive({})
    assert fixed["kept"]
    calls = model.derive({"base": 4200, "per_contact": 2.2})
    assert not calls["kept"]
    better = model.derive({"base": 3000, "per_contact": 0.5, "per_resolution": 3.0})
    assert better["kept"]
    assert model.of(3000, 0.5, 3.0).resolved > model.fixed.resolved


def test_patterns_of_days_off_and_a_cover() -> None:
    assert len(off_days("any")) == 21
    assert len(off_days("together")) == 7
    assert (0, 6) in off_days("together")
    assert all({5, 6} & set(pair) for pair in off_days("weekend"))
    plan = solved((3, 3, 3, 3, 3, 3, 3), "together", 0)
    assert (plan.cover >= 3).all()
    assert plan.staff.sum() == 5
    model = RotaModel(load("calls"))
    assert model.demand(95) <= model.demand(80)


# --- pictures ---


def test_minutes_of_a_settled_call_count_those_that_settled_nothing() -> None:
    rows = pd.DataFrame(
        [month(f"A{n}", 1, contacts=900 + n, contact_hours=90.0 + n, resolved_not_back=450 + 20 * n) for n in range(8)]
    )
    found = quickest.people(rows)
    assert found.loc["A0", "settled"] == pytest.approx(60 * 90 / 450)
    assert quickest.people(pd.DataFrame([month("A1", 1), month("A9", 1, tenure_days=100)])).index.tolist() == ["A1"]
    # Whoever has many calls weighs by them: sums first, then one division.
    many = rows.assign(contacts=[9000, *rows["contacts"][1:]], contact_hours=[900.0, *rows["contact_hours"][1:]],
                       resolved_not_back=[900, *rows["resolved_not_back"][1:]])  # fmt: skip
    first = quickest.quarters(many)[0]
    two = many.iloc[:2]
    assert first.settled[0] == pytest.approx(60 * two["contact_hours"].sum() / two["resolved_not_back"].sum())
    assert first.single[1] == pytest.approx(60)
    drawn = quickest.quickest(rows, 9.0)
    assert [layer for layer in drawn["charts"][1]["layers"] if layer.get("hollow")]


def test_shares_of_people_and_of_places() -> None:
    rows = pd.DataFrame(
        [month(f"A{n}", 1, line="expert" if n < 2 else "phone", bottom_ten=n < 3, hard_share=0.4) for n in range(10)]
    )
    assert bottomten.bottom_share(rows) == pytest.approx(2 / 3)
    assert bottomten.people_a_month(rows) == {"second": 2, "all": 10}
    # Two people, one always in red and one never: twenty months say no more about the line than two.
    months = [month(name, at + 1, line="expert", bottom_ten=name == "B1") for name in ("B1", "B2") for at in range(10)]
    drawn = bottomten.bottom_ten(pd.DataFrame([*months, month("A9", 1)]))
    assert [row[3] for row in drawn["table"]["rows"] if row[1] == "20"] == ["0 – 100"]


def test_a_rating_is_drawn_towards_the_mean_by_what_is_chance() -> None:
    found = appraised.judged(load("appraisals"))
    keep = appraised.reliability(load("appraisals"))
    assert 0 < keep < 1
    assert (found["fair"] - found["csat"].mean()).abs().max() < (found["csat"] - found["csat"].mean()).abs().max()
    assert found["efficiency"].between(0, 1).all()
    assert found["efficiency"].max() == pytest.approx(1)


def test_temporary_people_are_no_newcomers() -> None:
    rows = pd.DataFrame(
        [month("A1", 1, tenure_days=10), month("A2", 1, tenure_days=500), month("A3", 1, tenure_days=9)]
    )
    agents = pd.DataFrame({"agent_id": ["A1", "A2", "A3"], "temporary": [False, False, True]})
    found = newcomers.settled_by_month(rows, agents)
    assert found["months"].to_dict() == {0: 1, 12: 1}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_all_of_them_have_a_text_and_can_be_sent(lang: str) -> None:
    with use(lang):
        appraisals, agents = load("appraisals"), load("agents")
        controls = [
            explore.agent(company.runs("pay_schemes")), explore.calibrate(), explore.chance(appraisals),
            explore.hiring(load("applicants")), explore.scheme(), explore.rota(load("calls")),
            figures.quickest(appraisals), figures.bottom_ten(appraisals), figures.appraised(appraisals),
            figures.newcomers(appraisals, agents),
        ]  # fmt: skip
    for control in controls:
        json.dumps(control.state)
        assert control.name_shown
        assert control.state["text"]


@pytest.mark.parametrize(
    "broken",
    [
        {"moves": "close", "guess": True, "part": 3, "speed": "fast"}, {"part": "months", "guess_back": float("nan")},
        {"scores": {"greeting": 2}, "compared": 1}, {"step": "firm", "guess": "a", "verdict": []},
        {"luck": -1, "months": 9},
        {"way": None, "number": 1e9}, {"base": "x", "per_contact": -5}, {"busy": None, "rule": {}, "extra": 1e400},
    ],
)  # fmt: skip
def test_whatever_a_value_holds_a_state_follows(broken: dict[str, Any]) -> None:
    for control in (
        explore.agent(company.runs("pay_schemes")), explore.calibrate(), explore.chance(load("appraisals")),
        explore.hiring(load("applicants")), explore.scheme(), explore.rota(load("calls")),
    ):  # fmt: skip
        control.value = broken
        assert control.state["text"]


def test_a_table_that_lacks_a_column_is_told() -> None:
    with pytest.raises(UserError, match=r"explore\.chance"):
        explore.chance(load("appraisals").drop(columns="coached"))
    with pytest.raises(UserError, match=r"explore\.hiring"):
        explore.hiring(load("applicants").iloc[:0])
    with pytest.raises(UserError, match=r"figures\.bottom_ten"):
        figures.bottom_ten(load("appraisals").drop(columns="hard_share"))
