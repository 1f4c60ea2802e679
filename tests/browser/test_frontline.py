"""A frontline trainee's whole way on a laptop, in both languages: from the start file to the instructor's formgrader.

Nobody presses ▶▶, sees code or opens a terminal; Python is killed half-way; the written answer goes into its box.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import TOOL, Notebook, in_sight, start_lab, stop_lab

from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.releasing import release
from servicelab.learn.written import graded_cell, source_of

LANGUAGES = [
    pytest.param("en", marks=pytest.mark.xdist_group("walk-en")),
    pytest.param("zh", marks=pytest.mark.xdist_group("bundle-zh")),
]
pytestmark = pytest.mark.browser
WRITTEN = {
    "en": ("Fund intact packaging: few mention it, many leave over it. ", " of 100 would be displeased. Check June."),
    "zh": ("先保证包装完好：提的人少，走的人多。", "% 会不满。六月再看破损率。"),
}
# Names; what files and folders are called (servicelab-progress-….zip, submissions, 01_needs); a value of a column, as
# it stands in the data ("apology"); keys of the keyboard.
KNOWN = {
    "binder",
    "python",
    "pandas",
    "jupyterlab",
    "servicelab",
    "progress",
    "apology",
    "shift",
    "enter",
    "submissions",
    "needs",
    "orientation",
}
HAND_IN = {"en": "Hand in now", "zh": "现在提交"}
ONWARD = {"en": "On to the graded exercise", "zh": "去做计分练习"}
HOME = {"en": "Back to the start page", "zh": "回到开始页"}
ASKS = re.compile(r'(?:lesson\.(?:quiz|recall)|task\.decide)\("([^"]+)"')
INSTRUCTOR = """
import sys
from pathlib import Path
from servicelab.lab import launch
root = Path(sys.argv[1])
launch(root, role="instructor", language="en", page="", config=[root / "grading"],
       arguments=["--no-browser", "--port-retries=50"])
