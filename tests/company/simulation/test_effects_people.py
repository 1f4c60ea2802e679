"""X04a, X04c, X11b: the obvious reading is wrong, and what the firm can know gives the true effect back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares
from tests.company.skylark_world import world

from servicelab.company.simulation import Firm
from servicelab.company.simulation.names import INTENTS

from .conftest import WIDE

Floats = NDArray[np.float64]
#: Days after which hardly anything is left to learn.
SEASONED = 240


def ended(firm: Firm, *lines: str) -> pd.DataFrame:
    """Contacts that an agent of these lines ended, with the agent's days since hiring; none that was passed on."""
    contacts, hired = firm.tables["contacts"], firm.tables["agents"].set_index("agent_id")["hired_on"]
    passed = contacts.loc[contacts["kind"] == "transfer", "parent_id"]
    rows = contacts[contacts["channel"].isin(lines) & contacts["served"] & ~contacts["contact_id"].isin(passed)]
    since = (rows["opened_at"].dt.normalize() - rows["agent_id"].map(hired)).dt.days.clip(lower=0)
    return rows.assign(tenure=since.astype(float))


def jackknife(estimate: Callable[[NDArray[np.bool_]], float], count: int) -> float:
    """Standard error from leaving each agent out once."""
    each = np.array([estimate(np.arange(count) != one) for one in range(count)])
    return float(np.sqrt((count - 1) / count * ((each - each.mean()) ** 2).sum()))


def by_agent_logit(
    agent: NDArray[Any], known: Floats, outcome: Floats, count: Floats | float = 1.0
) -> tuple[Floats, Floats, Floats, Floats]:
    """Logistic regression with a level for each agent: levels, their variances, coefficients and their errors.

    A row stands for `count` cases, of which `outcome` is the share.
    """
    size = agent.max() + 1
    level, beta = np.full(size, 1.5), np.zeros(known.shape[1])
    for _ in range(80):
        p = 1 / (1 + np.exp(-level[agent] - known @ beta))
        weight = count * p * (1 - p)
        # A hair of a prior: of an agent or a reason there may be a handful of contacts, all of them solved.
        own = np.bincount(agent, weight, size) + 1e-3
        cross = np.zeros((size, known.shape[1]))
        np.add.at(cross, agent, weight[:, None] * known)
        rest = known.T @ (known * weight[:, None]) - cross.T @ (cross / own[:, None])
        rest += 1e-3 * np.eye(len(beta))
        off = count * (outcome - p)
        lack, slope = np.bincount(agent, off, size), known.T @ off - 1e-3 * beta
        step = np.linalg.solve(rest, slope - cross.T @ (lack / own))
        level, beta = level + np.clip((lack - cross @ step) / own, -2, 2), beta + step
        if np.abs(step).max() < 1e-9:
            break
    inverse = np.linalg.inv(rest)
    variance = 1 / own + np.einsum("ij,jk,ik->i", cross / own[:, None], inverse, cross / own[:, None])
    return level, variance, beta, np.sqrt(np.diag(inverse))


def dummies(codes: pd.Series) -> Floats:
    """Indicators without the first."""
    return np.eye(codes.nunique())[pd.factorize(codes)[0]][:, 1:]


# --- X04a: short handling time = good agent ---


def everybodys(firm: Firm, *lines: str) -> pd.DataFrame:
    """By agent and reason, of the whole firm's contacts that seasoned agents of these lines answered.

    Mean and variance of log time, and shares resolved and resolved without the customer's coming back; lines that drop
    are left out.
    """
    log = firm.tables["line_log"]
    hired = (firm.tables["agents"]["hired_on"] - pd.Timestamp(firm.scenario.start)).dt.days.to_numpy()
    log = log[log["served"] & log["line"].isin(lines)]
    log = log[log["service"] > world.lines.cut_off_from + world.lines.cut_off_seconds]
    log = log[log["arrived_at"] / 86_400 - hired[log["agent"]] > SEASONED]
    log = log[log.groupby("agent")["agent"].transform("size") >= 1000]
    rows = pd.DataFrame(
        {
            "agent": log["agent"], "intent": log["intent"], "time": np.log(log["service"]), "solved": log["recorded"],
            "good": log["recorded"] & ~log["followed"],
        }
    )  # fmt: skip
    cells = rows.groupby(["agent", "intent"])
    found = cells[["time", "solved", "good"]].mean().assign(n=cells.size(), var=cells["time"].var().fillna(0.0))
    return found.reset_index()


