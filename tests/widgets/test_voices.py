"""Sort the voices: what fits, what is explained, and whose confusion is whose."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pandas as pd
import pytest

from servicelab.course.voicesfile import Explained
from servicelab.errors import UserError
from servicelab.i18n import use
from servicelab.models.needs import NeedsClassifier
from servicelab.widgets import explore
from servicelab.widgets.explore.needs.voices.model import FIRST, KINDS, QUESTIONS, Voice, VoicesModel, pick, read_voices
from servicelab.widgets.explore.needs.voices.words import because, hint, option_name, why_not


def sort_all(model: VoicesModel, answer: dict[str, str] | None = None) -> dict[str, Any]:
    """A value in which every statement is sorted: by the experts' most frequent answer, or all alike."""
    ids = [v.id for v in model.voices]
    answers = {
        question: {v.id: (answer or {}).get(question, v.agreed(question)[0]) for v in model.voices}
        for question in FIRST
    }
    return {"at": len(ids), "answers": answers, "checked": dict.fromkeys(FIRST, ids)}


@pytest.fixture
def model(voices: pd.DataFrame) -> VoicesModel:
    return VoicesModel(pick(read_voices(voices), 12, seed=1))


def test_the_pick_is_balanced_and_fixed_by_its_seed(voices: pd.DataFrame) -> None:
    everything = read_voices(voices)
    first = pick(everything, 12, seed=1)
    assert [v.id for v in first] == [v.id for v in pick(everything, 12, seed=1)]
    assert [v.id for v in first] != [v.id for v in pick(everything, 12, seed=2)]
    assert [sum(v.majority("kind") == kind for v in first) for kind in KINDS] == [4, 4, 4]
    assert 3 <= sum(len(v.agreed("kind")) > 1 for v in first) <= 4
    assert len(first[0].agreed("kind")) == 1
    assert len(pick(everything, 99, seed=1)) == len(everything)


def test_nothing_is_explained_before_it_is_checked(model: VoicesModel) -> None:
    voice = model.voices[0]
    value = {"answers": {"kind": {voice.id: "functional"}}}
    item = model.derive(value)["items"][0]
    assert item == {"answers": {"kind": "functional"}, "checked": [], "notes": [], "status": "open"}


def test_an_answer_in_the_agreed_set_fits_and_the_disagreement_is_shown(model: VoicesModel) -> None:
    place, voice = next((i, v) for i, v in enumerate(model.voices) if len(v.agreed("kind")) == 2)
    minority = voice.agreed("kind")[1]
    value = {"answers": {"kind": {voice.id: minority}}, "checked": {"kind": [voice.id]}}
    note = model.derive(value)["items"][place]["notes"][0]
    assert note["kind"] == "agreed"
    assert "The experts differ" in note["text"]
    assert "head of compliance: " + minority in note["text"]


@pytest.mark.parametrize("question", list(QUESTIONS))
def test_every_misplacement_has_an_explanation_of_its_own(model: VoicesModel, question: str) -> None:
    seen = set()
    for place, voice in enumerate(model.voices):
        for wrong in set(QUESTIONS[question]) - set(voice.agreed(question)):
            value = {"answers": {question: {voice.id: wrong}}, "checked": {question: [voice.id]}}
            note = model.derive(value)["items"][place]["notes"][0]
            assert note["kind"] == "wrong"
            reason = why_not(wrong, voice.agreed(question)[0])
            assert len(reason) > 30
            assert note["text"].startswith(reason)
            seen.add(reason)
    assert len(seen) == len(QUESTIONS[question]) * (len(QUESTIONS[question]) - 1)


