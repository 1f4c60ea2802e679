"""Placing: nothing is explained before it is put, the first try stays, and what nothing fills is seen to be empty."""

from __future__ import annotations

from typing import Any

import pytest

from servicelab.course.declared import mistakes, read
from servicelab.course.placingfile import Asked, Placed, PlacingFile, Slot
from servicelab.widgets import explore
from servicelab.widgets.explore.system.placing.model import PlacingModel

STAGE = Asked("Which stage?", (Slot("before", "before"), Slot("during", "during"), Slot("after", "after")))
OWNER = Asked("Whose work?", (Slot("sales", "Sales"), Slot("product", "Product")))
ASK = Placed(
    "ask", "Is it washable?", {"stage": ("before",), "owner": ("sales", "product")}, {"stage": "S1", "owner": "O1"}
)
CREAK = Placed("creak", "It creaks.", {"stage": ("after",)}, {"stage": "S2"}, "the creak")
QUESTIONS = {"stage": STAGE, "owner": OWNER, "unused": STAGE}


@pytest.fixture
def model() -> PlacingModel:
    return PlacingModel(QUESTIONS, [ASK, CREAK])


def put(item: str, checked: bool = True, **answers: str) -> dict[str, Any]:
    return {"answers": {item: answers}, "checked": [item] if checked else []}


def test_a_question_that_nothing_is_asked_is_left_out(model: PlacingModel) -> None:
    assert list(model.questions) == ["stage", "owner"]


def test_nothing_is_explained_and_nothing_stands_on_the_board_before_it_is_checked(model: PlacingModel) -> None:
    state = model.derive(put("ask", checked=False, stage="before", owner="sales"))
    assert state["items"][0] == {"answers": {"stage": "before", "owner": "sales"}, "status": "open", "notes": []}
    assert not any(place["items"] for board in state["board"] for place in board["places"])
    assert "O1" not in str(state)
    assert state["table"]["rows"][0] == ["Is it washable?", "Which stage?", "before", None]


def test_a_place_is_there_once_and_a_set_holds_something() -> None:
    place = {"id": "a", "text": "A"}
    item = {"id": "x", "text": "X", "answers": {"where": ["a"]}, "because": {"where": "It is."}}
    data = {
        "questions": {"where": {"text": "Where?", "options": [place, {"id": "b", "text": "B"}, place]}},
        "sets": {"some": [item, item], "none": []},
    }
    assert {fault.path: fault.problem for fault in mistakes(PlacingFile, data)} == {
        ("questions", "where", "options", 2): "the id “a” is given twice",
        ("sets", "some", 1): "the id “x” is given twice",
        ("sets", "none"): "the set is empty",
    }


def test_the_whole_is_not_shown_before_there_is_something_on_it(model: PlacingModel) -> None:
    """It would be a few numbers and no way back: whoever saw it took the control for broken."""
    assert model.derive({"at": 2})["at"]["at"] == 1
    assert model.derive({"at": 2, **put("creak", stage="after")})["at"]["at"] == 2


def test_what_fits_nowhere_stands_on_the_board_only_where_something_does() -> None:
    asked = Asked("Evidence of which?", (Slot("team", "Team"), Slot("nothing", "None of these")))
    facts = [Placed(each, each, {"of": (each,)}, {"of": "So."}) for each in ("team", "nothing")]
    board = PlacingModel({"of": asked}, facts)
    before = board.derive(put("team", of="team"))["board"][0]["places"]
    assert [place["text"] for place in before] == ["Team"]
    after = board.derive(put("nothing", of="team"))["board"][0]["places"]
    assert [place["text"] for place in after] == ["Team", "None of these"]


def test_half_an_answer_is_not_checked(model: PlacingModel) -> None:
    assert model.derive(put("ask", stage="before"))["items"][0]["status"] == "open"


def test_what_is_open_on_a_board_is_what_is_asked_there_and_not_yet_checked(model: PlacingModel) -> None:
    """Both things have a stage, one of them an owner."""
    before = {board["question"]: board["open"] for board in model.derive({})["board"]}
    after = {board["question"]: board["open"] for board in model.derive(put("creak", stage="after"))["board"]}
    assert before == {"stage": 2, "owner": 1}
    assert after == {"stage": 1, "owner": 1}