def test_x04a_who_is_slower_by_a_tenth_solves_as_much_more_as_the_mechanism_says(firm: Firm) -> None:
    cells = everybodys(firm, "phone", "chat", "wechat")
    agent, names = pd.factorize(cells["agent"])
    intent, size, n = dummies(cells["intent"]), len(names), cells["n"].to_numpy(dtype=float)
    # The firm knows how many of each kind are passed on, and from an audit how many are closed unsolved.
    passed = np.array([world.lines.transfer.get(name, world.lines.transfer_other) for name in INTENTS])
    audited, closed = cells["solved"] / (1 - passed[cells["intent"]]), world.pay.gaming_usual
    solved, _, _, _ = by_agent_logit(agent, intent, ((audited - closed) / (1 - closed)).to_numpy(), n)
    # Log time of each agent on the same mix of matters, and how uncertain it is.
    both = np.hstack([np.eye(size)[agent], intent])
    inverse = np.linalg.inv(both.T @ (both * n[:, None]))
    fitted = inverse @ both.T @ (n * cells["time"].to_numpy())
    noise = float((cells["var"] * n).sum() / n.sum())
    time, error = fitted[:size], noise * np.diag(inverse)[:size]
    line = firm.tables["agents"]["line"].to_numpy()[names]
    for one in np.unique(line):
        for values in (time, solved):
            values[line == one] -= values[line == one].mean()

    def slope(there: NDArray[np.bool_]) -> float:
        """Log odds of solving for each unit of log time; the part of the spread of times that is noise is taken off."""
        return float(time[there] @ solved[there] / ((time[there] ** 2).sum() - error[there].sum()))

    found, se = slope(np.ones(size, dtype=np.bool_)), jackknife(slope, size)
    truth = (
        world.agents.hurry_resolve
        * world.agents.hurry_pace
        * world.agents.hurry_sd**2
        / ((world.agents.hurry_pace * world.agents.hurry_sd) ** 2 + world.agents.pace_sd**2)
    )
    assert abs(found - truth) < WIDE * se
    assert found - WIDE * se > 0
    # Naive: who needs a tenth less time costs a tenth less. For each matter ended for good it is the other way round.
    cost = time - np.log(np.bincount(agent, cells["good"] * n) / np.bincount(agent, n))
    for one in np.unique(line):
        cost[line == one] -= cost[line == one].mean()

    def price(there: NDArray[np.bool_]) -> float:
        return float(time[there] @ cost[there] / (time[there] ** 2).sum())

    dearer, se = price(np.ones(size, dtype=np.bool_)), jackknife(price, size)
    assert dearer + WIDE * se < 1
    assert dearer < 0


def test_x04a_the_fastest_quarter_takes_longest_for_what_is_resolved_and_not_back(firm: Firm) -> None:
    """From the appraisals alone: phone agents who have learnt, by quarters of handling time."""
    rows = firm.tables["appraisals"].query("line == 'phone' and tenure_days > @SEASONED")
    one = rows.groupby("agent_id")[["contacts", "contact_hours", "resolved_not_back"]].sum().query("contacts >= 1000")
    quarter = pd.qcut(one["contact_hours"] / one["contacts"], 4, labels=False)
    sums = one.groupby(quarter).sum()
    time = sums["contact_hours"] / sums["contacts"]
    good = sums["contact_hours"] / sums["resolved_not_back"]
    # Naive: the fastest quarter does the same work in less time.
    assert time[0] < 0.93 * time[3]
    assert good[0] >= 1.25 * good[3]
    share = sums["resolved_not_back"] / sums["contacts"]
    assert share.is_monotonic_increasing
    # The column is the joint one: who comes back was mostly never resolved, so that subtracting takes off twice.
    apart = rows["resolved"] - rows["came_back"]
    assert (rows["resolved_not_back"] >= apart).all()
    assert rows["resolved_not_back"].sum() > 1.05 * apart.sum()


# --- X04c: a CSAT ranking of agents is fair ---


