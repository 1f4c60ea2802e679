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

from servicelab.company.simulation.draws import stream
from servicelab.company.voices.circumstances import (
    CONTEXTS,
    IN_SLOT,
    KINDS,
    MARKS,
    OF_WHAT,
    Circumstances,
    circumstances,
    fitting,
)
from servicelab.company.voices.feature_names import FEATURES
from servicelab.files.yamllines import parse

LANGUAGES = ("en", "zh")
NEED_LETTER = {"F": "functional", "E": "emotional", "N": "normative", "I": "implicit"}
TEST_SHARE = 0.3
#: Room for patterns in a cell (feature, need, tone).
MOST = 64
OPENER_CHANCE = 0.45
CLOSER_CHANCE = 0.25
#: Of an order's amount, the largest part that a price named may be: a difference, a fee, a coupon.
PRICE_SHARE = 0.8
#: What is said once in a contact: number, name and home.
ONCE = ("order", "name", "city")
_LINE = re.compile(rf"([FENI])([.!])([bB]?)([{MARKS}]*) (\S.*)")
#: What decides which patterns may stand for each other: feature, need, angry, and whether it is said before buying.
Cell = tuple[str, str, bool, bool]


@dataclass(frozen=True)
class Pattern:
    """One sentence pattern: its number, the feature, need and tone it is for, and the text with slots in braces.

    `before` and `after` tell whether it can be said by somebody who has not bought yet, and by somebody who has;
    `marks` who else cannot say it (see `circumstances.fitting`).
    """

    id: str
    feature: str
    need: str
    angry: bool
    text: str
    before: bool
    after: bool
    marks: str = ""

    @property
    def group(self) -> tuple[str, str, bool]:
        """Feature, need and tone, within which patterns are numbered."""
        return self.feature, self.need, self.angry


@cache
def patterns(lang: str) -> tuple[Pattern, ...]:
    """The patterns of one language, in the file's order."""
    source = files("servicelab.company.voices").joinpath("texts", f"contacts_{lang}.txt").read_text(encoding="utf-8")
    return read_patterns(lang, source)


def read_patterns(lang: str, source: str) -> tuple[Pattern, ...]:
    """The patterns in the text of a file; ids such as ``04Fa2`` (feature 4, functional, angry, second).

    Raises ValueError naming the line when the file has a line that is neither a heading, a comment nor a pattern, or
    one that names an order before there is one.
    """
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
        need, tone, when, marks, text = match.groups()
        cell = f"{numbers[feature]:02d}{need}{'a' if tone == '!' else 'c'}"
        seen[cell] = seen.get(cell, 0) + 1
        if when and "{order}" in text:
            raise ValueError(
                f"contacts_{lang}.txt line {at} names an order and is marked as said before buying: {line!r}"
            )
        marks += _of_what(marks, text)
        number = f"{cell}{seen[cell]}"
        found.append(Pattern(number, feature, NEED_LETTER[need], tone == "!", text, when != "", when != "B", marks))
    return tuple(found)


def _of_what(marks: str, text: str) -> str:
    """The marks of goods that a pattern without any has by its slot."""
    if set(marks) & set(OF_WHAT):
        return ""
    return next((IN_SLOT[slot] for slot in ("cabinet", "furniture") if f"{{{slot}}}" in text), "")


