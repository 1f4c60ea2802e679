"""What module 03 says in words about Skylark is what Skylark's shipped tables show."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.content.modulewords import asked, content, holds, minutes_of, said

from servicelab.company import load
from servicelab.learn.controls.desk.model import parse_desk
from servicelab.learn.written import count
from servicelab.widgets.explore.channels import reasons
from servicelab.widgets.explore.channels.fair.model import FairModel
from servicelab.widgets.explore.channels.floor.model import MISSING, FloorModel
from servicelab.widgets.explore.channels.mix.model import MixModel
from servicelab.widgets.explore.channels.queues.model import QueuesModel
from servicelab.widgets.figures.channels import contained, handoffs, measures, refusals
from servicelab.widgets.intervals import difference

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "course" / "modules" / "03_channels"
LANGUAGES = ["en", "zh"]
says, asks = partial(said, "03_channels"), partial(asked, "03_channels")


@pytest.fixture(scope="module")
def contacts() -> pd.DataFrame:
    return load("contacts")


@pytest.fixture(scope="module")
def floor() -> FloorModel:
    return FloorModel(load("calls"), load("rosters"), load("staffing"))


def test_phone_and_wechat_share_the_last_place_and_the_phone_leads_at_the_same_mix(contacts: pd.DataFrame) -> None:
    rows = reasons.rated(contacts)
    raw, fair = reasons.as_rated(rows), reasons.at_the_same_mix(rows)
    assert set(sorted(raw, key=lambda each: raw[each].mean)[:2]) == {"phone", "wechat"}
    assert abs(raw["phone"].mean - raw["wechat"].mean) < max(raw["phone"].half, raw["wechat"].half)
    assert max(fair, key=lambda each: fair[each].mean) == "phone"
    assert min(fair, key=lambda each: fair[each].mean) == "wechat"
    others = [fair[line].mean + fair[line].half for line in fair if line != "phone"]
    assert fair["phone"].mean - fair["phone"].half > max(others)
    heard = reasons.at_the_same_mix(rows, silent=True)
    assert min(heard, key=lambda each: heard[each].mean) == "chat"
    named = {"shop": "shop", "chat": "chat", "email": "e-mail", "phone": "phone", "wechat": "WeChat"}
    holds(
        says("instructor", "en"),
        "As rated: " + ", ".join(f"{name} {raw[line].mean:.2f}" for line, name in named.items()),
        "At the same mix: "
        + ", ".join(f"{named[line]} {fair[line].mean:.2f}" for line in sorted(fair, key=lambda each: -fair[each].mean)),
        f"(each ± {min(each.half for each in fair.values()):.2f} to {max(each.half for each in fair.values()):.2f})",
    )
    zh = {"shop": "门店", "chat": "在线客服", "email": "邮件", "phone": "热线", "wechat": "企业微信"}
    holds(says("instructor", "zh"), "，".join(f"{name} {raw[line].mean:.2f}" for line, name in zh.items()))


def test_of_100_of_the_phones_so_many_went_wrong(contacts: pd.DataFrame) -> None:
    model = FairModel(contacts)
    phone, chat = model.own["wrong"], model.other["wrong"]
    assert abs(reasons.mix(model.rows, "phone")["wrong"] - phone) < 1
    holds(
        says("lesson", "en"),
        f"of 100 of its rated first contacts {phone:.0f} are about damage, a defect or a complaint, in the chat "
        f"{chat:.0f}",
    )
    holds(says("lesson", "zh"), f"每 100 件有 {phone:.0f} 件是破损、故障或投诉，在线客服 {chat:.0f} 件")
    rated = model.rows[model.rows["intent"] == "complaint"].groupby("channel")["csat"]
    about = {line: (rated.mean()[line], 1.96 * rated.sem()[line], rated.size()[line]) for line in ("chat", "phone")}
    told = "{:.2f} ± {:.2f}"
    holds(
        says("instructor", "en"),
        f"the chat has {about['chat'][2]} ratings ({told.format(*about['chat'])} against "
        f"{told.format(*about['phone'])})",
    )
    holds(
        says("instructor", "zh"),
        f"在线客服只有 {about['chat'][2]} 个评分（{told.format(*about['chat'])} 对 {told.format(*about['phone'])}）",
    )
    # “The phone moves above the chat as soon as it has the chat's reasons.”
    assert model.dragged(model.other) > model.raw["chat"].mean > model.raw["phone"].mean


def test_who_closes_most_does_not_settle_most(contacts: pd.DataFrame) -> None:
    found = measures.measured(contacts)
    bot, shop, wechat = (f"{100 * found[each]['first_contact']:.0f}" for each in ("self_service", "shop", "wechat"))
    assert found["self_service"]["resolved"] == 1
    assert bot == wechat < shop
    holds(
        says("lesson", "en"),
        f"{bot} of 100 are not back, as many as are settled of those whom WeChat answered, and fewer than of the "
        f"shop's ({shop})",
    )
    holds(says("lesson", "zh"), f"{bot} 件没有再来，和企业微信接通后了结的一样多，比门店（{shop} 件）少")
    apart = [100 * (found[line]["resolved"] - found[line]["first_contact"]) for line in reasons.LINES]
    assert {round(each) for each in apart} == {2}, "about two of 100 apart"
    # What the assistant settles is guessed in section 5: nothing of it stands in section 3.
    shown = measures.scorecard(contacts)
    assert "79" not in shown["text"]
    assert len(shown["table"]["rows"]) == len(reasons.LINES) + 1
    order = [
        sorted(reasons.LINES, key=lambda line, column=column: found[line][column])
        for column in ("resolved", "first_contact")
    ]
    assert order[0] == order[1]
    # “Chat and WeChat cannot be told apart.”
    for column in ("resolved", "first_contact"):
        (one, n), (other, m) = ((found[line][column], found[line]["answered"]) for line in ("chat", "wechat"))
        _apart, low, high = difference(one * n, n, other * m, m)
        assert low < 0 < high, column
    shares = [row[4] for row in shown["table"]["rows"]]
    assert all(re.fullmatch(r"\d\d\.\d ± \d\.\d", share) for share in shares), shares


def test_each_one_missing_costs_more(floor: FloorModel) -> None:
    replays = [floor.replay(missing) for missing in range(MISSING + 1)]
    waits = [replay.interval("mean_wait").mean for replay in replays]
    lost = [f"{100 * replay.interval('p_abandon').mean:.0f}" for replay in replays]
    first, second, third = (f"{after - before:.0f}" for before, after in pairwise(waits))
    assert int(first) < int(second) < int(third)
    # “Half a minute, and the next one more than that.”
    assert 25 < int(first) < 35 < int(second)
    holds(
        says("instructor", "en"),
        f"It costs {first} seconds on {waits[0]:.0f}; the second {second}, the third {third}; of 100 callers "
        f"{', '.join(lost)} give up.",
        f"with two fewer the people are busy {100 * replays[2].interval('occupancy').mean:.0f} % of the time",
    )
    holds(
        says("instructor", "zh"),
        f"{waits[0]:.0f} 秒再加 {first} 秒；少第二个加 {second}，少第三个加 {third}；每 100 通放弃的是 "
        f"{'、'.join(lost)} 通",
    )
    busy = f"{100 * replays[0].interval('occupancy').mean:.0f}"
    holds(asks("en"), f"keep the wait at {waits[0]:.0f} seconds: two fewer double it")
    holds(asks("zh"), f"平均才等 {waits[0]:.0f} 秒：少两个人就翻倍")
    assert waits[2] / waits[0] == pytest.approx(2, abs=0.1)
    holds(asks("en"), f"busy with calls {busy} % of their time", f"Those {100 - int(busy)} %")
    holds(asks("zh"), f"{busy}% 的时间在处理来电", f"这 {100 - int(busy)}%")


def test_twenty_one_a_day_and_what_was_promised(floor: FloorModel) -> None:
    staffing, calls = load("staffing"), load("calls")
    day = staffing[(staffing["line"] == "phone") & (staffing["date"] == "2025-10-15")].iloc[0]
    holds(says("lesson", "en"), f"for the phone, {int(day['agents'])} people a day")
    october = calls[(calls["line"] == "phone") & (calls["arrived_at"].dt.month == 10)]
    kept = f"{100 * (october['served'] & (october['wait'] <= 20)).mean():.0f}"
    holds(
        says("lesson", "en"), f"In October 2025, {kept} of 100 calls to the phone were answered within its 20 seconds."
    )
    holds(says("lesson", "zh"), f"2025 年 10 月，热线每 100 通来电有 {kept} 通在承诺的 20 秒内接起")
    late = october[~(october["served"] & (october["wait"] <= 20))]
    gone = round(100 * (~late["served"]).sum() / len(october))
    # Of the 38 that are spoken of: what is rounded must add up.
    answered = 100 - int(kept) - gone
    assert answered == pytest.approx(100 * late["served"].sum() / len(october), abs=0.6)
    half, quarter = late.loc[late["served"], "wait"].quantile([0.5, 0.75])
    holds(
        says("instructor", "en"),
        f"{gone} gave up, {answered} were answered, half of these after more than {half:.0f} seconds, a "
        f"quarter after more than {quarter:.0f}.",
    )
    holds(
        says("instructor", "zh"),
        f"{gone} 通放弃，{answered} 通接通，其中一半等了 {half:.0f} 秒以上，四分之一等了 {quarter:.0f} 秒以上",
    )
    desk = (MODULE / "desk.yml").read_text(encoding="utf-8")
    holds(desk, f"Published for last month: {kept}.")


def test_contained_is_not_solved_and_not_worthless(contacts: pd.DataFrame) -> None:
    found = contained.served(contacts)
    bot, person = (contained.fate(found[found["bot"] == bot]) for bot in (True, False))
    by = contained.by_reason(contacts)
    # What persons do with the reasons that the assistant has: section 2 asks for the same mix, here too.
    shares = found.loc[found["bot"], "intent"].value_counts(normalize=True)
    rates = found[~found["bot"]].groupby("intent")[["back", "whole"]].mean().astype(float)
    mixed = rates.mul(shares, axis=0).sum()
    mixed["back"] *= 100
    holds(
        says("instructor", "en"),
        f"with the assistant's reasons it is {bot.share:.0f} against {mixed['back']:.0f} and ¥{bot.cost:.0f} against "
        f"¥{mixed['whole']:.0f}.",
    )
    holds(
        says("instructor", "zh"),
        f"{bot.share:.0f} 对 {mixed['back']:.0f}，{bot.cost:.0f} 元对 {mixed['whole']:.0f} 元",
    )
    gaps = {reason: one.share - other.share for reason, (one, other) in by.items()}
    assert len(by) == 7
    assert min(gaps.values()) > 0
    holds(
        says("lesson", "en"),
        f"dealt with alone {bot.share:.0f} are back, of 100 after a person {person.share:.0f}, and with the "
        f"assistant's reasons {mixed['back']:.0f}.",
        f"with the assistant's reasons it would be ¥{mixed['whole']:.0f}.",
        f"{gaps['invoice']:.0f} more of 100 with an invoice, {gaps['app_problem']:.0f} more with trouble with the app",
        f"a matter costs ¥{bot.cost:.0f} that the assistant began, ¥{person.cost:.0f} that a person began",
    )
    holds(
        says("lesson", "zh"),
        f"每 100 件有 {bot.share:.0f} 件又来了；人工接待的 {person.share:.0f} 件，"
        f"换成助手的原因构成是 {mixed['back']:.0f} 件",
        f"换成助手的原因构成，是 {mixed['whole']:.0f} 元",
        f"发票多 {gaps['invoice']:.0f} 件，App 故障多 {gaps['app_problem']:.0f} 件",
        f"从助手开始的一件事花 {bot.cost:.0f} 元，从人工开始的 {person.cost:.0f} 元",
    )
    # Why 14 after a person is no contradiction to section 3, where hardly anything that was closed comes back.
    people = contacts[(contacts["kind"] == "first") & contacts["served"] & (contacts["channel"] != contained.ASSISTANT)]
    back, closed = people["recontact_72h"].astype(bool), people["resolved"].astype(bool)
    open_, again = f"{100 * (back & ~closed).mean():.0f}", f"{100 * back[closed].mean():.0f}"
    holds(
        says("lesson", "en"),
        f"Of these {person.share:.0f}, {open_} had not been closed as resolved",
        f"of 100 that a person closed as resolved {again} are back (section 3)",
    )
    holds(
        says("lesson", "zh"),
        f"这 {person.share:.0f} 件里有 {open_} 件当时没有以“已解决”结案",
        f"人工以“已解决”结案的，每 100 件只有 {again} 件又来",
    )
    # What may stay, and what should have a person one step away.
    assert set(list(by)[-2:]) == {"invoice", "presale"}
    assert {"app_problem", "price", "return"} == set(list(by)[:3])


def test_where_the_two_formulas_agree() -> None:
    """The question of the analysts' section has its answer in the notes."""
    state = QueuesModel(load("calls"), load("rosters")).derive({})
    c, a = dict(state["c"]), dict(state["a"])
    first, *others = [(n, f"{c[n]:.0f}", f"{a[n]:.0f}") for n in (13, 15, 17)]
    holds(
        says("instructor", "en"),
        "{} people give {} seconds (C) and {} (A), ".format(*first)
        + ", ".join("{} give {} and {}".format(*each) for each in others),
    )
    holds(
        says("instructor", "zh"),
        "{} 人时 {} 秒（C）和 {} 秒（A），".format(*first)
        + "，".join("{} 人时 {} 和 {}".format(*each) for each in others),
    )


