"""The instructors' note says what the mechanisms are."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

from tests.company.skylark_world import world


def test_the_note_has_the_true_numbers(root: Path) -> None:
    note = (
        (root / "grading" / "truth" / "simulation.md").read_text(encoding="utf-8").replace("−", "-").replace(" %", "%")
    )
    said = {
        "X00a": [f"{world.enquiries.delay:.2f}"],
        "X00c": [
            *(
                f"{chance:.0%}"
                for name in ("on_time_delivery", "intact_packaging")
                for chance in asdict(world.failures[name].leave).values()
            ),
            f"{world.leaving.after_order:.1%}",
        ],
        "X02a": [
            f"{world.cases.minutes['approve']:.0f} minutes of a working day",
            *(f"{world.cases.minutes[name]:.0f}" for name in ("inspect", "repair", "refund")),
            f"{world.cases.rework:.0%}",
        ],
        "X02b": [
            f"{world.cases.false_claim:.1%}",
            f"{world.cases.found:.0%}",
            f"¥{world.cases.approver_minute}",
            f"for {world.cases.known_after} days",
        ],
        "X02c": [
            *world.packing.reacting,
            f"{world.packing.reaction} times",
            f"week {world.packing.special.week}",
            f"factor {world.packing.special.factor}",
        ],
        "X03a": [
            f"{world.csat.channel['phone'] - world.csat.channel['chat']:.2f} *better*",
            f"{world.csat.unhappy_response['chat']:.2f}",
        ],
        "X03c": [f"{world.lines.back_contained:.0%}"],
        "X04a": [f"{-world.agents.hurry_pace:.0%}", f"{-world.agents.hurry_resolve:.2f}"],
        "S1": [f"{truth:.2f}" for truth in world.hiring.validity.values()],
        "S3": [
            *(
                text
                for effect in (world.pay.per_contact, world.pay.per_resolution)
                for text in (f"¥{effect.unit}", f"{100 * effect.time:+.0f}%", f"{effect.resolve:+.2f}")
            ),
            f"{world.pay.per_contact.gaming:.0%} more closed unsolved",
            f"power {-world.agents.leaves_for_pay}",
            f"over {world.agents.usual_load}",
        ],
        "X04b": ["difference 0"],
        "X04c": [f"sd {world.agents.empathy_sd:.2f}"],
        "X11b": [
            f"{world.agents.new_pace:.0%}",
            f"{-world.agents.new_resolve:.2f}",
            f"{world.agents.learn_days:.0f} days",
        ],
        "X11c": [f"{world.delivery.late_surge} times"],
        "K2": [
            f"({world.demand.price_claims:.0%})",
            f"mean {world.intents['price_claim'].lag:.0f}",
            f"at most {world.demand.protected_days} days",
        ],
        "X06b": [f"{world.touchpoints.leaves_for_more} log odds"],
        "X06c": [
            f"{value:.{digits}f}"
            for value, digits in (
                (world.touchpoints.stays_for_peak, 1),
                (world.touchpoints.stays_for_end, 1),
                (world.touchpoints.peak_rating, 2),
                (world.touchpoints.end_rating, 2),
            )
        ],
        "X12a": [f"{world.shops.trend:.0%} a year", f"+{world.shops.effect:.0%}"],
        "X12b": [f"+{world.app.effect:.0%}"],
        "X12c": [
            f"{world.orders.online_share[0]:.0%}"[:-1],
            f"{world.orders.online_share[1]:.0%}",
            f"+{world.orders.shop_growth:.0%} a year",
        ],
    }
    rows = {
        found[0]: line for line in note.splitlines() if (found := re.findall(r"^\| \*\*([A-Z]\d+[abc]?)\*\*", line))
    }
    for name, numbers in said.items():
        for number in numbers:
            assert number in rows[name], (name, number)
    assert {"X00b", "X03b", "X11a"} < set(rows)
    for number in (
        f"{world.agents.turnover:.0%} a year",
        f"absence {world.agents.absent:.1%}",
        f"{world.demand.night:.0%} of what is written",
        f"chance of {world.demand.put_off} a day",
        f"told in {world.incidents.tells:.0%}",
        f"{world.incidents.told} times the contacts",
        f"{world.rating.early} to the rating",
        f"+{world.coupons.lift_of('home_season_2024'):.0%} orders",
    ):
        assert number in note, number
    for campaign in world.coupons.rate, world.coupons.deal:
        assert f"+{campaign}" in note
    for name in ("base", "resolved", "wait", "again", "transfer", "refused"):
        assert f"{abs(getattr(world.csat, name)):.2f}" in note, name
    assert f"{abs(world.csat.angry):.2f} when angry" in note
    for chance in (world.matters.angry_failure, world.matters.angry_enquiry, world.matters.angry_again):
        assert f"{chance:.0%} of" in note
    for shares in (world.matters.remedy_angry, world.matters.remedy_calm):
        assert ", ".join(f"{share:.0%}"[:-1] for share in shares.values()) + "%" in note
    assert "fourteen" in note
    assert world.members.firm == 14


def test_the_table_of_needs_and_features_has_the_true_numbers(root: Path) -> None:
    note = (root / "grading" / "truth" / "README.md").read_text(encoding="utf-8").replace("−", "-")
    rows = {found[0]: line for line in note.splitlines() if (found := re.findall(r"^\| \*\*(X\d\d[abc])\*\*", line))}
    for gains in world.matters.gain.values():
        for gain in [*gains.values()][1:]:
            assert f"+{gain:.2f}" in rows["X01a"]
    assert f"{abs(world.csat.angry):.2f}" in rows["X01a"]
    for name, what in world.failures.items():
        silent = 100 * what.leave.silent
        assert f"{silent:.1f}".removesuffix(".0") in rows["X01b"], name
    for share in (0.88, 0.90, 0.95, 0.99):
        assert f"{share:.2f}"[1:] + f" → {world.rating.curve(share):.2f}" in rows["X01c"]
    for gain in world.rating.extra.values():
        assert f"+{gain:.2f}" in rows["X01c"]
