"""Module 03's interactives in a real JupyterLab: dragged, run, handed over and reckoned by keyboard, read by axe."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from tests.browser.conftest import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("interactives")]

CELLS = (
    "from servicelab.company import load\nfrom servicelab.widgets import explore\n"
    'contacts, customers, calls, rosters, staffing = (load(n) for n in ("contacts", "customers", "calls", "rosters", '
    '"staffing"))',
    "explore.fair(contacts)",
    "explore.floor(calls, rosters, staffing)",
    "explore.handover()",
    "explore.queues(calls, rosters)",
    "explore.mix(contacts, customers)",
)


def test_module_03_by_keyboard_and_axe(one_a_cell: Callable[[Sequence[str]], Notebook], axe_source: str) -> None:
    opened = one_a_cell(CELLS)
    page, section = opened.page, opened.region

    fair = section("A fair scorecard")
    assert fair.get_by_role("slider").count() == 0
    fair.get_by_role("radio", name="Phone").press("Space")
    slider = fair.get_by_role("slider", name="damage, defect, complaint")
    slider.focus()
    slider.press("Home")
    fair.locator(".sl-summary").filter(has_text="With this mix Phone would be rated").wait_for()
    # What one share gives up the others take: together they are all.
    shares = fair.get_by_role("slider").evaluate_all("all => all.map((each) => +each.value)")
    assert sum(shares) == 100
    fair.get_by_role("button", name="All five with the mix of all together").press("Enter")
    fair.locator(".sl-summary").filter(has_text="At the same mix Phone is rated best").wait_for()
    # The sliders stand where the picture is: on the mix of the five together, not on the one that was dragged.
    assert fair.get_by_role("slider").evaluate_all("all => all.map((each) => +each.value)") == [6, 22, 43, 23, 6]
    fair.get_by_role("checkbox").press("Space")
    fair.locator(".sl-summary").filter(has_text="are counted").wait_for()

    floor = section("The floor, from three to four")
    clock = floor.get_by_role("slider", name="time")
    clock.focus()
    floor.locator(".sl-summary").filter(has_text="watch the row of those who wait").wait_for()
    strip = floor.locator(".floor-strip")
    assert strip.locator("rect").count() == 0
    clock.press("End")
    floor.get_by_text("16:00:").wait_for()
    floor.locator(".sl-summary").filter(has_text="had to wait").wait_for()
    # The hour stays: a bar a minute, and a cross for each who gave up.
    assert strip.locator("rect").count() == 60
    assert strip.locator("path.floor-lost").count() == 5
    floor.get_by_role("button", name="Let it run").press("Enter")
    floor.get_by_role("button", name="Stop").press("Enter")
    floor.get_by_role("radio", name="2 · The chat").press("Space")
    floor.locator(".sl-summary").filter(has_text="watch the row of those who wait").wait_for()
    clock.press("End")
    floor.locator(".sl-summary").filter(has_text="Chat, three to four").wait_for()
    floor.get_by_role("radio", name="3 · The phone with fewer people").press("Space")
    floor.locator(".sl-summary").filter(has_text="Guess first").wait_for()
    assert floor.locator("svg.sl-chart:visible").count() == 0
    keep = floor.get_by_role("button", name="That is my guess")
    assert keep.is_disabled(), "nobody has guessed who has not moved the slider"
    guess = floor.get_by_role("slider", name="One fewer at the desk")
    guess.focus()
    for _ in range(6):
        guess.press("ArrowRight")
    put = guess.input_value()
    # Long after Python has answered it still stands there.
    page.wait_for_timeout(1000)
    assert guess.input_value() == put
    keep.press("Enter")
    floor.locator(".sl-summary").filter(has_text=f"(you said {put})").wait_for()
    assert floor.locator("svg.sl-chart:visible").count() == 2

    note = section("Hand it over")
    note.get_by_role("button", name="Hand it over").press("Enter")
    note.get_by_text("The note is empty").wait_for()
    for line in ("Tang Li, order SL-60417", "Needs it standing"):
        note.get_by_role("checkbox", name=line).press("Space")
    note.get_by_text("20 of 80 words").wait_for()
    note.get_by_role("button", name="Hand it over").press("Enter")
    note.locator(".sl-summary").filter(has_text="can answer 2 of 6 questions").wait_for()

    queue = section("One queue, reckoned in three ways")
    people = queue.get_by_role("slider", name="people at the desk")
    people.focus()
    for _ in range(5):
        people.press("ArrowLeft")
    queue.locator(".sl-summary").filter(has_text="grows without end").wait_for()

    mix = section("A mix, and what a promise costs")
    mix.get_by_role("checkbox", name="Whoever refuses the assistant").press("Space")
    mix.locator(".sl-summary").filter(has_text="The human route costs").wait_for()

    assert opened.axe(axe_source) == []
    # On a phone nothing of them is wider than the page.
    page.set_viewport_size({"width": 390, "height": 6000})
    page.wait_for_timeout(500)
    wide = page.evaluate(
        "() => [...document.querySelectorAll('section.sl')].filter((s) => s.scrollWidth > s.clientWidth + 1)"
        ".map((s) => s.getAttribute('aria-label'))"
    )
    assert wide == []
