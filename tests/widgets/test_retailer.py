"""The case of the retailer: shops beside shops, a verdict that stands, an index of weights, a thousand futures."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from servicelab.company import load
from servicelab.errors import UserError
from servicelab.i18n import use
from servicelab.widgets import explore, figures
from servicelab.widgets.explore.retailer import ahead
from servicelab.widgets.explore.retailer.claim.model import AheadClaim, AppClaim, Claim, ShopsClaim
from servicelab.widgets.explore.retailer.counters.model import CountersModel
from servicelab.widgets.explore.retailer.csi.model import FIRST, LAST, IndexModel
from servicelab.widgets.figures.retailer import counterwaits

NONSENSE: list[Any] = [
    {},
    {"verdict": 7, "committed": "yes", "view": [], "seen": 3},
    {"verdict": "no", "committed": True, "view": "nowhere", "seen": [None, 4]},
    {"w1": "much", "w2": float("nan"), "kept": "all"},
    {"kept": [[1, 2], [0, 0, 0, 0, 0], ["x"] * 5, None, [0, 0, 0, 100, 100]]},
    {"way": 3, "committed": True, "lost": "all", "years": None},
    {"way": "both", "committed": True, "lost": float("inf"), "years": -4},
]


def rows(rise: float = 0.1, trend: float = 1.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Four shops over three years: two begin in 2024, two never; all grow by a factor a month, two by `rise` more."""
    months = pd.date_range("2023-01-01", periods=36, freq="MS")
    start = pd.Timestamp("2024-01-01")
    table = []
    for n in range(4):
        for at, month in enumerate(months):
            more = 1 + rise if n < 2 and month >= start else 1.0
            sales = (100_000 + 10_000 * n) * trend**at * more
            table.append(
                {
                    "shop_id": f"S{n}", "month": month, "sales": sales, "member_sales": 0.1 * sales,
                    "till_wait_min": 1.0 if n < 2 else 4.0, "counter_wait_min": 9.0 if n < 2 else 3.0,
                }
            )  # fmt: skip
    shops = pd.DataFrame({"shop_id": [f"S{n}" for n in range(4)], "app_live_from": [start, start, pd.NaT, pd.NaT]})
    return pd.DataFrame(table), shops


def test_what_all_shops_do_is_taken_off() -> None:
    panel = ahead.panel(*rows(0.1, 1.01), "test")
    year = 1.01**12
    found = ahead.beside_the_others(panel)
    assert found.others is not None
    assert found.left is not None
    assert ahead.before_and_after(panel, 12).mean == pytest.approx(100 * (1.1 * year - 1))
    assert found.own.mean == pytest.approx(100 * (1.1 * year - 1))
    assert found.others.mean == pytest.approx(100 * (year - 1))
    assert found.left.mean == pytest.approx(10)
    log_sales, live, _months, _starts = ahead.squares(panel)
    assert np.expm1(ahead.effect_on_log_sales(log_sales, live)) == pytest.approx(0.1)
    assert ahead.begun_shops(panel) == (2, 2)
    # The months before the start lie 18 months before those after it, on average.
    before, after = (np.mean([1.01**at for at in months]) for months in (range(12), range(12, 36)))
    assert ahead.meanwhile(panel) == pytest.approx(100 * (after / before - 1))
    assert found.left.half == pytest.approx(0), "shops that are alike are alike when drawn again"


def test_how_sure_it_is_asks_the_others_as_well() -> None:
    shop_months, shops = rows(0.1)
    loud = (shop_months["shop_id"] == "S2") & (shop_months["month"] >= pd.Timestamp("2024-01-01"))
    shop_months.loc[loud, "sales"] *= 1.2
    left = ahead.beside_the_others(ahead.panel(shop_months, shops, "test")).left
    assert left is not None
    # Those that began are alike; the others grew by nothing and by a fifth: drawn anew, 1, 1.1 or 1.2.
    spread = np.std([1.1 / 1.0, 1.1 / 1.1, 1.1 / 1.1, 1.1 / 1.2])
    assert left.half == pytest.approx(100 * 1.96 * spread, rel=0.05)


def test_a_shop_that_begins_within_the_months_is_no_measure() -> None:
    shop_months, shops = rows(0.1)
    # The third begins half a year later and jumps by half: it may not stand for what the others did.
    later = pd.Timestamp("2024-07-01")
    shops.loc[2, "app_live_from"] = later
    jumps = (shop_months["shop_id"] == "S2") & (shop_months["month"] >= later)
    shop_months.loc[jumps, "sales"] *= 1.5
    left = ahead.beside_the_others(ahead.panel(shop_months, shops, "test")).left
    assert left is not None
    assert left.mean == pytest.approx((10 + 10 + 50) / 3)


