"""Built trees: their layout, their bytes, their languages, and what an up-to-date one costs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from servicelab.errors import UserError
from servicelab.publish import build, build_source

from .conftest import MODULE

Edit = Callable[[str, str, str], None]
NOTEBOOKS = [
    "start.ipynb",
    "glossary.ipynb",
    "lessons/01_demo/lesson.ipynb",
    "assignments/01_demo/exercise.ipynb",
    "assignments/01_demo_analysis/analysis.ipynb",
]


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def notebook(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return found


def cells(folder: Path, name: str) -> dict[str, dict[str, Any]]:
    return {cell["id"]: cell for cell in notebook(folder, name)["cells"]}


def text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_the_tree_is_laid_out_as_agreed(editions: dict[str, Path]) -> None:
    expected = {
        *NOTEBOOKS,
        *("edition.json", "course.json", "policy.json", "datasets/contacts.csv", "datasets/voices.csv"),
        *(f"lessons/01_demo/{name}" for name in ("quiz.json", "desk.json", "voices.json", "edition.json", "boxes.svg")),
        *("assignments/01_demo/decisions.json", "assignments/01_demo/edition.json"),
        "assignments/01_demo_analysis/edition.json",
    }
    for language, folder in editions.items():
        assert set(tree(folder)) == expected
        marker = json.loads((folder / "lessons/01_demo/edition.json").read_text())
        assert (marker["edition"], marker["language"]) == ("trainee", language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_rebuild_gives_the_same_bytes(
    language: str, editions: dict[str, Path], bilingual: Path, tmp_path: Path
) -> None:
    again = build("trainee", language, tmp_path / "again", root=bilingual)
    assert not again.fresh
    assert tree(again.path) == tree(editions[language])


def test_the_code_is_the_same_in_both_languages(editions: dict[str, Path]) -> None:
    for name in NOTEBOOKS:
        both = [notebook(folder, name)["cells"] for folder in editions.values()]
        code = [[(c["id"], c["source"], c["metadata"]) for c in cells if c["cell_type"] == "code"] for cells in both]
        assert code[0] == code[1]


def test_cells_are_named_and_the_format_is_4_5(editions: dict[str, Path]) -> None:
    lesson = notebook(editions["en"], "lessons/01_demo/lesson.ipynb")
    assert (lesson["nbformat"], lesson["nbformat_minor"]) == (4, 5)
    assert [cell["id"] for cell in lesson["cells"]] == ["scene", "open", "concept", "count"]
    assert lesson["cells"][0]["metadata"]["servicelab"] == {"section": "s1", "minutes": 6}
    assert "jupytext" not in lesson["metadata"]


def test_texts_are_in_the_language_of_the_edition(editions: dict[str, Path]) -> None:
    english, chinese = (cells(editions[language], "lessons/01_demo/lesson.ipynb") for language in ("en", "zh"))
    assert text(chinese["scene"]).startswith("## 1 · The scene（译）\n\nA customer waits.")
    assert "```python\nnot_translated = True\n```" in text(chinese["concept"])
    assert "law-zh" in chinese
    assert "law-zh" not in english
    quiz = {
        language: json.loads((editions[language] / "lessons/01_demo/quiz.json").read_text("utf-8"))
        for language in editions
    }
    assert quiz["en"]["quiz"][0]["prompt"] == "He shouts. Is that a core need?"
    assert quiz["zh"]["quiz"][0]["prompt"] == "He shouts. Is that a core need?（译）"
    assert quiz["zh"]["quiz"][0]["options"][1]["text"] == "¥20"
    assert quiz["zh"]["exercises"][0]["answer"] == quiz["en"]["exercises"][0]["answer"]
    assert quiz["zh"]["exercises"][0]["hints"] == ["Compare the column.（译）", "`.mean()`"]
    voices = json.loads((editions["zh"] / "lessons/01_demo/voices.json").read_text("utf-8"))["voices"]
    assert voices["V2"]["level"] == "A promise is kept.（译）"
    desk = json.loads((editions["zh"] / "lessons/01_demo/desk.json").read_text("utf-8"))
    assert desk["nodes"]["n1"]["choices"][0]["say"] == "Let me look.（译）"
    assert notebook(editions["zh"], "start.ipynb")["metadata"]["servicelab"]["title"] == "Welcome（译）"
    rules = json.loads((editions["zh"] / "policy.json").read_text("utf-8"))["rules"]
    assert (rules[1]["says"], rules[1]["numbers"]) == ("Up to ¥{most}.（译）", {"most": 1500})
    course = json.loads((editions["zh"] / "course.json").read_text("utf-8"))
    assert course["modules"][0]["title"] == "Needs, in short（译）"
    assert course["modules"][0]["assignments"]["01_demo_analysis"] == "assignments/01_demo_analysis/analysis.ipynb"


def test_terms_lead_to_the_glossary_with_their_definition(editions: dict[str, Path]) -> None:
    scene = text(cells(editions["en"], "lessons/01_demo/lesson.ipynb")["scene"])
    assert '[core need](../../glossary.ipynb#cell-id=core_need "What the \\"purchase\\" hangs on.")' in scene
    glossary = cells(editions["zh"], "glossary.ipynb")
    assert text(glossary["core_need"]) == "**核心需求** · core need / must-have\n\n决定购买的需求。"
    assert "决定购买的需求。" in text(cells(editions["zh"], "lessons/01_demo/lesson.ipynb")["scene"])


def test_code_is_folded_unless_it_is_to_be_read_or_written(editions: dict[str, Path]) -> None:
    lesson = cells(editions["en"], "lessons/01_demo/lesson.ipynb")
    assert lesson["open"]["metadata"]["jupyter"] == {"source_hidden": True}
    assert "jupyter" not in lesson["count"]["metadata"]
    analysis = cells(editions["en"], "assignments/01_demo_analysis/analysis.ipynb")
    assert not any("jupyter" in cell["metadata"] for cell in analysis.values())
    exercise = cells(editions["en"], "assignments/01_demo/exercise.ipynb")
    assert exercise["a-show"]["metadata"]["jupyter"] == {"source_hidden": True}


def test_decisions_ship_without_keys(editions: dict[str, Path]) -> None:
    decisions = json.loads((editions["en"] / "assignments/01_demo/decisions.json").read_text("utf-8"))["decisions"]
    assert [decision["id"] for decision in decisions] == ["a-voice", "a-many"]
    assert decisions[0]["options"][0] == {"id": "functional", "text": "Functional"}


def test_an_up_to_date_tree_is_left_alone(editions: dict[str, Path], bilingual: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in editions["en"].rglob("*")}
    report = build("trainee", "en", root=bilingual)
    assert report.fresh
    assert "up to date" in report.sentence()
    assert {path: path.stat().st_mtime_ns for path in editions["en"].rglob("*")} == before


def test_asking_whether_it_is_up_to_date_imports_nothing_heavy(editions: dict[str, Path], bilingual: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom servicelab.publish import build\n"
        f"assert build('trainee', 'en', root=Path({str(bilingual)!r})).fresh\n"
        "print([m for m in ('jupytext', 'nbgrader', 'nbformat', 'nbconvert', 'pandas', 'yaml', 'polib', 'traitlets') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_change_of_content_and_only_that_builds_again(course_root: Path, edit: Edit) -> None:
    first = build("trainee", "en", root=course_root)
    lesson = course_root / MODULE / "lesson.md"
    lesson.touch()
    assert build("trainee", "en", root=course_root).fresh
    edit(f"{MODULE}/lesson.md", "A customer waits.", "A customer waited.")
    assert not build("trainee", "en", root=course_root).fresh
    assert b"waited" in (first.path / "lessons/01_demo/lesson.ipynb").read_bytes()
    (course_root / "datasets" / "more.csv").write_text("a\n1\n")
    assert not build("trainee", "en", root=course_root).fresh
    (first.path / "start.ipynb").unlink()
    assert not build("trainee", "en", root=course_root).fresh
    assert (first.path / "start.ipynb").is_file()


def test_a_build_that_fails_leaves_the_old_tree(course_root: Path, edit: Edit) -> None:
    first = build("trainee", "en", root=course_root)
    before = tree(first.path)
    edit(f"{MODULE}/lesson.md", "term:core_need", "term:nothing")
    with pytest.raises(UserError):
        build("trainee", "en", root=course_root)
    assert tree(first.path) == before
    names = {path.name for path in first.path.parent.iterdir()}
    assert names == {".trainee-en.stamp.json", "trainee-en"}


def test_builds_of_one_tree_wait_for_each_other(course_root: Path) -> None:
    code = (
        "from pathlib import Path\nfrom servicelab.publish import build\n"
        f"print(build('trainee', 'en', root=Path({str(course_root)!r})).fresh)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate() for process in started]
    assert sorted(out.strip() for out, _ in said) == ["False", "True", "True"], [error for _, error in said]


def test_a_folder_that_is_not_ours_is_not_overwritten(course_root: Path, tmp_path: Path) -> None:
    mine = tmp_path / "thesis"
    mine.mkdir()
    (mine / "chapter.txt").write_text("mine")
    with pytest.raises(UserError, match="was not built here"):
        build("trainee", "en", mine, root=course_root)
    assert [path.name for path in mine.iterdir()] == ["chapter.txt"]


@pytest.mark.parametrize("arguments", [("teacher", "en"), ("trainee", "de")])
def test_an_unknown_edition_or_language_is_named(arguments: tuple[str, str], course_root: Path) -> None:
    with pytest.raises(UserError, match="take trainee, solved, instructor in en or zh"):
        build(*arguments, root=course_root)


def test_a_place_without_a_course_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"course/course\.yml"):
        build("trainee", "en", root=tmp_path)


def test_an_unknown_assignment_is_named(course_root: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the course has 01_demo, 01_demo_analysis"):
        build_source("02_demo", tmp_path / "source", root=course_root)


def test_what_a_key_depends_on_is_in_nothing_that_is_built(bilingual: Path, editions: dict[str, Path]) -> None:
    assert "key_ids" in (bilingual / MODULE / "quiz.yml").read_text("utf-8")
    assert "key_ids" in (bilingual / MODULE / "analysis.md").read_text("utf-8")
    build_source("01_demo", bilingual / "build/source", root=bilingual)
    for folder in (*editions.values(), bilingual / "build/source"):
        assert [name for name, content in tree(folder).items() if b"key_ids" in content] == []
