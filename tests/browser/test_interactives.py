"""The interactives in a real JupyterLab: worked by keyboard, read by axe, honest when the kernel is gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("interactives")]

CELLS = (
    "from servicelab.company import load\nfrom servicelab.widgets import explore",
    'explore.kano(load("kano_survey"), load("features"))',
    'explore.voices(load("voices"), load("contacts"))',
    'explore.sentence(load("contacts"))',
    'explore.trends(load("needs_tracker"), load("needs_survey"), load("features"))',
    """
from servicelab.learn import open_lesson
explore.service_map(open_lesson("00_orientation").placing("map"))
""".strip(),
    # The same control on a machine that takes its time.
    """
import time
from servicelab.widgets.explore.needs.voices import Voices
class Slow(Voices):
    def derive(self, value):
        time.sleep(0.6)
        return super().derive(value)
    def name(self):
        return "Slow"
Slow(load("voices"))
""".strip(),
)


def test_keyboard_axe_and_a_dead_kernel(one_a_cell: Callable[[Sequence[str]], Notebook], axe_source: str) -> None:
    opened = one_a_cell(CELLS)
    page, section = opened.page, opened.region
    cells = page.locator(".jp-Notebook .jp-CodeCell").count()

    kano = section("Kano lab")
    summary = kano.locator(".sl-summary")
    everyone = summary.inner_text()
    kano.get_by_role("slider", name="Sample size").focus()
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    expect(summary).not_to_have_text(everyone)
    assert "All" not in kano.locator("output").inner_text()
    expect(summary).to_contain_text("other samples of")
    # Letters on a focused control are JupyterLab shortcuts elsewhere: d d deletes a cell, m makes it Markdown.
    kano.get_by_role("radio", name="All customers").focus()
    for key in ("d", "d", "m", "ArrowDown"):
        page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == cells
    expect(kano.get_by_role("radio", name="Young renters")).to_be_checked()

    voices = section("Sort the voices")
    voices.get_by_role("radio", name="functional").focus()
    page.keyboard.press("Space")
    voices.get_by_role("radio", name="spoken").focus()
    page.keyboard.press("Space")
    voices.get_by_role("button", name="Check").focus()
    page.keyboard.press("Enter")
    voices.locator(".sl-note >> visible=true").nth(1).wait_for()
    # The focus has moved to the next step, so that Enter goes on.
    page.keyboard.press("Enter")
    voices.get_by_text("Statement 2 of 12").wait_for()

    placing = section("The service system, as far as facts show it")
    placing.get_by_role("radio", name="Partner network").focus()
    page.keyboard.press("Space")
    placing.get_by_role("button", name="Check").focus()
    page.keyboard.press("Enter")
    placing.get_by_text("does not fit").wait_for()
    # What belongs to a place is on the board where it belongs; no place is shown empty before the round is over.
    assert placing.locator(".placing-filled").count() == 1
    assert placing.locator(".placing-empty").count() == 0
    page.keyboard.press("Enter")
    placing.get_by_text("2 of 15").locator("visible=true").first.wait_for()

    # Picks made while the kernel is still at the first one stay.
    slow = section("Slow")
    slow.get_by_role("radio", name="emotional").check()
    slow.get_by_role("radio", name="implicit").check()
    page.wait_for_timeout(2000)
    assert slow.locator("input:checked").count() == 2

    sentence = section("Reading a sentence")
    sentence.get_by_role("textbox").fill("I want somebody to admit it")
    sentence.get_by_text("Read as").wait_for()
    assert sentence.locator(".sentence-word").count() > 3

    trends = section("Needs that move")
    trends.get_by_role("radio", name="Core or not").check()
    trends.get_by_role("slider", name="Seniors").focus()
    page.keyboard.press("End")
    trends.get_by_text("Core:").wait_for()
    trends.get_by_text("Show as table").click()
    trends.get_by_role("row").nth(10).wait_for()

    assert opened.axe(axe_source) == []

    # Last, the kernel dies: the control says so instead of moving in vain.
    assert not kano.get_by_text("No answer from the kernel").is_visible()
    assert opened.lab.kill_kernels() >= 1
    page.locator(".jp-Dialog .jp-mod-accept").click()
    kano.get_by_role("slider", name="Sample size").focus()
    page.keyboard.press("ArrowLeft")
    kano.get_by_text("No answer from the kernel").wait_for()
