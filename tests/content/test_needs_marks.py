"""Every prepared answer to module 01's graded work earns what the teaching notes say, in the test cells themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.content.testcells import marks

from servicelab.publish.sources import Document, read_document

MODULE = Path(__file__).resolve().parents[2] / "course" / "modules" / "01_needs"


def read(name: str) -> Document:
    path = MODULE / f"{name}.md"
    return read_document(path.read_text(encoding="utf-8"), path, path.name)


DECISIONS = [
    ("a-kind-loud", "functional", 2),
    ("a-kind-loud", "emotional", 0),
    ("a-kind-calm", "normative", 1),
    ("a-kind-calm", "functional", 0),
    ("a-unspoken", ["take-away", "soon"], 2),
    ("a-unspoken", ["take-away"], 1),
    ("a-unspoken", ["number", "take-away", "soon"], 1.5),
    ("a-unspoken", ["number", "take-away", "discount", "soon", "thanks"], 0.5),
    ("a-unspoken", ["number", "thanks"], 0),
    ("a-kind-hurt", "emotional", 2),
    ("a-kind-hurt", "functional", 0),
    ("a-kind-hurt", "normative", 0),
    ("a-axes", ["functional", "core", "long-term", "basic"], 2),
    ("a-axes", ["functional", "core", "long-term", "extended"], 1.5),
    ("a-axes", ["functional", "emotional", "core", "non-core", "immediate", "long-term", "basic", "extended"], 0),
    ("a-trait", "diverse", 1),
    ("a-trait", "dynamic", 0),
    ("a-first-reply", "both", 1),
    ("a-first-reply", "lamp", 0.5),
    ("a-first-reply", "apology", 0),
    ("a-three-numbers", "day", 2),
    ("a-three-numbers", "intact", 0),
    ("a-three-numbers", "app", 0),
    ("a-three-numbers", "wrapping", 0),
    ("a-mustbe", "keep", 1),
    ("a-mustbe", "push", 0),
    ("a-kano", "attractive", 1),
    ("a-kano", "must-be", 0),
    ("a-trend-who", "movers", 2),
    ("a-trend-who", "sharers", 0),
    ("a-trend-who", "parents", 0),
    ("a-trend-who", "gardeners", 0),
    ("a-method-2", ["first-interview", "second-group"], 1),
    ("a-method-2", ["first-interview", "second-interview"], 0.5),
    ("a-method-2", ["first-group", "first-interview", "second-group"], 0.5),
    ("a-method-2", ["first-group", "second-analytics"], 0),
    ("a-method", "observation", 1),
    ("a-method", "questionnaire", 0),
    ("a-sample", 625.0, 1),
    ("a-sample", 800.0, 0.5),
    ("a-sample", 100.0, 0),
]


@pytest.mark.parametrize(("key", "value", "points"), DECISIONS, ids=[f"{k}-{v}" for k, v, _p in DECISIONS])
def test_a_decision_earns_what_the_key_says(key: str, value: Any, points: float) -> None:
    earned, said = marks(read("exercise"), f"test-{key}", {"decisions": {key: value}})
    assert earned == points
    full = max(p for k, _v, p in DECISIONS if k == key)
    if earned < full:
        assert " · " in said, "what is not fully right is explained in both languages"


@pytest.mark.parametrize("key", sorted({key for key, _value, _points in DECISIONS}))
def test_an_unanswered_decision_earns_nothing(key: str) -> None:
    assert marks(read("exercise"), f"test-{key}", {"decisions": {key: None}})[0] == 0


def test_part_a_has_twenty_points_and_the_whole_exercise_thirty() -> None:
    points = {cell.name: cell.nbgrader["points"] for cell in read("exercise").cells if cell.nbgrader.get("grade")}
    assert sum(points.values()) == 30
    assert points["c-answer"] == 10


BY_100 = "\nleast, most = least / 100, most / 100"
IN_PER_CENT = "\nleast, most = 100 * least, 100 * most"
BOUNDS = '\nleast = need_share["functional"]\nmost = least + need_share["implicit"]'
B2 = """chosen = contacts[contacts["need"] == "functional"].assign(remedy=lambda t: t["remedy"].astype(str))
by = chosen.groupby(["remedy", "angry"])
"""
B4 = """def better_worse(answers):
    letters = kano_category(answers['functional'], answers['dysfunctional'])