@pytest.mark.parametrize("owner", ["sales", "product"])
def test_any_place_of_an_accepted_set_fits_and_it_stands_at_each_of_them(model: PlacingModel, owner: str) -> None:
    state = model.derive(put("ask", stage="before", owner=owner))
    assert state["items"][0]["status"] == "right"
    at = {place["text"]: place["items"] for place in state["board"][1]["places"]}
    assert at["Sales"] == at["Product"] == [{"number": 1, "text": "Is it washable?", "fits": True}]


def test_a_wrong_place_is_explained_and_the_board_shows_the_right_one(model: PlacingModel) -> None:
    state = model.derive(put("creak", stage="before"))
    assert state["items"][1]["notes"] == [
        {"kind": "wrong", "head": "“before” does not fit.", "text": "Here: after. S2"}
    ]
    empty = [place["text"] for place in state["board"][0]["places"] if not place["items"]]
    assert empty == ["before", "during"]
    assert state["board"][0]["places"][2]["items"] == [{"number": 2, "text": "the creak", "fits": False}]
    assert state["board"][0]["open"] == 1


def test_the_end_counts_first_tries(model: PlacingModel) -> None:
    value = {
        "at": 2,
        "answers": {"ask": {"stage": "before", "owner": "sales"}, "creak": {"stage": "during"}},
        "checked": ["ask", "creak"],
    }
    state = model.derive(value)
    assert state["complete"]
    assert state["text"] == "All 2 are placed; right at the first try: 1."


@pytest.mark.parametrize(
    "value",
    [{}, {"answers": 3, "checked": "ask"}, {"answers": {"ask": ["x"]}, "checked": [None, {}]}, {"at": float("nan")},
     {"answers": {"ask": {"stage": "nowhere", "owner": ["sales"]}}, "checked": ["ask", "else"]}],
)  # fmt: skip
def test_whatever_a_sheet_holds_the_control_opens(model: PlacingModel, value: dict[str, Any]) -> None:
    assert model.derive(value)["done"] == 0


def test_the_control_sends_no_key_and_no_explanation(model: PlacingModel) -> None:
    for opened in (explore.journey(({"stage": STAGE}, (CREAK,))), explore.service_map((QUESTIONS, (ASK, CREAK)))):
        assert "S2" not in f"{opened.content}{opened.state}"
        opened.value = put("creak", stage="after")
        assert opened.state["items"][-1]["status"] == "right"
        assert "It creaks." in opened.text()


SOUND: dict[str, Any] = {
    "questions": {"stage": {"text": "Which?", "options": [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}]}},
    "sets": {"one": [{"id": "x", "text": "X", "answers": {"stage": ["a"]}, "because": {"stage": "since"}}]},
}


def changed(**item: Any) -> dict[str, Any]:
    return {**SOUND, "sets": {"one": [{**SOUND["sets"]["one"][0], **item}]}}


def test_a_file_is_read_as_it_is_declared() -> None:
    assert mistakes(PlacingFile, SOUND) == []
    assert read(PlacingFile, SOUND).sets["one"][0].answers == {"stage": ("a",)}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (changed(answers={"stage": ["c"]}), "there is no place “c”"),
        (changed(answers={"owner": ["a"]}, because={"owner": "since"}), "there is no question “owner”"),
        (changed(because={"other": "since"}), "what is explained of x is not what is asked"),
        (changed(text=" "), "item x has no text"),
        ({**SOUND, "sets": {"one": SOUND["sets"]["one"] * 2}}, "the id “x” is given twice"),
        ({"questions": SOUND["questions"]}, "`sets` is missing"),
    ],
    ids=["place", "question", "because", "text", "twice", "sets"],
)
def test_a_mistake_is_named(data: dict[str, Any], says: str) -> None:
    assert says in [fault.problem for fault in mistakes(PlacingFile, data)]
