"""An analysis in the trainee's JupyterLab: its cells are run, stopped and started again, and it is handed in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Lab, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("analysis")]
ANALYSIS = "assignments/01_needs_analysis/analysis.ipynb"
ANYTHING = re.compile("")
CATCHES = """\
import time
while True:
    try:
        while True:
            time.sleep(60)
    except:
        pass"""
"""It sleeps: a loop that counts takes a processor from all else that is tested, for as long as the page waits."""


def test_a_cell_that_catches_the_stop_is_said_to_and_ends_with_its_python(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    """Whoever writes a bare `except:` round a loop without an end catches the stop as well."""
    lab = edition_lab("en")
    delivered = (lab.folder.parent / "app/edition" / ANALYSIS).read_bytes()
    (lab.folder / ANALYSIS).write_bytes(delivered)
    analysis = Notebook.opened(page, lab, ANALYSIS, "s1")
    said = analysis.panel.locator(".slx-said")
    code = analysis.panel.locator(".jp-CodeCell:visible").first.locator(".cm-content")
    code.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(CATCHES)
    page.keyboard.press("Shift+Enter")
    stop = analysis.panel.get_by_role("button", name="Stop this cell")
    stop.click(timeout=25_000)
    said.get_by_text("B1 was told to stop…").wait_for(timeout=2000)
    said.get_by_text("B1 does not let itself be stopped").wait_for(timeout=9000)
    assert analysis.panel.locator(".slx-notice button:visible").all_inner_texts() == ["Start again"]
    analysis.again()
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
    Notebook.opened(page, lab, ANALYSIS, "s1")


def test_an_analysis_is_run_from_the_top_and_handed_in_untouched_only_when_that_is_meant(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    analysis = Notebook.opened(page, lab, ANALYSIS, "s7")
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
    assert analysis.section == "s1"
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
    assert analysis.section == "s1"
    analysis.panel.get_by_text("ZeroDivisionError").locator("visible=true").first.wait_for()


def test_a_cell_without_an_end_has_a_name_is_stopped_and_is_not_run_again_unasked(
    edition_lab: Callable[[str], Lab], page: Page
) -> None:
    lab = edition_lab("en")
    delivered = (lab.folder.parent / "app/edition" / ANALYSIS).read_bytes()
    (lab.folder / ANALYSIS).write_bytes(delivered)
    try:
        analysis = Notebook.opened(page, lab, ANALYSIS, "s1")
        said = analysis.panel.locator(".slx-said")
        cell = analysis.panel.locator(".jp-CodeCell:visible").first
        code = cell.locator(".cm-content")
        code.click()
        page.keyboard.press("Control+a")
        page.keyboard.type("while True: pass")
        page.keyboard.press("Shift+Enter")
        expect(cell).to_have_attribute("data-slx-running", "Running…")
        said.get_by_text("B1 is running… ").wait_for(timeout=4000)
        said.get_by_text("B1 has been running for 15 s.").wait_for(timeout=20_000)
        assert analysis.panel.locator(".slx-notice button:visible").all_inner_texts() == [
            "Stop this cell",
            "Start again",
        ]
        analysis.panel.get_by_role("button", name="Stop this cell").click()
        cell.get_by_text("KeyboardInterrupt").locator("visible=true").first.wait_for()
        said.get_by_text("B1 was stopped.").wait_for()
        expect(cell).not_to_have_attribute("data-slx-running", ANYTHING)

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
        expect(check).to_have_attribute("data-slx-passed", "The form is right.")
        code.click()
        page.keyboard.press("Shift+Enter")
        expect(check).not_to_have_attribute("data-slx-passed", ANYTHING)
    finally:
        (lab.folder / ANALYSIS).write_bytes(delivered)
