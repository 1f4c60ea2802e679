"""One declaration, three uses: mistakes with their places, the values of a lesson, the texts to translate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import pytest

from servicelab.course.declared import Called, Declared, Fault, Rule, Shown, filled, mistakes, read, replaced, texts
from servicelab.course.deskfile import Desk
from servicelab.course.quizfile import QuizFile
from servicelab.course.rubricfile import Rubric
from servicelab.course.settings import Settings
from servicelab.course.voicesfile import VoicesFile
from servicelab.files.yamllines import read_yaml

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Leg(Declared):
    REFUSED: ClassVar = {"secret": ("leg {id} tells its {name}", "Take it away")}
    SHAPE: ClassVar = ("a leg is no mapping", "Write {{id: a}}")

    id: Annotated[str, Rule("the leg has no id", "Give it one", filled)]
    name: Annotated[str, Shown] = ""
    long: Annotated[float, Rule("leg {id} is {value} long", "Write a number")] = 1.0
    when: str = ""


@dataclass(frozen=True)
class Chair(Declared):
    KEYS: ClassVar[Mapping[str, str]] = {"source": "from"}

    title: Annotated[str, Shown]
    legs: Annotated[tuple[Leg, ...], Rule("there are no legs", "Write `legs:`", bool)]
    kind: Literal["plain", "high"] = "plain"
    parts: Annotated[Mapping[str, Leg], Called("part")] = field(default_factory=dict)
    hints: Annotated[tuple[Annotated[str, Shown], ...], Called("hint")] = ()
    source: str = ""
    safe: bool | None = None

    def faults(self) -> Iterator[Fault]:
        if len(self.legs) != 4:
            yield Fault(("legs",), f"{len(self.legs)} legs", "Make it four")


LEGS = [{"id": "a", "name": "Left", "long": 40}, {"id": "b"}, {"id": "c"}, {"id": "d"}]
GOOD = {"title": "A chair", "legs": LEGS, "from": "01", "parts": {"seat": {"id": "s", "name": "Seat"}}, "hints": ["H"]}


def test_sound_data_has_no_mistakes_and_is_read_the_same() -> None:
    assert mistakes(Chair, GOOD) == []
    made = read(Chair, GOOD)
    assert made.legs[0] == Leg("a", "Left", 40.0)
    assert (made.source, made.kind, made.parts["seat"].name) == ("01", "plain", "Seat")


@pytest.mark.parametrize(
    ("change", "path", "problem"),
    [
        ({"title": None}, ("title",), "`title` cannot be “None”"),
        ({"title": 5}, ("title",), "`title` cannot be “5”"),
        ({"legs": []}, ("legs",), "there are no legs"),
        ({"legs": "four"}, ("legs",), "there are no legs"),
        ({"legs": [*LEGS[:3], "d"]}, ("legs", 3), "a leg is no mapping"),
        ({"legs": [*LEGS[:3], {"id": " "}]}, ("legs", 3, "id"), "the leg has no id"),
        ({"legs": [*LEGS[:3], {}]}, ("legs", 3, "id"), "the leg has no id"),
        ({"legs": [*LEGS[:3], {"id": "d", "long": "5"}]}, ("legs", 3, "long"), "leg d is 5 long"),
        ({"legs": [*LEGS[:3], {"id": "d", "long": True}]}, ("legs", 3, "long"), "leg d is True long"),
        ({"legs": [*LEGS[:3], {"id": "d", "secret": 1}]}, ("legs", 3, "secret"), "leg d tells its secret"),
        ({"legs": LEGS[:3]}, ("legs",), "3 legs"),
        ({"kind": "low"}, ("kind",), "`kind` cannot be “low”"),
        ({"parts": {"seat": 3}}, ("parts", "seat"), "a leg is no mapping"),
        ({"source": "01"}, ("source",), "`source` means nothing here"),
    ],
)
def test_a_mistake_has_its_place_and_its_words(change: dict, path: tuple, problem: str) -> None:
    assert [(fault.path, fault.problem) for fault in mistakes(Chair, {**GOOD, **change})] == [(path, problem)]


def test_every_mistake_at_once_and_a_missing_key() -> None:
    found = mistakes(Chair, {"legs": [{"id": ""}, "x"], "kind": "low"})
    assert {fault.path for fault in found} == {("title",), ("legs", 0, "id"), ("legs", 1), ("kind",)}


@pytest.mark.parametrize(
    "change",
    [{"title": 5}, {"legs": [{}]}, {"legs": []}, {"legs": [3]}, {"kind": "low"}, {"parts": []}, {"hints": [1]}],
)
def test_what_is_not_as_declared_is_not_read(change: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        read(Chair, {**GOOD, **change})


def test_what_is_not_declared_is_left_out_when_it_is_read() -> None:
    """An older package reads what a newer one built."""
    assert read(Chair, {**GOOD, "colour": "red"}) == read(Chair, GOOD)


def test_texts_have_the_contexts_that_catalogues_know_and_can_be_replaced() -> None:
    found = list(texts(Chair, GOOD))
    assert [(text.context, text.text) for text in found] == [
        ("title", "A chair"),
        ("a.name", "Left"),
        ("part.seat.name", "Seat"),
        ("hint.1", "H"),
    ]
    louder = replaced(GOOD, iter(found), lambda text: text.text.upper())
    assert (louder["legs"][0]["name"], louder["hints"], GOOD["hints"]) == ("LEFT", ["H"], ["H"])
    assert list(texts(Chair, {"legs": "x", "parts": [], "title": 4})) == []


FILES = [
    (QuizFile, "course/modules/*/quiz.yml"),
    (Desk, "course/modules/*/desk.yml"),
    (VoicesFile, "course/modules/*/voices.yml"),
    (Settings, "course/course.yml"),
    (Rubric, "grading/rubrics/*.yml"),
]


@pytest.mark.parametrize(("kind", "pattern"), FILES, ids=[kind.__name__ for kind, _ in FILES])
def test_the_courses_own_files_are_as_declared_and_read_alike(kind: type[Declared], pattern: str) -> None:
    paths = sorted(ROOT.glob(pattern))
    assert paths
    for path in paths:
        data = read_yaml(path)
        assert mistakes(kind, data) == []
        assert isinstance(read(kind, data), kind)
