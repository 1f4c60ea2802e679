"""Each mistake an author can make is named with its file, its cell and its remedy, and nothing is built."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from servicelab.cli import main
from servicelab.errors import UserError
from servicelab.publish import build
from servicelab.publish.checks import course_findings
from servicelab.publish.findings import Finding, SourceMistakes
from servicelab.publish.sources import load_course

M = "course/modules/01_demo"
LESSON, EXERCISE, ANALYSIS = f"{M}/lesson.md", f"{M}/exercise.md", f"{M}/analysis.md"
INSTRUCTOR, QUIZ, DESK = f"{M}/instructor.md", f"{M}/quiz.yml", f"{M}/desk.yml"
VOICES = f"{M}/voices.yml"
Edit = Callable[[str, str, str], None]

MISTAKES = {
    entry.pop("mistake"): entry for entry in yaml.safe_load(Path(__file__).with_name("mistakes.yml").read_text("utf-8"))
}


def test_the_fixture_is_sound(course_root: Path) -> None:
    assert course_findings(load_course(course_root)) == []


def make(mistake: str, root: Path, edit: Edit) -> str:
    """Make a prepared mistake, and return the file in which it shows."""
    entry = MISTAKES[mistake]
    file = str(entry["file"] if "/" in entry["file"] else f"{M}/{entry['file']}")
    if "instead" not in entry:
        # What is wrong shows in another file than the one that was changed.
        edit(f"{M}/{entry['edit']}" if "edit" in entry else file, entry["old"], entry["new"])
    elif entry["instead"] is None:
        (root / file).unlink()
    else:
        (root / file).write_text(entry["instead"], encoding="utf-8")
    return file


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_file_place_and_remedy(mistake: str, course_root: Path, edit: Edit) -> None:
    entry, file = MISTAKES[mistake], make(mistake, course_root, edit)
    found = [f for f in course_findings(load_course(course_root)) if f.file == file]
    said = [f for f in found if all(entry[part] in getattr(f, part) for part in ("place", "problem", "remedy"))]
    assert said, f"found only: {[str(f) for f in found]}"
    there = (course_root / file).is_file()
    lines = len((course_root / file).read_text(encoding="utf-8").split("\n")) if there else 0
    assert all(0 <= f.line <= lines for f in said)


@pytest.mark.parametrize("mistake", [mistake for mistake in MISTAKES if mistake.startswith("ruined: ")])
def test_a_ruined_source_is_told_and_stops_the_build(
    mistake: str, course_root: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the command itself: what it does not expect would end this test as it would end the program."""
    entry, file = MISTAKES[mistake], make(mistake, course_root, edit)
    monkeypatch.chdir(course_root)
    assert main(["build"]) == 1
    told = capsys.readouterr().err
    said = [line for line in told.splitlines() if file in line and entry["problem"] in line]
    assert said, told
    assert entry["remedy"] in said[0]


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        (LESSON, ":name: count", ":name: open", "```{code-cell} ipython3\n:name: open\n:tags"),
        (LESSON, '"teaches": ["N1.1"]', '"teaches": ["N9.9"]', '+++ {"name": "scene"'),
        (QUIZ, ', because: "It can be counted."', "", '      - {id: b, text: "¥20", right: true'),
        (DESK, "to: poor", "to: purr", '      - {id: b, say: "Calm down, please."'),
        (VOICES, "  V2:", "  V3:", "  V3:"),
        ("course/coverage.yml", "#scene", "#scenery", "N1.1:"),
        (ANALYSIS, "assert 0 <= share", "import inspect\nassert 0 <= share", "import inspect"),
    ],
)
def test_a_finding_points_at_its_line(file: str, old: str, new: str, line: str, course_root: Path, edit: Edit) -> None:
    edit(file, old, new)
    text = (course_root / file).read_text(encoding="utf-8")
    expected = text[: text.index(line)].count("\n") + 1
    lines = [f.line for f in course_findings(load_course(course_root)) if f.file == file]
    assert min(abs(found - expected) for found in lines) <= 1


def test_a_missing_file_is_named(course_root: Path) -> None:
    (course_root / EXERCISE).unlink()
    found = course_findings(load_course(course_root))
    assert Finding(EXERCISE, 0, "", "the file is missing", "Write it, or take the module out of course.yml") in found


def test_voices_need_the_firms_statements_and_a_module_need_not_have_any(course_root: Path) -> None:
    (course_root / "datasets/voices.csv").unlink()
    found = course_findings(load_course(course_root))
    assert [(f.file, f.line, f.place) for f in found] == [(VOICES, 1, "voices")]
    assert "voices is not in" in found[0].problem
    (course_root / VOICES).unlink()
    assert course_findings(load_course(course_root)) == []


def test_a_broken_header_is_named(course_root: Path, edit: Edit) -> None:
    edit(LESSON, '+++ {"name": "scene",', '+++ {"name": "scene"')
    assert any(
        f.file == LESSON and "Jupytext cannot read it" in f.problem for f in course_findings(load_course(course_root))
    )


def test_nothing_graded_is_named(course_root: Path, edit: Edit) -> None:
    path = course_root / ANALYSIS
    path.write_text(
        path.read_text(encoding="utf-8").split("```{code-cell} ipython3\n:name: b-share\n")[0], encoding="utf-8"
    )
    found = course_findings(load_course(course_root))
    assert any(f.file == ANALYSIS and f.problem == "nothing in this notebook is graded" for f in found)


