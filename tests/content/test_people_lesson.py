"""What module 04 says in words about Skylark is what Skylark's shipped tables and runs show."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from tests.content.modulewords import asked, content, holds, said

from servicelab import company
from servicelab.company import load
from servicelab.learn.controls.desk.model import parse_desk
from servicelab.publish.minutes import of_unit
from servicelab.widgets.explore.people.agent.morning import Morning
from servicelab.widgets.explore.people.agent.sixmonths import SixMonths
from servicelab.widgets.explore.people.chance import lots
from servicelab.widgets.explore.people.hiring.model import WORK, HiringModel, correlation
from servicelab.widgets.explore.people.rota.model import RotaModel, solved
from servicelab.widgets.figures.people import appraised, bottomten, newcomers, quickest
from servicelab.widgets.quantities import between

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "course" / "modules" / "04_people"
LANGUAGES = ["en", "zh"]
says, asks = partial(said, "04_people"), partial(asked, "04_people")


@pytest.fixture(scope="module")
def appraisals() -> pd.DataFrame:
    return load("appraisals")


def test_the_quickest_need_most_for_a_settled_call(appraisals: pd.DataFrame) -> None:
    found = quickest.quarters(appraisals)
    quick, slow = found[0], found[-1]
    assert quick.settled - quick.settled_half > slow.settled + slow.settled_half
    assert quick.people == 13
    holds(
        says("lesson", "en"),
        f"a call takes {quick.minutes:.1f} minutes in the one, {slow.minutes:.1f} in the other. The slowest settle a "
        f"call in {slow.settled:.1f} minutes",
        f"they need {quick.settled:.1f} minutes for each call that is settled, the slowest quarter {slow.settled:.1f}: "
        f"of 100 calls the quickest settle {100 * quick.share:.0f}, the slowest {100 * slow.share:.0f}. The quickest "
        f"quarter is not all alike (± {quick.settled_half:.1f} minutes)",
    )
    holds(
        says("lesson", "zh"),
        f"前者 {quick.minutes:.1f} 分钟，后者 {slow.minutes:.1f} 分钟。最慢的那些人每了结一通用 {slow.settled:.1f} "
        f"分钟",
        f"他们每了结一通要 {quick.settled:.1f} 分钟，最慢的四分之一只要 {slow.settled:.1f} 分钟。每 100 通，最快的了结 "
        f"{100 * quick.share:.0f} 通，最慢的 {100 * slow.share:.0f} 通。最快的也不都一样（± {quick.settled_half:.1f} "
        f"分钟）",
    )
    holds(says("instructor", "en"), f"It is {quick.settled:.1f} minutes for a settled call in the quickest quarter")
    # “The share of difficult ones hardly differs” on the phone.
    phone = appraisals[(appraisals["line"] == "phone") & (appraisals["tenure_days"] >= quickest.PRACTISED)]
    hard = phone.groupby("agent_id")["hard_share"].mean().reindex(quickest.people(appraisals).index)
    by = hard.groupby(pd.qcut(quickest.people(appraisals)["minutes"], 4, labels=False)).mean()
    assert by.max() - by.min() < 0.01


def test_the_coached_gain_what_the_others_gain(appraisals: pd.DataFrame) -> None:
    coached, others, rest = lots.by_lot(appraisals)
    gap, half = lots.apart(coached, others)
    assert gap - half < 0 < gap + half
    told = [f"{each.mean:+.2f} ± {each.half:.2f}".replace("-", "−") for each in (coached, others)]
    apart = f"{gap:.2f} ± {half:.2f}".replace("-", "−")
    holds(says("lesson", "en"), f"a gain of more than {gap + half:.2f} points can be ruled out")
    holds(says("lesson", "zh"), f"可以排除提高超过 {gap + half:.2f} 分")
    holds(says("instructor", "en"), f"Coached {told[0]}, not coached {told[1]}.", f"The difference is {apart} points")
    holds(says("instructor", "zh"), f"被辅导的 {told[0]}，没被辅导的 {told[1]}。", f"差值 {apart} 分")
    assert rest.mean < 0


def test_the_list_ranks_lines_and_luck(appraisals: pd.DataFrame) -> None:
    found, people = bottomten.filled(appraisals), bottomten.people_a_month(appraisals)
    second, share = found.loc[bottomten.SECOND], 100 * bottomten.bottom_share(appraisals)
    of_people = 100 * second["months"] / found["months"].sum()
    hard = {line: f"{100 * found.loc[line, 'hard']:.0f}" for line in ("expert", "phone", "chat")}
    luck = 100 * (1 - appraised.reliability(appraisals))
    half = 1.96 * appraised.ANSWER / 20**0.5
    assert set(appraisals["surveys"]) == {20}
    holds(
        says("lesson", "en"),
        f"On average {people['all']:.0f} people are on it in a month; {people['second']:.0f} of them are the "
        f"second line",
        f"the second line is {of_people:.0f} of 100 people and fills {share:.0f} of 100 places. Of 100 months that "
        f"somebody worked there, {100 * second['share']:.0f} ended in red. Of 100 of its matters {hard['expert']} are "
        f"about damage, defects or complaints, on the phone {hard['phone']}, in the chat {hard['chat']}.",
        f"a month's rating is good to ± {half:.2f} points, and {luck:.0f} % of what tells people apart",
    )
    holds(
        says("lesson", "zh"),
        f"平均每月 {people['all']:.0f} 人；其中 {people['second']:.0f} 人是二线专家",
        f"二线专家占人数的 {of_people:.0f}%，却占了末十位每 100 个位置里的 {share:.0f} 个。在那儿干 100 个月，"
        f"{100 * second['share']:.0f} 个月标红。那里每 100 件有 {hard['expert']} 件是破损、故障或投诉，"
        f"热线 {hard['phone']} 件，在线客服 {hard['chat']} 件",
        f"一个月的评分有 ± {half:.2f} 分的误差，当月人和人的差距 {luck:.0f}% 是运气",
    )
    holds(asks("en"), f"Of 100 months on her line {100 * second['share']:.0f} end in red")
    contacts = load("contacts")
    rated = contacts.loc[contacts["channel"].eq("phone") & contacts["csat"].notna(), "csat"].astype(float)
    assert rated.std() == pytest.approx(appraised.ANSWER, abs=0.01)


def test_a_month_after_difficulty_and_chance(appraisals: pd.DataFrame) -> None:
    found, keep = appraised.judged(appraisals), 100 * appraised.reliability(appraisals)
    mean, outside = found["csat"].mean(), int(((found["csat"] - found["csat"].mean()).abs() > found["half"]).sum())
    spans = [f"{found[name].min():.2f} to {found[name].max():.2f}" for name in ("csat", "fair")]
    holds(
        says("lesson", "en"),
        f"from {spans[0]} as rated, from {spans[1]} after difficulty and chance. The mean of {mean:.2f} lies "
        f"outside the "
        f"interval of {outside} of {len(found)}.",
        f"here {keep:.0f} %.",
    )
    holds(says("lesson", "zh"), f"{len(found)} 人里有 {outside} 人的区间不含均值 {mean:.2f}", f"这里是 {keep:.0f}%")
    holds(says("instructor", "en"), f"| B3 | {keep:.0f} % is not chance")


def test_scores_of_applicants_and_what_they_are_worth() -> None:
    model = HiringModel(load("applicants"))
    named = {
        "gut_score": ("impression after a free talk", "自由面谈的印象"),
        "cv_score": ("CV", "简历"),
        "work_sample": ("two contacts played through", "演练两段对话"),
        "structured_score": ("the same questions and marks for all", "同样的打分标准"),
    }
    assert (len(model.rows), len(model.stayed)) == (120, 102)
    for way, (english, chinese) in named.items():
        r, low, high = correlation(model.stayed[way], model.stayed[WORK])
        prefix = "95 % interval " if way == "gut_score" else ""
        holds(says("lesson", "en"), f"{english} | {r + 1e-9:.2f} ({prefix}{low:.2f} to {high:.2f}) |")
        holds(says("lesson", "zh"), f"{chinese} | {r + 1e-9:.2f}（{prefix and '95% 区间 '}{low:.2f} 到 {high:.2f}） |")
    mean = {way: model.taken(way, 30)[WORK].dropna() for way in ("both", "gut_score", "structured_score")}
    everybody = model.stayed[WORK].mean()
    half = {way: 1.96 * each.sem() for way, each in mean.items()}
    holds(
        says("lesson", "en"),
        f"settle {mean['both'].mean():.2f} an hour (± {half['both']:.2f}), by the free talk "
        f"{mean['gut_score'].mean():.2f} (± {half['gut_score']:.2f}); all who stayed {everybody:.2f}",
    )
    holds(says("instructor", "en"), f"the thirty settle {mean['structured_score'].mean() - everybody:.2f} more an hour")


def test_newcomers_and_who_leaves(appraisals: pd.DataFrame) -> None:
    agents = load("agents")
    found = newcomers.settled_by_month(appraisals, agents)
    first, grown = found["hour"].iloc[0], found.loc[newcomers.GROWN, "hour"]
    # “Two thirds of an agent”, “one month of an experienced person's work”.
    assert first / grown == pytest.approx(2 / 3, abs=0.04)
    assert newcomers.lacking(found) == pytest.approx(1, abs=0.05)
    holds(
        says("instructor", "en"),
        f"first month {first:.1f} an hour, later {grown:.1f}; the first six lack {newcomers.lacking(found):.1f} months",
    )
    lasting = agents[~agents["temporary"]]
    begin, end = pd.Timestamp("2023-01-01"), pd.Timestamp("2026-01-01")
    there = (lasting["left_on"].fillna(end) - lasting["hired_on"].clip(lower=begin)).dt.days.sum() / 365.25
    rate = f"{100 * lasting['left_on'].notna().sum() / there:.0f}"
    holds(says("lesson", "en"), f"Of 100 permanent people Skylark loses {rate} a year.")
    holds(says("lesson", "zh"), f"每 100 人一年走 {rate} 人")


def test_six_months_of_three_schemes() -> None:
    months = SixMonths(company.runs("pay_schemes"))
    fixed, calls, settled = (months.of(f"speed_{s}_quality_{q}")["mean"] for s, q in ((0, 0), (2, 0), (0, 2)))
    # “Fewer hang up, and a settled call costs less in pay. Its price stands in two other bars.”
    assert calls["hung_up"] < fixed["hung_up"]
    assert calls["price"] < fixed["price"]
    assert calls["settled"] < fixed["settled"]
    assert calls["back"] > fixed["back"]
    holds(
        says("instructor", "en"),
        f"With ¥2.20 a call {calls['hung_up']:.0f} of 100 callers hang up instead of {fixed['hung_up']:.0f}, of 100 "
        f"answered calls {calls['settled']:.0f} are settled instead of {fixed['settled']:.0f}, {calls['back']:.0f} are "
        f"back instead of {fixed['back']:.0f}, and a settled call costs ¥{calls['price']:.2f} in pay instead of "
        f"¥{fixed['price']:.2f}. With ¥2.40 a settled call: {settled['hung_up']:.0f} hang up, {settled['settled']:.0f} "
        f"are settled, {settled['back']:.0f} are back, ¥{settled['price']:.2f}.",
    )
    holds(
        says("instructor", "zh"),
        f"放弃 {calls['hung_up']:.0f} 通（原 {fixed['hung_up']:.0f}）",
        f"了结 {calls['settled']:.0f} 通（原 {fixed['settled']:.0f}）",
        f"又来 {calls['back']:.0f} 通（原 {fixed['back']:.0f}）",
        f"每了结一通付工资 {calls['price']:.2f} 元（原 {fixed['price']:.2f} 元）",
        f"每了结一通 2.40 元：放弃 {settled['hung_up']:.0f} 通，了结 {settled['settled']:.0f} 通，"
        f"又来 {settled['back']:.0f} 通，{settled['price']:.2f} 元。",
    )
    assert len(Morning(("close",) * 10).returning) == 8
    holds(says("instructor", "en"), "With *close early* at every call 8 of ten ring again.")


def test_a_rule_about_days_off() -> None:
    needed = tuple(RotaModel(load("calls")).demand(85))
    any_two, running, weekend = (solved(needed, rule, 0) for rule in ("any", "together", "weekend"))
    assert running.cost == any_two.cost, "days off that follow each other cost nothing at the first setting"
    assert weekend.cost > 1.2 * any_two.cost
    assert min(needed[5], needed[6]) > any_two.staff.sum() / 2, "most are needed on both days of the weekend"


def test_the_repair_desk_and_the_parcel_service() -> None:
    assert (300 / 30, round(200 / 30, 1), (240 - 60) / 30, (180 - 9) / 30) == (10, 6.7, 6.0, 5.7)
    assert 6.9 / 0.58 > 8.1 / 0.71, "a settled matter takes longer than before, whatever a call takes"
    # The drawing that is the key: the list says one thing, each of the two matters another.
    drawn = {option["id"]: option["series"] for option in _decision("a-fair")["options"]}
    for name, (a, b, a_seats, b_seats, a_bags, b_bags) in drawn.items():
        assert a == pytest.approx(0.9 * a_seats + 0.1 * a_bags, abs=0.051), name
        assert b == pytest.approx((b_seats + b_bags) / 2, abs=0.051), name
        assert (b < a and b_seats >= a_seats and b_bags >= a_bags) == (name == "mix")


def _decision(key: str) -> dict[str, object]:
    quiz = yaml.safe_load((MODULE / "quiz.yml").read_text(encoding="utf-8"))
    return next(each for each in quiz["decisions"] if each["id"] == key)


def test_the_desk_has_seven_endings_and_the_good_one_needs_a_limit_a_record_and_ten_minutes() -> None:
    desk = parse_desk(yaml.safe_load((MODULE / "desk.yml").read_text(encoding="utf-8")))
    grades = [node.grade for node in desk.nodes.values() if node.end]
    assert sorted(filter(None, grades)) == ["good", "mixed", "mixed", "mixed", "mixed", "poor", "poor"]
    for lang, says_so in (
        ("en", "There are seven: one good, four mixed, two poor."),
        ("zh", "一共七个：一好、四中、两差"),
    ):
        holds(says("instructor", lang), says_so)

    def leads(to: str) -> set[str]:
        return {name for name, node in desk.nodes.items() for choice in node.choices if choice.to == to}

    assert leads("e_good") == {"n7"}
    assert leads("n7") == {"n5", "n6"}, "nobody gets there without a record"
    assert leads("n3") == {"n2"}
    assert leads("n3c") == {"n3b"}, "a limit before the call may be ended"
    policy = yaml.safe_load((ROOT / "course" / "policy.yml").read_text(encoding="utf-8"))
    rule = next(each for each in policy["rules"] if each["id"] == "abuse")
    assert "12356" in rule["says"]
    assert "check before use" in desk.nodes["e_good"].debrief


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_plans_of_the_teaching_notes_are_contiguous_and_add_up(lang: str) -> None:
    stated = {part.section: part.stated for part in of_unit(ROOT, "04_people")}
    assert sum(stated.values()) == 91
    for name, length in (("timing", 105), ("timing-75", 75), ("timing-150", 150)):
        document = content(lang).course.units["04_people"].documents["instructor"]
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


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_model_answer_names_nobody_and_keeps_to_its_limit(lang: str) -> None:
    from servicelab.learn.written import count

    document = content(lang).course.units["04_people"].documents["exercise"]
    cell = next(each for each in content(lang).cells(document) if each.name == "c-answer")
    number, chinese = count("\n".join(line for line in cell.source.splitlines() if not line.startswith("###")))
    assert chinese == (lang == "zh")
    assert 80 < number <= (200 if chinese else 120)


def test_intervals_are_written_as_elsewhere() -> None:
    assert between(*np.round([0.02, 0.39], 2), 2) == "0.02 – 0.39"