def test_matters_that_travel_and_the_price_of_the_route(contacts: pd.DataFrame) -> None:
    found = handoffs.matters(contacts)
    mean = found.groupby("channels")[["cost", "csat"]].mean()
    assert mean.loc[2, "cost"] > 2 * mean.loc[1, "cost"]
    holds(says("lesson", "en"), f"and is rated {mean.loc[1, 'csat'] - mean.loc[2, 'csat']:.1f} lower")
    # The number of contacts made alike: what is left is no price of a second channel.
    passed_on = contacts["journey_id"].isin(contacts.loc[contacts["kind"] == "transfer", "journey_id"])
    passed = found.index.isin(contacts.loc[passed_on, "journey_id"].unique())
    assert (found.loc[found["channels"] == 1, "contacts"] == 1).mean() > 0.5, "most of one channel are a single contact"
    two = found["contacts"] == 2
    alike = found[two].groupby("channels")["cost"].mean()
    kept = found[two & ~passed].groupby("channels")[["cost", "csat"]].mean()
    assert kept.loc[1, "cost"] == alike[1]
    holds(
        says("lesson", "en"),
        f"¥{alike[1]:.1f} in one channel and ¥{alike[2]:.1f} in two; without those passed to the second line "
        f"¥{kept.loc[2, 'cost']:.1f}, and both are rated alike ({kept.loc[1, 'csat']:.2f} and "
        f"{kept.loc[2, 'csat']:.2f})",
    )
    holds(
        says("lesson", "zh"),
        f"一个渠道 {alike[1]:.1f} 元，两个渠道 {alike[2]:.1f} 元；去掉转给二线专家的，{kept.loc[2, 'cost']:.1f} 元，"
        f"评分也一样（{kept.loc[1, 'csat']:.2f} 和 {kept.loc[2, 'csat']:.2f}）",
    )
    customers = load("customers")
    mix = MixModel(contacts, customers)
    total = float(mix.demand.sum())
    prices = {}
    for level in (77, 86):
        free, bound = (mix.solve(level / 100, 0.6, route=route) for route in (False, True))
        assert free
        assert bound
        prices[level] = (bound.cost - free.cost) / total
    holds(says("lesson", "en"), f"At 77 of 100 it costs ¥{prices[77]:.2f} a matter, at 86 ¥{prices[86]:.2f}")
    holds(says("lesson", "zh"), f"要 77 件没有再来，它摊到每件 {prices[77]:.2f} 元；要 86 件，{prices[86]:.2f} 元")
    refuse = refusals.refusing(contacts, customers)
    seniors = refuse["senior"]
    least = f"{100 * refuse.min():.0f}"
    assert refuse.idxmax() == "senior"
    assert refuse.idxmin() == "young_renter"
    holds(says("lesson", "en"), f"of 100 first contacts of seniors {100 * seniors:.0f} do not go along, of young")
    holds(says("lesson", "en"), f"young renters' {least}.")
    holds(says("lesson", "zh"), f"银发顾客每 100 件首次进线有 {100 * seniors:.0f} 件拒绝引导，年轻租房族 {least} 件")
    holds(says("instructor", "en"), f"B4: {100 * seniors:.0f} of 100 seniors refuse")


