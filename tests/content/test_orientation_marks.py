"""Prepared answers to module 00's analysis earn what the teaching notes say, in the test cells themselves."""

from __future__ import annotations

import ast
import contextlib
import io
from pathlib import Path
from typing import Any

import pytest

from servicelab.publish.sources import Document, read_document

SOURCE = Path(__file__).resolve().parents[2] / "course" / "modules" / "00_orientation" / "analysis.md"


def read() -> Document:
    return read_document(SOURCE.read_text(encoding="utf-8"), SOURCE, SOURCE.name)


def marks(cell: str, namespace: dict[str, Any]) -> tuple[float, str]:
    """Points and message of a test cell, by nbgrader's rule: a refusal 0, else the last number."""
    test = read().cell(cell)
    assert test is not None
    tree = ast.parse(test.source)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            exec(compile(tree, cell, "exec"), namespace)
        except AssertionError as refusal:
            return 0.0, str(refusal)
        value = eval(compile(ast.Expression(last.value), cell, "eval"), namespace)
    # A NumPy number prints as np.float64(…), which nbgrader cannot read and gives full points for.
    assert type(value) is float
    assert 0 <= value <= test.nbgrader["points"]
    return value, said.getvalue()


@pytest.fixture(scope="module")
def opened() -> dict[str, Any]:
    """What stands after the first cell, without the part that opens a trainee's own page."""
    first = read().cell("open")
    assert first is not None
    namespace: dict[str, Any] = {}
    exec("\n".join(line for line in first.source.splitlines() if "open_analysis" not in line), namespace)
    return namespace


