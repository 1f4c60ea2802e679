"""What module 01 says in words about Skylark is what Skylark's shipped tables show."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from servicelab.company import load
from servicelab.learn.controls.desk.model import parse_desk
from servicelab.models.needs import kano_category
from servicelab.publish.content import Content
from servicelab.publish.minutes import of_unit
from servicelab.widgets import figures
from servicelab.widgets.figures.needs import failures, gifts, punctuality
from servicelab.widgets.intervals import difference

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "course" / "modules" / "01_needs"
PART_C = ["delivery_window_choice", "installation_photo_guide", "personal_styling", "easy_returns", "intact_packaging"]


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return load("orders")


@pytest.fixture(scope="module")
def rating() -> pd.Series:
    """Mean CSAT by need, remedy and tone."""
    contacts = load("contacts").dropna(subset=["csat"])
    keys = [contacts["need"].astype(str), contacts["remedy"].astype(str), contacts["angry"]]
    return contacts["csat"].astype(float).groupby(keys).mean()


@pytest.mark.parametrize("angry", [False, True])
def test_section_4_the_jump_lies_at_the_fix_for_functional_needs_and_at_the_words_for_emotional_ones(
    rating: pd.Series, angry: bool
) -> None:
    def step(need: str, low: str, high: str) -> float:
        return float(rating[need, high, angry] - rating[need, low, angry])

    assert step("functional", "apology", "fix") > 0.6
    assert step("functional", "none", "apology") < 0.6 * step("functional", "apology", "fix")
    assert step("emotional", "fix", "apology") > 0.2
    assert abs(step("functional", "fix", "both")) < 0.5 * step("functional", "apology", "fix")
    assert step("emotional", "fix", "both") > 0.3
    assert rating["functional", "apology", angry] < 3.3


def test_section_4_anger_lowers_every_bar(rating: pd.Series) -> None:
    tones = rating.unstack()
    assert (tones.loc[["functional", "emotional"], True] < tones.loc[["functional", "emotional"], False]).all()


def test_section_5_the_costliest_failure_is_hardly_mentioned_and_the_most_mentioned_costs_little(
    orders: pd.DataFrame,
) -> None:
    costs = failures.costs_of_failure(orders)
    ranked = load("contacts")["feature_id"].value_counts().index.tolist()
    costliest = max(costs, key=lambda feature: costs[feature][0])
    assert ranked.index(costliest) >= 11
    assert costs[ranked[0]][0] < 0.08 < 0.2 < costs[costliest][0]


def test_section_5_neither_sentence_of_the_source_holds(orders: pd.DataFrame) -> None:
    costs = failures.costs_of_failure(orders)
    _cost, low, _high = costs["human_hotline"]
    assert low > 0.04
    for nothing_seen in ("anniversary_surprise", "e_invoice"):
        cost, low, _high = costs[nothing_seen]
        assert low < 0
        assert cost < 0.02
    survey, features = load("needs_survey"), load("features")
    rows = {row[0]: row for row in gifts.extras(orders, survey, features)["table"]["rows"]}
    _name, place, _gain, interval = rows["Anniversary surprise"]
    assert place == 14
    assert float(interval.split(" – ")[0]) > 0.08


def test_section_6_the_last_step_in_punctuality_brings_nearly_nothing(orders: pd.DataFrame) -> None:
    steps = punctuality.levels(punctuality.warehouse_years(orders))
    # What the prediction and the text below the picture call 88 %, 92 %, about 96 % and the very best years.
    assert [step.on_time for step in steps] == pytest.approx([0.88, 0.92, 0.96, 0.985], abs=0.007)
    shares = [round(100 * cell.on_time) for cell in punctuality.warehouse_years(orders)]
    assert len({cell.name.rsplit(" ", 1)[0] for cell in punctuality.warehouse_years(orders)}) == 5
    lesson = (MODULE / "lesson.md").read_text(encoding="utf-8")
    assert f"from {min(shares)} % on time to {max(shares)} %" in lesson
    assert steps[1].satisfaction - steps[0].satisfaction > 0.15
    assert punctuality.last_step(orders) < 0.3
    assert abs(steps[3].satisfaction - steps[2].satisfaction) < 0.14


def test_section_6_the_kano_lab_shows_what_the_lesson_says_it_does() -> None:
    survey = load("kano_survey")

    def verdict(feature: str, segment: str | None = None) -> str:
        rows = survey[(survey["feature_id"] == feature) & (segment is None or survey["segment"] == segment)]
        return str(kano_category(rows["functional"], rows["dysfunctional"]).value_counts().idxmax())

    assert (verdict("on_time_delivery"), verdict("personal_styling")) == ("M", "A")
    assert (verdict("assembly_service", "young_renter"), verdict("assembly_service", "senior")) == ("I", "M")


def test_section_7_one_segment_rises_steeply_and_the_home_improvers_have_hardly_moved() -> None:
    tracker = load("needs_tracker")
    asked = tracker.groupby("month").size().unique().tolist()
    assert f"asks {asked[0]} customers each month" in (MODULE / "lesson.md").read_text(encoding="utf-8")
    assert len(asked) == 1
    year = tracker["month"].dt.year
    share = pd.crosstab([tracker["segment"].astype(str), year], tracker["theme"].astype(str), normalize="index")
    change = share.xs(2025, level=1) - share.xs(2023, level=1)
    assert change.loc["young_renter"].idxmax() == "green"
    assert change.loc["young_renter"].max() > 0.1
    assert change.loc["senior"].idxmax() == "emotional_connection"
    # B5 counts a rise from 5 points on: neither side of that line may be a matter of a few answers.
    assert change.loc["home_improver"].max() < 0.049
    assert (change.drop("home_improver").max(axis="columns") > 0.055).all()


def test_the_numbers_in_the_model_answer_and_the_rubric_are_those_of_the_evidence(orders: pd.DataFrame) -> None:
    table = figures.evidence(load("contacts"), orders, load("kano_survey"), load("features"), only=PART_C)
    intact, slot = table.iloc[4].tolist(), table.iloc[0].tolist()
    answer = (MODULE / "exercise.md").read_text(encoding="utf-8").split("### BEGIN SOLUTION")[1].split("###")[0]
    for sentence in (
        f"Only {intact[0]} in 100 contacts mention",
        f"{intact[1]} order again, against {intact[2]} when nothing failed",
        f"{intact[4]} in 100 would be displeased",
        f"{slot[1]} of 100 still come back",
        f"{slot[3]} in 100 would be pleased",
    ):
        assert sentence in answer
    rubric = (ROOT / "grading" / "rubrics" / "01_needs.yml").read_text(encoding="utf-8")
    assert f"only {intact[1]} come back, not {intact[2]}" in rubric
    assert f"when it fails {slot[1]} of 100 still come back" in rubric
    assert f"({slot[0]} of 100)" in rubric
    assert f"pleased {slot[3]} of 100" in rubric


def test_the_chinese_model_answer_and_the_simulated_trainees_have_the_same_numbers(orders: pd.DataFrame) -> None:
    table = figures.evidence(load("contacts"), orders, load("kano_survey"), load("features"), only=PART_C)
    intact, slot = table.iloc[4].tolist(), table.iloc[0].tolist()
    catalogues = ROOT / "locales" / "zh_CN" / "01_needs"
    for name in ("exercise.po", "instructor.po"):
        answer = (catalogues / name).read_text(encoding="utf-8")
        assert f"只有 {intact[0]} 条提它" in answer
        assert f"只有 {intact[1]}% 再买，没出问题的 {intact[2]}%" in answer
        assert f"没有它，{intact[4]}% 会不满" in answer
        assert f"没做好仍有 {slot[1]}% 再买。放弃的是：{slot[3]}%" in answer
    rubric = (ROOT / "grading" / "rubrics" / "01_needs.yml").read_text(encoding="utf-8")
    assert f"只有 {intact[1]} 位再来，平时是 {intact[2]} 位" in rubric
    assert f"仍有 {slot[1]} 位再来；货物破损时只剩 {intact[1]} 位" in rubric
    cohort = (ROOT / "grading" / "demo" / "01_needs.yml").read_text(encoding="utf-8")
    assert f"only {intact[1]} in 100 customers order again, against {intact[2]} otherwise" in cohort
    assert f"只剩 {intact[1]} 人再买，正常是 {intact[2]} 人" in cohort


def test_the_check_of_the_model_answer_could_tell_a_halved_rate_from_chance(orders: pd.DataFrame) -> None:
    spring = orders[orders["ordered_at"].dt.year.eq(2025) & orders["ordered_at"].dt.month.between(3, 5)]
    sent = spring["warehouse"].value_counts()
    assert sent[["Kunshan", "Foshan"]].min() > 2000
    rate = float(orders.loc[orders["warehouse"].notna(), "failed_feature"].eq("intact_packaging").mean())
    assert rate == pytest.approx(0.04, abs=0.005)

    def beyond_chance(share: float, less: float, n: int) -> bool:
        return difference(share * n, n, less * n, n)[1] > 0

    assert beyond_chance(rate, rate / 2, 2000)
    assert not beyond_chance(rate, rate / 2, 400)
    # What the teaching notes say of repeat orders: half a point over all customers.
    lost = rate / 2 * failures.costs_of_failure(orders)["intact_packaging"][0]
    assert lost == pytest.approx(0.005, abs=0.002)
    assert not beyond_chance(0.85 + lost, 0.85, 2000)


def test_the_model_answer_stands_in_the_teaching_notes_and_keeps_to_150_words() -> None:
    answer = (MODULE / "exercise.md").read_text(encoding="utf-8").split("### BEGIN SOLUTION")[1].split("###")[0]
    notes = (MODULE / "instructor.md").read_text(encoding="utf-8")
    assert " ".join(answer.split()) in " ".join(notes.replace("\n>", "\n").split())
    assert len(answer.split()) <= 150


def test_nobody_at_the_desk_says_the_same_thing_twice() -> None:
    contact = parse_desk(yaml.safe_load((MODULE / "desk.yml").read_text(encoding="utf-8")))
    again = [
        f"{node.id}.{choice.id}"
        for node in contact.nodes.values()
        for choice in node.choices
        if node.id in contact.reached(choice.to)
    ]
    assert again == []


def test_the_minutes_of_the_sections_add_up_to_what_is_announced() -> None:
    lesson = (MODULE / "lesson.md").read_text(encoding="utf-8")
    stated = re.findall(r'"minutes": (\d+), "track": "(\w+)"', lesson)
    frontline = sum(int(minutes) for minutes, track in stated if track == "frontline")
    analyst = sum(int(minutes) for minutes, track in stated if track == "analyst")
    assert 60 <= frontline <= 75
    assert f"For everybody: {frontline} minutes" in lesson
    assert f"two more sections, {analyst} minutes" in lesson
    start = (ROOT / "course" / "start.md").read_text(encoding="utf-8")
    assert f"everybody | {frontline} |" in start
    assert f"analysts | {analyst} |" in start


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("cell", "total"), [("timing", 96), ("timing-75", 75), ("timing-150", 150)])
def test_a_plan_of_the_teaching_notes_has_every_section_and_every_minute(cell: str, total: int, lang: str) -> None:
    content = Content(ROOT, lang, strict=True)
    unit = content.course.units["01_needs"]
    source = next(each.source for each in content.cells(unit.documents["instructor"]) if each.name == cell)
    rows = [[field.strip("* ") for field in line.strip("|").split("|")] for line in source.splitlines() if "|" in line]
    timed = [(*map(int, row[0].split("–")), row) for row in rows if re.fullmatch(r"\d+–\d+", row[0])]
    assert [timed[0][0], *(end for _begin, end, _row in timed)] == [*(begin for begin, _end, _row in timed), total]
    every = of_unit(ROOT, "01_needs")
    # A reader counts the sections that everybody works; those for analysts have no number.
    walked = [planned for planned in every if planned.track != "analyst"]
    stated = {str(number): planned for number, planned in enumerate(walked, 1)}
    given = {row[3]: (end - begin, row) for begin, end, row in timed if row[3] in stated}
    assert list(given) == list(stated)
    for key, (minutes, row) in given.items():
        if len(row) == 5:
            assert float(row[4]) == stated[key].stated
        cut = cell == "timing-75" and key in ("7", "8")
        assert (minutes < stated[key].stated) is cut, f"section {key}"
    analysts = f"{sum(planned.stated for planned in every if planned.track == 'analyst'):g}"
    assert re.search(rf"(their two sections, |分析岗的两节[，（]){analysts}(?!\d)", source)


def test_the_right_option_is_not_given_away_by_its_length() -> None:
    import yaml

    quiz = yaml.safe_load((MODULE / "quiz.yml").read_text(encoding="utf-8"))
    choices = [item for item in quiz["quiz"] + quiz["recall"] if item.get("kind", "choice") == "choice"]
    longest = 0
    for item in choices:
        lengths = {option.get("right", False): 0 for option in item["options"]}
        for option in item["options"]:
            right = option.get("right", False)
            lengths[right] = max(lengths[right], len(option["text"]))
        assert lengths[True] <= 1.25 * lengths[False], item["id"]
        longest += lengths[True] > lengths[False]
    assert longest <= len(choices) / 2
