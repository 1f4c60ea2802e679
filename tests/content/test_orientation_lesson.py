"""What module 00 says in words about Skylark is what Skylark's shipped tables show."""

from __future__ import annotations

import re
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.content.modulewords import content, holds, items, minutes_of, said

from servicelab.company import label, load
from servicelab.course.declared import read
from servicelab.course.placingfile import PlacingFile
from servicelab.i18n import use
from servicelab.learn.controls.desk.model import parse_desk
from servicelab.publish.minutes import Planned
from servicelab.widgets.figures.system import enquiries, owners, silence
from servicelab.widgets.intervals import wilson

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "course" / "modules" / "00_orientation"
UNIT = "00_orientation"


LANGUAGES = ["en", "zh"]
says, asks = partial(said, "00_orientation"), partial(items, "00_orientation")


@pytest.fixture(scope="module")
def contacts() -> pd.DataFrame:
    return load("contacts")


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return load("orders")


@cache
def placing(lang: str) -> PlacingFile:
    return read(PlacingFile, content(lang).placing(content(lang).course.units[UNIT]))


# -- section 4: owners


def test_section_4_three_of_a_hundred(contacts: pd.DataFrame) -> None:
    share = (100 * owners.shares(contacts)).round().astype(int)
    assert list(share.index[:3]) == ["sales", "logistics", "product"]
    sales, logistics, product = share.iloc[:3]
    assert (sales, logistics, product, share["service"]) == (34, 23, 14, 3)
    holds(says("lesson", "en"), "34 come from sales, 23 from logistics, 14 from product.")
    holds(says("lesson", "en"), "The third floor's own work gives rise to 3.")
    assert 100 - share["service"] == 97, "q-owner"
    assert 0.69 < owners.shares(contacts)[["sales", "logistics", "product"]].sum() < 0.75, "“seven of ten”"
    # Each reason has one owner: the firm's own definition, as the note under the picture says.
    assert (contacts.groupby("intent", observed=True)["owner"].nunique() == 1).all()


