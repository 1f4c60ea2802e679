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
from tests.company.skylark_world import world

from servicelab.company.simulation.names import FAMILIES
from servicelab.company.voices.circumstances import (
    COMPLAINT,
    CONTEXTS,
    GOODS,
    IN_SLOT,
    KINDS,
    OF_FITTED,
    OF_GOODS,
    OF_WHAT,
    ONLINE,
    fitting,
)
from servicelab.company.voices.coded import make_voices
from servicelab.company.voices.feature_names import FEATURES
from servicelab.company.voices.texts import (
    NEED_LETTER,
    Pattern,
    frames,
    make_texts,
    names,
    patterns,
    read_patterns,
    slots,
    split_patterns,
)
from servicelab.models.needs import NeedsClassifier
from servicelab.widgets.explore.needs.classifiers import LEARN_FROM
from servicelab.widgets.explore.needs.sentence.model import COUNTED

LANGUAGES = ("en", "zh")
FRAMES = ("openers", "closers")
TEXTS = [f"{part}_{lang}" for part in ("text", "template") for lang in LANGUAGES]
NEEDS = tuple(NEED_LETTER.values())
#: What customers ask about before they buy, and what the app and the price list are asked about without an order.
WITHOUT_ORDER = sorted(
    {feature for intent in ("presale", "app_problem", "price") for feature in world.matters.about[intent]}
)


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
    known = {*slots()[lang], "product", *IN_SLOT, "order", "order_day", "call_day", "years", "name"}
    parts = [pattern.text for pattern in patterns(lang)]
    parts += [text for kind in ("openers", "closers") for _group, text in frames(lang, kind)]
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
            contexts = [c for c in range(CONTEXTS) if not before or not c & (COMPLAINT | ONLINE)]
            if feature in OF_FITTED:
                contexts = [c for c in contexts if GOODS[KINDS[c // OF_GOODS]].fitted]
            fits = {c: [p for p in split["train"][cell] if c in fitting(p.marks)] for c in contexts}
            assert all(fits.values()), cell


def sayings(times: int) -> list[pd.DataFrame]:
    """Contacts without an order and with one, of every feature that has both, need and tone, in journeys of two; the
    orders; and the customers."""
    cells = product(WITHOUT_ORDER, NEEDS, (True, False), (None, "D0004711"), range(times), range(2))
    rows = [(f"C{n // 2}", order, feature, need, angry) for n, (feature, need, angry, order, *_) in enumerate(cells)]
    contacts = pd.DataFrame(rows, columns=["journey_id", "order_id", "feature_id", "need", "angry"])
    now = pd.Timestamp("2025-06-18 14:30:00")
    contacts = contacts.assign(contact_id=[f"c{n}" for n in range(len(rows))], parent_id=None, customer_id="K00001")
    contacts = contacts.assign(led_to_order_id=None)
    contacts = contacts.assign(opened_at=now, kind="first", intent="price", channel="chat")
    order = {"order_id": ["D0004711"], "ordered_at": [now - pd.Timedelta(days=2)], "channel": ["shop"], "amount": [900]}
    order |= {"family": ["storage"]}
    member = {"segment": ["home_improver"], "city_tier": [2], "joined_on": [pd.Timestamp("2024-01-01")]}
    return [contacts, pd.DataFrame(order), pd.DataFrame({"customer_id": ["K00001"], **member})]


def saying(times: int) -> pd.DataFrame:
    """Those contacts with their texts."""
    contacts, orders, customers = sayings(times)
    return contacts.join(make_texts(contacts, orders, customers, seed=3, split_seed=3))


def unsaid(contacts: pd.DataFrame, lang: str, marked: Iterable[Pattern] = ()) -> list[str]:
    """The patterns in contacts that do not go with having an order or having none, by the marks of the file."""
    known = {pattern.id: pattern for pattern in marked or patterns(lang)}
    without = contacts["order_id"].isna()
    used = {(id, before) for id, before in zip(contacts[f"template_{lang}"], without, strict=True)}
    return sorted(id for id, before in used if not (known[id].before if before else known[id].after))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nobody_speaks_of_an_order_before_buying(lang: str) -> None:
    contacts = saying(40)
    assert unsaid(contacts, lang) == []
    text, without = contacts[f"text_{lang}"], contacts["order_id"].isna()
    assert text[~without].str.contains("4711").any()
    assert not text[without].str.contains("4711").any()
    orders = [part for kind in ("openers", "closers") for part in slots()[kind][lang]["order"]]
    spoken = "|".join(re.escape(re.split(r"\{\w+\}", part)[0]) for part in orders if not part.startswith("{"))
    assert text[~without].str.contains(spoken).any()
    assert not text[without].str.contains(spoken).any()
    for kind in ("openers", "closers"):
        assert not any("{order}" in part for group, part in frames(lang, kind) if group != "order")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_only_who_comes_back_says_so(lang: str) -> None:
    contacts = saying(40)
    text = contacts[f"text_{lang}"]
    back = contacts["journey_id"].duplicated()
    spoken = slots()["openers"][lang]["again"][0]
    for without in (True, False):
        here = contacts["order_id"].isna() == without
        assert text[back & here].str.startswith(spoken).any()
        assert not text[~back & here].str.startswith(spoken).any()


def test_a_pattern_without_its_mark_is_found() -> None:
    """The test above does not pass whatever the marks are: take one away that somebody without an order relied on."""
    contacts = saying(5)
    used = contacts.loc[contacts["order_id"].isna(), "template_en"].iloc[0]
    assert unsaid(contacts, "en", [replace(p, before=p.before and p.id != used) for p in patterns("en")]) == [used]


@pytest.mark.parametrize("mark", ["b", "B"])
def test_an_order_number_cannot_be_marked_as_said_before_buying(mark: str) -> None:
    assert len(read_patterns("en", "[easy_returns]\nF. Please collect {order}.")) == 1
    with pytest.raises(ValueError, match="line 2"):
        read_patterns("en", f"[easy_returns]\nF.{mark} Please collect {{order}}.")


# --- What a sentence must not contradict of its row ---


@pytest.fixture(scope="module")
def said(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The firm's contacts with texts made anew, and with what is known of their order, customer and parent."""
    contacts, orders, customers = (tables[name] for name in ("contacts", "orders", "customers"))
    bare = contacts.drop(columns=[*TEXTS, "split"])
    made = bare.join(make_texts(bare, orders, customers, seed=8, split_seed=8))
    parents = contacts.set_index("contact_id")[["opened_at", "channel"]].add_prefix("parent_")
    bought = orders.set_index("order_id")[["ordered_at", "amount", "channel"]].rename(columns={"channel": "bought_in"})
    members = customers.set_index("customer_id")[["segment", "joined_on"]]
    return made.join(parents, on="parent_id").join(bought, on="order_id").join(members, on="customer_id")


def day(moment: pd.Series) -> pd.Series:
    return moment.dt.normalize()


def named(rows: pd.DataFrame, lang: str, pattern: str) -> pd.DataFrame:
    """The rows whose text has it, with what its group took; some do, or the test would say nothing."""
    taken = rows[f"text_{lang}"].str.extract(pattern, expand=False)
    found = rows.assign(taken=taken)[taken.notna()]
    assert len(found) > 20, pattern
    return found


def test_an_order_of_last_week_was_made_then(said: pd.DataFrame) -> None:
    for lang, pattern in (("en", r"my order of last (\w+day)\."), ("zh", "说一下上(周.)那单")):
        rows = named(said, lang, pattern)
        true = rows["ordered_at"].dt.day_of_week.map(dict(enumerate(slots()[lang]["day"])))
        assert (rows["taken"] == true).all()
        age = (day(rows["opened_at"]) - day(rows["ordered_at"])).dt.days
        assert age.between(1, 7 if lang == "en" else 13).all()
    weeks = [rows[column].dt.to_period("W-SUN").dt.start_time for column in ("opened_at", "ordered_at")]
    assert ((weeks[0] - weeks[1]).dt.days == 7).all()
    rows = named(said, "en", r"(?:bought it on) (\w+day) because")
    assert (rows["taken"] == rows["ordered_at"].dt.day_name()).all()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_called_already_did(lang: str, said: pd.DataFrame) -> None:
    pattern = {"en": r"I called (on \w+ already|earlier today)\.", "zh": "(周.|今天)打过一次电话了"}[lang]
    rows = named(said, lang, pattern)
    assert (rows["parent_channel"] == "phone").all()
    assert (rows["kind"] != "transfer").all()
    since = (day(rows["opened_at"]) - day(rows["parent_opened_at"])).dt.days
    today = rows["taken"].isin(["earlier today", "今天"])
    assert today.any()
    assert (since[today] == 0).all()
    assert since[~today].between(1, 7).all()
    true = rows["parent_opened_at"].dt.day_of_week.map(dict(enumerate(slots()[lang]["day"])))
    assert (rows["taken"].str.removeprefix("on ").str.removesuffix(" already") == true)[~today].all()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_greetings_fit_the_hour(lang: str, said: pd.DataFrame) -> None:
    evening, morning = {"en": ("([Gg]ood evening)", "([Gg]ood morning)"), "zh": ("(晚上好)", "(早上好)")}[lang]
    assert (named(said, lang, evening)["opened_at"].dt.hour >= 17).all()
    assert (named(said, lang, morning)["opened_at"].dt.hour < 12).all()


def test_only_who_writes_speaks_of_writing(said: pd.DataFrame) -> None:
    written = {"email", "chat", "wechat"}
    for pattern in ("(Sent from my phone)", "(Writing from)", "(Regards)"):
        assert set(named(said, "en", pattern)["channel"]) <= written
    assert set(named(said, "zh", "(盼复)")["channel"]) <= written
    assert set(named(said, "zh", "(客服在吗)")["channel"]) <= written - {"email"}


def test_a_customer_has_one_name_and_one_home(said: pd.DataFrame) -> None:
    assert len(slots()["surnames"]["en"]) == len(slots()["surnames"]["zh"]) >= 24
    found = []
    for lang in LANGUAGES:
        number = {name: at for at, name in enumerate(names(lang))}
        rows = named(said, lang, f"({'|'.join(sorted(number, reverse=True))})")
        found.append(rows.assign(who=rows["taken"].map(number))[["customer_id", "who"]])
    people = pd.concat(found).groupby("customer_id")["who"]
    assert (people.nunique() == 1).all()
    assert people.first().nunique() == len(names("en"))
    homes = []
    for lang, other in (("en", "arrive from|my mother's in"), ("zh", "公婆周末从|我妈这儿")):
        number = {name: at for at, name in enumerate(slots()[lang]["city"])}
        # Where parents and in-laws live is not home.
        home = said[~said[f"text_{lang}"].str.contains(other)]
        rows = named(home, lang, f"({'|'.join(number)})")
        homes.append(rows.assign(where=rows["taken"].map(number))[["customer_id", "where"]])
    places = pd.concat(homes).groupby("customer_id")["where"]
    assert (places.nunique() == 1).all()
    assert places.first().nunique() == len(slots()["en"]["city"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_home_is_said_once(lang: str, said: pd.DataFrame) -> None:
    twice = "|".join(f"{city}.*{city}" for city in slots()[lang]["city"])
    assert not said[f"text_{lang}"].str.contains(twice).any()
    opener, closer = {"en": ("Writing from", r"(?:Ms|Mr) \w+, {}"), "zh": ("我是", "{}，.*(?:女士|先生)")}[lang]
    for where in (f"{opener} {{}}" if lang == "en" else f"{opener}{{}}的", closer):
        named(said, lang, f"({'|'.join(where.format(city) for city in slots()[lang]['city'])})")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nobody_thanks_in_fury(lang: str, said: pd.DataFrame) -> None:
    """Neither do they wish a good day; the calm of every need do, and alike, so that a thank-you tells no need."""
    fixed = {kind: [text for group, text in frames(lang, kind) if group.startswith("calm")] for kind in FRAMES}
    text = said[f"text_{lang}"]
    # "你好。" and "Hello." are neutral, and what a pattern itself says (sarcasm) is not a frame.
    kind = text.str.startswith(tuple(fixed["openers"])) | text.str.endswith(tuple(fixed["closers"]))
    assert not kind[said["angry"]].any()
    share = kind[~said["angry"]].groupby(said["need"], observed=True).mean()
    assert share.between(0.08, 0.35).all()
    assert share.max() - share.min() < 0.03, share


@pytest.mark.parametrize("lang", LANGUAGES)
def test_soft_goods_are_not_dented_and_a_wok_is_not_assembled(lang: str) -> None:
    """A slot that holds a duvet set and a wok stands in no pattern about corners, doors, legs, fitting or repair."""
    hard = {
        "en": "corner|dent|smash|repair|assembl|panel|door|drawer|soaking|ruined|tape|jigsaw|scratch|still broken",
        "zh": "磕|瘪|泡坏|装好|返修|没修好|门裂|滑轨|上墙|方框|拼图|破{|板划",
    }[lang]
    about = [pattern for pattern in patterns(lang) if re.search(hard, pattern.text)]
    assert [pattern.id for pattern in about if "{product}" in pattern.text] == []
    assert any("{furniture}" in pattern.text for pattern in about)
    doors = {"en": "door of the|drawer rail", "zh": "的门裂|抽屉滑轨"}[lang]
    assert all("{cabinet}" in pattern.text for pattern in about if re.search(doors, pattern.text))


def goods_named(contacts: pd.DataFrame, lang: str) -> pd.Series:
    """What each text that names goods by a slot names, row by row."""
    names = [name for kind in KINDS for name in slots()[lang]["goods"][kind]]
    word = f"({'|'.join(sorted(names, key=len, reverse=True))})"
    found = []
    for pattern in patterns(lang):
        parts = re.split(r"\{(\w+)\}", pattern.text)
        if not {"product", *IN_SLOT} & set(parts[1::2]):
            continue
        # Odd parts are the names of slots; what is named a second time is the same.
        read = [word if at % 2 and part in ("product", *IN_SLOT) else ".+?" if at % 2 else re.escape(part)
                for at, part in enumerate(parts)]  # fmt: skip
        rows = contacts.loc[contacts[f"template_{lang}"] == pattern.id, f"text_{lang}"]
        each = rows.str.extract("(?i)" + "".join(read))
        assert each.notna().all(axis=None), pattern.id
        assert (each.nunique(axis=1) == 1).all(), pattern.id
        found.append(each[0].str.lower())
    return pd.concat(found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_spoken_of_is_what_was_ordered(lang: str, tables: dict[str, pd.DataFrame]) -> None:
    """An order of the storage family is no dining table, and no lamp has a drawer: the committed texts."""
    contacts = tables["contacts"]
    order = contacts["order_id"].fillna(contacts["led_to_order_id"])
    family = order.map(tables["orders"].set_index("order_id")["family"].astype(str))
    kind = {name: GOODS[kind] for kind in KINDS for name in slots()[lang]["goods"][kind]}
    every = goods_named(contacts, lang)
    assert every.nunique() == len(kind)
    said = every[family[every.index].notna()]
    assert len(said) > 5000
    assert set(family[said.index]) == set(FAMILIES)
    assert (said.map(lambda name: kind[name].family) == family[said.index]).all()
    # What was ordered is one thing, whoever speaks of it and how often.
    assert (said.groupby(order[said.index]).nunique() == 1).all()
    # Where words outside the slots are about some goods only.
    of = {goods.mark: goods.family for goods in GOODS.values()}
    fits = {
        pattern.id: {of[mark] for mark in pattern.marks if mark in of} or set(FAMILIES) for pattern in patterns(lang)
    }
    known = contacts.loc[family.notna(), f"template_{lang}"].map(fits)
    assert (known.map(len) < len(FAMILIES)).sum() > 1000
    assert all(name in fit for name, fit in zip(family[known.index], known, strict=True))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_goods_that_a_pattern_names_are_marked(lang: str) -> None:
    """A word for goods outside a slot stands in a pattern about such goods, or about something else in the home."""
    words = {
        "en": {
            "drawer rail": "C",
            "flickers": "L",
            "gas spring": "Z",
            "turn over at night": "Z",
            "three-metre sofa": "S",
        },
        "zh": {"抽屉滑轨": "C", "一闪一闪": "L", "气压杆": "Z", "一翻身": "Z", "三米的沙发": "S"},
    }[lang]
    for slot, marks in IN_SLOT.items():
        named = [pattern for pattern in patterns(lang) if f"{{{slot}}}" in pattern.text]
        assert named
        assert all(set(pattern.marks) & set(OF_WHAT) <= set(marks) for pattern in named), slot
    for word, mark in words.items():
        about = [pattern for pattern in patterns(lang) if word in pattern.text]
        assert about, word
        assert all(set(pattern.marks) & set(OF_WHAT) == {mark} for pattern in about), word


def test_every_family_has_goods_and_every_kind_as_many_in_both_languages() -> None:
    assert {goods.family for goods in GOODS.values()} == {goods.family for goods in GOODS.values() if goods.fitted}
    assert {goods.family for goods in GOODS.values()} == set(FAMILIES)
    for kind in KINDS:
        assert len({len(slots()[lang]["goods"][kind]) for lang in LANGUAGES}) == 1, kind
    for lang in LANGUAGES:
        assert list(slots()[lang]["goods"]) == list(KINDS)
        names = [name for kind in KINDS for name in slots()[lang]["goods"][kind]]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_price_is_above_the_order(lang: str, said: pd.DataFrame) -> None:
    rows = named(said, lang, {"en": r"¥(\d+)", "zh": r"(\d+)元"}[lang])
    assert rows["taken"].nunique() == len(slots()[lang]["price"])
    ordered = rows[rows["amount"].notna()]
    assert (ordered["taken"].astype(float) <= ordered["amount"]).all()
    assert (ordered["amount"] < 460).any()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_bought_in_a_shop_was_bought_in_a_shop(lang: str, said: pd.DataFrame) -> None:
    pattern = {"en": "(bought in the|in the window with)", "zh": "(门店买的|橱窗里贴红标)"}[lang]
    assert set(named(said, lang, pattern)["bought_in"].dropna()) == {"shop"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nobody_is_a_member_for_longer_than_that(lang: str, said: pd.DataFrame) -> None:
    text = {
        "en": r"(\d+) years (?:with you|of loyalty|since we bought|and this)|for (\d+) years, (?:and)",
        "zh": r"(?:跟了你们|信了你们|当了|都)(\d+)年|(\d+)年的老顾客",
    }[lang]
    taken = said[f"text_{lang}"].str.extract(text)
    years = taken[0].fillna(taken[1]).dropna().astype(int)
    assert len(years) > 20
    member = (said["opened_at"] - said["joined_on"]).dt.days / 365.25
    assert (years <= member[years.index]).all()
    old = {pattern.id for pattern in patterns(lang) if "l" in pattern.marks}
    assert member[said[f"template_{lang}"].isin(old)].min() >= 3


@pytest.mark.parametrize("lang", LANGUAGES)
def test_complaints_are_no_thanks(lang: str, said: pd.DataFrame) -> None:
    thanks = {"en": "(grateful I am|made my whole day|put me at ease)", "zh": "(真的很感动|高兴了一整天|特别温柔)"}[
        lang
    ]
    assert "complaint" not in set(named(said, lang, thanks)["intent"])
    marked = {pattern.id for pattern in patterns(lang) if "t" in pattern.marks}
    assert len(marked) > 35
    assert not said.loc[said["intent"] == "complaint", f"template_{lang}"].isin(marked).any()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_stages_of_life_fit_the_segment(lang: str, said: pd.DataFrame) -> None:
    spoken = {
        "en": {
            "([Gg]randson|[Gg]randdaughter|[Ll]ate husband|late wife|at my age|sixty-eight)": {"senior"},
            "(toddler|newborn|[Kk]indergarten|the baby and|the twins)": {"new_family", "home_improver"},
            "(landlord|First flat|first flat of my own)": {"young_renter", "new_family"},
        },
        "zh": {
            "(孙子给|孙女年|老伴|这把岁数|六十八)": {"senior"},
            "(陪着娃|幼儿园|吃奶的娃|一个人带娃)": {"new_family", "home_improver"},
            "(房东|第一次租房|自己的小窝)": {"young_renter", "new_family"},
        },
    }[lang]
    for pattern, segments in spoken.items():
        assert set(named(said, lang, pattern)["segment"]) == segments, pattern


@pytest.mark.parametrize("lang", LANGUAGES)
def test_husbands_and_wives_are_those_of_the_person_named(lang: str, said: pd.DataFrame) -> None:
    spouse = {"en": ("my (?:late )?husband", "my (?:late )?wife"), "zh": ("老公|婆婆", "老婆|媳妇|丈母娘")}[lang]
    women, men = r"(Ms |女士)", r"(Mr |(?<!的)先生)"
    known = {pattern.id: pattern.marks for pattern in patterns(lang)}
    for who, other in ((women, "m"), (men, "w")):
        rows = said[said["customer_id"].isin(named(said, lang, who)["customer_id"])]
        assert not any(other in known[id] for id in rows[f"template_{lang}"].unique())
        theirs = spouse[0] if other == "w" else spouse[1]
        assert said[f"text_{lang}"].str.contains(theirs, case=False).any()
        assert not rows[f"text_{lang}"].str.contains(theirs, case=False).any()


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