def test_a_statement_is_explained_in_its_own_words_right_or_wrong_and_by_the_definitions_without(
    model: VoicesModel,
) -> None:
    voice, other = model.voices[:2]
    written = {voice.id: {"kind": "It is the scratch.", "spoken": "“What happens next” asks."}}
    told = VoicesModel(model.voices, notes=written)
    right = voice.agreed("kind")[0]
    wrong = next(kind for kind in KINDS if kind not in voice.agreed("kind"))

    def note(of: Voice, answer: str, question: str = "kind") -> dict[str, str]:
        value = {"answers": {question: {of.id: answer}}, "checked": {question: [of.id]}}
        item = next(i for i in told.derive(value)["items"] if i["notes"])
        return dict(item["notes"][0])

    assert note(voice, right)["text"] == "It is the scratch."
    assert note(voice, wrong)["text"] == f"It is the scratch. Here: {right}."
    assert note(voice, "spoken", "spoken")["text"].startswith("“What happens next” asks.")
    assert note(voice, "core", "importance")["text"] in _general()
    assert note(other, other.agreed("kind")[0])["text"].startswith(because("kind", other.agreed("kind")[0]))


def test_the_experts_are_named_after_a_written_explanation_as_well(model: VoicesModel) -> None:
    place, voice = next((i, v) for i, v in enumerate(model.voices) if len(v.agreed("kind")) == 2)
    told = VoicesModel(model.voices, notes={voice.id: {"kind": "Two hear the scratch."}})
    minority = voice.agreed("kind")[1]
    value = {"answers": {"kind": {voice.id: minority}}, "checked": {"kind": [voice.id]}}
    text = told.derive(value)["items"][place]["notes"][0]["text"]
    assert text.startswith("Two hear the scratch. The experts differ (head of service operations: ")


def _general() -> set[str]:
    """Every note that follows from the definitions."""
    fits = {because(question, option) for question, options in QUESTIONS.items() for option in options}
    others = {
        f"{why_not(mine, told)} Here: {option_name(question, told)}."
        for question, options in QUESTIONS.items()
        for mine in options
        for told in options
        if mine != told
    }
    return fits | others


def test_the_course_explains_the_questions_that_are_asked() -> None:
    assert tuple(field.name for field in fields(Explained)) == tuple(QUESTIONS)


def test_every_answer_has_a_hint_and_a_reason() -> None:
    for question, options in QUESTIONS.items():
        for option in options:
            assert hint(question, option)
            assert because(question, option)
            assert option_name(question, option)


def test_a_statement_is_sorted_by_its_kind_and_whether_it_is_said_axes_may_wait(model: VoicesModel) -> None:
    voice = model.voices[0]
    both = {q: {voice.id: voice.agreed(q)[0]} for q in FIRST}
    state = model.derive({"answers": both, "checked": {"kind": [voice.id]}})
    assert (state["done"], state["items"][0]["status"]) == (0, "open")
    state = model.derive({"answers": both, "checked": {q: [voice.id] for q in FIRST}})
    assert (state["done"], state["items"][0]["status"]) == (1, "right")
    assert not state["complete"]
    assert "result" not in state


def test_the_counts_of_the_result_agree_with_the_dots(model: VoicesModel) -> None:
    value = sort_all(model)
    for question, places in {"kind": (0, 1, 2), "spoken": (2, 3)}.items():
        for place in places:
            voice = model.voices[place]
            others = [o for o in QUESTIONS[question] if o not in voice.agreed(question)]
            value["answers"][question][voice.id] = others[0]
    state = model.derive(value)
    assert state["counts"][:2] == ["What is needed: 9 of 12 fit.", "Whether it is said: 10 of 12 fit."]
    right = sum(item["status"] == "right" for item in state["items"])
    assert right == 8
    assert state["counts"][2].startswith(f"Both fit for {right} of 12 statements")


def test_the_result_waits_until_all_are_sorted(model: VoicesModel) -> None:
    value = sort_all(model)
    value["checked"] = {q: ids[:-1] for q, ids in value["checked"].items()}
    state = model.derive(value)
    assert state["at"]["at"] == 11  # the result's page is not open yet
    assert "result" not in state


def test_confusion_of_one_who_calls_everything_functional(model: VoicesModel) -> None:
    state = model.derive(sort_all(model, {"kind": "functional"}))
    mine = state["result"][0]
    assert mine["cells"] == [[4, 0, 0], [4, 0, 0], [4, 0, 0]]
    assert (mine["hits"], mine["total"]) == (4, 12)
    experts = state["result"][-1]
    assert experts["total"] == 36
    disputed = sum(len(v.agreed("kind")) > 1 for v in model.voices)
    assert experts["hits"] == 36 - disputed
    assert [sum(row) for row in experts["cells"]] == [12, 12, 12]
    assert [m["key"] for m in state["result"]] == ["mine", "experts"]