@cache
def slots() -> dict[str, Any]:
    """The words that fill the braces, and openers and closers, by language."""
    source = files("servicelab.company.voices").joinpath("texts", "slots.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = parse(source, aliases=True).data
    return loaded


def goods(lang: str) -> list[str]:
    """What is sold, kind by kind."""
    return [name for kind in KINDS for name in slots()[lang]["goods"][kind]]


def names(lang: str) -> list[str]:
    """The customers' names in a language, women's first."""
    return [title.format(surname) for title in slots()["titles"][lang] for surname in slots()["surnames"][lang]]


def frames(lang: str, kind: str) -> list[tuple[str, str]]:
    """All "openers" or "closers" of a language, each with the group that says when it is true."""
    return [(group, text) for group, texts in slots()[kind][lang].items() for text in texts]


def _drawn_frames(
    lang: str, kind: str, chance: float, true: dict[str, NDArray[np.bool_]], rng: np.random.Generator
) -> NDArray[np.int64]:
    """For each contact the number of a frame among those whose group is true of it; −1 for none."""
    said, luck = rng.random((2, len(true["any"])))
    groups = [group for group, _text in frames(lang, kind)]
    counts = np.cumsum(np.array([true[group] for group in groups], dtype=np.int8), axis=0, dtype=np.int8)
    drawn = (counts <= np.floor(luck * counts[-1])).sum(axis=0)
    return np.where(said < chance, drawn, -1)


def split_patterns(lang: str, rng: np.random.Generator) -> dict[str, dict[Cell, list[Pattern]]]:
    """Patterns for training and for testing: in each cell one in four, at least one, is kept for testing.

    Returns ``{"train": {cell: patterns}, "test": {cell: patterns}}``; no pattern is in both. A pattern that can be said
    before and after buying is in two cells, on the same side. Features nobody asks about before buying have no cells
    for it.
    """
    groups: dict[tuple[str, str, bool], list[Pattern]] = {}
    for pattern in patterns(lang):
        groups.setdefault(pattern.group, []).append(pattern)
    train: dict[Cell, list[Pattern]] = {}
    test: dict[Cell, list[Pattern]] = {}
    for key, group in groups.items():
        # As many draws whatever the number of patterns: one more in a group leaves the others' split as it was.
        turn = [group[index] for index in rng.random(MOST)[: len(group)].argsort()]
        # First what can only be said on one side of buying: what fits both serves both cells, when still wanted.
        turn.sort(key=lambda pattern: pattern.before and pattern.after)
        cells = {
            (*key, True): [pattern for pattern in group if pattern.before],
            (*key, False): [pattern for pattern in group if pattern.after],
        }
        kept: set[str] = set()
        for said in cells.values():
            wanted = max(1, len(said) // 4) - sum(pattern.id in kept for pattern in said)
            for pattern in turn:
                if wanted > 0 and pattern in said and pattern.id not in kept and _spared(pattern, said, kept):
                    kept.add(pattern.id)
                    wanted -= 1
        for cell, said in cells.items():
            if said:
                test[cell] = [pattern for pattern in said if pattern.id in kept]
                train[cell] = [pattern for pattern in said if pattern.id not in kept]
    return {"train": train, "test": test}


def _spared(pattern: Pattern, said: list[Pattern], kept: set[str]) -> bool:
    """Whether without that pattern, too, everybody has something to say in training."""
    rest = [other for other in said if other.id not in kept and other is not pattern]
    return _contexts(rest) == _contexts(said)


def _contexts(said: list[Pattern]) -> frozenset[int]:
    return frozenset().union(*(fitting(pattern.marks) for pattern in said))


def make_texts(
    contacts: pd.DataFrame, orders: pd.DataFrame, customers: pd.DataFrame, seed: int, split_seed: int
) -> pd.DataFrame:
    """What is said in each contact, in both languages.

    The sentence depends on feature, need, tone and whether there is an order: nobody speaks of what they have not
    bought yet. It also fits who says it, when, where and of what (see `circumstances`). Contacts about one order are
    about the same goods of its family, those of one journey in other words each time as long as there are others; all
    of one customer's come from the same person in the same city.

    Parameters
    ----------
    contacts : contact_id, journey_id, parent_id, customer_id, order_id and led_to_order_id (or missing), opened_at,
        kind, intent, feature_id, need, angry, channel; one row a contact, in order of time
    orders : order_id, ordered_at, channel, family, amount
    customers : customer_id, segment, city_tier, joined_on
    seed : of what is drawn here
    split_seed : of the split of patterns into training and testing, which is one for all blocks of a run

    Returns
    -------
    DataFrame with text_en, text_zh, template_en, template_zh and split, row by row
    """
    cities = len(slots()["en"]["city"])
    known = circumstances(contacts, orders, customers, seed, len(names("en")), cities)
    pools = {lang: split_patterns(lang, stream(split_seed, "patterns", lang)) for lang in LANGUAGES}
    cells = list(pools["en"]["train"])
    of_cell = {cell: number for number, cell in enumerate(cells)}
    before = contacts["order_id"].isna()
    said = zip(contacts["feature_id"], contacts["need"], contacts["angry"].astype(bool), before.tolist(), strict=True)
    place_of = np.array([of_cell[key] for key in said], dtype=np.int64)
    pairs, cell = np.unique(place_of * CONTEXTS + known.context, return_inverse=True)
    found = {
        lang: {side: _fitting(lang, [pools[lang][side][cell] for cell in cells], pairs) for side in ("test", "train")}
        for lang in LANGUAGES
    }
    journey, _journeys = pd.factorize(contacts["journey_id"])
    # One matter in one tone: the contacts that choose among the same patterns.
    matter, _matters = pd.factorize(journey * np.int64(len(pairs)) + cell)
    time = pd.Series(matter).groupby(matter).cumcount().to_numpy()
    sizes = {
        side: np.array([[len(group) for group in found[lang][side]] for lang in LANGUAGES])
        for side in ("test", "train")
    }
    size = {side: counts.min(axis=0)[cell] for side, counts in sizes.items()}
    rng = stream(seed, "texts", "patterns")
    matters = int(matter.max(initial=-1)) + 1
    tested = (rng.random(matters) < TEST_SHARE)[matter]
    luck = rng.random(matters)[matter]
    first = np.where(tested, luck * size["test"], size["test"] + luck * size["train"]).astype(np.int64)
    place = (first + time) % (size["test"] + size["train"])
    test = place < size["test"]
    filling = _filling(known, journey, contacts["order_id"], stream(seed, "texts", "slots"))
    made: dict[str, Any] = {}
    for at_lang, lang in enumerate(LANGUAGES):
        turn = rng.integers(0, 2**32, matters)[matter]
        chosen = np.zeros(len(contacts), dtype=np.int64)
        for side, here, at in (("test", test, place), ("train", ~test, place - size["test"])):
            many = sizes[side][at_lang]
            longest = int(many.max(initial=0))
            table = np.array([group + [-1] * (longest - len(group)) for group in found[lang][side]])
            rows = cell[here]
            chosen[here] = table[rows, (at + turn)[here] % many[rows]]
        made[f"text_{lang}"] = _sentences(lang, chosen, known, filling, stream(seed, "texts", lang))
        made[f"template_{lang}"] = np.array([pattern.id for pattern in patterns(lang)], dtype=object)[chosen]
    made["split"] = np.where(test, "test", "train").astype(object)
    return pd.DataFrame(made, index=contacts.index)


def _fitting(lang: str, said: list[list[Pattern]], pairs: NDArray[np.int64]) -> list[list[int]]:
    """The patterns of a cell that can be said in a context, by number; a pair is the numbers of both in one."""
    number = {pattern.id: at for at, pattern in enumerate(patterns(lang))}
    where = [[(number[pattern.id], fitting(pattern.marks)) for pattern in group] for group in said]
    both = (divmod(pair, CONTEXTS) for pair in pairs.tolist())
    return [[one for one, contexts in where[cell] if context in contexts] for cell, context in both]


def _filling(
    known: Circumstances, journey: NDArray[np.int64], orders: pd.Series, rng: np.random.Generator
) -> dict[str, Any]:
    """For each slot which of its words each contact takes, alike in a journey; for order and years the words."""
    journeys = int(journey.max(initial=-1)) + 1
    options = slots()["en"]
    chosen: dict[str, Any] = {name: rng.integers(0, len(options[name]), journeys)[journey] for name in ("day", "n")}
    sizes = np.array([len(options["goods"][kind]) for kind in KINDS])
    thing = (np.cumsum(sizes) - sizes)[known.goods] + (known.choice * sizes[known.goods]).astype(np.int64)
    chosen |= dict.fromkeys(("product", *IN_SLOT), thing)
    prices = np.array([int(price.removeprefix("¥")) for price in options["price"]])
    most = pd.Series(known.amount).groupby(journey).min().to_numpy() * PRICE_SHARE
    chosen["price"] = np.floor(rng.random(journeys) * np.searchsorted(prices, most, side="right")).astype(int)[journey]
    chosen["city"] = known.city
    away = 1 + rng.integers(0, len(options["city"]) - 1, journeys)[journey]
    chosen["elsewhere"] = (known.city + away) % len(options["city"])
    chosen |= {"name": known.person, "order_day": known.order_day, "call_day": known.call_day}
    # Without an order there is no number to say, and no pattern that says one.
    chosen["order"] = np.array(["" if pd.isna(order) else order[-4:] for order in orders], dtype=object)
    chosen["years"] = known.years.astype(str).astype(object)
    return chosen


def _sentences(
    lang: str, chosen: NDArray[np.int64], known: Circumstances, filling: dict[str, Any], rng: np.random.Generator
) -> NDArray[np.object_]:
    """The patterns with their slots filled, now and then with an opener or a closer (alike for every need)."""
    lists = slots()[lang] | {"name": names(lang)}
    lists |= {"order_day": lists["day"], "call_day": lists["day"]} | dict.fromkeys(("product", *IN_SLOT), goods(lang))
    words = {
        name: np.array(lists[name], dtype=object)[filled] if name in lists else filled
        for name, filled in filling.items()
    }
    gap = " " if lang == "en" else ""
    body = [pattern.text for pattern in patterns(lang)]
    texts = _filled(body, chosen, words)
    openers, closers = ([text for _group, text in frames(lang, kind)] for kind in ("openers", "closers"))
    opener = _drawn_frames(lang, "openers", OPENER_CHANCE, known.frames, rng)
    asking = ~np.array(["t" in pattern.marks for pattern in patterns(lang)])[chosen]
    closer = _drawn_frames(lang, "closers", CLOSER_CHANCE, known.frames | {"asking": asking}, rng)
    # Nobody says the order number, the name or the city twice.
    for slot in ONCE:
        named = _naming(slot, body)[chosen]
        opener[named & _naming(slot, openers)[opener]] = -1
        named |= (opener >= 0) & _naming(slot, openers)[opener]
        closer[named & _naming(slot, closers)[closer]] = -1
    texts = _filled([f"{text}{gap}" for text in openers], opener, words) + texts
    texts = texts + _filled([f"{gap}{text}" for text in closers], closer, words)
    # A slot at the start of a sentence: "three days late", "sofa dented".
    return np.array([text[0].upper() + text[1:] for text in texts], dtype=object)


def _naming(slot: str, texts: list[str]) -> NDArray[np.bool_]:
    return np.array([f"{{{slot}}}" in text for text in texts])


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
