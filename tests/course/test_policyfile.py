"""The firm's rules: an author's mistakes with their places, what a page reads, and that the firm keeps to them."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path

import pandas as pd
import pytest

from servicelab.company import load
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import read_world
from servicelab.course.declared import mistakes, read
from servicelab.course.deskfile import Desk
from servicelab.course.layout import POLICY, WORLD
from servicelab.course.policyfile import PolicyFile, house_policy
from servicelab.errors import UserError
from servicelab.files.yamllines import read_yaml

ROOT = Path(__file__).resolve().parents[2]
GOOD = read_yaml(ROOT / "tests/publish/course/course/policy.yml")


@pytest.fixture(scope="module")
def policy() -> PolicyFile:
    data = read_yaml(ROOT / "course/policy.yml")
    assert mistakes(PolicyFile, data) == []
    return read(PolicyFile, data)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("rules", 0, "says"), "Within {weeks} days.", "there is no number “weeks”"),
        (("rules", 0, "numbers"), {"days": 7, "most": 2}, "no sentence has the number “most”"),
        (("rules", 0, "numbers"), {"days": "7"}, "`numbers` is not numbers by name"),
        (("rules", 0, "counsel"), "", "nobody is told to have it checked"),
        (("rules", 0, "sources", 0, "law"), "custom", "there is no law “custom”"),
        (("rules", 0, "sources"), ["consumer 25"], "a source of law is not written as keys"),
        (("rules", 0, "remark"), "x", "`remark` means nothing in a rule"),
        (("rules", 0, "id"), "goodwill", "there are 2 rules called goodwill"),
        (("rules", 1, "id"), "Return rules", "the rule has no id"),
        (("rules", 1, "since"), "2026-01-01", "the rule begins after 2025-12-31"),
        (("rules", 1, "since"), "July 2024", "`since` is not a day"),
        (("rules",), [], "there are no rules"),
        (("laws", "consumer", "since"), "2026-02-01", "the law is in force after"),
        (("laws", "wages"), {"name": "Wages", "since": "1995-01-01"}, "no rule rests on the law “wages”"),
        (("as_of",), "end of 2025", "`as_of` is not a day"),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_a_mistake_has_its_place(path: tuple[str | int, ...], value: object, problem: str) -> None:
    data = deepcopy(GOOD)
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    found = mistakes(PolicyFile, data)
    said = [fault for fault in found if problem in fault.problem]
    assert said, found
    assert said[0].path[:2] == path[:2]
    assert said[0].remedy


def test_the_fixture_is_sound() -> None:
    assert mistakes(PolicyFile, GOOD) == []


def test_a_rule_and_a_law_may_begin_on_the_day_of_the_file() -> None:
    data = deepcopy(GOOD)
    data["rules"][1]["since"] = data["laws"]["consumer"]["since"] = data["as_of"]
    assert mistakes(PolicyFile, data) == []


@pytest.mark.parametrize("place", ["says", "exceptions", "counsel"])
def test_a_number_may_stand_in_any_sentence_of_a_rule(place: str) -> None:
    data = deepcopy(GOOD)
    rule = data["rules"][0]
    rule["numbers"] = {"weeks": 2}
    rule |= {"says": "As agreed.", "exceptions": ["None."], "counsel": "The term."}
    rule[place] = ["Not after {weeks} weeks."] if place == "exceptions" else "Not after {weeks} weeks."
    assert mistakes(PolicyFile, data) == []


def test_a_page_reads_the_nearest_file(tmp_path: Path) -> None:
    page = tmp_path / "lessons" / "01_demo"
    page.mkdir(parents=True)
    with pytest.raises(UserError, match=r"policy\.json is not in"):
        house_policy(page)
    (tmp_path / POLICY).write_text(json.dumps(GOOD), encoding="utf-8")
    assert [rule.id for rule in house_policy(page).rules] == ["returns", "goodwill"]


NUMBER = '"days": '
HUGE = ["1e400", "-1e400", "NaN", f"1{'0' * 400}", f"1{'0' * 5000}"]


@pytest.mark.parametrize("damage", [
    "{", "[]", '{"as_of": "2025-12-31"}', json.dumps({**GOOD, "laws": {}}),
    *(re.sub(rf"({NUMBER})[\d.]+", rf"\g<1>{number}", json.dumps(GOOD)) for number in HUGE),
])  # fmt: skip
def test_a_damaged_file_is_told_in_a_sentence(damage: str, tmp_path: Path) -> None:
    (tmp_path / POLICY).write_text(damage, encoding="utf-8")
    with pytest.raises(UserError, match=r"policy\.json is malformed: .+\."):
        house_policy(tmp_path)


def test_rules_are_chosen_in_the_order_asked_for_and_a_strange_one_is_named() -> None:
    policy = read(PolicyFile, GOOD)
    assert [rule.id for rule in policy.chosen(["goodwill", "returns"])] == ["goodwill", "returns"]
    with pytest.raises(UserError, match=r"There is no rule called “refunds”: the firm's rules are returns, goodwill\."):
        policy.chosen(["returns", "refunds"])
    with pytest.raises(UserError, match="There is no rule"):
        policy.chosen([])


def number(policy: PolicyFile, rule: str, name: str) -> float:
    return policy.chosen([rule])[0].numbers[name]


def test_the_rules_are_those_by_which_the_firm_was_made(policy: PolicyFile) -> None:
    world = read_world(ROOT / WORLD)
    assert number(policy, "price-protection", "days") == world.demand.protected_days
    assert number(policy, "deposit", "share") == 100 * world.deposits.share
    assert number(policy, "approval-pilot", "below") == world.cases.pilot_below
    assert policy.chosen(["approval-pilot"])[0].since == str(Scenario().approval_pilot_from)


def test_the_tables_keep_to_the_rules(policy: PolicyFile) -> None:
    """Deposits, the pilot and who comes back, as they stand in the tables that trainees have."""
    deposits, cases, contacts = load("deposits"), load("cases"), load("contacts")
    share = deposits["deposit"] / (deposits["deposit"] + deposits["balance"])
    assert share.mul(100).round(1).eq(number(policy, "deposit", "share")).all()
    assert share.mul(100).le(number(policy, "deposit", "most")).all()
    due = pd.to_datetime(deposits["balance_due_at"])
    assert set(due.dt.strftime("%d %H:%M")) == {"10 20:00"}
    assert set(due.dt.month) == {11}
    assert str(deposits["paid_at"].min().date()) == policy.chosen(["deposit"])[0].since
    pilot = cases[cases["pilot"].astype(bool)]
    assert pilot["claim"].max() < number(policy, "approval-pilot", "below")
    assert not pilot["approval"].astype(bool).any()
    back = f"recontact_{number(policy, 'recontact', 'hours'):.0f}h"
    assert back in contacts.columns


def test_what_the_site_promises_and_the_desk_allows_are_the_rules(policy: PolicyFile) -> None:
    """Module 01 and the table of features say the same numbers in their own words."""
    features = load("features").set_index("feature_id")["description_en"]
    assert f"within {number(policy, 'price-protection', 'days'):.0f} days" in features["price_protection"]
    assert number(policy, "refund-clock", "promised") == 3
    assert "money back within three days" in features["easy_returns"]
    desk = read(Desk, read_yaml(ROOT / "course/modules/01_needs/desk.yml"))
    assert f"give up to ¥{number(policy, 'authority', 'goodwill'):.0f}" in " ".join(desk.scene.split())
    promised = f"call {number(policy, 'delivery', 'minutes'):.0f} minutes before we arrive"
    assert promised in desk.nodes["n2"].note


def test_every_rule_that_later_modules_call_for_is_there(policy: PolicyFile) -> None:
    called = {
        "00": ["identity", "recording", "never-asked"],
        "02": ["returns-online", "refund-clock", "faulty", "authority", "approval-pilot", "legal-routes"],
        "03": ["human", "recontact", "delivery"],
        "04": ["overtime", "deductions", "discipline", "abuse"],
        "08": ["consent", "price-claims"],
        "double_eleven": ["deposit", "price-protection"],
    }
    for ids in called.values():
        policy.chosen(ids)
