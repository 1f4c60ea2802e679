"""The instructors' note says what the mechanisms are; the examples in the docstrings run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import servicelab.company.simulation as package
from servicelab.company.simulation import mechanisms as m

MODULES = [f"{package.__name__}.{found.name}" for found in pkgutil.iter_modules(package.__path__)]


@pytest.mark.parametrize("name", [package.__name__, *MODULES])
def test_examples_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_note_has_the_true_numbers(root: Path) -> None:
    note = (
        (root / "grading" / "truth" / "simulation.md").read_text(encoding="utf-8").replace("−", "-").replace(" %", "%")
    )
    said = {
        "X00a": [f"{m.CONVERT_DELAY:.2f}"],
        "X00c": [
            *(
                f"{chance:.0%}"
                for name in ("on_time_delivery", "intact_packaging")
                for chance in m.FEATURES[name].leave
            ),
            f"{m.LEAVE_AFTER_ORDER:.1%}",
        ],
        "X02a": [f"load {m.LOAD['approve']:.2f}", f"{m.REWORK:.0%}"],
        "X02b": [f"{m.FALSE_CLAIM:.1%}", f"{m.FOUND:.0%}", f"¥{m.APPROVER_MINUTE}"],
        "X02c": [*m.REACTING, f"{m.REACTION} times", f"week {m.SPECIAL_WEEK}", f"factor {m.SPECIAL_FACTOR}"],
        "X03a": [
            f"{m.CHANNEL_CSAT['phone'] - m.CHANNEL_CSAT['chat']:.2f} *better*",
            f"{m.UNHAPPY_RESPONSE['chat']:.2f}",
        ],
        "X03c": [f"{m.RECONTACT_CONTAINED:.0%}"],
        "X04a": [f"{-m.HURRY_PACE:.0%}", f"{-m.HURRY_RESOLVE:.2f}"],
        "X04b": ["difference 0"],
        "X04c": [f"sd {m.EMPATHY_SD:.2f}"],
        "X11b": [f"{m.NEW_PACE:.0%}", f"{-m.NEW_RESOLVE:.2f}", f"{m.LEARN_DAYS:.0f} days"],
        "X11c": [f"{m.LATE_SURGE} times"],
        "X12a": [f"{m.SHOP_TREND:.0%} a year", f"+{m.ROLLOUT_SALES:.0%}"],
        "X12b": [f"+{m.APP_EFFECT:.0%}"],
        "X12c": [f"{m.ONLINE_SHARE[0]:.0%}"[:-1], f"{m.ONLINE_SHARE[1]:.0%}"],
    }
    rows = {found[0]: line for line in note.splitlines() if (found := re.findall(r"^\| \*\*(X\d\d[abc])\*\*", line))}
    for name, numbers in said.items():
        for number in numbers:
            assert number in rows[name], (name, number)
    assert {"X00b", "X03b", "X11a"} < set(rows)
    speed = m.PAY_EFFECT["speed"]
    for number in (f"× {speed[0]}", f"{speed[1]:.2f} log odds", f"{speed[2]:.0%} of what", f"{m.TURNOVER:.0%} a year"):
        assert number in note, number
    for campaign in m.COUPON_RATE, m.COUPON_DEAL:
        assert f"+{campaign}" in note
    for name in ("CSAT_BASE", "CSAT_RESOLVED", "CSAT_WAIT", "CSAT_AGAIN", "CSAT_TRANSFER", "CSAT_REFUSED"):
        assert f"{abs(getattr(m, name)):.2f}" in note, name
    assert f"{abs(m.CSAT_ANGRY):.2f} when angry" in note
    for chance in (m.ANGRY_FAILURE, m.ANGRY_ENQUIRY, m.ANGRY_AGAIN):
        assert f"{chance:.0%} of" in note
    for shares in (m.REMEDY_ANGRY, m.REMEDY_CALM):
        assert ", ".join(f"{share:.0%}"[:-1] for share in shares) + "%" in note
    assert "fourteen" in note
    assert m.FIRM == 14


def test_the_table_of_needs_and_features_has_the_true_numbers(root: Path) -> None:
    note = (root / "grading" / "truth" / "README.md").read_text(encoding="utf-8").replace("−", "-")
    rows = {found[0]: line for line in note.splitlines() if (found := re.findall(r"^\| \*\*(X\d\d[abc])\*\*", line))}
    for gains in m.CSAT_GAIN.values():
        for gain in gains[1:]:
            assert f"+{gain:.2f}" in rows["X01a"]
    assert f"{abs(m.CSAT_ANGRY):.2f}" in rows["X01a"]
    for name, what in m.FEATURES.items():
        silent = 100 * what.leave[0]
        assert f"{silent:.1f}".removesuffix(".0") in rows["X01b"], name
    for share in (0.88, 0.90, 0.95, 0.99):
        assert f"{share:.2f}"[1:] + f" → {m.satisfaction_curve(share):.2f}" in rows["X01c"]
    for gain in m.EXTRA_SATISFACTION.values():
        assert f"+{gain:.2f}" in rows["X01c"]
