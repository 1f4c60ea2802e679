"""The pictures of the service system: tables small enough to count by hand, and the sentence each must give."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from servicelab.errors import UserError
from servicelab.widgets import figures
from servicelab.widgets.figures.system import enquiries, silence


def make_contacts() -> pd.DataFrame:
    """Twenty enquiries: ten answered at once (8 order), six after 90 minutes (2), four who gave up (1)."""
    waits = [0.0] * 10 + [5400.0] * 6 + [300.0] * 4
    bought = ["o"] * 8 + [None] * 2 + ["o"] * 2 + [None] * 4 + ["o"] + [None] * 3
    table = pd.DataFrame({"wait": waits, "led_to_order_id": bought, "served": [True] * 16 + [False] * 4})
    return table.assign(kind="first", intent="presale", channel="chat", owner="sales")


def named_at_the_guess(figure: Any) -> tuple[float, str]:
    """Where the trainee's own guess stands, and beside which name."""
    first = figure.state["charts"][0]
    (mark,) = (each for layer in first["layers"] for each in layer.get("dots", []) if each.get("title") == "your guess")
    return mark["x"], first["y"]["names"][mark["y"]]


def test_a_guess_stands_beside_the_bar_that_it_is_about() -> None:
    assert named_at_the_guess(figures.late_answers(make_contacts(), guess=50)) == (50, "over an hour")


def test_whoever_gave_up_is_never_counted_as_answered() -> None:
    figure = figures.late_answers(make_contacts())
    assert "Answered at once, 80 of 100 enquiries become an order; after more than an hour 33." in figure.state["text"]
    assert "20 of 100 enquirers gave up unanswered, and of 100 of those 25 ordered" in figure.state["text"]
    rows = {row[1]: row for row in figure.state["table"]["rows"]}
    assert rows["over an hour"][3] == 6
    assert rows["gave up unanswered"][3] == 4


def test_a_channel_is_looked_at_alone_only_where_enough_asked() -> None:
    few = enquiries.late(make_contacts())
    many = enquiries.late(pd.concat([make_contacts()] * 20, ignore_index=True))
    assert [row[0] for row in few["table"]["rows"] if row[0] != "all"] == []
    assert [row[1] for row in many["table"]["rows"] if row[0] != "all"] == [
        "at once",
        "over 30 minutes",
    ]
    # Eighty gave up: too few for a bar here, and with five times as many they have one in their channel as well.
    more = enquiries.late(pd.concat([make_contacts()] * 100, ignore_index=True))
    assert [row[1:] for row in more["table"]["rows"] if row[0] != "all"][-1] == ["gave up unanswered", "25.0", 400]
    assert more["charts"][1]["y"]["names"][0] == "gave up unanswered"


def test_a_matter_counts_once_however_often_it_comes_back() -> None:
    contacts = pd.DataFrame(
        {
            "kind": ["first"] * 4 + ["repeat"] * 6,
            "owner": ["sales"] * 3 + ["service"] + ["service"] * 6,
        }
    )
    figure = figures.owners(contacts, guess=50)
    assert "Of 100 first contacts 75 come from the work of Sales" in figure.state["text"]
    assert figure.state["text"].endswith("gives rise to 25.")
    assert named_at_the_guess(figure) == (50, "Customer service")


def test_silent_is_who_was_never_heard_about_that_failure() -> None:
    late = "on_time_delivery"
    orders = pd.DataFrame(
        {
            "order_id": list("abcdefgh"),
            "failed_feature": [late, late, late, late, None, "personal_styling", late, late],
            "repurchased_180d": pd.array([True, False, True, False, True, True, None, False], dtype="boolean"),
        }
    )
    contacts = pd.DataFrame(
        {
            "order_id": ["a", "a", "b", "b", "c", "h"],
            # c got in touch, about something else: the failure itself was never told. b was answered once; h never.
            "feature_id": [late, late, late, late, "e_invoice", late],
            "opened_at": pd.to_datetime([f"2025-01-0{day}" for day in (2, 5, 3, 4, 3, 3)]),
            "resolved": [False, True, False, False, True, False],
            "served": [True, True, True, False, True, False],
        }
    )
    found = silence.outcomes(contacts, orders)
    assert found["group"].tolist() == ["right", "wrong", "silent", "silent", "sound", "gone"]
    assert figures.silent_return(contacts, orders) == pytest.approx(0.5)
    figure = figures.silence(contacts, orders, guess=70)
    assert named_at_the_guess(figure) == (70, "failed, never told")
    said = figure.state["text"]
    assert said.startswith("40 of 100 such failures are never told. Of 100 orders whose customer said nothing 50 are ")
    assert said.endswith("Gave up before anybody answered (a small group, 1): 0.")


@pytest.mark.parametrize("draw", [figures.owners, figures.late_answers])
def test_a_missing_column_is_named(draw: object) -> None:
    with pytest.raises(UserError, match="lacks"):
        draw(pd.DataFrame({"wait": [1.0]}))  # type: ignore[operator]
