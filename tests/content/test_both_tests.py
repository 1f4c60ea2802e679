"""The course's own tests before and after it: what their items say of tables and sums, and how long they take."""

from __future__ import annotations

import re
from itertools import groupby

import pytest
from tests.content.modulewords import content

from servicelab.company import load
from servicelab.course.blueprintfile import FORMS, MINUTES, UNKNOWN, Blueprint, Form, Keys, Pair
from servicelab.course.declared import read
from servicelab.course.layout import TESTS
from servicelab.i18n import LANGUAGES, use
from servicelab.learn.paper import answerable
from servicelab.models.process import p_chart
from servicelab.publish.minutes import THINKING, reading
from servicelab.publish.sources import CODE, Course
from servicelab.widgets import figures

EACH = [(form, language) for form in FORMS for language in LANGUAGES]
SHOWN = {"a": ("Chengdu", 1, 26), "b": ("Langfang", 1, 26)}
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def course() -> Course:
    return content("en").course


@pytest.fixture(scope="module")
def keys(course: Course) -> Keys:
    assert course.keys
    return read(Keys, course.keys.data)


def pairs(language: str) -> dict[str, Pair]:
    """The pairs in a language, as they are built."""
    made = content(language)
    assert made.course.blueprint
    return {
        pair.id: pair
        for pair in read(Blueprint, made._items("", "blueprint", made.course.blueprint.data, Blueprint)).pairs
    }


def numbers(text: str) -> list[float]:
    return [float(each.replace(",", "")) for each in NUMBER.findall(text)]


@pytest.mark.parametrize("form", FORMS)
def test_the_worst_week_of_each_picture_is_as_the_item_says_and_within_the_limits(form: Form, course: Course) -> None:
    weekly = load("weekly_packing")
    warehouse, first, last = SHOWN[form]
    here = weekly[(weekly["warehouse"].astype(str) == warehouse) & weekly["week"].between(first, last)]
    found = p_chart(here["faults"].to_numpy(), here["parcels"].to_numpy(), method="exact")
    worst = int(found.share.argmax())
    for language in LANGUAGES:
        prompt = pairs(language)["t-weeks"].form(form).prompt
        week, share = int(here["week"].iloc[worst]), f"{100 * found.share[worst]:.1f}"
        assert [str(week), share] == NUMBER.findall(prompt)[:2]
    # Neither signal of module 02 is there, so that to leave it alone is right.
    assert not found.out.any()
    assert max(len(list(run)) for _side, run in groupby(found.share > found.centre)) < 8
    # And it looks bad: what one would ask about without the limits.
    assert found.share[worst] > 2 * found.centre
    for document in course.tests:
        assert f'{form}=("{warehouse}", {first}, {last})' in "".join(cell.source for cell in document.cells)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_says_in_words_what_it_shows_and_judges_nothing(form: Form, language: str) -> None:
    with use(language):
        drawn = figures.weeks(load("weekly_packing"), *SHOWN[form])
        judged = figures.control(load("weekly_packing"), *SHOWN[form])
    table = drawn.state["table"]
    assert len(table["rows"]) == 26
    assert table == judged.state["table"]
    for word in {"en": ("outside", "inside", "none"), "zh": ("界外", "超出", "没有")}[language]:
        assert word not in drawn.state["text"]
    (chart,) = drawn.state["charts"]
    # A week, the limits, the average: no mark of its own for a week outside.
    assert len(chart["legend"]) == 3
    assert not [key for key in chart["legend"] if key.get("shape") == "diamond"]


def test_no_lesson_shows_either_picture(course: Course) -> None:
    said = "".join(
        cell.source for document in course.documents if document.kind not in TESTS for cell in document.cells
    )
    for warehouse, first, last in SHOWN.values():
        for shown in re.findall(rf'"{warehouse}", (\d+), (\d+)', said):
            assert int(shown[0]) > last or int(shown[1]) < first