def test_other_lots_are_the_same_each_time_and_keep_the_starts() -> None:
    panel = ahead.panel(*rows(0.1), "test")
    effect, found = ahead.by_other_lots(panel, 40, seed=3)
    assert effect == pytest.approx(10)
    assert ahead.by_other_lots(panel, 40, seed=3)[1].tolist() == found.tolist()
    # Two of four begin: of the six ways one is the true one and one its contrary.
    assert set(np.round(found, 6)) <= {10.0, 0.0, round(100 * (1 / 1.1 - 1), 6)}
    # Without the effect in the sales lots have nothing to find in shops that are alike.
    effect, nothing = ahead.by_other_lots(panel, 40, seed=3, taken_off=True)
    assert effect == pytest.approx(10)
    assert nothing == pytest.approx(np.zeros(40))


def board(which: str) -> tuple[Any, Claim]:
    tables = {name: load(name) for name in ("shop_months", "shops", "orders", "customers")}
    needed = {"ahead": ("shop_months", "shops"), "app": ("orders", "customers"),
              "shops": ("orders", "customers", "shop_months")}[which]  # fmt: skip
    control = explore.claim(which, **{name: tables[name] for name in needed})
    return control, control._claim


@pytest.mark.parametrize(("which", "key"), [("ahead", "only"), ("app", "no"), ("shops", "yes")])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_verdict_comes_before_what_settles_it(which: str, key: str, lang: str) -> None:
    with use(lang):
        control, claim = board(which)
        assert not control.state["committed"]
        assert control.state["settled"] == ""
        # Nothing that settles it is shown to who has not committed, whatever is asked for.
        control.value = {"verdict": key, "view": claim.DECIDES, "seen": [claim.DECIDES]}
        assert control.state["at"]["view"] == "draft"
        assert not control.state["complete"]
        control.value = {"verdict": key, "committed": True}
        assert control.state["settled"] == ""
        texts = set()
        for view in claim.VIEWS:
            control.value = {"verdict": key, "committed": True, "view": view, "seen": [view]}
            texts.add(control.state["text"])
            assert control.state["table"]["rows"]
            assert (control.state["settled"] != "") == (view == claim.DECIDES)
            assert json.dumps(control.state)
        assert len(texts) == len(claim.VIEWS)
        # What was seen once stays said, in another view as well.
        control.value = {"verdict": key, "committed": True, "view": "draft", "seen": [claim.DECIDES]}
        right = control.state["settled"]
        other = "yes" if key != "yes" else "no"
        control.value = {"verdict": other, "committed": True, "view": "draft", "seen": [claim.DECIDES]}
        assert control.state["settled"] not in ("", right)


def test_no_content_tells_the_verdict() -> None:
    control, claim = board("ahead")
    assert claim.settled() not in json.dumps(control.content)
    assert "4.9" not in json.dumps({**control.content, **control.state})


def answers() -> pd.DataFrame:
    """2023: a fifth each of 1 to 5; 2025: half fours, half fives."""
    return pd.DataFrame(
        {
            "ordered_at": pd.to_datetime([f"{FIRST}-05-01"] * 10 + [f"{LAST}-05-01"] * 10),
            "satisfaction": pd.array([1, 2, 3, 4, 5] * 2 + [4, 5] * 5, dtype="Int64"),
        }
    )


def test_the_same_answers_rise_by_what_they_are_counted() -> None:
    model = IndexModel(answers())
    mean = model.rise((20, 40, 60, 80, 100))
    assert (mean.first, mean.last, mean.points) == pytest.approx((60, 90, 30))
    assert mean.relative == pytest.approx(50)
    top = model.rise((0, 0, 0, 100, 100))
    assert (top.first, top.last, top.relative) == pytest.approx((40, 100, 150))
    assert top.points_half == pytest.approx(1.96 * np.sqrt(100**2 * 0.4 * 0.6 / 10))
    # Of nothing there is no per cent.
    assert model.rise((-100, -100, 0, 100, 100)).relative is None
    assert model.rise((-100, -100, 0, 100, 100)).points == pytest.approx(100)