@pytest.fixture(scope="module")
def solved(opened: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """After the solution of each task, everything that stands then."""
    found = {}
    for cell in read().cells:
        if cell.nbgrader.get("solution"):
            found[cell.name] = dict(opened)
            exec(cell.source, found[cell.name])
    return found


B1 = {
    "": 5,
    'matters, again = matters.to_frame(), contacts.groupby("owner", observed=True)[["recontact_72h"]].mean()': 5,
    "matters, again = matters.reset_index(), again.reset_index()": 5,
    'matters = first.pivot_table(index="owner", values="contact_id", aggfunc="count", observed=True) / len(first)': 5,
    'again = contacts.groupby("owner", observed=True)["recontact_72h"].agg(["mean"])': 5,
    'again = contacts.groupby("owner", observed=True).agg(rate=("recontact_72h", "mean"))': 5,
    "matters, again = matters.to_dict(), again.rename(str.capitalize)": 5,
    "matters, again = matters.round(3), again.round(3)": 5,
    "matters, again = matters.round(2), again.round(2)": 2.5,
    "matters, again = 100 * matters, 100 * again": 2.5,
    'matters = contacts["owner"].value_counts(normalize=True)': 3.5,
    'matters = first["owner"].value_counts()': 3.5,
    'matters = first["owner"].value_counts() / len(contacts)': 3.5,
    'again = first.groupby("owner", observed=True)["recontact_72h"].mean()': 3,
    "matters, again = matters * 0 + 1 / 8, again * 0": 0,
    "matters = matters.reset_index(drop=True)": 0,
    "matters = None": 0,
}
B2_AGAIN = """speed = pd.cut(enquiries["wait"], [-1, 60, 300, 1e9], labels=["quick", "mid", "slow"])
named = enquiries.assign(o=ordered, speed=speed)
"""
ALL = """enquiries = contacts.query("kind == 'first' and intent == 'presale' and channel in ['chat', 'wechat']")
by = enquiries["led_to_order_id"].notna().groupby(enquiries["channel"].astype(str))
fast, late = enquiries["wait"] <= 60, enquiries["wait"] > 300
ordered, line = enquiries["led_to_order_id"].notna(), enquiries["channel"].astype(str)
curve = pd.DataFrame({"quick": ordered[fast].groupby(line).mean(), "slow": ordered[late].groupby(line).mean()})
"""
B2 = {
    "": 5,
    B2_AGAIN + 'curve = named.pivot_table(index="channel", columns="speed", values=["o"], observed=True)': 5,
    B2_AGAIN + 'curve = named.pivot_table(index="channel", columns="speed", values="o", observed=False)': 5,
    B2_AGAIN + 'curve = named.groupby(["channel", "speed"], observed=False)["o"].mean().unstack()': 5,
    "curve = curve.to_dict()": 5,
    "curve = curve.reset_index()": 5,
    'curve = curve.rename(index={"chat": "Chat", "wechat": "WeChat"})': 5,
    "curve = curve.round(3)": 5,
    "curve = curve.round(2)": 2.5,
    "curve = 100 * curve": 2.5,
    "curve = (100 * curve).round(0)": 2.5,
    ALL: 2.5,
    ALL + "curve = 100 * curve": 1.25,
    ALL + "curve = curve.round(2)": 1.25,
    "curve = curve.assign(quick=0.5)": 2.5,
    "curve = curve.T": 0,
    "curve = 0 * curve": 0,
}
B3 = {
    "": 5,
    "returned = returned.to_frame()": 5,
    'returned = matched["repurchased_180d"].astype(float).groupby(became).agg(["mean", "size"])': 5,
    "returned = returned.to_dict()": 5,
    'returned = returned.rename("share").rename_axis("group").reset_index()': 5,
    "returned = returned.rename(str.capitalize)": 5,
    "returned = returned.round(3)": 5,
    "returned = returned.round(2)": 2.5,
    "returned = 100 * returned": 2.5,
    'returned = returned.rename({"right": "wrong", "wrong": "right"})': 3,
    'returned = returned.where(returned.index != "wrong", returned["silent"])': 3.5,
    'quiet = failed[~failed["order_id"].isin(contacts["order_id"].dropna())]\n'
    'returned = returned.where(returned.index != "silent", quiet["repurchased_180d"].astype(float).mean())': 4,
    "returned = 0 * returned": 0,
    'returned = returned.drop("silent")': 0,
}
B4 = {
    "": 5,
    "gap = share.diff().dropna()": 5,
    "gap, occasions = share.diff(), number.iloc[[1]] / number.iloc[0]": 5,
    "gap, occasions = round(gap, 3), round(occasions, 2)": 5,
    "why = ' More orders, more occasions'": 5,
    "gap, occasions = round(gap, 2), round(occasions, 1)": 3.5,
    "gap = 100 * gap": 4,
    "gap = -gap": 4,
    "occasions = 1 / occasions": 4.5,
    "occasions = number[True] - number[False]": 4,
    "why = 'chance'": 3,
    "gap, occasions = 0, 0": 2,
    "gap = None": 0,
}
CASES = [
    (cell, code, points)
    for cell, cases in (("b1-owners", B1), ("b2-delay", B2), ("b3-returned", B3), ("b4-control", B4))
    for code, points in cases.items()
]


@pytest.mark.parametrize(
    ("cell", "code", "points"),
    CASES,
    ids=[f"{cell[:2]}-{at}-{points:g}" for at, (cell, _c, points) in enumerate(CASES)],
)
def test_a_prepared_answer_earns_what_the_key_says(
    cell: str, code: str, points: float, solved: dict[str, dict[str, Any]]
) -> None:
    namespace = dict(solved[cell])
    exec(code, namespace)
    earned, said = marks(f"test-{cell}", namespace)
    assert earned == pytest.approx(points)
    test = read().cell(f"test-{cell}")
    assert test is not None
    if earned < test.nbgrader["points"]:
        assert " · " in said, "what is not fully right is explained in both languages"
    else:
        assert said == ""


@pytest.mark.parametrize(
    ("cell", "code", "right", "wrong"),
    [
        ("b1-owners", "matters, again = matters.round(2), again.round(2)", "two decimals", "count first"),
        ("b1-owners", "matters, again = 100 * matters, 100 * again", "divide per cent", "the mean of"),
        ("b2-delay", "curve = curve.round(2)", "two decimals", "gave up"),
        ("b2-delay", "curve = 100 * curve", "divide per cent", "Missed"),
        ("b3-returned", "returned = 100 * returned", "divide per cent", "match order"),
        ("b3-returned", "returned = returned.rename({'right': 'wrong', 'wrong': 'right'})", "other way", "match order"),
        ("b4-control", "occasions = 1 / occasions", "upside down", "the two means"),
    ],
    ids=["b1-round", "b1-unit", "b2-round", "b2-unit", "b3-unit", "b3-swap", "b4-turned"],
)
def test_a_message_says_what_was_wrong_and_nothing_else(
    cell: str, code: str, right: str, wrong: str, solved: dict[str, dict[str, Any]]
) -> None:
    namespace = dict(solved[cell])
    exec(code, namespace)
    _earned, said = marks(f"test-{cell}", namespace)
    assert right.lower() in said.lower()
    assert wrong.lower() not in said.lower()