@pytest.mark.parametrize("form", FORMS)
def test_the_pace_is_set_where_the_key_says(form: Form, keys: Keys) -> None:
    """Work a day against minutes a day, at three steps: 95 or 96 % at the one that is right, half of it elsewhere."""
    for language in LANGUAGES:
        prompt = pairs(language)["t-pace"].form(form).prompt
        count = {"a": 40, "b": 12}[form]
        assert {"a": ("Forty", "四十"), "b": ("Twelve", "十二")}[form][language == "zh"] in prompt
        found = numbers(prompt)
        loads = [round(count * each / day, 2) for each, day in zip(found[::2], found[1::2], strict=True)]
        assert loads == {"a": [0.5, 0.5, 0.95], "b": [0.5, 0.5, 0.96]}[form]
        # Neither the longest job nor the longest wait is where it is set.
        assert found[::2].index(max(found[::2])) != 2
        assert f"{100 * loads[2]:.0f}" in keys.keys["t-pace"].because[language]


@pytest.mark.parametrize(("form", "lost"), [("a", (6, 25)), ("b", (5, 20))])
def test_what_is_named_more_often_costs_less(form: Form, lost: tuple[int, int], keys: Keys) -> None:
    for language in LANGUAGES:
        often, gone, seldom, gone_too = numbers(pairs(language)["t-mentions"].form(form).prompt)[:4]
        assert (gone, gone_too) == lost
        assert often > seldom
        assert gone < gone_too
        for each in lost:
            assert each in numbers(keys.keys["t-mentions"].because[language])


@pytest.mark.parametrize("form", FORMS)
def test_a_check_costs_more_than_it_stops_in_both_languages(form: Form) -> None:
    english, chinese = (numbers(pairs(language)["t-signature"].form(form).prompt) for language in ("en", "zh"))
    assert sorted(english) == sorted(chinese)
    saved, cost = {"a": (2, 9), "b": (3, 11)}[form]
    assert {float(saved), float(cost)} <= set(english)


def test_both_languages_and_both_forms_have_the_same_numbers() -> None:
    for key, pair in pairs("en").items():
        for form in FORMS:
            mine, theirs = (
                numbers(
                    " ".join([each.form(form).prompt, *(option.text for option in each.form(form).options)])
                    .replace("Four hundred", "400").replace("四百", "400")
                )
                for each in (pair, pairs("zh")[key])
            )  # fmt: skip
            missing = set(mine) ^ set(theirs)
            assert not missing, f"{key} {form}: {missing}"


@pytest.mark.parametrize(("form", "language"), EACH)
def test_it_can_be_read_and_answered_in_its_minutes(form: Form, language: str, course: Course) -> None:
    made = content(language)
    for document in course.tests:
        said = [cell.source for cell in made.cells(document) if cell.kind != CODE]
        for pair in pairs(language).values():
            asked = answerable(pair.id, pair.form(form))
            said += [asked.prompt, *(option.text for option in asked.options)]
        needed = reading("\n".join(said)) + 12 * THINKING["quiz"] + THINKING["figure"]
        assert needed <= MINUTES - 3, "three minutes to think again"


def test_whoever_takes_the_same_place_each_time_does_badly(course: Course, keys: Keys) -> None:
    """In the order in which a page shows the options, which is that of the file that ships."""
    for form in FORMS:
        places = [
            [option["id"] for option in pair[form]["options"]].index(keys.keys[pair["id"]].form(form))
            for pair in content("en").test()["pairs"]
        ]
        assert max(places.count(place) for place in range(4)) <= 6, places


def test_each_of_the_twelve_is_there_with_the_option_not_to_know() -> None:
    for language in LANGUAGES:
        for pair in pairs(language).values():
            for form in FORMS:
                with use(language):
                    options = answerable(pair.id, pair.form(form)).options
                assert [option.id for option in options][-1] == UNKNOWN
                assert len(options) == 5
