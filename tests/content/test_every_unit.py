"""What every module and case keeps to, whoever wrote it: its gates, its secrets, its marks and its minutes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.content.modulewords import content, minutes_of
from tests.content.testcells import marks

from servicelab.course.declared import read
from servicelab.course.layout import READ, RUBRICS
from servicelab.course.quizfile import Decision, Written
from servicelab.i18n import LANGUAGES
from servicelab.learn.written import count
from servicelab.publish import build
from servicelab.publish.answers import perfect_decisions
from servicelab.publish.checks import course_findings
from servicelab.publish.findings import Finding
from servicelab.publish.minutes import table
from servicelab.publish.secrets import Secret, Sought, find_leaks
from servicelab.publish.sources import Course, load_course
from servicelab.widgets.explore import MINUTES

DECIDES = re.compile(r"\.decide\(\"([\w-]+)\"")
INTERACTIVE = re.compile(r"\bexplore\.(\w+)\(")


@pytest.fixture(scope="module")
def course(root: Path) -> Course:
    return load_course(root)


@pytest.fixture(scope="module")
def start() -> dict[str, list[str]]:
    """The lines of the start page, by language."""
    found = {}
    for language in ("en", "zh"):
        first = content(language).course.start
        assert first
        found[language] = [line for cell in content(language).cells(first) for line in cell.source.splitlines()]
    return found


@pytest.fixture(scope="module")
def mistakes(course: Course) -> list[Finding]:
    return course_findings(course)


def test_its_sources_have_no_mistake(course: Course, mistakes: list[Finding], unit: str) -> None:
    folder = course.units[unit].folder.relative_to(course.root).as_posix()
    found = [str(finding) for finding in mistakes if finding.file.startswith(f"{folder}/")]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_trainee_gets_of_it_gives_nothing_away(
    root: Path, known: list[Secret], sought: Sought, unit: str, language: str
) -> None:
    assert {secret.kind for secret in known} >= {"solution", "hidden test", "instructor"}
    folder = build("trainee", language, root=root, only=unit).path
    assert (folder / f"lessons/{unit}/lesson.ipynb").is_file()
    leaks = find_leaks(folder, sought)
    assert not leaks, "\n".join(map(str, leaks))


def test_full_marks_can_be_reached(course: Course, unit: str) -> None:
    decided = perfect_decisions(course.units[unit])
    assert decided
    assert None not in decided.values()


def can_be_given(decision: Decision) -> Iterator[Any]:
    """Every answer that the control takes."""
    ids = [option.id for option in decision.options]
    if decision.kind == "number":
        steps = round((decision.high - decision.low) / decision.step)
        yield from (round(decision.low + decision.step * at, 6) for at in range(steps + 1))
    elif decision.kind == "choice":
        yield from ids
    elif decision.kind == "axes":
        whole = itertools.product(*([None, *options] for options in decision.axes.values()))
        yield from (chosen for each in whole if (chosen := [option for option in each if option]))
    else:
        yield from (list(each) for size in range(1, len(ids) + 1) for each in itertools.combinations(ids, size))


def test_whatever_is_not_fully_right_is_explained(course: Course, unit: str) -> None:
    """No point is lost without a word, in both languages, whichever answer the control takes."""
    made = course.units[unit]
    exercise = made.documents["exercise"]
    decided = [read(Decision, item) for _key, _at, item in made.items("decisions")]
    blank = dict.fromkeys(decision.id for decision in decided)
    for decision in decided:
        test = exercise.cell(f"test-{decision.id}")
        assert test is not None
        silent = []
        for value in can_be_given(decision):
            points, said = marks(exercise, test.name, {"decisions": {**blank, decision.id: value}})
            if points < test.nbgrader["points"] and " · " not in said:
                silent.append(value)
        assert not silent, f"{decision.id}: {silent[:5]} of {len(silent)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_key_has_each_decision_once_in_the_order_of_the_page(course: Course, unit: str, language: str) -> None:
    made = course.units[unit]
    asked = [found for cell in made.documents["exercise"].cells for found in DECIDES.findall(cell.source)]
    (key,) = [cell.source for cell in content(language).cells(made.documents["instructor"]) if cell.name == "key-a"]
    assert re.findall(r"^\| .*?`(a-[\w-]+)`", key, re.MULTILINE) == asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_tick_asks_for_is_told_to_its_trainee_and_not_to_a_marker(
    course: Course, root: Path, unit: str, language: str
) -> None:
    """It stands on the feedback page as it is: no name that only the file knows, nothing for whoever marks to do."""
    if course.units[unit].draft:
        return
    rubric = yaml.safe_load((root / RUBRICS / f"{unit}.yml").read_text(encoding="utf-8"))
    ids = {tick["id"] for each in rubric["criteria"] for tick in each["ticks"]}
    ids |= {each["id"] for each in rubric["comments"]}
    for each in rubric["criteria"]:
        for tick in each["ticks"]:
            says = tick["says"][language]
            named = set(re.findall(r"`([^`]*)`", says)) | (
                set(re.findall(r"[a-z-]{3,}", says)) if language == "zh" else set()
            )
            assert not named & ids, (tick["id"], named & ids)
            assert "in the comment" not in says, tick["id"]
            assert "批语" not in says, tick["id"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_model_answer_fits_its_own_limit_and_all_name_the_same(
    course: Course, root: Path, unit: str, language: str
) -> None:
    """What a written answer may take: the box counts it, the exercise and the marker's comment say it."""
    made = course.units[unit]
    if made.draft:
        return
    cells = {cell.name: cell.source for cell in content(language).cells(made.documents["exercise"])}
    notes = "\n".join(cell.source for cell in content(language).cells(made.documents["instructor"]))
    written = [Written(**task) for task in made.quiz.data.get("written", ())]
    assert written
    for task in written:
        _before, answer = cells[task.id].split("### BEGIN SOLUTION")
        answer = answer.split("### END SOLUTION")[0].strip()
        length, chinese = count(answer)
        most = task.characters if language == "zh" else task.words
        assert chinese == (language == "zh")
        assert length <= most, f"{task.id}: {length} of {most}"
        named = f"{most} 字" if language == "zh" else f"{most} words"
        said = [name for name, source in cells.items() if named in source]
        assert len(said) >= 2, f"the table and the prompt say {named}"
        rubric = yaml.safe_load((root / RUBRICS / f"{unit}.yml").read_text(encoding="utf-8"))
        (comment,) = [each["text"][language] for each in rubric["comments"] if each["id"] == "too-long"]
        assert named in comment
        # The teaching notes print the same answer.
        assert all(f"> {part}" in notes for part in answer.split("\n\n"))