"""


def entries(path: Path) -> dict[str, Any]:
    """What an answers file holds."""
    return json.loads(path.read_text(encoding="utf-8"))["entries"] if path.exists() else {}


def read_through(notebook: Notebook, axe_source: str, language: str) -> None:
    """What stands on the whole page after it was worked: no error, nothing that axe minds, no other language."""
    notebook.whole_page()
    assert notebook.errors() == []
    violations = notebook.axe(axe_source)
    assert not violations, [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in violations]
    if language == "en":
        return
    said = " ".join(notebook.page.locator(".slx-page:visible .jp-OutputArea section.sl").all_inner_texts())
    words = {word.lower() for word in re.findall(r"[A-Za-z]{5,}", said)}
    assert "一" <= said.strip()[0] <= "鿿"
    assert words <= KNOWN, f"English left over: {sorted(words - KNOWN)}"


def asked_in(delivered: dict[str, Any]) -> dict[str, list[str]]:
    """The questions of a lesson, or the decisions of an exercise, by the section that they stand in."""
    found: dict[str, list[str]] = {}
    section = ""
    for cell in delivered["cells"]:
        section = str(cell["metadata"].get("servicelab", {}).get("section") or section)
        if cell["cell_type"] == "code":
            found.setdefault(section, []).extend(ASKS.findall("".join(cell["source"])))
    return found


class Walk:
    """One trainee in one lesson: does what the section in sight asks for."""

    def __init__(self, page: Page, lesson: Notebook, quiz: dict[str, Any], delivered: dict[str, Any]) -> None:
        self.page, self.lesson = page, lesson
        self.questions = {item["id"]: item for item in [*quiz["quiz"], *quiz["recall"]]}
        about = [cell["metadata"].get("servicelab", {}) for cell in delivered["cells"]]
        self.asked = asked_in(delivered)
        self.sections = [str(each["section"]) for each in about if each.get("section")]
        self.core = [str(each["section"]) for each in about if each.get("section") and each.get("track") != "analyst"]
        self.walked: list[str] = []
        self.answered: list[str] = []
        self.done: set[str] = set()

    @property
    def bar(self) -> Locator:
        return self.lesson.panel.locator(".slx-bar")

    @property
    def section(self) -> str:
        return self.lesson.section

    def arrive(self, language: str) -> None:
        """Where one is stands in the bar, in the course's language; only this section is in sight."""
        here, said = self.section, self.bar.inner_text()
        # Counted as this reader walks: what is for analysts is none of it, in the bar as in the headings.
        number = self.core.index(here) + 1
        assert re.search(rf"\b{number}\b.*\b{len(self.core)}\b", self.bar.locator(".slx-where").inner_text())
        title = self.bar.locator(".slx-title").inner_text()
        assert title.startswith(f"{number} ·")
        if language == "zh":
            assert not re.findall(r"[A-Za-z]", said.replace(title, "")), said
        shown = self.lesson.panel.locator(".jp-MarkdownCell h2 >> visible=true")
        assert [each.strip("¶ \n") for each in shown.all_inner_texts()] == [title]
        self.walked.append(here)

    def work(self) -> None:
        """Guesses first: questions and figures wait for them."""
        panel = self.lesson.panel
        for guess in panel.locator(".lp:visible").all():
            assert guess.locator("button.sl-primary").is_disabled()
            guess.locator("input").press("ArrowLeft")
            guess.locator("button.sl-primary").click()
            guess.locator("button.sl-primary").wait_for(state="hidden")
            self.done.add("guess")
        for name in self.asked.get(self.section, ()):
            self.answer(self.questions[name])
        for voices in panel.locator("section.sl:visible", has=self.page.locator(".voices-dots")).all():
            self.sort(voices)
        for desk in panel.locator("section.sl:visible", has=self.page.locator(".lk-choices")).all():
            self.serve(desk)

    def answer(self, item: dict[str, Any]) -> None:
        """Take a wrong option where there is one, read why, then take the right ones."""
        card = self.lesson.question(item["prompt"])
        wrong = [o for o in item["options"] if not o.get("right")]
        right = [o for o in item["options"] if o.get("right")]
        if item["kind"] == "choice" and wrong:
            card.get_by_label(wrong[0]["text"], exact=True).check()
            card.locator("button.sl-primary").click()
            card.get_by_text(wrong[0]["because"]).locator("visible=true").first.wait_for()
        for option in right:
            card.get_by_label(option["text"], exact=True).check()
        card.locator("button.sl-primary").click()
        card.get_by_text(right[0]["because"]).locator("visible=true").first.wait_for()
        self.answered.append(item["id"])

    def sort(self, voices: Locator) -> None:
        """Every statement, by clicking."""
        count = voices.locator(".voices-dot").count()
        note = voices.locator(".sl-note >> visible=true")
        for number in range(count):
            expect(voices.locator(".voices-dot[aria-current]")).to_have_text(re.compile(f"^{number + 1}"))
            for field in range(2):
                voices.locator("fieldset:visible").nth(field).locator("input:enabled").first.check()
            voices.locator("button.sl-primary:visible").click()
            # What was wrong or right about this one stands below; the same place now leads on.
            note.first.wait_for()
            voices.locator("button.sl-primary:visible").click()
            expect(note).to_have_count(0)
        voices.locator(".voices-counts p >> visible=true").first.wait_for()
        voices.locator("details", has=self.page.locator(".voices-matrices")).locator("summary").click()
        voices.locator(".voices-matrix >> visible=true").first.wait_for()
        self.done.add("voices")

    def serve(self, desk: Locator) -> None:
        """One contact to one of its endings."""
        choices = desk.locator(".lk-choice >> visible=true")
        while choices.count():
            # By its words: when she has answered, the first choice is another one.
            said = choices.filter(has_text=re.compile(f"^{re.escape(choices.first.inner_text())}$"))
            said.click()
            expect(said).to_have_count(0)
        desk.locator(".lk-debrief").wait_for()
        self.done.add("desk")

    def kill_python(self) -> None:
        """Told (how soon: `test_opened_pages`); one button, and everything is as it was."""
        here = self.section
        assert self.lesson.lab.kill_kernels() >= 1
        self.bar.locator(".slx-notice.slx-bad").wait_for()
        self.bar.locator(".slx-notice button >> visible=true").click()
        self.lesson.panel.locator('xpath=self::*[@data-servicelab-live="false"]').wait_for(state="attached")
        self.lesson.live()
        assert self.section == here


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_way(
    request: pytest.FixtureRequest, page: Page, root: Path, tmp_path: Path, axe_source: str, language: str
) -> None:
    # One of the two from the unpacked bundle, with an environment that its start file made.
    lab = request.getfixturevalue("bundle_lab") if language == "zh" else request.getfixturevalue("edition_lab")("en")
    work = lab.folder
    seen: set[str] = set()

    # The start page has one button, and it leads into the test before the course. Module 01 is the one that is walked.
    start = Notebook.opened(page, lab, "start.ipynb")
    seen |= set(in_sight(page, TOOL))
    read_through(start, axe_source, language)
    page.locator("a.sl-go:visible").click()
    first = Notebook.in_front(page, lab, "assignments/pre_test/pretest.ipynb")
    first.live()
    assert first.errors() == []
    lesson = Notebook.opened(page, lab, "lessons/01_needs/lesson.ipynb")
    assert lesson.errors() == []

    # The lesson, section by section. Half-way Python dies: nothing that was answered is lost.
    sheet = work / "lessons/01_needs/lesson.answers.json"
    # As delivered: JupyterLab may be writing its own copy at this moment.
    quiz, delivered = (work.parent / "app/edition/lessons/01_needs" / name for name in ("quiz.json", "lesson.ipynb"))
    walk = Walk(page, lesson, *(json.loads(path.read_text(encoding="utf-8")) for path in (quiz, delivered)))
    following = walk.bar.locator(".slx-ways .slx-primary")
    while True:
        # Before the first section stands what the lesson is about.
        if walk.section:
            walk.arrive(language)
        walk.work()
        seen |= set(in_sight(page, TOOL))
        if len(walk.walked) == 5:
            before = entries(sheet)
            assert set(walk.answered) <= before.keys()
            walk.kill_python()
            assert {key: value for key, value in entries(sheet).items() if key in before} == before
            for name in walk.asked[walk.section]:
                expect(lesson.question(walk.questions[name]["prompt"]).locator("input:checked")).not_to_have_count(0)
        if not following.is_enabled():
            break
        following.click()
        # The keyboard stands on the section's heading.
        page.wait_for_function("() => /^H[1-3]$/.test(document.activeElement.tagName)")
    # Next leads past what is for analysts, as the lesson's own buttons do; the menu has it all.
    assert walk.walked == walk.core
    assert len(walk.core) < len(walk.sections)
    walk.bar.locator(".slx-open").click()
    assert walk.bar.locator(".slx-list li").count() == len(walk.sections) + 1
    page.evaluate(axe_source)
    found = page.evaluate("() => axe.run('.slx-bar')")["violations"]
    assert not found, [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found]
    page.keyboard.press("Escape")
    assert walk.done == {"guess", "voices", "desk"}
    assert len(walk.answered) >= 10
    assert set(walk.answered) <= entries(sheet).keys()
    read_through(lesson, axe_source, language)

    # The last section leads on to the graded exercise: decisions, and part C in its box: a number from the table by a
    # click, the rest typed.
    lesson.panel.locator(".lw-end").get_by_role("button", name=ONWARD[language]).click()
    exercise = Notebook.in_front(page, lab, "assignments/01_needs/exercise.ipynb")
    exercise.live()
    assert exercise.errors() == []
    decisions = json.loads((work / "assignments/01_needs/decisions.json").read_text(encoding="utf-8"))["decisions"]
    by_name = {item["id"]: item for item in decisions}
    delivered = work.parent / "app/edition/assignments/01_needs/exercise.ipynb"
    asked = asked_in(json.loads(delivered.read_text(encoding="utf-8")))
    answers = work / "assignments/01_needs/exercise.answers.json"
    onward = exercise.panel.locator(".slx-ways .slx-primary:visible")
    begun, ended = WRITTEN[language]
    decided, quoted, receipt = [], "", ""
    while True:
        seen |= set(in_sight(page, TOOL))
        for item in (by_name[name] for name in asked.get(exercise.section, ())):
            card = exercise.panel.locator(".ld:visible").filter(has_text=item["prompt"])
            if item.get("kind") == "number":
                card.locator("input").fill("625")
                card.locator("input").press("Tab")
            elif item.get("kind") == "axes":
                for axis in card.locator("fieldset").all():
                    axis.locator("input").first.check()
            elif item.get("over"):
                # A click on a picture picks it.
                card.locator("label svg").first.click()
            else:
                card.get_by_label(item["options"][0]["text"], exact=True).check()
            decided.append(item["id"])
        for box in exercise.panel.locator(".lb:visible").all():
            box.locator("textarea").press_sequentially(begun, delay=2)
            number = box.locator(".sl-pickable").last
            quoted = number.inner_text()
            number.click()
            box.locator("textarea").press_sequentially(ended, delay=2)
        for submit in exercise.panel.locator("section.sl:visible", has=page.locator(".lh-student")).all():
            submit.get_by_role("textbox").fill("SL-2041")
            submit.get_by_role("button", name=HAND_IN[language]).click()
            page.wait_for_function("() => document.querySelector('.lh-receipt')?.textContent.length > 40")
            receipt = submit.locator(".lh-receipt").inner_text()
            assert exercise.panel.locator(".slx-steps .slx-done").count() == 2
            assert submit.locator("button.sl-button:visible").all_inner_texts().count(HOME[language]) == 1
        if not onward.count() or not onward.is_enabled():
            break
        onward.click()
    read_through(exercise, axe_source, language)
    assert set(decided) == {item["id"] for item in decisions}
    assert set(decided) <= entries(answers).keys()
    # A number put into a text stands apart from a word, and not from a Chinese full stop.
    written = f"{begun.rstrip() + ' ' if language == 'en' else begun}{quoted}{ended}"
    assert entries(answers)["c-answer"]["value"]["text"] == written
    assert "SL-2041" in receipt
    assert seen == set(), f"parts of the tool were in sight: {sorted(seen)}"
    (handed_in,) = (work / "submissions").glob("*.zip")
    with zipfile.ZipFile(handed_in) as archive:
        assert {"submission.json", "exercise.ipynb", "exercise.answers.json", "evidence/lesson.answers.json"} <= set(
            archive.namelist()
        )
        graded = graded_cell(json.loads(archive.read("exercise.ipynb")), "c-answer")
    assert graded is not None
    assert source_of(graded) == written
    # The open notebook was left alone: only the copy holds the text.
    assert begun[:10] not in (work / "assignments/01_needs/exercise.ipynb").read_text(encoding="utf-8")

    at_the_instructors(root, tmp_path, handed_in, page, written)