"""
RIGHT_RISERS = (
    'risers = change.idxmax(axis="columns").astype(object).where(change.max(axis="columns") >= 0.07, "none")\n'
)
CODE = {
    "b1-share": [
        ('need_share = contacts["need"].value_counts(normalize=True)' + BOUNDS, 4),
        ('need_share = contacts["need"].value_counts()' + BOUNDS, 3),
        ('need_share = contacts["channel"].value_counts(normalize=True).head(4)\nleast, most = 0.1, 0.2', 0),
        ('need_share = contacts["need"].value_counts(normalize=True)\nleast, most = need_share["functional"], 1.0', 3),
        ('need_share = contacts["need"].value_counts(normalize=True).round(2)' + BOUNDS, 4),
        ('need_share = 100 * contacts["need"].value_counts(normalize=True)' + BOUNDS, 3),
        ('need_share = 100 * contacts["need"].value_counts(normalize=True)' + BOUNDS + BY_100, 3),
        ('need_share = contacts["need"].value_counts(normalize=True)' + BOUNDS + IN_PER_CENT, 3),
        (
            'need_share = contacts["need"].value_counts(normalize=True)\nleast = need_share["functional"]\n'
            'most = least + need_share["normative"]',
            3,
        ),
        ('need_share = contacts["need"].value_counts(normalize=True).to_frame()\nleast, most = 0.1, 0.2', 0),
    ],
    "b2-csat": [
        (
            'chosen = contacts[contacts["need"] == "functional"]\n'
            'csat_table = chosen.groupby(["remedy", "angry"])["csat"].mean().unstack()',
            6,
        ),
        (
            'chosen = contacts[contacts["need"] == "functional"]\n'
            'csat_table = chosen.pivot_table(index="angry", columns="remedy", values="csat")',
            5,
        ),
        ('csat_table = contacts.pivot_table(index="remedy", columns="angry", values="csat")', 3),
        (
            'chosen = contacts[contacts["need"] == "functional"].copy()\n'
            'chosen["csat"] = chosen["csat"].astype(float).fillna(0)\n'
            'csat_table = chosen.pivot_table(index="remedy", columns="angry", values="csat")',
            3,
        ),
        ('csat_table = contacts.pivot_table(index="remedy", columns="angry", values="csat", aggfunc="count")', 0),
        *(
            (B2 + line, points)
            for line, points in {
                'csat_table = chosen.pivot_table(index="remedy", columns="angry", values=["csat"])': 6,
                'csat_table = chosen.pivot_table(index="remedy", columns="angry", values="csat", aggfunc=["mean"])': 6,
                'csat_table = by[["csat"]].mean().unstack()': 6,
                'csat_table = by.agg({"csat": "mean"}).unstack()': 6,
                'csat_table = by.agg(rating=("csat", "mean")).unstack()': 6,
                'csat_table = by["csat"].mean().unstack().rename(columns={False: 0, True: 1})': 6,
                'csat_table = by["csat"].mean().unstack().rename(columns=str)': 6,
                'csat_table = by["csat"].mean().unstack().rename(index=str.capitalize)': 6,
                'csat_table = by["csat"].mean().unstack().round(2)': 6,
                'csat_table = by["csat"].mean().unstack().astype(float).round(1)': 5,
                'csat_table = by["csat"].mean().unstack().rename(columns={False: "calm", True: "angry"})': 0,
            }.items()
        ),
    ],
    "b3-priorities": [
        ("loss = -loss", 2 + 2 + 2),
        ("loss = again.mean() - again.groupby(known['failed_feature']).mean()", 2 + 2 + 2),
        ("mentions = contacts['feature_id'].value_counts()", 3 + 2),
        ("chosen = mentions.idxmax()", 5),
        ("loss, mentions = 100 * loss, 100 * mentions", 1 + 1.5 + 2),
        ("loss, mentions = loss.round(3), mentions.round(3)", 7),
        ("loss, mentions = loss.round(2), mentions.round(2)", 1 + 1.5 + 2),
    ],
    "b4-kano": [
        (
            "def better_worse(answers):\n"
            "    counts = kano_category(answers['functional'], answers['dysfunctional']).value_counts()\n"
            "    total = counts.sum()\n"
            "    better = (counts.get('A', 0) + counts.get('O', 0)) / total\n"
            "    return better, -(counts.get('O', 0) + counts.get('M', 0)) / total",
            4,
        ),
        ("def better_worse(answers):\n    return 0.5, -0.5", 2),
        (B4 + "    return [round(each, 2) for each in kano_coefficients(letters.value_counts())]", 6),
        (
            "def better_worse(answers):\n"
            "    answers = kano[kano['feature_id'] == answers['feature_id'].iloc[0]]\n"
            "    letters = kano_category(answers['functional'], answers['dysfunctional'])\n"
            "    return kano_coefficients(letters.value_counts())",
            0,
        ),
        (B4 + "    answers.groupby('segment').size()\n    return kano_coefficients(letters.value_counts())", 6),
        (
            B4 + "    if len(answers) < 10:\n        raise KeyError('few')\n"
            "    return kano_coefficients(letters.value_counts())",
            4,
        ),
        (B4 + "    return kano_coefficients(letters.value_counts())._asdict()", 0),
    ],
    "b5-risers": [
        ('risers = change.idxmax(axis="columns")', 3),
        ('risers = share.xs(year.max(), level=1).idxmax(axis="columns")', 1),
        (RIGHT_RISERS + "risers = risers.where(risers != 'none', None)", 4),
        (RIGHT_RISERS + "risers = risers.where(risers != 'none', pd.NA)", 4),
        (RIGHT_RISERS + "risers = risers.replace('none', 'None')", 4),
        (RIGHT_RISERS + "risers = risers.to_frame()", 0),
        (RIGHT_RISERS + "risers = risers.reset_index(drop=True)", 0),
    ],
    "b6-margin": [
        ("def margin(share, n):\n    return 1 / n ** 0.5", 1),
        ("def margin(share, n):\n    return 1.96 * 0.5 / n ** 0.5", 1),
    ],
}
B3 = """known = orders.dropna(subset=["repurchased_180d"])
again = known["repurchased_180d"].astype(float)
loss = again[known["failed_feature"].isna()].mean() - again.groupby(known["failed_feature"]).mean()
mentions = contacts["feature_id"].value_counts(normalize=True)
chosen = loss.idxmax()
{change}
priorities = pd.DataFrame({{"mentions": mentions, "loss": loss}})
silent = str(chosen)
"""
B5 = """year = tracker["month"].dt.year
share = pd.crosstab([tracker["segment"], year], tracker["theme"], normalize="index")
change = share.xs(year.max(), level=1) - share.xs(year.min(), level=1)
{change}
"""
AROUND = {
    "b3-priorities": B3,
    "b5-risers": B5,
    "b4-kano": "from servicelab.models.needs import kano_category, kano_coefficients\n{change}",
}


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    import pandas as pd

    from servicelab.company import load

    return {
        "pd": pd,
        "contacts": load("contacts"),
        "orders": load("orders"),
        "kano": load("kano_survey"),
        "tracker": load("needs_tracker"),
    }


CASES = [(cell, code, points) for cell, cases in CODE.items() for code, points in cases]


@pytest.mark.parametrize(
    ("cell", "code", "points"), CASES, ids=[f"{c}-{p:g}-{i}" for i, (c, _k, p) in enumerate(CASES)]
)
def test_prepared_code_earns_what_the_key_says(cell: str, code: str, points: float, tables: dict[str, Any]) -> None:
    namespace = dict(tables)
    exec(AROUND.get(cell, "{change}").format(change=code), namespace)
    earned, said = marks(read("analysis"), f"test-{cell}", namespace)
    assert earned == pytest.approx(points)
    full = read("analysis").cell(f"test-{cell}")
    assert full is not None
    if earned < full.nbgrader["points"]:
        assert " · " in said, "what is not fully right is explained in both languages"


SHARES = 'need_share = contacts["need"].value_counts(normalize=True)'
RENAMED = B2 + 'csat_table = by["csat"].mean().unstack().rename(columns=str).add_prefix("x")'
UNNAMED = "loss.index = range(len(loss))\nmentions.index = range(len(mentions))"


@pytest.mark.parametrize(
    ("cell", "code", "right", "wrong"),
    [
        ("b1-share", SHARES + BOUNDS + IN_PER_CENT, "per cent", "Count"),
        ("b1-share", SHARES + ".to_frame()", "a Series", "lies"),
        ("b2-csat", RENAMED, "Keep", "needs"),
        ("b3-priorities", "loss, mentions = 100 * loss, 100 * mentions", "divide by 100", "count the contacts"),
        ("b3-priorities", UNNAMED, "feature_id", "loss:"),
        ("b4-kano", CODE["b4-kano"][0][0], "Reverse", "the rows"),
        ("b4-kano", CODE["b4-kano"][3][0], "Use the rows", "Reverse"),
        ("b4-kano", CODE["b4-kano"][6][0], "two numbers", "Reverse"),
        ("b5-risers", RIGHT_RISERS + "risers = risers.to_frame()", "is a Series", "first year"),
        ("b5-risers", 'risers = change.idxmax(axis="columns")', "in quotes", "first year"),
    ],
    ids=[
        "b1-unit",
        "b1-frame",
        "b2-names",
        "b3-unit",
        "b3-index",
        "b4-rq",
        "b4-rows",
        "b4-dict",
        "b5-frame",
        "b5-text",
    ],
)
def test_a_message_says_what_was_wrong_and_nothing_else(
    cell: str, code: str, right: str, wrong: str, tables: dict[str, Any]
) -> None:
    namespace = dict(tables)
    exec(AROUND.get(cell, "{change}").format(change=code), namespace)
    _earned, said = marks(read("analysis"), f"test-{cell}", namespace)
    assert right in said
    assert wrong not in said


def test_the_solutions_earn_all_thirty_points(tables: dict[str, Any]) -> None:
    document, namespace, total = read("analysis"), dict(tables), 0.0
    for cell in document.cells:
        if cell.nbgrader.get("solution"):
            exec(cell.source, namespace)
        elif cell.nbgrader.get("grade"):
            total += marks(document, cell.name, namespace)[0]
    assert total == 30


def test_the_key_shows_the_numbers_that_trainees_argue_from() -> None:
    def numbers(name: str) -> list[str]:
        codes = [cell.source for cell in read(name).cells if cell.kind == "code" and "figures.evidence(" in cell.source]
        return [re.sub(r"\s", "", code[code.index("figures.evidence(") :]) for code in codes]

    assert len(numbers("exercise")) == 1
    assert numbers("instructor") == numbers("exercise")
