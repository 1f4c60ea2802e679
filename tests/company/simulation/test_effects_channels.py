"""X00b, X03b, X03c, X11a: the obvious reading is wrong, and what the firm can know gives the true effect back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from tests.company.skylark_world import world

from servicelab.company.simulation import Firm
from servicelab.company.simulation.demand import PRICE_CLAIM, causes_in, price_drops
from servicelab.company.simulation.festivals import make_calendar
from servicelab.company.simulation.names import CLOSE, FAMILIES, FEATURES, INTENTS, LATE, ON_THE_WAY, OPEN
from servicelab.company.simulation.orders import reductions
from servicelab.models.queueing import (
    ArrivalTimes,
    SimulationResult,
    erlang_a_metrics,
    estimate_patience,
    simulate_queue,
)

from .conftest import SEEDS, WIDE, run

Floats = NDArray[np.float64]
DAY = 86_400.0

# --- X00b: service is the service department's job ---


def expected_reasons(firm: Firm) -> pd.Series:
    """First contacts about the orders on record that each department brings about, by the rates of the mechanism.

    An order brings about a contact at the mechanism's chance, unless its customer leaves, or the run ends, before.
    """
    orders, start = firm.tables["orders"], pd.Timestamp(firm.scenario.start)
    left = orders["customer_id"].map(firm.truth["customers"].set_index("customer_id")["left_on_day"]).to_numpy()
    end = len(firm.tables["calendar"]) - 1
    placed = (orders["ordered_at"] - start).dt.days.to_numpy(dtype=float)
    arrived = (orders["delivered_at"] - start).dt.days.to_numpy(dtype=float)
    promised = orders["promised_days"].fillna(0).to_numpy(dtype=float)
    found = dict.fromkeys((what.owner for what in world.intents.values()), 0.0)
    causes = causes_in(world)
    for intent, failed, chance in causes.each():
        name = INTENTS[intent]
        if name == "presale":
            continue  # it comes before the order
        if intent == PRICE_CLAIM:
            found[world.intents[name].owner] += expected_claims(firm, placed, np.fmin(left, end))
            continue
        since = arrived if causes.since_delivery(np.array([intent]), np.array([failed]))[0] else placed
        if failed == LATE and since is placed:
            since = placed + promised - 1
        # Who speaks up about a failure has not left over it in silence.
        until = np.full(len(orders), end) if failed else np.fmin(left, end)
        hit = (orders["failed_feature"] == FEATURES[failed - 1]).to_numpy() if failed else True
        in_time = 1 - (1 - 1 / causes.lag[intent]) ** np.maximum(until - since, 0)
        if not failed and name in ON_THE_WAY:
            # Asked on a day between the order and the delivery, if there is one; after that there is nothing to ask.
            hit = (promised > 0) & ~(arrived - placed <= 1)
            in_time = np.where(until >= arrived - 1, 1.0, in_time)
        found[world.intents[name].owner] += float(np.nansum(np.where(hit, chance * in_time, 0.0)))
    return pd.Series(found).drop("sales")


def expected_claims(firm: Firm, placed: Floats, until: Floats) -> float:
    """Claims for the difference, of orders that became cheaper while their price was protected."""
    orders, calendar = firm.tables["orders"], make_calendar(world, firm.scenario)
    low = reductions(world, calendar)
    family = orders["family"].map({name: number for number, name in enumerate(FAMILIES)}).to_numpy()
    paid, total = low[family, placed.astype(int)], 0.0
    for drop in price_drops(calendar):
        fits = (placed < drop) & (placed >= drop - world.demand.protected_days) & (low[family, drop] < paid)
        in_time = 1 - (1 - 1 / causes_in(world).lag[PRICE_CLAIM]) ** np.maximum(until - drop, 0)
        total += world.demand.price_claims * float((fits * in_time).sum())
    return total


def test_x00b_the_reasons_of_contacts_lie_where_the_mechanism_puts_them(firm: Firm) -> None:
    contacts = firm.tables["contacts"]
    # Naive: who answers owns the problem, and all that a person answers is answered by service.
    people = contacts[contacts["served"] & (contacts["channel"] != "self_service")]
    assert people["agent_id"].notna().all()
    about = contacts[(contacts["kind"] == "first") & contacts["order_id"].notna()]
    counts = about["owner"].value_counts()
    truth = expected_reasons(firm)
    # Each contact comes or not by itself: counts vary as their root.
    error = (counts - truth) / np.sqrt(truth)
    assert error.abs().max() < WIDE, error.to_dict()
    share = counts / counts.sum()
    assert share["service"] < 0.07
    assert share["logistics"] > 5 * share["service"]


# --- X03c: contained by the bot = solved ---


def test_x03c_who_comes_back_tells_how_many_were_helped(firm: Firm) -> None:
    contacts = firm.tables["contacts"]
    # Who is to come back has done so within three days.
    known = contacts["opened_at"] < contacts["opened_at"].max() - pd.Timedelta(days=4)
    contained = contacts[(contacts["kind"] == "first") & (contacts["channel"] == "self_service") & known]
    assert contained["resolved"].all()  # naive: the log says that all were helped
    again = contacts[contacts["kind"] == "repeat"]
    back = contained["contact_id"].isin(again["parent_id"])
    # Nobody goes back to the assistant: its own figures never show it.
    assert (again.loc[again["parent_id"].isin(contained["contact_id"]), "channel"] != "self_service").all()
    solved = contained["contact_id"].map(firm.truth["contacts"].set_index("contact_id")["solved"])

    def helped(rows: pd.Series) -> tuple[float, float]:
        """Share helped, from the share that came back; a call-back study knows how many of either kind do."""
        reach = world.lines.back_contained - world.lines.back_resolved
        return float((world.lines.back_contained - rows.mean()) / reach), float(rows.sem() / reach)

    share, error = helped(back.astype(float))
    assert abs(share - solved.mean()) < WIDE * error
    assert share + WIDE * error < 0.80
    by_intent = contained.groupby("intent").groups
    assert set(by_intent) >= {"where_is_order", "invoice", "presale", "price"}
    for intent, rows in by_intent.items():
        if len(rows) > 200:
            share, error = helped(back[rows].astype(float))
            assert abs(share - world.intents[intent].solve) < WIDE * error, intent


# --- X03b and X11a: what a queue does with one agent fewer, or with the same agents at other hours ---

#: Half a quarter of an hour: every spell at the desk is so many of them, to the second.
STEP = 450.0
#: Agent → at the desk (1) or not (0), step by step.
Plan = dict[int, list[int]]


@dataclass(frozen=True)
class Line:
    """The phone line under one plan: its calls, the plan, its desk hours, the days, and how many calls a call brings.

    `again` : share of calls given up, and of calls answered, after which the customer rings once more.
    """

    calls: pd.DataFrame
    plan: Plan
    hours: float
    days: int
    again: tuple[float, float]


def phone(firm: Firm) -> Line:
    """The phone line of a run."""
    log, shifts = firm.tables["line_log"], firm.tables["shifts"].query("line == 'phone'")
    days = len(firm.tables["calendar"])
    plan = {}
    for agent, spells in shifts.groupby("agent"):
        change = np.zeros(round(days * DAY / STEP) + 1, dtype=np.int64)
        np.add.at(change, np.rint(spells["begin"] / STEP).astype(int), 1)
        np.add.at(change, np.rint(spells["end"] / STEP).astype(int), -1)
        plan[int(agent)] = np.cumsum(change)[:-1].tolist()
    contacts = firm.tables["contacts"].query("channel == 'phone'")
    back = contacts["contact_id"].isin(contacts["parent_id"])
    again = float(back[~contacts["served"]].mean()), float(back[contacts["served"]].mean())
    hours = float((shifts["end"] - shifts["begin"]).sum() / 3600)
    # An agent is free again when the call has been written down.
    calls = log[log["line"] == "phone"].sort_values("arrived_at")
    return Line(calls.assign(service=calls["service"] + calls["after_call"]), plan, hours, days, again)


@pytest.fixture(scope="module", params=SEEDS)
def plans(request: pytest.FixtureRequest) -> dict[str, Line]:
    """Half a year of the firm as it is, with one agent fewer on the phone, and with the same shifts spread evenly."""
    return {
        name: phone(run(seed=request.param, months=6, campaigns=(), **changes))
        for name, changes in {"usual": {}, "fewer": {"staff_change": {"phone": -1}}, "flat": {"shape": "flat"}}.items()
    }


def played(usual: Line, arrived: Floats, plan: Plan, seed: int = 1) -> SimulationResult:
    """Calls under a plan in the queue simulator, each agent a group of one, with service and patience as logged."""
    rng = np.random.default_rng(seed)
    served = usual.calls[usual.calls["served"]]
    hour, logged = (arrived % DAY) // 3600, (served["arrived_at"].to_numpy() % DAY) // 3600
    service = np.zeros(len(arrived))
    # Whoever has talked for hours takes longer: a call of ten is like other calls of ten.
    for one in np.unique(hour):
        service[hour == one] = rng.choice(served["service"].to_numpy()[logged == one], int((hour == one).sum()))
    patience = rng.exponential(estimate_patience(usual.calls), len(arrived))
    return simulate_queue(
        ArrivalTimes(arrived), service, plan, patience, staff_interval=STEP, horizon=usual.days * DAY, seed=seed
    )


def foretold(usual: Line, plan: Plan) -> tuple[SimulationResult, SimulationResult]:
    """The usual half year and the same under another plan; who gives up rings again more often than who was served."""
    arrived = usual.calls["arrived_at"].to_numpy()
    now = then = played(usual, arrived, usual.plan)
    rng = np.random.default_rng(1)
    more: Floats = np.zeros(0)
    for _ in range(3):
        then = played(usual, np.sort(np.concatenate([arrived, more])), plan)
        given_up = float((~then.served).sum() - (~now.served).sum())
        extra = max(round((usual.again[0] - usual.again[1]) * given_up), 0)
        more = rng.choice(arrived[arrived < (usual.days - 1) * DAY], extra) + DAY
    return now, then


def by_day(arrived: Any, value: Any, days: int) -> Floats:
    """Sums by day."""
    return np.bincount((np.asarray(arrived) // DAY).astype(int), weights=np.asarray(value, dtype=float), minlength=days)


def log_ratio(one: Line, two: Line, part: Any = None) -> dict[str, tuple[float, float, float]]:
    """Waits and hang-ups a call under plan two against plan one, in logs: foretold, true, and the error of the two.

    The standard error of their difference comes from drawing weeks anew. `part` says which arrivals count.
    """
    days = one.days
    now, then = foretold(one, two.plan)
    runs = [
        (now.arrived, now.wait, ~now.served), (then.arrived, then.wait, ~then.served),
        *((line.calls["arrived_at"].to_numpy(), line.calls["wait"].to_numpy(), ~line.calls["served"].to_numpy())
          for line in (one, two)),
    ]  # fmt: skip
    if part is not None:
        runs = [tuple(column[part(run[0])] for column in run) for run in runs]
    calls = np.array([by_day(at, np.ones(len(at)), days) for at, _, _ in runs])
    weeks = np.random.default_rng(3).integers(0, days // 7, (400, days // 7))
    drawn = (weeks[:, :, None] * 7 + np.arange(7)).reshape(400, -1)
    found = {}
    for name, column in (("wait", 1), ("hang-ups", 2)):
        sums = np.array([by_day(run[0], run[column], days) for run in runs])

        def effect(chosen: Any, sums: Floats = sums) -> Floats:
            means = np.log(sums[:, chosen].sum(axis=-1) / calls[:, chosen].sum(axis=-1))
            return np.asarray([means[1] - means[0], means[3] - means[2]])

        told, true = effect(np.arange(days))
        spread = effect(drawn)
        found[name] = (float(told), float(true), float((spread[0] - spread[1]).std()))
    return found


def test_x03b_one_agent_fewer_is_toldby_the_queue_and_not_by_the_share(plans: dict[str, Line]) -> None:
    usual, fewer = plans["usual"], plans["fewer"]
    # Naive: a ninth fewer hours, everybody somewhat busier, waits up by as much.
    share = fewer.hours / usual.hours
    assert 0.85 < share < 0.95
    for name, (told, true, error) in log_ratio(usual, fewer).items():
        assert abs(told - true) < WIDE * error, name
        assert told - WIDE * error > 1.5 * -np.log(share), name
        assert true > 2 * -np.log(share), name


def test_x11a_the_same_hours_at_other_times_are_not_the_same_staff(plans: dict[str, Line]) -> None:
    usual, flat = plans["usual"], plans["flat"]
    assert flat.hours == pytest.approx(usual.hours, rel=0.02)
    # Naive: the day's calls over the day's agents; by that the two plans serve alike.
    naive = []
    for line in (usual, flat):
        rate, agents = len(line.calls) / (12 * 3600 * line.days), round(line.hours / (12 * line.days))
        patience = estimate_patience(usual.calls)
        naive.append(erlang_a_metrics(rate, float(usual.calls["service"].mean()), agents, patience, 20.0).p_abandon)
    assert naive[1] - naive[0] < 0.01
    assert (~flat.calls["served"]).mean() - (~usual.calls["served"]).mean() > 0.02

    def morning(arrived: Floats) -> NDArray[np.bool_]:
        return (arrived % DAY >= 9.5 * 3600) & (arrived % DAY < 12 * 3600)

    for part in (None, morning):
        for name, (told, true, error) in log_ratio(usual, flat, part).items():
            assert abs(told - true) < WIDE * error, name
            assert told - WIDE * error > 0.1, name


# --- E-mail: a wait is what of it lies in opening hours ---


def opened_for(moment: pd.Series) -> pd.Series:
    """Seconds in which the lines have been open until a moment, since the first day."""
    day = moment.dt.normalize()
    second = (moment - day).dt.total_seconds().clip(OPEN, CLOSE) - OPEN
    return (day - day.min()).dt.days * (CLOSE - OPEN) + second


def test_a_mail_left_over_has_waited_through_the_day(firm: Firm) -> None:
    """What somebody felt, less all that does not come from the wait, is what the opening hours of the wait make."""
    w, matters = world.csat, world.matters
    truth = firm.truth["contacts"]
    contacts = firm.tables["contacts"].merge(truth, on="contact_id")
    mails = contacts[contacts["served"] & (contacts["channel"] == "email") & (contacts["kind"] != "transfer")]
    met = mails["experience"] - mails["expectation"]
    mails = mails[met.between(w.least + 0.01, w.most - 0.01)]
    gain = [matters.gain[need][remedy] - matters.mean_gain(need)
            for need, remedy in zip(mails["need"], mails["remedy"], strict=True)]  # fmt: skip
    empathy = firm.truth["agents"]["empathy"].to_numpy()[mails["agent_id"].str[1:].astype(int)]
    known = (
        w.base + mails["intent"].map({name: what.csat for name, what in world.intents.items()}) + w.channel["email"]
        + w.resolved * (mails["solved"] - 0.5) + w.again * mails["kind"].isin(["repeat", "switch"])
        + w.refused * mails["refused"] + w.angry * mails["angry"] + empathy + np.array(gain)
    )  # fmt: skip
    answered = mails["opened_at"] + pd.to_timedelta(mails["wait"], unit="s")
    both = opened_for(pd.concat([mails["opened_at"], answered]))
    waited = both.iloc[len(mails) :].to_numpy() - both.iloc[: len(mails)].to_numpy()
    felt = w.wait * np.log1p(waited / 60 * w.wait_counts["email"])
    assert np.abs(mails["experience"] - known - felt).max() < 0.005
    # Many of them were not answered on the day on which they came in.
    assert (answered - mails["opened_at"].dt.normalize() > pd.Timedelta(hours=24 + 9)).sum() > 100
