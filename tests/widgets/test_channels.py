"""Module 03's interactives and pictures: a mix that is dragged, a floor that loses people, a note, a queue."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from servicelab.company import load
from servicelab.errors import UserError
from servicelab.i18n import use
from servicelab.models.queueing import erlang_a_metrics
from servicelab.widgets import explore, figures
from servicelab.widgets.explore.channels import reasons
from servicelab.widgets.explore.channels.fair.model import FairModel
from servicelab.widgets.explore.channels.floor.model import DAY, LENGTH, LIKE, MISSING, SCALE, FloorModel
from servicelab.widgets.explore.channels.handover.model import LIMITS, HandoverModel, length
from servicelab.widgets.explore.channels.handover.record import EMPTY, HARMS, ORDER, QUESTIONS, line
from servicelab.widgets.explore.channels.mix.model import MixModel
from servicelab.widgets.explore.channels.queues.model import QueuesModel
from servicelab.widgets.figures.channels import contained, handoffs, measures, refusals


def contact(number: int, **told: Any) -> dict[str, Any]:
    """A row of contacts, a first one on the phone about damage unless told otherwise."""
    made = {
        "contact_id": f"C{number}", "journey_id": f"C{number}", "customer_id": f"U{number % 10}", "kind": "first",
        "channel": "phone", "asked": "phone", "intent": "damaged", "csat": 3, "served": True, "resolved": True,
        "recontact_72h": False, "refused": False, "cost": 10.0, "wait": 30.0, "handling": 300.0,
        "opened_at": pd.Timestamp("2025-03-01") + pd.Timedelta(hours=number),
    }  # fmt: skip
    return {**made, **told}


def ratings() -> pd.DataFrame:
    """Phone: 80 of 100 about damage, rated 3, else 5; chat: 20 of 100, rated 2 and 4: worse in both, better in all."""
    rows = []
    for line_, bad, low, high in (("phone", 80, 3, 5), ("chat", 20, 2, 4)):
        for n in range(100):
            wrong = n < bad
            rows.append(contact(len(rows), channel=line_, intent="damaged" if wrong else "presale",
                                csat=low if wrong else high))  # fmt: skip
    return pd.DataFrame(rows)


CUSTOMERS = pd.DataFrame({"customer_id": [f"U{n}" for n in range(10)], "segment": ["senior", "young_renter"] * 5})


# --- the fair scorecard ---


def test_the_same_mix_turns_the_list_round() -> None:
    rows = reasons.rated(ratings())
    raw, fair = reasons.as_rated(rows), reasons.at_the_same_mix(rows)
    assert {line: each.mean for line, each in raw.items()} == pytest.approx({"phone": 3.4, "chat": 3.6})
    # Half damage, half before buying, on both.
    assert {line: each.mean for line, each in fair.items()} == pytest.approx({"phone": 4.0, "chat": 3.0})


def test_an_interval_is_that_of_the_mean() -> None:
    rows = reasons.rated(load("contacts"))
    phone = rows.loc[rows["channel"] == "phone", "csat"]
    found = reasons.as_rated(rows)
    assert found["phone"].mean == pytest.approx(phone.mean())
    assert found["phone"].half == pytest.approx(1.96 * phone.sem(), rel=1e-3)


def test_the_unhappy_who_do_not_answer_count_for_more() -> None:
    rows = reasons.rated(ratings())
    heard = {line: each.mean for line, each in reasons.as_rated(rows, silent=True).items()}
    # Of the chat's hundred twenty are rated 2; each stands for 1 ÷ 0.7.
    assert heard["chat"] == pytest.approx((20 / 0.7 * 2 + 80 * 4) / (20 / 0.7 + 80))
    assert heard["phone"] == pytest.approx(3.4)


def test_shares_are_dragged_and_nothing_is_told_before_the_decision() -> None:
    model = FairModel(ratings())
    assert model.own["wrong"] == 80
    assert sum(model.own.values()) == sum(model.other.values()) == 100
    first = model.derive({"same": True, "shares": model.other})
    assert not {"dragged", "fair"} & set(first)
    assert "at the same mix" not in first["text"]
    own = model.derive({"train": "phone"})
    assert own["dragged"] == pytest.approx(3.4)
    theirs = model.derive({"train": "phone", "shares": model.other})
    assert theirs["dragged"] == pytest.approx(0.2 * 3 + 0.8 * 5)
    both = model.derive({"train": "phone", "same": True})
    # What waits for the comparison comes with it, and stays when somebody drags again.
    ended = [model.derive(each)["complete"] for each in (
        {}, {"train": "phone"}, {"compared": True}, {"train": "phone", "same": True},
        {"train": "phone", "same": False, "compared": True},
    )]  # fmt: skip
    assert ended == [False, False, False, True, True]
    assert [bar["mean"] for bar in both["fair"]] == pytest.approx([4.0, 3.0])
    assert "place 1 of 2" in both["text"]
    assert "as rated they have 3.40 and 3.60" in both["text"]
    heard = model.derive({"train": "phone", "same": True, "silent": True})
    # The chat's as in the test above: who did not answer is in what the list would have said, and is named there.
    assert (
        f"as rated, the silent ones counted, they have 3.40 and {(20 / 0.7 * 2 + 80 * 4) / (20 / 0.7 + 80):.2f}"
        in (heard["text"])
    )
    assert "ahead of Chat in 2 of the 2" in both["text"]


@pytest.mark.parametrize(
    "value", [{}, {"train": "nobody"}, {"train": "none", "shares": {"wrong": "x"}}, {"shares": {"wrong": float("nan")}},
              {"train": "phone", "shares": dict.fromkeys(reasons.GROUPS, 0)}, {"silent": True, "same": 1}],
)  # fmt: skip
def test_whatever_the_scorecard_is_given_it_derives(value: dict[str, Any]) -> None:
    json.dumps(FairModel(ratings()).derive(value), allow_nan=False)


def test_every_reason_of_the_firm_is_in_one_group() -> None:
    grouped = [reason for group in reasons.GROUPS.values() for reason in group]
    assert sorted(grouped) == sorted(load("contacts")["intent"].cat.categories)


# --- the floor ---


@pytest.fixture(scope="module")
def floor() -> FloorModel:
    return FloorModel(load("calls"), load("rosters"), load("staffing"))


def test_who_is_there_talks_and_waits_adds_up(floor: FloorModel) -> None:
    for line_, hands in (("phone", 1), ("chat", 3)):
        shown = floor.hour(line_)
        assert {place for place, *_ in shown.talks} <= {place for place, *_ in shown.spells} == set(range(shown.places))
        # At the end of the hour nobody has left all at once.
        for at in range(0, LENGTH + 1, 60):
            held = pd.Series([place for place, low, high in shown.talks if low <= at < high]).value_counts()
            assert held.max() <= hands
            there = {place for place, low, high in shown.spells if low <= at < high}
            assert set(held.index) <= there
            assert there
            # Nobody waits while a person who stays has a hand free.
            if any(low < at < high for low, high, _ in shown.waits):
                free = [p for p, low, high in shown.spells if low < at and at + 900 < high and held.get(p, 0) < hands]
                assert not free or line_ == "chat"
        truly = load("calls")
        of_day = truly[(truly["line"] == line_) & (truly["arrived_at"].dt.strftime("%Y-%m-%d %H") == f"{DAY} 15")]
        assert shown.came == len(of_day)


def test_at_the_end_of_the_hour_the_floor_is_as_full_as_a_minute_before(floor: FloorModel) -> None:
    for step in ("queue", "chats"):
        *_, before, last = floor.derive({"step": step})["table"]["rows"]
        assert (before[0], last[0]) == ("15:55", "16:00")
        assert last[1] >= max(1, before[1] / 2)
        assert last[2] >= 1


def test_the_callers_are_the_same_whoever_is_missing(floor: FloorModel) -> None:
    whole_, short = floor.hour("phone"), floor.hour("phone", 2)
    assert whole_.came == short.came
    assert len(short.waits) >= len(whole_.waits)
    assert short.places <= whole_.places


def test_each_who_is_missing_costs_more_than_the_one_before(floor: FloorModel) -> None:
    state = floor.derive({"step": "fewer", "guess": 100, "guessed": True, "missing": "1"})
    waits = [mean for mean, _low, _high in state["waits"]]
    steps = np.diff(waits)
    assert len(waits) == MISSING + 1
    assert (steps > 0).all()
    assert (np.diff(steps) > 0).all()
    assert state["guess"] == 100
    assert state["complete"]
    assert floor.derive({"step": "queue", "guess": 100, "guessed": True})["complete"], "a guess stays"
    # A hundred runs of ten days are ten days: the interval is theirs, and wider than that of the runs.
    for missing, (mean, low, high) in enumerate(state["waits"]):
        runs = floor.replay(missing).interval("mean_wait")
        assert mean == pytest.approx(runs.mean, abs=0.1)
        assert high - low > 1.5 * (runs.high - runs.low)
    assert "(you said 100)" in state["text"]


def test_nothing_of_fewer_people_is_in_the_page_before_the_guess(floor: FloorModel) -> None:
    state = floor.derive({"step": "fewer", "missing": "2"})
    assert not {"waits", "losses", "guess"} & set(state)
    assert not state["complete"]
    assert state["scene"]["waits"] == floor.hour("phone").waits
    assert "Guess first" in state["text"]


def test_who_only_finishes_a_talk_is_not_counted_at_the_desk(floor: FloorModel) -> None:
    rosters = load("rosters")
    on = rosters[(rosters["line"] == "phone") & (rosters["date"] == DAY)]
    planned = on.loc[on["half_hour"].astype(str).isin(["15:00", "15:30"]), "agents"]
    shown = floor.hour("phone")
    assert np.mean(shown.planned) == pytest.approx(planned.mean(), abs=0.5)
    assert f"{min(shown.planned)} to {max(shown.planned)} people" in floor.derive({"watched": ["queue"]})["text"]


def test_the_guess_is_kept_with_what_it_is(floor: FloorModel) -> None:
    assert floor.guessed({"guess": 90}) is None
    guess, truth = floor.guessed({"guess": 90, "guessed": True, "step": "queue"}) or (0, 0)
    assert guess == 90
    assert truth == pytest.approx(floor.replay(1).interval("mean_wait").mean, abs=1)


def test_all_five_lines_get_the_mix_of_all_together() -> None:
    """The sliders stand where the picture is, whatever was dragged before."""
    model = FairModel(load("contacts"))
    state = model.derive({"train": "none", "same": True, "shares": model.other})
    assert state["shares"] == model.common
    assert sum(model.common.values()) == 100
    assert state["text"].startswith("Now each line has the mix of the five together.")
    assert model.derive({"train": "none", "shares": model.other})["shares"] == model.other


def test_one_line_takes_room_and_two_take_it() -> None:
    told = [HandoverModel().derive({"lines": list(HARMS[:n]), "handed": True})["text"] for n in (1, 2)]
    assert "1 line takes room or does harm." in told[0]
    assert "2 lines take room or do harm." in told[1]


def test_what_an_hour_held_is_told_to_who_has_watched_it(floor: FloorModel) -> None:
    """Told before, nothing is left to see."""
    for step in ("queue", "chats"):
        before, after = floor.derive({"step": step}), floor.derive({"step": step, "watched": [step]})
        assert "watch the row of those who wait" in before["text"]
        assert "had to wait" not in before["text"]
        assert "had to wait" in after["text"]
        assert (before["seen"], after["seen"]) == ([], [step])


def test_who_finishes_a_contact_after_hours_is_counted_apart(floor: FloorModel) -> None:
    """What is drawn at a moment is never more than who has hours then and who finishes."""
    shown = floor.hour("phone")
    drawn = [len({place for place, low, high in shown.spells if low <= at < high}) for at in range(0, LENGTH, 300)]
    over = [there - planned for there, planned in zip(drawn, shown.planned, strict=True)]
    assert max(over) > 0
    assert min(over) >= 0
    assert max(over) <= shown.late
    assert f"(and up to {shown.late} who finish a contact after hours)" in floor.derive({"watched": ["queue"]})["text"]


def test_a_guess_that_is_not_made_yet_stays_where_it_is_put(floor: FloorModel) -> None:
    """What is sent back is where the slider is drawn: it must not spring back while somebody looks at it."""
    first = floor.derive({"step": "fewer"})
    assert not first["moved"]
    assert first["at"]["guess"] == pytest.approx(floor.replay(0).interval("mean_wait").mean, abs=SCALE / 2)
    put = floor.derive({"step": "fewer", "guess": 150})
    assert put["at"]["guess"] == 150
    assert put["moved"]
    assert not put["open"]
    assert not {"waits", "losses", "guess"} & set(put)
    # Pressed without having been moved, it is no guess.
    assert not floor.derive({"step": "fewer", "guessed": True})["open"]


@pytest.mark.parametrize("value", [{}, {"step": 3}, {"missing": "9"}, {"missing": []}, {"guess": "x", "guessed": True}])
def test_whatever_the_floor_is_given_it_derives(floor: FloorModel, value: dict[str, Any]) -> None:
    json.dumps(floor.derive(value), allow_nan=False)


def test_the_days_are_ordinary_ones() -> None:
    days = load("calendar").set_index("date").loc[list(LIKE)]
    assert days["workday"].all()
    assert DAY in LIKE


# --- the hand-over ---


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_note_with_all_six_answers_fits_and_leaves_no_room(lang: str) -> None:
    with use(lang):
        used = {key: length(line(key)) for key in ORDER}
        full = sum(used[key] for key in QUESTIONS)
        assert full <= LIMITS[lang]
        # Whoever takes a line that answers nothing has to leave out one that does.
        assert all(full + used[key] > LIMITS[lang] for key in (*HARMS, *EMPTY))


def test_a_note_is_judged_only_when_it_is_handed_over() -> None:
    model = HandoverModel()
    every = list(QUESTIONS)
    assert "rows" not in model.derive({"lines": every})
    done = model.derive({"lines": every, "handed": True})
    assert (model.derive({"lines": every})["complete"], done["complete"]) == (False, True)
    assert (done["answered"], done["harms"]) == (6, [])
    part = model.derive({"lines": ["who", "label", "soon"], "handed": True})
    assert part["answered"] == 1
    assert len(part["harms"]) == 2
    assert "2 lines take room or do harm" in part["text"]
    long = model.derive({"lines": list(ORDER), "handed": True})
    assert long["over"]
    assert "rows" not in long
    assert model.derive({"lines": "who", "handed": True})["note"] == ""


def test_every_line_of_the_record_has_its_part() -> None:
    assert sorted(ORDER) == sorted([*QUESTIONS, *HARMS, *EMPTY])


# --- analysts ---


def test_three_reckonings_of_one_queue() -> None:
    model = QueuesModel(load("calls"), load("rosters"))
    at = {"calls": 40, "aht": 470, "agents": 12, "patience": 840}
    state = model.derive(at)
    assert state["at"] == at
    a = dict(map(tuple, state["a"]))
    assert a[12] == pytest.approx(erlang_a_metrics(40 / 1800, 470, 12, 840, 20).mean_wait, abs=0.1)
    # Fewer than the load: C has no answer, and says so.
    short = model.derive({**at, "agents": 10})
    assert 10 not in dict(map(tuple, short["c"]))
    assert "grows without end" in short["text"]
    assert [row[0] for row in state["sim"]] == [11, 12, 13]
    for value in ({}, {"agents": "x"}, {"calls": 10**400}, {"patience": float("nan")}):
        json.dumps(model.derive(value), allow_nan=False)


def test_the_price_of_the_route_is_the_difference_of_two_optima() -> None:
    model = MixModel(load("contacts"), load("customers"))
    free, bound = model.solve(0.82, 0.6, route=False), model.solve(0.82, 0.6, route=True)
    assert free
    assert bound
    assert bound.cost >= free.cost
    state = model.derive({"level": 82, "room": 60, "promises": ["route"]})
    assert f"¥{bound.cost - free.cost:,.0f} a month" in state["text"]
    assert model.derive({"level": 90, "room": 5})["shares"] is None
    json.dumps(state, allow_nan=False)


# --- pictures ---


def test_contained_by_hand() -> None:
    rows = [contact(n, channel="self_service", intent="invoice", recontact_72h=n < 40, cost=1.0) for n in range(200)]
    rows += [contact(200 + n, intent="invoice", recontact_72h=n < 10) for n in range(100)]
    rows += [contact(300 + n, journey_id=f"C{n}", kind="repeat", cost=9.0) for n in range(40)]
    table = pd.DataFrame(rows)
    assert contained.back_again(table) == pytest.approx(0.2)
    bot, person = contained.by_reason(table)["invoice"]
    assert (bot.share, person.share) == pytest.approx((20, 10))
    assert bot.cost == pytest.approx((200 + 360) / 200)
    assert "20 are back within 72 hours" in figures.contained(table).state["text"]


def test_closed_is_not_settled_by_hand() -> None:
    rows = [contact(n, resolved=n < 90, recontact_72h=n % 10 == 0) for n in range(100)]
    rows += [contact(100 + n, channel="chat", served=n < 50) for n in range(100)]
    found = measures.measured(pd.DataFrame(rows))
    assert found["phone"]["resolved"] == pytest.approx(0.9)
    assert found["phone"]["first_contact"] == pytest.approx(0.81)
    assert found["chat"]["given_up"] == pytest.approx(0.5)
    assert found["all"]["count"] == 200


def test_refusals_by_hand() -> None:
    rows = [contact(n, asked="chat", channel="self_service", refused=n % 2 == 0) for n in range(100)]
    by = refusals.refusing(pd.DataFrame(rows), CUSTOMERS)
    assert by.to_dict() == {"senior": 1.0, "young_renter": 0.0}
    assert (
        "Seniors refuse 100 times, Young renters 0 times"
        in figures.refusals(pd.DataFrame(rows), CUSTOMERS).state["text"]
    )


def test_matters_by_hand() -> None:
    rows = [contact(n) for n in range(10)] + [contact(10, journey_id="C0", channel="chat", csat=1, cost=20.0)]
    found = handoffs.matters(pd.DataFrame(rows))
    assert found["channels"].value_counts().to_dict() == {1: 9, 2: 1}
    assert found.loc["C0", ["contacts", "cost", "csat"]].tolist() == [2, 30.0, 2.0]


def test_a_table_without_its_columns_is_one_sentence() -> None:
    with pytest.raises(UserError, match=r"explore\.fair: contacts lacks csat"):
        FairModel(ratings().drop(columns="csat"))
    with pytest.raises(UserError, match=r"figures\.contained: contacts lacks cost"):
        figures.contained(ratings().drop(columns="cost"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_is_said_in_both_languages(lang: str) -> None:
    contacts, customers = load("contacts"), load("customers")
    with use(lang):
        shown = [
            explore.fair(contacts), explore.floor(load("calls"), load("rosters"), load("staffing")), explore.handover(),
            explore.queues(load("calls"), load("rosters")), explore.mix(contacts, customers),
            figures.scorecard(contacts),
            figures.contained(contacts, 20), figures.refusals(contacts, customers, 30), figures.handoffs(contacts),
        ]  # fmt: skip
        for control in shown:
            assert control.name_shown
            assert control.text()
            json.dumps(control.state, allow_nan=False)
