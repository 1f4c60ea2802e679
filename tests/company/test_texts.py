"""Sentence patterns: enough of them, independent, fair to every need and tone, and learnable on patterns never seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

from servicelab.company.firm.mechanisms import FEATURES
from servicelab.company.firm.texts import (
    NEED_LETTER,
    Pattern,
    frames,
    make_texts,
    patterns,
    read_patterns,
    slots,
    split_patterns,
)
from servicelab.company.firm.voices import make_voices
from servicelab.company.simulation.mechanisms import ABOUT
from servicelab.models.needs import NeedsClassifier
from servicelab.widgets.classifiers import LEARN_FROM
from servicelab.widgets.sentence.model import COUNTED

LANGUAGES = ("en", "zh")
NEEDS = tuple(NEED_LETTER.values())
#: What customers ask about before they buy, and what the app and the price list are asked about without an order.
WITHOUT_ORDER = sorted({feature for intent in ("presale", "app_problem", "price") for feature in ABOUT[intent]})


def pieces(text: str, lang: str) -> set[str]:
    """Neighbouring triples of words (English) or characters (Chinese), slots aside: what a near-copy would share."""
    bare = re.sub(r"\{\w+\}", "#", text.lower())
    units = re.findall(r"[a-z#']+", bare) if lang == "en" else re.findall(r"[\u4e00-\u9fff#]", bare)
    return {" ".join(units[at : at + 3]) for at in range(max(len(units) - 2, 1))}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_need_has_many_patterns_in_both_tones(lang: str) -> None:
    count = Counter((pattern.need, pattern.angry) for pattern in patterns(lang))
    assert all(count[need, tone] >= 30 for need in NEEDS for tone in (True, False))
    assert all(count[need, True] + count[need, False] >= 60 for need in NEEDS)
    groups = Counter(pattern.group for pattern in patterns(lang) if pattern.after)
    assert len(groups) == len(FEATURES) * len(NEEDS) * 2
    assert min(groups.values()) >= 4


@pytest.mark.parametrize("lang", LANGUAGES)
def test_patterns_are_not_copies_of_each_other(lang: str) -> None:
    parts = [(pattern.id, pieces(pattern.text, lang)) for pattern in patterns(lang)]
    assert len({pattern.text for pattern in patterns(lang)}) == len(parts)
    near = [
        (a, b)
        for (a, first), (b, second) in combinations(parts, 2)
        if len(first & second) / min(len(first), len(second)) > 0.5
    ]
    assert near == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_slots_are_known(lang: str) -> None:
    known = {*slots()[lang], "order"}
    parts = [pattern.text for pattern in patterns(lang)] + frames(lang, "openers") + frames(lang, "closers")
    assert {name for text in parts for name in re.findall(r"\{(\w+)\}", text)} <= known


def test_languages_are_not_mixed_up() -> None:
    assert not [p.id for p in patterns("en") if re.search(r"[\u3000-\u9fff]", p.text)]
    assert not [p.id for p in patterns("zh") if not re.search(r"[\u4e00-\u9fff]", p.text)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("seed", range(3))
def test_split_keeps_patterns_apart(lang: str, seed: int) -> None:
    split = split_patterns(lang, np.random.default_rng(seed))
    sides = {side: {p.id for group in split[side].values() for p in group} for side in split}
    assert not sides["train"] & sides["test"]
    assert sides["train"] | sides["test"] == {p.id for p in patterns(lang)}
    assert set(split["train"]) == set(split["test"])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("seed", range(3))
def test_both_sides_have_something_to_say_before_buying_and_after(lang: str, seed: int) -> None:
    split = split_patterns(lang, np.random.default_rng(seed))
    for feature, need, angry in product(FEATURES, NEEDS, (True, False)):
        for before in (True, False) if feature in WITHOUT_ORDER else (False,):
            cell = feature, need, angry, before
            assert len(split["test"][cell]) >= 1, cell
            assert len(split["train"][cell]) >= 3, cell
            assert all(p.before if before else p.after for side in split.values() for p in side[cell])


def sayings(times: int) -> pd.DataFrame:
    """Contacts without an order and with one, of every feature that has both, need and tone: journeys of two."""
    cells = product(WITHOUT_ORDER, NEEDS, (True, False), (None, "D0004711"), range(times), range(2))
    rows = [(f"C{n // 2}", order, feature, need, angry) for n, (feature, need, angry, order, *_) in enumerate(cells)]
    return pd.DataFrame(rows, columns=["journey_id", "order_id", "feature_id", "need", "angry"])


def unsaid(contacts: pd.DataFrame, lang: str, marked: Iterable[Pattern] = ()) -> list[str]:
    """The patterns in contacts that do not go with having an order or having none, by the marks of the file."""
    known = {pattern.id: pattern for pattern in marked or patterns(lang)}
    without = contacts["order_id"].isna()
    used = {(id, before) for id, before in zip(contacts[f"template_{lang}"], without, strict=True)}
    return sorted(id for id, before in used if not (known[id].before if before else known[id].after))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nobody_speaks_of_an_order_before_buying(lang: str) -> None:
    contacts = sayings(40)
    contacts = contacts.join(make_texts(contacts, seed=3, split_seed=3))
    assert unsaid(contacts, lang) == []
    text, without = contacts[f"text_{lang}"], contacts["order_id"].isna()
    assert text[~without].str.contains("4711").any()
    assert not text[without].str.contains("4711").any()
    orders = [part for kind in ("openers", "closers") for part in slots()[kind][lang]["order"]]
    spoken = "|".join(re.escape(re.split(r"\{\w+\}", part)[0]) for part in orders if not part.startswith("{"))
    assert text[~without].str.contains(spoken).any()
    assert not text[without].str.contains(spoken).any()
    for kind, group in product(("openers", "closers"), ("any", "again")):
        assert not any("{order}" in part for part in slots()[kind][lang][group])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_only_who_comes_back_says_so(lang: str) -> None:
    contacts = sayings(40)
    text = make_texts(contacts, seed=3, split_seed=3)[f"text_{lang}"]
    back = contacts["journey_id"].duplicated()
    spoken = slots()["openers"][lang]["again"][0]
    for without in (True, False):
        here = contacts["order_id"].isna() == without
        assert text[back & here].str.startswith(spoken).any()
        assert not text[~back & here].str.startswith(spoken).any()


def test_a_pattern_without_its_mark_is_found() -> None:
    """The test above does not pass whatever the marks are: take one away that somebody without an order relied on."""
    contacts = sayings(5)
    contacts = contacts.join(make_texts(contacts, seed=3, split_seed=3))
    used = contacts.loc[contacts["order_id"].isna(), "template_en"].iloc[0]
    assert unsaid(contacts, "en", [replace(p, before=p.before and p.id != used) for p in patterns("en")]) == [used]


@pytest.mark.parametrize("mark", ["b", "B"])
def test_an_order_number_cannot_be_marked_as_said_before_buying(mark: str) -> None:
    assert len(read_patterns("en", "[easy_returns]\nF. Please collect {order}.")) == 1
    with pytest.raises(ValueError, match="line 2"):
        read_patterns("en", f"[easy_returns]\nF.{mark} Please collect {{order}}.")


def test_committed_contacts_say_what_goes_with_their_order(tables: dict[str, pd.DataFrame]) -> None:
    contacts = tables["contacts"]
    assert contacts.loc[contacts["intent"] == "presale", "order_id"].isna().all()
    for lang in LANGUAGES:
        assert unsaid(contacts, lang) == []


def test_committed_split_shares_no_pattern(tables: dict[str, pd.DataFrame]) -> None:
    contacts = tables["contacts"]
    for lang in LANGUAGES:
        sides = contacts.groupby("split", observed=True)[f"template_{lang}"].unique()
        assert not set(sides["train"]) & set(sides["test"])
        known = {pattern.id: pattern for pattern in patterns(lang)}
        of = contacts[f"template_{lang}"].map(known)
        assert (of.map(lambda pattern: pattern.need) == contacts["need"].astype(str)).all()
        assert (of.map(lambda pattern: pattern.angry) == contacts["angry"]).all()
        assert (of.map(lambda pattern: pattern.feature) == contacts["feature_id"]).all()
        assert not contacts[f"text_{lang}"].str.contains("[{}]").any()


def learned(contacts: pd.DataFrame, lang: str) -> NeedsClassifier:
    """Fitted on so many texts as the lesson's interactives learn from; all of them would only take longer."""
    text = f"text_{lang}"
    texts = contacts[[text, "need"]].drop_duplicates().sample(LEARN_FROM, random_state=2)
    return NeedsClassifier().fit(texts[text], texts["need"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_held_out_accuracy_on_the_committed_split(lang: str, tables: dict[str, pd.DataFrame]) -> None:
    contacts = tables["contacts"]
    train, test = (contacts.loc[contacts["split"] == side] for side in ("train", "test"))
    model = learned(train, lang)
    test = test.sample(COUNTED, random_state=2)
    report = model.report(test[f"text_{lang}"], test["need"])
    assert report.accuracy >= 0.85
    assert report.by_label["recall"].min() >= 0.6
    # X01a: shouting about a thing that does not work is not taken for an emotional need.
    angry = test.loc[test["angry"] & (test["need"] == "functional")]
    assert len(angry) > 200
    assert (model.predict(angry[f"text_{lang}"]) == "emotional").mean() < 0.1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_held_out_accuracy_whatever_patterns_are_held_out(lang: str, tables: dict[str, pd.DataFrame]) -> None:
    """The committed split is not a lucky one: hold out others, one pattern of each group, three times."""
    contacts = tables["contacts"]
    found = []
    for seed in range(3):
        held = {p.id for group in split_patterns(lang, np.random.default_rng(seed))["test"].values() for p in group}
        out = contacts[f"template_{lang}"].isin(held)
        model, unseen = learned(contacts.loc[~out], lang), contacts.loc[out].sample(COUNTED, random_state=2)
        found.append(model.report(unseen[f"text_{lang}"], unseen["need"]).accuracy)
    assert min(found) >= 0.85, found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_tone_does_not_give_the_need_away(lang: str) -> None:
    """Exclamation marks alone, the sign of anger, say nothing about the need (X01a)."""
    loud = pd.Series([("!" in p.text or "\uff01" in p.text) for p in patterns(lang)])
    need = pd.Series([p.need for p in patterns(lang)])
    share = loud.groupby(need).mean()
    assert share.between(0.4, 0.6).all(), share


def test_voices_are_forty_with_real_disagreement() -> None:
    voices = make_voices()
    assert voices["voice_id"].nunique() == 40
    assert (voices.groupby("voice_id").size() == 3).all()
    axes = ["kind", "spoken", "importance", "time", "level"]
    differ = voices.groupby("voice_id")[axes].nunique().gt(1)
    assert 15 <= differ.any(axis=1).sum() <= 25
    assert 12 <= differ["kind"].sum() <= 24
    for axis in axes:
        assert voices[axis].value_counts(normalize=True).min() > 0.15, axis
    texts = voices.drop_duplicates("voice_id")
    for lang in LANGUAGES:
        known = [pieces(p.text, lang) for p in patterns(lang)]
        for text in texts[f"text_{lang}"]:
            mine = pieces(text, lang)
            assert max(len(mine & other) / min(len(mine), len(other)) for other in known) < 0.6, text
