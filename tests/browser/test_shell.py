"""The trainee's JupyterLab is a course: how its pages are opened, reached and come to life, and where they do not."""

from __future__ import annotations

import json
import random
import shutil
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import Lab, Notebook, in_sight, start_lab, stop_lab

from servicelab import publish
from servicelab.learn.sheet import AnswerSheet

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("shell")]
LESSON = "lessons/01_needs/lesson.ipynb"
ANALYSIS = "assignments/01_needs_analysis/analysis.ipynb"
# The lightest of the pages that have sections, and of all.
EXERCISE, START = "assignments/00_orientation/exercise.ipynb", "start.ipynb"


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


def test_the_activity_is_within_five_tabs_and_nothing_is_cut_off_on_a_narrow_screen(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lesson = Notebook.opened(page, edition_lab("en"), LESSON)
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
            wide[lesson.section] = room
        if not following.is_enabled():
            break
        following.click()
    assert wide == {}


def test_an_address_names_a_section_and_a_reload_comes_back_to_the_place(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    lesson = Notebook.opened(page, lab, LESSON, "s5")
    assert lesson.section == "s5"
    scroller = lesson.panel.locator(".jp-WindowedPanel-outer")
    scroller.evaluate("e => { e.scrollTop = 400 }")
    page.wait_for_timeout(600)
    lesson = Notebook.opened(page, lab, LESSON)
    assert lesson.section == "s5"
    page.wait_for_function(
        "() => Math.abs(document.querySelector('.slx-page .jp-WindowedPanel-outer').scrollTop - 400) < 40"
    )


def test_an_address_that_is_copied_opens_the_same_page_again(edition_lab: Callable[[str], Lab], page: Page) -> None:
    """After a reload JupyterLab writes the address of the folder; in a second tab that was a white window."""
    lab = edition_lab("en")
    page.goto(f"{lab.base}/lab/tree/{EXERCISE}?token={lab.token}")
    Notebook.in_front(page, lab, EXERCISE).live()
    page.reload()
    Notebook.in_front(page, lab, EXERCISE).live()
    assert page.evaluate("location.pathname") == f"/lab/tree/{EXERCISE}"

    second = page.context.new_page()
    second.goto(page.url)
    Notebook.in_front(second, lab, EXERCISE)
    # The page of its folder, for whoever kept such an address; where there are several, the start page.
    second.goto(f"{lab.base}/lab/tree/assignments/00_orientation")
    Notebook.in_front(second, lab, EXERCISE)
    second.goto(f"{lab.base}/lab/tree/assignments")
    Notebook.in_front(second, lab, START)
    second.close()


def test_code_that_was_not_delivered_waits_for_a_click(
    edition_lab: Callable[[str], Lab], page: Page, tmp_path: Path
) -> None:
    lab = edition_lab("en")
    changed = lab.folder / START
    before = changed.read_text(encoding="utf-8")
    document = json.loads(before)
    code = next(c for c in document["cells"] if c["cell_type"] == "code")
    code["source"] = f"open({str(tmp_path / 'ran')!r}, 'w').close()"
    changed.write_text(json.dumps(document), encoding="utf-8")
    try:
        start = Notebook(page, lab, START)
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
        lesson = Notebook.opened(page, lab, LESSON)
        lesson.whole_page()
        page.wait_for_function("n => document.querySelectorAll('.slx-page .jp-Cell').length === n", arg=len(cells(lab)))
        for text in ("1 · The scene", "5 · The list on Monday"):
            assert lesson.panel.get_by_role("heading", name=text).is_visible()
        told = [lesson.card("section.sl", prompt).locator(".sl-note").inner_text() for prompt in tasks(lab)]
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
        assert in_sight(page, ["#jp-menu-panel .lm-MenuBar-item"])
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


def test_a_guess_at_one_of_several_things_is_picked_from_their_list_and_a_board_opens_its_question(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab, path = edition_lab("en"), "lessons/00_orientation/lesson.ipynb"
    lesson = Notebook.opened(page, lab, path, "s3")
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
    lesson.go("s5")
    asked = lesson.panel.get_by_text("Of which constituent and which activity do the fifteen facts")
    lesson.panel.get_by_text("What stands here comes when you have finished what stands above.").wait_for()
    assert asked.count() == 0
    board = lesson.region("The service system, as far as facts show it")
    for number in range(1, 16):
        # A fact that was placed is locked, and for a moment still in sight: what can be answered is the next one.
        board.get_by_role("radio", disabled=False).locator("visible=true").first.click()
        board.get_by_role("button", name="Check", exact=True, disabled=False).locator("visible=true").click()
        if number < 15:
            board.get_by_text(f"{number} of 15 are placed.").locator("visible=true").first.wait_for()
            board.get_by_role("button", name="Next", exact=True).locator("visible=true").click()
    asked.locator("visible=true").wait_for()


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
        start = Notebook.opened(page, lab, START)
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
        page.goto(lab.url(START))
        start = Notebook.in_front(page, lab, START)
        stopped = start.panel.locator(".slx-notice").get_by_text("Python has stopped")
        again = start.panel.locator(".slx-notice").get_by_role("button", name="Start again")
        stopped.wait_for(timeout=20_000)
        with page.expect_response(lambda answer: answer.status == 500):
            again.click()
        # Still nothing: the button does not go away.
        stopped.wait_for()
        spec.write_text(works)
        again.click()
        start.live()
        start.panel.locator(".slx-notice").wait_for(state="hidden")
    finally:
        stop_lab(lab)


def test_what_stands_beside_a_long_list_stays_in_sight(edition_lab: Callable[[str], Lab], page: Page) -> None:
    """The note of *Hand it over* and its words left, while one ticks further down."""
    page.set_viewport_size({"width": 1366, "height": 600})
    lesson = Notebook.opened(page, edition_lab("en"), "lessons/03_channels/lesson.ipynb", "s7")
    side = lesson.panel.locator(".handover-side:visible")
    side.wait_for()
    passed = """(side) => {
      const scroller = side.closest(".jp-WindowedPanel-outer");
      side.parentElement.scrollIntoView({ block: "start" });
      scroller.scrollTop += 250;
      const top = scroller.getBoundingClientRect().top;
      return [side, side.parentElement].map((each) => Math.round(each.getBoundingClientRect().top - top));
    }"""
    beside, around = side.evaluate(passed)
    assert around == pytest.approx(-250, abs=2)
    assert 0 <= beside < 20
