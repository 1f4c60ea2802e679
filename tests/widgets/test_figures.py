"""The still pictures of a lesson: numbers that can be counted by hand, a sentence and a table for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from servicelab.course.declared import read
from servicelab.course.layout import POLICY
from servicelab.course.policyfile import PolicyFile
from servicelab.errors import UserError
from servicelab.i18n import use
from servicelab.widgets import figures
from servicelab.widgets.figures.needs import failures
from servicelab.widgets.figures.needs.punctuality import Cell, last_step_of, levels
from servicelab.widgets.figures.rules import Policy
from servicelab.widgets.intervals import wilson

FEATURES = pd.DataFrame(
    {
        "feature_id": ["intact_packaging", "delivery_window_choice", "personal_styling"],
        "name_en": ["Intact", "Slot", "Styling"],
        "name_zh": ["完好", "时段", "搭配"],
    }
)


def make_orders() -> pd.DataFrame:
    """100 orders without a failure (60 followed by another), 50 with broken goods (10), 50 with a missed slot (30)."""
    failed = [None] * 100 + ["intact_packaging"] * 50 + ["delivery_window_choice"] * 50
    again = [True] * 60 + [False] * 40 + [True] * 10 + [False] * 40 + [True] * 30 + [False] * 20
    return pd.DataFrame({"failed_feature": failed, "repurchased_180d": pd.array(again, dtype="boolean")})


def make_contacts() -> pd.DataFrame:
    return pd.DataFrame(
        {"feature_id": ["delivery_window_choice"] * 7 + ["personal_styling"] * 2 + ["intact_packaging"]}
    )


def test_the_cost_of_a_failure_is_the_difference_to_orders_on_which_nothing_failed() -> None:
    costs = failures.costs_of_failure(make_orders())
    assert costs["intact_packaging"][0] == pytest.approx(0.4)
    assert costs["delivery_window_choice"][0] == pytest.approx(0.0)
    low, high = costs["intact_packaging"][1:]
    assert 0.2 < low < 0.4 < high < 0.6


def test_orders_of_which_the_next_is_not_known_yet_do_not_count() -> None:
    open_orders = pd.DataFrame({"failed_feature": [None] * 500, "repurchased_180d": pd.array([pd.NA] * 500, "boolean")})
    with_open = pd.concat([make_orders(), open_orders], ignore_index=True)
    assert failures.costs_of_failure(with_open) == failures.costs_of_failure(make_orders())


def test_consequences_names_the_most_mentioned_and_the_costliest_feature() -> None:
    figure = figures.consequences(make_contacts(), make_orders(), FEATURES)
    said = figure.state["text"]
    assert "“Slot” is mentioned most (70 % of contacts); when it fails, 0 in 100" in said
    assert "“Intact” stands at place 2 of 2 with 10.0 % of contacts; when it fails, 40 in 100" in said
    assert figure.state["table"]["rows"][0][:3] == ["Slot", "70.0", "0"]


def test_nobody_lost_is_zero_and_not_minus_zero() -> None:
    orders = make_orders()
    # 617 of 1,000 come back when nothing fails, and 31 of 50 after a missed slot: 0.3 points the other way.
    fine = pd.DataFrame({"failed_feature": [None] * 900, "repurchased_180d": pd.array([True] * 557 + [False] * 343)})
    orders.loc[180, "repurchased_180d"] = True
    said = figures.consequences(make_contacts(), pd.concat([orders, fine]), FEATURES).state["text"]
    assert "when it fails, 0 in 100 orders fewer" in said


def test_evidence_is_rounded_to_whole_customers_of_a_hundred() -> None:
    answers = pd.DataFrame(
        {
            "feature_id": ["intact_packaging"] * 10,
            "functional": [2] * 6 + [1] * 2 + [3] * 2,
            "dysfunctional": [5] * 6 + [5] * 2 + [3] * 2,
        }
    )
    table = figures.evidence(make_contacts(), make_orders(), answers, FEATURES, only=["intact_packaging"])
    # Mentioned by 1 in 10; failed on 50 of 200; 20 of 100 come back, not 60; 2 one-dimensional of 10, 6 must-be and
    # 2 one-dimensional of 10.
    assert table.loc["Intact"].tolist() == [10, 250, 20, 60, 20, 80]


def test_losses_are_failures_times_what_one_costs() -> None:
    figure = figures.losses(make_orders(), FEATURES)
    # 50 of 200 orders fail, 40 in 100 fewer come back: 100 of 1,000; a missed slot costs nobody.
    assert figure.state["table"]["rows"] == [["Intact", 250, "40", "100.0"], ["Slot", 250, "0", "0.0"]]
    assert "“Intact” loses most customers: 100.0 for each 1,000 orders." in figure.state["text"]


def test_losses_say_what_the_latest_year_loses() -> None:
    late = pd.DataFrame({
        "failed_feature": ["personal_styling"] * 100, "repurchased_180d": pd.array([False] * 100, "boolean")
    })  # fmt: skip
    before, now = pd.Timestamp("2024-05-01"), pd.Timestamp("2025-05-01")
    orders = pd.concat([
        pd.concat([make_orders(), late, late]).assign(ordered_at=before), make_orders().assign(ordered_at=now)
    ])  # fmt: skip
    said = figures.losses(orders, FEATURES).state["text"]
    assert "“Styling” loses most customers" in said
    assert said.endswith(" 2025 alone: Styling 0.0.")
    assert "alone" not in figures.losses(make_orders().assign(ordered_at=now), FEATURES).state["text"]


def test_losses_count_failures_and_their_cost_on_the_same_orders() -> None:
    unknown = pd.DataFrame({"failed_feature": [None] * 300, "repurchased_180d": pd.array([pd.NA] * 300, "boolean")})
    rows = figures.losses(pd.concat([make_orders(), unknown]), FEATURES).state["table"]["rows"]
    assert rows == figures.losses(make_orders(), FEATURES).state["table"]["rows"]


def test_the_dearest_failure_need_not_lose_most() -> None:
    fine = pd.DataFrame({"failed_feature": [None] * 900, "repurchased_180d": pd.array([True] * 540 + [False] * 360)})
    late = pd.DataFrame({
        "failed_feature": ["personal_styling"] * 400, "repurchased_180d": pd.array([True] * 160 + [False] * 240)
    })  # fmt: skip
    said = figures.losses(pd.concat([make_orders(), fine, late]), FEATURES).state["text"]
    # 400 × 20 in 100 against 50 × 40 in 100, of 1,500 orders.
    assert "“Styling” loses most customers: 53.3 for each 1,000 orders." in said
    assert "costs most with “Intact”: 40 in 100 orders fewer are followed by another; it loses 13.3" in said


def test_apologised_counts_orders_within_180_days_and_nothing_that_is_not_known_yet() -> None:
    day = pd.Timestamp("2025-01-01")
    cases = [
        ("emotional", "apology", "A", 0, 4),  # orders again after 180 days: within
        ("emotional", "apology", "B", 0, 5),  # orders again after 181 days: not
        ("emotional", "none", "C", 0, 2),  # had ordered before, and never again
        ("functional", "apology", "D", 0, 3),
        ("functional", "none", "E", 0, 3),
        ("emotional", "none", "F", 200, 1),  # too late to know: only the rating counts
        ("emotional", "none", "A", 0, 5),  # gave up waiting: nobody withheld a word
        ("emotional", "none", "A", 0, 5),  # the assistant's
    ]
    contacts = pd.DataFrame({
        "contact_id": [f"C{n}" for n in range(len(cases))],
        "need": [case[0] for case in cases],
        "remedy": [case[1] for case in cases],
        "customer_id": [case[2] for case in cases],
        "opened_at": [day + pd.Timedelta(days=case[3]) for case in cases],
        "csat": pd.array([case[4] for case in cases], dtype="Int64"),
        "served": [True] * 6 + [False, True],
        "channel": ["phone"] * 7 + ["self_service"],
    })  # fmt: skip
    ordered = {"A": [180], "B": [181], "C": [-5], "D": [10, 20], "E": [30], "F": [201], "Z": [365]}
    orders = pd.DataFrame(
        [(customer, day + pd.Timedelta(days=at)) for customer, days in ordered.items() for at in days],
        columns=["customer_id", "ordered_at"],
    )
    rows = figures.apologised(contacts, orders).state["table"]["rows"]
    assert [(*row[:4], row[5]) for row in rows] == [
        ("Emotional", "Neither", "1.50", "0.0", 1),
        ("Emotional", "Apology only", "4.50", "50.0", 2),
        ("Functional", "Neither", "3.00", "100.0", 1),
        ("Functional", "Apology only", "3.00", "100.0", 1),
    ]


def test_remedies_leaves_out_customers_who_gave_no_rating() -> None:
    contacts = pd.DataFrame(
        {
            "need": ["functional"] * 4,
            "remedy": ["apology"] * 3 + ["fix"],
            "angry": [True] * 4,
            "csat": pd.array([1, 3, pd.NA, 5], dtype="Int64"),
        }
    )
    rows = figures.remedies(contacts).state["table"]["rows"]
    assert [row[:4] + row[5:] for row in rows] == [
        ["Functional", "Apology only", "angry", "2.0", 2],
        ["Functional", "Fix only", "angry", "5.0", 1],
    ]


def test_agreement_counts_statements_by_how_many_kinds_the_experts_gave() -> None:
    kinds = {"V1": "fff", "V2": "ffe", "V3": "fen"}
    names = {"f": "functional", "e": "emotional", "n": "normative"}
    voices = pd.DataFrame(
        [
            {"voice_id": v, "expert": f"e{i + 1}", "kind": names[k], "text_en": f"Said {v}", "text_zh": f"话{v}"}
            for v, ks in kinds.items()
            for i, k in enumerate(ks)
        ]
    )
    state = figures.agreement(voices).state
    assert state["text"].startswith("All three agree on 1 of 3 statements. Most divided: “Said V3” (Functional")
    assert [row[0] for row in state["table"]["rows"]] == ["Said V2", "Said V3"]
    with use("zh"):
        assert "话V3" in figures.agreement(voices).state["text"]


def test_levels_weight_each_warehouse_by_its_answers() -> None:
    cells = [
        Cell("a", 0.88, 3.0, 10, 0.8),
        Cell("b", 0.89, 4.0, 30, 0.2),
        Cell("c", 0.99, 4.0, 5, 0.1),
    ]
    low, high = levels(cells)
    assert (low.satisfaction, low.answers, high.name) == (3.75, 40, "99 %")
    # Two independent means: (10 × 0.8)² and (30 × 0.2)² make 10², of 40 answers.
    assert (low.error, high.error) == pytest.approx((10 / 40, 0.1))


def test_the_last_step_has_an_interval_that_widens_with_the_doubt_about_either_step() -> None:
    def doubt(first: float, last: float) -> tuple[float, float, float]:
        errors = (first, 0.0, 0.0, last)
        return last_step_of([Cell("", at / 10, 3 + 0.4 * (at > 0) + 0.1 * (at > 2), 9, errors[at]) for at in range(4)])

    assert doubt(0, 0) == pytest.approx((0.25, 0.25, 0.25))
    assert doubt(0, 0.02) == pytest.approx((0.25, 0.25 - 1.96 * 0.05, 0.25 + 1.96 * 0.05), abs=1e-4)
    assert doubt(0.04, 0) == pytest.approx((0.25, 0.25 - 1.96 * 0.025, 0.25 + 1.96 * 0.025), abs=1e-4)


def test_sample_sizes_are_those_of_the_formula() -> None:
    rows = figures.sample_sizes().state["table"]["rows"]
    assert [400, "4.9", "5.0"] in rows


def test_a_picture_says_in_plain_text_what_it_shows() -> None:
    said = figures.sample_sizes().text()
    assert said.splitlines()[0] == "How far off may a share be?"
    assert "random answers" in said


def test_a_table_that_does_not_fit_is_named() -> None:
    with pytest.raises(UserError, match=r"figures\.remedies: contacts lacks csat"):
        figures.remedies(pd.DataFrame({"need": ["functional"], "remedy": ["fix"], "angry": [True]}))


RULES = {
    "as_of": "2025-12-31",
    "laws": {"civil": {"name": "Civil Code", "since": "2021-01-01"}},
    "rules": [
        {"id": "deposit", "title": "Deposits", "says": "{share} % of the price, ¥{most} at most.",
         "since": "2023-10-31", "numbers": {"share": 10, "most": 2000}, "exceptions": ["Below ¥{most}: none."],
         "sources": [{"law": "civil", "articles": "586"}, {"law": "civil"}], "counsel": "The button."},
        {"id": "goodwill", "title": "What you may give", "says": "Something.", "since": "2024-07-01"},
    ],
}  # fmt: skip


@pytest.fixture
def at_skylark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a course whose rules are `RULES`."""
    (tmp_path / POLICY).write_text(json.dumps(RULES), encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("at_skylark")
def test_policy_says_the_rule_its_exceptions_its_law_and_its_day() -> None:
    figure = figures.policy(["deposit"])
    assert figure.text() == (
        "What applies at Skylark\n"
        "As of 2025-12-31. Skylark's rules, made for this course: they are no legal advice.\n"
        "\n"
        "Deposits\n"
        "10 % of the price, ¥2,000 at most.\n"
        "  Except: Below ¥2,000: none.\n"
        "  Rests on: Civil Code, art. 586 (in force since 2021-01-01); Civil Code (in force since 2021-01-01)\n"
        "  Since: 2023-10-31\n"
        "  For employers to check with counsel: The button."
    )
    # What the view draws is what the text says.
    for rule in figure.state["rules"]:
        said = {
            rule["title"],
            rule["says"],
            rule["counsel"],
            *(words for _term, each in (*rule["notes"], *rule["grounds"]) for words in each),
        }
        assert said <= {
            line.strip().split(": ", 1)[-1] if line.startswith("  ") else line for line in figure.text().split("\n")
        }


@pytest.mark.usefixtures("at_skylark")
def test_policy_shows_what_was_asked_for_and_the_house_s_own_rule_as_such() -> None:
    figure = figures.policy(["goodwill", "deposit"])
    assert [rule["id"] for rule in figure.state["rules"]] == ["goodwill", "deposit"]
    assert figure.state["rules"][0]["notes"] == []
    assert figure.state["rules"][0]["grounds"] == [("Rests on", ["Skylark's own rule"]), ("Since", ["2024-07-01"])]


def test_a_rule_says_its_exceptions_once_and_a_day_that_its_law_has_not_said() -> None:
    rule = {"id": "back", "title": "Back", "says": "Seven days.", "since": "2021-01-01",
            "exceptions": ["Made to measure.", "From a shop."], "sources": [{"law": "civil"}]}  # fmt: skip
    card = Policy(read(PolicyFile, {**RULES, "rules": [rule]}), ["back"])
    (rule,) = card.state["rules"]
    assert [[term for term, _said in rule[part]] for part in ("notes", "grounds")] == [["Except"], ["Rests on"]]
    assert "  Except: Made to measure. From a shop.\n" in card.text()


@pytest.mark.usefixtures("at_skylark")
def test_policy_in_chinese_has_chinese_terms() -> None:
    with use("zh"):
        figure = figures.policy(["deposit"])
    assert figure.name_shown == "云雀家居现行规定"
    assert "依据：Civil Code第 586 条（2021-01-01 起施行）；" in figure.text()
    assert "供企业与法务核对：" in figure.text()


@pytest.mark.usefixtures("at_skylark")
def test_policy_names_a_rule_that_is_not_there() -> None:
    with pytest.raises(UserError, match="There is no rule called “refund”: the firm's rules are deposit, goodwill"):
        figures.policy(["refund"])


def test_the_guides_worked_example_is_a_figure() -> None:
    """As it stands there: its own imports, an interval at each share, the sentence from the numbers."""
    page = (Path(__file__).parents[2] / "docs" / "a-new-figure.md").read_text(encoding="utf-8")
    written = page.split("```python\n")[1].split("```")[0]
    made: dict[str, Any] = {}
    exec(compile(written, "a-new-figure.md", "exec", dont_inherit=True), made)
    kinds = ["repeat"] * 4 + ["new"] * 6 + ["repeat"] * 2 + ["new"] * 8
    drawn = made["repeats"](pd.DataFrame({"channel": ["chat"] * 10 + ["phone"] * 10, "kind": kinds}))
    assert drawn["text"] == "Most repeats come by Chat: 40 of 100."
    assert [row[1] for row in drawn["table"]["rows"]] == ["20.0", "40.0"]
    shown = figures.Figure(drawn).state["charts"][0]["layers"]
    spans = [(round(row["xlo"], 1), round(row["xhi"], 1)) for row in shown[1]["intervals"]]
    assert spans == [tuple(round(100 * edge, 1) for edge in wilson(hits, 10)) for hits in (2, 4)]