def answered(firm: Firm, *lines: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers about these lines, and all that is known of a contact and not the agent's doing."""
    rows = firm.tables["contacts"]
    rows = rows[rows["channel"].isin(lines) & rows["csat"].notna()]
    segment = rows["customer_id"].map(firm.tables["customers"].set_index("customer_id")["segment"])
    parts = [rows["intent"], segment.rename("segment"), (rows["need"] + "/" + rows["remedy"]).rename("met")]
    known = pd.concat([pd.get_dummies(part, prefix=part.name, drop_first=True) for part in parts], axis=1).astype(float)
    known = known.assign(
        constant=1.0,
        wait=np.log1p(rows["wait"] / 60 * rows["channel"].map(world.csat.wait_counts)),
        resolved=rows["resolved"].astype(float),
        angry=rows["angry"].astype(float),
        again=rows["kind"].isin(["repeat", "switch"]).astype(float),
    )
    return rows.assign(csat=rows["csat"].astype(float)), known


def agents_differ(left: Floats, agent: NDArray[Any]) -> tuple[float, float, float]:
    """Variance of the agents themselves, its error, and the variance of one answer: components by analysis of variance.

    What the means of agents differ by, less what the luck of so many answers makes.
    """
    count = np.bincount(agent).astype(float)
    mean = np.bincount(agent, left) / count
    within = float(((left - mean[agent]) ** 2).sum() / (len(left) - len(count)))

    def between(there: NDArray[np.bool_]) -> float:
        n, value = count[there], mean[there]
        overall = (n * value).sum() / n.sum()
        each = (n.sum() - (n**2).sum() / n.sum()) / (there.sum() - 1)
        return float(((n * (value - overall) ** 2).sum() / (there.sum() - 1) - within) / each)

    return between(np.ones(len(count), dtype=np.bool_)), jackknife(between, len(count)), within


def test_x04c_what_agents_truly_differ_by_is_far_less_than_a_month_shows(firm: Firm) -> None:
    rows, known = answered(firm, "phone")
    x, y = known.to_numpy(), rows["csat"].to_numpy()
    left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    agent, names = pd.factorize(rows["agent_id"])
    found, se, within = agents_differ(left, agent)
    assert abs(found - world.agents.empathy_sd**2) < WIDE * se
    # Naive: the month's ranking as it hangs on the wall, of means of twenty answers.
    month = firm.tables["appraisals"].query("line == 'phone' and surveys >= 20")
    shown = month.groupby("month")["csat"].var().mean()
    assert shown > 2 * (found + WIDE * se)
    # The intervals of two ranks seldom keep apart: fewer than one pair in four differs beyond chance.
    apart, pairs = 0, 0
    for _, rows_of in month.groupby("month"):
        value = rows_of["csat"].to_numpy()
        wide = 1.96 * np.sqrt(within / rows_of["surveys"].to_numpy())
        clear = np.abs(value[:, None] - value) > np.hypot(wide[:, None], wide)
        apart, pairs = apart + int(np.triu(clear, 1).sum()), pairs + len(value) * (len(value) - 1) // 2
    assert apart / pairs < 1 / 4
    # Shrunk towards the mean by that much, the answers of three years do rank the agents.
    count = np.bincount(agent).astype(float)
    shrunk = np.bincount(agent, left) / count * found / (found + within / count)
    true = firm.truth["agents"]["empathy"].to_numpy()[[int(name[1:]) for name in names]]
    much = count >= 100
    assert np.corrcoef(shrunk[much], true[much])[0, 1] > 0.6


def test_x04c_the_second_line_is_not_worse_it_gets_what_is_hard(firm: Firm) -> None:
    rows, known = answered(firm, "phone", "expert")
    expert = (rows["channel"] == "expert").astype(float)
    naive = rows.loc[expert == 1, "csat"].mean() - rows.loc[expert == 0, "csat"].mean()
    x, y = known.assign(expert=expert).to_numpy(), rows["csat"].to_numpy()
    inverse = np.linalg.pinv(x.T @ x)
    beta = inverse @ x.T @ y
    left, found = y - x @ beta, float(beta[-1])
    agent = pd.factorize(rows["agent_id"])[0]
    variance, _, within = agents_differ(left, agent)
    # A line is as good as those who happen to sit on it: a handful, on the second line.
    shares = [np.bincount(agent[(expert == one).to_numpy()]) / (expert == one).sum() for one in (0, 1)]
    luck = sum(float((share**2).sum()) for share in shares)
    se = float(np.sqrt(within * inverse[-1, -1] + variance * luck))
    # Whoever is there has been passed on; the rest of the gap is the cases.
    truth = world.csat.channel["expert"] - world.csat.channel["phone"] + world.csat.transfer
    assert abs(found - truth) < WIDE * se
    assert naive < found - 0.1


# --- X11b: 30 temps = 30 agents ---


def test_x11b_pace_and_skill_come_with_the_days_as_the_mechanism_says(firm: Firm) -> None:
    hired = (firm.tables["agents"]["hired_on"] - pd.Timestamp(firm.scenario.start)).dt.days
    hired.index = pd.Index([int(name[1:]) for name in firm.tables["agents"]["agent_id"]])
    log = firm.tables["line_log"].query("line == 'phone' and served")
    tenure = (log["arrived_at"] // 86_400 - log["agent"].map(hired)).clip(lower=0)
    outcome = np.log(log["service"])
    outcome = outcome - outcome.groupby(log["intent"]).transform("mean")
    cells = pd.DataFrame({"agent": log["agent"], "weeks": np.minimum(tenure // 7, 60), "days": tenure, "y": outcome})
    cells = cells.groupby(["agent", "weeks"]).agg(n=("y", "size"), y=("y", "mean"), days=("days", "mean")).reset_index()
    agent = pd.factorize(cells["agent"])[0]
    n, y, days = (cells[name].to_numpy(dtype=float) for name in ("n", "y", "days"))

    def curve(drawn: Floats) -> Floats:
        """What a new agent's time is above their own later one, and the days in which 63 % of it goes."""
        weight = drawn[agent] * n

        def left(theta: Floats) -> Floats:
            off = y - np.log1p(theta[0] * np.exp(-days / theta[1]))
            level = np.bincount(agent, weight * off) / np.maximum(np.bincount(agent, weight), 1e-9)
            return np.asarray(np.sqrt(weight) * (off - level[agent]))

        return np.asarray(least_squares(left, [0.4, 40.0], bounds=([0, 5], [3, 400])).x)

    size, rng = agent.max() + 1, np.random.default_rng(1)
    found = curve(np.ones(size))
    error = np.std([curve(rng.multinomial(size, np.full(size, 1 / size)).astype(float)) for _ in range(60)], axis=0)
    assert (np.abs(found - [world.agents.new_pace, world.agents.learn_days]) < WIDE * error).all(), (found, error)
    assert found[0] - WIDE * error[0] > 0.3
    # And they solve less, on the members' contacts.
    rows = ended(firm, "phone", "chat", "wechat")
    known = np.column_stack([np.exp(-rows["tenure"] / found[1]), dummies(rows["intent"])])
    _, _, beta, se = by_agent_logit(pd.factorize(rows["agent_id"])[0], known, rows["resolved"].to_numpy(dtype=float))
    assert abs(beta[0] - world.agents.new_resolve) < WIDE * se[0]
    assert beta[0] + WIDE * se[0] < 0


def per_hour(age: Floats, intents: NDArray[Any]) -> tuple[float, float]:
    """Matters ended for good, and hours, of one contact each, of agents hired so many days before (mechanism)."""
    what = list(world.intents.values())
    fresh = np.exp(-age / world.agents.learn_days)
    odds = np.array([one.resolve for one in what])[intents] + world.agents.new_resolve * fresh
    # Agents differ: the mean over skill and hurry, by quadrature.
    nodes, weights = np.polynomial.hermite_e.hermegauss(15)
    sd = np.hypot(world.agents.skill_sd, world.agents.hurry_resolve * world.agents.hurry_sd)
    solved = sum(weight / (1 + np.exp(-odds - sd * node)) for node, weight in zip(nodes, weights, strict=True))
    solved = solved / weights.sum()
    passed = np.array([world.lines.transfer.get(name, world.lines.transfer_other) for name in INTENTS])[intents]
    good = (1 - passed) * solved * (1 - world.lines.back_resolved)
    time = np.array([one.aht for one in what])[intents] * (1 + world.agents.new_pace * fresh)
    return float(good.mean()), float(time.mean())


def test_x11b_a_new_agent_is_about_half_an_agent(firm: Firm) -> None:
    hired = (firm.tables["agents"]["hired_on"] - pd.Timestamp(firm.scenario.start)).dt.days
    hired.index = pd.Index([int(name[1:]) for name in firm.tables["agents"]["agent_id"]])
    log = firm.tables["line_log"].query("line == 'phone' and served")
    tenure = (log["arrived_at"] // 86_400 - log["agent"].map(hired)).clip(lower=0)
    log = log.assign(tenure=tenure, good=log["recorded"] & ~log["followed"])
    new, old = log[log["tenure"] < 14], log[log["tenure"] > SEASONED]

    def output(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.groupby("agent").agg(good=("good", "sum"), hours=("service", "sum"))

    parts = output(new), output(old)
    rng = np.random.default_rng(2)

    def ratio(pick: Callable[[pd.DataFrame], pd.DataFrame]) -> float:
        rates = [(part["good"].sum() / part["hours"].sum()) for part in map(pick, parts)]
        return float(np.log(rates[0] / rates[1]))

    found = ratio(lambda part: part)
    error = np.std([ratio(lambda part: part.iloc[rng.integers(0, len(part), len(part))]) for _ in range(500)])
    (good, time), (usual, takes) = (
        per_hour(rows["tenure"].to_numpy(dtype=float), rows["intent"].to_numpy()) for rows in (new, old)
    )
    truth = np.log(good / time) - np.log(usual / takes)
    assert abs(found - truth) < WIDE * error
    # Naive: thirty are thirty.
    assert found + WIDE * error < np.log(0.85)
    assert 0.5 < np.exp(truth) < 0.65
