"""What is said of each voice is said of that voice: in its own words, in both languages, whatever was answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from servicelab.company import load
from servicelab.i18n import use
from servicelab.publish import build
from servicelab.widgets.explore.needs.voices.model import FIRST, QUESTIONS, Voice, VoicesModel, read_voices
from servicelab.widgets.explore.needs.voices.words import because, why_not

Notes = dict[str, dict[str, str]]
MOST = {"en": 220, "zh": 90}
QUOTED = re.compile(r"“((?:[^“”]|“[^“”]*”)*)”")
# What is in a statement and says nothing of it.
SMALL = {"that", "this", "with", "your", "have", "what", "when", "them", "then", "they", "there", "does"}


@pytest.fixture(scope="module", params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def notes(language: str, root: Path) -> Notes:
    """The explanations as the trainee edition has them."""
    found: Notes = {}
    for path in build("trainee", language, root=root).path.glob("lessons/*/voices.json"):
        found |= json.loads(path.read_text(encoding="utf-8"))["voices"]
    return found


@pytest.fixture(scope="module")
def voices(language: str) -> list[Voice]:
    with use(language):
        return read_voices(load("voices"))


def each(notes: Notes) -> Iterator[tuple[str, str, str]]:
    return ((voice, question, text) for voice, said in notes.items() for question, text in said.items())


def words(text: str, language: str) -> set[str]:
    """What a statement can be known by: its longer words; in Chinese, every two characters that follow each other."""
    if language == "zh":
        return set(re.findall(r"(?=([\u4e00-\u9fff0-9]{2}))", text))
    return set(re.findall(r"[a-z']{4,}", text.casefold())) - SMALL


def test_every_statement_and_every_question_is_explained_and_no_text_stands_twice(
    notes: Notes, voices: list[Voice]
) -> None:
    assert len(voices) == 40
    assert notes.keys() == {voice.id for voice in voices}
    assert all(tuple(said) == tuple(QUESTIONS) for said in notes.values())
    assert len({text for _voice, _question, text in each(notes)}) == 200


def test_a_text_is_short_and_in_its_language(notes: Notes, language: str) -> None:
    for voice, question, text in each(notes):
        assert 10 <= len(text) <= MOST[language], f"{voice} {question}: {len(text)}"
        assert bool(re.search(r"[\u4e00-\u9fff]", text)) == (language == "zh"), f"{voice} {question}"


def test_what_stands_in_quotation_marks_was_said(notes: Notes, voices: list[Voice]) -> None:
    said = {voice.id: voice.text.casefold() for voice in voices}
    for voice, question, text in each(notes):
        quoted = QUOTED.findall(text)
        assert quoted or question not in FIRST, f"{voice} {question} quotes nothing"
        for piece in quoted:
            assert piece.rstrip(".,?!。，？！").casefold() in said[voice], f"{voice} {question}: “{piece}”"


def test_a_text_has_words_of_its_statement(notes: Notes, voices: list[Voice], language: str) -> None:
    known = {voice.id: words(voice.text, language) for voice in voices}
    for voice, question, text in each(notes):
        assert words(text, language) & known[voice], f"{voice} {question}: {text}"


def test_where_experts_differ_on_what_is_needed_each_reading_is_told(
    notes: Notes, voices: list[Voice], language: str
) -> None:
    hearing = "heard" if language == "en" else "听"
    disputed = [voice.id for voice in voices if len(voice.agreed("kind")) > 1]
    assert len(disputed) > 10
    assert [voice for voice in notes if hearing in notes[voice]["kind"]] == sorted(disputed)


def test_any_answer_to_any_statement_is_met_with_its_own_words_and_no_general_ones(
    notes: Notes, voices: list[Voice], language: str
) -> None:
    told = VoicesModel(voices, notes=notes)
    wrong = 0
    with use(language):
        general = {because(question, option) for question, options in QUESTIONS.items() for option in options}
        general |= {why_not(a, b) for options in QUESTIONS.values() for a in options for b in options} - {""}
        for question, options in QUESTIONS.items():
            for answer in options:
                everywhere = {voice.id: answer for voice in voices}
                state = told.derive({"answers": {question: everywhere}, "checked": {question: list(everywhere)}})
                for voice, item in zip(voices, state["items"], strict=True):
                    (note,) = item["notes"]
                    assert note["text"].startswith(notes[voice.id][question])
                    assert not [words for words in general if words in note["text"]]
                    assert (note["kind"] == "wrong") == (answer not in voice.agreed(question))
                    wrong += note["kind"] == "wrong"
    assert wrong > 200
