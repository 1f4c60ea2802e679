"""What module 02 says in words about Skylark is what Skylark's shipped tables show."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from tests.content.modulewords import asked, content, holds, minutes_of, said

from servicelab.company import load
from servicelab.i18n import use
from servicelab.learn.controls.desk.model import parse_desk
from servicelab.models.process import p_chart
from servicelab.widgets import explore
from servicelab.widgets.explore.process.cards.model import AS_IS, CARDS, CardsModel
from servicelab.widgets.explore.process.replays import Replays, middle
from servicelab.widgets.explore.process.tenweeks.model import TenWeeksModel
from servicelab.widgets.explore.process.week.model import WeekModel
from servicelab.widgets.figures.process import approvals, arrows, packingweeks, resetting, sooner, stationload

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "course" / "modules" / "02_process"
LANGUAGES = ["en", "zh"]
says, asks = partial(said, "02_process"), partial(asked, "02_process")


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return load("event_log"), load("stations"), load("calendar"), load("cases")


@pytest.fixture(scope="module")
def days(tables: Any) -> dict[str, float]:
    return sooner.days_of_ways(*tables)


def test_the_return_of_section_2_is_ms_fus(tables: Any) -> None:
    log, _stations, calendar, cases = tables
    week = WeekModel(log, calendar, cases)
    begun, ended = week.events["timestamp"].iloc[[0, -1]]
    assert week.claim == 429
    case = cases.set_index("case_id").loc[week.events["case_id"].iloc[0]]
    assert load("orders").set_index("order_id").loc[case["order_id"], "family"] == "lighting", "a floor lamp"
    assert (ended - begun).days + 1 == 8
    assert 20 < week.truth["worked"] * week.hours * 0.6 < 40
    assert week.truth["closed"] == max(week.truth.values())
    assert week.truth["travel"] == pytest.approx(33.3, abs=1)
    waited = week.events.set_index(week.events["activity"].astype(str))["timestamp"]
    # “It lay for three days before a person.”
    assert (waited["approve"] - waited["inspect_again"]).total_seconds() / 86_400 == pytest.approx(2.8, abs=0.2)
    holds(says("lesson", "en"), "floor lamp of ¥429", "“So everybody is fast,” says He Bin, “and it takes eight days.")
    holds(says("lesson", "zh"), "429 元的落地灯", "可一单走了八天")


@pytest.mark.parametrize(
    ("lang", "rule"),
    [
        ("en", "Hours in which the parcel travelled, and hours in which we waited for her papers, count as that"),
        ("zh", "包裹在路上的时间、等她补材料的时间，夜里也照样算"),
    ],
    ids=LANGUAGES,
)
def test_the_rule_that_the_painting_prints_is_the_one_it_counts_by(tables: Any, lang: str, rule: str) -> None:
    """The exercise asks for stretches “by the rules of the painting”, one of them a parcel over two nights."""
    log, _stations, calendar, cases = tables
    week = WeekModel(log, calendar, cases)
    for colour in ("travel", "customer"):
        assert any(part.colour == colour and part.start.date() < part.end.date() for part in week.stretches)
    with use(lang):
        assert rule in explore.week(log, calendar, cases).words()["lead"]


def test_everybody_but_the_approver(days: dict[str, float]) -> None:
    whole = round(24 * days["nobody"])
    others, approver = (round(24 * (days["nobody"] - days[way])) for way in ("others", "approver"))
    assert (whole, others, approver) == (156, 4, 43)
    holds(says("lesson", "en"), "some 156 hours")
    holds(says("lesson", "zh"), "大约 156 小时")
    holds(asks("en"), "of about 156")
    holds(asks("zh"), "156 小时左右")
    holds(says("instructor", "en"), f"gains {others} hours of {whole}; the approver alone {approver}")
    holds(says("instructor", "zh"), f"{whole} 小时里省 {others} 小时；单单审批人快，省 {approver} 小时")
    # “Nearly two days were gone.”
    assert 1.6 < approver / 24 < 2


def test_the_longest_wait_is_nobodys_queue_and_approval_is_fullest(tables: Any) -> None:
    log, stations, calendar, cases = tables
    waited, busy = stationload.waits(log), stationload.loads(log, stations, calendar)
    assert waited.loc[list(stationload.BEFORE), "mean"].idxmax() == "receive"
    assert round(waited.loc["receive", "mean"]) == 62
    assert busy["load"].idxmax() == "approve"
    time, share = (round(busy.loc["approve", key] * by) for key, by in (("time", 1), ("load", 100)))
    work = f"{busy.loc['approve', 'work']:.2f}"
    # What stands there is what a pocket calculator makes of it.
    assert round(100 * float(work) / time) == share
    assert round(time - float(work)) == 5
    holds(says("lesson", "en"), f"Approval gets {work} minutes of work a day and has {time}: {share} %.")
    holds(says("lesson", "zh"), f"审批一天进来 {work} 分钟的活，有 {time} 分钟可用：{share}%")
    holds(
        says("lesson", "en"),
        f"a station at {100 * busy.loc['inspect', 'load']:.0f} % soon catches up; one at {share} %",
    )
    holds(says("instructor", "en"), "the longest is the parcel, 62 hours")
    closed = cases[(cases["kind"].astype(str) == "return") & cases["closed_at"].notna()]
    took = (closed["closed_at"] - closed["opened_at"]).dt.total_seconds() / 86_400
    spring = took[closed["opened_at"].dt.to_period("Q") == pd.Period("2024Q2")]
    winter = took[closed["opened_at"].dt.to_period("Q") == pd.Period("2025Q4")]
    left = cases[(cases["kind"].astype(str) == "return") & cases["closed_at"].isna()]
    assert (left["opened_at"].dt.to_period("Q") == pd.Period("2025Q4")).all()
    holds(
        says("lesson", "en"),
        f"A return took {spring.mean():.0f} days in the first flood and {winter.mean():.0f} in the second, with "
        f"{len(left)} of its returns still open.",
    )
    holds(
        says("lesson", "zh"),
        f"第一次积压时一单退货要 {spring.mean():.0f} 天，第二次 {winter.mean():.0f} 天，"
        f"而且那一季还有 {len(left)} 单没结",
    )
    hands_on = log["hands_on_minutes"].groupby(log["activity"].astype(str)).mean()
    assert round(hands_on["approve"]) == 4
    assert 40 < hands_on["repair"] < 50
    holds(asks("en"), "Approval took four minutes and was the bottleneck; repair takes three quarters of an hour")
    found = arrows.follows(log)
    longest = found[found["count"] >= arrows.LEAST].sort_values("mean", ascending=False)
    assert longest.index[:3].tolist() == [("register", "inspect"), ("inspect", "reject"), ("register", "receive")]
    assert longest["count"].iloc[1] == pytest.approx(60, abs=3)
    assert arrows.LEAST == 50
    holds(says("lesson", "en"), "Of those that at least 50 cases took, three last longest: waiting for the fitter")
    holds(says("lesson", "zh"), "至少 50 单走过的箭头里，最长的三个：等维修师傅上门（已受理 → 已检验）")
    # What is not drawn lasts longer than all that is: the lesson says of which arrows it speaks.
    (rare,) = found[found["count"] < arrows.LEAST].itertuples()
    assert (rare.Index, rare.count) == (("inspect_again", "reject"), 10)
    assert rare.mean > longest["mean"].max()


def test_the_mean_of_three_years_hides_two_floods(tables: Any) -> None:
    log, stations, calendar, cases = tables
    waited = stationload.by_quarter(log)
    floods, ebb = [pd.Period("2024Q2"), pd.Period("2025Q4")], pd.Period("2024Q3")
    quiet = waited["approve"].drop([*floods, ebb])
    assert len(quiet) == 9
    low, high, first, second, after = (
        round(hours) for hours in (quiet.min(), quiet.max(), *waited.loc[floods, "approve"], waited.loc[ebb, "approve"])
    )
    parcel = (round(waited["receive"].min()), round(waited["receive"].max()))
    # In a quiet quarter approval is waited for less than the parcel, in a flood more.
    assert quiet.max() < waited["receive"].min() < waited.loc[[*floods, ebb], "approve"].min()
    # What came in for approval, what still lies there included, against the minutes that there were.
    ordered = log.sort_values(["case_id", "timestamp"], kind="stable")
    steps = ordered["activity"].astype(str)
    ready = ordered.groupby("case_id")["timestamp"].shift(1)
    done = ordered.assign(ready=ready)[steps.isin(["approve", "reject"])]
    last = ordered.groupby("case_id").tail(1).set_index("case_id")
    waits = cases.set_index("case_id").loc[last.index, "approval"] & last["activity"].isin(["inspect", "inspect_again"])
    came = done["hands_on_minutes"].groupby(done["ready"].dt.to_period("Q")).sum()
    lying = last[waits]["timestamp"].dt.to_period("Q").value_counts() * done["hands_on_minutes"].mean()
    days = calendar["workday"].groupby(calendar["date"].dt.to_period("Q")).sum()
    time = float(stations.set_index(stations["station"].astype(str)).loc["approve", "minutes_a_day"])
    share = (100 * came.add(lying, fill_value=0) / (days * time)).round()
    assert share[share > 100].index.tolist() == floods
    one, other = (int(share[quarter]) for quarter in floods)
    holds(
        says("lesson", "en"),
        f"a case waited {low} to {high} hours before approval, less than its parcel travelled "
        f"({parcel[0]} to {parcel[1]}, always)",
        f"{one} % in the second quarter of 2024, {other} % in the last of 2025. Then cases waited {first} and {second} "
        f"hours, and in the quarter after the first flood still {after}.",
    )
    holds(
        says("lesson", "zh"),
        f"审批前只等 {low} 到 {high} 小时，比包裹在路上短（路上一直是 {parcel[0]} 到 {parcel[1]} 小时）",
        f"2024 年第二季度 {one}%，2025 年最后一个季度 {other}%。这两季审批前要等 {first} 和 {second} 小时，"
        f"第一次之后的那个季度还要等 {after} 小时",
    )
    holds(says("instructor", "en"), f"({one} and {other} % of the time)", f"the wait before approval, {first} hours")
    holds(says("instructor", "zh"), f"（{one}% 和 {other}%）", f"审批前面，{first} 小时")


def test_what_kind_of_number_the_hours_of_a_faster_approver_are(tables: Any, days: dict[str, float]) -> None:
    log, *_others = tables
    replays, ways = Replays(*tables, "here"), sooner.ways()
    base = np.array(replays.shuffled(ways["nobody"]))
    gains = {way: 24 * (base - replays.shuffled(ways[way])) for way in ("approver", "others")}
    low, high, mean = (round(float(of(gains["approver"]))) for of in (np.min, np.max, np.mean))
    few, more = (round(float(of(gains["others"]))) for of in (np.min, np.max))
    real = 24 * (days["nobody"] - days["approver"])
    # The three years that were lie above all that are shuffled.
    assert real > gains["approver"].max()
    approvals_of = log[log["activity"].astype(str).isin(["approve", "reject"])]
    half = approvals_of["timestamp"].between("2024-01-01", "2024-07-01")
    long, usual = (approvals_of.loc[rows, "hands_on_minutes"].mean() for rows in (half, ~half))
    assert low > 24, "“a day to a day and a half”"
    assert high < 1.7 * 24
    holds(
        says("lesson", "en"),
        f"What kind of number is {real:.0f} hours?",
        f"a faster approver saves {low} to {high} hours, on average {mean}; everybody else {few} to {more}, each time",
        f"in the first half of 2024 an approval took {long:.1f} minutes instead of {usual:.1f}",
    )
    holds(
        says("lesson", "zh"),
        f"{real:.0f} 小时是个什么数？",
        f"审批人快，省 {low} 到 {high} 小时，平均 {mean}；别人快，每次都只省 {few} 到 {more} 小时",
        f"2024 年上半年，一次审批要 {long:.1f} 分钟，平时 {usual:.1f}",
    )
    holds(says("instructor", "en"), f"({low} to {high} with the work shuffled)", f"it is {low} to {high}, {mean} on")
    holds(says("instructor", "zh"), f"（活打乱了再走，是 {low} 到 {high}）", f"是 {low} 到 {high}，平均 {mean}")


def test_a_pilot_finds_what_its_quarter_holds(tables: Any) -> None:
    log, _stations, _calendar, cases = tables
    drawn = cases[(cases["kind"].astype(str) == "return") & (cases["claim"] < 200)]
    drawn = drawn[drawn["opened_at"] >= approvals.PILOT_FROM]
    took = (drawn["closed_at"] - drawn["opened_at"]).dt.total_seconds() / 86_400
    each = took.groupby([drawn["opened_at"].dt.to_period("Q"), drawn["pilot"]]).agg(["mean", "sem"]).unstack()
    apart = each["mean"][False] - each["mean"][True]
    off = 1.96 * np.hypot(each["sem"][False], each["sem"][True])
    assert len(apart) == 6
    least, most = apart.idxmin(), apart.idxmax()
    assert (str(least), str(most)) == ("2025Q1", "2025Q4")
    assert off[least] > apart[least], "“so perhaps nothing”"
    found = approvals.pilot(cases, log)
    whole = f"{found.days_checked - found.days_spared:.1f}"
    numbers = [f"{number:.1f}" for number in (apart[least], off[least], apart[most], off[most])]
    holds(
        says("lesson", "en"),
        f"Between {found.days_checked:.1f} and {found.days_spared:.1f} days lie {whole}, a mean of six quarters",
        "cost a customer {} days (± {}, so perhaps nothing), in the last one {} (± {}).".format(*numbers),
    )
    holds(
        says("lesson", "zh"),
        f"{found.days_checked:.1f} 天和 {found.days_spared:.1f} 天之间差 {whole} 天，这是六个季度的平均",
        "让客户多等 {} 天（±{}，也可能一点没多）；最后一个季度，多等 {} 天（±{}）".format(*numbers),
    )
    holds(says("instructor", "en"), "{} days (± {}) in the first of 2025, {} (± {}) in the last".format(*numbers))
    holds(says("instructor", "zh"), "2025 年第一季度 {} 天（±{}），最后一季 {} 天（±{}）".format(*numbers))


def test_both_signals_of_a_chart_come_by_chance_as_often_as_the_lesson_says() -> None:
    """Weeks of the warehouses' own sizes and shares, drawn anew with nothing but chance in them."""
    weekly, rng = load("weekly_packing"), np.random.default_rng(8)
    outside, eight = [], []
    for (_name, _year), here in weekly.groupby([weekly["warehouse"].astype(str), (weekly["week"] - 1) // 52]):
        sizes = here["parcels"].to_numpy()
        if len(sizes) < 52:
            continue
        for _again in range(200):
            drawn = p_chart(rng.binomial(sizes, here["faults"].sum() / sizes.sum()), sizes, method="exact")
            outside.append(drawn.out.any())
            eight.append(drawn.run.any())
    assert len(eight) == 200 * 15
    # Three thousand years: half a year in a hundred either way is chance.
    assert 100 * np.mean(outside) == pytest.approx(4, abs=1)
    assert 100 * np.mean(eight) == pytest.approx(14, abs=1.5)
    assert 1 - (1 - np.mean(eight)) ** 5 == pytest.approx(0.5, abs=0.06), "“every other year” with five warehouses"
    holds(says("lesson", "en"), "some 4 have a week outside exact limits, and some 14 have eight in a row")
    holds(says("lesson", "zh"), "有 4 个左右会有一周越出精确控制限，有 14 个左右会连着八周同侧")
    holds(says("instructor", "en"), "some 14 have eight in a row, some 4 a week outside exact limits")
    holds(says("instructor", "zh"), "14 个左右会有连续八周同侧，4 个左右会有一周出精确控制限")


def test_two_cards_come_out_alike_and_the_third_does_next_to_nothing(tables: Any) -> None:
    replays = Replays(*tables, "here")
    base = replays.outcome(AS_IS)
    low, high = middle(replays.shuffled(AS_IS))
    found = {card: replays.outcome(each.change).once for card, each in CARDS.items()}
    assert f"{found['approver']:.1f}" == f"{found['limit']:.1f}" == "4.7"
    assert base.once - found["approver"] > 1
    assert 0 < 24 * (base.once - found["robot"]) < 6
    # As it is, a return takes as long in section 4 as in section 2.
    assert base.once == pytest.approx(sooner.days_of_ways(*tables)["nobody"])
    holds(
        says("instructor", "en"),
        "“A second approver” and “No approval under ¥200” come out alike (both round to 4.7 days)",
        f"three years took {base.once:.1f} days; twelve runs with the work shuffled among the cases {low:.1f} to "
        f"{high:.1f}",
    )
    # Days are won in the three bad quarters of twelve.
    limit = replays.outcome(CARDS["limit"].change)
    won = {quarter: base.quarters[quarter] - limit.quarters[quarter] for quarter in base.quarters}
    worst = sorted(base.quarters, key=lambda quarter: -base.quarters[quarter])[:3]
    assert sum(won[quarter] for quarter in worst) > 2 / 3 * sum(won.values())
    turned = CardsModel(*tables).derive({"guess": "robot", "turned": list(CARDS), "last": "limit"})["text"]
    assert "Days are won when the approver is swamped: quarter 2 of 2024 and quarter 4 of 2025." in turned
    assert "4.68 days instead of 6.52, 44 hours sooner." in turned


def test_what_an_approval_stops_and_costs(tables: Any) -> None:
    log, _stations, _calendar, cases = tables
    found, sizes = approvals.pilot(cases, log), approvals.by_size(cases)
    low, high = sizes["mean"] - sizes["off"], sizes["mean"] + sizes["off"]
    assert (high[[0, 200]] < found.cost).all()
    assert low[2000] > found.cost
    assert ((low[[500, 1000]] < found.cost) & (high[[500, 1000]] > found.cost)).all()
    assert int(sizes["rejections"].loc[[1000, 2000]].sum()) == 12
    holds(says("lesson", "en"), f"¥{found.cost:.1f} a claim together", "rest on twelve rejections together",
          f"{found.days_spared:.1f} days without approval, {found.days_checked:.1f} with it.")  # fmt: skip
    holds(says("lesson", "zh"), f"每单 {found.cost:.1f} 元", "只有十二次驳回",
          f"免审批的 {found.days_spared:.1f} 天，要审批的 {found.days_checked:.1f} 天")  # fmt: skip
    holds(says("instructor", "en"), f"¥{found.stopped[0]:.1f} stopped, ¥{found.cost:.1f} spent")
    holds(says("instructor", "zh"), f"拦下 {found.stopped[0]:.1f} 元，花掉 {found.cost:.1f} 元")
    small = sizes["count"].loc[[0, 200]].sum() / sizes["count"].sum()
    assert round(10 * small) == 7
    middle, top = sizes["mean"][500], sizes["mean"][2000]
    holds(asks("en"), f"stop at most ¥{high[200]:.1f} a claim", f"it ends at ¥{high[500]:.1f}")
    holds(asks("en"), f"the mean of ¥{middle:.1f}", f"¥{top:.0f} a claim is stopped at the top")
    holds(asks("zh"), f"最多拦下 {high[200]:.1f} 元", f"它到 {high[500]:.1f} 元", f"均值 {middle:.1f} 元")


def test_one_chart_has_a_cause_and_the_other_has_none() -> None:
    weekly = load("weekly_packing")

    def out(*window: Any) -> str:
        return str(packingweeks.control(weekly, *window)["text"])

    assert "outside: weeks 88, 89, 90, 91." in out("Kunshan", 53, 104)
    assert "none outside" in out("Foshan", 105, 156)
    # The analysts compare week 76 of Wuhan.
    assert "outside: weeks 76." in out("Wuhan", 53, 104, "normal")
    assert "none outside" in out("Wuhan", 53, 104, "exact")
    month = weekly[(weekly["week"].between(88, 91)) & (weekly["warehouse"].astype(str) == "Kunshan")][
        "week_of"
    ].dt.month
    assert set(month) == {9}
    chengdu = weekly[(weekly["warehouse"].astype(str) == "Chengdu") & weekly["week"].between(105, 156)]
    assert 85 < chengdu["parcels"].mean() < 95
    assert 1.4 < 1 + TenWeeksModel().dearer / 100 < 1.5
    assert round(resetting.minutes_off()) == 14
    holds(asks("en"), f"off its plan by {resetting.ALONE} minutes, say.")
    holds(asks("zh"), f"平均偏 {resetting.ALONE} 分钟")


def test_refunds_that_come_later_than_the_law_allows(tables: Any) -> None:
    log, _stations, _calendar, cases = tables
    steps = log["activity"].astype(str)
    when = log[steps.isin(["receive", "refund"])].assign(step=steps)
    stamps = when.pivot_table(index="case_id", columns="step", values="timestamp", aggfunc="first").dropna()
    about = (
        cases.merge(load("orders")[["order_id", "channel"]], on="order_id").set_index("case_id").reindex(stamps.index)
    )
    online = about["channel"].astype(str) != "shop"
    late = ((stamps["refund"] - stamps["receive"]).dt.total_seconds() > 7 * 86_400)[online]
    spring = late[(about["opened_at"].dt.to_period("Q") == pd.Period("2024Q2"))[online]]
    winter = late[(about["opened_at"].dt.to_period("Q") == pd.Period("2025Q4"))[online]]
    of_all, of_spring, of_winter = (round(100 * each.mean()) for each in (late, spring, winter))
    holds(
        says("lesson", "en"),
        f"on online orders {of_all} came later than the law's seven days; "
        f"of 100 registered in the second quarter of 2024, {of_spring}, and of 100 from the last quarter of 2025 that "
        f"have been paid, {of_winter}.",
    )
    holds(
        says("lesson", "zh"),
        f"每 100 笔有 {of_all} 笔超过了法定的七天；2024 年第二季度受理的，每 100 笔有 {of_spring} 笔超时；"
        f"2025 年最后一个季度受理、已经退了款的，每 100 笔有 {of_winter} 笔超时。",
    )


def test_the_desk_has_five_endings_and_one_good_one_that_needs_the_call_at_ten() -> None:
    desk = parse_desk(yaml.safe_load((MODULE / "desk.yml").read_text(encoding="utf-8")))
    grades = [node.grade for node in desk.nodes.values() if node.end]
    assert sorted(filter(None, grades)) == ["good", "mixed", "mixed", "poor", "poor"]
    leads = {name for name, node in desk.nodes.items() for choice in node.choices if choice.to == "e_good"}
    assert leads == {"n6"}
    assert {name for name, node in desk.nodes.items() for choice in node.choices if choice.to == "n6"} == {"n5"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_plans_of_the_teaching_notes_are_contiguous_and_add_up(lang: str) -> None:
    stated = {part.section: part.stated for part in minutes_of("02_process")}
    assert sum(stated.values()) == 94
    for name, length in (("timing", 100), ("timing-75", 75), ("timing-150", 150)):
        document = content(lang).course.units["02_process"].documents["instructor"]
        cell = next(each for each in content(lang).cells(document) if each.name == name)
        rows = [
            line.strip("|* ").split("|")[0].strip(" *") for line in cell.source.splitlines() if line.startswith("|")
        ]
        spans = [tuple(map(int, row.split("–"))) for row in rows if row[:1].isdigit()]
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        assert all(one[1] == other[0] for one, other in pairwise(spans)), (name, spans)
        if name == "timing":
            begins = "**Twenty minutes are lost?**" if lang == "en" else "**少了二十分钟？**"
            lost = next(part for part in cell.source.split("\n\n") if part.startswith(begins))
            saved = [int(minutes) for minutes in re.findall(r"(\d+)(?: minutes| 分钟)?[)）]", lost)]
            assert (len(saved), sum(saved)) == (6, 20)