def test_the_classifier_stands_beside_with_its_own_labels(model: VoicesModel) -> None:
    told = VoicesModel(model.voices, classify=lambda voices: ["implicit"] * len(voices))
    state = told.derive(sort_all(told))
    classifier = state["result"][1]
    assert classifier["key"] == "classifier"
    assert classifier["columns"][-1] == "implicit"
    assert [row[-1] for row in classifier["cells"]] == [4, 4, 4]
    assert classifier["hits"] == 0
    assert state["result"][0]["hits"] == 12
    assert state["table"]["columns"][-1] == "Classifier"


def test_an_undecided_majority_counts_in_no_matrix(voices: pd.DataFrame) -> None:
    table = voices[voices["voice_id"].isin(["v00", "v01"])].copy()
    table.loc[table["voice_id"] == "v00", "kind"] = ["functional", "emotional", "normative"]
    model = VoicesModel(read_voices(table))
    assert model.voices[0].majority("kind") is None
    state = model.derive(sort_all(model, {"kind": "normative"}))
    assert state["result"][0]["total"] == 1
    assert state["items"][0]["notes"][0]["kind"] == "agreed"


@pytest.mark.parametrize(
    "hostile",
    [
        {"at": 99, "answers": [], "checked": "all"},
        {"at": -4, "answers": {"kind": ["v00"]}, "checked": {"kind": {"v00": True}}},
        {"answers": {"kind": {"no-such": "functional"}}, "checked": {"kind": ["no-such"]}},
        {"answers": {"kind": {"v00": ["functional"]}}, "checked": {"kind": [["v00"], {"v00": 1}, None]}},
        {"answers": {"kind": {"v00": "implicit"}}, "checked": {"kind": ["v00"]}},
    ],
)
def test_unknown_ids_and_nonsense_sort_nothing(model: VoicesModel, hostile: dict[str, Any]) -> None:
    state = model.derive(hostile)
    assert state["done"] == 0
    assert all(item["notes"] == [] for item in state["items"])
    assert 0 <= state["at"]["at"] < 12


def test_the_real_control_with_a_classifier_learned_from_contacts(voices: pd.DataFrame, contacts: pd.DataFrame) -> None:
    control = explore.voices(voices, contacts)
    control.set_state({"value": sort_all(control._model)})
    keys = [m["key"] for m in control.state["result"]]
    assert keys == ["mine", "classifier", "experts"]
    known = set(NeedsClassifier().fit(contacts["text_en"], contacts["need"]).labels)
    assert set(control.state["result"][1]["columns"]) <= known
    assert "Your kind lies in the agreed set 12 times of 12" in control.text()
    json.dumps(control.state, allow_nan=False)


def test_predictions_may_be_labels_by_id_or_a_fitted_classifier(voices: pd.DataFrame) -> None:
    by_id = explore.voices(voices, pd.Series({f"v{i:02d}": "emotional" for i in range(24)}))
    fitted = NeedsClassifier().fit(["table scratch", "nobody"], ["emotional", "functional"])
    by_model = explore.voices(voices, fitted)
    for control in (by_id, by_model):
        control.value = sort_all(control._model)
        assert [row[1] for row in control.state["result"][1]["cells"]] == [4, 4, 4]


def test_statements_are_in_the_language(voices: pd.DataFrame) -> None:
    with use("zh"):
        control = explore.voices(voices)
    assert all("桌子" in v["text"] for v in control.content["voices"])


def test_mistakes_are_named(voices: pd.DataFrame, contacts: pd.DataFrame) -> None:
    with pytest.raises(UserError, match="voices lacks level"):
        explore.voices(voices.drop(columns="level"))
    with pytest.raises(UserError, match="no statement"):
        explore.voices(voices.assign(kind=None))
    with pytest.raises(UserError, match="contacts lacks need"):
        explore.voices(voices, contacts.drop(columns="need"))
    with pytest.raises(UserError, match="predictions must be"):
        explore.voices(voices, 5)  # type: ignore[arg-type]