def test_the_desk_has_six_endings_and_one_good_one_that_needs_a_time_of_ones_own() -> None:
    desk = parse_desk(yaml.safe_load((MODULE / "desk.yml").read_text(encoding="utf-8")))
    grades = [node.grade for node in desk.nodes.values() if node.end]
    assert sorted(filter(None, grades)) == ["good", "mixed", "mixed", "poor", "poor", "poor"]
    for lang, says_so in (
        ("en", "There are six: one good, two mixed, three poor."),
        ("zh", "一共六个：一好、两中、三差"),
    ):
        holds(says("instructor", lang), says_so)
    # Who hangs up before he has said what it is about has an ending that does not know it, either.
    assert {n for n, node in desk.nodes.items() for choice in node.choices if choice.to == "e_early"} == {"n1c"}
    assert "e_turned" not in {choice.to for n in ("n1", "n1c", "n2") for choice in desk.nodes[n].choices}
    leads = {name for name, node in desk.nodes.items() for choice in node.choices if choice.to == "e_good"}
    assert leads == {"n7"}
    assert {name for name, node in desk.nodes.items() for choice in node.choices if choice.to == "n7"} == {"n6"}
    # Nobody gets to the shop's technician without identity and consent.
    assert {name for name, node in desk.nodes.items() for choice in node.choices if choice.to == "n4"} <= {
        "n3",
        "n3b",
        "n3c",
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_model_note_keeps_to_its_limit(lang: str) -> None:
    document = content(lang).course.units["03_channels"].documents["exercise"]
    cell = next(each for each in content(lang).cells(document) if each.name == "c-answer")
    text = "\n".join(line for line in cell.source.splitlines() if not line.startswith("###"))
    number, chinese = count(text)
    assert chinese == (lang == "zh")
    assert 60 < number <= (120 if chinese else 80)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_plans_of_the_teaching_notes_are_contiguous_and_add_up(lang: str) -> None:
    stated = {part.section: part.stated for part in minutes_of("03_channels")}
    assert sum(stated.values()) == 89
    for name, length in (("timing", 102), ("timing-75", 75), ("timing-150", 150)):
        document = content(lang).course.units["03_channels"].documents["instructor"]
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
