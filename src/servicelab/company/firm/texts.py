"""What customers say in a contact: sentence patterns from the text files, split by pattern, filled with slots."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.firm.mechanisms import FEATURES
from servicelab.company.simulation.draws import stream

LANGUAGES = ("en", "zh")
NEED_LETTER = {"F": "functional", "E": "emotional", "N": "normative", "I": "implicit"}
TEST_SHARE = 0.3
#: Room for patterns in a cell (feature, need, tone).
MOST = 64
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
        # As many draws whatever the number of patterns: one more in a cell leaves the others' split as it was.
        kept = set(rng.random(MOST)[: len(group)].argsort()[: max(1, len(group) // 4)].tolist())
        test[cell] = [pattern for index, pattern in enumerate(group) if index in kept]
        train[cell] = [pattern for index, pattern in enumerate(group) if index not in kept]
    return {"train": train, "test": test}


def make_texts(contacts: pd.DataFrame, seed: int, split_seed: int) -> pd.DataFrame:
    """What is said in each contact, in both languages.

    The sentence depends on feature, need and tone alone. Contacts of one journey are about the same product, place and
    order, in other words each time as long as there are others.

    Parameters
    ----------
    contacts : journey_id, order_id (or missing), feature_id, need, angry; one row a contact, in order of time
    seed : of what is drawn here
    split_seed : of the split of patterns into training and testing, which is one for all blocks of a run

    Returns
    -------
    DataFrame with text_en, text_zh, template_en, template_zh and split, row by row
    """
    pools = {lang: split_patterns(lang, stream(split_seed, "patterns", lang)) for lang in LANGUAGES}
    cells = list(pools["en"]["train"])
    of_cell = {cell: number for number, cell in enumerate(cells)}
    tones = zip(contacts["feature_id"], contacts["need"], contacts["angry"].astype(bool), strict=True)
    cell = np.array([of_cell[key] for key in tones], dtype=np.int64)
    journey, _journeys = pd.factorize(contacts["journey_id"])
    # One matter in one tone: the contacts that choose among the same patterns.
    matter, _matters = pd.factorize(journey * np.int64(len(cells)) + cell)
    time = pd.Series(matter).groupby(matter).cumcount().to_numpy()
    size = {
        side: np.array([min(len(pools[lang][side][key]) for lang in LANGUAGES) for key in cells])[cell]
        for side in ("test", "train")
    }
    rng = stream(seed, "texts", "patterns")
    matters = int(matter.max(initial=-1)) + 1
    tested = (rng.random(matters) < TEST_SHARE)[matter]
    luck = rng.random(matters)[matter]
    first = np.where(tested, luck * size["test"], size["test"] + luck * size["train"]).astype(np.int64)
    place = (first + time) % (size["test"] + size["train"])
    test = place < size["test"]
    filling = _filling(contacts, journey, stream(seed, "texts", "slots"))
    made: dict[str, Any] = {}
    for lang in LANGUAGES:
        found = {pattern.id: number for number, pattern in enumerate(patterns(lang))}
        turn = rng.integers(0, 2**32, matters)[matter]
        chosen = np.zeros(len(contacts), dtype=np.int64)
        for side, here, at in (("test", test, place), ("train", ~test, place - size["test"])):
            groups = [[found[pattern.id] for pattern in pools[lang][side][key]] for key in cells]
            sizes = np.array([len(group) for group in groups])
            table = np.array([group + [-1] * (sizes.max() - len(group)) for group in groups])
            chosen[here] = table[cell[here], ((at + turn) % sizes[cell])[here]]
        made[f"text_{lang}"] = _sentences(lang, chosen, filling, stream(seed, "texts", lang))
        made[f"template_{lang}"] = np.array([pattern.id for pattern in patterns(lang)], dtype=object)[chosen]
    made["split"] = np.where(test, "test", "train").astype(object)
    return pd.DataFrame(made, index=contacts.index)


def _filling(contacts: pd.DataFrame, journey: NDArray[np.int64], rng: np.random.Generator) -> dict[str, Any]:
    """For each slot which of its words each contact takes, alike in a journey; for the order its last four digits."""
    journeys = int(journey.max(initial=-1)) + 1
    chosen: dict[str, Any] = {
        name: rng.integers(0, len(options), journeys)[journey] for name, options in slots()["en"].items()
    }
    unknown = rng.integers(1000, 10000, journeys)[journey]
    chosen["order"] = np.array(
        [
            f"{number}" if pd.isna(order) else order[-4:]
            for order, number in zip(contacts["order_id"], unknown, strict=True)
        ],
        dtype=object,
    )
    return chosen


def _sentences(
    lang: str, chosen: NDArray[np.int64], filling: dict[str, Any], rng: np.random.Generator
) -> NDArray[np.object_]:
    """The patterns with their slots filled, now and then with an opener or a closer (alike for every need and tone)."""
    n = len(chosen)
    words = {name: np.array(options, dtype=object)[filling[name]] for name, options in slots()[lang].items()}
    words["order"] = filling["order"]
    gap = " " if lang == "en" else ""
    body = [pattern.text for pattern in patterns(lang)]
    texts = _filled(body, chosen, words)
    ordered = np.array(["{order}" in text for text in body])[chosen]
    before, after = slots()["openers"][lang], slots()["closers"][lang]
    opens = rng.random(n) < OPENER_CHANCE, rng.integers(0, len(before), n)
    closes = rng.random(n) < CLOSER_CHANCE, rng.integers(0, len(after), n)
    # Nobody says the order number twice.
    opener = np.where(opens[0] & ~(ordered & _orders(before)[opens[1]]), opens[1], -1)
    ordered = ordered | ((opener >= 0) & _orders(before)[opener])
    closer = np.where(closes[0] & ~(ordered & _orders(after)[closes[1]]), closes[1], -1)
    texts = _filled([f"{text}{gap}" for text in before], opener, words) + texts
    texts = texts + _filled([f"{gap}{text}" for text in after], closer, words)
    # A slot at the start of a sentence: "three days late", "sofa dented".
    return np.array([text[0].upper() + text[1:] for text in texts], dtype=object)


def _orders(texts: list[str]) -> NDArray[np.bool_]:
    return np.array(["{order}" in text for text in texts])


def _filled(texts: list[str], chosen: NDArray[np.int64], words: dict[str, Any]) -> NDArray[np.object_]:
    """For each row the text with that number, its slots filled with the row's words; empty for −1."""
    made = np.full(len(chosen), "", dtype=object)
    order = np.argsort(chosen, kind="stable")
    edges = np.searchsorted(chosen[order], np.arange(len(texts) + 1))
    for number, text in enumerate(texts):
        rows = order[edges[number] : edges[number + 1]]
        # Odd parts are the names of slots.
        for index, part in enumerate(re.split(r"\{(\w+)\}", text)):
            made[rows] += words[part][rows] if index % 2 else part
    return made
