"""The tests before and after the course: sound ones build, without keys; each mistake is found where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
import yaml
from tests.publish.conftest import MODULE, translate
from tests.publish.papers import PAIRS, RIGHT, add_tests

from servicelab.course.blueprintfile import FORMS
from servicelab.course.layout import BLUEPRINT, TEST_KEYS, TESTS
from servicelab.publish import build, build_source
from servicelab.publish.checks import course_findings
from servicelab.publish.findings import Finding
from servicelab.publish.secrets import find_leaks, secrets
from servicelab.publish.sources import load_course

Change = Callable[[dict], None]


@pytest.fixture
def root(course_root: Path) -> Path:
    add_tests(course_root)
    return course_root


def change(root: Path, file: str, how: Change) -> None:
    data = yaml.safe_load((root / file).read_text(encoding="utf-8"))
    how(data)
    (root / file).write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


def found(root: Path) -> list[Finding]:
    return course_findings(load_course(root))


def test_sound_tests_have_no_mistake_and_neither_has_a_course_without_any(root: Path) -> None:
    assert found(root) == []
    for file in (BLUEPRINT, TEST_KEYS, *(f"{MODULE}/{kind}.md" for kind in TESTS)):
        (root / file).unlink()
    assert found(root) == []


def test_what_is_built_holds_both_forms_and_nothing_of_what_is_right(root: Path) -> None:
    translate(root)
    known = secrets(root)
    assert {secret.where for secret in known} >= {TEST_KEYS}
    orders = set()
    for language in ("en", "zh"):
        tree = build("trainee", language, root=root).path
        for kind, name in TESTS.items():
            pairs = json.loads((tree / f"assignments/{name}/test.json").read_text(encoding="utf-8"))["pairs"]
            assert [pair["id"] for pair in pairs] == PAIRS
            for pair in pairs:
                assert pair.keys() == {"id", *FORMS}
                for form in FORMS:
                    assert pair[form].keys() == {"prompt", "options"}
                    assert all(option.keys() == {"id", "text"} for option in pair[form]["options"])
                    orders.add(tuple(option["id"] for option in pair[form]["options"]))
                    assert ("（译）" in pair[form]["prompt"]) == (language == "zh")
            cells = nbformat.read(tree / f"assignments/{name}/{kind}.ipynb", as_version=4).cells
            assert not any("nbgrader" in cell.metadata for cell in cells)
        assert find_leaks(tree, known) == []
    # Not in the order of the file, in which an author may have the right one first.
    assert orders == {("one", "two"), ("two", "one")}
    facts = json.loads((tree / "course.json").read_text(encoding="utf-8"))
    assert facts["modules"][0]["assignments"]["pre_test"] == "assignments/pre_test/pretest.ipynb"


def test_what_is_released_has_no_keys_either(root: Path, tmp_path: Path) -> None:
    translate(root)
    build_source("post_test", tmp_path, root=root)
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} >= {"posttest.ipynb", "test.json"}
    assert find_leaks(tmp_path / "test.json", secrets(root)) == []


def without(key: str) -> Change:
    return lambda data: data["keys"].pop(key)


def drop_option(data: dict) -> None:
    data["pairs"][1]["b"]["options"].reverse()


def carry_key(data: dict) -> None:
    data["pairs"][1]["b"]["options"][0]["right"] = True


def write_unknown(data: dict) -> None:
    for form in FORMS:
        data["pairs"][1][form]["options"].append({"id": "unknown", "text": "no idea"})


@pytest.mark.parametrize(
    ("file", "how", "problem"),
    [
        (TEST_KEYS, without(PAIRS[1]), "nothing says what is right"),
        (
            TEST_KEYS,
            lambda data: data["keys"].update({"t-gone": deepcopy(data["keys"][PAIRS[1]])}),
            "no pair is called t-gone",
        ),
        (TEST_KEYS, lambda data: data["keys"][PAIRS[1]].update(b="three"), "form b has no option three"),
        (TEST_KEYS, lambda data: data["keys"][PAIRS[1]]["because"].pop("zh"), "a text in each of en, zh"),
        (BLUEPRINT, drop_option, "form a has the options one, two, form b two, one"),
        (BLUEPRINT, carry_key, "carries its key"),
        (BLUEPRINT, write_unknown, "the option “unknown” is written out"),
        (BLUEPRINT, lambda data: data["pairs"][1].update(area="people"), "there are 2 pairs of the area needs"),
        (BLUEPRINT, lambda data: data["pairs"][1].update(teaches=["N9.9"]), "there is no curriculum id “N9.9”"),
        (BLUEPRINT, lambda data: data["pairs"][1].update(taken=-1), "`taken` is no number of people"),
    ],
)
def test_a_mistake_is_found_where_it_stands(file: str, how: Change, problem: str, root: Path) -> None:
    change(root, file, how)
    mine = [finding for finding in found(root) if problem in finding.problem]
    assert mine, found(root)
    assert mine[0].file in (file, BLUEPRINT)
    assert mine[0].line > 0


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('test.ask("t-people-0")', 'test.ask("t-people-1")', "the item t-people-0 is asked 0 times"),
        ('test.ask("t-people-0")', 'test.ask("t-people-9")', "has no pair t-people-9"),
        ('"minutes": 15', '"minutes": 12', "the sections take 12 minutes together"),
    ],
)
def test_a_notebook_asks_each_item_once_and_takes_what_a_test_takes(
    old: str, new: str, problem: str, root: Path
) -> None:
    path = root / f"{MODULE}/pretest.md"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert [finding.file for finding in found(root) if problem in finding.problem] == [f"{MODULE}/pretest.md"]


def in_a_cell(text: str) -> str:
    return f'{text}\n+++ {{"name": "said"}}\n\n{SAID}.\n'


def in_a_prompt(text: str) -> str:
    data = yaml.safe_load(text)
    data["quiz"][0]["prompt"] += f" {SAID}."
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def in_a_contact(text: str) -> str:
    data = yaml.safe_load(text)
    data["nodes"]["n1"]["customer"] += f" {SAID}."
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def in_a_statement(text: str) -> str:
    data = yaml.safe_load(text)
    first = next(iter(data["voices"].values()))
    first["kind"] += f" {SAID}."
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


SAID = "Nobody had told the driver which of the doors it was"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("lesson.md", in_a_cell),
        ("quiz.yml", in_a_prompt),
        ("desk.yml", in_a_contact),
        ("voices.yml", in_a_statement),
    ],
)
def test_an_item_that_repeats_what_a_unit_says_is_stopped(source: str, said: Callable[[str], str], root: Path) -> None:
    """Eight words in a row, wherever a trainee reads them."""
    path = root / MODULE / source
    path.write_text(said(path.read_text(encoding="utf-8")), encoding="utf-8")
    shared = SAID.split(" ")[1:]
    change(root, BLUEPRINT, lambda data: data["pairs"][3]["b"].update(prompt=f"Had {' '.join(shared[:7])}?"))
    assert found(root) == []
    change(root, BLUEPRINT, lambda data: data["pairs"][3]["b"].update(prompt=f"Had {' '.join(shared[:8])}?"))
    (finding,) = found(root)
    assert (finding.file, finding.place) == (BLUEPRINT, PAIRS[3])
    assert f"stands in {MODULE}/{source} as well (en)" in finding.problem


def test_a_form_that_the_longest_option_solves_is_stopped(root: Path) -> None:
    def lengthen(data: dict) -> None:
        for pair in data["pairs"]:
            for option in pair["b"]["options"]:
                option["text"] += ", as everybody can see" * (option["id"] == RIGHT[pair["id"]]["b"])

    change(root, BLUEPRINT, lengthen)
    (finding,) = found(root)
    assert "the right option is the longest in 12 of 12 items of form b (en" in f"{finding.problem}"


def test_tests_without_items_and_items_without_keys(root: Path) -> None:
    (root / TEST_KEYS).unlink()
    assert [finding.problem for finding in found(root)] == ["the items of the tests have no keys"]
    (root / BLUEPRINT).unlink()
    assert [finding.problem for finding in found(root)] == ["the tests have no items"]


def test_no_unit_is_called_like_a_test(root: Path) -> None:
    (root / MODULE).rename(root / "course/modules/pre_test")
    settings = root / "course/course.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("01_demo:", "pre_test:"), encoding="utf-8")
    assert any(finding.problem == "a unit cannot have this name" for finding in found(root))
