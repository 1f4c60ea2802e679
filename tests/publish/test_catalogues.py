"""Catalogues: what enters, what is kept when the source changes, and what stops a Chinese release."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polib
import pytest

from servicelab.publish import build, update_catalogues
from servicelab.publish.catalogues import interface_messages_by_file, messages, update, wanting
from servicelab.publish.findings import SourceMistakes
from servicelab.publish.interface import interface_findings
from servicelab.publish.sources import load_course

from .conftest import MODULE, translate

Edit = Callable[[str, str, str], None]
LESSON = "locales/zh_CN/01_demo/lesson.po"


def entries(root: Path, file: str) -> dict[tuple[str, str], polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(root / file))}


def test_neither_markers_nor_code_enter(bilingual: Path) -> None:
    for path in (bilingual / "locales").rglob("*.po"):
        for entry in polib.pofile(str(path)):
            assert "###  BEGIN" not in entry.msgid
            for text in (
                "### BEGIN",
                "### END",
                "import math",
                "answer = math",
                "not_translated",
                "assert",
                "nbgrader",
            ):
                assert text not in entry.msgid, f"{path.name}: {entry.msgid}"


def test_one_message_a_block_in_the_context_of_its_cell(bilingual: Path) -> None:
    keys = list(entries(bilingual, LESSON))
    assert ("(title)", "Needs, in short") in keys
    assert ("scene", "## 1 · The scene") in keys
    assert ("concept", "- what is needed,\n- whether it is said.") in keys
    assert not any("七天" in text for _, text in keys), "a cell written in Chinese has nothing to translate"
    exercise = entries(bilingual, "locales/zh_CN/01_demo/exercise.po")
    answer = [text for context, text in exercise if context == "c-letter"]
    assert answer == [
        "Dear Ms Tang, the shelf comes on Friday between nine and eleven.",
        "I have booked two people to carry it up.",
    ]
    assert ("d-plan", "Three points for a plan that opens with a question.") in exercise


def test_items_are_named_by_their_fields(bilingual: Path) -> None:
    quiz = {context for context, _ in entries(bilingual, "locales/zh_CN/01_demo/quiz.po")}
    assert {"q-angry.prompt", "q-angry.a.text", "q-angry.a.because", "p-late.prompt", "ex-share.hint.1"} <= quiz
    assert {"ex-share.wrong.1.says", "a-voice.functional.text"} <= quiz
    assert not {"q-angry.b.text", "p-late.unit", "ex-share.hint.2"} & quiz, (
        "an amount, a sign, code: nothing to translate"
    )
    desk = {context for context, _ in entries(bilingual, "locales/zh_CN/01_demo/desk.po")}
    assert {"title", "scene", "n1.customer", "n1.a.say", "n1.a.because", "good.debrief", "meter.trust.name"} <= desk
    assert {"01_demo.title", "frontline.title"} <= {c for c, _ in entries(bilingual, "locales/zh_CN/course.po")}


def test_a_change_keeps_what_is_sure_and_marks_what_is_not(course_root: Path, edit: Edit) -> None:
    translate(course_root)
    edit(f"{MODULE}/lesson.md", "Two questions, never one:", "Two questions, and never just one:")
    edit(f"{MODULE}/lesson.md", "A customer waits. ", "")
    edit(f"{MODULE}/lesson.md", "## The idea", "## The idea\n\nAn altogether unrelated addition.")
    report = update_catalogues(course_root)
    assert report == [f"{LESSON}: 9 messages, 1 new, 2 to check again, 0 obsolete."]
    found = entries(course_root, LESSON)
    changed = found["concept", "Two questions, and never just one:"]
    assert changed.fuzzy
    assert changed.msgstr == "Two questions, never one:（译）"
    assert changed.previous_msgid == "Two questions, never one:"
    assert found["concept", "An altogether unrelated addition."].msgstr == ""
    assert not found["scene", "## 1 · The scene"].fuzzy
    with pytest.raises(SourceMistakes) as caught:
        build("trainee", "zh", root=course_root)
    said = {(f.file, f.place, f.problem.split(" ")[-1]) for f in caught.value.findings}
    assert said == {(LESSON, "concept", "fuzzy"), (LESSON, "scene", "fuzzy"), (LESSON, "concept", "translated")}


def test_what_left_the_source_is_retired_and_comes_back(course_root: Path, edit: Edit) -> None:
    translate(course_root)
    edit(f"{MODULE}/lesson.md", "## The idea\n", "## Things\n\nBetween.\n")
    report = build("trainee", "zh", root=course_root, strict=False)
    assert any(f"{LESSON}: 1 obsolete message(s)" in note for note in report.notes)
    assert "in their place" in report.sentence()
    edit(f"{MODULE}/lesson.md", "## Things\n\nBetween.\n", "Between.\n")
    update(course_root, load_course(course_root))
    assert any(entry.obsolete for entry in polib.pofile(str(course_root / LESSON)))
    edit(f"{MODULE}/lesson.md", "Between.\n", "## The idea\n")
    update(course_root, load_course(course_root))
    assert entries(course_root, LESSON)["concept", "## The idea"].msgstr == "## The idea（译）"
    assert list(wanting(course_root, messages(load_course(course_root)))) == []


def test_an_update_that_changes_nothing_writes_nothing(bilingual: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (bilingual / "locales").rglob("*.po")}
    assert update_catalogues(bilingual) == []
    assert {path: path.read_bytes() for path in (bilingual / "locales").rglob("*.po")} == before


def test_a_release_needs_every_catalogue(course_root: Path) -> None:
    with pytest.raises(SourceMistakes) as caught:
        build("trainee", "zh", root=course_root)
    named = {finding.file for finding in caught.value.findings}
    assert {LESSON, "locales/zh_CN/start.po", "locales/zh_CN/01_demo/quiz.po", "locales/zh_CN/course.po"} <= named
    assert all("--update-catalogues" in finding.remedy for finding in caught.value.findings)


def test_interface_strings_come_from_the_syntax_tree(tmp_path: Path) -> None:
    package = tmp_path / "src" / "servicelab"
    package.mkdir(parents=True)
    (package / "a.py").write_text(
        '"""_("not this")"""\nfrom servicelab.i18n import _\nx = _("Saved {time}", time=1)\n'
        'y = _(\n    "One "\n    "and two"\n)\n'
        "# _('nor this')\nz = i18n._('Third')\n",
        encoding="utf-8",
    )
    file = "locales/zh_CN/servicelab.po"
    wanted = interface_messages_by_file(tmp_path)
    assert [(m.context, m.text) for m in wanted[file]] == [
        (None, "Saved {time}"),
        (None, "One and two"),
        (None, "Third"),
    ]
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Saved {time}", msgstr="{when} 已保存"))
    catalogue.append(polib.POEntry(msgid="Third", msgstr="第三"))
    (tmp_path / "locales/zh_CN").mkdir(parents=True)
    catalogue.save(str(tmp_path / file))
    problems = {finding.place: finding.problem for finding in wanting(tmp_path, wanted)}
    assert "placeholders" in problems["Saved {time}"]
    assert "no message" in problems["One and two"]
    assert "Third" not in problems


def test_a_string_put_together_inside_the_call_is_a_mistake(tmp_path: Path) -> None:
    lines = [
        'x = later("Ready")', 'print(_(f"Saved {x}"))', 'print(_("a" + str(x)))', 'print(_("a" if x else "b"))',
        'print(_("{x}".format(x=1)))', "print(_(x))", 'print(_(["a", "b"][0]))',
    ]  # fmt: skip
    (tmp_path / "a.py").write_text("\n".join(lines), encoding="utf-8")
    assert [finding.line for finding in interface_findings(tmp_path, tmp_path)] == [2, 3, 4, 5, 7]
