"""A unit is a module or a case: built, checked, translated and kept back alike, whatever it is called."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.publish.cases import FACTS, add_case, finish_case, list_case
from tests.publish.conftest import translate

from servicelab.cli import main
from servicelab.errors import UserError
from servicelab.publish import build, build_source, refuse_drafts
from servicelab.publish.bundle import make_bundle
from servicelab.publish.catalogues import messages
from servicelab.publish.checks import course_findings
from servicelab.publish.sources import load_course


def said(root: Path) -> list[str]:
    return [str(finding) for finding in course_findings(load_course(root))]


def begins(root: Path, words: str) -> None:
    found = said(root)
    assert any(each.startswith(words) for each in found), found


def test_a_draft_is_built_and_checked_like_any_other(course_root: Path) -> None:
    folder = add_case(course_root)
    course = load_course(course_root)
    unit = course.units["refund"]
    assert (unit.kind, unit.draft, list(unit.documents)) == (
        "case",
        True,
        ["case", "exercise", "analysis", "instructor"],
    )
    assert said(course_root) == []
    report = build("trainee", "en", root=course_root)
    tree = report.path
    lacking = [note for note in report.notes if note.startswith("refund is a draft and still lacks: ")]
    assert [re.split(r"lacks: [\w./]+:\d+ |\. ", note)[1] for note in lacking] == [
        "[refund]: nothing of the curriculum is assessed in refund",
        "[c-letter]: there is no rubric to mark refund#c-letter by",
        "[d-plan]: there is no rubric to mark refund#d-plan by",
        "[b-count]: there is no rubric to mark refund_analysis#b-count by",
        "[refund]: no id is assessed in refund",
    ]
    for place in ("lessons/refund/lesson", "assignments/refund/exercise", "assignments/refund_analysis/analysis"):
        assert (tree / f"{place}.ipynb").is_file()
    assert json.loads((tree / "lessons/refund/quiz.json").read_text("utf-8"))["module"] == "refund"
    listed = json.loads((tree / "course.json").read_text("utf-8"))["modules"]
    assert [(each["id"], each["kind"], each.get("draft")) for each in listed] == [
        ("01_demo", "module", None), ("refund", "case", True),
    ]  # fmt: skip
    quiz = folder / "quiz.yml"
    quiz.write_text(quiz.read_text("utf-8").replace("term:core_need", "term:nothing"), encoding="utf-8")
    assert any(
        "course/cases/refund/quiz.yml [q-angry.prompt]: “nothing” is not in" in each for each in said(course_root)
    )


def test_a_draft_is_not_translated_and_the_rest_of_the_course_is_whole(course_root: Path) -> None:
    add_case(course_root)
    translate(course_root)
    assert not (course_root / "locales/zh_CN/refund").exists()
    assert (build("trainee", "zh", root=course_root).path / "lessons/refund/lesson.ipynb").is_file()


def test_a_draft_goes_to_no_trainee(
    course_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_case(course_root)
    where = r"course/cases/refund/unit\.yml:3 \[refund\]"
    with pytest.raises(UserError, match=where):
        build_source("refund", tmp_path, root=course_root)
    with pytest.raises(UserError, match=where):
        refuse_drafts(course_root)
    with pytest.raises(UserError, match=where):
        make_bundle(course_root, "en")
    monkeypatch.chdir(course_root)
    assert main(["build", "--no-drafts"]) == 1
    assert "A draft does not go to trainees" in capsys.readouterr().err
    assert not (course_root / "build").exists()
    assert build_source("01_demo", tmp_path, root=course_root).is_file()


def test_a_finished_case_stands_in_the_course(course_root: Path, tmp_path: Path) -> None:
    add_case(course_root, facts="")
    finish_case(course_root)
    assert said(course_root) == []
    assert "locales/zh_CN/refund/case.po" in messages(load_course(course_root))
    refuse_drafts(course_root)
    assert build_source("refund_analysis", tmp_path, root=course_root).name == "analysis.ipynb"
    listed = json.loads((build("trainee", "en", root=course_root).path / "course.json").read_text("utf-8"))["modules"]
    assert listed[1]["title"] == "A refund nobody understands"


def test_a_draft_that_is_one_no_more_must_be_listed(course_root: Path) -> None:
    add_case(course_root, facts=FACTS)
    assert [each for each in said(course_root) if "is no draft any more" in each] == [
        "course/cases/refund/unit.yml:1 [refund]: refund is no draft any more, and course/course.yml does not list it. "
        "Move what stands here under `cases:` there, where its place in the course is."
    ]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ("title: A refund\ndraft: true\n", "unit.yml:1 [refund]: the unit does not state its minutes"),
        ("draft: true\nminutes: {frontline: 1, analyst: 1}\n", "unit.yml:1 [refund]: the unit has no title"),
        (FACTS.replace("analyst", "boss") + "draft: true\n", "unit.yml:2 [refund]: the unit does not state its min"),
        (FACTS + "draft: maybe\n", "unit.yml:3 [refund]: `draft` is neither true nor false"),
        (FACTS + "draft: true\ncolour: red\n", "unit.yml:4 [refund]: `colour` means nothing here"),
    ],
)
def test_what_a_unit_says_of_itself_is_checked(facts: str, says: str, course_root: Path) -> None:
    add_case(course_root, facts=facts)
    begins(course_root, f"course/cases/refund/{says}")


def test_a_folder_that_is_no_unit_and_a_unit_described_twice(course_root: Path) -> None:
    add_case(course_root, facts="")
    assert any(
        each.startswith("course/cases/refund: this folder is no unit of the course") for each in said(course_root)
    )
    shutil.rmtree(course_root / "course/cases/refund")
    add_case(course_root)
    list_case(course_root)
    assert any(
        each.startswith("course/cases/refund/unit.yml: the unit is described twice") for each in said(course_root)
    )


@pytest.mark.parametrize("name", ["Refund", "01_demo", "refund_analysis"])
def test_a_name_that_no_unit_can_have(name: str, course_root: Path) -> None:
    add_case(course_root, name=name)
    says = "another unit has this name" if name == "01_demo" else "a unit cannot have this name"
    begins(course_root, f"course/cases/{name}: {says}")
