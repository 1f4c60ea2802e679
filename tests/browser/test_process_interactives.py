"""Module 02's interactives in a real JupyterLab: painted, turned, mended and re-set by keyboard, read by axe."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("interactives")]

CELLS = (
    "from servicelab.company import load\nfrom servicelab.widgets import explore\n"
    'log, stations, calendar, cases = (load(n) for n in ("event_log", "stations", "calendar", "cases"))',
    "explore.week(log, calendar, cases)",
    "explore.cards(log, stations, calendar, cases)",
    "explore.tenweeks()",
    "explore.sheet()",
    "explore.design(log, stations, calendar, cases)",
)


def test_module_02_by_keyboard_and_axe(one_a_cell: Callable[[Sequence[str]], Notebook], axe_source: str) -> None:
    opened = one_a_cell(CELLS)
    page, section = opened.page, opened.region

    week = section("Where did the week go?")
    week.get_by_role("button", name="Compare with the log").press("Enter")
    week.get_by_text("First give all 100 %: 100 % are still open.").wait_for()
    assert week.get_by_text("night, weekend, holiday").count() == 1
    for name in ("worked on", "waiting at an open desk"):
        slider = week.get_by_role("slider", name=name)
        slider.focus()
        slider.press("End")
        for _ in range(5):
            slider.press("PageDown")
    week.get_by_text("All hours are given").wait_for()
    week.get_by_role("button", name="Compare with the log").press("Enter")
    week.get_by_text("Furthest off is").wait_for()
    assert week.locator("svg.sl-chart:visible").count() == 2

    cards = section("Three redesign cards")
    assert cards.get_by_role("button", name="Turn this card").count() == 0
    cards.get_by_role("radio", name="Refund by robot").press("Space")
    for turned in range(3):
        cards.get_by_role("button", name="Turn this card", disabled=False).first.press("Enter")
        cards.get_by_text("in the picture", exact=True).locator("visible=true").first.wait_for()
        expect(cards.locator("svg.sl-chart .sl-bar")).to_have_count(turned + 2)
    cards.get_by_text("You said which one: right.").wait_for()

    weeks = section("Ten weeks on paper")
    for n in range(10):
        weeks.get_by_role("button", name="Re-set by that much").press("Enter")
        said = f"Week {n + 2}:" if n < 9 else "You re-set 10 times"
        weeks.locator(".sl-summary").filter(has_text=said).wait_for()

    sheet = section("Write the standard")
    sheet.get_by_role("button", name="Try the sheet").press("Enter")
    sheet.get_by_text("8 lines are still as they were").wait_for()
    for field in range(8):
        box = sheet.locator("details.sheet-field").nth(field)
        box.evaluate("e => { e.open = true; }")
        box.get_by_role("radio", disabled=False).first.press("Space")
        box.locator(".sl-note").wait_for()
    sheet.get_by_role("button", name="Try the sheet").press("Enter")
    sheet.locator(".sl-summary").filter(has_text="Tried on 4 returned mattresses").wait_for()

    design = section("Your own design")
    design.get_by_role("checkbox", name="One more inspector").press("Space")
    design.get_by_role("radio", name="3 half-days").press("Space")
    design.locator(".sl-summary").filter(has_text="more than there is").wait_for()

    assert opened.axe(axe_source) == []
    # On a phone nothing of them is wider than the page.
    page.set_viewport_size({"width": 390, "height": 6000})
    page.wait_for_timeout(500)
    wide = page.evaluate(
        "() => [...document.querySelectorAll('section.sl')].filter((s) => s.scrollWidth > s.clientWidth + 1)"
        ".map((s) => s.getAttribute('aria-label'))"
    )
    assert wide == []
