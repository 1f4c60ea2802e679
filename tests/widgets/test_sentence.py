"""Reading a sentence: the price of a threshold by hand, and words that stay where they were written."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from servicelab.errors import UserError
from servicelab.i18n import use
from servicelab.models.needs import NeedsClassifier
from servicelab.widgets import explore
from servicelab.widgets.explore.needs import classifiers
from servicelab.widgets.explore.needs.sentence import Sentence, model
from servicelab.widgets.explore.needs.sentence.model import HeldOut, SentenceModel, pieces
from servicelab.widgets.house import LIVE_PAGE


@pytest.fixture(scope="module")
def control(contacts: pd.DataFrame) -> Sentence:
    return explore.sentence(contacts)


def test_a_trainees_page_does_not_wait_for_it(contacts: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """Learning to read takes seconds, and who never opens its section never needs it."""
    monkeypatch.setenv(LIVE_PAGE, "1")
    waiting = explore.sentence(contacts)
    assert (waiting.ready, waiting.state, waiting.content) == (False, {}, {})


def test_the_price_of_a_threshold_by_hand() -> None:
    # Four contacts: sure and right, sure and wrong, unsure and right, unsure and wrong.
    held_out = HeldOut(np.array([0.95, 0.90, 0.55, 0.50]), np.array([True, False, True, False]))
    by_hand, misrouted = held_out.shares
    # At 0 all go alone, two of them wrong; at 60 % two by hand, one wrong; at 92 % three by hand; at 100 % all.
    assert [by_hand[i] for i in (0, 60, 92, 100)] == [0, 0.5, 0.75, 1]
    assert [misrouted[i] for i in (0, 60, 92, 100)] == [0.5, 0.25, 0, 0]
    cost = held_out.cost(check=4, misroute=40)
    assert [cost[i] for i in (0, 60, 92, 100)] == [20_000, 12_000, 3_000, 4_000]


def test_a_contact_at_the_threshold_is_routed_by_the_program() -> None:
    by_hand, _misrouted = HeldOut(np.array([0.5]), np.array([True])).shares
    assert (by_hand[50], by_hand[51]) == (0, 1)


def test_nothing_held_out_has_no_price(contacts: pd.DataFrame) -> None:
    trained = contacts.assign(split="train")
    fitted = NeedsClassifier().fit(trained["text_en"], trained["need"])
    state = SentenceModel({"en": lambda: fitted, "zh": lambda: fitted}, trained, "en").derive({"example": 3})
    assert state["costs"] == {"size": 0, "curve": [], "here": None, "best": None}
    assert "no held-out contacts" in state["money"]
    assert state["table"] == {}


def test_a_sentence_is_read_with_its_words(control: Sentence) -> None:
    control.set_state({"value": {"text": "Nobody CARED about me"}})
    reading = control.state["reading"]
    assert reading["need"] == "emotional"
    assert reading["words"][0][0] in ("nobody", "cared")
    assert "".join(text for text, _ in reading["pieces"]) == "Nobody CARED about me"
    assert sum(share for _need, share in reading["shares"]) == pytest.approx(1, abs=1e-3)
    assert "Read as emotional" in control.text()


def test_a_chinese_sentence_is_read_by_the_chinese_classifier(control: Sentence) -> None:
    control.value = {"text": "桌腿断了，螺丝少了。"}
    reading = control.state["reading"]
    assert reading["need"] == "functional"
    assert "".join(text for text, _ in reading["pieces"]) == "桌腿断了，螺丝少了。"


@pytest.mark.parametrize("nothing", ["", "   ", "?!…", "😀"])
def test_nothing_to_read_is_said(control: Sentence, nothing: str) -> None:
    control.value = {"text": nothing}
    assert control.state["reading"]["need"] == ""
    assert "Type a sentence" in control.state["text"]


def test_the_threshold_decides_who_routes(control: Sentence) -> None:
    control.value = {"text": "nobody cared", "threshold": 0.05}
    assert "the program routes it alone" in control.state["text"]
    control.value = {"text": "nobody cared", "threshold": 1.0}
    assert "a person checks it" in control.state["text"]


def test_dearer_errors_ask_for_more_checks(control: Sentence) -> None:
    best = []
    for misroute in (0, 30, 500):
        control.value = {"misroute": misroute, "check": 3}
        best.append(control.state["costs"]["best"]["by_hand"])
    assert best == sorted(best)
    assert best[0] == 0


def test_the_label_of_a_shown_contact_is_told_until_it_is_edited(control: Sentence) -> None:
    example = control.content["examples"][0]
    control.value = {"example": 0, "text": example}
    assert control.state["reading"]["truth"] in ("functional", "emotional", "normative", "implicit")
    control.value = {"example": 0, "text": example + " now"}
    assert control.state["reading"]["truth"] == ""


def test_examples_come_from_unseen_contacts_and_span_the_needs(control: Sentence, contacts: pd.DataFrame) -> None:
    unseen = set(contacts.loc[contacts["split"] == "test", "text_en"])
    examples = control._model.tried
    assert {e["text"] for e in examples} <= unseen
    assert len({e["text"] for e in examples}) == len(examples) == 12
    assert {e["need"] for e in examples} == {"functional", "emotional", "normative", "implicit"}


@pytest.mark.parametrize(
    "hostile",
    [
        {"text": 5, "threshold": "high", "check": None, "misroute": [], "example": "x"},
        {"text": "x" * 100_000, "threshold": 9, "check": -1, "misroute": 1e12, "example": 10**6},
        {"text": "<img src=x onerror=alert(1)>", "threshold": float("nan"), "example": -99},
        {"text": "İstanbul’da MASA kırık İİİ 桌子"},
        {"text": "\ud83d lone surrogate \x00"},
    ],
)
def test_whatever_is_sent_the_state_is_sound(control: Sentence, hostile: dict[str, Any]) -> None:
    control.value = hostile
    state = control.state
    assert 0 <= state["at"]["threshold"] <= 1
    assert len(state["at"]["text"]) <= 300
    assert state["costs"]["here"]["threshold"] == pytest.approx(state["at"]["threshold"])
    assert "".join(text for text, _ in state["reading"]["pieces"]) in (state["at"]["text"], "")
    json.dumps(state, allow_nan=False)


def test_pieces_keep_apostrophes_and_capitals() -> None:
    assert pieces("Leg’s OK", [("leg's", 0.5), ("ok", -0.2)]) == [["Leg’s", 0.5], [" ", 0.0], ["OK", -0.2]]
    assert pieces("abc", [("zzz", 1.0)]) == [["abc", 0.0]]


def test_counts_are_of_the_running_language(contacts: pd.DataFrame) -> None:
    with use("zh"):
        control = explore.sentence(contacts)
    assert all(any("\u4e00" <= c <= "\u9fff" for c in example) for example in control.content["examples"])


def test_mistakes_are_named(contacts: pd.DataFrame) -> None:
    with pytest.raises(UserError, match=r"explore\.sentence: contacts lacks split"):
        explore.sentence(contacts.drop(columns="split"))


def test_of_many_contacts_a_fixed_sample_is_learned_from_and_counted(
    contacts: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    learn = NeedsClassifier.fit

    def fit(self: NeedsClassifier, texts: pd.Series, labels: pd.Series) -> NeedsClassifier:
        seen.append(list(texts))
        return learn(self, texts, labels)

    monkeypatch.setattr(NeedsClassifier, "fit", fit)
    monkeypatch.setattr(classifiers, "LEARN_FROM", 100)
    monkeypatch.setattr(model, "COUNTED", 40)
    monkeypatch.setattr(classifiers, "_fitted", {})
    many = pd.concat([contacts, contacts], ignore_index=True)
    control = explore.sentence(many)
    assert control.state["costs"]["size"] == 40
    assert len(seen) == 1
    assert len(set(seen[0])) == 100, "each text once"
    assert set(seen[0]) <= set(contacts.loc[contacts["split"] == "train", "text_en"])
    assert explore.sentence(many).content["examples"] == control.content["examples"]
    assert len(seen) == 1, "the same sample is not fitted again"