@pytest.mark.parametrize(
    ("line", "named"), [("assert found", ["found"]), ("found = 2", []), ("assert share(rows)", [])]
)
def test_what_only_an_earlier_test_binds_is_named(line: str, named: list[str], course_root: Path, edit: Edit) -> None:
    about = "{grade: true, grade_id: b-more, locked: true, points: 1, schema_version: 3, solution: false, task: false}"
    more = f"```{{code-cell}} ipython3\n:name: b-more\n:nbgrader: {about}\n{line}\n```\n\n"
    edit(ANALYSIS, "assert 0 <= share(rows) <= 1", "found = 0 <= share(rows) <= 1\nassert found")
    count = "```{code-cell} ipython3\n:name: b-count\n"
    edit(ANALYSIS, count, more + count)
    said = [f for f in course_findings(load_course(course_root)) if "only an earlier test binds" in f.problem]
    assert [(f.file, f.place, f.problem) for f in said] == [
        (ANALYSIS, "b-more", f"a test reads `{name}`, which only an earlier test binds") for name in named
    ]


@pytest.mark.parametrize(
    ("answer", "named"),
    [("Path = 3", ["Path"]), ("def DictReader(): ...", ["DictReader"]), ("rows = []", []), ("import csv as Path", [])],
)
def test_an_answer_with_the_name_of_what_the_notebook_brings_is_named(
    answer: str, named: list[str], course_root: Path, edit: Edit
) -> None:
    """Where it is graded, a test finds the notebook's own functions and modules under their names."""
    edit(ANALYSIS, "number_of_contacts = sum(1 for row in rows)", answer)
    said = [f for f in course_findings(load_course(course_root)) if "an answer is called" in f.problem]
    assert [(f.file, f.place, f.problem) for f in said] == [
        (ANALYSIS, "b-count", f"an answer is called `{name}`, which `b-setup` imports or defines") for name in named
    ]


def test_every_mistake_is_reported_at_once_and_nothing_is_built(course_root: Path, edit: Edit) -> None:
    edit(LESSON, "term:core_need", "term:kern_need")
    edit(QUIZ, ', because: "It can be counted."', "")
    edit(DESK, "to: poor", "to: purr")
    with pytest.raises(SourceMistakes) as caught:
        build("trainee", "en", root=course_root)
    assert isinstance(caught.value, UserError)
    message = str(caught.value)
    assert message.startswith("The course's source has 4 mistakes; nothing was built:")
    for said in (
        f"{LESSON}:6 [scene]",
        "is not in the glossary",
        "option b has no explanation",
        "“purr”, which is no node",
    ):
        assert said in message
    assert not [path for path in (course_root / "build").iterdir() if not path.name.endswith(".lock")]


def test_a_translation_is_held_to_the_same_rules(bilingual: Path, tmp_path: Path) -> None:
    import shutil

    root = Path(shutil.copytree(bilingual, tmp_path / "checkout", ignore=shutil.ignore_patterns("build")))
    catalogue = root / "locales/zh_CN/01_demo/lesson.po"
    text = catalogue.read_text(encoding="utf-8")
    at = text.index("msgstr", text.index("Is it a [core need]"))
    catalogue.write_text(text[:at] + text[at:].replace("term:core_need", "term:nope", 1), encoding="utf-8")
    found = course_findings(load_course(root))
    assert [(f.file, f.place) for f in found] == [("locales/zh_CN/01_demo/lesson.po", "scene")]


POLICY = "course/policy.yml"


def test_a_course_without_rules_says_so(course_root: Path) -> None:
    (course_root / POLICY).unlink()
    assert [str(f) for f in course_findings(load_course(course_root))] == [
        f"{POLICY}: the file is missing. Write it, or restore it from git."
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "place", "problem"),
    [
        (
            "    numbers: {most",
            "    until: never\n    numbers: {most",
            16,
            "goodwill",
            "`until` means nothing in a rule",
        ),
        ('[{law: consumer, articles: "25"}]', "[{law: custom}]", 10, "returns", "there is no law “custom”"),
        ("Up to ¥{most}.", "Up to ¥{least}.", 15, "goodwill", "there is no number “least”"),
    ],
)
def test_a_mistake_in_the_rules_has_file_line_and_rule(
    old: str, new: str, line: int, place: str, problem: str, course_root: Path, edit: Edit
) -> None:
    edit(POLICY, old, new)
    said = [f for f in course_findings(load_course(course_root)) if problem in f.problem]
    assert [(f.file, f.line, f.place) for f in said] == [(POLICY, line, place)]
    assert said[0].remedy


def test_a_rule_that_a_notebook_shows_has_been_written(course_root: Path, edit: Edit) -> None:
    edit(LESSON, "answer = math.prod([6, 7])", 'answer = math.prod([6, 7])\nfigures.policy(["returns",\n  "refunds"])')
    (found,) = course_findings(load_course(course_root))
    shown = (course_root / LESSON).read_text(encoding="utf-8").split("\n")[found.line - 1]
    assert (found.file, found.place) == (LESSON, "count")
    assert '"refunds"' in shown
    assert found.problem == "there is no rule called refunds"
    assert found.remedy == "Take one of goodwill, returns"


def test_a_translated_rule_keeps_its_numbers(bilingual: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(bilingual, tmp_path / "checkout"))
    path = root / "locales/zh_CN/policy.po"
    path.write_text(
        path.read_text(encoding="utf-8").replace('msgstr "Up to ¥{most}.（译）"', 'msgstr "不超过 ¥1500。"')
    )
    (found,) = course_findings(load_course(root))
    assert (found.file, found.place) == ("locales/zh_CN/policy.po", "goodwill.says")
    assert "the numbers in braces differ" in found.problem