def test_three_indices_are_kept_and_no_fourth() -> None:
    control = explore.satisfaction_index(answers())
    kept = [[20, 40, 60, 80, 100], [0, 0, 0, 100, 100], [0, 0, 0, 100, 100], [0, 25, 50, 75, 100], [0, 0, 0, 0, 100]]
    control.value = {"kept": kept[:4], "w1": 0, "w2": 25, "w3": 50, "w4": 75, "w5": 100}
    # Three that are in use would leave the goal untried: the third is one's own.
    assert control.state["kept"] == [kept[0], kept[1]]
    assert (control.state["fresh"], control.state["own"], control.state["complete"]) == (False, True, False)
    control.value = {"kept": kept}
    assert control.state["kept"] == [kept[0], kept[1], kept[4]]
    control.value = {"kept": [*kept, [0, 0, 0, 50, 100]]}
    assert control.state["kept"] == [kept[0], kept[1], kept[4]]
    assert control.state["full"]
    assert control.state["complete"]
    assert len(control.state["table"]["rows"]) == 3


def test_a_proposal_comes_before_its_futures() -> None:
    control = explore.counters(load("shop_months"), load("shops"))
    assert "chart" not in control.state
    control.value = {"lost": 4}
    assert "chart" not in control.state
    control.value = {"way": "both", "committed": True}
    # Where it opens is nobody's answer: done is who has asked how much would have to be lost.
    assert not control.state["complete"]
    control.value = {"way": "both", "committed": True, "lost": "all"}
    assert not control.state["complete"]
    control.value = {"way": "both", "committed": True, "lost": 0, "years": 5}
    assert control.state["complete"]
    low = control.state["table"]["rows"]
    control.value = {"way": "both", "committed": True, "lost": 4, "years": 5}
    high = control.state["table"]["rows"]
    assert [row[1] for row in low[:2]] == [row[1] for row in high[:2]], "only the second counter wins back what is lost"
    assert float(low[2][1]) < float(low[1][1])
    assert float(high[2][1]) > float(low[2][1])


def test_millions_are_no_unit_in_chinese() -> None:
    with use("zh"):
        control = explore.counters(load("shop_months"), load("shops"))
        told = [json.dumps(control.state, ensure_ascii=False)]
        control.value = {"way": "both", "committed": True, "lost": 4, "years": 5}
        told.append(json.dumps(control.state, ensure_ascii=False))
        tills = board("shops")[1].shown("till")
        told.append(json.dumps(tills, ensure_ascii=False))
    assert [text for text in told if "百万" in text or "million" in text] == []
    assert "万元" in told[0]
    assert "亿元" in tills[1]
    # The bars stand on the axis that is named.
    assert tills[2]["rows"][-1][1] in tills[1]


def test_a_second_counter_pays_from_its_point_on() -> None:
    model = CountersModel(load("shop_months"), load("shops"))
    middle = (sum((0.24, 0.32)) / 2) * model.sales * model.even(5) / 100
    annuity = sum(1.08**-t for t in range(1, 6))
    assert (middle - 65_000) * annuity == pytest.approx(110_000)


@pytest.mark.parametrize("value", NONSENSE)
def test_nothing_that_a_file_may_hold_raises(value: dict[str, Any]) -> None:
    shop_months, shops = rows()
    models: list[Any] = [
        AheadClaim(shop_months, shops), AppClaim(load("orders"), load("customers")),
        ShopsClaim(load("orders"), load("customers"), load("shop_months")), IndexModel(answers()),
        CountersModel(shop_months, shops),
    ]  # fmt: skip
    for model in models:
        assert json.dumps(model.derive(value), allow_nan=False)


def test_a_table_that_lacks_a_column_is_said() -> None:
    shop_months, shops = rows()
    with pytest.raises(UserError, match="sales"):
        explore.claim("ahead", shop_months=shop_months.drop(columns="sales"), shops=shops)
    with pytest.raises(UserError, match="satisfaction"):
        explore.satisfaction_index(answers().drop(columns="satisfaction"))
    with pytest.raises(UserError, match="counter_wait_min"):
        figures.queue_moved(shop_months.drop(columns="counter_wait_min"), shops)
    with pytest.raises(ValueError, match="ahead, app, shops"):
        explore.claim("everything")


def test_where_the_queue_went() -> None:
    found = counterwaits.waits(*rows())
    assert found == {False: {"till": 4.0, "counter": 3.0}, True: {"till": 1.0, "counter": 9.0}}
    assert figures.counter_wait(*rows()) == 9
    text = figures.queue_moved(*rows()).state["text"]
    assert (
        "1.0 minutes at the till where one can order ahead, 4.0 where one cannot; at the counter 9.0 against 3.0"
        in text
    )


def test_other_lots_say_where_the_true_one_stands() -> None:
    drawn = figures.other_lots(load("shop_months"), load("shops"))
    assert sum(row[1] for row in drawn.state["table"]["rows"]) == 300
