"""What module 02 says in words about Skylark is what Skylark's shipped tables show."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from servicelab.company import load
from servicelab.i18n import use
from servicelab.learn.controls.desk.model import parse_desk
from servicelab.publish.content import Content
from servicelab.publish.minutes import of_unit
from servicelab.widgets import explore
from servicelab.widgets.explore.process.cards.model import AS_IS, CARDS, CardsModel
from servicelab.widgets.explore.process.replays import Replays
from servicelab.widgets.explore.process.tenweeks.model import TenWeeksModel
from servicelab.widgets.explore.process.week.model import WeekModel
from servicelab.widgets.figures.process import approvals, arrows, packingweeks, resetting, sooner, stationload

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "course" / "modules" / "02_process"
LANGUAGES = ["en", "zh"]


@cache
def content(lang: str) -> Content:
    return Content(ROOT, lang, strict=True)


@cache
def says(kind: str, lang: str) -> str:
    """Everything that a source of the module says in a language, as one text."""
    document = content(lang).course.units["02_process"].documents[kind]
    return "\n".join(cell.source for cell in content(lang).cells(document))


@cache
def asks(lang: str) -> str:
    """Everything that the module asks, with what is said of the options, in a language."""
    return yaml.safe_dump(content(lang).quiz(content(lang).course.units["02_process"]), allow_unicode=True, width=10**9)


def holds(text: str, *sentences: str) -> None:
    """Every sentence stands in the text, word for word."""
    assert [sentence for sentence in sentences if sentence not in text] == []


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
    holds(says("lesson", "en"), f"In the second quarter of 2024 a return took {spring.mean():.0f} days.")
    holds(says("lesson", "zh"), f"2024 年第二季度，一单退货要 {spring.mean():.0f} 天")
    hands_on = log["hands_on_minutes"].groupby(log["activity"].astype(str)).mean()
    assert round(hands_on["approve"]) == 4
    assert 40 < hands_on["repair"] < 50
    holds(asks("en"), "Approval took four minutes and was the bottleneck; repair takes three quarters of an hour")
    found = arrows.follows(log)
    longest = found[found["count"] >= arrows.LEAST].sort_values("mean", ascending=False)
    assert longest.index[:3].tolist() == [("register", "inspect"), ("inspect", "reject"), ("register", "receive")]
    assert longest["count"].iloc[1] == pytest.approx(60, abs=3)


def test_two_cards_come_out_alike_and_the_third_does_next_to_nothing(tables: Any) -> None:
    replays = Replays(*tables, "here")
    base = replays.outcome(AS_IS)
    found = {card: replays.outcome(each.change).once for card, each in CARDS.items()}
    assert f"{found['approver']:.1f}" == f"{found['limit']:.1f}" == "4.7"
    assert base.once - found["approver"] > 1
    assert 0 < 24 * (base.once - found["robot"]) < 6
    # As it is, a return takes as long in section 4 as in section 2.
    assert base.once == pytest.approx(sooner.days_of_ways(*tables)["nobody"])
    holds(
        says("instructor", "en"),
        "“A second approver” and “No approval under ¥200” come out alike (both round to 4.7 days)",
        f"three years took {base.once:.1f} days; twelve runs with the work shuffled among the cases {base.low:.1f} to "
        f"{base.high:.1f}",
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
    of_all, of_spring = round(100 * late.mean()), round(100 * spring.mean())
    holds(
        says("lesson", "en"),
        f"on online orders {of_all} came later than the law's seven days; "
        f"of 100 registered in the second quarter of 2024, {of_spring}.",
    )
    holds(
        says("lesson", "zh"),
        f"每 100 笔有 {of_all} 笔超过了法定的七天；2024 年第二季度受理的，每 100 笔有 {of_spring} 笔超时。",
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
    stated = {part.section: part.stated for part in of_unit(ROOT, "02_process")}
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
