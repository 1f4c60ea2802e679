"""Sentence patterns of contacts: read from the text files, split by pattern, filled with slots."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from servicelab.company.firm.mechanisms import FEATURES

NEED_LETTER = {"F": "functional", "E": "emotional", "N": "normative", "I": "implicit"}
OPENER_CHANCE = 0.45
CLOSER_CHANCE = 0.25
_LINE = re.compile(r"([FENI])([.!]) (\S.*)")


@dataclass(frozen=True)
class Pattern:
    """One sentence pattern: its number, the feature, need and tone it is for, and the text with slots in braces."""

    id: str
    feature: str
    need: str
    angry: bool
    text: str

    @property
    def cell(self) -> tuple[str, str, bool]:
        """What decides which patterns may stand for each other."""
        return self.feature, self.need, self.angry


@cache
def patterns(lang: str) -> tuple[Pattern, ...]:
    """The patterns of one language, in the file's order; ids such as ``04Fa2`` (feature 4, functional, angry, second).

    Raises ValueError naming the line when the file has a line that is neither a heading, a comment nor a pattern.
    """
    source = files("servicelab.company.firm").joinpath("texts", f"contacts_{lang}.txt").read_text(encoding="utf-8")
    numbers = {name: number for number, name in enumerate(FEATURES, start=1)}
    found: list[Pattern] = []
    seen: dict[str, int] = {}
    feature = ""
    for at, line in enumerate(source.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line[1:-1] in numbers:
            feature = line[1:-1]
            continue
        match = _LINE.fullmatch(line)
        if match is None or not feature:
            raise ValueError(f"contacts_{lang}.txt line {at} must be a feature in brackets or a pattern: {line!r}")
        need, tone, text = match.groups()
        cell = f"{numbers[feature]:02d}{need}{'a' if tone == '!' else 'c'}"
        seen[cell] = seen.get(cell, 0) + 1
        found.append(Pattern(f"{cell}{seen[cell]}", feature, NEED_LETTER[need], tone == "!", text))
    return tuple(found)


@cache
def slots() -> dict[str, Any]:
    """The words that fill the braces, and openers and closers, by language."""
    import yaml

    source = files("servicelab.company.firm").joinpath("texts", "slots.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(source)
    return loaded


def split_patterns(lang: str, rng: np.random.Generator) -> dict[str, dict[tuple[str, str, bool], list[Pattern]]]:
    """Patterns for training and for testing: in each cell one in four, at least one, is kept for testing.

    Returns ``{"train": {cell: patterns}, "test": {cell: patterns}}``; no pattern is in both.
    """
    cells: dict[tuple[str, str, bool], list[Pattern]] = {}
    for pattern in patterns(lang):
        cells.setdefault(pattern.cell, []).append(pattern)
    train: dict[tuple[str, str, bool], list[Pattern]] = {}
    test: dict[tuple[str, str, bool], list[Pattern]] = {}
    for cell, group in cells.items():
        kept = set(rng.permutation(len(group))[: max(1, len(group) // 4)].tolist())
        test[cell] = [pattern for index, pattern in enumerate(group) if index in kept]
        train[cell] = [pattern for index, pattern in enumerate(group) if index not in kept]
    return {"train": train, "test": test}


def sentence(pattern: Pattern, lang: str, rng: np.random.Generator) -> str:
    """The pattern with its slots filled, now and then with an opener or a closer (alike for every need and tone)."""
    words = slots()

    def one(options: list[str]) -> str:
        return options[int(rng.integers(len(options)))]

    filling = {name: one(options) for name, options in words[lang].items()}
    filling["order"] = f"{int(rng.integers(1000, 10000))}"
    parts = [pattern.text]
    if rng.random() < OPENER_CHANCE:
        _add(parts, 0, one(words["openers"][lang]))
    if rng.random() < CLOSER_CHANCE:
        _add(parts, len(parts), one(words["closers"][lang]))
    text = (" " if lang == "en" else "").join(parts).format(**filling)
    # A slot at the start of a sentence: "three days late", "sofa dented".
    return text[0].upper() + text[1:]


def _add(parts: list[str], at: int, part: str) -> None:
    """Put `part` in, unless it would say the order number a second time."""
    if not ("{order}" in part and any("{order}" in said for said in parts)):
        parts.insert(at, part)
