"""What the case of the retailer says in words about Skylark is what Skylark's shipped tables show."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from tests.content.discoveries.conftest import apart
from tests.content.modulewords import asked, content, holds, said

from servicelab.company import load
from servicelab.i18n import use
from servicelab.learn.written import count
from servicelab.publish.minutes import of_unit
from servicelab.widgets.explore.retailer import ahead
from servicelab.widgets.explore.retailer.claim.model import AheadClaim, AppClaim, ShopsClaim
from servicelab.widgets.explore.retailer.counters.model import MOST_LOST, CountersModel
from servicelab.widgets.explore.retailer.csi.model import RECIPES, IndexModel
from servicelab.widgets.figures.retailer import counterwaits
from servicelab.widgets.quantities import millions

ROOT = Path(__file__).resolve().parents[2]
UNIT = "retailer_omnichannel"
LANGUAGES = ["en", "zh"]
says, asks = partial(said, UNIT), partial(asked, UNIT)
FIVES, NET = (0, 0, 0, 0, 100), (-100, -100, 0, 0, 100)
ONES_LESS, LOW_LESS = (-50, 0, 0, 0, 100), (-50, -50, 0, 50, 100)


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return ahead.panel(load("shop_months"), load("shops"), "test")


@pytest.fixture(scope="module")
def first() -> AheadClaim:
    return AheadClaim(load("shop_months"), load("shops"))


@pytest.fixture(scope="module")
def app() -> AppClaim:
    return AppClaim(load("orders"), load("customers"))


@pytest.fixture(scope="module")
def third() -> ShopsClaim:
    return ShopsClaim(load("orders"), load("customers"), load("shop_months"))


def test_the_source_is_quoted_whole_and_called_hypothetical() -> None:
    parts = (
        "据统计，在实施新服务措施后，公司的客户满意度指数（CSI）提升了25%，",
        "同时，线上购物的比例也从原来的10%上升到了40%。",
    )
    holds(says("case", "en"), f"「{''.join(parts)}」", "「假设性的」")
    # Chinese among Chinese has the quotation marks of the rest of the page.
    holds(says("case", "zh"), f"“{''.join(parts)}”", "“假设性的”")


def test_x12a_what_is_left_is_a_quarter_of_what_the_draft_says(first: AheadClaim, panel: pd.DataFrame) -> None:
    left, others = first.beside.left, first.beside.others
    assert left is not None
    assert others is not None
    told = [round(each.mean) for each in (first.all, first.year, first.half)]
    assert told == [21, 14, 7]
    assert first.all.mean > 4 * left.mean
    assert left.mean - left.half > 4
    assert (first.begun, first.waiting) == (32, 8)
    usual = f"{ahead.meanwhile(panel):.0f}"
    assert round((1 + first.all.mean / 100) / (1 + float(usual) / 100), 2) == round(1 + left.mean / 100, 2), "both fit"
    holds(
        says("case", "en"),
        "Twenty-one, fourteen, seven", f"in the same months shops without it grew by about {usual} %",
    )  # fmt: skip
    holds(says("case", "zh"), "百分之二十一、十四、七", f"同样这些月份，没有这项功能的门店也涨了约 {usual}%")
    holds(asks("en"), f"In the same months shops without it grew by {usual}.")
    with use("en"):
        # What the others did, taken off by dividing, stands beside the picture.
        ratio, usual_year = 1 + first.year.mean / 100, 1 + others.mean / 100
        holds(first.shown("others")[1], f"({ratio:.3f} ÷ {usual_year:.3f} = {ratio / usual_year:.3f})")
    rest = f"{left.mean:.1f} % ± {left.half:.1f}"
    holds(
        says("exercise", "en"),
        f"{first.all.mean:.1f} % more", f"{first.year.mean:.1f} % more", f"{others.mean:.1f} % more", rest,
        f"{first.begun} and {first.waiting} of 40",
    )  # fmt: skip
    holds(
        says("exercise", "zh"),
        f"多 {first.all.mean:.1f}%", f"多 {first.year.mean:.1f}%", f"多 {others.mean:.1f}%",
        f"{left.mean:.1f}% ± {left.half:.1f}",
    )  # fmt: skip
    holds(
        says("instructor", "en"),
        f"{first.all.mean:.1f}, {first.year.mean:.1f}, {first.half.mean:.1f} % by the months one looks at "
        f"(six months: the season); in the same months the others grew by {others.mean:.1f} %; left: {rest}",
    )
    holds(asks("en"), f"“{left.mean:.1f} % ± {left.half:.1f}”")
    # What a shop with ordering ahead would sell without it: “five per cent of nineteen million … ¥950,000”.
    year = panel[panel["from"].notna() & (panel["month"].dt.year == 2025)].groupby("shop_id")["sales"].sum().mean()
    assert round(year / (1 + left.mean / 100) / 1e6) == 19
    assert 0.05 * 19e6 == 950_000


def test_x12a_with_it_is_not_beside_without_it_in_levels(panel: pd.DataFrame, first: AheadClaim) -> None:
    """The lot gave ordering ahead to larger shops: “so much more than shops without it” is a number of its own."""
    sales = panel.pivot_table(index="month", columns="shop_id", values="sales", aggfunc="sum")
    begins = panel.groupby("shop_id")["from"].first()
    more = []
    for start, shops in begins.dropna().groupby(begins.dropna()):
        last = start + pd.DateOffset(months=12)
        year = sales[(sales.index >= start) & (sales.index < last)].sum()
        more.append(float(year[shops.index].mean() / year[begins.isna() | (begins >= last)].mean() - 1))
    assert first.beside.left is not None
    assert 100 * np.mean(more) > 2 * first.beside.left.mean
    holds((ROOT / "docs" / "units" / f"{UNIT}.md").read_text(encoding="utf-8"), f"{100 * np.mean(more):.1f} % more")
    for lang, wrong in (("en", "more than shops without it"), ("zh", "比没有的门店多")):
        for text in (says("case", lang), says("exercise", lang), asks(lang)):
            assert wrong not in text
    left = first.beside.left
    holds(
        says("exercise", "en"),
        f"{left.mean:.1f} % (± {left.half:.1f}) above what the growth of shops without it in the same months",
    )
    holds(says("case", "en"), "about five per cent more than at the growth of shops without it")


def test_x12a_half_a_year_is_a_season(first: AheadClaim) -> None:
    """The same six months in the shops that never had it rise and fall with those groups."""
    low, *_middle, high = sorted(first.groups)
    assert (round(low), round(high)) == (2, 18)
    assert high - low > 10
    with use("en"):
        shown = first.shown("half")
    assert f"from {low:.0f} to {high:.0f} %" in shown[1]
    assert shown[2]["rows"][0][2] == "not given"


def test_four_groups_of_eight_every_four_months() -> None:
    starts = load("shops")["app_live_from"]
    groups = starts.value_counts().sort_index()
    assert groups.tolist() == [8, 8, 8, 8]
    assert [f"{each:%Y-%m}" for each in groups.index] == ["2024-01", "2024-05", "2024-09", "2025-01"]
    assert starts.isna().sum() == 8
    holds(
        says("case", "en"), "four groups of eight shops, every four months from January 2024 on", "Eight shops do not"
    )
    holds(says("exercise", "en"), "January 2024 to January 2025")


def test_x12a_fixed_effects_and_other_lots(panel: pd.DataFrame) -> None:
    log_sales, live, _months, _starts = ahead.squares(panel)
    delta = ahead.effect_on_log_sales(log_sales, live)

    def inner(values: np.ndarray) -> np.ndarray:
        return values - values.mean(axis=1, keepdims=True) - values.mean(axis=0, keepdims=True) + values.mean()

    x, y = inner(live), inner(log_sales)
    error = float((((x * (y - delta * x)).sum(axis=1)) ** 2).sum() ** 0.5 / (x**2).sum())
    low, mid, high = (100 * np.expm1(delta + z * error) for z in (-1.96, 0, 1.96))
    told = f"{mid:.1f} % ({low:.1f} to {high:.1f})"
    holds(says("instructor", "en"), f"two-way fixed effects {told}", f"B2: {told}")
    holds(says("instructor", "zh"), f"{mid:.1f}%（{low:.1f} 到 {high:.1f}）")
    # Why the key is no wider: the rise of six months would count as an estimate of the effect.
    assert 4.4 < low + 0.3 < mid < 5.3 < 100 * (ahead.before_and_after(panel, ahead.HALF).mean / 100)
    effect, found = ahead.by_other_lots(panel, 300)
    assert effect == pytest.approx(mid)
    assert np.abs(found).max() < 2, "within 2 % either way"
    holds(says("instructor", "en"), f"the other lots reach {np.abs(found).max():.1f} % in the figure")


def test_x12b_users_ordered_as_much_before(app: AppClaim) -> None:
    (users, _), (others, _), same = app.users, app.others, app.same
    assert abs(same.gap[0]) < same.gap[1], "+0.17 ± 0.23: cannot be told from nothing"
    assert users > 2.9 * others
    around = f"the same people the year before {same.before[0]:.1f}, the year after {same.after[0]:.1f}"
    holds(
        says("instructor", "en"),
        f"{users:.1f} against {others:.1f}; {around}: +{same.gap[0]:.2f} ± {same.gap[1]:.2f}",
        f"orders fall from {app.long.before[0]:.1f} to {app.long.after[0]:.1f}",
    )
    (with_it, without), around = app.a_year, f"{app.long.before[0]:.1f} and {app.long.after[0]:.1f}"
    assert round(with_it / without) == 2, "twice, not three times"
    assert 0.2 < app.short < 0.3, "one in four"
    holds(
        says("instructor", "en"),
        f"One in four had not been a member for that whole year; who had: {around}.",
        f"{app.gone:,} of those without had left before 2025; for each year of membership it is {with_it:.1f} against "
        f"{without:.1f}, twice",
        f"{same.before[0]:.1f} and {same.after[0]:.1f}; members for the whole year before {around} |",
    )
    holds(says("instructor", "zh"), f"{app.gone:,} 人", f"{with_it:.1f} 对 {without:.1f}")
    holds(
        asks("en"),
        f"{same.before[0]:.1f} orders in the year before; of all without it, {others:.1f} in 2025, or {without:.1f} "
        "for each year of membership",
    )
    assert app.DECIDES == "long", "who had been a member for half of the year before ordered less in it by that alone"
    assert app.long.gap[0] + app.long.gap[1] < 0, "who was a member all the year before orders less after it"


def test_x12c_shops_are_counted(third: ShopsClaim) -> None:
    lost, more = third.shop[0] - third.shop[-1], third.online[-1] - third.online[0]
    assert 0.9 < lost / 1000 < 1.2, "one thousand"
    assert 12 < more / 1000 < 13, "twelve thousand"
    holds(asks("en"), f"{more:,} came online, {lost:,} fewer were placed in shops")
    holds(
        says("instructor", "en"),
        "Shop orders " + ", ".join(f"{each:,}" for each in third.shop),
        "online " + ", ".join(f"{each:,}" for each in third.online),
        "A member came " + ", ".join(f"{each:.1f}" for each in third.each) + " times a year",
        "of those who ordered at all " + ", ".join(f"{each:.1f}" for each in third.active),
        f"members pay ¥{third.members:.0f} of ¥100",
        f"the shops' {millions(third.sales[0])} became {millions(third.sales[-1])}",
        f"−{lost:,}, +{more:,}",
        f"{third.share[0]:.1f} to {third.share[-1]:.1f} online; in shops {third.shop[0]:,}, then {third.shop[-1]:,}",
        f"while what members bought there fell by {-third.members_rose:.0f} %",
    )
    assert sorted(third.active, reverse=True) == third.active, "falling all along"
    for lang in LANGUAGES:
        holds(says("case", lang), f"{third.others_rose:.0f}{' ' if lang == 'en' else ''}%")
    with use("en"):
        assert f"{third.shop[-1]:,} orders last year, two years before {third.shop[0]:,}" in third.sentence()
    holds(
        says("case", "en"),
        f"a member came to a shop {third.each[0]:.1f} times in 2023, {third.each[-1]:.1f} times in 2025",
        f"members are only ¥{third.members:.0f} of ¥100 at the tills, "
        f"where they bought {-third.members_rose:.0f} % less",
    )
    holds(says("case", "zh"), f"2023 年每位会员到店下单 {third.each[0]:.1f} 次，2025 年 {third.each[-1]:.1f} 次")


def test_five_indices_of_the_same_answers() -> None:
    orders = load("orders")
    model = IndexModel(orders)
    rises = [model.rise(weights) for weights in (*RECIPES.values(), FIVES, NET)]
    told = [*(f"{each.relative:.1f}" for each in rises[:4]), f"{rises[4].relative:.0f}"]
    holds(
        says("case", "en"),
        f"As an index that is {told[0]} %; from 0 to 100, {told[1]} %; the share of fours and fives {told[2]} %; "
        f"the share of fives alone {told[3]} %; fives less ones and twos {told[4]} %.",
        f"The mean rose from {rises[0].first / 20:.2f} to {rises[0].last / 20:.2f}.",
        f"A rise from {rises[2].first:.0f} to {rises[2].last:.0f} of 100 is {rises[2].points:.0f} points, and "
        f"{rises[2].relative:.0f} % of {rises[2].first:.0f}.",
        f"of 100 answers {rises[2].last:.0f} were a 4 or 5, two years ago {rises[2].first:.0f}",
    )
    holds(says("case", "zh"), f"均值从 {rises[0].first / 20:.2f} 升到 {rises[0].last / 20:.2f}")
    holds(says("instructor", "en"), ", ".join(told) + " %: the same answers")
    fives, less, both = (model.rise(weights).relative or 0 for weights in (FIVES, ONES_LESS, LOW_LESS))
    holds(
        says("instructor", "en"),
        f"Fives alone (0, 0, 0, 0, 100) give {fives:.0f} %, with −50 for a one {less:.0f} %, with −50, −50, 0, 50, 100 "
        f"it is {both:.0f} %",
    )
    # The goal can be met, and not with weights above nothing alone by those in use.
    assert any(abs((model.rise((low, 0, 0, 0, 100)).relative or 0) - 25) < 1 for low in range(-60, 0, 5))
    contacts = load("contacts").dropna(subset="csat")
    by_year = {year: rows["csat"].astype(float) for year, rows in contacts.groupby(contacts["opened_at"].dt.year)}
    low, high = apart(by_year[2025], by_year[2023])
    assert low < 0 < high
    holds(says("case", "en"), f"went from {by_year[2023].mean():.2f} to {by_year[2025].mean():.2f}")


def test_the_queue_went_to_the_counter() -> None:
    shop_months, shops = load("shop_months"), load("shops")
    found = counterwaits.waits(shop_months, shops)
    without, with_it = found[False], found[True]
    holds(
        says("case", "en"),
        f"one waited {without['counter']:.1f} minutes at the pick-up counter and {without['till']:.1f} at the till",
    )
    holds(says("exercise", "en"), f"{with_it['till']:.1f} and {without['till']:.1f} minutes",
          f"{with_it['counter']:.1f} and {without['counter']:.1f} minutes")  # fmt: skip
    holds(
        says("instructor", "en"),
        f"The till fell from {without['till']:.1f} to {with_it['till']:.1f}, the counter rose from "
        f"{without['counter']:.1f} to {with_it['counter']:.1f}.",
    )
    late = shop_months[shop_months["month"] >= "2025-07-01"].merge(shops, on="shop_id")
    share = 100 * late.loc[late["app_live_from"].notna(), "ordered_ahead"].mean()
    holds(says("case", "en"), f"of 100 visits {share:.0f} are ordered ahead")
    assert 2.5 < with_it["counter"] / without["counter"] < 3, "nearly three times as long"


def test_the_last_eight_hang_on_one_number() -> None:
    model = CountersModel(load("shop_months"), load("shops"))
    assert all((model.worth(1.0, years)["convert"] > 0).all() for years in (3, 5, 8)), "in every one of the thousand"
    opens = model.worth(model.open_lost(), 5)
    assert (opens["both"] > opens["convert"]).mean() == pytest.approx(0.5, abs=0.05), "it opens at even chances"
    holds((ROOT / "docs" / "units" / f"{UNIT}.md").read_text(encoding="utf-8"), f"about {model.even(5):.1f} % of sales")
    with use("en"):
        told = model.derive({})["text"]
    holds(told, f"{model.effect:.1f} % more than at the growth of the others (± {1.96 * model.spread:.1f};")
    holds(says("instructor", "en"), f"from all months at once, {model.effect:.1f} % ± {1.96 * model.spread:.1f})")


def test_half_a_year_of_second_counters_would_tell(panel: pd.DataFrame) -> None:
    """The notes say that it can be measured: half a year beside the half before, 16 of the 32 beside the other 16."""
    begun = panel[panel["from"].notna()]
    logs = np.log(begun.pivot_table(index="shop_id", columns="month", values="sales", aggfunc="sum").to_numpy())
    change = logs[:, -6:].mean(axis=1) - logs[:, -12:-6].mean(axis=1)
    half = 100 * 1.96 * float(change.std(ddof=1)) * np.sqrt(2 / 16)
    even = CountersModel(load("shop_months"), load("shops")).even(5)
    assert half < even
    holds(says("instructor", "en"), f"tells a loss of {even:.1f} % from none (± {half:.1f})")


def test_the_slider_passes_the_point_at_which_it_turns() -> None:
    model = CountersModel(load("shop_months"), load("shops"))
    for years in (3, 8):
        assert (model.worth(4.0, years)["both"] > model.worth(4.0, years)["convert"]).mean() > 0.3
        assert (model.worth(0.0, years)["both"] > model.worth(0.0, years)["convert"]).mean() == 0
    assert 1 < model.even(8) < model.even(5) < model.even(3) < MOST_LOST
    holds(says("instructor", "en"), f"“sales lost” from 0 to {MOST_LOST:.0f} %")


def test_the_first_eight_of_the_analysis(panel: pd.DataFrame) -> None:
    sales = panel.groupby(["shop_id", panel["month"].dt.year])["sales"].sum().unstack()
    begins = panel.groupby("shop_id")["from"].first()
    change = sales[2024] / sales[2023] - 1
    one, other = change[begins == "2024-01-01"], change[begins.isna() | (begins >= "2025-01-01")]
    assert (len(one), len(other)) == (8, 16)
    holds(
        says("instructor", "en"), f"left for the first eight {100 * ((1 + one.mean()) / (1 + other.mean()) - 1):.1f} %"
    )


def test_the_futures_of_the_analysis(panel: pd.DataFrame) -> None:
    document = content("en").course.units[UNIT].documents["analysis"]
    code = "\n".join(cell.source for cell in content("en").cells(document) if cell.name in ("open", "b4-worth"))
    space: dict[str, object] = {}
    exec(
        code.replace("from servicelab.learn import open_analysis", "").replace(f'task = open_analysis("{UNIT}")', ""),
        space,
    )
    sales, convert, pays = space["sales_2025"], space["convert"], space["pays"]
    assert isinstance(convert, pd.Series)
    holds(
        says("instructor", "en"),
        f"¥{float(sales) / 1e6:.1f} million a shop; converting is worth ¥{convert.mean() / 1e6:.2f} million a shop on "  # type: ignore[arg-type]
        f"average; the second counter pays in {100 * float(pays):.0f} of 100 futures",  # type: ignore[arg-type]
    )


def test_the_sums_of_other_houses_are_right() -> None:
    quiz = yaml.safe_load((ROOT / "course" / "cases" / UNIT / "quiz.yml").read_text(encoding="utf-8"))
    prompts = {each["id"]: each["prompt"] for each in (*quiz["decisions"], *quiz["quiz"])}
    theatre = [int(each.replace(",", "")) for each in re.findall(r"\d\d?,\d{3}", prompts["a-theatre"])]
    then, now, then_net, now_net = theatre
    assert (round(100 * then_net / (then + then_net)), round(100 * now_net / (now + now_net))) == (15, 55)
    assert "¥18,000" in prompts["a-counter"]
    assert "¥2,000,000" in prompts["a-counter"]
    hatch, window = (100 * cost / 0.30 / sales for cost, sales in ((18_000, 2_000_000), (24_000, 4_000_000)))
    assert (hatch, window) == pytest.approx((3, 2))
    assert round(100 * (1.15 / 1.11 - 1)) == 4


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_model_paragraph_keeps_to_its_limit(lang: str) -> None:
    document = content(lang).course.units[UNIT].documents["exercise"]
    cell = next(each for each in content(lang).cells(document) if each.name == "c-answer")
    text = "\n".join(line for line in cell.source.splitlines() if not line.startswith("###"))
    number, chinese = count(text)
    assert chinese == (lang == "zh")
    assert 60 < number <= (150 if chinese else 80)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_plans_of_the_teaching_notes_are_contiguous_and_add_up(lang: str) -> None:
    stated = {part.section: part.stated for part in of_unit(ROOT, UNIT)}
    for name, length in (("timing", 75), ("timing-150", 150)):
        document = content(lang).course.units[UNIT].documents["instructor"]
        cell = next(each for each in content(lang).cells(document) if each.name == name)
        rows = [line.strip("|").split("|") for line in cell.source.splitlines() if line.startswith("|")]
        rows = [[each.strip(" *") for each in row] for row in rows if row[0].strip(" *")[:1].isdigit()]
        spans = [tuple(map(int, row[0].split("–"))) for row in rows]
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        assert all(one[1] == other[0] for one, other in pairwise(spans)), (name, spans)
        told = {f"s{row[3]}": int(row[4]) for row in rows if row[3].isdigit()}
        assert told == {section: stated[section] for section in told}
