"""The real course: its sources have no mistake, the curriculum is covered, and the Chinese is complete."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import polib
import pytest

from servicelab.course.layout import GAPS, GRADED
from servicelab.i18n import use
from servicelab.learn.start import Passage, home_page
from servicelab.publish import build, build_source
from servicelab.publish.bundle import build_wheel
from servicelab.publish.catalogues import interface_messages_by_file, messages, superfluous, wanting
from servicelab.publish.checks import course_findings
from servicelab.publish.checks.coverage import curriculum
from servicelab.publish.glossary import terms
from servicelab.publish.secrets import Secret, Sought, find_leaks
from servicelab.publish.sources import Course, load_course

# Read from the brief by hand: how many items each topic of a core source has.
ITEMS = {"N1": 4, "N2": 4, "N3": 7, "N4": 6, "N5": 6, "R0": 3, "R1": 3, "R2": 3, "R3": 4, "R4": 2, "O2": 3, "O5": 7,
         "O6": 7, "P2": 8, "P4": 7, "C1": 6, "C4": 7, "T2": 10, "X01": 3}  # fmt: skip


@pytest.fixture(scope="module")
def course(root: Path) -> Course:
    return load_course(root)


@pytest.fixture(scope="module")
def trainee(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The trainee edition in both languages, by language."""
    return {language: build("trainee", language, root=root).path for language in ("en", "zh")}


def listed(findings: list[Any]) -> str:
    return "\n".join(map(str, findings))


def test_the_sources_have_no_mistake(course: Course) -> None:
    found = course_findings(course)
    assert not found, listed(found)


def test_no_gap_is_known_any_more(root: Path) -> None:
    """The list of what the course lacked against its own gates is empty and gone; what is new must not begin one."""
    assert not (root / GAPS).exists()


THOUSANDS = re.compile(r"(?<![\d.,A-Za-z-])\d{4,}(?=\s?[元单份人个条件次位笔张封名块字])|¥\d{4,}")
"""A count or an amount of a thousand and more without a comma; what follows a year or a telephone number is no unit."""


def test_thousands_have_their_comma_in_both_languages(root: Path) -> None:
    """¥1,200 and 1,200 单, as everywhere in the course."""
    bare = [
        f"{path.name}: {found[0]} in {text[:60]}"
        for path in sorted((root / "locales" / "zh_CN").rglob("*.po"))
        for entry in polib.pofile(str(path))
        if not entry.obsolete
        for text in (entry.msgid, entry.msgstr)
        if (found := THOUSANDS.search(text))
    ]
    assert not bare, listed(bare)


def test_the_curriculum_is_whole(course: Course) -> None:
    items = curriculum(course)
    for topic, count in ITEMS.items():
        assert sum(1 for key in items if re.fullmatch(rf"{topic}(\.\d+|[a-z])", key)) == count, topic
    assert {key[0] for key in items} == set("ONPCSTFJLMKRX")
    for key in (f"X{number}{letter}" for number in ("00", "01", "02", "03", "04", "11", "12") for letter in "abc"):
        assert key in items


def test_every_item_of_a_built_module_can_be_found_by_name(course: Course) -> None:
    called = list(terms(course).values())
    names = {key: {name.casefold() for term in called for name in term.called(key)} for key in ("en", "zh")}
    built = {key: item for key, item in curriculum(course).items() if item["module"] in course.units and key[0] != "X"}
    lost = [
        f"{key} {item['en']} · {item['zh']}"
        for key, item in built.items()
        if not (words(item["en"]) & names["en"] and words(item["zh"]) & names["zh"])
    ]
    assert not lost, f"not in course/glossary.yml under both names: {lost}"


def words(name: str) -> set[str]:
    """A curriculum name as the glossary may have it: whole, without its parenthesis, or with "need" after it."""
    bare = re.sub(r"\s*[(（].*[)）]", "", name).casefold()
    return {name.casefold(), bare, f"{bare} need", f"{bare} needs", f"{bare}需求"}


def test_every_message_is_translated(root: Path, course: Course) -> None:
    wanted = {**messages(course), **interface_messages_by_file(root)}
    found = list(wanting(root, wanted))
    assert not found, listed(found)
    assert superfluous(root, wanted) == []