ANSWERS_FOR = {
    "sales": {"presale"}, "logistics": {"where_is_order", "change_delivery"}, "warehouse": {"damaged"},
    "product": {"defect", "return"}, "finance": {"invoice", "balance"}, "marketing": {"price", "price_claim"},
    "it": {"app_problem"}, "service": {"complaint"},
}  # fmt: skip
"""What section 3 says of each department, in the tables' words."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_section_3_says_what_each_department_answers_for(contacts: pd.DataFrame, lang: str) -> None:
    reasons = contacts.groupby(contacts["owner"].astype(str))["intent"].agg(lambda found: set(found.astype(str)))
    assert reasons.to_dict() == ANSWERS_FOR
    rule = next(part for part in says("lesson", lang).split("\n\n") if "term:owner" in part)
    with use(lang):
        for owner in ANSWERS_FOR:
            assert label("contacts", "owner", owner).casefold() in rule.casefold(), owner


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_fact_has_a_table_in_brackets(lang: str) -> None:
    assert [text for text in facts(lang).values() if re.search(r"[（(_]", text)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_guess_of_section_3_names_the_contacts_as_the_board_does(lang: str) -> None:
    asked = next(
        each for each in content(lang).quiz(content(lang).course.units[UNIT])["predictions"] if each["id"] == "p-lost"
    )
    found = placing(lang)
    names = {item.id: item.name for item in (*found.sets["wardrobe"], *found.sets["later"])}
    assert asked["names"][:8] == [names[f"w{number}"] for number in range(1, 9)]
    holds(says("lesson", "en"), "lost_after = 4  # the scratch")
    assert names["w4"] == {"en": "the scratch", "zh": "划痕"}[lang]


# -- section 6: silence


def test_section_6_the_four_numbers_of_silence(contacts: pd.DataFrame, orders: pd.DataFrame) -> None:
    found = silence.outcomes(contacts, orders)
    again = (100 * found["again"].groupby(found["group"]).mean()).round().astype(int)
    failed = found[found["group"] != "sound"]
    quiet = round(100 * (failed["group"] == "silent").mean())
    assert (quiet, *again[["silent", "wrong", "right", "sound"]]) == (73, 55, 55, 84, 87)
    text = says("lesson", "en")
    holds(
        text,
        "Of 100 orders in which nothing failed, 87 are followed by another",
        "73 of 100 such failures are never told",
    )
    wrong = found.loc[found["group"] == "wrong", "again"]
    low, high = (round(100 * bound) for bound in wilson(float(wrong.sum()), len(wrong)))
    holds(
        text,
        f"of both, 55 of 100 such orders are followed by another (the second group is small: {low} to {high} would",
    )
    gone = found.loc[found["group"] == "gone", "again"]
    least, most = (round(100 * bound) for bound in wilson(float(gone.sum()), len(gone)))
    share = round(100 * gone.mean())
    holds(text, f"{len(gone)} orders, {share} of 100, and with so few anything from {least} to {most}.")
    holds(says("lesson", "zh"), f"{len(gone)} 单，每 100 单有 {share} 单有下一单；人这么少，{least} 到 {most} 都说得通")
    holds(says("lesson", "zh"), f"每 100 单只有 55 单有下一单（后一组人少，{low} 到 {high} 都说得通）")
    holds(
        says("instructor", "en"),
        f"with an interval of {low} to {high}",
        f"{len(gone)} orders, {share} of 100 ({least} to {most})",
    )
    holds(
        says("instructor", "zh"), f"区间 {low} 到 {high}", f"{len(gone)} 单，100 单里 {share} 单（{least} 到 {most}）"
    )
    holds(text, "Told and put right: 84,")
    holds(str(asks("en")["r-silent"]), "Of 100 failures 73 were never told, and 55 of 100 of those orders")
    holds(str(asks("en")["q-late"]), "Told and put right, 84 of 100 order again; told and left, 55")
    holds(str(asks("en")["q-effects"]), "84 instead of 55 of 100 order again")


def test_who_says_nothing_is_lost_as_often_as_who_was_not_helped(contacts: pd.DataFrame, orders: pd.DataFrame) -> None:
    found = silence.outcomes(contacts, orders)
    mean, size = (found["again"].groupby(found["group"]).agg(f) for f in ("mean", "size"))
    error = (mean * (1 - mean) / size) ** 0.5
    apart = abs(mean["silent"] - mean["wrong"])
    assert apart < 2 * (error["silent"] ** 2 + error["wrong"] ** 2) ** 0.5
    assert mean["right"] - mean["silent"] > 0.25


# -- section 7: late answers


def test_section_7_the_staircase(contacts: pd.DataFrame) -> None:
    asked = enquiries.enquiries(contacts)
    first = contacts[contacts["kind"] == "first"]
    assert 0.30 < len(asked) / len(first) < 0.36, "“a third of all matters”"
    served, gone = asked[asked["served"]], asked[~asked["served"]]
    step = pd.cut(served["minutes"], enquiries.EDGES, labels=False)
    shares = (100 * served["ordered"].groupby(step).mean()).round().astype(int).tolist()
    assert shares == [78, 73, 68, 62, 55, 44, 23]
    assert all(a > b for a, b in pairwise(shares)), "with every step the share falls"
    assert round(100 * len(gone) / len(asked)) == 8
    assert 19 < 100 * gone["ordered"].mean() < 22, "“about 20”"
    text = says("lesson", "en")
    holds(text, "Answered at once, 78 of 100 turn into an order.", "with every step the share falls, from 78 to 23")
    holds(text, "Eight of 100 enquirers gave up", "about 20 of 100 of those ordered all the same")
    holds(str(asks("en")["q-late"]), "78 of 100 order when they are answered at once, 23 when it takes over an hour")
    holds(str(asks("en")["q-effects"]), "78 instead of 44 of 100 enquirers order")
    assert round(100 * asked["ordered"].mean()) == 65
    holds(str(asks("en")["a-source"]), "65 of 100 enquiries led to an order")


@pytest.mark.parametrize("channel", list(enquiries.INSIDE))
def test_section_7_it_is_the_same_staircase_inside_a_channel(contacts: pd.DataFrame, channel: str) -> None:
    here = enquiries.enquiries(contacts).query("served and channel == @channel")
    step = pd.cut(here["minutes"], enquiries.COARSE, labels=False)
    groups = here["ordered"].groupby(step)
    kept = groups.mean()[groups.size() >= enquiries.FEWEST].tolist()
    assert len(kept) >= 3
    assert all(a > b + 0.04 for a, b in pairwise(kept))


def test_ratings_are_given_for_35_of_100_contacts(contacts: pd.DataFrame) -> None:
    assert round(100 * contacts["csat"].notna().mean()) == 35
    for key in ("q-gap", "r-silent"):
        holds(str(asks("en")[key]), "35 of 100 contacts get")
    # q-effects takes Skylark's own rating as its start.
    assert 3.5 <= contacts["csat"].astype(float).mean() < 3.6


# -- section 5: the map


def facts(lang: str) -> dict[str, str]:
    return {item.id: item.text for item in placing(lang).sets["map"]}


def test_the_facts_on_the_map_are_in_the_tables(contacts: pd.DataFrame, orders: pd.DataFrame) -> None:
    agents, shops = load("agents"), load("shops")
    permanent = agents[~agents["temporary"]]
    broken = load("incidents")
    hours = (broken["ended_at"] - broken["started_at"]).dt.total_seconds().sum() / 3600
    months = load("appraisals").groupby("month")
    answers = load("needs_tracker").groupby("month").size()
    styled = int((orders["extra_feature"] == "personal_styling").sum())
    text = facts("en")
    holds(text["agents"], f"{len(permanent)} people", f"{permanent['left_on'].notna().sum()} of them have left")
    assert agents["line"].nunique() == 6
    holds(text["outages"], f"{len(broken)} times", f"{hours:.0f} hours")
    assert set(broken["system"].astype(str)) == {"app", "website", "payment", "order_system"}
    assert set(months["bottom_ten"].sum()) == {10}
    assert set(months["coached"].sum()) == {5}
    assert load("appraisals")["surveys"].max() == 20
    assert set(answers) == {120}
    holds(text["tracker"], "120 customers")
    assert {"register", "receive", "inspect", "approve", "refund"} <= set(load("event_log")["activity"].astype(str))
    assert "minutes_a_day" in load("stations")
    holds(text["hired"], f"all {len(load('applicants'))} applicants")
    holds(text["ahead"], f"{shops['app_live_from'].notna().sum()} of {len(shops)} shops")
    holds(text["styling"], f"{styled:,} orders")
    assert contacts["owner"].nunique() == 8
    asked = set(contacts["asked"].astype(str)) | set(contacts["channel"].astype(str))
    assert asked - {"expert"} == {"phone", "chat", "wechat", "email", "shop", "self_service"}


NUMBER = re.compile(r"\d[\d,]*")


def test_a_fact_has_the_same_numbers_in_both_languages() -> None:
    chinese = facts("zh")
    for key, text in facts("en").items():
        assert sorted(NUMBER.findall(text)) == sorted(NUMBER.findall(chinese[key])), key


def test_the_chinese_text_says_the_numbers_that_the_english_says() -> None:
    """Which are held against the tables above."""
    text, items = says("lesson", "zh"), asks("zh")
    holds(text, "100 件事里，34 件来自销售，23 件来自物流，14 件来自商品。三楼自己的工作引起的有 3 件。")
    holds(text, "没有出错的订单，每 100 单有 87 单在 180 天内", "100 次里有 73 次没人说")
    holds(text, "说了、也解决了的：84 单", "100 次咨询有 78 次成交", "从 78 降到 23", "每 100 位咨询的人里，有 8 位")
    holds(str(items["r-silent"]), "100 次失误有 73 次没人说，这些订单每 100 单只有 55 单有下一单")
    holds(
        str(items["q-late"]),
        "100 位里 78 位下单；超过一小时，只有 23 位",
        "100 位里有 84 位再次下单；说了没解决的，55 位",
    )
    holds(str(items["q-owner"]), "十件事里有七件", "97% 来自别处")


def test_the_notes_name_the_trap_of_the_control_group(contacts: pd.DataFrame, orders: pd.DataFrame) -> None:
    """Customers who were in touch order again far more often; order by order there is hardly a difference."""
    known = orders.dropna(subset=["repurchased_180d"]).sort_values("ordered_at")
    again = known["repurchased_180d"].astype(float)
    called, about = set(contacts["customer_id"]), set(contacts["order_id"].dropna())
    first = ~known["customer_id"].duplicated()
    customers = 100 * again[first].groupby(known.loc[first, "customer_id"].isin(called)).mean()
    assert (round(customers[True]), round(customers[False])) == (80, 46)
    each = orders["customer_id"].value_counts()
    number = each.groupby(each.index.isin(called)).mean()
    assert (f"{number[True]:.1f}", f"{number[False]:.1f}") == ("8.6", "2.2")
    single = 100 * again.groupby(known["order_id"].isin(about)).mean()
    assert (round(single[True]), round(single[False])) == (85, 84)
    holds(says("instructor", "en"), "80 against 46 of 100", "8.6 orders each, the second 2.2", "(85 against 84)")
    holds(says("instructor", "zh"), "80 比 46", "8.6 笔订单，后者 2.2 笔", "（85 比 84）")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_at_the_same_number_of_orders_those_who_were_in_touch_order_again_less(
    contacts: pd.DataFrame, orders: pd.DataFrame, lang: str
) -> None:
    first = orders.dropna(subset=["repurchased_180d"]).sort_values("ordered_at").drop_duplicates("customer_id")
    number = first["customer_id"].map(orders["customer_id"].value_counts())
    called = first["customer_id"].isin(set(contacts["customer_id"]))
    each = first["repurchased_180d"].astype(float).groupby([number, called]).agg(["mean", "size"]).unstack().dropna()
    apart = each["mean"][True] - each["mean"][False]
    # Each number of orders counts by what can be compared there.
    weight = 1 / (1 / each["size"][True] + 1 / each["size"][False])
    assert round(100 * (apart * weight).sum() / weight.sum()) == -3
    words = {"en": ("two", "three", "four", "five", "six"), "zh": ("两笔", "三笔", "四笔", "五笔", "六笔")}[lang]
    for orders_each, word in enumerate(words, 2):
        in_touch, never = (round(100 * each["mean"][group][orders_each]) for group in (True, False))
        assert in_touch < never
        holds(says("instructor", lang), f"| {word} | {in_touch} | {never} |")
    holds(says("instructor", lang), {"en": "order again 3 of 100 less often", "zh": "每 100 位少 3 位"}[lang])


def test_two_boxes_of_the_map_stay_empty_and_the_question_names_them() -> None:
    found = placing("en")
    empty = {
        key: {option.id for option in asked.options}
        - {place for item in found.sets["map"] for place in item.answers.get(key, ())}
        for key, asked in found.questions.items()
    }
    assert empty["constituent"] == {"feedback"}
    assert empty["activity"] == {"crm"}
    assert empty["property"] == {"cross", "centred"}
    assert len(found.sets["map"]) == 15
    holds(says("lesson", "en"), "Here are fifteen facts")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_departments_are_called_as_in_the_tables(lang: str) -> None:
    with use(lang):
        for option in placing(lang).questions["owner"].options:
            assert option.text == label("contacts", "owner", option.id)


def test_four_of_the_eight_owners_of_the_wardrobe_are_not_service_and_each_contact_stands_once() -> None:
    found = placing("en")
    contacts = [*found.sets["wardrobe"], *found.sets["later"]]
    assert sorted(item.id for item in contacts) == [f"w{n}" for n in range(1, 9)]
    assert [item.answers["owner"] for item in contacts].count(("service",)) == 1
    assert len({item.answers["owner"] for item in contacts}) == 8
    assert len(found.sets["wardrobe"]) == 5


# -- the desk, and the whole


def test_the_desk_has_five_endings_and_the_good_one_is_logged() -> None:
    desk = parse_desk(yaml.safe_load((MODULE / "desk.yml").read_text(encoding="utf-8")))
    ends = [node.grade for node in desk.nodes.values() if node.end]
    assert sorted(map(str, ends)) == ["good", "mixed", "mixed", "poor", "poor"]
    leading = [choice.say for node in desk.nodes.values() for choice in node.choices if choice.to == "e_good"]
    assert leading
    assert all("entering it now" in say for say in leading)


def test_the_plan_of_the_exercise_adds_up() -> None:
    source = (MODULE / "exercise.md").read_text(encoding="utf-8")
    points = [int(p) for p in re.findall(r"grade_id: test-a-[\w-]+, locked: true, points: (\d+)", source)]
    assert (len(points), sum(points)) == (17, 20)
    holds(source, "seventeen decisions")
    analysis = (MODULE / "analysis.md").read_text(encoding="utf-8")
    assert sum(int(p) for p in re.findall(r"grade: true.*points: (\d+)", analysis)) == 20


@pytest.fixture(scope="module")
def core() -> list[Planned]:
    """The sections that everybody walks, with the minutes they state."""
    return [each for each in minutes_of(UNIT) if each.track != "analyst"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("cell", "total"), [("timing-75", 75), ("timing-150", 150)])
def test_a_plan_of_the_teaching_notes_has_every_section_and_every_minute(
    core: list[Planned], cell: str, total: int, lang: str
) -> None:
    document = content(lang).course.units[UNIT].documents["instructor"]
    source = next(each for each in content(lang).cells(document) if each.name == cell)
    rows = re.findall(r"^\| \*?(\d+)–(\d+)\*? \|.*\|([^|]*)\|([^|]*)\|$", source.source, re.MULTILINE)
    assert (int(rows[0][0]), int(rows[-1][1])) == (0, total)
    assert all(int(a[1]) == int(b[0]) for a, b in pairwise(rows))
    stated = {str(n): each.stated for n, each in enumerate(core, 1)}
    named = {section.strip(): float(minutes) for _from, _to, section, minutes in rows if section.strip().isdigit()}
    assert named == stated
