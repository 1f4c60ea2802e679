"""The trainee's JupyterLab is a course: what a person sees who only clicks Next, and what happens when Python dies."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page
from tests.browser.conftest import Lab, Notebook, start_lab, stop_lab

from servicelab import publish
from servicelab.learn.sheet import AnswerSheet

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("shell")]
LESSON = "lessons/01_needs/lesson.ipynb"
ANALYSIS = "assignments/01_needs_analysis/analysis.ipynb"


@pytest.fixture
def page(page: Page) -> Page:
    """A laptop as companies hand them out."""
    page.set_viewport_size({"width": 1366, "height": 768})
    return page


def cells(lab: Lab) -> list[dict[str, Any]]:
    """The lesson's cells as they were delivered: JupyterLab may be writing its own copy at this moment."""
    found: list[dict[str, Any]] = json.loads((lab.folder.parent / "app/edition" / LESSON).read_text(encoding="utf-8"))[
        "cells"
    ]
    return found


def tasks(lab: Lab) -> list[str]:
    """What the lesson asks its analysts to do."""
    asked = json.loads((lab.folder / LESSON).with_name("quiz.json").read_text(encoding="utf-8"))
    return [task["prompt"] for task in asked["exercises"]]


def test_a_cell_that_catches_the_stop_is_said_to_and_ends_with_its_python(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    """Whoever writes a bare `except:` round a loop without an end catches the stop as well."""
    lab = edition_lab("en")
    delivered = (lab.folder.parent / "app/edition" / ANALYSIS).read_bytes()
    (lab.folder / ANALYSIS).write_bytes(delivered)
    page.goto(lab.url(ANALYSIS) + "#section=s1")
    analysis = Notebook.in_front(page, lab, ANALYSIS)
    analysis.live()
    said = analysis.panel.locator(".slx-said")
    code = analysis.panel.locator(".jp-CodeCell:visible").first.locator(".cm-content")
    code.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("while True:\n    try:\n        while True:\n            pass\n    except:\n        pass")
    page.keyboard.press("Shift+Enter")
    stop = analysis.panel.get_by_role("button", name="Stop this cell")
    stop.click(timeout=25_000)
    said.get_by_text("B1 was told to stop…").wait_for(timeout=2000)
    said.get_by_text("B1 does not let itself be stopped").wait_for(timeout=9000)
    assert analysis.panel.locator(".slx-notice button:visible").all_inner_texts() == ["Start again"]
    analysis.panel.get_by_role("button", name="Start again").click()
    analysis.panel.locator('xpath=self::*[@data-servicelab-live="false"]').wait_for(state="attached")
    analysis.live()
    said.get_by_text("B1 did not come to an end last time").wait_for()

    # Told twice, it need not be waited for.
    code.click()
    page.keyboard.press("Shift+Enter")
    stop.click(timeout=25_000)
    stop.click()
    said.get_by_text("B1 does not let itself be stopped").wait_for(timeout=2000)

    # Left at work and opened anew as it was delivered, the page does not wait for what never ends.
    page.goto("about:blank")
    (lab.folder / ANALYSIS).write_bytes(delivered)
    page.goto(lab.url(ANALYSIS) + "#section=s1")
    Notebook.in_front(page, lab, ANALYSIS).live()


def at(page: Page) -> str:
    """The section that the address names."""
    return page.evaluate("new URLSearchParams(location.hash.slice(1)).get('section') ?? ''")


def test_the_activity_is_within_five_tabs_and_nothing_is_cut_off_on_a_narrow_screen(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lesson = Notebook(page, edition_lab("en"), LESSON)
    lesson.live()
    reached = []
    for _ in range(5):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.closest('.sl') ? 'activity' : document.activeElement.className")
        )
    assert reached[0] == "slx-skip"
    assert any("slx-primary" in one for one in reached)
    assert "activity" in reached

    page.set_viewport_size({"width": 390, "height": 844})
    following = lesson.panel.locator(".slx-ways .slx-primary")
    wide = {}
    while True:
        page.wait_for_timeout(300)
        room = lesson.panel.locator(".jp-WindowedPanel-outer").evaluate("e => [e.scrollWidth, e.clientWidth]")
        if room[0] > room[1] or page.evaluate("document.scrollingElement.scrollWidth") > 390:
            wide[at(page)] = room
        if not following.is_enabled():
            break
        following.click()
    assert wide == {}


def test_an_address_names_a_section_and_a_reload_comes_back_to_the_place(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    page.goto(lab.url(LESSON) + "#section=s5")
    lesson = Notebook.in_front(page, lab, LESSON)
    lesson.live()
    assert at(page) == "s5"
    scroller = lesson.panel.locator(".jp-WindowedPanel-outer")
    scroller.evaluate("e => { e.scrollTop = 400 }")
    page.wait_for_timeout(600)
    page.goto(lab.url(LESSON))
    lesson.live()
    assert at(page) == "s5"
    page.wait_for_function(
        "() => Math.abs(document.querySelector('.slx-page .jp-WindowedPanel-outer').scrollTop - 400) < 40"
    )


def test_an_address_that_is_copied_opens_the_same_page_again(edition_lab: Callable[[str], Lab], page: Page) -> None:
    """After a reload JupyterLab writes the address of the folder; in a second tab that was a white window."""
    lab = edition_lab("en")
    page.goto(f"{lab.base}/lab/tree/{LESSON}?token={lab.token}")
    Notebook.in_front(page, lab, LESSON).live()
    page.reload()
    Notebook.in_front(page, lab, LESSON).live()
    assert page.evaluate("location.pathname") == f"/lab/tree/{LESSON}"

    second = page.context.new_page()
    second.goto(page.url)
    Notebook.in_front(second, lab, LESSON)
    # The page of its folder, for whoever kept such an address; where there are several, the start page.
    second.goto(f"{lab.base}/lab/tree/lessons/01_needs")
    Notebook.in_front(second, lab, LESSON)
    second.goto(f"{lab.base}/lab/tree/lessons")
    Notebook.in_front(second, lab, "start.ipynb")
    second.close()


def test_what_is_slow_and_for_analysts_is_made_when_their_section_is_opened(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    """The frontline does not wait for a classifier that none of them will see; an analyst is told to."""
    lab = edition_lab("en")
    page.goto(lab.url(LESSON) + "#section=s2")
    lesson = Notebook.in_front(page, lab, LESSON)
    lesson.live()
    waiting = lesson.panel.locator(".sl-unmade")
    assert waiting.count() == 1
    page.evaluate("location.hash = 'section=s11'")
    lesson.panel.get_by_role("textbox", name="A customer's sentence").wait_for(timeout=60_000)
    assert waiting.count() == 0
    assert lesson.errors() == []


def test_a_killed_python_is_said_within_two_seconds_and_started_again(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    lesson = Notebook(page, lab, LESSON)
    lesson.live()
    bar = lesson.panel.locator(".slx-bar")
    for _ in range(2):
        bar.locator(".slx-ways .slx-primary").click()
    card = lesson.panel.locator(".lq:visible").first
    card.locator("input").first.check()
    card.locator("button.sl-primary").click()
    card.get_by_text(re.compile("^Saved ")).wait_for()

    # An answer that is on its way when Python dies: not called saved, and not lost.
    other = lesson.panel.locator(".lq:visible").nth(1)
    for pid in lab.kernels():
        os.kill(pid, signal.SIGSTOP)
    other.locator("input").nth(1).check()
    page.wait_for_timeout(600)
    assert "Saved" not in other.inner_text()
    began = time.monotonic()
    for pid in lab.kernels():
        os.kill(pid, signal.SIGKILL)
    bar.locator(".slx-notice.slx-bad").wait_for()
    told = time.monotonic() - began
    assert told < 2, f"told after {told:.2f} s"
    assert "Python has stopped" in bar.inner_text()
    assert not page.locator(".jp-Dialog").count()

    bar.get_by_role("button", name="Start again").click()
    lesson.panel.locator('xpath=self::*[@data-servicelab-live="false"]').wait_for(state="attached")
    lesson.live()
    assert at(page) == "s2"
    assert card.locator("input").first.is_checked()
    assert other.locator("input").nth(1).is_checked()
    other.get_by_text(re.compile("^Saved ")).wait_for()
    assert not bar.locator(".slx-notice").is_visible()


def test_a_python_that_does_not_answer_is_said_and_can_be_started_again(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    lesson = Notebook(page, lab, LESSON)
    lesson.live()
    bar = lesson.panel.locator(".slx-bar")
    while at(page) != "s2":
        bar.locator(".slx-ways .slx-primary").click()
    busy = lab.kernels()
    for pid in busy:
        os.kill(pid, signal.SIGSTOP)
    lesson.panel.locator(".lq:visible").nth(2).locator("input").first.check()
    said = bar.locator(".slx-said")
    said.filter(has_text="Still working").wait_for(timeout=4000)
    said.filter(has_text="Python is stuck").wait_for(timeout=20_000)
    bar.get_by_role("button", name="Start again").click()
    lesson.panel.locator('xpath=self::*[@data-servicelab-live="false"]').wait_for(state="attached")
    lesson.live()
    # Whatever Python another page of this lab still has is no matter of this one.
    gone, new = set(busy) - set(lab.kernels()), set(lab.kernels()) - set(busy)
    assert (len(gone), len(new)) == (1, 1)
    for pid in set(busy) - gone:
        os.kill(pid, signal.SIGCONT)
    assert at(page) == "s2"
    bar.locator(".slx-notice").wait_for(state="hidden")

    # Slow only: Python's answer to the first tick comes after the second, and not for a moment takes the second away.
    lesson.whole_page()
    card = lesson.panel.locator(".lq:visible", has=page.locator("input[type=checkbox]")).first
    card.scroll_into_view_if_needed()
    for pid in lab.kernels():
        os.kill(pid, signal.SIGSTOP)
    boxes = card.locator("input[type=checkbox]")
    for number in range(2):
        boxes.nth(number).check()
        page.wait_for_timeout(200)
    watched = """
        cards => new Promise(done => {
            const [card] = cards, seen = new Set(), end = performance.now() + 4000;
            const look = () => {
                seen.add(card.querySelectorAll("input:checked").length);
                performance.now() < end ? requestAnimationFrame(look) : done([...seen]);
            };
            look();
        })"""
    for pid in lab.kernels():
        subprocess.Popen(["sh", "-c", f"sleep 1; kill -CONT {pid}"])
    assert card.evaluate_all(watched) == [2]
    card.get_by_text(re.compile("^Saved ")).wait_for()


def test_code_that_was_not_delivered_waits_for_a_click(
    edition_lab: Callable[[str], Lab], page: Page, tmp_path: Path
) -> None:
    lab = edition_lab("en")
    changed = lab.folder / "start.ipynb"
    before = changed.read_text(encoding="utf-8")
    document = json.loads(before)
    code = next(c for c in document["cells"] if c["cell_type"] == "code")
    code["source"] = f"open({str(tmp_path / 'ran')!r}, 'w').close()"
    changed.write_text(json.dumps(document), encoding="utf-8")
    try:
        start = Notebook(page, lab, "start.ipynb")
        notice = start.panel.locator(".slx-notice")
        notice.get_by_text("not what was delivered").wait_for()
        page.wait_for_timeout(1500)
        assert not (tmp_path / "ran").exists()
        notice.get_by_role("button").click()
        start.live()
        assert (tmp_path / "ran").exists()
    finally:
        changed.write_text(before, encoding="utf-8")


def test_questions_that_were_not_delivered_run_nothing_unasked(
    edition_lab: Callable[[str], Lab], page: Page, tmp_path: Path
) -> None:
    """A check runs the expressions in `quiz.json`: the lesson's own code beside other questions waits as well."""
    lab = edition_lab("en")
    changed = (lab.folder / LESSON).with_name("quiz.json")
    before = changed.read_bytes()
    document = json.loads(before)
    document["exercises"][0]["setup"] += f"\nopen({str(tmp_path / 'ran')!r}, 'w').close()\n"
    changed.write_text(json.dumps(document), encoding="utf-8")
    try:
        lesson = Notebook(page, lab, LESSON)
        lesson.panel.locator(".slx-notice").get_by_text("not what was delivered").wait_for()
        page.wait_for_timeout(1500)
        assert not (tmp_path / "ran").exists()
    finally:
        changed.write_bytes(before)


def test_a_person_who_chose_full_windowing_still_sees_every_cell_and_no_task_that_nobody_tried_is_called_wrong(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    setting = "lab/api/settings/@jupyterlab/notebook-extension:tracker"
    for raw in ('{"windowingMode": "full"}', "{}"):
        request = urllib.request.Request(
            f"{lab.base}/{setting}",
            data=json.dumps({"raw": raw}).encode(),
            method="PUT",
            headers={"Authorization": f"token {lab.token}"},
        )
        urllib.request.urlopen(request, timeout=30).close()
        if raw == "{}":
            break
        lesson = Notebook(page, lab, LESSON)
        lesson.live()
        lesson.whole_page()
        page.wait_for_function("n => document.querySelectorAll('.slx-page .jp-Cell').length === n", arg=len(cells(lab)))
        for text in ("1 · The scene", "5 · The list on Monday"):
            assert lesson.panel.get_by_role("heading", name=text).is_visible()
        told = [lesson.card(".sl", prompt).locator(".sl-note").inner_text() for prompt in tasks(lab)]
        assert len(told) >= 2
        assert [one for one in told if "Your turn" not in one] == []


def test_without_the_extension_a_notebook_works_as_jupyterlab_shows_it(
    edition_lab: Callable[[str], Lab], root: Path, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "off/labconfig").mkdir(parents=True)
    off: dict[str, Any] = {"disabledExtensions": {"servicelab": True}}
    (tmp_path / "off/labconfig/page_config.json").write_text(json.dumps(off))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path / "off"))
    shutil.copytree(publish.build("trainee", "en", root=root).path, tmp_path / "app/edition")
    lab = start_lab([sys.executable, "-m", "servicelab", "lab", "--no-browser"], tmp_path, tmp_path / "lab.log")
    try:
        lesson = Notebook(page, lab, LESSON)
        assert not page.locator(".slx-page").count()
        assert page.locator("#jp-menu-panel .lm-MenuBar-item").first.is_visible()
        lesson.run_all()
        assert lesson.errors() == []

        # "Run the whole page from the top" of an analysis finds JupyterLab's own button for it.
        path = tmp_path / "my-course" / ANALYSIS
        document = json.loads(path.read_text(encoding="utf-8"))
        for cell in document["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id", "open") != "open":
                cell["source"] = "pass"
        path.write_text(json.dumps(document), encoding="utf-8")
        analysis = Notebook(page, lab, ANALYSIS)
        analysis.run_all()

        def last_active() -> str:
            return next(s["kernel"]["last_activity"] for s in lab.api("sessions") if s["path"] == ANALYSIS)

        before = last_active()
        page.get_by_role("button", name="Run the whole page from the top").click()
        deadline = time.monotonic() + 20
        while last_active() == before:
            assert time.monotonic() < deadline, "nothing was run"
            page.wait_for_timeout(250)
    finally:
        stop_lab(lab)


def test_an_analysis_is_run_from_the_top_and_handed_in_untouched_only_when_that_is_meant(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    page.goto(lab.url(ANALYSIS) + "#section=s7")
    analysis = Notebook.in_front(page, lab, ANALYSIS)
    analysis.live()
    submit = analysis.panel.locator("section.sl:visible", has=page.locator(".lh-student"))
    said = analysis.panel.locator(".slx-notice")
    submit.get_by_role("button", name="Run the whole page from the top").click()
    said.get_by_text("Tasks left out because they are untouched: 6.").wait_for(timeout=60_000)

    submit.get_by_role("textbox").fill("SL-2041")
    submit.get_by_role("button", name="Hand in now").click()
    submit.get_by_text("Look at this once more").wait_for()
    assert submit.locator(".sl-note li").count() == 6
    assert submit.locator("button.sl-primary:visible").all_inner_texts() == ["Go back to what is open"]
    assert submit.inner_text().count("is untouched") == 6
    assert not list((lab.folder / "submissions").glob("*--01_needs_analysis--*"))
    submit.locator("button.sl-primary:visible").click()
    assert at(page) == "s1"
    said.wait_for(state="hidden")

    # A task that somebody has begun is run, and where it goes wrong is said and shown.
    code = analysis.panel.locator(".jp-CodeCell:visible .cm-content").first
    code.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("need_share = 1 / 0")
    analysis.panel.locator(".slx-open").click()
    analysis.panel.locator(".slx-list").get_by_text("Hand it in").click()
    submit.get_by_role("button", name="Run the whole page from the top").click()
    said.get_by_text("An error came up in: B1 · What can this column not tell you? (4 points).").wait_for(
        timeout=60_000
    )
    said.get_by_role("button", name="Show it").click()
    assert at(page) == "s1"
    analysis.panel.get_by_text("ZeroDivisionError").first.wait_for()


def test_a_cell_without_an_end_has_a_name_is_stopped_and_is_not_run_again_unasked(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    delivered = (lab.folder.parent / "app/edition" / ANALYSIS).read_bytes()
    (lab.folder / ANALYSIS).write_bytes(delivered)
    try:
        page.goto(lab.url(ANALYSIS) + "#section=s1")
        analysis = Notebook.in_front(page, lab, ANALYSIS)
        analysis.live()
        said = analysis.panel.locator(".slx-said")
        cell = analysis.panel.locator(".jp-CodeCell:visible").first
        code = cell.locator(".cm-content")
        code.click()
        page.keyboard.press("Control+a")
        page.keyboard.type("while True: pass")
        page.keyboard.press("Shift+Enter")
        page.wait_for_function("cell => cell.dataset.slxRunning === 'Running…'", arg=cell.element_handle())
        said.get_by_text("B1 is running… ").wait_for(timeout=4000)
        said.get_by_text("B1 has been running for 15 s.").wait_for(timeout=20_000)
        assert analysis.panel.locator(".slx-notice button:visible").all_inner_texts() == [
            "Stop this cell",
            "Start again",
        ]
        analysis.panel.get_by_role("button", name="Stop this cell").click()
        cell.get_by_text("KeyboardInterrupt").first.wait_for()
        said.get_by_text("B1 was stopped.").wait_for()
        assert cell.get_attribute("data-slx-running") is None

        # Started again in the middle of it: what was delivered runs, the cell that does not end waits for its writer.
        code.click()
        page.keyboard.press("Shift+Enter")
        again = analysis.panel.get_by_role("button", name="Start again")
        again.click(timeout=20_000)
        analysis.panel.locator('xpath=self::*[@data-servicelab-live="false"]').wait_for(state="attached")
        analysis.live()
        said.get_by_text("B1 did not come to an end last time").wait_for()

        # Loaded again while it runs: own work is told from somebody else's, waits for a click, and comes to life.
        code.click()
        page.keyboard.press("Shift+Enter")
        said.get_by_text("B1 is running… ").wait_for(timeout=4000)
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1500)
        page.goto(lab.url(ANALYSIS))
        analysis = Notebook.in_front(page, lab, ANALYSIS)
        said.get_by_text("Your work from last time is here.").wait_for()
        page.wait_for_timeout(1000)
        assert analysis.panel.get_attribute("data-servicelab-live") is None
        analysis.panel.get_by_role("button", name="Start this page").click()
        analysis.live()
        said.get_by_text("B1 did not come to an end last time").wait_for()
        analysis.panel.get_by_role("button", name="Show it").click()
        code.click()
        page.keyboard.press("Control+a")
        page.keyboard.type("6 * 7")
        page.keyboard.press("Shift+Enter")
        cell.locator(".jp-OutputArea-output").get_by_text("42").wait_for()

        # A check that passes says so; not any more once the answer is run again.
        check = analysis.panel.locator(".jp-CodeCell:visible").nth(1)
        code.click()
        page.keyboard.press("Control+a")
        page.keyboard.type('need_share = contacts["need"].value_counts(normalize=True)')
        page.keyboard.press("Enter")
        page.keyboard.type('least = need_share["functional"]')
        page.keyboard.press("Enter")
        page.keyboard.type('most = least + need_share["implicit"]')
        page.keyboard.press("Shift+Enter")
        page.keyboard.press("Shift+Enter")
        passed = "([cell, said]) => (cell.dataset.slxPassed ?? '') === said"
        page.wait_for_function(passed, arg=[check.element_handle(), "The form is right."])
        code.click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_function(passed, arg=[check.element_handle(), ""])
    finally:
        (lab.folder / ANALYSIS).write_bytes(delivered)


def test_a_term_is_explained_in_place_and_its_list_leads_back(edition_lab: Callable[[str], Lab], page: Page) -> None:
    lab = edition_lab("en")
    page.goto(lab.url(LESSON) + "#section=s2")
    lesson = Notebook.in_front(page, lab, LESSON)
    lesson.live()
    term = lesson.panel.locator('.jp-RenderedMarkdown a[href*="cell-id="]:visible').last
    term.scroll_into_view_if_needed()
    meaning = term.get_attribute("title") or "nothing"
    term.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("dialog")
    box.get_by_text(meaning).wait_for()
    assert page.evaluate("document.activeElement.className") == "slx-term"
    page.keyboard.press("Escape")
    box.wait_for(state="hidden")
    assert term.evaluate("e => e === document.activeElement")

    term.click()
    box.get_by_role("button", name="In the list of terms").click()
    glossary = Notebook.in_front(page, lab, "glossary.ipynb")
    marked = glossary.panel.locator(".slx-marked")
    marked.get_by_role("paragraph").filter(has_text=meaning).wait_for()
    page.wait_for_timeout(1500)
    room, place = glossary.panel.locator(".jp-WindowedPanel-outer").bounding_box(), marked.bounding_box()
    assert room is not None
    assert place is not None
    assert room["y"] <= place["y"] < room["y"] + room["height"] - 40
    glossary.panel.get_by_role("button", name=re.compile("^Back to “2 · ")).click()
    lesson = Notebook.in_front(page, lab, LESSON)
    assert at(page) == "s2"

    term.click()
    box.get_by_role("button", name="In the list of terms").click()
    Notebook.in_front(page, lab, "glossary.ipynb")
    page.wait_for_timeout(500)
    page.go_back()
    Notebook.in_front(page, lab, LESSON)
    page.wait_for_function("new URLSearchParams(location.hash.slice(1)).get('section') === 's2'")


def test_an_exercise_with_decisions_open_leads_back_to_the_first_of_them(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    exercise = Notebook(page, lab, "assignments/01_needs/exercise.ipynb")
    exercise.live()
    exercise.panel.locator(".slx-open").click()
    exercise.panel.locator(".slx-list").get_by_text("Hand it in").click()
    submit = exercise.panel.locator("section.sl:visible", has=page.locator(".lh-student"))
    submit.get_by_role("textbox").fill("SL-2042")
    submit.get_by_role("button", name="Hand in now").click()
    back = submit.get_by_role("button", name="Go back to what is open")
    back.wait_for()
    assert submit.inner_text().count("decisions are still open") == 1
    assert submit.get_by_role("button", name="Hand in all the same").get_attribute("class") == "sl-button"
    assert not submit.get_by_role("button", name="Hand in now").is_visible()
    back.click()
    page.wait_for_function("document.activeElement.closest('.ld')")
    card = page.locator(".ld", has=page.locator(":focus"))
    assert card.locator(".ld-kind").inner_text() == "Decision 1 of 14"
    top = card.bounding_box()
    assert top is not None
    assert 0 < top["y"] < 400


def test_a_number_is_kept_as_it_stands_in_its_field_or_nothing_is_called_saved(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    exercise = Notebook(page, lab, "assignments/01_needs/exercise.ipynb")
    exercise.live()
    exercise.whole_page()
    sheet = lab.folder / "assignments/01_needs/exercise.answers.json"
    card = exercise.panel.locator(".ld", has=page.locator("input[type=number]"))
    field, kept, refused = card.locator("input"), card.locator(".sl-saved"), card.locator(".sl-refused")

    def stored() -> object:
        return json.loads(sheet.read_text(encoding="utf-8"))["entries"]["a-sample"]["value"]

    # Off the step is a number like another; nothing is taken while it is being typed.
    field.press_sequentially("601", delay=80)
    assert kept.inner_text() == "Not saved yet"
    field.press("Enter")
    card.get_by_text(re.compile("^Saved ")).wait_for()
    assert (field.input_value(), stored()) == ("601", 601)

    field.press("Control+a")
    field.press_sequentially("500", delay=80)
    page.wait_for_timeout(600)
    assert stored() == 601
    field.press_sequentially("0", delay=80)
    field.press("Tab")
    refused.get_by_text("Not saved: type a whole number from 50 to 2000.").wait_for()
    page.wait_for_timeout(600)
    assert (field.input_value(), kept.inner_text(), stored()) == ("5000", "Not saved yet", None)

    field.fill("625")
    field.press("Tab")
    card.get_by_text(re.compile("^Saved ")).wait_for()
    assert (refused.inner_text(), stored()) == ("", 625)
    field.fill("")
    field.press("Tab")
    page.wait_for_timeout(600)
    assert (refused.inner_text(), field.input_value(), stored()) == ("", "", None)


def test_axes_take_one_label_each_and_say_which_is_missing(edition_lab: Callable[[str], Lab], page: Page) -> None:
    lab = edition_lab("en")
    exercise = Notebook(page, lab, "assignments/01_needs/exercise.ipynb")
    exercise.live()
    exercise.whole_page()
    card = exercise.panel.locator(".ld", has=page.get_by_role("group", name="Importance"))
    for axis, label in (("Nature", "functional"), ("Nature", "emotional"), ("Time", "long-term"), ("Level", "basic")):
        card.get_by_role("group", name=axis).get_by_label(label, exact=True).check()
    card.get_by_text("Still to choose: Importance.").wait_for()
    card.get_by_role("group", name="Importance").get_by_label("core", exact=True).check()
    card.get_by_text("Still to choose").wait_for(state="hidden")
    sheet = json.loads((lab.folder / "assignments/01_needs/exercise.answers.json").read_text(encoding="utf-8"))
    given = sheet["entries"]["a-axes"]
    assert (given["value"], given["done"]) == (["emotional", "core", "long-term", "basic"], True)


def first_choices(desk: Path) -> list[str]:
    """What is said in a contact by whoever takes the first choice each time, to the end."""
    written = yaml.safe_load(desk.read_text(encoding="utf-8"))
    node, said = written["nodes"][written["start"]], []
    while not node.get("end"):
        said.append(node["choices"][0]["say"])
        node = written["nodes"][node["choices"][0]["to"]]
    return said


def test_what_the_customer_says_and_every_answer_to_it_stay_in_view(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    page.goto(lab.url(LESSON) + "#section=s9")
    lesson = Notebook.in_front(page, lab, LESSON)
    lesson.live()
    desk = lesson.panel.locator("section.sl:visible", has=page.locator(".lk-choices"))
    scroller = lesson.panel.locator(".jp-WindowedPanel-outer")
    way, turns = first_choices(Path(__file__).resolve().parents[2] / "course/modules/01_needs/desk.yml"), 0
    while True:
        choices = desk.locator(".lk-choice:visible")
        said = desk.locator(".lk-now").inner_text()
        answer = choices.filter(has_text=way[turns])
        # Whoever double-clicks has answered once.
        answer.click() if turns else answer.dblclick()
        page.wait_for_function(
            "said => document.querySelector('.lk-now').innerText !== said || "
            "document.querySelector('.lk-outcome').offsetParent",
            arg=said,
        )
        if not choices.count():
            break
        turns += 1
        page.wait_for_timeout(300)
        assert desk.locator(".lk-talk .lk-you").count() == turns
        room = scroller.bounding_box()
        assert room is not None
        for part in [desk.locator(".lk-now"), *choices.all()]:
            box = part.bounding_box()
            assert box is not None
            assert room["y"] <= box["y"], part
            assert box["y"] + box["height"] <= room["y"] + room["height"], part
        # Whoever keeps what was said open has more and more of it above the next answer.
        if turns == 1:
            desk.get_by_text("The contact so far").click()
    assert turns >= 4
    outcome = desk.locator(".lk-outcome").bounding_box()
    assert outcome is not None
    assert room["y"] <= outcome["y"] < room["y"] + room["height"] / 2


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_the_middle_of_a_scale_is_a_guess_only_once_somebody_means_it(
    edition_lab: Callable[[str], Lab], page: Page, by: str
) -> None:
    lab = edition_lab("en")
    section = {"mouse": "s4", "keyboard": "s6"}[by]
    page.goto(lab.url(LESSON) + f"#section={section}")
    lesson = Notebook.in_front(page, lab, LESSON)
    lesson.live()
    card = lesson.panel.locator(".lp:visible")
    slider, record = card.locator("input"), card.locator("button.sl-primary")
    slider.focus()
    assert record.is_disabled()
    assert card.locator("output").inner_text() == slider.get_attribute("aria-valuetext") == "no guess yet"
    if by == "mouse":
        box = slider.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    else:
        page.keyboard.press("Enter")
    assert record.is_enabled()
    middle = {"mouse": "3.0", "keyboard": "100"}[by]
    assert card.locator("output").inner_text() == middle
    record.click()
    said = {"mouse": "3.0", "keyboard": "100 %"}[by]
    card.get_by_text(f"Your guess: {said}.").wait_for()


def test_a_guess_at_one_of_several_things_is_picked_from_their_list_and_a_board_opens_its_question(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab, path = edition_lab("en"), "lessons/00_orientation/lesson.ipynb"
    page.goto(lab.url(path) + "#section=s3")
    lesson = Notebook.in_front(page, lab, path)
    lesson.live()
    card = lesson.panel.locator(".lp:visible")
    record = card.get_by_role("button", name="Record my guess")
    assert record.is_disabled()
    card.get_by_role("radio", name="the lining").focus()
    page.keyboard.press("ArrowDown")
    record.click()
    said = lesson.panel.get_by_text("You said “the invoice”; it is “the scratch”.").locator("visible=true")
    said.first.wait_for()
    assert lesson.panel.locator("svg.sl-chart:visible").count() == 0

    # Fifteen facts are placed; then, and not before, the question what is missing.
    page.evaluate("location.hash = 'section=s5'")
    asked = lesson.panel.get_by_text("Of which constituent and which activity do the fifteen facts")
    lesson.panel.get_by_text("This question waits until everything above is placed.").wait_for()
    assert asked.count() == 0
    board = lesson.panel.locator("section.sl:visible").first
    for number in range(1, 16):
        # A fact that was placed is locked, and for a moment still in sight: what can be answered is the next one.
        board.get_by_role("radio", disabled=False).locator("visible=true").first.click()
        board.get_by_role("button", name="Check", exact=True, disabled=False).locator("visible=true").click()
        if number < 15:
            board.get_by_text(f"{number} of 15 are placed.").locator("visible=true").first.wait_for()
            board.get_by_role("button", name="Next", exact=True).locator("visible=true").click()
    asked.locator("visible=true").wait_for()


def test_a_number_put_into_a_text_by_a_click_is_undone_as_typing_is(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    exercise = Notebook(page, edition_lab("en"), "assignments/01_needs/exercise.ipynb")
    exercise.live()
    exercise.whole_page()
    box = exercise.panel.locator(".lb").first
    text = box.locator("textarea")
    text.press_sequentially("Fund intact goods:")
    number = box.locator(".sl-pickable").last
    number.click()
    assert text.input_value() == f"Fund intact goods: {number.inner_text()}"
    page.keyboard.press("Control+z")
    assert text.input_value() == "Fund intact goods:"
    text.fill("")
    box.get_by_text(re.compile("^0 of at most")).wait_for()


def test_a_progress_above_what_a_server_takes_in_one_message_is_saved_and_restored(
    edition_lab: Callable[[str], Lab], page: Page, tmp_path: Path
) -> None:
    lab = edition_lab("en")
    sheet = lab.folder / "lessons/01_needs/lesson.answers.json"
    AnswerSheet(sheet, "01_needs/lesson").put("q-one", {"value": "mine"})
    heavy = lab.folder / "assignments/01_needs/exercise.ipynb"
    before = heavy.read_bytes()
    document = json.loads(before)
    document["metadata"]["drawn"] = random.Random(7).randbytes(13 << 20).hex()
    heavy.write_text(json.dumps(document), encoding="utf-8")
    try:
        start = Notebook(page, lab, "start.ipynb")
        start.live()
        with page.expect_download(timeout=60_000) as saved:
            start.panel.get_by_role("button", name="Save my progress as a file").click()
        saved.value.save_as(tmp_path / "progress.zip")
        assert (tmp_path / "progress.zip").stat().st_size > 12 << 20
        heavy.write_bytes(before)
        with page.expect_file_chooser() as chooser:
            start.panel.get_by_role("button", name="Restore my progress from a file").click()
        chooser.value.set_files(tmp_path / "progress.zip")
        start.panel.get_by_text("Files restored: 1;").wait_for(timeout=60_000)
        assert json.loads(heavy.read_bytes()) == document
    finally:
        heavy.write_bytes(before)


def test_a_python_that_does_not_start_leaves_a_way_to_start_again(root: Path, page: Page, tmp_path: Path) -> None:
    # The lab's own settings decide how a kernel starts: a copy of them can be broken and mended.
    settings = tmp_path / "settings"
    shutil.copytree(root / "src/servicelab/lab/settings", settings)
    (spec,) = settings.rglob("kernel.json")
    works = spec.read_text()
    spec.write_text(json.dumps({**json.loads(works), "argv": ["/nowhere/python"]}))
    program = (
        "import pathlib, sys\nimport servicelab.lab.launch\nfrom servicelab.cli import main\n"
        f"sys.modules['servicelab.lab.launch'].SETTINGS = pathlib.Path({str(settings)!r})\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    shutil.copytree(publish.build("trainee", "en", root=root).path, tmp_path / "app/edition")
    lab = start_lab([sys.executable, "-c", program, "lab", "--no-browser"], tmp_path, tmp_path / "lab.log")
    try:
        # JupyterLab tells of each failed start in a dialog of its own; a person closes it.
        said = page.locator(".jp-Dialog")
        page.add_locator_handler(said, lambda: said.get_by_role("button").last.click(), no_wait_after=True)
        page.goto(lab.url(LESSON))
        lesson = Notebook.in_front(page, lab, LESSON)
        stopped = lesson.panel.locator(".slx-notice").get_by_text("Python has stopped")
        again = lesson.panel.locator(".slx-notice").get_by_role("button", name="Start again")
        stopped.wait_for(timeout=20_000)
        with page.expect_response(lambda answer: answer.status == 500):
            again.click()
        # Still nothing: the button does not go away.
        stopped.wait_for()
        spec.write_text(works)
        again.click()
        lesson.live()
        lesson.panel.locator(".slx-notice").wait_for(state="hidden")
    finally:
        stop_lab(lab)


def test_a_statement_passed_over_is_named_and_led_to_and_nothing_is_wiped_by_one_click(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    page.goto(lab.url(LESSON) + "#section=s2")
    lesson = Notebook.in_front(page, lab, LESSON)
    lesson.live()
    voices = lesson.panel.locator("section.sl", has=page.locator(".voices-dots"))
    while not voices.is_visible():
        lesson.panel.locator(".slx-ways .slx-primary").click()
        page.wait_for_timeout(300)
    primary = voices.locator("button.sl-primary:visible")

    def sort() -> None:
        for field in voices.locator("fieldset:visible").all()[:2]:
            field.locator("input").first.check()
        primary.click()
        voices.locator(".sl-note").first.wait_for()

    count = voices.locator(".voices-dot").count()
    for number in range(count):
        voices.locator(".voices-dot").nth(number).click()
        page.wait_for_function(
            "n => document.querySelector('.voices-dot[aria-current]').innerText.startsWith(n)", arg=str(number + 1)
        )
        if number != 1:
            sort()
    voices.get_by_text("Still open: 2.").wait_for()
    primary.get_by_text("To statement 2").click()
    voices.get_by_text("Statement 2 of").wait_for()
    sort()
    voices.get_by_role("button", name="See the result").click()
    lines = voices.locator(".voices-counts p")
    lines.first.wait_for()
    assert lines.first.inner_text().startswith("What is needed: ")
    right = voices.locator(".voices-dot.voices-right").count()
    assert lines.last.inner_text().startswith(f"Both fit for {right} of {count} statements")
    assert not voices.locator(".voices-matrix").first.is_visible()
    voices.get_by_role("button", name="Sort again from the start").click()
    voices.get_by_role("button", name="No, keep it").click()
    assert voices.locator(".voices-dot.voices-open").count() == 0
    voices.get_by_role("button", name="Sort again from the start").click()
    voices.get_by_role("button", name="Yes, sort again").click()
    voices.get_by_text("Statement 1 of").wait_for()
    assert voices.locator(".voices-dot.voices-open").count() == count


def test_an_answer_that_is_saved_moves_no_option(edition_lab: Callable[[str], Lab], page: Page) -> None:
    lab = edition_lab("en")
    page.goto(lab.url(LESSON) + "#section=s6")
    lesson = Notebook.in_front(page, lab, LESSON)
    lesson.live()
    guess = lesson.panel.locator(".lp:visible")
    guess.locator(".lp-prompt").wait_for()
    if guess.locator("button.sl-primary").is_visible():
        guess.locator("input").press("ArrowLeft")
        guess.locator("button.sl-primary").click()
        guess.locator("button.sl-primary").wait_for(state="hidden")
    # This one was drawn only after the guess.
    card = lesson.panel.locator(".lq:visible").first
    option = card.locator("input").first
    option.scroll_into_view_if_needed()
    page.wait_for_timeout(800)
    places = (
        "e => [...e.querySelectorAll('input')].map(i => i.getBoundingClientRect().top - e.getBoundingClientRect().top)"
    )
    before, height = card.evaluate(places), card.evaluate("e => e.offsetHeight")
    option.check()
    card.get_by_text(re.compile("^Saved ")).wait_for()
    assert card.evaluate(places) == before
    assert card.evaluate("e => e.offsetHeight") == height
    last = "e => e.lastElementChild.classList.contains('sl-saved')"
    assert card.evaluate(last)