def test_the_code_is_the_same_in_both_languages(trainee: dict[str, Path]) -> None:
    names = sorted(path.relative_to(trainee["en"]).as_posix() for path in trainee["en"].rglob("*.ipynb"))
    assert len(names) >= 5
    for name in names:
        english, chinese = (nbformat.read(trainee[language] / name, as_version=4).cells for language in ("en", "zh"))
        code = [[(c.id, c.source, c.metadata) for c in cells if c.cell_type == "code"] for cells in (english, chinese)]
        assert code[0] == code[1], name
        graded = [[(c.id, c.source) for c in cells if "nbgrader" in c.metadata] for cells in (english, chinese)]
        assert graded[0] == graded[1], name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_rebuild_gives_the_same_bytes(language: str, root: Path, trainee: dict[str, Path], tmp_path: Path) -> None:
    again = build("trainee", language, tmp_path / "again", root=root).path
    for path in trainee[language].rglob("*"):
        if path.is_file():
            assert (again / path.relative_to(trainee[language])).read_bytes() == path.read_bytes(), path


def test_no_built_file_gives_a_secret_away(trainee: dict[str, Path], known: list[Secret], sought: Sought) -> None:
    assert {secret.kind for secret in known} >= {"solution", "hidden test", "instructor"}
    for folder in trainee.values():
        found = find_leaks(folder, sought)
        assert not found, listed(found)


def test_the_search_for_secrets_would_have_found_them(
    root: Path, course: Course, sought: Sought, tmp_path: Path
) -> None:
    """The same search over the unstripped sources of the assignments: it finds lines of every solution and test."""
    graded = {name: document for name, document in course.assignments.items() if document.kind in GRADED}
    finished = [name for name, document in graded.items() if not course.units[document.module].draft]
    for assignment in finished:
        build_source(assignment, tmp_path / assignment, root=root)
    found = find_leaks(tmp_path, sought)
    assert {leak.secret.kind for leak in found} >= {"solution", "hidden test"}
    assert {leak.file.split("/")[0] for leak in found} == set(finished)


def test_the_package_that_ships_holds_no_line_of_an_answer(root: Path, sought: Sought, tmp_path: Path) -> None:
    """Said here as well as by a bundle: what a widget works out may be what a task asks for."""
    found = find_leaks(build_wheel(root, tmp_path), sought)
    assert not found, listed(found)


def test_decisions_ship_without_keys(trainee: dict[str, Path]) -> None:
    for folder in trainee.values():
        for path in folder.rglob("decisions.json"):
            decisions = json.loads(path.read_text(encoding="utf-8"))["decisions"]
            assert decisions
            for item in decisions:
                for holder in (item, *item.get("options", [])):
                    assert not holder.keys() & {"right", "because", "misconception", "answer", "key", "correct"}


def test_readme_tells_hr_the_hours_of_the_core(root: Path, course: Course) -> None:
    """The same hours as `course.yml` states, which the build holds against the minutes of the units."""
    tracks = course.settings.data["tracks"]
    frontline, analyst = ("–".join(map(str, tracks[name]["core_hours"])) for name in ("frontline", "analyst"))
    readme = " ".join((root / "README.md").read_text(encoding="utf-8").split())
    assert f"The core takes new service staff {frontline} hours, analysts and team leads {analyst}" in readme


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_start_page_shows_the_core_first_and_all_of_it(
    trainee: dict[str, Path], tmp_path: Path, course: Course, language: str
) -> None:
    """The path of the page as a trainee's folder makes it: the core in its order, its hours, and then the rest."""
    tree = shutil.copytree(trainee[language], tmp_path / "course", symlinks=True)
    with use(language):
        shown = home_page(tree).parts[0]
    assert isinstance(shown, Passage)
    links = re.findall(r'<li class="sl-open"><span[^>]*></span><a href="lessons/(\w+)/lesson.ipynb">', shown.html)
    facts = {name: unit.said for name, unit in course.units.items() if not unit.draft}
    core = [name for name, said in facts.items() if said.get("core")]
    assert links[: len(core)] == core
    assert set(links) == set(facts)
    hours = [track["core_hours"] for track in course.settings.data["tracks"].values()]
    assert all(f"{low}–{high}" in shown.text for low, high in hours)
    assert {"en": "Core complete", "zh": "核心课程已完成"}[language] not in shown.html
