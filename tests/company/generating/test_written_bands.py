"""What a service manager looks at first, on the tables as they are written and loaded, for three seeds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from tests.company.skylark_world import world

from servicelab.company.simulation import FLAT
from servicelab.company.simulation.names import BEFORE_BUYING, CLOSE, OPEN
from servicelab.company.simulation.shifts import PAID_HOURS

START = pd.Timestamp("2023-01-01")
#: Channels that take what is written at night.
AT_NIGHT = {"self_service", "wechat", "email"}
TAGS = np.array(world.orders.price_tags, dtype=float)


def phone(firm: Any) -> pd.DataFrame:
    """Answered calls."""
    calls = firm["calls"]
    return calls[(calls["line"] == "phone") & calls["served"]]


def by_weekday(at: pd.Series, calendar: pd.DataFrame) -> pd.Series:
    """Events on a mean day of each weekday, 0 Monday."""
    return at.dt.day_of_week.value_counts() / calendar["weekday"].value_counts()


def test_monday_is_the_busiest_day(firm: Any) -> None:
    contacts = firm["contacts"]
    every = by_weekday(contacts["opened_at"], firm["calendar"])
    first = by_weekday(contacts.loc[contacts["kind"] == "first", "opened_at"], firm["calendar"])
    for day in (every, first):
        assert day[0] >= 1.10 * day[2]
    assert first.idxmax() == 0
    # Who waits until Monday does not ask at the weekend.
    assert first[5] < first[2]


def test_calls_last_as_calls_do(firm: Any) -> None:
    talk = phone(firm)["service"]
    assert talk.quantile(0.999) <= 3600
    assert 0.01 < (talk < 10).mean() < 0.04
    written = phone(firm)["after_call"]
    # As short as it gets, by the fastest.
    assert written.min() > 0.7 * world.lines.wrap_least
    assert 20 < written.median() < 60


def test_nobody_takes_the_next_call_in_the_second_in_which_the_last_one_ends(firm: Any) -> None:
    calls = phone(firm)
    begin = calls["arrived_at"] + pd.to_timedelta(calls["wait"], unit="s")
    rows = pd.DataFrame(
        {"agent": calls["agent"], "begin": begin, "end": begin + pd.to_timedelta(calls["service"], "s")}
    )
    rows = rows.sort_values(["agent", "begin"], kind="stable")
    following = rows.groupby("agent")["begin"].shift(-1)
    same = following.dt.normalize() == rows["begin"].dt.normalize()
    gap = (following - rows["end"]).dt.total_seconds()[same]
    assert gap.median() >= 20
    # To the second, as times are written.
    assert gap.quantile(0.01) >= 5


def test_an_agents_day_of_messages_has_no_more_hours_than_a_day_has(firm: Any) -> None:
    side_by_side = firm["lines"].set_index("line")["side_by_side"]
    calls = firm["calls"]
    calls = calls[calls["served"] & calls["line"].isin(["chat", "wechat"])]
    begin = calls["arrived_at"] + pd.to_timedelta(calls["wait"], unit="s")
    hours = (calls["service"] + calls["after_call"]) / 3600 / calls["line"].astype(str).map(side_by_side)
    worked = hours.groupby([calls["line"].astype(str), calls["agent"], begin.dt.normalize()]).sum()
    assert worked.max() <= 9
    assert 3 < worked["wechat"].mean() < 7


def test_absence_and_planned_leave_stand_apart(firm: Any) -> None:
    staffing = firm["staffing"]
    scheduled = (staffing["agents"] + staffing["absent"]).sum()
    assert 0.04 <= staffing["absent"].sum() / scheduled <= 0.07
    assert 0.03 < staffing["on_leave"].sum() / (scheduled + staffing["on_leave"].sum()) < 0.10


def test_nobody_is_hired_on_a_sunday_and_not_all_on_one_day(firm: Any) -> None:
    hired = firm["agents"]["hired_on"]
    assert (hired.dt.day_of_week != 6).all()
    temps = firm["agents"].loc[firm["agents"]["temporary"], "hired_on"]
    assert temps.groupby(temps.dt.year).nunique().ge(2).all()
    assert len(set(temps.dt.strftime("%m-%d"))) > 3
    during = hired[(hired >= START) & ~firm["agents"]["temporary"]]
    assert during.value_counts().max() <= 8


def test_double_eleven_is_not_outsold_by_the_day_before(firm: Any) -> None:
    daily = firm["orders"].groupby(firm["orders"]["ordered_at"].dt.strftime("%Y-%m-%d")).size()
    for year in (2023, 2024, 2025):
        season = daily.loc[f"{year}-10-31" : f"{year}-11-12"]
        assert season.idxmax() == f"{year}-11-11"
        assert daily[f"{year}-11-11"] >= daily[f"{year}-11-10"]


def test_at_night_there_is_the_assistant_and_there_are_messages(firm: Any) -> None:
    contacts = firm["contacts"]
    # Whoever is passed on late in the evening has been in touch before.
    asks = contacts[contacts["kind"] != "transfer"]
    second = (asks["opened_at"] - asks["opened_at"].dt.normalize()).dt.total_seconds()
    night = asks[(second < OPEN) | (second >= CLOSE)]
    assert set(night["channel"].astype(str)) == AT_NIGHT
    assert 0.02 < len(night) / len(asks) < 0.10
    # The small hours are the quietest.
    by_hour = night["opened_at"].dt.hour.value_counts()
    assert by_hour[22] > 4 * by_hour[3]
    # Nobody but the assistant answers before the lines open.
    people = night[night["served"] & (night["channel"] != "self_service")]
    answered = people["opened_at"] + pd.to_timedelta(people["wait"] + 1, unit="s")
    assert ((answered - answered.dt.normalize()).dt.total_seconds() >= OPEN).all()
    lines = firm["lines"].set_index("line")
    assert (lines["closes"] == "21:00").all()
    assert set(lines.index[lines["takes_messages"]]) == AT_NIGHT - {"self_service"}


def test_joiners_come_in_the_seasons_in_which_orders_do(firm: Any) -> None:
    joined, ordered = firm["customers"]["joined_on"], firm["orders"]["ordered_at"]
    joiners = joined[joined >= START].dt.month.value_counts().sort_index()
    orders = ordered.dt.month.value_counts().sort_index()
    assert np.corrcoef(joiners, orders)[0, 1] > 0.8
    assert joiners.max() > 1.3 * joiners.min()


def test_prices_end_where_shops_let_them_end(firm: Any) -> None:
    orders = firm["orders"]
    paid = orders.loc[orders["campaign"].isna(), "amount"].to_numpy()
    two = np.unique(TAGS[:, None] + TAGS)
    # One price tag, or two.
    assert np.isin(paid, np.concatenate([TAGS, two])).all()
    assert (paid % 10 == 9).mean() > 0.7
    assert 200 < np.median(paid) < 500


def test_deposits_are_balances_paid_or_forfeited(firm: Any) -> None:
    deposits, orders = firm["deposits"], firm["orders"].set_index("order_id")
    paid = deposits["balance_paid_at"].notna()
    assert (deposits["order_id"].notna() == paid).all()
    # Of some six hundred, nine in ten are paid: chance makes that one in a hundred more or fewer.
    assert 0.86 < paid.mean() < 0.93
    got = deposits[paid]
    order = orders.loc[got["order_id"]]
    assert (order["customer_id"].to_numpy() == got["customer_id"].to_numpy()).all()
    assert (order["ordered_at"].to_numpy() == got["balance_paid_at"].to_numpy()).all()
    assert np.allclose(order["amount"].to_numpy(), (got["deposit"] + got["balance"]).to_numpy(), atol=0.11)
    assert (got["balance_paid_at"] >= got["balance_due_at"]).all()
    assert (deposits["deposit"] <= 0.2 * (deposits["deposit"] + deposits["balance"])).all()
    assert (deposits["paid_at"].dt.strftime("%m-%d") >= "10-31").all()


def test_claims_for_the_difference_come_after_the_cheapest_day(firm: Any) -> None:
    contacts, cuts = firm["contacts"], firm["price_cuts"]
    claims = contacts[(contacts["intent"] == "price_claim") & (contacts["kind"] == "first")]
    assert len(claims) > 500
    family = claims["order_id"].map(firm["orders"].set_index("order_id")["family"])
    deepest = cuts.loc[cuts.groupby(["family", cuts["from_date"].dt.to_period("Q")], observed=True)["cut"].idxmax()]
    days = []
    for name, rows in claims.groupby(family.astype(str)):
        drops = np.sort(deepest.loc[deepest["family"] == name, "from_date"].to_numpy())
        at = rows["opened_at"].dt.normalize().to_numpy()
        last = drops[np.searchsorted(drops, at, "right") - 1]
        days.append((at - last) / np.timedelta64(1, "D"))
    lag = np.concatenate(days)
    assert lag.min() >= 1
    assert (lag <= 15).mean() > 0.97
    assert abs(lag.mean() - world.intents["price_claim"].lag) < 0.6
    # Nobody claims for what has not become cheaper, nor after its price was protected.
    bought = claims["order_id"].map(firm["orders"].set_index("order_id")["ordered_at"])
    assert ((claims["opened_at"] - bought).dt.days < world.demand.protected_days + 60).all()


def test_incidents_have_a_cause_and_are_noticed_before_anybody_is_told(firm: Any) -> None:
    incidents = firm["incidents"]
    assert 30 < len(incidents) < 75
    assert set(incidents["cause"]) <= set(world.incidents.causes)
    assert (incidents["detected_at"] >= incidents["started_at"]).all()
    assert (incidents["ended_at"] >= incidents["detected_at"]).all()
    told = incidents["first_message_at"].notna()
    assert 0.1 < told.mean() < 0.9
    assert (incidents["first_message_at"] > incidents["detected_at"])[told].all()
    assert (incidents["first_message_at"] < incidents["ended_at"])[told].all()


def test_incidents_begin_at_any_hour_and_those_of_the_night_are_noticed_later(firm: Any) -> None:
    incidents = firm["incidents"]
    second = (incidents["started_at"] - incidents["started_at"].dt.normalize()).dt.total_seconds()
    night = incidents[(second < OPEN) | (second >= CLOSE)]
    assert 0.1 < len(night) / len(incidents) < 0.5
    assert night["started_at"].dt.hour.nunique() >= 4
    minutes = (incidents["detected_at"] - incidents["started_at"]).dt.total_seconds() / 60
    assert minutes[night.index].median() > 1.5 * minutes.drop(night.index).median()
    # Over before the lines open, so that nobody in service hears of it.
    opens = night["started_at"].dt.normalize() + pd.to_timedelta(OPEN + 86_400 * (second[night.index] >= CLOSE), "s")
    assert (night["ended_at"] < opens).all()


def test_days_of_illness_and_leave_are_paid(firm: Any) -> None:
    """By line, what appraised agents were paid for, against all paid hours: those in their first days lack."""
    appraised, staffing = firm["appraisals"], firm["staffing"]
    hours = appraised["pay"].groupby(appraised["line"].astype(str)).sum() / FLAT.base * world.pay.month_hours
    paid = staffing.groupby(staffing["line"].astype(str))[["paid_hours", "agents"]].sum()
    share = hours / paid["paid_hours"]
    assert share.between(0.93, 1.0).all(), share
    # More than the days on which they were there.
    assert (hours > paid["agents"] * PAID_HOURS).all()


def test_what_can_be_touched_is_what_the_journeys_say(firm: Any) -> None:
    touches = firm["touchpoints"]
    assert set(touches.loc[touches["stage"] == "before", "touchpoint"].astype(str)) == set(BEFORE_BUYING)