def test_the_minutes_of_its_sections_add_up(course: Course, unit: str) -> None:
    """Every section states its own; together they are what is announced, for either track."""
    sections = sections_of(course, unit)
    frontline = sum(minutes for minutes, track in sections if track != "analyst")
    assert frontline == course.units[unit].said["minutes"]["frontline"]
    assert sum(minutes for minutes, _track in sections) == course.units[unit].said["minutes"]["analyst"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_start_page_announces_it(course: Course, start: dict[str, list[str]], unit: str, language: str) -> None:
    """A unit that is delivered has its four rows there, with the minutes of `course.yml`."""
    made, lines = course.units[unit], start[language]
    first = [at for at, line in enumerate(lines) if f"(lessons/{unit}/lesson.ipynb)" in line]
    if made.draft:
        assert first == []
        return
    assert len(first) == 1
    rows = [[field.strip() for field in line.strip("|").split("|")] for line in lines[first[0] : first[0] + 4]]
    lesson, graded = made.said["minutes"], made.said["graded_minutes"]
    # What `course.yml` states for analysts holds what everybody does.
    alone = [whole - exercise for whole, exercise in zip(graded["analyst"], graded["frontline"], strict=True)]
    assert [row[-1] for row in rows] == [
        f"{lesson['frontline']}",
        "–".join(map(str, graded["frontline"])),
        f"{lesson['analyst'] - lesson['frontline']}",
        "–".join(map(str, alone)),
    ]
    assert f"(assignments/{unit}/exercise.ipynb)" in rows[1][1]
    assert f"(assignments/{unit}_analysis/analysis.ipynb)" in rows[3][1]


def test_the_minutes_of_a_section_are_what_it_takes(unit: str) -> None:
    """Reading in the slower language and the interactives' own time: neither promised too short nor padded."""
    sections = minutes_of(unit)
    assert sections
    assert all(each.honest for each in sections), table(sections)


def test_a_trainees_path_fits_its_time(course: Course, unit: str) -> None:
    """A finished unit takes the frontline 60 to 75 minutes; none has more than three interactives on that path.

    One that is played in rounds is one, and what shows nothing is none.
    """
    made = course.units[unit]
    if not made.draft:
        assert 60 <= sum(minutes for minutes, track in sections_of(course, unit) if track != "analyst") <= 75
    track = None
    shown: set[str] = set()
    for cell in made.documents[READ[made.kind]].cells:
        track = cell.metadata.get("track") if "section" in cell.metadata else track
        if track != "analyst" and cell.metadata.get("track") != "analyst":
            shown |= (
                {name for name in INTERACTIVE.findall(cell.source) if MINUTES[name]} if cell.kind == "code" else set()
            )
    assert len(shown) <= 3, f"{shown} are the interactives on the frontline path"


def sections_of(course: Course, unit: str) -> list[tuple[float, str | None]]:
    """The minutes and the track of every section."""
    made = course.units[unit]
    cells = made.documents[READ[made.kind]].cells
    found = [(cell.metadata["minutes"], cell.metadata.get("track")) for cell in cells if "section" in cell.metadata]
    assert found
    return found