def at_the_instructors(root: Path, tmp_path: Path, handed_in: Path, page: Page, written: str) -> None:
    """Stock nbgrader leaves the filled cell to a person, and formgrader shows that person what was written."""
    (tmp_path / "grading").mkdir()
    for name in ("nbgrader_config.py", "jupyter_server_config.json"):
        shutil.copy(root / "grading" / name, tmp_path / "grading")
    shutil.copytree(root / "grading" / "rubrics", tmp_path / "grading" / "rubrics")
    course = Course.at(tmp_path / "grading", root)
    release("01_needs", course=course)
    assert collect("01_needs", [handed_in], course=course).counts == {"taken": 1}
    (tmp_path / "stock").mkdir()
    (tmp_path / "stock/nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "servicelab"\nc.CourseDirectory.root = {str(course.root)!r}\n'
    )
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    command = [sys.executable, "-m", "nbgrader", "autograde", "01_needs"]
    stock = subprocess.run(command, cwd=tmp_path / "stock", env=environment, capture_output=True, text=True)
    assert stock.returncode == 0, stock.stderr[-3000:]
    with course.gradebook() as book:
        notebook = book.find_submission("01_needs", "SL-2041").notebooks[0]
        grade = next(each for each in notebook.grades if each.name == "c-answer")
        assert (grade.needs_manual_grade, grade.auto_score) == (True, None)
        shown = f"formgrader/submissions/{notebook.id}/"
    instructor = start_lab([sys.executable, "-c", INSTRUCTOR, str(tmp_path)], tmp_path, tmp_path / "instructor.log")
    try:
        page.goto(f"{instructor.base}/lab?token={instructor.token}")
        page.goto(f"{instructor.base}/{shown}")
        page.get_by_text(re.sub(r"\s+", " ", written)).locator("visible=true").first.wait_for()
    finally:
        stop_lab(instructor)
